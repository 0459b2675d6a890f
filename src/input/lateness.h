/*
 * The clock of a file that others write: what happened stands there some time later, and not always the
 * same time, since they write in portions. When nothing comes, its time goes on as the wall clock does,
 * behind it by the longest delay of the last minute or two; so a pause in the writing is silence only
 * when it lasts longer than pauses do there. A file whose own clock is another one, as that of an old log
 * which is played again, is followed at its own distance.
 */
#ifndef SIPWHY_INPUT_LATENESS_H
#define SIPWHY_INPUT_LATENESS_H

#include <stdint.h>

struct lateness {
    int64_t late_ns;  /* how far its clock is behind */
    int64_t most_ns;  /* the longest delay since */
    int64_t since_ns; /* then (realtime clock); 0: nothing has come yet */
};

/* Something was read now that had happened so long before. */
void lateness_note(struct lateness *lateness, int64_t delay_ns, int64_t now_ns);

#endif
