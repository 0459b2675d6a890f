/*
 * The thorough reading of one SIP message, by libosip2: for the message that
 * somebody looks at, and wherever a structure is needed. It is stricter than
 * sip/scan.h and may refuse what the scanner accepts; the caller then falls back
 * to the scanner's fields.
 *
 * All spans point into memory of the parsed message and live as long as it does.
 * What is absent is SPAN_NONE.
 */
#ifndef SIPWHY_SIP_PARSE_H
#define SIPWHY_SIP_PARSE_H

#include "base/span.h"

/* What is read at most: the largest UDP payload, and a limit to what libosip2 is given. */
#define SIP_PARSE_MAX 65535

struct sip_parsed;

/* One Via value (RFC 3261 §20.42), the topmost first. */
struct sip_parsed_via {
    struct span transport; /* "UDP", as written */
    struct span host;      /* without brackets around IPv6 */
    struct span port;
    struct span branch;
    struct span received;
    struct span rport; /* empty with p set when the parameter has no value (RFC 3581) */
};

/* From, To or one Contact (§20.10). */
struct sip_parsed_address {
    struct span display; /* without quotes */
    struct span uri;     /* "*" for the Contact that stands for all */
    struct span tag;
};

struct sip_parsed_header {
    struct span name; /* full names for the headers that libosip2 knows, else as written */
    struct span value;
};

/* A body, or one part of a multipart body (§7.4, RFC 2046). May hold any bytes. */
struct sip_parsed_body {
    struct span type; /* "application/sdp", with parameters */
    struct span bytes;
};

/*
 * Parses one message; leading empty lines are skipped, bytes behind Content-Length left out.
 * NULL when libosip2 or sip_scan() refuses it, when it is larger than SIP_PARSE_MAX, or when its
 * headers hold a NUL byte, which libosip2 would take for the end. The caller frees the result with
 * sip_parsed_free().
 */
struct sip_parsed *sip_parse(struct span message);
void sip_parsed_free(struct sip_parsed *parsed);

/* The response code, or 0 for a request. */
uint16_t sip_parsed_code(const struct sip_parsed *parsed);
/* Method and Request-URI of a request, reason phrase of a response, "SIP/2.0" of either. */
struct span sip_parsed_method(const struct sip_parsed *parsed);
struct span sip_parsed_uri(const struct sip_parsed *parsed);
struct span sip_parsed_reason(const struct sip_parsed *parsed);
struct span sip_parsed_version(const struct sip_parsed *parsed);

struct span sip_parsed_call_id(const struct sip_parsed *parsed);
/* Number and method of CSeq as written; SPAN_NONE without one. */
struct span sip_parsed_cseq_number(const struct sip_parsed *parsed);
struct span sip_parsed_cseq_method(const struct sip_parsed *parsed);
/* As written; SPAN_NONE without one. */
struct span sip_parsed_content_length(const struct sip_parsed *parsed);
/* With parameters; SPAN_NONE without one. */
struct span sip_parsed_content_type(const struct sip_parsed *parsed);

/* NULL when the message has none. */
const struct sip_parsed_address *sip_parsed_from(const struct sip_parsed *parsed);
const struct sip_parsed_address *sip_parsed_to(const struct sip_parsed *parsed);

/* Lists: `*n` is their length; NULL when it is 0. */
const struct sip_parsed_via *sip_parsed_vias(const struct sip_parsed *parsed, size_t *n);
const struct sip_parsed_address *sip_parsed_contacts(const struct sip_parsed *parsed, size_t *n);
/* All header fields without an accessor above, grouped by name. */
const struct sip_parsed_header *sip_parsed_headers(const struct sip_parsed *parsed, size_t *n);
const struct sip_parsed_body *sip_parsed_bodies(const struct sip_parsed *parsed, size_t *n);

#endif
