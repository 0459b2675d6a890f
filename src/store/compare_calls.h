/*
 * Two calls beside each other, message by message: what was the same request or answer stands in one
 * row; so do timers, ICMP errors and what became of connections. Data only, bounded. Retransmissions
 * and second captures are counted at the first, as in the ladder.
 */
#ifndef SIPWHY_STORE_COMPARE_CALLS_H
#define SIPWHY_STORE_COMPARE_CALLS_H

#include "store/ladder.h"

#define COMPARE_ROWS 1000  /* rows of each call that are compared */
#define COMPARE_PARTIES 16 /* hosts of each call that are named */

enum calls_difference {
    CALLS_MESSAGE = 1 << 0, /* another answer, or there is none on one side */
    CALLS_ROLES = 1 << 1,   /* between other parties, by their order of appearance */
    CALLS_SESSION = 1 << 2, /* another session description: media or codecs */
    CALLS_TIME = 1 << 3,    /* it took more than twice as long, and a second at least */
    CALLS_REPEATS = 1 << 4, /* it was sent again in one of them only */
};

struct calls_side {
    bool there; /* false: nothing on this side */
    struct ladder_row
        row;           /* a message or an event; its columns are parties, in order of appearance */
    int64_t waited_ns; /* since the call's row before */
};

struct calls_row {
    struct calls_side side[2];
    unsigned differs; /* enum calls_difference */
};

struct calls_comparison {
    struct calls_row *rows;
    size_t count, differences;
    struct addr parties[2][COMPARE_PARTIES]; /* of each call, in order of appearance */
    size_t nparties[2];
    bool cut; /* a call is longer than what is compared */
};

/* Compares two calls; an evicted one has no messages. Free with calls_comparison_free(). */
void calls_compare(struct calls_comparison *comparison, const struct store *store, uint32_t a,
                   uint32_t b);
void calls_comparison_free(struct calls_comparison *comparison);

#endif
