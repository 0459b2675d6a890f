/*
 * The columns of a flow: what they call themselves, the order that the user gave them, the cursor,
 * scrolling sideways.
 */
#include "base/text.h"
#include "ui/ladder.h"

#define READ_FOR_AGENTS 64 /* messages at the beginning */

/* Whether a response before it, of which it is a copy, came from another column. */
static bool is_passed_on(struct ui *ui, const struct ladder_view *v, size_t row)
{
    const struct message *m = store_message(ui->store, v->ladder.rows[row].message);
    for (size_t i = row; m->code > 100 && i-- > 0;) {
        const struct message *o = store_message(ui->store, v->ladder.rows[i].message);
        if (o && o->code == m->code && o->method == m->method &&
            v->ladder.rows[i].from != v->ladder.rows[row].from)
            return true;
    }
    return false;
}

/* A proxy passes on what others call themselves: a request that has been on one hop only is its own. */
void ladder_find_agents(struct ui *ui, struct ladder_view *v)
{
    struct sip_message sip;
    v->named = false;
    memset(v->agents, 0, sizeof v->agents);
    for (size_t i = 0; i < v->ladder.nrows && i < READ_FOR_AGENTS; i++) {
        const struct ladder_row *row = &v->ladder.rows[i];
        const struct message *m = store_message(ui->store, row->message);
        if (row->kind != LADDER_MESSAGE || !m || *v->agents[row->from] ||
            (m->code ? is_passed_on(ui, v, i) : !(m->flags & MESSAGE_ONE_VIA)) ||
            store_scan(ui->store, row->message, &sip) < 0)
            continue;
        text_copy(sip.agent, v->agents[row->from], LADDER_AGENT);
        v->named = v->named || sip.agent.n > 0;
    }
}

static size_t known_at(const struct ladder_view *v, const struct addr *addr)
{
    size_t i = 0;
    while (i < v->norder && !(v->ladder.by_port ? addr_equal(&v->order[i], addr)
                                                : addr_same_host(&v->order[i], addr)))
        i++;
    return i;
}

void ladder_place_columns(struct ladder_view *v)
{
    const struct ladder *l = &v->ladder;
    size_t n = 0;
    bool taken[LADDER_COLUMNS] = { 0 };
    for (size_t i = 0; i < v->norder; i++) {
        int column = ladder_column(l, &v->order[i]);
        if (column >= 0 && !taken[column]) {
            taken[column] = true;
            v->at[n++] = (uint8_t)column;
        }
    }
    for (size_t i = 0; i < l->ncolumns; i++)
        if (!taken[i])
            v->at[n++] = (uint8_t)i;
    for (size_t i = 0; i < n; i++)
        v->place[v->at[i]] = (uint8_t)i;
    if (v->cursor >= n)
        v->cursor = n ? n - 1 : 0;
}

/* The whole order is the user's from the first move on. */
static void take_order(struct ladder_view *v)
{
    for (size_t i = 0; i < v->ladder.ncolumns; i++) {
        const struct addr *addr = &v->ladder.columns[v->at[i]];
        if (v->norder < LADDER_COLUMNS && known_at(v, addr) == v->norder)
            v->order[v->norder++] = *addr;
    }
}

void ladder_move_column(struct ladder_view *v, bool right)
{
    size_t to = v->cursor + (right ? 1 : -1UL);
    if (to >= v->ladder.ncolumns)
        return;
    take_order(v);
    size_t a = known_at(v, &v->ladder.columns[v->at[v->cursor]]);
    size_t b = known_at(v, &v->ladder.columns[v->at[to]]);
    struct addr moved = v->order[a];
    v->order[a] = v->order[b];
    v->order[b] = moved;
    v->cursor = to;
    ladder_place_columns(v);
}

static void show_place(struct ladder_view *v, size_t place, size_t fitting)
{
    if (place >= v->left + fitting)
        v->left = place - fitting + 1;
    if (place < v->left)
        v->left = place;
}

void ladder_scroll_columns(struct ladder_view *v, size_t fitting)
{
    const struct ladder_row *row = ladder_selected(v);
    v->fitting = fitting;
    if (row && v->seen_row != v->row) {
        size_t from = v->place[row->from], to = v->place[row->to];
        show_place(v, from > to ? from : to, fitting);
        show_place(v, from < to ? from : to, fitting);
        if (v->cursor < v->left || v->cursor >= v->left + fitting)
            v->cursor = from;
    }
    v->seen_row = v->row;
    show_place(v, v->cursor, fitting);
    size_t most = v->ladder.ncolumns > fitting ? v->ladder.ncolumns - fitting : 0;
    v->left = v->left > most ? most : v->left;
}
