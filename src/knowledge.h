/* The knowledge base as the settings and the environment want it. */
#ifndef SIPWHY_KNOWLEDGE_H
#define SIPWHY_KNOWLEDGE_H

#include "help/topic.h"
#include "options.h"

/*
 * Opens the pages and notes in the language of --lang or the locale, overlaid by the installed folder,
 * /etc/sipwhy/help, the user's folder and --help-dir, in this order. *warning: see help_open().
 */
struct help *knowledge_open(const struct settings *settings, char **warning);
/* The language that the settings or the environment ask for: "ko", "ko_KR.UTF-8". */
const char *knowledge_language(const struct settings *settings);

#endif
