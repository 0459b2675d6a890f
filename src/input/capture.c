/* Choosing the reader by a file's first bytes. */
#include "input/capture.h"

#include <stddef.h>

#include "base/tr.h"

static const struct capture_format *const formats[] = { &capture_pcap, &capture_pcapng,
                                                        &capture_snoop };

struct capture *capture_open(const uint8_t *data, size_t n)
{
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        if (!formats[i]->recognise(data, n))
            continue;
        struct capture *capture = formats[i]->open(data);
        if (capture)
            capture->format = formats[i];
        return capture;
    }
    return NULL;
}

void capture_close(struct capture *capture)
{
    if (capture)
        capture->format->close(capture);
}

enum capture_result capture_next(struct capture *capture, const uint8_t *data, size_t n,
                                 size_t *used, struct packet *packet)
{
    *used = 0;
    enum capture_result result = capture->format->next(capture, data, n, used, packet);
    if (result == CAPTURE_PACKET && packet_is_frame(packet))
        packet->frame = ++capture->frames;
    return result;
}

enum capture_result capture_last(struct capture *capture, const uint8_t *data, size_t n,
                                 size_t *used, struct packet *packet)
{
    *used = 0;
    if (!capture->format->last)
        return CAPTURE_MORE;
    enum capture_result result = capture->format->last(capture, data, n, used, packet);
    if (result == CAPTURE_PACKET)
        packet->frame = ++capture->frames;
    return result;
}

const char *capture_error(const struct capture *capture)
{
    return capture->error ? capture->error : N_("nothing is wrong");
}
