/*
 * See pipeline.h. Messages wait in a small batch: while the later ones are scanned,
 * memory brings what the store needs for the earlier ones.
 */
#include "pipeline.h"

#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "net/hep.h"
#include "net/plain.h"
#include "sip/fields.h"
#include "store/event.h"
#include "store/taught.h"

/* Calls looked at for a batch of messages: more than it can bring, so that none wait for long. */
#define CALLS_A_BATCH 32
#define TIMERS_A_SLICE 64
/* What an agent says later than that is late for itself: nobody else's calls wait for it. */
#define AGENT_LATE_MOST_NS (INT64_C(90) * 1000000000)

/* A source is known by its first packet. */
static struct pipeline_counts *counts_of(struct pipeline *pipeline, size_t source)
{
    if (source >= pipeline->sources) {
        size_t before = pipeline->sources;
        pipeline->sources = source + 1;
        pipeline->counts = mem_grow(pipeline->counts, pipeline->sources * sizeof *pipeline->counts);
        memset(pipeline->counts + before, 0,
               (pipeline->sources - before) * sizeof *pipeline->counts);
    }
    return &pipeline->counts[source];
}

struct pipeline_counts pipeline_counts_of(const struct pipeline *pipeline, size_t source)
{
    return source < pipeline->sources ? pipeline->counts[source] : (struct pipeline_counts){ 0 };
}

struct pipeline_counts pipeline_counts(const struct pipeline *pipeline)
{
    struct pipeline_counts sum = { 0 };
    for (size_t i = 0; i < pipeline->sources; i++) {
        const struct pipeline_counts *c = &pipeline->counts[i];
        sum.packets += c->packets;
        sum.bytes += c->bytes;
        sum.sip += c->sip;
        sum.not_sip += c->not_sip;
        for (size_t k = 0; k < OTHERS; k++)
            sum.others[k] += c->others[k];
        sum.keepalives += c->keepalives;
        sum.other += c->other;
        sum.broken += c->broken;
        sum.unknown_link += c->unknown_link;
        sum.link = c->unknown_link ? c->link : sum.link;
    }
    return sum;
}

static void count_agent(struct pipeline *pipeline, uint16_t agent, uint16_t source)
{
    if (!pipeline->agents)
        pipeline->agents = mem_zero((STORE_AGENTS + 1) * sizeof *pipeline->agents);
    pipeline->agents[agent].messages++;
    pipeline->agents[agent].source = source;
}

static void add_batch(struct pipeline *pipeline)
{
    for (size_t i = 0; i < pipeline->waiting; i++)
        store_expect_records(pipeline->store, &pipeline->batch[i].keys);
    for (size_t i = 0; i < pipeline->waiting; i++)
        store_expect_neighbours(pipeline->store, &pipeline->batch[i].keys);
    for (size_t i = 0; i < pipeline->waiting; i++) {
        const struct pipeline_item *item = &pipeline->batch[i];
        store_add(pipeline->store, &item->packet, &item->payload, &item->sip, &item->keys);
    }
    pipeline->waiting = 0;
    pipeline->lasting = 0;
    diagnosis_run(pipeline->diagnosis, CALLS_A_BATCH, false);
}

void pipeline_flush(struct pipeline *pipeline)
{
    add_batch(pipeline);
    store_advance(pipeline->store, pipeline->last_ns - pipeline->late_ns);
}

static void add(struct pipeline *pipeline, const struct packet *packet,
                const struct payload *payload)
{
    struct pipeline_item *item = &pipeline->batch[pipeline->waiting++];
    item->packet = *packet;
    item->payload = *payload;
    store_expect(pipeline->store, payload, &item->sip, &item->keys);
    bool stays = (packet->mapped || packet->lasts) && payload_is_inside(packet, payload);
    if (pipeline->waiting == PIPELINE_BATCH || !stays)
        add_batch(pipeline);
}

/* HEP has one number for TLS and WebSocket, or none: the hop's Via has the word. */
static uint8_t transport_by_via(const struct sip_message *sip, uint8_t transport)
{
    uint8_t named = transport_find(sip_via_transport(sip->via));
    return named >= TRANSPORT_TLS && named <= TRANSPORT_WSS ? named : transport;
}

static void add_from_agent(struct pipeline *pipeline, const struct packet *packet,
                           const struct payload *payload, const struct sip_message *sip)
{
    struct payload seen = *payload;
    seen.transport = transport_by_via(sip, payload->transport);
    seen.agent = store_agent(pipeline->store, payload->hep->agent_id, payload->hep->agent);
    seen.hep = NULL;
    count_agent(pipeline, seen.agent, packet->source);
    int64_t late = pipeline->last_ns - packet->time_ns;
    if (late > pipeline->late_ns && late <= AGENT_LATE_MOST_NS)
        pipeline->late_ns = late;
    add(pipeline, packet, &seen);
}

/* A binding success response (RFC 8489 §5): its receiver learns how others see it. */
static bool is_stun_answer(const struct payload *payload)
{
    static const uint8_t type[] = { 0x01, 0x01 }, cookie[] = { 0x21, 0x12, 0xa4, 0x42 };
    return payload->len >= 20 && memcmp(payload->data, type, 2) == 0 &&
           memcmp(payload->data + 4, cookie, 4) == 0;
}

static void add_assumed(struct pipeline *pipeline, const struct packet *packet,
                        const struct payload *payload, const struct sip_message *sip)
{
    struct payload whole = *payload;
    assume_flow(&pipeline->assume, packet->source, &packet->plain->self, &whole, sip);
    add(pipeline, packet, &whole);
}

static int scan(struct sip_message *sip, const struct payload *payload)
{
    if (payload->bare)
        return sip_scan_bare(sip, payload->data, payload->len);
    return payload->truncated ? sip_scan_part(sip, payload->data, payload->len)
                              : sip_scan(sip, payload->data, payload->len);
}

static void take_payload(const struct packet *packet, const struct payload *payload, void *arg)
{
    struct pipeline *pipeline = arg;
    struct sip_message *sip = &pipeline->batch[pipeline->waiting].sip;
    if (scan(sip, payload) == 0) {
        counts_of(pipeline, packet->source)->sip++;
        if (pipeline->tap)
            pipeline->tap(packet, payload, sip, pipeline->tap_arg);
        if (payload->hep)
            add_from_agent(pipeline, packet, payload, sip);
        else if (payload->assumed & ASSUMED_FLOW)
            add_assumed(pipeline, packet, payload, sip);
        else
            add(pipeline, packet, payload);
    } else if (sip_is_keepalive(payload->data, payload->len)) {
        counts_of(pipeline, packet->source)->keepalives++;
    } else {
        struct pipeline_counts *counts = counts_of(pipeline, packet->source);
        counts->not_sip++;
        counts->others[other_of(payload)]++;
        if (is_stun_answer(payload))
            store_teach_stun(pipeline->store, &payload->dst, &payload->src, packet->time_ns);
    }
}

/* What it is about should be in the store before it. */
static void take_event(const struct packet *packet, const struct net_event *event, void *arg)
{
    struct pipeline *pipeline = arg;
    add_batch(pipeline);
    store_add_event(pipeline->store, packet, event);
}

int pipeline_open(struct pipeline *pipeline, struct store *store)
{
    memset(pipeline, 0, sizeof *pipeline);
    pipeline->store = store;
    pipeline->net = store ? net_new(take_payload, take_event, pipeline) : NULL;
    pipeline->diagnosis = pipeline->net ? diagnosis_new(store) : NULL;
    pipeline->roll = pipeline->diagnosis ? roll_new(store, pipeline->diagnosis) : NULL;
    if (pipeline->roll)
        return 0;
    pipeline_close(pipeline);
    pipeline->store = NULL;
    return -1;
}

void pipeline_close(struct pipeline *pipeline)
{
    assume_free(pipeline->assume);
    free(pipeline->counts);
    free(pipeline->agents);
    net_free(pipeline->net);
    roll_free(pipeline->roll);
    diagnosis_free(pipeline->diagnosis);
    store_free(pipeline->store);
}

void pipeline_packet(struct pipeline *pipeline, const struct packet *packet)
{
    struct pipeline_counts *counts = counts_of(pipeline, packet->source);
    counts->packets += packet_is_frame(packet);
    counts->bytes += packet_is_frame(packet) ? packet->caplen : 0;
    pipeline->last_ns = packet->time_ns;
    switch (net_packet(pipeline->net, packet)) {
    case DECODE_OK:
        break;
    case DECODE_OTHER:
        counts->other++;
        break;
    case DECODE_BROKEN:
        counts->broken++;
        break;
    case DECODE_UNKNOWN:
        counts->unknown_link++;
        counts->link = packet->linktype;
        break;
    }
    pipeline->lasting += packet->lasts;
    if (pipeline->lasting >= PACKET_LASTS)
        add_batch(pipeline);
}

void pipeline_finish(struct pipeline *pipeline)
{
    net_finish(pipeline->net);
    pipeline_flush(pipeline);
}

void pipeline_clear(struct pipeline *pipeline)
{
    store_clear(pipeline->store);
    diagnosis_clear(pipeline->diagnosis);
    free(pipeline->agents); /* they are numbered anew */
    pipeline->agents = NULL;
}

void pipeline_advance(struct pipeline *pipeline, int64_t now_ns)
{
    net_advance(pipeline->net, now_ns);
    pipeline_flush(pipeline);
    store_advance(pipeline->store, now_ns - pipeline->late_ns);
    diagnosis_run(pipeline->diagnosis, CALLS_A_BATCH, false);
}

bool pipeline_catch_up(struct pipeline *pipeline, int64_t time_ns)
{
    add_batch(pipeline);
    return store_advance_some(pipeline->store, time_ns - pipeline->late_ns, TIMERS_A_SLICE);
}
