/*
 * Regular expressions (PCRE2) from the user, on text from the network. Whatever
 * the two are, a match ends soon: work and memory are limited, and a match that
 * runs into a limit counts as not found. Invalid UTF-8 in the text is no error;
 * it only never matches a character.
 */
#ifndef SIPWHY_BASE_REGEX_H
#define SIPWHY_BASE_REGEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

struct regex;

enum regex_option {
    REGEX_CASE_BLIND = 1 << 0,
    REGEX_LITERAL = 1 << 1 /* the pattern is plain text to be found as it stands */
};

struct regex_error {
    size_t offset;     /* bytes from the start of the pattern */
    char message[120]; /* one line without a full stop */
};

/*
 * Compiles `pattern` (enum regex_option in `options`) into *regex, which the caller frees. A
 * leading `+`, `*` or `?` stands for itself: "+32" finds a telephone number.
 * -1 with *error filled when it is no regular expression, or too large.
 */
int regex_compile(struct regex **regex, struct span pattern, unsigned options,
                  struct regex_error *error);
/* Whether the pattern occurs in `text`. Not for two threads at once on one regex. */
bool regex_match(const struct regex *regex, struct span text);
/*
 * Finds the first occurrence, never an empty one, that starts at or behind byte `from`.
 * True with its bytes [*start, *end); go on at *end. `^` and `\b` see what is before `from`.
 */
bool regex_find(const struct regex *regex, struct span text, size_t from, size_t *start,
                size_t *end);
/* Frees a regex; NULL is fine. */
void regex_free(struct regex *regex);

#endif
