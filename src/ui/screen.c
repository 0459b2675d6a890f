/* See screen.h. */
#include "ui/screen.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "base/text.h"
#include "base/tr.h"
#include "ui/signs.h"

#define SCREEN_PIECE 240 /* bytes of a string that every version of screen hands on */
#define ESCAPE_MS 25 /* how long a lone Esc waits for the rest of a key: less breaks keys in two */

/* What the signal handler needs to give the terminal back without calling anything unsafe. */
static struct {
    int fd;
    bool active;
    bool knows_modes; /* it has a mouse, and then the rest of xterm's modes: */
    bool drags;       /* it tells of the mouse's moves, */
    bool brackets;    /* and marks pasted text */
    bool whole;       /* keys come as ncurses names them */
    struct termios saved;
    char reset[256];
    size_t reset_length;
} terminal = { .fd = -1 };

static FILE *keyboard;
static SCREEN *screen;
static bool ascii_only, mouse_wanted;

static void add_reset(const char *capability)
{
    const char *text = tigetstr(capability);
    if (!text || text == (const char *)-1)
        return;
    size_t n = strlen(text);
    if (terminal.reset_length + n < sizeof terminal.reset) {
        memcpy(terminal.reset + terminal.reset_length, text, n);
        terminal.reset_length += n;
    }
}

/* Modes are switched off by hand: terminfo has no name for that. */
static void prepare_reset(void)
{
    static const char *const capabilities[] = { "sgr0", "rmkx", "cnorm", "rmcup" };
    static const char modes_off[] = "\033[?1000l\033[?1002l\033[?1006l\033[?2004l";
    terminal.reset_length = 0;
    terminal.knows_modes = tigetstr("kmous") && tigetstr("kmous") != (char *)-1;
    if (terminal.knows_modes) {
        memcpy(terminal.reset, modes_off, sizeof modes_off - 1);
        terminal.reset_length = sizeof modes_off - 1;
    }
    for (size_t i = 0; i < sizeof capabilities / sizeof capabilities[0]; i++)
        add_reset(capabilities[i]);
}

static void on_crash(int number)
{
    if (terminal.active) {
        terminal.active = false;
        if (write(terminal.fd, terminal.reset, terminal.reset_length) < 0)
            errno = 0; /* nothing more can be done here */
        tcsetattr(terminal.fd, TCSANOW, &terminal.saved);
    }
    signal(number, SIG_DFL);
    raise(number);
}

static void catch_crashes(void)
{
    static const int fatal[] = { SIGSEGV, SIGABRT, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGQUIT };
    struct sigaction action = { .sa_handler = on_crash };
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof fatal / sizeof fatal[0]; i++)
        sigaction(fatal[i], &action, NULL);
}

static int open_terminal(char **error)
{
    /* ncurses would wait for the rest of a mouse report that was cut on its way */
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || !isatty(STDOUT_FILENO)) {
        if (fd >= 0)
            close(fd);
        *error = mem_text(_("the console needs a terminal; use 'sipwhy report' without one"));
        return -1;
    }
    keyboard = fdopen(fd, "r+");
    terminal.fd = fd;
    return tcgetattr(fd, &terminal.saved);
}

/* Arrows with Ctrl, as xterm and its kin send them, and rxvt. */
static void name_keys(void)
{
    static const char final[] = "ABCD";
    for (int i = 0; final[i]; i++) {
        char xterm[] = "\033[1;5A", rxvt[] = "\033Oa";
        xterm[5] = final[i];
        rxvt[2] = (char)(final[i] + 'a' - 'A');
        define_key(xterm, KEY_CTRL_UP + i);
        define_key(rxvt, KEY_CTRL_UP + i);
    }
    define_key("\033[200~", KEY_PASTE);
}

/* Some terminals ("dumb", printers) only take one line after another. */
static bool places_text(void)
{
    const char *to = tigetstr("cup");
    return to && to != (const char *)-1;
}

static void close_terminal(void)
{
    delscreen(screen);
    screen = NULL;
    tcsetattr(terminal.fd, TCSADRAIN, &terminal.saved);
    fclose(keyboard);
    terminal.fd = -1;
}

int screen_start(char **error)
{
    const char *type = getenv("TERM");
    if (open_terminal(error) < 0)
        return -1;
    set_escdelay(ESCAPE_MS);
    screen = newterm(NULL, stdout, keyboard);
    if (!screen) {
        *error = mem_format(
            _("the terminal type '%s' is not known here; set TERM, or use 'sipwhy report'"),
            type ? type : "");
        return -1;
    }
    if (!places_text()) {
        *error = mem_format(
            _("the terminal type '%s' cannot place text on the screen; set TERM, or "
              "use 'sipwhy report' or 'sipwhy list'"),
            type ? type : "");
        close_terminal();
        return -1;
    }
    terminal.active = true;
    prepare_reset();
    catch_crashes();
    cbreak();
    noecho();
    nonl();
    nodelay(stdscr, TRUE);
    curs_set(0);
    mouseinterval(0);
    name_keys();
    screen_whole_keys(true);
    return 0;
}

static void switch_mode(bool *now, bool on, const char *number)
{
    if (!terminal.knows_modes || *now == on)
        return;
    *now = on;
    printf("\033[?%s%c", number, on ? 'h' : 'l');
    fflush(stdout);
}

/*
 * Terminfo speaks of presses alone: drags are asked for by hand, once what ncurses has to say of
 * the mouse is out. So are brackets around pasted text.
 */
static void switch_modes(bool drags, bool brackets)
{
    switch_mode(&terminal.drags, drags, "1002");
    switch_mode(&terminal.brackets, brackets, "2004");
}

void screen_whole_keys(bool whole)
{
    const mmask_t mouse = BUTTON1_PRESSED | BUTTON1_RELEASED | BUTTON1_CLICKED |
                          BUTTON1_DOUBLE_CLICKED | BUTTON4_PRESSED | BUTTON5_PRESSED |
                          REPORT_MOUSE_POSITION;
    terminal.whole = whole;
    keypad(stdscr, whole);
    mousemask(whole && mouse_wanted ? mouse : 0, NULL);
}

void screen_set_mouse(bool on)
{
    mouse_wanted = on;
    screen_whole_keys(terminal.whole);
}

/* Out of the full screen, for now or for good. */
static void leave_screen(void)
{
    switch_modes(false, false);
    endwin();
}

void screen_stop(void)
{
    if (!terminal.active)
        return;
    terminal.active = false;
    curs_set(1);
    leave_screen();
    close_terminal();
}

int screen_fd(void)
{
    return terminal.fd;
}

void screen_resize(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0)
        resizeterm(size.ws_row, size.ws_col);
    clearok(curscr, TRUE);
}

void screen_refresh(void)
{
    sigset_t stop, old;
    /* ncurses ignores SIGTSTP while it writes; blocked, a Ctrl-Z in that moment waits instead. */
    sigemptyset(&stop);
    sigaddset(&stop, SIGTSTP);
    sigprocmask(SIG_BLOCK, &stop, &old);
    refresh();
    switch_modes(terminal.whole && mouse_wanted, true);
    sigprocmask(SIG_SETMASK, &old, NULL);
}

static void put_base64(struct strbuf *out, struct span bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < bytes.n; i += 3) {
        size_t left = bytes.n - i;
        uint32_t v = (uint32_t)(unsigned char)bytes.p[i] << 16 |
                     (left > 1 ? (uint32_t)(unsigned char)bytes.p[i + 1] << 8 : 0) |
                     (left > 2 ? (uint32_t)(unsigned char)bytes.p[i + 2] : 0);
        strbuf_char(out, digits[v >> 18]);
        strbuf_char(out, digits[v >> 12 & 63]);
        strbuf_char(out, left > 1 ? digits[v >> 6 & 63] : '=');
        strbuf_char(out, left > 2 ? digits[v & 63] : '=');
    }
}

/* tmux takes the sequence itself or, wrapped, hands it on: whichever it is set up for. */
static void put_for_tmux(struct strbuf *out, struct span sequence)
{
    strbuf_span(out, sequence);
    strbuf_text(out, "\033Ptmux;\033");
    strbuf_span(out, sequence);
    strbuf_text(out, "\033\\");
}

/* screen hands strings on whole, but only short ones: piece by piece. */
static void put_for_screen(struct strbuf *out, struct span sequence)
{
    while (sequence.n > 0) {
        size_t n = sequence.n < SCREEN_PIECE ? sequence.n : SCREEN_PIECE;
        strbuf_text(out, "\033P");
        strbuf_span(out, (struct span){ sequence.p, n });
        strbuf_text(out, "\033\\");
        sequence = (struct span){ sequence.p + n, sequence.n - n };
    }
}

static void write_all(struct span bytes)
{
    while (bytes.n > 0) {
        ssize_t n = write(STDOUT_FILENO, bytes.p, bytes.n);
        if (n < 0 && errno != EINTR)
            return;
        n = n < 0 ? 0 : n;
        bytes = (struct span){ bytes.p + n, bytes.n - (size_t)n };
    }
}

int screen_copy(struct span bytes)
{
    struct strbuf plain = STRBUF_INIT, out = STRBUF_INIT;
    if (bytes.n > SCREEN_COPY_MAX)
        return -1;
    strbuf_text(&plain, "\033]52;c;");
    put_base64(&plain, bytes);
    strbuf_char(&plain, '\a');
    if (getenv("TMUX"))
        put_for_tmux(&out, strbuf_as_span(&plain));
    else if (getenv("STY"))
        put_for_screen(&out, strbuf_as_span(&plain));
    else
        strbuf_span(&out, strbuf_as_span(&plain));
    write_all(strbuf_as_span(&out));
    strbuf_free(&plain);
    strbuf_free(&out);
    return 0;
}

void screen_suspend(void)
{
    def_prog_mode();
    leave_screen();
    tcsetattr(terminal.fd, TCSADRAIN, &terminal.saved);
    /* SIGSTOP cannot be caught: the shell sees what SIGTSTP would have done. */
    raise(SIGSTOP);
    screen_resume();
    screen_refresh();
}

void screen_resume(void)
{
    reset_prog_mode();
    screen_resize();
}

bool screen_utf8(void)
{
    return !ascii_only && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

void screen_set_ascii(bool ascii)
{
    ascii_only = ascii;
}

int screen_text(int y, int x, int width, enum style style, struct span text)
{
    struct strbuf shown = STRBUF_INIT;
    if (width <= 0 || y < 0 || y >= LINES || x < 0 || x >= COLS)
        return 0;
    if (width > COLS - x)
        width = COLS - x;
    /* No text needs more bytes than this to fill the columns, marks included. */
    if (text.n > (size_t)width * 8)
        text.n = (size_t)width * 8;
    text_visible(&shown, text, screen_utf8());
    struct span fit = text_fit(strbuf_as_span(&shown), (size_t)width);
    bool cut = fit.n < shown.n && width > 1;
    if (cut)
        fit = text_fit(fit, (size_t)width - 1);
    attrset(theme_attr(style));
    mvaddnstr(y, x, fit.p, (int)fit.n);
    int used = (int)text_width(fit);
    if (cut)
        mvaddstr(y, x + used++, sign(SIGN_SHORTENED));
    strbuf_free(&shown);
    return used;
}

int screen_string(int y, int x, int width, enum style style, const char *text)
{
    return screen_text(y, x, width, style, SPAN(text));
}

void screen_blank(int y, int x, int width)
{
    if (width > COLS - x)
        width = COLS - x;
    if (width > 0 && y < LINES) {
        attrset(A_NORMAL);
        mvhline(y, x, ' ', width);
    }
}

void screen_cell(int y, int x, int width, enum style style, struct span text)
{
    int used = screen_text(y, x, width, style, text);
    if (used < width)
        screen_blank(y, x + used, width - used);
}

void screen_clear(struct rect rect)
{
    for (int i = 0; i < rect.height; i++)
        screen_blank(rect.y + i, rect.x, rect.width);
}

static attr_t underlined(attr_t attr, short *pair)
{
    (void)pair;
    return (attr & ~A_COLOR) | A_UNDERLINE;
}

/* Cells look otherwise, their texts stay. */
static void change(int y, int x, int width, attr_t (*look)(attr_t attr, short *pair))
{
    for (int i = x; i < x + width && i < COLS; i++) {
        wchar_t text[CCHARW_MAX + 1];
        cchar_t cell;
        attr_t attr = 0;
        short pair = 0;
        if (mvin_wch(y, i, &cell) == OK)
            getcchar(&cell, text, &attr, &pair, NULL);
        attr = look(attr, &pair);
        mvchgat(y, i, 1, attr, pair, NULL);
    }
}

void screen_select(int y, int x, int width)
{
    change(y, x, width, theme_selected);
}

void screen_underline(int y, int x, int width)
{
    change(y, x, width, underlined);
}

static const char *rule_text(bool vertical)
{
    return screen_utf8() ? (vertical ? "│" : "─") : (vertical ? "|" : "-");
}

void screen_more_below(struct rect rect)
{
    screen_string(rect.y + rect.height - 1, rect.x + rect.width - 1, 1, STYLE_HEADER,
                  sign(SIGN_MORE_BELOW));
}

void screen_rule(int y, int x, int width)
{
    for (int i = 0; i < width; i++)
        screen_string(y, x + i, 1, STYLE_RULE, rule_text(false));
}

void screen_column(int y, int x, int height)
{
    for (int i = 0; i < height; i++)
        screen_string(y + i, x, 1, STYLE_RULE, rule_text(true));
}

void screen_styled(int y, int x, int width, const struct styled_text *text, size_t line,
                   size_t from, size_t to)
{
    const struct styled_line *l = &text->lines[line];
    int at = (int)l->indent;
    for (size_t i = l->first; i < l->first + l->count && at < width; i++) {
        const struct styled_run *run = &text->runs[i];
        int used = screen_text(y, x + at, width - at, theme_help(run->style),
                               styled_run_text(text, run));
        if (i >= from && i < to)
            screen_select(y, x + at, used);
        at += used;
    }
}
