/* See misses.h. */
#include "diagnose/misses.h"

#include "sip/timers.h"

#define LOOKED 8192 /* transactions, the latest */
#define AGAIN_NS 10000000000
#define SETTLED_NS (10 * SIP_T1_NS) /* from when on nothing is on its way any more */
#define SIGNS 2                     /* a single one may be a fault of its sender */
#define SHARE 100                   /* and one in so many transactions */

static bool is_udp(const struct store *store, const struct message *m)
{
    return store_flow(store, m->flow)->transport == TRANSPORT_UDP;
}

/*
 * In a dialog, since outside of one there are senders that never repeat what they ask: keep-alives,
 * scanners. RFC 3261 §17.1.2.2: over UDP a client repeats its request until it is answered.
 */
static bool not_repeated(const struct store *store, const struct transaction *t)
{
    const struct message *m = store_message(store, t->request);
    return m && t->code == 0 && t->retransmissions == 0 && (m->flags & MESSAGE_TO_TAG) &&
           t->method != SIP_NOTIFY && is_udp(store, m);
}

/* An ACK over the hop of an INVITE that nothing ended; another branch's went elsewhere. */
static bool acknowledged_nothing(const struct store *store, const struct transaction *t)
{
    const struct message *ack = store_message(store, t->ack);
    const struct message *invite = store_message(store, t->request);
    return ack && invite && t->code < 200 && ack->flow == invite->flow;
}

static bool has_sign(const struct store *store, const struct transaction *t)
{
    if (t->method == SIP_ACK)
        return false;
    if (t->method == SIP_INVITE)
        return acknowledged_nothing(store, t);
    return t->request ? not_repeated(store, t) : t->code > 0;
}

static void look(struct misses *misses, const struct store *store)
{
    uint32_t end = store_transaction_end(store), id = end > LOOKED ? end - LOOKED : 1;
    int64_t now_ns = store_now(store), first_ns = INT64_MAX;
    misses->looked = misses->lost = 0;
    for (; id < end; id++) {
        const struct transaction *t = store_transaction(store, id);
        if (!t)
            continue;
        if (t->time_ns < first_ns)
            first_ns = t->time_ns;
        /* what was asked for before the capture began is answered soon */
        if (t->time_ns < first_ns + SETTLED_NS || t->time_ns > now_ns - SETTLED_NS)
            continue;
        misses->looked++;
        misses->lost += has_sign(store, t);
    }
}

bool misses_packets(struct misses *misses, const struct store *store, bool ended)
{
    int64_t now_ns = store_now(store);
    if (misses->looked_ns == 0 || now_ns >= misses->looked_ns + AGAIN_NS ||
        misses->ended != ended) {
        look(misses, store);
        misses->looked_ns = now_ns;
        misses->ended = ended;
    }
    return misses->lost >= SIGNS && misses->lost >= misses->looked / SHARE;
}

bool misses_of_call(const struct scene *scene, const struct scene_transaction *t)
{
    for (size_t i = 0; i < scene->ntransactions; i++) {
        const struct scene_transaction *o = &scene->transactions[i];
        bool settled = o->stored->time_ns <= scene->now_ns - SETTLED_NS || scene->ended;
        if (o->call == t->call && settled && has_sign(scene->store, o->stored))
            return true;
    }
    return false;
}

bool misses_final(const struct scene_transaction *t)
{
    return t->ack && t->request && !t->final && t->ack->stored->flow == t->request->stored->flow;
}
