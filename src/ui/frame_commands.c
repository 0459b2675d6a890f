/* See frame_commands.h. */
#include "ui/frame_commands.h"

#include <stdlib.h>

#include "base/strbuf.h"
#include "base/tr.h"
#include "ui/command.h"

static void moved(struct ui *ui, bool good)
{
    if (!good)
        ui_notice(ui, false, _("Nothing here is divided in this direction"));
}

void frame_run_larger(struct ui *ui, const char *argument)
{
    (void)argument;
    moved(ui, split_grow(&ui->splits, 1));
}

void frame_run_smaller(struct ui *ui, const char *argument)
{
    (void)argument;
    moved(ui, split_grow(&ui->splits, -1));
}

void frame_run_line_left(struct ui *ui, const char *argument)
{
    (void)argument;
    moved(ui, split_move(&ui->splits, true, -1));
}

void frame_run_line_right(struct ui *ui, const char *argument)
{
    (void)argument;
    moved(ui, split_move(&ui->splits, true, 1));
}

void frame_run_line_up(struct ui *ui, const char *argument)
{
    (void)argument;
    moved(ui, split_move(&ui->splits, false, -1));
}

void frame_run_line_down(struct ui *ui, const char *argument)
{
    (void)argument;
    moved(ui, split_move(&ui->splits, false, 1));
}

void frame_run_split(struct ui *ui, const char *argument)
{
    struct span name = { argument, strcspn(argument ? argument : "", " ") };
    enum split_id id = split_find(name);
    uint64_t share = 0;
    struct span rest = argument ? span_trim(SPAN(argument + name.n)) : SPAN_NONE;
    if (id < SPLITS && (rest.n == 0 || span_number(rest, SPLIT_WHOLE - 1, &share)))
        split_set(&ui->splits, id, (int)share);
    else
        ui_notice(ui, true, _("split: name the parts and a share, as in: split pane-below 400"));
}

static void add_name(const char *name, void *arg)
{
    struct strbuf *names = arg;
    strbuf_format(names, "  %s", name);
}

void frame_run_theme(struct ui *ui, const char *argument)
{
    struct strbuf line = STRBUF_INIT;
    if (argument) {
        strbuf_format(&line, "theme=%s", argument);
        command_run(ui, command_find("set"), strbuf_str(&line));
    } else {
        strbuf_format(&line, _("Theme: %s; there are:"), ui->settings->theme);
        theme_each(add_name, &line);
        ui_notice(ui, false, "%s", strbuf_str(&line));
    }
    strbuf_free(&line);
}

void frame_run_colours(struct ui *ui, const char *argument)
{
    (void)argument;
    ui_push(ui, view_colours_new(ui));
}

void frame_run_settings(struct ui *ui, const char *argument)
{
    (void)argument;
    ui_push(ui, view_settings_new(ui));
}
