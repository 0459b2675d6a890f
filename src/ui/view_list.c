/*
 * The transaction list. Columns are rows of a table; how many are shown depends
 * on the width. The user's choice is kept by id and changes only when the user
 * moves: where a filter or an eviction hides it, its neighbour is selected until
 * it is back. It stays on its screen line while rows come and go; at the newest
 * row it follows.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/text.h"
#include "base/timefmt.h"
#include "base/tr.h"
#include "diagnose/evidence.h"
#include "sip/fields.h"
#include "ui/ui.h"

#define SEARCH_CLOCK 1024 /* rows between two looks at the keyboard */

struct list_view {
    struct view view;
    struct store_ref chosen;
    uint64_t seq;     /* of the chosen transaction, to find its neighbours when it has gone */
    int wish;         /* screen line on which the user left the selection */
    int line;         /* the one it is on, as far as there are rows */
    bool following;   /* the newest row stays selected */
    struct rect rows; /* of the last drawing, for paging and clicks */
};

/* A row's transaction with what the columns need, scanned once. */
struct cell {
    struct ui *ui;
    uint32_t id;
    const struct transaction *txn;
    const struct message *head;
    struct sip_message sip;
    int width; /* of the column to be filled */
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
    /* without the milliseconds where there is no room */
    if ((int)out->n > c->width && (int)out->n - 4 <= c->width)
        out->n -= 4;
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
    ui_address(c->head->code ? &flow->dst : &flow->src, a);
    ui_address(c->head->code ? &flow->src : &flow->dst, b);
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
    why_line(out, c->ui->diagnosis, c->ui->store, c->id);
}

enum column_colour { COLOUR_PLAIN, COLOUR_CLASS };

static const struct column {
    const char *title;
    void (*put)(struct cell *c, struct strbuf *out);
    int least;  /* screen columns from which it is shown */
    int narrow; /* its width there; 0 takes what is left */
    int roomy;  /* screen columns from which it is wide */
    int wide;
    enum column_colour colour;
} columns[] = {
    { N_("Time"), put_time, 72, 8, 96, 12, COLOUR_PLAIN },
    { N_("Method"), put_method, 0, 9, 0, 9, COLOUR_PLAIN },
    { N_("From"), put_from, 60, 12, 96, 16, COLOUR_PLAIN },
    { N_("To"), put_to, 34, 12, 96, 16, COLOUR_PLAIN },
    { N_("Source > Destination"), put_hop, 120, 27, 140, 34, COLOUR_PLAIN },
    { N_("Status"), put_status, 0, 14, 0, 14, COLOUR_CLASS },
    { N_("Why"), put_why, 50, 0, 0, 0, COLOUR_CLASS },
};
#define COLUMNS (sizeof columns / sizeof columns[0])

static int column_width(const struct ui *ui, const struct column *column, int width)
{
    if (width < column->least)
        return 0;
    if (column->put == put_time && strcmp(ui->settings->time, "date") == 0)
        return 23;
    return width >= column->roomy ? column->wide : column->narrow;
}

static size_t selected_row(const struct list_view *v, struct ui *ui)
{
    size_t count = rows_count(&ui->rows);
    if (count == 0)
        return 0;
    if (v->following && ui->settings->follow)
        return count - 1;
    const struct transaction *txn = store_transaction(ui->store,
                                                      store_transaction_find(ui->store, v->chosen));
    return rows_find(&ui->rows, txn ? txn->seq : v->seq);
}

/* The transaction in the selected row, 0 in an empty list. */
static uint32_t selected(const struct list_view *v, struct ui *ui)
{
    return rows_at(&ui->rows, selected_row(v, ui));
}

static void choose_row(struct list_view *v, struct ui *ui, size_t row)
{
    uint32_t id = rows_at(&ui->rows, row);
    const struct transaction *txn = store_transaction(ui->store, id);
    if (!txn)
        return;
    v->chosen = store_transaction_ref(ui->store, id);
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
                      tr(columns[i].title));
        x += width + 1;
    }
}

static bool load_cell(struct cell *c, struct ui *ui, uint32_t id)
{
    c->ui = ui;
    c->id = id;
    c->width = COLS;
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
        c.width = width ? width : rect.x + rect.width - x;
        columns[i].put(&c, &text);
        enum style style = columns[i].colour == COLOUR_CLASS ? theme_class(c.txn->class)
                                                             : STYLE_NORMAL;
        screen_text(y, x, c.width, style, strbuf_as_span(&text));
        x += width + 1;
    }
    if (selected)
        screen_select(y, rect.x, rect.width);
    strbuf_free(&text);
}

static void draw_empty(struct ui *ui, struct rect rect)
{
    const char *text = ui->rows.looked < ui->rows.all.count && ui->rows.filter ? _("Filtering...")
                       : ui->rows.filter && ui->rows.all.count ? _("Nothing fits the filter.")
                       : ui->loading                           ? _("Reading...")
                       : inputs_live(ui->session->inputs)      ? _("Waiting for SIP messages...")
                                                          : _("No SIP messages in this input.");
    if (rect.height > 2)
        screen_string(rect.y + 2, rect.x + 2, rect.width - 4, STYLE_DIM, text);
}

/* The first row shown, so that the selection stays on its line as far as there are rows. */
static size_t first_row(struct list_view *v, size_t row, size_t count, int height)
{
    v->line = v->wish < height ? v->wish : height - 1;
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
    v->rows = (struct rect){ rect.y + 1, rect.x, rect.height > 2 ? rect.height - 1 : 1,
                             rect.width };
    draw_titles(ui, rect);
    screen_clear((struct rect){ rect.y + 1, rect.x, rect.height - 1, rect.width });
    if (count == 0) {
        draw_empty(ui, rect);
        return;
    }
    size_t row = selected_row(v, ui), first = first_row(v, row, count, v->rows.height);
    if (v->following)
        choose_row(v, ui, row);
    for (int i = 0; i < v->rows.height && first + (size_t)i < count; i++)
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
    v->wish = v->line = line < 0 ? 0 : line >= v->rows.height ? v->rows.height - 1 : (int)line;
    v->following = rows > 0 && target == (long)count - 1 && ui->settings->follow;
    choose_row(v, ui, (size_t)target);
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
    uint32_t id = selected(v, ui);
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
    uint32_t id = selected(v, ui);
    switch (verb) {
    case VERB_UP:
        move_by(v, ui, -1);
        return true;
    case VERB_DOWN:
        move_by(v, ui, 1);
        return true;
    case VERB_PAGE_UP:
        move_by(v, ui, -v->rows.height);
        return true;
    case VERB_PAGE_DOWN:
        move_by(v, ui, v->rows.height);
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
            ui_notice(ui, false, _("No failed transaction"));
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
    s.transaction = selected(v, ui);
    const struct transaction *txn = store_transaction(ui->store, s.transaction);
    s.code = txn ? txn->code : 0;
    return s;
}

static void click(struct ui *ui, struct view *view, int y, int x)
{
    struct list_view *v = (struct list_view *)view;
    int line = y - v->rows.y;
    if (line >= 0 && line < v->rows.height && x < v->rows.x + v->rows.width &&
        (size_t)line < rows_count(&ui->rows))
        move_by(v, ui, line - v->line);
}

static void close_list(struct view *view)
{
    free(view);
}

static const struct view_ops list_ops = {
    .name = "transactions",
    .keybar =
        "flow pane focus next-failure ask-compare search help close raw edit-filter command mark pause",
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
    v->rows.height = 1;
    return &v->view;
}
