/*
 * Groups by call, across its legs (store/joined.h): transactions under their call; and in the list of
 * calls the legs under their call, each with its transactions.
 */
#include "base/strbuf.h"
#include "store/joined.h"
#include "ui/cells.h"

static bool alive(const struct list *list, uint32_t call)
{
    return store_call(list->ui->store, call) != NULL;
}

static bool load(struct list_row *row)
{
    return cell_load_joined(row, row->id);
}

/* All legs, whether they fit a filter or not. */
static void mark(struct list_row *row, bool marked)
{
    uint32_t legs[JOINED_LEGS];
    size_t n = joined_legs(row->ui->store, row->id, legs);
    for (size_t i = 0; i < n; i++)
        cell_mark_call(row->ui, legs[i], marked);
}

/* ---- transactions --------------------------------------------------------------------------- */

static uint32_t call_of_transaction(struct list *list, uint32_t transaction)
{
    const struct store *store = list->ui->store;
    const struct transaction *t = store_transaction(store, transaction);
    return t ? joined_first(store, t->call) : 0;
}

const struct list_groups call_groups = {
    .of = call_of_transaction, .alive = alive, .load = load, .mark = mark
};

/* ---- legs ------------------------------------------------------------------------------------ */

static uint32_t call_of_leg(struct list *list, uint32_t leg)
{
    const struct store *store = list->ui->store;
    return joined_is_call(store, leg) ? joined_first(store, leg) : 0;
}

/* The latest, where there are very many. */
static size_t transactions_of(struct list *list, uint32_t leg, uint32_t ids[ROW_ITEMS])
{
    const struct store *store = list->ui->store;
    const struct call *call = store_call(store, leg);
    size_t n = 0;
    for (uint32_t id = call ? call->window : 0; id && n < ROW_ITEMS;
         id = store_transaction(store, id)->next_in_call)
        ids[n++] = id;
    return n;
}

static uint32_t leg_of(struct list *list, uint32_t transaction)
{
    const struct transaction *t = store_transaction(list->ui->store, transaction);
    return t ? t->call : 0;
}

const struct list_groups leg_groups = { .of = call_of_leg,
                                        .alive = alive,
                                        .load = load,
                                        .mark = mark,
                                        .whole = true,
                                        .items = transactions_of,
                                        .owner = leg_of,
                                        .load_item = cell_load_transaction };

/* ---- what changes ---------------------------------------------------------------------------- */

/* Transactions are grouped by their call, or filtered by what became of it. */
static void note_transactions(struct list *list, const struct call *call)
{
    const struct store *store = list->ui->store;
    for (uint32_t id = call->window; id; id = store_transaction(store, id)->next_in_call)
        rows_note(&list->rows, id);
}

void call_groups_follow(struct ui *ui)
{
    struct list *calls = lists_find(ui, SPAN(calls_list.name));
    struct list *transactions = lists_find(ui, SPAN(transactions_list.name));
    joined_watch(ui->store);
    for (uint32_t id; (id = joined_changed(ui->store)) != 0;) {
        const struct call *call = store_call(ui->store, id);
        if (!call)
            continue;
        if (joined_is_call(ui->store, id))
            rows_note(&calls->rows, id);
        if (lists_current(ui) == transactions)
            note_transactions(transactions, call);
        ui->dirty = true;
    }
}
