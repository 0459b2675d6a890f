/* See index.h. Linear probing; removal shifts entries back, so there are no tombstones. */
#include "base/index.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define FIRST_SIZE 1024
#define LARGE_PAGE 2097152u

/* The tag's low bits are also the home slot, so that growing never has to look at a record. */
static uint32_t tag_of(uint64_t key)
{
    return (uint32_t)key;
}

void index_init(struct index *index, index_key_fn *key_of, const void *arg)
{
    memset(index, 0, sizeof *index);
    index->key_of = key_of;
    index->arg = arg;
}

void index_destroy(struct index *index)
{
    free(index->entries);
    index_init(index, index->key_of, index->arg);
}

static void place(struct index_entry *entries, size_t mask, struct index_entry entry)
{
    size_t i = entry.tag & mask;
    while (entries[i].id)
        i = (i + 1) & mask;
    entries[i] = entry;
}

/* Look-ups go all over the table: large pages spare most of the walks through page tables. */
static struct index_entry *make_table(size_t size)
{
    size_t bytes = size * sizeof(struct index_entry);
    if (bytes < LARGE_PAGE)
        return calloc(1, bytes);
    struct index_entry *entries = aligned_alloc(LARGE_PAGE, bytes);
    if (!entries)
        return NULL;
    madvise(entries, bytes, MADV_HUGEPAGE); /* a wish: it may be refused */
    memset(entries, 0, bytes);
    return entries;
}

static int grow(struct index *index)
{
    size_t size = index->entries ? (index->mask + 1) * 2 : FIRST_SIZE;
    struct index_entry *entries = make_table(size);
    if (!entries)
        return -1;
    for (size_t i = 0; index->entries && i <= index->mask; i++)
        if (index->entries[i].id)
            place(entries, size - 1, index->entries[i]);
    free(index->entries);
    index->entries = entries;
    index->mask = size - 1;
    return 0;
}

uint32_t index_find(const struct index *index, uint64_t key)
{
    if (!index->entries)
        return 0;
    uint32_t tag = tag_of(key);
    for (size_t i = tag & index->mask;; i = (i + 1) & index->mask) {
        const struct index_entry *e = &index->entries[i];
        if (!e->id)
            return 0;
        if (e->tag == tag && index->key_of(e->id, index->arg) == key)
            return e->id;
    }
}

int index_add(struct index *index, uint64_t key, uint32_t id)
{
    if (!index->entries || index->count * 3 >= (index->mask + 1) * 2)
        if (grow(index) < 0)
            return -1;
    place(index->entries, index->mask, (struct index_entry){ id, tag_of(key) });
    index->count++;
    return 0;
}

void index_remove(struct index *index, uint64_t key, uint32_t id)
{
    if (!index->entries)
        return;
    size_t i = tag_of(key) & index->mask;
    while (index->entries[i].id != id) {
        if (!index->entries[i].id)
            return;
        i = (i + 1) & index->mask;
    }
    /* Close the gap: pull back every later entry whose home lies at or before it. */
    for (size_t j = (i + 1) & index->mask; index->entries[j].id; j = (j + 1) & index->mask) {
        size_t home = index->entries[j].tag & index->mask;
        if (((j - home) & index->mask) >= ((j - i) & index->mask)) {
            index->entries[i] = index->entries[j];
            i = j;
        }
    }
    index->entries[i].id = 0;
    index->count--;
}

size_t index_bytes(const struct index *index)
{
    return index->entries ? (index->mask + 1) * sizeof *index->entries : 0;
}
