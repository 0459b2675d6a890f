/*
 * IP fragments (RFC 791 §3.2, RFC 8200 §4.5, RFC 5722): datagrams that come in pieces,
 * in any order, twice, with overlaps, with a piece missing, and more than can be kept.
 */
#include <stdlib.h>

#include "bytes.h"
#include "net/private.h"
#include "tap.h"

static struct net *net;
static uint32_t frame;
static int64_t now_ms;
static struct payload found;
static char text[70000];
static uint32_t found_frame;
static size_t count;

static void take(const struct packet *packet, const struct payload *p, void *arg)
{
    (void)arg;
    found = *p;
    found_frame = packet->frame;
    memcpy(text, p->data, p->len);
    text[p->len] = '\0';
    count++;
}

static void begin(void)
{
    net_free(net);
    net = net_new(take, NULL, NULL);
    frame = 0;
    now_ms = 0;
    count = 0;
    text[0] = '\0';
}

static void feed_cut(const struct bytes *b, size_t cut)
{
    uint8_t *exact = malloc(b->n - cut);
    memcpy(exact, b->p, b->n - cut);
    struct packet packet = { .time_ns = now_ms * 1000000,
                             .data = exact,
                             .caplen = (uint32_t)(b->n - cut),
                             .origlen = (uint32_t)b->n,
                             .frame = ++frame,
                             .linktype = 101 };
    net_packet(net, &packet);
    free(exact);
}

/* The datagram of which the tests send parts: 8 bytes of UDP and 32 of text. */
#define TEXT "0123456789abcdefghijklmnopqrstuv"
static struct bytes whole;

static void make_whole(void)
{
    whole.n = 0;
    put_udp(&whole, 5060, 5062, 40, TEXT);
}

static void part4(unsigned id, size_t from, size_t to, size_t cut)
{
    struct bytes b = { .n = 0 };
    put_ip4(&b, (unsigned)(20 + to - from), id, (unsigned)from / 8 | (to < whole.n ? 0x2000u : 0u),
            17);
    put(&b, whole.p + from, to - from);
    feed_cut(&b, cut);
}

static void part6(uint32_t id, size_t from, size_t to)
{
    struct bytes b = { .n = 0 };
    put_ip6(&b, (unsigned)(8 + to - from), 44);
    put16(&b, 17 << 8);
    put16(&b, (unsigned)from | (to < whole.n ? 1u : 0u));
    put32(&b, id);
    put(&b, whole.p + from, to - from);
    feed_cut(&b, 0);
}

static bool is_whole(void)
{
    return strcmp(text, TEXT) == 0 && !found.truncated && found.fragmented && found.apart;
}

static void together(void)
{
    begin();
    part4(7, 0, 16, 0);
    part4(7, 16, 24, 0);
    tap_ok(count == 0, "parts wait for the rest");
    part4(7, 24, 40, 0);
    tap_ok(count == 1 && is_whole() && found_frame == 3 && found.ip_id == 7 &&
               found.src.port == 5060 && found.dst.ip[3] == 2,
           "three parts of an IPv4 datagram");
    begin();
    part4(7, 24, 40, 0);
    part4(7, 16, 24, 0);
    part4(7, 16, 24, 0);
    part4(7, 0, 16, 0);
    tap_ok(count == 1 && is_whole() && found_frame == 4, "the last first, and one of them twice");
    begin();
    part6(0x10007, 0, 24);
    part6(0x20007, 24, 40);
    tap_ok(count == 0, "another identification is another datagram");
    part6(0x10007, 24, 40);
    tap_ok(count == 1 && is_whole() && found.src.family == 6 && found.ip_id == 7,
           "two parts of an IPv6 datagram");
    part6(0x20007, 0, 24);
    tap_ok(count == 2 && is_whole() && net_counts(net)->fragments == 4 &&
               net_counts(net)->fragments_lost == 0 && net->fragments_held == 0,
           "and those of the other; nothing is left");
}

/* Extension headers may stand behind the fragment header. */
static void extension_inside(void)
{
    struct bytes datagram = { .n = 0 }, b = { .n = 0 };
    begin();
    put8(&datagram, 17); /* destination options, padded */
    put_zeros(&datagram, 1);
    put16(&datagram, 0x0104);
    put_zeros(&datagram, 4);
    put(&datagram, whole.p, whole.n);
    for (size_t from = 0; from < 48; from += 24) {
        b.n = 0;
        put_ip6(&b, 32, 44);
        put16(&b, 60 << 8);
        put16(&b, (unsigned)from | (from == 0));
        put32(&b, 9);
        put(&b, datagram.p + from, 24);
        feed_cut(&b, 0);
    }
    tap_ok(count == 1 && is_whole(), "with destination options inside");
}

static void incomplete(void)
{
    begin();
    part4(7, 0, 16, 0);
    part4(7, 24, 40, 0);
    net_advance(net, 1900000000);
    tap_ok(count == 0, "a missing part is waited for");
    net_advance(net, 2100000000);
    tap_ok(count == 1 && strcmp(text, "01234567") == 0 && found.truncated && found.fragmented &&
               found_frame == 1 && net_counts(net)->fragments_lost == 1,
           "then the beginning is handed on as truncated, with the frame of the first");
    begin();
    part4(7, 16, 24, 0);
    part4(8, 0, 24, 0);
    net_finish(net);
    tap_ok(count == 1 && strcmp(text, "0123456789abcdef") == 0 && found.ip_id == 8 &&
               net_counts(net)->fragments_lost == 2,
           "at the end of the capture, too; without a beginning there is nothing");
    begin();
    part4(7, 0, 24, 0);
    part4(7, 24, 40, 5);
    tap_ok(count == 0, "a part that the capture cut does not complete it");
    net_finish(net);
    tap_ok(count == 1 && strcmp(text, "0123456789abcdefghijklmnopq") == 0 && found.truncated,
           "its bytes count");
    begin();
    part4(7, 0, 24, 0);
    now_ms = 5000;
    part4(7, 24, 40, 0);
    tap_ok(count == 1 && found.truncated, "what comes five seconds later is another datagram's");
}

/* Each packet captured on two interfaces, the copies right behind: the last come when all is there. */
static void copies(void)
{
    static const size_t cuts[] = { 0, 16, 24, 40 };
    begin();
    for (size_t i = 0; i < 3; i++)
        for (int twice = 0; twice < 2; twice++)
            part4(7, cuts[i], cuts[i + 1], 0);
    part4(7, 0, 16, 0);
    now_ms += 5000;
    part4(8, 0, 40, 0);
    tap_ok(count == 2 && net_counts(net)->fragments_lost == 0,
           "copies of parts of a whole datagram are no datagram that lacks some");
    part4(7, 0, 16, 0);
    now_ms += 5000;
    part4(9, 0, 40, 0);
    tap_ok(count == 4 && net_counts(net)->fragments_lost == 1, "later ones of that number are");
}

static void overlaps(void)
{
    begin();
    part4(7, 0, 24, 0);
    part4(7, 16, 40, 0);
    part4(7, 24, 40, 0);
    net_finish(net);
    tap_ok(count == 0 && net_counts(net)->fragments_refused == 1,
           "an overlap refuses the datagram");
    begin();
    part4(7, 0, 24, 0);
    whole.p[10] = 'X';
    part4(7, 0, 24, 0);
    make_whole();
    part4(7, 24, 40, 0);
    tap_ok(count == 0 && net_counts(net)->fragments_refused == 1,
           "so does another version of the same part");
    begin();
    part4(7, 24, 40, 0);
    whole.n += 24;
    part4(7, 40, 64, 0);
    make_whole();
    part4(7, 0, 24, 0);
    tap_ok(count == 0, "and bytes behind the end");
    begin();
    struct bytes b = { .n = 0 };
    put_ip4(&b, 0, 7, 0x1fff, 17);
    put_zeros(&b, 100);
    feed_cut(&b, 0);
    tap_ok(count == 0 && net_counts(net)->fragments_refused == 1, "and a datagram above 64 KiB");
}

static void floods(void)
{
    begin();
    for (unsigned id = 1; id <= 60000; id++)
        part4(id, 0, 24, 0);
    part4(60000, 24, 40, 0);
    tap_ok(is_whole() && net->fragments_held < (9u << 20), "of many the latest are kept");
    begin();
    static struct bytes b;
    for (unsigned id = 1; id <= 1000; id++) {
        b.n = 0;
        put_ip4(&b, 0, id, 0x2000 | 6000, 17);
        put_zeros(&b, 8000);
        feed_cut(&b, 0);
    }
    tap_ok(net->fragments_held <= (8u << 20), "large ones are bounded by their bytes");
    begin();
    for (unsigned i = 0; i < 200; i++) {
        b.n = 0;
        put_ip4(&b, 0, 7, 0x2000 | (i + 1), 17);
        put_zeros(&b, 8);
        feed_cut(&b, 0);
    }
    tap_ok(net_counts(net)->fragments_refused == 1, "so is the number of parts");
}

/* A fragment that holds a fragment header again. */
static void nested(void)
{
    struct bytes b = { .n = 0 };
    begin();
    put_ip6(&b, 8 + 16, 44);
    put16(&b, 44 << 8);
    put16(&b, 1);
    put32(&b, 1);
    put16(&b, 17 << 8);
    put16(&b, 1);
    put32(&b, 1);
    put_zeros(&b, 8);
    feed_cut(&b, 0);
    b.p[43] = 16;
    feed_cut(&b, 0);
    tap_ok(count == 0, "a fragment inside of a fragment is not read");
}

int main(void)
{
    make_whole();
    together();
    extension_inside();
    incomplete();
    copies();
    overlaps();
    floods();
    nested();
    net_free(net);
    return tap_done();
}
