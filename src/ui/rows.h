/*
 * The rows of a list: ids in order of arrival, of which all are shown or those that
 * fit a filter, as they came or sorted. Filtering and sorting a full list is done in
 * slices, and kept up to date as rows come, change and go.
 */
#ifndef SIPWHY_UI_ROWS_H
#define SIPWHY_UI_ROWS_H

#include "ui/order.h"

/* What the rows ask their owner. */
struct rows_ops {
    bool (*alive)(uint32_t id, void *arg); /* it is still there: asked by rows_sweep() */
    bool (*fits)(uint32_t id, void *arg);  /* the filter */
    void (*key)(uint32_t id, struct order_key *key, void *arg);
};

struct id_array {
    uint32_t *ids;
    size_t count, size;
};

/* A row to be found again: an id may be used again after it went, a stamp is not. */
struct row_ref {
    uint32_t id;
    uint64_t stamp;
};

struct rows {
    const struct rows_ops *ops;
    void *arg;
    struct id_array all;
    uint64_t *stamps; /* by id, order of arrival from 1; 0: no row */
    size_t nstamps;
    uint64_t last_stamp;
    bool filtered, sorted, descending;
    struct id_array fitting; /* filtered: those of all[0..looked) that fit, as they came */
    struct order order;      /* sorted: the same in their order */
    size_t looked;
    bool paused;
    size_t limit; /* paused: rows beyond all[0..limit) are not shown */
};

void rows_init(struct rows *rows, const struct rows_ops *ops, void *arg);
void rows_free(struct rows *rows);
/* Shows those that fit, or all; sorted, or as they came. Looks at all of them anew. */
void rows_look(struct rows *rows, bool filtered, bool sorted, bool descending);
/* A row has come, or something about it has changed. */
void rows_note(struct rows *rows, uint32_t id);
/* Leaves out what is no longer alive; before ids are used again. */
void rows_sweep(struct rows *rows);
/* Filters and sorts for about `budget_ns`; true when there is more to do. */
bool rows_work(struct rows *rows, int64_t budget_ns);
bool rows_busy(const struct rows *rows);
/* Paused, rows still change and go, but no new ones are shown. */
void rows_pause(struct rows *rows, bool pause);

size_t rows_count(const struct rows *rows);
/* Whether a row is among those shown. */
bool rows_shows(const struct rows *rows, uint32_t id);
/* The id in a row, 0 beyond the end. */
uint32_t rows_at(const struct rows *rows, size_t row);
struct row_ref rows_ref(const struct rows *rows, uint32_t id);
/* Its row while it is shown; else the one that took its place, `row` being where it was. */
size_t rows_find(const struct rows *rows, struct row_ref ref, size_t row);

#endif
