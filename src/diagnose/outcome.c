/* See outcome.h. */
#include "diagnose/outcome.h"

#include "base/tr.h"
#include "store/joined.h"
#include "store/link.h"

#define LOOKED 64           /* findings of a call */
#define MESSAGES_LOOKED 128 /* of a transaction */

/* Findings that are the normal end of a call, and responses that say the same without one. */
static const struct {
    const char *rule;
    uint16_t codes[2];
    enum call_outcome outcome;
} normal[] = {
    { "busy", { 486, 600 }, OUTCOME_BUSY },
    { "declined", { 0 }, OUTCOME_DECLINED },
    { "ring-no-answer", { 0 }, OUTCOME_NO_ANSWER },
};

static bool was_found(const struct diagnosis *d, uint32_t call, const char *rule)
{
    uint8_t wanted = finding_rule(SPAN(rule));
    const struct finding *lead = diagnosis_finding(d, diagnosis_lead(d, call));
    if (lead && lead->rule == wanted) /* it may belong to another leg */
        return true;
    uint32_t id = diagnosis_of_call(d, call);
    for (int left = LOOKED; id && left > 0; left--) {
        const struct finding *f = diagnosis_finding(d, id);
        if (!f)
            return false;
        if (f->rule == wanted && !f->hidden)
            return true;
        id = f->next;
    }
    return false;
}

/*
 * Whether a request of the method got a 2xx: one that was refused is often sent anew in another
 * shape (RFC 4028 §7.2 after 422, RFC 3261 §10.2.8 after 423), or another branch was answered.
 */
static bool succeeded(const struct store *store, const struct call *call, uint8_t method)
{
    uint32_t id = call->first_txn;
    for (int left = CALL_WINDOW; id && left > 0; left--) {
        const struct transaction *t = store_transaction(store, id);
        if (t->method == method && t->class == SIP_CLASS_SUCCESS)
            return true;
        id = t->next_in_call;
    }
    return false;
}

/* It rang, then 408 or 480 said that nobody can be had. */
static bool rang_in_vain(const struct diagnosis *d, const struct store *store,
                         const struct transaction *t, uint32_t call)
{
    const struct message *last = store_message(store, t->provisional);
    const struct finding *lead = diagnosis_finding(d, diagnosis_lead(d, call));
    return (t->code == 408 || t->code == 480) && last && last->code == 180 &&
           !(lead && lead->severity == SEVERITY_ERROR);
}

/* An INVITE that did not lead to a call. */
static enum call_outcome unanswered(const struct diagnosis *d, const struct store *store,
                                    const struct transaction *t, uint32_t call,
                                    enum call_outcome otherwise)
{
    uint16_t code = t->code;
    for (size_t i = 0; i < sizeof normal / sizeof normal[0]; i++)
        if ((code && (code == normal[i].codes[0] || code == normal[i].codes[1])) ||
            was_found(d, call, normal[i].rule))
            return normal[i].outcome;
    return rang_in_vain(d, store, t, call) ? OUTCOME_NO_ANSWER : otherwise;
}

enum call_outcome call_outcome(const struct diagnosis *d, const struct store *store,
                               const struct call *call, uint32_t id)
{
    static const uint8_t by_class[SIP_CLASSES] = {
        [SIP_CLASS_NONE] = OUTCOME_OPEN,           [SIP_CLASS_PROVISIONAL] = OUTCOME_OPEN,
        [SIP_CLASS_SUCCESS] = OUTCOME_OK,          [SIP_CLASS_REDIRECT] = OUTCOME_REDIRECTED,
        [SIP_CLASS_CHALLENGE] = OUTCOME_FAILED,    [SIP_CLASS_CLIENT] = OUTCOME_FAILED,
        [SIP_CLASS_CANCELLED] = OUTCOME_CANCELLED, [SIP_CLASS_SERVER] = OUTCOME_FAILED,
        [SIP_CLASS_GLOBAL] = OUTCOME_FAILED,       [SIP_CLASS_TIMEOUT] = OUTCOME_FAILED,
    };
    const struct transaction *t = store_transaction(store, call_leading(store, call));
    if (!t || t->method == SIP_ACK)
        return OUTCOME_NONE;
    enum call_outcome outcome = succeeded(store, call, t->method) ? OUTCOME_OK : by_class[t->class];
    if (t->method != SIP_INVITE)
        return outcome;
    if (outcome == OUTCOME_OK)
        return OUTCOME_ANSWERED;
    return outcome == OUTCOME_FAILED || outcome == OUTCOME_CANCELLED
               ? unanswered(d, store, t, id, outcome)
               : outcome;
}

/* Whether the outcome of another leg says better what became of the call. */
static bool says_better(enum call_outcome first, enum call_outcome other)
{
    bool refused = other == OUTCOME_BUSY || other == OUTCOME_DECLINED || other == OUTCOME_NO_ANSWER;
    switch (first) {
    case OUTCOME_NONE:
    case OUTCOME_REDIRECTED: /* the leg that followed has the end */
        return other != OUTCOME_NONE;
    case OUTCOME_OPEN: /* its 2xx was not captured, or is on its way */
        return other == OUTCOME_ANSWERED;
    case OUTCOME_FAILED:
        return refused;
    case OUTCOME_CANCELLED:
        return other == OUTCOME_NO_ANSWER;
    default:
        return false;
    }
}

/* What was refused first and accepted then, or by another branch of a fork, is no failure. */
static struct call_end end_of_leg(const struct diagnosis *d, const struct store *store, uint32_t id)
{
    const struct call *call = store_call(store, id);
    const struct transaction *t = store_transaction(store, call_leading(store, call));
    struct call_end end = { call_outcome(d, store, call, id), t ? t->class : SIP_CLASS_NONE };
    if (end.outcome == OUTCOME_OK || end.outcome == OUTCOME_ANSWERED)
        end.class = SIP_CLASS_SUCCESS;
    return end;
}

struct call_end call_end_of_legs(const struct diagnosis *d, const struct store *store,
                                 const uint32_t *legs, size_t n)
{
    struct call_end end = { OUTCOME_NONE, SIP_CLASS_NONE };
    for (size_t i = 0; i < n; i++) {
        struct call_end of = end_of_leg(d, store, legs[i]);
        bool taken = end.outcome == OUTCOME_CANCELLED && of.outcome == OUTCOME_ANSWERED &&
                     link_why(store, legs[0], legs[i]) == LINK_REPLACES; /* picked up elsewhere */
        if (i > 0 && !taken && !says_better(end.outcome, of.outcome))
            continue;
        end.outcome = of.outcome;
        /* the caller was refused, whatever became of another leg */
        if (i == 0 || !sip_class_failed((enum sip_class)end.class))
            end.class = of.class;
    }
    return end;
}

struct call_end call_end_of(const struct diagnosis *d, const struct store *store, uint32_t call)
{
    uint32_t legs[JOINED_LEGS];
    return call_end_of_legs(d, store, legs, joined_legs(store, call, legs));
}

bool call_end_failed(struct call_end end)
{
    return sip_class_failed((enum sip_class)end.class);
}

static uint32_t answer_of(const struct transaction *t)
{
    return t->final ? t->final : t->provisional;
}

uint32_t transaction_origin(const struct store *store, uint32_t id)
{
    const struct transaction *of = store_transaction(store, id);
    uint32_t found = of ? answer_of(of) : 0;
    const struct message *best = store_message(store, found);
    const struct call *call = best ? store_call(store, of->call) : NULL;
    /* hops further on began later */
    uint32_t at = !call ? 0 : call->transactions <= CALL_WINDOW ? call->first_txn : id;
    for (int left = CALL_WINDOW; at && left > 0; left--) {
        const struct transaction *t = store_transaction(store, at);
        const struct message *m = store_message(store, answer_of(t));
        if (m && t->method == of->method && t->cseq == of->cseq && m->code == best->code &&
            m->time_ns < best->time_ns) {
            best = m;
            found = answer_of(t);
        }
        at = t->next_in_call;
    }
    return found;
}

uint32_t transaction_rang(const struct store *store, uint32_t id)
{
    const struct transaction *t = store_transaction(store, id);
    uint32_t found = 0, at = t ? t->last : 0;
    for (int left = MESSAGES_LOOKED; at && left > 0; left--) {
        const struct message *m = store_message(store, at);
        found = m->code == 180 || m->code == 183 ? at : found;
        at = m->previous;
    }
    return found;
}

int64_t transaction_rang_ns(const struct store *store, uint32_t id)
{
    const struct message *end = store_message(store, transaction_origin(store, id));
    const struct message *rang = end ? store_message(store,
                                                     transaction_rang(store, end->transaction))
                                     : NULL;
    return rang && end->code >= 300 ? end->time_ns - rang->time_ns : -1;
}

static const struct addr *client_of(const struct store *store, const struct transaction *t)
{
    const struct message *head = store_message(store, transaction_head(t));
    const struct flow *flow = store_flow(store, head->flow);
    return head->code ? &flow->dst : &flow->src;
}

/* Whether the answer made the client send its request again, or lets it. */
static bool asks_again(const struct transaction *t)
{
    return t->class == SIP_CLASS_CHALLENGE || t->class == SIP_CLASS_REDIRECT;
}

uint32_t transaction_mended(const struct store *store, uint32_t id)
{
    const struct transaction *first = store_transaction(store, id), *t;
    if (!first || !asks_again(first))
        return 0;
    uint32_t at = first->next_in_call;
    for (int left = CALL_WINDOW; at && left > 0; left--, at = t->next_in_call) {
        t = store_transaction(store, at);
        if (t->method != first->method || t->cseq <= first->cseq ||
            !addr_same_host(client_of(store, t), client_of(store, first)))
            continue;
        if (t->class == SIP_CLASS_SUCCESS)
            return at;
        if (!asks_again(t))
            return 0;
    }
    return 0;
}

const char *call_outcome_name(enum call_outcome outcome)
{
    static const char *const names[OUTCOMES] = {
        [OUTCOME_OPEN] = N_("open"),           [OUTCOME_OK] = N_("ok"),
        [OUTCOME_ANSWERED] = N_("answered"),   [OUTCOME_BUSY] = N_("busy"),
        [OUTCOME_DECLINED] = N_("declined"),   [OUTCOME_NO_ANSWER] = N_("no answer"),
        [OUTCOME_CANCELLED] = N_("cancelled"), [OUTCOME_REDIRECTED] = N_("redirected"),
        [OUTCOME_FAILED] = N_("failed"),
    };
    return outcome < OUTCOMES ? names[outcome] : NULL;
}
