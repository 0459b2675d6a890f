/* The list of transactions, the first one that the console shows. */
#include "base/tr.h"
#include "ui/cells.h"
#include "ui/separate.h"

static void note(struct list *list, uint32_t transaction)
{
    rows_note(&list->rows, transaction);
}

static bool alive(const struct list *list, uint32_t id)
{
    return store_transaction(list->ui->store, id) != NULL;
}

static bool fits(const struct list *list, uint32_t id, const struct filter *filter)
{
    return filter_match(filter, list->ui->store, id);
}

static void put_retransmissions(struct list_row *row, struct strbuf *out)
{
    strbuf_format(out, "%u", row->txn->retransmissions);
}

static int64_t retransmissions(struct list_row *row)
{
    return row->txn->retransmissions;
}

static void retransmissions_example(struct list_row *row, struct strbuf *out)
{
    cell_put_count_condition("retransmissions", retransmissions(row), out);
}

static void put_messages(struct list_row *row, struct strbuf *out)
{
    strbuf_format(out, "%u", row->call ? row->call->messages : row->txn->messages);
}

static int64_t messages(struct list_row *row)
{
    return row->call ? row->call->messages : row->txn->messages;
}

static void messages_example(struct list_row *row, struct strbuf *out)
{
    cell_put_count_condition(row->call ? "call.messages" : "messages", messages(row), out);
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
    COLUMN_TIME(.put = cell_time, .number = cell_time_number, .example = cell_time_example,
                .least = 72, .narrow = 8, .roomy = 96, .wide = 12),
    COLUMN_METHOD,
    COLUMN_FROM(.least = 60, .narrow = 12, .roomy = 96, .wide = 16),
    COLUMN_TO(.least = 34, .narrow = 12, .roomy = 96, .wide = 16),
    COLUMN_HOP(cell_hop, .example = cell_hop_example, .least = 130, .narrow = 27, .roomy = 160,
               .wide = 34),
    COLUMN_STATUS,
    COLUMN_WHY(50),
    { .name = "took",
      .title = N_("Took"),
      .put = cell_rtt,
      .number = cell_rtt_number,
      .example = cell_rtt_example,
      .least = COLUMN_HIDDEN,
      .narrow = 6,
      .wide = 6,
      .align = ALIGN_RIGHT },
    { .name = "state",
      .title = N_("Progress"),
      .put = put_state,
      .field = "state",
      .least = COLUMN_HIDDEN,
      .narrow = 10,
      .wide = 10 },
    COLUMN_CSEQ,
    { .name = "messages",
      .title = N_("Msgs"),
      .measure = cell_messages_width,
      .put = put_messages,
      .number = messages,
      .example = messages_example,
      .least = COLUMN_HIDDEN,
      .narrow = 5,
      .wide = 5,
      .align = ALIGN_RIGHT },
    { .name = "retransmissions",
      .title = N_("Again"),
      .put = put_retransmissions,
      .number = retransmissions,
      .example = retransmissions_example,
      .least = COLUMN_HIDDEN,
      .narrow = 6,
      .wide = 6,
      .align = ALIGN_RIGHT },
    COLUMN_TRANSPORT,
    COLUMN_SEEN_BY,
    COLUMN_CALL_ID,
    { .name = "branch",
      .title = N_("Branch"),
      .put = put_branch,
      .field = "branch",
      .least = COLUMN_HIDDEN,
      .narrow = 20,
      .wide = 20 },
    COLUMN_AGENT,
    { 0 },
};

const struct list_ops transactions_list = {
    .name = "transactions",
    .title = N_("Transactions"),
    .brief = N_("Trans"),
    .empty = N_("No transactions."),
    .columns = columns,
    .cursor = "method",
    .note = note,
    .alive = alive,
    .fits = fits,
    .load = cell_load_transaction,
    .groups = &call_groups,
    .separate = separate_row,
};
