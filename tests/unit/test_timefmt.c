/* Times as people read them: expectations are those of rounding to the nearest. */
#include <string.h>

#include "base/timefmt.h"
#include "tap.h"

#define US 1000LL
#define MS 1000000LL
#define S 1000000000LL

typedef char *write_fn(int64_t ns, char *buf);

static char *filter(int64_t ns, char *buf)
{
    return time_filter(ns, false, buf);
}

static char *filter_day(int64_t ns, char *buf)
{
    return time_filter(ns, true, buf);
}

static const struct {
    write_fn *write;
    int64_t ns;
    const char *text;
} cases[] = {
    { time_short, 0, "0ms" },
    { time_short, 1, "<1ms" },
    { time_short, 999999, "<1ms" },
    { time_short, 1499999, "1ms" },
    { time_short, 1500000, "2ms" },
    { time_short, 999 * MS + 499999, "999ms" },
    { time_short, 999 * MS + 600000, "1.0s" },
    { time_short, 1949 * MS, "1.9s" },
    { time_short, 1950 * MS, "2.0s" },
    { time_short, 9960 * MS, "10s" },
    { time_short, 29995 * MS, "30s" },
    { time_short, 31499 * MS, "31s" },
    { time_short, 99500 * MS, "1m40" },
    { time_short, 247 * S, "4m07" },
    { time_short, 119600 * MS, "2m00" },
    { time_short, 7500 * S, "2h05" },
    { time_short, -5, "0ms" },
    { time_seconds, 29995400 * US, "29.995" },
    { time_seconds, 29999600 * US, "30.000" },
    { time_seconds, -1500 * MS, "-1.500" },
    { time_seconds, -100, "0.000" },
    { time_seconds, 312 * US, "0.000" },
    { time_seconds, 999700, "0.001" },
    { time_seconds, 12 * MS, "0.012" },
    { filter, 51 * S + 7999999, "00:00:51.007" },
    { filter, 51 * S, "00:00:51" },
    { filter_day, 86400 * S + 51 * S + 7 * MS, "1970-01-02T00:00:51.007" },
};

int main(void)
{
    char text[TIME_TEXT];
    size_t count = sizeof cases / sizeof cases[0];
    time_use_utc(true);
    for (size_t i = 0; i < count; i++) {
        cases[i].write(cases[i].ns, text);
        tap_ok(strcmp(text, cases[i].text) == 0, "%s", cases[i].text);
    }
    return tap_done();
}
