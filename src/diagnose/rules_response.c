/* Rules about how an answer came to be: its Reason, the hops that changed it, redirection. See rule.h. */
#include "diagnose/rule.h"
#include "sip/fields.h"
#include "store/names.h"
#define CLOCKS_NS SECOND_NS /* the clocks of two witnesses are no further apart */

/* Reason against code */

/* Meanings in which RFC 3398 §7.2.4.1 and §8.2.6.1 relate causes and codes. */
enum meaning {
    NUMBER = 1 << 0,   /* no such number, or none that works */
    BUSY = 1 << 1,     /* the user is */
    ABSENT = 1 << 2,   /* the user does not answer */
    REFUSED = 1 << 3,  /* user or network do not want the call */
    FAILURE = 1 << 4,  /* the network or a server cannot */
    MEDIA = 1 << 5,    /* the bearer does not fit */
    FACILITY = 1 << 6, /* a feature is missing */
};

struct meant {
    uint16_t number;
    uint8_t meanings;
};

/* What is in neither table, and what stands for anything (16, 31, 127), contradicts nothing. */
static const struct meant causes[] = {
    { 1, NUMBER },
    { 2, NUMBER },
    { 3, NUMBER },
    { 17, BUSY },
    { 18, ABSENT },
    { 19, ABSENT },
    { 20, ABSENT },
    { 21, REFUSED },
    { 22, NUMBER },
    { 23, NUMBER },
    { 26, NUMBER },
    { 27, FAILURE | ABSENT },
    { 28, NUMBER },
    { 29, FACILITY },
    { 34, FAILURE },
    { 38, FAILURE },
    { 41, FAILURE | ABSENT },
    { 42, FAILURE },
    { 47, FAILURE },
    { 55, REFUSED },
    { 57, REFUSED | MEDIA },
    { 58, FAILURE | MEDIA },
    { 65, MEDIA },
    { 70, MEDIA },
    { 79, FACILITY | MEDIA },
    { 87, REFUSED },
    { 88, FAILURE | MEDIA },
    { 102, FAILURE | ABSENT },
};
static const struct meant codes[] = {
    { 401, REFUSED },
    { 402, REFUSED },
    { 403, REFUSED },
    { 404, NUMBER },
    { 406, FACILITY | MEDIA },
    { 407, REFUSED },
    { 408, ABSENT },
    { 410, NUMBER },
    { 415, FACILITY | MEDIA },
    { 480, ABSENT },
    { 484, NUMBER },
    { 485, NUMBER },
    { 486, BUSY },
    { 488, MEDIA },
    { 500, FAILURE | FACILITY },
    { 501, FACILITY },
    { 502, FAILURE },
    { 503, FAILURE },
    { 504, FAILURE },
    { 600, BUSY },
    { 603, REFUSED },
    { 604, NUMBER },
    { 606, MEDIA },
    { 607, REFUSED },
    { 608, REFUSED },
};

static uint8_t meanings_of(const struct meant *table, size_t n, int64_t number)
{
    for (size_t i = 0; i < n; i++)
        if (table[i].number == number)
            return table[i].meanings;
    return 0;
}

/* The code that RFC 3398 §7.2.4.1 has for a meaning, for the reader's comparison. */
static unsigned usual_code(uint8_t meanings)
{
    static const struct meant usual[] = {
        { 404, NUMBER },  { 486, BUSY },  { 480, ABSENT },   { 403, REFUSED },
        { 503, FAILURE }, { 488, MEDIA }, { 501, FACILITY },
    };
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++)
        if (usual[i].meanings & meanings)
            return usual[i].number;
    return 500;
}

/* The Q.850 cause of a response, -1 without one; *value is its Reason. */
static int64_t q850_cause(const struct scene_message *m, struct span *value)
{
    struct span rest, name, list, one;
    if (!m || !(m->stored->flags & MESSAGE_REASON))
        return -1;
    rest = scene_sip(m)->headers;
    while (sip_next_header(&rest, &name, &list))
        while (sip_header_same(name, "Reason") && sip_next_value(&list, &one)) {
            const char *semicolon = span_find(one, ';');
            *value = one;
            if (semicolon && span_is(span_trim(span_make(one.p, semicolon)), "Q.850"))
                return judge_seconds(sip_param(one, "cause"), -1);
        }
    return -1;
}

/* The cause's meanings where they and the code's are known and have nothing in common, else 0. */
static uint8_t contradiction(const struct scene_transaction *t, int64_t *cause, struct span *value)
{
    *cause = q850_cause(t->final, value);
    uint8_t of_cause = meanings_of(causes, sizeof causes / sizeof causes[0], *cause);
    uint8_t of_code = meanings_of(codes, sizeof codes / sizeof codes[0], scene_final(t));
    return of_code && !(of_cause & of_code) ? of_cause : 0;
}

static bool contradicted_below(const struct scene_transaction *t)
{
    int64_t cause;
    struct span value;
    for (const struct scene_transaction *o = t->downstream; o; o = o->branch)
        if (contradiction(o, &cause, &value))
            return true;
    return false;
}

static void cause_contradicts_code(struct judge *j)
{
    char from[ADDR_TEXT];
    EACH_TRANSACTION(j, t) {
        int64_t cause;
        struct span value;
        uint8_t meanings = contradiction(t, &cause, &value);
        if (!meanings || contradicted_below(t))
            continue;
        struct draft *d = judge_find(j, t, 95);
        uint16_t code = scene_final(t);
        value = judge_quote(value);
        judge_address(&t->final->flow->src, from);
        draft_say(d, _("cause mismatch: %u with Q.850 cause %lld, which means %u; from %s"), code,
                  (long long)cause, usual_code(meanings), from);
        draft_proof(d, t->final, _("%u %.*s with Reason: %.*s"), code,
                    SPAN_ARG(judge_quote(scene_sip(t->final)->reason)), SPAN_ARG(value));
        if (t->downstream && t->downstream->final)
            draft_proof(d, t->downstream->final, _("the hop before had %u"),
                        scene_final(t->downstream));
        draft_remedy(d, _("Correct the mapping of causes to codes at %s"), from);
        draft_because(d, _("some vendors add a fixed cause to every failure"));
    }
}

/* One code in, another out */

/* The answer from further on that this one was made from: the last, if all branches failed. */
static const struct scene_transaction *translated(const struct scene_transaction *t)
{
    const struct scene_transaction *found = NULL;
    for (const struct scene_transaction *o = t->downstream; o; o = o->branch) {
        if (!o->final || scene_final(o) == scene_final(t) || scene_final(o) / 100 == 2)
            return NULL;
        if (judge_is_failure(scene_final(o)) &&
            o->final->stored->time_ns <= t->final->stored->time_ns &&
            (!found || found->final->stored->time_ns <= o->final->stored->time_ns))
            found = o;
    }
    return found;
}

static void code_translated(struct judge *j)
{
    char by[ADDR_HOST], from[ADDR_TEXT];
    EACH_TRANSACTION(j, t) {
        const struct scene_transaction *o = judge_is_failure(scene_final(t)) ? translated(t) : NULL;
        if (!o)
            continue;
        struct draft *d = judge_find(j, t, 100);
        names_host(&t->server, by);
        judge_address(&o->final->flow->src, from);
        draft_say(d, _("code changed by %s: %u made of the %u from %s"), by, scene_final(t),
                  scene_final(o), from);
        const struct scene_transaction *origin = o, *further;
        while ((further = translated(origin)) != NULL)
            origin = further;
        if (origin != o)
            draft_proof(d, o->final, _("it got %u %.*s from %s"), scene_final(o),
                        SPAN_ARG(judge_quote(scene_sip(o->final)->reason)), from);
        judge_address(&origin->final->flow->src, from);
        draft_proof(d, origin->final, _("the origin: %u %.*s from %s"), scene_final(origin),
                    SPAN_ARG(judge_quote(scene_sip(origin->final)->reason)), from);
        draft_proof(d, t->final, _("passed on as %u %.*s"), scene_final(t),
                    SPAN_ARG(judge_quote(scene_sip(t->final)->reason)));
        if (origin == o && scene_final(o) == 503 && scene_final(t) == 500 && o->call == t->call)
            draft_remedy(d, _("Look at the 503 of %s; %s does right: a proxy passes it on as 500"),
                         from, by);
        else
            draft_remedy(d, _("Trust the %u of %s; look at the table of codes of %s"),
                         scene_final(origin), from, by);
    }
}

/* Redirection */

/* Whether a request's URI is one of the Contacts of a 3xx: the same user and host. */
static bool leads_to(const struct scene_message *redirect, const struct scene_message *request)
{
    struct span rest = scene_sip(redirect)->headers, name, list, one;
    struct sip_address target, uri;
    sip_read_uri(scene_sip(request)->uri, &uri);
    while (sip_next_header(&rest, &name, &list))
        while (sip_header_same(name, "Contact") && sip_next_value(&list, &one)) {
            sip_read_address(one, &target);
            if (span_equal(target.user, uri.user) && judge_same_host(target.host, uri.host))
                return true;
        }
    return false;
}

/* Two witnesses, whose clocks may differ, and the client counted on for the same call. */
static bool asked_anew(const struct scene_transaction *o, const struct scene_transaction *t)
{
    const struct message *request = o->first->stored, *redirect = t->final->stored;
    bool other_clock = request->source != redirect->source ||
                       o->first->flow->agent != t->final->flow->agent;
    return other_clock && redirect->time_ns - request->time_ns <= CLOCKS_NS && o->call == t->call &&
           t->request && scene_sip(o->request)->cseq > scene_sip(t->request)->cseq;
}

static bool comes_after(const struct scene_transaction *o, const struct scene_transaction *t)
{
    return (o > t && o->first->stored->time_ns >= t->final->stored->time_ns) || asked_anew(o, t);
}

static bool follows(const struct scene_transaction *o, const struct scene_transaction *t)
{
    return o != t && o->request && scene_method(o) == scene_method(t) && !scene_in_dialog(o) &&
           scene_same_client(o, t) && comes_after(o, t) && leads_to(t->final, o->request);
}

/* Busy, declined, nobody there: the redirection led where it should. */
static bool target_was_reached(const struct scene_transaction *o)
{
    uint16_t code = scene_final(o);
    return code == 486 || code == 600 || code == 603 || code == 607 || code == 487 ||
           ((code == 480 || code == 408) && o->early);
}

static bool is_dead(const struct scene_transaction *o)
{
    bool in_vain = scene_unreliable(o) && o->responses == 0 && o->sent >= SENT_IN_VAIN;
    if (!o->final)
        return in_vain || o->stored->state == TXN_TIMED_OUT;
    return judge_is_failure(scene_final(o)) && !target_was_reached(o);
}

/* The last failed attempt at the targets of a 3xx; NULL when one succeeded or is still open. */
static const struct scene_transaction *failed_target(struct judge *j,
                                                     const struct scene_transaction *t)
{
    const struct scene_transaction *found = NULL;
    EACH_TRANSACTION(j, o)
        if (follows(o, t) && (!o->final || sip_class_of(scene_final(o)) != SIP_CLASS_CHALLENGE))
            found = o;
    return found && is_dead(found) ? found : NULL;
}

static void redirect_failed(struct judge *j)
{
    char by[ADDR_TEXT];
    EACH_TRANSACTION(j, t) {
        if (scene_final(t) / 100 != 3)
            continue;
        const struct scene_transaction *o = failed_target(j, t);
        if (!o || judge_found_request(j, o))
            continue;
        struct draft *d = judge_find(j, o, 100);
        struct span target = judge_quote(scene_sip(o->request)->uri);
        struct sip_address uri;
        sip_read_uri(target, &uri);
        struct span place = sip_user_at_host(&uri);
        judge_address(&t->server, by);
        if (o->final)
            draft_say(d, _("redirected to %.*s, which failed with %u"), SPAN_ARG(place),
                      scene_final(o));
        else
            draft_say(d, _("redirected to %.*s, which does not answer"), SPAN_ARG(place));
        draft_remedy(d, _("Correct the target that %s hands out, or what fails there"), by);
        draft_proof(d, t->final, _("%u from %s with that Contact"), scene_final(t), by);
        draft_proof(d, o->request, _("%s for %.*s"), sip_method_name(scene_method(o)),
                    SPAN_ARG(target));
        draft_proof(d, o->final, _("%u %.*s"), scene_final(o),
                    SPAN_ARG(judge_quote(o->final ? scene_sip(o->final)->reason : SPAN_NONE)));
    }
}

const struct rule rules_response[] = {
    { "cause-contradicts-code", SCOPE_TRANSACTION, SEVERITY_WARNING, CALL_FAILED,
      cause_contradicts_code,
      N_("An SBC or gateway maps causes wrongly: routing will retry what cannot work, or give up "
         "what can"),
      N_("Correct the mapping of causes to codes on the host that sent it") },
    { "redirect-failed", SCOPE_CALL, SEVERITY_ERROR, CALL_FAILED | CALL_SILENT, redirect_failed,
      N_("The target of the redirection is not reachable, or wrong"),
      N_("Correct the target that the redirecting server hands out") },
    { "code-translated", SCOPE_CALL, SEVERITY_NOTICE, CALL_FAILED, code_translated,
      N_("A proxy or SBC passes on another code than it got"),
      N_("Trust the code nearest to the origin; look at the table of codes of the host between") },
    { 0 },
};
