/*
 * Writes the captures of this folder from the conversations in talks.h and usages.h:
 *
 *     gen FOLDER
 *
 * Layers are put together from the inside out: message, UDP or what stands for it, IP, link,
 * record, file. Every run writes the same bytes. Checksums of UDP are left out, which IPv4
 * allows and readers of captures do not mind.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../unit/bytes.h"
#include "talks.h"
#include "usages.h"

#define START_S 1772366400 /* 2026-03-01 12:00:00 UTC */
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* Who talks in the conversations. */
static const struct host {
    char letter;
    const char *user, *name;
    uint16_t port;
    uint8_t ip4[4]; /* the IPv6 ones end in the last byte */
} hosts[] = {
    { 'a', "alice", "a.example", 5060, { 192, 0, 2, 1 } },
    { 'b', "bob", "b.example", 5060, { 192, 0, 2, 2 } },
    { 'p', "proxy", "p.example", 5060, { 192, 0, 2, 3 } },
    { 'c', "carol", "c.example", 5060, { 192, 0, 2, 4 } },
    { 'x', "xavier", "x.example", 49170, { 192, 0, 2, 5 } },
    { 'y', "yvonne", "y.example", 7070, { 192, 0, 2, 6 } },
    { 'd', "dns", "d.example", 53, { 192, 0, 2, 53 } },
    { 's', "ssdp", "s.example", 1900, { 239, 255, 255, 250 } },
    { 'A', "alice", "a.example", 5060, { 0, 0, 0, 1 } },
    { 'B', "bob", "b.example", 5060, { 0, 0, 0, 2 } },
};

static const struct host *host_of(char letter)
{
    for (size_t i = 0; i < COUNT(hosts); i++)
        if (hosts[i].letter == letter)
            return &hosts[i];
    fprintf(stderr, "gen: no host '%c'\n", letter);
    exit(1);
}

/* Whether the row's hop carries this letter behind its '+'. */
static bool asks(const struct say *say, char letter)
{
    return say->hop[2] && strchr(say->hop + 3, letter) != NULL;
}

/* Messages */

static void put_line(struct bytes *b, const struct say *say, const char *name, const char *value)
{
    if (say->without && strcmp(say->without, name) == 0)
        return;
    put_text(b, name);
    put_text(b, ": ");
    put_text(b, value);
    put_text(b, "\r\n");
}

/* "p1@p 1@a": one Via line each. */
static void put_vias(struct bytes *b, const struct say *say)
{
    for (const char *p = say->via; *p; p += strspn(p, " ")) {
        char line[128];
        size_t n = strcspn(p, "@");
        const char *name = host_of(p[n + 1])->name;
        if (n == 0)
            snprintf(line, sizeof line, "SIP/2.0/UDP %s:5060", name);
        else if (*p == '!')
            snprintf(line, sizeof line, "SIP/2.0/UDP %s:5060;branch=%.*s", name, (int)n - 1, p + 1);
        else
            snprintf(line, sizeof line, "SIP/2.0/UDP %s:5060;branch=z9hG4bK-%.*s", name, (int)n, p);
        put_line(b, say, "Via", line);
        p += strcspn(p, " ");
    }
}

/* "a1" is alice with the tag a1, "a" is alice without one. */
static void put_party(struct bytes *b, const struct say *say, const char *header, const char *who)
{
    char line[128];
    size_t n = strcspn(who, "/");
    const struct host *host = host_of(*who);
    if (n > 1)
        snprintf(line, sizeof line, "<sip:%s@%s>;tag=%.*s", host->user, host->name, (int)n, who);
    else
        snprintf(line, sizeof line, "<sip:%s@%s>", host->user, host->name);
    put_line(b, say, header, line);
}

/* Where a target is needed to reach the sender later (RFC 3261 §8.1.1.8). */
static void put_contact(struct bytes *b, const struct say *say)
{
    const char *const methods[] = { " INVITE", " SUBSCRIBE", " REGISTER" };
    bool answer = strncmp(say->start, "SIP/2.0", 7) == 0;
    char line[64];
    if (answer && say->start[8] != '2')
        return;
    for (size_t i = 0; i < COUNT(methods); i++)
        if (strstr(say->cseq, methods[i])) {
            snprintf(line, sizeof line, "<sip:%s@%s>", host_of(say->hop[0])->user,
                     host_of(say->hop[0])->name);
            put_line(b, say, "Contact", line);
        }
}

static void put_message(struct bytes *b, const struct say *say)
{
    char length[24];
    const char *slash;
    if (!say->cseq) {
        put(b, say->start, say->raw);
        return;
    }
    slash = strchr(say->who, '/');
    put_text(b, say->start);
    put_text(b, "\r\n");
    put_vias(b, say);
    if (strncmp(say->start, "SIP/2.0", 7) != 0)
        put_line(b, say, "Max-Forwards", "70");
    put_party(b, say, "From", say->who);
    put_party(b, say, "To", slash + 1);
    put_line(b, say, "Call-ID", say->call ? say->call : "call@a");
    put_line(b, say, "CSeq", say->cseq);
    put_contact(b, say);
    if (say->more) {
        put_text(b, say->more);
        put_text(b, "\r\n");
    }
    if (say->body)
        put_line(b, say, "Content-Type", "application/sdp");
    snprintf(length, sizeof length, "%zu", say->body ? strlen(say->body) : 0);
    put_line(b, say, "Content-Length", length);
    put_text(b, "\r\n");
    put_text(b, say->body ? say->body : "");
}

/* UDP, TCP and IP */

static void wrap_udp(struct bytes *b, const struct host *from, const struct host *to,
                     const struct bytes *payload)
{
    put16(b, from->port);
    put16(b, to->port);
    put16(b, (unsigned)payload->n + 8);
    put16(b, 0);
    put(b, payload->p, payload->n);
}

/* The sequence number of the next byte from one host to another. */
static uint32_t *sequence(const struct host *from, const struct host *to)
{
    static uint32_t numbers[128][128];
    uint32_t *number = &numbers[(unsigned char)from->letter][(unsigned char)to->letter];
    if (*number == 0)
        *number = 1000;
    return number;
}

/* RFC 9293: a segment without options; `flags` are those of the header. */
static void wrap_tcp(struct bytes *b, const struct host *from, const struct host *to, uint32_t seq,
                     unsigned flags, const uint8_t *data, size_t n)
{
    put16(b, from->port);
    put16(b, to->port);
    put32(b, seq);
    put32(b, flags & 0x10 ? *sequence(to, from) : 0);
    put16(b, 0x5000 | flags);
    put16(b, 65535);
    put32(b, 0);
    put(b, data, n);
}

/* RFC 6455 §5.2: a text frame; x is the client, and masks. */
static void wrap_websocket(struct bytes *b, const struct host *from, const struct bytes *message)
{
    static const uint8_t mask[] = { 0x37, 0xfa, 0x21, 0x3d };
    bool client = from->letter == 'x';
    put8(b, 0x81);
    put8(b, (client ? 0x80 : 0) | 126);
    put16(b, (unsigned)message->n);
    if (client)
        put(b, mask, 4);
    for (size_t i = 0; i < message->n; i++)
        put8(b, message->p[i] ^ (client ? mask[i & 3] : 0u));
}

/* RFC 9260 §3.3.1: a DATA chunk; of the flags 2 is the beginning of a message, 1 its end. */
static void put_data_chunk(struct bytes *b, unsigned flags, uint32_t tsn, const uint8_t *data,
                           size_t n)
{
    put8(b, 0);
    put8(b, flags);
    put16(b, (unsigned)n + 16);
    put32(b, tsn);
    put32(b, 0);
    put32(b, 0);
    put(b, data, n);
    put_zeros(b, (4 - n % 4) % 4);
}

static void put_sctp_header(struct bytes *b, const struct host *from, const struct host *to)
{
    put16(b, from->port);
    put16(b, to->port);
    put32(b, 0x1000u + (unsigned)from->letter);
    put32(b, 0); /* the checksum is left out */
}

/* HEP: what an agent, whose clock is two seconds late, says of a message. */

static void put_chunk(struct bytes *b, unsigned type, uint32_t value, unsigned bytes)
{
    put16(b, 0);
    put16(b, type);
    put16(b, bytes + 6);
    for (unsigned i = 0; i < bytes; i++)
        put8(b, value >> 8 * (bytes - 1 - i));
}

static void put_text_chunk(struct bytes *b, unsigned type, const void *text, size_t n)
{
    put16(b, 0);
    put16(b, type);
    put16(b, (unsigned)n + 6);
    put(b, text, n);
}

static uint32_t address4(const struct host *host)
{
    const uint8_t *a = host->ip4;
    return (uint32_t)a[0] << 24 | (uint32_t)a[1] << 16 | (uint32_t)a[2] << 8 | a[3];
}

/* Version 1, or 2 with a time in little-endian order and two bytes of padding. */
static void wrap_fixed_hep(struct bytes *b, const struct say *say, const struct host *from,
                           const struct host *to, const struct bytes *message)
{
    bool timed = asks(say, '2');
    put8(b, timed ? 2 : 1);
    put8(b, 16);
    put8(b, 2);
    put8(b, 17);
    put16(b, from->port);
    put16(b, to->port);
    put32(b, address4(from));
    put32(b, address4(to));
    if (timed) {
        put32_order(b, true, START_S - 2);
        put32_order(b, true, (uint32_t)(say->ms * 1000));
        put16_order(b, true, 2002);
        put16(b, 0);
    }
    put(b, message->p, message->n);
}

static void wrap_hep(struct bytes *b, const struct say *say, const struct host *from,
                     const struct host *to, const struct bytes *message)
{
    put_text(b, "HEP3");
    put16(b, 0);
    put_chunk(b, 1, 2, 1);
    put_chunk(b, 2, 17, 1);
    put_chunk(b, 3, address4(from), 4);
    put_chunk(b, 4, address4(to), 4);
    put_chunk(b, 7, from->port, 2);
    put_chunk(b, 8, to->port, 2);
    put_chunk(b, 9, START_S - 2, 4);
    put_chunk(b, 10, (uint32_t)(say->ms * 1000), 4);
    put_chunk(b, 11, asks(say, 'l') ? 100 : 1, 1);
    put_chunk(b, 12, 2003, 4);
    put_text_chunk(b, 14, "secret", 6);
    put_text_chunk(b, 19, "edge-3", 6);
    put_text_chunk(b, 15, message->p, message->n);
    b->p[4] = (uint8_t)(b->n >> 8);
    b->p[5] = (uint8_t)b->n;
}

struct ip {
    const struct host *from, *to;
    unsigned protocol, id, fragment;
    bool options;
};

static unsigned header_checksum(const uint8_t *p, size_t n)
{
    unsigned long sum = 0;
    for (size_t i = 0; i + 1 < n; i += 2)
        sum += (unsigned long)p[i] << 8 | p[i + 1];
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return ~sum & 0xffff;
}

/* RFC 791; the options are two no-operations and an end. */
static void wrap_ip4(struct bytes *b, const struct ip *ip, const uint8_t *data, size_t n)
{
    size_t start = b->n, header = ip->options ? 24 : 20;
    put8(b, 0x40 | (unsigned)header / 4);
    put8(b, 0);
    put16(b, (unsigned)(header + n));
    put16(b, ip->id);
    put16(b, ip->fragment);
    put8(b, 64);
    put8(b, ip->protocol);
    put16(b, 0);
    put(b, ip->from->ip4, 4);
    put(b, ip->to->ip4, 4);
    if (ip->options)
        put32(b, 0x01010100);
    unsigned sum = header_checksum(b->p + start, header);
    b->p[start + 10] = (uint8_t)(sum >> 8);
    b->p[start + 11] = (uint8_t)sum;
    put(b, data, n);
}

static const struct extension {
    char letter;
    uint8_t number, length;
    uint8_t rest[14]; /* behind the next header's number */
} extensions[] = {
    { 'h', 0, 8, { 0, 5, 2, 0, 0, 1, 0 } },               /* hop-by-hop: a router alert */
    { 'd', 60, 16, { 1, 1, 12 } },                        /* destination: padding */
    { 'r', 43, 8, { 0, 253, 0, 0, 0, 0, 0 } },            /* routing: an experiment's, used up */
    { 'f', 44, 8, { 0, 0, 0, 0, 0, 0, 7 } },              /* a fragment that is the whole */
    { 'a', 51, 16, { 2, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1 } }, /* authentication, RFC 4302 */
};

static const struct extension *extension_of(char letter)
{
    for (size_t i = 0; i < COUNT(extensions); i++)
        if (extensions[i].letter == letter)
            return &extensions[i];
    return NULL;
}

/* Puts the header of each letter in front of the one behind it; the first one's number. */
static unsigned put_extensions(struct bytes *b, const char *letters, unsigned protocol)
{
    const struct extension *one = extension_of(*letters);
    if (!one)
        return protocol;
    struct bytes rest = { .n = 0 };
    unsigned next = put_extensions(&rest, letters + 1, protocol);
    put8(b, next);
    put(b, one->rest, one->length < 14u ? one->length - 1u : 14u);
    if (one->length > 15)
        put_zeros(b, one->length - 15u);
    put(b, rest.p, rest.n);
    return one->number;
}

static void put_address6(struct bytes *b, const struct host *host)
{
    put32(b, 0x20010db8);
    put_zeros(b, 8);
    put(b, host->ip4, 4);
}

/* RFC 8200. */
static void wrap_ip6(struct bytes *b, const struct say *say, const struct ip *ip,
                     const struct bytes *datagram)
{
    struct bytes headers = { .n = 0 };
    unsigned next = put_extensions(&headers, say->hop[2] ? say->hop + 3 : "", ip->protocol);
    put32(b, 0x60000000);
    put16(b, (unsigned)(headers.n + datagram->n));
    put8(b, next);
    put8(b, 64);
    put_address6(b, ip->from);
    put_address6(b, ip->to);
    put(b, headers.p, headers.n);
    put(b, datagram->p, datagram->n);
}

/* RFC 792: port unreachable, with the datagram that asked for it; goes the other way. */
static void wrap_in_error(struct bytes *b, const struct ip *ip, const struct bytes *datagram)
{
    struct bytes error = { .n = 0 };
    struct ip back = { ip->to, ip->from, 1, ip->id + 1, 0, false };
    put32(&error, 0x03030000);
    put32(&error, 0);
    wrap_ip4(&error, ip, datagram->p, datagram->n);
    wrap_ip4(b, &back, error.p, error.n);
}

/* Link layers */

enum link {
    ETHERNET,
    VLAN,
    QINQ,
    QINQ_OLD,
    PPPOE,
    SLL,
    SLL2,
    NULL_LITTLE,
    NULL_BIG,
    LOOP,
    RAW_IP,
    IPV4,
    IPV6
};
static const uint16_t linktypes[] = { 1, 1, 1, 1, 1, 113, 276, 0, 0, 108, 101, 228, 229 };

static void put_tag(struct bytes *b, unsigned type, unsigned vlan)
{
    put16(b, type);
    put16(b, vlan);
}

static void put_macs(struct bytes *b)
{
    put32(b, 0x02000000);
    put32(b, 0x00020200);
    put32(b, 0x00000001);
}

static void put_ethernet_link(struct bytes *b, enum link link, unsigned type, size_t length)
{
    put_macs(b);
    if (link == QINQ)
        put_tag(b, 0x88a8, 200);
    if (link == QINQ_OLD)
        put_tag(b, 0x9100, 200);
    if (link == VLAN || link == QINQ || link == QINQ_OLD)
        put_tag(b, 0x8100, 0x6064); /* priority 3, VLAN 100 */
    if (link == PPPOE) {            /* RFC 2516: a session with an IPv4 PPP packet */
        put32(b, 0x88641100);
        put16(b, 7);
        put16(b, (unsigned)length + 2);
        put16(b, 0x0021);
    } else {
        put16(b, type);
    }
}

/* Linux "any": packet type 0 (to us), ARPHRD_ETHER and an address of six bytes in eight. */
static void put_cooked(struct bytes *b, bool second, unsigned type)
{
    if (second) {
        put16(b, type);
        put_zeros(b, 2);
        put32(b, 3); /* interface */
    } else {
        put16(b, 0);
    }
    put16(b, 1);
    put16(b, 6); /* the length, behind the packet type in version 2 */
    put(b, "\2\0\0\0\0\1\0", 8);
    if (!second)
        put16(b, type);
}

static void put_link(struct bytes *b, enum link link, unsigned type, size_t length)
{
    if (link <= PPPOE)
        put_ethernet_link(b, link, type, length);
    else if (link == SLL || link == SLL2)
        put_cooked(b, link == SLL2, type);
    else if (link == NULL_LITTLE || link == NULL_BIG || link == LOOP)
        put32_order(b, link == NULL_LITTLE, type == 0x86dd ? 30 : 2);
}

/* Packets */

static unsigned next_id; /* IPv4 identification */

/* In two fragments: "+F". */
static void put_fragments(struct bytes *b, struct bytes *second, struct ip *ip,
                          const struct bytes *datagram)
{
    size_t half = datagram->n / 16 * 8;
    ip->fragment = 0x2000;
    wrap_ip4(b, ip, datagram->p, half);
    ip->fragment = (unsigned)half / 8;
    wrap_ip4(second, ip, datagram->p + half, datagram->n - half);
}

static void put_segment(struct bytes *b, struct ip *ip, uint32_t seq, unsigned flags,
                        const uint8_t *data, size_t n)
{
    struct bytes segment = { .n = 0 };
    wrap_tcp(&segment, ip->from, ip->to, seq, flags, data, n);
    wrap_ip4(b, ip, segment.p, segment.n);
    ip->id = ++next_id;
}

/*
 * Over TCP, "+t": also begins ("y") or ends ("n") the connection, as the answer to the other side
 * or not ("Y"), in two segments ("2"), in the wrong order ("w"), twice ("q"), or never ("l": lost).
 */
static void put_segments(struct bytes *b, struct bytes *second, const struct say *say,
                         struct ip *ip, const struct bytes *message)
{
    uint32_t *next = sequence(ip->from, ip->to), seq = *next;
    bool begins = asks(say, 'y') || asks(say, 'Y'), ends = asks(say, 'n');
    unsigned flags = begins ? 2u : 0x18u;
    flags |= (asks(say, 'Y') ? 0x10u : 0u) | (ends ? 1u : 0u);
    size_t half = asks(say, '2') || asks(say, 'w') ? message->n / 2 : message->n;
    bool turned = asks(say, 'w');
    *next += (uint32_t)message->n + begins + ends;
    if (asks(say, 'l'))
        return;
    put_segment(turned ? second : b, ip, seq, flags, message->p, half);
    if (half < message->n)
        put_segment(turned ? b : second, ip, seq + (uint32_t)half, flags, message->p + half,
                    message->n - half);
    else if (asks(say, 'q'))
        put_segment(second, ip, seq, flags, message->p, message->n);
}

/* Over SCTP, "+s". */
static void put_chunks(struct bytes *b, struct bytes *second, const struct say *say, struct ip *ip,
                       const struct bytes *message)
{
    static uint32_t tsn = 1000;
    struct bytes packet = { .n = 0 };
    bool split = asks(say, '2') || asks(say, 'w');
    size_t half = split ? message->n / 2 : message->n;
    ip->protocol = 132;
    put_sctp_header(&packet, ip->from, ip->to);
    put_data_chunk(&packet, split ? 2 : 3, tsn, message->p, half);
    if (asks(say, 'w')) {
        wrap_ip4(b, ip, packet.p, packet.n);
        packet.n = 0;
        put_sctp_header(&packet, ip->from, ip->to);
    }
    if (split)
        put_data_chunk(&packet, 1, ++tsn, message->p + half, message->n - half);
    tsn++;
    wrap_ip4(asks(say, 'w') ? second : b, ip, packet.p, packet.n);
    if (asks(say, 'q'))
        wrap_ip4(second, ip, packet.p, packet.n);
}

/* The IP packet of a row; *second is filled when it takes two. Its EtherType. */
static unsigned put_packet(struct bytes *b, struct bytes *second, const struct say *say)
{
    static struct bytes joined; /* "+j": the message goes into the segment of the next row */
    struct bytes message = joined, datagram = { .n = 0 };
    struct ip ip = { .from = host_of(say->hop[0]), .to = host_of(say->hop[1]) };
    joined.n = 0;
    put_message(&message, say);
    if (asks(say, 'j')) {
        joined = message;
        return 0;
    }
    ip.protocol = asks(say, 't') ? 6 : 17;
    ip.options = asks(say, 'o');
    ip.id = asks(say, '0') ? 0 : asks(say, 'c') ? next_id : ++next_id;
    if (asks(say, '1') || asks(say, '3') ||
        (asks(say, '2') && ip.protocol == 17 && !asks(say, 's'))) {
        struct bytes bare = message;
        message.n = 0;
        (asks(say, '3') ? wrap_hep : wrap_fixed_hep)(&message, say, ip.from, ip.to, &bare);
        ip.from = host_of('x');
        ip.to = host_of('y');
    }
    if (asks(say, 's')) {
        put_chunks(b, second, say, &ip, &message);
        return 0x0800;
    }
    if (asks(say, 'W')) {
        struct bytes bare = message;
        message.n = 0;
        wrap_websocket(&message, ip.from, &bare);
    }
    if (asks(say, 't')) {
        put_segments(b, second, say, &ip, &message);
        return 0x0800;
    }
    wrap_udp(&datagram, ip.from, ip.to, &message);
    if (ip.from->letter < 'a') {
        wrap_ip6(b, say, &ip, &datagram);
        return 0x86dd;
    }
    if (asks(say, 'i'))
        wrap_in_error(b, &ip, &datagram);
    else if (asks(say, 'F'))
        put_fragments(b, second, &ip, &datagram);
    else
        wrap_ip4(b, &ip, datagram.p, datagram.n);
    if (asks(say, 'g'))
        put_zeros(b, 6);
    return asks(say, 'x') ? 0x0806 : 0x0800;
}

/* Tunnels between the machines x and y */

static const struct tunnel {
    const char *name, *header;
    size_t n;
    unsigned protocol, port; /* of IP, or of UDP */
    bool frame, six;         /* Ethernet inside, or an IPv6 packet around the one there is */
    unsigned length_at;      /* where the header has the length of what follows it */
    unsigned check;          /* bytes of ESP's check value */
} tunnels[] = {
    { "ipip", "", 0, .protocol = 4 },
    { "6in4", "", 0, .protocol = 41, .six = true },
    { "gre", "\0\0\x08\0", 4, .protocol = 47 },
    { "gre-key", "\x20\0\x08\0\0\0\0\x2a", 8, .protocol = 47 },
    { "gre-bridge", "\0\0\x65\x58", 4, .protocol = 47, .frame = true },
    { "erspan-2", "\x10\0\x88\xbe\0\0\0\1\x10\x64\0\x0a\0\0\0\5", 16, .protocol = 47,
      .frame = true },
    { "erspan-3", "\x10\0\x22\xeb\0\0\0\1\x20\x64\0\x0a\1\2\3\4\0\0\0\0", 20, .protocol = 47,
      .frame = true },
    { "vxlan", "\x08\0\0\0\0\0\x2a\0", 8, .port = 4789, .frame = true },
    { "geneve", "\0\0\x65\x58\0\0\x2a\0", 8, .port = 6081, .frame = true },
    { "gtp", "\x30\xff\0\0\0\0\0\1", 8, .port = 2152, .length_at = 2 },
    { "l2tp", "\0\2\0\1\0\2\xff\3\0\x21", 10, .port = 1701 },
    { "teredo", "", 0, .port = 3544, .six = true },
    { "mpls", "\0\0\x88\x47\0\1\0\x40\0\1\1\x40", 12, .protocol = 47 },
    { "esp-12", "\0\0\x12\x34\0\0\0\1", 8, .protocol = 50, .check = 12 },
    { "esp-16", "\0\0\x12\x34\0\0\0\1", 8, .protocol = 50, .check = 16 },
};

static const struct tunnel *tunnel_of(const char *name, size_t n)
{
    for (size_t i = 0; i < COUNT(tunnels); i++)
        if (strlen(tunnels[i].name) == n && memcmp(tunnels[i].name, name, n) == 0)
            return &tunnels[i];
    fprintf(stderr, "gen: no tunnel '%s'\n", name);
    exit(1);
}

/* RFC 4303 §2.4: padding up to whole words, its length, the protocol, the check value. */
static void put_esp_trailer(struct bytes *b, size_t payload, unsigned check)
{
    unsigned padding = (unsigned)(2 - payload) & 3;
    for (unsigned i = 1; i <= padding; i++)
        put8(b, i);
    put8(b, padding);
    put8(b, 4);
    for (unsigned i = 0; i < check; i++)
        put8(b, 0xa5 + 41 * i);
}

static void wrap_tunnel(struct bytes *packet, const struct tunnel *tunnel)
{
    static const struct say plain = { .hop = "AB" };
    struct bytes inside = { .n = 0 }, datagram = { .n = 0 };
    struct ip ip = { host_of('x'), host_of('y'), tunnel->protocol, ++next_id, 0, false };
    struct host to = *ip.to;
    put(&inside, tunnel->header, tunnel->n);
    if (tunnel->length_at) {
        inside.p[tunnel->length_at] = (uint8_t)(packet->n >> 8);
        inside.p[tunnel->length_at + 1] = (uint8_t)packet->n;
    }
    if (tunnel->frame) {
        put_macs(&inside);
        put16(&inside, 0x0800);
    }
    if (tunnel->six) {
        struct ip outer = { host_of('A'), host_of('B'), 4, 0, 0, false };
        wrap_ip6(&inside, &plain, &outer, packet);
    } else {
        put(&inside, packet->p, packet->n);
    }
    if (tunnel->check)
        put_esp_trailer(&inside, packet->n, tunnel->check);
    if (tunnel->port) {
        to.port = (uint16_t)tunnel->port;
        ip.protocol = 17;
        wrap_udp(&datagram, ip.from, &to, &inside);
        inside = datagram;
    }
    packet->n = 0;
    wrap_ip4(packet, &ip, inside.p, inside.n);
}

static void put_tunnels(struct bytes *packet, const char *names)
{
    for (; names && *names; names += strspn(names, " ")) {
        size_t n = strcspn(names, " ");
        wrap_tunnel(packet, tunnel_of(names, n));
        names += n;
    }
}

/* Files */

struct interface {
    enum link link;
    uint8_t tsresol; /* 0: not said, so microseconds */
    int64_t offset_s;
};

/* A pcapng section, or all of a pcap file; packets go round the interfaces. */
struct part {
    bool big;
    const struct interface *interfaces;
    size_t count;
    const struct say *rows;
    size_t n;
    bool by_time; /* the rows stand case by case, and are written in order of time */
};

/* What else the classic format is: its magic, its version's minor number, longer records. */
struct variant {
    uint32_t magic;
    unsigned minor, more;
};
static const struct variant kuznetzov = { 0xa1b2cd34, 4, 8 };
static const struct variant version_2_2 = { 0xa1b2c3d4, 2, 0 }; /* the lengths change places */

struct file {
    const char *name; /* its end says the format */
    struct part parts[2];
    bool nano;
    const struct variant *variant;
    uint32_t snap;    /* bytes kept of a packet, 0: all */
    const char *only; /* hops kept, "ap" stands for both directions; NULL: all */
    unsigned damage;  /* the record whose length is impossible, from 1 */
    unsigned cut;     /* bytes missing at the end */
};

struct writer {
    FILE *out;
    const struct file *file;
    const struct part *part;
    struct bytes block; /* what is being put together */
    unsigned records;
};

static void flush(struct writer *w)
{
    fwrite(w->block.p, 1, w->block.n, w->out);
    w->block.n = 0;
}

static void put_pcap_header(struct writer *w)
{
    bool little = !w->part->big;
    const struct variant *variant = w->file->variant;
    put32_order(&w->block, little,
                variant         ? variant->magic
                : w->file->nano ? 0xa1b23c4d
                                : 0xa1b2c3d4);
    put16_order(&w->block, little, 2);
    put16_order(&w->block, little, variant ? variant->minor : 4);
    put_zeros(&w->block, 8);
    put32_order(&w->block, little, w->file->snap ? w->file->snap : 262144);
    put32_order(&w->block, little, linktypes[w->part->interfaces[0].link]);
    flush(w);
}

static uint32_t kept(const struct writer *w, const struct bytes *packet)
{
    return w->file->snap && packet->n > w->file->snap ? w->file->snap : (uint32_t)packet->n;
}

static void put_pcap_record(struct writer *w, int64_t ns, const struct bytes *packet)
{
    bool little = !w->part->big, broken = ++w->records == w->file->damage;
    const struct variant *variant = w->file->variant;
    bool swapped = variant && variant->minor < 3;
    uint32_t caplen = kept(w, packet), length = (uint32_t)packet->n;
    put32_order(&w->block, little, (uint32_t)(ns / 1000000000));
    put32_order(&w->block, little, (uint32_t)(ns % 1000000000 / (w->file->nano ? 1 : 1000)));
    put32_order(&w->block, little, broken ? 0xfffffff0 : swapped ? length : caplen);
    put32_order(&w->block, little, swapped ? caplen : length);
    put_zeros(&w->block, variant ? variant->more : 0);
    put(&w->block, packet->p, caplen);
    flush(w);
}

/* RFC 1761, whose number for Ethernet is 4. */
static void put_snoop_header(struct writer *w)
{
    put(&w->block, "snoop\0\0\0\0\0\0\2\0\0\0\4", 16);
    flush(w);
}

static void put_snoop_record(struct writer *w, int64_t ns, const struct bytes *packet)
{
    uint32_t caplen = kept(w, packet), padding = (4 - caplen % 4) % 4;
    put32(&w->block, (uint32_t)packet->n);
    put32(&w->block, caplen);
    put32(&w->block, 24 + caplen + padding);
    put32(&w->block, 0); /* drops */
    put32(&w->block, (uint32_t)(ns / 1000000000));
    put32(&w->block, (uint32_t)(ns % 1000000000 / 1000));
    put(&w->block, packet->p, caplen);
    put_zeros(&w->block, padding);
    flush(w);
}

/* A pcapng block: type and twice the length around a body padded to whole words. */
static void put_block(struct writer *w, uint32_t type, const struct bytes *body)
{
    bool little = !w->part->big;
    uint32_t length = (uint32_t)(body->n + 3) / 4 * 4 + 12;
    bool broken = w->records > 0 && w->records == w->file->damage;
    put32_order(&w->block, little, type);
    put32_order(&w->block, little, length);
    put(&w->block, body->p, body->n);
    put_zeros(&w->block, length - 12 - body->n);
    put32_order(&w->block, little, broken ? length + 4 : length);
    flush(w);
}

static void put_interface(struct writer *w, const struct interface *i)
{
    struct bytes body = { .n = 0 };
    bool little = !w->part->big;
    put16_order(&body, little, linktypes[i->link]);
    put16(&body, 0);
    put32_order(&body, little, 262144);
    if (i->tsresol) {
        put16_order(&body, little, 9);
        put16_order(&body, little, 1);
        put8(&body, i->tsresol);
        put_zeros(&body, 3);
    }
    if (i->offset_s) {
        put16_order(&body, little, 14);
        put16_order(&body, little, 8);
        put32_order(&body, little, (uint32_t)(little ? i->offset_s : i->offset_s >> 32));
        put32_order(&body, little, (uint32_t)(little ? i->offset_s >> 32 : i->offset_s));
    }
    put32(&body, 0); /* end of the options */
    put_block(w, 1, &body);
}

/* The section's own header, its interfaces, and two blocks that a reader passes over. */
static void put_section(struct writer *w)
{
    struct bytes body = { .n = 0 };
    put32_order(&body, !w->part->big, 0x1a2b3c4d);
    put16_order(&body, !w->part->big, 1);
    put16(&body, 0);
    put32(&body, 0xffffffff); /* its length is not told */
    put32(&body, 0xffffffff);
    put_block(w, 0x0a0d0d0a, &body);
    for (size_t i = 0; i < w->part->count; i++)
        put_interface(w, &w->part->interfaces[i]);
    struct bytes names = { .n = 4 }, unknown = { .n = 8 };
    put_block(w, 4, &names); /* name resolution without names */
    put_block(w, 0x80000bad, &unknown);
}

static uint64_t to_units(const struct interface *i, int64_t ns)
{
    uint64_t rate = 1;
    uint8_t resolution = i->tsresol ? i->tsresol : 6;
    for (int n = resolution & 0x7f; n > 0; n--)
        rate *= resolution & 0x80 ? 2 : 10;
    uint64_t s = (uint64_t)(ns / 1000000000 - i->offset_s), rest = (uint64_t)(ns % 1000000000);
    return s * rate + (uint64_t)((long double)rest * (long double)rate / 1e9L);
}

/* An enhanced packet block; "+S" asks for a simple one, "+O" for the old packet block. */
static void put_pcapng_record(struct writer *w, const struct say *say, size_t interface, int64_t ns,
                              const struct bytes *packet)
{
    struct bytes body = { .n = 0 };
    bool little = !w->part->big, old = asks(say, 'O');
    uint64_t units = to_units(&w->part->interfaces[interface], ns);
    w->records++;
    if (asks(say, 'S')) {
        put32_order(&body, little, (uint32_t)packet->n);
        put(&body, packet->p, packet->n);
        put_block(w, 3, &body);
        return;
    }
    if (old)
        put16_order(&body, little, (unsigned)interface);
    if (old)
        put16(&body, 0xffff); /* drops are not known */
    else
        put32_order(&body, little, (uint32_t)interface);
    put32_order(&body, little, (uint32_t)(units >> 32));
    put32_order(&body, little, (uint32_t)units);
    put32_order(&body, little, kept(w, packet));
    put32_order(&body, little, (uint32_t)packet->n);
    put(&body, packet->p, kept(w, packet));
    put_block(w, old ? 2 : 6, &body);
}

static bool is(const struct file *file, const char *format)
{
    return strstr(file->name, format) != NULL;
}

static void put_frame(struct writer *w, const struct say *say, size_t interface, unsigned type,
                      const struct bytes *ip)
{
    struct bytes frame = { .n = 0 };
    int64_t ns = START_S * 1000000000LL + llround(say->ms * 1e6);
    if (ip->n == 0)
        return;
    put_link(&frame, w->part->interfaces[interface].link, type, ip->n);
    put(&frame, ip->p, ip->n);
    if (is(w->file, ".pcapng"))
        put_pcapng_record(w, say, interface, ns, &frame);
    else if (is(w->file, ".snoop"))
        put_snoop_record(w, ns, &frame);
    else
        put_pcap_record(w, ns, &frame);
}

/* The row whose turn it is: of those with one time the first in the table. */
static const struct say *row_at(const struct part *part, size_t turn)
{
    for (size_t i = 0; part->by_time && i < part->n; i++) {
        size_t before = 0;
        for (size_t j = 0; j < part->n; j++)
            before += part->rows[j].ms < part->rows[i].ms ||
                      (part->rows[j].ms == part->rows[i].ms && j < i);
        if (before == turn)
            return &part->rows[i];
    }
    return &part->rows[turn];
}

static void put_part(struct writer *w)
{
    const char *only = w->file->only;
    for (size_t i = 0; i < w->part->n; i++) {
        const struct say *say = row_at(w->part, i);
        struct bytes packet = { .n = 0 }, second = { .n = 0 };
        unsigned type = put_packet(&packet, &second, say);
        put_tunnels(&packet, say->in);
        if (only && !(strchr(only, say->hop[0]) && strchr(only, say->hop[1])))
            continue;
        put_frame(w, say, i % w->part->count, type, &packet);
        put_frame(w, say, i % w->part->count, type, &second);
    }
}

#define ON(list) .interfaces = (list), .count = COUNT(list)
#define ALL(table) .rows = (table), .n = COUNT(table)
#define FROM(table, first, rows_) .rows = (table) + (first), .n = (rows_)
#define PLAIN_FILE(name_, table)                                 \
    {                                                            \
        .name = name_, .parts = { { ON(ethernet), ALL(table) } } \
    }

static const struct interface ethernet[] = { { ETHERNET, 0, 0 } };
static const struct interface two[] = { { ETHERNET, 0, 0 }, { ETHERNET, 9, 0 } };
static const struct interface first_section[] = { { ETHERNET, 0, 0 }, { RAW_IP, 9, 0 } };
static const struct interface second_section[] = { { SLL, 3, 0 }, { ETHERNET, 0x8a, START_S } };
static const struct interface each_link[] = {
    { ETHERNET, 0, 0 }, { VLAN, 0, 0 }, { QINQ, 0, 0 },        { QINQ_OLD, 0, 0 }, { PPPOE, 0, 0 },
    { SLL, 0, 0 },      { SLL2, 0, 0 }, { NULL_LITTLE, 0, 0 }, { NULL_BIG, 0, 0 }, { LOOP, 0, 0 },
    { RAW_IP, 0, 0 },   { IPV4, 0, 0 }, { IPV6, 0, 0 },        { ETHERNET, 0, 0 }, { VLAN, 0, 0 },
};

/* The blocks of other kinds, in one conversation. */
static const struct say blocks[] = {
    SAY(0, "ab+O", TO_BOB("INVITE"), "1 INVITE", "1@a", "a1/b"),
    SAY(500, "ba+S", TRYING, "1 INVITE", "1@a", "a1/b"),
    SAY(1000, "ba", "SIP/2.0 486 Busy Here", "1 INVITE", "1@a", "a1/b1"),
    SAY(1500, "ab+O", TO_BOB("ACK"), "1 ACK", "1@a", "a1/b1"),
};

static const struct file files[] = {
    PLAIN_FILE("answered.pcap", answered),
    { .name = "big-endian.pcap", .parts = { { .big = true, ON(ethernet), ALL(answered) } } },
    { .name = "nano.pcap", .nano = true, .parts = { { ON(ethernet), ALL(answered) } } },
    { .name = "nano-big-endian.pcap",
      .nano = true,
      .parts = { { .big = true, ON(ethernet), ALL(answered) } } },
    { .name = "kuznetzov.pcap",
      .variant = &kuznetzov,
      .parts = { { ON(ethernet), ALL(answered) } } },
    { .name = "version-2.2.pcap",
      .variant = &version_2_2,
      .snap = 400,
      .parts = { { ON(ethernet), ALL(answered) } } },
    PLAIN_FILE("answered.snoop", answered),
    { .name = "sections.pcapng",
      .parts = { { ON(first_section), FROM(answered, 0, 4) },
                 { .big = true, ON(second_section), FROM(answered, 4, 3) } } },
    { .name = "blocks.pcapng", .parts = { { ON(ethernet), ALL(blocks) } } },
    { .name = "cut.pcap", .cut = 100, .parts = { { ON(ethernet), ALL(answered) } } },
    { .name = "cut.pcapng", .cut = 100, .parts = { { ON(ethernet), ALL(answered) } } },
    { .name = "damaged.pcap", .damage = 4, .parts = { { ON(ethernet), ALL(answered) } } },
    { .name = "damaged.pcapng", .damage = 4, .parts = { { ON(ethernet), ALL(answered) } } },
    { .name = "snap.pcap", .snap = 200, .parts = { { ON(ethernet), FROM(large, 0, 1) } } },
    { .name = "fragments.pcap", .parts = { { ON(ethernet), FROM(large, 1, 1) } } },
    { .name = "links.pcapng", .parts = { { ON(each_link), ALL(over_links) } } },
    PLAIN_FILE("ip.pcap", over_ip),
    PLAIN_FILE("tunnels.pcap", in_tunnels),
    PLAIN_FILE("esp.pcap", in_esp),
    PLAIN_FILE("ports.pcap", odd_ports),
    PLAIN_FILE("not-sip.pcap", not_sip),
    PLAIN_FILE("icmp.pcap", refused_port),
    PLAIN_FILE("tcp.pcap", over_tcp),
    PLAIN_FILE("tcp-lengths.pcap", odd_lengths),
    PLAIN_FILE("syntax.pcap", syntax),
    PLAIN_FILE("malformed.pcap", malformed),
    PLAIN_FILE("well-formed.pcap", well_formed),
    PLAIN_FILE("proxied.pcap", proxied),
    { .name = "hop1.pcap", .only = "ap", .parts = { { ON(ethernet), ALL(proxied) } } },
    { .name = "hop2.pcap", .only = "pb", .parts = { { ON(ethernet), ALL(proxied) } } },
    PLAIN_FILE("hep.pcap", by_agents),
    PLAIN_FILE("busy.pcap", busy),
    PLAIN_FILE("cancelled.pcap", cancelled),
    PLAIN_FILE("cancelled-late.pcap", cancelled_late),
    PLAIN_FILE("b2bua.pcap", b2bua),
    PLAIN_FILE("picked-up.pcap", picked_up),
    PLAIN_FILE("rfc2543.pcap", rfc2543),
    PLAIN_FILE("forked.pcap", forked),
    PLAIN_FILE("repeated.pcap", repeated),
    { .name = "twice.pcapng", .parts = { { ON(two), ALL(twice) } } },
    PLAIN_FILE("hasty.pcap", hasty),
    PLAIN_FILE("silent.pcap", silent),
    PLAIN_FILE("middle.pcap", middle),
    PLAIN_FILE("reinvite.pcap", reinvite),
    PLAIN_FILE("digest.pcap", digest),
    PLAIN_FILE("redirected.pcap", redirected),
    { .name = "registrations.pcap",
      .parts = { { .by_time = true, ON(ethernet), ALL(registrations) } } },
    { .name = "subscriptions.pcap",
      .parts = { { .by_time = true, ON(ethernet), ALL(subscriptions) } } },
    PLAIN_FILE("dialogs.pcap", dialogs),
    PLAIN_FILE("one-branch.pcap", one_branch),
    PLAIN_FILE("websocket.pcap", over_websocket),
    PLAIN_FILE("sctp.pcap", over_sctp),
};

static void write_parts(struct writer *w)
{
    for (size_t i = 0; i < 2 && w->file->parts[i].n > 0; i++) {
        w->part = &w->file->parts[i];
        if (is(w->file, ".pcapng"))
            put_section(w);
        else if (is(w->file, ".snoop"))
            put_snoop_header(w);
        else
            put_pcap_header(w);
        put_part(w);
    }
}

static int write_file(const char *folder, const struct file *file)
{
    char path[4096];
    struct writer w = { .file = file };
    snprintf(path, sizeof path, "%s/%s", folder, file->name);
    next_id = 0x1000;
    w.out = fopen(path, "wb");
    if (!w.out) {
        perror(path);
        return 1;
    }
    write_parts(&w);
    int bad = fflush(w.out) || ftruncate(fileno(w.out), ftell(w.out) - (long)file->cut);
    if (fclose(w.out) != 0 || bad) {
        perror(path);
        return 1;
    }
    return 0;
}

int main(int argc, char *argv[])
{
    if (argc != 2) {
        fprintf(stderr, "usage: gen FOLDER\n");
        return 2;
    }
    for (size_t i = 0; i < COUNT(files); i++)
        if (write_file(argv[1], &files[i]))
            return 1;
    return 0;
}
