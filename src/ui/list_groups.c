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
    return list->ops->groups && list->ui->settings->group;
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

/* The sign, a count where there is room, and a blank. */
int list_margin(const struct list *list, int width)
{
    return !list->rows.grouped ? 0 : width < ROOMY ? 2 : 5;
}

static void put_sign(const struct list *list, const struct list_row *row, uint32_t next,
                     struct strbuf *out)
{
    bool last = !next || next & ROW_GROUP;
    uint32_t group = ROW_GROUP | row->id;
    if (!row->heads) {
        strbuf_text(out, sign(last ? SIGN_LAST_BRANCH : SIGN_BRANCH));
        return;
    }
    size_t count = rows_group_count(&list->rows, group);
    strbuf_text(out, sign(rows_unfolded(&list->rows, group) ? SIGN_OPEN : SIGN_CLOSED));
    if (list->margin > 2 && count < 1000)
        strbuf_format(out, "%zu", count);
    else if (list->margin > 2)
        strbuf_text(out, ">1k");
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
    ui_busy(list->ui);
}

void list_fold_all(struct list *list)
{
    if (!list->rows.grouped)
        return;
    rows_fold_all(&list->rows, !list->rows.groups.unfolded);
    list_look(list);
}
