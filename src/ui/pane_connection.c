/* What the pane says of a TCP connection: who asked whom, what came back, what its TLS showed. */
#include "base/timefmt.h"
#include "base/tr.h"
#include "store/names.h"
#include "ui/pane_text.h"

static void tell_tcp(struct layout *out, const struct connection *c)
{
    char from[ADDR_TEXT], to[ADDR_TEXT], took[TIME_TEXT];
    names_format(&c->client, from);
    names_format(&c->server, to);
    if (c->syns == 0)
        pane_line(out, _("%s to %s, begun before the capture"), from, to);
    else if (c->answer == CONNECTION_SILENT)
        pane_line(out, _("%s to %s, asked for %u times: no answer"), from, to, c->syns);
    else if (c->answer == CONNECTION_REFUSED)
        pane_line(out, _("%s to %s, refused after %s"), from, to,
                  time_short(c->answer_ns - c->syn_ns, took));
    else if (c->answer == CONNECTION_UNREACHABLE)
        pane_line(out, "%s > %s: %s", from, to,
                  icmp_words(c->client.family, c->icmp_type, c->icmp_code));
    else
        pane_line(out, _("%s to %s, accepted after %s"), from, to,
                  time_short(c->answer_ns - c->syn_ns, took));
    if (c->end != CONNECTION_LASTS)
        pane_line(out, c->end == CONNECTION_BROKEN ? _("reset by %s") : _("closed by %s"),
                  c->ended_by_client ? from : to);
}

static void tell_certificate(struct layout *out, const struct connection *c,
                             const struct connection_tls *tls)
{
    char from[TIME_TEXT], until[TIME_TEXT];
    pane_line(out, _("certificate of %s"), tls->subject);
    pane_line(out, _("issued by %s"), tls->issuer);
    pane_line(out,
              connection_tls_expired(tls, c->tls_ns) ? _("valid from %s to %s: not at this time")
                                                     : _("valid from %s to %s"),
              time_day(tls->not_before_s, from), time_day(tls->not_after_s, until));
}

static void tell_tls(struct layout *out, const struct connection *c,
                     const struct connection_tls *tls)
{
    if (tls->offered || tls->version)
        pane_line(out, _("offered %s, agreed on %s"),
                  tls->offered ? tls_version_name(tls->offered) : _("nothing seen"),
                  tls->version ? tls_version_name(tls->version) : _("nothing"));
    if (*tls->server_name)
        pane_line(out, _("server name (SNI) %s"), tls->server_name);
    if (*tls->alpn)
        pane_line(out, _("application protocol (ALPN) %s"), tls->alpn);
    if (tls->certified)
        tell_certificate(out, c, tls);
    else if (tls->version >= 0x0304)
        pane_line(out, "%s", _("the certificate is encrypted in TLS 1.3: it shows with a key log"));
    if (!tls->readable && (tls->finished || tls->unreadable))
        pane_line(out, "%s", _("not decrypted: give --keylog FILE, or --tls-key FILE"));
}

static void tell_alert(struct layout *out, const struct connection *c)
{
    struct strbuf text = STRBUF_INIT;
    char by[ADDR_TEXT];
    tls_alert_put(c->tls_alert, &text);
    pane_line(out, _("alert of %s: %s"),
              names_format(c->tls_alert_by_client ? &c->client : &c->server, by),
              strbuf_str(&text));
    strbuf_free(&text);
}

void pane_connection(struct ui *ui, struct layout *out, const struct connection *c)
{
    const struct connection_tls *tls = store_connection_tls(ui->store, c);
    pane_label(out, _("Connection"));
    tell_tcp(out, c);
    if (!tls && !c->tls_alerted)
        return;
    pane_label(out, "TLS");
    if (tls)
        tell_tls(out, c, tls);
    if (c->tls_alerted)
        tell_alert(out, c);
}
