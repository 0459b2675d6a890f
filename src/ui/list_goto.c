/*
 * The row of a list that a place leads to. Rows come nearly in order of time, so that the place
 * is found by halving, and a few around it are looked at; what a filter hides is passed over.
 */
#include "ui/goto.h"
#include "ui/list.h"

#define NEAR 256 /* rows looked at on each side */

/* Lists whose rows are messages or hold them: which row a message belongs to. */
static uint32_t row_of(const struct list *list, uint32_t message)
{
    const struct store *store = list->ui->store;
    const struct message *m = store_message(store, message);
    if (!m || list->ops == &messages_list)
        return m ? message : 0;
    if (list->ops == &transactions_list)
        return m->transaction;
    return list->ops == &calls_list ? store_transaction(store, m->transaction)->call : 0;
}

static bool row_time(struct list *list, uint32_t id, int64_t *ns)
{
    struct list_row row;
    const struct list_column *column = list->ops->columns;
    while (column->name && strcmp(column->name, "time") != 0)
        column++;
    if (!column->name || !column->number || !list_load(list, id, &row))
        return false;
    *ns = column->number(&row);
    return true;
}

/* The rows in order of arrival: those shown, or all where those are sorted. */
static uint32_t id_at(const struct list *list, size_t at)
{
    return rows_as_they_came(&list->rows) ? rows_at(&list->rows, at) : list->rows.all.ids[at];
}

static size_t by_time(struct list *list, int64_t wanted, size_t count)
{
    size_t low = 0, high = count;
    int64_t ns;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (row_time(list, id_at(list, middle), &ns) && ns < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The best of those rows around position `at` that are shown; 0: none. */
static uint32_t best_near(struct list *list, const struct place *place, size_t at, size_t count,
                          int64_t *best)
{
    uint32_t found = 0;
    size_t seen = 0;
    for (size_t far = 0; far <= count && seen < 2 * NEAR; far++)
        for (int side = 0; side < 2; side++) {
            int64_t ns;
            if (side ? far > at || far == 0 : at + far >= count)
                continue;
            uint32_t id = id_at(list, side ? at - far : at + far);
            if (!rows_shows(&list->rows, id) || !row_time(list, id, &ns))
                continue;
            seen++;
            if (found && !place_better(place, ns, *best))
                continue;
            found = id;
            *best = ns;
        }
    return found;
}

bool list_go(struct ui *ui, struct view *view, const struct place *place, int64_t *there)
{
    struct list *list = (struct list *)view;
    size_t count = rows_as_they_came(&list->rows) ? rows_count(&list->rows) : list->rows.all.count;
    uint32_t id = row_of(list, place->message);
    (void)ui;
    if (!list->ops->note)
        return false;
    *there = place->low;
    if (!id || !rows_shows(&list->rows, id))
        id = best_near(list, place, by_time(list, place->low, count), count, there);
    if (!id)
        return false;
    list_choose(list, rows_find(&list->rows, rows_ref(&list->rows, id), 0));
    return true;
}
