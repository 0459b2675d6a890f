/*
 * Link layers, a row each: what stands in front of the IP header. The numbers
 * are LINKTYPE_ values of the pcap and pcapng formats.
 */
#include "net/private.h"

#define MAX_DEPTH 16

enum {
    ETHERTYPE_IP4 = 0x0800,
    ETHERTYPE_IP6 = 0x86dd,
    ETHERTYPE_VLAN = 0x8100,
    ETHERTYPE_QINQ = 0x88a8,
    ETHERTYPE_QINQ_OLD = 0x9100,
    ETHERTYPE_PPPOE = 0x8864
};

/* IEEE 802.1Q: priority and VLAN number, then the type of what follows. */
static enum decode_result vlan(struct decode *d)
{
    reader_skip(&d->r, 2);
    return decode_ethertype(d, reader_u16(&d->r));
}

/* RFC 2516 session packets that carry PPP (RFC 1661) with IP inside. */
static enum decode_result pppoe(struct decode *d)
{
    reader_skip(&d->r, 6);
    uint16_t protocol = reader_u16(&d->r);
    return protocol == 0x0021 || protocol == 0x0057 ? decode_ip(d) : DECODE_OTHER;
}

static const struct {
    uint16_t type;
    decode_fn *decode;
} ethertypes[] = {
    { ETHERTYPE_IP4, decode_ip }, { ETHERTYPE_IP6, decode_ip }, { ETHERTYPE_VLAN, vlan },
    { ETHERTYPE_QINQ, vlan },     { ETHERTYPE_QINQ_OLD, vlan }, { ETHERTYPE_PPPOE, pppoe },
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

static enum decode_result ethernet(struct decode *d)
{
    reader_skip(&d->r, 12);
    return decode_ethertype(d, reader_u16(&d->r));
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

static const struct {
    uint16_t type;
    decode_fn *decode;
} links[] = {
    { 1, ethernet },
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
};

static decode_fn *find_link(uint16_t linktype)
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
