/* Text over the whole screen: a page of the knowledge base, or the keys and commands. */
#include <stdlib.h>

#include "base/strbuf.h"
#include "ui/command.h"
#include "ui/keymap.h"
#include "ui/ui.h"

struct page_view {
    struct view view;
    char topic[HELP_TOPIC_SIZE]; /* empty: the keys */
    struct styled_text text;
    size_t width; /* the text was laid out for */
    int scroll, height;
};

static void lay_out_page(struct ui *ui, struct page_view *v)
{
    unsigned code = 0;
    size_t count;
    struct strbuf title = STRBUF_INIT;
    bool fallback = false;
    const struct help_page *page = help_page(ui->help, v->topic);
    if (sscanf(v->topic, "code/%u", &code) == 1 && !page)
        page = help_page_for_code(ui->help, (uint16_t)code, &fallback);
    const struct help_code *facts = code ? help_code(ui->help, (uint16_t)code) : NULL;
    help_topic_title(ui->help, v->topic, &title);
    styled_heading(&v->text, HELP_TITLE, strbuf_str(&title), facts ? facts->spec : NULL, v->width);
    strbuf_free(&title);
    if (facts && *facts->summary)
        styled_paragraph(&v->text, HELP_PLAIN, SPAN(facts->summary), v->width, 0, 0);
    const struct help_section_title *sections = help_sections(ui->help, &count);
    for (size_t i = 0; page && i < count; i++) {
        struct span content;
        if (help_section(page, sections[i].id, &content) < 0)
            continue;
        styled_blank(&v->text);
        styled_heading(&v->text, HELP_HEADING, sections[i].page, NULL, v->width);
        styled_markup(&v->text, content, v->width, 2);
    }
}

static void lay_out_keys(struct page_view *v)
{
    styled_heading(&v->text, HELP_TITLE, "Keys and commands", "Esc leads back", v->width);
    styled_paragraph(
        &v->text, HELP_DIM,
        SPAN("Each line: keys, the command behind ':' and what it does. A key is bound "
             "to another command with :map."),
        v->width, 0, 0);
    styled_blank(&v->text);
    for (size_t i = 0; i < command_count; i++) {
        char keys[64];
        struct strbuf line = STRBUF_INIT;
        keymap_keys_of(commands[i].name, keys, sizeof keys);
        strbuf_format(&line, "**:%s%s%s** – %s", commands[i].name, commands[i].argument ? " " : "",
                      commands[i].argument ? commands[i].argument : "", commands[i].help);
        styled_label(&v->text, HELP_CODE, keys);
        styled_markup(&v->text, strbuf_as_span(&line), v->width, 14);
        strbuf_free(&line);
    }
}

static void draw(struct ui *ui, struct view *view, struct rect rect)
{
    struct page_view *v = (struct page_view *)view;
    size_t width = rect.width > 104 ? 100 : rect.width > 24 ? (size_t)rect.width - 4 : 20;
    if (width != v->width) {
        styled_free(&v->text);
        v->text = STYLED_INIT(screen_utf8());
        v->width = width;
        if (*v->topic)
            lay_out_page(ui, v);
        else
            lay_out_keys(v);
    }
    v->height = rect.height;
    int count = (int)v->text.nlines, most = count > rect.height ? count - rect.height : 0;
    v->scroll = v->scroll > most ? most : v->scroll < 0 ? 0 : v->scroll;
    screen_clear(rect);
    for (int i = 0; i < rect.height && v->scroll + i < count; i++)
        screen_styled(rect.y + i, rect.x + 2, rect.width - 2, &v->text, (size_t)(v->scroll + i));
}

static bool act(struct ui *ui, struct view *view, enum verb verb)
{
    struct page_view *v = (struct page_view *)view;
    (void)ui;
    return verb_scroll(verb, &v->scroll, v->height, (int)v->text.nlines);
}

static bool line_fits(struct ui *ui, struct page_view *v, size_t i)
{
    const struct styled_line *line = &v->text.lines[i];
    for (size_t n = 0; n < line->count; n++)
        if (ui_search_fits(ui, styled_run_text(&v->text, &v->text.runs[line->first + n])))
            return true;
    return false;
}

static bool search(struct ui *ui, struct view *view, bool backwards)
{
    struct page_view *v = (struct page_view *)view;
    size_t count = v->text.nlines, start = (size_t)v->scroll;
    for (size_t n = 1; n <= count; n++) {
        size_t i = backwards ? (start + count - n % count) % count : (start + n) % count;
        if (line_fits(ui, v, i)) {
            v->scroll = (int)i;
            return true;
        }
    }
    return false;
}

static void close_page(struct view *view)
{
    styled_free(&((struct page_view *)view)->text);
    free(view);
}

static const struct view_ops page_ops = {
    .name = "page",
    .keybar = "back up down page-down search command",
    .draw = draw,
    .act = act,
    .search = search,
    .close = close_page,
};

static struct view *new_page(const char *topic)
{
    struct page_view *v = mem_zero(sizeof *v);
    v->view.ops = &page_ops;
    v->text = STYLED_INIT(screen_utf8());
    span_copy(SPAN(topic), v->topic, sizeof v->topic);
    return &v->view;
}

struct view *view_page_new(struct ui *ui, const char *topic)
{
    unsigned code;
    bool known = help_page(ui->help, topic) != NULL;
    if (!known && sscanf(topic, "code/%u", &code) == 1)
        known = help_page_for_code(ui->help, (uint16_t)code, NULL) != NULL;
    return known ? new_page(topic) : NULL;
}

struct view *view_keys_new(struct ui *ui)
{
    (void)ui;
    return new_page("");
}
