/*
 * Filter between a program's output and libvterm.
 *
 * Model: bytes go in, bytes that libvterm 0.1 understands come out, and every private mode that
 * the program switched is remembered. Boundary: no descriptors, no screen; it only sees bytes.
 */
#ifndef SCREEN_FILTER_H
#define SCREEN_FILTER_H

#include <stdbool.h>
#include <stddef.h>

#define FILTER_MODES 17
#define FILTER_HOLD 128

/* The font number (SGR 19) that carries "dim" through libvterm, which has no such attribute. */
#define FILTER_DIM_FONT 9

enum filter_state {
    FILTER_TEXT,     /* ordinary bytes */
    FILTER_ESCAPE,   /* after ESC, intermediates included */
    FILTER_CSI,      /* after ESC [ */
    FILTER_CSI_LONG, /* a control sequence longer than the hold: passed on unread */
    FILTER_STRING,   /* OSC, DCS and their kind */
    FILTER_STRING_ESCAPE,
};

typedef void filter_emit(const char *bytes, size_t length, void *arg);

/* Open because the terminal holds it by value; use the functions below. */
struct filter {
    filter_emit *emit;
    void *arg;
    enum filter_state state;
    char hold[FILTER_HOLD];
    size_t held;
    int rows;
    bool mode[FILTER_MODES];
    bool keypad;
    bool region;
    bool drawing;
    bool shifted;
};

/* Sets a filter to the power-on state; `emit` gets the translated bytes with `arg`. `rows` is the
 * screen's height, needed to tell a scrolling region from the whole screen. */
void filter_init(struct filter *f, int rows, filter_emit *emit, void *arg);

/* Takes the next output bytes; a sequence cut in two by the read is held until it is whole. */
void filter_write(struct filter *f, const char *bytes, size_t length);

/* Tells the filter the new height of the screen. */
void filter_resize(struct filter *f, int rows);

/* True while one of the alternate screen modes (47, 1047, 1049) is on. */
bool filter_alternate(const struct filter *f);

/* True unless the program hid the cursor (mode 25). */
bool filter_cursor_visible(const struct filter *f);

/* True while any mouse reporting mode is on. */
bool filter_mouse(const struct filter *f);

/* Writes the names of everything that is not in its power-on state, separated by ", ", into
 * `text`; an empty text means that all is at rest. */
void filter_left_behind(const struct filter *f, char *text, size_t size);

#endif
