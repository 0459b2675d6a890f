/* See knowledge.h. */
#include "knowledge.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"

#ifndef SIPWHY_HELPDIR
#define SIPWHY_HELPDIR "/usr/local/share/sipwhy/help"
#endif
#define SITE_DIRS 3

char *config_path(const char *name)
{
    struct strbuf path = STRBUF_INIT;
    const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    if (xdg && *xdg)
        strbuf_format(&path, "%s/sipwhy/%s", xdg, name);
    else if (home && *home)
        strbuf_format(&path, "%s/.config/sipwhy/%s", home, name);
    else
        return NULL;
    return strbuf_take(&path);
}

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
    struct help *help = help_open(settings->lang ? settings->lang : locale_language(), dirs, n,
                                  warning);
    free(dirs);
    free(own);
    return help;
}
