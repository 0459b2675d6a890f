/*
 * HEP, built byte by byte from the definition of its formats: what a correct agent sends, what
 * agents send besides, and what nobody may get through with.
 */
#include <assert.h>
#include <stdlib.h>
#include <zlib.h>

#include "net/hep.h"
#include "tap.h"

#define SECONDS 1700000000u /* 0x6553f100: no other byte order of it is a likely time */
#define MICROS 250000u
#define TIME_NS (SECONDS * 1000000000LL + MICROS * 1000LL)

static const char sip[] = "OPTIONS sip:b.example SIP/2.0\r\n\r\n";

struct buffer {
    uint8_t p[2 * HEP_MAX];
    size_t n;
};
static struct buffer b;

static void add(const void *data, size_t n)
{
    assert(b.n + n <= sizeof b.p);
    if (n)
        memcpy(b.p + b.n, data, n);
    b.n += n;
}

static void add_number(uint32_t value, int bytes, bool little)
{
    for (int i = 0; i < bytes; i++) {
        uint8_t byte = (uint8_t)(value >> 8 * (little ? i : bytes - 1 - i));
        add(&byte, 1);
    }
}

static void add_text(const char *text)
{
    add(text, strlen(text));
}

/* The header of versions 1 and 2 with addresses that count up: 192.0.2.1 and .2, or the like. */
static void begin_fixed(unsigned version, unsigned length, unsigned family, unsigned protocol)
{
    b.n = 0;
    add_number(version, 1, false);
    add_number(length, 1, false);
    add_number(family, 1, false);
    add_number(protocol, 1, false);
    add_number(5060, 2, false);
    add_number(5080, 2, false);
    for (unsigned last = 1; last <= 2; last++) {
        if (family == 10)
            add("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0", 15);
        else
            add("\xc0\x00\x02", 3);
        add_number(last, 1, false);
    }
}

static void add_time(bool little, unsigned agent, int padding)
{
    add_number(SECONDS, 4, little);
    add_number(MICROS, 4, little);
    add_number(agent, 2, little);
    add("\0\0", (size_t)padding);
}

static void begin_chunks(const char *mark)
{
    b.n = 0;
    add_text(mark);
    add_number(0, 2, false);
}

static void chunk_of(unsigned vendor, unsigned type, const void *data, size_t n)
{
    add_number(vendor, 2, false);
    add_number(type, 2, false);
    add_number((uint32_t)(n + 6), 2, false);
    add(data, n);
}

static void chunk(unsigned type, uint32_t value, int bytes)
{
    add_number(0, 2, false);
    add_number(type, 2, false);
    add_number((uint32_t)bytes + 6, 2, false);
    add_number(value, bytes, false);
}

static void chunk_text(unsigned type, const char *text)
{
    chunk_of(0, type, text, strlen(text));
}

static void end_chunks(void)
{
    b.p[4] = (uint8_t)(b.n >> 8);
    b.p[5] = (uint8_t)b.n;
}

static void put_ordinary(void)
{
    chunk(1, 2, 1);
    chunk(2, 17, 1);
    chunk(3, 0xc0000201, 4);
    chunk(4, 0xc0000202, 4);
    chunk(7, 5060, 2);
    chunk(8, 5080, 2);
    chunk(9, SECONDS, 4);
    chunk(10, MICROS, 4);
    chunk(11, 1, 1);
    chunk(12, 2001, 4);
}

static struct hep hep;

static enum hep_result decode(void)
{
    /* exactly as many bytes as there are, so that the sanitizers see a step beyond */
    uint8_t *copy = malloc(b.n ? b.n : 1);
    assert(copy);
    memcpy(copy, b.p, b.n);
    enum hep_result result = hep_decode(&hep, copy, b.n, TIME_NS + 1000000);
    /* spans are moved into the buffer, which stays */
    struct span *spans[] = { &hep.payload, &hep.agent, &hep.correlation, &hep.key };
    for (size_t i = 0; i < 4; i++)
        if (spans[i]->p)
            spans[i]->p = (const char *)b.p + (spans[i]->p - (const char *)copy);
    free(copy);
    return result;
}

static bool addresses_are(const char *src, const char *dst)
{
    char a[ADDR_TEXT], c[ADDR_TEXT];
    return strcmp(addr_format(&hep.src, a), src) == 0 && strcmp(addr_format(&hep.dst, c), dst) == 0;
}

static bool payload_is(const char *text)
{
    return span_equal(hep.payload, SPAN(text));
}

static void version_1(void)
{
    begin_fixed(1, 16, 2, 17);
    add_text(sip);
    tap_ok(decode() == HEP_OK && hep.version == 1 && hep.protocol == 17 && hep.type == HEP_SIP &&
               addresses_are("192.0.2.1:5060", "192.0.2.2:5080") && payload_is(sip),
           "version 1, IPv4");
    tap_ok(hep.time_ns == 0 && hep.agent_id == 0 && hep.agent.n == 0, "it tells no time, no agent");
    begin_fixed(1, 40, 10, 22);
    add_text(sip);
    tap_ok(decode() == HEP_OK && hep.protocol == HEP_TLS &&
               addresses_are("[2001:db8::1]:5060", "[2001:db8::2]:5080") && payload_is(sip),
           "version 1, IPv6, TLS");
}

static void version_2(void)
{
    static const struct {
        bool little;
        int padding;
        bool counted;
        const char *what;
    } forms[] = {
        { true, 2, false, "little-endian, padded" },
        { false, 2, false, "big-endian, padded" },
        { false, 0, false, "big-endian, ten bytes" },
        { true, 0, false, "little-endian, ten bytes" },
        { true, 2, true, "little-endian, padded, counted in the header's length" },
        { false, 0, true, "big-endian, ten bytes, counted in the header's length" },
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        for (unsigned family = 2; family <= 10; family += 8) {
            unsigned bare = family == 2 ? 16 : 40;
            unsigned length = bare + (forms[i].counted ? 10u + (unsigned)forms[i].padding : 0);
            begin_fixed(2, length, family, 6);
            add_time(forms[i].little, 2001, forms[i].padding);
            add_text(sip);
            tap_ok(decode() == HEP_OK && hep.version == 2 && hep.time_ns == TIME_NS &&
                       hep.agent_id == 2001 && payload_is(sip),
                   "version 2, IPv%d: %s", family == 2 ? 4 : 6, forms[i].what);
        }
    }
}

static void version_2_times(void)
{
    begin_fixed(2, 16, 2, 17);
    add_number(SECONDS, 4, false);
    add_number(0, 4, false); /* fits both orders: the nearer one is meant */
    add_number(7, 2, false);
    add("\0\0", 2);
    add_text(sip);
    tap_ok(decode() == HEP_OK && hep.time_ns == SECONDS * 1000000000LL && hep.agent_id == 7,
           "microseconds that fit both orders: the time nearer to the arrival");
    begin_fixed(2, 16, 2, 17);
    add_number(SECONDS, 4, true);
    add_number(0xffffffff, 4, true);
    add_number(7, 2, true);
    add("\0\0", 2);
    add_text(sip);
    tap_ok(decode() == HEP_OK && hep.time_ns == 0 && payload_is(sip),
           "microseconds that are none in either order: no time");
}

static void fixed_lies(void)
{
    begin_fixed(1, 15, 2, 17);
    add_text(sip);
    tap_ok(decode() == HEP_OTHER, "a header length below the addresses' is something else");
    begin_fixed(1, 40, 2, 17);
    add_text(sip);
    tap_ok(decode() == HEP_OTHER, "a header length of the other family is something else");
    begin_fixed(1, 16, 3, 17);
    add_text(sip);
    tap_ok(decode() == HEP_OTHER, "an unknown family is something else");
    begin_fixed(1, 16, 2, 1);
    add_text(sip);
    tap_ok(decode() == HEP_OTHER, "ICMP is something else");
    begin_fixed(3, 16, 2, 17);
    add_text(sip);
    tap_ok(decode() == HEP_OTHER, "version 3 has its own mark");
    int wrong = 0;
    for (size_t n = 0; n < 28; n++) {
        begin_fixed(2, 16, 2, 17);
        add_time(true, 2001, 2);
        b.n = n;
        wrong += decode() != (n < 8 ? HEP_OTHER : HEP_BROKEN);
    }
    tap_ok(wrong == 0, "version 2 cut in its header, at every byte");
    begin_fixed(2, 16, 2, 17);
    add_time(true, 2001, 2);
    tap_ok(decode() == HEP_OK && hep.payload.n == 0, "a header without payload");
}

static void version_3(void)
{
    static const char *const marks[] = { "HEP3", "EEP3" };
    for (int i = 0; i < 2; i++) {
        begin_chunks(marks[i]);
        put_ordinary();
        chunk_text(14, "secret");
        chunk_text(17, "call-1@a");
        chunk_text(19, "edge-7");
        chunk_text(15, sip);
        end_chunks();
        tap_ok(decode() == HEP_OK && hep.version == 3 && hep.protocol == 17 &&
                   hep.type == HEP_SIP && hep.time_ns == TIME_NS && hep.agent_id == 2001 &&
                   addresses_are("192.0.2.1:5060", "192.0.2.2:5080") && payload_is(sip) &&
                   !hep.compressed && !hep.keepalive && !hep.truncated,
               "version 3, %s", marks[i]);
        tap_ok(span_is(hep.agent, "edge-7") && span_is(hep.correlation, "call-1@a") &&
                   span_is(hep.key, "secret"),
               "its agent, correlation and key");
    }
    begin_chunks("HEP3");
    chunk(1, 10, 1);
    chunk(2, 6, 1);
    chunk_of(0, 5, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16);
    chunk_of(0, 6, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\2", 16);
    chunk(7, 5060, 2);
    chunk(8, 5061, 2);
    chunk(11, 100, 1);
    chunk_text(15, "a log line");
    end_chunks();
    tap_ok(decode() == HEP_OK && addresses_are("[2001:db8::1]:5060", "[2001:db8::2]:5061") &&
               hep.type == HEP_LOG && hep.time_ns == 0,
           "IPv6, a log line, no time");
}

static void order_and_strangers(void)
{
    begin_chunks("HEP3");
    chunk_text(15, sip);
    chunk_of(2, 12, "\0\0\0\1", 4); /* Kamailio's own */
    chunk_of(0, 700, "unknown", 7);
    chunk_of(0, 18, "\0\5", 2); /* a VLAN */
    chunk_of(0, 41, "group", 5);
    chunk_of(0, 0, "", 0);
    chunk_of(1, 15, "another payload", 15);
    put_ordinary();
    chunk_of(0, 12, "\1\2", 2);      /* the wrong size for an agent's number */
    chunk_of(0, 3, "\1\2\3\4\5", 5); /* and for an address */
    chunk_of(0, 9, "", 0);
    end_chunks();
    tap_ok(decode() == HEP_OK && payload_is(sip) && hep.agent_id == 2001 &&
               hep.time_ns == TIME_NS && addresses_are("192.0.2.1:5060", "192.0.2.2:5080"),
           "any order; other vendors, unknown types and wrong sizes are passed over");
    begin_chunks("HEP3");
    put_ordinary();
    chunk_of(0, 5, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16);
    chunk_text(15, sip);
    end_chunks();
    tap_ok(decode() == HEP_OK && addresses_are("192.0.2.1:5060", "192.0.2.2:5080"),
           "addresses of both families: the family's chunk decides");
    begin_chunks("HEP3");
    chunk(13, 60, 2);
    chunk(12, 9, 4);
    end_chunks();
    tap_ok(decode() == HEP_OK && hep.keepalive && hep.payload.n == 0 && hep.agent_id == 9,
           "a keep-alive");
    begin_chunks("HEP3");
    end_chunks();
    tap_ok(decode() == HEP_OK && !hep.keepalive && hep.payload.n == 0 && hep.src.family == 0,
           "no chunk at all");
    begin_chunks("HEP3");
    put_ordinary();
    chunk(10, 1000000, 4);
    chunk_text(15, sip);
    end_chunks();
    tap_ok(decode() == HEP_OK && hep.time_ns == SECONDS * 1000000000LL,
           "a million microseconds is none");
}

static void chunk_lies(void)
{
    for (unsigned length = 0; length < 6; length++) {
        begin_chunks("HEP3");
        put_ordinary();
        chunk_text(15, sip);
        size_t at = b.n;
        chunk(16, 0, 4);
        b.p[at + 5] = (uint8_t)length;
        end_chunks();
        tap_ok(decode() == HEP_BROKEN, "a chunk of length %u is broken", length);
    }
    begin_chunks("HEP3");
    put_ordinary();
    size_t at = b.n;
    chunk_text(15, sip);
    b.p[at + 5]++;
    end_chunks();
    tap_ok(decode() == HEP_BROKEN, "a payload beyond the end is broken");
    begin_chunks("HEP3");
    for (unsigned total = 0; total < 6; total++) {
        b.p[5] = (uint8_t)total;
        tap_ok(decode() == HEP_BROKEN, "a total length of %u is broken", total);
    }
}

/* Cut by a capture: nothing before the payload has begun, then what is there of it. */
static void cut_anywhere(void)
{
    begin_chunks("HEP3");
    put_ordinary();
    chunk_text(15, sip);
    size_t payload = b.n - strlen(sip);
    chunk_text(19, "edge-7");
    end_chunks();
    int wrong = 0;
    for (size_t whole = b.n, n = 0; n < whole; n++) {
        b.n = n;
        enum hep_result result = decode();
        enum hep_result expected = n < 4 ? HEP_OTHER : n <= payload ? HEP_BROKEN : HEP_OK;
        size_t there = n - payload < strlen(sip) ? n - payload : strlen(sip);
        if (result != expected || (result == HEP_OK && hep.payload.n != there))
            wrong++;
        if (result == HEP_OK && hep.truncated != (there < strlen(sip)))
            wrong++;
    }
    tap_ok(wrong == 0, "version 3 cut at every byte");
}

static void large(void)
{
    begin_chunks("HEP3");
    put_ordinary();
    size_t room = HEP_MAX - b.n - 6;
    chunk_of(0, 15, b.p, 0);
    b.p[b.n - 1] = (uint8_t)(room + 6);
    b.p[b.n - 2] = (uint8_t)((room + 6) >> 8);
    memset(b.p + b.n, 'x', room);
    b.n += room;
    end_chunks();
    tap_ok(b.n == 65535 && decode() == HEP_OK && hep.payload.n == room && !hep.truncated,
           "65535 bytes in all");
    tap_ok(hep_length(b.p, b.n) == 65535, "its length");
    memset(b.p + b.n, 'y', 100);
    b.n += 100;
    tap_ok(decode() == HEP_OK && hep.payload.n == room, "what follows it is not part of it");
}

static void lengths(void)
{
    tap_ok(hep_length((const uint8_t *)"HEP3\x01\x02", 6) == 258, "the length of a packet");
    tap_ok(hep_length((const uint8_t *)"EEP3\x00\x06", 6) == 6, "the same, EEP3");
    tap_ok(hep_length((const uint8_t *)"HEP3\x01", 5) == 0, "five bytes do not tell yet");
    tap_ok(hep_length((const uint8_t *)"GET ", 4) == -1, "another protocol is seen at once");
    tap_ok(hep_length((const uint8_t *)"HEP3\x00\x05", 6) == -1, "a length below the header's");
}

static size_t pack(const char *data, size_t n, int window, uint8_t *out, size_t size)
{
    z_stream z = { .next_in = (Bytef *)data, .avail_in = (uInt)n, .next_out = out };
    z.avail_out = (uInt)size;
    assert(deflateInit2(&z, 9, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    assert(deflate(&z, Z_FINISH) == Z_STREAM_END);
    deflateEnd(&z);
    return size - z.avail_out;
}

static void compressed(void)
{
    uint8_t packed[1024], out[HEP_MAX_PLAIN];
    static char zeros[8 << 20];
    static const int windows[] = { 15, 15 + 16 };
    for (int i = 0; i < 2; i++) {
        size_t n = pack(sip, strlen(sip), windows[i], packed, sizeof packed);
        begin_chunks("HEP3");
        put_ordinary();
        chunk_of(0, 16, packed, n);
        end_chunks();
        tap_ok(decode() == HEP_OK && hep.compressed &&
                   hep_unpack(hep.payload, out, sizeof out) == strlen(sip) &&
                   memcmp(out, sip, strlen(sip)) == 0,
               "a payload compressed with %s", i ? "gzip" : "zlib");
        hep.payload.n--;
        tap_ok(hep_unpack(hep.payload, out, sizeof out) == 0, "its last byte missing");
    }
    static uint8_t bomb[16384];
    size_t n = pack(zeros, sizeof zeros, 15, bomb, sizeof bomb);
    tap_ok(hep_unpack((struct span){ (const char *)bomb, n }, out, sizeof out) == 0,
           "8 MiB of zeros in %zu bytes are refused", n);
    n = pack(zeros, HEP_MAX_PLAIN, 15, bomb, sizeof bomb);
    tap_ok(hep_unpack((struct span){ (const char *)bomb, n }, out, sizeof out) == HEP_MAX_PLAIN,
           "the longest that is allowed");
    tap_ok(hep_unpack(SPAN("not compressed"), out, sizeof out) == 0, "nothing that was compressed");
    tap_ok(hep_unpack(SPAN_NONE, out, sizeof out) == 0, "nothing at all");
}

static void round_trips(void)
{
    static uint8_t out[HEP_MAX], big[HEP_MAX];
    struct hep in = { .time_ns = TIME_NS, .type = HEP_SIP, .protocol = HEP_TCP, .agent_id = 77 };
    in.src = (struct addr){ .family = 4, .ip = { 192, 0, 2, 1 }, .port = 5060 };
    in.dst = (struct addr){ .family = 4, .ip = { 192, 0, 2, 2 }, .port = 5080 };
    in.agent = SPAN("edge-7");
    in.key = SPAN("secret");
    in.correlation = SPAN("call-1@a");
    in.payload = SPAN(sip);
    for (int i = 0; i < 3; i++) {
        b.n = hep_encode(out, sizeof out, &in);
        memcpy(b.p, out, b.n);
        tap_ok(b.n > 0 && hep_length(b.p, b.n) == (int)b.n && decode() == HEP_OK &&
                   addr_equal(&hep.src, &in.src) && addr_equal(&hep.dst, &in.dst) &&
                   hep.time_ns == TIME_NS && hep.agent_id == 77 && hep.protocol == HEP_TCP &&
                   span_equal(hep.agent, in.agent) && span_equal(hep.key, in.key) &&
                   span_equal(hep.correlation, in.correlation) && payload_is(sip),
               "what was written is read again: IPv%d to IPv%d", in.src.family, in.dst.family);
        in.src.family = i == 0 ? 6 : 0;
        in.dst.family = i == 0 ? 6 : 0;
        if (i == 1) {
            memset(in.src.ip, 0, sizeof in.src.ip);
            memset(in.dst.ip, 0, sizeof in.dst.ip);
        }
    }
    in.payload = (struct span){ (const char *)big, sizeof big };
    tap_ok(hep_encode(out, sizeof out, &in) == 0, "64 KiB of payload do not fit");
    in.payload = SPAN(sip);
    size_t n = hep_encode(out, sizeof out, &in);
    tap_ok(hep_encode(out, n - 1, &in) == 0 && hep_encode(out, n, &in) == n,
           "a byte too few is too few");
}

int main(void)
{
    version_1();
    version_2();
    version_2_times();
    fixed_lies();
    version_3();
    order_and_strangers();
    chunk_lies();
    cut_anywhere();
    large();
    lengths();
    compressed();
    round_trips();
    return tap_done();
}
