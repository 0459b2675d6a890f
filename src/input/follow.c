/* See follow.h. */
#include "input/follow.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/strbuf.h"

struct follow {
    char *path;
};

struct follow *follow_new(const char *path)
{
    struct follow *follow = mem_zero(sizeof *follow);
    follow->path = mem_text(path);
    return follow;
}

void follow_free(struct follow *follow)
{
    if (!follow)
        return;
    free(follow->path);
    free(follow);
}

/* The name may be gone for a moment while files are rotated; then nothing has changed yet. */
static bool replaced(const struct follow *follow, const struct stat *old, int *fd)
{
    struct stat now;
    if (stat(follow->path, &now) < 0 || !S_ISREG(now.st_mode) ||
        (now.st_dev == old->st_dev && now.st_ino == old->st_ino))
        return false;
    int next = open(follow->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (next < 0)
        return false;
    close(*fd);
    *fd = next;
    return true;
}

bool follow_anew(struct follow *follow, int *fd)
{
    struct stat st;
    off_t at = lseek(*fd, 0, SEEK_CUR);
    if (fstat(*fd, &st) < 0 || at < 0)
        return false;
    if (st.st_size < at)
        return lseek(*fd, 0, SEEK_SET) == 0;
    return replaced(follow, &st, fd);
}
