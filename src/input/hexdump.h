/*
 * Packets in hex dumps, as tcpdump -x, tshark -x, hexdump -C and the like write them: offsets that
 * begin at 0 and bytes. What they begin with says whether a link header is among them; the lines
 * between them say when they were captured. It is read like a capture (capture.h).
 */
#ifndef SIPWHY_INPUT_HEXDUMP_H
#define SIPWHY_INPUT_HEXDUMP_H

#include "input/textlog.h"

enum hexdump_kind {
    HEXDUMP_FRAMES,  /* from the link header or the IP header on */
    HEXDUMP_MESSAGES /* SIP alone */
};

/*
 * A reader for bytes that begin like `data`; NULL when no such dump is among them. The options are
 * copied, but for tz.
 */
struct capture *hexdump_open(const uint8_t *data, size_t n, enum hexdump_kind kind,
                             const struct textlog_options *options);

extern const struct capture_format capture_hexdump;

#endif
