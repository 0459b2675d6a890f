/* See rows.h. Both arrays are sorted by stamp, so that a row is found by halving. */
#include "ui/rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/strbuf.h"
#include "base/zeroed.h"

#define LOOKS_A_CLOCK 64
#define LARGE_GROUP 4000 /* rows that are moved at once */

void rows_init(struct rows *rows, const struct rows_ops *ops, void *arg)
{
    *rows = (struct rows){ .ops = ops, .arg = arg };
}

void rows_free(struct rows *rows)
{
    order_free(&rows->order);
    groups_free(&rows->groups);
    zeroed_free(rows->stamps, rows->nstamps * sizeof *rows->stamps);
    free(rows->all.ids);
    free(rows->fitting.ids);
}

static void insert(struct id_array *array, size_t at, uint32_t id)
{
    if (array->count == array->size) {
        array->size = array->size ? array->size * 2 : 1024;
        array->ids = mem_grow(array->ids, array->size * sizeof *array->ids);
    }
    memmove(array->ids + at + 1, array->ids + at, (array->count - at) * sizeof *array->ids);
    array->ids[at] = id;
    array->count++;
}

static void take_out(struct id_array *array, size_t at)
{
    memmove(array->ids + at, array->ids + at + 1, (array->count - at - 1) * sizeof *array->ids);
    array->count--;
}

static uint64_t stamp_of(const struct rows *rows, uint32_t id)
{
    return id < rows->nstamps ? rows->stamps[id] : 0;
}

static void set_stamp(struct rows *rows, uint32_t id, uint64_t stamp)
{
    rows->stamps = zeroed_room(rows->stamps, &rows->nstamps, id, sizeof *rows->stamps);
    rows->stamps[id] = stamp;
}

/* The first position whose row came with `stamp` or later. */
static size_t position(const struct rows *rows, const struct id_array *array, uint64_t stamp)
{
    size_t low = 0, high = array->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (rows->stamps[array->ids[middle]] < stamp)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool ordered(const struct rows *rows)
{
    return rows->sorted || rows->grouped;
}

static bool plain(const struct rows *rows)
{
    return !rows->filtered && !ordered(rows);
}

static const struct id_array *shown(const struct rows *rows)
{
    return rows->filtered ? &rows->fitting : &rows->all;
}

void rows_look(struct rows *rows, bool filtered, bool sorted, bool descending)
{
    rows->filtered = filtered;
    rows->sorted = sorted;
    rows->descending = descending;
    rows->fitting.count = 0;
    order_free(&rows->order);
    groups_clear(&rows->groups);
    rows->looked = rows->again = 0;
}

void rows_recheck(struct rows *rows)
{
    rows->again = 0;
}

static void put_in_order(struct rows *rows, uint32_t id, bool fits)
{
    struct order_key key;
    if (fits)
        rows->ops->key(id, &key, rows->arg);
    if (fits && order_has_key(&rows->order, id, &key))
        return;
    order_remove(&rows->order, id);
    if (fits)
        order_insert(&rows->order, id, &key, (struct order_rank){ rows->stamps[id], 0 });
}

/* Groups */

#define ITEM_BITS 9 /* of a rank's step: the row comes before its items */

/* A group's own row comes first; descending, rows are read from the end. */
static void put_in_group(struct rows *rows, uint32_t id, uint32_t group,
                         const struct order_key *key, uint64_t step)
{
    order_insert(&rows->order, id, key,
                 (struct order_rank){ groups_at(&rows->groups, group)->stamp,
                                      rows->descending ? UINT64_MAX - step : step });
}

static void put_member(struct rows *rows, uint32_t id, uint32_t group, const struct order_key *key)
{
    put_in_group(rows, id, group, key, rows->stamps[id] << ITEM_BITS);
}

static void put_items(struct rows *rows, uint32_t id, uint32_t group, const struct order_key *key)
{
    uint32_t items[ROW_ITEMS];
    size_t n = rows->ops->items(id, items, rows->arg);
    for (size_t i = 0; i < n; i++)
        put_in_group(rows, ROW_ITEM | items[i], group, key,
                     (rows->stamps[id] << ITEM_BITS) + 1 + i);
    groups_at(&rows->groups, group)->below += (uint32_t)n;
}

static bool stands_alone(const struct rows *rows, const struct row_group *g)
{
    return rows->whole && g->count == 1;
}

/* An unfolded group's rows, with their items. */
static void put_below(struct rows *rows, uint32_t group, const struct order_key *key)
{
    struct row_group *g = groups_at(&rows->groups, group);
    bool alone = stands_alone(rows, g);
    g->below = alone ? 0 : g->count;
    for (uint32_t id = g->first; id; id = rows->groups.members[id].next) {
        if (!alone)
            put_member(rows, id, group, key);
        if (rows->whole)
            put_items(rows, id, group, key);
    }
}

/* Whether what stands under an unfolded group is what belongs there: items only come at the end. */
static bool below_stands(struct rows *rows, uint32_t group)
{
    uint32_t items[ROW_ITEMS];
    const struct row_group *g = groups_at(&rows->groups, group);
    size_t below = stands_alone(rows, g) ? 0 : g->count;
    if (!rows->whole || !groups_unfolded(&rows->groups, group))
        return true;
    for (uint32_t id = g->first; id; id = rows->groups.members[id].next) {
        size_t n = rows->ops->items(id, items, rows->arg);
        below += n;
        if (n && !order_has(&rows->order, ROW_ITEM | items[n - 1]))
            return false;
    }
    return below == g->below;
}

static void key_of_group(struct rows *rows, uint32_t group, struct order_key *key)
{
    if (rows->sorted)
        rows->ops->key(ROW_GROUP | group, key, rows->arg);
    else
        order_key_number(key, 0);
}

/* The row that stands `by` rows further down, 0: none. */
static uint32_t row_near(const struct rows *rows, uint32_t id, int by)
{
    size_t row = order_row(&rows->order, id);
    row += (size_t)(rows->descending ? -by : by);
    return row < rows->order.count ? order_at(&rows->order, row) : 0; /* before the first: wraps */
}

static void take_items_out(struct rows *rows, uint32_t group)
{
    uint32_t id = order_has(&rows->order, ROW_GROUP | group) ? row_near(rows, ROW_GROUP | group, 1)
                                                             : 0;
    for (; id && !(id & ROW_GROUP); id = row_near(rows, ROW_GROUP | group, 1))
        order_remove(&rows->order, id);
}

/* Takes the group's row and those behind it out of the order. */
static void take_group_out(struct rows *rows, uint32_t group)
{
    const struct row_group *g = groups_at(&rows->groups, group);
    if (rows->whole)
        take_items_out(rows, group);
    order_remove(&rows->order, ROW_GROUP | group);
    for (uint32_t id = rows->whole ? 0 : g->first; id; id = rows->groups.members[id].next)
        order_remove(&rows->order, id);
}

/* Puts the group's row where it belongs by now; unfolded, its rows go with it. */
static void place_group(struct rows *rows, uint32_t group, struct order_key *key)
{
    key_of_group(rows, group, key);
    if (order_has_key(&rows->order, ROW_GROUP | group, key) && below_stands(rows, group))
        return;
    take_group_out(rows, group);
    put_in_group(rows, ROW_GROUP | group, group, key, 0);
    if (groups_unfolded(&rows->groups, group))
        put_below(rows, group, key);
}

static void leave_group(struct rows *rows, uint32_t id)
{
    struct order_key key;
    uint32_t group = groups_of(&rows->groups, id);
    if (!group)
        return;
    if (rows->whole)
        take_group_out(rows, group);
    order_remove(&rows->order, id);
    groups_leave(&rows->groups, id);
    if (groups_at(&rows->groups, group)->count == 0)
        order_remove(&rows->order, ROW_GROUP | group);
    else if (rows->whole)
        place_group(rows, group, &key);
}

/* It is unfolded as the one was that the row comes from, where that is now called otherwise. */
static void join_group(struct rows *rows, uint32_t id, uint32_t group, bool unfolded)
{
    if (rows->whole && groups_at(&rows->groups, group))
        take_group_out(rows, group);
    groups_join(&rows->groups, id, group, rows->stamps[id]);
    if (unfolded && groups_at(&rows->groups, group)->count == 1)
        groups_fold(&rows->groups, group, true);
}

static void put_under_group(struct rows *rows, uint32_t id, bool fits)
{
    struct order_key key;
    uint32_t group = fits ? rows->ops->group(id, rows->arg) : 0, old = groups_of(&rows->groups, id);
    bool unfolded = old && groups_unfolded(&rows->groups, old);
    if (old != group)
        leave_group(rows, id);
    unfolded = unfolded && groups_at(&rows->groups, old)->count == 0;
    if (!group)
        return;
    if (old != group)
        join_group(rows, id, group, unfolded);
    place_group(rows, group, &key);
    if (!rows->whole && groups_unfolded(&rows->groups, group) && !order_has(&rows->order, id))
        put_member(rows, id, group, &key);
}

void rows_group(struct rows *rows, bool grouped, bool whole)
{
    rows->grouped = grouped && rows->ops->group;
    rows->whole = rows->grouped && whole;
}

/* An item's row; else itself. */
static uint32_t owner_of(const struct rows *rows, uint32_t id)
{
    return id & ROW_ITEM ? rows->ops->owner(id & ~ROW_ITEM, rows->arg) : id;
}

uint32_t rows_group_of(const struct rows *rows, uint32_t id)
{
    id = owner_of(rows, id);
    uint32_t group = id & ROW_GROUP ? id & ~ROW_GROUP : groups_of(&rows->groups, id);
    return rows->grouped && group ? ROW_GROUP | group : 0;
}

uint32_t rows_member(const struct rows *rows, uint32_t group)
{
    const struct row_group *g = groups_at(&rows->groups, group & ~ROW_GROUP);
    return g ? g->first : 0;
}

uint32_t rows_next_member(const struct rows *rows, uint32_t id)
{
    return rows->groups.members[id].next;
}

bool rows_is_last(const struct rows *rows, uint32_t id)
{
    id = owner_of(rows, id);
    for (uint32_t other = rows_member(rows, groups_of(&rows->groups, id)); other;
         other = rows_next_member(rows, other))
        if (stamp_of(rows, other) > stamp_of(rows, id))
            return false;
    return true;
}

size_t rows_group_count(const struct rows *rows, uint32_t id)
{
    return groups_at(&rows->groups, id & ~ROW_GROUP)->count;
}

bool rows_unfolded(const struct rows *rows, uint32_t id)
{
    return groups_unfolded(&rows->groups, id & ~ROW_GROUP);
}

void rows_fold(struct rows *rows, uint32_t id, bool unfold)
{
    struct order_key key;
    uint32_t group = id & ~ROW_GROUP;
    const struct row_group *g = groups_at(&rows->groups, group);
    if (!g || !g->count || groups_unfolded(&rows->groups, group) == unfold)
        return;
    groups_fold(&rows->groups, group, unfold);
    if (g->count > LARGE_GROUP) {
        rows_look(rows, rows->filtered, rows->sorted, rows->descending);
        return;
    }
    take_group_out(rows, group);
    place_group(rows, group, &key);
}

void rows_fold_all(struct rows *rows, bool unfold)
{
    groups_fold_all(&rows->groups, unfold);
}

/* Looking */

static void put_as_it_came(struct rows *rows, uint32_t id, bool fits)
{
    struct id_array *fitting = &rows->fitting;
    uint64_t stamp = rows->stamps[id];
    size_t at = fitting->count;
    if (at && rows->stamps[fitting->ids[at - 1]] >= stamp)
        at = position(rows, fitting, stamp);
    bool was = at < fitting->count && fitting->ids[at] == id;
    if (fits && !was)
        insert(fitting, at, id);
    else if (was && !fits)
        take_out(fitting, at);
}

/* Shows a row, moves it or takes it away, as it is now. */
static void look_at(struct rows *rows, uint32_t id)
{
    bool fits = !rows->filtered || rows->ops->fits(id, rows->arg);
    if (rows->grouped)
        put_under_group(rows, id, fits);
    else if (rows->sorted)
        put_in_order(rows, id, fits);
    else
        put_as_it_came(rows, id, fits);
}

void rows_note(struct rows *rows, uint32_t id)
{
    uint64_t stamp = stamp_of(rows, id);
    if (!stamp) {
        set_stamp(rows, id, ++rows->last_stamp);
        insert(&rows->all, rows->all.count, id);
    } else if (rows->looked && stamp <= rows->stamps[rows->all.ids[rows->looked - 1]]) {
        look_at(rows, id);
    }
}

/* Keeps those with a stamp. How many of the first `before` stayed. */
static size_t keep(struct rows *rows, struct id_array *array, size_t before)
{
    size_t kept = 0, first = 0;
    for (size_t i = 0; i < array->count; i++) {
        if (i == before)
            first = kept;
        if (rows->stamps[array->ids[i]])
            array->ids[kept++] = array->ids[i];
    }
    if (before >= array->count)
        first = kept;
    array->count = kept;
    return first;
}

/* Whose group has gone, or belongs to another one by now, is looked at again. */
static void sweep_group(struct rows *rows, uint32_t id)
{
    uint32_t group = groups_of(&rows->groups, id);
    if (!group || rows->ops->alive(ROW_GROUP | group, rows->arg))
        return;
    leave_group(rows, id);
    look_at(rows, id);
}

void rows_sweep(struct rows *rows)
{
    size_t limit = 0, again = 0;
    for (size_t i = 0; i < rows->all.count; i++) {
        uint32_t id = rows->all.ids[i];
        if (rows->ops->alive(id, rows->arg)) {
            limit += i < rows->limit;
            again += i < rows->again;
            continue;
        }
        if (rows->grouped)
            leave_group(rows, id);
        else
            order_remove(&rows->order, id);
        rows->stamps[id] = 0;
    }
    rows->limit = limit;
    rows->again = again;
    keep(rows, &rows->fitting, 0);
    rows->looked = keep(rows, &rows->all, rows->looked);
    for (size_t i = 0; rows->grouped && i < rows->looked; i++)
        sweep_group(rows, rows->all.ids[i]);
}

static size_t end(const struct rows *rows)
{
    return rows->paused && rows->limit < rows->all.count ? rows->limit : rows->all.count;
}

bool rows_busy(const struct rows *rows)
{
    return !plain(rows) && (rows->looked < end(rows) || rows->again < rows->looked);
}

bool rows_work(struct rows *rows, int64_t budget_ns)
{
    int64_t until = rows_busy(rows) ? clock_monotonic() + budget_ns : 0;
    while (rows_busy(rows)) {
        bool new = rows->again == rows->looked;
        look_at(rows, rows->all.ids[rows->again++]);
        rows->looked += new;
        if (rows->again % LOOKS_A_CLOCK == 0 && clock_monotonic() >= until)
            break;
    }
    return rows_busy(rows);
}

void rows_pause(struct rows *rows, bool pause)
{
    rows->paused = pause;
    rows->limit = rows->all.count;
}

size_t rows_held(const struct rows *rows)
{
    return rows->all.count - end(rows);
}

size_t rows_count(const struct rows *rows)
{
    return plain(rows) ? end(rows) : ordered(rows) ? rows->order.count : rows->fitting.count;
}

size_t rows_fitting(const struct rows *rows)
{
    return rows->whole     ? rows->groups.inhabited
           : rows->grouped ? rows->groups.joined
                           : rows_count(rows);
}

size_t rows_after(const struct rows *rows, uint64_t stamp)
{
    return position(rows, &rows->all, stamp + 1);
}

bool rows_shows(const struct rows *rows, uint32_t id)
{
    uint64_t stamp = stamp_of(rows, id);
    uint32_t group = rows_group_of(rows, id);
    if (!stamp)
        return false;
    if (ordered(rows))
        return order_has(&rows->order, id) || (group && order_has(&rows->order, group));
    size_t at = position(rows, shown(rows), stamp);
    return at < rows_count(rows) && shown(rows)->ids[at] == id;
}

uint32_t rows_at(const struct rows *rows, size_t row)
{
    size_t count = rows_count(rows);
    if (row >= count)
        return 0;
    if (ordered(rows))
        return order_at(&rows->order, rows->descending ? count - 1 - row : row);
    return shown(rows)->ids[row];
}

static uint64_t stamp_of_any(const struct rows *rows, uint32_t id)
{
    const struct row_group *g = id & ROW_GROUP ? groups_at(&rows->groups, id & ~ROW_GROUP) : NULL;
    if (id & ROW_ITEM)
        return order_has(&rows->order, id);
    return id & ROW_GROUP ? (g ? g->stamp : 0) : stamp_of(rows, id);
}

/* A row that an item or a group goes with, wherever that goes; 0: it is one itself. */
static uint32_t member_of(const struct rows *rows, uint32_t id)
{
    if (id & ROW_GROUP)
        return rows_member(rows, id);
    return id & ROW_ITEM ? owner_of(rows, id) : 0;
}

struct row_ref rows_ref(const struct rows *rows, uint32_t id)
{
    struct row_ref ref = { .id = id, .stamp = stamp_of_any(rows, id) };
    ref.member = ref.stamp ? member_of(rows, id) : 0;
    ref.member_stamp = stamp_of(rows, ref.member);
    return ref;
}

static size_t row_in_order(const struct rows *rows, uint32_t id)
{
    size_t row = order_row(&rows->order, id);
    return rows->descending ? rows->order.count - 1 - row : row;
}

/* What a row that was chosen is called by now; 0: it has gone. */
static uint32_t found_again(const struct rows *rows, struct row_ref ref)
{
    bool member = ref.member && stamp_of(rows, ref.member) == ref.member_stamp;
    bool same = ref.stamp && stamp_of_any(rows, ref.id) == ref.stamp;
    if (same && (member || !(ref.id & ROW_ITEM)))
        return ref.id;
    return member ? ref.member : 0;
}

size_t rows_find(const struct rows *rows, struct row_ref ref, size_t row)
{
    size_t count = rows_count(rows);
    uint32_t id = found_again(rows, ref), group = id ? rows_group_of(rows, id) : 0;
    if (!ordered(rows))
        row = position(rows, shown(rows), ref.stamp);
    else if (id && order_has(&rows->order, id))
        row = row_in_order(rows, id);
    else if (group && order_has(&rows->order, group)) /* folded: its group stands for it */
        row = row_in_order(rows, group);
    return row < count ? row : count ? count - 1 : 0;
}
