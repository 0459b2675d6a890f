/* See assume.h. */
#include "assume.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/strbuf.h"
#include "base/zeroed.h"
#include "sip/fields.h"

#define REQUESTS 512 /* sets of places for requests that were seen, and */
#define PEERS 1024   /* for hosts that are the other end of a log */

/* A line of the cache: keys that hash to the same one. When it is full, the one goes that came first. */
#define PLACES 7
struct set {
    uint64_t keys[PLACES], turn;
};

struct request {
    struct addr src, dst;
};

struct assume {
    struct set requests[REQUESTS], peers[PEERS];
    struct request request[REQUESTS][PLACES];
    struct addr peer[PEERS][PLACES]; /* what the log's host was called with it, if that is known */
    struct addr *own;                /* by source: the first address that its host used */
    size_t sources;
};

static uint8_t via_transport(struct span via)
{
    uint8_t named = transport_find(sip_via_transport(via));
    return named < TRANSPORTS ? named : TRANSPORT_UDP;
}

static void default_port(struct addr *a, uint8_t transport)
{
    if (a->port == 0)
        a->port = transport == TRANSPORT_TLS ? 5061 : 5060;
}

/* Where the request came from, and responses go: received and rport (RFC 3581) before sent-by. */
static void via_address(const struct sip_message *sip, struct addr *a)
{
    struct span received = sip_param(sip->via, "received"), rport = sip_param(sip->via, "rport");
    struct addr seen;
    uint64_t port;
    addr_read(sip->sent_by, a);
    if (received.n && addr_read(received, &seen) == 0) {
        seen.port = a->port;
        *a = seen;
    }
    if (span_number(rport, UINT16_MAX, &port) && port)
        a->port = (uint16_t)port;
}

/* Where a request goes: the first Route, else the Request-URI. */
static void target_address(const struct sip_message *sip, struct addr *a)
{
    struct span route = sip->traits & SIP_HAS_ROUTE ? sip_find_header(sip, "Route") : SPAN_NONE;
    struct span first;
    struct sip_address address;
    if (route.n && sip_next_value(&route, &first))
        sip_read_address(first, &address);
    else
        sip_read_uri(sip->uri, &address);
    addr_read(address.host, a);
}

/* Where the key stands in the set, of several the latest; PLACES: nowhere. */
static inline size_t find_place(const struct set *set, uint64_t key)
{
    size_t at = set->turn;
    for (int i = 0; i < PLACES; i++) {
        at = at ? at - 1 : PLACES - 1;
        if (set->keys[at] == key)
            return at;
    }
    return PLACES;
}

static inline size_t take_place(struct set *set, uint64_t key)
{
    size_t at = set->turn;
    set->keys[at] = key;
    set->turn = at + 1 < PLACES ? at + 1 : 0;
    return at;
}

/* Some have one branch for all. */
static uint64_t key_of_transaction(const struct sip_message *sip)
{
    return hash_span(hash_span(sip->cseq, sip->call_id), sip->branch);
}

static const struct request *remembered(const struct assume *assume, const struct sip_message *sip)
{
    uint64_t key = key_of_transaction(sip);
    size_t set = key % REQUESTS, at = find_place(&assume->requests[set], key);
    return at < PLACES ? &assume->request[set][at] : NULL;
}

static void remember(struct assume *assume, const struct sip_message *sip, const struct payload *p)
{
    uint64_t key = key_of_transaction(sip);
    size_t set = key % REQUESTS, at = take_place(&assume->requests[set], key);
    assume->request[set][at] = (struct request){ p->src, p->dst };
}

static uint64_t key_of_peer(unsigned source, const struct addr *a)
{
    return hash_bytes(source * 16 + a->family, a->ip, sizeof a->ip);
}

static bool is_peer(const struct assume *assume, unsigned source, const struct addr *a)
{
    uint64_t key = key_of_peer(source, a);
    return find_place(&assume->peers[key % PEERS], key) < PLACES;
}

/* What the log's host is called with this one as the other end. */
static struct addr *own_with(struct assume *assume, unsigned source, const struct addr *a)
{
    uint64_t key = key_of_peer(source, a);
    size_t set = key % PEERS, at = find_place(&assume->peers[set], key);
    if (at == PLACES) {
        at = take_place(&assume->peers[set], key);
        assume->peer[set][at] = (struct addr){ 0 };
    }
    return &assume->peer[set][at];
}

static struct addr *first_own(struct assume *assume, unsigned source)
{
    if (source >= assume->sources)
        assume->own = zeroed_room(assume->own, &assume->sources, source, sizeof *assume->own);
    return &assume->own[source];
}

/* The log's host as the sender of a request: what it calls itself in its Via. */
static void own_sender(struct assume *assume, unsigned source, struct addr *own,
                       const struct sip_message *sip, struct addr *a)
{
    struct addr *first = first_own(assume, source);
    addr_read(sip->sent_by, a);
    if (a->family == 0)
        *a = own->family ? *own : *first;
    *own = *a;
    if (first->family == 0)
        *first = *a;
}

/*
 * And as the receiver of one. The Request-URI may name it, or, where it is a proxy, a host further
 * on: one that the log has as the other end of something.
 */
static void own_receiver(struct assume *assume, unsigned source, const struct addr *own,
                         const struct sip_message *sip, struct addr *a)
{
    const struct addr *first = first_own(assume, source);
    if (own->family) {
        *a = *own;
        return;
    }
    target_address(sip, a);
    if (first->family && (a->family == 0 || is_peer(assume, source, a)))
        *a = *first;
}

/* Who names one end only is the other. */
static enum logger logger_of(const struct payload *p)
{
    if (p->logger != LOGGER_UNSAID)
        return p->logger;
    switch (p->assumed & (ASSUMED_SRC | ASSUMED_DST)) {
    case ASSUMED_SRC:
        return LOGGER_SENDER;
    case ASSUMED_DST:
        return LOGGER_RECEIVER;
    default:
        return LOGGER_UNSAID;
    }
}

/*
 * A request shows its way, from the client to the server; a response goes back the same. The log's own
 * host is known by what it did with the other end, which may be assumed itself.
 */
static void assume_request(struct assume *assume, unsigned source, struct payload *p,
                           const struct sip_message *sip)
{
    const bool src = p->assumed & ASSUMED_SRC, dst = p->assumed & ASSUMED_DST;
    const enum logger logger = logger_of(p);
    if (src && logger != LOGGER_SENDER)
        via_address(sip, &p->src);
    if (dst && logger != LOGGER_RECEIVER)
        target_address(sip, &p->dst);
    if (src && logger == LOGGER_SENDER)
        own_sender(assume, source, own_with(assume, source, &p->dst), sip, &p->src);
    if (dst && logger == LOGGER_RECEIVER)
        own_receiver(assume, source, own_with(assume, source, &p->src), sip, &p->dst);
}

static void assume_response(struct assume *assume, unsigned source, struct payload *p,
                            const struct sip_message *sip)
{
    const struct request *request = remembered(assume, sip);
    struct addr client = { 0 }, server = { 0 };
    if (request) {
        client = request->src;
        server = request->dst;
    } else {
        via_address(sip, &client);
        if (logger_of(p) == LOGGER_SENDER)
            server = *first_own(assume, source);
    }
    if (p->assumed & ASSUMED_SRC)
        p->src = server;
    if (p->assumed & ASSUMED_DST)
        p->dst = client;
}

static struct assume *ready(struct assume **assume)
{
    if (!*assume)
        *assume = mem_zero(sizeof **assume);
    return *assume;
}

void assume_flow(struct assume **assume, unsigned source, const struct addr *self,
                 struct payload *p, const struct sip_message *sip)
{
    struct assume *known = ready(assume);
    struct addr *first = first_own(known, source);
    if (first->family == 0)
        *first = *self;
    if (p->assumed & ASSUMED_TRANSPORT)
        p->transport = via_transport(sip->via);
    if (sip_is_request(sip))
        assume_request(known, source, p, sip);
    else
        assume_response(known, source, p, sip);
    default_port(&p->src, p->transport);
    default_port(&p->dst, p->transport);
    if (sip_is_request(sip))
        remember(known, sip, p);
}

void assume_free(struct assume *assume)
{
    if (assume)
        zeroed_free(assume->own, assume->sources * sizeof *assume->own);
    free(assume);
}
