/*
 * The markup of help pages: checked strictly where a page is loaded, laid out
 * leniently where it is shown. The layout is data (lines of styled runs); who draws
 * it, terminal or file, decides about colour. Any bytes may be laid out: what comes
 * out is safe for a terminal.
 */
#ifndef SIPWHY_HELP_MARKUP_H
#define SIPWHY_HELP_MARKUP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"
#include "base/strbuf.h"

struct help;

enum help_style {
    HELP_PLAIN,
    HELP_TITLE,   /* name of the topic */
    HELP_HEADING, /* title of a section, label of a fact */
    HELP_BOLD,
    HELP_CODE,
    HELP_LINK, /* its topic is in the run */
    HELP_MARK, /* bullet or number of a list item */
    HELP_DIM,
    HELP_NOTE, /* heading of a site's note */
    HELP_STYLES
};

/* Layout never goes below this many columns, nor deeper than half of the width. */
enum { STYLED_MIN_WIDTH = 20 };

/* A piece of a line in one style. Read it with styled_run_text() and styled_run_topic(). */
struct styled_run {
    enum help_style style;
    size_t start, n;      /* in styled_text.text */
    size_t topic, ntopic; /* the same for the link target; ntopic 0: no link */
};

/* `indent` blank columns, then `count` runs from `first` on. No runs: a blank line. */
struct styled_line {
    size_t indent;
    size_t first, count;
};

/* A laid-out text. Start with STYLED_INIT, end with styled_free(). */
struct styled_text {
    const struct help *help; /* knows how links are called; NULL: by the end of their topic */
    bool utf8;               /* false: typographic characters get an ASCII stand-in, others '?' */
    struct strbuf text;
    struct styled_run *runs;
    size_t nruns, runs_size;
    struct styled_line *lines;
    size_t nlines, lines_size;
    struct strbuf label; /* waits for the next line, see styled_label() */
    enum help_style label_style;
};

#define STYLED_INIT(is_utf8) ((struct styled_text){ .utf8 = (is_utf8) })
/* For markup with links. */
#define STYLED_HELP(is_utf8, knowledge) \
    ((struct styled_text){ .help = (knowledge), .utf8 = (is_utf8) })

/* Frees the content; the text is empty again and may be used anew. */
void styled_free(struct styled_text *out);
/* Makes it empty but keeps the memory, for a pane that is laid out again and again. */
void styled_clear(struct styled_text *out);

/* What a run shows. Valid until the text changes. */
struct span styled_run_text(const struct styled_text *out, const struct styled_run *run);
/* The topic that a run links to ("code/486"), empty for none. Valid until the text changes. */
struct span styled_run_topic(const struct styled_text *out, const struct styled_run *run);

/* Adds an empty line. */
void styled_blank(struct styled_text *out);
/*
 * Adds one line: `title` at the left, `right` dim at the right edge of `width` columns. Where both
 * do not fit, `right` goes on lines of its own. `right` may be NULL or empty.
 */
void styled_heading(struct styled_text *out, enum help_style style, const char *title,
                    const char *right, size_t width);
/*
 * Puts `text` at the left edge of the next line that is laid out, if that line's indent leaves
 * room for it and a blank; otherwise on a line of its own before it. For labels in a margin.
 */
void styled_label(struct styled_text *out, enum help_style style, const char *text);
/*
 * Adds the markup `text` (one section's content, or a whole page: then its section marks show as
 * they are) wrapped at `width` columns, each line `indent` columns in. Lists hang.
 */
void styled_markup(struct styled_text *out, struct span text, size_t width, size_t indent);
/*
 * Adds `text` as it is, without markup, in one style; blanks and line ends count as one blank.
 * `first_indent` columns before the first line, `rest_indent` before the others.
 */
void styled_paragraph(struct styled_text *out, enum help_style style, struct span text,
                      size_t width, size_t first_indent, size_t rest_indent);

/*
 * Adds one line of cells, set apart by a blank, so that those of lines like it stand below one
 * another: each in `width` columns, what does not fit cut with a mark.
 */
struct styled_cell {
    enum help_style style;
    struct span text;
    size_t width;
};
void styled_cells(struct styled_text *out, const struct styled_cell *cells, size_t count,
                  size_t indent);

/*
 * Checks a page against the markup: sections `ids` (count `nids`) in that order, each at most once
 * and not empty, those that are `required` (NULL: none) all there; balanced marks; clean UTF-8.
 * With nids 0 it is a note: any headings. Returns 0, or -1 with the line (from 1) and what is wrong
 * there, a constant text for tr().
 */
int help_check(struct span text, const char *const *ids, const bool *required, size_t nids,
               size_t *line, const char **message);

#endif
