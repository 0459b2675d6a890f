/* How things look on this terminal: the attributes of each style, and the mark of each class. */
#ifndef SIPWHY_UI_THEME_H
#define SIPWHY_UI_THEME_H

#include <ncurses.h>

#include "help/markup.h"
#include "ui/style.h"
#include "ui/theme_file.h"

/*
 * Puts a theme on, after the screen is there; without `colour` only its attributes. -1 if there is
 * none of this name, and the one before stays. *fault as theme_load() has it.
 */
int theme_use(const char *name, bool colour, char **fault);
/* The one in use. */
const struct theme *theme_in_use(void);
attr_t theme_attr(enum style style);
/*
 * What a cell of that pair and those attributes becomes in the selected row: *pair may change. It
 * is reversed on every terminal; where the theme has a bar, the cell keeps its colour on it.
 */
attr_t theme_selected(attr_t attr, short *pair);
enum style theme_class(uint8_t sip_class);
enum style theme_help(enum help_style style);
/* One column wide: "✗", or "x" in ASCII. */
const char *theme_mark(uint8_t sip_class, bool utf8);

#endif
