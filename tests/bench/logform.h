/* Messages as the logs of SIP programs have them, for gencap. */
#ifndef SIPWHY_BENCH_LOGFORM_H
#define SIPWHY_BENCH_LOGFORM_H

#include <stdint.h>
#include <stdio.h>

struct logform;

/* What a proxy saw: IPv4 addresses in host order, of which one is its own; ports are 5060. */
struct logged {
    int64_t time_ns;
    uint32_t src, dst, own;
    const char *text;
    size_t n;
};

/* NULL when there is none of that name. */
const struct logform *logform_find(const char *name);
/* All names, separated by commas. */
void logform_list(FILE *out);
/* 0, or -1 when it could not be written. */
int logform_write(const struct logform *form, const struct logged *message, FILE *out);

#endif
