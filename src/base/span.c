/* Comparisons and look-ups on spans; nothing here allocates. */
#include "base/span.h"

bool span_same(struct span a, struct span b)
{
    if (a.n != b.n)
        return false;
    /* mostly both are written alike, or differ at once */
    if (a.n > 0 && ascii_lower(a.p[0]) != ascii_lower(b.p[0]))
        return false;
    if (span_equal(a, b))
        return true;
    for (size_t i = 1; i < a.n; i++)
        if (ascii_lower(a.p[i]) != ascii_lower(b.p[i]))
            return false;
    return true;
}

bool span_is(struct span s, const char *text)
{
    return span_same(s, span_of(text));
}

bool span_starts(struct span s, const char *text)
{
    size_t n = strlen(text);
    return s.n >= n && span_same((struct span){ s.p, n }, (struct span){ text, n });
}

const char *span_find(struct span s, char c)
{
    return s.n ? memchr(s.p, c, s.n) : NULL;
}

const char *span_search(struct span s, const char *text)
{
    size_t n = strlen(text);
    for (size_t i = 0; i + n <= s.n; i++)
        if (span_same((struct span){ s.p + i, n }, (struct span){ text, n }))
            return s.p + i;
    return NULL;
}

bool span_number(struct span s, uint64_t max, uint64_t *value)
{
    uint64_t v = 0;
    if (s.n == 0)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (!ascii_digit(s.p[i]))
            return false;
        uint64_t digit = (uint64_t)(s.p[i] - '0');
        if (v > (UINT64_MAX - 9) / 10 || v * 10 + digit > max)
            return false;
        v = v * 10 + digit;
    }
    *value = v;
    return true;
}

char *span_copy(struct span s, char *buf, size_t size)
{
    size_t n = s.n < size - 1 ? s.n : size - 1;
    if (n)
        memcpy(buf, s.p, n);
    buf[n] = '\0';
    return buf;
}
