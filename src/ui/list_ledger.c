/* Lists whose rows are the records of a ledger (store/ledger.h): see list.h. */
#include "store/ledger.h"

#include <stdlib.h>

#include "base/strbuf.h"
#include "base/timefmt.h"
#include "base/tr.h"
#include "ui/list.h"
#include "ui/pane_text.h"

#define HISTORY 6           /* requests that are told */
#define HISTORY_LOOKED 5000 /* transactions of a call looked at for them */
#define SLICE 1000          /* transactions looked at between two keys, and records at a tick */

/* list->own: a ledger, and the record that list_ledger_tick() goes on with. */
struct ledger_list {
    struct ledger ledger;
    uint32_t next;
    bool told; /* that records found no room */
};

void list_ledger_start(struct list *list, const struct ledger_ops *ops)
{
    list->own = mem_zero(sizeof(struct ledger_list));
    ledger_init(list->own, ops, list->ui->store);
}

void list_ledger_stop(struct list *list)
{
    ledger_free(list->own);
    free(list->own);
}

void list_ledger_note(struct list *list, uint32_t transaction)
{
    ledger_note(list->own, transaction);
}

static void changed(uint32_t record, void *arg)
{
    struct list *list = arg;
    rows_note(&list->rows, record);
    list->ui->dirty = true;
}

bool list_ledger_work(struct list *list)
{
    return ledger_work(list->own, SLICE, changed, list);
}

/* Some records change with the time alone: where that may move their rows, all are looked at in turn. */
void list_ledger_tick(struct list *list)
{
    struct ledger_list *own = list->own;
    uint32_t end = own->ledger.records.next;
    if (own->ledger.left_out && !own->told)
        ui_notice(list->ui, true, _("%s: only %d rows are kept, further ones are left out"),
                  tr(list->ops->title), LEDGER_RECORDS);
    own->told = own->ledger.left_out > 0;
    for (uint32_t n = 0; list->rows.sorted && n < SLICE && n < end; n++) {
        own->next = own->next + 1 < end ? own->next + 1 : 1;
        if (ledger_at(&own->ledger, own->next))
            rows_note(&list->rows, own->next);
    }
}

void list_ledger_evicted(struct list *list)
{
    ledger_sweep(list->own);
}

bool list_ledger_alive(const struct list *list, uint32_t id)
{
    return ledger_at(list->own, id) != NULL;
}

const void *list_ledger_load(struct list_row *row)
{
    const struct ledger *ledger = row->list->own;
    const struct ledger_record *record = ledger_at(ledger, row->id);
    row->transaction = record ? ledger_latest(ledger, record) : 0;
    row->txn = store_transaction(row->ui->store, row->transaction);
    if (!row->txn)
        return NULL;
    row->message = transaction_head(row->txn);
    row->marked = row->txn->marked;
    row->item = record;
    return record;
}

/* ---- what the pane tells ----------------------------------------------------------------------- */

/* The latest requests of its call, each on its first hop; how many. */
static size_t latest_of(const struct store *store, const struct call *call, uint32_t ids[HISTORY])
{
    size_t n = 0;
    uint32_t id = call->first_txn;
    for (int left = HISTORY_LOOKED; id && left > 0; left--) {
        const struct transaction *t = store_transaction(store, id);
        if (t->run == 0 && t->method != SIP_ACK)
            ids[n++ % HISTORY] = id;
        id = t->next_in_call;
    }
    return id ? 0 : n; /* of a longer one the latest are not known */
}

static void tell_request(const struct ui *ui, uint32_t id, struct layout *out)
{
    char when[TIME_TEXT], took[TIME_TEXT] = "";
    const struct transaction *t = store_transaction(ui->store, id);
    struct sip_message sip;
    int64_t rtt = transaction_rtt(ui->store, t);
    struct span reason = SPAN_NONE;
    if (t->final && store_scan(ui->store, t->final, &sip) == 0)
        reason = sip.reason;
    if (rtt >= 0)
        time_short(rtt, took);
    if (t->code)
        pane_line(out, "%s %s: %u %.*s %s", time_clock(t->time_ns, when),
                  sip_method_name(t->method), t->code, SPAN_ARG(reason), took);
    else
        pane_line(out, "%s %s: %s", time_clock(t->time_ns, when), sip_method_name(t->method),
                  t->class == SIP_CLASS_TIMEOUT ? _("no answer") : _("no answer yet"));
}

void list_ledger_history(struct list_row *row, struct layout *out)
{
    uint32_t ids[HISTORY];
    const struct call *call = store_call(row->ui->store, row->txn->call);
    size_t n = call ? latest_of(row->ui->store, call, ids) : 0;
    if (n == 0)
        return;
    pane_label(out, _("Lately"));
    if (n > HISTORY)
        pane_line(out, tr_n("%zu request before", "%zu requests before", n - HISTORY), n - HISTORY);
    for (size_t i = n > HISTORY ? n - HISTORY : 0; i < n; i++)
        tell_request(row->ui, ids[i % HISTORY], out);
}
