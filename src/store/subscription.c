/* See subscription.h. */
#include "store/subscription.h"

#include <stdio.h>

#include "base/hash.h"
#include "base/tr.h"
#include "sip/fields.h"

#define LONGEST_S 31536000
#define SECOND_NS 1000000000LL

/* A transaction while it is looked at. */
struct look {
    struct ledger *ledger;
    uint32_t id;
    const struct transaction *txn;
    struct sip_message sip; /* its request, else its first response */
    struct span event;
};

/* The same request on further hops is no other. */
static bool concerns(const struct transaction *t)
{
    return t->run == 0 &&
           (t->method == SIP_SUBSCRIBE || t->method == SIP_NOTIFY || t->method == SIP_REFER);
}

/* Which one it is about */

/* "dialog" of "dialog;id=7", for a REFER "refer". */
static struct span package_of(const struct look *l)
{
    const char *end = span_find(l->event, ';');
    if (l->txn->method == SIP_REFER)
        return SPAN("refer");
    return span_trim(end ? span_make(l->event.p, end) : l->event);
}

static uint64_t usage_key(const struct look *l, struct span id)
{
    const struct call *call = store_call(l->ledger->store, l->txn->call);
    struct span tag = l->txn->method == SIP_NOTIFY ? l->sip.to_tag : l->sip.from_tag;
    uint64_t leg = hash_span(hash_number(13, call->key), tag);
    return hash_span(hash_span(leg, package_of(l)), id) | 1;
}

/*
 * The NOTIFYs of a leg's first REFER may come without an id, those of the others name the REFER's
 * CSeq number (RFC 3515 §2.4.6): so the first has none here, the others theirs.
 */
static uint64_t refer_key(const struct look *l, uint32_t cseq)
{
    char text[16];
    uint64_t plain = usage_key(l, SPAN_NONE);
    const struct subscription *first = ledger_at(l->ledger, ledger_find(l->ledger, plain));
    if (!first || first->refer == cseq || first->refer == 0)
        return plain;
    int n = snprintf(text, sizeof text, "%u", cseq);
    return usage_key(l, (struct span){ text, (size_t)n });
}

static uint64_t key_of(const struct look *l)
{
    uint64_t number;
    struct span id = sip_param(l->event, "id");
    if (l->txn->method == SIP_REFER)
        return refer_key(l, l->txn->cseq);
    if (l->txn->method == SIP_NOTIFY && span_is(package_of(l), "refer") &&
        span_number(id, UINT32_MAX, &number))
        return refer_key(l, (uint32_t)number);
    return usage_key(l, id);
}

/* How it stands */

static bool failed(const struct transaction *t)
{
    return t->state == TXN_TIMED_OUT ||
           (t->final && t->class != SIP_CLASS_SUCCESS && t->class != SIP_CLASS_CHALLENGE);
}

static void fail(struct subscription *s, const struct transaction *t, uint8_t result)
{
    s->code = t->code;
    s->result = t->final ? result : SUBSCRIPTION_UNANSWERED;
}

static void accept(struct look *l, struct subscription *s)
{
    struct sip_message response;
    uint64_t seconds;
    const struct store *store = l->ledger->store;
    const struct message *final = store_message(store, l->txn->final);
    store_scan(store, l->txn->final, &response);
    if (span_number(span_trim(sip_find_header(&response, "Expires")), LONGEST_S, &seconds) ||
        span_number(span_trim(sip_find_header(&l->sip, "Expires")), LONGEST_S, &seconds))
        s->until_ns = final->time_ns + (int64_t)seconds * SECOND_NS;
    if (s->result == SUBSCRIPTION_ASKED || s->result == SUBSCRIPTION_REFUSED ||
        s->result == SUBSCRIPTION_UNANSWERED)
        s->result = SUBSCRIPTION_ACCEPTED;
    /* RFC 4488: no subscription was wanted */
    if (l->txn->method == SIP_REFER && span_is(sip_find_header(&response, "Refer-Sub"), "false"))
        s->result = SUBSCRIPTION_TERMINATED;
}

static void take_asked(struct look *l, struct subscription *s)
{
    const struct transaction *t = l->txn;
    if (t->seq < s->asked_seq)
        return;
    s->undecided = s->undecided || t->seq > s->asked_seq;
    s->asked_seq = t->seq;
    s->refer = t->method == SIP_REFER ? t->cseq : 0;
    if (failed(t))
        fail(s, t, SUBSCRIPTION_REFUSED);
    if (t->class == SIP_CLASS_SUCCESS && s->undecided) {
        s->undecided = false;
        s->asked++;
        accept(l, s);
    }
}

/* Subscription-State (RFC 6665 §8.2.3). */
static void take_state(struct look *l, struct subscription *s, int64_t time_ns)
{
    struct span value = sip_find_header(&l->sip, "Subscription-State");
    const char *end = span_find(value, ';');
    struct span word = span_trim(end ? span_make(value.p, end) : value);
    uint64_t seconds;
    s->result = span_is(word, "terminated") ? SUBSCRIPTION_TERMINATED
                : span_is(word, "pending")  ? SUBSCRIPTION_PENDING
                                            : SUBSCRIPTION_ACTIVE;
    if (span_number(sip_param(value, "expires"), LONGEST_S, &seconds))
        s->until_ns = time_ns + (int64_t)seconds * SECOND_NS;
}

/* A NOTIFY that nobody takes ends the subscription (RFC 6665 §4.2.2). */
static void take_notify(struct look *l, struct subscription *s)
{
    const struct transaction *t = l->txn;
    if (t->seq < s->notified_seq)
        return;
    if (t->seq > s->notified_seq) {
        s->notifies++;
        s->notified_ns = t->time_ns;
        s->notify = store_transaction_ref(l->ledger->store, l->id);
        if (t->request)
            take_state(l, s, t->time_ns);
    }
    s->notified_seq = t->seq;
    if (failed(t) && s->result != SUBSCRIPTION_TERMINATED) /* else it is known there no more */
        fail(s, t, SUBSCRIPTION_TERMINATED);
}

static void look_at(struct ledger *ledger, uint32_t id, ledger_changed_fn *changed, void *arg)
{
    struct look l = { .ledger = ledger, .id = id, .txn = store_transaction(ledger->store, id) };
    if (store_scan(ledger->store, transaction_head(l.txn), &l.sip) < 0)
        return;
    l.event = sip_find_header(&l.sip, "Event");
    if (span_is(package_of(&l), "keep-alive")) /* no package: it only keeps a NAT open */
        return;
    uint32_t at = ledger_take(ledger, key_of(&l), 0, id);
    struct subscription *s = ledger_at(ledger, at);
    if (!s)
        return;
    const struct transaction *before = store_transaction(ledger->store,
                                                         ledger_latest(ledger, &s->head));
    if (!before || l.txn->seq > before->seq)
        ledger_set_latest(ledger, &s->head, id);
    if (l.txn->method == SIP_NOTIFY)
        take_notify(&l, s);
    else
        take_asked(&l, s);
    changed(at, arg);
}

const struct ledger_ops subscription_ledger = { sizeof(struct subscription), concerns, look_at };

/* Asking */

enum subscription_state subscription_state(const struct subscription *s, int64_t now_ns)
{
    bool goes_on = s->result == SUBSCRIPTION_ACCEPTED || s->result == SUBSCRIPTION_PENDING ||
                   s->result == SUBSCRIPTION_ACTIVE;
    return goes_on && s->until_ns && now_ns >= s->until_ns ? SUBSCRIPTION_EXPIRED : s->result;
}

const char *subscription_state_name(enum subscription_state state)
{
    static const char *const names[SUBSCRIPTION_STATES] = {
        N_("asked"),      N_("accepted"), N_("pending"),   N_("active"),
        N_("terminated"), N_("refused"),  N_("no answer"), N_("expired"),
    };
    return names[state];
}

static struct span person(struct span value)
{
    struct sip_address a;
    sip_read_address(value, &a);
    return sip_user_at_host(&a);
}

static struct span first_line(struct span text)
{
    const char *end = text.n ? memchr(text.p, '\n', text.n) : NULL;
    return span_trim(end ? span_make(text.p, end) : text);
}

/* The body of a refer's NOTIFY is the status line of what the referred request got. */
static void read_notify(const struct sip_message *sip, struct subscription_words *words)
{
    static const char version[] = "SIP/2.0 ";
    words->reason = sip_param(sip_find_header(sip, "Subscription-State"), "reason");
    if (span_starts(sip->body, version))
        words->outcome = first_line(span_make(sip->body.p + strlen(version), span_end(sip->body)));
}

void subscription_words(const struct ledger *l, const struct subscription *s,
                        struct subscription_words *words)
{
    struct sip_message sip = { 0 };
    const struct transaction *t = store_transaction(l->store, ledger_latest(l, &s->head));
    const struct transaction *notify = store_transaction(
        l->store, store_transaction_find(l->store, s->notify));
    *words = (struct subscription_words){ 0 };
    if (!t || store_scan(l->store, transaction_head(t), &sip) < 0)
        return;
    bool notifies = t->method == SIP_NOTIFY;
    words->subscriber = person(notifies ? sip.to : sip.from);
    words->resource = person(notifies ? sip.from : sip.to);
    words->event = t->method == SIP_REFER ? SPAN("refer") : sip_find_header(&sip, "Event");
    words->target = sip_find_header(&sip, "Refer-To");
    if (notify && store_scan(l->store, transaction_head(notify), &sip) == 0)
        read_notify(&sip, words);
}
