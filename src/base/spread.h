/*
 * How long something took, over many times: count, sum, least and most exactly, percentiles from
 * a histogram of eight steps for each doubling, from a microsecond on. Open for reading.
 */
#ifndef SIPWHY_BASE_SPREAD_H
#define SIPWHY_BASE_SPREAD_H

#include <stdint.h>

#define SPREAD_STEPS 304 /* 38 doublings: up to three days */

struct spread {
    uint64_t count;
    int64_t sum_ns, least_ns, most_ns;
    uint32_t steps[SPREAD_STEPS];
};

/* Takes a time in; one below 0 counts as 0. */
void spread_add(struct spread *spread, int64_t ns);
/* Takes in all that another one has. */
void spread_merge(struct spread *spread, const struct spread *other);
/* The mean in ns, -1 without a time. */
int64_t spread_mean(const struct spread *spread);
/*
 * The time within which so many percent of all lie (nearest rank), in ns: never too short, and an
 * eighth too long at most; -1 without a time.
 */
int64_t spread_percentile(const struct spread *spread, unsigned percent);

#endif
