/*
 * See link_private.h. Why an INVITE may have come from another one, by the keys of both: what of it is
 * no chance. Boundary: which are compared is found in link.c.
 */
#include "base/text.h"
#include "base/tr.h"
#include "store/kin.h"
#include "store/link_private.h"

#define WINDOW 64      /* transactions of a call that are looked at */
#define CONTAINED 8    /* characters of a Call-ID in another one */
#define DISTINCTIVE 12 /* and where nothing else speaks for it */
#define RANDOM 24      /* so many in a row are nobody else's */
#define COMMON 256     /* a value that so many bear is no name */

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

static bool same_session(const struct link_keys *a, const struct link_keys *b)
{
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < 2; k++)
            if (link_same(a->session[i], b->session[k]))
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
    if ((!link_same(a->begin, b->begin) && !link_same(a->end, b->end)) ||
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
    const struct flow *in = link_flow(s, a), *out = link_flow(s, b);
    return had_ended(s, a, b->time_ns - LINK_BEFORE_NS) ||
           (in->src_host == out->src_host && in->src.port == out->src.port);
}

bool link_is_rare(const struct store *s, uint64_t named)
{
    return kin_count(s->kin, named) <= COMMON;
}

enum link_reason link_compare_names(const struct store *s, const struct link_keys *a,
                                    const struct link_keys *b)
{
    if (same_session(a, b))
        return LINK_SESSION_ID;
    if (link_same(a->named, b->call_id) || link_same(b->named, a->call_id) ||
        (link_same(a->named, b->named) && link_is_rare(s, a->named)))
        return LINK_HEADER;
    if (link_same(b->replaced, a->call_id))
        return LINK_REPLACES;
    return link_same(a->charging, b->charging) ? LINK_CHARGING : LINK_NONE;
}

/*
 * Whether two INVITEs that came long after each other carry one session description, unchanged, of
 * one caller: a B2BUA that keeps no media has put the call into a queue meanwhile.
 */
static bool kept_description(const struct link_keys *a, const struct link_keys *b)
{
    return link_same(a->media, b->media) && link_same(a->origin, b->origin) &&
           link_same(a->caller, b->caller);
}

enum link_reason link_compare(const struct store *s, const struct link_keys *a,
                              const struct link_keys *b, int64_t apart_ns)
{
    enum link_reason named = link_compare_names(s, a, b);
    if (named)
        return named;
    if (similar_call_id(a, b, false))
        return LINK_CALL_ID;
    if (unrelated(s, store_transaction(s, a->txn), store_transaction(s, b->txn)))
        return LINK_NONE;
    if (apart_ns > LINK_NEAR_NS)
        return kept_description(a, b) ? LINK_SDP : LINK_NONE;
    if (link_same(a->media, b->media) ||
        (link_same(a->origin, b->origin) && link_same(a->caller, b->caller)))
        return LINK_SDP;
    return link_same(a->caller, b->caller) && link_same(a->callee, b->callee) ? LINK_NUMBERS
                                                                              : LINK_NONE;
}

/*
 * Whether two INVITEs carry one session description. Its address alone is no proof where many have
 * the same, each in its own network; nor is o= alone, which some clients write the same in all calls.
 */
static bool same_description(const struct link_keys *a, const struct link_keys *b)
{
    bool numbers = link_same(a->caller, b->caller) || link_same(a->callee, b->callee);
    bool origin = link_same(a->origin, b->origin);
    return link_same(a->media, b->media) ? !a->nearby || origin || numbers : origin && numbers;
}

enum link_reason link_compare_apart(const struct store *s, const struct link_keys *a,
                                    const struct link_keys *b)
{
    const struct transaction *t = store_transaction(s, a->txn), *own = store_transaction(s, b->txn);
    if (similar_call_id(a, b, true))
        return LINK_CALL_ID;
    int64_t apart_ns = own->time_ns - t->time_ns;
    bool same = apart_ns <= LINK_NEAR_NS ? same_description(a, b)
                                         : apart_ns <= LINK_AFTER_NS && kept_description(a, b);
    bool likely = same && !had_ended(s, t, own->time_ns - LINK_BEFORE_NS);
    bool sibling = link_flow(s, t)->src_host == link_flow(s, own)->src_host;
    return likely && (sibling || link_flow(s, t)->dst_host != link_flow(s, own)->dst_host)
               ? LINK_SDP
               : LINK_NONE;
}
