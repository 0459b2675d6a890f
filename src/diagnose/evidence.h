/*
 * What can be read from one transaction that tells why it ended as it did: facts
 * first, as data, for the pane, the list and the reports. Texts quote the network:
 * whoever shows them escapes them (text_visible).
 */
#ifndef SIPWHY_DIAGNOSE_EVIDENCE_H
#define SIPWHY_DIAGNOSE_EVIDENCE_H

#include "base/strbuf.h"
#include "diagnose/diagnosis.h"

#define EVIDENCE_FACTS 32

struct evidence_fact {
    char *text;
    uint32_t message; /* the message that proves it, or 0 */
};

struct evidence {
    struct evidence_fact facts[EVIDENCE_FACTS];
    size_t count;
};

/* Fills *evidence with sentences in the language, most telling first; evidence_free() frees it. */
void evidence_collect(struct evidence *evidence, const struct store *store, uint32_t transaction);
void evidence_free(struct evidence *evidence);
/*
 * Why it failed, a sentence, where no rule finds anything and the messages tell it: it rang in vain, a
 * Warning or Reason says so. False, and nothing in *out, where they do not.
 */
bool evidence_cause(struct strbuf *out, const struct store *store, uint32_t transaction);
/*
 * What to do first about a failure of which no rule finds anything, where the messages tell more than
 * the code's page can. False, and nothing in *out, where they do not.
 */
bool evidence_first_step(struct strbuf *out, const struct store *store, uint32_t transaction);

/*
 * Appends the one line of the list's Why column: what was found (`diagnosis` may be NULL), else
 * what the answer says. Nothing when there is nothing to say.
 */
void why_line(struct strbuf *out, const struct diagnosis *diagnosis, const struct store *store,
              uint32_t transaction);
/* The same of a whole call: what leads in it, else as of the `transaction` that stands for it. */
void why_line_of_call(struct strbuf *out, const struct diagnosis *diagnosis,
                      const struct store *store, uint32_t call, uint32_t transaction);

#endif
