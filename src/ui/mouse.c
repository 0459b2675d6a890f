/* What clicks and the wheel do, by what was drawn where. */
#include "ui/command.h"
#include "ui/list.h"
#include "ui/ui.h"

static void click_tab(struct ui *ui, int x)
{
    int which = tabs_at(ui, x);
    if (which >= 0)
        lists_show(ui, (size_t)which);
}

void mouse_handle(struct ui *ui)
{
    MEVENT mouse;
    struct view *view = ui_top(ui);
    if (getmouse(&mouse) != OK)
        return;
    const struct rect *pane = &ui->pane.rect;
    bool on_pane = mouse.y >= pane->y && mouse.x >= pane->x && mouse.y < pane->y + pane->height &&
                   mouse.x < pane->x + pane->width;
    if (mouse.bstate & BUTTON4_PRESSED)
        command_run(ui, command_find(on_pane ? "pane-up" : "up"), NULL);
    else if (mouse.bstate & BUTTON5_PRESSED)
        command_run(ui, command_find(on_pane ? "pane-down" : "down"), NULL);
    else if (on_pane)
        pane_click(ui, mouse.y, mouse.x);
    else if (mouse.y == ui->tabs_y)
        click_tab(ui, mouse.x);
    else if (view->ops->click) {
        ui->pane.focused = false;
        view->ops->click(ui, view, mouse.y, mouse.x);
    }
}
