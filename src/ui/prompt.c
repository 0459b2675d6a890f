/*
 * See prompt.h. Readline thinks that it owns a terminal; here it gets its bytes
 * from prompt_byte() and its line is drawn by prompt_draw(), so that it never
 * touches the screen itself.
 */
#include "ui/prompt.h"

#include <readline/history.h>
#include <readline/readline.h>
#include <readline/tilde.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/strbuf.h"
#include "base/text.h"
#include "configfile.h"
#include "ui/command.h"
#include "ui/hint.h"
#include "ui/signs.h"

#define HISTORY_LINES 1000
#define LEAST_FOR_HINT 6 /* lines of the screen */
#define ROOMY 20         /* lines from which a hint may have more than one, */
#define HINT_LINES 3     /* so many */

/* Readline's own state is global, so what stands between it and the console is, too. */
static struct {
    struct ui *ui;
    prompt_done_fn *done;
    const char *prompt;
    bool commands;
    unsigned char bytes[2]; /* that readline may read next */
    size_t nbytes;
    bool held; /* vi's insert mode: an Esc that may begin an arrow key */
    bool finished;
    char *line;
    bool half_key; /* an Esc came and nothing yet behind it */
    char *history_file;
    HISTORY_STATE searches; /* readline has one history at a time; the commands' otherwise */
    FILE *nowhere;
    char **words; /* of a completion under way */
    size_t nwords;
    char **matches; /* of the last completion, shown above the line */
    int nmatches, longest;
} prompt;

static int take_byte(FILE *stream)
{
    (void)stream;
    if (prompt.nbytes == 0)
        return EOF;
    int byte = prompt.bytes[0];
    prompt.bytes[0] = prompt.bytes[--prompt.nbytes];
    return byte;
}

static int byte_waits(void)
{
    return prompt.nbytes > 0;
}

static void no_redisplay(void) {}

static void on_line(char *line)
{
    prompt.finished = true;
    prompt.line = line;
}

static void offer(const char *word)
{
    prompt.words = mem_grow(prompt.words, (prompt.nwords + 2) * sizeof *prompt.words);
    prompt.words[prompt.nwords++] = mem_text(word);
}

static void drop_words(void)
{
    for (size_t i = 0; i < prompt.nwords; i++)
        free(prompt.words[i]);
    free(prompt.words);
    prompt.words = NULL;
    prompt.nwords = 0;
}

/* Gathers what may stand at `start` to `end`: a command's name, or what its row offers. */
static void gather_words(int start, int end)
{
    char *line = mem_format("%.*s", end, rl_line_buffer);
    char name[32];
    size_t n = strcspn(line, " ");
    drop_words();
    if ((size_t)start <= n) {
        for (size_t i = 0; i < command_count; i++)
            offer(commands[i].name);
        free(line);
        return;
    }
    snprintf(name, sizeof name, "%.*s", (int)n, line);
    const struct command *command = command_find(name);
    if (command && command->complete)
        command->complete(prompt.ui, line + n + 1, offer);
    free(line);
}

static char *next_word(const char *text, int state)
{
    static size_t i;
    if (state == 0)
        i = 0;
    while (i < prompt.nwords) {
        const char *word = prompt.words[i++];
        if (strncasecmp(word, text, strlen(text)) == 0)
            return strdup(word);
    }
    return NULL;
}

static bool takes_file(void)
{
    char name[32];
    span_copy((struct span){ rl_line_buffer, strcspn(rl_line_buffer, " ") }, name, sizeof name);
    const struct command *command = prompt.commands ? command_find(name) : NULL;
    return command && command->argument && strncmp(command->argument, "FILE", 4) == 0;
}

static char **complete(const char *text, int start, int end)
{
    char **found = NULL;
    if (prompt.commands) {
        gather_words(start, end);
        found = prompt.nwords ? rl_completion_matches(text, next_word) : NULL;
    }
    /* Without a match, readline would offer file names: only where the row asks for them. */
    rl_attempted_completion_over = !takes_file();
    return found;
}

static void drop_matches(void)
{
    for (int i = 0; i < prompt.nmatches; i++)
        free(prompt.matches[i]);
    free(prompt.matches);
    prompt.matches = NULL;
    prompt.nmatches = 0;
}

/* Readline's array begins with what all have in common. */
static void keep_matches(char **matches, int count, int longest)
{
    drop_matches();
    prompt.matches = mem_alloc((size_t)count * sizeof *prompt.matches);
    for (int i = 0; i < count; i++)
        prompt.matches[prompt.nmatches++] = mem_text(matches[i + 1]);
    prompt.longest = longest;
}

static void no_terminal(void) {}

static void no_terminal_meta(int meta)
{
    (void)meta;
}

static int begin_paste(int count, int key)
{
    (void)count;
    (void)key;
    paste_begin(prompt.ui);
    return 0;
}

/* It is one line: what divides lines, or is a key of the prompt, becomes a blank. */
void prompt_insert(struct span text)
{
    text = span_trim(text);
    char *line = mem_format("%.*s", SPAN_ARG(text));
    for (char *p = line; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 127)
            *p = ' ';
    rl_insert_text(line);
    free(line);
}

void prompt_init(struct ui *ui)
{
    prompt.ui = ui;
    prompt.history_file = config_path("history");
    prompt.nowhere = fopen("/dev/null", "r+");
    rl_readline_name = "sipwhy";
    rl_instream = rl_outstream = prompt.nowhere;
    rl_catch_signals = 0;
    rl_catch_sigwinch = 0;
    rl_change_environment = 0;
    rl_prep_term_function = no_terminal_meta;
    rl_deprep_term_function = no_terminal;
    rl_getc_function = take_byte;
    rl_input_available_hook = byte_waits;
    rl_redisplay_function = no_redisplay;
    rl_attempted_completion_function = complete;
    rl_completion_display_matches_hook = keep_matches;
    rl_completer_word_break_characters = " ";
    rl_basic_word_break_characters = " ";
    rl_set_screen_size(24, 10000);
    rl_variable_bind("show-all-if-ambiguous", "on"); /* ~/.inputrc may say otherwise */
    rl_initialize();
    rl_variable_bind("enable-bracketed-paste", "off"); /* it would wait for all of it */
    rl_bind_keyseq_in_map("\033[200~", begin_paste, emacs_standard_keymap);
    rl_bind_keyseq_in_map("\033[200~", begin_paste, vi_insertion_keymap);
    rl_variable_bind("bell-style", "none");
    using_history();
    stifle_history(HISTORY_LINES);
    prompt.searches.flags = HS_STIFLED;
    if (prompt.history_file && ui->settings->history)
        read_history(prompt.history_file);
}

static void swap_history(void)
{
    HISTORY_STATE *now = history_get_history_state();
    history_set_history_state(&prompt.searches);
    prompt.searches = *now;
    free(now);
}

char *prompt_path(const char *typed)
{
    return tilde_expand(typed);
}

void prompt_complete(char *text, size_t size)
{
    struct stat st;
    char **found = rl_completion_matches(text, rl_filename_completion_function);
    if (!found)
        return;
    char *path = prompt_path(found[0]);
    bool folder = !found[1] && stat(path, &st) == 0 && S_ISDIR(st.st_mode);
    if (strlen(found[0]) + 2 <= size)
        snprintf(text, size, "%s%s", found[0], folder ? "/" : "");
    for (size_t i = 0; found[i]; i++)
        free(found[i]);
    free(found);
    free(path);
}

static void make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
}

void prompt_open(struct ui *ui, const char *text, const char *typed, bool commands_too,
                 prompt_done_fn *done)
{
    prompt.prompt = text;
    prompt.commands = commands_too;
    prompt.done = done;
    prompt.finished = false;
    prompt.half_key = prompt.held = false;
    drop_matches();
    ui->prompting = true;
    screen_whole_keys(false); /* readline knows the keys' bytes by itself */
    if (!commands_too)
        swap_history();
    using_history(); /* Up begins at the newest line */
    rl_callback_handler_install("", on_line);
    rl_insert_text(typed);
}

static void close_prompt(struct ui *ui, char *line)
{
    rl_callback_handler_remove();
    ui->prompting = false;
    screen_whole_keys(true);
    curs_set(0);
    if (line && *line)
        add_history(line);
    if (!prompt.commands)
        swap_history();
    prompt.done(ui, line);
    free(line);
}

static void give_up(struct ui *ui)
{
    rl_free_line_state();
    rl_callback_sigcleanup(); /* else a half key would eat the next one */
    rl_replace_line("", 1);
    close_prompt(ui, NULL);
}

void prompt_end(void)
{
    if (prompt.ui->prompting)
        give_up(prompt.ui);
    if (prompt.history_file && history_length > 0 && prompt.ui->settings->history) {
        make_folders(prompt.history_file);
        write_history(prompt.history_file);
        chmod(prompt.history_file, 0600); /* older versions of readline leave it to the umask */
    }
    clear_history();
    swap_history();
    clear_history();
    free(prompt.history_file);
    prompt.history_file = NULL;
    drop_words();
    drop_matches();
    if (prompt.nowhere)
        fclose(prompt.nowhere);
    prompt.nowhere = NULL;
}

static void feed(struct ui *ui, unsigned char byte)
{
    prompt.nbytes = 0;
    if (prompt.held)
        prompt.bytes[prompt.nbytes++] = 27;
    prompt.bytes[prompt.nbytes++] = byte;
    prompt.held = false;
    while (prompt.nbytes > 0 && !prompt.finished)
        rl_callback_read_char();
    if (prompt.finished) {
        prompt.finished = false;
        close_prompt(ui, prompt.line);
    }
}

void prompt_byte(struct ui *ui, unsigned char byte)
{
    bool empty = rl_end == 0;
    if (byte == 3 || byte == 7 || (empty && (byte == 127 || byte == 8))) {
        give_up(ui); /* C-c, C-g, or Backspace on an empty line */
        return;
    }
    if (byte != '\t')
        drop_matches();
    /* Readline's vi mode decides at once whether an Esc is all: it gets it with the next byte. */
    bool editing = rl_editing_mode == 0 && rl_get_keymap() == vi_insertion_keymap;
    if (byte == 27 && editing && !prompt.held) {
        prompt.held = true;
        return;
    }
    prompt.half_key = byte == 27 && !prompt.half_key && !editing;
    feed(ui, byte);
}

bool prompt_idle(struct ui *ui)
{
    bool acts = prompt.half_key || prompt.held;
    if (prompt.half_key) {
        give_up(ui);
    } else if (prompt.held) {
        prompt.held = false;
        feed(ui, 27);
    }
    return acts;
}

/* In columns over line `bottom`, as far as there is room; the last place says how many more there are. */
static void draw_matches(int bottom)
{
    int width = prompt.longest + 2 < COLS ? prompt.longest + 2 : COLS;
    int across = (COLS - 1) / width > 0 ? (COLS - 1) / width : 1;
    int rows = (prompt.nmatches + across - 1) / across;
    rows = rows < bottom - 1 ? rows : bottom - 1;
    int more = prompt.nmatches - rows * across,
        shown = more > 0 ? rows * across - 1 : prompt.nmatches;
    char rest[32];
    snprintf(rest, sizeof rest, "%s +%d", sign(SIGN_SHORTENED), more + 1);
    for (int i = 0; i < rows * across; i++) {
        int y = bottom - rows + i / across, x = 1 + i % across * width;
        if (i % across == 0)
            screen_blank(y, 0, COLS);
        if (i < shown)
            screen_string(y, x, width - 1, STYLE_CODE, prompt.matches[i]);
        else if (i == shown && more > 0)
            screen_string(y, x, width - 1, STYLE_DIM, rest);
    }
}

/* The line as it is shown, with the places of the cursor and of a fault in it. */
struct shown {
    struct strbuf text;
    size_t point, fault; /* bytes of the text; the fault: its end if there is none */
};

static void show_line(struct shown *shown, size_t fault)
{
    size_t end = (size_t)rl_end, point = (size_t)rl_point, from = 0;
    *shown = (struct shown){ .text = STRBUF_INIT };
    fault = fault < end ? fault : end;
    for (int i = 0; i < 3; i++) {
        size_t to = i == 2 ? end : (i == 0) == (point < fault) ? point : fault;
        text_visible(&shown->text, (struct span){ rl_line_buffer + from, to - from },
                     screen_utf8());
        if (to == point)
            shown->point = shown->text.n;
        if (to == fault)
            shown->fault = shown->text.n;
        from = to;
    }
}

/* Where lines are broken, two blanks would be one: a dash keeps apart what they did. */
static void put_dashes(struct strbuf *out, const char *text)
{
    const char *gap;
    while ((gap = strstr(text, "  "))) {
        strbuf_span(out, span_make(text, gap));
        strbuf_text(out, screen_utf8() ? " – " : " - ");
        text = gap + strspn(gap, " ");
    }
    strbuf_text(out, text);
}

/* What is wrong, or may be typed, over the line; the line above which completions are shown. */
static int draw_hint(struct ui *ui, struct hint *hint)
{
    struct span line = { rl_line_buffer, (size_t)rl_end };
    if (prompt.commands)
        hint_of_command(ui, line, (size_t)rl_point, hint);
    else
        hint_of_search(ui, line, hint);
    if (hint->text.n == 0 || LINES < LEAST_FOR_HINT)
        return LINES - 1;
    enum style style = hint->fault == HINT_NO_FAULT ? STYLE_DIM : STYLE_ALERT;
    struct strbuf text = STRBUF_INIT;
    int y = LINES - 2;
    if (LINES >= ROOMY && text_width(strbuf_as_span(&hint->text)) > (size_t)COLS - 1) {
        put_dashes(&text, strbuf_str(&hint->text));
        y = ui_draw_told(y, HINT_LINES, style, strbuf_as_span(&text));
    } else {
        text_visible(&text, strbuf_as_span(&hint->text), screen_utf8());
        screen_blank(y, 0, COLS);
        screen_text(y, 1, COLS - 1, style, strbuf_as_span(&text));
    }
    strbuf_free(&text);
    return y;
}

void prompt_draw(struct ui *ui)
{
    struct hint hint;
    struct shown shown;
    int y = LINES - 1, above = draw_hint(ui, &hint);
    show_line(&shown, hint.fault);
    draw_matches(above);
    screen_blank(y, 0, COLS);
    /* while it searches its history, readline's own prompt says for what */
    const char *before_line = RL_ISSTATE(RL_STATE_ISEARCH) ? rl_display_prompt : prompt.prompt;
    int x = screen_string(y, 0, COLS, STYLE_KEY, before_line);
    struct span all = strbuf_as_span(&shown.text), before = { all.p, shown.point };
    /* Scroll so that the cursor stays in view. */
    size_t room = COLS > x + 1 ? (size_t)(COLS - x - 1) : 1;
    while (text_width(before) > room && before.n > 0) {
        uint32_t rune;
        size_t n = text_rune(before, &rune);
        before = (struct span){ before.p + n, before.n - n };
        all = (struct span){ all.p + n, all.n - n };
    }
    size_t hidden = (size_t)(before.p - shown.text.p);
    struct span good = { all.p, shown.fault > hidden ? shown.fault - hidden : 0 };
    screen_text(y, x, COLS - x, STYLE_NORMAL, all);
    int from = x + (int)text_width(good);
    if (from < COLS)
        screen_text(y, from, COLS - from, STYLE_ALERT,
                    (struct span){ all.p + good.n, all.n - good.n });
    curs_set(1);
    move(y, x + (int)text_width(before));
    strbuf_free(&shown.text);
    strbuf_free(&hint.text);
}
