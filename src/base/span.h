/*
 * A span is text that lies in somebody else's bytes: a start and a length, no
 * terminator, no ownership. Everything read from a packet is passed as spans.
 */
#ifndef SIPWHY_BASE_SPAN_H
#define SIPWHY_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

struct span {
    const char *p;
    size_t n;
};

#define SPAN_NONE ((struct span){ NULL, 0 })
/* For a string literal, or anything else that is NUL-terminated and outlives the span. */
#define SPAN(text) span_of(text)
/* printf helper: printf("%.*s", SPAN_ARG(s)). */
#define SPAN_ARG(s) (int)(s).n, (s).p ? (s).p : ""

static inline struct span span_of(const char *text)
{
    return (struct span){ text, text ? strlen(text) : 0 };
}

static inline struct span span_make(const char *start, const char *end)
{
    return (struct span){ start, (size_t)(end - start) };
}

static inline const char *span_end(struct span s)
{
    return s.n ? s.p + s.n : s.p; /* nothing may be added to NULL */
}

/* What lies behind the first n bytes, of which there must be so many. */
static inline struct span span_behind(struct span s, size_t n)
{
    return n ? (struct span){ s.p + n, s.n - n } : s;
}

static inline bool span_equal(struct span a, struct span b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* ASCII only: SIP tokens are case-insensitive in ASCII (RFC 3261 §7.3.1). */
static inline char ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static inline bool ascii_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* What a hexadecimal digit counts; -1: it is none. */
static inline int ascii_hex(char c)
{
    char lower = ascii_lower(c);
    return ascii_digit(c) ? c - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

static inline bool ascii_blank(char c)
{
    return c <= ' ' && (c == ' ' || c == '\t' || c == '\r' || c == '\n');
}

/* Whether `n` bytes are the same letters. */
bool ascii_same(const char *a, const char *b, size_t n);
/* Equality without regard to ASCII case. Mostly the length or the first letter differs. */
static inline bool span_same(struct span a, struct span b)
{
    return a.n == b.n &&
           (a.n == 0 || (ascii_lower(a.p[0]) == ascii_lower(b.p[0]) && ascii_same(a.p, b.p, a.n)));
}
/* The same, against a literal: inlined, so that its length is a constant. */
__attribute__((always_inline)) static inline bool span_is(struct span s, const char *text)
{
    return span_same(s, span_of(text));
}
/* Whether `s` begins with `text`, without regard to ASCII case. */
__attribute__((always_inline)) static inline bool span_starts(struct span s, const char *text)
{
    struct span start = span_of(text);
    return s.n >= start.n && span_same((struct span){ s.p, start.n }, start);
}
/* The span without blanks at either end. */
static inline struct span span_trim(struct span s)
{
    if (s.n > 0 && s.p[0] == ' ') { /* mostly there is this one, or none */
        s.p++;
        s.n--;
    }
    if (s.n == 0 || (s.p[0] > ' ' && s.p[s.n - 1] > ' '))
        return s;
    while (s.n > 0 && ascii_blank(s.p[0])) {
        s.p++;
        s.n--;
    }
    while (s.n > 0 && ascii_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}
/* Takes the first word, which ends before a blank, off `rest`; empty when there is none. */
static inline struct span span_word(struct span *rest)
{
    *rest = span_trim(*rest);
    size_t n = 0;
    while (n < rest->n && !ascii_blank(rest->p[n]))
        n++;
    struct span word = { rest->p, n };
    *rest = span_trim(span_behind(*rest, n));
    return word;
}
/* First position of byte `c`, or NULL. */
static inline const char *span_find(struct span s, char c)
{
    return s.n ? memchr(s.p, c, s.n) : NULL;
}
/* First position of `text` without regard to ASCII case, or NULL. */
const char *span_search(struct span s, const char *text);
/* Reads all of `s` as a decimal number up to `max`; false when it is empty, not digits or more. */
bool span_number(struct span s, uint64_t max, uint64_t *value);
/* Copies at most size-1 bytes and terminates; returns `buf`. */
char *span_copy(struct span s, char *buf, size_t size);

/*
 * The first line feed from `p` on, or NULL. Lines of SIP and SDP are short, so that calling memchr()
 * costs more than searching.
 */
__attribute__((always_inline)) static inline const char *span_line_feed(const char *p,
                                                                        const char *end)
{
#ifdef __SSE2__
    const __m128i feeds = _mm_set1_epi8('\n');
    for (; end - p >= 16; p += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)p);
        int found = _mm_movemask_epi8(_mm_cmpeq_epi8(bytes, feeds));
        if (found)
            return p + __builtin_ctz((unsigned)found);
    }
#endif
    return p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;
}

#endif
