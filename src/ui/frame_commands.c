/* See frame_commands.h. */
#include "ui/frame_commands.h"

#include "base/tr.h"

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
