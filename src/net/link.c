/*
 * Link layers, a row each: what stands in front of the IP header. The numbers
 * are LINKTYPE_ values of the pcap and pcapng formats.
 */
#include "net/private.h"

enum {
    ETHERTYPE_IP4 = 0x0800,
    ETHERTYPE_IP6 = 0x86dd,
    ETHERTYPE_VLAN = 0x8100,
    ETHERTYPE_QINQ = 0x88a8,
    ETHERTYPE_QINQ_OLD = 0x9100,
    ETHERTYPE_PPPOE = 0x8864,
    ETHERTYPE_MPLS = 0x8847,
    ETHERTYPE_MPLS_UPSTREAM = 0x8848,
    ETHERTYPE_BRIDGED = 0x6558,
    ETHERTYPE_BACKBONE = 0x88e7
};
#define ETHERNET_LENGTH 1500 /* IEEE 802.3: up to here it is no type but a length */

/* IEEE 802.1Q: priority and VLAN number, then the type of what follows. */
static enum decode_result vlan(struct decode *d)
{
    reader_skip(&d->r, 2);
    return decode_ethertype(d, reader_u16(&d->r));
}

/* RFC 1661, with what RFC 1662 §3.2 and RFC 1661 §6.5 leave out: address, control, first byte. */
uint16_t ppp_protocol(struct reader *r)
{
    uint16_t protocol = reader_u8(r);
    if (protocol == 0xff) {
        reader_skip(r, 1);
        protocol = reader_u8(r);
    }
    if (!(protocol & 1))
        protocol = (uint16_t)(protocol << 8 | reader_u8(r));
    return protocol == 0x21 || protocol == 0x57 || protocol == 0x281 ? protocol : 0;
}

enum decode_result decode_ppp(struct decode *d)
{
    switch (ppp_protocol(&d->r)) {
    case 0x21:
    case 0x57:
        return decode_ip(d);
    case 0x281:
        return decode_mpls(d);
    default:
        return d->r.overrun ? DECODE_BROKEN : DECODE_OTHER;
    }
}

/* RFC 2516 session packets. */
static enum decode_result pppoe(struct decode *d)
{
    reader_skip(&d->r, 6);
    return decode_ppp(d);
}

/* IEEE 802.1ah: a service's number in front of the customer's own frame. */
static enum decode_result backbone(struct decode *d)
{
    reader_skip(&d->r, 4);
    return decode_ethernet(d);
}

static const struct {
    uint16_t type;
    decode_fn *decode;
} ethertypes[] = {
    { ETHERTYPE_IP4, decode_ip },
    { ETHERTYPE_IP6, decode_ip },
    { ETHERTYPE_VLAN, vlan },
    { ETHERTYPE_QINQ, vlan },
    { ETHERTYPE_QINQ_OLD, vlan },
    { ETHERTYPE_PPPOE, pppoe },
    { ETHERTYPE_MPLS, decode_mpls },
    { ETHERTYPE_MPLS_UPSTREAM, decode_mpls },
    { ETHERTYPE_BRIDGED, decode_ethernet },
    { ETHERTYPE_BACKBONE, backbone },
};

enum decode_result decode_ethertype(struct decode *d, uint16_t type)
{
    if (d->r.overrun || ++d->depth > MAX_DEPTH)
        return DECODE_BROKEN;
    for (size_t i = 0; i < sizeof ethertypes / sizeof ethertypes[0]; i++)
        if (ethertypes[i].type == type)
            return ethertypes[i].decode(d);
    return DECODE_OTHER;
}

/* IEEE 802.2 LLC with SNAP (RFC 1042): an EtherType where a frame's own header has no room for one. */
static enum decode_result snap(struct decode *d)
{
    uint32_t llc = reader_u32(&d->r);
    if (llc != 0xaaaa0300 || reader_u16(&d->r) != 0)
        return d->r.overrun ? DECODE_BROKEN : DECODE_OTHER;
    return decode_ethertype(d, reader_u16(&d->r));
}

enum decode_result decode_ethernet(struct decode *d)
{
    reader_skip(&d->r, 12);
    uint16_t type = reader_u16(&d->r);
    return type > ETHERNET_LENGTH ? decode_ethertype(d, type) : snap(d);
}

/* LINKTYPE_LINUX_SLL: packet type, ARPHRD, address length, address, protocol. */
static enum decode_result cooked_v1(struct decode *d)
{
    reader_skip(&d->r, 14);
    return decode_ethertype(d, reader_u16(&d->r));
}

/* LINKTYPE_LINUX_SLL2: the protocol comes first in a header of 20 bytes. */
static enum decode_result cooked_v2(struct decode *d)
{
    uint16_t protocol = reader_u16(&d->r);
    reader_skip(&d->r, 18);
    return decode_ethertype(d, protocol);
}

/* The address family in front is in some host's byte order; IP's own version says the same. */
static enum decode_result null_loop(struct decode *d)
{
    reader_skip(&d->r, 4);
    return decode_ip(d);
}

/* LINKTYPE_PPP_HDLC: PPP, or Cisco's framing with an EtherType (LINKTYPE_C_HDLC). */
static enum decode_result cisco(struct decode *d)
{
    reader_skip(&d->r, 2);
    return decode_ethertype(d, reader_u16(&d->r));
}

static enum decode_result ppp_hdlc(struct decode *d)
{
    uint8_t address = reader_left(&d->r) ? *d->r.p : 0;
    return address == 0x0f || address == 0x8f ? cisco(d) : decode_ppp(d);
}

/* LINKTYPE_PPP_PPPD, LINKTYPE_PPP_WITH_DIR: a byte that tells who sent it. */
static enum decode_result ppp_directed(struct decode *d)
{
    reader_skip(&d->r, 1);
    return decode_ppp(d);
}

/* The value of the next NFLOG attribute, in a machine's own byte order; NULL at the end. */
static const uint8_t *attribute(struct reader *r, bool little, uint16_t *type, size_t *length)
{
    uint16_t n = reader_u16_order(r, little);
    *type = reader_u16_order(r, little);
    if (r->overrun || n < 4 || n - 4u > reader_left(r))
        return NULL;
    *length = n - 4u;
    const uint8_t *value = reader_take(r, *length);
    size_t padding = (4 - n % 4u) % 4u;
    reader_skip(r, padding < reader_left(r) ? padding : reader_left(r));
    return value;
}

/* LINKTYPE_NFLOG: family, version, group, then attributes, of which the ninth is the packet. */
static enum decode_result nflog(struct decode *d)
{
    uint16_t type = 0;
    size_t length = 0;
    if (!reader_skip(&d->r, 4) || reader_left(&d->r) < 4)
        return DECODE_BROKEN;
    bool little = d->r.p[3] == 0; /* the type's upper byte, as types are small numbers */
    for (;;) {
        const uint8_t *value = attribute(&d->r, little, &type, &length);
        if (!value)
            return DECODE_BROKEN;
        if (type != 9)
            continue;
        d->r = reader_make(value, length);
        return decode_ip(d);
    }
}

/* LINKTYPE_IPNET: a header of 24 bytes, of Solaris. */
static enum decode_result ipnet(struct decode *d)
{
    reader_skip(&d->r, 24);
    return decode_ip(d);
}

/* LINKTYPE_ENC: what OpenBSD's IPsec let through, behind family, SPI and flags. */
static enum decode_result enc(struct decode *d)
{
    reader_skip(&d->r, 12);
    return decode_ip(d);
}

/* LINKTYPE_IEEE802_11: a data frame that is not encrypted, with LLC and SNAP (RFC 1042) in it. */
static enum decode_result wireless(struct decode *d)
{
    uint8_t kind = reader_u8(&d->r), flags = reader_u8(&d->r);
    if ((kind & 0x4c) != 0x08 || (flags & 0x40))
        return d->r.overrun ? DECODE_BROKEN : DECODE_OTHER;
    reader_skip(&d->r, 22); /* duration, three addresses, sequence */
    if ((flags & 3) == 3)
        reader_skip(&d->r, 6); /* from one access point to another */
    if (kind & 0x80)
        reader_skip(&d->r, flags & 0x80 ? 6 : 2); /* quality of service, high throughput */
    return snap(d);
}

/* LINKTYPE_IEEE802_11_RADIOTAP: what the radio says, whose length comes first. */
static enum decode_result radiotap(struct decode *d)
{
    reader_skip(&d->r, 2);
    uint16_t length = reader_u16_order(&d->r, true);
    if (length < 4 || !reader_skip(&d->r, length - 4u))
        return DECODE_BROKEN;
    return wireless(d);
}

static decode_fn *find_link(uint32_t linktype);

static enum decode_result inner_link(struct decode *d, uint32_t linktype)
{
    decode_fn *fn = linktype < LINK_HEP ? find_link(linktype) : NULL;
    if (d->r.overrun || ++d->depth > MAX_DEPTH)
        return DECODE_BROKEN;
    return fn ? fn(d) : DECODE_OTHER;
}

/* LINKTYPE_PKTAP, of macOS: the header's length, what it is, the link type of what follows. */
static enum decode_result pktap(struct decode *d)
{
    uint32_t length = reader_u32_order(&d->r, true);
    reader_skip(&d->r, 4);
    uint32_t linktype = reader_u32_order(&d->r, true);
    if (length < 12 || !reader_skip(&d->r, length - 12))
        return DECODE_BROKEN;
    return inner_link(d, linktype);
}

/* LINKTYPE_PPI: version, flags, the header's length, the link type of what follows. */
static enum decode_result per_packet(struct decode *d)
{
    reader_skip(&d->r, 2);
    uint16_t length = reader_u16_order(&d->r, true);
    uint32_t linktype = reader_u32_order(&d->r, true);
    if (length < 8 || !reader_skip(&d->r, length - 8u))
        return DECODE_BROKEN;
    return inner_link(d, linktype);
}

/* LINKTYPE_ERF, of network cards that capture: time, type, flags, lengths, then headers of 8 bytes. */
static enum decode_result extensible(struct decode *d)
{
    reader_skip(&d->r, 8);
    uint8_t type = reader_u8(&d->r), more = type;
    reader_skip(&d->r, 7);
    for (; (more & 0x80) && !d->r.overrun; reader_skip(&d->r, 7))
        more = reader_u8(&d->r);
    if ((type & 0x7f) != 2) /* Ethernet */
        return d->r.overrun ? DECODE_BROKEN : DECODE_OTHER;
    reader_skip(&d->r, 2);
    return decode_ethernet(d);
}

static const struct {
    uint16_t type;
    decode_fn *decode;
} links[] = {
    { 1, decode_ethernet },
    { 0, null_loop },
    { 108, null_loop },
    { 101, decode_ip },
    { 228, decode_ip },
    { 229, decode_ip },
    { 12, decode_ip },
    { 14, decode_ip },
    { 113, cooked_v1 },
    { 276, cooked_v2 },
    { LINK_HEP, decode_hep },
    { LINK_TLS_KEYS, decode_tls_keys },
    { LINK_PLAIN, decode_plain },
    { 9, ppp_hdlc },
    { 50, ppp_hdlc },
    { 51, pppoe },
    { 104, cisco },
    { 105, wireless },
    { 109, enc },
    { 127, radiotap },
    { 166, ppp_directed },
    { 192, per_packet },
    { 197, extensible },
    { 204, ppp_directed },
    { 226, ipnet },
    { 239, nflog },
    { 252, decode_exported },
    { 258, pktap },
};

static decode_fn *find_link(uint32_t linktype)
{
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++)
        if (links[i].type == linktype)
            return links[i].decode;
    return NULL;
}

bool decode_knows_link(uint16_t linktype)
{
    return find_link(linktype) != NULL;
}

enum decode_result decode_link(struct decode *d)
{
    decode_fn *fn = find_link(d->packet->linktype);
    return fn ? fn(d) : DECODE_UNKNOWN;
}
