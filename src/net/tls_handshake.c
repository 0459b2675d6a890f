/*
 * Handshake messages: the facts that they show, and what is needed for the secrets
 * (RFC 5246 §7.4, RFC 8446 §4). A message that is cut or contradictory is passed over.
 */
#include <stdlib.h>
#include <string.h>

#include "base/reader.h"
#include "net/tls_private.h"

#define TEXT_MAX 255 /* of a host name (RFC 1035 §2.3.4) and of a protocol name (RFC 7301 §3.1) */
#define TRANSCRIPT_MAX 32768
#define RSA_TRIES 4 /* decryptions in one connection: each costs a millisecond */

enum {
    EXTENSION_SERVER_NAME = 0,
    EXTENSION_ALPN = 16,
    EXTENSION_ENCRYPT_THEN_MAC = 22,
    EXTENSION_EXTENDED_MASTER_SECRET = 23,
    EXTENSION_SESSION_TICKET = 35,
    EXTENSION_EARLY_DATA = 42,
    EXTENSION_SUPPORTED_VERSIONS = 43
};

/* A vector with a length of 1, 2 or 3 bytes in front. */
static struct reader take_vector(struct reader *r, int length_bytes)
{
    size_t n = 0;
    for (int i = 0; i < length_bytes; i++)
        n = n << 8 | reader_u8(r);
    const uint8_t *p = reader_take(r, n);
    struct reader vector = reader_make(p ? p : r->end, p ? n : 0);
    vector.overrun = r->overrun;
    return vector;
}

static void set_text(char **text, struct reader value)
{
    size_t n = reader_left(&value) < TEXT_MAX ? reader_left(&value) : TEXT_MAX;
    char *copy = n > 0 ? malloc(n + 1) : NULL;
    if (!copy)
        return;
    for (size_t i = 0; i < n; i++)
        copy[i] = value.p[i] ? (char)value.p[i] : '?';
    copy[n] = '\0';
    free(*text);
    *text = copy;
}

void tls_facts_free(struct tls_facts *facts)
{
    free(facts->server_name);
    free(facts->alpn);
    free(facts->certificate);
}

/* --- Extensions ---------------------------------------------------------------------------- */

/* RFC 6066 §3: a list of names; only host names are defined. */
static void server_name(struct tls *tls, struct reader r)
{
    struct reader list = take_vector(&r, 2);
    if (reader_u8(&list) == 0)
        set_text(&tls->facts.server_name, take_vector(&list, 2));
}

/* RFC 7301 §3.1: the server's choice is a list of one. */
static void alpn(struct tls *tls, struct reader r)
{
    struct reader list = take_vector(&r, 2);
    set_text(&tls->facts.alpn, take_vector(&list, 1));
}

static void offered_versions(struct tls *tls, struct reader r)
{
    struct reader list = take_vector(&r, 1);
    while (reader_left(&list) >= 2) {
        uint16_t version = reader_u16(&list);
        if (version <= TLS_1_3 && version > tls->facts.offered) /* others are GREASE, RFC 8701 */
            tls->facts.offered = version;
    }
}

static void offered_ticket(struct tls *tls, struct reader r)
{
    size_t n = reader_left(&r);
    tls->have_ticket = n > 0 && tls_digest(TLS_SHA256, r.p, n, tls->ticket) == 0;
}

static void early_data(struct tls *tls, struct reader r)
{
    (void)r;
    tls->early_data = true;
    tls->engine->counts.early_data++;
}

static void encrypt_then_mac(struct tls *tls, struct reader r)
{
    (void)r;
    tls->encrypt_then_mac = true;
}

static void extended_master_secret(struct tls *tls, struct reader r)
{
    (void)r;
    tls->extended_master_secret = true;
}

static void chosen_version(struct tls *tls, struct reader r)
{
    tls->facts.version = reader_u16(&r);
}

struct extension {
    uint16_t type;
    void (*take)(struct tls *tls, struct reader r);
};

static const struct extension client_extensions[] = {
    { EXTENSION_SERVER_NAME, server_name },
    { EXTENSION_SESSION_TICKET, offered_ticket },
    { EXTENSION_EARLY_DATA, early_data },
    { EXTENSION_SUPPORTED_VERSIONS, offered_versions },
    { 0, NULL },
};
static const struct extension server_extensions[] = {
    { EXTENSION_ALPN, alpn },
    { EXTENSION_ENCRYPT_THEN_MAC, encrypt_then_mac },
    { EXTENSION_EXTENDED_MASTER_SECRET, extended_master_secret },
    { EXTENSION_SUPPORTED_VERSIONS, chosen_version },
    { 0, NULL },
};

static void take_extensions(struct tls *tls, struct reader *r, const struct extension *table)
{
    struct reader all = take_vector(r, 2);
    while (reader_left(&all) >= 4) {
        uint16_t type = reader_u16(&all);
        struct reader value = take_vector(&all, 2);
        if (value.overrun)
            return;
        for (const struct extension *row = table; row->take; row++)
            if (row->type == type)
                row->take(tls, value);
    }
}

/* --- Secrets ------------------------------------------------------------------------------- */

static int find_session(const struct tls *tls, const uint8_t name[TLS_RANDOM],
                        struct tls_secret *secret)
{
    return tls_keys_find(tls->engine->keys, TLS_SECRET_SESSION, name, secret) ? 0 : -1;
}

/* A resumed session's secret is that of the handshake that began it (RFC 5246 §7.3, RFC 5077). */
static int find_resumed(const struct tls *tls, struct tls_secret *secret)
{
    uint8_t name[TLS_RANDOM];
    if (!tls->facts.resumed)
        return -1;
    if (tls->have_ticket && find_session(tls, tls->ticket, secret) == 0)
        return 0;
    if (tls_digest(TLS_SHA256, tls->session, tls->session_n, name) < 0)
        return -1;
    return find_session(tls, name, secret);
}

int tls_find_master(struct tls *tls)
{
    struct tls_secret secret;
    if (tls->have_master)
        return 0;
    if (!tls_keys_find(tls->engine->keys, TLS_SECRET_MASTER, tls->client_random, &secret) &&
        find_resumed(tls, &secret) < 0)
        return -1;
    memcpy(tls->master, secret.bytes, TLS_MASTER);
    tls->have_master = true;
    tls_wipe(&secret, sizeof secret);
    return 0;
}

/* Remembers the master secret for connections that resume the session by this identifier or ticket. */
static void remember_session(struct tls *tls, const uint8_t *p, size_t n)
{
    uint8_t name[TLS_RANDOM];
    struct tls_secret secret = { .n = TLS_MASTER };
    if (n == 0 || tls_find_master(tls) < 0 || tls_digest(TLS_SHA256, p, n, name) < 0)
        return;
    memcpy(secret.bytes, tls->master, TLS_MASTER);
    tls_keys_add(tls->engine->keys, TLS_SECRET_SESSION, name, &secret);
    tls_wipe(&secret, sizeof secret);
}

/* RFC 5246 §8.1, and RFC 7627 §4 where the extension was agreed on. */
static void make_master(struct tls *tls, const uint8_t premaster[TLS_MASTER])
{
    const enum tls_hash hash = tls_prf_hash(tls->facts.version, tls->suite);
    uint8_t seed[2 * TLS_RANDOM];
    size_t seed_n = sizeof seed;
    const char *label = "master secret";
    memcpy(seed, tls->client_random, TLS_RANDOM);
    memcpy(seed + TLS_RANDOM, tls->server_random, TLS_RANDOM);
    if (tls->extended_master_secret) {
        label = "extended master secret";
        seed_n = tls_hash_size(hash);
        if (tls_digest(hash, tls->transcript.p, tls->transcript.n, seed) < 0)
            return;
    }
    tls->have_master = tls_prf(hash, premaster, label, seed, seed_n, tls->master, TLS_MASTER) == 0;
}

/* --- Messages ------------------------------------------------------------------------------ */

static void client_hello(struct tls *tls, unsigned direction, struct reader r)
{
    uint16_t version = reader_u16(&r);
    const uint8_t *random = reader_take(&r, TLS_RANDOM);
    struct reader session = take_vector(&r, 1);
    take_vector(&r, 2); /* cipher suites */
    take_vector(&r, 1); /* compression methods */
    if (r.overrun || reader_left(&session) > sizeof tls->session)
        return;
    tls->facts.client = (uint8_t)direction;
    tls->facts.offered = tls->hello_version = version;
    tls->client_hello = true;
    tls->server_hello = tls->key_exchange = tls->have_master =
        false; /* it may be a renegotiation */
    tls->early_data = tls->have_ticket = false;
    memcpy(tls->client_random, random, TLS_RANDOM);
    tls->session_n = (uint8_t)reader_left(&session);
    memcpy(tls->session, session.p, tls->session_n);
    take_extensions(tls, &r, client_extensions);
    tls_tell(tls, TLS_CLIENT_HELLO, direction);
}

/* RFC 8446 §4.1.3: a HelloRetryRequest is a ServerHello with this in place of the random. */
static const uint8_t retry_random[TLS_RANDOM] = { 0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11,
                                                  0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
                                                  0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e,
                                                  0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c };

static void server_hello(struct tls *tls, unsigned direction, struct reader r)
{
    struct tls_facts *facts = &tls->facts;
    uint16_t version = reader_u16(&r);
    const uint8_t *random = reader_take(&r, TLS_RANDOM);
    struct reader session = take_vector(&r, 1);
    uint16_t suite = reader_u16(&r);
    reader_skip(&r, 1); /* compression method */
    if (r.overrun || reader_left(&session) > sizeof tls->session)
        return;
    facts->client = !direction;
    facts->version = version;
    tls->encrypt_then_mac = tls->extended_master_secret = false;
    take_extensions(tls, &r, server_extensions);
    if (memcmp(random, retry_random, TLS_RANDOM) == 0) {
        facts->retried = true;
        return;
    }
    memcpy(tls->server_random, random, TLS_RANDOM);
    facts->suite = suite;
    facts->resumed = facts->version < TLS_1_3 && tls->session_n > 0 &&
                     reader_left(&session) == tls->session_n &&
                     memcmp(session.p, tls->session, tls->session_n) == 0;
    tls->suite = tls_suite_find(suite);
    tls->engine->counts.foreign_suite += !tls->suite;
    tls->server_hello = true;
    tls->session_n = (uint8_t)reader_left(&session);
    memcpy(tls->session, session.p, tls->session_n);
    if (facts->version < TLS_1_3 && !facts->resumed)
        remember_session(tls, tls->session, tls->session_n);
    tls_tell(tls, TLS_SERVER_HELLO, direction);
}

/* RFC 5077 §3.3; the one of TLS 1.3 has other secrets, which the key log tells. */
static void new_session_ticket(struct tls *tls, unsigned direction, struct reader r)
{
    (void)direction;
    reader_skip(&r, 4); /* lifetime */
    struct reader ticket = take_vector(&r, 2);
    if (tls->server_hello && tls->facts.version < TLS_1_3)
        remember_session(tls, ticket.p, reader_left(&ticket));
}

static void encrypted_extensions(struct tls *tls, unsigned direction, struct reader r)
{
    static const struct extension table[] = { { EXTENSION_ALPN, alpn }, { 0, NULL } };
    (void)direction;
    take_extensions(tls, &r, table);
}

/* The first of the list is the server's own (RFC 5246 §7.4.2, RFC 8446 §4.4.2). */
static void certificate(struct tls *tls, unsigned direction, struct reader r)
{
    struct tls_facts *facts = &tls->facts;
    if (direction == facts->client || facts->certificate)
        return;
    if (facts->version == TLS_1_3)
        take_vector(&r, 1); /* request context */
    struct reader list = take_vector(&r, 3);
    struct reader own = take_vector(&list, 3);
    facts->certificate = malloc(sizeof *facts->certificate);
    if (facts->certificate && !own.overrun &&
        tls_certificate_read(facts->certificate, own.p, reader_left(&own)) == 0) {
        tls_tell(tls, TLS_CERTIFICATE, direction);
        return;
    }
    free(facts->certificate);
    facts->certificate = NULL;
}

/* RFC 5246 §7.4.7.1: the premaster secret, encrypted with the server's key. */
static void client_key_exchange(struct tls *tls, unsigned direction, struct reader r)
{
    uint8_t premaster[TLS_MASTER];
    struct reader encrypted = take_vector(&r, 2);
    (void)direction;
    if (tls->key_exchange || !tls->server_hello)
        return;
    tls->key_exchange = true;
    if (!tls->suite || !tls->suite->rsa || encrypted.overrun || tls->have_master ||
        !tls_keys_have_rsa(tls->engine->keys) || tls->rsa_tries++ >= RSA_TRIES)
        return;
    if (tls_keys_premaster(tls->engine->keys, encrypted.p, reader_left(&encrypted),
                           tls->hello_version, premaster) == 0)
        make_master(tls, premaster);
    tls_wipe(premaster, sizeof premaster);
    remember_session(tls, tls->session, tls->session_n);
}

void tls_note_finished(struct tls *tls, unsigned direction)
{
    tls->side[direction].finished = true;
    if (tls->facts.finished || !tls->side[!direction].finished)
        return;
    tls->facts.finished = true;
    tls_tell(tls, TLS_FINISHED, direction);
}

/* TLS 1.3: what follows is protected by the traffic secret. */
static void finished(struct tls *tls, unsigned direction, struct reader r)
{
    struct tls_side *side = &tls->side[direction];
    (void)r;
    tls_note_finished(tls, direction);
    if (tls->facts.version == TLS_1_3 && side->protection.suite) {
        tls_protect_wipe(&side->protection);
        side->application = true;
    }
}

static void key_update(struct tls *tls, unsigned direction, struct reader r)
{
    struct tls_side *side = &tls->side[direction];
    (void)r;
    if (tls->facts.version == TLS_1_3 && side->application && side->protection.suite &&
        tls_next_secret(side->protection.suite, &side->secret) == 0)
        tls_protect_secret(&side->protection, side->protection.suite, &side->secret);
}

static const struct {
    uint8_t type;
    void (*take)(struct tls *tls, unsigned direction, struct reader r);
} messages[] = {
    { 1, client_hello },       { 2, server_hello },
    { 4, new_session_ticket }, { 8, encrypted_extensions },
    { 11, certificate },       { 16, client_key_exchange },
    { 20, finished },          { 24, key_update },
};

#define MESSAGE_CLIENT_HELLO 1
#define MESSAGE_CLIENT_KEY_EXCHANGE 16

/*
 * An extended master secret needs all messages up to the ClientKeyExchange; they are kept where an
 * RSA key may give the premaster secret.
 */
static void keep_transcript(struct tls *tls, const uint8_t *p, size_t n)
{
    if (p[0] == MESSAGE_CLIENT_HELLO)
        tls_buffer_free(tls, &tls->transcript);
    if (tls_keys_have_rsa(tls->engine->keys) && !tls->key_exchange &&
        (!tls->server_hello || (tls->suite && tls->suite->rsa)) &&
        tls->transcript.n + n <= TRANSCRIPT_MAX)
        tls_buffer_add(tls, &tls->transcript, p, n);
}

static void take_message(struct tls *tls, unsigned direction, const uint8_t *p, size_t n)
{
    keep_transcript(tls, p, n);
    for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++)
        if (messages[i].type == p[0])
            messages[i].take(tls, direction, reader_make(p + 4, n - 4));
    if (p[0] == MESSAGE_CLIENT_KEY_EXCHANGE)
        tls_buffer_free(tls, &tls->transcript);
    tls->progress = true;
}

/* The length of the message that begins here, its header included; 0: the header is cut. */
static size_t message_length(const uint8_t *p, size_t n)
{
    return n < 4 ? 0 : 4 + ((size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3]);
}

/* Takes all whole messages; returns the bytes used, which may be more than there are. */
static size_t take_messages(struct tls *tls, unsigned direction, const uint8_t *p, size_t n)
{
    size_t at = 0;
    while (at < n) {
        size_t length = message_length(p + at, n - at);
        if (length > TLS_MESSAGE_MAX)
            return at + length;
        if (length == 0 || length > n - at)
            break;
        take_message(tls, direction, p + at, length);
        at += length;
    }
    return at;
}

void tls_handshake(struct tls *tls, unsigned direction, const uint8_t *p, size_t n)
{
    struct tls_side *side = &tls->side[direction];
    struct tls_buffer *buffer = &side->message;
    size_t skipped = side->skip_message < n ? side->skip_message : n;
    side->skip_message -= (uint32_t)skipped;
    p += skipped;
    n -= skipped;
    const bool kept = buffer->n > 0;
    if (kept) {
        if (tls_buffer_add(tls, buffer, p, n) < 0)
            return;
        p = buffer->p;
        n = buffer->n;
    }
    size_t used = take_messages(tls, direction, p, n);
    size_t left = used < n ? n - used : 0;
    side->skip_message = used > n ? (uint32_t)(used - n) : 0;
    if (kept && left > 0) {
        memmove(buffer->p, p + used, left);
        buffer->n = left;
    } else if (kept) {
        tls_buffer_free(tls, buffer);
    } else if (left > 0) {
        tls_buffer_add(tls, buffer, p + used, left);
    }
}
