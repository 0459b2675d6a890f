/* See align.h. A table of scores is filled from the end and read from the beginning. */
#include "base/align.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/strbuf.h"

void align(size_t n, size_t m, align_likeness_fn *likeness, align_pair_fn *pair, void *arg)
{
    size_t row = m + 1, i, j;
    uint32_t *best = mem_zero((n + 1) * row * sizeof *best);
    for (i = n; i-- > 0;)
        for (j = m; j-- > 0;) {
            uint32_t like = likeness(i, j, arg);
            uint32_t together = like ? best[(i + 1) * row + j + 1] + like : 0;
            uint32_t skip = best[(i + 1) * row + j], other = best[i * row + j + 1];
            skip = skip > other ? skip : other;
            best[i * row + j] = together > skip ? together : skip;
        }
    for (i = j = 0; i < n || j < m;) {
        uint32_t like = i < n && j < m ? likeness(i, j, arg) : 0;
        bool both = like && best[i * row + j] == best[(i + 1) * row + j + 1] + like;
        bool left = i < n && !both && (j == m || best[(i + 1) * row + j] == best[i * row + j]);
        pair(both || left ? i : ALIGN_NONE, left ? ALIGN_NONE : j, arg);
        i += both || left;
        j += both || !left;
    }
    free(best);
}
