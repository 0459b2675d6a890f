/*
 * See parse.h. One home of libosip2: its message is kept whole, and what the
 * accessors give is laid out once after parsing. Strings that libosip2 builds
 * are collected and freed with the message.
 */
#include "sip/parse.h"

#include <stdlib.h>
#include <sys/time.h>

#include <osipparser2/osip_parser.h>

#include "base/strbuf.h"
#include "sip/fields.h"
#include "sip/scan.h"

struct sip_parsed {
    osip_message_t *message;
    char **texts; /* built by libosip2 for us */
    size_t ntexts;
    struct sip_parsed_address from, to;
    struct sip_parsed_via *vias;
    struct sip_parsed_address *contacts;
    struct sip_parsed_header *headers;
    struct sip_parsed_body *bodies;
    size_t nvias, ncontacts, nheaders, nbodies;
    struct span request_uri;
    struct span call_id;
    struct span content_type;
    bool has_length; /* libosip2 makes up a Content-Length where there is none */
};

/* libosip2 would print what it dislikes to standard output, over the screen. */
static void discard_trace(const char *file, int line, osip_trace_level_t level, const char *format,
                          va_list args)
{
    (void)file, (void)line, (void)level, (void)format, (void)args;
}

static void start_library(void)
{
    static bool started;
    if (started)
        return;
    started = true;
    /* its versions differ in whether the texts are const */
    osip_trace_initialize_func(TRACE_LEVEL0, (osip_trace_func_t *)(void (*)(void))discard_trace);
    for (int level = TRACE_LEVEL0; level < END_TRACE_LEVEL; level++)
        osip_trace_disable_level((osip_trace_level_t)level);
    parser_init();
}

/* Takes over a text that a to_str function built; `failed` is that function's result. */
static struct span keep(struct sip_parsed *p, int failed, char *text)
{
    if (failed || !text)
        return SPAN_NONE;
    p->texts = mem_grow(p->texts, (p->ntexts + 1) * sizeof *p->texts);
    p->texts[p->ntexts++] = text;
    return span_of(text);
}

/* A quoted string loses its quotes; escapes inside stay as they are. */
static struct span without_quotes(const char *text)
{
    struct span s = span_trim(span_of(text));
    if (s.n < 2 || s.p[0] != '"' || s.p[s.n - 1] != '"')
        return s;
    return (struct span){ s.p + 1, s.n - 2 };
}

static struct span param(const osip_list_t *params, const char *name)
{
    for (int i = 0; i < osip_list_size(params); i++) {
        const osip_generic_param_t *one = osip_list_get(params, i);
        if (one->gname && span_is(span_of(one->gname), name))
            return one->gvalue ? span_of(one->gvalue) : SPAN("");
    }
    return SPAN_NONE;
}

static void lay_out_vias(struct sip_parsed *p)
{
    const osip_list_t *list = &p->message->vias;
    p->nvias = (size_t)osip_list_size(list);
    p->vias = mem_zero(p->nvias * sizeof *p->vias);
    for (size_t i = 0; i < p->nvias; i++) {
        const osip_via_t *via = osip_list_get(list, (int)i);
        p->vias[i] = (struct sip_parsed_via){
            .transport = span_of(via->protocol),
            .host = span_of(via->host),
            .port = span_of(via->port),
            .branch = param(&via->via_params, "branch"),
            .received = param(&via->via_params, "received"),
            .rport = param(&via->via_params, "rport"),
        };
    }
}

/* From, To and Contact are one structure in libosip2. */
static void lay_out_address(struct sip_parsed *p, const osip_from_t *from,
                            struct sip_parsed_address *address)
{
    char *uri = NULL;
    *address = (struct sip_parsed_address){ SPAN_NONE, SPAN_NONE, SPAN_NONE };
    if (!from)
        return;
    address->tag = param(&from->gen_params, "tag");
    if (!from->url) {
        address->uri = span_of(from->displayname); /* Contact: * */
        return;
    }
    address->display = without_quotes(from->displayname);
    int failed = osip_uri_to_str(from->url, &uri);
    address->uri = keep(p, failed, uri);
}

static void lay_out_contacts(struct sip_parsed *p)
{
    const osip_list_t *list = &p->message->contacts;
    p->ncontacts = (size_t)osip_list_size(list);
    p->contacts = mem_zero(p->ncontacts * sizeof *p->contacts);
    for (size_t i = 0; i < p->ncontacts; i++)
        lay_out_address(p, osip_list_get(list, (int)i), &p->contacts[i]);
}

/* libosip2's writers differ in their argument's type; one shape for the table below. */
typedef int text_fn(const void *header, char **text);
#define TEXT_FN(kind)                                       \
    static int kind##_text(const void *header, char **text) \
    {                                                       \
        return osip_##kind##_to_str(header, text);          \
    }
TEXT_FN(accept)
TEXT_FN(accept_encoding)
TEXT_FN(call_info)
TEXT_FN(content_length)
TEXT_FN(authentication_info)
TEXT_FN(authorization)
TEXT_FN(www_authenticate)
TEXT_FN(from)

/* The header fields that libosip2 takes apart into lists. */
static const struct {
    const char *name;
    size_t offset;
    text_fn *text;
} lists[] = {
#define LIST(name, member, kind)                            \
    {                                                       \
        name, offsetof(osip_message_t, member), kind##_text \
    }
    LIST("Accept", accepts, accept),
    LIST("Accept-Encoding", accept_encodings, accept_encoding),
    LIST("Accept-Language", accept_languages, accept_encoding),
    LIST("Alert-Info", alert_infos, call_info),
    LIST("Allow", allows, content_length),
    LIST("Authentication-Info", authentication_infos, authentication_info),
    LIST("Authorization", authorizations, authorization),
    LIST("Call-Info", call_infos, call_info),
    LIST("Content-Encoding", content_encodings, content_length),
    LIST("Error-Info", error_infos, call_info),
    LIST("Proxy-Authenticate", proxy_authenticates, www_authenticate),
    LIST("Proxy-Authentication-Info", proxy_authentication_infos, authentication_info),
    LIST("Proxy-Authorization", proxy_authorizations, authorization),
    LIST("Record-Route", record_routes, from),
    LIST("Route", routes, from),
    LIST("WWW-Authenticate", www_authenticates, www_authenticate),
#undef LIST
};
#define LISTS (sizeof lists / sizeof lists[0])

static const osip_list_t *list_at(const osip_message_t *m, size_t i)
{
    return (const osip_list_t *)(const void *)((const char *)m + lists[i].offset);
}

static size_t count_headers(const osip_message_t *m)
{
    size_t n = (size_t)osip_list_size(&m->headers) + (m->mime_version ? 1 : 0);
    for (size_t i = 0; i < LISTS; i++)
        n += (size_t)osip_list_size(list_at(m, i));
    return n;
}

static void add_header(struct sip_parsed *p, const char *name, struct span value)
{
    p->headers[p->nheaders++] = (struct sip_parsed_header){ span_of(name), value };
}

static void lay_out_headers(struct sip_parsed *p)
{
    const osip_message_t *m = p->message;
    p->headers = mem_zero(count_headers(m) * sizeof *p->headers);
    for (size_t i = 0; i < LISTS; i++) {
        const osip_list_t *list = list_at(m, i);
        for (int k = 0; k < osip_list_size(list); k++) {
            char *text = NULL;
            int failed = lists[i].text(osip_list_get(list, k), &text);
            add_header(p, lists[i].name, keep(p, failed, text));
        }
    }
    if (m->mime_version)
        add_header(p, "MIME-Version", span_of(m->mime_version->value));
    for (int i = 0; i < osip_list_size(&m->headers); i++) {
        const osip_header_t *header = osip_list_get(&m->headers, i);
        add_header(p, header->hname, span_of(header->hvalue));
    }
}

static struct span type_text(struct sip_parsed *p, const osip_content_type_t *type)
{
    char *text = NULL;
    int failed = type ? osip_content_type_to_str(type, &text) : -1;
    return keep(p, failed, text);
}

/* Where the header lines at `s` end: behind the first empty line, or at the end. */
static const char *headers_end(struct span s)
{
    const char *end = span_end(s);
    for (const char *p = s.p, *lf; p < end; p = lf + 1) {
        if (*p == '\n')
            return p + 1;
        if (end - p >= 2 && p[0] == '\r' && p[1] == '\n')
            return p + 2;
        lf = memchr(p, '\n', (size_t)(end - p));
        if (!lf)
            break;
    }
    return end;
}

static void add_body(struct sip_parsed *p, struct span type, struct span bytes)
{
    p->bodies = mem_grow(p->bodies, (p->nbodies + 1) * sizeof *p->bodies);
    p->bodies[p->nbodies++] = (struct sip_parsed_body){ type, bytes };
}

/* One part: its own headers, of which the type counts, and its bytes. */
static void add_part(struct sip_parsed *p, struct span part)
{
    const char *start = headers_end(part);
    struct span rest = span_make(part.p, start), name, value, type = SPAN_NONE;
    while (!type.p && sip_next_header(&rest, &name, &value))
        if (span_is(name, "Content-Type"))
            type = value;
    add_body(p, type, span_make(start, span_end(part)));
}

/* The next line at or behind `p` that begins with "--" and the boundary; `end` if there is none. */
static const char *find_delimiter(const char *p, const char *end, struct span boundary)
{
    for (const char *lf; p < end; p = lf ? lf + 1 : end) {
        if ((size_t)(end - p) >= boundary.n + 2 && memcmp(p, "--", 2) == 0 &&
            memcmp(p + 2, boundary.p, boundary.n) == 0)
            return p;
        lf = memchr(p, '\n', (size_t)(end - p));
    }
    return end;
}

/* RFC 2046 §5.1: the line break in front of a delimiter is the delimiter's. */
static void lay_out_parts(struct sip_parsed *p, struct span body, struct span boundary)
{
    const char *end = span_end(body);
    const char *at = find_delimiter(body.p, end, boundary);
    while (at < end) {
        struct span line = span_make(at + 2 + boundary.n, end);
        const char *lf = span_find(line, '\n');
        if (!lf || span_starts(line, "--"))
            return;
        at = find_delimiter(lf + 1, end, boundary);
        const char *stop = at;
        if (at < end && stop > lf + 1)
            stop -= stop > lf + 2 && stop[-2] == '\r' ? 2 : 1;
        add_part(p, span_make(lf + 1, stop));
    }
}

static void lay_out_bodies(struct sip_parsed *p)
{
    struct span boundary = SPAN_NONE;
    const osip_body_t *body = osip_list_get(&p->message->bodies, 0);
    if (!body || !body->body)
        return;
    struct span bytes = { body->body, body->length };
    if (span_starts(p->content_type, "multipart"))
        boundary = sip_param(p->content_type, "boundary");
    if (boundary.n > 0)
        lay_out_parts(p, bytes, boundary);
    if (p->nbodies == 0)
        add_body(p, p->content_type, bytes);
}

/* Takes the disguise off again that disguise() put on. */
static struct span true_type(struct span type)
{
    if (span_starts(type, "xultipart"))
        *(char *)type.p = 'm';
    return type;
}

static void lay_out(struct sip_parsed *p)
{
    const osip_message_t *m = p->message;
    char *text = NULL;
    int failed = m->call_id ? osip_call_id_to_str(m->call_id, &text) : -1;
    p->call_id = keep(p, failed, text);
    text = NULL;
    failed = m->req_uri ? osip_uri_to_str(m->req_uri, &text) : -1;
    p->request_uri = keep(p, failed, text);
    p->content_type = true_type(type_text(p, m->content_type));
    lay_out_vias(p);
    lay_out_address(p, m->from, &p->from);
    lay_out_address(p, m->to, &p->to);
    lay_out_contacts(p);
    lay_out_headers(p);
    lay_out_bodies(p);
}

/*
 * libosip2 leaks what it read of a multipart body when a part is damaged. So it is given a
 * copy whose type it does not know, and the parts are found here.
 */
static char *disguise(const struct sip_message *m)
{
    char *copy = mem_alloc(m->all.n);
    struct span rest = m->headers, name, value;
    memcpy(copy, m->all.p, m->all.n);
    while (sip_next_header(&rest, &name, &value))
        if (sip_header_same(name, "Content-Type") && span_starts(value, "multipart"))
            copy[value.p - m->all.p] = 'x';
    return copy;
}

static int parse_message(struct sip_parsed *p, const struct sip_message *scanned)
{
    char *copy = disguise(scanned);
    int failed = osip_message_init(&p->message);
    if (!failed)
        failed = osip_message_parse(p->message, copy, scanned->all.n);
    free(copy);
    return failed ? -1 : 0;
}

struct sip_parsed *sip_parse(struct span message)
{
    struct sip_message scanned;
    while (message.n > 0 && (*message.p == '\r' || *message.p == '\n')) {
        message.p++;
        message.n--;
    }
    if (message.n == 0 || message.n > SIP_PARSE_MAX ||
        span_find(span_make(message.p, headers_end(message)), '\0') ||
        sip_scan(&scanned, message.p, message.n) < 0)
        return NULL;
    start_library();
    struct sip_parsed *p = mem_zero(sizeof *p);
    if (parse_message(p, &scanned) < 0) {
        sip_parsed_free(p);
        return NULL;
    }
    p->has_length = sip_find_header(&scanned, "Content-Length").p;
    lay_out(p);
    return p;
}

void sip_parsed_free(struct sip_parsed *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->ntexts; i++)
        osip_free(p->texts[i]);
    free(p->texts);
    free(p->vias);
    free(p->contacts);
    free(p->headers);
    free(p->bodies);
    osip_message_free(p->message);
    free(p);
}

uint16_t sip_parsed_code(const struct sip_parsed *p)
{
    int code = p->message->sip_method ? 0 : p->message->status_code;
    return (uint16_t)(code > 0 && code <= UINT16_MAX ? code : 0);
}

struct span sip_parsed_method(const struct sip_parsed *p)
{
    return span_of(p->message->sip_method);
}

struct span sip_parsed_uri(const struct sip_parsed *p)
{
    return p->request_uri;
}

struct span sip_parsed_reason(const struct sip_parsed *p)
{
    return span_of(p->message->reason_phrase);
}

struct span sip_parsed_version(const struct sip_parsed *p)
{
    return span_of(p->message->sip_version);
}

struct span sip_parsed_call_id(const struct sip_parsed *p)
{
    return p->call_id;
}

struct span sip_parsed_cseq_number(const struct sip_parsed *p)
{
    return p->message->cseq ? span_of(p->message->cseq->number) : SPAN_NONE;
}

struct span sip_parsed_cseq_method(const struct sip_parsed *p)
{
    return p->message->cseq ? span_of(p->message->cseq->method) : SPAN_NONE;
}

struct span sip_parsed_content_length(const struct sip_parsed *p)
{
    const osip_content_length_t *length = p->message->content_length;
    return length && p->has_length ? span_of(length->value) : SPAN_NONE;
}

struct span sip_parsed_content_type(const struct sip_parsed *p)
{
    return p->content_type;
}

const struct sip_parsed_address *sip_parsed_from(const struct sip_parsed *p)
{
    return p->message->from ? &p->from : NULL;
}

const struct sip_parsed_address *sip_parsed_to(const struct sip_parsed *p)
{
    return p->message->to ? &p->to : NULL;
}

const struct sip_parsed_via *sip_parsed_vias(const struct sip_parsed *p, size_t *n)
{
    *n = p->nvias;
    return *n ? p->vias : NULL;
}

const struct sip_parsed_address *sip_parsed_contacts(const struct sip_parsed *p, size_t *n)
{
    *n = p->ncontacts;
    return *n ? p->contacts : NULL;
}

const struct sip_parsed_header *sip_parsed_headers(const struct sip_parsed *p, size_t *n)
{
    *n = p->nheaders;
    return *n ? p->headers : NULL;
}

const struct sip_parsed_body *sip_parsed_bodies(const struct sip_parsed *p, size_t *n)
{
    *n = p->nbodies;
    return *n ? p->bodies : NULL;
}
