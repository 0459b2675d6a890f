/* See command.h. What a view does with a verb is the view's; everything else is here. */
#include "ui/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "export/pcap.h"
#include "knowledge.h"
#include "ui/console.h"
#include "ui/keymap.h"
#include "ui/prompt.h"

static void run_quit(struct ui *ui, const char *argument)
{
    (void)argument;
    ui->quit = true;
}

/* Esc and q lead back; from the list, q leaves and Esc only clears what is in the way. */
static void run_back(struct ui *ui, const char *argument)
{
    (void)argument;
    if (ui->nviews > 1)
        ui_pop(ui);
    else if (ui->rows.filter)
        rows_set_filter(&ui->rows, NULL, NULL);
}

static void run_close(struct ui *ui, const char *argument)
{
    if (ui->nviews > 1)
        ui_pop(ui);
    else
        run_quit(ui, argument);
}

static void on_command(struct ui *ui, char *line)
{
    if (line)
        command_line(ui, line);
}

static void run_command(struct ui *ui, const char *argument)
{
    prompt_open(ui, ":", argument ? argument : "", true, on_command);
}

static void on_search(struct ui *ui, char *line)
{
    struct regex_error error;
    struct regex *regex;
    if (!line || !*line)
        return;
    if (regex_compile(&regex, SPAN(line), REGEX_CASE_BLIND, &error) < 0) {
        ui_notice(ui, true, "search, at character %zu: %s", error.offset + 1, error.message);
        return;
    }
    regex_free(ui->search);
    ui->search = regex;
    command_run(ui, command_find("next"), NULL);
}

static void run_search(struct ui *ui, const char *argument)
{
    if (argument && *argument) {
        char *line = mem_text(argument);
        on_search(ui, line);
        free(line);
        return;
    }
    prompt_open(ui, "/", "", false, on_search);
}

static void search(struct ui *ui, bool backwards)
{
    struct view *view = ui_top(ui);
    if (!ui->search)
        ui_notice(ui, false, "Nothing to search for yet");
    else if (!view->ops->search || !view->ops->search(ui, view, backwards))
        ui_notice(ui, false, ui_interrupted(ui) ? "Search stopped" : "Not found");
}

static void run_next(struct ui *ui, const char *argument)
{
    (void)argument;
    search(ui, false);
}

static void run_previous(struct ui *ui, const char *argument)
{
    (void)argument;
    search(ui, true);
}

static void run_filter(struct ui *ui, const char *argument)
{
    struct filter_error error;
    if (!argument || !*argument) {
        rows_set_filter(&ui->rows, NULL, NULL);
        ui_notice(ui, false, "Filter off");
        return;
    }
    struct filter *filter = filter_parse(argument, &error);
    if (filter)
        rows_set_filter(&ui->rows, filter, argument);
    else
        ui_notice(ui, true, "filter, at character %zu ('%.16s'): %s", error.offset + 1,
                  argument + error.offset, error.message);
}

/* F7: the filter in force, to be changed. */
static void run_edit_filter(struct ui *ui, const char *argument)
{
    struct strbuf line = STRBUF_INIT;
    (void)argument;
    strbuf_format(&line, "filter %s", ui->rows.filter_text ? ui->rows.filter_text : "");
    prompt_open(ui, ":", strbuf_str(&line), true, on_command);
    strbuf_free(&line);
}

static void run_open(struct ui *ui, const char *argument)
{
    char *error = NULL;
    if (!argument || !*argument) {
        ui_notice(ui, true, "open: name a capture file");
        return;
    }
    char *path = prompt_path(argument);
    if (session_open_file(ui->session, path, &error) < 0)
        ui_notice(ui, true, "%s", error);
    else
        ui_wake(ui);
    free(error);
    free(path);
}

static void run_explain(struct ui *ui, const char *argument)
{
    struct help_match match;
    struct view *view = NULL;
    if (!argument || !*argument)
        argument = "1xx";
    if (help_resolve(ui->help, argument, &match) == 0)
        view = view_page_new(ui, match.topic);
    if (view)
        ui_push(ui, view);
    else
        ui_notice(ui, true, "explain: nothing is known about '%s'%s%s", argument,
                  match.nsuggestions ? "; near: " : "",
                  match.nsuggestions ? match.suggestions[0] : "");
}

static void run_help(struct ui *ui, const char *argument)
{
    if (argument && *argument)
        run_explain(ui, argument);
    else
        ui_push(ui, view_keys_new(ui));
}

static void run_pane(struct ui *ui, const char *argument)
{
    (void)argument;
    ui->settings->pane = !ui->settings->pane;
}

static void run_pane_down(struct ui *ui, const char *argument)
{
    (void)argument;
    ui->pane_scroll++;
}

static void run_pane_up(struct ui *ui, const char *argument)
{
    (void)argument;
    if (ui->pane_scroll > 0)
        ui->pane_scroll--;
}

static void run_raw(struct ui *ui, const char *argument)
{
    struct view *view = ui_top(ui);
    (void)argument;
    if (!view->ops->subject)
        return;
    struct subject subject = view->ops->subject(ui, view);
    const struct transaction *txn = store_transaction(ui->store, subject.transaction);
    uint32_t message = subject.message;
    if (!message && txn)
        message = txn->final ? txn->final : txn->provisional ? txn->provisional : txn->first;
    if (message)
        ui_push(ui, view_message_new(ui, message));
}

static void run_time(struct ui *ui, const char *argument)
{
    static const char *const order[] = { "clock", "relative", "date" };
    size_t i = 0;
    char *error = NULL;
    (void)argument;
    while (i < 2 && strcmp(order[i], ui->settings->time) != 0)
        i++;
    option_set(ui->settings, option_find("time"), order[(i + 1) % 3], &error);
    free(error);
    ui_notice(ui, false, "Time: %s", ui->settings->time);
}

static void run_pause(struct ui *ui, const char *argument)
{
    (void)argument;
    rows_pause(&ui->rows, !ui->rows.paused);
}

static void run_clear(struct ui *ui, const char *argument)
{
    (void)argument;
    while (ui->nviews > 1)
        ui_pop(ui);
    store_clear(ui->store);
    rows_pause(&ui->rows, false);
    ui_notice(ui, false, "The list was cleared");
}

static void run_suspend(struct ui *ui, const char *argument)
{
    (void)argument;
    ui_suspend(ui);
}

static void run_redraw(struct ui *ui, const char *argument)
{
    (void)argument;
    (void)ui;
    clearok(curscr, TRUE);
}

void command_apply_settings(struct ui *ui)
{
    const char *no_colour = getenv("NO_COLOR");
    const char *when = ui->settings->colour;
    bool colour = strcmp(when, "always") == 0 ||
                  (strcmp(when, "auto") == 0 && !(no_colour && *no_colour));
    screen_set_ascii(ui->settings->ascii);
    theme_init(ui->settings->theme, colour);
    store_set_budget(ui->store, (size_t)ui->settings->memory << 20);
}

static void reload_help(struct ui *ui)
{
    char *warning = NULL;
    struct help *help = knowledge_open(ui->settings, &warning);
    help_free(ui->help);
    ui->help = help;
    if (warning)
        ui_notice(ui, true, "%.*s", (int)strcspn(warning, "\n"), warning);
    free(warning);
}

static void run_set(struct ui *ui, const char *argument)
{
    char *error = NULL;
    if (!argument || !*argument) {
        struct strbuf all = STRBUF_INIT;
        for (size_t i = 0; i < option_count; i++) {
            char *value = option_get(ui->settings, &option_rows[i]);
            if (option_rows[i].scope & OPTION_SET)
                strbuf_format(&all, "%s%s=%s", all.n ? "  " : "", option_rows[i].name, value);
            free(value);
        }
        ui_notice(ui, false, "%s", strbuf_str(&all));
        strbuf_free(&all);
        return;
    }
    if (option_assign(ui->settings, argument, &error) < 0) {
        ui_notice(ui, true, "%s", error);
        free(error);
        return;
    }
    command_apply_settings(ui);
    if (strncmp(argument, "lang", 4) == 0)
        reload_help(ui);
}

static void run_map(struct ui *ui, const char *argument)
{
    char key[32];
    size_t n = strcspn(argument ? argument : "", " ");
    if (n == 0 || n >= sizeof key) {
        ui_notice(ui, true, "map: say a key and a command, as in: map x filter failed");
        return;
    }
    snprintf(key, sizeof key, "%.*s", (int)n, argument);
    const char *line = argument + n + strspn(argument + n, " :");
    size_t name = strcspn(line, " ");
    char command[32];
    snprintf(command, sizeof command, "%.*s", (int)name, line);
    if (*line && !command_find(command))
        ui_notice(ui, true, "map: no command is called '%s'", command);
    else if (keymap_bind(key, line) < 0)
        ui_notice(ui, true, "map: no key is called '%s'; use names like x, F5, C-k, PgUp", key);
}

/* The calls to save: of the marked transactions, else of those in the list. */
struct selection {
    uint32_t *messages;
    size_t count, size;
};

static void add_call(struct ui *ui, struct selection *s, const struct call *call)
{
    for (uint32_t t = call->first_txn; t;) {
        const struct transaction *txn = store_transaction(ui->store, t);
        for (uint32_t m = txn->last; m; m = store_message(ui->store, m)->previous) {
            if (s->count == s->size) {
                s->size = s->size ? s->size * 2 : 256;
                s->messages = mem_grow(s->messages, s->size * sizeof *s->messages);
            }
            s->messages[s->count++] = m;
        }
        t = txn->next_in_call;
    }
}

static struct selection select_messages(struct ui *ui, bool marked)
{
    struct selection s = { 0 };
    unsigned char *seen = mem_zero(store_call_end(ui->store) + 1);
    for (size_t i = 0; i < rows_count(&ui->rows); i++) {
        const struct transaction *txn = store_transaction(ui->store, rows_at(&ui->rows, i));
        if (!txn || (marked && !txn->marked) || seen[txn->call])
            continue;
        seen[txn->call] = 1;
        add_call(ui, &s, store_call(ui->store, txn->call));
    }
    free(seen);
    return s;
}

static bool any_marked(struct ui *ui)
{
    for (size_t i = 0; i < rows_count(&ui->rows); i++) {
        const struct transaction *txn = store_transaction(ui->store, rows_at(&ui->rows, i));
        if (txn && txn->marked)
            return true;
    }
    return false;
}

static void save(struct ui *ui, const char *argument, bool overwrite)
{
    char *error = NULL;
    if (!argument || !*argument) {
        ui_notice(ui, true, "save: name a file");
        return;
    }
    char *path = prompt_path(argument);
    bool marked = any_marked(ui);
    struct selection s = select_messages(ui, marked);
    if (export_pcap(path, overwrite, ui->store, s.messages, s.count, &error) < 0)
        ui_notice(ui, true, "%s", error);
    else
        ui_notice(ui, false, "Saved %zu messages of the %s calls to %s", s.count,
                  marked ? "marked" : ui->rows.filter ? "filtered" : "listed", path);
    free(path);
    free(error);
    free(s.messages);
}

static void run_save(struct ui *ui, const char *argument)
{
    save(ui, argument, false);
}

static void run_save_over(struct ui *ui, const char *argument)
{
    save(ui, argument, true);
}

static void run_ask_save(struct ui *ui, const char *argument)
{
    (void)argument;
    prompt_open(ui, ":", "save ", true, on_command);
}

/* The last word of `text` before its end; *text becomes what stands before it. */
static struct span last_word(struct span *text)
{
    while (text->n > 0 && text->p[text->n - 1] == ' ')
        text->n--;
    size_t start = text->n;
    while (start > 0 && text->p[start - 1] != ' ')
        start--;
    struct span word = { text->p + start, text->n - start };
    text->n = start;
    return word;
}

static const struct filter_field *field_named(struct span name)
{
    const struct filter_field *field = filter_fields();
    while (field->name && !span_is(name, field->name))
        field++;
    return field->name ? field : NULL;
}

/* Behind an operator the values of the field before it, else fields and words between. */
static void complete_filter(struct ui *ui, const char *text, void (*offer)(const char *word))
{
    static const char *const words[] = { "and", "or", "not" };
    struct span rest = SPAN(text);
    bool begun = rest.n > 0 && rest.p[rest.n - 1] != ' ';
    (void)ui;
    if (begun)
        last_word(&rest); /* the one being completed */
    struct span operator = last_word(&rest);
    if (operator.n && strchr("=!<>~", *operator.p)) {
        const struct filter_field *field = field_named(last_word(&rest));
        for (const char *const *value = field ? field->values : NULL; value && *value; value++)
            offer(*value);
        return;
    }
    for (const struct filter_field *field = filter_fields(); field->name; field++)
        if (begun || !field->alias_of)
            offer(field->name);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        offer(words[i]);
}

static void complete_set(struct ui *ui, const char *text, void (*offer)(const char *word))
{
    (void)text;
    for (size_t i = 0; i < option_count; i++) {
        const struct option_row *row = &option_rows[i];
        char word[96];
        if (!(row->scope & OPTION_SET))
            continue;
        for (const char *const *choice = row->choices; choice && *choice; choice++) {
            snprintf(word, sizeof word, "%s=%s", row->name, *choice);
            offer(word);
        }
        char *value = option_get(ui->settings, row);
        snprintf(word, sizeof word, "%s=%s", row->name, value);
        if (!row->choices)
            offer(word);
        free(value);
    }
}

static void complete_topic(struct ui *ui, const char *text, void (*offer)(const char *word))
{
    size_t count;
    const struct help_code *codes = help_codes(ui->help, &count);
    (void)text;
    for (size_t i = 0; i < count; i++) {
        char word[16];
        snprintf(word, sizeof word, "%u", codes[i].code);
        offer(word);
    }
    for (int c = 1; c <= 6; c++) {
        char word[16];
        snprintf(word, sizeof word, "%dxx", c);
        offer(word);
    }
}

static void complete_map(struct ui *ui, const char *text, void (*offer)(const char *word))
{
    (void)ui;
    for (size_t i = 0; strchr(text, ' ') && i < command_count; i++)
        offer(commands[i].name);
}

const struct command commands[] = {
    { "up", "Up k", NULL, VERB_UP, NULL, NULL, NULL, "One row up" },
    { "down", "Down j", NULL, VERB_DOWN, NULL, NULL, NULL, "One row down" },
    { "left", "Left h", NULL, VERB_LEFT, NULL, NULL, NULL, "Scroll left" },
    { "right", "Right l", NULL, VERB_RIGHT, NULL, NULL, NULL, "Scroll right" },
    { "page-up", "PgUp C-b", NULL, VERB_PAGE_UP, NULL, NULL, NULL, "One page up" },
    { "page-down", "PgDn C-f", NULL, VERB_PAGE_DOWN, NULL, NULL, NULL, "One page down" },
    { "top", "Home g", NULL, VERB_TOP, NULL, NULL, NULL, "To the first row" },
    { "bottom", "End G", NULL, VERB_BOTTOM, NULL, NULL, NULL,
      "To the newest row, and follow what comes" },
    { "flow", "Enter", "flow", VERB_OPEN, NULL, NULL, NULL,
      "Open the selected call's flow, or the selected message" },
    { "back", "Esc", "back", VERB_NONE, run_back, NULL, NULL,
      "Back to where you were; in the list, take the filter off" },
    { "close", "q", "quit", VERB_NONE, run_close, NULL, NULL,
      "Close this view; in the list, quit" },
    { "pane", "? F1", "help", VERB_NONE, run_pane, NULL, NULL, "Show or hide the help pane" },
    { "pane-down", "J ]", "scroll help", VERB_NONE, run_pane_down, NULL, NULL,
      "Scroll the help pane down" },
    { "pane-up", "K [", NULL, VERB_NONE, run_pane_up, NULL, NULL, "Scroll the help pane up" },
    { "next-failure", "f", "next fail", VERB_NEXT_FAILURE, NULL, NULL, NULL,
      "To the next failed transaction" },
    { "previous-failure", "F", NULL, VERB_PREVIOUS_FAILURE, NULL, NULL, NULL,
      "To the failed transaction before" },
    { "raw", "r F6", "raw", VERB_NONE, run_raw, NULL, NULL, "Show the message as it was sent" },
    { "search", "/ F3", "find", VERB_NONE, run_search, "REGEX", NULL,
      "Search in what is shown; case does not matter" },
    { "next", "n", NULL, VERB_NONE, run_next, NULL, NULL, "To the next match" },
    { "previous", "N", NULL, VERB_NONE, run_previous, NULL, NULL, "To the match before" },
    { "edit-filter", "F7", "filter", VERB_NONE, run_edit_filter, NULL, NULL,
      "Type or change the filter" },
    { "filter", "", NULL, VERB_NONE, run_filter, "EXPR", complete_filter,
      "Show only what fits, as in: filter code >= 400 and method == INVITE; alone: show all" },
    { "mark", "Space", "mark", VERB_MARK, NULL, NULL, NULL, "Mark or unmark, for saving" },
    { "ask-save", "F2", NULL, VERB_NONE, run_ask_save, NULL, NULL, "Type a file to save to" },
    { "save", "", NULL, VERB_NONE, run_save, "FILE", NULL,
      "Write the marked calls, else the listed ones, as pcap; never over a file" },
    { "save!", "", NULL, VERB_NONE, run_save_over, "FILE", NULL,
      "The same, also over a file that is there" },
    { "pause", "p", "pause", VERB_NONE, run_pause, NULL, NULL,
      "Hold the list still; capture goes on" },
    { "time", "t", NULL, VERB_NONE, run_time, NULL, NULL, "Change how times are shown" },
    { "clear", "F5", NULL, VERB_NONE, run_clear, NULL, NULL, "Forget everything seen so far" },
    { "command", ":", "command", VERB_NONE, run_command, NULL, NULL, "Type a command" },
    { "open", "", NULL, VERB_NONE, run_open, "FILE", NULL, "Read one more capture" },
    { "explain", "", NULL, VERB_NONE, run_explain, "CODE", complete_topic,
      "Show the page of a response code" },
    { "set", "", NULL, VERB_NONE, run_set, "NAME=VALUE", complete_set,
      "Change a setting; alone: show them" },
    { "map", "", NULL, VERB_NONE, run_map, "KEY COMMAND", complete_map,
      "Bind a key to a command, as in: map x filter failed" },
    { "help", "H", "keys", VERB_NONE, run_help, "CODE", complete_topic,
      "List all keys and commands, or show a code's page" },
    { "redraw", "C-l", NULL, VERB_NONE, run_redraw, NULL, NULL, "Draw the screen anew" },
    { "suspend", "C-z", NULL, VERB_NONE, run_suspend, NULL, NULL, "Back to the shell for a while" },
    { "quit", "Q", NULL, VERB_NONE, run_quit, NULL, NULL, "Leave sipwhy" },
};
const size_t command_count = sizeof commands / sizeof commands[0];

const struct command *command_find(const char *name)
{
    for (size_t i = 0; i < command_count; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

void command_run(struct ui *ui, const struct command *command, const char *argument)
{
    struct view *view = ui_top(ui);
    if (command->run)
        command->run(ui, argument);
    else if (view->ops->act)
        view->ops->act(ui, view, command->verb);
}

/* A unique beginning of a name is enough, as in vi. */
static const struct command *find_short(const char *name, size_t n, bool *several)
{
    const struct command *found = NULL;
    *several = false;
    for (size_t i = 0; i < command_count; i++) {
        if (strncmp(commands[i].name, name, n) != 0)
            continue;
        if (commands[i].name[n] == '\0')
            return &commands[i];
        *several = found != NULL;
        found = &commands[i];
    }
    return *several ? NULL : found;
}

void command_line(struct ui *ui, const char *line)
{
    bool several = false;
    line += strspn(line, " :\t");
    size_t n = strcspn(line, " \t");
    if (n == 0 || *line == '#')
        return;
    const struct command *command = find_short(line, n, &several);
    /* the habit of vi users */
    if (!command && n == 1 && *line == 'q')
        command = command_find("quit");
    if (!command) {
        ui_notice(ui, true, several ? "'%.*s' is short for several commands"
                                    : "no command is called '%.*s'; H lists them",
                  (int)n, line);
        return;
    }
    char *argument = mem_text(line + n + strspn(line + n, " \t"));
    size_t end = strlen(argument);
    while (end > 0 && (argument[end - 1] == ' ' || argument[end - 1] == '\t'))
        argument[--end] = '\0';
    if (*argument && !command->argument)
        ui_notice(ui, true, "%s takes no argument", command->name);
    else
        command_run(ui, command, *argument ? argument : NULL);
    free(argument);
}

/* What makes sense before the first screen; the others would only surprise there. */
static bool fits_config(const char *line)
{
    static const char *const names[] = { "set", "map", "filter" };
    size_t n = strcspn(line, " \t");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strlen(names[i]) == n && strncmp(line, names[i], n) == 0)
            return true;
    return n == 0 || *line == '#';
}

/* Runs one line of the file; a fault becomes a notice that names the place. */
static bool config_line(struct ui *ui, const char *line, const char *path, int number)
{
    char *before = ui->notice;
    bool was_error = ui->notice_is_error;
    ui->notice = NULL;
    line += strspn(line, " :\t");
    if (fits_config(line))
        command_line(ui, line);
    else
        ui_notice(ui, true, "only set, map and filter stand here, not '%.*s'",
                  (int)strcspn(line, " \t"), line);
    char *why = ui->notice;
    bool bad = why && ui->notice_is_error;
    ui->notice = before;
    ui->notice_is_error = was_error;
    if (bad)
        ui_notice(ui, true, "%s:%d: %s", path, number, why);
    free(why);
    return !bad;
}

void command_read_config(struct ui *ui)
{
    char *path = config_path("config"), *line = NULL;
    size_t size = 0;
    FILE *file = path ? fopen(path, "r") : NULL;
    if (!file && path && errno != ENOENT && errno != ENOTDIR)
        ui_notice(ui, true, "%s: cannot read: %s", path, strerror(errno));
    ui->settings->keep_given = true;
    for (int number = 1; file && getline(&line, &size, file) >= 0; number++) {
        line[strcspn(line, "\r\n")] = '\0';
        if (!config_line(ui, line, path, number))
            break;
    }
    ui->settings->keep_given = false;
    if (file)
        fclose(file);
    free(line);
    free(path);
}

void console_print_keys(bool man)
{
    char keys[64];
    keymap_init();
    for (size_t i = 0; i < command_count; i++) {
        const struct command *c = &commands[i];
        keymap_keys_of(c->name, keys, sizeof keys);
        if (man)
            printf(".TP\n.B %s%s:%s%s%s\n%s.\n", keys, *keys ? ", " : "", c->name,
                   c->argument ? " " : "", c->argument ? c->argument : "", c->help);
        else
            printf("  %-12s :%s%s%s  %s\n", keys, c->name, c->argument ? " " : "",
                   c->argument ? c->argument : "", c->help);
    }
    keymap_free();
}
