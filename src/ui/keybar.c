/* The last line: what the keys do here, or what is to be told. */
#include <stdio.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/text.h"
#include "base/tr.h"
#include "ui/command.h"
#include "ui/keymap.h"
#include "ui/ui.h"

static int draw_key(int x, const struct command *command)
{
    char key[KEY_NAME];
    if (!command || !command->label || !keymap_key_for(command, key))
        return x;
    const char *label = tr(command->label);
    int width = (int)(text_width(SPAN(key)) + 1 + text_width(SPAN(label)));
    if (x + width > COLS)
        return x;
    x += screen_string(LINES - 1, x, COLS - x, STYLE_KEY, key) + 1;
    return x + screen_string(LINES - 1, x, COLS - x, STYLE_NORMAL, label) + 2;
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
    char names[256], *save = NULL;
    screen_blank(LINES - 1, 0, COLS);
    if (ui->notice) {
        draw_notice(ui);
        return;
    }
    snprintf(names, sizeof names, "%s", keybar);
    int x = 1;
    for (char *name = strtok_r(names, " ", &save); name; name = strtok_r(NULL, " ", &save))
        x = draw_key(x, command_find(name));
}
