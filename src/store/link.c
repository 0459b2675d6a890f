/*
 * See link.h. An INVITE that begins a call knows the one before it that its host sent, and
 * that its receiver got; along these chains the other side of a B2BUA is found. Each leg has at
 * most one leg that it came from: the strongest reason decides, then the nearest in time.
 */
#include "base/text.h"
#include "base/tr.h"
#include "sip/fields.h"
#include "store/kin.h"
#include "store/link_private.h"

#define LOOKS 250                 /* along a chain */
#define WINDOW 64                 /* transactions of a call that are looked at */
#define COMPARED 48               /* of those with the same number, and of the others */
#define NAMESAKES 16              /* INVITEs that name the same */
#define ALIKES 64                 /* INVITEs that are like one, of one kind */
#define HABIT 8                   /* so many with one session description: a habit of clients */
#define COMMON 256                /* a value that so many bear is no name */
#define SETTLED_NS LINK_SECOND_NS /* after which nothing changes where a leg came from */
#define DEPTH 3                   /* parents of parents that are asked for */

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

static const struct flow *flow_of(const struct store *s, const struct transaction *txn)
{
    return store_flow(s, store_message(s, txn->request)->flow);
}

/* Comparing two INVITEs */

#define CONTAINED 8    /* characters of a Call-ID in another one */
#define DISTINCTIVE 12 /* and where nothing else speaks for it */
#define RANDOM 24      /* so many in a row are nobody else's */

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

static bool word_ends(const char *p, const char *end)
{
    return p == end || !(ascii_digit(*p) || (ascii_lower(*p) >= 'a' && ascii_lower(*p) <= 'z'));
}

/* As a word of its own: SIPp's 1-4711 is not in its 21-4711. */
static bool contains(struct span all, struct span part)
{
    const char *at = part.n >= CONTAINED && part.n <= all.n ? memmem(all.p, all.n, part.p, part.n)
                                                            : NULL;
    return at && (part.n >= RANDOM || ((at == all.p || word_ends(at - 1, NULL)) &&
                                       word_ends(at + part.n, span_end(all))));
}

/* Whether nobody else will have it by chance: some length, and not the same few characters. */
static bool distinctive(struct span local)
{
    bool seen[256] = { false };
    size_t different = 0;
    for (size_t i = 0; i < local.n; i++) {
        different += !seen[(uint8_t)local.p[i]];
        seen[(uint8_t)local.p[i]] = true;
    }
    return local.n >= DISTINCTIVE && different >= DISTINCTIVE / 2;
}

static struct span local_part(const struct link_keys *k)
{
    return (struct span){ k->text, k->length < LINK_TEXT ? k->length : LINK_TEXT };
}

/* `strictly`: nothing else speaks for it. Asked of many: what takes no look at the text comes first. */
static bool similar_call_id(const struct link_keys *a, const struct link_keys *b, bool strictly)
{
    if ((!same_key(a->begin, b->begin) && !same_key(a->end, b->end)) ||
        (a->length == b->length && a->local != b->local))
        return false;
    const struct link_keys *longer = a->length < b->length ? b : a;
    struct span all = local_part(longer), part = local_part(longer == a ? b : a);
    return contains(all, part) && (!strictly || distinctive(part));
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
    return had_ended(s, a, b->time_ns - LINK_BEFORE_NS) ||
           (in->src_host == out->src_host && in->src.port == out->src.port);
}

/* What a site's header says of everything tells nothing of two. */
static bool rare(const struct store *s, uint64_t named)
{
    return kin_count(s->kin, named) <= COMMON;
}

/* What headers say that a B2BUA passes on, or makes. */
static enum link_reason compare_names(const struct store *s, const struct link_keys *a,
                                      const struct link_keys *b)
{
    if (same_session(a, b))
        return LINK_SESSION_ID;
    if (same_key(a->named, b->call_id) || same_key(b->named, a->call_id) ||
        (same_key(a->named, b->named) && rare(s, a->named)))
        return LINK_HEADER;
    if (same_key(b->replaced, a->call_id))
        return LINK_REPLACES;
    return same_key(a->charging, b->charging) ? LINK_CHARGING : LINK_NONE;
}

/* Why the leg `b` may come from the leg `a`, which its sender got `apart_ns` earlier. */
static enum link_reason compare(const struct store *s, const struct link_keys *a,
                                const struct link_keys *b, int64_t apart_ns)
{
    enum link_reason named = compare_names(s, a, b);
    if (named)
        return named;
    if (similar_call_id(a, b, false))
        return LINK_CALL_ID;
    if (apart_ns > LINK_NEAR_NS ||
        unrelated(s, store_transaction(s, a->txn), store_transaction(s, b->txn)))
        return LINK_NONE;
    if (same_key(a->media, b->media) ||
        (same_key(a->origin, b->origin) && same_key(a->caller, b->caller)))
        return LINK_SDP;
    return same_key(a->caller, b->caller) && same_key(a->callee, b->callee) ? LINK_NUMBERS
                                                                            : LINK_NONE;
}

/*
 * Whether two INVITEs carry one session description. Its address alone is no proof where many have
 * the same, each in its own network; nor is o= alone, which some clients write the same in all calls.
 */
static bool same_description(const struct link_keys *a, const struct link_keys *b)
{
    bool numbers = same_key(a->caller, b->caller) || same_key(a->callee, b->callee);
    bool origin = same_key(a->origin, b->origin);
    return same_key(a->media, b->media) ? !a->nearby || origin || numbers : origin && numbers;
}

/*
 * Why `b` may come from `a`, earlier, when no host sent the one and got the other: only what is no
 * chance. Of two that one host sent: why they may be legs of one, or calls of a client that says so
 * in all of them.
 */
static enum link_reason compare_apart(const struct store *s, const struct link_keys *a,
                                      const struct link_keys *b)
{
    const struct transaction *t = store_transaction(s, a->txn), *own = store_transaction(s, b->txn);
    if (similar_call_id(a, b, true))
        return LINK_CALL_ID;
    bool likely = own->time_ns - t->time_ns <= LINK_NEAR_NS && same_description(a, b) &&
                  !had_ended(s, t, own->time_ns - LINK_BEFORE_NS);
    bool sibling = flow_of(s, t)->src_host == flow_of(s, own)->src_host;
    return likely && (sibling || flow_of(s, t)->dst_host != flow_of(s, own)->dst_host) ? LINK_SDP
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
    return final && from->call != to->call && final->time_ns <= to->time_ns + LINK_BEFORE_NS &&
           to->time_ns - final->time_ns <= LINK_AFTER_NS && !alone(s, from->call) &&
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
        if (txn->time_ns - t->time_ns > LINK_AFTER_NS)
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
    uint64_t keys[LINK_NAMED_KEYS];
    size_t n = 0, count = s->kin ? link_named_keys(k, keys) : 0;
    for (size_t i = 0; i < count; i++)
        if (rare(s, keys[i]))
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

/* Whether a leg may have come from another one: of another call, begun before it. */
static bool may_come_from(const struct store *s, const struct transaction *txn,
                          const struct transaction *from)
{
    return from && from->request && from->call != txn->call && from->seq < txn->seq &&
           !alone(s, from->call);
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
        const struct link_keys *k = begins_call(t) && may_come_from(s, txn, t)
                                        ? link_keys_of(s, ids[i])
                                        : NULL;
        if (!k)
            continue;
        bool named = same_key(mine->named, k->call_id) || same_key(mine->replaced, k->call_id);
        enum link_reason reason = compare_names(s, k, mine);
        if (txn->time_ns - t->time_ns > LINK_AFTER_NS && !named && reason != LINK_SESSION_ID)
            continue;
        if (reason && (!*why || reason < *why)) {
            *why = reason;
            best = ids[i];
        }
    }
    return best;
}

static size_t alikes_of(const struct store *s, enum link_likeness like, uint64_t key,
                        uint32_t ids[ALIKES])
{
    bool habit = like >= LINK_LIKE_MEDIA && kin_count(s->alike, key) > HABIT;
    return habit ? 0 : kin_find(s->alike, s, key, ids, ALIKES);
}

/* The INVITEs that are like this one, in its spell of time and the next one to it. */
static size_t alikes(const struct store *s, const struct link_keys *k, int64_t time_ns,
                     int64_t next_ns, uint32_t ids[2 * LINK_LIKES * ALIKES])
{
    size_t n = 0;
    uint64_t keys[2 * LINK_LIKES];
    for (int i = 0; i < 2 * LINK_LIKES; i++) {
        keys[i] = link_like_key(k, (enum link_likeness)(i / 2),
                                i % 2 ? time_ns + next_ns : time_ns);
        kin_expect(s->alike, keys[i]);
    }
    for (int i = 0; i < 2 * LINK_LIKES; i++)
        n += alikes_of(s, (enum link_likeness)(i / 2), keys[i], ids + n);
    return n;
}

static uint32_t parent_at(const struct store *s, uint32_t own, enum link_reason *why, int depth);

static uint32_t parent_call(const struct store *s, uint32_t own, int depth)
{
    enum link_reason why;
    const struct transaction *parent = own && depth < DEPTH
                                           ? store_transaction(s, parent_at(s, own, &why, depth))
                                           : NULL;
    return parent ? parent->call : 0;
}

/* Which legs are like one: the nearest before it, another one, and the nearest that its own sender sent. */
struct likes {
    uint32_t nearest, other, sibling;
    enum link_reason why; /* of the nearest */
    bool many;            /* and further ones */
};

static void weigh(const struct store *s, const struct transaction *txn, uint32_t id,
                  enum link_reason reason, struct likes *l)
{
    const struct transaction *t = store_transaction(s, id),
                             *best = store_transaction(s, l->nearest);
    const struct transaction *other = store_transaction(s, l->other);
    if (reason == LINK_NONE || (best && best->call == t->call) || (other && other->call == t->call))
        return;
    if (flow_of(s, t)->src_host == flow_of(s, txn)->src_host) {
        if (!l->sibling || t->seq > store_transaction(s, l->sibling)->seq)
            l->sibling = id;
        return;
    }
    if (best && reason == l->why)
        l->many = l->many || other;
    if (!best || reason < l->why || (reason == l->why && t->seq > best->seq)) {
        l->other = best && reason == l->why ? l->nearest : 0;
        l->nearest = id;
        l->why = reason;
    } else if (reason == l->why) {
        l->other = id;
    }
}

/*
 * A leg whose Call-ID or session description `own` has, where a B2BUA has an address for each side.
 * Where several legs or several of one sender have the same, it is a habit and tells nothing, but
 * for legs that a B2BUA made of one, or that came one from the other.
 */
static uint32_t alike_parent(const struct store *s, uint32_t own, const struct link_keys *mine,
                             enum link_reason *why, int depth)
{
    uint32_t ids[2 * LINK_LIKES * ALIKES];
    struct likes l = { 0 };
    const struct transaction *txn = store_transaction(s, own);
    size_t n = alikes(s, mine, txn->time_ns, -LINK_SPELL_NS, ids);
    for (size_t i = 0; i < n; i++) {
        const struct transaction *t = store_transaction(s, ids[i]);
        if (begins_call(t) && may_come_from(s, txn, t) && !l.many)
            weigh(s, txn, ids[i], compare_apart(s, link_keys_of(s, ids[i]), mine), &l);
    }
    if (!l.nearest)
        return 0;
    uint32_t from = store_transaction(s, l.nearest)->call;
    if (l.why == LINK_SDP &&
        (l.many ||
         (l.other && parent_call(s, l.nearest, depth + 1) != store_transaction(s, l.other)->call) ||
         (l.sibling && parent_call(s, l.sibling, depth + 1) != from)))
        return 0;
    *why = l.why;
    return l.nearest;
}

/* Among those that its sender had received. */
static uint32_t received_parent(const struct store *s, uint32_t own, const struct link_keys *mine,
                                enum link_reason *why)
{
    const struct transaction *txn = store_transaction(s, own);
    const struct host *host = store_host(s, flow_of(s, txn)->src_host);
    const struct call *call = store_call(s, txn->call);
    const struct transaction *first = store_transaction(s, call->first_txn);
    bool again = first->request && flow_of(s, first)->src_host == flow_of(s, txn)->src_host;
    uint32_t best = 0, id = again ? call->heard_before : host->last_received;
    for (int looks = 0, compared = 0, same = 0; id && looks < LOOKS && same < COMPARED; looks++) {
        const struct transaction *t = store_transaction(s, id);
        if (!begins_call(t) || flow_of(s, t)->dst_host != flow_of(s, txn)->src_host ||
            txn->time_ns - t->time_ns > LINK_AFTER_NS)
            break;
        bool likely = t->number && t->number == txn->number;
        same += likely;
        if (t->call != txn->call && t->time_ns <= txn->time_ns + LINK_BEFORE_NS &&
            !alone(s, t->call) && (likely || compared++ < COMPARED)) {
            enum link_reason reason = compare(s, link_keys_of(s, id), mine,
                                              txn->time_ns - t->time_ns);
            if (reason && (!*why || reason < *why)) {
                *why = reason;
                best = id;
            }
        }
        id = step(s, t, false);
    }
    return best;
}

/* The leg that an INVITE came from: the strongest reason decides, then the nearest in time. */
static uint32_t find_parent(const struct store *s, uint32_t own, enum link_reason *why, int depth)
{
    const struct transaction *txn = store_transaction(s, own);
    const struct host *host = store_host(s, flow_of(s, txn)->src_host);
    uint32_t best = redirected_from(s, own), better;
    *why = best ? LINK_REDIRECT : LINK_NONE;
    if (best || !host || (!host->last_received && !s->kin && !txn->alike) ||
        passes_through(s, txn, true))
        return best;
    const struct link_keys *keys = link_keys_of(s, own);
    if (!keys)
        return 0;
    struct link_keys mine = *keys; /* the cache moves on */
    best = received_parent(s, own, &mine, why);
    if ((better = named_parent(s, own, &mine, why)) != 0)
        return better;
    enum link_reason alike = LINK_NONE;
    better = txn->alike && (!*why || *why > LINK_CALL_ID)
                 ? alike_parent(s, own, &mine, &alike, depth)
                 : 0;
    if (!better || (*why && alike >= *why))
        return best;
    *why = alike;
    return better;
}

/* The same, found once when it can change no more. */
static uint32_t parent_at(const struct store *s, uint32_t own, enum link_reason *why, int depth)
{
    const struct transaction *txn = store_transaction(s, own), *parent;
    struct link_parent *known = link_parent_place(s, own);
    if (known && known->txn == own && known->stamp == (uint32_t)txn->seq) {
        parent = store_transaction(s, known->parent);
        *why = known->why;
        if (!known->parent || (parent && (uint32_t)parent->seq == known->parent_stamp))
            return known->parent;
    }
    uint32_t found = find_parent(s, own, why, depth);
    if (known && depth == 0 && store_now(s) - txn->time_ns > SETTLED_NS) {
        parent = store_transaction(s, found);
        *known = (struct link_parent){ own, (uint32_t)txn->seq, found,
                                       parent ? (uint32_t)parent->seq : 0, *why };
    }
    return found;
}

static uint32_t parent_of(const struct store *s, uint32_t own, enum link_reason *why)
{
    return parent_at(s, own, why, 0);
}

/*
 * Transfers (RFC 3515): the REFER that asked for a call. Its target calls the one it names, or says
 * who wanted it (RFC 3892), or is a B2BUA that calls somebody right after.
 */
static bool asked_for(const struct store *s, const struct transaction *refer,
                      const struct link_keys *asked, const struct transaction *txn,
                      const struct link_keys *mine)
{
    int64_t after = txn->time_ns - refer->time_ns;
    bool receiver = flow_of(s, refer)->dst_host == flow_of(s, txn)->src_host;
    bool target = same_key(asked->callee, mine->callee);
    if (refer->call == txn->call || alone(s, refer->call) || alone(s, txn->call) ||
        after < -LINK_BEFORE_NS || after > LINK_AFTER_NS)
        return false;
    if (same_key(asked->replaced, mine->replaced))
        return true;
    return mine->referrer ? same_key(asked->referrer, mine->referrer) && (receiver || target)
                          : receiver && target;
}

/* The REFER by which `own` was asked for, that came nearest before it; 0: none. */
static uint32_t refer_of(const struct store *s, uint32_t own)
{
    uint32_t ids[2 * NAMESAKES], best = 0;
    const struct transaction *txn = store_transaction(s, own);
    const struct link_keys *keys = s->kin ? link_keys_of(s, own) : NULL;
    struct link_keys mine = keys ? *keys : (struct link_keys){ 0 };
    uint64_t asked = link_asked_key(&mine, flow_of(s, txn)->src_host);
    size_t n = keys ? namesakes(s, &mine, ids, NAMESAKES) : 0;
    n += kin_find(s->kin, s, asked, ids + n, NAMESAKES);
    for (size_t i = 0; i < n; i++) {
        const struct transaction *t = store_transaction(s, ids[i]);
        if (t && t->method == SIP_REFER && t->request &&
            asked_for(s, t, link_keys_of(s, ids[i]), txn, &mine) &&
            (!best || t->seq > store_transaction(s, best)->seq))
            best = ids[i];
    }
    return best;
}

static size_t add_if_referred(const struct store *s, uint32_t refer, uint32_t own, uint32_t *ids,
                              size_t n, size_t max)
{
    const struct transaction *t = store_transaction(s, own);
    return begins_call(t) && refer_of(s, own) == refer ? add_call(ids, n, max, t->call) : n;
}

/* The calls that a REFER asked for: they say so, or its receiver began them. */
static size_t add_referred(const struct store *s, uint32_t refer, uint32_t *ids, size_t n,
                           size_t max)
{
    uint32_t near[NAMESAKES];
    const struct transaction *txn = store_transaction(s, refer);
    const struct link_keys *keys = txn->request && s->kin ? link_keys_of(s, refer) : NULL;
    if (!keys)
        return n;
    struct link_keys asked = *keys;
    const struct host *receiver = store_host(s, flow_of(s, txn)->dst_host);
    size_t count = namesakes(s, &asked, near, NAMESAKES);
    for (size_t i = 0; i < count; i++)
        n = add_if_referred(s, refer, near[i], ids, n, max);
    uint32_t id = receiver ? receiver->last_sent : 0;
    for (int looks = 0; id && looks < LOOKS && n < max; looks++) {
        const struct transaction *t = store_transaction(s, id);
        if (!begins_call(t) || t->time_ns < txn->time_ns - LINK_BEFORE_NS)
            break;
        if (same_key(link_keys_of(s, id)->callee, asked.callee))
            n = add_if_referred(s, refer, id, ids, n, max);
        id = step(s, t, true);
    }
    return n;
}

/* The calls that name this one, or what it names, and came from it. */
static size_t add_namesakes(const struct store *s, uint32_t own, uint32_t *ids, size_t n,
                            size_t max)
{
    enum link_reason why;
    uint32_t near[NAMESAKES];
    const struct transaction *txn = store_transaction(s, own);
    const struct link_keys *keys = s->kin ? link_keys_of(s, own) : NULL;
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

/* The latest that a host sent after it got an INVITE; long after, of those of the next second. */
static uint32_t sent_after(const struct store *s, const struct transaction *txn,
                           const struct host *host)
{
    uint32_t id = 0, number = flow_of(s, txn)->dst_host;
    if (store_now(s) - txn->time_ns <= LINK_AFTER_NS)
        return host->last_sent;
    for (int second = 2; second >= 0 && !id; second--)
        id = kin_latest(s->alike, s, link_sent_key(number, txn->time_ns + second * LINK_SECOND_NS));
    return id ? id : host->last_sent;
}

/* The calls whose INVITEs came from this one: among those that its receiver sent. */
static size_t add_children(const struct store *s, uint32_t own, uint32_t *ids, size_t n, size_t max)
{
    const struct transaction *txn = store_transaction(s, own);
    const struct host *host = store_host(s, flow_of(s, txn)->dst_host);
    uint32_t id = host && !passes_through(s, txn, false) ? sent_after(s, txn, host) : 0;
    const struct link_keys *keys = id ? link_keys_of(s, own) : NULL;
    struct link_keys mine = keys ? *keys : (struct link_keys){ 0 };
    for (int looks = 0, compared = 0, same = 0;
         keys && id && looks < LOOKS && same < COMPARED && n < max; looks++) {
        const struct transaction *t = store_transaction(s, id);
        enum link_reason why;
        if (!begins_call(t) || flow_of(s, t)->src_host != flow_of(s, txn)->dst_host ||
            t->time_ns < txn->time_ns - LINK_BEFORE_NS)
            break;
        bool likely = t->number && t->number == txn->number;
        same += likely;
        int64_t apart = t->time_ns - txn->time_ns;
        if (t->call != txn->call && apart <= LINK_AFTER_NS && !alone(s, t->call) &&
            (likely || compared++ < COMPARED) && compare(s, &mine, link_keys_of(s, id), apart)) {
            const struct transaction *parent = store_transaction(s, parent_of(s, id, &why));
            if (parent && parent->call == txn->call)
                n = add_call(ids, n, max, t->call);
        }
        id = step(s, t, true);
    }
    return n;
}

/* The calls that are like this one, and came from it. */
static size_t add_alikes(const struct store *s, uint32_t own, uint32_t *ids, size_t n, size_t max)
{
    enum link_reason why;
    uint32_t near[2 * LINK_LIKES * ALIKES];
    const struct transaction *txn = store_transaction(s, own);
    const struct link_keys *keys = txn->alike ? link_keys_of(s, own) : NULL;
    struct link_keys mine = keys ? *keys : (struct link_keys){ 0 };
    size_t count = keys ? alikes(s, &mine, txn->time_ns, LINK_SPELL_NS, near) : 0;
    for (size_t i = 0; i < count && n < max; i++) {
        const struct transaction *t = store_transaction(s, near[i]);
        if (!begins_call(t) || t->call == txn->call || t->seq < txn->seq || alone(s, t->call) ||
            compare_apart(s, &mine, link_keys_of(s, near[i])) == LINK_NONE)
            continue;
        const struct transaction *parent = store_transaction(s, parent_of(s, near[i], &why));
        if (parent && parent->call == txn->call)
            n = add_call(ids, n, max, t->call);
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
            n = add_alikes(s, id, ids, n, max);
            const struct transaction *refer = store_transaction(s, refer_of(s, id));
            n = refer ? add_call(ids, n, max, refer->call) : n;
        }
        if (t->method == SIP_REFER)
            n = add_referred(s, id, ids, n, max);
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

uint32_t link_made_from(const struct store *s, uint32_t id)
{
    enum link_reason why;
    const struct transaction *t = store_transaction(s, id);
    uint32_t parent = begins_call(t) && t->number && !alone(s, t->call) ? parent_of(s, id, &why)
                                                                        : 0;
    return parent && why != LINK_REPLACES && why != LINK_REDIRECT ? parent : 0;
}

size_t link_origins(const struct store *s, uint32_t call, uint32_t ids[LINK_ORIGINS])
{
    size_t n = 0;
    enum link_reason why;
    uint32_t id = alone(s, call) ? 0 : store_call(s, call)->window;
    while (id && n < LINK_ORIGINS) {
        const struct transaction *t = store_transaction(s, id);
        if (begins_call(t) && t->number) {
            const struct transaction *parent = store_transaction(s, parent_of(s, id, &why));
            const struct transaction *refer = store_transaction(s, refer_of(s, id));
            n = parent ? add_call(ids, n, LINK_ORIGINS, parent->call) : n;
            n = refer ? add_call(ids, n, LINK_ORIGINS, refer->call) : n;
        }
        id = t->next_in_call;
    }
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
            const struct transaction *refer = store_transaction(s, refer_of(s, id));
            if (parent && parent->call == from)
                return why;
            if (refer && refer->call == from)
                return LINK_REPLACES;
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
