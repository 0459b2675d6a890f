/* See fields.h. Everything is tolerant: what cannot be read is an empty span. */
#include "sip/fields.h"

#include "sip/good.h"

/* Behind the quoted string that begins at `p`, or `end` when it is not closed. */
static const char *skip_quoted(const char *p, const char *end)
{
    for (p++; p < end; p++) {
        if (*p == '\\')
            p++;
        else if (*p == '"')
            return p + 1;
    }
    return end;
}

/* The first `wanted` outside quotes and, if `angle`, outside <>; `end` when there is none. */
static const char *find_outside(const char *p, const char *end, char wanted, bool angle)
{
    const char *first;
    while (p < end && (first = memchr(p, wanted, (size_t)(end - p))) != NULL) {
        /* What stands before it may hide it: look again behind that. */
        const char *quote = memchr(p, '"', (size_t)(first - p));
        const char *open = angle ? memchr(p, '<', (size_t)((quote ? quote : first) - p)) : NULL;
        if (open) {
            const char *close = memchr(open, '>', (size_t)(end - open));
            p = close ? close + 1 : end;
        } else if (quote) {
            p = skip_quoted(quote, end);
        } else {
            return first;
        }
    }
    return end;
}

bool sip_next_piece(struct span *rest, char separator, struct span *piece)
{
    *rest = span_trim(*rest);
    if (rest->n == 0)
        return false;
    const char *end = span_end(*rest);
    const char *stop = find_outside(rest->p, end, separator, true);
    *piece = span_trim(span_make(rest->p, stop));
    *rest = span_make(stop < end ? stop + 1 : end, end);
    return true;
}

bool sip_next_value(struct span *rest, struct span *value)
{
    return sip_next_piece(rest, ',', value);
}

static struct span unquote(struct span s)
{
    if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
        return (struct span){ s.p + 1, s.n - 2 };
    return s;
}

/* name or name=value, with blanks around; true when the name fits. */
static bool param_is(struct span item, struct span name, struct span *value)
{
    if (item.n > name.n && item.p[name.n] == '=' && memcmp(item.p, name.p, name.n) == 0) {
        *value = unquote(span_trim((struct span){ item.p + name.n + 1, item.n - name.n - 1 }));
        return true; /* as nearly everybody writes it */
    }
    item = span_trim(item);
    if (item.n < name.n || !span_same((struct span){ item.p, name.n }, name))
        return false;
    struct span rest = span_trim((struct span){ item.p + name.n, item.n - name.n });
    *value = rest;
    if (rest.n == 0)
        return true;
    if (rest.p[0] != '=')
        return false;
    *value = unquote(span_trim((struct span){ rest.p + 1, rest.n - 1 }));
    return true;
}

/* From `p` on, where nothing is quoted: plain searches do. */
static struct span param_from(const char *p, const char *end, struct span name)
{
    const char *next;
    for (p = memchr(p, ';', (size_t)(end - p)); p; p = next) {
        next = memchr(p + 1, ';', (size_t)(end - p - 1));
        struct span item = span_make(p + 1, next ? next : end), found;
        bool likely = item.n >= name.n && ((item.p[0] ^ name.p[0]) & 0xdf) == 0;
        if ((likely || (item.n > 0 && ascii_blank(item.p[0]))) && param_is(item, name, &found))
            return found;
    }
    return SPAN_NONE;
}

/* Without quotes nothing hides a ';' behind the last '>'. */
static struct span plain_param(struct span value, struct span name)
{
    const char *close = memrchr(value.p, '>', value.n);
    if (!close && memchr(value.p, '<', value.n))
        return SPAN_NONE;
    return param_from(close ? close : value.p, span_end(value), name);
}

static struct span quoted_param(struct span value, struct span name)
{
    const char *end = span_end(value);
    const char *p = find_outside(value.p, end, ';', true);
    while (p < end) {
        const char *next = find_outside(p + 1, end, ';', false);
        struct span found;
        if (param_is(span_make(p + 1, next), name, &found))
            return found;
        p = next;
    }
    return SPAN_NONE;
}

struct span sip_param(struct span value, const char *name)
{
    if (value.n == 0)
        return SPAN_NONE;
    return memchr(value.p, '"', value.n) ? quoted_param(value, SPAN(name))
                                         : plain_param(value, SPAN(name));
}

/* Mostly the tag is the one parameter behind the last '>', so it is looked for there first. */
struct span sip_tag(struct span value)
{
    static const char wanted[] = ";tag=";
    size_t n = sizeof wanted - 1;
    const char *close = value.n ? memrchr(value.p, '>', value.n) : NULL;
    if (close && close + 1 == span_end(value))
        return SPAN_NONE;
    if (close && (size_t)(span_end(value) - close) > n && memcmp(close + 1, wanted, n) == 0) {
        struct span tag = span_make(close + 1 + n, span_end(value));
        if (!memchr(tag.p, ';', tag.n) && !memchr(tag.p, '"', tag.n) && tag.n > 0 &&
            !ascii_blank(tag.p[0]))
            return tag;
    }
    return sip_param(value, "tag");
}

/* Behind the second '/' of `SIP/2.0/UDP`, which may have blanks around (RFC 3261 §25.1). */
static const char *via_transport(struct span via)
{
    const char *end = span_end(via);
    if (via.n >= 8 && memcmp(via.p, "SIP/2.0/", 8) == 0)
        return via.p + 8;
    const char *slash = span_find(via, '/');
    if (slash)
        slash = memchr(slash + 1, '/', (size_t)(end - slash - 1));
    return slash ? slash + 1 : NULL;
}

struct span sip_via_transport(struct span via)
{
    const char *p = via.n ? via_transport(via) : NULL, *end = span_end(via);
    while (p && p < end && ascii_blank(*p))
        p++;
    const char *stop = p;
    while (stop && stop < end && !ascii_blank(*stop))
        stop++;
    return p ? span_make(p, stop) : SPAN_NONE;
}

void sip_read_via(struct span via, struct span *sent_by, struct span *branch)
{
    *sent_by = *branch = SPAN_NONE;
    if (via.n == 0)
        return;
    const char *end = span_end(via), *params = memchr(via.p, ';', via.n);
    const char *p = via_transport(via);
    if (params)
        *branch = memchr(params, '"', (size_t)(end - params))
                      ? quoted_param(via, SPAN("branch"))
                      : param_from(params, end, SPAN("branch"));
    if (!p)
        return;
    while (p < end && ascii_blank(*p))
        p++;
    while (p < end && !ascii_blank(*p))
        p++;
    if (params && params < p)
        params = memchr(p, ';', (size_t)(end - p));
    *sent_by = span_trim(span_make(p, params ? params : end));
}

int sip_read_cseq(struct span value, uint32_t *number, struct span *method)
{
    size_t i = 0;
    uint64_t n = 0;
    while (i < value.n && ascii_digit(value.p[i]))
        i++;
    bool good = span_number((struct span){ value.p, i }, INT32_MAX, &n);
    *number = (uint32_t)n;
    *method = span_trim(i < value.n ? (struct span){ value.p + i, value.n - i } : SPAN_NONE);
    return good && method->n > 0 ? 0 : -1;
}

bool sip_read_seconds(struct span value, uint64_t max, uint64_t *seconds)
{
    size_t digits = 0;
    value = span_trim(value);
    while (digits < value.n && ascii_digit(value.p[digits]))
        digits++;
    return span_number((struct span){ value.p, digits }, max, seconds);
}

struct span sip_auth_param(struct span value, const char *name)
{
    if (value.n == 0)
        return SPAN_NONE;
    const char *end = span_end(value);
    const char *p = value.p;
    while (p < end && !ascii_blank(*p))
        p++;
    while (p < end) {
        const char *next = find_outside(p, end, ',', false);
        struct span found;
        if (param_is(span_make(p, next), SPAN(name), &found))
            return found;
        p = next < end ? next + 1 : end;
    }
    return SPAN_NONE;
}

/* The user part ends at the last '@' before any header part of the URI. */
static const char *user_end(const char *p, const char *end)
{
    const char *question = memchr(p, '?', (size_t)(end - p));
    return memrchr(p, '@', (size_t)((question ? question : end) - p));
}

/* Where parameters or a password begin in the user part, else its end. */
static const char *user_stop(const char *p, const char *at)
{
    const char *colon = memchr(p, ':', (size_t)(at - p));
    const char *stop = colon ? colon : at;
    const char *semicolon = memchr(p, ';', (size_t)(stop - p));
    return semicolon ? semicolon : stop;
}

/* What ends a host with its port. */
static const bool ends_host[UINT8_MAX + 1] = {
    [';'] = true, ['?'] = true, ['>'] = true, [' '] = true, ['\t'] = true, ['\0'] = true,
};

struct span sip_user_at_host(const struct sip_address *a)
{
    bool both = a->user.n && a->host.n && a->host.p > a->user.p;
    return both ? span_make(a->user.p, span_end(a->host)) : a->host.n ? a->host : a->user;
}

static const char *host_stop(const char *p, const char *end)
{
    while (p < end && !ends_host[(uint8_t)*p])
        p++;
    return p;
}

void sip_read_uri(struct span uri, struct sip_address *a)
{
    a->uri = uri;
    a->user = a->host = SPAN_NONE;
    if (uri.n == 0)
        return;
    const char *end = span_end(uri);
    const char *colon = span_find(uri, ':');
    if (!colon)
        return;
    const char *p = colon + 1;
    const char *at = user_end(p, end);
    const char *host = at ? at + 1 : p;
    const char *host_end = host_stop(host, end);
    a->host = span_make(host, host_end);
    if (at) {
        a->user = span_make(p, user_stop(p, at));
    } else if (span_starts(uri, "tel:")) { /* RFC 3966: the number is the user */
        a->user = a->host;
        a->host = SPAN_NONE;
    }
}

void sip_read_address(struct span value, struct sip_address *a)
{
    *a = (struct sip_address){ 0 };
    if (value.n == 0)
        return;
    const char *end = span_end(value);
    const char *open = find_outside(value.p, end, '<', false);
    const char *close;
    if (open < end) {
        close = memchr(open, '>', (size_t)(end - open));
        close = close ? close : end;
        a->display = unquote(span_trim(span_make(value.p, open)));
        sip_read_uri(span_trim(span_make(open + 1, close)), a);
    } else {
        close = span_find(value, ';');
        close = close ? close : end;
        sip_read_uri(span_trim(span_make(value.p, close)), a);
    }
    const char *params = memchr(close, ';', (size_t)(end - close));
    a->params = params ? span_make(params, end) : SPAN_NONE;
}

struct span sip_glance_host(struct span value)
{
    struct span usual = sip_usual_host(value);
    if (usual.n)
        return usual;
    const char *open = span_find(value, '<'), *end = span_end(value);
    const char *close = open ? memchr(open, '>', (size_t)(end - open)) : NULL;
    struct span uri = span_make(open ? open : value.p, close ? close : end);
    const char *p = span_find(uri, ':');
    const char *at = p ? memchr(p, '@', (size_t)(span_end(uri) - p)) : NULL;
    if (!p)
        return SPAN_NONE;
    const char *host = at ? at + 1 : p + 1, *stop = host;
    if (host < span_end(uri) && *host == '[')
        return sip_host_name(span_make(host, span_end(uri)));
    while (stop < span_end(uri) && !ends_host[(uint8_t)*stop] && *stop != ':')
        stop++;
    return span_make(host, stop);
}

struct span sip_glance_user(struct span uri)
{
    const char *colon = span_find(uri, ':');
    const char *p = colon ? colon + 1 : uri.p;
    const char *at = colon ? memchr(p, '@', (size_t)(span_end(uri) - p)) : NULL;
    if (at)
        return span_make(p, user_stop(p, at));
    return colon && span_starts(uri, "tel:") ? span_make(p, host_stop(p, span_end(uri)))
                                             : SPAN_NONE;
}

struct span sip_host_name(struct span host)
{
    const char *end = span_end(host);
    const char *bracket = host.n > 0 && host.p[0] == '[' ? span_find(host, ']') : NULL;
    const char *colon = bracket ? bracket + 1 : span_find(host, ':');
    return colon && colon < end ? span_make(host.p, colon) : host;
}
