/* See wrap.h. Headers of RFC 791, RFC 8200, RFC 768 and RFC 9293. */
#include "export/wrap.h"

#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"

#define IP_ICMP 1
#define IP_TCP 6
#define IP_UDP 17
#define IP_ICMP6 58
#define QUOTED 128      /* bytes of a message that an ICMP error quotes */
#define PART_SIZE 65000 /* of a message in one packet: headers and it stay below 64 KiB */
#define HEADERS 60      /* room for IPv6 and TCP */

struct wrap {
    const struct flow *flow;
    bool ip6, stream;
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
    memcpy(w->packet + w->n, p, n);
    w->n += n;
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

static void put_transport(struct wrap *w, uint32_t seq, size_t length)
{
    put16(w, w->flow->src.port);
    put16(w, w->flow->dst.port);
    if (w->stream) {
        put32(w, seq);
        put32(w, 1);
        put16(w, 0x5018); /* five words; PSH and ACK */
        put16(w, 65535);
        put32(w, 0);
    } else {
        put16(w, (unsigned)length + 8);
        put16(w, 0);
    }
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

static void put_packet(struct wrap *w, uint32_t seq, const uint8_t *data, size_t n)
{
    unsigned protocol = w->stream ? IP_TCP : IP_UDP;
    w->n = 0;
    put_ip(w, protocol, &w->flow->src, &w->flow->dst, n + (w->stream ? 20 : 8));
    put_transport(w, seq, n);
    put(w, data, n);
    put_checksums(w, protocol, w->stream ? 16 : 6);
}

static struct wrap *wrap_new(const struct flow *flow)
{
    struct wrap *w = mem_alloc(sizeof *w);
    w->flow = flow;
    w->ip6 = flow->src.family == 6 || flow->dst.family == 6;
    w->stream = transport_is_stream(flow->transport);
    return w;
}

void wrap_message(const struct message *m, const struct flow *flow, wrap_fn *fn, void *arg)
{
    struct wrap *w = wrap_new(flow);
    struct span rest = message_payload(m);
    uint32_t seq = m->seq;
    do {
        size_t n = rest.n < PART_SIZE ? rest.n : PART_SIZE;
        put_packet(w, seq, (const uint8_t *)rest.p, n);
        fn(w->packet, w->n, arg);
        seq += (uint32_t)n;
        rest = span_make(rest.p + n, span_end(rest));
    } while (rest.n > 0 && w->stream);
    free(w);
}

void wrap_error(const struct icmp_error *e, const struct message *m, const struct flow *flow,
                wrap_fn *fn, void *arg)
{
    struct wrap *w = wrap_new(flow);
    struct span begun = message_payload(m);
    unsigned protocol = w->ip6 ? IP_ICMP6 : IP_ICMP;
    uint8_t quote[HEADERS + QUOTED];
    put_packet(w, m->seq, (const uint8_t *)begun.p, begun.n < QUOTED ? begun.n : QUOTED);
    size_t n = w->n;
    memcpy(quote, w->packet, n);
    w->n = 0;
    put_ip(w, protocol, &e->from, &flow->src, n + 8);
    put16(w, (unsigned)e->type << 8 | e->code);
    put16(w, 0);
    put32(w, 0);
    put(w, quote, n);
    put_checksums(w, protocol, 2);
    if ((e->from.family == 6) == w->ip6)
        fn(w->packet, w->n, arg);
    free(w);
}
