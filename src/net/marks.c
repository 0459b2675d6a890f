/* See marks.h. */
#include "net/marks.h"

#include "base/feeds.h"

/* Only the dots are in the way: what is behind a line's text stands where it stood. */
static size_t undo_dots(struct span text, char *room)
{
    const char *p = text.p;
    size_t i = 0;
#ifdef __SSE2__
    const __m128i feeds = _mm_set1_epi8('\n'), returns = _mm_set1_epi8('\r');
    for (; text.n - i > 16; i += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
        __m128i behind = _mm_loadu_si128((const __m128i *)(const void *)(p + i + 1));
        __m128i last = _mm_cmpeq_epi8(behind, feeds);
        bytes = _mm_or_si128(_mm_and_si128(last, returns), _mm_andnot_si128(last, bytes));
        _mm_storeu_si128((__m128i *)(void *)(room + i), bytes);
    }
#endif
    for (; i < text.n; i++)
        room[i] = (char)(i + 1 < text.n && p[i + 1] == '\n' ? '\r' : p[i]);
    return text.n;
}

/* Takes off what is around the text of a line. */
FEEDS_INLINE struct span bare_line(struct span line, const unsigned kind, size_t front)
{
    if (line.n > 0 && line.p[line.n - 1] == '\r')
        line.n--;
    if ((kind & MARKS_DOT) && line.n > 0)
        line.n--;
    size_t n = front < line.n ? front : line.n;
    return (struct span){ line.p + n, line.n - n };
}

/* `kind`, all but MARKS_FRONT, is the same in every call, so that there is a loop for each. */
FEEDS_INLINE size_t undo_lines(struct span text, const unsigned kind, size_t front, char *room,
                               size_t size)
{
    const char feed = kind & MARKS_ESCAPED ? MARKS_FEED[0] : '\n';
    const ptrdiff_t feed_n = kind & MARKS_ESCAPED ? strlen(MARKS_FEED) : 1;
    const char *p = text.p, *end = span_end(text);
    size_t n = 0;
    struct feeds feeds = feeds_of(p, end, feed);
    for (const char *at; (at = feeds_next(&feeds, feed)) != NULL;) {
        struct span line = bare_line(span_make(p, at), kind, front);
        if (line.n + 2 > size - n)
            return n;
        n += marks_put_line(room + n, line, end);
        p = end - at > feed_n ? at + feed_n : end;
    }
    struct span rest = span_make(p, end);
    if (rest.n > size - n)
        return n;
    marks_copy(room + n, rest, end);
    return n + rest.n;
}

size_t marks_undo(const struct marked *marked, char *room, size_t size)
{
    const struct span text = { (const char *)marked->text, marked->n };
    const size_t front = marked->marks & MARKS_FRONT;
    switch (marked->marks & ~MARKS_FRONT) {
    case 0:
        return undo_lines(text, 0, front, room, size);
    case MARKS_DOT:
        return front == 0 && text.n <= size ? undo_dots(text, room)
                                            : undo_lines(text, MARKS_DOT, front, room, size);
    case MARKS_ESCAPED:
        return undo_lines(text, MARKS_ESCAPED, front, room, size);
    default:
        return undo_lines(text, MARKS_DOT | MARKS_ESCAPED, front, room, size);
    }
}
