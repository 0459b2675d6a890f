/*
 * Filter expressions, parsed and tried on a store of two transactions. An error
 * must point into the text and be one line; a filter must give one answer.
 */
#include <stdint.h>
#include <stdlib.h>

#include "store/filter.h"
#include "store/store.h"

static const char request[] =
    "INVITE sip:bob@b.example SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKa\r\n"
    "From: \"A\" <sip:alice@a.example:5080>;tag=1\r\nTo: <sip:bob@b.example>\r\nCall-ID: x\r\n"
    "CSeq: 1 INVITE\r\nContact: <sip:alice@10.0.0.1>, <sip:b\xff@10.0.0.1>\r\n"
    "User-Agent: T\r\nContent-Type: application/sdp\r\nContent-Length: 5\r\n\r\nv=0\r\n";
static const char response[] =
    "SIP/2.0 486 Busy \xc3\xbc\x80\r\nv: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKa\r\n"
    "f: <sip:alice@a.example>;tag=1\r\nt: <sip:bob@b.example>;tag=2\r\ni: x\r\n"
    "CSeq: 1 INVITE\r\nServer: S\r\nX-Long: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\nl: 0\r\n\r\n";
static const char odd[] =
    "FROB x SIP/2.0\r\nVia: SIP/2.0/TCP [::1]\r\nFrom: <\r\nTo: \"\r\nCall-ID: \r\nno colon\r\n"
    "CSeq: 4 FROB\r\nContact: *\r\n\r\n";

static void add(struct store *store, const char *text, size_t n, uint8_t family, int64_t time_ns)
{
    struct addr a = { .family = family, .port = 5060, .ip = { 10, [3] = 1 } };
    struct addr b = { .family = family, .port = 5061, .ip = { 10, [3] = 2 } };
    struct packet packet = { .time_ns = time_ns,
                             .data = (const uint8_t *)text,
                             .caplen = (uint32_t)n,
                             .origlen = (uint32_t)n,
                             .frame = 1,
                             .linktype = 1,
                             .mapped = true };
    struct payload payload = { .data = packet.data,
                               .len = (uint32_t)n,
                               .src = a,
                               .dst = b,
                               .transport = family == 6 ? TRANSPORT_TCP : TRANSPORT_UDP };
    struct sip_message sip;
    if (sip_scan(&sip, text, n) < 0 || !store_add(store, &packet, &payload, &sip, NULL))
        abort();
}

static struct store *fill(void)
{
    struct store *store = store_new(1 << 20);
    add(store, request, sizeof request - 1, 4, 1000000000);
    add(store, response, sizeof response - 1, 4, 1020000000);
    add(store, odd, sizeof odd - 1, 6, 2000000000);
    return store;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct store *store;
    struct filter_error error;
    if (!store)
        store = fill();
    char *text = malloc(size + 1);
    memcpy(text, data, size);
    text[size] = '\0';
    struct filter *filter = filter_parse(text, &error);
    if (!filter && (error.offset > strlen(text) || error.message[0] == '\0' ||
                    strlen(error.message) >= sizeof error.message))
        abort();
    struct filter_hint hint;
    filter_expect(SPAN(text), &hint);
    if (hint.word > strlen(text) || (hint.place == FILTER_AT_VALUE && !hint.field))
        abort();
    free(text); /* a filter keeps nothing of it */
    for (uint32_t id = 0; filter && id <= store_transaction_end(store); id++)
        if (filter_match(filter, store, id) != filter_match(filter, store, id))
            abort();
    filter_free(filter);
    return 0;
}
