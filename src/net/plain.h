/*
 * A message that an input knows without its packet: a log wrote it down. Its bytes are the
 * packet's, as LINK_PLAIN; what stood beside it is here.
 */
#ifndef SIPWHY_NET_PLAIN_H
#define SIPWHY_NET_PLAIN_H

#include "base/strbuf.h"
#include "net/packet.h"

/* Belongs to the input, as long as the packet's bytes do. */
struct plain {
    struct addr src, dst; /* family 0: the log does not say */
    struct addr self;  /* what its host calls itself further on; family 0: nothing, or not known */
    uint8_t transport; /* enum transport */
    uint8_t assumed;   /* enum assumed */
    uint8_t logger;    /* enum logger */
    bool truncated;    /* the log has not all of it */
    bool in_place;     /* the bytes are the file's own, not put together */
    bool bare;         /* the log left out the CR of each line; Content-Length still counts it */
    struct marked marked; /* the bytes were made of that, which stays */
};

/* Appends what was assumed, in words: "the sender's address, the date". */
void plain_put_assumed(struct strbuf *out, uint8_t assumed);

#endif
