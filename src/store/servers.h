/*
 * The TCP and TLS connections that are known (event.h), summed up by who was connected to, under which
 * name: what there is to say where no message could be read.
 */
#ifndef SIPWHY_STORE_SERVERS_H
#define SIPWHY_STORE_SERVERS_H

#include "store/event.h"

#define SERVERS_MOST 64

struct server {
    struct addr addr;
    const struct connection_tls *tls; /* the latest that was seen; NULL: none was */
    int64_t tls_ns;                   /* when */
    uint32_t connections;             /* that were asked for, or seen */
    uint32_t refused;                 /* by RST or an ICMP error */
    uint32_t silent;                  /* without any answer */
    uint32_t reset;                   /* broken off */
    uint32_t with_tls, unread;        /* of these nothing was decrypted */
    uint32_t alerted;                 /* ended by a fatal alert */
    uint8_t alert;                    /* the latest of them */
};

/* Fills in `servers`, those that were asked first in front; those beyond SERVERS_MOST are left out. */
size_t servers_list(const struct store *store, struct server servers[SERVERS_MOST]);
/*
 * "3 connections, 1 reset; TLS 1.2 to sip.example.com, certificate until 2027-01-01, 2 not decrypted".
 * Names are as sent, not yet for a terminal.
 */
void server_put(const struct server *server, struct strbuf *out);

#endif
