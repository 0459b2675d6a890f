/* See kin.h. A ring of records; those of one key are chained from the latest back. */
#include "store/kin.h"

#include <stdlib.h>

#include "base/index.h"

#define KIN 8192

struct record {
    uint64_t key, seq; /* the transaction's, which tells whether it is still the same */
    uint32_t transaction;
    uint32_t before; /* the one of this key before it, or 0 */
    uint32_t order;  /* rises from record to record */
};

struct kin {
    struct index latest;
    uint32_t order;
    struct record records[KIN + 1]; /* from number 1 */
};

static uint64_t key_of(uint32_t id, const void *arg)
{
    return ((const struct kin *)arg)->records[id].key;
}

static struct kin *kin_new(void)
{
    struct kin *k = calloc(1, sizeof *k);
    if (k)
        index_init(&k->latest, key_of, k);
    return k;
}

void kin_add(struct kin **kin, const struct store *store, uint64_t key, uint32_t transaction)
{
    struct kin *k = *kin = *kin ? *kin : kin_new();
    if (!k || !key)
        return;
    uint32_t id = k->order++ % KIN + 1;
    struct record *r = &k->records[id];
    if (r->key && index_find(&k->latest, r->key) == id)
        index_remove(&k->latest, r->key, id);
    uint32_t before = index_find(&k->latest, key);
    if (before)
        index_remove(&k->latest, key, before);
    *r = (struct record){ .key = key,
                          .seq = store_transaction(store, transaction)->seq,
                          .transaction = transaction,
                          .before = before,
                          .order = k->order };
    if (index_add(&k->latest, key, id) < 0)
        r->key = 0;
}

size_t kin_find(const struct kin *k, const struct store *store, uint64_t key, uint32_t *ids,
                size_t max)
{
    size_t n = 0;
    uint32_t order = UINT32_MAX;
    for (uint32_t id = k && key ? index_find(&k->latest, key) : 0; id && n < max;) {
        const struct record *r = &k->records[id];
        if (r->key != key || r->order >= order) /* used again since */
            break;
        const struct transaction *t = store_transaction(store, r->transaction);
        if (t && t->seq == r->seq)
            ids[n++] = r->transaction;
        order = r->order;
        id = r->before;
    }
    return n;
}

void kin_free(struct kin *k)
{
    if (k)
        index_destroy(&k->latest);
    free(k);
}
