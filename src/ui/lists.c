/* All lists, in the order of their tabs: which is shown, the filter that they share, events. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/strbuf.h"
#include "store/joined.h"
#include "ui/filters.h"
#include "ui/list.h"

static const struct list_ops *const kinds[] = {
    &transactions_list, &calls_list,         &messages_list,      &findings_list,
    &endpoints_list,    &registrations_list, &subscriptions_list, &statistics_list,
};
#define JOINED_SLICE 256           /* legs joined between two keys */
#define ROLL_SLICE 5000            /* transactions counted between two keys */
#define ROLL_PAUSE_NS 2000000000LL /* between two counts, for each so many transactions: */
#define ROLL_LARGE 100000
#define KINDS (sizeof kinds / sizeof kinds[0])

size_t lists_count(void)
{
    return KINDS;
}

struct list *lists_at(const struct ui *ui, size_t which)
{
    return ui->lists[which];
}

size_t lists_place(const struct ui *ui, const struct list *list)
{
    size_t i = 0;
    while (ui->lists[i] != list)
        i++;
    return i;
}

struct list *lists_current(const struct ui *ui)
{
    return (struct list *)ui->views[0];
}

struct list *lists_find(const struct ui *ui, struct span name)
{
    for (size_t i = 0; i < KINDS; i++)
        if (span_is(name, kinds[i]->name))
            return ui->lists[i];
    return NULL;
}

void lists_init(struct ui *ui)
{
    ui->lists = mem_zero(KINDS * sizeof(void *));
    for (size_t i = 0; i < KINDS; i++) {
        struct list *list = mem_zero(sizeof *list);
        ui->lists[i] = list;
        list->ops = kinds[i];
        list->view.ops = list->ops->view ? list->ops->view : &list_view_ops;
        list->ui = ui;
        rows_init(&list->rows, &list_rows_ops, list);
        if (list->ops->start)
            list->ops->start(list);
        columns_reset(list);
        list_sort_own(list);
        /* a file opens at its beginning; what arrives live is followed */
        list->following = inputs_live(ui->session->inputs) && ui->settings->newest;
        list->rect.height = 1;
    }
    roll_defer(ui->session->pipeline.roll);
    ui_push(ui, &ui->lists[0]->view);
}

void lists_free(struct ui *ui)
{
    for (size_t i = 0; i < KINDS; i++) {
        if (kinds[i]->stop)
            kinds[i]->stop(ui->lists[i]);
        rows_free(&ui->lists[i]->rows);
        columns_free(ui->lists[i]);
        free(ui->lists[i]);
    }
    free(ui->lists);
    filter_free(ui->filter);
    free(ui->filter_text);
    trail_forget(ui);
    filters_free(ui);
}

void lists_apply_settings(struct ui *ui)
{
    struct list *list = lists_current(ui);
    for (size_t i = 0; i < KINDS; i++)
        if (kinds[i]->apply)
            kinds[i]->apply(ui->lists[i]);
    if (list_grouped(list) != list->rows.grouped)
        list_look(list);
}

void lists_clear(struct ui *ui)
{
    for (size_t i = 0; i < KINDS; i++) {
        struct list *list = ui->lists[i];
        if (list->ops->note)
            continue;
        rows_free(&list->rows);
        rows_init(&list->rows, &list_rows_ops, list);
    }
    list_look(lists_current(ui));
}

void lists_event(struct ui *ui, enum store_event event, uint32_t transaction)
{
    for (size_t i = 0; i < KINDS; i++) {
        struct list *list = ui->lists[i];
        if (event == STORE_EVICTED && list->ops->evicted)
            list->ops->evicted(list);
        if (event == STORE_EVICTED && list->ops->alive)
            rows_sweep(&list->rows);
        else if (event != STORE_EVICTED && list->ops->note)
            list->ops->note(list, transaction);
    }
    call_groups_follow(ui);
}

/* Rows may be sorted by names, and filters ask for them. */
static void follow_names(struct ui *ui)
{
    struct rows *rows = &lists_current(ui)->rows;
    if (!ui->renamed || rows_busy(rows))
        return;
    ui->renamed = false;
    rows_recheck(rows);
    ui_busy(ui);
}

/* What a filter asks about endpoints, a slice at a time; rows wait for it only once. */
static bool count_endpoints(struct ui *ui)
{
    struct roll *roll = ui->session->pipeline.roll;
    uint64_t before = roll_version(roll);
    if (!roll_busy(roll))
        return false;
    bool more = roll_work(roll, ROLL_SLICE);
    if (more || roll_version(roll) == before || !ui->filter || !filter_asks_endpoints(ui->filter))
        return more;
    ui->filter_generation++; /* what is counted for lists is counted anew */
    if (before == 0)
        list_look(lists_current(ui));
    else
        rows_recheck(&lists_current(ui)->rows);
    ui->dirty = true;
    return false;
}

/* Not more often than costs a small part of the time: rows are filtered anew, too. */
static void count_endpoints_again(struct ui *ui)
{
    bool due = clock_monotonic() >= ui->roll_due_ns && !ui->paused && ui->filter &&
               filter_asks_endpoints(ui->filter);
    if (!due || !roll_begin(ui->session->pipeline.roll))
        return;
    ui->roll_due_ns = clock_monotonic() +
                      ROLL_PAUSE_NS * (1 + store_counts(ui->store)->live_transactions / ROLL_LARGE);
    ui_busy(ui);
}

/* Which legs are one call, some at a time: then it is known how many calls there are. */
static bool join_calls(struct ui *ui)
{
    bool known, more;
    joined_count(ui->store, &known);
    if (ui->loading)
        return false;
    more = joined_work(ui->store, JOINED_SLICE);
    call_groups_follow(ui);
    ui->dirty = ui->dirty || (!known && !more);
    return more;
}

bool lists_work(struct ui *ui, int64_t budget_ns)
{
    struct list *list = lists_current(ui);
    call_groups_follow(ui);
    if (count_endpoints(ui) && roll_version(ui->session->pipeline.roll) == 0)
        return true;
    bool more = list->ops->work && list->ops->work(list);
    more = rows_work(&list->rows, budget_ns / 2) || more;
    if (!more)
        list->filled = ui->filter_generation;
    if (ui_interrupted(ui))
        return true;
    more = list_count_failures(list, budget_ns / 2) || more;
    return join_calls(ui) || more;
}

void lists_tick(struct ui *ui)
{
    struct list *list = lists_current(ui);
    count_endpoints_again(ui);
    follow_names(ui);
    if (join_calls(ui))
        ui_busy(ui);
    if (list->ops->tick)
        list->ops->tick(list);
}

/* What is counted for it, too: a slice of that, so that small captures have their rows at once. */
static void look_anew(struct list *list)
{
    if (list->ops->work)
        list->ops->work(list);
    list_look(list);
}

void lists_show(struct ui *ui, size_t which)
{
    if (lists_current(ui) != ui->lists[which])
        trail_leave(ui, which);
    lists_switch(ui, which);
}

void lists_switch(struct ui *ui, size_t which)
{
    struct list *old = lists_current(ui);
    if (old == ui->lists[which])
        return;
    /* a list that nobody sees is neither filtered nor sorted */
    rows_look(&old->rows, old->rows.filtered, old->rows.sorted, old->descending);
    ui->views[0] = &ui->lists[which]->view;
    look_anew(ui->lists[which]);
}

void lists_set_filter(struct ui *ui, struct filter *filter, const char *text)
{
    char *copy = filter ? mem_text(text) : NULL; /* `text` may be the old one */
    filter_free(ui->filter);
    free(ui->filter_text);
    ui->filter = filter;
    ui->filter_text = copy;
    ui->filter_generation++;
    lists_pause(ui, false);
    if (filter && filter_asks_endpoints(filter)) /* a slice at once is all of a small capture */
        roll_work(ui->session->pipeline.roll, ROLL_SLICE);
    look_anew(lists_current(ui));
}

void lists_pause(struct ui *ui, bool pause)
{
    ui->paused = pause;
    for (size_t i = 0; i < KINDS; i++)
        rows_pause(&ui->lists[i]->rows, pause);
    ui_busy(ui);
}

size_t lists_held(struct ui *ui)
{
    struct list *list = lists_current(ui);
    if (!list->ops->note)
        list = lists_find(ui, SPAN(transactions_list.name));
    return rows_held(&list->rows);
}
