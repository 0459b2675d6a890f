/* Taking header values apart: RFC 3261 §20.10, §20.42, §25.1, RFC 3966. */
#include "sip/fields.h"
#include "sip/sdp.h"
#include "tap.h"

static bool equal(struct span s, const char *text)
{
    bool same = span_equal(s, SPAN(text));
    if (!same)
        tap_note("got \"%.*s\"", SPAN_ARG(s));
    return same;
}

static void values(void)
{
    struct span rest = SPAN(" \"a, \\\"b\" <sip:x,y@h>;p=\"1,2\" ,, <sip:c@d>,e "), value;
    tap_ok(sip_next_value(&rest, &value) && equal(value, "\"a, \\\"b\" <sip:x,y@h>;p=\"1,2\""),
           "commas in quotes and <> do not separate");
    tap_ok(sip_next_value(&rest, &value) && value.n == 0, "an empty value between two commas");
    tap_ok(sip_next_value(&rest, &value) && equal(value, "<sip:c@d>"), "a value");
    tap_ok(sip_next_value(&rest, &value) && equal(value, "e") && !sip_next_value(&rest, &value),
           "the last value");
    rest = SPAN("\"open, <");
    tap_ok(sip_next_value(&rest, &value) && rest.n == 0,
           "a quote that is not closed takes the rest");
    rest = SPAN("\"a\\");
    tap_ok(sip_next_value(&rest, &value) && rest.n == 0, "a backslash at the end");
    rest = SPAN_NONE;
    tap_ok(!sip_next_value(&rest, &value), "no values in nothing");
}

static void params(void)
{
    struct span v = SPAN("\"x;tag=1\" <sip:a@b;tag=2> ; lr; Tag = 3 ;q=\"a;b\";tagx=4");
    tap_ok(equal(sip_tag(v), "3"), "a parameter outside quotes and <>");
    tap_ok(equal(sip_param(v, "q"), "a;b"), "a quoted parameter loses its quotes");
    tap_ok(sip_param(v, "lr").n == 0 && sip_param(v, "lr").p, "a parameter without a value");
    tap_ok(!sip_param(v, "b").p && !sip_param(SPAN_NONE, "tag").p, "absent parameters");
    tap_ok(equal(sip_tag(SPAN("sip:a@b;tag=5")), "5"),
           "without <> a parameter is the header's (§20.10)");
    tap_ok(sip_tag(SPAN("<sip:a@b>;")).p == NULL, "a lonely semicolon");
    tap_ok(sip_tag(SPAN("<sip:a@b;tag=1")).p == NULL, "a < that is not closed hides what follows");
}

static void via(void)
{
    struct span by, branch;
    sip_read_via(SPAN("SIP/2.0/UDP 192.0.2.1:5060 ;received=192.0.2.9;branch=z9hG4bK1"), &by,
                 &branch);
    tap_ok(equal(by, "192.0.2.1:5060") && equal(branch, "z9hG4bK1"), "sent-by and branch");
    sip_read_via(SPAN("SIP / 2.0 /\r\n UDP [2001:db8::1]:5060"), &by, &branch);
    tap_ok(equal(by, "[2001:db8::1]:5060") && branch.n == 0, "IPv6, blanks, no branch");
    sip_read_via(SPAN("SIP/2.0/UDP host : 5062;branch=a"), &by, &branch);
    tap_ok(by.n > 0 && equal(branch, "a"), "blanks around the colon of sent-by");
    sip_read_via(SPAN("SIP/2.0"), &by, &branch);
    tap_ok(by.n == 0 && branch.n == 0, "a Via cut off");
    sip_read_via(SPAN_NONE, &by, &branch);
    tap_ok(by.n == 0 && branch.n == 0, "no Via");
}

static void cseq(void)
{
    uint32_t number;
    struct span method;
    tap_ok(sip_read_cseq(SPAN("0009\r\n INVITE"), &number, &method) == 0 && number == 9 &&
               equal(method, "INVITE"),
           "leading zeros and a fold (RFC 4475 §3.1.1.1)");
    tap_ok(sip_read_cseq(SPAN("1"), &number, &method) < 0 &&
               sip_read_cseq(SPAN("x"), &number, &method) < 0 &&
               sip_read_cseq(SPAN_NONE, &number, &method) < 0,
           "number or method missing");
    tap_ok(sip_read_cseq(SPAN("0 ACK"), &number, &method) == 0 && number == 0, "zero is allowed");
}

static void auth(void)
{
    struct span v = SPAN("Digest realm=\"a, b\", nonce=\"x=y\",qop=\"auth,auth-int\" , stale=TRUE");
    tap_ok(equal(sip_auth_param(v, "realm"), "a, b") && equal(sip_auth_param(v, "NONCE"), "x=y") &&
               equal(sip_auth_param(v, "stale"), "TRUE"),
           "parameters of a challenge");
    tap_ok(!sip_auth_param(v, "opaque").p && !sip_auth_param(SPAN("Digest"), "realm").p &&
               !sip_auth_param(SPAN_NONE, "realm").p,
           "absent ones");
}

static void addresses(void)
{
    struct sip_address a;
    sip_read_address(SPAN("\"Bob <x>\" <sips:bob;x=1:pw@h.example:5061;lr?a=b@c>;tag=9;q=1"), &a);
    tap_ok(equal(a.display, "Bob <x>") && equal(a.user, "bob") && equal(a.host, "h.example:5061") &&
               equal(a.params, ";tag=9;q=1"),
           "name-addr with everything");
    tap_ok(equal(a.uri, "sips:bob;x=1:pw@h.example:5061;lr?a=b@c"), "its URI");
    sip_read_address(SPAN("sip:c@d;tag=1"), &a);
    tap_ok(equal(a.uri, "sip:c@d") && equal(a.params, ";tag=1") && a.display.n == 0,
           "addr-spec: parameters are the header's");
    sip_read_address(SPAN("Alice Smith<sip:host>"), &a);
    tap_ok(equal(a.display, "Alice Smith") && a.user.n == 0 && equal(a.host, "host"),
           "a display name of tokens, a URI without a user");
    sip_read_address(SPAN("<tel:+1-201-555-0123;ext=7>"), &a);
    tap_ok(equal(a.user, "+1-201-555-0123") && a.host.n == 0, "tel: the number is the user");
    sip_read_address(SPAN("<sip:a@b@c>"), &a);
    tap_ok(equal(a.host, "c") && equal(a.user, "a@b"), "an unescaped '@' in the user part");
    sip_read_address(SPAN("<sip:[2001:db8::1]:5060>"), &a);
    tap_ok(equal(a.host, "[2001:db8::1]:5060"), "an IPv6 reference");
    sip_read_address(SPAN("*"), &a);
    tap_ok(equal(a.uri, "*") && a.host.n == 0, "a Contact of *");
    sip_read_address(SPAN("<"), &a);
    tap_ok(a.uri.n == 0, "a lonely <");
    sip_read_address(SPAN("\"open <sip:a@b>"), &a);
    tap_ok(a.display.n == 0, "a quote that is not closed");
    sip_read_address(SPAN_NONE, &a);
    tap_ok(a.uri.n == 0, "nothing");
}

static bool at_host(const char *value, const char *want)
{
    struct sip_address a;
    sip_read_address(SPAN(value), &a);
    return span_equal(sip_user_at_host(&a), SPAN(want));
}

static void test_user_at_host(void)
{
    tap_ok(at_host("\"A\" <sip:alice:pw@a.example:5070;transport=tcp>;tag=1",
                   "alice:pw@a.example:5070") &&
               at_host("<sip:a.example>", "a.example") &&
               at_host("sip:x@[2001:db8::1]", "x@[2001:db8::1]"),
           "user and host as written");
    tap_ok(at_host("<sip:alice@>", "alice") && at_host("<sip:@>", "") && at_host("", "") &&
               at_host("<tel:+3225550199>", "+3225550199"),
           "one that is missing");
}

/* What is seen at a glance of values and of descriptions (RFC 8866 §5, RFC 3264 §5.1 and §8.2). */
static void glances(void)
{
    static const struct {
        const char *value, *host;
    } hosts[] = {
        { "<sip:+4930@192.0.2.1:5060>;expires=60", "192.0.2.1" },
        { "sip:a@b.example;transport=tcp", "b.example" },
        { "\"A\" <sips:a%40b@c.example>", "c.example" },
        { "<sip:10.0.0.1>", "10.0.0.1" },
        { "<sip:a@[2001:db8::1]:5060>", "[2001:db8::1]" },
        { "<sip:@h>", "h" },
    };
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++)
        tap_ok(equal(sip_glance_host(SPAN(hosts[i].value)), hosts[i].host), "the host of %s",
               hosts[i].value);
    struct sdp_glance g;
    sdp_glance(&g,
               SPAN("v=0\r\no=- 1 2 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.1/127\r\nt=0 0\r\n"
                    "m=audio 4000 RTP/AVP 0 101\r\na=rtpmap:101 Telephone-Event/8000\r\n"
                    "m=video 0 RTP/AVP 31\r\nc=IN IP4 0.0.0.0\r\n"));
    tap_ok(equal(g.origin, "- 1 2 IN IP4 192.0.2.9") && equal(g.address, "192.0.2.1") &&
               equal(g.port, "4000"),
           "origin, and where the first medium goes");
    tap_ok(equal(g.first, "192.0.2.1") && equal(g.last, "0.0.0.0"), "first and last address");
    tap_ok(g.bits == (SDP_AUDIO | SDP_TELEPHONE | SDP_SOME_OFF | SDP_HOLE),
           "sound, tones, a stream that is off, a hold");
    sdp_glance(&g, SPAN("c=IN IP4 192.0.2.1\nm=audio 4000 RTP/AVP 8 100\nc=IN IP4 192.0.2.2\n"
                        "a=rtpmap:8 PCMA/8000\na=rtpmap:100 telephone-event/48000\n"
                        "m=audio 5000 RTP/AVP 8\nc=IN IP4 192.0.2.3"));
    tap_ok(equal(g.address, "192.0.2.2") && equal(g.last, "192.0.2.3") && g.origin.n == 0,
           "a medium's own address comes before that of the session");
    tap_ok(g.bits == (SDP_AUDIO | SDP_TELEPHONE_WIDE), "tones at another clock rate");
    sdp_glance(&g, SPAN("m=audio"));
    tap_ok(g.bits == SDP_AUDIO && g.port.n == 0 && g.address.n == 0, "a medium cut off");
    sdp_glance(&g, SPAN_NONE);
    tap_ok(g.bits == 0 && g.first.n == 0, "nothing in nothing");
}

int main(void)
{
    test_user_at_host();
    values();
    params();
    via();
    cseq();
    auth();
    addresses();
    glances();
    return tap_done();
}
