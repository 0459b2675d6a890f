/*
 * Fields of filter expressions that speak of hosts: of either side of the transaction, or of the
 * one that a list of endpoints has a row of. Their figures come from others, see store_endpoint().
 */
#include "store/filter_private.h"
#include "store/names.h"

typedef bool host_fits_fn(struct filter_view *v, const struct filter_test *t,
                          const struct addr *host);

static bool any_host(struct filter_view *v, const struct filter_test *t, host_fits_fn *fits)
{
    const struct addr *src, *dst;
    if (v->focus->endpoint)
        return fits(v, t, v->focus->endpoint);
    return filter_ends(v, &src, &dst) && (fits(v, t, src) || fits(v, t, dst));
}

static bool address_fits(struct filter_view *v, const struct filter_test *t,
                         const struct addr *host)
{
    (void)v;
    return filter_fits_address(t, host);
}

bool filter_read_endpoint(struct filter_view *v, const struct filter_test *t)
{
    return any_host(v, t, address_fits);
}

/* Equal to any of its names; searched in the one that is shown. An address is no name. */
static bool name_fits(struct filter_view *v, const struct filter_test *t, const struct addr *host)
{
    char name[ADDR_HOST], address[ADDR_HOST];
    (void)v;
    if (t->op == FILTER_EQUAL)
        return names_fits(host, t->text);
    names_host(host, name);
    return strcmp(name, addr_host(host, address)) != 0 && filter_fits_text(t, SPAN(name));
}

bool filter_read_endpoint_name(struct filter_view *v, const struct filter_test *t)
{
    return any_host(v, t, name_fits);
}

static bool agent_fits(struct filter_view *v, const struct filter_test *t, const struct addr *host)
{
    const struct store_endpoint *e = store_endpoint(v->store, host);
    const struct sip_message *m = e ? filter_scan(v, e->message) : NULL;
    return m && filter_fits_text(t, m->agent);
}

bool filter_read_endpoint_ua(struct filter_view *v, const struct filter_test *t)
{
    return any_host(v, t, agent_fits);
}

static bool finding_fits(struct filter_view *v, const struct filter_test *t,
                         const struct addr *host)
{
    const struct store_endpoint *e = store_endpoint(v->store, host);
    for (size_t i = 0; e && i < STORE_ENDPOINT_FINDINGS && e->findings[i]; i++)
        if (filter_fits_text(t, SPAN(e->findings[i])))
            return true;
    return false;
}

bool filter_read_endpoint_finding(struct filter_view *v, const struct filter_test *t)
{
    return any_host(v, t, finding_fits);
}

/* A reader of a figure that one of the hosts has, unless it is below 0. */
#define FIGURE(name, expression)                                                         \
    static bool name##_fits(struct filter_view *v, const struct filter_test *t,          \
                            const struct addr *host)                                     \
    {                                                                                    \
        const struct store_endpoint *e = store_endpoint(v->store, host);                 \
        int64_t value = e ? (int64_t)(expression) : -1;                                  \
        return value >= 0 && filter_fits_number(t, value);                               \
    }                                                                                    \
    bool filter_read_endpoint_##name(struct filter_view *v, const struct filter_test *t) \
    {                                                                                    \
        return any_host(v, t, name##_fits);                                              \
    }

FIGURE(requests, e->sent + e->received)
FIGURE(sent, e->sent)
FIGURE(received, e->received)
FIGURE(failed, e->failed)
FIGURE(share, e->failed_share)
FIGURE(unanswered, e->unanswered)
FIGURE(half, e->half_ns)
FIGURE(most, e->most_ns)
