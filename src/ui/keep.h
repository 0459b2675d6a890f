/*
 * What is kept for another time: settings, keys, columns, named filters and the sizes of
 * parts in the configuration file, when the user asks; and the layout as it was left, in
 * a state file. Both are lines as behind ':'.
 */
#ifndef SIPWHY_UI_KEEP_H
#define SIPWHY_UI_KEEP_H

#include "ui/ui.h"

/* :write. The file's other lines, its comments and their order stay. */
void keep_run_write(struct ui *ui, const char *argument);
/* Reads the state file, then the configuration; a fault becomes a notice with file and line. */
void keep_read(struct ui *ui);
/* Writes the state file, unless the settings say otherwise; tells nothing. */
void keep_state(struct ui *ui);

#endif
