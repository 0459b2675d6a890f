/*
 * The columns of a list, one a row: those that are shown first, in their order, then
 * the others. Whatever is changed here is changed in the list at once.
 */
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/tr.h"
#include "ui/list.h"
#include "ui/signs.h"

struct columns_view {
    struct view view;
    struct list *list;
    int row, top;
    struct rect rect; /* of the rows, at the last drawing */
};

static bool is_slot(const struct list *list, const struct list_column *column)
{
    for (size_t i = 0; i < list->nslots; i++)
        if (list->slots[i]->column == column)
            return true;
    return false;
}

static int count_rows(const struct list *list)
{
    int n = (int)list->nslots;
    for (const struct list_column *c = list->ops->columns; c->name; c++)
        n += !is_slot(list, c);
    return n;
}

/* The column in a row, and its slot or NULL. */
static const struct list_column *column_at(const struct list *list, int row,
                                           const struct list_slot **slot)
{
    *slot = NULL;
    if (row < (int)list->nslots) {
        *slot = list->slots[row];
        return (*slot)->column;
    }
    row -= (int)list->nslots;
    const struct list_column *c = list->ops->columns;
    while (c->name && (is_slot(list, c) || row-- > 0))
        c++;
    return c;
}

static void put_width(const struct list_slot *slot, const struct list_column *column,
                      struct strbuf *out)
{
    if (slot && slot->width)
        strbuf_format(out, _("%d wide"), slot->width);
    else if (column->least == COLUMN_HIDDEN)
        strbuf_text(out, "");
    else if (column->least)
        strbuf_format(out, _("in lists at least %d wide"), column->least);
    else
        strbuf_text(out, _("always"));
}

static void draw_row(const struct columns_view *v, int y, int row)
{
    const struct list_slot *slot;
    const struct list_column *column = column_at(v->list, row, &slot);
    struct strbuf width = STRBUF_INIT;
    int x = v->rect.x + 1;
    enum style style = slot ? STYLE_NORMAL : STYLE_DIM;
    put_width(slot, column, &width);
    x += 1 + screen_string(y, x + 1, 1, STYLE_KEY, slot ? sign(SIGN_SHOWN) : " ") + 1;
    screen_string(y, x, 24, style, tr(column->title));
    screen_string(y, x + 25, 20, STYLE_DIM, column->name);
    screen_text(y, x + 46, v->rect.width - x - 46, style, strbuf_as_span(&width));
    if (row == v->row)
        screen_select(y, v->rect.x, v->rect.width);
    strbuf_free(&width);
}

static void draw(struct ui *ui, struct view *view, struct rect rect)
{
    struct columns_view *v = (struct columns_view *)view;
    int count = count_rows(v->list);
    (void)ui;
    v->rect = (struct rect){ rect.y + 2, rect.x, rect.height > 3 ? rect.height - 2 : 1,
                             rect.width };
    v->row = v->row >= count ? count - 1 : v->row;
    v->top = v->row < v->top ? v->row : v->top;
    v->top = v->row >= v->top + v->rect.height ? v->row - v->rect.height + 1 : v->top;
    screen_clear(rect);
    int used = screen_string(rect.y, rect.x + 1, rect.width - 1, STYLE_HEADING, _("Columns"));
    screen_string(rect.y, rect.x + used + 3, rect.width - used - 3, STYLE_TITLE,
                  tr(v->list->ops->title));
    for (int i = 0; i < v->rect.height && v->top + i < count; i++)
        draw_row(v, v->rect.y + i, v->top + i);
    if (v->top + v->rect.height < count)
        screen_more_below(v->rect);
}

/* Shown in any width, since the user asked for it. */
static void show(struct list *list, const struct list_column *column)
{
    size_t at = list->nslots;
    if (columns_add(list, SPAN(column->name), at) < 0)
        return;
    if (column->least > list->rect.width && column->narrow)
        list->slots[at]->width = column->narrow;
}

static void toggle(struct columns_view *v)
{
    const struct list_slot *slot;
    const struct list_column *column = column_at(v->list, v->row, &slot);
    if (!slot)
        show(v->list, column);
    else
        columns_remove(v->list, (size_t)v->row);
}

static void change(struct columns_view *v, enum verb verb)
{
    size_t row = (size_t)v->row;
    if (row >= v->list->nslots)
        return;
    if (verb == VERB_NARROWER || verb == VERB_WIDER) {
        columns_resize(v->list, row, verb == VERB_WIDER ? 1 : -1);
        return;
    }
    v->row = (int)columns_move(v->list, row, verb == VERB_COLUMN_RIGHT, INT_MAX);
}

static bool act(struct ui *ui, struct view *view, enum verb verb)
{
    struct columns_view *v = (struct columns_view *)view;
    (void)ui;
    switch (verb) {
    case VERB_MARK:
    case VERB_OPEN:
    case VERB_REMOVE:
        toggle(v);
        return true;
    case VERB_NARROWER:
    case VERB_WIDER:
    case VERB_COLUMN_LEFT:
    case VERB_COLUMN_RIGHT:
        change(v, verb);
        return true;
    default:
        if (!verb_scroll(verb, &v->row, v->rect.height, count_rows(v->list)))
            return false;
        v->row = v->row < 0 ? 0 : v->row;
        return true;
    }
}

static void click(struct ui *ui, struct view *view, int y, int x)
{
    struct columns_view *v = (struct columns_view *)view;
    (void)ui;
    (void)x;
    if (y >= v->rect.y && y < v->rect.y + v->rect.height &&
        v->top + y - v->rect.y < count_rows(v->list))
        v->row = v->top + y - v->rect.y;
}

static void close_columns(struct view *view)
{
    free(view);
}

static const struct view_ops columns_ops = {
    .name = N_("columns"),
    .verbs = VERBS_MOVE | VERB_BIT(VERB_MARK) | VERB_BIT(VERB_OPEN) | VERB_BIT(VERB_REMOVE) |
             VERB_BIT(VERB_NARROWER) | VERB_BIT(VERB_WIDER) | VERB_BIT(VERB_COLUMN_LEFT) |
             VERB_BIT(VERB_COLUMN_RIGHT),
    .keybar = "back show-column column-left column-right narrower wider command",
    .draw = draw,
    .act = act,
    .click = click,
    .close = close_columns,
};

struct view *view_columns_new(struct ui *ui)
{
    struct columns_view *v = mem_zero(sizeof *v);
    v->view.ops = &columns_ops;
    v->list = lists_current(ui);
    v->row = (int)v->list->cursor;
    v->rect.height = 1;
    return &v->view;
}
