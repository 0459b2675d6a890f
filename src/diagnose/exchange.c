/* See exchange.h. */
#include "diagnose/exchange.h"

bool stream_is_active(const struct sdp_media *m)
{
    return m->port != 0 || m->bundle_only;
}

bool stream_is_sound(const struct sdp_media *m)
{
    return span_is(m->kind, "audio") || span_is(m->kind, "video");
}

bool sdp_has_stream(const struct sdp *sdp, bool (*kind)(const struct sdp_media *m))
{
    for (int i = 0; sdp && i < sdp->medias; i++)
        if (stream_is_active(&sdp->media[i]) && (!kind || kind(&sdp->media[i])))
            return true;
    return false;
}

const struct sdp_media *sdp_place(const struct sdp *sdp)
{
    for (int i = 0; sdp && i < sdp->medias; i++)
        if (sdp->media[i].port && sdp->media[i].address.n)
            return &sdp->media[i];
    return NULL;
}

bool exchange_is_refusal(uint16_t code)
{
    return code == 488 || code == 606 || code == 415;
}

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
bool exchange_of(const struct scene_transaction *t, struct exchange *x)
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

bool exchange_refused(const struct exchange *x)
{
    return x->answer && !scene_cut(x->answered) && sdp_has_stream(x->offer, NULL) &&
           !sdp_has_stream(x->answer, NULL);
}

bool exchange_refused_below(const struct scene_transaction *t)
{
    struct exchange x;
    for (const struct scene_transaction *o = t->downstream; o; o = o->branch)
        if (exchange_of(o, &x) && exchange_refused(&x))
            return true;
    return false;
}
