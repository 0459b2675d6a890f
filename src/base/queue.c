/* See queue.h. */
#include "base/queue.h"

#include <string.h>

#include "base/zeroed.h"

#define FIRST_SIZE 256

void queue_init(struct queue *queue)
{
    memset(queue, 0, sizeof *queue);
}

void queue_destroy(struct queue *queue)
{
    zeroed_free(queue->entries, queue_bytes(queue));
    queue_init(queue);
}

/* A full ring is cut at its head: the shorter part goes to the new half, where it is in order again. */
static int grow(struct queue *queue)
{
    size_t had = queue->size, size = had ? had * 2 : FIRST_SIZE, head = queue->head;
    struct queue_entry *entries = zeroed_grow(queue->entries, had * sizeof *entries,
                                              size * sizeof *entries);
    if (!entries)
        return -1;
    if (head <= had / 2) {
        memcpy(entries + had, entries, head * sizeof *entries);
    } else {
        queue->head = head + had;
        memcpy(entries + queue->head, entries + head, (had - head) * sizeof *entries);
    }
    queue->entries = entries;
    queue->size = size;
    return 0;
}

int queue_push(struct queue *queue, struct queue_entry entry)
{
    if (queue->count == queue->size && grow(queue) < 0)
        return -1;
    queue->entries[(queue->head + queue->count++) & (queue->size - 1)] = entry;
    return 0;
}

bool queue_pop(struct queue *queue, struct queue_entry *entry)
{
    if (queue->count == 0)
        return false;
    *entry = queue_peek(queue, 0);
    queue->head = (queue->head + 1) & (queue->size - 1);
    queue->count--;
    return true;
}

size_t queue_bytes(const struct queue *queue)
{
    return queue->size * sizeof *queue->entries;
}
