/*
 * Transactions grouped by call, and the calls of one group of legs (store/link.h) under the one
 * that came first. Which call that is takes a search, so it is kept until the call has grown.
 */
#include <stdlib.h>

#include "base/strbuf.h"
#include "store/link.h"
#include "ui/cells.h"

#define LEGS 32  /* of a group */
#define GROWS 16 /* transactions of a call, up to which a new one may join it to another */

/* Under which call one stands, by its id. */
struct leading {
    uint64_t seq;          /* of the call; another one: unknown */
    uint32_t transactions; /* that it had then */
    uint32_t call;
};

struct leaders {
    struct leading *all;
    size_t size;
};

void call_groups_start(struct list *list)
{
    list->own = mem_zero(sizeof(struct leaders));
}

void call_groups_stop(struct list *list)
{
    struct leaders *leaders = list->own;
    free(leaders->all);
    free(leaders);
}

void call_groups_forget(struct list *list)
{
    struct leaders *leaders = list->own;
    if (leaders->size)
        memset(leaders->all, 0, leaders->size * sizeof *leaders->all);
}

static struct leading *leading_of(struct leaders *l, uint32_t call)
{
    if (call >= l->size) {
        size_t size = call * 2 + 1024;
        l->all = mem_grow(l->all, size * sizeof *l->all);
        memset(l->all + l->size, 0, (size - l->size) * sizeof *l->all);
        l->size = size;
    }
    return &l->all[call];
}

static uint32_t first_leg(const struct store *store, uint32_t call)
{
    uint32_t legs[LEGS], first = call;
    size_t n = link_group(store, call, legs, LEGS);
    for (size_t i = 1; i < n; i++)
        if (store_call(store, legs[i])->seq < store_call(store, first)->seq)
            first = legs[i];
    return first;
}

static uint32_t group_of(struct list *list, uint32_t transaction)
{
    const struct store *store = list->ui->store;
    const struct transaction *t = store_transaction(store, transaction);
    const struct call *call = t ? store_call(store, t->call) : NULL;
    if (!call)
        return 0;
    struct leading *known = leading_of(list->own, t->call);
    uint32_t grown = call->transactions < GROWS ? call->transactions : GROWS;
    if (known->seq != call->seq || known->transactions != grown || !store_call(store, known->call))
        *known = (struct leading){ call->seq, grown, first_leg(store, t->call) };
    return known->call;
}

static bool alive(const struct list *list, uint32_t call)
{
    return store_call(list->ui->store, call) != NULL;
}

static bool load(struct list_row *row)
{
    return cell_load_call(row, row->id);
}

/* All legs, whether they fit a filter or not. */
static void mark(struct list_row *row, bool marked)
{
    uint32_t legs[LEGS];
    size_t n = link_group(row->ui->store, row->id, legs, LEGS);
    for (size_t i = 0; i < n; i++)
        cell_mark_call(row->ui, legs[i], marked);
}

const struct list_groups call_groups = { group_of, alive, load, mark };
