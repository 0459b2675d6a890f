/* See resolver.h. */
#include "ui/resolver.h"

#include <arpa/inet.h>
#include <event2/dns.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "store/names.h"

#define IN_FLIGHT 16

struct request {
    struct resolver *resolver;
    struct addr addr;
    bool busy;
};

struct resolver {
    struct evdns_base *dns;
    struct request requests[IN_FLIGHT];
    void (*learnt)(void *arg);
    void *arg;
};

static void on_answer(int result, char type, int count, int ttl, void *answer, void *arg)
{
    struct request *r = arg;
    char *const *name = answer;
    bool good = result == DNS_ERR_NONE && type == DNS_PTR && count > 0;
    (void)ttl;
    r->busy = false;
    names_learn(&r->addr, good ? SPAN(*name) : SPAN_NONE);
    if (good)
        r->resolver->learnt(r->resolver->arg);
}

/* The library would write to the terminal that a server is silent. */
static void say_nothing(int warning, const char *message)
{
    (void)warning;
    (void)message;
}

static bool set_up(struct evdns_base *dns, const char *server)
{
    static const char *const options[][2] = {
        { "timeout:", "2" },
        { "attempts:", "2" },
        { "max-inflight:", "16" },
        { "randomize-case:", "0" }, /* a PTR's answer carries nothing to compare */
    };
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        evdns_base_set_option(dns, options[i][0], options[i][1]);
    if (strcmp(server, "on") != 0 && evdns_base_nameserver_ip_add(dns, server) != 0)
        return false;
    return evdns_base_count_nameservers(dns) > 0;
}

struct resolver *resolver_new(struct event_base *base, const char *server,
                              void (*learnt)(void *arg), void *arg)
{
    int flags = EVDNS_BASE_DISABLE_WHEN_INACTIVE;
    evdns_set_log_fn(say_nothing);
    if (strcmp(server, "on") == 0)
        flags |= EVDNS_BASE_INITIALIZE_NAMESERVERS;
    struct evdns_base *dns = evdns_base_new(base, flags);
    if (dns && !set_up(dns, server)) {
        evdns_base_free(dns, 0);
        dns = NULL;
    }
    if (!dns)
        return NULL;
    struct resolver *r = mem_zero(sizeof *r);
    r->dns = dns;
    r->learnt = learnt;
    r->arg = arg;
    return r;
}

void resolver_free(struct resolver *r)
{
    if (r)
        evdns_base_free(r->dns, 0);
    free(r);
}

static struct evdns_request *ask(struct resolver *r, struct request *request)
{
    struct in_addr ip4;
    struct in6_addr ip6;
    memcpy(&ip4, request->addr.ip, sizeof ip4);
    memcpy(&ip6, request->addr.ip, sizeof ip6);
    if (request->addr.family == 4)
        return evdns_base_resolve_reverse(r->dns, &ip4, DNS_QUERY_NO_SEARCH, on_answer, request);
    return evdns_base_resolve_reverse_ipv6(r->dns, &ip6, DNS_QUERY_NO_SEARCH, on_answer, request);
}

void resolver_work(struct resolver *r)
{
    for (size_t i = 0; i < IN_FLIGHT; i++) {
        struct request *request = &r->requests[i];
        if (request->busy)
            continue;
        if (names_wanted(&request->addr) < 0)
            return;
        request->resolver = r;
        request->busy = true;
        if (!ask(r, request))
            request->busy = false; /* not asked again: it counts as unknown */
    }
}
