/* See xml.h. */
#include "sip/xml.h"

static bool is_name(char c)
{
    return !ascii_blank(c) && !strchr("<>/=\"'?!", c);
}

static struct span take_name(struct span *rest)
{
    size_t n = 0;
    while (n < rest->n && is_name(rest->p[n]))
        n++;
    struct span name = { rest->p, n };
    *rest = span_behind(*rest, n);
    return name;
}

struct span xml_local_name(struct span name)
{
    const char *colon = span_find(name, ':');
    return colon ? span_make(colon + 1, span_end(name)) : name;
}

/* Behind the '=': in quotes, or a word. */
static struct span take_value(struct span *rest)
{
    char quote = rest->n ? rest->p[0] : 0;
    const char *close = quote == '"' || quote == '\'' ? memchr(rest->p + 1, quote, rest->n - 1)
                                                      : NULL;
    if (!close)
        return span_word(rest);
    struct span value = span_make(rest->p + 1, close);
    *rest = span_make(close + 1, span_end(*rest));
    return value;
}

bool xml_next_attribute(struct span *rest, struct xml_attribute *attribute)
{
    for (*rest = span_trim(*rest); rest->n > 0; *rest = span_trim(*rest)) {
        struct span source = *rest, name = take_name(rest), value = SPAN_NONE;
        if (name.n == 0) { /* no attribute begins here */
            *rest = span_behind(*rest, 1);
            continue;
        }
        *rest = span_trim(*rest);
        if (rest->n > 1 && rest->p[0] == '=') {
            *rest = span_trim(span_behind(*rest, 1));
            value = take_value(rest);
        }
        source.n = (size_t)((rest->p ? rest->p : span_end(value)) - source.p);
        char before = value.p && value.p > source.p ? value.p[-1] : 0;
        bool quoted = before == '"' || before == '\'';
        *attribute = (struct xml_attribute){ span_trim(source), name, value, quoted };
        return true;
    }
    return false;
}

/* The '>' that ends a tag: not one in quotes. */
static const char *find_tag_end(struct span rest)
{
    char quote = 0;
    for (const char *p = rest.p; p < span_end(rest); p++) {
        if (quote)
            quote = *p == quote ? 0 : quote;
        else if (*p == '"' || *p == '\'')
            quote = *p;
        else if (*p == '>')
            return p;
    }
    return NULL;
}

/* Behind the end of what begins with the '<' at rest.p: a comment, CDATA, an instruction, a tag. */
static const char *find_end(struct span rest, struct span *inner)
{
    static const struct {
        const char *begin, *end;
    } forms[] = { { "<!--", "-->" }, { "<![CDATA[", "]]>" }, { "<?", "?>" }, { "<", NULL } };
    size_t i = 0;
    while (!span_starts(rest, forms[i].begin))
        i++;
    size_t skip = strlen(forms[i].begin);
    struct span behind = { rest.p + skip, rest.n - skip };
    const char *end = forms[i].end ? span_search(behind, forms[i].end) : find_tag_end(behind);
    if (!end)
        return NULL;
    *inner = span_make(behind.p, end);
    return end + (forms[i].end ? strlen(forms[i].end) : 1);
}

static void tell_tag(struct xml_piece *piece)
{
    struct span *inner = &piece->inner;
    piece->kind = XML_OTHER;
    if (span_starts(piece->source, "<![CDATA[")) {
        piece->kind = XML_TEXT;
    } else if (inner->n > 0 && inner->p[0] == '/') {
        piece->kind = XML_CLOSE;
        piece->name = span_trim(span_behind(*inner, 1));
    } else if (inner->n > 0 && piece->source.p[1] != '!' && piece->source.p[1] != '?') {
        piece->name = take_name(inner);
        piece->kind = inner->n > 0 && span_end(*inner)[-1] == '/' ? XML_EMPTY : XML_OPEN;
        inner->n -= piece->kind == XML_EMPTY;
    }
}

bool xml_next(struct span *rest, struct xml_piece *piece)
{
    *piece = (struct xml_piece){ .kind = XML_TEXT };
    if (rest->n == 0)
        return false;
    const char *open = span_find(*rest, '<'), *stop = open ? open : span_end(*rest), *end;
    if (open == rest->p) {
        end = find_end(*rest, &piece->inner);
        piece->source = end ? span_make(open, end) : *rest;
        if (end)
            tell_tag(piece);
        else
            piece->kind = XML_CUT;
    } else {
        piece->source = piece->inner = span_make(rest->p, stop);
    }
    *rest = span_behind(*rest, piece->source.n);
    return true;
}
