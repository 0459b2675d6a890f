/*
 * What capture agents saw, on its way into the store: HEP in datagrams, in TCP streams and alone,
 * whose clock counts, who is named, and what is written out again.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "bytes.h"
#include "net/hep.h"
#include "pipeline.h"
#include "store/filter.h"
#include "saved.h"
#include "tap.h"

#define SECOND INT64_C(1000000000)
#define NOW (1700000000 * SECOND)

static struct pipeline pipeline;

static void begin(void)
{
    if (pipeline.store)
        pipeline_close(&pipeline);
    if (pipeline_open(&pipeline, store_new(64 << 20)) < 0)
        exit(1);
}

/* What an agent says of one OPTIONS; members may be changed before it is encoded. */
static struct hep seen(const char *transport, unsigned number)
{
    static char text[512];
    snprintf(text, sizeof text,
             "OPTIONS sip:b@y SIP/2.0\r\nVia: SIP/2.0/%s h;branch=z9hG4bK%u\r\n"
             "Max-Forwards: 70\r\nFrom: <sip:a@x>;tag=t\r\nTo: <sip:b@y>\r\nCall-ID: c%u\r\n"
             "CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n",
             transport, number, number);
    return (struct hep){ .time_ns = NOW - 2 * SECOND,
                         .src = { .ip = { 10, 0, 0, 1 }, .port = 5060, .family = 4 },
                         .dst = { .ip = { 10, 0, 0, 2 }, .port = 5080, .family = 4 },
                         .protocol = HEP_UDP,
                         .type = HEP_SIP,
                         .agent_id = 7,
                         .agent = SPAN("edge-7"),
                         .key = SPAN("s3cret"),
                         .payload = SPAN(text) };
}

static void put_hep(struct bytes *b, const struct hep *hep)
{
    size_t n = hep_encode(b->p + b->n, sizeof b->p - b->n, hep);
    assert(n > 0);
    b->n += n;
}

/* The bytes as a packet; they are kept, so that they may count as mapped. */
static void feed(const struct bytes *b, uint16_t link, int64_t time_ns, bool mapped)
{
    static uint8_t keep[1 << 20];
    static size_t used;
    static uint32_t frame;
    assert(used + b->n <= sizeof keep);
    memcpy(keep + used, b->p, b->n);
    struct packet packet = { .time_ns = time_ns,
                             .data = keep + used,
                             .caplen = (uint32_t)b->n,
                             .origlen = (uint32_t)b->n,
                             .frame = ++frame,
                             .linktype = link,
                             .mapped = mapped };
    used += b->n;
    pipeline_packet(&pipeline, &packet);
    pipeline_flush(&pipeline);
}

static void feed_hep(const struct hep *hep)
{
    struct bytes b = { .n = 0 };
    put_hep(&b, hep);
    feed(&b, LINK_HEP, NOW, false);
}

static const struct message *message(uint32_t id)
{
    return store_message(pipeline.store, id);
}

static const struct flow *flow_of(uint32_t id)
{
    return store_flow(pipeline.store, message(id)->flow);
}

static bool agent_is(uint32_t id, const char *name)
{
    return message(id) && span_is(store_agent_name(pipeline.store, flow_of(id)->agent), name);
}

static bool flow_is(uint32_t id, const char *src, const char *dst, uint8_t transport)
{
    char a[ADDR_TEXT], b[ADDR_TEXT];
    return message(id) && strcmp(addr_format(&flow_of(id)->src, a), src) == 0 &&
           strcmp(addr_format(&flow_of(id)->dst, b), dst) == 0 &&
           flow_of(id)->transport == transport;
}

static uint64_t messages(void)
{
    return store_counts(pipeline.store)->messages;
}

/* An IPv4 datagram from 192.0.2.1:5060 to 192.0.2.2:9060 with these bytes. */
static void put_in_udp(struct bytes *b, const struct bytes *inside)
{
    put_ip4(b, 28 + (unsigned)inside->n, 7, 0, 17);
    put_udp(b, 5060, 9060, 8 + (unsigned)inside->n, "");
    put(b, inside->p, inside->n);
}

/* The same in a TCP segment (RFC 9293) without options. */
static void put_in_tcp(struct bytes *b, uint32_t seq, const uint8_t *data, size_t n)
{
    put_ip4(b, 40 + (unsigned)n, 7, 0, 6);
    put16(b, 40000);
    put16(b, 9060);
    put32(b, seq);
    put32(b, 1);
    put16(b, 0x5018);
    put16(b, 65535);
    put32(b, 0);
    put(b, data, n);
}

static void in_datagrams(void)
{
    for (int mapped = 0; mapped < 2; mapped++) {
        struct bytes inside = { .n = 0 }, b = { .n = 0 };
        struct hep hep = seen("UDP", 1);
        begin();
        put_hep(&inside, &hep);
        put_in_udp(&b, &inside);
        feed(&b, 101, NOW, mapped);
        tap_ok(messages() == 1 && agent_is(1, "edge-7") &&
                   flow_is(1, "10.0.0.1:5060", "10.0.0.2:5080", TRANSPORT_UDP) &&
                   message(1)->time_ns == NOW - 2 * SECOND,
               "a datagram, %s: the agent's addresses and time", mapped ? "mapped" : "copied");
        tap_ok(span_equal(message_payload(pipeline.store, message(1)), hep.payload) &&
                   !!(message(1)->flags & MESSAGE_OWNED) == !mapped,
               "the message alone, %s", mapped ? "where it is" : "copied");
    }
    struct bytes b = { .n = 0 }, inside = { .n = 0 };
    begin();
    put(&inside, "\x01\x10\x02\x11\x13\xc4\x13\xc4\x0a\0\0\x01\x0a\0\0\x02", 16);
    put_text(&inside, seen("UDP", 1).payload.p);
    put_in_udp(&b, &inside);
    feed(&b, 101, NOW, false);
    tap_ok(messages() == 1 && flow_is(1, "10.0.0.1:5060", "10.0.0.2:5060", TRANSPORT_UDP) &&
               message(1)->time_ns == NOW && flow_of(1)->agent > 0 &&
               store_agent_name(pipeline.store, flow_of(1)->agent).n == 0,
           "version 1: the packet's time, an agent without a name");
}

/* Three packets, cut into segments of every length. */
static void in_streams(void)
{
    struct bytes all = { .n = 0 };
    for (unsigned i = 1; i <= 3; i++) {
        struct hep hep = seen("TCP", i);
        hep.protocol = HEP_TCP;
        put_hep(&all, &hep);
    }
    int wrong = 0;
    for (size_t size = 4; size <= all.n; size = size < 12 ? size + 1 : size + 97) {
        begin();
        for (size_t at = 0; at < all.n; at += size) {
            struct bytes b = { .n = 0 };
            size_t n = all.n - at < size ? all.n - at : size;
            put_in_tcp(&b, 1000 + (uint32_t)at, all.p + at, n);
            feed(&b, 101, NOW, false);
        }
        wrong += messages() != 3 || !flow_is(3, "10.0.0.1:5060", "10.0.0.2:5080", TRANSPORT_TCP);
    }
    tap_ok(wrong == 0, "a TCP stream in segments of any length");
    begin();
    struct bytes b = { .n = 0 };
    put_in_tcp(&b, 1000, all.p, 500);
    feed(&b, 101, NOW, false);
    b.n = 0;
    size_t third = all.n / 3 * 2;
    put_in_tcp(&b, 1000 + (uint32_t)third, all.p + third, all.n - third);
    feed(&b, 101, NOW + SECOND, false);
    pipeline_finish(&pipeline);
    tap_ok(messages() == 2, "behind a gap it goes on with the next packet: %d messages",
           (int)messages());
}

static void clocks(void)
{
    struct hep hep = seen("UDP", 1);
    begin();
    hep.time_ns = NOW + 10 * SECOND;
    feed_hep(&hep);
    tap_ok(message(1)->time_ns == NOW, "a clock ahead is not believed");
    hep = seen("UDP", 2);
    hep.time_ns = NOW + SECOND / 10;
    feed_hep(&hep);
    tap_ok(message(2)->time_ns == NOW + SECOND / 10, "unless it is a little ahead");
    begin();
    hep = seen("UDP", 3);
    hep.time_ns = NOW - 60 * SECOND;
    feed_hep(&hep);
    pipeline_advance(&pipeline, NOW + SECOND);
    tap_ok(store_transaction(pipeline.store, 1)->state == TXN_WAITING,
           "an agent that is a minute behind has its requests wait as long as others");
    pipeline_advance(&pipeline, NOW + 33 * SECOND);
    tap_ok(store_transaction(pipeline.store, 1)->state == TXN_TIMED_OUT, "and no longer");
    begin();
    hep = seen("UDP", 4);
    hep.time_ns = NOW - 3600 * SECOND;
    feed_hep(&hep);
    hep = seen("UDP", 5);
    hep.time_ns = NOW;
    feed_hep(&hep);
    pipeline_advance(&pipeline, NOW + 33 * SECOND);
    tap_ok(store_transaction(pipeline.store, 2)->state == TXN_TIMED_OUT,
           "one that is an hour behind delays nobody else");
}

static void transports(void)
{
    static const struct {
        const char *via;
        uint8_t protocol, transport;
    } rows[] = {
        { "UDP", HEP_UDP, TRANSPORT_UDP }, { "TCP", HEP_TCP, TRANSPORT_TCP },
        { "TLS", HEP_TLS, TRANSPORT_TLS }, { "TLS", HEP_TCP, TRANSPORT_TLS },
        { "WSS", HEP_TLS, TRANSPORT_WSS }, { "ws", HEP_TCP, TRANSPORT_WS },
        { "UDP", HEP_TCP, TRANSPORT_TCP }, { "SCTP", HEP_SCTP, TRANSPORT_SCTP },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct hep hep = seen(rows[i].via, (unsigned)i);
        begin();
        hep.protocol = rows[i].protocol;
        feed_hep(&hep);
        tap_ok(message(1) && flow_of(1)->transport == rows[i].transport, "protocol %u, Via %s: %s",
               rows[i].protocol, rows[i].via, transport_name(rows[i].transport));
    }
}

static void other_payloads(void)
{
    struct hep hep = seen("UDP", 1);
    begin();
    hep.type = HEP_RTCP;
    feed_hep(&hep);
    hep.type = HEP_LOG;
    feed_hep(&hep);
    feed_hep(&hep);
    hep.payload = SPAN_NONE;
    feed_hep(&hep);
    const struct net_counts *c = net_counts(pipeline.net);
    tap_ok(messages() == 0 && c->hep == 4 && c->hep_types[HEP_RTCP] == 1 &&
               c->hep_types[HEP_LOG] == 2 && c->hep_broken == 1,
           "what is no SIP is counted by type");
    struct packet packet = { .data = (const uint8_t *)"HEP3\0\x03", .caplen = 6, .origlen = 6 };
    packet.linktype = LINK_HEP;
    pipeline_packet(&pipeline, &packet);
    tap_ok(pipeline_counts(&pipeline).broken == 1, "bytes that are no HEP at all are broken");
}

static bool filtered(const char *text, uint32_t transaction)
{
    struct filter_error error;
    struct filter *filter = filter_parse(text, &error);
    bool fits = filter && filter_match(filter, pipeline.store, transaction);
    filter_free(filter);
    return fits;
}

static void agents(void)
{
    struct hep hep = seen("UDP", 1);
    begin();
    feed_hep(&hep);
    hep = seen("UDP", 1);
    hep.agent = SPAN("edge-8");
    hep.agent_id = 8;
    hep.time_ns += SECOND / 100;
    feed_hep(&hep);
    tap_ok(agent_is(1, "edge-7") && agent_is(2, "edge-8") && message(2)->flags & MESSAGE_DUPLICATE,
           "two agents that saw one packet, 10 ms apart: a duplicate");
    hep.time_ns += SECOND / 2;
    feed_hep(&hep);
    tap_ok(message(3)->flags & MESSAGE_RETRANSMISSION, "one agent, twice: a retransmission");
    tap_ok(filtered("agent == edge-7", 1) && filtered("agent == edge-8", 1) &&
               !filtered("agent == edge-9", 1),
           "the filter knows them");
    hep = seen("UDP", 2);
    hep.agent = SPAN_NONE;
    hep.agent_id = 2001;
    feed_hep(&hep);
    tap_ok(agent_is(4, "2001"), "without a name, the number");
    uint16_t last = 0;
    for (unsigned i = 0; i < 2 * STORE_AGENTS; i++)
        last = store_agent(pipeline.store, 100000 + i, SPAN_NONE);
    tap_ok(last == STORE_AGENTS && store_agent(pipeline.store, 1, SPAN("x")) == STORE_AGENTS &&
               agent_is(1, "edge-7") && store_agent(pipeline.store, 7, SPAN("edge-7")) == 1,
           "those beyond the table share a number, the others keep theirs");
    store_clear(pipeline.store);
    tap_ok(store_agent(pipeline.store, 9, SPAN("new")) == 1, "forgotten when all is");
}

static bool has(const uint8_t *p, size_t n, const char *text)
{
    return memmem(p, n, text, strlen(text)) != NULL;
}

/* A saved message is SIP in IP, without the agent's key, and can be read again. */
static void saved(void)
{
    char path[] = "/tmp/test_agent.XXXXXX";
    static uint8_t bytes[65536];
    uint32_t ids[] = { 1, 2, 3 };
    char *error = NULL;
    int fd = mkstemp(path);
    begin();
    for (unsigned i = 1; i <= 3; i++) {
        struct bytes inside = { .n = 0 }, b = { .n = 0 };
        struct hep hep = seen("TCP", i);
        hep.protocol = HEP_TCP;
        put_hep(&inside, &hep);
        put_in_udp(&b, &inside);
        feed(&b, 101, NOW, true);
    }
    bool good = save_at_once(path, SAVE_PCAP, true, pipeline.store, ids, 3, &error) == 0;
    close(fd);
    fd = open(path, O_RDONLY);
    ssize_t n = read(fd, bytes, sizeof bytes);
    close(fd);
    unlink(path);
    free(error);
    tap_ok(good && n > 24 && !has(bytes, (size_t)n, "s3cret") && !has(bytes, (size_t)n, "HEP3") &&
               has(bytes, (size_t)n, "Call-ID: c3"),
           "what is saved is SIP, and the key is not in it");
    begin();
    for (size_t at = 24; n > 0 && at + 16 <= (size_t)n;) {
        struct bytes b = { .n = 0 };
        uint32_t length;
        memcpy(&length, bytes + at + 8, 4);
        put(&b, bytes + at + 16, length);
        feed(&b, 101, NOW, false);
        at += 16 + length;
    }
    tap_ok(messages() == 3 && flow_is(3, "10.0.0.1:5060", "10.0.0.2:5080", TRANSPORT_TCP),
           "and is read again, as a TCP stream without a gap");
}

int main(void)
{
    in_datagrams();
    in_streams();
    clocks();
    transports();
    other_payloads();
    agents();
    saved();
    pipeline_close(&pipeline);
    return tap_done();
}
