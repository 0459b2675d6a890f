/* Names in place of addresses and numbers in the console: files, DNS, and the key that changes. */
#ifndef SIPWHY_UI_NAMING_H
#define SIPWHY_UI_NAMING_H

#include "ui/ui.h"

/* Takes the settings hosts, names, numeric and dns over. */
void naming_apply(struct ui *ui);
/* A few times a second: asks DNS for what was shown without a name. */
void naming_tick(struct ui *ui);
void naming_stop(struct ui *ui);
/* The command "names". */
void naming_run(struct ui *ui, const char *argument);

#endif
