/* The first and the last line: what is going on, and what the keys do here. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/text.h"
#include "base/tr.h"
#include "ui/command.h"
#include "ui/keymap.h"
#include "ui/list.h"
#include "ui/ui.h"

#define SEGMENTS 12
#define RANK_EXTRA 7 /* of a segment that takes no room from the others */
#define MIB ((size_t)1 << 20)

/* A part of the header; those with the highest `rank` go first when room is short. */
struct segment {
    char *text;
    enum style style;
    int rank;
};

struct header {
    struct segment segments[SEGMENTS];
    size_t count;
    bool roomy; /* names are written out */
};

char *ui_address(const struct addr *a, char *buf)
{
    return a->port == 5060 ? addr_host(a, buf) : addr_format(a, buf);
}

void ui_put_agent(const struct ui *ui, const struct message *message, struct strbuf *out)
{
    const struct flow *flow = message ? store_flow(ui->store, message->flow) : NULL;
    struct span agent = flow ? store_agent_name(ui->store, flow->agent) : SPAN_NONE;
    if (agent.n == 0)
        return;
    strbuf_format(out, "  %s ", _("seen by"));
    strbuf_span(out, agent);
}

static void __attribute__((format(printf, 4, 5)))
add(struct header *h, enum style style, int rank, const char *format, ...)
{
    va_list args;
    if (h->count == SEGMENTS)
        return;
    struct segment *s = &h->segments[h->count++];
    s->style = style;
    s->rank = rank;
    va_start(args, format);
    s->text = mem_format_args(format, args);
    va_end(args);
}

/* 12431 as "12,431". */
static char *grouped(uint64_t n, char *buf, size_t size)
{
    char digits[32];
    int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
    size_t at = 0;
    for (int i = 0; i < length && at + 2 < size; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            buf[at++] = ',';
        buf[at++] = digits[i];
    }
    buf[at] = '\0';
    return buf;
}

static void add_source(struct ui *ui, struct header *h)
{
    const struct inputs *inputs = ui->session->inputs;
    size_t n = inputs_count(inputs);
    if (n == 0)
        return;
    const struct source *first = inputs_at(inputs, 0);
    const char *name = source_title(first), *slash = strrchr(name, '/'), *format = first->format;
    struct span shown = text_fit(SPAN(slash ? slash + 1 : name), n == 1 ? 60 : 40);
    if (n == 1)
        add(h, STYLE_TITLE, 1, "%.*s%s%s%s", SPAN_ARG(shown), format ? " (" : "",
            format ? format : "", format ? ")" : "");
    else
        add(h, STYLE_TITLE, 1, "%.*s +%zu", SPAN_ARG(shown), n - 1);
}

static int progress(const struct ui *ui)
{
    uint64_t size = 0, position = 0;
    for (size_t i = 0; i < inputs_count(ui->session->inputs); i++) {
        const struct source *source = inputs_at(ui->session->inputs, i);
        size += source->ops->live ? 0 : source->stats.size;
        position += source->ops->live ? 0 : source->stats.position;
    }
    return size ? (int)(position * 100 / size) : -1;
}

static void add_state(struct ui *ui, struct header *h)
{
    bool live = inputs_live(ui->session->inputs);
    const char *dot = screen_utf8() ? "●" : "*";
    int percent = progress(ui);
    if (ui->paused)
        add(h, STYLE_ALERT, 0, "%s", _("paused"));
    else if (live)
        add(h, STYLE_CLASS + SIP_CLASS_SUCCESS, 0, _("%s live"), dot);
    else if (ui->loading && percent >= 0)
        add(h, STYLE_ALERT, 0, _("reading %d%%"), percent);
    else if (ui->loading)
        add(h, STYLE_ALERT, 0, "%s", _("reading"));
    if (live && ui->rate >= 0.5)
        add(h, STYLE_NORMAL, 6, _("%.0f msg/s"), ui->rate);
}

static uint64_t failures(const struct store_counts *c)
{
    uint64_t n = 0;
    for (int i = 0; i < SIP_CLASSES; i++)
        if (sip_class_failed((enum sip_class)i))
            n += c->classes[i];
    return n;
}

static void add_counts(struct ui *ui, struct header *h)
{
    char a[32];
    const struct store_counts *c = store_counts(ui->store);
    uint64_t failed = failures(c);
    add(h, STYLE_NORMAL, 6, h->roomy ? _("%s messages") : _("%s msg"),
        grouped(c->messages, a, sizeof a));
    add(h, STYLE_NORMAL, 3, h->roomy ? _("%s transactions") : _("%s trans"),
        grouped(c->transactions, a, sizeof a));
    double share = c->transactions ? 100.0 * (double)failed / (double)c->transactions : 0;
    add(h, failed ? STYLE_CLASS + SIP_CLASS_CLIENT : STYLE_NORMAL, 1, _("%s failed %.1f%%"),
        grouped(failed, a, sizeof a), share);
    add(h, STYLE_NORMAL, 4, _("%s open"), grouped(c->open, a, sizeof a));
}

/* The error that was found most often. */
static void add_finding(struct ui *ui, struct header *h)
{
    char a[32];
    uint64_t most = 0;
    uint8_t top = 0;
    for (unsigned rule = 1; rule <= finding_rules(); rule++) {
        uint64_t n = diagnosis_count(ui->diagnosis, (uint8_t)rule).findings;
        if (finding_rule_severity((uint8_t)rule) == SEVERITY_ERROR && n > most) {
            most = n;
            top = (uint8_t)rule;
        }
    }
    if (top)
        add(h, STYLE_CLASS + SIP_CLASS_CLIENT, RANK_EXTRA, _("top: %s %s"), finding_rule_id(top),
            grouped(most, a, sizeof a));
}

static void add_filter(struct ui *ui, struct header *h)
{
    char a[32];
    if (!ui->filter)
        return;
    const struct rows *rows = &lists_current(ui)->rows;
    add(h, STYLE_ALERT, 1, rows_busy(rows) ? _("%s shown...") : _("%s shown"),
        grouped(rows_count(rows), a, sizeof a));
    struct span text = text_fit(SPAN(ui->filter_text), 60);
    add(h, STYLE_ALERT, 2, _("filter: %.*s"), SPAN_ARG(text));
}

static void add_limits(struct ui *ui, struct header *h)
{
    char a[32];
    const struct store_counts *c = store_counts(ui->store);
    uint64_t drops = 0;
    for (size_t i = 0; i < inputs_count(ui->session->inputs); i++) {
        drops += source_drops(inputs_at(ui->session->inputs, i));
    }
    add(h, STYLE_NORMAL, 5, h->roomy ? _("memory %zu/%zu MiB") : _("mem %zu/%zu MiB"),
        (store_bytes(ui->store) + MIB - 1) / MIB, store_budget(ui->store) / MIB);
    if (inputs_live(ui->session->inputs) || drops)
        add(h, drops ? STYLE_ALERT : STYLE_NORMAL, drops ? 0 : 4, _("drop %s"),
            grouped(drops, a, sizeof a));
    if (c->evicted_calls)
        add(h, STYLE_ALERT, 2, _("evicted %s calls"), grouped(c->evicted_calls, a, sizeof a));
}

/* Takes the least important segments away until the rest fits. How many went, extras apart. */
static int shrink(struct header *h, int width)
{
    for (int gone = 0;;) {
        int used = 7, worst = -1;
        for (size_t i = 0; i < h->count; i++) {
            struct segment *s = &h->segments[i];
            if (s->rank < 0)
                continue;
            used += (int)text_width(SPAN(s->text)) + 2;
            if (s->rank > 0 && (worst < 0 || s->rank >= h->segments[worst].rank))
                worst = (int)i;
        }
        if (used <= width || worst < 0)
            return gone;
        gone += h->segments[worst].rank < RANK_EXTRA;
        h->segments[worst].rank = -1;
    }
}

static void free_segments(struct header *h)
{
    for (size_t i = 0; i < h->count; i++)
        free(h->segments[i].text);
    h->count = 0;
}

static int fill(struct ui *ui, struct header *h, bool roomy)
{
    free_segments(h);
    h->roomy = roomy;
    add_source(ui, h);
    add_state(ui, h);
    add_counts(ui, h);
    add_finding(ui, h);
    add_filter(ui, h);
    add_limits(ui, h);
    return shrink(h, COLS);
}

void frame_draw_header(struct ui *ui)
{
    struct header h = { 0 };
    if (fill(ui, &h, true) > 0)
        fill(ui, &h, false);
    screen_blank(0, 0, COLS);
    int x = 1 + screen_string(0, 1, COLS - 1, STYLE_HEADER, "sipwhy");
    for (size_t i = 0; i < h.count; i++)
        if (h.segments[i].rank >= 0)
            x += 2 + screen_string(0, x + 2, COLS - x - 2, h.segments[i].style, h.segments[i].text);
    free_segments(&h);
}

/* "Calls 95"; how many only where it is known, for a list that is not shown is not filtered. */
static void tab_text(struct ui *ui, size_t which, bool counts, struct strbuf *out)
{
    char number[32];
    const struct list *list = lists_at(ui, which);
    strbuf_clear(out);
    strbuf_text(out, tr(list->ops->title));
    if (counts && (!ui->filter || list == lists_current(ui)))
        strbuf_format(out, " %s",
                      grouped(ui->filter ? rows_count(&list->rows) : list->rows.all.count, number,
                              sizeof number));
}

static int tabs_width(struct ui *ui, size_t from, size_t to, bool counts)
{
    struct strbuf text = STRBUF_INIT;
    int width = 1;
    for (size_t i = from; i < to; i++) {
        tab_text(ui, i, counts, &text);
        width += (int)text_width(strbuf_as_span(&text)) + 2;
    }
    strbuf_free(&text);
    return width;
}

/* Calls `fn` for each tab: its number, where it stands, its text. Without counts if short of room. */
static void each_tab(struct ui *ui, void (*fn)(size_t which, int x, struct span text, void *arg),
                     void *arg)
{
    struct strbuf text = STRBUF_INIT;
    size_t count = lists_count(), first = 0, current = 0;
    bool counts = tabs_width(ui, 0, count, true) <= COLS;
    while (lists_at(ui, current) != lists_current(ui))
        current++;
    while (first < current && tabs_width(ui, first, current + 1, counts) > COLS)
        first++;
    int x = 0;
    for (size_t i = first; i < count && x < COLS; i++) {
        tab_text(ui, i, counts, &text);
        fn(i, x, strbuf_as_span(&text), arg);
        x += (int)text_width(strbuf_as_span(&text)) + 2;
    }
    strbuf_free(&text);
}

struct tab_search {
    struct ui *ui;
    int y, x, found;
};

static void draw_tab(size_t which, int x, struct span text, void *arg)
{
    const struct tab_search *s = arg;
    bool current = lists_at(s->ui, which) == lists_current(s->ui);
    int used = screen_text(s->y, x + 1, COLS - x - 1, current ? STYLE_TITLE : STYLE_DIM, text);
    if (current)
        screen_select(s->y, x, used + 2);
}

void frame_draw_tabs(struct ui *ui, int y)
{
    struct tab_search s = { ui, y, 0, -1 };
    screen_blank(y, 0, COLS);
    each_tab(ui, draw_tab, &s);
}

static void match_tab(size_t which, int x, struct span text, void *arg)
{
    struct tab_search *s = arg;
    if (s->x >= x && s->x < x + (int)text_width(text) + 2)
        s->found = (int)which;
}

int frame_tab_at(struct ui *ui, int x)
{
    struct tab_search s = { ui, 0, x, -1 };
    each_tab(ui, match_tab, &s);
    return s.found;
}

static int draw_key(int x, const struct command *command)
{
    char key[KEY_NAME];
    if (!command || !command->label || !keymap_key_for(command, key))
        return x;
    const char *label = tr(command->label);
    int width = (int)(text_width(SPAN(key)) + 1 + text_width(SPAN(label)));
    if (x + width > COLS)
        return x;
    x += screen_string(LINES - 1, x, COLS - x, STYLE_KEY, key) + 1;
    return x + screen_string(LINES - 1, x, COLS - x, STYLE_NORMAL, label) + 2;
}

/* A notice takes as many lines as it needs, from the bottom up. */
static void draw_notice(const struct ui *ui)
{
    struct styled_text text = STYLED_INIT(screen_utf8());
    struct strbuf safe = STRBUF_INIT;
    enum style style = ui->notice_is_error ? STYLE_ALERT : STYLE_BOLD;
    text_visible(&safe, SPAN(ui->notice), screen_utf8());
    styled_paragraph(&text, HELP_PLAIN, strbuf_as_span(&safe), (size_t)COLS - 1, 1, 1);
    int lines = (int)text.nlines < LINES - 2 ? (int)text.nlines : LINES - 2;
    for (int i = 0; i < lines; i++) {
        const struct styled_line *line = &text.lines[i];
        screen_blank(LINES - lines + i, 0, COLS);
        if (line->count)
            screen_text(LINES - lines + i, 1, COLS - 1, style,
                        styled_run_text(&text, &text.runs[line->first]));
    }
    styled_free(&text);
    strbuf_free(&safe);
}

void frame_draw_keybar(struct ui *ui, const char *keybar)
{
    char names[256], *save = NULL;
    screen_blank(LINES - 1, 0, COLS);
    if (ui->notice) {
        draw_notice(ui);
        return;
    }
    snprintf(names, sizeof names, "%s", keybar);
    int x = 1;
    for (char *name = strtok_r(names, " ", &save); name; name = strtok_r(NULL, " ", &save))
        x = draw_key(x, command_find(name));
}
