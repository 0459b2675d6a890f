/* Where everything stands on the screen: header, tabs, the view on top, its pane, the bottom line. */
#include "base/clock.h"
#include "ui/prompt.h"
#include "ui/ui.h"

#define LEAST_LINES 3
#define LEAST_COLUMNS 10
#define LEAST_FOR_TABS 16       /* lines */
#define LEAST_FOR_PANE 6        /* lines */
#define NARROWEST_SIDE_PANE 150 /* columns from which the pane stands beside */

/* Draws the view with its pane beside it where that is wide, below it where it is narrow. */
static void draw_with_pane(struct ui *ui, struct view *view, struct rect all)
{
    struct rect main, pane;
    bool beside = all.width >= NARROWEST_SIDE_PANE;
    enum split_id below = view->ops->pane_below ? (enum split_id)view->ops->pane_below
                                                : SPLIT_PANE_BELOW;
    split_divide(&ui->splits, beside ? SPLIT_PANE_BESIDE : below, all, &main, &pane);
    view->ops->draw(ui, view, main);
    if (beside)
        screen_column(all.y, pane.x - 1, all.height);
    pane_draw(ui, view->ops->subject(ui, view), pane);
}

static void draw_top(struct ui *ui)
{
    struct view *view = ui_top(ui);
    struct rect all = { 1, 0, LINES - 2, COLS };
    ui->tabs_y = view->ops->has_tabs && LINES >= LEAST_FOR_TABS ? all.y : -1;
    if (ui->tabs_y >= 0) {
        tabs_draw(ui, ui->tabs_y);
        all.y++;
        all.height--;
    }
    if (view->ops->has_pane && ui->settings->pane && all.height >= LEAST_FOR_PANE)
        draw_with_pane(ui, view, all);
    else
        view->ops->draw(ui, view, all);
}

const char *ui_keybar(struct ui *ui)
{
    const struct view *view = ui_top(ui);
    if (ui->pane.focused && ui->pane.rect.height)
        return pane_keybar;
    return view->ops->keys ? view->ops->keys(ui, view) : view->ops->keybar;
}

void ui_draw(struct ui *ui)
{
    if (LINES < LEAST_LINES || COLS < LEAST_COLUMNS) {
        erase(); /* better nothing than pieces of what was there */
        screen_refresh();
        ui->dirty = false;
        return;
    }
    header_draw(ui);
    ui->pane.rect = (struct rect){ 0 };
    splits_begin(&ui->splits);
    draw_top(ui);
    if (ui->prompting)
        prompt_draw(ui);
    else
        keybar_draw(ui);
    screen_refresh();
    ui->dirty = false;
    ui->drawn_ns = clock_monotonic();
}
