/* See compare.h. */
#include "ui/compare.h"

#include <stdlib.h>

#include "base/strbuf.h"
#include "base/tr.h"
#include "store/joined.h"
#include "store/names.h"
#include "ui/list.h"

enum { ENDPOINTS = 64, ENDPOINTS_SHOWN = 5 };

/* Which host answered with a code, and how often: over TCP its port differs with each connection. */
struct answering {
    struct addr host; /* port 0 */
    uint64_t count;
};

struct tally {
    uint16_t code;
    uint64_t total;
    struct answering list[ENDPOINTS];
    size_t n;
};

static void count_answer(struct ui *ui, struct tally *tally, const struct message *m)
{
    const struct flow *flow = store_flow(ui->store, m->flow);
    if (!flow || m->flags & (MESSAGE_RETRANSMISSION | MESSAGE_DUPLICATE))
        return;
    size_t i = 0;
    struct addr host = flow->src;
    host.port = 0;
    while (i < tally->n && !addr_equal(&tally->list[i].host, &host))
        i++;
    if (i == tally->n && tally->n < ENDPOINTS)
        tally->list[tally->n++] = (struct answering){ .host = host };
    if (i < tally->n)
        tally->list[i].count++;
    tally->total++;
}

/* Every response of every transaction that is still stored. */
static void count_all(struct ui *ui, struct tally tallies[2])
{
    uint32_t end = store_transaction_end(ui->store);
    for (uint32_t id = 1; id < end; id++) {
        const struct transaction *txn = store_transaction(ui->store, id);
        for (uint32_t at = txn ? txn->last : 0; at;) {
            const struct message *m = store_message(ui->store, at);
            for (size_t i = 0; m && i < 2; i++)
                if (m->code == tallies[i].code)
                    count_answer(ui, &tallies[i], m);
            at = m ? m->previous : 0;
        }
    }
}

static int by_count(const void *a, const void *b)
{
    const struct answering *x = a, *y = b;
    return (x->count < y->count) - (x->count > y->count);
}

/* "480 Temporarily Unavailable TAB 15: 12 from 10.0.0.1, 3 from 10.0.0.2" */
static void add_tally(struct ui *ui, struct tally *tally, struct strbuf *text)
{
    char topic[HELP_TOPIC_SIZE], address[ADDR_HOST];
    help_topic_title(ui->help, help_code_topic(tally->code, topic), text);
    strbuf_format(text, "\t%llu", (unsigned long long)tally->total);
    qsort(tally->list, tally->n, sizeof tally->list[0], by_count);
    for (size_t i = 0; i < tally->n && i < ENDPOINTS_SHOWN; i++) {
        strbuf_text(text, i ? ", " : ": ");
        strbuf_format(text, _("%llu from %s"), (unsigned long long)tally->list[i].count,
                      names_host(&tally->list[i].host, address));
    }
    if (tally->n > ENDPOINTS_SHOWN)
        strbuf_format(text, _(", and from %zu more"), tally->n - ENDPOINTS_SHOWN);
    strbuf_char(text, '\n');
}

void compare_add_counts(struct ui *ui, struct document *doc, uint16_t a, uint16_t b)
{
    struct tally tallies[2] = { { .code = a }, { .code = b } };
    struct strbuf text = STRBUF_INIT;
    if (!a || !b)
        return;
    count_all(ui, tallies);
    for (size_t i = 0; i < 2; i++)
        add_tally(ui, &tallies[i], &text);
    if (tallies[0].total + tallies[1].total) {
        document_add(doc, PART_FACTS, "counts", "", _("In this capture"), strbuf_as_span(&text));
        struct document_part part = doc->parts[doc->nparts - 1];
        memmove(doc->parts + 1, doc->parts, (doc->nparts - 1) * sizeof part);
        doc->parts[0] = part;
    }
    strbuf_free(&text);
}

/* Whether a marked transaction makes a pair with the first; whether it may be the first, without one. */
typedef bool pair_fn(const struct store *store, const struct transaction *first,
                     const struct transaction *second);

static bool other_code(const struct store *store, const struct transaction *first,
                       const struct transaction *second)
{
    (void)store;
    return second->code && (!first || first->code != second->code);
}

static bool other_leg(const struct store *store, const struct transaction *first,
                      const struct transaction *second)
{
    (void)store;
    return !first || first->call != second->call;
}

static bool other_exchange(const struct store *store, const struct transaction *first,
                           const struct transaction *second)
{
    return !first || joined_first(store, first->call) != joined_first(store, second->call);
}

/* Of what the list of calls has: a REGISTER that was marked elsewhere is none. */
static bool other_call(const struct store *store, const struct transaction *first,
                       const struct transaction *second)
{
    return joined_is_call(store, second->call) && other_exchange(store, first, second);
}

static bool other_leg_of_call(const struct store *store, const struct transaction *first,
                              const struct transaction *second)
{
    return joined_is_call(store, second->call) && other_leg(store, first, second);
}

static bool fits_all(struct ui *ui, pair_fn *fits, const uint32_t *found, size_t n,
                     const struct transaction *txn)
{
    bool fitting = n > 0 || fits(ui->store, NULL, txn);
    for (size_t i = 0; i < n && fitting; i++)
        fitting = fits(ui->store, store_transaction(ui->store, found[i]), txn);
    return fitting;
}

/* How many there are; COMPARE_MORE: these two are not all. */
static size_t find_marked(struct ui *ui, pair_fn *fits, uint32_t found[2])
{
    size_t n = 0;
    const struct id_array *all = &lists_at(ui, 0)->rows.all;
    for (size_t i = 0; i < all->count && n < COMPARE_MORE; i++) {
        const struct transaction *txn = store_transaction(ui->store, all->ids[i]);
        if (!txn || !txn->marked || (fits && !fits_all(ui, fits, found, n, txn)))
            continue;
        if (n < 2)
            found[n] = all->ids[i];
        n++;
    }
    return n;
}

size_t compare_marked_transactions(struct ui *ui, uint32_t transactions[2])
{
    return find_marked(ui, NULL, transactions);
}

size_t compare_marked_calls(struct ui *ui, bool only_calls, uint32_t transactions[2])
{
    size_t n = find_marked(ui, only_calls ? other_call : other_exchange, transactions);
    return n < 2 ? find_marked(ui, only_calls ? other_leg_of_call : other_leg, transactions) : n;
}

bool compare_marked(struct ui *ui, uint16_t codes[2])
{
    uint32_t found[2];
    size_t n = find_marked(ui, other_code, found);
    for (size_t i = 0; i < 2 && i < n; i++)
        codes[i] = store_transaction(ui->store, found[i])->code;
    return n >= 2;
}
