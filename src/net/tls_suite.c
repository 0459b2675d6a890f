/* See tls_suite.h. */
#include "net/tls_suite.h"

#include <stddef.h>

#define SHA1_ROW(id, algorithm, rsa, name)             \
    {                                                  \
        id, algorithm, TLS_SHA1, TLS_SHA256, rsa, name \
    }
#define SHA256_ROW(id, algorithm, rsa, name)             \
    {                                                    \
        id, algorithm, TLS_SHA256, TLS_SHA256, rsa, name \
    }
#define SHA384_ROW(id, algorithm, rsa, name)             \
    {                                                    \
        id, algorithm, TLS_SHA384, TLS_SHA384, rsa, name \
    }
#define AEAD_ROW(id, algorithm, prf, rsa, name)    \
    {                                              \
        id, algorithm, TLS_NO_HASH, prf, rsa, name \
    }

/* In order of the number. */
static const struct tls_suite suites[] = {
    { 0x0001, TLS_NULL, TLS_MD5, TLS_SHA256, true, "TLS_RSA_WITH_NULL_MD5" },
    SHA1_ROW(0x0002, TLS_NULL, true, "TLS_RSA_WITH_NULL_SHA"),
    SHA1_ROW(0x000a, TLS_3DES_CBC, true, "TLS_RSA_WITH_3DES_EDE_CBC_SHA"),
    SHA1_ROW(0x0016, TLS_3DES_CBC, false, "TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA"),
    SHA1_ROW(0x002f, TLS_AES_128_CBC, true, "TLS_RSA_WITH_AES_128_CBC_SHA"),
    SHA1_ROW(0x0032, TLS_AES_128_CBC, false, "TLS_DHE_DSS_WITH_AES_128_CBC_SHA"),
    SHA1_ROW(0x0033, TLS_AES_128_CBC, false, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA"),
    SHA1_ROW(0x0034, TLS_AES_128_CBC, false, "TLS_DH_anon_WITH_AES_128_CBC_SHA"),
    SHA1_ROW(0x0035, TLS_AES_256_CBC, true, "TLS_RSA_WITH_AES_256_CBC_SHA"),
    SHA1_ROW(0x0038, TLS_AES_256_CBC, false, "TLS_DHE_DSS_WITH_AES_256_CBC_SHA"),
    SHA1_ROW(0x0039, TLS_AES_256_CBC, false, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA"),
    SHA1_ROW(0x003a, TLS_AES_256_CBC, false, "TLS_DH_anon_WITH_AES_256_CBC_SHA"),
    SHA256_ROW(0x003b, TLS_NULL, true, "TLS_RSA_WITH_NULL_SHA256"),
    SHA256_ROW(0x003c, TLS_AES_128_CBC, true, "TLS_RSA_WITH_AES_128_CBC_SHA256"),
    SHA256_ROW(0x003d, TLS_AES_256_CBC, true, "TLS_RSA_WITH_AES_256_CBC_SHA256"),
    SHA256_ROW(0x0040, TLS_AES_128_CBC, false, "TLS_DHE_DSS_WITH_AES_128_CBC_SHA256"),
    SHA256_ROW(0x0067, TLS_AES_128_CBC, false, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256"),
    SHA256_ROW(0x006a, TLS_AES_256_CBC, false, "TLS_DHE_DSS_WITH_AES_256_CBC_SHA256"),
    SHA256_ROW(0x006b, TLS_AES_256_CBC, false, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256"),
    SHA256_ROW(0x006c, TLS_AES_128_CBC, false, "TLS_DH_anon_WITH_AES_128_CBC_SHA256"),
    SHA256_ROW(0x006d, TLS_AES_256_CBC, false, "TLS_DH_anon_WITH_AES_256_CBC_SHA256"),
    AEAD_ROW(0x009c, TLS_AES_128_GCM, TLS_SHA256, true, "TLS_RSA_WITH_AES_128_GCM_SHA256"),
    AEAD_ROW(0x009d, TLS_AES_256_GCM, TLS_SHA384, true, "TLS_RSA_WITH_AES_256_GCM_SHA384"),
    AEAD_ROW(0x009e, TLS_AES_128_GCM, TLS_SHA256, false, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"),
    AEAD_ROW(0x009f, TLS_AES_256_GCM, TLS_SHA384, false, "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384"),
    AEAD_ROW(0x00a2, TLS_AES_128_GCM, TLS_SHA256, false, "TLS_DHE_DSS_WITH_AES_128_GCM_SHA256"),
    AEAD_ROW(0x00a3, TLS_AES_256_GCM, TLS_SHA384, false, "TLS_DHE_DSS_WITH_AES_256_GCM_SHA384"),
    AEAD_ROW(0x00a6, TLS_AES_128_GCM, TLS_SHA256, false, "TLS_DH_anon_WITH_AES_128_GCM_SHA256"),
    AEAD_ROW(0x00a7, TLS_AES_256_GCM, TLS_SHA384, false, "TLS_DH_anon_WITH_AES_256_GCM_SHA384"),
    AEAD_ROW(0x1301, TLS_AES_128_GCM, TLS_SHA256, false, "TLS_AES_128_GCM_SHA256"),
    AEAD_ROW(0x1302, TLS_AES_256_GCM, TLS_SHA384, false, "TLS_AES_256_GCM_SHA384"),
    AEAD_ROW(0x1303, TLS_CHACHA20_POLY1305, TLS_SHA256, false, "TLS_CHACHA20_POLY1305_SHA256"),
    SHA1_ROW(0xc006, TLS_NULL, false, "TLS_ECDHE_ECDSA_WITH_NULL_SHA"),
    SHA1_ROW(0xc008, TLS_3DES_CBC, false, "TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA"),
    SHA1_ROW(0xc009, TLS_AES_128_CBC, false, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"),
    SHA1_ROW(0xc00a, TLS_AES_256_CBC, false, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"),
    SHA1_ROW(0xc010, TLS_NULL, false, "TLS_ECDHE_RSA_WITH_NULL_SHA"),
    SHA1_ROW(0xc012, TLS_3DES_CBC, false, "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA"),
    SHA1_ROW(0xc013, TLS_AES_128_CBC, false, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"),
    SHA1_ROW(0xc014, TLS_AES_256_CBC, false, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"),
    SHA1_ROW(0xc018, TLS_AES_128_CBC, false, "TLS_ECDH_anon_WITH_AES_128_CBC_SHA"),
    SHA1_ROW(0xc019, TLS_AES_256_CBC, false, "TLS_ECDH_anon_WITH_AES_256_CBC_SHA"),
    SHA256_ROW(0xc023, TLS_AES_128_CBC, false, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"),
    SHA384_ROW(0xc024, TLS_AES_256_CBC, false, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384"),
    SHA256_ROW(0xc027, TLS_AES_128_CBC, false, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"),
    SHA384_ROW(0xc028, TLS_AES_256_CBC, false, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"),
    AEAD_ROW(0xc02b, TLS_AES_128_GCM, TLS_SHA256, false, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
    AEAD_ROW(0xc02c, TLS_AES_256_GCM, TLS_SHA384, false, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"),
    AEAD_ROW(0xc02f, TLS_AES_128_GCM, TLS_SHA256, false, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
    AEAD_ROW(0xc030, TLS_AES_256_GCM, TLS_SHA384, false, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"),
    AEAD_ROW(0xcca8, TLS_CHACHA20_POLY1305, TLS_SHA256, false,
             "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"),
    AEAD_ROW(0xcca9, TLS_CHACHA20_POLY1305, TLS_SHA256, false,
             "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"),
    AEAD_ROW(0xccaa, TLS_CHACHA20_POLY1305, TLS_SHA256, false,
             "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256"),
};

const struct tls_suite *tls_suite_find(uint16_t id)
{
    for (size_t i = 0; i < sizeof suites / sizeof suites[0]; i++)
        if (suites[i].id == id)
            return &suites[i];
    return NULL;
}

const struct tls_shape *tls_suite_shape(const struct tls_suite *suite)
{
    static const struct tls_shape shapes[TLS_ALGORITHMS] = {
        [TLS_NULL] = { 0, 0, 0 },
        [TLS_3DES_CBC] = { 24, 8, 0 },
        [TLS_AES_128_CBC] = { 16, 16, 0 },
        [TLS_AES_256_CBC] = { 32, 16, 0 },
        [TLS_AES_128_GCM] = { 16, 0, 4 },
        [TLS_AES_256_GCM] = { 32, 0, 4 },
        [TLS_CHACHA20_POLY1305] = { 32, 0, 12 },
    };
    return &shapes[suite->algorithm];
}

uint8_t tls_hash_size(enum tls_hash hash)
{
    static const uint8_t sizes[TLS_HASHES] = {
        [TLS_MD5] = 16, [TLS_SHA1] = 20, [TLS_SHA256] = 32, [TLS_SHA384] = 48, [TLS_MD5_SHA1] = 36,
    };
    return sizes[hash];
}

const char *tls_version_name(uint16_t version)
{
    static const char *const names[] = { "SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3" };
    return version >= 0x0300 && version <= TLS_1_3 ? names[version - 0x0300] : "?";
}

const char *tls_alert_name(uint8_t description)
{
    static const struct {
        uint8_t number;
        const char *name;
    } names[] = {
        { 0, "close_notify" },
        { 10, "unexpected_message" },
        { 20, "bad_record_mac" },
        { 21, "decryption_failed" },
        { 22, "record_overflow" },
        { 30, "decompression_failure" },
        { 40, "handshake_failure" },
        { 41, "no_certificate" },
        { 42, "bad_certificate" },
        { 43, "unsupported_certificate" },
        { 44, "certificate_revoked" },
        { 45, "certificate_expired" },
        { 46, "certificate_unknown" },
        { 47, "illegal_parameter" },
        { 48, "unknown_ca" },
        { 49, "access_denied" },
        { 50, "decode_error" },
        { 51, "decrypt_error" },
        { 60, "export_restriction" },
        { 70, "protocol_version" },
        { 71, "insufficient_security" },
        { 80, "internal_error" },
        { 86, "inappropriate_fallback" },
        { 90, "user_canceled" },
        { 100, "no_renegotiation" },
        { 109, "missing_extension" },
        { 110, "unsupported_extension" },
        { 111, "certificate_unobtainable" },
        { 112, "unrecognized_name" },
        { 113, "bad_certificate_status_response" },
        { 114, "bad_certificate_hash_value" },
        { 115, "unknown_psk_identity" },
        { 116, "certificate_required" },
        { 120, "no_application_protocol" },
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].number == description)
            return names[i].name;
    return "?";
}
