/*
 * Each topic is one document of three fields: title, facts, page. A word counts by
 * the field it stands in and by how few documents have it (inverse document
 * frequency); how often it stands there counts less and less.
 */
#include "help/search.h"

#include <math.h>
#include <stdlib.h>

#include "help/block.h"
#include "help/phrase.h"
#include "help/private.h"

enum { FIELDS = 3, LINE_MOST = 160 };

static const double weights[FIELDS] = { 8, 3, 1 };
static const double exact_bonus = 100; /* more than any count of words brings */

struct words {
    struct span list[SEARCH_WORDS];
    size_t n;
    size_t documents[SEARCH_WORDS]; /* that have the word */
};

/*
 * What is searched of a topic; title and facts are put together for it. The facts of one without a page
 * count as its page, or a few lines would go before pages that say more.
 */
struct document_text {
    struct strbuf title, facts;
    struct span page;
};

struct counted {
    size_t at[FIELDS][SEARCH_WORDS]; /* occurrences */
};

static void split(struct words *words, const char *text)
{
    struct span rest = SPAN(text);
    while (words->n < SEARCH_WORDS) {
        size_t n = 0;
        rest = span_trim(rest);
        while (n < rest.n && !ascii_blank(rest.p[n]))
            n++;
        if (n == 0)
            return;
        words->list[words->n++] = (struct span){ rest.p, n };
        rest = span_make(rest.p + n, span_end(rest));
    }
}

static bool stands_at(const char *p, struct span word)
{
    for (size_t i = 0; i < word.n; i++)
        if (ascii_lower(p[i]) != ascii_lower(word.p[i]))
            return false;
    return true;
}

/* The first place of a word in `text`, or NULL. */
static const char *place(struct span text, struct span word)
{
    for (size_t i = 0; i + word.n <= text.n; i++)
        if (stands_at(text.p + i, word))
            return text.p + i;
    return NULL;
}

static size_t occurrences(struct span text, struct span word)
{
    size_t n = 0;
    for (const char *p; (p = place(text, word)); n++)
        text = span_make(p + word.n, span_end(text));
    return n;
}

static void text_open(struct document_text *text, const struct help *help,
                      const struct help_entry *entry)
{
    const char *fact, *title, *value;
    *text = (struct document_text){ .page = entry->page ? entry->page->text : SPAN_NONE };
    help_topic_title(help, entry->topic, &text->title);
    strbuf_format(&text->title, " %s", help_value(help, entry->topic, "also"));
    strbuf_format(&text->facts, "%s\n", help_value(help, entry->topic, "summary"));
    for (size_t i = 0; help_fact(help, entry->topic, i, &fact, &title, &value); i++)
        if (*value)
            strbuf_format(&text->facts, "%s: %s\n", title, value);
}

static void text_close(struct document_text *text)
{
    strbuf_free(&text->title);
    strbuf_free(&text->facts);
}

/* Whether every word stands somewhere. */
static bool count_words(struct counted *counted, struct words *words,
                        const struct document_text *text)
{
    struct span facts = strbuf_as_span(&text->facts);
    const struct span fields[FIELDS] = { strbuf_as_span(&text->title),
                                         text->page.n ? facts : SPAN_NONE,
                                         text->page.n ? text->page : facts };
    bool all = true;
    for (size_t w = 0; w < words->n; w++) {
        size_t sum = 0;
        for (size_t f = 0; f < FIELDS; f++)
            sum += counted->at[f][w] = occurrences(fields[f], words->list[w]);
        words->documents[w] += sum > 0;
        all = all && sum > 0;
    }
    return all;
}

static double score(const struct counted *counted, const struct words *words, size_t ndocuments)
{
    double sum = 0;
    for (size_t w = 0; w < words->n; w++) {
        double rare = log(1 + (double)ndocuments / (double)words->documents[w]), of_word = 0;
        for (size_t f = 0; f < FIELDS; f++)
            of_word += weights[f] * log2(1 + (double)counted->at[f][w]);
        sum += rare * of_word;
    }
    return sum;
}

/* A text that was cut loses the piece of a word at its end. */
static void end_with_word(struct strbuf *text)
{
    size_t n = text->n;
    while (n > LINE_MOST / 2 && text->p[n - 1] != ' ')
        n--;
    text->n = n > LINE_MOST / 2 ? n - 1 : text->n;
}

/* The line or paragraph of a field where the most words stand, without marks, cut to a length. */
static char *best_line(const struct words *words, struct span text)
{
    struct span line, best = SPAN_NONE;
    struct strbuf plain = STRBUF_INIT;
    struct block block;
    struct token token;
    size_t most = 0;
    while (block_next(&text, &block)) {
        size_t n = 0;
        for (size_t w = 0; w < words->n; w++)
            n += place(block.text, words->list[w]) != NULL;
        if (n > most && block.kind != BLOCK_HEADING) {
            most = n;
            best = block.text;
        }
    }
    line = best;
    while (plain.n < LINE_MOST && block_token(&line, &token))
        if (token.kind == TOKEN_TEXT && ascii_blank(token.text.p[0]))
            strbuf_text(&plain, plain.n && plain.p[plain.n - 1] != ' ' ? " " : "");
        else if (token.kind != TOKEN_BOLD)
            strbuf_span(&plain, token.text);
    if (line.n)
        end_with_word(&plain);
    strbuf_text(&plain, line.n ? " ..." : "");
    return strbuf_take(&plain);
}

/* Whether the words are the very name of a topic: then it is what was meant. */
static bool is_called(const struct help *help, const char *topic, struct span words)
{
    words = span_trim(words);
    return span_same(words, SPAN(strchr(topic, '/') + 1)) ||
           span_same(words, SPAN(help_value(help, topic, "name")));
}

static int by_score(const void *a, const void *b)
{
    const struct search_hit *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return strcmp(x->topic, y->topic);
}

size_t search_run(const struct help *help, const char *text, struct search_hit **hits)
{
    struct words words = { .n = 0 };
    struct counted *counted = mem_zero((help->nentries + 1) * sizeof(*counted));
    size_t n = 0;
    *hits = mem_zero((help->nentries + 1) * sizeof(**hits));
    split(&words, text);
    for (size_t i = 0; i < help->nentries && words.n; i++) {
        struct document_text document;
        text_open(&document, help, &help->entries[i]);
        if (count_words(&counted[n], &words, &document)) {
            char *line = best_line(&words, document.page);
            if (!*line) {
                free(line);
                line = best_line(&words, strbuf_as_span(&document.facts));
            }
            (*hits)[n++] = (struct search_hit){ .topic = help->entries[i].topic, .line = line };
        }
        text_close(&document);
    }
    for (size_t i = 0; i < n; i++)
        (*hits)[i].score = score(&counted[i], &words, help->nentries) +
                           (is_called(help, (*hits)[i].topic, SPAN(text)) ? exact_bonus : 0);
    qsort(*hits, n, sizeof(**hits), by_score);
    free(counted);
    if (n == 0) {
        free(*hits);
        *hits = NULL;
    }
    return n;
}

/* Marks in a line of plain text would be read as markup. */
static void add_plain(struct strbuf *out, const char *line)
{
    for (; *line; line++)
        if (!strchr("*`[", *line))
            strbuf_char(out, *line);
}

/* The link, then of the title what the link does not say. */
static void add_hit(struct strbuf *out, const struct help *help, const struct search_hit *hit)
{
    struct strbuf link = STRBUF_INIT, title = STRBUF_INIT;
    help_topic_link(help, hit->topic, &link);
    help_topic_title(help, hit->topic, &title);
    bool begins = span_starts(strbuf_as_span(&title), strbuf_str(&link));
    const char *rest = strbuf_str(&title) + (begins ? link.n : 0);
    bool apart = !begins || *rest == ' ';
    strbuf_format(out, "%s- [[%s]]", out->n ? "\n" : "", hit->topic);
    if (*rest)
        strbuf_format(out, "%s**%s**", apart ? " " : "", rest + (begins && apart));
    strbuf_text(out, *hit->line ? ": " : "");
    add_plain(out, hit->line);
    strbuf_free(&link);
    strbuf_free(&title);
}

void search_document(struct document *doc, const struct help *help, const char *words,
                     const struct search_hit *hits, size_t count)
{
    struct strbuf text = STRBUF_INIT;
    for (size_t i = 0; i < count; i++)
        add_hit(&text, help, &hits[i]);
    *doc = (struct document){ .title = mem_text(words),
                              .right = mem_format("%zu", count),
                              .lead = mem_text("") };
    document_add(doc, PART_TEXT, "hits", "", phrase_pattern(help, "title.hits"),
                 strbuf_as_span(&text));
    strbuf_free(&text);
}

void search_free(struct search_hit *hits, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(hits[i].line);
    free(hits);
}
