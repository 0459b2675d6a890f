/* See evidence.h. Header facts are rows of a table; the rest is about time and place. */
#include "diagnose/evidence.h"
#include "diagnose/outcome.h"
#include "diagnose/refusal.h"
#include "diagnose/rule.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "base/timefmt.h"
#include "base/tr.h"
#include "sip/fields.h"
#include "sip/sdp.h"
#include "store/cut.h"
#include "store/names.h"

#define MAX_QUOTE 160 /* bytes of a header value quoted */

struct collect {
    struct evidence *out;
    const struct store *store;
    uint32_t id;
    const struct transaction *txn;
    struct sip_message response; /* the deciding one, or all empty */
    uint32_t response_id;
};

static void __attribute__((format(printf, 3, 4)))
add(struct collect *c, uint32_t message, const char *format, ...)
{
    va_list args;
    if (c->out->count >= EVIDENCE_FACTS)
        return;
    va_start(args, format);
    c->out->facts[c->out->count++] = (struct evidence_fact){ mem_format_args(format, args),
                                                             message };
    va_end(args);
}

static struct span quote(struct span value)
{
    return text_head(value, MAX_QUOTE);
}

/* A plain header whose value is the fact; it stands in the text where the format has it. */
static void plain_fact(struct collect *c, const char *header, const char *format, struct span value)
{
    (void)header;
    value = quote(value);
    add(c, c->response_id, tr(format), SPAN_ARG(value));
}

/* `Digest realm="x", algorithm=MD5, stale=true` */
static void challenge_fact(struct collect *c, const char *header, const char *format,
                           struct span value)
{
    struct span realm = quote(sip_auth_param(value, "realm"));
    struct span algorithm = quote(sip_auth_param(value, "algorithm"));
    struct span stale = sip_auth_param(value, "stale");
    (void)format;
    add(c, c->response_id,
        span_is(stale, "true")
            ? _("%s asks for credentials of realm \"%.*s\" (%.*s, the nonce was stale)")
            : _("%s asks for credentials of realm \"%.*s\" (%.*s)"),
        header, SPAN_ARG(realm), SPAN_ARG(algorithm.n ? algorithm : SPAN("MD5")));
}

/* `Q.850;cause=34;text="No circuit available"` (RFC 3326) */
static void reason_fact(struct collect *c, const char *header, const char *format,
                        struct span value)
{
    const char *semicolon = span_find(value, ';');
    struct span protocol = span_trim(semicolon ? span_make(value.p, semicolon) : value);
    struct span cause = sip_param(value, "cause"), words = quote(sip_param(value, "text"));
    (void)header;
    (void)format;
    protocol = quote(protocol);
    cause = cause.n ? quote(cause) : SPAN("?");
    if (words.n)
        add(c, c->response_id, _("Reason: %.*s cause %.*s \"%.*s\""), SPAN_ARG(protocol),
            SPAN_ARG(cause), SPAN_ARG(words));
    else
        add(c, c->response_id, _("Reason: %.*s cause %.*s"), SPAN_ARG(protocol), SPAN_ARG(cause));
}

static const struct header_fact {
    const char *header;
    uint16_t from, to; /* codes of responses in which it matters */
    void (*say)(struct collect *c, const char *header, const char *format, struct span value);
    const char *format; /* takes the value */
} header_facts[] = {
    { "Warning", 300, 699, plain_fact, N_("Warning: %.*s") },
    { "Reason", 100, 699, reason_fact, NULL },
    { "Unsupported", 420, 420, plain_fact,
      N_("It does not know the extension: %.*s (Unsupported)") },
    { "Require", 421, 421, plain_fact, N_("It insists on the extension: %.*s (Require)") },
    { "Retry-After", 300, 699, plain_fact, N_("Try again after %.*s s (Retry-After)") },
    { "Min-SE", 422, 422, plain_fact, N_("Session-Expires must be at least %.*s s (Min-SE)") },
    { "Min-Expires", 423, 423, plain_fact, N_("The expiry must be at least %.*s s (Min-Expires)") },
    { "WWW-Authenticate", 401, 401, challenge_fact, NULL },
    { "Proxy-Authenticate", 407, 407, challenge_fact, NULL },
    { "Contact", 300, 399, plain_fact, N_("Redirected to %.*s (Contact)") },
    { "Contact", 485, 485, plain_fact, N_("Candidates: %.*s (Contact)") },
    { "Allow", 405, 405, plain_fact, N_("It allows: %.*s (Allow)") },
    { "Allow-Events", 489, 489, plain_fact, N_("It knows the events: %.*s (Allow-Events)") },
    { "Accept", 406, 415, plain_fact, N_("It accepts: %.*s (Accept)") },
    { "Accept-Encoding", 415, 415, plain_fact, N_("It accepts: %.*s (Accept-Encoding)") },
    { "Accept-Language", 415, 415, plain_fact, N_("It accepts: %.*s (Accept-Language)") },
    { "Error-Info", 300, 699, plain_fact, N_("More at %.*s (Error-Info)") },
    { "Security-Server", 494, 494, plain_fact, N_("It offers: %.*s (Security-Server)") },
};

static void add_headers(struct collect *c)
{
    struct span rest = c->response.headers, name, value;
    while (sip_next_header(&rest, &name, &value))
        for (size_t i = 0; i < sizeof header_facts / sizeof header_facts[0]; i++) {
            const struct header_fact *f = &header_facts[i];
            if (c->response.code >= f->from && c->response.code <= f->to &&
                sip_header_same(name, f->header))
                f->say(c, f->header, f->format, value);
        }
}

static struct span agent_of(const struct sip_message *m)
{
    struct span agent = sip_find_header(m, "Server");
    return agent.n ? agent : sip_find_header(m, "User-Agent");
}

/* Who answered first, and over how many hops by the Via values that the answer still carries. */
static void add_origin(struct collect *c)
{
    char text[ADDR_TEXT];
    struct sip_message m;
    uint32_t id = transaction_origin(c->store, c->id);
    const struct message *message = store_message(c->store, id);
    if (!message || store_scan(c->store, id, &m) < 0)
        return;
    struct span agent = quote(agent_of(&m)), phrase = quote(m.reason);
    names_format(&store_flow(c->store, message->flow)->src, text);
    char *who = mem_format("%s%s%.*s", text, agent.n ? ", " : "", SPAN_ARG(agent));
    add(c, id,
        tr_n("%u \"%.*s\" came first from %s, %u hop from the caller by Via (frame %u)",
             "%u \"%.*s\" came first from %s, %u hops from the caller by Via (frame %u)", m.vias),
        message->code, SPAN_ARG(phrase), who, m.vias, message->frame);
    free(who);
}

static void add_time(struct collect *c)
{
    char a[TIME_TEXT];
    const struct message *request = store_message(c->store, c->txn->request);
    const struct message *response = store_message(c->store, c->response_id);
    if (!request) {
        add(c, c->txn->first, _("The request itself is not in this capture"));
        return;
    }
    if (response) {
        time_short(response->time_ns - request->time_ns, a);
        add(c, c->response_id, _("%u came %s after the request"), response->code, a);
        if (!c->txn->final) {
            time_short(store_now(c->store) - response->time_ns, a);
            add(c, c->response_id, _("Nothing has followed it for %s"), a);
        }
        return;
    }
    if (c->txn->method == SIP_ACK)
        return; /* nothing answers it */
    time_short(transaction_waited(c->store, c->txn), a);
    char to[ADDR_TEXT];
    names_format(&store_flow(c->store, request->flow)->dst, to);
    add(c, c->txn->request, _("No response from %s, %s after the request"), to, a);
}

static void add_ringing(struct collect *c)
{
    char a[TIME_TEXT];
    uint32_t id = transaction_rang(c->store, c->id);
    int64_t rang = transaction_rang_ns(c->store, c->id);
    if (!id || rang < 0)
        return;
    add(c, id, _("It rang for %s (%u), then came %u"), time_short(rang, a),
        store_message(c->store, id)->code, c->txn->code);
}

/* What a request asks for that an answer may want larger: its header, its value. */
static struct span asked(const struct sip_message *m, uint16_t code, const char **header)
{
    *header = code == 422 ? "Session-Expires" : "Expires";
    if (code != 422 && code != 423)
        return SPAN_NONE;
    struct span contact = code == 423 ? sip_param(m->contact, "expires") : SPAN_NONE;
    struct span value = contact.n ? contact : sip_find_header(m, *header), first;
    return sip_next_piece(&value, ';', &first) ? span_trim(first) : SPAN_NONE;
}

/* A refusal after which the client did right is no failure: then nothing is left to do. */
static void add_retry(struct collect *c)
{
    char after[TIME_TEXT];
    const char *header;
    struct sip_message m;
    uint32_t id = transaction_mended(c->store, c->id);
    const struct transaction *again = store_transaction(c->store, id);
    const struct message *answer = store_message(c->store, c->response_id);
    if (!again || !sip_asks_for_more(c->txn->code) || !answer ||
        store_scan(c->store, transaction_head(again), &m) < 0)
        return;
    const struct message *request = store_message(c->store, transaction_head(again));
    struct span value = quote(asked(&m, c->txn->code, &header));
    time_short(request->time_ns - answer->time_ns, after);
    if (value.n)
        add(c, transaction_head(again),
            _("Sent again %s later with %s: %.*s, and accepted with %u: nothing to do"), after,
            header, SPAN_ARG(value), again->code);
    else
        add(c, transaction_head(again),
            _("Sent again %s later and accepted with %u: nothing to do"), after, again->code);
}

static void add_repeats(struct collect *c)
{
    const struct transaction *t = c->txn;
    if (t->retransmissions)
        add(c, t->last,
            tr_n("%u retransmission on this hop", "%u retransmissions on this hop",
                 t->retransmissions),
            t->retransmissions);
    if (t->duplicates)
        add(c, t->last,
            tr_n("%u packet captured twice (not counted as retransmission)",
                 "%u packets captured twice (not counted as retransmission)", t->duplicates),
            t->duplicates);
}

static void add_cancel(struct collect *c)
{
    char a[TIME_TEXT];
    const struct transaction *t = c->txn, *cancel = store_transaction(c->store, t->related);
    if (t->method != SIP_INVITE || !cancel || cancel->method != SIP_CANCEL)
        return;
    time_short(cancel->time_ns - t->time_ns, a);
    add(c, cancel->request, _("The caller sent CANCEL %s after the INVITE"), a);
}

static void add_ack(struct collect *c)
{
    const struct transaction *t = c->txn;
    if (t->method == SIP_INVITE && t->final && !t->ack)
        add(c, t->final, _("No ACK with its CSeq number was seen"));
    if (t->forked)
        add(c, t->final, _("Several branches of a fork answered (different To tags)"));
}

/* What the request offered: the media of a call is the first suspect of 415, 488 and 606. */
static void add_offer(struct collect *c)
{
    struct sip_message m;
    struct strbuf text = STRBUF_INIT;
    const struct message *request = store_message(c->store, c->txn->request);
    if (request && store_scan(c->store, c->txn->request, &m) == 0 &&
        span_starts(m.content_type, "application/sdp")) {
        sdp_summary(&text, m.body);
        if (message_cut(request, &m) == CUT_SDP)
            strbuf_format(&text, "%s%s", text.n ? ", " : "", _("SDP cut"));
    }
    if (text.n)
        add(c, c->txn->request, _("The request offered: %s"), strbuf_str(&text));
    strbuf_free(&text);
}

/* What is missing of its messages is not to be looked for in them. */
static void add_cut(struct collect *c)
{
    struct strbuf text = STRBUF_INIT;
    uint32_t id = transaction_cut(c->store, c->txn);
    const struct message *m = store_message(c->store, id);
    cut_put(&text, c->store, id);
    if (m && m->code)
        add(c, id, _("Of the %u in frame %u %s"), m->code, m->frame, strbuf_str(&text));
    else if (m)
        add(c, id, _("Of the request in frame %u %s"), m->frame, strbuf_str(&text));
    strbuf_free(&text);
}

void evidence_collect(struct evidence *evidence, const struct store *store, uint32_t id)
{
    struct collect c = { .out = evidence, .store = store, .id = id };
    evidence->count = 0;
    c.txn = store_transaction(store, id);
    if (!c.txn)
        return;
    c.response_id = c.txn->final ? c.txn->final : c.txn->provisional;
    if (c.response_id && store_scan(store, c.response_id, &c.response) == 0) {
        add_retry(&c);
        add_headers(&c);
        add_ringing(&c);
        add_cancel(&c);
        add_origin(&c);
    }
    add_cut(&c);
    add_time(&c);
    add_repeats(&c);
    add_ack(&c);
    add_offer(&c);
}

void evidence_free(struct evidence *evidence)
{
    for (size_t i = 0; i < evidence->count; i++)
        free(evidence->facts[i].text);
    evidence->count = 0;
}

/* What the messages tell of a failure: whether it rang in vain, what a Warning says. */
struct told {
    uint16_t code;
    bool rang, warned, media;
    enum allowing allow;  /* of a 405 */
    struct span words;    /* of a Warning, else of a Reason (RFC 3326) */
    char from[ADDR_TEXT]; /* who made the answer */
};

static bool read_told(struct told *told, const struct store *store, uint32_t id,
                      struct sip_message *m)
{
    const struct transaction *t = store_transaction(store, id);
    if (!t || !t->final || store_scan(store, t->final, m) < 0)
        return false;
    told->code = t->code;
    told->rang = (t->code == 408 || t->code == 480) && transaction_rang(store, id);
    told->media = t->code == 488 || t->code == 606 || t->code == 415;
    told->allow = t->code == 405 ? refusal_allowing(m) : ALLOWS_OTHERS;
    struct warning w;
    told->warned = refusal_warning(&w, m) && w.text.n > 0;
    told->words = quote(told->warned ? w.text : sip_param(sip_find_header(m, "Reason"), "text"));
    uint32_t flow = store_message(store, transaction_origin(store, id))->flow;
    judge_address(&store_flow(store, flow)->src, told->from);
    return true;
}

bool evidence_cause(struct strbuf *out, const struct store *store, uint32_t id)
{
    struct sip_message m;
    struct told told;
    if (!read_told(&told, store, id, &m))
        return false;
    if (told.words.n && (told.warned || !told.rang))
        strbuf_format(out, _("%s says itself why: \"%.*s\""), told.from, SPAN_ARG(told.words));
    else if (told.rang && told.code == 480)
        strbuf_text(out,
                    _("It rang, so the callee is reached: nobody picked up, or refused by a key"));
    else if (told.rang)
        strbuf_format(out,
                      _("It rang, so the callee is reached: nobody picked up until %s ended it"),
                      told.from);
    else if (told.allow == ALLOWS_IT)
        strbuf_format(out,
                      _("Allow lists %s itself, so that %s refuses this one by a rule of its own"),
                      sip_method_name(m.cseq_method), told.from);
    return out->n > 0;
}

bool evidence_first_step(struct strbuf *out, const struct store *store, uint32_t id)
{
    struct sip_message m;
    struct told told;
    if (!read_told(&told, store, id, &m))
        return false;
    if (told.rang)
        strbuf_text(out,
                    _("Nothing to do, unless every call ends so; then see who ends the ringing, "
                      "and after how long"));
    else if (told.media && told.warned)
        strbuf_format(out, _("Repair what the Warning names: \"%.*s\""), SPAN_ARG(told.words));
    else if (told.allow == ALLOWS_IT)
        strbuf_format(out,
                      _("See at %s which rule refuses %s here: for this address, this caller or "
                        "what the request asks for"),
                      told.from, sip_method_name(m.cseq_method));
    else if (told.allow == ALLOWS_UNSAID)
        strbuf_format(out, _("Ask %s by OPTIONS which methods it takes: this 405 has no Allow"),
                      told.from);
    return out->n > 0;
}
