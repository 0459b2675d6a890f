/*
 * Calls across their legs, for who goes through many of them again and again: which legs (calls of the
 * store, a Call-ID each) are one call is found when it is first asked (link.h), kept, and found anew
 * when a leg has grown. Costs nothing until somebody asks.
 */
#ifndef SIPWHY_STORE_JOINED_H
#define SIPWHY_STORE_JOINED_H

#include "store/store.h"

#define JOINED_LEGS 32 /* of one call at most; further ones are another call */

/*
 * The legs of the call that this one belongs to, itself among them, in the order in which they began; how
 * many: 0 where it is not in use. Those that are no calls themselves, a REFER that asked for one, come
 * last.
 */
size_t joined_legs(const struct store *store, uint32_t call, uint32_t ids[JOINED_LEGS]);
/* The first of them, which stands for the call; 0: not in use. */
uint32_t joined_first(const struct store *store, uint32_t call);
/*
 * Whether it is shown among calls: it began or went on with an INVITE, or is joined to such a one. Other
 * requests, as REGISTER or OPTIONS, make no calls.
 */
bool joined_is_call(const struct store *store, uint32_t call);

/* What all legs of a call come to. */
struct joined_sum {
    size_t legs; /* 0: it is not in use */
    uint32_t messages, transactions, dialogs;
    int64_t first_ns, last_ns; /* last_ns: now, while it goes on */
    bool finished;
};
struct joined_sum joined_sum(const struct store *store, uint32_t call);

/* How many calls there are; *all: no leg is left that nobody has asked about. */
size_t joined_count(const struct store *store, bool *all);
/* Asks about some of those that are left, and about those that came lately; true: there are more. */
bool joined_work(const struct store *store, size_t most);
/* From now on calls whose legs have changed are noted; each is told once; 0: no more. */
void joined_watch(const struct store *store);
uint32_t joined_changed(const struct store *store);

#endif
