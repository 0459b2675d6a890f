/* See wrap_tls.h. Messages of RFC 5246 §7.4, extensions of RFC 6066, RFC 7301, RFC 8446 §4.2.1. */
#include "export/wrap_tls.h"

#include <string.h>
#include <time.h>

enum { RECORD_CHANGE = 20, RECORD_ALERT = 21, RECORD_HANDSHAKE = 22, RECORD_DATA = 23 };
enum {
    CLIENT_HELLO = 1,
    SERVER_HELLO = 2,
    CERTIFICATE = 11,
    HELLO_DONE = 14,
    CLIENT_KEY_EXCHANGE = 16,
    FINISHED = 20
};
enum { EXTENSION_NAME = 0, EXTENSION_ALPN = 16, EXTENSION_VERSIONS = 43 };
enum { VERSION_1_2 = 0x0303, VERSION_1_3 = 0x0304 };
enum {
    RSA_WITH_NULL_SHA = 0x0002,
    ECDHE_RSA_WITH_AES_128_GCM_SHA256 = 0xc02f,
    AES_128_GCM_SHA256 = 0x1301
};
enum { RANDOM = 32, MAC = 20, VERIFY = 12, OPAQUE = 64, RECORD_MOST = 1 << 14 };

/* ---- parts ---------------------------------------------------------------------------------- */

/* A number in network order. */
static void put_number(struct strbuf *out, int bytes, size_t value)
{
    while (bytes-- > 0)
        strbuf_char(out, (char)(value >> 8 * bytes));
}

static void put_zeros(struct strbuf *out, size_t n)
{
    while (n-- > 0)
        strbuf_char(out, '\0');
}

/* What was put together, behind its length; it is empty afterwards. */
static void put_vector(struct strbuf *out, int bytes, struct strbuf *content)
{
    put_number(out, bytes, content->n);
    strbuf_span(out, strbuf_as_span(content));
    strbuf_free(content);
}

static void put_extension(struct strbuf *out, unsigned type, struct strbuf *content)
{
    put_number(out, 2, type);
    put_vector(out, 2, content);
}

static void put_message(struct strbuf *out, unsigned type, struct strbuf *content)
{
    put_number(out, 1, type);
    put_vector(out, 3, content);
}

/* What stands on the records: TLS 1.3 calls itself 1.2 there (RFC 8446 §5.1). */
static uint16_t record_version(const struct connection_tls *tls)
{
    uint16_t version = tls->version ? tls->version : tls->offered;
    return version && version < VERSION_1_2 ? version : VERSION_1_2;
}

static void put_record(struct strbuf *out, const struct connection_tls *tls, unsigned type,
                       struct span content, size_t mac)
{
    put_number(out, 1, type);
    put_number(out, 2, record_version(tls));
    put_number(out, 2, content.n + mac);
    strbuf_span(out, content);
    put_zeros(out, mac);
}

/* ---- hellos --------------------------------------------------------------------------------- */

static void put_name(struct strbuf *out, const char *name)
{
    struct strbuf host = STRBUF_INIT, entry = STRBUF_INIT, list = STRBUF_INIT;
    strbuf_text(&host, name);
    put_number(&entry, 1, 0);
    put_vector(&entry, 2, &host);
    put_vector(&list, 2, &entry);
    put_extension(out, EXTENSION_NAME, &list);
}

static void put_protocol(struct strbuf *out, const char *name)
{
    struct strbuf protocol = STRBUF_INIT, entry = STRBUF_INIT, list = STRBUF_INIT;
    strbuf_text(&protocol, name);
    put_vector(&entry, 1, &protocol);
    put_vector(&list, 2, &entry);
    put_extension(out, EXTENSION_ALPN, &list);
}

/* No TLS 1.3 is without encryption: what was decrypted of it becomes TLS 1.2. */
static bool is_1_3(const struct connection_tls *tls)
{
    return tls->version == VERSION_1_3 && !tls->readable;
}

static unsigned suite_of(const struct connection_tls *tls)
{
    if (tls->readable)
        return RSA_WITH_NULL_SHA;
    return is_1_3(tls) ? AES_128_GCM_SHA256 : ECDHE_RSA_WITH_AES_128_GCM_SHA256;
}

static void put_hello_start(struct strbuf *out, uint16_t version)
{
    put_number(out, 2, version < VERSION_1_2 ? version : VERSION_1_2);
    put_zeros(out, RANDOM);
    put_number(out, 1, 0); /* no session */
}

static void put_client_hello(struct strbuf *out, const struct connection_tls *tls)
{
    struct strbuf hello = STRBUF_INIT, extensions = STRBUF_INIT, versions = STRBUF_INIT;
    put_hello_start(&hello, tls->offered);
    put_number(&hello, 2, 2);
    put_number(&hello, 2, suite_of(tls));
    put_number(&hello, 2, 1 << 8); /* one method of compression: none */
    if (*tls->server_name)
        put_name(&extensions, tls->server_name);
    if (tls->offered >= VERSION_1_3) {
        put_number(&versions, 1, 2);
        put_number(&versions, 2, tls->offered);
        put_extension(&extensions, EXTENSION_VERSIONS, &versions);
    }
    put_vector(&hello, 2, &extensions);
    put_message(out, CLIENT_HELLO, &hello);
}

static void put_server_hello(struct strbuf *out, const struct connection_tls *tls)
{
    struct strbuf hello = STRBUF_INIT, extensions = STRBUF_INIT, version = STRBUF_INIT;
    put_hello_start(&hello, tls->version);
    put_number(&hello, 2, suite_of(tls));
    put_number(&hello, 1, 0);
    if (*tls->alpn)
        put_protocol(&extensions, tls->alpn);
    if (is_1_3(tls)) {
        put_number(&version, 2, tls->version);
        put_extension(&extensions, EXTENSION_VERSIONS, &version);
    }
    put_vector(&hello, 2, &extensions);
    put_message(out, SERVER_HELLO, &hello);
}

/* ---- the certificate (RFC 5280 §4.1) in DER --------------------------------------------------- */

enum {
    DER_INTEGER = 0x02,
    DER_BITS = 0x03,
    DER_OID = 0x06,
    DER_UTF8 = 0x0c,
    DER_TIME = 0x18,
    DER_SEQUENCE = 0x30,
    DER_SET = 0x31
};

static void put_element(struct strbuf *out, unsigned tag, struct strbuf *content)
{
    put_number(out, 1, tag);
    if (content->n >= 0x80)
        put_number(out, 1, 0x82);
    put_vector(out, content->n >= 0x80 ? 2 : 1, content);
}

static void put_bytes(struct strbuf *out, unsigned tag, struct span bytes)
{
    struct strbuf content = STRBUF_INIT;
    strbuf_span(&content, bytes);
    put_element(out, tag, &content);
}

static const struct attribute {
    const char *name;
    struct span oid;
} attributes[] = {
    { "CN=", { "\x55\x04\x03", 3 } },
    { "C=", { "\x55\x04\x06", 3 } },
    { "L=", { "\x55\x04\x07", 3 } },
    { "ST=", { "\x55\x04\x08", 3 } },
    { "O=", { "\x55\x04\x0a", 3 } },
    { "OU=", { "\x55\x04\x0b", 3 } },
    { "DC=", { "\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19", 10 } },
    { "emailAddress=", { "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01", 9 } },
};

static const struct attribute *attribute_at(const char *text)
{
    for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++)
        if (strncmp(text, attributes[i].name, strlen(attributes[i].name)) == 0)
            return &attributes[i];
    return NULL;
}

/* Where the value ends: before the next attribute. */
static const char *value_end(const char *text)
{
    const char *comma = text;
    while ((comma = strstr(comma, ", ")) != NULL && !attribute_at(comma + 2))
        comma += 2;
    return comma ? comma : text + strlen(text);
}

/* "O=Example, CN=sip.example.com" as a Name. */
static void put_distinguished(struct strbuf *out, const char *text)
{
    struct strbuf name = STRBUF_INIT;
    const struct attribute *a;
    while ((a = attribute_at(text)) != NULL) {
        struct strbuf pair = STRBUF_INIT, set = STRBUF_INIT;
        const char *value = text + strlen(a->name), *end = value_end(value);
        put_bytes(&pair, DER_OID, a->oid);
        put_bytes(&pair, DER_UTF8, span_make(value, end));
        put_element(&set, DER_SEQUENCE, &pair);
        put_element(&name, DER_SET, &set);
        text = *end ? end + 2 : end;
    }
    put_element(out, DER_SEQUENCE, &name);
}

static void put_time(struct strbuf *out, int64_t seconds)
{
    char text[32] = "";
    struct tm tm;
    time_t t = (time_t)seconds;
    if (gmtime_r(&t, &tm))
        strftime(text, sizeof text, "%Y%m%d%H%M%SZ", &tm);
    put_bytes(out, DER_TIME, SPAN(text));
}

/* RSA with SHA-256: of the signature and of the key, which both are empty. */
static void put_algorithm(struct strbuf *out)
{
    struct strbuf algorithm = STRBUF_INIT;
    put_bytes(&algorithm, DER_OID, (struct span){ "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b", 9 });
    put_element(out, DER_SEQUENCE, &algorithm);
}

static void put_certificate(struct strbuf *out, const struct connection_tls *tls)
{
    struct strbuf body = STRBUF_INIT, part = STRBUF_INIT, whole = STRBUF_INIT, der = STRBUF_INIT;
    struct strbuf list = STRBUF_INIT, message = STRBUF_INIT;
    put_bytes(&body, DER_INTEGER, (struct span){ "\1", 1 });
    put_algorithm(&body);
    put_distinguished(&body, tls->issuer);
    put_time(&part, tls->not_before_s);
    put_time(&part, tls->not_after_s);
    put_element(&body, DER_SEQUENCE, &part);
    put_distinguished(&body, tls->subject);
    put_algorithm(&part);
    put_bytes(&part, DER_BITS, (struct span){ "\0", 1 });
    put_element(&body, DER_SEQUENCE, &part);
    put_element(&whole, DER_SEQUENCE, &body);
    put_algorithm(&whole);
    put_bytes(&whole, DER_BITS, (struct span){ "\0", 1 });
    put_element(&der, DER_SEQUENCE, &whole);
    put_vector(&list, 3, &der);
    put_vector(&message, 3, &list);
    put_message(out, CERTIFICATE, &message);
}

/* ---- the handshake -------------------------------------------------------------------------- */

struct sending {
    const struct connection_tls *tls;
    wrap_tls_fn *fn;
    void *arg;
};

static void send_record(const struct sending *s, bool by_client, unsigned type, struct span content,
                        size_t mac)
{
    struct strbuf record = STRBUF_INIT;
    put_record(&record, s->tls, type, content, mac);
    s->fn(by_client, strbuf_as_span(&record), s->arg);
    strbuf_free(&record);
}

/* What cannot be read, and need not be true. */
static void send_opaque(const struct sending *s, bool by_client, unsigned type)
{
    const char bytes[OPAQUE] = { 0 };
    send_record(s, by_client, type, (struct span){ bytes, sizeof bytes }, 0);
}

static void send_server_flight(const struct sending *s)
{
    struct strbuf messages = STRBUF_INIT, nothing = STRBUF_INIT;
    put_server_hello(&messages, s->tls);
    if (s->tls->certified)
        put_certificate(&messages, s->tls);
    if (!is_1_3(s->tls))
        put_message(&messages, HELLO_DONE, &nothing);
    send_record(s, false, RECORD_HANDSHAKE, strbuf_as_span(&messages), 0);
    strbuf_free(&messages);
}

/* Each side changes to the new keys, and says that it has finished. */
static void send_finished(const struct sending *s, bool by_client)
{
    struct strbuf verify = STRBUF_INIT, message = STRBUF_INIT;
    send_record(s, by_client, RECORD_CHANGE, (struct span){ "\1", 1 }, 0);
    put_zeros(&verify, VERIFY);
    put_message(&message, FINISHED, &verify);
    if (s->tls->readable)
        send_record(s, by_client, RECORD_HANDSHAKE, strbuf_as_span(&message), MAC);
    else
        send_opaque(s, by_client, RECORD_HANDSHAKE);
    strbuf_free(&message);
}

static void send_end(const struct sending *s)
{
    struct strbuf key = STRBUF_INIT, message = STRBUF_INIT;
    if (is_1_3(s->tls)) {
        send_opaque(s, true, RECORD_DATA);
        return;
    }
    put_zeros(&key, 2);
    put_message(&message, CLIENT_KEY_EXCHANGE, &key);
    send_record(s, true, RECORD_HANDSHAKE, strbuf_as_span(&message), 0);
    strbuf_free(&message);
    send_finished(s, true);
    send_finished(s, false);
}

void wrap_tls_handshake(const struct connection *c, const struct connection_tls *tls,
                        wrap_tls_fn *fn, void *arg)
{
    const struct sending s = { tls, fn, arg };
    struct strbuf hello = STRBUF_INIT;
    if (tls->offered) {
        put_client_hello(&hello, tls);
        send_record(&s, true, RECORD_HANDSHAKE, strbuf_as_span(&hello), 0);
        strbuf_free(&hello);
    }
    if (tls->version)
        send_server_flight(&s);
    if (tls->unreadable && !tls->readable) /* without a hello the higher port is the client's */
        send_opaque(&s, !tls->offered && c->client.port > c->server.port, RECORD_DATA);
    if (tls->finished && tls->version)
        send_end(&s);
}

void wrap_tls_data(struct strbuf *out, const struct connection_tls *tls, struct span data)
{
    while (data.n > 0) {
        struct span part = { data.p, data.n < RECORD_MOST ? data.n : RECORD_MOST };
        put_record(out, tls, RECORD_DATA, part, MAC);
        data = span_make(data.p + part.n, span_end(data));
    }
}

void wrap_tls_alert(struct strbuf *out, const struct connection_tls *tls, uint8_t alert)
{
    const char bytes[] = { 2, (char)alert };
    put_record(out, tls, RECORD_ALERT, (struct span){ bytes, sizeof bytes },
               tls->readable && tls->finished ? MAC : 0);
}
