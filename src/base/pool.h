/*
 * Fixed-size records in chunks, addressed by 32-bit ids from 1 (0 is none).
 * Ids are used again after a release; each record's generation tells whether
 * an id that somebody kept still means the same record. Records never move.
 */
#ifndef SIPWHY_BASE_POOL_H
#define SIPWHY_BASE_POOL_H

#include <stddef.h>
#include <stdint.h>

#define POOL_CHUNK_BITS 12
#define POOL_CHUNK (1u << POOL_CHUNK_BITS)

struct pool {
    uint8_t **chunks;
    uint16_t **generations;
    size_t record; /* bytes a record */
    uint32_t nchunks;
    uint32_t next; /* first id that was never used */
    uint32_t free; /* head of the list of released ids */
    uint32_t live;
};

void pool_init(struct pool *pool, size_t record);
void pool_destroy(struct pool *pool);
/* A zeroed record's id, or 0 when memory is short or 2^32 records are live. */
uint32_t pool_alloc(struct pool *pool);
void pool_release(struct pool *pool, uint32_t id);
/* Bytes held, free records included. */
size_t pool_bytes(const struct pool *pool);

static inline void *pool_at(const struct pool *pool, uint32_t id)
{
    return pool->chunks[id >> POOL_CHUNK_BITS] + (size_t)(id & (POOL_CHUNK - 1)) * pool->record;
}

/* Changes whenever the id is released; 0 for an id that was never handed out. */
static inline uint16_t pool_generation(const struct pool *pool, uint32_t id)
{
    if (id == 0 || id >= pool->next)
        return 0;
    return pool->generations[id >> POOL_CHUNK_BITS][id & (POOL_CHUNK - 1)];
}

#endif
