/*
 * TCP (RFC 9293): connections, and the bytes of each direction in order. What comes
 * early waits for what is missing; what comes again is dropped, so the first bytes
 * win. Bytes are given up when the peer has acknowledged them (then it is the
 * capture that misses them), when too much waits behind them, or after a while.
 *
 * A connection that was only asked for is kept in a list of its own, so that a flood
 * of SYNs costs no more than that list. The least recently used goes when a list is
 * full or all streams together hold too much; an idle one goes after some time. One
 * that is not known, or not any more, is picked up wherever it is.
 */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/index.h"
#include "base/pool.h"
#include "base/queue.h"
#include "base/strbuf.h"
#include "net/private.h"

#define OPEN_LIMIT 32768
#define ASKED_LIMIT 4096
#define HELD_LIMIT (64u << 20)   /* bytes of all streams that wait for more */
#define EARLY_LIMIT (256u << 10) /* of one direction, behind a gap */
#define WINDOW (4 << 20)         /* a jump beyond it needs to be confirmed */
#define IDLE_NS 600000000000LL
#define TOUCH_NS 1000000000LL /* how exact the order of the lists is */
#define GIVE_UP_NS 2000000000LL
#define ACKED_NS 10000000LL /* a capture may turn a segment and its acknowledgement around */

enum { FLAG_FIN = 1, FLAG_SYN = 2, FLAG_RST = 4, FLAG_ACK = 16 };

/* When and where a packet was captured. */
struct mark {
    int64_t time_ns;
    uint32_t frame;
    uint16_t source, linktype;
};

/* Bytes that came early, in order of their sequence numbers; they agree where they overlap. */
struct piece {
    struct piece *next;
    uint32_t seq, n;
    uint32_t missing; /* bytes behind them that the capture cut off */
    struct mark mark;
    uint8_t data[];
};

struct half {
    uint32_t next;    /* sequence number of the next byte in order */
    uint32_t isn;     /* of its SYN, when that was seen */
    uint32_t fin;     /* the number behind its last byte, when its FIN was seen */
    uint32_t acked;   /* by the peer, up to here, */
    int64_t acked_ns; /* since then */
    uint32_t early;   /* bytes in pieces */
    uint32_t jump;    /* where a segment ended that is far from all others */
    bool started, has_isn, has_fin, ended, has_ack, jumped, fed;
    int64_t since_ns; /* the first piece waits since */
    struct piece *pieces;
    struct mark last; /* its latest segment with bytes */
};

struct connection {
    uint64_t key;
    struct addr ends[2]; /* in the order of their bytes; direction 0 goes from the first */
    struct half half[2];
    struct stream *stream; /* once there were bytes */
    int64_t last_ns;
    uint32_t older, newer; /* in its list */
    bool asked;            /* a SYN and no bytes yet */
    bool used;             /* the record is */
};

struct list {
    uint32_t oldest, newest, count;
};

struct tcp {
    struct net *net;
    struct pool connections;
    struct index index;
    struct list open, asked;
    struct queue early; /* connections with pieces, in the order in which they began to wait */
};

struct segment {
    uint32_t seq, ack, n, missing;
    uint8_t flags;
    const uint8_t *data;
};

static struct connection *connection_at(const struct tcp *t, uint32_t id)
{
    return pool_at(&t->connections, id);
}

static uint64_t key_of(uint32_t id, const void *arg)
{
    return ((const struct connection *)pool_at(arg, id))->key;
}

struct tcp *tcp_new(struct net *net)
{
    struct tcp *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->net = net;
    pool_init(&t->connections, sizeof(struct connection));
    index_init(&t->index, key_of, &t->connections);
    queue_init(&t->early);
    return t;
}

/* ---- lists ---------------------------------------------------------------------------------- */

static struct list *list_of(struct tcp *t, const struct connection *c)
{
    return c->asked ? &t->asked : &t->open;
}

static void list_remove(struct tcp *t, struct list *list, const struct connection *c)
{
    *(c->older ? &connection_at(t, c->older)->newer : &list->oldest) = c->newer;
    *(c->newer ? &connection_at(t, c->newer)->older : &list->newest) = c->older;
    list->count--;
}

static void list_append(struct tcp *t, struct list *list, uint32_t id)
{
    struct connection *c = connection_at(t, id);
    c->older = list->newest;
    c->newer = 0;
    *(list->newest ? &connection_at(t, list->newest)->newer : &list->oldest) = id;
    list->newest = id;
    list->count++;
}

static void touch(struct tcp *t, uint32_t id)
{
    struct connection *c = connection_at(t, id);
    if (t->net->now_ns - c->last_ns < TOUCH_NS)
        return;
    c->last_ns = t->net->now_ns;
    list_remove(t, list_of(t, c), c);
    list_append(t, list_of(t, c), id);
}

/* ---- bytes in order ------------------------------------------------------------------------- */

static struct mark mark_of(const struct packet *p)
{
    return (struct mark){ p->time_ns, p->frame, p->source, p->linktype };
}

/* A packet whose bytes are not at hand any more. */
static struct packet packet_of(const struct mark *m)
{
    return (struct packet){
        .time_ns = m->time_ns, .frame = m->frame, .source = m->source, .linktype = m->linktype
    };
}

static void lose(struct net *net, struct connection *c, unsigned direction, uint32_t missing)
{
    if (c->stream)
        stream_gap(c->stream, direction, missing);
    net->counts.gaps++;
    net->counts.gap_bytes += missing < WINDOW ? missing : 0;
    c->half[direction].next += missing;
}

/* Hands on bytes that stand at `next`. */
static void deliver(struct net *net, struct connection *c, unsigned direction, const uint8_t *p,
                    uint32_t n, uint32_t missing)
{
    struct half *h = &c->half[direction];
    h->last = mark_of(net->packet);
    if (!c->stream)
        c->stream = stream_new(net, c->ends, TRANSPORT_TCP);
    if (c->stream) {
        if (!h->fed)
            c->stream->half[direction].seq = h->next;
        h->fed = true;
        stream_feed(c->stream, direction, p, n);
    }
    h->next += n;
    if (missing)
        lose(net, c, direction, missing);
}

static void drop_piece(struct net *net, struct half *h)
{
    struct piece *piece = h->pieces;
    h->pieces = piece->next;
    h->early -= piece->n;
    net->held -= piece->n;
    free(piece);
}

/* Hands on the pieces that have become the next ones. */
static void drain(struct net *net, struct connection *c, unsigned direction)
{
    struct half *h = &c->half[direction];
    const struct packet *at_hand = net->packet;
    while (h->pieces && (int32_t)(h->pieces->seq - h->next) <= 0) {
        struct piece *piece = h->pieces;
        uint32_t old = h->next - piece->seq;
        struct packet packet = packet_of(&piece->mark);
        net->packet = &packet;
        if (old < piece->n)
            deliver(net, c, direction, piece->data + old, piece->n - old, piece->missing);
        net->packet = at_hand;
        drop_piece(net, h);
    }
    h->since_ns = net->now_ns;
}

/* What is missing before the first piece will not come. */
static void give_up(struct net *net, struct connection *c, unsigned direction)
{
    struct half *h = &c->half[direction];
    const struct packet *at_hand = net->packet;
    struct packet packet = packet_of(&h->pieces->mark);
    net->packet = &packet;
    lose(net, c, direction, h->pieces->seq - h->next);
    net->packet = at_hand;
    drain(net, c, direction);
}

/* The direction has come to its end, as far as its bytes are known. */
static void end(struct net *net, struct connection *c, unsigned direction, bool whole)
{
    struct half *h = &c->half[direction];
    const struct packet *at_hand = net->packet;
    struct packet packet = packet_of(&h->last);
    if (h->ended)
        return;
    h->ended = true;
    if (!c->stream)
        return;
    net->packet = &packet;
    stream_end(c->stream, direction, whole);
    net->packet = at_hand;
}

/* ---- connections ---------------------------------------------------------------------------- */

/*
 * What the capture misses at a direction's end: up to its FIN, or what the peer has acknowledged. A single
 * byte of that may be a FIN that was not seen, either.
 */
static void lose_end(struct net *net, struct connection *c, unsigned direction)
{
    const struct half *h = &c->half[direction];
    const struct packet *at_hand = net->packet;
    struct packet packet = packet_of(&h->last);
    int32_t missing = h->has_fin   ? (int32_t)(h->fin - h->next)
                      : h->has_ack ? (int32_t)(h->acked - h->next)
                                   : 0;
    if (!h->started || h->ended || missing < (h->has_fin ? 1 : 2) || missing >= WINDOW)
        return;
    net->packet = &packet;
    lose(net, c, direction, (uint32_t)missing);
    net->packet = at_hand;
}

static void close_connection(struct tcp *t, uint32_t id)
{
    struct connection *c = connection_at(t, id);
    for (unsigned i = 0; i < 2; i++) {
        while (c->half[i].pieces)
            give_up(t->net, c, i);
        lose_end(t->net, c, i);
        end(t->net, c, i, false);
    }
    stream_close(c->stream);
    list_remove(t, list_of(t, c), c);
    index_remove(&t->index, c->key, id);
    c->used = false;
    pool_release(&t->connections, id);
}

/* Room is needed. What was only asked for is no loss. */
static void drop_oldest(struct tcp *t, const struct list *list)
{
    t->net->counts.over_limit += list == &t->open;
    close_connection(t, list->oldest);
}

/* Both directions of a connection give the same order of its ends. */
static unsigned direction_of(const struct payload *p, struct addr ends[2])
{
    unsigned direction = memcmp(&p->src, &p->dst, sizeof p->src) > 0;
    ends[direction] = p->src;
    ends[!direction] = p->dst;
    return direction;
}

static uint32_t open_connection(struct tcp *t, uint64_t key, const struct addr ends[2], bool asked)
{
    struct list *list = asked ? &t->asked : &t->open;
    if (list->count >= (asked ? ASKED_LIMIT : OPEN_LIMIT))
        drop_oldest(t, list);
    uint32_t id = pool_alloc(&t->connections);
    if (!id)
        return 0;
    struct connection *c = connection_at(t, id);
    c->key = key;
    if (index_add(&t->index, key, id) < 0) {
        pool_release(&t->connections, id);
        return 0;
    }
    memcpy(c->ends, ends, sizeof c->ends);
    c->last_ns = t->net->now_ns;
    c->asked = asked;
    c->used = true;
    list_append(t, list, id);
    net_due(t->net, c->last_ns + IDLE_NS);
    return id;
}

/* ---- segments ------------------------------------------------------------------------------- */

static struct piece *make_piece(struct net *net, const struct segment *s)
{
    struct piece *piece = mem_alloc(sizeof *piece + s->n);
    *piece = (struct piece){
        .seq = s->seq, .n = s->n, .missing = s->missing, .mark = mark_of(net->packet)
    };
    memcpy(piece->data, s->data, s->n);
    return piece;
}

/* Whether the bytes that both have are the same. */
static bool agrees(const struct piece *piece, const struct segment *s)
{
    int32_t apart = (int32_t)(s->seq - piece->seq);
    uint32_t skip_piece = apart > 0 ? (uint32_t)apart : 0,
             skip_new = apart < 0 ? -(uint32_t)apart : 0;
    if (skip_piece >= piece->n || skip_new >= s->n)
        return true;
    uint32_t a = piece->n - skip_piece, b = s->n - skip_new;
    return memcmp(piece->data + skip_piece, s->data + skip_new, a < b ? a : b) == 0;
}

/* A segment has to say the same as those that wait, where it overlaps with them; else it is refused. */
static bool contradicts(const struct half *h, const struct segment *s)
{
    for (const struct piece *p = h->pieces; p; p = p->next)
        if (!agrees(p, s))
            return true;
    return false;
}

/* Keeps a segment that came early. Pieces may overlap: drain() takes of each what is new. */
static void keep_early(struct tcp *t, uint32_t id, unsigned direction, const struct segment *s)
{
    struct connection *c = connection_at(t, id);
    struct half *h = &c->half[direction];
    struct piece **place = &h->pieces;
    for (struct piece *p = h->pieces; p; p = p->next) {
        if (p->seq == s->seq && p->n >= s->n)
            return;
        if ((int32_t)(p->seq - s->seq) < 0)
            place = &p->next;
    }
    if (!h->pieces) {
        h->since_ns = t->net->now_ns;
        if (queue_push(&t->early, (struct queue_entry){ id, 0 }) < 0)
            return;
        net_due(t->net, h->since_ns + GIVE_UP_NS);
    }
    struct piece *piece = make_piece(t->net, s);
    piece->next = *place;
    *place = piece;
    h->early += s->n;
    t->net->held += s->n;
    while (h->early > EARLY_LIMIT)
        give_up(t->net, c, direction);
}

/*
 * A segment far from all others is believed when the peer acknowledges there, or when another
 * one goes on from it; then what lies between is lost.
 */
static bool believe(struct half *h, const struct segment *s)
{
    int32_t from_ack = (int32_t)(s->seq - h->acked);
    bool confirmed = h->has_ack && from_ack > -WINDOW && from_ack < WINDOW;
    if (confirmed || (h->jumped && h->jump == s->seq)) {
        h->jumped = false;
        return true;
    }
    h->jumped = true;
    h->jump = s->seq + s->n + s->missing;
    return false;
}

/* Whether the peer has had for some time what is missing before a number: it will not come. */
static bool is_missed(const struct half *h, uint32_t seq, int64_t now_ns)
{
    return h->has_ack && !h->pieces && (int32_t)(h->acked - seq) >= 0 &&
           now_ns - h->acked_ns >= ACKED_NS;
}

static void take_bytes(struct tcp *t, uint32_t id, unsigned direction, struct segment *s)
{
    struct connection *c = connection_at(t, id);
    struct half *h = &c->half[direction];
    if (!h->started) {
        h->started = true;
        h->next = s->seq;
    }
    int32_t ahead = (int32_t)(s->seq - h->next);
    if ((ahead >= WINDOW || ahead <= -WINDOW) && believe(h, s)) {
        while (h->pieces)
            drop_piece(t->net, h);
        lose(t->net, c, direction, s->seq - h->next);
        ahead = 0;
    } else if (ahead >= WINDOW || ahead <= -WINDOW) {
        t->net->counts.refused++;
        return;
    }
    if (contradicts(h, s)) {
        t->net->counts.refused++;
        return;
    }
    if (ahead > 0 && is_missed(h, s->seq, t->net->now_ns)) {
        lose(t->net, c, direction, (uint32_t)ahead);
        ahead = 0;
    }
    if (ahead > 0) {
        keep_early(t, id, direction, s);
        return;
    }
    uint32_t old = -(uint32_t)ahead;
    if (old >= s->n) /* again, or a keep-alive that repeats the last byte (RFC 9293 §3.8.4) */
        return;
    deliver(t->net, c, direction, s->data + old, s->n - old, s->missing);
    if (h->pieces)
        drain(t->net, c, direction);
}

/* Gives up a gap that the peer has acknowledged some time ago. */
static void take_ack(struct tcp *t, struct connection *c, unsigned direction, uint32_t ack)
{
    struct half *h = &c->half[!direction];
    int32_t further = (int32_t)(ack - h->acked);
    if (!h->has_ack || further > 0 || further <= -WINDOW) { /* an older one may come late */
        h->acked = ack;
        h->acked_ns = t->net->now_ns;
    }
    h->has_ack = true;
    while (h->pieces && (int32_t)(ack - h->pieces->seq) >= 0 &&
           t->net->now_ns - h->since_ns >= ACKED_NS)
        give_up(t->net, c, !direction);
}

static void tell(struct decode *d, enum net_event_kind kind, uint32_t seq)
{
    struct net_event event = {
        .kind = (uint8_t)kind, .src = d->payload->src, .dst = d->payload->dst, .seq = seq
    };
    net_tell(d->net, d->packet, &event);
}

/* A SYN begins a connection, also where another one had the same ports before. */
static uint32_t take_syn(struct decode *d, uint32_t id, uint64_t key, const struct addr ends[2],
                         unsigned direction, const struct segment *s)
{
    struct tcp *t = d->net->tcp;
    tell(d, s->flags & FLAG_ACK ? NET_SYN_ACK : NET_SYN, s->seq);
    struct half *h = id ? &connection_at(t, id)->half[direction] : NULL;
    if (h && (h->has_isn ? h->isn != s->seq : h->started)) {
        close_connection(t, id);
        id = 0;
    }
    if (!id)
        id = open_connection(t, key, ends, true);
    if (!id)
        return 0;
    h = &connection_at(t, id)->half[direction];
    if (!h->has_isn) {
        h->has_isn = h->started = true;
        h->isn = s->seq;
        h->next = s->seq + 1;
    }
    return id;
}

/* The first bytes show that somebody is there at both ends. */
static uint32_t begin_bytes(struct tcp *t, uint32_t id, uint64_t key, const struct addr ends[2])
{
    if (!id)
        return open_connection(t, key, ends, false);
    struct connection *c = connection_at(t, id);
    if (c->asked) {
        list_remove(t, &t->asked, c);
        c->asked = false;
        list_append(t, &t->open, id);
        if (t->open.count > OPEN_LIMIT)
            drop_oldest(t, &t->open);
    }
    return id;
}

/* False when both sides have finished. */
static bool take_fin(struct tcp *t, struct connection *c, unsigned direction,
                     const struct segment *s)
{
    struct half *h = &c->half[direction];
    if (s->flags & FLAG_FIN) {
        h->has_fin = true;
        h->fin = s->seq + s->n + s->missing;
    }
    if (h->has_fin && h->started && (int32_t)(h->next - h->fin) >= 0)
        end(t->net, c, direction, true);
    return !(c->half[0].ended && c->half[1].ended);
}

static void take_segment(struct decode *d, struct segment *s)
{
    struct tcp *t = d->net->tcp;
    struct addr ends[2];
    unsigned direction = direction_of(d->payload, ends);
    uint64_t key = hash_bytes(0, ends, sizeof ends);
    uint32_t id = index_find(&t->index, key);
    if (s->flags & FLAG_RST) {
        tell(d, NET_RST, s->seq);
        if (id)
            close_connection(t, id);
        return;
    }
    if (s->flags & FLAG_SYN) {
        id = take_syn(d, id, key, ends, direction, s);
        s->seq++;
    }
    if (s->n + s->missing > 0) {
        if (id && connection_at(t, id)->asked && !(s->flags & FLAG_SYN))
            tell(d, NET_BYTES, s->seq);
        id = begin_bytes(t, id, key, ends);
    }
    if (s->flags & FLAG_FIN)
        tell(d, NET_FIN, s->seq);
    if (!id)
        return;
    touch(t, id);
    if (s->n + s->missing > 0)
        take_bytes(t, id, direction, s);
    if (s->flags & FLAG_ACK)
        take_ack(t, connection_at(t, id), direction, s->ack);
    if (!take_fin(t, connection_at(t, id), direction, s))
        close_connection(t, id);
}

enum decode_result decode_tcp(struct decode *d)
{
    struct segment s;
    d->payload->src.port = reader_u16(&d->r);
    d->payload->dst.port = reader_u16(&d->r);
    s.seq = reader_u32(&d->r);
    s.ack = reader_u32(&d->r);
    uint16_t flags = reader_u16(&d->r);
    size_t header = (size_t)(flags >> 12) * 4;
    reader_skip(&d->r, 6);
    if (d->r.overrun || header < 20 || !reader_skip(&d->r, header - 20))
        return DECODE_BROKEN;
    s.flags = (uint8_t)flags;
    s.n = (uint32_t)reader_left(&d->r);
    s.data = reader_take(&d->r, s.n);
    s.missing = d->missing;
    d->net->ip_offset = d->payload->ip_offset;
    d->net->ip_id = d->payload->ip_id;
    take_segment(d, &s);
    while (d->net->held > HELD_LIMIT && d->net->tcp->open.oldest)
        drop_oldest(d->net->tcp, &d->net->tcp->open);
    return DECODE_OK;
}

/* ---- time ----------------------------------------------------------------------------------- */

/* Whether the connection at the head of the queue has been looked at: its gaps are too old, or none. */
static bool give_up_old(struct tcp *t, uint32_t id, int64_t now_ns)
{
    struct connection *c = connection_at(t, id);
    for (unsigned i = 0; c->used && i < 2; i++) {
        while (c->half[i].pieces && c->half[i].since_ns + GIVE_UP_NS <= now_ns)
            give_up(t->net, c, i);
        if (c->half[i].pieces) {
            net_due(t->net, c->half[i].since_ns + GIVE_UP_NS);
            return false;
        }
    }
    return true;
}

static void expire(struct tcp *t, struct list *list, int64_t now_ns)
{
    while (list->oldest && connection_at(t, list->oldest)->last_ns + IDLE_NS <= now_ns)
        close_connection(t, list->oldest);
    if (list->oldest)
        net_due(t->net, connection_at(t, list->oldest)->last_ns + IDLE_NS);
}

void tcp_advance(struct tcp *t, int64_t now_ns)
{
    struct queue_entry entry;
    while (t->early.count > 0 && give_up_old(t, queue_peek(&t->early, 0).id, now_ns))
        queue_pop(&t->early, &entry);
    expire(t, &t->asked, now_ns);
    expire(t, &t->open, now_ns);
}

void tcp_finish(struct tcp *t)
{
    while (t->asked.oldest)
        close_connection(t, t->asked.oldest);
    while (t->open.oldest)
        close_connection(t, t->open.oldest);
}

void tcp_free(struct tcp *t)
{
    for (uint32_t id = 1; id < t->connections.next; id++) {
        struct connection *c = connection_at(t, id);
        for (unsigned i = 0; c->used && i < 2; i++)
            while (c->half[i].pieces)
                drop_piece(t->net, &c->half[i]);
        if (c->used)
            stream_close(c->stream);
    }
    queue_destroy(&t->early);
    index_destroy(&t->index);
    pool_destroy(&t->connections);
    free(t);
}
