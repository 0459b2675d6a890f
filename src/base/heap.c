/* See heap.h. For glibc, whose heap ends where sbrk() says; others go without. */
#include "base/heap.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__GLIBC__) && defined(MADV_POPULATE_WRITE)
static uintptr_t ready; /* up to here its pages are there */

void heap_grows(const void *end)
{
    const uintptr_t used = (uintptr_t)end, top = (uintptr_t)sbrk(0);
    if (used > top || (used <= ready && ready <= top)) /* a mapping of its own, or all is there */
        return;
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    const uintptr_t from = (used + page - 1) & ~(page - 1);
    if (from < top)
        madvise((void *)from, top - from, MADV_POPULATE_WRITE);
    ready = top;
}
#else
void heap_grows(const void *end)
{
    (void)end;
}
#endif
