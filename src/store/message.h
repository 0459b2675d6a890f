/*
 * One stored message: where its bytes are and what the scanner found that is
 * asked for again and again. Everything else is scanned again from the bytes.
 * Open to the store's users for reading.
 */
#ifndef SIPWHY_STORE_MESSAGE_H
#define SIPWHY_STORE_MESSAGE_H

#include "base/span.h"
#include "net/packet.h"
#include "sip/names.h"

enum message_flag {
    MESSAGE_RETRANSMISSION = 1 << 0, /* byte-identical repetition on one hop */
    MESSAGE_DUPLICATE = 1 << 1,      /* second copy of one packet (another interface) */
    MESSAGE_MALFORMED = 1 << 2,
    MESSAGE_TRUNCATED = 1 << 3, /* the capture cut it */
    MESSAGE_OWNED = 1 << 4,     /* the packet's bytes are the store's, not a mapped file's */
    MESSAGE_SDP = 1 << 5,
    MESSAGE_APART = 1 << 6,      /* `packet` is the message alone: it lay in no single packet */
    MESSAGE_FRAGMENTED = 1 << 7, /* it came in IP fragments */
    MESSAGE_MISFRAMED = 1 << 8, /* in a stream: Content-Length is missing or says the wrong place */
    MESSAGE_LOGGED = 1 << 9,    /* a log wrote it down: no packet was seen */
    MESSAGE_TIME_ASSUMED = 1 << 10, /* the log does not say its whole time */
    MESSAGE_TO_TAG = 1 << 11,       /* its To has a tag */
    MESSAGE_ONE_VIA = 1 << 12,      /* it has one Via, so that no proxy stands behind its sender */
    MESSAGE_REASON = 1 << 13,       /* a Reason stands in it */
    MESSAGE_RETRY_AFTER = 1 << 14,  /* a Retry-After does */
    MESSAGE_BARE = 1 << 15          /* the log left out the CR of each line */
};

struct message {
    int64_t time_ns;
    const uint8_t *packet;
    uint32_t caplen;
    union {
        uint32_t origlen;
        uint32_t seq; /* MESSAGE_APART: the sequence number of its first byte in the stream */
    };
    uint32_t frame;       /* the one that completed it */
    uint32_t payload_off; /* of the payload in the packet */
    uint32_t payload_len;
    uint32_t flow; /* who sent it to whom */
    uint32_t transaction;
    uint32_t previous; /* in the transaction, by order of arrival */
    uint32_t digest;   /* to recognise repetitions */
    union {
        uint16_t ip_off; /* of the IP header in the packet */
        uint16_t marks;  /* MESSAGE_LOGGED: what the log put around its lines (net/marks.h) */
    };
    uint16_t ip_id;
    uint16_t source;
    uint16_t code : 10;  /* 0: a request */
    uint16_t method : 6; /* enum sip_method; of CSeq in a response */
    uint16_t linktype;
    uint16_t flags; /* enum message_flag */
};
_Static_assert(sizeof(struct message) == 64, "a line of the cache");
_Static_assert(SIP_METHODS <= 64, "fits into the bits");

struct store;
/* looked.c: the message without the marks of its log, in memory of the store. */
struct span looked_payload(const struct store *store, const struct message *m);

/* Its bytes, until messages are added or thousands of others were asked for (store/looked.h). */
static inline struct span message_payload(const struct store *store, const struct message *m)
{
    if (m->linktype == LINK_MARKED)
        return looked_payload(store, m);
    return (struct span){ (const char *)m->packet + m->payload_off, m->payload_len };
}

struct strbuf;
/* The bytes as they were sent: what a log left out or put around them is undone, in *room. */
struct span message_sent(const struct message *m, struct strbuf *room);

struct sip_message;
/* Scans it again, as far as the capture has it; -1 when its bytes have gone. */
int message_scan(const struct store *store, const struct message *m, struct sip_message *sip);

#endif
