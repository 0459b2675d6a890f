/*
 * See calls.h. The legs of a call (store/joined.h) stand together, the one at which it came in first,
 * with what became of the whole call; the others say what they are joined by.
 */
#include "calls.h"

#include <stdio.h>

#include "base/strbuf.h"
#include "base/text.h"
#include "base/timefmt.h"
#include "base/tr.h"
#include "diagnose/outcome.h"
#include "store/joined.h"
#include "store/link.h"

#define LEG_COLUMNS 11 /* in place of the date, before the time of day */

struct calls {
    const struct session *session;
    const struct store *store;
    const struct diagnosis *diagnosis;
    const struct filter *filter;
    uint32_t legs[JOINED_LEGS]; /* of the call at hand */
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

/* All legs are asked about first: who came earlier may be joined by who came later. */
static void join_all(const struct store *store)
{
    while (joined_work(store, SIZE_MAX))
        continue;
}

/* Whether a call begins at this leg: its legs are those at hand then. */
static bool begins(struct calls *c, uint32_t id)
{
    if (!store_call(c->store, id) || joined_first(c->store, id) != id ||
        !joined_is_call(c->store, id))
        return false;
    c->n = joined_legs(c->store, id, c->legs);
    return true;
}

static bool fits(const struct calls *c)
{
    bool fits = !c->filter;
    for (size_t i = 0; i < c->n && !fits; i++)
        fits = filter_match_call(c->filter, c->store, c->legs[i]);
    return fits;
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
        call_end_of_legs(c->diagnosis, c->store, leg ? &row->id : c->legs, leg ? 1 : c->n).outcome);
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
                    (uint64_t)(call_end_ns(c->store, row->call) - row->call->first_ns) / 1000000);
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
    printf("%8s ", time_short(call_end_ns(c->store, row->call) - row->call->first_ns, lasted));
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

static void put_call(const struct calls *c)
{
    struct leg_row row;
    bool shown = false;
    for (size_t leg = 0; leg < c->n; leg++) {
        if (load(c, leg, &row) < 0)
            continue;
        row.below = shown;
        shown = true;
        if (c->session->settings->json)
            row_json(c, &row);
        else
            row_text(c, &row);
    }
}

void calls_rows(const struct session *session, const struct filter *filter)
{
    struct calls c = { .session = session,
                       .store = session->pipeline.store,
                       .diagnosis = session->pipeline.diagnosis,
                       .filter = filter };
    join_all(c.store);
    for (uint32_t id = 1; id < store_call_end(c.store); id++)
        if (begins(&c, id) && fits(&c))
            put_call(&c);
}

struct calls_total calls_total(const struct session *session)
{
    struct calls c = { .store = session->pipeline.store };
    struct calls_total sum = { .evicted = store_counts(c.store)->sessions -
                                          store_counts(c.store)->live_sessions };
    join_all(c.store);
    for (uint32_t id = 1; id < store_call_end(c.store); id++) {
        if (!begins(&c, id))
            continue;
        sum.calls++;
        sum.failed += call_end_failed(
            call_end_of_legs(session->pipeline.diagnosis, c.store, c.legs, c.n));
        sum.joined += c.n > 1;
        sum.legs += c.n > 1 ? c.n : 0;
    }
    sum.calls += sum.evicted;
    return sum;
}
