/*
 * See list.h: the list as a view. The user's choice is kept by row and changes only
 * when the user moves: where a filter or an eviction hides it, its neighbour is selected
 * until it is back. It stays on its screen line while rows come and go; at the newest
 * row it follows, as long as rows stand in order of arrival.
 */
#include "ui/cells.h"

#include <stdlib.h>

#include "base/strbuf.h"
#include "base/text.h"
#include "base/tr.h"
#include "store/names.h"
#include "store/servers.h"
#include "ui/filters.h"
#include "ui/goto.h"
#include "ui/hunt.h"
#include "ui/keymap.h"
#include "ui/signs.h"

#define SEARCH_CLOCK 1024    /* rows between two looks at the keyboard */
#define KEY_WIDTH 1000       /* of a cell that is written to be sorted or searched by */
#define AT_ONCE_NS 3000000LL /* what is filtered and sorted before the first drawing */

/* ---- rows ---------------------------------------------------------------------------------- */

bool list_load(struct list *list, uint32_t id, struct list_row *row)
{
    memset(row, 0, offsetof(struct list_row, sip));
    row->ui = list->ui;
    row->list = list;
    row->id = id;
    row->width = KEY_WIDTH;
    row->heads = id & ROW_GROUP;
    row->below = !row->heads && id & ROW_ITEM;
    row->id = id & ~(ROW_GROUP | ROW_ITEM);
    if (!row->id || !(row->heads   ? list->ops->groups->load
                      : row->below ? list->ops->groups->load_item
                                   : list->ops->load)(row))
        return false;
    return !row->message || (row->head = store_message(list->ui->store, row->message));
}

const struct sip_message *list_row_sip(struct list_row *row)
{
    if (!row->scanned)
        store_scan(row->ui->store, row->message, &row->sip);
    row->scanned = true;
    return &row->sip;
}

static void put_cell(struct list_row *row, const struct list_column *column, struct strbuf *out)
{
    row->column = column;
    column->put(row, out);
}

static bool row_alive(uint32_t id, void *arg)
{
    const struct list *list = arg;
    if (id & ROW_GROUP)
        return list->ops->groups->alive(list, id & ~ROW_GROUP);
    return !list->ops->alive || list->ops->alive(list, id);
}

static bool row_fits_filter(uint32_t id, void *arg)
{
    struct list *list = arg;
    struct list_row row;
    if (list->ops->fits)
        return list->ops->fits(list, id, list->ui->filter);
    return list_load(list, id, &row) &&
           filter_match(list->ui->filter, list->ui->store, row.transaction);
}

static void row_key(uint32_t id, struct order_key *key, void *arg)
{
    struct list *list = arg;
    struct list_row row;
    struct strbuf text = STRBUF_INIT;
    bool loaded = list_load(list, id, &row);
    row.column = list->sorter.column;
    if (!loaded) {
        order_key_number(key, 0);
    } else if (list->sorter.column->number) {
        order_key_number(key, list->sorter.column->number(&row));
    } else {
        put_cell(&row, list->sorter.column, &text);
        order_key_text(key, strbuf_as_span(&text));
    }
    strbuf_free(&text);
}

static uint32_t row_group(uint32_t id, void *arg)
{
    struct list *list = arg;
    return list->ops->groups->of(list, id);
}

static size_t row_items(uint32_t id, uint32_t ids[ROW_ITEMS], void *arg)
{
    struct list *list = arg;
    return list->ops->groups->items(list, id, ids);
}

static uint32_t row_owner(uint32_t item, void *arg)
{
    struct list *list = arg;
    return list->ops->groups->owner(list, item);
}

const struct rows_ops list_rows_ops = { row_alive, row_fits_filter, row_key,
                                        row_group, row_items,       row_owner };

bool list_total(const struct list *list, size_t *rows)
{
    *rows = list->rows.all.count;
    return !list->ops->count || list->ops->count(list, rows);
}

void list_look(struct list *list)
{
    rows_group(&list->rows, list_grouped(list), list->ops->groups && list->ops->groups->whole);
    rows_look(&list->rows, list->ui->filter || list->ops->hides, list->sorter.column != NULL,
              list->descending);
    rows_work(&list->rows, AT_ONCE_NS);
    ui_busy(list->ui);
}

int list_sort(struct list *list, struct span name, bool descending)
{
    struct list_slot slot = { 0 };
    if (name.n && columns_find(list, name, &slot) < 0)
        return -1;
    list->sorter = slot;
    if (slot.column == &slot.custom) {
        list->sorter.custom.name = list->sorter.custom.field = list->sorter.name;
        list->sorter.custom.title = list->sorter.name + (slot.custom.title - slot.custom.name);
        list->sorter.column = &list->sorter.custom;
    }
    list->descending = descending;
    list->following = list->following && !slot.column;
    list_look(list);
    return 0;
}

void list_sort_own(struct list *list)
{
    list_sort(list, list->ops->sorted ? SPAN(list->ops->sorted) : SPAN_NONE, false);
}

/* ---- the selection ----------------------------------------------------------------------- */

static bool follows(const struct list *list)
{
    return list->following && list->ui->settings->newest && !list->sorter.column;
}

size_t list_selected_row(const struct list *list)
{
    size_t count = rows_count(&list->rows);
    if (count && follows(list))
        return count - 1;
    return rows_find(&list->rows, list->chosen, list->row);
}

static void choose_row(struct list *list, size_t row)
{
    uint32_t id = rows_at(&list->rows, row);
    if (!id)
        return;
    list->chosen = rows_ref(&list->rows, id);
    list->row = row;
}

bool list_selected(struct list *list, struct list_row *row)
{
    return list_load(list, rows_at(&list->rows, list_selected_row(list)), row);
}

/* Moves the selection by rows; its screen line moves along as far as it can. */
static void move_by(struct list *list, long rows)
{
    size_t count = rows_count(&list->rows), row = list_selected_row(list);
    int height = list->rect.height;
    if (count == 0)
        return;
    long target = (long)row + rows;
    target = target < 0 ? 0 : target >= (long)count ? (long)count - 1 : target;
    long line = list->line + (target - (long)row);
    list->wish = list->line = line < 0 ? 0 : line >= height ? height - 1 : (int)line;
    list->following = rows > 0 && target == (long)count - 1 && list->ui->settings->newest;
    choose_row(list, (size_t)target);
}

void list_choose(struct list *list, size_t row)
{
    move_by(list, (long)row - (long)list_selected_row(list));
    list->following = false;
}

static void go_bottom(struct list *list)
{
    move_by(list, (long)rows_count(&list->rows));
    list->following = list->ui->settings->newest;
}

/* ---- drawing ------------------------------------------------------------------------------- */

static void draw_titles(struct list *list, struct rect rect, const struct list_place *places,
                        size_t count)
{
    screen_blank(rect.y, rect.x, rect.width);
    for (size_t i = 0; i < count; i++) {
        const struct list_slot *slot = list->slots[places[i].slot];
        const struct list_column *column = slot->column;
        const char *title = tr(column->heading ? column->heading(list->ui) : column->title);
        bool sorted = list->sorter.column &&
                      strcmp(list->sorter.column->name, slot->column->name) == 0;
        int needed = (int)text_width(SPAN(title)), x = places[i].x, width = places[i].width;
        int mark = !sorted ? 0 : needed + 2 <= width ? 2 : 1; /* set apart where there is room */
        width -= mark;
        if (slot->column->align == ALIGN_RIGHT && needed < width)
            x += width - needed;
        int used = screen_string(rect.y, x, width, STYLE_TITLE, title);
        if (places[i].slot == list->cursor)
            screen_underline(rect.y, x, used);
        if (sorted)
            screen_string(rect.y, x + used + mark - 1, 1, STYLE_KEY,
                          sign(list->descending ? SIGN_DESCENDING : SIGN_ASCENDING));
    }
}

static void draw_cell(struct list_row *row, int y, const struct list_place *place,
                      struct strbuf *text)
{
    const struct list_column *column = row->list->slots[place->slot]->column;
    int x = place->x;
    strbuf_clear(text);
    row->width = place->width;
    put_cell(row, column, text);
    if (column->align == ALIGN_RIGHT && (int)text->n < place->width)
        x += place->width - (int)text->n;
    enum style style = column->colour == COLOUR_CLASS ? theme_class(list_row_colour(row))
                       : column->colour == COLOUR_DIM ? STYLE_DIM
                       : row->heads                   ? STYLE_BOLD
                                                      : STYLE_NORMAL;
    screen_text(y, x, place->x + place->width - x, style, strbuf_as_span(text));
}

static void draw_row(struct list *list, int y, size_t at, bool selected,
                     const struct list_place *places, size_t count)
{
    struct list_row row;
    struct strbuf text = STRBUF_INIT;
    const struct rect *rect = &list->rect;
    screen_blank(y, rect->x, rect->width);
    if (!list_load(list, rows_at(&list->rows, at), &row))
        return;
    if (list->margin)
        list_draw_margin(list, y, &row, rows_at(&list->rows, at + 1));
    if (row.marked)
        screen_string(y, rect->x, 1, STYLE_MARKED, sign(SIGN_MARKED));
    for (size_t i = 0; i < count; i++)
        draw_cell(&row, y, &places[i], &text);
    if (selected)
        screen_select(y, rect->x, rect->width);
    strbuf_free(&text);
}

/* Where no message can be read: what connections there are, and how to read those in TLS. */
static void draw_servers(const struct ui *ui, struct rect rect)
{
    static struct server servers[SERVERS_MOST];
    size_t count = servers_list(ui->store, servers);
    bool unread = false;
    int y = rect.y;
    for (size_t i = 0; i < count && y < rect.y + rect.height; i++) {
        struct strbuf text = STRBUF_INIT;
        char address[ADDR_TEXT];
        strbuf_format(&text, "%s  ", names_format(&servers[i].addr, address));
        server_put(&servers[i], &text);
        screen_text(y++, rect.x, rect.width, STYLE_NORMAL, strbuf_as_span(&text));
        unread = unread || servers[i].unread;
        strbuf_free(&text);
    }
    if (unread && y < rect.y + rect.height)
        screen_string(y, rect.x, rect.width, STYLE_BOLD,
                      _("To read TLS give --keylog FILE, SSLKEYLOGFILE, or --tls-key FILE (RSA)"));
}

/* And how to see the others again. */
static void put_nothing_fits(const struct list *list, struct strbuf *out)
{
    char key[KEY_HINT] = ":filter";
    size_t rows, before;
    list_total(list, &rows);
    if (trail_way(list->ui, &before) == TRAIL_FILTER) /* else back leads to another list */
        keymap_hint("back", key);
    if (rows)
        strbuf_format(out, _("Nothing fits the filter. %s shows all %zu rows."), key, rows);
    else
        strbuf_format(out, _("Nothing fits the filter. %s takes it off."), key);
}

/* What can be asked where the input has no message at all. */
static void put_no_messages(struct strbuf *out)
{
    char key[KEY_HINT];
    strbuf_format(out, _("No SIP messages in this input. %s tells what it holds."),
                  keymap_hint("sources", key));
}

static void draw_empty(struct list *list, struct rect rect)
{
    struct ui *ui = list->ui;
    struct strbuf filtered = STRBUF_INIT, none = STRBUF_INIT;
    bool some = store_counts(ui->store)->live_messages > 0;
    /* sums of transactions are of those that fit: without one they have no row that could be hidden */
    bool hidden = list->rows.all.count || (list->ops->sums && !list->ops->noted && some);
    put_nothing_fits(list, &filtered);
    put_no_messages(&none);
    const char *text = rows_busy(&list->rows)             ? _("Filtering...")
                       : ui->filter && hidden             ? strbuf_str(&filtered)
                       : ui->loading                      ? _("Reading...")
                       : some                             ? tr(list->ops->empty)
                       : inputs_live(ui->session->inputs) ? _("Waiting for SIP messages...")
                                                          : strbuf_str(&none);
    if (rect.height > 2)
        screen_string(rect.y + 2, rect.x + 2, rect.width - 4, STYLE_DIM, text);
    strbuf_free(&filtered);
    strbuf_free(&none);
    if (!store_counts(ui->store)->live_messages)
        draw_servers(ui, (struct rect){ rect.y + 4, rect.x + 2, rect.height - 4, rect.width - 4 });
}

/* The first row shown, so that the selection stays on its line as far as there are rows. */
static size_t first_row(struct list *list, size_t row, size_t count)
{
    int height = list->rect.height;
    list->line = list->wish < height ? list->wish : height - 1;
    if ((size_t)list->line > row)
        list->line = (int)row;
    if (follows(list) && count >= (size_t)height)
        list->line = height - 1;
    size_t first = row - (size_t)list->line;
    if (first + (size_t)height > count)
        first = count > (size_t)height ? count - (size_t)height : 0;
    list->line = (int)(row - first);
    return first;
}

/* Where the columns stand: behind the margin. */
static struct rect columns_rect(const struct list *list)
{
    const struct rect *r = &list->rect;
    return (struct rect){ r->y, r->x + list->margin, r->height, r->width - list->margin };
}

static void draw(struct ui *ui, struct view *view, struct rect rect)
{
    struct list *list = (struct list *)view;
    struct list_place places[LIST_COLUMNS];
    size_t count = rows_count(&list->rows);
    (void)ui;
    list->rect = (struct rect){ rect.y + 1, rect.x, rect.height > 2 ? rect.height - 1 : 1,
                                rect.width };
    list->margin = list_margin(list, rect.width);
    size_t nplaces = columns_place(list, columns_rect(list), places);
    draw_titles(list, rect, places, nplaces);
    screen_clear((struct rect){ rect.y + 1, rect.x, rect.height - 1, rect.width });
    if (count == 0) {
        draw_empty(list, rect);
        return;
    }
    size_t row = list_selected_row(list), first = first_row(list, row, count);
    if (follows(list))
        choose_row(list, row);
    list->row = row;
    for (int i = 0; i < list->rect.height && first + (size_t)i < count; i++)
        draw_row(list, list->rect.y + i, first + (size_t)i, first + (size_t)i == row, places,
                 nplaces);
}

/* ---- finding ------------------------------------------------------------------------------- */

bool list_find(struct list *list, bool backwards, bool (*fits)(struct list_row *row))
{
    struct list_row row;
    size_t count = rows_count(&list->rows), start = list_selected_row(list);
    for (size_t n = 1; n <= count; n++) {
        size_t at = backwards ? (start + count - n % count) % count : (start + n) % count;
        if (list_load(list, rows_at(&list->rows, at), &row) && fits(&row)) {
            list_choose(list, at);
            return true;
        }
        if (n % SEARCH_CLOCK == 0 && ui_interrupted(list->ui))
            return false;
    }
    return false;
}

/* What a row shows, at any width, and the Call-ID besides. */
static void put_searched(struct list_row *row, struct strbuf *out)
{
    for (size_t i = 0; i < row->list->nslots; i++) {
        put_cell(row, row->list->slots[i]->column, out);
        strbuf_char(out, ' ');
    }
    if (row->message)
        strbuf_span(out, list_row_sip(row)->call_id);
    strbuf_char(out, ' ');
}

/* A folded call is found by what its legs would show. */
static void put_legs_searched(struct list *list, uint32_t group, struct strbuf *out)
{
    struct list_row leg;
    if (rows_group_count(&list->rows, group) < 2 || rows_unfolded(&list->rows, group))
        return;
    for (uint32_t id = rows_member(&list->rows, group); id; id = rows_next_member(&list->rows, id))
        if (list_load(list, id, &leg))
            put_searched(&leg, out);
}

static bool row_has_match(struct list_row *row)
{
    struct strbuf text = STRBUF_INIT;
    put_searched(row, &text);
    if (row->heads && row->list->rows.whole)
        put_legs_searched(row->list, ROW_GROUP | row->id, &text);
    bool fits = ui_search_fits(row->ui, strbuf_as_span(&text));
    strbuf_free(&text);
    return fits;
}

static bool search(struct ui *ui, struct view *view, bool backwards)
{
    struct list *list = (struct list *)view;
    if (hunt_holds(ui, list))
        return hunt_next(list, backwards);
    return list_find(list, backwards, row_has_match);
}

/* ---- what the keys do -------------------------------------------------------------------- */

static void move_selection(struct list *list, enum verb verb)
{
    long page = list->rect.height;
    long all = (long)rows_count(&list->rows);
    move_by(list, verb == VERB_UP          ? -1
                  : verb == VERB_DOWN      ? 1
                  : verb == VERB_PAGE_UP   ? -page
                  : verb == VERB_PAGE_DOWN ? page
                                           : -all);
}

static void tell_no_legs(struct ui *ui)
{
    ui_notice(ui, true, _("Legs are joined to calls; here are none: calls and flows have them"));
}

static void open_row(struct list *list, enum verb verb)
{
    struct list_row row;
    (void)verb;
    if (!list_selected(list, &row))
        return;
    if (list->ops->open && !row.below)
        list->ops->open(&row);
    else if (row.transaction)
        ui_push(list->ui, view_ladder_new(list->ui, row.transaction, hunt_message(&row)));
}

void list_open_legs(struct list_row *row)
{
    uint32_t message = hunt_message(row);
    bool found = row->severity >= SEVERITY_WARNING && !message;
    ui_push(row->ui,
            view_ladder_of_legs(row->ui, row->transaction, message, found ? row->lead : 0));
}

static void open_legs(struct list *list, enum verb verb)
{
    struct list_row row;
    (void)verb;
    if (!list_selected(list, &row))
        return;
    if (list->ops->sums || !row.transaction)
        tell_no_legs(list->ui);
    else
        list_open_legs(&row);
}

static void mark_row(struct list *list, enum verb verb)
{
    struct list_row row;
    (void)verb;
    if (list->ops->sums) {
        ui_notice(list->ui, false,
                  _("Marks are for transactions, calls and messages; Enter leads to them"));
        return;
    }
    if (list_selected(list, &row)) {
        if (row.heads)
            list->ops->groups->mark(&row, !row.marked);
        else if (list->ops->mark && !row.below)
            list->ops->mark(&row, !row.marked);
        else if (row.txn)
            store_mark(list->ui->store, row.transaction, !row.marked);
    }
    move_by(list, 1);
}

static void find_failure(struct list *list, enum verb verb)
{
    list_next_failure(list, verb == VERB_PREVIOUS_FAILURE);
}

static void go_to_bottom(struct list *list, enum verb verb)
{
    (void)verb;
    go_bottom(list);
}

/* Tab, from one list to the next. */
static void change_list(struct list *list, enum verb verb)
{
    size_t at = lists_place(list->ui, list), count = lists_count();
    lists_show(list->ui, (at + (verb == VERB_NEXT_LINK ? 1 : count - 1)) % count);
}

static void step(struct list *list, enum verb verb)
{
    columns_step(list, list->rect.width - list->margin, verb == VERB_RIGHT);
}

/* Ascending, descending, as they came. */
static void sort_by_cursor(struct list *list, enum verb verb)
{
    struct span name = SPAN(list->slots[list->cursor]->column->name);
    bool same = list->sorter.column && span_is(name, list->sorter.column->name);
    (void)verb;
    if (same && list->descending)
        list_sort(list, SPAN_NONE, false);
    else
        list_sort(list, name, same);
}

static void change_column(struct list *list, enum verb verb)
{
    if (verb == VERB_NARROWER || verb == VERB_WIDER)
        columns_resize(list, list->cursor, verb == VERB_WIDER ? 1 : -1);
    else if (verb == VERB_REMOVE)
        columns_remove(list, list->cursor);
    else
        columns_move(list, list->cursor, verb == VERB_COLUMN_RIGHT,
                     list->rect.width - list->margin);
}

/* from == "alice" */
static void put_condition(struct list_row *row, const struct list_column *column,
                          struct strbuf *out)
{
    struct strbuf text = STRBUF_INIT;
    row->column = column;
    if (column->example) {
        column->example(row, out);
        return;
    }
    put_cell(row, column, &text);
    strbuf_format(out, "%s == ", column->field);
    cell_put_quoted(out, strbuf_as_span(&text));
    strbuf_free(&text);
}

static void refuse_example(struct list *list, const struct list_column *column)
{
    const char *title = tr(column->heading ? column->heading(list->ui) : column->title);
    ui_notice(list->ui, true, "%s: %s", title,
              column->refusal ? tr(column->refusal) : _("here is nothing to filter by"));
}

/* Only rows that are like the selected one in the cursor's column, or only others. */
static void filter_by_example(struct list *list, enum verb verb)
{
    struct list_row row;
    struct strbuf line = STRBUF_INIT, condition = STRBUF_INIT, other = STRBUF_INIT;
    const struct list_column *column = list->slots[list->cursor]->column;
    if (!list_selected(list, &row))
        return;
    if (column->field || column->example)
        put_condition(&row, column, &condition);
    if (condition.n == 0) {
        refuse_example(list, column);
        return;
    }
    strbuf_text(&other, verb == VERB_UNLIKE ? "not " : "");
    strbuf_span(&other, strbuf_as_span(&condition));
    filters_put_both(&line, list->ui->filter_text, strbuf_str(&other));
    ui_filter(list->ui, strbuf_str(&line));
    strbuf_free(&line);
    strbuf_free(&condition);
    strbuf_free(&other);
}

static void fold(struct list *list, enum verb verb)
{
    char key[KEY_HINT];
    if (!list->rows.grouped)
        ui_notice(list->ui, false, _("Calls unfold, and transactions grouped with %s"),
                  keymap_hint("group", key));
    else if (verb == VERB_UNFOLD_ALL)
        list_fold_all(list);
    else
        list_fold(list, rows_at(&list->rows, list_selected_row(list)));
}

static void separate(struct list *list, enum verb verb)
{
    struct list_row row;
    (void)verb;
    if (!list->ops->separate)
        tell_no_legs(list->ui);
    else if (list_selected(list, &row))
        list->ops->separate(&row);
}

static const struct {
    enum verb verb;
    void (*act)(struct list *list, enum verb verb);
} acts[] = {
    { VERB_UP, move_selection },
    { VERB_DOWN, move_selection },
    { VERB_PAGE_UP, move_selection },
    { VERB_PAGE_DOWN, move_selection },
    { VERB_TOP, move_selection },
    { VERB_BOTTOM, go_to_bottom },
    { VERB_OPEN, open_row },
    { VERB_MARK, mark_row },
    { VERB_NEXT_FAILURE, find_failure },
    { VERB_PREVIOUS_FAILURE, find_failure },
    { VERB_NEXT_LINK, change_list },
    { VERB_PREVIOUS_LINK, change_list },
    { VERB_LEFT, step },
    { VERB_RIGHT, step },
    { VERB_SORT, sort_by_cursor },
    { VERB_NARROWER, change_column },
    { VERB_WIDER, change_column },
    { VERB_COLUMN_LEFT, change_column },
    { VERB_COLUMN_RIGHT, change_column },
    { VERB_REMOVE, change_column },
    { VERB_UNFOLD, fold },
    { VERB_UNFOLD_ALL, fold },
    { VERB_SEPARATE, separate },
    { VERB_LEGS, open_legs },
    { VERB_LIKE, filter_by_example },
    { VERB_UNLIKE, filter_by_example },
};

static bool act(struct ui *ui, struct view *view, enum verb verb)
{
    (void)ui;
    ((struct list *)view)->tally.on = false;
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        if (acts[i].verb != verb)
            continue;
        acts[i].act((struct list *)view, verb);
        return true;
    }
    return false;
}

static struct subject subject(struct ui *ui, struct view *view)
{
    struct subject s;
    struct list_row row;
    (void)ui;
    memset(&s, 0, sizeof s);
    if (!list_selected((struct list *)view, &row))
        return s;
    if (row.list->ops->subject && !row.below)
        return row.list->ops->subject(&row);
    s.transaction = row.transaction;
    s.code = row.txn ? row.txn->code : 0;
    if (row.list->ops->tell) {
        s.list = row.list;
        s.row = row.id;
    }
    return s;
}

/* The cell under the cursor. */
static bool copy(struct ui *ui, struct view *view, struct strbuf *out)
{
    struct list *list = (struct list *)view;
    struct list_row row;
    (void)ui;
    if (list_selected(list, &row))
        put_cell(&row, list->slots[list->cursor]->column, out);
    return out->n > 0;
}

/* A title sorts by its column, a row is selected. */
static void click(struct ui *ui, struct view *view, int y, int x)
{
    struct list *list = (struct list *)view;
    struct list_place places[LIST_COLUMNS];
    int line = y - list->rect.y;
    (void)ui;
    if (x >= list->rect.x + list->rect.width || line >= list->rect.height)
        return;
    if (line >= 0 && (size_t)line < rows_count(&list->rows))
        move_by(list, line - list->line);
    if (line >= 0 && x <= list->rect.x + list->margin && list->margin)
        fold(list, VERB_UNFOLD);
    size_t n = line == -1 ? columns_place(list, columns_rect(list), places) : 0;
    for (size_t i = 0; i < n; i++) {
        if (x < places[i].x || x >= places[i].x + places[i].width)
            continue;
        list->cursor = places[i].slot;
        sort_by_cursor(list, VERB_SORT);
    }
}

/* Rows are opened, titles are not. */
static bool opens_at(const struct view *view, int y, int x)
{
    const struct list *list = (const struct list *)view;
    int line = y - list->rect.y;
    return line >= 0 && line < list->rect.height && x < list->rect.x + list->rect.width &&
           (!list->margin || x > list->rect.x + list->margin);
}

/*
 * What is wanted next comes first: with rows marked, while something comes in, or else. Rows that are
 * sums are not marked, and are no messages.
 */
#define KEYS_REST "sources focus sort-by-column like columns command"
#define KEYS_MARKED                                                                                   \
    "assist mark ask-compare diff ask-save next-list edit-filter close pane search raw next-failure " \
    "pause " KEYS_REST
#define KEYS_LIVE \
    "assist next-list next-failure edit-filter pause close pane search raw ask-compare ask-save mark " KEYS_REST
#define KEYS_FILE \
    "assist next-list next-failure edit-filter search close pane raw ask-compare ask-save mark pause " KEYS_REST
#define KEYS_SUMS \
    "assist next-list next-failure edit-filter search close pane ask-save pause " KEYS_REST

static const char *keys(const struct ui *ui, const struct view *view)
{
    static const char *const bars[] = { KEYS_FILE, KEYS_LIVE, KEYS_MARKED, KEYS_SUMS };
    static char names[sizeof KEYS_MARKED + 48];
    const struct list *list = (const struct list *)view;
    const char *opens = list->ops->opens;
    int state = list->ops->sums                        ? 3
                : store_counts(ui->store)->live_marked ? 2
                : ui_goes_on(ui)                       ? 1
                                                       : 0;
    snprintf(names, sizeof names, "%s back %s%s%s", opens ? opens : "flow",
             list->rows.grouped ? "unfold " : "", bars[state],
             list_can_group(list) ? " group" : "");
    return names;
}

const struct view_ops list_view_ops = {
    .name = N_("list"),
    .verbs = VERBS_MOVE | VERBS_PANE | VERBS_LIST,
    .keys = keys,
    .draw = draw,
    .act = act,
    .search = search,
    .go = list_go,
    .subject = subject,
    .click = click,
    .opens_at = opens_at,
    .unfolded = list_unfolded,
    .copy = copy,
    .has_pane = true,
    .has_tabs = true,
};
