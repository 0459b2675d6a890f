/* What statistics.c and census.c share. Nobody outside includes this. */
#ifndef SIPWHY_DIAGNOSE_CENSUS_H
#define SIPWHY_DIAGNOSE_CENSUS_H

#include "diagnose/statistics.h"

/* A transaction that is being counted, with who sent its request to whom. */
struct census_item {
    const struct store *store;
    const struct transaction *txn;
    uint32_t id;
    struct addr src, dst;
};

/* statistics.c: sets the slots, from the query and from when traffic was seen. */
void statistics_place(struct statistics *s);
/* The slot that a time falls into; false outside of all. */
bool statistics_slot_of(const struct statistics *s, int64_t ns, uint32_t *slot);
/* The label of the group that it belongs to; "" where it has none. Writes STATISTICS_LABEL bytes. */
void statistics_label(enum statistics_by by, const struct census_item *item, char *out);

#endif
