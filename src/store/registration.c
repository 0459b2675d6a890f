/* See registration.h. */
#include "store/registration.h"

#include "base/hash.h"
#include "base/tr.h"
#include "sip/fields.h"

#define CONTACTS 32 /* of one message: a bound, not an expectation */
#define HOPS 8
#define BOUND_TOGETHER 64 /* bindings of one address of record that "*" removes */
#define LONGEST_S 31536000
#define SECOND_NS 1000000000LL

/* A REGISTER while it is looked at. */
struct look {
    struct ledger *ledger;
    uint32_t id;
    const struct transaction *txn;
    struct sip_message request, response; /* empty where there is none */
    uint64_t aor;                         /* hash */
    ledger_changed_fn *changed;
    void *arg;
};

/* The same request on further hops is no other. */
static bool concerns(const struct transaction *t)
{
    return t->method == SIP_REGISTER && t->run == 0;
}

/* Who is who */

static uint64_t aor_key(struct span to)
{
    struct sip_address a;
    sip_read_address(to, &a);
    return hash_span(hash_span(10, a.user), sip_host_name(a.host)) | 1;
}

/* An instance keeps its binding when its contact changes (RFC 5626 §6). */
static uint64_t binding_key(uint64_t aor, struct span contact)
{
    struct sip_address a;
    struct span instance = sip_param(contact, "+sip.instance");
    sip_read_address(contact, &a);
    if (instance.n)
        return hash_span(hash_span(hash_number(11, aor), instance), sip_param(contact, "reg-id"));
    return hash_span(hash_span(hash_number(12, aor), a.user), a.host);
}

/* Walks the Contact values of a message: *rest begins as its headers, *list empty. */
static bool next_contact(struct span *rest, struct span *list, struct span *contact)
{
    struct span name;
    while (!sip_next_value(list, contact)) {
        do {
            if (!sip_next_header(rest, &name, list))
                return false;
        } while (!sip_header_same(name, "Contact"));
    }
    return true;
}

/* The contact of a message that belongs to a binding; its only one if `lone`. */
static struct span contact_of(const struct sip_message *m, uint64_t aor, uint64_t key, bool lone)
{
    struct span rest = m->headers, list = SPAN_NONE, contact, first = SPAN_NONE;
    for (int n = 0; n < CONTACTS && next_contact(&rest, &list, &contact); n++) {
        if (binding_key(aor, contact) == key)
            return contact;
        lone = lone && n == 0;
        first = contact;
    }
    return lone ? first : SPAN_NONE;
}

static int contacts_in(const struct sip_message *m)
{
    struct span rest = m->headers, list = SPAN_NONE, contact;
    int n = 0;
    while (n < CONTACTS && next_contact(&rest, &list, &contact))
        n++;
    return n;
}

static bool expiry(struct span contact, const struct sip_message *m, uint64_t *seconds)
{
    struct span value = sip_param(contact, "expires");
    if (value.n == 0)
        value = span_trim(sip_find_header(m, "Expires"));
    return span_number(value, LONGEST_S, seconds);
}

/* What became of it */

static struct registration *record(struct look *l, uint64_t key, uint32_t *id)
{
    *id = ledger_take(l->ledger, key, l->aor, l->id);
    return ledger_at(l->ledger, *id);
}

static void grant(struct registration *r, int64_t now_ns, uint64_t seconds)
{
    r->result = seconds ? REGISTRATION_ACTIVE : REGISTRATION_REMOVED;
    r->expires_s = (uint32_t)seconds;
    r->until_ns = now_ns + (int64_t)seconds * SECOND_NS;
    r->refreshed_ns = now_ns;
    r->granted += seconds > 0;
}

/* The registrar's word counts, else what was asked for (RFC 3261 §10.3 step 7). */
static uint64_t granted_seconds(const struct look *l, uint64_t key, struct span asked)
{
    uint64_t seconds = 3600;
    struct span twin = contact_of(&l->response, l->aor, key, contacts_in(&l->request) == 1);
    if (expiry(asked, &l->request, &seconds) && seconds == 0)
        return 0;
    if (!twin.n || !expiry(twin, &l->response, &seconds))
        expiry(SPAN_NONE, &l->response, &seconds);
    return seconds;
}

static void decide(struct look *l, struct registration *r, struct span asked)
{
    const struct transaction *t = l->txn;
    const struct message *final = store_message(l->ledger->store, t->final);
    r->decided_seq = t->seq;
    r->code = t->code;
    if (t->class == SIP_CLASS_CHALLENGE)
        r->challenges++;
    else if (t->class == SIP_CLASS_SUCCESS && final)
        grant(r, final->time_ns, granted_seconds(l, r->head.key, asked));
    else
        r->result = final ? REGISTRATION_REFUSED : REGISTRATION_UNANSWERED;
}

/* "Contact: *" with Expires: 0 (RFC 3261 §10.2.2). */
static bool removes_all(const struct sip_message *request)
{
    return span_is(request->contact, "*");
}

static void apply(struct look *l, uint64_t key, struct span asked)
{
    uint32_t id;
    struct registration *r = record(l, key, &id);
    const struct transaction *t = l->txn;
    bool ended = t->final || t->state == TXN_TIMED_OUT;
    if (!r || t->seq < r->asked_seq || (t->seq == r->decided_seq && ended))
        return;
    r->asked_seq = t->seq;
    ledger_set_latest(l->ledger, &r->head, l->id);
    if (!removes_all(&l->request))
        r->named = r->head.latest;
    if (ended)
        decide(l, r, asked);
    l->changed(id, l->arg);
}

static void apply_all(struct look *l)
{
    uint32_t id = ledger_group(l->ledger, l->aor);
    for (int left = BOUND_TOGETHER; id && left > 0; left--) {
        struct registration *r = ledger_at(l->ledger, id);
        uint32_t next = r->head.next_in_group;
        if (r->result != REGISTRATION_REMOVED || r->asked_seq == l->txn->seq)
            apply(l, r->head.key, SPAN(";expires=0"));
        id = next;
    }
}

/* A 2xx lists all bindings (RFC 3261 §10.3 step 8): those of other clients, too. */
static void learn_listed(struct look *l)
{
    struct span rest = l->response.headers, list = SPAN_NONE, contact;
    const struct message *final = store_message(l->ledger->store, l->txn->final);
    bool lone = contacts_in(&l->request) == 1 && contacts_in(&l->response) == 1; /* rewritten */
    for (int n = 0; !lone && n < CONTACTS && next_contact(&rest, &list, &contact); n++) {
        uint64_t seconds, key = binding_key(l->aor, contact);
        uint32_t id;
        if (contact_of(&l->request, l->aor, key, false).n ||
            !expiry(contact, &l->response, &seconds) || seconds == 0)
            continue;
        struct registration *r = record(l, key, &id);
        if (!r || l->txn->seq < r->asked_seq)
            continue;
        if (r->asked_seq == 0) {
            ledger_set_latest(l->ledger, &r->head, l->id);
            r->named = r->head.latest;
        }
        r->result = REGISTRATION_ACTIVE;
        r->until_ns = final->time_ns + (int64_t)seconds * SECOND_NS;
        l->changed(id, l->arg);
    }
}

static void look_at(struct ledger *ledger, uint32_t id, ledger_changed_fn *changed, void *arg)
{
    struct look l = { .ledger = ledger, .id = id, .changed = changed, .arg = arg };
    struct span rest, list = SPAN_NONE, contact;
    l.txn = store_transaction(ledger->store, id);
    store_scan(ledger->store, l.txn->request, &l.request);
    store_scan(ledger->store, l.txn->final, &l.response);
    l.aor = aor_key(l.txn->request ? l.request.to : l.response.to);
    if (removes_all(&l.request)) {
        apply_all(&l);
        return;
    }
    rest = l.request.headers;
    for (int n = 0; n < CONTACTS && next_contact(&rest, &list, &contact); n++)
        apply(&l, binding_key(l.aor, contact), contact);
    if (l.txn->class == SIP_CLASS_SUCCESS)
        learn_listed(&l);
}

const struct ledger_ops registration_ledger = { sizeof(struct registration), concerns, look_at };

/* Asking */

enum registration_state registration_state(const struct registration *r, int64_t now_ns)
{
    if (r->result != REGISTRATION_PENDING && r->result != REGISTRATION_ACTIVE)
        return r->result;
    if (r->until_ns == 0)
        return REGISTRATION_PENDING;
    return now_ns < r->until_ns ? REGISTRATION_ACTIVE : REGISTRATION_EXPIRED;
}

const char *registration_state_name(enum registration_state state)
{
    static const char *const names[REGISTRATION_STATES] = {
        N_("pending"), N_("active"), N_("expired"), N_("removed"), N_("refused"), N_("no answer"),
    };
    return names[state];
}

static struct span user_and_host(struct span value)
{
    struct sip_address a;
    sip_read_address(value, &a);
    return sip_user_at_host(&a);
}

void registration_words(const struct ledger *l, const struct registration *r,
                        struct registration_words *words)
{
    struct sip_message sip = { 0 };
    const struct transaction *t = store_transaction(l->store, ledger_latest(l, &r->head));
    *words = (struct registration_words){ 0 };
    if (!t || store_scan(l->store, transaction_head(t), &sip) < 0)
        return;
    words->aor = user_and_host(sip.to);
    if (r->asked_seq)
        words->agent = sip_find_header(&sip, "User-Agent");
    t = store_transaction(l->store, store_transaction_find(l->store, r->named));
    struct span contact = SPAN_NONE;
    if (t && store_scan(l->store, t->request, &sip) == 0)
        contact = contact_of(&sip, r->head.group, r->head.key, false);
    if (t && !contact.n && store_scan(l->store, t->final, &sip) == 0)
        contact = contact_of(&sip, r->head.group, r->head.key, false);
    words->contact = user_and_host(contact);
    words->instance = sip_param(contact, "+sip.instance");
    words->reg_id = sip_param(contact, "reg-id");
}

int registration_ends(const struct ledger *l, const struct registration *r, struct addr *client,
                      struct addr *registrar)
{
    const struct transaction *t = store_transaction(l->store, ledger_latest(l, &r->head));
    const struct message *m = t ? store_message(l->store, transaction_head(t)) : NULL;
    if (!m)
        return -1;
    const struct flow *flow = store_flow(l->store, m->flow);
    *client = !r->asked_seq ? (struct addr){ 0 } : m->code ? flow->dst : flow->src;
    *registrar = m->code ? flow->src : flow->dst;
    for (int hop = 0; hop < HOPS; hop++) {
        const struct transaction *next = store_transaction(l->store, t->next_in_call);
        if (!next || next->method != t->method || next->cseq != t->cseq || !next->request)
            break;
        t = next;
        *registrar = store_flow(l->store, store_message(l->store, t->request)->flow)->dst;
    }
    return 0;
}
