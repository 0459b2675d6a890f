/*
 * Clients that were told the address others see them under, by a `received` or `rport`
 * parameter (RFC 3581) or by a STUN answer (RFC 8489): they may write it without a router's help.
 */
#ifndef SIPWHY_STORE_TAUGHT_H
#define SIPWHY_STORE_TAUGHT_H

#include "store/store.h"

/* Notes that this host was told at this time. */
void store_teach(struct store *store, const struct addr *host, int64_t time_ns);
/* Whether it had been told before. */
bool store_taught(const struct store *store, const struct addr *host, int64_t before_ns);

#endif
