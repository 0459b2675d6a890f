/* Charts: which characters values become. A column is written from its lowest line to its highest. */
#include "ui/chart.h"

#include <string.h>

#include "tap.h"

static bool column_is(double value, double top, int height, bool utf8, const char *expected)
{
    char all[64] = "";
    for (int line = 0; line < height; line++)
        strcat(all, chart_bar(value, top, height, line, utf8));
    if (strcmp(all, expected) != 0)
        tap_note("%g of %g in %d lines: '%s'", value, top, height, all);
    return strcmp(all, expected) == 0;
}

int main(void)
{
    tap_ok(column_is(8, 8, 1, true, "█") && column_is(4, 8, 1, true, "▄") &&
               column_is(1, 8, 1, true, "▁"),
           "one line shows eighths");
    tap_ok(column_is(12, 16, 2, true, "█▄") && column_is(16, 16, 2, true, "██") &&
               column_is(8, 16, 2, true, "█ "),
           "several lines are filled from below");
    tap_ok(column_is(0.001, 1000, 3, true, "▁  "), "what is hardly anything still shows");
    tap_ok(column_is(0, 10, 2, true, "· ") && column_is(-1, 10, 2, true, "  "),
           "zero is a dot, no value is nothing");
    tap_ok(column_is(99, 10, 2, true, "██"), "what is beyond the top fills the column");
    tap_ok(column_is(3, 8, 1, false, ".") && column_is(5, 8, 1, false, ":") &&
               column_is(8, 8, 1, false, "#") && column_is(0, 8, 1, false, "."),
           "ASCII has three steps");
    char cell[CHART_CELL];
    /* dots 7 and 8 are the lowest, 1 and 4 the highest (ISO/IEC TR 11548-1) */
    tap_ok(strcmp(chart_braille(4, 4, 4, 1, 0, cell), "⣿") == 0 &&
               strcmp(chart_braille(1, 0, 4, 1, 0, cell), "⡀") == 0 &&
               strcmp(chart_braille(0, 3, 4, 1, 0, cell), "⢰") == 0 &&
               strcmp(chart_braille(2, 4, 4, 1, 0, cell), "⣼") == 0,
           "two bars of four dots stand in one character");
    tap_ok(strcmp(chart_braille(6, 8, 8, 2, 0, cell), "⣿") == 0 &&
               strcmp(chart_braille(6, 8, 8, 2, 1, cell), "⣼") == 0 &&
               strcmp(chart_braille(0.001, -1, 8, 2, 0, cell), "⡀") == 0 &&
               strcmp(chart_braille(0, -1, 8, 2, 0, cell), " ") == 0,
           "dots go on in the line above, and what is hardly anything still shows");
    tap_ok(strcmp(chart_shade(0, 10, true), " ") == 0 &&
               strcmp(chart_shade(1, 10, true), "░") == 0 &&
               strcmp(chart_shade(5, 10, true), "▓") == 0 &&
               strcmp(chart_shade(10, 10, true), "█") == 0 &&
               strcmp(chart_shade(10, 10, false), "#") == 0,
           "shades come in quarters");
    tap_ok(chart_top(0) == 1 && chart_top(1) == 1 && chart_top(1.5) == 2 && chart_top(3) == 5 &&
               chart_top(7) == 10 && chart_top(1234) == 2000,
           "the top is a round number");
    tap_ok(chart_top(0.3) > 0.49 && chart_top(0.3) < 0.51, "also below one");
    return tap_done();
}
