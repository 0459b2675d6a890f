/*
 * The list of calls: all that has one Call-ID. The transaction that began a call, as it
 * was sent last, stands for it; a call fits the filter when one of its transactions does.
 */
#include "base/strbuf.h"
#include "base/timefmt.h"
#include "base/tr.h"
#include "diagnose/outcome.h"
#include "ui/cells.h"
#include "ui/hunt.h"
#include "ui/signs.h"

static void note(struct list *list, uint32_t transaction)
{
    const struct transaction *txn = store_transaction(list->ui->store, transaction);
    if (txn)
        rows_note(&list->rows, txn->call);
}

static bool alive(const struct list *list, uint32_t id)
{
    return store_call(list->ui->store, id) != NULL;
}

static bool fits(const struct list *list, uint32_t id, const struct filter *filter)
{
    const struct store *store = list->ui->store;
    const struct call *call = store_call(store, id);
    for (uint32_t t = call ? call->first_txn : 0; t; t = store_transaction(store, t)->next_in_call)
        if (filter_match(filter, store, t))
            return true;
    return false;
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
                 row->severity >= SEVERITY_WARNING && lead->call == row->id &&
                 store_transaction(store, lead->transaction);
    memset(&s, 0, sizeof s);
    s.transaction = other ? lead->transaction : row->transaction;
    s.code = store_transaction(store, s.transaction)->code;
    s.finding = other ? row->lead : 0;
    return s;
}

/* Enter: the flow, at what proves that. */
static void open_flow(struct list_row *row)
{
    uint32_t message = hunt_message(row);
    struct view *flow = row->severity >= SEVERITY_WARNING && !message
                            ? view_ladder_of_finding(row->ui, row->lead)
                            : NULL;
    ui_push(row->ui, flow ? flow : view_ladder_new(row->ui, row->transaction, message));
}

static void put_messages(struct list_row *row, struct strbuf *out)
{
    strbuf_format(out, "%u", row->call->messages);
}

static int64_t messages(struct list_row *row)
{
    return row->call->messages;
}

static void messages_example(struct list_row *row, struct strbuf *out)
{
    cell_put_count_condition("call.messages", messages(row), out);
}

static void put_transactions(struct list_row *row, struct strbuf *out)
{
    strbuf_format(out, "%u", row->call->transactions);
}

static int64_t transactions(struct list_row *row)
{
    return row->call->transactions;
}

static void transactions_example(struct list_row *row, struct strbuf *out)
{
    cell_put_count_condition("call.transactions", transactions(row), out);
}

/* While it goes on, until now. */
static int64_t duration(struct list_row *row)
{
    int64_t end = call_finished(row->call) ? row->call->last_ns : store_now(row->ui->store);
    return end - row->call->first_ns;
}

static void put_duration(struct list_row *row, struct strbuf *out)
{
    char text[TIME_TEXT];
    strbuf_format(out, "%s%s%s", call_finished(row->call) ? "" : sign(SIGN_GOES_ON),
                  call_finished(row->call) ? "" : " ", time_short(duration(row), text));
}

static void duration_example(struct list_row *row, struct strbuf *out)
{
    cell_put_duration_condition("duration", duration(row), out);
}

static int64_t outcome(struct list_row *row)
{
    return call_outcome(row->ui->diagnosis, row->ui->store, row->call, row->id);
}

static void put_outcome(struct list_row *row, struct strbuf *out)
{
    const char *name = call_outcome_name((enum call_outcome)outcome(row));
    if (name)
        strbuf_text(out, tr(name));
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
    COLUMN_FROM(.least = 60, .narrow = 12, .roomy = 96, .wide = 16),
    COLUMN_TO(.least = 34, .narrow = 12, .roomy = 96, .wide = 16),
    COLUMN_HOP(cell_hop, .example = cell_hop_example, .least = 150, .narrow = 27, .roomy = 180,
               .wide = 34),
    { .name = "duration",
      .title = N_("Lasted"),
      .put = put_duration,
      .number = duration,
      .example = duration_example,
      .least = 100,
      .narrow = 8,
      .wide = 8 },
    { .name = "messages",
      .title = N_("Msgs"),
      .measure = cell_messages_width,
      .put = put_messages,
      .number = messages,
      .example = messages_example,
      .least = 120,
      .narrow = 5,
      .wide = 5,
      .align = ALIGN_RIGHT },
    COLUMN_STATUS,
    { .name = "outcome",
      .title = N_("Outcome"),
      .put = put_outcome,
      .number = outcome,
      .example = outcome_example,
      .least = 130,
      .narrow = 10,
      .wide = 10,
      .colour = COLOUR_CLASS },
    COLUMN_WHY(50),
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
    .empty = N_("No calls."),
    .columns = columns,
    .cursor = "method",
    .note = note,
    .alive = alive,
    .fits = fits,
    .load = load,
    .open = open_flow,
    .subject = subject,
    .mark = mark,
};
