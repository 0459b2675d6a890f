/*
 * Keyed hashing of untrusted bytes. The key is drawn once a process, so that
 * nobody outside can choose bytes that collide.
 */
#ifndef SIPWHY_BASE_HASH_H
#define SIPWHY_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

/* A 64-bit hash of `n` bytes, continued from `seed` (0 to begin). */
uint64_t hash_bytes(uint64_t seed, const void *data, size_t n);
uint64_t hash_number(uint64_t seed, uint64_t value);
/* A quick one without the key, for telling apart what is compared afterwards anyway. */
uint32_t hash_digest(const void *data, size_t n);

static inline uint64_t hash_span(uint64_t seed, struct span s)
{
    return hash_bytes(seed, s.p, s.n);
}

/* One hash of two, which are keyed already. */
static inline uint64_t hash_join(uint64_t a, uint64_t b)
{
    return (a ^ (b << 32 | b >> 32)) * UINT64_C(0x9e3779b97f4a7c15);
}

#endif
