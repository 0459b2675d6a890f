/* See strbuf.h. */
#include "base/strbuf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/tell.h"
#include "base/tr.h"

void *mem_must(void *p)
{
    if (!p) {
        tell(_("out of memory"));
        abort();
    }
    return p;
}

void *mem_alloc(size_t n)
{
    return mem_must(malloc(n ? n : 1));
}

void *mem_zero(size_t n)
{
    return mem_must(calloc(1, n ? n : 1));
}

void *mem_grow(void *p, size_t n)
{
    return mem_must(realloc(p, n ? n : 1));
}

char *mem_text(const char *text)
{
    return mem_must(strdup(text));
}

char *mem_format_args(const char *format, va_list args)
{
    char *text = NULL;
    return vasprintf(&text, format, args) < 0 ? mem_text("") : mem_must(text);
}

char *mem_format(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = mem_format_args(format, args);
    va_end(args);
    return text;
}

char *strbuf_room(struct strbuf *b, size_t more)
{
    if (b->n + more + 1 > b->size) {
        b->size = (b->n + more + 1) * 2;
        b->p = mem_grow(b->p, b->size);
    }
    return b->p + b->n;
}

void strbuf_free(struct strbuf *b)
{
    free(b->p);
    *b = STRBUF_INIT;
}

void strbuf_clear(struct strbuf *b)
{
    b->n = 0;
    if (b->p)
        b->p[0] = '\0';
}

void strbuf_char(struct strbuf *b, char c)
{
    strbuf_room(b, 1);
    b->p[b->n++] = c;
    b->p[b->n] = '\0';
}

void strbuf_span(struct strbuf *b, struct span s)
{
    strbuf_room(b, s.n);
    if (s.n)
        memcpy(b->p + b->n, s.p, s.n);
    b->n += s.n;
    b->p[b->n] = '\0';
}

void strbuf_lines(struct strbuf *b, struct span s)
{
    while (s.n > 0) {
        const char *lf = span_find(s, '\n'), *stop = lf ? lf : span_end(s);
        strbuf_span(b, span_make(s.p, stop));
        strbuf_text(b, "\r\n");
        s = span_make(lf ? lf + 1 : stop, span_end(s));
    }
}

void strbuf_text(struct strbuf *b, const char *text)
{
    strbuf_span(b, span_of(text));
}

void strbuf_format(struct strbuf *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0)
        return;
    strbuf_room(b, (size_t)n);
    va_start(args, format);
    vsnprintf(b->p + b->n, (size_t)n + 1, format, args);
    va_end(args);
    b->n += (size_t)n;
}

char *strbuf_take(struct strbuf *b)
{
    char *p = b->p ? b->p : mem_text("");
    *b = STRBUF_INIT;
    return p;
}
