/* Copying to the terminal's clipboard; each has the form of struct command's `run`. */
#ifndef SIPWHY_UI_COPY_H
#define SIPWHY_UI_COPY_H

struct ui;

/* What is under the cursor of the view on top; the selected message where there is none. */
void copy_run(struct ui *ui, const char *argument);
/* The selected message, or the one that decided the selected transaction. */
void copy_run_message(struct ui *ui, const char *argument);

#endif
