/* See sdp.h. Lines are read as they stand; what is odd is left out. */
#include "sip/sdp.h"

#include "base/tr.h"

/* The static payload types that still occur (RFC 3551 §6). */
static const struct {
    unsigned type;
    const char *name;
} static_types[] = {
    { 0, "PCMU" },  { 3, "GSM" },   { 4, "G723" },  { 8, "PCMA" },  { 9, "G722" },  { 13, "CN" },
    { 15, "G728" }, { 18, "G729" }, { 26, "JPEG" }, { 31, "H261" }, { 34, "H263" },
};

static bool next_line(struct span *rest, struct span *line)
{
    if (rest->n == 0)
        return false;
    const char *lf = span_find(*rest, '\n');
    *line = span_trim(span_make(rest->p, lf ? lf : span_end(*rest)));
    *rest = lf ? span_make(lf + 1, span_end(*rest)) : SPAN_NONE;
    return true;
}

static struct span next_word(struct span *rest)
{
    *rest = span_trim(*rest);
    size_t n = 0;
    while (n < rest->n && !ascii_blank(rest->p[n]))
        n++;
    struct span word = { rest->p, n };
    *rest = (struct span){ rest->p + n, rest->n - n };
    return word;
}

/* The name that a=rtpmap gives a payload type within this media section. */
static struct span mapped_name(struct span section, struct span type)
{
    struct span line;
    while (next_line(&section, &line) && !span_starts(line, "m=")) {
        if (!span_starts(line, "a=rtpmap:"))
            continue;
        struct span rest = { line.p + 9, line.n - 9 };
        if (!span_equal(next_word(&rest), type))
            continue;
        struct span name = next_word(&rest);
        const char *slash = span_find(name, '/');
        return slash ? span_make(name.p, slash) : name;
    }
    return SPAN_NONE;
}

static struct span codec_name(struct span section, struct span type)
{
    struct span name = mapped_name(section, type);
    uint64_t number;
    if (name.n || !span_number(type, 127, &number))
        return name.n ? name : type;
    for (size_t i = 0; i < sizeof static_types / sizeof static_types[0]; i++)
        if (static_types[i].type == number)
            return SPAN(static_types[i].name);
    return type;
}

/* m=<media> <port> <proto> <fmt> … (RFC 8866 §5.14) */
static void media_line(struct strbuf *out, struct span line, struct span section)
{
    struct span rest = { line.p + 2, line.n - 2 };
    struct span media = next_word(&rest), port = next_word(&rest), type;
    next_word(&rest);
    if (out->n)
        strbuf_text(out, ", ");
    strbuf_span(out, media);
    if (span_is(port, "0")) {
        strbuf_text(out, _(" off"));
        return;
    }
    for (int i = 0; i < 16 && (type = next_word(&rest)).n > 0; i++) {
        strbuf_char(out, ' ');
        strbuf_span(out, codec_name(section, type));
    }
}

void sdp_summary(struct strbuf *out, struct span body)
{
    struct span line;
    for (int media = 0; media < 16 && next_line(&body, &line);)
        if (span_starts(line, "m=")) {
            media_line(out, line, body);
            media++;
        }
}
