/*
 * Which transaction a message belongs to (RFC 3261 §17.1.3 and §17.2.3) and what
 * it does to its state (§17, RFC 6026). The observer in the middle sees both the
 * client's and the server's side, so one machine serves for both.
 */
#include "base/hash.h"
#include "sip/timers.h"
#include "store/private.h"

#define LINK_LIMIT 256            /* transactions of a call looked through for a link */
#define PATIENCE_NS 10000000000LL /* rule stuck-after-trying */

static bool has_cookie(struct span branch)
{
    return branch.n > 7 && span_starts(branch, "z9hG4bK");
}

/* A stack may leave the default port out when it copies a Via into its response. */
static struct span without_default_port(struct span sent_by)
{
    static const char port[] = ":5060";
    size_t n = sizeof port - 1;
    if (sent_by.n > n && memcmp(span_end(sent_by) - n, port, n) == 0)
        sent_by.n -= n;
    return sent_by;
}

/*
 * Branch, sent-by and method identify a transaction; Call-ID and CSeq number are
 * added because clients exist that use one branch for all they send, and for a
 * correct client they change nothing. Without the cookie the RFC 2543 fallback
 * of §17.2.3 stands in: From tag, Call-ID, CSeq and the topmost Via.
 */
static uint64_t transaction_key(const struct sip_message *m, enum sip_method method, uint64_t call)
{
    uint64_t h = hash_span((uint64_t)m->cseq << 8 | method, m->branch);
    h = hash_span(h, without_default_port(m->sent_by));
    h = hash_join(h, call);
    if (!has_cookie(m->branch))
        h = hash_span(h, m->from_tag);
    return method == SIP_OTHER ? hash_span(h, m->method) : h;
}

static enum sip_method key_method(const struct sip_message *m)
{
    return m->code == 0 && m->method_id == SIP_ACK ? SIP_ACK : (enum sip_method)m->cseq_method;
}

/* The ACK to a failure repeats the INVITE's branch (§17.1.1.3); the ACK to a 2xx is on its own. */
static uint32_t find_acked(struct store *s, uint64_t invite_key)
{
    uint32_t id = index_find(&s->transaction_index, invite_key);
    if (!id)
        return 0;
    const struct transaction *txn = transaction_at(s, id);
    return txn->final && txn->code < 300 ? 0 : id;
}

static uint32_t make(struct store *s, const struct sip_message *m, uint64_t key, uint32_t call,
                     int64_t time_ns)
{
    uint32_t id = pool_alloc(&s->transactions);
    if (!id)
        return 0;
    if (index_add(&s->transaction_index, key, id) < 0) {
        pool_release(&s->transactions, id);
        return 0;
    }
    struct transaction *txn = transaction_at(s, id);
    txn->key = key;
    txn->seq = ++s->next_seq;
    txn->time_ns = time_ns;
    txn->cseq = m->cseq;
    txn->method = m->method_id;
    txn->call = call;
    s->counts.transactions++;
    s->counts.live_transactions++;
    if (txn->method != SIP_ACK) {
        s->counts.open++;
        s->counts.classes[SIP_CLASS_NONE]++;
    }
    call_add_transaction(s, call, id);
    if (txn->method != SIP_ACK && txn->method != SIP_INVITE && sip_is_request(m)) {
        queue_push(&s->timers, (struct queue_entry){ id, (uint32_t)txn->seq });
        store_due(s, time_ns + SIP_TIMEOUT_NS);
    }
    return id;
}

uint64_t transaction_key_of(const struct sip_message *m, uint64_t call)
{
    return transaction_key(m, key_method(m), call);
}

uint64_t transaction_key_acked(const struct sip_message *ack, uint64_t call)
{
    return transaction_key(ack, SIP_INVITE, call);
}

uint32_t transaction_take(struct store *s, const struct sip_message *m,
                          const struct store_keys *keys, uint32_t *call, int64_t time_ns,
                          bool *fresh)
{
    uint32_t id = 0;
    if (keys->invite)
        id = find_acked(s, keys->invite);
    if (!id)
        id = index_find(&s->transaction_index, keys->transaction);
    *fresh = !id;
    if (id) {
        *call = transaction_at(s, id)->call;
        fetch(call_at(s, *call)); /* counted last, in call_update() */
        return id;
    }
    *call = call_take(s, keys->call, time_ns);
    return *call ? make(s, m, keys->transaction, *call, time_ns) : 0;
}

bool transaction_open(const struct transaction *txn)
{
    return txn->method != SIP_ACK && (txn->state == TXN_WAITING || txn->state == TXN_PROCEEDING);
}

static void set_class(struct store *s, struct transaction *txn, enum sip_class class)
{
    if (txn->method != SIP_ACK) {
        s->counts.classes[txn->class]--;
        s->counts.classes[class]++;
    }
    txn->class = (uint8_t) class;
}

/* What is known to have been sent again stays so. */
static enum sip_class class_of(const struct transaction *txn)
{
    if (txn->class == SIP_CLASS_CHALLENGE && sip_asks_for_more(txn->code))
        return SIP_CLASS_CHALLENGE;
    return txn->state == TXN_TIMED_OUT ? SIP_CLASS_TIMEOUT : sip_class_of(txn->code);
}

static void set_state(struct store *s, uint32_t id, enum transaction_state state)
{
    struct transaction *txn = transaction_at(s, id);
    bool before = transaction_open(txn);
    txn->state = (uint8_t)state;
    bool after = transaction_open(txn);
    set_class(s, txn, class_of(txn));
    if (before != after) {
        s->counts.open += after ? 1 : -1ULL;
        call_at(s, txn->call)->open += after ? 1 : -1U;
    }
}

/* Whether an ACK to a 2xx, which goes end to end, passed the hop of this INVITE. */
static bool on_hop_of(struct store *s, const struct transaction *invite, uint32_t message)
{
    const struct message *request = store_message(s, transaction_head(invite));
    const struct flow *ack = flow_at(s, message_at(s, message)->flow);
    const struct flow *hop = flow_at(s, request->flow);
    if (request->code) /* only responses are known: they came the other way */
        return addr_same_host(&hop->dst, &ack->src) || addr_same_host(&hop->src, &ack->dst);
    return addr_same_host(&hop->src, &ack->src) || addr_same_host(&hop->dst, &ack->dst);
}

static void acknowledge(struct store *s, uint32_t id, uint32_t message)
{
    struct transaction *txn = transaction_at(s, id);
    if (!txn->ack)
        txn->ack = message;
    if (txn->state == TXN_COMPLETED)
        set_state(s, id, TXN_CONFIRMED);
}

/* The ACK to a 2xx is a transaction of its own; it belongs to the call's INVITEs of its number. */
static void apply_own_ack(struct store *s, uint32_t id, uint32_t message)
{
    struct transaction *ack = transaction_at(s, id);
    uint32_t last = 0;
    int looked = 0;
    ack->state = TXN_COMPLETED;
    ack->ack = message;
    for (uint32_t t = call_at(s, ack->call)->first_txn; t && looked < LINK_LIMIT; looked++) {
        const struct transaction *invite = transaction_at(s, t);
        if (invite->method == SIP_INVITE && invite->cseq == ack->cseq) {
            last = t;
            if (on_hop_of(s, invite, message)) {
                ack->related = ack->related ? ack->related : t;
                acknowledge(s, t, message);
                store_tell(s, STORE_CHANGED, t);
            }
        }
        t = invite->next_in_call;
    }
    if (last && !ack->related) {
        ack->related = last;
        acknowledge(s, last, message);
        store_tell(s, STORE_CHANGED, last);
    }
}

static void apply_ack(struct store *s, uint32_t id, uint32_t message)
{
    struct transaction *txn = transaction_at(s, id);
    if (txn->method != SIP_ACK) {
        acknowledge(s, id, message);
        return;
    }
    if (!txn->request)
        txn->request = message;
    apply_own_ack(s, id, message);
}

static void link_cancel(struct store *s, uint32_t id, const struct sip_message *m)
{
    uint32_t invite = index_find(&s->transaction_index,
                                 transaction_key(m, SIP_INVITE, call_key_of(m)));
    /* Without a Call-ID the two are in different calls, and one may be evicted alone. */
    if (!invite || transaction_at(s, invite)->call != transaction_at(s, id)->call)
        return;
    transaction_at(s, id)->related = invite;
    transaction_at(s, invite)->related = id;
    store_tell(s, STORE_CHANGED, invite);
}

static bool same_hop(struct store *s, const struct transaction *a, const struct transaction *b)
{
    const struct flow *f = flow_at(s, message_at(s, a->request)->flow);
    const struct flow *g = flow_at(s, message_at(s, b->request)->flow);
    return f->src_host == g->src_host && f->dst_host == g->dst_host;
}

/* A request that follows one that was refused for its shape: that one is no failure. */
static void note_retry(struct store *s, uint32_t id)
{
    const struct transaction *txn = transaction_at(s, id);
    int looked = 0;
    for (uint32_t t = call_at(s, txn->call)->window; t && looked < LINK_LIMIT; looked++) {
        struct transaction *before = transaction_at(s, t);
        if (before->method == txn->method && before->cseq < txn->cseq && before->request &&
            before->final && sip_asks_for_more(before->code) && same_hop(s, before, txn) &&
            before->class != SIP_CLASS_CHALLENGE) {
            set_class(s, before, SIP_CLASS_CHALLENGE);
            store_tell(s, STORE_CHANGED, t);
        }
        t = before->next_in_call;
    }
}

static void apply_request(struct store *s, uint32_t id, uint32_t message,
                          const struct sip_message *m)
{
    struct transaction *txn = transaction_at(s, id);
    if (m->method_id == SIP_ACK) {
        apply_ack(s, id, message);
        return;
    }
    if (txn->request)
        return;
    txn->request = message;
    if (call_at(s, txn->call)->marks & CALL_ASKED_FOR_MORE)
        note_retry(s, id);
    if (m->method_id == SIP_CANCEL)
        link_cancel(s, id, m);
    if (m->method_id == SIP_INVITE) {
        queue_push(&s->patience, (struct queue_entry){ id, (uint32_t)txn->seq });
        store_due(s, txn->time_ns + PATIENCE_NS);
    }
}

static void apply_provisional(struct store *s, uint32_t id, uint32_t message, uint16_t code)
{
    struct transaction *txn = transaction_at(s, id);
    txn->provisional = message;
    if (txn->final)
        return;
    txn->code = code;
    if (txn->state == TXN_WAITING || txn->state == TXN_PROCEEDING)
        set_state(s, id, TXN_PROCEEDING);
}

/* The first final response decides, unless a 2xx follows from another branch of a fork. */
static void apply_final(struct store *s, uint32_t id, uint32_t message, uint16_t code)
{
    struct transaction *txn = transaction_at(s, id);
    if (txn->final && !(code < 300 && txn->code >= 300))
        return;
    txn->final = message;
    txn->code = code;
    if (sip_asks_for_more(code))
        call_at(s, txn->call)->marks |= CALL_ASKED_FOR_MORE;
    bool cancelled = txn->method == SIP_INVITE && code == 487 && txn->related;
    set_state(s, id, cancelled ? TXN_CANCELLED : txn->ack ? TXN_CONFIRMED : TXN_COMPLETED);
}

/* Answers that make dialogs with several To tags come from several branches of a fork (RFC 3261
 * §12.1). A failure may be a proxy's own, with a tag of its own. */
static void note_fork(struct transaction *txn, const struct sip_message *m)
{
    if (txn->method != SIP_INVITE || m->to_tag.n == 0 || m->code >= 300)
        return;
    uint32_t hash = (uint32_t)hash_span(6, m->to_tag) | 1;
    if (txn->to_tag && txn->to_tag != hash)
        txn->forked = true;
    txn->to_tag = hash;
}

void transaction_apply(struct store *s, uint32_t id, uint32_t message, const struct sip_message *m)
{
    if (sip_is_request(m)) {
        apply_request(s, id, message, m);
        return;
    }
    note_fork(transaction_at(s, id), m);
    if (m->code < 200)
        apply_provisional(s, id, message, m->code);
    else
        apply_final(s, id, message, m->code);
}

/* Timer F runs until the final response, Timer B of an INVITE until the first one. */
static bool timer_runs(const struct transaction *txn)
{
    return txn->state == TXN_WAITING || (txn->state == TXN_PROCEEDING && txn->method != SIP_INVITE);
}

/*
 * Takes the next transaction out of a queue whose entries are `wait_ns` old, and one off *most; 0: none
 * is, and store_due() knows when the first will be. What was evicted meanwhile goes unseen.
 */
static uint32_t take_due(struct store *s, struct queue *queue, int64_t wait_ns, size_t *most)
{
    while (queue->count > 0 && *most > 0) {
        struct queue_entry entry = queue_peek(queue, 0);
        const struct transaction *txn = transaction_at(s, entry.id);
        bool alive = txn->seq && (uint32_t)txn->seq == entry.stamp;
        if (alive && s->now_ns - txn->time_ns < wait_ns) {
            store_due(s, txn->time_ns + wait_ns);
            return 0;
        }
        queue_pop(queue, &entry);
        --*most;
        transaction_expect(s, queue);
        if (alive)
            return entry.id;
    }
    return 0;
}

/* An INVITE is looked at once: nearly all have more than 100 long before, and no timer any more. */
static void advance_patience(struct store *s, size_t *most)
{
    uint32_t id;
    while ((id = take_due(s, &s->patience, PATIENCE_NS, most)) != 0) {
        const struct transaction *txn = transaction_at(s, id);
        if (txn->state == TXN_WAITING)
            queue_push(&s->unanswered, (struct queue_entry){ id, (uint32_t)txn->seq });
        else if (txn->state == TXN_PROCEEDING && txn->code == 100)
            mark_call(s, txn->call, CALL_STUCK);
    }
}

static void advance_timers(struct store *s, struct queue *timers, size_t *most)
{
    uint32_t id;
    while ((id = take_due(s, timers, SIP_TIMEOUT_NS, most)) != 0) {
        const struct transaction *txn = transaction_at(s, id);
        if (timer_runs(txn)) {
            set_state(s, id, TXN_TIMED_OUT);
            mark_call(s, txn->call, CALL_SILENT);
            store_tell(s, STORE_CHANGED, id);
        }
    }
}

bool store_advance_some(struct store *s, int64_t now_ns, size_t most)
{
    if (now_ns > s->now_ns)
        s->now_ns = now_ns;
    if (s->now_ns < s->due_ns)
        return false;
    s->due_ns = INT64_MAX;
    advance_patience(s, &most);
    binding_advance(s);
    advance_timers(s, &s->timers, &most);
    advance_timers(s, &s->unanswered, &most);
    if (most == 0)
        s->due_ns = s->now_ns;
    return most == 0;
}

void store_advance(struct store *s, int64_t now_ns)
{
    store_advance_some(s, now_ns, SIZE_MAX);
}

void transaction_forget(struct store *s, uint32_t id)
{
    struct transaction *txn = transaction_at(s, id);
    if (transaction_open(txn))
        s->counts.open--;
    s->counts.live_transactions--;
    s->counts.live_marked -= txn->marked;
    index_remove(&s->transaction_index, txn->key, id);
    txn->seq = 0;
    pool_release(&s->transactions, id);
}

uint32_t transaction_head(const struct transaction *txn)
{
    return txn->request ? txn->request : txn->first;
}

int64_t transaction_rtt(const struct store *s, const struct transaction *txn)
{
    const struct message *request = store_message(s, txn->request);
    const struct message *final = store_message(s, txn->final);
    return request && final ? final->time_ns - request->time_ns : -1;
}

int64_t transaction_waited(const struct store *s, const struct transaction *txn)
{
    const struct message *request = store_message(s, txn->request);
    if (!request || txn->final)
        return transaction_rtt(s, txn);
    return txn->state == TXN_TIMED_OUT ? SIP_TIMEOUT_NS : store_now(s) - request->time_ns;
}

const char *transaction_state_name(uint8_t state)
{
    static const char *const names[TXN_STATES] = {
        [TXN_WAITING] = "waiting",     [TXN_PROCEEDING] = "proceeding",
        [TXN_COMPLETED] = "completed", [TXN_CONFIRMED] = "confirmed",
        [TXN_TIMED_OUT] = "timed-out", [TXN_CANCELLED] = "cancelled",
    };
    return state < TXN_STATES ? names[state] : "?";
}
