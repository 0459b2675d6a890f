/*
 * IPv4 (RFC 791), IPv6 with its extension headers (RFC 8200) and UDP (RFC 768). Of packets
 * inside packets (see tunnel.c) the innermost addresses count.
 */
#include "net/hep.h"
#include "net/private.h"

#include <string.h>

#define MAX_EXTENSIONS 10

static enum decode_result udp(struct decode *d)
{
    struct payload *p = d->payload;
    p->transport = TRANSPORT_UDP;
    p->src.port = reader_u16(&d->r);
    p->dst.port = reader_u16(&d->r);
    uint16_t length = reader_u16(&d->r);
    reader_skip(&d->r, 2);
    if (d->r.overrun || (length != 0 && length < 8))
        return DECODE_BROKEN;
    size_t left = reader_left(&d->r);
    size_t wanted = length == 0 ? left : length - 8u; /* 0: a jumbogram, RFC 2675 §4 */
    if (wanted > left)
        p->truncated = true;
    p->data = d->r.p;
    p->len = (uint32_t)(wanted < left ? wanted : left);
    d->r.end = d->r.p + p->len;
    decode_fn *inside = find_udp_tunnel(d, p->src.port, p->dst.port);
    if (inside)
        return inside(d);
    if (hep_begins(p->data, p->len))
        agent_packet(d->net, d->packet, p);
    else
        d->net->payload(d->packet, p, d->net->arg);
    return DECODE_OK;
}

/* The length of an extension header behind its first two bytes, or -1 when it is none. */
static int extension_rest(uint8_t type, uint8_t length)
{
    switch (type) {
    case 0:
    case 43:
    case 60:
    case 135:
    case 139:
    case 140:
        return length * 8 + 6;
    case IP_AH: /* RFC 4302 counts in words of four bytes */
        return length * 4 + 6;
    default:
        return -1;
    }
}

/* RFC 4302: what proves who sent the rest, which is not encrypted. In IPv6 it is an extension header. */
static enum decode_result authenticated(struct decode *d)
{
    uint8_t next = reader_u8(&d->r), length = reader_u8(&d->r);
    if (!reader_skip(&d->r, (size_t)extension_rest(IP_AH, length)) || ++d->depth > MAX_DEPTH)
        return DECODE_BROKEN;
    return decode_transport(d, next);
}

static const struct {
    uint8_t protocol;
    decode_fn *decode;
} protocols[] = {
    { IP_UDP, udp },          { IP_TCP, decode_tcp },
    { IP_ICMP, decode_icmp }, { IP_ICMP6, decode_icmp },
    { IP_SCTP, decode_sctp }, { IP_IPV4, decode_ip }, /* RFC 2003, RFC 2473 */
    { IP_IPV6, decode_ip },                           /* RFC 4213 */
    { IP_GRE, decode_gre },   { IP_ESP, decode_esp },
    { IP_MPLS, decode_mpls }, /* RFC 4023 */
    { IP_AH, authenticated },
};

static enum decode_result known_transport(struct decode *d, uint8_t protocol)
{
    for (size_t i = 0; i < sizeof protocols / sizeof protocols[0]; i++)
        if (protocols[i].protocol == protocol)
            return protocols[i].decode(d);
    return DECODE_OTHER;
}

/* Cuts the reader to the datagram: Ethernet padding and trailers are no payload. */
static void limit(struct decode *d, size_t length)
{
    size_t left = reader_left(&d->r), cut = d->packet->origlen - d->packet->caplen;
    if (length < left)
        d->r.end = d->r.p + length;
    else
        d->missing = (uint32_t)(length - left < cut ? length - left : cut);
}

static enum decode_result ip4(struct decode *d)
{
    uint8_t first = reader_u8(&d->r);
    reader_skip(&d->r, 1);
    uint16_t total = reader_u16(&d->r);
    d->payload->ip_id = reader_u16(&d->r);
    uint16_t fragment = reader_u16(&d->r);
    reader_skip(&d->r, 1);
    uint8_t protocol = reader_u8(&d->r);
    reader_skip(&d->r, 2);
    const uint8_t *src = reader_take(&d->r, 4);
    const uint8_t *dst = reader_take(&d->r, 4);
    size_t header = (size_t)(first & 15) * 4;
    if (d->r.overrun || header < 20)
        return DECODE_BROKEN;
    d->payload->src = (struct addr){ .family = 4 };
    d->payload->dst = (struct addr){ .family = 4 };
    memcpy(d->payload->src.ip, src, 4);
    memcpy(d->payload->dst.ip, dst, 4);
    if (total >= header) /* 0 stands for segmentation offload */
        limit(d, total - 20u);
    if (!reader_skip(&d->r, header - 20))
        return DECODE_BROKEN;
    if (fragment & 0x3fff)
        return decode_fragment(d, d->payload->ip_id, protocol, (fragment & 0x1fffu) * 8,
                               fragment & 0x2000);
    return known_transport(d, protocol);
}

static enum decode_result ip6_next(struct decode *d, uint8_t type)
{
    for (int i = 0; i < MAX_EXTENSIONS; i++) {
        if (type == IP6_FRAGMENT) { /* fragment, RFC 8200 §4.5 */
            type = reader_u8(&d->r);
            reader_skip(&d->r, 1);
            uint16_t offset = reader_u16(&d->r);
            uint32_t id = reader_u32(&d->r);
            d->payload->ip_id = (uint16_t)id;
            if (d->r.overrun)
                return DECODE_BROKEN;
            if (offset & 0xfff9) /* else it is all in this one, RFC 6946 */
                return decode_fragment(d, id, type, offset & 0xfff8, offset & 1);
            continue;
        }
        if (extension_rest(type, 0) < 0)
            return known_transport(d, type);
        uint8_t next = reader_u8(&d->r);
        uint8_t length = reader_u8(&d->r);
        if (!reader_skip(&d->r, (size_t)extension_rest(type, length)))
            return DECODE_BROKEN;
        type = next;
    }
    return DECODE_BROKEN;
}

enum decode_result decode_transport(struct decode *d, uint8_t protocol)
{
    return d->payload->src.family == 6 ? ip6_next(d, protocol) : known_transport(d, protocol);
}

static enum decode_result ip6(struct decode *d)
{
    reader_skip(&d->r, 4);
    uint16_t length = reader_u16(&d->r);
    uint8_t next = reader_u8(&d->r);
    reader_skip(&d->r, 1);
    const uint8_t *src = reader_take(&d->r, 16);
    const uint8_t *dst = reader_take(&d->r, 16);
    if (d->r.overrun)
        return DECODE_BROKEN;
    d->payload->src = (struct addr){ .family = 6 };
    d->payload->dst = (struct addr){ .family = 6 };
    memcpy(d->payload->src.ip, src, 16);
    memcpy(d->payload->dst.ip, dst, 16);
    if (length) /* 0: a jumbogram */
        limit(d, length);
    return ip6_next(d, next);
}

enum decode_result decode_ip(struct decode *d)
{
    if (reader_left(&d->r) == 0 || ++d->depth > MAX_DEPTH)
        return DECODE_BROKEN;
    if (!d->payload->apart)
        d->payload->ip_offset = (uint32_t)(d->r.p - d->packet->data);
    switch (*d->r.p >> 4) {
    case 4:
        return ip4(d);
    case 6:
        return ip6(d);
    default:
        return DECODE_OTHER;
    }
}

static const char *const transports[TRANSPORTS] = {
    [TRANSPORT_UDP] = "udp", [TRANSPORT_TCP] = "tcp", [TRANSPORT_TLS] = "tls",
    [TRANSPORT_WS] = "ws",   [TRANSPORT_WSS] = "wss", [TRANSPORT_SCTP] = "sctp",
};

const char *transport_name(uint8_t transport)
{
    return transport < TRANSPORTS ? transports[transport] : "?";
}

uint8_t transport_find(struct span name)
{
    uint8_t transport = name.n > 0 ? 0 : TRANSPORTS;
    char first = ascii_lower(name.n > 0 ? *name.p : 0);
    while (transport < TRANSPORTS &&
           (*transports[transport] != first || !span_is(name, transports[transport])))
        transport++;
    return transport;
}
