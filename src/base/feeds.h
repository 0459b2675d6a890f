/*
 * The line feeds of a text, found 64 bytes at a time: its lines follow each other, and looking for the
 * end of each anew costs more. What stands for a line feed is one byte, the same in every call, so that
 * the compiler makes a loop for each.
 */
#ifndef SIPWHY_BASE_FEEDS_H
#define SIPWHY_BASE_FEEDS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define FEEDS_INLINE __attribute__((always_inline)) static inline

struct feeds {
    const char *block; /* the 64 bytes looked at */
    const char *end;
    uint64_t found; /* a bit for each feed in them that was not taken */
};

/* A bit for each byte of the block that is this one. */
FEEDS_INLINE uint64_t feeds_in(const char *block, char feed)
{
    uint64_t found = 0;
#ifdef __SSE2__
    const __m128i feeds = _mm_set1_epi8(feed);
    for (unsigned i = 0; i < 64; i += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(block + i));
        found |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, feeds)) << i;
    }
#else
    for (unsigned i = 0; i < 64; i++)
        found |= (uint64_t)(block[i] == feed) << i;
#endif
    return found;
}

static uint64_t feeds_in_rest(const char *p, size_t n, char feed)
{
    char block[64] = { 0 };
    memcpy(block, p, n);
    return feeds_in(block, feed);
}

FEEDS_INLINE void feeds_look(struct feeds *f, const char *block, char feed)
{
    size_t left = (size_t)(f->end - block);
    f->block = block;
    f->found = left >= 64 ? feeds_in(block, feed) : feeds_in_rest(block, left, feed);
}

/* `feed` is no NUL. */
FEEDS_INLINE struct feeds feeds_of(const char *p, const char *end, char feed)
{
    struct feeds f = { .end = end };
    feeds_look(&f, p, feed);
    return f;
}

/* Where the next one is, or NULL. */
FEEDS_INLINE const char *feeds_next(struct feeds *f, char feed)
{
    while (f->found == 0) {
        if (f->end - f->block <= 64)
            return NULL;
        feeds_look(f, f->block + 64, feed);
    }
    const char *at = f->block + __builtin_ctzll(f->found);
    f->found &= f->found - 1;
    return at;
}

#endif
