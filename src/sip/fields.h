/* Taking header field values apart, without copying. Shared by the scanner and the views. */
#ifndef SIPWHY_SIP_FIELDS_H
#define SIPWHY_SIP_FIELDS_H

#include "base/span.h"

/* The next of a comma-separated list of values; commas in quotes and <> do not separate. */
bool sip_next_value(struct span *rest, struct span *value);
/* The same for any separator: `a;b="c;d"` at ';'. */
bool sip_next_piece(struct span *rest, char separator, struct span *piece);
/* A parameter of a value: "tag" in `<sip:a@b>;tag=x`; quotes are taken off. SPAN_NONE when
 * absent, an empty span with p set when it has no value. */
struct span sip_param(struct span value, const char *name);
/* The tag of a From or To value. */
struct span sip_tag(struct span value);
/* sent-by and branch of one Via value (RFC 3261 §20.42); empty where missing. */
void sip_read_via(struct span via, struct span *sent_by, struct span *branch);
/* The transport that a Via value names, as written: "UDP"; empty where it is missing. */
struct span sip_via_transport(struct span via);
/* Number and method of a CSeq value; -1 when the number is missing or above 2^31-1 (§8.1.1.5). */
int sip_read_cseq(struct span value, uint32_t *number, struct span *method);
/* The number that a value begins with, as Retry-After and Session-Expires do: "20 (busy)". */
bool sip_read_seconds(struct span value, uint64_t max, uint64_t *seconds);
/* A credential or challenge parameter: "realm" in `Digest realm="x", nonce="y"`, without quotes. */
struct span sip_auth_param(struct span value, const char *name);

/* The parts of a name-addr or addr-spec (RFC 3261 §20.10). */
struct sip_address {
    struct span display; /* without its quotes */
    struct span uri;     /* without <> */
    struct span user;    /* before the '@', without parameters and password; empty without one */
    struct span host;    /* with port, without parameters */
    struct span params;  /* header parameters behind the URI, from the first ';' */
};
void sip_read_address(struct span value, struct sip_address *address);
/* "alice@example.org:5070", or the host alone; what lies between them counts. */
struct span sip_user_at_host(const struct sip_address *address);
/* User and host of a URI alone (a Request-URI). */
void sip_read_uri(struct span uri, struct sip_address *address);
/*
 * The host, without port, of the first URI in a value: for a question asked of every message. Of a
 * name in quotes with '<' or a colon in it, it makes a wrong one: who needs to know reads it all.
 */
struct span sip_glance_host(struct span value);
/* The user of a URI alone, without parameters and password, in the same way; empty without one. */
struct span sip_glance_user(struct span uri);
/* "b.example" of "b.example:5080", "[2001:db8::1]" of "[2001:db8::1]:5080". */
struct span sip_host_name(struct span host);

#endif
