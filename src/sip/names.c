/* See names.h. */
#include "sip/names.h"

static const char *const methods[SIP_METHODS] = {
    [SIP_OTHER] = "?",           [SIP_INVITE] = "INVITE",       [SIP_ACK] = "ACK",
    [SIP_BYE] = "BYE",           [SIP_CANCEL] = "CANCEL",       [SIP_REGISTER] = "REGISTER",
    [SIP_OPTIONS] = "OPTIONS",   [SIP_PRACK] = "PRACK",         [SIP_SUBSCRIBE] = "SUBSCRIBE",
    [SIP_NOTIFY] = "NOTIFY",     [SIP_PUBLISH] = "PUBLISH",     [SIP_INFO] = "INFO",
    [SIP_REFER] = "REFER",       [SIP_MESSAGE] = "MESSAGE",     [SIP_UPDATE] = "UPDATE",
};

enum sip_method sip_method_of(struct span text)
{
    for (int i = SIP_OTHER + 1; i < SIP_METHODS; i++)
        if (text.n > 0 && methods[i][0] == text.p[0] && span_equal(span_of(methods[i]), text))
            return (enum sip_method)i;
    return SIP_OTHER;
}

const char *sip_method_name(uint8_t method)
{
    return methods[method < SIP_METHODS ? method : SIP_OTHER];
}

/* Compact forms: RFC 3261 §7.3.3 and the registry of header fields. */
static const struct {
    const char *name;
    uint8_t length;
    char compact;
    enum sip_header id; /* those that are kept come first */
} headers[] = {
    { "Via", 3, 'v', SIP_H_VIA },
    { "From", 4, 'f', SIP_H_FROM },
    { "To", 2, 't', SIP_H_TO },
    { "Call-ID", 7, 'i', SIP_H_CALL_ID },
    { "CSeq", 4, 0, SIP_H_CSEQ },
    { "Content-Length", 14, 'l', SIP_H_CONTENT_LENGTH },
    { "Content-Type", 12, 'c', SIP_H_CONTENT_TYPE },
    { "Contact", 7, 'm', SIP_H_CONTACT },
    { "Max-Forwards", 12, 0, SIP_H_MAX_FORWARDS },
    { "Accept-Contact", 14, 'a', SIP_H_OTHER },
    { "Allow-Events", 12, 'u', SIP_H_OTHER },
    { "Content-Encoding", 16, 'e', SIP_H_OTHER },
    { "Event", 5, 'o', SIP_H_OTHER },
    { "Identity", 8, 'y', SIP_H_OTHER },
    { "Refer-To", 8, 'r', SIP_H_OTHER },
    { "Referred-By", 11, 'b', SIP_H_OTHER },
    { "Reject-Contact", 14, 'j', SIP_H_OTHER },
    { "Request-Disposition", 19, 'd', SIP_H_OTHER },
    { "Session-Expires", 15, 'x', SIP_H_OTHER },
    { "Subject", 7, 's', SIP_H_OTHER },
    { "Supported", 9, 'k', SIP_H_OTHER },
};
#define HEADERS (sizeof headers / sizeof headers[0])

/* Of the fields that are kept: their length alone tells most other lines. */
#define KEPT_LENGTHS (1u << 2 | 1u << 3 | 1u << 4 | 1u << 7 | 1u << 12 | 1u << 14)

/* Of equal length; nearly everybody writes the names as the registry does. */
static bool same_name(struct span name, const char *full)
{
    return memcmp(name.p, full, name.n) == 0 || span_same(name, (struct span){ full, name.n });
}

enum sip_header sip_header_of(struct span name)
{
    if (name.n == 0 || name.n > 14)
        return SIP_H_OTHER;
    if (name.n == 1) {
        char first = ascii_lower(name.p[0]);
        for (size_t i = 0; i < HEADERS; i++)
            if (headers[i].compact == first)
                return headers[i].id;
        return SIP_H_OTHER;
    }
    if (!(KEPT_LENGTHS >> name.n & 1))
        return SIP_H_OTHER;
    for (size_t i = 0; headers[i].id != SIP_H_OTHER; i++)
        if (headers[i].length == name.n && same_name(name, headers[i].name))
            return headers[i].id;
    return SIP_H_OTHER;
}

bool sip_header_same(struct span name, const char *full)
{
    if (name.n != 1)
        return span_is(name, full);
    char letter = ascii_lower(name.p[0]);
    for (size_t i = 0; i < HEADERS; i++)
        if (headers[i].compact == letter)
            return span_is(span_of(headers[i].name), full);
    return span_is(name, full);
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
