/* See memory.h. */
#include "base/memory.h"

#include <stdlib.h>
#include <sys/mman.h>

#define LARGE_PAGE 2097152u
#define CACHE_LINE 64u

void *memory_table(size_t n)
{
    size_t unit = n < LARGE_PAGE ? CACHE_LINE : LARGE_PAGE;
    size_t whole = (n + unit - 1) / unit * unit;
    void *memory = aligned_alloc(unit, whole);
    if (!memory)
        return NULL;
    if (unit == LARGE_PAGE)
        madvise(memory, whole, MADV_HUGEPAGE); /* a wish: it may be refused */
    return memory;
}
