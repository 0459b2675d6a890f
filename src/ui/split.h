/*
 * Areas of the screen in two parts, side by side or one above the other, and the line
 * between them, which keys and the mouse move. A share that the user chose holds at
 * every size of the terminal, and is remembered by the split's name.
 */
#ifndef SIPWHY_UI_SPLIT_H
#define SIPWHY_UI_SPLIT_H

#include <stdbool.h>

#include "ui/screen.h"

enum split_id {
    SPLIT_PANE_BESIDE, /* a view and its help pane */
    SPLIT_PANE_BELOW,
    SPLIT_MESSAGE_PANE_BELOW, /* a message and its pane */
    SPLIT_FLOW_BESIDE,        /* the ladder, and the message with the pane */
    SPLIT_FLOW_BELOW,
    SPLIT_FLOW_PANE_BELOW, /* the message and the pane, where they stand beside the ladder */
    SPLIT_FLOW_PANE_BESIDE,
    SPLITS
};

#define SPLIT_WHOLE 1000 /* a share is in thousandths */
#define SPLITS_DRAWN 8

struct splits {
    int share[SPLITS]; /* of the second part, in thousandths; 0: the split's own */
    struct {
        enum split_id id;
        struct rect all;
        int second; /* its lines or columns */
    } drawn[SPLITS_DRAWN];
    size_t ndrawn;
    bool dragging;
    enum split_id dragged;
};

/* A name for files, as "pane-beside"; and back, SPLITS if there is none. */
const char *split_name(enum split_id id);
enum split_id split_find(struct span name);

/* The screen is drawn anew: no line stands anywhere. */
void splits_begin(struct splits *splits);
/*
 * Divides `all`. Side by side, one column between the parts is the line's and belongs to neither;
 * one above the other, the line is the first of the second part, where its owner draws a rule.
 * Parts may come out empty where `all` is tiny.
 */
void split_divide(struct splits *splits, enum split_id id, struct rect all, struct rect *first,
                  struct rect *second);
/* Gives the second part another share; out of range: its own again. */
void split_set(struct splits *splits, enum split_id id, int share);
/* Makes the second part of the split drawn last larger by so many lines or columns. False: none. */
bool split_grow(struct splits *splits, int by);
/* Moves the line drawn last that stands upright (`beside`), or lies: right or down by `by`. */
bool split_move(struct splits *splits, bool beside, int by);
/* Takes hold of the line at y, x, if one was drawn there; then moves it there; lets it go. */
bool split_grab(struct splits *splits, int y, int x);
void split_drag(struct splits *splits, int y, int x);
void split_release(struct splits *splits);

#endif
