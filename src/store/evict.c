/*
 * Keeping within the budget. Whole calls go, finished ones first, oldest first;
 * when none is finished, the one that was silent longest. A little more than
 * needed goes at once, so that the views sweep seldom.
 */
#include "store/private.h"

static void release_transaction(struct store *s, uint32_t id)
{
    for (uint32_t m = transaction_at(s, id)->first; m;) {
        uint32_t next = message_at(s, m)->next;
        message_drop(s, m);
        s->counts.live_messages--;
        m = next;
    }
    transaction_forget(s, id);
}

void store_release_call(struct store *s, uint32_t id)
{
    struct call *call = call_at(s, id);
    call_unlink(s, id);
    for (uint32_t txn = call->first_txn; txn;) {
        uint32_t next = transaction_at(s, txn)->next_in_call;
        release_transaction(s, txn);
        txn = next;
    }
    for (uint32_t leg = call->first_leg; leg;) {
        uint32_t next = leg_at(s, leg)->next_in_call;
        index_remove(&s->leg_index, leg_at(s, leg)->key, leg);
        pool_release(&s->legs, leg);
        leg = next;
    }
    index_remove(&s->call_index, call->key, id);
    s->counts.live_calls--;
    call->seq = 0;
    pool_release(&s->calls, id);
}

void store_evict(struct store *s)
{
    size_t goal = s->budget - s->budget / 32;
    if (store_bytes(s) <= s->budget)
        return;
    while (store_bytes(s) > goal) {
        uint32_t id = s->finished.head ? s->finished.head : s->unfinished.head;
        if (!id)
            break;
        s->counts.evicted_calls++;
        s->counts.evicted_messages += call_at(s, id)->messages;
        store_release_call(s, id);
    }
    store_tell(s, STORE_EVICTED, 0);
}
