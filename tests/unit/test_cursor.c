/*
 * Help on the element under the cursor: every row of the tables is reached by a message that has the
 * element, whatever the tree names is known, and in all messages that the tests have nothing falls
 * back to a general text that has a text of its own. Over the capture files named on the command
 * line, else those of the golden cases, the demo and $SIPWHY_CAPTURES.
 */
#include <ftw.h>
#include <stdlib.h>

#include "help/topic.h"
#include "input/input.h"
#include "net/net.h"
#include "sip/scan.h"
#include "tap.h"
#include "ui/message_tree.h"

static struct help *help;

static struct message_tree tree_of(const char *headers, const char *type, struct span body)
{
    struct message_tree mt;
    struct strbuf text = STRBUF_INIT;
    strbuf_format(&text, "INVITE sip:b@c SIP/2.0\r\nCall-ID: a\r\n%s", headers);
    if (body.n)
        strbuf_format(&text, "Content-Type: %s\r\n", type);
    strbuf_format(&text, "Content-Length: %zu\r\n\r\n", body.n);
    strbuf_span(&text, body);
    message_tree_make(&mt, strbuf_as_span(&text));
    strbuf_free(&text);
    return mt;
}

/* Whether some element of the message is explained by the topic. Frees the tree. */
static bool reaches(struct message_tree mt, const char *topic)
{
    bool found = false;
    for (mt.selected = 0; mt.selected < mt.tree.count && !found; mt.selected++)
        found = strcmp(message_tree_topic(&mt, help), topic) == 0;
    message_tree_free(&mt);
    return found;
}

/* ---- every row of a table ---- */

/* How the value of a field with the parameter is written; the first whose name fits, "" any. */
static const struct {
    const char *field, *format;
} values[] = {
    { "Via", "Via: SIP/2.0/UDP h;%s=1\r\n" },
    { "URI", "From: <sip:a@b;%s=1>;tag=1\r\n" },
    { "Authorization", "Authorization: Digest %s=1\r\n" },
    { "Proxy-Authorization", "Proxy-Authorization: Digest %s=1\r\n" },
    { "WWW-Authenticate", "WWW-Authenticate: Digest %s=1\r\n" },
    { "Proxy-Authenticate", "Proxy-Authenticate: Digest %s=1\r\n" },
    { "Authentication-Info", "Authentication-Info: %s=1\r\n" },
    { "P-Charging-Vector", "P-Charging-Vector: %s=1;x=1\r\n" },
    { "Reason", "Reason: Preemption;%s=1\r\n" },
    { "", "%s: <sip:a@b>;%s=1\r\n" },
};

static bool param_reached(const char *topic, const char *name, struct span field)
{
    size_t i = 0;
    char header[64];
    while (*values[i].field && !span_equal(field, SPAN(values[i].field)))
        i++;
    span_copy(field, header, sizeof header);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    char *line = *values[i].field ? mem_format(values[i].format, name)
                                  : mem_format(values[i].format, header, name);
#pragma GCC diagnostic pop
    bool reached = reaches(tree_of(line, "", SPAN_NONE), topic);
    if (!reached)
        tap_note("%s is not reached by %s", topic, line);
    free(line);
    return reached;
}

/* In each field that the row names, except where another row speaks of that field. */
static bool test_param(const char *topic, const char *name, const char *at)
{
    struct span where = SPAN(help_value(help, topic, "where")), field;
    bool good = true;
    while (where.n > 0) {
        const char *comma = span_find(where, ',');
        field = span_trim(comma ? span_make(where.p, comma) : where);
        where = comma ? span_make(comma + 1, span_end(where)) : SPAN_NONE;
        char *own = mem_format("param/%s@%.*s", name, SPAN_ARG(field));
        bool other = at ? !span_is(field, at) : help_knows(help, own);
        good = (other || param_reached(topic, name, field)) && good;
        free(own);
    }
    return good;
}

/* A topic cannot have the slashes of a protocol; others are no matter. */
static const char *protocol_of(const char *topic)
{
    static const char *const protocols[] = { "RTP/SAVP",         "RTP/AVPF",          "RTP/SAVPF",
                                             "UDP/TLS/RTP/SAVP", "UDP/TLS/RTP/SAVPF", "udptl",
                                             "UDP/DTLS/SCTP",    "TCP/MSRP" };
    for (size_t i = 0; i < sizeof protocols / sizeof protocols[0]; i++) {
        const char *a = strchr(topic, '/') + 1, *b = protocols[i];
        for (; *a && *a != '@' && (*a == *b || (*a == '-' && *b == '/')); a++)
            b++;
        if ((!*a || *a == '@') && !*b)
            return protocols[i];
    }
    return "RTP/AVP";
}

static bool test_sdp(const char *topic, const char *name, const char *at)
{
    static const char rest[] =
        "a=candidate:1 1 UDP 5 192.0.2.1 7 typ host raddr 192.0.2.2 rport 9\r\n"
        "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x\r\n";
    struct strbuf body = STRBUF_INIT;
    bool line = strlen(name) == 1;
    strbuf_text(&body, "v=0\r\no=a 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n");
    if (line)
        strbuf_format(&body, "%s=x\r\n", name);
    strbuf_format(&body, "m=audio 9 %s 96%s\r\n", protocol_of(topic),
                  strcmp(name, "t38") == 0 ? " t38" : "");
    if (at && strcmp(at, "fmtp") == 0)
        strbuf_format(&body, "a=fmtp:96 %s=1;x=y;0-15\r\n", name);
    if (!line && (!at || strlen(at) == 1)) /* o=, a=, m= */
        strbuf_format(&body, "a=%s:1\r\na=rtpmap:96 %s/8000\r\n", name, name);
    strbuf_text(&body, rest);
    bool good = reaches(tree_of("", "application/sdp", strbuf_as_span(&body)), topic);
    strbuf_free(&body);
    return good;
}

static bool test_xml(const char *topic, const char *name, const char *at)
{
    struct span where = SPAN(at ? at : help_value(help, topic, "where"));
    const char *comma = span_find(where, ',');
    where = comma ? span_make(where.p, comma) : where.n ? where : SPAN("root");
    char *body = mem_format("<%.*s><x:%s>1</x:%s></%.*s>", SPAN_ARG(where), name, name,
                            SPAN_ARG(where));
    bool good = reaches(tree_of("", "application/x+xml", SPAN(body)), topic);
    free(body);
    return good;
}

/* Every row of a kind, by a function that writes a message with the element. */
static void test_rows(const char *kind,
                      bool (*test)(const char *topic, const char *name, const char *at))
{
    const char *topic;
    size_t rows = 0, reached = 0;
    for (size_t i = 0; (topic = help_topic_at(help, i)); i++) {
        if (!span_is(help_kind(topic), kind))
            continue;
        char name[HELP_TOPIC_SIZE];
        const char *slash = strchr(topic, '/') + 1, *at = strchr(slash, '@');
        span_copy(at ? span_make(slash, at) : SPAN(slash), name, sizeof name);
        bool good = test(topic, name, at ? at + 1 : NULL);
        if (!good)
            tap_note("%s is under no cursor", topic);
        rows++;
        reached += good;
    }
    tap_ok(rows > 0 && reached == rows, "each of %zu rows of kind %s is under some cursor", rows,
           kind);
}

/* ---- what the tree names is known ---- */

static struct strbuf isup_named; /* a line each */

/* Every message and parameter of either dialect has a text of its own. */
static void test_isup(const char *type)
{
    size_t unknown = 0, named = 0;
    for (unsigned code = 1; code < 256; code++) {
        /* an IAM with the parameter as an optional one; a message of that type */
        char iam[] = "\x01\x10\x60\x00\x0a\x03\x02\x07\x05\x83\x90\x21\x43\x05\x00\x02\x81\x90";
        char other[] = { (char)code, 0, 0, 0 };
        iam[14] = (char)code;
        struct span bodies[] = { { iam, sizeof iam }, { other, sizeof other } };
        for (size_t b = 0; b < 2; b++) {
            struct message_tree mt = tree_of("", type, bodies[b]);
            for (size_t i = 0; i < mt.tree.count; i++) {
                const char *topic = mt.tree.nodes[i].topic;
                if (!span_is(help_kind(topic), "isup"))
                    continue;
                named++;
                strbuf_format(&isup_named, "%s\n", topic);
                if (help_nearest(help, topic))
                    continue;
                unknown++;
                tap_note("%s is not known", topic);
            }
            message_tree_free(&mt);
        }
    }
    tap_ok(named > 300 && unknown == 0, "%s: every message and parameter is explained", type);
}

/* What test_isup() has seen. */
static bool test_isup_row(const char *topic, const char *name, const char *at)
{
    char *line = mem_format("%s\n", topic);
    bool named = !at && strstr(strbuf_str(&isup_named), line);
    (void)name;
    free(line);
    return named;
}

/* base64url without padding (RFC 4648 §5) */
static void encode(struct strbuf *out, const char *text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    uint32_t bits = 0;
    unsigned n = 0;
    for (; *text; text++) {
        bits = bits << 8 | (unsigned char)*text;
        for (n += 8; n >= 6; n -= 6)
            strbuf_char(out, digits[bits >> (n - 6) & 63]);
    }
    if (n > 0)
        strbuf_char(out, digits[bits << (6 - n) & 63]);
}

static bool test_claim(const char *topic, const char *name, const char *at)
{
    struct strbuf line = STRBUF_INIT;
    char *json = mem_format("{\"%s\": 1}", name);
    (void)at;
    strbuf_text(&line, "Identity: e30.");
    encode(&line, json);
    strbuf_text(&line, ".c2ln;info=<https://h/c>;ppt=shaken\r\n");
    bool good = reaches(tree_of(strbuf_str(&line), "", SPAN_NONE), topic);
    strbuf_free(&line);
    free(json);
    return good;
}

/* In one of these messages. */
static bool test_part(const char *topic, const char *name, const char *at)
{
    static const struct {
        const char *headers, *type, *body;
    } messages[] = {
        { "From: \"A\" <sip:a:pw@h:5070>;tag=1\r\nTo: <tel:+1>\r\nX-Own: a;b=c\r\n", "a/b", "x" },
        { "Via: SIP/2.0/UDP h\r\nWarning: 399 h \"x\"\r\n", "application/sdp", "v=0\r\n" },
        { "", "application/isup", "\x09\x01" },
        { "", "message/sipfrag", "FOO sip:a SIP/2.0\r\n" },
        { "", "message/sipfrag", "SIP/2.0 299 x\r\n" },
        { "", "text/xml", "<a/>" },
        { "", "application/json", "{}" },
        { "", "application/dtmf-relay", "Signal=1" },
        { "", "application/simple-message-summary", "Messages-Waiting: no" },
        { "", "text/plain", "x" },
        { "", "multipart/mixed;boundary=b", "--b\r\n\r\nx\r\n--b--" },
        { "P-Own: a;b=c\r\n", "", "" },
    };
    struct message_tree odd;
    message_tree_make(&odd, SPAN("FOO sip:a SIP/2.0\r\nCall-ID: a\r\n\r\n"));
    bool good = reaches(odd, topic);
    (void)name;
    (void)at;
    for (size_t i = 0; i < sizeof messages / sizeof messages[0] && !good; i++)
        good = reaches(tree_of(messages[i].headers, messages[i].type, SPAN(messages[i].body)),
                       topic);
    return good;
}

static void says(const char *topic, const char *fact, const char *words)
{
    const char *nearest = help_nearest(help, topic);
    tap_ok(nearest && strstr(help_value(help, nearest, fact), words), "%s: %s", topic, words);
}

static void test_words(void)
{
    says("param/branch@Via", "name", "transaction");
    says("param/BRANCH@Via", "name", "transaction");
    says("param/lr@uri", "name", "loose routing");
    says("param/response@Authorization", "name", "password");
    says("param/reason@Diversion", "name", "forwarded");
    says("param/reason@Subscription-State", "summary", "subscription");
    says("sdp/sendonly@a", "name", "only sends");
    says("sdp/x-y@a", "summary", "attribute");
    says("param/x-y@uri", "summary", "URI");
    says("xml/A3@presence", "name", "city");
    tap_ok(!help_nearest(help, "param/nothing@Via") && !help_nearest(help, "@") &&
               !help_nearest(help, ""),
           "what is not known stays unknown");
}

/* ---- all messages of the tests ---- */

struct tally {
    size_t messages, nodes, own, part, general, wrong;
};

static void walk(struct tally *t, struct span message)
{
    struct sip_message m;
    if (sip_scan(&m, message.p, message.n) < 0)
        return;
    struct message_tree mt;
    message_tree_make(&mt, message);
    t->messages++;
    for (mt.selected = 0; mt.selected < mt.tree.count; mt.selected++) {
        const char *named = mt.tree.nodes[mt.selected].topic;
        const char *own = help_nearest(help, named), *topic = message_tree_topic(&mt, help);
        bool wrong = !help_knows(help, topic) || (own && own != topic);
        if (wrong && t->wrong++ < 5)
            tap_note("%s is explained by %s", named, topic);
        t->nodes++;
        t->own += own != NULL;
        t->part += !own && !span_is(help_kind(topic), "part");
        t->general += !own && span_is(help_kind(topic), "part");
    }
    message_tree_free(&mt);
}

static void walk_payload(const struct packet *packet, const struct payload *payload, void *arg)
{
    (void)packet;
    walk(arg, (struct span){ (const char *)payload->data, payload->len });
}

static struct tally tally;

static int visit(const char *file, const struct stat *st, int type, struct FTW *at)
{
    struct packet packet;
    char *error = NULL;
    (void)st, (void)at;
    struct source *source = type == FTW_F && strstr(file, ".pcap")
                                ? source_open_file(file, NULL, &error)
                                : NULL;
    free(error);
    if (!source)
        return 0;
    struct net *net = net_new(walk_payload, NULL, &tally);
    struct inputs *inputs = inputs_new();
    inputs_add(inputs, source);
    while (inputs_next(inputs, &packet) == INPUT_PACKET)
        net_packet(net, &packet);
    net_free(net);
    inputs_free(inputs);
    return 0;
}

static void test_walk(int argc, char **argv)
{
    const char *source = getenv("SRCDIR"), *captures = getenv("SIPWHY_CAPTURES");
    char *folders[] = { mem_format("%s/tests/cases", source ? source : "."),
                        mem_format("%s/demo", source ? source : "."),
                        mem_text(captures && argc == 1 ? captures : "") };
    for (int i = 1; i < argc; i++)
        nftw(argv[i], visit, 16, FTW_PHYS);
    for (size_t i = 0; i < 3; i++) {
        if (argc == 1 && *folders[i])
            nftw(folders[i], visit, 16, 0);
        free(folders[i]);
    }
    tap_ok(
        tally.messages > 0 && tally.wrong == 0,
        "%zu messages, %zu elements: %zu with a text of their own, %zu with that of what they are "
        "part of, %zu with that of their kind",
        tally.messages, tally.nodes, tally.own, tally.part, tally.general);
}

int main(int argc, char **argv)
{
    char *warning;
    help = help_open(&(struct help_options){ .language = "en" }, &warning);
    test_rows("param", test_param);
    test_rows("sdp", test_sdp);
    test_rows("xml", test_xml);
    test_isup("application/isup;base=itu-t92+");
    test_isup("application/isup;base=ansi88");
    test_rows("isup", test_isup_row);
    test_rows("claim", test_claim);
    test_rows("part", test_part);
    strbuf_free(&isup_named);
    test_words();
    test_walk(argc, argv);
    help_free(help);
    free(warning);
    return tap_done();
}
