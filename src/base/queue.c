/* See queue.h. */
#include "base/queue.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_SIZE 256

void queue_init(struct queue *queue)
{
    memset(queue, 0, sizeof *queue);
}

void queue_destroy(struct queue *queue)
{
    free(queue->entries);
    queue_init(queue);
}

static int grow(struct queue *queue)
{
    size_t size = queue->size ? queue->size * 2 : FIRST_SIZE;
    struct queue_entry *entries = malloc(size * sizeof *entries);
    if (!entries)
        return -1;
    for (size_t i = 0; i < queue->count; i++)
        entries[i] = queue_peek(queue, i);
    free(queue->entries);
    queue->entries = entries;
    queue->size = size;
    queue->head = 0;
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
