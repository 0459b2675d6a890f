/* See taught.h. A table of fixed size; a newcomer may push another out of its place. */
#include "store/taught.h"

#include <stdlib.h>

#include "base/hash.h"
#include "store/private.h"

#define PLACES 4096

struct lessons {
    struct lesson places[PLACES];
};

static struct lesson *place_of(struct lessons *l, const struct addr *host)
{
    return &l->places[hash_bytes(host->family, host->ip, sizeof host->ip) % PLACES];
}

static void teach(struct store *s, const struct lesson *lesson)
{
    if (!s->lessons && !(s->lessons = calloc(1, sizeof *s->lessons)))
        return;
    struct lesson *l = place_of(s->lessons, &lesson->host);
    if (!l->host.family || !addr_same_host(&l->host, &lesson->host))
        *l = *lesson;
}

void store_teach(struct store *s, const struct addr *host, int64_t time_ns)
{
    teach(s, &(struct lesson){ .host = *host, .time_ns = time_ns });
}

void store_teach_stun(struct store *s, const struct addr *host, const struct addr *server,
                      int64_t time_ns)
{
    teach(s, &(struct lesson){ *host, *server, time_ns });
}

const struct lesson *store_stun_lesson(const struct store *s, size_t *at)
{
    for (; s->lessons && *at < PLACES; ++*at)
        if (s->lessons->places[*at].server.family)
            return &s->lessons->places[(*at)++];
    return NULL;
}

bool store_taught(const struct store *s, const struct addr *host, int64_t by_ns)
{
    if (!s->lessons)
        return false;
    const struct lesson *l = place_of(s->lessons, host);
    return l->host.family && addr_same_host(&l->host, host) && l->time_ns <= by_ns;
}

void taught_free(struct store *s)
{
    free(s->lessons);
    s->lessons = NULL;
}
