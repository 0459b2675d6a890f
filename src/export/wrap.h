/*
 * Putting what lay in no single packet (a message put together from several or taken out of another
 * protocol, a connection that only its facts are known of) back into IP packets, so that other
 * programs can read it: UDP datagrams, TCP segments, ICMP errors.
 */
#ifndef SIPWHY_EXPORT_WRAP_H
#define SIPWHY_EXPORT_WRAP_H

#include "store/event.h"
#include "store/store.h"

/* Called for each packet, from the IP header on; the bytes are only there for the call. */
typedef void wrap_fn(const uint8_t *packet, size_t n, void *arg);

/*
 * Gives the packet of a datagram, or of what fits into one; its headers tell of so many more bytes than
 * are there.
 */
void wrap_datagram(const struct addr *src, const struct addr *dst, struct span data,
                   unsigned missing, wrap_fn *fn, void *arg);

/* The same as SCTP's DATA (RFC 9260 §3.3.1), whole in one chunk of that number, in an association of its own. */
void wrap_chunk(const struct addr *src, const struct addr *dst, uint32_t association, uint32_t tsn,
                struct span data, wrap_fn *fn, void *arg);

enum { WRAP_FIN = 1, WRAP_SYN = 2, WRAP_RST = 4, WRAP_PSH = 8, WRAP_ACK = 16 };
struct wrap_segment {
    const struct addr *src, *dst;
    uint8_t flags; /* RFC 9293 §3.1 */
    uint32_t seq, ack;
    unsigned missing; /* bytes behind the last that its headers tell of */
};
/* Gives the packet of a segment, or where the bytes are many the packets. */
void wrap_segments(const struct wrap_segment *segment, struct span data, wrap_fn *fn, void *arg);
/*
 * Gives the packet of an ICMP or ICMPv6 error (RFC 792, RFC 4443), which quotes the beginning of the
 * message that it is about; that was sent on this flow.
 */
void wrap_error(const struct icmp_error *error, const struct message *quoted,
                const struct flow *flow, wrap_fn *fn, void *arg);
/* The same about a segment without bytes, as if the host that it goes to said it. */
void wrap_error_of_segment(uint8_t type, uint8_t code, const struct wrap_segment *quoted,
                           wrap_fn *fn, void *arg);

#endif
