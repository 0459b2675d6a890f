/* Points in time as people write them: a time of day, a date, or both. */
#ifndef SIPWHY_BASE_TIMEREAD_H
#define SIPWHY_BASE_TIMEREAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

#define DAY_NS 86400000000000LL

/* What was written leaves digits open: 14:02 is all of that minute. */
struct time_written {
    bool daily;   /* without a date: counted from midnight, on any day */
    int64_t low;  /* its beginning: nanoseconds since 1970, or since midnight in local time */
    int64_t high; /* its last nanosecond */
};

/*
 * Reads "14:02", "14:02:11", "14:02:11.482", "2026-11-29", a date and a time with a blank or a T
 * between, and a Z behind those for UTC; else times are local. False for anything else, and for
 * what no calendar knows.
 */
bool time_read(struct span text, struct time_written *written);
/* Nanoseconds since the day began, in local time. */
int64_t time_of_day(int64_t ns);
/* The given time of day on the local day of `ns`. */
int64_t time_on_day(int64_t ns, int64_t of_day);

#endif
