/* See theme.h. A pair of colours is style + 1; -1 is the terminal's own colour. */
#include "ui/theme.h"

#include <string.h>

struct look {
    short colour;
    attr_t attr;
};

enum { BRIGHT = 8 };

static const struct look dark[STYLES] = {
    [STYLE_NORMAL] = { -1, 0 },
    [STYLE_HEADER] = { COLOR_CYAN, A_BOLD },
    [STYLE_TITLE] = { -1, A_BOLD },
    [STYLE_RULE] = { COLOR_BLUE, 0 },
    [STYLE_KEY] = { COLOR_CYAN, A_BOLD },
    [STYLE_DIM] = { -1, A_DIM },
    [STYLE_BOLD] = { -1, A_BOLD },
    [STYLE_CODE] = { COLOR_YELLOW, 0 },
    [STYLE_LINK] = { COLOR_CYAN, A_UNDERLINE },
    [STYLE_HEADING] = { COLOR_CYAN, A_BOLD },
    [STYLE_FIELD] = { COLOR_CYAN, 0 },
    [STYLE_ALERT] = { COLOR_YELLOW, A_BOLD },
    [STYLE_MATCH] = { COLOR_YELLOW, A_REVERSE },
    [STYLE_MARKED] = { COLOR_YELLOW, A_BOLD },
    [STYLE_CLASS + SIP_CLASS_NONE] = { -1, A_BOLD },
    [STYLE_CLASS + SIP_CLASS_PROVISIONAL] = { COLOR_CYAN, 0 },
    [STYLE_CLASS + SIP_CLASS_SUCCESS] = { COLOR_GREEN, 0 },
    [STYLE_CLASS + SIP_CLASS_REDIRECT] = { COLOR_BLUE, A_BOLD },
    [STYLE_CLASS + SIP_CLASS_CHALLENGE] = { COLOR_YELLOW, A_DIM },
    [STYLE_CLASS + SIP_CLASS_CANCELLED] = { COLOR_BLACK + BRIGHT, 0 },
    [STYLE_CLASS + SIP_CLASS_CLIENT] = { COLOR_RED, 0 },
    [STYLE_CLASS + SIP_CLASS_SERVER] = { COLOR_RED + BRIGHT, A_BOLD },
    [STYLE_CLASS + SIP_CLASS_GLOBAL] = { COLOR_MAGENTA, 0 },
    [STYLE_CLASS + SIP_CLASS_TIMEOUT] = { COLOR_MAGENTA + BRIGHT, A_BOLD },
};

/* Where a light background swallows the dark theme's colour. */
static const struct look light[STYLES] = {
    [STYLE_HEADER] = { COLOR_BLUE, A_BOLD },
    [STYLE_KEY] = { COLOR_BLUE, A_BOLD },
    [STYLE_CODE] = { COLOR_MAGENTA, 0 },
    [STYLE_LINK] = { COLOR_BLUE, A_UNDERLINE },
    [STYLE_HEADING] = { COLOR_BLUE, A_BOLD },
    [STYLE_FIELD] = { COLOR_BLUE, 0 },
    [STYLE_ALERT] = { COLOR_RED, A_BOLD },
    [STYLE_MATCH] = { COLOR_BLUE, A_REVERSE },
    [STYLE_MARKED] = { COLOR_MAGENTA, A_BOLD },
    [STYLE_CLASS + SIP_CLASS_PROVISIONAL] = { COLOR_BLUE, 0 },
    [STYLE_CLASS + SIP_CLASS_CHALLENGE] = { COLOR_YELLOW, 0 },
};

static attr_t attrs[STYLES];

/* Eight-colour terminals have no bright colours: bold stands in. */
static short fitting_colour(short colour, attr_t *attr)
{
    if (colour < BRIGHT || COLORS >= 16)
        return colour;
    *attr |= A_BOLD;
    /* bright black would be black on black */
    return colour == COLOR_BLACK + BRIGHT ? -1 : (short)(colour - BRIGHT);
}

void theme_init(const char *name, bool colour)
{
    bool is_light = strcmp(name, "light") == 0;
    colour = colour && strcmp(name, "mono") != 0 && has_colors();
    if (colour) {
        start_color();
        use_default_colors();
    }
    for (int i = 0; i < STYLES; i++) {
        struct look look = dark[i];
        if (is_light && (light[i].colour || light[i].attr))
            look = light[i];
        attrs[i] = look.attr;
        if (!colour)
            continue;
        short fg = fitting_colour(look.colour, &attrs[i]);
        init_pair((short)(i + 1), fg, -1);
        attrs[i] |= COLOR_PAIR(i + 1);
    }
}

attr_t theme_attr(enum style style)
{
    return attrs[style];
}

enum style theme_class(uint8_t sip_class)
{
    return STYLE_CLASS + (sip_class < SIP_CLASSES ? sip_class : SIP_CLASS_NONE);
}

enum style theme_help(enum help_style style)
{
    static const enum style styles[HELP_STYLES] = {
        [HELP_PLAIN] = STYLE_NORMAL, [HELP_TITLE] = STYLE_TITLE, [HELP_HEADING] = STYLE_HEADING,
        [HELP_BOLD] = STYLE_BOLD,    [HELP_CODE] = STYLE_CODE,   [HELP_LINK] = STYLE_LINK,
        [HELP_MARK] = STYLE_HEADING, [HELP_DIM] = STYLE_DIM,     [HELP_NOTE] = STYLE_ALERT,
    };
    return styles[style];
}

const char *theme_mark(uint8_t sip_class, bool utf8)
{
    static const char *const marks[SIP_CLASSES][2] = {
        [SIP_CLASS_NONE] = { "·", "." },      [SIP_CLASS_PROVISIONAL] = { "…", "." },
        [SIP_CLASS_SUCCESS] = { "✓", "+" },   [SIP_CLASS_REDIRECT] = { "»", ">" },
        [SIP_CLASS_CHALLENGE] = { "?", "?" }, [SIP_CLASS_CANCELLED] = { "⊘", "x" },
        [SIP_CLASS_CLIENT] = { "✗", "!" },    [SIP_CLASS_SERVER] = { "✗", "!" },
        [SIP_CLASS_GLOBAL] = { "✖", "#" },    [SIP_CLASS_TIMEOUT] = { "⧖", "T" },
    };
    return marks[sip_class < SIP_CLASSES ? sip_class : SIP_CLASS_NONE][utf8 ? 0 : 1];
}
