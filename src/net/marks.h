/*
 * What a log puts around the lines of a message, around all the same, and how it is undone. So a message
 * can stay in the file as the log has it, and be made of that whenever it is asked for.
 */
#ifndef SIPWHY_NET_MARKS_H
#define SIPWHY_NET_MARKS_H

#include <stddef.h>
#include <stdint.h>

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

#define MARKS_SLACK 16 /* lines are copied by so many bytes */

/*
 * Writes the message, with CRLF at the end of each line, and returns how long it is. Of one that is not
 * done within `size` bytes it is the beginning. The room has MARKS_SLACK bytes more.
 */
size_t marks_undo(const struct marked *marked, char *room, size_t size);

#endif
