/*
 * See calls.h. The legs of a call (store/link.h) stand together, the one at which it came in first,
 * with what became of the whole call; the others say what they are joined by.
 */
#include "calls.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/text.h"
#include "base/timefmt.h"
#include "base/tr.h"
#include "diagnose/outcome.h"
#include "store/link.h"

#define LEGS 32        /* of a call */
#define LEG_COLUMNS 11 /* in place of the date, before the time of day */

struct calls {
    const struct session *session;
    const struct store *store;
    const struct diagnosis *diagnosis;
    const struct filter *filter;
    bool *told;     /* by number: has been in a group */
    uint32_t *to;   /* by number: another one of its group, at last the same for all */
    uint32_t *next; /* by number: the next one of its group */
    uint32_t legs[LEGS];
    size_t n;
};

/* One row: a leg, with what its messages say. */
struct leg_row {
    uint32_t id;
    size_t leg; /* its place in the group */
    bool below; /* another one of the group has been shown */
    const struct call *call;
    const struct transaction *txn; /* that stands for it */
    struct sip_message head;
    struct span method;
    const char *outcome; /* untranslated, or NULL */
    const struct finding *lead;
};

/* The call that stands for the group of one so far; the way to it becomes shorter. */
static uint32_t root_of(uint32_t *to, uint32_t id)
{
    while (to[id] != id)
        id = to[id] = to[to[id]];
    return id;
}

/* Joins each call to what it came from: all groups at once, in the time that one look at each takes. */
static uint32_t *groups(const struct store *store)
{
    uint32_t end = store_call_end(store), origins[LINK_ORIGINS], *to = mem_alloc(end * sizeof *to);
    for (uint32_t id = 0; id < end; id++)
        to[id] = id;
    for (uint32_t id = 1; id < end; id++) {
        size_t n = store_call(store, id) ? link_origins(store, id, origins) : 0;
        for (size_t i = 0; i < n; i++)
            to[root_of(to, id)] = root_of(to, origins[i]);
    }
    return to;
}

static void calls_init(struct calls *c, const struct session *session, const struct filter *filter)
{
    const struct store *store = session->pipeline.store;
    uint32_t end = store_call_end(store), *latest = mem_zero(end * sizeof *latest);
    *c = (struct calls){ .session = session,
                         .store = store,
                         .diagnosis = session->pipeline.diagnosis,
                         .filter = filter,
                         .told = mem_zero(end * sizeof *c->told),
                         .to = groups(store),
                         .next = mem_zero(end * sizeof *c->next) };
    for (uint32_t id = end; id-- > 1;) {
        uint32_t root = root_of(c->to, id);
        c->next[id] = latest[root];
        latest[root] = id;
    }
    free(latest);
}

static void calls_free(struct calls *c)
{
    free(c->told);
    free(c->to);
    free(c->next);
}

static void take_leg(struct calls *c, uint32_t id)
{
    size_t at = c->n++;
    for (; at > 0 && store_call(c->store, c->legs[at - 1])->seq > store_call(c->store, id)->seq;
         at--)
        c->legs[at] = c->legs[at - 1];
    c->legs[at] = id;
    c->told[id] = true;
}

/* The next group, from the call *id on, in the order in which its legs began; false: there is none. */
static bool next_group(struct calls *c, uint32_t *id)
{
    while (*id < store_call_end(c->store) && (!store_call(c->store, *id) || c->told[*id]))
        ++*id;
    c->n = 0;
    if (*id >= store_call_end(c->store))
        return false;
    for (uint32_t leg = *id; leg && c->n < LEGS; leg = c->next[leg])
        if (store_call(c->store, leg) && !c->told[leg])
            take_leg(c, leg);
    return true;
}

static bool fits(const struct calls *c, const struct call *call)
{
    for (uint32_t id = c->filter ? call->first_txn : 0; id;) {
        if (filter_match(c->filter, c->store, id))
            return true;
        id = store_transaction(c->store, id)->next_in_call;
    }
    return !c->filter;
}

/* -1: nothing of it can be shown. The first leg has the outcome of the whole call. */
static int load(const struct calls *c, size_t leg, struct leg_row *row)
{
    *row = (struct leg_row){ .id = c->legs[leg], .leg = leg };
    row->call = store_call(c->store, row->id);
    row->txn = store_transaction(c->store, call_leading(c->store, row->call));
    if (!row->txn || store_scan(c->store, transaction_head(row->txn), &row->head) < 0)
        return -1;
    row->method = row->txn->method == SIP_OTHER ? row->head.method
                                                : SPAN(sip_method_name(row->txn->method));
    row->outcome = call_outcome_name(
        leg ? call_outcome(c->diagnosis, c->store, row->call, row->id)
            : call_outcome_of_legs(c->diagnosis, c->store, c->legs, c->n));
    row->lead = diagnosis_finding(c->diagnosis, diagnosis_lead(c->diagnosis, row->id));
    return 0;
}

static struct span call_id_of(const struct calls *c, size_t leg, struct sip_message *sip)
{
    const struct call *call = store_call(c->store, c->legs[leg]);
    const struct transaction *t = store_transaction(c->store, call->first_txn);
    return t && store_scan(c->store, t->first, sip) == 0 ? sip->call_id : SPAN_NONE;
}

/* Why the leg is in the group; null for the first one and where the leg between was not captured. */
static json_t *json_join(const struct calls *c, size_t leg)
{
    size_t other = 0;
    struct sip_message sip;
    enum link_reason why = leg ? link_leg(c->store, c->legs, c->n, leg, &other) : LINK_NONE;
    if (why == LINK_NONE)
        return json_null();
    json_t *o = json_object();
    struct span header = why == LINK_HEADER ? link_header(c->store, c->legs[other], c->legs[leg])
                                            : SPAN_NONE;
    json_put(o, "call_id", call_id_of(c, other, &sip));
    json_put(o, "by", SPAN(link_reason_word(why)));
    if (header.n)
        json_put(o, "header", header);
    json_put(o, "strength", SPAN(link_is_sure(why) ? "sure" : "probable"));
    return o;
}

static void row_json(const struct calls *c, const struct leg_row *row)
{
    char when[TIME_TEXT];
    struct sip_message first;
    json_t *o = json_object();
    json_put(o, "time", SPAN(time_iso(row->call->first_ns, when)));
    json_put(o, "call_id", row->head.call_id);
    json_put(o, "method", row->method);
    json_put(o, "from", row->head.from);
    json_put(o, "to", row->head.to);
    json_object_set_new(o, "code", row->txn->code ? json_integer(row->txn->code) : json_null());
    json_put_number(o, "transactions", row->call->transactions);
    json_put_number(o, "messages", row->call->messages);
    json_put_number(o, "duration_ms",
                    (uint64_t)(row->call->last_ns - row->call->first_ns) / 1000000);
    json_object_set_new(o, "finished", json_boolean(call_finished(row->call)));
    json_object_set_new(o, "outcome", row->outcome ? json_string(row->outcome) : json_null());
    json_object_set_new(o, "finding",
                        row->lead ? json_string(finding_rule_id(row->lead->rule)) : json_null());
    json_put_number(o, "leg", row->leg + 1);
    json_put_number(o, "legs", c->n);
    json_put(o, "first_leg", call_id_of(c, 0, &first));
    json_object_set_new(o, "joined", json_join(c, row->leg));
    json_print(o, JSON_COMPACT);
}

/* "joined by Session-ID", "probably joined: same SDP (with leg 2)" */
static void print_join(const struct calls *c, size_t leg)
{
    size_t other = 0;
    struct strbuf text = STRBUF_INIT;
    enum link_reason why = link_leg(c->store, c->legs, c->n, leg, &other);
    link_put_reason(&text, c->store, c->legs[other], c->legs[leg], true);
    if (why == LINK_NONE)
        printf("  %s", _("joined to another leg"));
    else if (other == 0)
        printf("  %s", strbuf_str(&text));
    else
        printf(_("  %s (with leg %zu)"), strbuf_str(&text), other + 1);
    strbuf_free(&text);
}

/* Where the first one shown has its date, the others have their number. */
static void print_begin(const struct leg_row *row)
{
    char when[TIME_TEXT], leg[32];
    if (!row->below) {
        printf("%s ", time_date(row->call->first_ns, when));
        return;
    }
    snprintf(leg, sizeof leg, _("  leg %zu"), row->leg + 1);
    print_column(SPAN(leg), LEG_COLUMNS - 1);
    printf("%s ", time_clock(row->call->first_ns, when));
}

static void row_text(const struct calls *c, const struct leg_row *row)
{
    char lasted[TIME_TEXT];
    print_begin(row);
    printf("%8s ", time_short(row->call->last_ns - row->call->first_ns, lasted));
    print_column(row->method, 9);
    printf("%3u ", row->txn->code);
    print_column(SPAN(row->outcome ? tr(row->outcome) : "-"), 10);
    printf(_("%4u messages "), row->call->messages);
    print_column(row->head.call_id, 0);
    if (row->lead)
        printf("  %s", finding_rule_id(row->lead->rule));
    if (row->leg)
        print_join(c, row->leg);
    printf("\n");
}

void calls_rows(const struct session *session, const struct filter *filter)
{
    struct calls c;
    struct leg_row row;
    calls_init(&c, session, filter);
    for (uint32_t id = 1; next_group(&c, &id);) {
        bool shown = false;
        for (size_t leg = 0; leg < c.n; leg++) {
            if (!fits(&c, store_call(c.store, c.legs[leg])) || load(&c, leg, &row) < 0)
                continue;
            row.below = shown;
            shown = true;
            if (session->settings->json)
                row_json(&c, &row);
            else
                row_text(&c, &row);
        }
    }
    calls_free(&c);
}

struct calls_joined calls_joined(const struct session *session)
{
    const struct store *store = session->pipeline.store;
    uint32_t end = store_call_end(store), *to = groups(store);
    uint32_t *legs = mem_zero(end * sizeof *legs);
    struct calls_joined sum = { 0 };
    for (uint32_t id = 1; id < end; id++)
        legs[root_of(to, id)] += store_call(store, id) != NULL;
    for (uint32_t id = 1; id < end; id++) {
        sum.calls += legs[id] > 1;
        sum.legs += legs[id] > 1 ? legs[id] : 0;
    }
    free(legs);
    free(to);
    return sum;
}
