/* What the files of store/ share. Nobody outside includes this. */
#ifndef SIPWHY_STORE_PRIVATE_H
#define SIPWHY_STORE_PRIVATE_H

#include "base/fetch.h"
#include "base/index.h"
#include "base/pool.h"
#include "base/queue.h"
#include "store/store.h"

/* agent.c: those that were heard of, by a hash of number and name. */
struct agent {
    uint64_t key;
    uint8_t length;
    char name[STORE_AGENT_NAME];
};
struct agents {
    struct agent *items; /* the first one is number 1 */
    struct index index;
    uint16_t count;
};
void agents_init(struct agents *agents);
void agents_destroy(struct agents *agents);
size_t agents_bytes(const struct agents *agents);

#define STORE_HARMLESS 64
/* So many places ahead are records fetched that a queue leads to. */
#define STORE_EXPECTED 8

/* The latest messages, in order: what an ICMP error may be about. */
#define STORE_RECENT 1024
struct store_recent {
    uint32_t message, flow;
};

struct store {
    struct pool messages, transactions, calls, legs, flows, hosts;
    struct index transaction_index, call_index, flow_index, host_index;
    struct agents agents;
    struct queue timers;       /* transactions but INVITEs that may time out, oldest first */
    struct queue patience;     /* INVITEs that should have more than 100 by then, oldest first */
    struct queue unanswered;   /* and those of them that had nothing, and may time out */
    struct queue calls_queue;  /* calls that eviction has not looked at, oldest first */
    struct queue held;         /* those that it found unfinished and passed over */
    struct queue noticed[2];   /* calls to be looked at: of this second, and of the one before */
    int64_t noticed_ns;        /* when the two change places */
    bool cut;                  /* the capture cut headers off messages */
    bool unmarked;             /* calls get no marks, and nobody is to look at them */
    struct backoffs *backoffs; /* who was told to wait; NULL: nobody */
    struct bindings *bindings;
    struct lessons *lessons;           /* see taught.h */
    struct links *links;               /* see link.c */
    struct kin *kin, *alike;           /* see kin.h: what headers name, and what may be chance */
    struct likenesses *likenesses;     /* which may be alike; NULL: none yet */
    struct joined *joined;             /* see joined.h; NULL: nobody has asked */
    struct looked *looked;             /* see looked.h; NULL: no log with marks */
    uint64_t harmless[STORE_HARMLESS]; /* User-Agents that are no scanner's, by hash */
    struct store_counts counts;
    size_t budget;
    unsigned unweighed; /* messages until the next look at it */
    size_t owned;       /* bytes of copied packets */
    int64_t now_ns;
    int64_t due_ns; /* when the first of the timers and bindings is */
    uint64_t next_seq;
    uint16_t epoch;
    store_event_fn *observer;
    void *observer_arg;
    const struct store_knowledge *knowledge;
    const void *knowledge_arg;
    store_source_fn *sources;
    const void *sources_arg;
    store_endpoint_fn *endpoints;
    void *endpoints_arg;
    struct events *events; /* NULL before the first one */
    uint32_t nrecent;
    struct store_recent recent[STORE_RECENT];
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

static inline struct host *host_at(struct store *s, uint32_t id)
{
    return pool_at(&s->hosts, id);
}

struct sdp_glance;
/* link_keys.c: whether a request, the first of its transaction, may join its call to others. */
static inline bool link_may_join(const struct sip_message *sip)
{
    return sip_is_request(sip) &&
           ((sip->method_id == SIP_INVITE && sip->to_tag.n == 0) || sip->method_id == SIP_REFER);
}
/* Notes such a one: an INVITE that begins a call, on one hop, with what its description says; a REFER. */
void link_learn(struct store *s, uint32_t txn, const struct message *m,
                const struct sip_message *sip, const struct sdp_glance *sdp);
/* What is known of joins may have changed: a call stands alone, or no longer. */
void link_forget(struct store *s);
size_t link_bytes(const struct store *s);

/* joined.c: a call is taken out of what it was joined to, or evicted. */
void joined_separate(struct store *s, uint32_t call);
void joined_drop(struct store *s, uint32_t call);
size_t joined_bytes(const struct store *s);
void joined_free(struct store *s);

/* flow.c: interned, counted by reference. 0 when memory is short. */
uint64_t flow_key(const struct payload *payload);
uint32_t flow_take(struct store *s, const struct payload *payload, uint64_t key);
void flow_drop(struct store *s, uint32_t id);

/* call.c */
uint64_t call_key_of(const struct sip_message *sip); /* 0: a message without a Call-ID */
uint32_t call_take(struct store *s, uint64_t key, int64_t time_ns);
void call_add_transaction(struct store *s, uint32_t call, uint32_t txn);
/* Counts a message and learns legs from it. */
void call_update(struct store *s, uint32_t call, const struct sip_message *sip, int64_t time_ns);

/* transaction.c: the key of the transaction that a message belongs to, by that of its call. */
uint64_t transaction_key_of(const struct sip_message *sip, uint64_t call);
/* Of an ACK: the key of the INVITE that it belongs to, if it acknowledges a failure. */
uint64_t transaction_key_acked(const struct sip_message *ack, uint64_t call);
/* Finds or makes the transaction with these keys. 0 when memory is short. */
uint32_t transaction_take(struct store *s, const struct sip_message *sip,
                          const struct store_keys *keys, uint32_t *call, int64_t time_ns,
                          bool *fresh);
/* Applies the message, already linked, to the transaction's state. */
void transaction_apply(struct store *s, uint32_t txn, uint32_t message,
                       const struct sip_message *sip);
/* Takes it out of the running counts before its record goes. */
void transaction_forget(struct store *s, uint32_t txn);
bool transaction_open(const struct transaction *txn);

/* store.c: releases a message, its bytes and its share of the flow. */
void message_drop(struct store *s, uint32_t id);

/* repeat.c: marks a retransmission or a duplicate. */
void message_recognise(struct store *s, struct transaction *txn, struct message *message);

/* event.c; a message has come in: what waited for one of its flow may be about it. */
void events_free(struct store *s);
void events_of_message(struct store *s, uint64_t flow_key, int64_t time_ns);

/*
 * mark.c: what a message shows that may need explaining, with what its description says, which is
 * nothing of a copy; it is in its transaction already.
 */
void mark_message(struct store *s, uint32_t txn, uint32_t message, const struct sip_message *sip,
                  const struct sdp_glance *sdp);
/* Sets marks; a call that bears one worth a look waits for store_attention(). */
void mark_call(struct store *s, uint32_t call, uint32_t marks);

/* backoff.c: hosts that were told by a 503 to leave a server alone for a while. */
void backoff_learn(struct store *s, const struct message *response, const struct sip_message *sip);
/* Whether a new request goes where its sender should not yet send again. */
bool backoff_ignored(struct store *s, const struct message *request);
void backoff_free(struct store *s);
void taught_free(struct store *s);
void link_free(struct store *s);

/* binding.c: what registrars have accepted (RFC 3261 §10.3). */
void binding_learn(struct store *s, uint32_t txn, const struct sip_message *response);
/* What it notifies of: a registrar ended registrations (RFC 3680). */
void binding_hear(struct store *s, const struct message *m, const struct sip_message *notify);
void binding_advance(struct store *s);
void binding_free(struct store *s);
size_t binding_bytes(const struct store *s);

/* evict.c */
void store_evict(struct store *s);

/* Time will have to be looked at then. */
static inline void store_due(struct store *s, int64_t ns)
{
    s->due_ns = ns < s->due_ns ? ns : s->due_ns;
}

/* What a queue of transactions will ask for soon comes from memory meanwhile. */
static inline void transaction_expect(struct store *s, const struct queue *queue)
{
    if (queue->count <= STORE_EXPECTED)
        return;
    const struct transaction *txn = transaction_at(s, queue_peek(queue, STORE_EXPECTED).id);
    fetch(txn);
    fetch(&txn->time_ns);
}

static inline void store_tell(struct store *s, enum store_event event, uint32_t txn)
{
    if (s->observer)
        s->observer(event, txn, s->observer_arg);
}

#endif
