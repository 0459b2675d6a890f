/* The files of a folder, in order of their names. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/strbuf.h"
#include "base/tr.h"
#include "input/input.h"

bool folder_is(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

char **folder_list(const char *path, size_t *count, char **error)
{
    DIR *folder = opendir(path);
    char **names = NULL;
    size_t n = 0;
    if (!folder) {
        *error = mem_format(_("%s: cannot open: %s"), path, strerror(errno));
        return NULL;
    }
    names = mem_alloc(sizeof *names);
    for (struct dirent *entry; (entry = readdir(folder));) {
        struct stat st;
        if (entry->d_name[0] == '.')
            continue;
        char *name = mem_format("%s%s%s", path, path[strlen(path) - 1] == '/' ? "" : "/",
                                entry->d_name);
        if (stat(name, &st) < 0 || !S_ISREG(st.st_mode)) {
            free(name);
            continue;
        }
        names = mem_grow(names, (n + 1) * sizeof *names);
        names[n++] = name;
    }
    closedir(folder);
    qsort(names, n, sizeof *names, by_name);
    *count = n;
    return names;
}

void folder_list_free(char **names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free(names);
}
