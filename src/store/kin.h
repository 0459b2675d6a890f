/*
 * Which INVITEs name what in headers that pass through a B2BUA, whatever its addresses: a session, a
 * charging id, another Call-ID. Few messages bear such headers; of those that do, the latest are
 * known, in memory of a fixed size.
 */
#ifndef SIPWHY_STORE_KIN_H
#define SIPWHY_STORE_KIN_H

#include "store/store.h"

struct kin;

/* An INVITE, by transaction, names this. *kin is made when it is NULL. */
void kin_add(struct kin **kin, const struct store *store, uint64_t key, uint32_t transaction);
/* The INVITEs that name it, the latest first, at most `max`; how many. */
size_t kin_find(const struct kin *kin, const struct store *store, uint64_t key, uint32_t *ids,
                size_t max);
void kin_free(struct kin *kin);

#endif
