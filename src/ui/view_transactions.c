/* The list of transactions, the first one that the console shows. */
#include "base/tr.h"
#include "ui/cells.h"

static void note(struct list *list, uint32_t transaction)
{
    rows_note(&list->rows, transaction);
}

static bool alive(const struct store *store, uint32_t id)
{
    return store_transaction(store, id) != NULL;
}

static bool fits(const struct list *list, uint32_t id, const struct filter *filter)
{
    return filter_match(filter, list->ui->store, id);
}

static bool load(struct list_row *row)
{
    row->transaction = row->id;
    row->txn = store_transaction(row->ui->store, row->id);
    if (!row->txn)
        return false;
    row->message = transaction_head(row->txn);
    row->class = row->txn->class;
    row->marked = row->txn->marked;
    return true;
}

static void put_retransmissions(struct list_row *row, struct strbuf *out)
{
    strbuf_format(out, "%u", row->txn->retransmissions);
}

static int64_t retransmissions(struct list_row *row)
{
    return row->txn->retransmissions;
}

static void put_messages(struct list_row *row, struct strbuf *out)
{
    strbuf_format(out, "%u", row->txn->messages);
}

static int64_t messages(struct list_row *row)
{
    return row->txn->messages;
}

static void put_state(struct list_row *row, struct strbuf *out)
{
    strbuf_text(out, transaction_state_name(row->txn->state));
}

static void put_branch(struct list_row *row, struct strbuf *out)
{
    strbuf_span(out, list_row_sip(row)->branch);
}

static const struct list_column columns[] = {
    { .name = "time",
      .title = N_("Time"),
      .put = cell_time,
      .number = cell_time_number,
      .least = 72,
      .narrow = 8,
      .roomy = 96,
      .wide = 12,
      .measure = cell_time_width },
    { .name = "method",
      .title = N_("Method"),
      .put = cell_method,
      .field = "method",
      .narrow = 9,
      .wide = 9 },
    { .name = "from",
      .title = N_("From"),
      .put = cell_from,
      .field = "from",
      .least = 60,
      .narrow = 12,
      .roomy = 96,
      .wide = 16 },
    { .name = "to",
      .title = N_("To"),
      .put = cell_to,
      .field = "to",
      .least = 34,
      .narrow = 12,
      .roomy = 96,
      .wide = 16 },
    { .name = "hop",
      .title = N_("Source > Destination"),
      .put = cell_hop,
      .example = cell_hop_example,
      .least = 120,
      .narrow = 27,
      .roomy = 140,
      .wide = 34 },
    { .name = "status",
      .title = N_("Status"),
      .put = cell_status,
      .number = cell_status_number,
      .example = cell_status_example,
      .narrow = 14,
      .wide = 14,
      .colour = COLOUR_CLASS },
    { .name = "why", .title = N_("Why"), .put = cell_why, .least = 50, .colour = COLOUR_CLASS },
    { .name = "took",
      .title = N_("Took"),
      .put = cell_rtt,
      .number = cell_rtt_number,
      .least = COLUMN_HIDDEN,
      .narrow = 6,
      .wide = 6,
      .align = ALIGN_RIGHT },
    { .name = "state",
      .title = N_("State"),
      .put = put_state,
      .field = "state",
      .least = COLUMN_HIDDEN,
      .narrow = 10,
      .wide = 10 },
    { .name = "cseq",
      .title = N_("CSeq"),
      .put = cell_cseq,
      .number = cell_cseq_number,
      .field = "cseq",
      .least = COLUMN_HIDDEN,
      .narrow = 8,
      .wide = 8,
      .align = ALIGN_RIGHT },
    { .name = "messages",
      .title = N_("Msgs"),
      .put = put_messages,
      .number = messages,
      .field = "messages",
      .least = COLUMN_HIDDEN,
      .narrow = 5,
      .wide = 5,
      .align = ALIGN_RIGHT },
    { .name = "retransmissions",
      .title = N_("Again"),
      .put = put_retransmissions,
      .number = retransmissions,
      .field = "retransmissions",
      .least = COLUMN_HIDDEN,
      .narrow = 6,
      .wide = 6,
      .align = ALIGN_RIGHT },
    { .name = "transport",
      .title = N_("Transport"),
      .put = cell_transport,
      .field = "transport",
      .least = COLUMN_HIDDEN,
      .narrow = 9,
      .wide = 9 },
    { .name = "call_id",
      .title = "Call-ID",
      .put = cell_call_id,
      .field = "call_id",
      .least = COLUMN_HIDDEN,
      .narrow = 24,
      .wide = 24 },
    { .name = "branch",
      .title = N_("Branch"),
      .put = put_branch,
      .field = "branch",
      .least = COLUMN_HIDDEN,
      .narrow = 20,
      .wide = 20 },
    { .name = "ua",
      .title = "User-Agent",
      .put = cell_agent,
      .field = "ua",
      .least = COLUMN_HIDDEN,
      .narrow = 20,
      .wide = 20 },
    { 0 },
};

const struct list_ops transactions_list = {
    .name = "transactions",
    .title = N_("Transactions"),
    .empty = N_("No transactions."),
    .columns = columns,
    .cursor = "method",
    .note = note,
    .alive = alive,
    .fits = fits,
    .load = load,
};
