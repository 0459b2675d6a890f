/* See task.h. */
#include "ui/task.h"

#include "base/clock.h"
#include "base/tr.h"
#include "ui/keymap.h"
#include "ui/signs.h"

#define AT_ONCE_NS 8000000LL
#define BAR_MOST 30 /* columns */
#define BAR_LEAST 10

static void forget(struct ui *ui)
{
    const struct task_ops *ops = ui->task;
    void *arg = ui->task_arg;
    ui->task = NULL;
    ui->task_arg = NULL;
    ops->free(arg);
    ui->dirty = true;
}

void task_begin(struct ui *ui, const struct task_ops *ops, void *arg)
{
    task_stop(ui);
    ui->task = ops;
    ui->task_arg = arg;
    if (task_work(ui, AT_ONCE_NS))
        ui_busy(ui);
}

bool task_running(const struct ui *ui)
{
    return ui->task != NULL;
}

bool task_work(struct ui *ui, int64_t budget_ns)
{
    if (!ui->task)
        return false;
    ui->dirty = true;
    if (ui->task->work(ui, ui->task_arg, clock_monotonic() + budget_ns))
        return true;
    forget(ui);
    return false;
}

bool task_stop(struct ui *ui)
{
    if (!ui->task)
        return false;
    if (ui->task->stop)
        ui->task->stop(ui, ui->task_arg);
    forget(ui);
    return true;
}

/* "Saving to x.pcap  ████░░░░  42%  Esc stops" */
void task_draw(struct ui *ui, int y)
{
    struct strbuf text = STRBUF_INIT;
    char key[KEY_NAME];
    unsigned part = ui->task->progress(ui->task_arg);
    int width = COLS / 4 < BAR_MOST ? COLS / 4 : BAR_MOST, room = COLS - width - 24;
    screen_blank(y, 0, COLS);
    ui->task->put(ui, ui->task_arg, &text);
    int x = 1 + screen_text(y, 1, room > 0 ? room : 1, STYLE_BOLD, strbuf_as_span(&text)) + 1;
    for (int i = 0; width >= BAR_LEAST && i < width; i++) {
        bool done = (unsigned)i * 1000 < part * (unsigned)width;
        const char *cell = sign(done ? SIGN_DONE : SIGN_LEFT);
        screen_string(y, x + i, 1, done ? STYLE_KEY : STYLE_DIM, cell);
    }
    x += width >= BAR_LEAST ? width + 1 : 0;
    strbuf_clear(&text);
    strbuf_format(&text, "%3u%%  ", part / 10);
    strbuf_format(&text, _("%s stops it"), keymap_key_of("back", key) ? key : ":back");
    screen_text(y, x, COLS - x, STYLE_NORMAL, strbuf_as_span(&text));
    strbuf_free(&text);
}
