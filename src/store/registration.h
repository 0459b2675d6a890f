/*
 * Registrations as people ask for them (RFC 3261 §10): a record for each binding of an address of
 * record to a contact, or to an instance and its flow where the client names them (RFC 5626 §6),
 * with what the latest REGISTER about it came to. Made from the REGISTERs in the store when
 * somebody looks (ledger.h); what the diagnosis asks while messages come in is binding.h's.
 */
#ifndef SIPWHY_STORE_REGISTRATION_H
#define SIPWHY_STORE_REGISTRATION_H

#include "store/ledger.h"

enum registration_state {
    REGISTRATION_PENDING,    /* asked for, or challenged: nothing is decided */
    REGISTRATION_ACTIVE,     /* bound, until `until_ns` */
    REGISTRATION_EXPIRED,    /* it was, and nobody refreshed it */
    REGISTRATION_REMOVED,    /* by the client */
    REGISTRATION_REFUSED,    /* with `code`; an earlier one may hold until `until_ns` */
    REGISTRATION_UNANSWERED, /* no final response to the latest REGISTER; the same */
    REGISTRATION_STATES
};

struct registration {
    struct ledger_record head; /* its group: the address of record; latest: the REGISTER */
    uint64_t asked_seq;        /* of the latest REGISTER for it, 0: others were told of it; */
    uint64_t decided_seq;      /* of the latest that was challenged or decided */
    struct store_ref named;    /* the latest transaction that names its contact */
    int64_t refreshed_ns;      /* the latest 2xx; 0: none */
    int64_t until_ns;          /* what it granted ends; 0: nothing was granted */
    uint32_t expires_s;        /* granted */
    uint32_t granted;          /* how often: the first, and refreshes */
    uint32_t challenges;
    uint16_t code;  /* of the latest final response */
    uint8_t result; /* enum registration_state, but for the time */
};

/* For a ledger of struct registration. */
extern const struct ledger_ops registration_ledger;
enum registration_state registration_state(const struct registration *r, int64_t now_ns);
/* "active"; see tr(). */
const char *registration_state_name(enum registration_state state);

/* What its latest REGISTER says; the spans point into stored messages. Empty where it is silent. */
struct registration_words {
    struct span aor;      /* of To: user@host */
    struct span contact;  /* user@host:port */
    struct span instance; /* +sip.instance, without quotes and <> */
    struct span reg_id;   /* RFC 5626 §4.2 */
    struct span agent;    /* the client's User-Agent */
};
void registration_words(const struct ledger *ledger, const struct registration *r,
                        struct registration_words *words);
/*
 * Where the latest REGISTER came from and where it went to; over several hops from the first
 * sender to the last receiver. The client is unknown (family 0) where only the registrar told of
 * the binding. -1 when it has gone.
 */
int registration_ends(const struct ledger *ledger, const struct registration *r,
                      struct addr *client, struct addr *registrar);

#endif
