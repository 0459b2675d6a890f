/*
 * What runs in a TCP connection, as levels: TCP carries a stream of bytes in each
 * direction, the protocol of the stream turns them into messages, or into the
 * streams of a further level (TLS, WebSocket) in which a protocol is recognised
 * anew. A protocol is a row of the table in stream.c: one file with one
 * `const struct stream_protocol`. Open to those files only.
 */
#ifndef SIPWHY_NET_STREAM_H
#define SIPWHY_NET_STREAM_H

#include <stddef.h>

#include "net/packet.h"

struct net;
struct stream;

enum stream_match { STREAM_NO, STREAM_MORE, STREAM_YES };

struct stream_protocol {
    const char *name;
    uint32_t inside; /* a bit for each enum transport in whose streams it may be found */
    /*
     * Whether the bytes, which begin a segment, are this protocol's. STREAM_MORE: so far they
     * may be; they will be shown again with those that follow.
     */
    enum stream_match (*recognise)(const uint8_t *p, size_t n);
    /* Makes s->state; -1 when memory is short. */
    int (*open)(struct stream *s);
    /* The next bytes of a direction, in order; s->half[direction].seq is the number of the first. */
    void (*feed)(struct stream *s, unsigned direction, const uint8_t *p, size_t n);
    /* Bytes that were lost: what follows stands that much further on. */
    void (*gap)(struct stream *s, unsigned direction, uint32_t missing);
    /* No more bytes in this direction: hands on what is left. `whole`: its sender closed it. */
    void (*end)(struct stream *s, unsigned direction, bool whole);
    /* Frees s->state. */
    void (*close)(struct stream *s);
};

struct stream_half {
    uint32_t seq;   /* of the next byte; nested levels count from 1 */
    uint32_t tried; /* bytes in which no protocol was recognised */
    uint8_t *begun; /* bytes that no protocol has claimed yet */
    size_t begun_n;
};

struct stream {
    struct net *net;
    const struct addr *ends; /* two: direction 0 goes from the first to the second, 1 back */
    const struct stream_protocol *protocol; /* NULL until it is recognised */
    void *state;                            /* the protocol's */
    struct stream *above; /* the level that it carries, made by stream_nest(), or NULL */
    struct stream_half half[2];
    uint8_t transport; /* of the messages found here */
    bool other;        /* no protocol that is known here: nothing more is read */
};

/* A level over these two ends, which must outlive it. NULL when memory is short. */
struct stream *stream_new(struct net *net, const struct addr *ends, uint8_t transport);
/* For a protocol's open(): the level inside it, whose messages have this transport. */
int stream_nest(struct stream *s, uint8_t transport);
void stream_feed(struct stream *s, unsigned direction, const uint8_t *p, size_t n);
void stream_gap(struct stream *s, unsigned direction, uint32_t missing);
void stream_end(struct stream *s, unsigned direction, bool whole);
/* Closes the protocol, and the levels above, without handing anything on; NULL is fine. */
void stream_close(struct stream *s);

/* For protocols: it is something else after all. The rest of the connection is not read. */
void stream_abandon(struct stream *s);
/*
 * For protocols: hands a message on. The caller fills data, len, seq, truncated and misframed;
 * where the bytes do not lie in the packet at hand they are marked as apart.
 */
void stream_message(struct stream *s, unsigned direction, struct payload *message);
/* For protocols: the packet at hand, for its time and frame; its `data` may be NULL. */
const struct packet *stream_packet(const struct stream *s);
/* For protocols: memory that they take (or, negative, give back), held against the common limit. */
void stream_charge(struct stream *s, ptrdiff_t bytes);

/* Bytes that a protocol keeps until more have come; all zero: none. */
struct stream_bytes {
    uint8_t *p;
    size_t n, size;
};
/* For protocols: adds bytes, charged to the stream; and gives all of them back. */
void stream_keep(struct stream *s, struct stream_bytes *kept, const uint8_t *p, size_t n);
void stream_forget(struct stream *s, struct stream_bytes *kept);

/* Whether a SIP message begins here (RFC 3261 §7.1, §7.2). */
enum stream_match stream_sip_line(const uint8_t *p, size_t n);
extern const struct stream_protocol stream_sip;
extern const struct stream_protocol stream_websocket;
extern const struct stream_protocol stream_hep;
extern const struct stream_protocol stream_tls;

#endif
