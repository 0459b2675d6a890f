/* See servers.h. */
#include "store/servers.h"

#include <string.h>

#include "base/tr.h"

/* Connections without TLS, and those that fail before it, go with any name of the server. */
static struct server *find(struct server *servers, size_t *count, const struct connection *c,
                           const struct connection_tls *tls)
{
    for (size_t i = 0; i < *count; i++) {
        struct server *s = &servers[i];
        if (addr_equal(&s->addr, &c->server) &&
            (!tls || !s->tls || strcmp(tls->server_name, s->tls->server_name) == 0))
            return s;
    }
    if (*count == SERVERS_MOST)
        return NULL;
    struct server *s = &servers[(*count)++];
    *s = (struct server){ .addr = c->server };
    return s;
}

static void count(struct server *s, const struct connection *c, const struct connection_tls *tls)
{
    s->connections++;
    s->refused += c->answer == CONNECTION_REFUSED || c->answer == CONNECTION_UNREACHABLE;
    s->silent += c->answer == CONNECTION_SILENT;
    s->reset += c->end == CONNECTION_BROKEN;
    s->with_tls += tls != NULL;
    s->unread += tls && !tls->readable && !c->tls_alerted;
    s->alerted += c->tls_alerted;
    if (c->tls_alerted)
        s->alert = c->tls_alert;
    if (tls) {
        s->tls = tls;
        s->tls_ns = c->tls_ns;
    }
}

size_t servers_list(const struct store *store, struct server servers[SERVERS_MOST])
{
    size_t n = 0;
    const struct connection *c;
    for (size_t i = 0; (c = store_connection_at(store, i)) != NULL; i++) {
        const struct connection_tls *tls = store_connection_tls(store, c);
        struct server *s = find(servers, &n, c, tls);
        if (s)
            count(s, c, tls);
    }
    return n;
}

static void put_count(struct strbuf *out, uint32_t value, const char *format)
{
    if (value)
        strbuf_format(out, format, value);
}

void server_put(const struct server *s, struct strbuf *out)
{
    strbuf_format(out, tr_n("%u connection", "%u connections", s->connections), s->connections);
    put_count(out, s->refused, _(", %u refused"));
    put_count(out, s->silent, _(", %u without an answer"));
    put_count(out, s->reset, _(", %u reset"));
    if (s->tls) {
        strbuf_text(out, "; ");
        connection_tls_put(s->tls, s->tls_ns, out);
    }
    put_count(out, s->unread, _(", %u not decrypted"));
    if (s->alerted) {
        strbuf_format(out, _("; %u ended by an alert, "), s->alerted);
        tls_alert_put(s->alert, out);
    }
}
