/*
 * See picture.h. A run of cells that look alike is one text; its length is given, so that
 * whatever monospaced font draws it keeps to the grid.
 */
#include "picture.h"

#include <string.h>

enum { CELL_X = 9, CELL_Y = 19, BORDER = 12, BASELINE = 14 };
#define BACKGROUND 0x14171c
#define FOREGROUND 0xd5d9e0

/* The first sixteen colours of a terminal, as on a dark screen. */
static const unsigned basic[16] = {
    0x22262e, 0xe06c75, 0x98c379, 0xd8a657, 0x61afef, 0xc678dd, 0x56b6c2, 0xc8ccd4,
    0x6b7280, 0xff7b86, 0xb5e08f, 0xf0c674, 0x82c4ff, 0xe08cf5, 0x74d4e0, 0xffffff,
};

/* xterm's 256 colours: sixteen, a cube of six levels, and greys. */
static unsigned rgb_of(int colour, unsigned otherwise)
{
    static const unsigned level[6] = { 0, 95, 135, 175, 215, 255 };
    if (colour == TERM_DEFAULT)
        return otherwise;
    if (colour & TERM_RGB)
        return (unsigned)colour & 0xffffff;
    if (colour < 16)
        return basic[colour];
    if (colour >= 232)
        return (unsigned)(8 + 10 * (colour - 232)) * 0x10101;
    unsigned n = (unsigned)colour - 16;
    return level[n / 36] << 16 | level[n / 6 % 6] << 8 | level[n % 6];
}

struct look {
    unsigned fg, bg;
    int attrs;
};

static struct look look_of(const struct term_cell *cell)
{
    struct look look = { rgb_of(cell->fg, FOREGROUND), rgb_of(cell->bg, BACKGROUND), cell->attrs };
    if (cell->attrs & TERM_REVERSE) {
        unsigned fg = look.fg;
        look.fg = look.bg;
        look.bg = fg;
    }
    return look;
}

static bool same_look(struct look a, struct look b)
{
    return a.fg == b.fg && a.bg == b.bg && a.attrs == b.attrs;
}

static void put_char(FILE *out, uint32_t c)
{
    switch (c) {
    case 0:
        fputc(' ', out);
        break;
    case '<':
        fputs("&lt;", out);
        break;
    case '&':
        fputs("&amp;", out);
        break;
    default:
        fprintf(out, c < 0x80 ? "%c" : "&#%u;", c);
    }
}

/* Lower blocks, an eighth of a cell to a whole one, are drawn: letters would leave seams. */
static bool put_block(FILE *out, int row, int col, uint32_t c, unsigned colour)
{
    if (c < 0x2581 || c > 0x2588)
        return false;
    int height = (CELL_Y * (int)(c - 0x2580) + 4) / 8;
    fprintf(out, "<rect x='%d' y='%d' width='%d' height='%d' fill='#%06x'/>\n",
            BORDER + col * CELL_X, BORDER + (row + 1) * CELL_Y - height, CELL_X, height, colour);
    return true;
}

/* The cells of one row from `first` up to `end`, which look alike. */
static void put_run(struct term *t, FILE *out, int row, int first, int end, struct look look)
{
    struct term_cell cell;
    int x = BORDER + first * CELL_X, y = BORDER + row * CELL_Y, last = end;
    if (look.bg != BACKGROUND)
        fprintf(out, "<rect x='%d' y='%d' width='%d' height='%d' fill='#%06x'/>\n", x, y,
                (end - first) * CELL_X, CELL_Y, look.bg);
    for (; last > first; last--) {
        term_cell(t, row, last - 1, &cell);
        if (cell.width == 0 || (cell.chars[0] != 0 && cell.chars[0] != ' '))
            break;
    }
    if (last == first)
        return;
    fprintf(out, "<text x='%d' y='%d' textLength='%d' fill='#%06x'%s%s%s%s>", x, y + BASELINE,
            (last - first) * CELL_X, look.fg, look.attrs & TERM_BOLD ? " font-weight='bold'" : "",
            look.attrs & TERM_DIM ? " opacity='0.6'" : "",
            look.attrs & TERM_UNDERLINE ? " text-decoration='underline'" : "",
            look.attrs & TERM_ITALIC ? " font-style='italic'" : "");
    for (int col = first; col < last; col++) {
        term_cell(t, row, col, &cell);
        for (int i = 0; cell.width > 0 && (i == 0 || (i < 6 && cell.chars[i])); i++)
            put_char(out, cell.chars[i]);
    }
    fputs("</text>\n", out);
}

static void put_row(struct term *t, FILE *out, int row, int cols)
{
    struct term_cell cell;
    for (int first = 0, end; first < cols; first = end) {
        term_cell(t, row, first, &cell);
        struct look look = look_of(&cell);
        end = first + 1;
        if (put_block(out, row, first, cell.chars[0], look.fg))
            continue;
        for (end = first + 1; end < cols; end++) {
            term_cell(t, row, end, &cell);
            bool block = cell.chars[0] >= 0x2581 && cell.chars[0] <= 0x2588;
            if (cell.width > 0 && (block || !same_look(look, look_of(&cell))))
                break;
        }
        put_run(t, out, row, first, end, look);
    }
}

int picture_write(struct term *t, FILE *out)
{
    int cols, rows;
    term_size(t, &cols, &rows);
    int width = cols * CELL_X + 2 * BORDER, height = rows * CELL_Y + 2 * BORDER;
    fprintf(out,
            "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' width='%d' height='%d' "
            "font-family='DejaVu Sans Mono, Menlo, Consolas, monospace' font-size='15' "
            "xml:space='preserve'>\n<rect width='%d' height='%d' rx='8' fill='#%06x'/>\n",
            width, height, width, height, width, height, BACKGROUND);
    for (int row = 0; row < rows; row++)
        put_row(t, out, row, cols);
    fputs("</svg>\n", out);
    return ferror(out) ? -1 : 0;
}
