/* Values in filter expressions: reading what the user wrote, comparing it with what was seen. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/text.h"
#include "base/timeread.h"
#include "base/tr.h"
#include "store/filter_private.h"
#include "store/names.h"

#define BIT(op) (1u << (op))
#define ORDER \
    (BIT(FILTER_LESS) | BIT(FILTER_LESS_EQUAL) | BIT(FILTER_MORE) | BIT(FILTER_MORE_EQUAL))
#define SEARCH (BIT(FILTER_REGEX) | BIT(FILTER_CONTAINS))
#define NUMBER_TEXT "== != < <= > >= in"
#define STRING_TEXT "== != ~ !~ contains in"

static const struct {
    const char *name;
    const char *operators;
    unsigned ops;
    const char *examples;
} types[FILTER_TYPES] = {
    [FILTER_FLAG] = { N_("flag"), "== !=", BIT(FILTER_EQUAL), "true, false" },
    [FILTER_NUMBER] = { N_("number"), NUMBER_TEXT, BIT(FILTER_EQUAL) | ORDER, "5, 5..9" },
    [FILTER_CODE] = { N_("code"), NUMBER_TEXT, BIT(FILTER_EQUAL) | ORDER, "404, 4xx, 400..499" },
    [FILTER_SHARE] = { N_("share"), NUMBER_TEXT, BIT(FILTER_EQUAL) | ORDER, "10, 12.5, 80..90" },
    [FILTER_TIME] = { N_("duration"), NUMBER_TEXT, BIT(FILTER_EQUAL) | ORDER,
                      "200ms, 1.5s, 2m, 1s..5s" },
    [FILTER_CLOCK] = { N_("time"), NUMBER_TEXT, BIT(FILTER_EQUAL) | ORDER,
                       "14:02, 14:02:11.482, 2026-11-29 14:02, 14:02..14:05" },
    [FILTER_TEXT] = { N_("text"), STRING_TEXT, BIT(FILTER_EQUAL) | SEARCH, "alice, \"Not Found\"" },
    [FILTER_WORD] = { N_("word"), STRING_TEXT, BIT(FILTER_EQUAL) | SEARCH, "" },
    [FILTER_ADDRESS] = { N_("address"), STRING_TEXT, BIT(FILTER_EQUAL) | SEARCH,
                         "10.0.0.1, 10.0.0.1:5060, 10.0.0.0/8, [2001:db8::1]:5060" },
};

const char *filter_type_examples(enum filter_type type)
{
    return types[type].examples;
}

const char *filter_type_name(enum filter_type type)
{
    return tr(types[type].name);
}

const char *filter_type_operators(enum filter_type type)
{
    return types[type].operators;
}

bool filter_type_takes(enum filter_type type, enum filter_op op)
{
    return op == FILTER_HAS || types[type].ops & BIT(op);
}

bool filter_fits_number(const struct filter_test *t, int64_t value)
{
    switch (t->op) {
    case FILTER_HAS:
        return value != 0 || t->field->type == FILTER_TIME || t->field->type == FILTER_CLOCK;
    case FILTER_EQUAL:
        return value >= t->low && value <= t->high;
    case FILTER_LESS:
        return value < t->low;
    case FILTER_LESS_EQUAL:
        return value <= t->high;
    case FILTER_MORE:
        return value > t->high;
    case FILTER_MORE_EQUAL:
        return value >= t->low;
    default:
        return false;
    }
}

bool filter_fits_clock(const struct filter_test *t, int64_t value)
{
    if (!t->daily)
        return filter_fits_number(t, value);
    int64_t since = time_of_day(value);
    if (t->op == FILTER_EQUAL && t->high < t->low)
        return since >= t->low || since <= t->high;
    return filter_fits_number(t, since);
}

bool filter_fits_text(const struct filter_test *t, struct span value)
{
    if (value.n == 0)
        return false;
    switch (t->op) {
    case FILTER_HAS:
        return true;
    case FILTER_EQUAL:
        return span_same(value, t->text);
    case FILTER_REGEX:
    case FILTER_CONTAINS:
        return regex_match(t->regex, value);
    default:
        return false;
    }
}

static bool in_range(const struct filter_range *r, const struct addr *a)
{
    if (r->addr.family != a->family || (r->addr.port && r->addr.port != a->port))
        return false;
    unsigned bytes = r->bits / 8, rest = r->bits % 8;
    if (memcmp(r->addr.ip, a->ip, bytes) != 0)
        return false;
    return rest == 0 || (r->addr.ip[bytes] ^ a->ip[bytes]) >> (8 - rest) == 0;
}

bool filter_fits_address(const struct filter_test *t, const struct addr *value)
{
    char text[ADDR_TEXT];
    if (value->family == 0)
        return false;
    if (t->op == FILTER_EQUAL)
        return t->range.addr.family ? in_range(&t->range, value) : names_fits(value, t->text);
    return filter_fits_text(t, SPAN(addr_format(value, text)));
}

struct span filter_quote(struct span text)
{
    return text_fit(text, 40);
}

void filter_say(struct filter_error *error, const char *format, va_list args)
{
    char *text = mem_format_args(format, args);
    text_copy(SPAN(text), error->message, sizeof error->message);
    free(text);
}

static int __attribute__((format(printf, 2, 3)))
fail(struct filter_error *error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    error->offset = 0;
    filter_say(error, format, args);
    va_end(args);
    return -1;
}

static int read_flag(struct filter_test *t, struct span text, struct filter_error *error)
{
    bool on = span_is(text, "true") || span_is(text, "yes") || span_is(text, "1");
    bool off = span_is(text, "false") || span_is(text, "no") || span_is(text, "0");
    if (!on && !off)
        return fail(error, _("\"%.*s\" is neither true nor false"), SPAN_ARG(filter_quote(text)));
    t->low = t->high = on;
    return 0;
}

static int read_number(struct filter_test *t, struct span text, struct filter_error *error)
{
    uint64_t value;
    if (!span_number(text, INT64_MAX, &value))
        return fail(error, _("\"%.*s\" is no number"), SPAN_ARG(filter_quote(text)));
    t->low = t->high = (int64_t)value;
    return 0;
}

static int read_code(struct filter_test *t, struct span text, struct filter_error *error)
{
    if (text.n == 3 && text.p[0] >= '1' && text.p[0] <= '9' && ascii_lower(text.p[1]) == 'x' &&
        ascii_lower(text.p[2]) == 'x') {
        t->low = (text.p[0] - '0') * 100;
        t->high = t->low + 99;
        return 0;
    }
    if (read_number(t, text, error) < 0)
        return fail(error, _("\"%.*s\" is no code; write one such as 404, or a class such as 4xx"),
                    SPAN_ARG(filter_quote(text)));
    return 0;
}

/* "12.5" or "12.5%"; `==` takes the written digits for all they leave open, as of durations. */
static int read_share(struct filter_test *t, struct span text, struct filter_error *error)
{
    uint64_t whole, part = 0;
    struct span digits = { text.p, text.n - (text.n && span_end(text)[-1] == '%') };
    const char *point = span_find(digits, '.');
    struct span after = point ? span_make(point + 1, span_end(digits)) : SPAN_NONE;
    int64_t step = FILTER_SHARE_UNIT;
    for (size_t i = 0; i < after.n && step > 0; i++)
        step /= 10;
    if (!span_number(point ? span_make(digits.p, point) : digits, 1000000, &whole) || step == 0 ||
        (point && !span_number(after, 999, &part)))
        return fail(error, _("\"%.*s\" is no share; write percent, such as 10 or 12.5"),
                    SPAN_ARG(filter_quote(text)));
    t->low = (int64_t)whole * FILTER_SHARE_UNIT + (int64_t)part * step;
    t->high = t->op == FILTER_EQUAL ? t->low + step - 1 : t->low;
    return 0;
}

/* Nanoseconds of a unit, or 0. */
static int64_t unit_ns(struct span unit)
{
    static const struct {
        const char *name;
        int64_t ns;
    } units[] = { { "", 1000000 },       { "ns", 1 },         { "us", 1000 },
                  { "ms", 1000000 },     { "s", 1000000000 }, { "m", 60000000000 },
                  { "h", 3600000000000 } };
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (span_is(unit, units[i].name))
            return units[i].ns;
    return 0;
}

/*
 * "1.25s" as nanoseconds. Nobody writes nine digits, so `==` takes the written digits for
 * all they leave open: 12ms is from 12 to just under 13. Order is exact: 2.9s is more than 2s.
 */
static int read_duration(struct filter_test *t, struct span text, struct filter_error *error)
{
    size_t i = 0, fraction = 0;
    int64_t value = 0;
    bool point = false;
    for (; i < text.n && (ascii_digit(text.p[i]) || (text.p[i] == '.' && !point)); i++) {
        point = point || text.p[i] == '.';
        if (text.p[i] == '.')
            continue;
        value = value * 10 + (text.p[i] - '0');
        fraction += point;
        if (value > 1000000000)
            return fail(error, _("\"%.*s\" is too large a time"), SPAN_ARG(filter_quote(text)));
    }
    int64_t step = unit_ns((struct span){ text.p + i, text.n - i });
    if (i == 0 || text.p[i - 1] == '.' || step == 0)
        return fail(error, _("\"%.*s\" is no duration; write one such as 200ms or 1.5s"),
                    SPAN_ARG(filter_quote(text)));
    for (; fraction > 0; fraction--) {
        if (step < 10)
            return fail(error, _("\"%.*s\" is finer than a nanosecond"),
                        SPAN_ARG(filter_quote(text)));
        step /= 10;
    }
    if (__builtin_mul_overflow(value, step, &t->low))
        return fail(error, _("\"%.*s\" is too large a time"), SPAN_ARG(filter_quote(text)));
    t->high = t->op == FILTER_EQUAL ? t->low + step - 1 : t->low;
    return 0;
}

/* As of durations, `==` takes what is left open: 14:02 is all of that minute; order is exact. */
static int read_clock(struct filter_test *t, struct span text, struct filter_error *error)
{
    struct time_written written;
    if (!time_read(text, &written))
        return fail(error,
                    _("\"%.*s\" is no time; write 14:02, 14:02:11.482, 2026-11-29 or "
                      "2026-11-29T14:02"),
                    SPAN_ARG(filter_quote(text)));
    t->daily = written.daily;
    t->low = written.low;
    t->high = t->op == FILTER_EQUAL ? written.high : written.low;
    return 0;
}

/* Lists write "no answer" where the table has no-answer. */
static bool is_word(struct span text, const char *word)
{
    if (text.n != strlen(word))
        return false;
    for (size_t i = 0; i < text.n; i++)
        if (ascii_lower(text.p[i] == ' ' ? '-' : text.p[i]) != ascii_lower(word[i]))
            return false;
    return true;
}

/* Where all words make too long a line, the nearest one is told. */
static int unknown_word(struct span text, const char *const *words, struct filter_error *error)
{
    struct strbuf known = STRBUF_INIT;
    const char *near = filter_word_near(text, words);
    for (const char *const *v = words; *v; v++)
        strbuf_format(&known, "%s%s", known.n ? ", " : "", *v);
    if (near && known.n >= sizeof error->message)
        fail(error, _("\"%.*s\" is not known; did you mean %s?"), SPAN_ARG(filter_quote(text)),
             near);
    else
        fail(error, _("\"%.*s\" is none of %s"), SPAN_ARG(filter_quote(text)), strbuf_str(&known));
    strbuf_free(&known);
    return -1;
}

static int read_word(struct filter_test *t, struct span text, struct filter_error *error)
{
    for (const char *const *v = t->field->values; *v; v++)
        if (is_word(text, *v)) {
            t->text = SPAN(*v);
            return 0;
        }
    return unknown_word(text, t->field->values, error);
}

static bool read_ip(struct addr *a, struct span host)
{
    char buf[ADDR_HOST];
    if (host.n == 0 || host.n >= sizeof buf || memchr(host.p, '\0', host.n))
        return false;
    span_copy(host, buf, sizeof buf);
    a->family = strchr(buf, ':') ? 6 : 4;
    return inet_pton(a->family == 6 ? AF_INET6 : AF_INET, buf, a->ip) == 1;
}

/* Splits "[v6]:port", "v4:port" and bare addresses; *port is SPAN_NONE where there is none. */
static bool split_port(struct span text, struct span *host, struct span *port)
{
    *host = text;
    *port = SPAN_NONE;
    const char *colon = span_find(text, ':');
    if (text.n > 0 && text.p[0] == '[') {
        const char *close = span_find(text, ']');
        if (!close)
            return false;
        *host = span_make(text.p + 1, close);
        if (close + 1 == span_end(text))
            return true;
        colon = close[1] == ':' ? close + 1 : NULL;
        if (!colon)
            return false;
    } else if (!colon || memchr(colon + 1, ':', (size_t)(span_end(text) - colon - 1))) {
        return true;
    } else {
        *host = span_make(text.p, colon);
    }
    *port = span_make(colon + 1, span_end(text));
    return true;
}

static bool read_range(struct filter_range *r, struct span text)
{
    struct span host, port;
    uint64_t number;
    const char *slash = span_find(text, '/');
    struct span bits = slash ? span_make(slash + 1, span_end(text)) : SPAN_NONE;
    struct span rest = slash ? span_make(text.p, slash) : text;
    memset(r, 0, sizeof *r);
    if (!split_port(rest, &host, &port) || !read_ip(&r->addr, host))
        return false;
    r->bits = r->addr.family == 6 ? 128 : 32;
    if (port.p) {
        if (slash || !span_number(port, 65535, &number) || number == 0)
            return false;
        r->addr.port = (uint16_t)number;
    }
    if (slash) {
        if (!span_number(bits, r->bits, &number))
            return false;
        r->bits = (uint8_t)number;
    }
    return true;
}

bool filter_is_network(struct span text)
{
    struct filter_range range;
    return span_find(text, '/') && read_range(&range, text);
}

static int read_address(struct filter_test *t, struct span text, struct filter_error *error)
{
    if (read_range(&t->range, text))
        return 0;
    memset(&t->range, 0, sizeof t->range); /* without a family: a name */
    if (t->op == FILTER_EQUAL && names_known(text))
        return 0;
    return fail(error,
                _("\"%.*s\" is no address and no known name; write 10.0.0.1, 10.0.0.1:5060 or "
                  "10.0.0.0/8 (IPv6 too)"),
                SPAN_ARG(filter_quote(text)));
}

static int read_pattern(struct filter_test *t, struct span text, struct filter_error *error)
{
    struct regex_error why;
    unsigned options = REGEX_CASE_BLIND | (t->op == FILTER_CONTAINS ? REGEX_LITERAL : 0);
    if (regex_compile(&t->regex, text, options, &why) == 0)
        return 0;
    fail(error, _("regular expression: %s"), why.message);
    error->offset = why.offset;
    return -1;
}

typedef int read_value_fn(struct filter_test *t, struct span text, struct filter_error *error);

static int read_text(struct filter_test *t, struct span text, struct filter_error *error)
{
    const char *name = t->field->alias_of ? t->field->alias_of : t->field->name;
    static const char *const persons[] = {
        "from", "to", "ruri", "from.user", "to.user", "ruri.user"
    };
    bool person = false;
    for (size_t i = 0; i < sizeof persons / sizeof persons[0]; i++)
        person = person || strcmp(name, persons[i]) == 0;
    struct span number = person && t->op == FILTER_EQUAL ? names_number_of(text) : SPAN_NONE;
    (void)error;
    if (number.n)
        t->text = number;
    return 0;
}

static const struct {
    read_value_fn *read;
    bool spans; /* A..B is understood */
} readers[FILTER_TYPES] = {
    [FILTER_FLAG] = { read_flag, false },       [FILTER_NUMBER] = { read_number, true },
    [FILTER_CODE] = { read_code, true },        [FILTER_SHARE] = { read_share, true },
    [FILTER_TIME] = { read_duration, true },    [FILTER_CLOCK] = { read_clock, true },
    [FILTER_TEXT] = { read_text, false },       [FILTER_WORD] = { read_word, false },
    [FILTER_ADDRESS] = { read_address, false },
};

/* "14:02..14:05": from the beginning of the one to the beginning of the other, as numbers are. */
static int read_from_to(struct filter_test *t, struct span from, struct span to,
                        struct filter_error *error)
{
    read_value_fn *read = readers[t->field->type].read;
    struct filter_test end = { .field = t->field, .op = FILTER_LESS_EQUAL };
    if (read(t, from, error) < 0)
        return -1;
    if (read(&end, to, error) < 0) {
        error->offset += (size_t)(to.p - from.p);
        return -1;
    }
    if (t->daily != end.daily)
        return fail(error, _("a time of day and a date cannot be the ends of one span"));
    t->high = end.high;
    if (t->high < t->low && !t->daily)
        return fail(error, _("the span ends before it begins"));
    return 0;
}

int filter_read_value(struct filter_test *t, struct span text, struct filter_error *error)
{
    const char *dots = span_search(text, "..");
    t->text = text;
    if (t->op == FILTER_REGEX || t->op == FILTER_CONTAINS)
        return read_pattern(t, text, error);
    if (dots && t->op == FILTER_EQUAL && readers[t->field->type].spans)
        return read_from_to(t, span_make(text.p, dots), span_make(dots + 2, span_end(text)), error);
    return readers[t->field->type].read(t, text, error);
}
