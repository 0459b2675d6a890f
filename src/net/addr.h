/* An IP address with a port, as a value. */
#ifndef SIPWHY_NET_ADDR_H
#define SIPWHY_NET_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct addr {
    uint8_t ip[16]; /* IPv4 in the first four, the rest zero */
    uint16_t port;
    uint8_t family; /* 4, 6, or 0 when unknown */
    uint8_t unused; /* zero, so that memcmp compares */
};

/* "192.0.2.1", "2001:db8::1"; give it ADDR_TEXT bytes. Returns `buf`. */
#define ADDR_HOST 48 /* what a host alone needs */
#define ADDR_TEXT 64
char *addr_host(const struct addr *a, char *buf);
/* "192.0.2.1:5060", "[2001:db8::1]:5060". */
char *addr_format(const struct addr *a, char *buf);
/* The same host, whatever the ports. */
static inline bool addr_same_host(const struct addr *a, const struct addr *b)
{
    return a->family == b->family && memcmp(a->ip, b->ip, sizeof a->ip) == 0;
}
static inline bool addr_equal(const struct addr *a, const struct addr *b)
{
    return a->port == b->port && addr_same_host(a, b);
}
/* Reads "192.0.2.1", "2001:db8::1" or either with a port ("[2001:db8::1]:5060"); -1 for a name. */
int addr_read(struct span text, struct addr *a);
/* Whether it can only be reached from nearby: RFC 1918, RFC 6598, loopback, link-local, RFC 4193. */
bool addr_private(const struct addr *a);
bool addr_loopback(const struct addr *a);
/* From a socket's address; IPv4 mapped into IPv6 becomes IPv4. Of another family: unknown. */
struct sockaddr;
struct addr addr_of_socket(const struct sockaddr *name);

#endif
