/* See pool.h. A released record's first bytes hold the next free id. */
#include "base/pool.h"

#include <stdlib.h>
#include <string.h>

#include "base/fetch.h"
#include "base/heap.h"

void pool_init(struct pool *pool, size_t record)
{
    memset(pool, 0, sizeof *pool);
    pool->record = record;
    pool->next = 1;
}

void pool_destroy(struct pool *pool)
{
    for (uint32_t i = 0; i < pool->nchunks; i++) {
        free(pool->chunks[i]);
        free(pool->generations[i]);
    }
    free(pool->chunks);
    free(pool->generations);
    pool_init(pool, pool->record);
}

static int add_chunk(struct pool *pool)
{
    /* The directory doubles, so that growing it stays cheap. */
    if ((pool->nchunks & (pool->nchunks - 1)) == 0) {
        size_t n = pool->nchunks ? (size_t)pool->nchunks * 2 : 1;
        uint8_t **chunks = realloc(pool->chunks, n * sizeof *chunks);
        if (!chunks)
            return -1;
        pool->chunks = chunks;
        uint16_t **generations = realloc(pool->generations, n * sizeof *generations);
        if (!generations)
            return -1;
        pool->generations = generations;
    }
    /* a record as long as a line of the cache should not lie in two of them */
    uint8_t *chunk = aligned_alloc(FETCH_BYTES, POOL_CHUNK * pool->record);
    uint16_t *generation = malloc(POOL_CHUNK * sizeof *generation);
    if (!chunk || !generation) {
        free(chunk);
        free(generation);
        return -1;
    }
    for (size_t i = 0; i < POOL_CHUNK; i++)
        generation[i] = 1;
    if (pool->nchunks > 0) /* the first is seldom filled */
        heap_bring_in(chunk, POOL_CHUNK * pool->record);
    pool->chunks[pool->nchunks] = chunk;
    pool->generations[pool->nchunks++] = generation;
    return 0;
}

uint32_t pool_alloc(struct pool *pool)
{
    uint32_t id = pool->free;
    if (id) {
        memcpy(&pool->free, pool_at(pool, id), sizeof pool->free);
    } else {
        id = pool->next;
        if (id == UINT32_MAX)
            return 0;
        if (id >> POOL_CHUNK_BITS >= pool->nchunks && add_chunk(pool) < 0)
            return 0;
        pool->next++;
    }
    memset(pool_at(pool, id), 0, pool->record);
    pool->live++;
    return id;
}

void pool_release(struct pool *pool, uint32_t id)
{
    uint16_t *generation = &pool->generations[id >> POOL_CHUNK_BITS][id & (POOL_CHUNK - 1)];
    if (++*generation == 0)
        *generation = 1;
    memcpy(pool_at(pool, id), &pool->free, sizeof pool->free);
    pool->free = id;
    pool->live--;
}

size_t pool_bytes(const struct pool *pool)
{
    return (size_t)pool->nchunks * POOL_CHUNK * (pool->record + sizeof(uint16_t));
}
