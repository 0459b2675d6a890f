/* Rules about the timing of one transaction: slow, stuck, not acknowledged. See rule.h. */
#include "base/timefmt.h"
#include "diagnose/misses.h"
#include "diagnose/rule.h"
#include "sip/timers.h"

#define STUCK_NS (10 * SECOND_NS)
#define SLOW_NS (2 * SECOND_NS)
#define CLOCK_NS (SECOND_NS / 50) /* timers tick: Timer A runs out a little early */

/* The latest moment at which an INVITE had nothing but 100: its end, the CANCEL, or now. */
static int64_t end_of_patience(struct judge *j, const struct scene_transaction *t)
{
    const struct transaction *cancel = store_transaction(j->scene->store, t->stored->related);
    if (cancel && cancel->method == SIP_CANCEL)
        return cancel->time_ns;
    return t->final ? t->final->stored->time_ns : INT64_MAX;
}

/*
 * Whether the call shows that more came than was captured: an ACK to the final answer, a request in
 * the dialog, or a later INVITE of the client's.
 */
static bool got_further(struct judge *j, const struct scene_transaction *t)
{
    if (misses_final(t))
        return true;
    EACH_TRANSACTION(j, o) {
        if (o->call != t->call || o->first->stored->time_ns < t->first->stored->time_ns)
            continue;
        if (scene_in_dialog(o) || (scene_is_ack(o) && o->stored->cseq == t->stored->cseq))
            return true;
        if (o->stored->cseq > t->stored->cseq && scene_same_client(o, t))
            return true;
    }
    return false;
}

static void stuck_after_trying(struct judge *j)
{
    char waited[TIME_TEXT], to[ADDR_TEXT];
    EACH_TRANSACTION(j, t) {
        if (scene_method(t) != SIP_INVITE || !t->trying || t->early)
            continue;
        if (t->final && scene_final(t) != 408 && scene_final(t) != 487)
            continue;
        int64_t since = t->trying->stored->time_ns, end = end_of_patience(j, t);
        if (end == INT64_MAX && !judge_waited(j, since + STUCK_NS))
            continue;
        end = end == INT64_MAX ? j->scene->now_ns : end;
        /* where the next hop is seen to be stuck as well, it stands there */
        if (end - since < STUCK_NS || (t->downstream && t->downstream->trying) || got_further(j, t))
            continue;
        struct draft *d = judge_find(j, t, t->final ? 95 : 90);
        d->time_ns = since;
        time_short(end - since, waited);
        judge_address(&t->server, to);
        draft_say(d, _("stuck after 100 for %s: %s gets no further"), waited, to);
        draft_remedy(d, _("Follow the call at %s: its route onwards, its own timers and log"), to);
        draft_proof(d, t->request, _("INVITE to %s"), to);
        draft_proof(d, t->trying, _("100 from %s, and nothing else for %s"), to, waited);
        draft_proof(d, t->final, _("then %u"), scene_final(t));
        if (!t->downstream)
            draft_because(d, _("what %s did next is not in this capture"), to);
        else
            draft_proof(d, t->downstream->request, _("it sent the INVITE on, without an answer"));
    }
}

/* When the request came again for the first time; INT64_MAX where only once. */
static int64_t first_repetition(struct judge *j, const struct scene_transaction *t)
{
    EACH_MESSAGE(j, m)
        if (m->txn == t && m->repeated && m->stored->code == 0)
            return m->stored->time_ns;
    return INT64_MAX;
}

static void missing_trying(struct judge *j)
{
    char took[TIME_TEXT], from[ADDR_TEXT];
    EACH_TRANSACTION(j, t) {
        if (scene_method(t) != SIP_INVITE || t->sent < 2 || !t->responses || !scene_unreliable(t))
            continue;
        const struct scene_message *first = t->trying ? t->trying : t->early ? t->early : t->final;
        if (!first || !t->request)
            continue;
        if (t->early && t->early->stored->time_ns < first->stored->time_ns)
            first = t->early;
        int64_t wait = first->stored->time_ns - t->request->stored->time_ns;
        /* an answer in time was lost, or on its way when the request came again: nobody was slow */
        if (wait < SIP_T1_NS - CLOCK_NS || first->stored->time_ns < first_repetition(j, t))
            continue;
        struct draft *d = judge_find(j, t, 90);
        d->time_ns = t->request->stored->time_ns;
        time_short(wait, took);
        judge_address(&t->server, from);
        draft_say(d, _("no 100 in time: first answer from %s after %s, INVITE sent %u times"), from,
                  took, t->sent);
        draft_cause(d, _("%s is slow, and sends no 100 Trying meanwhile"), from);
        draft_remedy(d, _("Let %s send 100 at once; look at its load"), from);
        draft_proof(d, t->request, _("INVITE to %s, sent %u times"), from, t->sent);
        draft_proof(d, first, _("%u, %s later"), first->stored->code, took);
    }
}

static void slow_response(struct judge *j)
{
    char took[TIME_TEXT], from[ADDR_TEXT];
    EACH_TRANSACTION(j, t) {
        if (scene_method(t) == SIP_INVITE || scene_method(t) == SIP_ACK || !t->request || !t->final)
            continue;
        int64_t wait = t->final->stored->time_ns - t->request->stored->time_ns;
        bool further_on = t->downstream && t->downstream->request && t->downstream->final &&
                          t->downstream->final->stored->time_ns -
                                  t->downstream->request->stored->time_ns >
                              SLOW_NS;
        if (wait <= SLOW_NS || further_on)
            continue;
        struct draft *d = judge_find(j, t, 100);
        time_short(wait, took);
        judge_address(&t->server, from);
        draft_say(d, _("slow answer from %s: %s to %s"), from, took,
                  sip_method_name(scene_method(t)));
        draft_proof(d, t->request, _("%s to %s"), sip_method_name(scene_method(t)), from);
        draft_proof(d, t->final, _("%u, %s later"), scene_final(t), took);
        draft_remedy(d, _("Look at the load of %s, and at what it asks: database, DNS"), from);
    }
}

static void ack_missing_failure(struct judge *j)
{
    char from[ADDR_TEXT], lasted[TIME_TEXT];
    EACH_TRANSACTION(j, t) {
        if (scene_method(t) != SIP_INVITE || scene_final(t) < 300 || t->ack ||
            t->answered < SENT_IN_VAIN || !scene_unreliable(t))
            continue;
        struct draft *d = judge_find(j, t, 95);
        draft_host(d, &t->client);
        judge_address(&t->client, from);
        draft_say(d, _("no ACK from %s: %u sent %u times"), from, scene_final(t), t->answered);
        draft_proof(d, t->final, _("the first %u to %s"), scene_final(t), from);
        time_short(t->last->stored->time_ns - t->final->stored->time_ns, lasted);
        draft_proof(d, t->last, _("the last of %u copies, %s later"), t->answered, lasted);
        draft_remedy(d, _("See at %s whether the %u arrives there; if so, where its ACK goes"),
                     from, scene_final(t));
    }
}

const struct rule rules_transaction[] = {
    { "stuck-after-trying", SCOPE_TRANSACTION, SEVERITY_WARNING,
      CALL_STUCK | CALL_FAILED | CALL_CANCELLED | CALL_SILENT, stuck_after_trying,
      N_("The next hop accepted the call but cannot reach or locate the callee"),
      N_("Follow the call on the next hop: check its downstream route and its own timers") },
    { "missing-trying", SCOPE_TRANSACTION, SEVERITY_NOTICE, CALL_REPEATED, missing_trying,
      N_("A slow server that sends no 100 Trying"),
      N_("Let the server send 100 at once; look at its load") },
    { "slow-response", SCOPE_TRANSACTION, SEVERITY_WARNING, CALL_SLOW, slow_response,
      N_("Overload, a slow database or slow DNS on the answering side"),
      N_("Look at the responder's load and its look-ups") },
    { "ack-missing-failure", SCOPE_TRANSACTION, SEVERITY_WARNING, CALL_REPEATED,
      ack_missing_failure,
      N_("The caller's side does not acknowledge the failure, or the ACK is lost"),
      N_("Check the path back, and the client's transaction handling") },
    { 0 },
};
