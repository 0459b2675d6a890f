/*
 * What a body of application/reginfo+xml (RFC 3680 §5) says has ended: registrations, or single
 * contacts of one. Read as far as that; spans point into the body, with its entities.
 */
#ifndef SIPWHY_SIP_REGINFO_H
#define SIPWHY_SIP_REGINFO_H

#include "base/span.h"

/* Where the reader is. */
struct reginfo {
    struct span rest;
    struct span aor;     /* of the registration at hand */
    struct span contact; /* its URI; empty: all of them */
};

struct reginfo reginfo_make(struct span body);
/*
 * Goes on to the next that was ended by something else than its own time: it was removed, rejected or
 * taken back. False behind the last.
 */
bool reginfo_next_ended(struct reginfo *info);

#endif
