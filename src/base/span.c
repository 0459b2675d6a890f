/* Comparisons and look-ups on spans; nothing here allocates. */
#include "base/span.h"

#define SURE_DIGITS 19 /* of a number that fits into 64 bits whatever they are */

bool ascii_same(const char *a, const char *b, size_t n)
{
    if (memcmp(a, b, n) == 0) /* mostly both are written alike */
        return true;
    for (size_t i = 0; i < n; i++)
        if (ascii_lower(a[i]) != ascii_lower(b[i]))
            return false;
    return true;
}

const char *span_search(struct span s, const char *text)
{
    struct span wanted = span_of(text);
    for (size_t i = 0; i + wanted.n <= s.n; i++)
        if (span_same((struct span){ s.p + i, wanted.n }, wanted))
            return s.p + i;
    return NULL;
}

bool span_number(struct span s, uint64_t max, uint64_t *value)
{
    uint64_t v = 0, digit;
    size_t i = 0, sure = s.n < SURE_DIGITS ? s.n : SURE_DIGITS;
    for (; i < sure && (digit = (uint64_t)s.p[i] - '0') <= 9; i++)
        v = v * 10 + digit;
    for (; i < s.n && (digit = (uint64_t)s.p[i] - '0') <= 9 && v <= (UINT64_MAX - 9) / 10; i++)
        v = v * 10 + digit;
    if (i < s.n || s.n == 0 || v > max)
        return false;
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
