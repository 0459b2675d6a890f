/*
 * From somebody's words to a topic: numbers and topics as they are, names by their
 * letters alone, and for everything else the nearest names.
 */
#include <stdio.h>

#include "help/block.h"
#include "help/topic.h"

enum { WORDS_MAX = 64 };

/* Letters and digits in lower case, and whatever is not ASCII: all that matters in a name. */
struct letters {
    char p[WORDS_MAX];
    size_t n;
};

/* How well the candidates fit; the best ones so far. Smaller is better. */
enum { FITS_EXACTLY, FITS_START, FITS_NEARLY };

struct search {
    struct letters words;
    size_t limit; /* the largest edit distance that still counts as near */
    size_t nexact, nstart;
    size_t scores[HELP_SUGGESTIONS];
    struct help_match *match;
};

static void letters_of(struct letters *out, struct span s)
{
    out->n = 0;
    for (size_t i = 0; i < s.n && out->n < WORDS_MAX; i++) {
        char c = ascii_lower(s.p[i]);
        if ((c >= 'a' && c <= 'z') || ascii_digit(c) || (unsigned char)c >= 0x80)
            out->p[out->n++] = c;
    }
}

static size_t least(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* Edit distance (Levenshtein) between a and the first `n` letters of b. */
static size_t distance(const struct letters *a, const struct letters *b, size_t n)
{
    size_t row[WORDS_MAX + 1];
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 1; i <= a->n; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t above = row[j];
            row[j] = least(above + 1, row[j - 1] + 1, corner + (a->p[i - 1] != b->p[j - 1]));
            corner = above;
        }
    }
    return row[n];
}

static size_t score_of(const struct search *search, const struct letters *name)
{
    const struct letters *words = &search->words;
    if (name->n >= words->n && memcmp(name->p, words->p, words->n) == 0)
        return name->n == words->n ? FITS_EXACTLY : FITS_START;
    size_t best = distance(words, name, name->n);
    if (words->n >= 4 && words->n < name->n) {
        size_t start = distance(words, name, words->n);
        best = start < best ? start : best;
    }
    return FITS_NEARLY + best;
}

/* Keeps the best candidates, the first of equal ones first. */
static void consider(struct search *search, const char *topic, struct span name)
{
    struct help_match *match = search->match;
    struct letters letters;
    letters_of(&letters, name);
    size_t score = score_of(search, &letters), at = match->nsuggestions;
    search->nexact += score == FITS_EXACTLY;
    search->nstart += score == FITS_START;
    if (score > FITS_NEARLY + search->limit)
        return;
    while (at > 0 && search->scores[at - 1] > score)
        at--;
    if (at == HELP_SUGGESTIONS)
        return;
    size_t moved = match->nsuggestions - at - (match->nsuggestions == HELP_SUGGESTIONS);
    memmove(search->scores + at + 1, search->scores + at, moved * sizeof(search->scores[0]));
    memmove(match->suggestions[at + 1], match->suggestions[at], moved * HELP_TOPIC_SIZE);
    search->scores[at] = score;
    snprintf(match->suggestions[at], HELP_TOPIC_SIZE, "%s", topic);
    match->nsuggestions += match->nsuggestions < HELP_SUGGESTIONS;
}

static bool is_code_or_class(const char *topic)
{
    return span_starts(SPAN(topic), "code/") || span_starts(SPAN(topic), "class/");
}

static void consider_all(struct search *search, const struct help *help)
{
    char topic[HELP_TOPIC_SIZE];
    size_t ncodes;
    bool digits = ascii_digit(search->words.p[0]);
    const struct help_code *codes = help_codes(help, &ncodes);
    for (size_t i = 0; i < ncodes; i++) {
        snprintf(topic, sizeof(topic), "code/%u", codes[i].code);
        consider(search, topic, digits ? SPAN(topic + 5) : SPAN(codes[i].phrase));
    }
    for (unsigned c = 1; c <= 6; c++) {
        snprintf(topic, sizeof(topic), "class/%uxx", c);
        consider(search, topic, SPAN(help_class_name(help, (uint16_t)(c * 100))));
    }
    const struct help_page *page;
    for (size_t i = 0; (page = help_page_at(help, i)); i++) {
        const char *name = help_page_topic(page);
        if (!is_code_or_class(name))
            consider(search, name, SPAN(strchr(name, '/') + 1));
    }
}

static int found(struct help_match *match, const char *topic)
{
    snprintf(match->topic, sizeof(match->topic), "%s", topic);
    return 0;
}

/* "488", "488 Not Acceptable Here" and "SIP/2.0 488 ..." name a code by its number. */
static int resolve_number(struct span words, struct help_match *match)
{
    uint64_t number;
    if (span_starts(words, "SIP/2.0 "))
        words = span_trim(span_make(words.p + 8, span_end(words)));
    if (words.n < 3 || (words.n > 3 && !ascii_blank(words.p[3])) ||
        !span_number((struct span){ words.p, 3 }, 699, &number) || number < 100)
        return -1;
    snprintf(match->topic, sizeof(match->topic), "code/%u", (unsigned)number);
    return 0;
}

static int resolve_class(struct span words, struct help_match *match)
{
    if (words.n != 3 || words.p[0] < '1' || words.p[0] > '6' ||
        !span_is((struct span){ words.p + 1, 2 }, "xx"))
        return -1;
    snprintf(match->topic, sizeof(match->topic), "class/%cxx", words.p[0]);
    return 0;
}

/* "code/488" and "cause:34": a topic by its two parts, ':' for '/'. */
static int resolve_topic(const struct help *help, struct span words, struct help_match *match)
{
    char topic[HELP_TOPIC_SIZE];
    const struct help_page *page;
    if (words.n >= sizeof(topic))
        return -1;
    span_copy(words, topic, sizeof(topic));
    char *colon = strchr(topic, ':');
    if (colon)
        *colon = '/';
    for (size_t i = 0; (page = help_page_at(help, i)); i++)
        if (span_same(SPAN(help_page_topic(page)), SPAN(topic)))
            return found(match, help_page_topic(page));
    if (span_starts(SPAN(topic), "code/"))
        return resolve_number(SPAN(topic + 5), match);
    return -1;
}

int help_resolve(const struct help *help, const char *words, struct help_match *match)
{
    struct span s = span_trim(SPAN(words));
    struct search search = { .match = match };
    *match = (struct help_match){ .nsuggestions = 0 };
    if (resolve_number(s, match) == 0 || resolve_class(s, match) == 0 ||
        resolve_topic(help, s, match) == 0)
        return 0;
    letters_of(&search.words, s);
    if (search.words.n == 0)
        return -1;
    search.limit = search.words.n < 4 ? 1 : search.words.n < 8 ? 2 : 3;
    consider_all(&search, help);
    if (search.nexact == 1 || (search.nexact == 0 && search.nstart == 1)) {
        match->nsuggestions = 0;
        return found(match, match->suggestions[0]);
    }
    /* Words that begin several names are a choice among these; what is merely near is noise. */
    while (search.nstart + search.nexact > 0 &&
           search.scores[match->nsuggestions - 1] >= FITS_NEARLY)
        match->nsuggestions--;
    return -1;
}
