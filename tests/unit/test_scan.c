/*
 * The quick reading of a message, against the grammar and the tolerance of RFC 3261
 * §7, §8.1, §20 and §25.
 */
#include <stdlib.h>

#include "sip/scan.h"
#include "tap.h"

static struct sip_message m;

static int scan(const char *text)
{
    return sip_scan(&m, text, strlen(text));
}

#define HEADERS                                                                 \
    "Via: SIP/2.0/UDP pc33.example.com:5062;branch=z9hG4bK776asdhds;rport\r\n"  \
    "Max-Forwards: 70\r\n"                                                      \
    "To: Bob <sip:bob@example.net>\r\n"                                         \
    "From: \"Alice; tag=no\" <sip:alice@example.com;tag=no>;tag=1928301774\r\n" \
    "Call-ID: a84b4c76e66710@pc33.example.com\r\n"                              \
    "CSeq: 314159 INVITE\r\n"                                                   \
    "Contact: <sip:alice@pc33.example.com>\r\n"

static void request(void)
{
    tap_ok(scan("INVITE sip:bob@example.net SIP/2.0\r\n" HEADERS "Content-Type: application/sdp\r\n"
                "Content-Length: 4\r\n\r\nv=0\n") == 0 &&
               m.problems == 0,
           "a correct INVITE has no problem");
    tap_ok(sip_is_request(&m) && span_is(m.method, "INVITE") && m.method_id == SIP_INVITE &&
               span_equal(m.uri, SPAN("sip:bob@example.net")),
           "method and Request-URI");
    tap_ok(span_equal(m.branch, SPAN("z9hG4bK776asdhds")) &&
               span_equal(m.sent_by, SPAN("pc33.example.com:5062")) && m.vias == 1,
           "branch and sent-by of the topmost Via");
    tap_ok(span_equal(m.from_tag, SPAN("1928301774")) && m.to_tag.n == 0,
           "the tag is the header's, not the display name's nor the URI's");
    tap_ok(span_equal(m.call_id, SPAN("a84b4c76e66710@pc33.example.com")), "Call-ID");
    tap_ok(m.cseq == 314159 && m.cseq_method == SIP_INVITE, "CSeq");
    tap_ok(m.content_length == 4 && span_equal(m.body, SPAN("v=0\n")) &&
               span_equal(m.content_type, SPAN("application/sdp")),
           "the body and its type");
    tap_ok(span_equal(m.contact, SPAN("<sip:alice@pc33.example.com>")), "the Contact");
}

static void response(void)
{
    tap_ok(scan("SIP/2.0 200 OK\r\n" HEADERS "Content-Length: 0\r\n\r\n") == 0 && m.problems == 0,
           "a correct response; it needs no Max-Forwards");
    tap_ok(m.code == 200 && span_equal(m.reason, SPAN("OK")) && span_is(m.method, "INVITE") &&
               m.method_id == SIP_INVITE,
           "code, reason, and the method from CSeq");
    tap_ok(scan("SIP/2.0 486 Busy  Here\r\n" HEADERS "\r\n") == 0 &&
               span_equal(m.reason, SPAN("Busy  Here")),
           "a reason phrase may hold blanks");
    tap_ok(scan("SIP/2.0 200 \r\n" HEADERS "\r\n") == 0 && m.reason.n == 0 && m.problems == 0,
           "the reason may be empty (RFC 4475 §3.1.1.13)");
    tap_ok(scan("SIP/2.0 200\r\n" HEADERS "\r\n") == 0 && m.problems == SIP_BAD_START,
           "without the blank behind the code the line is wrong, but it counts");
    tap_ok(scan("SIP/2.0 4294967301 Big\r\n" HEADERS "\r\n") == 0 && m.problems & SIP_BAD_START,
           "a code of ten digits is malformed (RFC 4475 §3.1.2.19)");
    tap_ok(scan("SIP/2.0 99 Low\r\n" HEADERS "\r\n") == 0 && m.problems & SIP_BAD_START,
           "a code of two digits is malformed");
    tap_ok(scan("SIP/2.0 700 High\r\n" HEADERS "\r\n") == 0 && m.problems & SIP_BAD_START,
           "a code beyond 699 is malformed");
    tap_ok(scan("SIP/7.0 200 OK\r\n" HEADERS "\r\n") == 0 && m.problems & SIP_BAD_START,
           "another version is malformed");
    tap_ok(scan("sip/2.0 200 OK\r\n" HEADERS "\r\n") == 0, "the version has no case (§7.1)");
}

static void no_sip(void)
{
    static const char *const texts[] = {
        "",
        "\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\n",
        "SIP/2.0",
        "SIP/2.0 \r\n",
        "SIP/2.0 abc\r\n",
        "SIP/x 200 OK\r\n",
        "INVITE sip:a@b\r\n",
        "INVITE SIP/2.0\r\n",
        "INV(TE sip:a SIP/2.0\r\n",
        " SIP/2.0\r\n",
        "\x80\x08\x12\x34",
        "SIP/2.0 200x OK\r\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        tap_ok(scan(texts[i]) < 0, "no SIP, number %zu", i + 1);
    tap_ok(sip_is_keepalive("\r\n\r\n", 4) && sip_is_keepalive("\0", 1) &&
               sip_is_keepalive("", 0) && !sip_is_keepalive("\r\nx", 3),
           "keep-alives are told apart");
}

static void tolerance(void)
{
    tap_ok(scan("\r\n\r\nOPTIONS sip:a@b SIP/2.0\r\n" HEADERS "\r\n") == 0 &&
               span_is(m.method, "OPTIONS") && m.problems == SIP_METHOD_DIFFERS &&
               m.all.p[0] == 'O',
           "leading empty lines are skipped (§7.5); CSeq names another method");
    tap_ok(scan("INVITE  sip:a@b SIP/2.0\r\n" HEADERS "\r\n") == 0 && m.problems == SIP_BAD_START,
           "two blanks in the request line");
    tap_ok(scan("INVITE sip:a@b SIP/2.0 \r\n" HEADERS "\r\n") == 0 && m.problems == SIP_BAD_START,
           "a blank at its end");
    static const char *const broken[] = {
        "INVITE sip:a@b", "INVITE sip:a@b SIP/7.q",  "INVITE sip:a@b SIP2.0",
        "INVITE SIP/2.0", "INVITE sip:a@b HTTP/1.1", "SIP/2.0 OK",
        "SIP/2.0 2xx OK", "SIP/two 200 OK",
    };
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        char text[400];
        snprintf(text, sizeof text, "%s\r\n" HEADERS "\r\n", broken[i]);
        tap_ok(scan(text) == 0 && m.problems & SIP_BAD_START && (m.code == 0) == (i < 5),
               "a broken start line before the headers of SIP: %s", broken[i]);
    }
    static const struct {
        const char *line;
        bool good;
    } addresses[] = {
        { "Contact: <sip:a@b:99999>", false },
        { "Contact: <sip:a@>", false },
        { "Contact: <sip:a@b", false },
        { "Contact: \"a <sip:a@b>", false },
        { "Contact: \"W, T\" < t@example.org >", false },
        { "Contact: sip:", false },
        { "Contact: *", true },
        { "Contact: sip:b;x=a@b:c", true },
        { "Contact: a <sip:b>;x=\"a@b:c\"", true },
        { "Contact: \"<a> \\\" \" <sip:a@b:5060>", true },
        { "Contact: \"a<b\" <sip:a@[2001:db8::1]:5060;ob>, <sip:c>", true },
        { "Contact: <tel:+1-555;phone-context=+1>", true },
        { "m:<sips:b:5061>", true },
    };
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        char text[400];
        snprintf(text, sizeof text, "INVITE sip:a@b SIP/2.0\r\n%s\r\n" HEADERS "\r\n",
                 addresses[i].line);
        tap_ok(scan(text) == 0 && !(m.problems & SIP_BAD_ADDRESS) == addresses[i].good,
               "an address that is %s: %s", addresses[i].good ? "good" : "none", addresses[i].line);
    }
    tap_ok(scan("OPTIONS rtsp://a/b RTSP/1.0\r\nCSeq: 1\r\nVia: RTSP/1.0 c\r\n\r\n") < 0,
           "RTSP has methods of the same names");
    tap_ok(scan("INVITE sip:a b SIP/2.0\r\n" HEADERS "\r\n") == 0 && m.problems == SIP_BAD_START,
           "a blank in the URI");
    tap_ok(scan("!interesting-Method0123456789_*+`.%indeed'~ sip:a@b SIP/2.0\r\n" HEADERS "\r\n") ==
                   0 &&
               m.method_id == SIP_OTHER && m.method.n == 43 && m.problems == SIP_METHOD_DIFFERS,
           "a method may hold every token character (RFC 4475 §3.1.1.2)");
    tap_ok(scan("NEWMETHOD sip:a@b SIP/2.0\r\n" HEADERS "\r\n") == 0 && m.method_id == SIP_OTHER,
           "an unknown method is a request");
    tap_ok(scan("invite sip:a@b SIP/2.0\r\n" HEADERS "\r\n") == 0 && m.method_id == SIP_OTHER,
           "methods are case-sensitive (§7.1)");
}

static void compact(void)
{
    tap_ok(scan("BYE sip:a@b SIP/2.0\nv: SIP/2.0/UDP h;branch=z9hG4bKa\nf:<sip:a@b>;tag=1\n"
                "t:<sip:b@c>;tag=2\ni:x@y\nCSeq:2 BYE\nl:2\nm:<sip:m@n>\nc:text/plain\n"
                "Max-Forwards:1\n\nhi") == 0 &&
               m.problems == 0,
           "bare LF and compact forms (§7.3.3)");
    tap_ok(span_equal(m.call_id, SPAN("x@y")) && span_equal(m.to_tag, SPAN("2")) &&
               span_equal(m.contact, SPAN("<sip:m@n>")) && span_equal(m.body, SPAN("hi")),
           "and their values");
    tap_ok(
        scan("BYE sip:a@b SIP/2.0\r\nVIA  : SIP / 2.0 / UDP  h:5061 ; branch = z9hG4bKa\r\n"
             "fRoM\t: <sip:a@b> ; TAG = 1\r\nTo:\r\n <sip:b@c>\r\n\t;tag=2\r\ncall-id :\r\n x\r\n"
             "CSEQ:\r\n 9\r\n BYE\r\nMax-Forwards: 1\r\n\r\n") == 0 &&
            m.problems == 0,
        "folded lines and blanks around everything (§7.3.1, RFC 4475 §3.1.1.1)");
    tap_ok(span_equal(m.branch, SPAN("z9hG4bKa")) && span_equal(m.sent_by, SPAN("h:5061")) &&
               span_equal(m.from_tag, SPAN("1")) && span_equal(m.to_tag, SPAN("2")) &&
               span_equal(m.call_id, SPAN("x")) && m.cseq == 9 && m.cseq_method == SIP_BYE,
           "and their values");
}

static void several_values(void)
{
    tap_ok(
        scan(
            "INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP [2001:db8::9]:5060;branch=z9hG4bK1,"
            " SIP/2.0/UDP two;branch=z9hG4bK2\r\nVia: SIP/2.0/UDP three;branch=z9hG4bK3\r\n" HEADERS
            "\r\n") == 0 &&
            m.vias == 4 && span_equal(m.branch, SPAN("z9hG4bK1")) &&
            span_equal(m.sent_by, SPAN("[2001:db8::9]:5060")),
        "several Via values in one line and in several (§7.3.1); the first is the topmost");
    tap_ok(scan("INVITE sip:a@b SIP/2.0\r\n" HEADERS "Contact: <sip:z@z>\r\nCall-ID: second\r\n"
                "CSeq: 1 BYE\r\n\r\n") == 0 &&
               span_equal(m.call_id, SPAN("a84b4c76e66710@pc33.example.com")) && m.cseq == 314159,
           "of what may stand once, the first counts");
}

/* The problems that `text` has, or -1 when it is no SIP. */
static int64_t problems(const char *text)
{
    return scan(text) == 0 ? (int64_t)m.problems : -1;
}

static void bad_headers(void)
{
    tap_ok(problems("OPTIONS sip:a SIP/2.0\r\n\r\n") ==
               (SIP_NO_VIA | SIP_NO_FROM | SIP_NO_TO | SIP_NO_CALL_ID | SIP_NO_CSEQ |
                SIP_NO_MAX_FORWARDS),
           "what §8.1.1 demands is missed");
    tap_ok(problems("INVITE sip:a SIP/2.0") & SIP_NO_END &&
               problems("INVITE sip:a SIP/2.0\r\nVia") & SIP_NO_END,
           "headers that never end");
    tap_ok(problems("INVITE sip:a SIP/2.0\r\n" HEADERS "no colon here\r\n\r\n") == SIP_BAD_HEADER,
           "a header line without a colon");
    tap_ok(problems("INVITE sip:a SIP/2.0\r\n" HEADERS ": no name\r\n\r\n") == SIP_BAD_HEADER,
           "a header line without a name");
#define NO_CSEQ                                                                   \
    "Via: SIP/2.0/UDP h;branch=z9hG4bK7\r\nMax-Forwards: 70\r\nTo: <sip:b@n>\r\n" \
    "From: <sip:a@e>;tag=19\r\nCall-ID: a\r\n"
    tap_ok(problems("INVITE sip:a SIP/2.0\r\n" NO_CSEQ "CSeq: 4294967296 INVITE\r\n\r\n") ==
               SIP_BAD_CSEQ,
           "a CSeq number of 2^32 (§8.1.1.5)");
    tap_ok(problems("INVITE sip:a SIP/2.0\r\n" NO_CSEQ "CSeq: 2147483647 INVITE\r\n\r\n") == 0 &&
               problems("INVITE sip:a SIP/2.0\r\n" NO_CSEQ "CSeq: 2147483648 INVITE\r\n\r\n") ==
                   SIP_BAD_CSEQ,
           "CSeq stays below 2^31");
    tap_ok(problems("INVITE sip:a SIP/2.0\r\n" NO_CSEQ "CSeq: INVITE\r\n\r\n") & SIP_BAD_CSEQ,
           "a CSeq without a number");
    tap_ok(
        problems("INVITE sip:a SIP/2.0\r\n" NO_CSEQ "CSeq: 36893488147419103232 REGISTER\r\n\r\n") &
            SIP_BAD_CSEQ,
        "a huge CSeq number (RFC 4475 §3.1.2.4)");
}

static void lengths(void)
{
#define START "INVITE sip:a SIP/2.0\r\n" HEADERS
    tap_ok(problems(START "Content-Length: 9999\r\n\r\nbody") == SIP_BODY_SHORT &&
               span_equal(m.body, SPAN("body")) && m.content_length == 9999,
           "Content-Length promises more than there is");
    tap_ok(problems(START "Content-Length: 2\r\n\r\nbody") == SIP_BODY_LONG &&
               span_equal(m.body, SPAN("bo")) && span_end(m.all) == span_end(m.body),
           "over UDP, what is behind Content-Length is left out (§18.3)");
    tap_ok(problems(START "\r\nbody") == 0 && span_equal(m.body, SPAN("body")) &&
               m.content_length == -1,
           "without Content-Length the datagram ends the body (§18.3)");
    tap_ok(problems(START "Content-Length: -999\r\n\r\nbody") == SIP_BAD_LENGTH,
           "a negative Content-Length (RFC 4475 §3.1.2.3)");
    tap_ok(problems(START "Content-Length: 4\r\nl: 5\r\n\r\nbody") == SIP_BAD_LENGTH &&
               problems(START "Content-Length: 4\r\nl: 4\r\n\r\nbody") == 0,
           "two Content-Lengths are wrong when they differ");
    tap_ok(problems(START "Content-Length: 18446744073709551617\r\n\r\n") == SIP_BAD_LENGTH,
           "a Content-Length that would wrap");
    tap_ok(problems(START "\r\n\0") == 0, "an empty body");
    tap_ok(problems(START "l: 5\r\n\r\n\tbody") == 0 && span_equal(m.body, SPAN("\tbody")) &&
               problems(START "l: 5\n\n body") == 0 && span_equal(m.body, SPAN(" body")),
           "a body that begins with a blank is not folded into the empty line");
}

static void walking(void)
{
    struct span rest, name, value;
    scan("INVITE sip:a SIP/2.0\r\nA: 1\r\nnocolon\r\nB :\r\n 2\r\n 3\r\nk: 100rel\r\n"
         "C:\r\n\r\nD: 4\r\n");
    rest = m.headers;
    bool good = sip_next_header(&rest, &name, &value) && span_is(name, "A") && span_is(value, "1");
    good = good && sip_next_header(&rest, &name, &value) && span_is(name, "B") &&
           span_equal(value, SPAN("2\r\n 3"));
    tap_ok(good, "names and values, broken lines passed over, folded ones whole");
    good = sip_next_header(&rest, &name, &value) && span_is(name, "k") &&
           sip_next_header(&rest, &name, &value) && span_is(name, "C") && value.n == 0;
    tap_ok(good && !sip_next_header(&rest, &name, &value), "the walk ends at the empty line");
    tap_ok(span_is(sip_find_header(&m, "Supported"), "100rel"), "compact forms are found");
    tap_ok(sip_find_header(&m, "D").p == NULL, "the body is no header");
    tap_ok(span_equal(sip_find_header(&m, "Referred-By"), SPAN("2\r\n 3")), "in upper case too");
}

static void cut_everywhere(void)
{
    static const char text[] = START "Content-Length: 4\r\n\r\nv=0\n";
    size_t n = sizeof text - 1;
    int wrong = 0;
    for (size_t i = 0; i < n; i++) {
        char *copy = malloc(i ? i : 1);
        memcpy(copy, text, i);
        if (sip_scan(&m, copy, i) == 0 && !(m.problems & SIP_MALFORMED))
            wrong++;
        free(copy);
    }
    tap_ok(wrong == 0, "cut at every byte: never read beyond, always malformed");
}

static void names(void)
{
    int wrong = 0;
    for (int i = SIP_OTHER + 1; i < SIP_METHODS; i++)
        wrong += sip_method_of(SPAN(sip_method_name((uint8_t)i))) != (enum sip_method)i;
    tap_ok(wrong == 0 && sip_method_of(SPAN("")) == SIP_OTHER &&
               strcmp(sip_method_name(200), "?") == 0,
           "method names there and back");
    tap_ok(sip_header_of(SPAN("CALL-ID")) == SIP_H_CALL_ID &&
               sip_header_of(SPAN("I")) == SIP_H_CALL_ID &&
               sip_header_of(SPAN("max-forwards")) == SIP_H_MAX_FORWARDS &&
               sip_header_of(SPAN("Subject")) == SIP_H_OTHER &&
               sip_header_of(SPAN("")) == SIP_H_OTHER,
           "header names");
    tap_ok(sip_header_same(SPAN("v"), "Via") && sip_header_same(SPAN("x"), "session-expires") &&
               !sip_header_same(SPAN("v"), "To"),
           "compact header names");
    tap_ok(sip_class_of(100) == SIP_CLASS_PROVISIONAL && sip_class_of(299) == SIP_CLASS_SUCCESS &&
               sip_class_of(302) == SIP_CLASS_REDIRECT &&
               sip_class_of(407) == SIP_CLASS_CHALLENGE &&
               sip_class_of(487) == SIP_CLASS_CANCELLED && sip_class_of(486) == SIP_CLASS_CLIENT &&
               sip_class_of(503) == SIP_CLASS_SERVER && sip_class_of(603) == SIP_CLASS_GLOBAL &&
               sip_class_of(0) == SIP_CLASS_NONE,
           "classes of codes");
    tap_ok(!sip_class_failed(SIP_CLASS_CHALLENGE) && !sip_class_failed(SIP_CLASS_CANCELLED) &&
               sip_class_failed(SIP_CLASS_TIMEOUT),
           "a challenge and a cancelled call are no failures");
}

int main(void)
{
    request();
    response();
    no_sip();
    tolerance();
    compact();
    several_values();
    bad_headers();
    lengths();
    walking();
    cut_everywhere();
    names();
    return tap_done();
}
