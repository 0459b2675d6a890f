/* See addr.h. */
#include "net/addr.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

char *addr_host(const struct addr *a, char *buf)
{
    if (a->family == 0 || !inet_ntop(a->family == 6 ? AF_INET6 : AF_INET, a->ip, buf, ADDR_HOST))
        strcpy(buf, "?");
    return buf;
}

char *addr_format(const struct addr *a, char *buf)
{
    char host[ADDR_HOST];
    addr_host(a, host);
    if (a->family == 6)
        snprintf(buf, ADDR_TEXT, "[%s]:%u", host, a->port);
    else
        snprintf(buf, ADDR_TEXT, "%s:%u", host, a->port);
    return buf;
}

/* As inet_pton() has it: four numbers without leading zeros. Where they end, NULL: there are none. */
static const char *read_ip4(struct span text, uint8_t *ip)
{
    const char *p = text.p, *end = span_end(text);
    for (int i = 0; i < 4; i++) {
        unsigned n, digit;
        if (i > 0 && (p == end || *p++ != '.'))
            return NULL;
        if (p == end || (n = (unsigned)*p++ - '0') > 9)
            return NULL;
        for (; p < end && (digit = (unsigned)*p - '0') <= 9; p++) {
            if (n == 0 || (n = n * 10 + digit) > 255)
                return NULL;
        }
        ip[i] = (uint8_t)n;
    }
    return p;
}

/* ":5060", or nothing. */
static bool read_port(struct span text, uint16_t *port)
{
    uint64_t n = 0;
    if (text.n > 0 && (text.p[0] != ':' || !span_number(span_behind(text, 1), UINT16_MAX, &n)))
        return false;
    *port = (uint16_t)n;
    return true;
}

static bool read_ip6(struct span text, uint8_t *ip)
{
    char host[ADDR_TEXT];
    return text.n > 0 && text.n < sizeof host &&
           inet_pton(AF_INET6, span_copy(text, host, sizeof host), ip) == 1;
}

/* An address in brackets, with or without a port. */
static bool read_bracketed(struct span text, struct addr *a)
{
    const char *close = span_find(text, ']');
    if (!close || !read_port(span_make(close + 1, span_end(text)), &a->port))
        return false;
    struct span name = span_make(text.p + 1, close);
    a->family = read_ip4(name, a->ip) == close ? 4 : 6;
    return a->family == 4 || read_ip6(name, a->ip);
}

static bool read_address(struct span text, struct addr *a)
{
    const char *behind = read_ip4(text, a->ip);
    a->family = behind ? 4 : 6;
    if (behind)
        return read_port(span_make(behind, span_end(text)), &a->port);
    return text.n > 0 && text.p[0] == '[' ? read_bracketed(text, a) : read_ip6(text, a->ip);
}

int addr_read(struct span text, struct addr *a)
{
    memset(a, 0, sizeof *a);
    if (read_address(text, a))
        return 0;
    memset(a, 0, sizeof *a);
    return -1;
}

/* Networks that no public host answers from: RFC 1918, 6598, 1122, 3927; 4193, 4291. */
static const struct {
    uint8_t family, bits;
    uint32_t begin; /* of the address */
} private_networks[] = {
    { 4, 8, 0x0a000000 },  { 4, 12, 0xac100000 }, { 4, 16, 0xc0a80000 },
    { 4, 10, 0x64400000 }, { 4, 8, 0x7f000000 },  { 4, 16, 0xa9fe0000 },
    { 4, 8, 0 },           { 6, 7, 0xfc000000 },  { 6, 10, 0xfe800000 },
};

bool addr_private(const struct addr *a)
{
    static const uint8_t zero[15];
    uint32_t begin = (uint32_t)a->ip[0] << 24 | (uint32_t)a->ip[1] << 16 | (uint32_t)a->ip[2] << 8 |
                     a->ip[3];
    for (size_t i = 0; i < sizeof private_networks / sizeof private_networks[0]; i++)
        if (private_networks[i].family == a->family &&
            (begin ^ private_networks[i].begin) >> (32 - private_networks[i].bits) == 0)
            return true;
    return a->family == 6 && memcmp(a->ip, zero, 15) == 0 && a->ip[15] <= 1; /* :: and ::1 */
}

bool addr_loopback(const struct addr *a)
{
    static const uint8_t zero[15];
    return a->family == 4 ? a->ip[0] == 127
                          : a->family == 6 && memcmp(a->ip, zero, 15) == 0 && a->ip[15] == 1;
}

struct addr addr_of_socket(const struct sockaddr *name)
{
    struct addr a = { .family = 0 };
    if (name->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)name;
        memcpy(a.ip, &in->sin_addr, 4);
        a.port = ntohs(in->sin_port);
        a.family = 4;
    } else if (name->sa_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)name;
        bool mapped = IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr);
        memcpy(a.ip, in6->sin6_addr.s6_addr + (mapped ? 12 : 0), mapped ? 4 : 16);
        a.port = ntohs(in6->sin6_port);
        a.family = mapped ? 4 : 6;
    }
    return a;
}
