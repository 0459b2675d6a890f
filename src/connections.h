/* The part of the report that tells of TCP and TLS connections (store/servers.h). */
#ifndef SIPWHY_CONNECTIONS_H
#define SIPWHY_CONNECTIONS_H

#include "headless.h"

/* An object a server and name, with counts and what its TLS showed. */
json_t *connections_json(const struct session *session);
/* A line each; nothing when no connection is known. */
void connections_print(const struct session *session);

#endif
