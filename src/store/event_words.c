/* What network events say, in words: ICMP errors, TLS handshakes and alerts. See event.h. */
#include "base/timefmt.h"
#include "base/tr.h"
#include "store/event.h"

/* ---- ICMP ----------------------------------------------------------------------------------- */

static const struct {
    uint8_t family, type;
    int8_t code; /* -1: any other */
    const char *words;
} icmp_table[] = {
    { 4, 3, 0, N_("network unreachable") },
    { 4, 3, 1, N_("host unreachable") },
    { 4, 3, 3, N_("port unreachable: nobody listens there") },
    { 4, 3, 4, N_("fragmentation needed: the packet is too large for the path") },
    { 4, 3, 9, N_("network prohibited by a filter") },
    { 4, 3, 10, N_("host prohibited by a filter") },
    { 4, 3, 13, N_("prohibited by a filter") },
    { 4, 3, -1, N_("destination unreachable") },
    { 4, 11, -1, N_("time to live exceeded: a routing loop of packets") },
    { 6, 1, 0, N_("no route to the destination") },
    { 6, 1, 1, N_("prohibited by a filter") },
    { 6, 1, 3, N_("address unreachable") },
    { 6, 1, 4, N_("port unreachable: nobody listens there") },
    { 6, 1, -1, N_("destination unreachable") },
    { 6, 2, -1, N_("packet too big for the path") },
    { 6, 3, -1, N_("hop limit exceeded: a routing loop of packets") },
};

const char *icmp_words(uint8_t family, uint8_t type, uint8_t code)
{
    for (size_t i = 0; i < sizeof icmp_table / sizeof icmp_table[0]; i++)
        if (icmp_table[i].family == family && icmp_table[i].type == type &&
            (icmp_table[i].code == code || icmp_table[i].code < 0))
            return tr(icmp_table[i].words);
    return NULL;
}

/* ---- TLS ------------------------------------------------------------------------------------ */

/* Those that a handshake ends with, and what operations does not guess from the name. */
static const struct {
    uint8_t alert;
    const char *words;
} alerts[] = {
    { 40, N_("no cipher suite, version or certificate that both accept") },
    { 42, N_("the certificate is damaged or its signature wrong") },
    { 43, N_("a certificate of this kind is not accepted") },
    { 44, N_("the certificate was revoked") },
    { 45, N_("the certificate has expired or is not valid yet") },
    { 46, N_("the certificate is not accepted") },
    { 48, N_("the issuer of the certificate is not trusted") },
    { 49, N_("the certificate is good, its owner is not allowed") },
    { 70, N_("the version that was offered is not accepted") },
    { 71, N_("stronger cipher suites are demanded") },
    { 112, N_("no such server name here") },
    { 116, N_("the client must have a certificate") },
    { 120, N_("no application protocol in common") },
};

void tls_alert_put(uint8_t alert, struct strbuf *out)
{
    const char *name = tls_alert_name(alert);
    if (*name == '?')
        strbuf_format(out, "%u", alert);
    else
        strbuf_text(out, name);
    for (size_t i = 0; i < sizeof alerts / sizeof alerts[0]; i++)
        if (alerts[i].alert == alert)
            strbuf_format(out, ": %s", tr(alerts[i].words));
}

bool connection_tls_expired(const struct connection_tls *tls, int64_t time_ns)
{
    int64_t now_s = time_ns / 1000000000;
    return tls->certified && (now_s > tls->not_after_s || now_s < tls->not_before_s);
}

static void put_validity(const struct connection_tls *tls, int64_t time_ns, struct strbuf *out)
{
    char text[TIME_TEXT];
    bool early = time_ns / 1000000000 < tls->not_before_s;
    time_day(early ? tls->not_before_s : tls->not_after_s, text);
    strbuf_format(out,
                  early                                  ? _(", certificate not valid before %s")
                  : connection_tls_expired(tls, time_ns) ? _(", certificate expired %s")
                                                         : _(", certificate until %s"),
                  text);
}

void connection_tls_put(const struct connection_tls *tls, int64_t time_ns, struct strbuf *out)
{
    strbuf_text(out, tls->version || tls->offered
                         ? tls_version_name(tls->version ? tls->version : tls->offered)
                         : "TLS");
    if (*tls->server_name)
        strbuf_format(out, _(" to %s"), tls->server_name);
    if (tls->version == 0 && tls->offered)
        strbuf_text(out, _(", offered in vain"));
    if (tls->certified)
        put_validity(tls, time_ns, out);
}
