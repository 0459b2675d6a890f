/*
 * Transactions, legs and calls: which message belongs where, written down from
 * RFC 3261 §12, §17 and §13.3, and what the store promises about its budget.
 * Messages are made by hand; each test begins with an empty store.
 */
#include <stdlib.h>

#include "net/plain.h"
#include "store/looked.h"
#include "store/store.h"
#include "tap.h"

/* One message of a conversation: what differs from the one before it. */
struct talk {
    const char *start;   /* the start line */
    const char *branch;  /* the topmost Via's parameters, "" for none */
    const char *sent_by; /* the topmost Via's host */
    const char *tags[2]; /* From and To; NULL: none */
    const char *call_id;
    unsigned cseq;
    const char *method; /* in CSeq */
};

static struct store *store;
static uint16_t ip_id;  /* of the next packet; 0: none */
static uint8_t hops;    /* that it has left, behind an IPv6 header; 0: no header is there */
static uint16_t source; /* of it */
static int padding;     /* bytes that make the next messages larger */

static void begin(void)
{
    store_free(store);
    store = store_new(64 << 20);
    ip_id = 0;
    hops = 0;
    source = 0;
    padding = 0;
}

static size_t write_message(char *text, size_t size, const struct talk *t)
{
    return (size_t)snprintf(
        text, size,
        "%s\r\nVia: SIP/2.0/UDP %s%s%s\r\nMax-Forwards: 70\r\nFrom: <sip:a@x>%s%s\r\n"
        "To: <sip:b@y>%s%s\r\nCall-ID: %s\r\nCSeq: %u %s\r\nSubject: %*s.\r\n"
        "Content-Length: 0\r\n\r\n",
        t->start, t->sent_by, t->branch[0] ? ";branch=" : "", t->branch, t->tags[0] ? ";tag=" : "",
        t->tags[0] ? t->tags[0] : "", t->tags[1] ? ";tag=" : "", t->tags[1] ? t->tags[1] : "",
        t->call_id, t->cseq, t->method, padding, "");
}

/* Host `from` sends to host `to` at `ms`; the message's id. With `hops`, behind an IPv6 header. */
static uint32_t send_bytes(int64_t ms, uint8_t from, uint8_t to, const char *text, size_t n)
{
    static uint32_t frame;
    static uint8_t room[40 + 8192] = { 0x60 };
    room[7] = hops;
    memcpy(room + 40, text, n);
    struct packet packet = { .time_ns = ms * 1000000,
                             .data = hops ? room : room + 40,
                             .caplen = (uint32_t)(hops ? n + 40 : n),
                             .origlen = (uint32_t)(hops ? n + 40 : n),
                             .frame = ++frame,
                             .source = source,
                             .linktype = 101 };
    struct payload payload = { .data = room + 40,
                               .len = (uint32_t)n,
                               .src = { .ip = { 192, 0, 2, from }, .port = 5060, .family = 4 },
                               .dst = { .ip = { 192, 0, 2, to }, .port = 5060, .family = 4 },
                               .ip_id = ip_id };
    struct sip_message sip;
    return sip_scan(&sip, text, n) == 0 ? store_add(store, &packet, &payload, &sip, NULL) : 0;
}

static uint32_t say(int64_t ms, uint8_t from, uint8_t to, const struct talk *t)
{
    char text[8192];
    size_t n = write_message(text, sizeof text, t);
    return send_bytes(ms, from, to, text, n);
}

static uint32_t txn_of(uint32_t message)
{
    const struct message *m = store_message(store, message);
    return m ? m->transaction : 0;
}

static const struct transaction *txn_at(uint32_t message)
{
    return store_transaction(store, txn_of(message));
}

static const struct call *call_of(uint32_t message)
{
    const struct transaction *txn = txn_at(message);
    return txn ? store_call(store, txn->call) : NULL;
}

/* An INVITE of the usual call and its copies with another start line. */
static const struct talk invite = {
    "INVITE sip:b@y SIP/2.0", "z9hG4bKinv", "a.example", { "ta", NULL }, "call@a", 1, "INVITE"
};

static struct talk with(struct talk t, const char *start, const char *to_tag)
{
    t.start = start;
    t.tags[1] = to_tag;
    return t;
}

static struct talk other(struct talk t, const char *start, const char *method, const char *branch)
{
    t.start = start;
    t.method = method;
    t.branch = branch;
    return t;
}

static uint32_t say_it(int64_t ms, uint8_t from, uint8_t to, struct talk t)
{
    return say(ms, from, to, &t);
}

static void failed_invite(void)
{
    begin();
    uint32_t i = say(0, 1, 2, &invite);
    const struct transaction *t = txn_at(i);
    tap_ok(t && t->state == TXN_WAITING && t->class == SIP_CLASS_NONE && t->request == i &&
               t->method == SIP_INVITE,
           "an INVITE waits");
    uint32_t trying = say_it(10, 2, 1, with(invite, "SIP/2.0 100 Trying", NULL));
    tap_ok(txn_of(trying) == txn_of(i) && t->state == TXN_PROCEEDING && t->code == 100,
           "100 belongs to it (§17.1.3): proceeding");
    uint32_t busy = say_it(30, 2, 1, with(invite, "SIP/2.0 486 Busy Here", "tb"));
    tap_ok(txn_of(busy) == txn_of(i) && t->state == TXN_COMPLETED && t->final == busy &&
               t->code == 486 && t->class == SIP_CLASS_CLIENT,
           "486 completes it");
    tap_ok(transaction_rtt(store, t) == 30000000, "30 ms from request to final answer");
    struct talk ack = with(other(invite, "", "ACK", "z9hG4bKinv"), "ACK sip:b@y SIP/2.0", "tb");
    uint32_t a = say(40, 1, 2, &ack);
    tap_ok(txn_of(a) == txn_of(i) && t->ack == a && t->state == TXN_CONFIRMED,
           "the ACK to a 486 belongs to the INVITE (§17.1.1.3)");
    const struct store_counts *c = store_counts(store);
    tap_ok(c->transactions == 1 && c->calls == 1 && c->messages == 4 && c->dialogs == 0,
           "one transaction, one call, four messages, no dialog");
    tap_ok(c->methods[SIP_INVITE] == 1 && c->methods[SIP_ACK] == 1 && c->codes[100] == 1 &&
               c->codes[486] == 1 && c->open == 0,
           "methods and codes are counted");
    tap_ok(call_finished(call_of(i)), "the call is finished");
}

static void answered_call(void)
{
    begin();
    uint32_t i = say(0, 1, 2, &invite);
    say_it(10, 2, 1, with(invite, "SIP/2.0 180 Ringing", "tb"));
    uint32_t ok = say_it(20, 2, 1, with(invite, "SIP/2.0 200 OK", "tb"));
    struct talk ack = with(other(invite, "", "ACK", "z9hG4bKack"), "ACK sip:b@y SIP/2.0", "tb");
    uint32_t a = say(30, 1, 2, &ack);
    tap_ok(txn_of(a) != txn_of(i) && txn_at(a)->method == SIP_ACK,
           "the ACK to a 2xx is a transaction of its own (§13.2.2.4)");
    tap_ok(txn_at(a)->related == txn_of(i) && txn_at(i)->ack == a &&
               txn_at(i)->state == TXN_CONFIRMED && txn_at(i)->final == ok,
           "it is linked to its INVITE and confirms it");
    tap_ok(store_counts(store)->dialogs == 1 && call_of(i)->established == 1 &&
               !call_finished(call_of(i)),
           "one leg, answered: the call goes on");
    const struct leg *leg = store_leg(store, call_of(i)->first_leg);
    tap_ok(leg && leg->state == LEG_CONFIRMED && !leg->next_in_call, "the leg is confirmed");

    struct talk bye = {
        "BYE sip:a@x SIP/2.0", "z9hG4bKbye", "b.example", { "tb", "ta" }, "call@a", 7, "BYE"
    };
    uint32_t b = say(5000, 2, 1, &bye);
    tap_ok(call_of(b) == call_of(i) && store_counts(store)->dialogs == 1,
           "a BYE from the other side is in the same leg");
    tap_ok(leg->state == LEG_ENDED && !call_finished(call_of(i)),
           "and ends it; its 200 is awaited");
    say_it(5010, 1, 2, with(bye, "SIP/2.0 200 OK", "ta"));
    tap_ok(call_finished(call_of(i)) && store_counts(store)->open == 0 &&
               call_of(i)->transactions == 3,
           "with it the call is finished: three transactions");
}

static void cancelled(void)
{
    begin();
    uint32_t i = say(0, 1, 2, &invite);
    say_it(10, 2, 1, with(invite, "SIP/2.0 180 Ringing", "tb"));
    struct talk cancel = other(invite, "CANCEL sip:b@y SIP/2.0", "CANCEL", "z9hG4bKinv");
    uint32_t c = say(1000, 1, 2, &cancel);
    tap_ok(txn_of(c) != txn_of(i) && txn_at(c)->method == SIP_CANCEL,
           "a CANCEL has the INVITE's branch and is its own transaction (§9.1, §17.2.3)");
    tap_ok(txn_at(c)->related == txn_of(i) && txn_at(i)->related == txn_of(c),
           "the two are linked");
    uint32_t ok = say_it(1010, 2, 1, with(cancel, "SIP/2.0 200 OK", "tc"));
    tap_ok(txn_of(ok) == txn_of(c) && txn_at(i)->final == 0, "the 200 answers the CANCEL only");
    uint32_t f = say_it(1020, 2, 1, with(invite, "SIP/2.0 487 Request Terminated", "tb"));
    tap_ok(txn_of(f) == txn_of(i) && txn_at(i)->state == TXN_CANCELLED &&
               txn_at(i)->class == SIP_CLASS_CANCELLED,
           "the 487 ends the INVITE as cancelled");
    uint32_t a = say_it(1030, 1, 2,
                        with(other(invite, "", "ACK", "z9hG4bKinv"), "ACK sip:b@y SIP/2.0", "tb"));
    tap_ok(txn_of(a) == txn_of(i) && txn_at(i)->state == TXN_CANCELLED &&
               store_counts(store)->transactions == 2,
           "its ACK belongs to the INVITE, which stays cancelled");
}

/* The same request on its second hop has the proxy's Via on top. */
static void two_hops(void)
{
    begin();
    uint32_t i = say(0, 1, 2, &invite);
    struct talk hop = invite;
    hop.branch = "z9hG4bKproxy";
    hop.sent_by = "proxy.example";
    uint32_t second = say(5, 2, 3, &hop);
    tap_ok(txn_of(second) != txn_of(i) && call_of(second) == call_of(i),
           "a proxied request: two transactions, one call");
    hop.branch = "z9hG4bKinv";
    uint32_t third = say(6, 2, 3, &hop);
    tap_ok(txn_of(third) != txn_of(i) && txn_of(third) != txn_of(second),
           "the same branch of another sent-by is another transaction (§17.2.3)");
    hop.branch = "z9hG4bKproxy";
    uint32_t ok = say_it(10, 3, 2, with(hop, "SIP/2.0 200 OK", "tb"));
    tap_ok(txn_of(ok) == txn_of(second) && txn_at(i)->final == 0, "a response stays on its hop");
    say_it(12, 2, 1, with(invite, "SIP/2.0 200 OK", "tb"));
    tap_ok(txn_at(i)->code == 200 && store_counts(store)->dialogs == 1 &&
               call_of(i)->established == 1,
           "answered on both hops it is one leg");
}

static void no_cookie(void)
{
    static const char *const branches[] = { "", "1", "z9hG4bK" };
    for (int k = 0; k < 3; k++) {
        struct talk old = invite;
        old.branch = branches[k];
        begin();
        uint32_t i = say(0, 1, 2, &old);
        uint32_t ringing = say_it(10, 2, 1, with(old, "SIP/2.0 180 Ringing", "tb"));
        uint32_t gone = say_it(20, 2, 1, with(old, "SIP/2.0 404 Not Found", "tb"));
        struct talk ack = with(old, "ACK sip:b@y SIP/2.0", "tb");
        ack.method = "ACK";
        uint32_t a = say(30, 1, 2, &ack);
        tap_ok(txn_of(ringing) == txn_of(i) && txn_of(gone) == txn_of(i) && txn_of(a) == txn_of(i),
               "RFC 2543 matching with branch \"%s\": answers and ACK", branches[k]);
        struct talk next = old;
        next.cseq = 2;
        uint32_t again = say(40, 1, 2, &next);
        struct talk stranger = old;
        stranger.tags[0] = "tz";
        uint32_t strange = say(50, 1, 2, &stranger);
        tap_ok(txn_of(again) != txn_of(i) && txn_of(strange) != txn_of(i),
               "another CSeq or From tag is another transaction");
    }
}

static void forked(void)
{
    begin();
    uint32_t i = say(0, 1, 2, &invite);
    say_it(10, 2, 1, with(invite, "SIP/2.0 180 Ringing", "tb"));
    say_it(20, 2, 1, with(invite, "SIP/2.0 408 Request Timeout", "tp"));
    tap_ok(!txn_at(i)->forked, "a failure with a tag of its own is no fork: the proxy made it");
    begin();
    i = say(0, 1, 2, &invite);
    say_it(10, 2, 1, with(invite, "SIP/2.0 180 Ringing", "tb"));
    tap_ok(!txn_at(i)->forked, "one To tag is no fork");
    say_it(20, 2, 1, with(invite, "SIP/2.0 180 Ringing", "tc"));
    tap_ok(txn_at(i)->forked && store_counts(store)->dialogs == 2,
           "180s with two To tags: forked, two early legs (§12.1)");
    say_it(30, 2, 1, with(invite, "SIP/2.0 200 OK", "tb"));
    uint32_t second = say_it(40, 2, 1, with(invite, "SIP/2.0 200 OK", "tc"));
    tap_ok(txn_of(second) == txn_of(i) && call_of(i)->established == 2 &&
               store_counts(store)->dialogs == 2 && store_counts(store)->retransmissions == 0,
           "a 2xx from each branch: two answered legs, no retransmission");
    struct talk bye = {
        "BYE sip:b@y SIP/2.0", "z9hG4bKbye1", "a.example", { "ta", "tb" }, "call@a", 2, "BYE"
    };
    say(100, 1, 2, &bye);
    say_it(110, 2, 1, with(bye, "SIP/2.0 200 OK", "tb"));
    tap_ok(call_of(i)->established == 1 && !call_finished(call_of(i)),
           "the BYE of one leg leaves the other");

    begin();
    i = say(0, 1, 2, &invite);
    say_it(10, 2, 1, with(invite, "SIP/2.0 486 Busy Here", "tb"));
    say_it(20, 2, 1, with(invite, "SIP/2.0 200 OK", "tc"));
    tap_ok(txn_at(i)->code == 200 && txn_at(i)->class == SIP_CLASS_SUCCESS,
           "a 2xx from another branch wins over an earlier failure");
    say_it(30, 2, 1, with(invite, "SIP/2.0 503 No", "td"));
    tap_ok(txn_at(i)->code == 200, "and no later failure takes it back");
}

static uint8_t flags_of(uint32_t message)
{
    const struct message *m = store_message(store, message);
    return m ? m->flags & (MESSAGE_RETRANSMISSION | MESSAGE_DUPLICATE) : 0xff;
}

static void retransmissions(void)
{
    begin();
    ip_id = 100;
    uint32_t i = say(0, 1, 2, &invite);
    ip_id = 101;
    uint32_t again = say(500, 1, 2, &invite);
    tap_ok(txn_of(again) == txn_of(i) && flags_of(again) == MESSAGE_RETRANSMISSION &&
               flags_of(i) == 0,
           "the request again after T1 is a retransmission");
    ip_id = 50;
    say_it(600, 2, 1, with(invite, "SIP/2.0 180 Ringing", "tb"));
    say_it(700, 2, 1, with(invite, "SIP/2.0 200 OK", "tb"));
    ip_id = 51;
    uint32_t ok = say_it(1200, 2, 1, with(invite, "SIP/2.0 200 OK", "tb"));
    tap_ok(flags_of(ok) == MESSAGE_RETRANSMISSION && txn_at(i)->final != ok,
           "so is the 200 again (§13.3.1.4); the first one counts");
    tap_ok(txn_at(i)->retransmissions == 2 && store_counts(store)->retransmissions == 2 &&
               store_counts(store)->codes[200] == 2 &&
               store_counts(store)->methods[SIP_INVITE] == 2,
           "both are counted, and as messages too");
    tap_ok(transaction_rtt(store, txn_at(i)) == 700000000, "the first request starts the clock");
}

static void duplicates(void)
{
    begin();
    uint32_t i = say(1000, 1, 2, &invite);
    uint32_t copy = say(1000, 1, 2, &invite);
    tap_ok(flags_of(copy) == MESSAGE_DUPLICATE && txn_of(copy) == txn_of(i),
           "the same bytes at once: seen twice, not sent twice");
    uint32_t late = say(1001, 1, 2, &invite);
    tap_ok(flags_of(late) == MESSAGE_DUPLICATE, "so within a millisecond");
    begin();
    ip_id = 77;
    say(0, 1, 2, &invite);
    copy = say(200, 1, 2, &invite);
    tap_ok(flags_of(copy) == MESSAGE_DUPLICATE, "or with the same IP identification");
    uint32_t again = say(500, 1, 2, &invite);
    tap_ok(flags_of(again) == MESSAGE_RETRANSMISSION,
           "but not half a second later: some stacks never change it");
    tap_ok(store_counts(store)->duplicates == 1 && store_counts(store)->retransmissions == 1 &&
               store_counts(store)->messages == 3 && store_counts(store)->transactions == 1,
           "each is counted once");
    begin();
    hops = 64;
    say(0, 1, 2, &invite);
    again = say(100, 1, 2, &invite);
    hops = 63;
    late = say(110, 1, 2, &invite);
    tap_ok(flags_of(again) == MESSAGE_RETRANSMISSION && flags_of(late) == MESSAGE_DUPLICATE,
           "IPv6 has no identification: soon again is sent again, behind a router seen again");
    late = say(900, 1, 2, &invite);
    tap_ok(flags_of(late) == MESSAGE_RETRANSMISSION, "but not after T1");
    begin();
    say(0, 1, 2, &invite);
    again = say(500, 1, 2, &invite);
    source = 1;
    copy = say(30, 1, 2, &invite);
    late = say(530, 1, 2, &invite);
    source = 0;
    tap_ok(flags_of(copy) == MESSAGE_DUPLICATE && flags_of(late) == MESSAGE_DUPLICATE &&
               flags_of(again) == MESSAGE_RETRANSMISSION,
           "another capture of both sees two packets, and none is new");
    begin();
    ip_id = 5;
    say(0, 1, 2, &invite);
    source = 1;
    ip_id = 6;
    again = say(300, 1, 2, &invite);
    tap_ok(flags_of(again) == MESSAGE_RETRANSMISSION,
           "what has another identification in another capture is another packet");
}

static void timeouts(void)
{
    begin();
    uint32_t i = say(0, 1, 2, &invite);
    store_advance(store, 31999 * 1000000LL);
    tap_ok(txn_at(i)->state == TXN_WAITING, "31.999 s: Timer B runs (§17.1.1.2)");
    store_advance(store, 32000 * 1000000LL);
    tap_ok(txn_at(i)->state == TXN_TIMED_OUT && txn_at(i)->class == SIP_CLASS_TIMEOUT &&
               store_counts(store)->open == 0 && call_finished(call_of(i)),
           "64*T1 = 32 s: timed out, and the call with it");
    store_advance(store, 0);
    tap_ok(store_now(store) == 32000 * 1000000LL, "time does not run backwards");
    say_it(40000, 2, 1, with(invite, "SIP/2.0 404 Not Found", "tb"));
    tap_ok(txn_at(i)->code == 404 && txn_at(i)->class == SIP_CLASS_CLIENT,
           "an answer that comes late is still an answer");

    begin();
    i = say(0, 1, 2, &invite);
    say_it(100, 2, 1, with(invite, "SIP/2.0 100 Trying", NULL));
    store_advance(store, 100000 * 1000000LL);
    tap_ok(txn_at(i)->state == TXN_PROCEEDING, "an INVITE that was answered 100 may ring on");

    begin();
    struct talk options = other(invite, "OPTIONS sip:b@y SIP/2.0", "OPTIONS", "z9hG4bKopt");
    i = say(0, 1, 2, &options);
    say_it(100, 2, 1, with(options, "SIP/2.0 100 Trying", NULL));
    store_advance(store, 32000 * 1000000LL);
    tap_ok(txn_at(i)->state == TXN_TIMED_OUT,
           "another request times out also after a 100: Timer F runs on (§17.1.2.2)");
    begin();
    i = say_it(0, 1, 2, with(other(invite, "", "ACK", "z9hG4bKx"), "ACK sip:b@y SIP/2.0", "tb"));
    store_advance(store, 99000 * 1000000LL);
    tap_ok(txn_at(i)->state != TXN_TIMED_OUT && store_counts(store)->open == 0,
           "a lonely ACK waits for nothing");
}

/* Where time leaps all that is open falls due; others may be asked meanwhile, as keys. */
static void timeouts_in_parts(void)
{
    static const char digits[] = "0123456789";
    char branch[] = "z9hG4bKopt?";
    uint32_t ids[10];
    size_t gone[4] = { 0 };
    bool more[4];
    begin();
    for (size_t i = 0; i < 10; i++) {
        branch[10] = digits[i];
        struct talk options = other(invite, "OPTIONS sip:b@y SIP/2.0", "OPTIONS", branch);
        ids[i] = say((int64_t)i, 1, 2, &options);
    }
    for (size_t part = 0; part < 4; part++) {
        more[part] = store_advance_some(store, 99000 * 1000000LL, 3);
        for (size_t i = 0; i < 10; i++)
            gone[part] += txn_at(ids[i])->state == TXN_TIMED_OUT;
    }
    tap_ok(gone[0] == 3 && gone[1] == 6 && gone[2] == 9 && gone[3] == 10,
           "of ten that fall due three time out at a time");
    tap_ok(more[0] && more[1] && more[2] && !more[3], "and it is told when that was all");
    tap_ok(store_now(store) == 99000 * 1000000LL && store_counts(store)->open == 0,
           "time has come to where it was to go");
}

static void without_request(void)
{
    begin();
    uint32_t ok = say_it(0, 2, 1, with(invite, "SIP/2.0 200 OK", "tb"));
    const struct transaction *t = txn_at(ok);
    tap_ok(t && t->request == 0 && t->first == ok && t->state == TXN_COMPLETED && t->code == 200 &&
               t->method == SIP_INVITE && transaction_head(t) == ok,
           "a response without a request makes a transaction");
    tap_ok(transaction_rtt(store, t) == -1, "with no time to measure");
    uint32_t i = say(1, 1, 2, &invite);
    tap_ok(txn_at(i) == t && t->request == i && transaction_head(t) == i,
           "the request finds it when the capture had them in the wrong order");
    begin();
    struct talk none = invite;
    none.call_id = "";
    uint32_t first = say(0, 1, 2, &none);
    none.branch = "z9hG4bKother";
    uint32_t second = say(1, 1, 2, &none);
    tap_ok(call_of(first) != call_of(second) && store_counts(store)->malformed == 2,
           "messages without a Call-ID are strangers to each other, and malformed");
}

static void challenges(void)
{
    begin();
    struct talk reg = other(invite, "REGISTER sip:y SIP/2.0", "REGISTER", "z9hG4bKreg1");
    uint32_t r = say(0, 1, 2, &reg);
    say_it(10, 2, 1, with(reg, "SIP/2.0 401 Unauthorized", "ts"));
    tap_ok(txn_at(r)->class == SIP_CLASS_CHALLENGE && call_finished(call_of(r)) &&
               store_counts(store)->classes[SIP_CLASS_CHALLENGE] == 1,
           "a 401 is a challenge");
    reg.cseq = 2;
    reg.branch = "z9hG4bKreg2";
    uint32_t next = say(20, 1, 2, &reg);
    tap_ok(call_of(next) == call_of(r) && !call_finished(call_of(r)), "the call is taken up again");
    say_it(30, 2, 1, with(reg, "SIP/2.0 200 OK", "ts"));
    tap_ok(call_finished(call_of(r)) && store_counts(store)->dialogs == 0,
           "a REGISTER makes no dialog");
    struct talk odd = other(invite, "FOO sip:y SIP/2.0", "FOO", "z9hG4bKfoo");
    say(40, 1, 2, &odd);
    tap_ok(store_counts(store)->others[0].count == 1 &&
               strcmp(store_counts(store)->others[0].name, "FOO") == 0,
           "an unregistered method is counted by its name");
}

/* RFC 4028 §7.3, RFC 3261 §10.2.8 and §14.1: the request goes again, in another shape. */
static void retries(void)
{
    begin();
    uint32_t i = say(0, 1, 2, &invite);
    say_it(10, 2, 1, with(invite, "SIP/2.0 422 Session Interval Too Small", "ts"));
    tap_ok(txn_at(i)->class == SIP_CLASS_CLIENT && sip_failed(store_counts(store)->classes) == 1,
           "a 422 is a failure while nothing follows it");
    struct talk again = invite;
    again.cseq = 2;
    again.branch = "z9hG4bKagain";
    uint32_t other_hop = say(15, 2, 3, &again);
    tap_ok(txn_at(i)->class == SIP_CLASS_CLIENT, "also when the next request is another host's");
    again.branch = "z9hG4bKagain2";
    uint32_t next = say(20, 1, 2, &again);
    struct talk ack = other(invite, "ACK sip:b@y SIP/2.0", "ACK", invite.branch);
    say_it(25, 1, 2, with(ack, ack.start, "ts"));
    say_it(30, 2, 1, with(again, "SIP/2.0 200 OK", "ts"));
    tap_ok(txn_at(i)->class == SIP_CLASS_CHALLENGE && txn_at(i)->state == TXN_CONFIRMED &&
               sip_failed(store_counts(store)->classes) == 0,
           "sent again by the same host it is none, whenever its ACK comes");
    tap_ok(call_leading(store, call_of(i)) == txn_of(other_hop) && txn_at(next)->code == 200,
           "and the request that was sent again stands for the call");
    tap_ok(sip_failed_share(store_counts(store)->classes) == 0, "nothing of what ended failed");
    begin();
    struct talk reg = other(invite, "REGISTER sip:y SIP/2.0", "REGISTER", "z9hG4bKreg1");
    uint32_t r = say(0, 1, 2, &reg);
    say_it(10, 2, 1, with(reg, "SIP/2.0 403 Forbidden", "ts"));
    reg.cseq = 2;
    reg.branch = "z9hG4bKreg2";
    say(20, 1, 2, &reg);
    tap_ok(txn_at(r)->class == SIP_CLASS_CLIENT &&
               sip_failed_share(store_counts(store)->classes) == 1,
           "a 403 stays a failure, and what is open does not count");
}

struct told {
    unsigned added, changed, evicted;
};

static void note(enum store_event event, uint32_t transaction, void *arg)
{
    struct told *told = arg;
    (void)transaction;
    told->added += event == STORE_ADDED;
    told->changed += event == STORE_CHANGED;
    told->evicted += event == STORE_EVICTED;
}

static void observing(void)
{
    struct told told = { 0, 0, 0 };
    begin();
    store_observe(store, note, &told);
    say(0, 1, 2, &invite);
    tap_ok(told.added == 1 && told.changed == 0, "the observer hears of a new transaction");
    say_it(10, 2, 1, with(invite, "SIP/2.0 180 Ringing", "tb"));
    tap_ok(told.added == 1 && told.changed == 1, "and of its change");
    store_clear(store);
    tap_ok(told.evicted == 1 && store_counts(store)->messages == 0 && !store_message(store, 1) &&
               !store_transaction(store, 1) && !store_call(store, 1),
           "a cleared store is empty and says so");
    tap_ok(say(20, 1, 2, &invite) != 0 && told.added == 2, "and can be used again");
}

/* OPTIONS with its own Call-ID; `answered` finishes the call. */
static uint32_t option(int64_t ms, unsigned number, bool answered)
{
    char branch[32], call_id[32];
    snprintf(branch, sizeof branch, "z9hG4bK%u", number);
    snprintf(call_id, sizeof call_id, "c%u@flood", number);
    struct talk t = {
        "OPTIONS sip:b@y SIP/2.0", branch, "a.example", { "ta", NULL }, call_id, 1, "OPTIONS"
    };
    uint32_t id = say(ms, 1, 2, &t);
    if (answered)
        say_it(ms, 2, 1, with(t, "SIP/2.0 200 OK", "tb"));
    return id;
}

static void flood(void)
{
    size_t budget = 1 << 20;
    bool inside = true;
    begin();
    store_set_budget(store, budget);
    for (unsigned i = 0; i < 20000; i++) {
        option(i, i, i % 3 == 0);
        inside = inside && store_bytes(store) <= budget;
    }
    const struct store_counts *c = store_counts(store);
    tap_ok(inside, "a flood of 20000 Call-IDs never leaves the budget");
    tap_ok(c->calls == 20000 && c->evicted_calls + c->live_calls == c->calls &&
               c->evicted_messages + c->live_messages == c->messages && c->live_calls > 100,
           "what went and what stayed adds up");
    tap_ok(store_transaction_end(store) < 10000, "ids of evicted transactions are used again");
    store_set_budget(store, 0);
    tap_ok(c->live_calls == 0 && c->live_messages == 0 && c->live_transactions == 0 && c->open == 0,
           "a budget of nothing keeps nothing");
}

static void eviction_order(void)
{
    begin();
    padding = 6000; /* so that one call is more than the little extra that goes at once */
    uint32_t open_old = option(0, 1, false);
    uint32_t done_old = option(1, 2, true);
    uint32_t done_new = option(2, 3, true);
    uint32_t open_new = option(3, 4, false);
    struct store_ref ref = store_transaction_ref(store, txn_of(done_old));
    struct store_ref kept = store_transaction_ref(store, txn_of(open_new));
    tap_ok(store_transaction_find(store, ref) == ref.id, "a reference finds its transaction");
    size_t full = store_bytes(store);
    store_set_budget(store, full - 1);
    tap_ok(!store_message(store, done_old) && store_message(store, done_new) &&
               store_message(store, open_old) && store_message(store, open_new),
           "the oldest finished call goes first");
    tap_ok(store_transaction_find(store, ref) == 0, "its reference is invalid");
    uint32_t again = option(4, 5, false);
    tap_ok(txn_of(again) == ref.id ? store_transaction_find(store, ref) == 0 : true,
           "also when the id is used again");
    store_set_budget(store, store_bytes(store) - 1);
    tap_ok(!store_message(store, done_new) && store_message(store, open_old),
           "then the next finished one");
    store_set_budget(store, store_bytes(store) - 1);
    tap_ok(!store_message(store, open_old) && store_message(store, open_new),
           "then the open one that was silent longest");
    tap_ok(store_transaction_find(store, kept) == kept.id, "what stays keeps its reference");
    store_mark(store, kept.id, true);
    tap_ok(store_transaction(store, kept.id)->marked, "and can be marked");
}

static void strange_ids(void)
{
    struct sip_message sip;
    begin();
    say(0, 1, 2, &invite);
    tap_ok(!store_message(store, 0) && !store_message(store, 99999) &&
               !store_transaction(store, UINT32_MAX) && !store_call(store, 99999) &&
               !store_leg(store, 7) && !store_flow(store, 7) && store_scan(store, 99, &sip) < 0,
           "ids that are not in use give nothing");
    tap_ok(store_scan(store, 1, &sip) == 0 && span_is(sip.call_id, "call@a"),
           "a stored message is scanned again");
    const struct flow *flow = store_flow(store, store_message(store, 1)->flow);
    tap_ok(flow && flow->src.ip[3] == 1 && flow->dst.ip[3] == 2 && flow->dst.port == 5060 &&
               flow->refs == 1,
           "its flow tells who sent it to whom");
}

/* A message of a log, whose lines are indented there; its id. */
static uint32_t write_down(int64_t ms, const char *log, const char *text)
{
    static const struct plain plain = { .transport = TRANSPORT_UDP };
    static uint32_t frame;
    struct packet packet = { .time_ns = ms * 1000000,
                             .data = (const uint8_t *)text,
                             .caplen = (uint32_t)strlen(text),
                             .origlen = (uint32_t)strlen(text),
                             .frame = ++frame,
                             .linktype = LINK_PLAIN,
                             .plain = &plain };
    struct payload payload = { .data = packet.data,
                               .len = packet.caplen,
                               .src = { .ip = { 192, 0, 2, 1 }, .port = 5060, .family = 4 },
                               .dst = { .ip = { 192, 0, 2, 2 }, .port = 5060, .family = 4 },
                               .apart = true,
                               .marked = { (const uint8_t *)log, (uint32_t)strlen(log), 3 } };
    struct sip_message sip;
    return sip_scan(&sip, text, packet.caplen) == 0
               ? store_add(store, &packet, &payload, &sip, NULL)
               : 0;
}

/* Nearly as long as one may be in a store of 64 MiB to stay in its log. */
static void write_option(char *to, size_t size, int number, const char *front, const char *end)
{
    snprintf(
        to, size,
        "%sOPTIONS sip:b@y SIP/2.0%s%sCall-ID: %05d@a%s%sSubject: %310s%s%sCSeq: 1 OPTIONS%s%s%s",
        front, end, front, number, end, front, ".", end, front, end, front, end);
}

#define LEFT 20000 /* more than LOOKED_LASTS */

static bool has_call_id(uint32_t id, int number)
{
    struct sip_message sip;
    char call_id[16];
    snprintf(call_id, sizeof call_id, "%05d@a", number);
    return store_scan(store, id, &sip) == 0 && span_is(sip.call_id, call_id);
}

/* Messages that stay in a log are not copied until they are looked at, and not kept for ever then. */
static void left_in_a_log(void)
{
    static char logs[LEFT][480], text[480];
    static uint32_t ids[LEFT];
    begin();
    const size_t before = store_bytes(store);
    for (int i = 0; i < LEFT; i++) {
        write_option(text, sizeof text, i, "", "\r\n");
        write_option(logs[i], sizeof logs[i], i, "   ", "\n");
        ids[i] = write_down(i, logs[i], text);
    }
    const struct message *first = store_message(store, ids[0]);
    tap_ok(!(first->flags & MESSAGE_OWNED) && first->packet == (const uint8_t *)logs[0] &&
               has_call_id(ids[0], 0) && first->payload_len == strlen(text),
           "a message with marks stays in its log, and is read without them");
    struct span payload = message_payload(store, first);
    size_t looked = store_bytes(store);
    tap_ok(payload.p == message_payload(store, first).p && looked > before &&
               looked == store_bytes(store),
           "looking again copies nothing");
    bool good = true;
    for (int i = 1; i <= LOOKED_LASTS; i++)
        good = good && has_call_id(ids[i], i);
    tap_ok(good && payload.p == message_payload(store, first).p && has_call_id(ids[0], 0),
           "its copy outlasts thousands of others");
    for (int round = 0; round < 8; round++)
        for (int i = 1; i < LEFT; i++)
            good = good && has_call_id(ids[i], i);
    tap_ok(good && first->packet == (const uint8_t *)logs[0] && has_call_id(ids[0], 0) &&
               store_bytes(store) < looked + (64u << 20) / 8,
           "not all of them, and it is made again");
    memset(logs[0], '\n', 40);
    for (int round = 0; round < 8; round++)
        for (int i = 1; i < LEFT; i++)
            good = good && has_call_id(ids[i], i);
    tap_ok(good && message_payload(store, first).n == strlen(text),
           "what somebody did to the log changes no length");
    store_set_budget(store, 4 << 20);
    tap_ok(store_counts(store)->evicted_messages > 0 && has_call_id(ids[LEFT - 1], LEFT - 1),
           "those go that have a copy, and those that have none");
    store_free(store);
    store = store_new(1 << 20);
    uint32_t copied = write_down(1, logs[1], text);
    tap_ok(store_message(store, copied)->flags & MESSAGE_OWNED, "a small store copies at once");
}

/* Random conversations in a small store, under the sanitizers: links must hold whatever goes. */
static void random_talk(void)
{
    static const char *const starts[] = { "INVITE sip:b@y SIP/2.0", "ACK sip:b@y SIP/2.0",
                                          "CANCEL sip:b@y SIP/2.0", "BYE sip:b@y SIP/2.0",
                                          "SIP/2.0 180 Ringing",    "SIP/2.0 200 OK",
                                          "SIP/2.0 487 Gone",       "SIP/2.0 503 No" };
    static const char *const methods[] = { "INVITE", "ACK", "CANCEL", "BYE" };
    static const char *const tags[] = { NULL, "t1", "t2" };
    uint32_t random = 4;
    begin();
    store_set_budget(store, 100000);
    for (int i = 0; i < 30000; i++) {
        char branch[24], call_id[24];
        random = random * 1664525u + 1013904223u;
        unsigned r = random >> 8, start = r % 8;
        snprintf(branch, sizeof branch, "%s%.*u", r & 64 ? "z9hG4bK" : "", r & 64 ? 1 : 0,
                 r & 64 ? r >> 7 & 3 : 0);
        snprintf(call_id, sizeof call_id, "%.*u", r >> 19 & 7 ? 1 : 0,
                 r >> 19 & 7 ? r >> 9 & 127 : 0);
        struct talk t = { starts[start],
                          branch,
                          "h",
                          { tags[r >> 16 & 1], tags[(r >> 17) % 3] },
                          call_id,
                          1 + (r >> 20 & 1),
                          methods[start < 4 ? start : r >> 21 & 3] };
        say(i * 100, 1 + (r >> 22 & 1), 3, &t);
    }
    const struct store_counts *c = store_counts(store);
    uint64_t open = 0, live = 0, messages = 0;
    for (uint32_t id = 1; id < store_transaction_end(store); id++) {
        const struct transaction *t = store_transaction(store, id);
        live += t != NULL;
        open += t && t->method != SIP_ACK && t->state <= TXN_PROCEEDING;
        messages += t ? t->messages : 0;
    }
    tap_ok(live == c->live_transactions && open == c->open && messages == c->live_messages,
           "30000 random messages: the counts agree with a recount");
    tap_ok(store_bytes(store) <= 100000 && c->messages == 30000, "inside the budget");
}

int main(void)
{
    failed_invite();
    answered_call();
    cancelled();
    two_hops();
    no_cookie();
    forked();
    retransmissions();
    duplicates();
    timeouts();
    timeouts_in_parts();
    without_request();
    challenges();
    retries();
    observing();
    flood();
    eviction_order();
    strange_ids();
    left_in_a_log();
    random_talk();
    store_free(store);
    return tap_done();
}
