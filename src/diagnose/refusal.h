/*
 * What a refusal of a session says that it refuses: by Warning (RFC 3261 §20.43), a 415 by what it
 * would accept instead (§21.4.13), a 405 by the methods that it allows (§21.4.6).
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

/* One Warning value, `305 host "Incompatible media format"` (RFC 3261 §20.43). */
struct warning {
    struct span value;
    uint16_t code;    /* 0: it has none that can be read */
    struct span text; /* as it stands between the quotes; may be empty */
};

/*
 * The Warning of a response that says most: the first with a code of a meaning, else the first with a
 * text, else the first. False, and an empty one, without any.
 */
bool refusal_warning(struct warning *w, const struct sip_message *response);

/* What the Allow of a 405, which must have one (RFC 3261 §21.4.6), says of the method that it refuses. */
enum allowing {
    ALLOWS_OTHERS, /* it is not among those listed */
    ALLOWS_IT,     /* it is, and was refused all the same */
    ALLOWS_UNSAID, /* there is no list */
};
enum allowing refusal_allowing(const struct sip_message *response);

#endif
