/*
 * Any bytes as a packet: two bytes of link type, one that says how much longer the
 * packet was on the wire, then the packet. A payload must lie inside it.
 */
#include <stdlib.h>

#include "net/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void insist(bool good)
{
    if (!good)
        abort();
}

static void check_payload(const struct packet *packet, const struct payload *payload)
{
    char text[ADDR_TEXT];
    insist(payload->data >= packet->data &&
           payload->data + payload->len <= packet->data + packet->caplen);
    insist(packet->data + payload->ip_offset < payload->data);
    insist(payload->src.family == payload->dst.family && payload->src.family != 0);
    insist(addr_format(&payload->src, text) && addr_format(&payload->dst, text));
    for (uint32_t i = 0; i < payload->len; i++)
        (void)*(const volatile uint8_t *)&payload->data[i];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct payload payload;
    if (size < 3)
        return 0;
    struct packet packet = { .data = data + 3,
                             .caplen = (uint32_t)size - 3,
                             .origlen = (uint32_t)size - 3 + data[2],
                             .linktype = (uint16_t)(data[0] << 8 | data[1]) };
    enum decode_result result = decode_packet(&packet, &payload);
    insist((result == DECODE_UNKNOWN) == !decode_knows_link(packet.linktype));
    if (result == DECODE_OK)
        check_payload(&packet, &payload);
    return 0;
}
