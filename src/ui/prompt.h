/*
 * The command line at the bottom: GNU readline fed with single bytes from the
 * event loop. History is kept across runs, ~/.inputrc is honoured.
 */
#ifndef SIPWHY_UI_PROMPT_H
#define SIPWHY_UI_PROMPT_H

#include "ui/ui.h"

/* Called with the line when it is accepted, or with NULL when it is given up. */
typedef void prompt_done_fn(struct ui *ui, char *line);

/* Prepares readline, once; history comes from its file. */
void prompt_init(struct ui *ui);
/* Keeps the history and lets go of readline. */
void prompt_end(void);
/*
 * Opens the prompt with `text` already typed. `commands`: complete by the command table, and
 * remember the line across runs; searches have a history of their own, for this run.
 */
void prompt_open(struct ui *ui, const char *prompt, const char *text, bool commands,
                 prompt_done_fn *done);
/* Hands bytes from the terminal over while the prompt is open. */
void prompt_byte(struct ui *ui, unsigned char byte);
/* Types text, as it was pasted. */
void prompt_insert(struct span text);
/* Nothing followed: a lone Esc gives the prompt up. Whether there is something to draw. */
bool prompt_idle(struct ui *ui);
void prompt_draw(struct ui *ui);
/* A file name as typed, with a leading ~ replaced; the caller frees it. */
char *prompt_path(const char *typed);
/* Lengthens a file name, of `size` bytes, by what all that begin so have in common. */
void prompt_complete(char *text, size_t size);

#endif
