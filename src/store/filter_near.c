/* Which field or word was meant by a mistyped one. */
#include "store/filter_private.h"

#define NAME_MAX_NEAR 40

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

/* Whether `other` is nearer to the name than what was *nearest, which it then is. */
static bool nearer(struct span name, const char *other, unsigned *nearest)
{
    if (name.n < 2 || name.n > NAME_MAX_NEAR || strlen(other) > NAME_MAX_NEAR)
        return false;
    unsigned d = distance(name, SPAN(other));
    if (d >= *nearest)
        return false;
    *nearest = d;
    return true;
}

/* Fewer letters than this must differ. */
static unsigned too_far(struct span name)
{
    return name.n > 4 ? 3 : 2;
}

const struct filter_field *filter_field_near(struct span name)
{
    const struct filter_field *best = NULL;
    unsigned nearest = too_far(name);
    for (const struct filter_field *f = filter_fields(); f->name; f++)
        if (nearer(name, f->name, &nearest))
            best = f;
    return best;
}

const char *filter_word_near(struct span word, const char *const *words)
{
    const char *best = NULL;
    unsigned nearest = too_far(word);
    for (; *words; words++)
        if (nearer(word, *words, &nearest))
            best = *words;
    return best;
}
