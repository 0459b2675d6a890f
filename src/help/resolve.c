/*
 * From somebody's words to a topic: numbers and topics as they are, names by their
 * letters alone, and for everything else the nearest names.
 */
#include <stdio.h>
#include <stdlib.h>

#include "help/private.h"

enum { WORDS_MAX = 64 };

/* Letters and digits in lower case, and whatever is not ASCII: all that matters in a name. */
struct letters {
    char p[WORDS_MAX];
    size_t n;
};

/* How well the candidates fit; the best ones so far. Smaller is better. */
enum { FITS_EXACTLY, FITS_START, FITS_NEARLY };

struct fits {
    struct span kind; /* of the first that fits so; those of other kinds do not count */
    size_t n;
};

struct search {
    struct letters words;
    size_t limit; /* the largest edit distance that still counts as near */
    struct fits exact, start;
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

static size_t score_of(const struct search *search, struct span text)
{
    const struct letters *words = &search->words;
    struct letters name;
    letters_of(&name, text);
    if (name.n == 0)
        return SIZE_MAX;
    if (name.n >= words->n && memcmp(name.p, words->p, words->n) == 0)
        return name.n == words->n ? FITS_EXACTLY : FITS_START;
    size_t best = distance(words, &name, name.n);
    if (words->n >= 4 && words->n < name.n) {
        size_t start = distance(words, &name, words->n);
        best = start < best ? start : best;
    }
    return FITS_NEARLY + best;
}

static void count_fit(struct fits *fits, const char *topic)
{
    struct span kind = help_kind(topic);
    if (fits->n == 0)
        fits->kind = kind;
    fits->n += span_equal(kind, fits->kind);
}

/* Keeps the best candidates, the first of equal ones first. */
static void consider(struct search *search, const char *topic, size_t score)
{
    struct help_match *match = search->match;
    size_t at = match->nsuggestions;
    if (score == FITS_EXACTLY)
        count_fit(&search->exact, topic);
    if (score == FITS_START)
        count_fit(&search->start, topic);
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

/* A topic by its id, its name and the other names it goes by. A number is only an id. */
static void consider_topic(struct search *search, const struct help *help, const char *topic)
{
    struct span also = SPAN(help_value(help, topic, "also"));
    struct span id = SPAN(strchr(topic, '/') + 1);
    size_t best = score_of(search, id), score;
    bool digits = ascii_digit(search->words.p[0]);
    if (digits || (score = score_of(search, SPAN(help_value(help, topic, "name")))) > best)
        score = best;
    while (also.n > 0 && !digits) {
        const char *semicolon = span_find(also, ';');
        best = score_of(search, semicolon ? span_make(also.p, semicolon) : also);
        also = semicolon ? span_make(semicolon + 1, span_end(also)) : SPAN_NONE;
        score = best < score ? best : score;
    }
    /* Three digits with one wrong would be near to everything. */
    if (digits && search->words.n <= 3 && score > FITS_START)
        score = FITS_NEARLY + (score - FITS_NEARLY) * 2;
    consider(search, topic, score);
}

/* The kinds in the order of their table: of equal names the first kind's wins. */
static void consider_all(struct search *search, const struct help *help, const char *kind)
{
    for (size_t k = 0; k < help->nkinds; k++) {
        if (kind && strcmp(kind, help->kinds[k].id) != 0)
            continue;
        for (size_t i = 0; i < help->nentries; i++)
            if (help->entries[i].kind == &help->kinds[k])
                consider_topic(search, help, help->entries[i].topic);
    }
}

static int found(struct help_match *match, const char *topic)
{
    if (topic != match->topic)
        snprintf(match->topic, sizeof(match->topic), "%s", topic);
    match->nsuggestions = 0;
    return 0;
}

static int resolve_name(const struct help *help, struct span words, const char *kind,
                        struct help_match *match)
{
    struct search search = { .match = match };
    letters_of(&search.words, words);
    if (search.words.n == 0)
        return -1;
    search.limit = search.words.n < 5 ? 1 : search.words.n < 10 ? 2 : 3;
    consider_all(&search, help, kind);
    if (search.exact.n == 1 || (search.exact.n == 0 && search.start.n == 1))
        return found(match, match->suggestions[0]);
    /* Words that begin several names are a choice among these; what is merely near is noise. */
    while (search.exact.n + search.start.n > 0 &&
           search.scores[match->nsuggestions - 1] >= FITS_NEARLY)
        match->nsuggestions--;
    return -1;
}

/* A topic of any kind whose id is these words. */
static bool has_id(const struct help *help, struct span words, struct help_match *match)
{
    for (size_t i = 0; i < help->nentries; i++)
        if (span_same(words, SPAN(strchr(help->entries[i].topic, '/') + 1))) {
            found(match, help->entries[i].topic);
            return true;
        }
    return false;
}

/* "488", "488 Not Acceptable Here" and "SIP/2.0 488 ..." name a code by its number. */
static int resolve_number(const struct help *help, struct span words, struct help_match *match)
{
    uint64_t number;
    if (span_starts(words, "SIP/2.0 "))
        words = span_trim(span_make(words.p + 8, span_end(words)));
    if (words.n < 3 || (words.n > 3 && !ascii_blank(words.p[3])) ||
        !span_number((struct span){ words.p, 3 }, 999, &number))
        return -1;
    help_code_topic((uint16_t)number, match->topic);
    if (help_knows(help, match->topic) || has_id(help, words, match))
        return 0;
    return number >= 100 && number <= 699 ? 0 : (match->topic[0] = '\0', -1);
}

/* The kind that a word in front of a topic names: "timer", "q850". */
static const struct help_kind *kind_named(const struct help *help, struct span word)
{
    for (size_t i = 0; i < help->nkinds; i++) {
        struct span rest = SPAN(help->kinds[i].prefixes);
        if (span_is(word, help->kinds[i].id))
            return &help->kinds[i];
        while (rest.n > 0) {
            const char *blank = span_find(rest, ' ');
            struct span prefix = blank ? span_make(rest.p, blank) : rest;
            if (span_same(word, prefix))
                return &help->kinds[i];
            rest = blank ? span_make(blank + 1, span_end(rest)) : SPAN_NONE;
        }
    }
    return NULL;
}

/*
 * "code/488", "q850:34" and "timer B": a kind, a mark or a blank, a name. *said: there was a kind and
 * a mark, so that nothing else can be meant.
 */
static int resolve_kind(const struct help *help, struct span words, struct help_match *match,
                        bool *said)
{
    *said = false;
    for (size_t i = 1; i + 1 < words.n; i++) {
        if (words.p[i] != '/' && words.p[i] != ':' && words.p[i] != ' ')
            continue;
        const struct help_kind *kind = kind_named(help, (struct span){ words.p, i });
        struct span name = span_trim(span_make(words.p + i + 1, span_end(words)));
        if (!kind || name.n == 0)
            return -1;
        *said = words.p[i] != ' ';
        if (strcmp(kind->id, "code") == 0 && resolve_number(help, name, match) == 0)
            return 0;
        return resolve_name(help, name, kind->id, match);
    }
    return -1;
}

int help_resolve(const struct help *help, const char *words, const char *kind,
                 struct help_match *match)
{
    struct span s = span_trim(SPAN(words));
    *match = (struct help_match){ .nsuggestions = 0 };
    bool said;
    if (span_starts(s, "SIP/2.0 ") && resolve_number(help, s, match) == 0)
        return 0;
    if (resolve_kind(help, s, match, &said) == 0)
        return 0;
    if (said)
        return -1;
    *match = (struct help_match){ .nsuggestions = 0 };
    if (kind && resolve_name(help, s, kind, match) == 0)
        return 0;
    *match = (struct help_match){ .nsuggestions = 0 };
    if (resolve_number(help, s, match) == 0)
        return 0;
    return resolve_name(help, s, NULL, match);
}

/* What the words mean as a topic of the other one's kind. */
static bool resolve_like(const struct help *help, const char *words, const char *other,
                         struct help_match *match)
{
    struct help_match again;
    struct span kind = help_kind(other);
    char *name = mem_format("%.*s", SPAN_ARG(kind));
    bool fits = help_resolve(help, words, name, &again) == 0 && help_same_kind(again.topic, other);
    free(name);
    if (fits)
        *match = again;
    return fits;
}

int help_resolve_pair(const struct help *help, const char *a, const char *b,
                      struct help_match match[2], size_t *wrong)
{
    const char *const words[] = { a, b };
    for (size_t i = 0; i < 2; i++) {
        *wrong = i;
        if (help_resolve(help, words[i], NULL, &match[i]))
            return -1;
    }
    *wrong = 2;
    return help_same_kind(match[0].topic, match[1].topic) ||
                   resolve_like(help, b, match[0].topic, &match[1]) ||
                   resolve_like(help, a, match[1].topic, &match[0])
               ? 0
               : -1;
}
