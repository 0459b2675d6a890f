/* Saving calls to files: the commands, and what the form of view_save.c asks for. */
#ifndef SIPWHY_UI_SAVE_H
#define SIPWHY_UI_SAVE_H

#include "export/save.h"
#include "ui/ui.h"

/* Whole calls, of the transactions that are marked, that fit the filter, or of all. */
enum save_what { SAVE_MARKED, SAVE_FILTERED, SAVE_ALL };

/* What is meant where the user does not say it. */
enum save_what save_what(const struct ui *ui);
/* Begins to save; false, with a notice, where the file cannot be made. */
bool ui_save(struct ui *ui, const char *path, enum save_what what, enum save_format format,
             bool overwrite);

void save_run(struct ui *ui, const char *argument);
void save_run_over(struct ui *ui, const char *argument);
void save_run_form(struct ui *ui, const char *argument);

#endif
