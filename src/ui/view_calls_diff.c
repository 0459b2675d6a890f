/* Two calls compared, a row a message; Enter compares the two messages of a row. */
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/text.h"
#include "base/timefmt.h"
#include "base/tr.h"
#include "sip/fields.h"
#include "sip/sdp.h"
#include "store/compare_calls.h"
#include "ui/keymap.h"
#include "ui/ladder.h"
#include "ui/signs.h"

#define HEAD 3         /* lines above the rows */
#define WIDE 120       /* columns from which what differs stands behind each row, */
#define WORDS 20       /* so wide */
#define LABEL_MOST 400 /* of a row: its end is cut where it is drawn */

struct calls_view {
    struct view view;
    struct store_ref transaction[2]; /* of each call: says whether it still lives */
    uint32_t call[2];
    uint32_t messages[2]; /* of the calls when they were compared */
    struct calls_comparison calls;
    size_t *rows; /* that are shown */
    size_t nrows, row, top;
    bool all, made;
    struct rect rect;
};

/* The call while it lives. */
static const struct call *call_of(struct ui *ui, const struct calls_view *v, int i)
{
    return store_transaction_find(ui->store, v->transaction[i]) ? store_call(ui->store, v->call[i])
                                                                : NULL;
}

/* Compared anew when a call has got messages, or has gone. */
static void make(struct ui *ui, struct calls_view *v)
{
    uint32_t messages[2], ids[2];
    for (int i = 0; i < 2; i++) {
        const struct call *call = call_of(ui, v, i);
        messages[i] = call ? call->messages : 0;
        ids[i] = call ? v->call[i] : 0;
    }
    if (v->made && v->all == ui->diff_all && !memcmp(messages, v->messages, sizeof messages))
        return;
    calls_comparison_free(&v->calls);
    calls_compare(&v->calls, ui->store, ids[0], ids[1]);
    memcpy(v->messages, messages, sizeof messages);
    v->rows = mem_grow(v->rows, (v->calls.count + 1) * sizeof *v->rows);
    v->nrows = 0;
    v->made = true;
    v->all = ui->diff_all;
    for (size_t i = 0; i < v->calls.count; i++)
        if (v->all || v->calls.rows[i].differs)
            v->rows[v->nrows++] = i;
}

static void put_party(const struct sip_address *a, struct strbuf *out)
{
    strbuf_span(out, a->user.n ? a->user : a->host);
}

/* "+442079460018 → +493023125004  14:23:42.411" */
static void draw_title(struct ui *ui, struct calls_view *v, int i, struct rect rect)
{
    char when[TIME_TEXT];
    struct sip_message sip;
    struct sip_address from, to;
    struct strbuf text = STRBUF_INIT;
    const struct call *call = call_of(ui, v, i);
    uint32_t head = call ? transaction_head(store_transaction(ui->store, call->first_txn)) : 0;
    if (head && store_scan(ui->store, head, &sip) == 0) {
        sip_read_address(sip.from, &from);
        sip_read_address(sip.to, &to);
        put_party(&from, &text);
        strbuf_format(&text, " %s ", ui_arrow());
        put_party(&to, &text);
        time_clock(call->first_ns, when);
        if (text_width(strbuf_as_span(&text)) + 2 + strlen(when) > (size_t)rect.width)
            when[strcspn(when, ".")] = '\0';
        strbuf_format(&text, "  %s", when);
    } else {
        strbuf_text(&text, _("This call was evicted."));
    }
    screen_text(rect.y, rect.x, rect.width, STYLE_TITLE, strbuf_as_span(&text));
    strbuf_free(&text);
}

/* What a message says of its session description. */
static void put_media(struct ui *ui, const struct ladder_row *row, struct strbuf *out)
{
    struct sip_message sip;
    struct strbuf media = STRBUF_INIT;
    if (row->kind == LADDER_MESSAGE && store_scan(ui->store, row->message, &sip) == 0)
        sdp_summary(&media, sdp_of(&sip));
    if (media.n)
        strbuf_format(out, " (%s)", strbuf_str(&media));
    strbuf_free(&media);
}

/* "+0.027 2→1 488 Not Acceptable Here ↻3 (PCMU PCMA)" */
static void put_side(struct ui *ui, const struct calls_side *side, struct strbuf *out)
{
    char time[TIME_TEXT];
    const struct ladder_row *row = &side->row;
    if (!side->there)
        return;
    strbuf_format(out, "+%s %u", time_seconds(side->waited_ns, time), row->from + 1u);
    if (row->from != row->to)
        strbuf_format(out, "%s%u", ui_arrow(), row->to + 1u);
    strbuf_char(out, ' ');
    ladder_put_label(ui, row, true, LABEL_MOST, out);
    put_media(ui, row, out);
}

static enum style side_style(struct ui *ui, const struct calls_side *side)
{
    bool gone = side->row.kind == LADDER_MESSAGE && !store_message(ui->store, side->row.message);
    return side->there && !gone ? ladder_style(ui, &side->row) : STYLE_NORMAL;
}

/* What differs, in a word or two; nothing for a message that one call lacks. */
static void put_differences(const struct calls_row *row, struct strbuf *out)
{
    static const struct {
        unsigned bit;
        const char *words;
    } names[] = {
        { CALLS_MESSAGE, N_("answer") },      { CALLS_ROLES, N_("parties") },
        { CALLS_SESSION, N_("media") },       { CALLS_TIME, N_("time") },
        { CALLS_REPEATS, N_("repetitions") },
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (row->differs & names[i].bit && row->side[0].there && row->side[1].there)
            strbuf_format(out, "%s%s", out->n ? ", " : "", tr(names[i].words));
}

/* Where the two calls stand: as wide as each other, with room for what differs where there is much. */
struct halves {
    int x[2], width, mark, words;
};

static struct halves halves_of(struct rect rect)
{
    int words = rect.width >= WIDE ? WORDS : 0, half = (rect.width - words) / 2;
    return (struct halves){ { rect.x, rect.x + half + 1 }, half - 2, rect.x + half - 1, words };
}

static void draw_row(struct ui *ui, const struct calls_row *row, struct rect rect)
{
    const char *mark = !row->side[1].there   ? sign(SIGN_ONLY_LEFT)
                       : !row->side[0].there ? sign(SIGN_ONLY_RIGHT)
                       : row->differs        ? sign(SIGN_CHANGED)
                                             : " ";
    struct strbuf text = STRBUF_INIT;
    struct halves h = halves_of(rect);
    for (int i = 0; i < 2; i++) {
        strbuf_clear(&text);
        put_side(ui, &row->side[i], &text);
        screen_text(rect.y, h.x[i], h.width, side_style(ui, &row->side[i]), strbuf_as_span(&text));
    }
    screen_string(rect.y, h.mark, 1, STYLE_ALERT, mark);
    strbuf_clear(&text);
    put_differences(row, &text);
    if (h.words)
        screen_text(rect.y, rect.x + rect.width - h.words + 1, h.words - 1, STYLE_ALERT,
                    strbuf_as_span(&text));
    strbuf_free(&text);
}

/* "1 192.0.2.1  2 192.0.2.2": whom the numbers stand for. */
static void draw_parties(const struct calls_view *v, int i, struct rect rect)
{
    char text[ADDR_TEXT];
    struct strbuf line = STRBUF_INIT;
    for (size_t n = 0; n < v->calls.nparties[i]; n++)
        strbuf_format(&line, "%s%zu %s", n ? "  " : "", n + 1,
                      ui_address(&v->calls.parties[i][n], text));
    screen_text(rect.y, rect.x, rect.width, STYLE_LINK, strbuf_as_span(&line));
    strbuf_free(&line);
}

static void draw_summary(struct ui *ui, const struct calls_view *v, struct rect rect)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_format(&text,
                  tr_n("%zu difference", "%zu differences", (unsigned long)v->calls.differences),
                  v->calls.differences);
    strbuf_format(&text, ", %s%s", ui->diff_all ? _("all messages") : _("only what differs"),
                  v->calls.cut ? _(", cut") : "");
    if (v->row < v->nrows) {
        struct strbuf words = STRBUF_INIT;
        put_differences(&v->calls.rows[v->rows[v->row]], &words);
        if (words.n)
            strbuf_format(&text, _("; here: %s"), strbuf_str(&words));
        strbuf_free(&words);
    }
    screen_text(rect.y, rect.x, rect.width, STYLE_DIM, strbuf_as_span(&text));
    strbuf_free(&text);
}

/* With only what differs and nothing that does. */
static void draw_same(const struct rect *rect)
{
    char key[KEY_HINT];
    char *hint = mem_format(_("These calls do not differ; %s shows their messages."),
                            keymap_hint("differences", key));
    screen_string(rect->y + 1, rect->x + 2, rect->width - 2, STYLE_DIM, hint);
    free(hint);
}

static void draw(struct ui *ui, struct view *view, struct rect rect)
{
    struct calls_view *v = (struct calls_view *)view;
    make(ui, v);
    screen_clear(rect);
    struct halves h = halves_of((struct rect){ rect.y, rect.x + 1, 1, rect.width - 1 });
    v->row = v->row >= v->nrows ? (v->nrows ? v->nrows - 1 : 0) : v->row;
    for (int i = 0; i < 2; i++) {
        draw_title(ui, v, i, (struct rect){ rect.y, h.x[i], 1, h.width });
        draw_parties(v, i, (struct rect){ rect.y + 1, h.x[i], 1, h.width });
    }
    draw_summary(ui, v, (struct rect){ rect.y + 2, rect.x + 1, 1, rect.width - 1 });
    v->rect = (struct rect){ rect.y + HEAD, rect.x, rect.height > HEAD + 1 ? rect.height - HEAD : 1,
                             rect.width };
    if (v->nrows == 0 && v->calls.count > 0)
        draw_same(&v->rect);
    size_t height = (size_t)v->rect.height;
    v->top = v->row < v->top ? v->row : v->top;
    v->top = v->row >= v->top + height ? v->row - height + 1 : v->top;
    for (size_t i = 0; i < height && v->top + i < v->nrows; i++) {
        int y = v->rect.y + (int)i;
        draw_row(ui, &v->calls.rows[v->rows[v->top + i]],
                 (struct rect){ y, rect.x + 1, 1, rect.width - 1 });
        if (v->top + i == v->row)
            screen_select(y, rect.x, rect.width);
    }
}

static void open_row(struct ui *ui, const struct calls_view *v)
{
    const struct calls_row *row = v->row < v->nrows ? &v->calls.rows[v->rows[v->row]] : NULL;
    if (!row)
        return;
    uint32_t a = row->side[0].row.message, b = row->side[1].row.message;
    if (a || b)
        ui_push(ui, a && b ? view_diff_new(ui, a, b) : view_message_new(ui, a ? a : b));
}

static bool act(struct ui *ui, struct view *view, enum verb verb)
{
    struct calls_view *v = (struct calls_view *)view;
    int row = (int)v->row;
    switch (verb) {
    case VERB_OPEN:
        make(ui, v);
        open_row(ui, v);
        return true;
    case VERB_DIFFERENCES:
        ui->diff_all = !ui->diff_all;
        return true;
    default:
        if (!verb_scroll(verb, &row, v->rect.height, (int)v->nrows))
            return false;
        v->row = row < 0 ? 0 : (size_t)row; /* drawing clamps it */
        return true;
    }
}

static bool search(struct ui *ui, struct view *view, bool backwards)
{
    struct calls_view *v = (struct calls_view *)view;
    size_t count = v->nrows;
    bool found = false;
    for (size_t n = 1; n <= count && !found; n++) {
        size_t i = backwards ? (v->row + count - n % count) % count : (v->row + n) % count;
        struct strbuf text = STRBUF_INIT;
        for (int s = 0; s < 2; s++)
            put_side(ui, &v->calls.rows[v->rows[i]].side[s], &text);
        found = ui_search_fits(ui, strbuf_as_span(&text));
        v->row = found ? i : v->row;
        strbuf_free(&text);
    }
    return found;
}

static struct subject subject(struct ui *ui, struct view *view)
{
    struct subject s;
    const struct calls_view *v = (const struct calls_view *)view;
    memset(&s, 0, sizeof s);
    if (v->row < v->nrows) {
        const struct calls_row *row = &v->calls.rows[v->rows[v->row]];
        s.message = row->side[0].there ? row->side[0].row.message : row->side[1].row.message;
    }
    const struct message *m = store_message(ui->store, s.message);
    s.transaction = m ? m->transaction : 0;
    s.code = m ? m->code : 0;
    return s;
}

static void click(struct ui *ui, struct view *view, int y, int x)
{
    struct calls_view *v = (struct calls_view *)view;
    (void)ui;
    (void)x;
    if (y >= v->rect.y && v->top + (size_t)(y - v->rect.y) < v->nrows)
        v->row = v->top + (size_t)(y - v->rect.y);
}

static void close_calls(struct view *view)
{
    struct calls_view *v = (struct calls_view *)view;
    calls_comparison_free(&v->calls);
    free(v->rows);
    free(v);
}

static const struct view_ops calls_diff_ops = {
    .name = N_("comparison of calls"),
    .verbs = VERBS_MOVE | VERB_BIT(VERB_OPEN) | VERB_BIT(VERB_DIFFERENCES),
    .keybar = "back open-row differences raw search assist command",
    .draw = draw,
    .act = act,
    .search = search,
    .subject = subject,
    .click = click,
    .close = close_calls,
};

struct view *view_calls_diff_new(struct ui *ui, uint32_t a, uint32_t b)
{
    const struct call *calls[2] = { store_call(ui->store, a), store_call(ui->store, b) };
    if (!calls[0] || !calls[1])
        return NULL;
    struct calls_view *v = mem_zero(sizeof *v);
    v->view.ops = &calls_diff_ops;
    for (int i = 0; i < 2; i++) {
        v->call[i] = i ? b : a;
        v->transaction[i] = store_transaction_ref(ui->store, calls[i]->first_txn);
    }
    v->rect.height = 1;
    return &v->view;
}
