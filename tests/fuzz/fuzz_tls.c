/*
 * Any bytes as the two streams of a TLS connection. The first byte says whether secrets are
 * expected; then steps: a byte with what to do, two with a length, as many bytes.
 *
 *   0, 1  bytes of that direction    2, 3  bytes of that direction are lost
 *   4     lines of a key log         5     time passes
 *
 * The secrets of RFC 8448's handshake are there from the beginning, for those who expect none.
 */
#include <stdlib.h>
#include <string.h>

#include "../unit/rfc8448.h"
#include "base/reader.h"
#include "net/tls.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct state {
    ptrdiff_t charged;
    const struct tls *tls;
};

static void insist(bool good)
{
    if (!good)
        abort();
}

static void on_data(unsigned direction, const uint8_t *p, size_t n, const struct packet *packet,
                    void *arg)
{
    const struct state *state = arg;
    insist(direction < 2 && n > 0 && packet != NULL && tls_facts(state->tls)->readable);
    for (size_t i = 0; i < n; i++)
        (void)*(const volatile uint8_t *)&p[i];
}

static void on_lost(unsigned direction, const struct packet *packet, void *arg)
{
    (void)arg;
    insist(direction < 2 && packet != NULL);
}

static void on_event(enum tls_event event, unsigned direction, const struct packet *packet,
                     void *arg)
{
    const struct state *state = arg;
    insist(direction < 2 && packet != NULL);
    if (event == TLS_CERTIFICATE)
        insist(memchr(tls_facts(state->tls)->certificate->subject, '\0', TLS_NAME) != NULL);
}

static void on_charge(ptrdiff_t bytes, void *arg)
{
    struct state *state = arg;
    state->charged += bytes;
    insist(state->charged >= 0 && state->charged < 1 << 20);
}

static void step(struct tls *tls, struct tls_engine *engine, struct tls_keys *keys,
                 struct packet *packet, struct reader *r)
{
    uint8_t what = reader_u8(r);
    uint16_t length = reader_u16(r);
    size_t n = length < reader_left(r) ? length : reader_left(r);
    packet->time_ns++;
    switch (what) {
    case 0:
    case 1:
        tls_feed(tls, what, reader_take(r, n), n, packet);
        break;
    case 2:
    case 3:
        tls_gap(tls, what - 2u, length, packet);
        break;
    case 4:
        tls_keys_log(keys, reader_take(r, n), n);
        tls_engine_retry(engine);
        break;
    default:
        packet->time_ns += (int64_t)length << 22;
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct tls_output output = { on_data, on_lost, on_event, on_charge };
    struct reader r = reader_make(data, size);
    struct state state = { 0, NULL };
    struct packet packet = { .time_ns = 1 };
    struct tls_keys *keys = tls_keys_new();
    struct tls_engine *engine = tls_engine_new(keys);
    struct tls *tls = tls_new(engine, &output, &state);
    state.tls = tls;
    if (reader_u8(&r) & 1)
        tls_engine_expect(engine, true);
    else
        tls_keys_log(keys, rfc8448_log, strlen(rfc8448_log));
    while (reader_left(&r) > 0)
        step(tls, engine, keys, &packet, &r);
    tls_free(tls);
    insist(state.charged == 0);
    tls_engine_free(engine);
    tls_keys_free(keys);
    return 0;
}
