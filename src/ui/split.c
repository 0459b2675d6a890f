/* See split.h. */
#include "ui/split.h"

#define LEAST_COLUMNS 10
#define LEAST_LINES 3

static const struct {
    const char *name;
    bool beside;
    int share;       /* of the second part, until the user says otherwise, */
    int least, most; /* within these limits; 0: none */
} kinds[SPLITS] = {
    [SPLIT_PANE_BESIDE] = { "pane-beside", true, 380, 56, 76 },
    [SPLIT_PANE_BELOW] = { "pane-below", false, 550, 0, 0 },
    [SPLIT_MESSAGE_PANE_BELOW] = { "message-pane-below", false, 360, 0, 0 },
    [SPLIT_FLOW_BESIDE] = { "flow-beside", true, 450, 0, 0 },
    [SPLIT_FLOW_BELOW] = { "flow-below", false, 500, 0, 0 },
    [SPLIT_FLOW_PANE_BELOW] = { "flow-pane-below", false, 600, 0, 0 },
    [SPLIT_FLOW_PANE_BESIDE] = { "flow-pane-beside", true, 600, 0, 0 },
};

const char *split_name(enum split_id id)
{
    return kinds[id].name;
}

enum split_id split_find(struct span name)
{
    enum split_id id = 0;
    while (id < SPLITS && !span_is(name, kinds[id].name))
        id++;
    return id;
}

void splits_begin(struct splits *splits)
{
    splits->ndrawn = 0;
}

/* Lines or columns that the two parts share. */
static int room(enum split_id id, struct rect all)
{
    return kinds[id].beside ? all.width - 1 : all.height;
}

/* Both parts stay usable, as long as there is room for two at all. */
static int limited(enum split_id id, int size, int whole)
{
    int least = kinds[id].beside ? LEAST_COLUMNS : LEAST_LINES;
    size = size > whole - least ? whole - least : size;
    size = size < least ? least : size;
    return size > whole ? (whole > 0 ? whole : 0) : size;
}

static int second_size(const struct splits *splits, enum split_id id, int whole)
{
    int share = splits->share[id], own = whole * kinds[id].share / SPLIT_WHOLE;
    if (share)
        return limited(id, (whole * share + SPLIT_WHOLE / 2) / SPLIT_WHOLE, whole);
    own = kinds[id].least && own < kinds[id].least ? kinds[id].least : own;
    own = kinds[id].most && own > kinds[id].most ? kinds[id].most : own;
    return limited(id, own, whole);
}

void split_divide(struct splits *splits, enum split_id id, struct rect all, struct rect *first,
                  struct rect *second)
{
    int size = second_size(splits, id, room(id, all));
    *first = *second = all;
    if (kinds[id].beside) {
        second->width = size;
        second->x = all.x + all.width - size;
        first->width = all.width > size ? all.width - size - 1 : 0;
    } else {
        second->height = size;
        second->y = all.y + all.height - size;
        first->height = all.height - size;
    }
    if (splits->ndrawn == SPLITS_DRAWN)
        return;
    splits->drawn[splits->ndrawn].id = id;
    splits->drawn[splits->ndrawn].all = all;
    splits->drawn[splits->ndrawn++].second = size;
}

void split_set(struct splits *splits, enum split_id id, int share)
{
    splits->share[id] = share > 0 && share < SPLIT_WHOLE ? share : 0;
}

/* Gives the second part of a drawn split this many lines or columns. */
static void resize(struct splits *splits, size_t i, int size)
{
    enum split_id id = splits->drawn[i].id;
    int whole = room(id, splits->drawn[i].all);
    if (whole < 2)
        return;
    size = limited(id, size, whole);
    splits->drawn[i].second = size; /* more keys may come before the next drawing */
    split_set(splits, id, (size * SPLIT_WHOLE + whole / 2) / whole);
}

bool split_grow(struct splits *splits, int by)
{
    if (splits->ndrawn == 0)
        return false;
    size_t last = splits->ndrawn - 1;
    resize(splits, last, splits->drawn[last].second + by);
    return true;
}

bool split_move(struct splits *splits, bool beside, int by)
{
    for (size_t i = splits->ndrawn; i-- > 0;) {
        if (kinds[splits->drawn[i].id].beside != beside)
            continue;
        resize(splits, i, splits->drawn[i].second - by);
        return true;
    }
    return false;
}

static bool is_on_line(const struct splits *splits, size_t i, int y, int x)
{
    const struct rect *all = &splits->drawn[i].all;
    if (y < all->y || y >= all->y + all->height || x < all->x || x >= all->x + all->width)
        return false;
    if (kinds[splits->drawn[i].id].beside)
        return x == all->x + all->width - splits->drawn[i].second - 1;
    return y == all->y + all->height - splits->drawn[i].second;
}

bool split_grab(struct splits *splits, int y, int x)
{
    for (size_t i = splits->ndrawn; i-- > 0;) {
        if (!is_on_line(splits, i, y, x))
            continue;
        splits->dragging = true;
        splits->dragged = splits->drawn[i].id;
        return true;
    }
    return false;
}

void split_drag(struct splits *splits, int y, int x)
{
    for (size_t i = 0; splits->dragging && i < splits->ndrawn; i++) {
        const struct rect *all = &splits->drawn[i].all;
        if (splits->drawn[i].id != splits->dragged)
            continue;
        resize(splits, i,
               kinds[splits->dragged].beside ? all->x + all->width - x - 1
                                             : all->y + all->height - y);
        return;
    }
}

void split_release(struct splits *splits)
{
    splits->dragging = false;
}
