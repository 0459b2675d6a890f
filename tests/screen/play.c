/*
 * Plays a screen script and reports in TAP.
 *
 *     play SCRIPT           plays it      play --help      lists the commands
 *
 * Model: a script is a text file, a command a line, '#' at the start of a line for comments. One
 * table holds every command with its help. Assertions print a TAP line each; other commands only
 * when they fail. After a failure the script goes on, except after an error in the script itself.
 *
 * An assertion about the screen first lets the program react to the keys before it, then repeats
 * itself for up to two seconds while it is false: `expect` needs no pause, yet passes at once.
 * Texts are searched within a row. Lines count from 1, negative ones from the bottom (-1 is last).
 *
 * Environment: SIPWHY is the program (without it a script that needs it is skipped);
 * UPDATE_SCREENS=1 writes snapshots; SCREEN_PICTURES=FOLDER draws pictures; SCREEN_TIME_SCALE=N makes every time limit N times longer (for
 * valgrind and sanitizers). The program itself sees TERM=xterm-256color, LANG=C.UTF-8, TZ=UTC0, an
 * empty HOME of its own, and none of the variables in `removed` below, unless the script says so.
 *
 * Boundary: what a terminal is, term.c knows; here are only words and verdicts.
 */
#include <errno.h>
#include <ftw.h>
#include <libgen.h>
#include <locale.h>
#include <regex.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "picture.h"
#include "script.h"
#include "term.h"

#define TOTAL_MS 60000
#define WAIT_MS 5000
#define SOON_MS 2000
#define REACT_MS 100 /* a program that shows no reaction to a key by then will show none */
#define QUIET_MS 30
#define AFTER_ESC_MS 120 /* so that a key behind Esc does not make it Meta */
#define LINE_SIZE 8192

enum {
    FAILED = -1, /* the assertion is false, or the command did not work */
    FATAL = -2,  /* the script is wrong: stop */
};

struct play {
    const char *script;
    char directory[4096];
    char home[64];
    int line;
    int cols;
    int rows;
    struct term *term;
    int scale;
    int64_t deadline;
    bool stirred;      /* something was sent since the screen was last seen at rest ... */
    size_t bytes_then; /* ... when the program had written this much */
    int tests;
    int failures;
    char why[2048];
    char *printed;   /* the screen last shown with a failure */
    char diff[4096]; /* more lines for the report of a failed snapshot */
};

typedef int command_run(struct play *p, char **word, int count);

struct command {
    const char *name;
    int min; /* words behind the name */
    int max;
    enum {
        ACTION,      /* run once, prints only when it fails */
        TEST,        /* run once, prints a TAP line */
        SCREEN,      /* a TEST repeated until it is true or `SOON_MS` are over */
        RAW = 4,     /* flag: the rest of the line is one word, quotes and all */
        NO_TERM = 8, /* flag: may come before `run` */
    } kind;
    command_run *run;
    const char *usage;
    const char *help;
};

/* ---- helpers ------------------------------------------------------------------------------- */

__attribute__((format(printf, 3, 4))) static int fail(struct play *p, int result,
                                                      const char *format, ...)
{
    va_list list;
    va_start(list, format);
    vsnprintf(p->why, sizeof(p->why), format, list);
    va_end(list);
    return result;
}

/* A time limit, scaled, and cut so that the script as a whole stays inside its own. */
static int limit(const struct play *p, int ms)
{
    int64_t left = (p->deadline - term_now_ns()) / 1000000;
    int64_t scaled = (int64_t)ms * p->scale;
    if (left < 0)
        left = 0;
    return (int)(scaled < left ? scaled : left);
}

static int parse_number(struct play *p, const char *word, int low, int high, int *out)
{
    char *end;
    long number = strtol(word, &end, 10);
    if (*word == '\0' || *end != '\0' || number < low || number > high)
        return fail(p, FATAL, "'%s' is not a number from %d to %d", word, low, high);
    *out = (int)number;
    return 0;
}

static int parse_size(struct play *p, const char *word, int *cols, int *rows)
{
    char end;
    if (sscanf(word, "%dx%d%c", cols, rows, &end) != 2 || *cols < 1 || *rows < 1 ||
        *cols > TERM_MAX_COLS || *rows > TERM_MAX_ROWS)
        return fail(p, FATAL, "'%s' is not a size such as 80x24", word);
    return 0;
}

/* A line of the script's counting to a row. */
static int parse_line(struct play *p, const char *word, int *row)
{
    int cols, rows;
    term_size(p->term, &cols, &rows);
    int result = parse_number(p, word, -TERM_MAX_ROWS, TERM_MAX_ROWS, row);
    if (result == 0)
        *row = *row < 0 ? rows + *row : *row - 1;
    return result;
}

static void stir(struct play *p)
{
    if (!p->stirred)
        p->bytes_then = term_bytes(p->term);
    p->stirred = true;
}

static bool has_reacted(struct term *t, void *arg)
{
    const struct play *p = arg;
    return term_bytes(t) != p->bytes_then;
}

/* Lets the program react to what was sent and the screen come to rest. */
static void settle(struct play *p)
{
    if (!p->stirred)
        return;
    p->stirred = false;
    term_wait(p->term, has_reacted, p, limit(p, REACT_MS));
    term_wait_stable(p->term, limit(p, QUIET_MS), limit(p, 10 * QUIET_MS));
}

static const struct signal_row {
    const char *name;
    int number;
} signal_rows[] = {
    { "HUP", SIGHUP },   { "INT", SIGINT },   { "QUIT", SIGQUIT }, { "TERM", SIGTERM },
    { "TSTP", SIGTSTP }, { "STOP", SIGSTOP }, { "CONT", SIGCONT }, { "SEGV", SIGSEGV },
    { "ABRT", SIGABRT }, { "KILL", SIGKILL }, { "PIPE", SIGPIPE }, { "WINCH", SIGWINCH },
    { "USR1", SIGUSR1 }, { "USR2", SIGUSR2 }, { "BUS", SIGBUS },   { "FPE", SIGFPE },
};

static int parse_signal(struct play *p, const char *name, int *number)
{
    for (size_t i = 0; i < sizeof(signal_rows) / sizeof(signal_rows[0]); i++) {
        if (strcmp(name, signal_rows[i].name) == 0) {
            *number = signal_rows[i].number;
            return 0;
        }
    }
    return fail(p, FATAL, "no signal is called '%s' here", name);
}

static void describe_state(const struct play *p, char *text, size_t size)
{
    int code;
    switch (term_state(p->term, &code)) {
    case CHILD_RUNNING:
        snprintf(text, size, "running");
        break;
    case CHILD_STOPPED:
        snprintf(text, size, "stopped by signal %d (%s)", code, strsignal(code));
        break;
    case CHILD_EXITED:
        snprintf(text, size, "exited with status %d", code);
        break;
    case CHILD_KILLED:
        snprintf(text, size, "ended by signal %d (%s)", code, strsignal(code));
        break;
    }
}

/* ---- start and environment ----------------------------------------------------------------- */

static int run_size(struct play *p, char **word, int count)
{
    (void)count;
    return parse_size(p, word[0], &p->cols, &p->rows);
}

static int run_env(struct play *p, char **word, int count)
{
    for (int i = 0; i < count; i++) {
        char *equals = strchr(word[i], '=');
        if (equals == NULL || equals == word[i])
            return fail(p, FATAL, "'%s' is not NAME=VALUE", word[i]);
        *equals = '\0';
        setenv(word[i], equals + 1, 1);
    }
    return 0;
}

static int run_unset(struct play *p, char **word, int count)
{
    (void)p;
    for (int i = 0; i < count; i++)
        unsetenv(word[i]);
    return 0;
}

static int start(struct play *p, char *const *argv)
{
    const struct child_plan plan = { .argv = argv, .cols = p->cols, .rows = p->rows };
    term_close(p->term);
    p->term = NULL;
    int error = term_open(&p->term, &plan);
    if (error < 0)
        return fail(p, FATAL, "cannot start %s: %s", argv[0], strerror(-error));
    p->bytes_then = 0;
    p->stirred = true;
    return 0;
}

static int run_run(struct play *p, char **word, int count)
{
    char *argv[SCRIPT_WORDS + 1];
    memcpy(argv, word, sizeof(*word) * ((size_t)count + 1));
    if (strcmp(argv[0], "sipwhy") == 0)
        argv[0] = getenv("SIPWHY");
    return start(p, argv);
}

static int run_run_shell(struct play *p, char **word, int count)
{
    char *argv[] = { "/bin/sh", "-c", word[0], NULL };
    (void)count;
    return start(p, argv);
}

/* A check outside of the terminal: what the command says is shown when it fails. */
static int run_sh(struct play *p, char **word, int count)
{
    char command[LINE_SIZE + 16];
    size_t used = 0;
    (void)count;
    snprintf(command, sizeof(command), "exec 2>&1; %s", word[0]);
    fflush(stdout);
    FILE *output = popen(command, "re");
    if (output == NULL)
        return fail(p, FATAL, "cannot run a shell: %s", strerror(errno));
    for (int c = getc(output); c != EOF; c = getc(output))
        if (used + 1 < sizeof(p->diff))
            p->diff[used++] = (char)(c == '\n' || (c >= ' ' && c < 0x7f) ? c : '?');
    p->diff[used] = '\0';
    int status = pclose(output);
    return status == 0 ? 0 : fail(p, FAILED, "the command gave status %d", WEXITSTATUS(status));
}

/* ---- input --------------------------------------------------------------------------------- */

/* "Down*20" presses Down twenty times; a lone "*" is the key. */
static int split_times(struct play *p, char *name, int *times)
{
    char *star = strlen(name) > 1 ? strrchr(name + 1, '*') : NULL;
    *times = 1;
    if (star == NULL)
        return 0;
    *star = '\0';
    return parse_number(p, star + 1, 1, 100000, times);
}

static int press(struct play *p, const char *name)
{
    int result = term_key(p->term, name);
    if (result == -2)
        return fail(p, FATAL, "no key is called '%s'", name);
    if (result < 0)
        return fail(p, FAILED, "the program does not read its keys");
    if (strcmp(name, "Esc") == 0)
        term_pump(p->term, limit(p, AFTER_ESC_MS));
    return 0;
}

static int run_key(struct play *p, char **word, int count)
{
    stir(p);
    for (int i = 0; i < count; i++) {
        int times;
        int result = split_times(p, word[i], &times);
        while (result == 0 && times-- > 0)
            result = press(p, word[i]);
        if (result != 0)
            return result;
    }
    return 0;
}

static int run_type(struct play *p, char **word, int count)
{
    (void)count;
    stir(p);
    if (term_send(p->term, word[0], strlen(word[0])) < 0)
        return fail(p, FAILED, "the program does not read its keys");
    return 0;
}

static int run_paste(struct play *p, char **word, int count)
{
    (void)count;
    stir(p);
    if (term_paste(p->term, word[0]) < 0)
        return fail(p, FAILED, "the program does not read its keys");
    return 0;
}

static int run_click(struct play *p, char **word, int count)
{
    static const char *const buttons[] = { "left", "middle", "right", "wheel-up", "wheel-down" };
    struct term_place place;
    int button = 1;

    if (count > 1) {
        for (button = 1; button <= 5 && strcmp(word[1], buttons[button - 1]) != 0;)
            button++;
        if (button > 5)
            return fail(p, FATAL, "no mouse button is called '%s'", word[1]);
    }
    if (!term_mouse(p->term))
        return fail(p, FAILED, "the program has not asked for the mouse");
    if (term_find(p->term, word[0], 0, -1, &place) < 0)
        return fail(p, FAILED, "not on the screen: '%s'", word[0]);
    stir(p);
    return term_click(p->term, button, place.row, place.col);
}

static int run_drag(struct play *p, char **word, int count)
{
    struct term_place place;
    (void)count;
    if (!term_mouse(p->term))
        return fail(p, FAILED, "the program has not asked for the mouse");
    if (term_find(p->term, word[0], 0, -1, &place) < 0)
        return fail(p, FAILED, "not on the screen: '%s'", word[0]);
    stir(p);
    return term_drag(p->term, place.row, place.col, place.row + atoi(word[1]),
                     place.col + atoi(word[2]));
}

static int run_resize(struct play *p, char **word, int count)
{
    (void)count;
    int result = parse_size(p, word[0], &p->cols, &p->rows);
    if (result != 0)
        return result;
    stir(p);
    int error = term_resize(p->term, p->cols, p->rows);
    return error < 0 ? fail(p, FAILED, "%s", strerror(-error)) : 0;
}

static int run_signal(struct play *p, char **word, int count)
{
    int number = 0;
    (void)count;
    if (parse_signal(p, word[0], &number) != 0)
        return FATAL;
    stir(p);
    int error = term_signal(p->term, number);
    return error < 0 ? fail(p, FAILED, "%s", strerror(-error)) : 0;
}

static int run_pause(struct play *p, char **word, int count)
{
    int ms = 0;
    (void)count;
    int result = parse_number(p, word[0], 0, TOTAL_MS, &ms);
    if (result == 0)
        term_pump(p->term, limit(p, ms));
    return result;
}

/* ---- waiting ------------------------------------------------------------------------------- */

static int wait_time(struct play *p, char **word, int count, int *ms)
{
    char *end;
    *ms = WAIT_MS;
    if (count < 2)
        return 0;
    double seconds = strtod(word[1], &end);
    if (*end != '\0' || !(seconds > 0 && seconds <= TOTAL_MS / 1000))
        return fail(p, FATAL, "'%s' is not a number of seconds up to %d", word[1], TOTAL_MS / 1000);
    *ms = (int)(seconds * 1000);
    return 0;
}

static int run_wait(struct play *p, char **word, int count)
{
    int ms = 0;
    if (wait_time(p, word, count, &ms) != 0)
        return FATAL;
    if (term_wait_text(p->term, word[0], limit(p, ms)) < 0)
        return fail(p, FAILED, "has not appeared: '%s'", word[0]);
    return 0;
}

static int run_wait_gone(struct play *p, char **word, int count)
{
    int ms = 0;
    if (wait_time(p, word, count, &ms) != 0)
        return FATAL;
    if (term_wait_gone(p->term, word[0], limit(p, ms)) < 0)
        return fail(p, FAILED, "is still there: '%s'", word[0]);
    return 0;
}

static int run_wait_stable(struct play *p, char **word, int count)
{
    int ms = 100;
    if (count > 0 && parse_number(p, word[0], 1, TOTAL_MS, &ms) != 0)
        return FATAL;
    if (term_wait_stable(p->term, limit(p, ms), limit(p, WAIT_MS)) < 0)
        return fail(p, FAILED, "the program keeps writing");
    return 0;
}

/* ---- what the screen shows ----------------------------------------------------------------- */

static int run_expect(struct play *p, char **word, int count)
{
    (void)count;
    if (term_find(p->term, word[0], 0, -1, NULL) < 0)
        return fail(p, FAILED, "not on the screen: '%s'", word[0]);
    return 0;
}

static int run_expect_not(struct play *p, char **word, int count)
{
    struct term_place place;
    (void)count;
    if (term_find(p->term, word[0], 0, -1, &place) == 0)
        return fail(p, FAILED, "on line %d: '%s'", place.row + 1, word[0]);
    return 0;
}

static int run_expect_line(struct play *p, char **word, int count)
{
    int row = 0;
    (void)count;
    if (parse_line(p, word[0], &row) != 0)
        return FATAL;
    if (term_find(p->term, word[1], row, row, NULL) < 0)
        return fail(p, FAILED, "line %s is '%s'", word[0], term_row(p->term, row));
    return 0;
}

static int run_expect_re(struct play *p, char **word, int count)
{
    regex_t expression;
    char reason[200];
    bool found = false;
    (void)count;

    int error = regcomp(&expression, word[0], REG_EXTENDED | REG_NOSUB);
    if (error != 0) {
        regerror(error, &expression, reason, sizeof(reason));
        return fail(p, FATAL, "'%s': %s", word[0], reason);
    }
    int cols, rows;
    term_size(p->term, &cols, &rows);
    for (int row = 0; row < rows && !found; row++)
        found = regexec(&expression, term_row(p->term, row), 0, NULL, 0) == 0;
    regfree(&expression);
    return found ? 0 : fail(p, FAILED, "no line matches '%s'", word[0]);
}

/* The place of a text on a line of the screen. */
static int find_on_line(struct play *p, const char *line, const char *text,
                        struct term_place *place)
{
    int row = 0;
    if (parse_line(p, line, &row) != 0)
        return FATAL;
    if (term_find(p->term, text, row, row, place) < 0)
        return fail(p, FAILED, "line %s is '%s'", line, term_row(p->term, row));
    return 0;
}

static int run_aligned(struct play *p, char **word, int count)
{
    struct term_place first = { 0 }, other = { 0 };
    int result = find_on_line(p, word[0], word[1], &first);
    for (int i = 2; result == 0 && i + 1 < count; i += 2) {
        result = find_on_line(p, word[i], word[i + 1], &other);
        if (result == 0 && other.col != first.col)
            result = fail(p, FAILED, "'%s' begins at column %d, '%s' at column %d", word[1],
                          first.col + 1, word[i + 1], other.col + 1);
    }
    return result;
}

/* Finds the text of `colour`, `background` and `attr`, whose third word may name a line. */
static int find_styled(struct play *p, char **word, int count, struct term_place *place)
{
    int first = 0;
    int last = -1;
    if (count > 2) {
        if (parse_line(p, word[2], &first) != 0)
            return FATAL;
        last = first;
    }
    if (term_find(p->term, word[0], first, last, place) < 0)
        return fail(p, FAILED, "not %s: '%s'", count > 2 ? "on that line" : "on the screen",
                    word[0]);
    return 0;
}

static bool is_blank(const struct term_cell *cell)
{
    return cell->chars[0] == 0 || cell->chars[0] == ' ';
}

static int check_colour(struct play *p, char **word, int count, bool background)
{
    struct term_place place = { 0 };
    int wanted;

    if (term_colour_parse(&wanted, word[1]) < 0)
        return fail(p, FATAL, "no colour is called '%s'", word[1]);
    int result = find_styled(p, word, count, &place);
    for (int i = 0; i < place.cols && result == 0; i++) {
        struct term_cell cell;
        char name[32];
        term_cell(p->term, place.row, place.col + i, &cell);
        bool behind = background != ((cell.attrs & TERM_REVERSE) != 0); /* as one sees it */
        int have = behind ? cell.bg : cell.fg;
        /* A blank's foreground cannot be seen, and ncurses does not care for it either. */
        if (have == wanted || cell.width == 0 || (!background && is_blank(&cell)))
            continue;
        term_colour_name(have, name, sizeof(name));
        result = fail(p, FAILED, "'%s' on line %d is %s at column %d, not %s", word[0],
                      place.row + 1, name, place.col + i + 1, word[1]);
    }
    return result;
}

static int run_colour(struct play *p, char **word, int count)
{
    return check_colour(p, word, count, false);
}

static int run_background(struct play *p, char **word, int count)
{
    return check_colour(p, word, count, true);
}

static int check_attr(struct play *p, char **word, int count, bool wanted)
{
    struct term_place place = { 0 };
    int attr = term_attr_parse(word[1]);

    if (attr == 0)
        return fail(p, FATAL, "no attribute is called '%s'", word[1]);
    int result = find_styled(p, word, count, &place);
    for (int i = 0; i < place.cols && result == 0; i++) {
        struct term_cell cell;
        term_cell(p->term, place.row, place.col + i, &cell);
        bool visible = !is_blank(&cell) || (attr & (TERM_REVERSE | TERM_UNDERLINE | TERM_STRIKE));
        if (cell.width != 0 && visible && ((cell.attrs & attr) != 0) != wanted)
            result = fail(p, FAILED, "'%s' on line %d is %s%s at column %d", word[0], place.row + 1,
                          wanted ? "not " : "", word[1], place.col + i + 1);
    }
    return result;
}

static int run_attr(struct play *p, char **word, int count)
{
    return check_attr(p, word, count, true);
}

static int run_attr_not(struct play *p, char **word, int count)
{
    return check_attr(p, word, count, false);
}

static int run_no_colour(struct play *p, char **word, int count)
{
    int cols, rows;
    (void)word;
    (void)count;
    term_size(p->term, &cols, &rows);
    for (int i = 0; i < cols * rows; i++) {
        struct term_cell cell;
        term_cell(p->term, i / cols, i % cols, &cell);
        if (cell.fg != TERM_DEFAULT || cell.bg != TERM_DEFAULT)
            return fail(p, FAILED, "line %d is coloured at column %d", i / cols + 1, i % cols + 1);
    }
    return 0;
}

static int run_expect_cursor(struct play *p, char **word, int count)
{
    int row, col;
    bool shown = term_cursor(p->term, &row, &col);
    (void)count;
    if (strcmp(word[0], "shown") != 0 && strcmp(word[0], "hidden") != 0)
        return fail(p, FATAL, "'%s' is neither shown nor hidden", word[0]);
    if (shown != (strcmp(word[0], "shown") == 0))
        return fail(p, FAILED, "the cursor is %s", shown ? "shown" : "hidden");
    return 0;
}

static int run_expect_clipboard(struct play *p, char **word, int count)
{
    const struct clipboard *c = term_clipboard(p->term);
    if (c->count == 0 || c->text == NULL)
        return fail(p, FAILED, "nothing was copied");
    if (strcmp(c->text, word[0]) != 0)
        return fail(p, FAILED, "what was copied is '%.300s'", c->text);
    if (count > 1 && strcmp(word[1], "wrapped") == 0 && c->wrapped == 0)
        return fail(p, FAILED, "it was not wrapped for tmux or screen");
    return 0;
}

/* ---- snapshots ----------------------------------------------------------------------------- */

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "re");
    char *text = NULL;
    size_t size = 0;
    if (file == NULL)
        return NULL;
    if (getdelim(&text, &size, '\0', file) < 0 && text != NULL)
        text[0] = '\0';
    fclose(file);
    return text;
}

static int write_file(struct play *p, const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
        return fail(p, FAILED, "%s: %s", path, strerror(errno));
    return 0;
}

static size_t line_length(const char *text)
{
    return strcspn(text, "\n");
}

static const char *next_line(const char *text)
{
    text += line_length(text);
    return *text == '\n' ? text + 1 : text;
}

/* Notes the lines that differ as "-saved +shown". */
static void note_difference(struct play *p, const char *saved, const char *shown)
{
    size_t used = 0;
    for (int line = 1; *saved != '\0' || *shown != '\0'; line++) {
        size_t a = line_length(saved);
        size_t b = line_length(shown);
        if ((a != b || memcmp(saved, shown, a) != 0) && used + a + b + 64 < sizeof(p->diff))
            used += (size_t)snprintf(p->diff + used, sizeof(p->diff) - used,
                                     "line %d, saved: |%.*s|\nline %d, shown: |%.*s|\n", line,
                                     (int)a, saved, line, (int)b, shown);
        saved = next_line(saved);
        shown = next_line(shown);
    }
}

static int compare_snapshot(struct play *p, const char *path, const char *shown)
{
    int result = 0;
    char *saved = read_file(path);
    if (saved == NULL)
        return fail(p, FAILED, "%s: %s (UPDATE_SCREENS=1 writes it)", path, strerror(errno));
    if (strcmp(saved, shown) != 0) {
        note_difference(p, saved, shown);
        result = fail(p, FAILED, "differs from %s", path);
    }
    free(saved);
    return result;
}

static int run_snapshot(struct play *p, char **word, int count)
{
    const char *update = getenv("UPDATE_SCREENS");
    char path[4400];
    (void)count;

    if (strchr(word[0], '/') != NULL || strlen(word[0]) > 200)
        return fail(p, FATAL, "'%s' is not a plain name", word[0]);
    snprintf(path, sizeof(path), "%s/%s.screen", p->directory, word[0]);
    bool writing = update != NULL && strcmp(update, "1") == 0;
    if (writing)
        term_wait_stable(p->term, limit(p, 10 * QUIET_MS), limit(p, SOON_MS));
    char *shown = term_text(p->term);
    if (shown == NULL)
        return fail(p, FATAL, "out of memory");
    int result = writing ? write_file(p, path, shown) : compare_snapshot(p, path, shown);
    free(shown);
    return result;
}

/* Only where pictures are wanted; a screen that still moves is waited for. */
static int run_picture(struct play *p, char **word, int count)
{
    const char *folder = getenv("SCREEN_PICTURES");
    char path[4400];
    (void)count;
    if (strchr(word[0], '/') != NULL || strlen(word[0]) > 200)
        return fail(p, FATAL, "'%s' is not a plain name", word[0]);
    if (folder == NULL || !*folder)
        return 0;
    term_wait_stable(p->term, limit(p, 10 * QUIET_MS), limit(p, SOON_MS));
    snprintf(path, sizeof(path), "%s/%s.svg", folder, word[0]);
    FILE *out = fopen(path, "w");
    if (out == NULL)
        return fail(p, FATAL, "%s: %s", path, strerror(errno));
    int bad = picture_write(p->term, out);
    if (fclose(out) != 0 || bad)
        return fail(p, FATAL, "%s: %s", path, strerror(errno));
    return 0;
}

/* ---- what the program does ----------------------------------------------------------------- */

static int run_exit(struct play *p, char **word, int count)
{
    enum child_state wanted = CHILD_EXITED;
    int number = 0;
    int code;
    char have[128];

    if (count == 2) {
        wanted = CHILD_KILLED;
        if (strcmp(word[0], "signal") != 0)
            return fail(p, FATAL, "'%s' is not 'signal'", word[0]);
        if (parse_signal(p, word[1], &number) != 0)
            return FATAL;
    } else if (parse_number(p, word[0], 0, 255, &number) != 0) {
        return FATAL;
    }
    term_wait_end(p->term, limit(p, WAIT_MS));
    if (term_state(p->term, &code) == wanted && code == number)
        return 0;
    describe_state(p, have, sizeof(have));
    return fail(p, FAILED, "the program is %s", have);
}

static int run_expect_stopped(struct play *p, char **word, int count)
{
    char have[128];
    (void)word;
    (void)count;
    term_wait_stop(p->term, limit(p, WAIT_MS));
    if (term_state(p->term, NULL) == CHILD_STOPPED)
        return 0;
    describe_state(p, have, sizeof(have));
    return fail(p, FAILED, "the program is %s", have);
}

static int run_running(struct play *p, char **word, int count)
{
    char have[128];
    (void)word;
    (void)count;
    if (term_state(p->term, NULL) == CHILD_RUNNING)
        return 0;
    describe_state(p, have, sizeof(have));
    return fail(p, FAILED, "the program is %s", have);
}

static int run_restored(struct play *p, char **word, int count)
{
    char left[1024];
    (void)word;
    (void)count;
    term_wait_stop(p->term, limit(p, WAIT_MS));
    if (term_state(p->term, NULL) == CHILD_RUNNING)
        return fail(p, FAILED, "the program is still running");
    if (term_restored(p->term, left, sizeof(left)) < 0)
        return fail(p, FAILED, "left behind: %s", left);
    return 0;
}

/* ---- the table ----------------------------------------------------------------------------- */

static const struct command commands[] = {
    { "size", 1, 1, ACTION | NO_TERM, run_size, "COLSxROWS",
      "size of the terminal of the next run" },
    { "env", 1, 20, ACTION | NO_TERM, run_env, "NAME=VALUE...", "set for the next run" },
    { "unset", 1, 20, ACTION | NO_TERM, run_unset, "NAME...", "take out for the next run" },
    { "run", 1, SCRIPT_WORDS, ACTION | NO_TERM, run_run, "PROGRAM [ARGUMENT...]",
      "start a program; 'sipwhy' stands for $SIPWHY; one that still runs is killed" },
    { "run-shell", 1, 1, ACTION | NO_TERM | RAW, run_run_shell, "COMMAND",
      "start /bin/sh -c with the rest of the line" },
    { "sh", 1, 1, TEST | NO_TERM | RAW, run_sh, "COMMAND",
      "the rest of the line, run by /bin/sh beside the terminal, succeeds" },
    { "key", 1, SCRIPT_WORDS, ACTION, run_key, "KEY[*TIMES]...",
      "press keys: characters, Enter Esc Tab BackTab Backspace Space Up Down Left Right Home End "
      "PgUp PgDn Insert Delete F1..F24, C- M- S- in front" },
    { "type", 1, 1, ACTION, run_type, "TEXT", "send text as it is" },
    { "paste", 1, 1, ACTION, run_paste, "TEXT",
      "paste text, bracketed when the program wants that" },
    { "click", 1, 2, ACTION, run_click, "TEXT [left|middle|right|wheel-up|wheel-down]",
      "click on the first occurrence of a text, or turn the wheel there" },
    { "drag", 3, 3, ACTION, run_drag, "TEXT ROWS COLS",
      "press the left button on the text, move it so far, release it" },
    { "resize", 1, 1, ACTION, run_resize, "COLSxROWS", "change the size of the terminal" },
    { "signal", 1, 1, ACTION, run_signal, "NAME",
      "signal the program's process group: TERM HUP INT TSTP CONT SEGV WINCH ..." },
    { "pause", 1, 1, ACTION, run_pause, "MS", "let time pass; better wait for something" },
    { "wait", 1, 2, TEST, run_wait, "TEXT [SECONDS]", "until the text is there (5 s)" },
    { "wait-gone", 1, 2, TEST, run_wait_gone, "TEXT [SECONDS]",
      "until the text is not there (5 s)" },
    { "wait-stable", 0, 1, TEST, run_wait_stable, "[MS]", "until nothing was written for 100 ms" },
    { "expect", 1, 1, SCREEN, run_expect, "TEXT", "the text is there" },
    { "expect-not", 1, 1, SCREEN, run_expect_not, "TEXT", "the text is not there" },
    { "expect-line", 2, 2, SCREEN, run_expect_line, "LINE TEXT", "the text is on that line" },
    { "expect-re", 1, 1, SCREEN, run_expect_re, "REGEX",
      "a line matches a POSIX extended regular expression" },
    { "aligned", 4, SCRIPT_WORDS, SCREEN, run_aligned, "LINE TEXT LINE TEXT...",
      "the texts are on these lines and begin in the same column" },
    { "colour", 2, 3, SCREEN, run_colour, "TEXT COLOUR [LINE]",
      "the text's first occurrence has this foreground: black red green yellow blue magenta cyan "
      "white, bright- any of them, grey, default, 0..255, #rrggbb" },
    { "background", 2, 3, SCREEN, run_background, "TEXT COLOUR [LINE]",
      "the text's first occurrence has this background" },
    { "attr", 2, 3, SCREEN, run_attr, "TEXT ATTRIBUTE [LINE]",
      "the text's first occurrence is bold dim italic underline blink reverse strike" },
    { "attr-not", 2, 3, SCREEN, run_attr_not, "TEXT ATTRIBUTE [LINE]", "... is not" },
    { "no-colour", 0, 0, SCREEN, run_no_colour, "", "nothing on the screen is coloured" },
    { "expect-cursor", 1, 1, SCREEN, run_expect_cursor, "shown|hidden", "the cursor is" },
    { "expect-clipboard", 1, 2, SCREEN, run_expect_clipboard, "TEXT [wrapped]",
      "the program has copied just this to the clipboard, wrapped for tmux or screen" },
    { "snapshot", 1, 1, SCREEN, run_snapshot, "NAME",
      "the screen's text is that of NAME.screen beside the script" },
    { "picture", 1, 1, ACTION, run_picture, "NAME",
      "draw the screen as NAME.svg into the folder SCREEN_PICTURES, if that is set" },
    { "exit", 1, 2, TEST, run_exit, "STATUS | signal NAME", "the program ends, this way (5 s)" },
    { "expect-stopped", 0, 0, TEST, run_expect_stopped, "", "the program is stopped, as by C-z" },
    { "running", 0, 0, SCREEN, run_running, "", "the program runs" },
    { "restored", 0, 0, TEST, run_restored, "",
      "the program has ended or stopped and left the terminal as it was" },
};

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

static int print_help(void)
{
    puts("usage: play SCRIPT\n");
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        printf("%s %s\n    %s\n", commands[i].name, commands[i].usage, commands[i].help);
    return 0;
}

/* ---- verdicts ------------------------------------------------------------------------------ */

static void print_comment(const char *text)
{
    while (*text != '\0') {
        printf("# %.*s\n", (int)line_length(text), text);
        text = next_line(text);
    }
}

/* Prints the rows of the screen, unless the failure before has printed the same ones. */
static void print_rows(struct play *p)
{
    char *text = term_text(p->term);
    if (text != NULL && p->printed != NULL && strcmp(text, p->printed) == 0)
        puts("# the screen is still the one above");
    else
        for (const char *at = text; at != NULL && *at != '\0'; at = next_line(at))
            printf("# |%.*s|\n", (int)line_length(at), at);
    free(p->printed);
    p->printed = text;
}

static void print_screen(struct play *p)
{
    char state[128];
    int cols, rows, row, col;

    print_rows(p);
    term_size(p->term, &cols, &rows);
    describe_state(p, state, sizeof(state));
    bool shown = term_cursor(p->term, &row, &col);
    printf("# program %s, %zu bytes written, %dx%d, %s screen, cursor %s at line %d column %d\n",
           state, term_bytes(p->term), cols, rows, term_alternate(p->term) ? "alternate" : "main",
           shown ? "shown" : "hidden", row + 1, col + 1);
}

/* Prints one TAP line; '#' and control bytes in the command must not be taken for TAP. */
static void print_verdict(struct play *p, bool good, const char *text)
{
    p->tests++;
    p->failures += good ? 0 : 1;
    printf("%s %d - %s:%d ", good ? "ok" : "not ok", p->tests, p->script, p->line);
    for (; *text != '\0'; text++) {
        if (*text == '#')
            putchar('\\');
        putchar((unsigned char)*text < 0x20 ? ' ' : *text);
    }
    putchar('\n');
    if (!good) {
        print_comment(p->why);
        print_comment(p->diff);
        if (p->term != NULL)
            print_screen(p);
    }
    fflush(stdout);
}

/* Repeats an assertion while it is false, the program lives and it is still soon. */
static int run_soon(struct play *p, const struct command *c, char **word, int count)
{
    settle(p);
    int64_t end = term_now_ns() + limit(p, SOON_MS) * INT64_C(1000000);
    for (;;) {
        p->diff[0] = '\0';
        int result = c->run(p, word, count);
        if (result != FAILED || term_now_ns() >= end || term_step(p->term, QUIET_MS) < 0)
            return result;
    }
}

static int run_command(struct play *p, const struct command *c, char **word, int count)
{
    if (count < c->min || count > c->max)
        return fail(p, FATAL, "usage: %s %s", c->name, c->usage);
    if (p->term == NULL && !(c->kind & NO_TERM))
        return fail(p, FATAL, "nothing runs yet");
    if ((c->kind & 3) == SCREEN)
        return run_soon(p, c, word, count);
    return c->run(p, word, count);
}

static int cut_raw(struct script_words *words, const char *line, const char *name)
{
    const char *rest = line + strlen(name);
    rest += strspn(rest, " \t");
    memset(words, 0, sizeof(*words));
    if ((words->word[words->count++] = strdup(name)) == NULL)
        return -1;
    if (*rest != '\0' && (words->word[words->count++] = strdup(rest)) == NULL)
        return -1;
    return 0;
}

/* Plays one line, which is neither empty nor a comment. FATAL when the script must stop. */
static int play_line(struct play *p, const char *line)
{
    struct script_words words = { 0 };
    char name[32];
    const struct command *command = NULL;
    int result = FATAL;

    p->why[0] = p->diff[0] = '\0';
    snprintf(name, sizeof(name), "%.*s", (int)strcspn(line, " \t"), line);
    command = find_command(name);
    if (command == NULL)
        fail(p, FATAL, "no command is called '%s'", name);
    else if (command->kind & RAW)
        result = cut_raw(&words, line, name);
    else
        result = script_split(&words, line, p->why, sizeof(p->why)) < 0 ? FATAL : 0;
    if (result == 0)
        result = run_command(p, command, words.word + 1, words.count - 1);
    if (result != 0 || (command->kind & 3) != ACTION)
        print_verdict(p, result == 0, line);
    script_free(&words);
    return result;
}

/* ---- a whole script ------------------------------------------------------------------------ */

static char *trim(char *line)
{
    line[strcspn(line, "\r\n")] = '\0';
    line += strspn(line, " \t");
    size_t length = strlen(line);
    while (length > 0 && (line[length - 1] == ' ' || line[length - 1] == '\t'))
        line[--length] = '\0';
    return line;
}

static void play_script(struct play *p, FILE *file)
{
    char buffer[LINE_SIZE];
    int result = 0;

    while (result != FATAL && fgets(buffer, sizeof(buffer), file) != NULL) {
        char *line = trim(buffer);
        p->line++;
        if (line[0] == '\0' || line[0] == '#')
            continue;
        if (term_now_ns() >= p->deadline) {
            fail(p, FATAL, "more than %d s in all", TOTAL_MS / 1000 * p->scale);
            print_verdict(p, false, line);
            return;
        }
        result = play_line(p, line);
    }
}

/* True when a line of the script runs sipwhy, by word or by variable. */
static bool needs_sipwhy(FILE *file)
{
    char buffer[LINE_SIZE];
    bool found = false;
    while (!found && fgets(buffer, sizeof(buffer), file) != NULL) {
        char *line = trim(buffer);
        found = (strncmp(line, "run sipwhy", 10) == 0 && strchr(" \t", line[10]) != NULL) ||
                (strncmp(line, "run", 3) == 0 && strstr(line, "$SIPWHY") != NULL);
    }
    rewind(file);
    return found;
}

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)info;
    (void)kind;
    (void)where;
    return remove(path);
}

static int prepare_environment(struct play *p)
{
    static const char *const removed[] = {
        "LINES",           "COLUMNS",        "NO_COLOR",      "COLORTERM",  "CLICOLOR",
        "CLICOLOR_FORCE",  "ESCDELAY",       "LANGUAGE",      "LC_ALL",     "LC_CTYPE",
        "LC_MESSAGES",     "LC_TIME",        "LC_NUMERIC",    "LC_COLLATE", "XDG_CONFIG_HOME",
        "XDG_CONFIG_DIRS", "XDG_DATA_HOME",  "XDG_DATA_DIRS", "TERMINFO",   "NCURSES_NO_UTF8_ACS",
        "XDG_CACHE_HOME",  "XDG_STATE_HOME",
    };
    for (size_t i = 0; i < sizeof(removed) / sizeof(removed[0]); i++)
        unsetenv(removed[i]);
    snprintf(p->home, sizeof(p->home), "/tmp/screen-home.XXXXXX");
    if (mkdtemp(p->home) == NULL) {
        p->home[0] = '\0';
        return -errno;
    }
    setenv("HOME", p->home, 1);
    setenv("TERM", "xterm-256color", 1);
    setenv("LANG", "C.UTF-8", 1);
    setenv("TZ", "UTC0", 1);
    setenv("INPUTRC", "/dev/null", 1);
    setenv("XDG_STATE_HOME", "/dev/null", 1); /* a run is not to begin where another one ended */
    return 0;
}

static void set_up(struct play *p, const char *script)
{
    const char *scale = getenv("SCREEN_TIME_SCALE");
    char copy[4096];

    memset(p, 0, sizeof(*p));
    p->script = script;
    snprintf(copy, sizeof(copy), "%s", script);
    snprintf(p->directory, sizeof(p->directory), "%s", dirname(copy));
    p->cols = 80;
    p->rows = 24;
    p->scale = scale == NULL ? 1 : atoi(scale);
    if (p->scale < 1 || p->scale > 100)
        p->scale = 1;
    p->deadline = term_now_ns() + (int64_t)TOTAL_MS * p->scale * 1000000;
    /* The last resort: should a check ever hang, SIGALRM ends us and the kernel the program. */
    alarm((unsigned)(TOTAL_MS / 1000 * p->scale) + 15);
}

static int play_file(struct play *p, FILE *file)
{
    if (needs_sipwhy(file) && getenv("SIPWHY") == NULL) {
        puts("1..0 # SKIP SIPWHY does not say which program to run");
        return 0;
    }
    int error = prepare_environment(p);
    if (error < 0) {
        printf("Bail out! no temporary directory: %s\n", strerror(-error));
        return 1;
    }
    play_script(p, file);
    if (p->tests == 0) {
        fail(p, FATAL, "the script asserts nothing");
        print_verdict(p, false, "(end)");
    }
    printf("1..%d\n", p->tests);
    term_close(p->term);
    free(p->printed);
    nftw(p->home, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    return p->failures == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct play p;

    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return print_help();
    if (argc != 2) {
        fputs("usage: play SCRIPT (or --help)\n", stderr);
        return 2;
    }
    setlocale(LC_CTYPE, "C.UTF-8");
    set_up(&p, argv[1]);
    FILE *file = fopen(argv[1], "re");
    if (file == NULL) {
        printf("Bail out! %s: %s\n", argv[1], strerror(errno));
        return 1;
    }
    int result = play_file(&p, file);
    fclose(file);
    return result;
}
