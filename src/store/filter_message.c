/*
 * Fields of filter expressions that stand in a message's bytes. What is asked for is scanned
 * once a transaction.
 */
#include "sip/fields.h"
#include "store/filter_private.h"

bool filter_read_method(struct filter_view *v, const struct filter_test *t)
{
    if (v->txn->method != SIP_OTHER)
        return filter_fits_text(t, SPAN(sip_method_name(v->txn->method)));
    const struct sip_message *m = filter_head(v);
    return m && filter_fits_text(t, m->method);
}

bool filter_read_reason(struct filter_view *v, const struct filter_test *t)
{
    const struct sip_message *m = filter_response(v);
    return m && filter_fits_text(t, m->reason);
}

static struct span without_port(struct span host)
{
    const char *end = span_end(host), *p = end;
    while (p > host.p && ascii_digit(p[-1]))
        p--;
    return p > host.p && p < end && p[-1] == ':' ? span_make(host.p, p - 1) : host;
}

static bool fits_user_at(const struct filter_test *t, struct span user, struct span host)
{
    char text[512];
    if (t->text.n != user.n + 1 + host.n || t->text.n >= sizeof text)
        return false;
    memcpy(text, user.p, user.n);
    text[user.n] = '@';
    memcpy(text + user.n + 1, host.p, host.n);
    return filter_fits_text(t, (struct span){ text, t->text.n });
}

/* A search goes over the whole value; equality is asked of each part that people call it by. */
static bool fits_parts(const struct filter_test *t, struct span value, const struct sip_address *a)
{
    if (filter_fits_text(t, value))
        return true;
    if (t->op != FILTER_EQUAL)
        return false;
    struct span host = a->host.n ? without_port(a->host) : a->host;
    if (filter_fits_text(t, a->user) || filter_fits_text(t, a->uri) ||
        filter_fits_text(t, a->display) || filter_fits_text(t, a->host) ||
        filter_fits_text(t, host))
        return true;
    return a->user.n > 0 && a->host.n > 0 &&
           (fits_user_at(t, a->user, host) || fits_user_at(t, a->user, a->host));
}

static bool fits_address_value(const struct filter_test *t, struct span value)
{
    struct sip_address a;
    if (t->op == FILTER_EQUAL)
        sip_read_address(value, &a);
    return fits_parts(t, value, &a);
}

bool filter_read_from(struct filter_view *v, const struct filter_test *t)
{
    const struct sip_message *m = filter_head(v);
    return m && fits_address_value(t, m->from);
}

bool filter_read_to(struct filter_view *v, const struct filter_test *t)
{
    const struct sip_message *m = filter_head(v);
    return m && fits_address_value(t, m->to);
}

bool filter_read_ruri(struct filter_view *v, const struct filter_test *t)
{
    struct sip_address a = { 0 };
    const struct sip_message *m = filter_request(v);
    if (!m || m->uri.n == 0)
        return false;
    if (t->op == FILTER_EQUAL)
        sip_read_uri(m->uri, &a);
    return fits_parts(t, m->uri, &a);
}

static bool user_fits(const struct filter_test *t, struct span value)
{
    struct sip_address a;
    sip_read_address(value, &a);
    return filter_fits_text(t, a.user);
}

static bool host_fits(const struct filter_test *t, const struct sip_address *a)
{
    struct span host = a->host.n ? without_port(a->host) : a->host;
    return filter_fits_text(t, host) || (t->op == FILTER_EQUAL && filter_fits_text(t, a->host));
}

static bool host_of_fits(const struct filter_test *t, struct span value)
{
    struct sip_address a;
    sip_read_address(value, &a);
    return host_fits(t, &a);
}

bool filter_read_from_user(struct filter_view *v, const struct filter_test *t)
{
    const struct sip_message *m = filter_head(v);
    return m && user_fits(t, m->from);
}

bool filter_read_from_host(struct filter_view *v, const struct filter_test *t)
{
    const struct sip_message *m = filter_head(v);
    return m && host_of_fits(t, m->from);
}

bool filter_read_to_user(struct filter_view *v, const struct filter_test *t)
{
    const struct sip_message *m = filter_head(v);
    return m && user_fits(t, m->to);
}

bool filter_read_to_host(struct filter_view *v, const struct filter_test *t)
{
    const struct sip_message *m = filter_head(v);
    return m && host_of_fits(t, m->to);
}

bool filter_read_ruri_user(struct filter_view *v, const struct filter_test *t)
{
    struct sip_address a = { 0 };
    const struct sip_message *m = filter_request(v);
    if (m && m->uri.n)
        sip_read_uri(m->uri, &a);
    return filter_fits_text(t, a.user);
}

bool filter_read_ruri_host(struct filter_view *v, const struct filter_test *t)
{
    struct sip_address a = { 0 };
    const struct sip_message *m = filter_request(v);
    if (m && m->uri.n)
        sip_read_uri(m->uri, &a);
    return host_fits(t, &a);
}

bool filter_read_call_id(struct filter_view *v, const struct filter_test *t)
{
    const struct sip_message *m = filter_head(v);
    return m && filter_fits_text(t, m->call_id);
}

bool filter_read_branch(struct filter_view *v, const struct filter_test *t)
{
    const struct sip_message *m = filter_head(v);
    return m && filter_fits_text(t, m->branch);
}

bool filter_read_ua(struct filter_view *v, const struct filter_test *t)
{
    const struct sip_message *m = filter_request(v);
    return m && filter_fits_text(t, sip_find_header(m, "User-Agent"));
}

bool filter_read_server(struct filter_view *v, const struct filter_test *t)
{
    const struct sip_message *m = filter_response(v);
    return m && (filter_fits_text(t, sip_find_header(m, "Server")) ||
                 filter_fits_text(t, sip_find_header(m, "User-Agent")));
}

static bool contacts_fit(const struct sip_message *m, const struct filter_test *t)
{
    struct span rest = m ? m->headers : SPAN_NONE, name, list, value;
    while (sip_next_header(&rest, &name, &list))
        if (sip_header_same(name, "Contact"))
            while (sip_next_value(&list, &value))
                if (fits_address_value(t, value))
                    return true;
    return false;
}

bool filter_read_contact(struct filter_view *v, const struct filter_test *t)
{
    return contacts_fit(filter_request(v), t) || contacts_fit(filter_response(v), t);
}

static bool header_fits(const struct sip_message *m, const struct filter_test *t)
{
    struct span rest = m->headers, name, value;
    while (sip_next_header(&rest, &name, &value))
        if ((sip_header_same(name, t->header) || span_is(name, t->header)) &&
            filter_fits_text(t, value))
            return true;
    return false;
}

bool filter_read_header(struct filter_view *v, const struct filter_test *t)
{
    uint32_t id = 0;
    int left = MESSAGES_LOOKED;
    for (const struct message *m; (m = filter_next_message(v, &id, &left));) {
        const struct sip_message *sip = filter_repeats(v, m) ? NULL : filter_scan(v, id);
        if (sip && header_fits(sip, t))
            return true;
    }
    return false;
}

bool filter_read_text(struct filter_view *v, const struct filter_test *t)
{
    uint32_t id = 0;
    int left = MESSAGES_LOOKED;
    for (const struct message *m; (m = filter_next_message(v, &id, &left));)
        if (!filter_repeats(v, m) && filter_fits_text(t, message_payload(v->store, m)))
            return true;
    return false;
}

/* Addresses take part as text here, so that "10.0.0" finds them as it finds a Call-ID. */
bool filter_read_any(struct filter_view *v, const struct filter_test *t)
{
    char text[ADDR_TEXT];
    const struct addr *src, *dst;
    const struct sip_message *m = filter_head(v);
    if (m && (fits_address_value(t, m->from) || fits_address_value(t, m->to) ||
              filter_fits_text(t, m->call_id)))
        return true;
    return filter_ends(v, &src, &dst) && (filter_fits_text(t, SPAN(addr_format(src, text))) ||
                                          filter_fits_text(t, SPAN(addr_format(dst, text))));
}
