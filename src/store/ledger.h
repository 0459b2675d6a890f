/*
 * Records that sum up what several transactions did, for whoever shows them: registrations,
 * subscriptions. Transactions that came or changed are noted, for next to nothing, and looked at
 * later, in slices, so that nothing is done for a message. A record goes when the latest
 * transaction that it tells of was evicted.
 */
#ifndef SIPWHY_STORE_LEDGER_H
#define SIPWHY_STORE_LEDGER_H

#include "base/index.h"
#include "base/pool.h"
#include "base/queue.h"
#include "store/store.h"

#define LEDGER_RECORDS 200000 /* more are not kept: a bound, not an expectation */

/* The beginning of every record. */
struct ledger_record {
    uint64_t key;
    uint64_t group;          /* records that are found together; 0: none */
    uint32_t next_in_group;  /* the one made before it */
    struct store_ref latest; /* the transaction that it stands and falls with */
};

struct ledger;
typedef void ledger_changed_fn(uint32_t record, void *arg);

/* A kind of record. */
struct ledger_ops {
    size_t size; /* bytes a record */
    /* Whether a transaction has to do with it. */
    bool (*concerns)(const struct transaction *txn);
    /* Looks at a transaction that does; calls `changed` for records that are new or have changed. */
    void (*look)(struct ledger *ledger, uint32_t transaction, ledger_changed_fn *changed,
                 void *arg);
};

struct ledger {
    const struct ledger_ops *ops;
    const struct store *store;
    struct pool records;
    struct index index, groups;
    struct queue waiting; /* transactions, in the order in which they were noted */
    uint64_t *noted;      /* a bit for each of them, by id */
    size_t nnoted;        /* words */
    uint64_t left_out;    /* records that found no room */
};

/* The store must outlive the ledger, which may not move. */
void ledger_init(struct ledger *ledger, const struct ledger_ops *ops, const struct store *store);
void ledger_free(struct ledger *ledger);
/* A transaction is to be looked at if it concerns the ledger, anew if it was before. */
void ledger_note(struct ledger *ledger, uint32_t transaction);
/* Looks at no more than so many of those that were noted; true when there are more. */
bool ledger_work(struct ledger *ledger, size_t most, ledger_changed_fn *changed, void *arg);

/* A record by its key; 0 if there is none. */
uint32_t ledger_find(const struct ledger *ledger, uint64_t key);
/* The same, made if need be (zeroed but for its head); 0 when there is no room. */
uint32_t ledger_take(struct ledger *ledger, uint64_t key, uint64_t group, uint32_t transaction);
/* The latest record of a group, 0: none; `next_in_group` leads to the others. */
uint32_t ledger_group(const struct ledger *ledger, uint64_t group);
/* NULL for an id that is not in use. */
void *ledger_at(const struct ledger *ledger, uint32_t id);
/* The transaction that a record stands for, 0 when it has gone. */
uint32_t ledger_latest(const struct ledger *ledger, const struct ledger_record *record);
void ledger_set_latest(struct ledger *ledger, struct ledger_record *record, uint32_t transaction);
/* Lets go of the records whose transaction has gone: call it when the store evicted. */
void ledger_sweep(struct ledger *ledger);

#endif
