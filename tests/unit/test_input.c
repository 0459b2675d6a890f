/* pcap and pcapng as bytes, files that are cut or cut while mapped, pipes, merging by time. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bytes.h"
#include "input/capture.h"
#include "input/input.h"
#include "tap.h"

#define PACKETS 16

/* What reading a capture gave. */
struct outcome {
    struct packet packets[PACKETS];
    size_t n;
    enum capture_result last; /* what stopped it */
    bool opened;
    char error[100];
};

static void read_all(struct outcome *o, const uint8_t *data, size_t n)
{
    *o = (struct outcome){ .opened = false };
    struct capture *capture = capture_open(data, n);
    if (!capture)
        return;
    o->opened = true;
    for (size_t used = 0, position = 0;; position += used) {
        struct packet packet;
        o->last = capture_next(capture, data + position, n - position, &used, &packet);
        if (o->last == CAPTURE_PACKET && o->n < PACKETS)
            o->packets[o->n++] = packet;
        if (o->last == CAPTURE_MORE || o->last == CAPTURE_DAMAGED)
            break;
    }
    snprintf(o->error, sizeof o->error, "%s", capture_error(capture));
    capture_close(capture);
}

static void pcap_header(struct bytes *b, uint32_t magic, bool little, uint32_t link)
{
    put32_order(b, little, magic);
    put16_order(b, little, 2);
    put16_order(b, little, 4);
    put_zeros(b, 8);
    put32_order(b, little, 262144);
    put32_order(b, little, link);
}

static void pcap_record(struct bytes *b, bool little, uint32_t s, uint32_t fraction,
                        const char *data, uint32_t extra)
{
    uint32_t n = (uint32_t)strlen(data);
    put32_order(b, little, s);
    put32_order(b, little, fraction);
    put32_order(b, little, n);
    put32_order(b, little, n + extra);
    put_text(b, data);
}

static bool packet_is(const struct packet *p, int64_t time_ns, const char *data, uint32_t frame)
{
    return p->time_ns == time_ns && p->caplen == strlen(data) &&
           memcmp(p->data, data, p->caplen) == 0 && p->frame == frame;
}

static void pcap_variants(void)
{
    struct outcome o;
    for (int i = 0; i < 4; i++) {
        bool little = i & 1, nano = i & 2;
        struct bytes b = { .n = 0 };
        pcap_header(&b, nano ? 0xa1b23c4d : 0xa1b2c3d4, little, 101);
        pcap_record(&b, little, 1700000000, 123456, "one", 0);
        pcap_record(&b, little, 4000000000u, 1, "seven", 100);
        read_all(&o, b.p, b.n);
        int64_t unit = nano ? 1 : 1000;
        tap_ok(o.n == 2 &&
                   packet_is(&o.packets[0], 1700000000000000000 + 123456 * unit, "one", 1) &&
                   packet_is(&o.packets[1], 4000000000000000000 + unit, "seven", 2),
               "pcap, %s-endian, %s", little ? "little" : "big", nano ? "ns" : "us");
        tap_ok(o.packets[1].origlen == 105 && o.packets[0].linktype == 101 &&
                   o.last == CAPTURE_MORE,
               "length on the wire, link type, a clean end");
    }
}

/* Of the header's two lengths the first counts what was captured; old versions turned them. */
static void pcap_versions(void)
{
    static const struct {
        unsigned major, minor;
        uint32_t first, second, caplen, origlen;
        const char *what;
    } rows[] = {
        { 2, 4, 5, 9, 5, 9, "version 2.4: captured, on the wire" },
        { 2, 2, 9, 5, 5, 9, "version 2.2: on the wire, captured" },
        { 543, 0, 9, 5, 5, 9, "version 543.0, the same" },
        { 2, 3, 9, 5, 5, 9, "version 2.3: the smaller is what was captured" },
        { 2, 3, 5, 9, 5, 9, "version 2.3, in the usual order" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct outcome o;
        struct bytes b = { .n = 0 };
        pcap_header(&b, 0xa1b2c3d4, false, 1);
        b.p[4] = (uint8_t)(rows[i].major >> 8);
        b.p[5] = (uint8_t)rows[i].major;
        b.p[7] = (uint8_t)rows[i].minor;
        put_zeros(&b, 8);
        put32(&b, rows[i].first);
        put32(&b, rows[i].second);
        put_text(&b, "12345");
        read_all(&o, b.p, b.n);
        tap_ok(o.n == 1 && o.packets[0].caplen == rows[i].caplen &&
                   o.packets[0].origlen == rows[i].origlen,
               "pcap %s", rows[i].what);
    }
}

static void pcap_kuznetzov(void)
{
    struct outcome o;
    struct bytes b = { .n = 0 };
    pcap_header(&b, 0xa1b2cd34, true, 113);
    for (int i = 0; i < 2; i++) {
        put32_order(&b, true, 7);
        put32_order(&b, true, 8);
        put32_order(&b, true, 3);
        put32_order(&b, true, 4);
        put32_order(&b, true, 2); /* interface, then the protocol and packet type */
        put32(&b, 0x08000401);
        put_text(&b, "abc");
    }
    read_all(&o, b.p, b.n);
    tap_ok(o.n == 2 && packet_is(&o.packets[1], 7000008000, "abc", 2) &&
               o.packets[1].origlen == 4 && o.packets[1].linktype == 113,
           "the longer records of Kuznetzov's patch");
}

static void pcap_oddities(void)
{
    struct outcome o;
    struct bytes b = { .n = 0 };
    pcap_header(&b, 0xa1b2c3d4, true, 0x10000001);
    pcap_record(&b, true, 1, 1, "", 60);
    read_all(&o, b.p, b.n);
    tap_ok(o.n == 1 && o.packets[0].linktype == 1 && o.packets[0].caplen == 0,
           "the upper bits of the link type are no part of it; a packet without bytes");
    put_zeros(&b, 8);
    put32_order(&b, true, CAPTURE_MAX_PACKET + 1);
    put_zeros(&b, 4);
    read_all(&o, b.p, b.n);
    tap_ok(o.n == 1 && o.last == CAPTURE_DAMAGED && o.error[0],
           "an impossible length is damage: %s", o.error);
    read_all(&o, (const uint8_t *)"\xd4\xc3\xb2", 3);
    tap_ok(!o.opened, "three bytes are no capture");
    read_all(&o, (const uint8_t *)"", 0);
    tap_ok(!o.opened, "nothing is no capture");
    read_all(&o, (const uint8_t *)"hello, this is a text file", 26);
    tap_ok(!o.opened, "a text is no capture");
}

/* `ends` holds where each packet's record ends. */
static void cut_everywhere(const struct bytes *b, const size_t *ends, size_t n, const char *what)
{
    int wrong = 0;
    for (size_t size = 0; size <= b->n; size++) {
        struct outcome o;
        uint8_t *copy = malloc(size ? size : 1);
        size_t whole = 0;
        memcpy(copy, b->p, size);
        while (whole < n && ends[whole] <= size)
            whole++;
        read_all(&o, copy, size);
        wrong += o.n != whole || (o.opened && o.last != CAPTURE_MORE);
        free(copy);
    }
    tap_ok(wrong == 0, "%s cut at every byte: all whole packets before the cut, and no crash",
           what);
}

static void pcap_cut(void)
{
    struct bytes b = { .n = 0 };
    size_t ends[3];
    pcap_header(&b, 0xa1b2c3d4, true, 1);
    for (int i = 0; i < 3; i++) {
        pcap_record(&b, true, 1, 1, "some bytes of a packet", 0);
        ends[i] = b.n;
    }
    cut_everywhere(&b, ends, 3, "pcap");
}

static void snoop_header(struct bytes *b, uint32_t link)
{
    put(b, "snoop\0\0\0", 8);
    put32(b, 2);
    put32(b, link);
}

/* RFC 1761: `padding` bytes follow the packet. */
static void snoop_record(struct bytes *b, uint32_t s, uint32_t us, const char *data,
                         uint32_t padding)
{
    uint32_t n = (uint32_t)strlen(data);
    put32(b, n + 7);
    put32(b, n);
    put32(b, 24 + n + padding);
    put32(b, 99);
    put32(b, s);
    put32(b, us);
    put_text(b, data);
    put_zeros(b, padding);
}

static void snoop(void)
{
    struct outcome o;
    struct bytes b = { .n = 0 };
    size_t ends[3];
    snoop_header(&b, 4);
    for (uint32_t i = 0; i < 3; i++) {
        snoop_record(&b, 1700000000, i, i ? "other" : "one", i ? 3 : 1);
        ends[i] = b.n;
    }
    read_all(&o, b.p, b.n);
    tap_ok(o.n == 3 && packet_is(&o.packets[0], 1700000000000000000, "one", 1) &&
               packet_is(&o.packets[2], 1700000000000002000, "other", 3) &&
               o.packets[2].origlen == 12 && o.packets[2].linktype == 1 && o.last == CAPTURE_MORE,
           "snoop: times, lengths, padding, Ethernet");
    cut_everywhere(&b, ends, 3, "snoop");
    put32(&b, 10);
    put32(&b, 10);
    put32(&b, 30); /* shorter than its header and its packet */
    put_zeros(&b, 100);
    read_all(&o, b.p, b.n);
    tap_ok(o.n == 3 && o.last == CAPTURE_DAMAGED, "a record shorter than its packet: %s", o.error);
    b.n = 0;
    snoop_header(&b, 8); /* FDDI */
    snoop_record(&b, 1, 1, "one", 1);
    read_all(&o, b.p, b.n);
    tap_ok(o.n == 0 && o.last == CAPTURE_DAMAGED, "FDDI: %s", o.error);
}

/* pcapng blocks, written with `little` in force. */
static bool little;
static size_t block_at;

static void block_begin(struct bytes *b, uint32_t type)
{
    block_at = b->n;
    put32_order(b, little, type);
    put32(b, 0);
}

static void block_end(struct bytes *b)
{
    while (b->n % 4)
        put8(b, 0);
    uint32_t length = (uint32_t)(b->n - block_at + 4);
    put32_order(b, little, length);
    memcpy(b->p + block_at + 4, b->p + b->n - 4, 4);
}

static void section(struct bytes *b)
{
    block_begin(b, 0x0a0d0d0a);
    put32_order(b, little, 0x1a2b3c4d);
    put16_order(b, little, 1);
    put16_order(b, little, 0);
    put32(b, 0xffffffff);
    put32(b, 0xffffffff);
    block_end(b);
}

static void option16(struct bytes *b, unsigned code, const void *value, unsigned n)
{
    put16_order(b, little, code);
    put16_order(b, little, n);
    put(b, value, n);
    while (b->n % 4)
        put8(b, 0);
}

/* `resolution` as in if_tsresol, -1: left out. */
static void interface(struct bytes *b, unsigned link, int resolution, uint32_t snaplen)
{
    block_begin(b, 1);
    put16_order(b, little, link);
    put16_order(b, little, 0);
    put32_order(b, little, snaplen);
    if (resolution >= 0) {
        uint8_t value = (uint8_t)resolution;
        option16(b, 2, "eth0", 4);
        option16(b, 9, &value, 1);
        option16(b, 0, NULL, 0);
    }
    block_end(b);
}

static void enhanced(struct bytes *b, uint32_t on, uint64_t units, const char *data)
{
    block_begin(b, 6);
    put32_order(b, little, on);
    put32_order(b, little, (uint32_t)(units >> 32));
    put32_order(b, little, (uint32_t)units);
    put32_order(b, little, (uint32_t)strlen(data));
    put32_order(b, little, (uint32_t)strlen(data) + 1);
    put_text(b, data);
    block_end(b);
}

static void simple(struct bytes *b, uint32_t origlen, const char *data)
{
    block_begin(b, 3);
    put32_order(b, little, origlen);
    put_text(b, data);
    block_end(b);
}

static void old_packet(struct bytes *b, unsigned on, uint64_t units, const char *data)
{
    block_begin(b, 2);
    put16_order(b, little, on);
    put16_order(b, little, 9);
    put32_order(b, little, (uint32_t)(units >> 32));
    put32_order(b, little, (uint32_t)units);
    put32_order(b, little, (uint32_t)strlen(data));
    put32_order(b, little, (uint32_t)strlen(data));
    put_text(b, data);
    block_end(b);
}

static void unknown(struct bytes *b, uint32_t type)
{
    block_begin(b, type);
    put_text(b, "whatever there is in it");
    block_end(b);
}

static void pcapng_sections(void)
{
    struct outcome o;
    struct bytes b = { .n = 0 };
    little = true;
    section(&b);
    interface(&b, 1, -1, 0);
    interface(&b, 101, 9, 0);
    interface(&b, 113, 3, 0);
    interface(&b, 276, 0x8a, 0);
    unknown(&b, 5);
    enhanced(&b, 0, 1700000000000001, "micro");
    enhanced(&b, 1, 1700000000000000001, "nano");
    enhanced(&b, 2, 1700000000001, "milli");
    enhanced(&b, 3, (1700000000ull << 10) + 512, "binary");
    little = false;
    section(&b);
    interface(&b, 228, 0, 0);
    unknown(&b, 0x80000bad);
    enhanced(&b, 0, 1700000001, "seconds");
    old_packet(&b, 0, 1700000002, "old");
    simple(&b, 100, "simp");
    read_all(&o, b.p, b.n);
    tap_ok(o.n == 7 && o.last == CAPTURE_MORE, "two sections of different byte order: %zu packets",
           o.n);
    tap_ok(packet_is(&o.packets[0], 1700000000000001000, "micro", 1) &&
               o.packets[0].linktype == 1 && o.packets[0].origlen == 6,
           "without if_tsresol times are microseconds");
    tap_ok(packet_is(&o.packets[1], 1700000000000000001, "nano", 2) && o.packets[1].linktype == 101,
           "if_tsresol 9");
    tap_ok(packet_is(&o.packets[2], 1700000000001000000, "milli", 3) &&
               o.packets[2].linktype == 113,
           "if_tsresol 3");
    tap_ok(packet_is(&o.packets[3], 1700000000500000000, "binary", 4) &&
               o.packets[3].linktype == 276,
           "if_tsresol 2^-10");
    tap_ok(packet_is(&o.packets[4], 1700000001000000000, "seconds", 5) &&
               o.packets[4].linktype == 228,
           "the second section has its own interfaces");
    tap_ok(packet_is(&o.packets[5], 1700000002000000000, "old", 6), "the obsolete packet block");
    tap_ok(o.packets[6].caplen == 4 && memcmp(o.packets[6].data, "simp", 4) == 0 &&
               o.packets[6].origlen == 100,
           "a simple packet, without a time");
}

static void pcapng_details(void)
{
    struct outcome o;
    struct bytes b = { .n = 0 };
    little = true;
    section(&b);
    interface(&b, 1, -1, 5);
    simple(&b, 9, "123456789");
    simple(&b, 3, "123");
    read_all(&o, b.p, b.n);
    tap_ok(o.n == 2 && o.packets[0].caplen == 5 && o.packets[1].caplen == 3,
           "simple packets end at the snapshot length or at their own, padding left out");

    b.n = 0;
    section(&b);
    block_begin(&b, 1);
    put16_order(&b, little, 1);
    put_zeros(&b, 6);
    int64_t hour = 3600; /* little-endian, as this machine is */
    option16(&b, 14, &hour, 8);
    option16(&b, 0, NULL, 0);
    block_end(&b);
    enhanced(&b, 0, 5000000, "x");
    read_all(&o, b.p, b.n);
    tap_ok(o.n == 1 && o.packets[0].time_ns == 3605000000000, "if_tsoffset is added");
}

/* One section with a packet, then `b` may be damaged; where the second packet's block begins. */
static size_t two_packets(struct bytes *b)
{
    b->n = 0;
    little = true;
    section(b);
    interface(b, 1, -1, 0);
    enhanced(b, 0, 1, "first");
    size_t at = b->n;
    enhanced(b, 0, 2, "second");
    return at;
}

static void damaged_at(size_t offset, uint32_t value, const char *what)
{
    struct outcome o;
    struct bytes b, v = { .n = 0 };
    size_t at = two_packets(&b);
    put32_order(&v, true, value);
    memcpy(b.p + at + offset, v.p, 4);
    read_all(&o, b.p, b.n);
    tap_ok(o.n == 1 && o.last == CAPTURE_DAMAGED, "%s: the packet before stays (%s)", what,
           o.error);
}

static void pcapng_damage(void)
{
    struct outcome o;
    struct bytes b;
    damaged_at(4, 0, "a block length of 0");
    damaged_at(4, 41, "a block length that is no multiple of 4");
    damaged_at(4, CAPTURE_MAX_BLOCK + 4, "a huge block");
    damaged_at(8, 7, "an interface that does not exist");
    damaged_at(20, 2000, "a packet longer than its block");
    damaged_at(20, 0xffffffff, "a packet of 4 GiB");
    damaged_at(36, 44, "two block lengths that differ");
    two_packets(&b);
    size_t ends[] = { 28 + 20 + 40, 28 + 20 + 40 + 40 };
    tap_ok(ends[1] == b.n, "the blocks are as long as expected");
    cut_everywhere(&b, ends, 2, "pcapng");
    b.n = 0;
    little = true;
    section(&b);
    simple(&b, 1, "x");
    read_all(&o, b.p, b.n);
    tap_ok(o.n == 0 && o.last == CAPTURE_DAMAGED, "a packet before any interface");
    b.n = 0;
    section(&b);
    for (int i = 0; i < 500; i++)
        interface(&b, 1, -1, 0);
    enhanced(&b, 499, 1, "x");
    read_all(&o, b.p, b.n);
    tap_ok(o.n == 1, "five hundred interfaces");
}

static char folder[] = "/tmp/sipwhy-test-XXXXXX";

/* Writes a file into the test's folder; its path, to be freed. */
static char *write_file(const char *name, const struct bytes *b)
{
    char *path = NULL;
    if (asprintf(&path, "%s/%s", folder, name) < 0)
        abort();
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd < 0 || write(fd, b->p, b->n) != (ssize_t)b->n)
        abort();
    close(fd);
    return path;
}

static void forget_file(char *path)
{
    unlink(path);
    free(path);
}

static void merging(void)
{
    struct bytes b = { .n = 0 };
    struct packet packet;
    char *paths[3], *error = NULL;
    static const uint32_t times[3][4] = { { 1, 4, 7, 9 }, { 2, 4, 8, 10 }, { 3, 5, 6, 11 } };
    struct inputs *inputs = inputs_new();
    for (int i = 0; i < 3; i++) {
        char name[] = { (char)('a' + i), '\0' };
        b.n = 0;
        pcap_header(&b, 0xa1b2c3d4, i & 1, 1);
        for (int k = 0; k < 4; k++)
            pcap_record(&b, i & 1, times[i][k], 0, name, 0);
        paths[i] = write_file(name, &b);
        struct source *source = source_open_file(paths[i], NULL, &error);
        tap_ok(source && inputs_add(inputs, source) == 0, "file %d is opened", i);
    }
    char order[16] = "";
    bool own = true, rising = true;
    int64_t last = 0;
    size_t n = 0;
    while (inputs_next(inputs, &packet) == INPUT_PACKET && n < 15) {
        order[n++] = (char)packet.data[0];
        own = own && packet.source == packet.data[0] - 'a' && packet.mapped;
        rising = rising && packet.time_ns >= last;
        last = packet.time_ns;
    }
    tap_ok(n == 12 && rising && own,
           "three files: every packet once, in order of time, with its source");
    tap_ok(strcmp(order, "abcabccababc") == 0, "of one time, the first file comes first: %s",
           order);
    tap_ok(inputs_ended(inputs) && !inputs_live(inputs) && inputs_count(inputs) == 3 &&
               !inputs_at(inputs, 0)->trouble && inputs_at(inputs, 2)->stats.packets == 4,
           "and all have ended well");
    inputs_free(inputs);
    for (int i = 0; i < 3; i++)
        forget_file(paths[i]);
}

/* Forty captures whose packets lie between one another, or that follow one another. */
static void merging_many(bool rotated)
{
    enum { FILES = 40, EACH = 25 };
    struct inputs *inputs = inputs_new();
    struct packet packet;
    char *paths[FILES], *error = NULL;
    int wrong = 0, n = 0;
    int64_t last = 0;
    for (uint32_t i = 0; i < FILES; i++) {
        struct bytes b = { .n = 0 };
        char name[8];
        pcap_header(&b, 0xa1b2c3d4, true, 1);
        for (uint32_t k = 0; k < EACH; k++)
            pcap_record(&b, true, rotated ? (FILES - i) * EACH + k : k * (i + 1), 0, "x", 0);
        snprintf(name, sizeof name, "m%u", (unsigned)i);
        paths[i] = write_file(name, &b);
        inputs_add(inputs, source_open_file(paths[i], NULL, &error));
    }
    while (inputs_next(inputs, &packet) == INPUT_PACKET) {
        wrong += packet.time_ns < last;
        last = packet.time_ns;
        n++;
    }
    tap_ok(n == FILES * EACH && wrong == 0 && inputs_ended(inputs), "forty files %s: in order",
           rotated ? "one after the other, named backwards" : "at once");
    inputs_free(inputs);
    for (int i = 0; i < FILES; i++)
        forget_file(paths[i]);
}

/* RFC 1952 with stored blocks (RFC 1951 §3.2.4); the checksum is never reached by the packets. */
static void put_gzip(struct bytes *b, const struct bytes *data)
{
    put(b, "\x1f\x8b\x08\0\0\0\0\0\0\x03\1", 11);
    put16_order(b, true, (unsigned)data->n);
    put16_order(b, true, ~(unsigned)data->n & 0xffff);
    put(b, data->p, data->n);
}

/* Both merge; of each only the first packet is kept until its turn comes. */
static void merging_compressed(void)
{
    struct inputs *inputs = inputs_new();
    struct packet packet;
    char *paths[2], *error = NULL, order[16] = "";
    size_t n = 0;
    bool numbered = true, copied = true;
    for (uint32_t i = 0; i < 2; i++) {
        struct bytes plain = { .n = 0 }, b = { .n = 0 };
        const char name[] = { (char)('a' + i), '\0' };
        pcap_header(&plain, 0xa1b2c3d4, true, 1);
        for (uint32_t k = 0; k < 3; k++)
            pcap_record(&plain, true, 2 * k + i, 0, name, 0);
        put_gzip(&b, &plain);
        paths[i] = write_file(name, &b);
        inputs_add(inputs, source_open_file(paths[i], NULL, &error));
    }
    while (inputs_next(inputs, &packet) == INPUT_PACKET && n < 15) {
        order[n++] = (char)packet.data[0];
        numbered = numbered && packet.frame == (n + 1) / 2;
        copied = copied && !packet.mapped;
    }
    tap_ok(strcmp(order, "ababab") == 0 && numbered && copied,
           "two compressed files: every packet once and in order: %s", order);
    tap_ok(inputs_at(inputs, 0)->trouble && strstr(inputs_at(inputs, 0)->trouble, "ends in"),
           "the missing end is told: %s", inputs_at(inputs, 0)->trouble);
    inputs_free(inputs);
    forget_file(paths[0]);
    forget_file(paths[1]);
}

/* Reads a source to its end: how many packets. */
static size_t drain(struct inputs *inputs)
{
    struct packet packet;
    size_t n = 0;
    for (int waits = 0; waits < 100;) {
        enum input_status status = inputs_next(inputs, &packet);
        if (status == INPUT_END)
            break;
        n += status == INPUT_PACKET;
        waits += status == INPUT_WAIT;
    }
    return n;
}

static void refused_files(void)
{
    char *error = NULL;
    struct bytes b = { .n = 0 };
    bool opened = source_open_file("/nonexistent/file", NULL, &error) != NULL;
    tap_ok(!opened && error, "refused: %s", error ? error : "");
    free(error);
    error = NULL;
    tap_ok(!source_open_file(folder, NULL, &error) && error && strstr(error, "directory"),
           "a directory is refused");
    free(error);
    error = NULL;
    put_text(&b, "this is not a capture file at all");
    char *path = write_file("text", &b);
    tap_ok(!source_open_file(path, NULL, &error) && error && strstr(error, "not a pcap"),
           "a text is refused");
    free(error);
    error = NULL;
    forget_file(path);
    b.n = 0;
    path = write_file("empty", &b);
    struct source *source = source_open_file(path, NULL, &error);
    struct inputs *inputs = inputs_new();
    if (source)
        inputs_add(inputs, source);
    tap_ok(source ? drain(inputs) == 0 : error != NULL, "an empty file has no packets");
    inputs_free(inputs);
    free(error);
    forget_file(path);
}

static void damaged_file(void)
{
    struct bytes b;
    char *error = NULL;
    two_packets(&b);
    b.n -= 5;
    char *path = write_file("cut", &b);
    struct inputs *inputs = inputs_new();
    struct source *source = source_open_file(path, NULL, &error);
    if (tap_ok(source && inputs_add(inputs, source) == 0, "a file that is cut off opens")) {
        size_t n = drain(inputs);
        tap_ok(n == 1 && source->trouble, "the packet before is there, and: %s",
               source->trouble ? source->trouble : "nothing");
    }
    inputs_free(inputs);
    forget_file(path);
}

/* A mapped file of `records` packets becomes `size` bytes long after `before` were read. */
static void cut_while_mapped(size_t records, size_t before, size_t size, size_t most,
                             const char *what)
{
    struct bytes b = { .n = 0 };
    struct packet packet;
    char *error = NULL;
    pcap_header(&b, 0xa1b2c3d4, true, 1);
    for (size_t i = 0; i < records; i++)
        pcap_record(&b, true, 1 + (uint32_t)i, 0,
                    "a packet whose bytes are letters, "
                    "eighty of them or so, to fill up the pages.",
                    0);
    char *path = write_file("shrinks", &b);
    struct inputs *inputs = inputs_new();
    struct source *source = source_open_file(path, NULL, &error);
    inputs_add(inputs, source);
    for (size_t i = 0; i < before; i++)
        inputs_next(inputs, &packet);
    tap_ok(truncate(path, (off_t)size) == 0, "%s: the file is cut to %zu of %zu bytes", what, size,
           b.n);
    size_t n = before + drain(inputs);
    tap_ok(n >= before && n <= most, "%s: %zu of %zu packets, no crash", what, n, records);
    tap_ok(source->trouble && strstr(source->trouble, "shortened"), "%s: says so: %s", what,
           source->trouble ? source->trouble : "nothing");
    inputs_free(inputs);
    forget_file(path);
}

static void shrinking_files(void)
{
    size_t record = 16 + 78, page = (size_t)sysconf(_SC_PAGESIZE);
    cut_while_mapped(150, 3, page, page / record, "at a page");
    cut_while_mapped(150, 3, page + 1000, (page + 1000) / record, "inside a page");
    cut_while_mapped(20, 3, 24 + 10 * record, 10, "inside the only page, between packets");
    cut_while_mapped(20, 3, 24 + 10 * record + 40, 10, "inside the only page, inside a packet");
    cut_while_mapped(20, 3, 24 + 10 * record + 5, 10, "inside the only page, inside a header");
    cut_while_mapped(150, 3, 0, 3, "to nothing");
}

static void pipes(void)
{
    struct bytes b;
    char *error = NULL;
    char *path = NULL;
    struct packet packet;
    size_t at = two_packets(&b);
    if (asprintf(&path, "%s/pipe", folder) < 0 || mkfifo(path, 0600) < 0)
        abort();
    int fd = open(path, O_RDWR);
    struct inputs *inputs = inputs_new();
    struct source *source = source_open_file(path, NULL, &error);
    if (!tap_ok(source && inputs_add(inputs, source) == 0, "a named pipe is opened"))
        return;
    tap_ok(inputs_next(inputs, &packet) == INPUT_WAIT && source->fd >= 0, "empty: wait for it");
    bool good = write(fd, b.p, 10) == 10 && inputs_next(inputs, &packet) == INPUT_WAIT;
    tap_ok(good, "ten bytes are not enough");
    good = write(fd, b.p + 10, at) == (ssize_t)at && inputs_next(inputs, &packet) == INPUT_PACKET;
    tap_ok(good && packet_is(&packet, 1000, "first", 1) && !packet.mapped, "the first packet");
    tap_ok(inputs_next(inputs, &packet) == INPUT_WAIT, "half of the second");
    good = write(fd, b.p + 10 + at, b.n - at - 10) > 0;
    tap_ok(good && inputs_next(inputs, &packet) == INPUT_PACKET &&
               packet_is(&packet, 2000, "second", 2),
           "the rest of it");
    close(fd);
    tap_ok(inputs_next(inputs, &packet) == INPUT_END && !source->trouble, "the writer is gone");
    inputs_free(inputs);
    forget_file(path);
}

static void replay(void)
{
    struct bytes b;
    char *error = NULL;
    struct packet packet;
    two_packets(&b);
    struct inputs *inputs = inputs_new();
    struct source *source = source_open_replay("demo", b.p, b.n, &error);
    if (!tap_ok(source && inputs_add(inputs, source) == 0, "a replay opens"))
        return;
    tap_ok(inputs_live(inputs) && inputs_next(inputs, &packet) == INPUT_PACKET,
           "the first packet comes at once, as if live");
    usleep(2000);
    tap_ok(inputs_next(inputs, &packet) == INPUT_PACKET && packet.time_ns > 1000000000000000000,
           "the second a microsecond later, with today's time");
    tap_ok(inputs_next(inputs, &packet) == INPUT_END && inputs_ended(inputs), "then it ends");
    inputs_free(inputs);
    bool opened = source_open_replay("x", (const uint8_t *)"no", 2, &error) != NULL;
    tap_ok(!opened && error, "refused: %s", error ? error : "");
    free(error);
}

/* The clock of a log that is followed, in seconds. */
static int64_t late_after(struct lateness *l, int64_t delay_s, int64_t now_s)
{
    lateness_note(l, delay_s * 1000000000, now_s * 1000000000);
    return l->late_ns / 1000000000;
}

static void clocks_of_logs(void)
{
    struct lateness l = { 0 };
    tap_ok(late_after(&l, 1, 100) == 1, "a log is as late as its first line");
    tap_ok(late_after(&l, 20, 120) == 20 && late_after(&l, 0, 120) == 20,
           "written in portions, as its oldest line: the next pause may be as long");
    tap_ok(late_after(&l, 3, 150) == 20 && late_after(&l, 2, 190) == 20, "for a minute");
    tap_ok(late_after(&l, 1, 260) == 2, "and not for ever");
    tap_ok(late_after(&l, 7200, 300) == 7200,
           "of an old log that is played again, by its own clock");
    tap_ok(late_after(&l, 7210, 310) == 7210, "which a pause stops");
    tap_ok(late_after(&l, 1, 320) == 1, "and back");
}

int main(void)
{
    if (!mkdtemp(folder))
        return 1;
    pcap_variants();
    pcap_versions();
    pcap_kuznetzov();
    pcap_oddities();
    pcap_cut();
    snoop();
    pcapng_sections();
    pcapng_details();
    pcapng_damage();
    merging();
    merging_many(false);
    merging_many(true);
    merging_compressed();
    refused_files();
    damaged_file();
    shrinking_files();
    pipes();
    replay();
    rmdir(folder);
    clocks_of_logs();
    return tap_done();
}
