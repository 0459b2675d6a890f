/* See timefmt.h. */
#include "base/timefmt.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define MILLISECOND 1000000LL
#define SECOND 1000000000LL
#define MINUTE (60 * SECOND)

static bool utc;

void time_use_utc(bool yes)
{
    utc = yes;
}

bool time_is_utc(void)
{
    return utc;
}

static void split(int64_t ns, time_t *seconds, long *rest)
{
    *seconds = (time_t)(ns / SECOND);
    *rest = (long)(ns % SECOND);
    if (*rest < 0) {
        *rest += SECOND;
        (*seconds)--;
    }
}

static char *format(int64_t ns, const char *pattern, char *buf)
{
    time_t seconds;
    long rest;
    struct tm parts;
    split(ns, &seconds, &rest);
    if (!(utc ? gmtime_r(&seconds, &parts) : localtime_r(&seconds, &parts)))
        parts = (struct tm){ 0 };
    size_t n = strftime(buf, TIME_TEXT, pattern, &parts);
    snprintf(buf + n, TIME_TEXT - n, ".%03ld", rest / 1000000);
    return buf;
}

char *time_clock(int64_t ns, char *buf)
{
    return format(ns, "%H:%M:%S", buf);
}

char *time_date(int64_t ns, char *buf)
{
    return format(ns, "%Y-%m-%d %H:%M:%S", buf);
}

char *time_day(int64_t seconds, char *buf)
{
    time_t t = (time_t)seconds;
    struct tm parts;
    if (!gmtime_r(&t, &parts))
        parts = (struct tm){ 0 };
    strftime(buf, TIME_TEXT, "%Y-%m-%d", &parts);
    return buf;
}

char *time_iso(int64_t ns, char *buf)
{
    time_t seconds;
    long rest;
    struct tm parts;
    split(ns, &seconds, &rest);
    if (!gmtime_r(&seconds, &parts))
        parts = (struct tm){ 0 };
    size_t n = strftime(buf, TIME_TEXT, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(buf + n, TIME_TEXT - n, ".%06ldZ", rest / 1000);
    return buf;
}

/* How many units a time makes, rounded to the nearest. */
static unsigned long long whole(int64_t ns, int64_t unit)
{
    return ns < 0 ? 0 : ((uint64_t)ns + (uint64_t)unit / 2) / (uint64_t)unit;
}

char *time_seconds(int64_t ns, char *buf)
{
    unsigned long long ms = whole(ns < 0 ? -ns : ns, MILLISECOND);
    snprintf(buf, TIME_TEXT, "%s%llu.%03llu", ns < 0 && ms ? "-" : "", ms / 1000, ms % 1000);
    return buf;
}

char *time_short(int64_t ns, char *buf)
{
    unsigned long long tenths = whole(ns, SECOND / 10), s = whole(ns, SECOND),
                       m = whole(ns, MINUTE);
    if (ns > 0 && ns < MILLISECOND)
        snprintf(buf, TIME_TEXT, "<1ms");
    else if (whole(ns, MILLISECOND) < 1000)
        snprintf(buf, TIME_TEXT, "%llums", whole(ns, MILLISECOND));
    else if (tenths < 100)
        snprintf(buf, TIME_TEXT, "%llu.%llus", tenths / 10, tenths % 10);
    else if (s < 100)
        snprintf(buf, TIME_TEXT, "%llus", s);
    else if (s < 6000)
        snprintf(buf, TIME_TEXT, "%llum%02llu", s / 60, s % 60);
    else
        snprintf(buf, TIME_TEXT, "%lluh%02llu", m / 60, m % 60);
    return buf;
}

char *time_filter(int64_t ns, bool day, char *buf)
{
    char *blank = day ? strchr(time_date(ns, buf), ' ') : NULL;
    if (blank)
        *blank = 'T';
    else
        time_clock(ns, buf);
    if (ns % SECOND == 0)
        buf[strlen(buf) - strlen(".000")] = '\0';
    return buf;
}
