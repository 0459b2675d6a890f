/* See order.h. Blocks hold ids only: moving them is cheap, and a record is found by its id. */
#include "ui/order.h"

#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/zeroed.h"

#define BLOCK 512

struct order_node {
    struct order_key key;
    struct order_rank rank; /* tie 0: not in the order */
};

struct order_block {
    uint32_t ids[BLOCK];
};

void order_key_number(struct order_key *key, int64_t number)
{
    /* flipped, negative numbers come first */
    *key = (struct order_key){ { (uint64_t)number ^ UINT64_C(1) << 63, 0, 0 } };
}

void order_key_text(struct order_key *key, struct span text)
{
    *key = (struct order_key){ { 0, 0, 0 } };
    for (size_t i = 0; i < text.n && i < sizeof key->word; i++)
        key->word[i / 8] |= (uint64_t)(unsigned char)ascii_lower(text.p[i]) << (56 - i % 8 * 8);
}

void order_free(struct order *order)
{
    for (size_t i = 0; i < order->nblocks; i++)
        free(order->blocks[i]);
    free(order->blocks);
    free(order->counts);
    for (size_t i = 0; i < ORDER_SERIES; i++)
        zeroed_free(order->series[i].nodes, order->series[i].count * sizeof(struct order_node));
    *order = (struct order){ 0 };
}

static bool before(const struct order_node *a, const struct order_node *b)
{
    for (size_t i = 0; i < 3; i++)
        if (a->key.word[i] != b->key.word[i])
            return a->key.word[i] < b->key.word[i];
    return a->rank.tie != b->rank.tie ? a->rank.tie < b->rank.tie : a->rank.step < b->rank.step;
}

static size_t series_of(uint32_t id)
{
    return id & ORDER_OTHER ? 1 : id & ORDER_THIRD ? 2 : 0;
}

static uint32_t number_of(uint32_t id)
{
    return id & ~(ORDER_OTHER | ORDER_THIRD);
}

/* Of an id that is or was in the order. */
static struct order_node *node_of(const struct order *order, uint32_t id)
{
    return &order->series[series_of(id)].nodes[number_of(id)];
}

/* The last block that begins at or before `node`, else the first. */
static size_t block_of(const struct order *order, const struct order_node *node)
{
    size_t low = 0, high = order->nblocks;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (before(node, node_of(order, order->blocks[middle]->ids[0])))
            high = middle;
        else
            low = middle;
    }
    return low;
}

/* The first place in the block that is not before `node`. */
static size_t place_in(const struct order *order, size_t block, const struct order_node *node)
{
    size_t low = 0, high = order->counts[block];
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (before(node_of(order, order->blocks[block]->ids[middle]), node))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void add_block(struct order *order, size_t at)
{
    if (order->nblocks == order->size) {
        order->size = order->size ? order->size * 2 : 64;
        order->blocks = mem_grow(order->blocks, order->size * sizeof *order->blocks);
        order->counts = mem_grow(order->counts, order->size * sizeof *order->counts);
    }
    size_t behind = order->nblocks - at;
    memmove(order->blocks + at + 1, order->blocks + at, behind * sizeof *order->blocks);
    memmove(order->counts + at + 1, order->counts + at, behind * sizeof *order->counts);
    order->blocks[at] = mem_alloc(sizeof **order->blocks);
    order->counts[at] = 0;
    order->nblocks++;
}

static void drop_block(struct order *order, size_t at)
{
    free(order->blocks[at]);
    order->nblocks--;
    size_t behind = order->nblocks - at;
    memmove(order->blocks + at, order->blocks + at + 1, behind * sizeof *order->blocks);
    memmove(order->counts + at, order->counts + at + 1, behind * sizeof *order->counts);
}

/* Makes room in a full block. At the very end it stays full: what comes in order is dense. */
static void split(struct order *order, size_t block, bool at_end)
{
    uint32_t moved = at_end ? 0 : BLOCK / 2;
    add_block(order, block + 1);
    memcpy(order->blocks[block + 1]->ids, order->blocks[block]->ids + BLOCK - moved,
           moved * sizeof(uint32_t));
    order->counts[block] -= moved;
    order->counts[block + 1] = moved;
}

static struct order_node *node_at(struct order *order, uint32_t id)
{
    struct order_nodes *series = &order->series[series_of(id)];
    series->nodes = zeroed_room(series->nodes, &series->count, number_of(id),
                                sizeof *series->nodes);
    return node_of(order, id);
}

void order_insert(struct order *order, uint32_t id, const struct order_key *key,
                  struct order_rank rank)
{
    struct order_node *node = node_at(order, id);
    *node = (struct order_node){ *key, rank };
    if (order->nblocks == 0)
        add_block(order, 0);
    size_t block = block_of(order, node), place = place_in(order, block, node);
    if (order->counts[block] == BLOCK) {
        split(order, block, block + 1 == order->nblocks && place == BLOCK);
        if (place > order->counts[block] || place == BLOCK) {
            place -= order->counts[block];
            block++;
        }
    }
    uint32_t *ids = order->blocks[block]->ids;
    memmove(ids + place + 1, ids + place, (order->counts[block] - place) * sizeof *ids);
    ids[place] = id;
    order->counts[block]++;
    order->count++;
}

void order_remove(struct order *order, uint32_t id)
{
    if (!order_has(order, id))
        return;
    struct order_node *node = node_of(order, id);
    size_t block = block_of(order, node), place = place_in(order, block, node);
    uint32_t *ids = order->blocks[block]->ids;
    order->counts[block]--;
    memmove(ids + place, ids + place + 1, (order->counts[block] - place) * sizeof *ids);
    if (order->counts[block] == 0)
        drop_block(order, block);
    node->rank.tie = 0;
    order->count--;
}

bool order_has(const struct order *order, uint32_t id)
{
    return number_of(id) < order->series[series_of(id)].count && node_of(order, id)->rank.tie;
}

bool order_has_key(const struct order *order, uint32_t id, const struct order_key *key)
{
    return order_has(order, id) && memcmp(&node_of(order, id)->key, key, sizeof *key) == 0;
}

uint32_t order_at(const struct order *order, size_t row)
{
    size_t block = 0;
    while (row >= order->counts[block])
        row -= order->counts[block++];
    return order->blocks[block]->ids[row];
}

size_t order_row(const struct order *order, uint32_t id)
{
    const struct order_node *node = node_of(order, id);
    size_t block = block_of(order, node), row = place_in(order, block, node);
    for (size_t i = 0; i < block; i++)
        row += order->counts[i];
    return row;
}
