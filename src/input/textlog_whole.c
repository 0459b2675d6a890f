/*
 * The quick ways through a log. One is for a message of which the log tells where it ends, by its length
 * or by what stands behind each: its bytes are taken as they are. The other is for one that is there as
 * a whole and shows nothing but header lines and session description, each behind the same prefix and
 * with the same end, as most do. Boundary: where it ends; what is in any way doubtful is left to
 * textlog.c, which goes line by line.
 */
#include "input/textlog_private.h"

/* What names of header fields are made of, of all that RFC 3261 §25.1 allows. */
static const bool in_name[256] = { ['A' ... 'Z'] = true, ['a' ... 'z'] = true, ['-'] = true };

/*
 * What is known of all lines at once, so that there is a loop for each kind: how they end, that most
 * messages lie there as they are, with nothing around their lines, or nothing but a dot for each CR, and
 * that "#012" stands for each line feed.
 */
struct lines {
    bool exact, in_place, dots, hashes;
};
#define FOR_EACH_KIND __attribute__((always_inline)) static inline

/* The lines of a text. */
struct text {
    const char *p, *end;
    struct feeds feeds;
};

FOR_EACH_KIND char feed_of(const struct lines kind)
{
    return kind.hashes ? MARKS_FEED[0] : '\n';
}

FOR_EACH_KIND struct text text_from(const struct lines kind, const char *p, const char *end)
{
    return (struct text){ p, end, feeds_of(p, end, feed_of(kind)) };
}

/* The next line feed, or NULL; p is behind it then. */
FOR_EACH_KIND const char *take_feed(struct text *text, const struct lines kind)
{
    const char *lf = feeds_next(&text->feeds, feed_of(kind));
    if (!lf || (kind.hashes && !log_begins(span_make(lf, text->end), MARKS_FEED)))
        return NULL;
    text->p = lf + (kind.hashes ? strlen(MARKS_FEED) : 1);
    return lf;
}

/* A line without its end, which is the one that all lines have. */
FOR_EACH_KIND bool bare_line(const struct log_whole *w, const struct lines kind, struct text *text,
                             struct span *line)
{
    const char *p = text->p, *lf = take_feed(text, kind), *stop = lf;
    if (!lf)
        return false;
    if (stop > p && stop[-1] == '\r')
        stop--;
    if ((stop != lf) != kind.exact)
        return false;
    *line = span_make(p, stop);
    if (kind.exact && stop > p && stop[-1] == '\r')
        return false;
    return !(kind.dots || (!kind.in_place && w->dots)) ||
           (line->n > 0 && line->p[--line->n] == '.');
}

/* Takes the prefix off a line of the text; false where it has another. */
FOR_EACH_KIND bool take_prefix(const struct log_prefix *prefix, struct span *line, const char *end)
{
    uint64_t front;
    if (prefix->n > sizeof front || line->n < prefix->n || end - line->p < (ptrdiff_t)sizeof front)
        return log_prefix_take(prefix, line);
    memcpy(&front, line->p, sizeof front);
    if ((front ^ prefix->front) & prefix->front_mask)
        return false;
    *line = (struct span){ line->p + prefix->n, line->n - prefix->n };
    return true;
}

FOR_EACH_KIND bool next_line(const struct log_whole *w, const struct lines kind, struct text *text,
                             struct span *line)
{
    return bare_line(w, kind, text, line) &&
           (kind.in_place || kind.dots || !w->prefix->n || take_prefix(w->prefix, line, text->end));
}

/* The text has one more line of the message. */
FOR_EACH_KIND void take_line(struct log_whole *w, const struct lines kind, struct span line,
                             const struct text *text)
{
    w->bytes += line.n + 2;
    if (!kind.in_place && !kind.dots)
        w->made_n += marks_put_line(w->made + w->made_n, line, text->end);
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

/* Notes what the header field tells of the body; false if that cannot be. */
static inline bool note_field(struct head *head, struct span name, struct span line)
{
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

/*
 * Whether it is "Name: value"; notes what tells of the body. Without the blank it may be the rest of a
 * line that a terminal broke, if CRs are gone.
 */
FOR_EACH_KIND bool take_header(struct head *head, struct span line, const struct lines kind)
{
    char first = ascii_lower(*line.p);
    struct span name = { line.p, name_of(line) };
    if (name.n == 0 || (!kind.exact && name.n + 1 < line.n && !ascii_blank(line.p[name.n + 1])))
        return false;
    return (first != 'c' && first != 'l') || note_field(head, name, line);
}

/* "v=0" */
static inline bool is_of_description(struct span line)
{
    return line.n >= 2 && in_name[(uint8_t)line.p[0]] && line.p[0] != '-' && line.p[1] == '=';
}

/* The lines of a body of that many bytes, counted with CR and LF; whether it ends with one. */
FOR_EACH_KIND bool skip_body(struct log_whole *w, const struct lines kind, struct text *text,
                             size_t length)
{
    size_t n = 0;
    struct span line;
    while (n < length) {
        if (!next_line(w, kind, text, &line) || !is_of_description(line))
            return false;
        n += line.n + 2;
        take_line(w, kind, line, text);
    }
    return n == length;
}

FOR_EACH_KIND bool skip_head(struct log_whole *w, const struct lines kind, struct head *head,
                             struct text *text)
{
    struct span line;
    while (next_line(w, kind, text, &line)) {
        take_line(w, kind, line, text);
        if (line.n == 0)
            return true;
        if (!take_header(head, line, kind) || (w->alone && log_start(line) >= 0))
            return false;
    }
    return false;
}

/* Where the message ends, or NULL. */
FOR_EACH_KIND const char *skip_message(struct log_whole *w, const struct lines kind, const char *p,
                                       const char *end)
{
    struct head head = { false, false, 0 };
    struct text text = text_from(kind, p, end);
    struct span line;
    w->bytes = w->made_n = 0;
    if (!next_line(w, kind, &text, &line))
        return NULL;
    take_line(w, kind, line, &text);
    if (!skip_head(w, kind, &head, &text))
        return NULL;
    w->sized = head.sized;
    if (!head.sized && head.typed)
        return NULL;
    return skip_body(w, kind, &text, head.length) ? text.p : NULL;
}

/* The same, with the loop of its kind. */
static const char *skip_lines(struct log_whole *w, const char *p, const char *end)
{
    if (w->hashes)
        return skip_message(w, (struct lines){ .hashes = true }, p, end);
    if (w->in_place)
        return w->exact ? skip_message(w, (struct lines){ .exact = true, .in_place = true }, p, end)
                        : skip_message(w, (struct lines){ .in_place = true }, p, end);
    if (w->dots && !w->exact && !w->prefix->n)
        return skip_message(w, (struct lines){ .dots = true }, p, end);
    return skip_message(w, (struct lines){ .exact = w->exact }, p, end);
}

/*
 * Colours, or what a syslog daemon makes of line ends, which the first line shows. Where CRs are left
 * no more is undone in the others than in that one.
 */
static bool has_escapes(struct span first, struct span text, bool exact)
{
    return span_find(exact ? first : text, 0x1b) || log_find(first, MARKS_FEED);
}

/* Whether the log may say otherwise about where the message ends. */
static bool contradicted(const struct log_whole *w)
{
    if (w->format->end && w->said && w->said != w->bytes)
        return true;
    return !w->sized && (w->said || w->format->pieces);
}

/* Behind what the format has at the end of each message, if it stands at p. */
static const char *skip_end(const struct log_format *format, const char *p, const char *end)
{
    size_t n = format->end ? strlen(format->end) : 0;
    return n && (size_t)(end - p) >= n && memcmp(p, format->end, n) == 0 ? p + n : p;
}

/* By its lines. */
static enum log_found find_by_lines(const char *p, const char *end, const char *lf,
                                    struct log_whole *w)
{
    const char *most = end - p > LOG_WHOLE_MOST ? p + LOG_WHOLE_MOST : end;
    w->in_place = (w->exact || w->bare_good) && !w->hashes && !w->dots && w->prefix->n == 0;
    const char *stop = skip_lines(w, p, most);
    if (!stop || has_escapes(span_make(p, lf), span_make(p, stop), w->exact))
        return LOG_NOT_FOUND;
    w->n = (size_t)(stop - p);
    w->next = skip_end(w->format, stop, end);
    return contradicted(w) ? LOG_NOT_FOUND : LOG_FOUND;
}

/*
 * Where a message ends that had `said` bytes before the log took its CRs; NULL: it has some, or
 * *more: that is not there yet.
 */
static const char *skip_bare(const char *p, const char *end, size_t said, bool *more)
{
    *more = false;
#ifdef __SSE2__
    const __m128i lf = _mm_set1_epi8('\n'), cr = _mm_set1_epi8('\r');
    for (; end - p >= 16; p += 16, said -= 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)p);
        unsigned feeds = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, lf));
        unsigned returns = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, cr));
        for (; feeds && (unsigned)__builtin_ctz(feeds) < said; feeds &= feeds - 1)
            said--;
        if (returns && (unsigned)__builtin_ctz(returns) < said)
            return NULL;
        if (said <= 16)
            return p + said;
    }
#endif
    for (; said > 0 && p < end && *p != '\r'; p++, said--)
        if (*p == '\n' && --said == 0)
            break;
    *more = said > 0 && p == end;
    return said == 0 ? p : NULL;
}

/* By its length, behind which the mark must stand. */
static const char *skip_said(const char *p, const char *end, const struct log_whole *w, bool *more)
{
    size_t mark = strlen(w->format->end);
    const char *stop = NULL;
    *more = (size_t)(end - p) < w->said;
    if (!w->exact)
        stop = skip_bare(p, end, w->said, more);
    else if (!*more)
        stop = p + w->said;
    if (!stop)
        return NULL;
    *more = (size_t)(end - stop) < mark;
    return !*more && memcmp(stop, w->format->end, mark) == 0 ? stop : NULL;
}

/* Of a message without a body it is the last one. */
static bool has_empty_line(const char *p, const char *end)
{
    if (end - p >= 4 && memcmp(end - 4, "\r\n\r\n", 4) == 0)
        return true;
    while ((p = span_line_feed(p, end)) != NULL && end - ++p >= 2)
        if (memcmp(p, "\r\n", 2) == 0)
            return true;
    return false;
}

/* To the mark, if there is one message only before it, with head and body. */
static const char *skip_to_mark(const char *p, const char *end, const struct log_format *format,
                                bool *more)
{
    size_t most = LOG_WHOLE_MOST + strlen(format->end);
    bool all = (size_t)(end - p) >= most;
    const char *stop = log_find(span_make(p, all ? p + most : end), format->end);
    *more = !stop && !all;
    if (!stop || stop[-1] != '\n' || log_find(span_make(p, stop), format->front) ||
        !has_empty_line(p, stop))
        return NULL;
    return stop;
}

/* By what the log says of where it ends. */
static enum log_found find_by_end(const char *p, const char *end, struct log_whole *w)
{
    const struct log_format *format = w->format;
    bool more = false;
    const char *stop = NULL;
    if (w->dots || w->prefix->n > 0 || !format->end || w->said > LOG_WHOLE_MOST)
        return LOG_NOT_FOUND;
    if (w->said)
        stop = skip_said(p, end, w, &more);
    else if (w->exact && format->front)
        stop = skip_to_mark(p, end, format, &more);
    if (!stop)
        return more ? LOG_UNDECIDED : LOG_NOT_FOUND;
    w->n = (size_t)(stop - p);
    w->next = stop + strlen(format->end);
    w->in_place = w->exact || w->bare_good;
    return LOG_FOUND;
}

enum log_found log_find_whole(const char *p, const char *end, const char *lf, struct log_whole *w)
{
    w->exact = lf > p && lf[-1] == '\r';
    w->made_n = 0;
    enum log_found found = find_by_end(p, end, w);
    return found == LOG_NOT_FOUND ? find_by_lines(p, end, lf, w) : found;
}
