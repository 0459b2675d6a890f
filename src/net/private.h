/* What the files of net/ share. Nobody outside includes this. */
#ifndef SIPWHY_NET_PRIVATE_H
#define SIPWHY_NET_PRIVATE_H

#include "base/reader.h"
#include "net/net.h"
#include "net/stream.h"

struct tcp;
struct hep;
struct fragments;
struct sctp;

#define MAX_DEPTH 16 /* headers inside headers */

enum ip_protocol {
    IP_ICMP = 1,
    IP_IPV4 = 4,
    IP_TCP = 6,
    IP_UDP = 17,
    IP_IPV6 = 41,
    IP6_FRAGMENT = 44,
    IP_GRE = 47,
    IP_ESP = 50,
    IP_AH = 51,
    IP_ICMP6 = 58,
    IP_SCTP = 132,
    IP_MPLS = 137
};

struct net {
    net_payload_fn *payload;
    net_event_fn *event;
    void *arg;
    const struct packet *packet; /* at hand */
    uint32_t ip_offset;          /* of its IP header */
    uint16_t ip_id;
    int64_t now_ns; /* time of the latest packet */
    int64_t due_ns; /* when something has waited for too long */
    size_t held;    /* bytes of streams that wait for more */
    struct tcp *tcp;
    struct tls_keys *tls_keys;
    struct tls_engine *tls_engine;
    struct tls_closed *tls_closed; /* the oldest first */
    size_t tls_closed_count;
    uint8_t *unpacked;           /* room for a compressed message, made when one comes */
    struct fragments *fragments; /* NULL before the first one */
    size_t fragments_held;       /* bytes */
    struct sctp *sctp;           /* NULL before the first packet */
    struct net_counts counts;
};

/* A packet on its way through the layers; the reader stands at the header to be decoded. */
struct decode {
    struct net *net;
    const struct packet *packet;
    struct payload *payload;
    struct reader r;
    int depth;        /* at most MAX_DEPTH */
    uint32_t missing; /* bytes at the end of the IP datagram that the capture cut off */
};
typedef enum decode_result decode_fn(struct decode *d);

enum decode_result decode_link(struct decode *d);
enum decode_result decode_ethertype(struct decode *d, uint16_t type);
enum decode_result decode_ip(struct decode *d);
/* What stands behind the IP header, or an IPv6 extension header. */
enum decode_result decode_transport(struct decode *d, uint8_t protocol);
/* A part of a datagram, which stands at `offset` in it; `more` parts follow. */
enum decode_result decode_fragment(struct decode *d, uint32_t id, uint8_t protocol, uint32_t offset,
                                   bool more);
enum decode_result decode_tcp(struct decode *d);
enum decode_result decode_icmp(struct decode *d);

/* link.c: also for what tunnels carry. */
decode_fn decode_ethernet, decode_ppp;
/* The number of what a PPP frame carries, behind which the reader is left; 0: not to be read. */
uint16_t ppp_protocol(struct reader *r);

/* tunnel.c */
decode_fn decode_gre, decode_mpls, decode_esp;
/*
 * Whether the UDP payload at the reader, between these ports, is a tunnel by its header too: then
 * what decodes its inside, at which the reader stands; else NULL.
 */
decode_fn *find_udp_tunnel(struct decode *d, uint16_t src, uint16_t dst);

/* Asks to be called, in net_advance(), no later than this. */
static inline void net_due(struct net *net, int64_t when_ns)
{
    if (when_ns < net->due_ns)
        net->due_ns = when_ns;
}

static inline void net_tell(struct net *net, const struct packet *packet,
                            const struct net_event *event)
{
    if (net->event)
        net->event(packet, event, net->arg);
}

/* agent.c: the link layer LINK_HEP. */
decode_fn decode_hep;
/* Takes a datagram or a part of a stream that is HEP and hands on what it has inside. */
void agent_packet(struct net *net, const struct packet *packet, const struct payload *outer);
/* exported.c */
decode_fn decode_exported;
/* plain.c: the link layer LINK_PLAIN. */
decode_fn decode_plain;

/* net.c: the link layer LINK_TLS_KEYS. */
decode_fn decode_tls_keys;

/* stream_tls.c */

/* Lets go of ended connections that need not wait any more, or have waited for too long. */
void stream_tls_advance(struct net *net, int64_t now_ns);
/* Lets go of all, without handing anything on. */
void stream_tls_free(struct net *net);

/* tcp.c */
struct tcp *tcp_new(struct net *net);
void tcp_free(struct tcp *tcp);
/* Gives up gaps and connections that are too old; asks for its next call. */
void tcp_advance(struct tcp *tcp, int64_t now_ns);
/* Closes all connections. */
void tcp_finish(struct tcp *tcp);

/* fragment.c: gives up datagrams that are too old; asks for its next call. */
void fragments_advance(struct net *net, int64_t now_ns);
void fragments_free(struct net *net);

/* sctp.c */
decode_fn decode_sctp;
/* Gives up the messages that never became whole. */
void sctp_finish(struct net *net);
void sctp_free(struct net *net);

#endif
