/* See taught.h. A table of fixed size; a newcomer may push another out of its place. */
#include "store/taught.h"

#include <stdlib.h>

#include "base/hash.h"
#include "store/private.h"

#define PLACES 4096

struct lesson {
    struct addr host;
    int64_t time_ns; /* of the first one */
};

struct lessons {
    struct lesson places[PLACES];
};

static struct lesson *place_of(struct lessons *l, const struct addr *host)
{
    return &l->places[hash_bytes(host->family, host->ip, sizeof host->ip) % PLACES];
}

void store_teach(struct store *s, const struct addr *host, int64_t time_ns)
{
    if (!s->lessons && !(s->lessons = calloc(1, sizeof *s->lessons)))
        return;
    struct lesson *l = place_of(s->lessons, host);
    if (l->host.family && addr_same_host(&l->host, host))
        return;
    *l = (struct lesson){ *host, time_ns };
}

bool store_taught(const struct store *s, const struct addr *host, int64_t before_ns)
{
    if (!s->lessons)
        return false;
    const struct lesson *l = place_of(s->lessons, host);
    return l->host.family && addr_same_host(&l->host, host) && l->time_ns < before_ns;
}

void taught_free(struct store *s)
{
    free(s->lessons);
    s->lessons = NULL;
}
