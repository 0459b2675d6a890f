/*
 * SIP in a stream (RFC 3261 §18.3): messages follow each other, and Content-Length
 * says where each ends. Where it is missing or wrong the message is marked, and
 * reading goes on at the next start line. A message that lies whole in a segment
 * is handed on where it is; only others are put together in memory.
 */
#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "base/strbuf.h"
#include "net/private.h"

#define MAX_METHOD 32
#define MAX_HEAD 65536      /* bytes of start line and headers */
#define MAX_MESSAGE 1048576 /* what is kept of a message; a longer one is cut */

/* How far the head of a message has been read. */
struct head {
    size_t line;    /* where the line begins that is being read */
    size_t scanned; /* no end of that line before here */
    size_t body;    /* where the body begins; 0: not seen yet */
    int64_t length; /* Content-Length, -1 without one that can be read */
    bool nested;    /* the body may hold start lines of its own */
};

struct direction {
    struct stream_bytes kept; /* a message that is not complete */
    uint32_t seq;             /* of its first byte */
    struct head head;
    uint64_t skip; /* bytes of its body still to come that are not kept */
};

struct framing {
    struct direction directions[2];
};

static bool token_char(uint8_t c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || ascii_digit((char)c) ||
           (c != '\0' && strchr("-.!%*_+`'~", c));
}

static bool line_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* "SIP/2.0 200 OK" needs to be seen up to the first digit of its code. */
static enum stream_match status_line(const uint8_t *p, size_t n)
{
    static const char form[] = "SIP/0.0 0";
    for (size_t i = 0; i < sizeof form - 1; i++) {
        if (i == n)
            return STREAM_MORE;
        if (form[i] == '0' ? !ascii_digit((char)p[i]) : p[i] != form[i])
            return STREAM_NO;
    }
    return STREAM_YES;
}

/* Whether the line ends with a version. */
static bool versioned(const uint8_t *line, const uint8_t *end)
{
    while (end > line && line_blank(end[-1]))
        end--;
    return end - line > 8 && line_blank(end[-8]) && memcmp(end - 7, "SIP/", 4) == 0 &&
           ascii_digit((char)end[-3]) && end[-2] == '.' && ascii_digit((char)end[-1]);
}

/* Whether what is seen of a Request-URI may be one: a scheme and a colon. */
static bool begins_uri(const uint8_t *p, const uint8_t *end)
{
    while (p < end && token_char(*p))
        p++;
    return p == end || *p == ':';
}

enum stream_match stream_sip_line(const uint8_t *p, size_t n)
{
    size_t i = 0;
    if (n > 0 && p[0] == 'S') {
        enum stream_match match = status_line(p, n);
        if (match != STREAM_NO)
            return match;
    }
    while (i < n && i <= MAX_METHOD && token_char(p[i]))
        i++;
    if (i == n)
        return STREAM_MORE;
    if (i == 0 || i > MAX_METHOD || p[i] != ' ')
        return STREAM_NO;
    const uint8_t *lf = memchr(p + i, '\n', n - i);
    if (lf)
        return versioned(p + i, lf) ? STREAM_YES : STREAM_NO;
    return n < MAX_HEAD && begins_uri(p + i + 1, p + n) ? STREAM_MORE : STREAM_NO;
}

/* Where the first line is that begins a message, or may once it is complete; n without any. */
static size_t find_start(const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n;) {
        if (stream_sip_line(p + i, n - i) != STREAM_NO)
            return i;
        const uint8_t *lf = memchr(p + i, '\n', n - i);
        i = lf ? (size_t)(lf - p) + 1 : n;
    }
    return n;
}

/* Bytes between messages that mean nothing: CRLF keeps connections alive (RFC 5626 §3.5.1). */
static size_t blanks(const uint8_t *p, size_t n)
{
    size_t i = 0;
    while (i < n && (p[i] == '\r' || p[i] == '\n' || p[i] == '\0' || p[i] == ' '))
        i++;
    return i;
}

/* Notes the two headers that decide where the message ends. */
static void take_line(struct head *h, struct span line)
{
    char first = ascii_lower(line.p[0]);
    const char *colon = first == 'c' || first == 'l' ? span_find(line, ':') : NULL;
    if (!colon)
        return;
    struct span name = span_trim(span_make(line.p, colon));
    struct span value = span_trim(span_make(colon + 1, span_end(line)));
    uint64_t length;
    if (span_is(name, "Content-Length") || span_is(name, "l")) {
        if (h->length < 0 && span_number(value, UINT32_MAX, &length))
            h->length = (int64_t)length;
    } else if (span_is(name, "Content-Type") || span_is(name, "c")) {
        h->nested = span_starts(value, "message/") || span_starts(value, "multipart/");
    }
}

/* Reads header lines as far as they are there; true when the body's place is known. */
static bool read_head(struct head *h, const uint8_t *p, size_t n)
{
    while (h->body == 0) {
        const uint8_t *lf = n > h->scanned ? memchr(p + h->scanned, '\n', n - h->scanned) : NULL;
        if (!lf) {
            h->scanned = n;
            return false;
        }
        const uint8_t *line = p + h->line, *end = lf;
        h->line = h->scanned = (size_t)(lf - p) + 1;
        if (end > line && end[-1] == '\r')
            end--;
        if (end > line)
            take_line(h, span_make((const char *)line, (const char *)end));
        else
            h->body = h->line;
    }
    return true;
}

/* The message's length; what may be more of its body, in the bytes at hand, is not in it. */
static uint64_t message_length(const struct head *h)
{
    return h->body + (h->length > 0 ? (uint64_t)h->length : 0);
}

/*
 * The bytes behind a message that belong to none: Content-Length says too little, or nothing.
 * They are taken for the rest of its body.
 */
static size_t stray(const uint8_t *p, size_t n)
{
    size_t i = blanks(p, n);
    return i == n || stream_sip_line(p + i, n - i) != STREAM_NO ? 0 : find_start(p, n);
}

static void hand_on(struct stream *s, unsigned direction, const uint8_t *p, size_t n, uint32_t seq,
                    bool truncated, bool misframed)
{
    struct payload m = {
        .data = p, .len = (uint32_t)n, .seq = seq, .truncated = truncated, .misframed = misframed
    };
    stream_message(s, direction, &m);
}

/* Large memory goes back at once: most messages need none. */
static void reset(struct stream *s, struct direction *d)
{
    d->kept.n = 0;
    d->skip = 0;
    d->head = (struct head){ .length = -1 };
    if (d->kept.size > 16384) {
        stream_forget(s, &d->kept);
    }
}

/* Hands on what is there of the message, if it has begun at all. */
static void finish(struct stream *s, unsigned direction, bool truncated, bool misframed)
{
    struct direction *d = &((struct framing *)s->state)->directions[direction];
    if (d->kept.n > 0 && stream_sip_line(d->kept.p, d->kept.n) == STREAM_YES)
        hand_on(s, direction, d->kept.p, d->kept.n, d->seq, truncated || d->skip > 0, misframed);
    reset(s, d);
}

/* The next message begins in these bytes, which no other has claimed. How many it uses. */
static size_t feed_fresh(struct stream *s, unsigned direction, const uint8_t *p, size_t n,
                         uint32_t seq)
{
    struct direction *d = &((struct framing *)s->state)->directions[direction];
    size_t blank = blanks(p, n);
    if (blank > 0)
        return blank;
    if (stream_sip_line(p, n) == STREAM_NO) {
        size_t lost = find_start(p, n);
        s->net->counts.unframed += lost;
        return lost;
    }
    struct head head = { .length = -1 };
    uint64_t length = read_head(&head, p, n) ? message_length(&head) : UINT64_MAX;
    if (length > n) {
        stream_keep(s, &d->kept, p, n < MAX_MESSAGE ? n : MAX_MESSAGE);
        d->seq = seq;
        d->head = head;
        return d->kept.n;
    }
    size_t more = stray(p + length, n - (size_t)length);
    hand_on(s, direction, p, (size_t)length + more, seq, false, more > 0 || head.length < 0);
    return (size_t)length + more;
}

/* The head of a message that began before: all bytes are taken, until the body's place is known. */
static size_t feed_head(struct stream *s, unsigned direction, const uint8_t *p, size_t n)
{
    struct direction *d = &((struct framing *)s->state)->directions[direction];
    size_t room = MAX_HEAD > d->kept.n ? MAX_HEAD - d->kept.n : 0, taken = n < room ? n : room;
    stream_keep(s, &d->kept, p, taken);
    if (d->head.line == 0 && stream_sip_line(d->kept.p, d->kept.n) == STREAM_NO) {
        /* that line ends in the bytes just taken: what follows it is looked at anew */
        size_t before = d->kept.n - taken, lost = find_start(d->kept.p, d->kept.n);
        s->net->counts.unframed += lost;
        reset(s, d);
        return lost - before;
    }
    if (!read_head(&d->head, d->kept.p, d->kept.n)) {
        if (d->kept.n >= MAX_HEAD)
            finish(s, direction, true, false);
        return taken;
    }
    uint64_t length = message_length(&d->head);
    if (length >= d->kept.n)
        return taken;
    size_t surplus = d->kept.n -
                     (size_t)length; /* in the bytes just taken, as the body begins there */
    d->kept.n -= surplus;
    return taken - surplus;
}

/* More of the body. */
static size_t feed_body(struct direction *d, struct stream *s, const uint8_t *p, size_t n)
{
    uint64_t left = message_length(&d->head) - d->kept.n;
    size_t room = MAX_MESSAGE > d->kept.n ? MAX_MESSAGE - d->kept.n : 0;
    size_t taken = left < n ? (size_t)left : n;
    if (taken > room) {
        taken = room;
        d->skip = left - room;
        s->net->counts.over_limit++;
    }
    stream_keep(s, &d->kept, p, taken);
    return taken;
}

/* Goes on with a message that began before. How many of the bytes it uses. */
static size_t feed_begun(struct stream *s, unsigned direction, const uint8_t *p, size_t n)
{
    struct direction *d = &((struct framing *)s->state)->directions[direction];
    size_t used = d->head.body == 0 ? feed_head(s, direction, p, n) : feed_body(d, s, p, n);
    if (d->kept.n == 0 || d->head.body == 0 || d->skip > 0 || d->kept.n < message_length(&d->head))
        return used;
    size_t more = stray(p + used, n - used);
    if (more > MAX_HEAD)
        more = MAX_HEAD;
    stream_keep(s, &d->kept, p + used, more);
    finish(s, direction, false, more > 0 || d->head.length < 0);
    return used + more;
}

/* Bytes of a body that are not kept; behind them the message is complete. */
static size_t feed_skip(struct stream *s, unsigned direction, size_t n)
{
    struct direction *d = &((struct framing *)s->state)->directions[direction];
    size_t taken = d->skip < n ? (size_t)d->skip : n;
    if (taken == d->skip)
        finish(s, direction, true, false);
    else
        d->skip -= taken;
    return taken;
}

/* Bytes of the begun body that are still to come. */
static uint64_t body_left(const struct direction *d)
{
    return d->skip > 0 ? d->skip : message_length(&d->head) - d->kept.n;
}

/*
 * A segment that begins with a start line where there should be more body: that was promised
 * only, unless the next message begins just where the promise says.
 */
static bool broken_off(const struct direction *d, const uint8_t *p, size_t n)
{
    if (d->head.body == 0 || d->head.nested || stream_sip_line(p, n) != STREAM_YES)
        return false;
    uint64_t left = body_left(d);
    return left > n || (left < n && stray(p + left, n - (size_t)left) > 0);
}

static void sip_feed(struct stream *s, unsigned direction, const uint8_t *p, size_t n)
{
    struct direction *d = &((struct framing *)s->state)->directions[direction];
    uint32_t seq = s->half[direction].seq;
    if (broken_off(d, p, n))
        finish(s, direction, false, true);
    while (n > 0) {
        size_t used = d->skip > 0     ? feed_skip(s, direction, n)
                      : d->kept.n > 0 ? feed_begun(s, direction, p, n)
                                      : feed_fresh(s, direction, p, n, seq);
        p += used;
        n -= used;
        seq += (uint32_t)used;
    }
}

/* A gap inside of a body leaves the place of the next message known. */
static void sip_gap(struct stream *s, unsigned direction, uint32_t missing)
{
    struct direction *d = &((struct framing *)s->state)->directions[direction];
    struct head head = d->head;
    uint64_t left = head.body > 0 ? body_left(d) : 0;
    finish(s, direction, true, false);
    if (left > missing) {
        d->skip = left - missing;
        d->head = head;
    }
}

static void sip_end(struct stream *s, unsigned direction, bool whole)
{
    finish(s, direction, !whole, whole);
}

static int sip_open(struct stream *s)
{
    struct framing *f = calloc(1, sizeof *f);
    if (!f)
        return -1;
    f->directions[0].head.length = f->directions[1].head.length = -1;
    s->state = f;
    return 0;
}

static void sip_close(struct stream *s)
{
    struct framing *f = s->state;
    for (int i = 0; i < 2; i++)
        stream_forget(s, &f->directions[i].kept);
    free(f);
    s->state = NULL;
}

/* Also in the middle of a segment: a capture may begin in the middle of a message. */
static enum stream_match sip_recognise(const uint8_t *p, size_t n)
{
    size_t at = find_start(p, n);
    return at < n ? stream_sip_line(p + at, n - at) : STREAM_NO;
}

const struct stream_protocol stream_sip = {
    .name = "sip",
    .inside = 1u << TRANSPORT_TCP | 1u << TRANSPORT_TLS,
    .recognise = sip_recognise,
    .open = sip_open,
    .feed = sip_feed,
    .gap = sip_gap,
    .end = sip_end,
    .close = sip_close,
};
