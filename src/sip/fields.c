/* See fields.h. Everything is tolerant: what cannot be read is an empty span. */
#include "sip/fields.h"

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
    const char *first = memchr(p, wanted, (size_t)(end - p));
    if (!first)
        return end;
    /* Mostly nothing before it could hide it. */
    size_t before = (size_t)(first - p);
    if (!memchr(p, '"', before) && !(angle && memchr(p, '<', before)))
        return first;
    while (p < end) {
        if (*p == wanted)
            return p;
        if (*p == '"') {
            p = skip_quoted(p, end);
        } else if (*p == '<' && angle) {
            const char *close = memchr(p, '>', (size_t)(end - p));
            p = close ? close + 1 : end;
        } else {
            p++;
        }
    }
    return end;
}

bool sip_next_value(struct span *rest, struct span *value)
{
    *rest = span_trim(*rest);
    if (rest->n == 0)
        return false;
    const char *end = span_end(*rest);
    const char *comma = find_outside(rest->p, end, ',', true);
    *value = span_trim(span_make(rest->p, comma));
    *rest = span_make(comma < end ? comma + 1 : end, end);
    return true;
}

static struct span unquote(struct span s)
{
    if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
        return (struct span){ s.p + 1, s.n - 2 };
    return s;
}

/* name or name=value, with blanks around; true when the name fits. */
static bool param_is(struct span item, const char *name, struct span *value)
{
    const char *equals = span_find(item, '=');
    struct span key = span_trim(equals ? span_make(item.p, equals) : item);
    if (!span_is(key, name))
        return false;
    *value = equals ? unquote(span_trim(span_make(equals + 1, span_end(item))))
                    : (struct span){ span_end(item), 0 };
    return true;
}

struct span sip_param(struct span value, const char *name)
{
    if (value.n == 0)
        return SPAN_NONE;
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

struct span sip_tag(struct span value)
{
    return sip_param(value, "tag");
}

/* Behind the second '/' of `SIP/2.0/UDP`, which may have blanks around (RFC 3261 §25.1). */
static const char *via_transport(struct span via)
{
    const char *end = span_end(via);
    const char *slash = span_find(via, '/');
    if (slash)
        slash = memchr(slash + 1, '/', (size_t)(end - slash - 1));
    return slash ? slash + 1 : NULL;
}

void sip_read_via(struct span via, struct span *sent_by, struct span *branch)
{
    const char *end = span_end(via);
    const char *p = via_transport(via);
    *branch = sip_param(via, "branch");
    *sent_by = SPAN_NONE;
    if (!p)
        return;
    while (p < end && ascii_blank(*p))
        p++;
    while (p < end && !ascii_blank(*p))
        p++;
    const char *stop = memchr(p, ';', (size_t)(end - p));
    *sent_by = span_trim(span_make(p, stop ? stop : end));
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
        if (param_is(span_make(p, next), name, &found))
            return found;
        p = next < end ? next + 1 : end;
    }
    return SPAN_NONE;
}

/* The user part ends at the last '@' before any header part of the URI. */
static const char *user_end(const char *p, const char *end)
{
    const char *at = NULL;
    for (const char *q = p; q < end && *q != '?'; q++)
        if (*q == '@')
            at = q;
    return at;
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
    const char *host_end = host;
    while (host_end < end && !strchr(";?> \t", *host_end) && *host_end)
        host_end++;
    a->host = span_make(host, host_end);
    if (at) {
        const char *stop = p;
        while (stop < at && *stop != ';' && *stop != ':')
            stop++;
        a->user = span_make(p, stop);
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
