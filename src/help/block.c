/* See block.h. */
#include "help/block.h"

#include "base/text.h"

static struct span skip(struct span s, size_t n)
{
    return (struct span){ s.p + n, s.n - n };
}

bool block_line(struct span *rest, struct span *line)
{
    if (rest->n == 0)
        return false;
    const char *end = span_find(*rest, '\n');
    *line = end ? span_make(rest->p, end) : *rest;
    *rest = skip(*rest, end ? line->n + 1 : line->n);
    if (line->n > 0 && line->p[line->n - 1] == '\r')
        line->n--;
    return true;
}

/* What a line starts with at its left edge; the mark and the text after it. */
static enum block_kind line_kind(struct span line, struct span *mark, struct span *text)
{
    size_t digits = 0;
    *mark = (struct span){ line.p, 0 };
    *text = line;
    while (digits < line.n && ascii_digit(line.p[digits]))
        digits++;
    if (digits > 0 && digits < 4 && digits + 1 < line.n && line.p[digits] == '.' &&
        line.p[digits + 1] == ' ') {
        mark->n = digits + 1;
        *text = skip(line, digits + 2);
        return BLOCK_NUMBER;
    }
    if (line.n >= 2 && line.p[0] == '-' && line.p[1] == ' ') {
        mark->n = 1;
        *text = skip(line, 2);
        return BLOCK_BULLET;
    }
    if (line.n > 0 && line.p[0] == '#') {
        while (mark->n < line.n && line.p[mark->n] == '#')
            mark->n++;
        *text = span_trim(skip(line, mark->n));
        return BLOCK_HEADING;
    }
    return BLOCK_PARAGRAPH;
}

/* "{INVITE UPDATE} ", "{!INVITE} " before the text of a block. */
static void take_methods(struct block *block)
{
    struct span text = block->text;
    block->methods = (struct span){ text.p, 0 };
    if (text.n < 2 || text.p[0] != '{')
        return;
    size_t first = text.p[1] == '!' ? 2 : 1, n = first;
    while (n < text.n && ((text.p[n] >= 'A' && text.p[n] <= 'Z') || text.p[n] == ' '))
        n++;
    if (n == first || n + 1 >= text.n || text.p[n] != '}' || text.p[n + 1] != ' ')
        return;
    block->methods = (struct span){ text.p + 1, n - 1 };
    block->text = skip(text, n + 2);
}

bool block_holds(const struct block *block, const char *method)
{
    struct span rest = block->methods, one;
    if (rest.n == 0 || !method)
        return true;
    bool but = rest.p[0] == '!';
    rest = skip(rest, but);
    while (rest.n > 0) {
        const char *end = span_find(rest, ' ');
        one = end ? span_make(rest.p, end) : rest;
        rest = skip(rest, end ? one.n + 1 : one.n);
        if (span_equal(one, SPAN(method)))
            return !but;
    }
    return but;
}

/* Extends the block by the lines that go on with it. */
static void take_more_lines(struct span *rest, struct block *block)
{
    struct span ahead = *rest, line, mark, text;
    while (block_line(&ahead, &line)) {
        if (span_trim(line).n == 0 || line_kind(line, &mark, &text) != BLOCK_PARAGRAPH)
            return;
        block->text.n = (size_t)(span_end(line) - block->text.p);
        *rest = ahead;
    }
}

bool block_next(struct span *rest, struct block *block)
{
    struct span line;
    block->gap = false;
    while (block_line(rest, &line)) {
        if (span_trim(line).n == 0) {
            block->gap = true;
            continue;
        }
        block->kind = line_kind(line, &block->mark, &block->text);
        block->methods = SPAN_NONE;
        if (block->kind != BLOCK_HEADING) {
            take_methods(block);
            take_more_lines(rest, block);
        }
        return true;
    }
    return false;
}

static bool topic_char(char c)
{
    c = ascii_lower(c);
    return (c >= 'a' && c <= 'z') || ascii_digit(c) || (c && strchr("._-+@!", c));
}

bool block_is_topic(struct span text)
{
    size_t slash = 0, slashes = 0;
    if (text.n > BLOCK_TOPIC_MAX)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '/') {
            slash = i;
            slashes++;
        } else if (!topic_char(text.p[i])) {
            return false;
        }
    }
    return slashes == 1 && slash > 0 && slash + 1 < text.n;
}

/* "[[KIND/NAME]]" at the start of `s`: its topic. */
static bool link_at(struct span s, struct span *topic)
{
    if (s.n < 4 || s.p[0] != '[' || s.p[1] != '[')
        return false;
    struct span inside = skip(s, 2);
    if (inside.n > BLOCK_TOPIC_MAX + 1)
        inside.n = BLOCK_TOPIC_MAX + 1;
    const char *end = span_find(inside, ']');
    if (!end || end + 1 >= span_end(s) || end[1] != ']')
        return false;
    *topic = span_make(inside.p, end);
    return block_is_topic(*topic);
}

static bool pair_at(struct span s, char c)
{
    return s.n >= 2 && s.p[0] == c && s.p[1] == c;
}

bool block_token(struct span *rest, struct token *token)
{
    struct span s = *rest;
    size_t used = 0;
    uint32_t rune;
    if (s.n == 0)
        return false;
    const char *close = s.p[0] == '`' ? span_find(skip(s, 1), '`') : NULL;
    if (close) {
        *token = (struct token){ TOKEN_CODE, span_make(s.p + 1, close) };
        used = token->text.n + 2;
    } else if (link_at(s, &token->text)) {
        token->kind = TOKEN_LINK;
        used = token->text.n + 4;
    } else if (pair_at(s, '*')) {
        *token = (struct token){ TOKEN_BOLD, { s.p, used = 2 } };
    } else if (s.p[0] == '`' || pair_at(s, '[')) {
        *token = (struct token){ TOKEN_BROKEN, { s.p, used = s.p[0] == '`' ? 1 : 2 } };
    } else {
        *token = (struct token){ TOKEN_TEXT, { s.p, used = text_rune(s, &rune) } };
    }
    *rest = skip(s, used);
    return true;
}

int block_section(struct span page, const char *id, struct span *content)
{
    struct span line, mark, text;
    const char *from = NULL, *to = span_end(page);
    while (block_line(&page, &line)) {
        if (line_kind(line, &mark, &text) != BLOCK_HEADING)
            continue;
        if (from) {
            to = line.p;
            break;
        }
        if (mark.n == 2 && span_equal(text, SPAN(id)))
            from = page.p;
    }
    if (!from)
        return -1;
    *content = span_trim(span_make(from, to));
    return 0;
}
