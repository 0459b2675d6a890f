/*
 * The classic pcap format: both byte orders, microseconds and nanoseconds, and the variants
 * that libpcap reads: longer records (Kuznetzov's patch) and lengths in the other order
 * (versions before 2.4).
 */
#include <stdlib.h>

#include "base/reader.h"
#include "base/tr.h"
#include "input/capture.h"

#define FILE_HEADER 24

/* Which kind of program wrote it, by the file's first word. */
static const struct variant {
    uint32_t magic;
    bool nano;
    uint8_t more; /* bytes behind a record's header */
} variants[] = {
    { 0xa1b2c3d4, false, 0 },
    { 0xa1b23c4d, true, 0 },
    { 0xa1b2cd34, false, 8 }, /* Kuznetzov: interface, protocol, packet type */
};

/* Whether a record's two lengths stand in the other order. */
enum order { LENGTHS_AS_USUAL, LENGTHS_SWAPPED, LENGTHS_UNSURE };

struct pcap_capture {
    struct capture common;
    const struct variant *variant;
    bool little;
    bool begun;
    enum order order;
    uint16_t linktype;
};

static const struct variant *find_variant(const uint8_t *data, bool little)
{
    struct reader r = reader_make(data, 4);
    uint32_t magic = reader_u32_order(&r, little);
    for (size_t i = 0; i < sizeof variants / sizeof variants[0]; i++)
        if (variants[i].magic == magic)
            return &variants[i];
    return NULL;
}

static bool recognise(const uint8_t *data, size_t n)
{
    return n >= 4 && (find_variant(data, false) || find_variant(data, true));
}

static struct capture *open_pcap(const uint8_t *data)
{
    struct pcap_capture *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->little = find_variant(data, true) != NULL;
    c->variant = find_variant(data, c->little);
    return &c->common;
}

static void close_pcap(struct capture *capture)
{
    free(capture);
}

/* Old versions of the format, and one of DG/UX (543.0), as libpcap tells them apart. */
static enum order order_of(uint16_t major, uint16_t minor)
{
    if (major == 543 || (major == 2 && minor < 3))
        return LENGTHS_SWAPPED;
    return major == 2 && minor == 3 ? LENGTHS_UNSURE : LENGTHS_AS_USUAL;
}

/* Of the link type the upper bits tell about checksums (FCS). */
static enum capture_result read_file_header(struct pcap_capture *c, struct reader r, size_t *used)
{
    reader_skip(&r, 4);
    uint16_t major = reader_u16_order(&r, c->little);
    uint16_t minor = reader_u16_order(&r, c->little);
    reader_skip(&r, 12);
    uint32_t network = reader_u32_order(&r, c->little);
    if (r.overrun)
        return CAPTURE_MORE;
    c->order = order_of(major, minor);
    c->linktype = link_of_capture(network);
    c->begun = true;
    *used = FILE_HEADER;
    return CAPTURE_SKIP;
}

static void order_lengths(const struct pcap_capture *c, uint32_t *caplen, uint32_t *origlen)
{
    uint32_t first = *caplen;
    if (c->order == LENGTHS_AS_USUAL || (c->order == LENGTHS_UNSURE && *caplen <= *origlen))
        return;
    *caplen = *origlen;
    *origlen = first;
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
    reader_skip(&r, c->variant->more);
    if (r.overrun)
        return CAPTURE_MORE;
    order_lengths(c, &caplen, &origlen);
    if (caplen > CAPTURE_MAX_PACKET) {
        capture->error = N_("a packet's length is impossible");
        return CAPTURE_DAMAGED;
    }
    const uint8_t *bytes = reader_take(&r, caplen);
    if (!bytes)
        return CAPTURE_MORE;
    *packet = (struct packet){
        .time_ns = (int64_t)seconds * 1000000000 +
                   (int64_t)fraction * (c->variant->nano ? 1 : 1000),
        .data = bytes,
        .caplen = caplen,
        .origlen = origlen,
        .linktype = c->linktype,
    };
    *used = (size_t)(r.p - data);
    return CAPTURE_PACKET;
}

const struct capture_format capture_pcap = { recognise, open_pcap, close_pcap, next_pcap, NULL };
