/*
 * What one source did again and again: how often, from when to when, which users and hosts it tried,
 * and a few of its messages, spread over the whole of it. Bounded, however long it goes on.
 */
#ifndef SIPWHY_DIAGNOSE_SPREE_H
#define SIPWHY_DIAGNOSE_SPREE_H

#include "base/strbuf.h"
#include "diagnose/scene.h"

#define SPREE_NAMES 4     /* users that are named */
#define SPREE_NAME 32     /* bytes of a name */
#define SPREE_USERS 512   /* told apart; a power of two */
#define SPREE_TARGETS 256 /* the same */
#define SPREE_SAMPLES 5   /* messages, beside the latest */

struct spree_name {
    int64_t time_ns;
    char text[SPREE_NAME];
};

struct spree_sample {
    int64_t time_ns; /* of the request */
    uint32_t frame;
    uint16_t source, code; /* that it was answered with, 0: not */
    uint8_t method;
    char user[SPREE_NAME];
};

struct spree {
    int64_t first_ns, last_ns;
    uint64_t requests;
    unsigned users, targets; /* at most as many as are told apart, less a quarter: */
    bool more_users;         /* there are others */
    unsigned nnames;
    struct spree_name names[SPREE_NAMES]; /* the first ones, by time */
    char agent[2 * SPREE_NAME];           /* what a scanner calls itself; "": it does not */
    unsigned nsamples, stride;
    struct spree_sample samples[SPREE_SAMPLES], latest;
    uint64_t seen_users[SPREE_USERS], seen_targets[SPREE_TARGETS]; /* hashes */
};

/* One more request, for this user. */
void spree_add(struct spree *spree, const struct scene_transaction *t, struct span user);
/* What the client of this request calls itself, if the spree has no such name yet. */
void spree_name(struct spree *spree, const struct sip_message *request);
/* The samples and the latest one by time, into `all` of SPREE_SAMPLES + 1. Returns how many. */
unsigned spree_samples(const struct spree *spree, const struct spree_sample **all);
/* The users by name: "1001, 1002, 1003, 1004 and 22 more"; nothing where none is known. */
void spree_put_users(const struct spree *spree, struct strbuf *out);

#endif
