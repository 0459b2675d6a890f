/*
 * Comparisons: every pair of registered codes composes whole in every language, and
 * what they say follows from the facts. Particles of Korean sentences.
 */
#include <locale.h>
#include <stdlib.h>

#include "help/document.h"
#include "help/phrase.h"
#include "tap.h"

static struct help *open_plain(const char *language)
{
    char *warning;
    struct help *help = help_open(&(struct help_options){ .language = language }, &warning);
    free(warning);
    return help;
}

static const struct document_part *part_of(const struct document *doc, const char *id,
                                           const char *topic)
{
    for (size_t i = 0; i < doc->nparts; i++)
        if (strcmp(doc->parts[i].id, id) == 0 && strcmp(doc->parts[i].topic, topic) == 0)
            return &doc->parts[i];
    return NULL;
}

static bool filled(const struct document *doc, const char *id, const char *topic)
{
    const struct document_part *part = part_of(doc, id, topic);
    return part && *part->title && span_trim(SPAN(part->text)).n > 0;
}

static size_t items(const struct document_part *part)
{
    size_t n = 0;
    for (const char *p = part ? part->text : ""; *p; p++)
        n += p == part->text || p[-1] == '\n' ? *p >= '0' && *p <= '9' : 0;
    return n;
}

/* Nothing empty, nothing left unfilled, and differences worth the name. */
static const char *fault_of(const struct document *doc, const char *a, const char *b)
{
    static const char *const both[] = { "meaning", "when", "fix" };
    for (size_t i = 0; i < 3; i++)
        if (!filled(doc, both[i], a) || !filled(doc, both[i], b))
            return both[i];
    if (!*doc->title || !*doc->lead)
        return "opening";
    if (items(part_of(doc, "differences", "")) < 3)
        return "differences";
    if (!filled(doc, "use", "") || !filled(doc, "learn", ""))
        return "use or learn";
    for (size_t i = 0; i < doc->nparts; i++)
        if (strchr(doc->parts[i].text, '{') && strcmp(doc->parts[i].topic, "") == 0)
            return "an open brace";
    return NULL;
}

static void test_all_pairs(const struct help *help)
{
    size_t pairs = 0, faults = 0;
    const char *a, *b;
    for (size_t i = 0; (a = help_topic_at(help, i)); i++) {
        if (!help_code_registered(help, help_topic_code(a)))
            continue;
        for (size_t k = i + 1; (b = help_topic_at(help, k)); k++) {
            struct document doc;
            if (!help_code_registered(help, help_topic_code(b)))
                continue;
            document_compare(&doc, help, a, b);
            const char *fault = fault_of(&doc, a, b);
            pairs++;
            if (fault && faults++ < 20)
                tap_note("%s: %s and %s: %s", help_language(help), a, b, fault);
            document_free(&doc);
        }
    }
    tap_ok(pairs == 2775 && faults == 0, "%s: %zu pairs of codes compose, %zu with a fault",
           help_language(help), pairs, faults);
}

/* Two neighbours of every kind. */
static void test_other_kinds(const struct help *help)
{
    static const char *const pairs[][2] = {
        { "class/4xx", "class/5xx" },           { "method/INVITE", "method/UPDATE" },
        { "header/Route", "header/Path" },      { "cause/34", "cause/41" },
        { "warning/304", "warning/305" },       { "timer/A", "timer/B" },
        { "option/100rel", "option/199" },      { "event/dialog", "event/presence" },
        { "reason/SIP", "reason/Q.850" },       { "flow/dialog", "flow/transaction" },
        { "finding/busy", "finding/declined" },
    };
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        struct document doc;
        document_compare(&doc, help, pairs[i][0], pairs[i][1]);
        const char *fault = fault_of(&doc, pairs[i][0], pairs[i][1]);
        if (!tap_ok(!fault, "%s: %s and %s", help_language(help), pairs[i][0], pairs[i][1]))
            tap_note("%s", fault);
        document_free(&doc);
    }
}

/* What must stand in the differences of a pair, by the facts. */
static void test_says(const struct help *help, const char *a, const char *b, const char *words)
{
    struct document doc;
    document_compare(&doc, help, a, b);
    const struct document_part *part = part_of(&doc, "differences", "");
    const char *text = part ? part->text : "";
    if (!tap_ok(strstr(text, words), "%s and %s: '%s'", a, b, words))
        tap_note("%s", text);
    document_free(&doc);
}

static void test_contrasts(const struct help *help)
{
    test_says(help, "code/100", "code/430", "100 is provisional");
    test_says(help, "code/430", "code/100", "100 is provisional");
    test_says(help, "code/200", "code/486", "200 says that the request succeeded");
    test_says(help, "code/302", "code/404", "302 sends the caller to another address");
    test_says(help, "code/404", "code/503", "404 objects to the request");
    test_says(help, "code/486", "code/600", "600 speaks for every place");
    test_says(help, "code/401", "code/403", "another try makes sense after 401");
    test_says(help, "code/481", "code/488", "488 leaves the call up; 481 ends it");
    test_says(help, "code/480", "code/486", "[[cause/18]]");
    test_says(help, "code/486", "code/600", "[[cause/17]]");
    test_says(help, "code/100", "code/486", "100 goes one hop only");
}

static void test_particles(void)
{
    static const struct {
        const char *word;
        bool closed;
    } cases[] = {
        { "404", false },   { "486", true },      { "503", true },    { "200", true },
        { "180", true },    { "422", false },     { "481", true },    { "487", true },
        { "응답", true },   { "코드", false },    { "CANCEL", true }, { "BYE", false },
        { "REFER", false }, { "\"Via\"", false }, { "", false },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        tap_ok(phrase_ends_closed((struct span){ cases[i].word, strlen(cases[i].word) }) ==
                   cases[i].closed,
               "'%s' ends %s", cases[i].word, cases[i].closed ? "closed" : "open");
}

static void test_fill(void)
{
    struct help *help = open_plain("ko");
    struct strbuf out = STRBUF_INIT;
    const struct phrase_part parts[] = { { "x", "487" }, { "y", "404" }, { 0 } };
    phrase_fill(help, "use.success", parts, &out);
    tap_ok(strstr(strbuf_str(&out), "487로"), "487 takes 로, as it ends in a liquid");
    strbuf_clear(&out);
    phrase_fill(help, "class.provisional", parts, &out);
    tap_ok(strstr(strbuf_str(&out), "487은"), "487 takes 은");
    strbuf_free(&out);
    help_free(help);
}

int main(void)
{
    static const char *const languages[] = { "en", "ko" };
    setlocale(LC_ALL, "C.UTF-8");
    for (size_t i = 0; i < 2; i++) {
        struct help *help = open_plain(languages[i]);
        test_all_pairs(help);
        test_other_kinds(help);
        if (i == 0)
            test_contrasts(help);
        help_free(help);
    }
    test_particles();
    test_fill();
    return tap_done();
}
