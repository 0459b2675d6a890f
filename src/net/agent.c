/*
 * HEP inside of packets: what capture agents saw is handed on with the addresses and the time that
 * they saw. An agent's clock is believed, unless it is far ahead of the packet that brought the
 * news: nobody shall make time jump.
 */
#include <stdlib.h>
#include <string.h>

#include "net/hep.h"
#include "net/private.h"

#define AHEAD_NS 5000000000LL

static uint8_t transport_of(uint8_t protocol)
{
    switch (protocol) {
    case HEP_TCP:
        return TRANSPORT_TCP;
    case HEP_TLS:
        return TRANSPORT_TLS;
    case HEP_SCTP:
        return TRANSPORT_SCTP;
    default:
        return TRANSPORT_UDP;
    }
}

/* Where the payload is compressed: into memory that is there until the next one. */
static struct span plain_payload(struct net *net, const struct hep *hep)
{
    if (!hep->compressed)
        return hep->payload;
    if (!net->unpacked)
        net->unpacked = malloc(HEP_MAX_PLAIN);
    size_t n = net->unpacked ? hep_unpack(hep->payload, net->unpacked, HEP_MAX_PLAIN) : 0;
    return (struct span){ (const char *)net->unpacked, n };
}

static void hand_on(struct net *net, const struct packet *packet, const struct payload *outer,
                    struct hep *hep, struct span plain)
{
    struct packet seen = *packet;
    struct payload message = {
        .data = (const uint8_t *)plain.p,
        .len = (uint32_t)plain.n,
        .src = hep->src,
        .dst = hep->dst,
        .transport = transport_of(hep->protocol),
        .truncated = hep->truncated || outer->truncated,
        .apart = true,
        .hep = hep,
    };
    if (hep->time_ns > 0 && hep->time_ns <= packet->time_ns + AHEAD_NS)
        seen.time_ns = hep->time_ns;
    hep->from = outer->src;
    hep->to = outer->dst;
    net->payload(&seen, &message, net->arg);
}

static void count_inside(struct net *net, const struct packet *packet, const struct payload *outer,
                         struct hep *hep)
{
    net->counts.hep++;
    if (hep->keepalive) {
        net->counts.hep_keepalives++;
        return;
    }
    struct span plain = plain_payload(net, hep);
    if (plain.n == 0) {
        net->counts.hep_broken++;
        return;
    }
    net->counts.hep_types[hep->type]++;
    if (hep->type == HEP_SIP)
        hand_on(net, packet, outer, hep, plain);
}

void agent_packet(struct net *net, const struct packet *packet, const struct payload *outer)
{
    struct hep hep;
    switch (hep_decode(&hep, outer->data, outer->len, packet->time_ns)) {
    case HEP_OK:
        count_inside(net, packet, outer, &hep);
        break;
    case HEP_BROKEN:
        net->counts.hep++;
        net->counts.hep_broken++;
        break;
    case HEP_OTHER:
        net->payload(packet, outer, net->arg);
        break;
    }
}

enum decode_result decode_hep(struct decode *d)
{
    struct payload *p = d->payload;
    p->data = d->r.p;
    p->len = (uint32_t)reader_left(&d->r);
    p->apart = true;
    if (d->packet->peer)
        p->src = *d->packet->peer;
    if (!hep_begins(p->data, p->len))
        return DECODE_BROKEN;
    agent_packet(d->net, d->packet, p);
    return DECODE_OK;
}

/* Agents that send over TCP, or TLS that was decrypted: one packet after the other. */

struct half {
    uint8_t *data; /* the beginning of a packet; HEP_MAX bytes, NULL until they are needed */
    size_t n;
    bool lost; /* there is a gap: nothing is read until a segment begins with a packet */
};

struct agent_stream {
    struct half half[2];
};

static enum stream_match recognise(const uint8_t *p, size_t n)
{
    int length = hep_length(p, n);
    if (length > 0)
        return STREAM_YES;
    bool begun = (*p == 'H' || *p == 'E') && memcmp(p + 1, "EP3", n < 4 ? n - 1 : 3) == 0;
    return length == 0 && begun ? STREAM_MORE : STREAM_NO;
}

static int open_stream(struct stream *s)
{
    s->state = calloc(1, sizeof(struct agent_stream));
    return s->state ? 0 : -1;
}

static void drop(struct stream *s, struct half *h)
{
    if (h->data)
        stream_charge(s, -(ptrdiff_t)HEP_MAX);
    free(h->data);
    *h = (struct half){ .lost = true };
}

static void whole(struct stream *s, unsigned direction, const uint8_t *p, size_t n)
{
    struct payload outer = {
        .data = p,
        .len = (uint32_t)n,
        .src = s->ends[direction],
        .dst = s->ends[!direction],
    };
    agent_packet(s->net, stream_packet(s), &outer);
}

/* Hands on the whole packets among the bytes; how many bytes they were. */
static size_t cut(struct stream *s, unsigned direction, const uint8_t *p, size_t n)
{
    struct half *h = &((struct agent_stream *)s->state)->half[direction];
    size_t at = 0;
    while (at < n) {
        int length = hep_length(p + at, n - at);
        h->lost = length < 0;
        if (length <= 0 || n - at < (size_t)length)
            break;
        whole(s, direction, p + at, (size_t)length);
        at += (size_t)length;
    }
    return at;
}

static void keep(struct stream *s, struct half *h, const uint8_t *p, size_t n)
{
    if (!h->data) {
        h->data = malloc(HEP_MAX);
        if (h->data)
            stream_charge(s, HEP_MAX);
    }
    if (!h->data || h->n + n > HEP_MAX) {
        drop(s, h);
        return;
    }
    memcpy(h->data + h->n, p, n);
    h->n += n;
}

/* Fills the packet that has begun, without what follows it; how many bytes it took. */
static size_t complete(struct stream *s, unsigned direction, const uint8_t *p, size_t n)
{
    struct half *h = &((struct agent_stream *)s->state)->half[direction];
    size_t header = h->n < HEP_HEADER ? HEP_HEADER - h->n : 0;
    size_t took = header < n ? header : n;
    keep(s, h, p, took);
    int length = h->lost ? -1 : hep_length(h->data, h->n);
    if (length > 0) {
        size_t missing = (size_t)length - h->n, more = n - took < missing ? n - took : missing;
        keep(s, h, p + took, more);
        took += more;
    }
    if (length < 0)
        drop(s, h);
    if (length > 0 && h->n == (size_t)length) {
        h->n = 0;
        whole(s, direction, h->data, (size_t)length);
    }
    return took;
}

static void feed(struct stream *s, unsigned direction, const uint8_t *p, size_t n)
{
    struct half *h = &((struct agent_stream *)s->state)->half[direction];
    size_t at = h->n > 0 ? complete(s, direction, p, n) : 0;
    if (at < n && h->n == 0)
        at += cut(s, direction, p + at, n - at);
    if (at < n && !h->lost)
        keep(s, h, p + at, n - at);
}

static void gap(struct stream *s, unsigned direction, uint32_t missing)
{
    (void)missing;
    drop(s, &((struct agent_stream *)s->state)->half[direction]);
}

static void end(struct stream *s, unsigned direction, bool is_whole)
{
    (void)is_whole;
    drop(s, &((struct agent_stream *)s->state)->half[direction]);
}

static void close_stream(struct stream *s)
{
    struct agent_stream *a = s->state;
    drop(s, &a->half[0]);
    drop(s, &a->half[1]);
    free(a);
}

const struct stream_protocol stream_hep = {
    .name = "hep",
    .inside = 1 << TRANSPORT_TCP | 1 << TRANSPORT_TLS,
    .recognise = recognise,
    .open = open_stream,
    .feed = feed,
    .gap = gap,
    .end = end,
    .close = close_stream,
};
