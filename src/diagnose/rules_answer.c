/* Rules about what an answer with its code says, and ringing in vain. See rule.h. */
#include <stdio.h>

#include "base/text.h"
#include "base/timefmt.h"
#include "diagnose/refusal.h"
#include "diagnose/rule.h"
#include "sip/fields.h"

#define RINGING_NS (15 * SECOND_NS)
#define GLARE_RETRY_S 10
#define BRIEF 80      /* bytes of what stands in brackets */
#define BRIEF_TEXT 40 /* of a text that is quoted there */

/* Whom the request is for: the user of its URI, else of To, else the whole URI. */
static struct span called(const struct scene_transaction *t)
{
    struct sip_address a;
    if (t->request) {
        sip_read_uri(scene_sip(t->request)->uri, &a);
        if (a.user.n)
            return judge_quote(a.user);
    }
    sip_read_address(scene_sip(t->first)->to, &a);
    return judge_quote(a.user.n ? a.user : a.uri);
}

/* What the codes say */

/* In the words of the one line; cause and remedy where a code has better ones than the rule. They
 * take the host that answered, once or never. */
static const struct words {
    uint16_t code;
    bool names; /* whom it is for belongs to the meaning */
    const char *meaning, *cause, *remedy;
} words[] = {
    { 403, false, N_("signature too old"),
      N_("The caller's signature (STIR/SHAKEN) has a Date that is too old for %s"),
      N_("Compare the clocks of the signing side and of %s; sign each call anew") },
    { 404, true, N_("no such number or user"),
      N_("%s knows no such number or user, or not in this format"), NULL },
    { 410, true, N_("number no longer in use"),
      N_("%s says that the number was in use once, and is no more"),
      N_("Dial the new number, if there is one; take the old one out of directories and routes") },
    { 420, false, N_("extension not supported"), NULL, NULL },
    { 421, false, N_("extension required"), NULL, NULL },
    { 428, false, N_("caller not signed"),
      N_("%s wants each call signed (STIR/SHAKEN), and this one has no Identity"),
      N_("Sign the call (Identity), and see that nothing on the way strips the header") },
    { 436, false, N_("the signature's certificate cannot be fetched"),
      N_("%s cannot fetch the certificate that the Identity names (STIR/SHAKEN)"),
      N_("Open the URL in the Identity's info parameter from the verifier: DNS, port, firewall") },
    { 437, false, N_("the signature's certificate is not trusted"),
      N_("%s does not trust the certificate that the call was signed with (STIR/SHAKEN)"),
      N_("Renew the certificate, with its whole chain, from an authority the verifier trusts") },
    { 438, false, N_("the signature does not fit the call"),
      N_("What was signed (numbers, Date) is not what reached %s (STIR/SHAKEN)"),
      N_("See whether a number, To or Date is changed after the signing; sign behind that") },
    { 480, true, N_("cannot be reached now"), NULL, NULL },
    { 482, false, N_("request came twice"), NULL, NULL },
    { 484, true, N_("number incomplete"), N_("The number is too short for the dial plan of %s"),
      N_("Compare the digits with the dial plan: prefix, length, a rule that matches too early") },
    { 485, true, N_("number or user ambiguous"), N_("Several users fit the address at %s"),
      N_("Dial the whole number or address; the answer may list which ones there are") },
    { 486, false, N_("busy"), NULL, NULL },
    { 500, false, N_("the server failed"), N_("%s failed; the code does not say in what"),
      N_("Look at the log of %s and at what it asks: database, script, the host behind it") },
    { 501, false, N_("the server cannot do this"), N_("%s cannot do what the request asks for"),
      N_("Do not send this method or feature to %s, or enable it there") },
    { 502, false, N_("a bad answer from the host behind it"),
      N_("The host behind %s answered with what makes no sense to it"),
      N_("Follow the request to the host behind %s") },
    { 503, false, N_("service not available"), NULL,
      N_("Look at %s: its load, licences and routes, in its log at that time") },
    { 504, false, N_("no answer in time from what it asked"),
      N_("%s asked another server, which did not answer in time; itself it works"),
      N_("Find what %s waited for: DNS, a database, the next hop") },
    { 505, false, N_("the SIP version is refused"), N_("%s does not take this SIP version"),
      N_("Correct the version in the start line: SIP/2.0") },
    { 513, false, N_("the message is too large"), N_("The message is larger than %s takes"),
      N_("Make it smaller: fewer codecs, headers, candidates; or raise the limit of %s") },
    { 555, false, N_("the push service is not supported"),
      N_("%s does not know the push service that the Contact names"),
      N_("Correct the pn- parameters of Contact, or the push configuration of %s") },
    { 580, false, N_("the preconditions are not met"),
      N_("The resources that the call asks for could not be reserved, says %s"),
      N_("Look at the resource reservation, or switch preconditions off") },
    { 600, false, N_("busy everywhere"), NULL, NULL },
    { 603, false, N_("declined"), NULL, NULL },
    { 604, true, N_("number or user exists nowhere"),
      N_("%s speaks for the whole number or domain: this user exists nowhere"), NULL },
    { 607, false, N_("the callee does not want this caller"),
      N_("The callee, or its phone for it, refuses this caller for good"), NULL },
    { 608, false, N_("the network blocks this caller"),
      N_("A network in between blocks this caller, by what it knows of its calls"), NULL },
};

static const struct words *words_of(uint16_t code)
{
    static const struct words other = { 0, false, N_("refused"), NULL, NULL };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (words[i].code == code)
            return &words[i];
    return &other;
}

/* The first 180 or 183. */
static const struct scene_message *ringing_of(struct judge *j, const struct scene_transaction *t)
{
    if (!t->early)
        return NULL;
    for (const struct scene_message *m = t->early; m < j->scene->messages + j->scene->nmessages;
         m++)
        if (m->txn == t && (m->stored->code == 180 || m->stored->code == 183))
            return m;
    return NULL;
}

/* 480 after ringing: the callee is registered and was reached (RFC 3261 §21.4.18). */
static void say_rang(struct judge *j, struct draft *d, const struct scene_transaction *t)
{
    char rang[TIME_TEXT], from[ADDR_TEXT];
    const struct scene_message *ringing = ringing_of(j, t);
    if (!ringing || scene_final(t) != 480)
        return;
    time_short(t->final->stored->time_ns - ringing->stored->time_ns, rang);
    judge_address(&t->final->flow->src, from);
    draft_say(d, _("nobody picked up (rang for %s): %u from %s"), rang, scene_final(t), from);
    if (!d->cause)
        draft_cause(d,
                    _("It rang, so the callee is reached: nobody picked up, or refused by a key"));
    draft_remedy(
        d, _("Nothing to do, unless every call ends so; then see how long %s lets it ring"), from);
}

/* Words of those who judge callers by statistics, in the phrase or in any Reason (ATIS-1000099). */
static bool says_analytics(const struct scene_message *m)
{
    static const char *const said[] = { "analytic", "network blocked", "robocall", "spam" };
    struct span rest = scene_sip(m)->headers, name, value;
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++)
        if (span_search(scene_sip(m)->reason, said[i]))
            return true;
    while (sip_next_header(&rest, &name, &value))
        for (size_t i = 0; sip_header_same(name, "Reason") && i < sizeof said / sizeof said[0]; i++)
            if (span_search(value, said[i]))
                return true;
    return false;
}

/* What explains a refusal, of what it carries: a header's value, and the text in it. */
struct explanation {
    const char *header; /* "": nothing does */
    struct span value, text;
};

/* Which extension it is about, or a text, else a number. */
static struct explanation explanation(const struct scene_message *m)
{
    static const struct {
        const char *header;
        uint16_t code; /* of the answer; 0: any */
        bool text;     /* with a text only */
    } rows[] = {
        { "Unsupported", 420, false }, { "Require", 421, false }, { "Reason", 0, true },
        { "Warning", 0, true },        { "Reason", 0, false },    { "Warning", 0, false },
        { "Retry-After", 0, false },
    };
    struct warning w = { SPAN_NONE, 0, SPAN_NONE };
    refusal_warning(&w, scene_sip(m));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool warning = strcmp(rows[i].header, "Warning") == 0;
        bool reason = strcmp(rows[i].header, "Reason") == 0;
        struct span value = warning ? w.value : scene_header(m, rows[i].header);
        struct span text = warning ? w.text : reason ? sip_param(value, "text") : value;
        if (value.n && !(rows[i].code && rows[i].code != m->stored->code) &&
            !(rows[i].text && text.n == 0))
            return (struct explanation){ rows[i].header, judge_quote(value), judge_quote(text) };
    }
    return (struct explanation){ "", SPAN_NONE, SPAN_NONE };
}

static bool is_by(const struct explanation *e, const char *header)
{
    return strcmp(e->header, header) == 0;
}

/* What of it fits into the one line, in `buf`: a text, a cause, a time; "" if nothing does. */
static const char *in_brief(const struct explanation *e, char buf[BRIEF])
{
    struct span cause = sip_param(e->value, "cause");
    int64_t seconds = judge_seconds(e->value, -1);
    const char *semicolon = span_find(e->value, ';');
    buf[0] = '\0';
    if (is_by(e, "Retry-After") && seconds >= 0)
        snprintf(buf, BRIEF, _("retry after %lld s"), (long long)seconds);
    else if (e->text.n && (e->text.n <= BRIEF_TEXT || is_by(e, "Warning")))
        snprintf(buf, BRIEF, "%.*s", SPAN_ARG(text_head(e->text, BRIEF - 1)));
    else if (cause.n && cause.n < 4 && semicolon && semicolon - e->value.p < 16)
        snprintf(buf, BRIEF, _("%.*s cause %.*s"), SPAN_ARG(span_make(e->value.p, semicolon)),
                 SPAN_ARG(cause));
    return buf;
}

static void say_line(struct draft *d, const struct scene_transaction *t,
                     const struct explanation *e)
{
    char from[ADDR_TEXT], brief[BRIEF];
    const struct words *w = words_of(scene_final(t));
    struct span who = called(t);
    bool blocked = scene_final(t) == 603 && says_analytics(t->final);
    const char *meaning = blocked ? _("blocked by call analytics") : tr(w->meaning);
    judge_address(&t->final->flow->src, from);
    in_brief(e, brief);
    if (w->names && *brief && is_by(e, "Warning"))
        draft_say(d, _("%s: %.*s (%s), says %s"), meaning, SPAN_ARG(who), brief, from);
    else if (w->names)
        draft_say(d, _("%s: %.*s, says %s"), meaning, SPAN_ARG(who), from);
    else if (*brief && !blocked)
        draft_say(d, _("%s (%s), says %s"), meaning, brief, from);
    else
        draft_say(d, _("%s, says %s"), meaning, from);
}

/* The cause in the words of a Warning. */
static void say_warned(struct draft *d, const struct explanation *e, const char *from)
{
    if (is_by(e, "Warning") && e->text.n)
        draft_cause(d, _("%s says itself why: \"%.*s\""), from, SPAN_ARG(e->text));
}

/* A number may be dialled in a wrong format; a name is there or not. */
static void send_to_dial_plan(struct draft *d, const struct scene_transaction *t, const char *from)
{
    struct span who = called(t);
    size_t digits = 0;
    while (digits < who.n && (ascii_digit(who.p[digits]) || strchr("+-.()*#", who.p[digits])))
        digits++;
    if (digits < who.n)
        draft_remedy(d, _("See whether %s is the right server for %.*s, and has it configured"),
                     from, SPAN_ARG(who));
    else
        draft_remedy(
            d,
            _("Check the dialled format (plus sign, prefix, length), and whether %s is the "
              "right server for %.*s"),
            from, SPAN_ARG(who));
}

/* Where a caller that is blocked can complain (RFC 8688, ATIS-1000099). */
static void send_to_redress(struct draft *d, const struct scene_transaction *t, const char *from)
{
    struct span reason = sip_param(scene_header(t->final, "Reason"), "text");
    const char *url = span_search(reason, "url=");
    if (scene_final(t) == 603 && !says_analytics(t->final))
        return;
    if (scene_header(t->final, "Call-Info").n || scene_final(t) == 607)
        return;
    if (url)
        draft_remedy(
            d, _("Ask for redress at %.*s, or register the number with the analytics engines"),
            SPAN_ARG(judge_quote(span_make(url + strlen("url="), span_end(reason)))));
    else
        draft_remedy(d,
                     _("Ask the operator of %s why, and register the number with the analytics "
                       "engines"),
                     from);
}

/* What the code alone does not tell: what its sender says is the cause, and what follows from it. */
static void say_explained(struct draft *d, const struct scene_transaction *t,
                          const struct explanation *e)
{
    char from[ADDR_TEXT], brief[BRIEF];
    uint16_t code = scene_final(t);
    judge_address(&t->final->flow->src, from);
    in_brief(e, brief);
    if (words_of(code)->cause)
        draft_cause(d, tr(words_of(code)->cause), from);
    say_warned(d, e, from);
    if (code == 503 && is_by(e, "Retry-After") && *brief)
        draft_remedy(d, _("Wait as it says (%s), or route around %s; look at its load"), brief,
                     from);
    else if (code == 503 && *brief)
        draft_remedy(d, _("See why at %s: %s"), from, brief);
    else if (is_by(e, "Unsupported"))
        draft_remedy(d, _("Take %.*s out of Require, or enable it at %s"), SPAN_ARG(e->value),
                     from);
    else if (is_by(e, "Require"))
        draft_remedy(d, _("Enable %.*s on the caller's side: %s insists on it"), SPAN_ARG(e->value),
                     from);
    else if (words_of(code)->remedy)
        draft_remedy(d, tr(words_of(code)->remedy), from);
    else if (words_of(code)->names && code != 480)
        send_to_dial_plan(d, t, from);
    else if (code == 603 || code == 607 || code == 608)
        send_to_redress(d, t, from);
}

/* The request, with the header that the answer is about. */
static void prove_request(struct draft *d, const struct scene_transaction *t, struct span who)
{
    uint16_t code = scene_final(t);
    const char *header = code == 420 ? "Require" : code == 403 || code == 438 ? "Date" : "";
    struct span value = *header ? judge_quote(scene_header(t->request, header)) : SPAN_NONE;
    if (value.n)
        draft_proof(d, t->request, _("%s for %.*s, with %s: %.*s"),
                    sip_method_name(scene_method(t)), SPAN_ARG(who), header, SPAN_ARG(value));
    else
        draft_proof(d, t->request, _("%s for %.*s"), sip_method_name(scene_method(t)),
                    SPAN_ARG(who));
}

static void say_code(struct draft *d, const struct scene_transaction *t)
{
    char from[ADDR_TEXT];
    uint16_t code = scene_final(t);
    struct explanation e = explanation(t->final);
    struct span who = called(t), phrase = judge_quote(scene_sip(t->final)->reason);
    judge_address(&t->final->flow->src, from);
    say_line(d, t, &e);
    say_explained(d, t, &e);
    prove_request(d, t, who);
    draft_proof(d, t->early, _("%u before"), t->early ? t->early->stored->code : 0);
    if (e.value.n)
        draft_proof(d, t->final, _("%u %.*s from %s, with %s: %.*s"), code, SPAN_ARG(phrase), from,
                    e.header, SPAN_ARG(e.value));
    else
        draft_proof(d, t->final, _("%u %.*s from %s"), code, SPAN_ARG(phrase), from);
}

/* What the rules ask beyond the code */

static bool busy_without_limit(const struct scene_transaction *t)
{
    return judge_begins_call(t) && !(t->final->stored->flags & MESSAGE_RETRY_AFTER);
}

static bool plainly_declined(const struct scene_transaction *t)
{
    return judge_begins_call(t) && !says_analytics(t->final);
}

static bool blocked(const struct scene_transaction *t)
{
    return scene_final(t) != 603 || says_analytics(t->final);
}

static bool stale_if_forbidden(const struct scene_transaction *t)
{
    return scene_final(t) != 403 || span_search(scene_sip(t->final)->reason, "stale date");
}

/* 500 with a short Retry-After to a change of the session asks to come back: another one is
 * open (RFC 3261 §14.2). */
static bool broken(const struct scene_transaction *t)
{
    int64_t wait = judge_seconds(scene_header(t->final, "Retry-After"), INT64_MAX);
    bool change = scene_in_dialog(t) &&
                  (scene_method(t) == SIP_INVITE || scene_method(t) == SIP_UPDATE);
    return !(scene_final(t) == 500 && change && wait <= GLARE_RETRY_S);
}

/*
 * Overlap dialling (RFC 3578): the number is incomplete as long as the caller dials on, each time
 * with more digits.
 */
static bool dialled_on(struct judge *j, const struct scene_transaction *t)
{
    struct sip_address mine, other;
    if (scene_final(t) != 484 || !t->request)
        return false;
    sip_read_uri(scene_sip(t->request)->uri, &mine);
    EACH_TRANSACTION(j, o) {
        if (o <= t || o->call != t->call || scene_method(o) != SIP_INVITE || !o->request ||
            !scene_same_client(o, t))
            continue;
        sip_read_uri(scene_sip(o->request)->uri, &other);
        if (other.user.n > mine.user.n && memcmp(other.user.p, mine.user.p, mine.user.n) == 0)
            return true;
    }
    return false;
}

/* The same answer where nothing is wrong. */
static void excuse(struct judge *j, struct draft *d, const struct scene_transaction *t)
{
    uint16_t code = scene_final(t);
    if (code == 420 && judge_came_through(j, t))
        draft_harmless(d, _("it was sent again without that, and accepted"));
    else if (code == 501 && judge_is_probe(t))
        draft_harmless(d, _("it only asks whether the host is alive: any answer says so"));
    else if (code / 100 == 4 && judge_answered_elsewhere(t))
        draft_harmless(d, _("another target of the same call was reached"));
}

struct answers {
    uint16_t codes[9];
    bool (*holds)(const struct scene_transaction *t);
    bool final_word; /* a later attempt that gets through takes it back */
};

static bool has_code(const struct answers *a, uint16_t code)
{
    for (size_t i = 0; code && i < sizeof a->codes / sizeof a->codes[0]; i++)
        if (a->codes[i] == code)
            return true;
    return false;
}

static void judge_answers(struct judge *j, const struct answers *a)
{
    EACH_TRANSACTION(j, t) {
        if (!has_code(a, scene_final(t)) || judge_passed_on(t) || (a->holds && !a->holds(t)) ||
            (a->final_word && judge_came_through(j, t)) || dialled_on(j, t))
            continue;
        struct draft *d = judge_find(j, t, 100); /* of an answer with a code of its own rule */
        if (d->texts)
            say_code(d, t);
        if (d->texts)
            say_rang(j, d, t);
        excuse(j, d, t);
    }
}

#define ANSWERS(name, ...)                                     \
    static void name(struct judge *j)                          \
    {                                                          \
        static const struct answers answers = { __VA_ARGS__ }; \
        judge_answers(j, &answers);                            \
    }

ANSWERS(number_not_found, .codes = { 404, 410, 484, 485, 604 }, .holds = judge_begins_call)
ANSWERS(busy, .codes = { 486, 600 }, .holds = busy_without_limit)
ANSWERS(declined, .codes = { 603 }, .holds = plainly_declined)
ANSWERS(unavailable, .codes = { 480 }, .holds = judge_begins_call)
ANSWERS(service_unavailable, .codes = { 503 })
ANSWERS(server_error, .codes = { 500, 501, 502, 504, 505, 513, 555, 580 }, .holds = broken)
ANSWERS(extension_unsupported, .codes = { 420 })
ANSWERS(extension_required, .codes = { 421 }, .final_word = true)
ANSWERS(merged_request, .codes = { 482 })
ANSWERS(call_blocked, .codes = { 603, 607, 608 }, .holds = blocked)
ANSWERS(identity_rejected, .codes = { 403, 428, 436, 437, 438 }, .holds = stale_if_forbidden,
        .final_word = true)

/* Ringing in vain */

static const struct scene_transaction *cancel_of(struct judge *j, const struct scene_transaction *t)
{
    EACH_TRANSACTION(j, o)
        if (scene_method(o) == SIP_CANCEL && o->id == t->stored->related && o->request)
            return o;
    return NULL;
}

/* A fork of which another branch was answered: its CANCEL says so, or the hop before shows it. */
static bool answered_elsewhere(const struct scene_transaction *t,
                               const struct scene_transaction *cancel)
{
    struct span reason = cancel ? scene_header(cancel->request, "Reason") : SPAN_NONE;
    return judge_answered_elsewhere(t) ||
           (span_starts(reason, "SIP") && span_is(sip_param(reason, "cause"), "200"));
}

static void ring_no_answer(struct judge *j)
{
    char rang[TIME_TEXT], from[ADDR_TEXT];
    EACH_TRANSACTION(j, t) {
        uint16_t code = scene_final(t);
        const struct scene_message *ringing = ringing_of(j, t);
        if (!judge_begins_call(t) || !ringing || (code != 408 && code != 480 && code != 487))
            continue;
        const struct scene_transaction *cancel = cancel_of(j, t);
        int64_t end = (cancel ? cancel->first : t->final)->stored->time_ns;
        if (end - ringing->stored->time_ns < RINGING_NS || answered_elsewhere(t, cancel) ||
            judge_passed_on(t) || judge_found_request(j, t))
            continue;
        struct draft *d = judge_find(j, t, 100);
        struct span who = called(t);
        time_short(end - ringing->stored->time_ns, rang);
        judge_address(&(cancel ? cancel->first : t->final)->flow->src, from);
        if (cancel)
            draft_say(d, _("nobody picked up (rang for %s): CANCEL from %s"), rang, from);
        else
            draft_say(d, _("nobody picked up (rang for %s): %u from %s"), rang, code, from);
        struct explanation e = explanation(t->final);
        if (d->texts && !cancel)
            say_warned(d, &e, from);
        draft_proof(d, ringing,
                    ringing->stored->code == 183 ? _("%u: %.*s rings, or an announcement plays")
                                                 : _("%u: %.*s rings"),
                    ringing->stored->code, SPAN_ARG(who));
        draft_proof(d, cancel ? cancel->first : NULL, _("CANCEL, %s later"), rang);
        draft_proof(d, t->final, _("%u ends the attempt"), code);
    }
}

const struct rule rules_answer[] = {
    { "number-not-found", SCOPE_TRANSACTION, SEVERITY_ERROR, CALL_FAILED, number_not_found,
      N_("The number or user does not exist there, is incomplete or malformed"),
      N_("Check the dialled format (plus sign, prefix, length) and the routing domain") },
    { "busy", SCOPE_TRANSACTION, SEVERITY_NOTICE, CALL_FAILED, busy,
      N_("The callee is busy: a normal outcome"), N_("Nothing to do, unless every call ends so") },
    { "declined", SCOPE_TRANSACTION, SEVERITY_NOTICE, CALL_FAILED, declined,
      N_("The callee refused: a normal outcome"), N_("Nothing to do, unless every call ends so") },
    { "unavailable", SCOPE_TRANSACTION, SEVERITY_NOTICE, CALL_FAILED, unavailable,
      N_("The callee is not reachable now, has do-not-disturb on, or the ring time ran out"),
      N_("Check the callee's registration and the ring time") },
    { "ring-no-answer", SCOPE_CALL, SEVERITY_NOTICE, CALL_FAILED | CALL_CANCELLED, ring_no_answer,
      N_("Nobody answered"), N_("Nothing to do, unless every call ends so") },
    { "service-unavailable", SCOPE_TRANSACTION, SEVERITY_ERROR, CALL_FAILED, service_unavailable,
      N_("Overload, maintenance, no route or no free circuit; a Reason tells which, if one is sent"),
      N_("Honour Retry-After; look at the Q.850 cause and at the host that answered") },
    { "server-error", SCOPE_TRANSACTION, SEVERITY_ERROR, CALL_FAILED, server_error,
      N_("The server failed; the code says in what"),
      N_("See the page of the code, and the log of the host that answered") },
    { "extension-unsupported", SCOPE_TRANSACTION, SEVERITY_ERROR, CALL_FAILED,
      extension_unsupported, N_("The callee's side lacks an extension that the caller requires"),
      N_("Take the extension that Unsupported names out of Require, or enable it there") },
    { "extension-required", SCOPE_TRANSACTION, SEVERITY_ERROR, CALL_FAILED, extension_required,
      N_("The callee's side insists on an extension that the caller does not offer"),
      N_("Enable the extension that Require names on the caller") },
    { "merged-request", SCOPE_TRANSACTION, SEVERITY_ERROR, CALL_FAILED, merged_request,
      N_("The same request reached the server over two paths, or in a loop"),
      N_("Look for forking or duplicate routes upstream") },
    { "call-blocked", SCOPE_TRANSACTION, SEVERITY_ERROR, CALL_FAILED, call_blocked,
      N_("The callee's network, or an analytics engine, blocks this caller"),
      N_("Use the contact that Call-Info names, or register the number with the analytics "
         "engines") },
    { "identity-rejected", SCOPE_TRANSACTION, SEVERITY_ERROR, CALL_FAILED, identity_rejected,
      N_("STIR/SHAKEN: the caller's signature is missing, stale, unverifiable or altered"),
      N_("Check clocks, the certificate's URL, and changes of numbers after the signing") },
    { 0 },
};
