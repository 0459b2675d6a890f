/* `list calls`, and what `report` counts of them, headless: the legs of one call together. */
#ifndef SIPWHY_CALLS_H
#define SIPWHY_CALLS_H

#include "headless.h"
#include "store/filter.h"

/*
 * A row for each call of which a transaction fits the filter (NULL: all), and one for each further leg
 * that is joined to it. What goes without an INVITE, as REGISTER and OPTIONS, is none.
 */
void calls_rows(const struct session *session, const struct filter *filter);

struct calls_total {
    size_t calls;        /* as `list calls` has them, and what was evicted, a Call-ID each */
    size_t failed;       /* of those that are kept */
    size_t joined, legs; /* those of several legs, and the legs of all of these */
    size_t evicted;
};
struct calls_total calls_total(const struct session *session);

#endif
