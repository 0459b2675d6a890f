/*
 * LINKTYPE_WIRESHARK_UPPER_PDU: what Wireshark exports from inside of other protocols, such as SIP that
 * it has decrypted, behind tags that tell the addresses. Tags and lengths are big-endian.
 */
#include <string.h>

#include "net/private.h"

enum tag {
    TAG_END = 0,
    TAG_IP4_SRC = 20,
    TAG_IP4_DST = 21,
    TAG_IP6_SRC = 22,
    TAG_IP6_DST = 23,
    TAG_PORT_TYPE = 24,
    TAG_SRC_PORT = 25,
    TAG_DST_PORT = 26
};

enum port_type { PORT_SCTP = 1, PORT_TCP = 2 };

static void set_host(struct addr *a, const uint8_t *value, uint16_t length, uint8_t family)
{
    if (length != (family == 4 ? 4 : 16))
        return;
    a->family = family;
    memcpy(a->ip, value, length);
}

static uint32_t number(const uint8_t *value, uint16_t length)
{
    struct reader r = reader_make(value, length);
    uint32_t n = reader_u32(&r);
    return r.overrun ? 0 : n;
}

static void note(struct payload *p, uint16_t tag, const uint8_t *value, uint16_t length)
{
    uint32_t type;
    switch (tag) {
    case TAG_IP4_SRC:
    case TAG_IP6_SRC:
        set_host(&p->src, value, length, tag == TAG_IP4_SRC ? 4 : 6);
        break;
    case TAG_IP4_DST:
    case TAG_IP6_DST:
        set_host(&p->dst, value, length, tag == TAG_IP4_DST ? 4 : 6);
        break;
    case TAG_PORT_TYPE:
        type = number(value, length);
        p->transport = type == PORT_TCP    ? TRANSPORT_TCP
                       : type == PORT_SCTP ? TRANSPORT_SCTP
                                           : TRANSPORT_UDP;
        break;
    case TAG_SRC_PORT:
        p->src.port = (uint16_t)number(value, length);
        break;
    case TAG_DST_PORT:
        p->dst.port = (uint16_t)number(value, length);
        break;
    default:
        break;
    }
}

enum decode_result decode_exported(struct decode *d)
{
    struct payload *p = d->payload;
    for (;;) {
        uint16_t tag = reader_u16(&d->r), length = reader_u16(&d->r);
        const uint8_t *value = reader_take(&d->r, length);
        if (d->r.overrun)
            return DECODE_BROKEN;
        if (tag == TAG_END)
            break;
        note(p, tag, value, length);
    }
    if (p->src.family == 0 || p->src.family != p->dst.family)
        return DECODE_BROKEN; /* whose it is nobody says */
    p->data = d->r.p;
    p->len = (uint32_t)reader_left(&d->r);
    p->truncated = d->packet->caplen < d->packet->origlen;
    p->apart = true;
    d->net->payload(d->packet, p, d->net->arg);
    return DECODE_OK;
}
