/* See channel.h. What TLS does is in channel_tls.c, or, without OpenSSL, channel_no_tls.c. */
#include "base/channel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/channel_private.h"

struct channel *channel_new(int fd, struct channel_tls *tls, const char *host)
{
    struct channel *c = calloc(1, sizeof *c);
    if (c) {
        c->fd = fd;
        if (!tls || channel_tls_begin(c, tls, host) == 0)
            return c;
    }
    free(c);
    close(fd);
    return NULL;
}

void channel_close(struct channel *c)
{
    if (!c)
        return;
    if (c->tls)
        channel_tls_end(c);
    close(c->fd);
    free(c);
}

static ssize_t fail(struct channel *c)
{
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR || errno == ENOTCONN)
        return 0;
    c->error = strerror(errno);
    return -1;
}

ssize_t channel_read(struct channel *c, void *data, size_t n)
{
    if (c->tls)
        return channel_tls_read(c, data, n);
    ssize_t got = recv(c->fd, data, n, MSG_DONTWAIT);
    return got > 0 ? got : got == 0 ? -1 : fail(c);
}

ssize_t channel_write(struct channel *c, const void *data, size_t n)
{
    if (c->tls)
        return channel_tls_write(c, data, n);
    ssize_t sent = send(c->fd, data, n, MSG_DONTWAIT | MSG_NOSIGNAL);
    return sent >= 0 ? sent : fail(c);
}

bool channel_pending(const struct channel *c)
{
    return c->tls && channel_tls_pending(c);
}

const char *channel_error(const struct channel *c)
{
    return c->error ? c->error : "";
}
