/*
 * The one bounds-checked reader for bytes from outside. Reading past the end
 * gives zeros and sets `overrun`, which stays set: a decoder reads a whole
 * structure and asks once.
 */
#ifndef SIPWHY_BASE_READER_H
#define SIPWHY_BASE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reader {
    const uint8_t *p;
    const uint8_t *end;
    bool overrun;
};

static inline struct reader reader_make(const void *data, size_t n)
{
    const uint8_t *p = data;
    return (struct reader){ p, p ? p + n : p, false }; /* nothing may be added to NULL */
}

static inline size_t reader_left(const struct reader *r)
{
    return (size_t)(r->end - r->p);
}

/* The next `n` bytes, consumed; NULL (and overrun) when there are not that many. */
static inline const uint8_t *reader_take(struct reader *r, size_t n)
{
    if (reader_left(r) < n) {
        r->overrun = true;
        r->p = r->end;
        return NULL;
    }
    const uint8_t *p = r->p;
    if (n) /* an empty reader may stand nowhere */
        r->p += n;
    return p;
}

static inline bool reader_skip(struct reader *r, size_t n)
{
    return reader_take(r, n) != NULL;
}

static inline uint8_t reader_u8(struct reader *r)
{
    const uint8_t *p = reader_take(r, 1);
    return p ? p[0] : 0;
}

/* Big-endian, the order of the network. */
static inline uint16_t reader_u16(struct reader *r)
{
    const uint8_t *p = reader_take(r, 2);
    return p ? (uint16_t)(p[0] << 8 | p[1]) : 0;
}

static inline uint32_t reader_u32(struct reader *r)
{
    const uint8_t *p = reader_take(r, 4);
    return p ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3] : 0;
}

/* In the order that a file's magic number told. */
static inline uint16_t reader_u16_order(struct reader *r, bool little)
{
    uint16_t v = reader_u16(r);
    return little ? __builtin_bswap16(v) : v;
}

static inline uint32_t reader_u32_order(struct reader *r, bool little)
{
    uint32_t v = reader_u32(r);
    return little ? __builtin_bswap32(v) : v;
}

#endif
