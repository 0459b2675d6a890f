/* See places.h. */
#include "export/places.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/index.h"
#include "base/pool.h"
#include "base/strbuf.h"

#define BEFORE_NS INT64_C(5000000000) /* a connection is asked for so long before its request */
#define AFTER_NS INT64_C(64000000000) /* and so long after the last message of what fails */

/* A host, or two addresses with ports. */
struct place {
    uint64_t key;
    int64_t first_ns, last_ns;
};

struct places {
    struct pool pool;
    struct index index;
};

static uint64_t key_of(uint32_t id, const void *arg)
{
    return ((const struct place *)pool_at(arg, id))->key;
}

struct places *places_new(void)
{
    struct places *p = mem_zero(sizeof *p);
    pool_init(&p->pool, sizeof(struct place));
    index_init(&p->index, key_of, &p->pool);
    return p;
}

void places_free(struct places *p)
{
    if (!p)
        return;
    index_destroy(&p->index);
    pool_destroy(&p->pool);
    free(p);
}

static uint64_t key_of_host(const struct addr *a)
{
    return hash_bytes(1, a->ip, sizeof a->ip);
}

static uint64_t key_of_ends(const struct addr *a, const struct addr *b)
{
    const struct addr both[2] = { *a, *b };
    return hash_bytes(2, both, sizeof both);
}

static const struct place *find(const struct places *p, uint64_t key)
{
    uint32_t id = index_find(&p->index, key);
    return id ? pool_at(&p->pool, id) : NULL;
}

static void note(struct places *p, uint64_t key, int64_t time_ns)
{
    uint32_t id = index_find(&p->index, key);
    if (!id) {
        id = pool_alloc(&p->pool);
        if (!id)
            return;
        *(struct place *)pool_at(&p->pool, id) = (struct place){ key, time_ns, time_ns };
        index_add(&p->index, key, id);
    }
    struct place *place = pool_at(&p->pool, id);
    place->first_ns = time_ns < place->first_ns ? time_ns : place->first_ns;
    place->last_ns = time_ns > place->last_ns ? time_ns : place->last_ns;
}

void places_note(struct places *p, const struct flow *flow, int64_t time_ns)
{
    note(p, key_of_host(&flow->src), time_ns);
    note(p, key_of_host(&flow->dst), time_ns);
    note(p, key_of_ends(&flow->src, &flow->dst), time_ns);
    note(p, key_of_ends(&flow->dst, &flow->src), time_ns);
}

bool places_have(const struct places *places, const struct addr *host)
{
    return find(places, key_of_host(host)) != NULL;
}

static bool in_vain(const struct connection *c, const struct connection_tls *tls)
{
    return c->answer != CONNECTION_ACCEPTED || c->tls_alerted ||
           (tls && !tls->finished && c->end != CONNECTION_LASTS);
}

bool places_want(const struct places *places, const struct connection *c,
                 const struct connection_tls *tls)
{
    const struct place *p = find(places, key_of_ends(&c->client, &c->server));
    if (p && c->syn_ns <= p->last_ns && (c->end == CONNECTION_LASTS || c->end_ns >= p->first_ns))
        return true;
    p = in_vain(c, tls) ? find(places, key_of_host(&c->client)) : NULL;
    return p && c->syn_ns >= p->first_ns - BEFORE_NS && c->syn_ns <= p->last_ns + AFTER_NS;
}
