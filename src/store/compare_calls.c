/* See compare_calls.h. The rows of two ladders are paired so that the most likeness comes together. */
#include "store/compare_calls.h"

#include <stdlib.h>
#include <string.h>

#include "base/align.h"
#include "base/strbuf.h"
#include "sip/sdp.h"

#define SLOW_NS 1000000000LL

/* What a message is, as far as the other call's may be the same. */
struct item {
    struct calls_side side;
    uint16_t code;
    uint8_t method;
    bool message; /* else a timer, an ICMP error, ... */
};

struct items {
    struct item *list;
    size_t count;
};

static void take_parties(struct calls_comparison *out, int which, const struct ladder *ladder)
{
    size_t n = ladder->ncolumns < COMPARE_PARTIES ? ladder->ncolumns : COMPARE_PARTIES;
    memcpy(out->parties[which], ladder->columns, n * sizeof *ladder->columns);
    out->nparties[which] = n;
}

static void take_items(struct items *items, struct calls_comparison *out, int which,
                       const struct store *store, uint32_t call)
{
    struct ladder ladder;
    struct ladder_options options = { .columns = LADDER_AUTOMATIC };
    int64_t before = 0;
    ladder_build(&ladder, store, &call, 1, &options);
    items->list = mem_alloc(COMPARE_ROWS * sizeof *items->list);
    items->count = 0;
    for (size_t i = 0; i < ladder.nrows; i++) {
        const struct ladder_row *row = &ladder.rows[i];
        const struct message *m = store_message(store, row->message);
        if (row->kind == LADDER_MESSAGE && !m)
            continue;
        if (items->count == COMPARE_ROWS) {
            out->cut = true;
            break;
        }
        int64_t waited = items->count ? row->time_ns - before : 0;
        before = row->time_ns;
        bool message = row->kind == LADDER_MESSAGE;
        items->list[items->count++] = (struct item){
            { true, *row, waited }, message ? m->code : 0, message ? m->method : 0, message
        };
    }
    take_parties(out, which, &ladder);
    ladder_free(&ladder);
}

/* How well two messages pair; 0: not at all. Answers of one kind pair, if nothing is better. */
static uint32_t likeness_of(const struct item *a, const struct item *b)
{
    bool roles = a->side.row.from == b->side.row.from && a->side.row.to == b->side.row.to;
    if (a->side.row.kind != b->side.row.kind)
        return 0;
    if (!a->message)
        return roles ? 8 : 5;
    if (a->method != b->method || !a->code != !b->code)
        return 0;
    if (a->code == b->code)
        return roles ? 8 : 5;
    /* 100 is the next hop's word, not the callee's */
    if (!roles || (a->code < 200) != (b->code < 200) || a->code == 100 || b->code == 100)
        return 0;
    return a->code / 100 == b->code / 100 ? 4 : 3;
}

static void put_session(const struct store *store, uint32_t message, struct strbuf *out)
{
    struct sip_message sip;
    if (store_scan(store, message, &sip) == 0)
        sdp_summary(out, sdp_of(&sip));
}

static bool same_session(const struct store *store, uint32_t a, uint32_t b)
{
    struct strbuf x = STRBUF_INIT, y = STRBUF_INIT;
    put_session(store, a, &x);
    put_session(store, b, &y);
    bool same = span_equal(strbuf_as_span(&x), strbuf_as_span(&y));
    strbuf_free(&x);
    strbuf_free(&y);
    return same;
}

static unsigned differences(const struct store *store, const struct item *a, const struct item *b)
{
    unsigned differs = 0;
    if (!a || !b)
        return CALLS_MESSAGE;
    int64_t longer = a->side.waited_ns > b->side.waited_ns ? a->side.waited_ns : b->side.waited_ns;
    int64_t shorter = a->side.waited_ns + b->side.waited_ns - longer;
    if (a->code != b->code || a->side.row.detail != b->side.row.detail)
        differs |= CALLS_MESSAGE;
    if (a->side.row.from != b->side.row.from || a->side.row.to != b->side.row.to)
        differs |= CALLS_ROLES;
    if (!a->side.row.repeats != !b->side.row.repeats)
        differs |= CALLS_REPEATS;
    if (longer - shorter >= SLOW_NS && longer > 2 * shorter)
        differs |= CALLS_TIME;
    if (a->message && !same_session(store, a->side.row.message, b->side.row.message))
        differs |= CALLS_SESSION;
    return differs;
}

static void add(struct calls_comparison *out, const struct store *store, const struct item *a,
                const struct item *b)
{
    struct calls_row *row = &out->rows[out->count++];
    *row = (struct calls_row){ .differs = differences(store, a, b) };
    if (a)
        row->side[0] = a->side;
    if (b)
        row->side[1] = b->side;
    out->differences += row->differs != 0;
}

/* What align() needs to know. */
struct alignment {
    struct calls_comparison *out;
    const struct store *store;
    const struct items *a, *b;
};

static uint32_t likeness(size_t i, size_t j, void *arg)
{
    const struct alignment *x = arg;
    return likeness_of(&x->a->list[i], &x->b->list[j]);
}

static void put_pair(size_t i, size_t j, void *arg)
{
    const struct alignment *x = arg;
    add(x->out, x->store, i == ALIGN_NONE ? NULL : &x->a->list[i],
        j == ALIGN_NONE ? NULL : &x->b->list[j]);
}

void calls_compare(struct calls_comparison *comparison, const struct store *store, uint32_t a,
                   uint32_t b)
{
    struct items x, y;
    *comparison = (struct calls_comparison){ 0 };
    take_items(&x, comparison, 0, store, a);
    take_items(&y, comparison, 1, store, b);
    comparison->rows = mem_zero((x.count + y.count + 1) * sizeof *comparison->rows);
    struct alignment pairs = { comparison, store, &x, &y };
    align(x.count, y.count, likeness, put_pair, &pairs);
    free(x.list);
    free(y.list);
}

void calls_comparison_free(struct calls_comparison *comparison)
{
    free(comparison->rows);
    *comparison = (struct calls_comparison){ 0 };
}
