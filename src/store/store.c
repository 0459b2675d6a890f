/* The store's life, adding messages, and look-ups. See store.h. */
#include "store/store.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/heap.h"
#include "base/strbuf.h"
#include "sip/sdp.h"
#include "store/cut.h"
#include "store/link.h"
#include "store/looked.h"
#include "store/private.h"

/* What malloc adds to a copied packet. */
#define COPY_OVERHEAD 16
#define DIGEST_BYTES 64
#define BODY_EXPECTED 320 /* bytes of a body, as session descriptions mostly are long */
#define REGROUPED 32      /* calls of a group, when one goes or comes back */
#define LINKTYPE_RAW 101  /* from the IP header on, which export writes for a message apart */

static uint64_t key_of_transaction(uint32_t id, const void *arg)
{
    return ((const struct transaction *)pool_at(arg, id))->key;
}

static uint64_t key_of_call(uint32_t id, const void *arg)
{
    return ((const struct call *)pool_at(arg, id))->key;
}

static uint64_t key_of_flow(uint32_t id, const void *arg)
{
    return ((const struct flow *)pool_at(arg, id))->key;
}

static uint64_t key_of_host(uint32_t id, const void *arg)
{
    return ((const struct host *)pool_at(arg, id))->key;
}

struct store *store_new(size_t budget)
{
    struct store *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    pool_init(&s->messages, sizeof(struct message));
    pool_init(&s->transactions, sizeof(struct transaction));
    pool_init(&s->calls, sizeof(struct call));
    pool_init(&s->legs, sizeof(struct leg));
    pool_init(&s->flows, sizeof(struct flow));
    pool_init(&s->hosts, sizeof(struct host));
    index_init(&s->transaction_index, key_of_transaction, &s->transactions);
    index_init(&s->call_index, key_of_call, &s->calls);
    index_init(&s->flow_index, key_of_flow, &s->flows);
    index_init(&s->host_index, key_of_host, &s->hosts);
    agents_init(&s->agents);
    s->budget = budget;
    return s;
}

/* What free() will look at. */
static void expect_copy(struct store *s, uint32_t id)
{
    const struct message *m = id < s->messages.next ? message_at(s, id) : NULL;
    if (m && m->packet && (m->flags & MESSAGE_OWNED)) /* not one that has gone */
        fetch(m->packet - COPY_OVERHEAD);
}

/* Everything at once: only copied packets are not in the pools, so no record is unlinked. */
static void release_all(struct store *s)
{
    for (uint32_t id = 1; s->owned > 0 && id < s->messages.next; id++) {
        struct message *m = message_at(s, id);
        expect_copy(s, id + STORE_EXPECTED);
        if (m->flags & MESSAGE_OWNED)
            free((void *)m->packet);
    }
    s->owned = 0;
    s->nrecent = 0;
    events_free(s);
    queue_destroy(&s->timers);
    queue_destroy(&s->calls_queue);
    queue_destroy(&s->held);
    queue_destroy(&s->patience);
    queue_destroy(&s->unanswered);
    queue_destroy(&s->noticed[0]);
    queue_destroy(&s->noticed[1]);
    backoff_free(s);
    taught_free(s);
    link_free(s);
    joined_free(s);
    looked_free(s);
    binding_free(s);
    pool_destroy(&s->messages);
    pool_destroy(&s->transactions);
    pool_destroy(&s->calls);
    pool_destroy(&s->legs);
    pool_destroy(&s->flows);
    pool_destroy(&s->hosts);
    index_destroy(&s->transaction_index);
    index_destroy(&s->call_index);
    index_destroy(&s->flow_index);
    index_destroy(&s->host_index);
    agents_destroy(&s->agents);
}

void store_free(struct store *s)
{
    if (!s)
        return;
    release_all(s);
    free(s);
}

void store_clear(struct store *s)
{
    release_all(s);
    memset(&s->counts, 0, sizeof s->counts);
    s->now_ns = s->due_ns = 0;
    s->noticed_ns = 0;
    s->epoch++;
    store_tell(s, STORE_EVICTED, 0);
}

void store_observe(struct store *s, store_event_fn *fn, void *arg)
{
    s->observer = fn;
    s->observer_arg = arg;
}

void store_ask(struct store *s, const struct store_knowledge *knowledge, const void *arg)
{
    s->knowledge = knowledge;
    s->knowledge_arg = arg;
}

bool store_finding(const struct store *s, uint32_t txn, unsigned i, struct store_found *found)
{
    return s->knowledge && s->knowledge->finding(s->knowledge_arg, txn, i, found);
}

const char *store_outcome(const struct store *s, uint32_t call)
{
    return s->knowledge ? s->knowledge->outcome(s->knowledge_arg, call) : NULL;
}

bool store_call_failed(const struct store *s, uint32_t call)
{
    return s->knowledge && s->knowledge->failed(s->knowledge_arg, call);
}

void store_ask_endpoints(struct store *s, store_endpoint_fn *fn, void *arg)
{
    s->endpoints = fn;
    s->endpoints_arg = arg;
}

const struct store_endpoint *store_endpoint(const struct store *s, const struct addr *host)
{
    return s->endpoints ? s->endpoints(s->endpoints_arg, host) : NULL;
}

void store_ask_sources(struct store *s, store_source_fn *fn, const void *arg)
{
    s->sources = fn;
    s->sources_arg = arg;
}

struct span store_source_name(const struct store *s, uint16_t source)
{
    return SPAN(s->sources ? s->sources(s->sources_arg, source) : NULL);
}

void store_set_budget(struct store *s, size_t budget)
{
    s->budget = budget;
    s->unweighed = 0;
    store_evict(s);
}

static void count_other_method(struct store_counts *c, struct span method)
{
    char name[sizeof c->others[0].name];
    span_copy(method, name, sizeof name);
    for (int i = 0; i < STORE_OTHER_METHODS; i++) {
        if (c->others[i].count == 0)
            memcpy(c->others[i].name, name, sizeof name);
        if (strcmp(c->others[i].name, name) == 0) {
            c->others[i].count++;
            return;
        }
    }
    c->methods[SIP_OTHER]++;
}

static void count_message(struct store *s, const struct message *m, const struct sip_message *sip)
{
    struct store_counts *c = &s->counts;
    c->messages++;
    c->live_messages++;
    if (m->flags & MESSAGE_MALFORMED)
        c->malformed++;
    if (message_cut(m, sip))
        c->cut++;
    if (m->code)
        c->codes[m->code < 1000 ? m->code : 999]++;
    else if (m->method != SIP_OTHER)
        c->methods[m->method]++;
    else
        count_other_method(c, sip->method);
}

static int copy_bytes(struct store *s, struct message *m, const uint8_t *data, uint32_t n)
{
    uint8_t *copy = malloc(n ? n : 1);
    if (!copy)
        return -1;
    heap_grows(copy + n);
    memcpy(copy, data, n);
    s->owned += n + COPY_OVERHEAD;
    m->packet = copy;
    m->caplen = n;
    m->flags |= MESSAGE_OWNED;
    return 0;
}

/* A mapped packet is kept where it is; any other is copied, and of several the message alone. */
static int keep_bytes(struct store *s, struct message *m, const struct packet *packet,
                      const struct payload *payload)
{
    if (payload->apart) {
        m->flags |= MESSAGE_APART;
        m->seq = payload->seq;
        m->linktype = LINKTYPE_RAW;
        if (payload->marked.text && looked_leave(s, m, &payload->marked, payload->len) == 0)
            return 0;
        if (!payload_stays(packet, payload))
            return copy_bytes(s, m, payload->data, payload->len);
        m->packet = payload->data;
        m->caplen = payload->len;
        return 0;
    }
    m->origlen = packet->origlen;
    m->linktype = packet->linktype;
    m->payload_off = (uint32_t)(payload->data - packet->data);
    m->ip_off = (uint16_t)payload->ip_offset;
    if (!packet->mapped)
        return copy_bytes(s, m, packet->data, packet->caplen);
    m->packet = packet->data;
    m->caplen = packet->caplen;
    return 0;
}

void message_drop(struct store *s, uint32_t id)
{
    struct message *m = message_at(s, id);
    if (m->flags & MESSAGE_OWNED) {
        s->owned -= m->caplen + COPY_OVERHEAD;
        free((void *)m->packet);
    }
    m->packet = NULL;
    flow_drop(s, m->flow);
    pool_release(&s->messages, id);
}

/* What the sender did wrong: nothing that may lie in bytes which the capture left out. */
static uint32_t sender_problems(const struct payload *payload, const struct sip_message *sip)
{
    if (!payload->truncated)
        return sip->problems;
    if (sip->problems & SIP_NO_END)
        return sip->problems & SIP_BAD_START;
    return sip->problems & ~(uint32_t)SIP_BODY_SHORT;
}

/*
 * What messages of one transaction differ in, and no log changes: the start line, the To tag and how
 * long the body is said to be. Those that do not are compared as a whole.
 */
static uint32_t message_digest(const struct sip_message *sip)
{
    struct span start = sip->start_line;
    if (start.n > DIGEST_BYTES)
        start.n = DIGEST_BYTES;
    return hash_digest(start.p, start.n) + 31 * hash_digest(sip->to_tag.p, sip->to_tag.n) +
           (uint32_t)sip->content_length;
}

/* The headers never ended: what the sender put behind them is not known. */
static void note_cut(struct store *s, const struct message *m, const struct sip_message *sip)
{
    bool placed = sip->vias > 0 && sip->call_id.n > 0 && !(sip->problems & SIP_NO_CSEQ);
    uint32_t host = flow_at(s, m->flow)->src_host;
    if (!(sip->problems & SIP_NO_END))
        return;
    s->cut = true;
    if (host)
        host_at(s, host)->cut |= placed ? HOST_CUT_HEADERS : HOST_CUT_HEADERS | HOST_CUT_PLACE;
}

static int fill_message(struct store *s, struct message *m, const struct packet *packet,
                        const struct payload *payload, const struct sip_message *sip)
{
    if (keep_bytes(s, m, packet, payload) < 0) {
        flow_drop(s, m->flow);
        return -1;
    }
    m->time_ns = packet->time_ns;
    m->frame = packet->frame;
    m->source = packet->source;
    m->payload_len = payload->len;
    m->ip_id = payload->ip_id;
    if (payload->agent || packet->plain) {
        m->seq = flow_at(s, m->flow)->sent;
        flow_at(s, m->flow)->sent += payload->len;
    }
    m->digest = message_digest(sip);
    m->code = sip->code;
    m->method = sip->method_id;
    if (sender_problems(payload, sip) & SIP_MALFORMED)
        m->flags |= MESSAGE_MALFORMED;
    if (payload->truncated) {
        m->flags |= MESSAGE_TRUNCATED;
        note_cut(s, m, sip);
    }
    if (payload->fragmented)
        m->flags |= MESSAGE_FRAGMENTED;
    if (payload->misframed)
        m->flags |= MESSAGE_MISFRAMED;
    if (packet->plain)
        m->flags |= MESSAGE_LOGGED;
    if (payload->bare)
        m->flags |= MESSAGE_BARE;
    if (payload->assumed & ASSUMED_TIME)
        m->flags |= MESSAGE_TIME_ASSUMED;
    if (sip->to_tag.n > 0)
        m->flags |= MESSAGE_TO_TAG;
    if (sip->vias == 1)
        m->flags |= MESSAGE_ONE_VIA;
    if (sip->traits & SIP_HAS_REASON)
        m->flags |= MESSAGE_REASON;
    if (sip->traits & SIP_HAS_RETRY_AFTER)
        m->flags |= MESSAGE_RETRY_AFTER;
    if (sdp_of(sip).n > 0)
        m->flags |= MESSAGE_SDP;
    return 0;
}

static void append(struct store *s, uint32_t txn_id, uint32_t id)
{
    struct transaction *txn = transaction_at(s, txn_id);
    struct call *call = call_at(s, txn->call);
    call->flow = call->flow ? call->flow : message_at(s, id)->flow;
    message_at(s, id)->previous = txn->last;
    if (!txn->first)
        txn->first = id;
    txn->last = id;
    txn->messages++;
}

/* The scan leaves the body alone: its marks will be the first to read it. */
static void expect_body(const struct sip_message *sip)
{
    size_t n = sip->body.n < BODY_EXPECTED ? sip->body.n : BODY_EXPECTED;
    for (size_t i = 0; i < n; i += FETCH_BYTES)
        fetch(sip->body.p + i);
}

void store_expect(const struct store *s, const struct payload *payload,
                  const struct sip_message *sip, struct store_keys *keys)
{
    keys->flow = flow_key(payload);
    keys->call = call_key_of(sip);
    keys->transaction = transaction_key_of(sip, keys->call);
    keys->invite = sip_is_request(sip) && sip->method_id == SIP_ACK
                       ? transaction_key_acked(sip, keys->call)
                       : 0;
    if (!s->unmarked || link_may_join(sip))
        expect_body(sip);
    index_expect(&s->flow_index, keys->flow);
    index_expect(&s->transaction_index, keys->transaction);
    if (keys->invite)
        index_expect(&s->transaction_index, keys->invite);
    if (sip_is_request(sip))
        index_expect(&s->call_index, keys->call);
}

static bool known(const struct pool *pool, uint32_t id)
{
    return id != 0 && id < pool->next;
}

/* Both lines of the cache that a transaction has. */
static void fetch_transaction(const struct store *s, uint32_t id)
{
    const struct transaction *txn = pool_at(&s->transactions, id);
    fetch(txn);
    fetch(&txn->time_ns);
}

/* And those of a call, whose end its marks ask for. */
static void fetch_call(const struct store *s, uint32_t id)
{
    const struct call *call = pool_at(&s->calls, id);
    fetch(call);
    fetch(&call->flow);
}

/* The transaction that a message seems to belong to, 0: a new one. */
static uint32_t guess_transaction(const struct store *s, const struct store_keys *keys)
{
    uint32_t id = keys->invite ? index_guess(&s->transaction_index, keys->invite) : 0;
    return id ? id : index_guess(&s->transaction_index, keys->transaction);
}

void store_expect_records(const struct store *s, const struct store_keys *keys)
{
    uint32_t flow = index_guess(&s->flow_index, keys->flow);
    uint32_t txn = guess_transaction(s, keys);
    uint32_t call = txn ? 0 : index_guess(&s->call_index, keys->call);
    if (flow)
        fetch(pool_at(&s->flows, flow));
    if (txn)
        fetch_transaction(s, txn);
    if (call)
        fetch_call(s, call);
}

void store_expect_neighbours(const struct store *s, const struct store_keys *keys)
{
    uint32_t id = index_guess(&s->flow_index, keys->flow);
    uint32_t txn = guess_transaction(s, keys);
    uint32_t call = txn ? 0 : index_guess(&s->call_index, keys->call);
    const struct flow *flow = id ? pool_at(&s->flows, id) : NULL;
    /* the client: a new transaction comes from it, of another mostly an answer goes to it */
    uint32_t client = !flow ? 0 : txn ? flow->dst_host : flow->src_host;
    if (client)
        fetch(&((struct host *)pool_at(&s->hosts, client))->wait_until_ns);
    if (txn)
        fetch_call(s, ((struct transaction *)pool_at(&s->transactions, txn))->call);
    if (call)
        fetch_transaction(s, ((struct call *)pool_at(&s->calls, call))->last_txn);
}

static void expect_message(const struct store *s, uint32_t id)
{
    if (id)
        fetch(pool_at(&s->messages, id));
}

void store_expect_messages(const struct store *s, uint32_t id)
{
    const struct transaction *txn = known(&s->transactions, id) ? pool_at(&s->transactions, id)
                                                                : NULL;
    if (!txn)
        return;
    expect_message(s, txn->request);
    expect_message(s, txn->provisional);
    expect_message(s, txn->final);
    expect_message(s, txn->last);
    if (txn->next_in_call)
        fetch_transaction(s, txn->next_in_call);
}

static const struct message *request_of(const struct store *s, uint32_t txn)
{
    const struct transaction *t = known(&s->transactions, txn) ? pool_at(&s->transactions, txn)
                                                               : NULL;
    const struct message *m = t && t->request ? pool_at(&s->messages, t->request) : NULL;
    return m && m->packet ? m : NULL;
}

/* What is asked first of a request: who sent it to whom, and its first line. */
static void expect_request(const struct store *s, uint32_t txn)
{
    const struct message *m = request_of(s, txn);
    if (!m)
        return;
    const struct flow *flow = pool_at(&s->flows, m->flow);
    fetch(m->packet + m->payload_off);
    fetch(flow);
    fetch(&flow->sent);
}

/* And the hosts that sent it and got it. */
static void expect_hosts(const struct store *s, uint32_t txn)
{
    const struct message *m = request_of(s, txn);
    const struct flow *flow = m ? pool_at(&s->flows, m->flow) : NULL;
    if (flow && flow->src_host)
        fetch(pool_at(&s->hosts, flow->src_host));
    if (flow && flow->dst_host)
        fetch(pool_at(&s->hosts, flow->dst_host));
}

void store_expect_call(const struct store *s, uint32_t id, unsigned step)
{
    const struct call *call = known(&s->calls, id) ? pool_at(&s->calls, id) : NULL;
    if (!call)
        return;
    if (step == 0) {
        fetch_call(s, id);
    } else if (step == 1) {
        fetch_transaction(s, call->window);
    } else if (step == 2) {
        store_expect_messages(s, call->window);
    } else if (step == 3) {
        expect_request(s, call->window);
    } else {
        expect_hosts(s, call->window);
    }
}

/* What a message tells of its call: which others it may belong to, and what may need explaining. */
static void learn_message(struct store *s, uint32_t txn, uint32_t id, const struct sip_message *sip)
{
    static const struct sdp_glance nothing;
    const unsigned copy = MESSAGE_RETRANSMISSION | MESSAGE_DUPLICATE;
    const struct message *m = message_at(s, id);
    struct sdp_glance seen;
    bool joins = transaction_at(s, txn)->request == id && link_may_join(sip);
    bool described = (m->flags & (MESSAGE_SDP | copy)) == MESSAGE_SDP && (joins || !s->unmarked);
    if (described)
        sdp_glance(&seen, sdp_of(sip));
    if (joins)
        link_learn(s, txn, m, sip, described ? &seen : &nothing);
    if (!s->unmarked)
        mark_message(s, txn, id, sip, described ? &seen : &nothing);
}

uint32_t store_add(struct store *s, const struct packet *packet, const struct payload *payload,
                   const struct sip_message *sip, const struct store_keys *keys)
{
    uint32_t call;
    bool fresh;
    struct store_keys own;
    if (!keys) {
        store_expect(s, payload, sip, &own);
        keys = &own;
    }
    store_advance(s, packet->time_ns);
    uint32_t id = pool_alloc(&s->messages);
    if (!id)
        return 0;
    struct message *m = message_at(s, id);
    m->flow = flow_take(s, payload, keys->flow);
    if (!m->flow || fill_message(s, m, packet, payload, sip) < 0) {
        pool_release(&s->messages, id);
        return 0;
    }
    uint32_t txn = transaction_take(s, sip, keys, &call, packet->time_ns, &fresh);
    if (!txn) {
        message_drop(s, id);
        return 0;
    }
    m->transaction = txn;
    s->recent[s->nrecent++ % STORE_RECENT] = (struct store_recent){ id, m->flow };
    append(s, txn, id);
    count_message(s, m, sip);
    message_recognise(s, transaction_at(s, txn), m);
    if (!(m->flags & (MESSAGE_RETRANSMISSION | MESSAGE_DUPLICATE)))
        transaction_apply(s, txn, id, sip);
    learn_message(s, txn, id, sip);
    call_update(s, call, sip, packet->time_ns);
    store_tell(s, fresh ? STORE_ADDED : STORE_CHANGED, txn);
    events_of_message(s, keys->flow, packet->time_ns);
    store_evict(s);
    return id;
}

int64_t store_now(const struct store *s)
{
    return s->now_ns;
}

const struct store_counts *store_counts(const struct store *s)
{
    return &s->counts;
}

static size_t pool_used(const struct pool *pool)
{
    return (size_t)pool->live * (pool->record + sizeof(uint16_t));
}

size_t store_bytes(const struct store *s)
{
    return pool_used(&s->messages) + pool_used(&s->transactions) + pool_used(&s->calls) +
           pool_used(&s->legs) + pool_used(&s->flows) + pool_used(&s->hosts) +
           index_bytes(&s->host_index) + index_bytes(&s->transaction_index) +
           index_bytes(&s->call_index) + index_bytes(&s->flow_index) + queue_bytes(&s->timers) +
           queue_bytes(&s->calls_queue) + queue_bytes(&s->held) + queue_bytes(&s->patience) +
           queue_bytes(&s->unanswered) + queue_bytes(&s->noticed[0]) + queue_bytes(&s->noticed[1]) +
           binding_bytes(s) + link_bytes(s) + joined_bytes(s) + agents_bytes(&s->agents) +
           looked_bytes(s) + s->owned;
}

size_t store_budget(const struct store *s)
{
    return s->budget;
}

const struct message *store_message(const struct store *s, uint32_t id)
{
    const struct message *m = known(&s->messages, id) ? pool_at(&s->messages, id) : NULL;
    return m && m->packet ? m : NULL;
}

const struct transaction *store_transaction(const struct store *s, uint32_t id)
{
    const struct transaction *t = known(&s->transactions, id) ? pool_at(&s->transactions, id)
                                                              : NULL;
    return t && t->seq ? t : NULL;
}

const struct call *store_call(const struct store *s, uint32_t id)
{
    const struct call *c = known(&s->calls, id) ? pool_at(&s->calls, id) : NULL;
    return c && c->seq ? c : NULL;
}

const struct leg *store_leg(const struct store *s, uint32_t id)
{
    return known(&s->legs, id) ? pool_at(&s->legs, id) : NULL;
}

const struct flow *store_flow(const struct store *s, uint32_t id)
{
    return known(&s->flows, id) ? pool_at(&s->flows, id) : NULL;
}

const struct host *store_host(const struct store *s, uint32_t id)
{
    return known(&s->hosts, id) ? pool_at(&s->hosts, id) : NULL;
}

bool store_was_cut(const struct store *s)
{
    return s->cut;
}

/* The group of a call, whose calls are to be looked at again. */
static size_t regroup(struct store *s, uint32_t id, uint32_t *ids)
{
    size_t n = link_group(s, id, ids, REGROUPED);
    for (size_t i = 0; i < n; i++)
        mark_call(s, ids[i], CALL_REGROUPED);
    for (size_t i = 0; i < n; i++)
        joined_separate(s, ids[i]);
    return n;
}

/* Without the call the others may stand alone, or find legs that they would not have else. */
void store_separate(struct store *s, uint32_t id, bool alone)
{
    uint32_t joined[REGROUPED], apart[REGROUPED];
    if (!store_call(s, id))
        return;
    call_at(s, id)->marks &= ~(uint32_t)CALL_ALONE;
    link_forget(s);
    size_t n = regroup(s, id, joined);
    call_at(s, id)->marks |= CALL_ALONE;
    link_forget(s);
    for (size_t i = 0; i < n; i++)
        regroup(s, joined[i], apart);
    if (!alone)
        call_at(s, id)->marks &= ~(uint32_t)CALL_ALONE;
    link_forget(s);
}

struct store_ref store_transaction_ref(const struct store *s, uint32_t id)
{
    return (struct store_ref){ id, pool_generation(&s->transactions, id), s->epoch };
}

uint32_t store_transaction_find(const struct store *s, struct store_ref ref)
{
    bool same = ref.id && ref.epoch == s->epoch &&
                ref.generation == pool_generation(&s->transactions, ref.id);
    return same && store_transaction(s, ref.id) ? ref.id : 0;
}

uint32_t store_transaction_end(const struct store *s)
{
    return s->transactions.next;
}

uint32_t store_call_end(const struct store *s)
{
    return s->calls.next;
}

void store_mark(struct store *s, uint32_t id, bool marked)
{
    if (!store_transaction(s, id) || transaction_at(s, id)->marked == marked)
        return;
    transaction_at(s, id)->marked = marked;
    s->counts.live_marked += marked ? 1 : UINT64_MAX;
}

int message_scan(const struct store *s, const struct message *m, struct sip_message *sip)
{
    struct span bytes = message_payload(s, m);
    if (m->flags & MESSAGE_BARE)
        return sip_scan_bare(sip, bytes.p, bytes.n);
    return m->flags & MESSAGE_TRUNCATED ? sip_scan_part(sip, bytes.p, bytes.n)
                                        : sip_scan(sip, bytes.p, bytes.n);
}

struct span message_sent(const struct message *m, struct strbuf *room)
{
    const struct marked marked = { m->packet, m->caplen, m->marks };
    const struct span stored = { (const char *)m->packet + m->payload_off, m->payload_len };
    if (m->linktype != LINK_MARKED && !(m->flags & MESSAGE_BARE))
        return stored;
    strbuf_clear(room);
    if (m->linktype == LINK_MARKED)
        room->n += marks_undo(&marked, strbuf_room(room, m->payload_len + MARKS_SLACK),
                              m->payload_len);
    else
        strbuf_lines(room, stored);
    return strbuf_as_span(room);
}

int store_scan(const struct store *s, uint32_t id, struct sip_message *sip)
{
    const struct message *m = store_message(s, id);
    memset(sip, 0, sizeof *sip);
    return m ? message_scan(s, m, sip) : -1;
}
