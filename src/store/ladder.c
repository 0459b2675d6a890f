/* See ladder.h: what is gathered, its order, the columns, and what is folded. */
#include "store/ladder.h"

#include <stdlib.h>

#include "base/strbuf.h"
#include "store/ladder_private.h"

#define EASY_MOVES 16 /* a message, that putting them in order may cost before it is sorted */
#define FLOWS 64      /* whose columns are at hand */

/* ---- order --------------------------------------------------------------------------------- */

static int by_time(const void *a, const void *b)
{
    const struct message_time *x = a, *y = b;
    if (x->time_ns != y->time_ns)
        return x->time_ns < y->time_ns ? -1 : 1;
    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    if (x->offset != y->offset)
        return x->offset < y->offset ? -1 : 1;
    return (int32_t)(x->seq - y->seq);
}

struct message_time message_time_of(const struct store *store, uint32_t id)
{
    const struct message *m = store_message(store, id);
    return (struct message_time){ .time_ns = m->time_ns,
                                  .order = (uint64_t)m->source << 32 | m->frame,
                                  .offset = m->payload_off,
                                  .seq = m->flags & MESSAGE_APART ? m->seq : 0,
                                  .message = id };
}

/* They come nearly in order: then each has only a few places to move. */
void message_times_sort(struct message_time *times, size_t n)
{
    size_t moves = 0;
    for (size_t i = 1; i < n; i++) {
        struct message_time one = times[i];
        size_t at = i;
        for (; at > 0 && by_time(&times[at - 1], &one) > 0; at--, moves++)
            times[at] = times[at - 1];
        times[at] = one;
        if (moves > EASY_MOVES * n) {
            qsort(times, n, sizeof *times, by_time);
            return;
        }
    }
}

/* ---- gathering ----------------------------------------------------------------------------- */

struct gathering {
    const struct store *store;
    const struct ladder_options *options;
    struct ladder *ladder;
    struct message_time *all;
    size_t n, size;
};

/* How many messages of the call come before a transaction; all of them if it is not in it. */
static size_t messages_before(const struct store *store, const struct call *call, uint32_t txn)
{
    size_t n = 0;
    for (uint32_t id = call->first_txn; id && id != txn;) {
        const struct transaction *t = store_transaction(store, id);
        n += t->messages;
        id = t->next_in_call;
    }
    return n;
}

/* The transaction to begin with: the first, or in a very long call one before what is asked for. */
static uint32_t first_shown(struct gathering *g, const struct call *call)
{
    uint32_t id = call->first_txn;
    size_t room = g->size - g->n;
    if (call->messages <= room)
        return id;
    size_t excess = call->messages - room;
    size_t before = messages_before(g->store, call, g->options->around);
    size_t skip = before > room / 2 ? before - room / 2 : 0;
    skip = skip < excess ? skip : excess;
    for (size_t n = 0; n < skip;) {
        const struct transaction *t = store_transaction(g->store, id);
        n += t->messages;
        id = t->next_in_call;
    }
    g->ladder->left_out += excess;
    return id;
}

static void gather_messages(struct gathering *g, const struct transaction *txn)
{
    size_t first = g->n;
    for (uint32_t id = txn->last; id && g->n < g->size;) {
        g->all[g->n++] = message_time_of(g->store, id);
        id = store_message(g->store, id)->previous;
    }
    for (size_t a = first, b = g->n; a + 1 < b; a++) { /* the latest came first */
        struct message_time one = g->all[a];
        g->all[a] = g->all[--b];
        g->all[b] = one;
    }
}

static void gather_call(struct gathering *g, const struct call *call)
{
    for (uint32_t id = first_shown(g, call); id && g->n < g->size;) {
        const struct transaction *t = store_transaction(g->store, id);
        if (!g->options->transactions)
            gather_messages(g, t);
        else if (t->method != SIP_ACK)
            g->all[g->n++] = (struct message_time){ t->time_ns, t->seq, 0, 0, id };
        id = t->next_in_call;
    }
}

/* ---- rows ---------------------------------------------------------------------------------- */

static uint8_t leg_of(const uint32_t *calls, size_t n, uint32_t call)
{
    for (size_t i = 1; i < n; i++)
        if (calls[i] == call)
            return (uint8_t)i;
    return 0;
}

/* Rows that were made, by transaction, digest and hop: where repetitions are folded to. */
struct folds {
    uint32_t *slots; /* row + 1 */
    size_t mask;
};

/* On the same hop; two agents have a flow each for it. */
static bool same_bytes(const struct store *store, const struct message *a, const struct message *b)
{
    if (a->transaction != b->transaction || a->digest != b->digest)
        return false;
    const struct flow *x = store_flow(store, a->flow), *y = store_flow(store, b->flow);
    return x == y || (x->src_host == y->src_host && x->dst_host == y->dst_host);
}

/* The place of the row that such a message has; its slot is 0 if there is none yet. */
static size_t fold_place(const struct folds *f, const struct ladder *l, const struct store *store,
                         const struct message *m)
{
    size_t at = (m->digest ^ m->transaction * 2654435761u) & f->mask;
    while (f->slots[at] &&
           !same_bytes(store, store_message(store, l->rows[f->slots[at] - 1].message), m))
        at = (at + 1) & f->mask;
    return at;
}

static void count_one(uint16_t *counter)
{
    *counter += *counter < UINT16_MAX;
}

/* Whether the message went into a row that is there already. */
static bool fold(struct folds *f, struct ladder *l, const struct store *store,
                 const struct message *m)
{
    size_t at = fold_place(f, l, store, m);
    if (f->slots[at] == 0) {
        f->slots[at] = (uint32_t)l->nrows + 1;
        return false;
    }
    struct ladder_row *row = &l->rows[f->slots[at] - 1];
    if (m->flags & MESSAGE_DUPLICATE)
        count_one(&row->copies);
    else if (m->flags & MESSAGE_RETRANSMISSION)
        count_one(&row->repeats);
    else
        return false; /* the same bytes, and yet another message */
    row->last_ns = m->time_ns;
    return true;
}

static void make_message_rows(struct gathering *g, const uint32_t *calls, size_t n)
{
    struct folds folds = { .mask = 15 };
    while (folds.mask < 2 * g->n)
        folds.mask = 2 * folds.mask + 1;
    folds.slots = mem_zero((folds.mask + 1) * sizeof *folds.slots);
    for (size_t i = 0; i < g->n; i++) {
        const struct message *m = store_message(g->store, g->all[i].message);
        if (!g->options->unfolded && fold(&folds, g->ladder, g->store, m))
            continue;
        uint8_t leg = n < 2 ? 0
                            : leg_of(calls, n, store_transaction(g->store, m->transaction)->call);
        g->ladder->rows[g->ladder->nrows++] = (struct ladder_row){ .time_ns = m->time_ns,
                                                                   .last_ns = m->time_ns,
                                                                   .message = g->all[i].message,
                                                                   .transaction = m->transaction,
                                                                   .frame = m->frame,
                                                                   .source = m->source,
                                                                   .leg = leg };
    }
    free(folds.slots);
}

/* The response that decided it, else the latest, else its first message. */
static uint32_t telling_message(const struct transaction *t)
{
    return t->final ? t->final : t->provisional ? t->provisional : t->first;
}

/* Whether a transaction is one more of what the row already stands for. */
static bool alike(const struct ladder *l, const struct store *store, const struct transaction *t,
                  uint8_t leg)
{
    if (l->nrows == 0)
        return false;
    const struct ladder_row *row = &l->rows[l->nrows - 1];
    const struct transaction *o = store_transaction(store, row->transaction);
    const struct message *a = store_message(store, transaction_head(o));
    const struct message *b = store_message(store, transaction_head(t));
    return row->leg == leg && o->method == t->method && o->method != SIP_OTHER &&
           o->code == t->code && o->class == t->class && a->flow == b->flow &&
           (a->flags & MESSAGE_TO_TAG) == (b->flags & MESSAGE_TO_TAG);
}

static void make_transaction_rows(struct gathering *g, const uint32_t *calls, size_t n)
{
    struct ladder *l = g->ladder;
    for (size_t i = 0; i < g->n; i++) {
        const struct transaction *t = store_transaction(g->store, g->all[i].message);
        uint8_t leg = leg_of(calls, n, t->call);
        if (alike(l, g->store, t, leg)) {
            count_one(&l->rows[l->nrows - 1].repeats);
            l->rows[l->nrows - 1].last_ns = t->time_ns;
        } else {
            l->rows[l->nrows++] = (struct ladder_row){ .time_ns = t->time_ns,
                                                       .last_ns = t->time_ns,
                                                       .message = telling_message(t),
                                                       .transaction = g->all[i].message,
                                                       .kind = LADDER_TRANSACTION,
                                                       .leg = leg };
        }
    }
}

/* ---- columns ------------------------------------------------------------------------------- */

int ladder_column(const struct ladder *l, const struct addr *addr)
{
    for (size_t i = 0; i < l->ncolumns; i++)
        if (l->by_port ? addr_equal(&l->columns[i], addr) : addr_same_host(&l->columns[i], addr))
            return (int)i;
    return -1;
}

uint8_t ladder_column_of(struct ladder *l, const struct addr *addr)
{
    int found = ladder_column(l, addr);
    if (found < 0 && l->ncolumns == LADDER_COLUMNS)
        return LADDER_COLUMNS - 1;
    if (found < 0) {
        l->columns[l->ncolumns] = *addr;
        return (uint8_t)l->ncolumns++;
    }
    if (l->columns[found].port != addr->port)
        l->columns[found].port = 0;
    return (uint8_t)found;
}

/* Gives every row its columns; false when the host that both ends share is asked to be told apart. */
static bool place(struct ladder *l, const struct store *store, bool apart)
{
    struct {
        uint32_t flow;
        uint8_t from, to;
    } known[FLOWS] = { 0 };
    l->ncolumns = 0;
    for (size_t i = 0; i < l->nrows; i++) {
        struct ladder_row *row = &l->rows[i];
        uint32_t id = row->message;
        if (row->kind == LADDER_TRANSACTION)
            id = transaction_head(store_transaction(store, row->transaction));
        const struct message *m = store_message(store, id);
        size_t at = m->flow % FLOWS;
        if (known[at].flow != m->flow) {
            const struct flow *flow = store_flow(store, m->flow);
            if (apart && addr_same_host(&flow->src, &flow->dst))
                return false;
            known[at].flow = m->flow;
            known[at].from = ladder_column_of(l, &flow->src);
            known[at].to = ladder_column_of(l, &flow->dst);
        }
        bool backwards = row->kind == LADDER_TRANSACTION && m->code != 0;
        row->from = backwards ? known[at].to : known[at].from;
        row->to = backwards ? known[at].from : known[at].to;
    }
    return true;
}

static void place_columns(struct ladder *l, const struct store *store, uint8_t wanted)
{
    l->by_port = wanted == LADDER_BY_PORT;
    if (place(l, store, wanted == LADDER_AUTOMATIC))
        return;
    l->by_port = true;
    place(l, store, false);
}

/* ---- what is no message --------------------------------------------------------------------- */

void ladder_add(struct ladder_extra *extra, const struct ladder_row *row)
{
    if (extra->n == extra->size) {
        extra->size = extra->size ? 2 * extra->size : 16;
        extra->rows = mem_grow(extra->rows, extra->size * sizeof *extra->rows);
    }
    extra->rows[extra->n++] = *row;
}

static int row_by_time(const void *a, const void *b)
{
    const struct ladder_row *x = a, *y = b;
    if (x->time_ns != y->time_ns)
        return x->time_ns < y->time_ns ? -1 : 1;
    return x->kind - y->kind;
}

/* Whether a message comes behind what is none; of one time, by the frames of one source. */
static bool is_later(const struct ladder_row *message, const struct ladder_row *other)
{
    if (message->time_ns != other->time_ns)
        return message->time_ns > other->time_ns;
    return other->frame && message->source == other->source && message->frame > other->frame;
}

/* Puts them among the messages, from the end on. */
static void merge(struct ladder *l, struct ladder_extra *extra)
{
    size_t a = l->nrows, b = extra->n;
    if (b == 0)
        return;
    qsort(extra->rows, b, sizeof *extra->rows, row_by_time);
    l->nrows += b;
    l->rows = mem_grow(l->rows, (l->nrows + 1) * sizeof *l->rows);
    for (size_t at = l->nrows; b > 0;)
        l->rows[--at] = a > 0 && is_later(&l->rows[a - 1], &extra->rows[b - 1]) ? l->rows[--a]
                                                                                : extra->rows[--b];
}

static void add_others(struct gathering *g, const uint32_t *calls, size_t n)
{
    struct ladder_extra extra = { 0 };
    for (size_t i = 0; i < n; i++)
        if (store_call(g->store, calls[i]))
            ladder_add_events(g->ladder, &extra, g->store, calls[i], (uint8_t)i, g->options);
    ladder_add_frames(g->ladder, &extra, g->store, g->options);
    merge(g->ladder, &extra);
    free(extra.rows);
}

/* ---- all of it ------------------------------------------------------------------------------ */

static void count_call(struct ladder *ladder, const struct call *call)
{
    if (!call)
        return;
    if (ladder->messages == 0 || call->first_ns < ladder->first_ns)
        ladder->first_ns = call->first_ns;
    if (ladder->messages == 0 || call->last_ns > ladder->last_ns)
        ladder->last_ns = call->last_ns;
    ladder->messages += call->messages;
}

void ladder_build(struct ladder *ladder, const struct store *store, const uint32_t *calls, size_t n,
                  const struct ladder_options *options)
{
    struct gathering g = { .store = store, .options = options, .ladder = ladder };
    memset(ladder, 0, sizeof *ladder);
    ladder->next_ns = INT64_MAX;
    for (size_t i = 0; i < n; i++)
        count_call(ladder, store_call(store, calls[i]));
    if (ladder->messages == 0)
        return;
    g.size = ladder->messages < LADDER_ROWS ? ladder->messages : LADDER_ROWS;
    g.all = mem_alloc(g.size * sizeof *g.all);
    for (size_t i = 0; i < n; i++)
        if (store_call(store, calls[i]))
            gather_call(&g, store_call(store, calls[i]));
    message_times_sort(g.all, g.n);
    ladder->rows = mem_alloc((g.n + 1) * sizeof *ladder->rows);
    if (options->transactions)
        make_transaction_rows(&g, calls, n);
    else
        make_message_rows(&g, calls, n);
    free(g.all);
    place_columns(ladder, store, options->columns);
    add_others(&g, calls, n);
}

void ladder_free(struct ladder *ladder)
{
    free(ladder->rows);
    memset(ladder, 0, sizeof *ladder);
}

/* ---- looking up ----------------------------------------------------------------------------- */

static size_t find_message(const struct ladder *l, const struct store *store, uint32_t id)
{
    const struct message *m = store_message(store, id);
    size_t found = SIZE_MAX;
    for (size_t i = 0; i < l->nrows; i++) {
        const struct ladder_row *row = &l->rows[i];
        if (row->kind != LADDER_MESSAGE)
            continue;
        if (row->message == id)
            return i;
        if (row->transaction == m->transaction && found == SIZE_MAX &&
            same_bytes(store, store_message(store, row->message), m))
            found = i;
    }
    return found;
}

/* The row of its transaction, or the one before it that stands for it, too. */
static size_t find_transaction(const struct ladder *l, const struct store *store, uint32_t id)
{
    const struct transaction *t = store_transaction(store, id);
    size_t found = SIZE_MAX;
    if (t->method == SIP_ACK && t->related) {
        id = t->related;
        t = store_transaction(store, id);
    }
    for (size_t i = 0; i < l->nrows; i++) {
        const struct ladder_row *row = &l->rows[i];
        if (row->kind != LADDER_TRANSACTION)
            continue;
        if (row->transaction == id)
            return i;
        const struct transaction *o = store_transaction(store, row->transaction);
        if (row->repeats && row->time_ns <= t->time_ns && o->method == t->method &&
            o->code == t->code && o->call == t->call)
            found = i;
    }
    return found;
}

size_t ladder_find(const struct ladder *l, const struct store *store, uint32_t message)
{
    const struct message *m = store_message(store, message);
    if (!m)
        return SIZE_MAX;
    size_t row = find_message(l, store, message);
    return row != SIZE_MAX ? row : find_transaction(l, store, m->transaction);
}

size_t ladder_find_frame(const struct ladder *l, uint32_t frame, uint16_t source)
{
    for (size_t i = 0; i < l->nrows; i++)
        if (l->rows[i].kind > LADDER_TRANSACTION && l->rows[i].frame == frame &&
            l->rows[i].source == source)
            return i;
    return SIZE_MAX;
}
