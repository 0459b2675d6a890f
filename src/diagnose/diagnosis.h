/*
 * The diagnosis: what went wrong in calls, as findings of rules. It looks at a call when
 * something in it that a rule is about has changed and a second of capture time has passed, and
 * again when a rule asked for it; the findings of a look replace those of the one before.
 */
#ifndef SIPWHY_DIAGNOSE_DIAGNOSIS_H
#define SIPWHY_DIAGNOSE_DIAGNOSIS_H

#include "store/store.h"

enum finding_severity { SEVERITY_NOTICE, SEVERITY_WARNING, SEVERITY_ERROR, SEVERITIES };
enum finding_scope { SCOPE_MESSAGE, SCOPE_TRANSACTION, SCOPE_CALL, SCOPE_ENDPOINT };

#define FINDING_PROOFS 8
#define FINDING_SURE 90 /* percent: below, it is only probable */

/* One finding. Ids are of the store, and may have gone. */
struct finding {
    uint32_t call, transaction;
    uint32_t next;    /* of the same call, 0: the last */
    uint8_t rule;     /* a number from 1: finding_rule_id() */
    uint8_t severity; /* enum finding_severity */
    uint8_t confidence;
    bool leads;    /* nearest to the cause of all in its call and the legs joined to it */
    bool hidden;   /* another finding says it better */
    uint16_t code; /* of the transaction, 0: none */
    int64_t time_ns;
    struct addr host;        /* that its cause names, family 0: not known; port 0 */
    struct addr endpoint;    /* of an endpoint rule, family 0: none; port 0 */
    uint32_t subject;        /* of an endpoint rule: see diagnosis_subject() */
    uint32_t earlier, later; /* findings about the same */
};

/* Whether lists show it: the first one about an endpoint stands for the others. */
static inline bool finding_shown(const struct finding *f)
{
    return !f->hidden && f->earlier == 0;
}

/*
 * What findings of an endpoint rule are about: the host, or one of its users or peers. Each call that
 * it shows in has a finding of its own, but they are one and the same, counted once.
 */
struct finding_subject {
    uint32_t findings;         /* there are of it */
    int64_t first_ns, last_ns; /* seen */
};

/* A message or packet that proves a finding, with a sentence. */
struct finding_proof {
    uint32_t message; /* 0: a packet that is no message */
    uint32_t frame;
    uint16_t source;
    char *text;
};

/* The words of one finding, in the language. Texts quote the network: escape before showing. */
struct finding_text {
    char *summary; /* one line; it says so when less than FINDING_SURE percent are sure */
    const char *cause, *remedy;
    char *own_cause, *own_remedy; /* what these point to when it is not the rule's */
    char *because;                /* why one may doubt it, or NULL */
    size_t nproofs;
    struct finding_proof proofs[FINDING_PROOFS]; /* by time */
};

/* How often a rule found, over the whole run; about one endpoint once. */
struct finding_count {
    uint64_t findings;
    uint64_t notices; /* of them: less than the rule's severity, since the capture misses packets */
    int64_t first_ns, last_ns;
};

struct diagnosis;

/* A diagnosis of what `store` holds, which must outlive it. NULL when memory is short. */
struct diagnosis *diagnosis_new(struct store *store);
void diagnosis_free(struct diagnosis *d);
/* Forgets everything, as the store does on store_clear(). */
void diagnosis_clear(struct diagnosis *d);

/*
 * Looks at calls that are due, at most `most` of them; whether more are. `ended`: no packet will
 * come, so what waits for others is due.
 */
bool diagnosis_run(struct diagnosis *d, size_t most, bool ended);
/* Looks at one call now if it has changed since the last look. */
void diagnosis_look(struct diagnosis *d, uint32_t call);
/* Changes whenever findings come or go. */
uint64_t diagnosis_version(const struct diagnosis *d);

/* A finding by its id, NULL if it has gone; ids go from 1 to diagnosis_end() - 1. */
const struct finding *diagnosis_finding(const struct diagnosis *d, uint32_t id);
uint32_t diagnosis_end(const struct diagnosis *d);
/* The findings of a call, by their ids: the first, then finding->next. */
uint32_t diagnosis_of_call(const struct diagnosis *d, uint32_t call);
/* All that is found about the same as this finding: that finding alone, unless it is an endpoint's. */
struct finding_subject diagnosis_subject(const struct diagnosis *d, const struct finding *f);
/* The finding that says best why this transaction, or this call, went wrong; 0: none. */
uint32_t diagnosis_of_transaction(const struct diagnosis *d, uint32_t transaction);
uint32_t diagnosis_lead(const struct diagnosis *d, uint32_t call);

/* Puts a finding into words; free with finding_text_free(). -1 when it has gone. */
int diagnosis_explain(const struct diagnosis *d, uint32_t finding, struct finding_text *text);
void finding_text_free(struct finding_text *text);

/* Rules: numbers from 1 to finding_rules(). */
unsigned finding_rules(void);
const char *finding_rule_id(uint8_t rule);
enum finding_severity finding_rule_severity(uint8_t rule);
enum finding_scope finding_rule_scope(uint8_t rule);
/* The number of a rule by its id; 0: none. */
uint8_t finding_rule(struct span id);
const char *finding_severity_name(uint8_t severity); /* "error"; not translated */
/* What filters ask of a finding. */
void diagnosis_tell(const struct diagnosis *d, const struct finding *f, struct store_found *found);
/* How often each rule has found, hidden findings left out. */
/* What a rule has come to: its severity, unless all it found are notices. */
enum finding_severity finding_count_severity(uint8_t rule, const struct finding_count *count);
struct finding_count diagnosis_count(const struct diagnosis *d, uint8_t rule);

/* What goes wrong most. */
struct finding_top {
    uint8_t rule; /* 0: no error was found */
    uint64_t findings;
};
/* The error that was found most often: over the whole run, or (`recent`) in the last
 * FINDING_RECENT_S seconds of capture time, as one wants it of live traffic. */
#define FINDING_RECENT_S 300
struct finding_top diagnosis_top(const struct diagnosis *d, bool recent);

#endif
