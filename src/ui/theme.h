/* How things look: styles by meaning, a colour table a theme, and the mark of each class. */
#ifndef SIPWHY_UI_THEME_H
#define SIPWHY_UI_THEME_H

#include <ncurses.h>

#include "help/markup.h"
#include "sip/names.h"

enum style {
    STYLE_NORMAL,
    STYLE_HEADER, /* the first line */
    STYLE_TITLE,  /* column titles, names */
    STYLE_RULE,   /* lines between parts */
    STYLE_KEY,    /* a key in the key bar */
    STYLE_DIM,
    STYLE_BOLD,
    STYLE_CODE, /* `code` in a page, a value */
    STYLE_LINK,
    STYLE_HEADING,
    STYLE_FIELD, /* a header's name in a message */
    STYLE_ALERT, /* what must not be missed: drops, errors */
    STYLE_MATCH, /* text found by a search */
    STYLE_MARKED,
    STYLE_CLASS, /* + enum sip_class */
    STYLES = STYLE_CLASS + SIP_CLASSES
};

/* Sets the theme up after the screen is there. `name` is a choice of the setting "theme". */
void theme_init(const char *name, bool colour);
attr_t theme_attr(enum style style);
enum style theme_class(uint8_t sip_class);
enum style theme_help(enum help_style style);
/* One column wide: "✗", or "x" in ASCII. */
const char *theme_mark(uint8_t sip_class, bool utf8);

#endif
