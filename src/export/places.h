/*
 * Between which hosts messages that are saved went, and when: what decides which connections belong to
 * them.
 */
#ifndef SIPWHY_EXPORT_PLACES_H
#define SIPWHY_EXPORT_PLACES_H

#include "store/event.h"

struct places;

struct places *places_new(void);
void places_free(struct places *places);
/* Notes that a message was sent there. */
void places_note(struct places *places, const struct flow *flow, int64_t time_ns);
/* Whether one came from there or went there, whatever the port. */
bool places_have(const struct places *places, const struct addr *host);
/* Whether such messages came in this connection, or one of their hosts asked for it in vain meanwhile. */
bool places_want(const struct places *places, const struct connection *c,
                 const struct connection_tls *tls);

#endif
