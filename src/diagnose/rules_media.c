/* Rules about what becomes of streams (RFC 3264): refused ones, fax, tones, hold, late offers. See rule.h. */
#include "diagnose/exchange.h"
#include "diagnose/rule.h"
#include "sip/fields.h"

/* Streams */

/* Whether a later exchange of the call has brought media in (third-party control). */
static bool media_later(struct judge *j, const struct scene_transaction *t)
{
    struct exchange x;
    EACH_TRANSACTION(j, o)
        if (o > t && o->call == t->call && scene_method(o) == SIP_INVITE &&
            o->stored->cseq != t->stored->cseq && exchange_of(o, &x) &&
            sdp_has_stream(x.answer, NULL))
            return true;
    return false;
}

static void media_rejected(struct judge *j)
{
    char by[ADDR_TEXT];
    EACH_TRANSACTION(j, t) {
        struct exchange x;
        if (scene_method(t) != SIP_INVITE || scene_final(t) / 100 != 2 || !exchange_of(t, &x) ||
            x.answered == t->ack || !exchange_refused(&x) || exchange_refused_below(t) ||
            media_later(j, t))
            continue;
        struct draft *d = judge_find(j, t, 100);
        judge_address(&t->final->flow->src, by);
        draft_say(d, _("answered without media: %s set every port to 0"), by);
        draft_proof(d, x.offered,
                    tr_n("the offer has %u stream", "the offer has %u streams", x.offer->medias),
                    x.offer->medias);
        draft_proof(d, x.answered, _("the answer has port 0 in all m= lines"));
    }
}

static bool is_fax(const struct sdp_media *m)
{
    return span_is(m->kind, "image");
}

/* The peer took none of the streams of fax. */
static bool fax_refused(const struct scene_transaction *t)
{
    struct exchange x;
    if (!exchange_of(t, &x) || x.offered != t->request || !sdp_has_stream(x.offer, is_fax))
        return false;
    return exchange_is_refusal(scene_final(t)) ||
           (x.answer && !scene_cut(x.answered) && !sdp_has_stream(x.answer, is_fax));
}

static void t38_refused(struct judge *j)
{
    char by[ADDR_TEXT];
    EACH_TRANSACTION(j, t) {
        if (scene_method(t) != SIP_INVITE || !scene_in_dialog(t) || !fax_refused(t) ||
            (t->downstream && fax_refused(t->downstream)) || judge_passed_on(t))
            continue;
        struct draft *d = judge_find(j, t, 100);
        uint16_t code = scene_final(t);
        judge_address(&t->final->flow->src, by);
        if (code >= 300)
            draft_say(d, _("T.38 fax refused by %s with %u"), by, code);
        else
            draft_say(d, _("T.38 fax refused by %s: port 0 in the answer"), by);
        draft_proof(d, t->request, _("re-INVITE that offers an image stream (T.38)"));
        draft_proof(d, t->final,
                    code >= 300 ? _("refused with %u") : _("%u, but with port 0 for the image"),
                    code);
        draft_remedy(d, _("Fall back to G.711 for fax, or enable T.38 at %s"), by);
        if (judge_came_through(j, t))
            draft_harmless(d, _("a later offer in the same call was accepted"));
    }
}

/* Key presses */

static bool is_telephone(const struct sdp_format *f)
{
    return span_is(f->codec, "telephone-event");
}

static uint32_t telephone_clock(const struct sdp_format *f)
{
    return f->clock ? f->clock : 8000;
}

/* The first clock rate of telephone-event in a stream; 0 without it. */
static uint32_t telephone_of(const struct sdp_media *m)
{
    for (int i = 0; i < m->formats; i++)
        if (is_telephone(&m->format[i]))
            return telephone_clock(&m->format[i]);
    return 0;
}

static bool share_telephone(const struct sdp_media *a, const struct sdp_media *b)
{
    for (int i = 0; i < a->formats; i++)
        for (int k = 0; is_telephone(&a->format[i]) && k < b->formats; k++)
            if (is_telephone(&b->format[k]) &&
                telephone_clock(&a->format[i]) == telephone_clock(&b->format[k]))
                return true;
    return false;
}

/* Nobody presses keys on hold, or towards a recorder (RFC 7866). */
static bool is_two_way(const struct sdp_media *m)
{
    return stream_is_active(m) && m->direction == SDP_SENDRECV && !span_is(m->address, "0.0.0.0");
}

/* The accepted stream of sound in which the offer has events that the answer has not; or -1. */
static int without_events(const struct exchange *x)
{
    for (int i = 0; x->answer && i < x->offer->medias && i < x->answer->medias; i++) {
        const struct sdp_media *a = &x->offer->media[i], *b = &x->answer->media[i];
        if (span_is(a->kind, "audio") && is_two_way(a) && is_two_way(b) && telephone_of(a) &&
            !share_telephone(a, b))
            return i;
    }
    return -1;
}

static bool mismatched_below(const struct scene_transaction *t)
{
    struct exchange x;
    for (const struct scene_transaction *o = t->downstream; o; o = o->branch)
        if (scene_final(o) / 100 == 2 && exchange_of(o, &x) && without_events(&x) >= 0)
            return true;
    return false;
}

static void dtmf_mismatch(struct judge *j)
{
    char by[ADDR_TEXT];
    EACH_TRANSACTION(j, t) {
        struct exchange x;
        if (scene_method(t) != SIP_INVITE || scene_final(t) / 100 != 2 || !exchange_of(t, &x))
            continue;
        int at = scene_cut(x.answered) ? -1 : without_events(&x);
        if (at < 0 || mismatched_below(t) || judge_found_in_call(j, t->call))
            continue;
        struct draft *d = judge_find(j, t, 100);
        unsigned offered = telephone_of(&x.offer->media[at]);
        unsigned answered = telephone_of(&x.answer->media[at]);
        draft_host(d, &x.answered->flow->src);
        judge_address(&x.answered->flow->src, by);
        if (answered)
            draft_say(d, _("DTMF mismatch: telephone-event offered at %u Hz, answered at %u Hz"),
                      offered, answered);
        else
            draft_say(d, _("DTMF mismatch: telephone-event offered, not answered by %s"), by);
        draft_proof(d, x.offered, _("the offer has telephone-event/%u"), offered);
        draft_proof(d, x.answered,
                    answered ? _("the answer of %s has telephone-event/%u only")
                             : _("the answer of %s has no telephone-event"),
                    by, answered);
        if (answered)
            draft_remedy(d, _("Offer telephone-event at %u Hz, too, or enable %u Hz at %s"),
                         answered, offered, by);
        else
            draft_remedy(d, _("Enable telephone-event at %s"), by);
    }
}

/* Hold */

static bool is_hole(const struct sdp *sdp)
{
    bool hole = false;
    for (int i = 0; sdp && i < sdp->medias; i++) {
        const struct sdp_media *m = &sdp->media[i];
        if (!stream_is_active(m) || m->port == 9)
            continue;
        if (!span_is(m->address, "0.0.0.0"))
            return false;
        hole = true;
    }
    return hole && !sdp->ice;
}

/* Whether this side has described itself before, and never by a real address: then it has none. */
static bool never_had_address(struct judge *j, const struct scene_message *hold)
{
    bool described = false;
    for (struct scene_message *m = j->scene->messages; m < hold; m++) {
        struct span own = scene_own_tag(m);
        if (m->txn->call != hold->txn->call || !span_equal(own, scene_sip(hold)->from_tag) ||
            !scene_sdp(m))
            continue;
        if (!is_hole(scene_sdp(m)))
            return false;
        described = true;
    }
    return described;
}

static void hold_legacy_address(struct judge *j)
{
    char by[ADDR_TEXT];
    EACH_TRANSACTION(j, t) {
        if (scene_method(t) != SIP_INVITE || !scene_in_dialog(t) || scene_cut(t->request) ||
            !is_hole(scene_sdp(t->request)) || never_had_address(j, t->request) ||
            judge_found_in_call(j, t->call))
            continue;
        struct draft *d = judge_find(j, t, 95);
        d->time_ns = t->request->stored->time_ns;
        draft_host(d, &t->client);
        judge_address(&t->client, by);
        draft_say(d, _("hold the old way: c=0.0.0.0 from %s"), by);
        draft_remedy(d, _("Make %s hold with a=sendonly or a=inactive"), by);
        draft_proof(d, t->request, _("re-INVITE with c=0.0.0.0"));
        draft_because(d, _("third-party call control may send the same address"));
    }
}

/* Delayed offer */

static bool offers_later(const struct scene_message *m)
{
    return m && sdp_of(scene_sip(m)).n == 0 &&
           !(m->stored->flags & (MESSAGE_TRUNCATED | MESSAGE_MALFORMED)) &&
           !(scene_sip(m)->problems & SIP_BODY_SHORT);
}

static void delayed_offer_refused(struct judge *j)
{
    char by[ADDR_TEXT];
    EACH_TRANSACTION(j, t) {
        uint16_t code = scene_final(t);
        bool lost_on_the_way = t->upstream && scene_sdp(t->upstream->request);
        if (scene_method(t) != SIP_INVITE || (code != 488 && code != 415 && code != 400) ||
            !offers_later(t->request) || lost_on_the_way || judge_passed_on(t))
            continue;
        struct draft *d = judge_find(j, t, code == 400 ? 70 : 90);
        judge_address(&t->final->flow->src, by);
        draft_say(d, _("INVITE without SDP refused by %s: %u"), by, code);
        draft_proof(d, t->request, _("INVITE without a session description"));
        draft_proof(d, t->final, _("%u %.*s"), code,
                    SPAN_ARG(judge_quote(scene_sip(t->final)->reason)));
        draft_because(d, _("the answer does not say whether the missing offer is the reason"));
        if (judge_came_through(j, t))
            draft_harmless(d, _("a later offer in the same call was accepted"));
    }
}

const struct rule rules_media[] = {
    { "media-rejected", SCOPE_CALL, SEVERITY_ERROR, CALL_SDP_ODD, media_rejected,
      N_("The callee accepted the call, but none of its media"),
      N_("Compare the media lines of offer and answer") },
    { "t38-refused", SCOPE_CALL, SEVERITY_WARNING, CALL_FAILED | CALL_SDP_ODD, t38_refused,
      N_("The other side has no T.38"), N_("Fall back to G.711 for fax, or enable T.38 there") },
    { "dtmf-mismatch", SCOPE_CALL, SEVERITY_WARNING, CALL_SDP_ODD, dtmf_mismatch,
      N_("Key presses will not work as RFC 4733 events"),
      N_("Enable telephone-event on the side that answers") },
    { "hold-legacy-address", SCOPE_CALL, SEVERITY_NOTICE, CALL_SDP_ODD, hold_legacy_address,
      N_("Hold as in RFC 2543, which breaks ICE and some media relays"),
      N_("Make the device hold with a=sendonly or a=inactive") },
    { "delayed-offer-refused", SCOPE_CALL, SEVERITY_WARNING, CALL_FAILED, delayed_offer_refused,
      N_("The other side wants the offer in the INVITE"),
      N_("Send the offer in the INVITE (early offer)") },
    { 0 },
};
