/*
 * The knowledge base: facts, pages and their completeness in every language, folders
 * that overlay the bundle, notes of the site, search, and the way from words to a
 * topic. Works in a folder of its own under TMPDIR.
 */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "help/block.h"
#include "help/bundle.h"
#include "help/document.h"
#include "help/markup.h"
#include "help/scope.h"
#include "help/search.h"
#include "help/table.h"
#include "help/topic.h"
#include "tap.h"

enum { REGISTERED_CODES = 75, HEADER_PAGES = 50 };

static const char *const ids[] = { "meaning", "when", "fix", "alike", "develop", "learn" };
static const size_t nids = sizeof(ids) / sizeof(ids[0]);
static const bool all_needed[] = { true, true, true, true, true, true };
static const bool least_needed[] = { true, true, true, false, false, true };

static struct help *open_plain(const char *language)
{
    char *warning;
    struct help *help = help_open(&(struct help_options){ .language = language }, &warning);
    if (warning)
        tap_note("%s", warning);
    free(warning);
    return help;
}

static struct help_table bundled_table(const char *path)
{
    struct help_table table;
    struct span text = SPAN_NONE;
    for (size_t i = 0; i < help_bundle_count; i++)
        if (strcmp(help_bundle[i].path, path) == 0)
            text = (struct span){ help_bundle[i].text, help_bundle[i].length };
    table_parse(&table, text);
    return table;
}

static const char *cell(const struct help_table *table, size_t row, const char *column)
{
    return table_cell(table, row, table_column(table, column));
}

/* ---- facts ---- */

/* A fact that every topic of its kind must have, in every language. */
static const struct {
    const char *kind, *facts;
} must_have[] = {
    { "code", "name spec sender methods retry dialog hop again impact action use summary" },
    { "class", "name action use summary" },
    { "method", "name spec sender scope dialog responses action use summary" },
    { "header", "spec messages adder proxy action use summary" },
    { "finding", "name scope severity holds action use summary" },
    { "flow", "name spec roles messages action use summary" },
    { "cause", "name group spec sender reroute action use summary" },
    { "warning", "name spec part codes action use summary" },
    { "timer", "name value transports side expiry action use summary" },
    { "option", "name missing action use summary" },
    { "event", "name sender action use summary" },
    { "reason", "name carried action use summary" },
    { "metric", "name formula measured usual action use summary" },
    { "param", "name where summary" },
    { "sdp", "name summary" },
    { "isup", "name summary" },
    { "xml", "name summary" },
    { "claim", "name summary wrong" },
    { "part", "summary wrong" },
};

static void test_facts_of(const struct help *help, const char *kind, const char *facts)
{
    const char *topic;
    size_t missing = 0, topics = 0;
    for (size_t i = 0; (topic = help_topic_at(help, i)); i++) {
        char *list = mem_text(facts), *save = NULL;
        bool here = span_is(help_kind(topic), kind);
        topics += here;
        for (char *fact = strtok_r(list, " ", &save); here && fact;
             fact = strtok_r(NULL, " ", &save))
            if (!*help_value(help, topic, fact)) {
                missing++;
                tap_note("%s: %s has no %s", help_language(help), topic, fact);
            }
        free(list);
    }
    tap_ok(topics > 0 && missing == 0, "%s: facts of kind %s are complete (%zu topics)",
           help_language(help), kind, topics);
}

/* Hangul somewhere in the words: they were translated. */
static bool is_korean(const char *words)
{
    struct span s = SPAN(words);
    uint32_t rune;
    for (size_t n; (n = text_rune(s, &rune)) > 0; s.p += n, s.n -= n)
        if (rune >= 0xac00 && rune <= 0xd7a3)
            return true;
    return false;
}

/* Whether topics of this kind have the fact; each has a summary. */
static bool has_fact(const struct help *help, const char *topic, const char *name)
{
    const char *fact, *title, *value;
    for (size_t i = 0; help_fact(help, topic, i, &fact, &title, &value); i++)
        if (strcmp(fact, name) == 0)
            return *value || strcmp(name, "wrong") != 0; /* not all can go wrong */
    return strcmp(name, "summary") == 0;
}

static void test_facts_translated(const struct help *help)
{
    static const char *const facts[] = { "summary", "action", "use", "wrong" };
    const char *topic;
    for (size_t f = 0; f < sizeof(facts) / sizeof(facts[0]); f++) {
        size_t missing = 0;
        for (size_t i = 0; (topic = help_topic_at(help, i)); i++)
            if (has_fact(help, topic, facts[f]) && !is_korean(help_value(help, topic, facts[f]))) {
                missing++;
                tap_note("%s has no Korean %s", topic, facts[f]);
            }
        tap_ok(missing == 0, "every topic's %s is translated", facts[f]);
    }
}

static void test_codes(const struct help *help)
{
    const char *topic;
    size_t registered = 0;
    for (size_t i = 0; (topic = help_topic_at(help, i)); i++)
        registered += help_topic_code(topic) && help_code_registered(help, help_topic_code(topic));
    tap_ok(registered == REGISTERED_CODES, "%zu codes are registered", registered);
    tap_ok(strcmp(help_value(help, "code/488", "name"), "Not Acceptable Here") == 0 &&
               strcmp(help_value(help, "code/488", "headers"), "Warning") == 0,
           "488 has its phrase and header");
    tap_ok(strcmp(help_value(help, "code/488", "spec"), "RFC 3261 §21.4.26") == 0,
           "488 has its section of RFC 3261");
    tap_ok(!*help_value(help, "code/100", "q850"), "what does not apply is empty");
    tap_ok(!*help_value(help, "code/498", "name") && !*help_value(help, "nothing", "name") &&
               !*help_value(help, "code/488", "nothing"),
           "what is not known is empty");
    tap_ok(!help_code_registered(help, 477) && help_knows(help, "code/477") &&
               !help_code_registered(help, 498) && !help_code_registered(help, 0),
           "a code of the field is known and not registered");
}

/* RFC 3398: what a cause becomes and what becomes it are said in two tables, and agree. */
static void test_causes(const struct help *help)
{
    size_t wrong = 0, seen = 0;
    const char *topic;
    for (size_t i = 0; (topic = help_topic_at(help, i)); i++) {
        const char *cause = help_value(help, topic, "q850");
        char other[HELP_TOPIC_SIZE];
        if (!help_topic_code(topic) || !*cause ||
            !help_code_registered(help, help_topic_code(topic)))
            continue;
        snprintf(other, sizeof(other), "cause/%s", cause);
        seen++;
        /* 31 is what every code becomes that is not in the table */
        if (strcmp(cause, "31") != 0 &&
            !span_search(SPAN(help_value(help, other, "from")), strchr(topic, '/') + 1)) {
            wrong++;
            tap_note("%s becomes %s, which does not name it", topic, other);
        }
    }
    tap_ok(seen > 20 && wrong == 0, "codes and causes map to each other");
}

static void test_titles(const struct help *help)
{
    size_t count, n = 0;
    const char *fact, *title, *value;
    bool titled = *help_facts_title(help) != '\0';
    for (; help_fact(help, "code/503", n, &fact, &title, &value); n++)
        titled = titled && *title;
    tap_ok(n > 5 && titled, "%s: facts have titles", help_language(help));
    help_fact(help, "code/503", 0, &fact, &title, &value);
    tap_ok(strcmp(value, help_value(help, "code/503", "sender")) == 0,
           "the first fact is the sender");
    for (uint16_t class = 100; class <= 600; class += 100)
        tap_ok(*help_class_name(help, class), "%s: class %uxx has a name", help_language(help),
               class / 100);
    tap_ok(!*help_class_name(help, 99) && !*help_class_name(help, 700), "there is no 0xx or 7xx");
    const struct help_section_title *sections = help_sections(help, &count);
    tap_ok(count == nids, "%zu sections", count);
    for (size_t i = 0; i < count && i < nids; i++)
        tap_ok(strcmp(sections[i].id, ids[i]) == 0 && *sections[i].pane && *sections[i].page,
               "%s: section %s has its titles", help_language(help), ids[i]);
}

/* ---- the pages ---- */

static size_t broken_links(const struct help *help, const char *path, struct span text)
{
    struct block block;
    struct token t;
    size_t broken = 0;
    while (block_next(&text, &block)) {
        while (block_token(&block.text, &t)) {
            char topic[HELP_TOPIC_SIZE];
            if (t.kind != TOKEN_LINK)
                continue;
            span_copy(t.text, topic, sizeof(topic));
            if (!help_knows(help, topic)) {
                broken++;
                tap_note("%s links to %s", path, topic);
            }
        }
    }
    return broken;
}

/* Facts may link, too, and a parameter stands in header fields that there are, or in URIs. */
static void test_facts_lead_somewhere(const struct help *help)
{
    static const char *const linking[] = { "summary", "wrong" };
    const char *topic;
    size_t broken = 0, nowhere = 0;
    for (size_t i = 0; (topic = help_topic_at(help, i)); i++) {
        struct span where = SPAN(help_value(help, topic, "where"));
        for (size_t f = 0; f < sizeof linking / sizeof linking[0]; f++)
            broken += broken_links(help, topic, SPAN(help_value(help, topic, linking[f])));
        while (span_is(help_kind(topic), "param") && where.n > 0) {
            const char *comma = span_find(where, ',');
            struct span field = span_trim(comma ? span_make(where.p, comma) : where);
            char *header = mem_format("header/%.*s", SPAN_ARG(field));
            where = comma ? span_make(comma + 1, span_end(where)) : SPAN_NONE;
            if (!span_is(field, "URI") && !help_knows(help, header)) {
                nowhere++;
                tap_note("%s stands in %s", topic, header);
            }
            free(header);
        }
    }
    tap_ok(broken == 0, "%s: links in facts lead somewhere", help_language(help));
    tap_ok(nowhere == 0, "%s: parameters stand in header fields that there are",
           help_language(help));
}

/* The numbered steps of a page's `fix`. */
static size_t steps(struct span page)
{
    struct span fix;
    struct block block;
    size_t n = 0;
    if (block_section(page, "fix", &fix) == 0)
        while (block_next(&fix, &block))
            n += block.kind == BLOCK_NUMBER;
    return n;
}

/* "en/code/488.md": the topic, and whether it is a page at all. */
static bool topic_of_file(const char *path, char topic[HELP_TOPIC_SIZE])
{
    const char *slash = strchr(path, '/'), *end = strstr(path, ".md");
    if (!slash || !end)
        return false;
    span_copy(span_make(slash + 1, end), topic, HELP_TOPIC_SIZE);
    return true;
}

/* kinds.tsv says what a page of a kind needs; a code that is not registered needs less. */
static bool needs_all(const struct help_table *kinds, const struct help *help, const char *topic,
                      size_t *least_steps)
{
    bool all = false;
    for (size_t row = 0; row < kinds->rows; row++)
        if (span_is(help_kind(topic), cell(kinds, row, "id"))) {
            all = strcmp(cell(kinds, row, "pages"), "full") == 0;
            *least_steps = (size_t)atoi(cell(kinds, row, "steps"));
        }
    if (help_topic_code(topic) && !help_code_registered(help, help_topic_code(topic))) {
        all = false;
        *least_steps = 2;
    }
    return all;
}

static void test_page_files(const struct help *help)
{
    struct help_table kinds = bundled_table("kinds.tsv");
    size_t broken = 0;
    for (size_t i = 0; i < help_bundle_count; i++) {
        const struct help_file *file = &help_bundle[i];
        struct span text = { file->text, file->length };
        size_t line = 0, least = 0;
        const char *message = "";
        char topic[HELP_TOPIC_SIZE];
        if (!topic_of_file(file->path, topic))
            continue;
        bool all = needs_all(&kinds, help, topic, &least);
        int result = help_check(text, ids, all ? all_needed : least_needed, nids, &line, &message);
        bool good = result == 0 && strlen(file->text) == file->length && steps(text) >= least &&
                    *help_value(help, topic, "summary");
        if (!tap_ok(good, "%s: markup, %zu steps, facts", file->path, least))
            tap_note("%s:%zu: %s; %zu steps", file->path, line, message, steps(text));
        broken += broken_links(help, file->path, text);
    }
    tap_ok(broken == 0, "links lead somewhere");
    table_free(&kinds);
}

/* The pane tells it of a failure about which nothing else is known. */
static void test_first_steps(const struct help *help)
{
    const char *topic;
    size_t told = 0, asked = 0;
    for (size_t i = 0; (topic = help_topic_at(help, i)); i++) {
        struct document doc;
        uint16_t code = help_topic_code(topic);
        if (code < 300)
            continue;
        document_topic(&doc, help, topic);
        struct span step = document_first_step(&doc);
        bool good = step.n > 0 && !span_search(step, "\n2. ");
        if (!good)
            tap_note("%s: nothing to do first", topic);
        told += good;
        asked++;
        document_free(&doc);
    }
    tap_ok(asked > 60 && told == asked, "%s: every failure tells one thing to do first",
           help_language(help));
}

static const char *const asked_by[] = { "INVITE",    "REGISTER", "OPTIONS", "BYE",    "CANCEL",
                                        "SUBSCRIBE", "NOTIFY",   "MESSAGE", "UPDATE", "REFER" };

/* The part's text; NULL where the document has none. */
static const char *part_of(const struct document *doc, const char *id)
{
    for (size_t i = 0; i < doc->nparts; i++)
        if (doc->parts[i].kind == PART_TEXT && strcmp(doc->parts[i].id, id) == 0)
            return doc->parts[i].text;
    return NULL;
}

/* Failures mean something and have a first step to every method; no sign is left to be seen. */
static void test_scopes(const struct help *help)
{
    const char *topic;
    size_t bad = 0;
    for (size_t i = 0; (topic = help_topic_at(help, i)); i++)
        for (size_t m = 0; m < sizeof asked_by / sizeof asked_by[0]; m++) {
            struct document doc;
            document_topic_of(&doc, help, topic, asked_by[m]);
            struct span step = document_first_step(&doc);
            bool good = help_topic_code(topic) < 300 || (step.n > 0 && part_of(&doc, "meaning"));
            for (size_t p = 0; p < doc.nparts; p++)
                good = good && !strstr(doc.parts[p].text, "{INVITE") &&
                       !strstr(doc.parts[p].text, "{!");
            if (!good)
                tap_note("%s to %s: %s", topic, asked_by[m], step.n ? "a sign" : "no step");
            bad += !good;
            document_free(&doc);
        }
    tap_ok(bad == 0, "%s: every failure tells something to every method", help_language(help));
}

/* What 200 means to an INVITE it does not to OPTIONS; asked without a method a page says all. */
static void test_scope_of_200(const struct help *help, const char *charging)
{
    static const char *const methods[] = { "INVITE", "OPTIONS", NULL };
    for (size_t i = 0; i < 3; i++) {
        struct document doc;
        document_topic_of(&doc, help, "code/200", methods[i]);
        const char *meaning = part_of(&doc, "meaning"), *when = part_of(&doc, "when");
        bool call = !methods[i] || strcmp(methods[i], "INVITE") == 0;
        tap_ok(meaning && (strstr(meaning, charging) != NULL) == call, "%s: 200 to %s",
               help_language(help), methods[i] ? methods[i] : "any");
        tap_ok(when && (strstr(when, "OPTIONS") != NULL) == (i > 0), "and when it comes");
        document_free(&doc);
    }
}

/* A sign is one of upper-case words in braces, before text; the steps count on without the others. */
static void test_signs(void)
{
    static const struct {
        const char *markup, *method, *shown;
    } rows[] = {
        { "1. {INVITE} a\n2. b\n   c\n3. {!INVITE} d", "INVITE", "1. a\n2. b\n   c" },
        { "1. {INVITE} a\n2. b\n   c\n3. {!INVITE} d", "BYE", "1. b\n   c\n2. d" },
        { "1. {INVITE} a\n2. b\n   c\n3. {!INVITE} d", NULL, "1. a\n2. b\n   c\n3. d" },
        { "x\n\n{BYE CANCEL} y\nz\n\n- {BYE} p\n- q", "CANCEL", "x\n\ny\nz\n\n- q" },
        { "{INVITE} only", "BYE", "" },
        { "{invite} a {INVITE} b {}", "BYE", "{invite} a {INVITE} b {}" },
        { "- {INVITE}\n- {!} a\n- { b", "BYE", "- {INVITE}\n- {!} a\n- { b" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct strbuf out = STRBUF_INIT;
        scope_text(&out, SPAN(rows[i].markup), rows[i].method);
        tap_ok(strcmp(strbuf_str(&out), rows[i].shown) == 0, "what speaks of %s: %s",
               rows[i].method ? rows[i].method : "any", strbuf_str(&out));
        strbuf_free(&out);
    }
}

/* Kinds whose topics say all in their row. */
static bool needs_none(const struct help_table *kinds, const char *topic)
{
    for (size_t row = 0; row < kinds->rows; row++)
        if (span_is(help_kind(topic), cell(kinds, row, "id")))
            return strcmp(cell(kinds, row, "pages"), "none") == 0;
    return false;
}

/* Every topic of the other tables has its page in the language; of headers, those met most. */
static void test_pages_there(const struct help *help)
{
    struct help_table kinds = bundled_table("kinds.tsv");
    const char *topic;
    size_t missing = 0, headers = 0;
    for (size_t i = 0; (topic = help_topic_at(help, i)); i++) {
        const struct help_page *page = help_page(help, topic);
        bool header = span_is(help_kind(topic), "header");
        bool there = page && strcmp(help_page_language(help, page), help_language(help)) == 0;
        headers += header && there;
        if (there || (header && !page) || needs_none(&kinds, topic))
            continue;
        missing++;
        tap_note("%s: no page for %s", help_language(help), topic);
    }
    tap_ok(missing == 0, "%s: every topic has a page", help_language(help));
    tap_ok(headers >= HEADER_PAGES, "%s: %zu header fields have one", help_language(help), headers);
    table_free(&kinds);
}

static void test_korean_sections(const struct help *help)
{
    const char *topic;
    size_t missing = 0;
    for (size_t i = 0; (topic = help_topic_at(help, i)); i++) {
        const struct help_page *page = help_page(help, topic);
        for (size_t s = 0; page && s < nids - 1; s++) { /* the last one lists sources */
            struct span text;
            if (help_section(page, ids[s], &text) < 0)
                continue;
            char *words = mem_format("%.*s", SPAN_ARG(text));
            if (!is_korean(words)) {
                missing++;
                tap_note("%s: %s is not translated", topic, ids[s]);
            }
            free(words);
        }
    }
    tap_ok(missing == 0, "every section is translated");
}

static void test_lookup(const struct help *help)
{
    bool fallback = true;
    struct span content;
    const struct help_page *page = help_page_or_class(help, "code/488", &fallback);
    tap_ok(page && !fallback && page == help_page(help, "code/488"), "488 has its page");
    tap_ok(!help_page_file(page), "a bundled page has no file");
    tap_ok(help_section(page, "fix", &content) == 0 && content.n > 3 &&
               memcmp(content.p, "1. ", 3) == 0,
           "a section is its content without the heading");
    tap_ok(help_section(page, "nothing", &content) < 0, "an unknown section is not found");
    page = help_page_or_class(help, "code/498", &fallback);
    tap_ok(page && fallback && page == help_page(help, "class/4xx"), "498 falls back to its class");
    tap_ok(!help_page_or_class(help, "code/99", &fallback) &&
               !help_page_or_class(help, "code/799", &fallback) &&
               help_page_or_class(help, "code/699", &fallback),
           "only 100 to 699 fall back");
    tap_ok(!help_page(help, "code/498") && !help_page(help, ""), "a topic without page is NULL");
    const char *next = help_neighbour(help, "code/486", true);
    tap_ok(next && strcmp(next, "code/487") == 0, "487 follows 486");
    next = help_neighbour(help, "code/408", true);
    tap_ok(next && strcmp(next, "code/410") == 0, "unregistered codes are passed over");
    const char *before = help_neighbour(help, "code/180", false);
    tap_ok(before && strcmp(before, "code/100") == 0, "100 is before 180");
    tap_ok(!help_neighbour(help, "code/100", false) && !help_neighbour(help, "code/498", true),
           "nothing is before the first one");
}

static void test_language(void)
{
    static const char *const names[] = {
        NULL, "", "C", "POSIX", "en_GB.UTF-8", "xx", "../en", "tlh"
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct help *help = open_plain(names[i]);
        tap_ok(strcmp(help_language(help), "en") == 0 && help_page(help, "code/486"),
               "language '%s' is English", names[i] ? names[i] : "(none)");
        help_free(help);
    }
    struct help *help = open_plain("ko_KR.UTF-8");
    tap_ok(strcmp(help_language(help), "ko") == 0, "ko_KR.UTF-8 is Korean");
    tap_ok(help_page(help, "code/486"), "a page is there in Korean or else in English");
    test_titles(help);
    test_facts_translated(help);
    test_pages_there(help);
    test_first_steps(help);
    test_scopes(help);
    test_scope_of_200(help, "과금");
    test_korean_sections(help);
    help_free(help);
}

#define AFTER_MEANING "## when\n- a\n## fix\n1. b\n## alike\n- c\n## develop\nd\n## learn\n- e\n"

/* ---- folders ---- */

static char root[4096];

static void put(const char *path, const char *text)
{
    char full[8192];
    snprintf(full, sizeof(full), "%s/%s", root, path);
    for (char *p = full + strlen(root) + 1; (p = strchr(p, '/')); *p++ = '/') {
        *p = '\0';
        mkdir(full, 0700);
    }
    FILE *f = fopen(full, "w");
    if (!f || fputs(text, f) < 0 || fclose(f) != 0)
        tap_ok(false, "cannot write %s", full);
}

static bool says(const struct help *help, const char *topic, const char *text)
{
    const struct help_page *page = help_page(help, topic);
    return page && span_search(help_page_text(page), text);
}

/* Conditions that begin with '!' are bad. */
static char *check_condition(const char *condition)
{
    return condition[0] == '!' ? mem_text("bad condition") : NULL;
}

static struct help *open_dirs(const char *language, const char *const dirs[], size_t ndirs,
                              char **warning)
{
    return help_open(&(struct help_options){ .language = language,
                                             .dirs = dirs,
                                             .ndirs = ndirs,
                                             .check_condition = check_condition },
                     warning);
}

static void fill_folders(void)
{
    put("one/en/code/488.md", "## meaning\nOf one.\n" AFTER_MEANING);
    put("one/en/code/486.md", "## meaning\nOf one.\n" AFTER_MEANING);
    put("one/en/site/desk.md", "\xef\xbb\xbf## meaning\nDesk.\n" AFTER_MEANING);
    put("one/en/code/.hidden.md", "nothing");
    put("one/en/code/488.md~", "nothing");
    put("one/en/README.md", "nothing");
    put("one/codes.tsv", "id\tname\n488\tSomething else\n");
    put("two/en/code/488.md", "## meaning\nOf two.\n" AFTER_MEANING);
    put("two/en/code/486.md", "## meaning\na **b\n" AFTER_MEANING);
    put("two/en/code/480.md/inside", "x");
    put("two/ko/code/603.md", "## meaning\nKorean.\n" AFTER_MEANING);
}

static void test_overlay(void)
{
    char one[4200], two[4200];
    snprintf(one, sizeof(one), "%s/one", root);
    snprintf(two, sizeof(two), "%s/two", root);
    const char *const dirs[] = { one, "/nonexistent/sipwhy", two };
    char *warning;
    fill_folders();
    struct help *help = open_dirs("en", dirs, 3, &warning);
    tap_ok(says(help, "code/488", "Of two."), "the later folder wins");
    tap_ok(says(help, "code/486", "Of one."), "a broken page lets the one below show");
    tap_ok(says(help, "code/480", "## meaning"), "an unreadable one too");
    tap_ok(says(help, "code/404", "## meaning"), "other pages stay");
    tap_ok(says(help, "site/desk", "Desk."), "a folder can add topics");
    tap_ok(help_page_text(help_page(help, "site/desk")).p[0] == '#',
           "a byte order mark is taken off");
    tap_ok(!says(help, "code/603", "Korean."), "another language stays out");
    const char *file = help_page_file(help_page(help, "code/488"));
    tap_ok(file && strstr(file, "two/en/code/488.md"), "a page knows its file");
    tap_ok(warning && strstr(warning, "two/en/code/486.md:2: "),
           "the broken page is named by line");
    tap_ok(warning && strstr(warning, "two/en/code/480.md: "), "the unreadable one is named");
    size_t lines = 1;
    for (const char *p = warning ? warning : ""; *p; p++)
        lines += *p == '\n';
    tap_ok(lines == 2, "and nothing else is");
    tap_ok(strcmp(help_value(help, "code/488", "name"), "Not Acceptable Here") == 0,
           "facts are not overlaid");
    free(warning);
    help_free(help);
    help = open_dirs("ko", dirs, 3, &warning);
    tap_ok(says(help, "code/603", "Korean."), "a folder can translate");
    tap_ok(help_page(help, "code/488"), "what it does not translate falls back");
    free(warning);
    help_free(help);
}

static void fill_notes(void)
{
    put("site/notes/carrier.md",
        "topic: 503\nwhen: src == 10.0.0.9\n\n**Call** the desk.\n\n## At night\n- 4711\n");
    put("site/notes/always.md", "when: failed\r\n\r\nLook at the dashboard.\r\n");
    put("site/notes/cause.md", "topic: q850:34\n\nTrunk 7 is small.\n");
    put("site/notes/korean.md", "topic: 486\nlang: ko\n\nKorean.\n");
    put("site/notes/no-topic.md", "Just text.\n");
    put("site/notes/unknown.md", "topic: xyzzy\n\nText.\n");
    put("site/notes/condition.md", "topic: 503\nwhen: !src\n\nText.\n");
    put("site/notes/markup.md", "topic: 503\n\nOne.\nOpen **bold.\n");
    put("site/notes/nothing.md", "topic: 503\n\n");
    put("site/notes/ignored.txt", "nothing");
}

static const struct help_note *note_of(const struct help *help, const char *file)
{
    const struct help_note *note;
    for (size_t i = 0; (note = help_note_at(help, i)); i++)
        if (strstr(note->file, file))
            return note;
    return NULL;
}

static void test_notes(void)
{
    char site[4200];
    char *warning;
    snprintf(site, sizeof(site), "%s/site", root);
    const char *const dirs[] = { site };
    fill_notes();
    struct help *help = open_dirs("en", dirs, 1, &warning);
    const struct help_note *note = note_of(help, "carrier.md");
    tap_ok(note && strcmp(note->topic, "code/503") == 0 &&
               strcmp(note->condition, "src == 10.0.0.9") == 0 &&
               span_starts(note->text, "**Call** the desk."),
           "a note has topic, condition and text");
    note = note_of(help, "always.md");
    tap_ok(note && !note->topic && strcmp(note->condition, "failed") == 0,
           "a note may have a condition alone, CR LF or not");
    note = note_of(help, "cause.md");
    tap_ok(note && strcmp(note->topic, "cause/34") == 0, "its topic is understood as by explain");
    tap_ok(!note_of(help, "korean.md"), "a note for another language stays out");
    static const char *const faults[] = { "no-topic.md:1: ", "unknown.md:1: ",
                                          "condition.md:2: bad condition",
                                          "markup.md:4: ", "nothing.md:" };
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
        tap_ok(warning && strstr(warning, faults[i]), "fault told: %s", faults[i]);
    size_t lines = 1;
    for (const char *p = warning ? warning : ""; *p; p++)
        lines += *p == '\n';
    tap_ok(lines == 5 && !help_note_at(help, 3), "and no other; three notes are good");
    free(warning);
    tap_ok(!help_is_stale(help), "nothing changed");
    put("site/notes/more.md", "topic: 404\n\nNew.\n");
    tap_ok(help_is_stale(help), "a new note is noticed");
    help_free(help);
    help = open_dirs("ko", dirs, 1, &warning);
    tap_ok(note_of(help, "korean.md") && note_of(help, "carrier.md"),
           "in Korean its notes and those of every language");
    put("site/en/code/404.md", "## meaning\nA site's own.\n");
    tap_ok(help_is_stale(help), "a new page is noticed");
    free(warning);
    help_free(help);
}

/* ---- search ---- */

static void test_search(const struct help *help, const char *words, const char *first)
{
    struct search_hit *hits;
    size_t n = search_run(help, words, &hits);
    bool good = first ? n > 0 && strcmp(hits[0].topic, first) == 0 : n == 0 && !hits;
    if (!tap_ok(good, "searching '%s' finds %s first", words, first ? first : "nothing"))
        tap_note("%zu hits, first %s", n, n ? hits[0].topic : "-");
    for (size_t i = 1; i < n; i++)
        if (hits[i - 1].score < hits[i].score)
            tap_ok(false, "hits are in order of their score");
    search_free(hits, n);
}

static void test_searches(void)
{
    struct help *help = open_plain("en");
    test_search(help, "flow failed", "code/430");
    test_search(help, "Unfortunately error on sending", "code/477");
    test_search(help, "no shared codec", "finding/no-common-codec");
    test_search(help, "retry-after", "header/Retry-After");
    test_search(help, "xyzzy plugh", NULL);
    test_search(help, "", NULL);
    test_search(help, "   ", NULL);
    help_free(help);
    help = open_plain("ko");
    test_search(help, "공통 코덱", "finding/no-common-codec");
    help_free(help);
}

/* ---- words ---- */

static void test_resolve(const struct help *help, const char *words, const char *topic)
{
    struct help_match match;
    int result = help_resolve(help, words, NULL, &match);
    if (!tap_ok(result == 0 && strcmp(match.topic, topic) == 0, "'%s' is %s", words, topic))
        tap_note("got %d '%s', %zu suggestions", result, match.topic, match.nsuggestions);
}

static void test_near(const struct help *help, const char *words, const char *first, size_t count)
{
    struct help_match match;
    int result = help_resolve(help, words, NULL, &match);
    bool good = result < 0 && !*match.topic && match.nsuggestions == count &&
                (count == 0 || strcmp(match.suggestions[0], first) == 0);
    if (!tap_ok(good, "'%s' is nothing, near %s", words, count ? first : "nothing"))
        tap_note("%d '%s', %zu: %s %s %s", result, match.topic, match.nsuggestions,
                 match.suggestions[0], match.suggestions[1], match.suggestions[2]);
}

static void test_words(const struct help *help)
{
    static const char *const cases[][2] = {
        { "488", "code/488" },
        { " 488 ", "code/488" },
        { "499", "code/499" },
        { "488 Not Acceptable Here", "code/488" },
        { "SIP/2.0 503 Overload", "code/503" },
        { "4xx", "class/4xx" },
        { "6XX", "class/6xx" },
        { "code/488", "code/488" },
        { "CODE/488", "code/488" },
        { "code:488", "code/488" },
        { "code/499", "code/499" },
        { "Class/4XX", "class/4xx" },
        { "Not Acceptable Here", "code/488" },
        { "busy here", "code/486" },
        { "BUSY-HERE", "code/486" },
        { "busy h", "code/486" },
        { "session interval t", "code/422" },
        { "busy", "finding/busy" },
        { "ringing", "code/180" },
        { "ok", "code/200" },
        { "global failure", "class/6xx" },
        { "call/transaction", "code/481" },
        { "701", "code/701" },
        { "stale date", "code/403" },
        { "merged request", "code/482" },
        { "34", "cause/34" },
        { "q850:34", "cause/34" },
        { "Q.850:34", "cause/34" },
        { "Q850 34", "cause/34" },
        { "cause 34", "cause/34" },
        { "102", "cause/102" },
        { "warning:305", "warning/305" },
        { "Warning 305", "warning/305" },
        { "305", "code/305" },
        { "INVITE", "method/INVITE" },
        { "invite", "method/INVITE" },
        { "Via", "header/Via" },
        { "VIA", "header/Via" },
        { "record-r", "header/Record-Route" },
        { "timer:B", "timer/B" },
        { "timer b", "timer/B" },
        { "B", "timer/B" },
        { "T1", "timer/T1" },
        { "100rel", "option/100rel" },
        { "no-common-codec", "finding/no-common-codec" },
        { "no common codec", "finding/no-common-codec" },
        { "finding:no-common", "finding/no-common-codec" },
        { "stir-shaken", "flow/stir-shaken" },
        { "message-summary", "event/message-summary" },
        { "reason:Q.850", "reason/Q.850" },
        { "option:timer", "option/timer" },
        { "privacy", "header/Privacy" },
        { "refer", "method/REFER" },
        { "SEER", "metric/SEER" },
        { "kpi:asr", "metric/ASR" },
        { "network effectiveness ratio", "metric/NER" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        test_resolve(help, cases[i][0], cases[i][1]);
    test_near(help, "not", "code/404", 3);
    test_near(help, "Not Acceptable", "code/406", 3);
    test_near(help, "timer:Z", "timer/A", 3);
    test_near(help, "forbiden", "code/403", 2);
    test_near(help, "4888", "code/488", 1);
    test_near(help, "xyzzy plugh", NULL, 0);
    test_near(help, "", NULL, 0);
    test_near(help, "///", NULL, 0);
    test_near(help, "code/999", NULL, 0);
    test_near(help, "../../etc/passwd", NULL, 0);
    struct help_match match;
    char big[4096];
    memset(big, 'x', sizeof(big) - 1);
    big[sizeof(big) - 1] = '\0';
    tap_ok(help_resolve(help, big, NULL, &match) < 0, "very long words are nothing");
}

static void test_pairs(const struct help *help)
{
    static const struct {
        const char *a, *b, *topics[2];
        size_t wrong; /* 9: good */
    } cases[] = {
        { "480", "486", { "code/480", "code/486" }, 9 },
        { "34", "41", { "cause/34", "cause/41" }, 9 },
        { "305", "304", { "warning/305", "warning/304" }, 9 },
        { "A", "B", { "timer/A", "timer/B" }, 9 },
        { "INVITE", "UPDATE", { "method/INVITE", "method/UPDATE" }, 9 },
        { "Route", "path", { "header/Route", "header/Path" }, 9 },
        { "path", "option:timer", { "option/path", "option/timer" }, 9 },
        { "refer", "event:presence", { "event/refer", "event/presence" }, 9 },
        { "480", "xyzzy", { "code/480", "" }, 1 },
        { "xyzzy", "480", { "", "" }, 0 },
        { "480", "Via", { "code/480", "header/Via" }, 2 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct help_match match[2] = { { .topic = "" }, { .topic = "" } };
        size_t wrong = 9;
        int result = help_resolve_pair(help, cases[i].a, cases[i].b, match, &wrong);
        bool good = (cases[i].wrong == 9) == (result == 0) &&
                    (result == 0 || wrong == cases[i].wrong);
        for (size_t k = 0; k < 2 && result == 0; k++)
            good = good && strcmp(match[k].topic, cases[i].topics[k]) == 0;
        if (!tap_ok(good, "pair '%s' and '%s'", cases[i].a, cases[i].b))
            tap_note("%d wrong %zu: %s %s", result, wrong, match[0].topic, match[1].topic);
    }
}

static void test_title(const struct help *help, const char *topic, const char *wanted)
{
    struct strbuf b = STRBUF_INIT;
    help_topic_title(help, topic, &b);
    tap_ok(strcmp(strbuf_str(&b), wanted) == 0, "title of %s is '%s'", topic, wanted);
    strbuf_free(&b);
}

static void test_all(void)
{
    struct help *help = open_plain("en");
    test_codes(help);
    test_causes(help);
    for (size_t i = 0; i < sizeof(must_have) / sizeof(must_have[0]); i++)
        test_facts_of(help, must_have[i].kind, must_have[i].facts);
    test_titles(help);
    test_page_files(help);
    test_facts_lead_somewhere(help);
    test_pages_there(help);
    test_first_steps(help);
    test_scopes(help);
    test_scope_of_200(help, "charging");
    test_signs();
    test_lookup(help);
    test_words(help);
    test_pairs(help);
    test_title(help, "code/488", "488 Not Acceptable Here");
    test_title(help, "code/498", "498");
    test_title(help, "class/4xx", "4xx Client Error");
    test_title(help, "timer/B", "Timer B: INVITE client timeout");
    test_title(help, "header/Via", "Via");
    help_free(help);
}

static void remove_folders(void)
{
    char *command = mem_format("rm -rf '%s'", root);
    if (system(command) != 0)
        tap_note("%s is left", root);
    free(command);
}

int main(void)
{
    const char *tmp = getenv("TMPDIR");
    if (!setlocale(LC_ALL, "C.UTF-8"))
        tap_note("no UTF-8 locale");
    test_all();
    test_language();
    test_searches();
    snprintf(root, sizeof(root), "%s/sipwhy-help.XXXXXX", tmp && *tmp ? tmp : "/tmp");
    if (tap_ok(mkdtemp(root) != NULL, "a folder for the tests")) {
        test_overlay();
        test_notes();
        remove_folders();
    }
    return tap_done();
}
