/* See hint.h. Everything comes from the tables of commands, settings and filter fields. */
#include "ui/hint.h"

#include <stdlib.h>

#include "base/tr.h"
#include "ui/command.h"
#include "ui/filters.h"
#include "ui/keymap.h"

/* ---- filters ------------------------------------------------------------------------------- */

static void put_field(struct strbuf *out, const struct filter_field *field)
{
    strbuf_format(out, "%s (%s%s%s)  %s  %s", field->name, filter_type_name(field->type),
                  field->unit ? ", " : "", field->unit ? field->unit : "",
                  filter_type_operators(field->type), tr(field->help));
}

/* The fields whose names begin so: one is explained, several are named. */
static void put_fields(struct strbuf *out, struct span begun)
{
    const struct filter_field *one = NULL;
    size_t count = 0;
    for (const struct filter_field *field = filter_fields(); field->name; field++) {
        struct span name = SPAN(field->name);
        if (name.n < begun.n || !span_same((struct span){ name.p, begun.n }, begun))
            continue;
        strbuf_format(out, "%s%s", count > 0 ? "  " : "", field->name);
        one = count++ == 0 || name.n == begun.n ? field : one;
    }
    if (count == 0)
        strbuf_format(out, _("\"%.*s\": searched for in From, To, Call-ID and addresses"),
                      SPAN_ARG(begun));
    if (one && (count == 1 || strlen(one->name) == begun.n)) {
        strbuf_clear(out);
        put_field(out, one);
    }
}

static void put_values(struct strbuf *out, const struct filter_hint *hint)
{
    strbuf_format(out, "%s: ", hint->field->name);
    if (hint->pattern) {
        strbuf_text(out, _("a regular expression, as in \"^alice|bob$\""));
        return;
    }
    const char *const *values = hint->field->values;
    if (!values || hint->field->type == FILTER_CODE)
        strbuf_text(out, filter_type_examples(hint->field->type));
    for (size_t i = 0; values && values[i]; i++)
        strbuf_format(out, "%s%s", i || hint->field->type == FILTER_CODE ? ", " : "", values[i]);
}

static void put_expected(struct strbuf *out, const struct filter_hint *hint, struct span begun)
{
    switch (hint->place) {
    case FILTER_AT_FIELD:
        if (begun.n == 0)
            strbuf_text(out, _("a field (Tab lists them), not, ( or a text to search for"));
        else
            put_fields(out, begun);
        break;
    case FILTER_AT_OPERATOR:
        put_field(out, hint->field);
        break;
    case FILTER_AT_VALUE:
        put_values(out, hint);
        break;
    case FILTER_AT_LIST:
        strbuf_text(out, _("a comma and one more value, or )"));
        break;
    case FILTER_AT_JOIN:
        strbuf_text(out, hint->nested ? _("and, or, or )") : _("and, or; Enter shows what fits"));
        break;
    case FILTER_AT_FAULT:
        break;
    }
}

/* A fault is told when something follows it: until then it may be no more than unfinished. */
static void hint_of_filter(struct span text, size_t point, struct hint *hint)
{
    struct filter_hint here, end;
    struct filter_error error;
    char *whole = mem_format("%.*s", SPAN_ARG(text));
    filter_expect(SPAN(whole), &end);
    filter_expect((struct span){ whole, point }, &here);
    if (end.place == FILTER_AT_FAULT) {
        filter_free(filter_parse(whole, &error));
        strbuf_text(&hint->text, error.message);
        hint->fault = error.offset;
    } else {
        put_expected(&hint->text, &here, (struct span){ whole + here.word, point - here.word });
    }
    free(whole);
}

static void hint_of_named(struct ui *ui, struct span name, struct hint *hint)
{
    const char *text = filters_find(ui, name);
    if (text) {
        strbuf_text(&hint->text, text);
        return;
    }
    for (size_t i = 0; i < ui->nnamed_filters; i++)
        strbuf_format(&hint->text, "%s@%s", i ? "  " : "", ui->named_filters[i].name);
    if (ui->nnamed_filters == 0)
        strbuf_text(&hint->text, _("no filter has a name yet; :filter-save NAME gives one"));
}

/* ---- the others ---------------------------------------------------------------------------- */

static void put_command(struct strbuf *out, const struct command *command)
{
    strbuf_format(out, "%s%s%s  %s", command->name, command->argument ? " " : "",
                  command->argument ? command->argument : "", tr(command->help));
}

/* One is explained, several are named: those first that want more than a key can say. */
static void hint_of_name(struct span begun, struct hint *hint)
{
    const struct command *found = NULL;
    size_t count = 0;
    for (size_t n = 0; n < 2 * command_count; n++) {
        size_t i = n % command_count;
        struct span name = SPAN(commands[i].name);
        if (name.n < begun.n || !span_equal((struct span){ name.p, begun.n }, begun) ||
            !commands[i].argument != (n >= command_count))
            continue;
        found = name.n == begun.n || !found ? &commands[i] : found;
        count++;
        strbuf_format(&hint->text, "%s%s", count > 1 ? "  " : "", name.p);
    }
    if (begun.n == 0) {
        strbuf_clear(&hint->text);
        strbuf_text(&hint->text, _("Tab lists all; as in: filter code >= 400  goto 14:02  save "
                                   "x.pcap  help sort"));
    } else if (count == 0) {
        hint->fault = 0;
        strbuf_text(&hint->text, _("no command begins so; H lists them"));
    } else if (count == 1 || (found && strlen(found->name) == begun.n)) {
        strbuf_clear(&hint->text);
        put_command(&hint->text, found);
    }
}

static void hint_of_set(const struct ui *ui, struct span text, struct hint *hint)
{
    struct span name = { text.p, 0 };
    while (name.n < text.n && text.p[name.n] != '=' && text.p[name.n] != ' ')
        name.n++;
    for (size_t i = 0; i < option_count; i++) {
        const struct option_row *row = &option_rows[i];
        if (!(row->scope & OPTION_SET) || !span_is(name, row->name))
            continue;
        char *value = option_get(ui->settings, row);
        strbuf_format(&hint->text, "%s=%s", row->name, value);
        for (const char *const *choice = row->choices; choice && *choice; choice++)
            strbuf_format(&hint->text, "%s%s", choice == row->choices ? " (" : ", ", *choice);
        strbuf_format(&hint->text, "%s  %s", row->choices ? ")" : "", tr(row->help));
        free(value);
        return;
    }
    put_command(&hint->text, command_find("set"));
}

/* With one of the two there, as `c` begins it, what may follow, and the other way. */
static void hint_of_compare(const struct command *command, struct span argument, struct hint *hint)
{
    char key[KEY_HINT];
    struct span topics = span_trim(argument);
    if (topics.n == 0 || memchr(topics.p, ' ', topics.n) || argument.p[argument.n - 1] != ' ')
        put_command(&hint->text, command);
    else
        strbuf_format(&hint->text,
                      _("%.*s with which? As in 486; Tab lists. Or Esc, and mark two rows with %s"),
                      SPAN_ARG(topics), keymap_hint("mark", key));
}

void hint_of_command(struct ui *ui, struct span line, size_t point, struct hint *hint)
{
    struct span name = { line.p, 0 };
    char text[64];
    *hint = (struct hint){ .text = STRBUF_INIT, .fault = HINT_NO_FAULT };
    while (name.n < line.n && line.p[name.n] != ' ')
        name.n++;
    if (point <= name.n || name.n == line.n) {
        hint_of_name(name, hint);
        return;
    }
    const struct command *command = command_find(span_copy(name, text, sizeof text));
    struct span argument = { line.p + name.n + 1, line.n - name.n - 1 };
    if (!command)
        hint_of_name(name, hint);
    else if (command->complete == complete_filter && argument.n && *argument.p == '@')
        hint_of_named(ui, span_trim((struct span){ argument.p + 1, argument.n - 1 }), hint);
    else if (command->complete == complete_filter)
        hint_of_filter(argument, point - name.n - 1, hint);
    else if (strcmp(command->name, "set") == 0)
        hint_of_set(ui, argument, hint);
    else if (strcmp(command->name, "compare") == 0)
        hint_of_compare(command, argument, hint);
    else
        put_command(&hint->text, command);
    if (command && hint->fault != HINT_NO_FAULT)
        hint->fault += name.n + 1;
}

void hint_of_search(struct ui *ui, struct span line, struct hint *hint)
{
    struct regex_error error;
    struct regex *regex;
    size_t whole = line.n > 0 && *line.p == '/';
    (void)ui;
    *hint = (struct hint){ .text = STRBUF_INIT, .fault = HINT_NO_FAULT };
    line = (struct span){ line.p + whole, line.n - whole };
    if (regex_compile(&regex, line, REGEX_CASE_BLIND, &error) == 0) {
        regex_free(regex);
        strbuf_text(&hint->text,
                    whole
                        ? _("sought in whole messages, of all rows of the list")
                        : _("a text or regular expression in what is shown; // seeks in messages"));
        return;
    }
    strbuf_text(&hint->text, error.message);
    hint->fault = error.offset + whole;
}
