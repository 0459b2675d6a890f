/* `:goto`: to a point in time, or to a message by its frame. */
#ifndef SIPWHY_UI_GOTO_H
#define SIPWHY_UI_GOTO_H

#include "ui/command.h"

/* Where it leads: to a message, or (0) to what is nearest to a time. */
struct place {
    uint32_t message;
    int64_t low, high; /* nanoseconds: what begins between these is there exactly */
};

/* Whether `a` is the better place than `b`: inside before outside, then the nearer, then earlier. */
bool place_better(const struct place *place, int64_t a, int64_t b);

void goto_run(struct ui *ui, const char *argument);
complete_fn complete_goto;

/* list_goto.c: struct view_ops' go() of a list. */
bool list_go(struct ui *ui, struct view *view, const struct place *place, int64_t *there);

#endif
