/*
 * The quick way through a log: a message that is there as a whole and shows nothing but header lines
 * and session description, each behind the same prefix and with the same end, as most do. Boundary:
 * where it ends; what is in any way doubtful is left to textlog.c, which goes line by line and would
 * come to the same bytes.
 */
#include "input/textlog_private.h"

/* What names of header fields are made of, of all that RFC 3261 §25.1 allows. */
static const bool in_name[256] = { ['A' ... 'Z'] = true, ['a' ... 'z'] = true, ['-'] = true };

/*
 * What is known of all lines at once, so that there is a loop for each kind: how they end, and that
 * most messages lie there as they are, with nothing around their lines.
 */
struct lines {
    bool exact, in_place;
};
#define FOR_EACH_KIND __attribute__((always_inline)) static inline

/* A line without its end, which is the one that all lines have. Takes it off *p. */
FOR_EACH_KIND bool bare_line(const struct log_whole *w, const struct lines kind, const char **p,
                             const char *end, struct span *line)
{
    const char *lf = span_line_feed(*p, end), *stop = lf;
    if (!lf)
        return false;
    if (stop > *p && stop[-1] == '\r')
        stop--;
    if ((stop != lf) != kind.exact)
        return false;
    *line = span_make(*p, stop);
    if (kind.exact && stop > *p && stop[-1] == '\r')
        return false;
    *p = lf + 1;
    return kind.in_place || !w->dots || (line->n > 0 && line->p[--line->n] == '.');
}

FOR_EACH_KIND bool next_line(const struct log_whole *w, const struct lines kind, const char **p,
                             const char *end, struct span *line)
{
    return bare_line(w, kind, p, end, line) &&
           (kind.in_place || !w->prefix->n || log_prefix_take(w->prefix, line));
}

FOR_EACH_KIND void make_line(struct log_whole *w, const struct lines kind, struct span line)
{
    w->bytes += line.n + 2;
    if (kind.in_place)
        return;
    memcpy(w->made + w->made_n, line.p, line.n);
    memcpy(w->made + w->made_n + line.n, "\r\n", 2);
    w->made_n += line.n + 2;
}

struct head {
    bool typed, sized;
    uint64_t length; /* of the body */
};

/* How many letters and hyphens stand at the beginning of the line. */
static inline size_t letters_of(struct span line)
{
    size_t n = 0;
#ifdef __SSE2__
    if (line.n >= 16) {
        const __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)line.p);
        const __m128i lower = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
        __m128i letters = _mm_and_si128(_mm_cmpgt_epi8(lower, _mm_set1_epi8('a' - 1)),
                                        _mm_cmplt_epi8(lower, _mm_set1_epi8('z' + 1)));
        __m128i names = _mm_or_si128(letters, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('-')));
        unsigned others = (unsigned)_mm_movemask_epi8(names) ^ 0xffff;
        if (others)
            return (size_t)__builtin_ctz(others);
        n = 16;
    }
#endif
    while (n < line.n && in_name[(uint8_t)line.p[n]])
        n++;
    return n;
}

/* How long the name is that the line begins with; 0: it has no "Name:". */
static inline size_t name_of(struct span line)
{
    size_t n = letters_of(line);
    return n > 0 && n < line.n && line.p[n] == ':' && line.p[0] != '-' ? n : 0;
}

/*
 * Whether it is "Name: value"; notes what tells of the body. Without the blank it may be the rest of a
 * line that a terminal broke, if CRs are gone.
 */
FOR_EACH_KIND bool take_header(struct head *head, struct span line, bool exact)
{
    struct span name = { line.p, name_of(line) };
    if (name.n == 0 || (!exact && name.n + 1 < line.n && !ascii_blank(line.p[name.n + 1])))
        return false;
    char first = ascii_lower(*name.p);
    if (first != 'c' && first != 'l')
        return true;
    if (name.n > 1 && name.n != strlen("Content-Type") && name.n != strlen("Content-Length"))
        return true;
    if (span_is(name, "Content-Type") || span_is(name, "c"))
        head->typed = true;
    if (!span_is(name, "Content-Length") && !span_is(name, "l"))
        return true;
    head->sized = true;
    struct span value = span_make(span_end(name) + 1, span_end(line));
    return span_number(span_trim(value), CAPTURE_MAX_PACKET, &head->length);
}

/* The lines "v=0" of a body of that many bytes, counted with CR and LF. Where it ends, or NULL. */
FOR_EACH_KIND const char *skip_body(struct log_whole *w, const struct lines kind, const char *p,
                                    const char *end, size_t length)
{
    size_t n = 0;
    struct span line;
    while (n < length) {
        if (!next_line(w, kind, &p, end, &line) || line.n < 2 || !in_name[(uint8_t)line.p[0]] ||
            line.p[0] == '-' || line.p[1] != '=')
            return NULL;
        n += line.n + 2;
        make_line(w, kind, line);
    }
    return n == length ? p : NULL;
}

FOR_EACH_KIND const char *skip_head(struct log_whole *w, const struct lines kind, struct head *head,
                                    const char *p, const char *end)
{
    struct span line;
    while (next_line(w, kind, &p, end, &line)) {
        make_line(w, kind, line);
        if (line.n == 0)
            return p;
        if (!take_header(head, line, kind.exact) || (w->alone && log_start(line) >= 0))
            return NULL;
    }
    return NULL;
}

/* Where the message ends, or NULL. */
FOR_EACH_KIND const char *skip_message(struct log_whole *w, const struct lines kind, const char *p,
                                       const char *end)
{
    struct head head = { false, false, 0 };
    struct span line;
    if (!next_line(w, kind, &p, end, &line))
        return NULL;
    make_line(w, kind, line);
    p = skip_head(w, kind, &head, p, end);
    w->sized = head.sized;
    return p && (head.sized || !head.typed) ? skip_body(w, kind, p, end, head.length) : NULL;
}

/*
 * Colours, or what a syslog daemon makes of line ends, which the first line shows. Where CRs are left
 * no more is undone in the others than in that one.
 */
static bool has_escapes(struct span first, struct span text, bool exact)
{
    return span_find(exact ? first : text, 0x1b) || log_find(first, "#012");
}

bool log_find_whole(const char *p, const char *end, struct log_whole *w)
{
    if (end - p > LOG_WHOLE_MOST)
        end = p + LOG_WHOLE_MOST;
    const char *lf = span_line_feed(p, end), *stop;
    w->exact = lf && lf > p && lf[-1] == '\r';
    w->bytes = w->made_n = 0;
    w->in_place = (w->exact || w->bare_good) && !w->dots && w->prefix->n == 0;
    if (!w->in_place)
        stop = skip_message(w, (struct lines){ w->exact, false }, p, end);
    else if (w->exact)
        stop = skip_message(w, (struct lines){ true, true }, p, end);
    else
        stop = skip_message(w, (struct lines){ false, true }, p, end);
    if (!stop || has_escapes(span_make(p, lf), span_make(p, stop), w->exact))
        return false;
    w->n = (size_t)(stop - p);
    return true;
}
