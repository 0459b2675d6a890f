/*
 * A connection over TCP that never waits, with TLS 1.2 or later in it where that is wanted
 * (OpenSSL; a build without it says so).
 */
#ifndef SIPWHY_BASE_CHANNEL_H
#define SIPWHY_BASE_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct channel;
struct
    channel_tls; /* what one side shows or trusts; shared by its connections, which it outlives */

/*
 * For the side that is called: files with its certificate chain and its key (PEM). NULL with
 * *error, one line that the caller frees.
 */
struct channel_tls *channel_tls_server(const char *certificate, const char *key, char **error);
/*
 * For the side that calls: trusts the certificates in this file (PEM), or, with NULL, those of
 * the system. NULL with *error.
 */
struct channel_tls *channel_tls_client(const char *authorities, char **error);
void channel_tls_free(struct channel_tls *tls); /* NULL is fine */

/*
 * Takes a connected, or connecting, socket over. Without `tls` bytes go as they are. `host`: whose
 * certificate the called side must show, by name or address; NULL on the side that is called.
 * NULL when memory is short; the socket is closed then.
 */
struct channel *channel_new(int fd, struct channel_tls *tls, const char *host);
/* Closes the socket, too; NULL is fine. */
void channel_close(struct channel *channel);
/* The number of bytes that came or went; 0: nothing now; -1: ended, see channel_error(). */
ssize_t channel_read(struct channel *channel, void *data, size_t n);
ssize_t channel_write(struct channel *channel, const void *data, size_t n);
/* Whether bytes that the socket does not show wait to be read. */
bool channel_pending(const struct channel *channel);
/* Why it ended, in the language; "" when the other side closed it. */
const char *channel_error(const struct channel *channel);

#endif
