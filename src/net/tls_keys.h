/*
 * The secrets that the user gave: key log lines by the client random of their
 * connection, RSA private keys, and master secrets of sessions that may be
 * resumed. Bounded; wiped when they go; never written anywhere.
 */
#ifndef SIPWHY_NET_TLS_KEYS_H
#define SIPWHY_NET_TLS_KEYS_H

#include "net/tls_crypto.h"

#define TLS_RANDOM 32
#define TLS_KEYS_MAX 262144u /* secrets kept; the oldest make room */
#define TLS_RSA_MAX 16

enum tls_label {
    TLS_SECRET_MASTER, /* CLIENT_RANDOM: TLS 1.2 and earlier */
    TLS_SECRET_CLIENT_HANDSHAKE,
    TLS_SECRET_SERVER_HANDSHAKE,
    TLS_SECRET_CLIENT_TRAFFIC,
    TLS_SECRET_SERVER_TRAFFIC,
    TLS_SECRET_SESSION, /* a master secret by the SHA-256 of a session identifier or ticket */
    TLS_SECRETS
};

struct tls_secret {
    uint8_t n;
    uint8_t bytes[TLS_HASH_MAX];
};

struct tls_keys;

/* NULL when memory is short. */
struct tls_keys *tls_keys_new(void);
void tls_keys_free(struct tls_keys *keys);
/*
 * Takes the lines of a key log in NSS's format ("CLIENT_RANDOM hex hex"); what is no such line is
 * passed over. Returns how many secrets it brought.
 */
size_t tls_keys_log(struct tls_keys *keys, const void *text, size_t n);
/* Keeps one secret under its name; one that is there already is replaced. */
void tls_keys_add(struct tls_keys *keys, enum tls_label label, const uint8_t name[TLS_RANDOM],
                  const struct tls_secret *secret);
bool tls_keys_find(const struct tls_keys *keys, enum tls_label label,
                   const uint8_t name[TLS_RANDOM], struct tls_secret *secret);
/* Takes an RSA private key in PEM. -1 when it is none, needs a passphrase, or there are too many. */
int tls_keys_add_rsa(struct tls_keys *keys, const void *pem, size_t n);
/* Decrypts a ClientKeyExchange with whichever key fits. -1 when none does. */
int tls_keys_premaster(const struct tls_keys *keys, const uint8_t *in, size_t n,
                       uint16_t client_version, uint8_t out[TLS_MASTER]);
bool tls_keys_have_rsa(const struct tls_keys *keys);
/* Whether there is anything at all. */
bool tls_keys_empty(const struct tls_keys *keys);

#endif
