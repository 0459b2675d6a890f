/* What a flow shows: its calls, the finding that it explains, the lines that go with each row. */
#include <stdlib.h>

#include "base/tr.h"
#include "store/ladder_session.h"
#include "store/link.h"
#include "ui/ladder.h"

#define GAP_NS 5000000000LL /* from which a pause is told */
#define LOOKED_BACK 16      /* rows, for what was folded into them */
#define EASY_ROWS 4096      /* so many are built anew whenever something was found */

/* ---- the finding ---------------------------------------------------------------------------- */

void ladder_forget_finding(struct ladder_view *v)
{
    for (size_t i = 0; i < v->nproofs; i++)
        free(v->proofs[i].text);
    free(v->found);
    v->found = NULL;
    v->nproofs = 0;
    v->options.nframes = 0;
}

/* That it was opened for, else what explains its transaction, else what leads in its call. */
static uint32_t finding_of(const struct ui *ui, const struct ladder_view *v)
{
    uint32_t txn = store_transaction_find(ui->store, v->transaction);
    if (!txn)
        return 0;
    if (diagnosis_finding(ui->diagnosis, v->finding))
        return v->finding;
    uint32_t id = diagnosis_of_transaction(ui->diagnosis, txn);
    return id ? id : diagnosis_lead(ui->diagnosis, store_transaction(ui->store, txn)->call);
}

/* Whether it was looked for, the diagnosis having changed. */
static bool take_finding(struct ui *ui, struct ladder_view *v)
{
    struct finding_text text;
    if (v->found_version == diagnosis_version(ui->diagnosis) + 1)
        return false;
    v->found_version = diagnosis_version(ui->diagnosis) + 1;
    ladder_forget_finding(v);
    uint32_t id = v->shown = finding_of(ui, v);
    if (!id || diagnosis_explain(ui->diagnosis, id, &text) < 0)
        return true;
    v->found = mem_text(text.summary);
    v->severity = diagnosis_finding(ui->diagnosis, id)->severity;
    for (size_t i = 0; i < text.nproofs; i++) {
        v->proofs[i] = (struct ladder_proof){ text.proofs[i].message, text.proofs[i].frame,
                                              text.proofs[i].source, SIZE_MAX,
                                              mem_text(text.proofs[i].text) };
        if (!text.proofs[i].message)
            v->frames[v->options.nframes++] = (struct ladder_frame){ text.proofs[i].frame,
                                                                     text.proofs[i].source };
    }
    v->nproofs = text.nproofs;
    finding_text_free(&text);
    return true;
}

static void place_proofs(const struct ui *ui, struct ladder_view *v)
{
    for (size_t i = 0; i < v->nproofs; i++) {
        struct ladder_proof *p = &v->proofs[i];
        p->row = p->message ? ladder_find(&v->ladder, ui->store, p->message)
                            : ladder_find_frame(&v->ladder, p->frame, p->source);
    }
}

bool ladder_is_proof(const struct ladder_view *v, size_t row)
{
    for (size_t i = 0; i < v->nproofs; i++)
        if (v->proofs[i].row == row)
            return true;
    return false;
}

uint32_t ladder_unseen(const struct ladder_view *v)
{
    uint32_t bits = 0;
    for (size_t i = 0; i < v->nproofs; i++)
        bits |= (uint32_t)(v->proofs[i].row == SIZE_MAX) << i;
    return bits;
}

const struct ladder_proof *ladder_next_proof(const struct ladder_view *v, bool backwards)
{
    const struct ladder_proof *best = NULL;
    size_t least = SIZE_MAX, count = v->ladder.nrows;
    for (size_t i = 0; i < v->nproofs; i++) {
        const struct ladder_proof *p = &v->proofs[i];
        if (p->row >= count)
            continue;
        size_t away = backwards ? v->row + count - p->row : p->row + count - v->row;
        away = away % count ? away % count : count;
        if (away < least) {
            least = away;
            best = p;
        }
    }
    return best;
}

/* ---- rows ---------------------------------------------------------------------------------- */

const struct ladder_row *ladder_selected(const struct ladder_view *v)
{
    return v->row < v->ladder.nrows ? &v->ladder.rows[v->row] : NULL;
}

void ladder_select(struct ui *ui, struct ladder_view *v, uint32_t message)
{
    size_t row = ladder_find(&v->ladder, ui->store, message);
    if (row != SIZE_MAX)
        v->row = row;
}

/* The calls to be shown; whether they are others, or have changed. */
static bool take_legs(const struct ui *ui, struct ladder_view *v)
{
    uint32_t id = store_transaction_find(ui->store, v->transaction), legs[LADDER_LEGS] = { 0 };
    const struct transaction *txn = store_transaction(ui->store, id);
    size_t n = 0, messages = 0;
    uint32_t open = 0;
    bool others = v->call != (txn ? txn->call : 0);
    v->call = legs[0] = txn ? txn->call : 0;
    if (txn)
        n = v->extended ? link_group(ui->store, v->call, legs, LADDER_LEGS) : 1;
    others = others || n != v->nlegs || memcmp(legs, v->legs, sizeof legs) != 0;
    for (size_t i = 0; i < n; i++) {
        const struct call *call = store_call(ui->store, legs[i]);
        messages += call->messages;
        open += call->open;
        others = others || v->seqs[i] != call->seq;
        v->seqs[i] = call->seq;
    }
    others = others || messages != v->ladder.messages || open != v->open;
    memcpy(v->legs, legs, sizeof legs);
    v->nlegs = n;
    v->open = open;
    return others;
}

/* "2 legs, joined by Session-ID"; shown or not, the user should know of them. */
static void tell_legs(const struct ui *ui, struct ladder_view *v)
{
    uint32_t legs[LADDER_LEGS];
    size_t n = store_call(ui->store, v->call) ? link_group(ui->store, v->call, legs, LADDER_LEGS)
                                              : 0;
    free(v->joined);
    v->joined = NULL;
    if (n < 2)
        return;
    struct strbuf reason = STRBUF_INIT;
    link_put_reason(&reason, ui->store, legs[0], legs[1], screen_utf8());
    v->joined = mem_format(tr_n("%zu leg, %s", "%zu legs, %s", n), n, strbuf_str(&reason));
    strbuf_free(&reason);
}

static void find_legs(struct ladder_view *v)
{
    for (size_t i = 0; i < LADDER_LEGS; i++)
        v->first_row[i] = SIZE_MAX;
    for (size_t i = v->ladder.nrows; i-- > 0;)
        v->first_row[v->ladder.rows[i].leg] = i;
}

void ladder_rebuild(struct ui *ui, struct ladder_view *v)
{
    const struct ladder_row *row = ladder_selected(v);
    struct ladder_row was = row ? *row : (struct ladder_row){ 0 };
    size_t left = row ? v->row : 0;
    v->options.around = v->around ? v->around : store_transaction_find(ui->store, v->transaction);
    v->options.transactions = v->zoom == ZOOM_TRANSACTIONS;
    v->options.frames = v->frames;
    ladder_free(&v->ladder);
    ladder_build(&v->ladder, ui->store, v->legs, v->nlegs, &v->options);
    find_legs(v);
    tell_legs(ui, v);
    ladder_place_columns(v);
    ladder_find_agents(ui, v);
    place_proofs(ui, v);
    size_t found = SIZE_MAX;
    if (was.kind > LADDER_TRANSACTION && was.frame)
        found = ladder_find_frame(&v->ladder, was.frame, was.source);
    else if (was.message)
        found = ladder_find(&v->ladder, ui->store, was.message);
    v->row = found != SIZE_MAX ? found : left;
    if (v->row >= v->ladder.nrows || v->following)
        v->row = v->ladder.nrows ? v->ladder.nrows - 1 : 0;
}

void ladder_refresh(struct ui *ui, struct ladder_view *v)
{
    bool looked = take_finding(ui, v);
    bool changed = take_legs(ui, v);
    if (changed || (looked && v->ladder.nrows < EASY_ROWS) ||
        store_now(ui->store) >= v->ladder.next_ns)
        ladder_rebuild(ui, v);
    else if (looked)
        place_proofs(ui, v);
}

/* ---- lines ---------------------------------------------------------------------------------- */

/* When something came last before a row, folded repetitions included. */
static int64_t last_before(const struct ladder_view *v, size_t row)
{
    const struct ladder_row *rows = v->ladder.rows;
    int64_t last = row ? rows[row - 1].last_ns : rows[row].time_ns;
    for (size_t i = row; i-- > 0 && row - i <= LOOKED_BACK;)
        last = rows[i].last_ns > last ? rows[i].last_ns : last;
    return last;
}

int64_t ladder_pause(const struct ladder_view *v, size_t row)
{
    return v->ladder.rows[row].time_ns - last_before(v, row);
}

int64_t ladder_silence(struct ui *ui, const struct ladder_view *v)
{
    size_t rows = v->ladder.nrows;
    return v->open && rows ? store_now(ui->store) - last_before(v, rows) : 0;
}

struct ladder_lines ladder_lines(struct ui *ui, const struct ladder_view *v, size_t row)
{
    struct ladder_lines lines = { 0 };
    const struct ladder_row *r = &v->ladder.rows[row];
    const struct message *m = store_message(ui->store, r->message);
    lines.gap = v->zoom != ZOOM_TRANSACTIONS && ladder_pause(v, row) >= GAP_NS;
    lines.leg = r->leg > 0 && v->first_row[r->leg] == row;
    lines.note = v->zoom == ZOOM_FULL && r->kind == LADDER_MESSAGE && m &&
                 !(m->flags & (MESSAGE_RETRANSMISSION | MESSAGE_DUPLICATE)) &&
                 m->flags & MESSAGE_SDP && session_is_news(&v->ladder, ui->store, row);
    lines.silence = v->zoom != ZOOM_TRANSACTIONS && row + 1 == v->ladder.nrows &&
                    ladder_silence(ui, v) >= GAP_NS;
    return lines;
}

int ladder_height(struct ladder_lines lines)
{
    return 1 + lines.gap + lines.leg + lines.note + lines.silence;
}
