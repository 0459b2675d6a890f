/* See list_commands.h. */
#include "ui/list_commands.h"

#include <stdlib.h>

#include "base/strbuf.h"
#include "base/tr.h"
#include "ui/list.h"

void list_run_show(struct ui *ui, const char *argument)
{
    for (size_t i = 0; argument && i < lists_count(); i++) {
        if (strcmp(lists_at(ui, i)->ops->name, argument) != 0)
            continue;
        while (ui->nviews > 1)
            ui_pop(ui);
        lists_show(ui, i);
        return;
    }
    ui_notice(ui, true, _("list: say which, as in: list calls"));
}

void list_run_sort(struct ui *ui, const char *argument)
{
    bool descending = argument && *argument == '-';
    struct span name = argument ? SPAN(argument + descending) : SPAN_NONE;
    if (list_sort(lists_current(ui), name, descending) < 0)
        ui_notice(ui, true, _("no column is called '%.*s' here"), SPAN_ARG(name));
}

void list_run_columns(struct ui *ui, const char *argument)
{
    (void)argument;
    if (ui->nviews == 1)
        ui_push(ui, view_columns_new(ui));
    else
        ui_notice(ui, false, _("Only lists have columns to choose from"));
}

/* A name that is no column's is a header's. */
void list_run_column(struct ui *ui, const char *argument)
{
    struct list *list = lists_current(ui);
    struct list_slot slot;
    struct strbuf name = STRBUF_INIT;
    bool known = argument && columns_find(list, SPAN(argument), &slot) == 0;
    strbuf_format(&name, "%s%s", known ? "" : "hdr.", argument ? argument : "");
    if (columns_add(list, strbuf_as_span(&name), list->cursor + 1) == 0)
        list->cursor++;
    else
        ui_notice(ui, true, _("column: name a column or a header, as in: column X-Trunk"));
    strbuf_free(&name);
}

void list_run_layout(struct ui *ui, const char *argument)
{
    char *error = NULL;
    struct span name = { argument, strcspn(argument ? argument : "", " ") };
    struct list *list = argument ? lists_find(ui, name) : NULL;
    if (!list) {
        ui_notice(ui, true,
                  _("layout: name a list and its columns, as in: layout calls from to:20"));
        return;
    }
    const char *columns = argument + name.n + strspn(argument + name.n, " ");
    if (!*columns) {
        columns_reset(list);
        list_sort_own(list);
    } else if (columns_read(list, columns, &error) < 0) {
        ui_notice(ui, true, "layout: %s", error);
    }
    free(error);
}
