/* A build without OpenSSL: whoever asks for TLS is told. */
#include "base/channel_private.h"
#include "base/strbuf.h"
#include "base/tr.h"

static struct channel_tls *refuse(char **error)
{
    *error = mem_text(_("TLS is not available: this sipwhy was built without OpenSSL"));
    return NULL;
}

struct channel_tls *channel_tls_server(const char *certificate, const char *key, char **error)
{
    (void)certificate;
    (void)key;
    return refuse(error);
}

struct channel_tls *channel_tls_client(const char *authorities, char **error)
{
    (void)authorities;
    return refuse(error);
}

void channel_tls_free(struct channel_tls *tls)
{
    (void)tls;
}

int channel_tls_begin(struct channel *c, struct channel_tls *tls, const char *host)
{
    (void)c;
    (void)tls;
    (void)host;
    return -1;
}

void channel_tls_end(struct channel *c)
{
    (void)c;
}

ssize_t channel_tls_read(struct channel *c, void *data, size_t n)
{
    (void)c;
    (void)data;
    (void)n;
    return -1;
}

ssize_t channel_tls_write(struct channel *c, const void *data, size_t n)
{
    (void)c;
    (void)data;
    (void)n;
    return -1;
}

bool channel_tls_pending(const struct channel *c)
{
    (void)c;
    return false;
}
