/* Rules about challenges and credentials (RFC 3261 §22, RFC 8760). See rule.h. */
#include "diagnose/rule.h"
#include "sip/fields.h"

#define PATIENCE_NS (5 * SECOND_NS)
#define TRIES 2
#define SHOWN_TRIES 3 /* with a request and an answer each */

static bool is_challenge(uint16_t code)
{
    return code == 401 || code == 407 || code == 494;
}

static struct span challenge_of(const struct scene_transaction *t)
{
    if (scene_final(t) == 494)
        return scene_header(t->final, "Security-Server");
    return scene_header(t->final,
                        scene_final(t) == 401 ? "WWW-Authenticate" : "Proxy-Authenticate");
}

static struct span realm_of(const struct scene_transaction *t)
{
    struct span value = challenge_of(t);
    return value.n ? sip_auth_param(value, "realm") : SPAN_NONE;
}

static bool is_stale(const struct scene_transaction *t)
{
    struct span value = challenge_of(t);
    return value.n && span_is(sip_auth_param(value, "stale"), "true");
}

/* The request's credentials for the realm; for any, when the challenge names none. */
static struct span credentials_for(const struct scene_transaction *t, struct span realm)
{
    struct span rest, name, value;
    if (!t->request || !(scene_sip(t->request)->traits & SIP_HAS_CREDENTIALS))
        return SPAN_NONE;
    rest = scene_sip(t->request)->headers;
    while (sip_next_header(&rest, &name, &value))
        if ((sip_header_same(name, "Authorization") ||
             sip_header_same(name, "Proxy-Authorization")) &&
            (realm.n == 0 || span_equal(sip_auth_param(value, "realm"), realm)))
            return value;
    return SPAN_NONE;
}

static bool has_credentials(const struct scene_transaction *t, struct span realm)
{
    return credentials_for(t, realm).n > 0;
}

/* Whether `t` comes with the nonce of the attempt before, though it has been given another. */
static bool keeps_nonce(const struct scene_transaction *t, const struct scene_transaction *before,
                        struct span realm)
{
    struct span nonce = sip_auth_param(credentials_for(t, realm), "nonce");
    return span_equal(nonce, sip_auth_param(credentials_for(before, realm), "nonce")) &&
           !span_equal(nonce, sip_auth_param(challenge_of(before), "nonce"));
}

/* A proxy that passes a challenge on is not the one that asks. */
static bool asks_itself(const struct scene_transaction *t)
{
    return t->final && is_challenge(scene_final(t)) && !judge_passed_on(t);
}

/* The same attempt seen on another hop: the number in CSeq is counted once. */
static bool counted(const struct scene_transaction *seen[], size_t n,
                    const struct scene_transaction *t)
{
    for (size_t i = 0; i < n; i++)
        if (seen[i]->stored->cseq == t->stored->cseq &&
            seen[i]->stored->method == t->stored->method && seen[i]->call == t->call)
            return true;
    return false;
}

static bool same_purpose(const struct scene_transaction *a, const struct scene_transaction *b)
{
    return a->call == b->call && a->stored->method == b->stored->method;
}

/*
 * Attempts with credentials for the realm of `t` that were challenged again, up to `most`: those
 * around it that no accepted attempt parts. A nonce that is old at each refresh makes no loop.
 */
static size_t refused_tries(struct judge *j, const struct scene_transaction *t, bool stale,
                            const struct scene_transaction *tries[], size_t most)
{
    struct span realm = realm_of(t);
    size_t n = 0;
    EACH_TRANSACTION(j, o) {
        if (!same_purpose(o, t))
            continue;
        if (scene_final(o) / 100 == 2 && o->stored->credentials) {
            if (o > t)
                break;
            n = 0;
        }
        if (n < most && asks_itself(o) && is_stale(o) == stale && span_equal(realm_of(o), realm) &&
            has_credentials(o, realm) && !counted(tries, n, o) &&
            !(stale && n > 0 && keeps_nonce(o, tries[n - 1], realm)))
            tries[n++] = o;
    }
    return n;
}

static struct span user_of(const struct scene_transaction *t)
{
    struct span name = scene_header(t->request, "Authorization");
    if (name.n == 0)
        name = scene_header(t->request, "Proxy-Authorization");
    return judge_quote(sip_auth_param(name, "username"));
}

/* The refusal that ended the attempts of a run, if it was more than one challenge more. */
static const struct scene_transaction *forbidden_after(struct judge *j,
                                                       const struct scene_transaction *t)
{
    EACH_TRANSACTION(j, o)
        if (o > t && same_purpose(o, t) && scene_final(o) == 403 && !judge_passed_on(o))
            return o;
    return NULL;
}

/* The realm is the one that was asked for, and the nonce was fresh: user and password are left. */
static void blame_password(struct judge *j, struct draft *d, const struct scene_transaction *t,
                           size_t n)
{
    struct span realm = judge_quote(realm_of(t)), user = user_of(t);
    const struct scene_transaction *end = forbidden_after(j, t);
    draft_say(d, _("wrong password or user name: \"%.*s\" refused %zu times"), SPAN_ARG(user), n);
    draft_cause(
        d,
        _("The password of \"%.*s\" is wrong most likely, or the user name: the realm is the "
          "one that was asked for, and the nonce was fresh"),
        SPAN_ARG(user));
    draft_remedy(d,
                 _("Set the password of \"%.*s\" anew on both sides, then compare the user name; "
                   "the realm is \"%.*s\""),
                 SPAN_ARG(user), SPAN_ARG(realm));
    if (end)
        draft_proof(d, end->final, _("then 403 %.*s: the account may be locked for a while"),
                    SPAN_ARG(judge_quote(scene_sip(end->final)->reason)));
}

/* One finding a run: at the attempt that fills the measure. */
static void loop(struct judge *j, bool stale)
{
    const struct scene_transaction *tries[16];
    EACH_TRANSACTION(j, t) {
        if (!asks_itself(t) || is_stale(t) != stale || !has_credentials(t, realm_of(t)))
            continue;
        size_t n = refused_tries(j, t, stale, tries, 16);
        if (n < TRIES || tries[TRIES - 1] != t)
            continue;
        struct draft *d = judge_find(j, t, 95);
        struct span realm = judge_quote(realm_of(t));
        draft_host(d, stale ? &t->server : &t->client);
        if (stale)
            draft_say(d, _("stale nonces: %zu in a row, each at once; realm \"%.*s\""), n,
                      SPAN_ARG(realm));
        for (size_t i = 0; i < n && i < SHOWN_TRIES; i++) {
            draft_proof(d, tries[i]->request, _("%s with credentials of \"%.*s\""),
                        sip_method_name(scene_method(tries[i])), SPAN_ARG(user_of(tries[i])));
            draft_proof(d, tries[i]->final,
                        stale ? _("%u with stale=true")
                              : _("%u again, not because the nonce was old"),
                        scene_final(tries[i]));
        }
        if (n > SHOWN_TRIES)
            draft_proof(d, tries[n - 1]->final, _("%u to the last of %zu"),
                        scene_final(tries[n - 1]), n);
        if (!stale)
            blame_password(j, d, t, n);
    }
}

static void auth_loop(struct judge *j)
{
    loop(j, false);
}

static void auth_stale_loop(struct judge *j)
{
    loop(j, true);
}

/* The hop nearest to the answer on which the request had credentials: a proxy takes out those that
 * were for it. NULL: it never had any. */
static const struct scene_transaction *with_credentials(const struct scene_transaction *t)
{
    while (t && !(t->request && t->stored->credentials))
        t = t->upstream;
    return t;
}

/* Whether credentials were refused just before, so that these were not understood either. */
static bool failed_before(struct judge *j, const struct scene_transaction *t)
{
    EACH_TRANSACTION(j, o)
        if (o < t && same_purpose(o, t) && asks_itself(o) && !is_stale(o) &&
            has_credentials(o, realm_of(o)))
            return true;
    return false;
}

/* Some servers refuse a wrong password by a 403, not by another challenge: their phrase may say so. */
static bool says_password(struct span phrase)
{
    static const char *const words[] = { "auth", "password", "credential" };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (span_search(phrase, words[i]))
            return true;
    return false;
}

static void auth_refused(struct judge *j)
{
    char from[ADDR_TEXT];
    EACH_TRANSACTION(j, t) {
        const struct scene_transaction *sent = with_credentials(t);
        if (scene_final(t) != 403 || judge_passed_on(t) || !sent)
            continue;
        struct draft *d = judge_find(j, t, 95);
        struct span user = user_of(sent), phrase = judge_quote(scene_sip(t->final)->reason);
        judge_address(&t->server, from);
        if (failed_before(j, t)) {
            draft_host(d, &t->client);
            draft_say(d, _("no more tries for \"%.*s\": 403 %.*s"), SPAN_ARG(user),
                      SPAN_ARG(phrase));
            draft_cause(d, _("Password or user name were refused before; now no try is allowed"));
            draft_remedy(d,
                         _("Correct the password first; then see whether the account is locked"));
        } else {
            draft_say(d, _("account refused: \"%.*s\" sent credentials and got 403 %.*s"),
                      SPAN_ARG(user), SPAN_ARG(phrase));
            if (says_password(phrase)) {
                draft_cause(d, _("%s says itself why: \"%.*s\""), from, SPAN_ARG(phrase));
                draft_remedy(d, _("Set the password of \"%.*s\" anew on both sides"),
                             SPAN_ARG(user));
            }
        }
        draft_proof(d, sent->request, _("%s with credentials of \"%.*s\""),
                    sip_method_name(scene_method(t)), SPAN_ARG(user));
        draft_proof(d, t->final, _("403 from %s"), from);
    }
}

/* Digits that somebody pressed, as gateways send them: an event of NOTIFY, or the body of an INFO. */
static bool carries_dtmf(const struct scene_message *m)
{
    return span_starts(scene_header(m, "Event"), "telephone-event") ||
           span_starts(scene_sip(m)->content_type, "application/dtmf");
}

/* The call is up: what the server asks of one who begins a call was no matter. */
static void forbidden_inside(struct draft *d, const struct scene_transaction *t, const char *by)
{
    const char *method = sip_method_name(scene_method(t));
    if (carries_dtmf(t->request)) {
        draft_cause(d, _("%s takes no DTMF by %s; the call itself goes on"), by, method);
        draft_remedy(d, _("Send DTMF as RTP events (RFC 4733), or allow it by %s at %s"), method,
                     by);
    } else {
        draft_cause(d, _("%s does not permit %s inside the call, which itself goes on"), by,
                    method);
        draft_remedy(d,
                     _("See at %s who may send %s inside a call: the methods and features that "
                       "this user or trunk is allowed"),
                     by, method);
    }
}

/* By the credentials on the last hop: where a proxy took out those that were for it, whoever stands
 * behind it refuses a request that has none. */
static void forbidden(struct judge *j)
{
    char from[ADDR_TEXT], source[ADDR_TEXT];
    EACH_TRANSACTION(j, t) {
        if (scene_final(t) != 403 || judge_passed_on(t) || !t->request || t->stored->credentials)
            continue;
        struct draft *d = judge_find(j, t, 95);
        struct span phrase = judge_quote(scene_sip(t->final)->reason);
        judge_address(&t->server, from);
        draft_say(d, _("refused by policy of %s: 403 %.*s"), from, SPAN_ARG(phrase));
        struct sip_address caller;
        sip_read_address(scene_sip(t->request)->from, &caller);
        draft_proof(d, t->request, _("%s without credentials, From: %.*s"),
                    sip_method_name(scene_method(t)), SPAN_ARG(judge_quote(caller.uri)));
        draft_proof(d, t->final, _("403 from %s"), from);
        if (judge_is_probe(t))
            draft_harmless(d, _("it only asks whether the host is alive: any answer says so"));
        judge_address(&t->client, source);
        if (scene_in_dialog(t)) {
            forbidden_inside(d, t, from);
            continue;
        }
        draft_remedy(d,
                     _("See at %s why it refuses: allow lists for the source %s, for the "
                       "caller's number and for the domain; identity headers"),
                     from, source);
    }
}

/* Whether some request of the call, then or before, had credentials for the challenge's realm. */
static bool answered(struct judge *j, const struct scene_transaction *t, int64_t until_ns)
{
    struct span realm = realm_of(t);
    EACH_TRANSACTION(j, o)
        if (o->call == t->call && o->request && o->request->stored->time_ns <= until_ns &&
            (has_credentials(o, realm) ||
             (scene_final(t) == 494 && o > t && scene_header(o->request, "Security-Verify").n)))
            return true;
    return false;
}

/*
 * Whether the client went on, so that its request with credentials was only not captured: its answer
 * was, or an ACK or a later request of the dialog that it made.
 */
static bool went_on(struct judge *j, const struct scene_transaction *t)
{
    bool further = false;
    EACH_TRANSACTION(j, o) {
        if (o <= t || o->call != t->call || o->stored->cseq <= t->stored->cseq ||
            !scene_same_client(o, t))
            continue;
        if (o->stored->credentials)
            return false; /* it was captured, and late */
        further |= !o->request || scene_method(o) != scene_method(t);
    }
    return further;
}

/* The hop whose client is to answer the challenge: where the request came from, not the proxy that
 * carried it, nor whom a B2BUA did not pass the challenge on to. */
static const struct scene_transaction *asked(const struct scene_transaction *t)
{
    while (t->upstream && (t->upstream->call == t->call || is_challenge(scene_final(t->upstream))))
        t = t->upstream;
    return t;
}

static void auth_not_attempted(struct judge *j)
{
    char client[ADDR_TEXT];
    EACH_TRANSACTION(j, t) {
        if (!t->request || !asks_itself(t) || t->stored->credentials)
            continue;
        int64_t until = t->final->stored->time_ns + PATIENCE_NS;
        if (!judge_waited(j, until) || answered(j, t, until) || went_on(j, t))
            continue;
        const struct scene_transaction *first = asked(t);
        struct draft *d = judge_find(j, t, 90);
        struct span realm = judge_quote(realm_of(t));
        struct span algorithm = sip_auth_param(challenge_of(t), "algorithm");
        algorithm = algorithm.n ? judge_quote(algorithm) : SPAN("MD5");
        draft_host(d, &first->client);
        judge_address(&first->client, client);
        if (realm.n)
            draft_say(d, _("no credentials from %s for realm \"%.*s\""), client, SPAN_ARG(realm));
        else
            draft_say(d, _("no credentials from %s after the %u challenge"), client,
                      scene_final(t));
        draft_proof(d, t->request, _("%s without credentials"), sip_method_name(scene_method(t)));
        draft_proof(d, t->final, _("%u asks for credentials (%.*s)"), scene_final(t),
                    SPAN_ARG(algorithm));
        if (realm.n)
            draft_remedy(d,
                         _("Give %s credentials for realm \"%.*s\"; see whether it knows the "
                           "algorithm that is asked for (%.*s)"),
                         client, SPAN_ARG(realm), SPAN_ARG(algorithm));
        draft_because(d, _("a retry with another Call-ID would not be seen as one"));
        if (judge_is_probe(t))
            draft_harmless(d, _("it only asks whether the host is alive: any answer says so"));
    }
}

const struct rule rules_auth[] = {
    { "auth-loop", SCOPE_TRANSACTION, SEVERITY_ERROR, CALL_REFUSED, auth_loop,
      N_("Wrong user, password or realm"),
      N_("Check the credentials and the realm that the server asks for") },
    { "auth-stale-loop", SCOPE_TRANSACTION, SEVERITY_WARNING, CALL_REFUSED, auth_stale_loop,
      N_("Nonces expire at once: clocks, or servers behind a load balancer that do not share "
         "them"),
      N_("Share nonces or let them live longer; look at the clocks") },
    { "auth-refused", SCOPE_TRANSACTION, SEVERITY_ERROR, CALL_FAILED, auth_refused,
      N_("The credentials were understood, but the account, number or policy is refused"),
      N_("Check the account, the caller identities that it may use, and its source address") },
    { "forbidden", SCOPE_TRANSACTION, SEVERITY_ERROR, CALL_FAILED, forbidden,
      N_("Policy: the source address, number or domain is not allowed"),
      N_("Check allow lists and the identity headers") },
    { "auth-not-attempted", SCOPE_TRANSACTION, SEVERITY_WARNING, CALL_CHALLENGED | CALL_TRIED_LATE,
      auth_not_attempted,
      N_("The client has no credentials, or knows none of the offered algorithms"),
      N_("Configure credentials; compare the offered algorithms with what the client knows") },
    { 0 },
};
