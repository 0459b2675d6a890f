/*
 * Two sequences side by side: the longest common subsequence, weighed by how much two
 * items belong together.
 */
#ifndef SIPWHY_BASE_ALIGN_H
#define SIPWHY_BASE_ALIGN_H

#include <stddef.h>
#include <stdint.h>

#define ALIGN_NONE SIZE_MAX

/* How much item i of the one and item j of the other belong together; 0: not at all. */
typedef uint32_t align_likeness_fn(size_t i, size_t j, void *arg);
/* A pair, or an item alone: then the other is ALIGN_NONE. */
typedef void align_pair_fn(size_t i, size_t j, void *arg);

/* Calls `pair` for all items, in order. Takes time and memory as n times m: the caller bounds them. */
void align(size_t n, size_t m, align_likeness_fn *likeness, align_pair_fn *pair, void *arg);

#endif
