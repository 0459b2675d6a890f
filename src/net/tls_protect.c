/* See tls_protect.h. */
#include "net/tls_protect.h"

#include <string.h>

#define KEY_BLOCK_MAX (2 * (TLS_HASH_MAX + 32 + 16))

enum tls_hash tls_prf_hash(uint16_t version, const struct tls_suite *suite)
{
    return version < TLS_1_2 ? TLS_MD5_SHA1 : (enum tls_hash)suite->prf;
}

static int set_key(struct tls_protection *p, const struct tls_suite *suite, const uint8_t *key)
{
    if (suite->algorithm != TLS_NULL) {
        p->cipher = tls_cipher_new(suite->algorithm, key);
        if (!p->cipher)
            return -1;
    }
    p->suite = suite;
    return 0;
}

/* The key block (RFC 5246 §6.3): MAC keys, keys, initialisation vectors, the client's first. */
int tls_protect_master(struct tls_protection *p, const struct tls_key_source *source, bool client)
{
    const struct tls_suite *suite = source->suite;
    const struct tls_shape *shape = tls_suite_shape(suite);
    const size_t mac_n = tls_hash_size(suite->mac);
    const size_t iv_n = source->version < TLS_1_1 ? shape->block : shape->fixed_iv;
    uint8_t seed[2 * TLS_RANDOM], block[KEY_BLOCK_MAX] = { 0 };
    tls_protect_wipe(p);
    p->version = source->version;
    p->encrypt_then_mac = source->encrypt_then_mac;
    if (suite->algorithm == TLS_NULL)
        return set_key(p, suite, NULL);
    memcpy(seed, source->server_random, TLS_RANDOM);
    memcpy(seed + TLS_RANDOM, source->client_random, TLS_RANDOM);
    int result = tls_prf(tls_prf_hash(source->version, suite), source->master, "key expansion",
                         seed, sizeof seed, block, 2 * (mac_n + shape->key + iv_n));
    if (result == 0) {
        const size_t side = client ? 0 : 1;
        const uint8_t *keys = block + 2 * mac_n, *ivs = keys + 2u * shape->key;
        memcpy(p->mac_key, block + side * mac_n, mac_n);
        memcpy(p->iv, ivs + side * iv_n, iv_n);
        result = set_key(p, suite, keys + side * shape->key);
    }
    tls_wipe(block, sizeof block);
    return result;
}

int tls_protect_secret(struct tls_protection *p, const struct tls_suite *suite,
                       const struct tls_secret *secret)
{
    uint8_t key[32];
    const size_t key_n = tls_suite_shape(suite)->key;
    tls_protect_wipe(p);
    p->version = TLS_1_3;
    int result = -1;
    if (suite->mac == TLS_NO_HASH && secret->n == tls_hash_size(suite->prf) &&
        tls_expand_label(suite->prf, secret->bytes, "key", key, key_n) == 0 &&
        tls_expand_label(suite->prf, secret->bytes, "iv", p->iv, TLS_NONCE) == 0)
        result = set_key(p, suite, key);
    tls_wipe(key, sizeof key);
    return result;
}

int tls_next_secret(const struct tls_suite *suite, struct tls_secret *secret)
{
    uint8_t next[TLS_HASH_MAX];
    int result = tls_expand_label(suite->prf, secret->bytes, "traffic upd", next, secret->n);
    if (result == 0)
        memcpy(secret->bytes, next, secret->n);
    tls_wipe(next, sizeof next);
    return result;
}

static void put_seq(uint8_t *out, uint64_t seq)
{
    for (int i = 0; i < 8; i++)
        out[i] = (uint8_t)(seq >> (8 * (7 - i)));
}

/* Sequence number, type, version, length: what MAC and additional data have in common. */
static void put_pseudo_header(const struct tls_protection *p, uint8_t *out,
                              const struct tls_record *record, size_t n)
{
    put_seq(out, p->seq);
    out[8] = record->type;
    out[9] = (uint8_t)(record->version >> 8);
    out[10] = (uint8_t)record->version;
    out[11] = (uint8_t)(n >> 8);
    out[12] = (uint8_t)n;
}

/* The initialisation vector, with the sequence number added to its end by exclusive or. */
static void mixed_nonce(const struct tls_protection *p, uint8_t nonce[TLS_NONCE])
{
    uint8_t seq[8];
    put_seq(seq, p->seq);
    memcpy(nonce, p->iv, TLS_NONCE);
    for (int i = 0; i < 8; i++)
        nonce[TLS_NONCE - 8 + i] ^= seq[i];
}

/* TLS 1.2: GCM sends half of its nonce in the record (RFC 5288 §3), ChaCha20 none (RFC 7905 §2). */
static int open_aead(struct tls_protection *p, const struct tls_record *record,
                     struct tls_plain *plain)
{
    const size_t sent = TLS_NONCE - tls_suite_shape(p->suite)->fixed_iv;
    uint8_t nonce[TLS_NONCE];
    if (record->n < sent + TLS_TAG)
        return -1;
    plain->n = record->n - sent - TLS_TAG;
    put_pseudo_header(p, plain->room, record, plain->n);
    mixed_nonce(p, nonce);
    if (sent) {
        memcpy(nonce, p->iv, TLS_NONCE - sent);
        memcpy(nonce + TLS_NONCE - sent, record->data, sent);
    }
    return tls_aead_open(p->cipher, nonce, plain->room, TLS_PSEUDO_HEADER, record->data + sent,
                         record->n - sent, plain->data);
}

/* RFC 8446 §5.2: the record's header is the additional data, its true type stands behind the content. */
static int open_1_3(struct tls_protection *p, const struct tls_record *record,
                    struct tls_plain *plain)
{
    const uint8_t header[5] = { record->type, (uint8_t)(record->version >> 8),
                                (uint8_t)record->version, (uint8_t)(record->n >> 8),
                                (uint8_t)record->n };
    uint8_t nonce[TLS_NONCE];
    mixed_nonce(p, nonce);
    if (tls_aead_open(p->cipher, nonce, header, sizeof header, record->data, record->n,
                      plain->data) < 0)
        return -1;
    plain->n = record->n - TLS_TAG;
    while (plain->n > 0 && plain->data[plain->n - 1] == 0)
        plain->n--;
    if (plain->n == 0)
        return -1;
    plain->type = plain->data[--plain->n];
    return 0;
}

/* Whether the MAC at `mac` is that of the first `n` bytes of the content. */
static bool mac_fits(const struct tls_protection *p, const struct tls_record *record,
                     struct tls_plain *plain, size_t n, const uint8_t *mac)
{
    uint8_t value[TLS_HASH_MAX];
    const size_t mac_n = tls_hash_size(p->suite->mac);
    put_pseudo_header(p, plain->room, record, n);
    return tls_hmac(p->suite->mac, p->mac_key, mac_n, plain->room, TLS_PSEUDO_HEADER + n, value) ==
               0 &&
           memcmp(value, mac, mac_n) == 0;
}

/* Takes the padding off (RFC 5246 §6.2.3.2); what is left, or -1 when it is not well-formed. */
static int strip_padding(struct tls_plain *plain)
{
    size_t pad = plain->data[plain->n - 1];
    if (pad + 1 > plain->n)
        return -1;
    for (size_t i = plain->n - 1 - pad; i < plain->n; i++)
        if (plain->data[i] != pad)
            return -1;
    plain->n -= pad + 1;
    return 0;
}

/* Decrypts what stands in `plain`; the vector comes with the record since TLS 1.1. */
static int decrypt_cbc(struct tls_protection *p, struct tls_plain *plain)
{
    const size_t block = tls_suite_shape(p->suite)->block;
    uint8_t iv[16];
    memcpy(iv, p->iv, block);
    if (p->version >= TLS_1_1) {
        if (plain->n < block)
            return -1;
        memcpy(iv, plain->data, block);
        plain->data += block;
        plain->n -= block;
    }
    if (plain->n == 0 || plain->n % block)
        return -1;
    if (p->version < TLS_1_1)
        memcpy(p->iv, plain->data + plain->n - block, block);
    if (tls_cbc_decrypt(p->cipher, iv, plain->data, plain->n) < 0)
        return -1;
    return strip_padding(plain);
}

static int open_cbc(struct tls_protection *p, const struct tls_record *record,
                    struct tls_plain *plain)
{
    const size_t mac_n = tls_hash_size(p->suite->mac);
    memcpy(plain->data, record->data, record->n);
    plain->n = record->n;
    if (p->encrypt_then_mac) {
        if (plain->n < mac_n)
            return -1;
        plain->n -= mac_n;
        if (!mac_fits(p, record, plain, plain->n, plain->data + plain->n))
            return -1;
        return decrypt_cbc(p, plain);
    }
    if (decrypt_cbc(p, plain) < 0 || plain->n < mac_n)
        return -1;
    plain->n -= mac_n;
    /* The vector in front is done with: the content moves next to its pseudo-header. */
    uint8_t *content = plain->room + TLS_PSEUDO_HEADER;
    memmove(content, plain->data, plain->n + mac_n);
    plain->data = content;
    return mac_fits(p, record, plain, plain->n, plain->data + plain->n) ? 0 : -1;
}

/* Not encrypted: only the MAC is in the way. Nothing is proved without keys, nor hidden. */
static int open_null(struct tls_protection *p, const struct tls_record *record,
                     struct tls_plain *plain)
{
    const size_t mac_n = tls_hash_size(p->suite->mac);
    if (record->n < mac_n)
        return -1;
    plain->n = record->n - mac_n;
    memcpy(plain->data, record->data, plain->n);
    return 0;
}

int tls_protect_open(struct tls_protection *p, const struct tls_record *record,
                     struct tls_plain *plain)
{
    int result;
    plain->data = plain->room + TLS_PSEUDO_HEADER;
    plain->type = record->type;
    if (p->version == TLS_1_3)
        result = open_1_3(p, record, plain);
    else if (p->suite->algorithm == TLS_NULL)
        result = open_null(p, record, plain);
    else if (p->suite->mac == TLS_NO_HASH)
        result = open_aead(p, record, plain);
    else
        result = open_cbc(p, record, plain);
    p->seq += result == 0;
    return result;
}

void tls_protect_wipe(struct tls_protection *p)
{
    tls_cipher_free(p->cipher);
    tls_wipe(p, sizeof *p);
}
