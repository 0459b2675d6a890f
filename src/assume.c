/* See assume.h. */
#include "assume.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/strbuf.h"
#include "base/zeroed.h"
#include "sip/fields.h"

#define REMEMBERED 4096 /* requests; a later one takes the place of an earlier one */
#define PEERS 4096      /* hosts that logs name, likewise */

struct request {
    uint64_t key;
    struct addr src, dst;
};

/* A host that a log names as the other end. */
struct peer {
    uint64_t key;
    struct addr own; /* the address that the log's host used with it; family 0: not known */
};

struct assume {
    struct request requests[REMEMBERED];
    struct peer peers[PEERS];
    struct addr *own; /* by source: the first address that its host used */
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

static struct request *remembered(struct assume *assume, const struct sip_message *sip,
                                  uint64_t *key)
{
    *key = hash_span(hash_span(sip->cseq, sip->call_id),
                     sip->branch); /* some have one branch for all */
    return &assume->requests[*key % REMEMBERED];
}

/* Its place, where another host may stand. */
static struct peer *place_of(struct assume *assume, unsigned source, const struct addr *a,
                             uint64_t *key)
{
    *key = hash_bytes(source * 16 + a->family, a->ip, sizeof a->ip);
    return &assume->peers[*key % PEERS];
}

static bool is_peer(struct assume *assume, unsigned source, const struct addr *a)
{
    uint64_t key;
    return place_of(assume, source, a, &key)->key == key;
}

static struct peer *take_peer(struct assume *assume, unsigned source, const struct addr *a)
{
    uint64_t key;
    struct peer *peer = place_of(assume, source, a, &key);
    if (peer->key != key)
        *peer = (struct peer){ .key = key };
    return peer;
}

static struct addr *first_own(struct assume *assume, unsigned source)
{
    assume->own = zeroed_room(assume->own, &assume->sources, source, sizeof *assume->own);
    return &assume->own[source];
}

/* The log's host as the sender of a request: what it calls itself in its Via. */
static void own_sender(struct assume *assume, unsigned source, struct peer *peer,
                       const struct sip_message *sip, struct addr *a)
{
    struct addr *first = first_own(assume, source);
    addr_read(sip->sent_by, a);
    if (a->family == 0)
        *a = peer->own.family ? peer->own : *first;
    peer->own = *a;
    if (first->family == 0)
        *first = *a;
}

/*
 * And as the receiver of one. The Request-URI may name it, or, where it is a proxy, a host further
 * on: one that the log has as the other end of something.
 */
static void own_receiver(struct assume *assume, unsigned source, struct peer *peer,
                         const struct sip_message *sip, struct addr *a)
{
    const struct addr *first = first_own(assume, source);
    if (peer->own.family == 0) {
        target_address(sip, a);
        if (first->family == 0 || (a->family && !is_peer(assume, source, a)))
            return;
        peer->own = *first; /* from now on, so that it is one host with this peer */
    }
    *a = peer->own;
}

/* A request shows its way, from the client to the server; a response goes back the same. */
static void assume_request(struct assume *assume, unsigned source, struct payload *p,
                           const struct sip_message *sip)
{
    struct addr client = { 0 }, server = { 0 };
    switch (p->assumed & (ASSUMED_SRC | ASSUMED_DST)) {
    case ASSUMED_SRC:
        own_sender(assume, source, take_peer(assume, source, &p->dst), sip, &p->src);
        break;
    case ASSUMED_DST:
        own_receiver(assume, source, take_peer(assume, source, &p->src), sip, &server);
        p->dst = server;
        break;
    case ASSUMED_SRC | ASSUMED_DST:
        via_address(sip, &client);
        target_address(sip, &server);
        p->src = client;
        p->dst = server;
        break;
    default:
        break;
    }
}

static void assume_response(struct assume *assume, unsigned source, struct payload *p,
                            const struct sip_message *sip, const struct request *request)
{
    struct addr client, server = { 0 };
    if (request) {
        client = request->src;
        server = request->dst;
    } else {
        via_address(sip, &client);
        if (!(p->assumed & ASSUMED_DST))
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

void assume_flow(struct assume **assume, unsigned source, struct payload *p,
                 const struct sip_message *sip)
{
    struct assume *known = ready(assume);
    uint64_t key;
    struct request *request = remembered(known, sip, &key);
    if (p->assumed & ASSUMED_TRANSPORT)
        p->transport = via_transport(sip->via);
    if (sip_is_request(sip))
        assume_request(known, source, p, sip);
    else
        assume_response(known, source, p, sip, request->key == key ? request : NULL);
    default_port(&p->src, p->transport);
    default_port(&p->dst, p->transport);
    if (sip_is_request(sip))
        *request = (struct request){ key, p->src, p->dst };
}

void assume_free(struct assume *assume)
{
    if (assume)
        zeroed_free(assume->own, assume->sources * sizeof *assume->own);
    free(assume);
}
