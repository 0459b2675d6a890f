/* What the scanner found wrong with a message (enum sip_problem), in words. */
#ifndef SIPWHY_SIP_PROBLEMS_H
#define SIPWHY_SIP_PROBLEMS_H

#include <stdint.h>

struct sip_problem_words {
    uint32_t problem;    /* enum sip_problem */
    const char *words;   /* N_(); NULL in the last row */
    const char *section; /* that it breaks */
    const char *header;  /* whose value shows it; NULL: none, or one of several */
};
/* The most telling first. */
extern const struct sip_problem_words sip_problem_words[];

#endif
