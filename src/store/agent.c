/* Capture agents: a small table, so that a flow names one in two bytes. */
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "store/private.h"

static uint64_t key_of_agent(uint32_t number, const void *arg)
{
    return ((const struct agents *)arg)->items[number - 1].key;
}

void agents_init(struct agents *agents)
{
    index_init(&agents->index, key_of_agent, agents);
}

void agents_destroy(struct agents *agents)
{
    free(agents->items);
    agents->items = NULL;
    agents->count = 0;
    index_destroy(&agents->index);
}

size_t agents_bytes(const struct agents *agents)
{
    return agents->items ? STORE_AGENTS * sizeof *agents->items + index_bytes(&agents->index) : 0;
}

static void name_agent(struct agent *agent, uint32_t id, struct span name)
{
    size_t n = name.n < sizeof agent->name ? name.n : sizeof agent->name;
    if (n > 0)
        memcpy(agent->name, name.p, n);
    else if (id)
        n = (size_t)snprintf(agent->name, sizeof agent->name, "%u", id);
    agent->length = (uint8_t)n;
}

uint16_t store_agent(struct store *s, uint32_t id, struct span name)
{
    struct agents *agents = &s->agents;
    uint64_t key = hash_span(hash_number(0, id), name);
    uint32_t number = index_find(&agents->index, key);
    if (number || agents->count == STORE_AGENTS)
        return number ? (uint16_t)number : STORE_AGENTS;
    if (!agents->items)
        agents->items = calloc(STORE_AGENTS, sizeof *agents->items);
    if (!agents->items)
        return 0;
    struct agent *agent = &agents->items[agents->count];
    agent->key = key;
    agents->count++;
    if (index_add(&agents->index, key, agents->count) < 0) {
        agents->count--;
        return 0;
    }
    if (agents->count == STORE_AGENTS) /* this one stands for all others, too */
        name_agent(agent, 0, SPAN("..."));
    else
        name_agent(agent, id, name);
    return agents->count;
}

struct span store_agent_name(const struct store *s, uint16_t number)
{
    if (number == 0 || number > s->agents.count)
        return SPAN_NONE;
    const struct agent *agent = &s->agents.items[number - 1];
    return (struct span){ agent->name, agent->length };
}
