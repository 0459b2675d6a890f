/* Where to listen or to send, as the user writes it: "udp:192.0.2.1:9060", "tls:[2001:db8::1]:9061". */
#ifndef SIPWHY_BASE_ENDPOINT_H
#define SIPWHY_BASE_ENDPOINT_H

#include <netdb.h>

enum endpoint_kind { ENDPOINT_UDP, ENDPOINT_TCP, ENDPOINT_TLS };

struct endpoint {
    enum endpoint_kind kind;
    char host[256]; /* a name or an address, without brackets; "*": any of our own */
    char port[6];
};

/*
 * Reads KIND:HOST:PORT; without the port it is `port`. -1 with *error, one line that the caller
 * frees; `text` may be what an option had, and is named in it.
 */
int endpoint_parse(struct endpoint *endpoint, const char *text, const char *port, char **error);
/*
 * Its socket addresses, for bind() with `passive` or connect(); freeaddrinfo() frees them. May wait
 * for the name service. NULL with *error.
 */
struct addrinfo *endpoint_resolve(const struct endpoint *endpoint, int passive, char **error);

#endif
