/*
 * Messages that the user marked, to be compared: a transaction's mark, which saving goes by, says
 * only that one of its messages is meant. The console has one set.
 */
#ifndef SIPWHY_UI_PICKS_H
#define SIPWHY_UI_PICKS_H

#include "store/store.h"

struct ui;

struct pick {
    uint32_t message;
    struct store_ref transaction;
};

struct picks {
    struct pick *list; /* in the order in which they were marked */
    size_t count;
};

/* Marks a message and its transaction, or unmarks it. */
void picks_toggle(struct ui *ui, uint32_t message);
bool picks_has(const struct ui *ui, uint32_t message);
/* The two that were marked last and are still stored: how many there are, at most 2. */
size_t picks_latest(const struct ui *ui, uint32_t messages[2]);
void picks_clear(struct ui *ui);

#endif
