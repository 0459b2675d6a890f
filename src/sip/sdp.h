/* A glance at a session description (RFC 8866): what the ladder and the evidence name. */
#ifndef SIPWHY_SIP_SDP_H
#define SIPWHY_SIP_SDP_H

#include "base/strbuf.h"

/*
 * Appends what an SDP body offers, as "audio PCMU PCMA telephone-event, video off":
 * media, codec names, and "off" for port 0. Nothing for a body without media lines.
 * The names come from the network: escape before showing.
 */
void sdp_summary(struct strbuf *out, struct span body);

#endif
