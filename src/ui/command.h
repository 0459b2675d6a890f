/*
 * The commands: one row each with name, default keys, argument, completion and
 * help. The row serves keys, the command line, the key bar, `:help` and the man page.
 */
#ifndef SIPWHY_UI_COMMAND_H
#define SIPWHY_UI_COMMAND_H

#include "ui/ui.h"

/* Calls `offer` for each word that may follow `text`; see prompt.c. */
typedef void complete_fn(struct ui *ui, const char *text, void (*offer)(const char *word));

struct command {
    const char *name;
    const char *keys;  /* default keys, separated by blanks: "Enter", "F1", "C-l", "?" */
    const char *label; /* in the key bar, or NULL; see tr() */
    enum verb verb;    /* for the view on top, or VERB_NONE */
    /* Instead of a verb, or where the view on top does nothing with it. */
    void (*run)(struct ui *ui, const char *argument);
    const char *argument; /* "FILE", or NULL when it takes none */
    complete_fn *complete;
    const char *help; /* see tr() */
};

extern const struct command commands[];
extern const size_t command_count;

const struct command *command_find(const char *name);
/* Runs a row, by the view or by itself. */
void command_run(struct ui *ui, const struct command *command, const char *argument);
/* Runs a line as typed behind ':'. Errors become a notice. */
void command_line(struct ui *ui, const char *line);
/* Opens the command line with `typed` in it, and runs what it becomes. */
void command_prompt(struct ui *ui, const char *typed);

/* Makes the settings true on the screen and in the store. */
void command_apply_settings(struct ui *ui);

#endif
