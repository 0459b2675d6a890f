/* What the files of the TLS reader share: tls.c cuts streams into records, tls_waiting.c lets them
 * wait for secrets, tls_record.c opens them, tls_handshake.c reads messages. Nobody else includes this. */
#ifndef SIPWHY_NET_TLS_PRIVATE_H
#define SIPWHY_NET_TLS_PRIVATE_H

#include "net/tls.h"
#include "net/tls_protect.h"

#define TLS_SLACK_MAX 64 /* sequence numbers tried after a loss */

enum tls_record_type {
    TLS_RECORD_GAP = 0, /* our own: bytes were lost here */
    TLS_RECORD_CHANGE = 20,
    TLS_RECORD_ALERT = 21,
    TLS_RECORD_HANDSHAKE = 22,
    TLS_RECORD_DATA = 23,
    TLS_RECORD_HEARTBEAT = 24
};

/* A growing buffer whose memory is charged to the connection. */
struct tls_buffer {
    uint8_t *p;
    size_t n, size;
};

struct tls_engine {
    struct tls_keys *keys;
    bool expect;
    struct tls *oldest, *newest; /* in which records wait */
    size_t waiting;              /* bytes */
    struct tls_counts counts;
};

/* One direction. */
struct tls_side {
    struct tls_protection protection;
    struct tls_secret secret;  /* TLS 1.3: of the traffic, for the next KeyUpdate */
    struct tls_buffer record;  /* the beginning of one, with its header */
    struct tls_buffer message; /* the beginning of a handshake message, with its header */
    uint32_t waiting;          /* records that wait for their secret */
    uint32_t skip;             /* bytes of a record that nobody wants */
    uint32_t skip_message;     /* bytes of a message that is too large */
    bool changed;              /* ChangeCipherSpec was seen */
    bool application;          /* TLS 1.3: the handshake's secret is done with */
    bool finished;             /* its Finished was seen, or must have been */
    bool seeking;              /* bytes were lost: where does a record begin? */
    bool ended;
    bool lost;       /* not readable any more */
    uint8_t slack;   /* sequence numbers that may have been lost */
    uint8_t strange; /* records that may belong to other keys */
};

/* A record that waits for its secret. */
struct tls_waiting {
    struct tls_waiting *next;
    struct packet packet;
    uint8_t direction;
    uint8_t type;
    uint16_t version;
    uint16_t n;
    uint8_t data[];
};

struct tls {
    struct tls_engine *engine;
    const struct tls_output *output;
    void *arg;
    struct tls *previous, *next; /* of those in which records wait */
    struct tls_waiting *first, **last;
    size_t waiting; /* bytes */
    struct tls_side side[2];
    struct tls_facts facts;
    const struct tls_suite *suite;
    const struct packet *packet; /* at hand */
    bool client_hello, server_hello, key_exchange;
    bool hopeless; /* secrets that come now are too late, or do not help */
    bool progress; /* a message was seen that may make others readable */
    bool extended_master_secret, encrypt_then_mac;
    bool early_data;
    bool have_master, have_ticket;
    uint16_t hello_version; /* as the ClientHello has it outside of its extensions */
    uint8_t rsa_tries;
    uint8_t session_n;
    uint8_t client_random[TLS_RANDOM], server_random[TLS_RANDOM];
    uint8_t session[TLS_RANDOM]; /* the identifier in the latest hello */
    uint8_t ticket[TLS_RANDOM];  /* the SHA-256 of the one that the client offered */
    uint8_t master[TLS_MASTER];
    struct tls_buffer transcript; /* the messages so far, for an extended master secret */
};

/* tls.c */
void tls_tell(struct tls *tls, enum tls_event event, unsigned direction);
void tls_charge(struct tls *tls, ptrdiff_t bytes);
/* -1 when memory is short. */
int tls_buffer_add(struct tls *tls, struct tls_buffer *buffer, const uint8_t *p, size_t n);
void tls_buffer_free(struct tls *tls, struct tls_buffer *buffer);
/* A direction cannot be read any more; where records begin can still be seen. */
void tls_lose(struct tls *tls, unsigned direction);

/* tls_record.c */

/* Works on a record. False when it must wait for a secret. */
bool tls_process(struct tls *tls, unsigned direction, const struct tls_record *record);
/* Whether a record of this type would be given up now, so that its body is not needed. */
bool tls_unwanted(const struct tls *tls, unsigned direction, uint8_t type);
/* Notes that a record is given up; `data` is not used. */
void tls_note_unreadable(struct tls *tls, unsigned direction, const struct tls_record *record);

/* tls_waiting.c */

/* Works on a record, now or later, and on what waited for what it brought. */
void tls_take_record(struct tls *tls, unsigned direction, const struct tls_record *record);
void tls_drop_waiting(struct tls *tls);

/* tls_handshake.c */

/* The next bytes of a direction's handshake messages. */
void tls_handshake(struct tls *tls, unsigned direction, const uint8_t *p, size_t n);
/* A side has finished, or shows that it must have. */
void tls_note_finished(struct tls *tls, unsigned direction);
/* Finds the master secret (TLS 1.2 and earlier). -1: not known. */
int tls_find_master(struct tls *tls);
void tls_facts_free(struct tls_facts *facts);

#endif
