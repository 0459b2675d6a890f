/*
 * How one direction's records are protected: the keys made from a secret, the
 * sequence number, and opening a record (RFC 5246 §6.2.3, RFC 8446 §5.2).
 */
#ifndef SIPWHY_NET_TLS_PROTECT_H
#define SIPWHY_NET_TLS_PROTECT_H

#include <stddef.h>

#include "net/tls_keys.h"

#define TLS_RECORD_MAX (16384 + 2048) /* of a protected one, without its header */
#define TLS_PSEUDO_HEADER 13          /* what the MAC covers before the content */

/* A record as it was sent. */
struct tls_record {
    uint8_t type;
    uint16_t version;
    uint16_t n;
    const uint8_t *data;
};

/* A record's content; `data` lies in `room`. */
struct tls_plain {
    uint8_t type;
    size_t n;
    uint8_t *data;
    uint8_t room[TLS_PSEUDO_HEADER + TLS_RECORD_MAX];
};

struct tls_protection {
    const struct tls_suite *suite; /* NULL: no keys yet */
    struct tls_cipher *cipher;
    uint16_t version;
    bool encrypt_then_mac; /* RFC 7366 */
    uint8_t iv[16];
    uint8_t mac_key[TLS_HASH_MAX];
    uint64_t seq; /* of the next record */
};

/* What TLS 1.2 and earlier make keys from. */
struct tls_key_source {
    const struct tls_suite *suite;
    uint16_t version;
    bool encrypt_then_mac;
    const uint8_t *master;                        /* TLS_MASTER bytes; NULL for TLS_NULL suites */
    const uint8_t *client_random, *server_random; /* TLS_RANDOM bytes */
};

/* The hash of the key schedule, by version and suite. */
enum tls_hash tls_prf_hash(uint16_t version, const struct tls_suite *suite);
/* Keys for what the client (or the server) sends, from record 0 on. -1 when they cannot be made. */
int tls_protect_master(struct tls_protection *p, const struct tls_key_source *source, bool client);
/* The same from a traffic secret of TLS 1.3. */
int tls_protect_secret(struct tls_protection *p, const struct tls_suite *suite,
                       const struct tls_secret *secret);
/* The secret that follows a KeyUpdate (RFC 8446 §7.2), in place. */
int tls_next_secret(const struct tls_suite *suite, struct tls_secret *secret);
/* Opens the record with the next sequence number, which moves on. -1: it is not what it should be. */
int tls_protect_open(struct tls_protection *p, const struct tls_record *record,
                     struct tls_plain *plain);
void tls_protect_wipe(struct tls_protection *p);

#endif
