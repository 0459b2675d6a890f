/* See ladder.h. */
#include "store/ladder.h"

#include <stdlib.h>

#include "base/strbuf.h"

static int by_time(const void *a, const void *b)
{
    const struct message_time *x = a, *y = b;
    if (x->time_ns != y->time_ns)
        return x->time_ns < y->time_ns ? -1 : 1;
    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    if (x->offset != y->offset)
        return x->offset < y->offset ? -1 : 1;
    return (int32_t)(x->seq - y->seq);
}

struct message_time message_time_of(const struct store *store, uint32_t id)
{
    const struct message *m = store_message(store, id);
    return (struct message_time){ .time_ns = m->time_ns,
                                  .order = (uint64_t)m->source << 32 | m->frame,
                                  .offset = m->payload_off,
                                  .seq = m->flags & MESSAGE_APART ? m->seq : 0,
                                  .message = id };
}

void message_times_sort(struct message_time *times, size_t n)
{
    qsort(times, n, sizeof *times, by_time);
}

/* Addresses beyond the limit share the last column. */
static uint8_t column_of(struct ladder *ladder, const struct addr *addr)
{
    size_t i = 0;
    while (i < ladder->ncolumns && !addr_equal(&ladder->columns[i], addr))
        i++;
    if (i == LADDER_COLUMNS)
        return LADDER_COLUMNS - 1;
    if (i == ladder->ncolumns)
        ladder->columns[ladder->ncolumns++] = *addr;
    return (uint8_t)i;
}

/* Adds a call's messages behind the first `n`; how many there are then. */
static size_t gather(struct ladder *ladder, const struct store *store, const struct call *call,
                     struct message_time *all, size_t n, size_t size)
{
    for (uint32_t t = call->first_txn; t;) {
        const struct transaction *txn = store_transaction(store, t);
        for (uint32_t id = txn->last; id && n < size;) {
            const struct message *m = store_message(store, id);
            if (m->flags & MESSAGE_DUPLICATE)
                ladder->duplicates++;
            else
                all[n++] = message_time_of(store, id);
            id = m->previous;
        }
        t = txn->next_in_call;
    }
    return n;
}

void ladder_build(struct ladder *ladder, const struct store *store, const uint32_t *calls, size_t n)
{
    size_t size = 0;
    memset(ladder, 0, sizeof *ladder);
    for (size_t i = 0; i < n; i++)
        size += store_call(store, calls[i]) ? store_call(store, calls[i])->messages : 0;
    if (size == 0)
        return;
    size = size < LADDER_ROWS ? size : LADDER_ROWS;
    struct message_time *all = mem_alloc((size + 1) * sizeof *all);
    for (size_t i = 0; i < n; i++)
        if (store_call(store, calls[i]))
            ladder->nrows = gather(ladder, store, store_call(store, calls[i]), all, ladder->nrows,
                                   size);
    message_times_sort(all, ladder->nrows);
    ladder->rows = mem_alloc((ladder->nrows + 1) * sizeof *ladder->rows);
    for (size_t i = 0; i < ladder->nrows; i++) {
        const struct message *m = store_message(store, all[i].message);
        const struct flow *flow = store_flow(store, m->flow);
        uint8_t from = column_of(ladder, &flow->src);
        ladder->rows[i] = (struct ladder_row){ all[i].message, from,
                                               column_of(ladder, &flow->dst) };
    }
    free(all);
}

void ladder_free(struct ladder *ladder)
{
    free(ladder->rows);
    memset(ladder, 0, sizeof *ladder);
}
