/*
 * SIP over WebSocket (RFC 7118): the frames of RFC 6455 in a TCP or TLS stream, with messages
 * in one or several of them, masked or not, compressed (permessage-deflate, RFC 7692) or not.
 * The HTTP upgrade may have been before the capture began: then frames are recognised by the
 * SIP in them, or by text that was compressed with messages from before. A message holds one SIP
 * message, so nothing is framed anew.
 */
#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "base/strbuf.h"
#include "base/unpack.h"
#include "net/private.h"

#define MAX_HTTP 16384
#define MAX_MESSAGE 1048576
#define LOOK 512            /* bytes of a frame that are looked at to recognise SIP */
#define LOOK_WHOLE 8192     /* the longest frame that is looked at as a whole */
#define LOOK_TEXT 8         /* bytes of text that do not come about by chance */
#define INFLATE_BYTES 44000 /* about what zlib needs */

enum { FRAME_CONTINUATION = 0, FRAME_TEXT = 1, FRAME_BINARY = 2, FRAME_CONTROL = 8 };

struct frame {
    uint8_t opcode;
    bool last, compressed, masked;
    uint8_t mask[4];
    uint64_t length;
    size_t header; /* bytes */
};

enum phase { BEGIN, HTTP, FRAMES, LOST };

struct direction {
    enum phase phase;
    uint8_t head[14]; /* of a frame, as far as it is there */
    size_t head_n;
    bool in_frame;
    struct frame frame;
    uint64_t at; /* bytes of the frame's payload that are done with */
    bool open;   /* a message has begun */
    bool compressed, cut;
    bool lost;    /* a message that later ones may refer to */
    uint32_t seq; /* of the message's first byte */
    struct stream_bytes kept;
    struct unpack *unpack;
    bool unknown; /* the capture misses what was before: NUL stands for it */
};

struct websocket {
    struct direction directions[2];
    bool upgraded;   /* the answer to the upgrade was seen */
    bool forgets[2]; /* each message is compressed by itself, by the client and the server */
    unsigned server; /* the direction in which the server sends */
};

/* RFC 6455 §5.2. STREAM_MORE: the header is not all there. */
static enum stream_match read_frame(const uint8_t *p, size_t n, struct frame *f)
{
    struct reader r = reader_make(p, n);
    uint8_t first = reader_u8(&r), second = reader_u8(&r);
    *f = (struct frame){ .opcode = first & 15, .last = first & 0x80, .compressed = first & 0x40 };
    if (n > 0 &&
        (first & 0x30 || (f->opcode > FRAME_BINARY && f->opcode < FRAME_CONTROL) || f->opcode > 10))
        return STREAM_NO;
    f->masked = second & 0x80;
    f->length = second & 0x7f;
    if (n > 1 && f->opcode >= FRAME_CONTROL && (!f->last || f->length > 125 || f->compressed))
        return STREAM_NO;
    if (f->length == 126)
        f->length = reader_u16(&r);
    else if (f->length == 127)
        f->length = (uint64_t)reader_u32(&r) << 32 | reader_u32(&r);
    const uint8_t *mask = f->masked ? reader_take(&r, 4) : NULL;
    if (r.overrun)
        return STREAM_MORE;
    if (mask)
        memcpy(f->mask, mask, 4);
    f->header = (size_t)(r.p - p);
    return f->length >> 32 ? STREAM_NO : STREAM_YES;
}

static void unmask(const struct frame *f, uint64_t at, const uint8_t *p, size_t n, uint8_t *to)
{
    for (size_t i = 0; i < n; i++)
        to[i] = f->masked ? p[i] ^ f->mask[(at + i) & 3] : p[i];
}

/* Pings and the like are passed over; the frame behind them, and whether it has been seen. */
static enum stream_match first_frame(const uint8_t **p, size_t *n, struct frame *f)
{
    enum stream_match match = read_frame(*p, *n, f);
    while (match == STREAM_YES && f->opcode >= FRAME_CONTROL && *n - f->header > f->length) {
        *p += f->header + f->length;
        *n -= f->header + (size_t)f->length;
        match = read_frame(*p, *n, f);
    }
    return match;
}

static bool is_text(uint8_t c)
{
    return c >= ' ' ? c != 0x7f : c == '\r' || c == '\n' || c == '\t';
}

/* Whether all that is known of it is text, and how much that is. */
static bool add_text(const uint8_t *p, size_t n, size_t *known)
{
    for (size_t i = 0; i < n; i++) {
        if (p[i] != '\0' && (!is_text(p[i]) || p[i] >= 0x80))
            return false;
        *known += p[i] != '\0';
    }
    return true;
}

/* A whole message that becomes text, of which messages from before are a part. */
static enum stream_match recognise_dependent(const struct frame *f, const uint8_t *p, size_t n)
{
    uint8_t text[LOOK_WHOLE], made[1024];
    size_t known = 0, n_made = 0;
    if (!f->last || f->length > sizeof text)
        return STREAM_NO;
    if (n < f->length)
        return STREAM_MORE;
    struct unpack *u = unpack_new(UNPACK_DEFLATE);
    if (!u || unpack_forget_before(u) < 0) {
        unpack_free(u);
        return STREAM_NO;
    }
    unmask(f, 0, p, (size_t)f->length, text);
    struct reader in = reader_make(text, (size_t)f->length);
    enum unpack_result result;
    do
        result = unpack_next(u, &in, made, sizeof made, &n_made);
    while (add_text(made, n_made, &known) && result == UNPACK_MORE && n_made > 0);
    bool text_only = result == UNPACK_MORE && n_made == 0 && reader_left(&in) == 0;
    unpack_free(u);
    return text_only && known >= LOOK_TEXT ? STREAM_YES : STREAM_NO;
}

/* A frame that begins a message of SIP; its bytes may come later than its header. */
static enum stream_match recognise_frame(const uint8_t *p, size_t n)
{
    uint8_t text[LOOK], inflated[LOOK];
    struct frame f;
    enum stream_match match = first_frame(&p, &n, &f);
    if (match != STREAM_YES)
        return match;
    size_t have = n - f.header < f.length ? n - f.header : (size_t)f.length;
    bool more = have < f.length && have < LOOK;
    if ((f.opcode != FRAME_TEXT && f.opcode != FRAME_BINARY) || f.length == 0)
        return STREAM_NO;
    size_t all = have, made = have = have < LOOK ? have : LOOK;
    unmask(&f, 0, p + f.header, have, text);
    if (f.compressed) {
        struct unpack *u = unpack_new(UNPACK_DEFLATE);
        struct reader in = reader_make(text, have);
        if (!u)
            return STREAM_NO;
        enum unpack_result result = unpack_next(u, &in, inflated, sizeof inflated, &made);
        unpack_free(u);
        if (result == UNPACK_DAMAGED)
            return recognise_dependent(&f, p + f.header, all);
    }
    match = stream_sip_line(f.compressed ? inflated : text, made);
    return match == STREAM_MORE && !more ? STREAM_NO : match;
}

/* The bytes of an HTTP head with its empty line; 0: it is not all there. */
static size_t http_head(const uint8_t *p, size_t n)
{
    const uint8_t *end = memmem(p, n, "\r\n\r\n", 4);
    return end ? (size_t)(end - p) + 4 : 0;
}

static bool begins(const uint8_t *p, size_t n, const char *text)
{
    size_t length = strlen(text);
    return memcmp(p, text, n < length ? n : length) == 0;
}

static bool begins_http(const uint8_t *p, size_t n)
{
    return begins(p, n, "GET ") || begins(p, n, "HTTP/1.1 101");
}

/* The value of a header line, or none. */
static struct span http_header(struct span head, const char *name)
{
    while (head.n > 0) {
        const char *lf = span_find(head, '\n'), *end = lf ? lf : span_end(head);
        struct span line = span_make(head.p, end);
        const char *colon = span_find(line, ':');
        if (colon && span_is(span_trim(span_make(line.p, colon)), name))
            return span_trim(span_make(colon + 1, end));
        if (!lf)
            break;
        head = span_make(lf + 1, span_end(head));
    }
    return SPAN_NONE;
}

static enum stream_match recognise(const uint8_t *p, size_t n)
{
    if (!begins_http(p, n))
        return recognise_frame(p, n);
    size_t length = http_head(p, n);
    if (length == 0)
        return n < MAX_HTTP ? STREAM_MORE : STREAM_NO;
    struct span head = { (const char *)p, length };
    return span_is(http_header(head, "Upgrade"), "websocket") ? STREAM_YES : STREAM_NO;
}

static void forget_unpack(struct stream *s, struct direction *d)
{
    if (d->unpack)
        stream_charge(s, -INFLATE_BYTES);
    unpack_free(d->unpack);
    d->unpack = NULL;
}

/* What was agreed on (RFC 7692 §7.1); a protocol besides SIP is not read. */
static void take_answer(struct stream *s, unsigned direction, struct span head)
{
    struct websocket *w = s->state;
    struct span protocol = http_header(head, "Sec-WebSocket-Protocol");
    struct span extensions = http_header(head, "Sec-WebSocket-Extensions");
    w->upgraded = true;
    w->server = direction;
    w->forgets[0] = span_search(extensions, "client_no_context_takeover") != NULL;
    w->forgets[1] = span_search(extensions, "server_no_context_takeover") != NULL;
    if (protocol.n > 0 && !span_is(protocol, "sip"))
        stream_abandon(s);
}

/* How many bytes the HTTP head still uses. */
static size_t feed_http(struct stream *s, unsigned direction, const uint8_t *p, size_t n)
{
    struct direction *d = &((struct websocket *)s->state)->directions[direction];
    size_t before = d->kept.n, room = MAX_HTTP - d->kept.n;
    stream_keep(s, &d->kept, p, n < room ? n : room);
    size_t length = http_head(d->kept.p, d->kept.n);
    if (length == 0) {
        if (d->kept.n >= MAX_HTTP)
            stream_abandon(s);
        return n < room ? n : room;
    }
    if (d->kept.p[0] == 'H')
        take_answer(s, direction, (struct span){ (const char *)d->kept.p, length });
    stream_forget(s, &d->kept);
    d->phase = FRAMES;
    return length - before;
}

/* Whether each message is compressed by itself, as was agreed on. */
static bool stands_alone(const struct stream *s, unsigned direction)
{
    const struct websocket *w = s->state;
    return w->upgraded && w->forgets[direction == w->server];
}

static int begin_inflating(struct stream *s, unsigned direction)
{
    struct websocket *w = s->state;
    struct direction *d = &w->directions[direction];
    bool unknown = (!w->upgraded || d->lost) && !stands_alone(s, direction);
    d->unpack = unpack_new(UNPACK_DEFLATE);
    if (!d->unpack)
        return -1;
    stream_charge(s, INFLATE_BYTES);
    d->unknown = unknown && unpack_forget_before(d->unpack) == 0;
    return 0;
}

/*
 * RFC 7692 §7.2.2. The dictionary is that of the messages before; where they were not captured, or
 * got lost, messages that refer to them are left out. -1: it cannot be read.
 */
static int inflate_message(struct stream *s, unsigned direction, struct strbuf *text)
{
    static const uint8_t tail[] = { 0, 0, 0xff, 0xff };
    struct websocket *w = s->state;
    struct direction *d = &w->directions[direction];
    uint8_t room[4096];
    size_t made = 0;
    if (!d->unpack && begin_inflating(s, direction) < 0)
        return -1;
    stream_keep(s, &d->kept, tail, sizeof tail);
    struct reader in = reader_make(d->kept.p, d->kept.n);
    enum unpack_result result;
    do {
        result = unpack_next(d->unpack, &in, room, sizeof room, &made);
        if (text->n < MAX_MESSAGE)
            strbuf_span(text, (struct span){ (const char *)room, made });
        else
            d->cut = true;
    } while (result == UNPACK_MORE && (made > 0 || reader_left(&in) > 0));
    bool partial = d->unknown && span_find(strbuf_as_span(text), '\0');
    d->lost |= result == UNPACK_DAMAGED;
    if (result != UNPACK_MORE || stands_alone(s, direction))
        forget_unpack(s, d);
    return result == UNPACK_DAMAGED || partial ? -1 : 0;
}

static void hand_on(struct stream *s, unsigned direction, const void *p, size_t n, bool truncated)
{
    struct direction *d = &((struct websocket *)s->state)->directions[direction];
    struct payload m = { .data = p, .len = (uint32_t)n, .seq = d->seq, .truncated = truncated };
    if (n > 0)
        stream_message(s->above, direction, &m);
}

/* The message has come to its end, or no more of it will come. */
static void finish(struct stream *s, unsigned direction, bool whole)
{
    struct direction *d = &((struct websocket *)s->state)->directions[direction];
    if (!d->open)
        return;
    d->open = false;
    d->cut = d->cut || !whole;
    if (!d->compressed) {
        hand_on(s, direction, d->kept.p, d->kept.n, d->cut);
    } else if (d->cut) {
        s->net->counts.not_inflated++;
        d->lost = true;
        forget_unpack(s, d);
    } else {
        struct strbuf text = STRBUF_INIT;
        if (inflate_message(s, direction, &text) == 0)
            hand_on(s, direction, text.p, text.n, d->cut);
        else
            s->net->counts.not_inflated++;
        strbuf_free(&text);
    }
    stream_forget(s, &d->kept);
}

/* Collects a frame's header; how many bytes of it are here. */
static size_t feed_header(struct stream *s, unsigned direction, const uint8_t *p, size_t n,
                          uint32_t seq)
{
    struct direction *d = &((struct websocket *)s->state)->directions[direction];
    size_t used = 0;
    enum stream_match match = STREAM_MORE;
    while (match == STREAM_MORE && used < n && d->head_n < sizeof d->head) {
        d->head[d->head_n++] = p[used++];
        match = read_frame(d->head, d->head_n, &d->frame);
    }
    if (match == STREAM_MORE)
        return used;
    bool data = d->frame.opcode < FRAME_CONTROL;
    uint32_t first = seq + (uint32_t)used - (uint32_t)d->head_n;
    d->head_n = 0;
    if (match == STREAM_NO || (data && d->open != (d->frame.opcode == FRAME_CONTINUATION))) {
        finish(s, direction, false);
        d->phase = LOST;
        return used;
    }
    d->in_frame = true;
    d->at = 0;
    if (data && !d->open) {
        d->open = true;
        d->cut = false;
        d->compressed = d->frame.compressed;
        d->seq = first;
    }
    return used;
}

/* Part of a frame's payload. */
static size_t feed_payload(struct stream *s, unsigned direction, const uint8_t *p, size_t n)
{
    struct direction *d = &((struct websocket *)s->state)->directions[direction];
    uint64_t left = d->frame.length - d->at;
    size_t taken = left < n ? (size_t)left : n;
    if (d->frame.opcode < FRAME_CONTROL && !d->cut) {
        size_t start = d->kept.n,
               kept = MAX_MESSAGE - d->kept.n < taken ? MAX_MESSAGE - d->kept.n : taken;
        stream_keep(s, &d->kept, p, kept);
        unmask(&d->frame, d->at, p, kept, d->kept.p + start);
        d->cut = kept < taken;
    }
    d->at += taken;
    return taken;
}

static void end_frame(struct stream *s, unsigned direction)
{
    struct direction *d = &((struct websocket *)s->state)->directions[direction];
    d->in_frame = false;
    if (d->frame.opcode < FRAME_CONTROL && d->frame.last)
        finish(s, direction, true);
}

static void feed(struct stream *s, unsigned direction, const uint8_t *p, size_t n)
{
    struct direction *d = &((struct websocket *)s->state)->directions[direction];
    uint32_t seq = s->half[direction].seq;
    if (d->phase == BEGIN)
        d->phase = begins_http(p, n) ? HTTP : FRAMES;
    if (d->phase == LOST && recognise_frame(p, n) == STREAM_YES)
        d->phase = FRAMES;
    while (n > 0 && d->phase != LOST && !s->other) {
        size_t used = d->phase == HTTP ? feed_http(s, direction, p, n)
                      : d->in_frame    ? feed_payload(s, direction, p, n)
                                       : feed_header(s, direction, p, n, seq);
        if (d->in_frame && d->at == d->frame.length)
            end_frame(s, direction);
        p += used;
        n -= used;
        seq += (uint32_t)used;
    }
}

/* A gap inside of a frame leaves the place of the next one known. */
static void gap(struct stream *s, unsigned direction, uint32_t missing)
{
    struct direction *d = &((struct websocket *)s->state)->directions[direction];
    bool inside = d->in_frame && d->frame.length - d->at >= missing;
    if (!inside || d->frame.opcode < FRAME_CONTROL)
        d->cut = true;
    if (inside) {
        d->at += missing;
        if (d->at == d->frame.length)
            end_frame(s, direction);
        return;
    }
    finish(s, direction, false);
    d->in_frame = false;
    d->head_n = 0;
    d->phase = LOST;
    d->lost = true;
    forget_unpack(s, d);
}

static void end(struct stream *s, unsigned direction, bool whole)
{
    (void)whole; /* a message without its last frame is not complete */
    finish(s, direction, false);
}

static int open_websocket(struct stream *s)
{
    struct websocket *w = calloc(1, sizeof *w);
    uint8_t transport = s->transport == TRANSPORT_TLS ? TRANSPORT_WSS : TRANSPORT_WS;
    if (!w || stream_nest(s, transport) < 0) {
        free(w);
        return -1;
    }
    s->state = w;
    return 0;
}

static void close_websocket(struct stream *s)
{
    struct websocket *w = s->state;
    for (int i = 0; i < 2; i++) {
        stream_forget(s, &w->directions[i].kept);
        forget_unpack(s, &w->directions[i]);
    }
    free(w);
    s->state = NULL;
}

const struct stream_protocol stream_websocket = {
    .name = "websocket",
    .inside = 1u << TRANSPORT_TCP | 1u << TRANSPORT_TLS,
    .recognise = recognise,
    .open = open_websocket,
    .feed = feed,
    .gap = gap,
    .end = end,
    .close = close_websocket,
};
