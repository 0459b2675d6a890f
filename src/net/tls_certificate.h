/*
 * What operations asks of a certificate (RFC 5280): whose it is, who signed it, and
 * from when to when it is valid. Nothing is verified.
 */
#ifndef SIPWHY_NET_TLS_CERTIFICATE_H
#define SIPWHY_NET_TLS_CERTIFICATE_H

#include <stddef.h>
#include <stdint.h>

#define TLS_NAME 256 /* bytes of a name at most, the end included */

struct tls_certificate {
    char subject
        [TLS_NAME]; /* "C=KR, O=Example, CN=sip.example.com", as sent: not yet for a terminal */
    char issuer[TLS_NAME];
    int64_t not_before_s, not_after_s; /* since 1970, UTC */
};

/* Reads a certificate in DER. -1 when it is none; *certificate is then undefined. */
int tls_certificate_read(struct tls_certificate *certificate, const uint8_t *der, size_t n);

#endif
