/*
 * Everything that was seen, as messages, transactions (RFC 3261 §17.1.3, §17.2.3),
 * legs (dialogs, §12) and calls, within a byte budget. Records are addressed by
 * 32-bit ids; whoever keeps an id keeps its generation too (struct store_ref),
 * since whole calls are evicted, oldest finished first, when the budget is spent.
 */
#ifndef SIPWHY_STORE_STORE_H
#define SIPWHY_STORE_STORE_H

#include "net/packet.h"
#include "sip/scan.h"
#include "store/mark.h"
#include "store/message.h"

struct store;

enum transaction_state {
    TXN_WAITING,    /* request seen, nothing back */
    TXN_PROCEEDING, /* a provisional response */
    TXN_COMPLETED,  /* a final response; an INVITE still waits for its ACK */
    TXN_CONFIRMED,  /* INVITE: the ACK was seen */
    TXN_TIMED_OUT,  /* no final response within 64*T1 of capture time */
    TXN_CANCELLED,  /* INVITE: ended by 487 after a CANCEL */
    TXN_STATES
};

/*
 * Open for reading. Message and transaction members are ids, 0 for none. What every
 * message of a transaction touches comes first: it should be in one line of the cache.
 */
struct transaction {
    uint64_t key;
    uint64_t seen; /* a bit for each digest of its messages, see repeat.c */
    uint32_t call;
    uint32_t last;        /* its latest message; message->previous leads to the others */
    uint32_t request;     /* the first copy of the request */
    uint32_t final;       /* the response that decided it */
    uint32_t provisional; /* the latest 1xx */
    uint32_t ack;         /* the ACK, also when it is a transaction of its own */
    uint32_t messages;
    uint32_t to_tag; /* hash of the latest To tag of its responses, 0: none */
    uint16_t code;   /* of `final`, else of `provisional`, else 0 */
    uint16_t retransmissions;
    uint16_t duplicates;
    uint8_t method; /* enum sip_method */
    uint8_t state;  /* enum transaction_state */
    uint8_t class;  /* enum sip_class */
    bool marked;
    bool forked;      /* final or provisional responses with several To tags */
    bool binds;       /* REGISTER: for one contact, and not to remove it */
    bool credentials; /* the request carries Authorization or Proxy-Authorization */
    uint8_t run;      /* transactions just before it in the call with its method and CSeq */
    uint8_t why;      /* the leading finding, as who diagnoses numbers them; 0: none */
    bool alike;       /* INVITE: another call has its Call-ID or session description, see link.c */
    uint64_t seq;     /* order of arrival, from 1; 0 in a record that is not in use */
    int64_t time_ns;
    uint32_t first; /* its first message */
    uint32_t next_in_call;
    uint32_t related; /* transaction: the CANCEL of an INVITE, the INVITE of a CANCEL or 2xx-ACK */
    uint32_t cseq;
    uint32_t target; /* INVITE: hash of the host in the 2xx's Contact, 0: none */
    /* Of an INVITE that begins a call: the one before that the same host sent, and received. */
    uint32_t sent_before, received_before;
    uint32_t number; /* and a hash of the called number's end, 0: none */
};

struct call {
    uint64_t key;
    uint64_t seq;
    int64_t first_ns, last_ns;
    uint32_t first_txn, last_txn;
    uint32_t transactions, messages;
    uint32_t open; /* transactions without an end */
    uint32_t first_leg;
    uint32_t marks;       /* enum call_mark */
    uint16_t established; /* INVITE legs answered and not ended */
    uint16_t legs : 14;
    uint16_t session : 1;       /* it has requests that only go with an INVITE: people say call */
    uint16_t begun_further : 1; /* its first request had passed a proxy where it was captured */
    uint32_t window;            /* the first of its latest CALL_WINDOW transactions */
    uint32_t flow;              /* of its first message */
    uint32_t timer_s;           /* the session timer in force, 0: none */
    int32_t timer_set_s;        /* when it was set, in seconds after first_ns */
    uint32_t heard_before;      /* the INVITE that its sender had received when it began, 0: none */
};
/* So many transactions of a call are looked at together: a Call-ID may be used for years. */
#define CALL_WINDOW 256

/* Whether nothing is open in it: then it may be evicted before others. */
static inline bool call_finished(const struct call *call)
{
    return call->open == 0 && call->established == 0;
}

enum leg_state { LEG_EARLY, LEG_CONFIRMED, LEG_ENDED };

/* A dialog: Call-ID and both tags. */
struct leg {
    uint64_t key;
    uint32_t call;
    uint32_t next_in_call;
    uint8_t state; /* enum leg_state */
    bool invite;   /* an INVITE usage, so a BYE ends it */
};

/* One direction between two addresses over one transport. What every message asks comes first. */
struct flow {
    uint64_t key;
    uint32_t refs;
    uint32_t src_host, dst_host;
    uint16_t agent; /* who saw it; 0: we ourselves */
    uint8_t transport;
    uint8_t assumed;  /* enum assumed: what of it a log did not say */
    bool src_private; /* the sender's address can only be reached from nearby, or is not known */
    bool dst_private; /* the same of the receiver's */
    struct addr src, dst;
    uint32_t sent; /* bytes of messages apart: where the next one would stand in the stream */
};

/* What the capture cut off of a host's messages. */
enum host_cut {
    HOST_CUT_HEADERS = 1, /* some headers */
    HOST_CUT_PLACE = 2    /* those that say where the message belongs: Via, Call-ID or CSeq */
};

/* One address without its port. */
struct host {
    uint64_t key;
    struct addr addr;
    uint32_t refs;                     /* by flows */
    uint32_t last_sent, last_received; /* INVITEs that began calls */
    int64_t wait_until_ns;             /* as a 503 with Retry-After told it, 0: none has */
    bool redirected;                   /* by a 3xx to an INVITE, at some time */
    uint8_t cut;                       /* enum host_cut */
    int64_t success_ns;                /* when its latest INVITE, REGISTER or OPTIONS got a 2xx */
};

/* An id to be kept: it is looked up again, and may have gone. */
struct store_ref {
    uint32_t id;
    uint16_t generation;
    uint16_t epoch; /* how often the store had been cleared */
};

struct store_method_count {
    char name[33];
    uint64_t count;
};
#define STORE_OTHER_METHODS 32

/* Running totals; evicted calls stay counted in all but `live_*` and `open`. */
struct store_counts {
    uint64_t messages, malformed, retransmissions, duplicates;
    uint64_t cut; /* messages of which the capture left something out */
    uint64_t transactions, dialogs;
    uint64_t calls;    /* Call-IDs, */
    uint64_t sessions; /* and those of them with a session: a call across a B2BUA has several */
    uint64_t methods[SIP_METHODS];                         /* requests */
    struct store_method_count others[STORE_OTHER_METHODS]; /* requests of unregistered methods */
    uint64_t codes[1000];                                  /* responses */
    uint64_t classes[SIP_CLASSES]; /* transactions by class now; an ACK, never answered, has none */
    uint64_t open;                 /* transactions that wait or proceed */
    uint64_t evicted_calls, evicted_messages;
    uint64_t live_messages, live_transactions, live_calls, live_sessions;
    uint64_t live_marked; /* transactions */
};

enum store_event { STORE_ADDED, STORE_CHANGED, STORE_EVICTED };
/* Told about each transaction as it comes and changes; on STORE_EVICTED `transaction` is 0: sweep. */
typedef void store_event_fn(enum store_event event, uint32_t transaction, void *arg);

/* A store that keeps within `budget` bytes beyond mapped files. NULL when memory is short. */
struct store *store_new(size_t budget);
void store_free(struct store *store);
void store_clear(struct store *store);
void store_observe(struct store *store, store_event_fn *fn, void *arg);
void store_set_budget(struct store *store, size_t budget);

/*
 * The number of a capture agent for payload->agent, from 1. They are kept until the store is
 * cleared; those beyond STORE_AGENTS share one number. Of the name STORE_AGENT_NAME bytes are kept.
 */
#define STORE_AGENTS 1024
#define STORE_AGENT_NAME 64
uint16_t store_agent(struct store *store, uint32_t id, struct span name);
/* Its name, else its id in decimal; an empty span for 0 and for an agent that told neither. */
struct span store_agent_name(const struct store *store, uint16_t agent);

/* What a message is looked up by. */
struct store_keys {
    uint64_t transaction, flow, call;
    uint64_t invite; /* of an ACK: that of the INVITE on its hop; else 0 */
};
/*
 * Computes the keys of a message that will be added soon, and begins to fetch from memory where
 * they lead: first the places in the indexes, a little later the records found there, then those
 * that they lead to. Most of the time of adding is waiting for memory, so whoever has several
 * messages asks for all first.
 */
void store_expect(const struct store *store, const struct payload *payload,
                  const struct sip_message *sip, struct store_keys *keys);
void store_expect_records(const struct store *store, const struct store_keys *keys);
void store_expect_neighbours(const struct store *store, const struct store_keys *keys);
/*
 * Adds a scanned message with the keys from store_expect(), or NULL; copies the packet unless it
 * is mapped. The message's id, or 0. It may be evicted at once, when the budget is very small.
 */
uint32_t store_add(struct store *store, const struct packet *packet, const struct payload *payload,
                   const struct sip_message *sip, const struct store_keys *keys);
/* Moves capture time on, which may time transactions out. */
void store_advance(struct store *store, int64_t now_ns);
/* The same with at most so many timers; true: more are due, and nothing else may be asked for before. */
bool store_advance_some(struct store *store, int64_t now_ns, size_t most);
int64_t store_now(const struct store *store);
/*
 * For those who look at many calls, one after the other: brings from memory a call, its first
 * transaction, its messages, the beginning and the flow of its request, and its hosts, step by step
 * from 0 on, since each needs what the one before has brought: so there should be other calls in
 * between. A transaction's next one comes with its messages.
 */
#define STORE_EXPECT_STEPS 5
void store_expect_call(const struct store *store, uint32_t call, unsigned step);
void store_expect_messages(const struct store *store, uint32_t transaction);

const struct store_counts *store_counts(const struct store *store);
/* Bytes in use beyond mapped files, and the budget. */
size_t store_bytes(const struct store *store);
size_t store_budget(const struct store *store);

/* Look-ups by a live id; NULL for 0 or an id that is not in use. */
const struct message *store_message(const struct store *store, uint32_t id);
const struct transaction *store_transaction(const struct store *store, uint32_t id);
const struct call *store_call(const struct store *store, uint32_t id);
const struct leg *store_leg(const struct store *store, uint32_t id);
const struct flow *store_flow(const struct store *store, uint32_t id);
const struct host *store_host(const struct store *store, uint32_t id);
/* Whether the capture cut headers of any host's messages. */
bool store_was_cut(const struct store *store);
const struct host *store_find_host(const struct store *store, const struct addr *addr);
/* Takes a call out of the group that it was joined to (store/link.h), or lets it back; all that
 * were or will be joined wait for store_attention(). */
void store_separate(struct store *store, uint32_t call, bool alone);

struct store_ref store_transaction_ref(const struct store *store, uint32_t id);
/* The id while the record still lives, else 0. */
uint32_t store_transaction_find(const struct store *store, struct store_ref ref);
/* One past the highest transaction or call id: for walking all, with NULLs in between. */
uint32_t store_transaction_end(const struct store *store);
uint32_t store_call_end(const struct store *store);
void store_mark(struct store *store, uint32_t transaction, bool marked);

/*
 * The next call that bears a mark worth a look and has changed: a second or two of capture time
 * after the change, so that what belongs together has arrived. `all`: without waiting. 0: none.
 */
uint32_t store_attention(struct store *store, bool all);
/* Whether a call waits for store_attention(): it has changed since it was last handed out. */
bool store_call_waits(const struct store *store, uint32_t call);
/* What is known of a finding here. */
struct store_found {
    const char *name, *severity; /* its rule; "error", "warning" or "notice" */
    uint8_t confidence;          /* in percent */
    uint64_t times;              /* that the rule has found something, at all */
};
/* What others know about what is stored, for filters; names are not translated. */
struct store_knowledge {
    /* Finding number `i` about a transaction; false beyond them. */
    bool (*finding)(const void *arg, uint32_t transaction, unsigned i, struct store_found *found);
    /* What became of a call, over all its legs, in a word; NULL: nothing can be said. */
    const char *(*outcome)(const void *arg, uint32_t call);
    /* Whether that is a failure. */
    bool (*failed)(const void *arg, uint32_t call);
};
/* Who answers (NULL: nobody); `knowledge` must outlive it. */
void store_ask(struct store *store, const struct store_knowledge *knowledge, const void *arg);
bool store_finding(const struct store *store, uint32_t transaction, unsigned i,
                   struct store_found *found);
const char *store_outcome(const struct store *store, uint32_t call);
bool store_call_failed(const struct store *store, uint32_t call);
/* What is known of a host by all that it sent and received, for filters. */
#define STORE_ENDPOINT_FINDINGS 8
struct store_endpoint {
    uint64_t sent, received, failed, unanswered; /* requests */
    int64_t failed_share;     /* of those that ended, in thousandths of a percent */
    int64_t half_ns, most_ns; /* within which it gave 50 and 95 % of its answers; -1: none */
    uint32_t message;         /* that says in User-Agent or Server what it is, or 0 */
    const char
        *findings[STORE_ENDPOINT_FINDINGS]; /* rules that found something about it, then NULL */
};
typedef const struct store_endpoint *store_endpoint_fn(void *arg, const struct addr *host);
void store_ask_endpoints(struct store *store, store_endpoint_fn *fn, void *arg);
/* NULL: nothing is known of it, or not yet. */
const struct store_endpoint *store_endpoint(const struct store *store, const struct addr *host);
/* The name of a source of messages, an interface or a file; empty where nobody told. */
typedef const char *store_source_fn(const void *arg, uint16_t source);
void store_ask_sources(struct store *store, store_source_fn *fn, const void *arg);
struct span store_source_name(const struct store *store, uint16_t source);
/* Whether calls get marks, as they do unless told otherwise: without them none is ever looked at. */
void store_set_marking(struct store *store, bool on);
/* Notes the leading finding of a transaction, for lists and filters. */
void store_set_why(struct store *store, uint32_t transaction, uint8_t why);

/*
 * Scans a stored message again; the spans point into its bytes. -1 for an id that is not in
 * use, or when the file that holds the bytes was cut; *sip is then empty.
 */
int store_scan(const struct store *store, uint32_t message, struct sip_message *sip);
/* The message that stands for the transaction: its request, else its first message. */
uint32_t transaction_head(const struct transaction *txn);
/* Nanoseconds from request to final response, or -1. */
int64_t transaction_rtt(const struct store *store, const struct transaction *txn);
/*
 * How long the final response took or has been waited for: no longer than the timer of the request
 * runs (64*T1, RFC 3261 §17.1.1.2, §17.1.2.2). Below 0 without the request.
 */
int64_t transaction_waited(const struct store *store, const struct transaction *txn);
const char *transaction_state_name(uint8_t state);
/*
 * The transaction that stands for a call: the request that began it, on the first hop; where it
 * was challenged or redirected, as it was sent again (RFC 3261 §22.2, §8.1.3.4). Looks at the
 * first thousand.
 */
uint32_t call_leading(const struct store *store, const struct call *call);
/*
 * Until when a call lasted: to its last message, or until the request that stands for it was given up
 * without an answer (64*T1); until now while it goes on.
 */
int64_t call_end_ns(const struct store *store, const struct call *call);

#endif
