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

enum token_kind { TOKEN_END, TOKEN_WORD, TOKEN_STRING, TOKEN_SIGN };

struct token {
    enum token_kind kind;
    struct span text; /* as written; a string without its quotes */
    size_t offset;    /* of the token in the expression */
};

struct parser {
    struct span all;
    size_t at; /* behind the token */
    struct token token;
    struct filter *filter;
    size_t strings; /* bytes used */
    struct filter_error *error;
    int level;
    bool failed;
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

static void stop(struct parser *p)
{
    p->failed = true;
    p->token.kind = TOKEN_END;
    p->token.text = SPAN_NONE;
    p->at = p->all.n;
}

/* Only the first error counts; what follows comes from it. */
static void __attribute__((format(printf, 3, 4)))
fail(struct parser *p, size_t offset, const char *format, ...)
{
    if (p->failed)
        return;
    va_list args;
    va_start(args, format);
    p->error->offset = offset < p->all.n ? offset : p->all.n;
    filter_say(p->error, format, args);
    va_end(args);
    stop(p);
}

static bool word_byte(char c)
{
    return (unsigned char)c > ' ' && c != 0x7f && !strchr("\"'()=!<>~&|,", c);
}

static void read_string(struct parser *p)
{
    char quote = p->all.p[p->at];
    size_t start = ++p->at;
    while (p->at < p->all.n && p->all.p[p->at] != quote)
        p->at += quote == '"' && p->all.p[p->at] == '\\' && p->at + 1 < p->all.n ? 2 : 1;
    if (p->at >= p->all.n) {
        fail(p, start - 1, _("the quote %c is not closed"), quote);
        return;
    }
    p->token.kind = TOKEN_STRING;
    p->token.text = (struct span){ p->all.p + start, p->at - start };
    p->at++;
}

static void read_sign(struct parser *p)
{
    static const char *const signs[] = { "==", "!=", "<=", ">=", "!~", "=~", "&&", "||",
                                         "=",  "<",  ">",  "~",  "!",  "(",  ")",  "," };
    struct span rest = { p->all.p + p->at, p->all.n - p->at };
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
        if (span_starts(rest, signs[i])) {
            p->token.kind = TOKEN_SIGN;
            p->token.text = (struct span){ rest.p, strlen(signs[i]) };
            p->at += p->token.text.n;
            return;
        }
    if (*rest.p == '&' || *rest.p == '|')
        fail(p, p->at, _("a single %c means nothing; write %c%c"), *rest.p, *rest.p, *rest.p);
    else
        fail(p, p->at, _("byte 0x%02x does not belong here"), (unsigned char)*rest.p);
}

static void next(struct parser *p)
{
    if (p->failed)
        return;
    while (p->at < p->all.n && ascii_blank(p->all.p[p->at]))
        p->at++;
    p->token = (struct token){ TOKEN_END, SPAN_NONE, p->at };
    if (p->at == p->all.n)
        return;
    size_t start = p->at;
    char c = p->all.p[start];
    if (c == '"' || c == '\'') {
        read_string(p);
        return;
    }
    while (p->at < p->all.n && word_byte(p->all.p[p->at]))
        p->at++;
    if (p->at == start) {
        read_sign(p);
        return;
    }
    p->token.kind = TOKEN_WORD;
    p->token.text = (struct span){ p->all.p + start, p->at - start };
}

static bool token_is(const struct parser *p, enum token_kind kind, const char *text)
{
    return p->token.kind == kind && span_is(p->token.text, text);
}

static bool accept(struct parser *p, const char *sign, const char *word)
{
    if (!token_is(p, TOKEN_SIGN, sign) && !(word && token_is(p, TOKEN_WORD, word)))
        return false;
    next(p);
    return true;
}

/* Keeps a token's text for the filter's life, with \" and \\ of a double-quoted string resolved. */
static struct span keep(struct parser *p, const struct token *token)
{
    char *start = p->filter->strings + p->strings;
    bool escapes = token->kind == TOKEN_STRING && token->text.p[-1] == '"';
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
    if (!p->failed && f->count == TESTS)
        fail(p, offset, _("more than %d comparisons"), TESTS);
    if (p->failed)
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
    if (p->failed)
        return NO_EXITS;
    uint16_t number = (uint16_t)((p->filter->count - 1) * 2);
    return (struct exits){ number, (uint16_t)(number + 1) };
}

/* A test against the value that `value` holds. */
static struct exits add_value(struct parser *p, const struct filter_field *field,
                              const char *header, enum filter_op op, struct token value)
{
    struct filter_error why;
    struct filter_test *t = add_test(p, field, header, op, value.offset);
    if (!t)
        return NO_EXITS;
    if (filter_read_value(t, keep(p, &value), &why) < 0) {
        size_t within = why.offset + (value.kind == TOKEN_STRING);
        size_t most = value.text.n + (value.kind == TOKEN_STRING);
        fail(p,
             value.offset + (why.offset == 0 ? 0
                             : within < most ? within
                                             : most),
             "%s", why.message);
    }
    return exits_of_last(p);
}

/* A date and a time of day with a blank between, as people write them, are one value. */
static void join_date(struct parser *p, struct token *value)
{
    struct time_written both;
    struct span whole = span_make(value->text.p, span_end(p->token.text));
    if (value->kind == TOKEN_WORD && p->token.kind == TOKEN_WORD && time_read(whole, &both)) {
        value->text = whole;
        next(p);
    }
}

static bool take_value(struct parser *p, const struct filter_field *field, struct token *value)
{
    *value = p->token;
    if (p->token.kind != TOKEN_WORD && p->token.kind != TOKEN_STRING) {
        fail(p, p->token.offset, _("a value is missing here"));
        return false;
    }
    next(p);
    if (field->type == FILTER_CLOCK)
        join_date(p, value);
    return !p->failed;
}

static struct exits parse_list(struct parser *p, const struct filter_field *field,
                               const char *header)
{
    struct exits all = NO_EXITS;
    struct token value;
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
    } while (accept(p, ",", NULL));
    if (!accept(p, ")", NULL))
        fail(p, p->token.offset, _("a comma or ) is missing here"));
    return all;
}

static const char *header_of(struct parser *p, const struct filter_field *field,
                             const struct token *name)
{
    size_t prefix = strlen(field->name);
    if (field->name[prefix - 1] != '.')
        return NULL;
    if (name->text.n == prefix)
        fail(p, name->offset, _("%s needs the name of a header, such as %sX-Trunk"), field->name,
             field->name);
    if (p->failed)
        return NULL;
    return keep(p, name).p + prefix;
}

static int find_operator(const struct token *t)
{
    for (size_t i = 0; i < OPERATORS; i++)
        if ((t->kind == TOKEN_WORD || t->kind == TOKEN_SIGN) && span_is(t->text, operators[i].text))
            return (int)i;
    return -1;
}

static bool at_in(const struct parser *p)
{
    return token_is(p, TOKEN_WORD, "in") || token_is(p, TOKEN_WORD, "not");
}

static void check_operator(struct parser *p, const struct filter_field *field, enum filter_op op)
{
    if (!filter_type_takes(field->type, op))
        fail(p, p->token.offset, _("%s is a %s; compare it with %s"), field->name,
             filter_type_name(field->type), filter_type_operators(field->type));
}

static struct exits parse_in(struct parser *p, const struct filter_field *field, const char *header)
{
    if (field->type == FILTER_FLAG)
        check_operator(p, field, FILTER_REGEX);
    bool turned = accept(p, "!", "not");
    if (!accept(p, "in", "in"))
        fail(p, p->token.offset, _("in is missing here"));
    struct exits e = parse_list(p, field, header);
    return turned ? opposite(e) : e;
}

/* What may follow a field: an operator with a value, `in` with values, or nothing. */
static struct exits parse_comparison(struct parser *p, const struct filter_field *field,
                                     const struct token *name)
{
    struct token value;
    const char *header = header_of(p, field, name);
    int op = find_operator(&p->token);
    if (op < 0 && at_in(p))
        return parse_in(p, field, header);
    if (op < 0) {
        add_test(p, field, header, FILTER_HAS, name->offset);
        return exits_of_last(p);
    }
    check_operator(p, field, operators[op].op);
    next(p);
    if (!take_value(p, field, &value))
        return NO_EXITS;
    struct exits e = add_value(p, field, header, operators[op].op, value);
    return operators[op].opposite ? opposite(e) : e;
}

/* A word that is no field, or a string: the search that people type first. */
static struct exits parse_search(struct parser *p, const struct token *word)
{
    bool network = word->kind == TOKEN_WORD && filter_is_network(word->text);
    const struct filter_field *field = filter_field_find(SPAN(network ? "addr" : "any"));
    return add_value(p, field, NULL, network ? FILTER_EQUAL : FILTER_CONTAINS, *word);
}

static void unknown_field(struct parser *p, const struct token *word)
{
    const struct filter_field *near = filter_field_near(word->text);
    struct span quoted = filter_quote(word->text);
    if (near)
        fail(p, word->offset, _("unknown field \"%.*s\"; did you mean %s?"), SPAN_ARG(quoted),
             near->name);
    else
        fail(p, word->offset, _("unknown field \"%.*s\""), SPAN_ARG(quoted));
}

static bool is_keyword(const struct token *t)
{
    static const char *const words[] = { "and", "or", "in", "contains", "matches" };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (t->kind == TOKEN_WORD && span_is(t->text, words[i]))
            return true;
    return t->kind == TOKEN_SIGN;
}

static struct exits parse_or(struct parser *p);

static struct exits parse_group(struct parser *p)
{
    size_t open = p->token.offset;
    if (p->level == LEVELS)
        fail(p, open, _("more than %d levels of parentheses"), LEVELS);
    p->level++;
    next(p);
    struct exits e = p->failed ? NO_EXITS : parse_or(p);
    p->level--;
    if (!accept(p, ")", NULL))
        fail(p, open, _("the parenthesis is not closed"));
    return e;
}

static struct exits parse_primary(struct parser *p)
{
    struct token first = p->token;
    if (token_is(p, TOKEN_SIGN, "("))
        return parse_group(p);
    if (first.kind == TOKEN_END || is_keyword(&first)) {
        fail(p, first.offset, _("a field or a text to search for is missing here"));
        return NO_EXITS;
    }
    const struct filter_field *field = first.kind == TOKEN_WORD ? filter_field_find(first.text)
                                                                : NULL;
    next(p);
    if (field)
        return parse_comparison(p, field, &first);
    bool compared = find_operator(&p->token) >= 0 || token_is(p, TOKEN_WORD, "in");
    if (first.kind == TOKEN_WORD && compared)
        unknown_field(p, &first);
    return parse_search(p, &first);
}

static struct exits parse_not(struct parser *p)
{
    bool turned = false;
    while (accept(p, "!", "not"))
        turned = !turned;
    struct exits e = parse_primary(p);
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
    if (p->token.kind == TOKEN_END)
        return;
    struct exits e = parse_or(p);
    if (!p->failed && p->token.kind != TOKEN_END)
        fail(p, p->token.offset,
             token_is(p, TOKEN_SIGN, ")")
                 ? _("no parenthesis is open here")
                 : _("and or or is missing here; quote a text that has blanks or signs in it"));
    if (p->failed)
        return;
    lead(p->filter, e.yes, FILTER_ACCEPT);
    lead(p->filter, e.no, FILTER_REJECT);
}

struct filter *filter_parse(const char *text, struct filter_error *error)
{
    struct parser p = { .all = SPAN(text), .filter = mem_zero(sizeof *p.filter), .error = error };
    if (p.all.n > TEXT_LENGTH)
        fail(&p, TEXT_LENGTH, _("longer than %d bytes"), TEXT_LENGTH);
    /* A token and its terminator; a header's name is kept once for all values of a list. */
    p.filter->strings = mem_alloc(p.all.n * 2 + 1);
    if (!p.failed)
        parse_all(&p);
    if (!p.failed)
        return p.filter;
    filter_free(p.filter);
    return NULL;
}

bool filter_match(const struct filter *f, const struct store *store, uint32_t id)
{
    struct filter_view view;
    view.store = store;
    view.txn = store_transaction(store, id);
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
