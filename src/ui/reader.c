/* See reader.h. A link that is broken over lines is several runs and one link. */
#include "ui/reader.h"

#include "base/strbuf.h"
#include "base/text.h"
#include "base/tr.h"
#include "ui/keymap.h"
#include "ui/signs.h"
#include "ui/ui.h"

/* The runs [from, to) of one link and the line it begins on. */
struct link {
    size_t from, to, line;
};

void reader_free(struct reader *reader)
{
    styled_free(&reader->text);
}

void reader_begin(struct reader *reader, const struct help *help)
{
    styled_clear(&reader->text);
    reader->text.help = help;
    reader->text.utf8 = screen_utf8();
}

void reader_reset(struct reader *reader)
{
    reader->now = (struct reader_stop){ .link = 0 };
    reader->depth = 0;
}

/* The line that a run is on. */
static size_t line_of(const struct styled_text *text, size_t run)
{
    size_t line = 0;
    while (line + 1 < text->nlines && text->lines[line + 1].first <= run)
        line++;
    return line;
}

/* The link that begins at run `from` or later. False when there is none. */
static bool link_from(const struct styled_text *text, size_t from, struct link *link)
{
    while (from < text->nruns && text->runs[from].ntopic == 0)
        from++;
    if (from >= text->nruns)
        return false;
    struct span topic = styled_run_topic(text, &text->runs[from]);
    *link = (struct link){ from, from + 1, line_of(text, from) };
    while (link->to < text->nruns &&
           span_equal(styled_run_topic(text, &text->runs[link->to]), topic))
        link->to++;
    return true;
}

bool reader_has_links(const struct reader *reader)
{
    struct link link;
    return link_from(&reader->text, 0, &link);
}

/* Link number `n` from 1 on. */
static bool link_number(const struct styled_text *text, size_t n, struct link *link)
{
    link->to = 0;
    for (size_t i = 0; i < n; i++)
        if (!link_from(text, link->to, link))
            return false;
    return n > 0;
}

static int last_scroll(const struct reader *reader)
{
    int more = (int)reader->text.nlines - reader->rect.height;
    return more > 0 ? more : 0;
}

static void clamp(struct reader *reader)
{
    int last = last_scroll(reader);
    reader->now.scroll = reader->now.scroll > last ? last
                         : reader->now.scroll < 0  ? 0
                                                   : reader->now.scroll;
}

static int line_width(const struct styled_text *text, size_t at)
{
    const struct styled_line *line = &text->lines[at];
    size_t width = line->indent;
    for (size_t i = line->first; i < line->first + line->count; i++)
        width += text_width(styled_run_text(text, &text->runs[i]));
    return (int)width;
}

/* There is more below; the cursor keys lead there, or the key that is named where that hides nothing. */
static void draw_more(const struct reader *reader, bool focused)
{
    char key[KEY_NAME] = "";
    struct strbuf text = STRBUF_INIT;
    const struct rect rect = reader->rect;
    size_t last = (size_t)(reader->now.scroll + rect.height - 1);
    int left = rect.width - 1 - line_width(&reader->text, last);
    if (!focused && keymap_key_of("pane-down", key) && left > (int)text_width(SPAN(key)) + 2)
        strbuf_format(&text, "%s ", key);
    strbuf_text(&text, sign(SIGN_MORE_BELOW));
    int width = (int)text_width(strbuf_as_span(&text));
    if (width < rect.width)
        screen_string(rect.y + rect.height - 1, rect.x + rect.width - width, width, STYLE_HEADER,
                      strbuf_str(&text));
    strbuf_free(&text);
}

void reader_draw(struct reader *reader, struct rect rect, bool focused)
{
    struct link chosen = { 0 };
    reader->rect = rect;
    clamp(reader);
    if (focused)
        link_number(&reader->text, reader->now.link, &chosen);
    screen_clear(rect);
    for (int i = 0; i < rect.height; i++) {
        size_t line = (size_t)(reader->now.scroll + i);
        if (line < reader->text.nlines)
            screen_styled(rect.y + i, rect.x + 1, rect.width - 1, &reader->text, line, chosen.from,
                          chosen.to);
    }
    if (reader->now.scroll < last_scroll(reader))
        draw_more(reader, focused);
}

bool reader_go(struct reader *reader, const char *topic)
{
    if (strcmp(topic, reader->now.topic) == 0)
        return false;
    if (reader->depth == READER_TRAIL)
        memmove(reader->trail + 1, reader->trail + 2,
                (--reader->depth - 1) * sizeof(reader->trail[0]));
    reader->trail[reader->depth++] = reader->now;
    reader->now = (struct reader_stop){ .link = 0 };
    span_copy(SPAN(topic), reader->now.topic, sizeof(reader->now.topic));
    return true;
}

bool reader_return(struct reader *reader)
{
    if (reader->depth == 0)
        return false;
    reader->now = reader->trail[--reader->depth];
    return true;
}

/* The first link from the top line on, or the last one above the bottom. */
static size_t first_in_view(const struct reader *reader, bool next)
{
    struct link link = { 0 };
    size_t n = 0, last = 0;
    while (link_from(&reader->text, link.to, &link)) {
        n++;
        if (next && (int)link.line >= reader->now.scroll)
            return n;
        if ((int)link.line < reader->now.scroll + reader->rect.height)
            last = n;
    }
    return next ? 0 : last;
}

bool reader_choose(struct reader *reader, bool next)
{
    struct link link;
    size_t n = reader->now.link;
    if (n == 0)
        n = first_in_view(reader, next);
    else
        n = next ? n + 1 : n - 1;
    if (!link_number(&reader->text, n, &link))
        return false;
    reader->now.link = n;
    int line = (int)link.line, bottom = reader->now.scroll + reader->rect.height - 1;
    if (line < reader->now.scroll)
        reader->now.scroll = line;
    else if (line > bottom)
        reader->now.scroll += line - bottom;
    return true;
}

static void copy_topic(const struct reader *reader, size_t run, char topic[HELP_TOPIC_SIZE])
{
    span_copy(styled_run_topic(&reader->text, &reader->text.runs[run]), topic, HELP_TOPIC_SIZE);
}

void reader_chosen(const struct reader *reader, char topic[HELP_TOPIC_SIZE])
{
    struct link link;
    topic[0] = '\0';
    if (link_number(&reader->text, reader->now.link, &link))
        copy_topic(reader, link.from, topic);
}

void reader_link_at(const struct reader *reader, int y, int x, char topic[HELP_TOPIC_SIZE])
{
    size_t line = (size_t)(reader->now.scroll + y - reader->rect.y);
    topic[0] = '\0';
    if (y < reader->rect.y || line >= reader->text.nlines)
        return;
    const struct styled_line *l = &reader->text.lines[line];
    int at = reader->rect.x + 1 + (int)l->indent;
    for (size_t i = l->first; i < l->first + l->count; i++) {
        int end = at + (int)text_width(styled_run_text(&reader->text, &reader->text.runs[i]));
        if (x >= at && x < end)
            copy_topic(reader, i, topic);
        at = end;
    }
}

static void follow(struct ui *ui, struct reader *reader, const char *topic)
{
    if (!*topic)
        ui_notice(ui, false, _("Choose a link first"));
    else if (!help_knows(ui->help, topic))
        ui_notice(ui, true, _("nothing is known about '%s'"), topic);
    else
        reader_go(reader, topic);
}

static void go_neighbour(struct ui *ui, struct reader *reader, const char *shown, bool next)
{
    const char *neighbour = *shown ? help_neighbour(ui->help, shown, next) : NULL;
    if (neighbour)
        reader_go(reader, neighbour);
    else if (*shown)
        ui_notice(ui, false, next ? _("That was the last one") : _("That was the first one"));
}

bool reader_act(struct ui *ui, struct reader *reader, const char *shown, enum verb verb)
{
    char topic[HELP_TOPIC_SIZE];
    switch (verb) {
    case VERB_OPEN:
        reader_chosen(reader, topic);
        follow(ui, reader, topic);
        return true;
    case VERB_NEXT_LINK:
    case VERB_PREVIOUS_LINK:
        if (!reader_choose(reader, verb == VERB_NEXT_LINK))
            ui_notice(ui, false, _("No more links"));
        return true;
    case VERB_NEXT_CODE:
    case VERB_PREVIOUS_CODE:
        go_neighbour(ui, reader, shown, verb == VERB_NEXT_CODE);
        return true;
    default:
        return verb_scroll(verb, &reader->now.scroll, reader->rect.height,
                           (int)reader->text.nlines);
    }
}

void reader_click(struct ui *ui, struct reader *reader, int y, int x)
{
    char topic[HELP_TOPIC_SIZE];
    reader_link_at(reader, y, x, topic);
    if (*topic)
        follow(ui, reader, topic);
}
