/*
 * The only path from a packet to the store and the findings: decode, scan, store, diagnose.
 */
#ifndef SIPWHY_PIPELINE_H
#define SIPWHY_PIPELINE_H

#include "diagnose/diagnosis.h"
#include "diagnose/roll.h"
#include "assume.h"
#include "net/other.h"
#include "net/net.h"
#include "sip/scan.h"
#include "store/store.h"

/*
 * Where the packets of a source went. What is not counted in `sip` says why, and so does net_counts(),
 * which knows no sources.
 */
struct pipeline_counts {
    uint64_t packets;
    uint64_t bytes; /* of packets, as captured */
    uint64_t sip;
    uint64_t not_sip;        /* a payload, but another protocol: */
    uint64_t others[OTHERS]; /* which it may be */
    uint64_t keepalives;     /* CRLF and the like */
    uint64_t other;          /* neither UDP, TCP nor ICMP errors */
    uint64_t broken;         /* headers cut off or contradictory */
    uint64_t unknown_link;   /* a link type that cannot be read */
    uint16_t link;           /* the last unknown one */
};

/* What a capture agent told. */
struct pipeline_agent {
    uint64_t messages;
    uint16_t source; /* through which the last one came */
};

#define PIPELINE_BATCH 16

/* A message on its way into the store. */
struct pipeline_item {
    struct packet packet;
    struct payload payload;
    struct sip_message sip;
    struct store_keys keys;
};

/* Called for each message, before it is stored; everything is only there for the call. */
typedef void pipeline_tap_fn(const struct packet *packet, const struct payload *payload,
                             const struct sip_message *sip, void *arg);

struct pipeline {
    struct store *store;
    struct diagnosis *diagnosis;
    struct roll *roll;
    struct net *net;
    struct pipeline_counts *counts; /* of each source so far */
    size_t sources;
    struct pipeline_agent *agents; /* by store_agent()'s numbers; NULL before there is one */
    int64_t last_ns;               /* time of the latest packet */
    int64_t late_ns;      /* how late capture agents were at worst: their clock, and the way here */
    pipeline_tap_fn *tap; /* sees every message on its way; may be NULL */
    void *tap_arg;
    struct assume *assume; /* made when a log leaves addresses out */
    size_t waiting;
    unsigned lasting; /* packets since the batch was begun whose bytes do not stay for long */
    struct pipeline_item batch[PIPELINE_BATCH];
};

/* Takes the store over. -1 when memory is short; then there is nothing to close. */
int pipeline_open(struct pipeline *pipeline, struct store *store);
void pipeline_close(struct pipeline *pipeline);
/* Takes a packet in; a message whose bytes stay for a while may wait for others. */
void pipeline_packet(struct pipeline *pipeline, const struct packet *packet);
/* Puts into the store what waits for others. */
void pipeline_flush(struct pipeline *pipeline);
/* No packet will come for now: what is incomplete goes into the store as it is. */
void pipeline_finish(struct pipeline *pipeline);
/* Of one source, and of all. */
struct pipeline_counts pipeline_counts_of(const struct pipeline *pipeline, size_t source);
struct pipeline_counts pipeline_counts(const struct pipeline *pipeline);
/* Forgets all that was stored and found; the counts go on. */
void pipeline_clear(struct pipeline *pipeline);
/* Lets capture time pass without a packet. */
void pipeline_advance(struct pipeline *pipeline, int64_t now_ns);
/* Some of the timers that are due before a packet of that time; true: there are more. */
bool pipeline_catch_up(struct pipeline *pipeline, int64_t time_ns);

#endif
