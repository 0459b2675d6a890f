/*
 * An offer, its answer, and the streams in them (RFC 3264): what rules about media ask in common.
 */
#ifndef SIPWHY_DIAGNOSE_EXCHANGE_H
#define SIPWHY_DIAGNOSE_EXCHANGE_H

#include "diagnose/scene.h"

/* An offer and what became of it. */
struct exchange {
    const struct scene_message *offered, *answered; /* the messages; `answered` may be NULL */
    const struct sdp *offer, *answer;
};

/* Fills *x; false without an offer that can be read. */
bool exchange_of(const struct scene_transaction *t, struct exchange *x);
/* Whether the answer takes none of the offered streams; one that was cut tells nothing. */
bool exchange_refused(const struct exchange *x);
/* Whether an answer that takes none came from a hop further on. */
bool exchange_refused_below(const struct scene_transaction *t);
/* Whether the code refuses a session for what it offers. */
bool exchange_is_refusal(uint16_t code);

bool stream_is_active(const struct sdp_media *m);
/* Sound or pictures, as people hear and see them. */
bool stream_is_sound(const struct sdp_media *m);
/* The first stream that has a place of its own, or NULL: there its sender waits for media. */
const struct sdp_media *sdp_place(const struct sdp *sdp);
/* Whether there is an active stream, of that kind where one is asked for. */
bool sdp_has_stream(const struct sdp *sdp, bool (*kind)(const struct sdp_media *m));

#endif
