/* Rules about CANCEL (RFC 3261 §9): whether it meets its INVITE, and ends it. */
#include "base/timefmt.h"
#include "diagnose/misses.h"
#include "diagnose/rule.h"
#include "sip/timers.h"

/* On the same hop; itself it may be missing in the capture, when it has been answered there. */
static const struct scene_transaction *cancelled_invite(struct judge *j,
                                                        const struct scene_transaction *cancel)
{
    EACH_TRANSACTION(j, t)
        if (t->call == cancel->call && scene_method(t) == SIP_INVITE &&
            t->stored->cseq == cancel->stored->cseq && scene_same_hop(t, cancel))
            return t;
    return NULL;
}

static void cancel_no_match(struct judge *j)
{
    char by[ADDR_TEXT];
    EACH_TRANSACTION(j, t) {
        if (scene_method(t) != SIP_CANCEL || scene_final(t) != 481 || judge_passed_on(t))
            continue;
        const struct scene_transaction *invite = cancelled_invite(j, t);
        struct draft *d = judge_find(j, t, 95);
        judge_address(&t->server, by);
        bool differs = invite && t->request &&
                       !span_equal(scene_sip(invite->first)->branch, scene_sip(t->request)->branch);
        bool ended = invite && invite->final &&
                     invite->final->stored->time_ns <= t->first->stored->time_ns;
        if (differs)
            draft_say(d, _("no INVITE to cancel at %s: other branch"), by);
        else if (ended)
            draft_say(d, _("no INVITE to cancel at %s: it was over with %u"), by,
                      scene_final(invite));
        else
            draft_say(d, _("no INVITE to cancel at %s"), by);
        if (invite)
            draft_proof(d, invite->request, _("INVITE, branch %.*s"),
                        SPAN_ARG(scene_sip(invite->first)->branch));
        draft_proof(d, t->request, _("CANCEL, branch %.*s"), SPAN_ARG(scene_sip(t->first)->branch));
        draft_proof(d, t->final, _("481 from %s"), by);
        if (differs) {
            draft_host(d, &t->client);
            judge_address(&t->client, by);
            draft_cause(d, _("%s sent the CANCEL with another branch than its INVITE"), by);
            draft_remedy(d, _("Make %s copy the INVITE's top Via and Request-URI"), by);
        } else if (ended) {
            draft_cause(d, _("The INVITE had ended before the CANCEL came"));
            draft_remedy(d,
                         _("Nothing to do where they crossed; else see why the client cancels "
                           "after the %u"),
                         scene_final(invite));
        }
    }
}

/* Whether a server further on accepted the CANCEL and forgot the INVITE: who waits for its end has
 * none to pass on. A CANCEL is made anew on each hop. */
static bool forgotten_further_on(struct judge *j, const struct scene_transaction *invite)
{
    for (const struct scene_transaction *o = invite->downstream; o; o = o->branch)
        EACH_TRANSACTION(j, t)
            if (!o->final && scene_method(t) == SIP_CANCEL && scene_final(t) / 100 == 2 &&
                cancelled_invite(j, t) == o)
                return true;
    return false;
}

static void cancel_unanswered(struct judge *j)
{
    char by[ADDR_TEXT];
    EACH_TRANSACTION(j, t) {
        if (scene_method(t) != SIP_CANCEL || scene_final(t) / 100 != 2)
            continue;
        const struct scene_transaction *invite = cancelled_invite(j, t);
        int64_t until = t->final->stored->time_ns + SIP_TIMEOUT_NS;
        if (!invite || misses_final(invite) ||
            (invite->final && invite->final->stored->time_ns <= until) || !judge_waited(j, until))
            continue;
        if (forgotten_further_on(j, invite))
            continue;
        struct draft *d = judge_find(j, invite, 95);
        d->time_ns = t->final->stored->time_ns;
        judge_address(&t->server, by);
        draft_say(d, _("INVITE hangs: %s accepted the CANCEL but did not end it"), by);
        draft_proof(d, invite->request, _("INVITE to %s"), by);
        draft_proof(d, t->request, _("CANCEL"));
        draft_proof(d, t->final, _("%u to the CANCEL, and no 487 within 32 s"), scene_final(t));
        draft_cause(d, _("%s forgot the INVITE"), by);
        draft_remedy(d,
                     _("Look at %s for the call that hangs (by its Call-ID) and free it; then for "
                       "why it sent no 487"),
                     by);
    }
}

static void cancel_crossed_answer(struct judge *j)
{
    char apart[TIME_TEXT];
    EACH_TRANSACTION(j, t) {
        const struct scene_transaction *invite = scene_method(t) == SIP_CANCEL && t->request
                                                     ? cancelled_invite(j, t)
                                                     : NULL;
        if (!invite || !scene_answered(invite) || t->upstream)
            continue;
        int64_t cancelled = t->request->stored->time_ns;
        int64_t answer = invite->final->stored->time_ns;
        bool refused = scene_final(t) >= 300 && t->final->stored->time_ns < answer;
        int64_t between = answer > cancelled ? answer - cancelled : cancelled - answer;
        if (refused || between > 2 * SECOND_NS)
            continue;
        struct draft *d = judge_find(j, invite, 95);
        time_short(between, apart);
        const struct scene_transaction *bye = judge_next(j, invite, SIP_BYE);
        draft_say(d,
                  bye ? _("CANCEL crossed the answer, %s apart; then BYE")
                      : _("CANCEL crossed the answer, %s apart: the call is up"),
                  apart);
        draft_proof(d, t->request, _("CANCEL"));
        draft_proof(d, invite->final, _("%u to the INVITE"), scene_final(invite));
        if (!bye)
            continue;
        draft_proof(d, bye->first, "BYE");
        draft_remedy(d, _("Nothing to do: a BYE ended the call"));
    }
}

const struct rule rules_cancel[] = {
    { "cancel-no-match", SCOPE_CALL, SEVERITY_WARNING, CALL_CANCELLED, cancel_no_match,
      N_("The CANCEL's branch differs from its INVITE's, or the INVITE was already over"),
      N_("Make the CANCEL copy the INVITE's top Via and Request-URI") },
    { "cancel-unanswered", SCOPE_CALL, SEVERITY_ERROR, CALL_CANCELLED, cancel_unanswered,
      N_("The server forgot the INVITE"),
      N_("Look on the server for the call that hangs, and for why it sent no 487") },
    { "cancel-crossed-answer", SCOPE_CALL, SEVERITY_NOTICE, CALL_CANCELLED, cancel_crossed_answer,
      N_("A race: the callee answered while the caller hung up"),
      N_("See why no BYE follows: the caller has hung up, and the call is up") },
    { 0 },
};
