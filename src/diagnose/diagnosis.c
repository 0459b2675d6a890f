/* See diagnosis.h: whose turn it is, and keeping what was found. */
#include "diagnose/diagnosis.h"

#include <stdlib.h>

#include "base/deadline.h"
#include "base/fetch.h"
#include "base/pool.h"
#include "base/strbuf.h"
#include "base/zeroed.h"
#include "diagnose/misses.h"
#include "diagnose/outcome.h"
#include "diagnose/private.h"
#include "diagnose/subjects.h"
#include "diagnose/suspects.h"
#include "store/filter.h"

/* What is known of a call; the stamp tells whether the id still means the same call. */
struct verdict {
    uint32_t stamp;
    uint32_t first; /* finding */
    uint32_t lead;
};

/* Counts of the latest capture time, a slice of it in each place of a ring. */
#define SLICE_S 10
#define SLICES (FINDING_RECENT_S / SLICE_S)
struct slice {
    int64_t number; /* the time in slices since 1970 */
    uint32_t found[UINT8_MAX + 1];
};

struct diagnosis {
    struct store *store;
    struct pool findings;
    struct subjects subjects;
    struct verdict *verdicts; /* by the ids of calls */
    size_t size;
    struct deadlines again; /* calls that a rule wants to see once more */
    struct suspects *suspects;
    struct misses misses;
    struct scene scene; /* of the latest look */
    struct finding_count counts[UINT8_MAX + 1];
    struct slice recent[SLICES];
    uint64_t version;
};

void diagnosis_tell(const struct diagnosis *d, const struct finding *f, struct store_found *found)
{
    *found = (struct store_found){ finding_rule_id(f->rule), finding_severity_name(f->severity),
                                   f->confidence, d->counts[f->rule].findings };
}

/* For the filter: the findings about a transaction, or about its whole call if it leads there. */
static bool tell_finding(const void *arg, uint32_t txn, unsigned i, struct store_found *found)
{
    const struct diagnosis *d = arg;
    const struct transaction *t = store_transaction(d->store, txn);
    for (uint32_t at = t ? diagnosis_of_call(d, t->call) : 0; at;) {
        const struct finding *f = diagnosis_finding(d, at);
        if (f->transaction == txn && !f->hidden && i-- == 0) {
            diagnosis_tell(d, f, found);
            return true;
        }
        at = f->next;
    }
    uint32_t why = t && t->why && i == 0 ? diagnosis_of_transaction(d, txn) : 0;
    if (why)
        diagnosis_tell(d, diagnosis_finding(d, why), found);
    return why != 0;
}

static const char *tell_outcome(const void *arg, uint32_t id)
{
    const struct diagnosis *d = arg;
    return call_outcome_name(call_end_of(d, d->store, id).outcome);
}

static bool tell_failed(const void *arg, uint32_t id)
{
    const struct diagnosis *d = arg;
    return call_end_failed(call_end_of(d, d->store, id));
}

static const struct store_knowledge knowledge = { tell_finding, tell_outcome, tell_failed };

static void name_rules(void)
{
    const char *ids[UINT8_MAX + 1] = { NULL };
    for (unsigned n = 1; n <= finding_rules(); n++)
        ids[n - 1] = finding_rule_id((uint8_t)n);
    filter_name_findings(ids);
}

struct diagnosis *diagnosis_new(struct store *store)
{
    struct diagnosis *d = calloc(1, sizeof *d);
    if (!d)
        return NULL;
    d->store = store;
    d->suspects = suspects_new();
    pool_init(&d->findings, sizeof(struct finding));
    subjects_init(&d->subjects, &d->findings);
    store_ask(store, &knowledge, d);
    name_rules();
    return d;
}

void diagnosis_clear(struct diagnosis *d)
{
    subjects_free(&d->subjects);
    pool_destroy(&d->findings);
    pool_init(&d->findings, sizeof(struct finding));
    subjects_init(&d->subjects, &d->findings);
    zeroed_free(d->verdicts, d->size * sizeof *d->verdicts);
    d->verdicts = NULL;
    d->size = 0;
    deadlines_free(&d->again);
    suspects_free(d->suspects);
    d->suspects = suspects_new();
    d->misses = (struct misses){ .looked_ns = 0 };
    memset(d->counts, 0, sizeof d->counts);
    memset(d->recent, 0, sizeof d->recent);
    d->version++;
}

void diagnosis_free(struct diagnosis *d)
{
    if (!d)
        return;
    store_ask(d->store, NULL, NULL);
    subjects_free(&d->subjects);
    pool_destroy(&d->findings);
    zeroed_free(d->verdicts, d->size * sizeof *d->verdicts);
    deadlines_free(&d->again);
    suspects_free(d->suspects);
    scene_free(&d->scene);
    free(d);
}

static struct finding *finding_at(const struct diagnosis *d, uint32_t id)
{
    return pool_at(&d->findings, id);
}

/* Keeping */

/* The place of a time in the ring; NULL when it is older than what stands there. */
static struct slice *slice_of(struct diagnosis *d, int64_t time_ns)
{
    int64_t number = time_ns / (SLICE_S * SECOND_NS);
    struct slice *slice = &d->recent[(uint64_t)number % SLICES];
    if (slice->number < number)
        *slice = (struct slice){ .number = number };
    return slice->number == number ? slice : NULL;
}

/* Less than its rule says. */
static bool is_demoted(const struct finding *f)
{
    return f->severity < rule_at(f->rule)->severity;
}

static void count(struct diagnosis *d, const struct finding *f)
{
    struct finding_count *c = &d->counts[f->rule];
    struct slice *slice = slice_of(d, f->time_ns);
    c->findings++;
    c->notices += is_demoted(f);
    if (!c->first_ns || f->time_ns < c->first_ns)
        c->first_ns = f->time_ns;
    if (f->time_ns > c->last_ns)
        c->last_ns = f->time_ns;
    if (slice && !is_demoted(f))
        slice->found[f->rule]++;
}

static void count_back(struct diagnosis *d, const struct finding *f)
{
    struct slice *slice = slice_of(d, f->time_ns);
    d->counts[f->rule].findings--;
    d->counts[f->rule].notices -= is_demoted(f);
    if (slice && !is_demoted(f) && slice->found[f->rule] > 0)
        slice->found[f->rule]--;
}

/* `counted`: it stays so, though it has gone. */
static void drop(struct diagnosis *d, uint32_t id, bool counted)
{
    struct finding *f = finding_at(d, id);
    bool last = subjects_remove(&d->subjects, id); /* of what is counted once */
    if (!counted && !f->hidden && last)
        count_back(d, f);
    f->rule = 0;
    pool_release(&d->findings, id);
}

static void drop_list(struct diagnosis *d, struct verdict *v, bool counted)
{
    for (uint32_t id = v->first; id;) {
        uint32_t next = finding_at(d, id)->next;
        drop(d, id, counted);
        id = next;
    }
    v->first = v->lead = 0;
}

/* The call's place. What an evicted call of the same id had left stays counted. */
static struct verdict *verdict_of(struct diagnosis *d, uint32_t call)
{
    uint32_t stamp = (uint32_t)store_call(d->store, call)->seq;
    d->verdicts = zeroed_room(d->verdicts, &d->size, call, sizeof *d->verdicts);
    struct verdict *v = &d->verdicts[call];
    if (v->stamp != stamp) {
        drop_list(d, v, true);
        v->stamp = stamp;
    }
    return v;
}

static const struct verdict *verdict_find(const struct diagnosis *d, uint32_t call)
{
    const struct call *c = store_call(d->store, call);
    if (!c || call >= d->size || d->verdicts[call].stamp != (uint32_t)c->seq)
        return NULL;
    return &d->verdicts[call];
}

/* Findings about transactions that have moved out of a long call's window stay as they are. */
static void drop_seen(struct diagnosis *d, const struct scene *scene, struct verdict *v)
{
    uint32_t kept = 0;
    for (uint32_t id = v->first; id;) {
        struct finding *f = finding_at(d, id);
        uint32_t next = f->next;
        bool seen = !store_transaction(d->store, f->transaction);
        for (size_t i = 0; i < scene->ntransactions && !seen; i++)
            seen = scene->transactions[i].id == f->transaction;
        if (seen) {
            drop(d, id, false);
        } else {
            f->leads = false;
            f->next = kept;
            kept = id;
        }
        id = next;
    }
    v->first = kept;
    v->lead = 0;
}

static uint32_t keep(struct diagnosis *d, const struct draft *draft)
{
    uint32_t id = pool_alloc(&d->findings);
    if (!id)
        return 0;
    struct verdict *v = verdict_of(d, draft->call->id);
    *finding_at(d, id) = (struct finding){ .call = draft->call->id,
                                           .transaction = draft->txn->id,
                                           .next = v->first,
                                           .rule = draft->rule,
                                           .severity = draft->severity,
                                           .confidence = draft->confidence,
                                           .hidden = draft->hidden,
                                           .code = draft->code,
                                           .time_ns = draft->time_ns,
                                           .host = draft->host,
                                           .endpoint = draft->endpoint };
    v->first = id;
    if (!draft->hidden && subjects_add(&d->subjects, id, draft->about))
        count(d, finding_at(d, id));
    return id;
}

/* Whether a finding about another transaction of the call is about this one, too. */
static bool concerns(const struct judge *j, const struct draft *d,
                     const struct scene_transaction *t)
{
    return d->concerns && d->call == t->call && d->concerns(j, t);
}

/* The worst finding about one transaction that is no mere notice of an error; among equals the lead. */
static const struct draft *worst_about(const struct judge *j, const struct scene_transaction *t,
                                       int lead)
{
    const struct draft *own = NULL;
    for (size_t i = 0; i < j->ndrafts; i++) {
        const struct draft *one = &j->drafts[i];
        if ((one->txn == t || concerns(j, one, t)) && !one->hidden &&
            one->severity == rule_at(one->rule)->severity &&
            (!own || one->severity > own->severity || (int)i == lead))
            own = one;
    }
    return own;
}

/*
 * A transaction shows its own finding, or what explains it. One that ended badly and has none, or only
 * what stands beside its end, shows what was found about the answer that it passed on, else what leads.
 */
static uint8_t why_of(const struct scene_transaction *t, const struct judge *j, int lead)
{
    const struct draft *first = lead >= 0 ? &j->drafts[lead] : NULL;
    const struct draft *own = worst_about(j, t, lead);
    bool badly = sip_class_failed(t->stored->class) || t->stored->class == SIP_CLASS_CANCELLED;
    if (badly && first && (!own || relate_bystander(own))) {
        const struct scene_transaction *origin = judge_origin(t);
        const struct draft *there = origin == t ? NULL : worst_about(j, origin, lead);
        if (there && there->severity >= first->severity)
            own = there;
        else if (!own)
            own = first;
    }
    if (own && first && relate_explains(first, own))
        own = first;
    return own ? own->rule : 0;
}

static void keep_all(struct diagnosis *d, const struct scene *scene, const struct judge *j,
                     int lead)
{
    uint32_t lead_id = 0;
    for (size_t i = 0; i < scene->ncalls; i++) {
        struct verdict *v = verdict_of(d, scene->calls[i].id);
        if (v->first)
            d->version++;
        drop_seen(d, scene, v);
    }
    for (size_t i = 0; i < j->ndrafts; i++) {
        uint32_t id = keep(d, &j->drafts[i]);
        if (id && (int)i == lead) {
            finding_at(d, id)->leads = true;
            lead_id = id;
        }
    }
    for (size_t i = 0; i < scene->ncalls; i++)
        verdict_of(d, scene->calls[i].id)->lead = lead_id;
    for (size_t i = 0; i < scene->ntransactions; i++)
        store_set_why(d->store, scene->transactions[i].id,
                      why_of(&scene->transactions[i], j, lead));
    d->version += j->ndrafts > 0;
}

/* Looking */

static void look_again(struct diagnosis *d, uint32_t call, int64_t due_ns)
{
    deadlines_push(&d->again,
                   (struct deadline){ due_ns, call, (uint32_t)store_call(d->store, call)->seq });
}

/* Calls that belong to what has just become suspicious are looked at anew. */
static void learn(struct diagnosis *d)
{
    uint32_t txns[SUSPECT_LIMIT * 2];
    size_t n = suspects_learn(d->suspects, &d->scene, txns, SUSPECT_LIMIT * 2);
    for (size_t i = 0; i < n; i++) {
        const struct transaction *t = store_transaction(d->store, txns[i]);
        if (t)
            look_again(d, t->call, store_now(d->store));
    }
}

static void look(struct diagnosis *d, uint32_t call, bool ended)
{
    static struct judge j; /* large, and never two at once */
    if (call < d->size)
        fetch(&d->verdicts[call]); /* for keep_all() */
    scene_make(&d->scene, d->store, call, store_now(d->store));
    d->scene.ended = ended;
    learn(d);
    judge_scene(&j, &d->scene, d->suspects, &d->misses, 0, false);
    keep_all(d, &d->scene, &j, relate_drafts(j.drafts, j.ndrafts));
    if (j.again_ns != INT64_MAX && !ended)
        look_again(d, call, j.again_ns);
    judge_free(&j);
}

/* A call for which a rule has waited. */
static uint32_t take_again(struct diagnosis *d, int64_t now_ns)
{
    struct deadline due;
    while (deadlines_pop(&d->again, now_ns, &due) == 0) {
        const struct call *call = store_call(d->store, due.id);
        if (call && (uint32_t)call->seq == due.stamp)
            return due.id;
    }
    return 0;
}

bool diagnosis_run(struct diagnosis *d, size_t most, bool ended)
{
    for (; most > 0; most--) {
        uint32_t call = store_attention(d->store, ended);
        if (!call)
            call = take_again(d, ended ? INT64_MAX : store_now(d->store));
        if (!call)
            return false;
        look(d, call, ended);
    }
    return true;
}

void diagnosis_look(struct diagnosis *d, uint32_t call)
{
    if (store_call_waits(d->store, call))
        look(d, call, false);
}

/* Asking */

uint64_t diagnosis_version(const struct diagnosis *d)
{
    return d->version;
}

const struct finding *diagnosis_finding(const struct diagnosis *d, uint32_t id)
{
    if (id == 0 || id >= d->findings.next)
        return NULL;
    const struct finding *f = finding_at(d, id);
    const struct verdict *v = f->rule ? verdict_find(d, f->call) : NULL;
    return v ? f : NULL;
}

uint32_t diagnosis_end(const struct diagnosis *d)
{
    return d->findings.next;
}

uint32_t diagnosis_of_call(const struct diagnosis *d, uint32_t call)
{
    const struct verdict *v = verdict_find(d, call);
    return v ? v->first : 0;
}

struct finding_subject diagnosis_subject(const struct diagnosis *d, const struct finding *f)
{
    return f->subject ? subjects_of(&d->subjects, f)
                      : (struct finding_subject){ 1, f->time_ns, f->time_ns };
}

uint32_t diagnosis_lead(const struct diagnosis *d, uint32_t call)
{
    const struct verdict *v = verdict_find(d, call);
    return v && diagnosis_finding(d, v->lead) ? v->lead : 0;
}

uint32_t diagnosis_of_transaction(const struct diagnosis *d, uint32_t id)
{
    const struct transaction *t = store_transaction(d->store, id);
    if (!t || !t->why)
        return 0;
    uint32_t fallback = 0;
    for (uint32_t at = diagnosis_of_call(d, t->call); at; at = finding_at(d, at)->next) {
        const struct finding *f = finding_at(d, at);
        if (f->rule == t->why && f->transaction == id)
            return at;
        if (f->rule == t->why)
            fallback = at;
    }
    uint32_t lead = diagnosis_lead(d, t->call);
    return lead && finding_at(d, lead)->rule == t->why ? lead : fallback;
}

enum finding_severity finding_count_severity(uint8_t rule, const struct finding_count *count)
{
    return count->findings > count->notices ? finding_rule_severity(rule) : SEVERITY_NOTICE;
}

struct finding_count diagnosis_count(const struct diagnosis *d, uint8_t rule)
{
    return d->counts[rule];
}

static uint64_t found_lately(const struct diagnosis *d, uint8_t rule)
{
    int64_t now = store_now(d->store) / (SLICE_S * SECOND_NS);
    uint64_t n = 0;
    for (size_t i = 0; i < SLICES; i++)
        n += d->recent[i].number > now - SLICES ? d->recent[i].found[rule] : 0;
    return n;
}

struct finding_top diagnosis_top(const struct diagnosis *d, bool recent)
{
    struct finding_top top = { 0, 0 };
    for (unsigned rule = 1; rule <= finding_rules(); rule++) {
        uint64_t n = recent ? found_lately(d, (uint8_t)rule)
                            : d->counts[rule].findings - d->counts[rule].notices;
        if (finding_rule_severity((uint8_t)rule) == SEVERITY_ERROR && n > top.findings)
            top = (struct finding_top){ (uint8_t)rule, n };
    }
    return top;
}

/* Putting into words */

static bool same_finding(const struct draft *d, const struct finding *f)
{
    return d->txn->id == f->transaction && d->call->id == f->call &&
           addr_equal(&d->endpoint, &f->endpoint);
}

/* By time; a packet that is no message stays behind the message that it was told after. */
static void sort_proofs(struct finding_text *text, const struct store *store)
{
    int64_t times[FINDING_PROOFS];
    for (size_t i = 0; i < text->nproofs; i++) {
        const struct message *m = store_message(store, text->proofs[i].message);
        times[i] = m ? m->time_ns : i ? times[i - 1] : INT64_MIN;
    }
    for (size_t i = 1; i < text->nproofs; i++)
        for (size_t k = i; k > 0 && times[k - 1] > times[k]; k--) {
            int64_t time = times[k];
            struct finding_proof proof = text->proofs[k];
            times[k] = times[k - 1];
            text->proofs[k] = text->proofs[k - 1];
            times[k - 1] = time;
            text->proofs[k - 1] = proof;
        }
}

static void take_texts(struct finding_text *text, struct draft *draft)
{
    if (draft->confidence < FINDING_SURE && draft->summary && !draft->certain)
        text->summary = mem_format(_("probably %s"), draft->summary);
    else
        text->summary = draft->summary ? mem_text(draft->summary) : NULL;
    text->own_cause = draft->cause;
    text->because = draft->because;
    text->own_remedy = draft->remedy;
    text->nproofs = draft->nproofs;
    for (size_t i = 0; i < draft->nproofs; i++) {
        text->proofs[i].message = draft->proofs[i].message ? draft->proofs[i].message->id : 0;
        text->proofs[i].frame = draft->proofs[i].frame;
        text->proofs[i].source = draft->proofs[i].source;
        text->proofs[i].text = draft->proofs[i].text ? draft->proofs[i].text : mem_text("");
    }
    draft->cause = draft->because = draft->remedy = NULL;
    draft->nproofs = 0;
}

int diagnosis_explain(const struct diagnosis *d, uint32_t id, struct finding_text *text)
{
    const struct finding *f = diagnosis_finding(d, id);
    struct scene scene = { 0 };
    struct misses misses = d->misses;
    static struct judge j;
    memset(text, 0, sizeof *text);
    if (!f)
        return -1;
    scene_make(&scene, d->store, f->call, store_now(d->store));
    scene.ended = true; /* what needed the end has been found */
    misses.ended = true;
    judge_scene(&j, &scene, d->suspects, &misses, f->rule, true);
    for (size_t i = 0; i < j.ndrafts && !text->summary; i++)
        if (same_finding(&j.drafts[i], f))
            take_texts(text, &j.drafts[i]);
    text->cause = text->own_cause ? text->own_cause : tr(rule_at(f->rule)->cause);
    text->remedy = text->own_remedy ? text->own_remedy : tr(rule_at(f->rule)->remedy);
    sort_proofs(text, d->store);
    if (!text->summary) /* what it stood on has been evicted, or lies before the window */
        text->summary = mem_text(text->cause);
    judge_free(&j);
    scene_free(&scene);
    return 0;
}

void finding_text_free(struct finding_text *text)
{
    for (size_t i = 0; i < text->nproofs; i++)
        free(text->proofs[i].text);
    free(text->summary);
    free(text->because);
    free(text->own_cause);
    free(text->own_remedy);
    memset(text, 0, sizeof *text);
}
