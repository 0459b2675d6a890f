/*
 * See hunt.h. Rows are gone through as they came, from the selected one on and then from the
 * first; what comes meanwhile behind the last is looked at, too.
 */
#include "ui/hunt.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/tr.h"
#include "base/zeroed.h"
#include "store/joined.h"
#include "ui/task.h"

#define LOOKS_A_CLOCK 16 /* messages: some are large, and some expressions slow */

struct hunt {
    struct list *list;
    uint64_t *rows;         /* a bit each, by id */
    size_t words;           /* of these */
    size_t messages, found; /* messages and rows that match */
    uint64_t begin;         /* stamp of the row that was selected; 0: none before it */
    uint64_t stamp;         /* of the row looked at last */
    bool around;            /* it goes through those before `begin` */
    size_t done;            /* rows looked at */
    bool over;
};

/* ---- a row's messages ---------------------------------------------------------------------- */

struct glance {
    struct ui *ui;
    uint32_t first; /* message that matches, by order of arrival in its transaction */
    size_t count;
    unsigned looked;
};

static void look_at(struct glance *glance, uint32_t message)
{
    const struct message *m = store_message(glance->ui->store, message);
    glance->looked++;
    if (!m || !ui_search_fits(glance->ui, message_payload(glance->ui->store, m)))
        return;
    glance->count++;
    glance->first = message;
}

/* Backwards, so that the last one that is found is the first. */
static void look_at_transaction(struct glance *glance, uint32_t id)
{
    const struct transaction *t = store_transaction(glance->ui->store, id);
    for (uint32_t m = t ? t->last : 0; m; m = store_message(glance->ui->store, m)->previous)
        look_at(glance, m);
}

static void look_at_call(struct glance *glance, uint32_t id)
{
    const struct call *call = store_call(glance->ui->store, id);
    uint32_t first = 0;
    for (uint32_t t = call ? call->first_txn : 0; t;
         t = store_transaction(glance->ui->store, t)->next_in_call) {
        glance->first = 0;
        look_at_transaction(glance, t);
        first = first ? first : glance->first;
    }
    glance->first = first;
}

/* The first message of all legs, in their order. */
static void look_at_legs(struct glance *glance, uint32_t call)
{
    uint32_t legs[JOINED_LEGS], first = 0;
    size_t n = joined_legs(glance->ui->store, call, legs);
    for (size_t i = 0; i < n; i++) {
        look_at_call(glance, legs[i]);
        first = first ? first : glance->first;
    }
    glance->first = first;
}

static void look_at_row(struct glance *glance, const struct list *list, uint32_t id)
{
    if (list->ops == &messages_list)
        look_at(glance, id);
    else if (list->ops == &calls_list)
        look_at_call(glance, id);
    else
        look_at_transaction(glance, id);
}

/* ---- the task ------------------------------------------------------------------------------ */

static void mark(struct hunt *h, uint32_t id)
{
    h->rows = zeroed_room(h->rows, &h->words, id / 64, sizeof *h->rows);
    h->rows[id / 64] |= UINT64_C(1) << id % 64;
}

static bool is_marked(const struct hunt *h, uint32_t id)
{
    return id / 64 < h->words && h->rows[id / 64] >> id % 64 & 1;
}

/* A folded group stands for its rows. */
static bool stands_for_marked(const struct hunt *h, const struct rows *rows, uint32_t id)
{
    if (!(id & ROW_GROUP))
        return is_marked(h, id);
    bool folded = !rows_unfolded(rows, id) || (rows->whole && rows_group_count(rows, id) == 1);
    for (uint32_t row = folded ? rows_member(rows, id) : 0; row; row = rows_next_member(rows, row))
        if (is_marked(h, row))
            return true;
    return false;
}

static void tell_end(struct ui *ui, const struct hunt *h)
{
    if (h->found)
        ui_notice(ui, false,
                  tr_n("%zu message matches (rows: %zu); n and N go to it",
                       "%zu messages match (rows: %zu); n and N go to them", h->messages),
                  h->messages, h->found);
    else
        ui_notice(ui, false, _("No message of these rows matches"));
}

/* The first is gone to as soon as it is there; where it stands is the list's. */
static void note_found(struct hunt *h, uint32_t id, size_t messages)
{
    struct rows *rows = &h->list->rows;
    mark(h, id);
    h->messages += messages;
    if (h->found++ == 0)
        list_choose(h->list, rows_find(rows, rows_ref(rows, id), 0));
}

static bool is_shown(const struct hunt *h, uint32_t id)
{
    const struct rows *rows = &h->list->rows;
    return !rows->filtered || rows->ops->fits(id, rows->arg);
}

static bool work(struct ui *ui, void *arg, int64_t until_ns)
{
    struct hunt *h = ui->hunt;
    const struct rows *rows = &h->list->rows;
    struct glance glance = { .ui = ui };
    (void)arg;
    size_t at = rows_after(rows, h->stamp);
    for (;;) {
        uint64_t stamp = at < rows->all.count ? rows_ref(rows, rows->all.ids[at]).stamp
                                              : UINT64_MAX;
        bool end = h->around ? stamp > h->begin : stamp == UINT64_MAX;
        if (end && (h->around || h->begin == 0))
            break;
        if (end) {
            h->around = true;
            h->stamp = 0;
            at = 0;
            continue;
        }
        uint32_t id = rows->all.ids[at++];
        h->stamp = stamp;
        h->done++;
        glance.count = 0;
        if (is_shown(h, id))
            look_at_row(&glance, h->list, id);
        glance.looked++;
        if (glance.count)
            note_found(h, id, glance.count);
        if (glance.looked >= LOOKS_A_CLOCK && clock_monotonic() >= until_ns)
            return true;
        glance.looked %= LOOKS_A_CLOCK;
    }
    h->over = true;
    tell_end(ui, h);
    return false;
}

static void put(const struct ui *ui, const void *arg, struct strbuf *out)
{
    (void)arg;
    strbuf_format(out, _("Searching messages: %zu found"), ui->hunt->messages);
}

static unsigned progress(const void *arg)
{
    const struct ui *ui = arg;
    size_t count = ui->hunt->list->rows.all.count;
    return count ? (unsigned)(ui->hunt->done * 1000 / count) : 0;
}

static void stop(struct ui *ui, void *arg)
{
    (void)arg;
    ui_notice(ui, false,
              tr_n("Search stopped; %zu message was found so far",
                   "Search stopped; %zu messages were found so far", ui->hunt->messages),
              ui->hunt->messages);
}

/* What was found stays for n and N. */
static void leave(void *arg)
{
    (void)arg;
}

static const struct task_ops hunting = {
    .work = work, .put = put, .progress = progress, .stop = stop, .free = leave
};

void hunt_begin(struct ui *ui)
{
    while (ui->nviews > 1)
        ui_pop(ui);
    if (!lists_current(ui)->ops->note)
        lists_show(ui, 0);
    hunt_forget(ui);
    struct hunt *h = mem_zero(sizeof *h);
    struct list_row row;
    h->list = lists_current(ui);
    if (list_selected(h->list, &row) && rows_ref(&h->list->rows, row.id).stamp)
        h->begin = rows_ref(&h->list->rows, row.id).stamp - 1;
    h->stamp = h->begin;
    ui->hunt = h;
    task_begin(ui, &hunting, ui);
}

bool hunt_holds(const struct ui *ui, const struct list *list)
{
    return ui->hunt && ui->hunt->list == list;
}

bool hunt_next(struct list *list, bool backwards)
{
    const struct hunt *h = list->ui->hunt;
    size_t count = rows_count(&list->rows), start = list_selected_row(list);
    for (size_t n = 1; n <= count; n++) {
        size_t at = backwards ? (start + count - n % count) % count : (start + n) % count;
        if (!stands_for_marked(h, &list->rows, rows_at(&list->rows, at)))
            continue;
        list_choose(list, at);
        return true;
    }
    if (!h->over)
        ui_notice(list->ui, false, _("Nothing was found yet"));
    return !h->over;
}

uint32_t hunt_message(const struct list_row *row)
{
    struct glance glance = { .ui = row->ui };
    uint32_t id = row->heads ? ROW_GROUP | row->id : row->below ? ROW_ITEM | row->id : row->id;
    if (!hunt_holds(row->ui, row->list) || !stands_for_marked(row->ui->hunt, &row->list->rows, id))
        return 0;
    if (row->heads)
        look_at_legs(&glance, row->id);
    else
        look_at_row(&glance, row->list, row->id);
    return glance.first;
}

void hunt_forget(struct ui *ui)
{
    if (!ui->hunt)
        return;
    if (ui->task == &hunting)
        task_stop(ui);
    zeroed_free(ui->hunt->rows, ui->hunt->words * sizeof *ui->hunt->rows);
    free(ui->hunt);
    ui->hunt = NULL;
}
