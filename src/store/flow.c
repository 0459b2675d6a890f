/* Flows: source, destination and transport, stored once however many messages share them. */
#include "base/hash.h"
#include "store/private.h"

uint64_t flow_key(const struct payload *p)
{
    struct {
        struct addr src, dst;
        uint64_t transport;
    } id = { p->src, p->dst, p->transport };
    return hash_bytes(0, &id, sizeof id);
}

uint32_t flow_take(struct store *s, const struct payload *payload, uint64_t key)
{
    uint32_t id = index_find(&s->flow_index, key);
    if (!id) {
        id = pool_alloc(&s->flows);
        if (!id)
            return 0;
        *flow_at(s, id) = (struct flow){ key, payload->src, payload->dst, 0, payload->transport };
        if (index_add(&s->flow_index, key, id) < 0) {
            pool_release(&s->flows, id);
            return 0;
        }
    }
    flow_at(s, id)->refs++;
    return id;
}

void flow_drop(struct store *s, uint32_t id)
{
    struct flow *flow = flow_at(s, id);
    if (--flow->refs > 0)
        return;
    index_remove(&s->flow_index, flow->key, id);
    pool_release(&s->flows, id);
}
