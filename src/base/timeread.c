/* See timeread.h. */
#include "base/timeread.h"

#include <time.h>

#include "base/timefmt.h"

#define SECOND 1000000000LL
#define FRACTION_DIGITS 9

/* Takes `digits` digits off the front of *text. */
static bool take_number(struct span *text, size_t digits, int *value)
{
    *value = 0;
    if (text->n < digits)
        return false;
    for (size_t i = 0; i < digits; i++) {
        if (!ascii_digit(text->p[i]))
            return false;
        *value = *value * 10 + (text->p[i] - '0');
    }
    *text = (struct span){ text->p + digits, text->n - digits };
    return true;
}

static bool take_byte(struct span *text, char c)
{
    if (text->n == 0 || text->p[0] != c)
        return false;
    *text = (struct span){ text->p + 1, text->n - 1 };
    return true;
}

static bool take_date(struct span *text, struct tm *day)
{
    int year, month;
    if (!take_number(text, 4, &year) || !take_byte(text, '-') || !take_number(text, 2, &month) ||
        !take_byte(text, '-') || !take_number(text, 2, &day->tm_mday))
        return false;
    day->tm_year = year - 1900;
    day->tm_mon = month - 1;
    return year >= 1970 && month >= 1 && month <= 12 && day->tm_mday >= 1 && day->tm_mday <= 31;
}

/* ".482" as nanoseconds; *step becomes what one more digit would have divided. */
static bool take_fraction(struct span *text, int64_t *ns, int64_t *step)
{
    size_t digits = 0;
    for (; text->n > 0 && ascii_digit(text->p[0]) && digits < FRACTION_DIGITS; digits++) {
        *step /= 10;
        *ns += (text->p[0] - '0') * *step;
        take_byte(text, text->p[0]);
    }
    return digits > 0;
}

/* "14:02[:11[.482]]" as nanoseconds since midnight, and how long what is left open lasts. */
static bool take_clock(struct span *text, int64_t *ns, int64_t *step)
{
    struct span hour_text = *text;
    int hour, minute, second = 0;
    bool two = take_number(text, 2, &hour);
    if (!two) {
        *text = hour_text;
        if (!take_number(text, 1, &hour))
            return false;
    }
    if (!take_byte(text, ':') || !take_number(text, 2, &minute))
        return false;
    *step = 60 * SECOND;
    if (take_byte(text, ':')) {
        if (!take_number(text, 2, &second))
            return false;
        *step = SECOND;
    }
    *ns = (hour * 3600LL + minute * 60 + second) * SECOND;
    if (*step == SECOND && take_byte(text, '.') && !take_fraction(text, ns, step))
        return false;
    return hour < 24 && minute < 60 && second < 60;
}

/* Where a local or UTC day begins, or false: mktime() would make the 3rd of March of a 31st of
 * February. */
static bool day_start(struct tm day, bool utc, int64_t of_day, int64_t *ns)
{
    int wanted = day.tm_mday;
    int seconds = (int)(of_day / SECOND);
    day.tm_hour = seconds / 3600;
    day.tm_min = seconds / 60 % 60;
    day.tm_sec = seconds % 60;
    day.tm_isdst = -1;
    time_t start = utc || time_is_utc() ? timegm(&day) : mktime(&day);
    if (day.tm_mday != wanted || __builtin_mul_overflow((int64_t)start, SECOND, ns))
        return false;
    return !__builtin_add_overflow(*ns, of_day % SECOND, ns);
}

bool time_read(struct span text, struct time_written *written)
{
    struct tm day = { 0 };
    struct span rest = text;
    int64_t of_day = 0, step = DAY_NS;
    bool date = take_date(&rest, &day);
    if (!date)
        rest = text;
    bool between = date && rest.n > 0;
    if (between && !take_byte(&rest, 'T') && !take_byte(&rest, 't')) {
        if (!take_byte(&rest, ' '))
            return false;
        rest = span_trim(rest);
    }
    if ((!date || between) && !take_clock(&rest, &of_day, &step))
        return false;
    bool utc = between && (take_byte(&rest, 'Z') || take_byte(&rest, 'z'));
    if (rest.n > 0)
        return false;
    written->daily = !date;
    written->low = of_day;
    if (date && !day_start(day, utc, of_day, &written->low))
        return false;
    return !__builtin_add_overflow(written->low, step - 1, &written->high);
}

static struct tm local(int64_t ns, int64_t *rest)
{
    struct tm parts = { 0 };
    int64_t seconds = ns / SECOND - (ns % SECOND < 0);
    time_t when = (time_t)seconds;
    *rest = ns - seconds * SECOND;
    if (!(time_is_utc() ? gmtime_r(&when, &parts) : localtime_r(&when, &parts)))
        parts = (struct tm){ 0 };
    return parts;
}

int64_t time_of_day(int64_t ns)
{
    int64_t rest;
    struct tm parts = local(ns, &rest);
    return (parts.tm_hour * 3600LL + parts.tm_min * 60 + parts.tm_sec) * SECOND + rest;
}

int64_t time_on_day(int64_t ns, int64_t of_day)
{
    int64_t rest, result;
    struct tm parts = local(ns, &rest);
    return day_start(parts, false, of_day, &result) ? result : ns;
}
