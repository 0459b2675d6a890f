/* `sipwhy explain` and `sipwhy compare`: the knowledge base on standard output. */
#ifndef SIPWHY_EXPLAIN_H
#define SIPWHY_EXPLAIN_H

#include "help/topic.h"
#include "options.h"

/*
 * Writes the pages of topics to standard output: laid out for a terminal of up to 100 columns,
 * through a pager if they are longer than its screen; as plain text of 80 columns into a pipe; or
 * as the settings say as JSON (a line each) or Markdown. A topic that is not known is one line on
 * standard error, the others are still shown. With --search the topics are words, and what holds
 * them is listed, best first. Returns the exit status: 0, or 2 if a topic is not known, nothing
 * was found or output failed.
 */
int explain_run(const struct help *help, const struct settings *settings, int ntopics,
                char *const topics[]);
/* The same for the comparison of two topics of one kind. */
int compare_run(const struct help *help, const struct settings *settings, int ntopics,
                char *const topics[]);

#endif
