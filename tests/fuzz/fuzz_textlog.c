/*
 * Any bytes as a log, whole and in pieces of the size that the first byte says: the same messages
 * come out, and every one of them is of bytes that are there.
 */
#include <string.h>

#include "input/textlog.h"
#include "in_parts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
    uint64_t messages, bytes, sum; /* no gaps: they are compared as bytes */
};

static void add(struct seen *seen, uint8_t byte)
{
    seen->bytes++;
    seen->sum = seen->sum * 31 + byte;
}

static void take(const struct packet *packet, void *arg)
{
    struct seen *seen = arg;
    insist(packet->linktype == LINK_PLAIN && packet->plain && packet->frame == seen->messages + 1);
    insist(packet->caplen > 0 && packet->caplen == packet->origlen);
    seen->messages++;
    for (uint32_t i = 0; i < packet->caplen; i++) {
        if (packet->plain->bare && packet->data[i] == '\n')
            add(seen, '\r');
        add(seen, packet->data[i]);
    }
}

static struct seen run(const uint8_t *data, size_t size, size_t step, bool stays)
{
    struct textlog_options options = {
        .year = 2026, .month = 1, .day = 2, .tz = "UTC", .stays = stays
    };
    struct seen seen = { 0 };
    read_in_parts(textlog_open(data, size, &options), data, size, step, take, &seen);
    return seen;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    struct seen whole = run(data + 1, size - 1, size, true);
    struct seen parts = run(data + 1, size - 1, (size_t)data[0] + 1, false);
    insist(memcmp(&whole, &parts, sizeof whole) == 0);
    return 0;
}
