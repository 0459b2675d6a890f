/*
 * The inputs: a row each, with its state and counts, below it what there is to say of it and the
 * capture agents that speak through it; and at the end what was left out of all of them, and why.
 * Lines are laid out anew for each drawing, but only those that are seen get their text.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/strbuf.h"
#include "base/text.h"
#include "base/tr.h"
#include "left_out.h"
#include "net/plain.h"
#include "ui/list.h"
#include "ui/signs.h"

#define SAMPLE_NS INT64_C(1000000000) /* rates are of the last second */

enum line_kind {
    LINE_SOURCE,
    LINE_TROUBLE,
    LINE_FORMAT,
    LINE_DROPS,
    LINE_AGENT,
    LINE_HEADING,
    LINE_REASON
};

struct line {
    enum line_kind kind;
    size_t source; /* NO_SOURCE: of all */
    size_t item;   /* the agent or the reason */
};
#define NO_SOURCE SIZE_MAX

/* How many messages there were at the last sample, and how many a second before it. */
struct sample {
    uint64_t messages;
    double rate;
};

struct sources_view {
    struct view view;
    int row, top;
    struct rect rect; /* of the rows, at the last drawing */
    struct line *lines;
    size_t nlines, size;
    struct left_out reasons[LEFT_OUT_MOST];
    size_t nreasons;
    struct sample *samples;
    size_t nsamples;
    int64_t sampled_ns;
};

/* Lines */

static void add_line(struct sources_view *v, enum line_kind kind, size_t source, size_t item)
{
    if (v->nlines == v->size) {
        v->size = v->size ? 2 * v->size : 64;
        v->lines = mem_grow(v->lines, v->size * sizeof *v->lines);
    }
    v->lines[v->nlines++] = (struct line){ kind, source, item };
}

static void add_source(struct sources_view *v, const struct ui *ui, size_t i, bool agents)
{
    const struct source *source = inputs_at(ui->session->inputs, i);
    const struct pipeline *pipeline = &ui->session->pipeline;
    add_line(v, LINE_SOURCE, i, 0);
    if (source->trouble)
        add_line(v, LINE_TROUBLE, i, 0);
    if (source->format)
        add_line(v, LINE_FORMAT, i, 0);
    if (source_drops(source))
        add_line(v, LINE_DROPS, i, 0);
    for (size_t agent = 0; agents && agent <= STORE_AGENTS; agent++)
        if (pipeline->agents[agent].messages && pipeline->agents[agent].source == i)
            add_line(v, LINE_AGENT, i, agent);
}

/* Which sources agents speak through; the caller frees it. NULL when there are none. */
static bool *find_speaking(const struct ui *ui)
{
    const struct pipeline *pipeline = &ui->session->pipeline;
    if (!pipeline->agents)
        return NULL;
    bool *speaking = mem_zero(inputs_count(ui->session->inputs) * sizeof *speaking);
    for (size_t agent = 0; agent <= STORE_AGENTS; agent++)
        if (pipeline->agents[agent].messages)
            speaking[pipeline->agents[agent].source] = true;
    return speaking;
}

static void lay_out(struct sources_view *v, const struct ui *ui)
{
    bool *speaking = find_speaking(ui);
    v->nlines = 0;
    for (size_t i = 0; i < inputs_count(ui->session->inputs); i++)
        add_source(v, ui, i, speaking && speaking[i]);
    free(speaking);
    v->nreasons = left_out_list(ui->session, v->reasons);
    size_t before = v->nlines;
    for (size_t i = 0; i < v->nreasons; i++) {
        if (v->reasons[i].value == 0)
            continue;
        if (v->nlines == before)
            add_line(v, LINE_HEADING, NO_SOURCE, 0);
        add_line(v, LINE_REASON, NO_SOURCE, i);
    }
}

static void take_samples(struct sources_view *v, const struct ui *ui)
{
    int64_t now = clock_monotonic(), passed = now - v->sampled_ns;
    size_t count = inputs_count(ui->session->inputs);
    if (passed < SAMPLE_NS && count == v->nsamples)
        return;
    v->samples = mem_grow(v->samples, count * sizeof *v->samples);
    for (size_t i = 0; i < count; i++) {
        uint64_t messages = pipeline_counts_of(&ui->session->pipeline, i).sip;
        double more = i < v->nsamples ? (double)(messages - v->samples[i].messages) : 0;
        v->samples[i] = (struct sample){ messages, more * 1e9 / (double)passed };
    }
    v->nsamples = count;
    v->sampled_ns = now;
}

/* The row of a source */

struct row {
    const struct source *source;
    struct pipeline_counts counts;
    const struct sample *sample;
};

static void put_number(uint64_t n, struct strbuf *out)
{
    char text[32];
    strbuf_text(out, ui_grouped(n, text, sizeof text));
}

static void put_kind(const struct row *row, struct strbuf *out)
{
    strbuf_text(out, tr(row->source->ops->kind));
}

static void put_state(const struct row *row, struct strbuf *out)
{
    enum source_state state = source_state(row->source);
    const struct source_stats *stats = &row->source->stats;
    if (state == SOURCE_READING && stats->size)
        strbuf_format(out, "%llu%% ", (unsigned long long)(100 * stats->position / stats->size));
    strbuf_text(out, tr(source_state_word(state)));
}

static void put_packets(const struct row *row, struct strbuf *out)
{
    put_number(row->counts.packets, out);
}

static void put_messages(const struct row *row, struct strbuf *out)
{
    put_number(row->counts.sip, out);
}

static void put_bytes(const struct row *row, struct strbuf *out)
{
    static const char *const units[] = { "B", "kB", "MB", "GB", "TB" };
    double n = (double)row->counts.bytes;
    size_t unit = 0;
    while (n >= 999.5 && unit < 4) {
        n /= 1000;
        unit++;
    }
    strbuf_format(out, unit && n < 9.95 ? "%.1f %s" : "%.0f %s", n, units[unit]);
}

static void put_rate(const struct row *row, struct strbuf *out)
{
    if (!row->source->ended)
        strbuf_format(out, "%.0f", row->sample->rate);
}

static void put_other(const struct row *row, struct strbuf *out)
{
    put_number(row->counts.not_sip + row->counts.other, out);
}

static void put_broken(const struct row *row, struct strbuf *out)
{
    put_number(row->counts.broken + row->counts.unknown_link, out);
}

static void put_drops(const struct row *row, struct strbuf *out)
{
    put_number(source_drops(row->source), out);
}

static const struct {
    const char *title; /* see tr() */
    int least;         /* columns of the view from which it is shown */
    int width;
    void (*put)(const struct row *row, struct strbuf *out);
} columns[] = {
    { N_("Kind"), 0, 7, put_kind },        { N_("Status"), 0, 12, put_state },
    { N_("Packets"), 0, 11, put_packets }, { N_("Messages"), 0, 11, put_messages },
    { N_("Bytes"), 60, 7, put_bytes },     { N_("msg/s"), 70, 8, put_rate },
    { N_("Not SIP"), 110, 11, put_other }, { N_("Broken"), 110, 11, put_broken },
    { N_("Drops"), 110, 11, put_drops },
};
#define COLUMNS (sizeof columns / sizeof columns[0])
#define NAME_LEAST 12

/* What the name has of the width. */
static int name_width(int width)
{
    int left = width - 1;
    for (size_t i = 0; i < COLUMNS; i++)
        left -= width >= columns[i].least ? columns[i].width + 1 : 0;
    return left < NAME_LEAST ? NAME_LEAST : left;
}

static enum style state_style(const struct source *source)
{
    switch (source_state(source)) {
    case SOURCE_LIVE:
        return theme_class(SIP_CLASS_SUCCESS);
    case SOURCE_READING:
        return theme_class(SIP_CLASS_PROVISIONAL);
    case SOURCE_FAILED:
        return STYLE_ALERT;
    case SOURCE_DONE:
        break;
    }
    return STYLE_NORMAL;
}

static void draw_right(int y, int x, int width, enum style style, const struct strbuf *text)
{
    int used = (int)text_width(strbuf_as_span(text));
    screen_text(y, used < width ? x + width - used : x, width, style, strbuf_as_span(text));
}

/* Of a long path the end is shown. */
static void draw_name(int y, int x, int width, const char *name)
{
    const char *rest = name, *slash;
    while (*rest && (int)text_width(SPAN(rest)) + 1 > width && (slash = strchr(rest + 1, '/')))
        rest = slash;
    if (rest != name)
        x += screen_string(y, x, 1, STYLE_DIM, sign(SIGN_SHORTENED));
    screen_string(y, x, width - (rest != name), STYLE_BOLD, rest);
}

static void draw_source(const struct sources_view *v, const struct ui *ui, int y, size_t i)
{
    struct row row = { inputs_at(ui->session->inputs, i),
                       pipeline_counts_of(&ui->session->pipeline, i), &v->samples[i] };
    int x = v->rect.x + 1, width = name_width(v->rect.width);
    draw_name(y, x, width, source_title(row.source));
    x += width;
    for (size_t k = 0; k < COLUMNS; k++) {
        struct strbuf text = STRBUF_INIT;
        if (v->rect.width < columns[k].least)
            continue;
        columns[k].put(&row, &text);
        enum style style = columns[k].put == put_state ? state_style(row.source)
                           : columns[k].put == put_drops && source_drops(row.source) ? STYLE_ALERT
                                                                                     : STYLE_NORMAL;
        draw_right(y, x + 1, columns[k].width, style, &text);
        x += columns[k].width + 1;
        strbuf_free(&text);
    }
}

static void draw_titles(struct rect rect)
{
    int x = rect.x + 1, width = name_width(rect.width);
    screen_string(rect.y, x, width, STYLE_TITLE, _("Input"));
    x += width;
    for (size_t k = 0; k < COLUMNS; k++) {
        struct strbuf title = STRBUF_INIT;
        if (rect.width < columns[k].least)
            continue;
        strbuf_text(&title, tr(columns[k].title));
        draw_right(rect.y, x + 1, columns[k].width, STYLE_TITLE, &title);
        x += columns[k].width + 1;
        strbuf_free(&title);
    }
}

/* What stands below it */

static void put_format(const struct source *source, struct strbuf *out)
{
    struct strbuf assumed = STRBUF_INIT;
    strbuf_text(out, source->format);
    plain_put_assumed(&assumed, source->assumed);
    if (assumed.n)
        strbuf_format(out, _("  assumed: %s"), strbuf_str(&assumed));
    strbuf_free(&assumed);
}

static void put_drop(const struct sources_view *v, const char *word, uint64_t value,
                     struct strbuf *out)
{
    const char *label = word;
    for (size_t i = 0; i < v->nreasons; i++)
        if (strcmp(v->reasons[i].word, word) == 0)
            label = tr(v->reasons[i].label);
    if (value)
        strbuf_format(out, "%s%s ", out->n ? ", " : "", label);
    if (value)
        put_number(value, out);
}

static void put_lost(const struct sources_view *v, const struct source *source, struct strbuf *out)
{
    const struct source_stats *stats = &source->stats;
    put_drop(v, "kernel_drops", stats->kernel_drops, out);
    put_drop(v, "interface_drops", stats->interface_drops, out);
    for (size_t i = 0; stats->refused && stats->refused_names[i]; i++)
        put_drop(v, stats->refused_names[i], stats->refused[i], out);
}

static void put_agent(const struct ui *ui, size_t agent, struct strbuf *out)
{
    uint64_t messages = ui->session->pipeline.agents[agent].messages;
    struct span name = store_agent_name(ui->store, (uint16_t)agent);
    strbuf_format(out, "%s ", _("agent"));
    strbuf_span(out, name.n ? name : SPAN(_("without a name")));
    strbuf_text(out, "  ");
    strbuf_format(out, tr_n("%llu message", "%llu messages", messages),
                  (unsigned long long)messages);
}

/* The name stands above already. */
static void put_trouble(const struct source *source, struct strbuf *out)
{
    struct span text = SPAN(source->trouble), name = SPAN(source_title(source));
    bool named = span_starts(text, source_title(source)) && text.n > name.n + 2;
    strbuf_text(out, source->trouble + (named ? name.n + 2 : 0));
}

static void draw_detail(const struct sources_view *v, const struct ui *ui, int y,
                        const struct line *line)
{
    const struct source *source = inputs_at(ui->session->inputs, line->source);
    struct strbuf text = STRBUF_INIT;
    enum style style = STYLE_DIM;
    if (line->kind == LINE_TROUBLE) {
        put_trouble(source, &text);
        style = STYLE_ALERT;
    } else if (line->kind == LINE_FORMAT) {
        put_format(source, &text);
    } else if (line->kind == LINE_DROPS) {
        put_lost(v, source, &text);
        style = STYLE_ALERT;
    } else {
        put_agent(ui, line->item, &text);
        style = STYLE_NORMAL;
    }
    screen_text(y, v->rect.x + 3, v->rect.width - 3, style, strbuf_as_span(&text));
    strbuf_free(&text);
}

static void draw_reason(const struct sources_view *v, int y, const struct left_out *reason)
{
    struct strbuf value = STRBUF_INIT;
    int x = v->rect.x + 1;
    put_number(reason->value, &value);
    screen_string(y, x + 2, 18, STYLE_NORMAL, tr(reason->label));
    draw_right(y, x + 20, 13, STYLE_NORMAL, &value);
    if (*reason->note)
        screen_string(y, x + 35, v->rect.width - 36, STYLE_DIM, tr(reason->note));
    strbuf_free(&value);
}

/* The view */

static void draw_line(const struct sources_view *v, const struct ui *ui, int y,
                      const struct line *line)
{
    if (line->kind == LINE_SOURCE)
        draw_source(v, ui, y, line->source);
    else if (line->kind == LINE_HEADING)
        screen_string(y, v->rect.x + 1, v->rect.width - 1, STYLE_HEADING,
                      _("Left out, of all sources"));
    else if (line->kind == LINE_REASON)
        draw_reason(v, y, &v->reasons[line->item]);
    else
        draw_detail(v, ui, y, line);
}

/* Keeps the row among the lines, and on the screen. */
static void place_row(struct sources_view *v)
{
    int count = (int)v->nlines, height = v->rect.height;
    v->row = v->row >= count ? count - 1 : v->row;
    v->row = v->row < 0 ? 0 : v->row;
    v->top = v->row < v->top ? v->row : v->top;
    v->top = v->row >= v->top + height ? v->row - height + 1 : v->top;
}

static void draw(struct ui *ui, struct view *view, struct rect rect)
{
    struct sources_view *v = (struct sources_view *)view;
    v->rect = (struct rect){ rect.y + 1, rect.x, rect.height > 2 ? rect.height - 1 : 1,
                             rect.width };
    lay_out(v, ui);
    take_samples(v, ui);
    place_row(v);
    screen_clear(rect);
    draw_titles(rect);
    for (int i = 0; i < v->rect.height && v->top + i < (int)v->nlines; i++) {
        draw_line(v, ui, v->rect.y + i, &v->lines[v->top + i]);
        if (v->top + i == v->row)
            screen_select(v->rect.y + i, v->rect.x, v->rect.width);
    }
}

/* Enter: the transactions whose first message the source brought. This view is gone afterwards. */
static void open_source(struct ui *ui, const struct sources_view *v)
{
    struct strbuf text = STRBUF_INIT;
    if (v->nlines == 0 || v->lines[v->row].source == NO_SOURCE)
        return;
    strbuf_format(&text, "source == %zu", v->lines[v->row].source);
    while (ui->nviews > 1)
        ui_pop(ui);
    trail_narrow(ui, transactions_list.name, strbuf_str(&text));
    strbuf_free(&text);
}

static bool act(struct ui *ui, struct view *view, enum verb verb)
{
    struct sources_view *v = (struct sources_view *)view;
    if (verb == VERB_OPEN)
        open_source(ui, v);
    else if (verb_scroll(verb, &v->row, v->rect.height, (int)v->nlines))
        place_row(v);
    else
        return false;
    return true;
}

static void click(struct ui *ui, struct view *view, int y, int x)
{
    struct sources_view *v = (struct sources_view *)view;
    (void)ui;
    (void)x;
    if (y >= v->rect.y)
        v->row = v->top + y - v->rect.y;
    place_row(v);
}

static bool opens_at(const struct view *view, int y, int x)
{
    const struct sources_view *v = (const struct sources_view *)view;
    (void)x;
    return y >= v->rect.y && v->top + y - v->rect.y < (int)v->nlines;
}

static void close_sources(struct view *view)
{
    struct sources_view *v = (struct sources_view *)view;
    free(v->lines);
    free(v->samples);
    free(v);
}

static const struct view_ops sources_ops = {
    .name = N_("sources"),
    .verbs = VERBS_MOVE | VERB_BIT(VERB_OPEN),
    .keybar = "back open-rows command assist",
    .draw = draw,
    .act = act,
    .click = click,
    .opens_at = opens_at,
    .close = close_sources,
};

void sources_run(struct ui *ui, const char *argument)
{
    (void)argument;
    if (ui_top(ui)->ops == &sources_ops)
        return;
    struct sources_view *v = mem_zero(sizeof *v);
    v->view.ops = &sources_ops;
    v->rect.height = 1;
    ui_push(ui, &v->view);
}
