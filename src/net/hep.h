/*
 * HEP, the encapsulation in which Homer's capture agents (Kamailio, OpenSIPS, FreeSWITCH,
 * Asterisk, heplify, sngrep) send what they saw: versions 1 and 2 with a fixed header, version 3
 * as chunks. Bytes in, spans out; no sockets.
 */
#ifndef SIPWHY_NET_HEP_H
#define SIPWHY_NET_HEP_H

#include "base/span.h"
#include "net/packet.h"

enum hep_type { HEP_SIP = 1, HEP_RTP = 4, HEP_RTCP = 5, HEP_LOG = 100 };

/* The protocol numbers of the inner packet; 22 is what agents write for TLS, which has none. */
enum hep_protocol { HEP_TCP = 6, HEP_UDP = 17, HEP_TLS = 22, HEP_SCTP = 132 };

#define HEP_MAX 65535       /* bytes: version 3 tells its length in 16 bits */
#define HEP_HEADER 6        /* "HEP3" and that length: all that is needed to cut a stream */
#define HEP_MAX_PLAIN 65507 /* of a payload, unpacked: what a UDP datagram could carry */

/* One HEP packet. Spans lie in the bytes that were decoded. */
struct hep {
    int64_t time_ns; /* when the agent saw the inner packet, since 1970; 0: it does not say */
    struct addr src, dst;
    struct span agent;       /* its name */
    struct span correlation; /* what the agent takes for the call's identity */
    struct span key;         /* the agent's password: compared, never shown or written */
    struct span payload;
    uint32_t agent_id;
    uint8_t version;
    uint8_t protocol;     /* enum hep_protocol */
    uint8_t type;         /* enum hep_type, or another number; SIP in versions 1 and 2 */
    bool compressed;      /* the payload is, with zlib or gzip */
    bool keepalive;       /* a sign of life: no payload */
    bool truncated;       /* the payload's end is missing */
    struct addr from, to; /* who sent this HEP packet to whom: for the decoder's caller to fill */
};

enum hep_result {
    HEP_OK,
    HEP_OTHER, /* no HEP */
    HEP_BROKEN /* begins like it, and contradicts itself or is cut before the payload */
};

/*
 * Reads one HEP packet. Version 3 is known by its first four bytes, "HEP3" or "EEP3"; the
 * others, which have no such mark, by a header length that fits the address family, and by a
 * transport protocol. `now_ns` is the time at which the bytes arrived, or 0: version 2 leaves the
 * byte order of its time to the sender, and the order that makes sense, or comes nearer, is taken.
 * Chunks of other vendors, unknown ones and those of a wrong size are passed over.
 */
enum hep_result hep_decode(struct hep *hep, const uint8_t *data, size_t n, int64_t now_ns);

/* Whether hep_decode() would try: a first look that costs next to nothing. */
static inline bool hep_begins(const uint8_t *data, size_t n)
{
    return n >= 8 && (data[0] == 1 || data[0] == 2 || memcmp(data + 1, "EP3", 3) == 0);
}

/*
 * The whole length of the version 3 packet that begins here, for cutting a byte stream: 0 when
 * fewer than HEP_HEADER bytes are there, -1 when none begins here.
 */
int hep_length(const uint8_t *data, size_t n);

/*
 * Unpacks a compressed payload (RFC 1950 or RFC 1952, whichever it is) into at most `size` bytes.
 * Returns their number; 0 when it is damaged or longer than that.
 */
size_t hep_unpack(struct span packed, uint8_t *out, size_t size);

/*
 * Writes a version 3 packet; empty spans, unknown addresses and a time of 0 are left out. The number of bytes, or 0
 * when they are more than `size` or HEP_MAX.
 */
size_t hep_encode(uint8_t *out, size_t size, const struct hep *hep);

#endif
