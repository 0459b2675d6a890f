/*
 * The rows of the transaction list: ids in order of arrival, all or those that
 * fit a filter, kept up to date from the store's events. Filtering a full store
 * is done in slices.
 */
#ifndef SIPWHY_UI_ROWS_H
#define SIPWHY_UI_ROWS_H

#include "store/filter.h"
#include "store/store.h"

struct id_array {
    uint32_t *ids;
    size_t count, size;
};

struct rows {
    const struct store *store;
    struct filter *filter;
    char *filter_text;
    struct id_array all;
    struct id_array fitting; /* with a filter: those of all[0..looked) that fit */
    size_t looked;
    bool paused;
    size_t frozen; /* paused: rows beyond this many are not shown */
};

void rows_init(struct rows *rows, const struct store *store);
void rows_free(struct rows *rows);
/* Takes the filter over (NULL: none) and starts looking anew; a pause ends. */
void rows_set_filter(struct rows *rows, struct filter *filter, const char *text);
/* Passes the store's events on. */
void rows_event(struct rows *rows, enum store_event event, uint32_t transaction);
/* Filters for about `budget_ns`; true when there is more to do. */
bool rows_work(struct rows *rows, int64_t budget_ns);
/* Paused, rows still change and go, but no new ones are shown. */
void rows_pause(struct rows *rows, bool pause);

size_t rows_count(const struct rows *rows);
/* The transaction in a row, 0 beyond the end. */
uint32_t rows_at(const struct rows *rows, size_t row);
/* The row of the transaction that arrived with `seq`, or of the next one after it. */
size_t rows_find(const struct rows *rows, uint64_t seq);

#endif
