/*
 * Who takes part, and how it goes for each host: counted by walking the transactions that the
 * store holds, a slice at a time, so that nothing is done for a message. A pass over all replaces
 * the numbers of the one before.
 */
#ifndef SIPWHY_DIAGNOSE_ENDPOINTS_H
#define SIPWHY_DIAGNOSE_ENDPOINTS_H

#include "base/spread.h"
#include "diagnose/diagnosis.h"
#include "store/filter.h"

#define ENDPOINT_ANSWERS 7 /* [2] 2xx to [6] 6xx, [0] none came; ACK has no part in it */
#define ENDPOINT_RULES 8   /* different findings about a host that are told apart */
#define ENDPOINTS_MAX 8000 /* hosts; requests of others are not counted */

struct endpoint_counts {
    uint64_t sent, received;            /* requests */
    uint64_t answers[ENDPOINT_ANSWERS]; /* to those, by class */
    uint64_t failed;     /* of those: 4xx to 6xx but challenges and 487, and what timed out */
    struct spread times; /* how fast it answered others' requests than INVITE */
    struct endpoint_rule {
        uint8_t rule;
        uint32_t count;
    } rules[ENDPOINT_RULES]; /* found about it; those beyond take the rarest's place */
    struct endpoint_rule spoiled[ENDPOINT_RULES]; /* found in its requests, about other hosts */
    uint32_t example; /* its latest transaction that failed, else its latest */
    bool example_failed;
    uint32_t message;   /* one that it sent and that tells what it is, or 0 */
    bool message_own;   /* surely its own, not passed on for another */
    bool message_named; /* with User-Agent or Server: many messages have neither */
    uint8_t nameless;   /* those that were looked at in vain */
};

struct endpoint {
    uint64_t key;
    struct addr host; /* port 0; of several that count together the first */
    uint32_t hosts;   /* how many do */
    struct endpoint_counts now, next;
};

struct endpoints;

/* Both must outlive it. */
struct endpoints *endpoints_new(const struct store *store, const struct diagnosis *diagnosis);
void endpoints_free(struct endpoints *e);
/* Counts hosts that call themselves the same together, or each alone: at once, with other ids. */
void endpoints_join_agents(struct endpoints *e, bool join);
/*
 * Begins a pass over the transactions that fit the filter (NULL: all), which must last as long; what
 * goes on is given up.
 */
void endpoints_begin(struct endpoints *e, const struct filter *filter);
bool endpoints_busy(const struct endpoints *e);
/* Goes on with the pass for at most so many transactions; whether there is more to do. */
bool endpoints_work(struct endpoints *e, size_t most);
/* Changes with each finished pass. */
uint64_t endpoints_version(const struct endpoints *e);
/* An endpoint by its id, from 1 to endpoints_end() - 1; ids stay the same from pass to pass. */
const struct endpoint *endpoints_at(const struct endpoints *e, uint32_t id);
uint32_t endpoints_end(const struct endpoints *e);
/* The id of a host, whatever its port, while hosts count alone; 0: it has none. */
uint32_t endpoints_find(const struct endpoints *e, const struct addr *host);

/* Nothing was seen of it in the last pass. */
bool endpoint_idle(const struct endpoint *e);
/* Failures a request, 0 to 1; of what has ended. */
double endpoint_failure_share(const struct endpoint *e);
/* Within which it gave so many percent of its answers, in ns, an eighth too long at most; -1: none. */
int64_t endpoint_percentile(const struct endpoint *e, unsigned percent);
/* The rule that found most about it; 0: none. */
uint8_t endpoint_finding(const struct endpoint *e);
/* What it calls itself: User-Agent or Server; `sip` holds the message that the span points to. */
struct span endpoint_agent(const struct store *store, const struct endpoint *e,
                           struct sip_message *sip);

#endif
