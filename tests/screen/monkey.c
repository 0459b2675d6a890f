/*
 * Presses random keys in a program and sees whether it survives.
 *
 *     monkey SEED SECONDS PROGRAM [ARGUMENT...]
 *
 * MONKEY_RESIZES: of a hundred things done, so many are changes of the size (3). MONKEY_TERM and
 * MONKEY_LANG: the terminal that the program believes in, and its locale (xterm-256color, C.UTF-8).
 *
 * Model: the seed alone decides what is pressed, clicked, dragged, pasted and typed, in which order,
 * and which sizes the terminal takes; commands are those that the program itself names (--man-keys).
 * The program is started anew when a key ended it. It must never end by a signal or with a
 * status other than 0, and must answer: at rest its first line has the share that failed. One TAP line;
 * a failure shows the last keys and the screen, where a sanitizer has left its report.
 * Boundary: term.c is the terminal. Everything happens in a folder of its own and without root's
 * rights, as a random line may well be a command that writes.
 */
#include <ftw.h>
#include <grp.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "term.h"

#define REST_MS 60
#define ANSWER_MS 5000
#define REMEMBERED 40

struct monkey {
    uint64_t state;
    struct term *term;
    struct child_plan plan;
    unsigned resizes;       /* of a hundred */
    char commands[256][32]; /* that the program has */
    size_t ncommands;
    unsigned long pressed, starts;
    char last[REMEMBERED][64]; /* the last things done, as a ring */
    char why[256];
};

static const char *const keys[] = {
    "j",     "k",      "Down",   "Up",      "PgDn", "PgUp",      "g",   "G",    "Home",   "End",
    "Enter", "Enter",  "Esc",    "r",       "F6",   "?",         "F1",  "J",    "K",      "f",
    "F",     "n",      "N",      "Space",   "p",    "t",         "H",   "Left", "Right",  "h",
    "l",     "C-l",    "F7",     "F2",      "F3",   "/",         ":",   "Tab",  "C-a",    "C-e",
    "C-w",   "C-u",    "C-y",    "C-r",     "C-g",  "C-d",       "M-f", "M-b",  "C-v",    "q",
    "C-Up",  "C-Left", "C-Down", "C-Right", "+",    "-",         "F8",  "F9",   "F10",    "F4",
    "F5",    "i",      "I",      "s",       "w",    "c",         "[",   "]",    "<",      ">",
    "{",     "}",      "1",      "2",       "e",    "o",         "m",   "v",    "b",      "z",
    "C-t",   "C-k",    "x",      "Insert",  "F12",  "Backspace", "é",   "김",   "Delete", "BackTab",
    "d",     "D",      "O",      "V",       "y",    "Y",
};

static const char *const lines[] = {
    ":filter code >= 400\r",
    ":filter\r",
    ":filter method == REGISTER or failed\r",
    ":filter from ~ \"김|M.ller\"\r",
    ":filter text ~ \"sip\" and rtt > 5ms\r",
    ":filter ((\r",
    "/INVITE\r",
    "/[0-9]+\r",
    "/(\r",
    "/.\r",
    ":explain 488\r",
    ":explain 6xx\r",
    ":explain zzz\r",
    ":set theme=light\r",
    ":set nopane\r",
    ":set pane\r",
    ":set ascii\r",
    ":set noascii\r",
    ":set time date\r",
    ":set\r",
    ":map x filter failed\r",
    ":map z explain 404\r",
    ":set memory=1\r",
    ":set memory=64\r",
    ":help\r",
    ":clear\r",
    ":open no-such-file\r",
    ":save monkey.pcap\r",
    ":save! monkey.pcapng\r",
    ":nonsense\r",
    ":goto 14:23:40\r",
    ":goto frame 99\r",
    ":filter time in 14:23..14:24 and sdp.codec == PCMA\r",
    ":filter-save m failed\r",
    ":filter @m\r",
    "//cause=|INVITE\r",
    ":grep ([^%#]*)([^%#]*)([^%#]*)[%#]{2}\r",
    ":filter f\t\t\r",
    ":se\t th\t\r",
    "\033[M !!",
    "\033[<0;10;5M",
    "\033[<65;10;5M",
    "\x1b",
    "\xff\xc3",
};

/* What may stand behind a command. */
static const char *const words[] = {
    "",           "calls",          "findings",
    "488",        "q850:34",        "code >= 400",
    "failed",     "-status",        "time",
    "480 486",    "X-Trunk",        "x filter failed",
    "pane=on",    "theme=mono",     "theme=light",
    "lang=ko",    "pane-below 300", "flow-beside 700",
    "mono",       "nonsense \"",    "monkey.pcap",
    "1",          "14:23:40",       "calls from to:9 sort:-to",
    "@mine",      "mine failed",    "no-response",
    "127.0.0.10", "messages",       "99999999999",
};

static const char *const pastes[] = {
    "q:quit\rQ",
    "filter code == 486",
    "\033[201",
    "OPTIONS sip:m@example.org SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKm\r\n"
    "From: <sip:a@example.org>;tag=1\r\nTo: <sip:m@example.org>\r\nCall-ID: m\r\n"
    "CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n",
    "INVITE sip:x SIP/2.0\r\n",
};

static const int sizes[][2] = {
    { 80, 24 }, { 40, 10 },  { 200, 60 }, { 120, 30 }, { 20, 5 },
    { 7, 3 },   { 300, 90 }, { 61, 17 },  { 33, 9 },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static unsigned draw_lot(struct monkey *m, size_t below)
{
    m->state = m->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)((m->state >> 33) % below);
}

static void remember(struct monkey *m, const char *what, const char *text)
{
    snprintf(m->last[m->pressed++ % REMEMBERED], sizeof(m->last[0]), "%s %.50s", what, text);
}

static bool has_begun(struct term *t, void *arg)
{
    (void)arg;
    return *term_row(t, 0) != '\0';
}

static int begin(struct monkey *m)
{
    term_close(m->term);
    m->term = NULL;
    m->starts++;
    if (term_open(&m->term, &m->plan) < 0 || term_wait(m->term, has_begun, NULL, ANSWER_MS) < 0) {
        snprintf(m->why, sizeof(m->why), "the program does not start");
        return -1;
    }
    return 0;
}

static void resize(struct monkey *m)
{
    char text[32];
    const int *listed = sizes[draw_lot(m, COUNT(sizes))];
    int size[] = { listed[0], listed[1] };
    if (draw_lot(m, 2)) {
        /* smaller ones are too much for libvterm */
        size[0] = 4 + (int)draw_lot(m, 216);
        size[1] = 2 + (int)draw_lot(m, 68);
    }
    snprintf(text, sizeof(text), "%dx%d", size[0], size[1]);
    remember(m, "resize", text);
    term_resize(m->term, size[0], size[1]);
}

static void type(struct monkey *m, const char *what, const char *text)
{
    remember(m, what, text);
    term_send(m->term, text, strlen(text));
}

static void type_line(struct monkey *m)
{
    type(m, "type", lines[draw_lot(m, COUNT(lines))]);
}

static void type_command(struct monkey *m)
{
    char line[128];
    if (m->ncommands == 0)
        return;
    snprintf(line, sizeof(line), ":%s %s\r", m->commands[draw_lot(m, m->ncommands)],
             words[draw_lot(m, COUNT(words))]);
    type(m, "type", line);
}

static void paste(struct monkey *m)
{
    char text[512];
    bool whole = draw_lot(m, 10) > 0;
    snprintf(text, sizeof(text), "\033[200~%s%s", pastes[draw_lot(m, COUNT(pastes))],
             whole ? "\033[201~" : "");
    type(m, "paste", text);
}

/* A press, perhaps a move, a release, or the wheel, anywhere. */
static void use_mouse(struct monkey *m)
{
    static const int buttons[] = { 0, 0, 0, 64, 65, 2 };
    char text[96];
    int cols, rows, n = 0, button = buttons[draw_lot(m, COUNT(buttons))];
    term_size(m->term, &cols, &rows);
    int x = 1 + (int)draw_lot(m, (size_t)cols), y = 1 + (int)draw_lot(m, (size_t)rows);
    n = snprintf(text, sizeof(text), "\033[<%d;%d;%dM", button, x, y);
    if (button == 0 && draw_lot(m, 3) == 0) {
        x = 1 + (int)draw_lot(m, (size_t)cols);
        y = 1 + (int)draw_lot(m, (size_t)rows);
        n += snprintf(text + n, sizeof(text) - (size_t)n, "\033[<32;%d;%dM", x, y);
    }
    if (button < 3)
        snprintf(text + n, sizeof(text) - (size_t)n, "\033[<%d;%d;%dm", button, x, y);
    type(m, "mouse", text);
}

static void press_key(struct monkey *m)
{
    const char *key = keys[draw_lot(m, COUNT(keys))];
    remember(m, "key", key);
    term_key(m->term, key);
}

static void act(struct monkey *m)
{
    static const struct {
        unsigned share; /* of a hundred; the last takes the rest */
        void (*act)(struct monkey *m);
    } acts[] = {
        { 8, type_line }, { 10, type_command }, { 10, use_mouse }, { 2, paste }, { 100, press_key }
    };
    unsigned lot = draw_lot(m, 100);
    size_t i = 0;
    if (draw_lot(m, 100) < m->resizes) {
        resize(m);
    } else {
        for (; lot >= acts[i].share; i++)
            lot -= acts[i].share;
        acts[i].act(m);
    }
    if (draw_lot(m, 8) == 0)
        term_pump(m->term, 10);
}

static bool answers_or_ended(struct term *t, void *arg)
{
    (void)arg;
    return term_state(t, NULL) != CHILD_RUNNING || term_find(t, "%", 0, 0, NULL) == 0;
}

/* 0: it lives or ended as asked and was started again; -1 with m->why. */
static int check(struct monkey *m)
{
    int code;
    if (m->pressed % 200 == 0) {
        term_resize(m->term, 80, 24);
        term_pump(m->term, REST_MS);
        if (term_wait(m->term, answers_or_ended, NULL, ANSWER_MS) < 0 &&
            term_state(m->term, NULL) == CHILD_RUNNING) {
            snprintf(m->why, sizeof(m->why), "its first line has gone");
            return -1;
        }
    }
    enum child_state state = term_state(m->term, &code);
    if (state == CHILD_RUNNING)
        return 0;
    if (state == CHILD_EXITED && code == 0)
        return begin(m);
    term_pump(m->term, REST_MS);
    snprintf(m->why, sizeof(m->why), "it ended with %s %d",
             state == CHILD_EXITED ? "status" : "signal", code);
    return -1;
}

/* ".B Up k, :up": all but the one that gives the terminal back to the shell. */
static void learn_commands(struct monkey *m, const char *program)
{
    char line[256];
    snprintf(line, sizeof(line), "'%s' --man-keys", program);
    FILE *names = popen(line, "r");
    while (names && fgets(line, sizeof(line), names)) {
        const char *colon = strncmp(line, ".B ", 3) == 0 ? strrchr(line, ':') : NULL;
        if (!colon || m->ncommands == COUNT(m->commands))
            continue;
        snprintf(m->commands[m->ncommands], sizeof(m->commands[0]), "%.*s",
                 (int)strcspn(colon + 1, " \n"), colon + 1);
        m->ncommands += strcmp(m->commands[m->ncommands], "suspend") != 0;
    }
    if (names)
        pclose(names);
}

static int play(struct monkey *m, int seconds)
{
    int64_t end = term_now_ns() + seconds * INT64_C(1000000000);
    if (begin(m) < 0)
        return -1;
    while (term_now_ns() < end) {
        act(m);
        if (check(m) < 0)
            return -1;
    }
    /* It must still know the way out. */
    if (term_state(m->term, NULL) != CHILD_RUNNING && begin(m) < 0)
        return -1;
    term_key(m->term, "C-g");
    term_pump(m->term, REST_MS);
    term_signal(m->term, 15);
    if (term_wait_end(m->term, ANSWER_MS) == 0)
        return 0;
    snprintf(m->why, sizeof(m->why), "it does not end on SIGTERM");
    return -1;
}

static void report(struct monkey *m)
{
    printf("# %s; the last keys were:\n", m->why);
    unsigned long first = m->pressed > REMEMBERED ? m->pressed - REMEMBERED : 0;
    for (unsigned long i = first; i < m->pressed; i++) {
        printf("# ");
        for (const char *p = m->last[i % REMEMBERED]; *p; p++)
            putchar(*p >= ' ' && *p < 0x7f ? *p : '?');
        putchar('\n');
    }
    char *text = m->term ? term_text(m->term) : NULL;
    for (char *line = text ? strtok(text, "\n") : NULL; line; line = strtok(NULL, "\n"))
        printf("# |%s|\n", line);
    free(text);
}

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)info;
    (void)kind;
    (void)where;
    return remove(path);
}

/* Makes the folder that all happens in, also as HOME, and gives root up. 0 or -1. */
static int settle_down(char *folder)
{
    const unsigned nobody = 65534;
    if (!mkdtemp(folder) || chdir(folder) < 0 || mkdir("home", 0777) < 0)
        return -1;
    char home[64];
    snprintf(home, sizeof(home), "%s/home", folder);
    setenv("HOME", home, 1);
    const char *term = getenv("MONKEY_TERM"), *lang = getenv("MONKEY_LANG");
    setenv("TERM", term ? term : "xterm-256color", 1);
    setenv("LANG", lang ? lang : "C.UTF-8", 1);
    unsetenv("LC_ALL");
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("XDG_STATE_HOME");
    if (geteuid() != 0)
        return 0;
    if (chown(folder, nobody, nobody) < 0 || chown("home", nobody, nobody) < 0)
        return -1;
    return setgroups(0, NULL) < 0 || setgid(nobody) < 0 || setuid(nobody) < 0 ? -1 : 0;
}

int main(int argc, char **argv)
{
    struct monkey m = { 0 };
    char folder[] = "/tmp/monkey.XXXXXX";
    if (argc < 4) {
        fputs("usage: monkey SEED SECONDS PROGRAM [ARGUMENT...]\n", stderr);
        return 2;
    }
    setlocale(LC_CTYPE, "C.UTF-8");
    if (settle_down(folder) < 0) {
        puts("Bail out! no temporary folder");
        return 1;
    }
    m.state = strtoull(argv[1], NULL, 10);
    m.resizes = getenv("MONKEY_RESIZES") ? (unsigned)atoi(getenv("MONKEY_RESIZES")) : 3;
    learn_commands(&m, argv[3]);
    m.plan = (struct child_plan){ .argv = argv + 3, .cols = 80, .rows = 24 };
    int result = 0;
    if (access(argv[3], X_OK) < 0) {
        printf("1..0 # SKIP %s cannot be run by nobody\n", argv[3]);
    } else {
        result = play(&m, atoi(argv[2]));
        printf("%sok 1 - monkey, seed %s: %lu keys, %lu starts\n", result < 0 ? "not " : "",
               argv[1], m.pressed, m.starts);
        if (result < 0)
            report(&m);
        puts("1..1");
    }
    term_close(m.term);
    nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    return result < 0;
}
