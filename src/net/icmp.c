/*
 * ICMP (RFC 792) and ICMPv6 (RFC 4443) errors, with the packet that each quotes: its
 * IP header, its ports, and of UDP the first bytes of the payload as far as they go.
 * What is quoted was not sent again: it is an event and no payload.
 */
#include <string.h>

#include "net/private.h"

#define MAX_EXTENSIONS 10

/* Types that quote a packet. */
static bool is_error(uint8_t family, uint8_t type)
{
    if (family == 6)
        return type >= 1 && type <= 4;
    return type == 3 || type == 4 || type == 11 || type == 12;
}

static bool quoted_ip4(struct reader *r, struct net_quote *q)
{
    uint8_t first = reader_u8(r);
    reader_skip(r, 3);
    q->ip_id = reader_u16(r);
    uint16_t fragment = reader_u16(r);
    reader_skip(r, 1);
    q->protocol = reader_u8(r);
    reader_skip(r, 2);
    const uint8_t *src = reader_take(r, 4), *dst = reader_take(r, 4);
    size_t header = (size_t)(first & 15) * 4;
    if (r->overrun || header < 20 || !reader_skip(r, header - 20))
        return false;
    memcpy(q->src.ip, src, 4);
    memcpy(q->dst.ip, dst, 4);
    q->src.family = q->dst.family = 4;
    return !(fragment & 0x1fff);
}

static bool quoted_ip6(struct reader *r, struct net_quote *q)
{
    reader_skip(r, 6);
    uint8_t next = reader_u8(r);
    reader_skip(r, 1);
    const uint8_t *src = reader_take(r, 16), *dst = reader_take(r, 16);
    if (r->overrun)
        return false;
    memcpy(q->src.ip, src, 16);
    memcpy(q->dst.ip, dst, 16);
    q->src.family = q->dst.family = 6;
    for (int i = 0; i < MAX_EXTENSIONS && next == IP6_FRAGMENT; i++) {
        next = reader_u8(r);
        reader_skip(r, 1);
        if (reader_u16(r) & 0xfff8)
            return false;
        q->ip_id = (uint16_t)reader_u32(r);
    }
    q->protocol = next;
    return !r->overrun;
}

/* Ports, and what stands behind the UDP header. A quotation may end anywhere. */
static void quoted_transport(struct reader *r, struct net_quote *q)
{
    if (reader_left(r) < 4)
        return;
    q->src.port = reader_u16(r);
    q->dst.port = reader_u16(r);
    if (q->protocol == IP_UDP && reader_skip(r, 4)) {
        q->data = r->p;
        q->len = (uint32_t)reader_left(r);
    }
}

enum decode_result decode_icmp(struct decode *d)
{
    struct net_event event = { .kind = NET_ICMP, .src = d->payload->src, .dst = d->payload->dst };
    event.type = reader_u8(&d->r);
    event.code = reader_u8(&d->r);
    reader_skip(&d->r, 6);
    if (d->r.overrun)
        return DECODE_BROKEN;
    if (!is_error(event.src.family, event.type))
        return DECODE_OTHER;
    if (event.src.family == 6 ? quoted_ip6(&d->r, &event.quote) : quoted_ip4(&d->r, &event.quote))
        quoted_transport(&d->r, &event.quote);
    if (event.quote.src.family == 0)
        return DECODE_BROKEN;
    net_tell(d->net, d->packet, &event);
    return DECODE_OK;
}
