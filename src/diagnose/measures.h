/*
 * What is counted of traffic, and the metrics that are computed from it: SIP's own performance
 * metrics (RFC 6076), and those of telephony that they resemble (ITU-T E.411, E.425).
 *
 * A call attempt is a new session's INVITE as its sender sees it: on its first hop, with what it
 * became after challenges (the same request again, RFC 3261 §22.2). One that a 3xx sent elsewhere
 * counts apart. An attempt without an end takes no part in any share.
 */
#ifndef SIPWHY_DIAGNOSE_MEASURES_H
#define SIPWHY_DIAGNOSE_MEASURES_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "base/spread.h"
#include "sip/names.h"

struct measures {
    uint64_t messages;
    uint64_t transactions; /* without ACK */
    uint64_t classes[SIP_CLASSES];
    uint64_t attempts;
    uint64_t open;        /* attempts without an end yet */
    uint64_t challenges;  /* INVITEs that were sent again with credentials, part of an attempt */
    uint64_t redirected;  /* attempts that ended with 3xx */
    uint64_t answered;    /* with 2xx */
    uint64_t effective;   /* answered, or refused by the called user: RFC 6076 §4.7 */
    uint64_t delivered;   /* answered, or came to the called user's device: E.425 */
    uint64_t ineffective; /* the server or network failed: RFC 6076 §4.8 */
    uint64_t completed;   /* answered, and ended by a BYE that got its response: §4.9 */
    uint64_t up;          /* answered, and not ended yet */
    uint64_t registers, ineffective_registers;
    uint64_t up_ns;                    /* for how long calls were up, all together */
    struct spread response;            /* request to final response, but of INVITE */
    struct spread setup, setup_failed; /* session request delay, §4.3 */
    struct spread disconnect;          /* BYE to 2xx, §4.4 */
    struct spread duration;            /* 200 to BYE, §4.5.1 */
    struct spread registration;        /* first REGISTER to 200, §4.1 */
};

enum metric_unit {
    METRIC_COUNT,
    METRIC_RATE,  /* a second */
    METRIC_LEVEL, /* so many at a time, on average */
    METRIC_SHARE, /* 0 to 1 */
    METRIC_TIME   /* ns */
};

enum metric_sense { METRIC_PLAIN, METRIC_GOOD, METRIC_BAD };

struct metric {
    const char *name;  /* on the command line and in JSON: one word */
    const char *title; /* of a column; see tr() */
    const char *help;  /* in a sentence's part, see tr() */
    const char *topic; /* of the knowledge base, or NULL */
    enum metric_unit unit;
    enum metric_sense sense; /* what it means that there is much of it */
    /* Of what was counted in `span_ns`; below 0 where there is nothing to tell. */
    double (*value)(const struct measures *measures, int64_t span_ns);
};

/* All metrics; the last is followed by one without a name. */
extern const struct metric metrics[];
const struct metric *metric_find(struct span name);
/* "12.4/s", "97.5%", "1.9s"; "" where there is nothing to tell. Gives `buf`, of METRIC_TEXT bytes. */
#define METRIC_TEXT 40
char *metric_text(const struct metric *metric, double value, char *buf);

#endif
