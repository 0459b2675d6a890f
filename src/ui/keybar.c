/* The last line: what the keys do here, or what is to be told. */
#include <stdio.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/text.h"
#include "base/tr.h"
#include "ui/command.h"
#include "ui/keymap.h"
#include "ui/task.h"
#include "ui/ui.h"

/* Calls `fn` for each command that has a key and room, with its place and its key's name. */
static void each_key(const char *keybar,
                     void (*fn)(const struct command *command, const char *key, int x, int width,
                                void *arg),
                     void *arg)
{
    char names[256], *save = NULL, key[KEY_NAME];
    int x = 1;
    snprintf(names, sizeof names, "%s", keybar);
    for (char *name = strtok_r(names, " ", &save); name; name = strtok_r(NULL, " ", &save)) {
        const struct command *command = command_find(name);
        if (!command || !command->label || !keymap_key_for(command, key))
            continue;
        int width = (int)(text_width(SPAN(key)) + 1 + text_width(SPAN(tr(command->label))));
        if (x + width > COLS)
            continue;
        fn(command, key, x, width, arg);
        x += width + 2;
    }
}

static void draw_key(const struct command *command, const char *key, int x, int width, void *arg)
{
    (void)width;
    (void)arg;
    x += screen_string(LINES - 1, x, COLS - x, STYLE_KEY, key) + 1;
    screen_string(LINES - 1, x, COLS - x, STYLE_NORMAL, tr(command->label));
}

struct key_search {
    int x;
    const struct command *found;
};

static void match_key(const struct command *command, const char *key, int x, int width, void *arg)
{
    struct key_search *search = arg;
    (void)key;
    if (search->x >= x && search->x < x + width)
        search->found = command;
}

const struct command *keybar_at(const char *keybar, int x)
{
    struct key_search search = { x, NULL };
    each_key(keybar, match_key, &search);
    return search.found;
}

/* A notice takes as many lines as it needs, from the bottom up. */
static void draw_notice(const struct ui *ui)
{
    struct styled_text text = STYLED_INIT(screen_utf8());
    struct strbuf safe = STRBUF_INIT;
    enum style style = ui->notice_is_error ? STYLE_ALERT : STYLE_BOLD;
    text_visible(&safe, SPAN(ui->notice), screen_utf8());
    styled_paragraph(&text, HELP_PLAIN, strbuf_as_span(&safe), (size_t)COLS - 1, 1, 1);
    int lines = (int)text.nlines < LINES - 2 ? (int)text.nlines : LINES - 2;
    for (int i = 0; i < lines; i++) {
        const struct styled_line *line = &text.lines[i];
        screen_blank(LINES - lines + i, 0, COLS);
        if (line->count)
            screen_text(LINES - lines + i, 1, COLS - 1, style,
                        styled_run_text(&text, &text.runs[line->first]));
    }
    styled_free(&text);
    strbuf_free(&safe);
}

void keybar_draw(struct ui *ui, const char *keybar)
{
    screen_blank(LINES - 1, 0, COLS);
    if (ui->notice) {
        draw_notice(ui);
        return;
    }
    if (task_running(ui))
        task_draw(ui, LINES - 1);
    else
        each_key(keybar, draw_key, NULL);
}
