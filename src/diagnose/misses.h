/*
 * Whether the capture itself has lost packets: an answer without its question, an ACK to nothing, a
 * request that nobody repeats though no answer was seen. Where that is often, what is only missing
 * proves nothing. Looked for among the latest transactions of the store, and in the call at hand.
 */
#ifndef SIPWHY_DIAGNOSE_MISSES_H
#define SIPWHY_DIAGNOSE_MISSES_H

#include "diagnose/scene.h"

/* Zeroed before its first use. */
struct misses {
    int64_t looked_ns;     /* capture time of the latest look; 0: none */
    bool ended;            /* it was the last */
    unsigned looked, lost; /* transactions, and those with a sign */
};

/* Whether the capture misses packets, by what the store holds now; looks again every few seconds. */
bool misses_packets(struct misses *misses, const struct store *store, bool ended);
/* Whether one of the call of `t` does. */
bool misses_of_call(const struct scene *scene, const struct scene_transaction *t);
/* Whether an ACK over its hop shows that the INVITE had a final answer, which was not captured. */
bool misses_final(const struct scene_transaction *t);

#endif
