/*
 * Rows of a list, sorted and filtered while they come, change and go, against the same done the
 * slow way: everything sorted anew each time.
 */
#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "tap.h"
#include "ui/rows.h"

#define MOST 5000

/* The rows' owner: what a row's value is, and whether there is one. */
static int64_t values[MOST + 1];
static bool there[MOST + 1];

/* Groups: a row changes its group with its value; a group has a value of its own. */
#define GROUPS 300
static int64_t group_values[GROUPS + 1];
static bool group_gone[GROUPS + 1];

static bool alive(uint32_t id, void *arg)
{
    (void)arg;
    return id & ROW_GROUP ? !group_gone[id & ~ROW_GROUP] : there[id];
}

static bool fits(uint32_t id, void *arg)
{
    (void)arg;
    return values[id] % 3 == 0;
}

static uint32_t group(uint32_t id, void *arg)
{
    (void)arg;
    return 1 + (id + (uint32_t)(values[id] & 1)) % GROUPS;
}

static void key(uint32_t id, struct order_key *k, void *arg)
{
    (void)arg;
    order_key_number(k, id & ROW_GROUP ? group_values[id & ~ROW_GROUP] : values[id]);
}

/* Items come and go with their row's value. */
static size_t items(uint32_t id, uint32_t ids[ROW_ITEMS], void *arg)
{
    (void)arg;
    size_t n = there[id] ? (size_t)(values[id] % 4) : 0;
    for (size_t i = 0; i < n; i++)
        ids[i] = id * 4 + (uint32_t)i;
    return n;
}

static uint32_t owner(uint32_t item, void *arg)
{
    (void)arg;
    return item / 4;
}

static const struct rows_ops ops = { alive, fits, key, group, items, owner };

static uint32_t random_number(void)
{
    static uint32_t state = 2463534242u;
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

static const struct rows *comparing;

static int by_value(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    if (values[x] != values[y])
        return values[x] < values[y] ? -1 : 1;
    uint64_t s = rows_ref(comparing, x).stamp, t = rows_ref(comparing, y).stamp;
    return s < t ? -1 : s > t;
}

/* Whether the rows are those of `all` that fit, in the order they should have. */
static bool as_expected(const struct rows *rows)
{
    static uint32_t want[MOST];
    size_t n = 0;
    for (size_t i = 0; i < rows->all.count; i++)
        if (!rows->filtered || fits(rows->all.ids[i], NULL))
            want[n++] = rows->all.ids[i];
    comparing = rows;
    if (rows->sorted)
        qsort(want, n, sizeof *want, by_value);
    if (n != rows_count(rows))
        return false;
    for (size_t i = 0; i < n; i++) {
        uint32_t id = want[rows->descending ? n - 1 - i : i];
        if (rows_at(rows, i) != id || rows_find(rows, rows_ref(rows, id), 0) != i)
            return false;
    }
    return true;
}

static void finish(struct rows *rows)
{
    while (rows_work(rows, 1000))
        continue;
}

/* Comes, changes and goes at random; many share a value. */
static void storm(struct rows *rows, int steps)
{
    for (int i = 0; i < steps; i++) {
        uint32_t id = 1 + random_number() % MOST;
        values[id] = random_number() % 700;
        there[id] = true;
        rows_note(rows, id);
        if (random_number() % 500 != 0)
            continue;
        for (uint32_t gone = 1; gone <= MOST; gone++)
            there[gone] = there[gone] && random_number() % 4;
        rows_sweep(rows);
    }
    finish(rows);
}

static void test_storms(void)
{
    struct rows rows;
    rows_init(&rows, &ops, NULL);
    for (int way = 0; way < 8; way++) {
        bool filtered = way & 1, sorted = way & 2, descending = (way & 4) && sorted;
        rows_look(&rows, filtered, sorted, descending);
        storm(&rows, 4000);
        tap_ok(as_expected(&rows), "a storm, %s, %s%s", filtered ? "filtered" : "all",
               sorted ? "sorted" : "as they came", descending ? " downwards" : "");
    }
    rows_look(&rows, true, true, false);
    finish(&rows);
    tap_ok(as_expected(&rows), "sorted and filtered anew when all are there");
    rows_free(&rows);
}

static int by_group(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    if (comparing->sorted && group_values[x] != group_values[y])
        return group_values[x] < group_values[y] ? -1 : 1;
    uint64_t s = rows_ref(comparing, ROW_GROUP | x).stamp;
    uint64_t t = rows_ref(comparing, ROW_GROUP | y).stamp;
    return s < t ? -1 : s > t;
}

/* The rows of a group that fit, in order of arrival, behind `n`; how many there are then. */
static size_t members(const struct rows *rows, uint32_t of, uint32_t *want, size_t n)
{
    for (size_t i = 0; i < rows->all.count; i++) {
        uint32_t id = rows->all.ids[i];
        if (group(id, NULL) == of && (!rows->filtered || fits(id, NULL)))
            want[n++] = id;
    }
    return n;
}

/* What stands under an unfolded group. */
static size_t below(const struct rows *rows, uint32_t of, uint32_t *want, size_t n)
{
    static uint32_t ids[MOST];
    size_t count = members(rows, of, ids, 0);
    for (size_t i = 0; i < count; i++) {
        uint32_t under[ROW_ITEMS];
        if (!rows->whole || count > 1)
            want[n++] = ids[i];
        size_t nitems = rows->whole ? items(ids[i], under, NULL) : 0;
        for (size_t k = 0; k < nitems; k++)
            want[n++] = ROW_ITEM | under[k];
    }
    return n;
}

/* Whether groups stand in their order, each before its rows unless those are folded. */
static bool grouped_as_expected(const struct rows *rows)
{
    static uint32_t want[5 * MOST + GROUPS], order[GROUPS], rest[MOST];
    size_t n = 0, ngroups = 0, fitting = 0;
    for (uint32_t g = 1; g <= GROUPS; g++)
        if (members(rows, g, rest, 0))
            order[ngroups++] = g;
    comparing = rows;
    qsort(order, ngroups, sizeof *order, by_group);
    for (size_t i = 0; i < ngroups; i++) {
        uint32_t g = order[rows->descending ? ngroups - 1 - i : i];
        size_t own = n;
        want[n++] = ROW_GROUP | g;
        fitting += members(rows, g, want, n) - n;
        if (rows_group_count(rows, ROW_GROUP | g) != members(rows, g, want, n) - n)
            return false;
        if (rows_unfolded(rows, ROW_GROUP | g))
            n = below(rows, g, want, n);
        else if (rows_find(rows, rows_ref(rows, want[n]), 0) != own)
            return false; /* a folded row is found at its group's */
    }
    if (n != rows_count(rows) || (rows->whole ? ngroups : fitting) != rows_fitting(rows))
        return false;
    for (size_t i = 0; i < n; i++)
        if (rows_at(rows, i) != want[i] || rows_find(rows, rows_ref(rows, want[i]), 0) != i)
            return false;
    return true;
}

/* The same storm among groups, whose values change, too, and which are folded and unfolded. */
static void group_storm(struct rows *rows)
{
    for (int i = 0; i < 4000; i++) {
        uint32_t id = 1 + random_number() % MOST;
        values[id] = random_number() % 700;
        there[id] = true;
        rows_note(rows, id);
        uint32_t of = group(id, NULL);
        if (random_number() % 4 == 0) {
            group_values[of] = random_number() % 30;
            rows_note(rows, id);
        }
        if (random_number() % 8 == 0)
            rows_fold(rows, ROW_GROUP | of, random_number() & 1);
        if (random_number() % 500 != 0)
            continue;
        for (uint32_t gone = 1; gone <= MOST; gone++)
            there[gone] = there[gone] && random_number() % 4;
        rows_sweep(rows);
    }
    finish(rows);
}

/* A value may have changed while no row of the group was shown: all are looked at. */
static void test_groups(void)
{
    struct rows rows;
    rows_init(&rows, &ops, NULL);
    for (int way = 0; way < 32; way++) {
        bool filtered = way & 1, sorted = way & 2, descending = (way & 4) && sorted;
        rows_group(&rows, true, way & 16);
        rows_fold_all(&rows, way & 8);
        rows_look(&rows, filtered, sorted, descending);
        group_storm(&rows);
        for (size_t i = 0; i < rows.all.count; i++)
            rows_note(&rows, rows.all.ids[i]);
        tap_ok(grouped_as_expected(&rows), "a storm among %s, %s, %s%s, %s",
               way & 16 ? "groups that are listed" : "groups", filtered ? "filtered" : "all",
               sorted ? "sorted" : "as they came", descending ? " downwards" : "",
               way & 8 ? "unfolded" : "folded");
    }
    group_gone[7] = true; /* whose rows are still there: they join their group anew */
    rows_sweep(&rows);
    group_gone[7] = false;
    tap_ok(grouped_as_expected(&rows), "a group that was made anew");
    rows_group(&rows, false, false);
    rows_look(&rows, false, true, false);
    finish(&rows);
    tap_ok(as_expected(&rows), "then without groups");
    rows_free(&rows);
}

/* Ids that come in order of their values fill blocks one after the other; all may go again. */
static void test_in_order(void)
{
    struct rows rows;
    rows_init(&rows, &ops, NULL);
    rows_look(&rows, false, true, false);
    for (uint32_t id = 1; id <= MOST; id++) {
        values[id] = id;
        there[id] = true;
        rows_note(&rows, id);
    }
    finish(&rows);
    tap_ok(as_expected(&rows), "%u rows in order", (unsigned)MOST);
    for (uint32_t id = 1; id <= MOST; id++) {
        values[id] = -(int64_t)id;
        rows_note(&rows, id);
    }
    tap_ok(as_expected(&rows) && rows_at(&rows, 0) == MOST,
           "all moved: negative values come first");
    memset(there, 0, sizeof there);
    rows_sweep(&rows);
    tap_ok(rows_count(&rows) == 0 && rows_at(&rows, 0) == 0, "none is left");
    rows_free(&rows);
}

/* What rows are sorted and filtered by changes without a word about any of them. */
static void test_recheck(void)
{
    struct rows rows;
    rows_init(&rows, &ops, NULL);
    rows_look(&rows, true, true, true);
    for (uint32_t id = 1; id <= MOST; id++) {
        values[id] = random_number() % 700;
        there[id] = true;
        rows_note(&rows, id);
    }
    finish(&rows);
    for (uint32_t id = 1; id <= MOST; id += 2)
        values[id] = random_number() % 700;
    size_t before = rows_count(&rows);
    rows_recheck(&rows);
    tap_ok(rows_busy(&rows) && rows_count(&rows) == before, "what is shown stays meanwhile");
    rows_work(&rows, 1);
    for (uint32_t id = 1; id <= MOST; id += 7)
        there[id] = false;
    rows_sweep(&rows); /* in the middle of it */
    finish(&rows);
    tap_ok(!rows_busy(&rows) && as_expected(&rows), "all are where they belong by now");
    memset(there, 0, sizeof there);
    rows_free(&rows);
}

/* A group that becomes a part of another one, and again a group of its own: what was chosen stays so. */
static void test_joined(void)
{
    struct rows rows;
    rows_init(&rows, &ops, NULL);
    rows_group(&rows, true, true);
    rows_look(&rows, false, false, false);
    for (uint32_t id = 1; id <= 9; id++) {
        values[id] = 0;
        there[id] = true;
        rows_note(&rows, id);
    }
    finish(&rows);
    struct row_ref fourth = rows_ref(&rows, rows_at(&rows, 3));
    values[4] = 1; /* it joins the group of the fifth */
    rows_note(&rows, 4);
    tap_ok(rows_count(&rows) == 8 && rows_find(&rows, fourth, 0) == 3 &&
               rows_at(&rows, 3) == (ROW_GROUP | group(5, NULL)),
           "a group that joined another is found there");
    rows_fold(&rows, rows_at(&rows, 3), true);
    tap_ok(rows_find(&rows, fourth, 0) == 4 && rows_at(&rows, 4) == 4, "unfolded, at its own row");
    struct row_ref item = rows_ref(&rows, rows_at(&rows, 5));
    tap_ok(item.id == (ROW_ITEM | 16) && rows_find(&rows, item, 0) == 5, "an item is found");
    rows_fold(&rows, rows_at(&rows, 3), false);
    tap_ok(rows_find(&rows, item, 0) == 3, "folded, its group stands for it");
    values[4] = 0;
    rows_note(&rows, 4);
    tap_ok(rows_count(&rows) == 9 && rows_find(&rows, fourth, 0) == 3, "then it is a group again");
    memset(there, 0, sizeof there);
    rows_free(&rows);
}

static void test_choice(void)
{
    struct rows rows;
    rows_init(&rows, &ops, NULL);
    for (uint32_t id = 1; id <= 10; id++) {
        values[id] = 100 - id;
        there[id] = true;
        rows_note(&rows, id);
    }
    struct row_ref fourth = rows_ref(&rows, 4);
    tap_ok(rows_find(&rows, fourth, 0) == 3, "a row is found where it came");
    rows_look(&rows, false, true, false);
    finish(&rows);
    tap_ok(rows_find(&rows, fourth, 0) == 6, "sorted, it is found elsewhere");
    there[4] = false;
    rows_sweep(&rows);
    tap_ok(rows_find(&rows, fourth, 6) == 6, "gone, what took its place is found");
    there[4] = true;
    rows_note(&rows, 4);
    finish(&rows);
    tap_ok(rows_find(&rows, fourth, 0) == 0, "the same id later is another row");
    rows_free(&rows);
}

/* Which rows are shown, and going through all of them while some go. */
static void test_shown(void)
{
    struct rows rows;
    rows_init(&rows, &ops, NULL);
    for (uint32_t id = 1; id <= 9; id++) {
        values[id] = 10 - id;
        there[id] = true;
        rows_note(&rows, id);
    }
    tap_ok(rows_shows(&rows, 1) && rows_shows(&rows, 9) && !rows_shows(&rows, 10),
           "without a filter all are shown");
    for (int sorted = 0; sorted < 2; sorted++) {
        rows_look(&rows, true, sorted, false);
        finish(&rows);
        bool right = true;
        for (uint32_t id = 1; id <= 9; id++)
            right = right && rows_shows(&rows, id) == (values[id] % 3 == 0);
        tap_ok(right, "with one, what fits%s", sorted ? ", sorted too" : "");
    }
    tap_ok(rows_after(&rows, 0) == 0, "before all stamps lies the first row");
    uint64_t third = rows_ref(&rows, 3).stamp;
    tap_ok(rows.all.ids[rows_after(&rows, third)] == 4, "behind the third comes the fourth");
    there[1] = there[3] = there[4] = false;
    rows_sweep(&rows);
    tap_ok(rows.all.ids[rows_after(&rows, third)] == 5, "or the next one that is still there");
    tap_ok(rows_after(&rows, rows.last_stamp) == rows.all.count, "behind the last is none");
    rows_free(&rows);
}

static void test_pause(void)
{
    struct rows rows;
    rows_init(&rows, &ops, NULL);
    rows_look(&rows, false, true, true);
    for (uint32_t id = 1; id <= 20; id++) {
        values[id] = id;
        there[id] = true;
        rows_note(&rows, id);
        if (id == 10)
            rows_pause(&rows, true);
    }
    finish(&rows);
    tap_ok(rows_count(&rows) == 10 && rows_at(&rows, 0) == 10,
           "paused, the new ones are not shown");
    values[3] = 50;
    rows_note(&rows, 3);
    tap_ok(rows_at(&rows, 0) == 3, "those shown change");
    rows_pause(&rows, false);
    finish(&rows);
    tap_ok(rows_count(&rows) == 20, "then all are shown");
    rows_free(&rows);
}

static void test_keys(void)
{
    struct order order = { 0 };
    static const char *const texts[] = { "bob", "Alice", "+49", "alice2", "" };
    static const uint32_t sorted[] = { 5, 3, 2, 4, 1 };
    for (uint32_t i = 0; i < 5; i++) {
        struct order_key k;
        order_key_text(&k, SPAN(texts[i]));
        order_insert(&order, i + 1, &k, (struct order_rank){ i + 1, 0 });
    }
    bool good = true;
    for (size_t i = 0; i < 5; i++)
        good = good && order_at(&order, i) == sorted[i];
    tap_ok(good, "texts are sorted without regard to case, a beginning before the longer one");
    order_free(&order);
}

int main(void)
{
    test_keys();
    test_storms();
    test_groups();
    test_in_order();
    test_recheck();
    test_choice();
    test_joined();
    test_shown();
    test_pause();
    return tap_done();
}
