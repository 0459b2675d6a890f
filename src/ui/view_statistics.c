/*
 * The statistics: bars over time of the metric whose column the cursor is on, and a row for each
 * group of transactions with its metrics. Enter leads to the transactions of the chosen bar, else to
 * those of the row; the pane explains the metric.
 */
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/text.h"
#include "base/tr.h"
#include "ui/board.h"
#include "ui/filters.h"
#include "ui/goto.h"
#include "ui/statistics_commands.h"

#define WORK_NS 3000000LL
#define MUCH_FAILED 0.2
#define LEAST_FOR_REST 4 /* lines */

static struct board *board_of(const struct list *list)
{
    return list->own;
}

static const struct statistics_group *group_of(const struct list_row *row)
{
    return row->item;
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* How much of it fails, as a colour; the share stands beside it. */
static uint8_t class_of(const struct measures *m)
{
    double failed = metric_find(SPAN("failed"))->value(m, 0);
    return failed <= 0            ? SIP_CLASS_SUCCESS
           : failed < MUCH_FAILED ? SIP_CLASS_CHALLENGE
                                  : SIP_CLASS_CLIENT;
}

static bool load(struct list_row *row)
{
    const struct statistics_group *group = board_group(board_of(row->list), row->id);
    if (!group)
        return false;
    row->item = group;
    row->txn = store_transaction(row->ui->store, group->example);
    row->transaction = row->txn ? group->example : 0;
    row->class = class_of(&group->measures);
    return true;
}

static bool fits(const struct list *list, uint32_t id, const struct filter *filter)
{
    (void)filter; /* the numbers are those of what fits */
    return board_group(board_of(list), id) != NULL;
}

static void put_group(struct list_row *row, struct strbuf *out)
{
    const struct statistics_group *group = group_of(row);
    strbuf_text(out, group->other ? _("(others)") : *group->label ? group->label : _("(none)"));
}

static void put_condition(struct list_row *row, struct strbuf *out)
{
    statistics_condition(census_result(board_of(row->list)->census), group_of(row), out);
}

static double value_of(struct list_row *row, const struct metric *metric)
{
    const struct statistics *s = census_result(board_of(row->list)->census);
    return metric->value(&group_of(row)->measures, statistics_span(s));
}

static void put_metric(struct list_row *row, struct strbuf *out)
{
    char text[METRIC_TEXT];
    const struct metric *metric = metric_find(SPAN(row->column->name));
    strbuf_text(out, metric_text(metric, value_of(row, metric), text));
}

static int64_t metric_number(struct list_row *row)
{
    const struct metric *metric = metric_find(SPAN(row->column->name));
    double value = value_of(row, metric);
    return (int64_t)(metric->unit == METRIC_TIME || value < 0 ? value : value * 1000);
}

/* Enter: those in the bar, else in the window and of the row's group. */
static void open_transactions(struct list_row *row)
{
    struct ui *ui = row->ui;
    struct strbuf line = STRBUF_INIT, span = STRBUF_INIT, group = STRBUF_INIT;
    board_put_span(board_of(row->list), &span);
    if (!board_of(row->list)->chosen)
        put_condition(row, &group);
    filters_put_both(&line, strbuf_str(&span), strbuf_str(&group));
    trail_narrow(ui, transactions_list.name, strbuf_str(&line));
    strbuf_free(&line);
    strbuf_free(&span);
    strbuf_free(&group);
}

/* ---- columns --------------------------------------------------------------------------------- */

/* The metrics that have a column, in this order: from which width of the list, and how wide. */
static const struct {
    const char *metric;
    int least, cells;
} shown[] = {
    { "transactions", 0, 7 }, { "failed", 0, 7 },      { "attempts", 0, 6 },
    { "asr", 50, 6 },         { "ner", 70, 6 },        { "seer", 58, 6 },
    { "ser", 100, 6 },        { "srd", 66, 6 },        { "p95", 78, 6 },
    { "isa", 100, 6 },        { "sdt", 100, 6 },       { "scr", 112, 6 },
    { "messages", 120, 6 },   { "call-rate", 150, 7 }, { "concurrent", 140, 6 },
    { "answered", 160, 6 },   { "srd-p95", 160, 7 },   { "srd-failed", 160, 8 },
    { "sdd", 150, 6 },        { "rrd", 150, 6 },       { "ira", 150, 6 },
    { "p50", 130, 6 },        { "p90", 170, 6 },       { "p99", 130, 6 },
};
#define SHOWN (sizeof shown / sizeof shown[0])

/* What there is a row for. */
static const char *group_heading(const struct ui *ui)
{
    return statistics_by_title(statistics_by_find(SPAN(ui->settings->statistics)));
}

static struct list_column columns[SHOWN + 2] = {
    { .name = "group",
      .title = N_("Group"),
      .heading = group_heading,
      .put = put_group,
      .example = put_condition,
      .narrow = 15,
      .roomy = 100,
      .wide = 26,
      .colour = COLOUR_CLASS },
};

/* The column that rows are sorted by at first; its title may be longer in another language. */
static int transactions_width(const struct ui *ui)
{
    int needed = (int)text_width(SPAN(tr(metric_find(SPAN("transactions"))->title))) + 2;
    (void)ui;
    return needed > shown[0].cells ? needed : 0;
}

/* Titles and formulas are the metrics' own. */
static void fill_columns(void)
{
    for (size_t i = 0; i < SHOWN; i++) {
        const struct metric *metric = metric_find(SPAN(shown[i].metric));
        columns[i + 1] = (struct list_column){ .name = metric->name,
                                               .title = metric->title,
                                               .put = put_metric,
                                               .number = metric_number,
                                               .example = put_condition,
                                               .least = shown[i].least,
                                               .narrow = shown[i].cells,
                                               .wide = shown[i].cells,
                                               .align = ALIGN_RIGHT };
    }
    columns[1].measure = transactions_width;
}

/* The metric under the cursor; on the group's own column how many transactions there are. */
static const struct metric *metric_of(const struct list *list)
{
    const struct metric *m = metric_find(SPAN(list->slots[list->cursor]->column->name));
    return m ? m : metric_find(SPAN("transactions"));
}

static struct subject subject(struct ui *ui, struct view *view)
{
    struct subject s;
    const char *topic = metric_of((struct list *)view)->topic;
    memset(&s, 0, sizeof s);
    if (topic && help_knows(ui->help, topic))
        s.topic = topic;
    else
        s = list_view_ops.subject(ui, view);
    return s;
}

/* ---- the kind -------------------------------------------------------------------------------- */

static void start(struct list *list)
{
    fill_columns();
    list->own = board_new(list->ui->store);
}

static void stop(struct list *list)
{
    board_free(list->own);
}

static void tick(struct list *list)
{
    struct board *b = board_of(list);
    b->follows = inputs_live(list->ui->session->inputs);
    board_tick(b, list->ui);
}

static void begin_rows(struct list *list)
{
    rows_free(&list->rows);
    rows_init(&list->rows, &list_rows_ops, list);
    list_look(list);
}

/* The setting says what there is a row for. */
static void take_setting(struct list *list)
{
    enum statistics_by by = statistics_by_find(SPAN(list->ui->settings->statistics));
    if (by == board_of(list)->by)
        return;
    board_group_by(board_of(list), by);
    begin_rows(list);
    list->chosen = (struct row_ref){ 0 };
    list->row = 0;
    list->wish = 0;
}

static bool work(struct list *list)
{
    struct board *b = board_of(list);
    take_setting(list);
    bool more = board_work(b, list->ui, WORK_NS);
    list->ui->dirty = true;
    if (b->version == census_version(b->census))
        return more;
    if (b->version == 0 && !list->sorter.column) /* what there is most of comes first */
        list_sort(list, SPAN("transactions"), true);
    if (!board_take_rows(b))
        begin_rows(list);
    for (uint32_t row = 1; row <= b->nrows; row++)
        if (board_group(b, row))
            rows_note(&list->rows, row);
    return more;
}

void statistics_run(struct ui *ui, const char *argument)
{
    char *error = NULL;
    struct list *list = lists_find(ui, SPAN("statistics"));
    const struct option_row *row = option_find("statistics");
    if (argument && *argument && option_set(ui->settings, row, argument, &error) < 0) {
        ui_notice(ui, true, "%s", error);
        free(error);
        return;
    }
    while (ui->nviews > 1)
        ui_pop(ui);
    for (size_t i = 0; i < lists_count(); i++)
        if (lists_at(ui, i) == list)
            lists_show(ui, i);
    work(list); /* a little at once, so that small captures have their rows for the next key */
    ui_busy(ui);
}

void complete_statistics(struct ui *ui, const char *text, void (*offer)(const char *word))
{
    (void)ui;
    (void)text;
    for (int by = BY_DESTINATION; by < STATISTICS_BYS; by++)
        offer(statistics_by_name((enum statistics_by)by));
}

static void group_by_next(struct ui *ui, const struct board *b)
{
    int next = b->by + 1 < STATISTICS_BYS ? (int)b->by + 1 : BY_DESTINATION;
    statistics_run(ui, statistics_by_name((enum statistics_by)next));
}

/* ---- the view -------------------------------------------------------------------------------- */

static enum chart_style style_of(const struct ui *ui)
{
    const char *chart = ui->settings->chart;
    return !screen_utf8() || strcmp(chart, "ascii") == 0 ? CHART_ASCII
           : strcmp(chart, "braille") == 0               ? CHART_BRAILLE
                                                         : CHART_BLOCKS;
}

static bool has_place(const struct list *list, const struct list_place *places, size_t count,
                      const char *metric)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list->slots[places[i].slot]->column->name, metric) == 0)
            return true;
    return false;
}

/* "p50 <1ms", if the row has it and no column shows it. */
static void put_unshown(struct list_row *row, const char *name, struct strbuf *out)
{
    char text[METRIC_TEXT];
    const struct metric *metric = metric_find(SPAN(name));
    metric_text(metric, value_of(row, metric), text);
    if (*text)
        strbuf_format(out, "  %s %s", tr(metric->title), text);
}

/* What of the selected row no column has room for, the times first; nothing where all is shown. */
static void put_rest(struct list *list, struct rect rect, struct strbuf *out)
{
    static const char *const times[] = { "p50", "p90", "p95", "p99" };
    struct list_place places[LIST_COLUMNS];
    struct list_row row;
    size_t count = columns_place(list, rect, places), ntimes = sizeof times / sizeof times[0];
    if (!list_selected(list, &row))
        return;
    put_group(&row, out);
    size_t head = out->n;
    for (size_t i = 0; i < ntimes; i++)
        if (!has_place(list, places, count, times[i]))
            put_unshown(&row, times[i], out);
    for (size_t i = 0; i < SHOWN; i++) {
        bool told = has_place(list, places, count, shown[i].metric);
        for (size_t t = 0; t < ntimes; t++)
            told = told || strcmp(shown[i].metric, times[t]) == 0;
        if (!told)
            put_unshown(&row, shown[i].metric, out);
    }
    if (out->n == head)
        strbuf_clear(out);
}

/* In the last line of the list, where that leaves it rows. What is left of the list. */
static struct rect draw_rest(struct list *list, struct rect rect)
{
    struct strbuf text = STRBUF_INIT;
    if (rect.height >= LEAST_FOR_REST)
        put_rest(list, rect, &text);
    if (text.n) {
        rect.height--;
        screen_blank(rect.y + rect.height, rect.x, rect.width);
        screen_text(rect.y + rect.height, rect.x + 1, rect.width - 1, STYLE_DIM,
                    strbuf_as_span(&text));
    }
    strbuf_free(&text);
    return rect;
}

static void draw(struct ui *ui, struct view *view, struct rect rect)
{
    struct list *list = (struct list *)view;
    struct board *b = board_of(list);
    b->stale = b->stale || b->style != style_of(ui); /* other bars may fit */
    b->style = style_of(ui);
    int used = board_draw(b, metric_of(list), rect);
    if (b->stale)
        ui_busy(ui);
    struct rect rows = { rect.y + used, rect.x, rect.height - used, rect.width };
    list_view_ops.draw(ui, view, draw_rest(list, rows));
}

static bool zoom(struct ui *ui, struct board *b, bool in)
{
    if (!board_zoom(b, in))
        ui_notice(ui, false, in ? _("No bar is shorter") : _("Everything is shown"));
    return true;
}

static const char *returns(const struct view *view)
{
    const struct board *b = board_of((const struct list *)view);
    return b->chosen ? _("no bar") : b->slot_ns ? _("all of it") : NULL;
}

static bool act(struct ui *ui, struct view *view, enum verb verb)
{
    struct board *b = board_of((struct list *)view);
    if (VERB_BIT(verb) & VERBS_MOVE)
        b->chosen = false; /* now a row is meant */
    switch (verb) {
    case VERB_ZOOM_IN:
    case VERB_ZOOM_OUT:
        return zoom(ui, b, verb == VERB_ZOOM_IN);
    case VERB_EARLIER:
    case VERB_LATER:
        board_step(b, verb == VERB_LATER);
        return true;
    case VERB_GROUP:
        group_by_next(ui, b);
        return true;
    case VERB_RETURN:
        return board_return(b);
    default:
        return list_view_ops.act(ui, view, verb);
    }
}

static bool search(struct ui *ui, struct view *view, bool backwards)
{
    return list_view_ops.search(ui, view, backwards);
}

/* To the bar in which the time lies. */
static bool go(struct ui *ui, struct view *view, const struct place *place, int64_t *there)
{
    const struct message *m = store_message(ui->store, place->message);
    *there = m ? m->time_ns : place->low;
    board_go(board_of((struct list *)view), *there);
    return census_result(board_of((struct list *)view)->census)->nslots > 0;
}

static bool on_bars(const struct board *b, int y, int x, uint32_t *slot)
{
    uint32_t end;
    if (y < b->bars.y || y >= b->bars.y + b->bars.height || x < b->bars.x ||
        x >= b->bars.x + b->bars.width)
        return false;
    board_slots_at(board_shown(b), b->bars.width, x - b->bars.x, slot, &end);
    return true;
}

static void click(struct ui *ui, struct view *view, int y, int x)
{
    struct board *b = board_of((struct list *)view);
    uint32_t slot;
    if (on_bars(b, y, x, &slot)) {
        board_choose(b, slot);
        return;
    }
    b->chosen = b->chosen && y < b->bars.y + b->bars.height;
    list_view_ops.click(ui, view, y, x);
}

static bool opens_at(const struct view *view, int y, int x)
{
    uint32_t slot;
    return on_bars(board_of((const struct list *)view), y, x, &slot) ||
           list_view_ops.opens_at(view, y, x);
}

static const struct view_ops view_ops = {
    .name = N_("statistics"),
    .verbs = VERBS_MOVE | VERBS_PANE | VERBS_LIST | VERB_BIT(VERB_GROUP) | VERB_BIT(VERB_ZOOM_IN) |
             VERB_BIT(VERB_ZOOM_OUT) | VERB_BIT(VERB_EARLIER) | VERB_BIT(VERB_LATER),
    .keybar =
        "open-rows back assist earlier later next-list group close shorter-bars longer-bars right pane "
        "like sort-by-column columns edit-filter focus command",
    .draw = draw,
    .act = act,
    .search = search,
    .go = go,
    .subject = subject,
    .click = click,
    .opens_at = opens_at,
    .returns = returns,
    .has_pane = true,
    .has_tabs = true,
};

const struct list_ops statistics_list = {
    .name = "statistics",
    .title = N_("Statistics"),
    .brief = N_("Stats"),
    .empty = N_("Nothing to count."),
    .columns = columns,
    .cursor = "transactions",
    .view = &view_ops,
    .start = start,
    .stop = stop,
    .work = work,
    .tick = tick,
    .fits = fits,
    .load = load,
    .open = open_transactions,
    .sums = true,
};
