/* A growable, always terminated string. Memory shortage ends the program: the text is ours. */
#ifndef SIPWHY_BASE_STRBUF_H
#define SIPWHY_BASE_STRBUF_H

#include <stdarg.h>
#include <stddef.h>

#include "base/span.h"

struct strbuf {
    char *p;
    size_t n;
    size_t size;
};

#define STRBUF_INIT ((struct strbuf){ NULL, 0, 0 })

void strbuf_free(struct strbuf *b);
/* Makes it empty; the memory is kept. */
void strbuf_clear(struct strbuf *b);
/* Where so many bytes more may be written behind its text, which does not have them yet. */
char *strbuf_room(struct strbuf *b, size_t more);
void strbuf_char(struct strbuf *b, char c);
void strbuf_span(struct strbuf *b, struct span s);
/* The lines of `s`, which end with LF, each with CR and LF. */
void strbuf_lines(struct strbuf *b, struct span s);
void strbuf_text(struct strbuf *b, const char *text);
void strbuf_format(struct strbuf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The text, never NULL; the caller frees it and the buffer is empty again. */
char *strbuf_take(struct strbuf *b);

static inline const char *strbuf_str(const struct strbuf *b)
{
    return b->p ? b->p : "";
}

static inline struct span strbuf_as_span(const struct strbuf *b)
{
    return (struct span){ strbuf_str(b), b->n };
}

/* malloc, realloc and strdup that end the program with one line when memory is short. */
void *mem_alloc(size_t n);
void *mem_zero(size_t n);
void *mem_grow(void *p, size_t n);
char *mem_text(const char *text);
/* What an allocation gave, under the same terms. */
void *mem_must(void *p);
/* printf into memory that the caller frees. */
char *mem_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *mem_format_args(const char *format, va_list args);

#endif
