/* See configfile.h. */
#include "configfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"

char *config_path(const char *name)
{
    const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    if (xdg && *xdg)
        return mem_format("%s/sipwhy/%s", xdg, name);
    return home && *home ? mem_format("%s/.config/sipwhy/%s", home, name) : NULL;
}

int config_read(char **path, config_line_fn *fn, void *arg)
{
    char *line = NULL;
    size_t size = 0;
    *path = config_path("config");
    FILE *file = *path ? fopen(*path, "r") : NULL;
    if (!file)
        return *path && errno != ENOENT && errno != ENOTDIR ? -1 : 0;
    for (int number = 1; getline(&line, &size, file) >= 0; number++) {
        line[strcspn(line, "\r\n")] = '\0';
        if (!fn(line + strspn(line, " :\t"), *path, number, arg))
            break;
    }
    fclose(file);
    free(line);
    return 0;
}

static bool take_setting(const char *line, const char *path, int number, void *arg)
{
    char *error = NULL;
    (void)path;
    (void)number;
    if (strncmp(line, "set ", 4) == 0)
        option_assign(arg, line + 4 + strspn(line + 4, " \t"), &error);
    free(error);
    return true;
}

void config_read_settings(struct settings *settings)
{
    char *path = NULL;
    if (settings->no_config)
        return;
    settings->keep_given = true;
    config_read(&path, take_setting, settings);
    settings->keep_given = false;
    free(path);
}
