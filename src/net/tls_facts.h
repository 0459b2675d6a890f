/*
 * What a TLS connection shows of itself, also where nothing can be decrypted. Plain values.
 */
#ifndef SIPWHY_NET_TLS_FACTS_H
#define SIPWHY_NET_TLS_FACTS_H

#include <stdbool.h>

#include "net/tls_certificate.h"

enum tls_event {
    TLS_CLIENT_HELLO,
    TLS_SERVER_HELLO,
    TLS_CERTIFICATE, /* the server's own; of TLS 1.3 only with secrets */
    TLS_FINISHED,    /* the handshake is complete */
    TLS_ALERT,
    TLS_READABLE,  /* the first record was decrypted */
    TLS_UNREADABLE /* a protected record was given up */
};

enum tls_alert_level { TLS_ALERT_HIDDEN, TLS_ALERT_WARNING, TLS_ALERT_FATAL };

/* What a connection showed so far. Strings are as sent, NULL where there is none. */
struct tls_facts {
    uint16_t offered; /* highest version of the ClientHello; 0: none was seen */
    uint16_t version; /* chosen; 0: no ServerHello was seen */
    uint16_t suite;   /* chosen; IANA's number */
    char *server_name;
    char *alpn;                          /* chosen */
    struct tls_certificate *certificate; /* the server's */
    bool resumed;
    bool retried; /* a HelloRetryRequest */
    bool finished;
    bool readable;       /* at least one record was decrypted */
    bool unreadable;     /* at least one was not */
    uint8_t client;      /* direction of what the client sends */
    uint8_t alert_from;  /* direction of the latest alert */
    uint8_t alert_level; /* enum tls_alert_level; HIDDEN: encrypted, and there is no secret */
    uint8_t alert;       /* its description */
    bool alerted;
};

/* "TLS 1.2"; "?" for what is none. */
const char *tls_version_name(uint16_t version);
/* "handshake_failure" (RFC 8446 §6, and what earlier versions had); "?" for an unassigned number. */
const char *tls_alert_name(uint8_t description);

#endif
