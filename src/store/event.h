/*
 * What the network said besides messages, kept for the diagnosis: TCP connections
 * that were asked for, and ICMP errors about packets of transactions. A small
 * budget of its own; the oldest go. Records are open for reading, and valid until
 * the store takes in more.
 */
#ifndef SIPWHY_STORE_EVENT_H
#define SIPWHY_STORE_EVENT_H

#include "base/strbuf.h"
#include "net/event.h"
#include "store/store.h"

enum connection_answer {
    CONNECTION_SILENT,     /* nothing came back */
    CONNECTION_ACCEPTED,   /* SYN-ACK */
    CONNECTION_REFUSED,    /* RST */
    CONNECTION_UNREACHABLE /* an ICMP error, of icmp_type and icmp_code */
};

enum connection_end {
    CONNECTION_LASTS,
    CONNECTION_FINISHED, /* FIN */
    CONNECTION_BROKEN    /* RST */
};

#define CONNECTION_NAME 128
/* What the TLS of a connection showed (net/tls_facts.h). Names are as sent, cut to their room. */
struct connection_tls {
    uint16_t offered, version;           /* 0: none was seen */
    bool finished, readable, unreadable; /* the handshake; of the content at least some */
    bool certified;                      /* the server's certificate was seen: */
    int64_t not_before_s, not_after_s;   /* since 1970, UTC */
    char subject[CONNECTION_NAME], issuer[CONNECTION_NAME];
    char server_name[CONNECTION_NAME], alpn[32]; /* "": none */
};

/*
 * A connection whose SYN was seen, or at least its TLS handshake: then `syns` is 0. Times are 0 where
 * nothing was seen.
 */
struct connection {
    uint64_t key;
    struct addr client, server;
    int64_t syn_ns, answer_ns, end_ns; /* syn_ns: the first SYN, else the first thing seen */
    int64_t last_syn_ns;
    uint32_t syn_frame, answer_frame, end_frame;
    uint32_t seq;        /* of its SYN */
    uint32_t server_seq; /* of the SYN-ACK, if that was seen */
    uint32_t next;       /* of the same client host and server */
    uint16_t syns;       /* how often it was asked for */
    uint16_t source;
    uint8_t answer; /* enum connection_answer */
    uint8_t end;    /* enum connection_end, and who sent that: */
    bool ended_by_client;
    bool
        unheard; /* accepted, as the client's bytes show, though nothing of the server was captured */
    uint8_t icmp_type, icmp_code;
    bool tls_alerted; /* a fatal alert ended it: */
    bool tls_alert_by_client;
    uint8_t tls_alert; /* its description, RFC 8446 §6 */
    uint32_t tls_alert_frame;
    int64_t tls_alert_ns;
    uint32_t tls;       /* store_connection_tls(); 0: no TLS was seen */
    uint32_t tls_frame; /* of the first hello */
    int64_t tls_ns;
};

/* An ICMP or ICMPv6 error (from.family tells which) about a packet of a transaction. */
struct icmp_error {
    struct store_ref transaction;
    int64_t time_ns;
    uint32_t frame;
    uint32_t message; /* the one whose packet it quotes; lives as long as the transaction */
    uint32_t next;
    uint16_t source;
    uint8_t type, code;
    struct addr from; /* the host that reports it, without a port */
    struct addr to;   /* where the quoted packet was sent */
};

/* Takes an event in; it may belong to nothing that is stored, and is forgotten then. */
void store_add_event(struct store *store, const struct packet *packet,
                     const struct net_event *event);
/* Whether any connection attempt is known: most captures hold none. */
bool store_has_connections(const struct store *store);
/*
 * The connections that the client host (its port does not matter) asked of this server address,
 * in order of time: the first for `after` NULL, then the one after; NULL at the end.
 */
const struct connection *store_connection(const struct store *store, const struct addr *client,
                                          const struct addr *server,
                                          const struct connection *after);
/* The one in which this packet asked, answered or ended; NULL: none. Looks at all of them. */
const struct connection *store_connection_of(const struct store *store, uint32_t frame,
                                             uint16_t source);
/* Whether any message that is stored came through a stream between these, in either direction. */
bool store_has_stream(const struct store *store, const struct addr *a, const struct addr *b);
/* Whether any went from the one to the other. */
bool store_has_stream_from(const struct store *store, const struct addr *a, const struct addr *b);
/* What its TLS showed; NULL: none was seen. */
const struct connection_tls *store_connection_tls(const struct store *store,
                                                  const struct connection *connection);
/* Connection number `i` of all that are known, oldest first; NULL beyond them. And how many. */
const struct connection *store_connection_at(const struct store *store, size_t i);
size_t store_connections(const struct store *store);

/* Words about events: event_words.c. */

/* What an ICMP (`family` 4) or ICMPv6 (6) error says, translated; NULL for one that is none. */
const char *icmp_words(uint8_t family, uint8_t type, uint8_t code);
/* What a TLS alert says: "unknown_ca: the issuer of the certificate is not trusted". */
void tls_alert_put(uint8_t alert, struct strbuf *out);
/*
 * What a handshake says of itself at a time, in a line: "TLS 1.2 to sip.example.com, certificate expired
 * 2024-05-01". Names are as sent, not yet for a terminal.
 */
void connection_tls_put(const struct connection_tls *tls, int64_t time_ns, struct strbuf *out);
/* Whether the certificate was not valid at that time. */
bool connection_tls_expired(const struct connection_tls *tls, int64_t time_ns);
/* ICMP error number `i`, from 0 in order of arrival, about this transaction; NULL beyond them. */
const struct icmp_error *store_transaction_icmp(const struct store *store, uint32_t transaction,
                                                size_t i);

#endif
