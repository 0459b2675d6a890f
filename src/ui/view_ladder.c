/*
 * A call as a ladder: a column an address, an arrow a message, the selected
 * message's bytes beside or below. It is rebuilt when its call gets messages.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/text.h"
#include "base/timefmt.h"
#include "base/tr.h"
#include "sip/fields.h"
#include "sip/sdp.h"
#include "store/ladder.h"
#include "store/link.h"
#include "ui/goto.h"

#define DELTA_WIDTH 10
#define TIME_WIDTH 22 /* the time and the delta */
#define TIMED_STEP 24 /* columns between two addresses from which the time is shown, too */
#define LEAST_STEP 15 /* columns between two addresses */
#define MOST_STEP 44
#define CONTEXT 2 /* rows kept in view before and after the selected one */
#define SIDE_BY_SIDE 120
#define LEGS 8 /* joined calls shown together */

struct ladder_view {
    struct view view;
    struct store_ref
        transaction; /* the one it was opened from: says whether the call still lives */
    struct ladder ladder;
    uint32_t proofs[FINDING_PROOFS]; /* messages that prove what was found */
    size_t nproofs;
    char *found;            /* that, in a line; NULL: nothing */
    uint64_t found_version; /* of the diagnosis */
    uint32_t call;
    bool extended;       /* with the legs joined to the call */
    uint32_t legs[LEGS]; /* the call first; what the ladder was built of */
    size_t nlegs;
    uint32_t messages; /* of these when the ladder was built */
    size_t row, top;
    size_t columns_row; /* the row whose columns were brought into view */
    int left;           /* first column shown */
    int height, top_y;
};

/* The calls to be shown, and how many messages they have. */
static size_t take_legs(const struct ui *ui, const struct ladder_view *v, uint32_t call,
                        uint32_t legs[LEGS], uint32_t *messages)
{
    size_t n = 0;
    *messages = 0;
    legs[0] = call;
    if (store_call(ui->store, call))
        n = v->extended ? link_group(ui->store, call, legs, LEGS) : 1;
    for (size_t i = 0; i < n; i++)
        *messages += store_call(ui->store, legs[i])->messages;
    return n;
}

/* Before anything reads a row: its message may have gone since the last drawing. */
static void rebuild(struct ui *ui, struct ladder_view *v)
{
    uint32_t id = store_transaction_find(ui->store, v->transaction), messages, legs[LEGS] = { 0 };
    const struct transaction *txn = store_transaction(ui->store, id);
    size_t n = take_legs(ui, v, txn ? txn->call : 0, legs, &messages);
    if (txn && n == v->nlegs && messages == v->messages && !memcmp(legs, v->legs, sizeof legs))
        return;
    ladder_free(&v->ladder);
    v->call = txn ? txn->call : 0;
    v->messages = messages;
    v->nlegs = n;
    memcpy(v->legs, legs, sizeof legs);
    ladder_build(&v->ladder, ui->store, legs, n);
    if (v->row >= v->ladder.nrows)
        v->row = v->ladder.nrows ? v->ladder.nrows - 1 : 0;
}

/* What explains the transaction that the ladder was opened from, else what leads in its call. */
static void take_finding(struct ui *ui, struct ladder_view *v)
{
    struct finding_text text;
    uint32_t txn = store_transaction_find(ui->store, v->transaction);
    if (v->found_version == diagnosis_version(ui->diagnosis) + 1)
        return;
    v->found_version = diagnosis_version(ui->diagnosis) + 1;
    free(v->found);
    v->found = NULL;
    v->nproofs = 0;
    uint32_t id = txn ? diagnosis_of_transaction(ui->diagnosis, txn) : 0;
    id = id ? id : txn ? diagnosis_lead(ui->diagnosis, v->call) : 0;
    if (!id || diagnosis_explain(ui->diagnosis, id, &text) < 0)
        return;
    v->found = mem_text(text.summary);
    for (size_t i = 0; i < text.nproofs; i++)
        if (text.proofs[i].message)
            v->proofs[v->nproofs++] = text.proofs[i].message;
    finding_text_free(&text);
}

static bool is_proof(const struct ladder_view *v, uint32_t message)
{
    for (size_t i = 0; i < v->nproofs; i++)
        if (v->proofs[i] == message)
            return true;
    return false;
}

static const struct ladder_row *selected(const struct ladder_view *v)
{
    return v->row < v->ladder.nrows ? &v->ladder.rows[v->row] : NULL;
}

/* " (PCMU PCMA)": what is offered, without what goes without saying. */
static void put_media(struct strbuf *out, struct span body)
{
    struct strbuf text = STRBUF_INIT;
    sdp_summary(&text, body);
    struct span media = strbuf_as_span(&text);
    static const char tones[] = " telephone-event";
    if (span_starts(media, "audio ") && !span_find(media, ','))
        media = (struct span){ media.p + 6, media.n - 6 };
    if (media.n >= sizeof tones &&
        span_is((struct span){ span_end(media) - (sizeof tones - 1), sizeof tones - 1 }, tones))
        media.n -= sizeof tones - 1;
    strbuf_text(out, " (");
    strbuf_span(out, media.n ? media : SPAN("SDP"));
    strbuf_char(out, ')');
    strbuf_free(&text);
}

/* "INVITE (PCMU PCMA)", "488 Not Acceptable Here"; the media shorter where `room` is narrow. */
static void put_label(struct ui *ui, const struct message *m, uint32_t id, size_t room,
                      struct strbuf *out)
{
    struct sip_message sip;
    if (store_scan(ui->store, id, &sip) < 0)
        return;
    if (m->flags & MESSAGE_RETRANSMISSION)
        strbuf_text(out, screen_utf8() ? "↻ " : "R ");
    if (m->code) {
        strbuf_format(out, "%u ", m->code);
        strbuf_span(out, sip.reason);
    } else {
        strbuf_span(out, sip.method);
    }
    if (m->flags & MESSAGE_SDP) {
        size_t before = out->n;
        put_media(out, sip.body);
        if (text_width(strbuf_as_span(out)) > room) {
            out->n = before;
            strbuf_text(out, " SDP");
        }
    }
}

struct canvas {
    struct ui *ui;
    struct ladder_view *v;
    struct rect rect;
    int step;  /* screen columns between two addresses */
    int times; /* screen columns of the times at the left */
};

static int column_x(const struct canvas *c, int column)
{
    return c->rect.x + c->times + c->step / 2 + (column - c->v->left) * c->step;
}

static bool inside(const struct canvas *c, int x)
{
    return x >= c->rect.x + c->times && x < c->rect.x + c->rect.width;
}

static void draw_columns(const struct canvas *c)
{
    screen_clear(c->rect);
    for (size_t i = 0; i < c->v->ladder.ncolumns; i++) {
        char text[ADDR_TEXT];
        int x = column_x(c, (int)i);
        ui_address(&c->v->ladder.columns[i], text);
        int width = (int)strlen(text) < c->step ? (int)strlen(text) : c->step - 1;
        int at = x - width / 2;
        if (inside(c, at) && inside(c, x))
            screen_string(c->rect.y, at,
                          width < c->rect.x + c->rect.width - at ? width
                                                                 : c->rect.x + c->rect.width - at,
                          STYLE_TITLE, text);
        for (int y = 1; inside(c, x) && y < c->rect.height; y++)
            screen_string(c->rect.y + y, x, 1, STYLE_RULE, screen_utf8() ? "│" : "|");
    }
}

static void draw_arrow_line(const struct canvas *c, int y, int from, int to, enum style style)
{
    bool right = to > from;
    int a = right ? from + 1 : to + 1, b = right ? to - 1 : from - 1;
    bool utf8 = screen_utf8();
    for (int x = a; x <= b; x++)
        if (inside(c, x))
            screen_string(y, x, 1, style, utf8 ? "─" : "-");
    int head = right ? b : a;
    if (inside(c, head))
        screen_string(y, head, 1, style, right ? (utf8 ? "▶" : ">") : (utf8 ? "◀" : "<"));
}

/* Room for a label between two columns: a piece of the line and a blank stay at both ends. */
static int label_room(const struct canvas *c, int a, int b, int *start)
{
    int left = a < c->rect.x + c->times ? c->rect.x + c->times : a;
    int right = b > c->rect.x + c->rect.width ? c->rect.x + c->rect.width : b;
    *start = left + 3;
    return right - left - 5;
}

static void draw_label(int y, int start, int room, enum style style, struct span label)
{
    struct strbuf shown = STRBUF_INIT;
    text_visible(&shown, label, screen_utf8());
    int width = (int)text_width(strbuf_as_span(&shown));
    width = width < room ? width : room;
    if (width > 0) {
        int x = start + (room - width) / 2;
        screen_blank(y, x - 1, width + 2);
        screen_text(y, x, width, style, strbuf_as_span(&shown));
    }
    strbuf_free(&shown);
}

static void draw_message(const struct canvas *c, int y, const struct ladder_row *row)
{
    const struct message *m = store_message(c->ui->store, row->message);
    struct strbuf label = STRBUF_INIT;
    if (!m)
        return;
    enum style style = m->flags & MESSAGE_RETRANSMISSION ? STYLE_DIM
                       : m->code ? theme_class((uint8_t)sip_class_of(m->code))
                                 : STYLE_BOLD;
    int from = column_x(c, row->from), to = column_x(c, row->to), start;
    int room = label_room(c, from < to ? from : to, from < to ? to : from, &start);
    put_label(c->ui, m, row->message, room > 0 ? (size_t)room : 0, &label);
    if (row->from == row->to) {
        screen_text(y, from + 1, c->rect.x + c->rect.width - from - 1, style,
                    strbuf_as_span(&label));
    } else {
        draw_arrow_line(c, y, from, to, style);
        draw_label(y, start, room, style, strbuf_as_span(&label));
    }
    strbuf_free(&label);
}

/* The clock, or the time since the call began, and the time since the message before. */
static void draw_time(const struct canvas *c, int y, size_t row)
{
    char text[TIME_TEXT], shown[2 * TIME_TEXT + 4];
    const struct ladder_row *rows = c->v->ladder.rows;
    const struct message *m = store_message(c->ui->store, rows[row].message);
    const struct message *last = store_message(c->ui->store, rows[row ? row - 1 : 0].message);
    const struct message *first = store_message(c->ui->store, rows[0].message);
    int n = 0;
    if (!m || !last || !first)
        return;
    if (c->times == TIME_WIDTH && strcmp(c->ui->settings->time, "relative") == 0)
        n = snprintf(shown, sizeof shown, "%9s ", time_seconds(m->time_ns - first->time_ns, text));
    else if (c->times == TIME_WIDTH)
        n = snprintf(shown, sizeof shown, "%s ", time_clock(m->time_ns, text));
    snprintf(shown + n, sizeof shown - (size_t)n, "%s%s", row ? "+" : " ",
             time_seconds(m->time_ns - last->time_ns, text));
    screen_cell(y, c->rect.x, c->times, STYLE_DIM, SPAN(shown));
}

/* Scrolls sideways when another row was selected: both ends of its arrow, if they fit. */
static void show_columns(struct ladder_view *v, int fitting)
{
    const struct ladder_row *row = selected(v);
    if (row && v->columns_row != v->row) {
        int low = row->from < row->to ? row->from : row->to;
        int high = row->from < row->to ? row->to : row->from;
        if (high >= v->left + fitting)
            v->left = high - fitting + 1;
        if (low < v->left)
            v->left = low;
    }
    v->columns_row = v->row;
    int most = (int)v->ladder.ncolumns - fitting;
    v->left = v->left > most ? most : v->left;
    v->left = v->left < 0 ? 0 : v->left;
}

/* Scrolls so that the selected row is in view, with what comes before and after it. */
static void show_row(struct ladder_view *v)
{
    size_t height = (size_t)v->height, around = height > 3 * CONTEXT ? CONTEXT : 0;
    if (v->row < v->top + around)
        v->top = v->row > around ? v->row - around : 0;
    if (v->row + around >= v->top + height)
        v->top = v->row + around + 1 - height;
    if (v->top + height > v->ladder.nrows)
        v->top = v->ladder.nrows > height ? v->ladder.nrows - height : 0;
}

static void draw_ladder(struct ui *ui, struct ladder_view *v, struct rect rect)
{
    struct canvas c = { ui, v, rect, 0, TIME_WIDTH };
    int columns = v->ladder.ncolumns ? (int)v->ladder.ncolumns : 1;
    if ((rect.width - TIME_WIDTH) / columns < TIMED_STEP)
        c.times = DELTA_WIDTH;
    c.step = (rect.width - c.times) / columns;
    c.step = c.step < LEAST_STEP ? LEAST_STEP : c.step > MOST_STEP ? MOST_STEP : c.step;
    int fitting = (rect.width - c.times) / c.step;
    show_columns(v, fitting > 0 ? fitting : 1);
    v->height = rect.height > 1 ? rect.height - 1 : 1;
    v->top_y = rect.y + 1;
    show_row(v);
    draw_columns(&c);
    for (int i = 0; i < v->height && v->top + (size_t)i < v->ladder.nrows; i++) {
        size_t row = v->top + (size_t)i;
        draw_time(&c, rect.y + 1 + i, row);
        draw_message(&c, rect.y + 1 + i, &v->ladder.rows[row]);
        if (is_proof(v, v->ladder.rows[row].message))
            screen_string(rect.y + 1 + i, rect.x + c.times - 1, 1, STYLE_ALERT,
                          screen_utf8() ? "◆" : "*");
        if (row == v->row)
            screen_select(rect.y + 1 + i, rect.x, rect.width);
    }
}

static void select_message(struct ladder_view *v, uint32_t wanted)
{
    for (size_t i = 0; i < v->ladder.nrows; i++)
        if (v->ladder.rows[i].message == wanted)
            v->row = i;
}

/* "2 legs, joined by Session-ID"; shown or not, the user should know of them. */
static void put_legs(const struct ui *ui, const struct ladder_view *v, struct strbuf *out)
{
    uint32_t legs[LEGS];
    size_t n = link_group(ui->store, v->call, legs, LEGS);
    if (n < 2)
        return;
    strbuf_format(out, tr_n("%zu leg, joined by %s", "%zu legs, joined by %s", n), n,
                  link_reason_name(link_why(ui->store, legs[0], legs[1])));
    strbuf_text(out, "  ");
}

/* Shows the joined legs, too, or the call alone; the message selected stays so. */
static void show_legs(struct ui *ui, struct ladder_view *v)
{
    uint32_t legs[LEGS], message = selected(v) ? selected(v)->message : 0;
    if (link_group(ui->store, v->call, legs, LEGS) < 2) {
        ui_notice(ui, false, _("No other leg was joined to this call"));
        return;
    }
    v->extended = !v->extended;
    rebuild(ui, v);
    select_message(v, message);
}

static void separate(struct ui *ui, struct ladder_view *v)
{
    const struct call *call = store_call(ui->store, v->call);
    uint32_t legs[LEGS];
    if (!call)
        return;
    bool alone = call->marks & CALL_ALONE;
    if (!alone && link_group(ui->store, v->call, legs, LEGS) < 2) {
        ui_notice(ui, false, _("No other leg was joined to this call"));
        return;
    }
    store_separate(ui->store, v->call, !alone);
    ui_notice(ui, false,
              alone ? _("The call may be joined to others again")
                    : _("The call stands alone now; :separate again takes it back"));
}

/* One line over the ladder: who called whom, and how the message selected came. */
static void draw_summary(struct ui *ui, struct ladder_view *v, struct rect rect)
{
    struct sip_message sip;
    struct strbuf text = STRBUF_INIT;
    char total[TIME_TEXT];
    const struct ladder_row *first = v->ladder.nrows ? &v->ladder.rows[0] : NULL;
    screen_blank(rect.y, rect.x, rect.width);
    if (!first || store_scan(ui->store, first->message, &sip) < 0) {
        screen_string(rect.y, rect.x + 1, rect.width - 1, STYLE_DIM, _("This call was evicted."));
        return;
    }
    const struct message *a = store_message(ui->store, first->message);
    const struct message *b = store_message(ui->store, v->ladder.rows[v->ladder.nrows - 1].message);
    struct sip_address from, to;
    sip_read_address(sip.from, &from);
    sip_read_address(sip.to, &to);
    strbuf_span(&text, from.user.n ? from.user : from.host);
    strbuf_text(&text, screen_utf8() ? " → " : " > ");
    strbuf_span(&text, to.user.n ? to.user : to.host);
    strbuf_text(&text, "  ");
    strbuf_format(&text, _("%zu messages"), v->ladder.nrows);
    strbuf_format(&text, "  %s s  ", time_seconds(b->time_ns - a->time_ns, total));
    put_legs(ui, v, &text);
    if (v->found)
        strbuf_format(&text, "%s %s  ", screen_utf8() ? "◆" : "*", v->found);
    strbuf_text(&text, "Call-ID ");
    strbuf_span(&text, sip.call_id);
    if (selected(v))
        ui_put_agent(ui, store_message(ui->store, selected(v)->message), &text);
    screen_text(rect.y, rect.x + 1, rect.width - 1, STYLE_TITLE, strbuf_as_span(&text));
    strbuf_free(&text);
}

static struct subject subject(struct ui *ui, struct view *view)
{
    struct subject s;
    rebuild(ui, (struct ladder_view *)view);
    const struct ladder_row *row = selected((struct ladder_view *)view);
    const struct message *m = row ? store_message(ui->store, row->message) : NULL;
    memset(&s, 0, sizeof s);
    if (!m)
        return s;
    s.transaction = m->transaction;
    s.message = row->message;
    s.code = m->code ? m->code : store_transaction(ui->store, m->transaction)->code;
    return s;
}

/* Narrow: ladder above, message and pane below it. Wide: ladder left, both at the right. */
static void draw(struct ui *ui, struct view *view, struct rect rect)
{
    struct ladder_view *v = (struct ladder_view *)view;
    struct rect flow = rect, raw, pane = { 0 };
    bool with_pane = ui->settings->pane;
    rebuild(ui, v);
    take_finding(ui, v);
    screen_clear(rect);
    draw_summary(ui, v, rect);
    flow.y++;
    flow.height--;
    if (rect.width >= SIDE_BY_SIDE) {
        flow.width = rect.width * 55 / 100;
        raw = (struct rect){ flow.y, flow.x + flow.width + 2, flow.height,
                             rect.width - flow.width - 2 };
        if (with_pane) {
            raw.height = raw.height * 2 / 5;
            pane = (struct rect){ raw.y + raw.height, raw.x - 1, flow.height - raw.height,
                                  raw.width + 1 };
        }
        screen_column(flow.y, raw.x - 2, flow.height);
    } else {
        flow.height = rect.height > 10 ? rect.height / 2 : rect.height - 1;
        raw = (struct rect){ flow.y + flow.height, rect.x, rect.height - 1 - flow.height,
                             rect.width };
        if (with_pane) {
            pane = raw;
            raw.width = rect.width * 2 / 5;
            pane.x += raw.width + 1;
            pane.width -= raw.width + 1;
            screen_column(raw.y, pane.x - 1, raw.height);
        }
        if (raw.height > 0) {
            screen_rule(raw.y, raw.x, raw.width);
            raw = (struct rect){ raw.y + 1, raw.x + 1, raw.height - 1, raw.width - 1 };
        }
    }
    draw_ladder(ui, v, flow);
    const struct ladder_row *row = selected(v);
    raw_draw(ui, row ? row->message : 0, raw, 0);
    pane_draw(ui, subject(ui, view), pane);
}

static void move_to(struct ladder_view *v, long row)
{
    long last = v->ladder.nrows ? (long)v->ladder.nrows - 1 : 0;
    v->row = (size_t)(row < 0 ? 0 : row > last ? last : row);
}

static bool row_failed(struct ui *ui, const struct ladder_row *row)
{
    const struct message *m = store_message(ui->store, row->message);
    return m && sip_class_failed(sip_class_of(m->code));
}

static bool row_fits(struct ui *ui, const struct ladder_row *row)
{
    const struct message *m = store_message(ui->store, row->message);
    return m && ui_search_fits(ui, message_payload(m));
}

static bool find(struct ui *ui, struct ladder_view *v, bool backwards,
                 bool (*fits)(struct ui *ui, const struct ladder_row *row))
{
    rebuild(ui, v);
    size_t count = v->ladder.nrows;
    for (size_t n = 1; n <= count; n++) {
        size_t row = backwards ? (v->row + count - n % count) % count : (v->row + n) % count;
        if (fits(ui, &v->ladder.rows[row])) {
            v->row = row;
            return true;
        }
    }
    return false;
}

static bool search(struct ui *ui, struct view *view, bool backwards)
{
    return find(ui, (struct ladder_view *)view, backwards, row_fits);
}

static bool act(struct ui *ui, struct view *view, enum verb verb)
{
    struct ladder_view *v = (struct ladder_view *)view;
    rebuild(ui, v);
    const struct ladder_row *row = selected(v);
    switch (verb) {
    case VERB_UP:
        move_to(v, (long)v->row - 1);
        return true;
    case VERB_DOWN:
        move_to(v, (long)v->row + 1);
        return true;
    case VERB_PAGE_UP:
        move_to(v, (long)v->row - v->height);
        return true;
    case VERB_PAGE_DOWN:
        move_to(v, (long)v->row + v->height);
        return true;
    case VERB_TOP:
        move_to(v, 0);
        return true;
    case VERB_BOTTOM:
        move_to(v, (long)v->ladder.nrows);
        return true;
    case VERB_LEFT:
        v->left -= v->left > 0;
        return true;
    case VERB_RIGHT:
        v->left++; /* as far as there are columns, see show_columns() */
        return true;
    case VERB_OPEN:
        if (row)
            ui_push(ui, view_message_new(ui, row->message));
        return true;
    case VERB_NEXT_FAILURE:
    case VERB_PREVIOUS_FAILURE:
        if (!find(ui, v, verb == VERB_PREVIOUS_FAILURE, row_failed))
            ui_notice(ui, false, _("No failure response in this call"));
        return true;
    case VERB_LEGS:
        show_legs(ui, v);
        return true;
    case VERB_SEPARATE:
        separate(ui, v);
        return true;
    case VERB_MARK:
        if (row) {
            uint32_t txn = store_message(ui->store, row->message)->transaction;
            store_mark(ui->store, txn, !store_transaction(ui->store, txn)->marked);
        }
        return true;
    default:
        return false;
    }
}

static bool go(struct ui *ui, struct view *view, const struct place *place, int64_t *there)
{
    struct ladder_view *v = (struct ladder_view *)view;
    bool found = false;
    rebuild(ui, v);
    for (size_t i = 0; i < v->ladder.nrows; i++) {
        const struct message *m = store_message(ui->store, v->ladder.rows[i].message);
        if (!m || (found && !place_better(place, m->time_ns, *there)))
            continue;
        found = true;
        *there = m->time_ns;
        v->row = i;
    }
    if (place->message)
        select_message(v, place->message);
    return found;
}

static void click(struct ui *ui, struct view *view, int y, int x)
{
    struct ladder_view *v = (struct ladder_view *)view;
    (void)ui;
    (void)x;
    if (y >= v->top_y && y < v->top_y + v->height)
        move_to(v, (long)v->top + y - v->top_y);
}

static void close_ladder(struct view *view)
{
    struct ladder_view *v = (struct ladder_view *)view;
    ladder_free(&v->ladder);
    free(v->found);
    free(v);
}

static const struct view_ops ladder_ops = {
    .name = N_("flow"),
    .verbs = VERBS_MOVE | VERBS_PANE | VERB_BIT(VERB_LEFT) | VERB_BIT(VERB_RIGHT) |
             VERB_BIT(VERB_OPEN) | VERB_BIT(VERB_MARK) | VERB_BIT(VERB_NEXT_FAILURE) |
             VERB_BIT(VERB_PREVIOUS_FAILURE) | VERB_BIT(VERB_LEGS) | VERB_BIT(VERB_SEPARATE),
    .keybar = "back pane raw next-failure pane-down search legs mark command help",
    .draw = draw,
    .act = act,
    .search = search,
    .go = go,
    .subject = subject,
    .click = click,
    .close = close_ladder,
    .has_pane = false, /* it draws the pane itself, beside the message */
};

/* The row to begin with: the response that decided the transaction, else its request. */
static uint32_t deciding(struct ui *ui, uint32_t transaction)
{
    const struct transaction *txn = store_transaction(ui->store, transaction);
    return txn->final ? txn->final : txn->provisional ? txn->provisional : txn->first;
}

struct view *view_ladder_new(struct ui *ui, uint32_t transaction, uint32_t message)
{
    struct ladder_view *v = mem_zero(sizeof *v);
    v->view.ops = &ladder_ops;
    v->transaction = store_transaction_ref(ui->store, transaction);
    v->height = 1;
    v->columns_row = SIZE_MAX;
    rebuild(ui, v);
    if (v->ladder.nrows)
        select_message(v, message ? message : deciding(ui, transaction));
    return &v->view;
}
