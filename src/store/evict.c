/*
 * Keeping within the budget. Whole calls go, oldest first, finished ones before
 * others: what is found unfinished is passed over and held, and goes only when too
 * much had to be passed over. A little more than needed goes at once, so that the
 * views sweep seldom.
 */
#include "store/private.h"

#define PASSES_BEFORE_FORCE 4096
#define UNWEIGHED 15 /* messages between two looks, while half of the budget is free */

static void release_transaction(struct store *s, uint32_t id)
{
    for (uint32_t m = transaction_at(s, id)->last; m;) {
        uint32_t previous = message_at(s, m)->previous;
        message_drop(s, m);
        s->counts.live_messages--;
        m = previous;
    }
    transaction_forget(s, id);
}

static void release_call(struct store *s, uint32_t id)
{
    struct call *call = call_at(s, id);
    s->counts.evicted_calls++;
    s->counts.evicted_messages += call->messages;
    for (uint32_t txn = call->first_txn; txn;) {
        uint32_t next = transaction_at(s, txn)->next_in_call;
        release_transaction(s, txn);
        txn = next;
    }
    for (uint32_t leg = call->first_leg; leg;) {
        uint32_t next = leg_at(s, leg)->next_in_call;
        pool_release(&s->legs, leg);
        leg = next;
    }
    index_remove(&s->call_index, call->key, id);
    s->counts.live_calls--;
    s->counts.live_sessions -= call->session;
    joined_drop(s, id);
    call->seq = 0;
    pool_release(&s->calls, id);
}

/* Takes the oldest call out of a queue: 0 when there is none. */
static uint32_t take_oldest(struct store *s, struct queue *queue)
{
    struct queue_entry entry;
    while (queue_pop(queue, &entry))
        if ((uint32_t)call_at(s, entry.id)->seq == entry.stamp && call_at(s, entry.id)->seq)
            return entry.id;
    return 0;
}

static void hold(struct store *s, uint32_t id)
{
    queue_push(&s->held, (struct queue_entry){ id, (uint32_t)call_at(s, id)->seq });
}

/* The oldest finished call, as far as it may look; each look costs one of *passes. */
static uint32_t find_finished(struct store *s, struct queue *queue, size_t looks, size_t *passes)
{
    for (; looks > 0 && *passes > 0; looks--, (*passes)--) {
        uint32_t id = take_oldest(s, queue);
        if (!id || call_finished(call_at(s, id)))
            return id;
        hold(s, id);
    }
    return 0;
}

static uint32_t next_victim(struct store *s, size_t *passes)
{
    uint32_t id = find_finished(s, &s->calls_queue, s->calls_queue.count, passes);
    if (!id)
        id = find_finished(s, &s->held, s->held.count, passes);
    if (!id)
        id = take_oldest(s, &s->held);
    return id ? id : take_oldest(s, &s->calls_queue);
}

void store_evict(struct store *s)
{
    size_t goal = s->budget - s->budget / 32, passes = PASSES_BEFORE_FORCE;
    if (s->unweighed > 0) {
        s->unweighed--;
        return;
    }
    size_t bytes = store_bytes(s);
    s->unweighed = bytes < s->budget / 2 ? UNWEIGHED : 0;
    if (bytes <= s->budget)
        return;
    while (store_bytes(s) > goal) {
        uint32_t id = next_victim(s, &passes);
        if (!id)
            break;
        release_call(s, id);
        passes += 2;
    }
    store_tell(s, STORE_EVICTED, 0);
}
