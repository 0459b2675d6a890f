/* See stream.h. Recognising what a stream carries, and handing messages on. */
#include "net/stream.h"

#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "net/private.h"

/* Bytes of a direction in which a protocol may begin: a capture often starts in the middle. */
#define TRY_BYTES 65536

static const struct stream_protocol *const protocols[] = { &stream_tls, &stream_hep,
                                                           &stream_websocket, &stream_sip };

struct stream *stream_new(struct net *net, const struct addr *ends, uint8_t transport)
{
    struct stream *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->net = net;
    s->ends = ends;
    s->transport = transport;
    s->half[0].seq = s->half[1].seq = 1;
    return s;
}

int stream_nest(struct stream *s, uint8_t transport)
{
    s->above = stream_new(s->net, s->ends, transport);
    return s->above ? 0 : -1;
}

void stream_charge(struct stream *s, ptrdiff_t bytes)
{
    s->net->held += (size_t)bytes;
}

void stream_keep(struct stream *s, struct stream_bytes *kept, const uint8_t *p, size_t n)
{
    if (n == 0)
        return;
    if (kept->n + n > kept->size) {
        size_t size = kept->size ? kept->size : 2048;
        while (size < kept->n + n)
            size *= 2;
        kept->p = mem_grow(kept->p, size);
        stream_charge(s, (ptrdiff_t)(size - kept->size));
        kept->size = size;
    }
    memcpy(kept->p + kept->n, p, n);
    kept->n += n;
}

void stream_forget(struct stream *s, struct stream_bytes *kept)
{
    stream_charge(s, -(ptrdiff_t)kept->size);
    free(kept->p);
    *kept = (struct stream_bytes){ NULL, 0, 0 };
}

static void forget_begun(struct stream *s, struct stream_half *h)
{
    stream_charge(s, -(ptrdiff_t)h->begun_n);
    free(h->begun);
    h->begun = NULL;
    h->begun_n = 0;
}

static void keep_begun(struct stream *s, struct stream_half *h, const uint8_t *p, size_t n)
{
    h->begun = mem_grow(h->begun, h->begun_n + n);
    memcpy(h->begun + h->begun_n, p, n);
    h->begun_n += n;
    stream_charge(s, (ptrdiff_t)n);
}

static enum stream_match recognise(const struct stream *s, const uint8_t *p, size_t n,
                                   const struct stream_protocol **protocol)
{
    enum stream_match best = STREAM_NO;
    for (size_t i = 0; i < sizeof protocols / sizeof protocols[0] && best != STREAM_YES; i++) {
        if (!(protocols[i]->inside >> s->transport & 1))
            continue;
        enum stream_match match = protocols[i]->recognise(p, n);
        if (match > best) {
            best = match;
            *protocol = protocols[i];
        }
    }
    return best;
}

/* Shows the protocol what came before it was recognised, in either direction. */
static void begin(struct stream *s, const struct stream_protocol *protocol)
{
    if (protocol->open(s) < 0) {
        s->other = true;
        return;
    }
    s->protocol = protocol;
    for (unsigned i = 0; i < 2; i++) {
        struct stream_half *h = &s->half[i];
        uint8_t *bytes = h->begun;
        size_t n = h->begun_n;
        stream_charge(s, -(ptrdiff_t)n);
        h->begun = NULL;
        h->begun_n = 0;
        stream_feed(s, i, bytes, n);
        free(bytes);
    }
}

static void try(struct stream *s, unsigned direction, const uint8_t *p, size_t n)
{
    struct stream_half *h = &s->half[direction];
    const struct stream_protocol *protocol = NULL;
    bool kept = h->begun_n > 0;
    if (kept) {
        keep_begun(s, h, p, n);
        p = h->begun;
        n = h->begun_n;
    }
    enum stream_match match = h->tried < TRY_BYTES ? recognise(s, p, n, &protocol) : STREAM_NO;
    if (match == STREAM_YES) {
        begin(s, protocol);
        if (!kept)
            stream_feed(s, direction, p, n);
    } else if (match == STREAM_MORE && n < TRY_BYTES) {
        if (!kept)
            keep_begun(s, h, p, n);
    } else {
        h->seq += (uint32_t)n;
        if (h->tried < TRY_BYTES)
            h->tried += (uint32_t)n;
        forget_begun(s, h);
    }
}

static void close_protocol(struct stream *s)
{
    if (s->protocol)
        s->protocol->close(s);
    s->protocol = NULL;
    stream_close(s->above);
    s->above = NULL;
}

void stream_feed(struct stream *s, unsigned direction, const uint8_t *p, size_t n)
{
    if (n == 0 || s->other)
        return;
    if (!s->protocol) {
        try(s, direction, p, n);
        return;
    }
    s->protocol->feed(s, direction, p, n);
    s->half[direction].seq += (uint32_t)n;
    if (s->other)
        close_protocol(s);
}

void stream_gap(struct stream *s, unsigned direction, uint32_t missing)
{
    struct stream_half *h = &s->half[direction];
    if (s->protocol && !s->other)
        s->protocol->gap(s, direction, missing);
    h->seq += missing + (uint32_t)h->begun_n;
    forget_begun(s, h);
}

void stream_end(struct stream *s, unsigned direction, bool whole)
{
    if (s->protocol && !s->other)
        s->protocol->end(s, direction, whole);
}

void stream_close(struct stream *s)
{
    if (!s)
        return;
    close_protocol(s);
    forget_begun(s, &s->half[0]);
    forget_begun(s, &s->half[1]);
    free(s);
}

void stream_abandon(struct stream *s)
{
    s->other = true;
}

const struct packet *stream_packet(const struct stream *s)
{
    return s->net->packet;
}

/*
 * In place only what TCP itself carried. A packet that must be copied is not copied as a whole
 * for each small message in it.
 */
static bool in_place(const struct stream *s, const struct payload *m)
{
    const struct packet *packet = s->net->packet;
    uintptr_t at = (uintptr_t)m->data, start = (uintptr_t)packet->data;
    return s->transport == TRANSPORT_TCP && packet->data && at >= start &&
           at - start + m->len <= packet->caplen &&
           (packet->mapped || m->len >= packet->caplen / 2);
}

void stream_message(struct stream *s, unsigned direction, struct payload *m)
{
    struct net *net = s->net;
    m->src = s->ends[direction];
    m->dst = s->ends[!direction];
    m->transport = s->transport;
    m->apart = !in_place(s, m);
    if (!m->apart) {
        m->ip_offset = net->ip_offset;
        m->ip_id = net->ip_id;
    }
    net->payload(net->packet, m, net->arg);
}
