/* How TLS makes keys of secrets, from the primitives. See tls_crypto.h. */
#include <string.h>

#include "net/tls_crypto.h"

/* P_hash (RFC 5246 §5), added with exclusive or, so that two hashes can work together. */
static int p_hash(enum tls_hash hash, const uint8_t *secret, size_t secret_n, const uint8_t *seed,
                  size_t seed_n, uint8_t *out, size_t n)
{
    const size_t size = tls_hash_size(hash);
    uint8_t a[TLS_HASH_MAX + TLS_SEED + 32], block[TLS_HASH_MAX];
    int result = tls_hmac(hash, secret, secret_n, seed, seed_n, a);
    memcpy(a + size, seed, seed_n);
    while (result == 0 && n > 0) {
        size_t part = n < size ? n : size;
        result = tls_hmac(hash, secret, secret_n, a, size + seed_n, block);
        for (size_t i = 0; result == 0 && i < part; i++)
            *out++ ^= block[i];
        n -= part;
        if (result == 0)
            result = tls_hmac(hash, secret, secret_n, a, size, block);
        memcpy(a, block, size);
    }
    tls_wipe(a, sizeof a);
    tls_wipe(block, sizeof block);
    return result;
}

int tls_prf(enum tls_hash hash, const uint8_t secret[TLS_MASTER], const char *label,
            const uint8_t *seed, size_t seed_n, uint8_t *out, size_t n)
{
    uint8_t text[TLS_SEED + 32];
    size_t label_n = strlen(label);
    if (label_n > 32 || seed_n > TLS_SEED || !tls_crypto_available())
        return -1;
    memcpy(text, label, label_n);
    memcpy(text + label_n, seed, seed_n);
    memset(out, 0, n);
    if (hash != TLS_MD5_SHA1)
        return p_hash(hash, secret, TLS_MASTER, text, label_n + seed_n, out, n);
    const size_t half = TLS_MASTER / 2;
    return p_hash(TLS_MD5, secret, half, text, label_n + seed_n, out, n) < 0 ||
                   p_hash(TLS_SHA1, secret + half, half, text, label_n + seed_n, out, n) < 0
               ? -1
               : 0;
}

int tls_expand_label(enum tls_hash hash, const uint8_t *secret, const char *label, uint8_t *out,
                     size_t n)
{
    uint8_t info[64], value[TLS_HASH_MAX];
    size_t label_n = strlen(label), at = 0;
    if (label_n > 32 || n > tls_hash_size(hash))
        return -1;
    info[at++] = 0;
    info[at++] = (uint8_t)n;
    info[at++] = (uint8_t)(6 + label_n);
    memcpy(info + at, "tls13 ", 6);
    memcpy(info + at + 6, label, label_n);
    at += 6 + label_n;
    info[at++] = 0; /* the context's length */
    info[at++] = 1; /* HKDF-Expand's first and only block, RFC 5869 §2.3 */
    int result = tls_hmac(hash, secret, tls_hash_size(hash), info, at, value);
    if (result == 0)
        memcpy(out, value, n);
    tls_wipe(value, sizeof value);
    return result;
}
