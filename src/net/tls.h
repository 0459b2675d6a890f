/*
 * Reading TLS (RFC 5246, RFC 8446 and TLS 1.0 and 1.1) from the two streams of a connection that
 * somebody else made: facts of the handshake, and the content where the secrets are known. Knows
 * no TCP: bytes go in by direction, plain bytes and events come out.
 *
 * Records whose secret is not there yet wait, if more secrets are expected: bounded in bytes and
 * time for a connection, and in all. All connections share an engine, which has the secrets.
 */
#ifndef SIPWHY_NET_TLS_H
#define SIPWHY_NET_TLS_H

#include "net/packet.h"
#include "net/tls_facts.h"
#include "net/tls_keys.h"

#define TLS_WAIT_MAX 65536u       /* bytes that wait in one connection */
#define TLS_WAIT_ALL 16777216u    /* in all connections */
#define TLS_WAIT_NS 30000000000LL /* how long */
#define TLS_MESSAGE_MAX 65536u    /* a handshake message that is read */

struct tls;
struct tls_engine;

struct tls_output {
    void (*data)(unsigned direction, const uint8_t *p, size_t n, const struct packet *packet,
                 void *arg);
    /* Some of it was lost here, nobody knows how much. */
    void (*lost)(unsigned direction, const struct packet *packet, void *arg);
    void (*event)(enum tls_event event, unsigned direction, const struct packet *packet, void *arg);
    /* Memory that is taken, or, negative, given back. */
    void (*charge)(ptrdiff_t bytes, void *arg);
};

struct tls_counts {
    uint64_t connections;
    uint64_t decrypted;     /* of which something could be read */
    uint64_t without_keys;  /* of which nothing could */
    uint64_t foreign_suite; /* handshakes that chose one that nobody here decrypts */
    uint64_t early_data;    /* hellos that data follows at once, which is not decrypted */
    uint64_t alerts[256];   /* fatal ones that could be read, by description */
};

/* The secrets must outlive the engine, which adds those of sessions. NULL when memory is short. */
struct tls_engine *tls_engine_new(struct tls_keys *keys);
void tls_engine_free(struct tls_engine *engine);
/* Whether secrets may still arrive, so that waiting is of use. */
void tls_engine_expect(struct tls_engine *engine, bool expect);
/* New secrets are there: what waits is tried again. */
void tls_engine_retry(struct tls_engine *engine);
const struct tls_counts *tls_engine_counts(const struct tls_engine *engine);

/* Whether bytes that begin a segment may be TLS: 1 yes, 0 no, -1 more are needed to tell. */
int tls_recognise(const uint8_t *p, size_t n);

/* A connection; `output` must outlive it. NULL when memory is short. */
struct tls *tls_new(struct tls_engine *engine, const struct tls_output *output, void *arg);
/* What still waits is dropped. */
void tls_free(struct tls *tls);
/* The next bytes of a direction (0 or 1). `packet` brought them; its `data` is not used. */
void tls_feed(struct tls *tls, unsigned direction, const uint8_t *p, size_t n,
              const struct packet *packet);
/* Bytes of a direction were lost. */
void tls_gap(struct tls *tls, unsigned direction, size_t missing, const struct packet *packet);
/* Whether records wait for their secrets. */
bool tls_waits(const struct tls *tls);
/* Waiting is in vain: what waits is given up. */
void tls_give_up(struct tls *tls);
/* From now on the output gets another argument. */
void tls_adopt(struct tls *tls, void *arg);
/* No more will come in a direction. After both, only what may still become readable waits. */
void tls_end(struct tls *tls, unsigned direction, const struct packet *packet);
const struct tls_facts *tls_facts(const struct tls *tls);

#endif
