/*
 * Legs of a call across a B2BUA: each reason for taking two calls for one, what is no reason, and
 * taking them apart again. A leg comes in from 192.0.2.1 to the B2BUA 192.0.2.2, and leaves it for
 * 192.0.2.3 a little later.
 */
#include <stdio.h>
#include <string.h>

#include "store/link.h"
#include "tap.h"

static struct store *store;

/* Takes a message in; its call's id. */
static uint32_t feed(int64_t ms, const char *text, size_t n, uint8_t from, uint8_t to)
{
    struct packet packet = { .time_ns = 1000000000 + ms * 1000000,
                             .data = (const uint8_t *)text,
                             .caplen = (uint32_t)n,
                             .origlen = (uint32_t)n,
                             .frame = 1,
                             .linktype = 101 };
    struct payload payload = { .data = packet.data,
                               .len = (uint32_t)n,
                               .src = { .ip = { 192, 0, 2, from }, .port = 5060, .family = 4 },
                               .dst = { .ip = { 192, 0, 2, to }, .port = 5060, .family = 4 } };
    struct sip_message sip;
    if (sip_scan(&sip, text, n) < 0)
        return 0;
    uint32_t id = store_add(store, &packet, &payload, &sip, NULL);
    return store_transaction(store, store_message(store, id)->transaction)->call;
}

/* An INVITE that begins a call; the call's id. */
static uint32_t invite(int64_t ms, uint8_t from, uint8_t to, const char *call_id,
                       const char *caller, const char *callee, const char *headers,
                       const char *body)
{
    char text[2048];
    size_t n = (size_t)snprintf(
        text, sizeof text,
        "INVITE sip:%s@192.0.2.%u SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.%u;branch=z9hG4bK%s\r\n"
        "Max-Forwards: 70\r\nFrom: <sip:%s@a.example>;tag=%s\r\nTo: <sip:%s@b.example>\r\n"
        "Call-ID: %s\r\nCSeq: 1 INVITE\r\nContact: <sip:192.0.2.%u>\r\n%s%s"
        "Content-Length: %zu\r\n\r\n%s",
        callee, to, from, call_id, caller, call_id, callee, call_id, from, headers,
        *body ? "Content-Type: application/sdp\r\n" : "", strlen(body), body);
    return feed(ms, text, n, from, to);
}

/* The answer to such an INVITE. */
static void answer(int64_t ms, uint8_t from, uint8_t to, const char *call_id, unsigned code)
{
    char text[1024];
    size_t n = (size_t)snprintf(
        text, sizeof text,
        "SIP/2.0 %u No\r\nVia: SIP/2.0/UDP 192.0.2.%u;branch=z9hG4bK%s\r\nFrom: <sip:a@a>;tag=%s\r\n"
        "To: <sip:b@b>;tag=t\r\nCall-ID: %s\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n",
        code, to, call_id, call_id, call_id);
    feed(ms, text, n, from, to);
}

struct side {
    const char *call_id, *caller, *callee, *headers, *body;
};

/* The two legs in a store of their own; whether they are one call, and why. */
static enum link_reason joined(const struct side *in, const struct side *out, int64_t apart_ms)
{
    uint32_t ids[4];
    store_free(store);
    store = store_new(16 << 20);
    uint32_t a = invite(0, 1, 2, in->call_id, in->caller, in->callee, in->headers, in->body);
    uint32_t b = invite(apart_ms, 2, 3, out->call_id, out->caller, out->callee, out->headers,
                        out->body);
    size_t n = link_group(store, b, ids, 4);
    enum link_reason why = link_why(store, a, b);
    return (n == 2 && ids[1] == a) == (why != LINK_NONE) ? why : LINK_REASONS;
}

#define SDP                                                                   \
    "v=0\r\no=alice 4711 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\n" \
    "t=0 0\r\nm=audio 40000 RTP/AVP 0\r\n"
#define UUID "ab30317f1a784dc48ff824d0d3715d86"
#define NIL "00000000000000000000000000000000"

static const struct {
    const char *what;
    struct side in, out;
    int64_t apart_ms;
    enum link_reason why;
} rows[] = {
    { "a Session-ID is passed on (RFC 7989)",
      { "one", "alice", "1000", "Session-ID: " UUID ";remote=" NIL "\r\n", "" },
      { "two", "carol", "2000", "Session-ID: " UUID ";remote=" NIL "\r\n", "" },
      9000,
      LINK_SESSION_ID },
    { "a nil Session-ID says nothing",
      { "one", "alice", "1000", "Session-ID: " NIL ";remote=" NIL "\r\n", "" },
      { "two", "carol", "2000", "Session-ID: " NIL ";remote=" NIL "\r\n", "" },
      10,
      LINK_NONE },
    { "X-CID names the other leg",
      { "one", "alice", "1000", "", "" },
      { "two", "carol", "2000", "X-CID: one\r\n", "" },
      10,
      LINK_HEADER },
    { "both carry the site's own header",
      { "one", "alice", "1000", "X-Acme-Leg: 42\r\n", "" },
      { "two", "carol", "2000", "X-Acme-Leg: 42\r\n", "" },
      10,
      LINK_HEADER },
    { "the site's own header differs",
      { "one", "alice", "1000", "X-Acme-Leg: 42\r\n", "" },
      { "two", "carol", "2000", "X-Acme-Leg: 43\r\n", "" },
      10,
      LINK_NONE },
    { "Replaces names it",
      { "one", "alice", "1000", "", "" },
      { "two", "carol", "2000", "Replaces: one;to-tag=t;from-tag=f\r\n", "" },
      10,
      LINK_REPLACES },
    { "the charging id is the same",
      { "one", "alice", "1000", "P-Charging-Vector: icid-value=abcdef0123456789;x=1\r\n", "" },
      { "two", "carol", "2000", "P-Charging-Vector: icid-value=abcdef0123456789\r\n", "" },
      10,
      LINK_CHARGING },
    { "one Call-ID contains the other",
      { "4711-0815-abcdef@a", "alice", "1000", "", "" },
      { "4711-0815-abcdef_b2b-1@b", "carol", "2000", "", "" },
      10,
      LINK_CALL_ID },
    { "the media address is the same",
      { "one", "alice", "1000", "", SDP },
      { "two", "carol", "2000", "", SDP },
      10,
      LINK_SDP },
    { "the numbers are the same, national and international",
      { "one", "+3225551234", "02079460000", "", "" },
      { "two", "025551234", "+442079460000", "", "" },
      800,
      LINK_NUMBERS },
    { "the same numbers long after are another call",
      { "one", "+3225551234", "02079460000", "", "" },
      { "two", "+3225551234", "02079460000", "", "" },
      9000,
      LINK_NONE },
    { "another caller to the same number is another call",
      { "one", "+3225551234", "02079460000", "", "" },
      { "two", "+3225559999", "02079460000", "", "" },
      10,
      LINK_NONE },
};

/* Whether a call with the same numbers is joined to one that came in 300 ms before it. */
static bool joined_by_numbers(unsigned code, int64_t answered_ms, uint8_t from)
{
    uint32_t ids[4];
    store_free(store);
    store = store_new(16 << 20);
    invite(0, 1, 2, "one", "sipp", "service", "", "");
    if (code)
        answer(answered_ms, 2, 1, "one", code);
    uint32_t b = invite(300, from, from == 2 ? 3 : 2, "two", "sipp", "service", "", "");
    return link_group(store, b, ids, 4) == 2;
}

static void chance(void)
{
    tap_ok(joined_by_numbers(0, 0, 2), "a leg that waits may be the one that a call comes from");
    tap_ok(joined_by_numbers(200, 100, 2), "one that was answered, too: a queue answers first");
    tap_ok(joined_by_numbers(486, 310, 2), "and one that is refused after it");
    tap_ok(!joined_by_numbers(404, 20, 2), "one that was refused before it is another call");
    tap_ok(!joined_by_numbers(0, 0, 1), "and so are two of one client");
}

/* A B2BUA with two addresses: the leg leaves from 192.0.2.9, long after, and is asked for from both sides. */
static enum link_reason joined_far(const char *in_headers, const char *out_headers)
{
    uint32_t ids[4], back[4];
    store_free(store);
    store = store_new(16 << 20);
    uint32_t a = invite(0, 1, 2, "one", "alice", "1000", in_headers, "");
    uint32_t b = invite(20000, 9, 3, "two", "carol", "2000", out_headers, "");
    bool both = link_group(store, b, ids, 4) == 2 && ids[1] == a &&
                link_group(store, a, back, 4) == 2 && back[1] == b;
    enum link_reason why = link_why(store, a, b);
    return both == (why != LINK_NONE) ? why : LINK_REASONS;
}

static void two_addresses(void)
{
    static const char session[] = "Session-ID: " UUID ";remote=" NIL "\r\n";
    static const char charging[] = "P-Charging-Vector: icid-value=abcdef0123456789\r\n";
    tap_ok(joined_far(session, session) == LINK_SESSION_ID, "a session joins legs of any address");
    tap_ok(joined_far(charging, charging) == LINK_CHARGING, "a charging id does");
    tap_ok(joined_far("", "X-CID: one\r\n") == LINK_HEADER, "a header that names the Call-ID does");
    struct span header = link_header(store, 1, 2), back = link_header(store, 2, 1);
    tap_ok(span_is(header, "X-CID") && span_is(back, "X-CID"), "and is known by its name");
    tap_ok(joined_far("X-Acme-Leg: 42\r\n", "X-Acme-Leg: 42\r\n") == LINK_HEADER,
           "the site's own header does");
    tap_ok(span_is(link_header(store, 1, 2), "X-Acme-Leg"), "and is known by its name");
    tap_ok(joined_far("", "Replaces: one;to-tag=t;from-tag=f\r\n") == LINK_REPLACES,
           "a call that is picked up is the one that Replaces names");
    tap_ok(joined_far("", "X-CID: other\r\n") == LINK_NONE, "nobody is joined by a name of others");
    tap_ok(joined_far("", "") == LINK_NONE, "nor without any");
    tap_ok(link_header(store, 1, 2).n == 0, "and no header is called the reason");
}

/* More of them than are remembered: the latest are found, and each only by its own name. */
static void many_names(void)
{
    char name[64], headers[96];
    uint32_t ids[4], first = 0, last = 0;
    store_free(store);
    store = store_new(64 << 20);
    for (int i = 0; i < 9000; i++) {
        snprintf(name, sizeof name, "leg-%d", i);
        snprintf(headers, sizeof headers, "X-CID: flow-%d\r\n", i);
        last = invite(i, 1, 2, name, "alice", "1000", headers, "");
        first = i ? first : last;
    }
    uint32_t b = invite(9100, 9, 3, "out", "carol", "2000", "X-CID: flow-8999\r\n", "");
    tap_ok(link_group(store, b, ids, 4) == 2 && ids[1] == last, "the latest of many is found");
    b = invite(9200, 9, 3, "out2", "carol", "2000", "X-CID: flow-0\r\n", "");
    tap_ok(first && link_group(store, b, ids, 4) == 1, "the first has been forgotten");
}

/* How many calls wait for a look; none does after it. */
static unsigned looked_at(void)
{
    unsigned n = 0;
    while (store_attention(store, true))
        n++;
    return n;
}

/* What was found in one leg may stand on another: both are looked at, and nobody else. */
static void looked_at_again(void)
{
    uint32_t a = (joined(&rows[2].in, &rows[2].out, 10), 1);
    invite(20, 7, 8, "other", "dave", "3000", "", "");
    looked_at();
    store_separate(store, a, true);
    tap_ok(looked_at() == 2, "both legs of a join that was undone are looked at again");
    store_separate(store, a, false);
    tap_ok(looked_at() == 2, "and when it is taken back");
}

/* Which leg came first, and what each is joined to, whichever is asked for. */
static void in_order(void)
{
    uint32_t ids[4];
    size_t other = 9;
    store_free(store);
    store = store_new(16 << 20);
    uint32_t a = invite(0, 1, 2, "one", "alice", "1000", "", "");
    uint32_t b = invite(10, 2, 3, "two", "carol", "2000", "X-CID: one\r\n", "");
    uint32_t c = invite(20, 3, 4, "three", "dave", "3000", "X-CID: two\r\n", "");
    tap_ok(link_legs(store, c, ids, 4) == 3 && ids[0] == a && ids[1] == b && ids[2] == c,
           "legs stand in the order in which they began");
    tap_ok(link_leg(store, ids, 3, 2, &other) == LINK_HEADER && other == 1,
           "the third is joined to the second");
    tap_ok(link_leg(store, ids, 3, 1, &other) == LINK_HEADER && other == 0,
           "which is to the first");
    struct strbuf text = STRBUF_INIT;
    link_put_reason(&text, store, a, b, true);
    tap_ok(strcmp(strbuf_str(&text), "joined by X-CID") == 0 &&
               strcmp(link_reason_word(LINK_HEADER), "header") == 0,
           "it is said by what");
    strbuf_free(&text);
}

int main(void)
{
    char *own[] = { "X-Acme-Leg" };
    uint32_t ids[4];
    link_name_headers(own, 1);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        tap_ok(joined(&rows[i].in, &rows[i].out, rows[i].apart_ms) == rows[i].why, "%s",
               rows[i].what);
    uint32_t a = (joined(&rows[2].in, &rows[2].out, 10), 1);
    store_separate(store, a, true);
    tap_ok(link_group(store, a, ids, 4) == 1 && link_why(store, 1, 2) == LINK_NONE,
           "a call that was separated stands alone");
    store_separate(store, a, false);
    tap_ok(link_group(store, a, ids, 4) == 2, "and comes back");
    looked_at_again();
    in_order();
    chance();
    two_addresses();
    many_names();
    store_free(store);
    return tap_done();
}
