/* See phrase.h. */
#include "help/phrase.h"

#include "base/text.h"
#include "help/private.h"

enum { HANGUL_FIRST = 0xac00, HANGUL_LAST = 0xd7a3, HANGUL_FINALS = 28 };

const char *phrase_pattern(const struct help *help, const char *id)
{
    const struct help_table *table = &help->phrases;
    int column = table_column(table, "id");
    for (size_t row = 0; row < table->rows; row++)
        if (strcmp(table_cell(table, row, column), id) == 0)
            return facts_words(help, table, row, "");
    return "";
}

enum { HANGUL_RIEUL = 8 };

/* The last character that is spoken: no quotes, no brackets. */
static uint32_t last_rune(struct span word)
{
    uint32_t rune, last = 0;
    for (size_t n; (n = text_rune(word, &rune)) > 0; word.p += n, word.n -= n)
        if (rune >= 0x80 || ascii_digit((char)rune) ||
            (ascii_lower((char)rune) >= 'a' && ascii_lower((char)rune) <= 'z'))
            last = rune;
    return last;
}

/*
 * Hangul tells by its code point, digits by their Sino-Korean names (영 일 이 삼 사 오 육 칠 팔 구; a
 * zero at the end is read 십, 백 or 영), Latin letters by the sound that they mostly end in.
 */
bool phrase_ends_closed(struct span word)
{
    uint32_t last = last_rune(word);
    if (last >= HANGUL_FIRST && last <= HANGUL_LAST)
        return (last - HANGUL_FIRST) % HANGUL_FINALS != 0;
    return last != 0 && last < 0x80 && strchr("013678lmnLMN", (int)last) != NULL;
}

/* Ends in ㄹ (일, 칠, 팔; l): 로 follows it as if it were a vowel. */
static bool ends_in_rieul(struct span word)
{
    uint32_t last = last_rune(word);
    if (last >= HANGUL_FIRST && last <= HANGUL_LAST)
        return (last - HANGUL_FIRST) % HANGUL_FINALS == HANGUL_RIEUL;
    return last != 0 && last < 0x80 && strchr("178lL", (int)last) != NULL;
}

static const char *part_named(const struct phrase_part *parts, struct span name)
{
    for (; parts->name; parts++)
        if (span_is(name, parts->name))
            return parts->text;
    return NULL;
}

/* "은/는": the first after a consonant, the second after a vowel. */
static void add_particle(struct strbuf *out, struct span choice, const char *text)
{
    const char *slash = span_find(choice, '/');
    if (!slash)
        return;
    struct span word = SPAN(text);
    bool closed = phrase_ends_closed(word) &&
                  !(span_starts(choice, "\uc73c\ub85c") && ends_in_rieul(word)); /* 으로 */
    strbuf_span(out, closed ? span_make(choice.p, slash) : span_make(slash + 1, span_end(choice)));
}

/* Appends what stands between braces; false if it names no part. */
static bool add_part(struct strbuf *out, struct span inside, const struct phrase_part *parts)
{
    const char *colon = span_find(inside, ':');
    struct span name = colon ? span_make(inside.p, colon) : inside;
    const char *text = part_named(parts, name);
    if (!text)
        return false;
    strbuf_text(out, text);
    if (colon)
        add_particle(out, span_make(colon + 1, span_end(inside)), text);
    return true;
}

void phrase_fill(const struct help *help, const char *id, const struct phrase_part *parts,
                 struct strbuf *out)
{
    struct span rest = SPAN(phrase_pattern(help, id));
    while (rest.n > 0) {
        const char *close = rest.p[0] == '{' ? span_find(rest, '}') : NULL;
        if (close && add_part(out, span_make(rest.p + 1, close), parts)) {
            rest = span_make(close + 1, span_end(rest));
            if (rest.n > 0 && rest.p[0] == '.' && out->n > 0 && out->p[out->n - 1] == '.')
                rest = span_make(rest.p + 1, span_end(rest)); /* the part was a sentence */
            continue;
        }
        strbuf_char(out, rest.p[0]);
        rest = (struct span){ rest.p + 1, rest.n - 1 };
    }
}
