/* See page.h. */
#include "export/page.h"

#include <jansson.h>
#include <stdlib.h>

#include "help/block.h"

/* ---- Markdown ---- */

/* The pages' markup is Markdown but for links, which have no address outside the program. */
static void write_markup(FILE *out, const struct help *help, struct span text)
{
    struct token t;
    while (block_token(&text, &t)) {
        if (t.kind == TOKEN_LINK) {
            struct strbuf name = STRBUF_INIT;
            char *topic = mem_format("%.*s", SPAN_ARG(t.text));
            help_topic_link(help, topic, &name);
            fputs(strbuf_str(&name), out);
            strbuf_free(&name);
            free(topic);
        } else if (t.kind == TOKEN_CODE) {
            fprintf(out, "`%.*s`", SPAN_ARG(t.text));
        } else {
            fwrite(t.text.p, 1, t.text.n, out);
        }
    }
}

/* Cells must not hold the mark between cells. */
static void write_cell(FILE *out, struct span cell)
{
    fputs("| ", out);
    for (size_t i = 0; i < cell.n; i++)
        fprintf(out, "%s%c", cell.p[i] == '|' ? "\\" : "", cell.p[i]);
    fputc(' ', out);
}

static void write_facts(FILE *out, struct span text)
{
    struct span label, value;
    fputs("| | |\n| --- | --- |\n", out);
    while (document_next_fact(&text, &label, &value)) {
        write_cell(out, label);
        write_cell(out, value);
        fputs("|\n", out);
    }
}

static void write_part(FILE *out, const struct document_part *part, const struct help *help,
                       bool nested)
{
    if (part->kind == PART_TOPIC) {
        fprintf(out, "\n## %s\n\n%s\n", part->title, part->text);
        return;
    }
    fprintf(out, "\n%s %s\n\n", nested && *part->topic ? "###" : "##", part->title);
    if (part->kind == PART_FACTS)
        write_facts(out, SPAN(part->text));
    else
        write_markup(out, help, SPAN(part->text));
    fputc('\n', out);
}

void export_markdown(FILE *out, const struct document *doc, const struct help *help)
{
    bool nested = false;
    fprintf(out, "# %s\n\n", doc->title);
    if (*doc->right)
        fprintf(out, "%s\n\n", doc->right);
    write_markup(out, help, SPAN(doc->lead));
    fputc('\n', out);
    for (size_t i = 0; i < doc->nparts; i++) {
        nested = nested || doc->parts[i].kind == PART_TOPIC;
        write_part(out, &doc->parts[i], help, nested);
    }
}

/* ---- JSON ---- */

static json_t *topic_json(const struct help *help, const char *topic)
{
    json_t *object = json_object(), *facts = json_object();
    struct strbuf title = STRBUF_INIT;
    const char *fact, *label, *value;
    help_topic_title(help, topic, &title);
    json_object_set_new(object, "topic", json_string(topic));
    json_object_set_new(object, "title", json_string(strbuf_str(&title)));
    json_object_set_new(object, "kind", json_string(help_kind_name(help, topic)));
    json_object_set_new(object, "spec", json_string(help_value(help, topic, "spec")));
    json_object_set_new(object, "summary", json_string(help_value(help, topic, "summary")));
    for (size_t i = 0; help_fact(help, topic, i, &fact, &label, &value); i++)
        if (*value)
            json_object_set_new(facts, fact, json_string(value));
    json_object_set_new(object, "facts", facts);
    strbuf_free(&title);
    return object;
}

static json_t *part_json(const struct document_part *part)
{
    json_t *object = json_object();
    json_object_set_new(object, "id", json_string(part->id));
    json_object_set_new(object, "topic", *part->topic ? json_string(part->topic) : json_null());
    json_object_set_new(object, "title", json_string(part->title));
    json_object_set_new(object, "text", json_string(part->text));
    return object;
}

void export_json(FILE *out, const struct document *doc, const struct help *help,
                 const char *const topics[], size_t ntopics)
{
    json_t *object = json_object(), *list = json_array(), *parts = json_array();
    json_object_set_new(object, "title", json_string(doc->title));
    json_object_set_new(object, "language", json_string(help_language(help)));
    json_object_set_new(object, "lead", json_string(doc->lead));
    for (size_t i = 0; i < ntopics; i++)
        json_array_append_new(list, topic_json(help, topics[i]));
    json_object_set_new(object, "topics", list);
    for (size_t i = 0; i < doc->nparts; i++)
        if (doc->parts[i].kind == PART_TEXT || doc->parts[i].kind == PART_NOTE)
            json_array_append_new(parts, part_json(&doc->parts[i]));
    json_object_set_new(object, "parts", parts);
    json_dumpf(object, out, JSON_COMPACT);
    fputc('\n', out);
    json_decref(object);
}
