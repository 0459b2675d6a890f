/*
 * The head of the statistics view: a line that says what is charted, bars over time, below them the
 * classes of what began then, and the time. Where there is little room, fewer of these.
 */
#include <stdio.h>

#include "base/strbuf.h"
#include "base/text.h"
#include "base/timefmt.h"
#include "base/tr.h"
#include "ui/board.h"
#include "ui/chart.h"
#include "ui/signs.h"

#define SCALE 7     /* columns left of the bars, for numbers */
#define ROWS_LEFT 5 /* lines that the rows of groups keep at least, with title and last line */
#define MOST_BAR_LINES 10
#define FEWEST_BAR_LINES 2
#define CLOCK_WIDTH 8

/* What stands below another on the strip: a class of responses, or several. */
static const struct {
    uint8_t class; /* whose colour and mark it has */
    const char *label;
} strips[] = {
    { SIP_CLASS_SUCCESS, "2xx" },   { SIP_CLASS_REDIRECT, "3xx" }, { SIP_CLASS_CHALLENGE, "401" },
    { SIP_CLASS_CANCELLED, "487" }, { SIP_CLASS_CLIENT, "4xx" },   { SIP_CLASS_SERVER, "5xx" },
    { SIP_CLASS_GLOBAL, "6xx" },    { SIP_CLASS_TIMEOUT, "---" },
};
#define STRIPS ((int)(sizeof strips / sizeof strips[0]))

/* How many lines each part gets of `height`. */
struct plan {
    int bars, strip, axis;
    bool classes; /* a line each, those that occur */
};

static int classes_seen(const struct statistics *s)
{
    int n = 0;
    for (int i = 0; i < STRIPS; i++)
        n += s->total.classes[strips[i].class] > 0;
    return n;
}

/* The summary comes first, then bars, the time, the strip; a class a line only where much is left. */
static struct plan plan_lines(const struct statistics *s, int height)
{
    struct plan p = { 0 };
    int left = height - ROWS_LEFT - 1, seen = classes_seen(s);
    if (left < FEWEST_BAR_LINES)
        return p;
    p.axis = left > FEWEST_BAR_LINES;
    p.strip = left > FEWEST_BAR_LINES + 1;
    p.classes = left >= FEWEST_BAR_LINES + 6 + seen;
    if (p.classes)
        p.strip = seen;
    p.bars = left - p.axis - p.strip;
    if (p.classes) /* and the rows have their share */
        p.bars = p.bars / 2;
    p.bars = p.bars > MOST_BAR_LINES ? MOST_BAR_LINES : p.bars;
    return p;
}

static enum style metric_style(const struct metric *metric)
{
    static const enum style styles[] = {
        [METRIC_PLAIN] = STYLE_CLASS + SIP_CLASS_PROVISIONAL,
        [METRIC_GOOD] = STYLE_CLASS + SIP_CLASS_SUCCESS,
        [METRIC_BAD] = STYLE_CLASS + SIP_CLASS_CLIENT,
    };
    return styles[metric->sense];
}

static double slot_value(const struct statistics *s, const struct metric *metric, uint32_t slot)
{
    return metric->value(&s->slots[slot], statistics_slot_span(s, slot));
}

/* "2s", "5m", "1h" of a bar. */
static const char *width_text(int64_t ns, char *buf)
{
    int64_t seconds = ns / 1000000000;
    if (seconds < 60 || seconds % 60)
        return time_short(ns, buf);
    if (seconds % 3600)
        snprintf(buf, TIME_TEXT, "%lldm", (long long)(seconds / 60));
    else if (seconds % 86400)
        snprintf(buf, TIME_TEXT, "%lldh", (long long)(seconds / 3600));
    else
        snprintf(buf, TIME_TEXT, "%lldd", (long long)(seconds / 86400));
    return buf;
}

/* The highest of the bars' values; below 0 where there is none. */
static double most_of(const struct statistics *s, const struct metric *metric)
{
    double most = -1;
    for (uint32_t i = 0; i < s->nslots; i++)
        if (slot_value(s, metric, i) > most)
            most = slot_value(s, metric, i);
    return most;
}

/* "most 10, 5s a bar" */
static void put_scale(const struct board *b, const struct statistics *s,
                      const struct metric *metric, struct strbuf *out)
{
    char text[METRIC_TEXT], width[TIME_TEXT];
    double most = board_behind(b) ? -1 : most_of(s, metric);
    if (board_behind(b))
        strbuf_format(out, "%s, ", _("counting"));
    else if (most >= 0)
        strbuf_format(out, _("most %s, "), metric_text(metric, most, text));
    strbuf_format(out, _("%s a bar"), width_text(b->slot_ns ? b->slot_ns : s->slot_ns, width));
}

/* "ASR 46.7%  14:02:10 83.3%  attempts that were answered", and how long and high a bar is. */
static void draw_summary(const struct board *b, const struct statistics *s,
                         const struct metric *metric, struct rect rect)
{
    char value[METRIC_TEXT], when[TIME_TEXT];
    struct strbuf right = STRBUF_INIT;
    uint32_t slot;
    int x = rect.x + 1, end = rect.x + rect.width;
    put_scale(b, s, metric, &right);
    int side = end - (int)text_width(strbuf_as_span(&right)) - 1;
    screen_string(rect.y, side, end - side, STYLE_DIM, strbuf_str(&right));
    strbuf_free(&right);
    side -= 2;
    x += screen_string(rect.y, x, side - x, STYLE_TITLE, tr(metric->title)) + 1;
    metric_text(metric, metric->value(&s->total, statistics_span(s)), value);
    x += screen_string(rect.y, x, side - x, metric_style(metric), *value ? value : "-") + 2;
    if (board_chosen(b, &slot)) {
        struct span clock = SPAN(time_clock(b->bar_ns, when));
        clock.n -= s->slot_ns % 1000000000 ? 0 : strlen(".000");
        x += screen_text(rect.y, x, side - x, STYLE_KEY, clock) + 1;
        metric_text(metric, slot_value(s, metric, slot), value);
        x += screen_string(rect.y, x, side - x, metric_style(metric), *value ? value : "-") + 2;
    }
    screen_string(rect.y, x, side - x, STYLE_DIM, tr(metric->help));
}

/* Shares have their whole range as scale; what is longer than a second is told in seconds. */
static double scale_of(const struct statistics *s, const struct metric *metric)
{
    double most = most_of(s, metric);
    if (metric->unit == METRIC_SHARE)
        return 1;
    return metric->unit == METRIC_TIME && most > 0 ? chart_top(most / 1e6) * 1e6 : chart_top(most);
}

/* The highest value of the bars that a part of the width stands for. */
static double value_at(const struct statistics *s, const struct metric *metric, int parts, int part)
{
    uint32_t slot, end;
    double most = -1;
    board_slots_at(s, parts, part, &slot, &end);
    for (; slot < end && slot < s->nslots; slot++)
        if (slot_value(s, metric, slot) > most)
            most = slot_value(s, metric, slot);
    return most;
}

/* A column of the drawing: a bar or a piece of one; two in dots. */
static void draw_column(const struct board *b, const struct metric *metric, double top, int x)
{
    const struct statistics *s = board_shown(b);
    const struct rect *rect = &b->bars;
    char cell[CHART_CELL];
    bool dots = b->style == CHART_BRAILLE;
    double left = value_at(s, metric, dots ? 2 * rect->width : rect->width, dots ? 2 * x : x);
    double right = dots ? value_at(s, metric, 2 * rect->width, 2 * x + 1) : left;
    for (int line = 0; line < rect->height && (left >= 0 || right >= 0); line++)
        screen_string(rect->y + rect->height - 1 - line, rect->x + x, 1,
                      left > 0 || right > 0 ? metric_style(metric) : STYLE_DIM,
                      dots ? chart_braille(left, right, top, rect->height, line, cell)
                           : chart_bar(left, top, rect->height, line, b->style == CHART_BLOCKS));
}

static void draw_bars(const struct board *b, const struct metric *metric)
{
    char text[METRIC_TEXT];
    double top = scale_of(board_shown(b), metric);
    metric_text(metric, top, text);
    screen_string(b->bars.y, b->bars.x - 1 - (int)text_width(SPAN(text)), SCALE - 1, STYLE_DIM,
                  text);
    for (int x = 0; x < b->bars.width; x++)
        draw_column(b, metric, top, x);
}

/* How many of each class began in the time that a column stands for. */
static void classes_at(const struct statistics *s, int width, int x, uint64_t classes[SIP_CLASSES])
{
    uint32_t slot, end;
    board_slots_at(s, width, x, &slot, &end);
    memset(classes, 0, SIP_CLASSES * sizeof *classes);
    for (; slot < end && slot < s->nslots; slot++)
        for (int i = 0; i < STRIPS; i++)
            classes[strips[i].class] += s->slots[slot].classes[strips[i].class];
}

static uint64_t most_of_a_class(const struct statistics *s, int width)
{
    uint64_t most = 0, classes[SIP_CLASSES];
    for (int x = 0; x < width; x++) {
        classes_at(s, width, x, classes);
        for (int i = 0; i < STRIPS; i++)
            most = classes[strips[i].class] > most ? classes[strips[i].class] : most;
    }
    return most;
}

/* A line a class: the darker, the more of it. */
static void draw_classes(const struct statistics *s, struct rect rect, bool utf8)
{
    uint64_t classes[SIP_CLASSES];
    double most = (double)most_of_a_class(s, rect.width);
    int y = rect.y;
    for (int i = 0; i < STRIPS; i++) {
        uint8_t class = strips[i].class;
        enum style style = theme_class(class);
        if (!s->total.classes[class])
            continue;
        int x = rect.x - SCALE + 1;
        x += screen_string(y, x, 1, style, theme_mark(class, screen_utf8())) + 1;
        screen_string(y, x, 4, style, strips[i].label);
        for (int at = 0; at < rect.width; at++) {
            classes_at(s, rect.width, at, classes);
            screen_string(y, rect.x + at, 1, style,
                          chart_shade((double)classes[class], most, utf8));
        }
        y++;
    }
}

/* The class that failed most, else what there was most of; -1: nothing. */
static int leading_strip(const uint64_t classes[SIP_CLASSES])
{
    int best = -1;
    for (int i = 0; i < STRIPS; i++) {
        uint8_t class = strips[i].class;
        bool failed = sip_class_failed((enum sip_class) class);
        bool before = best >= 0 && sip_class_failed((enum sip_class)strips[best].class);
        if (classes[class] && (best < 0 || failed > before ||
                               (failed == before && classes[class] > classes[strips[best].class])))
            best = i;
    }
    return best;
}

/* One line for all: the marks of what led. */
static void draw_marks(const struct statistics *s, struct rect rect)
{
    uint64_t classes[SIP_CLASSES];
    screen_string(rect.y, rect.x - SCALE + 1, SCALE - 2, STYLE_DIM, _("codes"));
    for (int x = 0; x < rect.width; x++) {
        classes_at(s, rect.width, x, classes);
        int best = leading_strip(classes);
        if (best >= 0)
            screen_string(rect.y, rect.x + x, 1, theme_class(strips[best].class),
                          theme_mark(strips[best].class, screen_utf8()));
    }
}

static void draw_clock(int64_t ns, int y, int x)
{
    char text[TIME_TEXT];
    screen_text(y, x, CLOCK_WIDTH, STYLE_DIM, (struct span){ time_clock(ns, text), CLOCK_WIDTH });
}

/* The columns that the chosen bar takes part in: from *first on; how many. */
static int chosen_columns(const struct board *b, int *first)
{
    uint32_t slot, from, end;
    int count = 0;
    for (int x = 0; board_chosen(b, &slot) && x < b->bars.width; x++) {
        board_slots_at(board_shown(b), b->bars.width, x, &from, &end);
        if (slot < from || slot >= end)
            continue;
        *first = count ? *first : x;
        count++;
    }
    return count;
}

/* Where the bars begin and end, and the chosen one, which comes first. */
static void draw_axis(const struct board *b, const struct statistics *s, int y)
{
    int x = b->bars.x, chosen = 0, end = b->bars.width - CLOCK_WIDTH;
    bool any = chosen_columns(b, &chosen) > 0;
    if (!any || chosen > CLOCK_WIDTH)
        draw_clock(s->from_ns, y, x);
    if (end > CLOCK_WIDTH && (!any || chosen + 1 < end))
        draw_clock(s->from_ns + (int64_t)s->nslots * s->slot_ns, y, x + end);
    if (any)
        screen_string(y, x + chosen, 1, STYLE_KEY, sign(SIGN_CHOSEN_BAR));
}

/* All bars are equally wide: what is too little for one more column each is left empty. */
static int width_of_bars(const struct statistics *s, int room)
{
    uint32_t slots = s->nslots;
    return slots && slots <= (uint32_t)room ? room - room % (int)slots : room;
}

int board_draw(struct board *b, const struct metric *metric, struct rect rect)
{
    const struct statistics *s = board_shown(b);
    struct plan plan = plan_lines(s, rect.height);
    int used = 1 + plan.bars + plan.strip + plan.axis, chosen = 0;
    int fit = rect.width - SCALE - 1;
    bool narrow = fit < 10 || plan.bars == 0;
    fit = narrow ? 0 : fit;
    b->stale = b->stale || (fit && fit != b->room);
    b->room = fit;
    fit = width_of_bars(s, fit);
    b->bars = (struct rect){ rect.y + 1, rect.x + SCALE, plan.bars, fit };
    screen_clear((struct rect){ rect.y, rect.x, used, rect.width });
    if (rect.height <= ROWS_LEFT)
        return 0;
    if (s->slot_ns)
        draw_summary(b, s, metric, rect);
    if (narrow || s->nslots == 0)
        return narrow ? 1 : used;
    draw_bars(b, metric);
    struct rect strip = { b->bars.y + plan.bars, b->bars.x, plan.strip, fit };
    if (plan.classes)
        draw_classes(s, strip, b->style != CHART_ASCII);
    else if (plan.strip)
        draw_marks(s, strip);
    if (plan.axis)
        draw_axis(b, s, strip.y + plan.strip);
    int columns = chosen_columns(b, &chosen);
    for (int i = 0; columns && i < plan.bars + plan.strip; i++)
        screen_select(b->bars.y + i, b->bars.x + chosen, columns);
    b->bars.height = plan.bars + plan.strip + plan.axis;
    return used;
}
