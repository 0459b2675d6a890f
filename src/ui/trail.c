/* See trail.h. */
#include "ui/trail.h"

#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "ui/filters.h"
#include "ui/list.h"

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static void drop(struct trail *t, size_t step)
{
    free(t->steps[step].filter);
    t->count--;
    memmove(t->steps + step, t->steps + step + 1, (t->count - step) * sizeof t->steps[0]);
}

static void push(struct ui *ui, bool narrowed)
{
    struct trail *t = &ui->trail;
    if (t->count == TRAIL_STEPS)
        drop(t, 0);
    t->steps[t->count].list = lists_place(ui, lists_current(ui));
    t->steps[t->count].filter = ui->filter_text ? mem_text(ui->filter_text) : NULL;
    t->steps[t->count++].narrowed = narrowed;
}

/* Whether the last step was from one list to another, with the filter that is still in force. */
static bool only_walked(const struct ui *ui)
{
    const struct trail *t = &ui->trail;
    return t->count && !t->steps[t->count - 1].narrowed &&
           same_text(t->steps[t->count - 1].filter, ui->filter_text);
}

/* To where one came from is a step back, too; a walk that goes on is no other step. */
void trail_leave(struct ui *ui, size_t to)
{
    struct trail *t = &ui->trail;
    if (only_walked(ui) && t->steps[t->count - 1].list == to)
        drop(t, t->count - 1);
    else if (!only_walked(ui))
        push(ui, false);
}

/* The same filter as before, or none. */
static void set_filter(struct ui *ui, const char *text)
{
    struct filter_error error;
    struct filter *filter = text ? filter_parse(text, &error) : NULL;
    if (!same_text(text, ui->filter_text))
        lists_set_filter(ui, filter, text);
    else
        filter_free(filter);
}

void trail_narrow(struct ui *ui, const char *list, const char *condition)
{
    struct strbuf line = STRBUF_INIT;
    filters_put_both(&line, ui->filter_text, condition);
    push(ui, true);
    set_filter(ui, strbuf_str(&line));
    lists_switch(ui, lists_place(ui, lists_find(ui, SPAN(list))));
    strbuf_free(&line);
}

enum trail_way trail_way(const struct ui *ui, size_t *list)
{
    const struct trail *t = &ui->trail;
    size_t last = t->count - 1;
    bool own_filter = !t->count || (!t->steps[last].narrowed &&
                                    !same_text(t->steps[last].filter, ui->filter_text));
    if (own_filter && ui->filter)
        return TRAIL_FILTER;
    if (t->count == 0)
        return TRAIL_END;
    *list = t->steps[last].list;
    return TRAIL_LIST;
}

bool trail_back(struct ui *ui)
{
    struct trail *t = &ui->trail;
    size_t list;
    enum trail_way way = trail_way(ui, &list);
    if (way == TRAIL_FILTER)
        lists_set_filter(ui, NULL, NULL);
    if (way == TRAIL_LIST) {
        lists_switch(ui, list);
        set_filter(ui, t->steps[t->count - 1].filter);
        drop(t, t->count - 1);
    }
    return way != TRAIL_END;
}

void trail_forget(struct ui *ui)
{
    while (ui->trail.count)
        drop(&ui->trail, ui->trail.count - 1);
}
