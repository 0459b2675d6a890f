/*
 * What a message shows that may need explaining, see mark.h. This runs for every message,
 * so a question is asked of the fields that the scan has found, and only where they may matter.
 */
#include "store/mark.h"

#include "base/hash.h"
#include "sip/fields.h"
#include "sip/scanner.h"
#include "sip/sdp.h"
#include "store/private.h"
#include "store/taught.h"

#define SECOND_NS 1000000000LL
#define SLOW_NS (2 * SECOND_NS) /* rule slow-response */
#define TIMER_SLACK_S 7         /* rule session-expired allows 5, and seconds are rounded here */
#define TRY_NS (5 * SECOND_NS)  /* rule auth-not-attempted */
#define COPIES_THAT_TELL 3
#define LOOP_RUN 2 /* the third transaction of one request */
#define SETTLE_NS SECOND_NS
#define CALLS_EXPECTED 3 /* so many places ahead in a queue of calls, for each step */

static bool still_meant(struct store *s, struct queue_entry entry)
{
    const struct call *call = call_at(s, entry.id);
    return call->seq && (uint32_t)call->seq == entry.stamp;
}

/* Entries of evicted calls go as others come, whether or not somebody takes them. */
static void drop_stale(struct store *s, struct queue *queue)
{
    struct queue_entry entry;
    for (int i = 0; i < 2 && queue->count && !still_meant(s, queue_peek(queue, 0)); i++)
        queue_pop(queue, &entry);
}

static void notice(struct store *s, uint32_t id, struct call *call)
{
    struct queue_entry entry = { id, (uint32_t)call->seq };
    drop_stale(s, &s->noticed[0]);
    if (queue_push(&s->noticed[0], entry) == 0)
        call->marks |= CALL_QUEUED;
}

void mark_call(struct store *s, uint32_t id, uint32_t marks)
{
    struct call *call = call_at(s, id);
    call->marks |= marks;
    if (((marks | (call->marks & ~(uint32_t)CALL_OF_ITS_MOMENT)) & CALL_WORTH_A_LOOK) &&
        !(call->marks & CALL_QUEUED) && !s->unmarked)
        notice(s, id, call);
}

/* Who takes a call soon will ask for what nobody has touched for a while; not of one whose mark has
 * gone, as of a challenge that was met. */
static void expect_calls(struct store *s, const struct queue *queue)
{
    for (unsigned step = 0; step < STORE_EXPECT_STEPS; step++) {
        size_t ahead = (STORE_EXPECT_STEPS - step) * CALLS_EXPECTED;
        uint32_t id = queue->count > ahead ? queue_peek(queue, ahead).id : 0;
        if (id && (step == 0 || (call_at(s, id)->marks & CALL_WORTH_A_LOOK)))
            store_expect_call(s, id, step);
    }
}

/* The next entry of a queue whose call lives and still bears a mark. */
static uint32_t take_noticed(struct store *s, struct queue *queue)
{
    struct queue_entry entry;
    while (queue_pop(queue, &entry)) {
        expect_calls(s, queue);
        struct call *call = call_at(s, entry.id);
        if (!still_meant(s, entry))
            continue;
        call->marks &= ~(uint32_t)CALL_QUEUED;
        if (call->marks & CALL_WORTH_A_LOOK)
            return entry.id;
    }
    return 0;
}

uint32_t store_attention(struct store *s, bool all)
{
    uint32_t id = take_noticed(s, &s->noticed[1]);
    if (id || (s->noticed[0].count == 0))
        return id;
    if (!all && s->now_ns < s->noticed_ns)
        return 0;
    struct queue swap = s->noticed[0];
    s->noticed[0] = s->noticed[1];
    s->noticed[1] = swap;
    s->noticed_ns = s->now_ns + SETTLE_NS;
    return take_noticed(s, &s->noticed[1]);
}

void store_set_marking(struct store *s, bool on)
{
    s->unmarked = !on;
}

bool store_call_waits(const struct store *s, uint32_t id)
{
    const struct call *call = store_call(s, id);
    return call && (call->marks & CALL_QUEUED);
}

void store_set_why(struct store *s, uint32_t id, uint8_t why)
{
    if (store_transaction(s, id))
        transaction_at(s, id)->why = why;
}

/* A message and what it belongs to, all at hand. */
struct sight {
    struct store *s;
    uint32_t id; /* of the transaction */
    const struct message *m;
    const struct sip_message *sip;
    const struct flow *flow;
    struct transaction *txn;
    struct call *call;
    const struct sdp_glance *sdp; /* of a message that is no copy */
};

/* Addresses */

/* Whether it begins as some address does that addr_private() knows; most of others are seen to. */
static bool may_be_private(struct span host)
{
    if (host.n < 5 || host.p[0] != '1')
        return host.n > 0 && memchr("10[f", host.p[0], 4) != NULL;
    switch (host.p[1]) {
    case '9':
        return host.p[4] == '1'; /* 192.168 */
    case '0':
    case '2':
    case '6':
    case '7':
        return true;
    default:
        return false;
    }
}

/* The host part of a Contact, From or Via value that is an address which only neighbours reach. */
static bool is_private(struct span host)
{
    struct addr a;
    return may_be_private(host) && addr_read(host, &a) == 0 && addr_private(&a);
}

static uint32_t host_hash(struct span uri_value)
{
    struct span host = sip_glance_host(uri_value);
    return host.n ? (uint32_t)hash_span(7, host) | 1 : 0;
}

/* A sender on the public network that names an address which is not. */
static uint32_t private_addresses(const struct sip_message *sip, const struct sdp_glance *sdp)
{
    bool found = is_private(sip_glance_host(sip->contact)) || is_private(sdp->first) ||
                 is_private(sdp->last) ||
                 (sip->vias == 1 && sip_is_request(sip) && is_private(sip->sent_by));
    return found ? CALL_PRIVATE : 0;
}

/* An answer whose Via tells its receiver how others see it. */
static void learn_lesson(struct store *s, const struct flow *flow, const struct message *m,
                         const struct sip_message *sip)
{
    if (store_taught(s, &flow->dst, INT64_MAX))
        return; /* only the first lesson counts */
    if (sip_param(sip->via, "received").n || sip_param(sip->via, "rport").n)
        store_teach(s, &flow->dst, m->time_ns);
}

/* SDP */

static uint32_t telephone_marks(const struct call *call, unsigned bits)
{
    if (!(bits & SDP_AUDIO))
        return 0;
    uint32_t one = bits & SDP_TELEPHONE ? CALL_HAS_TELEPHONE : CALL_LACKS_TELEPHONE;
    if ((bits & (SDP_TELEPHONE | SDP_TELEPHONE_WIDE)) == SDP_TELEPHONE_WIDE)
        return CALL_HAS_TELEPHONE | CALL_SDP_ODD; /* the other side may have none at this clock */
    uint32_t both = CALL_HAS_TELEPHONE | CALL_LACKS_TELEPHONE;
    return ((call->marks | one) & both) == both ? one | CALL_SDP_ODD : one;
}

static uint32_t sdp_marks(const struct call *call, unsigned bits)
{
    uint32_t odd = bits & (SDP_HOLE | SDP_SOME_OFF) ? CALL_SDP_ODD : 0;
    return odd | telephone_marks(call, bits);
}

/* Requests */

/*
 * Inside a dialog whose path was recorded, the caller's or callee's own request goes to the host
 * that the dialog came to it by, or left it by (RFC 3261 §12.2.1.1): the other end of the first
 * hop, as far as one of its ends sends.
 */
static bool may_leave_route(const struct sight *x)
{
    const struct call *call = x->call;
    if (!(call->marks & CALL_RECORD_ROUTED) || x->sip->vias != 1 || x->sip->to_tag.n == 0)
        return false;
    if (call->begun_further)
        return true; /* the first hop was captured late, or not at all */
    const struct flow *begun = flow_at(x->s, call->flow), *now = x->flow;
    if (now->src_host == now->dst_host)
        return true; /* only ports tell who is who */
    if (now->src_host == begun->src_host)
        return now->dst_host != begun->dst_host;
    if (now->src_host == begun->dst_host)
        return now->dst_host != begun->src_host;
    return now->dst_host != begun->dst_host;
}

static uint32_t ack_marks(const struct sight *x)
{
    if (!x->txn->related)
        return CALL_ACK_ODD;
    const struct transaction *invite = transaction_at(x->s, x->txn->related);
    if (invite->code >= 300)
        return CALL_ACK_ODD;
    uint32_t wanted = invite->target;
    return wanted && wanted != host_hash(x->sip->uri) ? CALL_ACK_ODD : 0;
}

/* "127.0.0.1", "[::1]" or "localhost" as the host of a URI: behind its '@' or scheme. */
static bool names_loopback(struct span contact)
{
    struct addr addr;
    struct span host = sip_glance_host(contact);
    if (span_starts(host, "127.") || span_starts(host, "["))
        return addr_read(host, &addr) == 0 && addr_loopback(&addr);
    return span_is(host, "localhost");
}

/* A registration as nearly all are: one contact, for a time. */
static bool binds_one(const struct sip_message *sip)
{
    if (sip->contacts != 1 || span_find(sip->contact, ',') || span_is(sip->contact, "*"))
        return false;
    struct span seconds = sip_param(sip->contact, "expires");
    if (seconds.n == 0)
        seconds = sip->expires;
    return !span_is(span_trim(seconds), "0");
}

/* Session timers (RFC 4028): the latest answer to an INVITE or UPDATE sets one, or none. */
static void learn_timer(struct call *call, const struct message *m, const struct sip_message *sip)
{
    uint64_t seconds = 0;
    sip_read_seconds(sip->session_expires, INT32_MAX, &seconds);
    call->timer_s = (uint32_t)seconds;
    call->timer_set_s = (int32_t)((m->time_ns - call->first_ns) / SECOND_NS);
}

/* Whether a BYE comes when the timer may have run out: at its end, or before it (§10). */
static bool timer_may_end(const struct call *call, const struct message *m)
{
    int64_t since = (m->time_ns - call->first_ns) / SECOND_NS - call->timer_set_s;
    int64_t full = call->timer_s, early = full / 3 < 32 ? full / 3 : 32;
    return full > 0 && since >= full - early - TIMER_SLACK_S && since <= full + TIMER_SLACK_S;
}

/* The agents that are no scanners are remembered: nearly all requests come from the same few. */
static bool is_scanner(struct store *s, const struct sip_message *sip)
{
    uint64_t key = hash_span(13, sip->agent), *place = &s->harmless[key % STORE_HARMLESS];
    if (*place == key)
        return sip_is_scanner(SPAN_NONE, sip->from);
    if (sip_is_scanner(sip->agent, sip->from))
        return true;
    *place = key;
    return false;
}

/* What a request shows of its method's own. */
static uint32_t method_marks(const struct sight *x)
{
    const struct sip_message *sip = x->sip;
    uint32_t marks = 0;
    switch (x->txn->method) {
    case SIP_ACK:
        marks |= ack_marks(x);
        break;
    case SIP_INVITE:
        if (sip->contact.n == 0)
            marks |= CALL_CONTACT;
        break;
    case SIP_CANCEL:
        marks |= CALL_CANCELLED;
        break;
    case SIP_BYE:
        if (timer_may_end(x->call, x->m))
            marks |= CALL_LONG_TIMED;
        if (sip->traits & SIP_HAS_REASON)
            marks |= CALL_BYE_REASON;
        break;
    case SIP_REGISTER:
        x->txn->binds = binds_one(sip);
        if (sip->contacts > 1 || names_loopback(sip->contact) || span_find(sip->contact, ','))
            marks |= CALL_LOOPBACK;
        break;
    case SIP_NOTIFY:
        if (span_starts(sip->content_type, "message/sipfrag"))
            marks |= CALL_TRANSFER;
        break;
    default:
        break;
    }
    return marks;
}

/* What the first request of a call shows. */
static uint32_t beginning_marks(const struct sight *x)
{
    x->call->begun_further = !(x->m->flags & MESSAGE_ONE_VIA);
    return x->sip->to_tag.n == 0 && is_scanner(x->s, x->sip) ? CALL_SCANNER : 0;
}

/* What the first copy of a request shows, when it makes a transaction. */
static uint32_t fresh_marks(const struct sight *x)
{
    struct transaction *txn = x->txn;
    uint32_t marks = method_marks(x);
    if (txn->run >= LOOP_RUN)
        marks |= CALL_LOOPING;
    if (x->call->first_txn == x->id)
        marks |= beginning_marks(x);
    if (x->s->backoffs && x->sip->to_tag.n == 0 && txn->method != SIP_CANCEL &&
        backoff_ignored(x->s, x->m))
        marks |= CALL_BACKOFF;
    if (may_leave_route(x))
        marks |= CALL_ROUTE_ODD;
    if (x->sip->traits & SIP_HAS_CREDENTIALS) {
        txn->credentials = true;
        if ((x->call->marks & CALL_CHALLENGED) && x->m->time_ns - x->call->last_ns > TRY_NS)
            marks |= CALL_TRIED_LATE;
        x->call->marks &= ~(uint32_t)CALL_CHALLENGED;
    }
    return marks;
}

/* Responses */

static uint32_t success_marks(const struct sight *x)
{
    struct transaction *txn = x->txn;
    uint32_t client = x->flow->dst_host;
    if (client &&
        (txn->method == SIP_INVITE || txn->method == SIP_REGISTER || txn->method == SIP_OPTIONS))
        host_at(x->s, client)->success_ns = x->m->time_ns;
    if (txn->method == SIP_REGISTER)
        binding_learn(x->s, x->id, x->sip);
    if (txn->method == SIP_SUBSCRIBE)
        return CALL_SUBSCRIBED;
    if (txn->method == SIP_INVITE || txn->method == SIP_UPDATE)
        learn_timer(x->call, x->m, x->sip);
    if (txn->method != SIP_INVITE)
        return 0;
    if (x->sip->contact.n == 0)
        return CALL_CONTACT;
    txn->target = host_hash(x->sip->contact);
    return 0;
}

static uint32_t final_marks(const struct sight *x)
{
    const struct transaction *txn = x->txn;
    const struct sip_message *sip = x->sip;
    uint32_t marks = 0;
    if (txn->method != SIP_INVITE && x->m->time_ns - txn->time_ns > SLOW_NS)
        marks |= CALL_SLOW;
    if (sip->code < 300)
        return marks | success_marks(x);
    if (sip_class_of(sip->code) == SIP_CLASS_CHALLENGE)
        return marks | (txn->credentials ? CALL_REFUSED : CALL_CHALLENGED);
    if (sip->code == 503 && (sip->traits & SIP_HAS_RETRY_AFTER))
        backoff_learn(x->s, x->m, sip);
    if (sip->code < 400 && txn->method == SIP_INVITE && x->flow->dst_host)
        host_at(x->s, x->flow->dst_host)->redirected = true;
    return marks | CALL_FAILED;
}

/* More bytes than Content-Length says, or a stream without one (RFC 3261 §18.3). */
static bool badly_framed(const struct sight *x)
{
    bool stream = x->flow->transport == TRANSPORT_TCP || x->flow->transport == TRANSPORT_TLS;
    bool badly = (x->m->flags & MESSAGE_MISFRAMED) || (x->sip->problems & SIP_BODY_LONG) ||
                 (stream && x->sip->content_length < 0);
    return badly && !(x->m->flags & MESSAGE_TRUNCATED);
}

/* The same bytes again of a request that nothing has answered: the rules count to three. */
static bool tells_nothing_new(const struct transaction *txn, const struct message *m)
{
    return m->code == 0 && (m->flags & MESSAGE_RETRANSMISSION) && txn->code == 0 &&
           txn->retransmissions > COPIES_THAT_TELL;
}

void mark_message(struct store *s, uint32_t id, uint32_t message, const struct sip_message *sip,
                  const struct sdp_glance *sdp)
{
    const struct message *m = message_at(s, message);
    struct transaction *txn = transaction_at(s, id);
    uint32_t marks = 0;
    if ((m->flags & MESSAGE_DUPLICATE) || tells_nothing_new(txn, m))
        return;
    struct sight x = { s, id, m, sip, flow_at(s, m->flow), txn, call_at(s, txn->call), sdp };
    if (sdp->bits)
        marks |= sdp_marks(x.call, sdp->bits);
    if (sip_is_request(sip)) {
        if (txn->request == message && sip->method_id == SIP_NOTIFY)
            binding_hear(s, m, sip);
        if (txn->request == message)
            marks |= fresh_marks(&x);
        else if (sip->method_id != SIP_ACK)
            marks |= CALL_REPEATED;
    } else if (txn->final == message) {
        marks |= final_marks(&x);
    } else if (sip->code >= 200 || (m->flags & MESSAGE_RETRANSMISSION)) {
        marks |= CALL_REPEATED;
    }
    if ((m->flags & MESSAGE_MALFORMED) || badly_framed(&x))
        marks |= CALL_PROBLEM;
    if (sip->traits & SIP_HAS_RECORD_ROUTE)
        marks |= CALL_RECORD_ROUTED;
    if (!x.flow->src_private)
        marks |= private_addresses(sip, x.sdp);
    if (sip->code && !x.flow->dst_private && sip->vias == 1)
        learn_lesson(s, x.flow, m, sip);
    mark_call(s, txn->call, marks);
}
