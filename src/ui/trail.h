/*
 * The way back through the lists: where one came from, and the filter that was in force there. What
 * Enter in one list shows of another one is a step, and so is a walk from tab to tab, however long:
 * back leads to where it began.
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
};

/* What a step back does next. */
enum trail_way {
    TRAIL_END,    /* nothing: here the way begins */
    TRAIL_FILTER, /* takes the filter off that was set since the last step */
    TRAIL_LIST,   /* shows the list one came from, with its filter */
};

/* Another list is going to be shown: by its place among lists_count(). */
void trail_leave(struct ui *ui, size_t to);
/* Shows those rows of a list, by its name, that fulfil a condition besides the filter in force. */
void trail_narrow(struct ui *ui, const char *list, const char *condition);
/* The next step back; *list is the list's place, for TRAIL_LIST. */
enum trail_way trail_way(const struct ui *ui, size_t *list);
/* Takes it. False where the way begins. */
bool trail_back(struct ui *ui);
void trail_forget(struct ui *ui);

#endif
