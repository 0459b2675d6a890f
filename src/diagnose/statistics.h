/*
 * Statistics of what the store holds: the measures of a span of time, of each of its slots, and of
 * each group that transactions fall into. Counted by walking the calls, a slice at a time, so that
 * nothing is done for a message; a pass replaces the numbers of the one before. What it counts
 * belongs to the time at which its request was sent, but messages and calls that are up, which
 * belong to their own. Times before 1970 or after STATISTICS_LATEST take no part.
 */
#ifndef SIPWHY_DIAGNOSE_STATISTICS_H
#define SIPWHY_DIAGNOSE_STATISTICS_H

#include "diagnose/measures.h"
#include "store/filter.h"
#include "store/store.h"

#define STATISTICS_LATEST ((int64_t)1 << 62) /* in 2116: sums of such times do not overflow */
#define STATISTICS_SLOTS 320
#define STATISTICS_GROUPS 250 /* told apart; what comes later falls into one more, the last */
#define STATISTICS_LABEL 80

/* What a group has in common; by nothing there are no groups. */
enum statistics_by {
    BY_NOTHING,
    BY_DESTINATION,
    BY_SOURCE,
    BY_AGENT,
    BY_METHOD,
    BY_CODE,
    STATISTICS_BYS
};
/* "destination": on the command line, and in JSON. */
const char *statistics_by_name(enum statistics_by by);
/* "Destination": the same as a heading, see tr(). */
const char *statistics_by_title(enum statistics_by by);
/* STATISTICS_BYS for no such word. */
enum statistics_by statistics_by_find(struct span word);

struct statistics_query {
    int64_t from_ns; /* where the first slot begins; 0: everything is counted */
    int64_t slot_ns; /* of a slot; 0: as suits `slots` */
    uint32_t slots;  /* at most so many */
    bool latest;     /* instead of from_ns: so that the newest message falls into the last slot */
    enum statistics_by by;
    const struct filter *filter; /* or NULL; must outlive the pass */
};

struct statistics_group {
    uint64_t key;
    char label[STATISTICS_LABEL]; /* may hold anything that the network said */
    bool other;                   /* the one that stands for all beyond the limit */
    uint32_t example;             /* one of its transactions, a failed one if there is */
    bool example_failed;
    struct measures measures;
};

/* The result of a pass. */
struct statistics {
    struct statistics_query query;
    bool any;                  /* messages were seen: */
    int64_t first_ns, last_ns; /* when the first came, and the last */
    int64_t from_ns, slot_ns;  /* the first slot, and how long each is */
    uint32_t nslots, ngroups;
    struct measures total;
    struct measures slots[STATISTICS_SLOTS];
    struct statistics_group groups[STATISTICS_GROUPS + 1];
};

struct census;

/* The store must outlive it. */
struct census *census_new(const struct store *store);
void census_free(struct census *c);
/* Begins a pass; one that goes on is given up. */
void census_begin(struct census *c, const struct statistics_query *query);
/* Goes on for about so many transactions; whether there is more to do. */
bool census_work(struct census *c, size_t most);
/* Whether a pass goes on. */
bool census_busy(const struct census *c);
/* The last finished pass; nothing but zeros before the first. */
const struct statistics *census_result(const struct census *c);
/* What the pass that goes on has counted until now. */
const struct statistics *census_draft(const struct census *c);
/* Changes with each finished pass. */
uint64_t census_version(const struct census *c);

/* The time that the numbers are about: that of the slots, as far as there was traffic. */
int64_t statistics_span(const struct statistics *s);
/* The same of one slot. */
int64_t statistics_slot_span(const struct statistics *s, uint32_t slot);
/* Appends the condition that finds a group's transactions, as a filter expression; -1: none does. */
struct strbuf;
int statistics_condition(const struct statistics *s, const struct statistics_group *group,
                         struct strbuf *out);
/* The next slot width in the row of those that are easy to read: shorter, or longer. */
int64_t statistics_width(int64_t slot_ns, bool longer);

#endif
