/*
 * Values as characters of a terminal: bars in eighths of a cell or in dots, shades, and a round number for the
 * top of an axis. Nothing here draws.
 */
#ifndef SIPWHY_UI_CHART_H
#define SIPWHY_UI_CHART_H

#include <stdbool.h>

/*
 * What a bar shows in one of `height` lines, 0 being the lowest, where `top` fills them all: a
 * character one column wide. A value above 0 shows at least a trace; below 0 there is no bar, and 0
 * is a dot on the lowest line.
 */
const char *chart_bar(double value, double top, int height, int line, bool utf8);
enum chart_style { CHART_BLOCKS, CHART_BRAILLE, CHART_ASCII };
#define CHART_CELL 4 /* bytes of a character and its end */
/*
 * The same for two bars in one column, in dots, four a line: UTF-8 in `out`, which is returned; a blank
 * for two that show nothing there.
 */
const char *chart_braille(double left, double right, double top, int height, int line,
                          char out[CHART_CELL]);
/* How much `value` is of `top`, in four shades; nothing for 0. */
const char *chart_shade(double value, double top, bool utf8);
/* The next of 1, 2, 5, 10, 20, 50, ... that is not below `most`; 1 where that is 0 or less. */
double chart_top(double most);

#endif
