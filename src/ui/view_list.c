/*
 * The transaction list. Columns are rows of a table; how many are shown depends
 * on the width. The selection is kept by id, and stays on its screen line while
 * rows come and go; at the newest row it follows.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/text.h"
#include "base/timefmt.h"
#include "diagnose/evidence.h"
#include "sip/fields.h"
#include "ui/ui.h"

#define SEARCH_CLOCK 1024 /* rows between two looks at the keyboard */

struct list_view {
    struct view view;
    struct store_ref selected;
    uint64_t seq;    /* of the selected transaction, to find its neighbours when it has gone */
    int line;        /* screen line of the selection */
    bool following;  /* the newest row stays selected */
    int height, top_y; /* of the last drawing, for paging and clicks */
};

/* A row's transaction with what the columns need, scanned once. */
struct cell {
    struct ui *ui;
    uint32_t id;
    const struct transaction *txn;
    const struct message *head;
    struct sip_message sip;
};

static void put_time(struct cell *c, struct strbuf *out)
{
    char text[TIME_TEXT];
    const struct transaction *first = store_transaction(c->ui->store, rows_at(&c->ui->rows, 0));
    if (strcmp(c->ui->settings->time, "date") == 0)
        strbuf_text(out, time_date(c->txn->time_ns, text));
    else if (strcmp(c->ui->settings->time, "relative") == 0)
        strbuf_text(out, time_seconds(c->txn->time_ns - (first ? first->time_ns : 0), text));
    else
        strbuf_text(out, time_clock(c->txn->time_ns, text));
}

static void put_method(struct cell *c, struct strbuf *out)
{
    if (c->txn->method == SIP_OTHER)
        strbuf_span(out, c->sip.method);
    else
        strbuf_text(out, sip_method_name(c->txn->method));
}

static void put_person(struct strbuf *out, struct span value)
{
    struct sip_address a;
    sip_read_address(value, &a);
    strbuf_span(out, a.user.n ? a.user : a.host.n ? a.host : a.uri);
}

static void put_from(struct cell *c, struct strbuf *out)
{
    put_person(out, c->sip.from);
}

static void put_to(struct cell *c, struct strbuf *out)
{
    put_person(out, c->sip.to);
}

static void put_hop(struct cell *c, struct strbuf *out)
{
    char a[ADDR_TEXT], b[ADDR_TEXT];
    const struct flow *flow = store_flow(c->ui->store, c->head->flow);
    /* a lone response came the other way */
    addr_format(c->head->code ? &flow->dst : &flow->src, a);
    addr_format(c->head->code ? &flow->src : &flow->dst, b);
    strbuf_format(out, "%s %s %s", a, screen_utf8() ? "→" : ">", b);
}

static void put_status(struct cell *c, struct strbuf *out)
{
    char text[TIME_TEXT];
    const struct transaction *t = c->txn;
    const char *repeat = screen_utf8() ? "↻" : "R";
    int64_t rtt = transaction_rtt(c->ui->store, t);
    const struct message *last = store_message(c->ui->store, t->final ? t->final : t->request);
    if (t->method == SIP_ACK) {
        strbuf_text(out, screen_utf8() ? "·" : ".");
        return;
    }
    strbuf_format(out, "%s ", theme_mark(t->class, screen_utf8()));
    if (t->code)
        strbuf_format(out, "%u", t->code);
    else
        strbuf_text(out, "---");
    if (rtt < 0 && last && !t->final)
        rtt = (t->state == TXN_TIMED_OUT ? t->time_ns + 32000000000LL : store_now(c->ui->store)) -
              last->time_ns;
    if (rtt >= 0)
        strbuf_format(out, " %5s", time_short(rtt, text));
    if (t->retransmissions)
        strbuf_format(out, " %s%u", repeat, t->retransmissions);
}

static void put_why(struct cell *c, struct strbuf *out)
{
    why_line(out, c->ui->store, c->id);
}

enum column_colour { COLOUR_PLAIN, COLOUR_CLASS };

static const struct column {
    const char *title;
    void (*put)(struct cell *c, struct strbuf *out);
    int least;  /* screen columns from which it is shown */
    int narrow; /* its width there; 0 takes what is left */
    int wide;   /* its width where there is room */
    enum column_colour colour;
} columns[] = {
    { "Time", put_time, 72, 8, 12, COLOUR_PLAIN },
    { "Method", put_method, 0, 8, 9, COLOUR_PLAIN },
    { "From", put_from, 60, 12, 16, COLOUR_PLAIN },
    { "To", put_to, 34, 12, 16, COLOUR_PLAIN },
    { "Source > Destination", put_hop, 140, 34, 38, COLOUR_PLAIN },
    { "Status", put_status, 0, 14, 15, COLOUR_CLASS },
    { "Why", put_why, 50, 0, 0, COLOUR_CLASS },
};
#define COLUMNS (sizeof columns / sizeof columns[0])
#define ROOMY 100 /* screen columns from which the wide widths are taken */

static int column_width(const struct ui *ui, const struct column *column, int width)
{
    if (width < column->least)
        return 0;
    if (column->put == put_time && strcmp(ui->settings->time, "date") == 0)
        return 23;
    return width >= ROOMY ? column->wide : column->narrow;
}

static size_t selected_row(struct list_view *v, struct ui *ui)
{
    size_t count = rows_count(&ui->rows);
    if (count == 0)
        return 0;
    uint32_t id = store_transaction_find(ui->store, v->selected);
    const struct transaction *txn = store_transaction(ui->store, id);
    if (v->following)
        return count - 1;
    return rows_find(&ui->rows, txn ? txn->seq : v->seq);
}

static void select_row(struct list_view *v, struct ui *ui, size_t row)
{
    uint32_t id = rows_at(&ui->rows, row);
    const struct transaction *txn = store_transaction(ui->store, id);
    if (!txn)
        return;
    v->selected = store_transaction_ref(ui->store, id);
    v->seq = txn->seq;
}

static void draw_titles(const struct ui *ui, struct rect rect)
{
    int x = rect.x + 1;
    screen_blank(rect.y, rect.x, rect.width);
    for (size_t i = 0; i < COLUMNS; i++) {
        int width = column_width(ui, &columns[i], rect.width);
        if (width == 0 && rect.width < columns[i].least)
            continue;
        screen_string(rect.y, x, width ? width : rect.x + rect.width - x, STYLE_TITLE,
                      columns[i].title);
        x += width + 1;
    }
}

static bool load_cell(struct cell *c, struct ui *ui, uint32_t id)
{
    c->ui = ui;
    c->id = id;
    c->txn = store_transaction(ui->store, id);
    if (!c->txn)
        return false;
    uint32_t head = transaction_head(c->txn);
    c->head = store_message(ui->store, head);
    return store_scan(ui->store, head, &c->sip) == 0;
}

static void draw_row(struct ui *ui, struct rect rect, int y, uint32_t id, bool selected)
{
    struct cell c;
    struct strbuf text = STRBUF_INIT;
    int x = rect.x + 1;
    screen_blank(y, rect.x, rect.width);
    if (!load_cell(&c, ui, id))
        return;
    if (c.txn->marked)
        screen_string(y, rect.x, 1, STYLE_MARKED, screen_utf8() ? "◆" : "*");
    for (size_t i = 0; i < COLUMNS; i++) {
        int width = column_width(ui, &columns[i], rect.width);
        if (width == 0 && rect.width < columns[i].least)
            continue;
        strbuf_clear(&text);
        columns[i].put(&c, &text);
        enum style style =
            columns[i].colour == COLOUR_CLASS ? theme_class(c.txn->class) : STYLE_NORMAL;
        screen_text(y, x, width ? width : rect.x + rect.width - x, style,
                    strbuf_as_span(&text));
        x += width + 1;
    }
    if (selected)
        screen_select(y, rect.x, rect.width);
    strbuf_free(&text);
}

static void draw_empty(struct ui *ui, struct rect rect)
{
    const char *text = ui->rows.looked < ui->rows.all.count && ui->rows.filter ? "Filtering..."
                       : ui->rows.filter && ui->rows.all.count ? "Nothing fits the filter."
                       : ui->loading                         ? "Reading..."
                       : inputs_live(ui->session->inputs)
                           ? "Waiting for SIP messages..."
                           : "No SIP messages in this input.";
    if (rect.height > 2)
        screen_string(rect.y + 2, rect.x + 2, rect.width - 4, STYLE_DIM, text);
}

/* The first row shown, so that the selection stays on its line as far as there are rows. */
static size_t first_row(struct list_view *v, size_t row, size_t count, int height)
{
    if (v->line >= height)
        v->line = height - 1;
    if ((size_t)v->line > row)
        v->line = (int)row;
    if (v->following && count >= (size_t)height)
        v->line = height - 1;
    size_t first = row - (size_t)v->line;
    if (first + (size_t)height > count)
        first = count > (size_t)height ? count - (size_t)height : 0;
    v->line = (int)(row - first);
    return first;
}

static void draw_list(struct ui *ui, struct view *view, struct rect rect)
{
    struct list_view *v = (struct list_view *)view;
    size_t count = rows_count(&ui->rows);
    v->height = rect.height - 1 > 0 ? rect.height - 1 : 1;
    v->top_y = rect.y + 1;
    draw_titles(ui, rect);
    screen_clear((struct rect){ rect.y + 1, rect.x, rect.height - 1, rect.width });
    if (count == 0) {
        draw_empty(ui, rect);
        return;
    }
    size_t row = selected_row(v, ui), first = first_row(v, row, count, v->height);
    select_row(v, ui, row);
    for (int i = 0; i < v->height && first + (size_t)i < count; i++)
        draw_row(ui, rect, rect.y + 1 + i, rows_at(&ui->rows, first + (size_t)i),
                 first + (size_t)i == row);
}

/* Moves the selection by rows; its screen line moves along as far as it can. */
static void move_by(struct list_view *v, struct ui *ui, long rows)
{
    size_t count = rows_count(&ui->rows), row = selected_row(v, ui);
    if (count == 0)
        return;
    long target = (long)row + rows;
    target = target < 0 ? 0 : target >= (long)count ? (long)count - 1 : target;
    long line = v->line + (target - (long)row);
    v->line = line < 0 ? 0 : line >= v->height ? v->height - 1 : (int)line;
    v->following = rows > 0 && target == (long)count - 1 && ui->settings->follow;
    select_row(v, ui, (size_t)target);
}

static bool find_row(struct list_view *v, struct ui *ui, bool backwards,
                     bool (*fits)(struct ui *ui, uint32_t id))
{
    size_t count = rows_count(&ui->rows), start = selected_row(v, ui);
    for (size_t n = 1; n <= count; n++) {
        size_t row = backwards ? (start + count - n % count) % count : (start + n) % count;
        if (fits(ui, rows_at(&ui->rows, row))) {
            move_by(v, ui, (long)row - (long)start);
            v->following = false;
            return true;
        }
        if (n % SEARCH_CLOCK == 0 && ui_interrupted(ui))
            return false;
    }
    return false;
}

static bool row_failed(struct ui *ui, uint32_t id)
{
    const struct transaction *txn = store_transaction(ui->store, id);
    return txn && sip_class_failed((enum sip_class)txn->class);
}

/* What is searched is what a row shows, the addresses and the Call-ID besides. */
static bool row_fits(struct ui *ui, uint32_t id)
{
    struct cell c;
    struct strbuf text = STRBUF_INIT;
    if (!load_cell(&c, ui, id))
        return false;
    for (size_t i = 0; i < COLUMNS; i++) {
        columns[i].put(&c, &text);
        strbuf_char(&text, ' ');
    }
    strbuf_span(&text, c.sip.call_id);
    bool fits = ui_search_fits(ui, strbuf_as_span(&text));
    strbuf_free(&text);
    return fits;
}

static void toggle_mark(struct list_view *v, struct ui *ui)
{
    uint32_t id = store_transaction_find(ui->store, v->selected);
    const struct transaction *txn = store_transaction(ui->store, id);
    if (txn)
        store_mark(ui->store, id, !txn->marked);
    move_by(v, ui, 1);
}

static void go_bottom(struct list_view *v, struct ui *ui)
{
    move_by(v, ui, (long)rows_count(&ui->rows));
    v->following = ui->settings->follow;
}

static bool act(struct ui *ui, struct view *view, enum verb verb)
{
    struct list_view *v = (struct list_view *)view;
    uint32_t id = store_transaction_find(ui->store, v->selected);
    switch (verb) {
    case VERB_UP:
        move_by(v, ui, -1);
        return true;
    case VERB_DOWN:
        move_by(v, ui, 1);
        return true;
    case VERB_PAGE_UP:
        move_by(v, ui, -v->height);
        return true;
    case VERB_PAGE_DOWN:
        move_by(v, ui, v->height);
        return true;
    case VERB_TOP:
        move_by(v, ui, -(long)rows_count(&ui->rows));
        return true;
    case VERB_BOTTOM:
        go_bottom(v, ui);
        return true;
    case VERB_OPEN:
        if (id)
            ui_push(ui, view_ladder_new(ui, id));
        return true;
    case VERB_MARK:
        toggle_mark(v, ui);
        return true;
    case VERB_NEXT_FAILURE:
    case VERB_PREVIOUS_FAILURE:
        if (!find_row(v, ui, verb == VERB_PREVIOUS_FAILURE, row_failed))
            ui_notice(ui, false, "No failed transaction");
        return true;
    default:
        return false;
    }
}

static bool search(struct ui *ui, struct view *view, bool backwards)
{
    return find_row((struct list_view *)view, ui, backwards, row_fits);
}

static struct subject subject(struct ui *ui, struct view *view)
{
    struct subject s;
    struct list_view *v = (struct list_view *)view;
    memset(&s, 0, sizeof s);
    s.transaction = store_transaction_find(ui->store, v->selected);
    const struct transaction *txn = store_transaction(ui->store, s.transaction);
    s.code = txn ? txn->code : 0;
    return s;
}

static void click(struct ui *ui, struct view *view, int y, int x)
{
    struct list_view *v = (struct list_view *)view;
    (void)x;
    if (y >= v->top_y && y < v->top_y + v->height)
        move_by(v, ui, y - v->top_y - v->line);
}

static void close_list(struct view *view)
{
    free(view);
}

static const struct view_ops list_ops = {
    .name = "transactions",
    .keybar = "pane flow raw next-failure search edit-filter mark pause command help close",
    .draw = draw_list,
    .act = act,
    .search = search,
    .subject = subject,
    .click = click,
    .close = close_list,
    .has_pane = true,
};

struct view *view_list_new(struct ui *ui)
{
    struct list_view *v = mem_zero(sizeof *v);
    v->view.ops = &list_ops;
    /* a file opens at its beginning; what arrives live is followed */
    v->following = inputs_live(ui->session->inputs) && ui->settings->follow;
    v->height = 1;
    return &v->view;
}
