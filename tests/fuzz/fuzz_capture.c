/*
 * Any bytes as a capture file. A packet must lie inside the window that was given,
 * and the reader must always get on: consume something, or stop.
 */
#include <stdlib.h>

#include "input/capture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void insist(bool good)
{
    if (!good)
        abort();
}

static void check_packet(const struct packet *packet, const uint8_t *window, size_t n,
                         uint32_t *frames)
{
    insist(packet->caplen <= n && packet->data >= window &&
           packet->data + packet->caplen <= window + n);
    insist(packet->frame == (packet_is_frame(packet) ? ++*frames : 0)); /* secrets are none */
    for (uint32_t i = 0; i < packet->caplen; i++)
        (void)*(const volatile uint8_t *)&packet->data[i];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct capture *capture = capture_open(data, size);
    uint32_t frames = 0;
    for (size_t at = 0; capture;) {
        size_t used;
        struct packet packet;
        enum capture_result result = capture_next(capture, data + at, size - at, &used, &packet);
        insist(used <= size - at);
        if (result == CAPTURE_PACKET)
            check_packet(&packet, data + at, used, &frames);
        if (result == CAPTURE_MORE || result == CAPTURE_DAMAGED)
            break;
        insist(used > 0);
        at += used;
    }
    if (capture)
        insist(capture_error(capture) != NULL);
    capture_close(capture);
    return 0;
}
