/* What the files of the filter share. Nobody outside includes this. */
#ifndef SIPWHY_STORE_FILTER_PRIVATE_H
#define SIPWHY_STORE_FILTER_PRIVATE_H

#include <stdarg.h>

#include "base/regex.h"
#include "net/addr.h"
#include "store/filter.h"
#include "store/store.h"

/* `!=` and `!~` are `==` and `~` with the exits exchanged; `in` is several `==`. */
enum filter_op {
    FILTER_HAS,
    FILTER_EQUAL,
    FILTER_LESS,
    FILTER_LESS_EQUAL,
    FILTER_MORE,
    FILTER_MORE_EQUAL,
    FILTER_REGEX,
    FILTER_CONTAINS,
    FILTER_OPS
};

/* An address to compare with: the first `bits` of the IP, and the port unless it is 0. */
struct filter_range {
    struct addr addr;
    uint8_t bits;
};

/* One comparison, and where to go on behind it: a test's index, or one of the two ends. */
struct filter_test {
    const struct filter_field *field;
    const char *header;  /* of hdr.NAME, else NULL */
    struct span text;    /* what text is compared with */
    struct regex *regex; /* FILTER_REGEX and FILTER_CONTAINS */
    int64_t low, high;   /* numbers: equal means inside */
    struct filter_range range;
    uint8_t op; /* enum filter_op */
    uint16_t yes, no;
};
#define FILTER_ACCEPT 0xfffe
#define FILTER_REJECT 0xfffd

/*
 * One transaction under test. Messages are scanned when a test first asks and kept
 * for the other tests; beyond VIEW_SLOTS different ones the last place is used again.
 */
#define VIEW_SLOTS 6
struct filter_view {
    const struct store *store;
    const struct transaction *txn;
    uint32_t scanned[VIEW_SLOTS]; /* message ids */
    int used;
    struct sip_message slots[VIEW_SLOTS];
};

/* filter_field.c: the row of a name ("hdr." for any hdr.NAME), or NULL. */
const struct filter_field *filter_field_find(struct span name);
/* The row whose name is nearest to a mistyped one, or NULL when none is near. */
const struct filter_field *filter_field_near(struct span name);

/* filter_value.c: whether one value of a field fits. No value (empty text) never does. */
bool filter_fits_number(const struct filter_test *test, int64_t value);
bool filter_fits_text(const struct filter_test *test, struct span value);
bool filter_fits_address(const struct filter_test *test, const struct addr *value);

/* filter_value.c: fills error->message, from whole characters. */
void filter_say(struct filter_error *error, const char *format, va_list args);
/* filter_value.c: what an error quotes of a text. */
struct span filter_quote(struct span text);
/* filter_value.c: whether a field of this type can be compared so. */
bool filter_type_takes(enum filter_type type, enum filter_op op);
/*
 * Reads the right side of a comparison into `test`, whose field and op are set; `text` must
 * outlive the test. -1 with *error filled, its offset counted from the start of `text`.
 */
int filter_read_value(struct filter_test *test, struct span text, struct filter_error *error);
/* Whether the text is an IP network ("10.0.0.0/8"). */
bool filter_is_network(struct span text);

#endif
