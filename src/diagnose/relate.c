/*
 * How findings of one call explain each other. Some say better what another says too and take
 * its place; some are the cause of another, which then does not lead. Of those that nothing
 * explains the one leads that is worst or explains the worst, then the earliest.
 */
#include "diagnose/private.h"

/* `by` on the same transaction (or its other hops) takes the place of `what`. */
static const struct {
    const char *by, *what;
} replaced[] = {
    { "large-request-lost", "no-response" },
    { "host-unreachable", "no-response" },
    { "connection-refused", "no-response" },
    { "tls-failed", "no-response" },
    { "user-not-registered", "number-not-found" },
    { "user-not-registered", "unavailable" },
    { "ring-no-answer", "unavailable" },
    { "ring-no-answer", "busy" },
    { "identity-rejected", "forbidden" },
    { "identity-rejected", "auth-refused" },
    { "call-blocked", "declined" },
    { "cseq-not-increasing", "server-error" },
    { "srtp-mismatch", "no-common-codec" },
    { "delayed-offer-refused", "no-common-codec" },
    { "t38-refused", "no-common-codec" },
    { "t38-refused", "media-rejected" },
    { "redirect-failed", "number-not-found" },
    { "stuck-after-trying", "unavailable" },
};

/* `cause` in the same call (or a leg joined to it) explains `effect`. */
static const struct {
    const char *cause, *effect;
} explained[] = {
    { "contact-private", "ack-missing" },
    { "contact-private", "no-response" },
    { "contact-private", "registration-lapsed" },
    { "contact-private", "dialog-lost" },
    { "contact-private", "session-refresh-failed" },
    { "contact-private", "session-expired" },
    { "contact-private", "media-timeout-bye" },
    { "contact-private", "notify-missing" },
    { "sip-alg-suspected", "contact-private" },
    { "sip-alg-suspected", "sdp-private-address" },
    { "sip-alg-suspected", "content-length-mismatch" },
    { "sip-alg-suspected", "ack-missing" },
    { "contact-missing", "ack-missing" },
    { "contact-missing", "ack-wrong-target" },
    { "contact-transport-mismatch", "ack-missing" },
    { "contact-transport-mismatch", "no-response" },
    { "contact-transport-mismatch", "connection-refused" },
    { "contact-transport-mismatch", "tls-failed" },
    { "contact-transport-mismatch", "session-refresh-failed" },
    { "ack-wrong-target", "ack-missing" },
    { "ack-cseq-mismatch", "ack-missing" },
    { "record-route-bypassed", "ack-missing" },
    { "record-route-bypassed", "dialog-lost" },
    { "record-route-bypassed", "no-response" },
    { "sdp-private-address", "media-timeout-bye" },
    { "media-rejected", "media-timeout-bye" },
    { "srtp-mismatch", "media-rejected" },
    { "no-common-codec", "media-rejected" },
    { "auth-not-attempted", "session-refresh-failed" },
    { "session-refresh-failed", "session-expired" },
    { "session-refresh-failed", "no-response" },
    { "cseq-not-increasing", "session-refresh-failed" },
    { "dialog-lost", "session-refresh-failed" },
    { "no-response", "session-refresh-failed" },
    { "routing-loop", "merged-request" },
    { "routing-loop", "slow-response" },
    { "routing-loop", "no-response" },
    { "routing-loop", "stuck-after-trying" },
    { "routing-loop", "service-unavailable" },
    { "routing-loop", "server-error" },
    { "routing-loop", "unavailable" },
    { "host-unreachable", "service-unavailable" },
    { "host-unreachable", "server-error" },
    { "host-unreachable", "stuck-after-trying" },
    { "host-unreachable", "unavailable" },
    { "host-unreachable", "ack-missing" },
    { "connection-refused", "service-unavailable" },
    { "connection-refused", "server-error" },
    { "connection-refused", "unavailable" },
    { "tls-failed", "service-unavailable" },
    { "tls-failed", "server-error" },
    { "tls-failed", "unavailable" },
    { "tls-failed", "stuck-after-trying" },
    { "no-response", "stuck-after-trying" },
    { "no-response", "server-error" },
    { "no-response", "service-unavailable" },
    { "no-response", "unavailable" },
    { "large-request-lost", "stuck-after-trying" },
    { "large-request-lost", "server-error" },
    { "large-request-lost", "service-unavailable" },
    { "large-request-lost", "unavailable" },
    { "redirect-failed", "unavailable" },
    { "service-unavailable", "redirect-failed" },
    { "service-unavailable", "number-not-found" },
    { "service-unavailable", "server-error" },
    { "malformed-message", "server-error" },
    { "malformed-message", "no-response" },
    { "malformed-message", "ack-missing" },
    { "content-length-mismatch", "no-response" },
    { "content-length-mismatch", "malformed-message" },
    { "stuck-after-trying", "service-unavailable" },
    { "stuck-after-trying", "server-error" },
    { "prack-missing", "service-unavailable" },
    { "prack-missing", "server-error" },
    { "prack-missing", "unavailable" },
    { "extension-required", "prack-missing" },
    { "flow-failed", "unavailable" },
    { "registration-lapsed", "user-not-registered" },
    { "register-interval-too-brief", "registration-lapsed" },
    { "auth-loop", "auth-not-attempted" },
    { "auth-loop", "auth-refused" },
    { "auth-loop", "service-unavailable" },
    { "auth-loop", "server-error" },
    { "auth-stale-loop", "service-unavailable" },
    { "auth-stale-loop", "server-error" },
    { "auth-not-attempted", "service-unavailable" },
    { "auth-not-attempted", "server-error" },
    { "forbidden", "auth-refused" },
    { "cancel-no-match", "cancel-unanswered" },
    { "ack-missing", "dialog-lost" },
};

/* What says why a request was refused explains that a hop passed on another code for it. */
static const char *const refusals[] = {
    "no-response",
    "large-request-lost",
    "host-unreachable",
    "connection-refused",
    "tls-failed",
    "stuck-after-trying",
    "number-not-found",
    "user-not-registered",
    "busy",
    "declined",
    "unavailable",
    "ring-no-answer",
    "service-unavailable",
    "server-error",
    "auth-refused",
    "forbidden",
    "flow-failed",
    "identity-rejected",
    "call-blocked",
    "redirect-failed",
    "no-common-codec",
    "srtp-mismatch",
    "t38-refused",
    "delayed-offer-refused",
    "extension-unsupported",
    "extension-required",
    "merged-request",
    "routing-loop",
    "malformed-message",
    "cseq-not-increasing",
    "contact-missing",
    "prack-missing",
    "session-interval-too-small",
};

/* True of the call, and no reason to refuse it: a request that failed shows what refused it. */
static const char *const bystanders[] = {
    "contact-private",     "sdp-private-address",
    "sip-alg-suspected",   "register-contact-unroutable",
    "retry-after-ignored", "hold-legacy-address",
    "missing-trying",
};

enum { REPLACES = 1, EXPLAINS = 2 };

#define COUNT(table) (sizeof(table) / sizeof *(table))

static void refusals_explain(uint8_t relations[UINT8_MAX + 1][UINT8_MAX + 1])
{
    for (size_t i = 0; i < COUNT(refusals); i++)
        relations[finding_rule(SPAN(refusals[i]))][finding_rule(SPAN("code-translated"))] |=
            EXPLAINS;
}

/* An attack explains whatever goes wrong in its calls; the second one the first. */
static const char *const attacks[] = { "scanner", "brute-force" };

static void attacks_explain(uint8_t relations[UINT8_MAX + 1][UINT8_MAX + 1])
{
    for (size_t i = 0; i < COUNT(attacks); i++)
        for (unsigned rule = 1; rule <= finding_rules(); rule++)
            relations[finding_rule(SPAN(attacks[i]))][rule] |= EXPLAINS;
    relations[finding_rule(SPAN(attacks[0]))][finding_rule(SPAN(attacks[1]))] = 0;
}

/* The tables above by the numbers of rules. */
static uint8_t relation(const struct draft *a, const struct draft *b)
{
    static uint8_t relations[UINT8_MAX + 1][UINT8_MAX + 1];
    static bool known;
    for (size_t i = 0; !known && i < COUNT(replaced); i++)
        relations[finding_rule(SPAN(replaced[i].by))][finding_rule(SPAN(replaced[i].what))] |=
            REPLACES;
    for (size_t i = 0; !known && i < COUNT(explained); i++)
        relations[finding_rule(SPAN(explained[i].cause))]
                 [finding_rule(SPAN(explained[i].effect))] |= EXPLAINS;
    if (!known) {
        refusals_explain(relations);
        attacks_explain(relations);
    }
    known = true;
    return relations[a->rule][b->rule];
}

/* The same transaction, or the same request on another hop. */
static bool same_request(const struct scene_transaction *a, const struct scene_transaction *b)
{
    return a == b || (a->call == b->call && a->stored->method == b->stored->method &&
                      a->stored->cseq == b->stored->cseq);
}

static bool takes_place(const struct draft *by, const struct draft *what)
{
    return (relation(by, what) & REPLACES) && same_request(by->txn, what->txn);
}

/* Whether the one lies on the way of the other's request. */
static bool is_above(const struct scene_transaction *a, const struct scene_transaction *b)
{
    while (b && b != a)
        b = b->upstream;
    return b != NULL;
}

/* Branches of one fork do not explain each other: each has an end of its own. */
static bool in_two_branches(const struct scene_transaction *a, const struct scene_transaction *b)
{
    return same_request(a, b) && !is_above(a, b) && !is_above(b, a);
}

bool relate_explains(const struct draft *cause, const struct draft *effect)
{
    return (relation(cause, effect) & EXPLAINS) && !in_two_branches(cause->txn, effect->txn);
}

bool relate_bystander(const struct draft *d)
{
    static bool known, is[UINT8_MAX + 1];
    for (size_t i = 0; !known && i < COUNT(bystanders); i++)
        is[finding_rule(SPAN(bystanders[i]))] = true;
    known = true;
    return is[d->rule];
}

/* How bad it is, or the worst that it explains. */
static int weight(const struct draft *drafts, size_t n, size_t i)
{
    int worst = drafts[i].severity;
    for (size_t k = 0; k < n; k++)
        if (k != i && !drafts[k].hidden && drafts[k].severity > worst &&
            relate_explains(&drafts[i], &drafts[k]))
            worst = drafts[k].severity;
    return worst;
}

/* Whether `a` should lead rather than `b`; x and y are their weights. */
static bool before(const struct draft *a, int x, const struct draft *b, int y)
{
    if (x != y)
        return x > y;
    if (a->time_ns != b->time_ns)
        return a->time_ns < b->time_ns;
    return a->rule < b->rule;
}

int relate_drafts(struct draft *drafts, size_t n)
{
    int best = -1, best_explained = -1, weights[JUDGE_DRAFTS];
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n && !drafts[i].hidden; k++)
            drafts[i].hidden = k != i && takes_place(&drafts[k], &drafts[i]);
    for (size_t i = 0; i < n; i++) {
        bool effect = false;
        weights[i] = drafts[i].hidden ? 0 : weight(drafts, n, i);
        for (size_t k = 0; k < n && !effect; k++)
            effect = k != i && !drafts[k].hidden && relate_explains(&drafts[k], &drafts[i]);
        int *place = effect ? &best_explained : &best;
        if (!drafts[i].hidden &&
            (*place < 0 || before(&drafts[i], weights[i], &drafts[*place], weights[*place])))
            *place = (int)i;
    }
    return best >= 0 ? best : best_explained;
}
