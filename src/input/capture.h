/*
 * Reading capture files as bytes: pcap, pcapng, snoop, and texts (textlog.h, hexdump.h). A reader looks at a window of
 * bytes and needs no file, so that mapped files, pipes, tests and fuzzers share it.
 */
#ifndef SIPWHY_INPUT_CAPTURE_H
#define SIPWHY_INPUT_CAPTURE_H

#include "net/packet.h"

#define CAPTURE_MAX_PACKET 262144u  /* what tcpdump and dumpcap write at most */
#define CAPTURE_MAX_BLOCK 16777216u /* a pcapng block larger than this is damage */
#define CAPTURE_INTERFACES 4096     /* of one pcapng section */

enum capture_result {
    CAPTURE_PACKET, /* *packet is filled and points into the window */
    CAPTURE_SKIP,   /* something else was read: go on */
    CAPTURE_MORE,   /* the window ends inside a record */
    CAPTURE_DAMAGED /* cannot go on; capture_error() says why */
};

struct capture;

/* A reader for bytes that begin like `data`; NULL when they are no capture file. */
struct capture *capture_open(const uint8_t *data, size_t n);
/* How many first bytes capture_open() wants to see. */
#define CAPTURE_MAGIC 24
void capture_close(struct capture *capture);
/* Reads one record from the window; *used says how many bytes are done with. */
enum capture_result capture_next(struct capture *capture, const uint8_t *data, size_t n,
                                 size_t *used, struct packet *packet);
/* Reads one more record when these bytes are all that come; CAPTURE_MORE: there is none. */
enum capture_result capture_last(struct capture *capture, const uint8_t *data, size_t n,
                                 size_t *used, struct packet *packet);
/* What is damaged, without a final full stop; tr() has it in the language. */
const char *capture_error(const struct capture *capture);

/* The formats behind it, a file each. */
struct capture_format {
    bool (*recognise)(const uint8_t *data, size_t n);
    struct capture *(*open)(const uint8_t *data);
    void (*close)(struct capture *capture);
    enum capture_result (*next)(struct capture *capture, const uint8_t *data, size_t n,
                                size_t *used, struct packet *packet);
    /* The same when no more bytes will come; NULL where a record tells its length. */
    enum capture_result (*last)(struct capture *capture, const uint8_t *data, size_t n,
                                size_t *used, struct packet *packet);
};
extern const struct capture_format capture_pcap, capture_pcapng, capture_snoop;

/* The beginning of every format's own structure. */
struct capture {
    const struct capture_format *format;
    const char *name; /* of a log: what wrote it */
    const char *error;
    uint32_t frames;
    uint8_t assumed; /* enum assumed: what the text that it was read from has not said so far */
    bool apart;      /* packets are made of the bytes, and lie elsewhere */
};

#endif
