/* See likenesses.h. A place, a line of the cache, has room for a few, the latest in front. */
#include "store/likenesses.h"

#include <stdlib.h>
#include <string.h>

#include "base/fetch.h"

#define MOST 4096 /* places, which takes 256 KiB */
#define FEWEST 16
#define SHARE 512 /* of the store's budget */
#define WAYS 4

struct place {
    struct known {
        uint32_t tag, transaction;
        uint32_t stamp; /* of its seq, which tells whether it is still the same */
        uint32_t spell; /* when it came: of an old one no more is asked */
    } known[WAYS];
};

struct likenesses {
    struct place *places;
    uint64_t count; /* a power of two */
};

struct likenesses *likenesses_new(size_t budget)
{
    struct likenesses *l = calloc(1, sizeof *l);
    if (!l)
        return NULL;
    for (l->count = FEWEST; l->count < MOST && l->count * sizeof *l->places < budget / SHARE;)
        l->count *= 2;
    l->places = aligned_alloc(FETCH_BYTES, l->count * sizeof *l->places);
    if (!l->places) {
        free(l);
        return NULL;
    }
    memset(l->places, 0, l->count * sizeof *l->places);
    return l;
}

void likenesses_free(struct likenesses *l)
{
    if (l)
        free(l->places);
    free(l);
}

size_t likenesses_bytes(const struct likenesses *l)
{
    return l ? sizeof *l + l->count * sizeof *l->places : 0;
}

static struct place *place_of(const struct likenesses *l, uint64_t key)
{
    return &l->places[key >> 32 & (l->count - 1)];
}

void likenesses_expect(const struct likenesses *l, uint64_t key)
{
    if (key)
        fetch(place_of(l, key));
}

static const struct transaction *known_still(const struct store *store, const struct known *known,
                                             const struct known *now)
{
    bool near = now->spell - known->spell + 1 <= 1 + LIKENESS_SPELLS; /* one may be captured late */
    if (known->tag != now->tag || !known->transaction || !near)
        return NULL;
    const struct transaction *t = store_transaction(store, known->transaction);
    return t && (uint32_t)t->seq == known->stamp ? t : NULL;
}

uint32_t likenesses_take(struct likenesses *l, const struct store *store, uint64_t key,
                         uint32_t transaction)
{
    if (!key)
        return 0;
    const struct transaction *t = store_transaction(store, transaction);
    struct known *known = place_of(l, key)->known,
                 now = { (uint32_t)key, transaction, (uint32_t)t->seq,
                         (uint32_t)(t->time_ns / LIKENESS_SPELL_NS) };
    int at = 0;
    while (at < WAYS - 1 && known[at].tag != now.tag)
        at++;
    const struct transaction *other = known_still(store, &known[at], &now);
    uint32_t id = known[at].transaction;
    if (other && other->call == t->call)
        return 0; /* the call's next hop */
    memmove(known + 1, known, (size_t)at * sizeof *known);
    known[0] = now;
    return other ? id : 0;
}
