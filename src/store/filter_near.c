/* Which field was meant by a mistyped name. */
#include "store/filter_private.h"

#define NAME_MAX_NEAR 20

static unsigned least(unsigned a, unsigned b, unsigned c)
{
    unsigned m = a < b ? a : b;
    return m < c ? m : c;
}

/* How many letters have to be added, dropped, changed or swapped to make `a` from `b`. */
static unsigned distance(struct span a, struct span b)
{
    unsigned d[NAME_MAX_NEAR + 1][NAME_MAX_NEAR + 1];
    for (size_t i = 0; i <= a.n; i++)
        for (size_t j = 0; j <= b.n; j++) {
            if (i == 0 || j == 0) {
                d[i][j] = (unsigned)(i + j);
                continue;
            }
            char x = ascii_lower(a.p[i - 1]), y = ascii_lower(b.p[j - 1]);
            d[i][j] = least(d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (x != y));
            if (i > 1 && j > 1 && x == ascii_lower(b.p[j - 2]) && ascii_lower(a.p[i - 2]) == y)
                d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1, d[i][j]);
        }
    return d[a.n][b.n];
}

const struct filter_field *filter_field_near(struct span name)
{
    const struct filter_field *best = NULL;
    unsigned nearest = name.n > 4 ? 3 : 2; /* must be less */
    if (name.n < 2 || name.n > NAME_MAX_NEAR)
        return NULL;
    for (const struct filter_field *f = filter_fields(); f->name; f++) {
        struct span other = SPAN(f->name);
        unsigned d = other.n <= NAME_MAX_NEAR ? distance(name, other) : UINT32_MAX;
        if (d < nearest) {
            nearest = d;
            best = f;
        }
    }
    return best;
}
