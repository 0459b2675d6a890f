/*
 * A page as data: title, summary, parts. The terminal, Markdown and JSON draw the same
 * document; nothing here knows of lines or columns.
 */
#ifndef SIPWHY_HELP_DOCUMENT_H
#define SIPWHY_HELP_DOCUMENT_H

#include "help/markup.h"
#include "help/topic.h"

enum part_kind {
    PART_TEXT,  /* heading and markup */
    PART_FACTS, /* lines "label TAB value" */
    PART_NOTE,  /* a note of the site; the heading is its file */
    PART_TOPIC  /* the heading alone: from here on it is about `topic` */
};

struct document_part {
    enum part_kind kind;
    const char *id;              /* "fix", "facts", "differences": constant */
    char topic[HELP_TOPIC_SIZE]; /* whom it is about; "" for all of the document */
    char *title;
    char *text;
};

struct document {
    char *title; /* "488 Not Acceptable Here" */
    char *right; /* "4xx Client Error · RFC 3261 §21.4.26", or "" */
    char *lead;  /* markup: summary or opening sentence */
    struct document_part *parts;
    size_t nparts;
};

/*
 * Composes the page of a topic: notes, sections, facts. Notes with a condition are in it and say
 * it. A code without a page of its own gets its class's. Free with document_free().
 */
void document_topic(struct document *doc, const struct help *help, const char *topic);
/* The same of what it says to requests of one method ("OPTIONS"; NULL: to any). */
void document_topic_of(struct document *doc, const struct help *help, const char *topic,
                       const char *method);
/*
 * Composes the comparison of two topics of one kind: an opening, each one's meaning, when and
 * fix, numbered key differences drawn from the facts, when to use which, learn more.
 */
void document_compare(struct document *doc, const struct help *help, const char *a, const char *b);
void document_free(struct document *doc);
/* Cuts the next line off the text of facts, which is spent when it gives false. */
bool document_next_fact(struct span *facts, struct span *label, struct span *value);
/* What to do first: the first step of the "fix" part as markup, without its number; or empty. */
struct span document_first_step(const struct document *doc);

/* For those who compose. `title` and `text` are copied, `id` is kept. */
struct document_part *document_add(struct document *doc, enum part_kind kind, const char *id,
                                   const char *topic, const char *title, struct span text);

/* Lays a document out for `width` columns, ready to be drawn. */
void document_lay(struct styled_text *out, const struct document *doc, size_t width);

#endif
