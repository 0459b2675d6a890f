/*
 * Who sent a message to whom, and over what, where a log does not say: taken from the message
 * itself. The addresses in Via and Request-URI are those that SIP itself would use (RFC 3261
 * §18.2.2, §8.1.2); a name, which no log resolves, leaves the address unknown. A log that names the
 * other end only, or says no more than which one wrote it, speaks of one host, which it calls in the
 * Via of its own requests.
 */
#ifndef SIPWHY_ASSUME_H
#define SIPWHY_ASSUME_H

#include "net/packet.h"
#include "sip/scan.h"

struct assume;

/*
 * Fills what `payload->assumed` names; `source` is the number of the input. *assume, NULL to begin,
 * remembers where requests went, since their responses come from there, and what the hosts of logs
 * are called. `self` is what this log's host will call itself, family 0 where that is not known yet.
 */
void assume_flow(struct assume **assume, unsigned source, const struct addr *self,
                 struct payload *payload, const struct sip_message *sip);
void assume_free(struct assume *assume);

#endif
