/*
 * The list of findings: a row a rule that has found something, with how often, since when and
 * about whom. Enter leads to the cases in which it was found; to the only one, at what proves it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/timefmt.h"
#include "base/tr.h"
#include "store/joined.h"
#include "store/names.h"
#include "ui/cells.h"
#include "ui/pane_text.h"

#define MILLISECONDS 4 /* columns of ".123" */
#define ENDPOINTS 3    /* named in a row */
#define LOOKED 4096    /* findings looked at for them */
#define SLICE 1000     /* counted between two keys */

/* What was found of a rule in what fits the filter. */
struct tally {
    struct finding_count count;
    uint32_t latest; /* finding; 0: none is left */
};

/* list->own: counted over the findings that the diagnosis keeps, while there is a filter. */
struct findings_state {
    struct tally now[UINT8_MAX + 1], next[UINT8_MAX + 1];
    uint32_t position;   /* of the finding to be counted; 0: none is */
    uint64_t counted;    /* of the diagnosis, when they were counted last, */
    unsigned generation; /* and of the filter */
    uint64_t *seen;      /* a bit a subject: what endpoints do counts once */
    uint32_t subjects;   /* it has room for */
};

static struct finding_count count_of(struct list_row *row)
{
    const struct findings_state *own = row->list->own;
    return row->ui->filter ? own->now[row->id].count
                           : diagnosis_count(row->ui->diagnosis, (uint8_t)row->id);
}

/* The latest finding of the rule: it stands for the others, in the pane too. */
static uint32_t example_of(const struct list_row *row)
{
    const struct diagnosis *d = row->ui->diagnosis;
    const struct findings_state *own = row->list->own;
    if (row->ui->filter)
        return own->now[row->id].latest;
    for (uint32_t id = diagnosis_end(d), looked = 0; id-- > 1 && looked < LOOKED; looked++) {
        const struct finding *f = diagnosis_finding(d, id);
        if (f && f->rule == row->id && !f->hidden)
            return id;
    }
    return 0;
}

static bool load(struct list_row *row)
{
    if (count_of(row).findings == 0)
        return false;
    const struct finding *f = diagnosis_finding(row->ui->diagnosis, example_of(row));
    row->transaction = f ? f->transaction : 0;
    row->txn = store_transaction(row->ui->store, row->transaction);
    row->message = row->txn ? transaction_head(row->txn) : 0;
    row->class = SIP_CLASS_PROVISIONAL;
    struct finding_count count = count_of(row);
    row->severity = (uint8_t)finding_count_severity((uint8_t)row->id, &count);
    return true;
}

static bool alive(const struct list *list, uint32_t id)
{
    return diagnosis_count(list->ui->diagnosis, (uint8_t)id).findings > 0;
}

static bool fits(const struct list *list, uint32_t id, const struct filter *filter)
{
    const struct findings_state *own = list->own;
    (void)filter;
    return own->now[id].count.findings > 0;
}

/* ---- what fits the filter -------------------------------------------------------------------- */

/* What filters ask of findings is asked of this one. */
static bool finding_fits(const struct ui *ui, const struct finding *f)
{
    struct store_found found;
    const struct filter_focus focus = { .finding = &found };
    diagnosis_tell(ui->diagnosis, f, &found);
    return filter_match_one(ui->filter, ui->store, f->transaction, &focus);
}

/* Whether another finding about the same was counted. */
static bool counted_before(struct findings_state *own, const struct finding *f)
{
    if (!f->subject || f->subject >= own->subjects)
        return false;
    uint64_t *word = &own->seen[f->subject / 64], bit = 1ull << f->subject % 64;
    bool before = *word & bit;
    *word |= bit;
    return before;
}

static void count(struct list *list, uint32_t id)
{
    struct findings_state *own = list->own;
    const struct ui *ui = list->ui;
    const struct finding *f = diagnosis_finding(ui->diagnosis, id);
    if (!f || f->hidden || !finding_fits(ui, f))
        return;
    struct tally *t = &own->next[f->rule];
    if (t->count.findings == 0 || f->time_ns < t->count.first_ns)
        t->count.first_ns = f->time_ns;
    if (!counted_before(own, f)) {
        t->count.findings++;
        t->count.notices += f->severity < finding_rule_severity(f->rule);
    }
    if (f->time_ns > t->count.last_ns)
        t->count.last_ns = f->time_ns;
    t->latest = id;
}

static void begin(struct list *list)
{
    struct findings_state *own = list->own;
    memset(own->next, 0, sizeof own->next);
    own->generation = list->ui->filter_generation;
    own->counted = diagnosis_version(list->ui->diagnosis);
    own->position = list->ui->filter ? 1 : 0;
    own->subjects = diagnosis_end(list->ui->diagnosis); /* each has a finding at least */
    free(own->seen);
    own->seen = mem_zero((own->subjects / 64 + 1) * sizeof *own->seen);
}

/* A slice of counting; the rows change when all is counted. */
static bool work(struct list *list)
{
    struct findings_state *own = list->own;
    const struct diagnosis *d = list->ui->diagnosis;
    if (own->generation != list->ui->filter_generation)
        begin(list);
    if (own->position == 0)
        return false;
    for (int left = SLICE; left > 0 && own->position < diagnosis_end(d); left--)
        count(list, own->position++);
    if (own->position < diagnosis_end(d))
        return true;
    own->position = 0;
    memcpy(own->now, own->next, sizeof own->now);
    findings_note(list->ui);
    list->ui->dirty = true;
    return false;
}

static void tick(struct list *list)
{
    const struct findings_state *own = list->own;
    const struct ui *ui = list->ui;
    if (!ui->filter || ui->paused || own->position ||
        own->counted == diagnosis_version(ui->diagnosis))
        return;
    begin(list);
    ui_busy(list->ui);
}

static void start(struct list *list)
{
    list->own = mem_zero(sizeof(struct findings_state));
}

static void stop(struct list *list)
{
    struct findings_state *own = list->own;
    free(own->seen);
    free(own);
}

/* ---- columns --------------------------------------------------------------------------------- */

static enum finding_severity severity_of(struct list_row *row)
{
    struct finding_count count = count_of(row);
    return finding_count_severity((uint8_t)row->id, &count);
}

static void put_severity(struct list_row *row, struct strbuf *out)
{
    strbuf_text(out, tr(finding_severity_name((uint8_t)severity_of(row))));
}

static void severity_example(struct list_row *row, struct strbuf *out)
{
    strbuf_format(out, "severity == %s", finding_severity_name((uint8_t)severity_of(row)));
}

/* Upwards means worst first; those alike always stand in one order, whenever they were found. */
static int64_t severity(struct list_row *row)
{
    return (SEVERITIES - severity_of(row)) * (UINT8_MAX + 1) + row->id;
}

static void put_name(struct list_row *row, struct strbuf *out)
{
    ui_put_rule(row->ui, (uint8_t)row->id, out);
}

static void put_rule(struct list_row *row, struct strbuf *out)
{
    strbuf_text(out, finding_rule_id((uint8_t)row->id));
}

static int64_t times_found(struct list_row *row)
{
    return (int64_t)count_of(row).findings;
}

static void put_count(struct list_row *row, struct strbuf *out)
{
    strbuf_format(out, "%llu", (unsigned long long)count_of(row).findings);
}

static int64_t first_seen(struct list_row *row)
{
    return count_of(row).first_ns;
}

static int64_t last_seen(struct list_row *row)
{
    return count_of(row).last_ns;
}

/* A date without its milliseconds: two of them have to stand beside what was found. */
static int moment_width(const struct ui *ui)
{
    int width = cell_time_width(ui);
    return width ? width - MILLISECONDS : 0;
}

/* The hosts that it was found about lately, each once; how many. */
static int hosts_of(const struct list_row *row, struct addr seen[ENDPOINTS])
{
    const struct diagnosis *d = row->ui->diagnosis;
    int n = 0;
    for (uint32_t id = diagnosis_end(d), looked = 0; id-- > 1 && n < ENDPOINTS && looked < LOOKED;
         looked++) {
        const struct finding *f = diagnosis_finding(d, id);
        if (!f || f->rule != row->id || f->hidden || (row->ui->filter && !finding_fits(row->ui, f)))
            continue;
        int i = 0;
        while (i < n && !addr_same_host(&seen[i], &f->host))
            i++;
        if (i == n && f->host.family)
            seen[n++] = f->host;
    }
    return n;
}

static void put_endpoints(struct list_row *row, struct strbuf *out)
{
    struct addr seen[ENDPOINTS];
    char host[ADDR_HOST];
    int n = hosts_of(row, seen);
    for (int i = 0; i < n; i++)
        strbuf_format(out, "%s%s", i ? " " : "", names_host(&seen[i], host));
}

static void endpoints_example(struct list_row *row, struct strbuf *out)
{
    struct addr seen[ENDPOINTS];
    char host[ADDR_HOST];
    int n = hosts_of(row, seen);
    for (int i = 0; i < n; i++)
        strbuf_format(out, "%saddr == %s",
                      i       ? " or "
                      : n > 1 ? "("
                              : "",
                      addr_host(&seen[i], host));
    strbuf_text(out, n > 1 ? ")" : "");
}

static void put_example(struct list_row *row, struct strbuf *out)
{
    struct finding_text text;
    uint32_t id = example_of(row);
    if (diagnosis_explain(row->ui->diagnosis, id, &text) < 0)
        return;
    strbuf_text(out, text.summary);
    cell_fit_sentence(row, out);
    finding_text_free(&text);
}

/* The condition that the transactions fulfil in which it was found. */
static void put_condition(struct list_row *row, struct strbuf *out)
{
    strbuf_format(out, "why == %s", finding_rule_id((uint8_t)row->id));
}

/* Whether it was found in calls alone, not about REGISTER, OPTIONS and the like. */
static bool only_in_calls(const struct list_row *row)
{
    const struct diagnosis *d = row->ui->diagnosis;
    for (uint32_t id = 1; id < diagnosis_end(d); id++) {
        const struct finding *f = diagnosis_finding(d, id);
        if (f && f->rule == row->id && !f->hidden && !joined_is_call(row->ui->store, f->call))
            return false;
    }
    return true;
}

/* Enter: the only call in which it was found, at what proves it, or those in which it was found. */
static void open_cases(struct list_row *row)
{
    struct strbuf condition = STRBUF_INIT;
    const struct finding *f = diagnosis_finding(row->ui->diagnosis, example_of(row));
    /* what an endpoint does shows in many calls, and is found once */
    bool once = count_of(row).findings == 1 && f && !f->earlier && !f->later;
    struct view *flow = once ? view_ladder_of_finding(row->ui, example_of(row)) : NULL;
    put_condition(row, &condition);
    if (flow)
        ui_push(row->ui, flow);
    else if (f)
        trail_narrow(row->ui, only_in_calls(row) ? calls_list.name : transactions_list.name,
                     strbuf_str(&condition));
    else
        ui_notice(row->ui, false, _("The calls that it was found in were evicted"));
    strbuf_free(&condition);
}

/* ---- the pane -------------------------------------------------------------------------------- */

/* The latest one, and what the rule's page says. */
static void tell(struct list_row *row, struct layout *out)
{
    char topic[HELP_TOPIC_SIZE];
    struct subject s = { .transaction = row->transaction,
                         .finding = example_of(row),
                         .code = row->txn ? row->txn->code : 0 };
    snprintf(topic, sizeof topic, "finding/%s", finding_rule_id((uint8_t)row->id));
    pane_subject(out, s, topic);
}

/* ---- columns of the list --------------------------------------------------------------------- */

static const struct list_column columns[] = {
    { .name = "severity",
      .title = N_("Severity"),
      .put = put_severity,
      .number = severity,
      .example = severity_example,
      .narrow = 10,
      .wide = 10,
      .colour = COLOUR_CLASS },
    { .name = "count",
      .title = N_("Found"),
      .put = put_count,
      .number = times_found,
      .example = put_condition,
      .narrow = 6,
      .wide = 6,
      .align = ALIGN_RIGHT },
    { .name = "finding",
      .title = N_("Finding"),
      .put = put_name,
      .example = put_condition,
      .narrow = 21,
      .wide = 21,
      .colour = COLOUR_CLASS },
    { .name = "first",
      .title = N_("First"),
      .put = cell_moment,
      .number = first_seen,
      .example = cell_moment_example,
      .least = 110,
      .narrow = 8,
      .roomy = 140,
      .wide = 12,
      .measure = moment_width },
    { .name = "last",
      .title = N_("Last"),
      .put = cell_moment,
      .number = last_seen,
      .example = cell_moment_example,
      .least = 90,
      .narrow = 8,
      .roomy = 140,
      .wide = 12,
      .measure = moment_width },
    { .name = "endpoints",
      .title = N_("About"),
      .put = put_endpoints,
      .example = endpoints_example,
      .least = 100,
      .narrow = 16,
      .roomy = 150,
      .wide = 34 },
    { .name = "rule",
      .title = N_("Rule"),
      .put = put_rule,
      .example = put_condition,
      .least = 150,
      .narrow = 27,
      .wide = 27 },
    { .name = "example", .title = N_("Latest"), .put = put_example, .example = put_condition },
    { 0 },
};

const struct list_ops findings_list = {
    .name = "findings",
    .title = N_("Findings"),
    .brief = N_("Finds"),
    .empty = N_("Nothing was found."),
    .columns = columns,
    .cursor = "finding",
    .start = start,
    .stop = stop,
    .work = work,
    .tick = tick,
    .alive = alive,
    .fits = fits,
    .noted = true,
    .load = load,
    .head = put_name,
    .tell = tell,
    .open = open_cases,
    .sums = true,
    .opens = "open-cases",
    .sorted = "severity",
};

/* Rows come from the diagnosis, not from the store; and go when nothing is left of what a rule found. */
void findings_note(struct ui *ui)
{
    struct list *list = lists_find(ui, SPAN(findings_list.name));
    for (unsigned rule = 1; rule <= finding_rules(); rule++)
        if (diagnosis_count(ui->diagnosis, (uint8_t)rule).findings > 0)
            rows_note(&list->rows, rule);
    rows_sweep(&list->rows);
}
