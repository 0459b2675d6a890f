/* What rules are given: making findings, and the questions that several of them ask. See rule.h. */
#include <stdarg.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/text.h"
#include "diagnose/private.h"
#include "sip/fields.h"
#include "store/event.h"
#include "store/names.h"

#define QUOTE 80

struct draft *judge_find(struct judge *j, const struct scene_transaction *t, unsigned confidence)
{
    /* beyond the limit the last place is written again: a scene full of findings says enough */
    struct draft *d = &j->drafts[j->ndrafts < JUDGE_DRAFTS ? j->ndrafts : JUDGE_DRAFTS - 1];
    if (j->ndrafts == JUDGE_DRAFTS)
        draft_clear(d);
    else
        j->ndrafts++;
    *d = (struct draft){ .rule = j->rule,
                         .confidence = (uint8_t)confidence,
                         .severity = rule_at(j->rule)->severity,
                         .code = scene_final(t),
                         .txn = t,
                         .call = t->call,
                         .time_ns = (t->final ? t->final : t->first)->stored->time_ns };
    d->texts = j->texts;
    draft_host(d, &t->server);
    return d;
}

bool judge_found_in_call(const struct judge *j, const struct scene_call *call)
{
    for (size_t i = 0; i < j->ndrafts; i++)
        if (j->drafts[i].rule == j->rule && j->drafts[i].call == call)
            return true;
    return false;
}

bool judge_found_request(const struct judge *j, const struct scene_transaction *t)
{
    for (size_t i = 0; i < j->ndrafts; i++)
        if (j->drafts[i].rule == j->rule && j->drafts[i].call == t->call &&
            j->drafts[i].txn->stored->cseq == t->stored->cseq)
            return true;
    return false;
}

bool judge_begins_call(const struct scene_transaction *t)
{
    return scene_method(t) == SIP_INVITE && !scene_in_dialog(t);
}

void judge_again(struct judge *j, int64_t time_ns)
{
    if (time_ns < j->again_ns)
        j->again_ns = time_ns;
}

bool judge_waited(struct judge *j, int64_t time_ns)
{
    if (j->scene->now_ns >= time_ns)
        return true;
    judge_again(j, time_ns);
    return false;
}

bool judge_over(struct judge *j, int64_t time_ns)
{
    return j->scene->ended || judge_waited(j, time_ns);
}

static void set_text(struct draft *d, char **text, const char *format, va_list args)
{
    if (!d->texts)
        return;
    free(*text);
    *text = mem_format_args(format, args);
}

void draft_say(struct draft *d, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    set_text(d, &d->summary, format, args);
    va_end(args);
}

void draft_state(struct draft *d, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    set_text(d, &d->summary, format, args);
    va_end(args);
    d->certain = true;
}

void draft_cause(struct draft *d, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    set_text(d, &d->cause, format, args);
    va_end(args);
}

void draft_because(struct draft *d, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    set_text(d, &d->because, format, args);
    va_end(args);
}

void draft_harmless(struct draft *d, const char *why)
{
    d->severity = SEVERITY_NOTICE;
    draft_because(d, "%s", why);
}

void draft_remedy(struct draft *d, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    set_text(d, &d->remedy, format, args);
    va_end(args);
}

static void add_proof(struct draft *d, uint32_t frame, uint16_t source, const char *format,
                      va_list args)
{
    d->proofs[d->nproofs].message = NULL;
    d->proofs[d->nproofs].frame = frame;
    d->proofs[d->nproofs].source = source;
    d->proofs[d->nproofs].text = NULL;
    set_text(d, &d->proofs[d->nproofs++].text, format, args);
}

void draft_proof(struct draft *d, const struct scene_message *m, const char *format, ...)
{
    va_list args;
    if (!m || d->nproofs == FINDING_PROOFS)
        return;
    va_start(args, format);
    add_proof(d, m->stored->frame, m->stored->source, format, args);
    va_end(args);
    d->proofs[d->nproofs - 1].message = m;
}

void draft_frame(struct draft *d, uint32_t frame, uint16_t source, const char *format, ...)
{
    va_list args;
    if (d->nproofs == FINDING_PROOFS)
        return;
    va_start(args, format);
    add_proof(d, frame, source, format, args);
    va_end(args);
}

void draft_host(struct draft *d, const struct addr *address)
{
    d->host = *address;
    d->host.port = 0;
}

void draft_endpoint(struct draft *d, const struct addr *address)
{
    draft_host(d, address);
    d->endpoint = d->host;
}

void draft_about(struct draft *d, uint64_t hash)
{
    d->about = hash;
}

void draft_clear(struct draft *d)
{
    for (size_t i = 0; i < d->nproofs; i++)
        free(d->proofs[i].text);
    free(d->summary);
    free(d->cause);
    free(d->because);
    free(d->remedy);
    memset(d, 0, sizeof *d);
}

bool judge_passed_on(const struct scene_transaction *t)
{
    return judge_origin(t) != t;
}

bool judge_is_failure(uint16_t code)
{
    return code >= 400 && code != 487 && sip_class_of(code) != SIP_CLASS_CHALLENGE;
}

bool judge_is_probe(const struct scene_transaction *t)
{
    if (!t->request || scene_in_dialog(t))
        return false;
    return scene_method(t) == SIP_OPTIONS ||
           (scene_method(t) == SIP_NOTIFY &&
            span_starts(scene_header(t->request, "Event"), "keep-alive"));
}

bool judge_came_through(const struct judge *j, const struct scene_transaction *t)
{
    EACH_TRANSACTION(j, o)
        if (o > t && o->call == t->call && scene_method(o) == scene_method(t) &&
            o->stored->cseq > t->stored->cseq && scene_final(o) / 100 == 2)
            return true;
    return false;
}

bool judge_answered_elsewhere(const struct scene_transaction *t)
{
    for (const struct scene_transaction *up = t->upstream; up; up = up->upstream)
        if (scene_final(up) / 100 == 2)
            return true;
    return false;
}

/* Whether the answer further on is why this hop got its own: of the same class, or another code
 * for it at once. A branch that was cancelled explains only a 487. */
static bool same_fate(const struct scene_transaction *up, const struct scene_transaction *down)
{
    uint16_t above = scene_final(up), below = scene_final(down);
    if (below < 300 || (below == 487) != (above == 487))
        return false;
    int64_t later = up->final->stored->time_ns - down->final->stored->time_ns;
    return later >= -SECOND_NS / 2 &&
           (below / 100 == above / 100 ||
            (judge_is_failure(below) && judge_is_failure(above) && later <= 2 * SECOND_NS));
}

/* Of the branches that explain the answer one with its very code, else the latest. */
static const struct scene_transaction *explaining_branch(const struct scene_transaction *t)
{
    const struct scene_transaction *found = NULL;
    for (const struct scene_transaction *o = t->final ? t->downstream : NULL; o; o = o->branch)
        if (same_fate(t, o) && !(found && scene_final(found) == scene_final(t)))
            found = o;
    return found;
}

const struct scene_transaction *judge_origin(const struct scene_transaction *t)
{
    const struct scene_transaction *further;
    while ((further = explaining_branch(t)) != NULL)
        t = further;
    return t;
}

const struct scene_transaction *judge_beginning(const struct scene_transaction *t)
{
    while (t->upstream && t->upstream->call == t->call)
        t = t->upstream;
    return t;
}

bool judge_same_host(struct span a, struct span b)
{
    struct addr x, y;
    if (addr_read(a, &x) == 0 && addr_read(b, &y) == 0)
        return addr_same_host(&x, &y);
    return span_same(sip_host_name(a), sip_host_name(b));
}

bool judge_private_from_public(struct span host, const struct addr *source)
{
    struct addr a;
    bool known = source->family != 0; /* a log may not say whom it speaks of */
    return addr_read(host, &a) == 0 && addr_private(&a) && known && !addr_private(source);
}

const struct scene_transaction *judge_next(const struct judge *j, const struct scene_transaction *t,
                                           uint8_t method)
{
    const struct scene_transaction *end = j->scene->transactions + j->scene->ntransactions;
    while (++t < end)
        if (t->stored->method == method)
            return t;
    return NULL;
}

/* Whether an ACK is the one to another branch's 2xx, by the To tag. */
static bool answers_another(const struct judge *j, const struct scene_transaction *ack,
                            const struct scene_transaction *t)
{
    struct span tag = scene_sip(ack->request)->to_tag;
    if (!t->final || span_equal(tag, scene_sip(t->final)->to_tag))
        return false;
    EACH_TRANSACTION(j, o)
        if (o != t && o->call == t->call && scene_answered(o) &&
            o->stored->cseq == t->stored->cseq && span_equal(scene_sip(o->final)->to_tag, tag))
            return true;
    return false;
}

bool judge_acknowledged(const struct judge *j, const struct scene_transaction *t)
{
    EACH_TRANSACTION(j, a) {
        if (a->call != t->call || !scene_is_ack(a) || a->stored->cseq != t->stored->cseq)
            continue;
        if (answers_another(j, a, t))
            continue;
        if (scene_same_hop(a, t))
            return true;
        bool quiet = t->last->stored->time_ns < a->first->stored->time_ns + SECOND_NS / 4;
        if (scene_same_client(a, t) && quiet)
            return true;
    }
    return false;
}

bool judge_unheard(const struct judge *j, const struct scene_transaction *t)
{
    const struct connection *c = NULL;
    if (t->responses > 0)
        return false;
    if (scene_unreliable(t))
        return t->sent < SENT_IN_VAIN;
    while ((c = store_connection(j->scene->store, &t->client, &t->server, c)) != NULL)
        if (c->unheard && c->client.port == t->client.port)
            return true;
    return false;
}

int64_t judge_seconds(struct span value, int64_t missing)
{
    uint64_t n;
    return sip_read_seconds(value, INT32_MAX, &n) ? (int64_t)n : missing;
}

const char *judge_address(const struct addr *a, char *buf)
{
    static const char usual[] = ":5060";
    names_format(a, buf);
    size_t n = strlen(buf), cut = strlen(usual);
    if (n > cut && strcmp(buf + n - cut, usual) == 0)
        buf[n - cut] = '\0';
    return buf;
}

struct span judge_quote(struct span text)
{
    return text_head(text, QUOTE);
}
