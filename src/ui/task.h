/*
 * Work that takes longer than a key may: done in slices while the console goes on, one at a time,
 * with its progress in the bottom line, until it is done or Esc stops it.
 */
#ifndef SIPWHY_UI_TASK_H
#define SIPWHY_UI_TASK_H

#include "base/strbuf.h"
#include "ui/ui.h"

struct task_ops {
    /* Works until about `until_ns` (clock_monotonic()); true when there is more to do. */
    bool (*work)(struct ui *ui, void *arg, int64_t until_ns);
    /* What is being done, in a few words. */
    void (*put)(const struct ui *ui, const void *arg, struct strbuf *out);
    unsigned (*progress)(const void *arg); /* thousandths */
    /* The user gave it up; NULL: free() is enough. */
    void (*stop)(struct ui *ui, void *arg);
    void (*free)(void *arg);
};

/* Begins a task, and does a little of it at once; takes `arg` over. What went on before is stopped. */
void task_begin(struct ui *ui, const struct task_ops *ops, void *arg);
bool task_running(const struct ui *ui);
/* A slice of it; true when there is more to do. */
bool task_work(struct ui *ui, int64_t budget_ns);
/* Stops it; false if there is none. */
bool task_stop(struct ui *ui);
/* Its progress, on line `y`. */
void task_draw(struct ui *ui, int y);

#endif
