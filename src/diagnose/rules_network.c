/* Rules about what the network did with a request: lost it, refused it, was too small for it. */
#include "base/timefmt.h"
#include "diagnose/rule.h"
#include "sip/fields.h"
#include "store/event.h"
#include "store/names.h"
#include "sip/timers.h"

#define LARGE 1300 /* bytes, RFC 3261 §18.1.1 */

/* Nothing at all came back: sent in vain over UDP, or for long enough over a stream. */
static bool unanswered(struct judge *j, const struct scene_transaction *t)
{
    if (!t->request || t->responses > 0 || scene_method(t) == SIP_ACK)
        return false;
    if (judge_unheard(j, t))
        return false;
    return scene_unreliable(t) || judge_waited(j, t->request->stored->time_ns + SIP_TIMEOUT_NS);
}

static uint32_t size_of(const struct scene_message *m)
{
    return m->stored->payload_len;
}

static bool is_large(const struct scene_transaction *t)
{
    return size_of(t->request) > LARGE || (t->request->stored->flags & MESSAGE_FRAGMENTED);
}

/* A smaller request between the two hosts that was answered, in this call or about that time. */
static const struct transaction *smaller_answered(struct judge *j,
                                                  const struct scene_transaction *t)
{
    const struct store *store = j->scene->store;
    const struct transaction *found = NULL;
    for (uint32_t at = 1, looks = 0; at < store_transaction_end(store) && looks < 200000; at++) {
        const struct transaction *o = store_transaction(store, at);
        const struct message *m = o ? store_message(store, o->request) : NULL;
        looks++;
        if (!m || o->code == 0 || m->payload_len >= size_of(t->request) || m->payload_len > LARGE)
            continue;
        const struct flow *flow = store_flow(store, m->flow);
        if (addr_same_host(&flow->src, &t->client) && addr_same_host(&flow->dst, &t->server)) {
            found = o;
            break;
        }
    }
    return found;
}

/* How long an answer was waited for; how long it was sent again stands in the proof. */
static void say_silent(struct judge *j, struct draft *d, const struct scene_transaction *t)
{
    char to[ADDR_TEXT], from[ADDR_TEXT], waited[TIME_TEXT], lasted[TIME_TEXT];
    judge_address(&t->server, to);
    judge_address(&t->client, from);
    time_short(t->last->stored->time_ns - t->request->stored->time_ns, lasted);
    time_short(transaction_waited(j->scene->store, t->stored), waited);
    draft_say(d,
              tr_n("no answer from %s in %s, %s sent %u time",
                   "no answer from %s in %s, %s sent %u times", t->sent),
              to, waited, sip_method_name(scene_method(t)), t->sent);
    draft_remedy(d,
                 _("Check the way from %s to %s: is the address right (DNS, route), does a filter "
                   "stand between, does it listen; probe it with OPTIONS"),
                 from, to);
    draft_proof(d, t->request, _("%s to %s"), sip_method_name(scene_method(t)), to);
    if (t->last != t->request)
        draft_proof(d, t->last, _("the last of %u copies, %s later"), t->sent, lasted);
}

static void no_response(struct judge *j)
{
    EACH_TRANSACTION(j, t) {
        if (!unanswered(j, t))
            continue;
        struct draft *d = judge_find(j, t, 95);
        d->time_ns = t->request->stored->time_ns;
        if (d->texts)
            say_silent(j, d, t);
    }
}

/* A small request may be answered after the large one was lost: looked for ever more seldom. */
static void look_later(struct judge *j, const struct scene_transaction *t)
{
    int64_t since = j->scene->now_ns - t->first->stored->time_ns;
    if (since < 2 * SIP_TIMEOUT_NS)
        judge_again(j, j->scene->now_ns + since / 2 + SECOND_NS);
}

static void large_request_lost(struct judge *j)
{
    char to[ADDR_TEXT];
    EACH_TRANSACTION(j, t) {
        if (!unanswered(j, t) || !scene_unreliable(t) || !is_large(t))
            continue;
        const struct transaction *small = smaller_answered(j, t);
        const struct message *m = small ? store_message(j->scene->store, small->request) : NULL;
        if (!m) {
            look_later(j, t);
            continue;
        }
        struct draft *d = judge_find(j, t, 90);
        d->time_ns = t->request->stored->time_ns;
        judge_address(&t->server, to);
        draft_say(d, _("large request lost: %s answers %u bytes, not %s of %u bytes"), to,
                  m->payload_len, sip_method_name(scene_method(t)), size_of(t->request));
        draft_proof(d, t->request, _("%s of %u bytes, sent %u times"),
                    sip_method_name(scene_method(t)), size_of(t->request), t->sent);
        draft_frame(d, m->frame, m->source, _("%s of %u bytes to the same host: answered with %u"),
                    sip_method_name(small->method), m->payload_len, small->code);
        draft_because(d, _("the size is what differs, not proof that it is the reason"));
    }
}

/* ICMP (RFC 792, RFC 4443) */

static bool is_unreachable(const struct icmp_error *e)
{
    return e->from.family == 6 ? e->type == 1 || e->type == 2 : e->type == 3;
}

static const struct icmp_error *unreachable(struct judge *j, const struct scene_transaction *t)
{
    const struct icmp_error *e;
    for (size_t i = 0; (e = store_transaction_icmp(j->scene->store, t->id, i)) != NULL; i++) {
        const struct message *m = store_message(j->scene->store, e->message);
        if (is_unreachable(e) && m && m->code == 0)
            return e;
    }
    return NULL;
}

/* Cause and remedy by what the error says: nobody listens, a filter forbids it, else no way there. */
static void say_unreachable(struct draft *d, const struct scene_transaction *t,
                            const struct icmp_error *e, const char *to, const char *by)
{
    char from[ADDR_TEXT];
    bool v6 = e->from.family == 6;
    bool port = v6 ? e->type == 1 && e->code == 4 : e->code == 3;
    bool filter = v6 ? e->type == 1 && (e->code == 1 || e->code == 5 || e->code == 6)
                     : e->code == 9 || e->code == 10 || e->code == 13;
    judge_address(&t->client, from);
    if (port) {
        draft_cause(d, _("Nobody listens on %s, or a filter on that host pretends so"), to);
        draft_remedy(d,
                     _("Start the listener on %s, or correct the address that %s takes: DNS, "
                       "Contact, route"),
                     to, from);
    } else if (filter) {
        draft_cause(d, _("A filter at %s forbids what %s sends"), by, from);
        draft_remedy(d, _("Let the filter at %s pass what %s sends to %s"), by, from, to);
    }
}

static void host_unreachable(struct judge *j)
{
    char to[ADDR_TEXT], by[ADDR_HOST];
    EACH_TRANSACTION(j, t) {
        const struct icmp_error *e = unreachable(j, t);
        if (!e || (t->final && scene_final(t) < 300))
            continue; /* it came through in the end */
        struct draft *d = judge_find(j, t, 100);
        d->time_ns = e->time_ns;
        names_format(&e->to, to); /* with its port: that is what cannot be reached */
        names_host(&e->from, by);
        if (addr_same_host(&e->from, &e->to))
            draft_say(d, "%s (%s)", icmp_words(e->from.family, e->type, e->code), to);
        else
            draft_say(d, _("%s (%s), says %s"), icmp_words(e->from.family, e->type, e->code), to,
                      by);
        say_unreachable(d, t, e, to, by);
        draft_proof(d, t->request, _("%s to %s"), sip_method_name(scene_method(t)), to);
        draft_frame(d, e->frame, e->source, _("ICMP type %u code %u from %s quotes it: %s"),
                    e->type, e->code, by, icmp_words(e->from.family, e->type, e->code));
    }
}

/* TCP */

/* Where a URI says that a request for it goes, when it names an address. */
static bool uri_target(struct span value, struct addr *target)
{
    struct sip_address a;
    if (value.n == 0)
        return false;
    if (span_find(value, '<'))
        sip_read_address(value, &a);
    else
        sip_read_uri(value, &a);
    if (addr_read(a.host, target) < 0)
        return false;
    if (target->port == 0)
        target->port = span_starts(a.uri, "sips:") || span_is(sip_param(a.uri, "transport"), "tls")
                           ? 5061
                           : 5060;
    return true;
}

/* Whether one of the host's later tries for the same server was accepted. */
static bool accepted_later(const struct store *store, const struct connection *c)
{
    const struct connection *next = c;
    while ((next = store_connection(store, &c->client, &c->server, next)) != NULL)
        if (next->answer == CONNECTION_ACCEPTED)
            return true;
    return false;
}

/* A connection attempt to `server` within the life of the transaction that did not succeed. */
static const struct connection *failed_attempt(struct judge *j, const struct scene_transaction *t,
                                               const struct addr *client, const struct addr *server)
{
    const struct store *store = j->scene->store;
    int64_t begin = t->first->stored->time_ns - 5 * SECOND_NS;
    int64_t end = t->last->stored->time_ns + 64 * SECOND_NS;
    const struct connection *c = NULL;
    while ((c = store_connection(store, client, server, c)) != NULL) {
        bool failed = c->answer == CONNECTION_REFUSED || c->answer == CONNECTION_UNREACHABLE ||
                      (c->answer == CONNECTION_SILENT && judge_waited(j, c->syn_ns + SECOND_NS));
        if (failed && c->syn_ns >= begin && c->syn_ns <= end && !accepted_later(store, c))
            return c;
    }
    return NULL;
}

/* Where it went is one, too: its client may have tried another transport first. */
/* The hosts of the first two Route values: the receiver's own, which it takes off, and the next. */
static size_t route_targets(const struct scene_message *m, struct addr *targets)
{
    struct span rest = scene_sip(m)->headers, name, list, one;
    size_t n = 0;
    int read = 0;
    while (read < 2 && sip_next_header(&rest, &name, &list))
        while (read < 2 && sip_header_same(name, "Route") && sip_next_value(&list, &one)) {
            n += uri_target(one, &targets[n]);
            read++;
        }
    return n;
}

size_t network_targets(const struct scene_transaction *t, struct addr *targets, size_t max)
{
    const struct scene_message *from[] = { t->request, t->final, t->early };
    size_t n = 0;
    for (size_t i = 0; i < 3 && n + 5 <= max; i++) {
        if (!from[i])
            continue;
        n += uri_target(scene_sip(from[i])->contact, &targets[n]);
        n += i == 0 && uri_target(scene_sip(from[i])->uri, &targets[n]);
        n += i == 0 ? route_targets(from[i], &targets[n])
                    : uri_target(scene_header(from[i], "Record-Route"), &targets[n]);
    }
    targets[n++] = t->server;
    return n;
}

bool network_succeeded(const struct judge *j, const struct scene_transaction *t)
{
    EACH_TRANSACTION(j, o)
        if (o->call == t->call && o->stored->method == t->stored->method && o->final &&
            scene_final(o) < 300 && o->first >= t->first &&
            (scene_method(o) != SIP_INVITE || o->ack))
            return true;
    return false;
}

static const struct connection *refusal_for(struct judge *j, const struct scene_transaction *t)
{
    struct addr targets[12];
    const struct addr *clients[] = { &t->server, &t->client };
    size_t n = network_targets(t, targets, 12);
    /* on a later hop the client is the server of the hop before */
    size_t nclients = t->upstream ? 1 : 2;
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < nclients; c++) {
            const struct connection *found = failed_attempt(j, t, clients[c], &targets[i]);
            if (found)
                return found;
        }
    return NULL;
}

/* Whether the dialog was used with success since, or ended: then the attempt did no harm. */
static bool dialog_went_on(const struct judge *j, const struct scene_transaction *t, int64_t since)
{
    EACH_TRANSACTION(j, o)
        if (o->call == t->call && scene_in_dialog(o) && scene_final(o) / 100 == 2 &&
            (scene_method(o) == SIP_BYE || o->first->stored->time_ns >= since - SECOND_NS))
            return true;
    return false;
}

/* An attempt to reach one side of an answered call at its Contact, for a request that was never sent. */
static const struct connection *refusal_in_dialog(struct judge *j,
                                                  const struct scene_transaction *t)
{
    struct addr target;
    const struct connection *c;
    const struct {
        const struct scene_message *named;
        const struct addr *by;
    } sides[] = { { t->request, &t->server }, { t->final, &t->client } };
    for (size_t i = 0; scene_answered(t) && t->ack && i < 2; i++) {
        if (!uri_target(scene_sip(sides[i].named)->contact, &target))
            continue;
        for (c = NULL; (c = store_connection(j->scene->store, sides[i].by, &target, c)) != NULL;)
            if (c->answer == CONNECTION_REFUSED && c->syn_ns > t->ack->stored->time_ns &&
                !accepted_later(j->scene->store, c) && !dialog_went_on(j, t, c->syn_ns))
                return c;
    }
    return NULL;
}

static void connection_refused(struct judge *j)
{
    char to[ADDR_TEXT], by[ADDR_HOST], waited[TIME_TEXT];
    const struct connection *told = NULL;
    if (!store_has_connections(j->scene->store))
        return;
    EACH_TRANSACTION(j, t) {
        if (!t->request || scene_method(t) == SIP_ACK || scene_method(t) == SIP_CANCEL)
            continue;
        const struct connection *c = network_succeeded(j, t) ? refusal_in_dialog(j, t)
                                                             : refusal_for(j, t);
        if (!c || c == told)
            continue;
        told = c;
        struct draft *d = judge_find(j, t, c->answer == CONNECTION_SILENT ? 90 : 95);
        draft_host(d, &c->server);
        d->time_ns = c->syn_ns;
        names_format(&c->server, to); /* with its port: that is what cannot be had */
        names_host(&c->client, by);
        if (c->answer == CONNECTION_SILENT)
            draft_say(d, _("TCP not answered: %s to %s, %u SYN"), by, to, c->syns);
        else
            draft_say(d, _("TCP refused: %s to %s"), by, to);
        if (c->answer == CONNECTION_SILENT)
            draft_remedy(d,
                         _("See whether %s is the right address and runs, then which filter "
                           "drops TCP from %s"),
                         to, by);
        else
            draft_remedy(d,
                         _("Start the listener on TCP %s, or correct port and transport where "
                           "they come from: DNS, Route or Contact"),
                         to);
        if (c->answer == CONNECTION_SILENT)
            draft_because(d, _("an answer on a path that is not captured would not be seen"));
        draft_proof(d, t->request, _("%s that leads to %s"), sip_method_name(scene_method(t)), to);
        draft_frame(d, c->syn_frame, c->source, _("SYN from %s to %s"), by, to);
        if (c->answer_frame)
            draft_frame(d, c->answer_frame, c->source, _("refused %s later"),
                        time_short(c->answer_ns - c->syn_ns, waited));
        draft_proof(d, t->final, _("then %u"), scene_final(t));
    }
}

const struct rule rules_network[] = {
    { "no-response", SCOPE_TRANSACTION, SEVERITY_ERROR, CALL_REPEATED | CALL_SILENT, no_response,
      N_("The next hop is down, the address or port is wrong, or a firewall drops the request or "
         "its answer"),
      N_("Check the destination address from this capture's host (route, filter, DNS), then the "
         "peer's listener; probe it with OPTIONS") },
    { "large-request-lost", SCOPE_TRANSACTION, SEVERITY_ERROR, CALL_REPEATED | CALL_SILENT,
      large_request_lost,
      N_("Fragments or large datagrams are dropped on the path (MTU, NAT, firewall)"),
      N_("Shrink the request (codecs, headers), use TCP, or let fragments through") },
    { "host-unreachable", SCOPE_TRANSACTION, SEVERITY_ERROR, CALL_NETWORK, host_unreachable,
      N_("No listener on the port (port unreachable) or no route (host or network unreachable)"),
      N_("Start the peer's listener, or correct port, route or filter, as the ICMP code says") },
    { "connection-refused", SCOPE_TRANSACTION, SEVERITY_ERROR,
      CALL_NETWORK | CALL_FAILED | CALL_SILENT | CALL_REPEATED | CALL_CANCELLED | CALL_STUCK,
      connection_refused, N_("No TCP or TLS listener there, or a filter"),
      N_("Open the listener, or correct transport and port") },
    { 0 },
};
