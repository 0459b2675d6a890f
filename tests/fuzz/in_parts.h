/*
 * Reads a text as file.c does it: `step` bytes more at a time, what is not used comes again with more
 * behind it. Each packet goes to `take`; closes the capture, which may be NULL.
 */
#ifndef SIPWHY_FUZZ_IN_PARTS_H
#define SIPWHY_FUZZ_IN_PARTS_H

#include <stdlib.h>

#include "input/capture.h"

static void insist(bool good)
{
    if (!good)
        abort();
}

typedef void take_packet_fn(const struct packet *packet, void *arg);

static void read_in_parts(struct capture *capture, const uint8_t *data, size_t size, size_t step,
                          take_packet_fn *take, void *arg)
{
    struct packet packet;
    size_t from = 0, to = 0, used;
    while (capture) {
        enum capture_result result = to < size ? capture_next(capture, data + from, to - from,
                                                              &used, &packet)
                                               : capture_last(capture, data + from, to - from,
                                                              &used, &packet);
        insist(used <= to - from);
        from += used;
        if (result == CAPTURE_PACKET)
            take(&packet, arg);
        else if (to == size)
            break;
        else
            to = size - to > step ? to + step : size;
    }
    if (capture)
        capture_close(capture);
}

#endif
