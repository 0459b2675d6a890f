/*
 * See diff.h. Lines are aligned by base/align.h. For the words of two lines, which are asked for at
 * each drawing, a small table on the stack does the same.
 */
#include "sip/diff.h"

#include <stdlib.h>

#include "base/align.h"
#include "base/strbuf.h"
#include "sip/names.h"

/* A line, and the word that says what it is: a header's full name, "a=rtpmap". */
struct line {
    struct span text, name, value;
    size_t place; /* among the lines of its message */
};

struct side {
    struct line *lines;
    size_t count;
};

/* Fields of which nothing is compared, and those of which the first word is not. */
static const char *const volatile_headers[] = { "Call-ID", "Date", "Max-Forwards", "Timestamp",
                                                "Content-Length" };
static const char *const numbered_headers[] = { "CSeq", "RAck", "RSeq" };
static const char *const volatile_params[] = { "branch", "tag",      "from-tag", "to-tag", "nonce",
                                               "cnonce", "response", "opaque",   "nc" };

static bool is_one_of(struct span name, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (span_is(name, list[i]))
            return true;
    return false;
}
#define IS_ONE_OF(name, list) is_one_of(name, list, sizeof(list) / sizeof(list)[0])

static bool is_word(char c)
{
    unsigned char u = (unsigned char)c;
    return u >= 0x80 || ascii_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') ||
           (c && strchr("-_.+%*!~'`$", c) != NULL);
}

/* A word, or a single byte between words; blanks together. */
static struct span next_piece(struct span *rest)
{
    size_t n = 1;
    if (is_word(rest->p[0]))
        while (n < rest->n && is_word(rest->p[n]))
            n++;
    else if (ascii_blank(rest->p[0]))
        while (n < rest->n && ascii_blank(rest->p[n]))
            n++;
    struct span piece = { rest->p, n };
    *rest = (struct span){ rest->p + n, rest->n - n };
    return piece;
}

struct piece {
    struct span text;
    bool ignored;
};

/* Marks what stands for a value behind `name=`: up to a separator, or all that is quoted. */
static size_t ignore_value(struct piece *pieces, size_t n, size_t i)
{
    bool quoted = i < n && pieces[i].text.p[0] == '"';
    for (i += quoted; i < n; i++) {
        char c = pieces[i].text.p[0];
        if (quoted ? c == '"' : c == ';' || c == ',' || c == '>' || ascii_blank(c))
            break;
        pieces[i].ignored = true;
    }
    return i;
}

static void ignore_params(struct piece *pieces, size_t n)
{
    for (size_t i = 0; i + 1 < n; i++)
        if (IS_ONE_OF(pieces[i].text, volatile_params) && pieces[i + 1].text.p[0] == '=')
            i = ignore_value(pieces, n, i + 2);
}

/* The words number `from` up to `to`, counted from 0, behind the name. */
static void ignore_words(struct piece *pieces, size_t n, size_t first, unsigned from, unsigned to)
{
    unsigned word = 0;
    for (size_t i = first; i < n; i++) {
        if (ascii_blank(pieces[i].text.p[0])) {
            word += i > first;
            continue;
        }
        pieces[i].ignored = pieces[i].ignored || (word >= from && word < to);
    }
}

/* Behind the ':' of a header, or the '=' of a line of a session description. */
static size_t behind_name(const struct piece *pieces, size_t n, char separator)
{
    size_t i = 0;
    while (i < n && pieces[i].text.p[0] != separator)
        i++;
    return i + 1 < n ? i + 1 : n;
}

static struct span header_name(struct span line)
{
    const char *colon = span_find(line, ':');
    return sip_header_full(span_trim(colon ? span_make(line.p, colon) : line));
}

static void ignore_volatile(struct piece *pieces, size_t n, struct span line, unsigned part)
{
    size_t value = behind_name(pieces, n, part == SIP_DIFF_BODY ? '=' : ':');
    struct span name = part == SIP_DIFF_HEADER ? header_name(line) : SPAN_NONE;
    if (part == SIP_DIFF_BODY) {
        if (span_starts(line, "o="))
            ignore_words(pieces, n, value, 1, 3);
    } else if (IS_ONE_OF(name, volatile_headers)) {
        ignore_words(pieces, n, value, 0, UINT32_MAX);
    } else {
        ignore_params(pieces, n);
        if (IS_ONE_OF(name, numbered_headers) && value < n)
            ignore_words(pieces, n, value + ascii_blank(pieces[value].text.p[0]), 0, 1);
    }
}

/* The last piece takes what is left. */
static size_t split(struct span line, unsigned part, unsigned ignore,
                    struct piece pieces[SIP_DIFF_WORDS])
{
    size_t n = 0;
    for (struct span rest = line; rest.n > 0; n++) {
        if (n + 1 == SIP_DIFF_WORDS) {
            pieces[n++] = (struct piece){ rest, false };
            break;
        }
        pieces[n] = (struct piece){ next_piece(&rest), false };
    }
    if (ignore & SIP_DIFF_VOLATILE)
        ignore_volatile(pieces, n, line, part);
    return n;
}

/* Two ignored pieces stand for each other whatever they are. */
static bool same_piece(const struct piece *a, const struct piece *b)
{
    return (a->ignored && b->ignored) || span_equal(a->text, b->text);
}

/* Where what is ignored begins and ends counts, not how many pieces it has. */
static size_t squeeze(struct piece *pieces, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (!(pieces[i].ignored && kept > 0 && pieces[kept - 1].ignored))
            pieces[kept++] = pieces[i];
    return kept;
}

/* Compact forms and case of a header's name do not count. */
static bool same_lines(struct span a, struct span b, unsigned part, unsigned ignore)
{
    struct piece x[SIP_DIFF_WORDS], y[SIP_DIFF_WORDS];
    size_t n = squeeze(x, split(a, part, ignore, x)), m = squeeze(y, split(b, part, ignore, y));
    size_t i = 0, j = 0;
    if (part == SIP_DIFF_HEADER && span_same(header_name(a), header_name(b))) {
        i = behind_name(x, n, ':');
        j = behind_name(y, m, ':');
    }
    for (; i < n && j < m && same_piece(&x[i], &y[j]); i++)
        j++;
    return i == n && j == m;
}

size_t sip_diff_words(struct span line, struct span other, enum sip_diff_part part, unsigned ignore,
                      struct sip_diff_word words[SIP_DIFF_WORDS])
{
    struct piece x[SIP_DIFF_WORDS], y[SIP_DIFF_WORDS];
    size_t n = split(line, part, ignore, x), m = split(other, part, ignore, y), i = 0, j = 0;
    uint8_t(*best)[SIP_DIFF_WORDS + 1] = mem_zero((SIP_DIFF_WORDS + 1) * sizeof *best);
    for (i = n; i-- > 0;)
        for (j = m; j-- > 0;)
            best[i][j] = same_piece(&x[i], &y[j])          ? (uint8_t)(best[i + 1][j + 1] + 1)
                         : best[i + 1][j] > best[i][j + 1] ? best[i + 1][j]
                                                           : best[i][j + 1];
    for (i = j = 0; i < n;) {
        bool pair = j < m && same_piece(&x[i], &y[j]);
        if (!pair && j < m && best[i][j + 1] >= best[i + 1][j]) {
            j++;
            continue;
        }
        words[i] = (struct sip_diff_word){ x[i].text, !pair && !x[i].ignored };
        i++;
        j += pair;
    }
    free(best);
    return n;
}

/* "a=rtpmap", "m=audio", "c="; the first word of another body's line. */
static struct span body_name(struct span line)
{
    size_t n = 0;
    if (line.n >= 2 && line.p[1] == '=')
        n = 2;
    if (n == 0 || line.p[0] == 'a' || line.p[0] == 'm')
        while (n < line.n && is_word(line.p[n]))
            n++;
    return (struct span){ line.p, n };
}

/* The next line of `rest` with those that go on with it, if it is a header's. */
static bool next_line(struct span *rest, bool header, struct span *line)
{
    if (rest->n == 0)
        return false;
    const char *end = span_end(*rest), *lf = span_find(*rest, '\n');
    while (header && lf && lf + 1 < end && (lf[1] == ' ' || lf[1] == '\t'))
        lf = memchr(lf + 1, '\n', (size_t)(end - lf - 1));
    *line = span_make(rest->p, lf ? lf : end);
    *rest = lf ? span_make(lf + 1, end) : SPAN_NONE;
    if (line->n > 0 && line->p[line->n - 1] == '\r')
        line->n--;
    return true;
}

/* Header lines up to the empty one, or all lines of a body; *rest is moved behind them. */
static void take_lines(struct sip_diff *diff, struct side *side, struct span *rest, bool headers)
{
    struct span line;
    side->lines = mem_alloc(SIP_DIFF_LINES * sizeof *side->lines);
    side->count = 0;
    while (next_line(rest, headers, &line)) {
        if (line.n == 0 && headers)
            return;
        if (line.n == 0)
            continue;
        if (side->count == SIP_DIFF_LINES) {
            diff->cut = true;
            continue;
        }
        struct span name = headers ? header_name(line) : body_name(line);
        const char *colon = headers ? span_find(line, ':') : NULL;
        struct span value = colon ? span_trim(span_make(colon + 1, span_end(line))) : line;
        side->lines[side->count] = (struct line){ line, name, value, side->count };
        side->count++;
    }
}

static int by_name(const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    size_t n = x->name.n < y->name.n ? x->name.n : y->name.n;
    for (size_t i = 0; i < n; i++) {
        int difference = ascii_lower(x->name.p[i]) - ascii_lower(y->name.p[i]);
        if (difference)
            return difference;
    }
    if (x->name.n != y->name.n)
        return x->name.n < y->name.n ? -1 : 1;
    return x->place < y->place ? -1 : 1;
}

static void add(struct sip_diff *diff, struct span a, struct span b, unsigned part, unsigned ignore)
{
    uint8_t state = !b.p                             ? SIP_DIFF_ONLY_A
                    : !a.p                           ? SIP_DIFF_ONLY_B
                    : same_lines(a, b, part, 0)      ? SIP_DIFF_SAME
                    : same_lines(a, b, part, ignore) ? SIP_DIFF_IGNORED
                                                     : SIP_DIFF_CHANGED;
    diff->lines[diff->count++] = (struct sip_diff_line){ a, b, state, (uint8_t)part };
    diff->differences += state != SIP_DIFF_SAME && state != SIP_DIFF_IGNORED;
}

/* What align() needs to know. */
struct alignment {
    struct sip_diff *diff;
    const struct side *a, *b;
    unsigned part, ignore;
};

static uint32_t likeness(size_t i, size_t j, void *arg)
{
    const struct alignment *x = arg;
    const struct line *a = &x->a->lines[i], *b = &x->b->lines[j];
    if (!span_same(a->name, b->name))
        return 0;
    return span_equal(a->value, b->value) ? 5 : 2;
}

static void put_pair(size_t i, size_t j, void *arg)
{
    const struct alignment *x = arg;
    add(x->diff, i == ALIGN_NONE ? SPAN_NONE : x->a->lines[i].text,
        j == ALIGN_NONE ? SPAN_NONE : x->b->lines[j].text, x->part, x->ignore);
}

void sip_diff_make(struct sip_diff *diff, struct span a, struct span b, unsigned ignore)
{
    struct span start[2] = { SPAN_NONE, SPAN_NONE }, *rest[2] = { &a, &b };
    *diff = (struct sip_diff){ 0 };
    diff->lines = mem_alloc((1 + 4 * SIP_DIFF_LINES) * sizeof *diff->lines);
    for (size_t i = 0; i < 2; i++)
        while (next_line(rest[i], false, &start[i]) && start[i].n == 0) /* RFC 3261 §7.5 */
            continue;
    if (start[0].p || start[1].p)
        add(diff, start[0], start[1], SIP_DIFF_START, ignore);
    for (unsigned part = SIP_DIFF_HEADER; part <= SIP_DIFF_BODY; part++) {
        struct side sides[2];
        for (size_t i = 0; i < 2; i++) {
            take_lines(diff, &sides[i], rest[i], part == SIP_DIFF_HEADER);
            if (part == SIP_DIFF_HEADER && ignore & SIP_DIFF_ORDER)
                qsort(sides[i].lines, sides[i].count, sizeof *sides[i].lines, by_name);
        }
        struct alignment x = { diff, &sides[0], &sides[1], part, ignore };
        align(sides[0].count, sides[1].count, likeness, put_pair, &x);
        free(sides[0].lines);
        free(sides[1].lines);
    }
}

void sip_diff_free(struct sip_diff *diff)
{
    free(diff->lines);
    *diff = (struct sip_diff){ 0 };
}
