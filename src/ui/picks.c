/* See picks.h. */
#include "ui/picks.h"

#include <stdlib.h>

#include "base/strbuf.h"
#include "ui/ui.h"

static bool lives(const struct ui *ui, const struct pick *pick)
{
    return store_transaction_find(ui->store, pick->transaction) != 0;
}

/* Its place in the list, or the list's end. */
static size_t find(const struct ui *ui, uint32_t message)
{
    const struct picks *p = &ui->picks;
    size_t i = 0;
    while (i < p->count && !(p->list[i].message == message && lives(ui, &p->list[i])))
        i++;
    return i;
}

bool picks_has(const struct ui *ui, uint32_t message)
{
    return find(ui, message) < ui->picks.count;
}

/* Whether another message of the transaction is marked. */
static bool any_of(const struct ui *ui, uint32_t transaction)
{
    for (size_t i = 0; i < ui->picks.count; i++)
        if (store_transaction_find(ui->store, ui->picks.list[i].transaction) == transaction)
            return true;
    return false;
}

void picks_toggle(struct ui *ui, uint32_t message)
{
    struct picks *p = &ui->picks;
    const struct message *m = store_message(ui->store, message);
    size_t i = find(ui, message);
    if (!m)
        return;
    if (i < p->count) {
        memmove(&p->list[i], &p->list[i + 1], (p->count - i - 1) * sizeof *p->list);
        p->count--;
        if (!any_of(ui, m->transaction))
            store_mark(ui->store, m->transaction, false);
        return;
    }
    p->list = mem_grow(p->list, (p->count + 1) * sizeof *p->list);
    p->list[p->count++] = (struct pick){ message,
                                         store_transaction_ref(ui->store, m->transaction) };
    store_mark(ui->store, m->transaction, true);
}

size_t picks_latest(const struct ui *ui, uint32_t messages[2])
{
    uint32_t latest[2];
    size_t n = 0;
    for (size_t i = ui->picks.count; i-- > 0 && n < 2;)
        if (lives(ui, &ui->picks.list[i]))
            latest[n++] = ui->picks.list[i].message;
    for (size_t i = 0; i < n; i++)
        messages[i] = latest[n - 1 - i];
    return n;
}

void picks_clear(struct ui *ui)
{
    free(ui->picks.list);
    ui->picks = (struct picks){ 0 };
}
