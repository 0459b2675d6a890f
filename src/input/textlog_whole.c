/*
 * The quick way through a log: a message that is there as a whole, begins with a line of its own and
 * shows nothing but header lines and session description, as most do. Boundary: where it ends; what
 * is in any way doubtful is left to textlog.c, which goes line by line.
 */
#include "input/textlog_private.h"

/* What names of header fields are made of, of all that RFC 3261 §25.1 allows. */
static const bool in_name[256] = { ['A' ... 'Z'] = true, ['a' ... 'z'] = true, ['-'] = true };

/* The line's end, CR and LF or LF alone as in the whole message; NULL if it is another or missing. */
static const char *line_end(const char *p, const char *end, bool exact)
{
    const char *lf = span_line_feed(p, end);
    return lf && (lf > p && lf[-1] == '\r') == exact ? lf : NULL;
}

/* With the CR that the log has left out. */
static void make_line(struct log_whole *w, const char *p, const char *lf)
{
    size_t n = (size_t)(lf - p);
    memcpy(w->made + w->made_n, p, n);
    memcpy(w->made + w->made_n + n, "\r\n", 2);
    w->made_n += n + 2;
}

struct head {
    bool typed, sized;
    uint64_t length; /* of the body */
};

/* Whether it is "Name: value"; notes what tells of the body. */
static bool take_header(struct head *head, const char *p, const char *lf)
{
    const char *colon = p;
    while (in_name[(uint8_t)*colon])
        colon++;
    if (*colon != ':' || colon == p || *p == '-')
        return false;
    char first = ascii_lower(*p);
    if (first != 'c' && first != 'l')
        return true;
    struct span name = span_make(p, colon);
    if (span_is(name, "Content-Type") || span_is(name, "c"))
        head->typed = true;
    if (!span_is(name, "Content-Length") && !span_is(name, "l"))
        return true;
    head->sized = true;
    return span_number(span_trim(span_make(colon + 1, lf)), CAPTURE_MAX_PACKET, &head->length);
}

/* The lines "v=0" of a body of that many bytes, counted with CR and LF. Where it ends, or NULL. */
static const char *skip_body(struct log_whole *w, const char *p, const char *end, size_t length)
{
    size_t n = 0;
    while (n < length) {
        const char *lf = end - p > 2 && in_name[(uint8_t)p[0]] && p[0] != '-' && p[1] == '='
                             ? line_end(p, end, w->exact)
                             : NULL;
        if (!lf)
            return NULL;
        n += (size_t)(lf - p) + (w->exact ? 1 : 2);
        if (!w->exact)
            make_line(w, p, lf);
        p = lf + 1;
    }
    return n == length ? p : NULL;
}

static const char *skip_head(struct log_whole *w, struct head *head, const char *p, const char *end)
{
    size_t blank = w->exact ? 2 : 1;
    for (const char *lf; (size_t)(end - p) >= blank; p = lf + 1) {
        bool last = p[blank - 1] == '\n' && (!w->exact || p[0] == '\r');
        lf = last ? p + blank - 1 : line_end(p, end, w->exact);
        if (!lf || (!last && !take_header(head, p, lf)))
            return NULL;
        if (!w->exact)
            make_line(w, p, lf);
        if (last)
            return p + blank;
    }
    return NULL;
}

/* Whether the text has an escape or "#012": what some logs make of control bytes. */
static bool has_escapes(struct span text)
{
    return span_find(text, 0x1b) ||
           (span_find(text, '#') && memmem(text.p, text.n, "#012", 4) != NULL);
}

bool log_find_whole(const char *p, const char *end, const char *calm, struct log_whole *w)
{
    struct head head = { false, false, 0 };
    if (end - p > LOG_WHOLE_MOST)
        end = p + LOG_WHOLE_MOST;
    const char *lf = span_line_feed(p, end);
    if (!lf || lf == p)
        return false;
    w->exact = lf[-1] == '\r';
    w->made_n = 0;
    if (log_start(span_make(p, lf - w->exact)) != 0)
        return false;
    if (!w->exact)
        make_line(w, p, lf);
    const char *at = skip_head(w, &head, lf + 1, end);
    if (!at || (head.typed && !head.sized))
        return false;
    at = skip_body(w, at, end, head.length);
    if (!at)
        return false;
    w->n = (size_t)(at - p);
    w->sized = head.sized;
    const char *from = calm > p ? calm : p;
    return at <= from || !has_escapes(span_make(from, at));
}
