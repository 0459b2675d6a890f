/*
 * TLS: primitives against published vectors, the whole of RFC 8448's handshake through the engine
 * in every way of cutting it, secrets that come late or never, and bytes that lie. What OpenSSL's
 * own connections look like is for the golden cases.
 */
#include <stdlib.h>
#include <string.h>

#include "net/tls.h"
#include "net/tls_protect.h"
#include "rfc8448.h"
#include "tap.h"

/* --- What came out ------------------------------------------------------------------------- */

struct heard {
    char data[2][8192];
    size_t n[2];
    char events[512];
    int lost[2];
    ptrdiff_t charged;
    int64_t latest_ns; /* time of the packet that the latest data came with */
};

static void on_data(unsigned direction, const uint8_t *p, size_t n, const struct packet *packet,
                    void *arg)
{
    struct heard *heard = arg;
    size_t room = sizeof heard->data[0] - heard->n[direction];
    n = n < room ? n : room;
    memcpy(heard->data[direction] + heard->n[direction], p, n);
    heard->n[direction] += n;
    heard->latest_ns = packet->time_ns;
}

static void on_lost(unsigned direction, const struct packet *at, void *arg)
{
    (void)at;
    ((struct heard *)arg)->lost[direction]++;
}

static void on_event(enum tls_event event, unsigned direction, const struct packet *packet,
                     void *arg)
{
    static const char *const names[] = { "hello", "answer",   "certificate", "finished",
                                         "alert", "readable", "unreadable" };
    struct heard *heard = arg;
    size_t n = strlen(heard->events);
    (void)packet;
    snprintf(heard->events + n, sizeof heard->events - n, "%s%s%u", n ? " " : "", names[event],
             direction);
}

static void on_charge(ptrdiff_t bytes, void *arg)
{
    ((struct heard *)arg)->charged += bytes;
}

static const struct tls_output output = { on_data, on_lost, on_event, on_charge };

/* --- A connection under test --------------------------------------------------------------- */

static struct tls_keys *keys;
static struct tls_engine *engine;
static struct tls *tls;
static struct heard heard;
static struct packet packet;

static void begin(const char *log)
{
    keys = tls_keys_new();
    engine = tls_engine_new(keys);
    memset(&heard, 0, sizeof heard);
    tls = tls_new(engine, &output, &heard);
    packet = (struct packet){ .time_ns = 1 };
    tls_keys_log(keys, log, strlen(log));
}

/* Everything is given back; true when nothing is held any more. */
static bool end(void)
{
    tls_free(tls);
    tls_engine_free(engine);
    tls_keys_free(keys);
    return heard.charged == 0;
}

static size_t from_hex(const char *hex, uint8_t *out)
{
    size_t n = 0;
    unsigned value;
    for (; sscanf(hex, "%2x", &value) == 1; hex += 2)
        out[n++] = (uint8_t)value;
    return n;
}

static void feed_bytes(unsigned direction, const uint8_t *p, size_t n, size_t step)
{
    for (size_t at = 0; at < n; at += step) {
        packet.time_ns++;
        tls_feed(tls, direction, p + at, n - at < step ? n - at : step, &packet);
    }
}

static void feed(unsigned direction, const char *hex, size_t step)
{
    uint8_t bytes[4096];
    feed_bytes(direction, bytes, from_hex(hex, bytes), step);
}

/* A plain handshake record around a message. */
static void feed_message(unsigned direction, const char *hex, size_t step)
{
    uint8_t bytes[4096] = { 22, 3, 1 };
    size_t n = from_hex(hex, bytes + 5);
    bytes[3] = (uint8_t)(n >> 8);
    bytes[4] = (uint8_t)n;
    feed_bytes(direction, bytes, n + 5, step);
}

static void feed_hellos(size_t step)
{
    feed_message(0, rfc8448_client_hello, step);
    feed(1, rfc8448_server_hello, step);
}

static void feed_rest(size_t step)
{
    feed(1, rfc8448_server_flight, step);
    feed(0, rfc8448_client_finished, step);
    feed(1, rfc8448_server_ticket, step);
    feed(0, rfc8448_client_data, step);
    feed(1, rfc8448_server_data, step);
    feed(0, rfc8448_client_alert, step);
    feed(1, rfc8448_server_alert, step);
}

/* What either side sends in RFC 8448: the numbers 0 to 49. */
static bool heard_all(void)
{
    for (int side = 0; side < 2; side++) {
        if (heard.n[side] != 50)
            return false;
        for (int i = 0; i < 50; i++)
            if (heard.data[side][i] != i)
                return false;
    }
    return true;
}

#define WHOLE 100000

/* --- Primitives ---------------------------------------------------------------------------- */

static bool bytes_are(const uint8_t *p, const char *hex)
{
    uint8_t bytes[256];
    return memcmp(p, bytes, from_hex(hex, bytes)) == 0;
}

/* The secret is the bytes 0 to 47, the seed 100 to 163; the outputs are openssl kdf TLS1-PRF's. */
static void prf(void)
{
    static const struct {
        enum tls_hash hash;
        const char *output;
    } cases[] = {
        { TLS_SHA256,
          "28685edb204ecc92242de5440cbbaab263b26917badda780ffac162c8d5a190db504e2223d7549b8" },
        { TLS_SHA384,
          "1ef6cb01527c4d5a83d5dc42afa62a9c27b940128ab240da3008c18b191d6cb911854353158b4b09" },
        { TLS_MD5_SHA1,
          "7c2a8c1e1e7756ec8bc5c0448a030fe12d127c89b9eb1e0718f45abbfa9de22ebcadc4b01bdecddb" },
    };
    uint8_t secret[48], seed[64], out[40];
    for (int i = 0; i < 64; i++) {
        secret[i % 48] = (uint8_t)(i % 48);
        seed[i] = (uint8_t)(100 + i);
    }
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        tap_ok(tls_prf(cases[i].hash, secret, "key expansion", seed, 64, out, 40) == 0 &&
                   bytes_are(out, cases[i].output),
               "the pseudorandom function, hash %d", cases[i].hash);
}

static void primitives(void)
{
    uint8_t secret[64], out[100];
    struct tls_secret traffic = { .n = 32 };
    from_hex("b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38", secret);
    tap_ok(tls_expand_label(TLS_SHA256, secret, "key", out, 16) == 0 &&
               bytes_are(out, "3fce516009c21727d0f2e4e86ee403bc") &&
               tls_expand_label(TLS_SHA256, secret, "iv", out, 12) == 0 &&
               bytes_are(out, "5d313eb2671276ee13000b30"),
           "RFC 8448: key and vector of the server's handshake");
    tap_ok(tls_expand_label(TLS_SHA256, secret, "finished", out, 33) < 0,
           "no more is made than a hash holds");

    prf();
    memset(secret, 7, sizeof secret);
    memcpy(traffic.bytes, secret, 32);
    tap_ok(tls_next_secret(tls_suite_find(0x1301), &traffic) == 0 &&
               tls_expand_label(TLS_SHA256, secret, "traffic upd", out, 32) == 0 &&
               memcmp(traffic.bytes, out, 32) == 0,
           "a key update makes the next secret of the last");
}

static void suites(void)
{
    const struct tls_suite *suite = tls_suite_find(0xc030);
    tap_ok(suite && strcmp(suite->name, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384") == 0 &&
               suite->prf == TLS_SHA384 && !suite->rsa && !tls_suite_find(0x0005),
           "suites are found by number, RC4 is not");
    tap_ok(strcmp(tls_version_name(0x0303), "TLS 1.2") == 0 &&
               strcmp(tls_version_name(0x0200), "?") == 0 &&
               strcmp(tls_alert_name(48), "unknown_ca") == 0 && strcmp(tls_alert_name(1), "?") == 0,
           "names of versions and alerts");
}

/* --- Secrets ------------------------------------------------------------------------------- */

#define RANDOM "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"
#define SECRET_32 "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20"
#define SECRET_48 SECRET_32 "2122232425262728292a2b2c2d2e2f30"

static void key_log(void)
{
    static const struct {
        const char *line;
        size_t taken;
        const char *what;
    } cases[] = {
        { "CLIENT_RANDOM " RANDOM " " SECRET_48 "\n", 1, "a master secret" },
        { "CLIENT_RANDOM " RANDOM " " SECRET_48, 1, "a last line without its end" },
        { "CLIENT_RANDOM\t" RANDOM "  " SECRET_48 " \r\n", 1, "other blanks" },
        { "CLIENT_TRAFFIC_SECRET_0 " RANDOM " " SECRET_32 "\n", 1, "a traffic secret of 32 bytes" },
        { "SERVER_TRAFFIC_SECRET_0 " RANDOM " " SECRET_48 "\n", 1, "a traffic secret of 48 bytes" },
        { "# CLIENT_RANDOM " RANDOM " " SECRET_48 "\n", 0, "a comment" },
        { "EXPORTER_SECRET " RANDOM " " SECRET_48 "\n", 0, "a label of no use" },
        { "CLIENT_RANDOM " RANDOM " " SECRET_32 "\n", 0, "a master secret that is too short" },
        { "CLIENT_RANDOM " SECRET_48 " " SECRET_48 "\n", 0, "a random that is too long" },
        { "CLIENT_RANDOM " RANDOM " " SECRET_48 "0\n", 0, "an odd digit" },
        { "CLIENT_RANDOM " RANDOM " x" SECRET_48 "\n", 0, "a letter that is no digit" },
        { "CLIENT_RANDOM " RANDOM "\n", 0, "a missing word" },
        { "\n\n", 0, "empty lines" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct tls_keys *k = tls_keys_new();
        size_t taken = tls_keys_log(k, cases[i].line, strlen(cases[i].line));
        tap_ok(taken == cases[i].taken && tls_keys_empty(k) == !taken, "key log: %s",
               cases[i].what);
        tls_keys_free(k);
    }
}

static void numbered(uint8_t name[TLS_RANDOM], uint32_t number)
{
    memset(name, 0, TLS_RANDOM);
    memcpy(name, &number, sizeof number);
}

static void many_keys(void)
{
    struct tls_keys *k = tls_keys_new();
    struct tls_secret secret = { .n = 32 };
    uint8_t name[TLS_RANDOM];
    for (uint32_t i = 0; i < TLS_KEYS_MAX + 10; i++) {
        numbered(name, i);
        memcpy(secret.bytes, &i, sizeof i);
        tls_keys_add(k, TLS_SECRET_CLIENT_TRAFFIC, name, &secret);
    }
    bool good = true;
    for (uint32_t i = 0; i < TLS_KEYS_MAX + 10; i++) {
        uint32_t value;
        numbered(name, i);
        bool found = tls_keys_find(k, TLS_SECRET_CLIENT_TRAFFIC, name, &secret);
        memcpy(&value, secret.bytes, sizeof value);
        good = good && found == (i >= 10) && (!found || value == i);
    }
    tap_ok(good, "the oldest secrets make room when there are too many");
    numbered(name, 11);
    tap_ok(!tls_keys_find(k, TLS_SECRET_SERVER_TRAFFIC, name, &secret),
           "a secret of another kind is not taken for one");
    tls_keys_free(k);
}

/* --- RFC 8448 ------------------------------------------------------------------------------ */

static void handshake_facts(void)
{
    begin(rfc8448_log);
    feed_hellos(WHOLE);
    feed_rest(WHOLE);
    const struct tls_facts *facts = tls_facts(tls);
    tap_ok(heard_all(), "RFC 8448 §3: the data of both sides");
    tap_ok(strcmp(heard.events, "hello0 answer1 readable1 certificate1 finished0 alert0 alert1") ==
               0,
           "what happened, in order: %s", heard.events);
    tap_ok(facts->version == TLS_1_3 && facts->offered == TLS_1_3 && facts->suite == 0x1301 &&
               facts->client == 0 && strcmp(facts->server_name, "server") == 0 && facts->finished &&
               !facts->alpn && !facts->resumed && !facts->retried,
           "version, suite and server name");
    tap_ok(facts->alerted && facts->alert == 0 && facts->alert_level == TLS_ALERT_WARNING &&
               facts->alert_from == 1,
           "the server's close_notify");
    /* the certificate of RFC 8448 §3 is self-signed: CN=rsa, 2016-07-30T01:23:59Z to 2026 */
    const struct tls_certificate *c = facts->certificate;
    tap_ok(c && strcmp(c->subject, "CN=rsa") == 0 && strcmp(c->issuer, "CN=rsa") == 0 &&
               c->not_before_s == 1469841839 && c->not_after_s == 1785374639,
           "the certificate: %s, %lld to %lld", c ? c->subject : "none",
           c ? (long long)c->not_before_s : 0, c ? (long long)c->not_after_s : 0);
    const struct tls_counts *counts = tls_engine_counts(engine);
    tap_ok(counts->connections == 1 && counts->decrypted == 1 && counts->without_keys == 0,
           "it is counted as decrypted");
    tap_ok(end(), "all memory is given back");
}

static void cut(void)
{
    static const size_t steps[] = { 1, 2, 3, 5, 7, 64, 500 };
    bool good = true;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        begin(rfc8448_log);
        feed_hellos(steps[i]);
        feed_rest(steps[i]);
        good = good && heard_all();
        good = end() && good;
    }
    tap_ok(good, "the same in segments of any size");
}

static void late_secrets(void)
{
    begin("");
    tls_engine_expect(engine, true);
    feed_hellos(WHOLE);
    feed_rest(WHOLE);
    int64_t sent_ns = packet.time_ns - 2; /* the server's data: two alerts follow */
    tap_ok(heard.n[0] == 0 && !tls_facts(tls)->unreadable, "without secrets, records wait");
    tls_keys_log(keys, rfc8448_log, strlen(rfc8448_log));
    tls_engine_retry(engine);
    tap_ok(heard_all() && heard.latest_ns == sent_ns,
           "with them they are read, at the time when they were sent");
    tap_ok(end(), "nothing is held");

    begin("");
    tls_engine_expect(engine, true);
    feed_message(0, rfc8448_client_hello, WHOLE);
    feed(0, rfc8448_client_finished, WHOLE);
    feed(0, rfc8448_client_data, WHOLE);
    tls_keys_log(keys, rfc8448_log, strlen(rfc8448_log));
    feed(1, rfc8448_server_hello, WHOLE);
    tap_ok(heard.n[0] == 50, "a direction that is ahead waits for the other's hello");
    end();
}

static void waiting_is_bounded(void)
{
    begin("");
    tls_engine_expect(engine, true);
    feed_hellos(WHOLE);
    ptrdiff_t most = 0;
    for (int i = 0; i < 10000; i++) {
        feed(1, rfc8448_server_data, WHOLE);
        most = heard.charged > most ? heard.charged : most;
    }
    tap_ok(tls_facts(tls)->unreadable && most <= (ptrdiff_t)TLS_WAIT_MAX && heard.charged == 0,
           "a connection waits with no more than its share, then not at all");
    tls_keys_log(keys, rfc8448_log, strlen(rfc8448_log));
    tls_engine_retry(engine);
    tap_ok(heard.n[1] == 0 && tls_engine_counts(engine)->without_keys == 1,
           "and is counted as one without keys");
    end();

    begin("");
    tls_engine_expect(engine, true);
    feed_hellos(WHOLE);
    feed(1, rfc8448_server_data, WHOLE);
    packet.time_ns += TLS_WAIT_NS + 1;
    feed(1, rfc8448_server_data, WHOLE);
    tap_ok(tls_facts(tls)->unreadable && heard.charged == 0, "nor does it wait for ever");
    end();

    begin("");
    tls_engine_expect(engine, true);
    static struct tls *many[400];
    for (int i = 0; i < 400; i++) {
        struct tls *first = tls;
        many[i] = tls = tls_new(engine, &output, &heard);
        feed_hellos(WHOLE);
        for (int k = 0; k < 400; k++)
            feed(1, rfc8448_server_data, WHOLE);
        tls = first;
    }
    tap_ok(heard.charged <= (ptrdiff_t)TLS_WAIT_ALL && tls_facts(many[0])->unreadable &&
               !tls_facts(many[399])->unreadable,
           "all together are bounded: the oldest give up");
    for (int i = 0; i < 400; i++)
        tls_free(many[i]);
    tap_ok(end(), "all memory is given back");
}

static void ended(void)
{
    begin("");
    tls_engine_expect(engine, true);
    feed_hellos(WHOLE);
    feed(1, rfc8448_server_data, WHOLE);
    tls_end(tls, 0, &packet);
    tls_end(tls, 1, &packet);
    tap_ok(tls_waits(tls), "a connection that has ended waits where secrets are expected");
    tls_give_up(tls);
    tap_ok(!tls_waits(tls) && heard.charged == 0 && tls_engine_counts(engine)->without_keys == 1,
           "until it is given up");
    end();

    begin(rfc8448_log);
    feed_message(0, rfc8448_client_hello, WHOLE);
    feed(0, rfc8448_client_data, WHOLE);
    bool waits = tls_waits(tls);
    tls_end(tls, 0, &packet);
    tls_end(tls, 1, &packet);
    tap_ok(waits && !tls_waits(tls) && heard.charged == 0, "else it does not");
    end();
}

static void without_secrets(void)
{
    begin("");
    feed_hellos(WHOLE);
    feed_rest(WHOLE);
    const struct tls_facts *facts = tls_facts(tls);
    tap_ok(strcmp(heard.events, "hello0 answer1 unreadable1 finished0") == 0 && heard.n[0] == 0,
           "without secrets: the hellos, and that the client finished: %s", heard.events);
    tap_ok(facts->version == TLS_1_3 && facts->suite == 0x1301 && facts->finished &&
               !facts->certificate && !facts->alerted,
           "what the hellos say");
    tap_ok(heard.charged == 0 && tls_engine_counts(engine)->without_keys == 1, "nothing is kept");
    end();
}

/* A key log that has the traffic secrets only reads the data, not the handshake. */
static void traffic_secrets_only(void)
{
    begin(strstr(rfc8448_log, "CLIENT_TRAFFIC"));
    feed_hellos(WHOLE);
    feed_rest(WHOLE);
    tap_ok(heard_all() && !tls_facts(tls)->certificate, "traffic secrets alone read the data");
    end();
}

static void lost_bytes(void)
{
    begin(rfc8448_log);
    feed_hellos(WHOLE);
    feed(1, rfc8448_server_flight, WHOLE);
    feed(0, rfc8448_client_finished, WHOLE);
    tls_gap(tls, 1, 227, &packet); /* the ticket */
    feed(1, rfc8448_server_data, WHOLE);
    tap_ok(heard.n[1] == 50 && heard.lost[1] == 1, "a lost record: the next one's number is found");
    tls_gap(tls, 1, 10000, &packet);
    feed(1, "0000000000", WHOLE);
    feed(1, rfc8448_server_alert, WHOLE);
    tap_ok(tls_facts(tls)->alerted && tls_facts(tls)->alert_from == 1,
           "and where it begins, behind the rest of another");
    end();

    begin(rfc8448_log);
    feed_message(0, rfc8448_client_hello, WHOLE);
    tls_gap(tls, 1, 95, &packet);
    feed(1, rfc8448_server_flight, WHOLE);
    feed(0, rfc8448_client_data, WHOLE);
    tap_ok(tls_facts(tls)->unreadable && heard.charged == 0, "without the ServerHello: nothing");
    end();

    begin(rfc8448_log);
    feed(0, rfc8448_client_data, WHOLE);
    feed(1, rfc8448_server_data, WHOLE);
    tap_ok(tls_facts(tls)->unreadable && tls_facts(tls)->offered == 0 && heard.charged == 0,
           "met in the middle: no facts, nothing kept");
    end();
}

static void wrong_secrets(void)
{
    char log[sizeof rfc8448_log];
    memcpy(log, rfc8448_log, sizeof log);
    for (char *p = log; (p = strstr(p, "\n")) && p[1]; p++)
        p[-1] = p[-1] == '0' ? '1' : '0';
    begin(log);
    feed_hellos(WHOLE);
    feed_rest(WHOLE);
    tap_ok(heard.n[0] + heard.n[1] == 0 && tls_facts(tls)->unreadable,
           "secrets that do not fit read nothing");
    end();
}

/* --- Recognising --------------------------------------------------------------------------- */

static void recognise(void)
{
    static const struct {
        const char *text;
        size_t n;
        int result;
    } cases[] = {
        { "\x16\x03\x01\x00\xc4\x01", 6, 1 },
        { "\x17\x03\x03\x00\x43", 5, 1 },
        { "\x16\x03", 2, -1 },
        { "\x16", 1, -1 },
        { "\x16\x04\x01\x00\xc4", 5, 0 },
        { "\x16\x03\x01\xff\xff", 5, 0 },
        { "\x16\x03\x01\x00\x00", 5, 0 },
        { "INVITE", 6, 0 },
        { "\x00\x00", 2, 0 },
        { "", 0, -1 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        tap_ok(tls_recognise((const uint8_t *)cases[i].text, cases[i].n) == cases[i].result,
               "recognising, case %zu", i);
}

/* --- Certificates -------------------------------------------------------------------------- */

static void certificates(void)
{
    /* made with openssl x509 -req; names and times are what openssl x509 -text says */
    static const char hex[] =
        "308201193081cc020107300506032b6570302f31163014060355040a0c0d4578616d706c65205472"
        "7573743115301306035504030c0c4578616d706c6520526f6f743020170d32363131323930373230"
        "30385a180f32313236313130353037323030385a3041310b3009060355040613024b523118301606"
        "0355040a0c0f4578616d706c652054656c65636f6d3118301606035504030c0f7369702e6578616d"
        "706c652e636f6d302a300506032b65700321008893e1ff7af0cf3c6417af72e0ebaa6072b2e11475"
        "1cb16dcc7754b98df99f18300506032b6570034100e3644b29dccb2c8e7db385870a5942cb7fbafb"
        "9a8756fb0ef765b01ffdba80be02758044b2b50458e1592146be8ef318fc81f1bef7177ca6becda1"
        "41de48bd0f";
    uint8_t der[1024];
    size_t n = from_hex(hex, der);
    struct tls_certificate c;
    tap_ok(tls_certificate_read(&c, der, n) == 0 &&
               strcmp(c.subject, "C=KR, O=Example Telecom, CN=sip.example.com") == 0 &&
               strcmp(c.issuer, "O=Example Trust, CN=Example Root") == 0 &&
               c.not_before_s == 1795936808 && c.not_after_s == 4949536808,
           "a certificate: %s by %s", c.subject, c.issuer);
    int read = 0;
    for (size_t i = 0; i < n; i++) {
        uint8_t *copy = malloc(i ? i : 1);
        memcpy(copy, der, i);
        read += tls_certificate_read(&c, copy, i) == 0;
        free(copy);
    }
    tap_ok(read == 0, "cut anywhere it is none");
}

int main(void)
{
    suites();
    key_log();
    many_keys();
    recognise();
    certificates();
    without_secrets();
    if (!tls_crypto_available()) {
        tap_skip("decryption: built without OpenSSL");
        return tap_done();
    }
    primitives();
    handshake_facts();
    cut();
    late_secrets();
    waiting_is_bounded();
    ended();
    traffic_secrets_only();
    lost_bytes();
    wrong_secrets();
    return tap_done();
}
