/* See heap.h. The C library's heap grows at its end (brk), so that what lies behind all else is new. */
#include "base/heap.h"

#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#define PIECE (8u << 20) /* of which a large page is a part */

#if defined(M_TOP_PAD) && defined(MADV_HUGEPAGE)

void heap_grown(const void *newest)
{
    static uintptr_t known; /* the heap's end when it was looked at last */
    uintptr_t at = (uintptr_t)newest;
    if (at < known)
        return;
    if (known == 0)
        mallopt(M_TOP_PAD, PIECE);
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), from = at & ~(page - 1);
    uintptr_t end = (uintptr_t)sbrk(0);
    known = end > at ? end : at + 1;
    if (end > at)
        madvise((void *)from, end - from, MADV_HUGEPAGE);
}

#else

void heap_grown(const void *newest)
{
    (void)newest;
}

#endif
