/*
 * The settings as a form, one a row with value and what it is; the selected one's
 * values and default below. A change is in force at once; :write keeps it.
 */
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/text.h"
#include "base/tr.h"
#include "ui/command.h"
#include "ui/signs.h"
#include "ui/ui.h"
#include "ui/values.h"

#define NAME_WIDTH 14
#define VALUE_WIDTH 16
#define DETAIL_LINES 4
#define LEAST_FOR_DETAIL 9 /* lines */

struct settings_view {
    struct view view;
    int row, top;
    struct rect rect; /* of the rows, at the last drawing */
};

/* The settings that can be changed while it runs, by their place in the form. */
static const struct option_row *setting_at(int row)
{
    for (size_t i = 0; i < option_count; i++)
        if (option_rows[i].scope & OPTION_SET && row-- == 0)
            return &option_rows[i];
    return NULL;
}

static int count_settings(void)
{
    int n = 0;
    while (setting_at(n))
        n++;
    return n;
}

static const char *initial_of(const struct option_row *setting)
{
    return setting->initial ? setting->initial : setting->type == OPTION_FLAG ? "off" : "";
}

static void draw_row(struct ui *ui, const struct settings_view *v, int y, int row)
{
    const struct option_row *setting = setting_at(row);
    char *value = option_get(ui->settings, setting);
    bool changed = strcmp(value, initial_of(setting)) != 0;
    struct strbuf shown = STRBUF_INIT;
    int x = v->rect.x + 1, end = v->rect.x + v->rect.width;
    strbuf_format(&shown, "%s%s%s", value, *value && setting->unit ? " " : "",
                  *value && setting->unit && setting->type == OPTION_NUMBER ? setting->unit : "");
    x += screen_string(y, x, 1, STYLE_MARKED, changed ? sign(SIGN_OWN_SETTING) : " ") + 1;
    screen_cell(y, x, NAME_WIDTH, STYLE_BOLD, SPAN(setting->name));
    x += NAME_WIDTH + 1;
    screen_cell(y, x, VALUE_WIDTH, changed ? STYLE_MARKED : STYLE_CODE, strbuf_as_span(&shown));
    x += VALUE_WIDTH + 1;
    screen_string(y, x, end - x, STYLE_NORMAL, tr(setting->help));
    if (row == v->row)
        screen_select(y, v->rect.x, v->rect.width);
    strbuf_free(&shown);
    free(value);
}

static void add_value(const char *value, void *arg)
{
    struct strbuf *out = arg;
    strbuf_format(out, "%s%s", out->n ? ", " : "", value);
}

static void put_values(const struct option_row *setting, struct strbuf *out)
{
    values_each(setting, add_value, out);
    if (setting->type == OPTION_NUMBER)
        strbuf_format(out, _("%ld to %ld %s"), setting->min, setting->max,
                      setting->unit ? setting->unit : "");
    else if (out->n == 0)
        strbuf_text(out, _("any text"));
}

/* The help in full, what may be chosen, and what it is without a choice. */
static void draw_detail(const struct settings_view *v, struct rect rect)
{
    const struct option_row *setting = setting_at(v->row);
    struct styled_text text = STYLED_INIT(screen_utf8());
    struct strbuf line = STRBUF_INIT;
    put_values(setting, &line);
    char *facts = mem_format(_("Values: %s. Default: %s."), strbuf_str(&line),
                             *initial_of(setting) ? initial_of(setting) : _("none"));
    styled_paragraph(&text, HELP_PLAIN, SPAN(tr(setting->help)), (size_t)rect.width - 1, 1, 1);
    styled_paragraph(&text, HELP_DIM, SPAN(facts), (size_t)rect.width - 1, 1, 1);
    screen_rule(rect.y, rect.x, rect.width);
    for (int i = 0; i + 1 < rect.height && (size_t)i < text.nlines; i++)
        screen_styled(rect.y + 1 + i, rect.x, rect.width, &text, (size_t)i, 0, 0);
    free(facts);
    strbuf_free(&line);
    styled_free(&text);
}

static void clamp(struct settings_view *v)
{
    int count = count_settings(), height = v->rect.height;
    v->row = v->row >= count ? count - 1 : v->row < 0 ? 0 : v->row;
    v->top = v->row < v->top ? v->row : v->top;
    v->top = v->row >= v->top + height ? v->row - height + 1 : v->top;
}

static void draw(struct ui *ui, struct view *view, struct rect rect)
{
    struct settings_view *v = (struct settings_view *)view;
    int detail = rect.height >= LEAST_FOR_DETAIL ? DETAIL_LINES : 0;
    v->rect = (struct rect){ rect.y + 1, rect.x, rect.height - 1 - detail, rect.width };
    v->rect.height = v->rect.height < 1 ? 1 : v->rect.height;
    clamp(v);
    screen_clear(rect);
    int used = screen_string(rect.y, rect.x + 1, rect.width - 1, STYLE_HEADING, _("Settings"));
    screen_string(rect.y, rect.x + used + 3, rect.width - used - 3, STYLE_DIM,
                  _(":write keeps them for the next time"));
    for (int i = 0; i < v->rect.height && setting_at(v->top + i); i++)
        draw_row(ui, v, v->rect.y + i, v->top + i);
    if (setting_at(v->top + v->rect.height))
        screen_more_below(v->rect);
    if (detail)
        draw_detail(v, (struct rect){ rect.y + rect.height - detail, rect.x, detail, rect.width });
}

static void assign(struct ui *ui, const struct option_row *setting, const char *value)
{
    char *line = mem_format("%s=%s", setting->name, value);
    command_run(ui, command_find("set"), line);
    free(line);
}

/* The next of its values, or the command line where any will do. */
static void change(struct ui *ui, const struct option_row *setting)
{
    char *now = option_get(ui->settings, setting);
    char *next = values_next(setting, now);
    if (next) {
        assign(ui, setting, next);
    } else {
        char *line = mem_format("set %s=%s", setting->name, now);
        command_prompt(ui, line);
        free(line);
    }
    free(next);
    free(now);
}

static bool act(struct ui *ui, struct view *view, enum verb verb)
{
    struct settings_view *v = (struct settings_view *)view;
    const struct option_row *setting = setting_at(v->row);
    switch (verb) {
    case VERB_OPEN:
    case VERB_MARK:
    case VERB_RIGHT:
        change(ui, setting);
        return true;
    case VERB_REMOVE:
        if (*initial_of(setting))
            assign(ui, setting, initial_of(setting));
        return true;
    default:
        if (!verb_scroll(verb, &v->row, v->rect.height, count_settings()))
            return false;
        clamp(v);
        return true;
    }
}

static bool fits(struct ui *ui, const struct option_row *setting)
{
    char *value = option_get(ui->settings, setting);
    char *text = mem_format("%s %s %s", setting->name, value, tr(setting->help));
    bool good = ui_search_fits(ui, SPAN(text));
    free(text);
    free(value);
    return good;
}

static bool search(struct ui *ui, struct view *view, bool backwards)
{
    struct settings_view *v = (struct settings_view *)view;
    int count = count_settings();
    for (int n = 1; n <= count; n++) {
        int row = (v->row + (backwards ? count - n : n)) % count;
        if (!fits(ui, setting_at(row)))
            continue;
        v->row = row;
        clamp(v);
        return true;
    }
    return false;
}

static bool opens_at(const struct view *view, int y, int x)
{
    const struct settings_view *v = (const struct settings_view *)view;
    (void)x;
    return y >= v->rect.y && y < v->rect.y + v->rect.height && setting_at(v->top + y - v->rect.y);
}

static void click(struct ui *ui, struct view *view, int y, int x)
{
    struct settings_view *v = (struct settings_view *)view;
    (void)ui;
    if (opens_at(view, y, x))
        v->row = v->top + y - v->rect.y;
}

static void close_settings(struct view *view)
{
    free(view);
}

static const struct view_ops settings_ops = {
    .name = N_("settings"),
    .verbs = VERBS_MOVE | VERB_BIT(VERB_MARK) | VERB_BIT(VERB_OPEN) | VERB_BIT(VERB_RIGHT) |
             VERB_BIT(VERB_REMOVE),
    .keybar = "back change default search command assist",
    .draw = draw,
    .act = act,
    .search = search,
    .click = click,
    .opens_at = opens_at,
    .close = close_settings,
};

struct view *view_settings_new(struct ui *ui)
{
    struct settings_view *v = mem_zero(sizeof *v);
    (void)ui;
    v->view.ops = &settings_ops;
    v->rect.height = 1;
    return &v->view;
}
