/* Cutting a filter expression into words, quoted strings and signs. */
#include "base/tr.h"
#include "store/filter_private.h"

static void stop(struct filter_lexer *x)
{
    x->failed = true;
    x->token.kind = FILTER_TOKEN_END;
    x->token.text = SPAN_NONE;
    x->at = x->all.n;
}

/* Only the first error counts; what follows comes from it. */
void filter_fail(struct filter_lexer *x, size_t offset, const char *format, ...)
{
    if (x->failed)
        return;
    va_list args;
    va_start(args, format);
    x->error->offset = offset < x->all.n ? offset : x->all.n;
    filter_say(x->error, format, args);
    va_end(args);
    stop(x);
}

static bool word_byte(char c)
{
    return (unsigned char)c > ' ' && c != 0x7f && !strchr("\"'()=!<>~&|,", c);
}

static void read_string(struct filter_lexer *x)
{
    char quote = x->all.p[x->at];
    size_t start = ++x->at;
    while (x->at < x->all.n && x->all.p[x->at] != quote)
        x->at += quote == '"' && x->all.p[x->at] == '\\' && x->at + 1 < x->all.n ? 2 : 1;
    if (x->at >= x->all.n) {
        filter_fail(x, start - 1, _("the quote %c is not closed"), quote);
        return;
    }
    x->token.kind = FILTER_TOKEN_STRING;
    x->token.text = (struct span){ x->all.p + start, x->at - start };
    x->at++;
}

static void read_sign(struct filter_lexer *x)
{
    static const char *const signs[] = { "==", "!=", "<=", ">=", "!~", "=~", "&&", "||",
                                         "=",  "<",  ">",  "~",  "!",  "(",  ")",  "," };
    struct span rest = { x->all.p + x->at, x->all.n - x->at };
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
        if (span_starts(rest, signs[i])) {
            x->token.kind = FILTER_TOKEN_SIGN;
            x->token.text = (struct span){ rest.p, strlen(signs[i]) };
            x->at += x->token.text.n;
            return;
        }
    if (*rest.p == '&' || *rest.p == '|')
        filter_fail(x, x->at, _("a single %c means nothing; write %c%c"), *rest.p, *rest.p,
                    *rest.p);
    else
        filter_fail(x, x->at, _("byte 0x%02x does not belong here"), (unsigned char)*rest.p);
}

/* An open quote begins a word, too; what stands before it is whole. */
size_t filter_word_begun(struct span text)
{
    struct filter_error error = { 0 };
    struct filter_lexer x = { .all = text, .error = &error };
    struct filter_token last;
    do {
        last = x.token;
        filter_next(&x);
    } while (x.token.kind != FILTER_TOKEN_END);
    if (x.failed)
        return error.offset;
    bool ends = last.kind == FILTER_TOKEN_WORD && span_end(last.text) == span_end(text);
    return ends ? last.offset : text.n;
}

void filter_next(struct filter_lexer *x)
{
    if (x->failed)
        return;
    while (x->at < x->all.n && ascii_blank(x->all.p[x->at]))
        x->at++;
    x->token = (struct filter_token){ FILTER_TOKEN_END, SPAN_NONE, x->at };
    if (x->at == x->all.n)
        return;
    size_t start = x->at;
    char c = x->all.p[start];
    if (c == '"' || c == '\'') {
        read_string(x);
        return;
    }
    while (x->at < x->all.n && word_byte(x->all.p[x->at]))
        x->at++;
    if (x->at == start) {
        read_sign(x);
        return;
    }
    x->token.kind = FILTER_TOKEN_WORD;
    x->token.text = (struct span){ x->all.p + start, x->at - start };
}
