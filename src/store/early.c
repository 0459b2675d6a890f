/* See early.h. */
#include "store/early.h"

#include <string.h>

void early_put(struct early *early, uint64_t key, const struct packet *packet,
               const struct net_event *event)
{
    uint32_t at = early->next++ % EARLY_EVENTS;
    struct early_event *e = &early->events[at];
    early->keys[at] = key;
    e->packet = (struct packet){ .time_ns = packet->time_ns,
                                 .frame = packet->frame,
                                 .source = packet->source };
    e->event = *event;
    e->event.tls = NULL;
    e->event.quote.data = e->quoted;
    if (e->event.quote.len > EARLY_QUOTED)
        e->event.quote.len = EARLY_QUOTED;
    if (e->event.quote.len)
        memcpy(e->quoted, event->quote.data, e->event.quote.len);
    if (early->until_ns < packet->time_ns + EARLY_NS)
        early->until_ns = packet->time_ns + EARLY_NS;
}

uint32_t early_find(const struct early *early, uint32_t at, uint64_t key, int64_t now_ns)
{
    if (now_ns > early->until_ns)
        return EARLY_EVENTS;
    while (at < EARLY_EVENTS &&
           (early->keys[at] != key || now_ns > early->events[at].packet.time_ns + EARLY_NS))
        at++;
    return at;
}
