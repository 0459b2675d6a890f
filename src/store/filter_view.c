/* What readers of filter fields look at: a transaction, its messages, and who sent them. */
#include "store/filter_private.h"

const struct sip_message *filter_scan(struct filter_view *v, uint32_t id)
{
    if (!id)
        return NULL;
    for (int i = 0; i < v->used; i++)
        if (v->scanned[i] == id)
            return &v->slots[i];
    int slot = v->used < VIEW_SLOTS ? v->used : VIEW_SLOTS - 1;
    v->scanned[slot] = 0;
    if (store_scan(v->store, id, &v->slots[slot]) < 0)
        return NULL;
    v->scanned[slot] = id;
    v->used = slot + 1;
    return &v->slots[slot];
}

const struct sip_message *filter_head(struct filter_view *v)
{
    return filter_scan(v, transaction_head(v->txn));
}

const struct sip_message *filter_request(struct filter_view *v)
{
    return filter_scan(v, v->txn->request);
}

/* The response that decided it, or the latest that did not. */
const struct sip_message *filter_response(struct filter_view *v)
{
    return filter_scan(v, v->txn->final ? v->txn->final : v->txn->provisional);
}

const struct message *filter_next_message(struct filter_view *v, uint32_t *id, int *left)
{
    bool begins = *id == 0;
    if (!v->focus->message)
        return filter_next_of_all(v, id, left);
    *id = v->focus->message;
    return begins ? store_message(v->store, *id) : NULL;
}

bool filter_repeats(const struct filter_view *v, const struct message *m)
{
    return !v->focus->message && m->flags & (MESSAGE_RETRANSMISSION | MESSAGE_DUPLICATE);
}

const struct message *filter_next_of_all(struct filter_view *v, uint32_t *id, int *left)
{
    const struct message *m = *id ? store_message(v->store, *id) : NULL;
    *id = *id ? (m ? m->previous : 0) : v->txn->last;
    return *id && (*left)-- > 0 ? store_message(v->store, *id) : NULL;
}

bool filter_any_flag(struct filter_view *v, uint8_t flag)
{
    uint32_t id = 0;
    int left = MESSAGES_LOOKED;
    for (const struct message *m; (m = filter_next_message(v, &id, &left));)
        if (m->flags & flag)
            return true;
    return false;
}

/* Who sent the request to whom, also where only responses were captured. */
const struct flow *filter_ends(struct filter_view *v, const struct addr **src,
                               const struct addr **dst)
{
    const struct message *m = store_message(v->store, transaction_head(v->txn));
    const struct flow *flow = m ? store_flow(v->store, m->flow) : NULL;
    if (!flow)
        return NULL;
    *src = m->code ? &flow->dst : &flow->src;
    *dst = m->code ? &flow->src : &flow->dst;
    return flow;
}
