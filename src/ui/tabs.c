/* The strip that names the lists. */
#include "base/strbuf.h"
#include "base/text.h"
#include "base/tr.h"
#include "ui/list.h"
#include "ui/ui.h"

/* How much room is taken: names in full or brief, the shown list's in full or not, with counts or not. */
static const struct manner {
    bool full, shown_full, counts;
} manners[] = {
    { true, true, true },  { false, true, true },  { false, false, true },
    { true, true, false }, { false, true, false },
};
#define MANNERS (sizeof manners / sizeof manners[0])

/* How many rows there are is known of a list that is shown, or else neither filtered nor filled. */
static bool counted(const struct ui *ui, const struct list *list, size_t *rows)
{
    bool current = list == lists_current(ui), known = list_total(list, rows);
    if (current && (list->rows.filtered || !known))
        *rows = rows_fitting(&list->rows);
    return current || (known && !ui->filter &&
                       (!list->ops->work || list->ops->noted ||
                        (list->rows.all.count > 0 && list->filled == ui->filter_generation)));
}

/* "Calls 95" */
static void tab_text(struct ui *ui, size_t which, struct manner manner, struct strbuf *out)
{
    char number[32];
    size_t rows;
    const struct list *list = lists_at(ui, which);
    bool full = list == lists_current(ui) ? manner.shown_full : manner.full;
    strbuf_clear(out);
    strbuf_text(out, tr(full ? list->ops->title : list->ops->brief));
    if (manner.counts && counted(ui, list, &rows))
        strbuf_format(out, " %s", ui_grouped(rows, number, sizeof number));
}

static int tabs_width(struct ui *ui, size_t from, size_t to, struct manner manner)
{
    struct strbuf text = STRBUF_INIT;
    int width = 1;
    for (size_t i = from; i < to; i++) {
        tab_text(ui, i, manner, &text);
        width += (int)text_width(strbuf_as_span(&text)) + 2;
    }
    strbuf_free(&text);
    return width;
}

/* Calls `fn` for each tab: its number, where it stands, its text. The strip scrolls if it must. */
static void each_tab(struct ui *ui, void (*fn)(size_t which, int x, struct span text, void *arg),
                     void *arg)
{
    struct strbuf text = STRBUF_INIT;
    size_t count = lists_count(), first = 0, current = lists_place(ui, lists_current(ui)),
           manner = 0;
    while (manner + 1 < MANNERS && tabs_width(ui, 0, count, manners[manner]) > COLS)
        manner++;
    while (first < current && tabs_width(ui, first, current + 1, manners[manner]) > COLS)
        first++;
    int x = 0;
    for (size_t i = first; i < count && x < COLS; i++) {
        tab_text(ui, i, manners[manner], &text);
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
