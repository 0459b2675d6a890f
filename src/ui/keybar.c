/* The last line: what the keys do here, or what is to be told. */
#include <stdio.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/text.h"
#include "base/tr.h"
#include "ui/command.h"
#include "ui/keymap.h"
#include "ui/list.h"
#include "ui/task.h"
#include "ui/ui.h"

/* A command whose key the line shows. */
struct bar_key {
    const struct command *command;
    const char *key, *label;
    int x, width;
};

/* Where the way back through the lists leads next; NULL: nowhere. */
static const char *way_back(struct ui *ui, const struct view *view)
{
    size_t list;
    const char *own = view->ops->returns ? view->ops->returns(view) : NULL;
    if (own)
        return own;
    switch (trail_way(ui, &list)) {
    case TRAIL_FILTER:
        return _("filter off");
    case TRAIL_LIST:
        return tr(lists_at(ui, list)->ops->title);
    default:
        return NULL;
    }
}

/* What the key does now; NULL: nothing. */
static const char *label_of(struct ui *ui, const struct command *command)
{
    bool list = ui->nviews == 1 && !ui->pane.focused;
    if (list && strcmp(command->name, "back") == 0)
        return way_back(ui, ui_top(ui));
    const struct view *view = ui_top(ui);
    if (strcmp(command->name, "unfold") == 0 && view->ops->unfolded && view->ops->unfolded(view))
        return _("fold");
    if (strcmp(command->name, "edit-filter") == 0 && view_is_filter(ui_top(ui)))
        return _("expression");
    if (ui->paused && strcmp(command->name, "pause") == 0)
        return _("go on");
    bool shows = strcmp(command->name, "assist") == 0 && ui_has_pane(ui) && !ui->settings->pane;
    return shows ? _("help") : command->label ? tr(command->label) : NULL;
}

/* Calls `fn` for each command that has a key and room. */
static void each_key(struct ui *ui, void (*fn)(const struct bar_key *key, void *arg), void *arg)
{
    char names[256], *save = NULL, key[KEY_NAME];
    int x = 1;
    snprintf(names, sizeof names, "%s", ui_keybar(ui));
    for (char *name = strtok_r(names, " ", &save); name; name = strtok_r(NULL, " ", &save)) {
        const struct command *command = command_find(name);
        const char *label = command ? label_of(ui, command) : NULL;
        if (!label || !keymap_key_for(command, key))
            continue;
        int width = (int)(text_width(SPAN(key)) + 1 + text_width(SPAN(label)));
        if (x + width > COLS)
            continue;
        fn(&(struct bar_key){ command, key, label, x, width }, arg);
        x += width + 2;
    }
}

static void draw_key(const struct bar_key *key, void *arg)
{
    (void)arg;
    int x = key->x + screen_string(LINES - 1, key->x, COLS - key->x, STYLE_KEY, key->key) + 1;
    screen_string(LINES - 1, x, COLS - x, STYLE_NORMAL, key->label);
}

struct key_search {
    int x;
    const struct command *found;
};

static void match_key(const struct bar_key *key, void *arg)
{
    struct key_search *search = arg;
    if (search->x >= key->x && search->x < key->x + key->width)
        search->found = key->command;
}

const struct command *keybar_at(struct ui *ui, int x)
{
    struct key_search search = { x, NULL };
    each_key(ui, match_key, &search);
    return search.found;
}

int ui_draw_told(int bottom, int most, enum style style, struct span text)
{
    struct styled_text wrapped = STYLED_INIT(screen_utf8());
    struct strbuf safe = STRBUF_INIT;
    text_visible(&safe, text, screen_utf8());
    styled_paragraph(&wrapped, HELP_PLAIN, strbuf_as_span(&safe), (size_t)COLS - 1, 1, 1);
    int lines = (int)wrapped.nlines < most ? (int)wrapped.nlines : most;
    for (int i = 0; i < lines; i++) {
        const struct styled_line *line = &wrapped.lines[i];
        screen_blank(bottom + 1 - lines + i, 0, COLS);
        if (line->count)
            screen_text(bottom + 1 - lines + i, 1, COLS - 1, style,
                        styled_run_text(&wrapped, &wrapped.runs[line->first]));
    }
    styled_free(&wrapped);
    strbuf_free(&safe);
    return bottom + 1 - lines;
}

void keybar_draw(struct ui *ui)
{
    screen_blank(LINES - 1, 0, COLS);
    if (ui->notice) {
        ui_draw_told(LINES - 1, LINES - 2, ui->notice_is_error ? STYLE_ALERT : STYLE_BOLD,
                     SPAN(ui->notice));
        return;
    }
    if (task_running(ui))
        task_draw(ui, LINES - 1);
    else
        each_key(ui, draw_key, NULL);
}
