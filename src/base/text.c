/* See text.h. */
#include "base/text.h"

#include <wchar.h>

static int sequence_length(uint8_t lead)
{
    if (lead < 0x80)
        return 1;
    if (lead >= 0xc2 && lead <= 0xdf)
        return 2;
    if (lead >= 0xe0 && lead <= 0xef)
        return 3;
    if (lead >= 0xf0 && lead <= 0xf4)
        return 4;
    return 0;
}

size_t text_rune(struct span s, uint32_t *rune)
{
    static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
    if (s.n == 0)
        return 0;
    uint8_t lead = (uint8_t)s.p[0];
    int n = sequence_length(lead);
    *rune = UINT32_MAX;
    if (n == 0 || (size_t)n > s.n)
        return 1;
    uint32_t value = n == 1 ? lead : lead & (0xffu >> (n + 1));
    for (int i = 1; i < n; i++) {
        uint8_t next = (uint8_t)s.p[i];
        if ((next & 0xc0) != 0x80)
            return 1;
        value = value << 6 | (next & 0x3f);
    }
    if (value < smallest[n] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
        return 1;
    *rune = value;
    return (size_t)n;
}

size_t text_encode(uint32_t rune, char *out)
{
    if (rune < 0x80) {
        out[0] = (char)rune;
        return 1;
    }
    size_t n = rune < 0x800 ? 2 : rune < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (rune & 0x3f));
        rune >>= 6;
    }
    out[0] = (char)((0xf00u >> n & 0xff) | rune);
    return n;
}

/* Characters that change how the text around them is shown: bidi controls, joiners, tags, BOM. */
static bool rune_is_format(uint32_t r)
{
    return r == 0xad || r == 0x61c || r == 0x180e || (r >= 0x200b && r <= 0x200f) ||
           (r >= 0x2028 && r <= 0x202e) || (r >= 0x2060 && r <= 0x206f) || r == 0xfeff ||
           (r >= 0xfff0 && r <= 0xfffb) || (r >= 0xe0000 && r <= 0xe0fff) ||
           (r >= 0xe000 && r <= 0xf8ff) || r >= 0xf0000;
}

int text_rune_width(uint32_t rune)
{
    if (rune >= 0x20 && rune < 0x7f)
        return 1;
    if (rune < 0xa0 || rune_is_format(rune))
        return -1;
    return wcwidth((wchar_t)rune);
}

size_t text_width(struct span s)
{
    size_t width = 0;
    uint32_t rune;
    for (size_t n; (n = text_rune(s, &rune)) > 0; s.p += n, s.n -= n) {
        int w = text_rune_width(rune);
        width += w > 0 ? (size_t)w : 0;
    }
    return width;
}

struct span text_fit(struct span s, size_t columns)
{
    struct span rest = s;
    uint32_t rune;
    for (size_t n; (n = text_rune(rest, &rune)) > 0; rest.p += n, rest.n -= n) {
        int w = text_rune_width(rune);
        size_t take = w > 0 ? (size_t)w : 0;
        if (take > columns)
            break;
        columns -= take;
    }
    return span_make(s.p, rest.p);
}

int text_pad(struct span s, size_t columns)
{
    size_t width = text_width(s);
    return width < columns ? (int)(columns - width) : 0;
}

struct span text_head(struct span s, size_t bytes)
{
    struct span rest = s;
    uint32_t rune;
    for (size_t n; (n = text_rune(rest, &rune)) > 0; rest.p += n, rest.n -= n)
        if ((size_t)(rest.p - s.p) + n > bytes)
            break;
    return span_make(s.p, rest.p);
}

char *text_copy(struct span s, char *out, size_t size)
{
    return span_copy(text_head(s, size - 1), out, size);
}

static void visible_rune(struct strbuf *out, uint32_t rune, struct span bytes, bool utf8)
{
    if (rune == UINT32_MAX)
        strbuf_format(out, "\\x%02x", (uint8_t)bytes.p[0]);
    else if (rune == '\t')
        strbuf_char(out, ' ');
    else if (rune < 0x20)
        strbuf_format(out, "^%c", (char)(rune + 0x40));
    else if (rune == 0x7f)
        strbuf_text(out, "^?");
    else if (rune < 0x7f)
        strbuf_char(out, (char)rune);
    else if (!utf8)
        strbuf_char(out, '?');
    else if (text_rune_width(rune) < 0)
        strbuf_format(out, "<U+%04X>", rune);
    else
        strbuf_span(out, bytes);
}

void text_visible(struct strbuf *out, struct span s, bool utf8)
{
    uint32_t rune;
    for (size_t n; (n = text_rune(s, &rune)) > 0; s.p += n, s.n -= n)
        visible_rune(out, rune, (struct span){ s.p, n }, utf8);
}

void text_valid(struct strbuf *out, struct span s)
{
    uint32_t rune;
    for (size_t n; (n = text_rune(s, &rune)) > 0; s.p += n, s.n -= n)
        if (rune == UINT32_MAX)
            strbuf_text(out, "\xef\xbf\xbd");
        else
            strbuf_span(out, (struct span){ s.p, n });
}
