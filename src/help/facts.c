/*
 * The tables of help/: kinds.tsv names one table for each kind of topic, TABLE.LANG.tsv
 * says some of its columns in another language. They are read once; a topic is
 * looked up in a sorted list of all rows and pages.
 */
#include <stdio.h>
#include <stdlib.h>

#include "help/bundle.h"
#include "help/private.h"

/* Reads a bundled table; without the file it is empty. */
static void read_table(struct help_table *table, const char *path)
{
    struct span text = SPAN_NONE;
    for (size_t i = 0; i < help_bundle_count; i++)
        if (strcmp(help_bundle[i].path, path) == 0)
            text = (struct span){ help_bundle[i].text, help_bundle[i].length };
    table_parse(table, text);
}

const char *facts_words(const struct help *help, const struct help_table *table, size_t row,
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
        help->sections[row] = (struct help_section_title){ id, facts_words(help, table, row, ""),
                                                           facts_words(help, table, row, "_page") };
    }
}

/* "codes.tsv" is "codes.ko.tsv" in Korean. */
static void read_kind(struct help *help, size_t row)
{
    const struct help_table *table = &help->kinds_table;
    struct help_kind *kind = &help->kinds[row];
    const char *file = table_cell(table, row, table_column(table, "table"));
    char path[64];
    *kind = (struct help_kind){ .id = table_cell(table, row, table_column(table, "id")),
                                .prefixes = table_cell(table, row, table_column(table, "prefixes")),
                                .name = facts_words(help, table, row, ""),
                                .title = facts_words(help, table, row, "_title"),
                                .link = facts_words(help, table, row, "_link") };
    read_table(&kind->facts, file);
    snprintf(path, sizeof(path), "%.*s.%s.tsv", (int)strcspn(file, "."), file, help->language);
    read_table(&kind->words, path);
}

void facts_load(struct help *help)
{
    read_table(&help->kinds_table, "kinds.tsv");
    read_table(&help->facts, "facts.tsv");
    read_table(&help->titles, "sections.tsv");
    read_table(&help->phrases, "phrases.tsv");
    read_sections(help);
    help->nkinds = help->kinds_table.rows;
    help->kinds = mem_zero(help->nkinds * sizeof(*help->kinds));
    for (size_t row = 0; row < help->nkinds; row++)
        read_kind(help, row);
}

void facts_free(struct help *help)
{
    for (size_t i = 0; i < help->nkinds; i++) {
        table_free(&help->kinds[i].facts);
        table_free(&help->kinds[i].words);
    }
    free(help->kinds);
    free(help->entries);
    free(help->sections);
    free(help->section_ids);
    table_free(&help->kinds_table);
    table_free(&help->facts);
    table_free(&help->titles);
    table_free(&help->phrases);
}

static const struct help_kind *kind_of(const struct help *help, const char *topic)
{
    struct span id = help_kind(topic);
    for (size_t i = 0; i < help->nkinds; i++)
        if (span_is(id, help->kinds[i].id))
            return &help->kinds[i];
    return NULL;
}

/* As SIP compares names: the case of letters does not matter. */
static int compare_entries(const void *a, const void *b)
{
    const char *x = ((const struct help_entry *)a)->topic;
    const char *y = ((const struct help_entry *)b)->topic;
    while (*x && ascii_lower(*x) == ascii_lower(*y)) {
        x++;
        y++;
    }
    return (unsigned char)ascii_lower(*x) - (unsigned char)ascii_lower(*y);
}

static void add_rows(struct help *help, const struct help_kind *kind)
{
    int id = table_column(&kind->facts, "id");
    for (size_t row = 0; row < kind->facts.rows; row++) {
        struct help_entry *entry = &help->entries[help->nentries++];
        *entry = (struct help_entry){ .kind = kind, .row = row };
        snprintf(entry->topic, sizeof(entry->topic), "%s/%s", kind->id,
                 table_cell(&kind->facts, row, id));
    }
}

static void add_page(struct help *help, const struct help_page *page, size_t nrows)
{
    struct help_entry key;
    snprintf(key.topic, sizeof(key.topic), "%s", page->topic);
    struct help_entry *entry = nrows ? bsearch(&key, help->entries, nrows, sizeof(key),
                                               compare_entries)
                                     : NULL;
    if (!entry) {
        entry = &help->entries[help->nentries++];
        *entry = (struct help_entry){ .kind = kind_of(help, page->topic), .row = SIZE_MAX };
        memcpy(entry->topic, key.topic, sizeof(key.topic));
    }
    entry->page = page;
}

void facts_join(struct help *help)
{
    size_t most = help->npages;
    for (size_t i = 0; i < help->nkinds; i++)
        most += help->kinds[i].facts.rows;
    help->entries = mem_zero((most + 1) * sizeof(*help->entries));
    for (size_t i = 0; i < help->nkinds; i++)
        add_rows(help, &help->kinds[i]);
    size_t nrows = help->nentries;
    qsort(help->entries, nrows, sizeof(*help->entries), compare_entries);
    for (size_t i = 0; i < help->npages; i++)
        add_page(help, &help->pages[i], nrows);
    qsort(help->entries, help->nentries, sizeof(*help->entries), compare_entries);
}

const struct help_entry *facts_entry(const struct help *help, const char *topic)
{
    struct help_entry key;
    if (strlen(topic) >= sizeof(key.topic) || help->nentries == 0)
        return NULL;
    strcpy(key.topic, topic);
    return bsearch(&key, help->entries, help->nentries, sizeof(key), compare_entries);
}

const char *help_nearest(const struct help *help, const char *topic)
{
    const struct help_entry *entry = facts_entry(help, topic);
    const char *at = strchr(topic, '@');
    char other[HELP_TOPIC_SIZE];
    if (!entry && at && at - topic < HELP_TOPIC_SIZE) {
        span_copy(span_make(topic, at), other, sizeof other);
        entry = facts_entry(help, other);
    }
    if (!entry && at) {
        snprintf(other, sizeof other, "%.*s/other%s", SPAN_ARG(help_kind(topic)), at);
        entry = facts_entry(help, other);
    }
    return entry ? entry->topic : NULL;
}

/* The row of the kind's other table that has the same id. */
static size_t translated_row(const struct help_kind *kind, const char *id)
{
    int column = table_column(&kind->words, "id");
    size_t row = 0;
    while (row < kind->words.rows && strcmp(table_cell(&kind->words, row, column), id) != 0)
        row++;
    return row;
}

const char *help_value(const struct help *help, const char *topic, const char *fact)
{
    const struct help_entry *entry = facts_entry(help, topic);
    if (!entry || !entry->kind || entry->row == SIZE_MAX)
        return "";
    const struct help_kind *kind = entry->kind;
    int column = table_column(&kind->words, fact);
    if (column >= 0) {
        const char *words = table_cell(&kind->words,
                                       translated_row(kind, strchr(entry->topic, '/') + 1), column);
        if (*words)
            return words;
    }
    return table_cell(&kind->facts, entry->row, table_column(&kind->facts, fact));
}

/* The row of facts.tsv with the `i`th fact of a kind; the first row of all is the block's title. */
static size_t fact_row(const struct help *help, struct span kind, size_t i)
{
    int column = table_column(&help->facts, "kind");
    for (size_t row = 1; row < help->facts.rows; row++)
        if (span_is(kind, table_cell(&help->facts, row, column)) && i-- == 0)
            return row;
    return SIZE_MAX;
}

bool help_fact(const struct help *help, const char *topic, size_t i, const char **fact,
               const char **title, const char **value)
{
    size_t row = fact_row(help, help_kind(topic), i);
    if (row == SIZE_MAX)
        return false;
    *fact = table_cell(&help->facts, row, table_column(&help->facts, "fact"));
    *title = facts_words(help, &help->facts, row, "");
    *value = help_value(help, topic, *fact);
    return true;
}

const char *help_facts_title(const struct help *help)
{
    return facts_words(help, &help->facts, 0, "");
}

const char *help_kind_name(const struct help *help, const char *topic)
{
    const struct help_kind *kind = kind_of(help, topic);
    return kind ? kind->name : "";
}

struct span help_kind(const char *topic)
{
    return (struct span){ topic, strcspn(topic, "/") };
}

bool help_same_kind(const char *topic, const char *other)
{
    return span_equal(help_kind(topic), help_kind(other));
}

/* Fills "{id}" and "{name}" of a title's pattern. What has no name keeps its id alone. */
static void fill_title(const struct help *help, const char *topic, const char *pattern,
                       struct strbuf *out)
{
    const char *slash = strchr(topic, '/'), *name = help_value(help, topic, "name");
    const char *id = slash ? slash + 1 : topic;
    if (!pattern || !*pattern || (!*name && strstr(pattern, "{name}"))) {
        strbuf_text(out, id);
        return;
    }
    for (const char *p = pattern; *p; p++) {
        if (strncmp(p, "{id}", 4) == 0) {
            strbuf_text(out, id);
            p += 3;
        } else if (strncmp(p, "{name}", 6) == 0) {
            strbuf_text(out, name);
            p += 5;
        } else {
            strbuf_char(out, *p);
        }
    }
}

void help_topic_title(const struct help *help, const char *topic, struct strbuf *out)
{
    const struct help_kind *kind = kind_of(help, topic);
    fill_title(help, topic, kind ? kind->title : NULL, out);
}

void help_topic_link(const struct help *help, const char *topic, struct strbuf *out)
{
    const struct help_kind *kind = kind_of(help, topic);
    fill_title(help, topic, kind ? kind->link : NULL, out);
}

static const char *topic_of_row(const struct help *help, const struct help_kind *kind, size_t row)
{
    for (size_t i = 0; i < help->nentries; i++)
        if (help->entries[i].kind == kind && help->entries[i].row == row)
            return help->entries[i].topic;
    return NULL;
}

/* Who leafs through the codes wants those of the registry. */
static bool passed_over(const struct help *help, const char *topic)
{
    return help_topic_code(topic) && !help_code_registered(help, help_topic_code(topic));
}

const char *help_neighbour(const struct help *help, const char *topic, bool next)
{
    const struct help_entry *entry = facts_entry(help, topic);
    if (!entry || !entry->kind || entry->row == SIZE_MAX)
        return NULL;
    size_t row = entry->row;
    while (next ? ++row < entry->kind->facts.rows : row-- > 0) {
        const char *neighbour = topic_of_row(help, entry->kind, row);
        if (neighbour && !passed_over(help, neighbour))
            return neighbour;
    }
    return NULL;
}
