/*
 * What people give the knowledge base: a note's file, words to resolve, words to search,
 * two topics to compare. The first byte chooses; the rest is the text.
 */
#include <locale.h>
#include <stdlib.h>

#include "base/text.h"
#include "help/document.h"
#include "help/private.h"
#include "help/search.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void insist(int good)
{
    if (!good)
        abort();
}

static char *check_condition(const char *condition)
{
    return condition[0] == '!' ? mem_text("bad") : NULL;
}

static void try_note(const struct help *help, const char *text, size_t n)
{
    struct strbuf warning = STRBUF_INIT;
    struct help_note note = { .file = mem_text("note"), .owned = mem_alloc(n + 1) };
    memcpy(note.owned, text, n);
    int result = notes_parse(help, &note, n, check_condition, &warning);
    insist((result == 0) == (warning.n == 0));
    insist(result || note.topic || note.condition);
    insist(result || (note.text.p >= note.owned && span_end(note.text) <= note.owned + n));
    notes_free_one(&note);
    strbuf_free(&warning);
}

static void try_resolve(const struct help *help, const char *words)
{
    struct help_match match;
    if (help_resolve(help, words, NULL, &match) == 0)
        insist(*match.topic && strchr(match.topic, '/') && match.nsuggestions == 0);
    else
        insist(match.nsuggestions <= HELP_SUGGESTIONS);
    for (size_t i = 0; i < match.nsuggestions; i++)
        insist(help_knows(help, match.suggestions[i]));
}

static void try_search(const struct help *help, const char *words)
{
    struct search_hit *hits;
    size_t n = search_run(help, words, &hits);
    for (size_t i = 0; i < n; i++)
        insist(help_knows(help, hits[i].topic) && (i == 0 || hits[i - 1].score >= hits[i].score));
    search_free(hits, n);
}

static void try_compare(const struct help *help, char *words)
{
    struct help_match match[2];
    struct document doc;
    size_t wrong;
    char *second = strchr(words, '\n');
    if (!second)
        return;
    *second++ = '\0';
    if (help_resolve_pair(help, words, second, match, &wrong))
        return;
    insist(help_same_kind(match[0].topic, match[1].topic));
    document_compare(&doc, help, match[0].topic, match[1].topic);
    struct styled_text text = STYLED_HELP(true, help);
    document_lay(&text, &doc, 80);
    insist(text.nlines > 3);
    styled_free(&text);
    document_free(&doc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct help *help[2];
    if (!help[0]) {
        char *warning;
        setlocale(LC_ALL, "C.UTF-8");
        help[0] = help_open(&(struct help_options){ .language = "en" }, &warning);
        free(warning);
        help[1] = help_open(&(struct help_options){ .language = "ko" }, &warning);
        free(warning);
    }
    if (size == 0)
        return 0;
    const struct help *chosen = help[data[0] / 4 % 2];
    char *words = mem_alloc(size);
    memcpy(words, data + 1, size - 1);
    words[size - 1] = '\0';
    switch (data[0] % 4) {
    case 0:
        try_note(chosen, words, size - 1);
        break;
    case 1:
        try_resolve(chosen, words);
        break;
    case 2:
        try_search(chosen, words);
        break;
    default:
        try_compare(chosen, words);
    }
    free(words);
    return 0;
}
