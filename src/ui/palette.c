/* See palette.h. The 256 are xterm's: 16 of the user, a cube of 6x6x6, 24 greys. */
#include "ui/palette.h"

#include "base/text.h"

#define BASIC 16
#define CUBE 16
#define GREYS 232
#define BRIGHT 8
#define NAMES 8

static const char *const names[NAMES] = { "black", "red",     "green", "yellow",
                                          "blue",  "magenta", "cyan",  "white" };

/* What the sixteen usually look like. */
static const int32_t basic[BASIC] = {
    0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5,
    0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
};
static const int steps[6] = { 0, 95, 135, 175, 215, 255 };

static int parse_rgb(struct span digits, int32_t *colour)
{
    *colour = 0;
    for (size_t i = 0; i < digits.n; i++) {
        int digit = ascii_hex(digits.p[i]);
        if (digit < 0)
            return -1;
        *colour = *colour << 4 | digit;
        if (i >= 6)
            return -1;
    }
    *colour |= PALETTE_RGB;
    return digits.n == 6 ? 0 : -1;
}

static int parse_name(struct span text, int32_t *colour)
{
    static const char bright[] = "bright-";
    int32_t more = 0;
    if (span_starts(text, bright)) {
        text = (struct span){ text.p + sizeof bright - 1, text.n - (sizeof bright - 1) };
        more = BRIGHT;
    }
    for (int32_t i = 0; i < NAMES; i++) {
        if (!span_is(text, names[i]))
            continue;
        *colour = i + more;
        return 0;
    }
    return -1;
}

static int parse_one(struct span text, int32_t *colour)
{
    uint64_t number;
    if (text.n && *text.p == '#')
        return parse_rgb((struct span){ text.p + 1, text.n - 1 }, colour);
    if (span_is(text, "default") || span_is(text, "grey")) {
        *colour = ascii_lower(*text.p) == 'd' ? PALETTE_DEFAULT : BRIGHT;
        return 0;
    }
    if (text.n && ascii_digit(*text.p)) {
        if (!span_number(text, 255, &number))
            return -1;
        *colour = (int32_t)number;
        return 0;
    }
    return parse_name(text, colour);
}

int palette_parse(struct span text, struct palette_colour *colour)
{
    const char *slash = span_find(text, '/');
    struct span few = slash ? span_make(text.p, slash) : text;
    struct span many = slash ? span_make(slash + 1, span_end(text)) : text;
    return parse_one(few, &colour->few) < 0 || parse_one(many, &colour->many) < 0 ? -1 : 0;
}

static int32_t rgb_of(int32_t colour)
{
    if (colour & PALETTE_RGB)
        return colour & 0xffffff;
    if (colour < BASIC)
        return basic[colour];
    if (colour >= GREYS)
        return (8 + 10 * (colour - GREYS)) * 0x010101;
    colour -= CUBE;
    return steps[colour / 36] << 16 | steps[colour / 6 % 6] << 8 | steps[colour % 6];
}

/* How far apart two colours are; the eye sees green best and blue least. */
static int distance(int32_t a, int32_t b)
{
    int red = (a >> 16 & 255) - (b >> 16 & 255);
    int green = (a >> 8 & 255) - (b >> 8 & 255);
    int blue = (a & 255) - (b & 255);
    return 3 * red * red + 6 * green * green + blue * blue;
}

/* The nearest of the numbers from `first` to `end`. */
static int32_t nearest(int32_t rgb, int32_t first, int32_t end)
{
    int32_t best = first;
    for (int32_t i = first; i < end; i++)
        if (distance(rgb, rgb_of(i)) < distance(rgb, rgb_of(best)))
            best = i;
    return best;
}

/* The user's sixteen may look like anything, so what is mixed is looked for among the others. */
static int32_t fit_256(int32_t colour)
{
    return colour & PALETTE_RGB ? nearest(colour & 0xffffff, CUBE, 256) : colour;
}

/* Terminals with all colours still take the first eight by number, and no more. */
static int32_t fit_all(int32_t colour)
{
    return colour < NAMES ? colour : rgb_of(colour);
}

int32_t palette_fit(const struct palette_colour *colour, enum palette_depth depth, bool *brighter)
{
    int32_t wanted = depth >= PALETTE_256 ? colour->many : colour->few;
    *brighter = false;
    if (wanted == PALETTE_DEFAULT)
        return wanted;
    if (depth == PALETTE_ALL)
        return fit_all(wanted);
    if (depth == PALETTE_256)
        return fit_256(wanted);
    if (wanted >= BASIC)
        wanted = nearest(rgb_of(wanted), 0, BASIC);
    if (depth == PALETTE_16 || wanted < BRIGHT)
        return wanted;
    *brighter = true;
    /* bright black would be black on black */
    return wanted == BRIGHT ? PALETTE_DEFAULT : wanted - BRIGHT;
}

static void write_one(int32_t colour, struct strbuf *out)
{
    if (colour == PALETTE_DEFAULT)
        strbuf_text(out, "default");
    else if (colour & PALETTE_RGB)
        strbuf_format(out, "#%06x", (unsigned)colour & 0xffffff);
    else if (colour == BRIGHT)
        strbuf_text(out, "grey");
    else if (colour < BASIC)
        strbuf_format(out, "%s%s", colour >= BRIGHT ? "bright-" : "", names[colour % BRIGHT]);
    else
        strbuf_format(out, "%d", (int)colour);
}

void palette_write(const struct palette_colour *colour, struct strbuf *out)
{
    write_one(colour->few, out);
    if (colour->many == colour->few)
        return;
    strbuf_char(out, '/');
    write_one(colour->many, out);
}
