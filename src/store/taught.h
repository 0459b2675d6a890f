/*
 * Clients that were told the address others see them under, by a `received` or `rport`
 * parameter (RFC 3581) or by a STUN answer (RFC 8489): they may write it without a router's help.
 */
#ifndef SIPWHY_STORE_TAUGHT_H
#define SIPWHY_STORE_TAUGHT_H

#include "store/store.h"

/* When a host was told first, and by which STUN server; family 0: by a message. */
struct lesson {
    struct addr host, server;
    int64_t time_ns;
};

/* Notes that a message told this host at this time; or a STUN server, whose answer is no message. */
void store_teach(struct store *store, const struct addr *host, int64_t time_ns);
void store_teach_stun(struct store *store, const struct addr *host, const struct addr *server,
                      int64_t time_ns);
/* The first lesson of a STUN server from place *at on, behind which *at is left; NULL: none. */
const struct lesson *store_stun_lesson(const struct store *store, size_t *at);
/* Whether it had been told by then; logs have many messages in one second. */
bool store_taught(const struct store *store, const struct addr *host, int64_t by_ns);

#endif
