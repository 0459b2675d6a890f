/* Tools that look for weak SIP servers, by the names that they give themselves. */
#ifndef SIPWHY_SIP_SCANNER_H
#define SIPWHY_SIP_SCANNER_H

#include "base/span.h"

/* Whether a product of a User-Agent, or the name in a From value, is a known scanner's. */
bool sip_is_scanner(struct span agent, struct span from);

#endif
