/* Flows: source, destination, transport and agent, stored once however many messages share them;
 * and the hosts at their ends. */
#include "base/hash.h"
#include "store/private.h"

uint64_t flow_key(const struct payload *p)
{
    struct {
        struct addr src, dst;
        uint64_t transport;
    } id = { p->src, p->dst, p->transport | (uint64_t)p->agent << 8 };
    return hash_bytes(0, &id, sizeof id);
}

static uint64_t host_key(const struct addr *a)
{
    return hash_bytes(a->family, a->ip, sizeof a->ip);
}

static uint32_t host_take(struct store *s, const struct addr *a)
{
    uint64_t key = host_key(a);
    uint32_t id = index_find(&s->host_index, key);
    if (!id && (id = pool_alloc(&s->hosts)) != 0) {
        *host_at(s, id) = (struct host){ .key = key, .addr = *a };
        host_at(s, id)->addr.port = 0;
        if (index_add(&s->host_index, key, id) < 0) {
            pool_release(&s->hosts, id);
            return 0;
        }
    }
    if (id)
        host_at(s, id)->refs++;
    return id;
}

const struct host *store_find_host(const struct store *s, const struct addr *a)
{
    uint32_t id = index_find(&s->host_index, host_key(a));
    return id ? pool_at(&s->hosts, id) : NULL;
}

static void host_drop(struct store *s, uint32_t id)
{
    if (!id || --host_at(s, id)->refs > 0)
        return;
    index_remove(&s->host_index, host_at(s, id)->key, id);
    pool_release(&s->hosts, id);
}

/* Of an address that a log does not tell nobody can say that it is public. */
static bool is_near(const struct addr *a)
{
    return a->family == 0 || addr_private(a);
}

static uint32_t make(struct store *s, const struct payload *payload, uint64_t key)
{
    uint32_t id = pool_alloc(&s->flows);
    if (!id)
        return 0;
    *flow_at(s, id) = (struct flow){ .key = key,
                                     .src = payload->src,
                                     .dst = payload->dst,
                                     .transport = payload->transport,
                                     .agent = payload->agent,
                                     .dst_private = is_near(&payload->dst),
                                     .assumed = payload->assumed & ASSUMED_FLOW,
                                     .src_private = is_near(&payload->src) };
    if (index_add(&s->flow_index, key, id) < 0) {
        pool_release(&s->flows, id);
        return 0;
    }
    flow_at(s, id)->src_host = host_take(s, &payload->src);
    flow_at(s, id)->dst_host = host_take(s, &payload->dst);
    return id;
}

uint32_t flow_take(struct store *s, const struct payload *payload, uint64_t key)
{
    uint32_t id = index_find(&s->flow_index, key);
    if (!id)
        id = make(s, payload, key);
    if (id)
        flow_at(s, id)->refs++;
    return id;
}

void flow_drop(struct store *s, uint32_t id)
{
    struct flow *flow = flow_at(s, id);
    if (--flow->refs > 0)
        return;
    host_drop(s, flow->src_host);
    host_drop(s, flow->dst_host);
    index_remove(&s->flow_index, flow->key, id);
    pool_release(&s->flows, id);
}
