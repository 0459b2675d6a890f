/* SCTP: whole messages, fragments in any order, copies, I-DATA, bounds. */
#include <stdlib.h>

#include "bytes.h"
#include "net/net.h"
#include "tap.h"

static struct net *net;
static char got[6][100]; /* messages, as text */
static int messages;
static struct payload found; /* the latest */

enum { END = 1, BEGINNING = 2, UNORDERED = 4, WHOLE = 3 };

static void take(const struct packet *packet, const struct payload *payload, void *arg)
{
    (void)packet, (void)arg;
    found = *payload;
    if (messages < 6)
        snprintf(got[messages], sizeof got[0], "%.*s", (int)payload->len,
                 (const char *)payload->data);
    messages++;
}

static void begin(void)
{
    net_free(net);
    net = net_new(take, NULL, NULL);
    messages = 0;
    memset(got, 0, sizeof got);
}

/* RFC 9260 §3.1: the common header; chunks follow. */
static void put_sctp(struct bytes *b, uint32_t tag)
{
    b->n = 0;
    put_ip4(b, 0, 1, 0, 132);
    put16(b, 5060);
    put16(b, 5062);
    put32(b, tag);
    put32(b, 0);
}

static void put_padded(struct bytes *b, const char *text)
{
    put_text(b, text);
    while (b->n % 4)
        put8(b, 0);
}

/* §3.3.1. */
static void put_data(struct bytes *b, unsigned flags, uint32_t tsn, const char *text)
{
    put8(b, 0);
    put8(b, flags);
    put16(b, 16 + (unsigned)strlen(text));
    put32(b, tsn);
    put32(b, 0x00010007); /* stream and its sequence number */
    put32(b, 0);
    put_padded(b, text);
}

/* RFC 8260 §2.1; `fragment` is the payload's protocol in the first. */
static void put_idata(struct bytes *b, unsigned flags, uint32_t tsn, uint32_t message,
                      uint32_t fragment, const char *text)
{
    put8(b, 64);
    put8(b, flags);
    put16(b, 20 + (unsigned)strlen(text));
    put32(b, tsn);
    put32(b, 0x00010000);
    put32(b, message);
    put32(b, fragment);
    put_padded(b, text);
}

static enum decode_result decode(const struct bytes *b)
{
    struct packet packet = {
        .data = b->p, .caplen = (uint32_t)b->n, .origlen = (uint32_t)b->n, .linktype = 101
    };
    return net_packet(net, &packet);
}

static enum decode_result data(unsigned flags, uint32_t tsn, const char *text)
{
    struct bytes b;
    put_sctp(&b, 77);
    put_data(&b, flags, tsn, text);
    return decode(&b);
}

static void whole_messages(void)
{
    struct bytes b;
    begin();
    data(WHOLE, 1, "hello");
    tap_ok(messages == 1 && strcmp(got[0], "hello") == 0 && found.transport == TRANSPORT_SCTP &&
               found.src.port == 5060 && found.dst.port == 5062 && !found.apart,
           "a message in a chunk");
    put_sctp(&b, 77);
    put(&b, "\3\0\0\x10\0\0\0\1\0\0\xff\xff\0\0\0\0", 16); /* SACK */
    put_data(&b, WHOLE | UNORDERED, 2, "one");
    put_data(&b, WHOLE, 3, "two");
    tap_ok(decode(&b) == DECODE_OK && messages == 3 && strcmp(got[1], "one") == 0 &&
               strcmp(got[2], "two") == 0,
           "two in a packet, behind a SACK");
    decode(&b);
    data(WHOLE, 1, "hello");
    tap_ok(messages == 3, "sent again: dropped");
    data(WHOLE, 5, "five");
    data(WHOLE, 4, "four");
    data(WHOLE, 4, "four");
    tap_ok(messages == 5 && strcmp(got[4], "four") == 0, "out of order, once");
    put_sctp(&b, 78);
    put_data(&b, WHOLE, 1, "other");
    decode(&b);
    tap_ok(messages == 6 && strcmp(got[5], "other") == 0, "another association counts for itself");
    put_sctp(&b, 77);
    put(&b, "\4\0\0\4", 4);
    tap_ok(decode(&b) == DECODE_OTHER, "a heartbeat has no message");
}

static void fragments(void)
{
    static const struct {
        int order[3];
    } orders[] = { { { 0, 1, 2 } }, { { 0, 2, 1 } }, { { 1, 0, 2 } },
                   { { 1, 2, 0 } }, { { 2, 0, 1 } }, { { 2, 1, 0 } } };
    static const char *const parts[] = { "hel", "lo, ", "world" };
    static const unsigned flags[] = { BEGINNING, 0, END };
    int wrong = 0;
    for (size_t i = 0; i < 6; i++) {
        begin();
        for (int k = 0; k < 3; k++) {
            int part = orders[i].order[k];
            data(flags[part], 0xffffffffu + (uint32_t)part, parts[part]);
            data(flags[part], 0xffffffffu + (uint32_t)part, parts[part]); /* a copy */
        }
        wrong += messages != 1 || strcmp(got[0], "hello, world") != 0 || !found.apart;
    }
    tap_ok(wrong == 0, "three fragments in any order, over the turn of the numbers");
    begin();
    data(BEGINNING, 1, "a");
    data(END, 3, "c");
    tap_ok(messages == 0, "one is missing: no message");
    data(BEGINNING, 4, "d");
    data(END, 5, "e");
    tap_ok(messages == 1 && strcmp(got[0], "de") == 0, "the next one does not mind");
}

static void interleaved(void)
{
    struct bytes b;
    begin();
    put_sctp(&b, 77);
    put_idata(&b, BEGINNING, 1, 10, 0, "he");
    put_idata(&b, BEGINNING, 2, 11, 0, "wor");
    put_idata(&b, 0, 3, 10, 1, "l");
    put_idata(&b, END, 4, 11, 1, "ld");
    put_idata(&b, END, 5, 10, 2, "lo");
    put_idata(&b, WHOLE, 6, 12, 0, "all");
    decode(&b);
    tap_ok(messages == 3 && strcmp(got[0], "world") == 0 && strcmp(got[1], "hello") == 0 &&
               strcmp(got[2], "all") == 0,
           "I-DATA: two messages whose fragments take turns, and a whole one");
}

static void bounds(void)
{
    struct bytes b;
    begin();
    for (uint32_t i = 0; i < 1000; i++)
        data(BEGINNING, 2 * i, "x");
    tap_ok(messages == 0 && net_counts(net)->sctp_lost == 1000 - 256,
           "fragments that never fit are let go, and counted");
    net_finish(net);
    tap_ok(net_counts(net)->sctp_lost == 1000, "what waits at the end is counted, too");
    begin();
    put_sctp(&b, 77);
    put_data(&b, WHOLE, 1, "hello, this will be cut");
    b.n -= 10;
    decode(&b);
    tap_ok(messages == 1 && found.truncated && strncmp(got[0], "hello", 5) == 0,
           "a chunk cut by the capture is truncated");
    put_sctp(&b, 77);
    put(&b, "\0\3\0\3", 4);
    tap_ok(decode(&b) == DECODE_BROKEN, "a chunk shorter than its header");
    put_sctp(&b, 77);
    put_data(&b, WHOLE, 9, "hello");
    int wrong = 0;
    for (size_t n = 0; n < b.n; n++) {
        struct bytes cut = b;
        uint8_t *exact = malloc(n ? n : 1);
        memcpy(exact, cut.p, n);
        struct packet packet = {
            .data = exact, .caplen = (uint32_t)n, .origlen = (uint32_t)b.n, .linktype = 101
        };
        wrong += net_packet(net, &packet) == DECODE_UNKNOWN;
        free(exact);
    }
    tap_ok(wrong == 0, "cut anywhere");
}

int main(void)
{
    whole_messages();
    fragments();
    interleaved();
    bounds();
    net_free(net);
    return tap_done();
}
