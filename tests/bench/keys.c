/*
 * How soon the console shows what was asked for: first frame, first rows, answers to keys.
 *
 *     keys SIPWHY SMALL CALLS ROWS
 *
 * SIPWHY is the program; SMALL a capture of a few messages; CALLS a large one; ROWS one whose
 * messages are a transaction each and all come before those of CALLS in time, so that of both
 * together ROWS is listed first and CALLS is the load behind it.
 *
 * Model: the console runs on a terminal of 200 columns and 50 rows. Keys come at random moments in
 * an order in which each one moves the selection to another screen line, so a frame that was only
 * due anyway is never taken for the answer. A key's time ends with the last byte of the frame that
 * shows the new selection, told by PAUSE_MS without output; drawing on the emulated terminal is
 * part of it. What a machine does besides, or its host, can only add to a figure: what is over its
 * budget is measured again, up to ROUNDS times in all, and the best round is told; a list that is
 * short and has nothing to do tells what is left of that. Boundary: figures and verdicts are printed; only a console that does not work is a
 * failure.
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../screen/term.h"

#define COLS 200
#define ROWS 50
#define PATIENCE_MS 60000
#define KEY_MS 2000
#define PAUSE_MS 2
#define STARTS 11
#define LOADS 5
#define ROUNDS 3
#define SAMPLES 400
#define ESCAPE_NS 25000000LL /* for which a lone Esc waits, see ui/screen.c; not counted */
#define FORM_ROUNDS 40       /* of a word typed into the form of filters, and Esc */
#define FIRST_ROW 3          /* below header, tabs and titles */
#define MARK_COLUMN 3        /* a column that the selection bar covers and that is never blank */

struct samples {
    int64_t *ns;
    size_t count, room;
    unsigned lost; /* keys without a visible answer */
};

/* A line of what is printed: the best round's. */
struct figure {
    const char *what;
    double value, budget; /* ms */
    char around[96];      /* what stands around it */
};

#define FIGURES 4 /* that one measurement has at most */

struct bench {
    const char *sipwhy, *small, *calls, *rows;
    uint32_t random;
    int failures;
    struct figure figures[FIGURES]; /* of the measurement that goes on */
    size_t nfigures;
};

static uint32_t draw_random(struct bench *b)
{
    b->random ^= b->random << 13;
    b->random ^= b->random >> 17;
    b->random ^= b->random << 5;
    return b->random;
}

/* ---- figures ------------------------------------------------------------------------------- */

static void take(struct samples *s, int64_t ns)
{
    if (s->count == s->room) {
        s->room = s->room ? s->room * 2 : 256;
        s->ns = realloc(s->ns, s->room * sizeof *s->ns);
        if (!s->ns)
            abort();
    }
    s->ns[s->count++] = ns;
}

static int ascending(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* The value that `percent` of the samples do not exceed, in ms. */
static double percentile(struct samples *s, unsigned percent)
{
    if (s->count == 0)
        return 0;
    qsort(s->ns, s->count, sizeof *s->ns, ascending);
    size_t rank = (s->count * percent + 99) / 100;
    return (double)s->ns[rank ? rank - 1 : 0] / 1e6;
}

static bool is_over(const struct figure *f)
{
    return f->value > f->budget;
}

static struct figure *figure_of(struct bench *b, const char *what)
{
    for (size_t i = 0; i < b->nfigures; i++)
        if (strcmp(b->figures[i].what, what) == 0)
            return &b->figures[i];
    if (b->nfigures == FIGURES)
        abort();
    b->figures[b->nfigures] = (struct figure){ .what = what, .value = INFINITY };
    return &b->figures[b->nfigures++];
}

/* A round's figure, and what stands around it. */
__attribute__((format(printf, 5, 6))) static void keep(struct bench *b, const char *what,
                                                       double value, double budget,
                                                       const char *format, ...)
{
    struct figure *f = figure_of(b, what);
    va_list args;
    if (value >= f->value)
        return;
    f->value = value;
    f->budget = budget;
    va_start(args, format);
    vsnprintf(f->around, sizeof f->around, format, args);
    va_end(args);
}

static void keep_keys(struct bench *b, const char *what, struct samples *s, const char *note)
{
    keep(b, what, percentile(s, 99), 16, "p50 %.2f, max %.2f, %zu keys%s%s", percentile(s, 50),
         percentile(s, 100), s->count, *note ? ", " : "", note);
    if (s->lost > 0 || s->count == 0) {
        printf("  %u keys had no visible answer within %d ms\n", s->lost, KEY_MS);
        b->failures++;
    }
    free(s->ns);
    *s = (struct samples){ 0 };
}

static bool any_over(const struct bench *b)
{
    for (size_t i = 0; i < b->nfigures; i++)
        if (is_over(&b->figures[i]))
            return true;
    return false;
}

static void in_rounds(struct bench *b, void (*measure)(struct bench *))
{
    int rounds = 0;
    b->nfigures = 0;
    do
        measure(b);
    while (++rounds < ROUNDS && any_over(b));
    for (size_t i = 0; i < b->nfigures; i++) {
        const struct figure *f = &b->figures[i];
        printf("%-42s %9.2f ms   budget %5.0f ms   %s   %s", f->what, f->value, f->budget,
               is_over(f) ? "over" : "PASS", f->around);
        printf(rounds > 1 ? ", best of %d rounds\n" : "\n", rounds);
    }
    fflush(stdout);
}

/* ---- the console --------------------------------------------------------------------------- */

static struct term *start(struct bench *b, const char *first, const char *second)
{
    char *argv[] = { (char *)b->sipwhy, "--no-config",  "--memory", "4096",
                     (char *)first,     (char *)second, NULL };
    struct child_plan plan = { .argv = argv, .cols = COLS, .rows = ROWS };
    struct term *t = NULL;
    if (term_open(&t, &plan) < 0) {
        fprintf(stderr, "keys: no terminal\n");
        exit(1);
    }
    return t;
}

static bool frame_shown(struct term *t, void *arg)
{
    (void)arg;
    return term_find(t, "Method", 2, 2, NULL) == 0;
}

/* The screen line of the selection bar, or -1 while there is none. */
static int selected_line(struct term *t)
{
    for (int row = FIRST_ROW; row < ROWS - 1; row++) {
        struct term_cell cell;
        term_cell(t, row, MARK_COLUMN, &cell);
        if (cell.attrs & TERM_REVERSE)
            return row;
    }
    return -1;
}

static bool rows_shown(struct term *t, void *arg)
{
    (void)arg;
    return selected_line(t) >= 0;
}

static bool is_reading(struct term *t)
{
    return term_find(t, "reading", 0, 0, NULL) == 0;
}

static bool all_read(struct term *t, void *arg)
{
    (void)arg;
    return rows_shown(t, NULL) && !is_reading(t);
}

/* How many transactions the header counts. */
static unsigned long rows_listed(struct term *t)
{
    const char *row = term_row(t, 0);
    const char *end = strstr(row, " trans");
    unsigned long n = 0;
    const char *p = end;
    while (p && p > row && (strchr("0123456789,", p[-1])))
        p--;
    for (; p && p < end; p++)
        n = *p == ',' ? n : n * 10 + (unsigned long)(*p - '0');
    return n;
}

static bool enough_listed(struct term *t, void *arg)
{
    return rows_listed(t) >= *(const unsigned long *)arg;
}

static bool await(struct bench *b, struct term *t, bool (*check)(struct term *, void *), void *arg,
                  const char *what)
{
    if (term_wait(t, check, arg, PATIENCE_MS) == 0)
        return true;
    char *screen = term_text(t);
    printf("  never seen: %s\n%s\n", what, screen ? screen : "");
    free(screen);
    b->failures++;
    return false;
}

/* ---- keys ---------------------------------------------------------------------------------- */

/* Each moves the bar to another line, whatever is added below meanwhile; begins at the top. */
static const char *const keys[] = { "Down", "PgDn", "Up", "PgUp", "Down", "G", "Up", "g" };
#define KEYS (sizeof keys / sizeof keys[0])

/* Presses a key; the time until its frame is whole, or -1. */
static int64_t press(struct term *t, const char *key)
{
    while (term_step(t, 0) > 0)
        continue;
    int before = selected_line(t);
    int64_t start = term_now_ns(), last = start;
    bool moved = false;
    term_key(t, key);
    while (term_now_ns() - start < KEY_MS * INT64_C(1000000)) {
        int taken = term_step(t, moved ? PAUSE_MS : 10);
        if (taken < 0 || (taken == 0 && moved))
            break;
        if (taken == 0)
            continue;
        last = term_now_ns();
        moved = moved || selected_line(t) != before;
    }
    return moved ? last - start : -1;
}

/* Presses keys until `stop` says so or there are enough. */
static void press_keys(struct bench *b, struct term *t, struct samples *s, size_t most,
                       bool (*stop)(struct term *, void *))
{
    for (size_t i = 0; s->count < most; i++) {
        term_pump(t, 3 + (int)(draw_random(b) % 30));
        /* The round is finished uncounted, so that the next one begins at the top. */
        bool over = stop && stop(t, NULL);
        if (over && i % KEYS == 0)
            return;
        int64_t ns = press(t, keys[i % KEYS]);
        if (ns >= 0 && !over)
            take(s, ns);
        else if (ns < 0 && ++s->lost > 3)
            return;
    }
}

/* ---- what is measured ------------------------------------------------------------------------ */

static void measure_start(struct bench *b)
{
    struct samples frame = { 0 };
    for (int i = 0; i < STARTS; i++) {
        int64_t start_ns = term_now_ns();
        struct term *t = start(b, b->small, NULL);
        if (await(b, t, frame_shown, NULL, "a first frame"))
            take(&frame, term_now_ns() - start_ns);
        term_close(t);
    }
    keep(b, "start to first frame", percentile(&frame, 50), 50, "median of %zu starts, max %.2f",
         frame.count, percentile(&frame, 100));
    free(frame.ns);
}

/* A short list and nothing to do: what terminal and machine take by themselves. */
static void measure_floor(struct bench *b)
{
    struct samples idle = { 0 };
    struct term *t = start(b, b->small, NULL);
    if (await(b, t, all_read, NULL, "the end of reading"))
        press_keys(b, t, &idle, SAMPLES, NULL);
    term_close(t);
    keep_keys(b, "key to redraw, a short list, p99", &idle, "for comparison");
}

static void measure_first_rows(struct bench *b)
{
    struct samples rows = { 0 }, loading = { 0 }, whole = { 0 };
    for (int i = 0; i < LOADS; i++) {
        int64_t start_ns = term_now_ns();
        struct term *t = start(b, b->calls, NULL);
        if (await(b, t, rows_shown, NULL, "first rows")) {
            take(&rows, term_now_ns() - start_ns);
            press_keys(b, t, &loading, loading.count + SAMPLES, all_read);
            if (await(b, t, all_read, NULL, "the end of reading"))
                take(&whole, term_now_ns() - start_ns);
        }
        term_close(t);
    }
    keep(b, "start to first rows of the large capture", percentile(&rows, 50), 200,
         "median of %zu, max %.2f; all read after %.0f", rows.count, percentile(&rows, 100),
         percentile(&whole, 50));
    keep_keys(b, "key to redraw while it is read, p99", &loading, "");
    free(rows.ns);
    free(whole.ns);
}

/* How many transactions ROWS has. */
static unsigned long count_rows(struct bench *b, const char *rows)
{
    struct term *t = start(b, rows, NULL);
    unsigned long n = await(b, t, all_read, NULL, "the end of reading") ? rows_listed(t) : 0;
    term_close(t);
    return n;
}

static bool sorted_shown(struct term *t, void *arg)
{
    (void)arg;
    return term_find(t, "▼", 2, 2, NULL) == 0 && selected_line(t) >= 0;
}

/* Sorts by what each row has to be scanned for, and comes back to the top. */
static bool sort_rows(struct bench *b, struct term *t)
{
    static const char *const line[] = { ":", "s", "o", "r", "t", "Space", "-", "f", "r", "o", "m" };
    for (size_t i = 0; i < sizeof line / sizeof line[0]; i++)
        term_key(t, line[i]);
    term_key(t, "Enter");
    if (!await(b, t, sorted_shown, NULL, "the sorted list"))
        return false;
    term_key(t, "g");
    term_pump(t, 50);
    return true;
}

/* Sorted from the start, while both captures are read, and from when all is there. */
static void measure_sorted(struct bench *b)
{
    struct samples busy = { 0 }, idle = { 0 };
    struct term *t = start(b, b->rows, b->calls);
    if (await(b, t, rows_shown, NULL, "first rows") && sort_rows(b, t))
        press_keys(b, t, &busy, SAMPLES, all_read);
    if (await(b, t, all_read, NULL, "the end of reading")) {
        term_key(t, "s");
        term_pump(t, 50);
        if (sort_rows(b, t))
            press_keys(b, t, &idle, SAMPLES, NULL);
    }
    term_close(t);
    keep_keys(b, "key to redraw, sorted, reading on, p99", &busy, "");
    keep_keys(b, "key to redraw, while it is sorted, p99", &idle, "");
}

static bool grouped_shown(struct term *t, void *arg)
{
    (void)arg;
    return term_find(t, "▸", 3, 3, NULL) == 0 && selected_line(t) >= 0;
}

/* With every group of the list unfolded. */
static void press_unfolded(struct bench *b, struct term *t, struct samples *s)
{
    term_key(t, "U");
    term_pump(t, 50);
    press_keys(b, t, s, SAMPLES, NULL);
}

/* Grouped by call when all is there, folded; then unfolded. */
static void measure_grouped(struct bench *b)
{
    struct samples folded = { 0 }, unfolded = { 0 };
    struct term *t = start(b, b->rows, NULL);
    if (await(b, t, all_read, NULL, "the end of reading")) {
        term_key(t, "g");
        term_key(t, "b");
        if (await(b, t, grouped_shown, NULL, "groups"))
            press_keys(b, t, &folded, SAMPLES, NULL);
        press_unfolded(b, t, &unfolded);
    }
    term_close(t);
    keep_keys(b, "key to redraw, grouped by call, p99", &folded, "");
    keep_keys(b, "key to redraw, groups unfolded, p99", &unfolded, "");
}

/* Calls, of the captures: while they are read and joined, then with all legs and transactions unfolded. */
static void measure_calls(struct bench *b)
{
    struct samples busy = { 0 }, joined = { 0 }, unfolded = { 0 };
    struct term *t = start(b, b->rows, b->calls);
    term_key(t, "Tab");
    if (await(b, t, grouped_shown, NULL, "calls"))
        press_keys(b, t, &busy, SAMPLES, all_read);
    if (await(b, t, all_read, NULL, "the end of reading")) {
        press_keys(b, t, &joined, SAMPLES, NULL);
        press_unfolded(b, t, &unfolded);
    }
    term_close(t);
    keep_keys(b, "key to redraw, calls, reading on, p99", &busy, "");
    keep_keys(b, "key to redraw, calls, while joined, p99", &joined, "");
    keep_keys(b, "key to redraw, calls unfolded, p99", &unfolded, "");
}

static void measure_full_list(struct bench *b)
{
    struct samples busy = { 0 }, idle = { 0 };
    char note[64] = "";
    unsigned long listed = count_rows(b, b->rows);
    snprintf(note, sizeof note, "%lu rows and more", listed);
    for (int i = 0; i < LOADS; i++) {
        struct term *t = start(b, b->rows, b->calls);
        if (await(b, t, enough_listed, &listed, "all rows"))
            press_keys(b, t, &busy, busy.count + SAMPLES, all_read);
        if (i == LOADS - 1 && await(b, t, all_read, NULL, "the end of reading"))
            press_keys(b, t, &idle, SAMPLES, NULL);
        term_close(t);
    }
    keep_keys(b, "key to redraw, full list, reading on, p99", &busy, note);
    keep_keys(b, "key to redraw, full list, all read, p99", &idle, note);
}

/* The time until what a key changed is drawn, whatever that is; or -1. */
static int64_t press_any(struct term *t, const char *key)
{
    while (term_step(t, PAUSE_MS) > 0)
        continue;
    int64_t start = term_now_ns(), last = start;
    term_key(t, key);
    while (term_now_ns() - start < KEY_MS * INT64_C(1000000)) {
        int taken = term_step(t, last > start ? PAUSE_MS : 10);
        if (taken < 0 || (taken == 0 && last > start))
            break;
        if (taken > 0)
            last = term_now_ns();
    }
    return last > start ? last - start : -1;
}

static void take_any(struct term *t, struct samples *s, const char *key, int64_t waits)
{
    int64_t ns = press_any(t, key);
    if (ns >= 0)
        take(s, ns - waits);
    else
        s->lost++;
}

/* The form of the filter over the full list: each key filters anew, Esc shows all again. */
static void measure_form(struct bench *b)
{
    static const char *const word[] = { "u", "s", "e", "r" };
    struct samples typed = { 0 }, left = { 0 };
    struct term *t = start(b, b->rows, NULL);
    bool ready = await(b, t, all_read, NULL, "the end of reading");
    for (int i = 0; ready && i < FORM_ROUNDS; i++) {
        term_key(t, "F7");
        term_pump(t, 50);
        term_key(t, "Down"); /* to From */
        term_pump(t, 20);
        for (size_t n = 0; n < sizeof word / sizeof word[0]; n++) {
            take_any(t, &typed, word[n], 0);
            term_pump(t, 60 + (int)(draw_random(b) % 30));
        }
        take_any(t, &left, "Esc", ESCAPE_NS);
        term_pump(t, 60);
    }
    term_close(t);
    keep_keys(b, "key typed into the filter's form, p99", &typed, "");
    keep_keys(b, "Esc out of the filter's form, after its wait, p99", &left, "");
}

static void (*const measurements[])(struct bench *) = {
    measure_start,   measure_floor, measure_first_rows, measure_full_list,
    measure_grouped, measure_calls, measure_sorted,     measure_form,
};

int main(int argc, char *argv[])
{
    struct bench b = { .random = 2463534242u };
    if (argc != 5) {
        fputs("usage: keys SIPWHY SMALL CALLS ROWS\n", stderr);
        return 2;
    }
    b.sipwhy = argv[1];
    b.small = argv[2];
    b.calls = argv[3];
    b.rows = argv[4];
    setenv("TERM", "xterm-256color", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    setenv("TZ", "UTC0", 1);
    for (size_t i = 0; i < sizeof measurements / sizeof measurements[0]; i++)
        in_rounds(&b, measurements[i]);
    return b.failures > 0;
}
