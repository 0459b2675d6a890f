/*
 * Subscriptions as people ask for them: a record for each usage that a SUBSCRIBE made (RFC 6665) or
 * that a REFER implied (RFC 3515), or that only NOTIFYs tell of, and how it stands. One is told from
 * another by Call-ID, the subscriber's tag, event package and its id; where a SUBSCRIBE was forked,
 * all its notifiers count as one. Made from the transactions in the store when somebody looks
 * (ledger.h).
 */
#ifndef SIPWHY_STORE_SUBSCRIPTION_H
#define SIPWHY_STORE_SUBSCRIPTION_H

#include "store/ledger.h"

enum subscription_state {
    SUBSCRIPTION_ASKED,    /* nothing is decided */
    SUBSCRIPTION_ACCEPTED, /* by a 2xx; no NOTIFY has told more */
    SUBSCRIPTION_PENDING,  /* the notifier says so: it waits for somebody's consent */
    SUBSCRIPTION_ACTIVE,
    SUBSCRIPTION_TERMINATED, /* by the notifier, or because a NOTIFY was refused with `code` */
    SUBSCRIPTION_REFUSED,    /* the latest SUBSCRIBE or REFER, with `code` */
    SUBSCRIPTION_UNANSWERED, /* there was no answer to the latest request */
    SUBSCRIPTION_EXPIRED,    /* it ran out, or was ended, and no NOTIFY said so */
    SUBSCRIPTION_STATES
};

struct subscription {
    struct ledger_record head; /* latest: of any method */
    uint64_t asked_seq;        /* the latest SUBSCRIBE or REFER; 0: none was seen */
    uint64_t notified_seq;     /* the latest NOTIFY; 0: none */
    struct store_ref notify;   /* the same */
    int64_t notified_ns;
    int64_t until_ns; /* 0: not told */
    uint32_t asked;   /* SUBSCRIBEs that were accepted: the first, and refreshes */
    uint32_t notifies;
    uint32_t refer; /* CSeq number of the REFER that implied it, else 0 */
    uint16_t code;  /* of the latest final response to a SUBSCRIBE, REFER or NOTIFY that failed */
    uint8_t result; /* enum subscription_state, but for the time */
    bool undecided; /* the latest SUBSCRIBE or REFER was not accepted yet */
};

/* For a ledger of struct subscription. */
extern const struct ledger_ops subscription_ledger;
enum subscription_state subscription_state(const struct subscription *s, int64_t now_ns);
/* "active"; see tr(). */
const char *subscription_state_name(enum subscription_state state);

/* What its latest messages say; the spans point into stored messages. Empty where they are silent. */
struct subscription_words {
    struct span subscriber, resource; /* user@host */
    struct span event;                /* "presence", "dialog;id=7"; "refer" for a REFER */
    struct span reason;               /* of Subscription-State: "timeout" */
    struct span target;               /* Refer-To of the REFER, if that is the latest */
    struct span outcome;              /* refer: what the NOTIFY says became of it, "200 OK" */
};
void subscription_words(const struct ledger *ledger, const struct subscription *s,
                        struct subscription_words *words);

#endif
