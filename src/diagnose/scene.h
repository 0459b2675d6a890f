/*
 * What a rule looks at: a call, and the calls that belong to it across a B2BUA, laid out in order
 * of time. Read-only, made anew for each look, bounded: of a very long call its latest part. What
 * the store keeps of a message is at hand; the rest is scanned when a rule first asks for it.
 */
#ifndef SIPWHY_DIAGNOSE_SCENE_H
#define SIPWHY_DIAGNOSE_SCENE_H

#include "sip/sdp.h"
#include "store/ladder.h"

#define SCENE_CALLS 8
#define SCENE_MESSAGES 4096
#define SCENE_TRANSACTIONS (SCENE_CALLS * CALL_WINDOW)

struct scene_message {
    uint32_t id;
    bool repeated; /* a retransmission on its hop */
    bool scanned;  /* scene_sip() has */
    bool sdp_read; /* scene_sdp() has looked */
    const struct store *store;
    const struct message *stored;
    const struct flow *flow;
    struct scene_transaction *txn;
    struct sdp *sdp;        /* by scene_sdp() */
    struct sip_message sip; /* by scene_sip() */
};

/* Members that are NULL were not captured, or never sent. */
struct scene_transaction {
    uint32_t id;
    const struct transaction *stored;
    struct scene_call *call;
    const struct scene_message *request;  /* the first copy */
    const struct scene_message *trying;   /* 100 */
    const struct scene_message *early;    /* the first 101 to 199 */
    const struct scene_message *final;    /* the response that decided it */
    const struct scene_message *ack;      /* of an INVITE, on this hop */
    const struct scene_message *first;    /* its first message: never NULL */
    const struct scene_message *last;     /* and its latest */
    struct addr client, server;           /* the hop */
    unsigned sent;                        /* times the request was seen on it */
    unsigned answered;                    /* times the deciding response was */
    unsigned responses;                   /* all of them, repetitions included */
    struct scene_transaction *upstream;   /* the same request one hop nearer to its sender */
    struct scene_transaction *downstream; /* and the first one further on */
    struct scene_transaction *branch;     /* the next one that its upstream was sent on as */
};

struct scene_call {
    uint32_t id;
    const struct call *stored;
};

/* A transaction's id and where it stands. */
struct scene_place {
    uint32_t id, index;
};

/* Zeroed before its first use. */
struct scene {
    const struct store *store;
    int64_t now_ns; /* capture time: the capture goes on at least so long */
    bool ended;     /* and no further: who looks has to say so */
    struct scene_call calls[SCENE_CALLS];
    size_t ncalls;
    struct scene_message *messages; /* by time; second copies of a packet are left out */
    size_t nmessages;
    struct scene_transaction *transactions; /* by the time of their first message */
    size_t ntransactions;
    uint32_t marks; /* enum call_mark of all its calls */

    /* Room, kept from look to look; scene.c's own. */
    size_t message_room, transaction_room, place_room;
    struct message_time *times;
    struct scene_place *places; /* a table by ids */
};

/* Lays out the call and what is linked to it, instead of what was there before. */
void scene_make(struct scene *scene, const struct store *store, uint32_t call, int64_t now_ns);
void scene_free(struct scene *scene);

/* The message as sip_scan() reads it; of one whose bytes have gone everything is empty. */
const struct sip_message *scene_sip(const struct scene_message *m);
/* Its bytes. */
struct span scene_payload(const struct scene_message *m);
/* The Request-URI of a request; as long as nobody needs the rest only its first line is read. */
struct span scene_uri(const struct scene_message *m);
/* Whether the capture cut the message: what is missing of its body or headers may have been sent. */
static inline bool scene_cut(const struct scene_message *m)
{
    return m && (m->stored->flags & MESSAGE_TRUNCATED);
}
/* The session description of a message, or NULL; valid as long as the scene. Of a message that the
 * capture cut it has what is there. */
const struct sdp *scene_sdp(const struct scene_message *m);
/* The value of a header, or an empty span. NULL has none. */
struct span scene_header(const struct scene_message *m, const char *name);

static inline uint8_t scene_method(const struct scene_transaction *t)
{
    return t->stored->method;
}
/* The code that decided it; 0 without a final response. */
static inline uint16_t scene_final(const struct scene_transaction *t)
{
    return t->final ? t->final->stored->code : 0;
}
/* An INVITE with a 2xx; and an ACK that is a transaction of its own: the one to a 2xx. */
static inline bool scene_answered(const struct scene_transaction *t)
{
    return scene_method(t) == SIP_INVITE && scene_final(t) / 100 == 2;
}
static inline bool scene_is_ack(const struct scene_transaction *t)
{
    return scene_method(t) == SIP_ACK && t->request;
}
/* Whether its request runs inside a dialog: it bears a To tag. */
static inline bool scene_in_dialog(const struct scene_transaction *t)
{
    return t->request && (t->request->stored->flags & MESSAGE_TO_TAG);
}
/* Whether the message is as its sender made it: no proxy has put a Via above the first. */
static inline bool scene_from_sender(const struct scene_message *m)
{
    return m->stored->flags & MESSAGE_ONE_VIA;
}
/* The tag of the side that sent the message. */
static inline struct span scene_own_tag(const struct scene_message *m)
{
    return m->stored->code ? scene_sip(m)->to_tag : scene_sip(m)->from_tag;
}
/* Whether the hop loses packets: retransmission is the sender's task only there. */
static inline bool scene_unreliable(const struct scene_transaction *t)
{
    return t->first->flow->transport == TRANSPORT_UDP;
}
/* Whether both addresses are one party, as seen on this hop: where a machine talks to itself, as in a
 * laboratory, ports tell who is who; over TCP they are too many. */
static inline bool scene_same_party(const struct scene_transaction *t, const struct addr *a,
                                    const struct addr *b)
{
    return addr_same_host(a, b) &&
           (a->port == b->port || !scene_unreliable(t) || !addr_same_host(&t->client, &t->server));
}
/* Whether two transactions have the same client. */
static inline bool scene_same_client(const struct scene_transaction *a,
                                     const struct scene_transaction *b)
{
    return scene_same_party(a, &a->client, &b->client) &&
           scene_same_party(b, &a->client, &b->client);
}
/* Whether two transactions ran over the same hop. */
static inline bool scene_same_hop(const struct scene_transaction *a,
                                  const struct scene_transaction *b)
{
    return scene_same_client(a, b) && scene_same_party(a, &a->server, &b->server);
}

#endif
