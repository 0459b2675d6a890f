/*
 * Opening records: making a direction's keys when the secrets are there, and
 * handing on what a record holds. See tls_private.h.
 */
#include "net/tls_private.h"

/* Records that may be of another epoch before one fits: early data, a handshake without secrets. */
#define STRANGE_MAX 64
/* The least length of a Finished under TLS 1.3: header, hash, type, tag. */
#define FINISHED_1_3 (4 + 32 + 1 + TLS_TAG)

/* Notes that records are given up; what belongs to the handshake can be guessed by its outside. */
void tls_note_unreadable(struct tls *tls, unsigned direction, const struct tls_record *record)
{
    struct tls_facts *facts = &tls->facts;
    if (!facts->unreadable) {
        facts->unreadable = true;
        tls->engine->counts.without_keys += !facts->readable;
        tls_tell(tls, TLS_UNREADABLE, direction);
    }
    if (facts->version == TLS_1_3) {
        if (tls->server_hello && direction == facts->client && record->n >= FINISHED_1_3 &&
            !tls->early_data) {
            tls_note_finished(tls, !direction);
            tls_note_finished(tls, direction);
        }
    } else if (record->type == TLS_RECORD_HANDSHAKE && tls->side[direction].changed) {
        tls_note_finished(tls, direction);
    } else if (record->type == TLS_RECORD_ALERT) {
        facts->alerted = true;
        facts->alert_from = (uint8_t)direction;
        facts->alert_level = TLS_ALERT_HIDDEN;
        tls_tell(tls, TLS_ALERT, direction);
    }
}

static void readable(struct tls *tls, unsigned direction)
{
    struct tls_facts *facts = &tls->facts;
    if (facts->readable)
        return;
    facts->readable = true;
    tls->engine->counts.decrypted++;
    tls->engine->counts.without_keys -= facts->unreadable;
    tls_tell(tls, TLS_READABLE, direction);
}

static int arm_1_3(struct tls *tls, struct tls_side *side, bool client)
{
    const enum tls_label handshake = client ? TLS_SECRET_CLIENT_HANDSHAKE
                                            : TLS_SECRET_SERVER_HANDSHAKE;
    const enum tls_label traffic = client ? TLS_SECRET_CLIENT_TRAFFIC : TLS_SECRET_SERVER_TRAFFIC;
    const struct tls_keys *keys = tls->engine->keys;
    if (!side->application) {
        if (client && tls->early_data)
            side->strange = STRANGE_MAX;
        if (tls_keys_find(keys, handshake, tls->client_random, &side->secret))
            return tls_protect_secret(&side->protection, tls->suite, &side->secret);
        side->strange = STRANGE_MAX; /* without it the handshake's records will not fit */
    }
    if (!tls_keys_find(keys, traffic, tls->client_random, &side->secret))
        return -1;
    side->application = true;
    return tls_protect_secret(&side->protection, tls->suite, &side->secret);
}

/* Makes the keys for a direction. -1 when the secrets are not there. */
static int arm(struct tls *tls, unsigned direction)
{
    struct tls_side *side = &tls->side[direction];
    const bool client = direction == tls->facts.client;
    if (!tls->client_hello || !tls->server_hello || !tls->suite)
        return -1;
    if (tls->facts.version == TLS_1_3)
        return arm_1_3(tls, side, client);
    if (tls->suite->algorithm != TLS_NULL && tls_find_master(tls) < 0)
        return -1;
    struct tls_key_source source = {
        .suite = tls->suite,
        .version = tls->facts.version,
        .encrypt_then_mac = tls->encrypt_then_mac,
        .master = tls->master,
        .client_random = tls->client_random,
        .server_random = tls->server_random,
    };
    return tls_protect_master(&side->protection, &source, client);
}

/* Whether a record without keys may be readable later. */
static bool hope(const struct tls *tls)
{
    const struct tls_keys *keys = tls->engine->keys;
    if (tls->hopeless || !tls_crypto_available())
        return false;
    if (!tls->client_hello || !tls->server_hello)
        return (tls->client_hello || tls->server_hello) &&
               (tls->engine->expect || !tls_keys_empty(keys));
    if (!tls->suite)
        return false;
    return tls->engine->expect || (tls->suite->rsa && tls->facts.version < TLS_1_3 &&
                                   !tls->key_exchange && tls_keys_have_rsa(keys));
}

static void alert(struct tls *tls, unsigned direction, const uint8_t *p, size_t n)
{
    if (n < 2)
        return;
    tls->facts.alerted = true;
    tls->facts.alert_from = (uint8_t)direction;
    tls->facts.alert_level = p[0] == TLS_ALERT_FATAL ? TLS_ALERT_FATAL : TLS_ALERT_WARNING;
    tls->facts.alert = p[1];
    if (p[0] == TLS_ALERT_FATAL)
        tls->engine->counts.alerts[p[1]]++;
    tls_tell(tls, TLS_ALERT, direction);
}

/* What a record holds, whether it was protected or not. */
static void take_content(struct tls *tls, unsigned direction, uint8_t type, const uint8_t *p,
                         size_t n)
{
    struct tls_side *side = &tls->side[direction];
    switch (type) {
    case TLS_RECORD_CHANGE: /* TLS 1.3 has it for old middleboxes' sake only */
        if (tls->facts.version == TLS_1_3)
            break;
        side->changed = true;
        tls_protect_wipe(&side->protection);
        break;
    case TLS_RECORD_ALERT:
        alert(tls, direction, p, n);
        break;
    case TLS_RECORD_HANDSHAKE:
        tls_handshake(tls, direction, p, n);
        break;
    case TLS_RECORD_DATA:
        if (n > 0)
            tls->output->data(direction, p, n, tls->packet, tls->arg);
        break;
    default:
        break;
    }
}

/* Opens a record with the direction's keys; after a loss, with the next sequence number that fits. */
static void open_record(struct tls *tls, unsigned direction, const struct tls_record *record)
{
    struct tls_side *side = &tls->side[direction];
    struct tls_plain plain;
    const uint64_t seq = side->protection.seq;
    for (unsigned i = 0; i <= side->slack; i++) {
        side->protection.seq = seq + i;
        if (tls_protect_open(&side->protection, record, &plain) < 0)
            continue;
        side->slack = side->strange = 0;
        readable(tls, direction);
        take_content(tls, direction, plain.type, plain.data, plain.n);
        return;
    }
    side->protection.seq = seq;
    if (side->strange > 0) {
        side->strange--;
        return;
    }
    tls_note_unreadable(tls, direction, record);
    tls_lose(tls, direction);
}

static bool is_protected(const struct tls *tls, const struct tls_side *side, uint8_t type)
{
    if (type == TLS_RECORD_DATA)
        return true;
    if (tls->facts.version == TLS_1_3)
        return false;
    return side->protection.suite || (side->changed && type != TLS_RECORD_CHANGE);
}

/* Works on a record. False when it must wait. */
bool tls_process(struct tls *tls, unsigned direction, const struct tls_record *record)
{
    struct tls_side *side = &tls->side[direction];
    if (record->type == TLS_RECORD_GAP) {
        side->slack = record->n + side->slack < TLS_SLACK_MAX ? (uint8_t)(record->n + side->slack)
                                                              : TLS_SLACK_MAX;
        tls_buffer_free(tls, &side->message);
        side->skip_message = 0;
        tls->output->lost(direction, tls->packet, tls->arg);
        return true;
    }
    if (side->lost) {
        tls_note_unreadable(tls, direction, record);
        return true;
    }
    if (!is_protected(tls, side, record->type)) {
        take_content(tls, direction, record->type, record->data, record->n);
        return true;
    }
    if (!side->protection.suite && arm(tls, direction) < 0) {
        if (hope(tls))
            return false;
        tls_note_unreadable(tls, direction, record);
        return true;
    }
    open_record(tls, direction, record);
    return true;
}

/* Nobody will read this direction: only outsides matter, which need no body. */
bool tls_unwanted(const struct tls *tls, unsigned direction, uint8_t type)
{
    const struct tls_side *side = &tls->side[direction];
    return side->lost || (is_protected(tls, side, type) && !side->protection.suite &&
                          tls->facts.unreadable && !hope(tls) && !tls->first);
}
