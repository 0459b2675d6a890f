/* Rules about what runs inside a call or subscription: timers, PRACK, transfer, events. See rule.h. */
#include "base/timefmt.h"
#include "diagnose/exchange.h"
#include "diagnose/rule.h"
#include "sip/fields.h"
#include "sip/timers.h"

#define RETRY_NS (10 * SECOND_NS)
#define SIP_VERSION_SIZE 8 /* "SIP/2.0 " */
#define CROSSING_NS (5 * SECOND_NS)

/* Whether a leg joined to this one has told it already: a B2BUA ends both. */
static bool found_in_scene(struct judge *j)
{
    for (size_t i = 0; i < j->ndrafts; i++)
        if (j->drafts[i].rule == j->rule)
            return true;
    return false;
}

static int64_t begun(const struct scene_transaction *t)
{
    return t->first->stored->time_ns;
}

static int64_t ended(const struct scene_transaction *t)
{
    return t->final ? t->final->stored->time_ns : INT64_MAX;
}

/* Session timer (RFC 4028) */

/* INVITE and UPDATE begin a session interval. */
static bool is_refresh(const struct scene_transaction *t)
{
    return scene_method(t) == SIP_INVITE || scene_method(t) == SIP_UPDATE;
}

/* The last answer before a time that began an interval, which may be none: then *interval is -1. */
static const struct scene_transaction *last_interval(struct judge *j, const struct scene_call *call,
                                                     int64_t before, int64_t *interval)
{
    const struct scene_transaction *found = NULL;
    EACH_TRANSACTION(j, t)
        if (t->call == call && is_refresh(t) && scene_final(t) / 100 == 2 && ended(t) < before &&
            (!found || ended(t) >= ended(found)))
            found = t;
    *interval = found ? judge_seconds(scene_sip(found->final)->session_expires, -1) : -1;
    return found;
}

/* Whether somebody tried to refresh between two moments. */
static bool tried_between(struct judge *j, const struct scene_call *call, int64_t from, int64_t to)
{
    EACH_TRANSACTION(j, t)
        if (t->call == call && is_refresh(t) && begun(t) > from && begun(t) < to)
            return true;
    return false;
}

/* The side that an accepted interval binds to refresh it (RFC 4028 §9), whatever the hop. */
static const struct addr *refresher_of(const struct scene_transaction *t)
{
    bool uas = span_is(sip_param(scene_sip(t->final)->session_expires, "refresher"), "uas");
    const struct scene_transaction *further;
    while ((further = uas ? t->downstream : t->upstream) != NULL)
        t = further;
    return uas ? &t->server : &t->client;
}

static void session_expired(struct judge *j)
{
    char when[TIME_TEXT], by[ADDR_TEXT];
    EACH_TRANSACTION(j, b) {
        int64_t interval;
        if (scene_method(b) != SIP_BYE || !b->request || b->upstream || found_in_scene(j))
            continue;
        const struct scene_transaction *t = last_interval(j, b->call, begun(b), &interval);
        if (interval <= 0)
            continue;
        int64_t since = begun(b) - ended(t), full = interval * SECOND_NS;
        int64_t early = sip_session_early(full);
        if (since < full - early - 5 * SECOND_NS || since > full + 5 * SECOND_NS ||
            tried_between(j, b->call, ended(t) + full / 2, begun(b)))
            continue;
        struct draft *d = judge_find(j, b, 85);
        draft_host(d, refresher_of(t));
        time_short(since, when);
        judge_address(refresher_of(t), by);
        draft_cause(d, _("%s, which should refresh the session, never did"), by);
        draft_remedy(d, _("See whether %s sends its UPDATE or re-INVITE, and where it is lost"),
                     by);
        judge_address(&b->client, by);
        struct span agreed = judge_quote(scene_sip(t->final)->session_expires);
        draft_state(d, _("session expired, probably: timer of %lld s, no refresh seen"),
                    (long long)interval);
        draft_proof(d, t->final, _("the last interval began: Session-Expires: %.*s"),
                    SPAN_ARG(agreed));
        draft_proof(d, b->request,
                    _("BYE from %s, %s later; no re-INVITE or UPDATE in its second half"), by,
                    when);
        if (addr_same_host(refresher_of(t), &b->client))
            draft_because(d, _("the one that should refresh hung up itself, perhaps for another "
                               "reason"));
        else
            draft_because(d, _("somebody may have hung up just then"));
    }
}

/* A request that begins the interval anew, in a call that has one. */
static bool refreshes(struct judge *j, const struct scene_transaction *t)
{
    int64_t interval;
    if (!is_refresh(t) || !scene_in_dialog(t))
        return false;
    if (scene_sip(t->request)->session_expires.n)
        return true;
    last_interval(j, t->call, begun(t), &interval);
    return interval > 0 && scene_method(t) == SIP_UPDATE && scene_sip(t->request)->body.n == 0;
}

static const struct scene_transaction *bye_after(struct judge *j, const struct scene_transaction *t)
{
    EACH_TRANSACTION(j, b)
        if (b->call == t->call && scene_method(b) == SIP_BYE && begun(b) > begun(t))
            return b;
    return NULL;
}

static bool refresh_is_refused(uint16_t code)
{
    return code >= 300 && code != 401 && code != 407 && code != 422 && code != 491;
}

/* Whether a refresh succeeded between the failed one and the end. */
static bool refreshed_between(struct judge *j, const struct scene_transaction *t,
                              const struct scene_transaction *bye)
{
    EACH_TRANSACTION(j, o)
        if (o->call == t->call && is_refresh(o) && scene_final(o) / 100 == 2 &&
            ended(o) > begun(t) && ended(o) < begun(bye))
            return true;
    return false;
}

static void session_refresh_failed(struct judge *j)
{
    char by[ADDR_TEXT], after[TIME_TEXT];
    EACH_TRANSACTION(j, t) {
        const struct scene_transaction *bye = refreshes(j, t) ? bye_after(j, t) : NULL;
        if (!bye || judge_passed_on(t) || judge_found_in_call(j, t->call))
            continue;
        bool silent = !t->final && !judge_unheard(j, t) &&
                      (t->stored->state == TXN_TIMED_OUT || begun(bye) - begun(t) > RETRY_NS);
        if (!(silent || refresh_is_refused(scene_final(t))) || refreshed_between(j, t, bye))
            continue;
        struct draft *d = judge_find(j, t, 90);
        const char *method = sip_method_name(scene_method(t));
        judge_address(&t->server, by);
        time_short(begun(bye) - begun(t), after);
        if (t->final)
            draft_say(d, _("refresh failed: %s got %u from %s, then BYE"), method, scene_final(t),
                      by);
        else
            draft_say(d, _("refresh failed: %s got no answer from %s, then BYE"), method, by);
        if (t->final)
            draft_remedy(d, _("See why %s answers %u to the refresh: its log, and the page of %u"),
                         by, scene_final(t), scene_final(t));
        else
            draft_remedy(d, _("See where the refresh is lost: route set, Contact, NAT towards %s"),
                         by);
        draft_proof(d, t->request, _("%s that refreshes the session"), method);
        draft_proof(d, t->final, _("%u %.*s"), scene_final(t),
                    SPAN_ARG(judge_quote(t->final ? scene_sip(t->final)->reason : SPAN_NONE)));
        draft_proof(d, bye->request, _("BYE, %s after the refresh; none succeeded between"), after);
        draft_because(d, _("the BYE may have another reason"));
    }
}

/* Whether a later request of the call asks for long enough, in time; one that was not captured may. */
static bool raised(struct judge *j, const struct scene_transaction *t, int64_t least)
{
    EACH_TRANSACTION(j, o)
        if (o->call == t->call && is_refresh(o) && o->stored->cseq > t->stored->cseq &&
            begun(o) - ended(t) <= RETRY_NS &&
            (!o->request || judge_seconds(scene_sip(o->request)->session_expires, -1) >= least))
            return true;
    return false;
}

static void session_interval_too_small(struct judge *j)
{
    char from[ADDR_TEXT];
    EACH_TRANSACTION(j, t) {
        if (!is_refresh(t) || scene_final(t) != 422 || judge_passed_on(t))
            continue;
        int64_t least = judge_seconds(scene_header(t->final, "Min-SE"), 90);
        int64_t asked = t->request ? judge_seconds(scene_sip(t->request)->session_expires, -1) : -1;
        if (raised(j, t, least) || !judge_over(j, ended(t) + RETRY_NS))
            continue;
        struct draft *d = judge_find(j, t, judge_waited(j, ended(t) + RETRY_NS) ? 95 : 70);
        draft_host(d, &judge_beginning(t)->client);
        if (asked >= 0)
            draft_say(d,
                      _("timer too short: session of %lld s asked, %lld s wanted; no retry came"),
                      (long long)asked, (long long)least);
        else
            draft_say(d, _("timer too short: session of %lld s wanted; no retry came"),
                      (long long)least);
        draft_proof(d, t->request, _("%s with Session-Expires: %lld"),
                    sip_method_name(scene_method(t)), (long long)asked);
        draft_proof(d, t->final, _("422 with Min-SE: %lld"), (long long)least);
        judge_address(&judge_beginning(t)->client, from);
        draft_cause(d, _("%s ignores the 422, which asks for a longer session timer"), from);
        draft_remedy(d, _("Set the session timer of %s to %lld seconds or more"), from,
                     (long long)least);
        draft_because(d, _("it may have come again as another call"));
        if (!judge_waited(j, ended(t) + SECOND_NS))
            draft_harmless(d, _("the capture ends before a retry can be expected"));
    }
}

/* Ends for want of media */

static bool says_any(struct span text, const char *const *words)
{
    for (; *words; words++)
        if (span_search(text, *words))
            return true;
    return false;
}

static bool says_no_media(struct span reason)
{
    static const char *const what[] = { "rtp", "rtcp", "media", NULL };
    static const char *const lacks[] = {
        "timeout",      "time-out", "timed out", "time out", "inactiv",   "no rtp",   "no media",
        "not received", "no_rtp",   "no-rtp",    "no_media", "no-media",  "rtp loss", "loss of",
        "media loss",   "lost",     "broken",    "stopped",  "timed-out", "expire",   NULL
    };
    return says_any(reason, what) && says_any(reason, lacks);
}

/* The words of a Reason value, else all of it. */
static struct span reason_text(struct span value)
{
    struct span text = sip_param(value, "text");
    text = text.n ? text : sip_param(value, "reasontext");
    return text.n ? text : value;
}

/* The latest offer and answer before a BYE, seen nearest to the side that sent it. */
static bool agreed_before(struct judge *j, const struct scene_transaction *bye, struct exchange *x)
{
    struct exchange other;
    bool found = false;
    EACH_TRANSACTION(j, t) {
        bool near = scene_same_client(t, bye) || addr_same_host(&t->server, &bye->client);
        if (t->call == bye->call && is_refresh(t) && ended(t) < begun(bye) && near &&
            exchange_of(t, &other) && other.answer) {
            *x = other;
            found = true;
        }
    }
    return found;
}

/* Where each side waited for its media: the one that hung up, `by`, got nothing at its place. */
static void tell_places(struct judge *j, struct draft *d, const struct scene_transaction *bye,
                        const char *by)
{
    struct exchange x = { 0 };
    if (!agreed_before(j, bye, &x))
        return;
    bool offered = span_equal(scene_own_tag(x.offered), scene_sip(bye->request)->from_tag);
    const struct sdp_media *own = sdp_place(offered ? x.offer : x.answer);
    const struct sdp_media *other = sdp_place(offered ? x.answer : x.offer);
    if (!own || !other)
        return;
    struct span here = judge_quote(own->address), there = judge_quote(other->address);
    draft_proof(d, offered ? x.offered : x.answered, _("%s waits for media at %.*s port %u"), by,
                SPAN_ARG(here), own->port);
    draft_proof(d, offered ? x.answered : x.offered,
                _("the other side has its media at %.*s port %u"), SPAN_ARG(there), other->port);
    draft_remedy(d,
                 _("Capture at %s whether packets from %.*s come to %.*s port %u; if not, look for "
                   "NAT or a filter between"),
                 by, SPAN_ARG(there), SPAN_ARG(here), own->port);
}

static void media_timeout_bye(struct judge *j)
{
    char by[ADDR_TEXT];
    EACH_TRANSACTION(j, t) {
        struct span rest, name, value, reason = SPAN_NONE;
        if (scene_method(t) != SIP_BYE || !t->request || t->upstream || found_in_scene(j))
            continue;
        rest = scene_sip(t->request)->headers;
        while (sip_next_header(&rest, &name, &value))
            if (sip_header_same(name, "Reason") && says_no_media(value))
                reason = judge_quote(value);
        if (reason.n == 0)
            continue;
        struct draft *d = judge_find(j, t, 100);
        d->time_ns = begun(t);
        draft_host(d, &t->client);
        judge_address(&t->client, by);
        draft_say(d, _("no media reached %s: it hung up (%.*s)"), by,
                  SPAN_ARG(reason_text(reason)));
        if (d->texts)
            tell_places(j, d, t, by);
        draft_proof(d, t->request, _("BYE from %s with Reason: %.*s"), by, SPAN_ARG(reason));
    }
}

/* Reliable provisional responses (RFC 3262) */

static bool is_reliable(const struct scene_message *m)
{
    return m->stored->code > 100 && m->stored->code < 200 && scene_header(m, "RSeq").n &&
           span_search(scene_header(m, "Require"), "100rel");
}

/* Whether a PRACK for this RSeq came and was not refused. */
static bool has_prack(struct judge *j, const struct scene_transaction *t, int64_t rseq)
{
    EACH_TRANSACTION(j, o)
        if (o->call == t->call && scene_method(o) == SIP_PRACK && o->request &&
            scene_final(o) < 300 && judge_seconds(scene_header(o->request, "RAck"), -1) == rseq)
            return true;
    return false;
}

/* How often the reliable response with this RSeq was sent over the hop; the last copy. */
static unsigned copies_of(struct judge *j, const struct scene_transaction *t, int64_t rseq,
                          const struct scene_message **last)
{
    unsigned n = 0;
    EACH_MESSAGE(j, m)
        if (m->txn == t && is_reliable(m) && judge_seconds(scene_header(m, "RSeq"), -1) == rseq) {
            *last = m;
            n++;
        }
    return n;
}

/* The hop nearest to the caller that the response was seen on: there the PRACK would begin. */
static const struct scene_transaction *passed_up(struct judge *j, const struct scene_transaction *t,
                                                 int64_t rseq, const struct scene_message **copy)
{
    const struct scene_message *last;
    while (t->upstream && t->upstream->call == t->call &&
           copies_of(j, t->upstream, rseq, &last) > 0) {
        t = t->upstream;
        *copy = last;
    }
    return t;
}

/* Whether the caller takes reliable responses (RFC 3262 §3); an INVITE that was not captured may. */
static bool offers_100rel(const struct scene_message *invite)
{
    if (!invite || scene_cut(invite))
        return true;
    struct span rest = scene_sip(invite)->headers, name, value;
    while (sip_next_header(&rest, &name, &value))
        if ((sip_header_same(name, "Supported") || sip_header_same(name, "Require")) &&
            span_search(value, "100rel"))
            return true;
    return false;
}

static void prack_missing(struct judge *j)
{
    char by[ADDR_TEXT], to[ADDR_TEXT];
    EACH_MESSAGE(j, m) {
        const struct scene_transaction *t = m->txn;
        if (m->repeated || !is_reliable(m) || found_in_scene(j))
            continue;
        const struct scene_message *last = m;
        int64_t rseq = judge_seconds(scene_header(m, "RSeq"), -1);
        unsigned copies = copies_of(j, t, rseq, &last);
        if (copies < SENT_IN_VAIN || has_prack(j, t, rseq))
            continue;
        struct draft *d = judge_find(j, t, 95);
        d->time_ns = m->stored->time_ns;
        judge_address(&m->flow->src, by);
        const struct scene_message *passed = NULL;
        const struct scene_transaction *top = passed_up(j, t, rseq, &passed);
        bool offered = offers_100rel(top->request);
        draft_host(d, offered ? &top->client : &m->flow->src);
        judge_address(&top->client, to);
        draft_say(d, _("no PRACK from %s: reliable %u sent %u times"), to, m->stored->code, copies);
        draft_cause(d, _("%s does not support or send PRACK, or its PRACK is lost"), to);
        draft_remedy(d, _("Turn 100rel off at %s or at %s, or see where the PRACK of %s is lost"),
                     by, to, to);
        if (!offered) {
            draft_cause(d, _("%s asks for a PRACK, though the INVITE does not offer 100rel"), by);
            draft_remedy(d, _("Let %s send its %u without Require: 100rel, or offer 100rel at %s"),
                         by, m->stored->code, to);
            draft_proof(d, top->request, _("INVITE without 100rel in Supported or Require"));
        }
        draft_proof(d, m, _("%u from %s with RSeq: %lld and Require: 100rel"), m->stored->code, by,
                    (long long)rseq);
        draft_proof(d, passed, _("it reached %s, which sent no PRACK"), to);
        draft_proof(d, last, _("the last of %u copies"), copies);
        draft_proof(d, t->final, _("the INVITE ends with %u"), scene_final(t));
        draft_because(d, _("a PRACK on a path that is not captured would not be seen"));
    }
}

/* Changes that cross (RFC 3261 §14) */

/* The other side's request that was open when this one came. */
static const struct scene_transaction *crossing(struct judge *j, const struct scene_transaction *t)
{
    EACH_TRANSACTION(j, o) {
        int64_t end = o->ack ? o->ack->stored->time_ns : ended(o);
        if (o->call == t->call && o != t && is_refresh(o) && scene_in_dialog(o) &&
            !span_equal(scene_sip(o->request)->from_tag, scene_sip(t->first)->from_tag) &&
            begun(o) <= ended(t) && begun(o) > begun(t) - CROSSING_NS && end >= begun(t))
            return o;
    }
    return NULL;
}

static bool is_glare(const struct scene_transaction *t)
{
    return is_refresh(t) && scene_final(t) == 491 && scene_sip(t->first)->to_tag.n;
}

/* The refused side's next change within the time in which it is to try again (RFC 3261 §14.1). */
static const struct scene_transaction *tried_again(struct judge *j,
                                                   const struct scene_transaction *t)
{
    EACH_TRANSACTION(j, o)
        if (o > t && o->call == t->call && is_refresh(o) && o->request &&
            o->stored->cseq > t->stored->cseq && scene_same_client(o, t) &&
            begun(o) - ended(t) <= RETRY_NS)
            return o;
    return NULL;
}

static void tell_retry(struct judge *j, struct draft *d, const struct scene_transaction *t,
                       const char *side)
{
    char after[TIME_TEXT];
    const struct scene_transaction *o = tried_again(j, t);
    time_short(o ? begun(o) - ended(t) : 0, after);
    if (!o) {
        draft_say(d, _("both sides changed the session at once; no retry"));
        draft_remedy(
            d, _("See why %s did not try again: its change (hold, transfer, refresh) is lost"),
            side);
    } else if (scene_final(o) / 100 == 2) {
        draft_say(d, _("both sides changed the session at once; retried, accepted"));
        draft_remedy(d, _("Nothing to do: the retry %s later was accepted"), after);
    } else {
        draft_say(d, _("both sides changed the session at once; the retry got %u"), scene_final(o));
        draft_remedy(d, _("See the answer to the retry that came %s later"), after);
    }
    draft_proof(d, o ? o->request : NULL, _("sent again, %s later"), after);
    draft_proof(d, o ? o->final : NULL, _("%u to it"), o ? scene_final(o) : 0);
}

static void glare(struct judge *j)
{
    char a[ADDR_TEXT], b[ADDR_TEXT];
    EACH_TRANSACTION(j, t) {
        const struct scene_transaction *o = is_glare(t) ? crossing(j, t) : NULL;
        if (!o || judge_passed_on(t) || judge_found_in_call(j, t->call))
            continue;
        struct draft *d = judge_find(j, t, 100);
        judge_address(&t->client, a);
        judge_address(&o->client, b);
        draft_proof(d, o->request, _("%s from %s, still open"), sip_method_name(scene_method(o)),
                    b);
        draft_proof(d, t->request, _("%s from %s, refused"), sip_method_name(scene_method(t)), a);
        draft_proof(d, t->final, _("491 %.*s"), SPAN_ARG(judge_quote(scene_sip(t->final)->reason)));
        tell_retry(j, d, t, a);
    }
}

/* Transfer (RFC 3515) */

/* The code in `SIP/2.0 404 Not Found`; 0 where there is none. */
static unsigned fragment_code(struct span body, struct span *line)
{
    const char *at = span_search(body, "SIP/2.0 ");
    if (!at)
        return 0;
    struct span rest = span_make(at, span_end(body));
    const char *lf = span_find(rest, '\n');
    *line = span_trim(lf ? span_make(rest.p, lf) : rest);
    struct span code = { line->p + SIP_VERSION_SIZE,
                         line->n > SIP_VERSION_SIZE ? line->n - SIP_VERSION_SIZE : 0 };
    return (unsigned)judge_seconds(code, 0);
}

/* The REFER that the report belongs to. *refused: there was one, and none was accepted. */
static const struct scene_transaction *refer_of(struct judge *j, const struct scene_transaction *t,
                                                bool *refused)
{
    const struct scene_transaction *found = NULL;
    *refused = false;
    EACH_TRANSACTION(j, o) {
        if (o->call != t->call || scene_method(o) != SIP_REFER || begun(o) > begun(t))
            continue;
        *refused = !found && scene_final(o) >= 300;
        if (scene_final(o) < 300)
            found = o;
    }
    *refused = *refused && !found;
    return found;
}

static void transfer_failed(struct judge *j)
{
    EACH_TRANSACTION(j, t) {
        bool refused;
        struct span line = SPAN_NONE;
        if (scene_method(t) != SIP_NOTIFY || !t->request || t->upstream ||
            !span_starts(scene_sip(t->request)->content_type, "message/sipfrag"))
            continue;
        unsigned code = fragment_code(scene_sip(t->request)->body, &line);
        const struct scene_transaction *refer = refer_of(j, t, &refused);
        bool event = span_starts(scene_header(t->request, "Event"), "refer");
        if (code < 300 || code > 699 || refused || !(refer || event))
            continue;
        struct draft *d = judge_find(j, t, refer ? 100 : 90);
        struct span target = judge_quote(scene_header(refer ? refer->request : NULL, "Refer-To"));
        line = judge_quote(line);
        struct span answer = { line.p + SIP_VERSION_SIZE, line.n - SIP_VERSION_SIZE };
        struct sip_address place;
        sip_read_address(target, &place);
        d->time_ns = begun(t);
        draft_host(d, &t->client); /* it tried the target, and says what came of it */
        if (target.n)
            draft_say(d, _("transfer failed: %.*s for %.*s"), SPAN_ARG(answer),
                      SPAN_ARG(sip_user_at_host(&place)));
        else
            draft_say(d, _("transfer failed: %.*s"), SPAN_ARG(answer));
        draft_remedy(d, _("Look at the call to the transfer target, and at the page of %u"), code);
        if (refer)
            draft_proof(d, refer->request, _("REFER to %.*s"), SPAN_ARG(target));
        else
            draft_because(d, _("the REFER is not in this capture"));
        draft_proof(d, t->request, _("NOTIFY reports: %.*s"), SPAN_ARG(line));
    }
}

/* Events (RFC 6665) */

/* Servers send it to keep a path open: any answer will do. */
static bool is_keepalive(const struct scene_transaction *t)
{
    return scene_method(t) == SIP_NOTIFY &&
           span_starts(scene_header(t->request, "Event"), "keep-alive");
}

static void event_unsupported(struct judge *j)
{
    char by[ADDR_TEXT];
    EACH_TRANSACTION(j, t) {
        if (scene_final(t) != 489 || judge_passed_on(t) || is_keepalive(t))
            continue;
        struct draft *d = judge_find(j, t, 100);
        struct span event = judge_quote(scene_header(t->request, "Event"));
        struct span allowed = judge_quote(scene_header(t->final, "Allow-Events"));
        judge_address(&t->server, by);
        draft_say(d, _("event not known at %s: %.*s"), by, SPAN_ARG(event));
        draft_proof(d, t->request, _("%s with Event: %.*s"), sip_method_name(scene_method(t)),
                    SPAN_ARG(event));
        draft_proof(d, t->final,
                    allowed.n ? _("489, Allow-Events: %.*s") : _("489, without Allow-Events%.*s"),
                    SPAN_ARG(allowed));
    }
}

static void subscription_lost(struct judge *j)
{
    char by[ADDR_TEXT];
    EACH_TRANSACTION(j, t) {
        if (scene_method(t) != SIP_NOTIFY || scene_final(t) != 481 || judge_passed_on(t) ||
            is_keepalive(t))
            continue;
        struct draft *d = judge_find(j, t, 100);
        struct span event = judge_quote(scene_header(t->request, "Event"));
        judge_address(&t->server, by);
        draft_say(d, _("subscription lost at %s (%.*s)"), by, SPAN_ARG(event));
        draft_proof(d, t->request, _("NOTIFY with Event: %.*s"), SPAN_ARG(event));
        draft_proof(d, t->final, _("481 from %s"), by);
    }
}

static bool notified(struct judge *j, const struct scene_transaction *t)
{
    EACH_TRANSACTION(j, o)
        if (o->call == t->call && scene_method(o) == SIP_NOTIFY && begun(o) >= begun(t) &&
            begun(o) <= ended(t) + SIP_TIMEOUT_NS)
            return true;
    return false;
}

static void notify_missing(struct judge *j)
{
    char by[ADDR_TEXT];
    EACH_TRANSACTION(j, t) {
        if (scene_method(t) != SIP_SUBSCRIBE || scene_final(t) / 100 != 2 ||
            scene_final(t) == 204 || notified(j, t) || judge_found_in_call(j, t->call) ||
            !judge_waited(j, ended(t) + SIP_TIMEOUT_NS))
            continue;
        struct draft *d = judge_find(j, t, 90);
        struct span event = judge_quote(scene_header(t->request, "Event"));
        struct span contact = judge_quote(t->request ? scene_sip(t->request)->contact : SPAN_NONE);
        judge_address(&t->server, by);
        draft_say(d, _("no NOTIFY in 32 s after SUBSCRIBE (%.*s) to %s"), SPAN_ARG(event), by);
        draft_proof(d, t->request, _("SUBSCRIBE with Contact %.*s"), SPAN_ARG(contact));
        draft_proof(d, t->final, _("accepted with %u"), scene_final(t));
        draft_because(d, _("a NOTIFY on a path that is not captured would not be seen"));
    }
}

const struct rule rules_session[] = {
    { "session-expired", SCOPE_CALL, SEVERITY_ERROR, CALL_LONG_TIMED, session_expired,
      N_("The side that should refresh the session never did"),
      N_("Check who the refresher is, and whether its UPDATE or re-INVITE gets through") },
    { "session-refresh-failed", SCOPE_CALL, SEVERITY_ERROR, CALL_FAILED | CALL_SILENT,
      session_refresh_failed, N_("The refresh of the session was blocked or refused"),
      N_("See the answer to the refresh") },
    { "session-interval-too-small", SCOPE_TRANSACTION, SEVERITY_WARNING, CALL_FAILED,
      session_interval_too_small, N_("The client ignores the 422"),
      N_("Raise the client's session timer") },
    { "media-timeout-bye", SCOPE_CALL, SEVERITY_ERROR, CALL_BYE_REASON, media_timeout_bye,
      N_("No media reached the sender of the BYE"),
      N_("Treat it as one-way audio: addresses in SDP, NAT, firewall") },
    { "prack-missing", SCOPE_CALL, SEVERITY_ERROR, CALL_REPEATED, prack_missing,
      N_("The caller does not support or send PRACK"),
      N_("Turn 100rel off on one side, or correct the way of the PRACK") },
    { "glare", SCOPE_CALL, SEVERITY_NOTICE, CALL_FAILED, glare,
      N_("Both sides changed the session at once"),
      N_("Nothing to do if a retry succeeded within 10 s") },
    { "transfer-failed", SCOPE_CALL, SEVERITY_ERROR, CALL_TRANSFER, transfer_failed,
      N_("The call to the transfer target failed, as the code in the NOTIFY says"),
      N_("See the page of that code") },
    { "event-unsupported", SCOPE_TRANSACTION, SEVERITY_WARNING, CALL_FAILED, event_unsupported,
      N_("The notifier lacks the event package"),
      N_("Stop subscribing to it, or enable the package") },
    { "subscription-lost", SCOPE_TRANSACTION, SEVERITY_WARNING, CALL_FAILED, subscription_lost,
      N_("The subscriber forgot the subscription"), N_("Let the client subscribe again") },
    { "notify-missing", SCOPE_TRANSACTION, SEVERITY_WARNING, CALL_SUBSCRIBED, notify_missing,
      N_("The notifier cannot reach the subscriber"),
      N_("Check the subscriber's Contact, and NAT") },
    { 0 },
};
