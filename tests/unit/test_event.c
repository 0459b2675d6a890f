/*
 * Network events, from packets to what the diagnosis asks for: connections by client
 * host and server (RFC 9293 §3.5), ICMP and ICMPv6 errors by transaction (RFC 792,
 * RFC 4443), and the bounds of both.
 */
#include "bytes.h"
#include "pipeline.h"
#include "store/event.h"
#include "store/ladder.h"
#include "tap.h"

#define SYN 2
#define RST 4
#define ACK 16
#define FIN 1

static struct pipeline pipeline;
static uint32_t frame, changed;

static void on_change(enum store_event event, uint32_t txn, void *arg)
{
    (void)arg;
    if (event == STORE_CHANGED)
        changed = txn;
}

static void begin(void)
{
    if (pipeline.store)
        pipeline_close(&pipeline);
    pipeline_open(&pipeline, store_new(64 << 20));
    store_observe(pipeline.store, on_change, NULL);
    frame = 0;
    changed = 0;
}

static void feed(const struct bytes *b, int64_t ms)
{
    struct packet packet = { .time_ns = ms * 1000000,
                             .data = b->p,
                             .caplen = (uint32_t)b->n,
                             .origlen = (uint32_t)b->n,
                             .frame = ++frame,
                             .linktype = 101 };
    pipeline_packet(&pipeline, &packet);
    pipeline_flush(&pipeline);
}

/* A segment without bytes from client 192.0.2.1 to server 192.0.2.2:5060, or `back`. */
static void segment(int64_t ms, unsigned port, uint32_t seq, unsigned flags, bool back)
{
    struct bytes b = { .n = 0 };
    put_ip4(&b, 40, 7, 0, 6);
    put_tcp(&b, back ? 5060 : port, back ? port : 5060, seq, 0, flags);
    if (back)
        turn_ip4(&b, 0);
    feed(&b, ms);
}

/* The same with bytes. */
static void segment_with(int64_t ms, unsigned port, uint32_t seq, bool back, const char *hex)
{
    struct bytes b = { .n = 0 }, data = { .n = 0 };
    unsigned value;
    for (; sscanf(hex, "%2x", &value) == 1; hex += 2)
        put8(&data, value);
    put_ip4(&b, 40 + (unsigned)data.n, 7, 0, 6);
    put_tcp(&b, back ? 5060 : port, back ? port : 5060, seq, 0, ACK);
    if (back)
        turn_ip4(&b, 0);
    put(&b, data.p, data.n);
    feed(&b, ms);
}

static const struct addr client = { .ip = { 192, 0, 2, 1 }, .family = 4, .port = 9 };
static const struct addr server = { .ip = { 192, 0, 2, 2 }, .family = 4, .port = 5060 };

static const struct connection *first(void)
{
    return store_connection(pipeline.store, &client, &server, NULL);
}

static const struct connection *after(const struct connection *c)
{
    return c ? store_connection(pipeline.store, &client, &server, c) : NULL;
}

#define ZEROS_32 "0000000000000000000000000000000000000000000000000000000000000000"

/* RFC 5246 §7.2, §7.4.1: hellos, and an alert in clear. */
static void tls(void)
{
    begin();
    segment(0, 40000, 100, SYN, false);
    segment(10, 40000, 900, SYN | ACK, true);
    segment_with(20, 40000, 101, false,
                 "160303002f"
                 "0100002b0303" ZEROS_32 "00"
                 "0002c02f"
                 "0100"
                 "0000");
    segment_with(30, 40000, 901, true,
                 "160303002c"
                 "020000280303" ZEROS_32 "00"
                 "c02f"
                 "00"
                 "0000");
    const struct connection *c = first();
    tap_ok(c && store_connection_tls(pipeline.store, c) &&
               store_connection_tls(pipeline.store, c)->version == 0x0303 && !c->tls_alerted,
           "TLS 1.2 was agreed on");
    segment_with(40, 40000, 153, false, "15030300020230");
    segment_with(50, 40000, 160, false, "15030300020228");
    c = first();
    tap_ok(c && c->tls_alerted && c->tls_alert == 48 && c->tls_alert_by_client &&
               c->tls_alert_frame == 5 && c->tls_alert_ns == 40000000 &&
               !store_connection_tls(pipeline.store, c)->finished,
           "the client knows no such CA, and says so first");
}

/* Packets may be captured in another order than they were sent. */
static void answered_early(void)
{
    begin();
    segment(10, 40000, 900, SYN | ACK, true);
    segment(11, 40000, 100, SYN, false);
    const struct connection *c = first();
    tap_ok(c && c->answer == CONNECTION_ACCEPTED && c->answer_frame == 1 &&
               c->answer_ns == 11000000,
           "a SYN that was captured after its answer is answered");
    segment(20, 40001, 0, RST, true);
    segment(21, 40001, 100, SYN, false);
    c = after(c);
    tap_ok(c && c->answer == CONNECTION_REFUSED && c->answer_frame == 3, "or refused");
    segment(30, 40002, 0, RST, true);
    segment(100, 40002, 100, SYN, false);
    c = after(c);
    tap_ok(c && c->answer == CONNECTION_SILENT, "a reset long before ended another connection");
}

/* Or those of one side only. */
static void accepted_unseen(void)
{
    begin();
    segment(11, 40000, 100, SYN, false);
    segment_with(20, 40000, 101, false, "4f5054494f4e53");
    const struct connection *c = first();
    tap_ok(c && c->answer == CONNECTION_ACCEPTED && c->answer_frame == 2,
           "bytes after a SYN show that it was accepted");
    segment(30, 40000, 108, FIN | ACK, false);
    tap_ok(c->end == CONNECTION_FINISHED, "and its end is one of a connection");
    segment(1000, 40001, 100, SYN, false);
    segment_with(1010, 40001, 101, false, "4f5054494f4e53");
    c = after(c);
    tap_ok(c && c->unheard, "of the server nothing is captured");
    segment(2000, 40002, 100, SYN, false);
    segment_with(2010, 40002, 900, true, "5349502f322e30");
    c = after(c);
    tap_ok(c && c->answer == CONNECTION_ACCEPTED && !c->unheard, "unless the bytes are its own");
}

/* A connection that had begun before the capture. */
static void tls_begun_before(void)
{
    begin();
    segment_with(20, 40000, 101, false, "17030300080102030405060708");
    const struct connection *c = first();
    const struct connection_tls *tls = c ? store_connection_tls(pipeline.store, c) : NULL;
    tap_ok(c && c->syns == 0 && c->client.port == 40000 && tls && !tls->offered && !tls->version &&
               tls->unreadable,
           "of a record alone there is a connection, whose client has the higher port");
    begin();
    segment_with(20, 40000, 901, true, "17030300080102030405060708");
    tap_ok(first() && first()->client.port == 40000, "whichever side it came from");
}

static void certificates(void)
{
    struct connection_tls tls = { .version = 0x0303,
                                  .server_name = "sip.example.com",
                                  .certified = true,
                                  .not_before_s = 1600000000,
                                  .not_after_s = 1714521600 };
    const int64_t second = 1000000000;
    struct strbuf text = STRBUF_INIT;
    tap_ok(!connection_tls_expired(&tls, tls.not_after_s * second) &&
               !connection_tls_expired(&tls, tls.not_before_s * second),
           "a certificate is valid from its first second until its last");
    tap_ok(connection_tls_expired(&tls, (tls.not_before_s - 1) * second), "not before");
    connection_tls_put(&tls, (tls.not_after_s + 1) * second, &text);
    tap_ok(strstr(strbuf_str(&text), "TLS 1.2 to sip.example.com") &&
               strstr(strbuf_str(&text), "certificate expired 2024-05-01"),
           "afterwards it has expired, whatever day it is now: %s", strbuf_str(&text));
    strbuf_free(&text);
}

static void connections(void)
{
    begin();
    tap_ok(!first(), "no connection before the first SYN");
    segment(0, 40000, 100, SYN, false);
    segment(1000, 40000, 100, SYN, false);
    segment(1001, 40000, 100, SYN, false);
    const struct connection *c = first();
    tap_ok(c && c->syns == 2 && c->syn_ns == 0 && c->syn_frame == 1 &&
               c->answer == CONNECTION_SILENT && c->client.port == 40000 && !c->answer_ns,
           "asked for twice, the second SYN captured twice; nothing came back");
    segment(2000, 40001, 500, SYN, false);
    segment(2010, 40001, 0, RST | ACK, true);
    c = after(c);
    tap_ok(c && c->client.port == 40001 && c->answer == CONNECTION_REFUSED &&
               c->answer_ns == 2010000000 && c->answer_frame == 5 && c->end == CONNECTION_LASTS,
           "the next one was refused by RST");
    segment(3000, 40002, 900, SYN, false);
    segment(3020, 40002, 7000, SYN | ACK, true);
    segment(4000, 40002, 901, FIN | ACK, false);
    segment(4010, 40002, 7001, FIN | ACK, true);
    c = after(c);
    tap_ok(c && c->answer == CONNECTION_ACCEPTED && c->answer_ns == 3020000000 &&
               c->end == CONNECTION_FINISHED && c->ended_by_client && c->end_frame == 8,
           "the third was accepted, and closed by the client");
    segment(5000, 40002, 5900, SYN, false);
    segment(5010, 40002, 8000, SYN | ACK, true);
    segment(6000, 40002, 8001, RST, true);
    c = after(c);
    tap_ok(c && c->seq == 5900 && c->answer == CONNECTION_ACCEPTED && c->end == CONNECTION_BROKEN &&
               !c->ended_by_client,
           "the same port again is a connection of its own, broken off by the server");
    tap_ok(!after(c), "there are four");
    struct addr other = server;
    other.port = 5061;
    tap_ok(!store_connection(pipeline.store, &client, &other, NULL) &&
               !store_connection(pipeline.store, &server, &client, NULL),
           "none to another port, none the other way");
}

static void many_connections(void)
{
    begin();
    for (uint32_t i = 0; i < 40000; i++)
        segment(i, 1024 + i, i, SYN, false);
    uint32_t n = 0, last = 0;
    bool rising = true;
    for (const struct connection *c = first(); c; c = after(c), n++) {
        rising = rising && (n == 0 || c->seq == last + 1);
        last = c->seq;
    }
    tap_ok(n == 16384 && rising && last == 39999, "of a flood the latest %u are kept, in order", n);
    store_clear(pipeline.store);
    tap_ok(!first(), "none after the store was cleared");
}

#define OPTIONS_MESSAGE(branch)                                                          \
    "OPTIONS sip:b@y SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK" branch                \
    "\r\nMax-Forwards: 70\r\nFrom: <sip:a@x>;tag=t\r\nTo: <sip:b@y>\r\nCall-ID: " branch \
    "\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"

static void send_datagram(int64_t ms, unsigned id, const char *text)
{
    struct bytes b = { .n = 0 };
    put_datagram(&b, id, text);
    feed(&b, ms);
}

/* An error of 192.0.2.2 about a datagram, of which `quoted` payload bytes are repeated. */
static void icmp(int64_t ms, unsigned type, unsigned code, unsigned id, const char *text,
                 size_t quoted)
{
    struct bytes b = { .n = 0 };
    put_ip4(&b, 0, 9, 0, 1);
    turn_ip4(&b, 0);
    put8(&b, type);
    put8(&b, code);
    put_zeros(&b, 6);
    put_datagram(&b, id, text);
    b.n -= strlen(text) - quoted;
    feed(&b, ms);
}

/* Number of errors of the transaction with this Call-ID, counted by order of arrival from 1. */
static size_t errors_of(uint32_t txn)
{
    size_t n = 0;
    while (store_transaction_icmp(pipeline.store, txn, n))
        n++;
    return n;
}

static void errors(void)
{
    static const char one[] = OPTIONS_MESSAGE("one"), two[] = OPTIONS_MESSAGE("two");
    begin();
    send_datagram(0, 11, one);
    send_datagram(10, 12, two);
    icmp(20, 3, 3, 11, one, 0);
    const struct icmp_error *e = store_transaction_icmp(pipeline.store, 1, 0);
    tap_ok(e && e->type == 3 && e->code == 3 && e->frame == 3 && e->time_ns == 20000000 &&
               e->from.family == 4 && e->from.ip[3] == 2 && e->to.port == 5062 &&
               store_message(pipeline.store, e->message)->frame == 1,
           "port unreachable, by IP identification: eight quoted bytes are enough");
    tap_ok(changed == 1 && errors_of(1) == 1 && errors_of(2) == 0,
           "the transaction changed, the other did not");
    icmp(30, 3, 1, 99, two, strlen(two));
    tap_ok(errors_of(2) == 1 && changed == 2, "with another identification by what is quoted");
    icmp(1500, 11, 0, 0, one, 0);
    tap_ok(errors_of(2) == 2, "with neither it is about the latest of the flow");
    icmp(1510, 3, 3, 11, one, 30);
    tap_ok(errors_of(1) == 2 && store_transaction_icmp(pipeline.store, 1, 1)->frame == 6,
           "a second error is behind the first");
    icmp(15000, 3, 3, 12, two, 0);
    tap_ok(errors_of(2) == 2, "not after ten seconds");
    icmp(1600, 8, 0, 11, one, 0);
    tap_ok(errors_of(1) == 2, "an echo request is no error");
    send_datagram(6000, 0, one);
    for (int i = 0; i < 100; i++)
        icmp(6000 + i, 3, 3, 0, one, 40);
    tap_ok(errors_of(1) == 32, "a flood of them about one transaction is kept in part");
    tap_ok(!store_transaction_icmp(pipeline.store, 77, 0), "no transaction, no errors");
}

/* Two interfaces, or two clocks: the error is there before what it quotes. */
static void early_errors(void)
{
    static const char one[] = OPTIONS_MESSAGE("one"), two[] = OPTIONS_MESSAGE("two");
    char text[400];
    begin();
    icmp(1000, 3, 3, 11, one, 60);
    icmp(1000, 3, 3, 13, two, 0);
    send_datagram(1001, 12, two);
    tap_ok(errors_of(1) == 1 && store_transaction_icmp(pipeline.store, 1, 0)->frame == 2,
           "an error waits for the packet that it quotes, if not for long");
    send_datagram(1001, 11, one);
    tap_ok(errors_of(2) == 1 && errors_of(1) == 1 &&
               store_transaction_icmp(pipeline.store, 2, 0)->frame == 1 && changed == 2,
           "one that quotes enough for its own packet");
    begin();
    icmp(1000, 3, 3, 0, one, 60);
    icmp(1000, 3, 3, 0, two, 0);
    send_datagram(1500, 12, two);
    tap_ok(errors_of(1) == 0, "half a second later a packet must be quoted to be known");
    send_datagram(2100, 11, one);
    tap_ok(errors_of(2) == 0, "nothing waits longer than a second");
    begin();
    for (int i = 0; i < 100; i++) {
        snprintf(text, sizeof text, OPTIONS_MESSAGE("%03d"), i, i);
        icmp(i, 3, 3, (unsigned)i + 1, text, 300);
    }
    size_t n = 0;
    for (int i = 0; i < 100; i++) {
        snprintf(text, sizeof text, OPTIONS_MESSAGE("%03d"), i, i);
        send_datagram(100, (unsigned)i + 1, text);
        n += errors_of((uint32_t)i + 1);
    }
    tap_ok(n == 64, "the latest %zu wait", n);
}

static void many_errors(void)
{
    char text[400];
    begin();
    for (int i = 0; i < 6000; i++) {
        snprintf(text, sizeof text, OPTIONS_MESSAGE("%d"), i, i);
        send_datagram(i, (unsigned)i + 1, text);
        icmp(i, 3, 3, (unsigned)i + 1, text, 0);
    }
    size_t n = 0;
    for (uint32_t id = 1; id <= 6000; id++)
        n += errors_of(id);
    tap_ok(n == 4096 && errors_of(1) == 0 && errors_of(6000) == 1, "the latest %zu are kept", n);
}

/* RFC 4443 §3.1, and a TCP segment that could not be delivered. */
static void other_errors(void)
{
    static const char text[] = OPTIONS_MESSAGE("six");
    struct bytes quoted = { .n = 0 }, b = { .n = 0 };
    unsigned n = (unsigned)strlen(text);
    begin();
    put_ip6(&quoted, 8 + n, 17);
    put_udp(&quoted, 5060, 5062, 8 + n, text);
    feed(&quoted, 0);
    put_ip6(&b, 8 + (unsigned)quoted.n, 58);
    put32(&b, 0x01040000);
    put32(&b, 0);
    put(&b, quoted.p, quoted.n - 100);
    feed(&b, 5);
    const struct icmp_error *e = store_transaction_icmp(pipeline.store, 1, 0);
    tap_ok(e && e->type == 1 && e->code == 4 && e->from.family == 6 && e->to.port == 5062,
           "ICMPv6 port unreachable");

    segment(100, 40000, 1, SYN, false);
    b.n = 0;
    put_ip4(&b, 0, 9, 0, 1);
    put32(&b, 0x03010000);
    put32(&b, 0);
    put_ip4(&b, 40, 7, 0, 6);
    put_tcp(&b, 40000, 5060, 1, 0, SYN);
    b.n -= 12;
    feed(&b, 103);
    const struct connection *c = first();
    tap_ok(c && c->answer == CONNECTION_UNREACHABLE && c->icmp_type == 3 && c->icmp_code == 1 &&
               c->answer_ns == 103000000,
           "host unreachable answers a SYN");
    tap_ok(pipeline_counts(&pipeline).broken == 0, "a quotation may end behind eight bytes of TCP");
    b.n = 30;
    feed(&b, 104);
    tap_ok(pipeline_counts(&pipeline).broken == 1, "one that ends in its IP header is broken");
}

static void request_in(int64_t ms, unsigned port, uint32_t seq, const char *text)
{
    struct bytes b = { .n = 0 };
    put_ip4(&b, 40 + (unsigned)strlen(text), 7, 0, 6);
    put_tcp(&b, port, 5060, seq, 0, ACK);
    put_text(&b, text);
    feed(&b, ms);
}

static void ask(int64_t ms, unsigned port)
{
    segment(ms, port, 100, SYN, false);
    segment(ms + 1, port, 900, SYN | ACK, true);
}

static size_t rows_of(const struct ladder *ladder, unsigned port)
{
    size_t n = 0;
    for (size_t i = 0; i < ladder->nrows; i++)
        n += ladder->columns[ladder->rows[i].from].port == port ||
             ladder->columns[ladder->rows[i].to].port == port;
    return n;
}

/* Which connections of one host to one server stand in the flow of a call. */
static void connections_of_a_call(void)
{
    static const char ours[] = OPTIONS_MESSAGE("ours"), theirs[] = OPTIONS_MESSAGE("theirs");
    struct ladder ladder;
    const uint32_t call = 1;
    begin();
    ask(0, 40000);
    ask(10, 40001);
    ask(20, 40002);
    request_in(30, 40000, 101, ours);
    request_in(40, 40001, 101, theirs);
    segment(50, 40003, 100, SYN, false);
    segment(51, 40003, 0, RST | ACK, true);
    ask(60, 40004);
    segment(62, 40004, 901, RST, true);
    segment(70, 40001, 101 + (uint32_t)strlen(theirs), RST, false);
    segment(80, 40000, 101 + (uint32_t)strlen(ours), FIN | ACK, false);
    ladder_build(&ladder, pipeline.store, &call, 1,
                 &(struct ladder_options){ .columns = LADDER_BY_PORT });
    tap_ok(rows_of(&ladder, 40000) == 3, "its own: asked for, the request, closed");
    tap_ok(rows_of(&ladder, 40001) == 0, "what carried another call does not, though it was reset");
    tap_ok(rows_of(&ladder, 40002) == 0, "nor what carried nothing and is open");
    tap_ok(rows_of(&ladder, 40003) == 2, "an attempt that was refused does");
    tap_ok(rows_of(&ladder, 40004) == 2, "and one that was reset before it carried anything");
    ladder_free(&ladder);
}

int main(void)
{
    tls();
    tls_begun_before();
    certificates();
    answered_early();
    accepted_unseen();
    connections();
    many_connections();
    errors();
    early_errors();
    many_errors();
    other_errors();
    connections_of_a_call();
    pipeline_close(&pipeline);
    return tap_done();
}
