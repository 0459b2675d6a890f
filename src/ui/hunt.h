/*
 * Search in whole messages, of all rows of a list: a task that marks the rows in which ui->search
 * matches, goes to the first and counts them; n and N then lead from one to the next.
 */
#ifndef SIPWHY_UI_HUNT_H
#define SIPWHY_UI_HUNT_H

#include "ui/list.h"

/* Seeks ui->search in the messages of the list shown. */
void hunt_begin(struct ui *ui);
/* Whether a list's rows were gone through like that, and ui->search is still the same. */
bool hunt_holds(const struct ui *ui, const struct list *list);
/* Selects the next row that was found, or the one before; false if there is none. */
bool hunt_next(struct list *list, bool backwards);
/* The first message of a row's that matches; 0: the row was not found so. */
uint32_t hunt_message(const struct list_row *row);
/* Another search, or none, is in its place. */
void hunt_forget(struct ui *ui);

#endif
