/* See hep.h. */
#include "net/hep.h"

#include "base/unpack.h"

#define NS 1000000000LL
#define CHUNK_HEADER 6

enum { FAMILY_IP4 = 2, FAMILY_IP6 = 10 };

/* Versions 1 and 2: eight bytes, two addresses, and in version 2 a time and the agent's number. */
#define FIXED_HEADER 8
#define TIME_PACKED 10
#define TIME_PADDED 12 /* as C compilers lay that structure out, and most agents send it */

static bool is_protocol(uint8_t protocol)
{
    return protocol == HEP_UDP || protocol == HEP_TCP || protocol == HEP_TLS ||
           protocol == HEP_SCTP;
}

static void put_address(struct addr *a, const uint8_t *bytes, size_t n)
{
    memset(a->ip, 0, sizeof a->ip);
    memcpy(a->ip, bytes, n);
    a->family = n == 4 ? 4 : 6;
}

static int64_t distance(int64_t a, int64_t b)
{
    return a < b ? b - a : a - b;
}

/* The time in one byte order; 0 when its microseconds are none. */
static int64_t time_in(const uint8_t *bytes, bool little)
{
    struct reader r = reader_make(bytes, 8);
    uint32_t seconds = reader_u32_order(&r, little);
    uint32_t micros = reader_u32_order(&r, little);
    return micros < 1000000 ? seconds * NS + micros * 1000LL : 0;
}

static void read_time(struct hep *hep, const uint8_t *bytes, int64_t now_ns)
{
    int64_t little = time_in(bytes, true), big = time_in(bytes, false);
    bool is_little = !big || (little && distance(little, now_ns) <= distance(big, now_ns));
    hep->time_ns = is_little ? little : big;
    hep->agent_id = is_little ? (uint32_t)(bytes[8] | bytes[9] << 8)
                              : (uint32_t)(bytes[8] << 8 | bytes[9]);
}

/*
 * How long the time behind the addresses is, `rest` bytes being there. Some count it in the
 * header's length; where they do not, a message that begins two bytes early shows the short form.
 */
static size_t time_length(size_t counted, const uint8_t *bytes, size_t rest)
{
    if (counted)
        return counted;
    bool letters = rest > TIME_PADDED && bytes[10] >= 'A' && bytes[10] <= 'Z' && bytes[11] >= 'A' &&
                   bytes[11] <= 'Z';
    return letters ? TIME_PACKED : TIME_PADDED;
}

static enum hep_result decode_fixed(struct hep *hep, const uint8_t *data, size_t n, int64_t now_ns)
{
    struct reader r = reader_make(data, n);
    hep->version = reader_u8(&r);
    size_t header = reader_u8(&r);
    uint8_t family = reader_u8(&r);
    hep->protocol = reader_u8(&r);
    size_t address = family == FAMILY_IP6 ? 16 : 4;
    size_t bare = FIXED_HEADER + 2 * address;
    size_t counted = header - bare; /* of the time; wraps when the header is too short */
    bool fits = counted == 0 ||
                (hep->version == 2 && (counted == TIME_PACKED || counted == TIME_PADDED));
    if ((family != FAMILY_IP4 && family != FAMILY_IP6) || !is_protocol(hep->protocol) || !fits)
        return HEP_OTHER;
    hep->src.port = reader_u16(&r);
    hep->dst.port = reader_u16(&r);
    const uint8_t *src = reader_take(&r, address);
    const uint8_t *dst = reader_take(&r, address);
    if (!dst)
        return HEP_BROKEN;
    put_address(&hep->src, src, address);
    put_address(&hep->dst, dst, address);
    if (hep->version == 2) {
        const uint8_t *time = reader_take(&r, time_length(counted, r.p, reader_left(&r)));
        if (!time)
            return HEP_BROKEN;
        read_time(hep, time, now_ns);
    }
    hep->payload = (struct span){ (const char *)r.p, reader_left(&r) };
    hep->type = HEP_SIP;
    return HEP_OK;
}

enum chunk_type {
    CHUNK_FAMILY = 1,
    CHUNK_PROTOCOL,
    CHUNK_SRC4,
    CHUNK_DST4,
    CHUNK_SRC6,
    CHUNK_DST6,
    CHUNK_SRC_PORT,
    CHUNK_DST_PORT,
    CHUNK_SECONDS,
    CHUNK_MICROS,
    CHUNK_TYPE,
    CHUNK_AGENT_ID,
    CHUNK_KEEPALIVE,
    CHUNK_KEY,
    CHUNK_PAYLOAD,
    CHUNK_PACKED,
    CHUNK_CORRELATION,
    CHUNK_AGENT = 19,
    CHUNKS
};

#define ANY_SIZE 255

/* How long the data of the chunks that are read must be; 0: not read. */
static const uint8_t chunk_sizes[CHUNKS] = {
    [CHUNK_FAMILY] = 1,
    [CHUNK_PROTOCOL] = 1,
    [CHUNK_SRC4] = 4,
    [CHUNK_DST4] = 4,
    [CHUNK_SRC6] = 16,
    [CHUNK_DST6] = 16,
    [CHUNK_SRC_PORT] = 2,
    [CHUNK_DST_PORT] = 2,
    [CHUNK_SECONDS] = 4,
    [CHUNK_MICROS] = 4,
    [CHUNK_TYPE] = 1,
    [CHUNK_AGENT_ID] = 4,
    [CHUNK_KEEPALIVE] = 2,
    [CHUNK_KEY] = ANY_SIZE,
    [CHUNK_PAYLOAD] = ANY_SIZE,
    [CHUNK_PACKED] = ANY_SIZE,
    [CHUNK_CORRELATION] = ANY_SIZE,
    [CHUNK_AGENT] = ANY_SIZE,
};

/* The data of the chunks that were found, by type. */
struct chunks {
    struct span data[CHUNKS];
    bool cut; /* the payload's end is missing */
};

static uint32_t number_in(const struct chunks *c, enum chunk_type type)
{
    uint32_t value = 0;
    for (size_t i = 0; i < c->data[type].n; i++)
        value = value << 8 | (uint8_t)c->data[type].p[i];
    return value;
}

static void read_address(struct addr *a, const struct chunks *c, enum chunk_type type)
{
    if (c->data[type].n)
        put_address(a, (const uint8_t *)c->data[type].p, c->data[type].n);
}

/* Where addresses of both families are there, the family chunk decides. */
static void read_addresses(struct hep *hep, const struct chunks *c)
{
    bool has4 = c->data[CHUNK_SRC4].n || c->data[CHUNK_DST4].n;
    bool has6 = c->data[CHUNK_SRC6].n || c->data[CHUNK_DST6].n;
    bool six = has6 && (!has4 || number_in(c, CHUNK_FAMILY) == FAMILY_IP6);
    read_address(&hep->src, c, six ? CHUNK_SRC6 : CHUNK_SRC4);
    read_address(&hep->dst, c, six ? CHUNK_DST6 : CHUNK_DST4);
    hep->src.port = (uint16_t)number_in(c, CHUNK_SRC_PORT);
    hep->dst.port = (uint16_t)number_in(c, CHUNK_DST_PORT);
}

/* Takes the next chunk in; false at the end or, with an overrun, where the lengths are wrong. */
static bool read_chunk(struct chunks *c, struct reader *r)
{
    if (reader_left(r) == 0)
        return false;
    uint16_t vendor = reader_u16(r);
    uint16_t type = reader_u16(r);
    size_t length = reader_u16(r);
    r->overrun = r->overrun || length < CHUNK_HEADER;
    if (r->overrun)
        return false;
    size_t n = length - CHUNK_HEADER;
    bool known = vendor == 0 && type < CHUNKS && chunk_sizes[type];
    if (n > reader_left(r) && known && type == CHUNK_PAYLOAD) {
        c->cut = true;
        n = reader_left(r);
    }
    const uint8_t *data = reader_take(r, n);
    if (data && known && (chunk_sizes[type] == n || chunk_sizes[type] == ANY_SIZE))
        c->data[type] = (struct span){ (const char *)data, n };
    return data != NULL;
}

static void fill_from_chunks(struct hep *hep, const struct chunks *c)
{
    uint32_t micros = number_in(c, CHUNK_MICROS);
    read_addresses(hep, c);
    hep->version = 3;
    hep->time_ns = number_in(c, CHUNK_SECONDS) * NS + (micros < 1000000 ? micros * 1000LL : 0);
    hep->protocol = (uint8_t)number_in(c, CHUNK_PROTOCOL);
    hep->type = (uint8_t)number_in(c, CHUNK_TYPE);
    hep->agent_id = number_in(c, CHUNK_AGENT_ID);
    hep->agent = c->data[CHUNK_AGENT];
    hep->correlation = c->data[CHUNK_CORRELATION];
    hep->key = c->data[CHUNK_KEY];
    hep->compressed = c->data[CHUNK_PAYLOAD].n == 0 && c->data[CHUNK_PACKED].n > 0;
    hep->payload = c->data[hep->compressed ? CHUNK_PACKED : CHUNK_PAYLOAD];
    hep->keepalive = c->data[CHUNK_KEEPALIVE].n && hep->payload.n == 0;
    hep->truncated = c->cut;
}

static enum hep_result decode_chunks(struct hep *hep, const uint8_t *data, size_t n)
{
    struct chunks c = { .cut = false };
    int total = hep_length(data, n);
    if (total < HEP_HEADER)
        return HEP_BROKEN;
    bool whole = (size_t)total <= n;
    struct reader r = reader_make(data, whole ? (size_t)total : n);
    reader_skip(&r, HEP_HEADER);
    while (read_chunk(&c, &r))
        ;
    /* a capture may cut the packet short, but only behind the beginning of the payload */
    if (whole ? r.overrun || c.cut : c.data[CHUNK_PAYLOAD].n == 0)
        return HEP_BROKEN;
    fill_from_chunks(hep, &c);
    return HEP_OK;
}

static bool has_mark(const uint8_t *data)
{
    return (data[0] == 'H' || data[0] == 'E') && memcmp(data + 1, "EP3", 3) == 0;
}

int hep_length(const uint8_t *data, size_t n)
{
    if (n < HEP_HEADER)
        return n >= 4 && !has_mark(data) ? -1 : 0;
    int total = data[4] << 8 | data[5];
    return has_mark(data) && total >= HEP_HEADER ? total : -1;
}

enum hep_result hep_decode(struct hep *hep, const uint8_t *data, size_t n, int64_t now_ns)
{
    memset(hep, 0, sizeof *hep);
    if (n >= 4 && has_mark(data))
        return decode_chunks(hep, data, n);
    if (n >= FIXED_HEADER && (data[0] == 1 || data[0] == 2))
        return decode_fixed(hep, data, n, now_ns);
    return HEP_OTHER;
}

size_t hep_unpack(struct span packed, uint8_t *out, size_t size)
{
    bool gzip = packed.n > 2 && packed.p[0] == '\x1f' && packed.p[1] == '\x8b';
    struct unpack *unpack = unpack_new(gzip ? UNPACK_GZIP : UNPACK_ZLIB);
    struct reader in = reader_make(packed.p, packed.n);
    size_t n = 0, made = 1;
    enum unpack_result result = unpack ? UNPACK_MORE : UNPACK_DAMAGED;
    while (result == UNPACK_MORE && made > 0) {
        result = unpack_next(unpack, &in, out + n, size - n, &made);
        n += made;
    }
    bool good = result == UNPACK_END || (result == UNPACK_MORE && unpack_is_whole(unpack));
    unpack_free(unpack);
    return good ? n : 0;
}

/* Writing: like the reader, it goes on after the end and says so once. */
struct writer {
    uint8_t *out;
    size_t n, size;
    bool overrun;
};

static void put_bytes(struct writer *w, const void *data, size_t n)
{
    if (w->overrun || w->size - w->n < n) {
        w->overrun = true;
        return;
    }
    if (n)
        memcpy(w->out + w->n, data, n);
    w->n += n;
}

static void put_number(struct writer *w, uint32_t value, int bytes)
{
    uint8_t big[4] = { (uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
                       (uint8_t)value };
    put_bytes(w, big + 4 - bytes, (size_t)bytes);
}

static void put_chunk(struct writer *w, enum chunk_type type, size_t n)
{
    put_number(w, 0, 2);
    put_number(w, type, 2);
    put_number(w, (uint32_t)(n + CHUNK_HEADER), 2);
}

static void chunk_number(struct writer *w, enum chunk_type type, uint32_t value)
{
    put_chunk(w, type, chunk_sizes[type]);
    put_number(w, value, chunk_sizes[type]);
}

static void chunk_bytes(struct writer *w, enum chunk_type type, const void *data, size_t n)
{
    if (n == 0)
        return;
    if (n > HEP_MAX - CHUNK_HEADER) {
        w->overrun = true;
        return;
    }
    put_chunk(w, type, n);
    put_bytes(w, data, n);
}

static void write_addresses(struct writer *w, const struct hep *hep)
{
    bool six = hep->src.family == 6 || hep->dst.family == 6;
    size_t n = six ? 16 : 4;
    chunk_number(w, CHUNK_FAMILY, six ? FAMILY_IP6 : FAMILY_IP4);
    chunk_number(w, CHUNK_PROTOCOL, hep->protocol);
    chunk_bytes(w, six ? CHUNK_SRC6 : CHUNK_SRC4, hep->src.ip, hep->src.family ? n : 0);
    chunk_bytes(w, six ? CHUNK_DST6 : CHUNK_DST4, hep->dst.ip, hep->dst.family ? n : 0);
    chunk_number(w, CHUNK_SRC_PORT, hep->src.port);
    chunk_number(w, CHUNK_DST_PORT, hep->dst.port);
}

size_t hep_encode(uint8_t *out, size_t size, const struct hep *hep)
{
    struct writer w = { .out = out, .size = size < HEP_MAX ? size : HEP_MAX };
    put_bytes(&w, "HEP3\0\0", HEP_HEADER);
    write_addresses(&w, hep);
    if (hep->time_ns > 0) {
        chunk_number(&w, CHUNK_SECONDS, (uint32_t)(hep->time_ns / NS));
        chunk_number(&w, CHUNK_MICROS, (uint32_t)(hep->time_ns % NS / 1000));
    }
    chunk_number(&w, CHUNK_TYPE, hep->type);
    chunk_number(&w, CHUNK_AGENT_ID, hep->agent_id);
    chunk_bytes(&w, CHUNK_KEY, hep->key.p, hep->key.n);
    chunk_bytes(&w, CHUNK_AGENT, hep->agent.p, hep->agent.n);
    chunk_bytes(&w, CHUNK_CORRELATION, hep->correlation.p, hep->correlation.n);
    chunk_bytes(&w, hep->compressed ? CHUNK_PACKED : CHUNK_PAYLOAD, hep->payload.p, hep->payload.n);
    if (w.overrun)
        return 0;
    out[4] = (uint8_t)(w.n >> 8);
    out[5] = (uint8_t)w.n;
    return w.n;
}
