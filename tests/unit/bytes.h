/* Building packets and files byte by byte, for the tests. Too long is a bug of the test. */
#ifndef SIPWHY_TESTS_BYTES_H
#define SIPWHY_TESTS_BYTES_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct bytes {
    uint8_t p[16384];
    size_t n;
};

static inline void put(struct bytes *b, const void *data, size_t n)
{
    assert(b->n + n <= sizeof b->p);
    if (n)
        memcpy(b->p + b->n, data, n);
    b->n += n;
}

static inline void put_text(struct bytes *b, const char *text)
{
    put(b, text, strlen(text));
}

static inline void put_zeros(struct bytes *b, size_t n)
{
    assert(b->n + n <= sizeof b->p);
    memset(b->p + b->n, 0, n);
    b->n += n;
}

static inline void put8(struct bytes *b, unsigned v)
{
    uint8_t c = (uint8_t)v;
    put(b, &c, 1);
}

static inline void put16(struct bytes *b, unsigned v)
{
    put8(b, v >> 8);
    put8(b, v);
}

static inline void put32(struct bytes *b, uint32_t v)
{
    put16(b, v >> 16);
    put16(b, v & 0xffff);
}

/* In a file's own order. */
static inline void put16_order(struct bytes *b, bool little, unsigned v)
{
    put16(b, little ? __builtin_bswap16((uint16_t)v) : v);
}

static inline void put32_order(struct bytes *b, bool little, uint32_t v)
{
    put32(b, little ? __builtin_bswap32(v) : v);
}

/* RFC 768; `length` is what the header claims. The checksum is left out, which IPv4 allows. */
static inline void put_udp(struct bytes *b, unsigned src, unsigned dst, unsigned length,
                           const char *payload)
{
    put16(b, src);
    put16(b, dst);
    put16(b, length);
    put16(b, 0);
    put_text(b, payload);
}

/* RFC 791 without options: 192.0.2.1 to 192.0.2.2; `total` is what the header claims. */
static inline void put_ip4(struct bytes *b, unsigned total, unsigned id, unsigned fragment,
                           unsigned protocol)
{
    put16(b, 0x4500);
    put16(b, total);
    put16(b, id);
    put16(b, fragment);
    put8(b, 64);
    put8(b, protocol);
    put16(b, 0);
    put32(b, 0xc0000201);
    put32(b, 0xc0000202);
}

/* RFC 8200: 2001:db8::1 to 2001:db8::2. */
static inline void put_ip6(struct bytes *b, unsigned length, unsigned next)
{
    put32(b, 0x60000000);
    put16(b, length);
    put8(b, next);
    put8(b, 64);
    for (unsigned last = 1; last <= 2; last++) {
        put32(b, 0x20010db8);
        put_zeros(b, 11);
        put8(b, last);
    }
}

/* A whole IPv4 datagram 5060 to 5062. */
static inline void put_datagram(struct bytes *b, unsigned id, const char *payload)
{
    unsigned n = (unsigned)strlen(payload);
    put_ip4(b, 28 + n, id, 0, 17);
    put_udp(b, 5060, 5062, 8 + n, payload);
}

/* RFC 9293 without options; `flags` as in the header (2 SYN, 16 ACK). No checksum. */
static inline void put_tcp(struct bytes *b, unsigned src, unsigned dst, uint32_t seq, uint32_t ack,
                           unsigned flags)
{
    put16(b, src);
    put16(b, dst);
    put32(b, seq);
    put32(b, ack);
    put16(b, 0x5000 | flags);
    put16(b, 65535);
    put32(b, 0);
}

/* Exchanges the addresses of the IPv4 header at `at`. */
static inline void turn_ip4(struct bytes *b, size_t at)
{
    uint8_t src[4];
    memcpy(src, b->p + at + 12, 4);
    memcpy(b->p + at + 12, b->p + at + 16, 4);
    memcpy(b->p + at + 16, src, 4);
}

/* Ethernet addresses; the type follows. */
static inline void put_ethernet(struct bytes *b, unsigned type)
{
    put_zeros(b, 12);
    put16(b, type);
}

#endif
