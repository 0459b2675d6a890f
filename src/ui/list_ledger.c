/* Lists whose rows are the records of a ledger (store/ledger.h): see list.h. */
#include "store/ledger.h"

#include <stdlib.h>

#include "base/strbuf.h"
#include "base/tr.h"
#include "ui/list.h"

#define SLICE 1000 /* transactions looked at between two keys, and records at a tick */

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
