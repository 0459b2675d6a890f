/* `sipwhy explain TOPIC...`: pages of the knowledge base on standard output. */
#ifndef SIPWHY_EXPLAIN_H
#define SIPWHY_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "help/topic.h"

/* How pages are written. */
struct explain_style {
    size_t width; /* columns */
    bool colour;  /* ANSI colours */
    bool utf8;
};

/*
 * What suits the stream: a terminal's width up to 100 columns, with colours unless NO_COLOR is set
 * or TERM is dumb; 80 columns of plain text for a file or pipe. `utf8` follows the locale.
 */
void explain_style_detect(struct explain_style *style, FILE *out);

/*
 * Writes the pages for `topics` to standard output. A topic that is not known is one line on
 * standard error, the others are still shown. Returns the exit status: 0, or 2 if a topic is not
 * known or output failed. `style` NULL: what suits standard output.
 */
int explain_run(const struct help *help, int ntopics, char *const topics[],
                const struct explain_style *style);

#endif
