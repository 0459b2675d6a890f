/*
 * Saving as pcapng (draft-ietf-opsawg-pcapng): an interface for each source and link type, so that
 * packets stay as they were captured, and comments on packets.
 */
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/text.h"
#include "export/writer.h"

enum block_type { BLOCK_INTERFACE = 1, BLOCK_PACKET = 6, BLOCK_SECTION = 0x0a0d0d0a };
enum { BYTE_ORDER_MAGIC = 0x1a2b3c4d };
enum option {
    OPTION_END = 0,
    OPTION_COMMENT = 1,
    OPTION_NAME = 2,
    OPTION_APPLICATION = 4,
    OPTION_RESOLUTION = 9
};
enum { NANOSECOND_DIGITS = 9, SNAPLEN = 262144, OPTION_MOST = 4000 };

struct interface {
    uint16_t source, link;
};

struct pcapng_own {
    struct interface *interfaces;
    size_t count;
    struct strbuf block; /* the one that is being made, without its ends */
};

static void put16(struct strbuf *b, uint16_t value)
{
    strbuf_span(b, (struct span){ (const char *)&value, sizeof value });
}

static void put32(struct strbuf *b, uint32_t value)
{
    strbuf_span(b, (struct span){ (const char *)&value, sizeof value });
}

static void put_padded(struct strbuf *b, struct span bytes)
{
    strbuf_span(b, bytes);
    for (size_t n = bytes.n; n % 4; n++)
        strbuf_char(b, '\0');
}

static void put_option(struct strbuf *b, enum option code, struct span value)
{
    value.n = value.n < OPTION_MOST ? value.n : OPTION_MOST;
    put16(b, (uint16_t)code);
    put16(b, (uint16_t)value.n);
    put_padded(b, value);
}

/* Type and length before the block, and the length once more behind it. */
static void write_block(struct save_out *out, enum block_type type)
{
    struct pcapng_own *own = out->own;
    uint32_t head[2] = { type, (uint32_t)own->block.n + 12 };
    fwrite(head, sizeof head, 1, out->file);
    fwrite(strbuf_str(&own->block), own->block.n, 1, out->file);
    fwrite(&head[1], sizeof head[1], 1, out->file);
    strbuf_clear(&own->block);
}

static int begin(struct save_out *out)
{
    struct pcapng_own *own = mem_zero(sizeof *own);
    out->own = own;
    put32(&own->block, BYTE_ORDER_MAGIC);
    put16(&own->block, 1);
    put16(&own->block, 0);
    put32(&own->block, UINT32_MAX); /* how long the section is, is not told */
    put32(&own->block, UINT32_MAX);
    put_option(&own->block, OPTION_APPLICATION, SPAN("sipwhy"));
    put32(&own->block, OPTION_END);
    write_block(out, BLOCK_SECTION);
    return 0;
}

static uint32_t interface_of(struct save_out *out, uint16_t source, uint16_t link)
{
    struct pcapng_own *own = out->own;
    const char digits = NANOSECOND_DIGITS;
    for (size_t i = 0; i < own->count; i++)
        if (own->interfaces[i].source == source && own->interfaces[i].link == link)
            return (uint32_t)i;
    own->interfaces = mem_grow(own->interfaces, (own->count + 1) * sizeof *own->interfaces);
    own->interfaces[own->count] = (struct interface){ source, link };
    put16(&own->block, link);
    put16(&own->block, 0);
    put32(&own->block, SNAPLEN);
    struct span name = store_source_name(out->store, source);
    if (name.n)
        put_option(&own->block, OPTION_NAME, name);
    put_option(&own->block, OPTION_RESOLUTION, (struct span){ &digits, 1 });
    put32(&own->block, OPTION_END);
    write_block(out, BLOCK_INTERFACE);
    return (uint32_t)own->count++;
}

static void write_packet(struct save_out *out, uint16_t link, struct span bytes, uint32_t origlen)
{
    struct pcapng_own *own = out->own;
    uint32_t interface = interface_of(out, out->source, link);
    uint64_t time_ns = (uint64_t)out->time_ns;
    put32(&own->block, interface);
    put32(&own->block, (uint32_t)(time_ns >> 32));
    put32(&own->block, (uint32_t)time_ns);
    put32(&own->block, (uint32_t)bytes.n);
    put32(&own->block, origlen);
    put_padded(&own->block, bytes);
    if (out->comment) {
        put_option(&own->block, OPTION_COMMENT, text_head(SPAN(out->comment), OPTION_MOST));
        put32(&own->block, OPTION_END);
    }
    out->comment = NULL; /* of several packets that a message takes, the first bears it */
    write_block(out, BLOCK_PACKET);
}

static void write_made(struct save_out *out, struct span packet, uint32_t length)
{
    write_packet(out, LINK_RAW, packet, length);
}

static void write_message(struct save_out *out)
{
    const struct message *m = out->m;
    write_packet(out, save_link(m), (struct span){ (const char *)m->packet, m->caplen },
                 m->origlen);
}

static void end(struct save_out *out)
{
    struct pcapng_own *own = out->own;
    if (own) {
        strbuf_free(&own->block);
        free(own->interfaces);
    }
    free(own);
    out->own = NULL;
}

const struct save_writer save_pcapng = {
    .name = "pcapng", .begin = begin, .write = write_message, .made = write_made, .end = end
};
