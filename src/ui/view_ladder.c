/*
 * A call as a ladder: a column an address, an arrow a message, the selected
 * message's bytes beside or below. Its keys and its layout; see ladder.h for the rest.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "base/timefmt.h"
#include "base/tr.h"
#include "diagnose/evidence.h"
#include "sip/fields.h"
#include "store/names.h"
#include "ui/goto.h"
#include "ui/keymap.h"
#include "ui/ladder.h"
#include "ui/list.h"
#include "ui/separate.h"
#include "ui/signs.h"

#define SIDE_BY_SIDE 120
#define LEAST_FOR_MESSAGE 10 /* lines, under the ladder */
#define CALL_ID_LEAST 20     /* columns of the title: less of a Call-ID tells nothing */

/* ---- what is shown -------------------------------------------------------------------------- */

/* Shows the joined legs, too, or the call alone; the message selected stays so. */
static void show_legs(struct ui *ui, struct ladder_view *v)
{
    if (!v->joined) {
        ui_notice(ui, false, _("No other leg was joined to this call"));
        return;
    }
    v->extended = !v->extended;
    ladder_refresh(ui, v);
}

/* With all legs shown that of the row, else the call. */
static void separate(struct ui *ui, struct ladder_view *v)
{
    const struct ladder_row *row = ladder_selected(v);
    if (!store_call(ui->store, v->call))
        return;
    separate_leg(ui, v->extended && row ? v->legs[row->leg] : v->call, v->call);
    ladder_refresh(ui, v);
    ladder_rebuild(ui, v);
}

static void zoom(struct ui *ui, struct ladder_view *v)
{
    static const char *const names[] = {
        [ZOOM_FULL] = N_("Everything: times, pauses, what session descriptions say"),
        [ZOOM_MESSAGES] = N_("A line a message, without times"),
        [ZOOM_TRANSACTIONS] = N_("A line a transaction; those alike in a row are counted"),
    };
    v->zoom = (uint8_t)((v->zoom + 1) % 3);
    ladder_rebuild(ui, v);
    ui_notice(ui, false, "%s", tr(names[v->zoom]));
}

static void unfold(struct ui *ui, struct ladder_view *v)
{
    v->options.unfolded = !v->options.unfolded;
    ladder_rebuild(ui, v);
    ui_notice(ui, false,
              v->options.unfolded ? _("Retransmissions and second captures one by one")
                                  : _("Retransmissions and second captures counted at the first"));
}

/* The order of columns of the other kind means nothing. */
static void merge(struct ui *ui, struct ladder_view *v)
{
    v->options.columns = v->ladder.by_port ? LADDER_BY_HOST : LADDER_BY_PORT;
    v->norder = 0;
    ladder_rebuild(ui, v);
    ui_notice(ui, false,
              v->ladder.by_port ? _("A column an address and port") : _("A column a host"));
}

static void step_proof(struct ui *ui, struct ladder_view *v, bool backwards)
{
    char key[KEY_HINT];
    const struct ladder_proof *proof = ladder_next_proof(v, backwards);
    if (!proof && v->nproofs && v->joined && !v->extended)
        ui_notice(ui, false, _("The evidence is on another leg: %s shows it"),
                  keymap_hint("legs", key));
    else if (!proof)
        ui_notice(ui, false,
                  v->nproofs ? _("The evidence is not among what is shown")
                             : _("Nothing was found in this call"));
    if (!proof)
        return;
    v->row = proof->row;
    ui_notice(ui, false, "%s %s", sign(SIGN_EVIDENCE), proof->text);
}

/* ---- drawing --------------------------------------------------------------------------------- */

/* What was found; without that, why the request failed that stands for the call. */
static void put_why(const struct ui *ui, const struct ladder_view *v, const struct call *call,
                    struct strbuf *out)
{
    uint32_t id = call_leading(ui->store, call);
    const struct transaction *t = store_transaction(ui->store, id);
    if (v->found)
        strbuf_format(out, "%s %s  ", sign(SIGN_EVIDENCE), v->found);
    if (v->found || !t || !sip_class_failed((enum sip_class)t->class))
        return;
    why_line(out, ui->diagnosis, ui->store, id);
    strbuf_text(out, "  ");
}

/* One line over the ladder: who called whom, and how the message selected came. */
static void draw_summary(struct ui *ui, struct ladder_view *v, struct rect rect)
{
    struct sip_message sip;
    struct strbuf text = STRBUF_INIT;
    char total[TIME_TEXT], took[TIME_TEXT + 2];
    const struct ladder *l = &v->ladder;
    struct sip_address from, to;
    screen_blank(rect.y, rect.x, rect.width);
    const struct call *call = store_call(ui->store, v->call);
    const struct transaction *first = call ? store_transaction(ui->store, call->first_txn) : NULL;
    if (!first || l->nrows == 0 || store_scan(ui->store, first->first, &sip) < 0) {
        screen_string(rect.y, rect.x + 1, rect.width - 1, STYLE_DIM, _("This call was evicted."));
        return;
    }
    sip_read_address(sip.from, &from);
    sip_read_address(sip.to, &to);
    strbuf_span(&text, from.user.n ? names_number(from.user) : from.host);
    strbuf_format(&text, " %s ", ui_arrow());
    strbuf_span(&text, to.user.n ? names_number(to.user) : to.host);
    strbuf_text(&text, "  ");
    strbuf_format(&text, tr_n("%zu message", "%zu messages", (unsigned long)l->messages),
                  l->messages);
    if (l->left_out)
        strbuf_format(&text, _(", %zu of them here"), l->messages - l->left_out);
    snprintf(took, sizeof took, "%s s", time_seconds(l->last_ns - l->first_ns, total));
    strbuf_format(&text, _(" in %s"), took);
    strbuf_text(&text, "  ");
    if (v->joined)
        strbuf_format(&text, "%s  ", v->joined);
    put_why(ui, v, call, &text);
    if ((int)text_width(strbuf_as_span(&text)) + CALL_ID_LEAST < rect.width) {
        strbuf_text(&text, "Call-ID ");
        strbuf_span(&text, sip.call_id);
    }
    if (ladder_selected(v))
        ui_put_agent(ui, store_message(ui->store, ladder_selected(v)->message), &text);
    screen_text(rect.y, rect.x + 1, rect.width - 1, STYLE_TITLE, strbuf_as_span(&text));
    strbuf_free(&text);
}

/* What the flow marks is told of at what proves it, and in its transaction; else what explains the row. */
static void take_finding(const struct ui *ui, const struct ladder_view *v, struct subject *s)
{
    const struct finding *f = diagnosis_finding(ui->diagnosis, v->shown);
    uint32_t own = diagnosis_of_transaction(ui->diagnosis, s->transaction);
    if (!f ||
        (own && own != v->shown && f->transaction != s->transaction && !ladder_is_proof(v, v->row)))
        return;
    s->finding = v->shown;
    s->unseen = ladder_unseen(v);
}

/* A row that is no message speaks of the transaction that it is about, else of the one opened. */
static struct subject subject(struct ui *ui, struct view *view)
{
    struct ladder_view *v = (struct ladder_view *)view;
    struct subject s;
    ladder_refresh(ui, v);
    const struct ladder_row *row = ladder_selected(v);
    memset(&s, 0, sizeof s);
    if (!row)
        return s;
    const struct message *m = store_message(ui->store, row->message);
    s.transaction = row->transaction ? row->transaction
                                     : store_transaction_find(ui->store, v->transaction);
    s.message = row->message;
    s.frame = row->kind > LADDER_TRANSACTION ? row->frame : 0;
    s.source = row->source;
    s.code = row->kind == LADDER_MESSAGE && m && m->code
                 ? m->code
                 : store_transaction(ui->store, s.transaction)->code;
    take_finding(ui, v, &s);
    return s;
}

/* Wide: the ladder left, message and pane at the right. What is left of `all` for the ladder. */
static struct rect place_beside(struct ui *ui, struct rect all, struct rect *raw, struct rect *pane)
{
    struct rect flow, side;
    split_divide(&ui->splits, SPLIT_FLOW_BESIDE, all, &flow, &side);
    *raw = side;
    if (ui->settings->pane)
        split_divide(&ui->splits, SPLIT_FLOW_PANE_BELOW, side, raw, pane);
    screen_column(side.y, side.x - 1, side.height);
    *raw = (struct rect){ raw->y, raw->x + 1, raw->height, raw->width - 1 };
    return flow;
}

/* Narrow: the ladder above, message and pane below it, as far as there is room. */
static struct rect place_below(struct ui *ui, struct rect all, struct rect *raw, struct rect *pane)
{
    struct rect flow, low;
    if (all.height < LEAST_FOR_MESSAGE)
        return all;
    split_divide(&ui->splits, SPLIT_FLOW_BELOW, all, &flow, &low);
    *raw = low;
    if (ui->settings->pane) {
        split_divide(&ui->splits, SPLIT_FLOW_PANE_BESIDE, low, raw, pane);
        screen_column(low.y, pane->x - 1, low.height);
    }
    screen_rule(raw->y, raw->x, raw->width);
    *raw = (struct rect){ raw->y + 1, raw->x + 1, raw->height - 1, raw->width - 1 };
    return flow;
}

static void draw(struct ui *ui, struct view *view, struct rect rect)
{
    struct ladder_view *v = (struct ladder_view *)view;
    struct rect raw = { 0 }, pane = { 0 }, all = rect;
    ladder_refresh(ui, v);
    screen_clear(rect);
    draw_summary(ui, v, rect);
    all.y++;
    all.height--;
    struct rect flow = rect.width >= SIDE_BY_SIDE ? place_beside(ui, all, &raw, &pane)
                                                  : place_below(ui, all, &raw, &pane);
    ladder_draw(ui, v, flow);
    const struct ladder_row *row = ladder_selected(v);
    raw_draw(ui, row ? row->message : 0, raw, 0, NULL);
    pane_draw(ui, subject(ui, view), pane);
}

/* ---- keys ------------------------------------------------------------------------------------ */

static void move_to(struct ladder_view *v, long row)
{
    v->following = false;
    long last = v->ladder.nrows ? (long)v->ladder.nrows - 1 : 0;
    v->row = (size_t)(row < 0 ? 0 : row > last ? last : row);
}

/* What is marked as a failure: by its answer, by what happened, by an error or warning it proves. */
static bool row_failed(struct ui *ui, const struct ladder_view *v, size_t at)
{
    const struct ladder_row *row = &v->ladder.rows[at];
    const struct message *m = store_message(ui->store, row->message);
    const struct transaction *t = store_transaction(ui->store, row->transaction);
    if (v->severity >= SEVERITY_WARNING && ladder_is_proof(v, at))
        return true;
    if (row->kind == LADDER_TRANSACTION)
        return t && sip_class_failed(t->class);
    if (row->kind != LADDER_MESSAGE)
        return row->kind != LADDER_CONNECT && row->kind != LADDER_CLOSED &&
               (row->kind != LADDER_TLS || row->detail);
    return m && sip_class_failed(sip_class_of(m->code));
}

static bool row_fits(struct ui *ui, const struct ladder_view *v, size_t at)
{
    const struct ladder_row *row = &v->ladder.rows[at];
    const struct message *m = store_message(ui->store, row->message);
    return row->kind <= LADDER_TRANSACTION && m &&
           ui_search_fits(ui, message_payload(ui->store, m));
}

static bool find(struct ui *ui, struct ladder_view *v, bool backwards,
                 bool (*fits)(struct ui *ui, const struct ladder_view *v, size_t at))
{
    ladder_refresh(ui, v);
    size_t count = v->ladder.nrows;
    for (size_t n = 1; n <= count; n++) {
        size_t row = backwards ? (v->row + count - n % count) % count : (v->row + n) % count;
        if (fits(ui, v, row)) {
            v->row = row;
            return true;
        }
    }
    return false;
}

static void step_failure(struct ui *ui, struct ladder_view *v, bool backwards)
{
    char key[KEY_NAME];
    if (find(ui, v, backwards, row_failed))
        return;
    if (v->joined && !v->extended && keymap_key_of("legs", key))
        ui_notice(ui, false, _("Nothing failed in this leg; %s shows the others, too"), key);
    else
        ui_notice(ui, false, _("Nothing failed in this call"));
}

static bool search(struct ui *ui, struct view *view, bool backwards)
{
    return find(ui, (struct ladder_view *)view, backwards, row_fits);
}

/* To an end of the call, of which only a part is laid out where it is very long. */
static void go_to_end(struct ui *ui, struct ladder_view *v, bool last)
{
    const struct call *call = store_call(ui->store, v->call);
    if (call && v->ladder.left_out) {
        v->around = last ? call->last_txn : call->first_txn;
        ladder_rebuild(ui, v);
    }
    move_to(v, last ? (long)v->ladder.nrows : 0);
    v->following = last;
}

static bool move_by(struct ui *ui, struct ladder_view *v, enum verb verb)
{
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
    case VERB_BOTTOM:
        go_to_end(ui, v, verb == VERB_BOTTOM);
        return true;
    case VERB_LEFT:
        v->cursor -= v->cursor > 0;
        return true;
    case VERB_RIGHT:
        v->cursor += v->cursor + 1 < v->ladder.ncolumns;
        return true;
    case VERB_COLUMN_LEFT:
    case VERB_COLUMN_RIGHT:
        ladder_move_column(v, verb == VERB_COLUMN_RIGHT);
        return true;
    default:
        return false;
    }
}

static void mark(struct ui *ui, const struct ladder_row *row)
{
    const struct transaction *t = store_transaction(ui->store, row->transaction);
    uint32_t pair[2];
    if (row->kind == LADDER_MESSAGE)
        picks_toggle(ui, row->message);
    else if (t)
        store_mark(ui->store, row->transaction, !t->marked);
    if (row->kind == LADDER_MESSAGE && !picks_has(ui, row->message))
        ui_notice(ui, false, _("No longer marked"));
    else if (row->kind == LADDER_MESSAGE)
        ui_notice(ui, false, "%s",
                  picks_latest(ui, pair) == 2
                      ? _("Marked; c compares it with the one marked before")
                      : _("Marked; mark another one to compare them"));
}

static bool act(struct ui *ui, struct view *view, enum verb verb)
{
    struct ladder_view *v = (struct ladder_view *)view;
    ladder_refresh(ui, v);
    const struct ladder_row *row = ladder_selected(v);
    switch (verb) {
    case VERB_OPEN:
        if (row && row->message)
            ui_push(ui, view_message_new(ui, row->message));
        return true;
    case VERB_NEXT_FAILURE:
    case VERB_PREVIOUS_FAILURE:
        step_failure(ui, v, verb == VERB_PREVIOUS_FAILURE);
        return true;
    case VERB_NEXT_PROOF:
    case VERB_PREVIOUS_PROOF:
        step_proof(ui, v, verb == VERB_PREVIOUS_PROOF);
        return true;
    case VERB_LEGS:
        show_legs(ui, v);
        return true;
    case VERB_SEPARATE:
        separate(ui, v);
        return true;
    case VERB_ZOOM:
        zoom(ui, v);
        return true;
    case VERB_UNFOLD:
        unfold(ui, v);
        return true;
    case VERB_MERGE:
        merge(ui, v);
        return true;
    case VERB_MARK:
        if (row)
            mark(ui, row);
        return true;
    default:
        return move_by(ui, v, verb);
    }
}

static bool go(struct ui *ui, struct view *view, const struct place *place, int64_t *there)
{
    struct ladder_view *v = (struct ladder_view *)view;
    bool found = false;
    ladder_refresh(ui, v);
    for (size_t i = 0; i < v->ladder.nrows; i++) {
        int64_t time_ns = v->ladder.rows[i].time_ns;
        if (found && !place_better(place, time_ns, *there))
            continue;
        found = true;
        *there = time_ns;
        v->row = i;
    }
    if (place->message)
        ladder_select(ui, v, place->message);
    return found;
}

/* On a row: selects it; on an address: puts the cursor there. */
static void click(struct ui *ui, struct view *view, int y, int x)
{
    struct ladder_view *v = (struct ladder_view *)view;
    if (v->ladder.nrows == 0)
        return;
    if (y < v->top_y)
        v->cursor = ladder_place_at(v, x);
    size_t row = ladder_row_at(ui, v, y);
    if (row != SIZE_MAX)
        move_to(v, (long)row);
}

static void close_ladder(struct view *view)
{
    struct ladder_view *v = (struct ladder_view *)view;
    ladder_free(&v->ladder);
    ladder_forget_finding(v);
    free(v->joined);
    free(v);
}

static const char *keys(const struct ui *ui, const struct view *view)
{
    (void)ui;
    return ((const struct ladder_view *)view)->joined
               ? "back assist raw next-failure next-evidence legs zoom unfold search separate pane focus mark "
                 "merge ask-save command"
               : "back assist raw next-failure next-evidence zoom unfold search pane focus mark merge "
                 "ask-save command";
}

static bool unfolded(const struct view *view)
{
    return ((const struct ladder_view *)view)->options.unfolded;
}

static const struct view_ops ladder_ops = {
    .name = N_("flow of a call"),
    .verbs = VERBS_MOVE | VERBS_PANE | VERB_BIT(VERB_LEFT) | VERB_BIT(VERB_RIGHT) |
             VERB_BIT(VERB_OPEN) | VERB_BIT(VERB_MARK) | VERB_BIT(VERB_NEXT_FAILURE) |
             VERB_BIT(VERB_PREVIOUS_FAILURE) | VERB_BIT(VERB_LEGS) | VERB_BIT(VERB_SEPARATE) |
             VERB_BIT(VERB_NEXT_PROOF) | VERB_BIT(VERB_PREVIOUS_PROOF) | VERB_BIT(VERB_ZOOM) |
             VERB_BIT(VERB_UNFOLD) | VERB_BIT(VERB_MERGE) | VERB_BIT(VERB_COLUMN_LEFT) |
             VERB_BIT(VERB_COLUMN_RIGHT),
    .keys = keys,
    .draw = draw,
    .act = act,
    .search = search,
    .go = go,
    .subject = subject,
    .click = click,
    .unfolded = unfolded,
    .close = close_ladder,
    .has_pane = false, /* it draws the pane itself, beside the message */
};

/* ---- opening --------------------------------------------------------------------------------- */

static void begin_at_proof(struct ladder_view *v)
{
    v->row = 0;
    const struct ladder_proof *proof = ladder_next_proof(v, false);
    if (proof && !ladder_is_proof(v, 0))
        v->row = proof->row;
}

/* What was found about the transaction; about its call, if it stands for that; else where it begins. */
static void begin(struct ui *ui, struct ladder_view *v, uint32_t transaction)
{
    const struct transaction *txn = store_transaction(ui->store, transaction);
    const struct call *call = store_call(ui->store, txn->call);
    if (diagnosis_of_transaction(ui->diagnosis, transaction) ||
        call_leading(ui->store, call) == transaction)
        begin_at_proof(v);
    else
        ladder_select(ui, v, txn->first);
}

static struct ladder_view *open_ladder(struct ui *ui, uint32_t transaction, uint32_t finding,
                                       bool extended)
{
    struct ladder_view *v = mem_zero(sizeof *v);
    v->view.ops = &ladder_ops;
    v->transaction = store_transaction_ref(ui->store, transaction);
    v->finding = finding;
    v->extended = extended;
    v->height = v->step = 1;
    v->seen_row = SIZE_MAX;
    ladder_refresh(ui, v);
    return v;
}

struct view *view_ladder_new(struct ui *ui, uint32_t transaction, uint32_t message)
{
    struct ladder_view *v = open_ladder(ui, transaction, 0, false);
    if (message && v->ladder.nrows)
        ladder_select(ui, v, message);
    else if (v->ladder.nrows)
        begin(ui, v, transaction);
    return &v->view;
}

struct view *view_ladder_of_legs(struct ui *ui, uint32_t transaction, uint32_t message,
                                 uint32_t finding)
{
    struct ladder_view *v = open_ladder(ui, transaction, finding, true);
    if (message && v->ladder.nrows)
        ladder_select(ui, v, message);
    else if (v->ladder.nrows)
        begin_at_proof(v);
    return &v->view;
}

struct view *view_ladder_of_finding(struct ui *ui, uint32_t finding)
{
    const struct finding *f = diagnosis_finding(ui->diagnosis, finding);
    if (!f || !store_transaction(ui->store, f->transaction))
        return NULL;
    struct ladder_view *v = open_ladder(ui, f->transaction, finding, false);
    begin_at_proof(v);
    return &v->view;
}
