/*
 * Forwarding messages as HEP version 3 to a collector, or to another sipwhy: by UDP, TCP or TLS,
 * without ever waiting. What the connection does not take is kept in a bounded queue, and dropped
 * and counted beyond it.
 */
#ifndef SIPWHY_EXPORT_HEP_H
#define SIPWHY_EXPORT_HEP_H

#include "net/hep.h"

struct hep_sender;

struct hep_sender_options {
    const char *target;      /* udp:HOST:PORT, tcp:HOST:PORT or tls:HOST:PORT */
    const char *authorities; /* PEM file to trust on TLS; NULL: the system's */
    const char *key;         /* authentication key, or NULL */
    const char *name;        /* of this agent; NULL: the host's */
    uint32_t id;
};

struct hep_sender_counts {
    uint64_t sent;
    uint64_t looped;  /* not sent: they came from where they would go */
    uint64_t waiting; /* in the queue now */
    uint64_t dropped; /* did not fit: the queue was full, or the message too large */
};

/* Begins to connect. NULL with *error, one line that the caller frees. */
struct hep_sender *hep_sender_open(const struct hep_sender_options *options, char **error);
/* Frees it; what still waits is lost. NULL is fine. */
void hep_sender_close(struct hep_sender *sender);
/*
 * Queues a message. `hep` has its time, addresses, protocol and payload, and, where an agent had
 * sent it, that agent's number, name and correlation, which are kept; `from` and `to` are then who
 * had sent it to whom, else of family 0. What came from the target, was on its way to it, or is
 * what was sent lately and has come back, is not sent again.
 */
void hep_sender_put(struct hep_sender *sender, const struct hep *hep);
/* Sends what the connection takes now, connects again where that is due. */
void hep_sender_work(struct hep_sender *sender);
/* Whether so much waits, and goes on, that whoever can wait, too, should. */
bool hep_sender_busy(const struct hep_sender *sender);
/* Works until all is sent, or for this long. */
void hep_sender_drain(struct hep_sender *sender, int64_t longest_ns);
const struct hep_sender_counts *hep_sender_counts(const struct hep_sender *sender);
/* What is wrong with the connection, in the language; "" when nothing is. */
const char *hep_sender_trouble(const struct hep_sender *sender);

#endif
