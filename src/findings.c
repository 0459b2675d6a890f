/* See findings.h. */
#include "findings.h"

#include <stdlib.h>

#include "base/strbuf.h"
#include "base/text.h"
#include "base/timefmt.h"
#include "base/tr.h"
#include "knowledge.h"
#include "store/link.h"

/* One entry of a report: a finding; those about the same thing of an endpoint stand together. */
struct entry {
    const struct finding *finding;
    uint32_t id;
};

struct entries {
    struct entry *all;
    size_t n;
    const struct diagnosis *diagnosis;
    const struct store *store;
    const struct help *help; /* of which rules have their names; NULL for programs */
};

static const struct diagnosis *diagnosis_of(const struct session *session)
{
    return session->pipeline.diagnosis;
}

/* The worst first, then rules together, an endpoint's together, then by time. */
static int by_weight(const void *a, const void *b)
{
    const struct finding *x = ((const struct entry *)a)->finding;
    const struct finding *y = ((const struct entry *)b)->finding;
    if (x->severity != y->severity)
        return x->severity > y->severity ? -1 : 1;
    if (x->rule != y->rule)
        return x->rule < y->rule ? -1 : 1;
    int endpoint = memcmp(&x->endpoint, &y->endpoint, sizeof x->endpoint);
    if (endpoint)
        return endpoint;
    if (x->subject != y->subject)
        return x->subject < y->subject ? -1 : 1;
    if (x->time_ns != y->time_ns)
        return x->time_ns < y->time_ns ? -1 : 1;
    return x->transaction < y->transaction ? -1 : x->transaction > y->transaction;
}

/* What filters ask of findings is asked of this one. */
static bool fits(const struct entries *e, const struct finding *f, const struct filter *filter)
{
    struct store_found found;
    const struct filter_focus focus = { .finding = &found };
    diagnosis_tell(e->diagnosis, f, &found);
    return !filter || filter_match_one(filter, e->store, f->transaction, &focus);
}

static struct entries gather(const struct session *session, const struct filter *filter)
{
    const struct diagnosis *d = diagnosis_of(session);
    struct entries e = { .all = mem_alloc((diagnosis_end(d) + 1) * sizeof *e.all),
                         .diagnosis = d,
                         .store = session->pipeline.store };
    for (uint32_t id = 1; id < diagnosis_end(d); id++) {
        const struct finding *f = diagnosis_finding(d, id);
        if (f && !f->hidden && fits(&e, f, filter))
            e.all[e.n++] = (struct entry){ f, id };
    }
    qsort(e.all, e.n, sizeof *e.all, by_weight);
    return e;
}

/* How many entries from `i` on are one finding: those about the same thing of an endpoint. */
static size_t same_subject(const struct entries *e, size_t i)
{
    uint32_t subject = e->all[i].finding->subject;
    size_t n = 1;
    while (subject && i + n < e->n && e->all[i + n].finding->subject == subject)
        n++;
    return n;
}

static struct span call_id_of(const struct store *store, uint32_t call, struct sip_message *sip)
{
    const struct call *c = store_call(store, call);
    const struct transaction *t = c ? store_transaction(store, c->window) : NULL;
    return t && store_scan(store, transaction_head(t), sip) == 0 ? sip->call_id : SPAN_NONE;
}

/* All legs of the calls that the entries are about, each once. */
static json_t *json_call_ids(const struct entries *e, size_t i, size_t n)
{
    struct sip_message sip;
    json_t *list = json_array(), *seen = json_object();
    for (size_t k = i; k < i + n; k++) {
        uint32_t ids[8];
        size_t legs = link_group(e->store, e->all[k].finding->call, ids, 8);
        for (size_t leg = 0; leg < legs; leg++) {
            json_t *id = json_text(call_id_of(e->store, ids[leg], &sip));
            if (!json_object_get(seen, json_string_value(id))) {
                json_object_set_new(seen, json_string_value(id), json_true());
                json_array_append(list, id);
            }
            json_decref(id);
        }
    }
    json_decref(seen);
    return list;
}

static void put_proofs(json_t *o, const struct finding_text *text)
{
    json_t *frames = json_array(), *evidence = json_array();
    for (size_t i = 0; i < text->nproofs; i++) {
        json_t *one = json_object();
        json_put_number(one, "frame", text->proofs[i].frame);
        json_put_number(one, "source", text->proofs[i].source);
        json_put(one, "text", SPAN(text->proofs[i].text));
        if (i == 0 || text->proofs[i].frame != text->proofs[i - 1].frame)
            json_array_append_new(frames, json_integer(text->proofs[i].frame));
        json_array_append_new(evidence, one);
    }
    json_object_set_new(o, "messages", frames);
    json_object_set_new(o, "evidence", evidence);
}

static json_t *json_entry(const struct entries *e, size_t i, size_t n)
{
    const struct finding *f = e->all[i].finding;
    struct finding_text text;
    struct sip_message sip;
    char host[ADDR_TEXT], when[TIME_TEXT];
    json_t *o = json_object();
    diagnosis_explain(e->diagnosis, e->all[i].id, &text);
    json_put(o, "rule", SPAN(finding_rule_id(f->rule)));
    json_put(o, "severity", SPAN(finding_severity_name(f->severity)));
    json_object_set_new(o, "confidence", json_real(f->confidence / 100.0));
    if (text.because)
        json_put(o, "because", SPAN(text.because));
    json_put(o, "time", SPAN(time_iso(f->time_ns, when)));
    json_put(o, "call_id", call_id_of(e->store, f->call, &sip));
    json_object_set_new(o, "call_ids", json_call_ids(e, i, n));
    json_object_set_new(o, "host",
                        f->host.family ? json_string(addr_host(&f->host, host)) : json_null());
    json_object_set_new(o, "endpoint",
                        f->endpoint.family ? json_string(addr_host(&f->endpoint, host))
                                           : json_null());
    const struct transaction *t = store_transaction(e->store, f->transaction);
    json_put(o, "transaction",
             store_scan(e->store, transaction_head(t), &sip) == 0 ? sip.branch : SPAN_NONE);
    put_proofs(o, &text);
    json_object_set_new(o, "code", f->code ? json_integer(f->code) : json_null());
    json_object_set_new(o, "leads", json_boolean(f->leads));
    json_put_number(o, "count", n);
    json_put(o, "last", SPAN(time_iso(e->all[i + n - 1].finding->time_ns, when)));
    json_put(o, "summary", SPAN(text.summary));
    json_put(o, "cause", SPAN(text.cause));
    json_put(o, "remedy", SPAN(text.remedy));
    finding_text_free(&text);
    return o;
}

json_t *findings_json(const struct session *session)
{
    struct entries e = gather(session, NULL);
    json_t *list = json_array();
    for (size_t i = 0, n; i < e.n; i += n) {
        n = same_subject(&e, i);
        json_array_append_new(list, json_entry(&e, i, n));
    }
    free(e.all);
    return list;
}

static void print_visible(const char *label, const char *text)
{
    struct strbuf visible = STRBUF_INIT;
    text_visible(&visible, SPAN(text), true);
    printf("%s%s\n", label, strbuf_str(&visible));
    strbuf_free(&visible);
}

/* Where it was found: the Call-ID, and how often since. */
static void put_place(const struct entries *e, size_t i, size_t n, struct strbuf *out)
{
    char when[TIME_TEXT];
    struct sip_message sip;
    struct span id = call_id_of(e->store, e->all[i].finding->call, &sip);
    strbuf_format(out, "  (%.*s", SPAN_ARG(id));
    if (n > 1)
        strbuf_format(out, _("; %zu times until %s"), n,
                      time_clock(e->all[i + n - 1].finding->time_ns, when));
    strbuf_text(out, ")");
}

#define EXAMPLES 5 /* of a rule, in the report for people */

/* With what to do, unless that has just been told (*told: what was). */
static void print_example(const struct entries *e, size_t i, size_t n, char **told)
{
    struct finding_text text;
    char when[TIME_TEXT];
    struct strbuf line = STRBUF_INIT;
    const struct finding *f = e->all[i].finding;
    diagnosis_explain(e->diagnosis, e->all[i].id, &text);
    if (!*told || strcmp(*told, text.remedy) != 0) {
        print_visible("      -> ", text.remedy);
        free(*told);
        *told = mem_text(text.remedy);
    }
    strbuf_format(&line, "%s  %s", time_date(f->time_ns, when), text.summary);
    put_place(e, i, n, &line);
    print_visible("      ", strbuf_str(&line));
    strbuf_free(&line);
    finding_text_free(&text);
}

static bool same_rule(const struct finding *a, const struct finding *b)
{
    return a->rule == b->rule && a->severity == b->severity;
}

/* Entries of one rule: a line with their number and the rule's name, and the first few with what to do. */
static size_t print_rule(const struct entries *e, size_t i)
{
    const struct finding *first = e->all[i].finding;
    size_t n = 0, told = 0, shown = 0;
    char *remedy = NULL, topic[HELP_TOPIC_SIZE];
    struct strbuf name = STRBUF_INIT;
    for (; i + n < e->n && same_rule(e->all[i + n].finding, first); n += same_subject(e, i + n))
        told++;
    snprintf(topic, sizeof topic, "finding/%s", finding_rule_id(first->rule));
    help_topic_title(e->help, topic, &name);
    printf("  %-8s %-26s %6zu  %s\n", tr(finding_severity_name(first->severity)),
           finding_rule_id(first->rule), told, strbuf_str(&name));
    strbuf_free(&name);
    for (size_t k = i; k < i + n && shown < EXAMPLES; k += same_subject(e, k), shown++)
        print_example(e, k, same_subject(e, k), &remedy);
    free(remedy);
    return n;
}

void findings_print(const struct session *session)
{
    struct entries e = gather(session, NULL);
    char *warning = NULL;
    struct help *help = knowledge_open(session->settings, &warning);
    e.help = help;
    if (e.n)
        printf("%s\n", _("Findings"));
    for (size_t i = 0; i < e.n;)
        i += print_rule(&e, i);
    help_free(help);
    free(warning);
    free(e.all);
}

static void print_row(const struct entries *e, size_t i, size_t n)
{
    char when[TIME_TEXT];
    const struct finding *f = e->all[i].finding;
    struct strbuf line = STRBUF_INIT;
    struct finding_text text;
    diagnosis_explain(e->diagnosis, e->all[i].id, &text);
    strbuf_format(&line, "%s %c %-7s %-26s %s", time_date(f->time_ns, when), f->leads ? '*' : ' ',
                  finding_severity_name(f->severity), finding_rule_id(f->rule), text.summary);
    put_place(e, i, n, &line);
    print_visible("", strbuf_str(&line));
    strbuf_free(&line);
    finding_text_free(&text);
}

void findings_rows(const struct session *session, const struct filter *filter)
{
    struct entries e = gather(session, filter);
    for (size_t i = 0, n; i < e.n; i += n) {
        n = same_subject(&e, i);
        if (session->settings->json)
            json_print(json_entry(&e, i, n), JSON_COMPACT | JSON_REAL_PRECISION(3));
        else
            print_row(&e, i, n);
    }
    free(e.all);
}

int findings_status(const struct session *session)
{
    const char *wanted = session->settings->fail_on;
    for (uint8_t rule = 1; wanted && rule <= finding_rules(); rule++) {
        struct finding_count count = diagnosis_count(diagnosis_of(session), rule);
        enum finding_severity severity = finding_count_severity(rule, &count);
        bool bad = severity == SEVERITY_ERROR ||
                   (strcmp(wanted, "error") != 0 && severity == SEVERITY_WARNING) ||
                   strcmp(wanted, "notice") == 0;
        if (bad && count.findings > 0)
            return 1;
    }
    return 0;
}
