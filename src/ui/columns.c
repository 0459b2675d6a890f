/* The columns of a list as the user has them: choosing, moving, sizing, and their text form. */
#include <stdio.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/text.h"
#include "base/tr.h"
#include "ui/list.h"

#define HEADER "hdr."
#define HEADER_WIDTH 16
#define NARROWEST 2
#define WIDEST 200
#define LEAST_REST 8   /* what a column that takes what is left gets at least */
#define GOOD_REST 18   /* for so much others give way */
#define GIVE_WAY 8     /* as much as they give, each */
#define LEAST_GIVING 8 /* and what they keep */

static void put_header(struct list_row *row, struct strbuf *out)
{
    const char *name = row->column->name + sizeof HEADER - 1;
    strbuf_span(out, sip_find_header(list_row_sip(row), name));
}

/* A header's name is a token (RFC 3261 §25.1). */
static bool is_header(struct span name)
{
    static const char others[] = "-.!%*_+`'~";
    if (!span_starts(name, HEADER) || name.n < sizeof HEADER || name.n >= COLUMN_NAME)
        return false;
    for (size_t i = sizeof HEADER - 1; i < name.n; i++) {
        char c = ascii_lower(name.p[i]);
        if (!ascii_digit(c) && (c < 'a' || c > 'z') && !memchr(others, c, sizeof others - 1))
            return false;
    }
    return true;
}

static void make_header(struct list_slot *slot, struct span name)
{
    span_copy(name, slot->name, sizeof slot->name);
    slot->custom = (struct list_column){ .name = slot->name,
                                         .title = slot->name + sizeof HEADER - 1,
                                         .put = put_header,
                                         .field = slot->name,
                                         .narrow = HEADER_WIDTH,
                                         .wide = HEADER_WIDTH };
    slot->column = &slot->custom;
}

int columns_find(const struct list *list, struct span name, struct list_slot *slot)
{
    *slot = (struct list_slot){ 0 };
    for (const struct list_column *c = list->ops->columns; c->name; c++)
        if (span_is(name, c->name))
            slot->column = c;
    if (!slot->column && is_header(name))
        make_header(slot, name);
    return slot->column ? 0 : -1;
}

int columns_add(struct list *list, struct span name, size_t at)
{
    struct list_slot *slot = mem_alloc(sizeof *slot);
    if (list->nslots == LIST_COLUMNS || columns_find(list, name, slot) < 0) {
        free(slot);
        return -1;
    }
    if (slot->column->least == COLUMN_HIDDEN)
        slot->width = slot->column->narrow;
    memmove(list->slots + at + 1, list->slots + at, (list->nslots - at) * sizeof(void *));
    list->slots[at] = slot;
    list->nslots++;
    return 0;
}

void columns_remove(struct list *list, size_t at)
{
    if (list->nslots <= 1)
        return;
    free(list->slots[at]);
    list->nslots--;
    memmove(list->slots + at, list->slots + at + 1, (list->nslots - at) * sizeof(void *));
    if (list->cursor > at || list->cursor == list->nslots)
        list->cursor--;
}

/* The width that a slot has in a list of `width`; 0: what is left. */
static int width_of(const struct list *list, const struct list_slot *slot, int width)
{
    const struct list_column *column = slot->column;
    int measured = column->measure && !slot->width ? column->measure(list->ui) : 0;
    if (slot->width || measured)
        return slot->width ? slot->width : measured;
    return width >= column->roomy ? column->wide : column->narrow;
}

void columns_resize(struct list *list, size_t at, int by)
{
    struct list_place places[LIST_COLUMNS];
    struct list_slot *slot = list->slots[at];
    int width = width_of(list, slot, list->rect.width);
    size_t n = columns_place(list, list->rect, places);
    /* one that takes what is left begins from what it got */
    for (size_t i = 0; i < n && width == 0; i++)
        width = places[i].slot == at ? places[i].width : 0;
    width += by;
    slot->width = width < NARROWEST ? NARROWEST : width > WIDEST ? WIDEST : width;
}

static bool is_shown(const struct list_slot *slot, int width)
{
    return slot->width || width >= slot->column->least;
}

/* A column of words that the user has not sized gives way by `by`. */
static int squeezed(const struct list_slot *slot, int own, int by)
{
    const struct list_column *column = slot->column;
    bool sized = slot->width ? !(column->least == COLUMN_HIDDEN && slot->width == column->narrow)
                             : own > column->wide; /* a date that is cut is none */
    if (sized || column->number || column->align == ALIGN_RIGHT || own <= LEAST_GIVING)
        return own;
    return own - by < LEAST_GIVING ? LEAST_GIVING : own - by;
}

/* What is left for a column that takes it, when slots from `first` on are shown and give way so much;
 * GOOD_REST when none takes it. */
static int rest_of(const struct list *list, int width, size_t first, int by)
{
    int rest = width - 1;
    bool taken = false;
    for (size_t i = first; i < list->nslots; i++) {
        int own = width_of(list, list->slots[i], width);
        if (!is_shown(list->slots[i], width))
            continue;
        taken = taken || own == 0;
        rest -= own ? squeezed(list->slots[i], own, by) + 1 : 0;
    }
    return taken ? rest : GOOD_REST;
}

/* Whether the user has put columns beside those that are laid out for every width, or has made one wider. */
static bool has_more(const struct list *list)
{
    for (size_t i = 0; i < list->nslots; i++) {
        const struct list_slot *slot = list->slots[i];
        if (slot->column == &slot->custom || slot->column->least == COLUMN_HIDDEN ||
            (slot->column->measure && slot->column->align == ALIGN_LEFT &&
             slot->column->measure(list->ui) > slot->column->wide))
            return true;
    }
    return false;
}

/* Places slots from `first` on; whether the cursor's could be shown in full. */
static bool place_from(const struct list *list, struct rect rect, size_t first,
                       struct list_place *places, size_t *count)
{
    int x = rect.x + 1, end = rect.x + rect.width, by = 0, rest;
    int most = has_more(list) ? GIVE_WAY : 0;
    while ((rest = rest_of(list, rect.width, first, by)) < GOOD_REST && by < most)
        by++;
    rest = rest < LEAST_REST ? LEAST_REST : rest;
    bool cursor = !is_shown(list->slots[list->cursor], rect.width);
    *count = 0;
    for (size_t i = first; i < list->nslots && x < end; i++) {
        if (!is_shown(list->slots[i], rect.width))
            continue;
        int width = width_of(list, list->slots[i], rect.width);
        width = width ? squeezed(list->slots[i], width, by) : rest;
        cursor = cursor || (i == list->cursor && x + width <= end);
        if (x + width > end && *count && list->slots[i]->column->align == ALIGN_RIGHT)
            break; /* a piece of a number would be another number */
        width = x + width > end ? end - x : width;
        places[(*count)++] = (struct list_place){ i, x, width };
        x += width + 1;
    }
    return cursor;
}

size_t columns_place(struct list *list, struct rect rect, struct list_place *places)
{
    size_t count = 0, first = 0;
    while (!place_from(list, rect, first, places, &count) && first < list->cursor)
        first++;
    return count;
}

void columns_step(struct list *list, int width, bool right)
{
    size_t at = list->cursor;
    while (right ? at + 1 < list->nslots : at > 0) {
        at = right ? at + 1 : at - 1;
        if (!is_shown(list->slots[at], width))
            continue;
        list->cursor = at;
        return;
    }
}

/* Changes places with the next slot. Whether that one is shown, too. */
static bool swap(struct list *list, size_t at, size_t to, int width)
{
    struct list_slot *slot = list->slots[at];
    list->slots[at] = list->slots[to];
    list->slots[to] = slot;
    list->cursor = list->cursor == at ? to : list->cursor == to ? at : list->cursor;
    return is_shown(list->slots[at], width);
}

size_t columns_move(struct list *list, size_t at, bool right, int width)
{
    bool moved = false;
    while (!moved && (right ? at + 1 < list->nslots : at > 0)) {
        size_t to = right ? at + 1 : at - 1;
        moved = swap(list, at, to, width);
        at = to;
    }
    return at;
}

void columns_free(struct list *list)
{
    while (list->nslots > 0)
        free(list->slots[--list->nslots]);
    list->cursor = 0;
}

static void set_cursor(struct list *list)
{
    for (size_t i = 0; i < list->nslots; i++)
        if (strcmp(list->slots[i]->column->name, list->ops->cursor) == 0)
            list->cursor = i;
}

void columns_reset(struct list *list)
{
    columns_free(list);
    for (const struct list_column *c = list->ops->columns; c->name; c++)
        if (c->least != COLUMN_HIDDEN)
            columns_add(list, SPAN(c->name), list->nslots);
    set_cursor(list);
}

static bool sorted_as_own(const struct list *list)
{
    const struct list_column *by = list->sorter.column;
    const char *own = list->ops->sorted;
    return by && own ? strcmp(by->name, own) == 0 && !list->descending : !by && !own;
}

bool columns_are_own(const struct list *list)
{
    size_t i = 0;
    if (!sorted_as_own(list))
        return false;
    for (const struct list_column *c = list->ops->columns; c->name; c++) {
        if (c->least == COLUMN_HIDDEN)
            continue;
        if (i == list->nslots || list->slots[i]->column != c || list->slots[i]->width)
            return false;
        i++;
    }
    return i == list->nslots;
}

void columns_write(const struct list *list, struct strbuf *out)
{
    for (size_t i = 0; i < list->nslots; i++) {
        const struct list_slot *slot = list->slots[i];
        strbuf_format(out, "%s%s", i ? " " : "", slot->column->name);
        if (slot->width)
            strbuf_format(out, ":%d", slot->width);
    }
    if (list->sorter.column)
        strbuf_format(out, " sort:%s%s", list->descending ? "-" : "", list->sorter.column->name);
}

/* "from:20" */
static int read_column(struct list *list, struct span word, char **error)
{
    const char *colon = span_find(word, ':');
    struct span name = colon ? span_make(word.p, colon) : word;
    uint64_t width = 0;
    if (colon &&
        (!span_number(span_make(colon + 1, span_end(word)), WIDEST, &width) || width < NARROWEST)) {
        *error = mem_format(_("a width is a number from %d to %d, not '%s'"), NARROWEST, WIDEST,
                            colon + 1);
        return -1;
    }
    if (columns_add(list, name, list->nslots) < 0) {
        *error = mem_format(_("no column is called '%.*s' here"), SPAN_ARG(name));
        return -1;
    }
    if (width)
        list->slots[list->nslots - 1]->width = (int)width;
    return 0;
}

static int read_sort(struct list *list, struct span word, char **error)
{
    bool descending = word.n && *word.p == '-';
    struct span name = { word.p + descending, word.n - descending };
    if (list_sort(list, name, descending) == 0)
        return 0;
    *error = mem_format(_("no column is called '%.*s' here"), SPAN_ARG(name));
    return -1;
}

int columns_read(struct list *list, const char *text, char **error)
{
    struct list fresh = { .ops = list->ops, .ui = list->ui };
    struct span sort = SPAN_NONE;
    int result = 0;
    for (const char *p = text + strspn(text, " "); *p && result == 0; p += strspn(p, " ")) {
        struct span word = { p, strcspn(p, " ") };
        p += word.n;
        if (span_starts(word, "sort:"))
            sort = (struct span){ word.p + 5, word.n - 5 };
        else
            result = read_column(&fresh, word, error);
    }
    if (result == 0 && sort.p)
        result = read_sort(list, sort, error);
    if (result < 0 || fresh.nslots == 0) {
        columns_free(&fresh);
        return result;
    }
    columns_free(list);
    memcpy(list->slots, fresh.slots, sizeof list->slots);
    list->nslots = fresh.nslots;
    set_cursor(list);
    return 0;
}
