/*
 * The cryptographic primitives that reading TLS takes, and the only place that
 * knows the library which has them. Built without it, everything here fails, and
 * connections are seen but not read.
 */
#ifndef SIPWHY_NET_TLS_CRYPTO_H
#define SIPWHY_NET_TLS_CRYPTO_H

#include <stddef.h>

#include "net/tls_suite.h"

#define TLS_HASH_MAX 48
#define TLS_NONCE 12
#define TLS_TAG 16
#define TLS_MASTER 48 /* bytes of a master or premaster secret */

/* Whether there is a library at all. */
bool tls_crypto_available(void);
/* Overwrites secrets so that the compiler does not leave it out. */
void tls_wipe(void *p, size_t n);

/* All that return int: 0, or -1 when it fails. */

/* `out` takes tls_hash_size(hash) bytes. */
int tls_digest(enum tls_hash hash, const void *data, size_t n, uint8_t *out);
int tls_hmac(enum tls_hash hash, const uint8_t *key, size_t key_n, const void *data, size_t n,
             uint8_t *out);
/*
 * The pseudorandom function of TLS 1.2 (RFC 5246 §5) with its hash, and with TLS_MD5_SHA1 that of
 * earlier versions (RFC 2246 §5). The seed is at most TLS_SEED bytes.
 */
#define TLS_SEED 112
int tls_prf(enum tls_hash hash, const uint8_t secret[TLS_MASTER], const char *label,
            const uint8_t *seed, size_t seed_n, uint8_t *out, size_t n);
/* HKDF-Expand-Label with an empty context (RFC 8446 §7.1); `n` is at most the hash's size. */
int tls_expand_label(enum tls_hash hash, const uint8_t *secret, const char *label, uint8_t *out,
                     size_t n);

/* A keyed cipher of one direction. */
struct tls_cipher;
struct tls_cipher *tls_cipher_new(enum tls_algorithm algorithm, const uint8_t *key);
void tls_cipher_free(struct tls_cipher *cipher);
/* Opens `n` bytes with the tag at their end into n - TLS_TAG bytes at `out`. */
int tls_aead_open(struct tls_cipher *cipher, const uint8_t nonce[TLS_NONCE], const uint8_t *aad,
                  size_t aad_n, const uint8_t *in, size_t n, uint8_t *out);
/* Whole blocks in place; padding is left where it is. */
int tls_cbc_decrypt(struct tls_cipher *cipher, const uint8_t *iv, uint8_t *data, size_t n);

/* An RSA private key in PEM without a passphrase; NULL when it is none. */
struct tls_rsa;
struct tls_rsa *tls_rsa_new(const void *pem, size_t n);
void tls_rsa_free(struct tls_rsa *rsa);
/* Decrypts what must be TLS_MASTER bytes (RFC 5246 §7.4.7.1). */
int tls_rsa_premaster(struct tls_rsa *rsa, const uint8_t *in, size_t n, uint8_t out[TLS_MASTER]);

#endif
