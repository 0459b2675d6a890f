/*
 * Two messages beside each other, line by line: header fields by name, lines of bodies by what they
 * begin with, so that what belongs together stands together. Data only; bounded in lines and words.
 * Spans point into the two messages.
 */
#ifndef SIPWHY_SIP_DIFF_H
#define SIPWHY_SIP_DIFF_H

#include "base/span.h"

#define SIP_DIFF_LINES 600 /* of each message's headers, and of each body */
#define SIP_DIFF_WORDS 200 /* of a line */

enum sip_diff_ignore {
    SIP_DIFF_ORDER = 1 << 0, /* where a header field stands among those of other names */
    /*
     * What differs from message to message without meaning anything: branch, tags, Call-ID, CSeq's
     * number, Date, Max-Forwards, Timestamp, the values of a challenge and its answer, the numbers
     * in o=.
     */
    SIP_DIFF_VOLATILE = 1 << 1,
};

enum sip_diff_state {
    SIP_DIFF_SAME,
    SIP_DIFF_IGNORED, /* differs only in what is to be ignored */
    SIP_DIFF_CHANGED,
    SIP_DIFF_ONLY_A,
    SIP_DIFF_ONLY_B,
};

enum sip_diff_part { SIP_DIFF_START, SIP_DIFF_HEADER, SIP_DIFF_BODY };

struct sip_diff_line {
    struct span a, b; /* the lines as they were sent; a folded header is one */
    uint8_t state;    /* enum sip_diff_state */
    uint8_t part;     /* enum sip_diff_part */
};

struct sip_diff {
    struct sip_diff_line *lines;
    size_t count;
    size_t differences; /* lines that are neither the same nor ignored */
    bool cut;           /* there are more lines than are compared */
};

/* Compares two messages; `ignore` is a set of enum sip_diff_ignore. Free with sip_diff_free(). */
void sip_diff_make(struct sip_diff *diff, struct span a, struct span b, unsigned ignore);
void sip_diff_free(struct sip_diff *diff);

struct sip_diff_word {
    struct span text; /* a word, or what stands between two */
    bool differs;     /* it is not in the other line */
};
/*
 * The words of one line of a pair, all of its bytes, and which of them the other one has not.
 * Their number, at most SIP_DIFF_WORDS; the last takes the rest.
 */
size_t sip_diff_words(struct span line, struct span other, enum sip_diff_part part, unsigned ignore,
                      struct sip_diff_word words[SIP_DIFF_WORDS]);

#endif
