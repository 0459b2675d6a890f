/*
 * See regex.h. PCRE2 counts its steps from anew at every byte where a match could
 * start, so the limit shrinks with the length of the text. It does not count the
 * bytes that a step runs over: a long text is therefore searched in stretches of
 * starting points, with a look at the clock in between.
 */
#include "base/regex.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/strbuf.h"
#include "base/text.h"
#include "base/tr.h"

#define PATTERN_MAX 4096
#define NEST_MAX 50
#define STEPS_ALL 5000000u /* over all starting points */
#define STEPS_LEAST 200u
#define STEPS_MOST 100000u
#define STRETCH 4096u
#define PATIENCE_NS 100000000 /* of processor time, for one text */
#define DEPTH_MAX 2000u
#define HEAP_KIB 1024u
#define JIT_STACK_FIRST (32u * 1024)
#define JIT_STACK_MOST (256u * 1024)

struct regex {
    pcre2_code *code;
    pcre2_match_data *data;
    pcre2_match_context *context;
    pcre2_jit_stack *stack;
    bool utf;
};

static bool is_utf8(struct span s)
{
    uint32_t rune;
    for (size_t n; (n = text_rune(s, &rune)) > 0; s.p += n, s.n -= n)
        if (rune == UINT32_MAX)
            return false;
    return true;
}

static int fail(struct regex_error *error, int code, size_t offset)
{
    error->offset = offset;
    if (pcre2_get_error_message(code, (PCRE2_UCHAR *)error->message, sizeof error->message) ==
        PCRE2_ERROR_BADDATA)
        snprintf(error->message, sizeof error->message, _("error %d"), code);
    return -1;
}

static uint32_t compile_options(bool utf, unsigned options)
{
    uint32_t flags = PCRE2_USE_OFFSET_LIMIT;
    flags |= options & REGEX_LITERAL ? PCRE2_LITERAL : PCRE2_NEVER_BACKSLASH_C;
    if (options & REGEX_CASE_BLIND)
        flags |= PCRE2_CASELESS;
    if (utf)
        flags |= PCRE2_UTF | PCRE2_MATCH_INVALID_UTF;
    return flags;
}

static pcre2_code *compile(struct span pattern, uint32_t flags, struct regex_error *error)
{
    int code;
    PCRE2_SIZE offset;
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    if (!context) {
        fail(error, PCRE2_ERROR_NOMEMORY, 0);
        return NULL;
    }
    pcre2_set_max_pattern_length(context, PATTERN_MAX);
    pcre2_set_parens_nest_limit(context, NEST_MAX);
    pcre2_code *compiled = pcre2_compile((PCRE2_SPTR)(pattern.p ? pattern.p : ""), pattern.n, flags,
                                         &code, &offset, context);
    pcre2_compile_context_free(context);
    if (!compiled)
        fail(error, code, offset < pattern.n ? offset : pattern.n);
    return compiled;
}

/* Without a JIT (another processor, a hardened kernel) the interpreter does the same, slower. */
static int prepare(struct regex *r)
{
    r->data = pcre2_match_data_create(1, NULL);
    r->context = pcre2_match_context_create(NULL);
    if (!r->data || !r->context)
        return -1;
    pcre2_set_depth_limit(r->context, DEPTH_MAX);
    pcre2_set_heap_limit(r->context, HEAP_KIB);
    if (pcre2_jit_compile(r->code, PCRE2_JIT_COMPLETE) == 0) {
        r->stack = pcre2_jit_stack_create(JIT_STACK_FIRST, JIT_STACK_MOST, NULL);
        if (r->stack)
            pcre2_jit_stack_assign(r->context, NULL, r->stack);
    }
    return 0;
}

/*
 * A quantifier with nothing before it is never right in a pattern, and "+32" is how people
 * write telephone numbers: it stands for itself.
 */
static pcre2_code *compile_leading(struct span pattern, uint32_t flags, struct regex_error *error)
{
    struct strbuf escaped = STRBUF_INIT;
    if (pattern.n == 0 || !strchr("+*?", pattern.p[0]) || flags & PCRE2_LITERAL)
        return compile(pattern, flags, error);
    strbuf_char(&escaped, '\\');
    strbuf_span(&escaped, pattern);
    pcre2_code *compiled = compile(strbuf_as_span(&escaped), flags, error);
    if (!compiled && error->offset > 0)
        error->offset--;
    strbuf_free(&escaped);
    return compiled;
}

int regex_compile(struct regex **regex, struct span pattern, unsigned options,
                  struct regex_error *error)
{
    *regex = NULL;
    struct regex *r = calloc(1, sizeof *r);
    if (!r)
        return fail(error, PCRE2_ERROR_NOMEMORY, 0);
    r->utf = is_utf8(pattern);
    r->code = compile_leading(pattern, compile_options(r->utf, options), error);
    if (r->code && prepare(r) == 0) {
        *regex = r;
        return 0;
    }
    if (r->code)
        fail(error, PCRE2_ERROR_NOMEMORY, 0);
    regex_free(r);
    return -1;
}

static int64_t processor_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* A match that starts in the stretch behind `from`: 1 yes, 0 no, -1 when a limit was hit. */
static int run_stretch(const struct regex *r, struct span text, size_t from, uint32_t options)
{
    pcre2_set_offset_limit(r->context, from + STRETCH - 1);
    int code = pcre2_match(r->code, (PCRE2_SPTR)(text.p ? text.p : ""), text.n, from, options,
                           r->data, r->context);
    /* 0: it matched, and there were more groups than the one place that is kept */
    return code >= 0 ? 1 : code == PCRE2_ERROR_NOMATCH ? 0 : -1;
}

/* PCRE2 wants an offset at the start of a character. */
static size_t character_start(const struct regex *r, struct span text, size_t at)
{
    while (r->utf && at < text.n && ((uint8_t)text.p[at] & 0xc0) == 0x80)
        at++;
    return at;
}

static bool run(const struct regex *r, struct span text, size_t from, uint32_t options)
{
    size_t steps = STEPS_ALL / (text.n + 1);
    steps = steps > STEPS_MOST ? STEPS_MOST : steps < STEPS_LEAST ? STEPS_LEAST : steps;
    pcre2_set_match_limit(r->context, (uint32_t)steps);
    int64_t end = text.n > STRETCH ? processor_ns() + PATIENCE_NS : 0;
    for (;;) {
        int found = run_stretch(r, text, from, options);
        from = found == 0 ? character_start(r, text, from + STRETCH) : from;
        if (found != 0 || from >= text.n || processor_ns() > end)
            return found > 0;
    }
}

bool regex_match(const struct regex *r, struct span text)
{
    return run(r, text, 0, 0);
}

bool regex_find(const struct regex *r, struct span text, size_t from, size_t *start, size_t *end)
{
    from = character_start(r, text, from);
    if (from >= text.n || !run(r, text, from, PCRE2_NOTEMPTY))
        return false;
    const PCRE2_SIZE *where = pcre2_get_ovector_pointer(r->data);
    if (where[1] <= where[0] || where[1] > text.n) /* \K in a look-ahead can turn them round */
        return false;
    *start = where[0];
    *end = where[1];
    return true;
}

void regex_free(struct regex *r)
{
    if (!r)
        return;
    pcre2_jit_stack_free(r->stack);
    pcre2_match_context_free(r->context);
    pcre2_match_data_free(r->data);
    pcre2_code_free(r->code);
    free(r);
}
