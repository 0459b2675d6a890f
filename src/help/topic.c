/* See topic.h. Opening, response codes, and what a page consists of. */
#include "help/topic.h"

#include <stdio.h>
#include <stdlib.h>

#include "help/block.h"
#include "help/private.h"

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

static void copy_dirs(struct help *help, const struct help_options *options)
{
    help->ndirs = options->ndirs;
    help->dirs = mem_zero((options->ndirs + 1) * sizeof(*help->dirs));
    for (size_t i = 0; i < options->ndirs; i++)
        help->dirs[i] = mem_text(options->dirs[i]);
}

/* A language that has neither titles nor pages is not there. */
static void settle_language(struct help *help)
{
    bool translated = table_column(&help->titles, help->language) >= 0;
    for (size_t i = 0; i < help->npages; i++)
        translated = translated || help->pages[i].translated;
    if (!translated)
        snprintf(help->language, sizeof(help->language), "en");
}

struct help *help_open(const struct help_options *options, char **warning)
{
    struct help *help = mem_zero(sizeof(*help));
    struct strbuf text = STRBUF_INIT;
    set_language(help, options->language);
    copy_dirs(help, options);
    help->stamp = stamp_of(help->dirs, help->ndirs);
    facts_load(help);
    pages_load(help, &text);
    facts_join(help);
    settle_language(help);
    notes_load(help, options->check_condition, &text);
    if (text.n > 0)
        text.p[--text.n] = '\0';
    *warning = text.n > 0 ? strbuf_take(&text) : NULL;
    return help;
}

void help_free(struct help *help)
{
    if (!help)
        return;
    facts_free(help);
    pages_free(help);
    notes_free(help);
    for (size_t i = 0; i < help->ndirs; i++)
        free(help->dirs[i]);
    free(help->dirs);
    free(help);
}

const char *help_language(const struct help *help)
{
    return help->language;
}

bool help_is_stale(const struct help *help)
{
    return stamp_of(help->dirs, help->ndirs) != help->stamp;
}

const char *help_topic_at(const struct help *help, size_t i)
{
    return i < help->nentries ? help->entries[i].topic : NULL;
}

bool help_knows(const struct help *help, const char *topic)
{
    return facts_entry(help, topic) != NULL;
}

const char *help_code_topic(uint16_t code, char topic[HELP_TOPIC_SIZE])
{
    snprintf(topic, HELP_TOPIC_SIZE, "code/%u", code);
    return topic;
}

uint16_t help_topic_code(const char *topic)
{
    uint64_t code;
    return span_is(help_kind(topic), "code") && span_number(SPAN(topic + 5), 999, &code)
               ? (uint16_t)code
               : 0;
}

bool help_code_registered(const struct help *help, uint16_t code)
{
    char topic[HELP_TOPIC_SIZE];
    help_code_topic(code, topic);
    return help_knows(help, topic) && *help_value(help, topic, "name") &&
           strcmp(help_value(help, topic, "registered"), "no") != 0;
}

/* "class/4xx"; false outside 100..699. */
static bool class_topic(uint16_t code, char topic[HELP_TOPIC_SIZE])
{
    snprintf(topic, HELP_TOPIC_SIZE, "class/%uxx", code / 100);
    return code >= 100 && code <= 699;
}

const char *help_class_name(const struct help *help, uint16_t code)
{
    char topic[HELP_TOPIC_SIZE];
    return class_topic(code, topic) ? help_value(help, topic, "name") : "";
}

const struct help_page *help_page(const struct help *help, const char *topic)
{
    const struct help_entry *entry = facts_entry(help, topic);
    return entry ? entry->page : NULL;
}

const struct help_page *help_page_or_class(const struct help *help, const char *topic,
                                           bool *fallback)
{
    const struct help_page *page = help_page(help, topic);
    char class[HELP_TOPIC_SIZE];
    *fallback = !page && class_topic(help_topic_code(topic), class);
    return *fallback ? help_page(help, class) : page;
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

const struct help_note *help_note_at(const struct help *help, size_t i)
{
    return i < help->nnotes ? &help->notes[i] : NULL;
}
