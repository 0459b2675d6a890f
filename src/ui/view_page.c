/*
 * Text over the whole screen: a topic of the knowledge base, two compared, or the
 * keys and commands. Links lead to other topics within the view, Backspace back.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/tr.h"
#include "help/search.h"
#include "ui/command.h"
#include "ui/compare.h"
#include "ui/filters.h"
#include "ui/keymap.h"
#include "ui/signs.h"
#include "ui/ui.h"

#define HITS_SHOWN 50

struct page_view {
    struct view view;
    char a[HELP_TOPIC_SIZE], b[HELP_TOPIC_SIZE]; /* two compared, or "" */
    char *words;                                 /* searched for, or NULL; then the keys: */
    const struct view_ops *keys_of;              /* first those of this view; */
    char sought[32];                             /* a command, or a heading, that it begins with */
    struct reader reader;                        /* reader.now.topic: the topic, if any */
    char laid[HELP_TOPIC_SIZE + 2];              /* what the text is of, */
    size_t width;                                /* for which width, */
    unsigned generation;                         /* and from which knowledge base */
};

static void lay_out_document(struct ui *ui, struct page_view *v)
{
    struct document doc;
    if (*v->reader.now.topic) {
        document_topic(&doc, ui->help, v->reader.now.topic);
    } else if (v->words) {
        struct search_hit *hits;
        size_t n = search_run(ui->help, v->words, &hits);
        search_document(&doc, ui->help, v->words, hits, n < HITS_SHOWN ? n : HITS_SHOWN);
        search_free(hits, n);
    } else {
        document_compare(&doc, ui->help, v->a, v->b);
        compare_add_counts(ui, &doc, help_topic_code(v->a), help_topic_code(v->b));
    }
    document_lay(&v->reader.text, &doc, v->width);
    document_free(&doc);
}

/* What the view does itself, what works everywhere, what only other views do. */
enum where { HERE, EVERYWHERE, ELSEWHERE };

static enum where where_works(const struct command *command, const struct view_ops *view)
{
    if (command->run)
        return EVERYWHERE;
    /* one without a key is another's name in some view: here that one tells it */
    return *command->keys && view->verbs & VERB_BIT(command->verb) ? HERE : ELSEWHERE;
}

static void lay_out_command(struct page_view *v, const struct command *command)
{
    struct styled_text *text = &v->reader.text;
    char keys[64];
    struct strbuf line = STRBUF_INIT;
    keymap_keys_of(command->name, keys, sizeof keys);
    if (strcmp(command->name, v->sought) == 0)
        v->reader.now.scroll = (int)text->nlines;
    strbuf_format(&line, "**:%s%s%s** – %s", command->name, command->argument ? " " : "",
                  command->argument ? command->argument : "", tr(command->help));
    styled_label(text, HELP_CODE, keys);
    styled_markup(text, strbuf_as_span(&line), v->width, 14);
    strbuf_free(&line);
}

/* Filters that have a name, above what filters are made of. */
static void lay_out_named(const struct ui *ui, struct page_view *v)
{
    struct styled_text *text = &v->reader.text;
    for (size_t i = 0; i < ui->nnamed_filters; i++) {
        char *name = mem_format("@%s", ui->named_filters[i].name);
        styled_label(text, HELP_CODE, name);
        styled_paragraph(text, HELP_PLAIN, SPAN(ui->named_filters[i].text), v->width, 20, 20);
        free(name);
    }
    if (ui->nnamed_filters == 0)
        styled_paragraph(text, HELP_DIM,
                         SPAN(_("no filter has a name yet; :filter-save NAME gives one")), v->width,
                         0, 0);
}

static void lay_out_fields(const struct ui *ui, struct page_view *v)
{
    struct styled_text *text = &v->reader.text;
    struct strbuf line = STRBUF_INIT;
    styled_blank(text);
    if (strcmp(v->sought, "filters") == 0)
        v->reader.now.scroll = (int)text->nlines;
    styled_heading(text, HELP_HEADING, _("Fields of filters"), NULL, v->width);
    lay_out_named(ui, v);
    for (const struct filter_field *field = filter_fields(); field->name; field++) {
        if (field->alias_of)
            continue;
        strbuf_clear(&line);
        strbuf_format(&line, "%s, %s – %s", filter_type_name(field->type),
                      filter_type_operators(field->type), tr(field->help));
        styled_label(text, HELP_CODE, field->name);
        styled_paragraph(text, HELP_PLAIN, strbuf_as_span(&line), v->width, 20, 20);
    }
    strbuf_free(&line);
}

static void lay_out_sign(struct page_view *v, const char *sign, const char *meaning)
{
    styled_label(&v->reader.text, HELP_CODE, sign);
    styled_markup(&v->reader.text, SPAN(meaning), v->width, 14);
}

/* What stands on the screen and means more than it says: words, marks of classes, and all signs. */
static void lay_out_signs(struct page_view *v)
{
    struct strbuf alike = STRBUF_INIT;
    static const struct {
        const char *sign, *meaning;
    } words[] = {
        { N_("failed"),
          N_("In the first line: transactions that ended with 4xx, 5xx, 6xx or without an answer, and "
             "their share of all that have ended; ACKs, challenges and what is still open do not "
             "count ([[metric/failed]])") },
        { N_("open"), N_("In the first line: transactions that wait for a final answer") },
        { N_("top"),
          N_("In the first line: the error found most often; of live traffic, in the last five "
             "minutes") },
        { N_("1 2 3"), N_("In the flow, beside the time: which of the joined legs it is of") },
    };
    struct styled_text *text = &v->reader.text;
    styled_blank(text);
    styled_heading(text, HELP_HEADING, _("Signs"), NULL, v->width);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        lay_out_sign(v, tr(words[i].sign), tr(words[i].meaning));
    for (int class = SIP_CLASS_NONE; class < SIP_CLASSES; class ++)
        lay_out_sign(v, theme_mark((uint8_t) class, text->utf8), style_use(STYLE_CLASS + class));
    for (enum sign s = 0; s < SIGNS; s++) {
        strbuf_format(&alike, "%s%s", alike.n ? " " : "", sign_text(s, text->utf8));
        if (!sign_meaning(s))
            continue;
        lay_out_sign(v, strbuf_str(&alike), tr(sign_meaning(s)));
        strbuf_clear(&alike);
    }
    styled_paragraph(text, HELP_DIM, SPAN(_(":colors shows all colours, and what each is for.")),
                     v->width, 0, 0);
    strbuf_free(&alike);
}

static void lay_out_keys(const struct ui *ui, struct page_view *v)
{
    static const char *const titles[] = { N_("In this view"), N_("Everywhere"),
                                          N_("In other views") };
    struct styled_text *text = &v->reader.text;
    char find[KEY_NAME] = "/";
    keymap_key_of("search", find);
    styled_heading(text, HELP_TITLE, _("Keys and commands"), _("Esc leads back"), v->width);
    styled_paragraph(
        text, HELP_DIM,
        SPAN(_("Each line: keys, the command behind ':' and what it does. A key is bound "
               "to another command with :map.")),
        v->width, 0, 0);
    char *hint = mem_format(_("%s searches here; :apropos WORD finds help pages, as on audio."),
                            find);
    styled_paragraph(text, HELP_DIM, SPAN(hint), v->width, 0, 0);
    free(hint);
    for (enum where where = HERE; where <= ELSEWHERE; where++) {
        styled_blank(text);
        styled_heading(text, HELP_HEADING, tr(titles[where]),
                       where == HERE ? tr(v->keys_of->name) : NULL, v->width);
        for (size_t i = 0; i < command_count; i++)
            if (where_works(&commands[i], v->keys_of) == where)
                lay_out_command(v, &commands[i]);
    }
    lay_out_signs(v);
    lay_out_fields(ui, v);
    *v->sought = '\0';
}

/* Lays out anew when topic, width or knowledge base have changed. */
static void lay_out(struct ui *ui, struct page_view *v, size_t width)
{
    if (width == v->width && v->generation == ui->help_generation &&
        strcmp(v->laid, v->reader.now.topic) == 0)
        return;
    v->width = width;
    v->generation = ui->help_generation;
    snprintf(v->laid, sizeof v->laid, "%s", v->reader.now.topic);
    reader_begin(&v->reader, ui->help);
    if (*v->reader.now.topic || *v->a || v->words)
        lay_out_document(ui, v);
    else
        lay_out_keys(ui, v);
}

static void draw(struct ui *ui, struct view *view, struct rect rect)
{
    struct page_view *v = (struct page_view *)view;
    lay_out(ui, v, rect.width > 104 ? 100 : rect.width > 24 ? (size_t)rect.width - 4 : 20);
    screen_clear(rect);
    reader_draw(&v->reader, (struct rect){ rect.y, rect.x + 1, rect.height, rect.width - 1 }, true);
}

static bool act(struct ui *ui, struct view *view, enum verb verb)
{
    struct page_view *v = (struct page_view *)view;
    if (verb != VERB_RETURN)
        return reader_act(ui, &v->reader, v->reader.now.topic, verb);
    if (!reader_return(&v->reader))
        ui_pop(ui);
    return true;
}

static bool line_fits(struct ui *ui, struct page_view *v, size_t i)
{
    const struct styled_text *text = &v->reader.text;
    const struct styled_line *line = &text->lines[i];
    for (size_t n = 0; n < line->count; n++)
        if (ui_search_fits(ui, styled_run_text(text, &text->runs[line->first + n])))
            return true;
    return false;
}

static bool search(struct ui *ui, struct view *view, bool backwards)
{
    struct page_view *v = (struct page_view *)view;
    size_t count = v->reader.text.nlines, start = (size_t)v->reader.now.scroll;
    for (size_t n = 1; n <= count; n++) {
        size_t i = backwards ? (start + count - n % count) % count : (start + n) % count;
        if (line_fits(ui, v, i)) {
            v->reader.now.scroll = (int)i;
            return true;
        }
    }
    return false;
}

static void click(struct ui *ui, struct view *view, int y, int x)
{
    reader_click(ui, &((struct page_view *)view)->reader, y, x);
}

static void close_page(struct view *view)
{
    struct page_view *v = (struct page_view *)view;
    reader_free(&v->reader);
    free(v->words);
    free(v);
}

/* Only a topic has others beside it; where no link leads on, none is offered. */
static const char *keys(const struct ui *ui, const struct view *view)
{
    const struct page_view *v = (const struct page_view *)view;
    bool links = reader_has_links(&v->reader);
    (void)ui;
    if (v->keys_of)
        return "back search command";
    if (*v->reader.now.topic)
        return links ? "back next-link follow-link return next-page search command assist"
                     : "back return next-page search command assist";
    return links ? "back next-link follow-link search command assist"
                 : "back search command assist";
}

static const struct view_ops page_ops = {
    .name = N_("page"),
    .verbs = VERBS_MOVE | VERBS_LINKS,
    .keys = keys,
    .draw = draw,
    .act = act,
    .search = search,
    .click = click,
    .close = close_page,
};

static struct page_view *new_view(void)
{
    struct page_view *v = mem_zero(sizeof *v);
    v->view.ops = &page_ops;
    return v;
}

struct view *view_page_new(struct ui *ui, const char *topic)
{
    struct page_view *v = new_view();
    (void)ui;
    span_copy(SPAN(topic), v->reader.now.topic, sizeof v->reader.now.topic);
    return &v->view;
}

struct view *view_compare_new(struct ui *ui, const char *a, const char *b)
{
    struct page_view *v = new_view();
    (void)ui;
    span_copy(SPAN(a), v->a, sizeof v->a);
    span_copy(SPAN(b), v->b, sizeof v->b);
    return &v->view;
}

struct view *view_apropos_new(struct ui *ui, const char *words)
{
    struct search_hit *hits;
    size_t n = search_run(ui->help, words, &hits);
    search_free(hits, n);
    if (n == 0)
        return NULL;
    struct page_view *v = new_view();
    v->words = mem_text(words);
    return &v->view;
}

struct view *view_keys_new(struct ui *ui, const char *sought)
{
    struct page_view *v = new_view();
    v->keys_of = ui_top(ui)->ops;
    span_copy(SPAN(sought), v->sought, sizeof v->sought);
    return &v->view;
}

bool view_is_page(const struct view *view)
{
    return view->ops == &page_ops;
}

bool view_is_keys(const struct view *view)
{
    return view_is_page(view) && ((const struct page_view *)view)->keys_of;
}
