/* See backoff.h. A small table, since few are told at a time: the oldest entry makes room. */
#include "store/backoff.h"

#include <stdlib.h>

#include "sip/fields.h"
#include "store/private.h"

#define BACKOFFS 256 /* as many as latest_of() tells apart */
#define LONGEST_S 86400
#define LOOKED_AT 8

/* A ring; of the entries of senders that share a place in `latest` each knows the one before it. */
struct backoffs {
    uint32_t told;             /* how many entries there ever were: they are numbered from 1 */
    uint32_t latest[BACKOFFS]; /* the number of the latest entry of these senders, 0: none */
    uint32_t before[BACKOFFS];
    struct store_backoff entries[BACKOFFS];
};

static uint32_t *latest_of(struct backoffs *b, const struct addr *sender)
{
    uint32_t words[4];
    memcpy(words, sender->ip, sizeof words);
    uint32_t mixed = (words[0] ^ words[1] ^ words[2] ^ words[3]) * 2654435761u;
    return &b->latest[mixed >> 24];
}

/* The latest that was told at or before this time. */
static struct store_backoff *find(struct backoffs *b, const struct addr *sender,
                                  const struct addr *target, int64_t time_ns)
{
    struct store_backoff *best = NULL;
    uint32_t n = b ? *latest_of(b, sender) : 0;
    for (; n && n + BACKOFFS > b->told; n = b->before[n % BACKOFFS]) {
        struct store_backoff *e = &b->entries[n % BACKOFFS];
        if (addr_same_host(&e->sender, sender) && addr_equal(&e->target, target) &&
            e->from_ns < time_ns && time_ns < e->until_ns && (!best || e->from_ns >= best->from_ns))
            best = e;
    }
    return best;
}

void backoff_learn(struct store *s, const struct message *response, const struct sip_message *sip)
{
    uint64_t seconds;
    if (!sip_read_seconds(sip_find_header(sip, "Retry-After"), LONGEST_S, &seconds) || !seconds)
        return;
    if (!s->backoffs && !(s->backoffs = calloc(1, sizeof *s->backoffs)))
        return;
    const struct flow *flow = flow_at(s, response->flow);
    struct backoffs *b = s->backoffs;
    int64_t until_ns = response->time_ns + (int64_t)seconds * 1000000000;
    if (flow->dst_host && host_at(s, flow->dst_host)->wait_until_ns < until_ns)
        host_at(s, flow->dst_host)->wait_until_ns = until_ns;
    /* one that tries again and is told again has still been told once */
    struct store_backoff *known = find(b, &flow->dst, &flow->src, response->time_ns);
    if (known) {
        known->until_ns = until_ns > known->until_ns ? until_ns : known->until_ns;
        return;
    }
    uint32_t *latest = latest_of(b, &flow->dst), n = ++b->told;
    b->before[n % BACKOFFS] = *latest;
    *latest = n;
    b->entries[n % BACKOFFS] = (struct store_backoff){
        .sender = flow->dst,
        .target = flow->src,
        .from_ns = response->time_ns,
        .until_ns = until_ns,
        .seconds = (unsigned)seconds,
        .frame = response->frame,
        .source = response->source,
    };
}

bool backoff_ignored(struct store *s, const struct message *request)
{
    const struct flow *flow = flow_at(s, request->flow);
    if (!flow->src_host || request->time_ns >= host_at(s, flow->src_host)->wait_until_ns)
        return false;
    struct store_backoff *b = find(s->backoffs, &flow->src, &flow->dst, request->time_ns);
    /* the first few prove it: the others are counted, not looked at */
    return b && b->ignored++ < LOOKED_AT;
}

void backoff_free(struct store *s)
{
    free(s->backoffs);
    s->backoffs = NULL;
}

bool store_backoff(const struct store *s, const struct addr *sender, const struct addr *target,
                   int64_t time_ns, struct store_backoff *out)
{
    const struct store_backoff *found = find(s->backoffs, sender, target, time_ns);
    if (found)
        *out = *found;
    return found != NULL;
}
