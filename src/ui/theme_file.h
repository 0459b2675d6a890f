/*
 * Themes as text: a line a style with its colours and attributes, as themes/dark
 * explains. Those of themes/ are compiled in; a file of the same name in a site's or
 * the user's folder lies over them, and one of another name is a theme of its own.
 */
#ifndef SIPWHY_UI_THEME_FILE_H
#define SIPWHY_UI_THEME_FILE_H

#include "ui/palette.h"
#include "ui/style.h"

enum look_attribute {
    LOOK_BOLD = 1,
    LOOK_DIM = 2,
    LOOK_ITALIC = 4,
    LOOK_UNDERLINE = 8,
    LOOK_REVERSE = 16,
};

struct look {
    struct palette_colour foreground, background;
    unsigned attributes; /* enum look_attribute */
};

struct theme {
    struct look looks[STYLES];
    uint64_t told; /* styles that were told of, a bit each */
};

/* The name of a style in a theme, and what it is for; see tr(). */
const char *style_name(enum style style);
const char *style_use(enum style style);

/*
 * Puts one line into the theme: nothing for an empty one or a comment. *like becomes the name behind
 * "like", if the line says that. -1 and *error, which the caller frees, for a line that is wrong.
 */
int theme_line(struct theme *theme, struct span line, struct span *like, char **error);
/* Writes a look as such a line has it, behind the style. */
void look_write(const struct look *look, struct strbuf *out);

/*
 * Reads a theme with all that lies over it. -1 if there is none of this name. Lines that are wrong
 * are left out; *fault is the first of them, "FILE:LINE: what", or NULL; the caller frees it.
 */
int theme_load(struct theme *theme, const char *name, char **fault);
/* Calls `fn` with the names of all themes, sorted. */
void theme_each(void (*fn)(const char *name, void *arg), void *arg);

/* The themes that were compiled in: themes/bundle.sh writes them. */
struct theme_text {
    const char *name, *text;
};
extern const struct theme_text theme_bundle[];
extern const size_t theme_bundle_count;

#endif
