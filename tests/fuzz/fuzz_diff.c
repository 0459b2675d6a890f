/* Two messages, set apart by a 0xff byte: each line must be one of its message's, all words a line. */
#include <stdint.h>
#include <stdlib.h>

#include "sip/diff.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_side(struct span line, struct span all)
{
    if (line.p && (line.p < all.p || line.p + line.n > all.p + all.n))
        abort();
}

static void check_words(struct span line, struct span other, unsigned part, unsigned ignore)
{
    static struct sip_diff_word words[SIP_DIFF_WORDS];
    const char *p = line.p;
    size_t n = sip_diff_words(line, other, part, ignore, words);
    for (size_t i = 0; i < n; p = span_end(words[i++].text))
        if (words[i].text.p != p || words[i].text.n == 0)
            abort();
    if (n && p != span_end(line))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *p = (const char *)data;
    const char *middle = size ? memchr(p, 0xff, size) : NULL;
    struct span a = { p, middle ? (size_t)(middle - p) : size };
    struct span b = middle ? span_make(middle + 1, p + size) : a;
    for (unsigned ignore = 0; ignore < 4; ignore++) {
        struct sip_diff diff;
        sip_diff_make(&diff, a, b, ignore);
        for (size_t i = 0; i < diff.count; i++) {
            const struct sip_diff_line *line = &diff.lines[i];
            check_side(line->a, a);
            check_side(line->b, b);
            if (i < 20)
                check_words(line->a, line->b, line->part, ignore);
        }
        sip_diff_free(&diff);
    }
    return 0;
}
