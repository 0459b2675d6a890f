/*
 * The TCP connections of what is saved, as far as they must be made up: how they began and ended, the
 * sequence numbers of what had none of its own, TLS and WebSocket around what they carried, and
 * acknowledgements of what is left out, so that who reads the file waits for nothing in vain.
 */
#ifndef SIPWHY_EXPORT_STREAMS_H
#define SIPWHY_EXPORT_STREAMS_H

#include "export/wrap.h"
#include "store/event.h"

struct streams;

/* What of a connection stands in the file, in this order. */
enum stream_part {
    STREAM_SYN,
    STREAM_SYN_AGAIN, /* once for each of the others */
    STREAM_ANSWER,
    STREAM_TLS,
    STREAM_ALERT,
    STREAM_END,
    STREAM_PARTS
};

/* A connection as it was when it was named. */
struct stream_connection {
    struct connection connection;
    struct connection_tls tls; /* where connection.tls is not 0 */
};

struct streams *streams_new(void);
void streams_free(struct streams *streams);

/* Whether it has that part; *time_ns is when: of several the last. */
bool stream_has(const struct stream_connection *c, enum stream_part part, int64_t *time_ns);

/*
 * First all that is to be written is shown from the last to the first: what stands in TCP, by its own
 * numbers, tells what comes before it where it will go on. 0: nowhere.
 */
uint32_t streams_expect_part(struct streams *streams, const struct stream_connection *c,
                             enum stream_part part);
uint32_t streams_expect(struct streams *streams, const struct message *m, const struct flow *flow);
/* Then it is written from the first to the last; `ahead` is what was returned before. */
void streams_begin(struct streams *streams);
void streams_put_part(struct streams *streams, const struct stream_connection *c,
                      enum stream_part part, uint32_t ahead, wrap_fn *fn, void *arg);
/* A message with MESSAGE_APART. */
void streams_put(struct streams *streams, const struct message *m, const struct flow *flow,
                 wrap_fn *fn, void *arg);
/* After a message in a stream was written, or stands in a packet that was. */
void streams_put_ahead(struct streams *streams, const struct message *m, const struct flow *flow,
                       uint32_t ahead, wrap_fn *fn, void *arg);

#endif
