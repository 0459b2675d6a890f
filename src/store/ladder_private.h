/* What ladder.c and ladder_events.c share. */
#ifndef SIPWHY_STORE_LADDER_PRIVATE_H
#define SIPWHY_STORE_LADDER_PRIVATE_H

#include "store/ladder.h"

/* Further rows, for what is no message, in any order. */
struct ladder_extra {
    struct ladder_row *rows;
    size_t n, size;
};

void ladder_add(struct ladder_extra *extra, const struct ladder_row *row);
/* The column of an address, made if there is none; those beyond the limit share the last one. */
uint8_t ladder_column_of(struct ladder *ladder, const struct addr *addr);
/*
 * ladder_events.c: what happened besides messages in a call, number `leg` of the ladder, whose
 * message rows are there; and the packets that were asked for.
 */
void ladder_add_events(struct ladder *ladder, struct ladder_extra *extra, const struct store *store,
                       uint32_t call, uint8_t leg, const struct ladder_options *options);
void ladder_add_frames(struct ladder *ladder, struct ladder_extra *extra, const struct store *store,
                       const struct ladder_options *options);

#endif
