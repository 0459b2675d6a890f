/* What the rows of the command table do that concern the frame around all views. */
#ifndef SIPWHY_UI_FRAME_COMMANDS_H
#define SIPWHY_UI_FRAME_COMMANDS_H

#include "ui/ui.h"

/* Moves the lines between the parts of the screen. */
void frame_run_larger(struct ui *ui, const char *argument);
void frame_run_smaller(struct ui *ui, const char *argument);
void frame_run_line_left(struct ui *ui, const char *argument);
void frame_run_line_right(struct ui *ui, const char *argument);
void frame_run_line_up(struct ui *ui, const char *argument);
void frame_run_line_down(struct ui *ui, const char *argument);

/* Gives two parts of the screen, by the split's name, their sizes. */
void frame_run_split(struct ui *ui, const char *argument);
/* The form of all settings. */
void frame_run_settings(struct ui *ui, const char *argument);
/* Puts a theme on; alone: names those that there are. */
void frame_run_theme(struct ui *ui, const char *argument);
/* Shows what the theme's styles look like. */
void frame_run_colours(struct ui *ui, const char *argument);

#endif
