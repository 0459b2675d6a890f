/* What the command table does with lists; each has the form of struct command's `run`. */
#ifndef SIPWHY_UI_LIST_COMMANDS_H
#define SIPWHY_UI_LIST_COMMANDS_H

struct ui;

void list_run_show(struct ui *ui, const char *argument);
void list_run_sort(struct ui *ui, const char *argument);
void list_run_columns(struct ui *ui, const char *argument);
void list_run_column(struct ui *ui, const char *argument);
void list_run_layout(struct ui *ui, const char *argument);
/* list_groups.c: groups the list's rows, or no more. */
void list_run_group(struct ui *ui, const char *argument);

#endif
