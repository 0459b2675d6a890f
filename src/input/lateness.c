/* See lateness.h. */
#include "input/lateness.h"

#include <stdlib.h>

#define KEPT_NS INT64_C(60000000000) /* a delay counts so long, and at most twice as long */
#define ANOTHER_NS \
    INT64_C(90000000000) /* no delay changes by that much: the clock is another one */

void lateness_note(struct lateness *l, int64_t delay_ns, int64_t now_ns)
{
    if (!l->since_ns || llabs(delay_ns - l->late_ns) > ANOTHER_NS) {
        *l = (struct lateness){ delay_ns, delay_ns, now_ns };
        return;
    }
    if (delay_ns > l->most_ns)
        l->most_ns = delay_ns;
    if (now_ns - l->since_ns > KEPT_NS)
        *l = (struct lateness){ l->most_ns, delay_ns, now_ns };
    if (l->most_ns > l->late_ns)
        l->late_ns = l->most_ns;
}
