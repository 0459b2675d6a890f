/*
 * The only path from a packet to the store: decode, scan, store (and, as it
 * lands, diagnose).
 */
#ifndef SIPWHY_PIPELINE_H
#define SIPWHY_PIPELINE_H

#include "net/packet.h"
#include "sip/scan.h"
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

#define PIPELINE_BATCH 16

/* A message on its way into the store. */
struct pipeline_item {
    struct packet packet;
    struct payload payload;
    struct sip_message sip;
    struct store_keys keys;
};

struct pipeline {
    struct store *store;
    struct pipeline_counts counts;
    int64_t last_ns; /* time of the latest packet */
    size_t waiting;
    struct pipeline_item batch[PIPELINE_BATCH];
};

/* Takes a packet in; a message of a mapped file may wait for others. */
void pipeline_packet(struct pipeline *pipeline, const struct packet *packet);
/* Puts into the store what waits. */
void pipeline_flush(struct pipeline *pipeline);

#endif
