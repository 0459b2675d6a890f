/* Two messages beside each other: what pairs with what, what is ignored, which words differ. */
#include <stdlib.h>

#include "base/strbuf.h"
#include "sip/diff.h"
#include "tap.h"

static const char first[] =
    "INVITE sip:b@c SIP/2.0\r\n"
    "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKaaa\r\n"
    "From: \"A\" <sip:a@b>;tag=1\r\n"
    "To: <sip:b@c>\r\n"
    "Call-ID: one@x\r\n"
    "CSeq: 7 INVITE\r\n"
    "Supported: timer,\r\n path\r\n"
    "Authorization: Digest realm=\"r\", nonce=\"n1 n2\", response=\"00\"\r\n"
    "X-Only: here\r\n"
    "Content-Length: 30\r\n\r\n"
    "v=0\r\no=a 1 2 IN IP4 192.0.2.1\r\nm=audio 4000 RTP/AVP 0 8\r\n"
    "a=rtpmap:0 PCMU/8000\r\na=sendrecv\r\n";

static const char second[] = "INVITE sip:b@c SIP/2.0\r\n"
                             "v: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKbbb\r\n"
                             "v: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKaaa\r\n"
                             "To: <sip:b@c>\r\n"
                             "From: \"A\" <sip:a@b>;tag=2\r\n"
                             "Call-ID: two@x\r\n"
                             "CSeq: 9 INVITE\r\n"
                             "Supported: timer,\r\n path\r\n"
                             "Authorization: Digest realm=\"r\", nonce=\"m\", response=\"11\"\r\n"
                             "Content-Length: 31\r\n\r\n"
                             "v=0\r\no=a 5 6 IN IP4 192.0.2.1\r\nm=audio 4000 RTP/AVP 8\r\n"
                             "a=sendrecv\r\n";

/* The state of the line that begins so on either side; -1: there is none. */
static int state(const struct sip_diff *d, const char *begin)
{
    for (size_t i = 0; i < d->count; i++)
        if (span_starts(d->lines[i].a, begin) || span_starts(d->lines[i].b, begin))
            return d->lines[i].state;
    return -1;
}

static void is(const struct sip_diff *d, const char *begin, int wanted, const char *how)
{
    int got = state(d, begin);
    if (!tap_ok(got == wanted, "%s %s", begin, how))
        tap_note("state %d", got);
}

static void plain(void)
{
    struct sip_diff d;
    sip_diff_make(&d, SPAN(first), SPAN(second), 0);
    is(&d, "INVITE", SIP_DIFF_SAME, "is the same");
    is(&d, "v: SIP/2.0/UDP 192.0.2.9", SIP_DIFF_ONLY_B, "is only in the second");
    is(&d, "Call-ID", SIP_DIFF_CHANGED, "differs");
    is(&d, "Supported", SIP_DIFF_SAME, "is the same, folded as it is");
    is(&d, "X-Only", SIP_DIFF_ONLY_A, "is only in the first");
    is(&d, "o=", SIP_DIFF_CHANGED, "differs");
    is(&d, "m=audio", SIP_DIFF_CHANGED, "differs");
    is(&d, "a=rtpmap", SIP_DIFF_ONLY_A, "is only in the first");
    is(&d, "a=sendrecv", SIP_DIFF_SAME, "is the same");
    size_t alone = 0;
    for (size_t i = 0; i < d.count; i++)
        alone += (span_starts(d.lines[i].a, "To:") || span_starts(d.lines[i].b, "To:")) &&
                 d.lines[i].state != SIP_DIFF_SAME;
    size_t from = 0;
    for (size_t i = 0; i < d.count; i++)
        from += span_starts(d.lines[i].a, "From:") || span_starts(d.lines[i].b, "From:");
    tap_ok(from == 2 && alone == 0, "To stays in place, From moves: it is in neither's order");
    sip_diff_free(&d);
}

static void ignoring(void)
{
    struct sip_diff d;
    sip_diff_make(&d, SPAN(first), SPAN(second), SIP_DIFF_ORDER | SIP_DIFF_VOLATILE);
    is(&d, "From", SIP_DIFF_IGNORED, "differs only in the tag");
    is(&d, "Call-ID", SIP_DIFF_IGNORED, "is ignored");
    is(&d, "CSeq", SIP_DIFF_IGNORED, "differs only in the number");
    is(&d, "Authorization", SIP_DIFF_IGNORED, "differs only in nonce and response");
    is(&d, "o=", SIP_DIFF_IGNORED, "differs only in its numbers");
    is(&d, "m=audio", SIP_DIFF_CHANGED, "differs");
    tap_ok(d.differences == 4, "Via, X-Only, m=, a=rtpmap differ: %zu", d.differences);
    sip_diff_free(&d);

    sip_diff_make(&d, SPAN("A b C\r\nCSeq: 1 INVITE\r\n\r\n"), SPAN("A b C\r\nCSeq: 1 ACK\r\n\r\n"),
                  SIP_DIFF_VOLATILE);
    is(&d, "CSeq", SIP_DIFF_CHANGED, "differs in the method");
    sip_diff_free(&d);
    sip_diff_make(&d, SPAN(first), SPAN(first), 0);
    tap_ok(d.differences == 0 && d.count == 15, "a message is like itself, in 15 lines");
    sip_diff_free(&d);
    sip_diff_make(&d, SPAN_NONE, SPAN(first), 0);
    tap_ok(d.differences == d.count && d.count == 15, "nothing has none of its lines");
    sip_diff_free(&d);
}

/* The words that differ, in brackets. */
static void words_are(const char *a, const char *b, unsigned ignore, const char *wanted)
{
    struct sip_diff_word words[SIP_DIFF_WORDS];
    struct strbuf text = STRBUF_INIT;
    size_t n = sip_diff_words(SPAN(a), SPAN(b), SIP_DIFF_HEADER, ignore, words);
    for (size_t i = 0; i < n; i++) {
        strbuf_text(&text, words[i].differs ? "[" : "");
        strbuf_span(&text, words[i].text);
        strbuf_text(&text, words[i].differs ? "]" : "");
    }
    if (!tap_ok(strcmp(strbuf_str(&text), wanted) == 0, "%s", wanted))
        tap_note("got %s", strbuf_str(&text));
    strbuf_free(&text);
}

static void words(void)
{
    words_are("To: <sip:b@c.example>", "To: <sip:d@c.example>", 0, "To: <sip:[b]@c.example>");
    words_are("Allow: INVITE, BYE", "Allow: INVITE", 0, "Allow: INVITE[,][ ][BYE]");
    words_are("Allow: INVITE", "Allow: INVITE, BYE", 0, "Allow: INVITE");
    words_are("From: <sip:a@b>;tag=1", "From: <sip:x@b>;tag=2", 0, "From: <sip:[a]@b>;tag=[1]");
    words_are("From: <sip:a@b>;tag=1", "From: <sip:x@b>;tag=2", SIP_DIFF_VOLATILE,
              "From: <sip:[a]@b>;tag=1");
    words_are("", "a", 0, "");
}

/* As much as there may be, and more. */
static void bounds(void)
{
    struct strbuf a = STRBUF_INIT, b = STRBUF_INIT;
    struct sip_diff d;
    struct sip_diff_word list[SIP_DIFF_WORDS];
    strbuf_text(&a, "X\r\n");
    for (int i = 0; i < 3000; i++) {
        strbuf_format(&a, "H%d: %d\r\n", i, i);
        strbuf_format(&b, "word%d ", i);
    }
    sip_diff_make(&d, strbuf_as_span(&a), strbuf_as_span(&b), 0);
    tap_ok(d.cut && d.count <= 1 + 4 * SIP_DIFF_LINES, "3,000 lines are cut: %zu", d.count);
    sip_diff_free(&d);
    size_t n = sip_diff_words(strbuf_as_span(&b), strbuf_as_span(&a), SIP_DIFF_HEADER, 0, list);
    tap_ok(n == SIP_DIFF_WORDS && span_end(list[n - 1].text) == b.p + b.n,
           "3,000 words are cut, and all bytes are there");
    strbuf_free(&a);
    strbuf_free(&b);
}

int main(void)
{
    plain();
    ignoring();
    words();
    bounds();
    return tap_done();
}
