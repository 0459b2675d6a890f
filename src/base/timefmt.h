/*
 * Times and durations as people read them. All times are nanoseconds since 1970, UTC. A point in time
 * is cut to milliseconds, so that it is never later than what it names.
 */
#ifndef SIPWHY_BASE_TIMEFMT_H
#define SIPWHY_BASE_TIMEFMT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TIME_TEXT 40

/* Whether what is called local below is UTC; at first it is not. */
void time_use_utc(bool yes);
bool time_is_utc(void);
/* "14:02:11.482", local time. Each gives `buf`, of TIME_TEXT bytes. */
char *time_clock(int64_t ns, char *buf);
/* "2026-11-23 14:02:11.482", local time. */
char *time_date(int64_t ns, char *buf);
/* "2026-11-23T14:02:11.482000Z". */
char *time_iso(int64_t ns, char *buf);
/* "2026-11-23", UTC, of seconds since 1970. */
char *time_day(int64_t seconds, char *buf);
/* "14:02:11.482" as filters read it, with the day "2026-11-23T14:02:11.482"; no ".000". */
char *time_filter(int64_t ns, bool day, char *buf);
/* Those that follow are rounded. "0.000", "12.345": seconds since something. */
char *time_seconds(int64_t ns, char *buf);
/* At most five columns, with its unit: "<1ms", "12ms", "1.9s", "32s", "4m07", "2h05". */
char *time_short(int64_t ns, char *buf);

#endif
