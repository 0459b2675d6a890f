/* See event.h. Nothing is allocated before the first event. */
#include "store/event.h"

#include <stdlib.h>

#include "base/hash.h"
#include "store/early.h"
#include "store/private.h"

#define CONNECTIONS 16384
#define ERRORS 4096
#define ERRORS_OF_ONE 32    /* that are told apart for one transaction */
#define COPY_NS 2000000     /* a SYN again so soon is the same packet, captured twice */
#define NEAR_NS 10000000000 /* how long after a packet an error about it may come: routers try */
#define QUOTE_COMPARED 16   /* bytes of a payload that say which message it is */
#define MESSAGES_COMPARED 64
#define REORDERED_NS 50000000 /* an answer before its question, as captures have it */

/* A client host and a server address. */
struct pair {
    uint64_t key;
    uint32_t first, last; /* connections, in order of time */
};

struct events {
    struct pool connections, pairs, errors, tls;
    struct index connection_index; /* the latest with these addresses and ports */
    struct index pair_index;
    struct index error_index; /* the first of a transaction */
    struct queue connection_ages, error_ages;
    struct early early;
};

static struct connection *connection_at(const struct events *e, uint32_t id)
{
    return pool_at(&e->connections, id);
}

static struct pair *pair_at(const struct events *e, uint32_t id)
{
    return pool_at(&e->pairs, id);
}

static struct icmp_error *error_at(const struct events *e, uint32_t id)
{
    return pool_at(&e->errors, id);
}

static uint64_t key_of_connection(uint32_t id, const void *arg)
{
    return ((const struct connection *)pool_at(arg, id))->key;
}

static uint64_t key_of_pair(uint32_t id, const void *arg)
{
    return ((const struct pair *)pool_at(arg, id))->key;
}

static uint64_t ref_key(struct store_ref ref)
{
    return hash_number((uint64_t)ref.generation << 16 | ref.epoch, ref.id);
}

static uint64_t key_of_error(uint32_t id, const void *arg)
{
    return ref_key(((const struct icmp_error *)pool_at(arg, id))->transaction);
}

static uint64_t connection_key(const struct addr *client, const struct addr *server)
{
    struct addr both[2] = { *client, *server };
    return hash_bytes(8, both, sizeof both);
}

static uint64_t pair_key(const struct addr *client, const struct addr *server)
{
    struct addr host = *client;
    host.port = 0;
    return connection_key(&host, server);
}

static struct events *events_of(struct store *s)
{
    if (s->events)
        return s->events;
    struct events *e = s->events = calloc(1, sizeof *e);
    if (!e)
        return NULL;
    pool_init(&e->connections, sizeof(struct connection));
    pool_init(&e->pairs, sizeof(struct pair));
    pool_init(&e->errors, sizeof(struct icmp_error));
    pool_init(&e->tls, sizeof(struct connection_tls));
    index_init(&e->connection_index, key_of_connection, &e->connections);
    index_init(&e->pair_index, key_of_pair, &e->pairs);
    index_init(&e->error_index, key_of_error, &e->errors);
    return e;
}

void events_free(struct store *s)
{
    struct events *e = s->events;
    if (!e)
        return;
    index_destroy(&e->connection_index);
    index_destroy(&e->pair_index);
    index_destroy(&e->error_index);
    queue_destroy(&e->connection_ages);
    queue_destroy(&e->error_ages);
    pool_destroy(&e->connections);
    pool_destroy(&e->pairs);
    pool_destroy(&e->errors);
    pool_destroy(&e->tls);
    free(e);
    s->events = NULL;
}

/* ---- connections ---------------------------------------------------------------------------- */

/* The oldest connection is the first of its pair. */
static void forget_oldest_connection(struct events *e)
{
    struct queue_entry entry;
    if (!queue_pop(&e->connection_ages, &entry))
        return;
    const struct connection *c = connection_at(e, entry.id);
    uint64_t key = pair_key(&c->client, &c->server);
    uint32_t pair = index_find(&e->pair_index, key);
    pair_at(e, pair)->first = c->next;
    if (!c->next) {
        index_remove(&e->pair_index, key, pair);
        pool_release(&e->pairs, pair);
    }
    if (index_find(&e->connection_index, c->key) == entry.id)
        index_remove(&e->connection_index, c->key, entry.id);
    if (c->tls)
        pool_release(&e->tls, c->tls);
    pool_release(&e->connections, entry.id);
}

static uint32_t take_pair(struct events *e, uint64_t key)
{
    uint32_t id = index_find(&e->pair_index, key);
    if (id)
        return id;
    id = pool_alloc(&e->pairs);
    if (!id)
        return 0;
    pair_at(e, id)->key = key;
    if (index_add(&e->pair_index, key, id) == 0)
        return id;
    pool_release(&e->pairs, id);
    return 0;
}

static void append_to_pair(struct events *e, uint32_t pair_id, uint32_t id)
{
    struct pair *pair = pair_at(e, pair_id);
    *(pair->first ? &connection_at(e, pair->last)->next : &pair->first) = id;
    pair->last = id;
}

/* A record in every list, or none. */
static struct connection *make_connection(struct events *e, const struct net_event *event,
                                          uint64_t key)
{
    if (e->connection_ages.count >= CONNECTIONS)
        forget_oldest_connection(e);
    uint32_t before = index_find(&e->connection_index, key);
    if (before)
        index_remove(&e->connection_index, key, before);
    uint32_t id = pool_alloc(&e->connections);
    if (!id)
        return NULL;
    struct connection *c = connection_at(e, id);
    c->key = key;
    c->client = event->src;
    c->server = event->dst;
    c->seq = event->seq;
    uint32_t pair = take_pair(e, pair_key(&c->client, &c->server));
    if (pair && queue_push(&e->connection_ages, (struct queue_entry){ id, 0 }) == 0) {
        append_to_pair(e, pair, id);
        index_add(&e->connection_index, key, id); /* without a place there it stays silent */
        return c;
    }
    pool_release(&e->connections, id);
    return NULL;
}

static bool take_early(struct store *s, const struct early_event *early, int64_t time_ns);

/* What waits for this key gets another chance: it may have come before what it is about. */
static void take_all_early(struct store *s, uint64_t key, int64_t time_ns)
{
    struct early *early = &s->events->early;
    for (uint32_t at = 0; (at = early_find(early, at, key, time_ns)) < EARLY_EVENTS; at++)
        if (take_early(s, &early->events[at], time_ns))
            early->keys[at] = 0;
}

static void take_syn(struct store *s, const struct packet *packet, const struct net_event *event)
{
    struct events *e = s->events;
    uint64_t key = connection_key(&event->src, &event->dst);
    uint32_t id = index_find(&e->connection_index, key);
    struct connection *c = id ? connection_at(e, id) : NULL;
    if (!c || c->seq != event->seq) {
        c = make_connection(e, event, key);
        if (!c)
            return;
        c->syn_ns = packet->time_ns;
        c->syn_frame = packet->frame;
        c->source = packet->source;
    } else if (packet->time_ns - c->last_syn_ns <= COPY_NS) {
        return;
    }
    c->last_syn_ns = packet->time_ns;
    c->syns += c->syns < UINT16_MAX;
    take_all_early(s, key, packet->time_ns);
}

/* The connection in which this goes from server to client, or the other way. */
static struct connection *find_connection(struct events *e, const struct net_event *event,
                                          bool *by_client)
{
    uint32_t id = index_find(&e->connection_index, connection_key(&event->dst, &event->src));
    *by_client = !id;
    if (!id)
        id = index_find(&e->connection_index, connection_key(&event->src, &event->dst));
    return id ? connection_at(e, id) : NULL;
}

static void answer(struct connection *c, enum connection_answer kind, const struct packet *packet)
{
    c->answer = (uint8_t)kind;
    c->answer_ns = packet->time_ns < c->syn_ns ? c->syn_ns : packet->time_ns;
    c->answer_frame = packet->frame;
}

/* A host that cannot connect may be doing so for a call that it has just got, or begun. */
static void mark_latest(struct store *s, const struct addr *host)
{
    const struct host *h = store_find_host(s, host);
    const struct transaction *got = h ? store_transaction(s, h->last_received) : NULL;
    const struct transaction *sent = h ? store_transaction(s, h->last_sent) : NULL;
    if (got)
        mark_call(s, got->call, CALL_NETWORK);
    if (sent)
        mark_call(s, sent->call, CALL_NETWORK);
}

/* Whether its connection is known. */
static bool take_reply(struct store *s, const struct packet *packet, const struct net_event *event)
{
    struct events *e = s->events;
    bool by_client;
    struct connection *c = find_connection(e, event, &by_client);
    if (!c)
        return false;
    if (event->kind == NET_BYTES) {
        if (c->answer == CONNECTION_SILENT) {
            answer(c, CONNECTION_ACCEPTED, packet);
            c->unheard = by_client;
        }
    } else if (c->answer == CONNECTION_SILENT && !by_client && event->kind != NET_FIN) {
        answer(c, event->kind == NET_RST ? CONNECTION_REFUSED : CONNECTION_ACCEPTED, packet);
        c->server_seq = event->seq;
        if (c->answer == CONNECTION_REFUSED)
            mark_latest(s, &c->client);
    } else if (c->end == CONNECTION_LASTS && event->kind != NET_SYN_ACK &&
               c->answer != CONNECTION_REFUSED) {
        c->end = event->kind == NET_RST ? CONNECTION_BROKEN : CONNECTION_FINISHED;
        c->end_ns = packet->time_ns;
        c->end_frame = packet->frame;
        c->ended_by_client = by_client;
    }
    return true;
}

static void copy_name(char *to, size_t room, const char *from)
{
    size_t n = from ? strnlen(from, room - 1) : 0;
    if (n)
        memcpy(to, from, n);
    to[n] = '\0';
}

static void copy_facts(struct connection_tls *to, const struct tls_facts *from)
{
    *to = (struct connection_tls){ .offered = from->offered,
                                   .version = from->version,
                                   .finished = from->finished,
                                   .readable = from->readable,
                                   .unreadable = from->unreadable,
                                   .certified = from->certificate != NULL };
    copy_name(to->server_name, sizeof to->server_name, from->server_name);
    copy_name(to->alpn, sizeof to->alpn, from->alpn);
    if (!from->certificate)
        return;
    to->not_before_s = from->certificate->not_before_s;
    to->not_after_s = from->certificate->not_after_s;
    copy_name(to->subject, sizeof to->subject, from->certificate->subject);
    copy_name(to->issuer, sizeof to->issuer, from->certificate->issuer);
}

/*
 * A connection that was there before the capture began: a hello tells who is the client; without one
 * it has the higher port, as a rule.
 */
static struct connection *make_unasked(struct events *e, const struct packet *packet,
                                       const struct net_event *event, bool *by_client)
{
    struct net_event asked = *event;
    const bool hello = event->type == TLS_CLIENT_HELLO || event->type == TLS_SERVER_HELLO;
    *by_client = hello ? event->by_client : event->src.port > event->dst.port;
    asked.src = *by_client ? event->src : event->dst;
    asked.dst = *by_client ? event->dst : event->src;
    struct connection *c = make_connection(e, &asked, connection_key(&asked.src, &asked.dst));
    if (!c)
        return NULL;
    c->answer = CONNECTION_ACCEPTED;
    c->source = packet->source;
    c->syn_ns = packet->time_ns;
    return c;
}

/* What was shown so far; the first fatal alert is the reason of what follows. */
static void take_tls(struct store *s, const struct packet *packet, const struct net_event *event)
{
    struct events *e = s->events;
    bool by_client;
    struct connection *c = find_connection(e, event, &by_client);
    if (!c)
        c = make_unasked(e, packet, event, &by_client);
    if (!c)
        return;
    if (!c->tls) {
        c->tls = pool_alloc(&e->tls);
        c->tls_ns = packet->time_ns;
        c->tls_frame = packet->frame;
    }
    if (c->tls)
        copy_facts(pool_at(&e->tls, c->tls), event->tls);
    if (event->type != TLS_ALERT || event->tls->alert_level != TLS_ALERT_FATAL || c->tls_alerted)
        return;
    c->tls_alerted = true;
    c->tls_alert_by_client = by_client;
    c->tls_alert = event->tls->alert;
    c->tls_alert_frame = packet->frame;
    c->tls_alert_ns = packet->time_ns;
    mark_latest(s, &c->client);
}

size_t store_connections(const struct store *s)
{
    return s->events ? s->events->connection_ages.count : 0;
}

bool store_has_connections(const struct store *s)
{
    return store_connections(s) > 0;
}

const struct connection *store_connection(const struct store *s, const struct addr *client,
                                          const struct addr *server, const struct connection *after)
{
    struct events *e = s->events;
    if (!e)
        return NULL;
    if (after)
        return after->next ? connection_at(e, after->next) : NULL;
    uint32_t pair = index_find(&e->pair_index, pair_key(client, server));
    return pair ? connection_at(e, pair_at(e, pair)->first) : NULL;
}

const struct connection *store_connection_of(const struct store *s, uint32_t frame, uint16_t source)
{
    const struct events *e = s->events;
    for (size_t i = 0; e && i < e->connection_ages.count; i++) {
        const struct connection *c = connection_at(e, queue_peek(&e->connection_ages, i).id);
        if (c->source == source &&
            (c->syn_frame == frame || c->answer_frame == frame || c->end_frame == frame ||
             c->tls_alert_frame == frame || c->tls_frame == frame))
            return c;
    }
    return NULL;
}

const struct connection *store_connection_at(const struct store *s, size_t i)
{
    const struct events *e = s->events;
    return e && i < e->connection_ages.count
               ? connection_at(e, queue_peek(&e->connection_ages, i).id)
               : NULL;
}

const struct connection_tls *store_connection_tls(const struct store *s, const struct connection *c)
{
    return c->tls ? pool_at(&s->events->tls, c->tls) : NULL;
}

/* ---- ICMP ----------------------------------------------------------------------------------- */

/* Path MTU discovery goes on after these; all others end the attempt. */
static bool too_big(const struct net_event *event)
{
    return event->src.family == 6 ? event->type == 2 : event->type == 3 && event->code == 4;
}

/* Whether its connection is known. */
static bool take_error_of_connection(struct events *e, const struct packet *packet,
                                     const struct net_event *event)
{
    uint64_t key = connection_key(&event->quote.src, &event->quote.dst);
    uint32_t id = index_find(&e->connection_index, key);
    if (!id || connection_at(e, id)->answer != CONNECTION_SILENT || too_big(event))
        return id != 0;
    struct connection *c = connection_at(e, id);
    answer(c, CONNECTION_UNREACHABLE, packet);
    c->icmp_type = event->type;
    c->icmp_code = event->code;
    return true;
}

/* The flow of the quoted packet. What is encrypted in TCP has a transport of its own. */
static uint32_t quoted_flow(const struct store *s, const struct net_quote *q)
{
    for (uint8_t transport = TRANSPORT_UDP; transport < TRANSPORTS; transport++) {
        struct payload p = { .src = q->src, .dst = q->dst, .transport = transport };
        uint32_t id = index_find(&s->flow_index, flow_key(&p));
        if (id && transport_is_stream(transport) == (q->protocol == 6))
            return id;
    }
    return 0;
}

bool store_has_stream_from(const struct store *s, const struct addr *a, const struct addr *b)
{
    const struct net_quote there = { .src = *a, .dst = *b, .protocol = 6 };
    return quoted_flow(s, &there);
}

bool store_has_stream(const struct store *s, const struct addr *a, const struct addr *b)
{
    return store_has_stream_from(s, a, b) || store_has_stream_from(s, b, a);
}

enum likeness { UNLIKE, SAME_FLOW, SAME_BYTES, SAME_PACKET };

/* How surely the error is about the packet of this message. One that came before it must quote it
 * well, or nearly at once. */
static enum likeness likeness(const struct store *s, const struct message *m, uint32_t flow,
                              const struct net_quote *q, int64_t time_ns)
{
    struct span bytes = message_payload(s, m);
    size_t n = q->len < bytes.n ? q->len : bytes.n;
    int64_t early_ns = n >= QUOTE_COMPARED ? EARLY_NS : REORDERED_NS;
    if (m->flow != flow || m->time_ns > time_ns + early_ns || time_ns - m->time_ns > NEAR_NS)
        return UNLIKE;
    if (n > 0 && memcmp(bytes.p, q->data, n) != 0)
        return UNLIKE;
    if (q->ip_id && m->ip_id == q->ip_id)
        return SAME_PACKET;
    return n >= QUOTE_COMPARED ? SAME_BYTES : SAME_FLOW;
}

/* The message whose packet is quoted, among the latest of the flow; 0: none of them. */
static uint32_t quoted_message(const struct store *s, uint32_t flow, const struct net_quote *q,
                               int64_t time_ns)
{
    enum likeness best = UNLIKE;
    uint32_t found = 0, n = s->nrecent < STORE_RECENT ? s->nrecent : STORE_RECENT;
    int compared = 0;
    for (uint32_t i = 1; i <= n && best < SAME_PACKET && compared < MESSAGES_COMPARED; i++) {
        const struct store_recent *r = &s->recent[(s->nrecent - i) % STORE_RECENT];
        const struct message *m = r->flow == flow ? store_message(s, r->message) : NULL;
        if (!m)
            continue;
        compared++;
        enum likeness like = likeness(s, m, flow, q, time_ns);
        if (like > best) {
            best = like;
            found = r->message;
        }
    }
    return found;
}

static void forget_oldest_error(struct events *e)
{
    struct queue_entry entry;
    if (!queue_pop(&e->error_ages, &entry))
        return;
    const struct icmp_error *error = error_at(e, entry.id);
    uint64_t key = ref_key(error->transaction);
    index_remove(&e->error_index, key, entry.id);
    if (error->next)
        index_add(&e->error_index, key, error->next);
    pool_release(&e->errors, entry.id);
}

/* Puts it behind the others of its transaction; -1 when they are too many. */
static int append_error(struct events *e, uint32_t id)
{
    uint64_t key = ref_key(error_at(e, id)->transaction);
    uint32_t at = index_find(&e->error_index, key);
    if (!at)
        return index_add(&e->error_index, key, id);
    int n = 1;
    for (; error_at(e, at)->next; at = error_at(e, at)->next)
        n++;
    if (n >= ERRORS_OF_ONE)
        return -1;
    error_at(e, at)->next = id;
    return 0;
}

/* Whether the message that it quotes is known. */
static bool take_error(struct store *s, struct events *e, const struct packet *packet,
                       const struct net_event *event)
{
    uint32_t flow = quoted_flow(s, &event->quote);
    uint32_t message = flow ? quoted_message(s, flow, &event->quote, packet->time_ns) : 0;
    if (!message)
        return false;
    if (e->error_ages.count >= ERRORS)
        forget_oldest_error(e);
    uint32_t txn = store_message(s, message)->transaction, id = pool_alloc(&e->errors);
    if (!id)
        return true;
    *error_at(e, id) = (struct icmp_error){ .transaction = store_transaction_ref(s, txn),
                                            .time_ns = packet->time_ns,
                                            .frame = packet->frame,
                                            .message = message,
                                            .source = packet->source,
                                            .type = event->type,
                                            .code = event->code,
                                            .from = event->src,
                                            .to = event->quote.dst };
    if (append_error(e, id) < 0) {
        pool_release(&e->errors, id);
        return true;
    }
    if (queue_push(&e->error_ages, (struct queue_entry){ id, 0 }) < 0)
        return true;
    mark_call(s, transaction_at(s, txn)->call, CALL_NETWORK);
    store_tell(s, STORE_CHANGED, txn);
    return true;
}

const struct icmp_error *store_transaction_icmp(const struct store *s, uint32_t txn, size_t i)
{
    const struct events *e = s->events;
    if (!e || !store_transaction(s, txn))
        return NULL;
    uint32_t id = index_find(&e->error_index, ref_key(store_transaction_ref(s, txn)));
    for (; id && i > 0; i--)
        id = error_at(e, id)->next;
    return id ? error_at(e, id) : NULL;
}

static bool take_icmp(struct store *s, const struct packet *packet, const struct net_event *event)
{
    struct events *e = s->events;
    bool connects = event->quote.protocol == 6 && take_error_of_connection(e, packet, event);
    return take_error(s, e, packet, event) || connects;
}

/* Whether what waited has found its place: a reply is no more than a little out of order. */
static bool take_early(struct store *s, const struct early_event *early, int64_t time_ns)
{
    if (early->event.kind == NET_ICMP)
        return take_icmp(s, &early->packet, &early->event);
    return time_ns <= early->packet.time_ns + REORDERED_NS &&
           take_reply(s, &early->packet, &early->event);
}

/* What it waits for: the SYN of the connection, or the first message of the flow. */
static uint64_t early_key(const struct net_event *event)
{
    const struct net_quote *q = &event->quote;
    const struct payload quoted = { .src = q->src, .dst = q->dst, .transport = TRANSPORT_UDP };
    if (event->kind != NET_ICMP)
        return connection_key(&event->dst, &event->src);
    return q->protocol == 6 ? connection_key(&q->src, &q->dst) : flow_key(&quoted);
}

void events_of_message(struct store *s, uint64_t flow_key, int64_t time_ns)
{
    if (s->events)
        take_all_early(s, flow_key, time_ns);
}

void store_add_event(struct store *s, const struct packet *packet, const struct net_event *event)
{
    struct events *e = events_of(s);
    bool placed = true;
    if (!e)
        return;
    if (event->kind == NET_ICMP)
        placed = take_icmp(s, packet, event);
    else if (event->kind == NET_SYN)
        take_syn(s, packet, event);
    else if (event->kind == NET_TLS)
        take_tls(s, packet, event);
    else
        placed = take_reply(s, packet, event) ||
                 (event->kind != NET_RST && event->kind != NET_SYN_ACK);
    if (!placed)
        early_put(&e->early, early_key(event), packet, event);
}
