/*
 * The traces of SIP programs, a row and a function each: what a line says that stands in front of
 * a message. Boundary: one line at a time; where the message begins and ends is textlog.c's.
 */
#include "input/textlog_private.h"

/* The ends of lines around the header of sipdump. */
#define SIPDUMP_BEGIN "===================="
#define SIPDUMP_END "~~~~~~~~~~~~~~~~~~~~"
#define BARESIP_TIME 12      /* of "12:30:57.916" */
#define AUDIOCODES_FRONT 512 /* a line's bytes in which a header is: messages are lines, too */
#define AUDIOCODES_TIME 64   /* the last bytes of a line in which its time is */

/* Takes a transport's name from the beginning of the text; false when there is none. */
static bool take_transport(struct span *text, struct log_header *h)
{
    size_t n = 0;
    while (n < text->n && ascii_lower(text->p[n]) >= 'a' && ascii_lower(text->p[n]) <= 'z')
        n++;
    uint8_t transport = transport_find((struct span){ text->p, n });
    if (transport == TRANSPORTS)
        return false;
    h->transport = transport;
    h->has_transport = true;
    *text = (struct span){ text->p + n, text->n - n };
    return true;
}

/* Up to a zero byte or one of the stops, which are all among the first 64 characters. */
static struct span until(struct span text, const char *stops)
{
    uint64_t stop = 1;
    size_t n = 0;
    while (*stops)
        stop |= UINT64_C(1) << *stops++;
    while (n < text.n && ((uint8_t)text.p[n] > 63 || !(stop >> text.p[n] & 1)))
        n++;
    return (struct span){ text.p, n };
}

static size_t number_in(struct span text)
{
    uint64_t n = 0;
    size_t digits = 0;
    while (digits < text.n && ascii_digit(text.p[digits]))
        digits++;
    return span_number((struct span){ text.p, digits }, CAPTURE_MAX_PACKET, &n) ? (size_t)n : 0;
}

/* "UDP" of "12:UDP": without what numbers of lines leave there. */
static struct span last_letters(struct span word)
{
    size_t n = word.n;
    while (n > 0 && ascii_lower(word.p[n - 1]) >= 'a' && ascii_lower(word.p[n - 1]) <= 'z')
        n--;
    return span_make(word.p + n, span_end(word));
}

static const bool in_address[256] = {
    ['0' ... ':'] = true, ['A' ... 'F'] = true, ['a' ... 'f'] = true,
    ['.'] = true,         ['['] = true,         [']'] = true,
};

/* "192.0.2.1:5060", with what may follow: a colon, a blank, ">". */
static bool take_address(struct span text, struct addr *a)
{
    struct span word = { text.p, 0 };
    while (word.n < text.n && in_address[(uint8_t)text.p[word.n]])
        word.n++;
    if (word.n < text.n && !strchr(" \t>,;\r", text.p[word.n]))
        return false;
    while (word.n > 0 && (word.p[word.n - 1] == ':' || word.p[word.n - 1] == '.'))
        word.n--;
    return addr_read(word, a) == 0;
}

static enum log_line received(struct log_header *h, struct span from)
{
    h->directed = true;
    h->sent = false;
    return take_address(from, &h->src) ? LOG_WHOLE : LOG_NONE;
}

static enum log_line sent(struct log_header *h, struct span to)
{
    h->directed = true;
    h->sent = true;
    return take_address(to, &h->dst) ? LOG_WHOLE : LOG_NONE;
}

/* "UDP:192.0.2.1:5060": the transport may be missing. */
static void skip_transport(struct span *text, struct log_header *h)
{
    if (take_transport(text, h) && text->n > 0)
        *text = (struct span){ text->p + 1, text->n - 1 };
}

/* <--- Received SIP request (2312 bytes) from WSS:192.0.2.38:24715 ---> */
static enum log_line asterisk_pjsip(struct span line, struct log_header *h)
{
    struct span text = log_after(line, "<--- ");
    bool in = log_begins(text, "Received SIP ");
    if (!in && !log_begins(text, "Transmitting SIP "))
        return LOG_NONE;
    h->length = number_in(log_after(text, "("));
    text = log_after(text, in ? ") from " : ") to ");
    skip_transport(&text, h);
    return in ? received(h, text) : sent(h, text);
}

/* <--- SIP read from UDP:10.49.0.1:5064 --->, Retransmitting #3 (NAT) to 192.0.2.85:2371: */
static enum log_line asterisk_sip(struct span line, struct log_header *h)
{
    struct span text = log_after(line, "SIP read from ");
    bool in = text.p != NULL;
    if (!in) {
        text = log_after(line, "ransmitting ");
        if (text.n == 0 || (text.p[0] != '(' && text.p[0] != '#'))
            return LOG_NONE;
        text = log_after(text, ") to ");
    }
    skip_transport(&text, h);
    return in ? received(h, text) : sent(h, text);
}

/* recv 584 bytes from udp/[192.0.2.4]:5090 at 12:30:57.916812: */
static enum log_line sofia(struct span line, struct log_header *h)
{
    struct span text = log_after(line, "recv ");
    bool in = text.n > 0 && ascii_digit(*text.p);
    if (!in)
        text = log_after(line, "send ");
    h->length = number_in(text);
    text = h->length ? log_after(text, in ? " bytes from " : " bytes to ") : SPAN_NONE;
    if (!take_transport(&text, h) || text.n == 0)
        return LOG_NONE;
    text = (struct span){ text.p + 1, text.n - 1 };
    log_stamp_find(log_after(text, " at "), &h->stamp);
    return in ? received(h, text) : sent(h, text);
}

/* "time: 1700000000.123456" */
static int64_t epoch(struct span text)
{
    const char *dot = span_find(text, '.'), *end = span_end(text);
    uint64_t s = 0, us = 0;
    if (!span_number(span_make(text.p, dot ? dot : end), INT32_MAX, &s))
        return 0;
    if (dot)
        span_number(span_make(dot + 1, end), 999999, &us);
    return (int64_t)s * 1000000000 + (int64_t)us * 1000;
}

static void take_tag(struct span value, struct log_header *h)
{
    h->directed = true;
    h->sent = span_is(value, "snd");
}

static void take_time(struct span value, struct log_header *h)
{
    h->time_ns = epoch(value);
}

static void take_proto(struct span value, struct log_header *h)
{
    take_transport(&value, h);
}

static void take_srcip(struct span value, struct log_header *h)
{
    addr_read(value, &h->src); /* its port is to come */
}

static void take_dstip(struct span value, struct log_header *h)
{
    addr_read(value, &h->dst); /* its port is to come */
}

static void take_srcport(struct span value, struct log_header *h)
{
    h->src.port = (uint16_t)number_in(value);
}

static void take_dstport(struct span value, struct log_header *h)
{
    h->dst.port = (uint16_t)number_in(value);
}

/* The lines of sipdump's header, in their order. */
static const struct sipdump_row {
    const char *name;                                /* with what parts it from the value */
    size_t n;                                        /* its letters */
    void (*take)(struct span, struct log_header *h); /* NULL: it says nothing that is needed */
} sipdump_rows[] = {
    { "tag: ", 3, take_tag },     { "pid: ", 3, NULL },
    { "process: ", 7, NULL },     { "time: ", 4, take_time },
    { "date: ", 4, NULL },        { "proto: ", 5, take_proto },
    { "srcip: ", 5, take_srcip }, { "srcport: ", 7, take_srcport },
    { "dstip: ", 5, take_dstip }, { "dstport: ", 7, take_dstport },
};
#define SIPDUMP_ROWS (sizeof sipdump_rows / sizeof sipdump_rows[0])

static bool sipdump_field(struct span name, struct span value, struct log_header *h)
{
    for (size_t i = 0; i < SIPDUMP_ROWS; i++) {
        const struct sipdump_row *row = &sipdump_rows[i];
        if (name.n != row->n || memcmp(name.p, row->name, row->n) != 0)
            continue;
        if (row->take)
            row->take(value, h);
        return true;
    }
    return false;
}

/* Behind the line at p, if it is this one. */
static const char *skip_line(const char *p, const char *end, struct span line)
{
    bool same = (size_t)(end - p) > line.n && memcmp(p, line.p, line.n) == 0 && p[line.n] == '\n';
    return same ? p + line.n + 1 : NULL;
}

/* Behind "name: value" at p. */
static const char *take_row(const char *p, const char *end, const struct sipdump_row *row,
                            struct log_header *h)
{
    size_t before = row->n + 2;
    if ((size_t)(end - p) < before || memcmp(p, row->name, before) != 0)
        return NULL;
    const char *lf = span_line_feed(p + before, end);
    if (!lf || ascii_blank(lf[-1]))
        return NULL;
    if (row->take)
        row->take(span_make(p + before, lf), h);
    return lf + 1;
}

static const char *sipdump_at_once(const char *p, const char *end, struct log_header *h)
{
    p = skip_line(p, end, SPAN(SIPDUMP_BEGIN));
    for (size_t i = 0; p && i < SIPDUMP_ROWS; i++)
        p = take_row(p, end, &sipdump_rows[i], h);
    return p && h->time_ns ? skip_line(p, end, SPAN(SIPDUMP_END)) : NULL;
}

/* The line's end: there may be a prefix. */
static inline bool ends_with_rule(struct span line, const char *rule)
{
    return line.n >= strlen(rule) && log_ends(span_trim(line), rule);
}

static bool parts_words(char c)
{
    return ascii_blank(c) || c == '>' || c == '|';
}

/* The word at the text's end, behind a blank or what ends a prefix; taken off. */
static struct span take_last_word(struct span *text)
{
    size_t end = text->n, n;
    while (end > 0 && parts_words(text->p[end - 1]))
        end--;
    for (n = end; n > 0 && !parts_words(text->p[n - 1]);)
        n--;
    struct span word = { text->p + n, end - n };
    text->n = n;
    return word;
}

/* "name: value", without what stands before the name. */
static bool named(struct span line, struct span *name, struct span *value)
{
    const char *colon = NULL;
    for (struct span rest = line; (rest = log_after(rest, ": ")).p != NULL;)
        colon = rest.p;
    if (!colon)
        return false;
    *value = span_trim(span_make(colon, span_end(line)));
    struct span before = span_make(line.p, colon - 2);
    *name = take_last_word(&before);
    const char *inner = name->n ? memrchr(name->p, ':', name->n) : NULL;
    if (inner)
        *name = span_make(inner + 1, span_end(*name));
    return true;
}

/* "name: value", as nearly all lines are; false when something stands before the name. */
static bool take_bare_field(struct span line, struct log_header *h)
{
    const char *colon = span_find(line, ':');
    return colon && sipdump_field(span_make(line.p, colon),
                                  span_trim(span_make(colon + 1, span_end(line))), h);
}

/* A block of "name: value" between a line of '=' and one of '~'. */
static enum log_line sipdump(struct span line, struct log_header *h)
{
    struct span name, value;
    if (ends_with_rule(line, SIPDUMP_BEGIN)) {
        *h = (struct log_header){ 0 };
        return LOG_PART;
    }
    if (!h->part)
        return LOG_NONE;
    if (ends_with_rule(line, SIPDUMP_END))
        return LOG_WHOLE;
    if (take_bare_field(line, h))
        return LOG_PART;
    if (!named(line, &name, &value))
        return LOG_NONE;
    sipdump_field(name, value, h);
    return LOG_PART;
}

/* As a word of its own: there may be a prefix. */
static bool ends_with(struct span line, const char *word)
{
    size_t n = strlen(word);
    line = span_trim(line);
    return log_ends(line, word) && (line.n == n || strchr(" :\t", line.p[line.n - n - 1]));
}

/* //2113420/C544D4800002/SIP/Msg/ccsipDisplayMsg: and in the next line: Sent: */
static enum log_line cube(struct span line, struct log_header *h)
{
    if (log_find(line, "/SIP/Msg/ccsipDisplayMsg"))
        return LOG_PART;
    if (!h->part || !(ends_with(line, "Sent:") || ends_with(line, "Received:")))
        return LOG_NONE;
    h->directed = true;
    h->sent = ends_with(line, "Sent:");
    return LOG_WHOLE;
}

/* Incoming SIP TCP message from 192.0.2.57 on port 53250 index 6 with 1452 bytes: */
static enum log_line cucm(struct span line, struct log_header *h)
{
    struct span text = log_after(line, "Incoming SIP "), port;
    bool in = text.p != NULL;
    if (!in)
        text = log_after(line, "Outgoing SIP ");
    if (!take_transport(&text, h) || !log_begins(text, " message"))
        return LOG_NONE;
    h->length = number_in(log_after(text, " with "));
    if (h->length == 0)
        h->length = number_in(log_after(text, " size "));
    text = log_after(text, in ? " from " : " to ");
    struct addr *peer = in ? &h->src : &h->dst;
    h->directed = true;
    h->sent = !in;
    struct span host = until(text, " ");
    port = log_after(text, ":[");
    if (port.p)
        host = span_make(text.p, port.p - 2);
    else
        port = log_after(text, " on port ");
    if (addr_read(host, peer) < 0)
        return LOG_NONE;
    peer->port = (uint16_t)number_in(port);
    return LOG_WHOLE;
}

/* Where "[Time:19-12@12:45:02.514]" stands at the line's end, or NULL. */
static const char *audiocodes_time(struct span line)
{
    size_t n = line.n < AUDIOCODES_TIME ? line.n : AUDIOCODES_TIME;
    return log_find(span_behind(line, line.n - n), "[Time:");
}

/* ---- Incoming SIP Message from 192.0.2.25:9024 to SIPInterface #2 (Teams) TLS TO(#138) ... ---- */
static enum log_line audiocodes(struct span line, struct log_header *h)
{
    struct span front = { line.p, line.n < AUDIOCODES_FRONT ? line.n : AUDIOCODES_FRONT };
    const char *message = log_find(front, "Message ");
    if (!message)
        return LOG_NONE;
    struct span text = span_make(message + strlen("Message "), span_end(line));
    struct span kind = span_make(front.p, text.p);
    bool in = log_ends(kind, "---- Incoming SIP Message ");
    if (!in && !log_ends(kind, "---- Outgoing SIP Message "))
        return LOG_NONE;
    text = log_after(text, in ? "from " : "to ");
    struct span tail = log_after(text, " SIPInterface ");
    if (!tail.p)
        return LOG_NONE;
    struct span behind = log_after(tail, ") "), word = behind.p ? behind : tail;
    take_transport(&word, h);
    const char *time = audiocodes_time(line);
    log_stamp_at(time ? span_make(time, span_end(line)) : SPAN_NONE, &h->stamp);
    return in ? received(h, text) : sent(h, text);
}

/* [S=1718543] [SID=b9027c:24:198171]  (N 6891937) TEXT [Time:19-12@12:45:02.514] */
static bool audiocodes_piece(struct span line, struct span *tag, struct span *text)
{
    struct span rest = log_after(line, "[SID=");
    const char *close = span_find(rest, ']'), *time;
    if (!close)
        return false;
    *tag = span_make(rest.p, close);
    *text = span_make(close + 1, span_end(rest));
    const char *p = text->p, *end = span_end(*text);
    while (p < end && *p == ' ')
        p++;
    if (end - p > 3 && memcmp(p, "(N ", 3) == 0) {
        close = memchr(p, ')', (size_t)(end - p));
        p = close ? close + 1 : p;
    }
    if (p < end && *p == ' ')
        p++;
    *text = span_make(p, end);
    if ((time = audiocodes_time(*text)) != NULL) {
        while (time > p && (time[-1] == ' '))
            time--;
        if (log_ends(span_make(p, time), MARKS_FEED))
            time -= strlen(MARKS_FEED);
        if (time > p && time[-1] == ' ')
            time--;
        *text = span_make(p, time);
    }
    return true;
}

/* Jan  5 10:26:12.123 On [0:0]10.0.0.20:5060 received from 192.0.2.10:5060 */
static enum log_line oracle(struct span line, struct log_header *h)
{
    struct span text = log_after(line, " On ["), own;
    const char *close = span_find(text, ']');
    if (!close)
        return LOG_NONE;
    own = span_make(close + 1, span_end(text));
    text = log_after(own, " received from ");
    bool in = text.p != NULL;
    if (!in)
        text = log_after(own, " sent to ");
    if (!take_address(own, in ? &h->dst : &h->src))
        return LOG_NONE;
    return in ? received(h, text) : sent(h, text);
}

/* "10.100.100.10/5000" */
static bool slashed(struct span text, struct addr *a)
{
    struct span host = until(text, "/, ");
    if (addr_read(host, a) < 0)
        return false;
    a->port = host.n < text.n ? (uint16_t)number_in(span_make(host.p + host.n + 1, span_end(text)))
                              : 0;
    return true;
}

/* ... from IP/port:10.100.100.10/5000, Local IP/port:10.139.160.141/5000 ... RAW PDU: */
static enum log_line ribbon(struct span line, struct log_header *h)
{
    struct span own = log_after(line, "Local IP/port:"), text;
    bool raw = log_find(line, "RAW PDU:") != NULL;
    if (!own.p)
        return h->part && raw ? LOG_WHOLE : LOG_NONE;
    text = log_after(line, "from IP/port:");
    bool in = text.p != NULL;
    if (!in)
        text = log_after(line, "to IP/port:");
    if (!slashed(text, in ? &h->src : &h->dst) || !slashed(own, in ? &h->dst : &h->src))
        return LOG_NONE;
    h->directed = true;
    h->sent = !in;
    return raw ? LOG_WHOLE : LOG_PART;
}

/* TX 761 bytes Request msg REGISTER/cseq=25407 (tdta0x1) to UDP 192.0.2.98:5060: */
static enum log_line pjsua(struct span line, struct log_header *h)
{
    struct span text = log_after(line, "RX ");
    bool in = text.n > 0 && ascii_digit(*text.p);
    if (!in)
        text = log_after(line, "TX ");
    h->length = number_in(text);
    if (!h->length || !log_find(text, " msg "))
        return LOG_NONE;
    text = log_after(text, in ? ") from " : ") to ");
    skip_transport(&text, h);
    return in ? received(h, text) : sent(h, text);
}

/* The address at the text's end, taken off with what stands before it. */
static bool take_last_address(struct span *text, struct addr *a)
{
    return take_address(take_last_word(text), a);
}

/*
 * "12:30:57.916#", or "#" alone; and in the next line: UDP 10.0.0.1:5060 -> 10.0.0.2:5060. In front
 * of it stands what was on the screen's line before: how the call is, again and again.
 */
static enum log_line baresip(struct span line, struct log_header *h)
{
    struct log_stamp stamp;
    line = span_trim(line);
    if (line.n > 0 && line.p[line.n - 1] == '#') {
        struct span tail = { line.p, line.n - 1 };
        if (tail.n > BARESIP_TIME)
            tail = span_make(span_end(tail) - BARESIP_TIME, span_end(tail));
        log_stamp_find(tail, &stamp);
        if (stamp.found)
            h->stamp = stamp;
        return stamp.found || line.n == 1 ? LOG_PART : LOG_NONE;
    }
    const char *arrow = h->part ? log_find(line, " -> ") : NULL;
    if (!arrow)
        return LOG_NONE;
    struct span before = span_make(line.p, arrow), transport;
    if (!take_last_address(&before, &h->src))
        return LOG_NONE;
    transport = last_letters(take_last_word(&before));
    return take_transport(&transport, h) && take_address(log_after(line, " -> "), &h->dst)
               ? LOG_WHOLE
               : LOG_NONE;
}

/* Dashes and a date; then "UDP message sent (514 bytes):" or "UDP message received [313] bytes :" */
static enum log_line sipp(struct span line, struct log_header *h)
{
    const char *dashes = log_find(line, "--------------------");
    if (dashes) {
        log_stamp_find(span_make(dashes, span_end(line)), &h->stamp);
        return h->stamp.found ? LOG_PART : LOG_NONE;
    }
    const char *message = h->part ? log_find(line, " message ") : NULL;
    if (!message)
        return LOG_NONE;
    struct span before = span_make(line.p, message), said = span_make(message, span_end(line));
    struct span transport = last_letters(take_last_word(&before));
    h->sent = log_begins(said, " message sent (");
    if ((!h->sent && !log_begins(said, " message received [")) || !take_transport(&transport, h))
        return LOG_NONE;
    h->directed = true;
    h->length = number_in(log_after(said, h->sent ? "(" : "["));
    return LOG_WHOLE;
}

/* What stands before the addresses: "U ", and perhaps a date and a time. */
static bool take_ngrep_kind(struct span before, struct log_header *h)
{
    if (log_begins(before, "U ") || log_begins(before, "T "))
        before.n = 1;
    for (int words = 0; words < 3 && before.n > 0; words++) {
        struct span kind = last_letters(take_last_word(&before));
        h->transport = span_is(kind, "T") ? TRANSPORT_TCP : TRANSPORT_UDP;
        h->has_transport = span_is(kind, "T") || span_is(kind, "U");
        if (h->has_transport)
            return true;
    }
    return false;
}

/* U 2026/11/23 00:02:35.793610 10.0.0.1:5060 -> 10.0.0.2:5060 */
static enum log_line ngrep(struct span line, struct log_header *h)
{
    const char *arrow = log_find(line, " -> ");
    if (!arrow)
        return LOG_NONE;
    struct span before = span_make(line.p, arrow);
    return take_last_address(&before, &h->src) &&
                   take_address(span_make(arrow + 4, span_end(line)), &h->dst) &&
                   take_ngrep_kind(before, h)
               ? LOG_WHOLE
               : LOG_NONE;
}

/* The transport that a line of words names, as "UDP" or "proto:UDP". */
static void find_transport(struct span words, struct log_header *h)
{
    while (words.n > 0 && !h->has_transport) {
        struct span name = last_letters(take_last_word(&words));
        take_transport(&name, h);
    }
}

/*
 * 2026/11/23 00:02:35.793610 10.0.0.1:5060 -> 10.0.0.2:5060, as sngrep saves, or
 * proto:UDP 2026-11-23T00:02:35.793Z  10.0.0.1:5060 ---> 10.0.0.2:5060, as HOMER does.
 */
static enum log_line arrow(struct span line, struct log_header *h)
{
    const char *tip = log_find(line, "-> "), *shaft = tip;
    if (!tip)
        return LOG_NONE;
    while (shaft > line.p && shaft[-1] == '-')
        shaft--;
    struct span before = span_make(line.p, shaft), to = span_make(tip + 3, span_end(line));
    if (!take_last_address(&before, &h->src) || !take_address(span_trim(to), &h->dst))
        return LOG_NONE;
    find_transport(before, h);
    return LOG_WHOLE;
}

/* "192.0.2.1.5060", or with a service's name */
static bool dotted(struct span text, struct addr *a)
{
    const char *dot = text.n ? memrchr(text.p, '.', text.n) : NULL;
    if (!dot || addr_read(span_make(text.p, dot), a) < 0)
        return false;
    struct span port = span_make(dot + 1, span_end(text));
    bool tls = span_is(port, "sips") || span_is(port, "sip-tls");
    a->port = tls ? 5061 : span_is(port, "sip") ? 5060 : (uint16_t)number_in(port);
    return a->port != 0;
}

/* 00:02:35.793610 IP 10.0.0.1.5060 > 10.0.0.2.5060: SIP, length: 513; with -v the time is in a line before */
static enum log_line tcpdump(struct span line, struct log_header *h)
{
    const char *than = log_find(line, " > ");
    if (!than)
        return LOG_NONE;
    struct span before = span_make(line.p, than), to = span_make(than + 3, span_end(line));
    const char *colon = log_find(to, ": ");
    if (!colon || !dotted(take_last_word(&before), &h->src) ||
        !dotted(span_make(to.p, colon), &h->dst))
        return LOG_NONE;
    h->transport = log_find(to, ": Flags [") ? TRANSPORT_TCP : TRANSPORT_UDP;
    h->has_transport = true;
    return LOG_WHOLE;
}

/* Letters may stand before a method as if they were of it: those are known. (sip/ is not, here.) */
static size_t method_in(struct span word)
{
    static const char *const methods[] = { "INVITE",  "ACK",       "BYE",    "CANCEL", "REGISTER",
                                           "OPTIONS", "PRACK",     "INFO",   "UPDATE", "MESSAGE",
                                           "REFER",   "SUBSCRIBE", "NOTIFY", "PUBLISH" };
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
        if (log_ends(word, methods[i]))
            return word.n - strlen(methods[i]);
    return word.n;
}

/*
 * With -A the headers of IP and UDP or TCP stand before the message, a character a byte, which may be
 * letters: 20 or 40 bytes, and 8, 20 or 32 (with times). In an address of 10.0.0.0/8 is a line feed, so
 * that only the rest of them stands there.
 */
static int start_tcpdump(struct span line)
{
    static const uint8_t headers[] = { 28, 40, 48, 52, 60, 72 };
    const char *status = log_find(line, "SIP/2.0 ");
    if (status && log_start(span_make(status, span_end(line))) == 0)
        return (int)(status - line.p);
    int at = log_start(line);
    const char *blank = at >= 0 ? span_find(span_behind(line, (size_t)at), ' ') : NULL;
    struct span word = blank ? span_make(line.p + at, blank) : SPAN_NONE;
    size_t before = method_in(word);
    if (before < word.n)
        return at + (int)before;
    for (size_t i = 0; i < sizeof headers; i++)
        if (line.n > headers[i] && log_start(span_behind(line, headers[i])) == 0)
            return headers[i];
    return at;
}

/* What "ngrep -W single" writes behind the addresses, "[AP]" and "#12". */
static struct span behind_ngrep(struct span line)
{
    struct span text = log_after(line, " -> ");
    do
        span_word(&text);
    while (text.n > 0 && (text.p[0] == '[' || text.p[0] == '#'));
    return text;
}

const struct log_format log_formats[] = {
    { .name = "Asterisk PJSIP log", .header = asterisk_pjsip },
    { .name = "Asterisk chan_sip log", .header = asterisk_sip },
    { .name = "sofia trace", .header = sofia },
    { .name = "Kamailio sipdump",
      .header = sipdump,
      .block = true,
      .at_once = sipdump_at_once,
      .front = SIPDUMP_END "\n",
      .end = "||||||||||||||||||||\n" },
    { .name = "Cisco CUBE debug", .header = cube },
    { .name = "CUCM SDL trace", .header = cucm },
    { .name = "AudioCodes syslog", .header = audiocodes, .piece = audiocodes_piece },
    { .name = "Oracle sipmsg.log", .header = oracle },
    { .name = "Ribbon trace", .header = ribbon, .pieces = true },
    { .name = "pjsua log", .header = pjsua, .end = "\n--end msg--\n" },
    { .name = "baresip trace", .header = baresip },
    { .name = "SIPp messages", .header = sipp },
    { .name = "ngrep output", .header = ngrep, .dots = true, .behind = behind_ngrep },
    { .name = "tcpdump text", .header = tcpdump, .start = start_tcpdump, .common = true },
    { .name = "sngrep or HOMER text", .header = arrow, .common = true },
};
const size_t log_format_count = sizeof log_formats / sizeof log_formats[0];

/* A time alone: it may belong to the message that follows. */
static enum log_line plain(struct span line, struct log_header *h)
{
    (void)line;
    (void)h;
    return LOG_NONE;
}

const struct log_format log_format_plain = { .name = "text with SIP", .header = plain };
