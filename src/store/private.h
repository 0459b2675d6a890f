/* What the files of store/ share. Nobody outside includes this. */
#ifndef SIPWHY_STORE_PRIVATE_H
#define SIPWHY_STORE_PRIVATE_H

#include "base/index.h"
#include "base/pool.h"
#include "store/store.h"

struct id_list {
    uint32_t head, tail;
};

struct store {
    struct pool messages, transactions, calls, legs, flows;
    struct index transaction_index, call_index, leg_index, flow_index;
    struct id_list timers;               /* transactions that may time out, oldest first */
    struct id_list finished, unfinished; /* calls: by end, by last activity */
    struct store_counts counts;
    size_t budget;
    size_t owned; /* bytes of copied packets */
    int64_t now_ns;
    uint64_t next_seq;
    store_event_fn *observer;
    void *observer_arg;
};

static inline struct message *message_at(struct store *s, uint32_t id)
{
    return pool_at(&s->messages, id);
}
static inline struct transaction *transaction_at(struct store *s, uint32_t id)
{
    return pool_at(&s->transactions, id);
}
static inline struct call *call_at(struct store *s, uint32_t id)
{
    return pool_at(&s->calls, id);
}
static inline struct leg *leg_at(struct store *s, uint32_t id)
{
    return pool_at(&s->legs, id);
}
static inline struct flow *flow_at(struct store *s, uint32_t id)
{
    return pool_at(&s->flows, id);
}

/* flow.c: interned, counted by reference. 0 when memory is short. */
uint32_t flow_take(struct store *s, const struct payload *payload);
void flow_drop(struct store *s, uint32_t id);

/* call.c */
uint32_t call_take(struct store *s, const struct sip_message *sip, int64_t time_ns);
void call_add_transaction(struct store *s, uint32_t call, uint32_t txn);
/* Learns legs from a message and settles whether the call has ended. */
void call_update(struct store *s, uint32_t call, const struct sip_message *sip, int64_t time_ns);
void call_settle(struct store *s, uint32_t call);
void call_unlink(struct store *s, uint32_t call);

/* transaction.c: the key of a message's transaction, fetching its place for transaction_take. */
uint64_t transaction_expect(const struct store *s, const struct sip_message *sip);
/* Finds or makes the transaction with that key. 0 when memory is short. */
uint32_t transaction_take(struct store *s, const struct sip_message *sip, uint64_t key,
                          uint32_t *call, int64_t time_ns, bool *fresh);
/* Applies the message, already linked, to the transaction's state. */
void transaction_apply(struct store *s, uint32_t txn, uint32_t message,
                       const struct sip_message *sip);
void transaction_time_out(struct store *s, uint32_t txn);
void transaction_stop_timer(struct store *s, uint32_t txn);
/* Takes it out of the running counts before its record goes. */
void transaction_forget(struct store *s, uint32_t txn);
bool transaction_open(const struct transaction *txn);

/* store.c: releases a message, its bytes and its share of the flow. */
void message_drop(struct store *s, uint32_t id);

/* repeat.c: marks a retransmission or a duplicate. */
void message_recognise(struct store *s, struct transaction *txn, struct message *message);

/* evict.c */
void store_evict(struct store *s);
void store_release_call(struct store *s, uint32_t call);

static inline void store_tell(struct store *s, enum store_event event, uint32_t txn)
{
    if (s->observer)
        s->observer(event, txn, s->observer_arg);
}

#endif
