/*
 * See binding.h. A user has few places here: the latest contacts. Deadlines stand in a heap,
 * which is asked whenever capture time moves.
 */
#include "store/binding.h"

#include <stdlib.h>

#include "base/deadline.h"
#include "base/hash.h"
#include "sip/fields.h"
#include "sip/reginfo.h"
#include "store/private.h"

#define USERS 200000 /* more are not learned: a bound, not an expectation */
#define CONTACTS 4   /* of one user */
#define SAME_NAME 16 /* addresses of record with one user part that are looked at */
#define LONGEST_S 31536000
#define SECOND_NS 1000000000LL

/* A contact and until when it is bound; what it was before the latest change is kept for questions
 * about the past. */
struct contact {
    uint64_t id;        /* hash of address of record and contact; 0: free */
    struct addr client; /* who sent the registration */
    uint32_t device;    /* hash of what it calls itself (RFC 5626), 0: nothing */
    uint32_t call, stamp;
    int64_t since_ns, until_ns; /* until_ns == since_ns: removed */
    int64_t before_ns;          /* the end of what held before since_ns, 0: nothing */
    bool unlisted;              /* a later 2xx to another contact did not list it */
};

struct lapse {
    uint32_t call, stamp;
    int64_t until_ns;
    bool unlisted;
};

/* An address of record. Those of one user part, at several hosts, stand in a list. */
struct user {
    uint64_t key, name;
    uint32_t next; /* of the same name, older */
    struct contact contacts[CONTACTS];
    bool echoes;        /* the registrar lists nobody but who asks, whatever RFC 3261 §10.3 says */
    struct lapse lapse; /* the latest that a later registration ended */
};

struct bindings {
    struct pool users;
    struct index index; /* by address of record */
    struct index names; /* the latest of each user part */
    struct deadlines due;
};

static uint64_t key_of_user(uint32_t id, const void *arg)
{
    return ((const struct user *)pool_at(arg, id))->key;
}

static uint64_t name_of_user(uint32_t id, const void *arg)
{
    return ((const struct user *)pool_at(arg, id))->name;
}

/* What an address of record is found by: as a whole, and by its user part alone. */
struct user_keys {
    uint64_t whole, name;
};

static struct user_keys keys_of(const struct sip_address *aor)
{
    uint64_t name = hash_span(8, aor->user);
    return (struct user_keys){ hash_span(name, sip_host_name(aor->host)), name };
}

static struct user *user_at(const struct bindings *b, uint32_t id)
{
    return pool_at(&b->users, id);
}

/* Learning */

static struct bindings *bindings_take(struct store *s)
{
    if (s->bindings)
        return s->bindings;
    s->bindings = calloc(1, sizeof *s->bindings);
    if (!s->bindings)
        return NULL;
    pool_init(&s->bindings->users, sizeof(struct user));
    index_init(&s->bindings->index, key_of_user, &s->bindings->users);
    index_init(&s->bindings->names, name_of_user, &s->bindings->users);
    return s->bindings;
}

/* Puts it before the others of its name. */
static void join_name(struct bindings *b, uint32_t id)
{
    struct user *u = user_at(b, id);
    uint32_t others = index_find(&b->names, u->name);
    if (others)
        index_remove(&b->names, u->name, others);
    u->next = others;
    index_add(&b->names, u->name, id); /* without a place there it is found by its whole address */
}

static uint32_t user_take(struct bindings *b, struct user_keys keys)
{
    uint32_t id = index_find(&b->index, keys.whole);
    if (id || b->users.live >= USERS)
        return id;
    id = pool_alloc(&b->users);
    if (!id)
        return 0;
    user_at(b, id)->key = keys.whole;
    user_at(b, id)->name = keys.name;
    if (index_add(&b->index, keys.whole, id) == 0) {
        join_name(b, id);
        return id;
    }
    pool_release(&b->users, id);
    return 0;
}

static bool same_uri(struct span a, struct span b)
{
    struct sip_address x, y;
    sip_read_address(a, &x);
    sip_read_address(b, &y);
    return span_equal(x.user, y.user) && span_same(x.host, y.host);
}

/* The request's own Contact among all that a 2xx lists; without a twin, its first if `any`. */
static struct span own_contact(const struct sip_message *response, struct span asked, bool any)
{
    struct span rest = response->headers, name, value, first = SPAN_NONE;
    while (sip_next_header(&rest, &name, &value)) {
        struct span list = value, one;
        while (sip_header_same(name, "Contact") && sip_next_value(&list, &one)) {
            if (asked.n && same_uri(one, asked))
                return one;
            first = first.n ? first : one;
        }
    }
    return any ? first : SPAN_NONE;
}

/* The seconds that a message names for a contact: the parameter, its Expires, or none. */
static bool expiry_of(struct span param, const struct sip_message *m, uint64_t *seconds)
{
    return span_number(param.n ? param : m->expires, LONGEST_S, seconds);
}

static bool expiry(struct span contact, const struct sip_message *m, uint64_t *seconds)
{
    return expiry_of(sip_param(contact, "expires"), m, seconds);
}

/* What the request asked for: it holds where the registrar names no time (RFC 3261 §10.3 step 7). */
static bool asked_for(const struct store *s, const struct transaction *txn, uint64_t *seconds)
{
    struct sip_message request;
    return txn->request && store_scan(s, txn->request, &request) == 0 &&
           expiry(request.contact, &request, seconds);
}

/* Instance and flow, which stay when the device gets another address: its new contact replaces the old. */
static uint32_t device_of(struct span contact)
{
    struct span instance = sip_param(contact, "+sip.instance");
    uint64_t hash = instance.n ? hash_span(hash_span(10, instance), sip_param(contact, "reg-id"))
                               : 0;
    return instance.n ? (uint32_t)hash | 1 : 0;
}

/* One device: it says so, it has the same address (a new port after a restart), or the same Call-ID. */
static bool same_device(const struct contact *old, const struct contact *fresh)
{
    if (!old->id)
        return false;
    if (old->device && fresh->device)
        return old->device == fresh->device;
    return addr_same_host(&old->client, &fresh->client) ||
           (old->call == fresh->call && old->stamp == fresh->stamp);
}

/* Its own place, that of the same device, a free one, or the oldest. */
static struct contact *place_for(struct user *u, const struct contact *fresh)
{
    struct contact *best = &u->contacts[0];
    for (int i = 0; i < CONTACTS; i++)
        if (u->contacts[i].id == fresh->id)
            return &u->contacts[i];
    for (int i = 0; i < CONTACTS; i++)
        if (same_device(&u->contacts[i], fresh))
            return &u->contacts[i];
    for (int i = 0; i < CONTACTS; i++)
        if (u->contacts[i].since_ns < best->since_ns)
            best = &u->contacts[i];
    return best;
}

static bool overdue(const struct contact *c, int64_t now_ns)
{
    return c->id && c->until_ns > c->since_ns && now_ns > c->until_ns + BINDING_GRACE_NS;
}

/*
 * What a 2xx does not list is bound no more: the phone may have moved, and its old address went with
 * it. Unless the registrar lists only who asks, as is seen when the other one refreshes all the same.
 */
static void note_listing(struct user *u, const struct contact *fresh, bool alone)
{
    for (int i = 0; i < CONTACTS; i++) {
        struct contact *c = &u->contacts[i];
        bool bound = fresh->since_ns < c->until_ns;
        bool settled = fresh->since_ns - c->since_ns > BINDING_GRACE_NS;
        if (c->unlisted && c->id == fresh->id && c->call == fresh->call)
            u->echoes = true;
        else if (alone && c->id != fresh->id && bound && settled)
            c->unlisted = true;
    }
    for (int i = 0; u->echoes && i < CONTACTS; i++)
        u->contacts[i].unlisted = false;
}

/* `fresh` has everything but what held before; `alone`: no other was listed. */
static void bind(struct store *s, uint32_t user, const struct contact *fresh, bool alone)
{
    struct user *u = user_at(s->bindings, user);
    note_listing(u, fresh, alone && fresh->until_ns > fresh->since_ns);
    struct contact *c = place_for(u, fresh);
    if (overdue(c, fresh->since_ns))
        u->lapse = (struct lapse){ c->call, c->stamp, c->until_ns, c->unlisted };
    int64_t before = c->id ? c->until_ns : 0;
    *c = *fresh;
    c->before_ns = before;
    if (c->until_ns <= c->since_ns)
        return;
    struct deadline end = { c->until_ns + BINDING_GRACE_NS + 1, user, (uint32_t)(c - u->contacts) };
    deadlines_push(&s->bindings->due, end);
    store_due(s, end.due_ns);
}

/* One of the contacts, or 0: all. */
static void unbind(struct user *u, uint64_t id, int64_t now_ns)
{
    for (int i = 0; i < CONTACTS; i++) {
        struct contact *c = &u->contacts[i];
        if (c->id && (id == 0 || c->id == id) && c->until_ns > now_ns) {
            c->before_ns = c->until_ns;
            c->since_ns = c->until_ns = now_ns;
        }
    }
}

static uint64_t contact_id(const struct sip_address *aor, struct span contact)
{
    struct sip_address at;
    sip_read_address(contact, &at);
    return hash_span(hash_span(hash_span(9, aor->host), at.user), at.host) | 1;
}

/* The one contact listed, for a time or not, is the one that was asked for, or known here already. */
static bool refreshes(struct store *s, uint32_t user, const struct transaction *txn,
                      const struct sip_message *response, uint64_t id, bool timed)
{
    const struct user *u = user_at(s->bindings, user);
    if (response->contacts != 1 || span_find(response->contact, ','))
        return false;
    if (txn->binds && timed)
        return true;
    for (int i = 0; i < CONTACTS; i++)
        if (u->contacts[i].id == id && u->contacts[i].call == txn->call)
            return true;
    return false;
}

void binding_learn(struct store *s, uint32_t id, const struct sip_message *response)
{
    const struct transaction *txn = transaction_at(s, id);
    const struct message *m = message_at(s, txn->final);
    struct sip_message request;
    struct sip_address aor;
    uint64_t seconds = 0, asked_s = 1;
    struct span contact = response->contact, expires = sip_param(contact, "expires");
    sip_read_address(response->to, &aor);
    if (!aor.user.n || !bindings_take(s))
        return;
    struct user_keys keys = keys_of(&aor);
    index_expect(&s->bindings->index, keys.whole);
    index_expect(&s->bindings->names, keys.name);
    uint64_t own = contact_id(&aor, contact);
    uint32_t user = user_take(s->bindings, keys);
    if (!user)
        return;
    if (!refreshes(s, user, txn, response, own, expires.n > 0)) {
        store_scan(s, txn->request, &request);
        if (txn->request && request.contact.n == 0)
            return; /* without a Contact it only asks */
        bool removes = txn->request && expiry(request.contact, &request, &asked_s) && asked_s == 0;
        contact = own_contact(response, request.contact, !removes);
        if (span_is(request.contact, "*") || (contact.n == 0 && response->contact.n == 0)) {
            unbind(user_at(s->bindings, user), 0, m->time_ns);
            return;
        }
        if (removes)
            contact = request.contact;
        own = contact_id(&aor, contact);
        expires = sip_param(contact, "expires");
    }
    if (asked_s != 0 && !expiry_of(expires, response, &seconds) && !asked_for(s, txn, &seconds))
        return;
    bind(s, user,
         &(struct contact){ .id = own,
                            .client = flow_at(s, m->flow)->dst,
                            .device = device_of(contact),
                            .call = txn->call,
                            .stamp = (uint32_t)call_at(s, txn->call)->seq,
                            .since_ns = m->time_ns,
                            .until_ns = m->time_ns + (int64_t)seconds * SECOND_NS },
         response->contacts == 1 && !span_find(response->contact, ','));
}

void binding_hear(struct store *s, const struct message *m, const struct sip_message *notify)
{
    struct reginfo info = reginfo_make(notify->body);
    struct sip_address aor;
    if (!s->bindings || !span_starts(notify->content_type, "application/reginfo+xml"))
        return;
    while (reginfo_next_ended(&info)) {
        sip_read_address(info.aor, &aor);
        uint32_t user = aor.user.n ? index_find(&s->bindings->index, keys_of(&aor).whole) : 0;
        if (user)
            unbind(user_at(s->bindings, user), info.contact.n ? contact_id(&aor, info.contact) : 0,
                   m->time_ns);
    }
}

void binding_advance(struct store *s)
{
    struct bindings *b = s->bindings;
    struct deadline d;
    while (b && deadlines_pop(&b->due, s->now_ns, &d) == 0) {
        const struct contact *c = &user_at(b, d.id)->contacts[d.stamp];
        const struct call *call = store_call(s, c->call);
        if (overdue(c, s->now_ns) && call && (uint32_t)call->seq == c->stamp)
            mark_call(s, c->call, CALL_LAPSED);
    }
    if (b)
        store_due(s, deadlines_next(&b->due));
}

void binding_free(struct store *s)
{
    if (!s->bindings)
        return;
    pool_destroy(&s->bindings->users);
    index_destroy(&s->bindings->index);
    index_destroy(&s->bindings->names);
    deadlines_free(&s->bindings->due);
    free(s->bindings);
    s->bindings = NULL;
}

size_t binding_bytes(const struct store *s)
{
    const struct bindings *b = s->bindings;
    return b ? b->users.live * b->users.record + index_bytes(&b->index) + index_bytes(&b->names) +
                   deadlines_bytes(&b->due)
             : 0;
}

/* Asking */

/*
 * The addresses of record that a request may be for, at most SAME_NAME: the one that it names, or
 * else, since calls name the host in other ways than registrations do, all of that user part.
 */
static size_t find_users(const struct store *s, const struct sip_address *who,
                         const struct user *found[SAME_NAME])
{
    const struct bindings *b = s->bindings;
    size_t n = 0;
    if (!b || !who->user.n)
        return 0;
    struct user_keys keys = keys_of(who);
    index_expect(&b->names, keys.name);
    uint32_t id = index_find(&b->index, keys.whole);
    if (id) {
        found[0] = user_at(b, id);
        return 1;
    }
    id = index_find(&b->names, keys.name);
    for (; id && n < SAME_NAME; id = found[n++]->next)
        found[n] = user_at(b, id);
    return n;
}

enum binding_state store_registered(const struct store *s, const struct sip_address *who,
                                    int64_t time_ns, int64_t *since)
{
    const struct user *found[SAME_NAME];
    size_t n = find_users(s, who, found);
    enum binding_state state = BINDING_UNKNOWN;
    *since = 0;
    for (size_t i = 0; i < n * CONTACTS; i++) {
        const struct contact *c = &found[i / CONTACTS]->contacts[i % CONTACTS];
        bool past = time_ns < c->since_ns;
        int64_t end = past ? c->before_ns : c->until_ns;
        if (!c->id || end == 0)
            continue;
        if (time_ns < end)
            return BINDING_ALIVE;
        if (end > *since) {
            *since = end;
            state = !past && c->since_ns == c->until_ns ? BINDING_REMOVED : BINDING_LAPSED;
        }
    }
    return state;
}

bool store_registers_from(const struct store *s, const struct sip_address *who,
                          const struct addr *host)
{
    const struct user *found[SAME_NAME];
    size_t n = find_users(s, who, found);
    for (size_t i = 0; i < n * CONTACTS; i++) {
        const struct contact *c = &found[i / CONTACTS]->contacts[i % CONTACTS];
        if (c->id && addr_same_host(&c->client, host) &&
            (host->port == 0 || host->port == c->client.port))
            return true;
    }
    return false;
}

static bool made_in(const struct store *s, uint32_t call, uint32_t id, uint32_t stamp)
{
    const struct call *c = store_call(s, id);
    return id == call && c && (uint32_t)c->seq == stamp;
}

/* The call's latest REGISTER that was accepted by then. */
static const struct message *accepted_in(const struct store *s, uint32_t call, int64_t time_ns)
{
    const struct message *found = NULL;
    const struct transaction *t;
    for (uint32_t id = store_call(s, call)->window; id; id = t->next_in_call) {
        t = store_transaction(s, id);
        const struct message *m = t->method == SIP_REGISTER && t->code / 100 == 2
                                      ? store_message(s, t->final)
                                      : NULL;
        if (m && m->time_ns <= time_ns && (!found || found->time_ns < m->time_ns))
            found = m;
    }
    return found;
}

const struct message *store_registration(const struct store *s, const struct sip_address *who,
                                         int64_t time_ns)
{
    const struct user *found[SAME_NAME];
    const struct message *latest = NULL;
    size_t n = find_users(s, who, found);
    for (size_t i = 0; i < n * CONTACTS; i++) {
        const struct contact *c = &found[i / CONTACTS]->contacts[i % CONTACTS];
        const struct message *m = c->id && made_in(s, c->call, c->call, c->stamp)
                                      ? accepted_in(s, c->call, time_ns)
                                      : NULL;
        if (m && (!latest || latest->time_ns < m->time_ns))
            latest = m;
    }
    return latest;
}

int64_t store_lapsed(const struct store *s, const struct sip_address *aor, uint32_t call,
                     bool *unlisted)
{
    const struct bindings *b = s->bindings;
    uint32_t id = b && aor->user.n ? index_find(&b->index, keys_of(aor).whole) : 0;
    const struct user *u = id ? user_at(b, id) : NULL;
    for (int i = 0; u && i < CONTACTS; i++) {
        const struct contact *c = &u->contacts[i];
        if (overdue(c, s->now_ns) && made_in(s, call, c->call, c->stamp)) {
            *unlisted = c->unlisted;
            return c->until_ns;
        }
    }
    if (!u || !made_in(s, call, u->lapse.call, u->lapse.stamp))
        return 0;
    *unlisted = u->lapse.unlisted;
    return u->lapse.until_ns;
}
