/* See follow.h. */
#include "input/follow.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/strbuf.h"

struct follow {
    char *path;       /* or NULL */
    int next;         /* the file that has taken the name; -1: none was seen */
    int64_t next_ns;  /* when it was seen */
    off_t end;        /* where reading stopped last */
    int64_t since_ns; /* and when it stopped there first */
};

struct follow *follow_new(const char *path)
{
    struct follow *follow = mem_zero(sizeof *follow);
    follow->path = path ? mem_text(path) : NULL;
    follow->next = -1;
    follow->end = -1;
    return follow;
}

void follow_free(struct follow *follow)
{
    if (!follow)
        return;
    if (follow->next >= 0)
        close(follow->next);
    free(follow->path);
    free(follow);
}

/*
 * Opens the file that has taken the name, so that another rotation does not lose it. The name may be
 * gone for a moment; then nothing has changed yet.
 */
static void look_for_next(struct follow *follow, const struct stat *old, int64_t now_ns)
{
    struct stat now;
    if (!follow->path || follow->next >= 0 || stat(follow->path, &now) < 0 ||
        !S_ISREG(now.st_mode) || (now.st_dev == old->st_dev && now.st_ino == old->st_ino))
        return;
    follow->next = open(follow->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    follow->next_ns = now_ns;
}

static bool is_done_with(const struct follow *follow, int64_t now_ns)
{
    int64_t from = follow->since_ns > follow->next_ns ? follow->since_ns : follow->next_ns;
    return now_ns - from >= FOLLOW_STILL_NS || now_ns - follow->next_ns >= FOLLOW_LATE_NS;
}

bool follow_anew(struct follow *follow, int *fd, int64_t now_ns)
{
    struct stat st;
    off_t at = lseek(*fd, 0, SEEK_CUR);
    if (fstat(*fd, &st) < 0 || at < 0)
        return false;
    if (at != follow->end) {
        follow->end = at;
        follow->since_ns = now_ns;
    }
    if (st.st_size < at)
        return lseek(*fd, 0, SEEK_SET) == 0;
    look_for_next(follow, &st, now_ns);
    if (follow->next < 0 || !is_done_with(follow, now_ns))
        return false;
    close(*fd);
    *fd = follow->next;
    follow->next = -1;
    return true;
}

int64_t follow_still(const struct follow *follow, int64_t now_ns)
{
    return follow->end < 0 ? 0 : now_ns - follow->since_ns;
}
