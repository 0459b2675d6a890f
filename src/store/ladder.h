/* A call, or several that belong together, as a sequence diagram, as data: columns of addresses, a row a message. */
#ifndef SIPWHY_STORE_LADDER_H
#define SIPWHY_STORE_LADDER_H

#include "store/store.h"

#define LADDER_COLUMNS 64
#define LADDER_ROWS 100000

struct ladder_row {
    uint32_t message;
    uint8_t from, to; /* columns */
};

struct ladder {
    struct addr columns[LADDER_COLUMNS]; /* in order of appearance */
    size_t ncolumns;
    struct ladder_row *rows; /* in order of time; duplicates are left out */
    size_t nrows;
    size_t duplicates;
};

/* A message's place in time; what shares a time or a frame keeps its order. */
struct message_time {
    int64_t time_ns;
    uint64_t order;
    uint32_t offset, seq; /* in the frame, in the stream */
    uint32_t message;
};
struct message_time message_time_of(const struct store *store, uint32_t message);
void message_times_sort(struct message_time *times, size_t n);

/* Builds the ladder of `n` calls; an evicted one gives no rows. Free with ladder_free(). */
void ladder_build(struct ladder *ladder, const struct store *store, const uint32_t *calls,
                  size_t n);
void ladder_free(struct ladder *ladder);

#endif
