/*
 * What is said in registrations.pcap (RFC 3261 §10, RFC 5626) and subscriptions.pcap (RFC 6665,
 * RFC 3515), in the form of talks.h. Both end 60 seconds after their beginning.
 */
#ifndef SIPWHY_TESTS_USAGES_H
#define SIPWHY_TESTS_USAGES_H

#include "talks.h"

#define REGISTER "REGISTER sip:b.example SIP/2.0"
#define CONTACT(text) .without = "Contact", .more = "Contact: " text
#define PHONE "<sip:alice@192.0.2.1:5062>;+sip.instance=\"<urn:uuid:1>\";reg-id=1"
#define PHONE_MOVED "<sip:alice@192.0.2.1:5999>;+sip.instance=\"<urn:uuid:1>\";reg-id=1"

/* Each Call-ID is a case of its own. */
static const struct say registrations[] = {
    /* challenged, granted less than was asked for, refreshed at the half */
    SAY(0, "ab", REGISTER, "1 REGISTER", "1@a", "a1/a", .call = "kept@a",
        CONTACT("<sip:alice@a.example>;expires=3600")),
    SAY(10, "ba", "SIP/2.0 401 Unauthorized", "1 REGISTER", "1@a", "a1/a1", .call = "kept@a",
        .more = "WWW-Authenticate: Digest realm=\"b.example\", nonce=\"n1\""),
    SAY(20, "ab", REGISTER, "2 REGISTER", "2@a", "a1/a", .call = "kept@a",
        CONTACT("<sip:alice@a.example>;expires=3600\r\n" CREDENTIALS("Authorization"))),
    SAY(30, "ba", OK, "2 REGISTER", "2@a", "a1/a2", .call = "kept@a",
        CONTACT("<sip:alice@a.example>;expires=60")),
    SAY(30000, "ab", REGISTER, "3 REGISTER", "3@a", "a1/a", .call = "kept@a",
        CONTACT("<sip:alice@a.example>;expires=3600\r\n" CREDENTIALS("Authorization"))),
    SAY(30010, "ba", OK, "3 REGISTER", "3@a", "a1/a3", .call = "kept@a",
        CONTACT("<sip:alice@a.example>;expires=60")),
    /* expired; the registrar names the other device of the user in its answer */
    SAY(100, "cb", REGISTER, "1 REGISTER", "4@c", "c1/c", .call = "expired@c",
        CONTACT("<sip:carol@192.0.2.4>\r\nExpires: 20")),
    SAY(110, "bc", OK, "1 REGISTER", "4@c", "c1/c2", .call = "expired@c",
        CONTACT("<sip:carol@192.0.2.4>;expires=20, <sip:carol@192.0.2.44>;expires=500")),
    /* taken away by the client */
    SAY(200, "xb", REGISTER, "1 REGISTER", "5@x", "x1/x", .call = "removed@x",
        CONTACT("<sip:xavier@192.0.2.5>;expires=60")),
    SAY(210, "bx", OK, "1 REGISTER", "5@x", "x1/x2", .call = "removed@x",
        CONTACT("<sip:xavier@192.0.2.5>;expires=60")),
    SAY(5000, "xb", REGISTER, "2 REGISTER", "6@x", "x1/x", .call = "removed@x",
        CONTACT("<sip:xavier@192.0.2.5>;expires=0")),
    SAY(5010, "bx", OK, "2 REGISTER", "6@x", "x1/x2", .call = "removed@x", .without = "Contact"),
    /* refused; a second copy of the answer changes nothing */
    SAY(300, "yb", REGISTER, "1 REGISTER", "7@y", "y1/y", .call = "refused@y",
        CONTACT("<sip:yvonne@y.example>")),
    SAY(310, "by", "SIP/2.0 403 Forbidden", "1 REGISTER", "7@y", "y1/y2", .call = "refused@y"),
    SAY(320, "by", "SIP/2.0 403 Forbidden", "1 REGISTER", "7@y", "y1/y2", .call = "refused@y"),
    /* over a proxy; the instance keeps its binding though its contact changes */
    SAY(400, "ap", REGISTER, "1 REGISTER", "8@a", "a3/b", .call = "flow@a", CONTACT(PHONE)),
    SAY(410, "pb", REGISTER, "1 REGISTER", "p8@p 8@a", "a3/b", .call = "flow@a", CONTACT(PHONE)),
    SAY(420, "bp", OK, "1 REGISTER", "p8@p 8@a", "a3/b2", .call = "flow@a",
        CONTACT(PHONE ";expires=100")),
    SAY(430, "pa", OK, "1 REGISTER", "8@a", "a3/b2", .call = "flow@a",
        CONTACT(PHONE ";expires=100")),
    SAY(40000, "ap", REGISTER, "2 REGISTER", "9@a", "a3/b", .call = "flow@a", CONTACT(PHONE_MOVED)),
    SAY(40010, "pb", REGISTER, "2 REGISTER", "p9@p 9@a", "a3/b", .call = "flow@a",
        CONTACT(PHONE_MOVED)),
    SAY(40020, "bp", OK, "2 REGISTER", "p9@p 9@a", "a3/b2", .call = "flow@a",
        CONTACT(PHONE_MOVED ";expires=100")),
    SAY(40030, "pa", OK, "2 REGISTER", "9@a", "a3/b2", .call = "flow@a",
        CONTACT(PHONE_MOVED ";expires=100")),
    /* two contacts at once, both taken away by "*" */
    SAY(500, "pb", REGISTER, "1 REGISTER", "10@p", "p1/p", .call = "all@p",
        CONTACT("<sip:one@192.0.2.3>, <sip:two@192.0.2.3>")),
    SAY(510, "bp", OK, "1 REGISTER", "10@p", "p1/p2", .call = "all@p",
        CONTACT("<sip:one@192.0.2.3>;expires=60, <sip:two@192.0.2.3>;expires=60")),
    SAY(6000, "pb", REGISTER, "2 REGISTER", "11@p", "p1/p", .call = "all@p",
        CONTACT("*\r\nExpires: 0")),
    SAY(6010, "bp", OK, "2 REGISTER", "11@p", "p1/p2", .call = "all@p", .without = "Contact"),
    /* nobody answers; only asks, which makes no binding */
    SAY(700, "xb", REGISTER, "1 REGISTER", "12@x", "x3/x", .call = "silent@x",
        CONTACT("<sip:lost@192.0.2.5>")),
    SAY(60000, "yb", REGISTER, "1 REGISTER", "13@y", "y2/y", .call = "asks@y",
        .without = "Contact"),
};

#define SUBSCRIBE TO_BOB("SUBSCRIBE")
#define NOTIFY TO_ALICE("NOTIFY")
#define EVENT(text) .more = "Event: " text
#define STATE(event, text) .more = "Event: " event "\r\nSubscription-State: " text
#define REFER_TO "Refer-To: <sip:carol@c.example>"

static const struct say subscriptions[] = {
    /* accepted, told of twice, refreshed */
    SAY(0, "ab", SUBSCRIBE, "1 SUBSCRIBE", "1@a", "a1/b", .call = "active@a",
        EVENT("presence\r\nExpires: 40")),
    SAY(10, "ba", OK, "1 SUBSCRIBE", "1@a", "a1/b1", .call = "active@a", .more = "Expires: 40"),
    SAY(20, "ba", NOTIFY, "1 NOTIFY", "2@b", "b1/a1", .call = "active@a",
        STATE("presence", "active;expires=40")),
    SAY(30, "ab", OK, "1 NOTIFY", "2@b", "b1/a1", .call = "active@a"),
    SAY(30000, "ab", SUBSCRIBE, "2 SUBSCRIBE", "3@a", "a1/b1", .call = "active@a",
        EVENT("presence\r\nExpires: 40")),
    SAY(30010, "ba", OK, "2 SUBSCRIBE", "3@a", "a1/b1", .call = "active@a", .more = "Expires: 40"),
    SAY(30020, "ba", NOTIFY, "2 NOTIFY", "4@b", "b1/a1", .call = "active@a",
        STATE("presence", "active;expires=39")),
    SAY(30030, "ab", OK, "2 NOTIFY", "4@b", "b1/a1", .call = "active@a"),
    /* accepted only; the same event twice in one leg, told apart by its id */
    SAY(100, "ab", SUBSCRIBE, "1 SUBSCRIBE", "5@a", "a2/b", .call = "ids@a",
        EVENT("dialog;id=7\r\nExpires: 600")),
    SAY(110, "ba", OK, "1 SUBSCRIBE", "5@a", "a2/b2", .call = "ids@a", .more = "Expires: 600"),
    SAY(120, "ab", SUBSCRIBE, "2 SUBSCRIBE", "6@a", "a2/b2", .call = "ids@a",
        EVENT("dialog;id=8\r\nExpires: 600")),
    SAY(130, "ba", OK, "2 SUBSCRIBE", "6@a", "a2/b2", .call = "ids@a", .more = "Expires: 600"),
    SAY(140, "ba", NOTIFY, "1 NOTIFY", "7@b", "b2/a2", .call = "ids@a",
        STATE("dialog;id=8", "pending;expires=600")),
    SAY(150, "ab", OK, "1 NOTIFY", "7@b", "b2/a2", .call = "ids@a"),
    /* ended by the notifier */
    SAY(200, "ab", SUBSCRIBE, "1 SUBSCRIBE", "8@a", "a3/b", .call = "ended@a", EVENT("presence")),
    SAY(210, "ba", OK, "1 SUBSCRIBE", "8@a", "a3/b3", .call = "ended@a", .more = "Expires: 600"),
    SAY(220, "ba", NOTIFY, "1 NOTIFY", "9@b", "b3/a3", .call = "ended@a",
        STATE("presence", "terminated;reason=noresource")),
    SAY(230, "ab", OK, "1 NOTIFY", "9@b", "b3/a3", .call = "ended@a"),
    /* the subscriber does not know it any more */
    SAY(300, "ab", SUBSCRIBE, "1 SUBSCRIBE", "10@a", "a4/b", .call = "lost@a", EVENT("presence")),
    SAY(310, "ba", OK, "1 SUBSCRIBE", "10@a", "a4/b4", .call = "lost@a", .more = "Expires: 600"),
    SAY(320, "ba", NOTIFY, "1 NOTIFY", "11@b", "b4/a4", .call = "lost@a",
        STATE("presence", "active;expires=600")),
    SAY(330, "ab", "SIP/2.0 481 Subscription Does Not Exist", "1 NOTIFY", "11@b", "b4/a4",
        .call = "lost@a"),
    /* refused; expired without a word */
    SAY(400, "ab", SUBSCRIBE, "1 SUBSCRIBE", "12@a", "a5/b", .call = "refused@a", EVENT("odd")),
    SAY(410, "ba", "SIP/2.0 489 Bad Event", "1 SUBSCRIBE", "12@a", "a5/b5", .call = "refused@a"),
    SAY(500, "ab", SUBSCRIBE, "1 SUBSCRIBE", "13@a", "a6/b", .call = "expired@a",
        EVENT("presence")),
    SAY(510, "ba", OK, "1 SUBSCRIBE", "13@a", "a6/b6", .call = "expired@a", .more = "Expires: 5"),
    /* two REFERs in one leg: the NOTIFY of the second names its CSeq number */
    SAY(600, "ab", TO_BOB("REFER"), "5 REFER", "14@a", "a7/b7", .call = "refer@a",
        .more = REFER_TO),
    SAY(610, "ba", "SIP/2.0 202 Accepted", "5 REFER", "14@a", "a7/b7", .call = "refer@a"),
    SAY(620, "ba", NOTIFY, "1 NOTIFY", "15@b", "b7/a7", .call = "refer@a",
        STATE("refer", "terminated;reason=noresource"), .body = "SIP/2.0 486 Busy Here\r\n"),
    SAY(630, "ab", OK, "1 NOTIFY", "15@b", "b7/a7", .call = "refer@a"),
    SAY(700, "ab", TO_BOB("REFER"), "6 REFER", "16@a", "a7/b7", .call = "refer@a",
        .more = REFER_TO),
    SAY(710, "ba", "SIP/2.0 202 Accepted", "6 REFER", "16@a", "a7/b7", .call = "refer@a"),
    SAY(720, "ba", NOTIFY, "2 NOTIFY", "17@b", "b7/a7", .call = "refer@a",
        STATE("refer;id=6", "active;expires=100"), .body = "SIP/2.0 180 Ringing\r\n"),
    SAY(730, "ab", OK, "2 NOTIFY", "17@b", "b7/a7", .call = "refer@a"),
    /* nobody asked for it, as far as was seen */
    SAY(60000, "ba", NOTIFY, "1 NOTIFY", "18@b", "b8/a", .call = "unasked@b",
        STATE("message-summary", "active")),
};

#endif
