/* See sdp.h. Lines are read as they stand; what is odd is left out. */
#include "sip/sdp.h"

#include <stddef.h>

#include "base/tr.h"
#include "sip/fields.h"

/* The static payload types (RFC 3551 §6). */
static const struct {
    uint8_t type;
    const char *codec;
    uint32_t clock;
} static_types[] = {
    { 0, "PCMU", 8000 },   { 3, "GSM", 8000 },    { 4, "G723", 8000 },   { 5, "DVI4", 8000 },
    { 6, "DVI4", 16000 },  { 7, "LPC", 8000 },    { 8, "PCMA", 8000 },   { 9, "G722", 8000 },
    { 10, "L16", 44100 },  { 11, "L16", 44100 },  { 12, "QCELP", 8000 }, { 13, "CN", 8000 },
    { 14, "MPA", 90000 },  { 15, "G728", 8000 },  { 16, "DVI4", 11025 }, { 17, "DVI4", 22050 },
    { 18, "G729", 8000 },  { 25, "CelB", 90000 }, { 26, "JPEG", 90000 }, { 28, "nv", 90000 },
    { 31, "H261", 90000 }, { 32, "MPV", 90000 },  { 33, "MP2T", 90000 }, { 34, "H263", 90000 },
};

static bool next_line(struct span *rest, struct span *line)
{
    if (rest->n == 0)
        return false;
    const char *lf = span_find(*rest, '\n');
    *line = span_trim(span_make(rest->p, lf ? lf : span_end(*rest)));
    *rest = lf ? span_make(lf + 1, span_end(*rest)) : SPAN_NONE;
    return true;
}

/* `audio/G729`: RFC 4566 knows one spelling, devices several. */
static struct span plain_codec(struct span codec)
{
    return span_is(codec, "G729A") || span_is(codec, "G729B") || span_is(codec, "G729AB")
               ? (struct span){ codec.p, 4 }
               : codec;
}

static void name_static(struct sdp_format *f)
{
    uint64_t number;
    f->codec = f->type;
    if (!span_number(f->type, 127, &number))
        return;
    for (size_t i = 0; i < sizeof static_types / sizeof static_types[0]; i++)
        if (static_types[i].type == number) {
            f->codec = SPAN(static_types[i].codec);
            f->clock = static_types[i].clock;
        }
}

/* m=<media> <port>[/<n>] <proto> <fmt> ... (RFC 8866 §5.14) */
static void read_media(struct sdp *sdp, struct span value)
{
    uint64_t port = 0;
    struct sdp_media *m = &sdp->media[sdp->medias++];
    m->kind = span_word(&value);
    struct span word = span_word(&value), type;
    const char *slash = span_find(word, '/');
    span_number(slash ? span_make(word.p, slash) : word, UINT16_MAX, &port);
    m->port = (uint16_t)port;
    m->protocol = span_word(&value);
    m->address = sdp->address;
    m->direction = sdp->direction;
    m->formats = 0;
    m->bundle_only = false;
    while (m->formats < SDP_FORMATS && (type = span_word(&value)).n > 0) {
        m->format[m->formats] = (struct sdp_format){ .type = type };
        name_static(&m->format[m->formats++]);
    }
}

/* c=<nettype> <addrtype> <address>[/<ttl>] */
static struct span connection_address(struct span value)
{
    span_word(&value);
    span_word(&value);
    struct span address = span_word(&value);
    const char *slash = span_find(address, '/');
    return slash ? span_make(address.p, slash) : address;
}

/* a=rtpmap:<type> <codec>/<clock>[/<channels>] */
static void read_map(struct sdp_media *m, struct span value)
{
    struct span type = span_word(&value), name = span_word(&value), clock = SPAN_NONE;
    uint64_t hz = 0;
    const char *slash = span_find(name, '/');
    if (slash) {
        clock = span_make(slash + 1, span_end(name));
        name = span_make(name.p, slash);
        slash = span_find(clock, '/');
        clock = slash ? span_make(clock.p, slash) : clock;
    }
    span_number(clock, 1000000, &hz);
    for (int i = 0; i < m->formats && name.n > 0; i++)
        if (span_equal(m->format[i].type, type)) {
            m->format[i].codec = plain_codec(name);
            m->format[i].clock = (uint32_t)hz;
        }
}

static void read_attribute(struct sdp *sdp, struct sdp_media *m, struct span value)
{
    static const char *const directions[] = { "sendrecv", "sendonly", "recvonly", "inactive" };
    for (uint8_t i = 0; i < 4; i++)
        if (span_is(value, directions[i])) {
            *(m ? &m->direction : &sdp->direction) = i;
        }
    if (span_starts(value, "candidate:") || span_starts(value, "ice-ufrag:"))
        sdp->ice = true;
    if (m && span_starts(value, "rtpmap:"))
        read_map(m, span_behind(value, 7));
    if (m && span_is(value, "bundle-only"))
        m->bundle_only = true;
}

int sdp_read(struct sdp *sdp, struct span body)
{
    struct span line;
    memset(sdp, 0, offsetof(struct sdp, media)); /* the media are filled as they come */
    while (next_line(&body, &line)) {
        if (line.n < 2 || line.p[1] != '=')
            continue;
        struct span value = span_trim(span_behind(line, 2));
        struct sdp_media *m = sdp->medias ? &sdp->media[sdp->medias - 1] : NULL;
        if (line.p[0] == 'o')
            sdp->origin = value;
        else if (line.p[0] == 'c')
            *(m ? &m->address : &sdp->address) = connection_address(value);
        else if (line.p[0] == 'a')
            read_attribute(sdp, m, value);
        else if (line.p[0] == 'm' && sdp->medias == SDP_MEDIA)
            break;
        else if (line.p[0] == 'm')
            read_media(sdp, value);
    }
    return sdp->medias ? 0 : -1;
}

bool sdp_is_codec(const struct sdp_format *f)
{
    static const char *const helpers[] = { "telephone-event", "CN",         "red",      "rtx",
                                           "ulpfec",          "flexfec-03", "parityfec" };
    for (size_t i = 0; i < sizeof helpers / sizeof helpers[0]; i++)
        if (span_is(f->codec, helpers[i]))
            return false;
    return true;
}

bool sdp_same_format(const struct sdp_format *a, const struct sdp_format *b)
{
    return span_same(a->codec, b->codec) && (a->clock == b->clock || !a->clock || !b->clock);
}

/* The part behind the empty line that follows its Content-Type, up to the next boundary. */
static struct span sdp_part(struct span body)
{
    const char *type = span_search(body, "application/sdp");
    if (!type)
        return SPAN_NONE;
    struct span rest = span_make(type, span_end(body)), line;
    while (next_line(&rest, &line) && line.n > 0)
        continue;
    const char *end = span_search(rest, "\n--");
    return end ? span_make(rest.p, end) : rest;
}

struct span sdp_of(const struct sip_message *m)
{
    if (m->body.n == 0 || m->content_type.n == 0)
        return SPAN_NONE;
    if (span_starts(m->content_type, "application/sdp"))
        return m->body;
    return span_starts(m->content_type, "multipart/") ? sdp_part(m->body) : SPAN_NONE;
}

/* "m=audio 0 RTP/AVP 0" */
static void glance_media(struct sdp_glance *g, struct span line, unsigned medias)
{
    const char *blank = span_find(line, ' ');
    struct span rest = blank ? span_make(blank, span_end(line)) : SPAN_NONE;
    struct span port = span_word(&rest);
    if (medias == 1)
        g->port = port;
    if (rest.n && span_is(port, "0"))
        g->bits |= SDP_SOME_OFF;
    else if (span_starts(line, "m=audio"))
        g->bits |= SDP_AUDIO;
}

/* "c=IN IP4 192.0.2.1/127": the last word, without what follows a slash. */
static struct span glance_address(struct span line)
{
    line = span_trim(line);
    const char *blank = line.n ? memrchr(line.p, ' ', line.n) : NULL;
    struct span address = blank ? span_make(blank + 1, span_end(line)) : SPAN_NONE;
    const char *slash = span_find(address, '/');
    return slash ? span_make(address.p, slash) : address;
}

/* "a=rtpmap:101 telephone-event/8000" */
static unsigned glance_map(struct span line)
{
    static const char map[] = "a=rtpmap:";
    size_t n = sizeof map - 1;
    while (n < line.n && line.p[n] != ' ')
        n++;
    struct span codec = n < line.n ? span_behind(line, n + 1) : SPAN_NONE;
    if (codec.n == 0 || ascii_lower(codec.p[0]) != 't' || !span_starts(codec, "telephone-event"))
        return 0;
    return span_starts(span_behind(codec, 15), "/8000") ? SDP_TELEPHONE : SDP_TELEPHONE_WIDE;
}

static void glance_connection(struct sdp_glance *g, struct span line, unsigned medias)
{
    g->last = glance_address(line);
    if (g->first.n == 0)
        g->first = g->last;
    if (medias <= 1)
        g->address = g->last;
    if (span_is(g->last, "0.0.0.0"))
        g->bits |= SDP_HOLE;
}

void sdp_glance(struct sdp_glance *g, struct span body)
{
    unsigned medias = 0;
    const char *p = body.p, *end = span_end(body);
    *g = (struct sdp_glance){ 0 };
    while (p && p + 2 < end) {
        const char *lf = span_line_feed(p, end);
        struct span line = span_make(p, lf ? lf : end);
        if (p[0] == 'a' && p[2] == 'r')
            g->bits |= glance_map(line);
        else if (p[0] == 'm' && p[1] == '=')
            glance_media(g, line, ++medias);
        else if (p[0] == 'c' && p[1] == '=')
            glance_connection(g, line, medias);
        else if (p[0] == 'o' && p[1] == '=')
            g->origin = span_trim(span_behind(line, 2));
        p = lf ? lf + 1 : NULL;
    }
}

static void summarise(struct strbuf *out, const struct sdp_media *m)
{
    if (out->n)
        strbuf_text(out, ", ");
    strbuf_span(out, m->kind);
    if (m->port == 0) {
        strbuf_text(out, _(" off"));
        return;
    }
    for (int i = 0; i < m->formats && i < 16; i++) {
        strbuf_char(out, ' ');
        strbuf_span(out, m->format[i].codec);
    }
}

void sdp_summary(struct strbuf *out, struct span body)
{
    struct sdp sdp;
    if (sdp_read(&sdp, body) < 0)
        return;
    for (int i = 0; i < sdp.medias; i++)
        summarise(out, &sdp.media[i]);
}
