/* See topic.h. The tables are read once at the start; pages are looked up in a sorted list. */
#include "help/topic.h"

#include <stdio.h>
#include <stdlib.h>

#include "help/block.h"
#include "help/bundle.h"
#include "help/private.h"

/* Columns of codes.tsv. */
static const struct {
    const char *name;
    size_t offset; /* in struct help_code */
} fields[] = {
    { "phrase", offsetof(struct help_code, phrase) },
    { "spec", offsetof(struct help_code, spec) },
    { "sender", offsetof(struct help_code, sender) },
    { "methods", offsetof(struct help_code, methods) },
    { "headers", offsetof(struct help_code, headers) },
    { "retry", offsetof(struct help_code, retry) },
    { "dialog", offsetof(struct help_code, dialog) },
    { "q850", offsetof(struct help_code, q850) },
    { "summary", offsetof(struct help_code, summary) },
};
static const size_t nfields = sizeof(fields) / sizeof(fields[0]);

static const char **field_of(struct help_code *code, size_t i)
{
    return (const char **)((char *)code + fields[i].offset);
}

/* Reads a bundled table; without the file it is empty. */
static void read_table(struct help_table *table, const char *path)
{
    struct span text = SPAN_NONE;
    for (size_t i = 0; i < help_bundle_count; i++)
        if (strcmp(help_bundle[i].path, path) == 0)
            text = (struct span){ help_bundle[i].text, help_bundle[i].length };
    table_parse(table, text);
}

static uint16_t row_code(const struct help_table *table, size_t row)
{
    uint64_t value;
    const char *cell = table_cell(table, row, table_column(table, "code"));
    return span_number(SPAN(cell), 999, &value) ? (uint16_t)value : 0;
}

static int compare_codes(const void *a, const void *b)
{
    const struct help_code *x = a, *y = b;
    return (x->code > y->code) - (x->code < y->code);
}

static struct help_code *find_code(const struct help *help, uint16_t code)
{
    struct help_code key = { .code = code };
    return help->ncodes == 0 ? NULL
                             : bsearch(&key, help->codes, help->ncodes, sizeof(key), compare_codes);
}

static void read_codes(struct help *help)
{
    const struct help_table *table = &help->codes_table;
    help->codes = mem_zero(table->rows * sizeof(*help->codes));
    for (size_t row = 0; row < table->rows; row++) {
        struct help_code *code = &help->codes[help->ncodes];
        code->code = row_code(table, row);
        for (size_t i = 0; i < nfields; i++)
            *field_of(code, i) = table_cell(table, row, table_column(table, fields[i].name));
        help->ncodes += code->code != 0;
    }
    qsort(help->codes, help->ncodes, sizeof(*help->codes), compare_codes);
}

/* codes.LANG.tsv says some of the facts in another language. */
static void translate_codes(struct help *help)
{
    const struct help_table *table = &help->words_table;
    for (size_t row = 0; row < table->rows; row++) {
        struct help_code *code = find_code(help, row_code(table, row));
        for (size_t i = 0; code && i < nfields; i++) {
            const char *text = table_cell(table, row, table_column(table, fields[i].name));
            if (*text)
                *field_of(code, i) = text;
        }
    }
}

/* The words of a row in the language, with `end` behind the column's name, or else in English. */
static const char *row_words(const struct help *help, const struct help_table *table, size_t row,
                             const char *end)
{
    const char *const languages[] = { help->language, "en" };
    for (size_t i = 0; i < 2; i++) {
        char name[HELP_LANGUAGE_SIZE + 8];
        snprintf(name, sizeof(name), "%s%s", languages[i], end);
        const char *words = table_cell(table, row, table_column(table, name));
        if (*words)
            return words;
    }
    return "";
}

static void read_sections(struct help *help)
{
    const struct help_table *table = &help->titles;
    help->nsections = table->rows;
    help->sections = mem_zero(table->rows * sizeof(*help->sections));
    help->section_ids = mem_zero(table->rows * sizeof(*help->section_ids));
    for (size_t row = 0; row < table->rows; row++) {
        const char *id = table_cell(table, row, table_column(table, "id"));
        help->section_ids[row] = id;
        help->sections[row] = (struct help_section_title){ id, row_words(help, table, row, ""),
                                                           row_words(help, table, row, "_page") };
    }
}

/* "ko_KR.UTF-8" is "ko"; what is no language is "en". It becomes part of a path: letters only. */
static void set_language(struct help *help, const char *asked)
{
    size_t n = 0;
    while (asked && n + 1 < sizeof(help->language)) {
        char c = ascii_lower(asked[n]);
        if (c < 'a' || c > 'z')
            break;
        help->language[n++] = c;
    }
    if (n < 2 || n > 3)
        snprintf(help->language, sizeof(help->language), "en");
}

static void read_tables(struct help *help)
{
    char name[32];
    read_table(&help->codes_table, "codes.tsv");
    read_table(&help->classes, "classes.tsv");
    read_table(&help->facts, "facts.tsv");
    read_table(&help->titles, "sections.tsv");
    snprintf(name, sizeof(name), "codes.%s.tsv", help->language);
    read_table(&help->words_table, name);
    read_codes(help);
    translate_codes(help);
    read_sections(help);
}

struct help *help_open(const char *language, const char *const dirs[], size_t ndirs, char **warning)
{
    struct help *help = mem_zero(sizeof(*help));
    struct strbuf text = STRBUF_INIT;
    bool translated = false;
    set_language(help, language);
    read_tables(help);
    pages_load(help, dirs, ndirs, &text);
    for (size_t i = 0; i < help->npages; i++)
        translated = translated || help->pages[i].translated;
    if (!translated && table_column(&help->titles, help->language) < 0)
        snprintf(help->language, sizeof(help->language), "en");
    if (text.n > 0)
        text.p[--text.n] = '\0';
    *warning = text.n > 0 ? strbuf_take(&text) : NULL;
    return help;
}

void help_free(struct help *help)
{
    if (!help)
        return;
    pages_free(help);
    free(help->codes);
    free(help->sections);
    free(help->section_ids);
    table_free(&help->codes_table);
    table_free(&help->words_table);
    table_free(&help->classes);
    table_free(&help->facts);
    table_free(&help->titles);
    free(help);
}

const char *help_language(const struct help *help)
{
    return help->language;
}

const struct help_code *help_code(const struct help *help, uint16_t code)
{
    return find_code(help, code);
}

const struct help_code *help_codes(const struct help *help, size_t *count)
{
    *count = help->ncodes;
    return help->codes;
}

/* "4xx"; false outside 100..699. */
static bool class_id(uint16_t code, char id[4])
{
    if (code < 100 || code > 699)
        return false;
    id[0] = (char)('0' + code / 100);
    memcpy(id + 1, "xx", 3);
    return true;
}

const char *help_class_name(const struct help *help, uint16_t code)
{
    char id[4];
    int column = table_column(&help->classes, "class");
    for (size_t row = 0; class_id(code, id) && row < help->classes.rows; row++)
        if (strcmp(table_cell(&help->classes, row, column), id) == 0)
            return row_words(help, &help->classes, row, "");
    return "";
}

/* The first row of facts.tsv is the title of the block. */
const char *help_facts_title(const struct help *help)
{
    return row_words(help, &help->facts, 0, "");
}

bool help_fact(const struct help *help, const struct help_code *code, size_t i, const char **title,
               const char **value)
{
    size_t row = i + 1;
    if (row >= help->facts.rows)
        return false;
    const char *name = table_cell(&help->facts, row, table_column(&help->facts, "fact"));
    *title = row_words(help, &help->facts, row, "");
    *value = "";
    for (size_t f = 0; f < nfields; f++)
        if (strcmp(fields[f].name, name) == 0)
            memcpy(value, (const char *)code + fields[f].offset, sizeof(*value));
    return true;
}

static int compare_topic(const void *key, const void *page)
{
    return strcmp(key, ((const struct help_page *)page)->topic);
}

const struct help_page *help_page(const struct help *help, const char *topic)
{
    return help->npages == 0
               ? NULL
               : bsearch(topic, help->pages, help->npages, sizeof(*help->pages), compare_topic);
}

const struct help_page *help_page_for_code(const struct help *help, uint16_t code, bool *fallback)
{
    char topic[HELP_TOPIC_SIZE], id[4];
    if (fallback)
        *fallback = false;
    if (!class_id(code, id))
        return NULL;
    snprintf(topic, sizeof(topic), "code/%u", code);
    const struct help_page *page = help_page(help, topic);
    if (page)
        return page;
    if (fallback)
        *fallback = true;
    snprintf(topic, sizeof(topic), "class/%s", id);
    return help_page(help, topic);
}

const struct help_page *help_page_at(const struct help *help, size_t i)
{
    return i < help->npages ? &help->pages[i] : NULL;
}

const char *help_page_topic(const struct help_page *page)
{
    return page->topic;
}

const char *help_page_language(const struct help *help, const struct help_page *page)
{
    return page->translated ? help->language : "en";
}

const char *help_page_file(const struct help_page *page)
{
    return page->file;
}

struct span help_page_text(const struct help_page *page)
{
    return page->text;
}

int help_section(const struct help_page *page, const char *id, struct span *content)
{
    return block_section(page->text, id, content);
}

const struct help_section_title *help_sections(const struct help *help, size_t *count)
{
    *count = help->nsections;
    return help->sections;
}

void help_topic_title(const struct help *help, const char *topic, struct strbuf *out)
{
    const char *slash = strchr(topic, '/');
    const char *name = slash ? slash + 1 : topic;
    uint64_t number;
    strbuf_text(out, name);
    if (span_starts(SPAN(topic), "code/") && span_number(SPAN(name), 999, &number)) {
        const struct help_code *code = help_code(help, (uint16_t)number);
        strbuf_format(out, "%s%s", code ? " " : "", code ? code->phrase : "");
    } else if (span_starts(SPAN(topic), "class/") && ascii_digit(name[0])) {
        strbuf_format(out, " %s", help_class_name(help, (uint16_t)((name[0] - '0') * 100)));
    }
}
