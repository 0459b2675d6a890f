/* See scan.h. The start line and the header lines; values are taken apart in fields.c. */
#include "sip/scan.h"

#include "sip/fields.h"
#include "sip/good.h"

#define UNREAD_CODE 999 /* of a status line that says none, or one out of range */
#define MAX_METHOD 64   /* longer first words are text, not methods; RFC 4475 has one of 43 */

static bool blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool version_is_2(struct span s)
{
    return s.n >= 7 && memcmp(s.p, "SIP/2.0", 7) == 0;
}

/* "SIP/2.0" at the start of `s`; the length of the version, 0 if it is none. */
static size_t version_length(struct span s)
{
    size_t i = 4;
    if (version_is_2(s) && (s.n == 7 || blank(s.p[7])))
        return 7;
    if (!span_starts(s, "SIP/"))
        return 0;
    while (i < s.n && ascii_digit(s.p[i]))
        i++;
    if (i == 4 || i >= s.n || s.p[i] != '.')
        return 0;
    size_t minor = ++i;
    while (i < s.n && ascii_digit(s.p[i]))
        i++;
    return i > minor ? i : 0;
}

/* Status-Line = SIP-Version SP Status-Code SP Reason-Phrase (RFC 3261 §7.2). */
static int scan_status_line(struct sip_message *m, struct span line)
{
    size_t i = version_length(line);
    if (i == 0 || i >= line.n || !blank(line.p[i]))
        return -1;
    if (i != 7 || !version_is_2(line) || line.n < 12 || line.p[11] != ' ')
        m->problems |= SIP_BAD_START;
    while (i < line.n && blank(line.p[i]))
        i++;
    size_t digits = i;
    uint32_t code = 0;
    for (; i < line.n && ascii_digit(line.p[i]); i++)
        code = code > 999 ? code : code * 10 + (uint32_t)(line.p[i] - '0');
    if (i == digits || (i < line.n && !blank(line.p[i])))
        return -1;
    if (i - digits != 3 || code < 100 || code > 699)
        m->problems |= SIP_BAD_START;
    m->code = (uint16_t)(code == 0 || code > UNREAD_CODE ? UNREAD_CODE : code);
    m->reason = span_trim(span_make(line.p + i, span_end(line)));
    return 0;
}

/* Where the version stands at the end of a request line; NULL if there is none. */
static const char *request_version(struct span line)
{
    const char *p = span_end(line);
    while (p > line.p && !blank(p[-1]))
        p--;
    struct span version = span_make(p, span_end(line));
    return p > line.p && version_length(version) == version.n ? p : NULL;
}

/*
 * Request-Line = Method SP Request-URI SP SIP-Version (RFC 3261 §7.1). Several words without a
 * scheme behind no registered method are some text, such as a log line that quotes a request.
 */
static int scan_request_line(struct sip_message *m, struct span line)
{
    size_t i = 0;
    struct span trimmed = span_trim(line);
    const char *version = trimmed.n ? request_version(trimmed) : NULL;
    if (!version)
        return -1;
    while (i < trimmed.n && sip_token_char(trimmed.p[i]))
        i++;
    if (i == 0 || i > MAX_METHOD || i >= trimmed.n || !blank(trimmed.p[i]))
        return -1;
    m->method = (struct span){ trimmed.p, i };
    m->uri = span_trim(span_make(trimmed.p + i, version));
    m->method_id = (uint8_t)sip_method_of(m->method);
    if (m->uri.n == 0)
        return -1;
    bool scheme = sip_has_scheme(m->uri);
    bool words = memchr(m->uri.p, ' ', m->uri.n) || memchr(m->uri.p, '\t', m->uri.n);
    if (words && !scheme && m->method_id == SIP_OTHER)
        return -1;
    bool exact = scheme && !words && trimmed.n == line.n && m->uri.p == trimmed.p + i + 1 &&
                 span_end(m->uri) == version - 1 &&
                 version_is_2(span_make(version, span_end(trimmed)));
    if (!exact)
        m->problems |= SIP_BAD_START;
    return 0;
}

/*
 * A line that was meant as a start line: it begins with a version, or with a registered method and
 * goes on with a SIP URI or ends with something like a version. Only the headers can tell.
 */
static bool meant_as_start(struct sip_message *m, struct span line)
{
    struct span trimmed = span_trim(line);
    size_t i = 0;
    m->problems |= SIP_BAD_START;
    if (span_starts(trimmed, "SIP/")) {
        m->code = UNREAD_CODE;
        return true;
    }
    while (i < trimmed.n && sip_token_char(trimmed.p[i]))
        i++;
    m->method = (struct span){ trimmed.p, i };
    m->method_id = (uint8_t)sip_method_of(m->method);
    m->uri = span_trim(span_make(trimmed.p + i, span_end(trimmed)));
    const char *version = span_search(m->uri, "SIP/");
    if (version)
        m->uri = span_trim(span_make(m->uri.p, version));
    return m->method_id != SIP_OTHER && i < trimmed.n && blank(trimmed.p[i]) &&
           (version || span_starts(m->uri, "sip:") || span_starts(m->uri, "sips:"));
}

/*
 * Reads the start line; returns where the headers begin, NULL when this is no SIP. *meant: it is
 * none yet, but was meant as one.
 */
static const char *scan_start_line(struct sip_message *m, const char *p, const char *end,
                                   bool *meant)
{
    while (p < end && ascii_blank(*p))
        p++;
    const char *lf = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;
    const char *stop = lf ? lf : end;
    if (stop > p && stop[-1] == '\r')
        stop--;
    m->start_line = span_make(p, stop);
    m->all.p = p;
    *meant = span_starts(m->start_line, "SIP/") ? scan_status_line(m, m->start_line)
                                                : scan_request_line(m, m->start_line);
    if (*meant && (!lf || !meant_as_start(m, m->start_line)))
        return NULL;
    if (!lf)
        m->problems |= SIP_NO_END;
    return lf ? lf + 1 : end;
}

/* The line feed behind the lines that are folded into the one which ends at `lf`. */
static const char *unfold(const char *lf, const char *end)
{
    while (lf && lf + 1 < end && blank(lf[1]))
        lf = memchr(lf + 1, '\n', (size_t)(end - lf - 1));
    return lf;
}

/* The end of the header line at `p`, folded lines included; *next is the line behind it. Nothing is
 * folded into an empty one: behind it begins the body, perhaps with a blank. */
static inline const char *line_end(const char *p, const char *end, const char **next)
{
    const char *lf = span_line_feed(p, end);
    if (lf && lf + 1 < end && lf[1] <= ' ' && lf > p && !(lf == p + 1 && *p == '\r'))
        lf = unfold(lf, end);
    *next = lf ? lf + 1 : end;
    if (!lf)
        return end;
    return lf > p && lf[-1] == '\r' ? lf - 1 : lf;
}

/* Splits at the colon; blanks before it are taken off (RFC 3261 §7.3.1), the value keeps its. */
static bool split_header(struct span line, struct span *name, struct span *value)
{
    const char *colon = line.p, *end = span_end(line);
    while (colon < end && *colon != ':') /* names are short: quicker than memchr() */
        colon++;
    if (colon == end)
        return false;
    const char *stop = colon;
    while (stop > line.p && ascii_blank(stop[-1]))
        stop--;
    *name = span_make(line.p, stop);
    *value = span_make(colon + 1, end);
    return name->n > 0;
}

static void take_length(struct sip_message *m, struct span value)
{
    uint64_t n;
    if (!span_number(value, UINT32_MAX, &n) ||
        (m->content_length >= 0 && m->content_length != (int64_t)n))
        m->problems |= SIP_BAD_LENGTH;
    else
        m->content_length = (int64_t)n;
}

static void take_address(struct sip_message *m, struct span *field, struct span value)
{
    if (field->p)
        return;
    *field = value;
    if (value.n && !sip_address_good(value))
        m->problems |= SIP_BAD_ADDRESS;
}

static void take_via(struct sip_message *m, struct span value)
{
    struct span rest = value, one;
    while (sip_next_value(&rest, &one)) {
        if (m->vias++ == 0) {
            m->via = one;
            sip_read_via(one, &m->sent_by, &m->branch);
            if (m->sent_by.n == 0)
                m->problems |= SIP_BAD_ADDRESS;
            else if (!sip_host_good(m->sent_by))
                m->problems |= SIP_BAD_VALUE;
        }
    }
}

static void take_first(struct span *field, struct span value)
{
    if (!field->p)
        *field = value;
}

static void take_cseq(struct sip_message *m, struct span value, bool *seen)
{
    if (*seen)
        return;
    *seen = true;
    struct span method;
    if (sip_read_cseq(value, &m->cseq, &method) < 0)
        m->problems |= SIP_BAD_CSEQ;
    m->cseq_method = (uint8_t)sip_method_of(method);
    if (m->code != 0) {
        m->method = method;
        m->method_id = m->cseq_method;
    } else if (!span_equal(method, m->method)) {
        m->problems |= SIP_METHOD_DIFFERS;
    }
}

/* A kept header in the registry's spelling with its colon, as nearly everybody writes it. */
static enum sip_header usual_header(struct span line, struct span *value)
{
#define USUAL(text, id)                                                                 \
    if (line.n >= sizeof text - 1 && memcmp(line.p, text, sizeof text - 1) == 0) {      \
        *value = (struct span){ line.p + sizeof text - 1, line.n - (sizeof text - 1) }; \
        return id;                                                                      \
    }
    switch (line.p[0]) {
    case 'V':
        USUAL("Via:", SIP_H_VIA)
        break;
    case 'F':
        USUAL("From:", SIP_H_FROM)
        break;
    case 'T':
        USUAL("To:", SIP_H_TO)
        break;
    case 'M':
        USUAL("Max-Forwards:", SIP_H_MAX_FORWARDS)
        break;
    case 'C':
        USUAL("Call-ID:", SIP_H_CALL_ID)
        USUAL("CSeq:", SIP_H_CSEQ)
        USUAL("Contact:", SIP_H_CONTACT)
        USUAL("Content-Length:", SIP_H_CONTENT_LENGTH)
        USUAL("Content-Type:", SIP_H_CONTENT_TYPE)
        break;
    case 'E':
        USUAL("Expires:", SIP_H_EXPIRES)
        break;
    case 'S':
        USUAL("Server:", SIP_H_SERVER)
        USUAL("Session-Expires:", SIP_H_SESSION_EXPIRES)
        break;
    case 'U':
        USUAL("User-Agent:", SIP_H_USER_AGENT)
        break;
    default:
        break;
    }
#undef USUAL
    return SIP_H_OTHER;
}

/* Any other way to write a header: compact, in another case, with blanks before the colon. */
static enum sip_header any_header(struct sip_message *m, struct span line, struct span *value)
{
    struct span name;
    bool kept = sip_header_kept(line.p[0]);
    bool whole = kept ? split_header(line, &name, value)
                      : memchr(line.p + 1, ':', line.n - 1) != NULL;
    if (!whole)
        m->problems |= SIP_BAD_HEADER;
    return whole && kept ? sip_header_of(name) : SIP_H_OTHER;
}

/* Whether the line is a header of this name; the first letter is known to fit. */
static bool line_is(struct span line, const char *name, size_t n)
{
    if (line.n <= n || !span_same((struct span){ line.p, n }, (struct span){ name, n }))
        return false;
    while (n < line.n && blank(line.p[n]))
        n++;
    return n < line.n && line.p[n] == ':';
}

/* Headers of which only the presence is noted. A letter has few, so that most lines cost a glance. */
static uint16_t trait_of(struct span line)
{
#define IF_NAMED(name, trait)                                                                      \
    if (line.n > 1 && ((line.p[1] ^ name[1]) & 0xdf) == 0 && line_is(line, name, sizeof name - 1)) \
        return trait;
    switch (ascii_lower(line.p[0])) {
    case 'a':
        IF_NAMED("Authorization", SIP_HAS_CREDENTIALS)
        break;
    case 'b': /* Referred-By */
        return line.n > 1 && (line.p[1] == ':' || blank(line.p[1])) ? SIP_HAS_KIN : 0;
    case 'j':
        IF_NAMED("Join", SIP_HAS_KIN)
        break;
    case 'p':
        IF_NAMED("Proxy-Authorization", SIP_HAS_CREDENTIALS)
        IF_NAMED("P-Charging-Vector", SIP_HAS_KIN)
        break;
    case 'r':
        IF_NAMED("Route", SIP_HAS_ROUTE)
        IF_NAMED("Record-Route", SIP_HAS_RECORD_ROUTE)
        IF_NAMED("Reason", SIP_HAS_REASON)
        IF_NAMED("Retry-After", SIP_HAS_RETRY_AFTER)
        IF_NAMED("Replaces", SIP_HAS_KIN)
        IF_NAMED("Referred-By", SIP_HAS_KIN)
        break;
    case 's':
        IF_NAMED("Session-ID", SIP_HAS_KIN)
        break;
    case 'x':
        return line.n > 2 && line.p[1] == '-' ? SIP_HAS_KIN : 0;
    default:
        break;
    }
#undef IF_NAMED
    return 0;
}

static void take_header(struct sip_message *m, struct span line, bool *cseq, bool *forwards)
{
    struct span value;
    uint64_t forwards_left;
    enum sip_header id = usual_header(line, &value);
    if (id == SIP_H_OTHER)
        id = any_header(m, line, &value);
    if (id == SIP_H_OTHER) {
        m->traits |= trait_of(line);
        return;
    }
    value = span_trim(value);
    switch (id) {
    case SIP_H_VIA:
        take_via(m, value);
        break;
    case SIP_H_FROM:
        take_address(m, &m->from, value);
        break;
    case SIP_H_TO:
        take_address(m, &m->to, value);
        break;
    case SIP_H_CALL_ID:
        take_first(&m->call_id, value);
        break;
    case SIP_H_CSEQ:
        take_cseq(m, value, cseq);
        break;
    case SIP_H_CONTENT_LENGTH:
        take_length(m, value);
        break;
    case SIP_H_CONTENT_TYPE:
        take_first(&m->content_type, value);
        break;
    case SIP_H_EXPIRES:
        take_first(&m->expires, value);
        break;
    case SIP_H_SESSION_EXPIRES:
        take_first(&m->session_expires, value);
        break;
    case SIP_H_SERVER:
    case SIP_H_USER_AGENT:
        take_first(&m->agent, value);
        break;
    case SIP_H_CONTACT:
        take_address(m, &m->contact, value);
        m->contacts++;
        break;
    case SIP_H_MAX_FORWARDS:
        *forwards = true;
        if (!span_number(value, UINT8_MAX, &forwards_left))
            m->problems |= SIP_BAD_VALUE;
        break;
    default:
        break;
    }
}

/* Reads the header lines from `p`; returns where the body begins. */
static const char *scan_headers(struct sip_message *m, const char *p, const char *end)
{
    bool cseq = false, forwards = false;
    const char *next = p;
    m->headers.p = p;
    m->problems |= SIP_NO_END;
    for (; p < end; p = next) {
        const char *stop = line_end(p, end, &next);
        if (stop == p) {
            m->problems &= ~(uint32_t)SIP_NO_END;
            break;
        }
        take_header(m, span_make(p, stop), &cseq, &forwards);
    }
    m->headers = span_make(m->headers.p, p);
    if (!cseq)
        m->problems |= SIP_NO_CSEQ;
    if (!forwards && m->code == 0)
        m->problems |= SIP_NO_MAX_FORWARDS;
    return next;
}

static void scan_body(struct sip_message *m, const char *p, const char *end)
{
    size_t left = (size_t)(end - p);
    m->body = (struct span){ p, left };
    if (m->content_length >= 0) {
        if ((uint64_t)m->content_length > left)
            m->problems |= SIP_BODY_SHORT;
        else if ((uint64_t)m->content_length < left)
            m->problems |= SIP_BODY_LONG;
        if ((uint64_t)m->content_length < left)
            m->body.n = (size_t)m->content_length;
    }
    m->all.n = (size_t)(span_end(m->body) - m->all.p);
}

static void note_missing(struct sip_message *m)
{
    if (m->vias == 0)
        m->problems |= SIP_NO_VIA;
    if (m->from.n == 0)
        m->problems |= SIP_NO_FROM;
    if (m->to.n == 0)
        m->problems |= SIP_NO_TO;
    if (m->call_id.n == 0)
        m->problems |= SIP_NO_CALL_ID;
}

int sip_scan(struct sip_message *m, const void *data, size_t n)
{
    const char *p = data, *end = p + n;
    bool meant;
    memset(m, 0, sizeof *m);
    m->content_length = -1;
    p = n ? scan_start_line(m, p, end, &meant) : NULL;
    if (!p)
        return -1;
    p = scan_headers(m, p, end);
    if (meant && (m->vias == 0 || m->call_id.n == 0 || m->from.n == 0))
        return -1;
    scan_body(m, p, end);
    note_missing(m);
    if (m->code == 0 && !sip_uri_good(m->uri))
        m->problems |= SIP_BAD_VALUE;
    m->from_tag = sip_tag(m->from);
    m->to_tag = sip_tag(m->to);
    return 0;
}

struct span sip_glance_uri(const void *data, size_t n)
{
    struct sip_message m = { .uri = SPAN_NONE };
    const char *p = data, *end = p + n;
    bool meant;
    return p < end && scan_start_line(&m, p, end, &meant) ? m.uri : SPAN_NONE;
}

int sip_scan_bare(struct sip_message *m, const void *data, size_t n)
{
    int result = sip_scan(m, data, n);
    m->problems &= ~(uint32_t)SIP_BODY_SHORT;
    return result;
}

int sip_scan_part(struct sip_message *m, const void *data, size_t n)
{
    const char *p = data, *lf = n ? memrchr(p, '\n', n) : NULL;
    return sip_scan(m, data, lf ? (size_t)(lf + 1 - p) : n);
}

bool sip_is_keepalive(const void *data, size_t n)
{
    const char *p = data;
    for (size_t i = 0; i < n; i++)
        if (p[i] != '\0' && !ascii_blank(p[i]))
            return false;
    return true;
}

bool sip_next_header(struct span *rest, struct span *name, struct span *value)
{
    while (rest->n > 0) {
        const char *next;
        const char *stop = line_end(rest->p, span_end(*rest), &next);
        struct span line = span_make(rest->p, stop);
        *rest = span_make(next, span_end(*rest));
        if (split_header(line, name, value)) {
            *value = span_trim(*value);
            return true;
        }
    }
    return false;
}

struct span sip_find_header(const struct sip_message *m, const char *full)
{
    struct span rest = m->headers, name, value;
    while (sip_next_header(&rest, &name, &value))
        if (sip_header_same(name, full))
            return value;
    return SPAN_NONE;
}
