/* Times as people write them: expectations are the calendar's. */
#include <stdlib.h>
#include <time.h>

#include "base/timefmt.h"
#include "base/timeread.h"
#include "tap.h"

#define S 1000000000LL
#define MINUTE (60 * S)

static const struct {
    const char *text;
    bool daily;
    int64_t low, length;
} good[] = {
    { "14:02", true, (14 * 60 + 2) * MINUTE, MINUTE },
    { "9:05", true, (9 * 60 + 5) * MINUTE, MINUTE },
    { "14:02:11", true, (14 * 3600 + 2 * 60 + 11) * S, S },
    { "14:02:11.4", true, (14 * 3600 + 2 * 60 + 11) * S + 400000000, 100000000 },
    { "14:02:11.482", true, (14 * 3600 + 2 * 60 + 11) * S + 482000000, 1000000 },
    { "00:00:00.000000001", true, 1, 1 },
    { "23:59:59", true, DAY_NS - S, S },
    /* 2026-11-29 is day 20786 since 1970 */
    { "2026-11-29", false, 20786 * DAY_NS, DAY_NS },
    { "2026-11-29 14:02", false, 20786 * DAY_NS + (14 * 60 + 2) * MINUTE, MINUTE },
    { "2026-11-29T14:02:11.482Z", false, 20786 * DAY_NS + (14 * 3600 + 2 * 60 + 11) * S + 482000000,
      1000000 },
    { "2024-02-29", false, 19782 * DAY_NS, DAY_NS },
    { "1970-01-01", false, 0, DAY_NS },
};

static const char *const bad[] = {
    "",
    "14",
    "14:",
    "14:2",
    "24:00",
    "14:60",
    "14:02:60",
    "14:02:11.",
    "14:02.5",
    "2026-13-01",
    "14:02x",
    "2026-02-29",
    "2026-11-31",
    "2026-11-29x",
    "2026-11-29 ",
    "26-11-29",
    "1969-12-31",
    "2026-11-00",
    "14:02Z",
    "2026-11-29T",
    "114:02",
    "14:02:11.1234567890",
    "-1:00",
    "2026-11-29_14:02",
};

static void test_zone(void)
{
    struct time_written w;
    setenv("TZ", "KST-9", 1);
    tzset();
    tap_ok(time_read(SPAN("2026-11-29 09:00"), &w) && w.low == 20786 * DAY_NS, "local: nine hours");
    tap_ok(time_read(SPAN("2026-11-29T00:00Z"), &w) && w.low == 20786 * DAY_NS, "Z is UTC");
    tap_ok(time_of_day(20786 * DAY_NS) == 9 * 60 * MINUTE, "midnight in UTC is nine in Seoul");
    tap_ok(time_on_day(20786 * DAY_NS + 5, 10 * 60 * MINUTE) == 20786 * DAY_NS + 60 * MINUTE,
           "ten on that day");
    tap_ok(time_of_day(-1) == 9 * 60 * MINUTE - 1, "before 1970");
    char text[TIME_TEXT];
    tap_ok(strcmp(time_clock(20786 * DAY_NS, text), "09:00:00.000") == 0, "shown as in Seoul");
    time_use_utc(true);
    tap_ok(strcmp(time_date(20786 * DAY_NS, text), "2026-11-29 00:00:00.000") == 0,
           "shown in UTC where that is set");
    tap_ok(time_read(SPAN("2026-11-29 09:00"), &w) && w.low == 20786 * DAY_NS + 9 * 60 * MINUTE &&
               time_of_day(20786 * DAY_NS) == 0,
           "and read so, too");
    time_use_utc(false);
}

int main(void)
{
    struct time_written w;
    setenv("TZ", "UTC0", 1);
    tzset();
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        tap_ok(time_read(SPAN(good[i].text), &w) && w.daily == good[i].daily &&
                   w.low == good[i].low && w.high == good[i].low + good[i].length - 1,
               "reads %s", good[i].text);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct span text = SPAN(bad[i]);
        tap_ok(!time_read(text, &w), "refuses '%.*s'", SPAN_ARG(text));
    }
    test_zone();
    return tap_done();
}
