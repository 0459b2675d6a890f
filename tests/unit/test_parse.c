/* The thorough reading: everything that the accessors give, refusals, bodies with any bytes. */
#include <stdlib.h>

#include "sip/parse.h"
#include "tap.h"

static bool equal(struct span s, const char *text)
{
    bool same = span_equal(s, SPAN(text));
    if (!same)
        tap_note("got \"%.*s\"", SPAN_ARG(s));
    return same;
}

static struct sip_parsed *parse(const char *text)
{
    return sip_parse(SPAN(text));
}

static const char invite[] =
    "INVITE sip:bob@example.net;user=phone SIP/2.0\r\n"
    "Via: SIP/2.0/TCP proxy.example.com;branch=z9hG4bKtop;rport\r\n"
    "Via: SIP/2.0/UDP [2001:db8::1]:5062;branch=z9hG4bKlow;received=192.0.2.9;rport=4000\r\n"
    "Max-Forwards: 70\r\n"
    "To: Bob <sip:bob@example.net>\r\n"
    "From: \"Alice A.\" <sips:alice@example.com>;tag=1928\r\n"
    "Call-ID: a84b4c@pc33\r\n"
    "CSeq: 314159 INVITE\r\n"
    "Contact: \"A\" <sip:alice@pc33>;q=0.5, <sip:alice@other>\r\n"
    "Supported: 100rel, timer\r\n"
    "Route: <sip:p1.example.com;lr>\r\n"
    "Authorization: Digest username=\"alice\", realm=\"r\", nonce=\"n\", uri=\"sip:x\","
    " response=\"0\"\r\n"
    "X-Thing: some text\r\n"
    "Content-Type: application/sdp\r\n"
    "Content-Length: 7\r\n\r\nv=0\r\ns=and more";

static const struct sip_parsed_header *header(const struct sip_parsed *p, const char *name)
{
    size_t n;
    const struct sip_parsed_header *list = sip_parsed_headers(p, &n);
    for (size_t i = 0; i < n; i++)
        if (span_is(list[i].name, name))
            return &list[i];
    return NULL;
}

static void lists(const struct sip_parsed *p)
{
    size_t n;
    const struct sip_parsed_via *vias = sip_parsed_vias(p, &n);
    tap_ok(n == 2 && equal(vias[0].transport, "TCP") && equal(vias[0].host, "proxy.example.com") &&
               !vias[0].port.p && equal(vias[0].branch, "z9hG4bKtop") && !vias[0].received.p,
           "the topmost Via");
    tap_ok(vias[0].rport.p && vias[0].rport.n == 0, "rport without a value (RFC 3581)");
    tap_ok(n == 2 && equal(vias[1].host, "2001:db8::1") && equal(vias[1].port, "5062") &&
               equal(vias[1].received, "192.0.2.9") && equal(vias[1].rport, "4000"),
           "the lower Via");
    const struct sip_parsed_address *contacts = sip_parsed_contacts(p, &n);
    tap_ok(n == 2 && equal(contacts[0].display, "A") && equal(contacts[0].uri, "sip:alice@pc33") &&
               equal(contacts[1].uri, "sip:alice@other") && !contacts[1].display.n,
           "two Contacts in one line");
    const struct sip_parsed_header *h = header(p, "Max-Forwards");
    tap_ok(h && equal(h->value, "70"), "an ordinary header");
    h = header(p, "X-Thing");
    tap_ok(h && equal(h->value, "some text"), "an unknown header");
    h = header(p, "Route");
    tap_ok(h && equal(h->value, "<sip:p1.example.com;lr>"), "a header that libosip2 takes apart");
    h = header(p, "Authorization");
    tap_ok(h && span_search(h->value, "username=\"alice\""), "credentials");
    tap_ok(!header(p, "Via") && !header(p, "Call-ID"), "what has an accessor is not repeated");
    const struct sip_parsed_body *bodies = sip_parsed_bodies(p, &n);
    tap_ok(n == 1 && equal(bodies[0].bytes, "v=0\r\ns=") &&
               equal(bodies[0].type, "application/sdp"),
           "the body ends where Content-Length says");
}

static void request(void)
{
    struct sip_parsed *p = parse(invite);
    if (!tap_ok(p != NULL, "a correct INVITE is parsed"))
        return;
    tap_ok(sip_parsed_code(p) == 0 && equal(sip_parsed_method(p), "INVITE") &&
               equal(sip_parsed_uri(p), "sip:bob@example.net;user=phone") &&
               equal(sip_parsed_version(p), "SIP/2.0") && !sip_parsed_reason(p).p,
           "its start line");
    const struct sip_parsed_address *from = sip_parsed_from(p), *to = sip_parsed_to(p);
    tap_ok(from && equal(from->display, "Alice A.") && equal(from->uri, "sips:alice@example.com") &&
               equal(from->tag, "1928"),
           "From");
    tap_ok(to && equal(to->display, "Bob") && equal(to->uri, "sip:bob@example.net") && !to->tag.p,
           "To, which has no tag yet");
    tap_ok(equal(sip_parsed_call_id(p), "a84b4c@pc33") &&
               equal(sip_parsed_cseq_number(p), "314159") &&
               equal(sip_parsed_cseq_method(p), "INVITE") &&
               equal(sip_parsed_content_length(p), "7") &&
               equal(sip_parsed_content_type(p), "application/sdp"),
           "Call-ID, CSeq, Content-Length and -Type");
    lists(p);
    sip_parsed_free(p);
}

static void response(void)
{
    size_t n;
    struct sip_parsed *p = parse("\r\n\r\nSIP/2.0 503 Service Unavailable\r\n"
                                 "v: SIP/2.0/UDP h;branch=z9hG4bK1\r\nf: <sip:a@b>;tag=1\r\n"
                                 "t: <sip:c@d>;tag=2\r\ni: x\r\nCSeq: 1 REGISTER\r\n"
                                 "m: *\r\nRetry-After: 5\r\nl: 0\r\n\r\n");
    if (!tap_ok(p != NULL, "a response with compact forms behind empty lines is parsed"))
        return;
    tap_ok(sip_parsed_code(p) == 503 && equal(sip_parsed_reason(p), "Service Unavailable") &&
               !sip_parsed_method(p).p && !sip_parsed_uri(p).p,
           "its start line");
    const struct sip_parsed_address *contacts = sip_parsed_contacts(p, &n);
    tap_ok(n == 1 && equal(contacts[0].uri, "*"), "Contact: *");
    tap_ok(equal(sip_parsed_to(p)->tag, "2") && equal(sip_parsed_call_id(p), "x"),
           "compact forms are read");
    tap_ok(!sip_parsed_bodies(p, &n) && n == 0, "no body");
    sip_parsed_free(p);
    sip_parsed_free(NULL);
}

#define MINIMAL                                                                                  \
    "MESSAGE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n" \
    "To: <sip:c@d>\r\nCall-ID: x\r\nCSeq: 1 MESSAGE\r\n"

static void bodies(void)
{
    static const char binary[] = MINIMAL "Content-Type: application/octet-stream\r\n"
                                         "Content-Length: 5\r\n\r\na\0b\0c";
    size_t n;
    struct sip_parsed *p = sip_parse((struct span){ binary, sizeof binary - 1 });
    const struct sip_parsed_body *list = p ? sip_parsed_bodies(p, &n) : NULL;
    tap_ok(list && n == 1 && list[0].bytes.n == 5 && memcmp(list[0].bytes.p, "a\0b\0c", 5) == 0,
           "a body may hold NUL bytes");
    sip_parsed_free(p);
    p = parse(MINIMAL
              "MIME-Version: 1.0\r\nContent-Type: multipart/mixed;boundary=bb\r\n"
              "Content-Length: 109\r\n\r\n"
              "--bb\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n"
              "--bb\r\nContent-Type: application/isup;version=itu\r\n\r\nxyz\r\n--bb--\r\n");
    list = p ? sip_parsed_bodies(p, &n) : NULL;
    tap_ok(list && n == 2 && equal(list[0].type, "application/sdp") &&
               equal(list[0].bytes, "v=0") && span_starts(list[1].type, "application/isup") &&
               equal(list[1].bytes, "xyz"),
           "the parts of a multipart body");
    tap_ok(p && header(p, "MIME-Version"), "MIME-Version is among the headers");
    tap_ok(p && span_starts(sip_parsed_content_type(p), "multipart/mixed"), "and its own type");
    sip_parsed_free(p);
    p = parse(MINIMAL "Content-Type: multipart/mixed;boundary=\"b b\"\r\n\r\nignored\r\n"
                      "--b b\r\nContent-Type: text/plain\r\nContent-Type: text/html\r\n\r\n"
                      "x\r\n\r\n--b b\r\n\r\nno type\r\n--b b--\r\nbehind");
    list = p ? sip_parsed_bodies(p, &n) : NULL;
    tap_ok(list && n == 2 && equal(list[0].type, "text/plain") && equal(list[0].bytes, "x\r\n") &&
               !list[1].type.p && equal(list[1].bytes, "no type"),
           "a quoted boundary, a preamble, a part with two types, a part without, an epilogue");
    sip_parsed_free(p);
}

static void refusals(void)
{
    static const char nul[] = "OPTIONS sip:a@b SIP/2.0\r\nCall-ID: a\0b\r\n\r\n";
    char *big = malloc(SIP_PARSE_MAX + 1);
    memset(big, 'a', SIP_PARSE_MAX + 1);
    memcpy(big, MINIMAL "\r\n", sizeof MINIMAL + 1);
    tap_ok(!sip_parse((struct span){ big, SIP_PARSE_MAX + 1 }), "too large is refused");
    struct sip_parsed *p = sip_parse((struct span){ big, SIP_PARSE_MAX });
    tap_ok(p != NULL, "the limit itself is not");
    sip_parsed_free(p);
    free(big);
    tap_ok(!sip_parse((struct span){ nul, sizeof nul - 1 }),
           "a NUL byte in the headers is refused");
    tap_ok(!parse("") && !sip_parse(SPAN_NONE) && !parse("\r\n\r\n") && !parse("hello"),
           "what is no SIP is refused");
    tap_ok(!parse("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), "another protocol is refused");
}

static void cut_and_damaged(void)
{
    uint32_t random = 99;
    size_t n = sizeof invite - 1;
    for (size_t i = 0; i < n; i++) {
        char *copy = malloc(i ? i : 1);
        memcpy(copy, invite, i);
        sip_parsed_free(sip_parse((struct span){ copy, i }));
        free(copy);
    }
    tap_ok(true, "cut at every byte: nothing is read beyond, nothing leaks");
    for (int round = 0; round < 20000; round++) {
        char *copy = malloc(n);
        memcpy(copy, invite, n);
        for (int k = 0; k < 4; k++) {
            random = random * 1664525u + 1013904223u;
            copy[(random >> 8) % n] = (char)(random >> 24);
        }
        sip_parsed_free(sip_parse((struct span){ copy, n }));
        free(copy);
    }
    tap_ok(true, "20000 damaged messages: nothing is read beyond, nothing leaks");
}

int main(void)
{
    request();
    response();
    bodies();
    refusals();
    cut_and_damaged();
    return tap_done();
}
