/* The first line: what is going on, the most important first where room is short. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/text.h"
#include "base/tr.h"
#include "ui/list.h"
#include "ui/ui.h"

#define SEGMENTS 12
#define LEAST_CUT 16 /* columns of a segment that was cut */
#define RANK_EXTRA 7 /* of a segment that is shown where there is room left */
#define MIB ((size_t)1 << 20)

/* A part of the header; those with the highest `rank` go first when room is short. */
struct segment {
    char *text;
    enum style style;
    int rank;
    bool long_text; /* its end may be cut before the whole goes */
};

struct header {
    struct segment segments[SEGMENTS];
    size_t count;
    bool roomy; /* names are written out */
};

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

static void add_counts(struct ui *ui, struct header *h)
{
    char a[32];
    const struct store_counts *c = store_counts(ui->store);
    uint64_t failed = sip_failed(c->classes);
    add(h, STYLE_NORMAL, 6, h->roomy ? _("%s messages") : _("%s msg"),
        ui_grouped(c->messages, a, sizeof a));
    add(h, STYLE_NORMAL, 3, h->roomy ? _("%s transactions") : _("%s trans"),
        ui_grouped(c->transactions, a, sizeof a));
    double share = sip_failed_share(c->classes);
    add(h, failed ? STYLE_CLASS + SIP_CLASS_CLIENT : STYLE_NORMAL, 1, _("%s failed %.1f%%"),
        ui_grouped(failed, a, sizeof a), share > 0 ? 100 * share : 0);
    add(h, STYLE_NORMAL, 4, _("%s open"), ui_grouped(c->open, a, sizeof a));
}

/* The error that was found most often; of what goes on, lately. */
static void add_finding(struct ui *ui, struct header *h)
{
    char a[32];
    struct strbuf name = STRBUF_INIT;
    bool lately = inputs_live(ui->session->inputs) || ui->session->settings->follow;
    struct finding_top top = diagnosis_top(ui->diagnosis, lately);
    if (!top.rule)
        return;
    ui_put_rule(ui, top.rule, &name);
    add(h, STYLE_CLASS + SIP_CLASS_CLIENT, 4, _("top: %s %s"), strbuf_str(&name),
        ui_grouped(top.findings, a, sizeof a));
    h->segments[h->count - 1].long_text = true;
    strbuf_free(&name);
}

static void add_filter(struct ui *ui, struct header *h)
{
    char a[32];
    if (!ui->filter)
        return;
    const struct rows *rows = &lists_current(ui)->rows;
    add(h, STYLE_ALERT, 1, rows_busy(rows) ? _("%s shown...") : _("%s shown"),
        ui_grouped(rows_fitting(rows), a, sizeof a));
    struct span text = text_fit(SPAN(ui->filter_text), 60);
    add(h, STYLE_ALERT, 2, _("filter: %.*s"), SPAN_ARG(text));
    h->segments[h->count - 1].long_text = true;
}

static void add_limits(struct ui *ui, struct header *h)
{
    char a[32];
    const struct store_counts *c = store_counts(ui->store);
    uint64_t drops = 0;
    for (size_t i = 0; i < inputs_count(ui->session->inputs); i++) {
        drops += source_drops(inputs_at(ui->session->inputs, i));
    }
    add(h, STYLE_NORMAL, RANK_EXTRA, h->roomy ? _("memory %zu/%zu MiB") : _("mem %zu/%zu MiB"),
        (store_bytes(ui->store) + MIB - 1) / MIB, store_budget(ui->store) / MIB);
    if (inputs_live(ui->session->inputs) || drops)
        add(h, drops ? STYLE_ALERT : STYLE_NORMAL, drops ? 0 : 4, _("drop %s"),
            ui_grouped(drops, a, sizeof a));
    if (c->evicted_calls)
        add(h, STYLE_ALERT, 2, _("evicted %s calls"), ui_grouped(c->evicted_calls, a, sizeof a));
}

/* Cuts the end of a segment that may be cut to so many columns; false: too few. */
static bool cut(struct segment *s, int width)
{
    if (!s->long_text || width < LEAST_CUT)
        return false;
    struct span kept = text_fit(SPAN(s->text), (size_t)width - 1);
    char *text = mem_format("%.*s%s", SPAN_ARG(kept), screen_utf8() ? "…" : "~");
    free(s->text);
    s->text = text;
    return true;
}

/* Takes what has no room away, the least important first. How many went, extras apart. */
static int shrink(struct header *h, int width)
{
    int gone = 0, used = 7;
    for (int rank = 0; rank <= RANK_EXTRA; rank++)
        for (size_t i = 0; i < h->count; i++) {
            struct segment *s = &h->segments[i];
            if (s->rank != rank)
                continue;
            int needed = (int)text_width(SPAN(s->text)) + 2;
            if (rank > 0 && used + needed > width && !cut(s, width - used - 2)) {
                gone += rank < RANK_EXTRA;
                s->rank = -1;
            } else {
                used += (int)text_width(SPAN(s->text)) + 2;
            }
        }
    return gone;
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

void header_draw(struct ui *ui)
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
