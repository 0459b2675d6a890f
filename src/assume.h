/*
 * Who sent a message to whom, and over what, where a log does not say: taken from the message
 * itself. The addresses in Via and Request-URI are those that SIP itself would use (RFC 3261
 * §18.2.2, §8.1.2); a name, which no log resolves, leaves the address unknown.
 */
#ifndef SIPWHY_ASSUME_H
#define SIPWHY_ASSUME_H

#include "net/packet.h"
#include "sip/scan.h"

struct assume;

/*
 * Fills what `payload->assumed` names. *assume, NULL to begin, remembers where requests went, since
 * their responses come from there; free() it.
 */
void assume_flow(struct assume **assume, struct payload *payload, const struct sip_message *sip);

#endif
