/* Rules about offers and answers (RFC 3264): codecs, profiles, streams, hold. See rule.h. */
#include <limits.h>
#include <stdio.h>

#include "diagnose/refusal.h"
#include "diagnose/rule.h"
#include "sip/fields.h"

#define LIST_TEXT 200
#define LIST_MORE 16 /* bytes kept for what stands behind a name */
#define IN_A_LINE 3  /* codecs that the one line names */

/* An offer and what became of it. */
struct exchange {
    const struct scene_message *offered, *answered; /* the messages; `answered` may be NULL */
    const struct sdp *offer, *answer;
};

/* Where the 2xx has none, the answer came with an earlier response of its dialog (RFC 3262 §5). */
static const struct scene_message *early_answer(const struct scene_transaction *t)
{
    for (const struct scene_message *m = t->early; m && m < t->final; m++)
        if (m->txn == t && m->stored->code && scene_sdp(m) &&
            span_equal(scene_sip(m)->to_tag, scene_sip(t->final)->to_tag))
            return m;
    return NULL;
}

/* Offer in the request, or in the 2xx with the answer in the ACK (RFC 3261 §13.2.1). */
static bool exchange_of(const struct scene_transaction *t, struct exchange *x)
{
    *x = (struct exchange){ t->request, NULL, scene_sdp(t->request), NULL };
    if (!x->offer) {
        x->offered = scene_final(t) / 100 == 2 ? t->final : NULL;
        x->offer = scene_sdp(x->offered);
        x->answered = t->ack;
    } else if (scene_final(t) / 100 == 2) {
        x->answered = scene_sdp(t->final) ? t->final : early_answer(t);
    }
    x->answer = scene_sdp(x->answered);
    return x->offer != NULL;
}

static bool is_active(const struct sdp_media *m)
{
    return m->port != 0 || m->bundle_only;
}

static bool is_sound(const struct sdp_media *m)
{
    return span_is(m->kind, "audio") || span_is(m->kind, "video");
}

static bool is_fax(const struct sdp_media *m)
{
    return span_is(m->kind, "image");
}

static bool is_secure(const struct sdp_media *m)
{
    return span_search(m->protocol, "SAVP") != NULL;
}

static bool has_stream(const struct sdp *sdp, bool (*kind)(const struct sdp_media *m))
{
    for (int i = 0; sdp && i < sdp->medias; i++)
        if (is_active(&sdp->media[i]) && (!kind || kind(&sdp->media[i])))
            return true;
    return false;
}

static bool is_refusal(uint16_t code)
{
    return code == 488 || code == 606 || code == 415;
}

static bool found_in_call(struct judge *j, const struct scene_call *call)
{
    for (size_t i = 0; i < j->ndrafts; i++)
        if (j->drafts[i].rule == j->rule && j->drafts[i].call == call)
            return true;
    return false;
}

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
            if (is_sound(&a->media[i]) && span_same(a->media[i].kind, b->media[k].kind) &&
                share_codec(&a->media[i], &b->media[k]))
                return true;
    return false;
}

static bool names_codec(const struct sdp *sdp)
{
    for (int i = 0; i < sdp->medias; i++)
        for (int k = 0; is_sound(&sdp->media[i]) && k < sdp->media[i].formats; k++)
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
        for (int k = 0; is_sound(&sdp->media[i]) && k < sdp->media[i].formats; k++) {
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
    return m->txn->call == t->call && addr_same_host(&m->flow->src, peer) &&
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
        if (is_active(&sdp->media[i]) && kind.n + 3 <= LIST_TEXT - n)
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
        draft_because(d, _("the capture cut a session description: more codecs may stand in it"));
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
    struct span words = judge_quote(r->words), type = scene_sip(x->offered)->content_type;
    judge_address(&t->final->flow->src, by);
    if (!x->offer) {
        draft_say(d, _("no shared codec: %u from %s; offer cut by the capture"), code, by);
    } else if (r->what == REFUSED_BODY) {
        type = judge_quote(type);
        draft_say(d, _("no body of type %.*s is taken by %s: %u"), SPAN_ARG(type), by, code);
    } else if (r->what == REFUSED_MEDIUM) {
        draft_say(d, _("no media of this kind at %s: %s offered, %u"), by,
                  kind_list(x->offer, list), code);
    } else {
        draft_say(d, _("no shared codec: %s offered, %u from %s"),
                  codec_list(x->offer, IN_A_LINE, list), code, by);
    }
    if (r->warning && words.n)
        draft_proof(d, t->final, _("%u, Warning %u: %.*s"), code, r->warning, SPAN_ARG(words));
    else if (words.n)
        draft_proof(d, t->final, _("%u, Accept: %.*s"), code, SPAN_ARG(words));
    else
        draft_proof(d, t->final, _("%u: refused"), code);
}

/* What follows from it: cause, remedy, and the doubt that is left. */
static void explain_refusal(struct draft *d, const struct scene_transaction *t,
                            const struct exchange *x, const struct refusal *r)
{
    char by[ADDR_TEXT];
    uint16_t code = scene_final(t);
    struct span words = judge_quote(r->words);
    judge_address(&t->final->flow->src, by);
    if (r->warning && words.n)
        draft_cause(d, _("%s says itself what does not fit: \"%.*s\""), by, SPAN_ARG(words));
    else if (code == 415)
        draft_cause(d, r->what == REFUSED_BODY
                           ? _("415 refuses the type of the body (Content-Type), not a codec in it")
                           : _("415 is about the body's type, encoding or language; where these "
                               "are taken, some devices mean the codecs in it"));
    if (code == 415 && !r->warning)
        draft_remedy(d, _("Compare Content-Type, -Encoding and -Language of the request with "
                          "Accept, -Encoding and -Language of the 415; then the codecs"));
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
    if (x->offer)
        draft_proof(d, x->offered, _("offered: %s"), codec_list(x->offer, UINT_MAX, offered));
    else
        draft_proof(d, x->offered, _("the offer; its body is not wholly captured"));
    say_refusal(d, t, x, r);
    explain_refusal(d, t, x, r);
}

static bool refuses_all(const struct exchange *x)
{
    return x->answer && !scene_cut(x->answered) && has_stream(x->offer, NULL) &&
           !has_stream(x->answer, NULL);
}

/* Whether the answer that refuses all came from a hop further on. */
static bool refused_below(const struct scene_transaction *t)
{
    struct exchange x;
    for (const struct scene_transaction *o = t->downstream; o; o = o->branch)
        if (exchange_of(o, &x) && refuses_all(&x))
            return true;
    return false;
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
    return (exchange_of(t, x) && has_stream(x->offer, is_sound)) ||
           (refused && offer_was_cut(t, x));
}

static void no_common_codec(struct judge *j)
{
    EACH_TRANSACTION(j, t) {
        struct exchange x;
        struct refusal refusal = { .what = REFUSED_UNSAID };
        const struct scene_message *shown = NULL;
        bool refused = is_refusal(scene_final(t)) && !judge_passed_on(t);
        if (!refused && !(j->scene->marks & CALL_SDP_ODD))
            continue; /* nothing was refused */
        if (!offers_sound(t, refused, &x))
            continue;
        bool refuses = refuses_all(&x) && !refused_below(t);
        int shares = (refused || refuses) && x.offer ? peer_shares(j, t, &x, &shown) : 0;
        if (refused)
            refusal_read(&refusal, t);
        if (shares < 0)
            tell_known(j, t, &x, shown);
        else if (shares == 0 && refused && refusal.what != REFUSED_OTHER)
            tell_refusal(j, t, &x, &refusal);
    }
}

/* Profiles */

/* 1: all streams of sound and pictures are encrypted, -1: none is, 0: mixed, or there are none. */
static int security(const struct sdp *sdp, bool only_active)
{
    int result = 0;
    for (int i = 0; i < sdp->medias; i++) {
        if (!is_sound(&sdp->media[i]) || (only_active && !is_active(&sdp->media[i])))
            continue;
        int one = is_secure(&sdp->media[i]) ? 1 : -1;
        if (result && one != result)
            return 0;
        result = one;
    }
    return result;
}

/* The peer's description whose profile is the other one; NULL if it has shown the same, too. */
static const struct scene_message *other_profile(struct judge *j, const struct scene_transaction *t,
                                                 const struct exchange *x, int offered)
{
    const struct scene_message *found = NULL;
    EACH_MESSAGE(j, m) {
        if (!is_from_peer(m, t, x))
            continue;
        int shown = security(scene_sdp(m), false);
        if (shown == offered && m != x->answered)
            return NULL;
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
        if (is_sound(&sdp->media[i]))
            return judge_quote(sdp->media[i].protocol);
    return SPAN_NONE;
}

static void srtp_mismatch(struct judge *j)
{
    char by[ADDR_TEXT];
    EACH_TRANSACTION(j, t) {
        struct exchange x;
        uint16_t code = scene_final(t);
        bool refused = (code == 488 || code == 606) && !judge_passed_on(t);
        if (!refused && !(j->scene->marks & CALL_SDP_ODD))
            continue;
        int offered = exchange_of(t, &x) ? security(x.offer, true) : 0;
        bool stream_off = x.answer && !scene_cut(x.answered) && !has_stream(x.answer, is_sound) &&
                          !refused_below(t);
        if (!offered || !(refused || stream_off))
            continue;
        const struct scene_message *other = other_profile(j, t, &x, offered);
        if (!other && !(refused && speaks_of_srtp(t)))
            continue;
        struct draft *d = judge_find(j, t, other ? 100 : 85);
        const struct scene_message *end = x.answered ? x.answered : t->final;
        struct span mine = profile_of(x.offer);
        judge_address(&end->flow->src, by);
        if (offered > 0)
            draft_say(d, _("encrypted media offered (%.*s), %s has plain RTP"), SPAN_ARG(mine), by);
        else
            draft_say(d, _("plain RTP offered (%.*s), %s wants encryption"), SPAN_ARG(mine), by);
        draft_proof(d, x.offered, _("offered: %.*s"), SPAN_ARG(mine));
        if (other)
            draft_proof(d, other, _("%s uses %.*s"), by, SPAN_ARG(profile_of(scene_sdp(other))));
        if (end != other)
            draft_proof(d, end, _("%u: refused"), code);
        if (!other)
            draft_because(d, _("only the words of the refusal tell so"));
    }
}

/* Streams */

/* Whether a later exchange of the call has brought media in (third-party control). */
static bool media_later(struct judge *j, const struct scene_transaction *t)
{
    struct exchange x;
    EACH_TRANSACTION(j, o)
        if (o > t && o->call == t->call && scene_method(o) == SIP_INVITE &&
            o->stored->cseq != t->stored->cseq && exchange_of(o, &x) && has_stream(x.answer, NULL))
            return true;
    return false;
}

static void media_rejected(struct judge *j)
{
    char by[ADDR_TEXT];
    EACH_TRANSACTION(j, t) {
        struct exchange x;
        if (scene_method(t) != SIP_INVITE || scene_final(t) / 100 != 2 || !exchange_of(t, &x) ||
            x.answered == t->ack || !refuses_all(&x) || refused_below(t) || media_later(j, t))
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

/* The peer took none of the streams of fax. */
static bool fax_refused(const struct scene_transaction *t)
{
    struct exchange x;
    if (!exchange_of(t, &x) || x.offered != t->request || !has_stream(x.offer, is_fax))
        return false;
    return is_refusal(scene_final(t)) ||
           (x.answer && !scene_cut(x.answered) && !has_stream(x.answer, is_fax));
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
    return is_active(m) && m->direction == SDP_SENDRECV && !span_is(m->address, "0.0.0.0");
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
        if (at < 0 || mismatched_below(t) || found_in_call(j, t->call))
            continue;
        struct draft *d = judge_find(j, t, 100);
        unsigned offered = telephone_of(&x.offer->media[at]);
        unsigned answered = telephone_of(&x.answer->media[at]);
        judge_address(&x.answered->flow->src, by);
        if (answered)
            draft_say(d, _("DTMF: telephone-event offered at %u Hz, answered at %u Hz"), offered,
                      answered);
        else
            draft_say(d, _("DTMF: telephone-event offered, not answered by %s"), by);
        draft_proof(d, x.offered, _("the offer has telephone-event/%u"), offered);
        draft_proof(d, x.answered,
                    answered ? _("the answer of %s has telephone-event/%u only")
                             : _("the answer of %s has no telephone-event"),
                    by, answered);
        if (answered)
            draft_remedy(d, _("Offer telephone-event at %u Hz, too, or enable %u Hz at %s"),
                         answered, offered, by);
    }
}

/* Hold */

static bool is_hole(const struct sdp *sdp)
{
    bool hole = false;
    for (int i = 0; sdp && i < sdp->medias; i++) {
        const struct sdp_media *m = &sdp->media[i];
        if (!is_active(m) || m->port == 9)
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
        if (scene_method(t) != SIP_INVITE || !scene_in_dialog(t) ||
            !is_hole(scene_sdp(t->request)) || never_had_address(j, t->request) ||
            found_in_call(j, t->call))
            continue;
        struct draft *d = judge_find(j, t, 95);
        d->time_ns = t->request->stored->time_ns;
        judge_address(&t->client, by);
        draft_say(d, _("%s holds by c=0.0.0.0, the old way"), by);
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
        draft_say(d, _("%s refuses an INVITE without SDP: %u"), by, code);
        draft_proof(d, t->request, _("INVITE without a session description"));
        draft_proof(d, t->final, _("%u %.*s"), code,
                    SPAN_ARG(judge_quote(scene_sip(t->final)->reason)));
        draft_because(d, _("the answer does not say whether the missing offer is the reason"));
    }
}

const struct rule rules_media[] = {
    { "no-common-codec", SCOPE_CALL, SEVERITY_ERROR, CALL_FAILED | CALL_SDP_ODD, no_common_codec,
      N_("The two sides share no codec"),
      N_("Add a codec that both have on one side, or transcode") },
    { "srtp-mismatch", SCOPE_CALL, SEVERITY_ERROR, CALL_FAILED | CALL_SDP_ODD, srtp_mismatch,
      N_("One side requires encrypted media (SRTP), the other has plain RTP"),
      N_("Set the same SRTP policy on both sides") },
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
