/* See tls_keys.h. */
#include "net/tls_keys.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/index.h"
#include "base/pool.h"
#include "base/span.h"

struct entry {
    uint8_t name[TLS_RANDOM];
    uint8_t label;
    struct tls_secret secret;
};

struct tls_keys {
    struct pool entries; /* ids 1 to TLS_KEYS_MAX, used round and round */
    struct index index;
    uint32_t latest; /* the entry written last */
    struct tls_rsa *rsa[TLS_RSA_MAX];
    size_t rsa_count;
};

static uint64_t key_of(enum tls_label label, const uint8_t *name)
{
    return hash_bytes(label, name, TLS_RANDOM);
}

static uint64_t entry_key(uint32_t id, const void *arg)
{
    const struct entry *entry = pool_at(arg, id);
    return key_of(entry->label, entry->name);
}

struct tls_keys *tls_keys_new(void)
{
    struct tls_keys *keys = calloc(1, sizeof *keys);
    if (!keys)
        return NULL;
    pool_init(&keys->entries, sizeof(struct entry));
    index_init(&keys->index, entry_key, &keys->entries);
    return keys;
}

void tls_keys_free(struct tls_keys *keys)
{
    if (!keys)
        return;
    for (uint32_t id = 1; id < keys->entries.next; id++)
        tls_wipe(pool_at(&keys->entries, id), sizeof(struct entry));
    pool_destroy(&keys->entries);
    index_destroy(&keys->index);
    for (size_t i = 0; i < keys->rsa_count; i++)
        tls_rsa_free(keys->rsa[i]);
    free(keys);
}

static uint32_t find(const struct tls_keys *keys, enum tls_label label, const uint8_t *name)
{
    uint32_t id = index_find(&keys->index, key_of(label, name));
    const struct entry *entry = id ? pool_at(&keys->entries, id) : NULL;
    bool same = entry && entry->label == label && memcmp(entry->name, name, TLS_RANDOM) == 0;
    return same ? id : 0;
}

/* A record for one more secret: a new one, or the oldest, which is forgotten. */
static uint32_t make_room(struct tls_keys *keys)
{
    uint32_t id;
    if (keys->entries.live < TLS_KEYS_MAX) {
        id = pool_alloc(&keys->entries);
    } else {
        id = keys->latest % TLS_KEYS_MAX + 1;
        index_remove(&keys->index, entry_key(id, &keys->entries), id);
    }
    keys->latest = id ? id : keys->latest;
    return id;
}

void tls_keys_add(struct tls_keys *keys, enum tls_label label, const uint8_t name[TLS_RANDOM],
                  const struct tls_secret *secret)
{
    uint32_t id = find(keys, label, name);
    if (id) {
        ((struct entry *)pool_at(&keys->entries, id))->secret = *secret;
        return;
    }
    id = make_room(keys);
    if (!id)
        return;
    struct entry *entry = pool_at(&keys->entries, id);
    memcpy(entry->name, name, TLS_RANDOM);
    entry->label = (uint8_t)label;
    entry->secret = *secret;
    index_add(&keys->index, key_of(label, name), id);
}

bool tls_keys_find(const struct tls_keys *keys, enum tls_label label,
                   const uint8_t name[TLS_RANDOM], struct tls_secret *secret)
{
    uint32_t id = find(keys, label, name);
    if (id)
        *secret = ((const struct entry *)pool_at(&keys->entries, id))->secret;
    return id != 0;
}

/* Reads pairs of hexadecimal digits to their end; the bytes, or 0 when there are others or too many. */
static size_t read_hex(struct span s, uint8_t *out, size_t max)
{
    if (s.n % 2 || s.n / 2 > max)
        return 0;
    for (size_t i = 0; i < s.n; i += 2) {
        int high = ascii_hex(s.p[i]), low = ascii_hex(s.p[i + 1]);
        if (high < 0 || low < 0)
            return 0;
        out[i / 2] = (uint8_t)(high << 4 | low);
    }
    return s.n / 2;
}

/* Which label a word of the format is; TLS_SECRETS for one that is of no use here. */
static enum tls_label label_of(struct span word)
{
    static const char *const words[] = {
        [TLS_SECRET_MASTER] = "CLIENT_RANDOM",
        [TLS_SECRET_CLIENT_HANDSHAKE] = "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
        [TLS_SECRET_SERVER_HANDSHAKE] = "SERVER_HANDSHAKE_TRAFFIC_SECRET",
        [TLS_SECRET_CLIENT_TRAFFIC] = "CLIENT_TRAFFIC_SECRET_0",
        [TLS_SECRET_SERVER_TRAFFIC] = "SERVER_TRAFFIC_SECRET_0",
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (span_equal(word, SPAN(words[i])))
            return (enum tls_label)i;
    return TLS_SECRETS;
}

static size_t take_line(struct tls_keys *keys, struct span line)
{
    uint8_t name[TLS_RANDOM];
    struct tls_secret secret;
    enum tls_label label = label_of(span_word(&line));
    if (label == TLS_SECRETS || read_hex(span_word(&line), name, sizeof name) != sizeof name)
        return 0;
    secret.n = (uint8_t)read_hex(span_word(&line), secret.bytes, sizeof secret.bytes);
    bool good = label == TLS_SECRET_MASTER ? secret.n == TLS_MASTER
                                           : secret.n == 32 || secret.n == 48;
    if (good)
        tls_keys_add(keys, label, name, &secret);
    tls_wipe(&secret, sizeof secret);
    return good;
}

size_t tls_keys_log(struct tls_keys *keys, const void *text, size_t n)
{
    struct span left = { text, n };
    size_t count = 0;
    while (left.n > 0) {
        const char *end = span_find(left, '\n');
        struct span line = { left.p, end ? (size_t)(end - left.p) : left.n };
        count += take_line(keys, line);
        line.n += end != NULL;
        left.p += line.n;
        left.n -= line.n;
    }
    return count;
}

int tls_keys_add_rsa(struct tls_keys *keys, const void *pem, size_t n)
{
    struct tls_rsa *rsa = keys->rsa_count < TLS_RSA_MAX ? tls_rsa_new(pem, n) : NULL;
    if (!rsa)
        return -1;
    keys->rsa[keys->rsa_count++] = rsa;
    return 0;
}

int tls_keys_premaster(const struct tls_keys *keys, const uint8_t *in, size_t n,
                       uint16_t client_version, uint8_t out[TLS_MASTER])
{
    for (size_t i = 0; i < keys->rsa_count; i++)
        if (tls_rsa_premaster(keys->rsa[i], in, n, out) == 0 && out[0] == client_version >> 8 &&
            out[1] == (client_version & 0xff))
            return 0;
    tls_wipe(out, TLS_MASTER);
    return -1;
}

bool tls_keys_have_rsa(const struct tls_keys *keys)
{
    return keys->rsa_count > 0;
}

bool tls_keys_empty(const struct tls_keys *keys)
{
    return keys->entries.live == 0 && keys->rsa_count == 0;
}
