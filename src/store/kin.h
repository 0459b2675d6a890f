/*
 * Which INVITEs have what in common that passes through a B2BUA, whatever its addresses: a session, a
 * charging id, another Call-ID, a session description. The latest are known, in memory that is a
 * small part of the store's budget; to add one and to find some takes the same time among many.
 */
#ifndef SIPWHY_STORE_KIN_H
#define SIPWHY_STORE_KIN_H

#include "store/store.h"

struct kin;

/* Fetches from memory where one will be added a little later. */
void kin_expect(const struct kin *kin, uint64_t key);
/* A transaction has this. *kin is made when it is NULL. Once for those of a call in a row. */
void kin_add(struct kin **kin, const struct store *store, uint64_t key, uint32_t transaction);
/* Those that have it, the latest first, at most `max`; how many. */
size_t kin_find(const struct kin *kin, const struct store *store, uint64_t key, uint32_t *ids,
                size_t max);
/* The latest of them, or 0. */
uint32_t kin_latest(const struct kin *kin, const struct store *store, uint64_t key);
/* How often it was added, as far as is remembered: what everybody has tells nothing. */
size_t kin_count(const struct kin *kin, uint64_t key);
size_t kin_bytes(const struct kin *kin);
void kin_free(struct kin *kin);

#endif
