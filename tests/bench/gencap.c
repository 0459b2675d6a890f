/*
 * Writes a pcap capture of SIP traffic for measurements: the same arguments give the same bytes.
 *
 *     gencap [-n MESSAGES] [-s SECONDS] [--flood | --failing] [--tcp | --hep | --log FORM] [FILE]
 *
 * (no FILE: standard output)
 *
 * Model: what happens in a call is a table of steps; a running call is its number and the step it
 * is at, kept in a heap by the time of that step. Every header is computed from the call's number,
 * so nothing else has to be remembered, and a retransmission repeats its bytes by itself.
 * Boundary: IPv4 and UDP, or TCP, in Ethernet frames, as seen beside a proxy at 10.0.0.5 whose
 * phones are in 10.1.0.0/16 and whose carriers are in 192.0.2.0/24; or, with --hep, what agents
 * tell a collector at 10.9.0.9 of the same traffic; or, with --log, what a program at the
 * proxy writes down as text (logform.c). Nothing is sent anywhere.
 */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "logform.h"

#define START 1767261600         /* 2026-01-01 10:00 UTC */
#define BETWEEN_FLOWS_NS 3000000 /* a new flow every three milliseconds */
#define BETWEEN_FLOOD_NS 100000
#define FRAME_SIZE 8192
#define FRONT 54          /* Ethernet, IPv4 and TCP headers */
#define FRONT_UDP 42      /* the same with UDP */
#define SEGMENT_SIZE 1400 /* bytes of a message in one TCP segment */
#define STREAMS 16384     /* more than there are pairs of hosts; a power of two */
#define PROXY 0x0a000005u
#define COLLECTOR 0x0a090009u
#define HEP 120 /* bytes of HEP in front of a message */

enum method { INVITE, ACK, BYE, CANCEL, REGISTER, OPTIONS };

static const char *const methods[] = { "INVITE", "ACK", "BYE", "CANCEL", "REGISTER", "OPTIONS" };

enum step_flag {
    HOP2 = 1, /* between proxy and carrier, else between phone and proxy */
    BACK = 2, /* belongs to a request that the called side sent */
    SDP = 4,
    CREDENTIALS = 8,
    BARE = 16 /* only what a request must have */
};

struct step {
    uint16_t code; /* 0: a request */
    uint8_t method;
    uint8_t branch; /* which transaction of the flow it belongs to, from 1; 0 ends the table */
    uint8_t cseq;
    uint8_t flags;    /* enum step_flag */
    uint32_t wait_ms; /* after the step before; half to one and a half times as long */
};

static const struct step proxied[] = {
    { 0, INVITE, 1, 1, SDP, 0 },
    { 100, INVITE, 1, 1, 0, 2 },
    { 0, INVITE, 1, 1, HOP2 | SDP, 3 },
    { 100, INVITE, 1, 1, HOP2, 15 },
    { 180, INVITE, 1, 1, HOP2, 400 },
    { 180, INVITE, 1, 1, 0, 1 },
    { 200, INVITE, 1, 1, HOP2 | SDP, 6000 },
    { 200, INVITE, 1, 1, SDP, 1 },
    { 0, ACK, 2, 1, 0, 25 },
    { 0, ACK, 2, 1, HOP2, 1 },
    { 0, BYE, 3, 2, 0, 30000 },
    { 0, BYE, 3, 2, HOP2, 1 },
    { 200, BYE, 3, 2, HOP2, 20 },
    { 200, BYE, 3, 2, 0, 1 },
    { 0 },
};

static const struct step answered[] = {
    { 0, INVITE, 1, 1, SDP, 0 },
    { 407, INVITE, 1, 1, 0, 3 },
    { 0, ACK, 1, 1, 0, 20 },
    { 0, INVITE, 2, 2, SDP | CREDENTIALS, 3 },
    { 100, INVITE, 2, 2, 0, 2 },
    { 180, INVITE, 2, 2, 0, 300 },
    { 200, INVITE, 2, 2, SDP, 5000 },
    { 0, ACK, 3, 2, 0, 25 },
    { 0, BYE, 4, 1, BACK, 20000 },
    { 200, BYE, 4, 1, BACK, 25 },
    { 0 },
};

static const struct step cancelled[] = {
    { 0, INVITE, 1, 1, SDP, 0 },   { 100, INVITE, 1, 1, 0, 2 },
    { 180, INVITE, 1, 1, 0, 300 }, { 0, CANCEL, 1, 1, 0, 8000 },
    { 200, CANCEL, 1, 1, 0, 2 },   { 487, INVITE, 1, 1, 0, 3 },
    { 0, ACK, 1, 1, 0, 20 },       { 0 },
};

#define REFUSED(code, wait)                                                                        \
    {                                                                                              \
        { 0, INVITE, 1, 1, SDP, 0 }, { 100, INVITE, 1, 1, 0, 2 }, { code, INVITE, 1, 1, 0, wait }, \
            { 0, ACK, 1, 1, 0, 20 }, { 0 },                                                        \
    }

static const struct step busy[] = REFUSED(486, 900);
static const struct step unknown[] = REFUSED(404, 30);
static const struct step unacceptable[] = REFUSED(488, 20);
static const struct step unavailable[] = REFUSED(503, 40);
static const struct step declined[] = REFUSED(603, 7000);

/* Nobody answers: Timer A doubles from 500 ms, Timer B ends it unseen. */
static const struct step silent[] = {
    { 0, INVITE, 1, 1, SDP, 0 },     { 0, INVITE, 1, 1, SDP, 500 },
    { 0, INVITE, 1, 1, SDP, 1000 },  { 0, INVITE, 1, 1, SDP, 2000 },
    { 0, INVITE, 1, 1, SDP, 4000 },  { 0, INVITE, 1, 1, SDP, 8000 },
    { 0, INVITE, 1, 1, SDP, 16000 }, { 0 },
};

static const struct step registered[] = {
    { 0, REGISTER, 1, 1, 0, 0 },
    { 401, REGISTER, 1, 1, 0, 2 },
    { 0, REGISTER, 2, 2, CREDENTIALS, 20 },
    { 200, REGISTER, 2, 2, 0, 5 },
    { 0 },
};

static const struct step pinged[] = {
    { 0, OPTIONS, 1, 1, BACK, 0 },
    { 200, OPTIONS, 1, 1, BACK, 20 },
    { 0 },
};

static const struct step flooded[] = { { 0, INVITE, 1, 1, BARE, 0 }, { 0 } };

struct scenario {
    const struct step *steps;
    unsigned share; /* of a hundred flows */
};

static const struct scenario usual[] = {
    { proxied, 28 }, { answered, 14 },    { registered, 24 }, { pinged, 14 },
    { busy, 6 },     { cancelled, 4 },    { unknown, 4 },     { unavailable, 2 },
    { declined, 1 }, { unacceptable, 1 }, { silent, 2 },
};

/* A bad day: half of all fails. */
static const struct scenario failing[] = {
    { proxied, 22 }, { answered, 8 },     { registered, 14 }, { pinged, 6 },
    { busy, 8 },     { cancelled, 8 },    { unknown, 8 },     { unavailable, 12 },
    { declined, 4 }, { unacceptable, 4 }, { silent, 6 },
};

struct flow {
    int64_t time_ns; /* of its next step */
    const struct step *step;
    uint32_t number;
};

struct text {
    char *p;
    size_t n;
};

struct generator {
    FILE *out;
    const struct logform *log; /* NULL: a capture */
    uint64_t left;
    struct flow *heap;
    size_t count, room;
    uint32_t flows;
    int64_t next_flow_ns, between_ns;
    bool flood, tcp, hep;
    const struct scenario *scenarios;
    uint16_t ip_id;
    struct {
        uint32_t src, dst, seq;
    } streams[STREAMS]; /* one connection between two hosts */
};

/* ---- numbers ------------------------------------------------------------------------------- */

/* Well mixed and reproducible; `what` keeps the uses of one call's number apart. */
static uint64_t mix(uint64_t number, uint64_t what)
{
    uint64_t x = number * 0x9e3779b97f4a7c15u + what * 0xd1b54a32d192ed03u + 1;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

enum use {
    USE_CALL_ID = 1,
    USE_CALLER,
    USE_CALLEE,
    USE_PHONE,
    USE_CARRIER,
    USE_FROM_TAG,
    USE_TO_TAG,
    USE_SCENARIO,
    USE_MEDIA,
    USE_NONCE,
    USE_AGENT,
    USE_WAIT = 32,
    USE_BRANCH = 64
};

static uint32_t phone_of(const struct flow *f)
{
    return 0x0a010000u + (uint32_t)(mix(f->number, USE_PHONE) % 4000) + 10;
}

static uint32_t carrier_of(const struct flow *f)
{
    return 0xc0000200u + (uint32_t)(mix(f->number, USE_CARRIER) % 8) + 10;
}

static unsigned caller_of(const struct flow *f)
{
    return (unsigned)(mix(f->number, USE_CALLER) % 10000000);
}

static unsigned callee_of(const struct flow *f)
{
    return (unsigned)(mix(f->number, USE_CALLEE) % 10000000);
}

/* ---- the message --------------------------------------------------------------------------- */

__attribute__((format(printf, 2, 3))) static void put(struct text *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(t->p + t->n, FRAME_SIZE - FRONT - t->n, format, args);
    va_end(args);
    if (n > 0 && t->n + (size_t)n < FRAME_SIZE - FRONT)
        t->n += (size_t)n;
}

#define IP_FORMAT "%u.%u.%u.%u"
#define IP_ARG(ip) (ip) >> 24, (ip) >> 16 & 255, (ip) >> 8 & 255, (ip)&255

static const char *reason(unsigned code)
{
    switch (code) {
    case 100:
        return "Trying";
    case 180:
        return "Ringing";
    case 200:
        return "OK";
    case 401:
        return "Unauthorized";
    case 404:
        return "Not Found";
    case 407:
        return "Proxy Authentication Required";
    case 486:
        return "Busy Here";
    case 487:
        return "Request Terminated";
    case 488:
        return "Not Acceptable Here";
    case 503:
        return "Service Unavailable";
    default:
        return "Decline";
    }
}

static void put_uri(struct text *t, const struct flow *f)
{
    const struct step *s = f->step;
    uint32_t phone = phone_of(f);
    if (s->method == REGISTER)
        put(t, "sip:example.com");
    else if (s->method == OPTIONS || s->flags & BACK)
        put(t, "sip:+4930%07u@" IP_FORMAT ":5060", caller_of(f), IP_ARG(phone));
    else if (s->branch > 1 && s->method != INVITE)
        put(t, "sip:+4989%07u@" IP_FORMAT ":5060;transport=udp", callee_of(f),
            IP_ARG(carrier_of(f)));
    else
        put(t, "sip:+4989%07u@example.com;user=phone", callee_of(f));
}

/* The proxy puts its own Via on top of the one it got. */
static void put_vias(struct text *t, const struct flow *f)
{
    const struct step *s = f->step;
    uint32_t phone = phone_of(f);
    uint64_t use = USE_BRANCH + s->branch * 2u;
    if (s->flags & (HOP2 | BACK))
        put(t, "Via: SIP/2.0/UDP 10.0.0.5:5060;branch=z9hG4bK%016llx.0\r\n",
            (unsigned long long)mix(f->number, use + 1));
    if (s->flags & BACK)
        return;
    put(t, "Via: SIP/2.0/UDP " IP_FORMAT ":5060;branch=z9hG4bK-%012llx;rport", IP_ARG(phone),
        (unsigned long long)(mix(f->number, use) >> 16));
    if (s->code || s->flags & HOP2)
        put(t, "=5060;received=" IP_FORMAT, IP_ARG(phone));
    put(t, "\r\n");
}

static void put_person(struct text *t, const char *header, bool caller, const struct flow *f,
                       bool tag)
{
    unsigned n = caller ? caller_of(f) : callee_of(f);
    if (f->step->method == OPTIONS && !caller)
        put(t, "%s: <sip:ping@10.0.0.5>", header);
    else if (caller)
        put(t, "%s: \"Desk %u\" <sip:+4930%07u@example.com>", header, n % 1000, n);
    else
        put(t, "%s: <sip:+4989%07u@example.com;user=phone>", header, n);
    if (tag)
        put(t, ";tag=%08x", (unsigned)mix(f->number, caller ? USE_FROM_TAG : USE_TO_TAG));
    put(t, "\r\n");
}

/* From names who sent the request, so an OPTIONS or a BYE from the other side turns them round. */
static void put_people(struct text *t, const struct flow *f)
{
    const struct step *s = f->step;
    bool tagged = s->code > 100 || (s->code == 0 && (s->method == ACK || s->method == BYE));
    bool caller = !(s->flags & BACK);
    bool own = s->method == REGISTER;
    put_person(t, "From", caller, f, true);
    if (!own) {
        put_person(t, "To", !caller, f, tagged);
        return;
    }
    put(t, "To: \"Desk %u\" <sip:+4930%07u@example.com>", caller_of(f) % 1000, caller_of(f));
    if (tagged)
        put(t, ";tag=%08x", (unsigned)mix(f->number, USE_TO_TAG));
    put(t, "\r\n");
}

static void put_credentials(struct text *t, const struct flow *f)
{
    const struct step *s = f->step;
    unsigned long long nonce = mix(f->number, USE_NONCE);
    if (s->code == 401 || s->code == 407)
        put(t,
            "%s-Authenticate: Digest realm=\"example.com\", nonce=\"%016llx\", algorithm=MD5, "
            "qop=\"auth\"\r\n",
            s->code == 401 ? "WWW" : "Proxy", nonce);
    if (s->code || !(s->flags & CREDENTIALS))
        return;
    put(t, "%s: Digest username=\"+4930%07u\", realm=\"example.com\", nonce=\"%016llx\", uri=\"",
        s->method == REGISTER ? "Authorization" : "Proxy-Authorization", caller_of(f), nonce);
    put_uri(t, f);
    put(t,
        "\", response=\"%016llx%016llx\", algorithm=MD5, cnonce=\"%08x\", qop=auth, "
        "nc=00000001\r\n",
        (unsigned long long)mix(nonce, 1), (unsigned long long)mix(nonce, 2), (unsigned)nonce);
}

static void put_contact(struct text *t, const struct flow *f)
{
    const struct step *s = f->step;
    uint32_t phone = phone_of(f);
    bool target = s->method == INVITE && (s->code == 0 || s->code == 180 || s->code == 200);
    if (s->method == REGISTER && (s->code == 0 || s->code == 200))
        put(t, "Contact: <sip:+4930%07u@" IP_FORMAT ":5060>;expires=3600\r\n", caller_of(f),
            IP_ARG(phone));
    else if (target && s->code == 0)
        put(t, "Contact: <sip:+4930%07u@" IP_FORMAT ":5060;transport=udp>\r\n", caller_of(f),
            IP_ARG(phone));
    else if (target)
        put(t, "Contact: <sip:+4989%07u@" IP_FORMAT ":5060;transport=udp>\r\n", callee_of(f),
            IP_ARG(carrier_of(f)));
    if (s->method == INVITE && (s->flags & HOP2 || s->code == 180 || s->code == 200))
        put(t, "Record-Route: <sip:10.0.0.5;lr;ftag=%08x>\r\n",
            (unsigned)mix(f->number, USE_FROM_TAG));
    if (s->method == INVITE && s->code == 503)
        put(t, "Retry-After: 30\r\n");
}

static void put_common(struct text *t, const struct flow *f)
{
    static const char *const agents[] = { "Deskphone 4.2.1.7", "Softphone/3.18 (Linux; x86_64)",
                                          "Door station 1.0", "Conference unit 10.9.1" };
    const struct step *s = f->step;
    bool from_phone = !(s->flags & HOP2) && (s->code == 0) == !(s->flags & BACK);
    if (s->code == 0)
        put(t, "Max-Forwards: %d\r\n", s->flags & HOP2 ? 69 : 70);
    if (s->flags & BARE)
        return;
    if (s->code != 100)
        put(t, "%s: %s\r\n", s->code ? "Server" : "User-Agent",
            from_phone ? agents[mix(f->number, USE_AGENT) % 4] : "Core proxy 5.8.2 (x86_64/linux)");
    if (s->method == INVITE || s->method == OPTIONS)
        if (s->code == 0 || s->code == 200)
            put(t, "Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY, INFO, UPDATE, PRACK"
                   "\r\nSupported: timer, 100rel, replaces\r\n");
    if (s->method == INVITE && s->code == 0)
        put(t, "Session-Expires: 1800;refresher=uac\r\nMin-SE: 90\r\n");
    if (s->method == REGISTER && s->code == 0)
        put(t, "Expires: 3600\r\nSupported: path, outbound\r\n");
}

static void put_body(struct text *t, const struct flow *f)
{
    char body[512];
    const struct step *s = f->step;
    if (!(s->flags & SDP)) {
        put(t, "Content-Length: 0\r\n\r\n");
        return;
    }
    uint32_t ip = s->code ? carrier_of(f) : phone_of(f);
    unsigned port = 10000 + (unsigned)(mix(f->number, USE_MEDIA + s->code) % 20000) * 2;
    int n = snprintf(body, sizeof body,
                     "v=0\r\no=- %u 1 IN IP4 " IP_FORMAT "\r\ns=call\r\nc=IN IP4 " IP_FORMAT
                     "\r\nt=0 0\r\nm=audio %u RTP/AVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\n"
                     "a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
                     "a=fmtp:101 0-16\r\na=ptime:20\r\na=sendrecv\r\n",
                     caller_of(f), IP_ARG(ip), IP_ARG(ip), port);
    put(t, "Content-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s", n, body);
}

static void put_message(struct text *t, const struct flow *f)
{
    const struct step *s = f->step;
    uint32_t phone = phone_of(f);
    if (s->code) {
        put(t, "SIP/2.0 %u %s\r\n", s->code, reason(s->code));
    } else {
        put(t, "%s ", methods[s->method]);
        put_uri(t, f);
        put(t, " SIP/2.0\r\n");
    }
    put_vias(t, f);
    put_people(t, f);
    put(t, "Call-ID: %016llx-%x@" IP_FORMAT "\r\nCSeq: %u %s\r\n",
        (unsigned long long)mix(f->number, USE_CALL_ID), f->number, IP_ARG(phone), s->cseq,
        methods[s->method]);
    put_contact(t, f);
    put_credentials(t, f);
    put_common(t, f);
    put_body(t, f);
}

/* ---- the packet ---------------------------------------------------------------------------- */

static void be16(uint8_t *p, unsigned v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static void be32(uint8_t *p, uint32_t v)
{
    be16(p, v >> 16);
    be16(p + 2, v & 0xffff);
}

static unsigned checksum(const uint8_t *p, size_t n)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < n; i += 2)
        sum += (uint32_t)p[i] << 8 | p[i + 1];
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return ~sum & 0xffff;
}

static void put_front(uint8_t *p, uint32_t src, uint32_t dst, unsigned length, unsigned protocol,
                      unsigned ip_id)
{
    static const uint8_t ethernet[14] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0 };
    uint8_t *ip = p + 14, *ports = p + 34;
    memcpy(p, ethernet, sizeof ethernet);
    memset(ip, 0, 20);
    ip[0] = 0x45;
    be16(ip + 2, 20 + length);
    be16(ip + 4, ip_id);
    ip[8] = 64;
    ip[9] = (uint8_t)protocol;
    be32(ip + 12, src);
    be32(ip + 16, dst);
    be16(ip + 10, checksum(ip, 20));
    be16(ports, 5060);
    be16(ports + 2, 5060);
}

static int write_all(struct generator *g, const void *p, size_t n)
{
    return fwrite(p, 1, n, g->out) == n ? 0 : -1;
}

static int write_frame(struct generator *g, int64_t time_ns, const uint8_t *frame, size_t n)
{
    uint32_t length = (uint32_t)n;
    uint32_t header[4] = { (uint32_t)(time_ns / 1000000000),
                           (uint32_t)(time_ns % 1000000000 / 1000), length, length };
    return write_all(g, header, sizeof header) < 0 ? -1 : write_all(g, frame, length);
}

/* The sequence number of the next byte from one host to another. */
static uint32_t *sequence(struct generator *g, uint32_t src, uint32_t dst)
{
    size_t i = mix(src, dst) % STREAMS;
    while (g->streams[i].src && (g->streams[i].src != src || g->streams[i].dst != dst))
        i = (i + 1) % STREAMS;
    g->streams[i].src = src;
    g->streams[i].dst = dst;
    return &g->streams[i].seq;
}

static int write_segments(struct generator *g, int64_t time_ns, uint32_t src, uint32_t dst,
                          const uint8_t *message, size_t n)
{
    uint8_t frame[FRONT + SEGMENT_SIZE];
    uint32_t *seq = sequence(g, src, dst);
    for (size_t part; n > 0; message += part, n -= part, *seq += (uint32_t)part) {
        part = n < SEGMENT_SIZE ? n : SEGMENT_SIZE;
        put_front(frame, src, dst, 20 + (unsigned)part, 6, ++g->ip_id);
        be32(frame + 38, *seq);
        be32(frame + 42, *sequence(g, dst, src));
        be32(frame + 46, 0x5018ffff); /* five words, PSH and ACK, the window; no checksum */
        be32(frame + 50, 0);
        memcpy(frame + FRONT, message, part);
        if (write_frame(g, time_ns, frame, FRONT + part) < 0)
            return -1;
    }
    return 0;
}

static uint8_t *put_chunk(uint8_t *p, unsigned type, uint32_t value, unsigned bytes)
{
    be16(p, 0);
    be16(p + 2, type);
    be16(p + 4, bytes + 6);
    for (unsigned i = 0; i < bytes; i++)
        p[6 + i] = (uint8_t)(value >> 8 * (bytes - 1 - i));
    return p + 6 + bytes;
}

/* HEP version 3 in front of a message of `n` bytes; the rest of HEP bytes is filled to the end. */
static void put_hep(uint8_t *p, uint32_t src, uint32_t dst, int64_t time_ns, unsigned n)
{
    uint8_t *start = p;
    memcpy(p, "HEP3", 4);
    be16(p + 4, HEP + n);
    p = put_chunk(p + 6, 1, 2, 1);
    p = put_chunk(p, 2, 17, 1);
    p = put_chunk(p, 3, src, 4);
    p = put_chunk(p, 4, dst, 4);
    p = put_chunk(p, 7, 5060, 2);
    p = put_chunk(p, 8, 5060, 2);
    p = put_chunk(p, 9, (uint32_t)(time_ns / 1000000000), 4);
    p = put_chunk(p, 10, (uint32_t)(time_ns % 1000000000 / 1000), 4);
    p = put_chunk(p, 11, 1, 1);
    p = put_chunk(p, 12, 2001, 4);
    be16(p, 0);
    be16(p + 2, 19);
    be16(p + 4, (unsigned)(start + HEP - 6 - p));
    memset(p + 6, 'a', (size_t)(start + HEP - 12 - p));
    p = start + HEP - 6;
    be16(p, 0);
    be16(p + 2, 15);
    be16(p + 4, 6 + n);
}

static int write_message(struct generator *g, const struct flow *f)
{
    uint8_t frame[FRAME_SIZE], *udp = frame + 34;
    size_t hep = g->hep ? HEP : 0;
    struct text t = { (char *)frame + FRONT_UDP + hep, 0 };
    const struct step *s = f->step;
    bool hop2 = s->flags & HOP2;
    bool forward = (s->code == 0) == !(s->flags & BACK);
    uint32_t near = hop2 ? PROXY : phone_of(f), far = hop2 ? carrier_of(f) : PROXY;
    uint32_t src = forward ? near : far, dst = forward ? far : near;
    put_message(&t, f);
    if (g->log) {
        const struct logged logged = { f->time_ns, src, dst, PROXY, t.p, t.n };
        return logform_write(g->log, &logged, g->out);
    }
    if (g->tcp)
        return write_segments(g, f->time_ns, src, dst, (uint8_t *)t.p, t.n);
    size_t n = hep + t.n;
    put_front(frame, hep ? PROXY : src, hep ? COLLECTOR : dst, 8 + (unsigned)n, 17, ++g->ip_id);
    be32(udp + 4, (8 + (uint32_t)n) << 16); /* no checksum: 0, which IPv4 allows */
    if (hep) {
        be16(udp + 2, 9060);
        put_hep(frame + FRONT_UDP, src, dst, f->time_ns, (unsigned)t.n);
    }
    return write_frame(g, f->time_ns, frame, FRONT_UDP + n);
}

/* In the byte order of this machine, which the magic number tells. */
static int write_file_header(struct generator *g)
{
    const struct {
        uint32_t magic;
        uint16_t major, minor;
        uint32_t zone, accuracy, longest, linktype;
    } header = { 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1 };
    return write_all(g, &header, sizeof header);
}

/* ---- the heap of running flows --------------------------------------------------------------- */

static void sink(struct generator *g, size_t i)
{
    for (;;) {
        size_t least = i, left = 2 * i + 1;
        if (left < g->count && g->heap[left].time_ns < g->heap[least].time_ns)
            least = left;
        if (left + 1 < g->count && g->heap[left + 1].time_ns < g->heap[least].time_ns)
            least = left + 1;
        if (least == i)
            return;
        struct flow swap = g->heap[i];
        g->heap[i] = g->heap[least];
        g->heap[least] = swap;
        i = least;
    }
}

static int insert(struct generator *g, struct flow flow)
{
    if (g->count == g->room) {
        size_t room = g->room ? g->room * 2 : 1024;
        struct flow *grown = realloc(g->heap, room * sizeof *grown);
        if (!grown)
            return -1;
        g->heap = grown;
        g->room = room;
    }
    size_t i = g->count++;
    for (; i > 0 && flow.time_ns < g->heap[(i - 1) / 2].time_ns; i = (i - 1) / 2)
        g->heap[i] = g->heap[(i - 1) / 2];
    g->heap[i] = flow;
    return 0;
}

static const struct step *choose(const struct generator *g, uint32_t number)
{
    unsigned draw = (unsigned)(mix(number, USE_SCENARIO) % 100);
    size_t i = 0;
    if (g->flood)
        return flooded;
    while (draw >= g->scenarios[i].share)
        draw -= g->scenarios[i++].share;
    return g->scenarios[i].steps;
}

static int begin_flow(struct generator *g)
{
    uint32_t number = ++g->flows;
    struct flow flow = { g->next_flow_ns, choose(g, number), number };
    g->next_flow_ns += g->between_ns;
    return insert(g, flow);
}

/* Moves the first flow of the heap to its next step, or out. */
static void go_on(struct generator *g)
{
    struct flow *f = &g->heap[0];
    const struct step *next = f->step + 1;
    if (next->branch) {
        int64_t wait_ns = next->wait_ms * 1000000LL;
        uint64_t spread = mix(f->number, USE_WAIT + next->code + next->method) % 1024;
        f->time_ns += wait_ns / 2 + wait_ns / 1024 * (int64_t)spread;
        f->step = next;
    } else {
        *f = g->heap[--g->count];
    }
    sink(g, 0);
}

static int generate(struct generator *g)
{
    if (!g->log && write_file_header(g) < 0)
        return -1;
    for (; g->left > 0; g->left--) {
        while (g->count == 0 || g->next_flow_ns <= g->heap[0].time_ns)
            if (begin_flow(g) < 0)
                return -1;
        if (write_message(g, &g->heap[0]) < 0)
            return -1;
        go_on(g);
    }
    return fflush(g->out) == 0 ? 0 : -1;
}

/* ---- the command line ------------------------------------------------------------------------ */

static int usage(void)
{
    fputs(
        "usage: gencap [-n MESSAGES] [-s SECONDS] [--flood | --failing] [--tcp | --hep | --log FORM]"
        " [FILE]\n"
        "  -n, --messages N  how many messages (1000000)\n"
        "  -s, --start S     time of the first one, seconds since 1970\n"
        "      --flood       INVITEs only, each with a Call-ID of its own\n"
        "      --failing     half of all flows fail\n"
        "      --tcp         over TCP, a connection between each two hosts\n"
        "      --hep         as agents send it to a collector\n"
        "      --log FORM    as text: ",
        stderr);
    logform_list(stderr);
    fputc('\n', stderr);
    return 2;
}

static int number(const char *text, uint64_t *value)
{
    char *end;
    errno = 0;
    *value = strtoull(text, &end, 10);
    return errno || end == text || *end || *text == '-' ? -1 : 0;
}

static int read_options(int argc, char *argv[], struct generator *g)
{
    static const struct option options[] = {
        { "messages", required_argument, NULL, 'n' },
        { "start", required_argument, NULL, 's' },
        { "flood", no_argument, NULL, 'f' },
        { "failing", no_argument, NULL, 'b' },
        { "tcp", no_argument, NULL, 't' },
        { "hep", no_argument, NULL, 'h' },
        { "log", required_argument, NULL, 'l' },
        { NULL, 0, NULL, 0 },
    };
    uint64_t start = START;
    int letter;
    g->left = 1000000;
    g->scenarios = usual;
    while ((letter = getopt_long(argc, argv, "n:s:", options, NULL)) != -1) {
        if (letter == 'f')
            g->flood = true;
        else if (letter == 'b')
            g->scenarios = failing;
        else if (letter == 't')
            g->tcp = true;
        else if (letter == 'h')
            g->hep = true;
        else if (letter == 'l' && logform_find(optarg))
            g->log = logform_find(optarg);
        else if ((letter != 'n' && letter != 's') ||
                 number(optarg, letter == 'n' ? &g->left : &start) < 0)
            return -1;
    }
    g->between_ns = g->flood ? BETWEEN_FLOOD_NS : BETWEEN_FLOWS_NS;
    g->next_flow_ns = (int64_t)(start % UINT32_MAX) * 1000000000;
    return argc - optind <= 1 ? 0 : -1;
}

int main(int argc, char *argv[])
{
    static struct generator g;
    g.out = stdout;
    if (read_options(argc, argv, &g) < 0)
        return usage();
    const char *path = optind < argc ? argv[optind] : NULL;
    if (path)
        g.out = fopen(path, "wb");
    int result = g.out ? generate(&g) : -1;
    if (path && g.out && fclose(g.out) != 0)
        result = -1;
    if (result < 0)
        fprintf(stderr, "gencap: %s: %s\n", path ? path : "standard output", strerror(errno));
    free(g.heap);
    return result < 0;
}
