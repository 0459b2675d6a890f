/*
 * A packet as an input hands it over, and what the decoders find in it. Plain
 * values; the bytes belong to the input unless `mapped` says that they stay.
 */
#ifndef SIPWHY_NET_PACKET_H
#define SIPWHY_NET_PACKET_H

#include <stdbool.h>
#include <stdint.h>

#include "net/addr.h"
#include "net/marks.h"

struct plain;

struct packet {
    int64_t time_ns; /* capture time since 1970, UTC */
    const uint8_t *data;
    uint32_t caplen;
    uint32_t origlen;          /* length on the wire */
    uint32_t frame;            /* number in its source, from 1 */
    uint16_t source;           /* index of the source */
    uint16_t linktype;         /* LINKTYPE_ value of the capture file formats */
    bool mapped;               /* the bytes outlive the call: the store need not copy them */
    bool lasts;                /* they are there until PACKET_LASTS further ones were read */
    const struct addr *peer;   /* who sent them to us, where we were sent them; for the call */
    const struct plain *plain; /* LINK_PLAIN: what is known beside the bytes; for the call */
};

#define PACKET_LASTS 16

/*
 * A link type of our own, besides the LINKTYPE_ values: the packet is HEP (net/hep.h), with nothing
 * in front. For sources that know a message and its addresses, but saw no packet.
 */
#define LINK_HEP 0xfff0
/* Another: no packet at all, but lines of a TLS key log, for what follows. It is no frame, either. */
#define LINK_TLS_KEYS 0xfff1
/* Another: the bytes are a message alone, and no packet was seen (net/plain.h). */
#define LINK_PLAIN 0xfff2
/* Of what is stored only: the bytes are a message as a log has it (net/marks.h). */
#define LINK_MARKED 0xfff3

/* What a log does not say and we made up, a bit each. */
enum assumed {
    ASSUMED_SRC = 1,
    ASSUMED_DST = 2,
    ASSUMED_TRANSPORT = 4,
    ASSUMED_FLOW = ASSUMED_SRC | ASSUMED_DST | ASSUMED_TRANSPORT,
    ASSUMED_TIME = 8 /* the year, the day, or all of it */
};

/* Which end wrote the log. */
enum logger { LOGGER_UNSAID, LOGGER_SENDER, LOGGER_RECEIVER };

/* The link type that a capture names: our own numbers mean nothing there, and nobody reads the rest. */
static inline uint16_t link_of_capture(uint32_t named)
{
    return (uint16_t)((named & 0xffff) < LINK_HEP ? named : UINT16_MAX);
}

static inline bool packet_is_frame(const struct packet *packet)
{
    return packet->linktype != LINK_TLS_KEYS;
}

struct hep;

enum transport {
    TRANSPORT_UDP,
    TRANSPORT_TCP,
    TRANSPORT_TLS,
    TRANSPORT_WS,  /* WebSocket in TCP, RFC 7118, */
    TRANSPORT_WSS, /* and in TLS */
    TRANSPORT_SCTP,
    TRANSPORTS
};

/*
 * A message, or what may be one: a datagram, or what the framing cut out of a stream. It lies
 * in the packet that completed it, or apart, in memory that is only there for the call.
 */
struct payload {
    const uint8_t *data;
    uint32_t len;
    uint32_t ip_offset; /* of the IP header in the packet, for writing it out again */
    uint32_t seq;       /* in a stream: the sequence number of its first byte */
    struct addr src, dst;
    uint8_t transport;     /* enum transport */
    uint16_t ip_id;        /* IPv4 identification, 0 where there is none */
    bool truncated;        /* bytes are missing: cut by the capture, or lost on the way to it */
    bool apart;            /* put together from several packets, or taken out of another protocol */
    bool fragmented;       /* its datagram came in IP fragments */
    uint16_t agent;        /* who saw it (store_agent()); 0: we ourselves */
    const struct hep *hep; /* it came in HEP; for the call */
    uint8_t assumed;       /* enum assumed */
    uint8_t logger;        /* enum logger */
    bool bare;             /* a log left out the CR of each line; Content-Length still counts it */
    struct marked marked;  /* what the message was made of, if that stays */
    bool misframed; /* in a stream: Content-Length is missing, or not where the next one begins */
};

static inline bool transport_is_stream(uint8_t transport)
{
    return transport != TRANSPORT_UDP && transport != TRANSPORT_SCTP;
}

/* Whether the message lies in the packet. */
static inline bool payload_is_inside(const struct packet *packet, const struct payload *payload)
{
    uintptr_t at = (uintptr_t)payload->data, start = (uintptr_t)packet->data;
    return packet->data && at >= start && at - start + payload->len <= packet->caplen;
}

/* Whether its bytes stay after the call: they lie in a mapped packet. */
static inline bool payload_stays(const struct packet *packet, const struct payload *payload)
{
    return packet->mapped && payload_is_inside(packet, payload);
}

/* "udp": as a Via has it, in small letters; "?" for what is none. */
const char *transport_name(uint8_t transport);
/* The transport of that name, in letters of any case; TRANSPORTS for what is none. */
uint8_t transport_find(struct span name);

#endif
