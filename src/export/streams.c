/* See streams.h. */
#include "export/streams.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/index.h"
#include "base/pool.h"
#include "base/strbuf.h"
#include "export/wrap_tls.h"

enum { IP_TCP = 6 };

struct half {
    uint32_t next; /* the number of the next byte; while expecting: of what comes behind */
    bool known;
};

/* What is known of two addresses with ports at the moment, in the order of their bytes. */
struct state {
    uint64_t key;
    struct half half[2];                 /* of what the first, what the second sends */
    const struct stream_connection *tls; /* what it carries is read without keys; or NULL */
    const struct connection *connection; /* or NULL: it began before */
    bool upgraded;                       /* to WebSocket */
};

struct streams {
    struct pool states;
    struct index index;
};

static uint64_t key_of(uint32_t id, const void *arg)
{
    return ((const struct state *)pool_at(arg, id))->key;
}

struct streams *streams_new(void)
{
    struct streams *s = mem_zero(sizeof *s);
    pool_init(&s->states, sizeof(struct state));
    index_init(&s->index, key_of, &s->states);
    return s;
}

static void forget(struct streams *s)
{
    index_destroy(&s->index);
    pool_destroy(&s->states);
}

void streams_free(struct streams *s)
{
    if (s)
        forget(s);
    free(s);
}

void streams_begin(struct streams *s)
{
    forget(s);
    pool_init(&s->states, sizeof(struct state));
    index_init(&s->index, key_of, &s->states);
}

/* The state of these two; *direction is that of what `src` sends. NULL when memory is short. */
static struct state *state_of(struct streams *s, const struct addr *src, const struct addr *dst,
                              unsigned *direction)
{
    *direction = memcmp(src, dst, sizeof *src) > 0;
    const struct addr ends[2] = { *direction ? *dst : *src, *direction ? *src : *dst };
    uint64_t key = hash_bytes(0, ends, sizeof ends);
    uint32_t id = index_find(&s->index, key);
    if (id)
        return pool_at(&s->states, id);
    id = pool_alloc(&s->states);
    if (!id)
        return NULL;
    struct state *state = pool_at(&s->states, id);
    state->key = key;
    if (index_add(&s->index, key, id) == 0)
        return state;
    pool_release(&s->states, id);
    return NULL;
}

/* From `src` to `dst`; it acknowledges what is known of the other side. */
static struct wrap_segment segment_of(const struct state *state, unsigned direction,
                                      const struct addr *src, const struct addr *dst, uint8_t flags)
{
    const struct half *h = &state->half[direction], *other = &state->half[!direction];
    return (struct wrap_segment){
        src, dst, other->known ? flags | WRAP_ACK : flags, h->next, other->known ? other->next : 0,
        0
    };
}

/* The next bytes of a direction. */
static void put_segment(struct state *state, unsigned direction, const struct addr *src,
                        const struct addr *dst, uint8_t flags, struct span data, wrap_fn *fn,
                        void *arg)
{
    struct half *h = &state->half[direction];
    const struct wrap_segment segment = segment_of(state, direction, src, dst, flags);
    wrap_segments(&segment, data, fn, arg);
    h->next += (uint32_t)data.n + (flags & WRAP_SYN ? 1 : 0);
    h->known = true;
}

/* ---- connections ---------------------------------------------------------------------------- */

bool stream_has(const struct stream_connection *s, enum stream_part part, int64_t *time_ns)
{
    const struct connection *c = &s->connection;
    const struct {
        bool there;
        int64_t time_ns;
    } parts[STREAM_PARTS] = {
        [STREAM_SYN] = { c->syns > 0, c->syn_ns },
        [STREAM_SYN_AGAIN] = { c->syns > 1, c->last_syn_ns },
        [STREAM_ANSWER] = { c->syns > 0 && c->answer != CONNECTION_SILENT && !c->unheard,
                            c->answer_ns },
        [STREAM_TLS] = { c->tls, c->tls_ns },
        [STREAM_ALERT] = { c->tls_alerted, c->tls_alert_ns },
        [STREAM_END] = { c->end != CONNECTION_LASTS, c->end_ns },
    };
    *time_ns = parts[part].time_ns;
    return parts[part].there;
}

uint32_t streams_expect_part(struct streams *s, const struct stream_connection *c,
                             enum stream_part part)
{
    const struct addr *client = &c->connection.client, *server = &c->connection.server;
    unsigned direction;
    struct state *state = state_of(s, client, server, &direction);
    if (!state || (part != STREAM_SYN && part != STREAM_ANSWER))
        return 0;
    struct half *h = &state->half[part == STREAM_SYN ? direction : !direction];
    uint32_t ahead = h->known ? h->next : 0;
    h->known = false;
    return ahead;
}

static void put_syn(struct state *state, unsigned client, const struct connection *c,
                    uint32_t ahead, wrap_fn *fn, void *arg)
{
    struct half *h = &state->half[client];
    *state = (struct state){ .key = state->key, .connection = c };
    h->next = ahead ? ahead - 1 : c->seq;
    put_segment(state, client, &c->client, &c->server, WRAP_SYN, SPAN_NONE, fn, arg);
}

static struct wrap_segment syn_of(const struct state *state, unsigned client,
                                  const struct connection *c)
{
    return (struct wrap_segment){ &c->client, &c->server, WRAP_SYN, state->half[client].next - 1,
                                  0,          0 };
}

static void put_answer(struct state *state, unsigned client, const struct connection *c,
                       uint32_t ahead, wrap_fn *fn, void *arg)
{
    const struct wrap_segment syn = syn_of(state, client, c);
    struct half *h = &state->half[!client];
    if (c->answer == CONNECTION_UNREACHABLE) {
        wrap_error_of_segment(c->icmp_type, c->icmp_code, &syn, fn, arg);
        return;
    }
    h->next = ahead ? ahead - 1 : c->server_seq;
    put_segment(state, !client, &c->server, &c->client,
                c->answer == CONNECTION_REFUSED ? WRAP_RST : WRAP_SYN, SPAN_NONE, fn, arg);
}

struct tls_sending {
    struct state *state;
    const struct connection *connection;
    unsigned client;
    wrap_fn *fn;
    void *arg;
};

static void put_side(bool by_client, struct span bytes, void *arg)
{
    const struct tls_sending *s = arg;
    const struct connection *c = s->connection;
    put_segment(s->state, by_client ? s->client : !s->client, by_client ? &c->client : &c->server,
                by_client ? &c->server : &c->client, WRAP_PSH, bytes, s->fn, s->arg);
}

static void put_alert(const struct tls_sending *s, const struct connection_tls *tls)
{
    struct strbuf record = STRBUF_INIT;
    wrap_tls_alert(&record, tls, s->connection->tls_alert);
    put_side(s->connection->tls_alert_by_client, strbuf_as_span(&record), (void *)s);
    strbuf_free(&record);
}

static void put_end(struct state *state, unsigned client, const struct connection *c, wrap_fn *fn,
                    void *arg)
{
    const struct addr *src = c->ended_by_client ? &c->client : &c->server;
    const struct addr *dst = c->ended_by_client ? &c->server : &c->client;
    put_segment(state, c->ended_by_client ? client : !client, src, dst,
                c->end == CONNECTION_BROKEN ? WRAP_RST : WRAP_FIN, SPAN_NONE, fn, arg);
}

void streams_put_part(struct streams *s, const struct stream_connection *sc, enum stream_part part,
                      uint32_t ahead, wrap_fn *fn, void *arg)
{
    const struct connection *c = &sc->connection;
    unsigned client;
    struct state *state = state_of(s, &c->client, &c->server, &client);
    struct tls_sending sending = { state, c, client, fn, arg };
    if (!state)
        return;
    const struct wrap_segment again = syn_of(state, client, c);
    switch (part) {
    case STREAM_SYN:
        put_syn(state, client, c, ahead, fn, arg);
        break;
    case STREAM_SYN_AGAIN:
        wrap_segments(&again, SPAN_NONE, fn, arg);
        break;
    case STREAM_ANSWER:
        put_answer(state, client, c, ahead, fn, arg);
        break;
    case STREAM_TLS:
        state->tls = sc->tls.readable ? sc : NULL;
        state->connection = c;
        wrap_tls_handshake(c, &sc->tls, put_side, &sending);
        break;
    case STREAM_ALERT:
        put_alert(&sending, &sc->tls);
        break;
    case STREAM_END:
        put_end(state, client, c, fn, arg);
        break;
    case STREAM_PARTS:
        break;
    }
}

/* ---- messages ------------------------------------------------------------------------------- */

/* Its bytes were numbered by TLS or WebSocket, not by TCP. */
static bool is_nested(const struct message *m, const struct flow *flow)
{
    return (m->flags & MESSAGE_APART) && !(m->flags & MESSAGE_LOGGED) && flow->agent == 0 &&
           flow->transport != TRANSPORT_TCP && transport_is_stream(flow->transport);
}

/* The TCP header of a message that lies whole in its packet; NULL: some other header is between. */
static const uint8_t *tcp_header(const struct message *m)
{
    const uint8_t *ip = m->packet + m->ip_off;
    size_t left = m->payload_off > m->ip_off ? m->payload_off - m->ip_off : 0, n = 40;
    if (left < 40)
        return NULL;
    if (*ip >> 4 == 4)
        n = (size_t)(*ip & 15) * 4;
    unsigned protocol = *ip >> 4 == 4 ? ip[9] : ip[6];
    return protocol == IP_TCP && left >= n + 20 ? ip + n : NULL;
}

/* The number of its first byte in TCP; false where it has none. */
static bool own_number(const struct message *m, const struct flow *flow, uint32_t *seq)
{
    if (!transport_is_stream(flow->transport) || is_nested(m, flow))
        return false;
    if (m->flags & MESSAGE_APART) {
        *seq = m->seq;
        return true;
    }
    const uint8_t *tcp = tcp_header(m);
    if (!tcp)
        return false;
    const uint8_t *data = tcp + (size_t)(tcp[12] >> 4) * 4, *payload = m->packet + m->payload_off;
    *seq = ((uint32_t)tcp[4] << 24 | (uint32_t)tcp[5] << 16 | (uint32_t)tcp[6] << 8 | tcp[7]) +
           (uint32_t)(payload - data);
    return true;
}

uint32_t streams_expect(struct streams *s, const struct message *m, const struct flow *flow)
{
    unsigned direction;
    uint32_t seq, ahead;
    struct state *state = own_number(m, flow, &seq)
                              ? state_of(s, &flow->src, &flow->dst, &direction)
                              : NULL;
    if (!state)
        return 0;
    ahead = state->half[direction].known ? state->half[direction].next : 0;
    state->half[direction] = (struct half){ seq, true };
    return ahead;
}

/* A frame of RFC 6455 §5.2, whole, text, not masked: no tool needs more. */
static void put_frame(struct strbuf *out, struct span data)
{
    int bytes = data.n < 126 ? 0 : data.n < 65536 ? 2 : 8;
    strbuf_char(out, (char)0x81);
    strbuf_char(out, (char)(bytes == 0 ? data.n : bytes == 2 ? 126 : 127));
    while (bytes-- > 0)
        strbuf_char(out, (char)((uint64_t)data.n >> 8 * bytes));
    strbuf_span(out, data);
}

/* The next bytes of what TCP, or TLS in it, carries. */
static void put_content(struct state *state, unsigned direction, const struct addr *src,
                        const struct addr *dst, struct span bytes, wrap_fn *fn, void *arg)
{
    struct strbuf records = STRBUF_INIT;
    if (state->tls) {
        wrap_tls_data(&records, &state->tls->tls, bytes);
        bytes = strbuf_as_span(&records);
    }
    put_segment(state, direction, src, dst, WRAP_PSH, bytes, fn, arg);
    strbuf_free(&records);
}

/* The handshake of RFC 6455 §1.3 and RFC 7118 §4.1: other tools recognise WebSocket by nothing else. */
static void put_upgrade(struct state *state, unsigned direction, const struct flow *flow,
                        wrap_fn *fn, void *arg)
{
    const struct connection *c = state->connection;
    const bool by_client = c ? addr_equal(&flow->src, &c->client)
                             : flow->src.port > flow->dst.port; /* as a rule */
    const struct addr *client = by_client ? &flow->src : &flow->dst;
    const struct addr *server = by_client ? &flow->dst : &flow->src;
    const unsigned there = by_client ? direction : !direction;
    state->upgraded = true;
    put_content(state, there, client, server,
                SPAN("GET / HTTP/1.1\r\nHost: sip.invalid\r\nUpgrade: websocket\r\n"
                     "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                     "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: sip\r\n\r\n"),
                fn, arg);
    put_content(state, !there, server, client,
                SPAN("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                     "Connection: Upgrade\r\n"
                     "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
                     "Sec-WebSocket-Protocol: sip\r\n\r\n"),
                fn, arg);
}

static void put_nested(struct state *state, unsigned direction, struct span bytes,
                       const struct flow *flow, wrap_fn *fn, void *arg)
{
    struct strbuf frame = STRBUF_INIT;
    if (flow->transport == TRANSPORT_WS || flow->transport == TRANSPORT_WSS) {
        if (!state->upgraded)
            put_upgrade(state, direction, flow, fn, arg);
        put_frame(&frame, bytes);
        bytes = strbuf_as_span(&frame);
    }
    put_content(state, direction, &flow->src, &flow->dst, bytes, fn, arg);
    strbuf_free(&frame);
}

/* How many bytes of one that was cut are not there is not known: at least one. */
static unsigned missing_of(const struct message *m)
{
    return m->flags & MESSAGE_TRUNCATED ? 1 : 0;
}

/* In TCP, by the number that it has there. */
static void put_numbered(const struct state *state, unsigned direction, const struct message *m,
                         struct span bytes, const struct flow *flow, wrap_fn *fn, void *arg)
{
    struct wrap_segment segment = segment_of(state, direction, &flow->src, &flow->dst, WRAP_PSH);
    segment.seq = m->seq;
    segment.missing = missing_of(m);
    wrap_segments(&segment, bytes, fn, arg);
}

void streams_put(struct streams *s, const struct message *m, const struct flow *flow, wrap_fn *fn,
                 void *arg)
{
    unsigned direction;
    struct strbuf room = STRBUF_INIT;
    struct span bytes = message_sent(m, &room);
    struct state *state = state_of(s, &flow->src, &flow->dst, &direction);
    if (flow->transport == TRANSPORT_SCTP && state)
        wrap_chunk(&flow->src, &flow->dst, (uint32_t)state->key + direction,
                   state->half[direction].next++, bytes, fn, arg);
    else if (!transport_is_stream(flow->transport) || !state)
        wrap_datagram(&flow->src, &flow->dst, bytes, missing_of(m), fn, arg);
    else if (is_nested(m, flow))
        put_nested(state, direction, bytes, flow, fn, arg);
    else
        put_numbered(state, direction, m, bytes, flow, fn, arg);
    strbuf_free(&room);
}

/* The peer acknowledges what lies between this message and the next that is written. */
void streams_put_ahead(struct streams *s, const struct message *m, const struct flow *flow,
                       uint32_t ahead, wrap_fn *fn, void *arg)
{
    unsigned direction;
    uint32_t seq;
    struct state *state = own_number(m, flow, &seq)
                              ? state_of(s, &flow->src, &flow->dst, &direction)
                              : NULL;
    if (!state)
        return;
    struct half *h = &state->half[direction];
    struct strbuf room = STRBUF_INIT;
    uint32_t end = seq + (uint32_t)message_sent(m, &room).n;
    strbuf_free(&room);
    if (!h->known || (int32_t)(end - h->next) > 0)
        h->next = end;
    h->known = true;
    if (!ahead || (int32_t)(ahead - h->next) <= 0)
        return;
    struct wrap_segment segment = segment_of(state, !direction, &flow->dst, &flow->src, WRAP_ACK);
    segment.ack = ahead;
    wrap_segments(&segment, SPAN_NONE, fn, arg);
}
