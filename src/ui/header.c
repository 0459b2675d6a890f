/*
 * The first line: source, rate, counts, drops, memory, the most frequent failure. Where room is short
 * its words get shorter first; what is least important goes last of all.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/text.h"
#include "base/tr.h"
#include "ui/keymap.h"
#include "ui/list.h"
#include "ui/signs.h"
#include "ui/ui.h"

#define SEGMENTS 12
#define LEAST_CUT 10    /* columns of a segment that was cut */
#define RANK_EXTRA 7    /* of a segment that is shown where there is room left */
#define TERSE_SOURCE 14 /* columns of a source's name */
#define MIB ((size_t)1 << 20)

/* A part of the header; those with the highest `rank` go first when room is short. */
struct segment {
    char *text;
    enum style style;
    int rank;
    bool long_text; /* its end may be cut before the whole goes */
};

/* How it is written, the longest way first. */
enum wording {
    WORDS_FULL,
    WORDS_SHORT,
    WORDS_TERSE, /* counts of many digits rounded; a long text may be cut, */
    WORDS_ALONE, /* and the program's own name is left out */
};

struct header {
    struct segment segments[SEGMENTS];
    size_t count;
    enum wording wording;
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

/* "9,999", or where room is short "12.4k". */
static const char *counted(const struct header *h, uint64_t n, char *buf, size_t size)
{
    static const char units[] = "kMG";
    double shown = (double)n / 1000;
    int unit = 0;
    if (h->wording < WORDS_TERSE || n < 10000)
        return ui_grouped(n, buf, size);
    for (; shown >= 999.95 && units[unit + 1]; unit++)
        shown /= 1000;
    snprintf(buf, size, shown < 99.95 ? "%.1f%c" : "%.0f%c", shown, units[unit]);
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
    struct span whole = SPAN(slash ? slash + 1 : name);
    bool terse = h->wording >= WORDS_TERSE;
    struct span shown = text_fit(whole, terse ? TERSE_SOURCE : n == 1 ? 60 : 40);
    const char *end = shown.n == whole.n ? "" : sign(SIGN_SHORTENED);
    if (n > 1)
        add(h, STYLE_TITLE, 1, "%.*s%s +%zu", SPAN_ARG(shown), end, n - 1);
    else if (format && !terse)
        add(h, STYLE_TITLE, 1, "%.*s%s (%s)", SPAN_ARG(shown), end, format);
    else
        add(h, STYLE_TITLE, 1, "%.*s%s", SPAN_ARG(shown), end);
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

/* Of what goes on the messages of the last second, of a file those that it has on average. */
static void add_rate(struct ui *ui, struct header *h)
{
    char a[32];
    double seconds = (double)(store_now(ui->store) - ui->began_ns) / 1e9;
    double rate = ui_goes_on(ui) ? ui->rate
                  : seconds > 0  ? (double)store_counts(ui->store)->messages / seconds
                                 : 0;
    if (ui->loading && !ui_goes_on(ui))
        return;
    if (rate > 0 && rate < 9.95)
        snprintf(a, sizeof a, "%.1f", rate);
    else
        counted(h, (uint64_t)(rate + 0.5), a, sizeof a);
    add(h, STYLE_NORMAL, 4, h->wording < WORDS_TERSE ? _("%s msg/s") : _("%s/s"), a);
}

static void add_state(struct ui *ui, struct header *h)
{
    char a[32];
    bool live = inputs_live(ui->session->inputs);
    const char *dot = sign(SIGN_GOES_ON);
    int percent = progress(ui);
    if (ui->paused)
        add(h, STYLE_ALERT, 0, _("PAUSED, %s new"), counted(h, lists_held(ui), a, sizeof a));
    else if (live)
        add(h, STYLE_CLASS + SIP_CLASS_SUCCESS, 0, _("%s live"), dot);
    else if (ui->loading && percent >= 0)
        add(h, STYLE_ALERT, 0, _("reading %d%%"), percent);
    else if (ui->loading)
        add(h, STYLE_ALERT, 0, "%s", _("reading"));
}

static void add_counts(struct ui *ui, struct header *h)
{
    char a[32];
    const struct store_counts *c = store_counts(ui->store);
    uint64_t failed = sip_failed(c->classes);
    bool full = h->wording == WORDS_FULL;
    int rank = h->wording < WORDS_TERSE ? 6 : RANK_EXTRA;
    add(h, STYLE_NORMAL, rank, full ? _("%s messages") : _("%s msg"),
        counted(h, c->messages, a, sizeof a));
    add(h, STYLE_NORMAL, 3, full ? _("%s transactions") : _("%s trans"),
        counted(h, c->transactions, a, sizeof a));
    double share = sip_failed_share(c->classes);
    add(h, failed ? STYLE_CLASS + SIP_CLASS_CLIENT : STYLE_NORMAL, 1, _("%s failed %.1f%%"),
        counted(h, failed, a, sizeof a), share > 0 ? 100 * share : 0);
    add(h, STYLE_NORMAL, rank, _("%s open"), counted(h, c->open, a, sizeof a));
}

/* The error that was found most often; of what goes on, lately. */
static void add_finding(struct ui *ui, struct header *h)
{
    char a[32];
    struct strbuf name = STRBUF_INIT;
    struct finding_top top = diagnosis_top(ui->diagnosis, ui_goes_on(ui));
    if (!top.rule)
        return;
    ui_put_rule(ui, top.rule, &name);
    add(h, STYLE_CLASS + SIP_CLASS_CLIENT, 5, _("top: %s %s"), strbuf_str(&name),
        ui_grouped(top.findings, a, sizeof a));
    h->segments[h->count - 1].long_text = true;
    strbuf_free(&name);
}

static void add_filter(struct ui *ui, struct header *h)
{
    char a[32], key[KEY_HINT];
    size_t list;
    if (!ui->filter)
        return;
    const struct rows *rows = &lists_current(ui)->rows;
    add(h, STYLE_ALERT, 1, rows_busy(rows) ? _("%s shown...") : _("%s shown"),
        ui_grouped(rows_fitting(rows), a, sizeof a));
    struct span text = text_fit(SPAN(ui->filter_text), 60);
    add(h, STYLE_ALERT, 2, _("filter: %.*s"), SPAN_ARG(text));
    h->segments[h->count - 1].long_text = true;
    if (ui->nviews == 1 && !ui->pane.focused && trail_way(ui, &list) == TRAIL_FILTER)
        add(h, STYLE_ALERT, 1, _("%s: off"), keymap_hint("back", key));
    else
        add(h, STYLE_ALERT, 3, _("%s: off"), keymap_hint("filter", key));
}

static void add_limits(struct ui *ui, struct header *h)
{
    char a[32];
    const struct store_counts *c = store_counts(ui->store);
    uint64_t drops = 0;
    for (size_t i = 0; i < inputs_count(ui->session->inputs); i++) {
        drops += source_drops(inputs_at(ui->session->inputs, i));
    }
    size_t used = (store_bytes(ui->store) + MIB - 1) / MIB;
    add(h, drops ? STYLE_ALERT : STYLE_NORMAL, drops ? 0 : 4, _("drop %s"),
        counted(h, drops, a, sizeof a));
    if (h->wording < WORDS_TERSE)
        add(h, STYLE_NORMAL, 4,
            h->wording == WORDS_FULL ? _("memory %zu/%zu MiB") : _("mem %zu/%zu MiB"), used,
            store_budget(ui->store) / MIB);
    else
        add(h, STYLE_NORMAL, 4, _("mem %zuM"), used);
    if (c->evicted_calls)
        add(h, STYLE_ALERT, 2, _("evicted %s calls"), ui_grouped(c->evicted_calls, a, sizeof a));
}

/* Cuts the end of a segment that may be cut to so many columns; false: too few. */
static bool cut(struct segment *s, int width)
{
    if (!s->long_text || width < LEAST_CUT)
        return false;
    struct span kept = text_fit(SPAN(s->text), (size_t)width - 1);
    char *text = mem_format("%.*s%s", SPAN_ARG(kept), sign(SIGN_SHORTENED));
    free(s->text);
    s->text = text;
    return true;
}

static int own_name(const struct header *h)
{
    return h->wording < WORDS_ALONE ? (int)strlen("sipwhy") + 1 : -1;
}

/* Takes what has no room away, the least important first. How many went or were cut, extras apart. */
static int shrink(struct header *h, int width)
{
    int short_of = 0, used = own_name(h);
    for (int rank = 0; rank <= RANK_EXTRA; rank++)
        for (size_t i = 0; i < h->count; i++) {
            struct segment *s = &h->segments[i];
            if (s->rank != rank)
                continue;
            int needed = (int)text_width(SPAN(s->text)) + 2;
            bool fits = rank == 0 || used + needed <= width;
            short_of += !fits && rank < RANK_EXTRA;
            if (fits || cut(s, width - used - 2))
                used += (int)text_width(SPAN(s->text)) + 2;
            else
                s->rank = -1;
        }
    return short_of;
}

static void free_segments(struct header *h)
{
    for (size_t i = 0; i < h->count; i++)
        free(h->segments[i].text);
    h->count = 0;
}

static int fill(struct ui *ui, struct header *h, enum wording wording)
{
    free_segments(h);
    h->wording = wording;
    add_source(ui, h);
    add_state(ui, h);
    add_rate(ui, h);
    add_counts(ui, h);
    add_limits(ui, h);
    add_finding(ui, h);
    add_filter(ui, h);
    return shrink(h, COLS);
}

void header_draw(struct ui *ui)
{
    struct header h = { 0 };
    for (enum wording w = WORDS_FULL; w <= WORDS_ALONE && fill(ui, &h, w) > 0; w++)
        continue;
    screen_blank(0, 0, COLS);
    int x = own_name(&h);
    if (x > 0)
        screen_string(0, 1, COLS - 1, STYLE_HEADER, "sipwhy");
    for (size_t i = 0; i < h.count; i++)
        if (h.segments[i].rank >= 0)
            x += 2 + screen_string(0, x + 2, COLS - x - 2, h.segments[i].style, h.segments[i].text);
    free_segments(&h);
}
