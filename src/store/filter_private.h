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
    bool daily;          /* FILTER_CLOCK: both since midnight; over midnight where high < low */
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
    const struct filter_focus *focus;
    uint32_t scanned[VIEW_SLOTS]; /* message ids */
    int used;
    struct sip_message slots[VIEW_SLOTS];
};

enum filter_token_kind {
    FILTER_TOKEN_END,
    FILTER_TOKEN_WORD,
    FILTER_TOKEN_STRING,
    FILTER_TOKEN_SIGN
};

struct filter_token {
    enum filter_token_kind kind;
    struct span text; /* as written; a string without its quotes */
    size_t offset;    /* of the token in the expression */
};

/* filter_token.c: the text, cut into tokens one by one. */
struct filter_lexer {
    struct span all;
    size_t at; /* behind the token */
    struct filter_token token;
    struct filter_error *error;
    bool failed; /* no token follows */
};
void filter_next(struct filter_lexer *lexer);
/* Notes the first error, and ends the text. */
void filter_fail(struct filter_lexer *lexer, size_t offset, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Where the word begins that ends with the text; its end when it ends with a blank or a sign. */
size_t filter_word_begun(struct span text);

/* filter_field.c: the row of a name ("hdr." for any hdr.NAME), or NULL. */
const struct filter_field *filter_field_find(struct span name);
/* filter_near.c: the row whose name is nearest to a mistyped one, or NULL when none is near. */
const struct filter_field *filter_field_near(struct span name);
/* The same for the words that a field knows, ended by NULL. */
const char *filter_word_near(struct span word, const char *const *words);

/* filter_view.c: a message of the transaction, scanned; NULL for 0 and what has gone. */
const struct sip_message *filter_scan(struct filter_view *view, uint32_t id);
/*
 * Walks the transaction's messages, backwards, or the one that is in focus; start with *id = 0 and
 * *left = MESSAGES_LOOKED.
 */
const struct message *filter_next_message(struct filter_view *view, uint32_t *id, int *left);
/* All of them, whatever is in focus. */
const struct message *filter_next_of_all(struct filter_view *view, uint32_t *id, int *left);
/* Whether it need not be looked into, since another message has the same bytes. */
bool filter_repeats(const struct filter_view *view, const struct message *m);
/* The message that stands for the transaction, its request, and the response that decided it, else
 * the latest that did not; NULL where there is none. */
const struct sip_message *filter_head(struct filter_view *view);
const struct sip_message *filter_request(struct filter_view *view);
const struct sip_message *filter_response(struct filter_view *view);
/* Whether one of its messages bears the flag (enum message_flag). */
bool filter_any_flag(struct filter_view *view, uint8_t flag);
/* Who sent the request to whom, also where only responses were captured; NULL: not known. */
const struct flow *filter_ends(struct filter_view *view, const struct addr **src,
                               const struct addr **dst);
/* A flood on one branch must not make each look at it a long one. */
#define MESSAGES_LOOKED 1024

#define FILTER_SHARE_UNIT 1000 /* of FILTER_SHARE, in a percent */

typedef bool filter_read_fn(struct filter_view *view, const struct filter_test *test);
/* filter_transaction.c */
filter_read_fn filter_read_code, filter_read_class, filter_read_state, filter_read_cseq,
    filter_read_src, filter_read_dst, filter_read_addr, filter_read_sport, filter_read_dport,
    filter_read_port, filter_read_udp_port, filter_read_tcp_port, filter_read_transport,
    filter_read_source, filter_read_frame, filter_read_rtt, filter_read_retransmissions,
    filter_read_duplicates, filter_read_messages, filter_read_marked, filter_read_failed,
    filter_read_retransmitted, filter_read_malformed, filter_read_cut, filter_read_forked,
    filter_read_sdp, filter_read_agent, filter_read_iface, filter_read_time, filter_read_response,
    filter_read_size;
extern const char *const filter_class_names[]; /* by enum sip_class, ended by NULL */
/* filter_message.c */
filter_read_fn filter_read_method, filter_read_reason, filter_read_from, filter_read_to,
    filter_read_ruri, filter_read_from_user, filter_read_from_host, filter_read_to_user,
    filter_read_to_host, filter_read_ruri_user, filter_read_ruri_host, filter_read_call_id,
    filter_read_branch, filter_read_ua, filter_read_server, filter_read_contact, filter_read_header,
    filter_read_text, filter_read_any;
/* filter_call.c: of the call, and what is known about it. */
filter_read_fn filter_read_duration, filter_read_pdd, filter_read_outcome, filter_read_legs,
    filter_read_call_legs, filter_read_call_messages, filter_read_call_transactions,
    filter_read_why, filter_read_severity, filter_read_confidence, filter_read_times_found;
/* filter_endpoint.c */
filter_read_fn filter_read_endpoint, filter_read_endpoint_name, filter_read_endpoint_ua,
    filter_read_endpoint_finding, filter_read_endpoint_requests, filter_read_endpoint_sent,
    filter_read_endpoint_received, filter_read_endpoint_failed, filter_read_endpoint_share,
    filter_read_endpoint_unanswered, filter_read_endpoint_half, filter_read_endpoint_most;
/* filter_body.c */
filter_read_fn filter_read_body, filter_read_codec, filter_read_media, filter_read_media_address,
    filter_read_media_port;

/* filter_value.c: whether one value of a field fits. No value (empty text) never does. */
bool filter_fits_number(const struct filter_test *test, int64_t value);
/* A point in time, in nanoseconds since 1970. */
bool filter_fits_clock(const struct filter_test *test, int64_t value);
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
