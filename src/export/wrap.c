/* See wrap.h. Headers of RFC 791, RFC 8200, RFC 768 and RFC 9293. */
#include "export/wrap.h"

#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"

#define IP_ICMP 1
#define IP_TCP 6
#define IP_UDP 17
#define IP_ICMP6 58
#define IP_SCTP 132
#define QUOTED 128      /* bytes of a message that an ICMP error quotes */
#define PART_SIZE 65000 /* of a message in one packet: headers and it stay below 64 KiB */
#define HEADERS 72      /* room for IPv6 and SCTP's header, chunk and padding */

struct wrap {
    bool ip6;
    uint8_t packet[HEADERS + PART_SIZE];
    size_t n;
};

static void put16(struct wrap *w, unsigned v)
{
    w->packet[w->n++] = (uint8_t)(v >> 8);
    w->packet[w->n++] = (uint8_t)v;
}

static void put32(struct wrap *w, uint32_t v)
{
    put16(w, v >> 16);
    put16(w, v & 0xffff);
}

static void put(struct wrap *w, const uint8_t *p, size_t n)
{
    if (n > 0)
        memcpy(w->packet + w->n, p, n);
    w->n += n;
}

static struct span head_of(struct span data, size_t most)
{
    return (struct span){ data.p, data.n < most ? data.n : most };
}

static void put_ip(struct wrap *w, unsigned protocol, const struct addr *src,
                   const struct addr *dst, size_t length)
{
    size_t address = w->ip6 ? 16 : 4;
    if (w->ip6) {
        put32(w, 0x60000000);
        put16(w, (unsigned)length);
        put16(w, protocol << 8 | 64);
    } else {
        put16(w, 0x4500);
        put16(w, (unsigned)length + 20);
        put32(w, 0x00004000); /* no identification: it is not to be fragmented */
        put16(w, 64 << 8 | protocol);
        put16(w, 0);
    }
    put(w, src->ip, address);
    put(w, dst->ip, address);
}

/* The sum of RFC 1071, continued. */
static uint32_t add_up(uint32_t sum, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        sum += i % 2 ? p[i] : (uint32_t)p[i] << 8;
    return sum;
}

static void set_checksum(uint8_t *place, uint32_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    sum = ~sum & 0xffff;
    place[0] = (uint8_t)(sum >> 8);
    place[1] = (uint8_t)sum;
}

/*
 * Over addresses, protocol and length as a pseudo header, which ICMP has none of, and all behind the
 * IP header; to be put there at `place`.
 */
static void put_checksums(struct wrap *w, unsigned protocol, size_t place)
{
    size_t header = w->ip6 ? 40 : 20, addresses = w->ip6 ? 8 : 12;
    uint32_t rest = (uint32_t)(w->n - header), sum = 0;
    if (protocol != IP_ICMP)
        sum = add_up(protocol + rest, w->packet + addresses, header - addresses);
    set_checksum(w->packet + header + place, add_up(sum, w->packet + header, rest));
    if (!w->ip6)
        set_checksum(w->packet + 10, add_up(0, w->packet, header));
}

static struct wrap *wrap_new(const struct addr *src, const struct addr *dst)
{
    struct wrap *w = mem_alloc(sizeof *w);
    w->n = 0;
    w->ip6 = src->family == 6 || dst->family == 6;
    return w;
}

static void put_datagram(struct wrap *w, const struct addr *src, const struct addr *dst,
                         struct span data, unsigned missing)
{
    put_ip(w, IP_UDP, src, dst, data.n + missing + 8);
    put16(w, src->port);
    put16(w, dst->port);
    put16(w, (unsigned)data.n + missing + 8);
    put16(w, 0);
    put(w, (const uint8_t *)data.p, data.n);
    put_checksums(w, IP_UDP, 6);
}

static void put_segment(struct wrap *w, const struct wrap_segment *s, uint32_t seq,
                        struct span data, unsigned missing)
{
    w->n = 0;
    put_ip(w, IP_TCP, s->src, s->dst, data.n + missing + 20);
    put16(w, s->src->port);
    put16(w, s->dst->port);
    put32(w, seq);
    put32(w, s->ack);
    put16(w, 5u << 12 | s->flags);
    put16(w, 65535);
    put32(w, 0);
    put(w, (const uint8_t *)data.p, data.n);
    put_checksums(w, IP_TCP, 16);
}

void wrap_datagram(const struct addr *src, const struct addr *dst, struct span data,
                   unsigned missing, wrap_fn *fn, void *arg)
{
    struct wrap *w = wrap_new(src, dst);
    put_datagram(w, src, dst, head_of(data, PART_SIZE), missing);
    fn(w->packet, w->n, arg);
    free(w);
}

/* CRC-32C (RFC 9260 §A), least significant bit first. */
static uint32_t crc32c(const uint8_t *p, size_t n)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < n; i++) {
        crc ^= p[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
    }
    return ~crc;
}

void wrap_chunk(const struct addr *src, const struct addr *dst, uint32_t association, uint32_t tsn,
                struct span data, wrap_fn *fn, void *arg)
{
    static const uint8_t padding[3];
    struct wrap *w = wrap_new(src, dst);
    data = head_of(data, PART_SIZE);
    size_t pad = (4 - data.n % 4) % 4;
    put_ip(w, IP_SCTP, src, dst, 12 + 16 + data.n + pad);
    size_t header = w->n;
    put16(w, src->port);
    put16(w, dst->port);
    put32(w, association); /* the verification tag tells it */
    put32(w, 0);
    put16(w, 3); /* DATA, first and last fragment */
    put16(w, (unsigned)data.n + 16);
    put32(w, tsn);
    put32(w, 0); /* the first stream */
    put32(w, 0);
    put(w, (const uint8_t *)data.p, data.n);
    put(w, padding, pad);
    uint32_t crc = crc32c(w->packet + header, w->n - header);
    for (int i = 0; i < 4; i++)
        w->packet[header + 8 + i] = (uint8_t)(crc >> 8 * i);
    if (!w->ip6)
        set_checksum(w->packet + 10, add_up(0, w->packet, 20));
    fn(w->packet, w->n, arg);
    free(w);
}

void wrap_segments(const struct wrap_segment *s, struct span data, wrap_fn *fn, void *arg)
{
    struct wrap *w = wrap_new(s->src, s->dst);
    uint32_t seq = s->seq;
    for (bool last = false; !last;) {
        struct span part = head_of(data, PART_SIZE);
        last = part.n == data.n;
        put_segment(w, s, seq, part, last ? s->missing : 0);
        fn(w->packet, w->n, arg);
        seq += (uint32_t)part.n;
        data = last ? SPAN_NONE : span_make(data.p + part.n, span_end(data));
    }
    free(w);
}

/* The error about the packet that stands there, to the one who sent it. */
static void put_error(struct wrap *w, uint8_t type, uint8_t code, const struct addr *from,
                      const struct addr *to)
{
    uint8_t quote[HEADERS + QUOTED];
    size_t n = w->n;
    memcpy(quote, w->packet, n);
    w->n = 0;
    unsigned protocol = w->ip6 ? IP_ICMP6 : IP_ICMP;
    put_ip(w, protocol, from, to, n + 8);
    put16(w, (unsigned)type << 8 | code);
    put16(w, 0);
    put32(w, 0);
    put(w, quote, n);
    put_checksums(w, protocol, 2);
}

void wrap_error(const struct icmp_error *e, const struct message *m, const struct flow *flow,
                wrap_fn *fn, void *arg)
{
    struct wrap *w = wrap_new(&flow->src, &flow->dst);
    const struct wrap_segment segment = { &flow->src, &flow->dst, WRAP_PSH, 0, 0, 0 };
    struct strbuf room = STRBUF_INIT;
    struct span begun = head_of(message_sent(m, &room), QUOTED);
    if (transport_is_stream(flow->transport))
        put_segment(w, &segment, m->seq, begun, 0);
    else
        put_datagram(w, &flow->src, &flow->dst, begun, 0);
    put_error(w, e->type, e->code, &e->from, &flow->src);
    if ((e->from.family == 6) == w->ip6)
        fn(w->packet, w->n, arg);
    strbuf_free(&room);
    free(w);
}

void wrap_error_of_segment(uint8_t type, uint8_t code, const struct wrap_segment *quoted,
                           wrap_fn *fn, void *arg)
{
    struct wrap *w = wrap_new(quoted->src, quoted->dst);
    put_segment(w, quoted, quoted->seq, SPAN_NONE, 0);
    put_error(w, type, code, quoted->dst, quoted->src);
    fn(w->packet, w->n, arg);
    free(w);
}
