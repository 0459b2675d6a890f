/* Rules about what one address does over many calls. See rule.h. */
#include "diagnose/rule.h"
#include "diagnose/suspects.h"
#include "base/hash.h"
#include "base/strbuf.h"
#include "base/timefmt.h"
#include "store/backoff.h"
#include "store/names.h"

static bool scans(const struct judge *j, const struct scene_transaction *t)
{
    return suspects_spree(j->suspects, j->scene, t, SUSPECT_SCANS) != NULL;
}

static bool guesses(const struct judge *j, const struct scene_transaction *t)
{
    return suspects_spree(j->suspects, j->scene, t, SUSPECT_GUESSES) != NULL;
}

static void prove_by_other(struct draft *d, enum suspicion kind, const struct spree_sample *one)
{
    char when[TIME_TEXT];
    time_clock(one->time_ns, when);
    if (one->code && kind == SUSPECT_GUESSES)
        draft_frame(d, one->frame, one->source, _("%s as \"%s\" at %s: %u"),
                    sip_method_name(one->method), one->user, when, one->code);
    else if (one->code)
        draft_frame(d, one->frame, one->source, _("%s for %s at %s: %u"),
                    sip_method_name(one->method), one->user, when, one->code);
    else
        draft_frame(d, one->frame, one->source, _("%s for %s at %s"), sip_method_name(one->method),
                    one->user, when);
}

/* The call's own part in it, then some of the others. */
static void prove(struct draft *d, const struct scene_transaction *t, enum suspicion kind,
                  const struct spree *spree)
{
    const struct spree_sample *all[SPREE_SAMPLES + 1];
    struct span user = judge_quote(suspects_user(t, kind));
    uint32_t told = 0;
    draft_proof(d, t->request,
                kind == SUSPECT_GUESSES ? _("%s with credentials of \"%.*s\"") : _("%s for %.*s"),
                sip_method_name(scene_method(t)), SPAN_ARG(user));
    draft_proof(d, t->final, _("answered with %u"), scene_final(t));
    for (unsigned i = 0, n = spree_samples(spree, all); i < n; told = all[i++]->frame)
        if (all[i]->frame != told && all[i]->frame != t->request->stored->frame)
            prove_by_other(d, kind, all[i]);
}

static void say_scanner(struct draft *d, const struct scene_transaction *t,
                        const struct spree *spree)
{
    char source[ADDR_HOST], lasted[TIME_TEXT];
    struct strbuf who = STRBUF_INIT;
    names_host(&t->client, source);
    time_short(spree->last_ns - spree->first_ns, lasted);
    if (*spree->agent)
        strbuf_format(&who, "%s, ", spree->agent);
    if (spree->more_users)
        strbuf_format(&who, _("over %u users tried in %s"), spree->users, lasted);
    else
        strbuf_format(&who, tr_n("%u user tried in %s", "%u users tried in %s", spree->users),
                      spree->users, lasted);
    if (spree->targets > 1)
        strbuf_format(&who, tr_n(" at %u host", " at %u hosts", spree->targets), spree->targets);
    strbuf_text(&who, ": ");
    spree_put_users(spree, &who);
    draft_say(d, _("a scanner at %s: %s"), source, strbuf_str(&who));
    strbuf_free(&who);
}

static void scanner(struct judge *j)
{
    EACH_TRANSACTION(j, t) {
        const struct spree *spree = suspects_spree(j->suspects, j->scene, t, SUSPECT_SCANS);
        if (!spree || judge_found_in_call(j, t->call))
            continue;
        struct draft *d = judge_find(j, t, *spree->agent ? 100 : 80);
        d->concerns = scans;
        draft_endpoint(d, &t->client);
        if (!d->texts)
            continue;
        say_scanner(d, t, spree);
        prove(d, t, SUSPECT_SCANS, spree);
        if (!*spree->agent)
            draft_because(d, _("a misconfigured dialler or gateway may look the same"));
    }
}

static void say_guesses(struct draft *d, const struct scene_transaction *t,
                        const struct spree *spree)
{
    char source[ADDR_HOST], lasted[TIME_TEXT];
    struct strbuf users = STRBUF_INIT;
    names_host(&t->client, source);
    time_short(spree->last_ns - spree->first_ns, lasted);
    spree_put_users(spree, &users);
    draft_say(d, _("passwords guessed by %s: %llu failures in %s for %s"), source,
              (unsigned long long)spree->requests, lasted, strbuf_str(&users));
    strbuf_free(&users);
}

static void brute_force(struct judge *j)
{
    EACH_TRANSACTION(j, t) {
        const struct spree *spree = suspects_spree(j->suspects, j->scene, t, SUSPECT_GUESSES);
        if (!spree || judge_found_in_call(j, t->call))
            continue;
        struct draft *d = judge_find(j, t, spree->users > 1 ? 95 : 85);
        d->concerns = guesses;
        draft_endpoint(d, &t->client);
        if (!d->texts)
            continue;
        say_guesses(d, t, spree);
        prove(d, t, SUSPECT_GUESSES, spree);
        if (spree->users > 1)
            draft_because(d, _("many devices behind one address may all have old passwords"));
        else
            draft_because(d, _("a device with an old password may try on and on in the same way"));
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
        draft_about(d, hash_bytes(t->server.port, t->server.ip, sizeof t->server.ip));
        if (!d->texts)
            return;
        names_host(&t->client, source);
        judge_address(&t->server, target);
        draft_say(d, _("asked again too early: %s to %s, told to wait %u s"), source, target,
                  told.seconds);
        draft_cause(d, _("%s does not wait as the 503 asks"), source);
        draft_remedy(d, _("Make %s honour Retry-After, or route around %s"), source, target);
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
