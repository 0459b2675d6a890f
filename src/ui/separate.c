/* See separate.h. */
#include "ui/separate.h"

#include "base/strbuf.h"
#include "base/text.h"
#include "base/tr.h"
#include "store/joined.h"
#include "store/mark.h"
#include "ui/keymap.h"
#include "ui/list.h"

static bool stands_alone(const struct ui *ui, uint32_t leg)
{
    const struct call *call = store_call(ui->store, leg);
    return call && call->marks & CALL_ALONE;
}

static bool is_joined(const struct ui *ui, uint32_t leg)
{
    return joined_sum(ui->store, leg).legs > 1;
}

/* The leg that was taken out last, as long as it stands alone; 0: none. */
static uint32_t taken_out(const struct ui *ui)
{
    const struct transaction *t = store_transaction(
        ui->store, store_transaction_find(ui->store, ui->separated));
    return t && stands_alone(ui, t->call) ? t->call : 0;
}

static void put_call_id(const struct ui *ui, uint32_t leg, struct strbuf *out)
{
    struct sip_message sip;
    const struct transaction *t = store_transaction(ui->store,
                                                    store_call(ui->store, leg)->first_txn);
    if (store_scan(ui->store, t->first, &sip) == 0)
        text_visible(out, sip.call_id, screen_utf8());
}

static void set_alone(struct ui *ui, uint32_t leg, bool alone)
{
    store_separate(ui->store, leg, alone);
    call_groups_follow(ui);
    ui_busy(ui);
}

static void let_back(struct ui *ui, uint32_t leg)
{
    struct strbuf name = STRBUF_INIT;
    put_call_id(ui, leg, &name);
    set_alone(ui, leg, false);
    ui_notice(ui, false, _("May be joined to others again: Call-ID %s"), strbuf_str(&name));
    strbuf_free(&name);
}

static void take_out(struct ui *ui, uint32_t leg, uint32_t stays)
{
    char key[KEY_HINT];
    struct strbuf name = STRBUF_INIT;
    put_call_id(ui, leg, &name);
    set_alone(ui, leg, true);
    ui->separated = store_transaction_ref(ui->store, store_call(ui->store, leg)->first_txn);
    bool same_key = stays == leg || !is_joined(ui, stays);
    ui_notice(ui, false, _("Stands alone now, %s takes it back: Call-ID %s"),
              keymap_hint(same_key ? "separate" : "rejoin", key), strbuf_str(&name));
    strbuf_free(&name);
}

void separate_leg(struct ui *ui, uint32_t leg, uint32_t stays)
{
    uint32_t last = taken_out(ui);
    if (stands_alone(ui, leg))
        let_back(ui, leg);
    else if (is_joined(ui, leg))
        take_out(ui, leg, stays);
    else if (last)
        let_back(ui, last);
    else
        ui_notice(ui, false, _("No other leg was joined to this call"));
}

void separate_row(struct list_row *row)
{
    char key[KEY_HINT];
    struct ui *ui = row->ui;
    uint32_t legs[JOINED_LEGS], group = ROW_GROUP | row->id;
    size_t n = row->heads ? joined_legs(ui->store, row->id, legs) : 0;
    if (n < 2) {
        separate_leg(ui, row->txn->call, row->txn->call);
    } else if (n == 2) {
        separate_leg(ui, legs[1], legs[0]);
    } else {
        if (!rows_unfolded(&row->list->rows, group))
            list_fold(row->list, group);
        ui_notice(ui, false, _("%zu legs: go to the one that is another call, %s takes it out"), n,
                  keymap_hint("separate", key));
    }
}

void separate_run_rejoin(struct ui *ui, const char *argument)
{
    uint32_t last = taken_out(ui);
    (void)argument;
    if (last)
        let_back(ui, last);
    else
        ui_notice(ui, false, _("No leg was taken out of its call"));
}
