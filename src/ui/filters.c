/* See filters.h. */
#include "ui/filters.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/text.h"
#include "base/tr.h"
#include "store/names.h"
#include "ui/console.h"
#include "ui/list.h"
#include "ui/prompt.h"

/* ---- names --------------------------------------------------------------------------------- */

static struct named_filter *find(const struct ui *ui, struct span name)
{
    for (size_t i = 0; i < ui->nnamed_filters; i++)
        if (span_equal(name, SPAN(ui->named_filters[i].name)))
            return &ui->named_filters[i];
    return NULL;
}

const char *filters_find(const struct ui *ui, struct span name)
{
    const struct named_filter *named = find(ui, name);
    return named ? named->text : NULL;
}

static void keep(struct ui *ui, struct span name, const char *text)
{
    char copy[FILTER_NAME_MOST + 1];
    struct named_filter *named = find(ui, name);
    if (!named) {
        size_t size = (ui->nnamed_filters + 1) * sizeof *ui->named_filters;
        ui->named_filters = mem_grow(ui->named_filters, size);
        named = &ui->named_filters[ui->nnamed_filters++];
        *named = (struct named_filter){ mem_text(text_copy(name, copy, sizeof copy)), NULL };
    }
    char *before = named->text;
    named->text = mem_text(text);
    free(before);
}

void filters_free(struct ui *ui)
{
    for (size_t i = 0; i < ui->nnamed_filters; i++) {
        free(ui->named_filters[i].name);
        free(ui->named_filters[i].text);
    }
    view_filter_forget(ui);
    free(ui->named_filters);
    ui->named_filters = NULL;
    ui->nnamed_filters = 0;
}

/* ---- commands ------------------------------------------------------------------------------ */

static void tell_fault(struct ui *ui, const char *text, const struct filter_error *error)
{
    struct span there = text_fit(SPAN(text + error->offset), 16);
    ui_notice(ui, true, _("filter, at character %zu ('%.*s'): %s"), error->offset + 1,
              SPAN_ARG(there), error->message);
}

void ui_filter(struct ui *ui, const char *text)
{
    struct filter_error error;
    struct filter *filter = filter_parse(text, &error);
    if (filter)
        lists_set_filter(ui, filter, text);
    else
        tell_fault(ui, text, &error);
}

/* Whether an `or` that binds weaker than `and` stands outside of parentheses and quotes. */
static bool is_weak(const char *text)
{
    int depth = 0;
    for (const char *p = text; *p; p++) {
        if (*p == '"')
            for (p++; *p && *p != '"'; p++)
                p += *p == '\\' && p[1];
        if (!*p)
            return false;
        depth += *p == '(' ? 1 : *p == ')' ? -1 : 0;
        if (depth == 0 && (strncmp(p, " or", 3) == 0 || strncmp(p, "||", 2) == 0))
            return true;
    }
    return false;
}

static void put_side(struct strbuf *out, const char *text)
{
    strbuf_format(out, is_weak(text) ? "(%s)" : "%s", text);
}

void filters_put_both(struct strbuf *out, const char *a, const char *b)
{
    bool both = a && *a && b && *b;
    if (!both) {
        strbuf_text(out, a && *a ? a : b ? b : "");
        return;
    }
    put_side(out, a);
    strbuf_text(out, " and ");
    put_side(out, b);
}

void filter_run(struct ui *ui, const char *argument)
{
    if (!argument || !*argument) {
        lists_set_filter(ui, NULL, NULL);
        ui_notice(ui, false, _("Filter off"));
        return;
    }
    const char *text = *argument == '@' ? filters_find(ui, SPAN(argument + 1)) : argument;
    if (text)
        ui_filter(ui, text);
    else
        ui_notice(ui, true, _("filter: none is called '%s'; Tab behind @ lists them"),
                  argument + 1);
}

void filter_run_form(struct ui *ui, const char *argument)
{
    if (view_filter_keep(ui))
        filter_run_line(ui, argument);
    else
        ui_push(ui, view_filter_new(ui));
}

void filter_run_line(struct ui *ui, const char *argument)
{
    struct strbuf line = STRBUF_INIT;
    (void)argument;
    strbuf_format(&line, "filter %s", ui->filter_text ? ui->filter_text : "");
    command_prompt(ui, strbuf_str(&line));
    strbuf_free(&line);
}

/* Alone, the filter in force gets the name; with an expression, as in the configuration, that. */
void filter_run_save(struct ui *ui, const char *argument)
{
    struct filter_error error;
    struct span name = { argument, strcspn(argument ? argument : "", " ") };
    const char *text = argument ? argument + name.n + strspn(argument + name.n, " ") : "";
    if (name.n == 0 || name.n > FILTER_NAME_MOST || *name.p == '@') {
        ui_notice(ui, true,
                  _("filter-save: say a short name, as in: filter-save mine code >= 500"));
        return;
    }
    if (!*text)
        text = ui->filter_text;
    struct filter *filter = text ? filter_parse(text, &error) : NULL;
    if (!text)
        ui_notice(ui, true, _("filter-save: no filter is in force; write it behind the name"));
    else if (!filter)
        tell_fault(ui, text, &error);
    else
        keep(ui, name, text);
    if (filter)
        ui_notice(ui, false, _("@%.*s is kept for this run; :write keeps it for others, too"),
                  SPAN_ARG(name));
    filter_free(filter);
}

void filter_run_drop(struct ui *ui, const char *argument)
{
    struct named_filter *named = argument ? find(ui, SPAN(argument)) : NULL;
    if (!named) {
        ui_notice(ui, true, _("filter-drop: name a kept filter; Tab lists them"));
        return;
    }
    free(named->name);
    free(named->text);
    struct named_filter *end = ui->named_filters + ui->nnamed_filters--;
    memmove(named, named + 1, (size_t)((char *)end - (char *)(named + 1)));
    ui_notice(ui, false,
              _("The filter's name is forgotten; :write forgets it for other runs, too"));
}

void console_print_fields(void)
{
    for (const struct filter_field *field = filter_fields(); field->name; field++) {
        const char *of = field->alias_of;
        printf(".TP\n.BR %s \" (%s)\"\n%s%s%s%s\n", field->name, filter_type_name(field->type),
               tr(field->help), of ? " Another name of " : "", of ? of : "", of ? "." : "");
    }
}

/* ---- completion ---------------------------------------------------------------------------- */

/* What readline replaces begins behind the last blank: `prefix` is what stands there before. */
static void offer_behind(struct span prefix, const char *word, void (*offer)(const char *word))
{
    char *whole = mem_format("%.*s%s", SPAN_ARG(prefix), word);
    offer(whole);
    free(whole);
}

static void offer_all(struct span prefix, const char *const *words, void (*offer)(const char *word))
{
    for (; words && *words; words++)
        offer_behind(prefix, *words, offer);
}

static void offer_fields(struct span prefix, bool aliases, void (*offer)(const char *word))
{
    static const char *const others[] = { "not", NULL };
    for (const struct filter_field *field = filter_fields(); field->name; field++)
        if (aliases || !field->alias_of)
            offer_behind(prefix, field->name, offer);
    offer_all(prefix, others, offer);
}

static void offer_operators(struct span prefix, const struct filter_field *field,
                            void (*offer)(const char *word))
{
    char one[16];
    struct span rest = SPAN(filter_type_operators(field->type));
    while (rest.n > 0) {
        struct span word = { rest.p, strcspn(rest.p, " ") };
        offer_behind(prefix, span_copy(word, one, sizeof one), offer);
        rest = span_trim(span_make(span_end(word), span_end(rest)));
    }
}

/* Its own values; where an address or a number is wanted, those that have names. */
static void offer_values(struct span prefix, const struct filter_field *field,
                         void (*offer)(const char *word))
{
    static const char *const fields[] = { "src", "dst", "addr", "from", "to", "ruri" };
    bool named = false;
    offer_all(prefix, field->values, offer);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        named = named || strcmp(field->name, fields[i]) == 0;
    for (size_t i = 0; named && names_at(i); i++)
        offer_behind(prefix, names_at(i), offer);
}

void complete_filter_name(struct ui *ui, const char *text, void (*offer)(const char *word))
{
    for (size_t i = 0; !strchr(text, ' ') && i < ui->nnamed_filters; i++)
        offer(ui->named_filters[i].name);
}

void complete_filter(struct ui *ui, const char *text, void (*offer)(const char *word))
{
    static const char *const joins[] = { "and", "or", NULL };
    struct filter_hint hint;
    struct span all = SPAN(text);
    filter_expect(all, &hint);
    const char *blank = strrchr(text, ' ');
    size_t start = blank ? (size_t)(blank + 1 - text) : 0;
    struct span prefix = { text + start, hint.word > start ? hint.word - start : 0 };
    for (size_t i = 0; (!*text || *text == '@') && i < ui->nnamed_filters; i++)
        offer_behind(SPAN("@"), ui->named_filters[i].name, offer);
    if (hint.place == FILTER_AT_FIELD)
        offer_fields(prefix, hint.word < all.n, offer);
    if (hint.place == FILTER_AT_OPERATOR)
        offer_operators(prefix, hint.field, offer);
    if (hint.place == FILTER_AT_VALUE)
        offer_values(prefix, hint.field, offer);
    if (hint.place == FILTER_AT_OPERATOR || hint.place == FILTER_AT_JOIN)
        offer_all(prefix, joins, offer);
}
