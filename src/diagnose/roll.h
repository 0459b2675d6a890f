/*
 * What filters ask about endpoints: each host's figures over all that the store holds, whatever
 * filter is in force. They are counted only when a filter has asked, in slices or at once, and stay
 * as they are until they are counted anew.
 */
#ifndef SIPWHY_DIAGNOSE_ROLL_H
#define SIPWHY_DIAGNOSE_ROLL_H

#include "diagnose/diagnosis.h"

struct roll;

/* Answers store_endpoint(); both must outlive it. */
struct roll *roll_new(struct store *store, const struct diagnosis *diagnosis);
void roll_free(struct roll *roll);
/* From now on who asks waits for roll_work(), instead of having all counted at once. */
void roll_defer(struct roll *roll);
/* Begins to count if something has changed since it was last done; whether there is work to do. */
bool roll_begin(struct roll *roll);
/* Whether somebody waits for figures that were never counted, or counting goes on. */
bool roll_busy(const struct roll *roll);
/* Goes on with at most so many transactions; whether there is more to do. */
bool roll_work(struct roll *roll, size_t most);
/* Changes when figures have changed; 0: they were never counted. */
uint64_t roll_version(const struct roll *roll);

#endif
