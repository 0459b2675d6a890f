/* See spread.h. */
#include "base/spread.h"

#define STEPS 8 /* a doubling */

/* The doublings, and the three bits behind the highest. */
static unsigned step_of(int64_t ns)
{
    uint64_t us = ns < 1000 ? 1 : (uint64_t)ns / 1000;
    unsigned high = 63 - (unsigned)__builtin_clzll(us);
    unsigned low = (unsigned)(high >= 3 ? us >> (high - 3) : us << (3 - high)) & (STEPS - 1);
    unsigned step = high * STEPS + low;
    return step < SPREAD_STEPS ? step : SPREAD_STEPS - 1;
}

/* Where a step ends. */
static int64_t step_ns(unsigned step)
{
    int64_t base = (int64_t)1000 << (step / STEPS);
    return base + base * (int64_t)(step % STEPS + 1) / STEPS;
}

void spread_add(struct spread *s, int64_t ns)
{
    ns = ns < 0 ? 0 : ns;
    if (s->count == 0 || ns < s->least_ns)
        s->least_ns = ns;
    if (ns > s->most_ns)
        s->most_ns = ns;
    if (__builtin_add_overflow(s->sum_ns, ns, &s->sum_ns))
        s->sum_ns = INT64_MAX;
    s->count++;
    s->steps[step_of(ns)]++;
}

void spread_merge(struct spread *s, const struct spread *other)
{
    if (other->count == 0)
        return;
    if (s->count == 0 || other->least_ns < s->least_ns)
        s->least_ns = other->least_ns;
    if (other->most_ns > s->most_ns)
        s->most_ns = other->most_ns;
    if (__builtin_add_overflow(s->sum_ns, other->sum_ns, &s->sum_ns))
        s->sum_ns = INT64_MAX;
    s->count += other->count;
    for (unsigned i = 0; i < SPREAD_STEPS; i++)
        s->steps[i] += other->steps[i];
}

int64_t spread_mean(const struct spread *s)
{
    return s->count ? s->sum_ns / (int64_t)s->count : -1;
}

int64_t spread_percentile(const struct spread *s, unsigned percent)
{
    uint64_t seen = 0;
    if (s->count == 0)
        return -1;
    for (unsigned i = 0; i < SPREAD_STEPS; i++) {
        seen += s->steps[i];
        if (seen && seen * 100 >= s->count * percent && step_ns(i) < s->most_ns)
            return step_ns(i);
        if (seen && seen * 100 >= s->count * percent)
            break;
    }
    return s->most_ns;
}
