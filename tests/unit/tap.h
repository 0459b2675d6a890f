/* The least of the Test Anything Protocol: one line a test, the plan at the end. */
#ifndef SIPWHY_TESTS_TAP_H
#define SIPWHY_TESTS_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

static int tap_count, tap_failed;

__attribute__((format(printf, 3, 0))) static inline void tap_line(bool good, const char *directive,
                                                                  const char *format, va_list args)
{
    tap_count++;
    tap_failed += !good;
    printf("%s %d - ", good ? "ok" : "not ok", tap_count);
    vprintf(format, args);
    printf("%s\n", directive);
    fflush(stdout);
}

/* One test; the text names what must be so. Returns the condition. */
__attribute__((format(printf, 2, 3))) static inline bool tap_ok(bool good, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    tap_line(good, "", format, args);
    va_end(args);
    return good;
}

/* A test that could not be run here, and why. */
__attribute__((format(printf, 1, 2))) static inline void tap_skip(const char *format, ...)
{
    va_list args;
    printf("ok %d # skip ", ++tap_count);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    printf("\n");
}

/* A line for the reader, no test. */
__attribute__((format(printf, 1, 2))) static inline void tap_note(const char *format, ...)
{
    va_list args;
    printf("# ");
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    printf("\n");
}

/* Prints the plan; the exit status of main(). */
static inline int tap_done(void)
{
    printf("1..%d\n", tap_count);
    return tap_failed ? 1 : 0;
}

#endif
