/* See ladder_session.h. The role of a description follows from its transaction alone. */
#include "store/ladder_session.h"

#define ROWS_BACK 1024 /* looked through for what was said before */
#define READ_BACK 48   /* messages read again for it */

static bool has_sdp(const struct message *m)
{
    return m && m->flags & MESSAGE_SDP;
}

/* ---- roles --------------------------------------------------------------------------------- */

/* A reliable provisional response (RFC 3262 §3). */
static bool is_reliable(const struct sip_message *sip)
{
    return sip_find_header(sip, "RSeq").n > 0;
}

/* The offer that the ACK may answer: the 2xx of an INVITE without one. */
static uint32_t offer_of_ack(const struct store *store, const struct transaction *ack)
{
    const struct transaction *t = store_transaction(store, ack->related);
    bool offered = ack->method == SIP_ACK && t && t->method == SIP_INVITE && t->code / 100 == 2 &&
                   t->request && !has_sdp(store_message(store, t->request)) &&
                   has_sdp(store_message(store, t->final));
    return offered ? t->final : 0;
}

/* The offer that the PRACK may answer: in the latest provisional response before it. */
static uint32_t offer_of_prack(const struct ladder *l, const struct store *store, size_t row)
{
    const struct ladder_row *own = &l->rows[row];
    for (size_t i = row; i-- > 0 && row - i < ROWS_BACK;) {
        const struct ladder_row *r = &l->rows[i];
        const struct message *m = store_message(store, r->message);
        if (r->kind != LADDER_MESSAGE || r->leg != own->leg || m->method != SIP_INVITE ||
            m->code < 101 || m->code > 199 || r->to != own->from)
            continue;
        const struct transaction *t = store_transaction(store, m->transaction);
        bool offered = has_sdp(m) && t->request && !has_sdp(store_message(store, t->request));
        return offered ? r->message : 0;
    }
    return 0;
}

static uint8_t request_role(const struct ladder *l, const struct store *store, size_t row,
                            uint32_t *offer)
{
    const struct message *m = store_message(store, l->rows[row].message);
    switch (m->method) {
    case SIP_INVITE:
    case SIP_UPDATE:
        return SESSION_OFFER;
    case SIP_ACK:
        *offer = offer_of_ack(store, store_transaction(store, m->transaction));
        return *offer ? SESSION_ANSWER : SESSION_UNEXPECTED;
    case SIP_PRACK:
        *offer = offer_of_prack(l, store, row);
        return *offer ? SESSION_ANSWER : SESSION_OFFER;
    default:
        return SESSION_CAPABLE;
    }
}

static uint8_t response_role(const struct store *store, const struct message *m,
                             const struct sip_message *sip, uint32_t *offer)
{
    const struct transaction *t = store_transaction(store, m->transaction);
    const struct message *request = store_message(store, t->request);
    if (m->code >= 300 || m->method == SIP_OPTIONS)
        return SESSION_CAPABLE;
    if (!request || (m->method != SIP_INVITE && m->method != SIP_UPDATE && m->method != SIP_PRACK))
        return SESSION_UNEXPECTED;
    bool early = m->code < 200 && !is_reliable(sip);
    if (!has_sdp(request))
        return m->method == SIP_INVITE && !early ? SESSION_OFFER
               : m->method == SIP_INVITE         ? SESSION_EARLY
                                                 : SESSION_UNEXPECTED;
    *offer = t->request;
    return early ? SESSION_EARLY : SESSION_ANSWER;
}

/* ---- what was said before ------------------------------------------------------------------- */

/* One description and who said it. */
struct said {
    const struct message *stored;
    struct sip_message sip;
    struct span body;
    struct span tag; /* of its sender */
};

static bool take_said(struct said *said, const struct store *store, const struct ladder_row *row)
{
    said->stored = row->kind == LADDER_MESSAGE ? store_message(store, row->message) : NULL;
    if (!has_sdp(said->stored) || store_scan(store, row->message, &said->sip) < 0)
        return false;
    said->body = sdp_of(&said->sip);
    said->tag = said->sip.code ? said->sip.to_tag : said->sip.from_tag;
    return said->body.n > 0;
}

static bool same_hop(const struct store *store, const struct message *a, const struct message *b)
{
    const struct flow *x = store_flow(store, a->flow), *y = store_flow(store, b->flow);
    return x->src_host == y->src_host && x->dst_host == y->dst_host;
}

/* The same words about the same request, on another hop or in another response. */
static bool same_words(const struct said *a, const struct said *b)
{
    return a->sip.cseq == b->sip.cseq && a->stored->method == b->stored->method &&
           (a->sip.code == 0) == (b->sip.code == 0) && span_equal(a->body, b->body);
}

/* What a refusal or OPTIONS tells of its sender, no session in it. */
static bool is_capability(const struct message *m)
{
    return m->code >= 300 || m->method == SIP_OPTIONS;
}

/* An offer whose request was refused: the session stays as it was (RFC 3261 §14.1). */
static bool is_refused(const struct store *store, const struct said *said)
{
    const struct transaction *t = store_transaction(store, said->stored->transaction);
    return said->sip.code == 0 && t->final && t->code >= 300;
}

/*
 * Looks for what the side said before: whether the very same, and the row of its latest
 * description on this hop that counts, SIZE_MAX if there is none.
 */
static size_t look_back(const struct ladder *l, const struct store *store, size_t row,
                        const struct said *now, bool *repeated)
{
    struct said then;
    int read = 0;
    *repeated = false;
    for (size_t i = row; i-- > 0 && row - i < ROWS_BACK && read < READ_BACK;) {
        if (l->rows[i].leg != l->rows[row].leg || !take_said(&then, store, &l->rows[i]))
            continue;
        read++;
        if (!span_equal(then.tag, now->tag))
            continue;
        if (same_words(&then, now)) {
            *repeated = true;
            return SIZE_MAX;
        }
        if (same_hop(store, then.stored, now->stored) && !is_refused(store, &then) &&
            !is_capability(then.stored))
            return i;
    }
    return SIZE_MAX;
}

bool session_is_news(const struct ladder *l, const struct store *store, size_t row)
{
    struct said now;
    bool repeated;
    if (!take_said(&now, store, &l->rows[row]))
        return false;
    look_back(l, store, row, &now, &repeated);
    return !repeated;
}

/* ---- what it changes ------------------------------------------------------------------------ */

const struct sdp_media *session_main(const struct sdp *sdp)
{
    for (int i = 0; i < sdp->medias; i++)
        if (span_is(sdp->media[i].kind, "audio"))
            return &sdp->media[i];
    return sdp->medias ? &sdp->media[0] : NULL;
}

bool session_is_held(const struct sdp_media *m)
{
    return m->direction != SDP_SENDRECV || span_is(m->address, "0.0.0.0");
}

static bool same_formats(const struct sdp_media *a, const struct sdp_media *b)
{
    bool same = a->formats == b->formats;
    for (int i = 0; same && i < a->formats; i++)
        same = span_same(a->format[i].codec, b->format[i].codec);
    return same;
}

static uint32_t media_changes(const struct sdp_media *a, const struct sdp_media *b)
{
    uint32_t changes = 0;
    bool was = session_is_held(a), is = session_is_held(b);
    if ((a->port == 0) != (b->port == 0))
        return SESSION_STREAMS;
    if (was != is)
        changes |= is ? SESSION_HOLD : SESSION_RESUME;
    if (!same_formats(a, b))
        changes |= SESSION_CODECS;
    /* 0.0.0.0 is a way to hold (RFC 3264 §8.4), and no address */
    bool hole = span_is(a->address, "0.0.0.0") || span_is(b->address, "0.0.0.0");
    if ((!hole && !span_same(a->address, b->address)) || a->port != b->port)
        changes |= SESSION_ADDRESS;
    return changes;
}

static uint32_t changes_between(const struct sdp *before, const struct sdp *now)
{
    uint32_t changes = before->medias != now->medias ? SESSION_STREAMS : 0;
    for (int i = 0; i < before->medias && i < now->medias; i++)
        changes |= media_changes(&before->media[i], &now->media[i]);
    return changes;
}

const struct sdp_format *session_agreed(const struct session_note *note)
{
    const struct sdp_media *answer = session_main(&note->now);
    const struct sdp_media *offer = note->answers ? session_main(&note->offer) : NULL;
    for (int i = 0; offer && i < answer->formats; i++)
        for (int k = 0; sdp_is_codec(&answer->format[i]) && k < offer->formats; k++)
            if (span_same(answer->format[i].codec, offer->format[k].codec))
                return &answer->format[i];
    return NULL;
}

static bool read_sdp(struct sdp *sdp, const struct store *store, uint32_t message)
{
    struct sip_message sip;
    return store_scan(store, message, &sip) == 0 && sdp_read(sdp, sdp_of(&sip)) == 0;
}

void session_look(struct session_note *note, const struct ladder *l, const struct store *store,
                  size_t row)
{
    struct said now, then;
    uint32_t offer = 0;
    *note = (struct session_note){ .role = SESSION_NONE };
    if (!take_said(&now, store, &l->rows[row]) || sdp_read(&note->now, now.body) < 0)
        return;
    note->role = now.sip.code ? response_role(store, now.stored, &now.sip, &offer)
                              : request_role(l, store, row, &offer);
    note->answers = offer && read_sdp(&note->offer, store, offer);
    size_t before = look_back(l, store, row, &now, &note->repeated);
    if (before != SIZE_MAX && take_said(&then, store, &l->rows[before]) &&
        sdp_read(&note->before, then.body) == 0) {
        note->renewed = true;
        note->changes = changes_between(&note->before, &note->now);
    }
}
