/*
 * Sources whose requests are refused again and again: what scanners and password guessers have
 * in common shows only over many calls. A bounded memory of the latest refusals of each source.
 */
#ifndef SIPWHY_DIAGNOSE_SUSPECTS_H
#define SIPWHY_DIAGNOSE_SUSPECTS_H

#include "diagnose/scene.h"

#define SUSPECT_WINDOW_NS 60000000000LL
#define SUSPECT_LIMIT 20

struct suspects;

struct suspects *suspects_new(void);
void suspects_free(struct suspects *suspects);
/* Learns the refusals of a scene, and which of those known there have become none. */
void suspects_learn(struct suspects *suspects, const struct scene *scene);
/*
 * How many distinct users this source was refused for, within a minute that ends with the time
 * given, with no request granted in between; how many of its credentials were refused then.
 */
unsigned suspects_users(const struct suspects *suspects, const struct store *store,
                        const struct addr *source, int64_t time_ns);
unsigned suspects_passwords(const struct suspects *suspects, const struct addr *source,
                            int64_t time_ns);

#endif
