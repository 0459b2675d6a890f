/*
 * Network events that came just before what they are about: captures of several interfaces, and of
 * several clocks, put an answer before its question. The latest few wait for it, a short while of
 * capture time; what waits has nothing of the packet that it came with.
 */
#ifndef SIPWHY_STORE_EARLY_H
#define SIPWHY_STORE_EARLY_H

#include "net/event.h"

#define EARLY_NS 1000000000 /* so long one waits */
#define EARLY_EVENTS 64
#define EARLY_QUOTED 512 /* bytes of a quoted payload that are kept */

struct early_event {
    struct packet packet; /* its time, frame and source */
    struct net_event event;
    uint8_t quoted[EARLY_QUOTED];
};

struct early {
    uint32_t next;
    int64_t until_ns;            /* nothing waits any longer */
    uint64_t keys[EARLY_EVENTS]; /* of what they wait for; 0: a free place */
    struct early_event events[EARLY_EVENTS];
};

/* Takes an event in, instead of the oldest when all places are taken. */
void early_put(struct early *early, uint64_t key, const struct packet *packet,
               const struct net_event *event);
/* The place of the next event from `at` on that waits for this key at this time; EARLY_EVENTS: none. */
uint32_t early_find(const struct early *early, uint32_t at, uint64_t key, int64_t now_ns);

#endif
