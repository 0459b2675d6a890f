/*
 * Two calls beside each other, message by message: what was the same request or answer stands in one
 * row. Data only, bounded. Retransmissions and second captures are left out, as in the ladder.
 */
#ifndef SIPWHY_STORE_COMPARE_CALLS_H
#define SIPWHY_STORE_COMPARE_CALLS_H

#include "store/ladder.h"

#define COMPARE_ROWS 1000 /* messages of each call that are compared */

enum calls_difference {
    CALLS_MESSAGE = 1 << 0, /* another answer, or there is none on one side */
    CALLS_ROLES = 1 << 1,   /* between other parties, by their order of appearance */
    CALLS_SESSION = 1 << 2, /* another session description: media or codecs */
    CALLS_TIME = 1 << 3,    /* it took more than twice as long, and a second at least */
};

struct calls_side {
    uint32_t message;  /* 0: nothing on this side */
    int64_t waited_ns; /* since the call's message before */
    uint8_t from, to;  /* parties, from 0, in order of appearance */
};

struct calls_row {
    struct calls_side side[2];
    unsigned differs; /* enum calls_difference */
};

struct calls_comparison {
    struct calls_row *rows;
    size_t count, differences;
    bool cut; /* a call is longer than what is compared */
};

/* Compares two calls; an evicted one has no messages. Free with calls_comparison_free(). */
void calls_compare(struct calls_comparison *comparison, const struct store *store, uint32_t a,
                   uint32_t b);
void calls_comparison_free(struct calls_comparison *comparison);

#endif
