/*
 * Legs of a call across a B2BUA: each reason for taking two calls for one, what is no reason, and
 * taking them apart again. A leg comes in from 192.0.2.1 to the B2BUA 192.0.2.2, and leaves it for
 * 192.0.2.3 a little later.
 */
#include <stdio.h>
#include <string.h>

#include "store/joined.h"
#include "store/kin.h"
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
    tap_ok(joined_far("", "Join: one;to-tag=t;from-tag=f\r\n") == LINK_REPLACES,
           "and one that is joined is the one that Join names");
    tap_ok(joined_far("", "X-CID: other\r\n") == LINK_NONE, "nobody is joined by a name of others");
    tap_ok(joined_far("", "") == LINK_NONE, "nor without any");
    tap_ok(link_header(store, 1, 2).n == 0, "and no header is called the reason");
}

/* Among many each is found by its own name; what all of them are called is no name. */
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
    tap_ok(link_group(store, b, ids, 4) == 2 && ids[1] == first, "and so is the first");
}

/* Long after, and many calls later, the first legs are still found, from both sides. */
static void many_calls(void)
{
    uint32_t ids[4], in = 0, out = 0;
    store_free(store);
    store = store_new(64 << 20);
    for (int i = 0; i < 2000; i++) {
        char a[32], b[32], number[32];
        snprintf(a, sizeof a, "in-%d", i);
        snprintf(b, sizeof b, "out-%d", i);
        snprintf(number, sizeof number, "+32255%05d", i * 7919 % 100000);
        uint32_t one = invite(100 * i, 1, 2, a, "alice", number, "", "");
        uint32_t other = invite(100 * i + 4, 2, 3, b, "alice", number, "", "");
        in = i ? in : one;
        out = i ? out : other;
    }
    tap_ok(link_group(store, out, ids, 4) == 2 && ids[1] == in,
           "an old leg finds where it came from");
    tap_ok(link_group(store, in, ids, 4) == 2 && ids[1] == out, "and what came from it");
    tap_ok(link_origins(store, out, ids) == 1 && ids[0] == in && link_origins(store, in, ids) == 0,
           "one of them came from the other");
    /* captured in the wrong order */
    out = invite(900000, 2, 3, "early", "bob", "3000", "", "");
    in = invite(900005, 1, 2, "late", "bob", "3000", "", "");
    for (int i = 0; i < 400; i++) {
        char a[32];
        snprintf(a, sizeof a, "more-%d", i);
        invite(900100 + 100 * i, 1, 2, a, "carol", "4000", "", "");
    }
    tap_ok(link_group(store, out, ids, 4) == 2 && ids[1] == in,
           "a leg that was captured a little before the one in finds it, too");
}

/* A name that everybody bears: nobody is joined by it. */
static void no_name(void)
{
    char name[64];
    uint32_t ids[4], last = 0;
    store_free(store);
    store = store_new(64 << 20);
    for (int i = 0; i < 600; i++) {
        snprintf(name, sizeof name, "leg-%d", i);
        last = invite(10 * i, 1, 2, name, "alice", "1000", "X-CID: trunk\r\n", "");
    }
    tap_ok(link_group(store, last, ids, 4) == 1, "what is in every call joins none");
}

/*
 * Where the B2BUA 192.0.2.2 has another address for the way out, 192.0.2.9: joined from both sides,
 * with other calls before, between and after.
 */
static enum link_reason joined_apart(const struct side *in, const struct side *out,
                                     int64_t apart_ms)
{
    uint32_t ids[4], back[4];
    store_free(store);
    store = store_new(16 << 20);
    invite(0, 5, 2, "before-everything@x", "erin", "4000", "", "");
    uint32_t a = invite(500, 1, 2, in->call_id, in->caller, in->callee, in->headers, in->body);
    invite(501, 5, 2, "between-the-legs@x", "frank", "5000", "", "");
    uint32_t b = invite(500 + apart_ms, 9, 3, out->call_id, out->caller, out->callee, out->headers,
                        out->body);
    invite(600 + apart_ms, 5, 2, "after-everything@x", "grace", "6000", "", "");
    bool both = link_group(store, b, ids, 4) == 2 && ids[1] == a &&
                link_group(store, a, back, 4) == 2 && back[1] == b;
    enum link_reason why = link_why(store, a, b);
    return both == (why != LINK_NONE) ? why : LINK_REASONS;
}

#define SDP_AT(origin, address, port) \
    "v=0\r\no=" origin "\r\ns=-\r\nc=IN IP4 " address "\r\nt=0 0\r\nm=audio " port " RTP/AVP 0\r\n"
#define OWN_SDP SDP_AT("alice 4711 1 IN IP4 192.0.2.1", "192.0.2.1", "40000")
#define SIPP_SDP SDP_AT("user1 53655765 2353687637 IN IP4 127.0.0.1", "127.0.0.1", "6000")

/*
 * An announcement of 20 s before the leg out, then many other calls: both legs are old when they are
 * asked for. The B2BUA has one address, or another one for the way out.
 */
static enum link_reason joined_late(const struct side *in, const struct side *out, uint8_t address,
                                    unsigned refused)
{
    uint32_t ids[4], back[4];
    store_free(store);
    store = store_new(16 << 20);
    uint32_t a = invite(0, 1, 2, in->call_id, in->caller, in->callee, in->headers, in->body);
    invite(1000, address, 3, "somebody-else@x", "erin", "4000", "", "");
    if (refused)
        answer(9000, 2, 1, in->call_id, refused);
    uint32_t b = invite(20000, address, 3, out->call_id, out->caller, out->callee, out->headers,
                        out->body);
    for (int i = 0; i < 600; i++) {
        char call_id[48], number[16];
        snprintf(call_id, sizeof call_id, "%dmore-%d@x", 7919 * i, i);
        snprintf(number, sizeof number, "7%03d", i);
        invite(40000 + 200 * i, i % 2 ? address : 5, i % 2 ? 3 : 2, call_id, number, "9000", "",
               "");
    }
    bool from_out = link_group(store, b, ids, 4) == 2 && ids[1] == a;
    bool from_in = link_group(store, a, back, 4) == 2 && back[1] == b;
    enum link_reason why = link_why(store, a, b);
    return from_out == from_in && from_in == (why != LINK_NONE) ? why : LINK_REASONS;
}

static void late(void)
{
    static const struct {
        const char *what;
        struct side in, out;
        unsigned refused; /* the leg in, before the leg out */
        enum link_reason why;
    } rows_late[] = {
        { "a Session-ID",
          { "one", "alice", "1000", "Session-ID: " UUID ";remote=" NIL "\r\n", "" },
          { "two", "carol", "2000", "Session-ID: " UUID ";remote=" NIL "\r\n", "" },
          0,
          LINK_SESSION_ID },
        { "a header that names the Call-ID",
          { "one", "alice", "1000", "", "" },
          { "two", "carol", "2000", "X-CID: one\r\n", "" },
          0,
          LINK_HEADER },
        { "a charging id",
          { "one", "alice", "1000", "P-Charging-Vector: icid-value=abcdef0123456789\r\n", "" },
          { "two", "carol", "2000", "P-Charging-Vector: icid-value=abcdef0123456789\r\n", "" },
          0,
          LINK_CHARGING },
        { "a Call-ID with more behind it",
          { "8f3a91c2d4e7b650@a", "alice", "1000", "", "" },
          { "8f3a91c2d4e7b650-b2b_1@b", "carol", "2000", "", "" },
          0,
          LINK_CALL_ID },
        { "the caller's session description, unchanged",
          { "one", "alice", "1000", "", OWN_SDP },
          { "two", "alice", "2000", "", OWN_SDP },
          0,
          LINK_SDP },
        { "not that of another caller",
          { "one", "alice", "1000", "", OWN_SDP },
          { "two", "carol", "2000", "", OWN_SDP },
          0,
          LINK_NONE },
        { "not that of a leg that was refused before",
          { "one", "alice", "1000", "", OWN_SDP },
          { "two", "alice", "2000", "", OWN_SDP },
          486,
          LINK_NONE },
        { "not the numbers alone",
          { "one", "alice", "1000", "", "" },
          { "two", "alice", "1000", "", "" },
          0,
          LINK_NONE },
    };
    for (size_t i = 0; i < sizeof rows_late / sizeof rows_late[0]; i++)
        for (uint8_t address = 2; address <= 9; address += 7) {
            enum link_reason why = joined_late(&rows_late[i].in, &rows_late[i].out, address,
                                               rows_late[i].refused);
            tap_ok(why == rows_late[i].why, "late, from 192.0.2.%u: %s: %s", address,
                   rows_late[i].what, why < LINK_REASONS ? link_reason_name(why) : "one-sided");
        }
}

static void apart(void)
{
    static const struct {
        const char *what;
        struct side in, out;
        int64_t apart_ms;
        enum link_reason why;
    } rows_apart[] = {
        { "apart: a Call-ID with more behind it",
          { "8f3a91c2d4e7b650@a", "alice", "1000", "", "" },
          { "8f3a91c2d4e7b650-b2b_1@b", "carol", "2000", "", "" },
          700,
          LINK_CALL_ID },
        { "apart: and with more before it",
          { "8f3a91c2d4e7b650@a", "alice", "1000", "", "" },
          { "out.8f3a91c2d4e7b650@b", "carol", "2000", "", "" },
          700,
          LINK_CALL_ID },
        { "apart: the same one at another host",
          { "8f3a91c2d4e7b650@a", "alice", "1000", "", "" },
          { "8f3a91c2d4e7b650@b", "carol", "2000", "", "" },
          700,
          LINK_CALL_ID },
        { "apart: a short one is in many",
          { "17-4711@a", "alice", "1000", "", "" },
          { "117-4711-2@b", "carol", "2000", "", "" },
          700,
          LINK_NONE },
        { "apart: 1 is in all",
          { "1", "alice", "1000", "", "" },
          { "1@b.example.org", "carol", "2000", "", "" },
          700,
          LINK_NONE },
        { "apart: a number in a longer one is another one",
          { "10-1234567@a", "alice", "1000", "", "" },
          { "110-1234567@a", "carol", "2000", "", "" },
          700,
          LINK_NONE },
        { "apart: one character over and over",
          { "000000000000000@a", "alice", "1000", "", "" },
          { "000000000000000-1@b", "carol", "2000", "", "" },
          700,
          LINK_NONE },
        { "apart: the same media address and port",
          { "one", "alice", "1000", "", OWN_SDP },
          { "two", "carol", "2000", "",
            SDP_AT("b2b 1 1 IN IP4 198.51.100.1", "192.0.2.1", "40000") },
          700,
          LINK_SDP },
        { "apart: the same o=, media through the B2BUA, the same caller",
          { "one", "alice", "1000", "", OWN_SDP },
          { "two", "alice", "2000", "",
            SDP_AT("alice 4711 1 IN IP4 192.0.2.1", "198.51.100.1", "9000") },
          700,
          LINK_SDP },
        { "apart: the same o= alone",
          { "one", "alice", "1000", "", OWN_SDP },
          { "two", "carol", "2000", "",
            SDP_AT("alice 4711 1 IN IP4 192.0.2.1", "198.51.100.1", "9000") },
          700,
          LINK_NONE },
        { "apart: the same private address in two networks",
          { "one", "alice", "1000", "", SDP_AT("- 1 1 IN IP4 10.0.0.1", "192.168.1.2", "5004") },
          { "two", "carol", "2000", "", SDP_AT("- 2 1 IN IP4 10.0.0.1", "192.168.1.2", "5004") },
          700,
          LINK_NONE },
        { "apart: the same media address long after",
          { "one", "alice", "1000", "", OWN_SDP },
          { "two", "carol", "2000", "", OWN_SDP },
          5000,
          LINK_NONE },
        { "apart: the same numbers alone",
          { "one", "alice", "1000", "", "" },
          { "two", "alice", "1000", "", "" },
          700,
          LINK_NONE },
    };
    for (size_t i = 0; i < sizeof rows_apart / sizeof rows_apart[0]; i++)
        tap_ok(joined_apart(&rows_apart[i].in, &rows_apart[i].out, rows_apart[i].apart_ms) ==
                   rows_apart[i].why,
               "%s", rows_apart[i].what);
}

/* SIPp says the same in all calls; of its calls through a B2BUA with two addresses none is another's. */
static void habits(void)
{
    uint32_t ids[8], in[3], out[3];
    store_free(store);
    store = store_new(16 << 20);
    for (int i = 0; i < 3; i++) {
        char a[16], b[16];
        snprintf(a, sizeof a, "%d-4711@a", i);
        snprintf(b, sizeof b, "%d-0815@b", i);
        in[i] = invite(100 * i, 1, 2, a, "sipp", "service", "", SIPP_SDP);
        out[i] = invite(100 * i + 5, 9, 3, b, "sipp", "service", "", SIPP_SDP);
    }
    bool wrong = false;
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++)
            wrong = wrong || (i != k && (link_why(store, in[i], out[k]) != LINK_NONE ||
                                         link_why(store, in[i], in[k]) != LINK_NONE ||
                                         link_why(store, out[i], out[k]) != LINK_NONE));
    tap_ok(!wrong, "calls of one scenario are not taken for one another");
    uint32_t a = invite(9000, 1, 2, "one", "alice", "1000", "", OWN_SDP);
    uint32_t b = invite(9010, 9, 3, "two", "alice", "1000", "", OWN_SDP);
    uint32_t c = invite(9020, 9, 4, "three", "alice", "1000", "", OWN_SDP);
    tap_ok(link_legs(store, c, ids, 8) == 3 && link_why(store, a, b) == LINK_SDP &&
               link_why(store, a, c) == LINK_SDP,
           "a call that rings at two places has three legs");
}

/* An SBC uses a port again when a call has ended. */
static void port_again(void)
{
    uint32_t ids[4];
    store_free(store);
    store = store_new(16 << 20);
    invite(0, 1, 2, "one", "alice", "1000", "", OWN_SDP);
    answer(300, 2, 1, "one", 404);
    uint32_t b = invite(700, 9, 3, "two", "carol", "2000", "", OWN_SDP);
    tap_ok(link_group(store, b, ids, 4) == 1, "a port that is used again joins nothing");
}

/* A REFER within the call, from one to another; its call. */
static uint32_t refer(int64_t ms, uint8_t from, uint8_t to, const char *call_id,
                      const char *headers)
{
    char text[1024];
    size_t n = (size_t)snprintf(
        text, sizeof text,
        "REFER sip:b@192.0.2.%u SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.%u;branch=z9hG4bKr%s\r\n"
        "From: <sip:alice@a.example>;tag=%s\r\nTo: <sip:bob@b.example>;tag=t\r\nCall-ID: %s\r\n"
        "CSeq: 2 REFER\r\nContact: <sip:192.0.2.%u>\r\n%sContent-Length: 0\r\n\r\n",
        to, from, call_id, call_id, call_id, from, headers);
    return feed(ms, text, n, from, to);
}

#define BY_ALICE "Referred-By: <sip:alice@a.example>\r\n"

/* alice (1) calls bob (2), later carol (3), and gives bob to carol, whom bob calls. */
static void attended(void)
{
    uint32_t ids[8];
    store_free(store);
    store = store_new(16 << 20);
    uint32_t one = invite(0, 1, 2, "first", "alice", "bob", "", "");
    uint32_t two = invite(60000, 1, 3, "second%1", "alice", "carol", "", "");
    refer(90000, 1, 2, "first",
          "Refer-To: <sip:carol@192.0.2.3?Replaces=second%251%3Bto-tag%3Dt%3Bfrom-tag%3Df>\r\n");
    uint32_t three = invite(90050, 2, 3, "third", "bob", "carol",
                            "Replaces: second%1;to-tag=t;from-tag=f\r\n", "");
    bool all = true;
    const uint32_t each[] = { one, two, three };
    for (size_t i = 0; i < 3; i++)
        all = all && link_legs(store, each[i], ids, 8) == 3 && ids[0] == one && ids[1] == two &&
              ids[2] == three;
    tap_ok(all, "all calls of an attended transfer belong together, from each of them");
    tap_ok(link_why(store, one, three) == LINK_REPLACES &&
               link_why(store, two, three) == LINK_REPLACES,
           "by REFER and by Replaces");
    store_separate(store, three, true);
    tap_ok(link_group(store, one, ids, 8) == 1 && link_group(store, two, ids, 8) == 1,
           "without the third none are joined");
}

/* A transfer to carol that `from` carries out `after_ms` later; whether it is joined to the call. */
static bool blind(uint8_t from, const char *callee, const char *refer_headers, const char *headers,
                  int64_t after_ms)
{
    uint32_t ids[8];
    store_free(store);
    store = store_new(16 << 20);
    uint32_t one = invite(0, 1, 2, "first", "alice", "bob", "", "");
    uint32_t other = invite(50000, 1, 4, "other", "alice", "dave", "", "");
    refer(60000, 1, 2, "first", refer_headers);
    uint32_t three = invite(60000 + after_ms, from, 3, "third", "bob", callee, headers, "");
    bool both = link_legs(store, three, ids, 8) == 2 && ids[0] == one &&
                link_legs(store, one, ids, 8) == 2 && ids[1] == three &&
                link_why(store, one, three) == LINK_REPLACES;
    return both && link_group(store, other, ids, 8) == 1;
}

static void transfers(void)
{
    static const char to_carol[] = "Refer-To: <sip:carol@c.example>\r\n";
    static const char by_alice[] = "Refer-To: <sip:carol@c.example>\r\n" BY_ALICE;
    attended();
    tap_ok(blind(2, "carol", by_alice, BY_ALICE, 20), "a blind transfer, by Referred-By");
    tap_ok(blind(2, "+3215", by_alice, BY_ALICE, 20), "to a number that the target replaced");
    tap_ok(blind(9, "carol", by_alice, BY_ALICE, 20), "from another address of the target");
    tap_ok(blind(2, "carol", to_carol, "", 20), "a B2BUA calls whom it was asked to call");
    tap_ok(blind(2, "carol", to_carol, BY_ALICE, 20), "Referred-By of who sent the REFER");
    tap_ok(!blind(9, "dave", by_alice, BY_ALICE, 20),
           "somebody else who was called by others is not");
    tap_ok(!blind(2, "erin", to_carol, "", 20), "nor whoever else the target calls");
    tap_ok(!blind(2, "carol", by_alice, BY_ALICE, 40000), "nor one long after");
}

/* What is remembered of names keeps within a part of the budget, and the latest are in it. */
static void bounded(void)
{
    struct kin *kin = NULL;
    uint32_t ids[2];
    store_free(store);
    store = store_new(4 << 20);
    invite(0, 1, 2, "one", "alice", "1000", "", "");
    invite(1, 1, 2, "two", "alice", "1000", "", "");
    for (uint64_t key = 1; key <= 100000; key++)
        kin_add(&kin, store, key * UINT64_C(0x9e3779b97f4a7c15), 1 + key % 2);
    tap_ok(kin_bytes(kin) <= store_budget(store) / 16, "names take a small part of the budget");
    tap_ok(kin_find(kin, store, 100000 * UINT64_C(0x9e3779b97f4a7c15), ids, 2) == 1 && ids[0] == 1,
           "the latest is found");
    tap_ok(kin_find(kin, store, UINT64_C(0x9e3779b97f4a7c15), ids, 2) == 0, "the first is not");
    for (int i = 0; i < 100000; i++)
        kin_add(&kin, store, 7, 1 + (uint32_t)i % 2);
    tap_ok(kin_find(kin, store, 7, ids, 2) == 2 && kin_count(kin, 7) == 100000,
           "one that is added again and again is counted");
    kin_free(kin);
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

/* Three legs, each from the one before; how many are one call with the first. */
static size_t chain(uint32_t legs[3])
{
    uint32_t ids[JOINED_LEGS];
    store_free(store);
    store = store_new(16 << 20);
    legs[0] = invite(0, 1, 2, "one", "alice", "1000", "", "");
    legs[1] = invite(10, 2, 3, "two", "carol", "2000", "X-CID: one\r\n", "");
    legs[2] = invite(20, 3, 4, "three", "dave", "3000", "X-CID: two\r\n", "");
    return joined_legs(store, legs[0], ids);
}

/* Whether these calls are one, in this order, whichever is asked. */
static bool are_one(const uint32_t *legs, size_t n)
{
    uint32_t ids[JOINED_LEGS];
    bool one = true;
    for (size_t i = 0; i < n; i++)
        one = one && joined_first(store, legs[i]) == legs[0] &&
              joined_legs(store, legs[i], ids) == n && memcmp(ids, legs, n * sizeof *ids) == 0;
    return one;
}

static bool changed(uint32_t wanted)
{
    bool found = false;
    for (uint32_t id; (id = joined_changed(store)) != 0;)
        found = found || id == wanted;
    return found;
}

/* Calls across their legs, kept: joined, undone, joined later, counted. */
static void kept(void)
{
    uint32_t legs[3], last[3];
    bool all;
    tap_ok(chain(legs) == 3 && are_one(legs, 3), "three legs are one call");
    tap_ok(joined_count(store, &all) == 1 && all, "which is counted once");
    joined_watch(store);
    store_separate(store, legs[2], true);
    tap_ok(are_one(legs, 2) && are_one(legs + 2, 1) && changed(legs[2]),
           "without the last, two are one and it is alone: it is told");
    while (joined_work(store, 8))
        continue;
    tap_ok(joined_count(store, &all) == 2 && all, "two calls");
    store_separate(store, legs[2], false);
    changed(0);
    tap_ok(are_one(legs, 3) && changed(legs[2]), "and taken back");
    store_separate(store, legs[1], true);
    tap_ok(are_one(legs, 1) && are_one(legs + 1, 1) && are_one(legs + 2, 1),
           "without the one between, each is alone");
    store_separate(store, legs[1], false);
    tap_ok(are_one(legs, 3) && joined_count(store, &all) == 1, "and back again");

    chain(legs);
    joined_watch(store);
    last[0] = invite(30, 4, 5, "four", "erin", "4000", "X-CID: three\r\n", "");
    tap_ok(joined_first(store, last[0]) == legs[0] && changed(last[0]),
           "a leg that comes later joins them");
    refer(40, 1, 2, "away", "Refer-To: <sip:frank@192.0.2.6>\r\n");
    invite(50, 8, 9, "register", "zoe", "zoe", "", "");
    while (joined_work(store, 1))
        continue;
    tap_ok(joined_count(store, &all) == 2 && all, "another call is another one");
}

/* The parent is captured a little after what was made of it: first somebody else seemed to be it. */
static void late_parent(void)
{
    static const char by_cid[] = "X-CID: parent\r\n";
    uint32_t ids[JOINED_LEGS];
    store_free(store);
    store = store_new(16 << 20);
    uint32_t weak = invite(0, 1, 2, "weak", "alice", "1000", "", "");
    uint32_t leg = invite(10, 2, 3, "leg", "alice", "1000", by_cid, "");
    tap_ok(joined_legs(store, leg, ids) == 2 && ids[0] == weak, "joined by numbers at first");
    uint32_t parent = invite(20, 1, 2, "parent", "bob", "2000", "", "");
    invite(5000, 7, 8, "later", "x", "y", "", ""); /* time goes on */
    size_t n = joined_legs(store, leg, ids);
    bool first = link_why(store, parent, leg) == LINK_HEADER;
    tap_ok(!first || (n == 2 && joined_first(store, weak) == weak),
           "then to the one that it names, and the other is alone");
}

/* A Call-ID that was used for OPTIONS again and again, and then for an INVITE: it is a call then. */
static void late_session(void)
{
    char text[512];
    bool all;
    uint32_t id = 0;
    store_free(store);
    store = store_new(16 << 20);
    for (int i = 0; i < 20; i++) {
        size_t n = (size_t)snprintf(
            text, sizeof text,
            "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKo%d\r\nFrom: "
            "<sip:a@a>;tag=f\r\nTo: <sip:b@b>\r\nCall-ID: one\r\nCSeq: %d OPTIONS\r\n\r\n",
            i, 100 + i);
        id = feed(i, text, n, 1, 2);
    }
    tap_ok(!joined_is_call(store, id) && joined_first(store, id) == id &&
               joined_count(store, &all) == 0 && all,
           "OPTIONS make no call");
    invite(100, 1, 2, "one", "alice", "1000", "", "");
    uint32_t other = invite(110, 2, 3, "two", "carol", "2000", "X-CID: one\r\n", "");
    tap_ok(joined_is_call(store, id), "an INVITE does");
    while (joined_work(store, 3))
        continue;
    tap_ok(joined_first(store, other) == id && joined_count(store, &all) == 1 && all,
           "which another leg joins");
}

/* What was evicted is no leg, and the others go on without it. */
static void without_evicted(void)
{
    uint32_t legs[JOINED_LEGS], ids[JOINED_LEGS], one[3];
    chain(one);
    for (int i = 0; i < 3; i++)
        answer(100 + i, (uint8_t)(2 + i), (uint8_t)(1 + i),
               i == 0   ? "one"
               : i == 1 ? "two"
                        : "three",
               486);
    for (int i = 0; i < 3000; i++) {
        char name[32];
        snprintf(name, sizeof name, "other%d", i);
        invite(40000 + i, 5, 6, name, name, name, "", "");
    }
    size_t n = joined_legs(store, one[0], legs);
    store_set_budget(store, store_bytes(store));
    invite(90000, 7, 8, "new", "zoe", "yan", "", "");
    bool all;
    tap_ok(n == 3 && joined_legs(store, one[0], ids) == 0 && store_counts(store)->evicted_calls &&
               joined_count(store, &all) == store_counts(store)->live_sessions,
           "legs that were evicted are counted no more");
}

/* A flood that names one call: a call has no more legs than that. */
static void most_legs(void)
{
    uint32_t ids[JOINED_LEGS];
    char name[32], header[64];
    bool all, bounded = true;
    store_free(store);
    store = store_new(16 << 20);
    invite(0, 1, 2, "leg0", "alice", "1000", "", "");
    for (int i = 1; i < 100; i++) {
        snprintf(name, sizeof name, "leg%d", i);
        snprintf(header, sizeof header, "X-CID: leg%d\r\n", i - 1);
        invite(i, 2, 3, name, "alice", "1000", header, "");
    }
    while (joined_work(store, SIZE_MAX))
        continue;
    for (uint32_t id = 1; id < store_call_end(store); id++)
        bounded = bounded && joined_legs(store, id, ids) <= JOINED_LEGS;
    tap_ok(bounded && joined_count(store, &all) >= 4 && all, "a call has no more legs than some");
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
    late();
    many_names();
    many_calls();
    no_name();
    apart();
    habits();
    port_again();
    transfers();
    bounded();
    kept();
    late_parent();
    late_session();
    without_evicted();
    most_legs();
    store_free(store);
    return tap_done();
}
