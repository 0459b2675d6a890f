/* See rows_groups.h. */
#include "ui/rows_groups.h"

#include <string.h>

#include "base/zeroed.h"

void groups_free(struct row_groups *g)
{
    zeroed_free(g->all, g->size * sizeof *g->all);
    zeroed_free(g->members, g->nmembers * sizeof *g->members);
    *g = (struct row_groups){ 0 };
}

/* Where all are alike it is quicker to begin anew than to go through a million. */
void groups_clear(struct row_groups *g)
{
    bool unfolded = g->unfolded;
    if (!g->differ) {
        groups_free(g);
        g->unfolded = unfolded;
        return;
    }
    for (size_t i = 0; i < g->size; i++)
        g->all[i] = (struct row_group){ .differs = g->all[i].differs };
    if (g->nmembers)
        memset(g->members, 0, g->nmembers * sizeof *g->members);
    g->joined = g->inhabited = 0;
}

uint32_t groups_of(const struct row_groups *g, uint32_t id)
{
    return id < g->nmembers ? g->members[id].group : 0;
}

struct row_group *groups_at(const struct row_groups *g, uint32_t group)
{
    return group < g->size ? &g->all[group] : NULL;
}

void groups_join(struct row_groups *g, uint32_t id, uint32_t group, uint64_t stamp)
{
    g->all = zeroed_room(g->all, &g->size, group, sizeof *g->all);
    g->members = zeroed_room(g->members, &g->nmembers, id, sizeof *g->members);
    struct row_group *to = &g->all[group];
    g->members[id] = (struct row_member){ .group = group, .previous = to->last };
    if (to->last)
        g->members[to->last].next = id;
    else
        to->first = id;
    to->last = id;
    if (to->count++ == 0) {
        to->stamp = stamp;
        g->inhabited++;
    }
    g->joined++;
}

void groups_leave(struct row_groups *g, uint32_t id)
{
    struct row_member *m = &g->members[id];
    struct row_group *from = &g->all[m->group];
    if (m->previous)
        g->members[m->previous].next = m->next;
    else
        from->first = m->next;
    if (m->next)
        g->members[m->next].previous = m->previous;
    else
        from->last = m->previous;
    *m = (struct row_member){ 0 };
    if (--from->count == 0) {
        *from = (struct row_group){ 0 }; /* the number may be used again for another */
        g->inhabited--;
    }
    g->joined--;
}

bool groups_unfolded(const struct row_groups *g, uint32_t group)
{
    return g->unfolded != (group < g->size && g->all[group].differs);
}

void groups_fold(struct row_groups *g, uint32_t group, bool unfold)
{
    if (group >= g->size)
        return;
    g->all[group].differs = unfold != g->unfolded;
    g->differ = g->differ || g->all[group].differs;
}

void groups_fold_all(struct row_groups *g, bool unfold)
{
    g->unfolded = unfold;
    g->differ = false;
    for (size_t i = 0; i < g->size; i++)
        g->all[i].differs = false;
}
