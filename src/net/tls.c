/*
 * Connections and their memory, and cutting a stream into records. See tls.h.
 */
#include <stdlib.h>
#include <string.h>

#include "net/tls_private.h"

#define HEADER 5
#define RECORD_MIN 24 /* after a loss: records smaller than this are rare */

struct tls_engine *tls_engine_new(struct tls_keys *keys)
{
    struct tls_engine *engine = calloc(1, sizeof *engine);
    if (engine)
        engine->keys = keys;
    return engine;
}

void tls_engine_free(struct tls_engine *engine)
{
    free(engine);
}

void tls_engine_expect(struct tls_engine *engine, bool expect)
{
    engine->expect = expect;
}

const struct tls_counts *tls_engine_counts(const struct tls_engine *engine)
{
    return &engine->counts;
}

const struct tls_facts *tls_facts(const struct tls *tls)
{
    return &tls->facts;
}

void tls_tell(struct tls *tls, enum tls_event event, unsigned direction)
{
    tls->output->event(event, direction, tls->packet, tls->arg);
}

void tls_charge(struct tls *tls, ptrdiff_t bytes)
{
    if (bytes)
        tls->output->charge(bytes, tls->arg);
}

int tls_buffer_add(struct tls *tls, struct tls_buffer *buffer, const uint8_t *p, size_t n)
{
    if (buffer->n + n > buffer->size) {
        size_t size = buffer->size ? buffer->size * 2 : 512;
        while (size < buffer->n + n)
            size *= 2;
        uint8_t *grown = realloc(buffer->p, size);
        if (!grown)
            return -1;
        tls_charge(tls, (ptrdiff_t)(size - buffer->size));
        buffer->p = grown;
        buffer->size = size;
    }
    memcpy(buffer->p + buffer->n, p, n);
    buffer->n += n;
    return 0;
}

void tls_buffer_free(struct tls *tls, struct tls_buffer *buffer)
{
    tls_charge(tls, -(ptrdiff_t)buffer->size);
    free(buffer->p);
    *buffer = (struct tls_buffer){ 0 };
}

struct tls *tls_new(struct tls_engine *engine, const struct tls_output *output, void *arg)
{
    struct tls *tls = calloc(1, sizeof *tls);
    if (!tls)
        return NULL;
    tls->engine = engine;
    tls->output = output;
    tls->arg = arg;
    tls->last = &tls->first;
    engine->counts.connections++;
    return tls;
}

void tls_lose(struct tls *tls, unsigned direction)
{
    struct tls_side *side = &tls->side[direction];
    side->lost = side->seeking = true;
    tls_protect_wipe(&side->protection);
    tls_wipe(&side->secret, sizeof side->secret);
    tls_buffer_free(tls, &side->message);
}

void tls_free(struct tls *tls)
{
    if (!tls)
        return;
    tls_drop_waiting(tls);
    for (unsigned i = 0; i < 2; i++) {
        tls_lose(tls, i);
        tls_buffer_free(tls, &tls->side[i].record);
    }
    tls_buffer_free(tls, &tls->transcript);
    tls_facts_free(&tls->facts);
    tls_wipe(tls, sizeof *tls);
    free(tls);
}

/* Whether five bytes are a record's header. */
static bool plausible(const uint8_t *p)
{
    const unsigned length = (unsigned)(p[3] << 8 | p[4]);
    return p[0] >= TLS_RECORD_CHANGE && p[0] <= TLS_RECORD_HEARTBEAT && p[1] == 3 && p[2] <= 4 &&
           length <= TLS_RECORD_MAX && (length > 0 || p[0] == TLS_RECORD_DATA);
}

int tls_recognise(const uint8_t *p, size_t n)
{
    static const uint8_t least[HEADER] = { TLS_RECORD_CHANGE, 3, 0, 0, 1 };
    uint8_t header[HEADER];
    memcpy(header, least, HEADER);
    memcpy(header, p, n < HEADER ? n : HEADER);
    if (!plausible(header))
        return 0;
    return n < HEADER ? -1 : 1;
}

static struct tls_record record_at(const uint8_t *p)
{
    return (struct tls_record){ p[0], (uint16_t)(p[1] << 8 | p[2]), (uint16_t)(p[3] << 8 | p[4]),
                                p + HEADER };
}

/* The first place where a record may begin; `n` where there is none. */
static size_t seek(const uint8_t *p, size_t n)
{
    for (size_t i = 0; i + HEADER <= n; i++)
        if (plausible(p + i) && p[i] != TLS_RECORD_HEARTBEAT)
            return i;
    return n;
}

/* The header of the record that begins in the buffer and goes on in `p`. False: not yet whole. */
static bool peek_header(const struct tls_buffer *buffer, const uint8_t *p, size_t n,
                        uint8_t header[HEADER])
{
    size_t kept = buffer->n < HEADER ? buffer->n : HEADER;
    if (kept + n < HEADER)
        return false;
    if (kept > 0)
        memcpy(header, buffer->p, kept);
    memcpy(header + kept, p, HEADER - kept);
    return true;
}

/* Keeps the beginning of a record until the rest comes. */
static size_t keep_some(struct tls *tls, unsigned direction, const uint8_t *p, size_t n)
{
    if (tls_buffer_add(tls, &tls->side[direction].record, p, n) < 0)
        tls_lose(tls, direction);
    return n;
}

/* Takes a whole record, or as much of one as is there; returns the bytes used. */
static size_t take_some(struct tls *tls, unsigned direction, const uint8_t *p, size_t n)
{
    struct tls_side *side = &tls->side[direction];
    struct tls_buffer *buffer = &side->record;
    uint8_t header[HEADER];
    if (!peek_header(buffer, p, n, header))
        return keep_some(tls, direction, p, n);
    if (!plausible(header)) {
        tls_lose(tls, direction);
        return n;
    }
    struct tls_record record = record_at(header);
    const size_t needed = HEADER + record.n - buffer->n;
    if (buffer->n <= HEADER && tls_unwanted(tls, direction, record.type)) {
        size_t used = HEADER - buffer->n;
        buffer->n = 0;
        side->skip = record.n;
        tls_note_unreadable(tls, direction, &record);
        return used;
    }
    if (needed > n)
        return keep_some(tls, direction, p, n);
    if (buffer->n == 0) {
        record = record_at(p);
        tls_take_record(tls, direction, &record);
        return needed;
    }
    keep_some(tls, direction, p, needed);
    if (buffer->n == (size_t)HEADER + record.n) {
        record = record_at(buffer->p);
        tls_take_record(tls, direction, &record);
    }
    tls_buffer_free(tls, buffer);
    return needed;
}

void tls_feed(struct tls *tls, unsigned direction, const uint8_t *p, size_t n,
              const struct packet *packet)
{
    struct tls_side *side = &tls->side[direction];
    tls->packet = packet;
    if (side->seeking && n > 0) {
        size_t at = seek(p, n);
        side->seeking = at == n;
        p += at;
        n -= at;
    }
    while (n > 0) {
        size_t used = side->skip < n ? side->skip : n;
        if (used > 0)
            side->skip -= (uint32_t)used;
        else
            used = take_some(tls, direction, p, n);
        p += used;
        n -= used;
    }
}

void tls_gap(struct tls *tls, unsigned direction, size_t missing, const struct packet *packet)
{
    struct tls_side *side = &tls->side[direction];
    const size_t partial = side->record.n + side->skip;
    const size_t records = (missing + partial) / RECORD_MIN + 1;
    struct tls_record gap = { .type = TLS_RECORD_GAP,
                              .n = (uint16_t)(records < TLS_SLACK_MAX ? records : TLS_SLACK_MAX) };
    tls->packet = packet;
    tls_buffer_free(tls, &side->record);
    side->skip = 0;
    side->seeking = true;
    if (!tls->client_hello || !tls->server_hello)
        tls->hopeless = true;
    tls_take_record(tls, direction, &gap);
}

bool tls_waits(const struct tls *tls)
{
    return tls->first != NULL;
}

void tls_adopt(struct tls *tls, void *arg)
{
    tls->arg = arg;
}

void tls_end(struct tls *tls, unsigned direction, const struct packet *packet)
{
    tls->packet = packet;
    tls->side[direction].ended = true;
    if (tls->side[!direction].ended && !tls->engine->expect)
        tls_give_up(tls);
}
