/*
 * See statistics.h: the walk over all calls, and what is counted of each. A pass first learns when
 * there was traffic, then counts. Of a call the INVITEs that begin a session are followed as
 * attempts, one a sender: what was challenged is sent again, what was redirected is sent elsewhere.
 */
#include "diagnose/census.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/index.h"
#include "base/strbuf.h"

#define ATTEMPTS 16          /* senders of a call that are followed */
#define MESSAGES_LOOKED 1024 /* of a transaction; those beyond are counted at its begin */
#define CALLS_EXPECTED 4     /* so many further on, for each step */

/* What provisional responses told. */
struct status {
    int64_t ns; /* when the first but 100 came, 0: none did */
    bool rang;
};

/* A request that a sender may have to repeat: INVITE or REGISTER. */
struct attempt {
    struct census_item item; /* the one that stands for it now; its txn is a copy's */
    struct transaction txn;
    uint8_t method;
    bool first;       /* on the first hop of its call */
    int64_t begin_ns; /* when it was sent first */
    int64_t final_ns;
    uint32_t challenges;
    struct status status;
};

/* The call that is being walked. */
struct walk {
    uint32_t call;         /* 0: between two */
    uint64_t seq;          /* of the call, so that another one in its place is noticed */
    uint32_t next;         /* transaction */
    struct store_ref kept; /* the same between two slices: the store may have evicted it */
    struct attempt attempts[ATTEMPTS];
    unsigned nattempts;
    int64_t bye_ns; /* the first BYE; 0: none */
    bool bye_answered, up;
};

enum phase { PHASE_IDLE, PHASE_TIMES, PHASE_COUNT };

struct census {
    const struct store *store;
    struct statistics *now, *next;
    struct index index; /* of the groups of `next`, by their number from 1 */
    enum phase phase;
    uint32_t position; /* the call to begin with */
    struct walk walk;
    uint64_t version;
};

#define PLACES 3 /* where something is counted: the whole, a slot, a group */

static uint64_t group_key(uint32_t id, const void *arg)
{
    return ((const struct census *)arg)->next->groups[id - 1].key;
}

struct census *census_new(const struct store *store)
{
    struct census *c = mem_zero(sizeof *c);
    c->store = store;
    c->now = mem_zero(sizeof *c->now);
    c->next = mem_zero(sizeof *c->next);
    index_init(&c->index, group_key, c);
    return c;
}

void census_free(struct census *c)
{
    if (!c)
        return;
    index_destroy(&c->index);
    free(c->now);
    free(c->next);
    free(c);
}

/* ---- groups -------------------------------------------------------------------------------- */

static struct statistics_group *group_of(struct census *c, const struct census_item *item)
{
    char label[STATISTICS_LABEL];
    struct statistics *s = c->next;
    statistics_label(s->query.by, item, label);
    uint64_t key = hash_bytes(0, label, sizeof label);
    uint32_t id = index_find(&c->index, key);
    if (id)
        return &s->groups[id - 1];
    struct statistics_group *group =
        &s->groups[s->ngroups < STATISTICS_GROUPS ? s->ngroups : STATISTICS_GROUPS];
    if (s->ngroups > STATISTICS_GROUPS)
        return group;
    group->other = s->ngroups == STATISTICS_GROUPS;
    group->key = key;
    if (!group->other)
        memcpy(group->label, label, sizeof label);
    s->ngroups++;
    if (!group->other && index_add(&c->index, key, s->ngroups) < 0)
        s->ngroups--;
    return group;
}

/* Whether two hops of one request are told apart: then each counts in a group of its own. */
static bool by_hop(const struct census *c)
{
    return c->next->query.by == BY_DESTINATION || c->next->query.by == BY_SOURCE;
}

/* Where to count what began at `ns`; what is not on the `first` hop only in its own hop's group. */
static unsigned places_of(struct measures *places[PLACES], struct census *c,
                          const struct census_item *item, int64_t ns, bool first)
{
    unsigned n = 0;
    uint32_t slot;
    struct statistics *s = c->next;
    if (!statistics_slot_of(s, ns, &slot))
        return 0;
    if (first) {
        places[n++] = &s->total;
        places[n++] = &s->slots[slot];
    }
    if (s->query.by && (first || by_hop(c)))
        places[n++] = &group_of(c, item)->measures;
    return n;
}

/* ---- transactions ---------------------------------------------------------------------------- */

static void add_messages(struct census *c, struct measures *group, int64_t ns, uint32_t n)
{
    uint32_t slot;
    if (!statistics_slot_of(c->next, ns, &slot))
        return;
    c->next->total.messages += n;
    c->next->slots[slot].messages += n;
    if (group)
        group->messages += n;
}

/* Whether all its messages fall into one slot, as most do: then nobody needs to look at each. */
static bool in_one_slot(struct census *c, const struct transaction *t)
{
    uint32_t first, last;
    const struct message *m = store_message(c->store, t->last);
    return m && statistics_slot_of(c->next, t->time_ns, &first) &&
           statistics_slot_of(c->next, m->time_ns, &last) && first == last;
}

/* Counts its messages, and finds out when it was first said how it goes. */
static struct status count_messages(struct census *c, const struct transaction *t,
                                    struct measures *group)
{
    struct status status = { 0, false };
    bool at_once = in_one_slot(c, t);
    uint32_t id = t->last, left = t->messages;
    if (at_once)
        add_messages(c, group, t->time_ns, left);
    if (at_once && !(t->method == SIP_INVITE && t->provisional))
        return status;
    for (int looked = 0; id && left > 0 && looked < MESSAGES_LOOKED; looked++, left--) {
        const struct message *m = store_message(c->store, id);
        if (!at_once)
            add_messages(c, group, m->time_ns, 1);
        if (m->code > 100 && m->code < 200) {
            status.ns = m->time_ns; /* from the latest to the earliest */
            status.rang |= m->code == 180 || m->code == 183;
        }
        id = m->previous;
    }
    if (!at_once)
        add_messages(c, group, t->time_ns, left);
    return status;
}

static void take_example(struct statistics_group *group, const struct census_item *item)
{
    bool failed = sip_class_failed((enum sip_class)item->txn->class);
    if (failed || !group->example_failed)
        group->example = item->id;
    group->example_failed |= failed;
}

/* What is counted of every transaction, whatever its method. */
static void count_plain(struct census *c, const struct census_item *item,
                        struct statistics_group *group, struct measures *slot)
{
    const struct transaction *t = item->txn;
    struct measures *all[] = { &c->next->total, slot, group ? &group->measures : NULL };
    int64_t rtt = t->method == SIP_INVITE ? -1 : transaction_rtt(c->store, t);
    for (size_t i = 0; i < 3 && all[i]; i++) {
        all[i]->transactions++;
        all[i]->classes[t->class]++;
        if (rtt >= 0)
            spread_add(&all[i]->response, rtt);
    }
    if (group)
        take_example(group, item);
}

/* RFC 6076 §4.4: the time to the 2xx alone. */
static void count_bye(struct census *c, const struct census_item *item)
{
    const struct transaction *t = item->txn;
    struct walk *w = &c->walk;
    int64_t rtt = transaction_rtt(c->store, t);
    if (!w->bye_ns) {
        w->bye_ns = t->time_ns;
        w->bye_answered = t->final != 0;
    }
    if (rtt < 0 || t->class != SIP_CLASS_SUCCESS)
        return;
    struct measures *places[PLACES] = { NULL };
    unsigned n = places_of(places, c, item, t->time_ns, t->run == 0);
    for (unsigned i = 0; i < n; i++)
        spread_add(&places[i]->disconnect, rtt);
}

/* ---- attempts -------------------------------------------------------------------------------- */

/* 401, 402 and 407 ask for something more; they are no failures (RFC 6076 §4.2, §4.3.2). */
static bool asks_for_more(const struct transaction *t)
{
    return sip_class_of(t->code) == SIP_CLASS_CHALLENGE || t->code == 402;
}

static bool attempt_fails(const struct transaction *t)
{
    return t->class == SIP_CLASS_TIMEOUT || (t->final && t->code >= 400 && !asks_for_more(t));
}

/* No response at all stands for a 408 (RFC 3261 §8.1.3.1). */
static uint16_t attempt_code(const struct transaction *t)
{
    return t->class == SIP_CLASS_TIMEOUT ? 408 : t->final ? t->code : 0;
}

static bool one_of(uint16_t code, const uint16_t *codes)
{
    for (; *codes; codes++)
        if (code == *codes)
            return true;
    return false;
}

/* By the called user's will, at the called user's device, by a server or the network. */
static const uint16_t by_user[] = { 480, 486, 600, 603, 0 };
static const uint16_t after_ringing[] = { 408, 487, 0 };
static const uint16_t by_network[] = { 408, 500, 503, 504, 0 };

static void count_outcome(struct measures *m, const struct attempt *a)
{
    uint16_t code = attempt_code(&a->txn);
    bool answered = code >= 200 && code < 300;
    int64_t status_ns = a->status.ns ? a->status.ns : a->final_ns;
    m->attempts++;
    m->challenges += a->challenges;
    m->open += code == 0;
    m->redirected += code >= 300 && code < 400;
    m->answered += answered;
    m->effective += answered || one_of(code, by_user);
    m->delivered += answered || one_of(code, by_user) ||
                    (a->status.rang && one_of(code, after_ringing));
    m->ineffective += one_of(code, by_network);
    if (status_ns && answered)
        spread_add(&m->setup, status_ns - a->begin_ns);
    else if (status_ns && attempt_fails(&a->txn))
        spread_add(&m->setup_failed, status_ns - a->begin_ns);
}

/* The call that an attempt led to. */
static void count_session(struct measures *m, const struct walk *w, const struct attempt *a)
{
    bool ended = w->bye_ns >= a->final_ns && w->bye_ns;
    m->completed += ended && w->bye_answered;
    m->up += !ended && w->up;
    if (ended && w->bye_answered)
        spread_add(&m->duration, w->bye_ns - a->final_ns);
}

/* Adds for how long it was up, to each slot of that time. */
static void count_up(struct census *c, const struct walk *w, const struct attempt *a)
{
    struct statistics *s = c->next;
    int64_t end = w->bye_ns >= a->final_ns && w->bye_ns ? w->bye_ns : s->last_ns;
    int64_t from = a->final_ns > s->from_ns ? a->final_ns : s->from_ns;
    uint32_t slot;
    bool grouped = s->query.by && (a->first || by_hop(c));
    struct statistics_group *group = grouped ? group_of(c, &a->item) : NULL;
    while (from < end && statistics_slot_of(s, from, &slot)) {
        int64_t slot_end = s->from_ns + (int64_t)(slot + 1) * s->slot_ns;
        uint64_t up = (uint64_t)((end < slot_end ? end : slot_end) - from);
        if (group)
            group->measures.up_ns += up;
        if (a->first) {
            s->slots[slot].up_ns += up;
            s->total.up_ns += up;
        }
        from = slot_end;
    }
}

static void settle(struct census *c, struct attempt *a)
{
    const struct walk *w = &c->walk;
    struct measures *places[PLACES] = { NULL };
    unsigned n = places_of(places, c, &a->item, a->txn.time_ns, a->first);
    bool answered = a->final_ns && a->txn.class == SIP_CLASS_SUCCESS;
    for (unsigned i = 0; i < n; i++) {
        count_outcome(places[i], a);
        if (answered)
            count_session(places[i], w, a);
    }
    if (answered)
        count_up(c, w, a);
}

/* The attempt that a request goes on with: of the same sender, or the same two hosts. */
static struct attempt *attempt_of(struct census *c, const struct census_item *item, bool *fresh)
{
    struct walk *w = &c->walk;
    const struct attempt *first = NULL;
    *fresh = false;
    for (unsigned i = 0; i < w->nattempts; i++) {
        struct attempt *a = &w->attempts[i];
        if (a->method != item->txn->method)
            continue;
        first = first ? first : a;
        if (addr_same_host(&a->item.src, &item->src) &&
            (c->next->query.by != BY_DESTINATION || addr_same_host(&a->item.dst, &item->dst)))
            return a;
    }
    if (w->nattempts == ATTEMPTS)
        return NULL;
    struct attempt *a = &w->attempts[w->nattempts++];
    memset(a, 0, sizeof *a);
    a->method = item->txn->method;
    a->first = !first || addr_same_host(&first->item.src, &item->src);
    *fresh = true;
    return a;
}

/* The request stands for the attempt from now on. */
static void take_over(struct attempt *a, const struct census_item *item, struct status status)
{
    const struct message *final = store_message(item->store, item->txn->final);
    a->txn = *item->txn;
    a->item = *item;
    a->item.txn = &a->txn;
    a->final_ns = final ? final->time_ns : 0;
    if (!a->status.ns || (status.ns && status.ns < a->status.ns))
        a->status.ns = status.ns;
    a->status.rang |= status.rang;
}

/* Ends what the attempt was until now, since another INVITE of its sender follows. */
static void go_on(struct census *c, struct attempt *a, int64_t ns)
{
    bool redirected = a->txn.final && a->txn.code >= 300 && a->txn.code < 400;
    if (asks_for_more(&a->txn)) {
        a->challenges++;
    } else {
        settle(c, a);
        a->challenges = 0;
        a->begin_ns = redirected ? a->begin_ns : ns; /* the caller waits since then */
    }
    a->status = (struct status){ 0, false };
}

/* Whether an INVITE is for a new session; the store has noted the called number of most. */
static bool begins_session(const struct census_item *item)
{
    struct sip_message sip;
    const struct transaction *t = item->txn;
    if (t->number)
        return true;
    return t->request && store_scan(item->store, t->request, &sip) == 0 && sip.to_tag.n == 0;
}

/* Of several with one CSeq, on branches of a fork, the one that was answered stands for all. */
static void count_invite(struct census *c, const struct census_item *item, struct status status)
{
    const struct transaction *t = item->txn;
    bool fresh;
    struct attempt *a = begins_session(item) ? attempt_of(c, item, &fresh) : NULL;
    if (!a)
        return;
    if (fresh)
        a->begin_ns = t->time_ns;
    else if (t->cseq != a->txn.cseq)
        go_on(c, a, t->time_ns);
    else if (a->final_ns && a->txn.class == SIP_CLASS_SUCCESS)
        return;
    take_over(a, item, status);
}

static void count_registration(struct measures *m, const struct attempt *a,
                               const struct transaction *t)
{
    m->registers++;
    m->ineffective_registers += attempt_fails(t);
    if (a->final_ns && t->class == SIP_CLASS_SUCCESS)
        spread_add(&m->registration, a->final_ns - a->begin_ns);
}

/* RFC 6076 §4.1 and §4.2: the delay goes over the challenge, the share over all requests. */
static void count_register(struct census *c, const struct census_item *item)
{
    const struct transaction *t = item->txn;
    bool fresh;
    struct attempt *a = t->request ? attempt_of(c, item, &fresh) : NULL;
    if (!a)
        return;
    if (fresh || t->cseq == a->txn.cseq || !asks_for_more(&a->txn))
        a->begin_ns = t->time_ns;
    take_over(a, item, (struct status){ 0, false });
    struct measures *places[PLACES] = { NULL };
    unsigned n = places_of(places, c, item, t->time_ns, a->first);
    for (unsigned i = 0; i < n; i++)
        count_registration(places[i], a, t);
}

/* ---- the walk -------------------------------------------------------------------------------- */

static bool item_of(const struct store *store, uint32_t id, struct census_item *item)
{
    const struct transaction *t = store_transaction(store, id);
    const struct message *head = store_message(store, transaction_head(t));
    const struct flow *flow = head ? store_flow(store, head->flow) : NULL;
    if (!flow)
        return false;
    *item = (struct census_item){ store, t, id, flow->src, flow->dst };
    if (head->code) { /* a lone response came the other way */
        item->src = flow->dst;
        item->dst = flow->src;
    }
    return true;
}

static void count(struct census *c, uint32_t id)
{
    struct census_item item;
    struct statistics *s = c->next;
    uint32_t slot;
    if (!item_of(c->store, id, &item) ||
        (s->query.filter && !filter_match(s->query.filter, c->store, id)))
        return;
    bool inside = item.txn->method != SIP_ACK && statistics_slot_of(s, item.txn->time_ns, &slot);
    struct statistics_group *group = inside && s->query.by ? group_of(c, &item) : NULL;
    struct status status = count_messages(c, item.txn, group ? &group->measures : NULL);
    if (inside)
        count_plain(c, &item, group, &s->slots[slot]);
    if (item.txn->method == SIP_INVITE)
        count_invite(c, &item, status);
    else if (item.txn->method == SIP_REGISTER)
        count_register(c, &item);
    else if (item.txn->method == SIP_BYE)
        count_bye(c, &item);
}

/* Calls lie in order of time, and what belongs to them all over memory. */
static void expect_calls(const struct census *c)
{
    for (unsigned step = 0; step < STORE_EXPECT_STEPS; step++)
        store_expect_call(c->store, c->position + (STORE_EXPECT_STEPS - step) * CALLS_EXPECTED,
                          step);
}

static void begin_call(struct census *c, const struct call *call)
{
    struct walk *w = &c->walk;
    expect_calls(c);
    w->call = c->position;
    w->seq = call->seq;
    w->next = call->first_txn;
    w->nattempts = 0;
    w->bye_ns = 0;
    w->up = call->established > 0;
}

static void end_call(struct census *c)
{
    for (unsigned i = 0; i < c->walk.nattempts; i++)
        if (c->walk.attempts[i].method == SIP_INVITE)
            settle(c, &c->walk.attempts[i]);
    c->walk.call = 0;
    c->position++;
}

/* Counts the next transaction of the call. */
static void step(struct census *c)
{
    const struct transaction *t = store_transaction(c->store, c->walk.next);
    uint32_t id = c->walk.next;
    c->walk.next = t->next_in_call;
    store_expect_messages(c->store, c->walk.next);
    count(c, id);
    if (!c->walk.next)
        end_call(c);
}

/* After a pause: a call that went away meanwhile is forgotten. */
static void resume(struct census *c)
{
    struct walk *w = &c->walk;
    const struct call *call = w->call ? store_call(c->store, w->call) : NULL;
    if (!w->call || (call && call->seq == w->seq && store_transaction_find(c->store, w->kept)))
        return;
    w->call = 0;
    c->position++;
}

/* The first call not yet walked; NULL at the end. */
static const struct call *next_call(struct census *c, size_t *most)
{
    const struct call *call = NULL;
    uint32_t end = store_call_end(c->store);
    for (; *most > 0 && c->position < end; --*most) {
        call = store_call(c->store, c->position);
        if (call)
            break;
        c->position++;
    }
    return call;
}

static void take_time(struct statistics *s, int64_t ns)
{
    if (ns < 0 || ns > STATISTICS_LATEST)
        return;
    if (!s->any || ns < s->first_ns)
        s->first_ns = ns;
    if (!s->any || ns > s->last_ns)
        s->last_ns = ns;
    s->any = true;
}

static void learn_times(struct census *c, size_t *most)
{
    struct statistics *s = c->next;
    const struct call *call;
    for (; *most > 0 && (call = next_call(c, most)); c->position++) {
        take_time(s, call->first_ns);
        take_time(s, call->last_ns);
        --*most;
    }
    if (c->position < store_call_end(c->store))
        return;
    statistics_place(s);
    c->phase = PHASE_COUNT;
    c->position = 1;
}

static void finish(struct census *c)
{
    struct statistics *old = c->now;
    c->now = c->next;
    c->next = old;
    c->phase = PHASE_IDLE;
    c->version++;
}

void census_begin(struct census *c, const struct statistics_query *query)
{
    memset(c->next, 0, sizeof *c->next);
    c->next->query = *query;
    index_destroy(&c->index);
    index_init(&c->index, group_key, c);
    c->walk.call = 0;
    c->position = 1;
    c->phase = PHASE_TIMES;
}

bool census_work(struct census *c, size_t most)
{
    if (c->phase == PHASE_TIMES)
        learn_times(c, &most);
    resume(c);
    while (c->phase == PHASE_COUNT && most > 0) {
        const struct call *call = c->walk.call ? NULL : next_call(c, &most);
        if (call)
            begin_call(c, call);
        if (c->walk.call) {
            step(c);
            most -= most > 0;
        } else if (c->position >= store_call_end(c->store)) {
            finish(c);
        }
    }
    if (c->walk.call)
        c->walk.kept = store_transaction_ref(c->store, c->walk.next);
    return c->phase != PHASE_IDLE;
}

bool census_busy(const struct census *c)
{
    return c->phase != PHASE_IDLE;
}

const struct statistics *census_result(const struct census *c)
{
    return c->now;
}

const struct statistics *census_draft(const struct census *c)
{
    return c->next;
}

uint64_t census_version(const struct census *c)
{
    return c->version;
}
