/* See tls_crypto.h: with OpenSSL. */
#include "net/tls_crypto.h"

#include <string.h>

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

bool tls_crypto_available(void)
{
    return true;
}

void tls_wipe(void *p, size_t n)
{
    OPENSSL_cleanse(p, n);
}

static const EVP_MD *digest_of(enum tls_hash hash)
{
    switch (hash) {
    case TLS_MD5:
        return EVP_md5();
    case TLS_SHA1:
        return EVP_sha1();
    case TLS_SHA256:
        return EVP_sha256();
    case TLS_SHA384:
        return EVP_sha384();
    case TLS_MD5_SHA1:
        return EVP_md5_sha1();
    default:
        return NULL;
    }
}

int tls_digest(enum tls_hash hash, const void *data, size_t n, uint8_t *out)
{
    const EVP_MD *md = digest_of(hash);
    return md && EVP_Digest(data, n, out, NULL, md, NULL) == 1 ? 0 : -1;
}

int tls_hmac(enum tls_hash hash, const uint8_t *key, size_t key_n, const void *data, size_t n,
             uint8_t *out)
{
    const EVP_MD *md = digest_of(hash);
    return md && HMAC(md, key, (int)key_n, data, n, out, NULL) ? 0 : -1;
}

static const EVP_CIPHER *cipher_of(enum tls_algorithm algorithm)
{
    switch (algorithm) {
    case TLS_3DES_CBC:
        return EVP_des_ede3_cbc();
    case TLS_AES_128_CBC:
        return EVP_aes_128_cbc();
    case TLS_AES_256_CBC:
        return EVP_aes_256_cbc();
    case TLS_AES_128_GCM:
        return EVP_aes_128_gcm();
    case TLS_AES_256_GCM:
        return EVP_aes_256_gcm();
    case TLS_CHACHA20_POLY1305:
        return EVP_chacha20_poly1305();
    default:
        return NULL;
    }
}

/* The library's context goes by another name here; it wipes itself. */
#define CONTEXT(cipher) ((EVP_CIPHER_CTX *)(cipher))

struct tls_cipher *tls_cipher_new(enum tls_algorithm algorithm, const uint8_t *key)
{
    const EVP_CIPHER *type = cipher_of(algorithm);
    EVP_CIPHER_CTX *context = type ? EVP_CIPHER_CTX_new() : NULL;
    if (!context)
        return NULL;
    if (EVP_DecryptInit_ex(context, type, NULL, key, NULL) == 1 &&
        EVP_CIPHER_CTX_set_padding(context, 0) == 1)
        return (struct tls_cipher *)context;
    EVP_CIPHER_CTX_free(context);
    return NULL;
}

void tls_cipher_free(struct tls_cipher *cipher)
{
    EVP_CIPHER_CTX_free(CONTEXT(cipher));
}

int tls_aead_open(struct tls_cipher *cipher, const uint8_t nonce[TLS_NONCE], const uint8_t *aad,
                  size_t aad_n, const uint8_t *in, size_t n, uint8_t *out)
{
    EVP_CIPHER_CTX *context = CONTEXT(cipher);
    uint8_t tag[TLS_TAG];
    int done;
    if (n < TLS_TAG)
        return -1;
    n -= TLS_TAG;
    memcpy(tag, in + n, TLS_TAG);
    if (EVP_DecryptInit_ex(context, NULL, NULL, NULL, nonce) != 1 ||
        EVP_DecryptUpdate(context, NULL, &done, aad, (int)aad_n) != 1 ||
        (n > 0 && EVP_DecryptUpdate(context, out, &done, in, (int)n) != 1) ||
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, TLS_TAG, tag) != 1)
        return -1;
    return EVP_DecryptFinal_ex(context, out + n, &done) == 1 ? 0 : -1;
}

int tls_cbc_decrypt(struct tls_cipher *cipher, const uint8_t *iv, uint8_t *data, size_t n)
{
    EVP_CIPHER_CTX *context = CONTEXT(cipher);
    int done;
    return EVP_DecryptInit_ex(context, NULL, NULL, NULL, iv) == 1 &&
                   EVP_DecryptUpdate(context, data, &done, data, (int)n) == 1 && (size_t)done == n
               ? 0
               : -1;
}

#define KEY(rsa) ((EVP_PKEY *)(rsa))

/* Nobody is asked for a passphrase: the terminal belongs to the console. */
static int no_passphrase(char *buf, int size, int writing, void *arg)
{
    (void)buf, (void)size, (void)writing, (void)arg;
    return -1;
}

struct tls_rsa *tls_rsa_new(const void *pem, size_t n)
{
    BIO *bio = BIO_new_mem_buf(pem, (int)n);
    EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL) : NULL;
    BIO_free(bio);
    if (key && EVP_PKEY_base_id(key) == EVP_PKEY_RSA)
        return (struct tls_rsa *)key;
    EVP_PKEY_free(key);
    return NULL;
}

void tls_rsa_free(struct tls_rsa *rsa)
{
    EVP_PKEY_free(KEY(rsa));
}

int tls_rsa_premaster(struct tls_rsa *rsa, const uint8_t *in, size_t n, uint8_t out[TLS_MASTER])
{
    uint8_t plain[2048]; /* a key of 16384 bits */
    size_t plain_n = sizeof plain;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(KEY(rsa), NULL);
    bool good = context && EVP_PKEY_get_size(KEY(rsa)) <= (int)sizeof plain &&
                EVP_PKEY_decrypt_init(context) == 1 &&
                EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
                EVP_PKEY_decrypt(context, plain, &plain_n, in, n) == 1 && plain_n == TLS_MASTER;
    if (good)
        memcpy(out, plain, TLS_MASTER);
    tls_wipe(plain, sizeof plain);
    EVP_PKEY_CTX_free(context);
    return good ? 0 : -1;
}
