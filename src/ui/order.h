/*
 * Ids in the order of their keys, with quick ways from a row's number to its id and
 * back while ids come and go: blocks of ids, each in order, between which counts lead.
 * With a million ids each call takes a few microseconds at most. Ids with ORDER_OTHER or ORDER_THIRD
 * set are series of their own.
 */
#ifndef SIPWHY_UI_ORDER_H
#define SIPWHY_UI_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

#define ORDER_OTHER (UINT32_C(1) << 31)
#define ORDER_THIRD (UINT32_C(1) << 30)
#define ORDER_SERIES 3

/* What rows are sorted by: a number, or the first 24 bytes of a text without its case. */
struct order_key {
    uint64_t word[3];
};

/* What goes first among equal keys: the lower `tie` (from 1), then the lower `step`. */
struct order_rank {
    uint64_t tie, step;
};

struct order_block;
struct order_nodes {
    struct order_node *nodes; /* by id */
    size_t count;
};

struct order {
    struct order_nodes series[ORDER_SERIES];
    struct order_block **blocks;
    uint32_t *counts; /* ids in each block */
    size_t nblocks, size;
    size_t count; /* ids in all */
};

void order_key_number(struct order_key *key, int64_t number);
void order_key_text(struct order_key *key, struct span text);

/* An order begins zeroed; this makes it so again. */
void order_free(struct order *order);
/* Puts an id in that is not there. */
void order_insert(struct order *order, uint32_t id, const struct order_key *key,
                  struct order_rank rank);
/* Takes it out if it is there. */
void order_remove(struct order *order, uint32_t id);
bool order_has(const struct order *order, uint32_t id);
/* Whether the id is there with this very key. */
bool order_has_key(const struct order *order, uint32_t id, const struct order_key *key);
/* The id in a row, which must be there. */
uint32_t order_at(const struct order *order, size_t row);
/* The row of an id that is there. */
size_t order_row(const struct order *order, uint32_t id);

#endif
