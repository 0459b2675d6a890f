/*
 * Any text as hex dumps, whole and in pieces of the size that the first byte says: the same packets
 * come out, and every one of them is of bytes that are there.
 */
#include <string.h>

#include "input/hexdump.h"
#include "in_parts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
    uint64_t packets, bytes, sum; /* no gaps: they are compared as bytes */
};

static void take(const struct packet *packet, void *arg)
{
    struct seen *seen = arg;
    insist(packet->caplen > 0 && packet->caplen == packet->origlen &&
           packet->caplen <= CAPTURE_MAX_PACKET && packet->frame == seen->packets + 1);
    insist((packet->linktype == LINK_PLAIN) == (packet->plain != NULL));
    seen->packets++;
    seen->bytes += packet->caplen;
    seen->sum = seen->sum * 31 + (uint64_t)packet->time_ns + packet->linktype;
    for (uint32_t i = 0; i < packet->caplen; i++)
        seen->sum = seen->sum * 31 + packet->data[i];
}

static struct seen run(const uint8_t *data, size_t size, size_t step, enum hexdump_kind kind)
{
    struct textlog_options options = { .year = 2026, .month = 1, .day = 2, .tz = "UTC" };
    struct seen seen = { 0 };
    read_in_parts(hexdump_open(data, size, kind, &options), data, size, step, take, &seen);
    return seen;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    for (int kind = HEXDUMP_FRAMES; kind <= HEXDUMP_MESSAGES; kind++) {
        struct seen whole = run(data + 1, size - 1, size, (enum hexdump_kind)kind);
        struct seen parts = run(data + 1, size - 1, (size_t)data[0] + 1, (enum hexdump_kind)kind);
        insist(memcmp(&whole, &parts, sizeof whole) == 0);
    }
    return 0;
}
