/*
 * The list of calls: a row a call across its legs (store/joined.h), which unfolds to them and to their
 * transactions. The transaction that began it, as it was sent last, stands for it; a call fits the
 * filter when one of its transactions does. Its rows as rows.h has them are legs, and its groups calls.
 */
#include "base/strbuf.h"
#include "base/text.h"
#include "base/timefmt.h"
#include "base/tr.h"
#include "diagnose/outcome.h"
#include "store/joined.h"
#include "store/link.h"
#include "ui/cells.h"
#include "ui/hunt.h"
#include "ui/separate.h"
#include "ui/signs.h"

/* What else is joined to it fits the filter, or does not, with it. */
static void note_legs(struct list *list, uint32_t call)
{
    uint32_t legs[JOINED_LEGS];
    size_t n = joined_legs(list->ui->store, call, legs);
    for (size_t i = 0; i < n; i++)
        rows_note(&list->rows, legs[i]);
}

/* A REFER is among calls only where it is joined to one: then it was noted by call_groups_follow(). */
static void note(struct list *list, uint32_t transaction)
{
    const struct store *store = list->ui->store;
    const struct transaction *txn = store_transaction(store, transaction);
    const struct call *call = txn ? store_call(store, txn->call) : NULL;
    if (!call || (!call->session && !rows_ref(&list->rows, txn->call).stamp))
        return;
    if (list->rows.filtered && list == lists_current(list->ui))
        note_legs(list, txn->call);
    else
        rows_note(&list->rows, txn->call);
}

static bool alive(const struct list *list, uint32_t id)
{
    return store_call(list->ui->store, id) != NULL;
}

static bool fits(const struct list *list, uint32_t id, const struct filter *filter)
{
    uint32_t legs[JOINED_LEGS];
    const struct store *store = list->ui->store;
    if (filter_match_call(filter, store, id))
        return true;
    size_t n = joined_legs(store, id, legs);
    for (size_t i = 0; i < n; i++)
        if (legs[i] != id && filter_match_call(filter, store, legs[i]))
            return true;
    return false;
}

static bool count(const struct list *list, size_t *calls)
{
    bool all;
    *calls = joined_count(list->ui->store, &all);
    return all;
}

static bool load(struct list_row *row)
{
    return cell_load_call(row, row->id);
}

static void mark(struct list_row *row, bool marked)
{
    cell_mark_call(row->ui, row->id, marked);
}

/* The pane speaks of what went wrong in a call that was answered. */
static struct subject subject(struct list_row *row)
{
    struct subject s;
    const struct store *store = row->ui->store;
    const struct finding *lead = diagnosis_finding(row->ui->diagnosis, row->lead);
    bool other = !sip_class_failed((enum sip_class)row->class) && lead &&
                 row->severity >= SEVERITY_WARNING &&
                 joined_first(store, lead->call) == joined_first(store, row->id) &&
                 store_transaction(store, lead->transaction);
    memset(&s, 0, sizeof s);
    s.transaction = other ? lead->transaction : row->transaction;
    s.code = store_transaction(store, s.transaction)->code;
    s.finding = other ? row->lead : 0;
    return s;
}

/* Enter: the flow, at what proves that; of a call with all its legs. */
static void open_flow(struct list_row *row)
{
    if (row->heads && joined_sum(row->ui->store, row->id).legs > 1) {
        list_open_legs(row);
        return;
    }
    uint32_t message = hunt_message(row);
    bool found = row->severity >= SEVERITY_WARNING && !message;
    struct view *flow = found ? view_ladder_of_finding(row->ui, row->lead) : NULL;
    ui_push(row->ui, flow ? flow : view_ladder_new(row->ui, row->transaction, message));
}

/* All legs of a call, or the one that the row is. */
static struct joined_sum sum_of(const struct list_row *row)
{
    const struct call *call = row->call;
    if (row->heads)
        return joined_sum(row->ui->store, row->id);
    if (!call)
        return (struct joined_sum){ 0 };
    return (struct joined_sum){ .legs = 1,
                                .messages = call->messages,
                                .transactions = call->transactions,
                                .first_ns = call->first_ns,
                                .last_ns = call_end_ns(row->ui->store, call),
                                .finished = call_finished(call) };
}

/* A number, where the row has one: a transaction has none of a call. */
static void put_number(const struct list_row *row, int64_t n, struct strbuf *out)
{
    if (row->call)
        strbuf_format(out, "%lld", (long long)n);
}

static int64_t legs(struct list_row *row)
{
    return (int64_t)sum_of(row).legs;
}

static void put_legs(struct list_row *row, struct strbuf *out)
{
    if (row->heads)
        put_number(row, legs(row), out);
}

static void legs_example(struct list_row *row, struct strbuf *out)
{
    if (row->heads)
        cell_put_count_condition("call.legs", legs(row), out);
}

static int64_t messages(struct list_row *row)
{
    return row->call ? sum_of(row).messages : row->txn->messages;
}

static void put_messages(struct list_row *row, struct strbuf *out)
{
    strbuf_format(out, "%lld", (long long)messages(row));
}

static void messages_example(struct list_row *row, struct strbuf *out)
{
    cell_put_count_condition(row->call ? "call.messages" : "messages", messages(row), out);
}

static int64_t transactions(struct list_row *row)
{
    return sum_of(row).transactions;
}

static void put_transactions(struct list_row *row, struct strbuf *out)
{
    put_number(row, transactions(row), out);
}

static void transactions_example(struct list_row *row, struct strbuf *out)
{
    if (row->call)
        cell_put_count_condition("call.transactions", transactions(row), out);
}

static int64_t duration(struct list_row *row)
{
    struct joined_sum sum = sum_of(row);
    return sum.last_ns - sum.first_ns;
}

static void put_duration(struct list_row *row, struct strbuf *out)
{
    char text[TIME_TEXT];
    bool finished = sum_of(row).finished;
    if (row->call)
        strbuf_format(out, "%s%s%s", finished ? "" : sign(SIGN_GOES_ON), finished ? "" : " ",
                      time_short(duration(row), text));
}

static void duration_example(struct list_row *row, struct strbuf *out)
{
    if (row->call)
        cell_put_duration_condition("duration", duration(row), out);
}

static int64_t outcome(struct list_row *row)
{
    const struct diagnosis *d = row->ui->diagnosis;
    const struct store *store = row->ui->store;
    if (row->heads)
        return call_end_of(d, store, row->id).outcome;
    return row->call ? call_outcome(d, store, row->call, row->id) : OUTCOME_NONE;
}

static void put_outcome(struct list_row *row, struct strbuf *out)
{
    const char *name = call_outcome_name((enum call_outcome)outcome(row));
    if (name)
        strbuf_text(out, tr(name));
}

/* Where there is no room for the sentence, what joins it alone. */
static void put_join(const struct list_row *row, uint32_t other, struct strbuf *out)
{
    const struct store *store = row->ui->store;
    enum link_reason why = link_why(store, other, row->id);
    struct span header = why == LINK_HEADER ? link_header(store, other, row->id) : SPAN_NONE;
    link_put_reason(out, store, other, row->id, screen_utf8());
    if (text_width(strbuf_as_span(out)) <= (size_t)row->width)
        return;
    strbuf_clear(out);
    if (header.n)
        text_visible(out, header, screen_utf8());
    else
        strbuf_text(out, link_reason_name(why));
    strbuf_text(out, link_is_sure(why) ? "" : "?");
}

/* "joined by Session-ID", of a leg that came from another one; then what was found in it. */
static void put_why(struct list_row *row, struct strbuf *out)
{
    uint32_t ids[JOINED_LEGS];
    const struct store *store = row->ui->store;
    size_t n = row->call && !row->heads ? joined_legs(store, row->id, ids) : 0, leg = 0, other;
    while (leg < n && ids[leg] != row->id)
        leg++;
    int room = row->width;
    if (leg > 0 && leg < n && link_leg(store, ids, n, leg, &other) != LINK_NONE) {
        put_join(row, ids[other], out);
        row->width -= (int)text_width(strbuf_as_span(out)) + 2;
    }
    if (row->width > 0 && (out->n == 0 || row->lead)) {
        struct strbuf why = STRBUF_INIT;
        cell_why(row, &why);
        strbuf_format(out, "%s%s", out->n && why.n ? "; " : "", strbuf_str(&why));
        strbuf_free(&why);
    }
    row->width = room;
}

/* The filter's words have no blanks. */
static void outcome_example(struct list_row *row, struct strbuf *out)
{
    const char *name = call_outcome_name((enum call_outcome)outcome(row));
    if (!name)
        return;
    strbuf_text(out, "outcome == ");
    for (; *name; name++)
        strbuf_char(out, *name == ' ' ? '-' : *name);
}

static const struct list_column columns[] = {
    COLUMN_TIME(.put = cell_time, .number = cell_time_number, .example = cell_time_example,
                .least = 72, .narrow = 8, .roomy = 96, .wide = 12),
    COLUMN_METHOD,
    COLUMN_FROM(.least = 60, .narrow = 12, .roomy = 96, .wide = 15),
    COLUMN_TO(.least = 34, .narrow = 12, .roomy = 96, .wide = 15),
    COLUMN_HOP(cell_hop, .example = cell_hop_example, .least = 147, .narrow = 27, .roomy = 177,
               .wide = 34),
    { .name = "duration",
      .title = N_("Lasted"),
      .put = put_duration,
      .number = duration,
      .example = duration_example,
      .least = 97,
      .narrow = 8,
      .wide = 8 },
    { .name = "messages",
      .title = N_("Msgs"),
      .measure = cell_messages_width,
      .put = put_messages,
      .number = messages,
      .example = messages_example,
      .least = 117,
      .narrow = 5,
      .wide = 5,
      .align = ALIGN_RIGHT },
    { .name = "legs",
      .title = N_("Legs"),
      .put = put_legs,
      .number = legs,
      .example = legs_example,
      .least = 137,
      .narrow = 4,
      .wide = 4,
      .align = ALIGN_RIGHT },
    COLUMN_STATUS,
    { .name = "outcome",
      .title = N_("Outcome"),
      .put = put_outcome,
      .number = outcome,
      .example = outcome_example,
      .least = 127,
      .narrow = 10,
      .wide = 10,
      .colour = COLOUR_CLASS },
    { .name = "why",
      .title = N_("Why"),
      .put = put_why,
      .least = 50,
      .example = cell_why_example,
      .colour = COLOUR_CLASS },
    COLUMN_SEEN_BY,
    { .name = "transactions",
      .title = N_("Transactions"),
      .put = put_transactions,
      .number = transactions,
      .example = transactions_example,
      .least = COLUMN_HIDDEN,
      .narrow = 12,
      .wide = 12,
      .align = ALIGN_RIGHT },
    COLUMN_CALL_ID,
    COLUMN_AGENT,
    { 0 },
};

const struct list_ops calls_list = {
    .name = "calls",
    .title = N_("Calls"),
    .brief = N_("Calls"),
    .empty = N_("No calls: no INVITE was seen. Other requests are among the transactions."),
    .columns = columns,
    .cursor = "method",
    .note = note,
    .alive = alive,
    .fits = fits,
    .count = count,
    .load = load,
    .groups = &leg_groups,
    .open = open_flow,
    .subject = subject,
    .mark = mark,
    .separate = separate_row,
};
