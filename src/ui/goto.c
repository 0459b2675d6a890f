/*
 * See goto.h. A time without a date is one of the day on which the selected row lies, if
 * something was captured then, else of the capture's first or last day. What is nearest is shown,
 * and told where it is not exactly what was asked for.
 */
#include "ui/goto.h"

#include <stdlib.h>

#include "base/strbuf.h"
#include "base/timefmt.h"
#include "base/timeread.h"
#include "base/tr.h"
#include "ui/list.h"

#define NEAR 256 /* messages about the place found by halving: order is only nearly kept */

/* ---- time ---------------------------------------------------------------------------------- */

static int64_t distance(const struct place *place, int64_t ns)
{
    return ns < place->low ? place->low - ns : ns > place->high ? ns - place->high : 0;
}

bool place_better(const struct place *place, int64_t a, int64_t b)
{
    int64_t far_a = distance(place, a), far_b = distance(place, b);
    return far_a < far_b || (far_a == far_b && a < b);
}

static const struct id_array *all_messages(const struct ui *ui)
{
    return &lists_find(ui, SPAN("messages"))->rows.all;
}

static int64_t time_of(const struct ui *ui, uint32_t message)
{
    const struct message *m = store_message(ui->store, message);
    return m ? m->time_ns : 0;
}

/* When what is selected now happened. */
static int64_t here(struct ui *ui)
{
    struct view *view = ui_top(ui);
    struct subject s = { 0 };
    if (view->ops->subject)
        s = view->ops->subject(ui, view);
    const struct transaction *t = store_transaction(ui->store, s.transaction);
    return s.message ? time_of(ui, s.message) : t ? t->time_ns : 0;
}

/* The day that a time of day is meant on. */
static void choose_day(struct ui *ui, const struct time_written *written, struct place *place)
{
    const struct id_array *all = all_messages(ui);
    int64_t first = all->count ? time_of(ui, all->ids[0]) : 0;
    int64_t last = all->count ? time_of(ui, all->ids[all->count - 1]) : 0;
    int64_t now = here(ui), days[] = { now ? now : first, first, last };
    int64_t length = written->high - written->low, low = 0;
    for (size_t i = 0; i < 3; i++) {
        low = time_on_day(days[i], written->low);
        if (low + length >= first && low <= last)
            break;
        low = time_on_day(days[0], written->low);
    }
    place->low = low;
    place->high = low + length;
}

/* ---- frames -------------------------------------------------------------------------------- */

static uint32_t frame_of(const struct ui *ui, uint32_t message)
{
    const struct message *m = store_message(ui->store, message);
    return m ? m->frame : 0;
}

/* The position of the message whose frame is nearest, among those from `first` to `last`. */
static size_t nearest_frame(struct ui *ui, uint64_t frame, size_t first, size_t last)
{
    const struct id_array *all = all_messages(ui);
    uint64_t best = UINT64_MAX;
    size_t found = first;
    for (size_t i = first; i < last && best > 0; i++) {
        uint64_t at = frame_of(ui, all->ids[i]);
        uint64_t far = at > frame ? at - frame : frame - at;
        if (far < best) {
            best = far;
            found = i;
        }
        if (i % 1024 == 1023 && ui_interrupted(ui))
            break;
    }
    return found;
}

/* Of one source, frames come in order, or nearly; of several, all have to be looked at. */
static uint32_t find_frame(struct ui *ui, uint64_t frame)
{
    const struct id_array *all = all_messages(ui);
    size_t low = 0, high = all->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (frame_of(ui, all->ids[middle]) < frame)
            low = middle + 1;
        else
            high = middle;
    }
    size_t found = nearest_frame(ui, frame, low > NEAR ? low - NEAR : 0,
                                 low + NEAR < all->count ? low + NEAR : all->count);
    bool several = inputs_count(ui->session->inputs) > 1;
    if (several && all->count && frame_of(ui, all->ids[found]) != frame)
        found = nearest_frame(ui, frame, 0, all->count);
    return all->count ? all->ids[found] : 0;
}

/* ---- going --------------------------------------------------------------------------------- */

/* The view that goes there: the one on top, else the list below, else one that knows of times. */
static bool go(struct ui *ui, const struct place *place, int64_t *there)
{
    while (ui->nviews > 1 && !ui_top(ui)->ops->go)
        ui_pop(ui);
    struct view *view = ui_top(ui);
    if (view->ops->go(ui, view, place, there))
        return true;
    if (ui->nviews > 1)
        return false;
    lists_show(ui, 0);
    view = ui_top(ui);
    return view->ops->go(ui, view, place, there);
}

static void go_to_frame(struct ui *ui, uint64_t frame)
{
    int64_t there = 0;
    struct place place = { .message = find_frame(ui, frame) };
    const struct message *m = store_message(ui->store, place.message);
    if (!m) {
        ui_notice(ui, true, _("goto: no message is here yet"));
        return;
    }
    place.low = place.high = m->time_ns;
    uint32_t found = m->frame;
    if (!go(ui, &place, &there))
        ui_notice(ui, true, _("goto: nothing is shown here; take the filter off with Esc"));
    else if (found != frame)
        ui_notice(ui, false, _("No SIP message is in frame %llu; the nearest is in frame %u"),
                  (unsigned long long)frame, found);
    else if (there != m->time_ns)
        ui_notice(ui, false,
                  _("Frame %u belongs to no row shown here; this is the nearest in time"), found);
}

static void go_to_time(struct ui *ui, const char *text, const struct time_written *written)
{
    char far[TIME_TEXT], at[TIME_TEXT];
    int64_t there = 0;
    struct place place = { .low = written->low, .high = written->high };
    if (written->daily)
        choose_day(ui, written, &place);
    if (!go(ui, &place, &there)) {
        ui_notice(ui, true, _("goto: nothing is shown here; take the filter off with Esc"));
        return;
    }
    if (distance(&place, there) == 0)
        return;
    time_short(distance(&place, there), far);
    time_date(there, at);
    if (there < place.low)
        ui_notice(ui, false, _("Nothing at %s; the nearest is %s before, at %s"), text, far, at);
    else
        ui_notice(ui, false, _("Nothing at %s; the nearest is %s later, at %s"), text, far, at);
}

void goto_run(struct ui *ui, const char *argument)
{
    struct time_written written;
    struct span text = SPAN(argument ? argument : ""), number = text;
    uint64_t frame;
    if (span_starts(text, "frame"))
        number = span_trim((struct span){ text.p + 5, text.n - 5 });
    if (span_number(number, UINT32_MAX, &frame) && frame > 0)
        go_to_frame(ui, frame);
    else if (time_read(text, &written))
        go_to_time(ui, text.p, &written);
    else
        ui_notice(ui, true,
                  _("goto: write 14:02, 14:02:11.482, 2026-11-29, 2026-11-29 14:02 or frame 3120"));
}

/* "frame", and the times between which something lies. */
void complete_goto(struct ui *ui, const char *text, void (*offer)(const char *word))
{
    char from[TIME_TEXT], to[TIME_TEXT];
    const struct id_array *all = all_messages(ui);
    (void)text;
    offer("frame");
    if (all->count == 0)
        return;
    offer(time_clock(time_of(ui, all->ids[0]), from));
    offer(time_clock(time_of(ui, all->ids[all->count - 1]), to));
}
