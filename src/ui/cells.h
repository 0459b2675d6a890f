/*
 * Cells that lists have in common. They read what the list's load() found: the
 * transaction, the message whose header fields count, the call.
 */
#ifndef SIPWHY_UI_CELLS_H
#define SIPWHY_UI_CELLS_H

#include "ui/list.h"

/* Fills a row that stands for a transaction, row->id. False if it has gone. */
bool cell_load_transaction(struct list_row *row);
/* One that stands for a leg of a call: the request that began it counts. */
bool cell_load_call(struct list_row *row, uint32_t call);
/* One that stands for a call with all its legs: what became of it is asked of all. */
bool cell_load_joined(struct list_row *row, uint32_t call);
/* The severity of a rule as struct list_row has it; 0: no rule. */
uint8_t cell_severity(uint8_t rule);
/* Marks or unmarks all its transactions. */
void cell_mark_call(struct ui *ui, uint32_t call, bool marked);
/* A text as a filter expression takes it: quoted, with what it may not hold escaped. */
void cell_put_quoted(struct strbuf *out, struct span text);
/* Conditions that a cell's like fulfils: from that time on; so many, so long, or more; a text. */
void cell_put_since(const struct list_row *row, int64_t time_ns, struct strbuf *out);
void cell_put_count_condition(const char *field, int64_t count, struct strbuf *out);
void cell_put_duration_condition(const char *field, int64_t ns, struct strbuf *out);
void cell_put_text_condition(const char *condition, struct span text, struct strbuf *out);
/* That `field` (from, to) names this user@host, or where that is a host alone no user at it. */
void cell_put_aor_condition(const char *field, struct span aor, struct strbuf *out);
/* A time as the setting has it; `first_ns` is where relative ones begin. */
void cell_put_time(const struct list_row *row, int64_t time_ns, int64_t first_ns,
                   struct strbuf *out);
int cell_time_width(const struct ui *ui);
/* Of a column of how many messages: its title's, where that is long. */
int cell_messages_width(const struct ui *ui);
/* The number that its column is sorted by, nothing for none: how many, or when it was. */
void cell_count(struct list_row *row, struct strbuf *out);
void cell_moment(struct list_row *row, struct strbuf *out);
/* What came from that time on: its column's number, or the transaction's time. */
void cell_moment_example(struct list_row *row, struct strbuf *out);
void cell_time_example(struct list_row *row, struct strbuf *out);
/* How long until then, in capture time; nothing if it has passed. */
void cell_left(struct list_row *row, int64_t until_ns, struct strbuf *out);
/* The transaction's time, relative to the first one's. */
void cell_time(struct list_row *row, struct strbuf *out);
int64_t cell_time_number(struct list_row *row);
void cell_method(struct list_row *row, struct strbuf *out);
/* User, else host. */
void cell_from(struct list_row *row, struct strbuf *out);
void cell_to(struct list_row *row, struct strbuf *out);
/* Who sent the request to whom. */
/* Where there is no room for both, the longer one gives way. */
void cell_put_hop(const struct list_row *row, const struct addr *from, const struct addr *to,
                  struct strbuf *out);
const char *cell_hop_heading(const struct ui *ui);
void cell_hop(struct list_row *row, struct strbuf *out);
void cell_hop_example(struct list_row *row, struct strbuf *out);
/* Mark, code, time to the final response, retransmissions. */
void cell_status(struct list_row *row, struct strbuf *out);
int64_t cell_status_number(struct list_row *row);
void cell_status_example(struct list_row *row, struct strbuf *out);
/* Nanoseconds from request to final response, -1 without one. */
int64_t cell_rtt_number(struct list_row *row);
void cell_rtt(struct list_row *row, struct strbuf *out);
void cell_rtt_example(struct list_row *row, struct strbuf *out);
/*
 * Of a sentence that has no room in its column the clauses that come last are left out; the list cuts
 * what is too long even so: it stays the same sentence in any width.
 */
void cell_fit_sentence(const struct list_row *row, struct strbuf *out);
void cell_why(struct list_row *row, struct strbuf *out);
void cell_call_id(struct list_row *row, struct strbuf *out);
void cell_cseq(struct list_row *row, struct strbuf *out);
int64_t cell_cseq_number(struct list_row *row);
void cell_transport(struct list_row *row, struct strbuf *out);
void cell_agent(struct list_row *row, struct strbuf *out);
void cell_from_example(struct list_row *row, struct strbuf *out);
void cell_to_example(struct list_row *row, struct strbuf *out);
void cell_why_example(struct list_row *row, struct strbuf *out);
/* The capture agent (HEP) that saw it; nothing where we saw it ourselves. */
void cell_seen_by(struct list_row *row, struct strbuf *out);

/* Why there is no condition for a column of a record that several transactions made. */
#define NO_EXAMPLE \
    N_("it comes from several transactions, and filters choose single ones; but rows can be sorted by it")
/*
 * Rows that several lists have in their tables of columns; places and widths that differ are
 * given with them, as in COLUMN_FROM(.least = 60, .narrow = 12, .wide = 12).
 */
#define COLUMN_COUNT(word, heading, fn, from_width, cells, ...)                               \
    {                                                                                         \
        .name = word, .title = heading, .put = cell_count, .number = fn, .least = from_width, \
        .narrow = cells, .wide = cells, .align = ALIGN_RIGHT, __VA_ARGS__                     \
    }
#define COLUMN_TIME(...)                                                             \
    {                                                                                \
        .name = "time", .title = N_("Time"), .measure = cell_time_width, __VA_ARGS__ \
    }
#define COLUMN_FROM(...)                                                                     \
    {                                                                                        \
        .name = "from", .title = N_("From"), .put = cell_from, .example = cell_from_example, \
        __VA_ARGS__                                                                          \
    }
#define COLUMN_TO(...)                                                                           \
    {                                                                                            \
        .name = "to", .title = N_("To"), .put = cell_to, .example = cell_to_example, __VA_ARGS__ \
    }
#define COLUMN_HOP(fn, ...)                                                                        \
    {                                                                                              \
        .name = "hop", .title = N_("Source, destination"), .heading = cell_hop_heading, .put = fn, \
        __VA_ARGS__                                                                                \
    }
#define COLUMN_METHOD                                                                   \
    {                                                                                   \
        .name = "method", .title = N_("Method"), .put = cell_method, .field = "method", \
        .narrow = 9, .wide = 9                                                          \
    }
#define COLUMN_STATUS                                                                              \
    {                                                                                              \
        .name = "status", .title = N_("Status"), .put = cell_status, .number = cell_status_number, \
        .example = cell_status_example, .narrow = 14, .wide = 14, .colour = COLOUR_CLASS           \
    }
#define COLUMN_WHY(from_width)                                                   \
    {                                                                            \
        .name = "why", .title = N_("Why"), .put = cell_why, .least = from_width, \
        .example = cell_why_example, .colour = COLOUR_CLASS                      \
    }
#define COLUMN_CSEQ                                                                           \
    {                                                                                         \
        .name = "cseq", .title = N_("CSeq"), .put = cell_cseq, .number = cell_cseq_number,    \
        .field = "cseq", .least = COLUMN_HIDDEN, .narrow = 8, .wide = 8, .align = ALIGN_RIGHT \
    }
#define COLUMN_SEEN_BY                                                                \
    {                                                                                 \
        .name = "agent", .title = N_("Agent"), .put = cell_seen_by, .field = "agent", \
        .least = COLUMN_HIDDEN, .narrow = 12, .wide = 16                              \
    }
#define COLUMN_TRANSPORT                                                      \
    {                                                                         \
        .name = "transport", .title = N_("Transport"), .put = cell_transport, \
        .field = "transport", .least = COLUMN_HIDDEN, .narrow = 9, .wide = 9  \
    }
#define COLUMN_CALL_ID                                                                  \
    {                                                                                   \
        .name = "call_id", .title = "Call-ID", .put = cell_call_id, .field = "call_id", \
        .least = COLUMN_HIDDEN, .narrow = 24, .wide = 24                                \
    }
#define COLUMN_AGENT                                                           \
    {                                                                          \
        .name = "ua", .title = "User-Agent", .put = cell_agent, .field = "ua", \
        .least = COLUMN_HIDDEN, .narrow = 20, .wide = 20                       \
    }

#endif
