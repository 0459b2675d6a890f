/* See pipeline.h. */
#include "pipeline.h"

#include "net/decode.h"
#include "sip/scan.h"

static void take_payload(struct pipeline *pipeline, const struct packet *packet,
                         const struct payload *payload)
{
    struct sip_message sip;
    if (sip_scan(&sip, payload->data, payload->len) == 0) {
        pipeline->counts.sip++;
        store_add(pipeline->store, packet, payload, &sip);
    } else if (sip_is_keepalive(payload->data, payload->len)) {
        pipeline->counts.keepalives++;
    } else {
        pipeline->counts.not_sip++;
    }
}

void pipeline_packet(struct pipeline *pipeline, const struct packet *packet)
{
    struct payload payload;
    pipeline->counts.packets++;
    switch (decode_packet(packet, &payload)) {
    case DECODE_OK:
        take_payload(pipeline, packet, &payload);
        break;
    case DECODE_OTHER:
        pipeline->counts.other++;
        break;
    case DECODE_BROKEN:
        pipeline->counts.broken++;
        break;
    case DECODE_UNKNOWN:
        pipeline->counts.unknown_link++;
        pipeline->counts.link = packet->linktype;
        break;
    }
    store_advance(pipeline->store, packet->time_ns);
}
