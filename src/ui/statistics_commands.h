/* What the command table does with the statistics, in the form of struct command's `run`. */
#ifndef SIPWHY_UI_STATISTICS_COMMANDS_H
#define SIPWHY_UI_STATISTICS_COMMANDS_H

#include "ui/command.h"

/* Shows them, grouped by what the argument names, else as they are. */
void statistics_run(struct ui *ui, const char *argument);
complete_fn complete_statistics;

#endif
