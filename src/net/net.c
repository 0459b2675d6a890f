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
    if (!net->tcp) {
        free(net);
        return NULL;
    }
    return net;
}

void net_free(struct net *net)
{
    if (!net)
        return;
    tcp_free(net->tcp);
    free(net->unpacked);
    fragments_free(net);
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
}

void net_finish(struct net *net)
{
    fragments_advance(net, INT64_MAX);
    tcp_finish(net->tcp);
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

const struct net_counts *net_counts(const struct net *net)
{
    return &net->counts;
}
