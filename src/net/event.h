/*
 * What the network said besides messages: how TCP connections begin and end, and
 * ICMP errors about packets that did not arrive.
 */
#ifndef SIPWHY_NET_EVENT_H
#define SIPWHY_NET_EVENT_H

#include "net/packet.h"
#include "net/tls_facts.h"

enum net_event_kind {
    NET_SYN,     /* a connection is asked for; the same `seq` again: asked again */
    NET_SYN_ACK, /* accepted */
    NET_BYTES,   /* the first bytes after a SYN: accepted, whatever was captured of that */
    NET_RST,     /* refused, when it answers a SYN; else broken off */
    NET_FIN,     /* one side has finished */
    NET_ICMP,    /* an error of ICMP (RFC 792) or ICMPv6 (RFC 4443) */
    NET_TLS      /* something happened in TLS: `type` is an enum tls_event */
};

/* The packet that an ICMP error quotes, as far as it goes. */
struct net_quote {
    struct addr src, dst; /* ports are 0 where the quotation ends before them */
    uint8_t protocol;     /* of IP: 6 TCP, 17 UDP */
    uint16_t ip_id;
    const uint8_t *data; /* behind the UDP header: the beginning of the payload */
    uint32_t len;
};

/* Valid for the call; time, frame and source are the packet's. */
struct net_event {
    uint8_t kind;         /* enum net_event_kind */
    struct addr src, dst; /* who said it to whom; without ports for ICMP */
    uint32_t seq;         /* TCP: the sequence number */
    uint8_t type, code;   /* ICMP; src.family tells which */
    const struct tls_facts
        *tls;       /* TLS: what the connection showed so far; see `src` for whose event */
    bool by_client; /* TLS: whether `src` is the client, as far as that is known */
    struct net_quote quote;
};

#endif
