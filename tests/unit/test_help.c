/*
 * The knowledge base: every fact and page that is bundled, the markup's checker and
 * layout, folders that overlay the bundle, and the way from words to a topic. Works
 * in a folder of its own under TMPDIR.
 */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "help/block.h"
#include "help/bundle.h"
#include "help/markup.h"
#include "help/topic.h"
#include "tap.h"

enum { REGISTERED_CODES = 75 };

static const char *const ids[] = { "meaning", "when", "fix", "alike", "develop", "learn" };
static const size_t nids = sizeof(ids) / sizeof(ids[0]);

#define GOOD_PAGE                                                      \
    "## meaning\n\nText.\n\n## when\n\n- One.\n\n## fix\n\n1. Do.\n\n" \
    "## alike\n\n- [[code/480]]: no.\n\n## develop\n\nNothing.\n\n## learn\n\n- RFC 3261\n"

static struct help *open_plain(const char *language)
{
    char *warning;
    struct help *help = help_open(language, NULL, 0, &warning);
    if (warning)
        tap_note("%s", warning);
    free(warning);
    return help;
}

/* ---- facts ---- */

static const char *missing_fact(const struct help_code *c)
{
    return !*c->phrase    ? "phrase"
           : !*c->spec    ? "spec"
           : !*c->sender  ? "sender"
           : !*c->methods ? "methods"
           : !*c->retry   ? "retry"
           : !*c->dialog  ? "dialog"
           : !*c->summary ? "summary"
                          : NULL;
}

static void test_codes(const struct help *help)
{
    size_t count;
    bool ordered = true;
    const struct help_code *codes = help_codes(help, &count);
    tap_ok(count == REGISTERED_CODES, "%zu codes, %d are registered", count, REGISTERED_CODES);
    for (size_t i = 0; i < count; i++) {
        const char *missing = missing_fact(&codes[i]);
        tap_ok(!missing, "facts of %u are complete%s%s", codes[i].code, missing ? ": no " : "",
               missing ? missing : "");
        ordered = ordered && (i == 0 || codes[i - 1].code < codes[i].code);
    }
    tap_ok(ordered, "codes ascend, none twice");
    const struct help_code *c = help_code(help, 488);
    tap_ok(c && strcmp(c->phrase, "Not Acceptable Here") == 0 && strcmp(c->headers, "Warning") == 0,
           "488 has its phrase and header");
    tap_ok(c && strcmp(c->spec, "RFC 3261 §21.4.26") == 0, "488 has its section of RFC 3261");
    c = help_code(help, 100);
    tap_ok(c && strcmp(c->q850, "") == 0, "what does not apply is empty");
    tap_ok(!help_code(help, 499) && !help_code(help, 0) && !help_code(help, UINT16_MAX),
           "unregistered codes have no facts");
}

static void test_facts(const struct help *help)
{
    const char *title, *value;
    size_t n = 0;
    bool titled = *help_facts_title(help) != '\0';
    for (; help_fact(help, help_code(help, 503), n, &title, &value); n++)
        titled = titled && *title;
    tap_ok(n == 6 && titled, "%s: six facts, each with a title", help_language(help));
    help_fact(help, help_code(help, 503), 0, &title, &value);
    tap_ok(strcmp(value, help_code(help, 503)->sender) == 0, "the first fact is the sender");
    for (uint16_t class = 100; class <= 600; class += 100)
        tap_ok(*help_class_name(help, class), "%s: class %uxx has a name", help_language(help),
               class / 100);
    tap_ok(!*help_class_name(help, 99) && !*help_class_name(help, 700), "there is no 0xx or 7xx");
}

static void test_sections(const struct help *help)
{
    size_t count;
    const struct help_section_title *sections = help_sections(help, &count);
    tap_ok(count == nids, "%zu sections", count);
    for (size_t i = 0; i < count && i < nids; i++)
        tap_ok(strcmp(sections[i].id, ids[i]) == 0 && *sections[i].pane && *sections[i].page,
               "%s: section %s has its titles", help_language(help), ids[i]);
}

/* ---- the pages ---- */

static void test_links(const struct help *help, const char *path, struct span text)
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
            uint64_t code = 0;
            bool known = help_page(help, topic) || (span_starts(t.text, "code/") &&
                                                    span_number(SPAN(topic + 5), 699, &code) &&
                                                    help_code(help, (uint16_t)code));
            broken += !known;
            if (!known)
                tap_note("%s links to %s", path, topic);
        }
    }
    tap_ok(broken == 0, "%s: links lead somewhere", path);
}

static void test_pages(const struct help *help)
{
    for (size_t i = 0; i < help_bundle_count; i++) {
        const struct help_file *file = &help_bundle[i];
        struct span text = { file->text, file->length };
        size_t line = 0;
        const char *message = "";
        if (!strstr(file->path, ".md"))
            continue;
        tap_ok(strlen(file->text) == file->length, "%s: bundled whole", file->path);
        int result = help_check(text, ids, nids, &line, &message);
        tap_ok(result == 0, "%s: markup", file->path);
        if (result)
            tap_note("%s:%zu: %s", file->path, line, message);
        test_links(help, file->path, text);
    }
    bool known = true;
    for (size_t i = 0; help_page_at(help, i); i++) {
        const char *topic = help_page_topic(help_page_at(help, i));
        known = known && help_page(help, topic) == help_page_at(help, i);
        if (span_starts(SPAN(topic), "code/"))
            tap_ok(help_code(help, (uint16_t)atoi(topic + 5)), "%s is a registered code", topic);
    }
    tap_ok(known, "every page is found by its topic");
}

static void test_lookup(const struct help *help)
{
    bool fallback = true;
    struct span content;
    const struct help_page *page = help_page_for_code(help, 488, &fallback);
    tap_ok(page && !fallback && strcmp(help_page_topic(page), "code/488") == 0, "488 has its page");
    tap_ok(!help_page_file(page), "a bundled page has no file");
    tap_ok(help_section(page, "fix", &content) == 0 && content.n > 3 &&
               memcmp(content.p, "1. ", 3) == 0,
           "a section is its content without the heading");
    tap_ok(help_section(page, "nothing", &content) < 0, "an unknown section is not found");
    page = help_page_for_code(help, 499, &fallback);
    tap_ok(page && fallback && strcmp(help_page_topic(page), "class/4xx") == 0,
           "499 falls back to its class");
    tap_ok(!help_page_for_code(help, 99, NULL) && !help_page_for_code(help, 700, NULL) &&
               help_page_for_code(help, 699, NULL),
           "only 100 to 699 have a page");
    tap_ok(!help_page(help, "code/499") && !help_page(help, ""), "a topic without page is NULL");
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
    test_sections(help);
    test_facts(help);
    help_free(help);
}

/* ---- the checker ---- */

static void test_fault(const char *name, const char *text, size_t wanted)
{
    size_t line = 0;
    const char *message = "";
    int result = help_check(SPAN(text), ids, nids, &line, &message);
    if (!tap_ok(wanted == 0 ? result == 0 : result < 0 && line == wanted && *message, "check: %s",
                name))
        tap_note("line %zu, wanted %zu: %s", line, wanted, message);
}

#define AFTER_MEANING "## when\n- a\n## fix\n1. b\n## alike\n- c\n## develop\nd\n## learn\n- e\n"

static void test_check(void)
{
    test_fault("a good page", GOOD_PAGE, 0);
    test_fault("CR LF line ends", "## meaning\r\n\r\nText.\r\n" AFTER_MEANING, 0);
    test_fault("no blank lines at all", "## meaning\na\n" AFTER_MEANING, 0);
    test_fault("marks inside code", "## meaning\n`**` and `[[` and 64*T1\n" AFTER_MEANING, 0);
    test_fault("bold over a line end", "## meaning\n**a\nb**\n" AFTER_MEANING, 0);
    test_fault("an empty text", "", 1);
    test_fault("unknown section", "## meaning\na\n\n## cause\nb\n", 4);
    test_fault("section twice", "## meaning\na\n## meaning\nb\n", 3);
    test_fault("section left out", "## meaning\na\n## fix\n1. b\n", 3);
    test_fault("last section left out", "## meaning\na\n## when\n- b\n", 4);
    test_fault("empty section", "## meaning\n\n## when\n- b\n", 3);
    test_fault(
        "empty last section",
        "## meaning\na\n## when\n- a\n## fix\n1. b\n## alike\n- c\n## develop\nd\n## learn\n", 11);
    test_fault("text before the first section", "hello\n## meaning\na\n" AFTER_MEANING, 1);
    test_fault("a title", "# 488\n## meaning\na\n" AFTER_MEANING, 1);
    test_fault("deeper heading", "## meaning\na\n### more\n" AFTER_MEANING, 3);
    test_fault("open bold", "## meaning\na **b\n\nc**\n" AFTER_MEANING, 2);
    test_fault("open code", "## meaning\na\nb `c\n" AFTER_MEANING, 3);
    test_fault("open link", "## meaning\na [[code/488]\n" AFTER_MEANING, 2);
    test_fault("link that is no topic", "## meaning\na [[the code 488]]\n" AFTER_MEANING, 2);
    test_fault("empty item", "## meaning\n- \n" AFTER_MEANING, 2);
    test_fault("nested list", "## meaning\n- a\n  - b\n" AFTER_MEANING, 3);
    test_fault("escape sequence", "## meaning\na\n\033[31m\n" AFTER_MEANING, 3);
    test_fault("broken UTF-8", "## meaning\n\xff\n" AFTER_MEANING, 2);
}

/* ---- the layout ---- */

/* The whole layout as text, lines joined by '|', blanks of the indent included. */
static char *joined(const struct styled_text *t)
{
    struct strbuf b = STRBUF_INIT;
    for (size_t i = 0; i < t->nlines; i++) {
        if (i > 0)
            strbuf_char(&b, '|');
        strbuf_format(&b, "%*s", (int)t->lines[i].indent, "");
        for (size_t r = 0; r < t->lines[i].count; r++)
            strbuf_span(&b, styled_run_text(t, &t->runs[t->lines[i].first + r]));
    }
    return strbuf_take(&b);
}

static void test_layout(const char *name, struct styled_text *t, const char *wanted)
{
    char *got = joined(t);
    if (!tap_ok(strcmp(got, wanted) == 0, "layout: %s", name))
        tap_note("got '%s', wanted '%s'", got, wanted);
    free(got);
    styled_free(t);
}

static void test_markup(const char *name, const char *text, size_t width, size_t indent,
                        const char *wanted)
{
    struct styled_text t = STYLED_INIT(true);
    styled_markup(&t, SPAN(text), width, indent);
    test_layout(name, &t, wanted);
}

static void test_wrap(void)
{
    test_markup("words wrap", "one two three four five six", 20, 0, "one two three four|five six");
    test_markup("a line may be full", "1234567890 123456789 x", 20, 0, "1234567890 123456789|x");
    test_markup("source lines join", "one\ntwo\n\nthree", 40, 0, "one two||three");
    test_markup("indent", "one two three four five six", 20, 4,
                "    one two three|    four five six");
    test_markup("narrower than 20 is 20", "one two three four five six", 3, 0,
                "one two three four|five six");
    test_markup("a deep indent is cut to half", "aaaa bbbb cccc", 20, 90,
                "          aaaa bbbb|          cccc");
    test_markup("a long word is split", "x 1234567890123456789012345", 20, 0,
                "x|12345678901234567890|12345");
    test_markup("bullets hang", "- one two three four five\n- six", 20, 0,
                "• one two three four|  five|• six");
    test_markup("numbers hang", "9. one two three four five\n10. six\n  seven", 20, 0,
                "9. one two three|   four five|10. six seven");
    test_markup("items with a gap stay together", "- a\n\n- b\n\nend", 20, 0, "• a|• b||end");
    test_markup("marks are not shown", "**a** `b*c` [[code/486]]", 40, 0, "a b*c 486");
    test_markup("broken marks are", "**a `b [[c", 40, 0, "a `b [[c");
    test_markup("controls are made visible", "a\033[31mb\x9b\xff", 40, 0, "a^[[31mb\\x9b\\xff");
    test_markup("nothing", "", 40, 0, "");
    test_markup("an empty item", "- ", 40, 0, "");
}

static void test_wide(void)
{
    test_markup("Korean breaks at a blank", "응답 코드의 의미를 설명", 20, 0,
                "응답 코드의 의미를|설명");
    test_markup("CJK breaks anywhere", "一二三四五六七八九十一二", 20, 0,
                "一二三四五六七八九十|一二");
    test_markup("and never leaves half a character", "a一二三四五六七八九十", 20, 0,
                "a一二三四五六七八九|十");
    test_markup("closing punctuation does not begin a line", "一二三四五六七八九十。一", 20, 0,
                "一二三四五六七八九|十。一");
    test_markup("a blank too far back is no place", "가 나다라마바사아자차카타", 20, 0,
                "가 나다라마바사아자|차카타");
}

static void test_ascii(void)
{
    struct styled_text t = STYLED_INIT(false);
    styled_markup(&t, SPAN("- RFC 3261 §21.4 → “busy” – a… é"), 60, 0);
    test_layout("ASCII stand-ins", &t, "* RFC 3261 section 21.4 -> \"busy\" - a... ?");
    t = STYLED_INIT(false);
    styled_heading(&t, HELP_TITLE, "486", "4xx · §1", 30);
    test_layout("ASCII heading", &t, "486            4xx - section 1");
}

static void test_parts(void)
{
    struct styled_text t = STYLED_INIT(true);
    styled_heading(&t, HELP_TITLE, "Left", "right", 20);
    tap_ok(t.nruns == 3 && t.runs[0].style == HELP_TITLE && t.runs[2].style == HELP_DIM,
           "a heading has two styles");
    test_layout("heading", &t, "Left           right");
    styled_heading(&t, HELP_TITLE, "A longer title", "and more", 20);
    test_layout("heading that does not fit", &t, "A longer title|and more");
    styled_paragraph(&t, HELP_PLAIN, SPAN("one  **two**\tthree four"), 20, 0, 3);
    test_layout("paragraph without markup", &t, "one **two** three|   four");
    styled_label(&t, HELP_HEADING, "Fix");
    styled_markup(&t, SPAN("1. one two three four"), 20, 6);
    test_layout("label in the margin", &t, "Fix   1. one two|         three four");
    styled_label(&t, HELP_HEADING, "Too long");
    styled_paragraph(&t, HELP_PLAIN, SPAN("one"), 20, 6, 6);
    test_layout("label without room", &t, "Too long|      one");
    styled_label(&t, HELP_HEADING, "보기");
    styled_paragraph(&t, HELP_PLAIN, SPAN("x"), 20, 6, 6);
    test_layout("wide label", &t, "보기  x");
}

static void test_styles(void)
{
    struct styled_text t = STYLED_INIT(true);
    styled_markup(&t, SPAN("- a **b** `c` [[code/486]] [[class/4xx]]"), 40, 0);
    static const enum help_style wanted[] = { HELP_MARK,  HELP_PLAIN, HELP_PLAIN, HELP_BOLD,
                                              HELP_PLAIN, HELP_CODE,  HELP_PLAIN, HELP_LINK,
                                              HELP_PLAIN, HELP_LINK };
    bool same = t.nruns == 10;
    for (size_t i = 0; same && i < 10; i++)
        same = t.runs[i].style == wanted[i];
    tap_ok(same, "runs have their styles");
    tap_ok(same && span_is(styled_run_topic(&t, &t.runs[7]), "code/486") &&
               span_is(styled_run_topic(&t, &t.runs[9]), "class/4xx") &&
               styled_run_topic(&t, &t.runs[5]).n == 0,
           "links keep their topics");
    styled_clear(&t);
    tap_ok(t.nlines == 0 && t.nruns == 0, "clear empties");
    styled_free(&t);
}

static bool fits(const struct styled_text *t, size_t width)
{
    for (size_t i = 0; i < t->nlines; i++) {
        size_t used = t->lines[i].indent;
        for (size_t r = 0; r < t->lines[i].count; r++)
            used += text_width(styled_run_text(t, &t->runs[t->lines[i].first + r]));
        if (used > width)
            return false;
    }
    return true;
}

static void test_all_fit(void)
{
    for (size_t width = 20; width <= 100; width += 10) {
        bool good = true;
        for (size_t i = 0; i < help_bundle_count; i++) {
            struct styled_text t = STYLED_INIT(width % 20 == 0);
            styled_markup(&t, (struct span){ help_bundle[i].text, help_bundle[i].length }, width,
                          4);
            good = good && fits(&t, width);
            styled_free(&t);
        }
        tap_ok(good, "all pages stay within %zu columns", width);
    }
}

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

static void fill_folders(void)
{
    put("one/en/code/488.md", "## meaning\nOf one.\n" AFTER_MEANING);
    put("one/en/code/486.md", "## meaning\nOf one.\n" AFTER_MEANING);
    put("one/en/site/desk.md", "\xef\xbb\xbf## meaning\nDesk.\n" AFTER_MEANING);
    put("one/en/code/.hidden.md", "nothing");
    put("one/en/code/488.md~", "nothing");
    put("one/en/README.md", "nothing");
    put("one/codes.tsv", "code\tphrase\n488\tSomething else\n");
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
    struct help *help = help_open("en", dirs, 3, &warning);
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
    tap_ok(strcmp(help_code(help, 488)->phrase, "Not Acceptable Here") == 0,
           "facts are not overlaid");
    free(warning);
    help_free(help);
    help = help_open("ko", dirs, 3, &warning);
    tap_ok(says(help, "code/603", "Korean."), "a folder can translate");
    tap_ok(help_page(help, "code/488"), "what it does not translate falls back");
    free(warning);
    help_free(help);
}

/* ---- words ---- */

static void test_resolve(const struct help *help, const char *words, const char *topic)
{
    struct help_match match;
    int result = help_resolve(help, words, &match);
    if (!tap_ok(result == 0 && strcmp(match.topic, topic) == 0, "'%s' is %s", words, topic))
        tap_note("got %d '%s', %zu suggestions", result, match.topic, match.nsuggestions);
}

static void test_near(const struct help *help, const char *words, const char *first, size_t count)
{
    struct help_match match;
    int result = help_resolve(help, words, &match);
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
        { "session interval", "code/422" },
        { "ringing", "code/180" },
        { "ok", "code/200" },
        { "global failure", "class/6xx" },
        { "call/transaction", "code/481" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        test_resolve(help, cases[i][0], cases[i][1]);
    test_near(help, "busy", "code/486", 2);
    test_near(help, "Not Acceptable", "code/406", 3);
    test_near(help, "forbiden", "code/403", 1);
    test_near(help, "4888", "code/488", 3);
    test_near(help, "xyzzy plugh", NULL, 0);
    test_near(help, "", NULL, 0);
    test_near(help, "///", NULL, 0);
    test_near(help, "code/999", NULL, 0);
    test_near(help, "../../etc/passwd", NULL, 0);
    struct help_match match;
    char big[4096];
    memset(big, 'x', sizeof(big) - 1);
    big[sizeof(big) - 1] = '\0';
    tap_ok(help_resolve(help, big, &match) < 0, "very long words are nothing");
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
    test_facts(help);
    test_sections(help);
    test_pages(help);
    test_lookup(help);
    test_words(help);
    test_title(help, "code/488", "488 Not Acceptable Here");
    test_title(help, "code/499", "499");
    test_title(help, "class/4xx", "4xx Client Error");
    test_title(help, "finding/no-common-codec", "no-common-codec");
    help_free(help);
}

static void remove_folders(void)
{
    struct strbuf command = STRBUF_INIT;
    strbuf_format(&command, "rm -rf '%s'", root);
    if (system(strbuf_str(&command)) != 0)
        tap_note("%s is left", root);
    strbuf_free(&command);
}

int main(void)
{
    const char *tmp = getenv("TMPDIR");
    if (!setlocale(LC_ALL, "C.UTF-8"))
        tap_note("no UTF-8 locale");
    test_all();
    test_language();
    test_check();
    test_wrap();
    test_wide();
    test_ascii();
    test_parts();
    test_styles();
    test_all_fit();
    snprintf(root, sizeof(root), "%s/sipwhy-help.XXXXXX", tmp && *tmp ? tmp : "/tmp");
    if (tap_ok(mkdtemp(root) != NULL, "a folder for the tests")) {
        test_overlay();
        remove_folders();
    }
    return tap_done();
}
