/*
 * What is said in the captures of this folder: a table a conversation, a row a message.
 * gen.c makes packets of them. Nothing here is recorded traffic.
 *
 * A row is SAY(time in ms, hop, start line, CSeq, Via values, From/To, ...):
 *   hop   sender and receiver, letters of gen.c's table of hosts; behind a '+' letters that
 *         change the packet (see gen.c: put_packet)
 *   via   the topmost first, as BRANCH@HOST; the branch gets its cookie, unless it begins with
 *         '!' (as it stands) or is empty (none at all)
 *   who   From and To as HOST[NUMBER]: with a number it is a tag
 * and by name: more (further header lines), call (the Call-ID), without (a header left out),
 * body, in (tunnels around the packet). RAW() rows are payloads as they stand.
 */
#ifndef SIPWHY_TESTS_TALKS_H
#define SIPWHY_TESTS_TALKS_H

#include <stddef.h>

struct say {
    double ms;
    const char *hop, *start, *cseq, *via, *who;
    const char *more, *call, *without, *body;
    size_t raw;     /* `start` is the payload, so many bytes */
    const char *in; /* tunnels around the packet, the innermost first (see gen.c) */
};
#define SAY(ms_, hop_, start_, cseq_, via_, who_, ...)                                 \
    {                                                                                  \
        .ms = (ms_), .hop = (hop_), .start = (start_), .cseq = (cseq_), .via = (via_), \
        .who = (who_), __VA_ARGS__                                                     \
    }
#define RAW(ms_, hop_, bytes_)                                                   \
    {                                                                            \
        .ms = (ms_), .hop = (hop_), .start = (bytes_), .raw = sizeof(bytes_) - 1 \
    }

#define TO_BOB(method) method " sip:bob@b.example SIP/2.0"
#define TO_CAROL(method) method " sip:carol@c.example SIP/2.0"
#define TO_ALICE(method) method " sip:alice@a.example SIP/2.0"
#define TRYING "SIP/2.0 100 Trying"
#define RINGING "SIP/2.0 180 Ringing"
#define OK "SIP/2.0 200 OK"
#define SDP_OFFER                                                               \
    "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n" \
    "m=audio 40000 RTP/AVP 8 0\r\na=rtpmap:8 PCMA/8000\r\n"

/* An answered call on one hop, RFC 3665 §3.1. */
static const struct say answered[] = {
    SAY(0, "ab", TO_BOB("INVITE"), "1 INVITE", "1@a", "a1/b", .body = SDP_OFFER),
    SAY(500, "ba", TRYING, "1 INVITE", "1@a", "a1/b"),
    SAY(1000, "ba", RINGING, "1 INVITE", "1@a", "a1/b1"),
    SAY(3000, "ba", OK, "1 INVITE", "1@a", "a1/b1", .body = SDP_OFFER),
    SAY(3500, "ab", TO_BOB("ACK"), "1 ACK", "2@a", "a1/b1"),
    SAY(9000, "ab", TO_BOB("BYE"), "2 BYE", "3@a", "a1/b1"),
    SAY(9500, "ba", OK, "2 BYE", "3@a", "a1/b1"),
};

/* The same over a proxy that record-routes: each request is a transaction on each hop. */
static const struct say proxied[] = {
    SAY(0, "ap", TO_BOB("INVITE"), "1 INVITE", "1@a", "a1/b"),
    SAY(10, "pa", TRYING, "1 INVITE", "1@a", "a1/b"),
    SAY(20, "pb", TO_BOB("INVITE"), "1 INVITE", "p1@p 1@a", "a1/b"),
    SAY(100, "bp", RINGING, "1 INVITE", "p1@p 1@a", "a1/b1"),
    SAY(110, "pa", RINGING, "1 INVITE", "1@a", "a1/b1"),
    SAY(2000, "bp", OK, "1 INVITE", "p1@p 1@a", "a1/b1"),
    SAY(2010, "pa", OK, "1 INVITE", "1@a", "a1/b1"),
    SAY(2050, "ap", TO_BOB("ACK"), "1 ACK", "2@a", "a1/b1"),
    SAY(2060, "pb", TO_BOB("ACK"), "1 ACK", "p2@p 2@a", "a1/b1"),
    SAY(8000, "bp", TO_ALICE("BYE"), "1 BYE", "3@b", "b1/a1"),
    SAY(8010, "pa", TO_ALICE("BYE"), "1 BYE", "p3@p 3@b", "b1/a1"),
    SAY(8050, "ap", OK, "1 BYE", "p3@p 3@b", "b1/a1"),
    SAY(8060, "pb", OK, "1 BYE", "3@b", "b1/a1"),
};

/* The ACK to a failure repeats the INVITE's branch. */
static const struct say busy[] = {
    SAY(0, "ab", TO_BOB("INVITE"), "1 INVITE", "1@a", "a1/b", .body = SDP_OFFER),
    SAY(10, "ba", TRYING, "1 INVITE", "1@a", "a1/b"),
    SAY(60, "ba", "SIP/2.0 486 Busy Here", "1 INVITE", "1@a", "a1/b1"),
    SAY(70, "ab", TO_BOB("ACK"), "1 ACK", "1@a", "a1/b1"),
};

static const struct say cancelled[] = {
    SAY(0, "ab", TO_BOB("INVITE"), "1 INVITE", "1@a", "a1/b"),
    SAY(10, "ba", TRYING, "1 INVITE", "1@a", "a1/b"),
    SAY(200, "ba", RINGING, "1 INVITE", "1@a", "a1/b1"),
    SAY(4000, "ab", TO_BOB("CANCEL"), "1 CANCEL", "1@a", "a1/b"),
    SAY(4010, "ba", OK, "1 CANCEL", "1@a", "a1/b1"),
    SAY(4020, "ba", "SIP/2.0 487 Request Terminated", "1 INVITE", "1@a", "a1/b1"),
    SAY(4030, "ab", TO_BOB("ACK"), "1 ACK", "1@a", "a1/b1"),
};

/* The CANCEL crosses the 200: the call is answered (RFC 3261 §9.1). */
static const struct say cancelled_late[] = {
    SAY(0, "ab", TO_BOB("INVITE"), "1 INVITE", "1@a", "a1/b"),
    SAY(200, "ba", RINGING, "1 INVITE", "1@a", "a1/b1"),
    SAY(4000, "ab", TO_BOB("CANCEL"), "1 CANCEL", "1@a", "a1/b"),
    SAY(4005, "ba", OK, "1 INVITE", "1@a", "a1/b1"),
    SAY(4010, "ba", OK, "1 CANCEL", "1@a", "a1/b1"),
    SAY(4030, "ab", TO_BOB("ACK"), "1 ACK", "2@a", "a1/b1"),
    SAY(4040, "ab", TO_BOB("BYE"), "2 BYE", "3@a", "a1/b1"),
    SAY(4050, "ba", OK, "2 BYE", "3@a", "a1/b1"),
};

/*
 * Through a B2BUA, which says 480 where the callee was busy. Between the two legs another call goes
 * straight to the callee.
 */
static const struct say b2bua[] = {
    SAY(0, "ap", TO_BOB("INVITE"), "1 INVITE", "1@a", "a1/b", .call = "in@a"),
    SAY(1, "pa", TRYING, "1 INVITE", "1@a", "a1/b", .call = "in@a"),
    SAY(5, "cb", TO_BOB("INVITE"), "1 INVITE", "1@c", "c1/b", .call = "other@c"),
    SAY(10, "pb", TO_BOB("INVITE"), "1 INVITE", "1@p", "a7/b", .call = "out@p",
        .more = "X-Call-ID: in@a\r\n"),
    SAY(60, "bp", "SIP/2.0 486 Busy Here", "1 INVITE", "1@p", "a7/b1", .call = "out@p"),
    SAY(65, "pb", TO_BOB("ACK"), "1 ACK", "1@p", "a7/b1", .call = "out@p"),
    SAY(70, "pa", "SIP/2.0 480 Temporarily Unavailable", "1 INVITE", "1@a", "a1/b9",
        .call = "in@a"),
    SAY(75, "ap", TO_BOB("ACK"), "1 ACK", "1@a", "a1/b9", .call = "in@a"),
};

/* A ringing call is picked up from another phone (RFC 3891 §1), and so stopped at the first. */
static const struct say picked_up[] = {
    SAY(0, "ab", TO_BOB("INVITE"), "1 INVITE", "1@a", "a1/b", .call = "ring@a"),
    SAY(100, "ba", RINGING, "1 INVITE", "1@a", "a1/b1", .call = "ring@a"),
    SAY(2000, "ca", TO_ALICE("INVITE"), "1 INVITE", "1@c", "c1/a", .call = "pick@c",
        .more = "Replaces: ring@a;to-tag=b1;from-tag=a1;early-only\r\n"),
    SAY(2010, "ac", OK, "1 INVITE", "1@c", "c1/a2", .call = "pick@c"),
    SAY(2020, "ca", TO_ALICE("ACK"), "1 ACK", "2@c", "c1/a2", .call = "pick@c"),
    SAY(2030, "ab", TO_BOB("CANCEL"), "1 CANCEL", "1@a", "a1/b", .call = "ring@a"),
    SAY(2040, "ba", OK, "1 CANCEL", "1@a", "a1/b1", .call = "ring@a"),
    SAY(2050, "ba", "SIP/2.0 487 Request Terminated", "1 INVITE", "1@a", "a1/b1", .call = "ring@a"),
    SAY(2060, "ab", TO_BOB("ACK"), "1 ACK", "1@a", "a1/b1", .call = "ring@a"),
};

/*
 * A call over TCP: in order, in two segments, two in one, in the wrong order, sent again by TCP, one
 * missing from the capture; keep-alives; the ports used again for an OPTIONS.
 */
static const struct say over_tcp[] = {
    RAW(0, "ab+ty", ""),
    RAW(1, "ba+tY", ""),
    SAY(10, "ab+t2", TO_BOB("INVITE"), "1 INVITE", "1@a", "a1/b", .body = SDP_OFFER),
    SAY(20, "ba+tj", TRYING, "1 INVITE", "1@a", "a1/b"),
    SAY(30, "ba+t", RINGING, "1 INVITE", "1@a", "a1/b1"),
    RAW(1000, "ab+t", "\r\n\r\n"),
    RAW(1010, "ba+t", "\r\n"),
    SAY(3000, "ba+tw", OK, "1 INVITE", "1@a", "a1/b1", .body = SDP_OFFER),
    SAY(3500, "ab+tq", TO_BOB("ACK"), "1 ACK", "2@a", "a1/b1"),
    SAY(4000, "ab+tl", TO_BOB("INFO"), "2 INFO", "3@a", "a1/b1"),
    SAY(4100, "ab+t", TO_BOB("INFO"), "3 INFO", "4@a", "a1/b1"),
    SAY(4200, "ba+t", OK, "2 INFO", "3@a", "a1/b1"),
    SAY(4210, "ba+t", OK, "3 INFO", "4@a", "a1/b1"),
    SAY(9000, "ab+tn", TO_BOB("BYE"), "4 BYE", "5@a", "a1/b1"),
    SAY(9500, "ba+tn", OK, "4 BYE", "5@a", "a1/b1"),
    RAW(20000, "ab+ty", ""),
    RAW(20001, "ba+tY", ""),
    SAY(20010, "ab+t", TO_BOB("OPTIONS"), "1 OPTIONS", "6@a", "a2/b", .call = "options@a"),
    SAY(20020, "ba+t", OK, "1 OPTIONS", "6@a", "a2/b2", .call = "options@a"),
};

/* RFC 3261 §18.3, §20.14: Content-Length missing, too small and too large on a stream. */
static const struct say odd_lengths[] = {
    SAY(0, "ab+t", TO_BOB("OPTIONS"), "1 OPTIONS", "1@a", "a1/b", .call = "missing@a",
        .without = "Content-Length"),
    SAY(10, "ab+t", TO_BOB("OPTIONS"), "1 OPTIONS", "2@a", "a1/b", .call = "small@a",
        .without = "Content-Length", .more = "Content-Length: 4", .body = SDP_OFFER),
    SAY(20, "ab+t", TO_BOB("OPTIONS"), "1 OPTIONS", "3@a", "a1/b", .call = "large@a",
        .without = "Content-Length", .more = "Content-Length: 400", .body = SDP_OFFER),
    SAY(30, "ab+t", TO_BOB("OPTIONS"), "1 OPTIONS", "4@a", "a1/b", .call = "good@a"),
};

/* Before RFC 3261: no branch at all, then one branch for everything. */
static const struct say rfc2543[] = {
    SAY(0, "ab", TO_BOB("INVITE"), "1 INVITE", "@a", "a1/b"),
    SAY(10, "ba", TRYING, "1 INVITE", "@a", "a1/b"),
    SAY(20, "ba", "SIP/2.0 404 Not Found", "1 INVITE", "@a", "a1/b1"),
    SAY(30, "ab", TO_BOB("ACK"), "1 ACK", "@a", "a1/b1"),
    SAY(1000, "ab", TO_BOB("INVITE"), "2 INVITE", "@a", "a1/b"),
    SAY(1010, "ba", OK, "2 INVITE", "@a", "a1/b2"),
    SAY(1020, "ab", TO_BOB("ACK"), "2 ACK", "@a", "a1/b2"),
    SAY(2000, "ab", TO_BOB("BYE"), "3 BYE", "@a", "a1/b2"),
    SAY(2010, "ba", OK, "3 BYE", "@a", "a1/b2"),
    SAY(3000, "ab", TO_BOB("OPTIONS"), "1 OPTIONS", "!1@a", "a2/b", .call = "old-1@a"),
    SAY(3010, "ba", OK, "1 OPTIONS", "!1@a", "a2/b3", .call = "old-1@a"),
    SAY(4000, "ab", TO_BOB("OPTIONS"), "2 OPTIONS", "!1@a", "a2/b", .call = "old-1@a"),
    SAY(4010, "ba", OK, "2 OPTIONS", "!1@a", "a2/b3", .call = "old-1@a"),
};

/* A proxy forks, both branches answer, and both answers reach the caller (§13.2.2.4). */
static const struct say forked[] = {
    SAY(0, "ap", TO_BOB("INVITE"), "1 INVITE", "1@a", "a1/b"),
    SAY(10, "pb", TO_BOB("INVITE"), "1 INVITE", "p1@p 1@a", "a1/b"),
    SAY(20, "pc", TO_CAROL("INVITE"), "1 INVITE", "p2@p 1@a", "a1/b"),
    SAY(100, "bp", RINGING, "1 INVITE", "p1@p 1@a", "a1/b1"),
    SAY(110, "pa", RINGING, "1 INVITE", "1@a", "a1/b1"),
    SAY(120, "cp", RINGING, "1 INVITE", "p2@p 1@a", "a1/c1"),
    SAY(130, "pa", RINGING, "1 INVITE", "1@a", "a1/c1"),
    SAY(2000, "bp", OK, "1 INVITE", "p1@p 1@a", "a1/b1"),
    SAY(2010, "pa", OK, "1 INVITE", "1@a", "a1/b1"),
    SAY(2020, "cp", OK, "1 INVITE", "p2@p 1@a", "a1/c1"),
    SAY(2030, "pa", OK, "1 INVITE", "1@a", "a1/c1"),
    SAY(2040, "ap", TO_BOB("ACK"), "1 ACK", "2@a", "a1/b1"),
    SAY(2050, "pb", TO_BOB("ACK"), "1 ACK", "p3@p 2@a", "a1/b1"),
    SAY(2060, "ap", TO_CAROL("ACK"), "1 ACK", "3@a", "a1/c1"),
    SAY(2070, "pc", TO_CAROL("ACK"), "1 ACK", "p4@p 3@a", "a1/c1"),
    SAY(2080, "ap", TO_CAROL("BYE"), "2 BYE", "4@a", "a1/c1"),
    SAY(2090, "pc", TO_CAROL("BYE"), "2 BYE", "p5@p 4@a", "a1/c1"),
    SAY(2100, "cp", OK, "2 BYE", "p5@p 4@a", "a1/c1"),
    SAY(2110, "pa", OK, "2 BYE", "4@a", "a1/c1"),
};

/* Timers A, E and G at work: the same bytes again, after 500 ms and then twice as long. */
static const struct say repeated[] = {
    SAY(0, "ab", TO_BOB("INVITE"), "1 INVITE", "1@a", "a1/b"),
    SAY(500, "ab", TO_BOB("INVITE"), "1 INVITE", "1@a", "a1/b"),
    SAY(1500, "ab", TO_BOB("INVITE"), "1 INVITE", "1@a", "a1/b"),
    SAY(2000, "ba", OK, "1 INVITE", "1@a", "a1/b1"),
    SAY(2500, "ba", OK, "1 INVITE", "1@a", "a1/b1"),
    SAY(2510, "ab", TO_BOB("ACK"), "1 ACK", "2@a", "a1/b1"),
    SAY(5000, "ab", TO_BOB("BYE"), "2 BYE", "3@a", "a1/b1"),
    SAY(5500, "ab", TO_BOB("BYE"), "2 BYE", "3@a", "a1/b1"),
    SAY(5510, "ba", OK, "2 BYE", "3@a", "a1/b1"),
};

/*
 * Rows alternate between two interfaces, which see the same packets ("+c": the IP header is the
 * one before). The fourth pair stands 100 ms apart: two hosts' clocks.
 */
static const struct say twice[] = {
    SAY(0, "ab", TO_BOB("INVITE"), "1 INVITE", "1@a", "a1/b"),
    SAY(0.4, "ab+c", TO_BOB("INVITE"), "1 INVITE", "1@a", "a1/b"),
    SAY(500, "ab", TO_BOB("INVITE"), "1 INVITE", "1@a", "a1/b"),
    SAY(500.2, "ab+c", TO_BOB("INVITE"), "1 INVITE", "1@a", "a1/b"),
    SAY(600, "ba", OK, "1 INVITE", "1@a", "a1/b1"),
    SAY(600.9, "ba+c", OK, "1 INVITE", "1@a", "a1/b1"),
    SAY(610, "ab", TO_BOB("ACK"), "1 ACK", "2@a", "a1/b1"),
    SAY(710, "ab+c", TO_BOB("ACK"), "1 ACK", "2@a", "a1/b1"),
};

/* A host that leaves the IP identification 0, and a T1 of 100 ms: no copies, repetitions. */
static const struct say hasty[] = {
    SAY(0, "ab+0", TO_BOB("OPTIONS"), "1 OPTIONS", "1@a", "a1/b"),
    SAY(100, "ab+0", TO_BOB("OPTIONS"), "1 OPTIONS", "1@a", "a1/b"),
    SAY(300, "ab+0", TO_BOB("OPTIONS"), "1 OPTIONS", "1@a", "a1/b"),
    SAY(310, "ba+0", OK, "1 OPTIONS", "1@a", "a1/b1"),
};

/* 40 s of capture: one INVITE is never answered, one still rings, one has just been sent. */
static const struct say silent[] = {
    SAY(0, "ab", TO_BOB("INVITE"), "1 INVITE", "1@a", "a1/b", .call = "lost@a"),
    SAY(500, "ab", TO_BOB("INVITE"), "1 INVITE", "1@a", "a1/b", .call = "lost@a"),
    SAY(1000, "ac", TO_CAROL("INVITE"), "1 INVITE", "2@a", "a2/c", .call = "rings@a"),
    SAY(1500, "ab", TO_BOB("INVITE"), "1 INVITE", "1@a", "a1/b", .call = "lost@a"),
    SAY(2000, "ca", RINGING, "1 INVITE", "2@a", "a2/c1", .call = "rings@a"),
    SAY(3000, "ac", TO_CAROL("INFO"), "2 INFO", "3@a", "a2/c1", .call = "rings@a"),
    SAY(3100, "ca", TRYING, "2 INFO", "3@a", "a2/c1", .call = "rings@a"),
    SAY(35000, "ab", TO_BOB("INVITE"), "1 INVITE", "4@a", "a3/b", .call = "new@a"),
    SAY(40000, "ac", TO_CAROL("OPTIONS"), "1 OPTIONS", "5@a", "a4/c", .call = "alive@a"),
    SAY(40010, "ca", OK, "1 OPTIONS", "5@a", "a4/c2", .call = "alive@a"),
};

/* The capture starts when the calls are under way. */
static const struct say middle[] = {
    SAY(0, "ba", OK, "1 INVITE", "1@a", "a1/b1", .call = "joined@a"),
    SAY(10, "ab", TO_BOB("ACK"), "1 ACK", "2@a", "a1/b1", .call = "joined@a"),
    SAY(500, "ba", TO_ALICE("BYE"), "7 BYE", "3@b", "b2/a2", .call = "ending@a"),
};

static const struct say reinvite[] = {
    SAY(0, "ab", TO_BOB("INVITE"), "1 INVITE", "1@a", "a1/b"),
    SAY(100, "ba", OK, "1 INVITE", "1@a", "a1/b1"),
    SAY(110, "ab", TO_BOB("ACK"), "1 ACK", "2@a", "a1/b1"),
    SAY(5000, "ba", TO_ALICE("INVITE"), "1 INVITE", "3@b", "b1/a1", .body = SDP_OFFER),
    SAY(5010, "ab", OK, "1 INVITE", "3@b", "b1/a1", .body = SDP_OFFER),
    SAY(5020, "ba", TO_ALICE("ACK"), "1 ACK", "4@b", "b1/a1"),
    SAY(9000, "ab", TO_BOB("BYE"), "2 BYE", "5@a", "a1/b1"),
    SAY(9010, "ba", OK, "2 BYE", "5@a", "a1/b1"),
};

#define CREDENTIALS(header)                                                  \
    header ": Digest username=\"alice\", realm=\"b.example\", nonce=\"n1\"," \
           " uri=\"sip:b.example\", response=\"00000000000000000000000000000000\""

static const struct say digest[] = {
    SAY(0, "ab", "REGISTER sip:b.example SIP/2.0", "1 REGISTER", "1@a", "a1/a", .call = "reg@a"),
    SAY(10, "ba", "SIP/2.0 401 Unauthorized", "1 REGISTER", "1@a", "a1/a1", .call = "reg@a",
        .more = "WWW-Authenticate: Digest realm=\"b.example\", nonce=\"n1\""),
    SAY(20, "ab", "REGISTER sip:b.example SIP/2.0", "2 REGISTER", "2@a", "a1/a", .call = "reg@a",
        .more = CREDENTIALS("Authorization")),
    SAY(30, "ba", OK, "2 REGISTER", "2@a", "a1/a2", .call = "reg@a"),
    SAY(1000, "ab", TO_BOB("INVITE"), "1 INVITE", "3@a", "a2/b"),
    SAY(1010, "ba", "SIP/2.0 407 Proxy Authentication Required", "1 INVITE", "3@a", "a2/b1",
        .more = "Proxy-Authenticate: Digest realm=\"b.example\", nonce=\"n1\""),
    SAY(1020, "ab", TO_BOB("ACK"), "1 ACK", "3@a", "a2/b1"),
    SAY(1030, "ab", TO_BOB("INVITE"), "2 INVITE", "4@a", "a2/b",
        .more = CREDENTIALS("Proxy-Authorization")),
    SAY(2000, "ba", OK, "2 INVITE", "4@a", "a2/b2"),
    SAY(2010, "ab", TO_BOB("ACK"), "2 ACK", "5@a", "a2/b2"),
};

static const struct say redirected[] = {
    SAY(0, "ab", TO_BOB("INVITE"), "1 INVITE", "1@a", "a1/b"),
    SAY(10, "ba", "SIP/2.0 302 Moved Temporarily", "1 INVITE", "1@a", "a1/b1",
        .more = "Contact: <sip:carol@c.example>"),
    SAY(20, "ab", TO_BOB("ACK"), "1 ACK", "1@a", "a1/b1"),
    SAY(30, "ac", TO_CAROL("INVITE"), "2 INVITE", "2@a", "a1/b"),
    SAY(900, "ca", OK, "2 INVITE", "2@a", "a1/c1"),
    SAY(910, "ac", TO_CAROL("ACK"), "2 ACK", "3@a", "a1/c1"),
};

/* What makes a dialog (RFC 3261 §12.1, RFC 6665 §4) and what only looks like one. */
static const struct say dialogs[] = {
    SAY(0, "ab", TO_BOB("SUBSCRIBE"), "1 SUBSCRIBE", "1@a", "a1/b", .call = "sub@a",
        .more = "Event: presence\r\nExpires: 600"),
    SAY(10, "ba", OK, "1 SUBSCRIBE", "1@a", "a1/b1", .call = "sub@a", .more = "Expires: 600"),
    SAY(20, "ba", TO_ALICE("NOTIFY"), "1 NOTIFY", "2@b", "b1/a1", .call = "sub@a",
        .more = "Event: presence\r\nSubscription-State: active;expires=600"),
    SAY(30, "ab", OK, "1 NOTIFY", "2@b", "b1/a1", .call = "sub@a"),
    SAY(100, "ab", TO_BOB("OPTIONS"), "1 OPTIONS", "3@a", "a2/b", .call = "options@a"),
    SAY(110, "ba", OK, "1 OPTIONS", "3@a", "a2/b2", .call = "options@a"),
    SAY(200, "ab", "REGISTER sip:b.example SIP/2.0", "1 REGISTER", "4@a", "a3/a", .call = "reg@a"),
    SAY(210, "ba", OK, "1 REGISTER", "4@a", "a3/a4", .call = "reg@a"),
    SAY(300, "ab", TO_BOB("MESSAGE"), "1 MESSAGE", "5@a", "a5/b", .call = "text@a"),
    SAY(310, "ba", OK, "1 MESSAGE", "5@a", "a5/b5", .call = "text@a"),
    SAY(400, "ab", TO_BOB("INVITE"), "1 INVITE", "6@a", "a6/b", .call = "refused@a"),
    SAY(410, "ba", TRYING, "1 INVITE", "6@a", "a6/b6", .call = "refused@a"),
    SAY(420, "ba", "SIP/2.0 404 Not Found", "1 INVITE", "6@a", "a6/b6", .call = "refused@a"),
    SAY(430, "ab", TO_BOB("ACK"), "1 ACK", "6@a", "a6/b6", .call = "refused@a"),
    SAY(500, "ab", TO_BOB("INVITE"), "1 INVITE", "7@a", "a7/b", .call = "early@a",
        .more = "Supported: 100rel"),
    SAY(510, "ba", "SIP/2.0 183 Session Progress", "1 INVITE", "7@a", "a7/b7", .call = "early@a",
        .more = "Require: 100rel\r\nRSeq: 1"),
    SAY(520, "ab", TO_BOB("PRACK"), "2 PRACK", "8@a", "a7/b7", .call = "early@a",
        .more = "RAck: 1 1 INVITE"),
    SAY(530, "ba", OK, "2 PRACK", "8@a", "a7/b7", .call = "early@a"),
    SAY(600, "ba", OK, "1 INVITE", "7@a", "a7/b7", .call = "early@a"),
    SAY(610, "ab", TO_BOB("ACK"), "1 ACK", "9@a", "a7/b7", .call = "early@a"),
    SAY(700, "ba", TO_ALICE("UPDATE"), "1 UPDATE", "10@b", "b7/a7", .call = "early@a"),
    SAY(710, "ab", OK, "1 UPDATE", "10@b", "b7/a7", .call = "early@a"),
    SAY(800, "ab", TO_BOB("BYE"), "3 BYE", "11@a", "a7/b7", .call = "early@a"),
    SAY(810, "ba", OK, "3 BYE", "11@a", "a7/b7", .call = "early@a"),
};

/* A client with one branch for all it sends: the methods and numbers still tell them apart. */
static const struct say one_branch[] = {
    SAY(0, "ab", TO_BOB("INVITE"), "1 INVITE", "1@a", "a1/b"),
    SAY(100, "ba", OK, "1 INVITE", "1@a", "a1/b1"),
    SAY(110, "ab", TO_BOB("ACK"), "1 ACK", "1@a", "a1/b1"),
    SAY(200, "ab", TO_BOB("INFO"), "2 INFO", "1@a", "a1/b1"),
    SAY(210, "ba", OK, "2 INFO", "1@a", "a1/b1"),
    SAY(300, "ab", TO_BOB("INFO"), "3 INFO", "1@a", "a1/b1"),
    SAY(310, "ba", OK, "3 INFO", "1@a", "a1/b1"),
    SAY(400, "ab", TO_BOB("BYE"), "4 BYE", "1@a", "a1/b1"),
    SAY(410, "ba", OK, "4 BYE", "1@a", "a1/b1"),
};

/* A row a link layer, in the order of gen.c's list; the Call-ID names it. */
#define PING(ms, hop, name) \
    SAY(ms, hop, TO_BOB("OPTIONS"), "1 OPTIONS", name "@a", "a1/b", .call = name)
static const struct say over_links[] = {
    PING(0, "ab", "ethernet"), PING(1, "ab", "vlan"),        PING(2, "ab", "qinq"),
    PING(3, "ab", "qinq-old"), PING(4, "ab", "pppoe"),       PING(5, "ab", "sll"),
    PING(6, "ab", "sll2"),     PING(7, "ab", "null-little"), PING(8, "ab", "null-big"),
    PING(9, "ab", "loop"),     PING(10, "ab", "raw"),        PING(11, "ab", "ipv4"),
    PING(12, "AB", "ipv6"),    PING(13, "AB", "ethernet-6"), PING(14, "AB", "vlan-6"),
};

/* IP headers of every kind between the link and UDP; "g" are Ethernet's padding bytes. */
static const struct say over_ip[] = {
    PING(0, "ab", "plain-4"),        PING(1, "ab+o", "options-4"),
    PING(2, "AB", "plain-6"),        PING(3, "AB+h", "hop-by-hop"),
    PING(4, "AB+d", "destination"),  PING(5, "AB+r", "routing"),
    PING(6, "AB+f", "one-fragment"), PING(7, "AB+a", "authentication"),
    PING(8, "AB+hdrfad", "many"),    PING(9, "ab+g", "padded"),
};

/* Every kind of tunnel, alone and inside one another. */
#define TUNNELED(ms_, in_) \
    SAY(ms_, "ab", TO_BOB("OPTIONS"), "1 OPTIONS", "1@a", "a1/b", .call = in_, .in = in_)
static const struct say in_tunnels[] = {
    TUNNELED(0, "ipip"),
    TUNNELED(1, "6in4"),
    TUNNELED(2, "gre"),
    TUNNELED(3, "gre-key"),
    TUNNELED(4, "gre-bridge"),
    TUNNELED(5, "erspan-2"),
    TUNNELED(6, "erspan-3"),
    TUNNELED(7, "vxlan"),
    TUNNELED(8, "geneve"),
    TUNNELED(9, "gtp"),
    TUNNELED(10, "l2tp"),
    TUNNELED(11, "teredo"),
    TUNNELED(12, "mpls"),
    TUNNELED(13, "vxlan gre ipip"),
    TUNNELED(14, "gtp ipip geneve"),
};
/* Without encryption, in tunnel mode. */
static const struct say in_esp[] = { TUNNELED(0, "esp-12"), TUNNELED(1, "esp-16") };

/* SIP over WebSocket, RFC 7118: "+W" puts the message into a frame, which the client masks. */
static const struct say over_websocket[] = {
    RAW(0, "xy+t",
        "GET / HTTP/1.1\r\nHost: y.example\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Protocol: sip\r\nSec-WebSocket-Version: 13\r\n\r\n"),
    RAW(10, "yx+t",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\n"
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
        "Sec-WebSocket-Protocol: sip\r\n\r\n"),
    SAY(20, "xy+tW", TO_BOB("INVITE"), "1 INVITE", "1@x", "a1/b", .body = SDP_OFFER),
    SAY(30, "yx+tW", TRYING, "1 INVITE", "1@x", "a1/b"),
    SAY(40, "yx+tW2", "SIP/2.0 486 Busy Here", "1 INVITE", "1@x", "a1/b1"),
    SAY(50, "xy+tW2", TO_BOB("ACK"), "1 ACK", "1@x", "a1/b1"),
};

/* SIP over SCTP, RFC 4168: "+s", in two chunks with "2", in two packets with "w", again with "q". */
static const struct say over_sctp[] = {
    SAY(0, "ab+s2", TO_BOB("INVITE"), "1 INVITE", "1@a", "a1/b", .body = SDP_OFFER),
    SAY(10, "ba+s", TRYING, "1 INVITE", "1@a", "a1/b"),
    SAY(20, "ba+sw", "SIP/2.0 486 Busy Here", "1 INVITE", "1@a", "a1/b1"),
    SAY(30, "ab+sq", TO_BOB("ACK"), "1 ACK", "1@a", "a1/b1"),
};

/* Nobody uses 5060. */
static const struct say odd_ports[] = {
    SAY(0, "xy", TO_BOB("OPTIONS"), "1 OPTIONS", "1@x", "a1/b"),
    SAY(10, "yx", OK, "1 OPTIONS", "1@x", "a1/b1"),
    SAY(20, "yd", TO_BOB("OPTIONS"), "2 OPTIONS", "2@y", "a1/b"),
};

/* What capture agents send: "+1", "+2", "+3" the version of HEP, "t" over TCP, "l" a log line. */
static const struct say by_agents[] = {
    SAY(0, "ab+3", TO_BOB("OPTIONS"), "1 OPTIONS", "1@a", "a1/b", .call = "3@a"),
    SAY(10, "ba+3", OK, "1 OPTIONS", "1@a", "a1/b1", .call = "3@a"),
    SAY(20, "ab+2", TO_BOB("OPTIONS"), "1 OPTIONS", "2@a", "a1/b", .call = "2@a"),
    SAY(30, "ba+2", OK, "1 OPTIONS", "2@a", "a1/b1", .call = "2@a"),
    SAY(40, "ab+1", TO_BOB("OPTIONS"), "1 OPTIONS", "3@a", "a1/b", .call = "1@a"),
    SAY(50, "ab+3t", TO_BOB("MESSAGE"), "1 MESSAGE", "4@a", "a1/b", .call = "t@a"),
    SAY(60, "ab+3l", TO_BOB("NOTIFY"), "1 NOTIFY", "5@a", "a1/b", .call = "log@a"),
};

/* Keep-alives and other protocols, some of them on SIP's port and in SIP's dress. */
static const struct say not_sip[] = {
    RAW(0, "ab", "\r\n\r\n"),
    RAW(1, "ba", "\r\n"),
    RAW(2, "ab", "\0\0\0\0"),
    RAW(3, "ab", " "),
    RAW(10, "ab", "\0\1\0\10\x21\x12\xa4\x42transaction.\x80\x22\0\4sip:"),
    RAW(11, "ab", "\x80\x08\0\1\0\0\0\xa0\xde\xad\xbe\xefSIP/2.0 200 OK\r\n"),
    RAW(20, "xd", "\x12\x34\1\0\0\1\0\0\0\0\0\0\4_sip\4_udp\1b\7example\0\0\x21\0\1"),
    RAW(30, "xy", "GET /sip HTTP/1.1\r\nHost: b.example\r\n\r\n"),
    RAW(31, "yx", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
    RAW(40, "xy", "OPTIONS rtsp://b.example/camera RTSP/1.0\r\nCSeq: 1\r\n\r\n"),
    RAW(41, "yx", "RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n"),
    RAW(50, "xs", "NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nNTS: ssdp:alive\r\n\r\n"),
    RAW(51, "xs", "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n\r\n"),
    RAW(60, "ab", "<134>Mar  1 12:00:00 p kamailio: INVITE sip:bob@b.example SIP/2.0"),
    RAW(61, "ab", "Mar  1 12:00:00 p kamailio: INVITE sip:bob@b.example SIP/2.0"),
    RAW(62, "ab", "sip:bob@b.example"),
    RAW(63, "ab", "SIP/2.0"),
    RAW(64, "ab", "SIP/2.0 OK"),
    RAW(65, "ab", "INVITE sip:bob@b.example"),
    RAW(66, "ab", "INVITE SIP/2.0"),
    RAW(67, "ab", ""),
    RAW(70, "ab+t", "GET /sip HTTP/1.1\r\nHost: b.example\r\n\r\n"),
    RAW(80, "ab+x", "ARP or anything else that is not IP"),
};

/* Behind a closed port: the ICMP error quotes the request, which was sent once all the same. */
static const struct say refused_port[] = {
    SAY(0, "ab", TO_BOB("OPTIONS"), "1 OPTIONS", "1@a", "a1/b"),
    SAY(1, "ab+i", TO_BOB("OPTIONS"), "1 OPTIONS", "1@a", "a1/b"),
};

/* The freedom of RFC 3261 §7.3 and §7.5. Each row is answered in the plainest form. */
#define PLAIN(ms, cseq, branch, who, call_) SAY(ms, "ba", OK, cseq, branch, who, .call = call_)
static const struct say syntax[] = {
    RAW(0, "ab",
        "OPTIONS sip:bob@b.example SIP/2.0\r\n"
        "v: SIP/2.0/UDP a.example:5060;branch=z9hG4bK-1\r\n"
        "Max-Forwards: 70\r\nf: <sip:alice@a.example>;tag=a1\r\nt: <sip:bob@b.example>\r\n"
        "i: compact@a\r\nCSeq: 1 OPTIONS\r\nm: <sip:alice@192.0.2.1>\r\nl: 0\r\n\r\n"),
    PLAIN(10, "1 OPTIONS", "1@a", "a1/b1", "compact@a"),
    RAW(100, "ab",
        "OPTIONS sip:bob@b.example SIP/2.0\n"
        "Via: SIP/2.0/UDP a.example:5060;branch=z9hG4bK-2\n"
        "Max-Forwards: 70\nFrom: <sip:alice@a.example>;tag=a2\nTo: <sip:bob@b.example>\n"
        "Call-ID: barelf@a\nCSeq: 1 OPTIONS\nContent-Length: 0\n\n"),
    PLAIN(110, "1 OPTIONS", "2@a", "a2/b2", "barelf@a"),
    RAW(200, "ab",
        "OPTIONS sip:bob@b.example SIP/2.0\r\n"
        "Via: SIP/2.0/UDP a.example:5060\r\n ;branch=z9hG4bK-3\r\n"
        "Max-Forwards: 70\r\nFrom: \"Alice\"\r\n\t<sip:alice@a.example>\r\n ;tag=a3\r\n"
        "To:\r\n <sip:bob@b.example>\r\nCall-ID:\r\n  folded@a\r\nCSeq: 1\r\n OPTIONS\r\n"
        "Content-Length: 0\r\n\r\n"),
    PLAIN(210, "1 OPTIONS", "3@a", "a3/b3", "folded@a"),
    RAW(300, "ab",
        "OPTIONS sip:bob@b.example SIP/2.0\r\n"
        "Via : SIP / 2.0 / UDP a.example:5060 ; branch = z9hG4bK-4\r\n"
        "Max-Forwards\t: 70\r\nFrom \t:<sip:alice@a.example> ; tag = a4\r\n"
        "To  : <sip:bob@b.example>\r\n"
        "Call-ID : blanks@a\r\nCSeq  :  1   OPTIONS  \r\nContent-Length : 0\r\n\r\n"),
    PLAIN(310, "1 OPTIONS", "4@a", "a4/b4", "blanks@a"),
    RAW(400, "ab",
        "OPTIONS sip:bob@b.example SIP/2.0\r\n"
        "VIA: SIP/2.0/UDP a.example:5060;BRANCH=z9hG4bK-5\r\n"
        "max-forwards: 70\r\nfrOM: <sip:alice@a.example>;TAG=a5\r\nTO: <sip:bob@b.example>\r\n"
        "CALL-id: case@a\r\ncseq: 1 OPTIONS\r\ncontent-LENGTH: 0\r\n\r\n"),
    PLAIN(410, "1 OPTIONS", "5@a", "a5/b5", "case@a"),
    SAY(500, "ab", TO_BOB("FROBNICATE"), "1 FROBNICATE", "6@a", "a6/b", .call = "method@a"),
    SAY(510, "ba", "SIP/2.0 501 Not Implemented", "1 FROBNICATE", "6@a", "a6/b6",
        .call = "method@a"),
    RAW(600, "ab",
        "OPTIONS sip:bob@b.example SIP/2.0\r\n"
        "Via: SIP/2.0/UDP p.example:5060;branch=z9hG4bK-7;note=\"a, b\", SIP/2.0/UDP"
        " a.example:5060;branch=z9hG4bK-0\r\n"
        "Max-Forwards: 70\r\nFrom: <sip:alice@a.example>;tag=a7\r\nTo: <sip:bob@b.example>\r\n"
        "Call-ID: vias@a\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"),
    PLAIN(610, "1 OPTIONS", "7@p 0@a", "a7/b7", "vias@a"),
    RAW(700, "ab",
        "\r\n\r\nOPTIONS sip:bob@b.example SIP/2.0\r\n"
        "Via: SIP/2.0/UDP a.example:5060;branch=z9hG4bK-8\r\n"
        "Max-Forwards: 70\r\nFrom: <sip:alice@a.example>;tag=a8\r\nTo: <sip:bob@b.example>\r\n"
        "Call-ID: crlf@a\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"),
    PLAIN(710, "1 OPTIONS", "8@a", "a8/b8", "crlf@a"),
    RAW(800, "ab",
        "OPTIONS sip:bob@b.example SIP/2.0\r\n"
        "Via: SIP/2.0/UDP a.example:5060;branch=z9hG4bK-9\r\n"
        "Max-Forwards: 70\r\n"
        "From: \"Alice; tag=no, <sip:no@no>\" <sip:alice@a.example;tag=no>;tag=a9\r\n"
        "To: <sip:bob@b.example>\r\n"
        "Call-ID: quoted@a\r\nCSeq: 0001 OPTIONS\r\nX-Empty:\r\nContent-Length: 0\r\n\r\n"),
    PLAIN(810, "1 OPTIONS", "9@a", "a9/b9", "quoted@a"),
};

/* One thing wrong in each; the user part of the Request-URI names it. */
#define BROKEN(ms, name, cseq, ...)                                                  \
    SAY(ms, "ab", "OPTIONS sip:" name "@b.example SIP/2.0", cseq, name "@a", "a1/b", \
        .call = name "@a", __VA_ARGS__)
static const struct say malformed[] = {
    BROKEN(0, "no-via", "1 OPTIONS", .without = "Via"),
    BROKEN(1, "no-from", "1 OPTIONS", .without = "From"),
    BROKEN(2, "no-to", "1 OPTIONS", .without = "To"),
    BROKEN(3, "no-call-id", "1 OPTIONS", .without = "Call-ID"),
    BROKEN(4, "no-cseq", "1 OPTIONS", .without = "CSeq"),
    BROKEN(5, "other-method", "1 INFO"),
    BROKEN(6, "method-case", "1 options"),
    BROKEN(7, "no-number", "one OPTIONS"),
    BROKEN(8, "large-number", "2147483648 OPTIONS"),
    BROKEN(9, "no-cseq-method", "1"),
    BROKEN(10, "short-body", "1 OPTIONS", .without = "Content-Length",
           .more = "Content-Length: 100"),
    BROKEN(11, "two-lengths", "1 OPTIONS", .more = "Content-Length: 7"),
    BROKEN(12, "length-text", "1 OPTIONS", .without = "Content-Length",
           .more = "Content-Length: many"),
    BROKEN(13, "no-colon", "1 OPTIONS", .more = "This line has none"),
    SAY(14, "ab", "OPTIONS  sip:two-blanks@b.example SIP/2.0", "1 OPTIONS", "2b@a", "a1/b"),
    SAY(15, "ab", "OPTIONS sip:version@b.example SIP/3.0", "1 OPTIONS", "v3@a", "a1/b"),
    RAW(16, "ab",
        "OPTIONS sip:no-end@b.example SIP/2.0\r\n"
        "Via: SIP/2.0/UDP a.example:5060;branch=z9hG4bK-end\r\nMax-Forwards: 70\r\n"
        "From: <sip:alice@a.example>;tag=a1\r\nTo: <sip:bob@b.example>\r\nCall-ID: end@a\r\n"
        "CSeq: 1 OPTIONS\r\n"),
    SAY(17, "ba", OK, "1 OPTIONS", "r1@a", "a1/b1", .without = "Via"),
    SAY(18, "ba", "SIP/2.0 700 Beyond", "1 OPTIONS", "r2@a", "a1/b1"),
    RAW(19, "ab", "OPTIONS sip:nothing@b.example SIP/2.0\r\n\r\n"),
    SAY(20, "ab", "OPTIONS no-scheme SIP/2.0", "1 OPTIONS", "ns@a", "a1/b"),
    SAY(21, "ab", "OPTIONS <sip:angles@b.example> SIP/2.0", "1 OPTIONS", "an@a", "a1/b"),
    BROKEN(22, "no-max-forwards", "1 OPTIONS", .without = "Max-Forwards"), /* §8.1.1 */
};

/* Unusual, but allowed: none of these is malformed. */
static const struct say well_formed[] = {
    BROKEN(1, "no-length", "1 OPTIONS", .without = "Content-Length"), /* §20.14 */
    BROKEN(2, "long-body", "1 OPTIONS", .without = "Content-Length",  /* §18.3 */
           .more = "Content-Length: 2", .body = "a=x\r\n"),
    BROKEN(3, "same-lengths", "1 OPTIONS", .more = "Content-Length: 0"),
    BROKEN(4, "largest-number", "2147483647 OPTIONS"),
    SAY(5, "ba", "SIP/2.0 200 ", "1 OPTIONS", "r1@a", "a1/b1"), /* §7.2: the phrase may be empty */
    SAY(6, "ba",
        "SIP/2.0 299 Kein Gr\xc3\xbc\xc3\x9f"
        "e",
        "1 OPTIONS", "r2@a", "a1/b1"),
    SAY(7, "ab", "OPTIONS tel:+15550100 SIP/2.0", "1 OPTIONS", "tel@a", "a1/b"),
    SAY(8, "ab", "OPTIONS sip:no-tags@b.example SIP/2.0", "1 OPTIONS", "t@a", "a/b"), /* RFC 2543 */
};

/* Cut by the capture, not by the sender: "+F" is sent in two fragments. */
static const struct say large[] = {
    SAY(0, "ab", TO_BOB("INVITE"), "1 INVITE", "1@a", "a1/b", .body = SDP_OFFER),
    SAY(10, "ab+F", TO_BOB("INVITE"), "1 INVITE", "2@a", "a2/b", .body = SDP_OFFER,
        .call = "fragments@a"),
};

#endif
