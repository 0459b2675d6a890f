/* Joins of legs that are undone by hand, and taken back: in flows, and in lists of calls. */
#ifndef SIPWHY_UI_SEPARATE_H
#define SIPWHY_UI_SEPARATE_H

#include "ui/ui.h"

struct list_row;

/*
 * Takes a leg (a call of the store) out of the call that it is joined to, or lets it back; where it is
 * not joined, the one that was taken out last is let back. `stays`: the leg that the same key is about
 * next, to say how that is taken back.
 */
void separate_leg(struct ui *ui, uint32_t leg, uint32_t stays);
/* The same for a row of a list: of a call the leg that is joined, of several the user chooses. */
void separate_row(struct list_row *row);
/* The command that lets back what was taken out last. */
void separate_run_rejoin(struct ui *ui, const char *argument);

#endif
