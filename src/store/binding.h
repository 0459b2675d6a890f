/*
 * Registrations as registrars accepted them (RFC 3261 §10.3): until when a user can be reached,
 * as far as the traffic shows. Kept by address of record; found by its user part alone, too,
 * since calls name the host in other ways than registrations do.
 */
#ifndef SIPWHY_STORE_BINDING_H
#define SIPWHY_STORE_BINDING_H

#include "sip/fields.h"
#include "store/store.h"

#define BINDING_GRACE_NS 10000000000LL /* past its expiry a binding has lapsed */

enum binding_state {
    BINDING_UNKNOWN, /* no registration was seen */
    BINDING_ALIVE,
    BINDING_LAPSED,
    BINDING_REMOVED
};

/* How the user's latest registration before `time_ns` stood then; *since is when it ended. */
enum binding_state store_registered(const struct store *store, const struct sip_address *user,
                                    int64_t time_ns, int64_t *since);
/* The answer that accepted the user's latest registration, or its removal, by then; NULL: none is left. */
const struct message *store_registration(const struct store *store, const struct sip_address *user,
                                         int64_t time_ns);
/* Whether the user's latest registrations, lapsed or not, came from that host; port 0: from any port. */
bool store_registers_from(const struct store *store, const struct sip_address *user,
                          const struct addr *host);
/* When a registration made in this call ran out without a refresh or a removal in time, or 0; *unlisted:
 * by then the registrar had listed another contact of the user alone. */
int64_t store_lapsed(const struct store *store, const struct sip_address *aor, uint32_t call,
                     bool *unlisted);

#endif
