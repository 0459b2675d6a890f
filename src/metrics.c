/* See metrics.h. */
#include "metrics.h"

#include <stdio.h>

#include "base/text.h"
#include "base/tr.h"
#include "diagnose/statistics.h"

/* Everything is counted, in one slot. */
static struct census *take_census(const struct session *session, enum statistics_by by,
                                  const struct filter *filter)
{
    const struct statistics_query query = { .slots = 1, .by = by, .filter = filter };
    struct census *c = census_new(session->pipeline.store);
    census_begin(c, &query);
    while (census_work(c, SIZE_MAX))
        continue;
    return c;
}

void metrics_print(const struct session *session)
{
    char text[METRIC_TEXT];
    struct census *c = take_census(session, BY_NOTHING, NULL);
    const struct statistics *s = census_result(c);
    bool any = false;
    for (const struct metric *m = metrics; m->name; m++) {
        double value = m->value(&s->total, statistics_span(s));
        if (value < 0 || (value == 0 && m->unit != METRIC_SHARE))
            continue;
        if (!any)
            printf("%s\n", _("Metrics"));
        any = true;
        printf("  %s%*s %12s  %s\n", tr(m->title), text_pad(SPAN(tr(m->title)), 16), "",
               metric_text(m, value, text), tr(m->help));
    }
    census_free(c);
}

static json_t *json_ms(int64_t ns)
{
    return ns < 0 ? json_null() : json_real((double)ns / 1e6);
}

static json_t *json_spread(const struct spread *s)
{
    json_t *o = json_object();
    json_put_number(o, "count", s->count);
    json_object_set_new(o, "mean_ms", json_ms(spread_mean(s)));
    json_object_set_new(o, "least_ms", json_ms(s->count ? s->least_ns : -1));
    json_object_set_new(o, "most_ms", json_ms(s->count ? s->most_ns : -1));
    json_object_set_new(o, "p50_ms", json_ms(spread_percentile(s, 50)));
    json_object_set_new(o, "p90_ms", json_ms(spread_percentile(s, 90)));
    json_object_set_new(o, "p95_ms", json_ms(spread_percentile(s, 95)));
    json_object_set_new(o, "p99_ms", json_ms(spread_percentile(s, 99)));
    return o;
}

static void put_counts(json_t *o, const struct measures *m)
{
    const struct {
        const char *name;
        uint64_t value;
    } counts[] = {
        { "attempts", m->attempts },     { "open", m->open },
        { "challenges", m->challenges }, { "redirected", m->redirected },
        { "answered", m->answered },     { "effective", m->effective },
        { "delivered", m->delivered },   { "ineffective", m->ineffective },
        { "completed", m->completed },   { "up", m->up },
        { "registers", m->registers },   { "ineffective_registers", m->ineffective_registers },
    };
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        json_put_number(o, counts[i].name, counts[i].value);
}

static void put_spreads(json_t *o, const struct measures *m)
{
    const struct {
        const char *name;
        const struct spread *spread;
    } spreads[] = {
        { "srd", &m->setup },    { "srd_failed", &m->setup_failed }, { "sdd", &m->disconnect },
        { "sdt", &m->duration }, { "rrd", &m->registration },        { "response", &m->response },
    };
    for (size_t i = 0; i < sizeof spreads / sizeof spreads[0]; i++)
        json_object_set_new(o, spreads[i].name, json_spread(spreads[i].spread));
}

static json_t *json_measures(const struct measures *m, int64_t span_ns)
{
    json_t *o = json_object();
    json_object_set_new(o, "span_s", json_real((double)span_ns / 1e9));
    put_counts(o, m);
    for (const struct metric *metric = metrics; metric->name; metric++) {
        double value = metric->value(m, span_ns);
        if (metric->unit != METRIC_COUNT && metric->unit != METRIC_TIME)
            json_object_set_new(o, metric->name, value < 0 ? json_null() : json_real(value));
    }
    put_spreads(o, m);
    return o;
}

json_t *metrics_json(const struct session *session)
{
    struct census *c = take_census(session, BY_NOTHING, NULL);
    const struct statistics *s = census_result(c);
    json_t *o = json_measures(&s->total, statistics_span(s));
    census_free(c);
    return o;
}

static void group_text(const struct statistics *s, const struct statistics_group *group)
{
    static const char *const shown[] = { "transactions", "failed", "attempts", "asr",
                                         "ner",          "seer",   "srd",      "p95" };
    char text[METRIC_TEXT];
    const char *label = group->other ? "*" : *group->label ? group->label : "-";
    print_column(SPAN(label), 20);
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        const struct metric *metric = metric_find(SPAN(shown[i]));
        metric_text(metric, metric->value(&group->measures, statistics_span(s)), text);
        printf("  %s %s", tr(metric->title), *text ? text : "-");
    }
    printf("\n");
}

void metrics_rows(const struct session *session, const struct filter *filter)
{
    enum statistics_by by = statistics_by_find(SPAN(session->settings->statistics));
    struct census *c = take_census(session, by, filter);
    const struct statistics *s = census_result(c);
    for (uint32_t i = 0; i < s->ngroups; i++) {
        const struct statistics_group *group = &s->groups[i];
        if (!session->settings->json) {
            group_text(s, group);
            continue;
        }
        json_t *o = json_measures(&group->measures, statistics_span(s));
        json_put(o, statistics_by_name(by), group->other ? SPAN("*") : SPAN(group->label));
        json_print(o, JSON_COMPACT | JSON_REAL_PRECISION(6));
    }
    census_free(c);
}
