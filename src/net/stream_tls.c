/*
 * TLS as the protocol of a stream: what it holds is a level of its own, in which
 * protocols are recognised anew. The reading is tls.h's.
 */
#include <stdlib.h>
#include <string.h>

#include "net/private.h"
#include "net/tls.h"

/* Records that waited are worked on long after their packets. */
static const struct packet *swap_packet(struct stream *s, const struct packet *packet)
{
    const struct packet *at_hand = s->net->packet;
    s->net->packet = packet;
    return at_hand;
}

static void on_data(unsigned direction, const uint8_t *p, size_t n, const struct packet *packet,
                    void *arg)
{
    struct stream *s = arg;
    const struct packet *at_hand = swap_packet(s, packet);
    stream_feed(s->above, direction, p, n);
    swap_packet(s, at_hand);
}

/* No message goes on behind a loss: its length is not known. */
static void on_lost(unsigned direction, const struct packet *packet, void *arg)
{
    struct stream *s = arg;
    const struct packet *at_hand = swap_packet(s, packet);
    stream_gap(s->above, direction, UINT32_MAX / 2);
    swap_packet(s, at_hand);
}

static void on_event(enum tls_event event, unsigned direction, const struct packet *packet,
                     void *arg)
{
    const struct stream *s = arg;
    const struct tls_facts *facts = tls_facts(s->state);
    struct net_event told = {
        .kind = NET_TLS,
        .src = s->ends[direction],
        .dst = s->ends[!direction],
        .type = (uint8_t)event,
        .tls = facts,
        .by_client = direction == facts->client,
    };
    net_tell(s->net, packet, &told);
}

static void on_charge(ptrdiff_t bytes, void *arg)
{
    stream_charge(arg, bytes);
}

static enum stream_match recognise(const uint8_t *p, size_t n)
{
    int match = tls_recognise(p, n);
    return match > 0 ? STREAM_YES : match < 0 ? STREAM_MORE : STREAM_NO;
}

static int open_tls(struct stream *s)
{
    static const struct tls_output output = { on_data, on_lost, on_event, on_charge };
    if (stream_nest(s, TRANSPORT_TLS) < 0)
        return -1;
    s->state = tls_new(s->net->tls_engine, &output, s);
    return s->state ? 0 : -1;
}

static void feed(struct stream *s, unsigned direction, const uint8_t *p, size_t n)
{
    tls_feed(s->state, direction, p, n, s->net->packet);
}

static void gap(struct stream *s, unsigned direction, uint32_t missing)
{
    tls_gap(s->state, direction, missing, s->net->packet);
}

static void end(struct stream *s, unsigned direction, bool whole)
{
    tls_end(s->state, direction, s->net->packet);
    stream_end(s->above, direction, whole);
}

/* --- Connections that have ended before their secrets came --------------------------------- */

#define CLOSED_MAX 256

struct tls_closed {
    struct tls_closed *next;
    struct addr ends[2];
    struct stream *stream; /* without a protocol: it is fed by what waited */
    int64_t since_ns;
};

static void release(struct net *net, bool give_up)
{
    struct tls_closed *c = net->tls_closed;
    if (give_up)
        tls_give_up(c->stream->state);
    net->tls_closed = c->next;
    net->tls_closed_count--;
    tls_free(c->stream->state);
    stream_close(c->stream);
    free(c);
}

/* The levels of a stream that is about to be freed go on under another one. */
static void move_levels(struct stream *from, struct stream *to)
{
    to->state = from->state;
    to->above = from->above;
    from->state = from->above = NULL;
    tls_adopt(to->state, to);
    for (struct stream *level = to->above; level; level = level->above)
        level->ends = to->ends;
}

static void keep_closed(struct stream *s)
{
    struct net *net = s->net;
    struct tls_closed **last = &net->tls_closed, *c = calloc(1, sizeof *c);
    if (!c)
        return;
    memcpy(c->ends, s->ends, sizeof c->ends);
    c->since_ns = net->now_ns;
    c->stream = stream_new(net, c->ends, s->transport);
    if (!c->stream) {
        free(c);
        return;
    }
    move_levels(s, c->stream);
    if (net->tls_closed_count >= CLOSED_MAX)
        release(net, true);
    while (*last)
        last = &(*last)->next;
    *last = c;
    net->tls_closed_count++;
    net_due(net, c->since_ns + TLS_WAIT_NS);
}

/* The oldest is asked first: those behind it go when it goes, or a little later. */
void stream_tls_advance(struct net *net, int64_t now_ns)
{
    while (net->tls_closed && (!tls_waits(net->tls_closed->stream->state) ||
                               net->tls_closed->since_ns + TLS_WAIT_NS <= now_ns))
        release(net, true);
    if (net->tls_closed)
        net_due(net, net->tls_closed->since_ns + TLS_WAIT_NS);
}

void stream_tls_free(struct net *net)
{
    while (net->tls_closed)
        release(net, false);
}

static void close_tls(struct stream *s)
{
    if (s->state && tls_waits(s->state))
        keep_closed(s);
    tls_free(s->state);
    s->state = NULL;
}

const struct stream_protocol stream_tls = {
    .name = "tls",
    .inside = 1u << TRANSPORT_TCP,
    .recognise = recognise,
    .open = open_tls,
    .feed = feed,
    .gap = gap,
    .end = end,
    .close = close_tls,
};
