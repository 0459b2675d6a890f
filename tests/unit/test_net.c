/*
 * From link layers to UDP payloads: every link type, tags, IPv6 extension headers,
 * fragments, and lengths that lie.
 */
#include "bytes.h"
#include "net/net.h"
#include "net/other.h"
#include "tap.h"

static struct net *net;
static struct payload found; /* the latest; all zero when the packet held none */

static void take(const struct packet *packet, const struct payload *payload, void *arg)
{
    (void)packet, (void)arg;
    found = *payload;
}

static enum decode_result decode_cut(const struct bytes *b, uint16_t link, size_t caplen)
{
    struct packet packet = {
        .data = b->p, .caplen = (uint32_t)caplen, .origlen = (uint32_t)b->n, .linktype = link
    };
    found = (struct payload){ 0 };
    return net_packet(net, &packet);
}

static enum decode_result decode(const struct bytes *b, uint16_t link)
{
    return decode_cut(b, link, b->n);
}

static bool found_is(const char *text)
{
    return found.len == strlen(text) && memcmp(found.data, text, found.len) == 0;
}

/* The datagram that put_datagram() makes, with "hello" in it, behind `before` bytes. */
static bool hello(const struct bytes *b, uint16_t link, size_t before)
{
    char src[ADDR_TEXT], dst[ADDR_TEXT];
    if (decode(b, link) != DECODE_OK || !found_is("hello") || found.ip_offset != before)
        return false;
    addr_format(&found.src, src);
    addr_format(&found.dst, dst);
    return strcmp(src, "192.0.2.1:5060") == 0 && strcmp(dst, "192.0.2.2:5062") == 0 &&
           !found.truncated && found.transport == TRANSPORT_UDP && found.ip_id == 7;
}

static void ethernet(void)
{
    struct bytes b = { .n = 0 };
    put_ethernet(&b, 0x0800);
    put_datagram(&b, 7, "hello");
    tap_ok(hello(&b, 1, 14), "Ethernet");
    put_zeros(&b, 20);
    tap_ok(hello(&b, 1, 14), "padding behind the datagram is no payload");

    b.n = 0;
    put_ethernet(&b, 0x8100);
    put32(&b, 0x00640800);
    put_datagram(&b, 7, "hello");
    tap_ok(hello(&b, 1, 18), "a VLAN tag (802.1Q)");

    static const unsigned outer[] = { 0x88a8, 0x9100, 0x8100 };
    for (int i = 0; i < 3; i++) {
        b.n = 0;
        put_ethernet(&b, outer[i]);
        put32(&b, 0x00648100);
        put32(&b, 0x00650800);
        put_datagram(&b, 7, "hello");
        tap_ok(hello(&b, 1, 22), "two tags, the outer %04x", outer[i]);
    }
    b.n = 0;
    put_ethernet(&b, 0x8100);
    for (int i = 0; i < 1000; i++)
        put32(&b, 0x00648100);
    tap_ok(decode(&b, 1) == DECODE_BROKEN, "a thousand tags end somewhere");
    b.n = 0;
    put_ethernet(&b, 0x0806);
    put_zeros(&b, 28);
    tap_ok(decode(&b, 1) == DECODE_OTHER, "ARP is something else");
}

static void pppoe(void)
{
    struct bytes b = { .n = 0 };
    put_ethernet(&b, 0x8864);
    put16(&b, 0x1100);
    put16(&b, 1);
    put16(&b, 35);
    put16(&b, 0x0021);
    put_datagram(&b, 7, "hello");
    tap_ok(hello(&b, 1, 22), "PPPoE session with IPv4");
    b.p[20] = 0xc0;
    tap_ok(decode(&b, 1) == DECODE_OTHER, "PPPoE with LCP is something else");
}

static void other_links(void)
{
    static const uint16_t raw[] = { 101, 12, 14, 228 };
    struct bytes b = { .n = 0 };
    put_datagram(&b, 7, "hello");
    for (int i = 0; i < 4; i++)
        tap_ok(hello(&b, raw[i], 0), "raw IP, link type %d", raw[i]);

    b.n = 0;
    put_zeros(&b, 14);
    put16(&b, 0x0800);
    put_datagram(&b, 7, "hello");
    tap_ok(hello(&b, 113, 16), "Linux cooked v1");

    b.n = 0;
    put16(&b, 0x8100);
    put_zeros(&b, 18);
    put32(&b, 0x00640800);
    put_datagram(&b, 7, "hello");
    tap_ok(hello(&b, 276, 24), "Linux cooked v2 with a VLAN tag");

    static const uint32_t families[] = { 2, 0x02000000 };
    for (int i = 0; i < 2; i++) {
        b.n = 0;
        put32(&b, families[i]);
        put_datagram(&b, 7, "hello");
        tap_ok(hello(&b, 0, 4) && hello(&b, 108, 4), "null and loop, family %08x", families[i]);
    }
    tap_ok(decode(&b, 147) == DECODE_UNKNOWN && !decode_knows_link(147) && decode_knows_link(1),
           "a link type without a decoder is named unknown");
}

static void ip4_lies(void)
{
    struct bytes b = { .n = 0 };
    put_ip4(&b, 0, 7, 0, 17);
    put_udp(&b, 5060, 5062, 13, "hello");
    tap_ok(hello(&b, 101, 0), "total length 0 stands for segmentation offload");
    b.p[0] = 0x44;
    tap_ok(decode(&b, 101) == DECODE_BROKEN, "a header length below five words is broken");
    b.p[0] = 0x4f;
    tap_ok(decode(&b, 101) == DECODE_BROKEN, "options beyond the end are broken");
    b.p[0] = 0x75;
    tap_ok(decode(&b, 101) == DECODE_OTHER, "IP version 7 is something else");

    b.n = 0;
    put_datagram(&b, 7, "hello");
    b.p[0] = 0x46;
    memmove(b.p + 24, b.p + 20, b.n - 20);
    memset(b.p + 20, 1, 4);
    b.n += 4;
    b.p[3] += 4;
    tap_ok(hello(&b, 101, 0), "an IPv4 option is passed over");

    b.n = 0;
    put_ip4(&b, 40, 7, 0, 89);
    put_zeros(&b, 20);
    tap_ok(decode(&b, 101) == DECODE_OTHER && !found.data, "OSPF is something else");
}

static void udp_lies(void)
{
    struct bytes b = { .n = 0 };
    put_ip4(&b, 33, 7, 0, 17);
    put_udp(&b, 5060, 5062, 7, "hello");
    tap_ok(decode(&b, 101) == DECODE_BROKEN, "a UDP length below its header is broken");
    b.p[25] = 10;
    tap_ok(decode(&b, 101) == DECODE_OK && found_is("he") && !found.truncated,
           "a UDP length below the datagram's is believed");
    b.p[25] = 200;
    tap_ok(decode(&b, 101) == DECODE_OK && found_is("hello") && found.truncated,
           "a UDP length beyond the datagram: what is there, marked truncated");
    b.p[25] = 8;
    tap_ok(decode(&b, 101) == DECODE_OK && found.len == 0, "an empty datagram");
}

static void cut_by_capture(void)
{
    struct bytes b = { .n = 0 };
    put_ethernet(&b, 0x0800);
    put_datagram(&b, 7, "hello");
    int wrong = 0;
    for (size_t n = 0; n < b.n; n++) {
        enum decode_result result = decode_cut(&b, 1, n);
        bool whole_headers = n >= 42;
        if (whole_headers ? result != DECODE_OK || found.len != n - 42 || !found.truncated
                          : result != DECODE_BROKEN)
            wrong++;
    }
    tap_ok(wrong == 0, "cut at every byte: broken headers or a truncated payload");
}

/* More of them is in test_fragment.c. */
static void fragments(void)
{
    struct bytes b = { .n = 0 };
    put_datagram(&b, 7, "hello");
    b.p[6] = 0x40;
    tap_ok(hello(&b, 101, 0), "IPv4: do-not-fragment is no fragment");

    b.n = 0;
    put_ip6(&b, 21, 44);
    put8(&b, 17);
    put8(&b, 0);
    put16(&b, 0);
    put32(&b, 0x00010203);
    put_udp(&b, 5060, 5062, 13, "hello");
    tap_ok(decode(&b, 101) == DECODE_OK && found_is("hello") && !found.truncated &&
               !found.fragmented && found.ip_id == 0x0203,
           "IPv6: an atomic fragment (RFC 6946) is whole");
}

static void ip6(void)
{
    struct bytes b = { .n = 0 };
    char text[ADDR_TEXT];
    put_ip6(&b, 13, 17);
    put_udp(&b, 5060, 5062, 13, "hello");
    put_zeros(&b, 4);
    tap_ok(decode(&b, 229) == DECODE_OK && found_is("hello") && !found.truncated &&
               strcmp(addr_format(&found.src, text), "[2001:db8::1]:5060") == 0,
           "IPv6, with padding behind");
    tap_ok(strcmp(addr_host(&found.dst, text), "2001:db8::2") == 0 && found.dst.port == 5062,
           "its destination");

    b.n = 0; /* hop-by-hop, routing, destination options, authentication */
    put_ip6(&b, 8 + 16 + 8 + 12 + 13, 0);
    put8(&b, 43);
    put_zeros(&b, 7);
    put8(&b, 60);
    put8(&b, 1);
    put_zeros(&b, 14);
    put8(&b, 51);
    put_zeros(&b, 7);
    put8(&b, 17);
    put8(&b, 1);
    put_zeros(&b, 10);
    put_udp(&b, 5060, 5062, 13, "hello");
    tap_ok(decode(&b, 101) == DECODE_OK && found_is("hello"), "four extension headers");

    b.n = 0;
    put_ip6(&b, 800, 0);
    put_zeros(&b, 800); /* hop-by-hop names hop-by-hop */
    tap_ok(decode(&b, 101) == DECODE_BROKEN, "extension headers without end are broken");
    b.n = 0;
    put_ip6(&b, 8, 0);
    put8(&b, 17);
    put8(&b, 255);
    put_zeros(&b, 6);
    tap_ok(decode(&b, 101) == DECODE_BROKEN, "an extension header beyond the end is broken");
    b.n = 0;
    put_ip6(&b, 8, 59);
    put_zeros(&b, 8);
    tap_ok(decode(&b, 101) == DECODE_OTHER, "no next header is something else");
}

static void addresses(void)
{
    struct addr a = { .family = 4, .ip = { 10, 0, 0, 1 }, .port = 5060 }, b = a;
    char text[ADDR_TEXT];
    b.port = 5061;
    tap_ok(addr_same_host(&a, &b) && !addr_equal(&a, &b), "two ports of one host");
    a.family = 0;
    tap_ok(strcmp(addr_format(&a, text), "?:5060") == 0, "an unknown address");
    tap_ok(strcmp(transport_name(TRANSPORT_WS), "ws") == 0 && strcmp(transport_name(200), "?") == 0,
           "names of transports");
}

/* The first bytes of a datagram, what they are, and the port it goes to. */
static void others(void)
{
    static const struct {
        const char *bytes;
        size_t n;
        uint16_t port;
        enum other other;
        const char *what;
    } rows[] = {
        { "\x80\0\0\1\0\0\0\1\0\0\0\1", 12, 40000, OTHER_RTP, "RTP" },
        { "\x90\xe0\0\1\0\0\0\1\0\0\0\1", 12, 40000, OTHER_RTP, "RTP with a marker" },
        { "\x80\0\0\1\0\0\0\1", 8, 40000, OTHER_UNKNOWN, "too short for RTP" },
        { "\x80\xc8\0\1\0\0\0\1", 8, 40001, OTHER_RTCP, "RTCP" },
        { "\0\1\0\0\x21\x12\xa4\x42............", 20, 3478, OTHER_STUN, "STUN" },
        { "\0\1\0\0\x21\x12\xa4\x43............", 20, 3478, OTHER_UNKNOWN, "no STUN" },
        { "\x16\xfe\xff\0\0\0\0\0\0\0\0\0\0", 13, 40000, OTHER_DTLS, "DTLS" },
        { "\x12\x34\1\0\0\1\0\0\0\0\0\0", 12, 53, OTHER_DNS, "DNS" },
        { "\x12\x34\1\0\0\1\0\0\0\0\0\0", 12, 54, OTHER_UNKNOWN, "something else" },
        { "", 0, 53, OTHER_UNKNOWN, "nothing" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct payload payload = { .data = (const uint8_t *)rows[i].bytes,
                                   .len = (uint32_t)rows[i].n,
                                   .dst = { .port = rows[i].port } };
        tap_ok(other_of(&payload) == rows[i].other, "%s", rows[i].what);
    }
}

int main(void)
{
    net = net_new(take, NULL, NULL);
    ethernet();
    pppoe();
    other_links();
    ip4_lies();
    udp_lies();
    cut_by_capture();
    fragments();
    ip6();
    addresses();
    net_free(net);
    others();
    return tap_done();
}
