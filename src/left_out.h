/*
 * What did not become a message, and why: one table for the report, JSON and the console. Most of it
 * is known for all sources together, since streams and fragments lie between packets.
 */
#ifndef SIPWHY_LEFT_OUT_H
#define SIPWHY_LEFT_OUT_H

#include "session.h"

#define LEFT_OUT_MOST 40

struct left_out {
    uint64_t value;
    const char *word;  /* for programs */
    const char *label; /* for people, see tr() */
    const char *note;  /* what it means, or "" */
};

/* All reasons, those that did not occur too. How many there are. */
size_t left_out_list(const struct session *session, struct left_out rows[LEFT_OUT_MOST]);
#endif
