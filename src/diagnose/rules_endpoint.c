/* Rules about what one address does over many calls. See rule.h. */
#include "diagnose/rule.h"
#include "diagnose/suspects.h"
#include "sip/fields.h"
#include "sip/scanner.h"
#include "store/backoff.h"
#include "store/names.h"

/* The source of a call is where its first request came from, one hop at most behind it. */
static bool comes_from_source(const struct scene_transaction *t)
{
    return t->request && !t->upstream;
}

static void by_name(struct judge *j)
{
    char source[ADDR_HOST];
    if (!(j->scene->marks & CALL_SCANNER))
        return;
    EACH_TRANSACTION(j, t) {
        if (!comes_from_source(t) || scene_in_dialog(t) ||
            !sip_is_scanner(scene_sip(t->request)->agent, scene_sip(t->request)->from))
            continue;
        struct draft *d = judge_find(j, t, 100);
        struct span agent = judge_quote(scene_sip(t->request)->agent);
        struct span from = judge_quote(scene_sip(t->request)->from);
        struct sip_address who;
        draft_endpoint(d, &t->client);
        names_host(&t->client, source);
        sip_read_address(from, &who);
        who.display = who.display.n ? who.display : who.uri;
        draft_say(d, _("scanner at %s: %.*s"), source,
                  SPAN_ARG(sip_is_scanner(agent, SPAN_NONE) ? agent : who.display));
        draft_proof(d, t->request, _("%s from %s, User-Agent %.*s"),
                    sip_method_name(scene_method(t)), source, SPAN_ARG(agent));
        return;
    }
}

static const struct scene_transaction *refused_try(struct judge *j)
{
    EACH_TRANSACTION(j, t)
        if (comes_from_source(t) && t->final && scene_final(t) >= 400)
            return t;
    return NULL;
}

static void scanner(struct judge *j)
{
    char source[ADDR_HOST];
    size_t before = j->ndrafts;
    by_name(j);
    const struct scene_transaction *t = refused_try(j);
    if (!t || j->ndrafts > before)
        return;
    unsigned users = suspects_users(j->suspects, j->scene->store, &t->client,
                                    t->final->stored->time_ns);
    if (users < SUSPECT_LIMIT)
        return;
    struct draft *d = judge_find(j, t, 80);
    draft_endpoint(d, &t->client);
    names_host(&t->client, source);
    draft_say(d, _("a scanner at %s: %u users tried in a minute"), source, users);
    draft_proof(d, t->request, _("one of its requests; all were refused"));
    draft_proof(d, t->final, _("refused with %u"), scene_final(t));
    draft_because(d, _("a misconfigured dialler or gateway may look the same"));
}

static void brute_force(struct judge *j)
{
    char source[ADDR_HOST];
    EACH_TRANSACTION(j, t) {
        if (!comes_from_source(t) || !t->final || !t->stored->credentials || scene_final(t) < 400)
            continue;
        unsigned tries = suspects_passwords(j->suspects, &t->client, t->final->stored->time_ns);
        if (tries < SUSPECT_LIMIT)
            continue;
        struct draft *d = judge_find(j, t, 95);
        draft_endpoint(d, &t->client);
        names_host(&t->client, source);
        draft_say(d, _("passwords guessed by %s: %u failures in a minute"), source, tries);
        draft_proof(d, t->request, _("%s with credentials"), sip_method_name(scene_method(t)));
        draft_proof(d, t->final, _("refused with %u"), scene_final(t));
        return;
    }
}

static void retry_after_ignored(struct judge *j)
{
    char source[ADDR_HOST], target[ADDR_TEXT];
    struct store_backoff told;
    EACH_TRANSACTION(j, t) {
        if (!t->request ||
            !store_backoff(j->scene->store, &t->client, &t->server, t->request->stored->time_ns,
                           &told) ||
            told.ignored < 2)
            continue;
        struct draft *d = judge_find(j, t, 95);
        d->time_ns = t->request->stored->time_ns;
        draft_endpoint(d, &t->client);
        if (!d->texts)
            return;
        names_host(&t->client, source);
        judge_address(&t->server, target);
        draft_say(d, _("%s asked %s again, though told to wait %u s"), source, target,
                  told.seconds);
        draft_frame(d, told.frame, told.source, _("503 with Retry-After: %u"), told.seconds);
        draft_proof(d, t->request, _("%s before that time was over; %u such requests"),
                    sip_method_name(scene_method(t)), told.ignored);
        return;
    }
}

const struct rule rules_endpoint[] = {
    { "scanner", SCOPE_ENDPOINT, SEVERITY_WARNING,
      CALL_SCANNER | CALL_FAILED | CALL_CHALLENGED | CALL_REFUSED, scanner,
      N_("Reconnaissance, or toll fraud"),
      N_("Block the source; require authentication; move off the open port") },
    { "brute-force", SCOPE_ENDPOINT, SEVERITY_ERROR, CALL_REFUSED | CALL_FAILED, brute_force,
      N_("Passwords are being guessed"),
      N_("Block the source, limit its rate, and check for weak passwords") },
    { "retry-after-ignored", SCOPE_ENDPOINT, SEVERITY_WARNING, CALL_BACKOFF, retry_after_ignored,
      N_("The client does not back off"), N_("Make it honour Retry-After, or route around") },
    { 0 },
};
