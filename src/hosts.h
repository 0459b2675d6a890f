/* Files that name addresses and numbers (--hosts), read into store/names.h. */
#ifndef SIPWHY_HOSTS_H
#define SIPWHY_HOSTS_H

#include "options.h"

/*
 * Reads those of the settings' files that have not been read yet. 0; 1 when a line was not
 * understood, the others count; -1 when a file cannot be read, which is not passed over. *error, which the caller frees, then
 * tells.
 */
int hosts_read(const struct settings *settings, char **error);

#endif
