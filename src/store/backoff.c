/*
 * Who was told by a 503 with Retry-After to leave a server alone (RFC 3261 §21.5.4), and for how
 * long. A small table, since few are told at a time: the oldest entry makes room.
 */
#include <stdlib.h>

#include "store/private.h"

#define BACKOFFS 256
#define LONGEST_S 86400

struct backoff {
    struct addr sender; /* without its port: clients change it */
    struct addr target;
    int64_t from_ns, until_ns;
};

struct backoffs {
    size_t next, count;
    struct backoff entries[BACKOFFS];
};

static struct backoff *find(struct backoffs *b, const struct addr *sender,
                            const struct addr *target)
{
    for (size_t i = 0; i < b->count; i++)
        if (addr_same_host(&b->entries[i].sender, sender) &&
            addr_equal(&b->entries[i].target, target))
            return &b->entries[i];
    return NULL;
}

static struct backoff *take(struct backoffs *b, const struct addr *sender,
                            const struct addr *target)
{
    struct backoff *found = find(b, sender, target);
    if (found)
        return found;
    found = &b->entries[b->next];
    b->next = (b->next + 1) % BACKOFFS;
    b->count += b->count < BACKOFFS;
    found->sender = *sender;
    found->target = *target;
    return found;
}

void backoff_learn(struct store *s, const struct message *response, const struct sip_message *sip)
{
    struct span value = sip_find_header(sip, "Retry-After");
    uint64_t seconds;
    size_t digits = 0;
    while (digits < value.n && ascii_digit(value.p[digits]))
        digits++;
    if (!span_number((struct span){ value.p, digits }, LONGEST_S, &seconds) || seconds == 0)
        return;
    if (!s->backoffs && !(s->backoffs = calloc(1, sizeof *s->backoffs)))
        return;
    const struct flow *flow = flow_at(s, response->flow);
    struct backoff *b = take(s->backoffs, &flow->dst, &flow->src);
    b->from_ns = response->time_ns;
    b->until_ns = response->time_ns + (int64_t)seconds * 1000000000;
}

bool backoff_ignored(struct store *s, const struct message *request)
{
    const struct flow *flow = flow_at(s, request->flow);
    const struct backoff *b = find(s->backoffs, &flow->src, &flow->dst);
    return b && request->time_ns > b->from_ns && request->time_ns < b->until_ns;
}

void backoff_free(struct store *s)
{
    free(s->backoffs);
    s->backoffs = NULL;
}
