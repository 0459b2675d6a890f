/* Writing the calls of marked, filtered or listed transactions to a capture file. */
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/tr.h"
#include "export/pcap.h"
#include "ui/list.h"
#include "ui/prompt.h"
#include "ui/ui.h"

/* The calls to save: of the marked transactions, else of those in the list. */
struct selection {
    uint32_t *messages;
    size_t count, size;
};

static void add_call(struct ui *ui, struct selection *s, const struct call *call)
{
    for (uint32_t t = call->first_txn; t;) {
        const struct transaction *txn = store_transaction(ui->store, t);
        for (uint32_t m = txn->last; m; m = store_message(ui->store, m)->previous) {
            if (s->count == s->size) {
                s->size = s->size ? s->size * 2 : 256;
                s->messages = mem_grow(s->messages, s->size * sizeof *s->messages);
            }
            s->messages[s->count++] = m;
        }
        t = txn->next_in_call;
    }
}

/* Calls whose transactions are marked, or fit the filter. */
static struct selection select_messages(struct ui *ui, bool marked)
{
    struct selection s = { 0 };
    const struct id_array *all = &lists_at(ui, 0)->rows.all;
    unsigned char *seen = mem_zero(store_call_end(ui->store) + 1);
    for (size_t i = 0; i < all->count; i++) {
        const struct transaction *txn = store_transaction(ui->store, all->ids[i]);
        if (!txn || seen[txn->call] || (marked && !txn->marked) ||
            (!marked && ui->filter && !filter_match(ui->filter, ui->store, all->ids[i])))
            continue;
        seen[txn->call] = 1;
        add_call(ui, &s, store_call(ui->store, txn->call));
    }
    free(seen);
    return s;
}

static bool any_marked(struct ui *ui)
{
    const struct id_array *all = &lists_at(ui, 0)->rows.all;
    for (size_t i = 0; i < all->count; i++) {
        const struct transaction *txn = store_transaction(ui->store, all->ids[i]);
        if (txn && txn->marked)
            return true;
    }
    return false;
}

void ui_save(struct ui *ui, const char *argument, bool overwrite)
{
    char *error = NULL;
    if (!argument || !*argument) {
        ui_notice(ui, true, _("save: name a file"));
        return;
    }
    char *path = prompt_path(argument);
    bool marked = any_marked(ui);
    struct selection s = select_messages(ui, marked);
    if (export_pcap(path, overwrite, ui->store, s.messages, s.count, &error) < 0)
        ui_notice(ui, true, "%s", error);
    else
        ui_notice(ui, false,
                  marked       ? _("Saved %zu messages of the marked calls to %s")
                  : ui->filter ? _("Saved %zu messages of the filtered calls to %s")
                               : _("Saved %zu messages of the listed calls to %s"),
                  s.count, path);
    free(path);
    free(error);
    free(s.messages);
}
