/* See tls_crypto.h: without a library. */
#include "net/tls_crypto.h"

#include <string.h>

bool tls_crypto_available(void)
{
    return false;
}

void tls_wipe(void *p, size_t n)
{
    explicit_bzero(p, n);
}

int tls_digest(enum tls_hash hash, const void *data, size_t n, uint8_t *out)
{
    (void)hash, (void)data, (void)n, (void)out;
    return -1;
}

int tls_hmac(enum tls_hash hash, const uint8_t *key, size_t key_n, const void *data, size_t n,
             uint8_t *out)
{
    (void)hash, (void)key, (void)key_n, (void)data, (void)n, (void)out;
    return -1;
}

struct tls_cipher *tls_cipher_new(enum tls_algorithm algorithm, const uint8_t *key)
{
    (void)algorithm, (void)key;
    return NULL;
}

void tls_cipher_free(struct tls_cipher *cipher)
{
    (void)cipher;
}

int tls_aead_open(struct tls_cipher *cipher, const uint8_t nonce[TLS_NONCE], const uint8_t *aad,
                  size_t aad_n, const uint8_t *in, size_t n, uint8_t *out)
{
    (void)cipher, (void)nonce, (void)aad, (void)aad_n, (void)in, (void)n, (void)out;
    return -1;
}

int tls_cbc_decrypt(struct tls_cipher *cipher, const uint8_t *iv, uint8_t *data, size_t n)
{
    (void)cipher, (void)iv, (void)data, (void)n;
    return -1;
}

struct tls_rsa *tls_rsa_new(const void *pem, size_t n)
{
    (void)pem, (void)n;
    return NULL;
}

void tls_rsa_free(struct tls_rsa *rsa)
{
    (void)rsa;
}

int tls_rsa_premaster(struct tls_rsa *rsa, const uint8_t *in, size_t n, uint8_t out[TLS_MASTER])
{
    (void)rsa, (void)in, (void)n, (void)out;
    return -1;
}
