/*
 * Files with TLS secrets: key logs, which applications write while we read, and private keys.
 * What was read is wiped from memory when it has been used.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "base/tr.h"
#include "input/input.h"

#define PART 65536 /* bytes read at a time; no line is as long */
#define KEYFILE_MAX 65536

struct keylog {
    char *path;
    int fd;
    off_t position;
    size_t filled; /* of the part: the beginning of a line that is not complete */
    size_t handed; /* bytes that the last call gave */
    char part[PART];
};

/* Not there yet is no error: the application creates it. */
static int open_log(struct keylog *log)
{
    struct stat st;
    log->fd = open(log->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (log->fd < 0)
        return errno == ENOENT ? 0 : -1;
    if (fstat(log->fd, &st) == 0 && !S_ISDIR(st.st_mode))
        return 0;
    errno = EISDIR;
    return -1;
}

struct keylog *keylog_open(const char *path, char **error)
{
    struct keylog *log = mem_zero(sizeof *log);
    log->path = mem_text(path);
    if (open_log(log) == 0)
        return log;
    *error = mem_format(_("%s: cannot read the key log: %s"), path, strerror(errno));
    keylog_close(log);
    return NULL;
}

/* A file that became shorter was begun anew. */
static void look_again(struct keylog *log)
{
    struct stat st;
    if (log->fd < 0)
        open_log(log);
    else if (fstat(log->fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size < log->position)
        log->position = (off_t)(log->filled = 0);
}

static ssize_t read_part(struct keylog *log)
{
    char *to = log->part + log->filled;
    size_t room = PART - log->filled;
    ssize_t n = pread(log->fd, to, room, log->position);
    return n < 0 && errno == ESPIPE ? read(log->fd, to, room) : n;
}

const char *keylog_next(struct keylog *log, size_t *n)
{
    log->filled -= log->handed;
    memmove(log->part, log->part + log->handed, log->filled);
    explicit_bzero(log->part + log->filled, log->handed);
    log->handed = 0;
    look_again(log);
    ssize_t got = log->fd >= 0 ? read_part(log) : 0;
    if (got <= 0)
        return NULL;
    log->position += got;
    log->filled += (size_t)got;
    const char *last = memrchr(log->part, '\n', log->filled);
    if (!last && log->filled < PART)
        return NULL;
    *n = log->handed = last ? (size_t)(last - log->part) + 1 : log->filled;
    return log->part;
}

void keylog_close(struct keylog *log)
{
    if (!log)
        return;
    if (log->fd >= 0)
        close(log->fd);
    free(log->path);
    explicit_bzero(log->part, sizeof log->part);
    free(log);
}

char *keyfile_read(const char *path, size_t *n, char **error)
{
    char *bytes = mem_alloc(KEYFILE_MAX);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    ssize_t got = fd >= 0 ? read(fd, bytes, KEYFILE_MAX) : -1;
    if (got < 0)
        *error = mem_format(_("%s: cannot read the key: %s"), path, strerror(errno));
    if (fd >= 0)
        close(fd);
    if (got >= 0) {
        *n = (size_t)got;
        return bytes;
    }
    free(bytes);
    return NULL;
}
