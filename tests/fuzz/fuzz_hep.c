/*
 * Any bytes as a HEP packet. Spans must lie inside it; a compressed payload must not grow beyond
 * its limit; and what is written from what was read must be read the same.
 */
#include <stdlib.h>

#include "net/hep.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void insist(bool good)
{
    if (!good)
        abort();
}

static void check_span(struct span s, const uint8_t *data, size_t n)
{
    if (!s.n)
        return;
    insist(s.p >= (const char *)data && span_end(s) <= (const char *)data + n);
    for (size_t i = 0; i < s.n; i++)
        (void)*(const volatile char *)&s.p[i];
}

static void check_again(const struct hep *hep)
{
    static uint8_t out[HEP_MAX];
    struct hep again;
    size_t n = hep_encode(out, sizeof out, hep);
    if (n == 0)
        return;
    insist(hep_length(out, n) == (int)n);
    insist(hep_decode(&again, out, n, 0) == HEP_OK);
    insist(span_equal(again.payload, hep->payload) && span_equal(again.agent, hep->agent));
    insist(again.agent_id == hep->agent_id && again.protocol == hep->protocol);
    insist(again.type == hep->type && again.time_ns == hep->time_ns);
    insist(again.src.port == hep->src.port);
    if (hep->src.family == hep->dst.family)
        insist(addr_equal(&again.src, &hep->src) && addr_equal(&again.dst, &hep->dst));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t plain[HEP_MAX_PLAIN];
    struct hep hep;
    int length = hep_length(data, size);
    insist(length == -1 || length == 0 || length >= HEP_HEADER);
    if (hep_decode(&hep, data, size, 0) != HEP_OK)
        return 0;
    check_span(hep.payload, data, size);
    check_span(hep.agent, data, size);
    check_span(hep.correlation, data, size);
    check_span(hep.key, data, size);
    insist(!hep.keepalive || hep.payload.n == 0);
    insist(hep.time_ns >= 0);
    if (hep.compressed)
        insist(hep_unpack(hep.payload, plain, sizeof plain) <= sizeof plain);
    check_again(&hep);
    return 0;
}
