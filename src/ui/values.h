/* The values that a setting may take, for completion and the form. */
#ifndef SIPWHY_UI_VALUES_H
#define SIPWHY_UI_VALUES_H

#include "options.h"

/* Calls `fn` for each value; not at all where any text or number will do. */
void values_each(const struct option_row *row, void (*fn)(const char *value, void *arg), void *arg);
/* The value after `now`, the first after the last; NULL where any will do. The caller frees it. */
char *values_next(const struct option_row *row, const char *now);

#endif
