/* See rows.h. Both arrays are sorted by transaction->seq, so that a row is found by halving. */
#include "ui/rows.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/strbuf.h"

#define LOOKS_A_CLOCK 256

void rows_init(struct rows *rows, const struct store *store)
{
    *rows = (struct rows){ .store = store };
}

void rows_free(struct rows *rows)
{
    filter_free(rows->filter);
    free(rows->filter_text);
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

static uint64_t seq_of(const struct rows *rows, uint32_t id)
{
    const struct transaction *txn = store_transaction(rows->store, id);
    return txn ? txn->seq : 0;
}

/* The first position whose transaction came with `seq` or later. */
static size_t position(const struct rows *rows, const struct id_array *array, uint64_t seq)
{
    size_t low = 0, high = array->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (seq_of(rows, array->ids[middle]) < seq)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static const struct id_array *shown(const struct rows *rows)
{
    return rows->filter ? &rows->fitting : &rows->all;
}

void rows_set_filter(struct rows *rows, struct filter *filter, const char *text)
{
    filter_free(rows->filter);
    free(rows->filter_text);
    rows->filter = filter;
    rows->filter_text = filter ? mem_text(text) : NULL;
    rows->fitting.count = 0;
    rows->looked = 0;
    rows->paused = false;
}

/* Leaves out what is no longer stored. */
static void sweep(struct rows *rows, struct id_array *array, size_t *looked)
{
    size_t kept = 0, before = 0;
    for (size_t i = 0; i < array->count; i++) {
        if (!store_transaction(rows->store, array->ids[i]))
            continue;
        if (looked && i < *looked)
            before++;
        array->ids[kept++] = array->ids[i];
    }
    array->count = kept;
    if (looked)
        *looked = before;
}

/* A transaction that was already looked at may fit now, or no longer. */
static void look_again(struct rows *rows, uint32_t id)
{
    uint64_t seq = seq_of(rows, id);
    if (rows->looked == 0 || seq > seq_of(rows, rows->all.ids[rows->looked - 1]))
        return;
    size_t at = position(rows, &rows->fitting, seq);
    bool was = at < rows->fitting.count && rows->fitting.ids[at] == id;
    bool is = filter_match(rows->filter, rows->store, id);
    if (is && !was)
        insert(&rows->fitting, at, id);
    else if (was && !is)
        take_out(&rows->fitting, at);
}

void rows_event(struct rows *rows, enum store_event event, uint32_t id)
{
    if (event == STORE_ADDED) {
        insert(&rows->all, rows->all.count, id);
    } else if (event == STORE_EVICTED) {
        size_t before = shown(rows)->count;
        sweep(rows, &rows->all, &rows->looked);
        sweep(rows, &rows->fitting, NULL);
        size_t gone = before - shown(rows)->count;
        rows->frozen = rows->frozen > gone ? rows->frozen - gone : 0;
    } else if (rows->filter) {
        look_again(rows, id);
    }
}

bool rows_work(struct rows *rows, int64_t budget_ns)
{
    if (!rows->filter)
        return false;
    int64_t end = clock_monotonic() + budget_ns;
    while (rows->looked < rows->all.count) {
        uint32_t id = rows->all.ids[rows->looked++];
        if (filter_match(rows->filter, rows->store, id))
            insert(&rows->fitting, rows->fitting.count, id);
        if (rows->looked % LOOKS_A_CLOCK == 0 && clock_monotonic() >= end)
            break;
    }
    return rows->looked < rows->all.count;
}

void rows_pause(struct rows *rows, bool pause)
{
    rows->paused = pause;
    rows->frozen = shown(rows)->count;
}

size_t rows_count(const struct rows *rows)
{
    size_t count = shown(rows)->count;
    return rows->paused && rows->frozen < count ? rows->frozen : count;
}

uint32_t rows_at(const struct rows *rows, size_t row)
{
    return row < rows_count(rows) ? shown(rows)->ids[row] : 0;
}

size_t rows_find(const struct rows *rows, uint64_t seq)
{
    size_t at = position(rows, shown(rows), seq), count = rows_count(rows);
    return at < count ? at : count ? count - 1 : 0;
}
