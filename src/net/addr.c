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

/* As inet_pton() has it: four numbers without leading zeros. */
static bool read_ip4(struct span text, uint8_t *ip)
{
    const char *p = text.p, *end = span_end(text);
    for (int i = 0; i < 4; i++, p++) {
        unsigned n = 0;
        const char *start = p;
        while (p < end && ascii_digit(*p) && p - start < 4)
            n = n * 10 + (unsigned)(*p++ - '0');
        if (p == start || n > 255 || (*start == '0' && p - start > 1) ||
            (i < 3 ? p == end || *p != '.' : p != end))
            return false;
        ip[i] = (uint8_t)n;
    }
    return true;
}

int addr_read(struct span text, struct addr *a)
{
    char host[ADDR_TEXT];
    uint64_t port = 0;
    memset(a, 0, sizeof *a);
    if (read_ip4(text, a->ip)) { /* as most are */
        a->family = 4;
        return 0;
    }
    bool bracket = text.n > 0 && text.p[0] == '[';
    const char *close = bracket ? span_find(text, ']') : NULL;
    const char *first = span_find(text, ':');
    if (bracket && !close)
        return -1;
    struct span name = close ? span_make(text.p + 1, close) : text;
    struct span rest = close ? span_make(close + 1, span_end(text)) : SPAN_NONE;
    if (!close && first && !memchr(first + 1, ':', (size_t)(span_end(text) - first - 1))) {
        name = span_make(text.p, first);
        rest = span_make(first, span_end(text));
    }
    if (rest.n > 0 && (rest.p[0] != ':' ||
                       !span_number((struct span){ rest.p + 1, rest.n - 1 }, UINT16_MAX, &port)))
        return -1;
    if (name.n == 0 || name.n >= sizeof host)
        return -1;
    a->port = (uint16_t)port;
    if (read_ip4(name, a->ip)) {
        a->family = 4;
        return 0;
    }
    span_copy(name, host, sizeof host);
    a->family = inet_pton(AF_INET6, host, a->ip) == 1 ? 6 : 0;
    return a->family ? 0 : -1;
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
