/* See roll.h. */
#include "diagnose/roll.h"

#include <stdlib.h>

#include "base/strbuf.h"
#include "diagnose/endpoints.h"

_Static_assert(STORE_ENDPOINT_FINDINGS == ENDPOINT_RULES, "as many as are counted");

struct roll {
    struct store *store;
    const struct diagnosis *diagnosis;
    struct endpoints *endpoints;
    struct store_endpoint *figures; /* by the ids of endpoints */
    uint32_t end;                   /* of these */
    uint64_t state;                 /* of store and diagnosis when it was begun last */
    uint64_t version;
    bool defer;
    bool wanted; /* before there was anything */
};

static uint64_t state_of(const struct roll *r)
{
    const struct store_counts *c = store_counts(r->store);
    return c->messages + c->open + diagnosis_version(r->diagnosis) + (c->live_calls << 32);
}

/* In thousandths of a percent, as filters compare shares. */
static int64_t share_of(const struct endpoint *e)
{
    return (int64_t)(100000 * endpoint_failure_share(e) + 0.5);
}

static void tell(const struct endpoint *e, struct store_endpoint *out)
{
    memset(out, 0, sizeof *out);
    out->sent = e->now.sent;
    out->received = e->now.received;
    out->failed = e->now.failed;
    out->unanswered = e->now.answers[0];
    out->failed_share = share_of(e);
    out->half_ns = endpoint_percentile(e, 50);
    out->most_ns = endpoint_percentile(e, 95);
    out->message = e->now.message;
    size_t n = 0;
    for (size_t i = 0; i < ENDPOINT_RULES; i++)
        if (e->now.rules[i].count)
            out->findings[n++] = finding_rule_id(e->now.rules[i].rule);
}

/* Takes what was counted over. */
static void take(struct roll *r)
{
    bool changed = r->end != endpoints_end(r->endpoints);
    r->end = endpoints_end(r->endpoints);
    r->figures = mem_grow(r->figures, r->end * sizeof *r->figures);
    for (uint32_t id = 1; id < r->end; id++) {
        struct store_endpoint now;
        tell(endpoints_at(r->endpoints, id), &now);
        changed = changed || memcmp(&now, &r->figures[id], sizeof now) != 0;
        memcpy(&r->figures[id], &now, sizeof now);
    }
    r->version += changed || r->version == 0;
}

bool roll_begin(struct roll *r)
{
    if (!endpoints_busy(r->endpoints) && (r->version == 0 || r->state != state_of(r))) {
        r->state = state_of(r);
        endpoints_begin(r->endpoints, NULL);
    }
    return endpoints_busy(r->endpoints);
}

bool roll_busy(const struct roll *r)
{
    return endpoints_busy(r->endpoints) || (r->wanted && r->version == 0);
}

bool roll_work(struct roll *r, size_t most)
{
    if (!roll_begin(r) || endpoints_work(r->endpoints, most))
        return endpoints_busy(r->endpoints);
    take(r);
    return false;
}

uint64_t roll_version(const struct roll *r)
{
    return r->version;
}

void roll_defer(struct roll *r)
{
    r->defer = true;
}

static const struct store_endpoint *find(void *arg, const struct addr *host)
{
    struct roll *r = arg;
    r->wanted = true;
    if (r->version == 0 && !r->defer)
        roll_work(r, SIZE_MAX);
    uint32_t id = endpoints_find(r->endpoints, host);
    return id && id < r->end ? &r->figures[id] : NULL;
}

struct roll *roll_new(struct store *store, const struct diagnosis *diagnosis)
{
    struct roll *r = mem_zero(sizeof *r);
    r->store = store;
    r->diagnosis = diagnosis;
    r->endpoints = endpoints_new(store, diagnosis);
    store_ask_endpoints(store, find, r);
    return r;
}

void roll_free(struct roll *r)
{
    if (!r)
        return;
    store_ask_endpoints(r->store, NULL, NULL);
    endpoints_free(r->endpoints);
    free(r->figures);
    free(r);
}
