/* See media_sides.h. Streams of both sides are paired by place, as offer and answer are (RFC 3264 §6). */
#include "diagnose/media_sides.h"

#include <stdlib.h>

#include "base/strbuf.h"
#include "diagnose/rule.h"

enum { CALLER, CALLEE };

struct collect {
    struct media_sides *out;
    const struct store *store;
    struct sdp sdp[2];
    uint32_t invite; /* the first of the call: its From tag is the caller's */
    bool brief;
};

static bool is_media_rule(const char *id)
{
    static const char *const others[] = { "sdp-private-address" };
    static const struct rule *const tables[] = { rules_codec, rules_media };
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        for (const struct rule *rule = tables[i]; rule->id; rule++)
            if (strcmp(rule->id, id) == 0)
                return true;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (strcmp(others[i], id) == 0)
            return true;
    return false;
}

/* The side that sent a message: who sent the call's first INVITE is the caller. */
static int side_of(const struct collect *c, const struct sip_message *sip)
{
    struct sip_message first;
    if (store_scan(c->store, c->invite, &first) < 0)
        return sip_is_request(sip) ? CALLER : CALLEE;
    bool callers_request = span_equal(first.call_id, sip->call_id)
                               ? span_equal(first.from_tag, sip->from_tag)
                               : true; /* of another call only what the callee said is shown */
    return callers_request == sip_is_request(sip) ? CALLER : CALLEE;
}

/*
 * The copy of a message that was seen nearest to its sender: the earliest of those with its CSeq,
 * sender and code. Proxies pass descriptions on; they are no side of the media.
 */
static const struct message *first_copy(const struct collect *c, const struct message *m,
                                        const struct sip_message *sip)
{
    const struct transaction *own = store_transaction(c->store, m->transaction), *t;
    const struct call *call = store_call(c->store, own->call);
    uint32_t id = call->first_txn;
    for (int left = CALL_WINDOW; id && left > 0; left--, id = t->next_in_call) {
        struct sip_message other;
        t = store_transaction(c->store, id);
        uint32_t at = m->code == 0 ? t->request : t->final;
        const struct message *copy = store_message(c->store, at);
        if (copy && t->method == own->method && t->cseq == own->cseq && copy->code == m->code &&
            copy->time_ns < m->time_ns && store_scan(c->store, at, &other) == 0 &&
            span_equal(other.from_tag, sip->from_tag))
            m = copy;
    }
    return m;
}

/* Takes a message's description for the side that sent it, unless there is one. */
static void take(struct collect *c, uint32_t id)
{
    char address[ADDR_TEXT];
    struct sip_message sip;
    const struct message *m = store_message(c->store, id);
    if (!m || store_scan(c->store, id, &sip) < 0)
        return;
    struct span body = sdp_of(&sip);
    int side = side_of(c, &sip);
    if (body.n == 0 || c->out->known[side] || sdp_read(&c->sdp[side], body) < 0)
        return;
    c->out->known[side] = true;
    c->out->from[side] = id;
    free(c->out->who[side]);
    c->out->who[side] = mem_format(
        side == CALLER ? _("caller %s") : _("callee %s"),
        judge_address(&store_flow(c->store, first_copy(c, m, &sip)->flow)->src, address));
}

/* What the finding's messages do not say may be in others of its transaction. */
static void take_transaction(struct collect *c, uint32_t transaction)
{
    const struct transaction *t = store_transaction(c->store, transaction);
    if (!t)
        return;
    take(c, t->request);
    for (uint32_t id = t->last; id; id = store_message(c->store, id)->previous)
        take(c, id);
    take(c, t->ack);
}

static uint32_t first_invite(const struct store *store, uint32_t call)
{
    const struct call *c = store_call(store, call);
    for (uint32_t id = c ? c->first_txn : 0; id; id = store_transaction(store, id)->next_in_call)
        if (store_transaction(store, id)->method == SIP_INVITE)
            return store_transaction(store, id)->request;
    return 0;
}

/* Texts become the line's. A side that nobody knows matches nothing. */
static void add(struct collect *c, char *what, char *a, char *b, enum media_match matches)
{
    struct media_sides *out = c->out;
    if (out->count == MEDIA_LINES) {
        free(what);
        free(a);
        free(b);
        return;
    }
    if (!out->known[0] || !out->known[1])
        matches = MEDIA_UNKNOWN;
    out->lines[out->count++] = (struct media_line){ what, { a, b }, (uint8_t)matches };
}

static enum media_match same_if(bool same)
{
    return same ? MEDIA_SAME : MEDIA_DIFFERS;
}

static char *format_text(const struct sdp_format *f)
{
    return !f         ? mem_text("")
           : f->clock ? mem_format("%.*s/%u", SPAN_ARG(f->codec), f->clock)
                      : mem_format("%.*s", SPAN_ARG(f->codec));
}

static const struct sdp_format *find_format(const struct sdp_media *m, const struct sdp_format *f)
{
    for (int i = 0; m && i < m->formats; i++)
        if (sdp_same_format(&m->format[i], f))
            return &m->format[i];
    return NULL;
}

/* A codec a line: the caller's in their order, then what only the callee has. */
static void add_codecs(struct collect *c, const struct sdp_media *a, const struct sdp_media *b)
{
    for (int i = 0; a && i < a->formats; i++) {
        const struct sdp_format *other = find_format(b, &a->format[i]);
        add(c, mem_text(_("codec")), format_text(&a->format[i]), format_text(other),
            same_if(other));
    }
    for (int i = 0; b && i < b->formats; i++)
        if (!find_format(a, &b->format[i]))
            add(c, mem_text(_("codec")), mem_text(""), format_text(&b->format[i]), MEDIA_DIFFERS);
}

static char *codec_names(const struct sdp_media *m)
{
    struct strbuf text = STRBUF_INIT;
    for (int i = 0; m && i < m->formats; i++) {
        strbuf_text(&text, i ? " " : "");
        strbuf_span(&text, m->format[i].codec);
    }
    return strbuf_take(&text);
}

static void add_codec_line(struct collect *c, const struct sdp_media *a, const struct sdp_media *b)
{
    bool any = false;
    for (int i = 0; a && i < a->formats; i++)
        any = any || (sdp_is_codec(&a->format[i]) && find_format(b, &a->format[i]));
    add(c, mem_text(_("codecs")), codec_names(a), codec_names(b), same_if(any));
}

/* Keys that are pressed go as codec of their own (RFC 4733), which one side may lack. */
static void add_tones(struct collect *c, const struct sdp_media *a, const struct sdp_media *b)
{
    static const struct sdp_format tones = { .codec = { "telephone-event", 15 } };
    const struct sdp_format *x = find_format(a, &tones), *y = find_format(b, &tones);
    if (x != y && (!x || !y || x->clock != y->clock))
        add(c, mem_text("DTMF"), format_text(x), format_text(y), MEDIA_DIFFERS);
}

static char *port_text(const struct sdp_media *m)
{
    return !m             ? mem_text("")
           : m->port == 0 ? mem_format("%.*s 0", SPAN_ARG(m->protocol))
                          : mem_format("%.*s %u", SPAN_ARG(m->protocol), m->port);
}

static char *address_text(const struct sdp_media *m)
{
    return m ? mem_format("%.*s", SPAN_ARG(m->address)) : mem_text("");
}

static char *direction_text(const struct sdp_media *m)
{
    static const char *const names[] = { "sendrecv", "sendonly", "recvonly", "inactive" };
    return mem_text(m ? names[m->direction] : "");
}

/* Whether what each side sends is taken by the other (RFC 3264 §6.1). */
static bool directions_meet(const struct sdp_media *a, const struct sdp_media *b)
{
    static const uint8_t sends[] = { 1, 1, 0, 0 }, receives[] = { 1, 0, 1, 0 };
    return sends[a->direction] == receives[b->direction] &&
           receives[a->direction] == sends[b->direction];
}

static void add_stream(struct collect *c, const struct sdp_media *a, const struct sdp_media *b)
{
    const struct sdp_media *any = a ? a : b;
    bool both = a && b;
    bool same = both && span_same(a->protocol, b->protocol) && !a->port == !b->port;
    if (!c->brief || (both && !same))
        add(c, mem_format("%.*s", SPAN_ARG(any->kind)), port_text(a), port_text(b), same_if(same));
    if (c->brief) {
        add_codec_line(c, a, b);
        add_tones(c, a, b);
    } else {
        add_codecs(c, a, b);
    }
    if ((a && a->direction != SDP_SENDRECV) || (b && b->direction != SDP_SENDRECV))
        add(c, mem_text(_("direction")), direction_text(a), direction_text(b),
            same_if(both && directions_meet(a, b)));
    if (!c->brief)
        add(c, mem_text(_("address")), address_text(a), address_text(b), MEDIA_APART);
}

/* The stream in the same place, else the first of its kind that the other has. */
static const struct sdp_media *partner(const struct sdp_media *m, int i, const struct sdp *other)
{
    if (i < other->medias && span_same(other->media[i].kind, m->kind))
        return &other->media[i];
    for (int k = 0; k < other->medias; k++)
        if (span_same(other->media[k].kind, m->kind))
            return &other->media[k];
    return NULL;
}

static void add_streams(struct collect *c)
{
    const struct sdp *a = &c->sdp[CALLER], *b = &c->sdp[CALLEE];
    for (int i = 0; i < a->medias; i++)
        add_stream(c, &a->media[i], partner(&a->media[i], i, b));
    for (int i = 0; i < b->medias; i++)
        if (!partner(&b->media[i], i, a))
            add_stream(c, NULL, &b->media[i]);
}

int media_sides_collect(struct media_sides *sides, const struct store *store,
                        const struct finding *finding, const struct finding_text *text, bool brief)
{
    struct collect c = { .out = sides, .store = store, .brief = brief };
    memset(sides, 0, sizeof *sides);
    if (!is_media_rule(finding_rule_id(finding->rule)))
        return -1;
    sides->who[CALLER] = mem_text(_("caller"));
    sides->who[CALLEE] = mem_text(_("callee"));
    c.invite = first_invite(store, finding->call);
    for (size_t i = 0; i < text->nproofs; i++)
        take(&c, text->proofs[i].message);
    take_transaction(&c, finding->transaction);
    /* the summary and the evidence name what a single side offers */
    if (!brief || (sides->known[CALLER] && sides->known[CALLEE]))
        add_streams(&c);
    if (sides->count > 0)
        return 0;
    media_sides_free(sides);
    return -1;
}

void media_sides_free(struct media_sides *sides)
{
    for (size_t i = 0; i < sides->count; i++) {
        free(sides->lines[i].what);
        free(sides->lines[i].side[0]);
        free(sides->lines[i].side[1]);
    }
    free(sides->who[0]);
    free(sides->who[1]);
    memset(sides, 0, sizeof *sides);
}
