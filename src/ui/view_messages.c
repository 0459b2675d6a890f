/* The list of messages, each as it was captured; a filter asks fields of messages of itself. */
#include <stdio.h>

#include "base/text.h"
#include "base/tr.h"
#include "store/cut.h"
#include "ui/cells.h"
#include "ui/pane_text.h"
#include "ui/signs.h"

#define AGAIN_LOOKED 64 /* of a changed transaction, messages looked at again under a filter */

/* Under a filter, the earlier messages of a transaction may begin to fit, or cease to. */
static void note(struct list *list, uint32_t transaction)
{
    const struct store *store = list->ui->store;
    const struct transaction *txn = store_transaction(store, transaction);
    uint32_t id = txn ? txn->last : 0;
    for (int left = list->rows.filtered ? AGAIN_LOOKED : 1; id && left > 0; left--) {
        rows_note(&list->rows, id);
        id = store_message(store, id)->previous;
    }
}

static bool alive(const struct list *list, uint32_t id)
{
    return store_message(list->ui->store, id) != NULL;
}

static bool fits(const struct list *list, uint32_t id, const struct filter *filter)
{
    const struct message *m = store_message(list->ui->store, id);
    const struct filter_focus focus = { .message = id };
    return m && filter_match_one(filter, list->ui->store, m->transaction, &focus);
}

static bool load(struct list_row *row)
{
    const struct message *m = store_message(row->ui->store, row->id);
    if (!m)
        return false;
    row->message = row->id;
    row->transaction = m->transaction;
    row->txn = store_transaction(row->ui->store, m->transaction);
    row->class = m->code ? (uint8_t)sip_class_of(m->code) : SIP_CLASS_NONE;
    row->marked = picks_has(row->ui, row->id);
    return true;
}

static void open_message(struct list_row *row)
{
    ui_push(row->ui, view_ladder_new(row->ui, row->transaction, row->id));
}

static void mark(struct list_row *row, bool marked)
{
    (void)marked;
    picks_toggle(row->ui, row->id);
}

static struct subject subject(struct list_row *row)
{
    struct subject s;
    memset(&s, 0, sizeof s);
    s.transaction = row->transaction;
    s.message = row->id;
    s.code = row->head->code ? row->head->code : row->txn->code;
    s.list = row->head->code ? NULL : row->list; /* a request speaks for itself */
    s.row = row->id;
    return s;
}

static void put_time(struct list_row *row, struct strbuf *out)
{
    const struct message *first = store_message(row->ui->store, row->list->rows.all.ids[0]);
    cell_put_time(row, row->head->time_ns, first ? first->time_ns : 0, out);
}

static int64_t message_time(struct list_row *row)
{
    return row->head->time_ns;
}

static void put_frame(struct list_row *row, struct strbuf *out)
{
    strbuf_format(out, "%u", row->head->frame);
}

static int64_t frame(struct list_row *row)
{
    return row->head->frame;
}

static void put_hop(struct list_row *row, struct strbuf *out)
{
    const struct flow *flow = store_flow(row->ui->store, row->head->flow);
    cell_put_hop(row, &flow->src, &flow->dst, out);
}

/* "INVITE sip:1002@pbx", "↻ 180 Ringing" */
static void put_message(struct list_row *row, struct strbuf *out)
{
    const struct sip_message *sip = list_row_sip(row);
    if (row->head->flags & (MESSAGE_RETRANSMISSION | MESSAGE_DUPLICATE))
        strbuf_format(out, "%s ",
                      sign(row->head->flags & MESSAGE_DUPLICATE ? SIGN_COPY : SIGN_REPEATED));
    if (row->head->code) {
        strbuf_format(out, "%s %u ", theme_mark(row->class, screen_utf8()), row->head->code);
        strbuf_span(out, sip->reason);
    } else {
        strbuf_span(out, sip->method);
        strbuf_char(out, ' ');
        strbuf_span(out, sip->uri);
    }
    if (message_cut(row->head, sip))
        strbuf_format(out, " %s", sign(SIGN_CUT_OFF));
}

/* All responses of a code, or all requests of a method. */
static void message_example(struct list_row *row, struct strbuf *out)
{
    if (row->head->code) {
        strbuf_format(out, "response == %u", row->head->code);
        return;
    }
    strbuf_text(out, "(method == ");
    cell_put_quoted(out, list_row_sip(row)->method);
    strbuf_text(out, " and not response)");
}

static void tell(struct list_row *row, struct layout *out)
{
    char topic[HELP_TOPIC_SIZE] = "";
    struct span method = list_row_sip(row)->method;
    snprintf(topic, sizeof topic, "method/%.*s", SPAN_ARG(text_head(method, 32)));
    pane_transaction(out, row->transaction, help_knows(row->ui->help, topic) ? topic : "");
}

static void put_size(struct list_row *row, struct strbuf *out)
{
    strbuf_format(out, "%u", row->head->payload_len);
}

static int64_t size(struct list_row *row)
{
    return row->head->payload_len;
}

static void size_example(struct list_row *row, struct strbuf *out)
{
    cell_put_count_condition("size", size(row), out);
}

/* Messages that went this way: requests of the one side, and responses to the other's. */
static void hop_example(struct list_row *row, struct strbuf *out)
{
    char a[ADDR_TEXT], b[ADDR_TEXT];
    const struct flow *flow = store_flow(row->ui->store, row->head->flow);
    addr_host(&flow->src, a);
    addr_host(&flow->dst, b);
    strbuf_format(out,
                  "((src == %s and dst == %s and not response) or "
                  "(src == %s and dst == %s and response))",
                  a, b, b, a);
}

static const struct list_column columns[] = {
    COLUMN_TIME(.put = put_time, .number = message_time, .example = cell_moment_example,
                .least = 60, .narrow = 12, .wide = 12),
    { .name = "frame",
      .title = N_("Frame"),
      .put = put_frame,
      .number = frame,
      .field = "frame",
      .least = 110,
      .narrow = 7,
      .wide = 7,
      .align = ALIGN_RIGHT,
      .colour = COLOUR_DIM },
    COLUMN_HOP(put_hop, .example = hop_example, .least = 66, .narrow = 27, .roomy = 140,
               .wide = 34),
    COLUMN_FROM(.least = 100, .narrow = 14, .roomy = 120, .wide = 15),
    COLUMN_TO(.least = 100, .narrow = 14, .roomy = 120, .wide = 15),
    { .name = "message",
      .title = N_("Message"),
      .put = put_message,
      .example = message_example,
      .colour = COLOUR_CLASS },
    { .name = "size",
      .title = N_("Bytes"),
      .put = put_size,
      .number = size,
      .example = size_example,
      .least = 140,
      .narrow = 6,
      .wide = 6,
      .align = ALIGN_RIGHT,
      .colour = COLOUR_DIM },
    COLUMN_CSEQ,
    COLUMN_TRANSPORT,
    COLUMN_SEEN_BY,
    COLUMN_CALL_ID,
    { 0 },
};

const struct list_ops messages_list = {
    .name = "messages",
    .title = N_("Messages"),
    .brief = N_("Msgs"),
    .empty = N_("No messages."),
    .columns = columns,
    .cursor = "message",
    .note = note,
    .alive = alive,
    .fits = fits,
    .load = load,
    .open = open_message,
    .subject = subject,
    .head = put_message,
    .tell = tell,
    .mark = mark,
};
