/*
 * TLS in a channel. OpenSSL writes to sockets in a way that raises SIGPIPE, so its bytes go through
 * a small "BIO" of our own.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/channel_private.h"
#include "base/strbuf.h"
#include "base/tr.h"

struct channel_tls {
    SSL_CTX *context;
    BIO_METHOD *method;
    bool called;
};

static int to_socket(BIO *bio, const char *data, int n)
{
    const struct channel *c = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    ssize_t sent = send(c->fd, data, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR || errno == ENOTCONN))
        BIO_set_retry_write(bio);
    return (int)sent;
}

static int from_socket(BIO *bio, char *data, int n)
{
    const struct channel *c = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    ssize_t got = recv(c->fd, data, (size_t)n, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR || errno == ENOTCONN))
        BIO_set_retry_read(bio);
    return (int)got;
}

static long control(BIO *bio, int command, long number, void *pointer)
{
    (void)bio;
    (void)number;
    (void)pointer;
    return command == BIO_CTRL_FLUSH; /* nothing is held back here */
}

static const char *reason(void)
{
    const char *text = ERR_reason_error_string(ERR_peek_last_error());
    return text ? text : _("no reason given");
}

static struct channel_tls *new_side(const SSL_METHOD *protocol, bool called, char **error)
{
    struct channel_tls *tls = mem_zero(sizeof *tls);
    ERR_clear_error();
    tls->called = called;
    tls->context = SSL_CTX_new(protocol);
    tls->method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "channel");
    if (tls->context && tls->method && BIO_meth_set_write(tls->method, to_socket) &&
        BIO_meth_set_read(tls->method, from_socket) && BIO_meth_set_ctrl(tls->method, control) &&
        SSL_CTX_set_min_proto_version(tls->context, TLS1_2_VERSION)) {
        SSL_CTX_set_mode(tls->context, SSL_MODE_ENABLE_PARTIAL_WRITE |
                                           SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                           SSL_MODE_RELEASE_BUFFERS);
        return tls;
    }
    *error = mem_format(_("TLS cannot begin: %s"), reason());
    channel_tls_free(tls);
    return NULL;
}

struct channel_tls *channel_tls_server(const char *certificate, const char *key, char **error)
{
    struct channel_tls *tls = new_side(TLS_server_method(), true, error);
    if (!tls)
        return NULL;
    if (SSL_CTX_use_certificate_chain_file(tls->context, certificate) != 1)
        *error = mem_format(_("%s: no certificate to show: %s; name a PEM file"), certificate,
                            reason());
    else if (SSL_CTX_use_PrivateKey_file(tls->context, key, SSL_FILETYPE_PEM) != 1)
        *error = mem_format(_("%s: no key of the certificate: %s; name its PEM file"), key,
                            reason());
    else
        return tls;
    channel_tls_free(tls);
    return NULL;
}

struct channel_tls *channel_tls_client(const char *authorities, char **error)
{
    struct channel_tls *tls = new_side(TLS_client_method(), false, error);
    if (!tls)
        return NULL;
    SSL_CTX_set_verify(tls->context, SSL_VERIFY_PEER, NULL);
    int good = authorities ? SSL_CTX_load_verify_locations(tls->context, authorities, NULL)
                           : SSL_CTX_set_default_verify_paths(tls->context);
    if (good == 1)
        return tls;
    *error = mem_format(_("%s: no certificates to trust: %s; name a PEM file"),
                        authorities ? authorities : "/etc/ssl", reason());
    channel_tls_free(tls);
    return NULL;
}

void channel_tls_free(struct channel_tls *tls)
{
    if (!tls)
        return;
    SSL_CTX_free(tls->context);
    BIO_meth_free(tls->method);
    free(tls);
}

/* The other side must be who was called: an address is compared with addresses. */
static bool expect_host(SSL *ssl, const char *host)
{
    uint8_t address[16];
    bool is_address = inet_pton(AF_INET, host, address) == 1 ||
                      inet_pton(AF_INET6, host, address) == 1;
    if (is_address)
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) == 1;
    return SSL_set1_host(ssl, host) == 1 && SSL_set_tlsext_host_name(ssl, host) == 1;
}

int channel_tls_begin(struct channel *c, struct channel_tls *tls, const char *host)
{
    SSL *ssl = SSL_new(tls->context);
    BIO *bio = ssl ? BIO_new(tls->method) : NULL;
    if (!bio || (host && !expect_host(ssl, host))) {
        BIO_free(bio);
        SSL_free(ssl);
        return -1;
    }
    BIO_set_data(bio, c);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl, bio, bio);
    if (tls->called)
        SSL_set_accept_state(ssl);
    else
        SSL_set_connect_state(ssl);
    c->tls = ssl;
    return 0;
}

void channel_tls_end(struct channel *c)
{
    SSL_shutdown(c->tls);
    SSL_free(c->tls);
}

/* What OpenSSL says of a result that is no number of bytes. */
static ssize_t judge(struct channel *c, int result)
{
    int number = errno;
    switch (SSL_get_error(c->tls, result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        return 0;
    case SSL_ERROR_ZERO_RETURN:
        return -1;
    case SSL_ERROR_SYSCALL:
        c->error = number ? strerror(number) : NULL;
        return -1;
    default:
        c->error = reason();
        if (SSL_get_verify_result(c->tls) != X509_V_OK)
            c->error = X509_verify_cert_error_string(SSL_get_verify_result(c->tls));
        return -1;
    }
}

ssize_t channel_tls_read(struct channel *c, void *data, size_t n)
{
    size_t got;
    ERR_clear_error();
    errno = 0;
    int result = SSL_read_ex(c->tls, data, n, &got);
    return result > 0 ? (ssize_t)got : judge(c, result);
}

ssize_t channel_tls_write(struct channel *c, const void *data, size_t n)
{
    size_t sent;
    ERR_clear_error();
    errno = 0;
    int result = SSL_write_ex(c->tls, data, n, &sent);
    return result > 0 ? (ssize_t)sent : judge(c, result);
}

bool channel_tls_pending(const struct channel *c)
{
    return SSL_pending(c->tls) > 0;
}
