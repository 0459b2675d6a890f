/*
 * SIP over WebSocket: the examples of RFC 6455 §5.7 and RFC 7692 §7.2.3, upgrades, frames in the
 * middle of a connection, gaps, and what is none.
 */
#include <stdlib.h>

#include "bytes.h"
#include "net/private.h"
#include "tap.h"

#define UPGRADE                                                                 \
    "GET / HTTP/1.1\r\nHost: example.com\r\nUpgrade: websocket\r\nConnection: " \
    "Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: sip\r\n\r\n"
#define SWITCH                                                                          \
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n" \
    "Sec-WebSocket-Protocol: sip\r\n"
#define OPTIONS_LINE "OPTIONS sip:bob@b.example SIP/2.0\r\n"
#define OPTIONS OPTIONS_LINE "Via: SIP/2.0/WS a.example;branch=z9hG4bK1\r\n\r\n"

static struct net *net;
static char got[4][400]; /* messages, as text */
static int messages;
static struct payload found; /* the latest */
static uint32_t next[2];     /* sequence numbers */

static void take(const struct packet *packet, const struct payload *payload, void *arg)
{
    (void)packet, (void)arg;
    found = *payload;
    if (messages < 4)
        snprintf(got[messages], sizeof got[0], "%.*s", (int)payload->len,
                 (const char *)payload->data);
    messages++;
}

static void begin(void)
{
    net_free(net);
    net = net_new(take, NULL, NULL);
    messages = 0;
    next[0] = next[1] = 1000;
    memset(got, 0, sizeof got);
}

/* A segment from the client (0) or the server (1). */
static void say(unsigned side, const void *data, size_t n)
{
    static int64_t now;
    struct bytes b = { .n = 0 };
    put_ip4(&b, (unsigned)(40 + n), 1, 0, 6);
    if (side)
        memcpy(b.p + 12, "\xc0\0\2\2\xc0\0\2\1", 8);
    put16(&b, side ? 8080 : 50000);
    put16(&b, side ? 50000 : 8080);
    put32(&b, next[side]);
    put32(&b, next[!side]);
    put32(&b, 0x5018ffff);
    put32(&b, 0);
    put(&b, data, n);
    struct packet packet = { .time_ns = now += 1000,
                             .data = b.p,
                             .caplen = (uint32_t)b.n,
                             .origlen = (uint32_t)b.n,
                             .linktype = 101 };
    next[side] += (uint32_t)n;
    net_packet(net, &packet);
}

#define SAY(side, bytes) say(side, bytes, sizeof(bytes) - 1)

static void upgrade(const char *extensions)
{
    begin();
    SAY(0, UPGRADE);
    struct bytes b = { .n = 0 };
    put_text(&b, SWITCH);
    put_text(&b, extensions);
    put_text(&b, "\r\n");
    say(1, b.p, b.n);
}

/* RFC 6455 §5.2; with a mask for a client. */
static void put_frame(struct bytes *b, unsigned first, bool masked, const void *data, size_t n)
{
    static const uint8_t mask[] = { 0x37, 0xfa, 0x21, 0x3d };
    put8(b, first);
    put8(b, (masked ? 0x80 : 0) | (n < 126 ? (unsigned)n : 126));
    if (n >= 126)
        put16(b, (unsigned)n);
    if (masked)
        put(b, mask, 4);
    for (size_t i = 0; i < n; i++)
        put8(b, ((const uint8_t *)data)[i] ^ (masked ? mask[i & 3] : 0));
}

static bool one(const char *text)
{
    return messages == 1 && strcmp(got[0], text) == 0 && found.transport == TRANSPORT_WS &&
           !found.truncated && found.apart;
}

static void examples(void)
{
    upgrade("");
    tap_ok(messages == 0, "the upgrade is no message");
    SAY(1, "\x81\x05Hello");
    tap_ok(one("Hello") && found.src.port == 8080 && found.dst.port == 50000, "unmasked");
    upgrade("");
    SAY(0, "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");
    tap_ok(one("Hello") && found.src.port == 50000, "masked");
    upgrade("");
    SAY(1, "\x01\x03Hel\x80\x02lo");
    tap_ok(one("Hello"), "fragmented");
    upgrade("");
    SAY(1, "\x01\x03Hel\x89\x05Hello\x80\x02lo");
    tap_ok(one("Hello"), "a ping between the fragments");
    upgrade("");
    SAY(1, "\x89\x05Hello\x8a\x00\x88\x02\x03\xe8");
    tap_ok(messages == 0, "ping, pong and close are no messages");
    upgrade("");
    struct bytes b = { .n = 0 };
    char text[256];
    memset(text, 'x', sizeof text);
    put_frame(&b, 0x82, false, text, 256);
    say(1, b.p, b.n);
    tap_ok(messages == 1 && found.len == 256, "256 bytes of binary, a length in two bytes");
    upgrade("");
    SAY(1, "\x81\x7f\0\0\0\0\0\0\0\x05Hello\x81\x02me");
    tap_ok(messages == 2 && strcmp(got[0], "Hello") == 0, "a length in eight bytes");
}

static void compressed(void)
{
    upgrade("Sec-WebSocket-Extensions: permessage-deflate\r\n");
    SAY(1, "\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00");
    tap_ok(one("Hello"), "compressed");
    SAY(1, "\xc1\x05\xf2\x00\x11\x00\x00");
    tap_ok(messages == 2 && strcmp(got[1], "Hello") == 0, "out of the message before");
    SAY(1, "\x81\x05Hello");
    tap_ok(messages == 3 && strcmp(got[2], "Hello") == 0, "one that is not");
    upgrade("Sec-WebSocket-Extensions: permessage-deflate\r\n");
    SAY(1, "\x41\x03\xf2\x48\xcd\x80\x04\xc9\xc9\x07\x00");
    tap_ok(one("Hello"), "compressed, then fragmented");
    upgrade("Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover\r\n");
    SAY(1, "\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00");
    SAY(1, "\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00");
    tap_ok(messages == 2 && strcmp(got[1], "Hello") == 0, "each message by itself");
    SAY(1, "\xc1\x05\xf2\x00\x11\x00\x00");
    tap_ok(messages == 2 && net_counts(net)->not_inflated == 1,
           "then one that needs the message before cannot be read, and is counted");
    upgrade("Sec-WebSocket-Extensions: permessage-deflate\r\n");
    SAY(1, "\xc1\x0b\x00\x05\x00\xfa\xffHello\x00");
    tap_ok(one("Hello"), "a block without compression, RFC 7692 §7.2.3.3");
    upgrade("Sec-WebSocket-Extensions: permessage-deflate\r\n");
    SAY(1, "\xc1\x08\xf3\x48\xcd\xc9\xc9\x07\x00\x00");
    tap_ok(one("Hello"), "a last block, RFC 7692 §7.2.3.4");
    upgrade("Sec-WebSocket-Extensions: permessage-deflate\r\n");
    SAY(1, "\xc1\x05\xff\xff\xff\xff\xff");
    SAY(1, "\x81\x05Hello");
    tap_ok(one("Hello") && net_counts(net)->not_inflated == 1, "nonsense is counted");
}

/* The same bytes, one in each segment, and in pairs. */
static void split(void)
{
    struct bytes b = { .n = 0 };
    put_text(&b, SWITCH "\r\n");
    size_t head = b.n;
    put_frame(&b, 0x01, false, OPTIONS, 20);
    put_frame(&b, 0x89, false, "ping", 4);
    put_frame(&b, 0x80, false, &OPTIONS[20], sizeof OPTIONS - 21);
    put_frame(&b, 0x81, false, OPTIONS, sizeof OPTIONS - 1);
    int wrong = 0;
    for (size_t step = 1; step < 50; step++) {
        begin();
        SAY(0, UPGRADE);
        for (size_t at = 0; at < b.n; at += step)
            say(1, b.p + at, b.n - at < step ? b.n - at : step);
        wrong += messages != 2 || strcmp(got[0], OPTIONS) != 0 || strcmp(got[1], OPTIONS) != 0 ||
                 found.seq != 1000 + head + 26 + 6 + (b.n - head - 32 - (sizeof OPTIONS + 1));
    }
    tap_ok(wrong == 0, "in segments of any size: two messages");
}

static void in_the_middle(void)
{
    struct bytes b = { .n = 0 };
    begin();
    put_frame(&b, 0x81, true, OPTIONS, sizeof OPTIONS - 1);
    say(0, b.p, b.n);
    tap_ok(one(OPTIONS), "without the upgrade: masked SIP is recognised");
    begin();
    b.n = 0;
    put_frame(&b, 0x81, false, "SIP/2.0 200 OK\r\n\r\n", 18);
    say(1, b.p, b.n);
    tap_ok(one("SIP/2.0 200 OK\r\n\r\n"), "and unmasked");
    begin();
    SAY(1, "\x82\x12");
    SAY(1, "S");
    SAY(1, "IP/2.0 200 OK\r\n\r\n");
    tap_ok(one("SIP/2.0 200 OK\r\n\r\n"), "also where the header is sent before the rest");
    begin();
    SAY(1, "\x89\x00\x8a\x02hi\x81\x12SIP/2.0 200 OK\r\n\r\n");
    tap_ok(one("SIP/2.0 200 OK\r\n\r\n"), "behind a ping and a pong");
    begin();
    SAY(1, "\x81\x05Hello");
    tap_ok(messages == 0, "what is no SIP is not");
    begin();
    SAY(0, "GET /index.html HTTP/1.1\r\nHost: example.com\r\n\r\n");
    SAY(1, "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n\x81\x05Hello");
    tap_ok(messages == 0, "a plain HTTP request is no upgrade");
    begin();
    SAY(0, UPGRADE);
    SAY(1, "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Protocol: chat\r\n\r\n\x81\x05Hello");
    tap_ok(messages == 0, "another protocol is not read");
}

/*
 * What a client compresses with messages that were before the capture: OPTIONS whose branches end in
 * "-a7Gq-second" and "-u9Zx-third" after one like them, and then OPTIONS by itself.
 */
static void in_the_middle_compressed(void)
{
    static const char second[] =
        "\xf2\xa7\x9e\x79\xba\x89\xe6\xee\x85\xba\xc5\xa9\xc9\xf9\x79\x29\x20\xa3\x01\x00";
    static const char third[] = "\xa2\xa6\xd1\xa5\x96\x51\x15\xba\x25\x19\x99\x45\x60\x93\x01\x00";
    static const char alone[] =
        "\xf2\x0f\x08\xf1\xf4\xf7\x0b\x56\x28\xce\x2c\xb0\x4a\xca\x4f\x72\x48\xd2\x4b\xad"
        "\x48\xcc\x2d\xc8\x49\x55\x08\xf6\x0c\xd0\x37\xd2\x33\xe0\xe5\x0a\xcb\x4c\xb4\x82"
        "\xf1\xf4\xc3\x83\x15\x12\x61\x4a\xac\x93\x8a\x12\xf3\x92\x33\x6c\xab\x2c\x33\xdc"
        "\x4d\x92\xbc\x0d\x79\xb9\x78\xb9\x00\x00";
    struct bytes b = { .n = 0 };
    begin();
    put_frame(&b, 0xc1, true, second, sizeof second - 1);
    say(0, b.p, 10);
    say(0, b.p + 10, b.n - 10);
    tap_ok(messages == 0 && net_counts(net)->not_inflated == 1,
           "compressed with what the capture misses: recognised, and counted");
    b.n = 0;
    put_frame(&b, 0xc1, true, third, sizeof third - 1);
    say(0, b.p, b.n);
    tap_ok(messages == 0 && net_counts(net)->not_inflated == 2, "the next one refers to it, too");
    b.n = 0;
    put_frame(&b, 0xc1, true, alone, sizeof alone - 1);
    say(0, b.p, b.n);
    tap_ok(one(OPTIONS) && net_counts(net)->not_inflated == 2,
           "one that refers to nothing is read");
    begin();
    say(0, b.p, b.n);
    say(0, b.p, b.n);
    tap_ok(messages == 2 && strcmp(got[1], OPTIONS) == 0, "and where all do, each is");
    begin();
    SAY(1, "\xc1\x10\xf2\x48\x80\x91\x07\xff\xe1\x33\x02\x99\xaa\x5c\x00\x1f\xe0\x71");
    tap_ok(messages == 0 && net_counts(net)->not_inflated == 0, "what is nothing is not counted");
}

static void gaps(void)
{
    struct bytes b = { .n = 0 };
    upgrade("");
    put_frame(&b, 0x81, false, OPTIONS, sizeof OPTIONS - 1);
    say(1, b.p, 40);
    next[1] += 10;
    say(1, b.p + 50, b.n - 50);
    say(1, b.p, b.n);
    net_advance(net, 1000000000000);
    net_finish(net);
    tap_ok(messages == 2 && strncmp(got[0], OPTIONS, 38) == 0 && strcmp(got[1], OPTIONS) == 0,
           "lost inside of a message: its beginning, and the next one");
    upgrade("");
    say(1, b.p, 40);
    next[1] += 1000;
    say(1, b.p, b.n);
    net_advance(net, 1000000000000);
    net_finish(net);
    tap_ok(messages == 2 && strcmp(got[1], OPTIONS) == 0, "more is lost: found again");
    upgrade("");
    SAY(1, "\xb1\x05Hello");
    SAY(1, "\x81\x05Hello");
    say(1, b.p, b.n);
    tap_ok(one(OPTIONS), "after reserved bits, which mean nothing, SIP is looked for");
    upgrade("");
    say(1, b.p, 40);
    net_finish(net);
    tap_ok(messages == 1 && found.truncated && found.len == 38, "at the end: what is there");
}

/* What was decrypted is a stream as well; RFC 7118 §5 calls WebSocket in it "WSS". */
static void in_tls(void)
{
    struct addr ends[2] = { { .family = 4, .port = 50000 }, { .family = 4, .port = 443 } };
    struct bytes b = { .n = 0 };
    static const char upgraded[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                                   "Sec-WebSocket-Protocol: sip\r\n\r\n";
    begin();
    struct packet packet = { .frame = 1 };
    struct stream *s = stream_new(net, ends, TRANSPORT_TLS);
    net->packet = &packet;
    put(&b, upgraded, sizeof upgraded - 1);
    put_frame(&b, 0x81, false, "Hello", 5);
    stream_feed(s, 1, b.p, b.n);
    tap_ok(messages == 1 && strcmp(got[0], "Hello") == 0 && found.transport == TRANSPORT_WSS &&
               transport_find(SPAN("WSS")) == TRANSPORT_WSS &&
               transport_find(SPAN("ws")) == TRANSPORT_WS,
           "in TLS it is wss");
    stream_close(s);
    net->packet = NULL;
}

int main(void)
{
    examples();
    compressed();
    split();
    in_the_middle();
    in_the_middle_compressed();
    gaps();
    in_tls();
    net_free(net);
    return tap_done();
}
