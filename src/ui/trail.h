/*
 * The way back through the lists: where one came from, and the filter that was in force there. A walk
 * from tab to tab is one step; what Enter in one list shows of another one is one, too.
 */
#ifndef SIPWHY_UI_TRAIL_H
#define SIPWHY_UI_TRAIL_H

#include <stdbool.h>
#include <stddef.h>

#define TRAIL_STEPS 16 /* the oldest are forgotten */

struct ui;

struct trail {
    struct {
        size_t list;
        char *filter;  /* or NULL */
        bool narrowed; /* the step also added to the filter */
    } steps[TRAIL_STEPS];
    size_t count;
    bool walking, walked; /* by this key from tab to tab, by the one before */
};

/* Another list is going to be shown: by its place among lists_count(). */
void trail_leave(struct ui *ui, size_t to);
/* Shows those rows of a list, by its name, that fulfil a condition besides the filter in force. */
void trail_narrow(struct ui *ui, const char *list, const char *condition);
/*
 * A step back: takes a filter away that was set since the last one, else shows the list one came
 * from, with its filter. False where the way begins.
 */
bool trail_back(struct ui *ui);
void trail_forget(struct ui *ui);

#endif
