/* All rules in one row, and running them over a scene. */
#include "diagnose/private.h"

/* The files' tables, each ending with a row without id. */
static const struct rule *const tables[] = {
    rules_network, rules_tls,     rules_ack,          rules_dialog,
    rules_cancel,  rules_session, rules_codec,        rules_media,
    rules_address, rules_auth,    rules_registration, rules_endpoint,
    rules_message, rules_answer,  rules_response,     rules_transaction,
};
#define TABLES (sizeof tables / sizeof tables[0])

#define NUMBERS (UINT8_MAX + 1)
#define WORD 64

/* A bit for each rule, by its number. */
struct rule_set {
    uint64_t words[NUMBERS / WORD];
};

/* The rules by their numbers from 1, with NULL behind the last; and those that ask for each mark. */
struct all_rules {
    const struct rule *rows[NUMBERS + 1];
    struct rule_set marked[32];
};

static void add_rule(struct all_rules *all, unsigned n, const struct rule *rule)
{
    all->rows[n] = rule;
    for (unsigned mark = 0; mark < 32; mark++)
        if (rule->when >> mark & 1)
            all->marked[mark].words[n / WORD] |= UINT64_C(1) << n % WORD;
}

static const struct all_rules *all_rules(void)
{
    static struct all_rules all;
    if (!all.rows[1])
        for (unsigned t = 0, n = 1; t < TABLES; t++)
            for (const struct rule *r = tables[t]; r->id && n < NUMBERS; r++)
                add_rule(&all, n++, r);
    return &all;
}

const struct rule *rule_at(unsigned number)
{
    return number < NUMBERS ? all_rules()->rows[number] : NULL;
}

/* Those that look at a scene which bears these marks. */
static struct rule_set rules_for(const struct all_rules *all, uint32_t marks)
{
    struct rule_set set = { { 0 } };
    for (; marks; marks &= marks - 1)
        for (size_t i = 0; i < NUMBERS / WORD; i++)
            set.words[i] |= all->marked[__builtin_ctz(marks)].words[i];
    return set;
}

unsigned rule_count(void)
{
    unsigned n = 0;
    while (rule_at(n + 1))
        n++;
    return n;
}

/* Takes out what may only seem so. */
static void drop_doubtful(struct judge *j)
{
    size_t kept = 0;
    for (size_t i = 0; i < j->ndrafts; i++) {
        if (absence_doubtful(j, &j->drafts[i]))
            draft_clear(&j->drafts[i]);
        else if (kept++ != i)
            j->drafts[kept - 1] = j->drafts[i];
    }
    j->ndrafts = kept;
}

void judge_scene(struct judge *j, const struct scene *scene, struct suspects *suspects,
                 struct misses *misses, uint8_t only, bool texts)
{
    /* the drafts are large and filled as they are made: they are not cleared here */
    j->scene = scene;
    j->suspects = suspects;
    j->misses = misses;
    j->texts = texts;
    j->again_ns = INT64_MAX;
    j->ndrafts = 0;
    const struct all_rules *all = all_rules();
    struct rule_set set = rules_for(all, scene->marks);
    for (unsigned i = 0; i < NUMBERS / WORD; i++)
        for (uint64_t left = set.words[i]; left; left &= left - 1) {
            j->rule = (uint8_t)(i * WORD + (unsigned)__builtin_ctzll(left));
            if (!only || only == j->rule)
                all->rows[j->rule]->judge(j);
        }
    if (store_was_cut(scene->store))
        drop_doubtful(j);
    for (size_t i = 0; i < j->ndrafts; i++)
        absence_doubt(j, &j->drafts[i]);
}

void judge_free(struct judge *j)
{
    for (size_t i = 0; i < j->ndrafts; i++)
        draft_clear(&j->drafts[i]);
    j->ndrafts = 0;
}

unsigned finding_rules(void)
{
    return rule_count();
}

const char *finding_rule_id(uint8_t rule)
{
    return rule_at(rule) ? rule_at(rule)->id : "?";
}

enum finding_severity finding_rule_severity(uint8_t rule)
{
    return rule_at(rule) ? (enum finding_severity)rule_at(rule)->severity : SEVERITY_NOTICE;
}

enum finding_scope finding_rule_scope(uint8_t rule)
{
    return rule_at(rule) ? (enum finding_scope)rule_at(rule)->scope : SCOPE_TRANSACTION;
}

uint8_t finding_rule(struct span id)
{
    for (unsigned n = 1; rule_at(n); n++)
        if (span_is(id, rule_at(n)->id))
            return (uint8_t)n;
    return 0;
}

const char *finding_severity_name(uint8_t severity)
{
    static const char *const names[SEVERITIES] = { N_("notice"), N_("warning"), N_("error") };
    return severity < SEVERITIES ? names[severity] : "?";
}
