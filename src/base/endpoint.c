/* See endpoint.h. */
#include "base/endpoint.h"

#include <string.h>

#include "base/strbuf.h"
#include "base/tr.h"

static const char *const kinds[] = {
    [ENDPOINT_UDP] = "udp:",
    [ENDPOINT_TCP] = "tcp:",
    [ENDPOINT_TLS] = "tls:",
};

static const char *read_kind(struct endpoint *e, const char *text)
{
    for (int i = 0; i < 3; i++) {
        if (strncmp(text, kinds[i], 4) == 0) {
            e->kind = (enum endpoint_kind)i;
            return text + 4;
        }
    }
    return NULL;
}

/* The host, and what stands behind it; only an IPv6 address in brackets has colons. */
static const char *read_host(struct endpoint *e, const char *text)
{
    const char *end = *text == '[' ? strchr(text, ']') : text + strcspn(text, ":");
    const char *begin = *text == '[' ? text + 1 : text;
    if (!end || end == begin || (size_t)(end - begin) >= sizeof e->host)
        return NULL;
    span_copy(span_make(begin, end), e->host, sizeof e->host);
    return *end == ']' ? end + 1 : end;
}

static int read_port(struct endpoint *e, const char *text, const char *port)
{
    uint64_t number;
    if (*text == ':')
        port = text + 1;
    else if (*text)
        return -1;
    if (!span_number(SPAN(port), 65535, &number) || strlen(port) >= sizeof e->port)
        return -1;
    strcpy(e->port, port);
    return 0;
}

int endpoint_parse(struct endpoint *e, const char *text, const char *port, char **error)
{
    const char *rest = read_kind(e, text);
    rest = rest ? read_host(e, rest) : NULL;
    if (rest && read_port(e, rest, port) == 0)
        return 0;
    *error = mem_format(_("'%s' is not udp:HOST:PORT, tcp:HOST:PORT or tls:HOST:PORT; an IPv6 "
                          "address stands in brackets"),
                        text);
    return -1;
}

struct addrinfo *endpoint_resolve(const struct endpoint *e, int passive, char **error)
{
    struct addrinfo *list = NULL;
    struct addrinfo hints = {
        .ai_socktype = e->kind == ENDPOINT_UDP ? SOCK_DGRAM : SOCK_STREAM,
        .ai_flags = AI_NUMERICSERV | (passive ? AI_PASSIVE : 0),
    };
    const char *host = strcmp(e->host, "*") == 0 ? NULL : e->host;
    int result = getaddrinfo(host, e->port, &hints, &list);
    if (result == 0)
        return list;
    *error = mem_format(_("%s: no such host: %s"), e->host, gai_strerror(result));
    return NULL;
}
