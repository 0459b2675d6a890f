/*
 * What strangers can make us keep is bounded in bytes of the heap, as malloc counts them, not as we
 * do: connections that never say all, capture agents that make everything up, and listeners that
 * they connect to. Each test sends several times as much as may be kept.
 */
#include <arpa/inet.h>
#include <assert.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bytes.h"
#include "input/input.h"
#include "net/hep.h"
#include "pipeline.h"
#include "tap.h"

#define MIB (1u << 20)
#define NOW 1700000000000000000
#define STORE_MIB 32
/* What src/net lets all streams hold, and as much again as half of it for the connections. */
#define STREAMS_MIB (64 + 32)

static struct pipeline pipeline;
static size_t before, peak;

static size_t heap(void)
{
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

static void begin(void)
{
    before = heap();
    peak = 0;
    if (pipeline_open(&pipeline, store_new((size_t)STORE_MIB * MIB)) < 0)
        exit(1);
}

static void look(unsigned i)
{
    size_t now = i % 256 == 0 ? heap() : 0;
    if (now > peak)
        peak = now;
}

/* How many MiB were in use at the worst, rounded up. */
static unsigned used(void)
{
    look(0);
    return (unsigned)((peak - before) / MIB + 1);
}

static void feed(const struct bytes *b, uint16_t link, int64_t time_ns)
{
    static uint32_t frame;
    struct packet packet = { .time_ns = time_ns,
                             .data = b->p,
                             .caplen = (uint32_t)b->n,
                             .origlen = (uint32_t)b->n,
                             .frame = ++frame,
                             .linktype = link };
    pipeline_packet(&pipeline, &packet);
    pipeline_flush(&pipeline);
}

/* A segment of a connection of its own. */
static void segment(unsigned i, unsigned flags, const char *text)
{
    struct bytes b = { .n = 0 };
    put_ip4(&b, (unsigned)(40 + strlen(text)), 7, 0, 6);
    put_tcp(&b, 1024 + i % 60000, 5060, 1, 1, flags);
    put_text(&b, text);
    b.p[14] = (uint8_t)(i / 60000);
    feed(&b, 101, NOW + i * 1000LL);
}

static void half_open(void)
{
    char text[1200];
    int n = snprintf(text, sizeof text, "INVITE sip:a@b SIP/2.0\r\nX: ");
    memset(text + n, 'x', sizeof text - (size_t)n - 1);
    text[sizeof text - 1] = '\0';
    begin();
    for (unsigned i = 0; i < 300000; i++) {
        segment(i, 2, "");
        look(i);
    }
    unsigned asked = used();
    tap_ok(asked <= STREAMS_MIB + STORE_MIB, "300000 connections asked for: %u MiB", asked);
    for (unsigned i = 0; i < 300000; i++) {
        segment(i, 16, text);
        look(i);
    }
    unsigned begun = used();
    tap_ok(begun > 32 && begun <= STREAMS_MIB + STORE_MIB,
           "300000 messages begun, 340 MiB of them: %u MiB", begun);
    pipeline_close(&pipeline);
    tap_ok(heap() - before < MIB, "all of it is given back");
}

/* Everything about it is new each time. */
static void lie(unsigned i)
{
    char text[700], name[32];
    struct bytes b = { .n = 0 };
    int n = snprintf(text, sizeof text,
                     "INVITE sip:%u@y SIP/2.0\r\nVia: SIP/2.0/UDP h%u;branch=z9hG4bK%u\r\n"
                     "From: <sip:a%u@x>;tag=t%u\r\nTo: <sip:b@y>\r\nCall-ID: c%u\r\n"
                     "CSeq: %u INVITE\r\nContact: <sip:a@h%u>\r\nContent-Length: 0\r\n\r\n",
                     i, i, i, i, i, i, i + 1, i);
    snprintf(name, sizeof name, "agent-%u", i);
    struct hep hep = { .time_ns = NOW + (int64_t)(i % 7) * 1000000000000,
                       .src = { .family = 4, .port = (uint16_t)i },
                       .dst = { .family = 4, .port = 5060 },
                       .protocol = HEP_UDP,
                       .type = HEP_SIP,
                       .agent_id = i,
                       .agent = SPAN(name),
                       .payload = { text, (size_t)n } };
    memcpy(hep.src.ip, &i, sizeof i);
    memcpy(hep.dst.ip, &i, sizeof i);
    size_t length = hep_encode(b.p, sizeof b.p, &hep);
    assert(length > 0);
    b.n = length;
    feed(&b, LINK_HEP, NOW + i * 1000LL);
}

static void lying_agent(void)
{
    begin();
    for (unsigned i = 0; i < 300000; i++) {
        lie(i);
        look(i);
    }
    /* beside the store: connections and findings have limits of their own, far below */
    unsigned mib = used();
    tap_ok(mib > STORE_MIB / 2 && mib <= 2 * STORE_MIB,
           "an agent that makes 300000 calls up: %u MiB", mib);
    tap_ok(store_counts(pipeline.store)->messages == 300000 &&
               store_counts(pipeline.store)->evicted_calls > 100000,
           "they were looked at, and most let go");
    pipeline_close(&pipeline);
}

static int connect_from(unsigned host, unsigned port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in from = { .sin_family = AF_INET, .sin_addr = { htonl(0x7f000000u + host) } };
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_addr = { htonl(0x7f000001u) },
                              .sin_port = htons((uint16_t)port) };
    if (fd < 0 || bind(fd, (struct sockaddr *)&from, sizeof from) < 0)
        return -1;
    connect(fd, (struct sockaddr *)&to, sizeof to);
    return fd;
}

static void turn(struct source *source)
{
    struct packet packet;
    for (int i = 0; i < 64; i++)
        if (source->ops->next(source, &packet) == INPUT_PACKET)
            tap_ok(false, "half a packet is none");
}

/* Each connection announces as much as HEP can, and sends nearly all of it. */
static void half_packets(void)
{
    static const uint8_t begun[60000] = { 'H', 'E', 'P', '3', 0xff, 0xff };
    static int fds[512];
    struct hep_listen listen = { 0 };
    char where[64], *error = NULL;
    unsigned port = 20000 + (unsigned)getpid() % 20000;
    snprintf(where, sizeof where, "hep:tcp:127.0.0.1:%u", port);
    before = heap();
    struct source *source = source_open_hep(where, &listen, &error);
    if (!tap_ok(source != NULL, "a listener"))
        return;
    for (unsigned i = 0; i < 512; i++) {
        fds[i] = connect_from(2 + i / 30, port);
        turn(source);
    }
    for (unsigned i = 0; i < 512; i++) {
        if (fds[i] >= 0 && send(fds[i], begun, sizeof begun, MSG_NOSIGNAL) < 0)
            continue;
        turn(source);
    }
    size_t bytes = heap() - before;
    tap_ok(bytes > 8 * MIB && bytes < 17 * MIB + MIB / 2,
           "512 connections with 30 MiB of half packets: %zu KiB", bytes >> 10);
    for (unsigned i = 0; i < 512; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    free(source->name);
    free(source->notice);
    source->ops->close(source);
}

/* A sanitizer's cannot be asked. */
static bool can_count(void)
{
    size_t empty = heap();
    void *volatile some = malloc(MIB);
    bool counted = heap() >= empty + MIB;
    free(some);
    return counted;
}

int main(void)
{
    struct rlimit files = { 4096, 4096 };
    setrlimit(RLIMIT_NOFILE, &files);
    if (!can_count()) {
        tap_skip("this heap tells nothing");
        return tap_done();
    }
    half_open();
    lying_agent();
    half_packets();
    return tap_done();
}
