/* The interactive console: the event loop over keys, inputs and the clock. */
#ifndef SIPWHY_UI_CONSOLE_H
#define SIPWHY_UI_CONSOLE_H

#include "options.h"
#include "session.h"

/* Runs until the user quits; the exit status. `settings` changes with :set. */
int console_run(struct session *session, struct settings *settings);
/* Writes the table of keys and commands: for the man page, or for people. */
void console_print_keys(bool man);
/* Writes the fields of filters for the man page. */
void console_print_fields(void);

#endif
