/* Styles by meaning, for all that is drawn; how they look is the theme's (ui/theme_file.h). */
#ifndef SIPWHY_UI_STYLE_H
#define SIPWHY_UI_STYLE_H

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
    STYLE_SELECTED, /* the row that keys act on: its bar */
    STYLE_CLASS,    /* + enum sip_class */
    STYLES = STYLE_CLASS + SIP_CLASSES
};

#endif
