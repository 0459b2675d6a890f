/* Text in UTF-16 (RFC 2781), as some systems write logs, made UTF-8 piece by piece. */
#ifndef SIPWHY_BASE_UTF16_H
#define SIPWHY_BASE_UTF16_H

#include "base/reader.h"

struct utf16 {
    bool little;      /* the order of the bytes */
    bool begun;       /* behind the byte order mark */
    bool half;        /* the first byte of a unit came, */
    uint8_t first;    /* this one */
    uint16_t high;    /* the first of a pair of units came; 0: none did */
    uint8_t waits[8]; /* what did not fit: */
    uint8_t waiting;  /* so many bytes */
};

/* Takes what fits: writes at most `size` bytes and says how many they were. */
size_t utf16_next(struct utf16 *u, struct reader *in, uint8_t *out, size_t size);
/* Whether no character is open, and all were written. */
bool utf16_is_whole(const struct utf16 *u);

#endif
