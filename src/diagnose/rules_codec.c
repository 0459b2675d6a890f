/* Rules about offers that are refused for what they offer: codecs and profiles. See rule.h. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "diagnose/earlier.h"
#include "diagnose/exchange.h"
#include "diagnose/refusal.h"
#include "diagnose/rule.h"
#include "sip/fields.h"

#define LIST_TEXT 200
#define LIST_MORE 16           /* bytes kept for what stands behind a name */
#define IN_A_LINE 3            /* codecs that the one line names */
#define WARNS_OF_TRANSPORT 302 /* Warning: the streams' protocol is not available */

/* Codecs */

static bool same_codec(const struct sdp_format *a, const struct sdp_format *b)
{
    return sdp_is_codec(a) && sdp_is_codec(b) && sdp_same_format(a, b);
}

static bool share_codec(const struct sdp_media *a, const struct sdp_media *b)
{
    for (int i = 0; i < a->formats; i++)
        for (int k = 0; k < b->formats; k++)
            if (same_codec(&a->format[i], &b->format[k]))
                return true;
    return false;
}

static bool any_common(const struct sdp *a, const struct sdp *b)
{
    for (int i = 0; i < a->medias; i++)
        for (int k = 0; k < b->medias; k++)
            if (stream_is_sound(&a->media[i]) && span_same(a->media[i].kind, b->media[k].kind) &&
                share_codec(&a->media[i], &b->media[k]))
                return true;
    return false;
}

static bool names_codec(const struct sdp *sdp)
{
    for (int i = 0; i < sdp->medias; i++)
        for (int k = 0; stream_is_sound(&sdp->media[i]) && k < sdp->media[i].formats; k++)
            if (sdp_is_codec(&sdp->media[i].format[k]))
                return true;
    return false;
}

/* "PCMA, G722, opus +2": the codecs of all streams of sound and pictures, `most` by name. */
static const char *codec_list(const struct sdp *sdp, unsigned most, char *buf)
{
    size_t n = 0;
    unsigned more = 0;
    buf[0] = '\0';
    for (int i = 0; i < sdp->medias; i++)
        for (int k = 0; stream_is_sound(&sdp->media[i]) && k < sdp->media[i].formats; k++) {
            const struct sdp_format *f = &sdp->media[i].format[k];
            size_t room = LIST_TEXT - n;
            if (!sdp_is_codec(f))
                continue;
            if (most == 0 || f->codec.n + LIST_MORE > room) {
                more++;
                continue;
            }
            most--;
            n += (size_t)snprintf(buf + n, room, "%s%.*s", n ? ", " : "", SPAN_ARG(f->codec));
        }
    if (more)
        snprintf(buf + n, LIST_TEXT - n, " +%u", more);
    return buf;
}

/* The other side */

/* Whether a message with SDP was written by the side that had to answer. */
static bool is_from_peer(const struct scene_message *m, const struct scene_transaction *t,
                         const struct exchange *x)
{
    const struct addr *peer = x->offered->stored->code ? &t->client : &t->server;
    return m->txn->call == t->call && scene_same_party(t, &m->flow->src, peer) &&
           (m->stored->flags & MESSAGE_SDP) &&
           !span_equal(scene_own_tag(m), scene_own_tag(x->offered)) && scene_sdp(m);
}

/* What the peer is known to speak: 1 it shares a codec, -1 none of its descriptions does,
 * 0 it has shown none. *shown is one of them. */
static int peer_shares(struct judge *j, const struct scene_transaction *t, const struct exchange *x,
                       const struct scene_message **shown)
{
    int result = 0;
    EACH_MESSAGE(j, m) {
        if (!is_from_peer(m, t, x) || !names_codec(scene_sdp(m)))
            continue;
        *shown = m;
        if (any_common(x->offer, scene_sdp(m)))
            return 1;
        result = -1;
    }
    return result;
}

/* "audio, video": the kinds of streams that were offered. */
static const char *kind_list(const struct sdp *sdp, char *buf)
{
    size_t n = 0;
    buf[0] = '\0';
    for (int i = 0; i < sdp->medias; i++) {
        struct span kind = sdp->media[i].kind;
        if (stream_is_active(&sdp->media[i]) && kind.n + 3 <= LIST_TEXT - n)
            n += (size_t)snprintf(buf + n, LIST_TEXT - n, "%s%.*s", n ? ", " : "", SPAN_ARG(kind));
    }
    return buf;
}

/* The other side has shown what it speaks. */
static void tell_known(struct judge *j, const struct scene_transaction *t, const struct exchange *x,
                       const struct scene_message *shown)
{
    char offered[LIST_TEXT], known[LIST_TEXT], by[ADDR_TEXT];
    bool cut = scene_cut(x->offered) || scene_cut(shown);
    struct draft *d = judge_find(j, t, cut ? 60 : 100);
    const struct scene_message *end = x->answered ? x->answered : t->final;
    draft_host(d, &end->flow->src);
    if (!d->texts)
        return;
    draft_say(d, _("no shared codec: %s offered, the other side has %s"),
              codec_list(x->offer, IN_A_LINE, offered),
              codec_list(scene_sdp(shown), IN_A_LINE, known));
    codec_list(x->offer, UINT_MAX, offered);
    codec_list(scene_sdp(shown), UINT_MAX, known);
    judge_address(&end->flow->src, by);
    draft_proof(d, x->offered, _("offered: %s"), offered);
    draft_proof(d, shown, _("%s knows: %s"), by, known);
    if (end != shown)
        draft_proof(d, end, _("%u: refused"), scene_final(t));
    draft_cause(d, _("%s offered, %s at %s: no codec is in both"), offered, known, by);
    draft_remedy(d, _("Enable one of %s on one side or one of %s on the other, or transcode"),
                 known, offered);
    if (cut)
        draft_because(d, _("the capture cut a session description: more may stand in it"));
}

/* How sure it is that codecs were meant, by what the refusal says. */
static unsigned trust_in(const struct refusal *r, const struct exchange *x)
{
    unsigned trust = r->what == REFUSED_FORMAT ? 90 : r->what == REFUSED_MEDIUM ? 75 : 60;
    return scene_cut(x->offered) ? trust - 10 : trust;
}

/* In words: what was refused, as far as the refusal tells; the codecs of its sender are not known. */
static void say_refusal(struct draft *d, const struct scene_transaction *t,
                        const struct exchange *x, const struct refusal *r)
{
    char list[LIST_TEXT], by[ADDR_TEXT];
    uint16_t code = scene_final(t);
    struct span words = judge_quote(r->words);
    judge_address(&t->final->flow->src, by);
    if (!x->offer) {
        draft_say(d, _("no shared codec: %u from %s; offer cut by the capture"), code, by);
    } else if (r->what == REFUSED_MEDIUM) {
        draft_say(d, _("no media of this kind at %s: %s offered, %u"), by,
                  kind_list(x->offer, list), code);
    } else {
        draft_say(d, _("no shared codec: %s offered, %u from %s"),
                  codec_list(x->offer, IN_A_LINE, list), code, by);
    }
    if (r->warning && words.n)
        draft_proof(d, t->final, _("%u, Warning %u: %.*s"), code, r->warning, SPAN_ARG(words));
    else
        draft_proof(d, t->final, _("%u: refused"), code);
}

/* A 415 without Warning: the body's type is refused, or what stands in a body of a type that is taken. */
static void explain_body(struct draft *d, const struct scene_transaction *t,
                         const struct exchange *x, const struct refusal *r)
{
    char list[LIST_TEXT], by[ADDR_TEXT];
    struct span type = judge_quote(scene_sip(x->offered)->content_type);
    struct span accept = judge_quote(r->words);
    judge_address(&t->final->flow->src, by);
    codec_list(x->offer, IN_A_LINE, list);
    draft_proof(d, x->offered, "Content-Type: %.*s", SPAN_ARG(type));
    if (r->what == REFUSED_BODY || !accept.n)
        draft_state(d, _("body not accepted: type %.*s, 415 from %s"), SPAN_ARG(type), by);
    else
        draft_state(d, _("body not accepted: %s offered, 415 from %s"), list, by);
    if (accept.n)
        draft_proof(d, t->final, "415, Accept: %.*s", SPAN_ARG(accept));
    else
        draft_proof(d, t->final, _("415 without Accept: it does not say what it takes"));
    if (r->what == REFUSED_BODY)
        draft_cause(d, _("%s takes bodies of other types (%.*s); no codec is meant"), by,
                    SPAN_ARG(accept));
    else if (accept.n)
        draft_cause(d,
                    _("%s takes the type, as Accept says: encoding, language or, most often, "
                      "the codecs in the body are meant (%s)"),
                    by, list);
    else
        draft_cause(d, _("%s cannot read the body: its type, or the codecs in it (%s)"), by, list);
    if (r->what == REFUSED_BODY)
        draft_remedy(d, _("Send %s a body of a type that it takes: %.*s"), by, SPAN_ARG(accept));
    else
        draft_remedy(d,
                     _("Offer %s other codecs than %s; ask its log or its answer to OPTIONS "
                       "(Accept) what it takes"),
                     by, list);
}

static bool is_secure(const struct sdp_media *m)
{
    return span_search(m->protocol, "SAVP") != NULL;
}

/* 1: all streams of sound and pictures are encrypted, -1: none is, 0: mixed, or there are none. */
static int security(const struct sdp *sdp, bool only_active)
{
    int result = 0;
    for (int i = 0; i < sdp->medias; i++) {
        if (!stream_is_sound(&sdp->media[i]) || (only_active && !stream_is_active(&sdp->media[i])))
            continue;
        int one = is_secure(&sdp->media[i]) ? 1 : -1;
        if (result && one != result)
            return 0;
        result = one;
    }
    return result;
}

/* What follows from it: cause, remedy, and the doubt that is left. */
static void explain_refusal(struct draft *d, const struct scene_transaction *t,
                            const struct exchange *x, const struct refusal *r)
{
    char by[ADDR_TEXT], offered[LIST_TEXT];
    struct span words = judge_quote(r->words);
    judge_address(&t->final->flow->src, by);
    if (r->warning && words.n)
        draft_cause(d, _("%s says itself what does not fit: \"%.*s\""), by, SPAN_ARG(words));
    else if (r->what == REFUSED_UNSAID && x->offer && security(x->offer, true) > 0)
        draft_cause(
            d, _("Only encrypted media (SRTP) is offered: %s takes none, or no codec in it"), by);
    if (r->what == REFUSED_FORMAT && x->offer)
        draft_remedy(d, _("Offer %s another codec than %s, or transcode"), by,
                     codec_list(x->offer, IN_A_LINE, offered));
    if (scene_cut(x->offered) && !r->warning)
        draft_remedy(d, _("Capture whole packets (no snap length, all fragments), then compare "
                          "the codecs"));
    if (scene_cut(x->offered))
        draft_because(d, _("the capture cut the offer: what stood in the rest is not known"));
    else if (r->what != REFUSED_FORMAT)
        draft_because(
            d, _("the codecs of %s are not in this capture; it may refuse something else"), by);
}

/* Only the refusal tells, more or less. */
static void tell_refusal(struct judge *j, const struct scene_transaction *t,
                         const struct exchange *x, const struct refusal *r)
{
    char offered[LIST_TEXT];
    struct draft *d = judge_find(j, t, trust_in(r, x));
    if (!d->texts)
        return;
    if (!x->offer)
        draft_proof(d, x->offered, _("the offer; its body is not wholly captured"));
    else
        draft_proof(d, x->offered, _("offered: %s"), codec_list(x->offer, UINT_MAX, offered));
    if (x->offer && scene_final(t) == 415 && !r->warning)
        explain_body(d, t, x, r);
    else
        say_refusal(d, t, x, r);
    explain_refusal(d, t, x, r);
}

/* An offer of which the capture has too little to read: the request may have held one. */
static bool offer_was_cut(const struct scene_transaction *t, struct exchange *x)
{
    struct span type = t->request ? scene_sip(t->request)->content_type : SPAN_NONE;
    *x = (struct exchange){ .offered = t->request };
    return scene_method(t) == SIP_INVITE && scene_cut(t->request) && !scene_sdp(t->request) &&
           (type.n == 0 || span_search(type, "sdp") || span_starts(type, "multipart/"));
}

static bool offers_sound(const struct scene_transaction *t, bool refused, struct exchange *x)
{
    return (exchange_of(t, x) && sdp_has_stream(x->offer, stream_is_sound)) ||
           (refused && offer_was_cut(t, x));
}

/* A refused offer that another one in the same call has followed with success: a fall-back. */
static void excuse_offer(struct judge *j, struct draft *d, const struct scene_transaction *t)
{
    if (scene_final(t) >= 300 && judge_came_through(j, t))
        draft_harmless(d, _("a later offer in the same call was accepted"));
}

static void no_common_codec(struct judge *j)
{
    EACH_TRANSACTION(j, t) {
        size_t before = j->ndrafts;
        struct exchange x;
        struct refusal refusal = { .what = REFUSED_UNSAID };
        const struct scene_message *shown = NULL;
        bool refused = exchange_is_refusal(scene_final(t)) && !judge_passed_on(t);
        if (!refused && !(j->scene->marks & CALL_SDP_ODD))
            continue; /* nothing was refused */
        if (!offers_sound(t, refused, &x))
            continue;
        bool refuses = exchange_refused(&x) && !exchange_refused_below(t);
        int shares = (refused || refuses) && x.offer ? peer_shares(j, t, &x, &shown) : 0;
        if (refused)
            refusal_read(&refusal, t);
        if (shares < 0)
            tell_known(j, t, &x, shown);
        else if (shares == 0 && refused && refusal.what != REFUSED_OTHER)
            tell_refusal(j, t, &x, &refusal);
        if (j->ndrafts > before)
            excuse_offer(j, &j->drafts[before], t);
    }
}

/* Profiles */

/* The peer's description whose profile is the other one; NULL if it has shown the same, too, as
 * *same tells. */
static const struct scene_message *other_profile(struct judge *j, const struct scene_transaction *t,
                                                 const struct exchange *x, int offered, bool *same)
{
    const struct scene_message *found = NULL;
    EACH_MESSAGE(j, m) {
        if (!is_from_peer(m, t, x))
            continue;
        int shown = security(scene_sdp(m), false);
        if (shown == offered && m != x->answered) {
            *same = true;
            return NULL;
        }
        found = shown == -offered ? m : found;
    }
    return found;
}

/* A refusal that speaks of encryption. */
static bool speaks_of_srtp(const struct scene_transaction *t)
{
    static const char *const said[] = { "SRTP", "SAVP", "RTP/AVP", "encrypt", "crypto" };
    struct span warning = scene_header(t->final, "Warning");
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++)
        if (span_search(warning, said[i]) || span_search(scene_sip(t->final)->reason, said[i]))
            return true;
    return false;
}

static struct span profile_of(const struct sdp *sdp)
{
    for (int i = 0; i < sdp->medias; i++)
        if (stream_is_sound(&sdp->media[i]))
            return judge_quote(sdp->media[i].protocol);
    return SPAN_NONE;
}

/* What the other side wrote in earlier calls. */
struct shown_earlier {
    const struct sdp *offer;
    int offered;                   /* security() of it */
    bool same, shares;             /* the same profile was seen, and a codec of the offer */
    const struct message *message; /* the latest with the other profile, NULL: none */
    char profile[LIST_MORE];
};

static bool note_earlier(const struct earlier_description *d, void *arg)
{
    struct shown_earlier *shown = arg;
    int profile = security(d->sdp, true);
    shown->same |= profile == shown->offered;
    if (profile != -shown->offered)
        return !shown->same;
    shown->shares |= any_common(shown->offer, d->sdp);
    if (!shown->message) {
        shown->message = d->message;
        snprintf(shown->profile, sizeof shown->profile, "%.*s", SPAN_ARG(profile_of(d->sdp)));
    }
    return true;
}

/* Whether the other side is known by earlier calls to use the other profile, and the offer fits else. */
static bool uses_other_profile(struct judge *j, const struct scene_transaction *t,
                               struct shown_earlier *shown)
{
    struct refusal refusal = { .what = REFUSED_UNSAID };
    refusal_read(&refusal, t);
    if (refusal.what == REFUSED_FORMAT ||
        (refusal.what == REFUSED_OTHER && refusal.warning != WARNS_OF_TRANSPORT))
        return false;
    earlier_descriptions(t, j->scene, note_earlier, shown);
    return shown->message && shown->shares && !shown->same;
}

/* In words: `other` is the peer's own description, NULL if it has shown none in this call. */
static void tell_profiles(struct draft *d, const struct scene_transaction *t,
                          const struct exchange *x, const struct scene_message *other,
                          const struct shown_earlier *before)
{
    char by[ADDR_TEXT];
    const struct scene_message *end = x->answered ? x->answered : t->final;
    struct span mine = profile_of(x->offer);
    bool secure = before->offered > 0;
    draft_host(d, &end->flow->src);
    judge_address(&end->flow->src, by);
    draft_say(d,
              secure ? _("encrypted media offered (%.*s), %s has plain RTP")
                     : _("plain RTP offered (%.*s), %s wants encryption"),
              SPAN_ARG(mine), by);
    draft_remedy(d,
                 secure ? _("Enable SRTP at %s, or offer it plain RTP")
                        : _("Offer %s encrypted media (RTP/SAVP), or let it take plain RTP"),
                 by);
    draft_proof(d, x->offered, _("offered: %.*s"), SPAN_ARG(mine));
    if (other)
        draft_proof(d, other, _("%s uses %.*s"), by, SPAN_ARG(profile_of(scene_sdp(other))));
    if (end != other)
        draft_proof(d, end, _("%u: refused"), scene_final(t));
    if (before->message)
        draft_frame(d, before->message->frame, before->message->source, _("%s uses %.*s"), by,
                    (int)strlen(before->profile), before->profile);
    if (scene_cut(x->offered) || scene_cut(other))
        draft_because(d, _("the capture cut a session description: more may stand in it"));
    else if (before->message)
        draft_because(d, _("the request may have failed for another reason"));
    else if (!other)
        draft_because(d, _("only the words of the refusal tell so"));
}

static void srtp_mismatch(struct judge *j)
{
    EACH_TRANSACTION(j, t) {
        struct exchange x;
        uint16_t code = scene_final(t);
        bool refused = (code == 488 || code == 606) && !judge_passed_on(t);
        if (!refused && !(j->scene->marks & CALL_SDP_ODD))
            continue;
        int offered = exchange_of(t, &x) ? security(x.offer, true) : 0;
        bool stream_off = x.answer && !scene_cut(x.answered) &&
                          !sdp_has_stream(x.answer, stream_is_sound) && !exchange_refused_below(t);
        if (!offered || !(refused || stream_off))
            continue;
        struct shown_earlier before = { .offer = x.offer, .offered = offered };
        const struct scene_message *other = other_profile(j, t, &x, offered, &before.same);
        bool told = refused && speaks_of_srtp(t);
        if (!other && !told && !(refused && !before.same && uses_other_profile(j, t, &before)))
            continue;
        bool cut = scene_cut(x.offered) || scene_cut(other);
        struct draft *d = judge_find(j, t, cut || before.message ? 80 : other ? 100 : 85);
        tell_profiles(d, t, &x, other, &before);
        excuse_offer(j, d, t);
        if (d->severity == SEVERITY_NOTICE)
            draft_remedy(d, _("Nothing to do; to spare the second try, offer at once what was "
                              "accepted"));
    }
}

const struct rule rules_codec[] = {
    { "no-common-codec", SCOPE_CALL, SEVERITY_ERROR, CALL_FAILED | CALL_SDP_ODD, no_common_codec,
      N_("The two sides share no codec"),
      N_("Add a codec that both have on one side, or transcode") },
    { "srtp-mismatch", SCOPE_CALL, SEVERITY_ERROR, CALL_FAILED | CALL_SDP_ODD, srtp_mismatch,
      N_("One side requires encrypted media (SRTP), the other has plain RTP"),
      N_("Set the same SRTP policy on both sides") },
    { 0 },
};
