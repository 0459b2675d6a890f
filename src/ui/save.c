/*
 * Saving the calls of marked, filtered or all transactions to a file, as a task: calls are chosen,
 * then their messages in order of arrival are named, then they are sorted and written.
 */
#include "ui/save.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/tr.h"
#include "base/zeroed.h"
#include "store/joined.h"
#include "ui/list.h"
#include "ui/prompt.h"
#include "ui/task.h"

#define LOOKS_A_CLOCK 256

struct saving {
    struct save *save;
    char *path;
    enum save_what what;
    struct filter *filter;     /* SAVE_FILTERED: as it was when saving began, */
    struct filter_focus focus; /* and as the list understood it */
    struct diagnosis *diagnosis;
    struct store *store;
    uint64_t *calls; /* a bit each */
    size_t words;
    uint64_t transactions, messages; /* stamps of the rows that were looked at last */
    bool chosen, named;
};

/* ---- what is saved ------------------------------------------------------------------------- */

static void choose_call(struct saving *s, uint32_t call)
{
    s->calls = zeroed_room(s->calls, &s->words, call / 64, sizeof *s->calls);
    s->calls[call / 64] |= UINT64_C(1) << call % 64;
}

static bool is_chosen(const struct saving *s, uint32_t call)
{
    return s->what == SAVE_ALL || (call / 64 < s->words && s->calls[call / 64] >> call % 64 & 1);
}

static bool is_meant(const struct ui *ui, const struct saving *s, uint32_t id)
{
    const struct transaction *t = store_transaction(ui->store, id);
    return t && (s->what == SAVE_MARKED ? t->marked
                                        : filter_match_one(s->filter, ui->store, id, &s->focus));
}

/* Walks a list's rows as they came, from where the slice before ended; true when it is through. */
static bool each_row(struct ui *ui, struct saving *s, const char *list, uint64_t *stamp,
                     int64_t until_ns, void (*fn)(struct ui *ui, struct saving *s, uint32_t id))
{
    const struct rows *rows = &lists_find(ui, SPAN(list))->rows;
    size_t at = rows_after(rows, *stamp);
    for (size_t n = 0; at < rows->all.count; at++) {
        uint32_t id = rows->all.ids[at];
        if (n++ % LOOKS_A_CLOCK == LOOKS_A_CLOCK - 1 && clock_monotonic() >= until_ns)
            return false;
        *stamp = rows_ref(rows, id).stamp;
        fn(ui, s, id);
    }
    return true;
}

/* What fits a filter stands for its call with all legs; a mark may be of one leg. */
static void look_at_transaction(struct ui *ui, struct saving *s, uint32_t id)
{
    uint32_t legs[JOINED_LEGS];
    if (!is_meant(ui, s, id))
        return;
    uint32_t call = store_transaction(ui->store, id)->call;
    size_t n = s->what == SAVE_FILTERED ? joined_legs(ui->store, call, legs) : 0;
    choose_call(s, call);
    for (size_t i = 0; i < n; i++)
        choose_call(s, legs[i]);
}

static void look_at_message(struct ui *ui, struct saving *s, uint32_t id)
{
    const struct message *m = store_message(ui->store, id);
    const struct transaction *t = m ? store_transaction(ui->store, m->transaction) : NULL;
    if (t && is_chosen(s, t->call))
        save_add(s->save, id);
}

/* What the diagnosis found stands on the message that decided its transaction. */
static char *comment(uint32_t message, void *arg)
{
    struct saving *s = arg;
    struct finding_text text;
    const struct message *m = store_message(s->store, message);
    const struct transaction *t = store_transaction(s->store, m->transaction);
    uint32_t deciding = t->final ? t->final : t->provisional ? t->provisional : t->first;
    uint32_t id = message == deciding ? diagnosis_of_transaction(s->diagnosis, m->transaction) : 0;
    if (!id || diagnosis_explain(s->diagnosis, id, &text) < 0)
        return NULL;
    char *line = mem_format("%s: %s", finding_rule_id(diagnosis_finding(s->diagnosis, id)->rule),
                            text.summary);
    finding_text_free(&text);
    return line;
}

/* ---- the task ------------------------------------------------------------------------------ */

static void tell(struct ui *ui, const struct saving *s)
{
    size_t n = save_count(s->save);
    ui_notice(ui, false,
              s->what == SAVE_MARKED     ? tr_n("Saved %zu message of the marked calls to %s",
                                                "Saved %zu messages of the marked calls to %s", n)
              : s->what == SAVE_FILTERED ? tr_n("Saved %zu message of the filtered calls to %s",
                                                "Saved %zu messages of the filtered calls to %s", n)
                                         : tr_n("Saved %zu message of all calls to %s",
                                                "Saved %zu messages of all calls to %s", n),
              n, s->path);
}

static bool work(struct ui *ui, void *arg, int64_t until_ns)
{
    struct saving *s = arg;
    char *error = NULL;
    enum save_state state = SAVE_GOES_ON;
    s->chosen = s->chosen || s->what == SAVE_ALL ||
                each_row(ui, s, "transactions", &s->transactions, until_ns, look_at_transaction);
    if (s->chosen && !s->named &&
        each_row(ui, s, "messages", &s->messages, until_ns, look_at_message)) {
        save_add_others(s->save, s->what == SAVE_ALL);
        s->named = true;
    }
    while (s->named && state == SAVE_GOES_ON && clock_monotonic() < until_ns)
        state = save_step(s->save, LOOKS_A_CLOCK, &error);
    if (state == SAVE_DONE)
        tell(ui, s);
    if (state == SAVE_FAILED)
        ui_notice(ui, true, "%s", error);
    free(error);
    return state == SAVE_GOES_ON;
}

static void put(const struct ui *ui, const void *arg, struct strbuf *out)
{
    const struct saving *s = arg;
    (void)ui;
    strbuf_format(out, _("Saving to %s"), s->path);
}

static unsigned progress(const void *arg)
{
    return save_progress(((const struct saving *)arg)->save);
}

static void stop(struct ui *ui, void *arg)
{
    const struct saving *s = arg;
    ui_notice(ui, false, _("Saving was stopped; nothing was written to %s"), s->path);
}

static void free_saving(void *arg)
{
    struct saving *s = arg;
    save_free(s->save);
    filter_free(s->filter);
    zeroed_free(s->calls, s->words * sizeof *s->calls);
    free(s->path);
    free(s);
}

static const struct task_ops saving_task = {
    .work = work, .put = put, .progress = progress, .stop = stop, .free = free_saving
};

enum save_what save_what(const struct ui *ui)
{
    return store_counts(ui->store)->live_marked ? SAVE_MARKED
           : ui->filter                         ? SAVE_FILTERED
                                                : SAVE_ALL;
}

bool ui_save(struct ui *ui, const char *typed, enum save_what what, enum save_format format,
             bool overwrite)
{
    char *error = NULL, *path = prompt_path(typed);
    struct save *save = save_new(path, format, overwrite, ui->store, &error);
    if (!save) {
        ui_notice(ui, true, "%s", error);
        free(error);
        free(path);
        return false;
    }
    struct filter_error fault;
    struct saving *s = mem_zero(sizeof *s);
    *s = (struct saving){ .save = save,
                          .path = path,
                          .what = what,
                          .focus = { .call = lists_current(ui)->ops == &calls_list },
                          .filter = what == SAVE_FILTERED ? filter_parse(ui->filter_text, &fault)
                                                          : NULL,
                          .diagnosis = ui->diagnosis,
                          .store = ui->store };
    save_comment(save, comment, s);
    task_begin(ui, &saving_task, s);
    return true;
}

static void save(struct ui *ui, const char *argument, bool overwrite)
{
    if (argument && *argument)
        ui_save(ui, argument, save_what(ui), save_format_of(argument), overwrite);
    else
        ui_notice(ui, true, _("save: name a file"));
}

void save_run(struct ui *ui, const char *argument)
{
    save(ui, argument, false);
}

void save_run_over(struct ui *ui, const char *argument)
{
    save(ui, argument, true);
}

void save_run_form(struct ui *ui, const char *argument)
{
    (void)argument;
    ui_push(ui, view_save_new(ui));
}
