/*
 * The filter as a form: each row that is filled in becomes a condition, and all of them must hold.
 * What it makes is shown as an expression and in force at once, with the list below it; Enter
 * keeps it, Esc takes back the filter that was there before. A filter that the form did not make
 * stands in the row of expressions. Rows that are asked for less often follow, of findings and hosts.
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
#define LEAST_LIST 4       /* lines of it that are worth showing, */
#define GOOD_LIST 8        /* and that are left for it before all rows are shown */

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
    CONFIDENCE,
    TIMES_FOUND,
    HOST,
    HOST_NAME,
    HOST_AGENT,
    HOST_FINDING,
    HOST_REQUESTS,
    HOST_SENT,
    HOST_RECEIVED,
    HOST_FAILED,
    HOST_SHARE,
    HOST_UNANSWERED,
    HOST_HALF,
    HOST_MOST,
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
    [CONFIDENCE] = { N_("Sure, %"), N_("How sure the finding is: at least 80, or < 80"), NULL, NULL,
                     NULL },
    [TIMES_FOUND] = { N_("Times found"), N_("How often its rule found something: at least 5"), NULL,
                      NULL, NULL },
    [HOST] = { N_("Host"), N_("Either side: an address, with or without port, a network"), NULL,
               NULL, NULL },
    [HOST_NAME] = { N_("Host's name"), N_("A part of what names or DNS call either side"), NULL,
                    NULL, NULL },
    [HOST_AGENT] = { N_("Host's software"), N_("A part of either side's User-Agent or Server"),
                     NULL, NULL, NULL },
    [HOST_FINDING] = { N_("Host's finding"),
                       N_("A part of the name of what was found about a side"), NULL, NULL, NULL },
    [HOST_REQUESTS] = { N_("Host's requests"), N_("Sent and received in all: at least 100, 1..9"),
                        NULL, NULL, NULL },
    [HOST_SENT] = { N_("- sent"), N_("Requests that it sent: at least 100, or 1..9"), NULL, NULL,
                    NULL },
    [HOST_RECEIVED] = { N_("- received"), N_("Requests that it received: at least 100, or 1..9"),
                        NULL, NULL, NULL },
    [HOST_FAILED] = { N_("- failed"), N_("Of these: at least 5, or == 0"), NULL, NULL, NULL },
    [HOST_SHARE] = { N_("- failed, %"), N_("Of these, in percent: at least 10, or < 10"), NULL,
                     NULL, NULL },
    [HOST_UNANSWERED] = { N_("- unanswered"), N_("Of these: at least 1"), NULL, NULL, NULL },
    [HOST_HALF] = { N_("Answers, half"),
                    N_("Within which the host gave half of its answers: at least 100ms"), NULL,
                    NULL, NULL },
    [HOST_MOST] = { N_("Answers, 95%"),
                    N_("Within which the host gave 95 of 100 answers: at least 1s, or < 200ms"),
                    NULL, NULL, NULL },
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

typedef void put_fn(struct strbuf *out, const char *field, struct span text);

static void put_contains(struct strbuf *out, const char *field, struct span text)
{
    strbuf_format(out, "%s contains ", field);
    put_quoted(out, text);
}

static void put_equal(struct strbuf *out, const char *field, struct span text)
{
    strbuf_format(out, "%s == %.*s", field, SPAN_ARG(text));
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

static void put_exactly(struct strbuf *out, const char *field, struct span text)
{
    put_compared(out, field, "==", text);
}

static void put_at_least(struct strbuf *out, const char *field, struct span text)
{
    put_compared(out, field, ">=", text);
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

static void put_number(struct strbuf *out, const char *field, struct span text)
{
    static const char *const fields[] = { "from", "to", "ruri" };
    (void)field;
    for (size_t i = 0; i < 3; i++) {
        strbuf_text(out, i ? " or " : "(");
        put_contains(out, fields[i], text);
    }
    strbuf_char(out, ')');
}

/* "failed" is several classes, and a field of its own. */
static void put_class(struct strbuf *out, const char *field, struct span text)
{
    if (span_is(text, "failed"))
        strbuf_span(out, text);
    else
        put_equal(out, field, text);
}

/* How a row becomes a condition on a field. */
static const struct {
    const char *field;
    put_fn *put;
} conditions[ROWS] = {
    [METHOD] = { "method", put_equal },
    [FROM] = { "from", put_contains },
    [TO] = { "to", put_contains },
    [NUMBER] = { NULL, put_number },
    [SOURCE] = { "src", put_address },
    [DESTINATION] = { "dst", put_address },
    [CODE] = { "code", put_exactly },
    [CLASS] = { "class", put_class },
    [TIME] = { "time", put_exactly },
    [TEXT] = { "text", put_contains },
    [WHY] = { "why", put_contains },
    [SEVERITY] = { "severity", put_equal },
    [DURATION] = { "duration", put_at_least },
    [CONFIDENCE] = { "finding.confidence", put_at_least },
    [TIMES_FOUND] = { "finding.count", put_at_least },
    [HOST] = { "endpoint", put_address },
    [HOST_NAME] = { "endpoint.name", put_contains },
    [HOST_AGENT] = { "endpoint.ua", put_contains },
    [HOST_FINDING] = { "endpoint.finding", put_contains },
    [HOST_REQUESTS] = { "endpoint.requests", put_at_least },
    [HOST_SENT] = { "endpoint.sent", put_at_least },
    [HOST_RECEIVED] = { "endpoint.received", put_at_least },
    [HOST_FAILED] = { "endpoint.failed", put_at_least },
    [HOST_SHARE] = { "endpoint.failed_share", put_at_least },
    [HOST_UNANSWERED] = { "endpoint.unanswered", put_at_least },
    [HOST_HALF] = { "endpoint.p50", put_at_least },
    [HOST_MOST] = { "endpoint.p95", put_at_least },
};

static bool is_weak(struct span text)
{
    return span_search(text, " or ") || span_search(text, "||");
}

/* The expression comes last; with `or` in it, it binds weaker than the others' `and`. */
static void compose(const struct form *form, struct strbuf *out)
{
    for (size_t row = 0; row < ROWS; row++) {
        struct span text = form_value(form, row);
        if (text.n == 0 || row == ALSO)
            continue;
        strbuf_text(out, out->n ? " and " : "");
        conditions[row].put(out, conditions[row].field, text);
    }
    struct span also = form_value(form, ALSO);
    if (also.n && out->n)
        strbuf_format(out, is_weak(also) ? " and (%.*s)" : " and %.*s", SPAN_ARG(also));
    else
        strbuf_span(out, also);
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
    size_t all;
    list_total(list, &all);
    strbuf_format(out, _("%s: %zu of %zu fit"), tr(list->ops->title), rows_fitting(&list->rows),
                  all);
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

/* Lines for the form: the rows up to the expression first, then some for the list, then the others. */
static int form_height(int room)
{
    int height = room <= ALSO + 1 + LEAST_LIST ? room : room - GOOD_LIST - 1;
    height = height < ALSO + 1 && room > ALSO ? ALSO + 1 : height;
    return height < 1 ? 1 : height > ROWS ? ROWS : height;
}

static void draw(struct ui *ui, struct view *view, struct rect rect)
{
    struct filter_view *v = (struct filter_view *)view;
    int height = form_height(rect.height - 5);
    struct list *list = lists_current(ui);
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
    struct filter_view *v = (struct filter_view *)view;
    (void)ui;
    if (form_click(&v->form, y, x) == FORM_CHANGED)
        apply(v);
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

bool view_is_filter(const struct view *view)
{
    return view->ops == &filter_ops;
}

bool view_filter_keep(struct ui *ui)
{
    struct view *view = ui_top(ui);
    if (!view_is_filter(view))
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
