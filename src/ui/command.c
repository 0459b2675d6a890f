/* See command.h: finding a row, running it, and reading lines. The rows are in actions.c. */
#include "ui/command.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/timefmt.h"
#include "base/tr.h"
#include "knowledge.h"
#include "ui/console.h"
#include "ui/keymap.h"
#include "ui/list.h"
#include "ui/naming.h"
#include "ui/prompt.h"

static void add_name(const char *name, void *arg)
{
    struct strbuf *names = arg;
    strbuf_format(names, "%s%s", names->n ? ", " : "", name);
}

/* Of an unknown one, the one before stays. */
static void use_theme(struct ui *ui, bool colour)
{
    static char before[64] = "dark";
    struct strbuf names = STRBUF_INIT;
    char *fault = NULL;
    if (theme_use(ui->settings->theme, colour, &fault) == 0) {
        snprintf(before, sizeof before, "%s", ui->settings->theme);
    } else {
        theme_each(add_name, &names);
        ui_notice(ui, true, _("theme: '%s' is not one of %s"), ui->settings->theme,
                  strbuf_str(&names));
        free(ui->settings->theme);
        ui->settings->theme = mem_text(before);
        free(fault);
        theme_use(before, colour, &fault);
    }
    if (fault)
        ui_notice(ui, true, "%s", fault);
    free(fault);
    strbuf_free(&names);
}

void command_apply_settings(struct ui *ui)
{
    const char *no_colour = getenv("NO_COLOR");
    const char *when = ui->settings->colour;
    bool colour = strcmp(when, "always") == 0 ||
                  (strcmp(when, "auto") == 0 && !(no_colour && *no_colour));
    screen_set_ascii(ui->settings->ascii);
    screen_set_mouse(ui->settings->mouse);
    time_use_utc(ui->settings->utc);
    use_theme(ui, colour);
    store_set_budget(ui->store, (size_t)ui->settings->memory << 20);
    /* where only ASCII can be shown, other languages would be question marks */
    tr_set_language(screen_utf8() ? knowledge_language(ui->settings) : "en");
    ui->help_generation++;
    naming_apply(ui);
    lists_apply_settings(ui);
}

const struct command *command_find(const char *name)
{
    for (size_t i = 0; i < command_count; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

/* Cursor keys are quiet at the end of a text, too. */
static void tell_idle(struct ui *ui, const struct command *command)
{
    char key[KEY_HINT];
    bool moves = (VERBS_MOVE | VERB_BIT(VERB_LEFT) | VERB_BIT(VERB_RIGHT)) &
                 VERB_BIT(command->verb);
    if (!moves && !ui->notice)
        ui_notice(ui, false, _("'%s' does nothing here; %s lists what does"), command->name,
                  keymap_hint("help", key));
}

void command_run(struct ui *ui, const struct command *command, const char *argument)
{
    struct view *view = ui_top(ui);
    if (command->run && command->verb && view->ops->verbs & VERB_BIT(command->verb))
        view->ops->act(ui, view, command->verb);
    else if (command->run)
        command->run(ui, argument);
    else if (!pane_act(ui, command->verb) &&
             (!view->ops->act || !view->ops->act(ui, view, command->verb)))
        tell_idle(ui, command);
}

/* A unique beginning of a name is enough, as in vi; of filter and filter-save the first is meant. */
static const struct command *find_short(const char *name, size_t n, bool *several)
{
    const struct command *found = NULL;
    *several = false;
    for (size_t i = 0; i < command_count; i++) {
        if (strncmp(commands[i].name, name, n) != 0)
            continue;
        if (commands[i].name[n] == '\0')
            return &commands[i];
        if (found && strncmp(commands[i].name, found->name, strlen(found->name)) == 0)
            continue;
        *several = *several || found;
        found = &commands[i];
    }
    return *several ? NULL : found;
}

/* What users of vi write, and another spelling. */
static const struct command *find_habit(struct span word)
{
    static const char *const habits[][2] = { { "q", "quit" }, { "colours", "colors" } };
    for (size_t i = 0; i < sizeof habits / sizeof habits[0]; i++)
        if (span_equal(word, SPAN(habits[i][0])))
            return command_find(habits[i][1]);
    return NULL;
}

void command_line(struct ui *ui, const char *line)
{
    bool several = false;
    line += strspn(line, " :\t");
    size_t n = strcspn(line, " \t");
    if (n == 0 || *line == '#')
        return;
    const struct command *command = find_short(line, n, &several);
    if (!command)
        command = find_habit((struct span){ line, n });
    if (!command) {
        ui_notice(ui, true,
                  several ? _("'%.*s' is short for several commands")
                          : _("no command is called '%.*s'; H lists them"),
                  (int)n, line);
        return;
    }
    char *argument = mem_text(line + n + strspn(line + n, " \t"));
    size_t end = strlen(argument);
    while (end > 0 && (argument[end - 1] == ' ' || argument[end - 1] == '\t'))
        argument[--end] = '\0';
    if (*argument && !command->argument)
        ui_notice(ui, true, _("%s takes no argument"), command->name);
    else
        command_run(ui, command, *argument ? argument : NULL);
    free(argument);
}

static void on_command(struct ui *ui, char *line)
{
    ui->typed = true;
    if (line)
        command_line(ui, line);
    ui->typed = false;
}

void command_prompt(struct ui *ui, const char *typed)
{
    prompt_open(ui, ":", typed, true, on_command);
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
                   c->argument ? " " : "", c->argument ? c->argument : "", tr(c->help));
        else
            printf("  %-12s :%s%s%s  %s\n", keys, c->name, c->argument ? " " : "",
                   c->argument ? c->argument : "", tr(c->help));
    }
    keymap_free();
}
