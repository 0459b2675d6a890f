/*
 * Filter between a program's output and libvterm.
 *
 * Model: a small state machine finds whole escape sequences. Three of them are rewritten because
 * libvterm 0.1 reads them differently from xterm: SGR 2 (dim, unknown to it), private modes set in
 * one list (it obeys only the first), and SGR 22 (which must also end dim). All others pass as they
 * are. Boundary: what the sequences draw is libvterm's business; here only modes are noted.
 */
#include "filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ESC '\033'

/* One row a private mode that a well-behaved program puts back. `at_rest` is its power-on value. */
static const struct mode_row {
    int number;
    bool at_rest;
    bool soft_reset; /* DECSTR brings it back too */
    const char *name;
} mode_rows[FILTER_MODES] = {
    { 1, false, true, "application cursor keys on" },
    { 5, false, false, "reversed screen on" },
    { 6, false, true, "origin mode on" },
    { 7, true, true, "line wrap off" },
    { 9, false, false, "mouse on (9)" },
    { 25, true, true, "cursor hidden" },
    { 47, false, false, "alternate screen on (47)" },
    { 1000, false, false, "mouse on (1000)" },
    { 1001, false, false, "mouse on (1001)" },
    { 1002, false, false, "mouse on (1002)" },
    { 1003, false, false, "mouse on (1003)" },
    { 1004, false, false, "focus reports on" },
    { 1006, false, false, "mouse coordinates on (1006)" },
    { 1015, false, false, "mouse coordinates on (1015)" },
    { 1047, false, false, "alternate screen on (1047)" },
    { 1049, false, false, "alternate screen on (1049)" },
    { 2004, false, false, "bracketed paste on" },
};

static void mode_set(struct filter *f, int number, bool on)
{
    for (int i = 0; i < FILTER_MODES; i++)
        if (mode_rows[i].number == number)
            f->mode[i] = on;
}

static bool mode_get(const struct filter *f, int number)
{
    for (int i = 0; i < FILTER_MODES; i++)
        if (mode_rows[i].number == number)
            return f->mode[i];
    return false;
}

static void reset(struct filter *f, bool soft)
{
    for (int i = 0; i < FILTER_MODES; i++)
        if (!soft || mode_rows[i].soft_reset)
            f->mode[i] = mode_rows[i].at_rest;
    f->keypad = f->region = f->drawing = f->shifted = false;
}

void filter_init(struct filter *f, int rows, filter_emit *emit, void *arg)
{
    memset(f, 0, sizeof(*f));
    f->emit = emit;
    f->arg = arg;
    f->rows = rows;
    f->state = FILTER_TEXT;
    reset(f, false);
}

void filter_resize(struct filter *f, int rows)
{
    f->rows = rows;
}

static void emit(struct filter *f, const char *bytes, size_t length)
{
    if (length > 0)
        f->emit(bytes, length, f->arg);
}

static void emit_text(struct filter *f, const char *text)
{
    emit(f, text, strlen(text));
}

static void release(struct filter *f)
{
    emit(f, f->hold, f->held);
    f->held = 0;
}

/* Cuts the next parameter off *at (a list separated by ';'); NULL at the end of the list. */
static char *next_parameter(char **at)
{
    char *start = *at;
    if (start == NULL)
        return NULL;
    char *end = strchr(start, ';');
    if (end != NULL)
        *end++ = '\0';
    *at = end;
    return start;
}

/* How many parameters after a 38 or 48 belong to the colour: "5;N" or "2;R;G;B". */
static int colour_tail(const char *kind)
{
    if (kind == NULL)
        return 0;
    return atoi(kind) == 5 ? 2 : atoi(kind) == 2 ? 4 : 0;
}

/* Rewrites the parameters of an SGR: 2 becomes the dim font, 22 ends that font as well. */
static void rewrite_sgr(struct filter *f, char *list)
{
    char out[FILTER_HOLD * 4] = "\033[";
    size_t length = 2;
    int skip = 0;
    char *word;

    while ((word = next_parameter(&list)) != NULL) {
        const char *put = word;
        bool plain = strchr(word, ':') == NULL;
        if (skip > 0) {
            skip--;
        } else if (plain && (atoi(word) == 38 || atoi(word) == 48)) {
            skip = colour_tail(list);
        } else if (plain && atoi(word) == 2) {
            put = "19";
        } else if (plain && atoi(word) == 22) {
            put = "22;10";
        }
        length += (size_t)snprintf(out + length, sizeof(out) - length, "%s%s", put,
                                   list == NULL ? "m" : ";");
    }
    emit(f, out, length);
}

/* Notes each mode of a list and passes the list on one mode at a time. */
static void split_modes(struct filter *f, char *list, char final)
{
    char *word;
    while ((word = next_parameter(&list)) != NULL) {
        char out[FILTER_HOLD + 8];
        mode_set(f, atoi(word), final == 'h');
        snprintf(out, sizeof(out), "\033[?%s%c", word, final);
        emit_text(f, out);
    }
}

static void note_region(struct filter *f, const char *list)
{
    int top = atoi(list);
    const char *second = strchr(list, ';');
    int bottom = second == NULL ? 0 : atoi(second + 1);
    f->region = top > 1 || (bottom > 0 && bottom < f->rows);
}

/* The held bytes are a whole control sequence, ESC [ ... final. */
static void finish_csi(struct filter *f)
{
    char final = f->hold[f->held - 1];
    char list[FILTER_HOLD];
    size_t length = f->held - 3;

    memcpy(list, f->hold + 2, length);
    list[length] = '\0';
    bool plain = strspn(list, "0123456789;:") == length;
    if (plain && final == 'm') {
        rewrite_sgr(f, list);
        f->held = 0;
        return;
    }
    if (list[0] == '?' && strspn(list + 1, "0123456789;") == length - 1 &&
        (final == 'h' || final == 'l')) {
        split_modes(f, list + 1, final);
        f->held = 0;
        return;
    }
    if (plain && final == 'r')
        note_region(f, list);
    if (final == 'p' && strcmp(list, "!") == 0)
        reset(f, true);
    release(f);
}

/* The held bytes are a whole escape sequence without parameters. */
static void finish_escape(struct filter *f)
{
    char last = f->hold[f->held - 1];
    if (f->held == 2 && last == 'c')
        reset(f, false);
    else if (f->held == 2 && (last == '=' || last == '>'))
        f->keypad = last == '=';
    else if (f->held == 3 && f->hold[1] == '(')
        f->drawing = last == '0';
    release(f);
    f->state = FILTER_TEXT;
}

static void hold(struct filter *f, char byte)
{
    f->hold[f->held++] = byte;
}

static void on_escape(struct filter *f, char byte)
{
    hold(f, byte);
    if (byte == '[' && f->held == 2) {
        f->state = FILTER_CSI;
    } else if (f->held == 2 && strchr("]PX^_", byte) != NULL && byte != '\0') {
        f->state = FILTER_STRING;
        release(f);
    } else if (byte >= 0x20 && byte <= 0x2f && f->held < FILTER_HOLD) {
        return;
    } else {
        finish_escape(f);
    }
}

static void on_csi(struct filter *f, char byte)
{
    bool final = byte >= 0x40 && byte <= 0x7e;
    bool cancel = byte == 0x18 || byte == 0x1a;

    hold(f, byte);
    if (cancel) {
        release(f);
        f->state = FILTER_TEXT;
    } else if (final) {
        finish_csi(f);
        f->state = FILTER_TEXT;
    } else if (f->held == FILTER_HOLD) {
        release(f);
        f->state = FILTER_CSI_LONG;
    }
}

static void on_byte(struct filter *f, char byte)
{
    if (byte == ESC && f->state != FILTER_STRING) {
        release(f);
        hold(f, byte);
        f->state = FILTER_ESCAPE;
        return;
    }
    switch (f->state) {
    case FILTER_ESCAPE:
        on_escape(f, byte);
        break;
    case FILTER_CSI:
        on_csi(f, byte);
        break;
    case FILTER_CSI_LONG:
        emit(f, &byte, 1);
        if (byte >= 0x40 && byte <= 0x7e)
            f->state = FILTER_TEXT;
        break;
    case FILTER_STRING:
        emit(f, &byte, 1);
        if (byte == ESC)
            f->state = FILTER_STRING_ESCAPE;
        else if (byte == '\a' || byte == 0x18 || byte == 0x1a)
            f->state = FILTER_TEXT;
        break;
    case FILTER_STRING_ESCAPE:
        emit(f, &byte, 1);
        f->state = FILTER_TEXT;
        break;
    case FILTER_TEXT:
        if (byte == 0x0e || byte == 0x0f)
            f->shifted = byte == 0x0e;
        emit(f, &byte, 1);
        break;
    }
}

static bool is_special(char byte)
{
    return byte == ESC || byte == 0x0e || byte == 0x0f;
}

void filter_write(struct filter *f, const char *bytes, size_t length)
{
    size_t at = 0;
    while (at < length) {
        size_t run = at;
        while (f->state == FILTER_TEXT && run < length && !is_special(bytes[run]))
            run++;
        emit(f, bytes + at, run - at);
        at = run;
        if (at < length)
            on_byte(f, bytes[at++]);
    }
}

bool filter_alternate(const struct filter *f)
{
    return mode_get(f, 47) || mode_get(f, 1047) || mode_get(f, 1049);
}

bool filter_cursor_visible(const struct filter *f)
{
    return mode_get(f, 25);
}

bool filter_mouse(const struct filter *f)
{
    return mode_get(f, 9) || mode_get(f, 1000) || mode_get(f, 1001) || mode_get(f, 1002) ||
           mode_get(f, 1003);
}

static void add(char *text, size_t size, bool wanted, const char *name)
{
    size_t used = strlen(text);
    if (wanted)
        snprintf(text + used, size - used, "%s%s", used > 0 ? ", " : "", name);
}

void filter_left_behind(const struct filter *f, char *text, size_t size)
{
    text[0] = '\0';
    for (int i = 0; i < FILTER_MODES; i++)
        add(text, size, f->mode[i] != mode_rows[i].at_rest, mode_rows[i].name);
    add(text, size, f->keypad, "application keypad on");
    add(text, size, f->region, "scrolling region set");
    add(text, size, f->drawing || f->shifted, "drawing characters on");
}
