/*
 * The only path from a packet to the store: decode, scan, store (and, as it
 * lands, diagnose). It has no state but its counters.
 */
#ifndef SIPWHY_PIPELINE_H
#define SIPWHY_PIPELINE_H

#include "net/packet.h"
#include "store/store.h"

/* Where the packets went. Everything that is not counted in `sip` says why. */
struct pipeline_counts {
    uint64_t packets;
    uint64_t sip;
    uint64_t not_sip;      /* a payload, but another protocol */
    uint64_t keepalives;   /* CRLF and the like */
    uint64_t other;        /* no UDP */
    uint64_t broken;       /* headers cut off or contradictory */
    uint64_t unknown_link; /* a link type that cannot be read */
    uint16_t link;         /* the last unknown one */
};

struct pipeline {
    struct store *store;
    struct pipeline_counts counts;
};

void pipeline_packet(struct pipeline *pipeline, const struct packet *packet);

#endif
