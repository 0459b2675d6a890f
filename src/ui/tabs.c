/* The strip that names the lists. */
#include "base/strbuf.h"
#include "base/text.h"
#include "base/tr.h"
#include "ui/list.h"
#include "ui/ui.h"

/* "Calls 95"; how many only where it is known, for a list that is not shown is not filtered. */
static void tab_text(struct ui *ui, size_t which, bool counts, struct strbuf *out)
{
    char number[32];
    const struct list *list = lists_at(ui, which);
    strbuf_clear(out);
    strbuf_text(out, tr(list->ops->title));
    if (counts && (!ui->filter || list == lists_current(ui)))
        strbuf_format(out, " %s",
                      ui_grouped(ui->filter ? rows_count(&list->rows) : list->rows.all.count,
                                 number, sizeof number));
}

static int tabs_width(struct ui *ui, size_t from, size_t to, bool counts)
{
    struct strbuf text = STRBUF_INIT;
    int width = 1;
    for (size_t i = from; i < to; i++) {
        tab_text(ui, i, counts, &text);
        width += (int)text_width(strbuf_as_span(&text)) + 2;
    }
    strbuf_free(&text);
    return width;
}

/* Calls `fn` for each tab: its number, where it stands, its text. Without counts if short of room. */
static void each_tab(struct ui *ui, void (*fn)(size_t which, int x, struct span text, void *arg),
                     void *arg)
{
    struct strbuf text = STRBUF_INIT;
    size_t count = lists_count(), first = 0, current = 0;
    bool counts = tabs_width(ui, 0, count, true) <= COLS;
    while (lists_at(ui, current) != lists_current(ui))
        current++;
    while (first < current && tabs_width(ui, first, current + 1, counts) > COLS)
        first++;
    int x = 0;
    for (size_t i = first; i < count && x < COLS; i++) {
        tab_text(ui, i, counts, &text);
        fn(i, x, strbuf_as_span(&text), arg);
        x += (int)text_width(strbuf_as_span(&text)) + 2;
    }
    strbuf_free(&text);
}

struct tab_search {
    struct ui *ui;
    int y, x, found;
};

static void draw_tab(size_t which, int x, struct span text, void *arg)
{
    const struct tab_search *s = arg;
    bool current = lists_at(s->ui, which) == lists_current(s->ui);
    int used = screen_text(s->y, x + 1, COLS - x - 1, current ? STYLE_TITLE : STYLE_DIM, text);
    if (current)
        screen_select(s->y, x, used + 2);
}

void tabs_draw(struct ui *ui, int y)
{
    struct tab_search s = { ui, y, 0, -1 };
    screen_blank(y, 0, COLS);
    each_tab(ui, draw_tab, &s);
}

static void match_tab(size_t which, int x, struct span text, void *arg)
{
    struct tab_search *s = arg;
    if (s->x >= x && s->x < x + (int)text_width(text) + 2)
        s->found = (int)which;
}

int tabs_at(struct ui *ui, int x)
{
    struct tab_search s = { ui, 0, x, -1 };
    each_tab(ui, match_tab, &s);
    return s.found;
}
