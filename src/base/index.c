/* See index.h. Linear probing; removal shifts entries back, so there are no tombstones but in a
   table that is being left: its chains must hold until the last entry is out. */
#include "base/index.h"

#include <string.h>
#include <sys/mman.h>

#include "base/zeroed.h"

#define FIRST_SIZE 1024
#define LARGE_PAGE 2097152u
#define MOVED UINT32_MAX /* the id of a slot of `before` whose entry is gone */
/* Slots that each new entry moves: a table of n slots is left after n / 64 entries, long before
   the next is full, and look-ups seldom have two tables to try. */
#define SLOTS_A_STEP 64
/* Of the next table, a page every few entries: large pages take a millisecond to clear. */
#define PAGE 4096u
#define ENTRIES_A_PAGE 8

/* The tag's low bits are also the home slot, so that growing never has to look at a record. */
static uint32_t tag_of(uint64_t key)
{
    return (uint32_t)key;
}

static size_t bytes_of(const struct index_table *t)
{
    return t->entries ? (t->mask + 1) * sizeof *t->entries : 0;
}

/* Look-ups go all over the table: large pages spare most of the walks through page tables. */
static int make_table(struct index_table *t, size_t size)
{
    size_t bytes = size * sizeof *t->entries;
    void *entries = zeroed_new(bytes);
    if (!entries)
        return -1;
    if (bytes >= LARGE_PAGE)
        madvise(entries, bytes, MADV_HUGEPAGE); /* a wish: it may be refused */
    *t = (struct index_table){ entries, size - 1 };
    return 0;
}

static void drop_table(struct index_table *t)
{
    zeroed_free(t->entries, bytes_of(t));
    *t = (struct index_table){ 0 };
}

void index_init(struct index *index, index_key_fn *key_of, const void *arg)
{
    memset(index, 0, sizeof *index);
    index->key_of = key_of;
    index->arg = arg;
}

void index_destroy(struct index *index)
{
    drop_table(&index->table);
    drop_table(&index->before);
    drop_table(&index->next);
    index_init(index, index->key_of, index->arg);
}

static void place(const struct index_table *t, struct index_entry entry)
{
    size_t i = entry.tag & t->mask;
    while (t->entries[i].id)
        i = (i + 1) & t->mask;
    t->entries[i] = entry;
}

/* Moves up to `slots` slots of the table that is being left. */
static void move(struct index *index, size_t slots)
{
    struct index_table *before = &index->before;
    for (; slots && index->moved <= before->mask; slots--, index->moved++) {
        struct index_entry *e = &before->entries[index->moved];
        if (!e->id || e->id == MOVED)
            continue;
        place(&index->table, *e);
        e->id = MOVED;
    }
    if (index->moved > before->mask)
        drop_table(before);
}

static int make_next(struct index *index)
{
    const struct index_table *t = &index->table;
    index->touched = 0;
    return make_table(&index->next, t->entries ? (t->mask + 1) * 2 : FIRST_SIZE);
}

/* From five eighths on: two thirds is when the next table is needed, and many never grow so far. */
static void prepare(struct index *index)
{
    if (!index->next.entries && make_next(index) < 0)
        return; /* grow() will tell */
    if (index->count % ENTRIES_A_PAGE || index->touched >= bytes_of(&index->next))
        return;
    ((volatile uint8_t *)index->next.entries)[index->touched] = 0;
    index->touched += PAGE;
}

static int grow(struct index *index)
{
    if (!index->next.entries && make_next(index) < 0)
        return -1;
    if (index->before.entries)
        move(index, SIZE_MAX);
    index->before = index->table;
    index->moved = 0;
    index->table = index->next;
    index->next = (struct index_table){ 0 };
    index->touched = 0;
    return 0;
}

static uint32_t find_in(const struct index_table *t, const struct index *index, uint64_t key)
{
    uint32_t tag = tag_of(key);
    for (size_t i = tag & t->mask;; i = (i + 1) & t->mask) {
        const struct index_entry *e = &t->entries[i];
        if (!e->id)
            return 0;
        if (e->tag == tag && e->id != MOVED && index->key_of(e->id, index->arg) == key)
            return e->id;
    }
}

uint32_t index_find(const struct index *index, uint64_t key)
{
    if (!index->table.entries)
        return 0;
    uint32_t id = find_in(&index->table, index, key);
    return id || !index->before.entries ? id : find_in(&index->before, index, key);
}

int index_add(struct index *index, uint64_t key, uint32_t id)
{
    if (!index->table.entries || index->count * 3 >= (index->table.mask + 1) * 2) {
        if (grow(index) < 0)
            return -1;
    } else if (index->count * 8 > index->table.mask * 5) {
        prepare(index);
    }
    if (index->before.entries)
        move(index, SLOTS_A_STEP);
    place(&index->table, (struct index_entry){ id, tag_of(key) });
    index->count++;
    return 0;
}

/* The entry of `id` in a table, or NULL. */
static struct index_entry *entry_in(const struct index_table *t, uint64_t key, uint32_t id)
{
    if (!t->entries)
        return NULL;
    size_t i = tag_of(key) & t->mask;
    for (; t->entries[i].id != id; i = (i + 1) & t->mask)
        if (!t->entries[i].id)
            return NULL;
    return &t->entries[i];
}

/* Empties a slot: pulls back every later entry whose home lies at or before it. */
static void close_gap(struct index_table *t, size_t i)
{
    for (size_t j = (i + 1) & t->mask; t->entries[j].id; j = (j + 1) & t->mask) {
        size_t home = t->entries[j].tag & t->mask;
        if (((j - home) & t->mask) >= ((j - i) & t->mask)) {
            t->entries[i] = t->entries[j];
            i = j;
        }
    }
    t->entries[i].id = 0;
}

void index_remove(struct index *index, uint64_t key, uint32_t id)
{
    struct index_entry *e = entry_in(&index->table, key, id);
    if (e) {
        close_gap(&index->table, (size_t)(e - index->table.entries));
    } else {
        e = entry_in(&index->before, key, id);
        if (!e)
            return;
        e->id = MOVED;
    }
    index->count--;
}

size_t index_bytes(const struct index *index)
{
    return bytes_of(&index->table) + bytes_of(&index->before) + index->touched;
}
