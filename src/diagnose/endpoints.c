/* See endpoints.h. */
#include "diagnose/endpoints.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/index.h"
#include "base/strbuf.h"
#include "sip/fields.h"

struct table {
    struct endpoint *all; /* [1..count] */
    uint32_t count, size;
    struct index index;
};

struct endpoints {
    const struct store *store;
    const struct diagnosis *diagnosis;
    const struct filter *filter;
    struct table hosts, agents;
    bool joined;       /* agents count */
    uint32_t position; /* the next transaction; 0: no pass goes on */
    uint64_t version;
};

static uint64_t host_key(const struct addr *a)
{
    return hash_bytes(a->family, a->ip, sizeof a->ip);
}

static uint64_t key_of(uint32_t id, const void *arg)
{
    return ((const struct table *)arg)->all[id].key;
}

struct endpoints *endpoints_new(const struct store *store, const struct diagnosis *diagnosis)
{
    struct endpoints *e = mem_zero(sizeof *e);
    e->store = store;
    e->diagnosis = diagnosis;
    index_init(&e->hosts.index, key_of, &e->hosts);
    index_init(&e->agents.index, key_of, &e->agents);
    return e;
}

void endpoints_free(struct endpoints *e)
{
    index_destroy(&e->hosts.index);
    index_destroy(&e->agents.index);
    free(e->hosts.all);
    free(e->agents.all);
    free(e);
}

#define NAMELESS 64 /* messages without a name, after which a host is taken to have none */

/* A row by its key, new or known; NULL when there are too many. */
static struct endpoint *take(struct table *t, uint64_t key, const struct addr *host)
{
    uint32_t id = index_find(&t->index, key);
    if (id)
        return &t->all[id];
    if (t->count == ENDPOINTS_MAX)
        return NULL;
    if (t->count + 1 >= t->size) {
        t->size = t->size ? t->size * 2 : 64;
        t->all = mem_grow(t->all, t->size * sizeof *t->all);
    }
    struct endpoint *row = &t->all[t->count + 1];
    memset(row, 0, sizeof *row);
    row->key = key;
    row->host = *host;
    row->host.port = 0;
    row->hosts = 1;
    if (index_add(&t->index, key, t->count + 1) < 0)
        return NULL;
    t->count++;
    return row;
}

/* The numbers that are being counted of a host; NULL when there are too many. */
static struct endpoint_counts *counts_of(struct endpoints *e, const struct addr *host)
{
    struct endpoint *row = host->family ? take(&e->hosts, host_key(host), host) : NULL;
    return row ? &row->next : NULL;
}

/* Counting */

static void count_rule(struct endpoint_rule rules[ENDPOINT_RULES], uint8_t rule, uint32_t times)
{
    size_t at = 0;
    for (size_t i = 0; i < ENDPOINT_RULES; i++) {
        if (rules[i].rule == rule) {
            rules[i].count += times;
            return;
        }
        if (rules[i].count < rules[at].count)
            at = i;
    }
    rules[at].rule = rule;
    rules[at].count += times;
}

static void count_answer(struct endpoint_counts *c, uint32_t id, const struct transaction *t)
{
    bool failed = sip_class_failed((enum sip_class)t->class);
    if (t->class == SIP_CLASS_TIMEOUT)
        c->answers[0]++;
    else if (t->code >= 200)
        c->answers[t->code < 700 ? t->code / 100 : 6]++; /* beyond 699 as sip_class_of() has it */
    c->failed += failed;
    if (failed || !c->example_failed)
        c->example = id;
    c->example_failed |= failed;
}

static struct span agent_of(const struct store *store, uint32_t message, struct sip_message *sip)
{
    return store_scan(store, message, sip) == 0 ? sip->agent : SPAN_NONE;
}

/*
 * What it sends may be another's that it passes on, but for answers as registrar and challenges. The
 * first message of either kind that says what sent it is kept.
 */
static void take_message(const struct endpoints *e, struct endpoint_counts *c, uint32_t message,
                         const struct transaction *t)
{
    struct sip_message sip;
    bool own = message == t->final &&
               (t->method == SIP_REGISTER || sip_class_of(t->code) == SIP_CLASS_CHALLENGE);
    if (!message || (c->message_named && own <= c->message_own) || c->nameless == NAMELESS)
        return;
    bool named = agent_of(e->store, message, &sip).n > 0;
    c->nameless += !named;
    if (c->message && !named)
        return;
    c->message = message;
    c->message_own = own;
    c->message_named = named;
}

/* A host is counted where the filter fits for it: fields of endpoints speak of it alone. */
static bool fits(const struct endpoints *e, uint32_t id, const struct addr *host)
{
    const struct filter_focus focus = { .endpoint = host };
    return !e->filter || filter_match_one(e->filter, e->store, id, &focus);
}

/* It spoiled a request of this host, too, but the cause is not there. */
static void count_spoiled(struct endpoints *e, uint32_t id, uint8_t rule, const struct addr *end,
                          const struct addr *host)
{
    bool counts = !addr_same_host(end, host) && fits(e, id, end);
    struct endpoint_counts *c = counts ? counts_of(e, end) : NULL;
    if (c)
        count_rule(c->spoiled, rule, 1);
}

/*
 * A finding counts once, at the host that its cause names; in its own transaction and the others that
 * it explains it is told of both ends besides.
 */
static void count_finding(struct endpoints *e, uint32_t id, const struct addr *from,
                          const struct addr *to)
{
    const struct finding *f = diagnosis_finding(e->diagnosis,
                                                diagnosis_of_transaction(e->diagnosis, id));
    if (!f)
        return;
    const struct addr *host = &f->host;
    bool counts = f->transaction == id && fits(e, id, host);
    struct endpoint_counts *c = counts ? counts_of(e, host) : NULL;
    if (c)
        count_rule(c->rules, f->rule, 1);
    count_spoiled(e, id, f->rule, from, host);
    if (!addr_same_host(from, to))
        count_spoiled(e, id, f->rule, to, host);
}

static void count(struct endpoints *e, uint32_t id, const struct transaction *t)
{
    const struct message *head = store_message(e->store, transaction_head(t));
    const struct flow *flow = head ? store_flow(e->store, head->flow) : NULL;
    if (!flow || t->method == SIP_ACK)
        return;
    /* a lone response came the other way */
    struct addr from = head->code ? flow->dst : flow->src;
    struct addr to = head->code ? flow->src : flow->dst;
    bool at_from = fits(e, id, &from), same = !e->filter || !filter_asks_endpoints(e->filter);
    bool at_to = same ? at_from : fits(e, id, &to);
    struct endpoint_counts *c = at_from ? counts_of(e, &from) : NULL;
    if (c) {
        c->sent++;
        take_message(e, c, t->request, t);
        count_answer(c, id, t);
    }
    c = at_to ? counts_of(e, &to) : NULL;
    if (c) {
        int64_t rtt = transaction_rtt(e->store, t);
        c->received++;
        take_message(e, c, t->final ? t->final : t->provisional, t);
        if (rtt >= 0 && t->method != SIP_INVITE)
            spread_add(&c->times, rtt);
        if (!at_from || !addr_same_host(&from, &to))
            count_answer(c, id, t);
    }
    if (t->why)
        count_finding(e, id, &from, &to);
}

/* Agents */

static void add_counts(struct endpoint_counts *to, const struct endpoint_counts *c)
{
    to->sent += c->sent;
    to->received += c->received;
    to->failed += c->failed;
    for (int i = 0; i < ENDPOINT_ANSWERS; i++)
        to->answers[i] += c->answers[i];
    spread_merge(&to->times, &c->times);
    for (int i = 0; i < ENDPOINT_RULES; i++) {
        if (c->rules[i].rule)
            count_rule(to->rules, c->rules[i].rule, c->rules[i].count);
        if (c->spoiled[i].rule)
            count_rule(to->spoiled, c->spoiled[i].rule, c->spoiled[i].count);
    }
    if (!to->example || (c->example_failed && !to->example_failed)) {
        to->example = c->example;
        to->example_failed = c->example_failed;
    }
    if (!to->message || (c->message_named && !to->message_named)) {
        to->message = c->message;
        to->message_named = c->message_named;
    }
}

/* Puts the hosts of the last pass together by what they call themselves; those that do not, too. */
static void join_agents(struct endpoints *e)
{
    struct sip_message sip;
    for (uint32_t i = 1; i <= e->agents.count; i++) {
        memset(&e->agents.all[i].now, 0, sizeof e->agents.all[i].now);
        e->agents.all[i].hosts = 0;
    }
    for (uint32_t i = 1; i <= e->hosts.count; i++) {
        const struct endpoint *host = &e->hosts.all[i];
        struct span agent = endpoint_agent(e->store, host, &sip);
        struct endpoint *row = endpoint_idle(host)
                                   ? NULL
                                   : take(&e->agents, hash_span(1, agent), &host->host);
        if (!row)
            continue;
        if (endpoint_idle(row)) {
            row->host = host->host;
            row->hosts = 0;
        }
        row->hosts++;
        add_counts(&row->now, &host->now);
    }
}

static const struct table *shown(const struct endpoints *e)
{
    return e->joined ? &e->agents : &e->hosts;
}

void endpoints_join_agents(struct endpoints *e, bool join)
{
    e->joined = join;
    if (join)
        join_agents(e);
}

/* Passes */

void endpoints_begin(struct endpoints *e, const struct filter *filter)
{
    e->filter = filter;
    e->position = 1;
    for (uint32_t i = 1; i <= e->hosts.count; i++)
        memset(&e->hosts.all[i].next, 0, sizeof e->hosts.all[i].next);
}

bool endpoints_busy(const struct endpoints *e)
{
    return e->position != 0;
}

bool endpoints_work(struct endpoints *e, size_t most)
{
    uint32_t end = store_transaction_end(e->store);
    for (; e->position && e->position < end && most > 0; most--, e->position++) {
        const struct transaction *t = store_transaction(e->store, e->position);
        if (t)
            count(e, e->position, t);
    }
    if (!e->position || e->position < end)
        return e->position != 0;
    for (uint32_t i = 1; i <= e->hosts.count; i++)
        e->hosts.all[i].now = e->hosts.all[i].next;
    if (e->joined)
        join_agents(e);
    e->position = 0;
    e->version++;
    return false;
}

uint64_t endpoints_version(const struct endpoints *e)
{
    return e->version;
}

const struct endpoint *endpoints_at(const struct endpoints *e, uint32_t id)
{
    return id && id <= shown(e)->count ? &shown(e)->all[id] : NULL;
}

uint32_t endpoints_end(const struct endpoints *e)
{
    return shown(e)->count + 1;
}

uint32_t endpoints_find(const struct endpoints *e, const struct addr *host)
{
    return index_find(&e->hosts.index, host_key(host));
}

/* Asking */

bool endpoint_idle(const struct endpoint *e)
{
    return e->now.sent + e->now.received == 0;
}

double endpoint_failure_share(const struct endpoint *e)
{
    uint64_t ended = 0;
    for (int i = 0; i < ENDPOINT_ANSWERS; i++)
        ended += e->now.answers[i];
    return ended ? (double)e->now.failed / (double)ended : 0;
}

int64_t endpoint_percentile(const struct endpoint *e, unsigned percent)
{
    return spread_percentile(&e->now.times, percent);
}

uint8_t endpoint_finding(const struct endpoint *e)
{
    size_t most = 0;
    for (size_t i = 1; i < ENDPOINT_RULES; i++)
        if (e->now.rules[i].count > e->now.rules[most].count)
            most = i;
    return e->now.rules[most].rule;
}

struct span endpoint_agent(const struct store *store, const struct endpoint *e,
                           struct sip_message *sip)
{
    return agent_of(store, e->now.message, sip);
}
