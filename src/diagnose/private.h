/* What the engine of the diagnosis shares between its files. Rules include rule.h only. */
#ifndef SIPWHY_DIAGNOSE_PRIVATE_H
#define SIPWHY_DIAGNOSE_PRIVATE_H

#include "diagnose/rule.h"

/* All rules in one row, by their numbers from 1; NULL for a number that is none. */
const struct rule *rule_at(unsigned number);
unsigned rule_count(void);

/* relate.c: marks what others replace as hidden, and says which draft leads (-1: none). */
int relate_drafts(struct draft *drafts, size_t n);
/* Whether the one is the cause of the other, when both are in a call. */
bool relate_explains(const struct draft *cause, const struct draft *effect);

/* Whether it is true of its call without being a reason for which a request fails. */
bool relate_bystander(const struct draft *d);

/* absence.c: whether what a finding misses may have been in a message that the capture cut. */
bool absence_doubtful(const struct judge *j, const struct draft *d);

/* Makes a finding a notice where what it misses may only be missing in the capture. */
void absence_doubt(struct judge *j, struct draft *d);

void draft_clear(struct draft *d);

/* Runs the rules whose marks the scene bears (`only`: that one, 0: all) over it. */
void judge_scene(struct judge *j, const struct scene *scene, struct suspects *suspects,
                 struct misses *misses, uint8_t only, bool texts);
void judge_free(struct judge *j);

#endif
