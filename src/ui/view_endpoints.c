/*
 * The list of endpoints: a row a host, with what it sent and received, what became of that, and
 * what was found most often about it. Enter leads to its transactions.
 */
#include "diagnose/endpoints.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/timefmt.h"
#include "base/tr.h"
#include "store/names.h"
#include "ui/cells.h"
#include "ui/pane_text.h"

#define SLICE 5000 /* transactions looked at between two keys */

/* list->own */
struct endpoints_state {
    struct endpoints *endpoints;
    uint64_t counted;    /* of store and diagnosis, when they were counted last, */
    unsigned generation; /* and of the filter */
    bool joined;         /* a row is for all hosts that call themselves the same */
};

static bool joined(const struct list *list)
{
    return ((const struct endpoints_state *)list->own)->joined;
}

static const struct endpoint *find(const struct list *list, uint32_t id)
{
    const struct endpoints_state *own = list->own;
    return endpoints_at(own->endpoints, id);
}

static const struct endpoint *endpoint_of(const struct list_row *row)
{
    return row->item;
}

static bool load(struct list_row *row)
{
    const struct endpoint *e = find(row->list, row->id);
    if (!e || endpoint_idle(e))
        return false;
    row->item = e;
    row->txn = store_transaction(row->ui->store, e->now.example);
    row->transaction = row->txn ? e->now.example : 0;
    row->class = e->now.failed ? SIP_CLASS_CLIENT : SIP_CLASS_SUCCESS;
    return true;
}

static bool fits(const struct list *list, uint32_t id, const struct filter *filter)
{
    (void)filter; /* it chose the transactions that were counted */
    const struct endpoint *e = find(list, id);
    return e && !endpoint_idle(e);
}

static void put_agent(struct list_row *row, struct strbuf *out)
{
    struct sip_message sip;
    strbuf_span(out, endpoint_agent(row->ui->store, endpoint_of(row), &sip));
}

static const char *heading(const struct ui *ui)
{
    return strcmp(ui->settings->by, "agent") == 0 ? "User-Agent/Server" : N_("Host");
}

static void put_host(struct list_row *row, struct strbuf *out)
{
    char host[ADDR_HOST];
    size_t before = out->n;
    if (joined(row->list))
        put_agent(row, out);
    if (out->n > before)
        return;
    if (joined(row->list))
        strbuf_text(out, "-");
    else
        strbuf_text(out, names_host(&endpoint_of(row)->host, host));
}

static void put_condition(struct list_row *row, struct strbuf *out)
{
    char host[ADDR_HOST];
    if (joined(row->list)) {
        struct sip_message sip;
        struct span agent = endpoint_agent(row->ui->store, endpoint_of(row), &sip);
        if (agent.n == 0) {
            strbuf_text(out, "(not ua or not server)");
            return;
        }
        strbuf_text(out, "(ua == ");
        cell_put_quoted(out, agent);
        strbuf_text(out, " or server == ");
        cell_put_quoted(out, agent);
        strbuf_char(out, ')');
        return;
    }
    addr_host(&endpoint_of(row)->host, host);
    strbuf_format(out, "(src == %s or dst == %s)", host, host);
}

/* The transactions behind one of its figures, if there are any. */
static void put_part(struct list_row *row, const char *what, struct strbuf *out)
{
    if (row->column->number && row->column->number(row) <= 0)
        return;
    strbuf_char(out, '(');
    put_condition(row, out);
    strbuf_format(out, " and %s)", what);
}

/* Who sent, or got, the request: hosts have addresses, products are told from User-Agent and Server. */
static void side_example(struct list_row *row, struct strbuf *out)
{
    char host[ADDR_HOST];
    bool sender = strcmp(row->column->name, "sent") == 0;
    if (row->column->number(row) == 0)
        return;
    if (joined(row->list))
        put_condition(row, out);
    else
        strbuf_format(out, "%s == %s", sender ? "src" : "dst",
                      addr_host(&endpoint_of(row)->host, host));
}

/* Of "4xx" code == 4xx. */
static void answers_example(struct list_row *row, struct strbuf *out)
{
    char what[32];
    snprintf(what, sizeof what, "code == %s", row->column->name);
    put_part(row, what, out);
}

static void unanswered_example(struct list_row *row, struct strbuf *out)
{
    put_part(row, "class == timeout", out);
}

static void failed_example(struct list_row *row, struct strbuf *out)
{
    put_part(row, "failed", out);
}

static int64_t sent(struct list_row *row)
{
    return (int64_t)endpoint_of(row)->now.sent;
}

static int64_t received(struct list_row *row)
{
    return (int64_t)endpoint_of(row)->now.received;
}

static int64_t answers_2xx(struct list_row *row)
{
    return (int64_t)endpoint_of(row)->now.answers[2];
}

static int64_t answers_3xx(struct list_row *row)
{
    return (int64_t)endpoint_of(row)->now.answers[3];
}

static int64_t answers_4xx(struct list_row *row)
{
    return (int64_t)endpoint_of(row)->now.answers[4];
}

static int64_t answers_5xx(struct list_row *row)
{
    return (int64_t)endpoint_of(row)->now.answers[5];
}

static int64_t answers_6xx(struct list_row *row)
{
    return (int64_t)endpoint_of(row)->now.answers[6];
}

static int64_t unanswered(struct list_row *row)
{
    return (int64_t)endpoint_of(row)->now.answers[0];
}

static int64_t share(struct list_row *row)
{
    return (int64_t)(1000 * endpoint_failure_share(endpoint_of(row)) + 0.5);
}

static void put_share(struct list_row *row, struct strbuf *out)
{
    strbuf_format(out, "%.1f%%", 100 * endpoint_failure_share(endpoint_of(row)));
}

static int64_t half(struct list_row *row)
{
    return endpoint_percentile(endpoint_of(row), 50);
}

static int64_t most(struct list_row *row)
{
    return endpoint_percentile(endpoint_of(row), 95);
}

static void put_time(struct list_row *row, struct strbuf *out)
{
    char text[TIME_TEXT];
    int64_t ns = row->column->number(row);
    if (ns >= 0)
        strbuf_text(out, time_short(ns, text));
}

/* What took as long, or longer. */
static void time_example(struct list_row *row, struct strbuf *out)
{
    struct strbuf what = STRBUF_INIT;
    strbuf_text(&what, "method != INVITE and ");
    cell_put_duration_condition("rtt", row->column->number(row), &what);
    put_part(row, strbuf_str(&what), out);
    strbuf_free(&what);
}

static void put_finding(struct list_row *row, struct strbuf *out)
{
    uint8_t rule = endpoint_finding(endpoint_of(row));
    if (rule)
        ui_put_rule(row->ui, rule, out);
}

static void finding_example(struct list_row *row, struct strbuf *out)
{
    char what[64];
    uint8_t rule = endpoint_finding(endpoint_of(row));
    snprintf(what, sizeof what, "why == %s", rule ? finding_rule_id(rule) : "");
    if (rule)
        put_part(row, what, out);
}

static const char *other_heading(const struct ui *ui)
{
    return strcmp(ui->settings->by, "agent") == 0 ? N_("Hosts") : "User-Agent/Server";
}

/* What the row is not for: the agent of a host, or the hosts of an agent. */
static void put_other(struct list_row *row, struct strbuf *out)
{
    char host[ADDR_HOST];
    const struct endpoint *e = endpoint_of(row);
    if (!joined(row->list)) {
        put_agent(row, out);
        return;
    }
    strbuf_text(out, names_host(&e->host, host));
    if (e->hosts > 1)
        strbuf_format(out, " +%u", e->hosts - 1);
}

/* Enter: the transactions that it sent or received. */
static void open_transactions(struct list_row *row)
{
    struct strbuf text = STRBUF_INIT;
    put_condition(row, &text);
    trail_narrow(row->ui, transactions_list.name, strbuf_str(&text));
    strbuf_free(&text);
}

/* Names of products are longer than addresses. */
static int host_width(const struct ui *ui)
{
    return strcmp(ui->settings->by, "agent") != 0 ? 0 : COLS < 220 ? 24 : 40;
}

static const struct list_column columns[] = {
    { .name = "host",
      .title = N_("Host"),
      .heading = heading,
      .measure = host_width,
      .put = put_host,
      .example = put_condition,
      .narrow = 15,
      .roomy = 140,
      .wide = 26,
      .colour = COLOUR_CLASS },
    COLUMN_COUNT("sent", N_("Sent"), sent, 0, 6, .example = side_example),
    COLUMN_COUNT("received", N_("Recv"), received, 0, 6, .example = side_example),
    { .name = "failed",
      .title = N_("Failed"),
      .put = put_share,
      .number = share,
      .example = failed_example,
      .narrow = 8,
      .wide = 8,
      .align = ALIGN_RIGHT,
      .colour = COLOUR_CLASS },
    COLUMN_COUNT("2xx", "2xx", answers_2xx, 100, 5, .example = answers_example),
    COLUMN_COUNT("3xx", "3xx", answers_3xx, 130, 5, .example = answers_example),
    COLUMN_COUNT("4xx", "4xx", answers_4xx, 100, 5, .example = answers_example),
    COLUMN_COUNT("5xx", "5xx", answers_5xx, 100, 5, .example = answers_example),
    COLUMN_COUNT("6xx", "6xx", answers_6xx, 130, 5, .example = answers_example),
    COLUMN_COUNT("none", N_("None"), unanswered, 100, 5, .example = unanswered_example),
    { .name = "p50",
      .title = "p50",
      .put = put_time,
      .number = half,
      .example = time_example,
      .least = 150,
      .narrow = 6,
      .wide = 6,
      .align = ALIGN_RIGHT },
    { .name = "p95",
      .title = "p95",
      .put = put_time,
      .number = most,
      .example = time_example,
      .least = 70,
      .narrow = 6,
      .wide = 6,
      .align = ALIGN_RIGHT },
    { .name = "finding",
      .title = N_("Found most"),
      .put = put_finding,
      .example = finding_example,
      .least = 60,
      .narrow = 20,
      .roomy = 120,
      .wide = 27 },
    { .name = "agent",
      .title = "User-Agent/Server",
      .heading = other_heading,
      .put = put_other,
      .example = put_condition,
      .least = 100 },
    { 0 },
};

/* ---- the pane ------------------------------------------------------------------------------------ */

static void tell_counts(const struct endpoint *e, struct layout *out)
{
    static const char *const names[ENDPOINT_ANSWERS] = { NULL,  "1xx", "2xx", "3xx",
                                                         "4xx", "5xx", "6xx" };
    struct strbuf answers = STRBUF_INIT;
    const struct endpoint_counts *c = &e->now;
    for (int i = 2; i < ENDPOINT_ANSWERS; i++)
        if (c->answers[i])
            strbuf_format(&answers, "%s%llu %s", answers.n ? ", " : "",
                          (unsigned long long)c->answers[i], names[i]);
    if (c->answers[0]) {
        strbuf_text(&answers, answers.n ? ", " : "");
        strbuf_format(&answers, _("%llu without an answer"), (unsigned long long)c->answers[0]);
    }
    pane_label(out, _("Requests"));
    pane_line(out, _("%llu sent, %llu received"), (unsigned long long)c->sent,
              (unsigned long long)c->received);
    if (answers.n)
        pane_line(out, _("answers to both: %s"), strbuf_str(&answers));
    pane_line(out, _("%llu of them failed, %.1f%%"), (unsigned long long)c->failed,
              100 * endpoint_failure_share(e));
    strbuf_free(&answers);
}

static void tell_times(const struct endpoint *e, struct layout *out)
{
    char half_text[TIME_TEXT], most_text[TIME_TEXT];
    if (endpoint_percentile(e, 50) < 0)
        return;
    pane_label(out, _("Answers within"));
    pane_line(out, _("%s for half of what it was asked, %s for 95%% (INVITE left out)"),
              time_short(endpoint_percentile(e, 50), half_text),
              time_short(endpoint_percentile(e, 95), most_text));
}

static void tell_agent(struct list_row *row, struct layout *out)
{
    struct sip_message sip;
    char host[ADDR_HOST], name[ADDR_HOST];
    const struct endpoint *e = endpoint_of(row);
    struct span agent = endpoint_agent(row->ui->store, e, &sip);
    pane_label(out, _("Who"));
    bool named = strcmp(names_host(&e->host, name), addr_host(&e->host, host)) != 0;
    pane_line(out, "%.*s%s%s%s%s", SPAN_ARG(agent), agent.n ? ", " : "", host, named ? ", " : "",
              named ? name : "");
    if (e->hosts > 1)
        pane_line(out, tr_n("and %u host more", "and %u hosts more", e->hosts - 1), e->hosts - 1);
}

static int more_often(const void *a, const void *b)
{
    const struct endpoint_rule *x = a, *y = b;
    return x->count < y->count ? 1 : x->count > y->count ? -1 : 0;
}

/* "Busy 3, No response 1", most often first; nothing where nothing was found. */
static void put_rules(struct list_row *row, const struct endpoint_rule *found, struct strbuf *out)
{
    struct endpoint_rule rules[ENDPOINT_RULES];
    memcpy(rules, found, sizeof rules);
    qsort(rules, ENDPOINT_RULES, sizeof *rules, more_often);
    for (size_t i = 0; i < ENDPOINT_RULES && rules[i].count; i++) {
        strbuf_text(out, out->n ? ", " : "");
        ui_put_rule(row->ui, rules[i].rule, out);
        strbuf_format(out, " %u", rules[i].count);
    }
}

/* What was found about it, and what others spoiled for it. */
static void tell_findings(struct list_row *row, struct layout *out)
{
    struct strbuf own = STRBUF_INIT, spoiled = STRBUF_INIT;
    put_rules(row, endpoint_of(row)->now.rules, &own);
    put_rules(row, endpoint_of(row)->now.spoiled, &spoiled);
    pane_label(out, _("Findings"));
    pane_line(out, "%s", own.n ? strbuf_str(&own) : _("nothing about this host"));
    if (spoiled.n)
        pane_line(out, _("in its requests, about other hosts: %s"), strbuf_str(&spoiled));
    strbuf_free(&own);
    strbuf_free(&spoiled);
}

/* What was found about its latest failure. */
static void tell_example(struct list_row *row, struct layout *out)
{
    uint32_t finding = row->transaction
                           ? diagnosis_of_transaction(row->ui->diagnosis, row->transaction)
                           : 0;
    if (!finding)
        return;
    pane_label(out, _("For example"));
    pane_finding(out, finding);
}

/* What to do about what is found most, else about its last failure. */
static void tell_page(struct list_row *row, struct layout *out)
{
    char topic[HELP_TOPIC_SIZE] = "";
    uint8_t rule = endpoint_finding(endpoint_of(row));
    if (rule)
        snprintf(topic, sizeof topic, "finding/%s", finding_rule_id(rule));
    else if (endpoint_of(row)->now.failed && row->txn && row->txn->code)
        help_code_topic(row->txn->code, topic);
    if (*topic && help_knows(row->ui->help, topic))
        pane_page(out, topic);
}

static void put_head(struct list_row *row, struct strbuf *out)
{
    put_host(row, out);
}

static void tell(struct list_row *row, struct layout *out)
{
    tell_counts(endpoint_of(row), out);
    tell_findings(row, out);
    tell_times(endpoint_of(row), out);
    tell_agent(row, out);
    tell_example(row, out);
    tell_page(row, out);
}

static void start(struct list *list)
{
    struct endpoints_state *own = mem_zero(sizeof *own);
    own->endpoints = endpoints_new(list->ui->store, list->ui->diagnosis);
    list->own = own;
}

static void stop(struct list *list)
{
    struct endpoints_state *own = list->own;
    endpoints_free(own->endpoints);
    free(own);
}

/* Those of which nothing is left, too: they are hidden. */
static void note_all(struct list *list)
{
    const struct endpoints_state *own = list->own;
    for (uint32_t id = 1; id < endpoints_end(own->endpoints); id++)
        rows_note(&list->rows, id);
}

static uint64_t state_of(const struct ui *ui)
{
    return store_counts(ui->store)->messages + diagnosis_version(ui->diagnosis) +
           store_counts(ui->store)->open;
}

/* Rows of another kind are other rows. */
static void apply(struct list *list)
{
    struct endpoints_state *own = list->own;
    bool join = strcmp(list->ui->settings->by, "agent") == 0;
    if (join == own->joined)
        return;
    own->joined = join;
    endpoints_join_agents(own->endpoints, join);
    rows_free(&list->rows);
    rows_init(&list->rows, &list_rows_ops, list);
    rows_pause(&list->rows, list->ui->paused);
    note_all(list);
    list_look(list);
}

static void begin(struct list *list)
{
    struct ui *ui = list->ui;
    struct endpoints_state *own = list->own;
    own->counted = state_of(ui);
    own->generation = ui->filter_generation;
    endpoints_begin(own->endpoints, ui->filter);
    ui_busy(ui);
}

/* Counts anew when something has changed. */
static void tick(struct list *list)
{
    const struct endpoints_state *own = list->own;
    if (!list->ui->paused && !endpoints_busy(own->endpoints) && state_of(list->ui) != own->counted)
        begin(list);
}

static bool work(struct list *list)
{
    const struct endpoints_state *own = list->own;
    uint64_t before = endpoints_version(own->endpoints);
    if (own->generation != list->ui->filter_generation)
        begin(list);
    bool more = endpoints_work(own->endpoints, SLICE);
    if (before == endpoints_version(own->endpoints))
        return more;
    note_all(list);
    list->ui->dirty = true;
    return false;
}

const struct list_ops endpoints_list = {
    .name = "endpoints",
    .title = N_("Endpoints"),
    .brief = N_("Endpts"),
    .empty = N_("No hosts."),
    .columns = columns,
    .cursor = "host",
    .start = start,
    .stop = stop,
    .work = work,
    .apply = apply,
    .tick = tick,
    .fits = fits,
    .hides = true,
    .load = load,
    .open = open_transactions,
    .sums = true,
    .opens = "open-rows",
    .head = put_head,
    .tell = tell,
};
