/*
 * Marks of a call: what was seen in it that somebody may want to explain. They are set while a
 * message is at hand, at the price of a comparison or two, so that the diagnosis looks only at
 * calls in which something may be wrong: a call without marks is never looked at again.
 */
#ifndef SIPWHY_STORE_MARK_H
#define SIPWHY_STORE_MARK_H

#include <stdint.h>

enum call_mark {
    CALL_FAILED = 1 << 0,      /* a final response from 300 on that is no first challenge */
    CALL_CHALLENGED = 1 << 1,  /* a challenge that no credentials have followed yet */
    CALL_REPEATED = 1 << 2,    /* a retransmission */
    CALL_SILENT = 1 << 3,      /* a transaction that timed out */
    CALL_SLOW = 1 << 4,        /* a final response to another request than INVITE after over 2 s */
    CALL_STUCK = 1 << 5,       /* an INVITE with nothing but 100 for 10 s */
    CALL_CANCELLED = 1 << 6,   /* a CANCEL */
    CALL_PROBLEM = 1 << 7,     /* a malformed message, or a wrong Content-Length */
    CALL_PRIVATE = 1 << 8,     /* a private address in Contact or SDP of a public sender */
    CALL_SDP_ODD = 1 << 9,     /* streams refused, held with 0.0.0.0, telephone-event on one side */
    CALL_CONTACT = 1 << 10,    /* an INVITE or its 2xx without Contact */
    CALL_ACK_ODD = 1 << 11,    /* an ACK that leads elsewhere than the 2xx says, or answers none */
    CALL_ROUTE_ODD = 1 << 12,  /* a request inside the dialog that may leave the route set */
    CALL_LONG_TIMED = 1 << 13, /* a BYE where the session timer may have run out */
    CALL_TRANSFER = 1 << 14,   /* a NOTIFY that reports on a transfer */
    CALL_SUBSCRIBED = 1 << 15, /* a SUBSCRIBE was accepted */
    CALL_LOOPING = 1 << 16,    /* one request as three transactions in a row */
    CALL_NETWORK = 1 << 17,    /* an ICMP error, or a TCP connection that failed */
    CALL_BYE_REASON = 1 << 18, /* a BYE that says why */
    CALL_BACKOFF = 1 << 19,    /* a request in spite of Retry-After */
    CALL_SCANNER = 1 << 20,    /* the User-Agent of a scanner */
    CALL_LAPSED = 1 << 21,     /* a registration ran out */
    CALL_REFUSED = 1 << 22,    /* a challenge in answer to credentials */
    CALL_LOOPBACK = 1 << 23,   /* a REGISTER with a loopback address as Contact, or with several */
    CALL_TRIED_LATE = 1 << 24, /* credentials long after their challenge */
    CALL_REGROUPED = 1 << 25,  /* a call was taken out of its group by hand, or let back */
    /* What the marks above are made from; alone they mean nothing. */
    CALL_HAS_TELEPHONE = 1 << 26,
    CALL_LACKS_TELEPHONE = 1 << 27,
    CALL_RECORD_ROUTED = 1 << 28,
    CALL_ASKED_FOR_MORE = 1 << 29, /* see sip_asks_for_more() */
    CALL_QUEUED = 1 << 30,         /* waits for store_attention() */
    CALL_ALONE = (int)(1u << 31),  /* separated by hand from its group */
};
#define CALL_WORTH_A_LOOK ((1u << 26) - 1)
/* What comes later changes nothing about these. */
#define CALL_OF_ITS_MOMENT (CALL_BACKOFF | CALL_SCANNER)

#endif
