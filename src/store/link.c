/*
 * See link.h. An INVITE that begins a call knows the one before it that its host sent, and
 * that its receiver got; along these chains the other side of a B2BUA is found. Each leg has at
 * most one leg that it came from: the strongest reason decides, then the nearest in time.
 */
#include "store/link.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/text.h"
#include "base/tr.h"
#include "sip/fields.h"
#include "sip/sdp.h"
#include "store/kin.h"
#include "store/private.h"

#define SECOND_NS 1000000000LL
#define BEFORE_NS (SECOND_NS / 20) /* a leg out may be captured a little before the one in */
#define AFTER_NS (30 * SECOND_NS)  /* queues and announcements come before the leg out */
#define NEAR_NS (3 * SECOND_NS)    /* for reasons that may be chance */
#define LOOKS 500                  /* along a chain */
#define WINDOW 64                  /* transactions of a call that are looked at */
#define COMPARED 64                /* with their headers, those with another number */
#define NAMESAKES 16               /* INVITEs that name the same */
#define NUMBER_DIGITS 7            /* national and international forms agree in the end */

const char *link_reason_name(enum link_reason reason)
{
    static const char *const names[LINK_REASONS] = {
        [LINK_NONE] = N_("another leg"),        [LINK_SESSION_ID] = N_("Session-ID"),
        [LINK_HEADER] = N_("call id header"),   [LINK_REPLACES] = N_("Replaces or REFER"),
        [LINK_REDIRECT] = N_("redirection"),    [LINK_CHARGING] = N_("P-Charging-Vector"),
        [LINK_CALL_ID] = N_("similar Call-ID"), [LINK_SDP] = N_("same SDP"),
        [LINK_NUMBERS] = N_("same numbers"),
    };
    return tr(names[reason < LINK_REASONS ? reason : LINK_NONE]);
}

const char *link_reason_word(enum link_reason reason)
{
    static const char *const words[LINK_REASONS] = {
        [LINK_SESSION_ID] = "session-id",
        [LINK_HEADER] = "header",
        [LINK_REPLACES] = "replaces",
        [LINK_REDIRECT] = "redirect",
        [LINK_CHARGING] = "charging-id",
        [LINK_CALL_ID] = "call-id",
        [LINK_SDP] = "sdp",
        [LINK_NUMBERS] = "numbers",
    };
    return reason < LINK_REASONS ? words[reason] : NULL;
}

bool link_is_sure(enum link_reason reason)
{
    return reason > LINK_NONE && reason < LINK_SDP;
}

/* Learning */

/* The last digits of a telephone number, or all of a name. */
static struct span number_end(struct span user)
{
    size_t digits = 0;
    while (digits < user.n && digits <= NUMBER_DIGITS && ascii_digit(user.p[user.n - 1 - digits]))
        digits++;
    if (digits > NUMBER_DIGITS)
        return (struct span){ span_end(user) - NUMBER_DIGITS, NUMBER_DIGITS };
    return user;
}

/* What of an INVITE may be found in another one again, as hashes: 0 is nothing. */
struct link_keys {
    uint32_t txn, stamp; /* whose they are */
    uint32_t session[2]; /* Session-ID: local, remote */
    uint64_t call_id;    /* as call_key_of() */
    uint32_t begin, end; /* of the Call-ID: its first and last characters */
    uint64_t named;      /* as call_key_of(): the Call-ID in a header of link_headers */
    uint64_t replaced;
    uint32_t charging;
    uint32_t media, origin;
    uint32_t caller, callee;
    bool referred;
};

#define KIN_KEYS 5
#define KIN_KEY(kind, key) ((key) ? (uint64_t)(kind) << 32 | (key) : 0)

#define CACHED 4096 /* INVITEs whose keys are kept; a power of two */
#define CALL_ID_ENDS 10

struct links {
    struct link_keys keys[CACHED];
};

static uint32_t key_of(struct span s)
{
    return s.n ? (uint32_t)hash_span(12, s) | 1 : 0;
}

static uint64_t call_key(struct span call_id)
{
    return call_key_of(&(struct sip_message){ .call_id = call_id });
}

static bool zeros(struct span s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != '0')
            return false;
    return true;
}

/* `uuid;remote=uuid` (RFC 7989) */
static void read_session(struct link_keys *k, struct span value)
{
    const char *semicolon = span_find(value, ';');
    struct span local = semicolon ? span_make(value.p, semicolon) : value;
    struct span remote = sip_param(value, "remote");
    k->session[0] = local.n > 8 && !zeros(local) ? key_of(local) : 0;
    k->session[1] = remote.n > 8 && !zeros(remote) ? key_of(remote) : 0;
}

static void read_named(struct link_keys *k, struct span value)
{
    k->named = call_key(value);
}

static void read_replaced(struct link_keys *k, struct span value)
{
    const char *semicolon = span_find(value, ';');
    k->replaced = call_key(span_trim(semicolon ? span_make(value.p, semicolon) : value));
}

static void read_referred(struct link_keys *k, struct span value)
{
    k->referred = value.n > 0;
}

/* icid-value is the first parameter, without a value before it (RFC 7315) */
static void read_charging(struct link_keys *k, struct span value)
{
    const char *icid = span_search(value, "icid-value=");
    const char *end = icid ? memchr(icid, ';', (size_t)(span_end(value) - icid)) : NULL;
    if (icid)
        k->charging = key_of(span_make(icid, end ? end : span_end(value)));
}

static const struct {
    const char *header;
    void (*read)(struct link_keys *k, struct span value);
} link_headers[] = {
    { "Session-ID", read_session },
    { "Replaces", read_replaced },
    { "Referred-By", read_referred },
    { "P-Charging-Vector", read_charging },
    { "X-CID", read_named },
    { "X-Call-ID", read_named },
    { "X-CallID", read_named },
    { "X-Original-Call-ID", read_named },
    { "X-Parent-Call-ID", read_named },
    { "X-Leg-Call-ID", read_named },
    { "X-Correlation-ID", read_named },
    { "X-Genesys-CallUUID", read_named },
};

/* The site's own, see link_name_headers(): set once, before anything is read. */
static const char *own_headers[LINK_HEADERS];

void link_name_headers(char *const *names, size_t count)
{
    for (size_t i = 0; i < LINK_HEADERS; i++)
        own_headers[i] = i < count ? names[i] : NULL;
}

static void read_own_header(struct link_keys *k, struct span name, struct span value)
{
    for (size_t i = 0; i < LINK_HEADERS && own_headers[i]; i++)
        if (sip_header_same(name, own_headers[i]))
            read_named(k, value);
}

static void read_headers(struct link_keys *k, const struct sip_message *sip)
{
    struct span rest = sip->headers, name, value;
    while (sip_next_header(&rest, &name, &value)) {
        read_own_header(k, name, value);
        char first = ascii_lower(name.p[0]);
        if (first != 's' && first != 'r' && first != 'p' && first != 'x' && first != 'b')
            continue;
        for (size_t i = 0; i < sizeof link_headers / sizeof link_headers[0]; i++)
            if (sip_header_same(name, link_headers[i].header))
                link_headers[i].read(k, value);
    }
}

static bool names_leg(struct span name)
{
    for (size_t i = 0; i < LINK_HEADERS && own_headers[i]; i++)
        if (sip_header_same(name, own_headers[i]))
            return true;
    for (size_t i = 0; i < sizeof link_headers / sizeof link_headers[0]; i++)
        if (link_headers[i].read == read_named && sip_header_same(name, link_headers[i].header))
            return true;
    return false;
}

/* Whether the value of such a header is the Call-ID of the other leg, or stands in one of its own. */
static bool is_named(const struct sip_message *other, struct span wanted)
{
    struct span rest = other->headers, name, value;
    if (span_equal(other->call_id, wanted))
        return true;
    while (sip_next_header(&rest, &name, &value))
        if (span_equal(value, wanted) && names_leg(name))
            return true;
    return false;
}

static struct span header_naming(const struct sip_message *a, const struct sip_message *b)
{
    struct span rest = a->headers, name, value;
    while (sip_next_header(&rest, &name, &value))
        if (value.n && names_leg(name) && is_named(b, value))
            return name;
    return SPAN_NONE;
}

/* What an INVITE names, as keys of kin.h; how many. */
static size_t kin_keys(const struct link_keys *k, uint64_t keys[KIN_KEYS])
{
    size_t n = 0;
    const uint64_t all[KIN_KEYS] = { KIN_KEY(1, k->session[0]), KIN_KEY(1, k->session[1]),
                                     KIN_KEY(2, k->charging), k->named, k->replaced };
    for (size_t i = 0; i < KIN_KEYS; i++)
        if (all[i])
            keys[n++] = all[i];
    return n;
}

static void learn_kin(struct store *s, uint32_t id, const struct sip_message *sip)
{
    struct link_keys k = { 0 };
    uint64_t keys[KIN_KEYS];
    read_headers(&k, sip);
    size_t n = kin_keys(&k, keys);
    for (size_t i = 0; i < n; i++)
        kin_add(&s->kin, s, keys[i], id);
}

void link_learn(struct store *s, uint32_t id, const struct message *m,
                const struct sip_message *sip)
{
    struct transaction *txn = transaction_at(s, id);
    const struct flow *flow = flow_at(s, m->flow);
    struct span called = sip_glance_user(sip->uri);
    if (called.n)
        txn->number = (uint32_t)hash_span(10, number_end(called)) | 1;
    /* who sends a call on has not begun it: of a proxy nothing is looked through */
    if (flow->src_host && call_at(s, txn->call)->first_txn == id) {
        txn->sent_before = host_at(s, flow->src_host)->last_sent;
        host_at(s, flow->src_host)->last_sent = id;
    }
    if (flow->dst_host) {
        txn->received_before = host_at(s, flow->dst_host)->last_received;
        host_at(s, flow->dst_host)->last_received = id;
    }
    if (sip->traits & SIP_HAS_KIN || own_headers[0])
        learn_kin(s, id, sip);
}

static void read_call_id(struct link_keys *k, struct span id)
{
    const char *at = span_find(id, '@');
    struct span local = at ? span_make(id.p, at) : id;
    k->call_id = call_key(id);
    if (local.n < CALL_ID_ENDS)
        return;
    k->begin = key_of((struct span){ local.p, CALL_ID_ENDS });
    k->end = key_of((struct span){ span_end(local) - CALL_ID_ENDS, CALL_ID_ENDS });
}

/* A B2BUA that leaves the media alone passes origin, address and port on. */
static void read_sdp(struct link_keys *k, const struct sip_message *sip)
{
    struct sdp sdp;
    struct span body = sdp_of(sip);
    if (body.n == 0 || sdp_read(&sdp, body) < 0)
        return;
    k->origin = sdp.origin.n > 12 ? key_of(sdp.origin) : 0;
    if (sdp.media[0].port && sdp.media[0].address.n)
        k->media = (uint32_t)hash_span(sdp.media[0].port, sdp.media[0].address) | 1;
}

static void read_keys(const struct store *s, const struct transaction *txn, struct link_keys *k)
{
    struct sip_message sip;
    struct sip_address caller, callee;
    if (store_scan(s, txn->request, &sip) < 0)
        return;
    read_headers(k, &sip);
    read_call_id(k, sip.call_id);
    read_sdp(k, &sip);
    sip_read_address(sip.from, &caller);
    sip_read_uri(sip.uri, &callee);
    k->caller = caller.user.n ? key_of(number_end(caller.user)) : 0;
    k->callee = callee.user.n ? key_of(number_end(callee.user)) : 0;
}

/* Read once, as long as others do not push them out. */
static const struct link_keys *keys_of(const struct store *store, uint32_t id)
{
    struct store *s = (struct store *)store; /* a cache: nobody sees it change */
    const struct transaction *txn = store_transaction(s, id);
    if (!s->links && !(s->links = calloc(1, sizeof *s->links)))
        return NULL;
    struct link_keys *k = &s->links->keys[id & (CACHED - 1)];
    if (k->txn != id || k->stamp != (uint32_t)txn->seq) {
        *k = (struct link_keys){ .txn = id, .stamp = (uint32_t)txn->seq };
        read_keys(s, txn, k);
    }
    return k;
}

void link_free(struct store *s)
{
    free(s->links);
    s->links = NULL;
    kin_free(s->kin);
    s->kin = NULL;
}

static const struct flow *flow_of(const struct store *s, const struct transaction *txn)
{
    return store_flow(s, store_message(s, txn->request)->flow);
}

/* Comparing two INVITEs */

static bool same_key(uint64_t a, uint64_t b)
{
    return a && a == b;
}

static bool same_session(const struct link_keys *a, const struct link_keys *b)
{
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < 2; k++)
            if (same_key(a->session[i], b->session[k]))
                return true;
    return false;
}

static bool contains(struct span all, struct span part)
{
    return part.n >= 8 && part.n < all.n && memmem(all.p, all.n, part.p, part.n) != NULL;
}

static struct span local_part(struct span call_id)
{
    const char *at = span_find(call_id, '@');
    return at ? span_make(call_id.p, at) : call_id;
}

/* The keys say that it may be so; the texts decide. */
static bool similar_call_id(const struct store *s, const struct link_keys *a,
                            const struct link_keys *b)
{
    struct sip_message x, y;
    if (!same_key(a->begin, b->begin) && !same_key(a->end, b->end))
        return false;
    return store_scan(s, store_transaction(s, a->txn)->request, &x) == 0 &&
           store_scan(s, store_transaction(s, b->txn)->request, &y) == 0 &&
           (contains(x.call_id, local_part(y.call_id)) ||
            contains(y.call_id, local_part(x.call_id)));
}

/* Whether a REFER in the call of `a` asked for the number that `b` calls. */
static bool referred(const struct store *s, const struct transaction *a, const struct link_keys *b)
{
    struct sip_message refer;
    struct sip_address target;
    const struct call *call = store_call(s, a->call);
    for (uint32_t id = b->referred ? call->window : 0; id;) {
        const struct transaction *t = store_transaction(s, id);
        if (t->method == SIP_REFER && store_scan(s, t->request, &refer) == 0) {
            sip_read_address(sip_find_header(&refer, "Refer-To"), &target);
            if (target.user.n && same_key(key_of(number_end(target.user)), b->callee))
                return true;
        }
        id = t->next_in_call;
    }
    return false;
}

/* Whether the leg that an INVITE began had ended by then: refused, or hung up. */
static bool had_ended(const struct store *s, const struct transaction *txn, int64_t then_ns)
{
    const struct message *final = store_message(s, txn->final);
    if (!final || final->time_ns > then_ns)
        return false;
    if (txn->code / 100 != 2)
        return true;
    int looked = 0;
    for (uint32_t id = store_call(s, txn->call)->window; id && looked < WINDOW; looked++) {
        const struct transaction *t = store_transaction(s, id);
        if (t->method == SIP_BYE && t->time_ns <= then_ns)
            return true;
        id = t->next_in_call;
    }
    return false;
}

/*
 * Whether what two INVITEs have in common may be chance: two calls one after the other between the
 * same users, or two of one client side by side, which on one machine all have the same address.
 */
static bool unrelated(const struct store *s, const struct transaction *a,
                      const struct transaction *b)
{
    const struct flow *in = flow_of(s, a), *out = flow_of(s, b);
    return had_ended(s, a, b->time_ns - BEFORE_NS) ||
           (in->src_host == out->src_host && in->src.port == out->src.port);
}

/* Why the leg `b` may come from the leg `a`, `apart_ns` earlier. */
static enum link_reason compare(const struct store *s, const struct link_keys *a,
                                const struct link_keys *b, int64_t apart_ns)
{
    if (same_session(a, b))
        return LINK_SESSION_ID;
    if (same_key(a->named, b->named) || same_key(a->named, b->call_id) ||
        same_key(b->named, a->call_id))
        return LINK_HEADER;
    if (same_key(b->replaced, a->call_id) || referred(s, store_transaction(s, a->txn), b))
        return LINK_REPLACES;
    if (same_key(a->charging, b->charging))
        return LINK_CHARGING;
    if (similar_call_id(s, a, b))
        return LINK_CALL_ID;
    if (apart_ns > NEAR_NS ||
        unrelated(s, store_transaction(s, a->txn), store_transaction(s, b->txn)))
        return LINK_NONE;
    if (same_key(a->media, b->media) ||
        (same_key(a->origin, b->origin) && same_key(a->caller, b->caller)))
        return LINK_SDP;
    return same_key(a->caller, b->caller) && same_key(a->callee, b->callee) ? LINK_NUMBERS
                                                                            : LINK_NONE;
}

/* Following the chains */

static bool begins_call(const struct transaction *txn)
{
    return txn && txn->method == SIP_INVITE && txn->request;
}

static bool alone(const struct store *s, uint32_t call)
{
    const struct call *c = store_call(s, call);
    return !c || (c->marks & CALL_ALONE);
}

/* The next one back on a chain; a record that was used again is younger than its place says. */
static uint32_t step(const struct store *s, const struct transaction *txn, bool sent)
{
    uint32_t id = sent ? txn->sent_before : txn->received_before;
    const struct transaction *before = store_transaction(s, id);
    return begins_call(before) && before->seq < txn->seq ? id : 0;
}

/* Whether the call itself goes on at the host: a proxy keeps the Call-ID. */
static bool passes_through(const struct store *s, const struct transaction *txn, bool sent)
{
    uint32_t host = sent ? flow_of(s, txn)->src_host : flow_of(s, txn)->dst_host;
    int looked = 0;
    for (uint32_t id = store_call(s, txn->call)->window; id && looked < 16; looked++) {
        const struct transaction *t = store_transaction(s, id);
        if (t != txn && begins_call(t) && t->number &&
            host == (sent ? flow_of(s, t)->dst_host : flow_of(s, t)->src_host))
            return true;
        id = t->next_in_call;
    }
    return false;
}

static size_t add_call(uint32_t *ids, size_t n, size_t max, uint32_t call)
{
    for (size_t i = 0; i < n; i++)
        if (ids[i] == call)
            return n;
    if (n < max)
        ids[n++] = call;
    return n;
}

/* Whether one of the Contacts of a 3xx is this URI: the same user and host. */
static bool offers_target(const struct sip_message *answer, struct span uri)
{
    struct span rest = answer->headers, name, value, one;
    struct sip_address target, wanted;
    sip_read_uri(uri, &wanted);
    while (sip_next_header(&rest, &name, &value))
        while (sip_header_same(name, "Contact") && sip_next_value(&value, &one)) {
            sip_read_address(one, &target);
            if (span_equal(target.user, wanted.user) && span_same(target.host, wanted.host))
                return true;
        }
    return false;
}

/* Whether the client of `from` began the call `to` since it was redirected there: it may take a new
 * Call-ID for it (RFC 3261 §8.1.3.4). */
static bool redirects(const struct store *s, const struct transaction *from,
                      const struct transaction *to)
{
    struct sip_message answer, request;
    const struct message *final = from->code / 100 == 3 ? store_message(s, from->final) : NULL;
    return final && from->call != to->call && final->time_ns <= to->time_ns + BEFORE_NS &&
           to->time_ns - final->time_ns <= AFTER_NS && !alone(s, from->call) &&
           !alone(s, to->call) && store_scan(s, from->final, &answer) == 0 &&
           store_scan(s, to->request, &request) == 0 && offers_target(&answer, request.uri);
}

/* The call that its own client was redirected from. */
static uint32_t redirected_from(const struct store *s, uint32_t own)
{
    const struct transaction *txn = store_transaction(s, own);
    const struct host *host = store_host(s, flow_of(s, txn)->src_host);
    uint32_t id = host && host->redirected ? step(s, txn, true) : 0;
    for (int looks = 0; id && looks < LOOKS; looks++) {
        const struct transaction *t = store_transaction(s, id);
        if (txn->time_ns - t->time_ns > AFTER_NS)
            break;
        if (redirects(s, t, txn))
            return id;
        id = step(s, t, true);
    }
    return 0;
}

/* And the calls that the client of this one began instead. */
static size_t add_redirected(const struct store *s, uint32_t own, uint32_t *ids, size_t n,
                             size_t max)
{
    const struct transaction *txn = store_transaction(s, own);
    const struct host *host = store_host(s, flow_of(s, txn)->src_host);
    uint32_t id = host && txn->code / 100 == 3 ? host->last_sent : 0;
    for (int looks = 0; id && id != own && looks < LOOKS && n < max; looks++) {
        const struct transaction *t = store_transaction(s, id);
        if (!begins_call(t) || t->time_ns < txn->time_ns)
            break;
        if (redirects(s, txn, t))
            n = add_call(ids, n, max, t->call);
        id = step(s, t, true);
    }
    return n;
}

/* The INVITEs that name what this one names, or its Call-ID; and those that began the calls it names. */
static size_t namesakes(const struct store *s, const struct link_keys *k, uint32_t *ids, size_t max)
{
    uint64_t keys[KIN_KEYS];
    size_t n = 0, count = s->kin ? kin_keys(k, keys) : 0;
    for (size_t i = 0; i < count; i++)
        n += kin_find(s->kin, s, keys[i], ids + n, max - n);
    if (s->kin)
        n += kin_find(s->kin, s, k->call_id, ids + n, max - n);
    const uint64_t calls[] = { k->named, k->replaced };
    for (size_t i = 0; i < 2 && n < max; i++) {
        const struct call *call = store_call(s,
                                             calls[i] ? index_find(&s->call_index, calls[i]) : 0);
        if (call && begins_call(store_transaction(s, call->first_txn)))
            ids[n++] = call->first_txn;
    }
    return n;
}

/* A leg that headers name, wherever it went: the one before `own`. */
static uint32_t named_parent(const struct store *s, uint32_t own, const struct link_keys *mine,
                             enum link_reason *why)
{
    uint32_t ids[NAMESAKES], best = 0;
    const struct transaction *txn = store_transaction(s, own);
    size_t n = namesakes(s, mine, ids, NAMESAKES);
    for (size_t i = 0; i < n; i++) {
        const struct transaction *t = store_transaction(s, ids[i]);
        if (!begins_call(t) || t->call == txn->call || t->seq > txn->seq || alone(s, t->call))
            continue;
        const struct link_keys *k = keys_of(s, ids[i]);
        int64_t apart = txn->time_ns - t->time_ns;
        bool named = same_key(mine->named, k->call_id) || same_key(mine->replaced, k->call_id);
        enum link_reason reason = compare(s, k, mine, apart);
        if (apart > AFTER_NS && !named && reason != LINK_SESSION_ID)
            continue;
        if (link_is_sure(reason) && (!*why || reason < *why)) {
            *why = reason;
            best = ids[i];
        }
    }
    return best;
}

/* The leg that an INVITE came from: among those that its sender had received, else by its headers. */
static uint32_t parent_of(const struct store *s, uint32_t own, enum link_reason *why)
{
    const struct transaction *txn = store_transaction(s, own);
    const struct host *host = store_host(s, flow_of(s, txn)->src_host);
    struct link_keys mine;
    uint32_t best = 0;
    *why = LINK_REDIRECT;
    if ((best = redirected_from(s, own)) != 0)
        return best;
    *why = LINK_NONE;
    if (!host || (!host->last_received && !s->kin) || passes_through(s, txn, true))
        return 0;
    const struct link_keys *keys = keys_of(s, own);
    if (!keys)
        return 0;
    mine = *keys; /* the cache moves on */
    uint32_t id = host->last_received;
    for (int looks = 0, compared = 0; id && looks < LOOKS; looks++) {
        const struct transaction *t = store_transaction(s, id);
        if (!begins_call(t) || flow_of(s, t)->dst_host != flow_of(s, txn)->src_host ||
            txn->time_ns - t->time_ns > AFTER_NS)
            break;
        bool likely = t->number && t->number == txn->number;
        if (t->call != txn->call && t->time_ns <= txn->time_ns + BEFORE_NS && !alone(s, t->call) &&
            (likely || compared++ < COMPARED)) {
            enum link_reason reason = compare(s, keys_of(s, id), &mine, txn->time_ns - t->time_ns);
            if (reason && (!*why || reason < *why)) {
                *why = reason;
                best = id;
            }
        }
        id = step(s, t, false);
    }
    uint32_t named = named_parent(s, own, &mine, why);
    return named ? named : best;
}

/* The calls that name this one, or what it names, and came from it. */
static size_t add_namesakes(const struct store *s, uint32_t own, uint32_t *ids, size_t n,
                            size_t max)
{
    enum link_reason why;
    uint32_t near[NAMESAKES];
    const struct transaction *txn = store_transaction(s, own);
    const struct link_keys *keys = s->kin ? keys_of(s, own) : NULL;
    size_t count = keys ? namesakes(s, keys, near, NAMESAKES) : 0;
    for (size_t i = 0; i < count && n < max; i++) {
        const struct transaction *t = store_transaction(s, near[i]);
        if (!begins_call(t) || t->call == txn->call || t->seq < txn->seq || alone(s, t->call))
            continue;
        const struct transaction *parent = store_transaction(s, parent_of(s, near[i], &why));
        if (parent && parent->call == txn->call)
            n = add_call(ids, n, max, t->call);
    }
    return n;
}

/* The calls whose INVITEs came from this one: among those that its receiver sent. */
static size_t add_children(const struct store *s, uint32_t own, uint32_t *ids, size_t n, size_t max)
{
    const struct transaction *txn = store_transaction(s, own);
    const struct host *host = store_host(s, flow_of(s, txn)->dst_host);
    uint32_t id = host && !passes_through(s, txn, false) ? host->last_sent : 0;
    const struct link_keys *keys = id ? keys_of(s, own) : NULL;
    struct link_keys mine = keys ? *keys : (struct link_keys){ 0 };
    for (int looks = 0, compared = 0; keys && id && looks < LOOKS && n < max; looks++) {
        const struct transaction *t = store_transaction(s, id);
        enum link_reason why;
        if (!begins_call(t) || flow_of(s, t)->src_host != flow_of(s, txn)->dst_host ||
            t->time_ns < txn->time_ns - BEFORE_NS)
            break;
        bool likely = t->number && t->number == txn->number;
        int64_t apart = t->time_ns - txn->time_ns;
        if (t->call != txn->call && apart <= AFTER_NS && !alone(s, t->call) &&
            (likely || compared++ < COMPARED) && compare(s, &mine, keys_of(s, id), apart)) {
            const struct transaction *parent = store_transaction(s, parent_of(s, id, &why));
            if (parent && parent->call == txn->call)
                n = add_call(ids, n, max, t->call);
        }
        id = step(s, t, true);
    }
    return n;
}

static size_t add_neighbours(const struct store *s, uint32_t call, uint32_t *ids, size_t n,
                             size_t max)
{
    enum link_reason why;
    for (uint32_t id = store_call(s, call)->window; id && n < max;) {
        const struct transaction *t = store_transaction(s, id);
        if (begins_call(t) && t->number) {
            const struct transaction *parent = store_transaction(s, parent_of(s, id, &why));
            n = parent ? add_call(ids, n, max, parent->call) : n;
            n = add_children(s, id, ids, n, max);
            n = add_redirected(s, id, ids, n, max);
            n = add_namesakes(s, id, ids, n, max);
        }
        id = t->next_in_call;
    }
    return n;
}

size_t link_group(const struct store *s, uint32_t call, uint32_t *ids, size_t max)
{
    size_t n = 1;
    ids[0] = call;
    if (alone(s, call))
        return n;
    for (size_t i = 0; i < n && n < max; i++)
        n = add_neighbours(s, ids[i], ids, n, max);
    return n;
}

size_t link_legs(const struct store *s, uint32_t call, uint32_t *ids, size_t max)
{
    size_t n = link_group(s, call, ids, max);
    for (size_t i = 1; i < n; i++)
        for (size_t k = i; k > 0 && store_call(s, ids[k - 1])->seq > store_call(s, ids[k])->seq;
             k--) {
            uint32_t id = ids[k];
            ids[k] = ids[k - 1];
            ids[k - 1] = id;
        }
    return n;
}

static enum link_reason why_from(const struct store *s, uint32_t from, uint32_t to)
{
    enum link_reason why;
    for (uint32_t id = store_call(s, to)->window; id;) {
        const struct transaction *t = store_transaction(s, id);
        if (begins_call(t) && t->number) {
            const struct transaction *parent = store_transaction(s, parent_of(s, id, &why));
            if (parent && parent->call == from)
                return why;
        }
        id = t->next_in_call;
    }
    return LINK_NONE;
}

enum link_reason link_why(const struct store *s, uint32_t a, uint32_t b)
{
    if (!store_call(s, a) || !store_call(s, b) || alone(s, a) || alone(s, b))
        return LINK_NONE;
    enum link_reason why = why_from(s, a, b);
    return why ? why : why_from(s, b, a);
}

enum link_reason link_leg(const struct store *s, const uint32_t *ids, size_t n, size_t leg,
                          size_t *other)
{
    enum link_reason why = LINK_NONE;
    *other = 0;
    for (size_t i = 0; i < n && why == LINK_NONE; i++)
        if (i != leg && (why = link_why(s, ids[i], ids[leg])) != LINK_NONE)
            *other = i;
    return why;
}

struct span link_header(const struct store *s, uint32_t a, uint32_t b)
{
    struct sip_message x, y;
    const struct call *one = store_call(s, a), *other = store_call(s, b);
    const struct transaction *t = one ? store_transaction(s, one->first_txn) : NULL;
    const struct transaction *u = other ? store_transaction(s, other->first_txn) : NULL;
    if (!t || !u || store_scan(s, t->request, &x) < 0 || store_scan(s, u->request, &y) < 0)
        return SPAN_NONE;
    struct span name = header_naming(&y, &x);
    return name.n ? name : header_naming(&x, &y);
}

void link_put_reason(struct strbuf *out, const struct store *s, uint32_t a, uint32_t b, bool utf8)
{
    enum link_reason why = link_why(s, a, b);
    struct span header = why == LINK_HEADER ? link_header(s, a, b) : SPAN_NONE;
    struct strbuf name = STRBUF_INIT;
    if (header.n)
        text_visible(&name, header, utf8);
    else
        strbuf_text(&name, link_reason_name(why));
    strbuf_format(out, link_is_sure(why) ? _("joined by %s") : _("probably joined: %s"),
                  strbuf_str(&name));
    strbuf_free(&name);
}
