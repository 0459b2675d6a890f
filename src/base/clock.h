/* The two clocks, in nanoseconds. The core never asks them: it takes time as an argument. */
#ifndef SIPWHY_BASE_CLOCK_H
#define SIPWHY_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline int64_t clock_read(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* For measuring how long something takes. */
static inline int64_t clock_monotonic(void)
{
    return clock_read(CLOCK_MONOTONIC);
}

/* Since 1970: the clock that live capture stamps packets with. */
static inline int64_t clock_realtime(void)
{
    return clock_read(CLOCK_REALTIME);
}

#endif
