/*
 * A line of a hex dump: an offset, bytes, and perhaps the same as text behind them. As tcpdump -x,
 * tshark -x, Wireshark, hexdump -C, xxd and od -Ax -tx1 write it.
 */
#ifndef SIPWHY_INPUT_HEXLINE_H
#define SIPWHY_INPUT_HEXLINE_H

#include "base/span.h"

#define HEXLINE_MOST 64 /* bytes in a line */

struct hexline {
    size_t offset;
    size_t n; /* 0: the offset alone, which says where the dump ends */
    uint8_t bytes[HEXLINE_MOST];
};

/* Whether the line is one. */
bool hexline_read(struct span line, struct hexline *hex);
/* Whether it stands for lines like the one before, which hexdump leaves out. */
bool hexline_repeats(struct span line);

#endif
