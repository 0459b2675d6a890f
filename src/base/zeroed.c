/* See zeroed.h. */
#include "base/zeroed.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/strbuf.h"

#define FIRST_COUNT 1024
#define LARGE 1048576u /* bytes from which on the system is asked */

static void *map(size_t bytes)
{
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

void *zeroed_new(size_t bytes)
{
    return bytes < LARGE ? calloc(1, bytes) : map(bytes);
}

void zeroed_free(void *p, size_t bytes)
{
    if (bytes < LARGE)
        free(p);
    else
        munmap(p, bytes);
}

void *zeroed_grow(void *p, size_t had, size_t bytes)
{
#ifdef MREMAP_MAYMOVE
    if (had >= LARGE) {
        void *moved = mremap(p, had, bytes, MREMAP_MAYMOVE);
        return moved == MAP_FAILED ? NULL : moved;
    }
#endif
    void *larger = zeroed_new(bytes);
    if (larger && had) {
        memcpy(larger, p, had);
        zeroed_free(p, had);
    }
    return larger;
}

size_t zeroed_count(size_t count, size_t at)
{
    size_t larger = count ? count : FIRST_COUNT;
    while (larger <= at)
        larger *= 2;
    return larger;
}

void *zeroed_room(void *array, size_t *count, size_t at, size_t item)
{
    if (at < *count)
        return array;
    size_t larger = zeroed_count(*count, at);
    array = mem_must(zeroed_grow(array, *count * item, larger * item));
    *count = larger;
    return array;
}
