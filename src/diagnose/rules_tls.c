/*
 * Rules about TLS: handshakes that failed (RFC 8446 §6.2, RFC 5246 §7.2.2) while a request waited
 * for the connection. No SIP shows such a request: the host that could not send it answers by itself.
 */
#include "base/timefmt.h"
#include "diagnose/rule.h"
#include "sip/fields.h"
#include "store/event.h"
#include "store/names.h"

#define BEFORE_NS (5 * SECOND_NS) /* a connection is asked for so long before its request */
#define AFTER_NS (64 * SECOND_NS) /* and after the last message of what fails */
#define SOON_NS (5 * SECOND_NS)   /* how long after its hello an alert may be about the handshake */
#define TARGETS 12

enum alert {
    HANDSHAKE_FAILURE = 40,
    BAD_CERTIFICATE = 42,
    CERTIFICATE_EXPIRED = 45,
    UNKNOWN_CA = 48,
    ACCESS_DENIED = 49,
    PROTOCOL_VERSION = 70,
    INSUFFICIENT_SECURITY = 71,
    UNRECOGNIZED_NAME = 112,
    CERTIFICATE_REQUIRED = 116
};

/* A server of TLS 1.3 refuses the client's certificate when its handshake is complete. */
static bool about_client(uint8_t alert)
{
    return (alert >= BAD_CERTIFICATE && alert <= ACCESS_DENIED) || alert == CERTIFICATE_REQUIRED;
}

/* Whether the server refuses the client's certificate, or misses it. */
static bool asks_client(const struct connection *c)
{
    return c->tls_alerted && !c->tls_alert_by_client && about_client(c->tls_alert);
}

static bool failed(const struct connection *c, const struct connection_tls *tls)
{
    if (!tls || c->answer != CONNECTION_ACCEPTED)
        return false;
    if (c->tls_alerted)
        return !tls->finished ||
               (about_client(c->tls_alert) && c->tls_alert_ns - c->tls_ns < SOON_NS);
    return !tls->finished && tls->offered && c->end != CONNECTION_LASTS;
}

/* Whether the same host had a handshake with the server completed afterwards. */
static bool repaired(const struct store *store, const struct connection *c)
{
    const struct connection *next = c;
    while ((next = store_connection(store, &c->client, &c->server, next)) != NULL) {
        const struct connection_tls *tls = store_connection_tls(store, next);
        if (tls && tls->finished && !failed(next, tls))
            return true;
    }
    return false;
}

/* Whether a message names the server of the connection: by its address, or as TLS does. */
static bool named_by(const struct scene_message *m, const struct connection_tls *tls)
{
    const struct span values[] = { scene_sip(m)->uri, scene_header(m, "Route") };
    for (size_t i = 0; *tls->server_name && i < 2; i++) {
        struct sip_address a;
        if (i == 0)
            sip_read_uri(values[i], &a);
        else
            sip_read_address(values[i], &a);
        if (span_same(sip_host_name(a.host), SPAN(tls->server_name)))
            return true;
    }
    return false;
}

static bool leads_to(const struct scene_transaction *t, const struct connection *c,
                     const struct connection_tls *tls)
{
    struct addr targets[TARGETS];
    size_t n = network_targets(t, targets, TARGETS);
    for (size_t i = 0; i < n; i++)
        if (addr_equal(&targets[i], &c->server))
            return true;
    return named_by(t->request, tls);
}

/* What a host answers that could not pass a request on, or it waits for ever. */
static bool may_be_unsent(const struct scene_transaction *t)
{
    const uint16_t code = scene_final(t);
    return code == 0 || code == 408 || code == 477 || code == 480 || (code >= 500 && code <= 504);
}

/* Whether the request got on by another connection all the same, and was answered there. */
static bool got_through(const struct scene_transaction *t, const struct connection *c)
{
    if (addr_same_host(&c->client, &t->client))
        return t->responses > 0;
    for (const struct scene_transaction *o = t->downstream; o; o = o->branch)
        if (o->responses > 0 && o->last->stored->time_ns > c->tls_ns)
            return true;
    return false;
}

/* How surely this handshake is why the transaction failed, in percent. */
static unsigned guilt(const struct judge *j, const struct scene_transaction *t,
                      const struct connection *c)
{
    const struct store *store = j->scene->store;
    const struct connection_tls *tls = store_connection_tls(store, c);
    const bool by_server = addr_same_host(&c->client, &t->server);
    /* on a later hop the client is the server of the hop before */
    const bool by_client = !t->upstream && addr_same_host(&c->client, &t->client);
    if (!failed(c, tls) || !(by_server || by_client) ||
        c->tls_ns > t->last->stored->time_ns + AFTER_NS || repaired(store, c) || got_through(t, c))
        return 0;
    if (leads_to(t, c, tls))
        return c->tls_alerted ? 95 : 85;
    const int64_t end = t->final ? t->final->stored->time_ns : c->tls_ns;
    return by_server && may_be_unsent(t) && c->tls_ns >= t->first->stored->time_ns &&
                   c->tls_ns <= end
               ? 70
               : 0;
}

/* The likeliest handshake, of those around the transaction. */
static const struct connection *handshake_for(struct judge *j, const struct scene_transaction *t,
                                              unsigned *sure)
{
    const struct store *store = j->scene->store;
    const int64_t begin = t->first->stored->time_ns - BEFORE_NS;
    const struct connection *found = NULL;
    *sure = 0;
    for (size_t i = store_connections(store); i > 0; i--) {
        const struct connection *c = store_connection_at(store, i - 1);
        if (c->syn_ns < begin)
            break;
        unsigned how = guilt(j, t, c);
        if (how > *sure) {
            *sure = how;
            found = c;
        }
    }
    return found;
}

/* ---- words ---------------------------------------------------------------------------------- */

static void say(struct draft *d, const struct connection *c, const struct connection_tls *tls)
{
    char by[ADDR_HOST], to[ADDR_TEXT], day[TIME_TEXT];
    names_host(&c->client, by);
    names_format(&c->server, to);
    if (!c->tls_alerted)
        draft_say(d, _("TLS is broken off: %s to %s"), by, to);
    else if (c->tls_alert_by_client && tls->certified && tls->not_after_s < c->tls_ns / SECOND_NS)
        draft_say(d, _("TLS fails with a certificate expired %s: %s to %s"),
                  time_day(tls->not_after_s, day), by, to);
    else
        draft_say(d, _("TLS fails with %s: %s to %s"), tls_alert_name(c->tls_alert), by, to);
}

static void say_cause(struct draft *d, const struct connection *c, const struct connection_tls *tls)
{
    struct strbuf text = STRBUF_INIT;
    char by[ADDR_HOST];
    if (!c->tls_alerted) {
        draft_cause(d, "%s",
                    tls->version ? _("One side closed the connection before the handshake was "
                                     "complete, without saying why")
                                 : _("The server closed the connection instead of answering the "
                                     "handshake: no TLS on that port, or an access list"));
        return;
    }
    tls_alert_put(c->tls_alert, &text);
    names_host(c->tls_alert_by_client ? &c->client : &c->server, by);
    if (c->tls_alert_by_client && tls->certified)
        draft_cause(d, _("%s ends the handshake with %s; the certificate is of %s, issued by %s"),
                    by, strbuf_str(&text), tls->subject, tls->issuer);
    else
        draft_cause(d, _("%s ends the handshake with %s"), by, strbuf_str(&text));
    strbuf_free(&text);
}

/* What to do about the alerts that say it; the rule's own words do for others. */
static void say_remedy(struct draft *d, const struct connection *c,
                       const struct connection_tls *tls)
{
    char client[ADDR_HOST], server[ADDR_TEXT];
    const uint8_t alert = c->tls_alert;
    names_host(&c->client, client);
    names_format(&c->server, server);
    if (!c->tls_alerted)
        return;
    if (asks_client(c))
        draft_remedy(d, _("Give %s a client certificate that %s accepts"), client, server);
    else if (alert == CERTIFICATE_EXPIRED ||
             (c->tls_alert_by_client && connection_tls_expired(tls, c->tls_ns)))
        draft_remedy(d, _("Renew the certificate of %s; see that the clock of %s is right"), server,
                     client);
    else if (alert == UNKNOWN_CA)
        draft_remedy(d,
                     _("Let %s trust who issued the certificate of %s, which must send the "
                       "certificates between, too"),
                     client, server);
    else if (about_client(alert))
        draft_remedy(d,
                     _("See in the log of %s what is wrong with the certificate of %s: names, "
                       "use, issuer"),
                     client, server);
    else if (alert == PROTOCOL_VERSION)
        draft_remedy(d, _("Enable a version of TLS that both sides have: %s offers up to %s"),
                     client, tls_version_name(tls->offered));
    else if (alert == HANDSHAKE_FAILURE || alert == INSUFFICIENT_SECURITY)
        draft_remedy(d, _("Compare the cipher suites and kinds of certificate that %s and %s have"),
                     client, server);
    else if (alert == UNRECOGNIZED_NAME)
        draft_remedy(d, _("%s asks for the name \"%s\": correct it, or let %s serve it"), client,
                     tls->server_name, server);
}

static void prove(struct draft *d, const struct scene_transaction *t, const struct connection *c)
{
    char by[ADDR_HOST], to[ADDR_TEXT];
    names_host(&c->client, by);
    names_format(&c->server, to);
    draft_proof(d, t->request, _("%s that leads to %s"), sip_method_name(scene_method(t)), to);
    draft_frame(d, c->tls_frame, c->source, _("TLS handshake of %s with %s"), by, to);
    if (c->tls_alerted)
        draft_frame(d, c->tls_alert_frame, c->source, _("alert: %s"), tls_alert_name(c->tls_alert));
    else
        draft_frame(d, c->end_frame, c->source, "%s", _("the connection is closed"));
    draft_proof(d, t->final, _("then %u"), scene_final(t));
}

static void tls_failed(struct judge *j)
{
    const struct connection *told = NULL;
    if (!store_has_connections(j->scene->store))
        return;
    EACH_TRANSACTION(j, t) {
        unsigned sure;
        if (!t->request || scene_method(t) == SIP_ACK || scene_method(t) == SIP_CANCEL ||
            network_succeeded(j, t))
            continue;
        const struct connection *c = handshake_for(j, t, &sure);
        if (!c || c == told)
            continue;
        told = c;
        const struct connection_tls *tls = store_connection_tls(j->scene->store, c);
        struct draft *d = judge_find(j, t, sure);
        draft_host(d, asks_client(c) ? &c->client : &c->server);
        d->time_ns = c->tls_ns;
        if (!d->texts)
            continue;
        say(d, c, tls);
        say_cause(d, c, tls);
        say_remedy(d, c, tls);
        if (sure < 85)
            draft_because(d, _("the request that needed the connection is not seen"));
        else if (sure < FINDING_SURE)
            draft_because(d, _("no alert says why"));
        prove(d, t, c);
    }
}

const struct rule rules_tls[] = {
    { "tls-failed", SCOPE_TRANSACTION, SEVERITY_ERROR,
      CALL_NETWORK | CALL_FAILED | CALL_SILENT | CALL_REPEATED | CALL_CANCELLED | CALL_STUCK,
      tls_failed, N_("The sides do not agree on TLS: certificate, version, cipher suites or name"),
      N_("Compare what both sides have for TLS: certificates and who issued them, versions, cipher "
         "suites") },
    { 0 },
};
