/* See document.h: the page of one topic. compare.c composes two of them. */
#include "help/document.h"

#include <stdlib.h>

#include "base/text.h"
#include "help/phrase.h"
#include "help/scope.h"

enum { TEXT_INDENT = 2 };

struct document_part *document_add(struct document *doc, enum part_kind kind, const char *id,
                                   const char *topic, const char *title, struct span text)
{
    doc->parts = mem_grow(doc->parts, (doc->nparts + 1) * sizeof(*doc->parts));
    struct document_part *part = &doc->parts[doc->nparts++];
    *part = (struct document_part){ .kind = kind, .id = id, .title = mem_text(title) };
    span_copy(SPAN(topic), part->topic, sizeof(part->topic));
    part->text = mem_alloc(text.n + 1);
    span_copy(text, part->text, text.n + 1);
    return part;
}

struct span document_first_step(const struct document *doc)
{
    static const char first[] = "1. ";
    for (size_t i = 0; i < doc->nparts; i++) {
        const struct document_part *part = &doc->parts[i];
        if (part->kind != PART_TEXT || strcmp(part->id, "fix") != 0)
            continue;
        if (strncmp(part->text, first, strlen(first)) != 0)
            return SPAN_NONE;
        const char *step = part->text + strlen(first), *next = strstr(step, "\n2. ");
        return span_trim(next ? span_make(step, next) : SPAN(step));
    }
    return SPAN_NONE;
}

void document_free(struct document *doc)
{
    for (size_t i = 0; i < doc->nparts; i++) {
        free(doc->parts[i].title);
        free(doc->parts[i].text);
    }
    free(doc->parts);
    free(doc->title);
    free(doc->right);
    free(doc->lead);
    *doc = (struct document){ 0 };
}

/* "4xx Client Error · RFC 3261 §21.4.26", "Timer · RFC 3261 §17.1.1.2" */
static char *right_of(const struct help *help, const char *topic)
{
    struct strbuf right = STRBUF_INIT;
    uint16_t code = help_topic_code(topic);
    const char *spec = help_value(help, topic, "spec");
    if (*help_class_name(help, code))
        strbuf_format(&right, "%uxx %s", code / 100, help_class_name(help, code));
    else
        strbuf_text(&right, help_kind_name(help, topic));
    if (*spec)
        strbuf_format(&right, " \u00b7 %s", spec);
    return strbuf_take(&right);
}

/* The summary, and what must be said of a topic that is not what it seems. */
static char *lead_of(const struct help *help, const char *topic, bool fallback)
{
    struct strbuf lead = STRBUF_INIT;
    uint16_t code = help_topic_code(topic);
    char class[8] = { (char)('0' + code / 100 % 10), 'x', 'x', '\0' };
    const struct phrase_part parts[] = { { "id", strchr(topic, '/') + 1 },
                                         { "class", class },
                                         { 0 } };
    strbuf_text(&lead, help_value(help, topic, "summary"));
    if (code && !help_code_registered(help, code)) {
        strbuf_text(&lead, lead.n ? " " : "");
        phrase_fill(help, "unregistered", parts, &lead);
    }
    if (fallback) {
        strbuf_text(&lead, lead.n ? " " : "");
        phrase_fill(help, "fallback", parts, &lead);
    }
    return strbuf_take(&lead);
}

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static void add_note(struct document *doc, const struct help *help, const struct help_note *note)
{
    struct strbuf text = STRBUF_INIT;
    if (note->condition) {
        const struct phrase_part parts[] = { { "condition", note->condition }, { 0 } };
        phrase_fill(help, "note.when", parts, &text);
        strbuf_text(&text, "\n\n");
    }
    strbuf_span(&text, note->text);
    document_add(doc, PART_NOTE, "note", note->topic, file_name(note->file), strbuf_as_span(&text));
    strbuf_free(&text);
}

static void add_notes(struct document *doc, const struct help *help, const char *topic)
{
    const struct help_note *note;
    for (size_t i = 0; (note = help_note_at(help, i)); i++)
        if (note->topic && strcmp(note->topic, topic) == 0)
            add_note(doc, help, note);
}

static void add_sections(struct document *doc, const struct help *help, const char *topic,
                         const struct help_page *page, const char *method)
{
    size_t count;
    struct span content;
    const struct help_section_title *sections = help_sections(help, &count);
    bool code = span_is(help_kind(topic), "code");
    for (size_t i = 0; i < count; i++) {
        struct strbuf text = STRBUF_INIT;
        if (help_section(page, sections[i].id, &content) == 0)
            scope_text(&text, content, method);
        if (text.n)
            document_add(doc, PART_TEXT, sections[i].id, topic,
                         code ? sections[i].page : sections[i].pane, strbuf_as_span(&text));
        strbuf_free(&text);
    }
}

static void add_facts(struct document *doc, const struct help *help, const char *topic)
{
    struct strbuf text = STRBUF_INIT;
    const char *fact, *title, *value;
    for (size_t i = 0; help_fact(help, topic, i, &fact, &title, &value); i++)
        if (*value)
            strbuf_format(&text, "%s\t%s\n", title, value);
    if (text.n)
        document_add(doc, PART_FACTS, "facts", topic, help_facts_title(help),
                     strbuf_as_span(&text));
    strbuf_free(&text);
}

void document_topic(struct document *doc, const struct help *help, const char *topic)
{
    document_topic_of(doc, help, topic, NULL);
}

void document_topic_of(struct document *doc, const struct help *help, const char *topic,
                       const char *method)
{
    struct strbuf title = STRBUF_INIT;
    bool fallback;
    const struct help_page *page = help_page_or_class(help, topic, &fallback);
    help_topic_title(help, topic, &title);
    *doc = (struct document){ .title = strbuf_take(&title),
                              .right = right_of(help, topic),
                              .lead = lead_of(help, topic, fallback) };
    add_notes(doc, help, topic);
    if (page)
        add_sections(doc, help, topic, page, method);
    add_facts(doc, help, topic);
}

bool document_next_fact(struct span *rest, struct span *label, struct span *value)
{
    const char *tab = span_find(*rest, '\t'), *end = span_find(*rest, '\n');
    if (!tab || !end)
        return false;
    *label = span_make(rest->p, tab);
    *value = span_make(tab + 1, end);
    *rest = span_make(end + 1, span_end(*rest));
    return true;
}

static size_t label_column(struct span facts)
{
    struct span label, value;
    size_t widest = 0;
    while (document_next_fact(&facts, &label, &value))
        widest = text_width(label) > widest ? text_width(label) : widest;
    return TEXT_INDENT + widest + 2;
}

static void lay_facts(struct styled_text *out, struct span facts, size_t width)
{
    struct span label, value;
    size_t column = label_column(facts);
    while (document_next_fact(&facts, &label, &value)) {
        char *margin = mem_format("%*s%.*s", TEXT_INDENT, "", SPAN_ARG(label));
        styled_label(out, HELP_PLAIN, margin);
        styled_markup(out, value, width, column);
        free(margin);
    }
}

static void lay_part(struct styled_text *out, const struct document_part *part, size_t width)
{
    styled_blank(out);
    if (part->kind == PART_TOPIC) {
        styled_heading(out, HELP_TITLE, part->title, part->text, width);
        return;
    }
    styled_heading(out, part->kind == PART_NOTE ? HELP_NOTE : HELP_HEADING, part->title, NULL,
                   width);
    if (part->kind == PART_FACTS)
        lay_facts(out, SPAN(part->text), width);
    else
        styled_markup(out, SPAN(part->text), width, TEXT_INDENT);
}

void document_lay(struct styled_text *out, const struct document *doc, size_t width)
{
    styled_heading(out, HELP_TITLE, doc->title, doc->right, width);
    if (*doc->lead)
        styled_markup(out, SPAN(doc->lead), width, 0);
    for (size_t i = 0; i < doc->nparts; i++)
        lay_part(out, &doc->parts[i], width);
}
