/*
 * Agents and collectors over loopback: what is forwarded arrives as it was, and what nobody asked
 * for is refused, counted and bounded.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "export/hep.h"
#include "input/input.h"
#include "tap.h"

#define SECOND INT64_C(1000000000)

static unsigned port;
static struct source *source;
static char where[64];
static char *error;

/* A listener on a free port. */
static bool listen_on(const char *kind, const char *key)
{
    struct hep_listen listen = { .key = key };
    if (source) {
        free(source->name);
        free(source->notice);
        source->ops->close(source);
    }
    source = NULL;
    for (int i = 0; i < 50 && !source; i++) {
        port = 20000 + ((unsigned)getpid() * 31 + (unsigned)clock_monotonic()) % 30000;
        snprintf(where, sizeof where, "hep:%s:127.0.0.1:%u", kind, port);
        free(error);
        error = NULL;
        source = source_open_hep(where, &listen, &error);
    }
    return source != NULL;
}

/* The next packet within a second or so. */
static bool next(struct packet *packet)
{
    for (int i = 0; i < 10; i++) {
        if (source->ops->next(source, packet) == INPUT_PACKET)
            return true;
        struct pollfd fd = { source->fd, POLLIN, 0 };
        poll(&fd, 1, 100);
    }
    return false;
}

/* Lets the source work, which has nothing to hand over, for a moment. */
static bool nothing(void)
{
    struct packet packet;
    for (int i = 0; i < 3; i++) {
        struct pollfd fd = { source->fd, POLLIN, 0 };
        poll(&fd, 1, 50);
        if (source->ops->next(source, &packet) == INPUT_PACKET)
            return false;
    }
    return true;
}

static uint64_t refused(const char *reason)
{
    for (size_t i = 0; source->stats.refused_names[i]; i++)
        if (strcmp(source->stats.refused_names[i], reason) == 0)
            return source->stats.refused[i];
    return UINT64_MAX;
}

static struct hep_sender *sender_to(const char *kind, const char *key)
{
    char target[64];
    snprintf(target, sizeof target, "%s:127.0.0.1:%u", kind, port);
    struct hep_sender_options options = { .target = target, .key = key, .name = "box", .id = 42 };
    free(error);
    error = NULL;
    return hep_sender_open(&options, &error);
}

static struct hep message(unsigned number)
{
    static char text[64];
    snprintf(text, sizeof text, "OPTIONS sip:%u SIP/2.0\r\n\r\n", number);
    return (struct hep){ .time_ns = 1700000000 * SECOND + number * 1000,
                         .src = { .ip = { 192, 0, 2, 1 }, .port = 5060, .family = 4 },
                         .dst = { .ip = { 192, 0, 2, 2 }, .port = 5060, .family = 4 },
                         .protocol = HEP_TCP,
                         .payload = SPAN(text) };
}

static bool arrives(unsigned number, const char *agent)
{
    struct packet packet;
    struct hep got, sent = message(number);
    return next(&packet) && packet.linktype == LINK_HEP && packet.peer &&
           addr_loopback(packet.peer) &&
           hep_decode(&got, packet.data, packet.caplen, 0) == HEP_OK &&
           span_equal(got.payload, sent.payload) && got.time_ns == sent.time_ns &&
           addr_equal(&got.src, &sent.src) && addr_equal(&got.dst, &sent.dst) &&
           got.protocol == HEP_TCP && got.type == HEP_SIP && span_is(got.agent, agent);
}

static void put(struct hep_sender *sender, unsigned number)
{
    struct hep hep = message(number);
    hep_sender_put(sender, &hep);
}

static void round_trip(const char *kind)
{
    bool good = listen_on(kind, NULL);
    struct hep_sender *sender = good ? sender_to(kind, NULL) : NULL;
    if (!tap_ok(sender != NULL, "%s: a listener and a sender", kind))
        return;
    for (unsigned i = 0; i < 100; i++)
        put(sender, i);
    hep_sender_drain(sender, 2 * SECOND);
    for (unsigned i = 0; i < 100 && good; i++)
        good = arrives(i, "box");
    tap_ok(good && hep_sender_counts(sender)->sent == 100 && !*hep_sender_trouble(sender),
           "%s: a hundred messages arrive as they were, and in order", kind);
    struct hep hep = message(7);
    hep.agent = SPAN("edge-7");
    hep.agent_id = 7;
    hep.time_ns += SECOND;
    hep_sender_put(sender, &hep);
    hep_sender_drain(sender, SECOND);
    struct packet packet;
    struct hep got;
    tap_ok(next(&packet) && hep_decode(&got, packet.data, packet.caplen, 0) == HEP_OK &&
               span_is(got.agent, "edge-7") && got.agent_id == 7,
           "%s: what an agent said stays that agent's", kind);
    hep_sender_close(sender);
}

static void keys(const char *kind)
{
    static const char *const wrong[] = { "sesa", "sesamo", "", NULL };
    listen_on(kind, "sesam");
    struct hep_sender *sender = sender_to(kind, "sesam");
    put(sender, 1);
    hep_sender_drain(sender, SECOND);
    tap_ok(arrives(1, "box"), "%s: with the key", kind);
    hep_sender_close(sender);
    for (size_t i = 0; i < 4; i++) {
        sender = sender_to(kind, wrong[i]);
        put(sender, 1);
        hep_sender_drain(sender, SECOND);
        tap_ok(nothing() && refused("wrong_key") == i + 1, "%s: not with %s", kind,
               wrong[i] ? wrong[i] : "none");
        hep_sender_close(sender);
    }
    tap_ok(source->notice && strstr(source->notice, "127.0.0.1") && !strstr(source->notice, "sesa"),
           "%s: which is said once, without the key", kind);
}

static int connect_to(void)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    return connect(fd, (struct sockaddr *)&to, sizeof to) == 0 ? fd : -1;
}

/* Whether the other side has closed it. */
static bool is_closed(int fd)
{
    char byte;
    struct pollfd state = { fd, POLLIN, 0 };
    return poll(&state, 1, 300) == 1 && recv(fd, &byte, 1, MSG_DONTWAIT) <= 0;
}

static void hostile(void)
{
    static const char garbage[] = "GET / HTTP/1.1\r\n\r\n";
    int fds[64];
    listen_on("tcp", NULL);
    int fd = connect_to();
    bool sent = send(fd, garbage, sizeof garbage, 0) > 0;
    tap_ok(sent && nothing() && is_closed(fd) && refused("not_hep") == 1 &&
               refused("closed_connections") == 1,
           "another protocol: the connection is closed");
    close(fd);
    fd = connect_to();
    sent = send(fd, "HEP3\xff\xff", 6, 0) == 6;
    tap_ok(sent && nothing() && !is_closed(fd), "a packet that does not come is waited for");
    close(fd);
    tap_ok(nothing() && refused("closed_connections") == 2, "and missed when the connection ends");
    for (int i = 0; i < 64; i++)
        fds[i] = connect_to();
    nothing();
    tap_ok(refused("refused_connections") == 32 && !is_closed(fds[0]) && is_closed(fds[63]),
           "of 64 connections of one host half are refused");
    for (int i = 0; i < 64; i++)
        close(fds[i]);
    nothing();
    struct hep_sender *sender = sender_to("tcp", NULL);
    put(sender, 3);
    hep_sender_drain(sender, SECOND);
    tap_ok(arrives(3, "box"), "when they have gone others are heard again");
    hep_sender_close(sender);
}

static void loops(void)
{
    listen_on("udp", NULL);
    struct hep_sender *sender = sender_to("udp", NULL);
    put(sender, 1);
    struct hep hep = message(1);
    hep.agent = SPAN("box");
    hep_sender_put(sender, &hep);
    tap_ok(hep_sender_counts(sender)->looped == 1, "what was sent and has come back");
    hep = message(2);
    hep.to = (struct addr){ .ip = { 127, 0, 0, 1 }, .port = (uint16_t)port, .family = 4 };
    hep_sender_put(sender, &hep);
    tap_ok(hep_sender_counts(sender)->looped == 2, "what was on its way to the target");
    hep.to.port = 1;
    hep.from = (struct addr){ .ip = { 127, 0, 0, 1 }, .port = (uint16_t)port, .family = 4 };
    hep.time_ns++;
    hep.time_ns += 1000;
    hep_sender_put(sender, &hep);
    tap_ok(hep_sender_counts(sender)->looped == 3, "what came from it");
    hep.from.port = 1;
    hep.time_ns += 1000;
    hep_sender_put(sender, &hep);
    tap_ok(hep_sender_counts(sender)->looped == 3 && hep_sender_counts(sender)->waiting == 2,
           "but not what another agent sent");
    put(sender, 1);
    tap_ok(hep_sender_counts(sender)->waiting == 3, "nor what we see twice ourselves");
    hep_sender_close(sender);
}

/* Nobody listens: the queue is bounded, and never waited for. */
static void unreachable(void)
{
    listen_on("tcp", NULL);
    unsigned closed = port;
    listen_on("tcp", NULL);
    port = closed;
    struct hep_sender *sender = sender_to("tcp", NULL);
    static char large[16384];
    struct hep hep = message(1);
    memset(large, 'x', sizeof large);
    hep.payload = (struct span){ large, sizeof large };
    int64_t began_ns = clock_monotonic();
    for (int i = 0; i < 2000; i++) {
        hep.time_ns += 1000;
        hep_sender_put(sender, &hep);
        hep_sender_work(sender);
    }
    const struct hep_sender_counts *c = hep_sender_counts(sender);
    tap_ok(c->sent == 0 && c->dropped > 1000 && c->waiting + c->dropped == 2000,
           "32 MiB for nobody: %d wait, the rest is dropped", (int)c->waiting);
    tap_ok(!hep_sender_busy(sender) && *hep_sender_trouble(sender), "and told: %s",
           hep_sender_trouble(sender));
    tap_ok(clock_monotonic() - began_ns < 2 * SECOND, "without waiting");
    hep_sender_close(sender);
}

/* The collector comes back: whole packets go on. */
static void again(void)
{
    char address[64];
    struct hep_listen listen = { .key = NULL };
    listen_on("tcp", NULL);
    struct hep_sender *sender = sender_to("tcp", NULL);
    put(sender, 1);
    hep_sender_drain(sender, SECOND);
    bool good = arrives(1, "box");
    strcpy(address, source->name);
    free(source->name);
    source->ops->close(source);
    hep_sender_drain(sender, 0);
    put(sender, 2);
    source = source_open_hep(address, &listen, &error);
    hep_sender_drain(sender, 5 * SECOND);
    tap_ok(good && source && arrives(2, "box"), "a collector that was restarted is found again");
    hep_sender_close(sender);
}

int main(void)
{
    round_trip("udp");
    round_trip("tcp");
    keys("udp");
    keys("tcp");
    hostile();
    loops();
    unreachable();
    again();
    listen_on("udp", NULL);
    free(source->name);
    source->ops->close(source);
    free(error);
    return tap_done();
}
