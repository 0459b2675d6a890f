/*
 * Whether addresses, URIs and hosts of a message can be read as what they should be (RFC 3261 §25.1).
 * Asked of every message: what looks as usual is quickly accepted, and the rest looked at closely.
 */
#ifndef SIPWHY_SIP_GOOD_H
#define SIPWHY_SIP_GOOD_H

#include "base/span.h"

/* What tokens are made of. */
static inline bool sip_token_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || ascii_digit(c) ||
           (c != '\0' && strchr("-.!%*_+`'~", c));
}
/* Whether it begins with a scheme, a colon and more (RFC 3986 §3.1). */
bool sip_has_scheme(struct span uri);
/* Whether a host, with what may follow it in a URI, has no port or a good one. */
bool sip_host_good(struct span host);
/* The host of a sip or sips URI: it stands behind its user, if there is one. */
bool sip_uri_good(struct span uri);
/*
 * Whether a name-addr or addr-spec can be read as one: `"` and `<` have their twins, and a sip URI
 * has a host with a good port. Behind a name with escapes in it nothing is sure. Not empty.
 */
bool sip_address_good(struct span value);
/* The host of a value that begins as "sip:user@host" or "<sip:user@host"; else empty. */
struct span sip_usual_host(struct span value);

#endif
