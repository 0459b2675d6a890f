/*
 * TLS cipher suites as facts: what protects the records, what makes the keys, and
 * what they are called (IANA registry "TLS Cipher Suites").
 */
#ifndef SIPWHY_NET_TLS_SUITE_H
#define SIPWHY_NET_TLS_SUITE_H

#include <stdbool.h>
#include <stdint.h>

#include "net/tls_facts.h"

enum tls_version { TLS_1_0 = 0x0301, TLS_1_1 = 0x0302, TLS_1_2 = 0x0303, TLS_1_3 = 0x0304 };

/* TLS_MD5_SHA1 is the pair that TLS 1.0 and 1.1 use together. */
enum tls_hash { TLS_NO_HASH, TLS_MD5, TLS_SHA1, TLS_SHA256, TLS_SHA384, TLS_MD5_SHA1, TLS_HASHES };

enum tls_algorithm {
    TLS_NULL, /* no encryption: integrity only */
    TLS_3DES_CBC,
    TLS_AES_128_CBC,
    TLS_AES_256_CBC,
    TLS_AES_128_GCM,
    TLS_AES_256_GCM,
    TLS_CHACHA20_POLY1305,
    TLS_ALGORITHMS
};

/* Sizes in bytes. */
struct tls_shape {
    uint8_t key;
    uint8_t block;    /* of CBC; 0: an AEAD, or none */
    uint8_t fixed_iv; /* the part of an AEAD's nonce that comes from the keys, TLS 1.2 */
};

struct tls_suite {
    uint16_t id;
    uint8_t algorithm; /* enum tls_algorithm */
    uint8_t mac;       /* enum tls_hash; TLS_NO_HASH for an AEAD */
    uint8_t prf;       /* enum tls_hash of the key schedule, TLS 1.2 and later */
    bool rsa;          /* the client encrypts the premaster secret with the server's RSA key */
    const char *name;
};

/* The suite with this number, or NULL when records under it cannot be read. */
const struct tls_suite *tls_suite_find(uint16_t id);
const struct tls_shape *tls_suite_shape(const struct tls_suite *suite);
/* Bytes of a hash value; 0 for TLS_NO_HASH. */
uint8_t tls_hash_size(enum tls_hash hash);

#endif
