/*
 * SIP messages in the text traces that programs write: their own trace of what they received
 * and sent, with a line or some before each message that says when, from where and to where. The
 * formats are rows in textlog_formats.c. It is read like a capture (capture.h), with a message as a
 * packet of LINK_PLAIN.
 */
#ifndef SIPWHY_INPUT_TEXTLOG_H
#define SIPWHY_INPUT_TEXTLOG_H

#include "input/capture.h"
#include "net/addr.h"
#include "net/plain.h"

#define TEXTLOG_LOOK 1048576 /* bytes of a file in which the first message has to come */

/* What logs leave out. */
struct textlog_options {
    int year, month, day; /* of the first message; 0: by `written_ns` */
    const char *tz;       /* of the times, as TZ has it; NULL: this machine's */
    struct addr local;    /* who wrote the log; family 0: assumed */
    int64_t written_ns;   /* when the file was written last: an undated log is as old */
    bool stays;           /* the bytes stay where they are: messages need not be copied */
    uint64_t *bare;       /* counts headers without a message behind them; may be NULL */
};

/* Reads "2026-11-23" into the options; -1 when it is none. */
int textlog_read_date(struct textlog_options *options, const char *text);

/*
 * A reader for bytes that begin like `data`; NULL when there is no SIP in them, or they are no
 * text. The options are copied, but for tz.
 */
struct capture *textlog_open(const uint8_t *data, size_t n, const struct textlog_options *options);

extern const struct capture_format capture_textlog;

#endif
