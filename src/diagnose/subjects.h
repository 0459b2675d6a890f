/*
 * What findings of endpoint rules are about: a rule and a host, or one of its users or peers. The
 * findings about the same are linked, by time as far as they come in by time.
 */
#ifndef SIPWHY_DIAGNOSE_SUBJECTS_H
#define SIPWHY_DIAGNOSE_SUBJECTS_H

#include "base/index.h"
#include "base/pool.h"
#include "diagnose/diagnosis.h"

struct subjects {
    struct pool pool;
    struct index index;
    struct pool *findings; /* of struct finding, by their ids */
};

void subjects_init(struct subjects *subjects, struct pool *findings);
void subjects_free(struct subjects *subjects);
/* Links a finding, of an endpoint rule or not. Whether it is the first about its subject. */
bool subjects_add(struct subjects *subjects, uint32_t finding, uint64_t about);
/* Before it goes. Whether it was the last. */
bool subjects_remove(struct subjects *subjects, uint32_t finding);
struct finding_subject subjects_of(const struct subjects *subjects, const struct finding *f);

#endif
