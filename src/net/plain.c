/* See plain.h: there is nothing to decode, only to hand on. */
#include "net/plain.h"

#include "base/tr.h"
#include "net/private.h"

enum decode_result decode_plain(struct decode *d)
{
    const struct plain *plain = d->packet->plain;
    struct payload *p = d->payload;
    if (!plain) /* a capture that claims our own link type */
        return DECODE_UNKNOWN;
    p->data = d->packet->data;
    p->len = d->packet->caplen;
    p->src = plain->src;
    p->dst = plain->dst;
    p->transport = plain->transport;
    p->assumed = plain->assumed;
    p->logger = plain->logger;
    p->truncated = plain->truncated;
    p->bare = plain->bare;
    p->marked = plain->marked;
    p->apart = true;
    d->net->payload(d->packet, p, d->net->arg);
    return DECODE_OK;
}

void plain_put_assumed(struct strbuf *out, uint8_t assumed)
{
    static const struct {
        uint8_t bit;
        const char *words;
    } rows[] = {
        { ASSUMED_SRC, N_("the sender's address") },
        { ASSUMED_DST, N_("the receiver's address") },
        { ASSUMED_TRANSPORT, N_("the transport") },
        { ASSUMED_TIME, N_("the date") },
    };
    bool any = false;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!(assumed & rows[i].bit))
            continue;
        strbuf_format(out, "%s%s", any ? ", " : "", tr(rows[i].words));
        any = true;
    }
}
