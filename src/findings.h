/* Findings without a terminal: in report, as a list, and as an exit status. */
#ifndef SIPWHY_FINDINGS_H
#define SIPWHY_FINDINGS_H

#include "headless.h"
#include "store/filter.h"

/* The array of design "report --json": worst first; endpoint findings once an endpoint. */
json_t *findings_json(const struct session *session);
/* The same for people, grouped by rule. Nothing when nothing was found. */
void findings_print(const struct session *session);
/* `list findings`: a row each, of the transactions that fit the filter (NULL: all). */
void findings_rows(const struct session *session, const struct filter *filter);
/* 1 when something was found that is as bad as --fail-on asks for, else 0. */
int findings_status(const struct session *session);

#endif
