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

#define NO_NUMBER 100

/* Of two digits; NO_NUMBER where there is something else. */
static inline int two(const char *p)
{
    unsigned tens = (unsigned)p[0] - '0', ones = (unsigned)p[1] - '0';
    return tens <= 9 && ones <= 9 ? (int)(tens * 10 + ones) : NO_NUMBER;
}

/* And of four: at least NO_NUMBER * NO_NUMBER. */
static inline int four(const char *p)
{
    int high = two(p), low = two(p + 2);
    return low < NO_NUMBER ? high * 100 + low : NO_NUMBER * NO_NUMBER;
}

static bool is_word(char c)
{
    return ascii_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || c == ':';
}

/*
 * "12:30:57" with nothing around it that makes it an address or a number: where it is, and in *stamp what
 * it says; or NULL.
 */
static const char *find_clock(struct span text, struct log_stamp *stamp)
{
    const char *end = span_end(text);
    for (const char *p = text.p + 2;
         p + 6 <= end && (p = memchr(p, ':', (size_t)(end - p - 5))) != NULL; p++) {
        int hour = two(p - 2), minute = two(p + 1), second = two(p + 4);
        if (p[3] != ':' || hour >= 24 || minute >= 60 || second > 60)
            continue;
        if (p - 2 > text.p && is_word(p[-3]) && p[-3] != 'T')
            continue;
        if (p + 6 < end && is_word(p[6]) && p[6] != 'Z' &&
            (p[6] != ':' || (p + 7 < end && is_word(p[7]))))
            continue;
        stamp->hour = hour;
        stamp->minute = minute;
        stamp->second = second;
        return p - 2;
    }
    return NULL;
}

/* The fraction and the zone behind the seconds. */
static void read_tail(struct log_stamp *stamp, const char *p, const char *end)
{
    if (p + 1 < end && (*p == '.' || *p == ',') && ascii_digit(p[1])) {
        int left = 9;
        for (p++; p < end && ascii_digit(*p); p++)
            if (left > 0) {
                stamp->ns = stamp->ns * 10 + (*p - '0');
                left--;
            }
        for (; left > 0; left--)
            stamp->ns *= 10;
    }
    if (p < end && *p == 'Z')
        stamp->zone = 0;
    if (end - p < 5 || (*p != '+' && *p != '-') || two(p + 1) == NO_NUMBER)
        return;
    const char *minutes = p[3] == ':' ? p + 4 : p + 3;
    if (end - minutes < 2 || two(minutes) == NO_NUMBER)
        return;
    stamp->zone = (two(p + 1) * 60 + two(minutes)) * (*p == '-' ? -1 : 1);
}

int log_month(const char *p)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (int i = 0; i < 12; i++)
        if (memcmp(names + (ptrdiff_t)3 * i, p, 3) == 0)
            return i + 1;
    return 0;
}

static bool is_year(int year)
{
    return year < NO_NUMBER * NO_NUMBER;
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
    if (text.n >= 10 && end[-3] == end[-6] && !ascii_digit(end[-6]) && is_year(four(end - 10)) &&
        two(end - 5) != NO_NUMBER && two(end - 2) != NO_NUMBER) {
        set_date(stamp, four(end - 10), two(end - 5), two(end - 2));
        return;
    }
    if (text.n > 9 && end[-5] == ' ' && is_year(four(end - 4))) {
        year = four(end - 4);
        text = span_trim(span_make(text.p, end - 5));
        end = span_end(text);
    }
    size_t day = text.n > 2 && ascii_digit(end[-1]) ? 1 + ascii_digit(end[-2]) : 0;
    const char *p = end - day;
    while (day && p > text.p && p[-1] == ' ')
        p--;
    if (day && p - text.p >= 3 && log_month(p - 3))
        set_date(stamp, year, log_month(p - 3), day == 2 ? two(end - 2) : end[-1] - '0');
}

void log_stamp_find(struct span text, struct log_stamp *stamp)
{
    *stamp = (struct log_stamp){ .zone = TEXTLOG_NO_ZONE };
    const char *p = text.n >= 8 ? find_clock(text, stamp) : NULL;
    if (!p)
        return;
    stamp->found = true;
    read_tail(stamp, p + 8, span_end(text));
    read_date(stamp, span_make(text.p, p));
}

void log_stamp_at(struct span text, struct log_stamp *stamp)
{
    log_stamp_find(text, stamp);
    const char *at = span_find(text, '@');
    if (stamp->found && at && at - text.p >= 5)
        set_date(stamp, 0, two(at - 2), two(at - 5)); /* none, where there are no numbers */
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
