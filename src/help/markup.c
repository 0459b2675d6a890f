/*
 * Lays text out as lines of styled runs. A block is first cut into cells, one for
 * each character as it will be shown, then the cells are filled into lines.
 */
#include "help/markup.h"

#include <stdlib.h>

#include "base/text.h"
#include "help/block.h"
#include "help/topic.h"

struct cell {
    size_t start; /* in flow.text */
    uint8_t n;
    uint8_t width;
    bool blank;
    enum help_style style;
    struct span topic; /* of a link */
};

struct flow {
    const struct help *help;
    bool utf8;
    struct strbuf text;
    struct cell *cells;
    size_t n, size;
};

/* What stands for a typographic character where only ASCII can be shown. */
static const struct {
    uint32_t rune;
    const char *ascii;
} standins[] = {
    { 0xa0, " " },    { 0xa7, "section " }, { 0xb7, "-" },    { 0xd7, "x" },    { 0x2013, "-" },
    { 0x2014, "--" }, { 0x2018, "'" },      { 0x2019, "'" },  { 0x201c, "\"" }, { 0x201d, "\"" },
    { 0x2022, "*" },  { 0x2026, "..." },    { 0x2190, "<-" }, { 0x2192, "->" }, { 0x2194, "<->" },
    { 0x2248, "~" },  { 0x2260, "!=" },     { 0x2264, "<=" }, { 0x2265, ">=" },
};

/* Closing punctuation stays with the character before it, opening with the one after. */
static const uint32_t no_break_before[] = { 0x3001, 0x3002, 0x3009, 0x300b, 0x300d, 0x300f,
                                            0x3011, 0x3015, 0xff01, 0xff09, 0xff0c, 0xff0e,
                                            0xff1a, 0xff1b, 0xff1f, 0xff3d, 0xff5d, 0x30fc };
static const uint32_t no_break_after[] = { 0x3008, 0x300a, 0x300c, 0x300e, 0x3010,
                                           0x3014, 0xff08, 0xff3b, 0xff5b };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

void styled_clear(struct styled_text *out)
{
    strbuf_clear(&out->text);
    strbuf_clear(&out->label);
    out->nruns = 0;
    out->nlines = 0;
}

void styled_free(struct styled_text *out)
{
    strbuf_free(&out->text);
    strbuf_free(&out->label);
    free(out->runs);
    free(out->lines);
    *out = STYLED_HELP(out->utf8, out->help);
}

struct span styled_run_text(const struct styled_text *out, const struct styled_run *run)
{
    return (struct span){ strbuf_str(&out->text) + run->start, run->n };
}

struct span styled_run_topic(const struct styled_text *out, const struct styled_run *run)
{
    return (struct span){ strbuf_str(&out->text) + run->topic, run->ntopic };
}

static void add_line(struct styled_text *out, size_t indent)
{
    if (out->nlines == out->lines_size) {
        out->lines_size = out->lines_size ? out->lines_size * 2 : 32;
        out->lines = mem_grow(out->lines, out->lines_size * sizeof(*out->lines));
    }
    out->lines[out->nlines++] = (struct styled_line){ indent, out->nruns, 0 };
}

/* Adds a run to the last line. */
static void add_run(struct styled_text *out, enum help_style style, struct span text,
                    struct span topic)
{
    if (out->nruns == out->runs_size) {
        out->runs_size = out->runs_size ? out->runs_size * 2 : 64;
        out->runs = mem_grow(out->runs, out->runs_size * sizeof(*out->runs));
    }
    struct styled_run run = { style, out->text.n, text.n, 0, topic.n };
    strbuf_span(&out->text, text);
    run.topic = out->text.n;
    strbuf_span(&out->text, topic);
    out->runs[out->nruns++] = run;
    out->lines[out->nlines - 1].count++;
}

static void add_blanks(struct styled_text *out, size_t n)
{
    struct strbuf blanks = STRBUF_INIT;
    while (blanks.n < n)
        strbuf_char(&blanks, ' ');
    if (n > 0)
        add_run(out, HELP_PLAIN, strbuf_as_span(&blanks), SPAN_NONE);
    strbuf_free(&blanks);
}

/* Begins a line of text, with the label that waits for it. */
static void open_line(struct styled_text *out, size_t indent)
{
    struct span label = strbuf_as_span(&out->label);
    size_t width = text_width(label);
    if (label.n == 0) {
        add_line(out, indent);
        return;
    }
    add_line(out, 0);
    add_run(out, out->label_style, label, SPAN_NONE);
    if (width < indent)
        add_blanks(out, indent - width);
    else
        add_line(out, indent);
    strbuf_clear(&out->label);
}

void styled_blank(struct styled_text *out)
{
    add_line(out, 0);
}

/* Appends one character as it may be shown; a line end is a blank. */
static void show_rune(struct strbuf *b, struct span bytes, uint32_t rune, bool utf8)
{
    if (bytes.n == 1 && ascii_blank(bytes.p[0])) {
        strbuf_char(b, ' ');
        return;
    }
    for (size_t i = 0; !utf8 && i < COUNT(standins); i++) {
        if (standins[i].rune == rune) {
            strbuf_text(b, standins[i].ascii);
            return;
        }
    }
    text_visible(b, bytes, utf8);
}

static void show_text(struct strbuf *b, struct span s, bool utf8)
{
    uint32_t rune;
    for (size_t n; (n = text_rune(s, &rune)) > 0; s.p += n, s.n -= n)
        show_rune(b, (struct span){ s.p, n }, rune, utf8);
}

void styled_label(struct styled_text *out, enum help_style style, const char *text)
{
    strbuf_clear(&out->label);
    show_text(&out->label, SPAN(text), out->utf8);
    out->label_style = style;
}

static void add_cell(struct flow *flow, size_t start, size_t n, int width, enum help_style style,
                     struct span topic)
{
    bool blank = n == 1 && flow->text.p[start] == ' ';
    if (blank && (flow->n == 0 || flow->cells[flow->n - 1].blank))
        return;
    if (flow->n == flow->size) {
        flow->size = flow->size ? flow->size * 2 : 256;
        flow->cells = mem_grow(flow->cells, flow->size * sizeof(*flow->cells));
    }
    flow->cells[flow->n++] = (struct cell){ start, (uint8_t)n, (uint8_t)(width > 0 ? width : 0),
                                            blank, style,      topic };
}

/* One source character may become several cells ("…" as "...", an escape as "^["). */
static void flow_rune(struct flow *flow, struct span bytes, uint32_t rune, enum help_style style,
                      struct span topic)
{
    size_t at = flow->text.n;
    show_rune(&flow->text, bytes, rune, flow->utf8);
    while (at < flow->text.n) {
        size_t n = text_rune((struct span){ flow->text.p + at, flow->text.n - at }, &rune);
        add_cell(flow, at, n, text_rune_width(rune), style, topic);
        at += n;
    }
}

static void flow_text(struct flow *flow, enum help_style style, struct span s, struct span topic)
{
    uint32_t rune;
    for (size_t n; (n = text_rune(s, &rune)) > 0; s.p += n, s.n -= n)
        flow_rune(flow, (struct span){ s.p, n }, rune, style, topic);
}

/* A link shows its topic's short name, or the last part of the topic: "486" for code/486. */
static void flow_link(struct flow *flow, struct span topic)
{
    struct strbuf name = STRBUF_INIT;
    char *text = mem_format("%.*s", SPAN_ARG(topic));
    const char *slash = strchr(text, '/');
    if (flow->help)
        help_topic_link(flow->help, text, &name);
    else
        strbuf_text(&name, slash ? slash + 1 : text);
    flow_text(flow, HELP_LINK, strbuf_as_span(&name), topic);
    strbuf_free(&name);
    free(text);
}

static void flow_markup(struct flow *flow, struct span text)
{
    struct token t;
    enum help_style style = HELP_PLAIN;
    while (block_token(&text, &t)) {
        if (t.kind == TOKEN_BOLD)
            style = style == HELP_BOLD ? HELP_PLAIN : HELP_BOLD;
        else if (t.kind == TOKEN_CODE)
            flow_text(flow, HELP_CODE, t.text, SPAN_NONE);
        else if (t.kind == TOKEN_LINK)
            flow_link(flow, t.text);
        else
            flow_text(flow, style, t.text, SPAN_NONE);
    }
}

static bool rune_in(uint32_t rune, const uint32_t *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (list[i] == rune)
            return true;
    return false;
}

static uint32_t cell_rune(const struct flow *flow, size_t i)
{
    uint32_t rune = 0;
    text_rune((struct span){ flow->text.p + flow->cells[i].start, flow->cells[i].n }, &rune);
    return rune;
}

/* Whether a line may end between cell i-1 and cell i without a blank: both are wide (CJK). */
static bool may_break(const struct flow *flow, size_t i)
{
    return flow->cells[i - 1].width == 2 && flow->cells[i].width == 2 &&
           !rune_in(cell_rune(flow, i), no_break_before, COUNT(no_break_before)) &&
           !rune_in(cell_rune(flow, i - 1), no_break_after, COUNT(no_break_after));
}

/*
 * Where the line that begins with cell `from` ends. A blank is the better place than the middle of
 * a CJK word as long as it leaves no more than a quarter of the line empty.
 */
static size_t line_end(const struct flow *flow, size_t from, size_t room)
{
    size_t used = 0, blank = 0, blank_column = 0, wide = 0, i;
    for (i = from; i < flow->n; i++) {
        const struct cell *cell = &flow->cells[i];
        if (cell->blank) {
            blank = i;
            blank_column = used;
        } else if (i > from && may_break(flow, i)) {
            wide = i;
        }
        if (used + cell->width > room)
            break;
        used += cell->width;
    }
    if (i == flow->n)
        return i;
    if (blank && (blank > wide || (room - blank_column) * 4 <= room))
        return blank;
    return wide ? wide : i;
}

static bool same_run(const struct cell *a, const struct cell *b)
{
    return a->style == b->style && a->topic.p == b->topic.p;
}

/* Adds cells [from, to) as runs to the last line. */
static void add_cells(struct styled_text *out, const struct flow *flow, size_t from, size_t to)
{
    while (from < to) {
        const struct cell *first = &flow->cells[from];
        size_t i = from;
        struct strbuf text = STRBUF_INIT;
        for (; i < to && same_run(first, &flow->cells[i]); i++)
            strbuf_span(&text,
                        (struct span){ flow->text.p + flow->cells[i].start, flow->cells[i].n });
        add_run(out, first->style, strbuf_as_span(&text), first->topic);
        strbuf_free(&text);
        from = i;
    }
}

/* A line of text, behind the list mark if there is one: it hangs to the left of the indent. */
static void open_item_line(struct styled_text *out, size_t indent, struct span mark)
{
    size_t width = text_width(mark);
    if (mark.n == 0) {
        open_line(out, indent);
        return;
    }
    open_line(out, indent - width - 1);
    add_run(out, HELP_MARK, mark, SPAN_NONE);
    add_blanks(out, 1);
}

/* Fills the flow into lines and frees it. */
static void flow_end(struct styled_text *out, struct flow *flow, size_t width, size_t first,
                     size_t rest, struct span mark)
{
    size_t from = 0, indent = first;
    while (from < flow->n) {
        size_t to = line_end(flow, from, width - indent);
        open_item_line(out, indent, mark);
        add_cells(out, flow, from, to > from && flow->cells[to - 1].blank ? to - 1 : to);
        mark = SPAN_NONE;
        indent = rest;
        from = to < flow->n && flow->cells[to].blank ? to + 1 : to;
    }
    free(flow->cells);
    strbuf_free(&flow->text);
}

static size_t clamp_width(size_t width)
{
    return width < STYLED_MIN_WIDTH ? STYLED_MIN_WIDTH : width;
}

static size_t clamp_indent(size_t indent, size_t width)
{
    return indent > width / 2 ? width / 2 : indent;
}

void styled_paragraph(struct styled_text *out, enum help_style style, struct span text,
                      size_t width, size_t first_indent, size_t rest_indent)
{
    struct flow flow = { .help = out->help, .utf8 = out->utf8 };
    width = clamp_width(width);
    flow_text(&flow, style, text, SPAN_NONE);
    flow_end(out, &flow, width, clamp_indent(first_indent, width), clamp_indent(rest_indent, width),
             SPAN_NONE);
}

void styled_heading(struct styled_text *out, enum help_style style, const char *title,
                    const char *right, size_t width)
{
    struct strbuf left_text = STRBUF_INIT, right_text = STRBUF_INIT;
    show_text(&left_text, SPAN(title), out->utf8);
    show_text(&right_text, SPAN(right), out->utf8);
    struct span l = strbuf_as_span(&left_text), r = strbuf_as_span(&right_text);
    size_t used = text_width(l) + text_width(r);
    width = clamp_width(width);
    if (r.n > 0 && used + 2 <= width) {
        open_line(out, 0);
        add_run(out, style, l, SPAN_NONE);
        add_blanks(out, width - used);
        add_run(out, HELP_DIM, r, SPAN_NONE);
    } else {
        styled_paragraph(out, style, l, width, 0, 0);
        styled_paragraph(out, HELP_DIM, r, width, 0, 0);
    }
    strbuf_free(&left_text);
    strbuf_free(&right_text);
}

static void lay_block(struct styled_text *out, const struct block *b, size_t width, size_t indent)
{
    struct flow flow = { .help = out->help, .utf8 = out->utf8 };
    struct span mark = b->kind == BLOCK_NUMBER   ? b->mark
                       : b->kind == BLOCK_BULLET ? SPAN(out->utf8 ? "\u2022" : "*")
                                                 : SPAN_NONE;
    if (b->kind == BLOCK_HEADING)
        flow_text(&flow, HELP_HEADING, b->text, SPAN_NONE);
    else
        flow_markup(&flow, b->text);
    size_t hang = mark.n > 0 ? text_width(mark) + 1 : 0;
    indent = clamp_indent(indent + hang, width);
    flow_end(out, &flow, width, indent, indent, mark);
}

static bool is_item(enum block_kind kind)
{
    return kind == BLOCK_BULLET || kind == BLOCK_NUMBER;
}

void styled_markup(struct styled_text *out, struct span text, size_t width, size_t indent)
{
    struct block block;
    enum block_kind before = BLOCK_HEADING;
    width = clamp_width(width);
    for (bool first = true; block_next(&text, &block); first = false) {
        if (!first && block.gap && !(is_item(before) && is_item(block.kind)))
            styled_blank(out);
        lay_block(out, &block, width, indent);
        before = block.kind;
    }
}

void styled_cells(struct styled_text *out, const struct styled_cell *cells, size_t count,
                  size_t indent)
{
    open_line(out, indent);
    for (size_t i = 0; i < count; i++) {
        struct strbuf text = STRBUF_INIT;
        show_text(&text, cells[i].text, out->utf8);
        struct span all = strbuf_as_span(&text), fit = text_fit(all, cells[i].width);
        bool cut = fit.n < all.n && cells[i].width > 0;
        if (cut)
            fit = text_fit(all, cells[i].width - 1);
        add_run(out, cells[i].style, fit, SPAN_NONE);
        if (cut)
            add_run(out, HELP_DIM, SPAN(out->utf8 ? "…" : "~"), SPAN_NONE);
        size_t used = text_width(fit) + cut;
        if (i + 1 < count)
            add_blanks(out, cells[i].width - used + 1);
        strbuf_free(&text);
    }
}
