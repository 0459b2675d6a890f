/*
 * Any bytes as a log, whole and in pieces of the size that the first byte says: the same messages
 * come out, and every one of them is of bytes that are there.
 */
#include <string.h>

#include "input/textlog.h"
#include "in_parts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct span file; /* all of it, while it stays */

struct seen {
    uint64_t messages, bytes, sum; /* no gaps: they are compared as bytes */
};

static void add(struct seen *seen, uint8_t byte)
{
    seen->bytes++;
    seen->sum = seen->sum * 31 + byte;
}

/* What is left in the file gives the same bytes again. */
static void look_again(const struct packet *packet, const struct marked *marked)
{
    static char room[1 << 18];
    const char *text = (const char *)marked->text;
    insist(text >= file.p && text + marked->n <= span_end(file));
    insist(packet->caplen + MARKS_SLACK <= sizeof room);
    insist(marks_undo(marked, room, packet->caplen) == packet->caplen);
    insist(memcmp(room, packet->data, packet->caplen) == 0);
}

static void take(const struct packet *packet, void *arg)
{
    struct seen *seen = arg;
    insist(packet->linktype == LINK_PLAIN && packet->plain && packet->frame == seen->messages + 1);
    insist(packet->caplen > 0 && packet->caplen == packet->origlen);
    seen->messages++;
    if (packet->plain->marked.text)
        look_again(packet, &packet->plain->marked);
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
    file = stays ? (struct span){ (const char *)data, size } : SPAN_NONE;
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
