/* See names.h. */
#include "sip/names.h"

static const struct span methods[SIP_METHODS] = {
    [SIP_OTHER] = { "?", 1 },
    [SIP_INVITE] = { "INVITE", 6 },
    [SIP_ACK] = { "ACK", 3 },
    [SIP_BYE] = { "BYE", 3 },
    [SIP_CANCEL] = { "CANCEL", 6 },
    [SIP_REGISTER] = { "REGISTER", 8 },
    [SIP_OPTIONS] = { "OPTIONS", 7 },
    [SIP_PRACK] = { "PRACK", 5 },
    [SIP_SUBSCRIBE] = { "SUBSCRIBE", 9 },
    [SIP_NOTIFY] = { "NOTIFY", 6 },
    [SIP_PUBLISH] = { "PUBLISH", 7 },
    [SIP_INFO] = { "INFO", 4 },
    [SIP_REFER] = { "REFER", 5 },
    [SIP_MESSAGE] = { "MESSAGE", 7 },
    [SIP_UPDATE] = { "UPDATE", 6 },
};

/* The methods by their first letter: at most two share one. */
static const uint8_t by_letter[26][2] = {
    ['A' - 'A'] = { SIP_ACK },
    ['B' - 'A'] = { SIP_BYE },
    ['C' - 'A'] = { SIP_CANCEL },
    ['I' - 'A'] = { SIP_INVITE, SIP_INFO },
    ['M' - 'A'] = { SIP_MESSAGE },
    ['N' - 'A'] = { SIP_NOTIFY },
    ['O' - 'A'] = { SIP_OPTIONS },
    ['P' - 'A'] = { SIP_PRACK, SIP_PUBLISH },
    ['R' - 'A'] = { SIP_REGISTER, SIP_REFER },
    ['S' - 'A'] = { SIP_SUBSCRIBE },
    ['U' - 'A'] = { SIP_UPDATE },
};

enum sip_method sip_method_of(struct span text)
{
    if (text.n == 0 || text.p[0] < 'A' || text.p[0] > 'Z')
        return SIP_OTHER;
    const uint8_t *likely = by_letter[text.p[0] - 'A'];
    for (int i = 0; i < 2 && likely[i]; i++)
        if (span_equal(methods[likely[i]], text))
            return (enum sip_method)likely[i];
    return SIP_OTHER;
}

const char *sip_method_name(uint8_t method)
{
    return methods[method < SIP_METHODS ? method : SIP_OTHER].p;
}

/* Compact forms: RFC 3261 §7.3.3 and the registry of header fields. */
static const struct {
    const char *name;
    char compact;
    enum sip_header id; /* those that are kept come first, in the order of their ids */
} headers[] = {
    { "Via", 'v', SIP_H_VIA },
    { "From", 'f', SIP_H_FROM },
    { "To", 't', SIP_H_TO },
    { "Call-ID", 'i', SIP_H_CALL_ID },
    { "CSeq", 0, SIP_H_CSEQ },
    { "Content-Length", 'l', SIP_H_CONTENT_LENGTH },
    { "Content-Type", 'c', SIP_H_CONTENT_TYPE },
    { "Contact", 'm', SIP_H_CONTACT },
    { "Max-Forwards", 0, SIP_H_MAX_FORWARDS },
    { "Expires", 0, SIP_H_EXPIRES },
    { "Server", 0, SIP_H_SERVER },
    { "Session-Expires", 'x', SIP_H_SESSION_EXPIRES },
    { "User-Agent", 0, SIP_H_USER_AGENT },
    { "Accept-Contact", 'a', SIP_H_OTHER },
    { "Allow-Events", 'u', SIP_H_OTHER },
    { "Content-Encoding", 'e', SIP_H_OTHER },
    { "Event", 'o', SIP_H_OTHER },
    { "Identity", 'y', SIP_H_OTHER },
    { "Identity-Info", 'n', SIP_H_OTHER },
    { "Refer-To", 'r', SIP_H_OTHER },
    { "Referred-By", 'b', SIP_H_OTHER },
    { "Reject-Contact", 'j', SIP_H_OTHER },
    { "Request-Disposition", 'd', SIP_H_OTHER },
    { "Subject", 's', SIP_H_OTHER },
    { "Supported", 'k', SIP_H_OTHER },
};
#define HEADERS (sizeof headers / sizeof headers[0])

static enum sip_header compact_header(char letter)
{
    for (size_t i = 0; i < HEADERS; i++)
        if (headers[i].compact == ascii_lower(letter))
            return headers[i].id;
    return SIP_H_OTHER;
}

/* Nearly everybody writes names as the registry does. */
static bool same_name(struct span name, const char *full)
{
    return memcmp(name.p, full, name.n) == 0 || span_same(name, (struct span){ full, name.n });
}

/* Length and first letters leave one kept field that it can be; 0 is none. */
static enum sip_header likely_header(struct span name)
{
    switch (name.n) {
    case 2:
        return SIP_H_TO;
    case 3:
        return SIP_H_VIA;
    case 4:
        return ascii_lower(name.p[0]) == 'f' ? SIP_H_FROM : SIP_H_CSEQ;
    case 6:
        return SIP_H_SERVER;
    case 7:
        return ascii_lower(name.p[1]) == 'a'   ? SIP_H_CALL_ID
               : ascii_lower(name.p[1]) == 'o' ? SIP_H_CONTACT
                                               : SIP_H_EXPIRES;
    case 10:
        return SIP_H_USER_AGENT;
    case 12:
        return ascii_lower(name.p[0]) == 'm' ? SIP_H_MAX_FORWARDS : SIP_H_CONTENT_TYPE;
    case 14:
        return SIP_H_CONTENT_LENGTH;
    case 15:
        return SIP_H_SESSION_EXPIRES;
    default:
        return SIP_H_OTHER;
    }
}

enum sip_header sip_header_of(struct span name)
{
    if (name.n == 1)
        return compact_header(name.p[0]);
    enum sip_header id = likely_header(name);
    return id && same_name(name, headers[id - 1].name) ? id : SIP_H_OTHER;
}

struct span sip_header_full(struct span name)
{
    for (size_t i = 0; name.n == 1 && i < HEADERS; i++)
        if (headers[i].compact == ascii_lower(name.p[0]))
            return span_of(headers[i].name);
    return name;
}

bool sip_header_same(struct span name, const char *full)
{
    return span_is(sip_header_full(name), full);
}

enum sip_class sip_class_of(uint16_t code)
{
    static const enum sip_class by_hundred[] = {
        SIP_CLASS_NONE,   SIP_CLASS_PROVISIONAL, SIP_CLASS_SUCCESS, SIP_CLASS_REDIRECT,
        SIP_CLASS_CLIENT, SIP_CLASS_SERVER,      SIP_CLASS_GLOBAL,
    };
    if (code == 401 || code == 407 || code == 494)
        return SIP_CLASS_CHALLENGE;
    if (code == 487)
        return SIP_CLASS_CANCELLED;
    return code < 700 ? by_hundred[code / 100] : SIP_CLASS_GLOBAL;
}

bool sip_class_failed(enum sip_class c)
{
    return c == SIP_CLASS_CLIENT || c == SIP_CLASS_SERVER || c == SIP_CLASS_GLOBAL ||
           c == SIP_CLASS_TIMEOUT;
}

bool sip_asks_for_more(uint16_t code)
{
    return code == 422 || code == 423 || code == 491;
}

uint64_t sip_failed(const uint64_t classes[SIP_CLASSES])
{
    uint64_t n = 0;
    for (int i = 0; i < SIP_CLASSES; i++)
        n += sip_class_failed((enum sip_class)i) ? classes[i] : 0;
    return n;
}

double sip_failed_share(const uint64_t classes[SIP_CLASSES])
{
    uint64_t ended = 0;
    for (int i = SIP_CLASS_SUCCESS; i < SIP_CLASSES; i++)
        ended += classes[i];
    return ended ? (double)sip_failed(classes) / (double)ended : -1;
}
