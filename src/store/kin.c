/*
 * See kin.h. Records, a ring once they may not grow; those that a place of a table leads to are chained
 * from the latest back. Nothing is ever taken out: a link to what is younger has been overwritten.
 */
#include "store/kin.h"

#include <stdlib.h>

#include "base/fetch.h"

#define FEWEST 64 /* a power of two, as all sizes are */
#define SHARE 32  /* of the store's budget */
#define PLACES 4  /* of the table, for each record: most chains have one */
#define STEPS 256 /* along a chain */

struct record {
    uint64_t key;
    uint32_t transaction;
    uint32_t stamp;  /* of its seq, which tells whether it is still the same */
    uint32_t before; /* the one before it in the chain, or 0 */
    uint32_t count;  /* of those of this key, up to it */
};

struct kin {
    struct record *records; /* from number 1 */
    uint32_t *latest;       /* the table */
    uint32_t size, next;    /* that there is room for; where the next one goes */
    bool round;             /* it has begun anew */
};

static uint32_t *place_of(const struct kin *k, uint64_t key)
{
    return &k->latest[(key ^ key >> 32) & (PLACES * k->size - 1)];
}

static int grow(struct kin *k, size_t size)
{
    struct record *records = realloc(k->records, (size + 1) * sizeof *records);
    k->records = records ? records : k->records;
    uint32_t *latest = records ? calloc(PLACES * size, sizeof *latest) : NULL;
    if (!latest)
        return -1;
    free(k->latest);
    k->latest = latest;
    k->size = (uint32_t)size;
    for (uint32_t id = 1; id < k->next; id++) {
        uint32_t *place = place_of(k, records[id].key);
        records[id].before = *place;
        *place = id;
    }
    return 0;
}

/* Doubles the room, as far as it may; else what is oldest gives way. */
static int make_room(struct kin *k, const struct store *store)
{
    size_t most = store_budget(store) / SHARE / sizeof *k->records;
    if (k->next <= k->size)
        return 0;
    if (!k->round && (!k->size || 2 * (size_t)k->size <= most) &&
        grow(k, k->size ? 2 * (size_t)k->size : FEWEST) == 0)
        return 0;
    k->round = true;
    k->next = 1;
    return k->size ? 0 : -1;
}

static struct kin *kin_new(void)
{
    struct kin *k = calloc(1, sizeof *k);
    if (!k)
        return NULL;
    k->next = 1;
    if (grow(k, FEWEST) == 0)
        return k;
    kin_free(k);
    return NULL;
}

/* How long ago a record was added, in records. */
static uint32_t age(const struct kin *k, uint32_t id)
{
    return id < k->next ? k->next - 1 - id : k->next - 1 + k->size - id;
}

/* The next one of the key along a chain, from `id` on; 0: none. */
static uint32_t same_key(const struct kin *k, uint64_t key, uint32_t id)
{
    for (int steps = 0; id && k->records[id].key != key; steps++) {
        uint32_t before = k->records[id].before;
        id = before && steps < STEPS && age(k, before) > age(k, id) ? before : 0;
    }
    return id;
}

static uint32_t latest_of(const struct kin *k, uint64_t key)
{
    return k && key ? same_key(k, key, *place_of(k, key)) : 0;
}

void kin_expect(const struct kin *k, uint64_t key)
{
    if (k && key)
        fetch(place_of(k, key));
}

static bool same_call(const struct store *store, uint32_t transaction, const struct record *r)
{
    const struct transaction *t = store_transaction(store, r->transaction);
    return t && (uint32_t)t->seq == r->stamp &&
           t->call == store_transaction(store, transaction)->call;
}

void kin_add(struct kin **kin, const struct store *store, uint64_t key, uint32_t transaction)
{
    struct kin *k = *kin = *kin ? *kin : kin_new();
    if (!k || !key)
        return;
    uint32_t before = latest_of(k, key);
    if ((before && same_call(store, transaction, &k->records[before])) || make_room(k, store) < 0)
        return;
    uint32_t id = k->next++, *place = place_of(k, key);
    k->records[id] = (struct record){ .key = key,
                                      .transaction = transaction,
                                      .stamp = (uint32_t)store_transaction(store, transaction)->seq,
                                      .before = *place == id ? 0 : *place,
                                      .count = before ? k->records[before].count + 1 : 1 };
    *place = id;
}

size_t kin_find(const struct kin *k, const struct store *store, uint64_t key, uint32_t *ids,
                size_t max)
{
    size_t n = 0;
    for (uint32_t id = latest_of(k, key); id && n < max;) {
        const struct record *r = &k->records[id];
        const struct transaction *t = store_transaction(store, r->transaction);
        if (t && (uint32_t)t->seq == r->stamp)
            ids[n++] = r->transaction;
        bool older = r->before && age(k, r->before) > age(k, id);
        id = older ? same_key(k, key, r->before) : 0;
    }
    return n;
}

uint32_t kin_latest(const struct kin *k, const struct store *store, uint64_t key)
{
    uint32_t id = latest_of(k, key);
    const struct transaction *t = store_transaction(store, id ? k->records[id].transaction : 0);
    return t && (uint32_t)t->seq == k->records[id].stamp ? k->records[id].transaction : 0;
}

size_t kin_count(const struct kin *k, uint64_t key)
{
    uint32_t id = latest_of(k, key);
    return id ? k->records[id].count : 0;
}

size_t kin_bytes(const struct kin *k)
{
    return k ? sizeof *k + k->size * (sizeof *k->records + PLACES * sizeof *k->latest) : 0;
}

void kin_free(struct kin *k)
{
    if (!k)
        return;
    free(k->latest);
    free(k->records);
    free(k);
}
