/*
 * Sentences that are put together from parts: help/phrases.tsv has the patterns in
 * each language, a pattern names its parts in braces. {x:은/는} is part x followed by
 * the particle that fits its last sound.
 */
#ifndef SIPWHY_HELP_PHRASE_H
#define SIPWHY_HELP_PHRASE_H

#include "help/topic.h"

struct phrase_part {
    const char *name;
    const char *text;
};

/* The pattern called `id` in the language; "" if there is none. */
const char *phrase_pattern(const struct help *help, const char *id);
/*
 * Appends the phrase `id`, its parts filled in; the list of parts ends with a row of NULLs. Braces
 * that name no part stay as they are.
 */
void phrase_fill(const struct help *help, const char *id, const struct phrase_part *parts,
                 struct strbuf *out);
/* Whether a word as it is read aloud in Korean ends in a consonant: "404" does not, "486" does. */
bool phrase_ends_closed(struct span word);

#endif
