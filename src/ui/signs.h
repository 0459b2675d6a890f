/*
 * The signs that the screen is drawn with, and what they mean: the page of keys lists all of them. The
 * marks of classes of answers are the theme's (theme_mark()), the steps of bars the chart's.
 */
#ifndef SIPWHY_UI_SIGNS_H
#define SIPWHY_UI_SIGNS_H

#include <stdbool.h>
#include <stddef.h>

enum sign {
    SIGN_ERROR,
    SIGN_WARNING,
    SIGN_NO_ANSWER,
    SIGN_REPEATED,
    SIGN_COPY,
    SIGN_CUT_OFF,
    SIGN_MARKED,
    SIGN_GOES_ON,
    SIGN_ASCENDING,
    SIGN_DESCENDING,
    SIGN_ARROW,
    SIGN_SHORTENED,
    SIGN_MORE_BELOW,
    SIGN_OPEN,
    SIGN_CLOSED,
    SIGN_BRANCH,
    SIGN_LAST_BRANCH,
    SIGN_LEG,
    SIGN_LAST_LEG,
    SIGN_EVIDENCE,
    SIGN_TO_LEFT,
    SIGN_TO_RIGHT,
    SIGN_EVENT_TO_LEFT,
    SIGN_EVENT_TO_RIGHT,
    SIGN_TIMER,
    SIGN_TO_ITSELF,
    SIGN_PAUSE,
    SIGN_ALIKE,
    SIGN_MORE_LEFT,
    SIGN_MORE_RIGHT,
    SIGN_SAME,
    SIGN_DIFFERS,
    SIGN_UNKNOWN,
    SIGN_ONLY_LEFT,
    SIGN_ONLY_RIGHT,
    SIGN_CHANGED,
    SIGN_IGNORED,
    SIGN_CHOSEN_BAR,
    SIGN_BARS,
    SIGN_SHADES,
    SIGN_SHOWN,
    SIGN_OWN_SETTING,
    SIGN_DONE,
    SIGN_LEFT,
    SIGNS
};

/* As the screen can show it. */
const char *sign(enum sign sign);
/* The same, for text that is laid out. */
const char *sign_text(enum sign sign, bool utf8);
/* What it means, see tr(); NULL: the same as the next one. */
const char *sign_meaning(enum sign sign);

#endif
