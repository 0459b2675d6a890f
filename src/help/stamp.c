/*
 * Tells whether anything in the site's help folders changed: a hash over names,
 * sizes and times. Cheap enough to ask every second; bounded in depth and number.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "help/private.h"

enum { DEPTH = 3, FILES = 4096 }; /* DIR/LANG/KIND/NAME.md */

static uint64_t stamp_file(uint64_t stamp, const char *path, const struct stat *st)
{
    int64_t figures[] = { st->st_size, st->st_mtim.tv_sec, st->st_mtim.tv_nsec,
                          (int64_t)st->st_ino };
    return hash_bytes(hash_bytes(stamp, path, strlen(path)), figures, sizeof(figures));
}

static uint64_t stamp_folder(uint64_t stamp, const char *path, int depth, int *left)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    uint64_t sum = 0;
    while (dir && (entry = readdir(dir)) && (*left)-- > 0) {
        struct stat st;
        char *name = mem_format("%s/%s", path, entry->d_name);
        if (entry->d_name[0] != '.' && stat(name, &st) == 0) {
            /* a sum, as the order in which a folder lists its files means nothing */
            if (S_ISDIR(st.st_mode) && depth > 0)
                sum += stamp_folder(1, name, depth - 1, left);
            else
                sum += stamp_file(1, name, &st);
        }
        free(name);
    }
    if (dir)
        closedir(dir);
    return hash_number(stamp, sum);
}

uint64_t stamp_of(char *const *dirs, size_t ndirs)
{
    uint64_t stamp = 0;
    int left = FILES;
    for (size_t i = 0; i < ndirs; i++)
        stamp = stamp_folder(stamp, dirs[i], DEPTH, &left);
    return stamp;
}
