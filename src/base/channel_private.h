/* What the files of channel.h share. Nobody else includes this. */
#ifndef SIPWHY_BASE_CHANNEL_PRIVATE_H
#define SIPWHY_BASE_CHANNEL_PRIVATE_H

#include "base/channel.h"

struct channel {
    int fd;
    const char *error; /* constant, or NULL */
    void *tls;         /* OpenSSL's state; NULL: none */
};

/* Sets c->tls; -1 when that is impossible. */
int channel_tls_begin(struct channel *c, struct channel_tls *tls, const char *host);
void channel_tls_end(struct channel *c);
/* As channel_read() and channel_write(). */
ssize_t channel_tls_read(struct channel *c, void *data, size_t n);
ssize_t channel_tls_write(struct channel *c, const void *data, size_t n);
bool channel_tls_pending(const struct channel *c);

#endif
