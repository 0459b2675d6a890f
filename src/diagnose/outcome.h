/* What became of a call, in a word: what people ask first, and what is counted. */
#ifndef SIPWHY_DIAGNOSE_OUTCOME_H
#define SIPWHY_DIAGNOSE_OUTCOME_H

#include "diagnose/diagnosis.h"

enum call_outcome {
    OUTCOME_NONE, /* only ACKs were seen: they tell nothing */
    OUTCOME_OPEN, /* still going on, without a final response */
    OUTCOME_OK,   /* 2xx to another request than INVITE */
    OUTCOME_ANSWERED,
    OUTCOME_BUSY,
    OUTCOME_DECLINED,
    OUTCOME_NO_ANSWER, /* it rang, and nobody took it */
    OUTCOME_CANCELLED, /* the caller gave up before that could be said */
    OUTCOME_REDIRECTED,
    OUTCOME_FAILED,
    OUTCOMES
};

/* Of the request that stands for the call (call_leading()), with what was found about it. */
enum call_outcome call_outcome(const struct diagnosis *d, const struct store *store,
                               const struct call *call, uint32_t id);
/* How a call ended, or goes on. */
struct call_end {
    enum call_outcome outcome;
    uint8_t class; /* enum sip_class: in whose colour it is shown, and by which it failed or not */
};
/*
 * Of the `n` legs of one call, in the order in which they began (joined_legs()): what became of the
 * first, which the caller hears. Where that says little, another leg may know why.
 */
struct call_end call_end_of_legs(const struct diagnosis *d, const struct store *store,
                                 const uint32_t *legs, size_t n);
/* The same of the legs that a call is joined to. */
struct call_end call_end_of(const struct diagnosis *d, const struct store *store, uint32_t call);
/* A call fails as a transaction does: it was refused, busy too, or nobody answered for it. */
bool call_end_failed(struct call_end end);
/* "no answer"; NULL for OUTCOME_NONE; see tr(). */
const char *call_outcome_name(enum call_outcome outcome);
/*
 * Where a request that was challenged, redirected or asked for more (sip_asks_for_more()) was sent
 * again by its client and accepted: that transaction, and nothing is left to do. 0: it was not.
 */
uint32_t transaction_mended(const struct store *store, uint32_t id);
/*
 * The message with which the answer that counts (its final response, else the provisional one) to the
 * same request of the call was seen first, on any hop: who sent that made it. 0: nothing answered.
 */
uint32_t transaction_origin(const struct store *store, uint32_t id);
/* The first 180 or 183 to a request, a message; 0: nobody was rung. */
uint32_t transaction_rang(const struct store *store, uint32_t id);
/*
 * How long it rang until the failure that ended it, as the hop saw it that made the answer; below 0
 * where nobody was rung, or no failure ended it.
 */
int64_t transaction_rang_ns(const struct store *store, uint32_t id);

#endif
