/* Full text search over the pages of the language, best first. */
#ifndef SIPWHY_HELP_SEARCH_H
#define SIPWHY_HELP_SEARCH_H

#include "help/document.h"

enum { SEARCH_WORDS = 16 };

struct search_hit {
    const char *topic; /* the knowledge base's */
    double score;
    char *line; /* where the words stand, one line of plain text; "" if only in the title */
};

/*
 * Finds the topics that hold every one of the words (blanks between; at most SEARCH_WORDS of them,
 * case does not matter in ASCII, parts of words count) in their title, facts or page. Returns the
 * number of hits, in *hits (free with search_free()); 0 with *hits NULL if there are none.
 */
size_t search_run(const struct help *help, const char *words, struct search_hit **hits);
/* The hits as a page with links. Free the document with document_free(). */
void search_document(struct document *doc, const struct help *help, const char *words,
                     const struct search_hit *hits, size_t count);
void search_free(struct search_hit *hits, size_t count);

#endif
