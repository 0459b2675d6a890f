/* What clicks, drags and the wheel do, by what was drawn where. */
#include "base/clock.h"
#include "ui/command.h"
#include "ui/list.h"
#include "ui/ui.h"

#define DOUBLE_CLICK_NS 400000000LL

static bool is_in(const struct rect *rect, int y, int x)
{
    return y >= rect->y && x >= rect->x && y < rect->y + rect->height && x < rect->x + rect->width;
}

/* The wheel scrolls what the pointer is on, wherever the keys go. */
static void turn_wheel(struct ui *ui, int y, int x, bool down)
{
    struct view *view = ui_top(ui);
    if (is_in(&ui->pane.rect, y, x))
        pane_act(ui, down ? VERB_PANE_DOWN : VERB_PANE_UP);
    else if (view->ops->act)
        view->ops->act(ui, view, down ? VERB_DOWN : VERB_UP);
    else if (view->ops->key)
        view->ops->key(ui, view, down ? KEY_SF : KEY_SR);
}

static void click_tab(struct ui *ui, int x)
{
    int which = tabs_at(ui, x);
    if (which >= 0)
        lists_show(ui, (size_t)which);
}

/* A second click on a row soon after the first one opens it. */
static bool is_second_click(struct ui *ui, int y, int x)
{
    int64_t now = clock_monotonic(), before = ui->clicked.time_ns;
    bool same = ui->clicked.y == y && ui->clicked.x == x && ui->clicked.view == ui_top(ui);
    ui->clicked.time_ns = now;
    ui->clicked.y = y;
    ui->clicked.x = x;
    ui->clicked.view = ui_top(ui);
    return same && now - before < DOUBLE_CLICK_NS;
}

static void click_view(struct ui *ui, int y, int x)
{
    struct view *view = ui_top(ui);
    ui->pane.focused = false;
    if (is_second_click(ui, y, x) && view->ops->opens_at && view->ops->opens_at(view, y, x))
        view->ops->act(ui, view, VERB_OPEN);
    else if (view->ops->click)
        view->ops->click(ui, view, y, x);
}

static void press(struct ui *ui, int y, int x)
{
    const struct command *command;
    if (split_grab(&ui->splits, y, x))
        return;
    if (is_in(&ui->pane.rect, y, x))
        pane_click(ui, y, x);
    else if (y == ui->tabs_y)
        click_tab(ui, x);
    else if (y == LINES - 1 && (command = keybar_at(ui, x)))
        command_run(ui, command, NULL);
    else if (y > 0 && y < LINES - 1)
        click_view(ui, y, x);
}

/* A press and a release that came together are a click to ncurses. */
void mouse_handle(struct ui *ui)
{
    const mmask_t pressed = BUTTON1_PRESSED | BUTTON1_CLICKED | BUTTON1_DOUBLE_CLICKED;
    MEVENT mouse;
    if (getmouse(&mouse) != OK)
        return;
    if (mouse.bstate & (BUTTON4_PRESSED | BUTTON5_PRESSED)) {
        turn_wheel(ui, mouse.y, mouse.x, mouse.bstate & BUTTON5_PRESSED);
    } else if (mouse.bstate & pressed) {
        split_release(&ui->splits); /* a release may have been lost while a prompt was open */
        press(ui, mouse.y, mouse.x);
    } else {
        split_drag(&ui->splits, mouse.y, mouse.x);
    }
    if (mouse.bstate & BUTTON1_DOUBLE_CLICKED)
        press(ui, mouse.y, mouse.x);
    if (mouse.bstate & ~(mmask_t)(BUTTON1_PRESSED | REPORT_MOUSE_POSITION))
        split_release(&ui->splits);
}
