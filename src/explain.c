/* See explain.h. A page is laid out by help/markup; here it only gets its parts and colours. */
#include "explain.h"

#include <langinfo.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.h"
#include "help/markup.h"

enum { PLAIN_WIDTH = 80, MAX_WIDTH = 100, SECTION_INDENT = 2 };

/* Select Graphic Rendition (ECMA-48) of each style. */
static const char *const colours[HELP_STYLES] = {
    [HELP_TITLE] = "1", [HELP_HEADING] = "1;36", [HELP_BOLD] = "1", [HELP_CODE] = "36",
    [HELP_LINK] = "4",  [HELP_MARK] = "36",      [HELP_DIM] = "2",
};

void explain_style_detect(struct explain_style *style, FILE *out)
{
    struct winsize size;
    const char *term = getenv("TERM"), *no_colour = getenv("NO_COLOR");
    bool terminal = isatty(fileno(out));
    *style = (struct explain_style){ .width = PLAIN_WIDTH };
    style->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    if (!terminal)
        return;
    style->colour = !(no_colour && *no_colour) && term && *term && strcmp(term, "dumb") != 0;
    if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        style->width = size.ws_col < MAX_WIDTH ? size.ws_col : MAX_WIDTH;
}

static void write_run(const struct styled_text *text, const struct styled_run *run, bool colour)
{
    const char *sgr = colour ? colours[run->style] : NULL;
    struct span s = styled_run_text(text, run);
    if (sgr)
        printf("\033[%sm", sgr);
    fwrite(s.p, 1, s.n, stdout);
    if (sgr)
        fputs("\033[0m", stdout);
}

static void write_text(const struct styled_text *text, bool colour)
{
    for (size_t i = 0; i < text->nlines; i++) {
        const struct styled_line *line = &text->lines[i];
        printf("%*s", (int)line->indent, "");
        for (size_t run = 0; run < line->count; run++)
            write_run(text, &text->runs[line->first + run], colour);
        putchar('\n');
    }
}

static size_t label_column(const struct help *help, const struct help_code *code)
{
    const char *title, *value;
    size_t widest = 0;
    for (size_t i = 0; help_fact(help, code, i, &title, &value); i++) {
        size_t width = text_width(SPAN(title));
        widest = width > widest ? width : widest;
    }
    return SECTION_INDENT + widest + 2;
}

static void lay_facts(struct styled_text *text, const struct help *help,
                      const struct help_code *code, size_t width)
{
    const char *title, *value;
    size_t column = label_column(help, code);
    styled_blank(text);
    styled_heading(text, HELP_HEADING, help_facts_title(help), NULL, width);
    for (size_t i = 0; help_fact(help, code, i, &title, &value); i++) {
        struct strbuf label = STRBUF_INIT;
        strbuf_format(&label, "%*s%s", SECTION_INDENT, "", title);
        if (*value) {
            styled_label(text, HELP_PLAIN, strbuf_str(&label));
            styled_paragraph(text, HELP_PLAIN, SPAN(value), width, column, column);
        }
        strbuf_free(&label);
    }
}

static void lay_sections(struct styled_text *text, const struct help *help,
                         const struct help_page *page, size_t width)
{
    size_t count;
    struct span content;
    const struct help_section_title *sections = help_sections(help, &count);
    for (size_t i = 0; i < count; i++) {
        if (help_section(page, sections[i].id, &content))
            continue;
        styled_blank(text);
        styled_heading(text, HELP_HEADING, sections[i].page, NULL, width);
        styled_markup(text, content, width, SECTION_INDENT);
    }
}

/* "488 Not Acceptable Here             4xx Client Error · RFC 3261 §21.4.26" */
static void lay_title(struct styled_text *text, const struct help *help, const char *topic,
                      unsigned number, const struct help_code *code, size_t width)
{
    struct strbuf title = STRBUF_INIT, right = STRBUF_INIT;
    help_topic_title(help, topic, &title);
    if (number)
        strbuf_format(&right, "%uxx %s", number / 100, help_class_name(help, (uint16_t)number));
    if (code && *code->spec)
        strbuf_format(&right, " \u00b7 %s", code->spec);
    styled_heading(text, HELP_TITLE, strbuf_str(&title), strbuf_str(&right), width);
    strbuf_free(&title);
    strbuf_free(&right);
}

static void lay_fallback_note(struct styled_text *text, unsigned number, bool known, size_t width)
{
    struct strbuf note = STRBUF_INIT;
    if (known)
        strbuf_format(&note, "%u has no page of its own; this holds for all %uxx.", number,
                      number / 100);
    else
        strbuf_format(&note, "%u is not a registered code; this holds for all %uxx.", number,
                      number / 100);
    styled_paragraph(text, HELP_PLAIN, strbuf_as_span(&note), width, 0, 0);
    strbuf_free(&note);
}

static void explain_topic(const struct help *help, const char *topic,
                          const struct explain_style *style)
{
    struct styled_text text = STYLED_INIT(style->utf8);
    const struct help_code *code = NULL;
    const struct help_page *page = help_page(help, topic);
    uint64_t number = 0;
    bool fallback = false;
    if (span_starts(SPAN(topic), "code/") && span_number(SPAN(topic + 5), 699, &number)) {
        code = help_code(help, (uint16_t)number);
        page = help_page_for_code(help, (uint16_t)number, &fallback);
    }
    lay_title(&text, help, topic, (unsigned)number, code, style->width);
    if (code)
        styled_paragraph(&text, HELP_PLAIN, SPAN(code->summary), style->width, 0, 0);
    if (fallback)
        lay_fallback_note(&text, (unsigned)number, code, style->width);
    if (page)
        lay_sections(&text, help, page, style->width);
    if (code)
        lay_facts(&text, help, code, style->width);
    write_text(&text, style->colour);
    styled_free(&text);
}

static void tell_unknown(const struct help *help, const char *words, const struct help_match *match,
                         bool utf8)
{
    struct strbuf line = STRBUF_INIT;
    strbuf_text(&line, "sipwhy: explain: nothing is known about '");
    text_visible(&line, SPAN(words), utf8);
    strbuf_char(&line, '\'');
    for (size_t i = 0; i < match->nsuggestions; i++) {
        strbuf_text(&line, i == 0                        ? "; did you mean "
                           : i + 1 < match->nsuggestions ? ", "
                                                         : " or ");
        help_topic_title(help, match->suggestions[i], &line);
    }
    if (match->nsuggestions > 0)
        strbuf_char(&line, '?');
    else
        strbuf_text(&line, "; give a code (488), a class (4xx) or a reason phrase");
    fflush(stdout);
    fprintf(stderr, "%s\n", strbuf_str(&line));
    strbuf_free(&line);
}

int explain_run(const struct help *help, int ntopics, char *const topics[],
                const struct explain_style *style)
{
    struct explain_style detected;
    int status = 0, shown = 0;
    if (!style) {
        explain_style_detect(&detected, stdout);
        style = &detected;
    }
    for (int i = 0; i < ntopics; i++) {
        struct help_match match;
        if (help_resolve(help, topics[i], &match)) {
            tell_unknown(help, topics[i], &match, style->utf8);
            status = 2;
            continue;
        }
        if (shown++ > 0)
            fputs("\n\n", stdout);
        explain_topic(help, match.topic, style);
    }
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fputs("sipwhy: explain: cannot write to standard output\n", stderr);
        status = 2;
    }
    return status;
}
