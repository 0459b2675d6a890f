/*
 * What two sides of a call say of their media, line by line: for findings about codecs, encryption,
 * directions, addresses. Data only; texts quote the network: whoever shows them escapes them.
 */
#ifndef SIPWHY_DIAGNOSE_MEDIA_SIDES_H
#define SIPWHY_DIAGNOSE_MEDIA_SIDES_H

#include "diagnose/diagnosis.h"
#include "sip/sdp.h"

#define MEDIA_LINES 64

enum media_match { MEDIA_SAME, MEDIA_DIFFERS, MEDIA_UNKNOWN, MEDIA_APART /* each has its own */ };

struct media_line {
    char *what;      /* "audio", "codec" */
    char *side[2];   /* the caller's and the callee's; "" where it has none */
    uint8_t matches; /* enum media_match */
};

struct media_sides {
    char *who[2];     /* "caller 192.0.2.1:5060" */
    bool known[2];    /* a description of that side was seen */
    uint32_t from[2]; /* the message that it is in */
    struct media_line lines[MEDIA_LINES];
    size_t count;
};

/*
 * The sides of a finding of a rule about media, from the messages that prove it, else from those of
 * its transaction. `brief`: all codecs of a stream in one line, only what may differ, and only
 * if both sides are known. -1 for another finding, or when there is nothing to say. Free with media_sides_free().
 */
int media_sides_collect(struct media_sides *sides, const struct store *store,
                        const struct finding *finding, const struct finding_text *text, bool brief);
void media_sides_free(struct media_sides *sides);

#endif
