/*
 * Two readings of a message, one answer: sip_scan and sip_parse must agree on the
 * start line, the topmost branch, Call-ID, tags, CSeq and Content-Length wherever
 * libosip2 parses the message. Over every message of the capture files named on
 * the command line or found under $SIPWHY_CAPTURES (.dat files are single
 * messages), and always over a few of its own.
 */
#include <ftw.h>
#include <stdlib.h>
#include <unistd.h>

#include "input/input.h"
#include "net/net.h"
#include "sip/fields.h"
#include "sip/parse.h"
#include "sip/scan.h"
#include "tap.h"

/* Messages that libosip2 refuses although the scanner finds nothing malformed, by file. */
static const struct {
    const char *file, *reason;
} refused[] = {
    { "badaspec.dat", "a blank inside <>: the scanner does not check the grammar of URIs" },
    { "baddn.dat", "a comma in a display name without quotes: the scanner reads around it" },
    { "badinv01.dat", "stray commas and semicolons: the scanner reads around them" },
    { "intmeth.dat", "correct, with a NUL byte in a quoted pair; libosip2 works on C strings" },
    { "ltgtruri.dat", "a Request-URI in <>: libosip2 is right to refuse it" },
    { "multi01.dat", "From, To, Call-ID and CSeq twice: the scanner takes the first" },
    { "novelsc.dat", "correct, with a URI scheme that libosip2 does not know" },
    { "quotbal.dat", "a quote that is not closed: the scanner reads what it can" },
    { "sip_compact_form.pcap", "a display name whose quotes are escaped outside a quoted string" },
    { "sip_header_multi_val.pcap", "the same sender, the same quotes" },
};

struct tally {
    unsigned messages, parsed, differences;
    const char *excuse;
    char first[160]; /* the first difference */
};

static const char *excuse(const char *file)
{
    const char *name = strrchr(file, '/');
    name = name ? name + 1 : file;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        if (strcmp(refused[i].file, name) == 0)
            return refused[i].reason;
    return NULL;
}

static void differ(struct tally *t, const char *field, struct span scanned, struct span parsed)
{
    if (t->differences++ == 0)
        snprintf(t->first, sizeof t->first, "%s: scan \"%.*s\", parse \"%.*s\"", field,
                 (int)(scanned.n < 50 ? scanned.n : 50), scanned.p ? scanned.p : "",
                 (int)(parsed.n < 50 ? parsed.n : 50), parsed.p ? parsed.p : "");
}

/* Equal, where runs of blanks count as one: folded lines are one line to libosip2. */
static bool same_text(struct span a, struct span b)
{
    size_t i = 0, k = 0;
    a = span_trim(a);
    b = span_trim(b);
    while (i < a.n && k < b.n) {
        if (ascii_blank(a.p[i]) && ascii_blank(b.p[k])) {
            while (i < a.n && ascii_blank(a.p[i]))
                i++;
            while (k < b.n && ascii_blank(b.p[k]))
                k++;
        } else if (a.p[i++] != b.p[k++]) {
            return false;
        }
    }
    return i == a.n && k == b.n;
}

static void hold(struct tally *t, const char *field, struct span scanned, struct span parsed)
{
    if (!same_text(scanned, parsed))
        differ(t, field, scanned, parsed);
}

static void hold_number(struct tally *t, const char *field, int64_t scanned, struct span parsed)
{
    char text[24];
    uint64_t n = 0;
    snprintf(text, sizeof text, "%lld", (long long)scanned);
    if (!span_number(span_trim(parsed), INT64_MAX, &n) || (int64_t)n != scanned)
        differ(t, field, SPAN(text), parsed);
}

static struct span tag_of(const struct sip_parsed_address *address)
{
    return address ? address->tag : SPAN_NONE;
}

static void hold_start(struct tally *t, const struct sip_message *m, const struct sip_parsed *p)
{
    char code[8];
    snprintf(code, sizeof code, "%u", sip_parsed_code(p));
    if (m->code != sip_parsed_code(p) && !(m->problems & SIP_BAD_START))
        differ(t, "code", m->start_line, SPAN(code));
    if (m->code) {
        hold(t, "reason", m->reason, sip_parsed_reason(p));
        return;
    }
    hold(t, "method", m->method, sip_parsed_method(p));
    /* libosip2 writes a URI anew: parameters may change order and escapes; the scheme stays. */
    struct sip_address a, b;
    sip_read_uri(m->uri, &a);
    sip_read_uri(sip_parsed_uri(p), &b);
    if (span_starts(m->uri, "sip"))
        hold(t, "uri host", a.host, b.host);
}

static void hold_headers(struct tally *t, const struct sip_message *m, const struct sip_parsed *p)
{
    size_t n;
    const struct sip_parsed_via *vias = sip_parsed_vias(p, &n);
    hold(t, "branch", m->branch, n ? vias[0].branch : SPAN_NONE);
    if (n != m->vias)
        differ(t, "number of Via", SPAN(""), SPAN(""));
    hold(t, "call-id", m->call_id, sip_parsed_call_id(p));
    hold(t, "from tag", m->from_tag, tag_of(sip_parsed_from(p)));
    hold(t, "to tag", m->to_tag, tag_of(sip_parsed_to(p)));
    if (sip_parsed_cseq_number(p).p && !(m->problems & SIP_BAD_CSEQ)) {
        struct span name = m->cseq_method == SIP_OTHER ? m->method
                                                       : SPAN(sip_method_name(m->cseq_method));
        hold_number(t, "cseq number", m->cseq, sip_parsed_cseq_number(p));
        if (m->cseq_method != SIP_OTHER || m->code)
            hold(t, "cseq method", name, sip_parsed_cseq_method(p));
    }
    struct span length = sip_parsed_content_length(p);
    if (!(m->problems & SIP_BAD_LENGTH) && (length.p || m->content_length >= 0))
        hold_number(t, "content-length", m->content_length, length);
}

static void compare(struct tally *t, const char *file, const void *data, size_t n)
{
    struct sip_message m;
    if (sip_scan(&m, data, n) < 0)
        return;
    t->messages++;
    struct sip_parsed *p = sip_parse((struct span){ data, n });
    if (!p) {
        t->excuse = excuse(file);
        if (!(m.problems & SIP_MALFORMED) && !t->excuse)
            differ(t, "refused by libosip2", m.start_line, SPAN_NONE);
        return;
    }
    t->parsed++;
    hold_start(t, &m, p);
    hold_headers(t, &m, p);
    sip_parsed_free(p);
}

static void report(const struct tally *t, const char *file)
{
    const char *name = strrchr(file, '/');
    tap_ok(t->differences == 0, "%s: %u messages, %u parsed%s%s", name ? name + 1 : file,
           t->messages, t->parsed, t->differences ? "; " : "", t->first);
    if (t->excuse)
        tap_note("libosip2 refuses: %s", t->excuse);
}

struct capture_run {
    struct tally tally;
    const char *file;
};

static void compare_payload(const struct packet *packet, const struct payload *payload, void *arg)
{
    struct capture_run *run = arg;
    (void)packet;
    if (!payload->truncated)
        compare(&run->tally, run->file, payload->data, payload->len);
}

static void compare_capture(const char *file)
{
    struct capture_run run = { .file = file };
    struct packet packet;
    char *error = NULL;
    struct source *source = source_open_file(file, NULL, &error);
    if (!source) {
        tap_skip("%s", error);
        free(error);
        return;
    }
    struct net *net = net_new(compare_payload, NULL, &run);
    struct inputs *inputs = inputs_new();
    inputs_add(inputs, source);
    while (inputs_next(inputs, &packet) == INPUT_PACKET)
        net_packet(net, &packet);
    net_free(net);
    inputs_free(inputs);
    report(&run.tally, file);
}

static void compare_single(const char *file)
{
    static char text[SIP_PARSE_MAX];
    struct tally t = { 0 };
    FILE *in = fopen(file, "rb");
    if (!in)
        return;
    size_t n = fread(text, 1, sizeof text, in);
    fclose(in);
    compare(&t, file, text, n);
    report(&t, file);
}

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), k = strlen(end);
    return n >= k && strcmp(text + n - k, end) == 0;
}

static int visit(const char *file, const struct stat *st, int type, struct FTW *at)
{
    (void)st, (void)at;
    if (type != FTW_F)
        return 0;
    if (ends_with(file, ".dat"))
        compare_single(file);
    else if (ends_with(file, ".pcap") || ends_with(file, ".pcapng") || ends_with(file, ".cap"))
        compare_capture(file);
    return 0;
}

#define COMMON                                                                      \
    "Via: SIP/2.0/UDP a.example:5070;branch=z9hG4bKa;rport\r\nMax-Forwards: 70\r\n" \
    "From: \"A;tag=no\" <sip:a@x;tag=no>;tag=yes\r\nTo: <sip:b@y>\r\nCall-ID: id-1@a\r\n"

static void compare_own(void)
{
    static const char *const texts[] = {
        "INVITE sip:b@y SIP/2.0\r\n" COMMON "CSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n",
        "SIP/2.0 200 OK\r\n" COMMON "CSeq: 2147483647 INVITE\r\nl: 3\r\n\r\nabc",
        "SIP/2.0 180 Ringing now\r\n" COMMON "CSeq: 7 INVITE\r\nContent-Length: 0\r\n\r\n",
        "REGISTER sip:y SIP/2.0\r\nv: SIP/2.0/TCP b;branch=z9hG4bKb,SIP/2.0/UDP c;branch=c\r\n"
        "f: sip:a@x;tag=1\r\nt: B <sip:b@y>;x=1;tag=2\r\ni: z\r\nCSeq: 10 REGISTER\r\n\r\n",
        "FOO sip:b@[2001:db8::1]:5060;x=y SIP/2.0\r\n" COMMON "CSeq: 3 FOO\r\n\r\n",
        "\r\n\r\nBYE sip:b@y SIP/2.0\r\n" COMMON "CSeq:\r\n  4\r\n\tBYE\r\n\r\n",
        "MESSAGE sip:b@y SIP/2.0\nVia: SIP/2.0/UDP a;branch=z9hG4bKc\nFrom: <sip:a@x>;tag=t\n"
        "To: <sip:b@y>\nCall-ID: n\nCSeq: 5 MESSAGE\nContent-Length: 2\n\nhi",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct tally t = { 0 };
        compare(&t, "own", texts[i], strlen(texts[i]));
        tap_ok(t.parsed == 1 && t.differences == 0, "own message %zu: scan and parse agree%s%s",
               i + 1, t.differences ? "; " : "", t.first);
    }
}

int main(int argc, char **argv)
{
    const char *folder = getenv("SIPWHY_CAPTURES");
    int before;
    compare_own();
    before = tap_count;
    for (int i = 1; i < argc; i++)
        nftw(argv[i], visit, 16, FTW_PHYS);
    if (folder && *folder)
        nftw(folder, visit, 16, 0);
    if (tap_count == before)
        tap_skip("no captures");
    return tap_done();
}
