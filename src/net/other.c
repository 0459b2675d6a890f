/* See other.h. */
#include "net/other.h"

#include <string.h>

enum { PORT_DNS = 53, PORT_MDNS = 5353 };

static bool has_port(const struct payload *payload, uint16_t port)
{
    return payload->src.port == port || payload->dst.port == port;
}

/* Version 2 (RFC 3550 §5.1), and in RTCP the types that RFC 5761 §4 keeps for it. */
static enum other media(const uint8_t *p, size_t n)
{
    const bool control = p[1] >= 192 && p[1] <= 223;
    return n < (control ? 8 : 12) ? OTHER_UNKNOWN : control ? OTHER_RTCP : OTHER_RTP;
}

enum other other_of(const struct payload *payload)
{
    static const uint8_t cookie[] = { 0x21, 0x12, 0xa4, 0x42 }; /* RFC 8489 §5 */
    const uint8_t *p = payload->data;
    const size_t n = payload->len;
    if (payload->transport != TRANSPORT_UDP || n < 8)
        return OTHER_UNKNOWN;
    if (p[0] >= 128 && p[0] <= 191)
        return media(p, n);
    if (p[0] < 4 && memcmp(p + 4, cookie, sizeof cookie) == 0)
        return OTHER_STUN;
    if (p[0] >= 20 && p[0] <= 63 && p[1] == 0xfe && n >= 13) /* RFC 9147 §4, RFC 6347 §4.1 */
        return OTHER_DTLS;
    if (has_port(payload, PORT_DNS) || has_port(payload, PORT_MDNS))
        return OTHER_DNS;
    return OTHER_UNKNOWN;
}
