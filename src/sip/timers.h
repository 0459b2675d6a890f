/* The times that SIP itself counts in, in nanoseconds. */
#ifndef SIPWHY_SIP_TIMERS_H
#define SIPWHY_SIP_TIMERS_H

#include <stdint.h>

#define SIP_T1_NS INT64_C(500000000) /* RFC 3261 §17.1.1.1 */
/* 64*T1: timers B, F, H (§17.1.1.2, §17.1.2.2, §17.2.1), L (RFC 6026), N (RFC 6665 §4.1.2.4). */
#define SIP_TIMEOUT_NS (64 * SIP_T1_NS)

/* So long before the end of a session interval whoever does not refresh may send BYE (RFC 4028 §10). */
static inline int64_t sip_session_early(int64_t interval_ns)
{
    int64_t most = INT64_C(32) * 1000000000;
    return interval_ns / 3 < most ? interval_ns / 3 : most;
}

#endif
