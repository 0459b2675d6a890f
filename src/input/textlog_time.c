/*
 * Times in logs. Boundary: texts and numbers; which text has the time is the formats' matter.
 * A log mostly leaves out the zone, often the year, sometimes the day: those are taken from the
 * options or from the time when the file was written.
 */
#include "input/textlog_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define SECOND_NS INT64_C(1000000000)
#define DAY 86400
#define LAST_YEAR 2200 /* nanoseconds since 1970 last until 2262 */

static bool digits(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!ascii_digit(p[i]))
            return false;
    return true;
}

static int number(const char *p, size_t n)
{
    int v = 0;
    for (size_t i = 0; i < n; i++)
        v = v * 10 + (p[i] - '0');
    return v;
}

static bool is_word(char c)
{
    return ascii_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || c == ':';
}

/* "12:30:57" with nothing around it that makes it an address or a number. */
static const char *find_clock(struct span text)
{
    const char *end = span_end(text);
    for (const char *p = text.p + 2;
         p + 6 <= end && (p = memchr(p, ':', (size_t)(end - p - 5))) != NULL; p++) {
        if (p[3] != ':' || !digits(p - 2, 2) || !digits(p + 1, 2) || !digits(p + 4, 2))
            continue;
        if (p - 2 > text.p && is_word(p[-3]) && p[-3] != 'T')
            continue;
        if (p + 6 < end && is_word(p[6]) && p[6] != 'Z' &&
            (p[6] != ':' || (p + 7 < end && is_word(p[7]))))
            continue;
        if (number(p - 2, 2) < 24 && number(p + 1, 2) < 60 && number(p + 4, 2) <= 60)
            return p - 2;
    }
    return NULL;
}

/* The fraction and the zone behind the seconds. */
static void read_tail(struct log_stamp *stamp, const char *p, const char *end)
{
    if (p + 1 < end && (*p == '.' || *p == ',') && ascii_digit(p[1])) {
        int unit = 100000000;
        for (p++; p < end && ascii_digit(*p); p++, unit /= 10)
            stamp->ns += (*p - '0') * unit;
    }
    if (p < end && *p == 'Z')
        stamp->zone = 0;
    if (end - p < 5 || (*p != '+' && *p != '-') || !digits(p + 1, 2))
        return;
    const char *minutes = p[3] == ':' ? p + 4 : p + 3;
    if (end - minutes < 2 || !digits(minutes, 2))
        return;
    stamp->zone = (number(p + 1, 2) * 60 + number(minutes, 2)) * (*p == '-' ? -1 : 1);
}

int log_month(const char *p)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (int i = 0; i < 12; i++)
        if (memcmp(names + (ptrdiff_t)3 * i, p, 3) == 0)
            return i + 1;
    return 0;
}

static void set_date(struct log_stamp *stamp, int year, int month, int day)
{
    if (month < 1 || month > 12 || day < 1 || day > 31 ||
        (year && (year < 1970 || year > LAST_YEAR)))
        return;
    stamp->year = year;
    stamp->month = month;
    stamp->day = day;
}

/* "2026-11-23", "2026/11/23", "Jan  5", "Jan 5 2026": what stands before the time, from its end. */
static void read_date(struct log_stamp *stamp, struct span text)
{
    int year = 0;
    text = span_trim(text);
    if (text.n > 0 && text.p[text.n - 1] == 'T')
        text.n--;
    const char *end = span_end(text);
    if (text.n >= 10 && digits(end - 10, 4) && !ascii_digit(end[-6]) && digits(end - 5, 2) &&
        end[-3] == end[-6] && digits(end - 2, 2)) {
        set_date(stamp, number(end - 10, 4), number(end - 5, 2), number(end - 2, 2));
        return;
    }
    if (text.n > 9 && digits(end - 4, 4) && end[-5] == ' ') {
        year = number(end - 4, 4);
        text = span_trim(span_make(text.p, end - 5));
        end = span_end(text);
    }
    size_t day = text.n > 2 && ascii_digit(end[-1]) ? 1 + ascii_digit(end[-2]) : 0;
    const char *p = end - day;
    while (day && p > text.p && p[-1] == ' ')
        p--;
    if (day && p - text.p >= 3 && log_month(p - 3))
        set_date(stamp, year, log_month(p - 3), number(end - day, day));
}

void log_stamp_find(struct span text, struct log_stamp *stamp)
{
    *stamp = (struct log_stamp){ .zone = TEXTLOG_NO_ZONE };
    const char *p = text.n >= 8 ? find_clock(text) : NULL;
    if (!p)
        return;
    stamp->found = true;
    stamp->hour = number(p, 2);
    stamp->minute = number(p + 3, 2);
    stamp->second = number(p + 6, 2);
    read_tail(stamp, p + 8, span_end(text));
    read_date(stamp, span_make(text.p, p));
}

void log_stamp_at(struct span text, struct log_stamp *stamp)
{
    log_stamp_find(text, stamp);
    const char *at = span_find(text, '@');
    if (stamp->found && at && at - text.p >= 5 && digits(at - 2, 2) && digits(at - 5, 2))
        set_date(stamp, 0, number(at - 2, 2), number(at - 5, 2));
}

int textlog_read_date(struct textlog_options *options, const char *text)
{
    int end = 0;
    if (sscanf(text, "%4d-%2d-%2d%n", &options->year, &options->month, &options->day, &end) == 3 &&
        !text[end] && options->year >= 1970 && options->year <= LAST_YEAR && options->month >= 1 &&
        options->month <= 12 && options->day >= 1 && options->day <= 31)
        return 0;
    options->year = options->month = options->day = 0;
    return -1;
}

/* The clock's zone in force while libc computes: a foreign one is put in its place. */
static int64_t in_zone(const char *zone, struct tm *tm)
{
    const char *mine = getenv("TZ");
    char *kept = mine ? strdup(mine) : NULL;
    if (zone) {
        setenv("TZ", zone, 1);
        tzset();
    }
    time_t seconds = mktime(tm);
    if (zone) {
        if (kept)
            setenv("TZ", kept, 1);
        else
            unsetenv("TZ");
        tzset();
    }
    free(kept);
    return (int64_t)seconds;
}

static int64_t hour_of(struct log_clock *c, int year, int month, int day, int hour, int zone)
{
    if (year > LAST_YEAR)
        year = LAST_YEAR;
    struct tm tm = {
        .tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day, .tm_hour = hour, .tm_isdst = -1
    };
    if (zone != TEXTLOG_NO_ZONE)
        return ((int64_t)timegm(&tm) - (int64_t)zone * 60) * SECOND_NS;
    int key[4] = { year, month, day, hour };
    if (memcmp(key, c->hour_key, sizeof key) != 0) {
        memcpy(c->hour_key, key, sizeof key);
        c->hour_ns = in_zone(c->options.tz, &tm) * SECOND_NS;
    }
    return c->hour_ns;
}

void log_clock_init(struct log_clock *c, const struct textlog_options *options)
{
    struct tm tm;
    time_t written = (time_t)(options->written_ns / SECOND_NS);
    *c = (struct log_clock){
        .options = *options, .year = options->year, .month = options->month, .day = options->day
    };
    if (c->year == 0 && localtime_r(&written, &tm)) {
        c->year = tm.tm_year + 1900;
        c->month = tm.tm_mon + 1;
        c->day = tm.tm_mday;
    }
}

/* The time of day went back by hours: midnight was in between. */
static void next_day(struct log_clock *c)
{
    struct tm tm = { .tm_year = c->year - 1900, .tm_mon = c->month - 1, .tm_mday = c->day + 1 };
    timegm(&tm);
    c->year = tm.tm_year + 1900;
    c->month = tm.tm_mon + 1;
    c->day = tm.tm_mday;
}

/*
 * A log without years goes on into the next. Its first message is not from the future, and not
 * from before the day that the user named.
 */
static int year_of(const struct log_clock *c, const struct log_stamp *stamp)
{
    if (stamp->year)
        return stamp->year;
    if (c->last_ns)
        return c->year + (stamp->month == 1 && c->month == 12) -
               (stamp->month == 12 && c->month == 1);
    int later = (stamp->month - c->month) * 31 + stamp->day - c->day;
    return c->options.year ? c->year + (later < 0) : c->year - (later > 0);
}

int64_t log_clock_read(struct log_clock *c, const struct log_stamp *stamp, bool *assumed)
{
    int second = (stamp->hour * 60 + stamp->minute) * 60 + stamp->second;
    *assumed = !stamp->year && !c->options.year;
    if (!stamp->found) {
        int64_t step = c->last_ns ? c->last_ns + SECOND_NS / 1000
                                  : hour_of(c, c->year, c->month, c->day, 0, TEXTLOG_NO_ZONE);
        *assumed = true;
        return c->last_ns = step;
    }
    if (stamp->month) {
        c->year = year_of(c, stamp);
        c->month = stamp->month;
        c->day = stamp->day;
    } else if (c->last_ns && second < c->second - DAY / 2) {
        next_day(c);
    }
    c->second = second;
    c->last_ns = hour_of(c, c->year, c->month, c->day, stamp->hour, stamp->zone) +
                 (stamp->minute * INT64_C(60) + stamp->second) * SECOND_NS + stamp->ns;
    return c->last_ns;
}
