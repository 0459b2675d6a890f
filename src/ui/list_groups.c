/* Grouped rows in a list: the signs before them, folding, and which setting groups which list. */
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/tr.h"
#include "ui/list.h"
#include "ui/list_commands.h"
#include "ui/signs.h"

#define ROOMY 100 /* columns of a list from which a group tells how many rows it has */

/* The setting that a list is grouped by, and the two values of it that the key changes between. */
static const struct grouping {
    const struct list_ops *ops;
    const char *option, *off, *on;
} groupings[] = {
    { &transactions_list, "group", "off", "on" },
    { &endpoints_list, "by", "address", "agent" },
};

bool list_grouped(const struct list *list)
{
    return list->ops->groups && (list->ops->groups->whole || list->ui->settings->group);
}

bool list_can_group(const struct list *list)
{
    for (size_t i = 0; i < sizeof groupings / sizeof groupings[0]; i++)
        if (groupings[i].ops == list->ops)
            return true;
    return false;
}

void list_run_group(struct ui *ui, const char *argument)
{
    const struct list_ops *ops = lists_current(ui)->ops;
    (void)argument;
    for (size_t i = 0; i < sizeof groupings / sizeof groupings[0]; i++) {
        const struct option_row *row = option_find(groupings[i].option);
        char *value, *error = NULL;
        if (groupings[i].ops != ops)
            continue;
        value = option_get(ui->settings, row);
        bool on = strcmp(value, groupings[i].on) == 0;
        option_set(ui->settings, row, on ? groupings[i].off : groupings[i].on, &error);
        free(value);
        free(error);
        lists_apply_settings(ui);
        return;
    }
    ui_notice(ui, true, _("These rows cannot be grouped; transactions and hosts can"));
}

/* The sign, a count where there is room, and a blank; how many legs a call has is always said. */
int list_margin(const struct list *list, int width)
{
    return !list->rows.grouped ? 0 : list->rows.whole ? 3 : width < ROOMY ? 2 : 5;
}

/* A group's rows: of few columns, a number that is too long is a plus. */
static void put_count(const struct list *list, size_t count, struct strbuf *out)
{
    if (list->rows.whole && count > 1)
        strbuf_format(out, count < 10 ? "%zu" : "+", count);
    else if (!list->rows.whole && list->margin > 2)
        strbuf_format(out, count < 1000 ? "%zu" : ">1k", count);
}

/* Of a part of a call: how the tree goes on below it. */
static void put_branch(const struct list *list, const struct list_row *row, bool last,
                       struct strbuf *out)
{
    uint32_t id = row->below ? ROW_ITEM | row->id : row->id, group = rows_group_of(&list->rows, id);
    bool alone = rows_group_count(&list->rows, group) == 1, end = rows_is_last(&list->rows, id);
    if (!row->below)
        strbuf_text(out, sign(end ? SIGN_LAST_LEG : SIGN_LEG));
    else if (!alone)
        strbuf_text(out, end ? " " : screen_utf8() ? "│" : "|");
    if (row->below)
        strbuf_text(out, sign(last ? SIGN_LAST_BRANCH : SIGN_BRANCH));
}

static void put_sign(const struct list *list, const struct list_row *row, uint32_t next,
                     struct strbuf *out)
{
    uint32_t group = ROW_GROUP | row->id;
    if (row->heads) {
        strbuf_text(out, sign(rows_unfolded(&list->rows, group) ? SIGN_OPEN : SIGN_CLOSED));
        put_count(list, rows_group_count(&list->rows, group), out);
    } else if (list->rows.whole) {
        put_branch(list, row, !(next & ROW_ITEM), out);
    } else {
        strbuf_text(out, sign(!next || next & ROW_GROUP ? SIGN_LAST_BRANCH : SIGN_BRANCH));
    }
}

void list_draw_margin(const struct list *list, int y, const struct list_row *row, uint32_t next)
{
    struct strbuf sign = STRBUF_INIT;
    put_sign(list, row, next, &sign);
    screen_string(y, list->rect.x + 1, list->margin, row->heads ? STYLE_BOLD : STYLE_DIM,
                  strbuf_str(&sign));
    strbuf_free(&sign);
}

void list_fold(struct list *list, uint32_t id)
{
    uint32_t group = rows_group_of(&list->rows, id);
    if (!group)
        return;
    rows_fold(&list->rows, group, !rows_unfolded(&list->rows, group));
    list->following = false; /* the row stays selected, not the last of what was unfolded */
    ui_busy(list->ui);
}

bool list_unfolded(const struct view *view)
{
    const struct list *list = (const struct list *)view;
    uint32_t group = rows_group_of(&list->rows, rows_at(&list->rows, list_selected_row(list)));
    return group && rows_unfolded(&list->rows, group);
}

void list_fold_all(struct list *list)
{
    if (!list->rows.grouped)
        return;
    rows_fold_all(&list->rows, !list->rows.groups.unfolded);
    list_look(list);
}
