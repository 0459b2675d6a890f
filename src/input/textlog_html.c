/*
 * Logs as the source of a web page has them: "&lt;sip:..&gt;", "&amp;", "<br>". Boundary: a line at a
 * time; whether a text is such a one is told by the first URI in it.
 */
#include "base/text.h"
#include "input/textlog_private.h"

#define ENTITY_MOST 10 /* bytes between '&' and ';' */

static const struct entity {
    const char *name;
    char byte;
} entities[] = {
    { "lt", '<' },   { "gt", '>' },    { "amp", '&' },
    { "quot", '"' }, { "apos", '\'' }, { "nbsp", ' ' },
};

/* The bytes of a character; 0: it is none, or a control byte that no text has. */
static size_t put_character(char *to, uint32_t c)
{
    bool none = (c < ' ' && c != '\t') || c > 0x10ffff || (c >= 0xd800 && c < 0xe000);
    return none ? 0 : text_encode(c, to);
}

/* "#60", "#x3c"; UINT32_MAX: it is none. */
static uint32_t read_number(struct span name)
{
    uint32_t base = name.n > 2 && ascii_lower(name.p[1]) == 'x' ? 16 : 10, c = 0;
    for (size_t i = base == 16 ? 2 : 1; i < name.n; i++) {
        int digit = ascii_hex(name.p[i]);
        if (digit < 0 || (uint32_t)digit >= base || c > 0x10ffff)
            return UINT32_MAX;
        c = c * base + (uint32_t)digit;
    }
    return name.n > 1 ? c : UINT32_MAX;
}

/* What the entity at p stands for goes to *to; how many bytes it has, 0: it is none. */
static size_t take_entity(const char *p, const char *end, char **to)
{
    size_t most = (size_t)(end - p) - 1 < ENTITY_MOST ? (size_t)(end - p) - 1 : ENTITY_MOST;
    const char *stop = memchr(p + 1, ';', most);
    struct span name = stop ? span_make(p + 1, stop) : SPAN_NONE;
    size_t n = 0;
    if (name.n > 0 && name.p[0] == '#') {
        n = put_character(*to, read_number(name));
    } else {
        for (size_t i = 0; name.n > 0 && i < sizeof entities / sizeof entities[0]; i++)
            if (span_is(name, entities[i].name)) {
                **to = entities[i].byte;
                n = 1;
            }
    }
    *to += n;
    return n ? name.n + 2 : 0;
}

/* "<br>", "<br/>", "<br />": the bytes of one, or 0. */
static size_t break_length(const char *p, const char *end)
{
    static const char *const breaks[] = { "<br>", "<br/>", "<br />" };
    struct span rest = span_make(p, end);
    for (size_t i = 0; i < sizeof breaks / sizeof breaks[0]; i++)
        if (span_starts(rest, breaks[i]))
            return strlen(breaks[i]);
    return 0;
}

struct span log_unhtml(struct span line, char *room)
{
    char *to = room;
    for (const char *p = line.p, *end = span_end(line); p < end;) {
        size_t n = *p == '&' ? take_entity(p, end, &to) : 0;
        if (n == 0 && *p == '<' && (n = break_length(p, end)) != 0 && p + n < end)
            *to++ = '\n';
        if (n == 0) {
            *to++ = *p;
            n = 1;
        }
        p += n;
    }
    return span_make(room, to);
}

/* The first URI shows it: a body of XML may well have others. */
bool log_is_html(struct span text)
{
    static const char *const forms[] = { "&lt;sip", "&#60;sip", "&#x3c;sip", "&#x3C;sip" };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        const char *escaped = log_find(text, forms[i]);
        if (escaped)
            return !log_find(span_make(text.p, escaped), "<sip");
    }
    return false;
}
