/* The classic pcap format: both byte orders, microseconds and nanoseconds. */
#include <stdlib.h>

#include "base/reader.h"
#include "base/tr.h"
#include "input/capture.h"

#define FILE_HEADER 24
#define RECORD_HEADER 16

enum { MAGIC_MICRO = 0xa1b2c3d4, MAGIC_NANO = 0xa1b23c4d };

struct pcap_capture {
    struct capture common;
    bool little;
    bool nano;
    bool begun;
    uint16_t linktype;
};

static uint32_t magic_of(const uint8_t *data, bool little)
{
    struct reader r = reader_make(data, 4);
    return reader_u32_order(&r, little);
}

static bool is_magic(uint32_t magic)
{
    return magic == MAGIC_MICRO || magic == MAGIC_NANO;
}

static bool recognise(const uint8_t *data, size_t n)
{
    return n >= 4 && (is_magic(magic_of(data, false)) || is_magic(magic_of(data, true)));
}

static struct capture *open_pcap(const uint8_t *data)
{
    struct pcap_capture *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->little = is_magic(magic_of(data, true));
    c->nano = magic_of(data, c->little) == MAGIC_NANO;
    return &c->common;
}

static void close_pcap(struct capture *capture)
{
    free(capture);
}

/* Only the link type matters; its upper bits tell about checksums (FCS). */
static enum capture_result read_file_header(struct pcap_capture *c, struct reader r, size_t *used)
{
    reader_skip(&r, 20);
    uint32_t network = reader_u32_order(&r, c->little);
    if (r.overrun)
        return CAPTURE_MORE;
    c->linktype = (uint16_t)(network & 0xffff);
    c->begun = true;
    *used = FILE_HEADER;
    return CAPTURE_SKIP;
}

static enum capture_result next_pcap(struct capture *capture, const uint8_t *data, size_t n,
                                     size_t *used, struct packet *packet)
{
    struct pcap_capture *c = (struct pcap_capture *)capture;
    struct reader r = reader_make(data, n);
    if (!c->begun)
        return read_file_header(c, r, used);
    uint32_t seconds = reader_u32_order(&r, c->little);
    uint32_t fraction = reader_u32_order(&r, c->little);
    uint32_t caplen = reader_u32_order(&r, c->little);
    uint32_t origlen = reader_u32_order(&r, c->little);
    if (r.overrun)
        return CAPTURE_MORE;
    if (caplen > CAPTURE_MAX_PACKET) {
        capture->error = N_("a packet's length is impossible");
        return CAPTURE_DAMAGED;
    }
    const uint8_t *bytes = reader_take(&r, caplen);
    if (!bytes)
        return CAPTURE_MORE;
    *packet = (struct packet){
        .time_ns = (int64_t)seconds * 1000000000 + (int64_t)fraction * (c->nano ? 1 : 1000),
        .data = bytes,
        .caplen = caplen,
        .origlen = origlen,
        .linktype = c->linktype,
    };
    *used = RECORD_HEADER + caplen;
    return CAPTURE_PACKET;
}

const struct capture_format capture_pcap = { recognise, open_pcap, close_pcap, next_pcap };
