/* The headless commands that read inputs: `report` and `list`. */
#ifndef SIPWHY_REPORT_H
#define SIPWHY_REPORT_H

#include "session.h"

/* Both read the session's inputs to their end and return the exit status. */
int report_run(struct session *session);
/* `what` is "transactions", "calls" or "messages". */
int list_run(struct session *session, const char *what);

#endif
