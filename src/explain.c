/* See explain.h. What is written is put together first, as its length decides about the pager. */
#include "explain.h"

#include <langinfo.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/tell.h"
#include "base/text.h"
#include "base/tr.h"
#include "export/page.h"
#include "help/document.h"
#include "help/search.h"

enum { PLAIN_WIDTH = 80, MAX_WIDTH = 100, SEARCH_HITS = 20, HIT_INDENT = 4 };

/* How and where pages are written. */
struct output {
    const struct help *help;
    const struct settings *settings;
    FILE *file; /* in memory until output_end() */
    char *bytes;
    size_t n;
    size_t width; /* columns */
    size_t rows;  /* of the terminal; 0: none */
    bool colour;  /* ANSI colours */
    bool utf8;
    size_t shown; /* pages so far */
};

/* Select Graphic Rendition (ECMA-48) of each style. */
static const char *const colours[HELP_STYLES] = {
    [HELP_TITLE] = "1", [HELP_HEADING] = "1;36", [HELP_BOLD] = "1", [HELP_CODE] = "36",
    [HELP_LINK] = "4",  [HELP_MARK] = "36",      [HELP_DIM] = "2",  [HELP_NOTE] = "1;33",
};

/*
 * A terminal's width up to 100 columns, with colours unless NO_COLOR is set or TERM is dumb; 80
 * columns of plain text for a file or pipe.
 */
static void output_begin(struct output *out, const struct help *help,
                         const struct settings *settings)
{
    struct winsize size;
    const char *term = getenv("TERM"), *no_colour = getenv("NO_COLOR");
    bool terminal = isatty(STDOUT_FILENO);
    *out = (struct output){ .help = help, .settings = settings, .width = PLAIN_WIDTH };
    out->file = open_memstream(&out->bytes, &out->n);
    out->utf8 = !settings->ascii && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    out->colour = terminal && !(no_colour && *no_colour) && term && *term &&
                  strcmp(term, "dumb") != 0;
    if (strcmp(settings->colour, "auto") != 0)
        out->colour = strcmp(settings->colour, "always") == 0;
    if (terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        out->width = size.ws_col < MAX_WIDTH ? size.ws_col : MAX_WIDTH;
        out->rows = size.ws_row;
    }
}

static size_t count_lines(const struct output *out)
{
    size_t n = 0;
    for (size_t i = 0; i < out->n; i++)
        n += out->bytes[i] == '\n';
    return n;
}

/* SIPWHY_PAGER, PAGER or less; an empty one, or --pager never, means none. */
static FILE *open_pager(const struct output *out)
{
    const char *pager = getenv("SIPWHY_PAGER");
    if (out->rows == 0 || count_lines(out) < out->rows ||
        strcmp(out->settings->pager, "never") == 0)
        return NULL;
    if (!pager)
        pager = getenv("PAGER");
    if (!pager)
        pager = "less";
    if (!*pager)
        return NULL;
    setenv("LESS", "FRX", 0);
    setenv("LESSCHARSET", "utf-8", 0);
    fflush(stdout);
    return popen(pager, "w");
}

/*
 * 127: the shell did not find the pager; then the text goes out as it is. It may be gone before all is
 * written, as is a pager that somebody leaves early: no reason to die of it.
 */
static bool shown_by_pager(const struct output *out)
{
    FILE *pager = open_pager(out);
    if (!pager)
        return false;
    void (*before)(int) = signal(SIGPIPE, SIG_IGN); /* behind popen(): the pager keeps its own */
    fwrite(out->bytes, 1, out->n, pager);
    int status = pclose(pager);
    signal(SIGPIPE, before);
    return status != -1 && !(status >> 8 == 127);
}

static int output_end(struct output *out, int status)
{
    fclose(out->file);
    if (!shown_by_pager(out))
        fwrite(out->bytes, 1, out->n, stdout);
    free(out->bytes);
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    tell(_("cannot write to standard output"));
    return 2;
}

static void write_run(struct output *out, const struct styled_text *text,
                      const struct styled_run *run)
{
    const char *sgr = out->colour ? colours[run->style] : NULL;
    struct span s = styled_run_text(text, run);
    if (sgr)
        fprintf(out->file, "\033[%sm", sgr);
    fwrite(s.p, 1, s.n, out->file);
    if (sgr)
        fputs("\033[0m", out->file);
}

static void write_text(struct output *out, const struct styled_text *text)
{
    for (size_t i = 0; i < text->nlines; i++) {
        const struct styled_line *line = &text->lines[i];
        fprintf(out->file, "%*s", line->count ? (int)line->indent : 0, "");
        for (size_t run = 0; run < line->count; run++)
            write_run(out, text, &text->runs[line->first + run]);
        fputc('\n', out->file);
    }
}

static void write_document(struct output *out, const struct document *doc,
                           const char *const topics[], size_t ntopics)
{
    if (out->settings->json) {
        export_json(out->file, doc, out->help, topics, ntopics);
    } else if (out->settings->markdown) {
        fputs(out->shown ? "\n" : "", out->file);
        export_markdown(out->file, doc, out->help);
    } else {
        struct styled_text text = STYLED_HELP(out->utf8, out->help);
        fputs(out->shown ? "\n\n" : "", out->file);
        document_lay(&text, doc, out->width);
        write_text(out, &text);
        styled_free(&text);
    }
    out->shown++;
}

static void tell_unknown(const struct help *help, const char *command, const char *words,
                         const struct help_match *match, bool utf8)
{
    struct strbuf asked = STRBUF_INIT, near = STRBUF_INIT;
    text_visible(&asked, SPAN(words), utf8);
    for (size_t i = 0; i < match->nsuggestions; i++) {
        strbuf_text(&near, i == 0 ? "" : i + 1 < match->nsuggestions ? ", " : _(" or "));
        strbuf_format(&near, "'%s' (", match->suggestions[i]);
        help_topic_title(help, match->suggestions[i], &near);
        strbuf_char(&near, ')');
    }
    if (near.n)
        tell(_("%s: nothing is known about '%s'; did you mean %s?"), command, strbuf_str(&asked),
             strbuf_str(&near));
    else
        tell(_("%s: nothing is known about '%s'; try its number (488, q850:34), its name "
               "(Via), or --search WORDS"),
             command, strbuf_str(&asked));
    strbuf_free(&asked);
    strbuf_free(&near);
}

static void write_hit(struct output *out, const struct search_hit *hit)
{
    struct strbuf title = STRBUF_INIT;
    struct styled_text text = STYLED_HELP(out->utf8, out->help);
    help_topic_title(out->help, hit->topic, &title);
    styled_heading(&text, HELP_TITLE, strbuf_str(&title), hit->topic, out->width);
    styled_paragraph(&text, HELP_PLAIN, SPAN(hit->line), out->width, HIT_INDENT, HIT_INDENT);
    write_text(out, &text);
    styled_free(&text);
    strbuf_free(&title);
}

static int write_search(struct output *out, int nwords, char *const words[])
{
    struct strbuf query = STRBUF_INIT;
    struct search_hit *hits;
    struct document doc;
    for (int i = 0; i < nwords; i++)
        strbuf_format(&query, "%s%s", i ? " " : "", words[i]);
    size_t n = search_run(out->help, strbuf_str(&query), &hits);
    bool data = out->settings->json || out->settings->markdown;
    if (n && data) {
        search_document(&doc, out->help, strbuf_str(&query), hits, n);
        const char **topics = mem_alloc(n * sizeof *topics);
        for (size_t i = 0; i < n; i++)
            topics[i] = hits[i].topic;
        write_document(out, &doc, topics, n);
        free(topics);
        document_free(&doc);
    }
    for (size_t i = 0; i < n && !data && i < SEARCH_HITS; i++)
        write_hit(out, &hits[i]);
    if (n > SEARCH_HITS && !data) {
        fprintf(out->file, _("... and %zu more; another word makes it fewer"), n - SEARCH_HITS);
        fputc('\n', out->file);
    }
    if (n == 0)
        tell(_("explain: no page has all of these words: %s"), strbuf_str(&query));
    search_free(hits, n);
    strbuf_free(&query);
    return n ? 0 : 2;
}

static int write_pages(struct output *out, int ntopics, char *const topics[])
{
    int status = 0;
    for (int i = 0; i < ntopics; i++) {
        struct help_match match;
        struct document doc;
        if (help_resolve(out->help, topics[i], NULL, &match)) {
            tell_unknown(out->help, "explain", topics[i], &match, out->utf8);
            status = 2;
            continue;
        }
        document_topic(&doc, out->help, match.topic);
        write_document(out, &doc, (const char *const[]){ match.topic }, 1);
        document_free(&doc);
    }
    return status;
}

int explain_run(const struct help *help, const struct settings *settings, int ntopics,
                char *const topics[])
{
    struct output out;
    output_begin(&out, help, settings);
    int status = settings->search ? write_search(&out, ntopics, topics)
                                  : write_pages(&out, ntopics, topics);
    return output_end(&out, status);
}

int compare_run(const struct help *help, const struct settings *settings, int ntopics,
                char *const topics[])
{
    struct output out;
    struct help_match match[2];
    struct document doc;
    size_t wrong;
    if (ntopics != 2) {
        tell(_("compare wants two topics of one kind, as in: sipwhy compare 480 486"));
        return 2;
    }
    output_begin(&out, help, settings);
    if (help_resolve_pair(help, topics[0], topics[1], match, &wrong) == 0) {
        document_compare(&doc, help, match[0].topic, match[1].topic);
        write_document(&out, &doc, (const char *const[]){ match[0].topic, match[1].topic }, 2);
        document_free(&doc);
        return output_end(&out, 0);
    }
    if (wrong < 2)
        tell_unknown(help, "compare", topics[wrong], &match[wrong], out.utf8);
    else
        tell(_("compare: '%s' is a %s, '%s' a %s; name two of one kind"), match[0].topic,
             help_kind_name(help, match[0].topic), match[1].topic,
             help_kind_name(help, match[1].topic));
    return output_end(&out, 2);
}
