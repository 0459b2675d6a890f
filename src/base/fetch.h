/* Asking memory for what will be needed a little later. */
#ifndef SIPWHY_BASE_FETCH_H
#define SIPWHY_BASE_FETCH_H

#define FETCH_BYTES 64 /* that come at a time */

/* Begins to bring the line of the cache at `p` in; any address does. */
static inline void fetch(const void *p)
{
    __builtin_prefetch(p);
    /* Without a side effect a function that only fetches is taken for one that does nothing (gcc 12),
     * and is not called. */
    __asm__ volatile("");
}

#endif
