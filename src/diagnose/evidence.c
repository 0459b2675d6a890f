/* See evidence.h. Header facts are rows of a table; the rest is about time and place. */
#include "diagnose/evidence.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/timefmt.h"
#include "sip/fields.h"
#include "sip/sdp.h"

#define MAX_QUOTE 160 /* bytes of a header value quoted */

struct collect {
    struct evidence *out;
    const struct store *store;
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
    return value.n > MAX_QUOTE ? (struct span){ value.p, MAX_QUOTE } : value;
}

/* A plain header whose value is the fact; it stands in the text where the '%' is. */
static void plain_fact(struct collect *c, const char *header, const char *text, struct span value)
{
    const char *mark = strchr(text, '%');
    (void)header;
    value = quote(value);
    add(c, c->response_id, "%.*s%.*s%s", (int)(mark - text), text, SPAN_ARG(value), mark + 1);
}

/* `Digest realm="x", algorithm=MD5, stale=true` */
static void challenge_fact(struct collect *c, const char *header, const char *text,
                           struct span value)
{
    struct span realm = quote(sip_auth_param(value, "realm"));
    struct span algorithm = quote(sip_auth_param(value, "algorithm"));
    struct span stale = sip_auth_param(value, "stale");
    (void)text;
    add(c, c->response_id, "%s asks for credentials of realm \"%.*s\" (%.*s%s)", header,
        SPAN_ARG(realm), SPAN_ARG(algorithm.n ? algorithm : SPAN("MD5")),
        span_is(stale, "true") ? ", the nonce was stale" : "");
}

/* `Q.850;cause=34;text="No circuit available"` (RFC 3326) */
static void reason_fact(struct collect *c, const char *header, const char *text, struct span value)
{
    const char *semicolon = span_find(value, ';');
    struct span protocol = span_trim(semicolon ? span_make(value.p, semicolon) : value);
    struct span cause = sip_param(value, "cause"), words = quote(sip_param(value, "text"));
    (void)header;
    (void)text;
    protocol = quote(protocol);
    cause = quote(cause);
    add(c, c->response_id, "Reason: %.*s cause %.*s%s%.*s%s", SPAN_ARG(protocol),
        SPAN_ARG(cause.n ? cause : SPAN("?")), words.n ? " \"" : "", SPAN_ARG(words),
        words.n ? "\"" : "");
}

static const struct header_fact {
    const char *header;
    uint16_t from, to; /* codes of responses in which it matters */
    void (*say)(struct collect *c, const char *header, const char *text, struct span value);
    const char *text; /* '%' stands for the value */
} header_facts[] = {
    { "Warning", 300, 699, plain_fact, "Warning: %" },
    { "Reason", 100, 699, reason_fact, NULL },
    { "Unsupported", 420, 420, plain_fact, "It does not know the extension: % (Unsupported)" },
    { "Require", 421, 421, plain_fact, "It insists on the extension: % (Require)" },
    { "Retry-After", 300, 699, plain_fact, "Try again after % seconds (Retry-After)" },
    { "Min-SE", 422, 422, plain_fact, "Session-Expires must be at least % seconds (Min-SE)" },
    { "Min-Expires", 423, 423, plain_fact, "The expiry must be at least % seconds (Min-Expires)" },
    { "WWW-Authenticate", 401, 401, challenge_fact, NULL },
    { "Proxy-Authenticate", 407, 407, challenge_fact, NULL },
    { "Contact", 300, 399, plain_fact, "Redirected to % (Contact)" },
    { "Contact", 485, 485, plain_fact, "Candidates: % (Contact)" },
    { "Allow", 405, 405, plain_fact, "It allows: % (Allow)" },
    { "Allow-Events", 489, 489, plain_fact, "It knows the events: % (Allow-Events)" },
    { "Accept", 406, 415, plain_fact, "It accepts: % (Accept)" },
    { "Error-Info", 300, 699, plain_fact, "More at % (Error-Info)" },
    { "Security-Server", 494, 494, plain_fact, "It offers: % (Security-Server)" },
};

static void add_headers(struct collect *c)
{
    struct span rest = c->response.headers, name, value;
    while (sip_next_header(&rest, &name, &value))
        for (size_t i = 0; i < sizeof header_facts / sizeof header_facts[0]; i++) {
            const struct header_fact *f = &header_facts[i];
            if (c->response.code >= f->from && c->response.code <= f->to &&
                sip_header_same(name, f->header))
                f->say(c, f->header, f->text, value);
        }
}

static struct span agent_of(const struct sip_message *m)
{
    struct span agent = sip_find_header(m, "Server");
    return agent.n ? agent : sip_find_header(m, "User-Agent");
}

/* The first time this answer to the same request (Call-ID, CSeq) was seen on any hop. */
static uint32_t first_seen(const struct collect *c)
{
    const struct call *call = store_call(c->store, c->txn->call);
    const struct message *best = store_message(c->store, c->response_id);
    uint32_t best_id = c->response_id, looked = 0;
    for (uint32_t id = call->first_txn; id && looked < 1000; looked++) {
        const struct transaction *t = store_transaction(c->store, id);
        const struct message *m = store_message(c->store, t->final ? t->final : t->provisional);
        if (m && t->method == c->txn->method && t->cseq == c->txn->cseq && m->code == best->code &&
            m->time_ns < best->time_ns) {
            best = m;
            best_id = t->final ? t->final : t->provisional;
        }
        id = t->next_in_call;
    }
    return best_id;
}

static const char *plural(unsigned n)
{
    return n == 1 ? "" : "s";
}

/* Who answered first, and over how many hops by the Via values that the answer still carries. */
static void add_origin(struct collect *c)
{
    char text[ADDR_TEXT];
    struct sip_message m;
    uint32_t id = first_seen(c);
    const struct message *message = store_message(c->store, id);
    if (!message || store_scan(c->store, id, &m) < 0)
        return;
    struct span agent = quote(agent_of(&m)), phrase = quote(m.reason);
    addr_format(&store_flow(c->store, message->flow)->src, text);
    add(c, id, "%u \"%.*s\" came first from %s%s%.*s, %u hop%s from the caller by Via (frame %u)",
        message->code, SPAN_ARG(phrase), text, agent.n ? ", " : "", SPAN_ARG(agent), m.vias,
        plural(m.vias), message->frame);
}

static void add_time(struct collect *c)
{
    char a[TIME_TEXT];
    const struct message *request = store_message(c->store, c->txn->request);
    const struct message *response = store_message(c->store, c->response_id);
    if (!request) {
        add(c, c->txn->first, "The request itself is not in this capture");
        return;
    }
    if (response) {
        time_short(response->time_ns - request->time_ns, a);
        add(c, c->response_id, "%u came %s after the request", response->code, a);
        if (!c->txn->final) {
            time_short(store_now(c->store) - response->time_ns, a);
            add(c, c->response_id, "Nothing has followed it for %s", a);
        }
        return;
    }
    time_short(store_now(c->store) - request->time_ns, a);
    char to[ADDR_TEXT];
    addr_format(&store_flow(c->store, request->flow)->dst, to);
    add(c, c->txn->request, "No response from %s, %s after the request", to, a);
}

static void add_repeats(struct collect *c)
{
    const struct transaction *t = c->txn;
    if (t->retransmissions)
        add(c, t->last, "%u retransmission%s on this hop", t->retransmissions,
            plural(t->retransmissions));
    if (t->duplicates)
        add(c, t->last, "%u packet%s captured twice (not counted as retransmission)", t->duplicates,
            plural(t->duplicates));
}

static void add_cancel(struct collect *c)
{
    char a[TIME_TEXT];
    const struct transaction *t = c->txn, *cancel = store_transaction(c->store, t->related);
    if (t->method != SIP_INVITE || !cancel || cancel->method != SIP_CANCEL)
        return;
    time_short(cancel->time_ns - t->time_ns, a);
    add(c, cancel->request, "The caller sent CANCEL %s after the INVITE", a);
}

static void add_ack(struct collect *c)
{
    const struct transaction *t = c->txn;
    if (t->method == SIP_INVITE && t->final && !t->ack)
        add(c, t->final, "No ACK for it was seen");
    if (t->forked)
        add(c, t->final, "Several branches of a fork answered (different To tags)");
}

/* What the request offered: the media of a call is the first suspect of 415, 488 and 606. */
static void add_offer(struct collect *c)
{
    struct sip_message m;
    struct strbuf text = STRBUF_INIT;
    if (store_scan(c->store, c->txn->request, &m) == 0 &&
        span_starts(m.content_type, "application/sdp"))
        sdp_summary(&text, m.body);
    if (text.n)
        add(c, c->txn->request, "The request offered: %s", strbuf_str(&text));
    strbuf_free(&text);
}

void evidence_collect(struct evidence *evidence, const struct store *store, uint32_t id)
{
    struct collect c = { .out = evidence, .store = store };
    evidence->count = 0;
    c.txn = store_transaction(store, id);
    if (!c.txn)
        return;
    c.response_id = c.txn->final ? c.txn->final : c.txn->provisional;
    if (c.response_id && store_scan(store, c.response_id, &c.response) == 0) {
        add_headers(&c);
        add_cancel(&c);
        add_origin(&c);
    }
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
