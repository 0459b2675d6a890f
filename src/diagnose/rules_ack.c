/* Rules about the ACK to a 2xx: whether it comes, and comes to the right place (RFC 3261 §13.2.2.4). */
#include "base/timefmt.h"
#include "diagnose/rule.h"
#include "sip/fields.h"
#include "sip/timers.h"

static struct span host_of(struct span contact_or_uri)
{
    struct sip_address a;
    if (contact_or_uri.n == 0)
        return SPAN_NONE;
    sip_read_address(contact_or_uri, &a);
    return sip_host_name(a.host);
}

static struct span contact_host(const struct scene_message *m)
{
    return m ? host_of(scene_sip(m)->contact) : SPAN_NONE;
}

/* An ACK for the answer that went somewhere else. */
static const struct scene_transaction *stray_ack(struct judge *j, const struct scene_transaction *t)
{
    EACH_TRANSACTION(j, a)
        if (a->call == t->call && scene_is_ack(a) && a->stored->cseq == t->stored->cseq)
            return a;
    return NULL;
}

static const struct scene_transaction *bye_after(struct judge *j, const struct scene_transaction *t)
{
    EACH_TRANSACTION(j, b)
        if (b->call == t->call && scene_method(b) == SIP_BYE && b->request &&
            b->request->stored->time_ns > t->final->stored->time_ns)
            return b;
    return NULL;
}

/* What to look at next, and what came of it, as far as it can be seen. */
static void follow_ack(struct judge *j, struct draft *d, const struct scene_transaction *t,
                       const struct scene_transaction *top)
{
    char to[ADDR_TEXT], after[TIME_TEXT];
    const struct scene_transaction *ack = stray_ack(j, t), *bye = bye_after(j, t);
    struct span contact = judge_quote(contact_host(t->final));
    judge_address(ack ? &ack->server : &top->client, to);
    if (ack) {
        draft_proof(d, ack->request, _("an ACK went to %s instead"), to);
        draft_remedy(
            d, _("Compare Contact and Record-Route of the 2xx with the ACK that went to %s"), to);
    } else {
        draft_remedy(
            d, _("See at %s whether the 2xx arrives there; if so, where its ACK to %.*s goes"), to,
            SPAN_ARG(contact));
    }
    if (!bye)
        return;
    time_short(bye->request->stored->time_ns - t->final->stored->time_ns, after);
    judge_address(&bye->client, to);
    draft_proof(d, bye->request, _("BYE from %s, %s after the answer"), to, after);
}

/* The hop nearest to the caller that the 2xx was passed on over and no ACK was seen on. */
static const struct scene_transaction *not_acknowledged(struct judge *j,
                                                        const struct scene_transaction *t)
{
    const struct scene_transaction *up;
    while ((up = t->upstream) != NULL && up->call == t->call && scene_answered(up) &&
           !judge_acknowledged(j, up))
        t = up;
    return t;
}

static void ack_missing(struct judge *j)
{
    char to[ADDR_TEXT], lasted[TIME_TEXT];
    EACH_TRANSACTION(j, t) {
        if (!scene_answered(t) || t->answered < SENT_IN_VAIN || judge_acknowledged(j, t))
            continue;
        if (t->upstream && scene_answered(t->upstream) && t->upstream->call == t->call &&
            t->upstream->answered >= SENT_IN_VAIN && !judge_acknowledged(j, t->upstream))
            continue; /* it is missing nearer to the caller already */
        struct draft *d = judge_find(j, t, 95);
        const struct scene_transaction *top = not_acknowledged(j, t);
        draft_host(d, &top->client);
        judge_address(&top->client, to);
        time_short(t->last->stored->time_ns - t->final->stored->time_ns, lasted);
        struct span contact = judge_quote(contact_host(t->final));
        if (bye_after(j, t))
            draft_say(d, _("answered, no ACK from %s: %u sent %u times, then BYE"), to,
                      scene_final(t), t->answered);
        else
            draft_say(d, _("answered, no ACK from %s: %u sent %u times"), to, scene_final(t),
                      t->answered);
        if (top != t)
            draft_proof(d, top->final, _("it reached %s, which sent no ACK"), to);
        judge_address(&t->client, to);
        draft_proof(d, t->final, _("the first %u to %s, Contact %.*s"), scene_final(t), to,
                    SPAN_ARG(contact));
        draft_proof(d, t->last, _("the last of %u copies, %s later"), t->answered, lasted);
        if (d->texts)
            follow_ack(j, d, t, top);
    }
}

/* The 2xx that an ACK answers: of its number and dialog, on its hop if it was seen there. */
static const struct scene_transaction *answered_by(struct judge *j,
                                                   const struct scene_transaction *ack)
{
    const struct scene_transaction *found = NULL;
    EACH_TRANSACTION(j, t) {
        if (t->call != ack->call || !scene_answered(t) || t->stored->cseq != ack->stored->cseq ||
            !span_equal(scene_sip(t->final)->to_tag, scene_sip(ack->request)->to_tag))
            continue;
        if (scene_same_client(t, ack))
            return t;
        found = found ? found : t;
    }
    return found;
}

/* A strict router is addressed itself; the remote target then stands last in Route (§12.2.1.1). */
static bool strict_route(const struct scene_transaction *ack, const struct scene_transaction *t)
{
    struct span route = scene_header(t->final, "Record-Route");
    struct sip_address a;
    if (route.n == 0)
        return false;
    struct span rest = route, one, last = SPAN_NONE;
    while (sip_next_value(&rest, &one))
        last = one;
    sip_read_address(last, &a);
    return !span_search(a.uri, ";lr") &&
           judge_same_host(a.host, host_of(scene_sip(ack->request)->uri));
}

/* A proxy that knows its client is behind NAT sends to where the 2xx came from. */
static bool nat_repaired(const struct scene_transaction *t, struct span uri_host)
{
    struct addr a;
    struct sip_address contact;
    sip_read_address(scene_sip(t->final)->contact, &contact);
    return judge_private_from_public(contact.host, &t->final->flow->src) &&
           addr_read(uri_host, &a) == 0 && addr_same_host(&a, &t->final->flow->src);
}

/* Who made another target of the Contact: a device that passed the 2xx on, as the hop before shows,
 * else who sent the ACK. */
static void blame_rewriter(struct draft *d, const struct scene_transaction *t,
                           const struct scene_transaction *ack, struct span got)
{
    char by[ADDR_TEXT];
    const struct scene_transaction *up = t->upstream;
    if (up && up->call == t->call && scene_answered(up) && contact_host(up->final).n &&
        judge_same_host(contact_host(up->final), got)) {
        draft_host(d, &up->server);
        judge_address(&up->server, by);
        draft_proof(d, up->final, _("%s passed the %u on with Contact %.*s"), by, scene_final(up),
                    SPAN_ARG(got));
        draft_cause(d, _("%s rewrote the Contact, and does not undo it in the ACK"), by);
        draft_remedy(d, _("Correct the rewriting of Contact at %s"), by);
        return;
    }
    judge_address(&judge_beginning(ack)->client, by);
    draft_cause(d, _("%s ignores the Contact, or a device on the way rewrote it"), by);
    draft_remedy(d,
                 _("Compare the Contact of the 2xx as %s got it; then correct NAT or SBC on the "
                   "way, or %s itself"),
                 by, by);
}

static void ack_wrong_target(struct judge *j)
{
    char to[ADDR_TEXT];
    EACH_TRANSACTION(j, a) {
        const struct scene_transaction *t = scene_is_ack(a) ? answered_by(j, a) : NULL;
        struct span wanted = t ? contact_host(t->final) : SPAN_NONE;
        struct span got = t ? host_of(scene_sip(a->request)->uri) : SPAN_NONE;
        if (wanted.n == 0 || got.n == 0 || judge_same_host(wanted, got) || nat_repaired(t, got) ||
            strict_route(a, t) || (a->upstream && !scene_same_client(t, a)))
            continue;
        struct draft *d = judge_find(j, t, 95);
        d->time_ns = a->request->stored->time_ns;
        draft_host(d, &a->client);
        judge_address(&a->server, to);
        wanted = judge_quote(wanted);
        got = judge_quote(got);
        draft_say(d, _("ACK misaddressed: to %.*s, but the 2xx asked for %.*s"), SPAN_ARG(got),
                  SPAN_ARG(wanted));
        draft_proof(d, t->final, _("%u with Contact %.*s"), scene_final(t), SPAN_ARG(wanted));
        draft_proof(d, a->request, _("ACK for %.*s, sent to %s"), SPAN_ARG(got), to);
        if (d->texts)
            blame_rewriter(d, t, a, got);
        return;
    }
}

/* Whether an INVITE with this number may have been answered: then the ACK is for that one. */
static bool has_invite(struct judge *j, const struct scene_transaction *ack)
{
    EACH_TRANSACTION(j, t)
        if (t->call == ack->call && scene_method(t) == SIP_INVITE &&
            t->stored->cseq == ack->stored->cseq && scene_final(t) < 300)
            return true;
    return false;
}

/* The latest 2xx of the ACK's dialog that no ACK with its own number has answered. */
static const struct scene_transaction *left_waiting(struct judge *j,
                                                    const struct scene_transaction *ack)
{
    const struct scene_transaction *found = NULL;
    EACH_TRANSACTION(j, t)
        if (t->call == ack->call && scene_answered(t) &&
            t->final->stored->time_ns <= ack->first->stored->time_ns &&
            span_equal(scene_sip(t->final)->to_tag, scene_sip(ack->request)->to_tag) &&
            !judge_acknowledged(j, t))
            found = found && scene_same_client(found, ack) ? found : t;
    return found;
}

static void ack_cseq_mismatch(struct judge *j)
{
    char from[ADDR_TEXT];
    EACH_TRANSACTION(j, a) {
        if (!scene_is_ack(a) || has_invite(j, a))
            continue;
        const struct scene_transaction *t = left_waiting(j, a);
        if (!t || a->first->stored->time_ns - t->final->stored->time_ns > SIP_TIMEOUT_NS)
            continue;
        struct draft *d = judge_find(j, t, 95);
        d->time_ns = a->first->stored->time_ns;
        draft_host(d, &judge_beginning(a)->client);
        judge_address(&judge_beginning(a)->client, from);
        draft_say(d, _("wrong CSeq in ACK: %u, but its INVITE has %u"), a->stored->cseq,
                  t->stored->cseq);
        draft_cause(
            d, _("%s counts CSeq wrongly, as happens after a challenge or between two legs"), from);
        draft_remedy(d, _("Correct how %s counts CSeq: an ACK has its INVITE's number"), from);
        draft_proof(d, t->final, _("%u to CSeq %u"), scene_final(t), t->stored->cseq);
        draft_proof(d, a->request, _("ACK with CSeq %u from %s"), a->stored->cseq, from);
        return;
    }
}

const struct rule rules_ack[] = {
    { "ack-missing", SCOPE_CALL, SEVERITY_ERROR, CALL_REPEATED, ack_missing,
      N_("The ACK is not sent, or cannot reach the callee: a wrong or private Contact, a lost "
         "Record-Route, NAT or a filter; without it the callee hangs up after 32 s at the latest"),
      N_("Compare the Contact and Record-Route of the 2xx with where the ACK went") },
    { "ack-wrong-target", SCOPE_CALL, SEVERITY_ERROR, CALL_ACK_ODD, ack_wrong_target,
      N_("The caller ignores Contact, or a device on the way rewrote it"),
      N_("Correct the rewriting of Contact in NAT or SBC, or the client") },
    { "ack-cseq-mismatch", SCOPE_CALL, SEVERITY_ERROR, CALL_ACK_ODD, ack_cseq_mismatch,
      N_("A proxy or client counts CSeq wrongly after authentication"),
      N_("Correct the CSeq handling of the element that sent it") },
    { 0 },
};
