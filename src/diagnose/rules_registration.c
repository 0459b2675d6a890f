/* Rules about registrations (RFC 3261 §10, RFC 5626) and what depends on them. See rule.h. */
#include "base/hash.h"
#include "base/timefmt.h"
#include "diagnose/rule.h"
#include "sip/fields.h"
#include "store/binding.h"
#include "store/names.h"

/* The seconds that a REGISTER asks for a contact: the Contact's parameter, else Expires. */
static int64_t asked_expiry(const struct scene_message *request, struct span contact)
{
    struct span param = contact.n ? sip_param(contact, "expires") : SPAN_NONE;
    return judge_seconds(param.n ? param : scene_header(request, "Expires"), -1);
}

static bool raised_later(struct judge *j, const struct scene_transaction *t, int64_t least)
{
    EACH_TRANSACTION(j, o)
        if (o > t && o->call == t->call && scene_method(o) == SIP_REGISTER &&
            scene_final(o) / 100 == 2 &&
            (!o->request || asked_expiry(o->request, scene_sip(o->request)->contact) >= least))
            return true;
    return false;
}

static void interval_too_brief(struct judge *j)
{
    char from[ADDR_TEXT];
    const struct scene_transaction *told = NULL;
    EACH_TRANSACTION(j, t) {
        if (scene_method(t) != SIP_REGISTER || scene_final(t) != 423 || judge_passed_on(t))
            continue;
        int64_t least = judge_seconds(scene_header(t->final, "Min-Expires"), -1);
        if (least < 0 || !judge_over(j, t->final->stored->time_ns + 2 * SECOND_NS) ||
            raised_later(j, t, least) || (told && told->call == t->call))
            continue;
        told = t;
        struct draft *d = judge_find(j, t, 95);
        draft_host(d, &judge_beginning(t)->client);
        judge_address(&judge_beginning(t)->client, from);
        int64_t asked = t->request ? asked_expiry(t->request, scene_sip(t->request)->contact) : -1;
        draft_say(d, _("expiry too short: %lld s asked, %lld s wanted; no retry succeeded"),
                  (long long)asked, (long long)least);
        draft_proof(d, t->request, _("REGISTER for %lld s"), (long long)asked);
        draft_proof(d, t->final, _("423 with Min-Expires: %lld"), (long long)least);
        draft_cause(d, _("%s does not raise its expiry as the 423 asks"), from);
        draft_remedy(d, _("Set the expiry at %s to %lld seconds or more"), from, (long long)least);
        if (!judge_waited(j, t->final->stored->time_ns + 2 * SECOND_NS))
            draft_harmless(d, _("the capture ends before a retry can be expected"));
    }
}

/* The last REGISTER of the call that was accepted before the time given. */
static const struct scene_transaction *accepted_before(struct judge *j,
                                                       const struct scene_call *call, int64_t ns)
{
    const struct scene_transaction *found = NULL;
    EACH_TRANSACTION(j, t)
        if (t->call == call && scene_method(t) == SIP_REGISTER && scene_final(t) / 100 == 2 &&
            !t->upstream && t->final->stored->time_ns < ns)
            found = t;
    return found;
}

static uint64_t user_hash(const struct sip_address *aor)
{
    return hash_join(hash_span(1, aor->user), hash_span(2, aor->host));
}

static void registration_lapsed(struct judge *j)
{
    char when[TIME_TEXT], client[ADDR_HOST], since[TIME_TEXT];
    for (size_t i = 0; i < j->scene->ncalls; i++) {
        const struct scene_call *call = &j->scene->calls[i];
        const struct scene_transaction *t = accepted_before(j, call, INT64_MAX);
        struct sip_address aor = { .user = SPAN_NONE };
        if (t)
            sip_read_address(scene_sip(t->first)->to, &aor);
        bool unlisted = false;
        int64_t until = store_lapsed(j->scene->store, &aor, call->id, &unlisted);
        t = until ? accepted_before(j, call, until) : NULL;
        if (!t)
            continue;
        struct draft *d = judge_find(j, t, 90);
        d->time_ns = until;
        draft_endpoint(d, &t->client);
        draft_about(d, user_hash(&aor));
        names_host(&t->client, client);
        struct span user = judge_quote(aor.user);
        time_clock(until, when);
        draft_say(d, _("registration lapsed: %.*s at %.8s, no refresh"), SPAN_ARG(user), when);
        draft_proof(d, t->request, _("the last REGISTER before, from %s"), client);
        draft_proof(d, t->final, _("accepted for %s"),
                    time_short(until - t->final->stored->time_ns, since));
        draft_cause(d, _("%s stopped refreshing: its network, its NAT, or a crash"), client);
        draft_remedy(d, _("Look at %s and its path at %.8s"), client, when);
        draft_because(d, _("a refresh over a path that is not captured would not be seen"));
        if (unlisted) /* from another address */
            draft_harmless(d, _("it may have come again as another call"));
    }
}

static void flow_failed(struct judge *j)
{
    char from[ADDR_TEXT];
    EACH_TRANSACTION(j, t) {
        if (scene_final(t) != 430 || judge_passed_on(t))
            continue;
        struct draft *d = judge_find(j, t, 100);
        judge_address(&t->server, from);
        draft_say(d, _("connection lost: the one that the callee registered over, says %s"), from);
        struct sip_address callee;
        sip_read_uri(scene_uri(t->request), &callee);
        draft_proof(d, t->request, _("%s for %.*s"), sip_method_name(scene_method(t)),
                    SPAN_ARG(judge_quote(callee.user.n ? callee.user : callee.uri)));
        draft_proof(d, t->final, _("430 from %s"), from);
    }
}

static void outbound_not_supported(struct judge *j)
{
    char from[ADDR_TEXT];
    EACH_TRANSACTION(j, t) {
        if (scene_final(t) != 439 || judge_passed_on(t))
            continue;
        struct draft *d = judge_find(j, t, 100);
        judge_address(&t->server, from);
        draft_say(d, _("no outbound (RFC 5626) at the first hop, says %s"), from);
        const struct scene_transaction *first = judge_beginning(t);
        if (first->request && scene_from_sender(first->request)) {
            judge_address(&first->server, from);
            draft_cause(d, _("%s, the first hop, does not support RFC 5626"), from);
            draft_remedy(d, _("Enable outbound on %s, or drop it from the client"), from);
            judge_address(&t->server, from);
        }
        draft_proof(d, t->request, _("%s asks for outbound"), sip_method_name(scene_method(t)));
        draft_proof(d, t->final, _("439 from %s"), from);
    }
}

static bool leads_nowhere(struct span host, const struct addr *source)
{
    struct addr a;
    bool loops = (addr_read(host, &a) == 0 && addr_loopback(&a)) ||
                 span_is(sip_host_name(host), "localhost");
    return loops ? !addr_loopback(source) : judge_private_from_public(host, source);
}

/* The host of the first Contact that binds what leads nowhere, or an empty span. */
static struct span unroutable_host(const struct scene_transaction *t)
{
    struct span rest = scene_sip(t->request)->headers, name, value;
    struct sip_address contact;
    while (sip_next_header(&rest, &name, &value)) {
        struct span list = value, one;
        while (sip_header_same(name, "Contact") && sip_next_value(&list, &one)) {
            sip_read_address(one, &contact);
            if (leads_nowhere(contact.host, &t->client) && asked_expiry(t->request, one) != 0)
                return contact.host;
        }
    }
    return SPAN_NONE;
}

static void contact_unroutable(struct judge *j)
{
    char source[ADDR_HOST];
    struct sip_address aor;
    EACH_TRANSACTION(j, t) {
        if (scene_method(t) != SIP_REGISTER || scene_final(t) / 100 != 2 || !t->request ||
            t->upstream || !scene_from_sender(t->request) || scene_sip(t->request)->contact.n == 0)
            continue;
        struct span host = unroutable_host(t);
        if (host.n == 0)
            continue;
        struct draft *d = judge_find(j, t, 95);
        sip_read_address(scene_sip(t->request)->to, &aor);
        draft_endpoint(d, &t->client);
        draft_about(d, user_hash(&aor));
        names_host(&t->client, source);
        host = judge_quote(host);
        draft_say(d, _("unroutable Contact: %.*s, registered by %s"), SPAN_ARG(host), source);
        draft_remedy(d, _("Correct the interface that %s uses, or enable NAT handling there"),
                     source);
        draft_proof(d, t->request, _("REGISTER from %s with Contact %.*s"), source, SPAN_ARG(host));
        draft_proof(d, t->final, _("the registrar accepted it"));
    }
}

/* Whether the user's own phone said so, not a registrar or proxy; both may be on one machine. */
static bool phone_said_so(const struct judge *j, const struct scene_transaction *t,
                          const struct sip_address *callee)
{
    struct addr phone = t->server;
    if (!scene_unreliable(t) || !addr_same_host(&t->client, &t->server))
        phone.port = 0;
    return store_registers_from(j->scene->store, callee, &phone);
}

/* The registration that ran out, or the one that took it back: it lies in another call. */
static void prove_registration(const struct judge *j, struct draft *d,
                               const struct sip_address *callee, int64_t until_ns,
                               enum binding_state state)
{
    char when[TIME_TEXT];
    const struct message *m = store_registration(j->scene->store, callee, until_ns);
    if (!m)
        return;
    time_clock(m->time_ns, when);
    draft_frame(d, m->frame, m->source,
                state == BINDING_REMOVED ? _("the REGISTER that removed it, accepted at %.8s")
                                         : _("its last REGISTER, accepted at %.8s"),
                when);
}

static void user_not_registered(struct judge *j)
{
    char since[TIME_TEXT], from[ADDR_TEXT];
    EACH_TRANSACTION(j, t) {
        struct sip_address callee;
        int64_t ended;
        uint16_t code = scene_final(t);
        if ((code != 480 && code != 404) || judge_passed_on(t) || !t->request ||
            scene_method(t) == SIP_REGISTER || scene_in_dialog(t))
            continue;
        sip_read_uri(scene_uri(t->request), &callee);
        enum binding_state state = store_registered(j->scene->store, &callee,
                                                    t->final->stored->time_ns, &ended);
        if (state != BINDING_LAPSED && state != BINDING_REMOVED)
            continue;
        if (phone_said_so(j, t, &callee))
            continue;
        struct draft *d = judge_find(j, t, 90);
        struct span user = judge_quote(callee.user);
        time_short(t->final->stored->time_ns - ended, since);
        draft_say(d,
                  state == BINDING_REMOVED ? _("%.*s is not registered: removed %s before")
                                           : _("%.*s is not registered: lapsed %s before"),
                  SPAN_ARG(user), since);
        if (d->texts)
            prove_registration(j, d, &callee, t->final->stored->time_ns, state);
        draft_proof(d, t->request, _("%s for %.*s"), sip_method_name(scene_method(t)),
                    SPAN_ARG(user));
        judge_address(&t->server, from);
        draft_proof(d, t->final, _("%u %.*s from %s"), code,
                    SPAN_ARG(judge_quote(scene_sip(t->final)->reason)), from);
        draft_cause(d,
                    state == BINDING_REMOVED
                        ? _("The registration of %.*s was taken back, so there is nobody to ring")
                        : _("The registration of %.*s was not refreshed in time, so there is "
                            "nobody to ring"),
                    SPAN_ARG(user));
        draft_remedy(d,
                     state == BINDING_REMOVED
                         ? _("See who took it back and why (REGISTER with Expires: 0), then "
                             "register the phone of %.*s again")
                         : _("See why the phone of %.*s did not refresh: its network, its NAT, its "
                             "REGISTER and the answer to it"),
                     SPAN_ARG(user));
        draft_because(d, _("a registration over a path that is not captured would not be seen"));
    }
}

const struct rule rules_registration[] = {
    { "register-interval-too-brief", SCOPE_TRANSACTION, SEVERITY_WARNING, CALL_FAILED,
      interval_too_brief, N_("The client does not raise its expiry"),
      N_("Set the client's expiry to Min-Expires or more") },
    { "registration-lapsed", SCOPE_ENDPOINT, SEVERITY_WARNING, CALL_LAPSED, registration_lapsed,
      N_("The client stopped: network, NAT, or a crash"),
      N_("Look at the client and its path at that time") },
    { "register-contact-unroutable", SCOPE_ENDPOINT, SEVERITY_WARNING, CALL_PRIVATE | CALL_LOOPBACK,
      contact_unroutable, N_("The client picked the wrong interface, or sits behind NAT"),
      N_("Correct the client's interface, or enable NAT handling") },
    { "flow-failed", SCOPE_TRANSACTION, SEVERITY_ERROR, CALL_FAILED, flow_failed,
      N_("The stored connection to the user agent is gone (RFC 5626)"),
      N_("Let the proxy try the other flows; the user agent must register again") },
    { "outbound-not-supported", SCOPE_TRANSACTION, SEVERITY_ERROR, CALL_FAILED,
      outbound_not_supported, N_("The first hop does not support RFC 5626"),
      N_("Enable outbound on the edge proxy, or drop it from the client") },
    { "user-not-registered", SCOPE_TRANSACTION, SEVERITY_ERROR, CALL_FAILED, user_not_registered,
      N_("There is nobody to ring"), N_("Bring the client's registration back") },
    { 0 },
};
