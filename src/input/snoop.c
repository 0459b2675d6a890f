/* The snoop format of Solaris (RFC 1761): big-endian, padded records, microseconds. */
#include <stdlib.h>
#include <string.h>

#include "base/reader.h"
#include "base/tr.h"
#include "input/capture.h"

#define MAGIC "snoop\0\0\0"
#define RECORD_HEADER 24u

struct snoop_capture {
    struct capture common;
    bool begun;
    uint16_t linktype;
};

/* RFC 1761's number of a link layer, and LINKTYPE_'s. */
static const struct {
    uint32_t snoop;
    uint16_t linktype;
} links[] = {
    { 0, 1 }, /* IEEE 802.3 */
    { 4, 1 }, /* Ethernet */
};

static bool recognise(const uint8_t *data, size_t n)
{
    return n >= 8 && memcmp(data, MAGIC, 8) == 0;
}

static struct capture *open_snoop(const uint8_t *data)
{
    (void)data;
    struct snoop_capture *c = calloc(1, sizeof *c);
    return c ? &c->common : NULL;
}

static void close_snoop(struct capture *capture)
{
    free(capture);
}

static enum capture_result damaged(struct snoop_capture *c, const char *why)
{
    c->common.error = why;
    return CAPTURE_DAMAGED;
}

static enum capture_result read_file_header(struct snoop_capture *c, struct reader r, size_t *used)
{
    reader_skip(&r, 12); /* magic and version, which was 2 ever since */
    uint32_t link = reader_u32(&r);
    if (r.overrun)
        return CAPTURE_MORE;
    c->begun = true;
    *used = 16;
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++)
        if (links[i].snoop == link) {
            c->linktype = links[i].linktype;
            return CAPTURE_SKIP;
        }
    return damaged(c, N_("its link layer cannot be read"));
}

static enum capture_result next_snoop(struct capture *capture, const uint8_t *data, size_t n,
                                      size_t *used, struct packet *packet)
{
    struct snoop_capture *c = (struct snoop_capture *)capture;
    struct reader r = reader_make(data, n);
    if (!c->begun)
        return read_file_header(c, r, used);
    uint32_t origlen = reader_u32(&r);
    uint32_t caplen = reader_u32(&r);
    uint32_t record = reader_u32(&r);
    reader_skip(&r, 4); /* drops */
    uint32_t seconds = reader_u32(&r);
    uint32_t micro = reader_u32(&r);
    if (r.overrun)
        return CAPTURE_MORE;
    if (caplen > CAPTURE_MAX_PACKET || record < RECORD_HEADER + caplen ||
        record > CAPTURE_MAX_BLOCK)
        return damaged(c, N_("a packet's length is impossible"));
    const uint8_t *bytes = reader_take(&r, record - RECORD_HEADER);
    if (!bytes)
        return CAPTURE_MORE;
    *packet = (struct packet){
        .time_ns = (int64_t)seconds * 1000000000 + (int64_t)micro * 1000,
        .data = bytes,
        .caplen = caplen,
        .origlen = origlen,
        .linktype = c->linktype,
    };
    *used = record;
    return CAPTURE_PACKET;
}

const struct capture_format capture_snoop = { recognise, open_snoop, close_snoop, next_snoop,
                                              NULL };
