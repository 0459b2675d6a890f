/*
 * The rows of a list: ids in order of arrival, of which all are shown or those that
 * fit a filter, as they came or sorted. Filtering and sorting a full list is done in
 * slices, and kept up to date as rows come, change and go. Grouped, each group with rows that
 * are shown has a row of its own, by which groups are sorted; its rows follow it unless folded. Where
 * groups are what is listed (`whole`), items that are no rows follow the row that they belong to,
 * and where it is the only one it is left out.
 */
#ifndef SIPWHY_UI_ROWS_H
#define SIPWHY_UI_ROWS_H

#include "ui/order.h"
#include "ui/rows_groups.h"

/* Set in what rows_at() gives for a group's own row; the rest is the group's number. */
#define ROW_GROUP ORDER_OTHER
/* And for an item under a row. */
#define ROW_ITEM ORDER_THIRD
#define ROW_ITEMS 256 /* of a row, at most */

/* What the rows ask their owner. */
struct rows_ops {
    bool (*alive)(uint32_t id, void *arg); /* it is still there: asked by rows_sweep() */
    bool (*fits)(uint32_t id, void *arg);  /* the filter */
    void (*key)(uint32_t id, struct order_key *key, void *arg); /* of a group's row, too */
    uint32_t (*group)(uint32_t id, void *arg); /* the number of a row's group; NULL: without */
    size_t (*items)(uint32_t id, uint32_t ids[ROW_ITEMS], void *arg); /* under a row; how many */
    uint32_t (*owner)(uint32_t item,
                      void *arg); /* the row that an item belongs to; 0: it has gone */
};

struct id_array {
    uint32_t *ids;
    size_t count, size;
};

/* A row to be found again: an id may be used again after it went, a stamp is not. */
struct row_ref {
    uint32_t id;
    uint32_t
        member; /* of a group one of its rows, of an item its row: it stands for what has gone */
    uint64_t stamp, member_stamp;
};

struct rows {
    const struct rows_ops *ops;
    void *arg;
    struct id_array all;
    uint64_t *stamps; /* by id, order of arrival from 1; 0: no row */
    size_t nstamps;
    uint64_t last_stamp;
    bool filtered, sorted, descending, grouped;
    bool whole;              /* grouped, and the groups are what is listed */
    struct id_array fitting; /* filtered: those of all[0..looked) that fit, as they came */
    struct order order;      /* sorted or grouped: the same in their order */
    struct row_groups groups;
    size_t looked;
    size_t again; /* those of all[again..looked) are to be looked at once more */
    bool paused;
    size_t limit; /* paused: rows beyond all[0..limit) are not shown */
};

void rows_init(struct rows *rows, const struct rows_ops *ops, void *arg);
void rows_free(struct rows *rows);
/* Shows those that fit, or all; sorted, or as they came. Looks at all of them anew. */
void rows_look(struct rows *rows, bool filtered, bool sorted, bool descending);
/* Groups rows, or no more, as parts of what is listed or not; rows_look() then puts that into effect. */
void rows_group(struct rows *rows, bool grouped, bool whole);
/* The group's row of a row, of an item, or of itself; 0: none. */
uint32_t rows_group_of(const struct rows *rows, uint32_t id);
/* Of a group the first of its rows, then the next one of each; 0: no more. */
uint32_t rows_member(const struct rows *rows, uint32_t group);
uint32_t rows_next_member(const struct rows *rows, uint32_t id);
/* Whether a row, or an item's, is the last of its group. */
bool rows_is_last(const struct rows *rows, uint32_t id);
/* How many of a group's rows are there to be shown, and whether they are, by its own row. */
size_t rows_group_count(const struct rows *rows, uint32_t id);
bool rows_unfolded(const struct rows *rows, uint32_t id);
/* Folds or unfolds a group; with a large one all rows are looked at anew. All: rows_look() is needed. */
void rows_fold(struct rows *rows, uint32_t id, bool unfold);
void rows_fold_all(struct rows *rows, bool unfold);
/*
 * Looks at all again that were looked at, because something outside of them has changed: what is shown
 * stays meanwhile, and rows come, go and move one by one.
 */
void rows_recheck(struct rows *rows);
/* A row has come, or something about it has changed. */
void rows_note(struct rows *rows, uint32_t id);
/* Leaves out what is no longer alive; before ids are used again. */
void rows_sweep(struct rows *rows);
static inline bool rows_as_they_came(const struct rows *rows)
{
    return !rows->sorted && !rows->grouped;
}
/* Filters and sorts for about `budget_ns`; true when there is more to do. */
bool rows_work(struct rows *rows, int64_t budget_ns);
bool rows_busy(const struct rows *rows);
/* Paused, rows still change and go, but no new ones are shown. */
void rows_pause(struct rows *rows, bool pause);
/* How many came since, fitting or not. */
size_t rows_held(const struct rows *rows);

size_t rows_count(const struct rows *rows);
/* The same without the groups' own, folded ones included; or groups, where those are listed. */
size_t rows_fitting(const struct rows *rows);
/* Whether a row is among those shown. */
bool rows_shows(const struct rows *rows, uint32_t id);
/* The position in `all` of the first row that came after the one with this stamp; 0: the first. */
size_t rows_after(const struct rows *rows, uint64_t stamp);
/* The id in a row, 0 beyond the end. */
uint32_t rows_at(const struct rows *rows, size_t row);
struct row_ref rows_ref(const struct rows *rows, uint32_t id);
/* Its row while it is shown; else the one that took its place, `row` being where it was. */
size_t rows_find(const struct rows *rows, struct row_ref ref, size_t row);

#endif
