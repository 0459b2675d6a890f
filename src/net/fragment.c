/*
 * IP fragments put together again (RFC 791 §3.2, RFC 8200 §4.5). A datagram whose
 * fragments overlap is refused as a whole (RFC 5722); the same fragment again is a
 * copy. What stays incomplete is given up after a while, and the beginning of a UDP
 * datagram is then handed on as truncated. Datagrams and bytes are bounded, and
 * the oldest go.
 */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/strbuf.h"
#include "net/private.h"

#define DATAGRAMS 512
#define HELD_LIMIT (8u << 20)
#define GIVE_UP_NS 2000000000LL /* the fragments of a datagram are sent at once */
#define RANGES 128              /* fragments of a datagram */
#define DATAGRAM_SIZE 65535
#define WHOLE 256 /* datagrams that were put together, and are remembered */

struct range {
    uint32_t from, to;
};

struct datagram {
    struct packet first; /* the packet with its beginning, without bytes */
    struct payload payload;
    uint8_t protocol;
    bool refused;
    uint32_t total; /* bytes; 0 until the last fragment was seen */
    uint32_t got;
    size_t size;
    uint8_t *bytes;
    size_t nranges;
    struct range ranges[RANGES];
};

struct fragments {
    uint64_t keys[DATAGRAMS];  /* 0: not in use */
    int64_t due_ns[DATAGRAMS]; /* when each is given up; INT64_MAX for one that is not in use */
    struct datagram datagrams[DATAGRAMS];
    struct {
        uint64_t key;
        int64_t time_ns;
    } whole[WHOLE]; /* the latest, in a ring */
    size_t nwhole;
};

static struct fragments *make(void)
{
    struct fragments *f = calloc(1, sizeof *f);
    for (size_t i = 0; f && i < DATAGRAMS; i++)
        f->due_ns[i] = INT64_MAX;
    return f;
}

static void forget(struct net *net, struct datagram *g)
{
    struct fragments *f = net->fragments;
    net->fragments_held -= g->size;
    free(g->bytes);
    memset(g, 0, offsetof(struct datagram, ranges));
    f->keys[g - f->datagrams] = 0;
    f->due_ns[g - f->datagrams] = INT64_MAX;
}

/* Decodes bytes that lie in no packet. */
static enum decode_result decode_apart(struct net *net, const struct packet *packet,
                                       struct payload *payload, uint8_t protocol,
                                       const uint8_t *bytes, size_t n)
{
    struct decode d = { net, packet, payload, reader_make(bytes, n), 0, 0 };
    payload->apart = payload->fragmented = true;
    return decode_transport(&d, protocol);
}

/* How many bytes from the first on are there. */
static uint32_t beginning(const struct datagram *g)
{
    uint32_t end = 0;
    for (size_t i = 0; i < g->nranges; i++)
        for (size_t k = 0; k < g->nranges; k++)
            if (g->ranges[k].from == end)
                end = g->ranges[k].to;
    return end;
}

static void remember_whole(struct net *net, uint64_t key)
{
    struct fragments *f = net->fragments;
    size_t i = f->nwhole++ % WHOLE;
    f->whole[i].key = key;
    f->whole[i].time_ns = net->now_ns;
}

/* Whether these fragments are further copies: captured twice, the datagram was whole before the last. */
static bool was_whole(const struct fragments *f, const struct datagram *g)
{
    uint64_t key = f->keys[g - f->datagrams];
    int64_t begun_ns = f->due_ns[g - f->datagrams] - GIVE_UP_NS;
    for (size_t i = 0; i < WHOLE; i++)
        if (f->whole[i].key == key && begun_ns - f->whole[i].time_ns <= GIVE_UP_NS)
            return true;
    return false;
}

/* The rest will not come. What is there of a UDP datagram is worth showing. */
static void give_up(struct net *net, struct datagram *g)
{
    bool vain = g->refused || was_whole(net->fragments, g);
    uint32_t n = vain ? 0 : beginning(g);
    net->counts.fragments_lost += !vain;
    if (n > 0 && g->protocol == IP_UDP) {
        const struct packet *at_hand = net->packet;
        net->packet = &g->first;
        g->payload.truncated = true;
        decode_apart(net, &g->first, &g->payload, g->protocol, g->bytes, n);
        net->packet = at_hand;
    }
    forget(net, g);
}

static size_t oldest(const struct fragments *f)
{
    size_t best = 0;
    for (size_t i = 1; i < DATAGRAMS; i++)
        if (f->due_ns[i] < f->due_ns[best])
            best = i;
    return best;
}

static size_t find(const struct fragments *f, uint64_t key)
{
    size_t i = 0;
    while (i < DATAGRAMS && f->keys[i] != key)
        i++;
    return i;
}

static struct datagram *take_datagram(struct net *net, uint64_t key)
{
    struct fragments *f = net->fragments;
    size_t i = find(f, key);
    if (i < DATAGRAMS)
        return &f->datagrams[i];
    i = find(f, 0);
    if (i == DATAGRAMS) {
        i = oldest(f);
        net->counts.over_limit++;
        give_up(net, &f->datagrams[i]);
    }
    f->keys[i] = key;
    f->due_ns[i] = net->now_ns + GIVE_UP_NS;
    net_due(net, f->due_ns[i]);
    return &f->datagrams[i];
}

static void make_room(struct net *net, struct datagram *g, uint32_t to)
{
    if (to <= g->size)
        return;
    size_t size = g->size ? g->size : 4096;
    while (size < to)
        size *= 2;
    g->bytes = mem_grow(g->bytes, size);
    net->fragments_held += size - g->size;
    g->size = size;
}

/* Whether it is there already, byte for byte; any other overlap is refused. */
static bool is_copy(struct datagram *g, struct range r, const uint8_t *data)
{
    for (size_t i = 0; i < g->nranges; i++) {
        const struct range *have = &g->ranges[i];
        if (r.from >= have->to || r.to <= have->from)
            continue;
        if (r.from == have->from && r.to == have->to &&
            memcmp(g->bytes + r.from, data, r.to - r.from) == 0)
            return true;
        g->refused = true;
    }
    return false;
}

static void take_range(struct net *net, struct datagram *g, struct range r, bool more,
                       const uint8_t *data)
{
    if (r.to > DATAGRAM_SIZE || g->nranges == RANGES ||
        (g->total && (r.to > g->total || (!more && r.to != g->total))))
        g->refused = true;
    if (g->refused || r.from == r.to || is_copy(g, r, data) || g->refused)
        return;
    make_room(net, g, r.to);
    memcpy(g->bytes + r.from, data, r.to - r.from);
    g->ranges[g->nranges++] = r;
    g->got += r.to - r.from;
    if (!more)
        g->total = r.to;
    for (size_t i = 0; i < g->nranges; i++)
        if (g->total && g->ranges[i].to > g->total)
            g->refused = true;
}

static uint64_t key_of(const struct payload *p, uint32_t id, uint8_t protocol)
{
    struct {
        struct addr src, dst;
        uint32_t id, protocol;
    } key = { p->src, p->dst, id, p->src.family == 6 ? 0 : protocol };
    return hash_bytes(9, &key, sizeof key) | 1;
}

/* All is there: decodes it as if it had come in one packet. */
static enum decode_result complete(struct net *net, const struct packet *packet, struct datagram *g)
{
    struct payload payload = g->payload;
    uint8_t *bytes = g->bytes, protocol = g->protocol;
    uint32_t n = g->total;
    payload.truncated = false;
    remember_whole(net, net->fragments->keys[g - net->fragments->datagrams]);
    net->fragments_held -= g->size;
    g->bytes = NULL;
    g->size = 0;
    forget(net, g);
    enum decode_result result = decode_apart(net, packet, &payload, protocol, bytes, n);
    free(bytes);
    return result;
}

enum decode_result decode_fragment(struct decode *d, uint32_t id, uint8_t protocol, uint32_t offset,
                                   bool more)
{
    struct net *net = d->net;
    struct range r = { offset, offset + (uint32_t)reader_left(&d->r) };
    if (d->payload->fragmented) /* fragments inside of fragments */
        return DECODE_BROKEN;
    if (!net->fragments && !(net->fragments = make()))
        return DECODE_OTHER;
    net->counts.fragments++;
    struct datagram *g = take_datagram(net, key_of(d->payload, id, protocol));
    bool refused = g->refused;
    if (offset == 0) {
        g->first = *d->packet;
        g->first.data = NULL;
        g->first.caplen = g->first.origlen = 0;
        g->first.mapped = false;
        g->payload = *d->payload;
        g->protocol = protocol;
    }
    /* without its last bytes a fragment leaves a hole: then the end is not known either */
    take_range(net, g, r, more || d->missing > 0, d->r.p);
    if (g->refused && !refused)
        net->counts.fragments_refused++;
    if (!g->refused && g->total && g->got == g->total)
        return complete(net, d->packet, g);
    for (; net->fragments_held > HELD_LIMIT; net->counts.over_limit++)
        give_up(net, &net->fragments->datagrams[oldest(net->fragments)]);
    return DECODE_OK;
}

void fragments_advance(struct net *net, int64_t now_ns)
{
    struct fragments *f = net->fragments;
    size_t i;
    while (f && f->due_ns[i = oldest(f)] <= now_ns && f->keys[i])
        give_up(net, &f->datagrams[i]);
    if (f)
        net_due(net, f->due_ns[i]);
}

void fragments_free(struct net *net)
{
    for (size_t i = 0; net->fragments && i < DATAGRAMS; i++)
        free(net->fragments->datagrams[i].bytes);
    free(net->fragments);
}
