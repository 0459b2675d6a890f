/* See marks.h. */
#include "net/marks.h"

#include "base/feeds.h"
#include "base/span.h"

/* With what is behind it, up to 15 bytes, if there is so much: calling memcpy() costs more. */
static inline void copy_line(char *to, struct span line, const char *end)
{
#ifdef __SSE2__
    if (end - span_end(line) >= MARKS_SLACK) {
        for (size_t i = 0; i < line.n; i += 16) {
            __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(line.p + i));
            _mm_storeu_si128((__m128i *)(void *)(to + i), bytes);
        }
        return;
    }
#endif
    if (line.n > 0)
        memcpy(to, line.p, line.n);
}

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
FEEDS_INLINE struct span bare_line(struct span line, uint16_t marks)
{
    size_t front = marks & MARKS_FRONT;
    if (line.n > 0 && line.p[line.n - 1] == '\r')
        line.n--;
    if ((marks & MARKS_DOT) && line.n > 0)
        line.n--;
    return span_behind(line, front < line.n ? front : line.n);
}

FEEDS_INLINE size_t undo_lines(struct span text, uint16_t marks, char feed, char *room, size_t size)
{
    const size_t feed_n = marks & MARKS_ESCAPED ? strlen(MARKS_FEED) : 1;
    const char *p = text.p, *end = span_end(text);
    size_t n = 0;
    struct feeds feeds = feeds_of(p, end, feed);
    for (const char *at; (at = feeds_next(&feeds, feed)) != NULL;) {
        struct span line = bare_line(span_make(p, at), marks);
        if (line.n + 2 > size - n)
            return n;
        copy_line(room + n, line, end);
        memcpy(room + n + line.n, "\r\n", 2);
        n += line.n + 2;
        p = (size_t)(end - at) > feed_n ? at + feed_n : end;
    }
    struct span rest = span_make(p, end);
    if (rest.n > size - n)
        return n;
    copy_line(room + n, rest, end);
    return n + rest.n;
}

size_t marks_undo(const struct marked *marked, char *room, size_t size)
{
    struct span text = { (const char *)marked->text, marked->n };
    if (marked->marks == MARKS_DOT && text.n <= size)
        return undo_dots(text, room);
    if (marked->marks & MARKS_ESCAPED)
        return undo_lines(text, marked->marks, MARKS_FEED[0], room, size);
    return undo_lines(text, marked->marks, '\n', room, size);
}
