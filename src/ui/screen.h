/*
 * The terminal: starting, giving it back whatever happens, and the only functions
 * that put text on it. Every byte passes text_visible() on its way.
 */
#ifndef SIPWHY_UI_SCREEN_H
#define SIPWHY_UI_SCREEN_H

#include "base/span.h"
#include "help/markup.h"
#include "ui/theme.h"

struct rect {
    int y, x, height, width;
};

/* Keys that terminals send but ncurses has no numbers for. */
enum {
    KEY_CTRL_UP = KEY_MAX + 1,
    KEY_CTRL_DOWN,
    KEY_CTRL_RIGHT,
    KEY_CTRL_LEFT,
    KEY_PASTE, /* the bracket before pasted text */
};

/* Takes the terminal; keys are read from it even when standard input is a pipe. -1 with *error. */
int screen_start(char **error);
/* Gives it back. Safe to call twice. */
void screen_stop(void);
/* The descriptor to wait for keys on. */
int screen_fd(void);
/* Keys as ncurses names them, and the mouse; or, for readline, the bytes that a terminal sends. */
void screen_whole_keys(bool whole);
/* Whether the mouse is ours (at first it is not), or selects text as the terminal does. */
void screen_set_mouse(bool on);
/* Sends what was drawn to the terminal. */
void screen_refresh(void);
/*
 * Gives bytes to the terminal's clipboard (OSC 52), in base64, so that nothing in them can do
 * anything to the terminal; through tmux and screen, too. At most SCREEN_COPY_MAX, else -1.
 */
#define SCREEN_COPY_MAX 74994
int screen_copy(struct span bytes);
/* Adopts a new terminal size. */
void screen_resize(void);
/* Takes the terminal again after the process was stopped from outside. */
void screen_resume(void);
/* Stops this process as a shell expects, and comes back. */
void screen_suspend(void);
/* Whether the locale shows UTF-8; the setting "ascii" turns it off. */
bool screen_utf8(void);
void screen_set_ascii(bool ascii);

/*
 * Draws `text` at y, x in at most `width` columns, with a mark at the end where it was cut; what
 * it does not fill stays. Columns used.
 */
int screen_text(int y, int x, int width, enum style style, struct span text);
int screen_string(int y, int x, int width, enum style style, const char *text);
/* The same with blanks up to `width`. */
void screen_cell(int y, int x, int width, enum style style, struct span text);
void screen_blank(int y, int x, int width);
void screen_clear(struct rect rect);
/* Shows `width` columns as selected, keeping their colours. */
void screen_select(int y, int x, int width);
/* The same as selected by the cursor: underlined. */
void screen_underline(int y, int x, int width);
/* Marks that more stands below what is drawn in a rectangle. */
void screen_more_below(struct rect rect);
void screen_rule(int y, int x, int width);
void screen_column(int y, int x, int height);
/* One laid-out line of a page; its runs [from, to) are shown as chosen. */
void screen_styled(int y, int x, int width, const struct styled_text *text, size_t line,
                   size_t from, size_t to);

#endif
