/*
 * See link.h. An INVITE that begins a call knows the one before it that its host sent, and
 * that its receiver got; along these chains the other side of a B2BUA is found. Each leg has at
 * most one leg that it came from: the strongest reason decides, then the nearest in time.
 */
#include "base/text.h"
#include "base/tr.h"
#include "sip/fields.h"
#include "store/kin.h"
#include "store/likenesses.h"
#include "store/link_private.h"

#define LOOKS 250                 /* along a chain */
#define COMPARED 48               /* of those with the same number, and of the others */
#define NAMESAKES 16              /* INVITEs that name the same */
#define ALIKES 64                 /* INVITEs that are like one, of one kind */
#define HABIT 8                   /* so many with one session description: a habit of clients */
#define SETTLED_NS LINK_SECOND_NS /* after which nothing changes where a leg came from */
#define DEPTH 3                   /* parents of parents that are asked for */

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
    uint32_t host = sent ? link_flow(s, txn)->src_host : link_flow(s, txn)->dst_host;
    int looked = 0;
    for (uint32_t id = store_call(s, txn->call)->window; id && looked < 16; looked++) {
        const struct transaction *t = store_transaction(s, id);
        if (t != txn && begins_call(t) && t->number &&
            host == (sent ? link_flow(s, t)->dst_host : link_flow(s, t)->src_host))
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
    const struct host *host = store_host(s, link_flow(s, txn)->src_host);
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
    const struct host *host = store_host(s, link_flow(s, txn)->src_host);
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
        if (link_is_rare(s, keys[i]))
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
        bool named = link_same(mine->named, k->call_id) || link_same(mine->replaced, k->call_id);
        enum link_reason reason = link_compare_names(s, k, mine);
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
    if (link_flow(s, t)->src_host == link_flow(s, txn)->src_host) {
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
    size_t n = alikes(s, mine, txn->time_ns, -LIKENESS_SPELL_NS, ids);
    for (size_t i = 0; i < n; i++) {
        const struct transaction *t = store_transaction(s, ids[i]);
        if (begins_call(t) && may_come_from(s, txn, t) && !l.many)
            weigh(s, txn, ids[i], link_compare_apart(s, link_keys_of(s, ids[i]), mine), &l);
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
    const struct host *host = store_host(s, link_flow(s, txn)->src_host);
    const struct call *call = store_call(s, txn->call);
    const struct transaction *first = store_transaction(s, call->first_txn);
    bool again = first->request && link_flow(s, first)->src_host == link_flow(s, txn)->src_host;
    uint32_t best = 0, id = again ? call->heard_before : host->last_received;
    for (int looks = 0, compared = 0, same = 0; id && looks < LOOKS && same < COMPARED; looks++) {
        const struct transaction *t = store_transaction(s, id);
        if (!begins_call(t) || link_flow(s, t)->dst_host != link_flow(s, txn)->src_host ||
            txn->time_ns - t->time_ns > LINK_AFTER_NS)
            break;
        bool likely = t->number && t->number == txn->number;
        same += likely;
        if (t->call != txn->call && t->time_ns <= txn->time_ns + LINK_BEFORE_NS &&
            !alone(s, t->call) && (likely || compared++ < COMPARED)) {
            enum link_reason reason = link_compare(s, link_keys_of(s, id), mine,
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
    const struct host *host = store_host(s, link_flow(s, txn)->src_host);
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
    bool receiver = link_flow(s, refer)->dst_host == link_flow(s, txn)->src_host;
    bool target = link_same(asked->callee, mine->callee);
    if (refer->call == txn->call || alone(s, refer->call) || alone(s, txn->call) ||
        after < -LINK_BEFORE_NS || after > LINK_AFTER_NS)
        return false;
    if (link_same(asked->replaced, mine->replaced))
        return true;
    return mine->referrer ? link_same(asked->referrer, mine->referrer) && (receiver || target)
                          : receiver && target;
}

/* The REFER by which `own` was asked for, that came nearest before it; 0: none. */
static uint32_t refer_of(const struct store *s, uint32_t own)
{
    uint32_t ids[2 * NAMESAKES], best = 0;
    const struct transaction *txn = store_transaction(s, own);
    const struct link_keys *keys = s->kin ? link_keys_of(s, own) : NULL;
    struct link_keys mine = keys ? *keys : (struct link_keys){ 0 };
    uint64_t asked = link_asked_key(&mine, link_flow(s, txn)->src_host);
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
    const struct host *receiver = store_host(s, link_flow(s, txn)->dst_host);
    size_t count = namesakes(s, &asked, near, NAMESAKES);
    for (size_t i = 0; i < count; i++)
        n = add_if_referred(s, refer, near[i], ids, n, max);
    uint32_t id = receiver ? receiver->last_sent : 0;
    for (int looks = 0; id && looks < LOOKS && n < max; looks++) {
        const struct transaction *t = store_transaction(s, id);
        if (!begins_call(t) || t->time_ns < txn->time_ns - LINK_BEFORE_NS)
            break;
        if (link_same(link_keys_of(s, id)->callee, asked.callee))
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
    uint32_t id = 0, number = link_flow(s, txn)->dst_host;
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
    const struct host *host = store_host(s, link_flow(s, txn)->dst_host);
    uint32_t id = host && !passes_through(s, txn, false) ? sent_after(s, txn, host) : 0;
    const struct link_keys *keys = id ? link_keys_of(s, own) : NULL;
    struct link_keys mine = keys ? *keys : (struct link_keys){ 0 };
    for (int looks = 0, compared = 0, same = 0;
         keys && id && looks < LOOKS && same < COMPARED && n < max; looks++) {
        const struct transaction *t = store_transaction(s, id);
        enum link_reason why;
        if (!begins_call(t) || link_flow(s, t)->src_host != link_flow(s, txn)->dst_host ||
            t->time_ns < txn->time_ns - LINK_BEFORE_NS)
            break;
        bool likely = t->number && t->number == txn->number;
        same += likely;
        int64_t apart = t->time_ns - txn->time_ns;
        if (t->call != txn->call && apart <= LINK_AFTER_NS && !alone(s, t->call) &&
            (likely || compared++ < COMPARED) &&
            link_compare(s, &mine, link_keys_of(s, id), apart)) {
            const struct transaction *parent = store_transaction(s, parent_of(s, id, &why));
            if (parent && parent->call == txn->call)
                n = add_call(ids, n, max, t->call);
        }
        id = step(s, t, true);
    }
    return n;
}

/* Whether a leg may have come from one that is like it, with a host between them or not. */
static bool may_be_made_of(const struct store *s, const struct transaction *txn,
                           const struct link_keys *mine, uint32_t id)
{
    const struct transaction *t = store_transaction(s, id);
    const struct link_keys *k = link_keys_of(s, id);
    int64_t apart = t->time_ns - txn->time_ns;
    return link_compare_apart(s, mine, k) != LINK_NONE ||
           (link_flow(s, t)->src_host == link_flow(s, txn)->dst_host && apart <= LINK_AFTER_NS &&
            link_compare(s, mine, k, apart) != LINK_NONE);
}

/* The calls that are like this one, and came from it. */
static size_t add_alikes(const struct store *s, uint32_t own, uint32_t *ids, size_t n, size_t max)
{
    enum link_reason why;
    uint32_t near[2 * LINK_LIKES * ALIKES];
    const struct transaction *txn = store_transaction(s, own);
    const struct link_keys *keys = txn->alike ? link_keys_of(s, own) : NULL;
    struct link_keys mine = keys ? *keys : (struct link_keys){ 0 };
    size_t count = keys ? alikes(s, &mine, txn->time_ns, LIKENESS_SPELL_NS, near) : 0;
    for (size_t i = 0; i < count && n < max; i++) {
        const struct transaction *t = store_transaction(s, near[i]);
        if (!begins_call(t) || t->call == txn->call || t->seq < txn->seq || alone(s, t->call) ||
            !may_be_made_of(s, txn, &mine, near[i]))
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
