/*
 * The ladder of a call as data: order, columns, what is folded, timers, and what session
 * descriptions say to each other. 192.0.2.1 calls 192.0.2.3 through the proxy 192.0.2.2.
 */
#include <stdio.h>
#include <string.h>

#include "store/ladder.h"
#include "store/ladder_session.h"
#include "tap.h"

static struct store *store;
static struct ladder ladder;

static void begin(void)
{
    store_free(store);
    store = store_new(64 << 20);
}

/* What a message says; what is 0 or NULL is left out. */
struct saying {
    int64_t ms;
    uint8_t from, to;
    uint16_t from_port;
    const char *start;  /* "INVITE", or "200" */
    const char *method; /* of CSeq, of a response */
    unsigned cseq;
    const char *branch, *from_tag, *to_tag, *headers, *body;
    uint8_t copy; /* another capture of the same packet */
};

static uint32_t say(const struct saying *s)
{
    static uint32_t frame;
    char text[4096], start[128];
    bool response = *s->start >= '0' && *s->start <= '9';
    const char *body = s->body ? s->body : "";
    snprintf(start, sizeof start, response ? "SIP/2.0 %s Words" : "%s sip:b@b.example SIP/2.0",
             s->start);
    size_t n = (size_t)snprintf(
        text, sizeof text,
        "%s\r\nVia: SIP/2.0/UDP 192.0.2.%u;branch=z9hG4bK%s\r\nMax-Forwards: 70\r\n"
        "From: <sip:a@a.example>;tag=%s\r\nTo: <sip:b@b.example>%s%s\r\nCall-ID: one\r\n"
        "CSeq: %u %s\r\nContact: <sip:192.0.2.%u>\r\n%s%sContent-Length: %zu\r\n\r\n%s",
        start, response ? s->to : s->from, s->branch, s->from_tag ? s->from_tag : "A",
        s->to_tag ? ";tag=" : "", s->to_tag ? s->to_tag : "", s->cseq ? s->cseq : 1,
        s->method ? s->method : s->start, s->from, s->headers ? s->headers : "",
        *body ? "Content-Type: application/sdp\r\n" : "", strlen(body), body);
    struct packet packet = { .time_ns = (1000000 + s->ms) * 1000000,
                             .data = (const uint8_t *)text,
                             .caplen = (uint32_t)n,
                             .origlen = (uint32_t)n,
                             .frame = ++frame,
                             .source = s->copy,
                             .linktype = 101 };
    uint16_t port = s->from_port ? s->from_port : 5060;
    struct payload payload = { .data = packet.data,
                               .len = (uint32_t)n,
                               .src = { .ip = { 192, 0, 2, s->from }, .port = port, .family = 4 },
                               .dst = { .ip = { 192, 0, 2, s->to }, .port = 5060, .family = 4 } };
    struct sip_message sip;
    if (sip_scan(&sip, text, n) < 0)
        return 0;
    store_advance(store, packet.time_ns);
    return store_add(store, &packet, &payload, &sip, NULL);
}
#define SAY(...) say(&(struct saying){ __VA_ARGS__ })

static void build(const struct ladder_options *options)
{
    static const struct ladder_options plain;
    uint32_t call = 1;
    while (!store_call(store, call))
        call++;
    ladder_free(&ladder);
    ladder_build(&ladder, store, &call, 1, options ? options : &plain);
}

static bool row_is(size_t row, uint32_t message, int from, int to)
{
    const struct ladder_row *r = &ladder.rows[row];
    return row < ladder.nrows && r->message == message && r->from == from && r->to == to;
}

/* ---- rows and columns ----------------------------------------------------------------------- */

static void order_and_folding(void)
{
    begin();
    uint32_t first = SAY(.ms = 0, .from = 1, .to = 2, .start = "INVITE", .branch = "a");
    uint32_t trying = SAY(.ms = 5, .from = 2, .to = 1, .start = "100", .method = "INVITE",
                          .branch = "a");
    uint32_t second = SAY(.ms = 6, .from = 2, .to = 3, .start = "INVITE", .branch = "b");
    uint32_t again = SAY(.ms = 506, .from = 2, .to = 3, .start = "INVITE", .branch = "b");
    SAY(.ms = 1506, .from = 2, .to = 3, .start = "INVITE", .branch = "b");
    uint32_t busy = SAY(.ms = 2000, .from = 3, .to = 2, .start = "486", .method = "INVITE",
                        .branch = "b", .to_tag = "B");
    build(NULL);
    tap_ok(ladder.nrows == 4 && row_is(0, first, 0, 1) && row_is(1, trying, 1, 0) &&
               row_is(2, second, 1, 2) && row_is(3, busy, 2, 1),
           "rows in order of time, columns in order of appearance");
    tap_ok(ladder.rows[2].repeats == 2 && ladder.rows[0].repeats == 0 && ladder.messages == 6 &&
               ladder.rows[2].last_ns - ladder.rows[2].time_ns == 1500000000,
           "retransmissions are counted at the first, with how long they went on");
    tap_ok(ladder_find(&ladder, store, again) == 2 && ladder_find(&ladder, store, busy) == 3,
           "what was folded is found at its row");
    build(&(struct ladder_options){ .unfolded = true });
    tap_ok(ladder.nrows == 6 && ladder.rows[2].repeats == 0 &&
               ladder_find(&ladder, store, again) == 3,
           "unfolded they have rows of their own");
    build(&(struct ladder_options){ .transactions = true });
    tap_ok(ladder.nrows == 2 && ladder.rows[1].kind == LADDER_TRANSACTION &&
               row_is(1, busy, 1, 2) && ladder_find(&ladder, store, again) == 1,
           "a row a transaction, from its client to its server");
}

static void second_captures(void)
{
    begin();
    SAY(.ms = 0, .from = 1, .to = 2, .start = "OPTIONS", .branch = "a");
    SAY(.ms = 0, .from = 1, .to = 2, .start = "OPTIONS", .branch = "a", .copy = 1);
    build(NULL);
    tap_ok(ladder.nrows == 1 && ladder.rows[0].copies == 1 && ladder.rows[0].repeats == 0,
           "a second capture of a packet is no retransmission");
    build(&(struct ladder_options){ .unfolded = true });
    tap_ok(ladder.nrows == 2, "unfolded it is a row, too");
}

static void hosts_and_ports(void)
{
    begin();
    SAY(.ms = 0, .from = 1, .to = 2, .start = "OPTIONS", .branch = "a", .from_port = 40000);
    SAY(.ms = 9, .from = 1, .to = 2, .start = "OPTIONS", .branch = "b", .from_port = 40001);
    build(NULL);
    tap_ok(ladder.ncolumns == 2 && !ladder.by_port && ladder.columns[0].port == 0 &&
               ladder.columns[1].port == 5060,
           "a column a host; a port only where there is one");
    build(&(struct ladder_options){ .columns = LADDER_BY_PORT });
    tap_ok(ladder.ncolumns == 3 && ladder.by_port, "or a column an address and port");
    SAY(.ms = 20, .from = 2, .to = 2, .start = "OPTIONS", .branch = "c", .from_port = 5080);
    build(NULL);
    tap_ok(ladder.by_port && ladder.ncolumns == 4, "a host that talks to itself is told apart");
    build(&(struct ladder_options){ .columns = LADDER_BY_HOST });
    tap_ok(ladder.ncolumns == 2 && ladder.rows[2].from == ladder.rows[2].to,
           "unless hosts are asked for");
}

static void alike(void)
{
    char branch[16];
    begin();
    for (unsigned i = 0; i < 40; i++) {
        snprintf(branch, sizeof branch, "k%u", i);
        SAY(.ms = i * 1000, .from = 1, .to = 2, .start = "OPTIONS", .branch = branch,
            .cseq = i + 1);
        SAY(.ms = i * 1000 + 5, .from = 2, .to = 1, .start = i == 30 ? "503" : "200",
            .method = "OPTIONS", .branch = branch, .cseq = i + 1, .to_tag = "B");
    }
    build(&(struct ladder_options){ .transactions = true });
    tap_ok(ladder.nrows == 3 && ladder.rows[0].repeats == 29 && ladder.rows[1].repeats == 0 &&
               ladder.rows[2].repeats == 8,
           "transactions alike that follow each other share a row: %zu rows", ladder.nrows);
}

/* ---- timers --------------------------------------------------------------------------------- */

static size_t row_of_kind(enum ladder_kind kind)
{
    size_t i = 0;
    while (i < ladder.nrows && ladder.rows[i].kind != kind)
        i++;
    return i;
}

static int64_t at_ms(size_t row)
{
    return row < ladder.nrows ? ladder.rows[row].time_ns / 1000000 - 1000000 : -1;
}

static void timers(void)
{
    begin();
    SAY(.ms = 0, .from = 1, .to = 2, .start = "INVITE", .branch = "a");
    SAY(.ms = 40000, .from = 1, .to = 2, .start = "INVITE", .branch = "b", .cseq = 2);
    build(NULL);
    size_t row = row_of_kind(LADDER_TIMEOUT);
    tap_ok(row == 1 && at_ms(row) == 32000 && ladder.rows[row].from == 0 &&
               ladder.rows[row].to == 1 && ladder.nrows == 3,
           "64*T1 without an answer: a row at that time (RFC 3261 17.1.1.2)");

    begin();
    SAY(.ms = 0, .from = 1, .to = 2, .start = "INVITE", .branch = "a",
        .headers = "Expires: 20\r\n");
    SAY(.ms = 10, .from = 2, .to = 1, .start = "180", .method = "INVITE", .branch = "a",
        .to_tag = "B");
    build(NULL);
    tap_ok(row_of_kind(LADDER_EXPIRED) == ladder.nrows &&
               ladder.next_ns == (1000000 + 20000) * 1000000LL,
           "before an INVITE expires, it is known when it will");
    SAY(.ms = 21000, .from = 1, .to = 2, .start = "OPTIONS", .branch = "x", .cseq = 9);
    build(NULL);
    row = row_of_kind(LADDER_EXPIRED);
    tap_ok(at_ms(row) == 20000 && ladder.rows[row].detail == 20, "then it has (RFC 3261 13.2.1)");
}

static void session_timer(void)
{
    begin();
    SAY(.ms = 0, .from = 1, .to = 2, .start = "INVITE", .branch = "a");
    SAY(.ms = 1000, .from = 2, .to = 1, .start = "200", .method = "INVITE", .branch = "a",
        .to_tag = "B", .headers = "Session-Expires: 90;refresher=uac\r\n");
    SAY(.ms = 1001, .from = 1, .to = 2, .start = "ACK", .branch = "k", .to_tag = "B");
    SAY(.ms = 80000, .from = 1, .to = 2, .start = "INFO", .branch = "i", .cseq = 2, .to_tag = "B");
    build(NULL);
    tap_ok(row_of_kind(LADDER_SESSION_OVER) == ladder.nrows, "a session lasts its interval");
    SAY(.ms = 95000, .from = 1, .to = 2, .start = "INFO", .branch = "j", .cseq = 3, .to_tag = "B");
    build(NULL);
    size_t row = row_of_kind(LADDER_SESSION_OVER);
    tap_ok(at_ms(row) == 91000 && ladder.rows[row].detail == 90,
           "and is over when nobody refreshed it (RFC 4028 10)");

    begin();
    SAY(.ms = 0, .from = 1, .to = 2, .start = "INVITE", .branch = "a");
    SAY(.ms = 1000, .from = 2, .to = 1, .start = "200", .method = "INVITE", .branch = "a",
        .to_tag = "B", .headers = "Session-Expires: 90;refresher=uac\r\n");
    SAY(.ms = 30000, .from = 1, .to = 2, .start = "BYE", .branch = "y", .cseq = 2, .to_tag = "B");
    SAY(.ms = 95000, .from = 1, .to = 2, .start = "INFO", .branch = "j", .cseq = 3, .to_tag = "B");
    build(NULL);
    tap_ok(row_of_kind(LADDER_SESSION_OVER) == ladder.nrows,
           "a call that was ended does not expire");
}

/* ---- sessions ------------------------------------------------------------------------------- */

#define SDP(address, port, formats, more)                                                        \
    "v=0\r\no=a 1 1 IN IP4 " address "\r\ns=-\r\nc=IN IP4 " address "\r\nt=0 0\r\nm=audio " port \
    " RTP/AVP " formats "\r\n" more

static struct session_note note;

static const struct session_note *look(uint32_t message)
{
    build(NULL);
    session_look(&note, &ladder, store, ladder_find(&ladder, store, message));
    return &note;
}

static void offers_and_answers(void)
{
    begin();
    uint32_t invite = SAY(.ms = 0, .from = 1, .to = 2, .start = "INVITE", .branch = "a",
                          .body = SDP("192.0.2.1", "4000", "18 0", ""));
    uint32_t passed = SAY(.ms = 1, .from = 2, .to = 3, .start = "INVITE", .branch = "b",
                          .body = SDP("192.0.2.1", "4000", "18 0", ""));
    uint32_t ringing = SAY(.ms = 100, .from = 3, .to = 2, .start = "183", .method = "INVITE",
                           .branch = "b", .to_tag = "B", .body = SDP("192.0.2.3", "5000", "0", ""));
    uint32_t answer = SAY(.ms = 900, .from = 3, .to = 2, .start = "200", .method = "INVITE",
                          .branch = "b", .to_tag = "B", .body = SDP("192.0.2.3", "5000", "0", ""));
    tap_ok(look(invite)->role == SESSION_OFFER && !note.repeated && !note.renewed,
           "what an INVITE brings is an offer");
    tap_ok(look(passed)->role == SESSION_OFFER && note.repeated, "passed on, it is no news");
    tap_ok(look(ringing)->role == SESSION_EARLY && note.answers,
           "in a response that is not reliable it is no answer yet");
    tap_ok(look(answer)->role == SESSION_ANSWER && note.answers && note.repeated &&
               session_agreed(&note) && span_is(session_agreed(&note)->codec, "PCMU"),
           "the 2xx answers; PCMU is agreed on");
}

static void late_offers(void)
{
    begin();
    SAY(.ms = 0, .from = 1, .to = 2, .start = "INVITE", .branch = "a");
    uint32_t offer = SAY(.ms = 10, .from = 2, .to = 1, .start = "200", .method = "INVITE",
                         .branch = "a", .to_tag = "B", .body = SDP("192.0.2.3", "5000", "0 8", ""));
    uint32_t answer = SAY(.ms = 20, .from = 1, .to = 2, .start = "ACK", .branch = "c",
                          .to_tag = "B", .body = SDP("192.0.2.1", "4000", "8", ""));
    tap_ok(look(offer)->role == SESSION_OFFER, "an INVITE without an offer gets one in its 2xx");
    tap_ok(look(answer)->role == SESSION_ANSWER && note.answers &&
               span_is(session_agreed(&note)->codec, "PCMA"),
           "which the ACK answers (RFC 3261 13.2.1)");

    begin();
    SAY(.ms = 0, .from = 1, .to = 2, .start = "INVITE", .branch = "a");
    offer = SAY(.ms = 10, .from = 2, .to = 1, .start = "183", .method = "INVITE", .branch = "a",
                .to_tag = "B", .headers = "Require: 100rel\r\nRSeq: 1\r\n",
                .body = SDP("192.0.2.3", "5000", "0 8", ""));
    answer = SAY(.ms = 20, .from = 1, .to = 2, .start = "PRACK", .branch = "p", .cseq = 2,
                 .to_tag = "B", .headers = "RAck: 1 1 INVITE\r\n",
                 .body = SDP("192.0.2.1", "4000", "8", ""));
    tap_ok(look(offer)->role == SESSION_OFFER && look(answer)->role == SESSION_ANSWER,
           "or in a reliable 183, which the PRACK answers (RFC 3262 5)");
}

static void refusals(void)
{
    begin();
    SAY(.ms = 0, .from = 1, .to = 2, .start = "INVITE", .branch = "a",
        .body = SDP("192.0.2.1", "4000", "18", ""));
    uint32_t refusal = SAY(.ms = 10, .from = 2, .to = 1, .start = "488", .method = "INVITE",
                           .branch = "a", .to_tag = "B", .body = SDP("192.0.2.3", "0", "0 8", ""));
    tap_ok(look(refusal)->role == SESSION_CAPABLE, "what a 488 brings is what its sender could do");
}

/* One side's re-INVITE after its INVITE: what the second changes. */
static uint32_t changes(const char *first, const char *second)
{
    begin();
    SAY(.ms = 0, .from = 1, .to = 2, .start = "INVITE", .branch = "a", .body = first);
    SAY(.ms = 10, .from = 2, .to = 1, .start = "200", .method = "INVITE", .branch = "a",
        .to_tag = "B", .body = SDP("192.0.2.3", "5000", "0", ""));
    uint32_t again = SAY(.ms = 9000, .from = 1, .to = 2, .start = "INVITE", .branch = "r",
                         .cseq = 2, .to_tag = "B", .body = second);
    return look(again)->renewed ? note.changes : UINT32_MAX;
}

/* A refused re-INVITE leaves the session as it was (RFC 3261 14.1). */
static void refused_renewal(void)
{
    const char *held = SDP("192.0.2.1", "4000", "0", "a=sendonly\r\n");
    changes(SDP("192.0.2.1", "4000", "0", ""), held);
    SAY(.ms = 9010, .from = 2, .to = 1, .start = "491", .method = "INVITE", .branch = "r",
        .cseq = 2, .to_tag = "B");
    uint32_t again = SAY(.ms = 12000, .from = 1, .to = 2, .start = "INVITE", .branch = "s",
                         .cseq = 3, .to_tag = "B", .body = held);
    tap_ok(look(again)->renewed && note.changes == SESSION_HOLD,
           "after a refused hold the next one is a hold again");
}

static void renewals(void)
{
    const char *plain = SDP("192.0.2.1", "4000", "0 8", "");
    const char *held = SDP("192.0.2.1", "4000", "0 8", "a=sendonly\r\n");
    tap_ok(changes(plain, plain) == 0, "a refresh changes nothing");
    tap_ok(changes(plain, held) == SESSION_HOLD, "sendonly is a hold (RFC 3264 8.4)");
    tap_ok(changes(held, plain) == SESSION_RESUME, "sendrecv resumes");
    tap_ok(changes(plain, SDP("0.0.0.0", "4000", "0 8", "")) == SESSION_HOLD,
           "0.0.0.0 is a hold, too, and no address");
    tap_ok(changes(plain, SDP("192.0.2.9", "4000", "0 8", "")) == SESSION_ADDRESS,
           "another address");
    tap_ok(changes(plain, SDP("192.0.2.1", "4000", "8 0", "")) == SESSION_CODECS,
           "another order of codecs");
    tap_ok(changes(plain, SDP("192.0.2.1", "4000", "0 8", "m=video 4002 RTP/AVP 31\r\n")) ==
               SESSION_STREAMS,
           "another stream");
}

/* ---- long calls ----------------------------------------------------------------------------- */

static void endless(void)
{
    char branch[16];
    uint32_t message = 0, middle = 0;
    begin();
    for (unsigned i = 0; i < LADDER_ROWS + 1000; i++) {
        snprintf(branch, sizeof branch, "k%u", i);
        message = SAY(.ms = i, .from = 1, .to = 2, .start = "MESSAGE", .branch = branch,
                      .cseq = i + 1);
        middle = i == 500 ? message : middle;
    }
    build(NULL);
    tap_ok(ladder.nrows == LADDER_ROWS && ladder.left_out == 1000 &&
               ladder_find(&ladder, store, message) == LADDER_ROWS - 1 &&
               ladder.rows[0].time_ns - ladder.first_ns == 1000000000 &&
               ladder.last_ns == ladder.rows[LADDER_ROWS - 1].time_ns,
           "of a very long call the latest part is shown; it knows when the call began");
    build(&(struct ladder_options){ .around = store_message(store, middle)->transaction });
    tap_ok(ladder.nrows == LADDER_ROWS && ladder_find(&ladder, store, middle) == 500,
           "or what lies around a transaction");
}

int main(void)
{
    order_and_folding();
    second_captures();
    hosts_and_ports();
    alike();
    timers();
    session_timer();
    offers_and_answers();
    late_offers();
    refusals();
    renewals();
    refused_renewal();
    endless();
    ladder_free(&ladder);
    store_free(store);
    return tap_done();
}
