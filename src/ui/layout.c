/* Where everything stands on the screen: header, tabs, the view on top, its pane, the bottom line. */
#include "base/clock.h"
#include "ui/prompt.h"
#include "ui/ui.h"

#define LEAST_FOR_TABS 16       /* lines */
#define NARROWEST_SIDE_PANE 150 /* columns from which the pane stands beside */
#define LEAST_SIDE_PANE 56
#define MOST_SIDE_PANE 76

/* The pane beside a wide view, below a narrow one; nothing where there is no room. */
static void split(const struct ui *ui, struct rect all, struct rect *main, struct rect *pane)
{
    *main = all;
    *pane = (struct rect){ 0 };
    if (!ui->settings->pane || all.height < 6)
        return;
    if (all.width >= NARROWEST_SIDE_PANE) {
        int width = all.width * 38 / 100;
        width = width < LEAST_SIDE_PANE ? LEAST_SIDE_PANE : width;
        width = width > MOST_SIDE_PANE ? MOST_SIDE_PANE : width;
        *pane = (struct rect){ all.y, all.width - width, all.height, width };
        main->width = pane->x - 1;
        return;
    }
    int height = all.height * 55 / 100;
    *pane = (struct rect){ all.y + all.height - height, 0, height, all.width };
    main->height = all.height - height;
}

static void draw_top(struct ui *ui)
{
    struct view *view = ui_top(ui);
    struct rect all = { 1, 0, LINES - 2, COLS }, main, pane;
    ui->tabs_y = view->ops->has_tabs && LINES >= LEAST_FOR_TABS ? all.y : -1;
    if (ui->tabs_y >= 0) {
        tabs_draw(ui, ui->tabs_y);
        all.y++;
        all.height--;
    }
    split(ui, all, &main, &pane);
    if (!view->ops->has_pane)
        main = all;
    view->ops->draw(ui, view, main);
    if (!view->ops->has_pane || pane.height == 0)
        return;
    if (pane.y == all.y)
        screen_column(all.y, pane.x - 1, all.height);
    pane_draw(ui, view->ops->subject(ui, view), pane);
}

void ui_draw(struct ui *ui)
{
    if (LINES < 3 || COLS < 10)
        return;
    header_draw(ui);
    ui->pane.rect = (struct rect){ 0 };
    draw_top(ui);
    if (ui->prompting)
        prompt_draw(ui);
    else
        keybar_draw(ui, ui->pane.focused && ui->pane.rect.height ? pane_keybar
                                                                 : ui_top(ui)->ops->keybar);
    screen_refresh();
    ui->dirty = false;
    ui->drawn_ns = clock_monotonic();
}
