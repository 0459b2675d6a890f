/* See chart.h. */
#include "ui/chart.h"

#define EIGHTHS 8

const char *chart_bar(double value, double top, int height, int line, bool utf8)
{
    static const char *const blocks[EIGHTHS + 1] = { " ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
    static const char *const plain[] = { " ", ".", ":", "#" };
    if (value < 0 || top <= 0)
        return " ";
    if (value == 0)
        return line > 0 ? " " : utf8 ? "·" : ".";
    double all = (value < top ? value / top : 1) * height * EIGHTHS;
    int eighths = all < 1 ? 1 : (int)(all + 0.5);
    int here = eighths - line * EIGHTHS;
    here = here < 0 ? 0 : here > EIGHTHS ? EIGHTHS : here;
    return utf8 ? blocks[here] : plain[(here + 2) / 3];
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
