/*
 * Any segments and fragments in any order. The input is a row of records: six bytes that
 * say what packet it is and where in its stream or datagram it stands, then its bytes. What
 * is handed on can be read, and after the end all memory has been given back.
 */
#include <stdlib.h>
#include <string.h>

#include "net/private.h"

#define HEADERS 40

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    KIND = 3,
    TCP = 0,
    FRAGMENT = 1,
    RAW = 2,
    TIME = 3,
    BACK = 4,
    CUT = 32,
    MAPPED = 64,
    ACKS = 128
};

struct record {
    uint8_t kind, flags; /* bits 3 and 4 of the kind: the connection */
    uint16_t shift;
    size_t n;
    const uint8_t *data;
};

struct run {
    struct net *net;
    int64_t now_ns;
    uint32_t frame;
    uint32_t next[4][2]; /* sequence numbers */
};

static void insist(bool good)
{
    if (!good)
        abort();
}

static void check_payload(const struct packet *packet, const struct payload *p, void *arg)
{
    char text[ADDR_TEXT];
    (void)arg;
    insist(p->apart || (packet->data && p->data >= packet->data &&
                        p->data + p->len <= packet->data + packet->caplen));
    insist(addr_format(&p->src, text) && addr_format(&p->dst, text) && p->len <= 2200000);
    for (uint32_t i = 0; i < p->len; i++)
        (void)*(const volatile uint8_t *)&p->data[i];
}

static void check_event(const struct packet *packet, const struct net_event *event, void *arg)
{
    (void)packet, (void)arg;
    for (uint32_t i = 0; i < event->quote.len; i++)
        (void)*(const volatile uint8_t *)&event->quote.data[i];
}

static void put16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
    put16(p, v >> 16);
    put16(p + 2, v & 0xffff);
}

static void send(struct run *run, const struct record *r, const uint8_t *bytes, size_t n)
{
    size_t cut = r->kind & CUT ? r->flags : 0, caplen = cut < n ? n - cut : 0;
    uint8_t *exact = malloc(caplen ? caplen : 1);
    memcpy(exact, bytes, caplen);
    struct packet packet = { .time_ns = run->now_ns,
                             .data = exact,
                             .caplen = (uint32_t)caplen,
                             .origlen = (uint32_t)n,
                             .frame = ++run->frame,
                             .linktype = 101,
                             .mapped = r->kind & MAPPED };
    net_packet(run->net, &packet);
    free(exact);
}

static size_t put_ip(uint8_t *p, const struct record *r, uint8_t protocol, size_t n)
{
    static const uint8_t addresses[8] = { 192, 0, 2, 1, 192, 0, 2, 2 };
    memset(p, 0, 20);
    p[0] = 0x45;
    p[9] = protocol;
    put16(p + 2, (uint32_t)(20 + n));
    memcpy(p + 12, addresses + (r->kind & BACK), 4);
    memcpy(p + 16, addresses + 4 - (r->kind & BACK), 4);
    return 20;
}

static void send_segment(struct run *run, const struct record *r)
{
    uint8_t *p = malloc(HEADERS + r->n);
    unsigned back = r->kind & BACK ? 1 : 0, connection = r->kind >> 3 & 3;
    uint32_t *next = run->next[connection];
    uint32_t seq = next[back] + (uint32_t)(int32_t)(int16_t)r->shift;
    put_ip(p, r, 6, 20 + r->n);
    memset(p + 20, 0, 20);
    put16(p + 20, back ? 5060 : 5070 + connection);
    put16(p + 22, back ? 5070 + connection : 5060);
    put32(p + 24, seq);
    put32(p + 28, next[!back]);
    p[32] = 0x50;
    p[33] = (uint8_t)((r->flags & 0x2f) | (r->kind & ACKS ? 16 : 0));
    if (r->n)
        memcpy(p + HEADERS, r->data, r->n);
    next[back] = seq + (uint32_t)r->n + (r->flags & 1) + (r->flags >> 1 & 1);
    send(run, r, p, HEADERS + r->n);
    free(p);
}

static void send_fragment(struct run *run, const struct record *r)
{
    uint8_t *p = malloc(20 + r->n);
    put_ip(p, r, r->kind & ACKS ? 6 : 17, r->n);
    put16(p + 4, r->kind >> 3 & 3);
    put16(p + 6, r->shift);
    if (r->n)
        memcpy(p + 20, r->data, r->n);
    send(run, r, p, 20 + r->n);
    free(p);
}

static bool next_record(const uint8_t **data, size_t *size, struct record *r)
{
    if (*size < 6)
        return false;
    const uint8_t *p = *data;
    *r = (struct record){ p[0], p[1], (uint16_t)(p[2] << 8 | p[3]), (size_t)p[4] << 8 | p[5],
                          p + 6 };
    if (r->n > *size - 6)
        r->n = *size - 6;
    if (r->n > 65000)
        r->n = 65000;
    *data += 6 + r->n;
    *size -= 6 + r->n;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct run run = { .net = net_new(check_payload, check_event, NULL) };
    struct record r;
    while (next_record(&data, &size, &r)) {
        switch (r.kind & KIND) {
        case TCP:
            send_segment(&run, &r);
            break;
        case FRAGMENT:
            send_fragment(&run, &r);
            break;
        case RAW:
            send(&run, &r, r.data, r.n);
            break;
        default:
            run.now_ns += (int64_t)r.shift * 10000000;
            net_advance(run.net, run.now_ns);
        }
        run.now_ns += 1000000;
    }
    net_finish(run.net);
    insist(run.net->held == 0 && run.net->fragments_held == 0);
    net_free(run.net);
    return 0;
}
