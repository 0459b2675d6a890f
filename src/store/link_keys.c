/*
 * What link.c compares: of an INVITE that begins a call whatever may be found again in the INVITE
 * that a B2BUA makes of it, of a REFER whatever its target may say of it.
 */
#include <stdlib.h>

#include "base/hash.h"
#include "net/addr.h"
#include "sip/fields.h"
#include "sip/sdp.h"
#include "store/kin.h"
#include "store/likenesses.h"
#include "store/link_private.h"

#define NUMBER_DIGITS 7 /* national and international forms agree in the end */
#define CALL_ID_ENDS 10
#define NAME_MOST 256 /* bytes of a Call-ID in a URI */

#define CACHED 4096 /* INVITEs whose keys are kept; a power of two */
struct links {
    struct link_keys keys[CACHED];
    struct link_parent parents[CACHED];
};

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

static uint32_t key_of(struct span s)
{
    return s.n ? (uint32_t)hash_span(12, s) | 1 : 0;
}

static uint64_t call_key(struct span call_id)
{
    return call_key_of(&(struct sip_message){ .call_id = call_id });
}

/* Headers */

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

/* `call-id;to-tag=...` (RFC 3891, RFC 3911) */
static void read_replaced(struct link_keys *k, struct span value)
{
    const char *semicolon = span_find(value, ';');
    k->replaced = call_key(span_trim(semicolon ? span_make(value.p, semicolon) : value));
}

static void read_referred(struct link_keys *k, struct span value)
{
    struct sip_address by;
    sip_read_address(value, &by);
    k->referrer = key_of(sip_user_at_host(&by));
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
    { "Join", read_replaced },
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

static bool may_name(char first)
{
    return memchr("bjprsx", ascii_lower(first), 6) != NULL;
}

static void read_headers(struct link_keys *k, const struct sip_message *sip)
{
    struct span rest = sip->headers, name, value;
    while (sip_next_header(&rest, &name, &value)) {
        read_own_header(k, name, value);
        for (size_t i = 0; may_name(name.p[0]) && i < sizeof link_headers / sizeof link_headers[0];
             i++)
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

/* Likenesses */

static struct span local_part(struct span call_id)
{
    const char *at = span_find(call_id, '@');
    return at ? span_make(call_id.p, at) : call_id;
}

static void read_call_id_ends(struct link_keys *k, struct span local)
{
    if (local.n < CALL_ID_ENDS)
        return;
    k->begin = key_of((struct span){ local.p, CALL_ID_ENDS });
    k->end = key_of((struct span){ span_end(local) - CALL_ID_ENDS, CALL_ID_ENDS });
}

static void read_call_id(struct link_keys *k, struct span id)
{
    struct span local = local_part(id);
    k->call_id = call_key(id);
    k->local = key_of(local);
    k->length = (uint32_t)local.n;
    if (local.n)
        memcpy(k->text, local.p, local.n < LINK_TEXT ? local.n : LINK_TEXT);
    read_call_id_ends(k, local);
}

/* A B2BUA that leaves the media alone passes origin, address and port on. */
static void read_sdp(struct link_keys *k, const struct sdp_glance *sdp)
{
    k->origin = sdp->origin.n > 12 ? key_of(sdp->origin) : 0;
    if (sdp->port.n && sdp->address.n && !span_is(sdp->port, "0"))
        k->media = (uint32_t)hash_span(hash_span(11, sdp->port), sdp->address) | 1;
}

static bool from_nearby(struct span address)
{
    struct addr a;
    return addr_read(address, &a) < 0 || addr_private(&a);
}

/* Finding */

#define KEY(kind, key) ((key) ? (uint64_t)(kind) << 32 | (key) : 0)
enum { KEY_SESSION = 1, KEY_CHARGING, KEY_REFERRER, KEY_ASKED, KEY_SENT, KEY_LIKE };

size_t link_named_keys(const struct link_keys *k, uint64_t keys[LINK_NAMED_KEYS])
{
    size_t n = 0;
    const uint64_t all[LINK_NAMED_KEYS] = {
        KEY(KEY_SESSION, k->session[0]),
        KEY(KEY_SESSION, k->session[1]),
        KEY(KEY_CHARGING, k->charging),
        k->named,
        k->replaced,
        KEY(KEY_REFERRER, k->referrer),
    };
    for (size_t i = 0; i < LINK_NAMED_KEYS; i++)
        if (all[i])
            keys[n++] = all[i];
    return n;
}

uint64_t link_asked_key(const struct link_keys *k, uint32_t receiver)
{
    return k->callee ? hash_join(KEY(KEY_ASKED, k->callee), hash_number(14, receiver)) : 0;
}

uint64_t link_sent_key(uint32_t host, int64_t time_ns)
{
    return hash_join(KEY(KEY_SENT, host), hash_number(15, (uint64_t)(time_ns / LINK_SECOND_NS)));
}

/* At whatever time. */
static uint64_t like_key(const struct link_keys *k, int like)
{
    const uint32_t keys[LINK_LIKES] = { k->begin, k->end, k->media, k->origin };
    return keys[like] ? hash_join(KEY(KEY_LIKE + like, keys[like]), 0) : 0;
}

static uint64_t at_time(uint64_t key, int64_t time_ns)
{
    return hash_join(key, hash_number(13, (uint64_t)(time_ns / LIKENESS_SPELL_NS)));
}

uint64_t link_like_key(const struct link_keys *k, enum link_likeness like, int64_t time_ns)
{
    uint64_t key = like_key(k, like);
    return key ? at_time(key, time_ns) : 0;
}

/* Learning */

static void learn_named(struct store *s, uint32_t id, const struct link_keys *k)
{
    uint64_t keys[LINK_NAMED_KEYS];
    size_t n = link_named_keys(k, keys);
    for (size_t i = 0; i < n; i++)
        kin_add(&s->kin, s, keys[i], id);
}

_Static_assert(LINK_AFTER_NS / LIKENESS_SPELL_NS < LIKENESS_SPELLS, "a leg may wait longer");

/*
 * Two that are alike, a leg and what a queue or an announcement made of it at the latest: they know
 * it, and nobody else is looked for. Each finds the other in its own spell of time or the next one;
 * where they are further apart, both are in the spells of both.
 */
static void note_alike(struct store *s, uint64_t key, uint32_t id, uint32_t other)
{
    if (!other)
        return;
    struct transaction *txn = transaction_at(s, id), *before = transaction_at(s, other);
    int64_t apart = txn->time_ns / LIKENESS_SPELL_NS - before->time_ns / LIKENESS_SPELL_NS;
    txn->alike = before->alike = true;
    kin_add(&s->alike, s, at_time(key, before->time_ns), other);
    kin_add(&s->alike, s, at_time(key, txn->time_ns), id);
    if (apart > 1) {
        kin_add(&s->alike, s, at_time(key, before->time_ns), id);
        kin_add(&s->alike, s, at_time(key, txn->time_ns), other);
    }
}

/* What may be alike in it is read, and fetched from memory, a while before it is learned. */
static bool read_likeness(struct store *s, uint32_t id, const struct sip_message *sip,
                          const struct sdp_glance *sdp, uint64_t keys[LINK_LIKES])
{
    struct link_keys k = { 0 };
    if (!s->likenesses && !(s->likenesses = likenesses_new(s->budget)))
        return false;
    if (call_at(s, transaction_at(s, id)->call)->first_txn == id)
        read_call_id_ends(&k, local_part(sip->call_id));
    read_sdp(&k, sdp); /* a proxy may have it changed */
    for (int like = 0; like < LINK_LIKES; like++) {
        keys[like] = like_key(&k, like);
        likenesses_expect(s->likenesses, keys[like]);
    }
    return true;
}

static void learn_likeness(struct store *s, uint32_t id, const uint64_t keys[LINK_LIKES])
{
    for (int like = 0; like < LINK_LIKES; like++)
        note_alike(s, keys[like], id, likenesses_take(s->likenesses, s, keys[like], id));
}

/* Of a host that has received calls, too: what it sends may come from one of them. */
static void learn_sent(struct store *s, uint32_t id)
{
    const struct transaction *txn = transaction_at(s, id);
    kin_add(&s->alike, s, link_sent_key(link_flow(s, txn)->src_host, txn->time_ns), id);
}

/* What a host received may have been captured a little after what it made of it. */
static void hear_late(struct store *s, uint32_t id, uint32_t host)
{
    uint32_t sent = host_at(s, host)->last_sent;
    const struct transaction *txn = transaction_at(s, id), *t = store_transaction(s, sent);
    if (!t || t->call == txn->call || txn->time_ns - t->time_ns > LINK_BEFORE_NS)
        return;
    /* it may have been evicted, and another one have its number */
    if (t->method != SIP_INVITE || !store_message(s, t->request) ||
        link_flow(s, t)->src_host != host)
        return;
    if (!call_at(s, t->call)->heard_before)
        learn_sent(s, sent);
    call_at(s, t->call)->heard_before = id;
}

static void learn_invite(struct store *s, uint32_t id, const struct message *m,
                         const struct sip_message *sip, const struct sdp_glance *sdp)
{
    struct transaction *txn = transaction_at(s, id);
    const struct flow *flow = flow_at(s, m->flow);
    struct span called = sip_glance_user(sip->uri);
    uint64_t likes[LINK_LIKES];
    bool comparable = read_likeness(s, id, sip, sdp, likes), may_come_on = false;
    if (called.n)
        txn->number = (uint32_t)hash_span(10, number_end(called)) | 1;
    /* who sends a call on has not begun it: of a proxy nothing is looked through */
    if (flow->src_host && call_at(s, txn->call)->first_txn == id) {
        struct host *sender = host_at(s, flow->src_host);
        txn->sent_before = sender->last_sent;
        sender->last_sent = id;
        call_at(s, txn->call)->heard_before = sender->last_received;
        may_come_on = sender->last_received != 0;
    }
    if (flow->dst_host) {
        struct host *receiver = host_at(s, flow->dst_host);
        txn->received_before = receiver->last_received;
        receiver->last_received = id;
        hear_late(s, id, flow->dst_host);
    }
    if (sip->traits & SIP_HAS_KIN || own_headers[0]) {
        struct link_keys k = { 0 };
        read_headers(&k, sip);
        learn_named(s, id, &k);
    }
    if (may_come_on)
        learn_sent(s, id);
    if (comparable)
        learn_likeness(s, id, likes);
}

/* A Call-ID as a URI's header has it (RFC 3261 §19.1.1: %40 and the like), up to the first ';'. */
static uint64_t escaped_call_key(struct span text)
{
    char name[NAME_MOST];
    size_t n = 0;
    for (size_t i = 0; i < text.n && n < sizeof name; i++) {
        int high = text.p[i] == '%' && i + 2 < text.n ? ascii_hex(text.p[i + 1]) : -1;
        int low = high >= 0 ? ascii_hex(text.p[i + 2]) : -1;
        name[n] = low < 0 ? text.p[i] : (char)(high << 4 | low);
        i += low < 0 ? 0 : 2;
        if (name[n] == ';' || name[n] == '&' || name[n] == '>')
            break;
        n++;
    }
    return n ? call_key((struct span){ name, n }) : 0;
}

/* Who is to be called, instead of which call, and who wants it (RFC 3515, RFC 3891, RFC 3892). */
static void read_refer(struct link_keys *k, const struct sip_message *sip)
{
    struct sip_address target;
    struct span refer_to = sip_find_header(sip, "Refer-To");
    const char *replaces = span_search(refer_to, "Replaces=");
    sip_read_address(refer_to, &target);
    k->callee = key_of(number_end(target.user));
    if (replaces)
        k->replaced = escaped_call_key(span_make(replaces + 9, span_end(refer_to)));
    if (!k->referrer)
        read_referred(k, sip->from);
}

static void learn_refer(struct store *s, uint32_t id, const struct message *m,
                        const struct sip_message *sip)
{
    struct link_keys k = { 0 };
    read_headers(&k, sip);
    read_refer(&k, sip);
    learn_named(s, id, &k);
    kin_add(&s->kin, s, link_asked_key(&k, flow_at(s, m->flow)->dst_host), id);
}

void link_learn(struct store *s, uint32_t id, const struct message *m,
                const struct sip_message *sip, const struct sdp_glance *sdp)
{
    if (sip->method_id == SIP_INVITE)
        learn_invite(s, id, m, sip, sdp);
    else
        learn_refer(s, id, m, sip);
}

/* Asking */

static void read_keys(const struct store *s, const struct transaction *txn, struct link_keys *k)
{
    struct sip_message sip;
    struct sip_address caller, callee;
    struct sdp_glance sdp;
    if (store_scan(s, txn->request, &sip) < 0)
        return;
    read_headers(k, &sip);
    read_call_id(k, sip.call_id);
    if (txn->method == SIP_REFER) {
        read_refer(k, &sip);
        return;
    }
    sdp_glance(&sdp, sdp_of(&sip));
    read_sdp(k, &sdp);
    k->nearby = k->media && from_nearby(sdp.address);
    sip_read_address(sip.from, &caller);
    sip_read_uri(sip.uri, &callee);
    k->caller = caller.user.n ? key_of(number_end(caller.user)) : 0;
    k->callee = callee.user.n ? key_of(number_end(callee.user)) : 0;
}

static struct links *links_of(const struct store *store)
{
    struct store *s = (struct store *)store; /* a cache: nobody sees it change */
    if (!s->links)
        s->links = calloc(1, sizeof *s->links);
    return s->links;
}

const struct link_keys *link_keys_of(const struct store *s, uint32_t id)
{
    const struct transaction *txn = store_transaction(s, id);
    struct links *links = links_of(s);
    if (!links)
        return NULL;
    struct link_keys *k = &links->keys[id & (CACHED - 1)];
    if (k->txn != id || k->stamp != (uint32_t)txn->seq) {
        *k = (struct link_keys){ .txn = id, .stamp = (uint32_t)txn->seq };
        read_keys(s, txn, k);
    }
    return k;
}

struct link_parent *link_parent_place(const struct store *s, uint32_t id)
{
    struct links *links = links_of(s);
    return links ? &links->parents[id & (CACHED - 1)] : NULL;
}

void link_forget(struct store *s)
{
    if (s->links)
        memset(s->links->parents, 0, sizeof s->links->parents);
}

size_t link_bytes(const struct store *s)
{
    /* what grows with the budget; the cache of keys has one size */
    return kin_bytes(s->kin) + kin_bytes(s->alike) + likenesses_bytes(s->likenesses);
}

void link_free(struct store *s)
{
    free(s->links);
    s->links = NULL;
    kin_free(s->kin);
    kin_free(s->alike);
    likenesses_free(s->likenesses);
    s->likenesses = NULL;
    s->kin = s->alike = NULL;
}
