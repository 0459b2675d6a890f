/*
 * The markup of help pages: what the checker takes and refuses, and how text is laid
 * out in columns.
 */
#include <locale.h>
#include <stdlib.h>

#include "base/text.h"
#include "help/block.h"
#include "help/bundle.h"
#include "help/markup.h"
#include "help/topic.h"
#include "tap.h"

static const char *const ids[] = { "meaning", "when", "fix", "alike", "develop", "learn" };
static const bool required[] = { true, true, true, false, false, true };
static const size_t nids = sizeof(ids) / sizeof(ids[0]);

#define GOOD_PAGE                                                      \
    "## meaning\n\nText.\n\n## when\n\n- One.\n\n## fix\n\n1. Do.\n\n" \
    "## alike\n\n- [[code/480]]: no.\n\n## develop\n\nNothing.\n\n## learn\n\n- RFC 3261\n"

/* ---- the checker ---- */

static void test_fault(const char *name, const char *text, size_t wanted)
{
    size_t line = 0;
    const char *message = "";
    int result = help_check(SPAN(text), ids, required, nids, &line, &message);
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
    test_fault("a section that may be left out",
               "## meaning\na\n## when\n- b\n## fix\n1. c\n## learn\n- d\n", 0);
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
    test_fault("only a heading", "## meaning\n", 1);
    test_fault("escape sequence", "## meaning\na\n\033[31m\n" AFTER_MEANING, 3);
    test_fault("broken UTF-8", "## meaning\n\xff\n" AFTER_MEANING, 2);
}

/* A note of the site: any headings, no sections. */
static void test_check_note(void)
{
    static const struct {
        const char *name, *text;
        size_t line;
    } cases[] = {
        { "plain text", "Call the desk.\n", 0 },
        { "headings of its own", "## Desk\nCall.\n### At night\n- Call louder.\n", 0 },
        { "nothing", "\n\n", 2 },
        { "open bold", "a\n\n**b\n", 3 },
        { "control character", "a\x1b[0m\n", 1 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        size_t line = 0;
        const char *message = "";
        int result = help_check(SPAN(cases[i].text), NULL, NULL, 0, &line, &message);
        if (!tap_ok(cases[i].line == 0 ? result == 0 : result < 0 && line == cases[i].line,
                    "note: %s", cases[i].name))
            tap_note("line %zu: %s", line, message);
    }
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

/* With the knowledge base at hand links have names. */
static void test_links(void)
{
    char *warning;
    struct help *help = help_open(&(struct help_options){ .language = "en" }, &warning);
    struct styled_text t = STYLED_HELP(true, help);
    styled_markup(&t, SPAN("[[code/486]] [[cause/34]] [[timer/B]] [[header/Via]] [[no/such]]"), 80,
                  0);
    test_layout("links by name", &t, "486 cause 34 timer B Via such");
    free(warning);
    help_free(help);
}

int main(void)
{
    if (!setlocale(LC_ALL, "C.UTF-8"))
        tap_note("no UTF-8 locale");
    test_check();
    test_check_note();
    test_wrap();
    test_wide();
    test_ascii();
    test_parts();
    test_styles();
    test_links();
    test_all_fit();
    return tap_done();
}
