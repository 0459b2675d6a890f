/* See hexdump.h. */
#include "input/hexdump.h"

#include <stdlib.h>

#include "base/reader.h"
#include "base/strbuf.h"
#include "input/hexline.h"
#include "input/textlog_private.h"
#include "net/plain.h"

#define LOOK 65536            /* bytes of a text in which the first dump has to come */
#define EPOCH_LEAST 100000000 /* seconds; what is less counts from the first packet */
#define PACKET_LEAST 20       /* bytes of what is taken for one, though nobody knows it */
#define LINE_USUAL 16         /* bytes */
#define LINK_ETHERNET 1
#define SECOND_NS INT64_C(1000000000)

struct hexdump {
    struct capture common;
    struct log_clock clock;
    struct log_stamp stamp; /* in the lines since the packet before */
    int64_t epoch_ns;       /* said there as a number; 0: not */
    int64_t relative_ns;    /* or since the first packet; -1: not */
    bool foreign;           /* the next dump is of something that the frame before has inside */
    bool open;              /* lines of a packet come */
    bool repeats;           /* the line before stands for others */
    bool told;              /* the latest packet's first bytes were known */
    uint16_t linktype;      /* of the latest whose were, else Ethernet */
    uint8_t *bytes;         /* CAPTURE_MAX_PACKET */
    uint32_t n;
    uint32_t line; /* where the latest line begins in it */
    struct plain plain;
};

/*
 * Which link header the bytes begin with: its length, and where the EtherType stands in it. Those that
 * have none say less, and come last.
 */
static const struct link {
    uint16_t linktype;
    uint8_t length;
    int8_t ethertype; /* -1: it has none */
    bool tagged;      /* the EtherType is that of 802.1Q, whose tag is part of the length */
} links[] = {
    { LINK_ETHERNET, 14, 12, false }, /* Ethernet */
    { LINK_ETHERNET, 18, 12, true },  /* with 802.1Q */
    { 113, 16, 14, false },           /* Linux cooked v1 */
    { 276, 20, 0, false },            /* and v2 */
    { 0, 4, -1, false },              /* null */
    { 101, 0, -1, false },            /* raw IP, as of tcpdump -x */
};

static uint16_t u16_at(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

/* Of the IPv4 header; it may have been left to the network card (0). */
static bool checksum_fits(const uint8_t *p, size_t header)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < header; i += 2)
        sum += u16_at(p + i);
    sum = (sum & 0xffff) + (sum >> 16);
    return u16_at(p + 10) == 0 || sum + (sum >> 16) == 0xffff;
}

/* What may follow an IPv6 header: extensions, TCP, UDP, ICMPv6, SCTP, and tunnels. */
static const uint8_t next_headers[] = { 0, 43, 44, 51, 60, 6, 17, 58, 132, 4, 41, 47, 50, 115 };

/* Whether an IP header stands there; *type: its EtherType; *length: of the packet, 0: not said. */
static bool is_ip(const uint8_t *p, size_t n, uint16_t *type, size_t *length)
{
    if (n >= 20 && p[0] >> 4 == 4) {
        size_t header = (size_t)(p[0] & 15) * 4;
        *type = 0x0800;
        *length = u16_at(p + 2);
        return header >= 20 && header <= n && (*length == 0 || *length >= header) && p[8] > 0 &&
               checksum_fits(p, header);
    }
    *type = 0x86dd;
    *length = n >= 40 && u16_at(p + 4) ? u16_at(p + 4) + 40u : 0;
    return n >= 40 && p[0] >> 4 == 6 && p[7] > 0 && memchr(next_headers, p[6], sizeof next_headers);
}

/* *length: how many bytes the frame has at least, 0: not said. */
static const struct link *find_link(const uint8_t *p, size_t n, size_t *length)
{
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
        const struct link *l = &links[i];
        uint16_t type;
        if (n < l->length || !is_ip(p + l->length, n - l->length, &type, length))
            continue;
        *length += *length ? l->length : 0;
        size_t at = l->tagged ? l->length - 2u : (size_t)l->ethertype;
        if (l->ethertype < 0 ||
            (u16_at(p + at) == type && (!l->tagged || u16_at(p + l->ethertype) == 0x8100)))
            return l;
    }
    return NULL;
}

static bool begins_message(const uint8_t *p, size_t n)
{
    const uint8_t *lf = n ? memchr(p, '\n', n) : NULL;
    struct span line = { (const char *)p, lf ? (size_t)(lf - p) : 0 };
    if (line.n > 0 && line.p[line.n - 1] == '\r')
        line.n--;
    return log_start(line) == 0;
}

/* When */

/* A number of seconds with a fraction, among the first words of a line. */
static bool read_seconds(struct span line, int64_t *ns)
{
    for (int words = 0; words < 2; words++) {
        struct span word = span_word(&line);
        int64_t seconds = 0, unit = SECOND_NS, fraction = 0;
        size_t i = 0;
        while (i < word.n && i < 10 && ascii_digit(word.p[i]))
            seconds = seconds * 10 + (word.p[i++] - '0');
        size_t point = i;
        if (i == 0 || i >= word.n || word.p[i++] != '.')
            continue;
        for (; i < word.n && i <= point + 9 && ascii_digit(word.p[i]); i++) {
            unit /= 10;
            fraction += (word.p[i] - '0') * unit;
        }
        if (i < word.n || i < point + 4)
            continue;
        *ns = seconds * SECOND_NS + fraction;
        return true;
    }
    return false;
}

/* tshark -V says it at length. */
static bool read_epoch(struct span line, int64_t *ns)
{
    struct span behind = log_after(line, "Epoch Time: ");
    if (!behind.p)
        behind = log_after(line, "Epoch Arrival Time: ");
    return behind.p && read_seconds(behind, ns);
}

/* The first time behind a packet is that of the next one. */
static void note_time(struct hexdump *h, struct span line)
{
    int64_t ns;
    if (read_epoch(line, &ns)) {
        h->epoch_ns = ns;
        return;
    }
    if (h->stamp.found || h->epoch_ns || h->relative_ns >= 0)
        return;
    if (!read_seconds(line, &ns))
        log_stamp_find(line, &h->stamp);
    else if (ns >= EPOCH_LEAST * SECOND_NS)
        h->epoch_ns = ns;
    else
        h->relative_ns = ns;
}

static int64_t take_time(struct hexdump *h)
{
    bool assumed = false;
    int64_t ns = h->epoch_ns;
    if (!ns && h->relative_ns >= 0) {
        struct log_clock day = h->clock;
        day.last_ns = 0;
        ns = log_clock_read(&day, &(struct log_stamp){ .found = false }, &assumed) + h->relative_ns;
    } else if (!ns) {
        ns = log_clock_read(&h->clock, &h->stamp, &assumed);
    }
    h->common.assumed |= assumed ? ASSUMED_TIME : 0;
    h->stamp.found = false;
    h->epoch_ns = 0;
    h->relative_ns = -1;
    return ns;
}

/* Lines */

/* "Frame (251 bytes):", "Reassembled TCP (394 bytes):": what the next dump is of. */
static void note_title(struct hexdump *h, struct span line)
{
    struct span text = span_trim(line);
    size_t n = strlen(" bytes):");
    if (text.n > n && memcmp(span_end(text) - n, " bytes):", n) == 0)
        h->foreign = !log_begins(text, "Frame (");
}

static void put_bytes(struct hexdump *h, const uint8_t *p, size_t n)
{
    size_t room = CAPTURE_MAX_PACKET - h->n;
    memcpy(h->bytes + h->n, p, n < room ? n : room);
    h->n += (uint32_t)(n < room ? n : room);
}

/* The last 16 bytes again and again, up to there. */
static void repeat(struct hexdump *h, size_t offset)
{
    while (h->n >= 16 && h->n < offset && h->n < CAPTURE_MAX_PACKET)
        put_bytes(h, h->bytes + h->n - 16, offset - h->n < 16 ? offset - h->n : 16);
}

/* Whether the line belongs to the packet at hand or begins one; else what is there is all. */
static bool take_hex(struct hexdump *h, struct span line)
{
    struct hexline hex;
    if (h->open && hexline_repeats(line)) {
        h->repeats = true;
        return true;
    }
    if (!hexline_read(line, &hex))
        return false;
    if (hex.offset == 0 && h->n == 0)
        h->open = true;
    else if (h->repeats && h->open && hex.offset > h->n)
        repeat(h, hex.offset);
    h->repeats = false;
    if (h->open && hex.offset > h->line && hex.offset < h->n) /* text that looks like bytes */
        h->n = (uint32_t)hex.offset;
    if (!h->open || hex.offset != h->n)
        return h->n == 0; /* the middle of something: passed over */
    h->line = h->n;
    put_bytes(h, hex.bytes, hex.n);
    return true;
}

static void begin_packet(struct hexdump *h)
{
    h->n = 0;
    h->open = h->repeats = h->foreign = false;
}

/* The packet at hand has come to its end; false when it is none. */
static bool take_packet(struct hexdump *h, struct packet *packet)
{
    size_t length;
    const struct link *link = find_link(h->bytes, h->n, &length);
    bool message = !link && begins_message(h->bytes, h->n), foreign = h->foreign;
    uint32_t n = h->n;
    begin_packet(h);
    h->told = link || message;
    if (foreign || (!h->told && n < PACKET_LEAST))
        return false;
    if (link)
        h->linktype = link->linktype;
    *packet = (struct packet){
        .time_ns = take_time(h),
        .data = h->bytes,
        .caplen = n,
        .origlen = n,
        .linktype = message ? LINK_PLAIN : h->linktype,
        .plain = message ? &h->plain : NULL,
    };
    h->plain = (struct plain){ .assumed = ASSUMED_FLOW | h->common.assumed };
    if (message)
        h->common.assumed |= ASSUMED_FLOW;
    return true;
}

/* Whether its header says so: who watches need not wait for the next one. In a longer line may be text. */
static bool is_complete(const struct hexdump *h)
{
    size_t length = 0;
    return h->n > 0 && h->n - h->line <= LINE_USUAL && find_link(h->bytes, h->n, &length) &&
           length > 0 && h->n >= length;
}

/* Reads up to the end of a packet, which its header tells, or the line behind it. */
static enum capture_result read_lines(struct hexdump *h, struct span text, bool last, size_t *used,
                                      struct packet *packet)
{
    const char *p = text.p, *end = span_end(text);
    while (p < end) {
        const char *lf = memchr(p, '\n', (size_t)(end - p));
        if (!lf && !last && (size_t)(end - p) <= LOG_LINE_MOST)
            break;
        struct span line = log_cut_line(p, end, lf).text;
        if (!take_hex(h, line)) {
            if (h->n > 0) { /* the line is read again */
                *used = (size_t)(p - text.p);
                if (take_packet(h, packet))
                    return CAPTURE_PACKET;
                continue;
            }
            h->open = h->repeats = false;
            note_title(h, line);
            note_time(h, line);
        }
        p = lf ? lf + 1 : end;
        if (is_complete(h) && take_packet(h, packet)) {
            *used = (size_t)(p - text.p);
            return CAPTURE_PACKET;
        }
    }
    *used = text.n ? (size_t)(p - text.p) : 0;
    return last && h->n > 0 && take_packet(h, packet) ? CAPTURE_PACKET : CAPTURE_MORE;
}

static enum capture_result next_dump(struct capture *capture, const uint8_t *data, size_t n,
                                     size_t *used, struct packet *packet)
{
    struct span text = { (const char *)data, n };
    return read_lines((struct hexdump *)capture, text, false, used, packet);
}

static enum capture_result last_dump(struct capture *capture, const uint8_t *data, size_t n,
                                     size_t *used, struct packet *packet)
{
    struct span text = { (const char *)data, n };
    return read_lines((struct hexdump *)capture, text, true, used, packet);
}

static void close_hexdump(struct capture *capture)
{
    struct hexdump *h = (struct hexdump *)capture;
    free(h->bytes);
    free(h);
}

const struct capture_format capture_hexdump = {
    .close = close_hexdump,
    .next = next_dump,
    .last = last_dump,
};

static void begin(struct hexdump *h, const struct textlog_options *options)
{
    h->common = (struct capture){ .format = &capture_hexdump, .name = "hex dump", .apart = true };
    log_clock_init(&h->clock, options);
    h->stamp.found = false;
    h->epoch_ns = 0;
    h->relative_ns = -1;
    h->linktype = LINK_ETHERNET;
    begin_packet(h);
}

/* Whether the first packet that can be told is of this kind. */
static bool recognise(struct hexdump *h, struct span text, enum hexdump_kind kind)
{
    struct packet packet;
    size_t used;
    while (text.n > 0 && read_lines(h, text, true, &used, &packet) == CAPTURE_PACKET) {
        if (h->told)
            return (packet.linktype == LINK_PLAIN) == (kind == HEXDUMP_MESSAGES);
        text = span_behind(text, used);
    }
    return false;
}

struct capture *hexdump_open(const uint8_t *data, size_t n, enum hexdump_kind kind,
                             const struct textlog_options *options)
{
    struct hexdump *h = mem_zero(sizeof *h);
    h->bytes = mem_alloc(CAPTURE_MAX_PACKET);
    begin(h, options);
    if (recognise(h, (struct span){ (const char *)data, n < LOOK ? n : LOOK }, kind)) {
        begin(h, options);
        return &h->common;
    }
    close_hexdump(&h->common);
    return NULL;
}
