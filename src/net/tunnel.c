/*
 * Packets inside packets: GRE and ERSPAN, MPLS, VXLAN, Geneve, GTP-U, Teredo, L2TP, and ESP
 * without encryption, a function each. What is found is read by the layer it belongs to, so
 * tunnels nest up to the common limit. A UDP port alone proves nothing: a datagram is taken
 * for a tunnel when its header fits, and is a payload like any other otherwise.
 */
#include "net/private.h"

enum {
    GRE_CHECKSUM = 0x8000,
    GRE_ROUTING = 0x4000,
    GRE_KEY = 0x2000,
    GRE_SEQUENCE = 0x1000,
    GRE_ACKNOWLEDGMENT = 0x0080,
    GRE_VERSION = 0x0007
};

/* MPLS (RFC 3032): labels up to the one at the bottom; nothing says what they carry. */
enum decode_result decode_mpls(struct decode *d)
{
    uint32_t label;
    do {
        label = reader_u32(&d->r);
        if (d->r.overrun || reader_left(&d->r) == 0)
            return DECODE_BROKEN;
    } while (!(label & 0x100));
    uint8_t version = *d->r.p >> 4;
    if (version == 4 || version == 6)
        return decode_ip(d);
    if (version == 0) /* a control word in front of Ethernet, RFC 4448 §4.6 */
        reader_skip(&d->r, 4);
    return decode_ethernet(d);
}

/* ERSPAN III has a second header where its last bit says so. */
static enum decode_result erspan3(struct decode *d)
{
    uint8_t version = reader_u8(&d->r) >> 4;
    reader_skip(&d->r, 9);
    uint16_t flags = reader_u16(&d->r);
    if (flags & 1)
        reader_skip(&d->r, 8);
    if (d->r.overrun || version != 2)
        return DECODE_BROKEN;
    switch (flags >> 10 & 0x1f) { /* frame type */
    case 0:
        return decode_ethernet(d);
    case 2:
        return decode_ip(d);
    default:
        return DECODE_OTHER;
    }
}

/* Type II has a header of eight bytes, and a sequence number in GRE; type I has neither. */
static enum decode_result erspan(struct decode *d, bool numbered)
{
    if (numbered && (reader_u8(&d->r) >> 4 != 1 || !reader_skip(&d->r, 7)))
        return DECODE_BROKEN;
    return decode_ethernet(d);
}

/* RFC 2784 with the fields of RFC 2890, and the version of PPTP (RFC 2637 §4.1). */
enum decode_result decode_gre(struct decode *d)
{
    uint16_t flags = reader_u16(&d->r);
    uint16_t type = reader_u16(&d->r);
    if (flags & GRE_ROUTING) /* RFC 1701 only, and never met */
        return DECODE_OTHER;
    if (flags & GRE_CHECKSUM)
        reader_skip(&d->r, 4);
    if (flags & GRE_KEY)
        reader_skip(&d->r, 4);
    if (flags & GRE_SEQUENCE)
        reader_skip(&d->r, 4);
    if ((flags & GRE_VERSION) == 1 && flags & GRE_ACKNOWLEDGMENT)
        reader_skip(&d->r, 4);
    if (d->r.overrun || (flags & GRE_VERSION) > 1)
        return DECODE_BROKEN;
    switch (type) {
    case 0x88be:
        return erspan(d, flags & GRE_SEQUENCE);
    case 0x22eb:
        return erspan3(d);
    case 0x880b:
        return decode_ppp(d);
    default:
        return decode_ethertype(d, type);
    }
}

/*
 * RFC 4303 without encryption (RFC 2410), as SIP uses it in IMS. Nothing in the packet says so,
 * nor how long the check value at its end is: tried are those in use. The trailer must name a
 * protocol, be padded as the RFC wants it, and that protocol's own header must fit.
 */
struct esp_trailer {
    size_t length; /* of the payload */
    uint8_t protocol;
};

static bool find_trailer(struct reader r, size_t check, struct esp_trailer *t)
{
    size_t left = reader_left(&r);
    if (r.overrun || left < check + 2)
        return false;
    size_t end = left - check - 2, padding = r.p[end];
    t->protocol = r.p[end + 1];
    if (padding > end || (end + 2) % 4)
        return false;
    t->length = end - padding;
    for (size_t i = 0; i < padding; i++)
        if (r.p[t->length + i] != i + 1)
            return false;
    return true;
}

static bool fits_protocol(struct reader r, const struct esp_trailer *t)
{
    struct reader own = reader_make(r.p, t->length);
    uint8_t first = reader_u8(&own);
    reader_skip(&own, 1);
    uint16_t third = reader_u16(&own), fifth = reader_u16(&own);
    reader_skip(&own, 6);
    uint16_t offset = reader_u16(&own);
    switch (t->protocol) {
    case IP_UDP:
        return t->length >= 8 && fifth == t->length;
    case IP_TCP:
        return !own.overrun && offset >> 12 >= 5 && (size_t)(offset >> 12) * 4 <= t->length &&
               (offset & 0x0e00) == 0;
    case IP_IPV4:
        return first >> 4 == 4 && third == t->length;
    case IP_IPV6:
        return first >> 4 == 6 && fifth + 40u == t->length;
    default:
        return false;
    }
}

static bool find_esp(struct reader r, struct esp_trailer *t)
{
    static const uint8_t checks[] = { 12, 16, 24, 32, 0 };
    reader_skip(&r, 8); /* SPI and sequence number */
    for (size_t i = 0; i < sizeof checks; i++)
        if (find_trailer(r, checks[i], t) && fits_protocol(r, t))
            return true;
    return false;
}

enum decode_result decode_esp(struct decode *d)
{
    struct esp_trailer t;
    if (!find_esp(d->r, &t)) {
        d->net->counts.encrypted++;
        return DECODE_OTHER;
    }
    reader_skip(&d->r, 8);
    d->r.end = d->r.p + t.length;
    return decode_transport(d, t.protocol);
}

/*
 * UDP. Each looks at the datagram and leaves the reader at what is inside; NULL when the header
 * does not fit, or carries nothing that can be read.
 */
typedef decode_fn *open_fn(struct reader *r);

static decode_fn *fits_ip(const struct reader *r)
{
    return reader_left(r) > 0 && (*r->p >> 4 == 4 || *r->p >> 4 == 6) ? decode_ip : NULL;
}

/* RFC 7348; the bit of group policies comes with a group's number. */
static decode_fn *open_vxlan(struct reader *r)
{
    uint8_t flags = reader_u8(r);
    uint32_t reserved = (uint32_t)reader_u8(r) << 16 | reader_u16(r);
    uint32_t network = reader_u32(r);
    bool fits = (flags == 0x08 && reserved == 0) || flags == 0x88;
    return !r->overrun && fits && (network & 0xff) == 0 ? decode_ethernet : NULL;
}

/* RFC 8926. */
static decode_fn *open_geneve(struct reader *r)
{
    uint8_t first = reader_u8(r);
    uint8_t flags = reader_u8(r);
    uint16_t type = reader_u16(r);
    uint32_t network = reader_u32(r);
    reader_skip(r, (size_t)(first & 0x3f) * 4);
    if (r->overrun || first >> 6 != 0 || flags & 0x3f || network & 0xff)
        return NULL;
    return type == 0x6558 ? decode_ethernet : type == 0x0800 || type == 0x86dd ? fits_ip(r) : NULL;
}

/* 3GPP TS 29.281 §5: version 1, a G-PDU, and its extension headers. */
static decode_fn *open_gtp(struct reader *r)
{
    uint8_t flags = reader_u8(r);
    uint8_t type = reader_u8(r);
    uint16_t length = reader_u16(r);
    reader_skip(r, 4); /* tunnel */
    if (r->overrun || (flags & 0xf8) != 0x30 || type != 0xff)
        return NULL;
    if (length < reader_left(r))
        r->end = r->p + length;
    if (flags & 7) {
        reader_skip(r, 3); /* sequence and N-PDU numbers */
        for (uint8_t next = reader_u8(r); flags & 4 && next && !r->overrun;) {
            size_t words = reader_u8(r);
            if (words == 0 || !reader_skip(r, words * 4 - 2))
                return NULL;
            next = reader_u8(r);
        }
    }
    return r->overrun ? NULL : fits_ip(r);
}

/* RFC 4380 §5.1.1: an IPv6 packet behind indications of authentication and origin. */
static decode_fn *open_teredo(struct reader *r)
{
    struct reader head = *r;
    uint16_t first = reader_u16(&head);
    if (first == 1) {
        size_t identity = reader_u8(&head), value = reader_u8(&head);
        reader_skip(&head, identity + value + 9);
        *r = head;
        first = reader_u16(&head);
    }
    if (first == 0) {
        reader_skip(&head, 6);
        *r = head;
        first = reader_u16(&head);
    }
    return !head.overrun && first >> 12 == 6 && reader_left(r) >= 40 ? decode_ip : NULL;
}

/* RFC 2661 §3.1: a data message. */
static decode_fn *open_l2tp(struct reader *r)
{
    uint16_t flags = reader_u16(r);
    if ((flags & 0xb4ff) != 2)
        return NULL;
    if (flags & 0x4000)
        reader_skip(r, 2); /* length */
    reader_skip(r, 4);     /* tunnel and session */
    if (flags & 0x0800)
        reader_skip(r, 4);
    if (flags & 0x0200)
        reader_skip(r, reader_u16(r));
    struct reader inside = *r;
    return !r->overrun && ppp_protocol(&inside) != 0 ? decode_ppp : NULL;
}

/* RFC 7510: labels, behind which stands an IP packet. */
static decode_fn *open_mpls(struct reader *r)
{
    struct reader inside = *r;
    bool bottom = false;
    while (!bottom && !inside.overrun)
        bottom = reader_u32(&inside) & 0x100;
    uint8_t version = reader_left(&inside) > 0 ? *inside.p >> 4 : 0;
    return version == 4 || version == 6 ? decode_mpls : NULL;
}

/* RFC 3948: only what is not encrypted. */
static decode_fn *open_esp(struct reader *r)
{
    struct esp_trailer t;
    return find_esp(*r, &t) ? decode_esp : NULL;
}

static const struct {
    uint16_t port;
    open_fn *open;
} tunnels[] = {
    { 4789, open_vxlan },  { 8472, open_vxlan }, { 6081, open_geneve }, { 2152, open_gtp },
    { 3544, open_teredo }, { 1701, open_l2tp },  { 4500, open_esp },    { 6635, open_mpls },
};

decode_fn *find_udp_tunnel(struct decode *d, uint16_t src, uint16_t dst)
{
    if (d->depth >= MAX_DEPTH)
        return NULL;
    for (size_t i = 0; i < sizeof tunnels / sizeof tunnels[0]; i++) {
        struct reader r = d->r;
        if (tunnels[i].port != dst && tunnels[i].port != src)
            continue;
        decode_fn *inside = tunnels[i].open(&r);
        if (!inside)
            continue;
        d->depth++;
        d->r = r;
        return inside;
    }
    return NULL;
}
