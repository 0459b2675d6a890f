/*
 * Who wrote a log that names the other end only, or neither: what its host calls itself in the Via of the
 * first request that it sent. It is looked for ahead, so that the messages before that have it, too.
 * Boundary: Via (RFC 3261 §18.1.1) and nothing else of SIP; who uses it, and how, is not known here.
 */
#include "input/textlog_private.h"

#define LOOKED 512 /* messages */

/* "Via: ..." or "v: ...", in any case: what stands behind the colon. */
static bool take_via(struct span line, struct span *value)
{
    const char *colon = span_find(line, ':');
    struct span name = colon ? span_trim(span_make(line.p, colon)) : SPAN_NONE;
    if (!span_is(name, "Via") && !span_is(name, "v"))
        return false;
    *value = span_make(colon + 1, span_end(line));
    return true;
}

/* "SIP/2.0/UDP 192.0.2.4:5060;branch=..." */
static bool read_sent_by(struct span via, struct addr *host)
{
    span_word(&via);
    size_t n = 0;
    while (n < via.n && !ascii_blank(via.p[n]) && via.p[n] != ';' && via.p[n] != ',')
        n++;
    return addr_read((struct span){ via.p, n }, host) == 0;
}

/* False where the first Via names a domain, or there is none. */
static bool read_first_via(struct span text, struct addr *host)
{
    const char *p = text.p, *end = span_end(text);
    struct span via;
    for (const char *lf; (lf = span_line_feed(p, end)) != NULL; p = lf + 1)
        if (take_via(span_make(p, lf), &via))
            return read_sent_by(via, host);
    return false;
}

struct addr log_own_host(struct capture *log, const uint8_t *data, size_t n)
{
    struct packet packet = { 0 };
    struct addr host = { 0 };
    size_t used;
    for (int i = 0; i < LOOKED && capture_next(log, data, n, &used, &packet) == CAPTURE_PACKET;
         i++) {
        struct span text = { (const char *)packet.data, packet.caplen };
        if (!(packet.plain->assumed & (ASSUMED_SRC | ASSUMED_DST)))
            break;
        if (packet.plain->logger == LOGGER_SENDER && !log_begins(text, "SIP/") &&
            read_first_via(text, &host))
            break;
        data += used;
        n -= used;
    }
    capture_close(log);
    return host;
}
