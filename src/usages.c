/* See usages.h. */
#include "usages.h"

#include <stdio.h>

#include "base/strbuf.h"
#include "base/tell.h"
#include "base/timefmt.h"
#include "base/tr.h"
#include "diagnose/evidence.h"
#include "store/names.h"
#include "store/registration.h"
#include "store/subscription.h"

/* One record while its row is written. */
struct usage {
    const struct session *session;
    const struct store *store;
    struct ledger ledger;
    const void *record;
    uint32_t transaction; /* its latest */
    const struct transaction *txn;
};

static void ignore(uint32_t record, void *arg)
{
    (void)record;
    (void)arg;
}

/* Looks at all transactions and writes a row for each record that they give. */
static void list_records(const struct session *session, const struct ledger_ops *ops,
                         const struct filter *filter, void (*write)(const struct usage *u))
{
    struct usage u = { .session = session, .store = session->pipeline.store };
    ledger_init(&u.ledger, ops, u.store);
    for (uint32_t id = 1; id < store_transaction_end(u.store); id++)
        ledger_note(&u.ledger, id);
    ledger_work(&u.ledger, SIZE_MAX, ignore, NULL);
    for (uint32_t id = 1; id < u.ledger.records.next; id++) {
        u.record = ledger_at(&u.ledger, id);
        u.transaction = u.record ? ledger_latest(&u.ledger, u.record) : 0;
        u.txn = store_transaction(u.store, u.transaction);
        if (u.txn && (!filter || filter_match(filter, u.store, u.transaction)))
            write(&u);
    }
    if (u.ledger.left_out)
        tell(_("%llu more found no room"), (unsigned long long)u.ledger.left_out);
    ledger_free(&u.ledger);
}

static void put_text(json_t *o, const char *key, struct span text)
{
    json_object_set_new(o, key, text.n ? json_text(text) : json_null());
}

static void put_time(json_t *o, const char *key, int64_t time_ns)
{
    char text[TIME_TEXT];
    put_text(o, key, time_ns ? SPAN(time_iso(time_ns, text)) : SPAN_NONE);
}

static void put_address(json_t *o, const char *key, const struct addr *a)
{
    char text[ADDR_TEXT];
    put_text(o, key, a->family ? SPAN(addr_format(a, text)) : SPAN_NONE);
}

/* Seconds until then at the end of the capture, rounded as people read it; null for none. */
static void put_left(json_t *o, const struct usage *u, int64_t until_ns)
{
    int64_t left = (until_ns - store_now(u->store) + 500000000) / 1000000000;
    json_object_set_new(o, "left_s", left > 0 ? json_integer(left) : json_null());
}

/* What all of them have, at the end of their objects; `own`: the transaction was about it alone. */
static void finish(json_t *o, const struct usage *u, bool own)
{
    struct sip_message sip;
    struct strbuf why = STRBUF_INIT;
    if (own)
        why_line(&why, u->session->pipeline.diagnosis, u->store, u->transaction);
    store_scan(u->store, transaction_head(u->txn), &sip);
    json_put(o, "call_id", sip.call_id);
    json_put(o, "why", strbuf_as_span(&why));
    put_text(o, "finding", own && u->txn->why ? SPAN(finding_rule_id(u->txn->why)) : SPAN_NONE);
    json_print(o, JSON_COMPACT);
    strbuf_free(&why);
}

static void print_why(const struct usage *u, bool own)
{
    struct strbuf why = STRBUF_INIT;
    if (own)
        why_line(&why, u->session->pipeline.diagnosis, u->store, u->transaction);
    print_column(strbuf_as_span(&why), 0);
    printf("\n");
    strbuf_free(&why);
}

static void print_left(const struct usage *u, int64_t until_ns, bool over)
{
    char text[TIME_TEXT];
    int64_t left = until_ns - store_now(u->store);
    printf("%5s ", left > 0 && !over ? time_short(left, text) : "-");
}

static void print_state(const char *state, uint16_t code)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_text(&text, tr(state));
    if (code)
        strbuf_format(&text, " %u", code);
    print_column(strbuf_as_span(&text), 14);
    strbuf_free(&text);
}

static void write_registration(const struct usage *u)
{
    char text[ADDR_TEXT];
    const struct registration *r = u->record;
    struct registration_words words;
    struct addr client = { 0 }, registrar = { 0 };
    enum registration_state state = registration_state(r, store_now(u->store));
    registration_words(&u->ledger, r, &words);
    registration_ends(&u->ledger, r, &client, &registrar);
    if (!u->session->settings->json) {
        print_state(registration_state_name(state), state == REGISTRATION_REFUSED ? r->code : 0);
        print_left(u, r->until_ns, state == REGISTRATION_REMOVED);
        print_column(words.aor, 28);
        print_column(words.contact, 28);
        print_column(SPAN(names_format(&registrar, text)), 21);
        print_why(u, r->asked_seq != 0);
        return;
    }
    json_t *o = json_object();
    json_put(o, "aor", words.aor);
    put_text(o, "contact", words.contact);
    put_text(o, "instance", words.instance);
    put_text(o, "reg_id", words.reg_id);
    put_text(o, "agent", words.agent);
    put_address(o, "client", &client);
    put_address(o, "registrar", &registrar);
    json_put(o, "state", SPAN(registration_state_name(state)));
    json_object_set_new(o, "code", r->code ? json_integer(r->code) : json_null());
    put_left(o, u, state == REGISTRATION_REMOVED ? 0 : r->until_ns);
    json_put_number(o, "expires_s", r->expires_s);
    put_time(o, "refreshed", r->refreshed_ns);
    json_put_number(o, "refreshes", r->granted ? r->granted - 1 : 0);
    json_put_number(o, "challenges", r->challenges);
    finish(o, u, r->asked_seq != 0);
}

static void write_subscription(const struct usage *u)
{
    const struct subscription *s = u->record;
    struct subscription_words words;
    enum subscription_state state = subscription_state(s, store_now(u->store));
    bool over = state == SUBSCRIPTION_TERMINATED || state == SUBSCRIPTION_REFUSED;
    subscription_words(&u->ledger, s, &words);
    if (!u->session->settings->json) {
        print_state(subscription_state_name(state), over ? s->code : 0);
        print_left(u, s->until_ns, over);
        print_column(words.subscriber, 28);
        print_column(words.resource, 28);
        print_column(words.event, 16);
        print_column(words.outcome.n ? words.outcome : words.reason, 0);
        printf("%s", words.outcome.n || words.reason.n ? " " : "");
        print_why(u, true);
        return;
    }
    json_t *o = json_object();
    json_put(o, "subscriber", words.subscriber);
    json_put(o, "resource", words.resource);
    put_text(o, "event", words.event);
    json_put(o, "state", SPAN(subscription_state_name(state)));
    put_text(o, "reason", words.reason);
    put_text(o, "outcome", words.outcome);
    json_object_set_new(o, "code", s->code ? json_integer(s->code) : json_null());
    put_left(o, u, over ? 0 : s->until_ns);
    json_put_number(o, "refreshes", s->asked ? s->asked - 1 : 0);
    json_put_number(o, "notifies", s->notifies);
    put_time(o, "notified", s->notified_ns);
    finish(o, u, true);
}

void usages_registrations(const struct session *session, const struct filter *filter)
{
    list_records(session, &registration_ledger, filter, write_registration);
}

void usages_subscriptions(const struct session *session, const struct filter *filter)
{
    list_records(session, &subscription_ledger, filter, write_subscription);
}
