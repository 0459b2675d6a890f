/* See timefmt.h. */
#include "base/timefmt.h"

#include <stdio.h>
#include <time.h>

#define SECOND 1000000000LL

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

char *time_seconds(int64_t ns, char *buf)
{
    const char *sign = ns < 0 ? "-" : "";
    uint64_t ms = (uint64_t)(ns < 0 ? -ns : ns) / 1000000;
    snprintf(buf, TIME_TEXT, "%s%llu.%03llu", sign, (unsigned long long)(ms / 1000),
             (unsigned long long)(ms % 1000));
    return buf;
}

char *time_short(int64_t ns, char *buf)
{
    uint64_t ms = (uint64_t)(ns < 0 ? 0 : ns) / 1000000;
    unsigned long long s = ms / 1000;
    if (ns > 0 && ms == 0)
        snprintf(buf, TIME_TEXT, "<1ms");
    else if (ms < 1000)
        snprintf(buf, TIME_TEXT, "%llums", (unsigned long long)ms);
    else if (ms < 10000)
        snprintf(buf, TIME_TEXT, "%llu.%llus", s, (unsigned long long)(ms % 1000 / 100));
    else if (s < 100)
        snprintf(buf, TIME_TEXT, "%llus", s);
    else if (s < 6000)
        snprintf(buf, TIME_TEXT, "%llum%02llu", s / 60, s % 60);
    else
        snprintf(buf, TIME_TEXT, "%lluh%02llu", s / 3600, s / 60 % 60);
    return buf;
}
