/* See tls_certificate.h. Just enough of DER (X.690) to walk to a few fields. */
#include "net/tls_certificate.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/reader.h"

enum {
    DER_INTEGER = 0x02,
    DER_OID = 0x06,
    DER_UTC_TIME = 0x17,
    DER_GENERALIZED_TIME = 0x18,
    DER_BMP_STRING = 0x1e,
    DER_SEQUENCE = 0x30,
    DER_SET = 0x31,
    DER_VERSION = 0xa0
};

/* The next element: its tag, and a reader for what it holds. Overrun where it is cut or too long. */
static uint8_t take(struct reader *r, struct reader *content)
{
    uint8_t tag = reader_u8(r);
    size_t n = reader_u8(r);
    if (n & 0x80) {
        int bytes = n & 0x7f;
        n = bytes >= 1 && bytes <= 3 ? 0 : SIZE_MAX;
        for (int i = 0; i < bytes && n != SIZE_MAX; i++)
            n = n << 8 | reader_u8(r);
    }
    const uint8_t *p = reader_take(r, n);
    *content = reader_make(p ? p : r->end, p ? n : 0);
    content->overrun = r->overrun;
    return tag;
}

/* The same where the tag is known beforehand. */
static struct reader expect(struct reader *r, uint8_t tag)
{
    struct reader content;
    if (take(r, &content) != tag)
        content.overrun = r->overrun = true;
    return content;
}

static const char *attribute_name(struct reader oid)
{
    static const struct {
        const char *bytes;
        size_t n;
        const char *name;
    } names[] = {
        { "\x55\x04\x03", 3, "CN" },
        { "\x55\x04\x06", 3, "C" },
        { "\x55\x04\x07", 3, "L" },
        { "\x55\x04\x08", 3, "ST" },
        { "\x55\x04\x0a", 3, "O" },
        { "\x55\x04\x0b", 3, "OU" },
        { "\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19", 10, "DC" },
        { "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01", 9, "emailAddress" },
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (reader_left(&oid) == names[i].n && memcmp(oid.p, names[i].bytes, names[i].n) == 0)
            return names[i].name;
    return NULL;
}

/* Two bytes a character; what is beyond Latin becomes '?'. */
static void append_wide(char *out, size_t *at, struct reader value)
{
    while (reader_left(&value) >= 2 && *at < TLS_NAME - 1) {
        uint16_t c = reader_u16(&value);
        out[(*at)++] = c >= 0x20 && c < 0x7f ? (char)c : '?';
    }
}

static void append(char *out, size_t *at, const void *text, size_t n)
{
    size_t room = TLS_NAME - 1 - *at;
    n = n < room ? n : room;
    memcpy(out + *at, text, n);
    *at += n;
}

/* A Name (RFC 5280 §4.1.2.4): a sequence of sets of a type and a value. */
static void read_name(struct reader name, char out[TLS_NAME])
{
    size_t at = 0;
    while (reader_left(&name) > 0 && !name.overrun) {
        struct reader set = expect(&name, DER_SET);
        struct reader pair = expect(&set, DER_SEQUENCE);
        const char *type = attribute_name(expect(&pair, DER_OID));
        struct reader value;
        uint8_t tag = take(&pair, &value);
        if (!type || value.overrun)
            continue;
        append(out, &at, ", ", at > 0 ? 2 : 0);
        append(out, &at, type, strlen(type));
        append(out, &at, "=", 1);
        if (tag == DER_BMP_STRING)
            append_wide(out, &at, value);
        else
            append(out, &at, value.p, reader_left(&value));
    }
    for (size_t i = 0; i < at; i++)
        if (out[i] == '\0')
            out[i] = '?';
    out[at] = '\0';
}

/* "YYMMDDhhmmssZ" or "YYYYMMDDhhmmssZ" (RFC 5280 §4.1.2.5). */
static int64_t read_time(struct reader *r)
{
    struct reader value;
    struct tm tm = { 0 };
    char text[20];
    uint8_t tag = take(r, &value);
    size_t n = reader_left(&value);
    bool utc = tag == DER_UTC_TIME;
    if ((!utc && tag != DER_GENERALIZED_TIME) || n >= sizeof text) {
        r->overrun = true;
        return 0;
    }
    memcpy(text, value.p, n);
    text[n] = '\0';
    if (sscanf(text, utc ? "%2d%2d%2d%2d%2d%2dZ" : "%4d%2d%2d%2d%2d%2dZ", &tm.tm_year, &tm.tm_mon,
               &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec) != 6)
        r->overrun = true;
    tm.tm_year += utc ? (tm.tm_year < 50 ? 100 : 0) : -1900;
    tm.tm_mon--;
    return timegm(&tm);
}

int tls_certificate_read(struct tls_certificate *certificate, const uint8_t *der, size_t n)
{
    struct reader r = reader_make(der, n), skipped;
    struct reader whole = expect(&r, DER_SEQUENCE);
    struct reader tbs = expect(&whole, DER_SEQUENCE);
    if (reader_left(&tbs) > 0 && *tbs.p == DER_VERSION)
        take(&tbs, &skipped);
    expect(&tbs, DER_INTEGER);  /* serial number */
    expect(&tbs, DER_SEQUENCE); /* signature algorithm */
    read_name(expect(&tbs, DER_SEQUENCE), certificate->issuer);
    struct reader validity = expect(&tbs, DER_SEQUENCE);
    certificate->not_before_s = read_time(&validity);
    certificate->not_after_s = read_time(&validity);
    read_name(expect(&tbs, DER_SEQUENCE), certificate->subject);
    return tbs.overrun || validity.overrun ? -1 : 0;
}
