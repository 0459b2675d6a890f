/*
 * The filter as a form: each row that is filled in becomes a condition, and all of them must hold.
 * What it makes is shown as an expression and in force at once, with the list below it; Enter
 * keeps it, Esc takes back the filter that was there before. A filter that the form did not make
 * stands in its last row.
 */
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/text.h"
#include "base/tr.h"
#include "ui/filters.h"
#include "ui/form.h"
#include "ui/keymap.h"
#include "ui/list.h"

#define EXPRESSION_LINES 3 /* at most */
#define LEAST_LIST 4       /* lines of it that are worth showing */

enum {
    METHOD,
    FROM,
    TO,
    NUMBER,
    SOURCE,
    DESTINATION,
    CODE,
    CLASS,
    TIME,
    TEXT,
    WHY,
    SEVERITY,
    DURATION,
    ALSO,
    ROWS
};

static const char *const methods[] = { "",        "INVITE",  "REGISTER", "OPTIONS",
                                       "BYE",     "ACK",     "CANCEL",   "SUBSCRIBE",
                                       "NOTIFY",  "PUBLISH", "INFO",     "REFER",
                                       "MESSAGE", "UPDATE",  "PRACK",    NULL };
static const char *const classes[] = { "",         "failed",    "provisional", "success",
                                       "redirect", "challenge", "cancelled",   "client",
                                       "server",   "global",    "timeout",     NULL };
static const char *const severities[] = { "", "error", "warning", "notice", NULL };

static const struct form_row rows[ROWS] = {
    [METHOD] = { N_("Method"), N_("Arrows choose, or the first letter"), methods, NULL, NULL },
    [FROM] = { N_("From"), N_("A part of the From value: alice, example.com"), NULL, NULL, NULL },
    [TO] = { N_("To"), N_("A part of the To value"), NULL, NULL, NULL },
    [NUMBER] = { N_("Number"), N_("A part of From, To or the Request-URI: 5550100"), NULL, NULL,
                 NULL },
    [SOURCE] = { N_("Source"), N_("An address, with or without port, a network: 10.0.0.0/8"), NULL,
                 NULL, NULL },
    [DESTINATION] = { N_("Destination"), N_("An address, with or without port, or a network"), NULL,
                      NULL, NULL },
    [CODE] = { N_("Code"), N_("486, or several: 401, 4xx, 500..599, or >= 400"), NULL, NULL, NULL },
    [CLASS] = { N_("Outcome"), N_("Arrows choose, or the first letter"), classes, NULL, NULL },
    [TIME] = { N_("Time"), N_("14:02, 14:02..14:05, > 14:02:11, 2026-11-29 14:02"), NULL, NULL,
               NULL },
    [TEXT] = { N_("Text"), N_("A text anywhere in a message"), NULL, NULL, NULL },
    [WHY] = { N_("Why"), N_("A part of a finding's name: codec, no-answer"), NULL, NULL, NULL },
    [SEVERITY] = { N_("Severity"), N_("Of a finding about it"), severities, NULL, NULL },
    [DURATION] = { N_("Lasted"), N_("The call: > 5s, 1s..5s, or at least as long: 5s"), NULL, NULL,
                   NULL },
    [ALSO] = { N_("Expression"), N_("Any further condition, as behind :filter"), NULL, NULL, NULL },
};

struct filter_view {
    struct view view;
    struct ui *ui;
    struct form form;
    char *before; /* the filter that was in force, or NULL */
    bool kept;
    struct filter_error error;
    bool faulty;
};

/* ---- the expression ------------------------------------------------------------------------ */

static void put_quoted(struct strbuf *out, struct span text)
{
    strbuf_char(out, '"');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '"' || text.p[i] == '\\')
            strbuf_char(out, '\\');
        strbuf_char(out, text.p[i]);
    }
    strbuf_char(out, '"');
}

static void put_contains(struct strbuf *out, const char *field, struct span text)
{
    strbuf_format(out, "%s contains ", field);
    put_quoted(out, text);
}

/* "> 5s" as it stands, "1s..5s" and lists as a choice, else by `operator`. */
static void put_compared(struct strbuf *out, const char *field, const char *operator,
                         struct span text)
{
    if (strchr("<>=!", *text.p))
        strbuf_format(out, "%s %.*s", field, SPAN_ARG(text));
    else if (span_find(text, ','))
        strbuf_format(out, "%s in (%.*s)", field, SPAN_ARG(text));
    else if (span_search(text, ".."))
        strbuf_format(out, "%s in %.*s", field, SPAN_ARG(text));
    else
        strbuf_format(out, "%s %s %.*s", field, operator, SPAN_ARG(text));
}

/* What is no address is a part of one: "10.0.0." */
static void put_address(struct strbuf *out, const char *field, struct span text)
{
    struct filter_error error;
    char *equal = mem_format("%s == %.*s", field, SPAN_ARG(text));
    struct filter *filter = filter_parse(equal, &error);
    if (filter)
        strbuf_text(out, equal);
    else
        put_contains(out, field, text);
    filter_free(filter);
    free(equal);
}

static void put_number(struct strbuf *out, struct span text)
{
    static const char *const fields[] = { "from", "to", "ruri" };
    for (size_t i = 0; i < 3; i++) {
        strbuf_text(out, i ? " or " : "(");
        put_contains(out, fields[i], text);
    }
    strbuf_char(out, ')');
}

static void put_condition(struct strbuf *out, size_t row, struct span text)
{
    switch (row) {
    case METHOD:
        strbuf_format(out, "method == %.*s", SPAN_ARG(text));
        break;
    case FROM:
    case TO:
    case TEXT:
    case WHY:
        put_contains(out,
                     row == FROM   ? "from"
                     : row == TO   ? "to"
                     : row == TEXT ? "text"
                                   : "why",
                     text);
        break;
    case NUMBER:
        put_number(out, text);
        break;
    case SOURCE:
    case DESTINATION:
        put_address(out, row == SOURCE ? "src" : "dst", text);
        break;
    case CODE:
        put_compared(out, "code", "==", text);
        break;
    case CLASS:
        strbuf_format(out, span_is(text, "failed") ? "%.*s" : "class == %.*s", SPAN_ARG(text));
        break;
    case TIME:
        put_compared(out, "time", "==", text);
        break;
    case SEVERITY:
        strbuf_format(out, "severity == %.*s", SPAN_ARG(text));
        break;
    case DURATION:
        put_compared(out, "duration", ">=", text);
        break;
    default:
        strbuf_span(out, text);
    }
}

/* An expression with `or` in it binds weaker than the others' `and`. */
static void compose(const struct form *form, struct strbuf *out)
{
    for (size_t row = 0; row < ROWS; row++) {
        struct span text = form_value(form, row);
        bool several = out->n > 0;
        bool weak = row == ALSO && several &&
                    (span_search(text, " or ") || span_search(text, "||"));
        if (text.n == 0)
            continue;
        strbuf_text(out, several ? " and " : "");
        strbuf_text(out, weak ? "(" : "");
        put_condition(out, row, text);
        strbuf_text(out, weak ? ")" : "");
    }
}

/* What can be read is in force at once; until then the last that could be. */
static void apply(struct filter_view *v)
{
    struct strbuf text = STRBUF_INIT;
    compose(&v->form, &text);
    struct filter *filter = filter_parse(strbuf_str(&text), &v->error);
    v->faulty = !filter;
    if (filter && text.n > 0)
        lists_set_filter(v->ui, filter, strbuf_str(&text));
    else if (filter)
        lists_set_filter(v->ui, NULL, NULL);
    if (filter && text.n == 0)
        filter_free(filter);
    strbuf_free(&text);
}

/* ---- the view ------------------------------------------------------------------------------ */

/* Over several lines where one is too short. */
static int draw_expression(struct rect rect, int y, struct span text)
{
    size_t width = rect.width > 2 ? (size_t)rect.width - 2 : 1;
    struct strbuf shown = STRBUF_INIT;
    text_visible(&shown, text, screen_utf8());
    struct span rest = strbuf_as_span(&shown);
    for (int line = 1; line == 1 || rest.n > 0; line++) {
        struct span part = line == EXPRESSION_LINES ? rest : text_fit(rest, width);
        if (part.n == 0 && rest.n > 0)
            break;
        if (y < rect.y + rect.height)
            screen_text(y, rect.x + 1, (int)width, STYLE_NORMAL, part);
        rest = (struct span){ rest.p + part.n, rest.n - part.n };
        y++;
    }
    strbuf_free(&shown);
    return y;
}

static int draw_line(struct rect rect, int y, enum style style, const char *text)
{
    if (y < rect.y + rect.height)
        screen_string(y, rect.x + 1, rect.width - 2, style, text);
    return y + 1;
}

static void put_count(const struct filter_view *v, struct strbuf *out)
{
    const struct list *list = lists_current(v->ui);
    strbuf_format(out, _("%s: %zu of %zu fit"), tr(list->ops->title), rows_count(&list->rows),
                  list->rows.all.count);
    if (rows_busy(&list->rows))
        strbuf_text(out, "...");
}

/* The expression or its fault, how many fit, and what the selected row takes. */
static int draw_outcome(struct filter_view *v, struct rect rect, int y)
{
    struct strbuf text = STRBUF_INIT, count = STRBUF_INIT;
    char key[KEY_NAME];
    compose(&v->form, &text);
    y = text.n ? draw_expression(rect, y, strbuf_as_span(&text))
               : draw_line(rect, y, STYLE_NORMAL, _("Everything is shown"));
    put_count(v, &count);
    y = draw_line(rect, y, v->faulty ? STYLE_ALERT : STYLE_BOLD,
                  v->faulty ? v->error.message : strbuf_str(&count));
    y = draw_line(rect, y, STYLE_DIM, tr(rows[v->form.row].hint));
    strbuf_clear(&text);
    strbuf_format(&text, _("Enter keeps it, Esc takes it back, %s edits the expression"),
                  keymap_key_of("edit-filter", key) ? key : ":filter");
    y = draw_line(rect, y, STYLE_DIM, strbuf_str(&text));
    strbuf_free(&text);
    strbuf_free(&count);
    return y;
}

static void draw(struct ui *ui, struct view *view, struct rect rect)
{
    struct filter_view *v = (struct filter_view *)view;
    int height = rect.height - 5 < ROWS ? rect.height - 5 : ROWS;
    struct list *list = lists_current(ui);
    height = height < 1 ? 1 : height;
    screen_clear(rect);
    draw_line(rect, rect.y, STYLE_HEADING, _("Filter"));
    form_draw(&v->form, (struct rect){ rect.y + 1, rect.x, height, rect.width });
    int y = draw_outcome(v, rect, rect.y + 1 + height);
    int left = rect.y + rect.height - y;
    if (left < LEAST_LIST)
        return;
    screen_rule(y, rect.x, rect.width);
    list->view.ops->draw(ui, &list->view, (struct rect){ y + 1, rect.x, left - 1, rect.width });
}

/* Keeps the values with the expression that they make, for the next time. */
static void keep(struct filter_view *v)
{
    view_filter_forget(v->ui);
    v->ui->filter_form = mem_alloc(sizeof v->form);
    *v->ui->filter_form = v->form;
    v->ui->filter_form_text = v->ui->filter_text ? mem_text(v->ui->filter_text) : NULL;
    v->form = (struct form){ 0 };
    v->kept = true;
}

void view_filter_forget(struct ui *ui)
{
    if (ui->filter_form)
        form_free(ui->filter_form);
    free(ui->filter_form);
    free(ui->filter_form_text);
    ui->filter_form = NULL;
    ui->filter_form_text = NULL;
}

static bool key(struct ui *ui, struct view *view, int code)
{
    struct filter_view *v = (struct filter_view *)view;
    if (code == '\r' || code == '\n' || code == KEY_ENTER) {
        if (v->faulty) {
            ui_notice(ui, true, "%s", v->error.message);
            return true;
        }
        keep(v);
        ui_pop(ui);
        return true;
    }
    enum form_result result = form_key(&v->form, code);
    if (result == FORM_CHANGED)
        apply(v);
    return result != FORM_LEFT;
}

static void click(struct ui *ui, struct view *view, int y, int x)
{
    (void)ui;
    (void)x;
    form_click(&((struct filter_view *)view)->form, y);
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static void close_filter(struct view *view)
{
    struct filter_view *v = (struct filter_view *)view;
    struct filter_error error;
    if (!v->kept && !same_text(v->before, v->ui->filter_text))
        lists_set_filter(v->ui, v->before ? filter_parse(v->before, &error) : NULL, v->before);
    free(v->before);
    form_free(&v->form);
    free(v);
}

static const struct view_ops filter_ops = {
    .name = N_("filter"),
    .keybar = "back edit-filter",
    .draw = draw,
    .key = key,
    .click = click,
    .close = close_filter,
};

bool view_filter_keep(struct ui *ui)
{
    struct view *view = ui_top(ui);
    if (view->ops != &filter_ops)
        return false;
    keep((struct filter_view *)view);
    ui_pop(ui);
    return true;
}

struct view *view_filter_new(struct ui *ui)
{
    struct filter_view *v = mem_zero(sizeof *v);
    v->view.ops = &filter_ops;
    v->ui = ui;
    v->before = ui->filter_text ? mem_text(ui->filter_text) : NULL;
    form_init(&v->form, rows, ROWS);
    bool made = ui->filter_form && same_text(ui->filter_form_text, ui->filter_text);
    for (size_t row = 0; made && ui->filter_text && row < ROWS; row++)
        form_set(&v->form, row, form_value(ui->filter_form, row).p);
    if (ui->filter_text && !made)
        form_set(&v->form, ALSO, ui->filter_text);
    return &v->view;
}
