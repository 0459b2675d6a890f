/* Hosts that a 503 with Retry-After told to wait (RFC 3261 §21.5.4), and what came in spite of it. */
#ifndef SIPWHY_STORE_BACKOFF_H
#define SIPWHY_STORE_BACKOFF_H

#include "store/store.h"

struct store_backoff {
    struct addr sender; /* its port does not count: clients change it */
    struct addr target;
    int64_t from_ns, until_ns;
    uint32_t frame; /* of the 503 */
    uint16_t source;
    unsigned seconds; /* that it was told first */
    unsigned ignored; /* requests in that time */
};

/* What held for a request from `sender` to `target` at this time; false: nothing. */
bool store_backoff(const struct store *store, const struct addr *sender, const struct addr *target,
                   int64_t time_ns, struct store_backoff *out);

#endif
