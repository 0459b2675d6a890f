/* What the command table does with the statistics, in the form of struct command's `run`. */
#ifndef SIPWHY_UI_STATISTICS_COMMANDS_H
#define SIPWHY_UI_STATISTICS_COMMANDS_H

#include "ui/command.h"

/* Shows the statistics grouped by what the argument names, else by the next of all. */
void statistics_run_by(struct ui *ui, const char *argument);
complete_fn complete_by;

#endif
