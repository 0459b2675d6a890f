/* See configfile.h. */
#include "configfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *path_in(const char *variable, const char *fallback, const char *name)
{
    const char *xdg = getenv(variable), *home = getenv("HOME");
    if (xdg && *xdg)
        return mem_format("%s/sipwhy/%s", xdg, name);
    return home && *home ? mem_format("%s/%s/sipwhy/%s", home, fallback, name) : NULL;
}

char *config_path(const char *name)
{
    return path_in("XDG_CONFIG_HOME", ".config", name);
}

char *config_state_path(const char *name)
{
    return path_in("XDG_STATE_HOME", ".local/state", name);
}

int config_read(const char *path, config_line_fn *fn, void *arg)
{
    char *line = NULL;
    size_t size = 0;
    FILE *file = path ? fopen(path, "r") : NULL;
    if (!file)
        return path && errno != ENOENT && errno != ENOTDIR ? -1 : 0;
    for (int number = 1; getline(&line, &size, file) >= 0; number++) {
        line[strcspn(line, "\r\n")] = '\0';
        if (!fn(line + strspn(line, " :\t"), path, number, arg))
            break;
    }
    fclose(file);
    free(line);
    return 0;
}

static void edit_lines(FILE *from, FILE *to, config_edit_fn *edit, void *arg)
{
    char *text = NULL;
    size_t size = 0;
    struct strbuf line = STRBUF_INIT;
    while (getline(&text, &size, from) >= 0) {
        strbuf_clear(&line);
        strbuf_span(&line, (struct span){ text, strcspn(text, "\r\n") });
        if (edit(&line, arg))
            fprintf(to, "%s\n", strbuf_str(&line));
    }
    strbuf_free(&line);
    free(text);
}

static void make_folders(const char *path)
{
    char *copy = mem_text(path);
    for (char *p = copy + 1; *p; p++) {
        if (*p != '/')
            continue;
        *p = '\0';
        mkdir(copy, 0700);
        *p = '/';
    }
    free(copy);
}

/* Written beside the file and put in its place when it is whole. */
static int rewrite(const char *path, config_edit_fn *edit, config_add_fn *add, void *arg)
{
    char *whole = mem_format("%s.new", path);
    struct strbuf more = STRBUF_INIT;
    FILE *from = fopen(path, "r"), *to = fopen(whole, "w");
    struct stat old;
    if (from && to) {
        if (fstat(fileno(from), &old) == 0)
            (void)!fchmod(fileno(to), old.st_mode & 0777);
        edit_lines(from, to, edit, arg);
    }
    if (from)
        fclose(from);
    add(&more, arg);
    if (to)
        fputs(strbuf_str(&more), to);
    bool bad = !to || ferror(to);
    bad = (to && fclose(to) != 0) || bad || rename(whole, path) < 0;
    strbuf_free(&more);
    free(whole);
    return bad ? -1 : 0;
}

int config_edit(const char *path, config_edit_fn *edit, config_add_fn *add, void *arg)
{
    make_folders(path);
    char *target = realpath(path, NULL); /* a link stays a link */
    int result = rewrite(target ? target : path, edit, add, arg);
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
    if (settings->no_config)
        return;
    char *path = config_path("config");
    settings->keep_given = true;
    config_read(path, take_setting, settings);
    settings->keep_given = false;
    free(path);
}
