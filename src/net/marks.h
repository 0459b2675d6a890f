/*
 * What a log puts around the lines of a message, around all the same, and how it is undone. So a message
 * can stay in the file as the log has it, and be made of that whenever it is asked for.
 */
#ifndef SIPWHY_NET_MARKS_H
#define SIPWHY_NET_MARKS_H

#include "base/span.h"

/* Marks, in 16 bits. None but a line feed without its CR is 0. */
enum marks {
    MARKS_FRONT = 0x7f,   /* so many bytes in front of a line; an empty one may have fewer */
    MARKS_DOT = 0x80,     /* a dot at its end, for its CR */
    MARKS_ESCAPED = 0x100 /* MARKS_FEED for its line feed */
};
#define MARKS_FEED "#012" /* what syslog daemons make of a line feed */

/* A message as the log has it. */
struct marked {
    const uint8_t *text; /* NULL: it is not kept */
    uint32_t n;
    uint16_t marks;
};

#define MARKS_SLACK 64 /* bytes that may be written behind the last: lines are copied by so many */

/* With what is behind it, where there is so much: most lines are short, and calling memcpy() costs more. */
static inline void marks_copy(char *to, struct span line, const char *end)
{
#ifdef __SSE2__
    if (line.n <= MARKS_SLACK && end - line.p >= MARKS_SLACK) {
        for (size_t i = 0; i < MARKS_SLACK; i += 16) {
            __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(line.p + i));
            _mm_storeu_si128((__m128i *)(void *)(to + i), bytes);
        }
        return;
    }
#endif
    if (line.n > 0)
        memcpy(to, line.p, line.n);
}

/* Writes a line of a text that ends at `end`, without its marks, and CRLF; how long that is. */
static inline size_t marks_put_line(char *to, struct span line, const char *end)
{
    marks_copy(to, line, end);
    memcpy(to + line.n, "\r\n", 2);
    return line.n + 2;
}

/*
 * Writes the message, with CRLF at the end of each line, and returns how long it is. Of one that is not
 * done within `size` bytes it is the beginning. The room has MARKS_SLACK bytes more.
 */
size_t marks_undo(const struct marked *marked, char *room, size_t size);

#endif
