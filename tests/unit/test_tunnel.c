/*
 * Packets inside packets, and the link layers besides Ethernet: headers as their documents draw
 * them, around one datagram. What only looks like a tunnel stays a payload.
 */
#include "bytes.h"
#include "net/net.h"
#include "tap.h"

static struct net *net;
static struct payload found; /* the latest */
static int payloads;

static void take(const struct packet *packet, const struct payload *payload, void *arg)
{
    (void)packet, (void)arg;
    found = *payload;
    payloads++;
}

static enum decode_result decode(const struct bytes *b, uint16_t link)
{
    struct packet packet = {
        .data = b->p, .caplen = (uint32_t)b->n, .origlen = (uint32_t)b->n, .linktype = link
    };
    found = (struct payload){ 0 };
    payloads = 0;
    return net_packet(net, &packet);
}

static bool found_is(const char *text)
{
    return found.len == strlen(text) && memcmp(found.data, text, found.len) == 0;
}

/* The datagram that put_datagram() makes, at the end of what was put together. */
static bool hello(const struct bytes *b, uint16_t link)
{
    char src[ADDR_TEXT], dst[ADDR_TEXT];
    if (decode(b, link) != DECODE_OK || payloads != 1 || !found_is("hello"))
        return false;
    addr_format(&found.src, src);
    addr_format(&found.dst, dst);
    return strcmp(src, "192.0.2.1:5060") == 0 && strcmp(dst, "192.0.2.2:5062") == 0 &&
           !found.truncated && found.transport == TRANSPORT_UDP && found.ip_id == 7 &&
           (size_t)(found.data - b->p) - found.ip_offset == 28;
}

enum inside { NOTHING, DATAGRAM, FRAME, FRAME6 };

static void put_inside(struct bytes *b, enum inside inside)
{
    if (inside == FRAME)
        put_ethernet(b, 0x0800);
    if (inside == DATAGRAM || inside == FRAME)
        put_datagram(b, 7, "hello");
    if (inside == FRAME6) { /* the same over IPv6 */
        put_ethernet(b, 0x86dd);
        put_ip6(b, 13, 17);
        put_udp(b, 5060, 5062, 13, "hello");
    }
}

static const size_t sizes[] = { 0, 33, 47, 67 };

struct row {
    unsigned protocol; /* of IP; 0: UDP */
    unsigned port;
    const char *header;
    size_t n;
    enum inside inside;
    const char *what;
};
#define IN(protocol_, bytes_, inside_, what_)                    \
    {                                                            \
        protocol_, 0, bytes_, sizeof(bytes_) - 1, inside_, what_ \
    }
#define UDP(port_, bytes_, inside_, what_)                   \
    {                                                        \
        0, port_, bytes_, sizeof(bytes_) - 1, inside_, what_ \
    }

/* The row's packet from 198.51.100.1 to 198.51.100.2, so that the inner addresses show. */
static void put_row(struct bytes *b, const struct row *row)
{
    size_t n = row->n + sizes[row->inside], start = b->n;
    put_ip4(b, (unsigned)(20 + n + (row->protocol ? 0 : 8)), 99, 0,
            row->protocol ? row->protocol : 17);
    memcpy(b->p + start + 12, "\xc6\x33\x64\x01\xc6\x33\x64\x02", 8);
    if (!row->protocol)
        put_udp(b, 50000, row->port, (unsigned)n + 8, "");
    put(b, row->header, row->n);
    put_inside(b, row->inside);
}

static const struct row tunnels[] = {
    IN(4, "", DATAGRAM, "IP in IP, RFC 2003"),
    IN(51, "\4\4\0\0\0\0\0\1\0\0\0\1............", DATAGRAM, "AH, RFC 4302"),
    IN(47, "\0\0\x08\0", DATAGRAM, "GRE, RFC 2784"),
    IN(47, "\x80\0\x08\0\x12\x34\0\0", DATAGRAM, "GRE with a checksum"),
    IN(47, "\x30\0\x08\0\0\0\0\x2a\0\0\0\1", DATAGRAM, "GRE with key and sequence, RFC 2890"),
    IN(47, "\0\0\x65\x58", FRAME, "GRE that bridges Ethernet"),
    IN(47, "\x30\x81\x88\x0b\0\x25\0\1\0\0\0\1\0\0\0\0\xff\3\0\x21", DATAGRAM,
       "PPTP, RFC 2637, with PPP"),
    IN(47, "\0\0\x88\x47\0\x01\x01\x40", DATAGRAM, "MPLS in GRE"),
    IN(47, "\0\0\x88\xbe", FRAME, "ERSPAN I"),
    IN(47, "\x10\0\x88\xbe\0\0\0\1\x10\x64\0\x0a\0\0\0\5", FRAME, "ERSPAN II"),
    IN(47, "\x10\0\x22\xeb\0\0\0\1\x20\x64\0\x0a\1\2\3\4\0\0\0\0", FRAME, "ERSPAN III"),
    IN(47, "\x10\0\x22\xeb\0\0\0\1\x20\x64\0\x0a\1\2\3\4\0\0\0\1\1\2\3\4\5\6\7\x08", FRAME,
       "ERSPAN III with a platform's own header"),
    IN(47, "\x10\0\x22\xeb\0\0\0\1\x20\x64\0\x0a\1\2\3\4\0\0\x08\0", DATAGRAM,
       "ERSPAN III with an IP packet"),
    IN(137, "\0\x01\x01\x40", DATAGRAM, "MPLS in IP, RFC 4023"),
    UDP(4789, "\x08\0\0\0\0\0\x2a\0", FRAME, "VXLAN, RFC 7348"),
    UDP(8472, "\x08\0\0\0\0\0\x2a\0", FRAME, "VXLAN on Linux' old port"),
    UDP(4789, "\x88\x08\0\7\0\0\x2a\0", FRAME, "VXLAN with a group policy"),
    UDP(6081, "\0\0\x65\x58\0\0\x2a\0", FRAME, "Geneve, RFC 8926"),
    UDP(6081, "\2\x40\x08\0\0\0\x2a\0\1\2\3\1\xaa\xaa\xaa\xaa", DATAGRAM, "Geneve with an option"),
    UDP(2152, "\x30\xff\0\x21\0\0\0\1", DATAGRAM, "GTP-U, TS 29.281"),
    UDP(2152, "\x32\xff\0\x25\0\0\0\1\0\7\0\0", DATAGRAM, "GTP-U with a sequence number"),
    UDP(2152, "\x34\xff\0\x2d\0\0\0\1\0\0\0\x85\1\x10\x09\xc0\1\0\0\0", DATAGRAM,
        "GTP-U with two extension headers"),
    UDP(1701, "\0\2\0\1\0\2\xff\3\0\x21", DATAGRAM, "L2TP, RFC 2661"),
    UDP(6635, "\0\1\0\x40\0\1\1\x40", DATAGRAM, "MPLS in UDP, RFC 7510, two labels"),
    UDP(1701, "\x4a\2\0\x37\0\1\0\2\0\3\0\4\0\2\0\0\x21", DATAGRAM,
        "L2TP with everything, PPP compressed"),
};

static void each_tunnel(void)
{
    for (size_t i = 0; i < sizeof tunnels / sizeof tunnels[0]; i++) {
        struct bytes b = { .n = 0 };
        put_row(&b, &tunnels[i]);
        tap_ok(hello(&b, 101), "%s", tunnels[i].what);
        int wrong = 0;
        for (struct bytes cut = b; cut.n > 0; cut.n--)
            wrong += decode(&cut, 101) == DECODE_UNKNOWN;
        tap_ok(wrong == 0, "and cut anywhere");
    }
}

/* Addresses of one family inside the other. */
static void families(void)
{
    struct bytes b = { .n = 0 };
    char src[ADDR_TEXT];
    put_ip6(&b, 33, 4);
    put_datagram(&b, 7, "hello");
    tap_ok(hello(&b, 101), "IPv4 in IPv6, RFC 2473");
    b.n = 0;
    put_ip4(&b, 20 + 53, 1, 0, 41);
    put_ip6(&b, 13, 17);
    put_udp(&b, 5060, 5062, 13, "hello");
    tap_ok(decode(&b, 101) == DECODE_OK && found_is("hello") && found.ip_offset == 20 &&
               strcmp(addr_format(&found.src, src), "[2001:db8::1]:5060") == 0,
           "IPv6 in IPv4, RFC 4213: %s", src);
    static const struct {
        const char *front;
        size_t n;
        const char *what;
    } teredo[] = {
        { "", 0, "Teredo, RFC 4380" },
        { "\0\0\x12\x34\1\2\3\4", 8, "Teredo with an origin" },
        { "\0\1\2\1ab\1........\0\0\0\x12\x34\1\2\3\4", 24,
          "Teredo with authentication and origin" },
    };
    for (size_t i = 0; i < 3; i++) {
        b.n = 0;
        put_ip4(&b, (unsigned)(28 + teredo[i].n + 53), 1, 0, 17);
        put_udp(&b, 3544, 50000, (unsigned)(8 + teredo[i].n + 53), "");
        put(&b, teredo[i].front, teredo[i].n);
        put_ip6(&b, 13, 17);
        put_udp(&b, 5060, 5062, 13, "hello");
        tap_ok(decode(&b, 101) == DECODE_OK && found_is("hello") && found.src.family == 6, "%s",
               teredo[i].what);
    }
    struct row vxlan = UDP(4789, "\x08\0\0\0\0\0\x2a\0", FRAME6, "");
    b.n = 0;
    put_row(&b, &vxlan);
    tap_ok(decode(&b, 101) == DECODE_OK && found_is("hello") && found.src.family == 6,
           "IPv6 in Ethernet in VXLAN in IPv4");
}

/* RFC 4303 §2: SPI, sequence, payload, padding 1 2 3, its length, next header, check value. */
static void put_esp(struct bytes *b, unsigned next, unsigned padding, size_t check, bool udp)
{
    size_t payload = udp ? 13 : 33, n = 8 + payload + padding + 2 + check;
    put_ip4(b, (unsigned)(20 + n), 7, 0, 50);
    put32(b, 0x1234);
    put32(b, 1);
    if (udp)
        put_udp(b, 5060, 5062, 13, "hello");
    else
        put_datagram(b, 7, "hello");
    for (unsigned i = 1; i <= padding; i++)
        put8(b, i);
    put8(b, padding);
    put8(b, next);
    for (size_t i = 0; i < check; i++)
        put8(b, (unsigned)(0xa5 + 41 * i));
}

static void esp(void)
{
    static const size_t checks[] = { 12, 16, 24, 32, 0 };
    struct bytes b = { .n = 0 };
    for (size_t i = 0; i < 5; i++) {
        b.n = 0;
        put_esp(&b, 17, 1, checks[i], true);
        tap_ok(decode(&b, 101) == DECODE_OK && found_is("hello") && found.src.port == 5060,
               "ESP without encryption, check value of %zu bytes", checks[i]);
        b.n = 0;
        put_esp(&b, 4, 1, checks[i], false);
        tap_ok(hello(&b, 101), "the same in tunnel mode");
    }
    b.n = 0;
    put_esp(&b, 17, 5, 12, true);
    tap_ok(decode(&b, 101) == DECODE_OK && found_is("hello"), "more padding");
    b.p[b.n - 12 - 2 - 3] ^= 1;
    tap_ok(decode(&b, 101) == DECODE_OTHER && payloads == 0 && net_counts(net)->encrypted == 1,
           "padding that is none: encrypted, and counted");
    b.n = 0;
    put_esp(&b, 17, 1, 12, true);
    b.p[20 + 8 + 5]++;
    tap_ok(decode(&b, 101) == DECODE_OTHER && net_counts(net)->encrypted == 2,
           "a UDP header that does not fit");
}

/* SIP on a tunnel's port, and headers that are not quite right, are payloads. */
static void no_tunnels(void)
{
    static const unsigned ports[] = { 4789, 8472, 6081, 2152, 3544, 1701, 4500 };
    static const char sip[] =
        "HELLO sip:bob@b.example SIP/2.0\r\nVia: SIP/2.0/UDP a.example;branch="
        "z9hG4bK1\r\nContent-Length: 0\r\n\r\n";
    int wrong = 0;
    for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++)
        for (int first = 'A'; first <= 'Z'; first++) {
            struct bytes b = { .n = 0 };
            put_ip4(&b, 28 + sizeof sip - 1, 1, 0, 17);
            put_udp(&b, 5060, ports[i], 8 + sizeof sip - 1, sip);
            b.p[28] = (uint8_t)first;
            wrong += decode(&b, 101) != DECODE_OK || payloads != 1 || found.len != sizeof sip - 1;
        }
    tap_ok(wrong == 0, "SIP on every tunnel's port");
    static const struct row rows[] = {
        UDP(4789, "\0\0\0\0\0\0\x2a\0", FRAME, "VXLAN without its flag"),
        UDP(4789, "\x08\0\1\0\0\0\x2a\0", FRAME, "VXLAN with reserved bits"),
        UDP(6081, "\0\0\x65\x59\0\0\x2a\0", FRAME, "Geneve with an unknown protocol"),
        UDP(6081, "\x3f\0\x65\x58\0\0\x2a\0", NOTHING, "Geneve with options that are not there"),
        UDP(2152, "\x30\1\0\0\0\0\0\0", NOTHING, "GTP-U's echo"),
        UDP(2152, "\x34\xff\0\x25\0\0\0\1\0\0\0\x85", DATAGRAM, "GTP-U, no extension where one is"),
        UDP(2152, "\x34\xff\0\x0c\0\0\0\1\0\0\0\x85\0\0\0\0\0\0\0\0", NOTHING,
            "GTP-U with an extension of no length"),
        UDP(1701, "\xc8\2\0\x0c\0\1\0\0\0\1\0\1", NOTHING, "L2TP's control messages"),
        UDP(1701, "\0\2\0\1\0\2\xff\3\xc0\x21", DATAGRAM, "L2TP with LCP"),
        UDP(6635, "\0\1\0\x40\0\1\0\x40", NOTHING, "MPLS in UDP without a last label"),
        UDP(3544, "\0\0\x12\x34\1\2\3\4", DATAGRAM, "Teredo with IPv4"),
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bytes b = { .n = 0 };
        put_row(&b, &rows[i]);
        tap_ok(decode(&b, 101) == DECODE_OK && payloads == 1 && found.dst.port == rows[i].port,
               "%s is a payload", rows[i].what);
    }
}

static void nesting(void)
{
    struct bytes b = { .n = 0 };
    for (unsigned i = 0; i < 5; i++)
        put_ip4(&b, 33 + 20 * (5 - i), 1, 0, 4);
    put_datagram(&b, 7, "hello");
    tap_ok(hello(&b, 101), "six IP headers");
    b.n = 0;
    for (unsigned i = 0; i < 700; i++)
        put_ip4(&b, 20 * (700 - i), 1, 0, 4);
    tap_ok(decode(&b, 101) == DECODE_BROKEN, "seven hundred are too many");
    b.n = 0;
    for (unsigned left = 15000; left > 40; left -= 36) {
        put_ip4(&b, left, 1, 0, 17);
        put_udp(&b, 1, 2152, left - 20, "\x30\xff");
        put16(&b, left - 36);
        put32(&b, 1);
    }
    decode(&b, 101);
    tap_ok(payloads <= 1, "GTP-U in GTP-U in ... ends somewhere");
}

struct link_row {
    uint16_t link;
    const char *front;
    size_t n;
    const char *what;
};
#define LINK(link_, bytes_, what_)               \
    {                                            \
        link_, bytes_, sizeof(bytes_) - 1, what_ \
    }

static void links(void)
{
    static const struct link_row rows[] = {
        LINK(9, "\xff\3\0\x21", "PPP, RFC 1662"),
        LINK(9, "\0\x21", "PPP without address and control"),
        LINK(9, "\x21", "PPP with a short protocol"),
        LINK(9, "\xff\3\2\x81\0\x01\x01\x40", "PPP with MPLS"),
        LINK(50, "\xff\3\0\x21", "PPP in HDLC"),
        LINK(50, "\x0f\0\x08\0", "PPP_HDLC with Cisco's framing"),
        LINK(51, "\x11\0\0\7\0\x23\0\x21", "PPPoE without Ethernet"),
        LINK(104, "\x0f\0\x08\0", "Cisco HDLC"),
        LINK(109, "\2\0\0\0\0\0\0\1\0\0\0\0", "OpenBSD's IPsec"),
        LINK(166, "\1\xff\3\0\x21", "pppd's PPP"),
        LINK(204, "\0\xff\3\0\x21", "PPP with a direction"),
        LINK(105, "\x08\2\0\0..................\0\0\xaa\xaa\3\0\0\0\x08\0", "802.11"),
        LINK(105,
             "\x88\3\0\0..................\0\0......"
             "\0\0\xaa\xaa\3\0\0\0\x08\0",
             "802.11 between access points, with quality of service"),
        LINK(127,
             "\0\0\x0c\0\0\0\0\0\1\2\3\4\x08\1\0\0.................."
             "\0\0\xaa\xaa\3\0\0\0\x08\0",
             "802.11 behind radiotap"),
        LINK(226, "\2\2\0\1\0\0\0\x21\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0", "IPNET"),
        LINK(239, "\2\0\0\1\x08\0\1\0\x08\0\1\0\5\0\x0a\0i\0\0\0\x25\0\x09\0",
             "NFLOG, little-endian"),
        LINK(239, "\2\0\0\1\0\x08\0\1\x08\0\1\0\0\5\0\x0ai\0\0\0\0\x25\0\x09", "NFLOG, big-endian"),
        LINK(1, "............\x88\x47\0\x01\x00\x40\0\x01\x01\x40", "two MPLS labels"),
        LINK(1, "............\x88\x47\0\x01\x01\x40\0\0\0\0............\x08\0",
             "Ethernet in MPLS with a control word"),
        LINK(1, "............\x88\xe7\0\0\0\1............\x08\0", "802.1ah"),
        LINK(1, "............\x88\x64\x11\0\0\7\0\x23\0\x21", "PPPoE"),
        LINK(1, "............\0\x29\xaa\xaa\3\0\0\0\x08\0", "802.3 with LLC and SNAP"),
        LINK(192, "\0\0\x0c\0\1\0\0\0\1\2\3\4............\x08\0", "PPI with Ethernet"),
        LINK(197,
             "\1\2\3\4\5\6\7\x08\x82\4\0\x3b\0\0\0\x3b"
             "\x8e\0\0\0\0\0\0\0\x0e\0\0\0\0\0\0\0\0\0............\x08\0",
             "ERF with Ethernet and two more headers"),
        LINK(258, "\x10\0\0\0\1\0\0\0\1\0\0\0en0\0............\x08\0", "PKTAP with Ethernet"),
        LINK(258, "\x0c\0\0\0\1\0\0\0\x0c\0\0\0", "PKTAP with IP"),
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bytes b = { .n = 0 };
        put(&b, rows[i].front, rows[i].n);
        put_datagram(&b, 7, "hello");
        tap_ok(hello(&b, rows[i].link), "%s", rows[i].what);
    }
    struct bytes b = { .n = 0 };
    put(&b, "\2\0\0\1\2\0\1\0", 8);
    tap_ok(decode(&b, 239) == DECODE_BROKEN, "an NFLOG attribute shorter than its header");
    b.n = 0;
    put(&b, "\4\0\0\0\1\0\0\0\1\0\0\0", 12);
    tap_ok(decode(&b, 258) == DECODE_BROKEN, "a PKTAP header shorter than itself");
    b.n = 0;
    for (int i = 0; i < 100; i++)
        put(&b, "\x08\0\0\0\xc0\0\0\0", 8);
    b.p[2] = 8;
    decode(&b, 192);
    tap_ok(payloads == 0, "PPI in PPI in ... ends somewhere");
    b.n = 0;
    put(&b, "............\x88\x47", 14);
    for (int i = 0; i < 100; i++)
        put32(&b, 0x00001040);
    tap_ok(decode(&b, 1) == DECODE_BROKEN, "MPLS labels without a bottom");
}

/* What Wireshark exports: an address as a tag of its family, ports as four bytes. */
static void exported(void)
{
    struct bytes b = { .n = 0 };
    char src[ADDR_TEXT], dst[ADDR_TEXT];
    put(&b, "\0\x0c\0\4sip\0\0\x14\0\4\xc0\0\2\1\0\x15\0\4\xc0\0\2\2", 24);
    put(&b, "\0\x18\0\4\0\0\0\2\0\x19\0\4\0\0\x13\xc4\0\x1a\0\4\0\0\x13\xc6\0\0\0\0hello", 33);
    tap_ok(decode(&b, 252) == DECODE_OK && payloads == 1 && found_is("hello") && found.apart &&
               found.transport == TRANSPORT_TCP &&
               strcmp(addr_format(&found.src, src), "192.0.2.1:5060") == 0 &&
               strcmp(addr_format(&found.dst, dst), "192.0.2.2:5062") == 0,
           "what Wireshark exports");
    b.p[26] = 0xff;
    tap_ok(decode(&b, 252) == DECODE_BROKEN && payloads == 0, "a tag longer than the packet");
}

int main(void)
{
    net = net_new(take, NULL, NULL);
    each_tunnel();
    families();
    esp();
    no_tunnels();
    nesting();
    links();
    exported();
    net_free(net);
    return tap_done();
}
