/* Areas in two parts: shares, limits, keys, the mouse. */
#include "ui/split.h"

#include "tap.h"

static const struct rect wide = { 2, 0, 40, 161 }, low = { 2, 0, 20, 80 };
static struct rect first, second;

static void divide(struct splits *s, enum split_id id, struct rect all)
{
    splits_begin(s);
    split_divide(s, id, all, &first, &second);
}

static void test_parts(void)
{
    struct splits s = { 0 };
    divide(&s, SPLIT_PANE_BESIDE, wide);
    tap_ok(first.x == 0 && second.x == first.width + 1 && second.x + second.width == 161,
           "side by side, a column between the parts is the line's");
    tap_ok(first.height == 40 && second.height == 40 && second.y == 2, "as high as both");
    divide(&s, SPLIT_PANE_BELOW, low);
    tap_ok(first.y == 2 && second.y == 2 + first.height && first.height + second.height == 20,
           "one above the other, every line belongs to a part");
    for (int size = 0; size < 8; size++) {
        divide(&s, SPLIT_FLOW_BELOW, (struct rect){ 0, 0, size, size });
        divide(&s, SPLIT_FLOW_BESIDE, (struct rect){ 0, 0, size, size });
        if (first.width < 0 || second.width < 0 || first.height < 0 || second.height < 0)
            break;
    }
    tap_ok(first.width >= 0 && second.width >= 0, "no size gives a negative one");
}

static void test_shares(void)
{
    struct splits s = { 0 };
    bool exact = true;
    for (int size = 10; size <= 150; size++) {
        divide(&s, SPLIT_PANE_BESIDE, wide);
        split_grow(&s, size - second.width);
        divide(&s, SPLIT_PANE_BESIDE, wide);
        exact = exact && second.width == size;
    }
    tap_ok(exact, "every size can be chosen, and holds");
    split_grow(&s, 1000);
    divide(&s, SPLIT_PANE_BESIDE, wide);
    tap_ok(first.width == 10, "the first part keeps its least");
    split_set(&s, SPLIT_PANE_BESIDE, 500);
    divide(&s, SPLIT_PANE_BESIDE, (struct rect){ 0, 0, 40, 301 });
    tap_ok(second.width == 150, "a share holds at another size");
    split_set(&s, SPLIT_PANE_BESIDE, -3);
    split_set(&s, SPLIT_PANE_BELOW, 1000);
    tap_ok(s.share[SPLIT_PANE_BESIDE] == 0 && s.share[SPLIT_PANE_BELOW] == 0,
           "a share that cannot be is none");
}

static void test_moves(void)
{
    struct splits s = { 0 };
    tap_ok(!split_grow(&s, 1) && !split_move(&s, true, 1) && !split_grab(&s, 5, 5),
           "nothing moves where nothing was drawn");
    split_set(&s, SPLIT_FLOW_BESIDE, 500);
    divide(&s, SPLIT_FLOW_BESIDE, wide);
    struct rect inner = second, above, below;
    split_divide(&s, SPLIT_FLOW_PANE_BELOW, inner, &above, &below);
    int x = inner.x - 1, y = below.y;
    tap_ok(split_move(&s, true, -3) && split_move(&s, false, 2), "both kinds of line move");
    divide(&s, SPLIT_FLOW_BESIDE, wide);
    tap_ok(second.x - 1 == x - 3, "the upright one to the left");
    split_divide(&s, SPLIT_FLOW_PANE_BELOW, second, &above, &below);
    tap_ok(below.y == y + 2, "the level one down");
    tap_ok(!split_grab(&s, 5, x) && split_grab(&s, 5, x - 3), "a line is grabbed where it stands");
    split_drag(&s, 30, 40);
    split_release(&s);
    split_drag(&s, 30, 90);
    divide(&s, SPLIT_FLOW_BESIDE, wide);
    tap_ok(second.x - 1 == 40, "it is dragged until it is let go");
}

static void test_names(void)
{
    bool good = true;
    for (enum split_id id = 0; id < SPLITS; id++)
        good = good && split_find(SPAN(split_name(id))) == id;
    tap_ok(good, "every split is found by its name");
    tap_ok(split_find(SPAN("no-such")) == SPLITS, "and no other");
}

int main(void)
{
    test_parts();
    test_shares();
    test_moves();
    test_names();
    return tap_done();
}
