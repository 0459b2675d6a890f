/*
 * Putting a message that lay in no single packet (put together from several, or
 * taken out of another protocol) back into IP packets, so that other programs
 * can read it: one UDP datagram, or as many TCP segments as it needs.
 */
#ifndef SIPWHY_EXPORT_WRAP_H
#define SIPWHY_EXPORT_WRAP_H

#include "store/event.h"
#include "store/store.h"

/* Called for each packet, from the IP header on; the bytes are only there for the call. */
typedef void wrap_fn(const uint8_t *packet, size_t n, void *arg);

/*
 * Gives the packets of a message with MESSAGE_APART, sent on this flow: with checksums, and for
 * streams with the message's own sequence number. Of a datagram what fits into one.
 */
void wrap_message(const struct message *message, const struct flow *flow, wrap_fn *fn, void *arg);
/*
 * Gives the packet of an ICMP or ICMPv6 error (RFC 792, RFC 4443), which quotes the beginning of the
 * message that it is about; that was sent on this flow.
 */
void wrap_error(const struct icmp_error *error, const struct message *quoted,
                const struct flow *flow, wrap_fn *fn, void *arg);

#endif
