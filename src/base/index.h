/*
 * A hash index from 64-bit keys to 32-bit ids: open addressing, eight bytes an
 * entry. It keeps 32 bits of each key; the caller's `key_of` gives the rest of
 * the answer, so the records stay the only holders of full keys.
 *
 * It grows a few slots with each entry that is added, and the memory for it is
 * touched before it is needed: to move millions at once would keep a key press
 * waiting for a fifth of a second.
 */
#ifndef SIPWHY_BASE_INDEX_H
#define SIPWHY_BASE_INDEX_H

#include <stddef.h>
#include <stdint.h>

#include "base/fetch.h"

typedef uint64_t index_key_fn(uint32_t id, const void *arg);

struct index_entry {
    uint32_t id; /* 0: empty */
    uint32_t tag;
};

struct index_table {
    struct index_entry *entries; /* NULL: there is none */
    size_t mask;                 /* slots - 1 */
};

struct index {
    struct index_table table;
    struct index_table before; /* while it grows: what was not moved to `table` yet */
    size_t moved;              /* the slots of `before` that were */
    struct index_table next;   /* what it will grow into, when that is near */
    size_t touched;            /* the bytes of `next` that have their memory */
    size_t count;              /* entries in both */
    index_key_fn *key_of;
    const void *arg;
};

void index_init(struct index *index, index_key_fn *key_of, const void *arg);
void index_destroy(struct index *index);
/* Fetches the place of `key` from memory, for a look-up a little later. */
static inline void index_expect(const struct index *index, uint64_t key)
{
    if (index->table.entries)
        fetch(&index->table.entries[(uint32_t)key & index->table.mask]);
}
/* The id that most likely is stored under `key`, without looking at records; or 0, also for one
   that growing has not reached. */
static inline uint32_t index_guess(const struct index *index, uint64_t key)
{
    if (!index->table.entries)
        return 0;
    const struct index_entry *e = &index->table.entries[(uint32_t)key & index->table.mask];
    return e->tag == (uint32_t)key ? e->id : 0;
}
/* The id stored under `key`, or 0. */
uint32_t index_find(const struct index *index, uint64_t key);
/* Adds an id whose key is not there yet; -1 when memory is short. */
int index_add(struct index *index, uint64_t key, uint32_t id);
void index_remove(struct index *index, uint64_t key, uint32_t id);
size_t index_bytes(const struct index *index);

#endif
