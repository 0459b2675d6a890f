/*
 * Parsing filter expressions, and running them. Each comparison becomes one test
 * with two exits; exits always lead forward, so that running a filter is a loop
 * that visits no test twice. While parsing, the exits that are still open are
 * kept as lists threaded through the exits themselves.
 */
#include "store/filter.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/timeread.h"
#include "base/tr.h"
#include "store/filter_private.h"

#define TEXT_LENGTH 4096
#define TESTS 256
#define LEVELS 32
#define OPEN_END 0xffff /* end of a list of open exits */

struct filter {
    struct filter_test *tests;
    size_t count;
    char *strings; /* what the tests' texts and header names point into */
};

struct parser {
    struct filter_lexer lexer;
    struct filter *filter;
    size_t strings;           /* bytes used */
    struct filter_hint *hint; /* filled when the end is reached, or NULL */
    int level;
};

/* The open exits of a piece of expression: a number is the test * 2, + 1 for its `no`. */
struct exits {
    uint16_t yes, no;
};
#define NO_EXITS ((struct exits){ OPEN_END, OPEN_END })

/* `in` and `not in` are read by hand. */
static const struct {
    const char *text;
    enum filter_op op;
    bool opposite;
} operators[] = {
    { "==", FILTER_EQUAL, false },      { "=", FILTER_EQUAL, false },
    { "!=", FILTER_EQUAL, true },       { "<", FILTER_LESS, false },
    { "<=", FILTER_LESS_EQUAL, false }, { ">", FILTER_MORE, false },
    { ">=", FILTER_MORE_EQUAL, false }, { "~", FILTER_REGEX, false },
    { "=~", FILTER_REGEX, false },      { "!~", FILTER_REGEX, true },
    { "eq", FILTER_EQUAL, false },      { "ne", FILTER_EQUAL, true },
    { "lt", FILTER_LESS, false },       { "le", FILTER_LESS_EQUAL, false },
    { "gt", FILTER_MORE, false },       { "ge", FILTER_MORE_EQUAL, false },
    { "matches", FILTER_REGEX, false }, { "contains", FILTER_CONTAINS, false },
};
#define OPERATORS (sizeof operators / sizeof operators[0])

#define fail(p, ...) filter_fail(&(p)->lexer, __VA_ARGS__)

static void next(struct parser *p)
{
    filter_next(&p->lexer);
}

/* Notes what may stand here, where the text ends: the first that is asked knows it best. */
static void expect(struct parser *p, enum filter_place place, const struct filter_field *field)
{
    if (!p->hint || p->hint->place != FILTER_AT_FAULT || p->lexer.failed ||
        p->lexer.token.kind != FILTER_TOKEN_END)
        return;
    p->hint->place = place;
    p->hint->field = field;
    p->hint->nested = p->level > 0;
}

static bool token_is(const struct parser *p, enum filter_token_kind kind, const char *text)
{
    return p->lexer.token.kind == kind && span_is(p->lexer.token.text, text);
}

static bool accept(struct parser *p, const char *sign, const char *word)
{
    if (!token_is(p, FILTER_TOKEN_SIGN, sign) && !(word && token_is(p, FILTER_TOKEN_WORD, word)))
        return false;
    next(p);
    return true;
}

/* Keeps a token's text for the filter's life, with \" and \\ of a double-quoted string resolved. */
static struct span keep(struct parser *p, const struct filter_token *token)
{
    char *start = p->filter->strings + p->strings;
    bool escapes = token->kind == FILTER_TOKEN_STRING && token->text.p[-1] == '"';
    size_t n = 0;
    for (size_t i = 0; i < token->text.n; i++) {
        char c = token->text.p[i];
        if (escapes && c == '\\' && i + 1 < token->text.n &&
            (token->text.p[i + 1] == '"' || token->text.p[i + 1] == '\\'))
            c = token->text.p[++i];
        start[n++] = c;
    }
    start[n] = '\0';
    p->strings += n + 1;
    return (struct span){ start, n };
}

static uint16_t *exit_at(struct filter *f, uint16_t number)
{
    struct filter_test *t = &f->tests[number / 2];
    return number % 2 ? &t->no : &t->yes;
}

static uint16_t join(struct filter *f, uint16_t a, uint16_t b)
{
    if (a == OPEN_END)
        return b;
    uint16_t last = a;
    while (*exit_at(f, last) != OPEN_END)
        last = *exit_at(f, last);
    *exit_at(f, last) = b;
    return a;
}

static void lead(struct filter *f, uint16_t list, uint16_t target)
{
    while (list != OPEN_END) {
        uint16_t *slot = exit_at(f, list);
        list = *slot;
        *slot = target;
    }
}

static struct exits either(struct parser *p, struct exits a, struct exits b)
{
    return (struct exits){ join(p->filter, a.yes, b.yes), b.no };
}

static struct exits opposite(struct exits e)
{
    return (struct exits){ e.no, e.yes };
}

/* Adds a test of `field`; NULL (and an error) when there are too many. */
static struct filter_test *add_test(struct parser *p, const struct filter_field *field,
                                    const char *header, enum filter_op op, size_t offset)
{
    struct filter *f = p->filter;
    if (!p->lexer.failed && f->count == TESTS)
        fail(p, offset, _("more than %d comparisons"), TESTS);
    if (p->lexer.failed)
        return NULL;
    if (f->count % 16 == 0)
        f->tests = mem_grow(f->tests, (f->count + 16) * sizeof *f->tests);
    struct filter_test *t = &f->tests[f->count++];
    *t = (struct filter_test){
        .field = field, .header = header, .op = (uint8_t)op, .yes = OPEN_END, .no = OPEN_END
    };
    return t;
}

static struct exits exits_of_last(const struct parser *p)
{
    if (p->lexer.failed)
        return NO_EXITS;
    uint16_t number = (uint16_t)((p->filter->count - 1) * 2);
    return (struct exits){ number, (uint16_t)(number + 1) };
}

/* A test against the value that `value` holds. */
static struct exits add_value(struct parser *p, const struct filter_field *field,
                              const char *header, enum filter_op op, struct filter_token value)
{
    struct filter_error why;
    struct filter_test *t = add_test(p, field, header, op, value.offset);
    if (!t)
        return NO_EXITS;
    if (filter_read_value(t, keep(p, &value), &why) < 0) {
        size_t within = why.offset + (value.kind == FILTER_TOKEN_STRING);
        size_t most = value.text.n + (value.kind == FILTER_TOKEN_STRING);
        fail(p,
             value.offset + (why.offset == 0 ? 0
                             : within < most ? within
                                             : most),
             "%s", why.message);
    }
    return exits_of_last(p);
}

/* A date and a time of day with a blank between, as people write them, are one value. */
static void join_date(struct parser *p, struct filter_token *value)
{
    struct time_written both;
    struct span whole = span_make(value->text.p, span_end(p->lexer.token.text));
    if (value->kind == FILTER_TOKEN_WORD && p->lexer.token.kind == FILTER_TOKEN_WORD &&
        time_read(whole, &both)) {
        value->text = whole;
        next(p);
    }
}

static bool take_value(struct parser *p, const struct filter_field *field,
                       struct filter_token *value)
{
    expect(p, FILTER_AT_VALUE, field);
    *value = p->lexer.token;
    if (p->lexer.token.kind != FILTER_TOKEN_WORD && p->lexer.token.kind != FILTER_TOKEN_STRING) {
        fail(p, p->lexer.token.offset, _("a value is missing here"));
        return false;
    }
    next(p);
    if (field->type == FILTER_CLOCK)
        join_date(p, value);
    return !p->lexer.failed;
}

static struct exits parse_list(struct parser *p, const struct filter_field *field,
                               const char *header)
{
    struct exits all = NO_EXITS;
    struct filter_token value;
    bool first = true;
    if (!accept(p, "(", NULL)) /* one alone, mostly a network or a span: in 10.0.0.0/8 */
        return take_value(p, field, &value) ? add_value(p, field, header, FILTER_EQUAL, value)
                                            : NO_EXITS;
    do {
        if (!take_value(p, field, &value))
            return NO_EXITS;
        lead(p->filter, all.no, (uint16_t)p->filter->count);
        struct exits one = add_value(p, field, header, FILTER_EQUAL, value);
        all = first ? one : either(p, all, one);
        first = false;
        expect(p, FILTER_AT_LIST, field);
    } while (accept(p, ",", NULL));
    if (!accept(p, ")", NULL))
        fail(p, p->lexer.token.offset, _("a comma or ) is missing here"));
    return all;
}

static const char *header_of(struct parser *p, const struct filter_field *field,
                             const struct filter_token *name)
{
    size_t prefix = strlen(field->name);
    if (field->name[prefix - 1] != '.')
        return NULL;
    if (name->text.n == prefix)
        fail(p, name->offset, _("%s needs the name of a header, such as %sX-Trunk"), field->name,
             field->name);
    if (p->lexer.failed)
        return NULL;
    return keep(p, name).p + prefix;
}

static int find_operator(const struct filter_token *t)
{
    for (size_t i = 0; i < OPERATORS; i++)
        if ((t->kind == FILTER_TOKEN_WORD || t->kind == FILTER_TOKEN_SIGN) &&
            span_is(t->text, operators[i].text))
            return (int)i;
    return -1;
}

static bool at_in(const struct parser *p)
{
    return token_is(p, FILTER_TOKEN_WORD, "in") || token_is(p, FILTER_TOKEN_WORD, "not");
}

static void check_operator(struct parser *p, const struct filter_field *field, enum filter_op op)
{
    if (!filter_type_takes(field->type, op))
        fail(p, p->lexer.token.offset, _("%s is a %s; compare it with %s"), field->name,
             filter_type_name(field->type), filter_type_operators(field->type));
}

static struct exits parse_in(struct parser *p, const struct filter_field *field, const char *header)
{
    if (field->type == FILTER_FLAG)
        check_operator(p, field, FILTER_REGEX);
    bool turned = accept(p, "!", "not");
    expect(p, FILTER_AT_OPERATOR, field);
    if (!accept(p, "in", "in"))
        fail(p, p->lexer.token.offset, _("in is missing here"));
    struct exits e = parse_list(p, field, header);
    return turned ? opposite(e) : e;
}

/* What may follow a field: an operator with a value, `in` with values, or nothing. */
static struct exits parse_comparison(struct parser *p, const struct filter_field *field,
                                     const struct filter_token *name)
{
    struct filter_token value;
    const char *header = header_of(p, field, name);
    expect(p, FILTER_AT_OPERATOR, field);
    int op = find_operator(&p->lexer.token);
    if (op < 0 && at_in(p))
        return parse_in(p, field, header);
    if (op < 0) {
        add_test(p, field, header, FILTER_HAS, name->offset);
        return exits_of_last(p);
    }
    check_operator(p, field, operators[op].op);
    next(p);
    if (p->hint)
        p->hint->pattern = operators[op].op == FILTER_REGEX;
    if (!take_value(p, field, &value))
        return NO_EXITS;
    struct exits e = add_value(p, field, header, operators[op].op, value);
    return operators[op].opposite ? opposite(e) : e;
}

/* A word that is no field, or a string: the search that people type first. */
static struct exits parse_search(struct parser *p, const struct filter_token *word)
{
    bool network = word->kind == FILTER_TOKEN_WORD && filter_is_network(word->text);
    const struct filter_field *field = filter_field_find(SPAN(network ? "addr" : "any"));
    return add_value(p, field, NULL, network ? FILTER_EQUAL : FILTER_CONTAINS, *word);
}

static void unknown_field(struct parser *p, const struct filter_token *word)
{
    const struct filter_field *near = filter_field_near(word->text);
    struct span quoted = filter_quote(word->text);
    if (near)
        fail(p, word->offset, _("unknown field \"%.*s\"; did you mean %s?"), SPAN_ARG(quoted),
             near->name);
    else
        fail(p, word->offset, _("unknown field \"%.*s\""), SPAN_ARG(quoted));
}

static bool is_keyword(const struct filter_token *t)
{
    static const char *const words[] = { "and", "or", "in", "contains", "matches" };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (t->kind == FILTER_TOKEN_WORD && span_is(t->text, words[i]))
            return true;
    return t->kind == FILTER_TOKEN_SIGN;
}

static struct exits parse_or(struct parser *p);

static struct exits parse_group(struct parser *p)
{
    size_t open = p->lexer.token.offset;
    if (p->level == LEVELS)
        fail(p, open, _("more than %d levels of parentheses"), LEVELS);
    p->level++;
    next(p);
    struct exits e = p->lexer.failed ? NO_EXITS : parse_or(p);
    p->level--;
    if (!accept(p, ")", NULL))
        fail(p, open, _("the parenthesis is not closed"));
    return e;
}

static struct exits parse_primary(struct parser *p)
{
    struct filter_token first = p->lexer.token;
    expect(p, FILTER_AT_FIELD, NULL);
    if (token_is(p, FILTER_TOKEN_SIGN, "("))
        return parse_group(p);
    if (first.kind == FILTER_TOKEN_END || is_keyword(&first)) {
        fail(p, first.offset, _("a field or a text to search for is missing here"));
        return NO_EXITS;
    }
    const struct filter_field *field = first.kind == FILTER_TOKEN_WORD
                                           ? filter_field_find(first.text)
                                           : NULL;
    next(p);
    if (field)
        return parse_comparison(p, field, &first);
    bool compared = find_operator(&p->lexer.token) >= 0 || token_is(p, FILTER_TOKEN_WORD, "in");
    if (first.kind == FILTER_TOKEN_WORD && compared)
        unknown_field(p, &first);
    return parse_search(p, &first);
}

static struct exits parse_not(struct parser *p)
{
    bool turned = false;
    while (accept(p, "!", "not"))
        turned = !turned;
    struct exits e = parse_primary(p);
    expect(p, FILTER_AT_JOIN, NULL);
    return turned ? opposite(e) : e;
}

static struct exits parse_and(struct parser *p)
{
    struct exits left = parse_not(p);
    while (accept(p, "&&", "and")) {
        lead(p->filter, left.yes, (uint16_t)p->filter->count);
        struct exits right = parse_not(p);
        left = (struct exits){ right.yes, join(p->filter, left.no, right.no) };
    }
    return left;
}

static struct exits parse_or(struct parser *p)
{
    struct exits left = parse_and(p);
    while (accept(p, "||", "or")) {
        lead(p->filter, left.no, (uint16_t)p->filter->count);
        left = either(p, left, parse_and(p));
    }
    return left;
}

static void parse_all(struct parser *p)
{
    next(p);
    expect(p, FILTER_AT_FIELD, NULL);
    if (p->lexer.token.kind == FILTER_TOKEN_END)
        return;
    struct exits e = parse_or(p);
    if (!p->lexer.failed && p->lexer.token.kind != FILTER_TOKEN_END)
        fail(p, p->lexer.token.offset,
             token_is(p, FILTER_TOKEN_SIGN, ")")
                 ? _("no parenthesis is open here")
                 : _("and or or is missing here; quote a text that has blanks or signs in it"));
    if (p->lexer.failed)
        return;
    lead(p->filter, e.yes, FILTER_ACCEPT);
    lead(p->filter, e.no, FILTER_REJECT);
}

static struct filter *parse(struct span text, struct filter_error *error, struct filter_hint *hint)
{
    struct parser p = { .lexer = { .all = text, .error = error },
                        .filter = mem_zero(sizeof *p.filter),
                        .hint = hint };
    if (p.lexer.all.n > TEXT_LENGTH)
        fail(&p, TEXT_LENGTH, _("longer than %d bytes"), TEXT_LENGTH);
    /* A token and its terminator; a header's name is kept once for all values of a list. */
    p.filter->strings = mem_alloc(p.lexer.all.n * 2 + 1);
    if (!p.lexer.failed)
        parse_all(&p);
    if (!p.lexer.failed)
        return p.filter;
    filter_free(p.filter);
    return NULL;
}

struct filter *filter_parse(const char *text, struct filter_error *error)
{
    return parse(SPAN(text), error, NULL);
}

void filter_expect(struct span text, struct filter_hint *hint)
{
    struct filter_error error;
    *hint = (struct filter_hint){ .word = filter_word_begun(text) };
    filter_free(parse((struct span){ text.p, hint->word }, &error, hint));
}

bool filter_match(const struct filter *f, const struct store *store, uint32_t id)
{
    static const struct filter_focus none = { 0 };
    return filter_match_one(f, store, id, &none);
}

bool filter_match_one(const struct filter *f, const struct store *store, uint32_t id,
                      const struct filter_focus *focus)
{
    struct filter_view view;
    view.store = store;
    view.txn = store_transaction(store, id);
    view.focus = focus;
    view.used = 0;
    if (!view.txn)
        return false;
    uint16_t at = f->count ? 0 : FILTER_ACCEPT;
    while (at < f->count) {
        const struct filter_test *t = &f->tests[at];
        at = t->field->read(&view, t) ? t->yes : t->no;
    }
    return at == FILTER_ACCEPT;
}

bool filter_match_call(const struct filter *f, const struct store *store, uint32_t id)
{
    static const struct filter_focus whole = { .call = true };
    const struct call *call = store_call(store, id);
    for (uint32_t t = call ? call->first_txn : 0; t; t = store_transaction(store, t)->next_in_call)
        if (filter_match_one(f, store, t, &whole))
            return true;
    return false;
}

bool filter_asks_endpoints(const struct filter *f)
{
    for (size_t i = 0; i < f->count; i++)
        if (span_starts(SPAN(f->tests[i].field->name), "endpoint"))
            return true;
    return false;
}

void filter_free(struct filter *f)
{
    if (!f)
        return;
    for (size_t i = 0; i < f->count; i++)
        regex_free(f->tests[i].regex);
    free(f->tests);
    free(f->strings);
    free(f);
}
