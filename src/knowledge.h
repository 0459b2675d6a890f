/* The knowledge base as the settings and the environment want it. */
#ifndef SIPWHY_KNOWLEDGE_H
#define SIPWHY_KNOWLEDGE_H

#include "help/topic.h"
#include "options.h"

/*
 * Opens the pages in the language of --lang or the locale, overlaid by the installed folder,
 * /etc/sipwhy/help, the user's folder and --help-dir, in this order. *warning: see help_open().
 */
struct help *knowledge_open(const struct settings *settings, char **warning);
/* "~/.config/sipwhy/NAME", by XDG_CONFIG_HOME; the caller frees it. NULL without a home. */
char *config_path(const char *name);

#endif
