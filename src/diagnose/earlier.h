/*
 * What the host that answered a call has shown of itself in earlier calls of the capture: the session
 * descriptions that it wrote, as called or as caller. Only such count as speak for the user that is
 * called now, or for the host's own media: what other users behind a gateway have tells nothing.
 */
#ifndef SIPWHY_DIAGNOSE_EARLIER_H
#define SIPWHY_DIAGNOSE_EARLIER_H

#include "diagnose/scene.h"

struct earlier_description {
    const struct message *message;
    const struct flow *flow;
    const struct sdp *sdp;
};

/*
 * Shows them to `visit`, the latest call first, until it returns false. `t` is the INVITE that begins
 * the call, or nothing is shown. Bounded: of a busy host only its latest calls are looked at.
 */
typedef bool earlier_visit(const struct earlier_description *d, void *arg);
void earlier_descriptions(const struct scene_transaction *t, const struct scene *scene,
                          earlier_visit *visit, void *arg);

#endif
