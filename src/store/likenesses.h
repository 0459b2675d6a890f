/*
 * Which INVITE was the latest that had something that two of different calls may have alike: asked of
 * every INVITE, and so small that it stays in the processor's cache. Of very many at once the oldest
 * are forgotten. What is alike is then kept in kin.h.
 */
#ifndef SIPWHY_STORE_LIKENESSES_H
#define SIPWHY_STORE_LIKENESSES_H

#include "store/store.h"

#define LIKENESS_SPELL_NS 4000000000LL /* spells of time that INVITEs fall into */
#define LIKENESS_SPELLS 8              /* of which one is remembered: as long as a leg may wait */

struct likenesses;

/* Made for a store with that budget; NULL: no memory. */
struct likenesses *likenesses_new(size_t budget);
void likenesses_free(struct likenesses *l);
size_t likenesses_bytes(const struct likenesses *l);

/* Fetches from memory what is asked for a little later. */
void likenesses_expect(const struct likenesses *l, uint64_t key);
/*
 * The latest transaction of another call with that hash, of some spells before or one after; 0: none.
 * From now on it is `transaction`.
 */
uint32_t likenesses_take(struct likenesses *l, const struct store *store, uint64_t key,
                         uint32_t transaction);

#endif
