/*
 * SCTP (RFC 9260): SIP in DATA chunks (RFC 4168), and in the I-DATA chunks of RFC 8260. A
 * message in one chunk is handed on where it lies; the fragments of others wait for each other,
 * bounded in number and bytes, and the oldest go. What is sent again is dropped, since that is
 * SCTP's doing and not SIP's.
 */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "net/private.h"

#define ASSOCIATIONS 4096 /* directions of them, whose latest chunks are known */
#define PIECES 256        /* fragments that wait */
#define HELD_LIMIT (4u << 20)
#define MESSAGE_LIMIT (256u << 10)

enum { CHUNK_DATA = 0, CHUNK_IDATA = 64, FLAG_END = 1, FLAG_BEGINNING = 2 };

/* Which of the latest 64 transmission sequence numbers were seen: bit n is `highest` - n. */
struct association {
    uint64_t key; /* 0: not in use */
    uint32_t highest;
    uint64_t seen;
};

/* A fragment. Those of one message have the same series and follow each other in number. */
struct piece {
    uint64_t series; /* 0: not in use */
    uint32_t number;
    uint8_t flags;
    uint32_t n;
    uint64_t order; /* which came first */
    uint8_t *bytes;
};

struct sctp {
    struct association associations[ASSOCIATIONS];
    struct piece pieces[PIECES];
    uint64_t order;
    size_t held;
};

struct chunk {
    uint8_t type, flags;
    uint32_t tsn, number;
    uint64_t series;
    const uint8_t *data;
    size_t n;
    bool truncated;
};

/* Whether the chunk was not there before. */
static bool is_new(struct sctp *s, uint64_t key, uint32_t tsn)
{
    struct association *a = &s->associations[key % ASSOCIATIONS];
    if (a->key != key) {
        *a = (struct association){ .key = key, .highest = tsn, .seen = 1 };
        return true;
    }
    int32_t ahead = (int32_t)(tsn - a->highest);
    if (ahead > 0) {
        a->seen = ahead < 64 ? a->seen << ahead | 1 : 1;
        a->highest = tsn;
        return true;
    }
    if (ahead <= -64 || a->seen >> -ahead & 1)
        return false;
    a->seen |= 1ull << -ahead;
    return true;
}

static void forget(struct sctp *s, struct piece *piece)
{
    s->held -= piece->n;
    free(piece->bytes);
    *piece = (struct piece){ 0 };
}

static struct piece *oldest(struct sctp *s)
{
    struct piece *best = NULL;
    for (size_t i = 0; i < PIECES; i++)
        if (s->pieces[i].series && (!best || s->pieces[i].order < best->order))
            best = &s->pieces[i];
    return best;
}

static struct piece *free_piece(struct net *net)
{
    struct sctp *s = net->sctp;
    for (size_t i = 0; i < PIECES; i++)
        if (!s->pieces[i].series)
            return &s->pieces[i];
    struct piece *piece = oldest(s);
    net->counts.sctp_lost++;
    forget(s, piece);
    return piece;
}

static struct piece *find(struct sctp *s, uint64_t series, uint32_t number)
{
    for (size_t i = 0; i < PIECES; i++)
        if (s->pieces[i].series == series && s->pieces[i].number == number)
            return &s->pieces[i];
    return NULL;
}

static int keep(struct net *net, const struct chunk *c)
{
    struct sctp *s = net->sctp;
    struct piece *piece = free_piece(net);
    uint8_t *bytes = malloc(c->n ? c->n : 1);
    if (!bytes)
        return -1;
    memcpy(bytes, c->data, c->n);
    *piece = (struct piece){ c->series, c->number, c->flags, (uint32_t)c->n, ++s->order, bytes };
    s->held += c->n;
    while (s->held > HELD_LIMIT) {
        net->counts.sctp_lost++;
        forget(s, oldest(s));
    }
    return 0;
}

/* The number of the message's first fragment, from any of them back; false: it is not there. */
static bool first_of(struct sctp *s, uint64_t series, uint32_t *number)
{
    struct piece *piece;
    for (size_t i = 0; i < PIECES && (piece = find(s, series, *number)); i++, --*number)
        if (piece->flags & FLAG_BEGINNING)
            return true;
    return false;
}

/* The bytes of the message that begins with this fragment; 0: it is not complete. */
static size_t complete(struct sctp *s, uint64_t series, uint32_t number)
{
    struct piece *piece;
    size_t total = 0;
    for (size_t i = 0; i < PIECES && (piece = find(s, series, number)); i++, number++) {
        total += piece->n;
        if (piece->flags & FLAG_END)
            return total;
    }
    return 0;
}

/* Puts the message together and hands it on; its fragments are gone then. */
static void hand_on(struct decode *d, uint64_t series, uint32_t number, size_t total)
{
    struct sctp *s = d->net->sctp;
    struct payload payload = *d->payload;
    uint8_t *bytes = total <= MESSAGE_LIMIT ? malloc(total) : NULL;
    size_t n = 0;
    for (bool last = false; !last; number++) {
        struct piece *piece = find(s, series, number);
        last = piece->flags & FLAG_END;
        if (bytes)
            memcpy(bytes + n, piece->bytes, piece->n);
        n += piece->n;
        forget(s, piece);
    }
    if (!bytes) {
        d->net->counts.sctp_lost++;
        return;
    }
    payload.data = bytes;
    payload.len = (uint32_t)n;
    payload.apart = true;
    d->net->payload(d->packet, &payload, d->net->arg);
    free(bytes);
}

static void take_fragment(struct decode *d, const struct chunk *c)
{
    uint32_t first = c->number;
    if (c->truncated || c->n == 0 || keep(d->net, c) < 0) {
        d->net->counts.sctp_lost++;
        return;
    }
    if (!first_of(d->net->sctp, c->series, &first))
        return;
    size_t total = complete(d->net->sctp, c->series, first);
    if (total > 0)
        hand_on(d, c->series, first, total);
}

/* The fields of a DATA (RFC 9260 §3.3.1) or I-DATA chunk (RFC 8260 §2.1); false: cut off. */
static bool read_data(struct reader r, struct chunk *c, uint64_t association)
{
    struct {
        uint64_t association;
        uint32_t stream, message;
    } series = { association, 0, 0 };
    c->tsn = c->number = reader_u32(&r);
    uint16_t stream = reader_u16(&r);
    reader_skip(&r, 2);
    uint32_t message = reader_u32(&r); /* DATA: the payload's protocol */
    if (c->type == CHUNK_IDATA) {
        uint32_t fragment = reader_u32(&r); /* in the first the payload's protocol */
        c->number = c->flags & FLAG_BEGINNING ? 0 : fragment;
        series.stream = (uint32_t)(c->flags & 4) << 16 | stream;
        series.message = message;
        series.association ^= 1;
    }
    c->series = hash_bytes(11, &series, sizeof series) | 1;
    c->data = r.p;
    c->n = reader_left(&r);
    return !r.overrun;
}

static void take_chunk(struct decode *d, struct chunk *c, uint64_t association)
{
    if (!is_new(d->net->sctp, association, c->tsn))
        return;
    if ((c->flags & 3) != (FLAG_BEGINNING | FLAG_END)) {
        take_fragment(d, c);
        return;
    }
    struct payload payload = *d->payload;
    payload.data = c->data;
    payload.len = (uint32_t)c->n;
    payload.truncated = c->truncated;
    d->net->payload(d->packet, &payload, d->net->arg);
}

/* Chunk after chunk, each padded to whole words. */
static enum decode_result chunks(struct decode *d, uint64_t association)
{
    enum decode_result result = DECODE_OTHER;
    while (reader_left(&d->r) >= 4) {
        struct chunk c = { .type = reader_u8(&d->r), .flags = reader_u8(&d->r) };
        size_t length = reader_u16(&d->r), left = reader_left(&d->r);
        if (length < 4)
            return DECODE_BROKEN;
        size_t n = length - 4;
        c.truncated = n > left;
        struct reader body = reader_make(d->r.p, n < left ? n : left);
        if ((c.type == CHUNK_DATA || c.type == CHUNK_IDATA) && read_data(body, &c, association)) {
            take_chunk(d, &c, association);
            result = DECODE_OK;
        }
        n = (n + 3) / 4 * 4;
        reader_skip(&d->r, n < left ? n : left);
    }
    return result;
}

enum decode_result decode_sctp(struct decode *d)
{
    struct net *net = d->net;
    struct payload *p = d->payload;
    p->transport = TRANSPORT_SCTP;
    p->src.port = reader_u16(&d->r);
    p->dst.port = reader_u16(&d->r);
    /* by tag and ports: it may go over several addresses */
    struct {
        uint32_t tag;
        uint16_t src, dst;
    } key = { reader_u32(&d->r), p->src.port, p->dst.port };
    reader_skip(&d->r, 4); /* checksum */
    if (d->r.overrun)
        return DECODE_BROKEN;
    if (!net->sctp && !(net->sctp = calloc(1, sizeof *net->sctp)))
        return DECODE_OTHER;
    return chunks(d, hash_bytes(10, &key, sizeof key) | 1);
}

void sctp_finish(struct net *net)
{
    for (size_t i = 0; net->sctp && i < PIECES; i++) {
        net->counts.sctp_lost += net->sctp->pieces[i].series != 0;
        forget(net->sctp, &net->sctp->pieces[i]);
    }
}

void sctp_free(struct net *net)
{
    for (size_t i = 0; net->sctp && i < PIECES; i++)
        free(net->sctp->pieces[i].bytes);
    free(net->sctp);
}
