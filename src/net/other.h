/*
 * What a datagram that is no SIP may be, by its first bytes and its ports: a guess for those who wonder
 * what a capture is full of. Nothing of it is read.
 */
#ifndef SIPWHY_NET_OTHER_H
#define SIPWHY_NET_OTHER_H

#include "net/packet.h"

enum other { OTHER_UNKNOWN, OTHER_RTP, OTHER_RTCP, OTHER_STUN, OTHER_DTLS, OTHER_DNS, OTHERS };

/* How RFC 7983 §7 tells them apart; in doubt it is unknown. */
enum other other_of(const struct payload *payload);

#endif
