/*
 * pcapng: sections in either byte order, interfaces with their own link type and
 * time resolution, enhanced, simple and (obsolete) packet blocks, and secrets. Other
 * blocks are passed over.
 */
#include <stdlib.h>
#include <string.h>

#include "base/reader.h"
#include "base/tr.h"
#include "input/capture.h"

enum block_type {
    BLOCK_INTERFACE = 1,
    BLOCK_PACKET_OLD = 2,
    BLOCK_SIMPLE = 3,
    BLOCK_ENHANCED = 6,
    BLOCK_SECRETS = 10,
    BLOCK_SECTION = 0x0a0d0d0a
};
enum { OPTION_END = 0, OPTION_TSRESOL = 9, OPTION_TSOFFSET = 14 };
#define SECRETS_TLS 0x544c534bu /* "TLSK" */
#define ORDER_MAGIC 0x1a2b3c4du

struct interface {
    uint16_t linktype;
    uint8_t tsresol; /* as in the file: 10^-n, or 2^-n with the top bit set */
    uint32_t snaplen;
    int64_t offset_s;
};

struct pcapng_capture {
    struct capture common;
    bool little;
    bool begun;
    struct interface *interfaces;
    uint32_t count, size;
    int64_t last_ns; /* time of the latest packet that has one */
};

static bool recognise(const uint8_t *data, size_t n)
{
    struct reader r = reader_make(data, n);
    if (reader_u32(&r) != BLOCK_SECTION)
        return false;
    reader_skip(&r, 4);
    uint32_t magic = reader_u32(&r);
    return magic == ORDER_MAGIC || magic == __builtin_bswap32(ORDER_MAGIC);
}

static struct capture *open_pcapng(const uint8_t *data)
{
    (void)data;
    struct pcapng_capture *c = calloc(1, sizeof *c);
    return c ? &c->common : NULL;
}

static void close_pcapng(struct capture *capture)
{
    free(((struct pcapng_capture *)capture)->interfaces);
    free(capture);
}

static enum capture_result damaged(struct pcapng_capture *c, const char *why)
{
    c->common.error = why;
    return CAPTURE_DAMAGED;
}

/* A 64-bit value is stored as two 32-bit ones, the high one first, in a timestamp only. */
static int64_t to_ns(const struct interface *i, uint64_t units)
{
    unsigned __int128 ns = (unsigned __int128)units * 1000000000u;
    if (i->tsresol & 0x80) {
        ns >>= i->tsresol & 0x7f;
    } else {
        for (int n = i->tsresol; n > 0 && ns > 0; n--)
            ns /= 10;
    }
    uint64_t limited = ns > INT64_MAX / 2 ? INT64_MAX / 2 : (uint64_t)ns;
    return (int64_t)limited + i->offset_s * 1000000000;
}

static void read_interface_options(struct pcapng_capture *c, struct reader *r, struct interface *i)
{
    while (reader_left(r) >= 4) {
        uint16_t code = reader_u16_order(r, c->little);
        uint16_t length = reader_u16_order(r, c->little);
        const uint8_t *value = reader_take(r, (length + 3u) & ~3u);
        if (!value || code == OPTION_END)
            return;
        struct reader v = reader_make(value, length);
        if (code == OPTION_TSRESOL && length >= 1)
            i->tsresol = reader_u8(&v);
        if (code == OPTION_TSOFFSET && length >= 8) {
            uint32_t a = reader_u32_order(&v, c->little), b = reader_u32_order(&v, c->little);
            int64_t s = (int64_t)(c->little ? (uint64_t)b << 32 | a : (uint64_t)a << 32 | b);
            i->offset_s = s > -4294967296 && s < 4294967296 ? s : 0;
        }
    }
}

static enum capture_result read_interface(struct pcapng_capture *c, struct reader r)
{
    if (c->count >= CAPTURE_INTERFACES)
        return damaged(c, N_("too many interfaces"));
    if (c->count == c->size) {
        uint32_t size = c->size ? c->size * 2 : 4;
        struct interface *grown = realloc(c->interfaces, size * sizeof *grown);
        if (!grown)
            return damaged(c, N_("out of memory"));
        c->interfaces = grown;
        c->size = size;
    }
    struct interface i = { .tsresol = 6 };
    i.linktype = link_of_capture(reader_u16_order(&r, c->little));
    reader_skip(&r, 2);
    i.snaplen = reader_u32_order(&r, c->little);
    if (r.overrun)
        return damaged(c, N_("an interface block is too short"));
    read_interface_options(c, &r, &i);
    c->interfaces[c->count++] = i;
    return CAPTURE_SKIP;
}

/* The packet of a block whose bytes come next. */
static enum capture_result fill(struct pcapng_capture *c, struct reader *r, uint32_t interface,
                                uint32_t caplen, uint32_t origlen, struct packet *packet)
{
    if (interface >= c->count)
        return damaged(c, N_("a packet names an interface that was not described"));
    const uint8_t *bytes = caplen <= CAPTURE_MAX_PACKET ? reader_take(r, caplen) : NULL;
    if (r->overrun || !bytes)
        return damaged(c, N_("a packet is longer than its block"));
    *packet = (struct packet){
        .time_ns = c->last_ns,
        .data = bytes,
        .caplen = caplen,
        .origlen = origlen,
        .linktype = c->interfaces[interface].linktype,
    };
    return CAPTURE_PACKET;
}

static enum capture_result read_enhanced(struct pcapng_capture *c, struct reader r, bool old,
                                         struct packet *packet)
{
    uint32_t interface = old ? reader_u16_order(&r, c->little) : reader_u32_order(&r, c->little);
    if (old)
        reader_skip(&r, 2); /* drops count */
    uint64_t high = reader_u32_order(&r, c->little);
    uint64_t low = reader_u32_order(&r, c->little);
    uint32_t caplen = reader_u32_order(&r, c->little);
    uint32_t origlen = reader_u32_order(&r, c->little);
    if (!r.overrun && interface < c->count)
        c->last_ns = to_ns(&c->interfaces[interface], high << 32 | low);
    return fill(c, &r, interface, caplen, origlen, packet);
}

/* No time and no captured length: interface 0, as much as fits, as late as the one before. */
static enum capture_result read_simple(struct pcapng_capture *c, struct reader r,
                                       struct packet *packet)
{
    uint32_t origlen = reader_u32_order(&r, c->little);
    uint32_t caplen = (uint32_t)reader_left(&r);
    if (c->count && c->interfaces[0].snaplen && c->interfaces[0].snaplen < caplen)
        caplen = c->interfaces[0].snaplen;
    if (origlen < caplen)
        caplen = origlen;
    return fill(c, &r, 0, caplen, origlen, packet);
}

/* Decryption secrets: of those that are defined, lines of a TLS key log are of use. */
static enum capture_result read_secrets(struct pcapng_capture *c, struct reader r,
                                        struct packet *packet)
{
    uint32_t type = reader_u32_order(&r, c->little);
    uint32_t length = reader_u32_order(&r, c->little);
    const uint8_t *lines = reader_take(&r, length);
    if (r.overrun)
        return damaged(c, N_("a block of secrets is too short"));
    if (type != SECRETS_TLS)
        return CAPTURE_SKIP;
    *packet = (struct packet){
        .time_ns = c->last_ns,
        .data = lines,
        .caplen = length,
        .origlen = length,
        .linktype = LINK_TLS_KEYS,
    };
    return CAPTURE_PACKET;
}

/* A section header's byte order is told by its own magic. */
static enum capture_result read_section(struct pcapng_capture *c, struct reader r)
{
    c->count = 0;
    c->begun = true;
    reader_skip(&r, 16);
    return r.overrun ? damaged(c, N_("a section header is too short")) : CAPTURE_SKIP;
}

static enum capture_result read_block(struct pcapng_capture *c, uint32_t type, struct reader body,
                                      struct packet *packet)
{
    if (!c->begun && type != BLOCK_SECTION)
        return damaged(c, N_("it does not begin with a section"));
    switch (type) {
    case BLOCK_SECTION:
        return read_section(c, body);
    case BLOCK_INTERFACE:
        return read_interface(c, body);
    case BLOCK_ENHANCED:
    case BLOCK_PACKET_OLD:
        return read_enhanced(c, body, type == BLOCK_PACKET_OLD, packet);
    case BLOCK_SIMPLE:
        return read_simple(c, body, packet);
    case BLOCK_SECRETS:
        return read_secrets(c, body, packet);
    default:
        return CAPTURE_SKIP;
    }
}

static enum capture_result next_pcapng(struct capture *capture, const uint8_t *data, size_t n,
                                       size_t *used, struct packet *packet)
{
    struct pcapng_capture *c = (struct pcapng_capture *)capture;
    struct reader r = reader_make(data, n);
    if (n < 12)
        return CAPTURE_MORE;
    struct reader head = r;
    if (reader_u32(&head) == BLOCK_SECTION) {
        reader_skip(&head, 4);
        c->little = reader_u32(&head) != ORDER_MAGIC;
    }
    uint32_t type = reader_u32_order(&r, c->little);
    uint32_t length = reader_u32_order(&r, c->little);
    if (length < 12 || length > CAPTURE_MAX_BLOCK || length % 4)
        return damaged(c, N_("a block's length is impossible"));
    const uint8_t *body = reader_take(&r, length - 12);
    uint32_t again = reader_u32_order(&r, c->little);
    if (r.overrun)
        return CAPTURE_MORE;
    if (again != length)
        return damaged(c, N_("a block's two lengths differ"));
    *used = length;
    return read_block(c, type, reader_make(body, length - 12), packet);
}

const struct capture_format capture_pcapng = { recognise, open_pcapng, close_pcapng, next_pcapng,
                                               NULL };
