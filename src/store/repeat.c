/*
 * Telling repetitions apart. The same bytes again on the same hop are a
 * retransmission (RFC 3261 §17); the same packet seen on a second interface is a
 * duplicate: it has the same IPv4 identification, or comes sooner than any SIP
 * timer could send it again, or from another capture agent before that time.
 */
#include <stdlib.h>

#include "store/private.h"

#define DUPLICATE_NS 2000000    /* T1 is 500 ms: nobody retransmits after two */
#define SAME_IP_ID_NS 400000000 /* below T1, for seen by hosts with their own clocks */
#define LOOK_BACK 64            /* messages compared: a flood on one branch stays cheap */

static bool same_bytes(const struct message *a, const struct message *b)
{
    return a->digest == b->digest && a->code == b->code &&
           span_equal(message_payload(a), message_payload(b));
}

/* Two agents, or one and we, saw the same hop. */
static bool other_agent(struct store *s, const struct message *a, const struct message *b)
{
    return a->flow != b->flow && flow_at(s, a->flow)->agent != flow_at(s, b->flow)->agent;
}

static bool is_duplicate(struct store *s, const struct message *earlier,
                         const struct message *later)
{
    int64_t apart = llabs(later->time_ns - earlier->time_ns);
    /* A log has each message once, often with a time in seconds. */
    if ((earlier->flags & later->flags & MESSAGE_LOGGED) && earlier->source == later->source)
        return false;
    if (apart <= DUPLICATE_NS)
        return true;
    /* Not against a copy, which may be late: some stacks never change their identification. */
    if (apart > SAME_IP_ID_NS || earlier->flags & MESSAGE_DUPLICATE)
        return false;
    return (later->ip_id != 0 && later->ip_id == earlier->ip_id) || other_agent(s, earlier, later);
}

/*
 * A bit that no message of the transaction has set yet means that its bytes are new to
 * it, which spares looking at the others; one that is set may mean anything.
 */
static bool surely_new(struct transaction *txn, const struct message *message)
{
    uint64_t bit = UINT64_C(1) << (message->digest & 63);
    bool is_new = !(txn->seen & bit);
    txn->seen |= bit;
    return is_new;
}

void message_recognise(struct store *s, struct transaction *txn, struct message *message)
{
    bool repeated = false;
    if (surely_new(txn, message))
        return;
    uint32_t id = message->previous;
    for (int i = 0; id && i < LOOK_BACK; i++) {
        const struct message *earlier = message_at(s, id);
        if (same_bytes(earlier, message)) {
            if (is_duplicate(s, earlier, message)) {
                message->flags |= MESSAGE_DUPLICATE;
                txn->duplicates += txn->duplicates < UINT16_MAX;
                s->counts.duplicates++;
                return;
            }
            repeated = repeated || earlier->flow == message->flow;
        }
        id = earlier->previous;
    }
    if (repeated) {
        message->flags |= MESSAGE_RETRANSMISSION;
        txn->retransmissions += txn->retransmissions < UINT16_MAX;
        s->counts.retransmissions++;
    }
}
