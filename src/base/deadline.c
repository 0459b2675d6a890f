/* See deadline.h. */
#include "base/deadline.h"

#include <stdlib.h>
#include <string.h>

static void swap(struct deadline *a, struct deadline *b)
{
    struct deadline c = *a;
    *a = *b;
    *b = c;
}

int deadlines_push(struct deadlines *d, struct deadline deadline)
{
    if (d->count == d->size) {
        size_t size = d->size ? 2 * d->size : 256;
        struct deadline *grown = realloc(d->heap, size * sizeof *grown);
        if (!grown)
            return -1;
        d->heap = grown;
        d->size = size;
    }
    size_t i = d->count++;
    d->heap[i] = deadline;
    for (; i > 0 && d->heap[(i - 1) / 2].due_ns > d->heap[i].due_ns; i = (i - 1) / 2)
        swap(&d->heap[i], &d->heap[(i - 1) / 2]);
    return 0;
}

int deadlines_pop(struct deadlines *d, int64_t now_ns, struct deadline *out)
{
    if (d->count == 0 || d->heap[0].due_ns > now_ns)
        return -1;
    *out = d->heap[0];
    d->heap[0] = d->heap[--d->count];
    for (size_t i = 0, child; (child = 2 * i + 1) < d->count; i = child) {
        if (child + 1 < d->count && d->heap[child + 1].due_ns < d->heap[child].due_ns)
            child++;
        if (d->heap[i].due_ns <= d->heap[child].due_ns)
            break;
        swap(&d->heap[i], &d->heap[child]);
    }
    return 0;
}

void deadlines_free(struct deadlines *d)
{
    free(d->heap);
    memset(d, 0, sizeof *d);
}

size_t deadlines_bytes(const struct deadlines *d)
{
    return d->size * sizeof *d->heap;
}
