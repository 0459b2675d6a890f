/*
 * A growing first-in-first-out queue of ids. Each entry carries a stamp, by which
 * the taker sees whether the id still means what it meant when it was put in.
 */
#ifndef SIPWHY_BASE_QUEUE_H
#define SIPWHY_BASE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct queue_entry {
    uint32_t id;
    uint32_t stamp;
};

struct queue {
    struct queue_entry *entries; /* a ring */
    size_t size;                 /* a power of two, or 0 */
    size_t head, count;
};

void queue_init(struct queue *queue);
void queue_destroy(struct queue *queue);
/* -1 when memory is short. */
int queue_push(struct queue *queue, struct queue_entry entry);
/* The entry `i` places behind the head, which must be there. */
static inline struct queue_entry queue_peek(const struct queue *queue, size_t i)
{
    return queue->entries[(queue->head + i) & (queue->size - 1)];
}
/* Takes the head out; false when the queue is empty. */
bool queue_pop(struct queue *queue, struct queue_entry *entry);
size_t queue_bytes(const struct queue *queue);

#endif
