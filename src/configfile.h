/* The user's configuration file: where it is, its lines, and the settings in it. */
#ifndef SIPWHY_CONFIGFILE_H
#define SIPWHY_CONFIGFILE_H

#include <stdbool.h>

#include "options.h"

/* "~/.config/sipwhy/NAME", by XDG_CONFIG_HOME; the caller frees it. NULL without a home. */
char *config_path(const char *name);

/* One line, without blanks and colons before it; false to stop. */
typedef bool config_line_fn(const char *line, const char *path, int number, void *arg);
/*
 * Calls `fn` for each line of the configuration file. 0, also without a file; -1 with errno and
 * *path (the caller frees it) if it cannot be read. *path is set in any case, it may be NULL.
 */
int config_read(char **path, config_line_fn *fn, void *arg);
/*
 * Puts `lines` in the place of all lines that begin with `word`, and leaves the others as they
 * are; makes file and folder where they are missing. 0, or -1 with errno; *path as above.
 */
int config_replace(char **path, const char *word, const char *lines);
/*
 * Takes over the file's settings, for runs without a console, unless --no-config was given. What
 * the command line gave stays, faults are left to the console to tell.
 */
void config_read_settings(struct settings *settings);

#endif
