/*
 * What the session descriptions of a ladder say to each other: which is an offer and which answers
 * it (RFC 3264; RFC 3261 §13.2.1, RFC 3262 §5, RFC 3311 §5), what one changes, what is agreed on.
 */
#ifndef SIPWHY_STORE_LADDER_SESSION_H
#define SIPWHY_STORE_LADDER_SESSION_H

#include "sip/sdp.h"
#include "store/ladder.h"

enum session_role {
    SESSION_NONE,
    SESSION_OFFER,
    SESSION_ANSWER,
    SESSION_EARLY,     /* in a provisional response that is not reliable: what the answer will be */
    SESSION_CAPABLE,   /* neither: what its sender could do (RFC 3264 §9, RFC 3261 §21.4.26) */
    SESSION_UNEXPECTED /* neither, where only one of them makes sense, or its request is missing */
};

/* What a description changes against the one before it of the same side, a bit each. */
enum session_change {
    SESSION_HOLD = 1 << 0,    /* its sender stops sending or listening, for the time being */
    SESSION_RESUME = 1 << 1,  /* and goes on */
    SESSION_CODECS = 1 << 2,  /* other codecs, or another order */
    SESSION_ADDRESS = 1 << 3, /* the media shall go to another address or port */
    SESSION_STREAMS = 1 << 4  /* a stream more or fewer, or one switched on or off */
};

struct session_note {
    uint8_t role;      /* enum session_role; SESSION_NONE: there is no description */
    bool repeated;     /* the same was said before: on another hop, or in a response before */
    bool renewed;      /* there was one before of this side; then: */
    uint32_t changes;  /* enum session_change */
    struct sdp now;    /* spans point into the message, as long as the store keeps it */
    struct sdp before; /* `renewed` */
    bool answers;      /* `offer` is there */
    struct sdp offer;  /* that it answers */
};

/* Looks at the message of a row. It looks back a few hundred rows at most. */
void session_look(struct session_note *note, const struct ladder *ladder, const struct store *store,
                  size_t row);
/* Whether session_look() would find a description that was not said before. */
bool session_is_news(const struct ladder *ladder, const struct store *store, size_t row);

/* The first stream of sound, else the first one. */
const struct sdp_media *session_main(const struct sdp *sdp);
/* Held: not both ways, or to 0.0.0.0. */
bool session_is_held(const struct sdp_media *m);
/* The first codec of the answer's stream that was offered (RFC 3264 §6.1), or NULL. */
const struct sdp_format *session_agreed(const struct session_note *note);

#endif
