/* See connections.h. */
#include "connections.h"

#include <stdio.h>

#include "base/text.h"
#include "base/timefmt.h"
#include "base/tr.h"
#include "store/names.h"
#include "store/servers.h"

static json_t *json_certificate(const struct server *s)
{
    char text[TIME_TEXT];
    json_t *object = json_object();
    json_put(object, "subject", SPAN(s->tls->subject));
    json_put(object, "issuer", SPAN(s->tls->issuer));
    json_put(object, "not_before", SPAN(time_day(s->tls->not_before_s, text)));
    json_put(object, "not_after", SPAN(time_day(s->tls->not_after_s, text)));
    json_object_set_new(object, "valid", json_boolean(!connection_tls_expired(s->tls, s->tls_ns)));
    return object;
}

static json_t *json_tls(const struct server *s)
{
    json_t *object = json_object();
    json_put_number(object, "connections", s->with_tls);
    json_put_number(object, "unread", s->unread);
    if (s->tls->offered)
        json_put(object, "offered", SPAN(tls_version_name(s->tls->offered)));
    if (s->tls->version)
        json_put(object, "version", SPAN(tls_version_name(s->tls->version)));
    if (*s->tls->server_name)
        json_put(object, "server_name", SPAN(s->tls->server_name));
    if (*s->tls->alpn)
        json_put(object, "alpn", SPAN(s->tls->alpn));
    if (s->tls->certified)
        json_object_set_new(object, "certificate", json_certificate(s));
    json_put_number(object, "alerts", s->alerted);
    if (s->alerted)
        json_put(object, "alert", SPAN(tls_alert_name(s->alert)));
    return object;
}

json_t *connections_json(const struct session *session)
{
    static struct server servers[SERVERS_MOST];
    size_t count = servers_list(session->pipeline.store, servers);
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        const struct server *s = &servers[i];
        char address[ADDR_TEXT];
        json_t *one = json_object();
        addr_format(&s->addr, address);
        json_put(one, "server", SPAN(address));
        json_put_number(one, "connections", s->connections);
        json_put_number(one, "refused", s->refused);
        json_put_number(one, "unanswered", s->silent);
        json_put_number(one, "reset", s->reset);
        if (s->tls)
            json_object_set_new(one, "tls", json_tls(s));
        json_array_append_new(list, one);
    }
    return list;
}

void connections_print(const struct session *session)
{
    static struct server servers[SERVERS_MOST];
    size_t count = servers_list(session->pipeline.store, servers);
    if (count)
        printf("%s\n", _("Connections"));
    for (size_t i = 0; i < count; i++) {
        struct strbuf line = STRBUF_INIT, shown = STRBUF_INIT;
        char address[ADDR_TEXT];
        names_format(&servers[i].addr, address);
        server_put(&servers[i], &line);
        text_visible(&shown, strbuf_as_span(&line), true);
        printf("  %s  %s\n", address, strbuf_str(&shown));
        strbuf_free(&line);
        strbuf_free(&shown);
    }
}
