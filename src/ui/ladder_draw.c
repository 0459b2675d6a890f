/* Draws a flow: the addresses, which stay at the top, times, arrows, and the lines beside them. */
#include <stdio.h>

#include "base/text.h"
#include "base/timefmt.h"
#include "base/tr.h"
#include "ui/ladder.h"
#include "ui/signs.h"

#define LEAST_STEP 15 /* screen columns between two addresses */
#define TIMED_STEP 24 /* from which both times are shown */
#define MOST_STEP 44
#define LEAST_LABEL 6         /* of a label that is cut */
#define LINE_ENDS 3           /* cells of line and blanks at its ends, if there is room */
#define LONG_NS 99999500000LL /* from which a step is told in minutes */
#define LEAST_FOR_AGENTS 15   /* lines from which hosts show what they call themselves */
#define DELTA_WIDTH 8
#define CONTEXT 2 /* rows kept in view before and after the selected one */

struct canvas {
    struct ui *ui;
    struct ladder_view *v;
    struct rect rect;
    int step;   /* screen columns between two addresses */
    int clock;  /* width of the time; 0: not shown */
    int delta;  /* of the time since the row before */
    int margin; /* of all that stands left of the arrows */
    int edge;   /* columns left of the first address, and right of the last */
    int head;   /* lines of the addresses */
};

/* ---- where things stand --------------------------------------------------------------------- */

static int place_x(const struct canvas *c, size_t place)
{
    return c->rect.x + c->margin + c->edge + ((int)place - (int)c->v->left) * c->step;
}

static int column_x(const struct canvas *c, uint8_t column)
{
    return place_x(c, c->v->place[column]);
}

static int right_edge(const struct canvas *c)
{
    return c->rect.x + c->rect.width;
}

static bool inside(const struct canvas *c, int x)
{
    return x >= c->rect.x + c->margin && x < right_edge(c);
}

static int clock_width(const struct ui *ui)
{
    const char *how = ui->settings->time;
    return strcmp(how, "date") == 0       ? 24
           : strcmp(how, "relative") == 0 ? 10
           : strcmp(how, "delta") == 0    ? 0
                                          : 13;
}

/* Half of the longest name that stands over a column. */
static int half_name(const struct ladder_view *v, bool agents)
{
    char text[ADDR_TEXT];
    size_t most = 0;
    for (size_t i = 0; i < v->ladder.ncolumns; i++) {
        size_t width = text_width(SPAN(ui_address(&v->ladder.columns[i], text)));
        size_t agent = agents ? text_width(SPAN(v->agents[i])) : 0;
        width = agent > width ? agent : width;
        most = width > most ? width : most;
    }
    return (int)most / 2 + 1;
}

/* The addresses as far apart as their names at the edges allow, for the sake of the labels. */
static void spread_columns(struct canvas *c, int columns)
{
    int room = c->rect.width - c->margin, half = half_name(c->v, c->head > 1);
    c->step = room / columns;
    c->step = c->step < LEAST_STEP ? LEAST_STEP : c->step > MOST_STEP ? MOST_STEP : c->step;
    c->edge = c->step / 2;
    int fitting = room / c->step;
    if (columns > 1 && fitting >= columns && half < c->edge) {
        c->edge = half;
        c->step = (room - 2 * half) / (columns - 1);
        c->step = c->step > MOST_STEP ? MOST_STEP : c->step;
    }
    ladder_scroll_columns(c->v, fitting > 0 ? (size_t)fitting : 1);
}

/* As many times as there is room for, the time since the row before being the shortest. */
static void lay_out(struct canvas *c)
{
    int columns = c->v->ladder.ncolumns ? (int)c->v->ladder.ncolumns : 1;
    int marks = c->v->extended ? 4 : 2, width = c->rect.width - marks;
    if (c->v->zoom == ZOOM_FULL) {
        int clock = clock_width(c->ui);
        bool both = clock && (width - clock - DELTA_WIDTH) / columns >= TIMED_STEP;
        bool alone = clock && !both && (width - clock) / columns >= LEAST_STEP;
        c->clock = both || alone ? clock : 0;
        c->delta = alone ? 0 : DELTA_WIDTH;
    }
    c->margin = c->clock + c->delta + marks;
    spread_columns(c, columns);
}

/* ---- addresses ------------------------------------------------------------------------------ */

/* Over the middle of a column, as far as it fits between its neighbours; underlined if chosen. */
static void draw_name(const struct canvas *c, int y, size_t place, enum style style,
                      const char *text, bool chosen)
{
    struct strbuf shown = STRBUF_INIT;
    int x = place_x(c, place);
    text_visible(&shown, SPAN(text), screen_utf8());
    int width = (int)text_width(strbuf_as_span(&shown));
    width = width < c->step ? width : c->step - 1;
    int at = x - width / 2;
    at = at + width > right_edge(c) ? right_edge(c) - width : at;
    at = at < c->rect.x + c->margin && inside(c, x) ? c->rect.x + c->margin : at;
    if (inside(c, at) && inside(c, x)) {
        screen_text(y, at, width, style, strbuf_as_span(&shown));
        if (chosen)
            screen_underline(y, at, width);
    }
    strbuf_free(&shown);
}

static void draw_title(const struct canvas *c, size_t place)
{
    char text[ADDR_TEXT];
    uint8_t column = c->v->at[place];
    ui_address(&c->v->ladder.columns[column], text);
    draw_name(c, c->rect.y, place, STYLE_TITLE, text, place == c->v->cursor);
    if (c->head == 1)
        return;
    snprintf(text, sizeof text, "%s", c->v->agents[column]);
    if ((int)strlen(text) >= c->step) /* what stands in brackets may go */
        text[strcspn(text, "(")] = '\0';
    draw_name(c, c->rect.y + 1, place, STYLE_DIM, text, false);
}

/* Where more stand beyond the edges. */
static void draw_more(const struct canvas *c)
{
    if (c->v->left > 0)
        screen_string(c->rect.y, c->rect.x + c->margin - 1, 1, STYLE_ALERT, sign(SIGN_MORE_LEFT));
    if (c->v->left + c->v->fitting < c->v->ladder.ncolumns)
        screen_string(c->rect.y, right_edge(c) - 1, 1, STYLE_ALERT, sign(SIGN_MORE_RIGHT));
}

static void draw_columns(const struct canvas *c)
{
    screen_clear(c->rect);
    for (size_t i = 0; i < c->v->ladder.ncolumns; i++) {
        int x = place_x(c, i);
        draw_title(c, i);
        if (inside(c, x))
            screen_column(c->rect.y + c->head, x, c->rect.height - c->head);
    }
    draw_more(c);
}

/* ---- arrows --------------------------------------------------------------------------------- */

/* What an arrow is drawn with. */
struct pen {
    const char *line, *right, *left;
};

static struct pen pen_of(uint8_t kind)
{
    const char *broken = sign(SIGN_TIMER);
    bool timer = kind == LADDER_TIMEOUT || kind == LADDER_EXPIRED || kind == LADDER_SESSION_OVER;
    if (timer)
        return (struct pen){ broken, broken, broken };
    if (kind > LADDER_TRANSACTION)
        return (struct pen){ broken, sign(SIGN_EVENT_TO_RIGHT), sign(SIGN_EVENT_TO_LEFT) };
    return (struct pen){ screen_utf8() ? "─" : "-", sign(SIGN_TO_RIGHT), sign(SIGN_TO_LEFT) };
}

static void draw_arrow(const struct canvas *c, int y, int from, int to, enum style style,
                       struct pen pen)
{
    bool right = to > from;
    int a = right ? from + 1 : to + 1, b = right ? to - 1 : from - 1;
    for (int x = a; x <= b; x++)
        if (inside(c, x))
            screen_string(y, x, 1, style, pen.line);
    int head = right ? b : a;
    if (inside(c, head))
        screen_string(y, head, 1, style, right ? pen.right : pen.left);
}

/* Text beside what it belongs to: from x on, or as far left as it must to end at the edge. */
static void draw_beside(const struct canvas *c, int y, int x, enum style style, struct span text)
{
    int width = (int)text_width(text), least = c->rect.x + c->margin;
    x = x + width > right_edge(c) ? right_edge(c) - width : x;
    x = x < least ? least : x;
    width = width > right_edge(c) - x ? right_edge(c) - x : width;
    if (x > least)
        screen_blank(y, x - 1, 1);
    if (x + width < right_edge(c))
        screen_blank(y, x + width, 1);
    screen_text(y, x, width, style, text);
}

/* Cells for an arrow's label: all between its ends but the head, as far as they are in view. */
static int room_between(const struct canvas *c, int low, int high)
{
    int left = low < c->rect.x + c->margin ? c->rect.x + c->margin : low;
    int right = high > right_edge(c) ? right_edge(c) : high;
    return right - left - 2;
}

/*
 * In the middle of the arrow, a piece of which stays at both ends where the label leaves room for
 * it; what is no message may be wider than the arrow.
 */
static void draw_label(const struct canvas *c, int y, int from, int to, enum style style,
                       struct span label, bool wide)
{
    int low = from < to ? from : to, high = from < to ? to : from;
    int left = low < c->rect.x + c->margin ? c->rect.x + c->margin : low;
    int room = room_between(c, low, high), width = (int)text_width(label);
    if (wide && width > room - LINE_ENDS) {
        draw_beside(c, y, left + 3, style, label);
        return;
    }
    if (width > room && room < LEAST_LABEL + LINE_ENDS)
        return; /* of an arrow that is mostly beyond the edge */
    int first = from < to ? left + 1 : left + 2, spare = room - (width < room ? width : room);
    int x = spare >= LINE_ENDS ? left + 3 + (spare - LINE_ENDS) / 2
                               : first + (from < to ? (spare + 1) / 2 : spare / 2);
    if (x > first)
        screen_blank(y, x - 1, 1);
    if (x + room - spare < first + room)
        screen_blank(y, x + room - spare, 1);
    screen_text(y, x, room - spare, style, label);
}

static void draw_row(const struct canvas *c, int y, const struct ladder_row *row, bool plain)
{
    struct strbuf label = STRBUF_INIT;
    enum style style = ladder_style(c->ui, row);
    int from = column_x(c, row->from), to = column_x(c, row->to);
    int low = from < to ? from : to, high = from < to ? to : from;
    bool wide = row->kind > LADDER_TRANSACTION, self = from == to;
    int room = self ? c->rect.width : room_between(c, low, high);
    ladder_put_label(c->ui, row, plain, room > 0 ? (size_t)room : 0, &label);
    if (self) {
        if (inside(c, low + 2)) {
            screen_string(y, low + 1, 1, style, sign(SIGN_TO_ITSELF));
            draw_beside(c, y, low + 3, style, strbuf_as_span(&label));
        }
    } else {
        draw_arrow(c, y, from, to, style, pen_of(row->kind));
        draw_label(c, y, from, to, style, strbuf_as_span(&label), wide);
    }
    strbuf_free(&label);
}

/* ---- lines beside rows ---------------------------------------------------------------------- */

/* "··· nothing for 32s ···" */
static void draw_gap(const struct canvas *c, int y, const char *format, int64_t ns)
{
    char took[TIME_TEXT];
    struct strbuf text = STRBUF_INIT;
    const char *dots = sign(SIGN_PAUSE);
    strbuf_format(&text, "%s ", dots);
    strbuf_format(&text, format, time_short(ns, took));
    strbuf_format(&text, " %s", dots);
    int width = (int)text_width(strbuf_as_span(&text));
    int middle = (place_x(c, c->v->left) + place_x(c, c->v->left + c->v->fitting - 1)) / 2;
    draw_beside(c, y, middle - width / 2, STYLE_DIM, strbuf_as_span(&text));
    strbuf_free(&text);
}

static void draw_leg_line(const struct canvas *c, int y, size_t row)
{
    struct strbuf text = STRBUF_INIT;
    ladder_put_leg(c->ui, c->v, c->v->ladder.rows[row].leg, &text);
    draw_beside(c, y, place_x(c, c->v->left) + 2, STYLE_LINK, strbuf_as_span(&text));
    strbuf_free(&text);
}

static void draw_note(const struct canvas *c, int y, size_t row)
{
    struct strbuf text = STRBUF_INIT;
    const struct ladder_row *r = &c->v->ladder.rows[row];
    int from = column_x(c, r->from), to = column_x(c, r->to);
    ladder_put_note(c->ui, c->v, row, &text);
    draw_beside(c, y, (from < to ? from : to) + 2, STYLE_CODE, strbuf_as_span(&text));
    strbuf_free(&text);
}

/* ---- times and marks ------------------------------------------------------------------------ */

/* The time since the row before: seconds, their points below one another. */
static void draw_step(const struct canvas *c, int y, size_t row)
{
    char text[TIME_TEXT], step[TIME_TEXT + 1], shown[TIME_TEXT + 8];
    const struct ladder_row *rows = c->v->ladder.rows;
    int64_t since = rows[row].time_ns - rows[row ? row - 1 : 0].time_ns;
    snprintf(step, sizeof step, "%s%s", row ? "+" : "",
             since < LONG_NS ? time_seconds(since, text) : time_short(since, text));
    snprintf(shown, sizeof shown, "%*s", c->delta - 1, step);
    screen_cell(y, c->rect.x + c->clock, c->delta, STYLE_DIM, SPAN(shown));
}

/* The clock, or the time since the call began, and the time since the row before. */
static void draw_times(const struct canvas *c, int y, size_t row)
{
    char text[TIME_TEXT], shown[TIME_TEXT + 4];
    const char *how = c->ui->settings->time;
    int64_t at = c->v->ladder.rows[row].time_ns;
    if (c->clock && strcmp(how, "relative") == 0) {
        snprintf(shown, sizeof shown, "%*s", c->clock - 1,
                 time_seconds(at - c->v->ladder.first_ns, text));
        screen_cell(y, c->rect.x, c->clock, STYLE_DIM, SPAN(shown));
    } else if (c->clock) {
        screen_cell(y, c->rect.x, c->clock, STYLE_DIM,
                    SPAN(strcmp(how, "date") == 0 ? time_date(at, text) : time_clock(at, text)));
    }
    if (c->delta)
        draw_step(c, y, row);
}

/* The number of the leg, each in a colour of its own, and whether it proves what was found. */
static void draw_marks(const struct canvas *c, int y, size_t row)
{
    static const enum style colours[] = { STYLE_TITLE, STYLE_LINK, STYLE_CLASS + SIP_CLASS_SUCCESS,
                                          STYLE_CLASS + SIP_CLASS_CHALLENGE,
                                          STYLE_CLASS + SIP_CLASS_REDIRECT };
    char number[2] = { (char)('1' + c->v->ladder.rows[row].leg), '\0' };
    int x = c->rect.x + c->clock + c->delta;
    if (c->v->extended)
        screen_string(y, x, 1,
                      colours[c->v->ladder.rows[row].leg % (sizeof colours / sizeof colours[0])],
                      number);
    if (ladder_is_proof(c->v, row))
        screen_string(y, c->rect.x + c->margin - 2, 1, STYLE_ALERT, sign(SIGN_EVIDENCE));
}

/* ---- all of it ------------------------------------------------------------------------------ */

/* The first row from which `last` is in view. */
static size_t first_for(struct ui *ui, const struct ladder_view *v, size_t last)
{
    int used = 0;
    size_t first = last + 1;
    while (first > 0) {
        used += ladder_height(ladder_lines(ui, v, first - 1));
        if (used > v->height)
            break;
        first--;
    }
    return first > last ? last : first;
}

/* Scrolls so that the selected row is in view, with what comes before and after it. */
static void show_row(struct ui *ui, struct ladder_view *v)
{
    size_t around = v->height > 3 * CONTEXT ? CONTEXT : 0, last = v->row + around;
    if (v->ladder.nrows == 0)
        return;
    last = last < v->ladder.nrows ? last : v->ladder.nrows - 1;
    size_t first = first_for(ui, v, last), end = first_for(ui, v, v->ladder.nrows - 1);
    if (v->row < v->top + around)
        v->top = v->row > around ? v->row - around : 0;
    if (v->top < first)
        v->top = first < v->row ? first : v->row;
    if (v->top > end) /* no empty lines below */
        v->top = end;
}

/* A row with the lines that go with it, from y on; the line behind them. */
static int draw_lines(const struct canvas *c, int y, size_t row)
{
    struct ladder_lines lines = ladder_lines(c->ui, c->v, row);
    int end = c->rect.y + c->rect.height;
    if (lines.gap && y < end)
        draw_gap(c, y++, _("nothing for %s"), ladder_pause(c->v, row));
    if (lines.leg && y < end)
        draw_leg_line(c, y++, row);
    if (y >= end)
        return y;
    draw_times(c, y, row);
    draw_marks(c, y, row);
    draw_row(c, y, &c->v->ladder.rows[row], lines.note);
    if (row == c->v->row)
        screen_select(y, c->rect.x, c->rect.width);
    y++;
    if (lines.note && y < end)
        draw_note(c, y++, row);
    if (lines.silence && y < end)
        draw_gap(c, y++, _("nothing since, for %s"), ladder_silence(c->ui, c->v));
    return y;
}

void ladder_draw(struct ui *ui, struct ladder_view *v, struct rect rect)
{
    struct canvas c = { .ui = ui, .v = v, .rect = rect };
    c.head = v->named && v->zoom == ZOOM_FULL && rect.height >= LEAST_FOR_AGENTS ? 2 : 1;
    lay_out(&c);
    v->height = rect.height > c.head ? rect.height - c.head : 1;
    v->top_y = rect.y + c.head;
    v->left_x = rect.x + c.margin + c.edge - c.step / 2;
    v->step = c.step;
    show_row(ui, v);
    draw_columns(&c);
    int y = v->top_y;
    for (size_t row = v->top; row < v->ladder.nrows && y < v->top_y + v->height; row++)
        y = draw_lines(&c, y, row);
}

size_t ladder_row_at(struct ui *ui, const struct ladder_view *v, int y)
{
    int at = v->top_y;
    for (size_t row = v->top; row < v->ladder.nrows && at < v->top_y + v->height; row++) {
        at += ladder_height(ladder_lines(ui, v, row));
        if (y >= v->top_y && y < at)
            return row;
    }
    return SIZE_MAX;
}

size_t ladder_place_at(const struct ladder_view *v, int x)
{
    size_t place = v->left + (size_t)(x > v->left_x ? (x - v->left_x) / v->step : 0);
    return place < v->ladder.ncolumns ? place : v->ladder.ncolumns - 1;
}
