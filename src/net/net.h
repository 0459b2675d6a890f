/*
 * From packets to messages: link layers, IP and its fragments, UDP, TCP and what
 * runs in it (see stream.h). Decoding only: no sockets, and time is the packets'.
 * One packet may give several messages and events, or complete what others began.
 * All that waits for more is bounded: in each connection, and in all.
 */
#ifndef SIPWHY_NET_NET_H
#define SIPWHY_NET_NET_H

#include "net/event.h"
#include "net/packet.h"
#include "net/tls.h"

struct net;

enum decode_result {
    DECODE_OK,     /* read, and handed on or kept */
    DECODE_OTHER,  /* another protocol: nothing to read here */
    DECODE_BROKEN, /* headers cut off or contradictory */
    DECODE_UNKNOWN /* a link type without a decoder */
};

/* What was lost on the way, and why. */
struct net_counts {
    uint64_t gaps;              /* holes in TCP streams */
    uint64_t gap_bytes;         /* as far as their size is known */
    uint64_t refused;           /* TCP segments that contradict others, or jump out of line */
    uint64_t unframed;          /* bytes of SIP streams outside of any message */
    uint64_t over_limit;        /* connections, messages and datagrams cut to keep within limits */
    uint64_t fragments;         /* IP fragments seen */
    uint64_t fragments_lost;    /* datagrams of which some never came */
    uint64_t fragments_refused; /* datagrams whose fragments contradict each other */
    uint64_t sctp_lost;         /* fragments of messages that never were complete */
    uint64_t not_inflated;   /* compressed WebSocket messages of which the beginning is not known */
    uint64_t encrypted;      /* packets of ESP that cannot be read */
    uint64_t hep;            /* packets of capture agents, by what they have inside: */
    uint64_t hep_broken;     /* nothing readable */
    uint64_t hep_keepalives; /* nothing */
    uint64_t hep_types[256]; /* a payload of this type; only SIP is read */
};

/*
 * Called for each datagram and each message of a stream, in order. `packet` is the one that
 * completed it; without bytes (`data` NULL) when it was not the one just handed in.
 */
typedef void net_payload_fn(const struct packet *packet, const struct payload *payload, void *arg);
typedef void net_event_fn(const struct packet *packet, const struct net_event *event, void *arg);

/* NULL when memory is short. `event` may be NULL. */
struct net *net_new(net_payload_fn *payload, net_event_fn *event, void *arg);
void net_free(struct net *net);
/* Takes a packet; its bytes are not needed after the call. */
enum decode_result net_packet(struct net *net, const struct packet *packet);
/* Lets capture time pass: gives up what has waited for too long. */
void net_advance(struct net *net, int64_t now_ns);
/* No more will come: hands on, as truncated, all that waits. */
void net_finish(struct net *net);
const struct net_counts *net_counts(const struct net *net);

/* Takes lines of a TLS key log in NSS's format; connections that wait for them go on. */
void net_tls_log(struct net *net, const void *text, size_t n);
/* Takes an RSA private key in PEM, for key exchange without forward secrecy. -1 when it is none. */
int net_tls_key(struct net *net, const void *pem, size_t n);
/* More lines may come: records that lack them may wait. */
void net_tls_expect(struct net *net);
const struct tls_counts *net_tls_counts(const struct net *net);

/* Whether the link type has a decoder. */
bool decode_knows_link(uint16_t linktype);

#endif
