/*
 * Any bytes as a packet: two bytes of link type, one that says how much longer the
 * packet was on the wire, then the packet. A payload must lie inside it.
 */
#include <stdlib.h>

#include "net/net.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void insist(bool good)
{
    if (!good)
        abort();
}

static void check_payload(const struct packet *packet, const struct payload *payload, void *arg)
{
    char text[ADDR_TEXT];
    (void)arg;
    if (!payload->apart) {
        insist(payload->data >= packet->data &&
               payload->data + payload->len <= packet->data + packet->caplen);
        insist(packet->data + payload->ip_offset < payload->data);
    }
    /* an agent's word stands as it is: it may name no address */
    insist(payload->hep || packet->linktype == LINK_HEP ||
           (payload->src.family == payload->dst.family && payload->src.family != 0));
    insist(addr_format(&payload->src, text) && addr_format(&payload->dst, text));
    for (uint32_t i = 0; i < payload->len; i++)
        (void)*(const volatile uint8_t *)&payload->data[i];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 3)
        return 0;
    struct packet packet = { .data = data + 3,
                             .caplen = (uint32_t)size - 3,
                             .origlen = (uint32_t)size - 3 + data[2],
                             .linktype = (uint16_t)(data[0] << 8 | data[1]) };
    struct net *net = net_new(check_payload, NULL, NULL);
    enum decode_result result = net_packet(net, &packet);
    /* our own link type means nothing in a capture */
    bool known = decode_knows_link(packet.linktype) && packet.linktype != LINK_PLAIN;
    insist((result == DECODE_UNKNOWN) == !known);
    net_finish(net);
    net_free(net);
    return 0;
}
