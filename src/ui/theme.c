/* See theme.h. A pair of colours is style + 1, in the selected row it is SELECTED more. */
#include "ui/theme.h"

#define SELECTED STYLES

static struct theme theme;
static bool has_bar;
static attr_t attrs[STYLES];

static enum palette_depth depth(void)
{
    if (COLORS > 256)
        return PALETTE_ALL;
    return COLORS == 256 ? PALETTE_256 : COLORS >= 16 ? PALETTE_16 : PALETTE_8;
}

static attr_t attributes_of(const struct look *look)
{
    static const struct {
        enum look_attribute look;
        attr_t attr;
    } table[] = {
        { LOOK_BOLD, A_BOLD },           { LOOK_DIM, A_DIM },         { LOOK_ITALIC, A_ITALIC },
        { LOOK_UNDERLINE, A_UNDERLINE }, { LOOK_REVERSE, A_REVERSE },
    };
    attr_t attr = 0;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (look->attributes & table[i].look)
            attr |= table[i].attr;
    return attr;
}

/* Where brightness is missing, bold stands in; a bright background does without. */
static attr_t make_pair(int pair, const struct look *look)
{
    bool brighter, lost;
    int foreground = palette_fit(&look->foreground, depth(), &brighter);
    int background = palette_fit(&look->background, depth(), &lost);
    init_extended_pair(pair, foreground, background);
    return (attr_t)COLOR_PAIR(pair) | (brighter ? A_BOLD : 0);
}

/* Reversed the pair shows the style's colour on the bar, or the bar's own where it has none. */
static void make_selected(int style)
{
    const struct look *bar = &theme.looks[STYLE_SELECTED];
    bool ignored;
    int under = palette_fit(&bar->background, depth(), &ignored);
    int text = palette_fit(&theme.looks[style].foreground, depth(), &ignored);
    if (text < 0)
        text = palette_fit(&bar->foreground, depth(), &ignored);
    has_bar = under >= 0;
    if (has_bar)
        init_extended_pair(SELECTED + style + 1, under, text);
}

attr_t theme_selected(attr_t attr, short *pair)
{
    bool reversed = attr & A_REVERSE;
    if (has_bar && !reversed && *pair <= STYLES)
        *pair += SELECTED + (*pair == 0);
    return (attr & ~(A_COLOR | A_DIM)) | A_REVERSE;
}

int theme_use(const char *name, bool colour, char **fault)
{
    struct theme fresh;
    if (theme_load(&fresh, name, fault) < 0)
        return -1;
    theme = fresh;
    colour = colour && has_colors();
    if (colour) {
        start_color();
        use_default_colors();
    }
    has_bar = false;
    for (int i = 0; i < STYLES; i++) {
        attrs[i] = attributes_of(&theme.looks[i]);
        if (colour)
            attrs[i] |= make_pair(i + 1, &theme.looks[i]);
        if (colour)
            make_selected(i);
    }
    bkgd(' ' | (attrs[STYLE_NORMAL] & A_COLOR));
    return 0;
}

const struct theme *theme_in_use(void)
{
    return &theme;
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
        [SIP_CLASS_NONE] = { "·", "." },      [SIP_CLASS_PROVISIONAL] = { "…", ":" },
        [SIP_CLASS_SUCCESS] = { "✓", "+" },   [SIP_CLASS_REDIRECT] = { "»", ">" },
        [SIP_CLASS_CHALLENGE] = { "?", "?" }, [SIP_CLASS_CANCELLED] = { "⊘", "x" },
        [SIP_CLASS_CLIENT] = { "✗", "!" },    [SIP_CLASS_SERVER] = { "✗", "!" },
        [SIP_CLASS_GLOBAL] = { "✖", "#" },    [SIP_CLASS_TIMEOUT] = { "◷", "T" },
    };
    return marks[sip_class < SIP_CLASSES ? sip_class : SIP_CLASS_NONE][utf8 ? 0 : 1];
}
