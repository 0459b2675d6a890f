/* See compare_commands.h. */
#include "ui/compare_commands.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/tr.h"
#include "ui/command.h"
#include "ui/compare.h"
#include "ui/keymap.h"
#include "ui/list.h"

void compare_tell_unknown(struct ui *ui, const char *command, const char *words,
                          const struct help_match *match)
{
    struct strbuf near = STRBUF_INIT;
    for (size_t i = 0; i < match->nsuggestions; i++)
        strbuf_format(&near, "%s%s", i ? ", " : "", match->suggestions[i]);
    if (near.n)
        ui_notice(ui, true, _("%s: nothing is known about '%s'; near: %s"), command, words,
                  strbuf_str(&near));
    else
        ui_notice(ui, true, _("%s: nothing is known about '%s'"), command, words);
    strbuf_free(&near);
}

static void compare_topics(struct ui *ui, const char *a, const char *b)
{
    struct help_match match[2];
    size_t wrong;
    if (help_resolve_pair(ui->help, a, b, match, &wrong) == 0)
        ui_push(ui, view_compare_new(ui, match[0].topic, match[1].topic));
    else if (wrong < 2)
        compare_tell_unknown(ui, "compare", wrong ? b : a, &match[wrong]);
    else
        ui_notice(ui, true, _("compare: '%s' is a %s, '%s' a %s; name two of one kind"),
                  match[0].topic, help_kind_name(ui->help, match[0].topic), match[1].topic,
                  help_kind_name(ui->help, match[1].topic));
}

void compare_run_topics(struct ui *ui, const char *argument)
{
    char *words = mem_text(argument ? argument : "");
    char *second = words + strcspn(words, " ");
    if (*second)
        *second++ = '\0';
    second += strspn(second, " ");
    if (*words && *second)
        compare_topics(ui, words, second);
    else
        ui_notice(ui, true, _("compare: name two topics of one kind, as in: compare 480 486"));
    free(words);
}

/* Whether the view on top is a list of this kind. */
static bool is_list(const struct ui *ui, const struct list_ops *kind)
{
    return ui->nviews == 1 && lists_current(ui)->ops == kind;
}

/* Shows the comparison of two of so many that are marked. */
static void show(struct ui *ui, struct view *comparison, size_t marked)
{
    ui_push(ui, comparison);
    if (marked == COMPARE_MORE)
        ui_notice(ui, false, _("More than two are marked: these are the first two"));
}

static bool compare_calls(struct ui *ui)
{
    uint32_t marked[2];
    size_t n = compare_marked_calls(ui, is_list(ui, &calls_list), marked);
    if (n < 2)
        return false;
    show(ui,
         view_calls_diff_new(ui, store_transaction(ui->store, marked[0])->call,
                             store_transaction(ui->store, marked[1])->call),
         n);
    return true;
}

/* Two marked messages, else the marked one and the selected one. */
static bool compare_messages(struct ui *ui, bool with_selected)
{
    uint32_t pair[2];
    size_t n = picks_latest(ui, pair);
    if (n == 1 && with_selected)
        pair[n++] = ui_selected_message(ui);
    if (n < 2 || !pair[1] || pair[0] == pair[1])
        return false;
    ui_push(ui, view_diff_new(ui, pair[0], pair[1]));
    return true;
}

static bool compare_requests(struct ui *ui)
{
    uint32_t marked[2];
    size_t n = compare_marked_transactions(ui, marked);
    if (n < 2)
        return false;
    show(ui,
         view_diff_new(ui, transaction_head(store_transaction(ui->store, marked[0])),
                       transaction_head(store_transaction(ui->store, marked[1]))),
         n);
    return true;
}

void compare_run_diff(struct ui *ui, const char *argument)
{
    bool calls = is_list(ui, &calls_list) || (argument && strcmp(argument, "calls") == 0);
    bool done = calls ? compare_calls(ui)
                : is_list(ui, &transactions_list)
                    ? compare_requests(ui) || compare_messages(ui, true)
                    : compare_messages(ui, true) || compare_requests(ui);
    if (!done)
        ui_notice(ui, false, calls ? _("Mark two calls first") : _("Mark two messages first"));
}

/* The selected code waits for another one. */
static void ask(struct ui *ui)
{
    struct view *view = ui_top(ui);
    struct subject subject = { 0 };
    char line[64], key[KEY_HINT];
    if (view->ops->subject)
        subject = view->ops->subject(ui, view);
    if (ui->nviews == 1 && store_counts(ui->store)->live_marked > 0) {
        ui_notice(ui, false, _("One is marked; mark another one to compare the two"));
    } else if (subject.code) {
        snprintf(line, sizeof line, "compare %u ", subject.code);
        command_prompt(ui, line);
    } else {
        ui_notice(ui, false,
                  _("Nothing to compare is selected: mark two rows with %s, or :compare 480 486"),
                  keymap_hint("mark", key));
    }
}

void compare_run_ask(struct ui *ui, const char *argument)
{
    uint16_t codes[2];
    bool lists = ui->nviews == 1 && !is_list(ui, &messages_list);
    (void)argument;
    if (is_list(ui, &calls_list) && compare_calls(ui))
        return;
    if (!lists && compare_messages(ui, false))
        return;
    if (compare_marked(ui, codes)) {
        char a[HELP_TOPIC_SIZE], b[HELP_TOPIC_SIZE];
        compare_topics(ui, help_code_topic(codes[0], a), help_code_topic(codes[1], b));
    } else if (!is_list(ui, &transactions_list) || !compare_requests(ui)) {
        ask(ui);
    }
}
