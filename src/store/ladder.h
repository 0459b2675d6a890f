/*
 * A call, or several that belong together, as a sequence diagram, as data: columns of addresses, and
 * rows in order of time: messages, or whole transactions, and what else happened (timers, ICMP, TCP).
 * What the session descriptions in it say to each other is ladder_session.h's.
 */
#ifndef SIPWHY_STORE_LADDER_H
#define SIPWHY_STORE_LADDER_H

#include "store/store.h"

#define LADDER_COLUMNS 64
#define LADDER_ROWS 100000 /* messages of a call; of a longer one those near to what is asked for */

enum ladder_kind {
    LADDER_MESSAGE,
    LADDER_TRANSACTION,  /* or several alike in a row; a ladder holds these or messages */
    LADDER_TIMEOUT,      /* timer B or F ran out (RFC 3261 §17.1); detail: its seconds */
    LADDER_EXPIRED,      /* Expires of an INVITE, REGISTER or SUBSCRIBE; detail: its seconds */
    LADDER_SESSION_OVER, /* Session-Expires (RFC 4028); detail: its seconds */
    LADDER_ICMP,         /* an error; detail: family << 16 | type << 8 | code */
    LADDER_CONNECT,      /* a TCP connection was asked for, in vain or not; detail: SYNs */
    LADDER_REFUSED,      /* and refused; detail: 1 where an ICMP error did it */
    LADDER_UNANSWERED,   /* and nothing came back */
    LADDER_CLOSED,       /* FIN */
    LADDER_RESET,        /* RST in a connection */
    LADDER_TLS,          /* a TLS handshake begins; detail: 1 where its certificate is not valid */
    LADDER_ALERT         /* a fatal TLS alert; detail: its description, RFC 8446 §6 */
};

struct ladder_row {
    int64_t time_ns;
    int64_t last_ns;      /* of what was folded into it, else the same */
    uint32_t message;     /* it, or the one that stands for the row; 0: none */
    uint32_t transaction; /* of it; 0: none */
    uint32_t detail;
    uint32_t frame;   /* the packet's; 0 for timers and transactions */
    uint16_t source;  /* of that frame */
    uint16_t repeats; /* retransmissions folded into it; transactions like it that follow */
    uint16_t copies;  /* second captures of the same packet, folded into it */
    uint8_t kind;     /* enum ladder_kind */
    uint8_t from, to; /* columns */
    uint8_t leg;      /* which of the calls */
};

enum ladder_columns { LADDER_AUTOMATIC, LADDER_BY_HOST, LADDER_BY_PORT };

/* A packet that is no message, and that somebody wants to see. */
struct ladder_frame {
    uint32_t frame;
    uint16_t source;
};

struct ladder_options {
    uint8_t columns;   /* enum ladder_columns; automatic: by host, unless one talks to itself */
    bool unfolded;     /* repetitions and second captures have rows of their own */
    bool transactions; /* a row each, instead of their messages */
    uint32_t around;   /* the transaction that a very long call is shown near to */
    const struct ladder_frame *frames;
    size_t nframes;
};

struct ladder {
    struct addr columns[LADDER_COLUMNS]; /* in order of appearance; port 0: several of a host */
    size_t ncolumns;
    struct ladder_row *rows; /* in order of time */
    size_t nrows;
    size_t messages;  /* that it was made of */
    size_t left_out;  /* messages of a very long call */
    bool by_port;     /* what the columns are */
    int64_t first_ns; /* when the calls began, and last said something, shown or not */
    int64_t last_ns;
    int64_t next_ns; /* when it should be made anew even if no message comes */
};

/* A message's place in time; what shares a time or a frame keeps its order. */
struct message_time {
    int64_t time_ns;
    uint64_t order;
    uint32_t offset, seq; /* in the frame, in the stream */
    uint32_t message;
};
struct message_time message_time_of(const struct store *store, uint32_t message);
void message_times_sort(struct message_time *times, size_t n);

/* Builds the ladder of `n` calls; an evicted one gives no rows. Free with ladder_free(). */
void ladder_build(struct ladder *ladder, const struct store *store, const uint32_t *calls, size_t n,
                  const struct ladder_options *options);
void ladder_free(struct ladder *ladder);

/* The row of a message, or that it was folded into; SIZE_MAX if there is none. */
size_t ladder_find(const struct ladder *ladder, const struct store *store, uint32_t message);
/* The row of a packet that is no message; one that was counted at another's row is not found. */
size_t ladder_find_frame(const struct ladder *ladder, uint32_t frame, uint16_t source);
/* The column of an address, -1 if it has none. */
int ladder_column(const struct ladder *ladder, const struct addr *addr);

#endif
