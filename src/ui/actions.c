/* The table of commands and what each does; what a view does with a verb is the view's. */
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/text.h"
#include "base/tr.h"
#include "ui/command.h"
#include "ui/compare_commands.h"
#include "ui/complete.h"
#include "ui/copy.h"
#include "ui/filters.h"
#include "ui/goto.h"
#include "ui/hunt.h"
#include "ui/frame_commands.h"
#include "ui/keep.h"
#include "ui/keymap.h"
#include "ui/list.h"
#include "ui/list_commands.h"
#include "ui/naming.h"
#include "ui/prompt.h"
#include "ui/statistics_commands.h"
#include "ui/save.h"
#include "ui/separate.h"
#include "ui/task.h"

static void run_quit(struct ui *ui, const char *argument)
{
    (void)argument;
    if (!ui_capturing(ui) || ui_confirmed(ui, ASKED_QUIT))
        ui->quit = true;
    else
        ui_notice(ui, false, _("This would end the capture; once more does it"));
}

/* Esc and q lead back; where the way through the lists begins, q leaves and Esc does nothing. */
static void run_back(struct ui *ui, const char *argument)
{
    char key[KEY_NAME];
    (void)argument;
    if (task_stop(ui) || pane_leave(ui))
        return;
    if (ui->nviews > 1)
        ui_pop(ui);
    else if (!ui_top(ui)->ops->act(ui, ui_top(ui), VERB_RETURN) && !trail_back(ui))
        ui_notice(ui, false, _("Here the way back ends; %s leaves sipwhy"),
                  keymap_key_of("close", key) ? key : ":quit");
}

static void run_close(struct ui *ui, const char *argument)
{
    if (pane_leave(ui))
        return;
    if (ui->nviews > 1)
        ui_pop(ui);
    else
        run_quit(ui, argument);
}

static void run_command(struct ui *ui, const char *argument)
{
    command_prompt(ui, argument ? argument : "");
}

/* With another / before it, it is sought in whole messages. */
static void on_search(struct ui *ui, char *line)
{
    struct regex_error error;
    struct regex *regex;
    bool whole = line && *line == '/';
    if (!line || !line[whole])
        return;
    if (regex_compile(&regex, SPAN(line + whole), REGEX_CASE_BLIND, &error) < 0) {
        ui_notice(ui, true, _("search, at character %zu: %s"), error.offset + 1, error.message);
        return;
    }
    hunt_forget(ui);
    regex_free(ui->search);
    ui->search = regex;
    if (whole)
        hunt_begin(ui);
    else
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

static void run_grep(struct ui *ui, const char *argument)
{
    char *line = mem_format("/%s", argument ? argument : "");
    if (argument)
        on_search(ui, line);
    else
        prompt_open(ui, "/", line, false, on_search);
    free(line);
}

static void search(struct ui *ui, bool backwards)
{
    struct view *view = ui_top(ui);
    if (!ui->search)
        ui_notice(ui, false, _("Nothing to search for yet"));
    else if (!view->ops->search || !view->ops->search(ui, view, backwards))
        ui_notice(ui, false,
                  ui_interrupted(ui)   ? _("Search stopped")
                  : view_is_page(view) ? _("Not found here; :apropos WORD searches all help pages")
                                       : _("Not found"));
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

static void run_open(struct ui *ui, const char *argument)
{
    char *error = NULL;
    if (!argument || !*argument) {
        ui_notice(ui, true, _("open: name a capture file"));
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
    if (!argument || !*argument)
        argument = "1xx";
    if (help_resolve(ui->help, argument, NULL, &match) == 0)
        ui_push(ui, view_page_new(ui, match.topic));
    else
        compare_tell_unknown(ui, "explain", argument, &match);
}

static void run_apropos(struct ui *ui, const char *argument)
{
    struct view *view = argument && *argument ? view_apropos_new(ui, argument) : NULL;
    if (view)
        ui_push(ui, view);
    else if (argument && *argument)
        ui_notice(ui, true, _("apropos: no page has all of these words: %s"), argument);
    else
        ui_notice(ui, true, _("apropos: say which words, as in: apropos flow token"));
}

/* Of a command what it does, of anything else its page. */
static void run_help(struct ui *ui, const char *argument)
{
    const char *sought = argument ? argument + (*argument == ':') : "";
    if (*sought && !command_find(sought)) {
        run_explain(ui, argument);
        return;
    }
    if (view_is_keys(ui_top(ui)))
        ui_pop(ui);
    ui_push(ui, view_keys_new(ui, sought));
}

static void run_filters(struct ui *ui, const char *argument)
{
    (void)argument;
    run_help(ui, "filters");
}

/* The help pane; where it is shown already, or where there is none, all keys. */
static void run_assist(struct ui *ui, const char *argument)
{
    (void)argument;
    if (ui_has_pane(ui) && !ui->settings->pane)
        ui->settings->pane = true;
    else if (!view_is_keys(ui_top(ui)))
        ui_push(ui, view_keys_new(ui, ""));
}

static void run_raw(struct ui *ui, const char *argument)
{
    uint32_t message = ui_selected_message(ui);
    (void)argument;
    if (message)
        ui_push(ui, view_message_new(ui, message));
    else
        ui_notice(ui, false, _("No message is selected here"));
}

static void run_time(struct ui *ui, const char *argument)
{
    static const char *const order[] = { "clock", "relative", "delta", "date" };
    size_t i = 0;
    char *error = NULL;
    (void)argument;
    while (i < 3 && strcmp(order[i], ui->settings->time) != 0)
        i++;
    i = (i + 1) % 4;
    if (i == 2 && ui_top(ui)->ops->has_tabs) /* rows of a list do not follow from each other */
        i++;
    option_set(ui->settings, option_find("time"), order[i], &error);
    free(error);
    ui_notice(ui, false, _("Time: %s"), ui->settings->time);
}

static void run_pause(struct ui *ui, const char *argument)
{
    (void)argument;
    lists_pause(ui, !ui->paused);
}

static void run_clear(struct ui *ui, const char *argument)
{
    char count[32];
    (void)argument;
    if (store_counts(ui->store)->messages > 0 && !ui_confirmed(ui, ASKED_CLEAR)) {
        ui_notice(ui, false, _("This would forget %s messages; once more does it"),
                  ui_grouped(store_counts(ui->store)->messages, count, sizeof count));
        return;
    }
    while (ui->nviews > 1)
        ui_pop(ui);
    pipeline_clear(&ui->session->pipeline);
    lists_clear(ui);
    ui->began_ns = 0;
    lists_pause(ui, false);
    ui_notice(ui, false, _("The list was cleared"));
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
        ui_reload_help(ui);
}

static void run_map(struct ui *ui, const char *argument)
{
    char key[32];
    size_t n = strcspn(argument ? argument : "", " ");
    if (n == 0 || n >= sizeof key) {
        ui_notice(ui, true, _("map: say a key and a command, as in: map x filter failed"));
        return;
    }
    text_copy((struct span){ argument, n }, key, sizeof key);
    const char *line = argument + n + strspn(argument + n, " :");
    size_t name = strcspn(line, " ");
    char command[32];
    text_copy((struct span){ line, name }, command, sizeof command);
    if (*line && !command_find(command))
        ui_notice(ui, true, _("map: no command is called '%s'"), command);
    else if (keymap_bind(key, line) < 0)
        ui_notice(ui, true, _("map: no key is called '%s'; use names like x, F5, C-k, PgUp"), key);
}

const struct command commands[] = {
    { "up", "Up k", NULL, VERB_UP, NULL, NULL, NULL, N_("One row up") },
    { "down", "Down j", NULL, VERB_DOWN, NULL, NULL, NULL, N_("One row down") },
    { "left", "Left h", NULL, VERB_LEFT, NULL, NULL, NULL,
      N_("Scroll left; in a list, to the column before") },
    { "right", "Right l", NULL, VERB_RIGHT, NULL, NULL, NULL,
      N_("Scroll right; in a list, to the next column") },
    { "page-up", "PgUp C-b", NULL, VERB_PAGE_UP, NULL, NULL, NULL, N_("One page up") },
    { "page-down", "PgDn C-f", NULL, VERB_PAGE_DOWN, NULL, NULL, NULL, N_("One page down") },
    { "top", "Home g", NULL, VERB_TOP, NULL, NULL, NULL, N_("To the first row") },
    { "bottom", "End G", NULL, VERB_BOTTOM, NULL, NULL, NULL,
      N_("To the newest row, and follow what comes") },
    { "flow", "Enter", N_("flow"), VERB_OPEN, NULL, NULL, NULL,
      N_("Open the selected call's flow, or the selected message") },
    { "back", "Esc", N_("back"), VERB_NONE, run_back, NULL, NULL,
      N_("Back to where you were; in the list, take the filter off") },
    { "close", "q", N_("quit"), VERB_NONE, run_close, NULL, NULL,
      N_("Close this view; in the list, quit") },
    { "assist", "? F1", N_("keys"), VERB_NONE, run_assist, NULL, NULL,
      N_("Show the help pane; where it is shown, all keys of this view") },
    { "pane", "P", N_("pane"), VERB_PANE, NULL, NULL, NULL, N_("Show or hide the help pane") },
    { "pane-down", "J", N_("scroll help"), VERB_PANE_DOWN, NULL, NULL, NULL,
      N_("Scroll the help pane down") },
    { "pane-up", "K", NULL, VERB_PANE_UP, NULL, NULL, NULL, N_("Scroll the help pane up") },
    { "pane-larger", "+", N_("larger"), VERB_ZOOM_IN, frame_run_larger, NULL, NULL,
      N_("Make the help pane larger") },
    { "pane-smaller", "-", N_("smaller"), VERB_ZOOM_OUT, frame_run_smaller, NULL, NULL,
      N_("Make the help pane smaller") },
    { "shorter-bars", "", N_("shorter bars"), VERB_ZOOM_IN, NULL, NULL, NULL,
      N_("In the statistics: bars of less time") },
    { "longer-bars", "", N_("longer bars"), VERB_ZOOM_OUT, NULL, NULL, NULL,
      N_("In the statistics: bars of more time") },
    { "split", "", NULL, VERB_NONE, frame_run_split, "PARTS SHARE", complete_split,
      N_("Give the second of two parts of the screen this many thousandths, as in: split pane-below "
         "400") },
    { "line-left", "C-Left", NULL, VERB_NONE, frame_run_line_left, NULL, NULL,
      N_("Move the upright line between two parts of the screen to the left") },
    { "line-right", "C-Right", NULL, VERB_NONE, frame_run_line_right, NULL, NULL,
      N_("Move the upright line to the right") },
    { "line-up", "C-Up", NULL, VERB_NONE, frame_run_line_up, NULL, NULL,
      N_("Move the level line between two parts of the screen up") },
    { "line-down", "C-Down", NULL, VERB_NONE, frame_run_line_down, NULL, NULL,
      N_("Move the level line down") },
    { "focus", "w", N_("into pane"), VERB_PANE_FOCUS, NULL, NULL, NULL,
      N_("Keys go to the help pane, or back to what is beside it") },
    { "next-list", "Tab", N_("lists"), VERB_NEXT_LINK, NULL, NULL, NULL,
      N_("To the next list; in a page or the focused pane, to the next link") },
    { "previous-list", "S-Tab", NULL, VERB_PREVIOUS_LINK, NULL, NULL, NULL,
      N_("To the list before, or the link before") },
    { "next-link", "", N_("next link"), VERB_NEXT_LINK, NULL, NULL, NULL,
      N_("In a page or the focused pane: choose the next link; Enter follows it") },
    { "previous-link", "", NULL, VERB_PREVIOUS_LINK, NULL, NULL, NULL,
      N_("Choose the link before") },
    { "list", "", NULL, VERB_NONE, list_run_show, "NAME", complete_list,
      N_("Show a list, as in: list calls") },
    { "statistics", "", NULL, VERB_NONE, statistics_run, "NAME", complete_statistics,
      N_("Show the statistics by destination, source, agent, method or code") },
    { "earlier", ",", N_("bar before"), VERB_EARLIER, NULL, NULL, NULL,
      N_("In the statistics: choose the bar before, or move the window there") },
    { "later", ".", N_("next bar"), VERB_LATER, NULL, NULL, NULL,
      N_("In the statistics: choose the next bar, or move the window there") },
    { "next-element", "", N_("element"), VERB_NEXT_LINK, NULL, NULL, NULL,
      N_("In a message as it was sent: to the next element of the line") },
    { "open-element", "", N_("page"), VERB_OPEN, NULL, NULL, NULL,
      N_("In a message: the page about the element under the cursor") },
    { "fold", "", N_("open/close"), VERB_OPEN, NULL, NULL, NULL,
      N_("In a message's tree: open or close the element under the cursor") },
    { "open-rows", "", N_("transactions"), VERB_OPEN, NULL, NULL, NULL,
      N_("In hosts, statistics and sources: the transactions of the row, or of the bar") },
    { "open-cases", "", N_("cases"), VERB_OPEN, NULL, NULL, NULL,
      N_("In findings: the calls or other transactions in which it was found, or the flow of the "
         "only one") },
    { "follow-link", "", N_("follow"), VERB_OPEN, NULL, NULL, NULL,
      N_("In a page or the focused pane: to the page of the chosen link") },
    { "open-row", "", N_("messages"), VERB_OPEN, NULL, NULL, NULL,
      N_("In a comparison of calls: compare the two messages of the row") },
    { "return", "Backspace", N_("page before"), VERB_RETURN, NULL, NULL, NULL,
      N_("Back to the page where the last link was followed") },
    { "next-code", "]", N_("next code"), VERB_NEXT_CODE, NULL, NULL, NULL,
      N_("Show the next code, the next topic of this kind, or the call's next message") },
    { "next-page", "", N_("next page"), VERB_NEXT_CODE, NULL, NULL, NULL,
      N_("In a page: to the next topic of this kind") },
    { "previous-code", "[", NULL, VERB_PREVIOUS_CODE, NULL, NULL, NULL,
      N_("Show the code, the topic or the message before") },
    { "next-message", "", N_("next message"), VERB_NEXT_CODE, NULL, NULL, NULL,
      N_("In a message: to the call's next message; comparing requests: to the final responses") },
    { "ask-compare", "c", N_("compare"), VERB_NONE, compare_run_ask, NULL, NULL,
      N_("Compare two marked messages or calls, the codes of two marked transactions, or the "
         "selected code with another") },
    { "diff", "d", N_("diff"), VERB_NONE, compare_run_diff, "[calls]", NULL,
      N_("Compare two marked messages, a marked one with the selected one, or the requests of "
         "two marked transactions, line by line; calls: their calls") },
    { "differences", "D", N_("differences"), VERB_DIFFERENCES, NULL, NULL, NULL,
      N_("In a comparison: only what differs, or everything") },
    { "ignore-order", "O", N_("order"), VERB_IGNORE_ORDER, NULL, NULL, NULL,
      N_("In a comparison: whether the order of header fields counts") },
    { "ignore-volatile", "V", N_("volatile"), VERB_IGNORE_VOLATILE, NULL, NULL, NULL,
      N_("In a comparison: whether branch, tags, Call-ID and the like count") },
    { "compare", "", NULL, VERB_NONE, compare_run_topics, "A B", complete_topic,
      N_("Compare two codes, or any two topics of one kind") },
    { "next-failure", "f", N_("next fail"), VERB_NEXT_FAILURE, NULL, NULL, NULL,
      N_("To the next failed transaction") },
    { "previous-failure", "F", NULL, VERB_PREVIOUS_FAILURE, NULL, NULL, NULL,
      N_("To the failed transaction before") },
    { "raw", "r F6", N_("raw"), VERB_NONE, run_raw, NULL, NULL,
      N_("Show the message as it was sent") },
    { "tree", "v", N_("tree"), VERB_TREE, NULL, NULL, NULL,
      N_("In a message: as a tree, or as it was sent") },
    { "as-sent", "", N_("as sent"), VERB_TREE, NULL, NULL, NULL,
      N_("In a message's tree: the message as it was sent") },
    { "copy", "y", N_("copy"), VERB_NONE, copy_run, NULL, NULL,
      N_("Copy what is under the cursor to the terminal's clipboard") },
    { "copy-message", "Y", NULL, VERB_NONE, copy_run_message, NULL, NULL,
      N_("Copy the selected message to the terminal's clipboard") },
    { "search", "/ F3", N_("find"), VERB_NONE, run_search, "REGEX", NULL,
      N_("Search in what is shown; case does not matter") },
    { "grep", "", NULL, VERB_NONE, run_grep, "REGEX", NULL,
      N_("Search in whole messages, of all rows of the list; the same is /, / and REGEX") },
    { "next", "n", NULL, VERB_NONE, run_next, NULL, NULL, N_("To the next match") },
    { "previous", "N", NULL, VERB_NONE, run_previous, NULL, NULL, N_("To the match before") },
    { "goto", "", NULL, VERB_NONE, goto_run, "TIME|frame N", complete_goto,
      N_("Go to a time or a frame, as in: goto 14:02:11, goto 2026-11-29 14:02, goto frame 3120") },
    { "edit-filter", "F7", N_("filter"), VERB_NONE, filter_run_form, NULL, NULL,
      N_("Fill in the filter as a form; from within it, type it as an expression") },
    { "filter", "", NULL, VERB_NONE, filter_run, "EXPR", complete_filter,
      N_("Show only what fits, as in: filter code >= 400 and method == INVITE; alone: show all") },
    { "filter-save", "", NULL, VERB_NONE, filter_run_save, "NAME [EXPR]", complete_filter_name,
      N_("Give the filter in force, or this one, a name: filter @NAME takes it again") },
    { "filter-drop", "", NULL, VERB_NONE, filter_run_drop, "NAME", complete_filter_name,
      N_("Forget the name of a filter") },
    { "filters", "", NULL, VERB_NONE, run_filters, NULL, NULL,
      N_("List the filters that have a name, and what filters can ask for") },
    { "mark", "Space", N_("mark"), VERB_MARK, NULL, NULL, NULL,
      N_("Mark or unmark, for saving and comparing") },
    { "show-column", "", N_("show/hide"), VERB_MARK, NULL, NULL, NULL,
      N_("Among the columns: show or hide the selected one") },
    { "legs", "x F4", N_("legs"), VERB_LEGS, NULL, NULL, NULL,
      N_("The flow with the legs joined to the call, too; in the flow: those, or the call alone") },
    { "next-evidence", "e", N_("evidence"), VERB_NEXT_PROOF, NULL, NULL, NULL,
      N_("In the flow: to the next message that proves what was found") },
    { "previous-evidence", "E", NULL, VERB_PREVIOUS_PROOF, NULL, NULL, NULL,
      N_("In the flow: to the one before") },
    { "zoom", "z", N_("zoom"), VERB_ZOOM, NULL, NULL, NULL,
      N_("In the flow: all there is, a line a message, or a line a transaction") },
    { "unfold", "u", N_("unfold"), VERB_UNFOLD, NULL, NULL, NULL,
      N_("In the flow: retransmissions and second captures one by one, or counted; in grouped rows: "
         "the rows of a call; in calls: its legs and their transactions") },
    { "unfold-all", "U", NULL, VERB_UNFOLD_ALL, NULL, NULL, NULL,
      N_("In grouped rows and calls: what belongs to each of them, or nothing of it") },
    { "merge", "a", N_("columns"), VERB_MERGE, NULL, NULL, NULL,
      N_("In the flow: a column a host, or an address with its port") },
    { "separate", "X", N_("separate"), VERB_SEPARATE, NULL, NULL, NULL,
      N_("Take a leg out of the call that it was joined to wrongly, or back: in the flow the call, or with "
         "all legs shown that of the row; in lists the row's") },
    { "rejoin", "", NULL, VERB_NONE, separate_run_rejoin, NULL, NULL,
      N_("Take the leg back that was taken out of its call last") },
    { "group", "b", N_("group"), VERB_GROUP, list_run_group, NULL, NULL,
      N_("Group transactions under their call, or hosts by what they call themselves; and back; in "
         "the statistics, by the next of what they can be grouped by") },
    { "sort-by-column", "s", N_("sort"), VERB_SORT, NULL, NULL, NULL,
      N_("Sort by the column under the cursor; again: the other way round, then as they came") },
    { "sort", "", NULL, VERB_NONE, list_run_sort, "[-]COLUMN", complete_column,
      N_("Sort by a column, with - downwards; alone: in order of arrival") },
    { "like", "i", N_("only these"), VERB_LIKE, NULL, NULL, NULL,
      N_("Show only rows that are like this one in the column under the cursor; of times, durations "
         "and counts those from it on") },
    { "unlike", "I", NULL, VERB_UNLIKE, NULL, NULL, NULL,
      N_("Hide the rows that are like this one in the column under the cursor") },
    { "columns", "F10", N_("columns"), VERB_NONE, list_run_columns, NULL, NULL,
      N_("Choose, move and size the columns of the list") },
    { "column", "", NULL, VERB_NONE, list_run_column, "NAME", complete_column,
      N_("Add a column, of any header too, as in: column X-Trunk") },
    { "narrower", "<", N_("narrower"), VERB_NARROWER, NULL, NULL, NULL,
      N_("Make the column under the cursor narrower") },
    { "wider", ">", N_("wider"), VERB_WIDER, NULL, NULL, NULL,
      N_("Make the column under the cursor wider") },
    { "column-left", "{", N_("move"), VERB_COLUMN_LEFT, NULL, NULL, NULL,
      N_("Move the column under the cursor to the left") },
    { "column-right", "}", NULL, VERB_COLUMN_RIGHT, NULL, NULL, NULL,
      N_("Move the column under the cursor to the right") },
    { "column-away", "Del", NULL, VERB_REMOVE, NULL, NULL, NULL,
      N_("Take the column under the cursor away") },
    { "layout", "", NULL, VERB_NONE, list_run_layout, "LIST [COLUMN[:WIDTH]]...", complete_layout,
      N_("Give a list these columns; with sort:COLUMN or sort:-COLUMN its order, too") },
    { "write", "", NULL, VERB_NONE, keep_run_write, NULL, NULL,
      N_("Keep settings, keys, columns, sizes and named filters in the configuration file") },
    { "ask-save", "F2", N_("save"), VERB_NONE, save_run_form, NULL, NULL,
      N_("Choose what to save, as what, and where to") },
    { "save", "", NULL, VERB_NONE, save_run, "FILE", NULL,
      N_("Write the marked calls, else the listed ones; as pcap, or by the name: .pcapng, .txt") },
    { "save!", "", NULL, VERB_NONE, save_run_over, "FILE", NULL,
      N_("The same, also over a file that is there") },
    { "pause", "p", N_("pause"), VERB_NONE, run_pause, NULL, NULL,
      N_("Hold the list still; capture goes on") },
    { "time", "t", NULL, VERB_NONE, run_time, NULL, NULL, N_("Change how times are shown") },
    { "names", "A", N_("names"), VERB_NONE, naming_run, NULL, NULL,
      N_("Show names in place of addresses and numbers, or the addresses; see --hosts and --dns") },
    { "clear", "F5", NULL, VERB_NONE, run_clear, NULL, NULL, N_("Forget everything seen so far") },
    { "command", ":", N_("command"), VERB_NONE, run_command, NULL, NULL, N_("Type a command") },
    { "sources", "o", N_("sources"), VERB_NONE, sources_run, NULL, NULL,
      N_("Show what is read from, its state, counts, and what was left out and why") },
    { "open", "", NULL, VERB_NONE, run_open, "FILE", NULL, N_("Read one more capture") },
    { "explain", "", NULL, VERB_NONE, run_explain, "TOPIC", complete_topic,
      N_("Show the page of a code, header, cause, timer, finding and so on") },
    { "apropos", "", NULL, VERB_NONE, run_apropos, "WORD...", NULL,
      N_("List the pages that have all of these words, best first") },
    { "set", "", NULL, VERB_NONE, run_set, "NAME=VALUE", complete_set,
      N_("Change a setting; alone: show them") },
    { "settings", "F8", N_("settings"), VERB_NONE, frame_run_settings, NULL, NULL,
      N_("Show all settings, and change them") },
    { "change", "", N_("change"), VERB_OPEN, NULL, NULL, NULL,
      N_("In the settings: the next value, or type one") },
    { "default", "", N_("default"), VERB_REMOVE, NULL, NULL, NULL,
      N_("In the settings: back to what it is by itself") },
    { "theme", "", NULL, VERB_NONE, frame_run_theme, "NAME", complete_theme,
      N_("Put a theme on; alone: name those that there are") },
    { "colors", "", NULL, VERB_NONE, frame_run_colours, NULL, NULL,
      N_("Show every style in the colours of the theme, with its mark") },
    { "map", "", NULL, VERB_NONE, run_map, "KEY COMMAND", complete_map,
      N_("Bind a key to a command, as in: map x filter failed") },
    { "help", "H", N_("keys"), VERB_NONE, run_help, "COMMAND|TOPIC", complete_help,
      N_("List all keys and commands, from one of them on, or show a topic's page") },
    { "redraw", "C-l", NULL, VERB_NONE, run_redraw, NULL, NULL, N_("Draw the screen anew") },
    { "suspend", "C-z", NULL, VERB_NONE, run_suspend, NULL, NULL,
      N_("Back to the shell for a while") },
    { "quit", "Q", NULL, VERB_NONE, run_quit, NULL, NULL, N_("Leave sipwhy") },
};
const size_t command_count = sizeof commands / sizeof commands[0];
