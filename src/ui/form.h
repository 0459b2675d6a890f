/*
 * A form: rows with a label and a value that is typed or chosen. It takes keys and draws itself;
 * what the values mean is its owner's.
 */
#ifndef SIPWHY_UI_FORM_H
#define SIPWHY_UI_FORM_H

#include "ui/ui.h"

#define FORM_VALUE 512 /* bytes of a value, at most */

struct form_row {
    const char *label; /* see tr() */
    const char *hint;  /* what may be typed, shown while it is selected; see tr() */
    /* Values to choose from, ended by NULL; NULL: it is typed. */
    const char *const *choices;
    /* How a choice is shown; NULL: as it is. The result is translated. */
    const char *(*name)(size_t choice);
    /* Tab lengthens what was typed as far as it is clear; or NULL. */
    void (*complete)(char *text, size_t size);
};

struct form {
    const struct form_row *rows;
    size_t count;
    char (*texts)[FORM_VALUE]; /* typed values, by row */
    size_t *choices;           /* chosen ones */
    size_t row, top;
    size_t at;        /* the cursor's byte in the selected text */
    struct rect rect; /* of the rows, at the last drawing */
};

enum form_result {
    FORM_LEFT,   /* the key is nothing for the form */
    FORM_TAKEN,  /* it moved something */
    FORM_CHANGED /* a value is another one now */
};

/* `rows` must outlive the form. */
void form_init(struct form *form, const struct form_row *rows, size_t count);
void form_free(struct form *form);
/* The value of a row: what was typed, without blanks around it, or the choice. */
struct span form_value(const struct form *form, size_t row);
void form_set(struct form *form, size_t row, const char *text);
enum form_result form_key(struct form *form, int key);
enum form_result form_click(struct form *form, int y, int x);
/* Draws as many rows as fit, the selected one among them. */
void form_draw(struct form *form, struct rect rect);

#endif
