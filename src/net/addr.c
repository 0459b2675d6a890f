/* See addr.h. */
#include "net/addr.h"

#include <arpa/inet.h>
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

bool addr_same_host(const struct addr *a, const struct addr *b)
{
    return a->family == b->family && memcmp(a->ip, b->ip, sizeof a->ip) == 0;
}

bool addr_equal(const struct addr *a, const struct addr *b)
{
    return a->port == b->port && addr_same_host(a, b);
}
