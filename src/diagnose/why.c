/* The Why column: one line a transaction, chosen by its class and its telling header. */
#include "base/timefmt.h"
#include "base/tr.h"
#include "diagnose/evidence.h"
#include "diagnose/outcome.h"
#include "diagnose/refusal.h"
#include "diagnose/rule.h"
#include "sip/fields.h"

struct why {
    struct strbuf *out;
    const struct store *store;
    uint32_t id;
    const struct transaction *txn;
    struct sip_message response;
};

static void waiting(struct why *w)
{
    unsigned sent = 1u + w->txn->retransmissions;
    if (w->txn->method == SIP_ACK)
        return;
    if (w->txn->state == TXN_TIMED_OUT)
        strbuf_format(w->out, tr_n("no response, sent %u time", "no response, sent %u times", sent),
                      sent);
    else if (sent > 1)
        strbuf_format(w->out, _("no response yet, sent %u times"), sent);
}

static void timed_out(struct why *w)
{
    if (w->txn->code == 0)
        waiting(w);
    else
        strbuf_format(w->out, _("no final response, only %u"), w->txn->code);
}

static void provisional(struct why *w)
{
    char a[TIME_TEXT];
    const struct message *last = store_message(w->store, w->txn->provisional);
    int64_t since = last ? store_now(w->store) - last->time_ns : 0;
    const struct transaction *cancel = store_transaction(w->store, w->txn->related);
    if (w->txn->method == SIP_INVITE && cancel && cancel->method == SIP_CANCEL)
        strbuf_format(w->out, _("cancelled, no end yet: only %u"), w->txn->code);
    else if (w->txn->code == 180)
        strbuf_text(w->out, _("ringing"));
    else if (w->txn->code == 100 && since > 10000000000LL)
        strbuf_format(w->out, _("nothing since 100 for %s"), time_short(since, a));
    else
        strbuf_span(w->out, w->response.reason);
}

static void redirect(struct why *w)
{
    struct sip_address a;
    sip_read_address(w->response.contact, &a);
    struct span target = a.uri.n ? a.uri : w->response.reason;
    strbuf_format(w->out, _("to %.*s"), SPAN_ARG(target));
}

static void failure(struct why *w);

static void challenge(struct why *w)
{
    if (sip_asks_for_more(w->txn->code)) {
        failure(w);
        strbuf_text(w->out, transaction_mended(w->store, w->id) ? _("; sent again and accepted")
                                                                : _("; sent again"));
        return;
    }
    struct span value = sip_find_header(&w->response, w->txn->code == 401 ? "WWW-Authenticate"
                                                                          : "Proxy-Authenticate");
    struct span realm = value.n ? sip_auth_param(value, "realm") : SPAN_NONE;
    if (realm.n)
        strbuf_format(w->out, _("challenge, realm %.*s"), SPAN_ARG(realm));
    else
        strbuf_text(w->out, _("challenge"));
}

/* "192.0.2.1": who made the answer. */
static const char *maker(const struct why *w, char *buf)
{
    const struct message *m = store_message(w->store, transaction_origin(w->store, w->id));
    const struct flow *flow = m ? store_flow(w->store, m->flow) : NULL;
    return flow ? judge_address(&flow->src, buf) : "?";
}

/* Whether it rang and nobody took the call; then that is what happened, whatever the code says. */
static bool rang_out(struct why *w)
{
    char a[TIME_TEXT], from[ADDR_TEXT];
    int64_t rang = transaction_rang_ns(w->store, w->id);
    if (rang < 0)
        return false;
    strbuf_format(w->out, _("nobody picked up (rang for %s): %u from %s"), time_short(rang, a),
                  w->txn->code, maker(w, from));
    return true;
}

static void cancelled(struct why *w)
{
    char a[TIME_TEXT];
    const struct transaction *cancel = store_transaction(w->store, w->txn->related);
    if (cancel && cancel->method == SIP_CANCEL)
        strbuf_format(w->out, _("cancelled by the caller after %s"),
                      time_short(cancel->time_ns - w->txn->time_ns, a));
    else if (!rang_out(w))
        strbuf_text(w->out, _("ended before an answer"));
}

static void success(struct why *w)
{
    if (w->txn->method == SIP_INVITE && !w->txn->ack)
        strbuf_text(w->out, _("answered, no ACK seen"));
    else if (w->txn->forked)
        strbuf_text(w->out, _("answered by one branch of a fork"));
}

static struct span reason_text(struct span value)
{
    struct span text = sip_param(value, "text");
    return text.n ? text : value;
}

static struct span whole(struct span value)
{
    return value;
}

/* Headers that say more than the phrase, the most telling first. */
static const struct {
    const char *header;
    uint16_t code; /* 0: any failure */
    struct span (*pick)(struct span value);
    const char *format; /* takes the value; NULL: that alone says it all */
    bool phrased;       /* the format takes the phrase before the value */
} telling[] = {
    { "Unsupported", 420, whole, N_("unsupported: %.*s"), false },
    { "Require", 421, whole, N_("required: %.*s"), false },
    { "Min-SE", 422, whole, N_("session timer at least %.*s s"), false },
    { "Min-Expires", 423, whole, N_("expiry at least %.*s s"), false },
    { "Accept", 415, whole, N_("takes only %.*s"), false },
    { "Allow", 405, whole, N_("allowed: %.*s"), false },
    { "Reason", 0, reason_text, NULL, false },
    { "Retry-After", 0, whole, N_("%.*s, retry after %.*s s"), true },
};

/* What a Warning says is what the refusing side knows best. */
static bool warned(struct why *w)
{
    char from[ADDR_TEXT];
    struct warning warning;
    if (!refusal_warning(&warning, &w->response))
        return false;
    if (warning.text.n)
        strbuf_format(w->out, _("%.*s, says %s"), SPAN_ARG(warning.text), maker(w, from));
    else
        strbuf_format(w->out, _("Warning %u, says %s"), warning.code, maker(w, from));
    return true;
}

/* A 405 whose Allow has the very method: another reason refuses it. */
static bool allowed(struct why *w)
{
    char from[ADDR_TEXT];
    if (w->txn->code != 405 || refusal_allowing(&w->response) != ALLOWS_IT)
        return false;
    strbuf_format(w->out, _("%s refused, though Allow from %s lists it"),
                  sip_method_name(w->txn->method), maker(w, from));
    return true;
}

static void failure(struct why *w)
{
    bool rang = w->txn->code == 408 || w->txn->code == 480;
    if ((rang && rang_out(w)) || warned(w) || allowed(w))
        return;
    for (size_t i = 0; i < sizeof telling / sizeof telling[0]; i++) {
        if (telling[i].code && telling[i].code != w->txn->code)
            continue;
        struct span value = sip_find_header(&w->response, telling[i].header);
        if (value.n == 0)
            continue;
        value = telling[i].pick(value);
        if (!telling[i].format)
            strbuf_span(w->out, value);
        else if (telling[i].phrased)
            strbuf_format(w->out, tr(telling[i].format), SPAN_ARG(w->response.reason),
                          SPAN_ARG(value));
        else
            strbuf_format(w->out, tr(telling[i].format), SPAN_ARG(value));
        return;
    }
    strbuf_span(w->out, w->response.reason);
}

static bool found(struct strbuf *out, const struct diagnosis *diagnosis, uint32_t finding)
{
    struct finding_text text;
    if (!finding || diagnosis_explain(diagnosis, finding, &text) < 0)
        return false;
    strbuf_text(out, text.summary);
    finding_text_free(&text);
    return true;
}

void why_line(struct strbuf *out, const struct diagnosis *diagnosis, const struct store *store,
              uint32_t id)
{
    static void (*const by_class[SIP_CLASSES])(struct why * w) = {
        [SIP_CLASS_NONE] = waiting,        [SIP_CLASS_PROVISIONAL] = provisional,
        [SIP_CLASS_SUCCESS] = success,     [SIP_CLASS_REDIRECT] = redirect,
        [SIP_CLASS_CHALLENGE] = challenge, [SIP_CLASS_CANCELLED] = cancelled,
        [SIP_CLASS_CLIENT] = failure,      [SIP_CLASS_SERVER] = failure,
        [SIP_CLASS_GLOBAL] = failure,      [SIP_CLASS_TIMEOUT] = timed_out,
    };
    struct why w = { .out = out, .store = store, .id = id, .txn = store_transaction(store, id) };
    if (!w.txn || found(out, diagnosis, diagnosis ? diagnosis_of_transaction(diagnosis, id) : 0))
        return;
    store_scan(store, w.txn->final ? w.txn->final : w.txn->provisional, &w.response);
    by_class[w.txn->class](&w);
}

void why_line_of_call(struct strbuf *out, const struct diagnosis *diagnosis,
                      const struct store *store, uint32_t call, uint32_t transaction)
{
    if (!found(out, diagnosis, diagnosis_lead(diagnosis, call)))
        why_line(out, diagnosis, store, transaction);
}
