/* See net.h. */
#include "net/net.h"

#include <stdlib.h>

#include "net/private.h"

struct net *net_new(net_payload_fn *payload, net_event_fn *event, void *arg)
{
    struct net *net = calloc(1, sizeof *net);
    if (!net)
        return NULL;
    net->payload = payload;
    net->event = event;
    net->arg = arg;
    net->now_ns = INT64_MIN;
    net->due_ns = INT64_MAX;
    net->tcp = tcp_new(net);
    net->tls_keys = tls_keys_new();
    net->tls_engine = net->tls_keys ? tls_engine_new(net->tls_keys) : NULL;
    if (net->tcp && net->tls_engine)
        return net;
    net_free(net);
    return NULL;
}

void net_free(struct net *net)
{
    if (!net)
        return;
    tcp_free(net->tcp);
    stream_tls_free(net);
    tls_engine_free(net->tls_engine);
    tls_keys_free(net->tls_keys);
    free(net->unpacked);
    fragments_free(net);
    sctp_free(net);
    free(net);
}

void net_advance(struct net *net, int64_t now_ns)
{
    if (now_ns > net->now_ns)
        net->now_ns = now_ns;
    if (net->now_ns < net->due_ns)
        return;
    net->due_ns = INT64_MAX;
    fragments_advance(net, net->now_ns);
    tcp_advance(net->tcp, net->now_ns);
    stream_tls_advance(net, net->now_ns);
}

void net_finish(struct net *net)
{
    fragments_advance(net, INT64_MAX);
    sctp_finish(net);
    tcp_finish(net->tcp);
    stream_tls_advance(net, INT64_MAX);
}

enum decode_result net_packet(struct net *net, const struct packet *packet)
{
    struct payload payload = { .truncated = packet->caplen < packet->origlen };
    struct decode d = { net, packet, &payload, reader_make(packet->data, packet->caplen), 0, 0 };
    net_advance(net, packet->time_ns);
    net->packet = packet;
    enum decode_result result = decode_link(&d);
    net->packet = NULL;
    return result;
}

void net_tls_log(struct net *net, const void *text, size_t n)
{
    if (tls_keys_log(net->tls_keys, text, n) == 0)
        return;
    tls_engine_retry(net->tls_engine);
    stream_tls_advance(net, net->now_ns);
}

int net_tls_key(struct net *net, const void *pem, size_t n)
{
    return tls_keys_add_rsa(net->tls_keys, pem, n);
}

void net_tls_expect(struct net *net)
{
    tls_engine_expect(net->tls_engine, true);
}

const struct tls_counts *net_tls_counts(const struct net *net)
{
    return tls_engine_counts(net->tls_engine);
}

/* Where a capture has secrets, more of them may follow. */
enum decode_result decode_tls_keys(struct decode *d)
{
    net_tls_expect(d->net);
    net_tls_log(d->net, d->r.p, reader_left(&d->r));
    return DECODE_OK;
}

const struct net_counts *net_counts(const struct net *net)
{
    return &net->counts;
}
