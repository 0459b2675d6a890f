/* See kin.h. Records, a ring once they may not grow; those of one key are chained from the latest back. */
#include "store/kin.h"

#include <stdlib.h>

#include "base/index.h"

#define FEWEST 1024
#define SHARE 32 /* of the store's budget */

struct record {
    uint64_t key;
    uint32_t transaction;
    uint32_t stamp;  /* of its seq, which tells whether it is still the same */
    uint32_t before; /* the one of this key before it, or 0 */
    uint32_t count;  /* of those of this key, up to it */
};

struct kin {
    struct index latest;
    struct record *records; /* from number 1 */
    uint32_t size, next;    /* that there is room for; where the next one goes */
    bool round;             /* it has begun anew */
};

static uint64_t key_of(uint32_t id, const void *arg)
{
    return ((const struct kin *)arg)->records[id].key;
}

static struct kin *kin_new(void)
{
    struct kin *k = calloc(1, sizeof *k);
    if (!k)
        return NULL;
    index_init(&k->latest, key_of, k);
    k->next = 1;
    return k;
}

/* Doubles the room, as far as it may; else what is oldest gives way. */
static int make_room(struct kin *k, const struct store *store)
{
    size_t most = store_budget(store) / SHARE / sizeof *k->records;
    size_t size = k->size ? 2 * (size_t)k->size : FEWEST;
    struct record *grown = NULL;
    if (k->next <= k->size)
        return 0;
    if (!k->round && (size <= most || !k->size))
        grown = realloc(k->records, (size + 1) * sizeof *grown);
    if (grown) {
        k->records = grown;
        k->size = (uint32_t)size;
        return 0;
    }
    k->round = true;
    k->next = 1;
    return k->size ? 0 : -1;
}

/* How long ago a record was added, in records. */
static uint32_t age(const struct kin *k, uint32_t id)
{
    return id < k->next ? k->next - 1 - id : k->next - 1 + k->size - id;
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
    uint32_t before = index_find(&k->latest, key);
    if ((before && same_call(store, transaction, &k->records[before])) || make_room(k, store) < 0)
        return;
    uint32_t id = k->next++;
    struct record *r = &k->records[id];
    if (k->round && r->key && index_find(&k->latest, r->key) == id) {
        index_remove(&k->latest, r->key, id);
        before = before == id ? 0 : before;
    }
    if (before)
        index_remove(&k->latest, key, before);
    *r = (struct record){ .key = key,
                          .transaction = transaction,
                          .stamp = (uint32_t)store_transaction(store, transaction)->seq,
                          .before = before,
                          .count = before ? k->records[before].count + 1 : 1 };
    if (index_add(&k->latest, key, id) < 0)
        r->key = 0;
}

size_t kin_find(const struct kin *k, const struct store *store, uint64_t key, uint32_t *ids,
                size_t max)
{
    size_t n = 0;
    uint32_t id = k && key ? index_find(&k->latest, key) : 0;
    while (id && n < max) {
        const struct record *r = &k->records[id];
        const struct transaction *t = store_transaction(store, r->transaction);
        if (t && (uint32_t)t->seq == r->stamp)
            ids[n++] = r->transaction;
        /* what was used again since is younger, or another's */
        bool older = r->before && k->records[r->before].key == key &&
                     age(k, r->before) > age(k, id);
        id = older ? r->before : 0;
    }
    return n;
}

size_t kin_count(const struct kin *k, uint64_t key)
{
    uint32_t id = k && key ? index_find(&k->latest, key) : 0;
    return id ? k->records[id].count : 0;
}

size_t kin_bytes(const struct kin *k)
{
    return k ? sizeof *k + k->size * sizeof *k->records + index_bytes(&k->latest) : 0;
}

void kin_free(struct kin *k)
{
    if (!k)
        return;
    index_destroy(&k->latest);
    free(k->records);
    free(k);
}
