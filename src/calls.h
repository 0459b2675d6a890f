/* `list calls`, and what `report` counts of them, headless: the legs of one call together. */
#ifndef SIPWHY_CALLS_H
#define SIPWHY_CALLS_H

#include "headless.h"
#include "store/filter.h"

/* A row for each Call-ID of which a transaction fits the filter (NULL: all), joined legs together. */
void calls_rows(const struct session *session, const struct filter *filter);

/* Calls of several legs, and the legs of all of these. */
struct calls_joined {
    size_t calls, legs;
};
struct calls_joined calls_joined(const struct session *session);

#endif
