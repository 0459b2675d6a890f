/*
 * A terminal with a program in it, for tests and benchmarks.
 *
 * Model: child.c owns processes and descriptors, filter.c smooths what libvterm misreads, libvterm
 * keeps the grid. This file joins them: it moves bytes, asks libvterm for cells and turns them into
 * text. Rows that were drawn on are remembered, so that a latency measurement compares only those.
 * Boundary: everything happens in the caller's thread and inside the caller's calls.
 */
#include "term.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <vterm.h>

#include "filter.h"

#define DRAG_STEP_MS 15
#define MS_NS INT64_C(1000000)
#define DRAIN_MS 30 /* quiet after the end of the program: its output is complete */
#define SEND_MS 2000
#define CELL_BYTES (VTERM_MAX_CHARS_PER_CELL * 4)
#define READS_A_STEP 16

struct term {
    struct child *child;
    struct filter filter;
    struct clipboard clipboard;
    VTerm *vt;
    VTermScreen *screen;
    int cols;
    int rows;
    size_t bytes;
    int64_t read_ns; /* when the last output arrived */
    bool drained;

    char *out; /* keys and answers that the terminal has not taken yet */
    size_t out_length;
    size_t out_room;

    char *line;    /* the row last rendered ... */
    int *line_col; /* ... and for each of its bytes the column */

    uint64_t *row_hash; /* the screen as term_measure_key found it */
    VTermPos cursor_before;
    int damage_first; /* rows drawn on since then; first > last: none */
    int damage_last;
};

int64_t term_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static int left_ms(int64_t deadline)
{
    int64_t left = deadline - term_now_ns();
    return left <= 0 ? 0 : (int)((left + MS_NS - 1) / MS_NS);
}

/* ---- life ---------------------------------------------------------------------------------- */

static int on_damage(VTermRect rect, void *arg)
{
    struct term *t = arg;
    if (rect.start_row < t->damage_first)
        t->damage_first = rect.start_row;
    if (rect.end_row - 1 > t->damage_last)
        t->damage_last = rect.end_row - 1;
    return 1;
}

static const VTermScreenCallbacks screen_callbacks = { .damage = on_damage };

static void on_filtered(const char *bytes, size_t length, void *arg)
{
    struct term *t = arg;
    vterm_input_write(t->vt, bytes, length);
}

/* Keys, and libvterm's answers to queries: queued, as an answer may arise amid output. */
static void on_output(const char *bytes, size_t length, void *arg)
{
    struct term *t = arg;
    if (t->out_length + length > t->out_room) {
        size_t room = (t->out_length + length) * 2;
        char *grown = realloc(t->out, room);
        if (grown == NULL)
            return;
        t->out = grown;
        t->out_room = room;
    }
    memcpy(t->out + t->out_length, bytes, length);
    t->out_length += length;
}

static int allocate_rows(struct term *t, int cols, int rows)
{
    size_t line_size = (size_t)cols * CELL_BYTES + 1;
    char *line = realloc(t->line, line_size);
    if (line != NULL)
        t->line = line;
    int *line_col = realloc(t->line_col, line_size * sizeof(int));
    if (line_col != NULL)
        t->line_col = line_col;
    uint64_t *row_hash = realloc(t->row_hash, (size_t)rows * sizeof(uint64_t));
    if (row_hash != NULL)
        t->row_hash = row_hash;
    if (line == NULL || line_col == NULL || row_hash == NULL)
        return -ENOMEM;
    t->cols = cols;
    t->rows = rows;
    return 0;
}

static int open_screen(struct term *t)
{
    t->vt = vterm_new(t->rows, t->cols);
    if (t->vt == NULL)
        return -ENOMEM;
    vterm_set_utf8(t->vt, 1);
    vterm_output_set_callback(t->vt, on_output, t);
    vterm_state_set_bold_highbright(vterm_obtain_state(t->vt), 0);
    t->screen = vterm_obtain_screen(t->vt);
    vterm_screen_set_callbacks(t->screen, &screen_callbacks, t);
    vterm_screen_set_damage_merge(t->screen, VTERM_DAMAGE_ROW);
    vterm_screen_enable_altscreen(t->screen, 1);
    vterm_screen_reset(t->screen, 1);
    filter_init(&t->filter, t->rows, on_filtered, t);
    return 0;
}

static bool size_is_sane(int cols, int rows)
{
    return cols >= 1 && cols <= TERM_MAX_COLS && rows >= 1 && rows <= TERM_MAX_ROWS;
}

int term_open(struct term **out, const struct child_plan *plan)
{
    if (!size_is_sane(plan->cols, plan->rows))
        return -EINVAL;
    struct term *t = calloc(1, sizeof(*t));
    if (t == NULL)
        return -ENOMEM;
    int error = allocate_rows(t, plan->cols, plan->rows);
    if (error == 0)
        error = open_screen(t);
    if (error == 0)
        error = child_start(&t->child, plan);
    if (error != 0) {
        term_close(t);
        return error;
    }
    *out = t;
    return 0;
}

void term_close(struct term *t)
{
    if (t == NULL)
        return;
    child_stop(t->child);
    if (t->vt != NULL)
        vterm_free(t->vt);
    clipboard_free(&t->clipboard);
    free(t->out);
    free(t->line);
    free(t->line_col);
    free(t->row_hash);
    free(t);
}

/* ---- moving bytes -------------------------------------------------------------------------- */

static void flush(struct term *t)
{
    while (t->out_length > 0) {
        ssize_t written = write(child_terminal(t->child), t->out, t->out_length);
        if (written <= 0)
            return;
        t->out_length -= (size_t)written;
        memmove(t->out, t->out + written, t->out_length);
    }
}

static int read_once(struct term *t)
{
    char buffer[4096];
    ssize_t length = read(child_terminal(t->child), buffer, sizeof(buffer));
    if (length <= 0)
        return 0;
    t->read_ns = term_now_ns();
    t->bytes += (size_t)length;
    clipboard_watch(&t->clipboard, buffer, (size_t)length);
    filter_write(&t->filter, buffer, (size_t)length);
    vterm_screen_flush_damage(t->screen);
    return (int)length;
}

static bool has_ended(const struct term *t)
{
    enum child_state state = child_state(t->child, NULL);
    return state == CHILD_EXITED || state == CHILD_KILLED;
}

int term_step(struct term *t, int ms)
{
    if (t->drained)
        return -1;
    bool ended = has_ended(t);
    struct pollfd fds[2] = {
        { .fd = child_terminal(t->child), .events = POLLIN },
        { .fd = child_events(t->child), .events = POLLIN },
    };
    flush(t);
    if (t->out_length > 0)
        fds[0].events |= POLLOUT;
    int ready = poll(fds, 2, ended ? DRAIN_MS : ms);
    if (ready > 0 && fds[1].revents != 0)
        child_update(t->child);

    int total = 0;
    int length = 1;
    for (int i = 0; ready > 0 && (fds[0].revents & POLLIN) && length > 0 && i < READS_A_STEP; i++) {
        length = read_once(t);
        total += length;
    }
    flush(t);
    if (total == 0 && ready == 0 && ended) {
        t->drained = true;
        return -1;
    }
    return total;
}

void term_pump(struct term *t, int ms)
{
    int64_t deadline = term_now_ns() + ms * MS_NS;
    int left;
    while ((left = left_ms(deadline)) > 0)
        if (term_step(t, left) < 0)
            return;
}

int term_wait(struct term *t, bool (*check)(struct term *t, void *arg), void *arg, int ms)
{
    int64_t deadline = term_now_ns() + ms * MS_NS;
    for (;;) {
        if (check(t, arg))
            return 0;
        int left = left_ms(deadline);
        if (left == 0 || term_step(t, left) < 0)
            return check(t, arg) ? 0 : -1;
    }
}

static bool text_is_there(struct term *t, void *arg)
{
    return term_find(t, arg, 0, -1, NULL) == 0;
}

static bool text_is_gone(struct term *t, void *arg)
{
    return term_find(t, arg, 0, -1, NULL) != 0;
}

int term_wait_text(struct term *t, const char *text, int ms)
{
    return term_wait(t, text_is_there, (void *)text, ms);
}

int term_wait_gone(struct term *t, const char *text, int ms)
{
    return term_wait(t, text_is_gone, (void *)text, ms);
}

int term_wait_stable(struct term *t, int quiet_ms, int ms)
{
    int64_t deadline = term_now_ns() + ms * MS_NS;
    int64_t quiet = term_now_ns() + quiet_ms * MS_NS;
    while (left_ms(quiet) > 0) {
        if (left_ms(deadline) == 0)
            return -1;
        int taken = term_step(t, left_ms(quiet < deadline ? quiet : deadline));
        if (taken < 0)
            return 0;
        if (taken > 0)
            quiet = term_now_ns() + quiet_ms * MS_NS;
    }
    return 0;
}

static bool is_drained(struct term *t, void *arg)
{
    (void)arg;
    return t->drained;
}

static bool is_stopped(struct term *t, void *arg)
{
    (void)arg;
    return t->drained || child_state(t->child, NULL) == CHILD_STOPPED;
}

int term_wait_end(struct term *t, int ms)
{
    return term_wait(t, is_drained, NULL, ms);
}

int term_wait_stop(struct term *t, int ms)
{
    int result = term_wait(t, is_stopped, NULL, ms);
    if (result == 0 && !t->drained)
        term_wait_stable(t, DRAIN_MS, DRAIN_MS * 10);
    return result;
}

/* ---- input --------------------------------------------------------------------------------- */

static int deliver(struct term *t)
{
    int64_t deadline = term_now_ns() + SEND_MS * MS_NS;
    flush(t);
    while (t->out_length > 0) {
        int left = left_ms(deadline);
        if (left == 0 || term_step(t, left) < 0) {
            t->out_length = 0;
            return -1;
        }
    }
    return 0;
}

int term_send(struct term *t, const char *bytes, size_t length)
{
    on_output(bytes, length, t);
    return deliver(t);
}

static const struct key_row {
    const char *name;
    VTermKey key;
    VTermModifier with;
} key_rows[] = {
    { "Enter", VTERM_KEY_ENTER, VTERM_MOD_NONE },
    { "Esc", VTERM_KEY_ESCAPE, VTERM_MOD_NONE },
    { "Tab", VTERM_KEY_TAB, VTERM_MOD_NONE },
    { "BackTab", VTERM_KEY_TAB, VTERM_MOD_SHIFT },
    { "Backspace", VTERM_KEY_BACKSPACE, VTERM_MOD_NONE },
    { "Up", VTERM_KEY_UP, VTERM_MOD_NONE },
    { "Down", VTERM_KEY_DOWN, VTERM_MOD_NONE },
    { "Left", VTERM_KEY_LEFT, VTERM_MOD_NONE },
    { "Right", VTERM_KEY_RIGHT, VTERM_MOD_NONE },
    { "Home", VTERM_KEY_HOME, VTERM_MOD_NONE },
    { "End", VTERM_KEY_END, VTERM_MOD_NONE },
    { "PgUp", VTERM_KEY_PAGEUP, VTERM_MOD_NONE },
    { "PgDn", VTERM_KEY_PAGEDOWN, VTERM_MOD_NONE },
    { "Insert", VTERM_KEY_INS, VTERM_MOD_NONE },
    { "Delete", VTERM_KEY_DEL, VTERM_MOD_NONE },
};

static const char *take_modifiers(const char *name, VTermModifier *with)
{
    static const struct {
        char letter;
        VTermModifier with;
    } rows[] = { { 'C', VTERM_MOD_CTRL }, { 'M', VTERM_MOD_ALT }, { 'S', VTERM_MOD_SHIFT } };
    *with = VTERM_MOD_NONE;
    while (name[0] != '\0' && name[1] == '-' && name[2] != '\0') {
        size_t i = 0;
        while (i < 3 && rows[i].letter != name[0])
            i++;
        if (i == 3)
            break;
        *with |= rows[i].with;
        name += 2;
    }
    return name;
}

static size_t utf8_length(const char *text)
{
    size_t length = text[0] == '\0' ? 0 : 1;
    while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
        length++;
    return length;
}

/* A character key, as xterm sends it: Ctrl clears the upper bits, Meta puts ESC in front. */
static int send_character(struct term *t, const char *text, VTermModifier with)
{
    char out[16];
    size_t length = utf8_length(text);
    size_t used = 0;

    if (length == 0 || length > 4 || text[length] != '\0')
        return -2;
    if (with & VTERM_MOD_ALT)
        out[used++] = '\033';
    memcpy(out + used, text, length);
    if (with & VTERM_MOD_CTRL) {
        if (length != 1)
            return -2;
        out[used] = text[0] == '?' ? 0x7f : (char)(text[0] & 0x1f);
    }
    return term_send(t, out, used + length);
}

int term_key(struct term *t, const char *name)
{
    VTermModifier with;
    char *end;

    name = take_modifiers(name, &with);
    if (strcmp(name, "Space") == 0)
        return send_character(t, " ", with);
    for (size_t i = 0; i < sizeof(key_rows) / sizeof(key_rows[0]); i++) {
        if (strcmp(name, key_rows[i].name) == 0) {
            vterm_keyboard_key(t->vt, key_rows[i].key, with | key_rows[i].with);
            return deliver(t);
        }
    }
    if (name[0] == 'F' && name[1] != '\0') {
        long number = strtol(name + 1, &end, 10);
        if (*end != '\0' || number < 1 || number > 24)
            return -2;
        vterm_keyboard_key(t->vt, VTERM_KEY_FUNCTION((int)number), with);
        return deliver(t);
    }
    return send_character(t, name, with);
}

int term_paste(struct term *t, const char *text)
{
    vterm_keyboard_start_paste(t->vt);
    on_output(text, strlen(text), t);
    vterm_keyboard_end_paste(t->vt);
    return deliver(t);
}

int term_click(struct term *t, int button, int row, int col)
{
    vterm_mouse_move(t->vt, row, col, VTERM_MOD_NONE);
    vterm_mouse_button(t->vt, button, true, VTERM_MOD_NONE);
    if (button < 4)
        vterm_mouse_button(t->vt, button, false, VTERM_MOD_NONE);
    return deliver(t);
}

static int towards(int from, int to)
{
    return from + (from < to) - (from > to);
}

int term_drag(struct term *t, int row, int col, int to_row, int to_col)
{
    vterm_mouse_move(t->vt, row, col, VTERM_MOD_NONE);
    vterm_mouse_button(t->vt, 1, true, VTERM_MOD_NONE);
    while (deliver(t) == 0 && (row != to_row || col != to_col)) {
        /* no hand is faster; ncurses makes one of events that come together */
        term_pump(t, DRAG_STEP_MS);
        row = towards(row, to_row);
        col = towards(col, to_col);
        vterm_mouse_move(t->vt, row, col, VTERM_MOD_NONE);
    }
    vterm_mouse_button(t->vt, 1, false, VTERM_MOD_NONE);
    return deliver(t);
}

int term_resize(struct term *t, int cols, int rows)
{
    if (!size_is_sane(cols, rows))
        return -EINVAL;
    while (term_step(t, 0) > 0)
        continue;
    int error = allocate_rows(t, cols, rows);
    if (error != 0)
        return error;
    /* libvterm keeps a scrolling region that begins behind the new end, and falls over it */
    static const char whole[] = "\0337\033[r\0338";
    vterm_input_write(t->vt, whole, sizeof whole - 1);
    vterm_set_size(t->vt, rows, cols);
    filter_resize(&t->filter, rows);
    return child_resize(t->child, cols, rows);
}

int term_signal(struct term *t, int number)
{
    return child_signal(t->child, number);
}

/* ---- latency ------------------------------------------------------------------------------- */

static uint64_t hash_row(const struct term *t, int row)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (int col = 0; col < t->cols; col++) {
        struct term_cell cell;
        term_cell(t, row, col, &cell);
        uint64_t words[] = { cell.chars[0], cell.chars[1], (uint64_t)cell.attrs, (uint64_t)cell.fg,
                             (uint64_t)cell.bg };
        for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
            hash = (hash ^ words[i]) * UINT64_C(0x100000001b3);
    }
    return hash;
}

static VTermPos shown_cursor(const struct term *t)
{
    VTermPos pos = { -1, -1 };
    if (filter_cursor_visible(&t->filter))
        vterm_state_get_cursorpos(vterm_obtain_state(t->vt), &pos);
    return pos;
}

static void remember_screen(struct term *t)
{
    for (int row = 0; row < t->rows; row++)
        t->row_hash[row] = hash_row(t, row);
    t->cursor_before = shown_cursor(t);
    t->damage_first = t->rows;
    t->damage_last = -1;
}

static bool screen_changed(struct term *t)
{
    for (int row = t->damage_first; row <= t->damage_last && row < t->rows; row++)
        if (t->row_hash[row] != hash_row(t, row))
            return true;
    t->damage_first = t->rows;
    t->damage_last = -1;
    VTermPos cursor = shown_cursor(t);
    return vterm_pos_cmp(cursor, t->cursor_before) != 0;
}

int term_measure_key(struct term *t, const char *name, int quiet_ms, int ms,
                     struct term_latency *out)
{
    while (term_step(t, 0) > 0)
        continue;
    remember_screen(t);
    size_t bytes = t->bytes;
    int64_t start = term_now_ns();
    int64_t deadline = start + ms * MS_NS;
    int result = term_key(t, name);
    if (result != 0)
        return result;

    bool changed = false;
    while (!changed) {
        int left = left_ms(deadline);
        if (left == 0 || term_step(t, left) < 0)
            return -1;
        changed = screen_changed(t);
    }
    out->first_ns = t->read_ns - start;
    if (quiet_ms > 0)
        term_wait_stable(t, quiet_ms, left_ms(deadline));
    out->last_ns = t->read_ns - start;
    out->bytes = t->bytes - bytes;
    return 0;
}

/* ---- the screen ---------------------------------------------------------------------------- */

void term_size(const struct term *t, int *cols, int *rows)
{
    *cols = t->cols;
    *rows = t->rows;
}

static int colour_of(const VTermColor *colour)
{
    if (colour->type & VTERM_COLOR_DEFAULT_MASK)
        return TERM_DEFAULT;
    if (VTERM_COLOR_IS_INDEXED(colour))
        return colour->indexed.idx;
    return TERM_RGB | colour->rgb.red << 16 | colour->rgb.green << 8 | colour->rgb.blue;
}

static int attrs_of(const VTermScreenCellAttrs *attrs)
{
    return (attrs->bold ? TERM_BOLD : 0) | (attrs->font == FILTER_DIM_FONT ? TERM_DIM : 0) |
           (attrs->italic ? TERM_ITALIC : 0) | (attrs->underline ? TERM_UNDERLINE : 0) |
           (attrs->blink ? TERM_BLINK : 0) | (attrs->reverse ? TERM_REVERSE : 0) |
           (attrs->strike ? TERM_STRIKE : 0);
}

void term_cell(const struct term *t, int row, int col, struct term_cell *cell)
{
    VTermScreenCell from;

    memset(cell, 0, sizeof(*cell));
    cell->width = 1;
    cell->fg = cell->bg = TERM_DEFAULT;
    if (row < 0 || row >= t->rows || col < 0 || col >= t->cols ||
        !vterm_screen_get_cell(t->screen, (VTermPos){ row, col }, &from))
        return;
    cell->attrs = attrs_of(&from.attrs);
    cell->fg = colour_of(&from.fg);
    cell->bg = colour_of(&from.bg);
    /* libvterm marks the right half of a wide character with the largest number. */
    cell->width = from.chars[0] == UINT32_MAX ? 0 : from.width;
    for (int i = 0; cell->width > 0 && i < VTERM_MAX_CHARS_PER_CELL && from.chars[i] != 0; i++)
        cell->chars[i] = from.chars[i];
}

static size_t put_utf8(char *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t length = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
    for (size_t i = length - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (c & 0x3f));
        c >>= 6;
    }
    out[0] = (char)(lead[length] | c);
    return length;
}

/* Renders a row with its blanks into t->line and t->line_col; returns its length in bytes. */
static size_t render(struct term *t, int row)
{
    size_t length = 0;
    for (int col = 0; col < t->cols; col++) {
        struct term_cell cell;
        size_t start = length;
        term_cell(t, row, col, &cell);
        if (cell.width == 0)
            continue;
        if (cell.chars[0] == 0)
            t->line[length++] = ' ';
        for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i] != 0; i++)
            length += put_utf8(t->line + length, cell.chars[i]);
        for (size_t i = start; i < length; i++)
            t->line_col[i] = col;
    }
    t->line[length] = '\0';
    t->line_col[length] = t->cols;
    return length;
}

const char *term_row(struct term *t, int row)
{
    size_t length = render(t, row);
    while (length > 0 && t->line[length - 1] == ' ')
        length--;
    t->line[length] = '\0';
    return t->line;
}

char *term_text(struct term *t)
{
    size_t size = (size_t)t->rows * ((size_t)t->cols * CELL_BYTES + 1) + 1;
    char *text = malloc(size);
    size_t length = 0;
    if (text == NULL)
        return NULL;
    for (int row = 0; row < t->rows; row++)
        length += (size_t)sprintf(text + length, "%s\n", term_row(t, row));
    text[length] = '\0';
    return text;
}

int term_find(struct term *t, const char *text, int first, int last, struct term_place *place)
{
    if (last < 0 || last >= t->rows)
        last = t->rows - 1;
    for (int row = first < 0 ? 0 : first; row <= last; row++) {
        render(t, row);
        const char *found = strstr(t->line, text);
        if (found == NULL)
            continue;
        if (place != NULL) {
            size_t at = (size_t)(found - t->line);
            place->row = row;
            place->col = t->line_col[at];
            place->cols = t->line_col[at + strlen(text)] - place->col;
        }
        return 0;
    }
    return -1;
}

bool term_cursor(const struct term *t, int *row, int *col)
{
    VTermPos pos;
    vterm_state_get_cursorpos(vterm_obtain_state(t->vt), &pos);
    *row = pos.row;
    *col = pos.col;
    return filter_cursor_visible(&t->filter);
}

bool term_alternate(const struct term *t)
{
    return filter_alternate(&t->filter);
}

bool term_mouse(const struct term *t)
{
    return filter_mouse(&t->filter);
}

const struct clipboard *term_clipboard(const struct term *t)
{
    return &t->clipboard;
}

size_t term_bytes(const struct term *t)
{
    return t->bytes;
}

enum child_state term_state(const struct term *t, int *code)
{
    return child_state(t->child, code);
}

/* ---- what is left behind ------------------------------------------------------------------- */

static void add(char *text, size_t size, const char *part)
{
    size_t used = strlen(text);
    if (part[0] != '\0')
        snprintf(text + used, size - used, "%s%s", used > 0 ? ", " : "", part);
}

/* The pen: what the next character would be drawn with. */
static bool pen_is_plain(const struct term *t)
{
    static const VTermAttr numbers[] = { VTERM_ATTR_BOLD,  VTERM_ATTR_UNDERLINE, VTERM_ATTR_ITALIC,
                                         VTERM_ATTR_BLINK, VTERM_ATTR_REVERSE,   VTERM_ATTR_STRIKE,
                                         VTERM_ATTR_FONT };
    const VTermState *state = vterm_obtain_state(t->vt);
    VTermValue value;

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        memset(&value, 0, sizeof(value));
        if (vterm_state_get_penattr(state, numbers[i], &value) && value.number != 0)
            return false;
    }
    vterm_state_get_penattr(state, VTERM_ATTR_FOREGROUND, &value);
    if (colour_of(&value.color) != TERM_DEFAULT)
        return false;
    vterm_state_get_penattr(state, VTERM_ATTR_BACKGROUND, &value);
    return colour_of(&value.color) == TERM_DEFAULT;
}

int term_restored(struct term *t, char *why, size_t size)
{
    char part[512];

    why[0] = '\0';
    filter_left_behind(&t->filter, part, sizeof(part));
    add(why, size, part);
    if (!pen_is_plain(t))
        add(why, size, "colours or attributes on");
    child_left_behind(t->child, part, sizeof(part));
    add(why, size, part);
    return why[0] == '\0' ? 0 : -1;
}

/* ---- colours by name ----------------------------------------------------------------------- */

static const char *const colour_names[8] = { "black", "red",     "green", "yellow",
                                             "blue",  "magenta", "cyan",  "white" };

int term_colour_parse(int *colour, const char *name)
{
    bool bright = strncmp(name, "bright-", 7) == 0;
    const char *base = bright ? name + 7 : name;
    char *end;

    for (int i = 0; i < 8; i++) {
        if (strcmp(base, colour_names[i]) == 0) {
            *colour = i + (bright ? 8 : 0);
            return 0;
        }
    }
    if (strcmp(name, "default") == 0) {
        *colour = TERM_DEFAULT;
        return 0;
    }
    if (strcmp(name, "grey") == 0) {
        *colour = 8;
        return 0;
    }
    bool rgb = name[0] == '#' && strlen(name) == 7;
    long number = strtol(rgb ? name + 1 : name, &end, rgb ? 16 : 10);
    if (name[0] == '\0' || *end != '\0' || number < 0 || (!rgb && number > 255))
        return -1;
    *colour = rgb ? TERM_RGB | (int)number : (int)number;
    return 0;
}

void term_colour_name(int colour, char *text, size_t size)
{
    if (colour == TERM_DEFAULT)
        snprintf(text, size, "default");
    else if (colour & TERM_RGB)
        snprintf(text, size, "#%06x", (unsigned)colour & 0xffffff);
    else if (colour < 16)
        snprintf(text, size, "%s%s", colour < 8 ? "" : "bright-", colour_names[colour % 8]);
    else
        snprintf(text, size, "%d", colour);
}

int term_attr_parse(const char *name)
{
    static const char *const names[] = { "bold",  "dim",     "italic", "underline",
                                         "blink", "reverse", "strike" };
    for (int i = 0; i < 7; i++)
        if (strcmp(name, names[i]) == 0)
            return 1 << i;
    return 0;
}
