/* Pages of the knowledge base for other programs: Markdown and JSON. */
#ifndef SIPWHY_EXPORT_PAGE_H
#define SIPWHY_EXPORT_PAGE_H

#include <stdio.h>

#include "help/document.h"

/* Writes a document as Markdown (CommonMark, facts as a table); links become plain names. */
void export_markdown(FILE *out, const struct document *doc, const struct help *help);
/*
 * Writes a document as one line of JSON: title, language, summary, the facts of its topics, and the
 * parts with id, title, topic and text in the pages' markup. `topics` are one or two, what the
 * document was composed of; `summary` is the lead of a comparison.
 */
void export_json(FILE *out, const struct document *doc, const struct help *help,
                 const char *const topics[], size_t ntopics);

#endif
