/*
 * Filter expressions: which transactions the user wants to see. The text is
 * parsed once into a row of tests with forward jumps; matching walks that row
 * and looks into a message's bytes only when a test asks for them.
 *
 *     code >= 400 and method == INVITE
 *     rtt > 200ms or (failed and not src == 10.0.0.0/8)
 *     hdr.X-Trunk ~ "^carrier" && code in (4xx, 503)
 *     time in 14:02..14:05 and src in 10.0.0.0/8
 *     alice                        a word that is no field: searched, see `any`
 *
 * `not` binds tightest, then `and`, then `or`. A field with several values fits
 * when one of them does; `!=` and `!~` are the opposite of `==` and `~`, also
 * where there is no value at all. A field alone asks whether there is a value
 * (a number: one other than 0). A..B is from A to B, both included: numbers, codes, times.
 *
 * A filter chooses transactions. In a list of messages, findings or endpoints a field of
 * messages (hdr.X-Trunk, size), findings (why, severity) or endpoints is asked of the row itself, and
 * in a list of calls whether it failed.
 */
#ifndef SIPWHY_STORE_FILTER_H
#define SIPWHY_STORE_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct filter;
struct store;
struct filter_test;
struct filter_view;
struct store_found;

enum filter_type {
    FILTER_FLAG, /* true or false; the name alone is the usual test */
    FILTER_NUMBER,
    FILTER_CODE,    /* a number, or a class as in 4xx */
    FILTER_SHARE,   /* percent, with up to three decimals; `==` compares the digits written */
    FILTER_TIME,    /* a duration with ns, us, ms, s, m or h; `==` compares the digits written */
    FILTER_CLOCK,   /* a point in time: 14:02:11 on any day, 2026-11-29, or both; see timeread.h */
    FILTER_TEXT,    /* compared without regard to case */
    FILTER_WORD,    /* one of the row's `values` */
    FILTER_ADDRESS, /* 10.0.0.1, 10.0.0.1:5060, 10.0.0.0/8, 2001:db8::1, [2001:db8::1]:5060 */
    FILTER_TYPES
};

/* One field. The same row serves the parser, completion, the help and the man page. */
struct filter_field {
    const char *name; /* matched without regard to case; "hdr." takes a header's name */
    enum filter_type type;
    const char *unit;          /* of a bare number, else NULL */
    const char *help;          /* one sentence, see tr() */
    const char *const *values; /* what completion offers, NULL-terminated, or NULL */
    const char *alias_of;      /* the field's own name when this row is a second name, else NULL */
    bool (*read)(struct filter_view *view, const struct filter_test *test); /* the filter's own */
};

struct filter_error {
    size_t offset;     /* bytes from the start of the text, at most its length */
    char message[320]; /* one line without a full stop; may quote the text */
};

/*
 * Parses `text`; an empty one fits every transaction. NULL with *error filled when it cannot
 * be read or is beyond a limit (4096 bytes, 256 comparisons, 32 levels). Free with filter_free().
 */
struct filter *filter_parse(const char *text, struct filter_error *error);
/* Whether the transaction fits; false for an id that is not in use. */
bool filter_match(const struct filter *filter, const struct store *store, uint32_t transaction);

/* What a list has rows of: the fields of such things then speak of this one alone. */
struct filter_focus {
    uint32_t message;                  /* of the transaction; 0: any of its messages */
    const struct store_found *finding; /* NULL: any that was found about it */
    const struct addr *endpoint;       /* NULL: either side */
    bool call;                         /* the call as a whole, of which it is a transaction */
};
/* The same of one message of the transaction, one finding about it, or one of its ends. */
bool filter_match_one(const struct filter *filter, const struct store *store, uint32_t transaction,
                      const struct filter_focus *focus);
/* Whether a transaction of this leg of a call fits, where calls are listed. */
bool filter_match_call(const struct filter *filter, const struct store *store, uint32_t call);
/* Whether it asks for what is known of endpoints, which must be counted first. */
bool filter_asks_endpoints(const struct filter *filter);
/* Frees a filter; NULL is fine. */
void filter_free(struct filter *filter);

enum filter_place {
    FILTER_AT_FAULT, /* the text before cannot be read */
    FILTER_AT_FIELD, /* a field, not, ( or a text to search for */
    FILTER_AT_OPERATOR,
    FILTER_AT_VALUE,
    FILTER_AT_LIST, /* a comma or ) */
    FILTER_AT_JOIN  /* and, or, or nothing */
};

struct filter_hint {
    enum filter_place place;
    const struct filter_field *field; /* that is compared, else NULL */
    bool pattern;                     /* the value is a regular expression */
    bool nested;                      /* a parenthesis is open */
    size_t word; /* where the word begins that is being written, else the end */
};

/* What may stand in place of the last word of `text`, or at its end if a blank or sign ends it. */
void filter_expect(struct span text, struct filter_hint *hint);

/* The words that completion offers for `why`, NULL-terminated: what the diagnosis can find. */
void filter_name_findings(const char *const *ids);

/* All fields, second names last; ends with a row whose name is NULL. */
const struct filter_field *filter_fields(void);
/* "number", "text", ..., in the language. */
const char *filter_type_name(enum filter_type type);
/* Values of the type, as examples: "404, 4xx, 400..499". */
const char *filter_type_examples(enum filter_type type);
/* The operators that a type takes, with blanks between: "== != ~ !~ contains in". */
const char *filter_type_operators(enum filter_type type);

#endif
