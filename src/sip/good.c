/* See good.h. */
#include "sip/good.h"

static bool blank(char c)
{
    return c == ' ' || c == '\t';
}

bool sip_has_scheme(struct span uri)
{
    size_t i = 0;
    if (uri.n > 4 && memcmp(uri.p, "sip:", 4) == 0 && !blank(uri.p[4]))
        return true;
    while (i < uri.n && sip_token_char(uri.p[i]))
        i++;
    return i > 0 && i + 1 < uri.n && uri.p[i] == ':' && !blank(uri.p[i + 1]) &&
           !ascii_digit(uri.p[0]);
}

/* Whether the text from `p` on begins with a port that there is, as digits (RFC 3261 §25.1). */
static bool port_good(const char *p, const char *end)
{
    uint32_t port = 0;
    const char *digit = p;
    for (; digit < end && ascii_digit(*digit); digit++)
        port = port > UINT16_MAX ? port : port * 10 + (uint32_t)(*digit - '0');
    bool stops = digit == end || ascii_blank(*digit) || memchr(";?>,", *digit, 4) != NULL;
    return digit > p && stops && port <= UINT16_MAX;
}

#ifdef __SSE2__
/* A bit for each of sixteen bytes that is a letter, a digit, or one of "+-./_". */
static unsigned plain_bits(const char *p)
{
    const __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)p);
    const __m128i lower = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
    __m128i letters = _mm_and_si128(_mm_cmpgt_epi8(lower, _mm_set1_epi8('a' - 1)),
                                    _mm_cmplt_epi8(lower, _mm_set1_epi8('z' + 1)));
    __m128i digits = _mm_and_si128(_mm_cmpgt_epi8(bytes, _mm_set1_epi8('-' - 1)), /* "-./" too */
                                   _mm_cmplt_epi8(bytes, _mm_set1_epi8('9' + 1)));
    __m128i others = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('+')),
                                  _mm_cmpeq_epi8(bytes, _mm_set1_epi8('_')));
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(letters, digits), others));
}
#endif

/* From `p` on, up to what most users and hosts do not consist of. */
static const char *skip_plain(const char *p, const char *end)
{
    static const bool plain[UINT8_MAX + 1] = {
        ['a' ... 'z'] = true, ['A' ... 'Z'] = true, ['-' ... '9'] = true, ['+'] = true, ['_'] = true
    };
#ifdef __SSE2__
    for (; end - p >= 16; p += 16) {
        unsigned other = plain_bits(p) ^ 0xffff;
        if (other)
            return p + __builtin_ctz(other);
    }
#endif
    while (p < end && plain[(uint8_t)*p])
        p++;
    return p;
}

static const bool behind_host[UINT8_MAX + 1] = {
    [':'] = true, [';'] = true, ['?'] = true, ['>'] = true
};

bool sip_host_good(struct span host)
{
    const char *end = span_end(host), *p = host.p;
    if (host.n && *p == '[' && (p = memchr(p, ']', host.n)) == NULL)
        return true; /* no port can be told from it */
    for (p = skip_plain(p, end); p < end && !behind_host[(uint8_t)*p];)
        p++;
    return p == end || *p != ':' || port_good(p + 1, end);
}

/* The usual way to write them, which is quickly seen to be good */

/* "sip:user@host:5060": where it ends, behind that there are parameters, '>', or nothing; else NULL. */
static const char *usual_uri(const char *p, const char *end)
{
    if (end - p < 5 || memcmp(p, "sip:", 4) != 0)
        return NULL;
    const char *at = skip_plain(p + 4, end);
    const char *stop = at < end && *at == '@' ? skip_plain(at + 1, end) : NULL;
    if (!stop || stop == at + 1)
        return NULL;
    if (stop < end && *stop == ':') {
        uint32_t port = 0;
        const char *digits = ++stop;
        for (; stop < end && ascii_digit(*stop) && stop - digits < 6; stop++)
            port = port * 10 + (uint32_t)(*stop - '0');
        if (stop == digits || port > UINT16_MAX)
            return NULL;
    }
    return stop == end || *stop == ';' || *stop == '>' ? stop : NULL;
}

struct span sip_usual_host(struct span value)
{
    if (value.n == 0)
        return SPAN_NONE;
    const char *p = value.p + (*value.p == '<'), *end = span_end(value);
    if (end - p < 5 || memcmp(p, "sip:", 4) != 0)
        return SPAN_NONE;
    const char *at = skip_plain(p + 4, end);
    if (at == end || *at != '@')
        return SPAN_NONE;
    const char *stop = skip_plain(at + 1, end);
    return stop == end || behind_host[(uint8_t)*stop] ? span_make(at + 1, stop) : SPAN_NONE;
}

/* "name" <sip:user@host:5060;...>;... */
static bool usual_address(struct span value)
{
    const char *p = value.p, *end = span_end(value);
    if (*p == '"') {
        for (p++; p < end && *p != '"'; p++)
            if (*p == '\\')
                return false;
        for (p += p < end; p < end && *p == ' ';)
            p++;
    }
    const char *stop = p < end && *p == '<' ? usual_uri(p + 1, end) : NULL;
    return stop && stop < end && memchr(stop, '>', (size_t)(end - stop));
}

/* Any way */

bool sip_uri_good(struct span uri)
{
    if (usual_uri(uri.p, span_end(uri)))
        return true;
    if (uri.n < 5 || ascii_lower(uri.p[0]) != 's' || ascii_lower(uri.p[2]) != 'p')
        return true;
    const char *at = memchr(uri.p, '@', uri.n);
    const char *host = at ? at + 1 : uri.p + (uri.p[3] == ':' ? 4 : 5);
    return host < span_end(uri) && !memchr(";?>:", *host, 4) &&
           sip_host_good(span_make(host, span_end(uri)));
}

bool sip_address_good(struct span value)
{
    const char *end = span_end(value);
    if (usual_address(value))
        return true;
    if (value.p[0] == '"') {
        const char *quote = memchr(value.p + 1, '"', value.n - 1);
        if (!quote || memchr(value.p, '\\', (size_t)(quote - value.p)))
            return quote != NULL;
        value = span_make(quote + 1, end);
    }
    const char *open = memchr(value.p, '<', value.n), *close = memchr(value.p, '>', value.n);
    if (!open != !close || close < open)
        return false;
    const char *stop = open ? close : memchr(value.p, ';', value.n);
    struct span uri = span_make(open ? open + 1 : value.p, stop ? stop : end);
    return sip_has_scheme(uri) ? sip_uri_good(uri) : span_is(value, "*");
}
