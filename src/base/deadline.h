/* Deadlines in the order in which they fall due: a heap of ids with a time and a stamp. */
#ifndef SIPWHY_BASE_DEADLINE_H
#define SIPWHY_BASE_DEADLINE_H

#include <stddef.h>
#include <stdint.h>

struct deadline {
    int64_t due_ns;
    uint32_t id;
    uint32_t stamp; /* by which the taker sees whether the id still means the same */
};

struct deadlines {
    struct deadline *heap;
    size_t count, size;
};

/* -1 when memory is short: the deadline is then forgotten. */
int deadlines_push(struct deadlines *d, struct deadline deadline);
/* Takes the earliest that is due at `now_ns`. 0 when there was one, else -1. */
int deadlines_pop(struct deadlines *d, int64_t now_ns, struct deadline *out);
/* When the earliest is due; INT64_MAX: none is. */
static inline int64_t deadlines_next(const struct deadlines *d)
{
    return d->count ? d->heap[0].due_ns : INT64_MAX;
}
void deadlines_free(struct deadlines *d);
size_t deadlines_bytes(const struct deadlines *d);

#endif
