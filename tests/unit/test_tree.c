/* A message as a tree: what each kind of line, value and body becomes, and that it is bounded. */
#include <stdlib.h>

#include "base/strbuf.h"
#include "sip/tree.h"
#include "tap.h"

/* The node that a path of labels leads to, "Via/branch"; the first of several. SIZE_MAX: none. */
static size_t find(const struct sip_tree *tree, const char *path)
{
    size_t at = 0, end = tree->count;
    for (unsigned depth = 0;; depth++) {
        size_t n = strcspn(path, "/");
        while (at < end && !(tree->nodes[at].depth == depth &&
                             span_equal(tree->nodes[at].label, (struct span){ path, n })))
            at++;
        if (at == end)
            return SIZE_MAX;
        if (!path[n])
            return at;
        path += n + 1;
        end = tree->nodes[at++].end;
    }
}

static const struct sip_node *node(const struct sip_tree *tree, const char *path)
{
    static const struct sip_node none;
    size_t i = find(tree, path);
    return i == SIZE_MAX ? &none : &tree->nodes[i];
}

static void is(const struct sip_tree *tree, const char *path, const char *value)
{
    struct span got = node(tree, path)->value;
    if (!tap_ok(span_equal(got, SPAN(value)), "%s is \"%s\"", path, value))
        tap_note("got \"%.*s\"", SPAN_ARG(got));
}

/* The topic of the node, else of the nearest one above that has one. */
static const char *topic_of(const struct sip_tree *tree, size_t i)
{
    while (i < tree->count && !*tree->nodes[i].topic)
        i = sip_tree_parent(tree, i);
    return i < tree->count ? tree->nodes[i].topic : "no topic";
}

static void about(const struct sip_tree *tree, const char *path, const char *topic)
{
    size_t i = find(tree, path);
    const char *got = topic_of(tree, i);
    if (!tap_ok(strcmp(got, topic) == 0, "%s is explained by %s", path, topic))
        tap_note("got \"%s\"", got);
}

static void says(const struct sip_tree *tree, const char *path, const char *note)
{
    struct span got = node(tree, path)->note;
    if (!tap_ok(span_search(got, note) != NULL, "%s: %s", path, note))
        tap_note("got \"%.*s\"", SPAN_ARG(got));
}

/* Every node ends where it should and stands within its parent. */
static bool well_formed(const struct sip_tree *tree)
{
    for (size_t i = 0; i < tree->count; i++) {
        const struct sip_node *n = &tree->nodes[i];
        size_t end = i + 1;
        while (end < tree->count && tree->nodes[end].depth > n->depth)
            end++;
        if (n->end != end || n->depth > SIP_TREE_DEPTH || (i == 0 && n->depth != 0) ||
            (i > 0 && n->depth > tree->nodes[i - 1].depth + 1))
            return false;
    }
    return true;
}

#define HEAD                                                                       \
    "Via: SIP/2.0/UDP 192.0.2.1:5062;branch=z9hG4bK1;rport\r\n"                    \
    "From: \"Al, ice\" <sip:alice:pw@example.com;user=phone?Subject=x>;tag=f1\r\n" \
    "To: <sip:bob@example.net>\r\n"                                                \
    "Call-ID: a@b\r\n"                                                             \
    "CSeq: 7 INVITE\r\n"                                                           \
    "Max-Forwards: 70\r\n"

static void headers(void)
{
    static const char text[] =
        "INVITE sip:bob@[2001:db8::1]:5080;transport=tcp;lr SIP/2.0\r\n" HEAD
        "Supported: 100rel,\r\n timer\r\n"
        "k: path\r\n"
        "Allow: INVITE, BYE\r\n"
        "Session-Expires: 1800;refresher=uac\r\n"
        "Event: presence;id=3\r\n"
        "Route: <sip:p1;lr>, <sip:p2;lr>\r\n"
        "Subject: a;b\r\n"
        "Authorization: Digest username=\"al\", realm=\"r, s\", nonce=\"n\", qop=auth, "
        "algorithm=SHA-256, response=\"00\"\r\n"
        "Content-Length: 0\r\n\r\n";
    struct sip_tree t;
    sip_tree_make(&t, SPAN(text));
    tap_ok(well_formed(&t) && !t.cut, "the tree of a request is well-formed");
    about(&t, "request", "method/INVITE");
    is(&t, "request/URI/user", "bob");
    is(&t, "request/URI/host", "[2001:db8::1]");
    is(&t, "request/URI/port", "5080");
    is(&t, "request/URI/transport", "tcp");
    about(&t, "request/URI/lr", "param/lr@uri");
    is(&t, "Via/transport", "UDP");
    is(&t, "Via/host", "192.0.2.1");
    is(&t, "Via/port", "5062");
    is(&t, "Via/branch", "z9hG4bK1");
    about(&t, "Via/branch", "param/branch@Via");
    is(&t, "Via/rport", "");
    is(&t, "From/display name", "Al, ice");
    is(&t, "From/URI/user", "alice");
    is(&t, "From/URI/password", "pw");
    about(&t, "From/URI/user", "part/user");
    is(&t, "From/URI/Subject", "x");
    is(&t, "From/tag", "f1");
    about(&t, "From/tag", "param/tag@From");
    is(&t, "CSeq/method", "INVITE");
    about(&t, "CSeq/method", "method/INVITE");
    about(&t, "CSeq/number", "header/CSeq");
    about(&t, "Supported/extension", "option/100rel");
    tap_ok(span_equal(t.nodes[node(&t, "Supported")->end - 1].value, SPAN("timer")),
           "a folded line belongs to its header");
    about(&t, "k", "header/Supported");
    about(&t, "k/extension", "option/path");
    about(&t, "Allow/method", "method/INVITE");
    is(&t, "Session-Expires/value", "1800");
    is(&t, "Session-Expires/refresher", "uac");
    about(&t, "Event/package", "event/presence");
    is(&t, "Route/value", "<sip:p1;lr>");
    is(&t, "Route/value/URI/host", "p1");
    tap_ok(node(&t, "Subject")->end == find(&t, "Subject") + 1,
           "a ';' in plain text means nothing");
    is(&t, "Authorization/scheme", "Digest");
    is(&t, "Authorization/realm", "r, s");
    is(&t, "Authorization/algorithm", "SHA-256");
    is(&t, "Authorization/qop", "auth");
    about(&t, "Authorization/response", "param/response@Authorization");
    about(&t, "Authorization/scheme", "part/scheme");
    size_t tag = (size_t)(strstr(text, "f1") - text);
    tap_ok(sip_tree_at(&t, tag) == find(&t, "From/tag"), "a byte leads to its innermost node");
    sip_tree_free(&t);
}

/* The token's texts are {"alg":"ES256","ppt":"shaken",...} and {"attest":"A","dest":...} (RFC 8588). */
static void tokens(void)
{
    static const char text[] = "INVITE sip:b@c SIP/2.0\r\n" HEAD "Identity: "
                               "eyJhbGciOiJFUzI1NiIsInBwdCI6InNoYWtlbiIsInR5cCI6InBhc3Nwb3J0"
                               "IiwieDV1IjoiaHR0cHM6Ly9jZXJ0LmV4YW1wbGUvcC5jZXIifQ.eyJhdHRlc"
                               "3QiOiJBIiwiZGVzdCI6eyJ0biI6WyIxMjE1NTU1MDExMyJdfSwiaWF0IjoxN"
                               "DQzMjA4MzQ1LCJvcmlnIjp7InRuIjoiMTIxNTU1NTAxMTIifSwib3JpZ2lkI"
                               "joiMTIzZTQ1NjcifQ.sIgNaTuRe"
                               ";info=<https://cert.example/p.cer>;alg=ES256;ppt=shaken\r\n"
                               "y: ..abc;info=<https://x>;ppt=shaken\r\n"
                               "Content-Length: 0\r\n\r\n";
    struct sip_tree t;
    sip_tree_make(&t, SPAN(text));
    tap_ok(well_formed(&t), "the tree of a signed token is well-formed");
    is(&t, "Identity/token/ppt", "\"shaken\"");
    is(&t, "Identity/claims/attest", "\"A\"");
    about(&t, "Identity/claims/attest", "claim/attest");
    about(&t, "Identity/signature", "claim/signature");
    about(&t, "Identity/info", "param/info@Identity");
    is(&t, "Identity/claims/orig/tn", "\"12155550112\"");
    is(&t, "Identity/claims/dest/tn/0", "\"12155550113\"");
    is(&t, "Identity/signature", "sIgNaTuRe");
    is(&t, "Identity/ppt", "shaken");
    is(&t, "y/signature", "abc");
    tap_ok(find(&t, "y/token") == SIZE_MAX, "the compact form has neither header nor claims");
    sip_tree_free(&t);
}

static void causes(void)
{
    static const char text[] = "SIP/2.0 503 Service Unavailable\r\n" HEAD
                               "Reason: Q.850;cause=34;text=\"No, circuit\", SIP;cause=503\r\n"
                               "Warning: 399 gw.example \"full; up\"\r\n"
                               "Content-Length: 0\r\n\r\n";
    struct sip_tree t;
    sip_tree_make(&t, SPAN(text));
    about(&t, "status", "code/503");
    is(&t, "status/phrase", "Service Unavailable");
    about(&t, "Reason/value/protocol", "reason/Q.850");
    about(&t, "Reason/value/cause", "cause/34");
    is(&t, "Reason/value/text", "No, circuit");
    about(&t, "Reason/value/text", "param/text@Reason");
    size_t second = node(&t, "Reason/value")->end;
    tap_ok(second < t.count && span_equal(t.nodes[second].value, SPAN("SIP;cause=503")) &&
               strcmp(topic_of(&t, second + 2), "code/503") == 0,
           "the second reason is a response code");
    about(&t, "Warning/code", "warning/399");
    is(&t, "Warning/said by", "gw.example");
    is(&t, "Warning/text", "full; up");
    sip_tree_free(&t);
}

static const char sdp[] =
    "v=0\r\no=al 1 2 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
    "m=audio 4000 RTP/SAVP 0 97\r\n"
    "a=rtpmap:97 opus/48000/2\r\n"
    "a=fmtp:97 useinbandfec=1\r\n"
    "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:abc|2^20\r\n"
    "a=candidate:9 1 UDP 2130706431 192.0.2.7 4002 typ srflx raddr 10.0.0.1 "
    "rport 5\r\n"
    "a=sendonly\r\n"
    "m=video 0 RTP/AVP 31\r\n";

static void check_sdp(const struct sip_tree *t, const char *body)
{
    char path[128];
    const struct {
        const char *below, *value;
    } rows[] = {
        { "o=/session", "1" }, { "m=/0", "PCMU/8000" },       { "m=/97", "opus/48000" },
        { "m=/port", "4000" }, { "m=/protocol", "RTP/SAVP" }, { "m=/a=/codec", "opus/48000/2" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", body, rows[i].below);
        is(t, path, rows[i].value);
    }
    snprintf(path, sizeof path, "%s/m=/97", body);
    says(t, path, "useinbandfec=1");
}

static const struct sip_node *line(const struct sip_tree *t, const char *text)
{
    static const struct sip_node none;
    for (size_t i = 0; i < t->count; i++)
        if (t->nodes[i].kind == SIP_NODE_LINE && span_starts(t->nodes[i].value, text))
            return &t->nodes[i];
    return &none;
}

static void descriptions(void)
{
    struct strbuf text = STRBUF_INIT;
    struct sip_tree t;
    strbuf_format(&text,
                  "INVITE sip:b@c SIP/2.0\r\n" HEAD
                  "Content-Type: application/sdp\r\nContent-Length: %zu\r\n\r\n%s",
                  strlen(sdp), sdp);
    sip_tree_make(&t, strbuf_as_span(&text));
    tap_ok(well_formed(&t), "the tree of a session description is well-formed");
    check_sdp(&t, "body");
    const struct sip_node *n = line(&t, "crypto:");
    tap_ok(span_equal(n[2].label, SPAN("suite")) &&
               span_equal(n[2].value, SPAN("AES_CM_128_HMAC_SHA1_80")),
           "crypto: the suite (RFC 4568)");
    n = line(&t, "candidate:");
    tap_ok(span_equal(n->note, SPAN("srflx candidate 192.0.2.7 port 4002, UDP, component 1")),
           "a candidate in words (RFC 8839)");
    tap_ok(strcmp(n->topic, "sdp/candidate@a") == 0 &&
               strcmp(n[4].topic, "sdp/priority@candidate") == 0,
           "a candidate and its priority have topics");
    n = line(&t, "fmtp:97");
    tap_ok(span_equal(n[2].label, SPAN("useinbandfec")) && span_equal(n[2].value, SPAN("1")) &&
               strcmp(n[2].topic, "sdp/useinbandfec@fmtp") == 0,
           "a parameter of fmtp");
    tap_ok(strcmp(line(&t, "rtpmap:97")[2].topic, "sdp/opus@m") == 0, "the codec of rtpmap");
    tap_ok(strcmp(line(&t, "sendonly")->topic, "sdp/sendonly@a") == 0, "the direction");
    tap_ok(span_search(line(&t, "video 0")->note, "refused") != NULL, "port 0");
    sip_tree_free(&t);
    strbuf_free(&text);
}

/* IAM to 12345 (odd), then an optional calling number 4420; REL with cause 34 from a transit network. */
static const char iam[] = "\x01\x10\x60\x00\x0a\x03\x02\x07\x05\x83\x90\x21\x43\x05"
                          "\x0a\x04\x04\x13\x44\x02\x3d\x01\x1f\x00";
static const char rel[] = "\x0c\x02\x00\x02\x83\xa2";

static void append_part(struct strbuf *text, const char *type, const char *bytes, size_t n)
{
    strbuf_format(text, "--b1\r\nContent-Type: %s\r\n\r\n", type);
    strbuf_span(text, (struct span){ bytes, n });
    strbuf_text(text, "\r\n");
}

static const struct sip_node *child(const struct sip_tree *t, const struct sip_node *of,
                                    const char *label)
{
    static const struct sip_node none;
    for (const struct sip_node *n = of + 1; n < t->nodes + of->end; n++)
        if (span_equal(n->label, SPAN(label)))
            return n;
    return &none;
}

static const struct sip_node *part(const struct sip_tree *t, const char *type)
{
    static const struct sip_node none;
    for (size_t i = 0; i < t->count; i++)
        if (span_equal(t->nodes[i].label, SPAN("part")) && span_starts(t->nodes[i].value, type))
            return &t->nodes[i];
    return &none;
}

static void value_is(const struct sip_tree *t, const char *type, const char *label,
                     const char *value)
{
    struct span got = child(t, part(t, type), label)->value;
    if (!tap_ok(span_equal(got, SPAN(value)), "%s: %s is \"%s\"", type, label, value))
        tap_note("got \"%.*s\"", SPAN_ARG(got));
}

/* An IAM by ANSI T1.113: user service information and the called number are what it must have. */
static const char ansi_iam[] = "\x01\x10\x60\x00\x0a"
                               "\x03\x06\x0d"
                               "\x03\x90\x90\xa2"
                               "\x07\x03\x10\x48\x54\x16\x38\x87"
                               "\xc4\x03\x48\x54\x16"
                               "\xea\x01\x3d"
                               "\xeb\x05\x83\x10\x48\x54\x06"
                               "\xc7\x08\x20J SMITH"
                               "\x00";
/* A REL whose cause has the coding standard "ANSI". */
static const char ansi_rel[] = "\x0c\x02\x00\x02\xc3\x97";

static void bodies(void)
{
    static const char xml[] =
        "<?xml version=\"1.0\"?>\n<!-- <no> --><presence entity='pres:a@b'><tuple id=\"t1\">"
        "<gp:location-info><gml:pos>42.5 -71.2</gml:pos><cl:A3>Gent</cl:A3>"
        "<![CDATA[<x>]]></gp:location-info><empty a=\"1>2\"/></tuple></presence>";
    static const char json[] = "{\"a\": [1, {\"b\": \"c\"}], \"d\": null}";
    static const char frag[] = "SIP/2.0 486 Busy Here\r\nRetry-After: 9;duration=2\r\n";
    struct strbuf body = STRBUF_INIT, text = STRBUF_INIT;
    struct sip_tree t;
    append_part(&body, "application/sdp", sdp, strlen(sdp));
    append_part(&body, "application/ISUP;version=itu-t92+", iam, sizeof iam - 1);
    append_part(&body, "application/isup;version=x", rel, sizeof rel - 1);
    append_part(&body, "application/pidf+xml", xml, strlen(xml));
    append_part(&body, "application/json", json, strlen(json));
    append_part(&body, "message/sipfrag", frag, strlen(frag));
    append_part(&body, "application/octet-stream",
                "\0\x01"
                "ABCDEFGHIJKLMNOP",
                18);
    append_part(&body, "application/ISUP;version=ansi00;base=ansi88", ansi_iam,
                sizeof ansi_iam - 1);
    append_part(&body, "application/ISUP;base=gr317", ansi_rel, sizeof ansi_rel - 1);
    append_part(&body, "application/dtmf-relay", "Signal=5\r\nDuration=160\r\n", 24);
    strbuf_text(&body, "--b1--\r\nepilogue\r\n");
    strbuf_format(&text,
                  "INVITE sip:b@c SIP/2.0\r\n" HEAD
                  "MIME-Version: 1.0\r\nContent-Type: multipart/mixed;boundary=\"b1\"\r\n"
                  "Content-Length: %zu\r\n\r\n",
                  body.n);
    strbuf_span(&text, strbuf_as_span(&body));
    sip_tree_make(&t, strbuf_as_span(&text));
    tap_ok(well_formed(&t) && !t.cut, "the tree of a multipart body is well-formed");
    check_sdp(&t, "body/part/body");
    size_t parts = 0;
    for (size_t i = 0; i < t.count; i++)
        parts += span_equal(t.nodes[i].label, SPAN("part"));
    tap_ok(parts == 10, "ten parts, and neither preamble nor epilogue");

    value_is(&t, "application/ISUP", "message type", "IAM");
    value_is(&t, "application/ISUP", "called party number", "12345");
    value_is(&t, "application/ISUP", "calling party number", "4420");
    value_is(&t, "application/ISUP", "hop counter", "31");
    value_is(&t, "application/ISUP", "calling party's category", "ordinary subscriber");
    value_is(&t, "application/ISUP", "transmission medium requirement", "3.1 kHz audio");
    tap_ok(span_equal(child(&t, part(&t, "application/ISUP"), "nature of address")->note,
                      SPAN("national number")),
           "the called number's nature of address (Q.763 3.9)");
    value_is(&t, "application/isup;version=x", "message type", "REL");
    value_is(&t, "application/isup;version=x", "cause", "34");
    const struct sip_node *cause = child(&t, part(&t, "application/isup;version=x"), "cause");
    tap_ok(strcmp(cause->topic, "cause/34") == 0, "an ISUP cause is explained as Q.850's");
    tap_ok(strcmp(child(&t, part(&t, "application/ISUP"), "calling party's category")->topic,
                  "isup/calling-partys-category") == 0,
           "a parameter of ISUP is explained by its name");
    tap_ok(span_equal(child(&t, part(&t, "application/isup;version=x"), "location")->note,
                      SPAN("transit network")),
           "where the cause arose (Q.850)");

    static const char ansi[] = "application/ISUP;version=ansi00";
    value_is(&t, ansi, "base", "ansi88");
    value_is(&t, ansi, "message type", "IAM");
    value_is(&t, ansi, "user service information", "90 90 a2");
    value_is(&t, ansi, "called party number", "8445618378");
    value_is(&t, ansi, "jurisdiction", "844561");
    value_is(&t, ansi, "originating line information", "61");
    value_is(&t, ansi, "charge number", "84456");
    value_is(&t, ansi, "generic name", "J SMITH");
    value_is(&t, ansi, "transmission medium requirement", ""); /* none in an ANSI IAM */
    cause = child(&t, part(&t, "application/ISUP;base=gr317"), "cause");
    tap_ok(span_equal(cause->note, SPAN("destination number not allocated")) && !*cause->topic,
           "a cause in ANSI's coding is not Q.850's");

    value_is(&t, "application/pidf+xml", "entity", "pres:a@b");
    value_is(&t, "application/pidf+xml", "gml:pos", "42.5 -71.2");
    value_is(&t, "application/pidf+xml", "cl:A3", "Gent");
    value_is(&t, "application/pidf+xml", "a", "1>2");
    value_is(&t, "application/pidf+xml", "gp:location-info", "<x>");
    tap_ok(strcmp(child(&t, part(&t, "application/pidf+xml"), "cl:A3")->topic, "xml/A3@presence") ==
               0,
           "an element is explained by its name in this kind of document");
    value_is(&t, "application/json", "b", "\"c\"");
    value_is(&t, "application/json", "d", "null");
    value_is(&t, "message/sipfrag", "code", "486");
    value_is(&t, "message/sipfrag", "duration", "2");
    value_is(&t, "application/octet-stream", "0000",
             "00 01 41 42 43 44 45 46  47 48 49 4a 4b 4c 4d 4e");
    value_is(&t, "application/octet-stream", "0010", "4f 50");
    value_is(&t, "application/dtmf-relay", "Signal", "5");
    sip_tree_free(&t);
    strbuf_free(&text);
    strbuf_free(&body);
}

static void malformed(void)
{
    struct sip_tree t;
    sip_tree_make(&t, SPAN("INVITE sip:b@c SIP/2.0\r\nVia: \r\nno colon here\r\nFrom: <\r\n"
                           "X-A: b\r\n\r\nv=0\r\n"));
    tap_ok(well_formed(&t), "the tree of a malformed message is well-formed");
    is(&t, "X-A", "b");
    tap_ok(find(&t, "no colon here") != SIZE_MAX, "a line without a colon is shown");
    tap_ok(find(&t, "malformed") != SIZE_MAX, "what is wrong is said");
    tap_ok(find(&t, "body/v=") != SIZE_MAX, "a body without a type that begins as SDP is SDP");
    sip_tree_free(&t);
    sip_tree_make(&t, SPAN("complete nonsense"));
    tap_ok(well_formed(&t) && t.count == 1, "anything gives a line");
    sip_tree_free(&t);
    sip_tree_make(&t, SPAN_NONE);
    tap_ok(t.count == 0 && sip_tree_at(&t, 0) == SIZE_MAX, "nothing gives nothing");
    sip_tree_free(&t);
}

/* XML and JSON that nest beyond all measure, many lines, an unclosed multipart. */
static void bounds(void)
{
    static const char *const types[] = { "text/xml", "application/json", "application/sdp",
                                         "multipart/mixed;boundary=x", "application/bin" };
    static const char *const units[] = { "<a>", "[", "a=b\r\n", "--x\r\n\r\n", "abc" };
    for (size_t i = 0; i < 5; i++) {
        struct strbuf text = STRBUF_INIT;
        struct sip_tree t;
        strbuf_format(&text, "MESSAGE sip:b@c SIP/2.0\r\nContent-Type: %s\r\n\r\n", types[i]);
        while (text.n < 100000)
            strbuf_text(&text, units[i]);
        sip_tree_make(&t, strbuf_as_span(&text));
        tap_ok(well_formed(&t) && t.cut && t.count <= SIP_TREE_NODES,
               "100,000 bytes of %s are cut to %zu nodes", types[i], t.count);
        sip_tree_free(&t);
        strbuf_free(&text);
    }
}

int main(void)
{
    headers();
    tokens();
    causes();
    descriptions();
    bodies();
    malformed();
    bounds();
    return tap_done();
}
