/* See heap.h. */
#include "base/heap.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

void heap_bring_in(const void *start, size_t n)
{
#ifdef MADV_POPULATE_WRITE
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t from = ((uintptr_t)start + page - 1) & ~(page - 1);
    uintptr_t to = ((uintptr_t)start + n) & ~(page - 1);
    if (from < to)
        madvise((void *)from, to - from, MADV_POPULATE_WRITE);
#else
    (void)start, (void)n;
#endif
}

void heap_grows(const void *end)
{
#ifdef __GLIBC__ /* its heap ends where sbrk() says */
    static uintptr_t ready;
    const uintptr_t used = (uintptr_t)end, top = (uintptr_t)sbrk(0);
    if (used > top || (used <= ready && ready <= top)) /* a mapping of its own, or all is there */
        return;
    heap_bring_in(end, top - used);
    ready = top;
#else
    (void)end;
#endif
}
