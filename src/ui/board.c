/* See board.h. */
#include "ui/board.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/strbuf.h"
#include "base/timefmt.h"
#include "base/timeread.h"

#define SLICE 256               /* transactions between two looks at the clock and the keyboard */
#define PAUSE_NS 1000000000LL   /* between two counts of the same window */
#define SHARE 4                 /* at most one part in so many of the time goes into counting */
#define BARS_BEFORE_DRAWING 100 /* until it is known how many fit */

struct board *board_new(const struct store *store)
{
    struct board *b = mem_zero(sizeof *b);
    b->census = census_new(store);
    b->by = BY_DESTINATION; /* until the setting is looked at */
    b->stale = true;
    return b;
}

void board_free(struct board *b)
{
    census_free(b->census);
    free(b);
}

static bool same_window(const struct statistics_query *a, const struct statistics_query *b)
{
    return a->slot_ns == b->slot_ns && a->from_ns == b->from_ns && a->latest == b->latest &&
           a->slots == b->slots;
}

static bool counts_elsewhere(const struct board *b)
{
    const struct statistics *now = census_result(b->census), *next = census_draft(b->census);
    return census_busy(b->census) && !same_window(&now->query, &next->query);
}

const struct statistics *board_shown(const struct board *b)
{
    const struct statistics *next = census_draft(b->census);
    return counts_elsewhere(b) && next->nslots ? next : census_result(b->census);
}

bool board_behind(const struct board *b)
{
    return b->stale || counts_elsewhere(b);
}

const struct statistics_group *board_group(const struct board *b, uint32_t row)
{
    if (!row || row > b->nrows || b->group_at[row - 1] < 0)
        return NULL;
    return &census_result(b->census)->groups[b->group_at[row - 1]];
}

bool board_chosen(const struct board *b, uint32_t *slot)
{
    const struct statistics *s = board_shown(b);
    if (!b->chosen || !s->nslots || b->bar_ns < s->from_ns)
        return false;
    uint64_t n = (uint64_t)(b->bar_ns - s->from_ns) / (uint64_t)s->slot_ns;
    *slot = (uint32_t)n;
    return n < s->nslots;
}

void board_slots_at(const struct statistics *s, int parts, int part, uint32_t *first, uint32_t *end)
{
    *first = (uint32_t)((uint64_t)part * s->nslots / (uint64_t)parts);
    *end = (uint32_t)(((uint64_t)part + 1) * s->nslots / (uint64_t)parts);
    *end = *end > *first ? *end : *first + 1;
}

/* ---- moving ---------------------------------------------------------------------------------- */

static int64_t bar_of(int64_t ns, int64_t width)
{
    int64_t rest = ns % width;
    return ns - (rest < 0 ? rest + width : rest);
}

static uint32_t fitting(const struct board *b)
{
    uint32_t bars = b->room > 0 ? (uint32_t)b->room : BARS_BEFORE_DRAWING;
    bars *= b->style == CHART_BRAILLE ? 2 : 1;
    return bars < STATISTICS_SLOTS ? bars : STATISTICS_SLOTS;
}

/* A window of bars of this width, in which `ns` stands in the middle or where it stood. */
static void look(struct board *b, int64_t width, int64_t from_ns)
{
    b->slot_ns = width;
    b->from_ns = from_ns;
    b->latest = false;
    b->stale = true;
}

void board_choose(struct board *b, uint32_t slot)
{
    const struct statistics *s = board_shown(b);
    if (slot >= s->nslots)
        return;
    b->chosen = true;
    b->bar_ns = s->from_ns + (int64_t)slot * s->slot_ns;
}

void board_go(struct board *b, int64_t ns)
{
    const struct statistics *s = board_shown(b);
    uint32_t slot;
    if (!s->slot_ns)
        return;
    b->chosen = true;
    b->bar_ns = bar_of(ns, s->slot_ns);
    if (!board_chosen(b, &slot) && b->slot_ns)
        look(b, b->slot_ns, b->bar_ns - (int64_t)(fitting(b) / 2) * b->slot_ns);
}

void board_step(struct board *b, bool later)
{
    const struct statistics *s = board_shown(b);
    uint32_t slot;
    if (!s->nslots)
        return;
    if (!board_chosen(b, &slot)) {
        board_choose(b, later ? 0 : s->nslots - 1);
        return;
    }
    int64_t to = b->bar_ns + (later ? s->slot_ns : -s->slot_ns);
    if (to > s->last_ns || to + s->slot_ns <= s->first_ns)
        return;
    b->bar_ns = to;
    if (!board_chosen(b, &slot)) /* half a window on, so that there is something to see */
        look(b, s->slot_ns, s->from_ns + (later ? 1 : -1) * (int64_t)(fitting(b) / 2) * s->slot_ns);
}

bool board_zoom(struct board *b, bool in)
{
    const struct statistics *s = board_shown(b);
    uint32_t slot;
    if (!s->nslots)
        return false;
    int64_t width = statistics_width(s->slot_ns, !in);
    bool everything = !in && ((uint64_t)s->last_ns - (uint64_t)s->first_ns) / (uint64_t)width + 2 <=
                                 fitting(b);
    if (width == s->slot_ns || (!in && !b->slot_ns))
        return false;
    if (!board_chosen(b, &slot))
        slot = s->nslots / 2;
    int64_t centre = s->from_ns + (int64_t)slot * s->slot_ns + s->slot_ns / 2;
    int64_t before = (int64_t)((uint64_t)slot * fitting(b) / s->nslots);
    look(b, width, bar_of(centre, width) - before * width);
    if (b->chosen)
        b->bar_ns = bar_of(centre, width);
    else
        b->latest = b->follows;
    if (everything)
        b->slot_ns = b->from_ns = 0;
    return true;
}

bool board_return(struct board *b)
{
    if (b->chosen) {
        b->chosen = false;
        return true;
    }
    if (!b->slot_ns)
        return false;
    b->slot_ns = b->from_ns = 0;
    b->stale = true;
    return true;
}

void board_group_by(struct board *b, enum statistics_by by)
{
    b->by = by;
    b->stale = true;
    b->nrows = 0;
}

/* ---- counting --------------------------------------------------------------------------------- */

static uint64_t store_state(const struct store *store)
{
    const struct store_counts *c = store_counts(store);
    return c->messages + c->open + c->evicted_calls + (c->live_calls << 32);
}

static void begin(struct board *b, struct ui *ui)
{
    const struct statistics_query query = { .from_ns = b->from_ns,
                                            .slot_ns = b->slot_ns,
                                            .slots = fitting(b),
                                            .latest = b->latest,
                                            .by = b->by,
                                            .filter = ui->filter };
    census_begin(b->census, &query);
    b->generation = ui->filter_generation;
    b->state = store_state(ui->store);
    b->began_ns = clock_monotonic();
    b->stale = false;
    ui_busy(ui);
}

void board_tick(struct board *b, struct ui *ui)
{
    int64_t pause = b->took_ns * SHARE > PAUSE_NS ? b->took_ns * SHARE : PAUSE_NS;
    bool due = !census_busy(b->census) && !ui->paused && store_state(ui->store) != b->state &&
               clock_monotonic() - b->began_ns >= pause;
    if (b->stale || due)
        begin(b, ui);
}

bool board_work(struct board *b, struct ui *ui, int64_t budget_ns)
{
    int64_t until = clock_monotonic() + budget_ns;
    if (b->stale || b->generation != ui->filter_generation)
        begin(b, ui);
    while (census_busy(b->census) && clock_monotonic() < until && !ui_interrupted(ui))
        if (!census_work(b->census, SLICE))
            b->took_ns = clock_monotonic() - b->began_ns;
    return census_busy(b->census);
}

static uint32_t row_of(struct board *b, uint64_t key)
{
    for (uint32_t i = 0; i < b->nrows; i++)
        if (b->keys[i] == key)
            return i;
    b->keys[b->nrows] = key;
    return b->nrows++;
}

bool board_take_rows(struct board *b)
{
    const struct statistics *s = census_result(b->census);
    bool gone = b->nrows + s->ngroups > BOARD_ROWS;
    if (gone)
        b->nrows = 0;
    for (uint32_t i = 0; i < BOARD_ROWS; i++)
        b->group_at[i] = -1;
    for (uint32_t i = 0; i < s->ngroups; i++)
        b->group_at[row_of(b, s->groups[i].key)] = (int16_t)i;
    for (uint32_t i = 0; i < b->nrows; i++)
        gone = gone || b->group_at[i] < 0;
    b->version = census_version(b->census);
    return !gone;
}

/* ---- the span as a filter ------------------------------------------------------------------------ */

static bool same_day(int64_t a, int64_t b)
{
    return a - time_of_day(a) == b - time_of_day(b);
}

void board_put_span(const struct board *b, struct strbuf *out)
{
    char begin_text[TIME_TEXT], end_text[TIME_TEXT];
    const struct statistics *s = board_shown(b);
    /* what the user has asked for, counted or not */
    int64_t width = b->slot_ns ? b->slot_ns : s->slot_ns;
    bool window = b->slot_ns && !b->latest;
    int64_t from = b->chosen ? b->bar_ns : window ? b->from_ns : s->from_ns;
    int64_t to = from + (b->chosen ? 1 : window ? (int64_t)fitting(b) : (int64_t)s->nslots) * width;
    if (!b->chosen && from <= s->first_ns && to > s->last_ns)
        return;
    bool day = !same_day(s->first_ns, s->last_ns) || !same_day(from, to) ||
               !same_day(from, s->first_ns);
    strbuf_format(out, "time >= %s and time < %s", time_filter(from, day, begin_text),
                  time_filter(to, day, end_text));
}
