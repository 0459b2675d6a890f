/* See configfile.h. */
#include "configfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* Copies what does not begin with `word`. */
static void copy_others(FILE *from, FILE *to, const char *word)
{
    char *line = NULL;
    size_t size = 0, n = strlen(word);
    while (getline(&line, &size, from) >= 0) {
        const char *p = line + strspn(line, " :\t");
        if (strncmp(p, word, n) == 0 && strchr(" \t\r\n", p[n]))
            continue;
        fprintf(to, "%s%s", line, strchr(line, '\n') ? "" : "\n");
    }
    free(line);
}

static void make_folders(char *path)
{
    for (char *p = path + 1; *p; p++) {
        if (*p != '/')
            continue;
        *p = '\0';
        mkdir(path, 0700);
        *p = '/';
    }
}

/* Written beside the file and put in its place when it is whole; a link stays a link. */
static int write_config(const char *path, const char *word, const char *lines)
{
    char *whole = mem_format("%s.new", path);
    FILE *from = fopen(path, "r"), *to = fopen(whole, "w");
    struct stat old;
    if (from && to) {
        if (fstat(fileno(from), &old) == 0)
            (void)!fchmod(fileno(to), old.st_mode & 0777);
        copy_others(from, to, word);
    }
    if (from)
        fclose(from);
    if (to)
        fputs(lines, to);
    bool bad = !to || ferror(to);
    bad = (to && fclose(to) != 0) || bad || rename(whole, path) < 0;
    free(whole);
    return bad ? -1 : 0;
}

int config_replace(char **path, const char *word, const char *lines)
{
    *path = config_path("config");
    if (!*path) {
        errno = ENOENT;
        return -1;
    }
    make_folders(*path);
    char *target = realpath(*path, NULL);
    int result = write_config(target ? target : *path, word, lines);
    free(target);
    return result;
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
