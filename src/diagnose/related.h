/*
 * What a transaction's outcome points to in the knowledge base: the Q.850 cause of its Reason, the
 * code of its Warning, the option tag that was refused, the timer that ran out. Topics are names
 * only; whoever shows them asks whether there is such a page.
 */
#ifndef SIPWHY_DIAGNOSE_RELATED_H
#define SIPWHY_DIAGNOSE_RELATED_H

#include "store/store.h"

enum { RELATED_TOPICS = 8, RELATED_SIZE = 64 };

struct related {
    char topics[RELATED_TOPICS][RELATED_SIZE]; /* "cause/34", each once, the most telling first */
    size_t count;
};

void related_collect(struct related *related, const struct store *store, uint32_t transaction);

#endif
