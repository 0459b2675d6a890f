/*
 * A terminal with a program in it, for tests and benchmarks.
 *
 * Model: term_open starts a program on a pseudo-terminal; whatever it writes is drawn by libvterm
 * on a grid of cells that can be read, searched and waited for; keys go the other way. Nothing is
 * read behind the caller's back: the screen only moves inside the functions that say "pumps".
 * Boundary: no test protocol and no script here; that is play.c.
 *
 * Rows and columns count from 0. Times are milliseconds unless a name says _ns. Functions that
 * return int give 0 for good and something negative otherwise.
 */
#ifndef SCREEN_TERM_H
#define SCREEN_TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "child.h"
#include "clipboard.h"

#define TERM_MAX_COLS 1000
#define TERM_MAX_ROWS 1000

/* Colours of a cell: an index 0..255, the default, or TERM_RGB | 0xRRGGBB. */
#define TERM_DEFAULT (-1)
#define TERM_RGB 0x1000000

enum {
    TERM_BOLD = 1,
    TERM_DIM = 2,
    TERM_ITALIC = 4,
    TERM_UNDERLINE = 8,
    TERM_BLINK = 16,
    TERM_REVERSE = 32,
    TERM_STRIKE = 64,
};

struct term_cell {
    uint32_t chars[6]; /* base character and marks; chars[0] is 0 where nothing was drawn */
    int width;         /* 1 or 2; 0 for the right half of a wide character */
    int attrs;         /* TERM_BOLD and so on */
    int fg;            /* as the program chose them: reverse does not swap them, */
    int bg;            /* bold does not brighten them */
};

struct term_place {
    int row;
    int col;
    int cols; /* cells covered */
};

struct term_latency {
    int64_t first_ns; /* key sent -> the first bytes that changed the screen have arrived */
    int64_t last_ns;  /* key sent -> the last bytes before the quiet have arrived */
    size_t bytes;     /* written by the program meanwhile */
};

struct term;

/* ---- life ---------------------------------------------------------------------------------- */

/* Starts plan->argv on a terminal of plan's size with an empty screen. 0 and *out, to be given to
 * term_close, or a negative errno. */
int term_open(struct term **out, const struct child_plan *plan);

/* Kills the program with everything it started, frees; NULL is allowed. */
void term_close(struct term *t);

/* ---- time ---------------------------------------------------------------------------------- */

/* The monotonic clock in nanoseconds. */
int64_t term_now_ns(void);

/* Pumps once: waits up to `ms` for output, takes what is there (at most some 64 KiB). Bytes taken;
 * 0 after a quiet `ms` or a mere change of the program's state; -1 when the program has ended and
 * all of its output is taken. */
int term_step(struct term *t, int ms);

/* Pumps for `ms`, or until the program ends. */
void term_pump(struct term *t, int ms);

/* Pumps until check(t, arg) is true. 0, or -1 when `ms` are over or the program ended before. */
int term_wait(struct term *t, bool (*check)(struct term *t, void *arg), void *arg, int ms);

/* Pumps until the text is on the screen, or is not there any more. 0, or -1 as term_wait. */
int term_wait_text(struct term *t, const char *text, int ms);
int term_wait_gone(struct term *t, const char *text, int ms);

/* Pumps until nothing was written for `quiet_ms` (or the program ended). 0, or -1 after `ms`. */
int term_wait_stable(struct term *t, int quiet_ms, int ms);

/* Pumps until the program has ended, or is stopped or ended. 0, or -1 after `ms`. */
int term_wait_end(struct term *t, int ms);
int term_wait_stop(struct term *t, int ms);

/* ---- input --------------------------------------------------------------------------------- */

/* Sends bytes as they are; pumps while the program's input queue is full. 0, or -1 when it stays
 * full for two seconds. */
int term_send(struct term *t, const char *bytes, size_t length);

/* Presses a key: a character, or Enter Esc Tab BackTab Backspace Space Up Down Left Right Home End
 * PgUp PgDn Insert Delete F1..F24, with C- M- S- in front where wanted. 0; -1 as term_send; -2 when
 * there is no such key. */
int term_key(struct term *t, const char *name);

/* Pastes UTF-8 text, in brackets when the program asked for them. */
int term_paste(struct term *t, const char *text);

/* Presses (1 left, 2 middle, 3 right) and releases a mouse button, or turns the wheel one notch
 * (4 up, 5 down); without effect unless the program asked for the mouse. */
int term_click(struct term *t, int button, int row, int col);

/* Presses the left button, moves the pointer, step by step, and releases it. */
int term_drag(struct term *t, int row, int col, int to_row, int to_col);

/* Changes the size; the program gets SIGWINCH. Pumps what was written for the old size first. */
int term_resize(struct term *t, int cols, int rows);

/* Signals the program's process group, see child_signal. */
int term_signal(struct term *t, int number);

/* Presses a key and pumps until the screen differs from before and has then been quiet for
 * `quiet_ms` (0: return at the first difference). Text, colours, attributes and a visible cursor's
 * place count. 0 and *out; -1 when nothing changed within `ms`; -2 as term_key. */
int term_measure_key(struct term *t, const char *name, int quiet_ms, int ms,
                     struct term_latency *out);

/* ---- the screen ---------------------------------------------------------------------------- */

void term_size(const struct term *t, int *cols, int *rows);

/* One cell; outside of the screen an empty one. */
void term_cell(const struct term *t, int row, int col, struct term_cell *cell);

/* A row as UTF-8, without the blanks at its end; valid until the next call on this terminal. */
const char *term_row(struct term *t, int row);

/* The whole screen as UTF-8, a line a row; to be freed by the caller; NULL without memory. */
char *term_text(struct term *t);

/* Finds the first occurrence of a UTF-8 text that lies within one row, rows first..last (last < 0:
 * the last one of the screen). 0 and *place (may be NULL), or -1. */
int term_find(struct term *t, const char *text, int first, int last, struct term_place *place);

/* Where the cursor is, and whether it is shown. */
bool term_cursor(const struct term *t, int *row, int *col);

/* True while the alternate screen is on; while mouse reporting is on. */
bool term_alternate(const struct term *t);
bool term_mouse(const struct term *t);

/* What the program gave to the clipboard so far. */
const struct clipboard *term_clipboard(const struct term *t);

/* Bytes the program has written so far. */
size_t term_bytes(const struct term *t);

/* What the program does, see child_state. */
enum child_state term_state(const struct term *t, int *code);

/* 0 when the terminal is as it was before the program came: main screen, cursor shown, no
 * attributes, mouse off, line settings as before; else -1 and in `why` what is left behind. */
int term_restored(struct term *t, char *why, size_t size);

/* ---- colours by name ----------------------------------------------------------------------- */

/* black red green yellow blue magenta cyan white, bright- any of them, grey, default, 0..255 or
 * #rrggbb into a cell's notation. 0 and *colour, or -1. */
int term_colour_parse(int *colour, const char *name);

/* The name of a colour as term_colour_parse takes it. */
void term_colour_name(int colour, char *text, size_t size);

/* bold dim italic underline blink reverse strike into its bit; 0 when there is no such. */
int term_attr_parse(const char *name);

#endif
