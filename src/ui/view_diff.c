/*
 * Two messages compared: beside each other where the screen is wide, else the lines of one below
 * those of the other. A mark says what each line is, and the words that differ stand out.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/text.h"
#include "base/timefmt.h"
#include "base/tr.h"
#include "sip/diff.h"
#include "ui/signs.h"
#include "ui/ui.h"

#define BESIDE 120  /* columns from which the messages stand beside each other */
#define CONTINUED 2 /* columns that the rest of a wrapped line stands in */

struct diff_view {
    struct view view;
    struct {
        uint32_t message;
        struct store_ref transaction;
        char *text; /* a copy: it may be evicted */
        size_t n;
        char *title;
    } side[2];
    struct sip_diff diff;
    unsigned ignore; /* what it was made with */
    bool made;
    size_t *rows; /* the lines that are shown */
    size_t nrows;
    bool all; /* whether all are */
    int top;  /* the first row on the screen */
    int height;
};

static void make(struct ui *ui, struct diff_view *v)
{
    if (v->made && v->ignore == ui->diff_ignore && v->all == ui->diff_all)
        return;
    sip_diff_free(&v->diff);
    sip_diff_make(&v->diff, (struct span){ v->side[0].text, v->side[0].n },
                  (struct span){ v->side[1].text, v->side[1].n }, ui->diff_ignore);
    v->rows = mem_grow(v->rows, (v->diff.count + 1) * sizeof *v->rows);
    v->nrows = 0;
    v->made = true;
    v->ignore = ui->diff_ignore;
    v->all = ui->diff_all;
    for (size_t i = 0; i < v->diff.count; i++)
        if (v->all ||
            (v->diff.lines[i].state != SIP_DIFF_SAME && v->diff.lines[i].state != SIP_DIFF_IGNORED))
            v->rows[v->nrows++] = i;
}

/* "frame 75  14:23:42.411  192.0.2.1:5060 → 192.0.2.2:5060" */
static char *title_of(struct ui *ui, const struct message *m)
{
    char when[TIME_TEXT], src[ADDR_TEXT], dst[ADDR_TEXT];
    const struct flow *flow = store_flow(ui->store, m->flow);
    struct strbuf text = STRBUF_INIT;
    strbuf_format(&text, _("frame %u"), m->frame);
    strbuf_format(&text, "  %s  %s %s %s", time_clock(m->time_ns, when),
                  ui_address(&flow->src, src), ui_arrow(), ui_address(&flow->dst, dst));
    return strbuf_take(&text);
}

static void draw_titles(struct ui *ui, const struct diff_view *v, struct rect rect)
{
    struct strbuf text = STRBUF_INIT;
    int half = rect.width / 2;
    for (int i = 0; i < 2; i++) {
        screen_string(rect.y, rect.x + i * half, 1, STYLE_KEY, i ? "+" : "-");
        screen_string(rect.y, rect.x + 2 + i * half, half - 3, STYLE_TITLE, v->side[i].title);
    }
    strbuf_format(&text,
                  tr_n("%zu difference", "%zu differences", (unsigned long)v->diff.differences),
                  v->diff.differences);
    strbuf_format(&text, " · %s", ui->diff_all ? _("all lines") : _("only what differs"));
    strbuf_format(&text, " · %s",
                  ui->diff_ignore & SIP_DIFF_ORDER ? _("order ignored") : _("order counts"));
    strbuf_format(&text, " · %s",
                  ui->diff_ignore & SIP_DIFF_VOLATILE
                      ? _("ignored: branch, tags, Call-ID, CSeq, nonce, Date, Max-Forwards")
                      : _("nothing else ignored"));
    if (v->diff.cut)
        strbuf_format(&text, " · %s", _("cut"));
    struct styled_text line = STYLED_INIT(screen_utf8()); /* for the dot's stand-in in ASCII */
    styled_paragraph(&line, HELP_DIM, strbuf_as_span(&text), text.n + 64, 0, 0);
    if (line.nlines)
        screen_styled(rect.y + 1, rect.x, rect.width, &line, 0, 0, 0);
    styled_free(&line);
    strbuf_free(&text);
}

struct pen {
    int x, y, width; /* of the area */
    int column, row; /* in it */
    int rows;        /* that may be drawn on */
};

/* Puts text, going on in the next row where it does not fit. */
static void put(struct pen *pen, enum style style, struct span text)
{
    struct strbuf safe = STRBUF_INIT;
    text_visible(&safe, text, screen_utf8());
    for (struct span rest = strbuf_as_span(&safe); rest.n > 0;) {
        int room = pen->width - pen->column;
        struct span fit = text_fit(rest, room > 0 ? (size_t)room : 0);
        if (fit.n == 0 && pen->column <= CONTINUED)
            break; /* a wide character, and one column */
        if (pen->row < pen->rows)
            screen_text(pen->y + pen->row, pen->x + pen->column, room, style, fit);
        pen->column += (int)text_width(fit);
        rest = span_make(span_end(fit), span_end(rest));
        if (rest.n > 0) {
            pen->row++;
            pen->column = CONTINUED;
        }
    }
    strbuf_free(&safe);
}

static enum style line_style(const struct sip_diff_line *line)
{
    switch (line->state) {
    case SIP_DIFF_ONLY_A:
        return STYLE_CLASS + SIP_CLASS_CLIENT;
    case SIP_DIFF_ONLY_B:
        return STYLE_CLASS + SIP_CLASS_SUCCESS;
    case SIP_DIFF_CHANGED:
        return STYLE_NORMAL;
    default:
        return STYLE_DIM;
    }
}

/* A side of a line with the words that the other one has not. Screen rows that it takes. */
static int draw_side(const struct sip_diff_line *line, bool second, unsigned ignore, struct pen pen)
{
    static struct sip_diff_word words[SIP_DIFF_WORDS];
    struct span text = second ? line->b : line->a, other = second ? line->a : line->b;
    if (line->state != SIP_DIFF_CHANGED) {
        put(&pen, line_style(line), text);
        return pen.row + 1;
    }
    size_t n = sip_diff_words(text, other, line->part, ignore, words);
    for (size_t i = 0; i < n; i++)
        put(&pen, words[i].differs ? STYLE_MATCH : STYLE_NORMAL, words[i].text);
    return pen.row + 1;
}

static const char *mark_of(const struct sip_diff_line *line)
{
    switch (line->state) {
    case SIP_DIFF_ONLY_A:
        return sign(SIGN_ONLY_LEFT);
    case SIP_DIFF_ONLY_B:
        return sign(SIGN_ONLY_RIGHT);
    case SIP_DIFF_CHANGED:
        return sign(SIGN_CHANGED);
    case SIP_DIFF_IGNORED:
        return sign(SIGN_IGNORED);
    default:
        return " ";
    }
}

/* Both sides in one row, the mark between them. Screen rows that it takes. */
static int draw_beside(struct ui *ui, const struct sip_diff_line *line, struct rect rect)
{
    int half = rect.width / 2, used[2] = { 0, 0 };
    screen_string(rect.y, rect.x + half, 1, STYLE_KEY, mark_of(line));
    for (int i = 0; i < 2; i++)
        if (i ? line->b.p : line->a.p)
            used[i] = draw_side(
                line, i, ui->diff_ignore,
                (struct pen){ rect.x + i * (half + 2), rect.y, half - 1, 0, 0, rect.height });
    return used[0] > used[1] ? used[0] : used[1];
}

/* A line that both have once, else each side's own, with its mark in front. */
static int draw_below(struct ui *ui, const struct sip_diff_line *line, struct rect rect)
{
    int used = 0;
    bool once = line->state == SIP_DIFF_SAME || line->state == SIP_DIFF_IGNORED;
    for (int i = 0; i < 2 && used < rect.height; i++) {
        if (!(i ? line->b.p : line->a.p) || (once && i))
            continue;
        screen_string(rect.y + used, rect.x, 1, STYLE_KEY, once ? mark_of(line) : i ? "+" : "-");
        used += draw_side(
            line, i, ui->diff_ignore,
            (struct pen){ rect.x + 2, rect.y + used, rect.width - 2, 0, 0, rect.height - used });
    }
    return used;
}

static void draw(struct ui *ui, struct view *view, struct rect rect)
{
    struct diff_view *v = (struct diff_view *)view;
    make(ui, v);
    screen_clear(rect);
    rect.x++;
    rect.width--;
    draw_titles(ui, v, rect);
    v->height = rect.height - 2;
    v->top = v->top >= (int)v->nrows ? (int)v->nrows - 1 : v->top;
    v->top = v->top < 0 ? 0 : v->top;
    int y = 2;
    for (size_t i = (size_t)v->top; i < v->nrows && y < rect.height; i++) {
        const struct sip_diff_line *line = &v->diff.lines[v->rows[i]];
        struct rect area = { rect.y + y, rect.x, rect.height - y, rect.width };
        y += rect.width >= BESIDE ? draw_beside(ui, line, area) : draw_below(ui, line, area);
    }
    if (v->nrows == 0)
        screen_string(rect.y + 3, rect.x + 1, rect.width - 1, STYLE_DIM,
                      _("Nothing differs, apart from what is ignored."));
}

static bool take_side(struct ui *ui, struct diff_view *v, int i, uint32_t id)
{
    struct sip_message sip;
    struct strbuf copy = STRBUF_INIT;
    const struct message *m = store_message(ui->store, id);
    if (!m || store_scan(ui->store, id, &sip) < 0)
        return false;
    struct span sent = message_sent(m, &copy);
    if (copy.n == 0)
        strbuf_span(&copy, sent);
    free(v->side[i].text);
    free(v->side[i].title);
    v->side[i].message = id;
    v->side[i].transaction = store_transaction_ref(ui->store, m->transaction);
    v->side[i].n = copy.n;
    v->side[i].text = strbuf_take(&copy);
    v->side[i].title = title_of(ui, m);
    return true;
}

/* The message that a transaction began with, or the response that decided it; 0: there is none. */
static uint32_t end_of(struct ui *ui, const struct diff_view *v, int i, bool final)
{
    const struct transaction *t = store_transaction(
        ui->store, store_transaction_find(ui->store, v->side[i].transaction));
    return !t ? 0 : final ? t->final : transaction_head(t);
}

/* From the requests of two transactions to their final responses, and back. */
static void turn(struct ui *ui, struct diff_view *v, bool next)
{
    uint32_t a = end_of(ui, v, 0, next), b = end_of(ui, v, 1, next);
    if (!a || !b || a == b || (a == v->side[0].message && b == v->side[1].message)) {
        ui_notice(ui, false,
                  next ? _("There are no other final responses to compare")
                       : _("There are no other requests to compare"));
        return;
    }
    take_side(ui, v, 0, a);
    take_side(ui, v, 1, b);
    v->made = false; /* the lines point into the texts that were there before */
    v->top = 0;
}

static bool act(struct ui *ui, struct view *view, enum verb verb)
{
    struct diff_view *v = (struct diff_view *)view;
    switch (verb) {
    case VERB_NEXT_CODE:
    case VERB_PREVIOUS_CODE:
        turn(ui, v, verb == VERB_NEXT_CODE);
        return true;
    case VERB_DIFFERENCES:
        ui->diff_all = !ui->diff_all;
        return true;
    case VERB_IGNORE_ORDER:
        ui->diff_ignore ^= SIP_DIFF_ORDER;
        return true;
    case VERB_IGNORE_VOLATILE:
        ui->diff_ignore ^= SIP_DIFF_VOLATILE;
        return true;
    default:
        return verb_scroll(verb, &v->top, v->height / 2, (int)v->nrows);
    }
}

static bool search(struct ui *ui, struct view *view, bool backwards)
{
    struct diff_view *v = (struct diff_view *)view;
    size_t count = v->nrows, start = (size_t)v->top;
    for (size_t n = 1; n <= count; n++) {
        size_t i = backwards ? (start + count - n % count) % count : (start + n) % count;
        const struct sip_diff_line *line = &v->diff.lines[v->rows[i]];
        if (ui_search_fits(ui, line->a) || ui_search_fits(ui, line->b)) {
            v->top = (int)i;
            return true;
        }
    }
    return false;
}

static void close_diff(struct view *view)
{
    struct diff_view *v = (struct diff_view *)view;
    for (int i = 0; i < 2; i++) {
        free(v->side[i].text);
        free(v->side[i].title);
    }
    sip_diff_free(&v->diff);
    free(v->rows);
    free(v);
}

static const struct view_ops diff_ops = {
    .name = N_("comparison"),
    .verbs = VERBS_MOVE | VERB_BIT(VERB_DIFFERENCES) | VERB_BIT(VERB_IGNORE_ORDER) |
             VERB_BIT(VERB_IGNORE_VOLATILE) | VERB_BIT(VERB_NEXT_CODE) |
             VERB_BIT(VERB_PREVIOUS_CODE),
    .keybar = "back differences ignore-order ignore-volatile next-message search assist command",
    .draw = draw,
    .act = act,
    .search = search,
    .close = close_diff,
};

struct view *view_diff_new(struct ui *ui, uint32_t a, uint32_t b)
{
    struct diff_view *v = mem_zero(sizeof *v);
    v->view.ops = &diff_ops;
    if (take_side(ui, v, 0, a) && take_side(ui, v, 1, b))
        return &v->view;
    close_diff(&v->view);
    return NULL;
}
