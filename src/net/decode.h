/*
 * From a packet's link layer to its transport payloads (decoding only: no state
 * yet, no sockets). Tables name each link type and IP protocol with its decoder.
 */
#ifndef SIPWHY_NET_DECODE_H
#define SIPWHY_NET_DECODE_H

#include "base/reader.h"
#include "net/packet.h"

enum decode_result {
    DECODE_OK,     /* *payload is filled */
    DECODE_OTHER,  /* another protocol: nothing to read here */
    DECODE_BROKEN, /* headers cut off or contradictory */
    DECODE_UNKNOWN /* a link type without a decoder */
};

/* Finds the transport payload of a packet; *payload points into the packet. */
enum decode_result decode_packet(const struct packet *packet, struct payload *payload);
/* Whether the link type has a decoder. */
bool decode_knows_link(uint16_t linktype);

/* Used by the link and IP layers; the reader stands at the header to be decoded. */
struct decode {
    const struct packet *packet;
    struct payload *payload;
    struct reader r;
    int depth; /* headers inside headers; bounded */
};
typedef enum decode_result decode_fn(struct decode *d);

enum decode_result decode_link(struct decode *d);
enum decode_result decode_ethertype(struct decode *d, uint16_t type);
enum decode_result decode_ip(struct decode *d);

#endif
