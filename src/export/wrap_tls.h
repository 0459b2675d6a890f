/*
 * TLS for what was decrypted, or only seen from outside, so that who reads a saved file knows what was
 * known here. Its cipher suite is one without encryption (RFC 5246 §A.5), which any tool reads without
 * keys; its randoms are zero, its certificate is made up of what is known of the true one. There is
 * nothing in it that was secret.
 */
#ifndef SIPWHY_EXPORT_WRAP_TLS_H
#define SIPWHY_EXPORT_WRAP_TLS_H

#include "base/strbuf.h"
#include "store/event.h"

/* Called for the bytes of one side, in the order in which they are sent. */
typedef void wrap_tls_fn(bool by_client, struct span bytes, void *arg);

/* Gives the handshake, as far as it came. */
void wrap_tls_handshake(const struct connection *connection, const struct connection_tls *tls,
                        wrap_tls_fn *fn, void *arg);
/* Appends the records of a message; the connection is readable. */
void wrap_tls_data(struct strbuf *out, const struct connection_tls *tls, struct span data);
/* Appends the record of a fatal alert. */
void wrap_tls_alert(struct strbuf *out, const struct connection_tls *tls, uint8_t alert);

#endif
