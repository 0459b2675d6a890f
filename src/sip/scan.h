/*
 * The quick reading of a SIP message: one pass, no copies, no allocation. It
 * finds the fields that identify and route a message as spans in the bytes
 * themselves, and is as tolerant as the field requires: bare LF, compact forms,
 * folded lines, blanks before the colon, unknown methods, leading empty lines.
 * What is missing or wrong is noted in `problems`; the message still counts.
 * sip/parse.h is the thorough reading.
 */
#ifndef SIPWHY_SIP_SCAN_H
#define SIPWHY_SIP_SCAN_H

#include "base/span.h"
#include "sip/names.h"

enum sip_problem {
    SIP_NO_VIA = 1 << 0,
    SIP_NO_FROM = 1 << 1,
    SIP_NO_TO = 1 << 2,
    SIP_NO_CALL_ID = 1 << 3,
    SIP_NO_CSEQ = 1 << 4,
    SIP_BAD_START = 1 << 5,      /* blanks too many, no URI, or not version 2.0 in the start line */
    SIP_BAD_CSEQ = 1 << 6,       /* number or method unreadable */
    SIP_METHOD_DIFFERS = 1 << 7, /* CSeq names another method than the request line */
    SIP_BAD_HEADER = 1 << 8,     /* a header line without a colon */
    SIP_BAD_LENGTH = 1 << 9,     /* Content-Length is no number, or two that differ */
    SIP_NO_END = 1 << 10,        /* the headers never end */
    SIP_BODY_SHORT = 1 << 11,    /* Content-Length promises more than there is */
    SIP_BODY_LONG = 1 << 12,     /* more bytes than Content-Length says */
    SIP_NO_MAX_FORWARDS = 1 << 13,
    SIP_BAD_VALUE = 1 << 14,  /* a port beyond 65535, or Max-Forwards beyond 255 */
    SIP_BAD_ADDRESS = 1 << 15 /* Via without a host; From, To or Contact that is no address */
};
/* Problems that make a message malformed in the sense of RFC 3261 §7, §8.1.1 and §20. */
#define SIP_MALFORMED                                                                      \
    (SIP_NO_VIA | SIP_NO_FROM | SIP_NO_TO | SIP_NO_CALL_ID | SIP_NO_CSEQ | SIP_BAD_START | \
     SIP_BAD_CSEQ | SIP_METHOD_DIFFERS | SIP_BAD_HEADER | SIP_BAD_LENGTH | SIP_NO_END |    \
     SIP_BODY_SHORT | SIP_NO_MAX_FORWARDS | SIP_BAD_VALUE | SIP_BAD_ADDRESS)

/* Header fields whose presence alone says something; the value is looked up by who needs it. */
enum sip_trait {
    SIP_HAS_ROUTE = 1 << 0,
    SIP_HAS_RECORD_ROUTE = 1 << 1,
    SIP_HAS_CREDENTIALS = 1 << 2, /* Authorization or Proxy-Authorization */
    SIP_HAS_REASON = 1 << 3,
    SIP_HAS_RETRY_AFTER = 1 << 4,
    SIP_HAS_KIN = 1 << 5 /* a header that names another leg of the call, see store/link.h */
};

struct sip_message {
    struct span all; /* from the start line to the end of the body */
    struct span start_line;
    struct span method;   /* request: as written; response: that of CSeq */
    struct span uri;      /* request only */
    struct span reason;   /* response only */
    struct span via;      /* the topmost value, without parameters' meaning taken */
    struct span branch;   /* of the topmost Via */
    struct span sent_by;  /* host[:port] of the topmost Via */
    struct span from, to; /* whole values, unfolded */
    struct span from_tag, to_tag;
    struct span call_id;
    struct span contact; /* the first Contact's value */
    struct span content_type;
    struct span expires, session_expires;
    struct span agent;      /* User-Agent, or Server */
    struct span headers;    /* all header lines */
    struct span body;       /* what Content-Length allows, at most what is there */
    int64_t content_length; /* -1 when missing or unreadable */
    uint32_t cseq;
    uint32_t problems;   /* enum sip_problem */
    uint16_t traits;     /* enum sip_trait */
    uint16_t code;       /* 0 for a request */
    uint8_t method_id;   /* enum sip_method: of CSeq in a response */
    uint8_t cseq_method; /* enum sip_method */
    uint16_t vias;       /* number of Via values */
    uint16_t contacts;   /* number of Contact lines */
};

/*
 * Reads one message from a datagram. Returns 0, or -1 when the bytes are no SIP
 * (RFC 3261 §7; leading CRLFs are skipped as §7.5 says). The spans point into `data`.
 */
int sip_scan(struct sip_message *m, const void *data, size_t n);

/*
 * The same of a message that is whole but for the CR of each line, which a log left out: its
 * Content-Length counts them.
 */
int sip_scan_bare(struct sip_message *m, const void *data, size_t n);

/* The same of a message whose end is missing: the line that it breaks off in is not read. */
int sip_scan_part(struct sip_message *m, const void *data, size_t n);

/* The Request-URI of a message that sip_scan() can read, from its start line alone; else empty. */
struct span sip_glance_uri(const void *data, size_t n);

/* Whether the datagram is only a keep-alive: nothing but CR, LF, NUL and blanks. */
bool sip_is_keepalive(const void *data, size_t n);

static inline bool sip_is_request(const struct sip_message *m)
{
    return m->code == 0;
}

/*
 * Walks the header lines: gives name and value (folded lines included, trimmed)
 * and moves *rest behind them. False at the end. Start with *rest = m->headers.
 */
bool sip_next_header(struct span *rest, struct span *name, struct span *value);
/* The first header with this full name (compact forms match), or SPAN_NONE. */
struct span sip_find_header(const struct sip_message *m, const char *name);
#endif
