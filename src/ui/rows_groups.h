/*
 * Which rows belong together in groups, and which groups are unfolded: the members of each group
 * in the order in which they joined. Part of rows.h.
 */
#ifndef SIPWHY_UI_ROWS_GROUPS_H
#define SIPWHY_UI_ROWS_GROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct row_group {
    uint64_t stamp; /* of the member that it began with; 0: it has none */
    uint32_t first, last;
    uint32_t count;
    uint32_t below : 31;  /* rows that stand under it, where those of items are among them */
    uint32_t differs : 1; /* folded, or not, other than the groups at large */
};

struct row_member {
    uint32_t group; /* 0: none */
    uint32_t next, previous;
};

struct row_groups {
    struct row_group *all; /* by number, */
    size_t size;
    struct row_member *members; /* and by row's id */
    size_t nmembers;
    size_t joined;    /* members of all groups */
    size_t inhabited; /* groups that have some */
    bool unfolded;    /* groups are, but for those that differ: */
    bool differ;      /* some may */
};

void groups_free(struct row_groups *groups);
/* Lets go of all members; how groups are folded stays. */
void groups_clear(struct row_groups *groups);
/* The group of a row, 0: none. */
uint32_t groups_of(const struct row_groups *groups, uint32_t id);
/* NULL for one that never had a member. */
struct row_group *groups_at(const struct row_groups *groups, uint32_t group);
/* A row that is in no group joins one; its stamp becomes the group's if it is the first there. */
void groups_join(struct row_groups *groups, uint32_t id, uint32_t group, uint64_t stamp);
/* A row leaves its group. */
void groups_leave(struct row_groups *groups, uint32_t id);
bool groups_unfolded(const struct row_groups *groups, uint32_t group);
void groups_fold(struct row_groups *groups, uint32_t group, bool unfold);
void groups_fold_all(struct row_groups *groups, bool unfold);

#endif
