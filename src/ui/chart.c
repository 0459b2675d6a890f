/* See chart.h. */
#include "ui/chart.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define EIGHTHS 8
#define DOTS 4 /* of a braille character, one above the other */

/* Steps of a bar, `steps` a line, that lie in `line`; what is hardly anything is one. */
static int steps_in(double value, double top, int height, int line, int steps)
{
    double all = (value < top ? value / top : 1) * height * steps;
    int here = (all < 1 ? 1 : (int)(all + 0.5)) - line * steps;
    return here < 0 ? 0 : here > steps ? steps : here;
}

const char *chart_bar(double value, double top, int height, int line, bool utf8)
{
    static const char *const blocks[EIGHTHS + 1] = { " ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
    static const char *const plain[] = { " ", ".", ":", "#" };
    if (value < 0 || top <= 0)
        return " ";
    if (value == 0)
        return line > 0 ? " " : utf8 ? "·" : ".";
    int here = steps_in(value, top, height, line, EIGHTHS);
    return utf8 ? blocks[here] : plain[(here + 2) / 3];
}

const char *chart_braille(double left, double right, double top, int height, int line,
                          char out[CHART_CELL])
{
    /* of U+2800, from the lowest dot upwards */
    static const uint8_t bits[2][DOTS] = { { 0x40, 0x04, 0x02, 0x01 }, { 0x80, 0x20, 0x10, 0x08 } };
    const double values[2] = { left, right };
    unsigned dots = 0;
    for (int side = 0; side < 2; side++) {
        int filled = values[side] > 0 && top > 0 ? steps_in(values[side], top, height, line, DOTS)
                                                 : 0;
        while (filled > 0)
            dots |= bits[side][--filled];
    }
    if (!dots)
        return strcpy(out, " ");
    snprintf(out, CHART_CELL, "\xe2%c%c", (char)(0xa0 | dots >> 6), (char)(0x80 | (dots & 0x3f)));
    return out;
}

const char *chart_shade(double value, double top, bool utf8)
{
    static const char *const shades[][2] = {
        { "░", "." }, { "▒", ":" }, { "▓", "+" }, { "█", "#" }
    };
    if (value <= 0 || top <= 0)
        return " ";
    int step = (int)(value / top * 4);
    return shades[step > 3 ? 3 : step][utf8 ? 0 : 1];
}

double chart_top(double most)
{
    double top = 1;
    if (most <= 0)
        return 1;
    while (top > most)
        top /= 10;
    for (;; top *= 10) {
        if (most <= top)
            return top;
        if (most <= 2 * top)
            return 2 * top;
        if (most <= 5 * top)
            return 5 * top;
    }
}
