/*
 * See pipeline.h. Messages wait in a small batch: while the later ones are scanned,
 * memory brings what the store needs for the earlier ones.
 */
#include "pipeline.h"

#include "net/decode.h"

static void add_batch(struct pipeline *pipeline)
{
    for (size_t i = 0; i < pipeline->waiting; i++)
        store_expect_records(pipeline->store, &pipeline->batch[i].keys);
    for (size_t i = 0; i < pipeline->waiting; i++) {
        const struct pipeline_item *item = &pipeline->batch[i];
        store_add(pipeline->store, &item->packet, &item->payload, &item->sip, &item->keys);
    }
    pipeline->waiting = 0;
}

void pipeline_flush(struct pipeline *pipeline)
{
    add_batch(pipeline);
    store_advance(pipeline->store, pipeline->last_ns);
}

static void take_payload(struct pipeline *pipeline, const struct packet *packet,
                         const struct payload *payload)
{
    struct pipeline_item *item = &pipeline->batch[pipeline->waiting];
    if (sip_scan(&item->sip, payload->data, payload->len) == 0) {
        pipeline->counts.sip++;
        item->packet = *packet;
        item->payload = *payload;
        store_expect(pipeline->store, payload, &item->sip, &item->keys);
        pipeline->waiting++;
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
    pipeline->last_ns = packet->time_ns;
    /* only a mapped packet's bytes are there for longer than this call */
    if (pipeline->waiting == PIPELINE_BATCH || !packet->mapped)
        pipeline_flush(pipeline);
}
