/*
 * Sources whose requests are refused again and again: what scanners and password guessers have
 * in common shows only over many calls. A bounded memory of the latest refusals of each source, and
 * of what those did that were too many.
 */
#ifndef SIPWHY_DIAGNOSE_SUSPECTS_H
#define SIPWHY_DIAGNOSE_SUSPECTS_H

#include "diagnose/spree.h"

#define SUSPECT_WINDOW_NS 60000000000LL
#define SUSPECT_LIMIT 20

enum suspicion {
    SUSPECT_SCANS,   /* SUSPECT_LIMIT users within a minute, all refused; or it says so itself */
    SUSPECT_GUESSES, /* so many credentials that were refused */
    SUSPICIONS
};

struct suspects;

struct suspects *suspects_new(void);
void suspects_free(struct suspects *suspects);
/*
 * Learns the refusals of a scene, and which of those known there have become none. Returns how many
 * earlier transactions belong to what has now become too much, and writes the first `most` of them to
 * `txns`: they were harmless when they were looked at.
 */
size_t suspects_learn(struct suspects *suspects, const struct scene *scene, uint32_t *txns,
                      size_t most);
/* The user that the request tries: the one asked for, or the one whose password it has. */
struct span suspects_user(const struct scene_transaction *t, enum suspicion kind);
/* The spree that the transaction belongs to; NULL: to none. */
const struct spree *suspects_spree(const struct suspects *suspects, const struct scene *scene,
                                   const struct scene_transaction *t, enum suspicion kind);

#endif
