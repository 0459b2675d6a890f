/* Rules about dialogs: Contact and Route, loops, CSeq, and the end (RFC 3261 §12). */
#include "diagnose/rule.h"
#include "sip/fields.h"
#include "sip/timers.h"

#define USUAL_PORT 5060 /* of SIP, where an address names none */

/* Contact */

static bool lacks_contact(const struct scene_message *m)
{
    return m && scene_sip(m)->contacts == 0 && !(m->stored->flags & MESSAGE_TRUNCATED) &&
           !(scene_sip(m)->problems & SIP_NO_END);
}

/* The same request on the hop before, or the same answer on the hop behind, when it has a Contact:
 * who sent it on took it out. */
static const struct scene_message *before_hop(const struct scene_transaction *t)
{
    const struct scene_message *m = t->upstream ? t->upstream->request : NULL;
    return m && m->txn->call == t->call && scene_sip(m)->contacts ? m : NULL;
}

static const struct scene_message *behind_hop(const struct scene_transaction *t)
{
    const struct scene_message *m = t->downstream ? t->downstream->final : NULL;
    return m && m->txn->call == t->call && m->stored->code == scene_final(t) &&
                   scene_sip(m)->contacts
               ? m
               : NULL;
}

static void contact_missing(struct judge *j)
{
    char from[ADDR_TEXT];
    EACH_TRANSACTION(j, t) {
        if (scene_method(t) != SIP_INVITE)
            continue;
        bool request = lacks_contact(t->request) &&
                       !(t->upstream && lacks_contact(t->upstream->request));
        bool answer = scene_answered(t) && lacks_contact(t->final) &&
                      !(t->downstream && lacks_contact(t->downstream->final));
        if (!request && !answer)
            continue;
        const struct scene_message *m = request ? t->request : t->final;
        const struct scene_message *whole = request ? before_hop(t) : behind_hop(t);
        struct draft *d = judge_find(j, t, 100);
        d->time_ns = m->stored->time_ns;
        draft_host(d, &m->flow->src);
        judge_address(&m->flow->src, from);
        if (request)
            draft_say(d, _("no Contact in the INVITE from %s"), from);
        else
            draft_say(d, _("no Contact in the %u to INVITE from %s"), scene_final(t), from);
        draft_proof(d, whole, _("it came to %s with a Contact"), from);
        draft_proof(d, m, _("no Contact: later requests of the call have no target"));
        if (whole)
            draft_cause(d, _("%s takes the Contact out as it passes the message on"), from);
        draft_remedy(d,
                     whole ? _("Let %s leave the Contact in, or write its own")
                           : _("Let %s write a Contact: without it later requests have no target"),
                     from);
    }
}

/* The same message where it was seen first: a proxy's copy holds what its sender wrote. */
static const struct scene_message *as_written(struct judge *j, const struct scene_message *copy)
{
    for (const struct scene_message *m = j->scene->messages; m < copy; m++)
        if (m->txn->call == copy->txn->call && m->stored->code == copy->stored->code &&
            m->stored->method == copy->stored->method &&
            m->txn->stored->cseq == copy->txn->stored->cseq &&
            span_equal(scene_own_tag(m), scene_own_tag(copy)) &&
            span_equal(scene_sip(m)->contact, scene_sip(copy)->contact))
            return m;
    return copy;
}

/* The address that a URI names, with SIP's usual port where it names none; false for a name. */
static bool address_of(struct span host, struct addr *addr)
{
    if (addr_read(host, addr) < 0)
        return false;
    addr->port = addr->port ? addr->port : USUAL_PORT;
    return true;
}

/* Whether the host that the Contact names sent it: a proxy passes on what others wrote, over another
 * transport perhaps. Behind a NAT the host has two addresses. */
static bool is_own_contact(const struct scene_message *m)
{
    struct sip_address a;
    struct addr host;
    if (!m->stored->code)
        return scene_from_sender(m);
    sip_read_address(scene_sip(m)->contact, &a);
    if (address_of(a.host, &host)) {
        if (judge_private_from_public(a.host, &m->flow->src))
            return true;
        if (!addr_same_host(&host, &m->flow->src))
            return false;
        if (scene_same_party(m->txn, &host, &m->flow->src))
            return true; /* else one machine, where another transport has another port, too */
    }
    return !m->txn->downstream && !scene_header(m, "Record-Route").n;
}

/* The latest message in which the side with this tag said where it wants to be reached. */
static const struct scene_message *latest_contact(struct judge *j, const struct scene_call *call,
                                                  struct span tag,
                                                  const struct scene_message *before)
{
    const struct scene_message *found = NULL;
    for (struct scene_message *m = j->scene->messages; m < before; m++) {
        struct span own = scene_own_tag(m);
        if (m->txn->call == call && scene_sip(m)->contact.n && m->stored->method != SIP_REGISTER &&
            m->stored->code < 300 && span_equal(own, tag) && is_own_contact(m))
            found = m;
    }
    return found ? as_written(j, found) : NULL;
}

/* What a Contact names: its transport parameter, TLS for sips, else nothing. */
static const char *named_transport(const struct scene_message *m, struct span *name)
{
    struct sip_address a;
    sip_read_address(scene_sip(m)->contact, &a);
    *name = sip_param(a.uri, "transport");
    uint8_t transport = transport_find(*name);
    if (transport < TRANSPORTS)
        return transport_name(transport);
    return span_starts(a.uri, "sips:") ? "tls" : NULL;
}

/* A Contact that names none stands for UDP (RFC 3263 §4.1); it counts where a request took it so. */
static bool taken_for_udp(const struct scene_message *m, const struct scene_transaction *t)
{
    struct sip_address a;
    struct addr host;
    sip_read_address(scene_sip(m)->contact, &a);
    return addr_read(a.host, &host) == 0 && addr_same_host(&host, &t->server) &&
           addr_same_host(&host, &m->flow->src) && scene_unreliable(t) &&
           m->flow->transport != TRANSPORT_UDP;
}

static bool transport_differs(const struct scene_message *m, const struct scene_transaction *t)
{
    struct span name;
    const char *named = named_transport(m, &name), *used = transport_name(m->flow->transport);
    if (!named)
        return taken_for_udp(m, t);
    /* a URI says "ws" for both, RFC 7118 §5.2 */
    bool web = strncmp(named, "ws", 2) == 0 && strncmp(used, "ws", 2) == 0;
    return !web && strcmp(named, used) != 0;
}

/* A request that never got through: refused for another reason than its own sake, or unanswered. */
static bool did_not_arrive(struct judge *j, const struct scene_transaction *t)
{
    uint16_t code = scene_final(t);
    if (t->final)
        return code == 408 || code == 430 || (code >= 500 && code < 600 && code != 501) ||
               code == 400 || code == 404 || code == 416 || code == 477 || code == 480;
    if (scene_unreliable(t))
        return t->responses == 0 && t->sent >= SENT_IN_VAIN;
    return t->responses == 0 && judge_waited(j, t->first->stored->time_ns + SIP_TIMEOUT_NS);
}

/* An answer that a listener gives who knows nothing of the dialog or its caller. */
static bool is_strangers(uint16_t code)
{
    return code == 481 || code == 403;
}

/* Whether no proxy, which may change transports, stands between. */
static bool is_direct(const struct scene_transaction *t, const struct scene_message *contact)
{
    struct sip_address a;
    struct addr host;
    if (!contact)
        return false;
    sip_read_address(scene_sip(contact)->contact, &a);
    return addr_read(a.host, &host) == 0 && addr_same_host(&host, &contact->flow->src) &&
           addr_same_host(&host, &t->server);
}

static void say_transport(struct judge *j, const struct scene_transaction *t,
                          const struct scene_message *contact)
{
    char from[ADDR_TEXT];
    struct span name;
    const char *named = named_transport(contact, &name);
    struct draft *d = judge_find(j, t, 85);
    draft_host(d, &contact->flow->src);
    judge_address(&contact->flow->src, from);
    if (!named)
        named = transport_name(TRANSPORT_UDP); /* for want of a word */
    draft_say(d, _("a wrong transport (%s) in the Contact of %s"), named, from);
    struct span value = judge_quote(scene_sip(contact)->contact);
    draft_proof(d, contact, _("Contact %.*s, over %s"), SPAN_ARG(value),
                transport_name(contact->flow->transport));
    if (scene_answered(t))
        draft_proof(d, t->last, _("%u repeated, no ACK came"), scene_final(t));
    else
        draft_proof(d, t->request, t->final ? _("%s to it") : _("%s to it, and no answer"),
                    sip_method_name(scene_method(t)));
    if (t->final && !scene_answered(t))
        draft_proof(d, t->final, _("refused with %u"), scene_final(t));
    draft_remedy(d, _("Make the Contact of %s say the transport that really listens there"), from);
    draft_because(d, _("the request may have failed for another reason"));
}

static void contact_transport_mismatch(struct judge *j)
{
    EACH_TRANSACTION(j, t) {
        const struct scene_message *contact = NULL;
        bool unacked = scene_answered(t) && t->answered >= SENT_IN_VAIN &&
                       !judge_acknowledged(j, t);
        if (unacked)
            contact = t->final;
        else if (scene_in_dialog(t) && scene_method(t) != SIP_ACK &&
                 (did_not_arrive(j, t) || is_strangers(scene_final(t))))
            contact = latest_contact(j, t->call, scene_sip(t->request)->to_tag, t->request);
        if (is_strangers(scene_final(t)) && !is_direct(t, contact))
            continue;
        if (!contact || scene_sip(contact)->contact.n == 0 || !is_own_contact(contact) ||
            !transport_differs(contact, t))
            continue;
        say_transport(j, t, contact);
        return;
    }
}

/* Routes */

/* Whether one of the Record-Route values of a message names the server of `t`; *named: not all are
 * addresses. */
static bool records_server(const struct scene_message *m, const struct scene_transaction *t,
                           bool *named, bool *any)
{
    struct span rest = scene_sip(m)->headers, name, value, one;
    struct sip_address a;
    struct addr route;
    bool found = false;
    while (sip_next_header(&rest, &name, &value))
        while (sip_header_same(name, "Record-Route") && sip_next_value(&value, &one)) {
            sip_read_address(one, &a);
            *any = true;
            if (!address_of(a.host, &route))
                *named = true;
            else
                found = found || scene_same_party(t, &route, &t->server);
        }
    return found;
}

/*
 * The message from which the sender of `t` learned its route set (§12.1): the caller from the
 * answer it got, the callee from the INVITE; *neighbour is the host that it had from there.
 */
static const struct scene_message *route_source(struct judge *j, const struct scene_transaction *t,
                                                const struct addr **neighbour)
{
    EACH_TRANSACTION(j, o) {
        if (o == t || o->call != t->call || !scene_answered(o) || scene_in_dialog(o) ||
            o->final->stored->time_ns > t->first->stored->time_ns)
            continue;
        if (scene_same_client(o, t) && !o->upstream && scene_from_sender(o->first) &&
            span_equal(scene_sip(o->final)->to_tag, scene_sip(t->request)->to_tag)) {
            *neighbour = &o->server;
            return o->final;
        }
        if (scene_same_party(o, &o->server, &t->client) && !o->downstream && o->request &&
            span_equal(scene_sip(o->final)->to_tag, scene_sip(t->request)->from_tag)) {
            *neighbour = &o->client;
            return o->request;
        }
    }
    return NULL;
}

/* Whether the request went straight to where the other side said that it is: whatever host a name in
 * the route stands for, it is the neighbour that the dialog came over. */
static bool went_straight(const struct scene_message *source, const struct scene_transaction *t)
{
    struct sip_address a;
    struct addr contact;
    sip_read_address(scene_sip(source)->contact, &a);
    return address_of(a.host, &contact) && scene_same_party(t, &contact, &t->server);
}

/* Whether a log left it to us where the request came from or went. */
static bool way_assumed(const struct judge *j, const struct scene_transaction *t)
{
    const struct flow *flow = store_flow(j->scene->store, t->request->stored->flow);
    return flow->assumed & (ASSUMED_SRC | ASSUMED_DST);
}

static void record_route_bypassed(struct judge *j)
{
    char to[ADDR_TEXT], by[ADDR_TEXT];
    EACH_TRANSACTION(j, t) {
        const struct addr *neighbour = NULL;
        bool named = false, any = false;
        if (!scene_in_dialog(t) || t->upstream || !scene_from_sender(t->request) ||
            scene_method(t) == SIP_CANCEL || scene_method(t) == SIP_REGISTER || way_assumed(j, t))
            continue;
        const struct scene_message *source = route_source(j, t, &neighbour);
        if (!source || scene_same_party(t, neighbour, &t->server) ||
            records_server(source, t, &named, &any) || !any || (named && !went_straight(source, t)))
            continue;
        struct draft *d = judge_find(j, t, 90);
        d->time_ns = t->request->stored->time_ns;
        draft_host(d, &t->client);
        judge_address(&t->server, to);
        judge_address(&t->client, by);
        struct span route = judge_quote(scene_header(source, "Record-Route"));
        draft_say(d, _("past the proxy: %s sent %s straight to %s"), by,
                  sip_method_name(scene_method(t)), to);
        draft_cause(d, _("%s ignores the route that the Record-Route told it"), by);
        draft_remedy(d, _("Let %s send what follows in the call along the Record-Route"), by);
        draft_proof(d, source, _("Record-Route: %.*s"), SPAN_ARG(route));
        draft_proof(d, t->request, _("%s from %s to %s, which is not in that route"),
                    sip_method_name(scene_method(t)), by, to);
        return;
    }
}

/* The count of Max-Forwards, or -1. */
static int64_t forwards_left(const struct scene_transaction *t)
{
    return judge_seconds(scene_header(t->request, "Max-Forwards"), -1);
}

/* Whether the two are one request that the same host got. */
static bool comes_again(const struct scene_transaction *o, const struct scene_transaction *t)
{
    return o->call == t->call && o->request && scene_method(o) == scene_method(t) &&
           o->stored->cseq == t->stored->cseq && scene_same_party(t, &o->server, &t->server) &&
           span_equal(scene_sip(o->request)->from_tag, scene_sip(t->request)->from_tag);
}

/* How often the host that got `t` had got the request before, with more forwards left each time. */
static unsigned visits(struct judge *j, const struct scene_transaction *t,
                       const struct scene_transaction **first)
{
    unsigned n = 1;
    *first = t;
    for (const struct scene_transaction *o = t; o-- > j->scene->transactions;)
        if (comes_again(o, t) && forwards_left(o) > forwards_left(*first)) {
            *first = o;
            n++;
        }
    return n;
}

/* The last time that the host that got `t` got the request. */
static const struct scene_transaction *last_visit(struct judge *j,
                                                  const struct scene_transaction *t)
{
    const struct scene_transaction *last = t;
    EACH_TRANSACTION(j, o)
        if (o > t && comes_again(o, t) && forwards_left(o) < forwards_left(last))
            last = o;
    return last;
}

/* Whether it got on at last: it was answered, or refused by a host that had not had it before. So a
 * call passes the same host of an IMS once for each application server. */
static bool found_its_way(struct judge *j, const struct scene_transaction *t)
{
    const struct scene_transaction *end = judge_origin(t), *first;
    uint16_t code = scene_final(end);
    return t->early || scene_final(t) / 100 == 2 ||
           (end != t && code != 482 && code != 483 && visits(j, end, &first) == 1);
}

static void routing_loop(struct judge *j)
{
    char at[ADDR_TEXT], back[ADDR_TEXT];
    EACH_TRANSACTION(j, t) {
        const struct scene_transaction *first = t;
        bool exhausted = scene_final(t) == 483 && !judge_passed_on(t);
        const struct scene_transaction *last = t;
        unsigned n = t->request && scene_method(t) != SIP_ACK ? visits(j, t, &first) : 0;
        if (!exhausted && (n < 3 || found_its_way(j, t)))
            continue;
        if (n >= 3) {
            last = last_visit(j, t);
            n = visits(j, last, &first);
        }
        struct draft *d = judge_find(j, t, exhausted && n >= 3 ? 100 : 90);
        judge_address(&t->server, at);
        if (n >= 3)
            draft_say(d, _("loop: %s came to %s %u times, Max-Forwards %lld to %lld"),
                      sip_method_name(scene_method(t)), at, n, (long long)forwards_left(first),
                      (long long)forwards_left(last));
        else
            draft_say(d, _("too many hops, says %s"), at);
        draft_proof(d, first->request, _("%s to %s, Max-Forwards %lld"),
                    sip_method_name(scene_method(t)), at, (long long)forwards_left(first));
        judge_address(&t->client, back);
        if (first != t)
            draft_proof(d, t->request, _("the same again from %s, Max-Forwards %lld"), back,
                        (long long)forwards_left(t));
        if (last != t)
            draft_proof(d, last->request, _("the last time, Max-Forwards %lld"),
                        (long long)forwards_left(last));
        if (n >= 3)
            draft_remedy(d, _("See why %s and %s send it to each other: alias, domain, dial plan"),
                         at, back);
        if (exhausted)
            draft_proof(d, t->final, _("483 from %s"), at);
        if (!exhausted)
            draft_because(d, _("a request may rightly pass a host more than once"));
        return;
    }
}

/* CSeq and the dialog's life */

/* The highest number that the sender of `t` has used in the dialog before it, and where. */
static const struct scene_transaction *highest_before(struct judge *j,
                                                      const struct scene_transaction *t)
{
    const struct scene_transaction *best = NULL;
    for (const struct scene_transaction *o = j->scene->transactions; o < t; o++) {
        bool copy = scene_method(o) == scene_method(t) && o->stored->cseq == t->stored->cseq &&
                    (!scene_same_hop(o, t) || o == t->upstream || o == t->downstream);
        if (o->call != t->call || !o->request || copy || scene_method(o) == SIP_ACK ||
            scene_method(o) == SIP_CANCEL ||
            !span_equal(scene_sip(o->request)->from_tag, scene_sip(t->request)->from_tag))
            continue;
        if (!best || o->stored->cseq >= best->stored->cseq)
            best = o;
    }
    return best;
}

static void cseq_not_increasing(struct judge *j)
{
    char from[ADDR_TEXT];
    EACH_TRANSACTION(j, t) {
        uint16_t code = scene_final(t);
        if (!scene_in_dialog(t) || scene_method(t) == SIP_ACK || scene_method(t) == SIP_CANCEL ||
            (code != 500 && code != 400) || judge_passed_on(t))
            continue;
        const struct scene_transaction *before = highest_before(j, t);
        if (!before || before->stored->cseq < t->stored->cseq)
            continue;
        struct draft *d = judge_find(j, t, 95);
        draft_host(d, &judge_beginning(t)->client);
        judge_address(&judge_beginning(t)->client, from);
        draft_say(d, _("CSeq does not rise: %s sent %s with %u after %u, answered %u"), from,
                  sip_method_name(scene_method(t)), t->stored->cseq, before->stored->cseq, code);
        draft_proof(d, before->request, _("%s with CSeq %u"), sip_method_name(scene_method(before)),
                    before->stored->cseq);
        draft_proof(d, t->request, _("%s with CSeq %u, which is not above it"),
                    sip_method_name(scene_method(t)), t->stored->cseq);
        draft_proof(d, t->final, _("refused with %u"), code);
        draft_remedy(d,
                     _("Correct how %s counts CSeq, or the proxy that authenticates on its behalf"),
                     from);
    }
}

/* Sent by the other side of the dialog; or by the same one, in the same dialog. */
static bool from_other(const struct scene_transaction *o, const struct scene_transaction *t)
{
    return span_equal(scene_sip(o->first)->from_tag, scene_sip(t->request)->to_tag);
}

static bool from_same(const struct scene_transaction *o, const struct scene_transaction *t)
{
    const struct sip_message *a = scene_sip(o->first), *b = scene_sip(t->request);
    return span_equal(a->from_tag, b->from_tag) && span_equal(a->to_tag, b->to_tag);
}

/*
 * Whether nothing was lost: a BYE had ended the dialog before, or crosses this request. One that was
 * never answered, and given up by then, is how the other side lost it.
 */
static bool hung_up(struct judge *j, const struct scene_transaction *t)
{
    EACH_TRANSACTION(j, o) {
        bool other = from_other(o, t);
        if (scene_method(o) != SIP_BYE || o->call != t->call || !(other || from_same(o, t)))
            continue;
        int64_t begun = o->first->stored->time_ns;
        int64_t over = o->final ? o->final->stored->time_ns : begun + SIP_TIMEOUT_NS;
        bool before = over < t->first->stored->time_ns;
        /* who sends something else long after the BYE has not heard it */
        bool meets = scene_method(t) == SIP_BYE ||
                     begun >= t->first->stored->time_ns - SECOND_NS / 2;
        bool crosses = other && meets && !before && begun <= t->final->stored->time_ns;
        if (crosses || (before && scene_final(o) / 100 == 2))
            return true;
    }
    return false;
}

/* Whether the notifier had ended the subscription before: nothing was lost. */
static bool subscription_over(struct judge *j, const struct scene_transaction *t)
{
    EACH_TRANSACTION(j, o)
        if (o->call == t->call && scene_method(o) == SIP_NOTIFY && o->request &&
            o->first < t->first &&
            span_equal(scene_sip(o->request)->from_tag, scene_sip(t->request)->to_tag) &&
            span_starts(scene_header(o->request, "Subscription-State"), "terminated"))
            return true;
    return false;
}

enum life { LIFE_UNSEEN, LIFE_BEGUN, LIFE_ESTABLISHED };

/* What the capture shows of the dialog's beginning. */
static enum life dialog_life(struct judge *j, const struct scene_transaction *t)
{
    enum life life = LIFE_UNSEEN;
    EACH_TRANSACTION(j, o) {
        bool makes = scene_method(o) == SIP_INVITE || scene_method(o) == SIP_SUBSCRIBE ||
                     scene_method(o) == SIP_REFER;
        if (o->call != t->call || !makes || o->first >= t->first)
            continue;
        if (scene_final(o) / 100 == 2)
            return LIFE_ESTABLISHED;
        if (!scene_in_dialog(o))
            life = LIFE_BEGUN;
    }
    return life;
}

/* Whether the request bears the tags of an answer that made the dialog on this very hop. */
static bool tags_fit(struct judge *j, const struct scene_transaction *t)
{
    const struct sip_message *mine = scene_sip(t->request);
    EACH_TRANSACTION(j, o) {
        bool same = scene_same_client(o, t) && addr_same_host(&o->server, &t->server);
        bool back = addr_same_host(&o->client, &t->server) &&
                    addr_same_host(&o->server, &t->client);
        if (o->call != t->call || o->first >= t->first || !scene_answered(o) || !(same || back))
            continue;
        const struct sip_message *made = scene_sip(o->final);
        struct span from = same ? made->from_tag : made->to_tag;
        struct span to = same ? made->to_tag : made->from_tag;
        if (span_equal(mine->from_tag, from) && span_equal(mine->to_tag, to))
            return true;
    }
    return false;
}

static void dialog_lost(struct judge *j)
{
    char by[ADDR_TEXT];
    EACH_TRANSACTION(j, t) {
        uint8_t method = scene_method(t);
        if (scene_final(t) != 481 || judge_passed_on(t) || method == SIP_NOTIFY ||
            method == SIP_CANCEL || method == SIP_REGISTER || !scene_in_dialog(t) ||
            hung_up(j, t) || (method == SIP_SUBSCRIBE && subscription_over(j, t)))
            continue;
        enum life life = dialog_life(j, t);
        if (life == LIFE_BEGUN)
            continue;
        struct draft *d = judge_find(j, t, life == LIFE_ESTABLISHED ? 95 : 85);
        struct span tag = judge_quote(scene_sip(t->request)->to_tag);
        judge_address(&t->server, by);
        draft_say(d, _("dialog lost at %s: 481 to %s"), by, sip_method_name(method));
        if (tags_fit(j, t)) {
            draft_cause(d, _("%s lost the dialog, by a restart or failover: the tags are right"),
                        by);
            draft_remedy(d,
                         _("See whether %s restarted or failed over since; let failover share its "
                           "state"),
                         by);
        }
        draft_proof(d, t->request, _("%s inside the dialog, To tag %.*s"), sip_method_name(method),
                    SPAN_ARG(tag));
        draft_proof(d, t->final, _("481 from %s"), by);
        if (life == LIFE_UNSEEN)
            draft_because(d, _("the beginning of the dialog is not in this capture"));
    }
}

#define DIALOG_FAILS (CALL_FAILED | CALL_SILENT | CALL_REPEATED | CALL_NETWORK)

const struct rule rules_dialog[] = {
    { "contact-missing", SCOPE_CALL, SEVERITY_ERROR, CALL_CONTACT, contact_missing,
      N_("A broken user agent, or a device that strips it"),
      N_("Correct the sender; later requests have no target") },
    { "contact-transport-mismatch", SCOPE_CALL, SEVERITY_WARNING, DIALOG_FAILS,
      contact_transport_mismatch, N_("A wrong transport parameter in Contact"),
      N_("Make Contact say the transport that really listens") },
    { "record-route-bypassed", SCOPE_CALL, SEVERITY_WARNING, CALL_ROUTE_ODD, record_route_bypassed,
      N_("A user agent ignores the route set"), N_("Correct the user agent's route set") },
    { "routing-loop", SCOPE_CALL, SEVERITY_ERROR, CALL_LOOPING | CALL_FAILED, routing_loop,
      N_("Two elements send the call to each other"),
      N_("Find the two hosts in the flow; correct alias, domain or dial plan") },
    { "cseq-not-increasing", SCOPE_CALL, SEVERITY_ERROR, CALL_FAILED, cseq_not_increasing,
      N_("The client did not count, or a copy re-used the header"),
      N_("Correct the client, or the proxy that authenticates on its behalf") },
    { "dialog-lost", SCOPE_CALL, SEVERITY_ERROR, CALL_FAILED, dialog_lost,
      N_("The peer lost the dialog: restart, failover, wrong tags or routing"),
      N_("Compare tags; check for a restart; let failover share its state") },
    { 0 },
};
