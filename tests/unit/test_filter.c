/*
 * Filter expressions on a small store of hand-made messages: which transactions
 * fit, where errors point, what is refused; and the regular expressions below.
 */
#include <stdlib.h>

#include "base/regex.h"
#include "base/strbuf.h"
#include "store/filter.h"
#include "store/store.h"
#include "tap.h"

#define MS 1000000LL
#define START 1700000000000000000LL

static char bytes[16384]; /* what the mapped packets point into */
static size_t used;
static uint32_t frame;
static struct store *store;

static bool truncated; /* the packet has not all of its bytes */

static const struct addr A1 = { { 10, 0, 0, 1 }, 5060, 4, 0 };
static const struct addr A2 = { { 10, 0, 0, 2 }, 5060, 4, 0 };
static const struct addr A3 = { { 192, 0, 2, 33 }, 5070, 4, 0 };
static const struct addr S1 = { { 0x20, 1, 0xd, 0xb8, [15] = 1 }, 5061, 6, 0 };
static const struct addr S2 = { { 0x20, 1, 0xd, 0xb8, [15] = 2 }, 40000, 6, 0 };

/* Adds a message `at` milliseconds (tenths: at10) after the start; returns its transaction. */
static uint32_t add(int at10, const struct addr *src, const struct addr *dst, uint8_t transport,
                    const char *text)
{
    struct sip_message sip;
    size_t n = strlen(text);
    uint8_t *data = (uint8_t *)memcpy(bytes + used, text, n);
    used += n;
    struct packet packet = { .time_ns = START + at10 * (MS / 10),
                             .data = data,
                             .caplen = (uint32_t)n,
                             .origlen = (uint32_t)n,
                             .frame = ++frame,
                             .source = transport == TRANSPORT_TCP,
                             .linktype = 1,
                             .mapped = true };
    struct payload payload = { .data = data,
                               .len = (uint32_t)n,
                               .src = *src,
                               .dst = *dst,
                               .transport = transport,
                               .truncated = truncated };
    if (sip_scan(&sip, data, n) < 0)
        return 0;
    const struct message *m = store_message(store, store_add(store, &packet, &payload, &sip, NULL));
    return m ? m->transaction : 0;
}

#define ROUTE(branch, cseq)                                                      \
    "Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK" branch "\r\nMax-Forwards: 70\r\n" \
    "CSeq: " cseq "\r\n"
#define PEOPLE_A                                                           \
    "From: \"Alice A\" <sip:alice@example.com:5080;user=phone>;tag=a1\r\n" \
    "To: <sip:+15550100@example.net>\r\nCall-ID: call-A@10.0.0.1\r\n"
#define PEOPLE_D \
    "From: <sip:dora@example.com>;tag=d1\r\nTo: <sip:bob:pw@b.example>\r\nCall-ID: call-D\r\n"
#define PEOPLE(name)                                                                      \
    "From: <sip:" name "@example.org>;tag=" name "1\r\nTo: <sip:service@example.org>\r\n" \
    "Call-ID: call-" name "\r\n"
#define END "Content-Length: 0\r\n\r\n"

/* Call A: 488 after 12.4 ms. */
static uint32_t add_failed_invite(void)
{
    uint32_t id = add(
        0, &A1, &A2, TRANSPORT_UDP,
        "INVITE sip:+15550100@gw.example.net:5090;user=phone SIP/2.0\r\n" ROUTE("A", "7 INVITE")
            PEOPLE_A "User-Agent: PhoneOne/2.1\r\nX-Trunk: carrier-a\r\n"
                     "m: <sip:alice@10.0.0.1:5060>, \"x\" <sip:spare@10.0.0.1>\r\n"
                     "Content-Type: application/sdp\r\nContent-Length: 5\r\n\r\nv=0\r\n");
    add(10, &A2, &A1, TRANSPORT_UDP, "SIP/2.0 100 Trying\r\n" ROUTE("A", "7 INVITE") PEOPLE_A END);
    add(124, &A2, &A1, TRANSPORT_UDP,
        "SIP/2.0 488 Not Acceptable Here\r\n" ROUTE("A", "7 INVITE") PEOPLE_A
        "Server: Gateway 3 (\"lab\")\r\nWarning: 305 gw \"Incompatible media format\"\r\n" END);
    add(130, &A1, &A2, TRANSPORT_UDP,
        "ACK sip:+15550100@gw.example.net SIP/2.0\r\n" ROUTE("A", "7 ACK") PEOPLE_A
        "X-Only-Ack: yes\r\n" END);
    return id;
}

/* B: a challenged registration. */
static uint32_t add_challenge(void)
{
    uint32_t id = add(200, &A3, &A2, TRANSPORT_UDP,
                      "REGISTER sip:example.org SIP/2.0\r\n" ROUTE("B", "1 REGISTER")
                          PEOPLE("b") "Contact: <sip:1001@192.0.2.33:5070>\r\n" END);
    add(230, &A2, &A3, TRANSPORT_UDP,
        "SIP/2.0 401 Unauthorized\r\n" ROUTE("B", "1 REGISTER")
            PEOPLE("b") "User-Agent: Registrar X\r\n" END);
    return id;
}

/* C: over TCP and IPv6, sent twice, never answered. */
static uint32_t add_unanswered(void)
{
    const char *text = "OPTIONS sip:c SIP/2.0\r\n" ROUTE("C", "3 OPTIONS") PEOPLE("c") END;
    uint32_t id = add(300, &S2, &S1, TRANSPORT_TCP, text);
    add(5300, &S2, &S1, TRANSPORT_TCP, text);
    add(5301, &S2, &S1, TRANSPORT_TCP, text); /* a duplicate of that */
    return id;
}

/* D: cancelled. The CANCEL itself is E. */
static uint32_t add_cancelled(uint32_t *cancel)
{
    uint32_t id = add(6000, &A1, &A2, TRANSPORT_UDP,
                      "INVITE sip:bob@b.example SIP/2.0\r\n" ROUTE("D", "2 INVITE") PEOPLE_D END);
    *cancel = add(7000, &A1, &A2, TRANSPORT_UDP,
                  "CANCEL sip:bob@b.example SIP/2.0\r\n" ROUTE("D", "2 CANCEL") PEOPLE_D END);
    add(7010, &A2, &A1, TRANSPORT_UDP,
        "SIP/2.0 487 Request Terminated\r\n" ROUTE("D", "2 INVITE") PEOPLE_D END);
    add(7011, &A2, &A1, TRANSPORT_UDP, "SIP/2.0 200 OK\r\n" ROUTE("D", "2 CANCEL") PEOPLE_D END);
    return id;
}

/* F: an unregistered method, malformed, answered after two seconds. */
static uint32_t add_odd(void)
{
    uint32_t id = add(8000, &A1, &A2, TRANSPORT_UDP,
                      "FROB sip:f SIP/2.0\r\n" ROUTE("F", "9 FROB")
                          PEOPLE("frob") "no colon here\r\n" END);
    add(28000, &A2, &A1, TRANSPORT_UDP,
        "SIP/2.0 200 Fine \xc3\xbc\xff\r\n" ROUTE("F", "9 FROB") PEOPLE("frob") END);
    return id;
}

/* G: rings at two places; only its responses were captured. */
static uint32_t add_forked(void)
{
    uint32_t id = add(
        30000, &A2, &A1, TRANSPORT_UDP,
        "SIP/2.0 180 Ringing\r\n" ROUTE(
            "G", "5 INVITE") "f: <sip:g@example.org>;tag=1\r\nt: <sip:h@example.org>;tag=2\r\n"
                             "i: call-g\r\n" END);
    add(31000, &A2, &A1, TRANSPORT_UDP,
        "SIP/2.0 180 Ringing\r\n" ROUTE(
            "G", "5 INVITE") "f: <sip:g@example.org>;tag=1\r\nt: <sip:h@example.org>;tag=3\r\n"
                             "i: call-g\r\n" END);
    return id;
}

static uint32_t ids[7]; /* A to G */

static void fill_store(void)
{
    store = store_new(1 << 24);
    ids[0] = add_failed_invite();
    ids[1] = add_challenge();
    ids[2] = add_unanswered();
    ids[3] = add_cancelled(&ids[4]);
    ids[5] = add_odd();
    ids[6] = add_forked();
    store_advance(store, START + 60000 * MS);
    store_mark(store, ids[1], true);
}

static const struct {
    const char *text;
    const char *fits; /* letters of the transactions */
} cases[] = {
    { "", "ABCDEFG" },
    { "   ", "ABCDEFG" },
    { "method == INVITE", "ADG" },
    { "method = invite", "ADG" },
    { "method eq INVITE", "ADG" },
    { "method != INVITE", "BCEF" },
    { "method ne INVITE", "BCEF" },
    { "method == FROB", "F" },
    { "method ~ \"^(frob|reg)\"", "BF" },
    { "method in (BYE, CANCEL, 'REGISTER')", "BE" },
    { "method not in (INVITE,OPTIONS)", "BEF" },
    { "not method in (INVITE,OPTIONS)", "BEF" },
    { "sip.Method == \"OPTIONS\"", "C" },
    { "code == 488", "A" },
    { "code", "ABDEFG" },
    { "code>=400", "ABD" },
    { "code < 200", "G" },
    { "code <= 200", "EFG" },
    { "code lt 200 or code gt 487", "AG" },
    { "code != 200", "ABCDG" },
    { "code == 4xx", "ABD" },
    { "code == 4XX and code != 487", "AB" },
    { "code != 4xx", "CEFG" },
    { "code > 1xx && code < 4xx", "EF" },
    { "code in (1xx, 488)", "AG" },
    { "sip.Status-Code == 401", "B" },
    { "class == challenge", "B" },
    { "class == none", "" },
    { "class in (timeout, Cancelled)", "CD" },
    { "class == client", "A" },
    { "class ~ cess", "EF" },
    { "class == provisional", "G" },
    { "state == timed-out", "C" },
    { "state == confirmed", "A" },
    { "state == cancelled", "D" },
    { "state contains ed", "ABCDEFG" },
    { "state == proceeding", "G" },
    { "failed", "AC" },
    { "not failed", "BDEFG" },
    { "!failed", "BDEFG" },
    { "!!failed", "AC" },
    { "failed == false", "BDEFG" },
    { "failed != no", "AC" },
    { "reason == \"not acceptable HERE\"", "A" },
    { "reason ~ acceptable", "A" },
    { "reason contains terminated", "D" },
    { "reason ~ \"\xc3\x9c\"", "F" }, /* case-blind beyond ASCII, with an invalid byte behind */
    { "rtt", "ABDEF" },
    { "rtt == 12", "A" },
    { "rtt == 12ms", "A" },
    { "rtt == 12.4ms", "A" },
    { "rtt == 12.5ms", "" },
    { "rtt == 0.012s", "A" },
    { "rtt > 12ms", "ADF" },
    { "rtt <= 12ms", "BE" },
    { "rtt >= 2s", "F" },
    { "rtt == 2000000us", "F" },
    { "rtt > 1m", "" },
    { "rtt < 3000001ns and rtt > 2999999ns", "B" },
    { "from == alice", "A" },
    { "from == \"alice a\"", "A" },
    { "from == alice@example.com", "A" },
    { "from == alice@example.com:5080", "A" },
    { "from == example.com", "ADE" },
    { "from == \"sip:alice@example.com:5080;user=phone\"", "A" },
    { "from == ali", "" },
    { "from != alice", "BCDEFG" },
    { "from ~ \"^.alice\"", "A" },
    { "from ~ ali.e", "A" },
    { "from !~ example.com", "BCFG" },
    { "from contains \"ALICE@\"", "A" },
    { "from contains ali.e", "" },
    { "from == g", "G" },
    { "to == +15550100", "A" },
    { "to == bob@b.example", "DE" },
    { "to ~ service", "BCF" },
    { "from.user == alice", "A" },
    { "from.user == example.com", "" },
    { "from.user ~ \"^(dora|g)$\"", "DEG" },
    { "from.host == example.com", "ADE" },
    { "from.host == example.com:5080", "A" },
    { "to.user == bob", "DE" },
    { "to.user == service", "BCF" },
    { "to.host == b.example", "DE" },
    { "ruri.user == +15550100", "A" },
    { "ruri.user", "ADE" },
    { "ruri.host == gw.example.net and not ruri.host == c", "A" },
    { "ruri.host == c and not ruri.user", "C" },
    { "sip.to.user == bob.example", "" },
    { "ruri == +15550100@gw.example.net", "A" },
    { "ruri == b.example", "DE" },
    { "ruri ~ gw", "A" },
    { "ruri", "ABCDEF" },
    { "contact == alice", "A" },
    { "contact == spare", "A" },
    { "contact == 1001@192.0.2.33", "B" },
    { "contact", "AB" },
    { "call_id == CALL-A@10.0.0.1", "A" },
    { "sip.call-id ~ ^call-d$", "DE" },
    { "branch == z9hG4bKD", "DE" },
    { "branch contains bkg", "G" },
    { "cseq == 7", "A" },
    { "cseq in (2, 3)", "CDE" },
    { "src == 10.0.0.1", "ADEFG" },
    { "ip.src == 192.0.2.33", "B" },
    { "src == 192.0.2.33:5070", "B" },
    { "src == 192.0.2.33:5060", "" },
    { "src == 192.0.2.32/31", "B" },
    { "src == 192.0.2.34/31", "" },
    { "src == 0.0.0.0/0", "ABDEFG" },
    { "src == 2001:db8::/64", "C" },
    { "src == 2001:db8::2", "C" },
    { "dst == [2001:db8::1]:5061", "C" },
    { "dst == [2001:db8::1]", "C" },
    { "dst == ::/0", "C" },
    { "src ~ \"^10\\.\"", "ADEFG" },
    { "dst contains \"0.2:50\"", "ABDEFG" },
    { "dst in (2001:db8::1, 10.9.0.0/16)", "C" },
    { "addr == 10.0.0.1", "ADEFG" },
    { "addr == 10.0.0.0/8", "ABDEFG" },
    { "addr != 10.0.0.1", "BC" },
    { "sport == 5070", "B" },
    { "dport == 5061", "C" },
    { "port == 40000", "C" },
    { "port > 5069", "BC" },
    { "udp.port == 5060", "ABDEFG" },
    { "tcp.port == 5061", "C" },
    { "tcp.port == 5060", "" },
    { "transport == TCP", "C" },
    { "transport != udp", "C" },
    { "source == 1", "C" },
    { "source", "C" },
    { "frame == 3", "A" },
    { "frame.number <= 5", "AB" },
    { "ua ~ phoneone", "A" },
    { "sip.User-Agent == PhoneOne/2.1", "A" },
    { "ua", "A" },
    { "server == \"Gateway 3 (\\\"lab\\\")\"", "A" },
    { "server == 'Gateway 3 (\"lab\")'", "A" },
    { "server ~ \"gateway \\d\"", "A" },
    { "server == \"registrar x\"", "B" },
    { "retransmissions == 1", "C" },
    { "retransmissions >= 0", "ABCDEFG" },
    { "retransmitted", "C" },
    { "duplicates", "C" },
    { "messages == 4", "A" },
    { "messages > 2", "AC" },
    { "marked", "B" },
    { "malformed", "F" },
    { "forked", "G" },
    { "sdp", "A" },
    { "hdr.x-trunk ~ \"^carrier-\"", "A" },
    { "hdr.X-Trunk", "A" },
    { "hdr.X-Only-Ack == YES", "A" },
    { "hdr.Warning contains \"305 gw\"", "A" },
    { "hdr.From ~ g@", "G" },
    { "hdr.contact ~ spare", "A" },
    { "hdr.X-Trunk in (x, carrier-a)", "A" },
    { "hdr.X-Trunk != carrier-a", "BCDEFG" },
    { "hdr.Nothing", "" },
    { "text contains \"v=0\"", "A" },
    { "text ~ \"(?s)acceptable.*incompatible\"", "A" },
    { "text ~ \"(?m)^x-only-ack: yes\\r$\"", "A" },
    { "alice", "A" },
    { "ALICE", "A" },
    { "call-d", "DE" },
    { "192.0.2.33", "B" },
    { "192.0.2.33:5070", "B" },
    { "\"[2001:db8::1]\"", "C" },
    { "192.0.2.0/24", "B" },
    { "\"192.0.2.0/24\"", "" },
    { "\"and\"", "" },
    { "\"\"", "ABCDEFG" },
    { "any ~ \"^call-\"", "ABCDEFG" },
    { "alice or dora", "ADE" },
    { "failed and method == INVITE", "A" },
    { "FAILED AND METHOD == INVITE", "A" },
    { "failed&&method==INVITE", "A" },
    { "marked||failed", "ABC" },
    { "marked or failed and method == INVITE", "AB" },
    { "(marked or failed) and method == INVITE", "A" },
    { "not marked and not failed", "DEFG" },
    { "not (marked or failed)", "DEFG" },
    { "not (marked or failed) and (method == INVITE or code == 2xx)", "DEFG" },
    { "not marked or failed", "ACDEFG" },
    { "((((failed))))", "AC" },
    { "not not not (not failed)", "AC" },
    { "code >= 400 and not (src == 10.0.0.0/8 or code in (401, 407)) or rtt > 1s", "F" },
    { "method == INVITE and (code == 488 or code == 487) and not state == cancelled", "A" },
    /* The messages begin at 22:13:20 UTC on 2023-11-14; A at 0 ms, C at 30 ms, D at 600 ms, ... */
    { "time == 22:13", "ABCDEFG" },
    { "time == 22:13:20", "ABCDEF" },
    { "time == 22:13:23", "G" },
    { "time == 22:13:20.020", "B" },
    { "time > 22:13:20", "BCDEFG" },
    { "time > 22:13:20.020", "CDEFG" },
    { "time >= 22:13:20.03 and time < 22:13:20.7", "CD" },
    { "time <= 22:13", "" },
    { "time < 22:14", "ABCDEFG" },
    { "time in 22:13:20.02..22:13:20.6", "BCD" },
    { "time in 22:13:21..22:13:25", "G" },
    { "time in (22:13:20.000, 22:13:23.000)", "AG" },
    { "time in 23:00..22:13:20.02", "AB" }, /* over midnight */
    { "time in 22:13:23..01:00", "G" },
    { "time not in 22:13:20..22:13:21", "G" },
    { "time == 2023-11-14", "ABCDEFG" },
    { "time == 2023-11-13", "" },
    { "time > 2023-11-14", "ABCDEFG" },
    { "time > 2023-11-15", "" },
    { "time >= 2023-11-14 22:13:23", "G" },
    { "time >= 2023-11-14  22:13:23 and cseq == 5", "G" },
    { "time >= 2023-11-14T22:13:23", "G" },
    { "time >= 2023-11-14t22:13:23Z", "G" },
    { "time >= \"2023-11-14 22:13:23\"", "G" },
    { "time in 2023-11-14T22:13:23..2023-11-15", "G" },
    { "time", "ABCDEFG" },
    { "code in 400..488", "ABD" },
    { "code in (100..199, 488)", "AG" },
    { "code == 200..299", "EF" },
    { "code in 4xx", "ABD" },
    { "rtt in 12ms..101ms", "AD" },
    { "cseq in 2..3", "CDE" },
    { "from == a..b", "" },
    { "src in 192.0.2.0/24", "B" },
    { "method in INVITE and code", "ADG" },
    { "response == 180", "G" },
    { "response == 100", "A" },
    { "response in 4xx", "ABD" },
    { "size > 350", "A" },
    { "duration == 13ms", "A" }, /* 488 and ACK ended it */
    { "duration == 0.013s", "A" },
    { "duration > 1m", "" },
    { "duration < 1h", "ABCDEFG" },
    { "pdd", "" },
    { "legs == 2", "G" },
    { "call.messages == 4", "ADE" },
    { "call.transactions == 2", "DE" },
    { "sdp.codec == PCMA", "" },
    { "body == \"v=0\r\n\"", "A" },
    { "iface", "" },
    { "severity == error", "" },
    { "outcome", "" },
    { "(failed or marked) and (sdp or hdr.Contact) and not (cseq == 1)", "A" },
};

static const char *fitting(const struct filter *f)
{
    static char letters[8];
    size_t n = 0;
    for (size_t i = 0; i < 7; i++)
        if (filter_match(f, store, ids[i]))
            letters[n++] = (char)('A' + i);
    letters[n] = '\0';
    return letters;
}

static void test_cases(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct filter_error error;
        struct filter *f = filter_parse(cases[i].text, &error);
        if (!tap_ok(f != NULL, "parses: %s", cases[i].text)) {
            tap_note("%zu: %s", error.offset, error.message);
        } else {
            const char *got = fitting(f);
            if (!tap_ok(strcmp(got, cases[i].fits) == 0, "fits %s: %s", cases[i].fits,
                        cases[i].text))
                tap_note("got %s", got);
        }
        filter_free(f);
    }
}

static const struct {
    const char *text;
    size_t offset;
    const char *message; /* part of it */
} errors[] = {
    { "cod == 4", 0, "unknown field \"cod\"; did you mean code?" },
    { "failed and methdo == INVITE", 11, "did you mean method?" },
    { "zzzzzz == 1", 0, "unknown field \"zzzzzz\"" },
    { "alice in (1)", 0, "unknown field \"alice\"" },
    { "code ==", 7, "value is missing" },
    { "code == )", 8, "value is missing" },
    { "code == abc", 8, "\"abc\" is no code" },
    { "code == 4x", 8, "is no code" },
    { "code == -1", 8, "is no code" },
    { "cseq == 99999999999999999999", 8, "is no number" },
    { "code ~ 4", 5, "code is a code; compare it with == != < <= > >= in" },
    { "from < 3", 5, "from is a text; compare it with == != ~ !~ contains in" },
    { "marked > 1", 7, "marked is a flag; compare it with == !=" },
    { "marked in (1)", 7, "marked is a flag" },
    { "marked == maybe", 10, "neither true nor false" },
    { "rtt > 5 parsecs", 8, "and or or is missing" },
    { "rtt > 5parsecs", 6, "is no duration" },
    { "rtt > .", 6, "is no duration" },
    { "rtt > 1.", 6, "is no duration" },
    { "rtt > 1.2.3s", 6, "is no duration" },
    { "rtt > 99999999999s", 6, "too large" },
    { "rtt > 1000000000m", 6, "too large" },
    { "rtt > 1.5ns", 6, "finer" },
    { "class == clinet", 9, "\"clinet\" is none of none, provisional" },
    { "transport == icmp", 13, "is none of udp, tcp" },
    { "why == bogus-rule", 7, "\"bogus-rule\" is none of no-common-codec, slow-answer, busy" },
    { "finding in (busy, bogus)", 18, "\"bogus\" is none of no-common-codec" },
    { "outcome == \"no reply\"", 11, "\"no reply\" is none of open, ok" },
    { "src == example.com", 7, "is no address" },
    { "src == 10.0.0.0/33", 7, "is no address" },
    { "src == 10.0.0.1:0", 7, "is no address" },
    { "src == 10.0.0.1:70000", 7, "is no address" },
    { "src == [2001:db8::1", 7, "is no address" },
    { "src == [2001:db8::1]x", 7, "is no address" },
    { "src == 10.0.0.0:5/8", 7, "is no address" },
    { "from ~ \"a(b\"", 11, "regular expression: missing closing parenthesis" },
    { "from ~ \"a{2,1}\"", 13, "regular expression: numbers out of order" },
    { "from ~ [", 8, "regular expression" },
    { "from == \"abc", 8, "quote \" is not closed" },
    { "from == 'abc", 8, "quote ' is not closed" },
    { "from == \"abc\\", 8, "quote \" is not closed" },
    { "(failed", 0, "parenthesis is not closed" },
    { "failed)", 6, "no parenthesis is open" },
    { "failed and", 10, "missing here" },
    { "and failed", 0, "missing here" },
    { "failed or or marked", 10, "missing here" },
    { "not", 3, "missing here" },
    { "()", 1, "missing here" },
    { "failed marked", 7, "and or or is missing" },
    { "failed & marked", 7, "a single & means nothing; write &&" },
    { "failed | marked", 7, "write ||" },
    { "failed \x01", 7, "byte 0x01" },
    { "code in", 7, "value is missing" },
    { "time > 25:00", 7, "\"25:00\" is no time; write 14:02" },
    { "time > 2023-02-30", 7, "is no time" },
    { "time > 14:0", 7, "is no time" },
    { "time > 14:02.5", 7, "is no time" },
    { "time > 2023-11-14 25:00", 18, "and or or is missing" },
    { "time in 14:02..2023-11-14", 8, "cannot be the ends of one span" },
    { "time in 2023-11-14..2023-11-13", 8, "ends before it begins" },
    { "code in 400..x", 13, "\"x\" is no code" },
    { "code in 500..400", 8, "ends before it begins" },
    { "duration > soon", 11, "is no duration" },
    { "sdp.addr == gw.example", 12, "is no address" },
    { "code in ()", 9, "value is missing" },
    { "code in (4xx", 12, "a comma or ) is missing" },
    { "code in (4xx,)", 13, "value is missing" },
    { "code not 4xx", 9, "in is missing" },
    { "hdr. == x", 0, "hdr. needs the name of a header" },
    { "method ~ ^(frob", 10, "and or or is missing" },
};

static void test_errors(void)
{
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        struct filter_error e = { 0 };
        struct filter *f = filter_parse(errors[i].text, &e);
        bool good = !f && e.offset == errors[i].offset && strstr(e.message, errors[i].message);
        if (!tap_ok(good, "refused at %zu: %s", errors[i].offset, errors[i].text))
            tap_note("got %zu: %s", e.offset, f ? "no error" : e.message);
        filter_free(f);
    }
}

static const struct {
    const char *text;
    enum filter_place place;
    const char *field;
    size_t word;
} hints[] = {
    { "", FILTER_AT_FIELD, NULL, 0 },
    { "  ", FILTER_AT_FIELD, NULL, 2 },
    { "cod", FILTER_AT_FIELD, NULL, 0 },
    { "code ", FILTER_AT_OPERATOR, "code", 5 },
    { "code", FILTER_AT_FIELD, NULL, 0 },
    { "code =", FILTER_AT_VALUE, "code", 6 },
    { "code == ", FILTER_AT_VALUE, "code", 8 },
    { "code == 4", FILTER_AT_VALUE, "code", 8 },
    { "code == 404 ", FILTER_AT_JOIN, NULL, 12 },
    { "code == 404 an", FILTER_AT_JOIN, NULL, 12 },
    { "code == 404 and ", FILTER_AT_FIELD, NULL, 16 },
    { "code == 404 and not (fro", FILTER_AT_FIELD, NULL, 21 },
    { "from con", FILTER_AT_OPERATOR, "from", 5 },
    { "from contains \"Al b", FILTER_AT_VALUE, "from", 14 },
    { "code in (", FILTER_AT_VALUE, "code", 9 },
    { "code in ", FILTER_AT_VALUE, "code", 8 },
    { "code in (404 ", FILTER_AT_LIST, "code", 13 },
    { "code in (404, 4", FILTER_AT_VALUE, "code", 14 },
    { "code not ", FILTER_AT_OPERATOR, "code", 9 },
    { "(failed or sdp", FILTER_AT_FIELD, NULL, 11 },
    { "failed ", FILTER_AT_OPERATOR, "failed", 7 },
    { "alice ", FILTER_AT_JOIN, NULL, 6 },
    { "code == abc and ", FILTER_AT_FAULT, NULL, 16 },
    { "hdr.X-Trunk ~ ", FILTER_AT_VALUE, "hdr.", 14 },
};

static void test_hints(void)
{
    struct filter_hint h;
    for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++) {
        filter_expect(SPAN(hints[i].text), &h);
        bool good = h.place == hints[i].place && h.word == hints[i].word;
        good = good && (hints[i].field ? h.field && strcmp(h.field->name, hints[i].field) == 0
                                       : h.field == NULL);
        if (!tap_ok(good, "known at the end of '%s'", hints[i].text))
            tap_note("place %d, word %zu, field %s", h.place, h.word, h.field ? h.field->name : "");
    }
    filter_expect(SPAN("ua ~ "), &h);
    tap_ok(h.pattern && !h.nested, "a regular expression is wanted");
    filter_expect(SPAN("(ua == "), &h);
    tap_ok(!h.pattern && h.nested, "a text, with a parenthesis open");
}

static bool parses(const char *unit, int count, const char *last, const char *what)
{
    struct filter_error e;
    struct strbuf text = STRBUF_INIT;
    for (int i = 0; i < count; i++)
        strbuf_text(&text, unit);
    strbuf_text(&text, last);
    struct filter *f = filter_parse(strbuf_str(&text), &e);
    bool good = f ? !what : what && strstr(e.message, what);
    if (!good)
        tap_note("%s", f ? "no error" : e.message);
    filter_free(f);
    strbuf_free(&text);
    return good;
}

static void test_limits(void)
{
    tap_ok(parses("failed or ", 255, "failed", NULL), "256 comparisons are read");
    tap_ok(parses("failed or ", 256, "failed", "more than 256"), "257 comparisons are not");
    tap_ok(parses("failed and ", 255, "failed", NULL), "256 in a row of and are read");
    tap_ok(parses("(", 32, "failed))))))))))))))))))))))))))))))))", NULL), "32 levels are read");
    tap_ok(parses("(", 33, "failed", "more than 32 levels"), "33 levels are not");
    tap_ok(parses("not ", 1000, "failed", NULL), "not costs no level");
    tap_ok(parses(" ", 4090, "failed", NULL), "4096 bytes are read");
    tap_ok(parses(" ", 4091, "failed", "longer than 4096"), "4097 bytes are not");
    tap_ok(parses("x", 4000, "", NULL), "a long word is searched for");
    tap_ok(parses("x", 2000, " == 1", "unknown field"), "a long unknown field is refused");
}

static bool listed(const char *const *values, const char *name)
{
    for (; values && *values; values++)
        if (strcmp(*values, name) == 0)
            return true;
    return false;
}

static const struct filter_field *row(const char *name)
{
    for (const struct filter_field *f = filter_fields(); f->name; f++)
        if (strcmp(f->name, name) == 0)
            return f;
    return NULL;
}

static void test_table(void)
{
    bool complete = true, alone = true, known = true;
    for (const struct filter_field *f = filter_fields(); f->name; f++) {
        complete = complete && f->help && f->help[strlen(f->help) - 1] == '.' && f->read &&
                   filter_type_name(f->type) && *filter_type_operators(f->type);
        alone = alone && row(f->name) == f;
        known = known && (!f->alias_of || (row(f->alias_of) && !row(f->alias_of)->alias_of));
    }
    tap_ok(complete, "every row has a type and a sentence of help");
    tap_ok(alone, "no name stands twice");
    tap_ok(known, "second names lead to first ones");
    for (int i = 0; i < TXN_STATES; i++)
        tap_ok(listed(row("state")->values, transaction_state_name((uint8_t)i)), "state %s",
               transaction_state_name((uint8_t)i));
    for (int i = 1; i < SIP_METHODS; i++)
        tap_ok(listed(row("method")->values, sip_method_name((uint8_t)i)), "method %s",
               sip_method_name((uint8_t)i));
    for (int i = TRANSPORT_UDP; i < TRANSPORTS; i++)
        tap_ok(listed(row("transport")->values, transport_name((uint8_t)i)), "transport %s",
               transport_name((uint8_t)i));
}

static void test_gone(void)
{
    struct filter_error e;
    struct filter *f = filter_parse("", &e);
    tap_ok(!filter_match(f, store, 0), "no transaction 0");
    tap_ok(!filter_match(f, store, 1000000), "none beyond the end");
    store_clear(store);
    tap_ok(!filter_match(f, store, ids[0]), "none in an emptied store");
    tap_ok(store_counts(store)->live_marked == 0, "and none marked");
    filter_free(f);
    filter_free(NULL);
}

static bool tell_finding(const void *arg, uint32_t transaction, unsigned i,
                         struct store_found *found)
{
    static const struct store_found all[] = { { "no-common-codec", "error", 90, 3 },
                                              { "slow-answer", "notice", 60, 200 } };
    (void)transaction;
    if (i >= 2)
        return false;
    *found = all[i];
    return arg != NULL;
}

static const char *tell_outcome(const void *arg, uint32_t call)
{
    (void)arg;
    return call ? "no answer" : NULL;
}

static bool tell_failed(const void *arg, uint32_t call)
{
    (void)arg;
    return call != 0;
}

static const char *name_source(const void *arg, uint16_t source)
{
    return source == 0 ? arg : NULL;
}

/* Only one host is known. */
static const struct store_endpoint *tell_endpoint(void *arg, const struct addr *host)
{
    static const struct store_endpoint known = { .sent = 40,
                                                 .received = 8,
                                                 .failed = 6,
                                                 .failed_share = 12500,
                                                 .half_ns = 20 * MS,
                                                 .most_ns = -1,
                                                 .findings = { "no-common-codec", "busy" } };
    return addr_same_host(host, arg) ? &known : NULL;
}

#define SDP                                                                     \
    "v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\n" \
    "m=audio 40000 RTP/AVP 8 97\r\na=rtpmap:97 opus/48000/2\r\nm=video 0 RTP/AVP 31\r\n"

/* What others tell of a transaction, and its session description. */
static void test_known(void)
{
    static const struct store_knowledge knowledge = { tell_finding, tell_outcome, tell_failed };
    static const struct {
        const char *text;
        bool fits;
    } wanted[] = {
        { "why == no-common-codec", true },
        { "finding ~ \"^slow\"", true },
        { "why == busy", false },
        { "severity == notice", true },
        { "severity == warning", false },
        { "finding.severity in (warning, error)", true },
        { "finding.confidence > 80", true },
        { "finding.confidence in 61..89", false },
        { "finding.rule == slow-answer", true },
        { "finding.count > 100", true },
        { "finding.count in 4..199", false },
        { "finding.severity == error and finding.count > 100", true },
        { "outcome == no-answer", true },
        { "outcome == \"no answer\"", true },
        { "outcome != \"no answer\"", false },
        { "outcome == busy", false },
        { "iface == eth0", true },
        { "iface ~ wlan", false },
        { "sdp.codec == opus", true },
        { "sdp.codec == pcma", true },
        { "sdp.codec == G722", false },
        { "sdp.media == video", true },
        { "sdp.media == image", false },
        { "sdp.addr in 192.0.2.0/24", true },
        { "sdp.addr == 10.0.0.1", false },
        { "sdp.addr == 192.0.2.7:40000", true },
        { "sdp.port == 40000", true },
        { "sdp.port == 0", true },
        { "sdp.port == 5060", false },
        { "body ~ \"rtpmap:97\"", true },
        { "body ~ INVITE", false },
        { "pdd == 400ms", true },
        { "pdd > 1s", false },
        { "endpoint in 10.0.0.0/30", true },
        { "endpoint == 10.0.0.3", false },
        { "endpoint.failed_share > 12.4", true },
        { "endpoint.failed_share > 12.5%", false },
        { "endpoint.failed_share == 12", true }, /* all that begins so */
        { "endpoint.failed_share in 20..30", false },
        { "endpoint.requests == 48", true },
        { "endpoint.sent >= 40 and endpoint.received == 8", true },
        { "endpoint.failed > 6 or endpoint.unanswered", false },
        { "endpoint.p50 == 20ms", true },
        { "endpoint.p95", false }, /* it is not known */
        { "endpoint.finding == busy", true },
        { "endpoint.finding == slow-answer", false },
        { "endpoint.name", false },
    };
    uint32_t id = add(0, &A1, &A2, TRANSPORT_UDP,
                      "INVITE sip:k SIP/2.0\r\n" ROUTE("K", "1 INVITE")
                          PEOPLE("k") "Content-Type: application/sdp\r\n\r\n" SDP);
    add(50, &A2, &A1, TRANSPORT_UDP,
        "SIP/2.0 100 Trying\r\n" ROUTE("K", "1 INVITE") PEOPLE("k") END);
    add(4000, &A2, &A1, TRANSPORT_UDP,
        "SIP/2.0 180 Ringing\r\n" ROUTE("K", "1 INVITE") PEOPLE("k") END);
    add(9000, &A2, &A1, TRANSPORT_UDP, "SIP/2.0 200 OK\r\n" ROUTE("K", "1 INVITE") PEOPLE("k") END);
    store_ask(store, &knowledge, "");
    store_ask_endpoints(store, tell_endpoint, (void *)&A2);
    store_ask_sources(store, name_source, "eth0");
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        struct filter_error e;
        struct filter *f = filter_parse(wanted[i].text, &e);
        tap_ok(f && filter_match(f, store, id) == wanted[i].fits, "%s: %s",
               wanted[i].fits ? "fits" : "does not fit", wanted[i].text);
        filter_free(f);
    }
    const struct filter_focus at_a1 = { .endpoint = &A1 }, at_a2 = { .endpoint = &A2 };
    struct filter_error e;
    struct filter *f = filter_parse("endpoint.requests > 40 and method == INVITE", &e);
    tap_ok(filter_asks_endpoints(f), "endpoints are asked for");
    tap_ok(filter_match_one(f, store, id, &at_a2) && !filter_match_one(f, store, id, &at_a1),
           "of one side alone");
    filter_free(f);
    store_ask(store, NULL, NULL);
    store_ask_endpoints(store, NULL, NULL);
    store_clear(store);
}

/* A row of a list of messages or of findings: their fields speak of it alone. */
static void test_focus(void)
{
    static const struct store_found one = { "slow-answer", "notice", 60, 200 };
    static const struct {
        const char *text;
        const char *fits; /* of A's messages, "1" the INVITE, "4" its ACK; else "f", the finding */
    } wanted[] = {
        { "response == 488", "3" },
        { "response", "23" },
        { "not response", "14" },
        { "code == 488", "1234" }, /* the transaction's */
        { "method == INVITE and not response", "14" },
        { "size > 400", "1" },
        { "hdr.Warning", "3" },
        { "hdr.X-Only-Ack == yes", "4" },
        { "text contains \"m: <sip:alice\"", "1" },
        { "frame in 2..3", "23" },
        { "time < 2023-11-14T22:13:20.010", "12" },
        { "why == slow-answer", "f" },
        { "why == no-common-codec or severity == error", "" },
        { "finding.count == 200 and finding.confidence == 60", "f" },
    };
    uint32_t messages[8];
    size_t n = 0;
    for (uint32_t m = store_transaction(store, ids[0])->last; m && n < 8;
         m = store_message(store, m)->previous)
        messages[n++] = m;
    tap_ok(n == 4, "A has four messages");
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        struct filter_error e;
        char fits[8] = "";
        struct filter *f = filter_parse(wanted[i].text, &e);
        for (size_t at = 0; f && at < n; at++) {
            const struct filter_focus focus = { .message = messages[n - 1 - at] };
            if (filter_match_one(f, store, ids[0], &focus))
                snprintf(fits + strlen(fits), 2, "%d", (int)at + 1);
        }
        const struct filter_focus focus = { .finding = &one };
        if (f && filter_match_one(f, store, ids[0], &focus) && !*fits)
            snprintf(fits, sizeof fits, "f");
        tap_ok(f && strcmp(fits, wanted[i].fits) == 0, "'%s' of: %s", fits, wanted[i].text);
        filter_free(f);
    }
}

static struct regex *compiled(const char *pattern, unsigned options)
{
    struct regex_error e;
    struct regex *r;
    return regex_compile(&r, SPAN(pattern), options, &e) == 0 ? r : NULL;
}

static void test_find(void)
{
    size_t start = 0, end = 0, count = 0;
    struct span text = SPAN("one Two one two");
    struct regex *r = compiled("two|x*", REGEX_CASE_BLIND);
    tap_ok(regex_find(r, text, 0, &start, &end) && start == 4 && end == 7, "first");
    tap_ok(regex_find(r, text, end, &start, &end) && start == 12 && end == 15, "next");
    tap_ok(!regex_find(r, text, end, &start, &end), "none at the end");
    tap_ok(!regex_find(r, text, 1000, &start, &end), "none beyond the end");
    tap_ok(regex_match(r, SPAN_NONE), "an empty match in no text");
    regex_free(r);
    r = compiled(".", 0);
    text = SPAN("a\xff\xc3\xbc\x80"
                "b");
    for (end = 0; regex_find(r, text, end, &start, &end);)
        count++;
    tap_ok(count == 3, "three characters between invalid bytes");
    tap_ok(regex_find(r, text, 3, &start, &end) && start == 5, "from within a character");
    regex_free(r);
    r = compiled("^b", 0);
    tap_ok(!regex_find(r, SPAN("ab"), 1, &start, &end), "^ is the start of the text");
    regex_free(r);
    r = compiled("a.b\\", REGEX_LITERAL | REGEX_CASE_BLIND);
    tap_ok(regex_match(r, SPAN("xA.B\\")) && !regex_match(r, SPAN("axb\\")), "plain text");
    regex_free(r);
    r = compiled("\xff", 0);
    tap_ok(r && regex_match(r, SPAN("\xc3\xff")), "a pattern that is no UTF-8 compares bytes");
    regex_free(r);
    regex_free(NULL);
}

/* Patterns and texts that keep a careless engine busy for years. */
static void test_hostile(void)
{
    static const char *const patterns[] = {
        "(a+)+[bc]",       "(a|a)*[bc]",        "(.*)(.*)(.*)(.*)[xy]",
        "(a(?1)?b?)+[cd]", "(a?){30}a{30}[bc]", "(?=(a+))\\1*[bc]"
    };
    size_t n = 65000, start, end;
    char *text = mem_alloc(n);
    memset(text, 'a', n);
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        struct regex *r = compiled(patterns[i], REGEX_CASE_BLIND);
        tap_ok(!regex_match(r, (struct span){ text, n }) &&
                   !regex_match(r, (struct span){ text, 100 }),
               "comes back: %s", patterns[i]);
        regex_free(r);
    }
    text[n - 1] = 'z';
    struct regex *r = compiled("z", 0);
    tap_ok(regex_find(r, (struct span){ text, n }, 5, &start, &end) && start == n - 1,
           "found behind several stretches");
    regex_free(r);
    tap_ok(!compiled("((a{0,300}){0,300}){0,300}", 0), "a pattern that would grow is refused");
    tap_ok(!compiled("a\\Cb", 0), "\\C is refused");
    free(text);
}

/* What the screen marks as cut, and no other. */
static void cuts(void)
{
    struct filter_error fault;
    struct filter *filter = filter_parse("cut", &fault);
    store = store_new(1 << 20);
    used = 0;
    truncated = true;
    uint32_t whole = add(0, &A1, &A2, TRANSPORT_UDP,
                         "OPTIONS sip:a SIP/2.0\r\n" ROUTE("1", "1 OPTIONS") PEOPLE("x") END);
    uint32_t cut = add(1, &A1, &A2, TRANSPORT_UDP,
                       "MESSAGE sip:a SIP/2.0\r\n" ROUTE("2", "1 MESSAGE")
                           PEOPLE("y") "Content-Length: 10\r\n\r\n123");
    uint32_t headers = add(2, &A1, &A2, TRANSPORT_UDP,
                           "MESSAGE sip:a SIP/2.0\r\n" ROUTE("3", "1 MESSAGE") PEOPLE("z") "Su");
    truncated = false;
    tap_ok(whole && !filter_match(filter, store, whole),
           "what is missing of the packet may be none of the message's bytes");
    tap_ok(cut && filter_match(filter, store, cut), "a body that is cut");
    tap_ok(headers && filter_match(filter, store, headers), "headers that do not end");
    filter_free(filter);
    store_free(store);
}

int main(void)
{
    setenv("TZ", "UTC0", 1);
    filter_name_findings((const char *const[]){ "no-common-codec", "slow-answer", "busy", NULL });
    fill_store();
    for (size_t i = 0; i < 7; i++)
        tap_ok(ids[i] != 0, "transaction %c", (int)('A' + i));
    tap_ok(store_counts(store)->live_marked == 1, "one is marked");
    store_mark(store, ids[1], true);
    store_mark(store, ids[2], true);
    store_mark(store, ids[2], false);
    tap_ok(store_counts(store)->live_marked == 1, "and counted once");
    test_cases();
    test_errors();
    test_hints();
    test_limits();
    test_table();
    test_focus();
    test_gone();
    test_known();
    test_find();
    test_hostile();
    store_free(store);
    cuts();
    return tap_done();
}
