/*
 * `list`: a row for each transaction, call or message, as text for people or one JSON
 * object a line for programs.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/tell.h"
#include "base/text.h"
#include "base/timefmt.h"
#include "base/tr.h"
#include "calls.h"
#include "diagnose/endpoints.h"
#include "diagnose/evidence.h"
#include "findings.h"
#include "headless.h"
#include "metrics.h"
#include "report.h"
#include "sip/fields.h"
#include "store/filter.h"
#include "store/ladder.h"
#include "store/names.h"
#include "usages.h"

/* One row of `list`: columns of text, or one JSON object. */
struct row {
    const struct session *session;
    const struct store *store;
    struct sip_message head;
};

static const char *address_text(const struct row *row, uint32_t message, bool source,
                                char *(*write)(const struct addr *, char *), char *buf)
{
    const struct message *m = store_message(row->store, message);
    const struct flow *flow = store_flow(row->store, m->flow);
    /* seen from the request: a lone response came the other way */
    return write((m->code != 0) != source ? &flow->src : &flow->dst, buf);
}

/* Which capture agent saw it; null where we did. */
static void put_agent(json_t *o, const struct row *row, const struct message *m)
{
    struct span name = store_agent_name(row->store, store_flow(row->store, m->flow)->agent);
    json_object_set_new(o, "agent", name.n ? json_text(name) : json_null());
}

static struct span method_text(const struct row *row, const struct transaction *t)
{
    return t->method == SIP_OTHER ? row->head.method : SPAN(sip_method_name(t->method));
}

static struct span reason_of(const struct row *row, const struct transaction *t,
                             struct sip_message *m)
{
    uint32_t id = t->final ? t->final : t->provisional;
    return store_scan(row->store, id, m) == 0 ? m->reason : SPAN_NONE;
}

static void transaction_json(struct row *row, uint32_t id, const struct transaction *t)
{
    char text[ADDR_TEXT], when[TIME_TEXT];
    struct sip_message deciding;
    struct strbuf why = STRBUF_INIT;
    uint32_t head = transaction_head(t);
    json_t *o = json_object();
    int64_t rtt = transaction_rtt(row->store, t);
    json_put(o, "time", SPAN(time_iso(t->time_ns, when)));
    json_put(o, "method", method_text(row, t));
    json_put(o, "call_id", row->head.call_id);
    json_put(o, "branch", row->head.branch);
    json_put_number(o, "cseq", t->cseq);
    json_put(o, "from", row->head.from);
    json_put(o, "to", row->head.to);
    json_put(o, "src", SPAN(address_text(row, head, true, addr_format, text)));
    json_put(o, "dst", SPAN(address_text(row, head, false, addr_format, text)));
    json_put(o, "transport",
             SPAN(transport_name(
                 store_flow(row->store, store_message(row->store, head)->flow)->transport)));
    put_agent(o, row, store_message(row->store, head));
    json_object_set_new(o, "code", t->code ? json_integer(t->code) : json_null());
    json_put(o, "reason", reason_of(row, t, &deciding));
    json_put(o, "state", SPAN(transaction_state_name(t->state)));
    json_object_set_new(o, "rtt_ms", rtt < 0 ? json_null() : json_real((double)rtt / 1e6));
    json_put_number(o, "retransmissions", t->retransmissions);
    json_put_number(o, "duplicates", t->duplicates);
    json_put_number(o, "messages", t->messages);
    why_line(&why, row->session->pipeline.diagnosis, row->store, id);
    json_put(o, "why", strbuf_as_span(&why));
    strbuf_free(&why);
    if (t->why)
        json_put(o, "finding", SPAN(finding_rule_id(t->why)));
    json_print(o, JSON_COMPACT | JSON_REAL_PRECISION(9));
}

static void print_hop(const char *src, const char *dst)
{
    print_column(SPAN(src), 0);
    printf(" -> ");
    print_column(SPAN(dst), 0);
    printf("  ");
}

static void transaction_text(struct row *row, uint32_t id, const struct transaction *t)
{
    char src[ADDR_TEXT], dst[ADDR_TEXT], when[TIME_TEXT], code[16] = "-";
    struct strbuf why = STRBUF_INIT;
    struct sip_address from, to;
    uint32_t head = transaction_head(t);
    sip_read_address(row->head.from, &from);
    sip_read_address(row->head.to, &to);
    if (t->code)
        snprintf(code, sizeof code, "%u", t->code);
    printf("%s ", time_date(t->time_ns, when));
    print_column(method_text(row, t), 9);
    print_column(from.user.n ? names_number(from.user) : from.host, 16);
    print_column(to.user.n ? names_number(to.user) : to.host, 16);
    print_hop(address_text(row, head, true, names_format, src),
              address_text(row, head, false, names_format, dst));
    printf("%s %s ", code, transaction_state_name(t->state));
    why_line(&why, row->session->pipeline.diagnosis, row->store, id);
    print_column(strbuf_as_span(&why), 0);
    printf("\n");
    strbuf_free(&why);
}

static void list_transactions(struct row *row, const struct filter *filter)
{
    for (uint32_t id = 1; id < store_transaction_end(row->store); id++) {
        const struct transaction *t = store_transaction(row->store, id);
        if (!t || (filter && !filter_match(filter, row->store, id)) ||
            store_scan(row->store, transaction_head(t), &row->head) < 0)
            continue;
        if (row->session->settings->json)
            transaction_json(row, id, t);
        else
            transaction_text(row, id, t);
    }
}

static void message_json(const struct row *row, const struct message *m,
                         const struct sip_message *sip)
{
    char text[ADDR_TEXT], when[TIME_TEXT];
    const struct flow *flow = store_flow(row->store, m->flow);
    json_t *o = json_object();
    json_put(o, "time", SPAN(time_iso(m->time_ns, when)));
    json_put_number(o, "frame", m->frame);
    json_put_number(o, "source", m->source);
    json_put(o, "src", SPAN(addr_format(&flow->src, text)));
    json_put(o, "dst", SPAN(addr_format(&flow->dst, text)));
    json_put(o, "transport", SPAN(transport_name(flow->transport)));
    put_agent(o, row, m);
    json_put(o, "start_line", sip->start_line);
    json_put(o, "call_id", sip->call_id);
    json_put(o, "branch", sip->branch);
    json_put_number(o, "cseq", sip->cseq);
    json_put(o, "method", m->method == SIP_OTHER ? sip->method : SPAN(sip_method_name(m->method)));
    json_object_set_new(o, "code", m->code ? json_integer(m->code) : json_null());
    json_object_set_new(o, "retransmission", json_boolean(m->flags & MESSAGE_RETRANSMISSION));
    json_object_set_new(o, "duplicate", json_boolean(m->flags & MESSAGE_DUPLICATE));
    json_object_set_new(o, "malformed", json_boolean(m->flags & MESSAGE_MALFORMED));
    json_object_set_new(o, "truncated", json_boolean(m->flags & MESSAGE_TRUNCATED));
    json_object_set_new(o, "fragmented", json_boolean(m->flags & MESSAGE_FRAGMENTED));
    json_object_set_new(o, "misframed", json_boolean(m->flags & MESSAGE_MISFRAMED));
    json_print(o, JSON_COMPACT);
}

static void message_row(const struct row *row, uint32_t id)
{
    char when[TIME_TEXT], src[ADDR_TEXT], dst[ADDR_TEXT];
    struct sip_message sip;
    const struct message *m = store_message(row->store, id);
    if (store_scan(row->store, id, &sip) < 0)
        return;
    if (row->session->settings->json) {
        message_json(row, m, &sip);
        return;
    }
    const struct flow *flow = store_flow(row->store, m->flow);
    printf("%6u %s ", m->frame, time_date(m->time_ns, when));
    print_hop(names_format(&flow->src, src), names_format(&flow->dst, dst));
    print_column(sip.start_line, 0);
    printf("%s\n", m->flags & MESSAGE_RETRANSMISSION ? _(" (retransmission)")
                   : m->flags & MESSAGE_DUPLICATE    ? _(" (duplicate)")
                                                     : "");
}

/* In order of time. */
static void list_messages(struct row *row, const struct filter *filter)
{
    const struct store_counts *c = store_counts(row->store);
    struct message_time *all = mem_alloc((c->live_messages + 1) * sizeof *all);
    size_t n = 0;
    for (uint32_t id = 1; id < store_transaction_end(row->store); id++) {
        const struct transaction *t = store_transaction(row->store, id);
        for (uint32_t m = t ? t->last : 0; m && n < c->live_messages;) {
            const struct filter_focus focus = { .message = m };
            if (!filter || filter_match_one(filter, row->store, id, &focus))
                all[n++] = message_time_of(row->store, m);
            m = store_message(row->store, m)->previous;
        }
    }
    message_times_sort(all, n);
    for (size_t i = 0; i < n; i++)
        message_row(row, all[i].message);
    free(all);
}

static void list_calls(struct row *row, const struct filter *filter)
{
    calls_rows(row->session, filter);
}

static void list_findings(struct row *row, const struct filter *filter)
{
    findings_rows(row->session, filter);
}

static void put_percentile(json_t *o, const char *key, const struct endpoint *e, unsigned percent)
{
    int64_t ns = endpoint_percentile(e, percent);
    json_object_set_new(o, key, ns < 0 ? json_null() : json_real((double)ns / 1e6));
}

static void endpoint_json(const struct endpoint *e, struct span agent, bool joined)
{
    static const char *const answers[ENDPOINT_ANSWERS] = { "none", NULL,  "2xx", "3xx",
                                                           "4xx",  "5xx", "6xx" };
    char host[ADDR_HOST];
    uint8_t rule = endpoint_finding(e);
    json_t *o = json_object(), *by_class = json_object();
    json_put(o, "host", SPAN(addr_host(&e->host, host)));
    if (joined)
        json_put_number(o, "hosts", e->hosts);
    json_object_set_new(o, "agent", agent.n ? json_text(agent) : json_null());
    json_put_number(o, "sent", e->now.sent);
    json_put_number(o, "received", e->now.received);
    for (int i = 0; i < ENDPOINT_ANSWERS; i++)
        if (answers[i])
            json_put_number(by_class, answers[i], e->now.answers[i]);
    json_object_set_new(o, "answers", by_class);
    json_put_number(o, "failed", e->now.failed);
    json_object_set_new(o, "failure_share", json_real(endpoint_failure_share(e)));
    json_object_set_new(o, "finding", rule ? json_string(finding_rule_id(rule)) : json_null());
    put_percentile(o, "p50_ms", e, 50);
    put_percentile(o, "p95_ms", e, 95);
    json_print(o, JSON_COMPACT | JSON_REAL_PRECISION(3));
}

/* Beside the agent that a row is for stands how many hosts it is. */
static void endpoint_text(const struct endpoint *e, struct span agent, bool joined)
{
    char host[ADDR_HOST], half[TIME_TEXT], most[TIME_TEXT];
    int64_t p50 = endpoint_percentile(e, 50), p95 = endpoint_percentile(e, 95);
    uint8_t rule = endpoint_finding(e);
    if (joined)
        print_column(agent.n ? agent : SPAN("-"), 30);
    else
        print_column(SPAN(names_host(&e->host, host)), 15);
    printf(_("%5llu sent %5llu received %5llu failed %5.1f%%  %6s %6s  "),
           (unsigned long long)e->now.sent, (unsigned long long)e->now.received,
           (unsigned long long)e->now.failed, 100 * endpoint_failure_share(e),
           p50 < 0 ? "-" : time_short(p50, half), p95 < 0 ? "-" : time_short(p95, most));
    print_column(SPAN(rule ? finding_rule_id(rule) : "-"), agent.n || joined ? 20 : 0);
    if (joined)
        printf(tr_n("%u host", "%u hosts", e->hosts), e->hosts);
    else
        print_column(agent, 0);
    printf("\n");
}

static void list_endpoints(struct row *row, const struct filter *filter)
{
    struct endpoints *all = endpoints_new(row->store, row->session->pipeline.diagnosis);
    bool joined = strcmp(row->session->settings->by, "agent") == 0;
    endpoints_begin(all, filter);
    endpoints_work(all, SIZE_MAX);
    endpoints_join_agents(all, joined);
    for (uint32_t id = 1; id < endpoints_end(all); id++) {
        const struct endpoint *e = endpoints_at(all, id);
        struct span agent = endpoint_agent(row->store, e, &row->head);
        if (row->session->settings->json)
            endpoint_json(e, agent, joined);
        else
            endpoint_text(e, agent, joined);
    }
    endpoints_free(all);
}

static void list_registrations(struct row *row, const struct filter *filter)
{
    usages_registrations(row->session, filter);
}

static void list_subscriptions(struct row *row, const struct filter *filter)
{
    usages_subscriptions(row->session, filter);
}

static void list_statistics(struct row *row, const struct filter *filter)
{
    metrics_rows(row->session, filter);
}

static const struct {
    const char *name;
    void (*list)(struct row *row, const struct filter *filter);
} lists[] = {
    { "transactions", list_transactions },   { "calls", list_calls },
    { "messages", list_messages },           { "findings", list_findings },
    { "endpoints", list_endpoints },         { "registrations", list_registrations },
    { "subscriptions", list_subscriptions }, { "statistics", list_statistics },
};

int list_run(struct session *session, const char *what)
{
    struct row row = { .session = session, .store = session->pipeline.store };
    struct filter *filter = NULL;
    struct filter_error error;
    if (session->settings->filter) {
        filter = filter_parse(session->settings->filter, &error);
        if (!filter) {
            tell(_("filter, at character %zu: %s"), error.offset + 1, error.message);
            return 2;
        }
    }
    headless_read(session);
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        if (strcmp(lists[i].name, what) == 0)
            lists[i].list(&row, filter);
    filter_free(filter);
    int status = headless_troubles(session);
    return status ? status : findings_status(session);
}
