/* The metrics of everything that was read: a part of the report. */
#ifndef SIPWHY_METRICS_H
#define SIPWHY_METRICS_H

#include "headless.h"
#include "store/filter.h"

/* Text on standard output; nothing where there is nothing to measure. */
void metrics_print(const struct session *session);
json_t *metrics_json(const struct session *session);
/* `list statistics`: a row each group of the transactions that fit the filter (NULL: all). */
void metrics_rows(const struct session *session, const struct filter *filter);

#endif
