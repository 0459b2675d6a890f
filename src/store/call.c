/*
 * Calls (one Call-ID) and their legs (Call-ID and both tags, RFC 3261 §12). A call
 * is finished when none of its transactions is open and every answered INVITE leg
 * has seen its BYE; that decides what may be evicted first.
 */
#include "base/hash.h"
#include "sip/timers.h"
#include "store/private.h"

#define LEGS_OF_A_CALL 256
#define LEADING_LOOKED 1000

uint64_t call_key_of(const struct sip_message *m)
{
    return m->call_id.n ? hash_span(3, m->call_id) : 0;
}

uint32_t call_take(struct store *s, uint64_t key, int64_t time_ns)
{
    if (!key) /* strangers to each other: each is a call of its own */
        key = hash_number(2, s->next_seq);
    uint32_t id = index_find(&s->call_index, key);
    if (id)
        return id;
    id = pool_alloc(&s->calls);
    if (!id)
        return 0;
    if (index_add(&s->call_index, key, id) < 0) {
        pool_release(&s->calls, id);
        return 0;
    }
    struct call *call = call_at(s, id);
    call->key = key;
    call->seq = s->next_seq + 1;
    call->first_ns = call->last_ns = time_ns;
    s->counts.calls++;
    s->counts.live_calls++;
    /* without a place in the queue it would only be evicted with everything else */
    queue_push(&s->calls_queue, (struct queue_entry){ id, (uint32_t)call->seq });
    return id;
}

/* How many transactions just before it were the same request: on other hops, or in a loop. */
static void count_run(const struct transaction *before, struct transaction *txn)
{
    if (before->method == txn->method && before->cseq == txn->cseq && before->run < UINT8_MAX)
        txn->run = before->run + 1;
}

/* INFO is sent in such dialogs only (RFC 6086 §4), and so are PRACK and UPDATE (RFC 3262, RFC 3311). */
static bool goes_with_invite(uint8_t method)
{
    static const uint32_t methods = 1u << SIP_INVITE | 1u << SIP_ACK | 1u << SIP_BYE |
                                    1u << SIP_CANCEL | 1u << SIP_PRACK | 1u << SIP_UPDATE |
                                    1u << SIP_INFO;
    return methods >> method & 1;
}

static void begin_session(struct store *s, struct call *call)
{
    call->session = true;
    s->counts.sessions++;
    s->counts.live_sessions++;
}

void call_add_transaction(struct store *s, uint32_t id, uint32_t txn)
{
    struct call *call = call_at(s, id);
    if (!call->session && goes_with_invite(transaction_at(s, txn)->method))
        begin_session(s, call);
    if (call->last_txn) {
        count_run(transaction_at(s, call->last_txn), transaction_at(s, txn));
        transaction_at(s, call->last_txn)->next_in_call = txn;
    } else
        call->first_txn = txn;
    call->last_txn = txn;
    call->transactions++;
    call->window = call->transactions <= CALL_WINDOW
                       ? call->first_txn
                       : transaction_at(s, call->window)->next_in_call;
    if (transaction_open(transaction_at(s, txn)))
        call->open++;
}

/* Both directions of a dialog name the same pair of tags, the other way round. */
static uint64_t leg_key(const struct call *call, const struct sip_message *m)
{
    uint64_t a = hash_span(4, m->from_tag), b = hash_span(4, m->to_tag);
    return hash_number(call->key, a < b ? a * 31 + b : b * 31 + a);
}

/* A call has few legs: they are searched through. Beyond the limit no more are told apart. */
static struct leg *leg_take(struct store *s, uint32_t call_id, const struct sip_message *m)
{
    struct call *call = call_at(s, call_id);
    uint64_t key = leg_key(call, m);
    for (uint32_t id = call->first_leg; id; id = leg_at(s, id)->next_in_call)
        if (leg_at(s, id)->key == key)
            return leg_at(s, id);
    uint32_t id = call->legs < LEGS_OF_A_CALL ? pool_alloc(&s->legs) : 0;
    if (!id)
        return NULL;
    *leg_at(s, id) = (struct leg){ key, call_id, call->first_leg, LEG_EARLY, false };
    call->first_leg = id;
    call->legs++;
    s->counts.dialogs++;
    return leg_at(s, id);
}

/* Whether a response to this method makes a dialog (RFC 3261 §12.1, RFC 6665, RFC 3515). */
static bool makes_dialog(const struct sip_message *m)
{
    if (m->method_id == SIP_INVITE)
        return m->code > 100 && m->code < 300;
    return (m->method_id == SIP_SUBSCRIBE || m->method_id == SIP_REFER) && m->code >= 200 &&
           m->code < 300;
}

/* Whether a request with both tags runs inside a dialog; a REGISTER or OPTIONS may carry a stray tag. */
static bool runs_in_dialog(const struct sip_message *m)
{
    static const uint32_t outside = 1u << SIP_REGISTER | 1u << SIP_OPTIONS | 1u << SIP_PUBLISH |
                                    1u << SIP_MESSAGE | 1u << SIP_ACK | 1u << SIP_CANCEL |
                                    1u << SIP_OTHER;
    return m->code == 0 && !(outside >> m->method_id & 1);
}

static void confirm(struct call *call, struct leg *leg)
{
    if (leg->state != LEG_EARLY)
        return;
    leg->state = LEG_CONFIRMED;
    leg->invite = true;
    call->established++;
}

static void learn_leg(struct store *s, uint32_t call_id, const struct sip_message *m)
{
    if (m->from_tag.n == 0 || m->to_tag.n == 0 || !(makes_dialog(m) || runs_in_dialog(m)))
        return;
    struct leg *leg = leg_take(s, call_id, m);
    struct call *call = call_at(s, call_id);
    if (!leg)
        return;
    if (m->method_id == SIP_INVITE && m->code >= 200)
        confirm(call, leg);
    if (m->method_id == SIP_BYE && leg->state != LEG_ENDED) {
        if (leg->state == LEG_CONFIRMED && leg->invite)
            call->established--;
        leg->state = LEG_ENDED;
    }
}

void call_update(struct store *s, uint32_t id, const struct sip_message *m, int64_t time_ns)
{
    struct call *call = call_at(s, id);
    call->messages++;
    if (time_ns > call->last_ns)
        call->last_ns = time_ns;
    learn_leg(s, id, m);
}

/* Such an answer lets the client send its request again, with another CSeq; or it has. */
static bool sent_again(const struct transaction *t)
{
    return t->class == SIP_CLASS_CHALLENGE || t->class == SIP_CLASS_REDIRECT;
}

uint32_t call_leading(const struct store *store, const struct call *call)
{
    const struct transaction *first = store_transaction(store, call->first_txn), *best = first;
    uint32_t leading = call->first_txn, id = call->first_txn;
    for (int left = LEADING_LOOKED; id && left > 0; left--) {
        const struct transaction *t = store_transaction(store, id);
        if (t->method == first->method && t->cseq > best->cseq && sent_again(best)) {
            best = t;
            leading = id;
        }
        id = t->next_in_call;
    }
    return leading;
}

int64_t call_end_ns(const struct store *s, const struct call *call)
{
    if (!call_finished(call))
        return s->now_ns;
    bool silent = call->marks & CALL_SILENT;
    const struct transaction *t = silent ? store_transaction(s, call_leading(s, call)) : NULL;
    int64_t given_up = t && t->state == TXN_TIMED_OUT ? t->time_ns + SIP_TIMEOUT_NS : 0;
    return given_up > call->last_ns ? given_up : call->last_ns;
}
