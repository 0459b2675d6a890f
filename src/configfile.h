/* The user's configuration file: where it is, its lines, and the settings in it. */
#ifndef SIPWHY_CONFIGFILE_H
#define SIPWHY_CONFIGFILE_H

#include <stdbool.h>

#include "base/strbuf.h"
#include "options.h"

/* "~/.config/sipwhy/NAME", by XDG_CONFIG_HOME; the caller frees it. NULL without a home. */
char *config_path(const char *name);

/* "~/.local/state/sipwhy/NAME", by XDG_STATE_HOME; as above. */
char *config_state_path(const char *name);

/* One line, without blanks and colons before it; false to stop. */
typedef bool config_line_fn(const char *line, const char *path, int number, void *arg);
/* Calls `fn` for each line of a file. 0, also without a file; -1 with errno if it cannot be read. */
int config_read(const char *path, config_line_fn *fn, void *arg);

/* Changes a line of the file, which has no line end; false takes it out. */
typedef bool config_edit_fn(struct strbuf *line, void *arg);
/* Appends lines. */
typedef void config_add_fn(struct strbuf *out, void *arg);
/*
 * Passes a file's lines through `edit`, then appends what `add` has; makes file and folders where
 * they are missing. 0, or -1 with errno and the file as it was.
 */
int config_edit(const char *path, config_edit_fn *edit, config_add_fn *add, void *arg);
/*
 * Takes over the file's settings, for runs without a console, unless --no-config was given. What
 * the command line gave stays, faults are left to the console to tell.
 */
void config_read_settings(struct settings *settings);

#endif
