/*
 * See link.h. An INVITE that begins a call knows the one before it that its host sent, and
 * that its receiver got; along these chains the other side of a B2BUA is found. Each leg has at
 * most one leg that it came from: the strongest reason decides, then the nearest in time.
 */
#include "store/link.h"

#include "base/hash.h"
#include "base/tr.h"
#include "sip/fields.h"
#include "sip/sdp.h"
#include "store/private.h"

#define SECOND_NS 1000000000LL
#define BEFORE_NS (SECOND_NS / 20) /* a leg out may be captured a little before the one in */
#define AFTER_NS (30 * SECOND_NS)  /* queues and announcements come before the leg out */
#define NEAR_NS (3 * SECOND_NS)    /* for reasons that may be chance */
#define LOOKS 2000                 /* along a chain */
#define COMPARED 64                /* with their headers, those with another number */
#define NUMBER_DIGITS 7            /* national and international forms agree in the end */

const char *link_reason_name(enum link_reason reason)
{
    static const char *const names[LINK_REASONS] = {
        [LINK_NONE] = N_("another leg"),
        [LINK_SESSION_ID] = N_("Session-ID"),
        [LINK_HEADER] = N_("call id header"),
        [LINK_REPLACES] = N_("Replaces or REFER"),
        [LINK_CHARGING] = N_("P-Charging-Vector"),
        [LINK_CALL_ID] = N_("similar Call-ID"),
        [LINK_SDP] = N_("same SDP"),
        [LINK_NUMBERS] = N_("same numbers"),
    };
    return tr(names[reason < LINK_REASONS ? reason : LINK_NONE]);
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
    while (digits < user.n && ascii_digit(user.p[user.n - 1 - digits]))
        digits++;
    if (digits > NUMBER_DIGITS)
        return (struct span){ span_end(user) - NUMBER_DIGITS, NUMBER_DIGITS };
    return user;
}

void link_learn(struct store *s, uint32_t id, const struct message *m,
                const struct sip_message *sip)
{
    struct transaction *txn = transaction_at(s, id);
    const struct flow *flow = flow_at(s, m->flow);
    struct sip_address to;
    sip_read_uri(sip->uri, &to);
    if (to.user.n)
        txn->number = (uint32_t)hash_span(10, number_end(to.user)) | 1;
    if (flow->src_host) {
        txn->sent_before = host_at(s, flow->src_host)->last_sent;
        host_at(s, flow->src_host)->last_sent = id;
    }
    if (flow->dst_host) {
        txn->received_before = host_at(s, flow->dst_host)->last_received;
        host_at(s, flow->dst_host)->last_received = id;
    }
}

/* Comparing two INVITEs */

struct leg_view {
    struct sip_message sip;
    struct sip_address caller, callee;
    int64_t time_ns;
};

static bool view(const struct store *s, const struct transaction *txn, struct leg_view *v)
{
    if (store_scan(s, txn->request, &v->sip) < 0)
        return false;
    sip_read_address(v->sip.from, &v->caller);
    sip_read_uri(v->sip.uri, &v->callee);
    v->time_ns = txn->time_ns;
    return true;
}

static struct span header(const struct leg_view *v, const char *name)
{
    return sip_find_header(&v->sip, name);
}

static bool zeros(struct span s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != '0')
            return false;
    return true;
}

/* `local;remote=uuid`: the legs of a session share at least one that is not all zeros. */
static bool same_session_id(const struct leg_view *a, const struct leg_view *b)
{
    struct span x = header(a, "Session-ID"), y = header(b, "Session-ID");
    if (x.n == 0 || y.n == 0)
        return false;
    const char *xs = span_find(x, ';'), *ys = span_find(y, ';');
    struct span mine[2] = { xs ? span_make(x.p, xs) : x, sip_param(x, "remote") };
    struct span theirs[2] = { ys ? span_make(y.p, ys) : y, sip_param(y, "remote") };
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < 2; k++)
            if (mine[i].n > 8 && !zeros(mine[i]) && span_same(mine[i], theirs[k]))
                return true;
    return false;
}

static const char *const id_headers[] = { "X-CID",
                                          "X-Call-ID",
                                          "X-CallID",
                                          "X-Original-Call-ID",
                                          "X-Parent-Call-ID",
                                          "X-Leg-Call-ID",
                                          "X-Correlation-ID",
                                          "X-Genesys-CallUUID",
                                          "X-UCID" };

/* One leg names the other's Call-ID, or both name a third thing. */
static bool named_by_header(const struct leg_view *a, const struct leg_view *b)
{
    for (size_t i = 0; i < sizeof id_headers / sizeof id_headers[0]; i++) {
        struct span x = header(a, id_headers[i]), y = header(b, id_headers[i]);
        if ((x.n && (span_equal(x, b->sip.call_id) || span_equal(x, y))) ||
            (y.n && span_equal(y, a->sip.call_id)))
            return true;
    }
    return false;
}

static bool replaces(const struct leg_view *a, const struct leg_view *b)
{
    struct span value = header(b, "Replaces");
    const char *semicolon = value.n ? span_find(value, ';') : NULL;
    struct span id = semicolon ? span_make(value.p, semicolon) : value;
    return id.n && span_equal(span_trim(id), a->sip.call_id);
}

static bool same_charging(const struct leg_view *a, const struct leg_view *b)
{
    struct span x = header(a, "P-Charging-Vector"), y = header(b, "P-Charging-Vector");
    /* icid-value is the first parameter, without a value before it */
    const char *xi = x.n ? span_search(x, "icid-value=") : NULL;
    const char *yi = y.n ? span_search(y, "icid-value=") : NULL;
    if (!xi || !yi)
        return false;
    const char *xe = memchr(xi, ';', (size_t)(span_end(x) - xi));
    const char *ye = memchr(yi, ';', (size_t)(span_end(y) - yi));
    struct span one = span_make(xi, xe ? xe : span_end(x)),
                two = span_make(yi, ye ? ye : span_end(y));
    return one.n > 16 && span_equal(span_trim(one), span_trim(two));
}

static bool contains(struct span all, struct span part)
{
    return part.n >= 8 && part.n < all.n && memmem(all.p, all.n, part.p, part.n) != NULL;
}

static bool similar_call_id(const struct leg_view *a, const struct leg_view *b)
{
    const char *x = span_find(a->sip.call_id, '@'), *y = span_find(b->sip.call_id, '@');
    struct span one = x ? span_make(a->sip.call_id.p, x) : a->sip.call_id;
    struct span two = y ? span_make(b->sip.call_id.p, y) : b->sip.call_id;
    return contains(a->sip.call_id, two) || contains(b->sip.call_id, one);
}

static bool same_number(struct span a, struct span b)
{
    return a.n && span_equal(number_end(a), number_end(b));
}

/* A B2BUA that leaves the media alone passes origin, address and port on. */
static bool same_sdp(const struct leg_view *a, const struct leg_view *b)
{
    struct sdp one, two;
    struct span x = sdp_of(&a->sip), y = sdp_of(&b->sip);
    if (x.n == 0 || y.n == 0 || sdp_read(&one, x) < 0 || sdp_read(&two, y) < 0)
        return false;
    bool media = one.media[0].port && one.media[0].port == two.media[0].port &&
                 one.media[0].address.n && span_equal(one.media[0].address, two.media[0].address);
    return media || (one.origin.n > 12 && span_equal(one.origin, two.origin) &&
                     same_number(a->caller.user, b->caller.user));
}

static bool referred(const struct store *s, const struct transaction *a, const struct leg_view *b)
{
    struct sip_message refer;
    struct sip_address target;
    if (header(b, "Referred-By").n == 0)
        return false;
    const struct call *call = store_call(s, a->call);
    for (uint32_t id = call->window; id; id = store_transaction(s, id)->next_in_call) {
        const struct transaction *t = store_transaction(s, id);
        if (t->method != SIP_REFER || store_scan(s, t->request, &refer) < 0)
            continue;
        sip_read_address(sip_find_header(&refer, "Refer-To"), &target);
        if (target.user.n && same_number(target.user, b->callee.user))
            return true;
    }
    return false;
}

/* Why the leg `b` may come from the leg `a`. */
static enum link_reason compare(const struct store *s, const struct transaction *from,
                                const struct leg_view *a, const struct leg_view *b)
{
    if (same_session_id(a, b))
        return LINK_SESSION_ID;
    if (named_by_header(a, b))
        return LINK_HEADER;
    if (replaces(a, b) || referred(s, from, b))
        return LINK_REPLACES;
    if (same_charging(a, b))
        return LINK_CHARGING;
    if (similar_call_id(a, b))
        return LINK_CALL_ID;
    if (b->time_ns - a->time_ns > NEAR_NS)
        return LINK_NONE;
    if (same_sdp(a, b))
        return LINK_SDP;
    return same_number(a->caller.user, b->caller.user) &&
                   same_number(a->callee.user, b->callee.user)
               ? LINK_NUMBERS
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

static const struct flow *flow_of(const struct store *s, const struct transaction *txn)
{
    return store_flow(s, store_message(s, txn->request)->flow);
}

/* The next one back on a chain; a record that was used again is younger than its place says. */
static uint32_t step(const struct store *s, const struct transaction *txn, bool sent)
{
    uint32_t id = sent ? txn->sent_before : txn->received_before;
    const struct transaction *before = store_transaction(s, id);
    return begins_call(before) && before->seq < txn->seq ? id : 0;
}

/* The leg that an INVITE came from: among those that its sender had received. */
static uint32_t parent_of(const struct store *s, const struct transaction *txn,
                          enum link_reason *why)
{
    struct leg_view own, other;
    uint32_t best = 0;
    int compared = 0;
    *why = LINK_NONE;
    if (!view(s, txn, &own))
        return 0;
    const struct host *host = store_host(s, flow_of(s, txn)->src_host);
    uint32_t id = host ? host->last_received : 0;
    for (int looks = 0; id && looks < LOOKS && *why != LINK_SESSION_ID; looks++) {
        const struct transaction *t = store_transaction(s, id);
        if (!begins_call(t) || flow_of(s, t)->dst_host != flow_of(s, txn)->src_host ||
            txn->time_ns - t->time_ns > AFTER_NS)
            break;
        bool likely = t->number && t->number == txn->number;
        if (t->call != txn->call && t->time_ns <= txn->time_ns + BEFORE_NS && !alone(s, t->call) &&
            (likely || compared++ < COMPARED) && view(s, t, &other)) {
            enum link_reason reason = compare(s, t, &other, &own);
            if (reason && (!*why || reason < *why)) {
                *why = reason;
                best = id;
            }
        }
        id = step(s, t, false);
    }
    return best;
}

/* The calls whose INVITEs came from this one: among those that its receiver sent. */
static size_t add_children(const struct store *s, const struct transaction *txn, uint32_t *ids,
                           size_t n, size_t max)
{
    const struct host *host = store_host(s, flow_of(s, txn)->dst_host);
    uint32_t id = host ? host->last_sent : 0;
    int compared = 0;
    for (int looks = 0; id && looks < LOOKS && n < max; looks++) {
        const struct transaction *t = store_transaction(s, id);
        enum link_reason why;
        if (!begins_call(t) || flow_of(s, t)->src_host != flow_of(s, txn)->dst_host ||
            t->time_ns < txn->time_ns - BEFORE_NS)
            break;
        bool likely = t->number && t->number == txn->number;
        bool in_time = t->time_ns - txn->time_ns <= AFTER_NS;
        if (t->call != txn->call && in_time && !alone(s, t->call) &&
            (likely || compared++ < COMPARED)) {
            const struct transaction *parent = store_transaction(s, parent_of(s, t, &why));
            bool known = !parent || parent->call != txn->call;
            for (size_t i = 0; i < n && !known; i++)
                known = ids[i] == t->call;
            if (!known)
                ids[n++] = t->call;
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
            const struct transaction *parent = store_transaction(s, parent_of(s, t, &why));
            bool known = !parent;
            for (size_t i = 0; i < n && !known; i++)
                known = ids[i] == parent->call;
            if (!known)
                ids[n++] = parent->call;
            if (n < max)
                n = add_children(s, t, ids, n, max);
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

static enum link_reason why_from(const struct store *s, uint32_t from, uint32_t to)
{
    enum link_reason why;
    for (uint32_t id = store_call(s, to)->window; id;) {
        const struct transaction *t = store_transaction(s, id);
        if (begins_call(t) && t->number) {
            const struct transaction *parent = store_transaction(s, parent_of(s, t, &why));
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
