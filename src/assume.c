/* See assume.h. */
#include "assume.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/strbuf.h"
#include "sip/fields.h"

#define REMEMBERED 4096 /* requests; a later one takes the place of an earlier one */

struct request {
    uint64_t key;
    struct addr src, dst;
};

struct assume {
    struct request requests[REMEMBERED];
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

static struct request *remembered(struct assume **assume, const struct sip_message *sip,
                                  uint64_t *key)
{
    if (!*assume)
        *assume = mem_zero(sizeof **assume);
    *key = hash_span(hash_span(sip->cseq, sip->call_id), sip->branch);
    return &(*assume)->requests[*key % REMEMBERED];
}

/* A request shows its way, from the client to the server; a response goes back the same. */
static void assume_request(struct payload *p, const struct sip_message *sip)
{
    if (p->assumed & ASSUMED_SRC)
        via_address(sip, &p->src);
    if (p->assumed & ASSUMED_DST)
        target_address(sip, &p->dst);
}

static void assume_response(struct payload *p, const struct sip_message *sip,
                            const struct request *request)
{
    struct addr client, server = { 0 };
    if (request) {
        client = request->src;
        server = request->dst;
    } else {
        via_address(sip, &client);
    }
    if (p->assumed & ASSUMED_SRC)
        p->src = server;
    if (p->assumed & ASSUMED_DST)
        p->dst = client;
}

void assume_flow(struct assume **assume, struct payload *p, const struct sip_message *sip)
{
    uint64_t key;
    struct request *request = remembered(assume, sip, &key);
    if (p->assumed & ASSUMED_TRANSPORT)
        p->transport = via_transport(sip->via);
    if (sip_is_request(sip))
        assume_request(p, sip);
    else
        assume_response(p, sip, request->key == key ? request : NULL);
    default_port(&p->src, p->transport);
    default_port(&p->dst, p->transport);
    if (sip_is_request(sip))
        *request = (struct request){ key, p->src, p->dst };
}
