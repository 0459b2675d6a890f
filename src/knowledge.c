/* See knowledge.h. */
#include "knowledge.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/tr.h"
#include "configfile.h"
#include "store/filter.h"

#ifndef SIPWHY_HELPDIR
#define SIPWHY_HELPDIR "/usr/local/share/sipwhy/help"
#endif
#define SITE_DIRS 3

/* The locale's name, as the C library chooses it for messages; only UTF-8 can show other pages. */
static const char *locale_language(void)
{
    if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        return "en";
    static const char *const variables[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
    for (size_t i = 0; i < 3; i++) {
        const char *value = getenv(variables[i]);
        if (value && *value)
            return value;
    }
    return "en";
}

const char *knowledge_language(const struct settings *settings)
{
    return settings->lang ? settings->lang : locale_language();
}

/* What is wrong with the condition of a note. */
static char *check_condition(const char *condition)
{
    struct filter_error error;
    struct filter *filter = filter_parse(condition, &error);
    filter_free(filter);
    return filter
               ? NULL
               : mem_format(_("condition, at character %zu: %s"), error.offset + 1, error.message);
}

struct help *knowledge_open(const struct settings *settings, char **warning)
{
    char *own = config_path("help");
    size_t n = 0;
    const char **dirs = mem_alloc((settings->help_dirs.count + SITE_DIRS) * sizeof *dirs);
    dirs[n++] = SIPWHY_HELPDIR;
    dirs[n++] = "/etc/sipwhy/help";
    if (own)
        dirs[n++] = own;
    for (size_t i = 0; i < settings->help_dirs.count; i++)
        dirs[n++] = settings->help_dirs.items[i];
    struct help *help = help_open(&(struct help_options){ .language = knowledge_language(settings),
                                                          .dirs = dirs,
                                                          .ndirs = n,
                                                          .check_condition = check_condition },
                                  warning);
    free(dirs);
    free(own);
    return help;
}
