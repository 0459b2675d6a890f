/*
 * What a page must look like. Strict, so that a slip of the pen shows where the page
 * is made and not in the middle of a night on somebody's screen.
 */
#include "help/markup.h"

#include "help/block.h"
#include "base/text.h"
#include "base/tr.h"

struct check {
    struct span page;
    const char *const *ids;
    const bool *required; /* by section, or NULL: none */
    size_t nids;
    size_t next;       /* index of the first section that may come next */
    bool filled;       /* the current section has content */
    const char *where; /* the fault */
    const char *what;
};

static int fault(struct check *c, const char *where, const char *what)
{
    c->where = where;
    c->what = what;
    return -1;
}

static int check_bytes(struct check *c)
{
    struct span s = c->page;
    uint32_t rune;
    for (size_t n; (n = text_rune(s, &rune)) > 0; s.p += n, s.n -= n) {
        if (rune == UINT32_MAX)
            return fault(c, s.p, N_("this is not UTF-8"));
        if ((rune < 0x20 && !ascii_blank((char)rune)) || (rune >= 0x7f && rune < 0xa0))
            return fault(c, s.p, N_("control character"));
    }
    return 0;
}

static int check_section_end(struct check *c, const char *where)
{
    return c->next > 0 && !c->filled ? fault(c, where, N_("the section before this has no content"))
                                     : 0;
}

/* Whether a section that must be there was left out before section `i`. */
static bool misses_section(const struct check *c, size_t i)
{
    for (size_t n = c->next; c->required && n < i; n++)
        if (c->required[n])
            return true;
    return false;
}

static int check_heading(struct check *c, const struct block *b)
{
    size_t i = 0;
    if (b->mark.n != 2)
        return fault(c, b->mark.p, N_("only '## SECTION' headings exist"));
    while (i < c->nids && !span_equal(b->text, SPAN(c->ids[i])))
        i++;
    if (i == c->nids)
        return fault(c, b->mark.p, N_("unknown section"));
    if (i < c->next)
        return fault(c, b->mark.p, N_("section appears twice or too late"));
    if (misses_section(c, i))
        return fault(c, b->mark.p, N_("a section is missing before this one"));
    if (check_section_end(c, b->mark.p))
        return -1;
    c->next = i + 1;
    c->filled = false;
    return 0;
}

/* A list mark that is not at the left edge: lists inside lists do not exist. */
static int check_nesting(struct check *c, struct span text)
{
    struct span line;
    while (block_line(&text, &line)) {
        struct span bare = span_trim(line);
        if (bare.p > line.p && bare.n >= 2 && bare.p[0] == '-' && bare.p[1] == ' ')
            return fault(c, line.p, N_("nested list"));
    }
    return 0;
}

static int check_marks(struct check *c, struct span text)
{
    struct token t;
    const char *bold = NULL;
    while (block_token(&text, &t)) {
        if (t.kind == TOKEN_BROKEN)
            return fault(c, t.text.p,
                         t.text.p[0] == '`' ? N_("'`' is not closed")
                                            : N_("'[[' does not begin a [[KIND/NAME]] link"));
        if (t.kind == TOKEN_CODE && span_trim(t.text).n == 0)
            return fault(c, t.text.p, N_("nothing between '`' and '`'"));
        if (t.kind == TOKEN_BOLD)
            bold = bold ? NULL : t.text.p;
    }
    return bold ? fault(c, bold, N_("'**' is not closed")) : 0;
}

static int check_block(struct check *c, const struct block *b)
{
    if (b->kind == BLOCK_HEADING && c->nids > 0)
        return check_heading(c, b);
    if (b->kind == BLOCK_HEADING)
        return 0;
    if (c->next == 0 && c->nids > 0)
        return fault(c, b->text.p, N_("text before the first section"));
    if (span_trim(b->text).n == 0)
        return fault(c, b->mark.p, N_("list item without text"));
    c->filled = true;
    return check_nesting(c, b->text) ? -1 : check_marks(c, b->text);
}

static int check_page(struct check *c)
{
    struct span rest = c->page;
    struct block block;
    if (check_bytes(c))
        return -1;
    while (block_next(&rest, &block))
        if (check_block(c, &block))
            return -1;
    if (misses_section(c, c->nids))
        return fault(c, span_end(c->page), N_("a section is missing at the end"));
    if (!c->filled && c->next == 0)
        return fault(c, span_end(c->page), N_("there is no text"));
    return check_section_end(c, span_end(c->page));
}

static size_t line_of(struct span text, const char *where)
{
    size_t line = 1;
    for (const char *p = text.p; p < where; p++)
        line += *p == '\n' && p + 1 < span_end(text);
    return line;
}

int help_check(struct span text, const char *const *ids, const bool *required, size_t nids,
               size_t *line, const char **message)
{
    struct check c = { .page = text, .ids = ids, .required = required, .nids = nids };
    if (check_page(&c) == 0)
        return 0;
    *line = line_of(text, c.where);
    *message = c.what;
    return -1;
}
