/*
 * What a refusal of a session says that it refuses: by Warning (RFC 3261 §20.43), and a 415 by what
 * it would accept instead (§21.4.13).
 */
#ifndef SIPWHY_DIAGNOSE_REFUSAL_H
#define SIPWHY_DIAGNOSE_REFUSAL_H

#include "diagnose/scene.h"

enum refused {
    REFUSED_UNSAID, /* the code alone speaks */
    REFUSED_FORMAT, /* the codecs */
    REFUSED_MEDIUM, /* a kind of media */
    REFUSED_BODY,   /* the type of the body */
    REFUSED_OTHER,  /* what is no matter of codecs: addresses, bandwidth, the body's encoding */
};

struct refusal {
    enum refused what;
    uint16_t warning;  /* its code, 0: none */
    struct span words; /* the Warning's text, or what Accept lists; empty without one */
};

/* Of a transaction with a final response. Spans are of the scene, from the network. */
void refusal_read(struct refusal *refusal, const struct scene_transaction *t);

/* The text of a Warning value: `305 host "Incompatible media format"`. */
struct span refusal_warning_text(struct span value);

#endif
